"""From a question to a plan: which statements to run and how their numbers become KPIs. Pure: no clock, no data.

SQL is asked for base measures only, one fused statement per fact (and per way of counting); KPI arithmetic happens
afterwards, on the rows joined by window and dimension values (drill-across). A comparison adds its windows to
the same statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from laban.errors import UnsupportedDimensionError
from laban.i18n import Text
from laban.metrics.dialect import Sql
from laban.metrics.formula import Expression, Input, inputs
from laban.metrics.model import Catalogue, Source
from laban.metrics.query import Query
from laban.metrics.result import Refusal
from laban.metrics.statements import Ask, Request, Shape, shape_of, statement
from laban.periods import Compared, Period, buckets, compared, extended, units_between

#: What inputs must share to be answered together: fact, shape, date, least days, days carried, days active.
Group = tuple[str, Shape, str, int, int, int]

#: The members that have rows of their own, one value per dimension; None for all.
Keep = tuple[tuple[str | None, ...], ...] | None


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement to run: its SQL, what it was asked, and the number of each of its windows."""

    sql: Sql
    request: Request
    index: Mapping[Period, int]


class Place(NamedTuple):
    """Where an input's number is found."""

    statement: int
    ask: int


@dataclass(frozen=True, slots=True)
class KpiPlan:
    """A KPI's formula, written out, and the inputs it needs."""

    kpi: str
    expression: Expression
    inputs: tuple[Input, ...]
    window_days: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How a query is answered.

    ``overall`` is the query's own period as it is compared; ``buckets`` are the rows' periods. ``kpis`` lists the
    KPIs that can be asked at all; the others are in ``refusals``.
    """

    query: Query
    overall: Compared
    buckets: tuple[Bucket, ...]
    statements: tuple[Statement, ...]
    places: Mapping[Input, Place]
    kpis: tuple[KpiPlan, ...]
    refusals: Mapping[str, Refusal]


@dataclass(frozen=True, slots=True)
class Bucket:
    """One piece of the query's period, cut to what has elapsed, and what it and its baseline are preceded by.

    ``base`` is the period that an index is measured against.
    """

    current: Period
    baseline: Period | None
    before_current: Period | None
    before_baseline: Period | None
    base: Period | None = None

    def reached(self, wanted: Input, *, baseline: bool = False) -> Period | None:
        """Return the days that an input looks at for this bucket, or for its baseline."""
        period = self.asked(wanted, baseline=baseline)
        return None if period is None else extended(period, wanted.window)

    def scale(self, wanted: Input, *, baseline: bool = False) -> tuple[int, int]:
        """Return by which fraction a number of the index's base period is brought to this bucket's length."""
        period = self.baseline if baseline else self.current
        if wanted.shift != "base" or self.base is None or period is None:
            return 1, 1
        return period.days, self.base.days

    def asked(self, wanted: Input, *, baseline: bool = False) -> Period | None:
        """Return the days that an input is asked for, before it looks further back."""
        if wanted.shift == "base":
            return self.base
        if wanted.shift == "prev":
            return self.before_baseline if baseline else self.before_current
        return self.baseline if baseline else self.current


def compile_query(query: Query, catalogue: Catalogue, today: date, keep: Keep = None) -> Plan:
    """Return the plan for a query; yesterday is the last complete day.

    ``keep`` are the members that have rows of their own when the query asks for the largest only.

    Raises:
        UnknownNameError: a KPI or dimension does not exist; names the nearest.
        UnsupportedDimensionError: none of the KPIs can be split by or filtered on a dimension; names those that can.
    """
    for dimension in (*query.by, *(name for name, _ in query.where)):
        catalogue.dimension(dimension)
    plans = [_planned(catalogue, kpi) for kpi in query.kpis]
    refusals = _refused(query, catalogue, plans)
    kept = tuple(plan for plan in plans if plan.kpi not in refusals)
    through = today - timedelta(days=1)
    prev = any(i.shift == "prev" for plan in kept for i in plan.inputs)
    pieces = _buckets(query, through, prev=prev, base=catalogue.index_base)
    wanted = tuple(dict.fromkeys(i for plan in kept for i in plan.inputs))
    statements, places = _statements(query, catalogue, wanted, pieces, keep)
    return Plan(query, compared(query.period, query.compare, through), pieces, statements, places, kept, refusals)


def _planned(catalogue: Catalogue, kpi: str) -> KpiPlan:
    entry = catalogue.kpi(kpi)
    expression = catalogue.expression(kpi)
    return KpiPlan(kpi, expression, inputs(expression), entry.window_days)


def _refused(query: Query, catalogue: Catalogue, plans: Iterable[KpiPlan]) -> dict[str, Refusal]:
    found: dict[str, Refusal] = {}
    unsupported: dict[str, UnsupportedDimensionError] = {}
    for plan in plans:
        lacking = _lacking(query, catalogue, plan)
        if lacking is not None:
            allowed = [_called(catalogue, name) for name in catalogue.allowed_dimensions(plan.kpi)]
            error = UnsupportedDimensionError(catalogue.kpi(plan.kpi).name, _called(catalogue, lacking), allowed)
            unsupported[plan.kpi] = error
            found[plan.kpi] = Refusal("unsupported_dimension", error.values)
        elif catalogue.index_base is None and any(i.shift == "base" for i in plan.inputs):
            found[plan.kpi] = Refusal("no_base_period", {"kpi": catalogue.kpi(plan.kpi).name})
    if len(unsupported) == len(query.kpis):
        raise next(iter(unsupported.values()))
    return found


def _called(catalogue: Catalogue, dimension: str) -> Text:
    """A dimension as people call it, with the name that an address needs."""
    name = catalogue.dimension(dimension).name
    return Text(f"{name.vi} ({dimension})", f"{name.en} ({dimension})")


def _lacking(query: Query, catalogue: Catalogue, plan: KpiPlan) -> str | None:
    """Return a dimension that the query needs and a fact of the KPI does not have."""
    sources = [_source(catalogue, wanted) for wanted in plan.inputs]
    for dimension in query.by:
        if catalogue.dimensions[dimension].filter_only or not all(_has(s, dimension) for s in sources):
            return dimension
    for wanted, source in zip(plan.inputs, sources, strict=True):
        for dimension, _ in (*query.where, *wanted.where):
            if not _has(source, dimension):
                return dimension
    return None


def _has(source: Source, dimension: str) -> bool:
    return ("channel" if dimension == "channel_class" else dimension) in source.dimensions


def _source(catalogue: Catalogue, wanted: Input) -> Source:
    return catalogue.facts[catalogue.measures[wanted.measure].fact]


def _buckets(query: Query, through: date, *, prev: bool, base: Period | None) -> tuple[Bucket, ...]:
    """Cut the period; pieces that have not begun are left out, unless nothing has."""
    pieces = buckets(query.period, query.grain)
    begun = [piece for piece in pieces if piece.start <= through] or list(pieces[:1])
    return tuple(_bucket(piece, query, through, prev=prev, base=base) for piece in begun)


def _bucket(piece: Period, query: Query, through: date, *, prev: bool, base: Period | None) -> Bucket:
    both = compared(piece, query.compare, through)
    before = compared(piece, "previous", through).baseline if prev else None
    earlier = None
    if prev and both.baseline is not None:
        earlier = compared(both.baseline, "previous", through).baseline
    return Bucket(both.current, both.baseline, before, earlier, base)


def grouped(catalogue: Catalogue, wanted: Iterable[Input]) -> dict[Group, list[Input]]:
    """Return the inputs that one statement can answer together."""
    groups: dict[Group, list[Input]] = {}
    for one in wanted:
        measure = catalogue.measures[one.measure]
        active = (one.days or catalogue.activity_days) if measure.kind == "activity" else 0
        key = (measure.fact, shape_of(measure), measure.date, one.window, measure.carry_days, active)
        groups.setdefault(key, []).append(one)
    return groups


def _statements(
    query: Query, catalogue: Catalogue, wanted: Iterable[Input], pieces: tuple[Bucket, ...], keep: Keep
) -> tuple[tuple[Statement, ...], dict[Input, Place]]:
    statements: list[Statement] = []
    places: dict[Input, Place] = {}
    for number, ((fact, shape, *_, active), members) in enumerate(grouped(catalogue, wanted).items()):
        index: Mapping[Period, int] = _windows(members, pieces)
        grain = _aligned(tuple(index)) if shape in {"rows", "repeat", "top"} else ""
        if grain:
            index = _counted(tuple(index), grain)
        asks = _asks(catalogue, members, first=2 + len(query.by), shape=shape)
        request = Request(
            *(catalogue.facts[fact], shape, asks, tuple(index), query.by, query.where),
            *(active, catalogue.brand_terms, keep, grain),
        )
        statements.append(Statement(statement(request), request, index))
        places |= {one: Place(number, place) for place, one in enumerate(members)}
    return tuple(statements), places


@lru_cache(maxsize=512)
def _aligned(windows: tuple[Period, ...]) -> str:
    """Return the grain of which all windows are whole units, "" when they are not or there is only one."""
    grains = {window.grain for window in windows} if len(windows) > 1 else {"range"}
    grain = grains.pop()
    return "" if grains or grain == "range" else grain


@lru_cache(maxsize=512)
def _counted(windows: tuple[Period, ...], grain: str) -> Mapping[Period, int]:
    """Number units by how many there are between them and the first."""
    first = min(window.start for window in windows)
    return {window: units_between(first, window.start, grain) for window in windows}


def _windows(members: Iterable[Input], pieces: Iterable[Bucket]) -> dict[Period, int]:
    found: dict[Period, int] = {}
    alike = {(one.shift, one.window): one for one in members}
    for piece in pieces:
        for one in alike.values():
            for baseline in (False, True):
                window = piece.reached(one, baseline=baseline)
                if window is not None:
                    found.setdefault(window, len(found))
    return found


def _asks(catalogue: Catalogue, members: Iterable[Input], *, first: int, shape: Shape) -> tuple[Ask, ...]:
    """Give each measure its columns; a count of gaps follows where the measure knows them."""
    found: list[Ask] = []
    column = first
    for one in members:
        measure = catalogue.measures[one.measure]
        counted = shape == "reported" or (shape == "rows" and bool(measure.gap))
        found.append(Ask(one, measure, column, column + 1 if counted else None))
        column += 2 if counted else 1
    return tuple(found)
