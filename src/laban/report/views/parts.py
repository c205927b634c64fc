"""What several pages are made of: texts in both languages, tiles, points, freshness, and the way to JSON.

A view knows no language: it holds numbers, codes, ids, and catalogue texts in both languages. Sentences and
number formats are made by the renderers, through ``report.narrative`` and ``report.format``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Protocol

from laban.analysis.compare import Change
from laban.analysis.quality import Doubt
from laban.metrics.query import Query
from laban.metrics.result import Number, Result
from laban.periods import Comparison, Period
from laban.settings import Settings

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue
    from laban.warehouse import ImportRecord, SourceFreshness, Warehouse

Unit = Literal["ratio", "percent", "currency", "count", "duration", "score", "months"]


class Source(Protocol):
    """What a view needs of a workspace: one can be built by hand in a test."""

    @property
    def settings(self) -> Settings:
        """Name, currency, language."""

    @property
    def catalogue(self) -> Catalogue:
        """The KPIs."""

    @property
    def today(self) -> date:
        """The date on the shop's clock."""

    @property
    def warehouse(self) -> Warehouse:
        """The facts."""

    def run(self, query: Query) -> Result:
        """Answer a question."""

    def freshness(self) -> list[SourceFreshness]:
        """Per source, the last day it has data for."""

    def imports(self, *, include_undone: bool = False) -> list[ImportRecord]:
        """The log of imports, newest first."""

    def default_week(self) -> Period:
        """The week to show when none is asked for."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the catalogue in both languages."""

    vi: str
    en: str

    def get(self, lang: str) -> str:
        """Return the text in ``lang``."""
        return self.vi if lang == "vi" else self.en


@dataclass(frozen=True, slots=True)
class KpiHead:
    """What is said of a KPI wherever its number stands.

    ``direction`` is the way in which the number is wished to go; ``abbreviation`` is "" where there is none.
    """

    id: str
    name: Text
    abbreviation: str
    unit: Unit
    direction: Literal["higher_better", "lower_better", "neutral"]


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a series; ``partial`` when the period is not over, ``baseline`` the value compared with."""

    period: Period
    value: Number | None
    baseline: Number | None = None
    baseline_period: Period | None = None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about a number: ``note.<code>`` in the message files, with its values.

    Codes: ``window`` (the number looks further back than the period), ``parts_missing`` (it lacks some of its
    sources), ``data_until`` (the data end before the period does).
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Maturity:
    """Whether a number is final, and where it will end.

    Attributes:
        state: ``final``; ``moving`` with an expected end learned from the log of imports; ``window``: it may still
            move for ``days`` days after the period, as documented, for the log does not tell more.
        days: For how many days after a period numbers like this one move, as documented.
        expected: What the number is expected to come to; None unless ``moving``.
        low: Lower end of the 80 % band of ``expected``.
        high: Upper end.
        known: The last day that the imports know of, where the number is young only because nothing newer came.
        grown: What the number compared with has become since; set where the change is from what it was when it was
            just as young: a young number is never compared with a final one.
    """

    state: Literal["final", "moving", "window"] = "final"
    days: int = 0
    expected: Number | None = None
    low: Number | None = None
    high: Number | None = None
    known: date | None = None
    grown: Number | None = None

    @property
    def final(self) -> bool:
        """Whether the number stays as it is."""
        return self.state == "final"


#: The maturity of a number that does not move.
FINAL = Maturity()


@dataclass(frozen=True, slots=True)
class Missing:
    """A KPI without a number: ``refusal.<code>`` (the question cannot be answered) or ``missing.<code>`` (no data).

    ``missing`` codes: ``no_data``, ``no_parts``, ``zero_denominator``, ``not_by_channel``.
    """

    kpi: KpiHead
    kind: Literal["refusal", "missing"]
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Compared:
    """The number set against one other number.

    ``kind`` is previous, year, tet, average (of the twelve units before) or benchmark. Without a ``value``,
    ``reason`` says why (``compared.<reason>``: no_baseline, not_tet_season, too_short, no_benchmark).
    """

    kind: Literal["previous", "year", "tet", "average", "benchmark"]
    period: Period | None
    value: Number | None
    change: Change | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Tile:
    """One KPI on the scorecard.

    Attributes:
        kpi: Which KPI.
        value: Its number in the period; None when there are no data.
        baseline: Its number in the period compared with.
        change: The step between the two with its verdict; None without a comparison.
        second: The other usual comparison: last year beside the period before, and the other way round.
        interval: 95 % interval of the number where its sample is known.
        spark: The last 13 units of the period's grain, this one last.
        parts: What the number was computed from.
        notes: What to know about it.
        enough_data: False when the number rests on too few events for a verdict.
        reason: Why there is no verdict (see ``analysis.compare``), or None.
        window: The period the number really speaks of, where it looks further back.
        query: Query string (without "?") of the KPI's own page in the same state.
        doubts: What may be wrong with the data the number rests on.
        maturity: Whether it still moves, and where it is expected to end.
    """

    kpi: KpiHead
    value: Number | None
    baseline: Number | None
    change: Change | None
    second: Compared
    interval: tuple[float, float] | None
    spark: tuple[Point, ...]
    parts: Mapping[str, Decimal | int | None]
    notes: tuple[Note, ...]
    enough_data: bool
    reason: str | None
    window: Period | None
    query: str
    doubts: tuple[Doubt, ...] = ()
    maturity: Maturity = FINAL


@dataclass(frozen=True, slots=True)
class Freshness:
    """How new the data of one source are.

    ``days_behind`` counts the days between the last day with data and yesterday (0 = up to date); ``stale`` when that
    is more than a week. ``platform`` is its id; names come from the message files.
    """

    platform: str
    first_day: date | None
    last_day: date | None
    loaded_at: datetime | None
    days_behind: int | None
    stale: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page about a period shows around its numbers.

    Attributes:
        shop: Name of the shop.
        currency: Reporting currency, ISO 4217.
        today: The date on the shop's clock.
        period: The period asked for.
        elapsed: The part of it that is over.
        partial: Whether that is less than the whole.
        compare: The comparison asked for.
        compared: The comparison really made ("tet" far from Tết becomes "year").
        baseline: The period compared with, of the same number of days.
        previous: The period before, for leafing through.
        next: The period after; None when it has not begun.
        channels: Channels there are data for.
        channel: The channel chosen, or None for all.
    """

    shop: str
    currency: str
    today: date
    period: Period
    elapsed: Period
    partial: bool
    compare: Comparison
    compared: Comparison
    baseline: Period | None
    previous: Period
    next: Period | None
    channels: tuple[str, ...]
    channel: str | None

    @property
    def begun(self) -> bool:
        """Whether at least one day of the period is over; before that there is nothing to count."""
        return self.period.start < self.today


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened and may explain a number: a holiday, a sale day, a note somebody made.

    ``code`` names ``event.<code>`` in the message files for calendar events; ``title`` is set for notes.
    """

    start: date
    end: date
    kind: Literal["holiday", "sale", "note"]
    code: str
    title: str | None = None


def plain(value: Any) -> Any:
    """Return a view as JSON knows it: numbers as numbers, periods as text with first and last day.

    Keys are the names of the fields, in their order; they are part of the public interface.
    """
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if dataclasses.is_dataclass(value):
        return _fields(value)
    return value


def _fields(value: Any) -> dict[str, Any]:
    if isinstance(value, Period):
        return {"text": value.text(), "first": value.start.isoformat(), "last": value.last.isoformat()}
    return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
