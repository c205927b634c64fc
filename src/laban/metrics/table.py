"""The rows of an answer: each number is worked out exactly when it is looked at, or all of them at once as columns.

A board has tens of thousands of cells and a page shows a few hundred of them, so cells are made on demand. Columns
are for reading whole boards: the same sums, exact in SQL, divided as floating-point numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, overload

from laban.metrics.compile import Bucket, KpiPlan, Plan, Statement
from laban.metrics.formula import Exact, Expression, Input, Named, Number, Operation, evaluated, exactly
from laban.metrics.refusals import Known
from laban.metrics.result import Cell, Row
from laban.metrics.statements import OTHERS
from laban.periods import Period

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.float64]

Key = tuple[str | None, ...]
#: Rows that are cheaper to look through one by one than to make columns of.
FEW = 60
_NOTHING = Cell(None)


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of one statement by window and dimension values."""

    statement: Statement
    rows: Mapping[tuple[int, Key], tuple[Any, ...]]
    members: Mapping[int, Sequence[Key]]


def grid(statement: Statement, found: Sequence[tuple[Any, ...]], width: int) -> Grid:
    """Return what a statement gave by window and members; a row that stands for no rows says nothing."""
    rows: dict[tuple[int, Key], tuple[Any, ...]] = {}
    members: dict[int, list[Key]] = {}
    for row in found:
        if row[1 + width]:
            key = tuple(row[1 : 1 + width])
            rows[row[0], key] = row
            members.setdefault(row[0], []).append(key)
    return Grid(statement, rows, members)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where some inputs' numbers stand for one bucket: the window's number, what no row means, and a scale."""

    window: int
    absent: int | None
    scale: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reader:
    """Inputs of one statement that look at the same days: (input, column, gap column), and where, per bucket.

    ``members`` gives the windows whose members make rows, whether or not there is a number for them.
    """

    grid: Grid
    inputs: tuple[tuple[Input, int, int | None], ...]
    now: tuple[Reach | None, ...]
    before: tuple[Reach | None, ...]
    members: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """All numbers of an answer: per KPI one array with a value per row, NaN where there is no number.

    ``baseline`` is the same for the period compared with, None without a comparison.
    """

    periods: Sequence[Period]
    keys: Sequence[Key]
    values: Mapping[str, Column]
    baseline: Mapping[str, Column] | None


class Table(Sequence[Row]):
    """The rows of an answer, in order of buckets and members (unknown ones last)."""

    def __init__(self, plan: Plan, grids: Sequence[Grid], known: Known) -> None:
        self._plan = plan
        self._plans = {kpi.kpi: kpi for kpi in plan.kpis}
        self._readers = _readers(plan, grids, known)
        self._places = [(n, key) for n in range(len(plan.buckets)) for key in self._keys(n)]
        self._rows: list[Row | None] = [None] * len(self._places)
        self._spans: dict[tuple[int, bool], Mapping[str, Period | None]] = {}
        self._held: dict[bool, dict[Input, Column]] = {}
        self._columns: Columns | None = None

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, slice):
            return tuple(self[n] for n in range(*place.indices(len(self))))
        found = self._rows[place]
        if found is None:
            found = self._rows[place] = self._row(*self._places[place])
        return found

    def __iter__(self) -> Iterator[Row]:
        return (self[n] for n in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # rows hold mappings

    def _keys(self, number: int) -> list[Key]:
        """The members of a bucket or its baseline, in any fact; unknown ones last, then the rest."""
        if not self._plan.query.by:
            return [()]
        keys = {
            key
            for reader in self._readers
            for window in reader.members[number]
            for key in reader.grid.members.get(window, ())
        }
        return sorted(keys, key=lambda key: tuple((value == OTHERS, value is None, value or "") for value in key))

    def _row(self, number: int, key: Key) -> Row:
        bucket = self._plan.buckets[number]
        with exactly():
            now = self._cells(number, key, baseline=False)
            before = None if bucket.baseline is None else self._cells(number, key, baseline=True)
        others = OTHERS in key
        return Row(bucket.current, _shown(key), now, before, bucket.baseline, others)

    def _cells(self, number: int, key: Key, *, baseline: bool) -> tuple[Cell, ...]:
        values: dict[Input, Exact | None] = {}
        gaps: set[Input] = set()
        for reader in self._readers:
            reach = (reader.before if baseline else reader.now)[number]
            if reach is not None:
                _look_up(reader, reach, key, values, gaps)
        spans = self._windows(number, baseline=baseline)
        cells = {name: _cell(kpi, values, gaps, spans[name]) for name, kpi in self._plans.items()}
        return tuple(cells.get(kpi, _NOTHING) for kpi in self._plan.query.kpis)

    def _windows(self, number: int, *, baseline: bool) -> Mapping[str, Period | None]:
        """The days that each KPI speaks of in a bucket, where they are not the bucket's own."""
        if (number, baseline) not in self._spans:
            bucket = self._plan.buckets[number]
            period = bucket.baseline if baseline else bucket.current
            found = {kpi.kpi: _widest(kpi, bucket, baseline=baseline) for kpi in self._plan.kpis}
            self._spans[number, baseline] = {name: w if w != period else None for name, w in found.items()}
        return self._spans[number, baseline]

    def is_empty(self, kpi: KpiPlan) -> bool:
        """Return whether a KPI has no number in any row."""
        if len(self) <= FEW:
            place = self._plan.query.kpis.index(kpi.kpi)
            return all(row.cells[place].value is None for row in self)
        import numpy as np  # noqa: PLC0415  slow to import, and a page of few numbers does without

        return bool(np.isnan(self._column(kpi.expression, self._inputs(baseline=False))).all())

    def columns(self) -> Columns:
        """Return every number at once; worked out once."""
        if self._columns is None:
            self._columns = self._made_columns()
        return self._columns

    def _made_columns(self) -> Columns:
        now, query = self._inputs(baseline=False), self._plan.query
        compared = any(bucket.baseline is not None for bucket in self._plan.buckets)
        before = self._inputs(baseline=True) if compared else None
        return Columns(
            [self._plan.buckets[number].current for number, _ in self._places],
            [_shown(key) for _, key in self._places],
            {kpi: self._of(kpi, now) for kpi in query.kpis},
            None if before is None else {kpi: self._of(kpi, before) for kpi in query.kpis},
        )

    def _of(self, kpi: str, values: Mapping[Input, Column]) -> Column:
        import numpy as np  # noqa: PLC0415  see above

        plan = self._plans.get(kpi)
        return np.full(len(self), np.nan) if plan is None else self._column(plan.expression, values)

    def _inputs(self, *, baseline: bool) -> dict[Input, Column]:
        if baseline not in self._held:
            found: dict[Input, Column] = {}
            for reader in self._readers:
                found |= self._read(reader, reader.before if baseline else reader.now)
            self._held[baseline] = found
        return self._held[baseline]

    def _read(self, reader: Reader, reaches: Sequence[Reach | None]) -> dict[Input, Column]:
        """The column of each input of a reader, over all rows."""
        import numpy as np  # noqa: PLC0415  see above

        order = {place: n for n, place in enumerate(reader.grid.rows)}
        nowhere = len(order)
        absent = np.array([np.nan if r is None or r.absent is None else r.absent for r in reaches], dtype=np.float64)
        scale = np.array([1.0 if r is None else r.scale[0] / r.scale[1] for r in reaches], dtype=np.float64)
        numbers = np.fromiter((n for n, _ in self._places), np.int64, len(self))
        lines = np.fromiter(
            (
                nowhere if (reach := reaches[n]) is None else order.get((reach.window, key), nowhere)
                for n, key in self._places
            ),
            np.int64,
            len(self),
        )
        missing, empty = lines == nowhere, absent[numbers]
        rows = list(reader.grid.rows.values())
        columns: dict[Input, Column] = {}
        for one, column, _ in reader.inputs:
            held = np.array([*(row[column] for row in rows), None], dtype=np.float64)[lines]
            columns[one] = np.where(missing, empty, held * scale[numbers])
        return columns

    def _column(self, expression: Expression, values: Mapping[Input, Column]) -> Column:
        """An expression over whole columns, with the rules of ``formula``: missing is NaN, and so is n / 0."""
        import numpy as np  # noqa: PLC0415  see above

        match expression:
            case Input():
                return values[expression] if expression in values else np.full(len(self), np.nan)
            case Number(value):
                return np.full(len(self), float(value))
            case Named(_, inner):
                return self._column(inner, values)
            case Operation(operator, left, right):
                return _combined(operator, self._column(left, values), self._column(right, values))
            case _:
                raise TypeError(expression)


