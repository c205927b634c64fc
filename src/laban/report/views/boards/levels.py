"""The board of two levels: does marketing reach the big goal (strategic), is each step done well (tactical)?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from laban.metrics import graph
from laban.periods import Comparison, Period
from laban.report.views import common
from laban.report.views.advice import Guard, guard
from laban.report.views.boards.parts import Section, board_frame, by_stage, chosen, goal_rank, sections
from laban.report.views.parts import Frame, KpiHead, Source, Tile, plain
from laban.report.views.scorecard import BIG


@dataclass(frozen=True, slots=True)
class LevelsView:
    """The board of two levels.

    Attributes:
        frame: Shop, period, comparison, channel.
        big: At most five strategic KPIs with a number, those of revenue, profit and the market first.
        strategic: The other strategic KPIs (``kpi_level.strategic_question`` is what all of them answer).
        tactical: The tactical ones by stage (``kpi_level.tactical_question``).
        unlinked: Tactical KPIs from which no way leads to a strategic one.
        guards: Strategic KPIs that are asked for one channel, each with tactical ones that fit better.
    """

    frame: Frame
    big: tuple[Tile, ...]
    strategic: Section
    tactical: tuple[Section, ...]
    unlinked: tuple[KpiHead, ...]
    guards: tuple[Guard, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def levels_board(
    source: Source,
    *,
    period: Period | None = None,
    compare: Comparison = "previous",
    channel: str | None = None,
) -> LevelsView:
    """Build the board of two levels.

    Raises:
        UnknownNameError: there is no such channel; names the nearest.
    """
    catalogue = source.catalogue
    kpis = chosen(catalogue)
    strategic = [kpi.id for kpi in sorted(kpis, key=goal_rank) if kpi.level == "strategic"]
    stages = by_stage(kpi for kpi in kpis if kpi.level == "tactical")
    around = board_frame(source, [kpi.id for kpi in kpis], period, compare, channel)
    made = sections(source, {"strategic": strategic, **stages}, around, empty=True)
    top = next((section for section in made if section.code == "strategic"), Section("strategic", ()))
    found = (guard(catalogue, catalogue.kpis[tile.kpi.id], common.CHANNEL) for tile in top.tiles if channel)
    known = {tile.kpi.id: tile for tile in top.tiles if tile.value is not None}
    big = tuple(known[kpi] for kpi in strategic if kpi in known)[:BIG]
    return LevelsView(
        frame=around,
        big=big,
        strategic=replace(top, tiles=tuple(tile for tile in top.tiles if tile not in big)),
        tactical=tuple(section for section in made if section.code != "strategic"),
        unlinked=tuple(common.head(kpi) for kpi in graph.unlinked(catalogue)),
        guards=tuple(one for one in found if one is not None),
    )
