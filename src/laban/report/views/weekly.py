"""The report: two pages of a week (or another period), the same content in every format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from laban.analysis.compare import Change
from laban.metrics.result import Number
from laban.periods import Period
from laban.report.views.parts import Event, KpiHead, Point, Tile, plain
from laban.report.views.scorecard import ScorecardView


@dataclass(frozen=True, slots=True)
class Course:
    """A KPI's last 52 weeks with the same weeks a year before."""

    kpi: KpiHead
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class ChannelCell:
    """One KPI of one channel: the number, its change and the share of the total it stands for."""

    value: Number | None
    change: Change | None


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel across the KPIs of the table; ``share`` is its share of the first one."""

    channel: str | None
    share: float | None
    cells: tuple[ChannelCell, ...]


@dataclass(frozen=True, slots=True)
class YearChange:
    """A KPI against the same week last year (Tết-aligned in the season), beside the scorecard's comparison."""

    kpi: KpiHead
    baseline: Number | None
    change: Change


@dataclass(frozen=True, slots=True)
class ReportView:
    """Two pages: the scorecard with strengths and weak spots; then courses, channels, events, freshness.

    Attributes:
        scorecard: The week's scorecard, compared with the week before.
        year: Each KPI against last year, in the scorecard's order.
        year_period: The period last year.
        strengths: Up to three KPIs that got better, strongest first.
        weak_spots: Up to three KPIs that got worse, strongest first.
        courses: Up to four KPIs drawn over 52 weeks.
        channel_kpis: Columns of the channel table.
        channels: Its rows, largest first.
        events: Holidays and sale days in the week and the four weeks after it.
    """

    scorecard: ScorecardView
    year: tuple[YearChange, ...]
    year_period: Period | None
    strengths: tuple[Tile, ...]
    weak_spots: tuple[Tile, ...]
    courses: tuple[Course, ...]
    channel_kpis: tuple[KpiHead, ...]
    channels: tuple[ChannelRow, ...]
    events: tuple[Event, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json