def _shown(key: Key) -> Key:
    return ("others",) * len(key) if OTHERS in key else key


def _combined(operator: str, left: Column, right: Column) -> Column:
    import numpy as np  # noqa: PLC0415  see above

    match operator:
        case "+":
            return np.where(np.isnan(left), right, np.where(np.isnan(right), left, left + right))
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            quotient: Column = np.divide(left, right, out=np.full(len(left), np.nan), where=right != 0)
            return quotient


def _look_up(reader: Reader, reach: Reach, key: Key, values: dict[Input, Exact | None], gaps: set[Input]) -> None:
    row = reader.grid.rows.get((reach.window, key))
    up, down = reach.scale
    for one, column, gap in reader.inputs:
        if row is None:
            values[one] = reach.absent
            continue
        value = _exact(row[column])
        values[one] = value if value is None or up == down else Decimal(value) * up / down
        if gap is not None and row[gap]:
            gaps.add(one)


def _exact(value: Any) -> Exact | None:
    if isinstance(value, float):
        return Decimal(repr(value))
    return value if isinstance(value, Decimal) or value is None else int(value)


def _cell(kpi: KpiPlan, values: Mapping[Input, Exact | None], gaps: set[Input], window: Period | None) -> Cell:
    value, parts = evaluated(kpi.expression, values)
    lacking = [i.label for i in kpi.inputs if values.get(i) is None or i in gaps]
    return Cell(value, parts, tuple(dict.fromkeys(lacking)), window)


