"""What the boards show, as plain rows for files: one sheet per board, its sections in a column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from laban.i18n import translate
from laban.metrics.result import Number
from laban.periods import Period
from laban.report import format as fmt
from laban.report import narrative
from laban.report import narrative_boards as prose
from laban.report.sheets import BOARD, Cell, CellKind, Measured, Sheet, SheetColumn, board_row
from laban.report.views import boards as views
from laban.report.views.boards.tree import Node
from laban.report.views.parts import Frame, Point, Tile

Lines = Sequence[tuple[str, Tile]]
_FUNNEL: tuple[tuple[str, CellKind], ...] = (
    ("section", "text"),
    ("kpi", "text"),
    ("value", "measured"),
    ("onward", "percent"),
    ("usual", "percent"),
)


def of_board(view: Any, lang: str) -> Sheet | None:
    """Return the sheet of a board; None for a page that shows no numbers of its own."""
    make = _MAKERS.get(type(view))
    return make(view, lang) if make else None


def _titled(name: str, lang: str) -> str:
    return translate(lang, f"boards.{name}.title")


def _named(lang: str, kind: str, code: str) -> str:
    return narrative.named(lang, f"kpi_{kind}", code)


def _notes(frame: Frame, lang: str) -> tuple[str, ...]:
    said = [fmt.period(frame.period, lang), narrative.comparison_sentence(frame, lang)]
    if frame.channel:
        said.append(narrative.member_name(lang, "channel", frame.channel))
    return tuple(text for text in said if text)


def _of_tiles(name: str, title: str, lines: Lines, frame: Frame, lang: str) -> Sheet:
    section = SheetColumn(translate(lang, "table.file.board_section"), "text")
    columns = (section, *(SheetColumn(translate(lang, f"table.file.board_{n}"), k) for n, k in BOARD))
    rows = tuple((code, *board_row(tile, frame.currency, lang)) for code, tile in lines)
    return Sheet(name, title, _notes(frame, lang), columns, rows, frame.currency)


def _levels(view: views.LevelsView, lang: str) -> Sheet:
    top = _named(lang, "level", "strategic")
    lines = [(top, tile) for tile in (*view.big, *view.strategic.tiles)]
    lines += [(_named(lang, "stage", s.code), tile) for s in view.tactical for tile in s.tiles]
    return _of_tiles("levels", _titled("levels", lang), lines, view.frame, lang)


def _department(view: views.DepartmentView, lang: str) -> Sheet:
    lines = [(_named(lang, "goal", s.code), tile) for s in view.goals for tile in s.tiles]
    name = _named(lang, "department", view.department)
    title = translate(lang, "boards.department.title", name=name)
    return _of_tiles(view.department, title, lines, view.frame, lang)


def _operational(view: views.OperationalView, lang: str) -> Sheet:
    lines = [(_named(lang, "stage", s.code), tile) for s in view.stages for tile in s.tiles]
    return _of_tiles("operational", _titled("operational", lang), lines, view.frame, lang)


def _company(view: views.CompanyView, lang: str) -> Sheet:
    """Return how many KPIs of each department got better or worse, and which moved most."""
    states = ("good", "bad", "steady", "open", "missing")
    columns = [SheetColumn(translate(lang, "table.file.department"), "text")]
    columns += [SheetColumn(translate(lang, f"table.file.state_{state}"), "count") for state in states]
    columns.append(SheetColumn(translate(lang, "table.file.moves"), "text"))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            _named(lang, "department", row.code),
            *(row.states[state] for state in states),
            "; ".join(f"{t.kpi.name.get(lang)} {_step(t, view.frame, lang)}" for t in row.moves),
        )
        for row in view.departments
    )
    frame = view.frame
    return Sheet("company", _titled("company", lang), _notes(frame, lang), tuple(columns), rows, frame.currency)


def _step(tile: Tile, frame: Frame, lang: str) -> str:
    return narrative.signed(tile.change, tile.kpi.unit, lang, frame.currency)


def _executive(view: views.ExecutiveView, lang: str) -> Sheet:
    """Return a row per KPI with its last quarters beside one another."""
    heads = ("section", "kpi", "unit")
    columns = [SheetColumn(translate(lang, f"table.file.board_{name}"), "text") for name in heads]
    columns += [SheetColumn(fmt.period(quarter, lang), "measured") for quarter in view.quarters]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            _named(lang, "goal", goal.goal),
            *board_row(row.tile, view.frame.currency, lang)[:2],
            *(Measured(point.value, row.tile.kpi.unit) for point in row.quarters),
        )
        for goal in view.goals
        for row in goal.rows
    )
    frame = view.frame
    return Sheet("executive", _titled("executive", lang), _notes(frame, lang), tuple(columns), rows, frame.currency)


def _funnel(view: views.FunnelView, lang: str) -> Sheet:
    """Return a row per count with how many came on from the one before, now and usually."""
    columns = tuple(SheetColumn(translate(lang, f"table.file.board_{name}"), kind) for name, kind in _FUNNEL)
    rows: list[tuple[Cell, ...]] = []
    for way in view.ways:
        for place, tile in enumerate(way.counts):
            step = way.steps[place - 1] if place else None
            rates = (step.rate, step.usual) if step else (None, None)
            name = translate(lang, f"funnel_way.{way.code}")
            rows.append((name, tile.kpi.name.get(lang), Measured(tile.value, tile.kpi.unit), *rates))
    notes = (*_notes(view.frame, lang), *prose.funnel_headline(view, lang))
    return Sheet("funnel", _titled("funnel", lang), notes, columns, tuple(rows), view.frame.currency)


def _pairs(view: views.PairsView, lang: str) -> Sheet:
    made = [(", ".join(one.name.get(lang) for one in pair.leaders), pair.tile) for pair in view.pairs]
    lines = [(leaders, tile) for leaders, tile in made if tile is not None]
    sheet = _of_tiles("pairs", _titled("pairs", lang), lines, view.frame, lang)
    leading = SheetColumn(translate(lang, "table.file.leaders"), "text")
    moved = tuple((*row[1:], row[0]) for row in sheet.rows)
    return Sheet(sheet.id, sheet.title, sheet.notes, (*sheet.columns[1:], leading), moved, sheet.currency)


def _pair(view: views.PairView, lang: str) -> Sheet:
    """Return the weeks of a lagging KPI beside those of the KPIs that foretell it."""
    courses = [(view.kpi, view.points), *((one.tile.kpi, one.points) for one in view.leaders)]
    weeks = list(dict.fromkeys(point.period for _, points in courses for point in points))
    columns = [SheetColumn(translate(lang, f"table.file.{end}_day"), "date") for end in ("first", "last")]
    columns += [SheetColumn(kpi.name.get(lang), kpi.unit) for kpi, _ in courses]
    found = [_by_week(points) for _, points in courses]
    rows = tuple((w.start, w.last, *(values.get(w) for values in found)) for w in sorted(weeks))
    title, frame = view.kpi.name.get(lang), view.frame
    return Sheet(view.kpi.id, title, _notes(frame, lang), tuple(columns), rows, frame.currency)


def _by_week(points: Sequence[Point]) -> Mapping[Period, Number | None]:
    return {point.period: point.value for point in points}


def _tree(view: views.TreeView, lang: str) -> Sheet:
    lines = list(_walked(view.root, "", lang))
    title = translate(lang, "boards.tree.of", name=view.root.kpi.name.get(lang))
    columns = [SheetColumn(translate(lang, f"table.file.{name}"), "text") for name in ("above", "link")]
    columns += [SheetColumn(translate(lang, f"table.file.board_{n}"), k) for n, k in BOARD]
    frame = view.frame
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (above, link, *(board_row(node.tile, frame.currency, lang) if node.tile else _nameless(node, lang)))
        for above, link, node in lines
    )
    return Sheet("tree", title, _notes(frame, lang), tuple(columns), rows, frame.currency)


def _nameless(node: Node, lang: str) -> tuple[Cell, ...]:
    return (node.kpi.name.get(lang), *[None] * (len(BOARD) - 1))


def _walked(node: Node, above: str, lang: str) -> Iterator[tuple[str, str, Node]]:
    link = translate(lang, f"table.file.link_{node.kind}") if node.kind else ""
    yield above, f"{link} ({node.effect})" if link else "", node
    for child in node.children:
        yield from _walked(child, node.kpi.name.get(lang), lang)


_MAKERS: Mapping[type, Callable[[Any, str], Sheet]] = {
    views.LevelsView: _levels,
    views.DepartmentView: _department,
    views.CompanyView: _company,
    views.OperationalView: _operational,
    views.ExecutiveView: _executive,
    views.FunnelView: _funnel,
    views.PairsView: _pairs,
    views.PairView: _pair,
    views.TreeView: _tree,
}
