"""A page of tables as it is answered: plain values for HTML, JSON, terminal and files alike.

Keys of the JSON are the names of the fields. Sentences are codes with values, put into words by the renderers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from laban.analysis.compare import Change
from laban.metrics.result import Number
from laban.periods import Comparison, Period
from laban.report.views.parts import Frame, KpiHead, Missing, Note, Point, Text, Unit, plain

Dims = tuple[str, ...]
#: How a mark is coloured; it always carries words as well.
Tone = Literal["good", "bad", "watch", ""]
Kind = Literal["kpi", "share", "change", "interval", "derived"]


@dataclass(frozen=True, slots=True)
class Amount:
    """A number inside a sentence, with its unit; ``points`` for percent that are points of a rate."""

    value: Number | None
    unit: Unit
    points: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One value of a dimension inside a sentence."""

    dimension: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """One column as it is shown.

    Attributes:
        id: What the address calls it.
        kind: The number itself, or what stands beside a number.
        of: The KPI or column it belongs to.
        name: Its name; for what stands beside a number, the number's.
        kpi: The KPI of the dictionary, or None for plain measures and derived columns.
        unit: Unit of its numbers.
        direction: Which way the number is wished to go.
        points: Whether percent are points of a rate.
    """

    id: str
    kind: Kind
    of: str
    name: Text
    kpi: KpiHead | None
    unit: Unit
    direction: Literal["higher_better", "lower_better", "neutral"]
    points: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """One cell: a number, or a step, or a range. ``few`` says that it rests on too few cases to be judged."""

    value: Number | None = None
    change: Change | None = None
    interval: tuple[float, float] | None = None
    few: bool = False


@dataclass(frozen=True, slots=True)
class TableMark:
    """A remark on a row: ``table.mark.<code>``."""

    code: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row. ``key`` has a value per dimension (None: the data do not say), ``period`` is set in courses.

    ``drill`` are the parameters that lead to this row split further; None where that is not possible.
    """

    key: tuple[str | None, ...]
    values: tuple[Value, ...]
    marks: tuple[TableMark, ...] = ()
    others: bool = False
    period: Period | None = None
    partial: bool = False
    drill: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """One column's numbers, first dimension down, second across."""

    column: Head
    down: tuple[str | None, ...]
    across: tuple[str | None, ...]
    values: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One answered table.

    Attributes:
        id: Its name within the page.
        by: The dimensions of the rows; empty in a course.
        choices: The ways to split it.
        columns: What stands in the cells, in order.
        rows: The rows, sorted.
        total: The total, asked for without the dimension.
        sort: The column that rows are sorted by, "" for the order of time.
        ascending: Whether smaller comes first.
        says: Sentences above it (``table.say.<code>``).
        missing: Columns without any number, with the reason and the way out.
        recombines: True when the rows add up to the total exactly, False when not, None when they must not be added.
        period: The days it speaks of, where they are not the page's.
        chart: The column drawn, or None.
        line: A number drawn as a line across the chart.
        matrix: The chart's column as a matrix.
        reason: Why the whole table cannot be shown: a sentence of the question's, in both languages.
    """

    id: str
    by: Dims
    choices: tuple[Dims, ...]
    columns: tuple[Head, ...]
    rows: tuple[TableRow, ...]
    total: TableRow | None
    sort: str
    ascending: bool
    says: tuple[Note, ...]
    missing: tuple[Missing, ...]
    recombines: bool | None
    period: Period
    chart: str
    line: Number | None
    matrix: Matrix | None
    reason: Text | None = None

    @property
    def points(self) -> tuple[Point, ...]:
        """The chart's column over time, for courses."""
        place = next((n for n, head in enumerate(self.columns) if head.id == self.chart), None)
        if place is None:
            return ()
        return tuple(
            Point(row.period, row.values[place].value, partial=row.partial) for row in self.rows if row.period
        )


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers who first bought in one month, and the share of them who bought again so many months later.

    ``worth`` is what each of them has bought for on average up to the end of the first month, of the month after, and
    so on. ``open`` is the place in ``shares`` of a month that still runs, None where every month is over.
    """

    month: Period
    customers: int
    shares: tuple[float | None, ...]
    worth: tuple[float | None, ...]
    open: int | None


@dataclass(frozen=True, slots=True)
class Comment:
    """What people wrote in a group of at least five answers; fewer are not shown."""

    touchpoint: str | None
    group: Literal["promoter", "passive", "detractor", "satisfied", "neutral", "unsatisfied"]
    answers: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Knob:
    """A number that may be changed in the address: what the data say, and what was chosen."""

    id: str
    unit: Unit
    measured: Number | None
    chosen: Number | None

    @property
    def value(self) -> Number | None:
        """The number that counts."""
        return self.measured if self.chosen is None else self.chosen


@dataclass(frozen=True, slots=True)
class Filter:
    """A dimension the page may be limited to one member of, and the members there are."""

    dimension: str
    members: tuple[str, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class TableView:
    """A page of tables.

    Attributes:
        id: Its name in the address.
        requirement: The requirement it meets.
        frame: Shop, period, comparison.
        top: How many members have a row of their own.
        filters: What it may be limited to, and is.
        tables: The tables.
        cohorts: Customers by the month of their first order, newest first.
        comments: What people wrote, by group.
        hidden_comments: Groups that are too small to be shown.
        knobs: Numbers that may be changed.
        switches: Readings that may be chosen, with the one that is.
        activity_days: How long after buying a customer counts as active.
    """

    id: str
    requirement: str
    frame: Frame
    top: int
    filters: tuple[Filter, ...]
    tables: tuple[Table, ...]
    cohorts: tuple[Cohort, ...] = ()
    comments: tuple[Comment, ...] = ()
    hidden_comments: int = 0
    knobs: tuple[Knob, ...] = ()
    switches: Mapping[str, str] = field(default_factory=dict)
    activity_days: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person may choose on a page of tables; everything stands in the address.

    ``sort`` is a column's id, with ``.asc`` or ``.desc`` after it. ``only`` limits dimensions to one member.
    """

    period: Period | None = None
    compare: Comparison = "previous"
    by: Dims = ()
    top: int = 0
    sort: str = ""
    only: Mapping[str, str] = field(default_factory=dict)
    knobs: Mapping[str, Number] = field(default_factory=dict)
    switches: Mapping[str, str] = field(default_factory=dict)