def _widest(kpi: KpiPlan, bucket: Bucket, *, baseline: bool) -> Period | None:
    reached = [bucket.reached(i, baseline=baseline) for i in kpi.inputs if i.shift == "now"]
    return max((w for w in reached if w is not None), key=lambda w: w.days, default=None)


def _readers(plan: Plan, grids: Sequence[Grid], known: Known) -> tuple[Reader, ...]:
    """Put the inputs that stand in the same rows for the same reasons together, so that each reason is asked once."""
    alike: dict[tuple[object, ...], list[Input]] = {}
    for one, place in plan.places.items():
        ask = grids[place.statement].statement.request.asks[place.ask]
        adds = ask.measure.kind not in {"median", "quantile"}
        alike.setdefault((place.statement, one.shift, one.window, adds), []).append(one)
    return tuple(_reader(plan, members, grids, known) for members in alike.values())


def _reader(plan: Plan, members: Sequence[Input], grids: Sequence[Grid], known: Known) -> Reader:
    first = members[0]
    grid = grids[plan.places[first].statement]
    request, index = grid.statement.request, grid.statement.index
    asks = [(one, request.asks[plan.places[one].ask]) for one in members]
    gaps = request.shape == "rows"
    inside = []
    for bucket in plan.buckets:
        both = (bucket.reached(first, baseline=baseline) for baseline in (False, True))
        inside.append(tuple(index[window] for window in both if window is not None))
    return Reader(
        grid,
        tuple((one, ask.column, ask.gap_column if gaps else None) for one, ask in asks),
        tuple(_reach(first, grid, bucket, plan, known, baseline=False) for bucket in plan.buckets),
        tuple(_reach(first, grid, bucket, plan, known, baseline=True) for bucket in plan.buckets),
        tuple(inside),
    )


def _reach(one: Input, grid: Grid, bucket: Bucket, plan: Plan, known: Known, *, baseline: bool) -> Reach | None:
    """Return where to look; None when the data do not speak of these days, or do not reach back far enough."""
    window, asked = bucket.reached(one, baseline=baseline), bucket.asked(one, baseline=baseline)
    if window is None or asked is None or not known.speaks(one, asked):
        return None
    if baseline and not known.whole(one, window):
        return None
    request = grid.statement.request
    ask = request.asks[plan.places[one].ask]
    if not known.enough_history(ask, request, window):
        return None
    adds = ask.measure.kind not in {"median", "quantile"}
    zero = request.source.zero_when_empty and adds and known.covers(one, window)
    return Reach(grid.statement.index[window], 0 if zero else None, bucket.scale(one, baseline=baseline))
