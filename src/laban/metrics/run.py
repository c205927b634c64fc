"""Answering a question: run the plan's statements, do the arithmetic, and say why where there is no number.

Answers are kept by (question, state of the warehouse, day): the same question costs nothing twice.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from threading import Lock
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from laban.metrics.compile import Bucket, KpiPlan, Plan, Statement, compile_query
from laban.metrics.formula import Exact, Input, evaluated, exactly
from laban.metrics.model import Catalogue
from laban.metrics.query import Query
from laban.metrics.refusals import Known, reason
from laban.metrics.result import Cell, Result, Row
from laban.metrics.statements import OTHERS
from laban.metrics.top import largest
from laban.periods import Period

#: Kept answers per warehouse; a scorecard asks about a dozen questions.
KEPT = 256

Key = tuple[str | None, ...]


class Snapshot(Protocol):
    """A warehouse as it stands at one moment."""

    version: int

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement."""


class Warehouse(Protocol):
    """What metrics needs of a warehouse. ``version`` grows with every change of the data."""

    version: int

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Give several statements the same state, whatever is imported meanwhile."""

    def period_of(self, facts: Iterable[str]) -> Period | None:
        """Return the first to the last day of any of the facts."""


@dataclass
class _Kept:
    """The answers kept for one warehouse, and the days each fact covers; forgotten when the data change.

    An answer stands beside its catalogue, so that no other catalogue can come by the same identity meanwhile.
    """

    version: int = -1
    answers: OrderedDict[tuple[str, date, int], tuple[Catalogue, Result]] = field(default_factory=OrderedDict)
    extents: dict[str, Period | None] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


_kept: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()
_kept_lock = Lock()


def run(query: Query, catalogue: Catalogue, warehouse: Warehouse, *, today: date) -> Result:
    """Answer a query; yesterday is the last complete day.

    Raises:
        UnknownNameError: a KPI or dimension does not exist; names the nearest.
        UnsupportedDimensionError: none of the KPIs can be split by or filtered on a dimension.
    """
    kept = _kept_for(warehouse)
    key = (query.text(), today, id(catalogue))
    version = warehouse.version
    with kept.lock:
        if kept.version != version:
            kept.version = version
            kept.answers.clear()
            kept.extents = {}
        if key in kept.answers:
            kept.answers.move_to_end(key)
            return kept.answers[key][1]
        extents = kept.extents
    keep = None
    if query.top:
        keep = largest(
            query, lambda asked: answer(compile_query(asked, catalogue, today), catalogue, warehouse, extents)
        )
    result = answer(compile_query(query, catalogue, today, keep), catalogue, warehouse, extents)
    with kept.lock:
        if kept.version == version == warehouse.version:
            kept.answers[key] = (catalogue, result)
            while len(kept.answers) > KEPT:
                kept.answers.popitem(last=False)
    return result


def _kept_for(warehouse: Warehouse) -> _Kept:
    with _kept_lock:
        return _kept.setdefault(warehouse, _Kept())


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of one statement by window and dimension values."""

    statement: Statement
    rows: Mapping[tuple[int, Key], tuple[Any, ...]]


def answer(
    plan: Plan, catalogue: Catalogue, warehouse: Warehouse, extents: dict[str, Period | None] | None = None
) -> Result:
    """Run a plan. ``extents`` keeps the days that each fact covers between plans."""
    with warehouse.snapshot() as snapshot:
        grids = tuple(_grid(statement, snapshot, len(plan.query.by)) for statement in plan.statements)
    known = Known(plan, catalogue, warehouse, {} if extents is None else extents)
    with exactly():
        rows = tuple(_rows(plan, grids, known))
    refusals = dict(plan.refusals)
    for place, kpi in enumerate(plan.query.kpis):
        if kpi not in refusals and all(row.cells[place].value is None for row in rows):
            why = reason(next(k for k in plan.kpis if k.kpi == kpi), known, grids)
            if why is not None:
                refusals[kpi] = why
    overall = plan.overall
    return Result(plan.query, overall.current, overall.baseline, overall.partial, rows, refusals)


def _grid(statement: Statement, snapshot: Snapshot, width: int) -> Grid:
    found = snapshot.query(statement.sql.text, list(statement.sql.params))
    return Grid(statement, {(row[0], tuple(row[1 : 1 + width])): row for row in found if row[1 + width]})


def _rows(plan: Plan, grids: Sequence[Grid], known: Known) -> Iterator[Row]:
    members = _members(grids) if plan.query.by else {}
    for bucket in plan.buckets:
        now = _side(plan, bucket, grids, known, baseline=False)
        before = None if bucket.baseline is None else _side(plan, bucket, grids, known, baseline=True)
        for key in _keys(plan, bucket, grids, members):
            baseline = None if before is None else _cells(plan, before, key)
            others = OTHERS in key
            shown = ("others",) * len(key) if others else key
            yield Row(bucket.current, shown, _cells(plan, now, key), baseline, bucket.baseline, others)


