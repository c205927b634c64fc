"""Commands that ask: board, kpi, dictionary, report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import click

from laban.cli.common import State, help_language, print_json, shared
from laban.cli.common import console as make_console
from laban.errors import NoDataError
from laban.i18n import translate
from laban.periods import COMPARISONS, Comparison, Period

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from laban.report.views import KpiView, ScorecardView, Tile
    from laban.workspace import Workspace

_LANG = help_language()
FORMATS = ("pdf", "html", "xlsx", "md")


def _text(key: str) -> str:
    return translate(_LANG, key)


def _period(text: str | None) -> Period | None:
    return Period.parse(text) if text else None


@click.command("board", help=_text("cli.board.help"))
@click.option("--week", "--period", "period", help=_text("cli.board.week"))
@click.option("--pack", default="weekly_seven", show_default=True, help=_text("cli.board.pack"))
@click.option("--compare", type=click.Choice(COMPARISONS), default="previous", help=_text("cli.board.compare"))
@click.option("--channel", help=_text("cli.board.channel"))
@click.option("--swap", default="", help=_text("cli.board_swap"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def board_command(
    state: State, period: str | None, pack: str, compare: str, channel: str | None, swap: str, as_json: bool
) -> None:
    from laban.report.views import scorecard  # noqa: PLC0415  help needs no views
    from laban.report.views.scorecard import parse_swaps  # noqa: PLC0415  likewise

    with state.open() as workspace:
        view = scorecard(
            workspace,
            pack=pack,
            period=_period(period),
            compare=cast("Comparison", compare),
            channel=channel,
            swap=parse_swaps(swap),
        )
        if as_json:
            print_json(view.as_json())
            return
        if not workspace.has_data():
            raise NoDataError
    show_board(view, state.lang)


def print_board(state: State, workspace: Workspace) -> None:
    """Print the scorecard of the last full week."""
    from laban.report.views import scorecard  # noqa: PLC0415  help needs no views

    show_board(scorecard(workspace), state.lang)


def show_board(view: ScorecardView, lang: str) -> None:
    """Print a scorecard: what happened in words, a table of the KPIs, what is missing, how new the data are."""
    from rich.padding import Padding  # noqa: PLC0415  only tables need it

    from laban.report import narrative  # noqa: PLC0415  help needs no prose

    console = make_console()
    console.print(f"[bold]{_plain(view.frame.shop)}[/]  {view.pack.name.get(lang)}")
    for sentence in narrative.headline(view, lang):
        console.print(sentence, highlight=False, markup=False)
    if view.frame.begun:
        comparison = narrative.comparison_sentence(view.frame, lang)
        console.print(comparison, style="dim", highlight=False, markup=False)
    if view.reconstructed:
        console.print(translate(lang, "boards.reconstructed_sentence"), style="dim", highlight=False, markup=False)
    if view.tiles:
        console.print()
        _print_tiles(console, view, lang)
        _print_maturity(console, view, lang)
        if any(tile.doubts for tile in view.tiles):
            words = translate(lang, "cli.doubts.legend", week=view.frame.period.text())
            console.print(words, style="yellow", highlight=False, markup=False)
    if view.missing:
        console.print(f"\n{translate(lang, 'cli.board.missing')}")
        for missing in view.missing:
            words = f"{missing.kpi.name.get(lang)}: {narrative.missing_text(missing, lang)}"
            console.print(Padding(words, (0, 0, 0, 2)), highlight=False, markup=False, style="dim")
    _print_freshness(console, view, lang)


def _print_maturity(console: Console, view: ScorecardView, lang: str) -> None:
    """Print where the numbers that still move are expected to end."""
    from rich.padding import Padding  # noqa: PLC0415  only tables need it

    from laban.report import narrative_maturity  # noqa: PLC0415  help needs no prose

    said = [(tile, narrative_maturity.expected(tile, lang, view.frame.currency)) for tile in view.tiles]
    if any(words for _, words in said):
        console.print(f"\n{translate(lang, 'maturity.board')}", style="dim", highlight=False, markup=False)
    for tile, words in said:
        if words:
            line = Padding(f"{tile.kpi.name.get(lang)}: {words[:1].lower()}{words[1:]}", (0, 0, 0, 2))
            console.print(line, highlight=False, markup=False, style="dim")


def _print_tiles(console: Console, view: ScorecardView, lang: str) -> None:
    """Print the tiles in one table, or where the pack has groups in one under each heading."""
    if not view.parts:
        console.print(tiles_table(view.tiles, lang, view.frame.currency))
    for part in view.parts:
        names = {entry.kpi.id for entry in part.entries}
        console.print(f"[bold]{_plain(part.name.get(lang))}[/]", highlight=False)
        console.print(tiles_table([t for t in view.tiles if t.kpi.id in names], lang, view.frame.currency))


def _plain(text: str) -> str:
    return text.replace("[", "\\[")


def tiles_table(tiles: Sequence[Tile], lang: str, currency: str) -> Table:
    """Return a table of KPIs: value, change with its verdict, the last 13 units."""
    from rich.table import Table  # noqa: PLC0415  only tables need it

    from laban.report import format as fmt  # noqa: PLC0415  help needs no numbers
    from laban.report import text  # noqa: PLC0415  help needs no numbers

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(translate(lang, "cli.board.kpi"))
    table.add_column(translate(lang, "cli.board.value"), justify="right")
    table.add_column(translate(lang, "cli.board.change"))
    table.add_column(translate(lang, "cli.board.weeks"))
    for tile in tiles:
        value = fmt.value(tile.value, tile.kpi.unit, lang, currency)
        spark = text.blocks([point.value for point in tile.spark])
        name = f"{tile.kpi.name.get(lang)}{' ⚠' if tile.doubts else ''}"
        table.add_row(name, value, _change(tile, lang, currency), spark)
    return table


_STYLES = {"good": "green", "bad": "red", "neutral": "dim"}


def _change(tile: Tile, lang: str, currency: str) -> Text:
    from rich.text import Text  # noqa: PLC0415  only tables need it

    from laban.report import narrative  # noqa: PLC0415  help needs no prose

    change = tile.change
    words = [narrative.signed(change, tile.kpi.unit, lang, currency), narrative.verdict_words(change, lang)]
    return Text("  ".join(word for word in words if word), style=_STYLES[change.verdict] if change else "dim")


#: So many sources that reach the same newest day are named; more are counted.
_SOURCES_NAMED: Final = 8


def _print_freshness(console: Console, view: ScorecardView, lang: str) -> None:
    from laban.report import format as fmt  # noqa: PLC0415  help needs no dates
    from laban.report import narrative  # noqa: PLC0415  help needs no names

    if not view.freshness:
        return
    newest = max((source.last_day for source in view.freshness if source.last_day), default=None)
    level = [source for source in view.freshness if source.last_day == newest and not source.stale]
    if len(level) <= _SOURCES_NAMED:
        level = []
    parts = []
    for source in view.freshness:
        if source in level:
            continue
        until = fmt.day(source.last_day, lang) if source.last_day else "–"
        mark = f" ({translate(lang, 'cli.board.stale')})" if source.stale else ""
        parts.append(f"{narrative.named(lang, 'platform', source.platform)} {until}{mark}")
    if level and newest:
        word = "cli.board.level_rest" if parts else "cli.board.level_all"
        parts.append(translate(lang, word, n=len(level), day=fmt.day(newest, lang)))
    console.print()
    words = translate(lang, "cli.board.freshness", sources=" · ".join(parts))
    console.print(words, style="dim", highlight=False, markup=False)


@click.command("kpi", help=_text("cli.kpi.help"))
@click.argument("kpi", metavar="KPI")
@click.option("--week", "--period", "period", help=_text("cli.board.week"))
@click.option("--compare", type=click.Choice(COMPARISONS), default="previous", help=_text("cli.board.compare"))
@click.option("--channel", help=_text("cli.board.channel"))
@click.option("--by", help=_text("cli.kpi.by"))
@click.option("--sql", "as_sql", is_flag=True, help=_text("explain.option"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def kpi_command(
    state: State,
    kpi: str,
    period: str | None,
    compare: str,
    channel: str | None,
    by: str | None,
    as_sql: bool,
    as_json: bool,
) -> None:
    from laban.report.views import kpi_page  # noqa: PLC0415  help needs no views

    with state.open() as workspace:
        view = kpi_page(
            workspace,
            kpi,
            period=_period(period),
            compare_with=cast("Comparison", compare),
            channel=channel,
            by=by,
        )
    if as_json:
        print_json(_sql_json(view) if as_sql else view.as_json())
    elif as_sql:
        _show_sql(view, state.lang)
    else:
        _show_kpi(view, state.lang)


def _sql_json(view: KpiView) -> dict[str, Any]:
    """Return the part of the page that says how the number was computed."""
    page = view.as_json()
    kept = ("formula", "formula_tokens", "formula_parts", "sql")
    named = {"kpi": view.kpi.id, "period": view.frame.period.text(), "value": page["tile"]["value"]}
    return named | {name: page[name] for name in kept}


def _show_sql(view: KpiView, lang: str) -> None:
    """Print the formula as comments and the statements after it: the whole can be pasted."""
    from laban.report import format as fmt  # noqa: PLC0415  help needs no numbers
    from laban.report import narrative  # noqa: PLC0415  help needs no prose

    said = [f"{view.kpi.name.get(lang)} ({view.kpi.id}), {fmt.period(view.frame.period, lang)}"]
    said.append(f"{translate(lang, 'cli.kpi.formula')}: {narrative.formula_words(view, lang)}")
    if view.missing:
        said.append(narrative.missing_text(view.missing, lang))
    elif view.tile.value is not None:
        said.append(narrative.formula_numbers(view, lang))
    for words in said:
        click.echo(f"-- {' '.join(words.split())}")
    for statement in view.sql:
        click.echo(f"\n{statement}")


def _show_kpi(view: KpiView, lang: str) -> None:
    from laban.report import (  # noqa: PLC0415  help needs no prose
        doubting,
        narrative,
        narrative_boards,
        narrative_maturity,
    )
    from laban.report import format as fmt  # noqa: PLC0415  help needs no numbers

    console = make_console()
    short = f" ({view.kpi.abbreviation})" if view.kpi.abbreviation else ""
    console.print(f"[bold]{_plain(view.kpi.name.get(lang))}{short}[/]  {fmt.period(view.frame.period, lang)}")
    words = (
        narrative.missing_text(view.missing, lang)
        if view.missing
        else narrative.kpi_sentence(view.tile, view.frame, lang)
    )
    console.print(words, highlight=False, markup=False)
    for said in narrative_maturity.sentences(view.tile, lang, view.frame.currency):
        console.print(said, style="dim", highlight=False, markup=False)
    if narrative_maturity.why(view.tile, lang):
        console.print(narrative_maturity.why(view.tile, lang), style="dim", highlight=False, markup=False)
    for note in view.tile.notes:
        console.print(narrative.note_text(note, lang), style="dim", highlight=False, markup=False)
    for remark in narrative_boards.remarks(view, lang):
        console.print(remark, style="yellow", highlight=False, markup=False)
    for doubt in view.tile.doubts:
        title = doubting.title(doubt, lang, view.frame.currency)
        words = translate(lang, "cli.doubts.kpi", title=title, kpi=view.kpi.id, week=view.frame.period.text())
        console.print(words, style="yellow", highlight=False, markup=False)
    console.print()
    console.print(view.description.get(lang), highlight=False, markup=False)
    _print_formula(console, view, lang)
    _print_comparisons(console, view, lang)
    _print_breakdown(console, view, lang)
    _print_list(console, translate(lang, "cli.kpi.pitfalls"), [text.get(lang) for text in view.pitfalls])
    _print_list(console, translate(lang, "cli.kpi.imports"), [f"#{item.id} {item.name}" for item in view.imports])
    if view.dimensions and view.breakdown is None:
        console.print(translate(lang, "cli.kpi.dimensions", names=", ".join(view.dimensions)), style="dim")


def _print_list(console: Console, title: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    console.print(f"\n[bold]{title}[/]")
    for line in lines[:12]:
        console.print(f"  – {line}", highlight=False, markup=False)
    if len(lines) > 12:
        console.print(f"  … +{len(lines) - 12}", style="dim")


def _print_formula(console: Console, view: KpiView, lang: str) -> None:
    from laban.report import narrative  # noqa: PLC0415  help needs no prose

    words = narrative.formula_words(view, lang)
    console.print(f"\n[bold]{translate(lang, 'cli.kpi.formula')}[/]  {_plain(words)}", highlight=False)
    if view.tile.value is not None and len(view.formula_tokens) > 1:
        console.print(f"  {narrative.formula_numbers(view, lang)}", highlight=False, markup=False)


def _print_comparisons(console: Console, view: KpiView, lang: str) -> None:
    from laban.report import format as fmt  # noqa: PLC0415  help needs no numbers
    from laban.report import narrative  # noqa: PLC0415  help needs no prose

    lines = []
    for item in view.comparisons:
        label = narrative.compared_label(item, view.frame, lang)
        if item.value is None:
            lines.append(f"{label}: {narrative.compared_reason(item, lang)}")
            continue
        change = narrative.change_words(item.change, view.kpi.unit, lang, view.frame.currency)
        lines.append(f"{label}: {fmt.value(item.value, view.kpi.unit, lang, view.frame.currency)} ({change})")
    _print_list(console, translate(lang, "cli.kpi.comparisons"), lines)


def _print_breakdown(console: Console, view: KpiView, lang: str) -> None:
    from rich.table import Table  # noqa: PLC0415  only tables need it
    from rich.text import Text  # noqa: PLC0415  only tables need it

    from laban.report import format as fmt  # noqa: PLC0415  help needs no numbers
    from laban.report import narrative  # noqa: PLC0415  help needs no prose

    if view.breakdown is None:
        return
    unit, currency = view.kpi.unit, view.frame.currency
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(narrative.named(lang, "dimension", view.breakdown.dimension))
    for name in ("value", "share"):
        table.add_column(translate(lang, f"cli.board.{name}"), justify="right")
    table.add_column(translate(lang, "cli.board.change"))
    for row in view.breakdown.rows:
        table.add_row(
            Text(narrative.member_name(lang, view.breakdown.dimension, row.key)),
            fmt.value(row.value, unit, lang, currency),
            fmt.percent(row.share, lang) if row.share is not None else "",
            narrative.signed(row.change, unit, lang, currency),
        )
    console.print()
    console.print(table)
    console.print(narrative.proof_sentence(view.breakdown, lang), style="dim", highlight=False, markup=False)


@click.command("dictionary", help=_text("cli.dictionary.help"))
@click.argument("words", nargs=-1)
@click.option("--scope", default="", help=_text("facet.scope"))
@click.option("--timing", default="", help=_text("facet.timing"))
@click.option("--level", default="", help=_text("facet.level"))
@click.option("--stage", default="", help=_text("facet.stage"))
@click.option("--department", default="", help=_text("facet.department"))
@click.option("--goal", default="", help=_text("facet.goal"))
@click.option("--role", default="", help=_text("facet.role"))
@click.option("--pack", default="", help=_text("facet.pack"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def dictionary_command(state: State, words: Sequence[str], pack: str, as_json: bool, **filters: str) -> None:
    from laban.report.views import dictionary  # noqa: PLC0415  help needs no views
    from laban.workspace import Workspace  # noqa: PLC0415  help needs no workspace

    root = state.find()
    workspace = state.open() if root else Workspace.unbound()
    query = " ".join(words)
    view = dictionary(workspace, query, state.lang, filters=filters, pack=pack)
    if as_json:
        print_json(view.as_json())
        return
    if not view.hits:
        state.say("cli.dictionary.none", text=query)
    console = make_console()
    for hit in view.hits:
        short = f" ({hit.kpi.abbreviation})" if hit.kpi.abbreviation else ""
        console.print(
            f"[bold]{_plain(hit.kpi.name.get(state.lang))}{short}[/]  [dim]{hit.kpi.id}[/]", highlight=False
        )
        console.print(f"  {hit.description.get(state.lang)}", highlight=False, markup=False)


@click.command("report", help=_text("cli.report.help"))
@click.option("--week", "--period", "period", help=_text("cli.board.week"))
@click.option("--pack", default="weekly_seven", show_default=True, help=_text("cli.board.pack"))
@click.option("--compare", type=click.Choice(COMPARISONS), default="previous", help=_text("cli.board.compare"))
@click.option("--format", "kind", type=click.Choice(FORMATS), default="pdf", help=_text("cli.report.format"))
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help=_text("cli.output"))
@shared
def report_command(state: State, period: str | None, pack: str, compare: str, kind: str, output: Path | None) -> None:
    from laban.report import render  # noqa: PLC0415  help needs no renderers
    from laban.report.views import weekly_report  # noqa: PLC0415  help needs no views

    with state.open() as workspace:
        if not workspace.has_data():
            raise NoDataError
        view = weekly_report(workspace, pack=pack, period=_period(period), compare=cast("Comparison", compare))
    path = output or state.directory / f"laban-{view.scorecard.frame.period.text()}.{kind}"
    path.write_bytes(render(view, cast("Literal['pdf', 'html', 'xlsx', 'md']", kind), state.lang))
    click.echo(translate(state.lang, "cli.report.done", path=state.shown(path)))
