"""How a page of tables is declared: which rows, which numbers, which remarks, in a few lines each.

The machine in ``build`` asks one fused question per table, one more for the total (never summed from ratios), and
hands the rows to the marks and derived columns that the declaration names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from laban.metrics.query import Where
from laban.metrics.result import Cell, Number, Row
from laban.periods import Grain
from laban.report.views.parts import Note, Unit
from laban.report.views.tables.model import Dims, Tone


@dataclass(frozen=True, slots=True)
class Column:
    """A KPI, a measure or an entry of ``columns.yaml``, perhaps with what belongs beside it.

    ``share`` adds its part of the total, ``change`` the step from the period compared with, ``interval`` the range in
    which the true number lies.
    """

    id: str
    share: bool = False
    change: bool = False
    interval: bool = False


@dataclass(frozen=True, slots=True)
class Material:
    """What marks and derived columns are made from: the rows as they were answered, and the total.

    ``every`` has the row of all others too; ``single`` are the places of the rows of single members. ``knobs`` are
    the numbers that count, measured or ``chosen``. ``brand_terms`` are words that make a search one for the brand.
    """

    columns: tuple[str, ...]
    every: tuple[Row, ...]
    total: Row | None
    by: Dims = ()
    knobs: Mapping[str, Number | None] = field(default_factory=dict)
    chosen: frozenset[str] = frozenset()
    brand_terms: tuple[str, ...] = ()

    @property
    def single(self) -> tuple[int, ...]:
        """The places in ``every`` of the rows of single members."""
        return tuple(place for place, row in enumerate(self.every) if not row.others)

    def cell(self, row: Row | None, column: str) -> Cell:
        """Return a cell by its column; an empty one where there is none."""
        if row is None or column not in self.columns:
            return Cell(None)
        return row.cells[self.columns.index(column)]

    def value(self, row: Row | None, column: str) -> float | None:
        """Return a number by its column, for judging."""
        found = self.cell(row, column).value
        return None if found is None else float(found)

    def before(self, row: Row | None, column: str) -> Cell:
        """Return the cell of the period compared with."""
        if row is None or row.baseline is None or column not in self.columns:
            return Cell(None)
        return row.baseline[self.columns.index(column)]


@dataclass(frozen=True, slots=True)
class Derived:
    """A column that is made from the others, row by row (``make`` answers for ``Material.every``, then the total).

    Its name is ``table.column.<id>``. ``points`` says that its percent are points of a rate, ``compared`` that it
    needs a period to compare with.
    """

    id: str
    unit: Unit
    make: Callable[[Material], Sequence[Number | None]]
    points: bool = False
    compared: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A remark on rows: ``table.mark.<code>`` in the message files; ``find`` gives places in ``Material.every``."""

    code: str
    tone: Tone
    find: Callable[[Material], Sequence[int]]


#: Sentences above a table: ``table.say.<code>``.
Say = Callable[[Material], Sequence[Note]]


@dataclass(frozen=True, slots=True)
class Split:
    """One table: rows by dimensions (or by time, when ``grain`` is set), columns of numbers.

    Attributes:
        id: Names it within its page.
        columns: The first one decides which members are the largest.
        by: The ways to split it that may be chosen, the first by default; empty for a course in time.
        sort: Column to sort by at first; "" keeps the order of time.
        ascending: Whether smaller comes first.
        where: What it is always limited to.
        derived: Columns made from others.
        marks: Remarks on rows.
        says: Sentences above it.
        chart: Column that is drawn, "" for none.
        line: Derived or own column whose total is drawn as a line across the chart.
        grain: Unit of a course in time, "total" for a split.
        units: How many of them.
        pivot: Show the chart's column as a matrix of the first by the second dimension as well.
        limits: More limits that only the data can tell, such as what to leave out.
    """

    id: str
    columns: tuple[Column, ...]
    by: tuple[Dims, ...] = ()
    sort: str = ""
    ascending: bool = False
    where: Where = ()
    derived: tuple[Derived, ...] = ()
    marks: tuple[Mark, ...] = ()
    says: tuple[Say, ...] = ()
    chart: str = ""
    line: str = ""
    grain: Grain = "total"
    units: int = 0
    pivot: bool = False
    limits: str = ""


@dataclass(frozen=True, slots=True)
class KnobSpec:
    """A number that may be changed in the address.

    Until somebody does it is ``start``, or what the data of the whole company say: the KPI of its id, or that part of
    the KPI ``part_of``.
    """

    id: str
    unit: Unit
    start: Number | None = None
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class Spec:
    """A page of tables: the question it answers (``table.<id>.title``, ``.question``, ``.method``) and its tables.

    ``extra`` names what the page has besides tables: a cohort table, comments. ``days`` are shown when no period is
    asked for. ``switches`` are readings to choose from, the first by default.
    """

    id: str
    requirement: str
    splits: tuple[Split, ...]
    days: int = 28
    filters: Dims = ("channel", "platform", "campaign")
    extra: tuple[Literal["cohorts", "comments"], ...] = ()
    knobs: tuple[KnobSpec, ...] = ()
    switches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
