"""The command that checks the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from laban.cli.common import State, console, help_language, print_json, shared
from laban.errors import NoDataError
from laban.i18n import translate
from laban.periods import Period

if TYPE_CHECKING:
    from laban.report.views.quality import Doubted, QualityView

_LANG = help_language()
#: KPIs named at a doubt.
_NAMED = 5
_STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}


def _text(key: str) -> str:
    return translate(_LANG, key)


@click.command("check", help=_text("cli.check.help"))
@click.option("--kpi", help=_text("cli.check.kpi"))
@click.option("--week", "--period", "period", help=_text("cli.check.period"))
@click.option("--all", "everything", is_flag=True, help=_text("cli.check.all"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def check_command(state: State, kpi: str | None, period: str | None, everything: bool, as_json: bool) -> None:
    from laban.report.views.quality import quality_page  # noqa: PLC0415  help needs no views

    with state.open() as workspace:
        view = quality_page(workspace, kpi=kpi, period=Period.parse(period) if period else None)
        if as_json:
            print_json(view.as_json())
            return
        if not workspace.has_data():
            raise NoDataError
    _show(view, state, everything=everything or period is not None)


def _show(view: QualityView, state: State, *, everything: bool) -> None:
    shown = [item for item in view.doubts if item.recent or everything]
    for item in shown:
        _print(item, state.lang, view.currency)
    if not view.doubts:
        state.say("cli.check.none", n=view.checks)
        return
    state.say("cli.check.count", shown=len(shown), n=view.checks)
    if len(shown) < len(view.doubts):
        state.say("cli.check.old", n=len(view.doubts) - len(shown))


def _print(item: Doubted, lang: str, currency: str) -> None:
    from rich.padding import Padding  # noqa: PLC0415  only tables need it
    from rich.text import Text  # noqa: PLC0415  only tables need it

    from laban.report import doubting  # noqa: PLC0415  help needs no prose

    doubt, screen = item.doubt, console()
    level = Text(f"{translate(lang, f'quality.level.{doubt.level}')}  ", style=_STYLES[doubt.level])
    screen.print(level + Text(doubting.title(doubt, lang, currency), style="bold"))
    for words in (doubting.text(doubt, lang, currency), doubting.advice(doubt, lang, currency), _kpis(item, lang)):
        screen.print(Padding(Text(words), (0, 0, 0, 2)), highlight=False)
    screen.print()


def _kpis(item: Doubted, lang: str) -> str:
    names: Sequence[str] = [kpi.name.get(lang) for kpi in item.kpis[:_NAMED]]
    if not names:
        return translate(lang, "quality.touches_none")
    rest = len(item.kpis) - len(names)
    more = f" {translate(lang, 'quality.more', n=rest)}" if rest else ""
    return translate(lang, "cli.check.touched", names=", ".join(names) + more)
