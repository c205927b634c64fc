"""The operational board: day by day or week by week, what moved most, and how new each source is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from laban.periods import Comparison, Period, unit_of
from laban.report.views import common
from laban.report.views.advice import LEAST_DAYS
from laban.report.views.boards.parts import Section, board_frame, by_stage, chosen, sections
from laban.report.views.parts import Frame, Freshness, Source, Tile, plain
from laban.report.views.scorecard import strongest

Grain = Literal["day", "week"]
GRAINS: tuple[Grain, ...] = ("day", "week")
#: Changes named first.
NAMED = 6


@dataclass(frozen=True, slots=True)
class OperationalView:
    """The operational board.

    Attributes:
        frame: Shop, period, comparison, channel.
        grain: Whether it goes by day or by week.
        alerts: KPIs that clearly got worse, then those that clearly got better.
        stages: Operational KPIs that can be read this often, by stage.
        freshness: How new each source is, the most outdated first.
    """

    frame: Frame
    grain: Grain
    alerts: tuple[Tile, ...]
    stages: tuple[Section, ...]
    freshness: tuple[Freshness, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def operational_board(
    source: Source,
    *,
    grain: Grain = "week",
    period: Period | None = None,
    compare: Comparison = "previous",
    channel: str | None = None,
) -> OperationalView:
    """Build the operational board; a period other than one of the grain is cut to the last unit inside it.

    Raises:
        UnknownNameError: there is no such channel; names the nearest.
    """
    asked = period or _newest(source, grain)
    unit = asked if asked.grain == grain else unit_of(asked.last, grain)
    kpis = [
        kpi
        for kpi in chosen(source.catalogue)
        if "operational" in kpi.types and LEAST_DAYS.get(kpi.cadence, LEAST_DAYS["weekly"]) <= LEAST_DAYS["weekly"]
    ]
    around = board_frame(source, [kpi.id for kpi in kpis], unit, compare, channel)
    stages = sections(source, by_stage(kpis), around)
    tiles = [tile for section in stages for tile in section.tiles]
    return OperationalView(
        frame=around,
        grain=grain,
        alerts=tuple((*strongest(tiles, "bad"), *strongest(tiles, "good"))[:NAMED]),
        stages=stages,
        freshness=common.freshness(source),
    )


def _newest(source: Source, grain: Grain) -> Period:
    """The last full week, or the last day that any source speaks of."""
    if grain == "week":
        return source.default_week()
    yesterday = source.today - timedelta(days=1)
    days = [item.last_day for item in source.freshness() if item.last_day is not None]
    return unit_of(max((day for day in days if day < source.today), default=yesterday), "day")
