"""Commands that look at KPIs in other ways than the scorecard: boards, pairs, tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

import click

from laban.cli.asking import tiles_table
from laban.cli.common import State, help_language, print_json, shared
from laban.cli.common import console as make_console
from laban.errors import UnknownNameError
from laban.i18n import Phrase, translate
from laban.periods import COMPARISONS, Comparison, Period

if TYPE_CHECKING:
    from rich.console import Console
    from rich.tree import Tree

    from laban.report.views.boards import (
        BoardsView,
        CompanyView,
        DepartmentView,
        ExecutiveView,
        FunnelView,
        LevelsView,
        NamesView,
        OperationalView,
        PairsView,
        PairView,
        TreeView,
    )
    from laban.report.views.boards.parts import Section
    from laban.report.views.boards.tree import Node
    from laban.report.views.parts import KpiHead, Tile

_LANG = help_language()
#: The ways to look that are no department.
VIEWS = ("levels", "company", "operational", "executive", "funnel", "pairs", "names")


def _text(key: str) -> str:
    return translate(_LANG, key)


def _asked(period: str | None, compare: str, channel: str | None) -> dict[str, Any]:
    return {
        "period": Period.parse(period) if period else None,
        "compare": cast("Comparison", compare),
        "channel": channel,
    }


@click.command("boards", help=_text("cli.boards.help"))
@click.argument("view", required=False, default="")
@click.option("--week", "--period", "period", help=_text("cli.board.week"))
@click.option("--compare", type=click.Choice(COMPARISONS), default="previous", help=_text("cli.board.compare"))
@click.option("--channel", help=_text("cli.board.channel"))
@click.option("--grain", type=click.Choice(("day", "week")), default="week", help=_text("cli.boards.grain"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def boards_command(
    state: State, view: str, period: str | None, compare: str, channel: str | None, grain: str, as_json: bool
) -> None:
    from laban.metrics.validate import CHOICES  # noqa: PLC0415  help needs no catalogue
    from laban.report.views import boards  # noqa: PLC0415  help needs no views

    asked = _asked(period, compare, channel)
    with state.open() as workspace:
        found: Any
        match view:
            case "":
                found = boards.boards_page(workspace)
            case "levels":
                found = boards.levels_board(workspace, **asked)
            case "company":
                found = boards.company_board(workspace, **asked)
            case "operational":
                found = boards.operational_board(workspace, grain=cast("Literal['day', 'week']", grain), **asked)
            case "executive":
                found = boards.executive_board(workspace, period=asked["period"])
            case "funnel":
                found = boards.funnel_page(workspace, compare_with=asked.pop("compare"), **asked)
            case "pairs":
                found = boards.pairs_page(workspace, **asked)
            case "names":
                found = boards.names_page(workspace)
            case _ if view not in CHOICES["departments"]:
                raise UnknownNameError(Phrase.of("cli.boards.unknown"), view, (*VIEWS, *CHOICES["departments"]))
            case _:
                found = boards.department_board(workspace, view, **asked)
    if as_json:
        print_json(found.as_json())
    else:
        _PRINTERS[type(found).__name__](_Page(make_console(), state.lang), found)


@click.command("pairs", help=_text("cli.pairs.help"))
@click.argument("kpi", metavar="KPI")
@click.option("--week", "--period", "period", help=_text("cli.board.week"))
@click.option("--compare", type=click.Choice(COMPARISONS), default="previous", help=_text("cli.board.compare"))
@click.option("--channel", help=_text("cli.board.channel"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def pairs_command(
    state: State, kpi: str, period: str | None, compare: str, channel: str | None, as_json: bool
) -> None:
    from laban.report.views.boards import pair_page  # noqa: PLC0415  help needs no views

    with state.open() as workspace:
        view = pair_page(workspace, kpi, **_asked(period, compare, channel))
    if as_json:
        print_json(view.as_json())
    else:
        _pair(_Page(make_console(), state.lang), view)


@click.command("tree", help=_text("cli.tree.help"))
@click.argument("kpi", metavar="KPI")
@click.option("--to", help=_text("cli.tree.to"))
@click.option("--week", "--period", "period", help=_text("cli.board.week"))
@click.option("--compare", type=click.Choice(COMPARISONS), default="previous", help=_text("cli.board.compare"))
@click.option("--channel", help=_text("cli.board.channel"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def tree_command(
    state: State, kpi: str, to: str | None, period: str | None, compare: str, channel: str | None, as_json: bool
) -> None:
    from laban.report.views.boards import tree_page  # noqa: PLC0415  help needs no views

    with state.open() as workspace:
        view = tree_page(workspace, kpi, to=to, **_asked(period, compare, channel))
    if as_json:
        print_json(view.as_json())
    else:
        _tree(_Page(make_console(), state.lang), view)


class _Page:
    """A terminal to print on, in one language."""

    def __init__(self, console: Console, lang: str) -> None:
        self.console, self.lang = console, lang

    def t(self, key: str, /, **values: Any) -> str:
        return translate(self.lang, key, **values)

    def title(self, text: str, *more: str) -> None:
        self.console.print(text, style="bold", highlight=False, markup=False)
        for line in more:
            self.line(line)

    def line(self, text: str, style: str = "") -> None:
        self.console.print(text, style=style, highlight=False, markup=False)

    def heading(self, text: str) -> None:
        self.console.print()
        self.line(text, "bold")

    def named(self, kind: str, code: str) -> str:
        return self.t(f"kpi_{kind}.{code}")

    def tiles(self, tiles: Sequence[Tile], currency: str) -> None:
        if tiles:
            self.console.print(tiles_table(tiles, self.lang, currency))

    def sections(self, kind: str, sections: Sequence[Section], currency: str) -> None:
        for section in sections:
            self.heading(self.named(kind, section.code))
            self.tiles(section.tiles, currency)
            if section.missing:
                self.line(self.t("boards.more_missing", n=len(section.missing)), "dim")

    def names(self, kpis: Sequence[KpiHead]) -> str:
        return ", ".join(kpi.name.get(self.lang) for kpi in kpis)

    def period(self, period: Period) -> str:
        from laban.report import format as fmt  # noqa: PLC0415  help needs no dates

        return fmt.period(period, self.lang)

    def value(self, tile: Tile | None, currency: str) -> str:
        from laban.report import format as fmt  # noqa: PLC0415  help needs no numbers

        return self.t("word.no_data") if tile is None else fmt.value(tile.value, tile.kpi.unit, self.lang, currency)


def _overview(page: _Page, view: BoardsView) -> None:
    week = page.period(view.period)
    page.title(page.t("boards.title"), page.t("boards.counted", week=week, answered=view.answered, total=view.total))
    page.heading(page.t("boards.ways"))
    for name in VIEWS:
        page.line(f"  {name:<14}{page.t(f'boards.{name}.title')}")
    page.heading(page.t("boards.departments"))
    for department in view.departments:
        count = page.t("boards.answered", answered=department.answered, size=department.size)
        page.line(f"  {department.code:<18}{page.named('department', department.code)}: {count}")
    for shelf in view.shelves:
        page.heading(page.t(f"pack_kind.{shelf.code}"))
        for pack in shelf.packs:
            count = page.t("boards.answered", answered=pack.answered, size=pack.size)
            page.line(f"  {pack.id:<24}{pack.name.get(page.lang)}: {count}")


def _levels(page: _Page, view: LevelsView) -> None:
    page.title(page.t("boards.levels.title"), page.period(view.frame.period))
    page.heading(f"{page.named('level', 'strategic')}: {page.t('kpi_level.strategic_question')}")
    page.tiles((*view.big, *view.strategic.tiles), view.frame.currency)
    page.heading(f"{page.named('level', 'tactical')}: {page.t('kpi_level.tactical_question')}")
    page.sections("stage", view.tactical, view.frame.currency)
    if view.unlinked:
        page.heading(page.t("boards.levels.unlinked"))
        page.line(page.names(view.unlinked), "dim")


def _company(page: _Page, view: CompanyView) -> None:
    page.title(page.t("boards.company.title"), page.period(view.frame.period))
    for row in view.departments:
        page.heading(page.named("department", row.code))
        states = (page.t(f"headline.{state}", n=n) for state, n in row.states.items() if n)
        page.line(page.t("headline.join").join(states))
        page.tiles(row.moves, view.frame.currency)


def _department(page: _Page, view: DepartmentView) -> None:
    name = page.named("department", view.department)
    page.title(page.t("boards.department.title", name=name), page.period(view.frame.period))
    page.sections("goal", view.goals, view.frame.currency)
    if view.aimless:
        page.heading(page.t("boards.department.aimless"))
        page.line(page.names(view.aimless), "dim")


def _operational(page: _Page, view: OperationalView) -> None:
    from laban.report import narrative  # noqa: PLC0415  help needs no prose

    page.title(page.t("boards.operational.title"), page.period(view.frame.period))
    page.heading(page.t("boards.operational.changed"))
    if view.alerts:
        page.tiles(view.alerts, view.frame.currency)
    else:
        page.line(page.t("boards.operational.calm"), "dim")
    page.heading(page.t("web.fresh.title"))
    for source in view.freshness:
        name = narrative.named(page.lang, "platform", source.platform)
        said = f"{name}: {narrative.freshness_sentence(source, page.lang)}"
        page.line(said, "yellow" if source.stale else "dim")
    page.sections("stage", view.stages, view.frame.currency)


def _executive(page: _Page, view: ExecutiveView) -> None:
    from rich.table import Table  # noqa: PLC0415  only tables need it

    from laban.report import format as fmt  # noqa: PLC0415  help needs no numbers
    from laban.report import narrative  # noqa: PLC0415  help needs no prose

    page.title(page.t("boards.executive.title"), page.period(view.frame.period))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(page.t("cli.board.kpi"))
    table.add_column(page.t("cli.board.value"), justify="right")
    for key in ("quarter", "year"):
        table.add_column(page.t(f"boards.executive.{key}"))
    for row in view.rows:
        kpi, currency = row.tile.kpi, view.frame.currency
        changes = (row.tile.change, row.year.change)
        words = (narrative.signed(change, kpi.unit, page.lang, currency) for change in changes)
        table.add_row(kpi.name.get(page.lang), fmt.value(row.tile.value, kpi.unit, page.lang, currency), *words)
    page.console.print(table)
    for gap in view.missing:
        page.line(f"{gap.missing.kpi.name.get(page.lang)}: {narrative.missing_text(gap.missing, page.lang)}", "dim")
        if gap.instead:
            instead = page.t("boards.executive.instead", name=gap.instead.kpi.name.get(page.lang))
            page.line(f"  {instead} {page.value(gap.instead, view.frame.currency)}")


def _funnel(page: _Page, view: FunnelView) -> None:
    from laban.report import narrative_boards as prose  # noqa: PLC0415  help needs no prose

    page.title(page.t("boards.funnel.title"), page.period(view.frame.period), *prose.funnel_headline(view, page.lang))
    for way in view.ways:
        page.heading(page.t(f"funnel_way.{way.code}"))
        for place, tile in enumerate(way.counts):
            if place:
                step = way.steps[place - 1]
                usual = page.t("boards.funnel.usual", usual=prose.rate_text(step.usual, page.lang))
                change = prose.step_change(step, page.lang)
                page.line(f"  ↓ {prose.rate_text(step.rate, page.lang)}   {usual} ({change})", "dim")
            page.line(f"{tile.kpi.name.get(page.lang)}: {page.value(tile, view.frame.currency)}")


def _pairs(page: _Page, view: PairsView) -> None:
    page.title(page.t("boards.pairs.title"), page.period(view.frame.period))
    for pair in view.pairs:
        page.line(f"{pair.kpi.name.get(page.lang)} ({pair.kpi.id}): {page.value(pair.tile, view.frame.currency)}")
        page.line(f"  {page.t('boards.pairs.foretold')} {page.names(pair.leaders)}", "dim")


def _pair(page: _Page, view: PairView) -> None:
    from laban.report import narrative_boards as prose  # noqa: PLC0415  help needs no prose

    page.title(view.kpi.name.get(page.lang), page.period(view.frame.period))
    page.tiles([view.tile] if view.tile else [], view.frame.currency)
    page.heading(page.t("boards.pairs.before"))
    page.tiles([leader.tile for leader in view.leaders], view.frame.currency)
    for leader in view.leaders:
        page.line(f"{leader.tile.kpi.name.get(page.lang)}: {prose.lead_sentence(leader, page.lang)}", "dim")
    if not view.leaders:
        page.line(page.t("boards.pairs.no_leaders", name=view.kpi.name.get(page.lang)))


def _names(page: _Page, view: NamesView) -> None:
    page.title(page.t("boards.names.title"), page.t("boards.names.about"))
    for clash in view.names:
        page.heading(clash.name)
        for meaning in clash.meanings:
            page.line(f"  {meaning.kpi.name.get(page.lang)} ({meaning.kpi.id})")


def _tree(page: _Page, view: TreeView) -> None:
    from rich.text import Text  # noqa: PLC0415  only trees need it
    from rich.tree import Tree  # noqa: PLC0415  only trees need it

    page.title(page.t("boards.tree.of", name=view.root.kpi.name.get(page.lang)), page.period(view.frame.period))
    if view.way:
        page.line(" → ".join(kpi.name.get(page.lang) for kpi in view.way))
    top = Tree(Text(_node(page, view.root, view.frame.currency)))
    _grow(page, top, view.root, view)
    page.console.print(top)


def _grow(page: _Page, branch: Tree, node: Node, view: TreeView) -> None:
    """Add what lies below a node; on a way that was asked for, only the way."""
    from rich.text import Text  # noqa: PLC0415  only trees need it

    for child in node.children:
        if not view.way or child.on_way:
            style = "" if child.kind == "identity" else "dim"
            _grow(page, branch.add(Text(_node(page, child, view.frame.currency), style=style)), child, view)


def _node(page: _Page, node: Node, currency: str) -> str:
    from laban.report import narrative_boards as prose  # noqa: PLC0415  help needs no prose

    said = f"{node.kpi.name.get(page.lang)}: {page.value(node.tile, currency)}"
    if node.kind:
        said += f"  [{page.t(f'boards.tree.{node.kind}')} {node.effect}]"
    if node.again:
        return f"{said}  ({page.t('boards.tree.again')})"
    numbers = prose.arithmetic_words(node, node.arithmetic, page.lang, currency) if node.arithmetic else ""
    return f"{said}\n{numbers}" if numbers else said


_PRINTERS: dict[str, Callable[[_Page, Any], None]] = {
    "BoardsView": _overview,
    "LevelsView": _levels,
    "CompanyView": _company,
    "DepartmentView": _department,
    "OperationalView": _operational,
    "ExecutiveView": _executive,
    "FunnelView": _funnel,
    "PairsView": _pairs,
    "NamesView": _names,
}