def _members(grids: Sequence[Grid]) -> dict[tuple[int, int], set[Key]]:
    """Which dimension values occur, per statement and window."""
    found: dict[tuple[int, int], set[Key]] = {}
    for number, grid in enumerate(grids):
        for window, key in grid.rows:
            found.setdefault((number, window), set()).add(key)
    return found


def _keys(
    plan: Plan, bucket: Bucket, grids: Sequence[Grid], members: Mapping[tuple[int, int], set[Key]]
) -> list[Key]:
    """The dimension values that occur in a bucket or its baseline, in any fact; unknown ones last, then the rest."""
    if not plan.query.by:
        return [()]
    keys: set[Key] = set()
    for one, place in plan.places.items():
        index = grids[place.statement].statement.index
        for baseline in (False, True):
            window = bucket.reached(one, baseline=baseline)
            if window is not None:
                keys |= members.get((place.statement, index[window]), set())
    return sorted(keys, key=lambda key: tuple((value == OTHERS, value is None, value or "") for value in key))


@dataclass(frozen=True, slots=True)
class _Look:
    """Where one input's numbers stand for one window, and what no row means."""

    input: Input
    rows: Mapping[tuple[int, Key], tuple[Any, ...]]
    window: int
    column: int
    gap_column: int | None
    absent: int | None
    scale: tuple[int, int] = (1, 1)

    def scaled(self, value: Exact | None) -> Exact | None:
        """Bring a number of an index's base period to the length of the period asked for."""
        up, down = self.scale
        return value if value is None or up == down else Decimal(value) * up / down


@dataclass(frozen=True, slots=True)
class _Side:
    """A bucket or its baseline: where to look, and the days that each KPI speaks of when they are not its own."""

    looks: tuple[_Look, ...]
    windows: Mapping[str, Period | None]


def _side(plan: Plan, bucket: Bucket, grids: Sequence[Grid], known: Known, *, baseline: bool) -> _Side:
    looks = []
    for one, place in plan.places.items():
        window = bucket.reached(one, baseline=baseline)
        asked = bucket.asked(one, baseline=baseline)
        if window is None or asked is None or not known.speaks(one, asked):
            continue
        if not (baseline and not known.whole(one, window)):
            look = _look(one, place.ask, window, grids[place.statement], known)
            looks += [replace(look, scale=bucket.scale(one, baseline=baseline))] if look else []
    period = bucket.baseline if baseline else bucket.current
    windows = {}
    for kpi in plan.kpis:
        reached = [bucket.reached(i, baseline=baseline) for i in kpi.inputs if i.shift == "now"]
        widest = max((w for w in reached if w is not None), key=lambda w: w.days, default=None)
        windows[kpi.kpi] = widest if widest != period else None
    return _Side(tuple(looks), windows)


def _look(one: Input, ask_number: int, window: Period, grid: Grid, known: Known) -> _Look | None:
    """Return where to look for an input; None when the data do not reach back far enough for it."""
    statement = grid.statement
    request = statement.request
    ask = request.asks[ask_number]
    if not known.enough_history(ask, request, window):
        return None
    adds = ask.measure.kind not in {"median", "quantile"}
    zero = request.source.zero_when_empty and adds and known.covers(one, window)
    gap_column = ask.gap_column if request.shape == "rows" else None
    return _Look(one, grid.rows, statement.index[window], ask.column, gap_column, 0 if zero else None)


def _cells(plan: Plan, side: _Side, key: Key) -> tuple[Cell, ...]:
    values: dict[Input, Exact | None] = {}
    gaps: set[Input] = set()
    for look in side.looks:
        row = look.rows.get((look.window, key))
        if row is None:
            values[look.input] = look.absent
            continue
        values[look.input] = look.scaled(_exact(row[look.column]))
        if look.gap_column is not None and row[look.gap_column]:
            gaps.add(look.input)
    cells = {kpi.kpi: _cell(kpi, values, gaps, side.windows[kpi.kpi]) for kpi in plan.kpis}
    return tuple(cells.get(kpi, _NOTHING) for kpi in plan.query.kpis)


_NOTHING = Cell(None)


def _exact(value: Any) -> Exact | None:
    if isinstance(value, float):
        return Decimal(repr(value))
    return value if isinstance(value, Decimal) or value is None else int(value)


def _cell(kpi: KpiPlan, values: Mapping[Input, Exact | None], gaps: set[Input], window: Period | None) -> Cell:
    value, parts = evaluated(kpi.expression, values)
    lacking = [i.label for i in kpi.inputs if values.get(i) is None or i in gaps]
    return Cell(value, parts, tuple(dict.fromkeys(lacking)), window)
