"""The page of one KPI: its course, what it is made of, what it means, where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from laban.analysis.compare import Change
from laban.metrics.result import Number
from laban.report.views.advice import Advice
from laban.report.views.parts import Compared, Event, Frame, KpiHead, Missing, Point, Text, Tile, plain


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """One part of the KPI.

    Attributes:
        key: The dimension's value; None where the data do not say (shown as "not given").
        value: The number of this part.
        baseline: The number of this part in the period compared with.
        change: The step with its verdict, or None without a comparison.
        share: Share of the total: of the value where it adds up, of the denominator in a ratio; None where neither.
        parts: What the number was computed from.
        query: Query string of this page filtered to the part, or None when it cannot be filtered.
    """

    key: str | None
    value: Number | None
    baseline: Number | None
    change: Change | None
    share: float | None
    parts: Mapping[str, Decimal | int | None]
    query: str | None


@dataclass(frozen=True, slots=True)
class ProofPart:
    """One measure of the KPI: its total and the sum over the rows of the breakdown."""

    measure: str
    name: Text
    total: Decimal | int | None
    rows: Decimal | int | None
    is_money: bool

    @property
    def exact(self) -> bool:
        """Whether the rows add up to the total, to the last digit."""
        return self.total == self.rows


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The KPI split by one dimension, with the proof that the rows recombine to the total.

    ``rows`` are the largest first, ``more`` counts those that are left out of the page (not of the proof), ``hidden``
    the groups of people that are too small to be told (then nothing can be proved).
    ``additive`` is False for measures that must not be added (distinct people, stocks over time); then ``proof`` is
    empty. ``exact`` is True when every part adds up, None when nothing can be proved.
    """

    dimension: str
    rows: tuple[BreakdownRow, ...]
    total: Number | None
    more: int
    additive: bool
    proof: tuple[ProofPart, ...]
    exact: bool | None
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class FormulaPart:
    """One measure in the formula, with its number in the period."""

    measure: str
    name: Text
    value: Decimal | int | None
    is_money: bool
    is_time: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the formula: an ``op`` (+ − × ÷ and parentheses), a ``number``, or a ``part`` by its label."""

    kind: Literal["op", "number", "part"]
    text: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A published figure of others, in the KPI's unit, with who published it."""

    segment: Text
    typical: Decimal | None
    low: Decimal | None
    high: Decimal | None
    region: str
    period: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Driver:
    """Another KPI that moves this one: ``kind`` identity (arithmetic) or causal (expected); ``effect`` + or -."""

    kpi: KpiHead | None
    id: str
    kind: str
    effect: str


@dataclass(frozen=True, slots=True)
class Variant:
    """Another way to compute the KPI that people know; ``kpi`` is the id of its own page, "" where it has none."""

    id: str
    expression: str
    note: Text
    kpi: str = ""


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A reading of the KPI with its own numbers, now and in the period compared with; ``shown`` marks the page's own.

    Readings are never set against one another: each divides by something else.
    """

    kpi: KpiHead
    value: Number | None
    baseline: Number | None
    change: Change | None
    shown: bool


@dataclass(frozen=True, slots=True)
class Feeding:
    """An import that brought numbers of this KPI in this period."""

    id: int
    name: str
    platform: str
    first_day: date | None
    last_day: date | None
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class KpiView:
    """The KPI page.

    Attributes:
        frame: Shop, period, comparison, channel.
        category: Where the dictionary lists it.
        tile: The number with its change, interval, notes and 13-unit series.
        missing: Why there is no number, when there is none.
        comparisons: Previous period, same period last year, Tết-aligned, trailing average, benchmark.
        series: The last 104 weeks, each with the week a year before (Tết-aligned in the season).
        events: Holidays, sale days and notes within the series.
        dimension: The dimension chosen for the breakdown, or None.
        dimensions: Dimensions that may be chosen.
        breakdown: The split, when one was chosen.
        description: What it measures.
        why: Why it matters.
        weekly: How to follow it every week.
        aim: What to aim for.
        formula: The expression over measures.
        formula_tokens: The same in pieces, to be shown with names or with numbers.
        formula_parts: Its parts with their numbers.
        pitfalls: What to beware of.
        variants: Other ways to compute it.
        readings: The ways that the facts can answer, side by side; none where there is one only.
        drivers: KPIs that move it.
        driven: KPIs that it moves.
        imports: Imports that feed it in the period.
        facts: Facts it is read from (``fact_source.<fact>`` says what brings them).
        benchmarks: Published figures of others.
        sql: The statements that computed it, their values written in, to be run as they stand.
        advice: What to know before it is taken at its word.
    """

    frame: Frame
    category: str
    tile: Tile
    missing: Missing | None
    comparisons: tuple[Compared, ...]
    series: tuple[Point, ...]
    events: tuple[Event, ...]
    dimension: str | None
    dimensions: tuple[str, ...]
    breakdown: Breakdown | None
    description: Text
    why: Text
    weekly: Text
    aim: Text
    formula: str
    formula_tokens: tuple[Token, ...]
    formula_parts: tuple[FormulaPart, ...]
    pitfalls: tuple[Text, ...]
    variants: tuple[Variant, ...]
    readings: tuple[ReadingRow, ...]
    drivers: tuple[Driver, ...]
    driven: tuple[KpiHead, ...]
    imports: tuple[Feeding, ...]
    facts: tuple[str, ...]
    benchmarks: tuple[Benchmark, ...]
    sql: tuple[str, ...]
    advice: Advice

    @property
    def kpi(self) -> KpiHead:
        """Which KPI the page is about."""
        return self.tile.kpi

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json
