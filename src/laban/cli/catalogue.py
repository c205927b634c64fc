"""Commands about the catalogue itself: which KPIs there are, and whether their definitions are sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from laban.cli.common import State, console, help_language, print_json, shared
from laban.i18n import translate
from laban.metrics.validate import CHOICES

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue
    from laban.metrics.validate import Fault
    from laban.report.views.listing import ListingView

_LANG = help_language()


def _text(key: str) -> str:
    return translate(_LANG, key)


def _choice(name: str) -> click.Choice[str]:
    return click.Choice(CHOICES[name])


@click.group("catalogue", help=_text("cli.catalogue.help"))
@shared
def catalogue_command(state: State) -> None:
    del state  # the commands below find it where it is kept


@catalogue_command.command("list", help=_text("cli.catalogue.list"))
@click.option("--pack", help=_text("cli.board.pack"))
@click.option("--department", type=_choice("departments"), help=_text("cli.catalogue.department"))
@click.option("--stage", type=_choice("stage"), help=_text("cli.catalogue.stage"))
@click.option("--timing", type=_choice("timing"), help=_text("cli.catalogue.timing"))
@click.option("--scope", type=_choice("types"), help=_text("cli.catalogue.scope"))
@click.option("--level", type=_choice("level"), help=_text("cli.catalogue.level"))
@click.option("--missing", is_flag=True, help=_text("cli.catalogue.missing"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def list_command(
    state: State,
    pack: str | None,
    department: str | None,
    stage: str | None,
    timing: str | None,
    scope: str | None,
    level: str | None,
    missing: bool,
    as_json: bool,
) -> None:
    from laban.report.views.listing import Wanted, listing  # noqa: PLC0415  help needs no views
    from laban.workspace import Workspace  # noqa: PLC0415  help needs no workspace

    wanted = Wanted(pack, department, stage, timing, scope, level)
    with state.open() if missing or state.find() else Workspace.unbound() as workspace:
        view = listing(workspace, wanted, only_missing=missing)
    if as_json:
        print_json(view.as_json())
    else:
        _show(view, state)


def _show(view: ListingView, state: State) -> None:
    from rich.table import Table  # noqa: PLC0415  only tables need it
    from rich.text import Text  # noqa: PLC0415  only tables need it

    from laban.report import narrative  # noqa: PLC0415  help needs no prose

    lang, reasons = state.lang, any(item.missing for item in view.kpis)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("id", "name", "unit", "cadence", *(("reason",) if reasons else ())):
        table.add_column(translate(lang, f"cli.catalogue.{name}"), overflow="fold")
    for item in view.kpis:
        cells = [
            item.kpi.id,
            item.kpi.name.get(lang),
            translate(lang, f"cli.catalogue.units.{item.kpi.unit}"),
            translate(lang, f"cli.catalogue.cadences.{item.cadence}"),
            *([narrative.missing_text(item.missing, lang)] if item.missing else []),
        ]
        table.add_row(*map(Text, cells))
    if view.kpis:
        console().print(table)
    state.say("cli.catalogue.counted", shown=len(view.kpis), total=view.total)


@catalogue_command.command("check", help=_text("cli.catalogue.check"))
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def check_command(state: State, file: Path | None, as_json: bool) -> None:
    catalogue, faults = _checked(file)
    counts = {"kpis": len(catalogue.kpis), "measures": len(catalogue.measures), "packs": len(catalogue.packs)}
    if as_json:
        found = [{"entry": f.entry, "code": f.code, "message": f.message(state.lang)} for f in faults]
        print_json({"sound": not faults, **counts, "faults": found})
    else:
        for fault in faults:
            click.echo(fault.message(state.lang))
        if not faults:
            click.echo(translate(state.lang, "cli.catalogue.sound", **counts))
    if faults:
        raise click.exceptions.Exit(1)


def _checked(file: Path | None) -> tuple[Catalogue, list[Fault]]:
    """Check the catalogue that ships and, when given, the definitions of a company on top of it."""
    from laban.metrics import own  # noqa: PLC0415  reading YAML takes time
    from laban.metrics.catalogue import load_catalogue  # noqa: PLC0415  likewise
    from laban.metrics.validate import Fault, validate  # noqa: PLC0415  likewise

    catalogue = load_catalogue()
    faults = validate(catalogue)
    if file is None:
        return catalogue, faults
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        return catalogue, [*faults, Fault(file.name, "not_utf8")]
    document, wrong = own.read(text)
    made = own.extended(catalogue, document)
    return made.catalogue, [*faults, *wrong, *made.faults]
