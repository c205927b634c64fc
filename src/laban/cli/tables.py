"""The command that shows a table in detail: in the terminal, as JSON, as CSV or as a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from laban.cli.common import State, help_language, print_json, shared
from laban.cli.common import console as make_console
from laban.errors import UnknownNameError
from laban.i18n import Phrase, translate
from laban.periods import COMPARISONS, Comparison, Period

if TYPE_CHECKING:
    from rich.console import Console

    from laban.report.table_words import TableWords
    from laban.report.views.tables import Table, TableView

_LANG = help_language()


def _text(key: str) -> str:
    return translate(_LANG, key)


def _limits(ctx: click.Context, param: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    del ctx, param
    found = {}
    for item in given:
        dimension, sign, value = item.partition("=")
        if not sign or not value:
            raise click.BadParameter(translate(_LANG, "cli.table.only_form", value=item))
        found[dimension.strip()] = value
    return found


@click.command("table", help=_text("cli.table.help"))
@click.argument("name", required=False)
@click.option("--by", default="", help=_text("cli.table.by"))
@click.option("--top", type=click.IntRange(1, 1000), help=_text("cli.table.top"))
@click.option("--period", "--week", "period", help=_text("cli.table.period"))
@click.option("--compare", type=click.Choice(COMPARISONS), default="previous", help=_text("cli.board.compare"))
@click.option("--sort", default="", help=_text("cli.table.sort"))
@click.option("--only", multiple=True, callback=_limits, help=_text("cli.table.only"))
@click.option("--part", default="", help=_text("cli.table.part"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@click.option("--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False), help=_text("cli.table.csv"))
@click.option("--xlsx", "xlsx_file", type=click.Path(path_type=Path, dir_okay=False), help=_text("cli.table.xlsx"))
@shared
def table_command(
    state: State,
    name: str | None,
    by: str,
    top: int | None,
    period: str | None,
    compare: str,
    sort: str,
    only: dict[str, str],
    part: str,
    as_json: bool,
    csv_file: Path | None,
    xlsx_file: Path | None,
) -> None:
    from laban.report.views.tables import Asked, table_page  # noqa: PLC0415  help needs no views

    if name is None:
        _list(state)
        return
    with state.open() as workspace:
        asked = Asked(
            period=Period.parse(period) if period else None,
            compare=cast("Comparison", compare),
            by=tuple(part.strip() for part in by.split(",") if part.strip()),
            top=top or 0,
            sort=sort,
            only=only,
        )
        view = table_page(workspace, name, asked)
    if part:
        view = _part(view, part)
    _write(state, view, csv_file, xlsx_file)
    if as_json:
        print_json(view.as_json())
    elif csv_file is None and xlsx_file is None:
        _show(view, state.lang)


def _list(state: State) -> None:
    from laban.report.table_words import TableWords  # noqa: PLC0415  help needs no prose
    from laban.report.views.tables import SPECS  # noqa: PLC0415  help needs no views

    words = TableWords(state.lang, "")
    width = max(map(len, SPECS))
    click.echo(words.t("cli.table.none"))
    for name in SPECS:
        click.echo(f"  {name:<{width}}  {words.question(name)}")


def _part(view: TableView, part: str) -> TableView:
    """One table of the page alone."""
    found = tuple(table for table in view.tables if table.id == part)
    if not found:
        raise UnknownNameError(Phrase.of("table.kind"), part, [table.id for table in view.tables])
    return replace(view, tables=found, cohorts=(), comments=())


def _write(state: State, view: TableView, csv_file: Path | None, xlsx_file: Path | None) -> None:
    from laban.report import export, sheets  # noqa: PLC0415  help needs no files

    if csv_file is None and xlsx_file is None:
        return
    made = sheets.of_tables(view, state.lang)
    if csv_file is not None:
        csv_file.write_bytes(export.to_csv(made[0], state.lang))
        state.say("cli.table.written", path=state.shown(csv_file))
    if xlsx_file is not None:
        xlsx_file.write_bytes(export.to_xlsx(made, state.lang))
        state.say("cli.table.written", path=state.shown(xlsx_file))


def _show(view: TableView, lang: str) -> None:
    from laban.report.table_words import TableWords  # noqa: PLC0415  help needs no prose

    console = make_console()
    words = TableWords(lang, view.frame.currency)
    console.print(words.title(view.id), style="bold", highlight=False, markup=False)
    for line in (words.question(view.id), words.summary(view), *words.limits(view)):
        console.print(line, style="dim", highlight=False, markup=False)
    for table in view.tables:
        _show_table(console, view, table, words)
    console.print()
    console.print(words.method(view), style="dim", highlight=False, markup=False)


def _show_table(console: Console, view: TableView, table: Table, words: TableWords) -> None:
    from rich.table import Table as Grid  # noqa: PLC0415  only tables need it
    from rich.text import Text  # noqa: PLC0415  only tables need it

    console.print()
    console.print(words.table_title(view.id, table), style="bold", highlight=False, markup=False)
    told = [words.say(note) for note in table.says]
    told += [table.reason.get(words.lang)] if table.reason else []
    told += [words.t("table.no_rows")] if not table.rows and not table.reason else []
    for line in told:
        console.print(line, highlight=False, markup=False)
    if table.rows:
        grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        grid.add_column(words.dims(table.by) if table.by else "")
        for head in table.columns:
            grid.add_column(Text(words.head(head)), justify="right")
        grid.add_column(words.t("table.marks"))
        for row in (*table.rows, *([table.total] if table.total else [])):
            cells = [words.cell(head, value) for head, value in zip(table.columns, row.values, strict=True)]
            grid.add_row(Text(words.row(table, row)), *cells, Text(words.marks(row)))
        console.print(grid)
    if table.recombines:
        console.print(words.t("table.recombines"), style="dim", highlight=False, markup=False)
    for gap in table.missing:
        line = f"{gap.kpi.name.get(words.lang)}: {words.missing(gap)}"
        console.print(line, style="dim", highlight=False, markup=False)
