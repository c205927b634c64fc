"""What the boards are made of: sections of tiles, and what to say when a KPI is asked in a way it is not made for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from laban.facts import CHANNEL_GROUPS
from laban.periods import Comparison, Period
from laban.report.views import common
from laban.report.views.advice import BIG_GOALS
from laban.report.views.parts import Frame, Missing, Source, Tile
from laban.report.views.scorecard import narrowed_tiles, state

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue, Kpi

#: Stages of the customer's way in order; the last one spans all of them.
STAGES = ("awareness", "consideration", "conversion", "retention", "advocacy", "cross_funnel")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a board; ``code`` is named by the message files, within the kind that the board is divided by.

    Tiles with news come first, the bad before the good; the others stand in the order of the catalogue.
    """

    code: str
    tiles: tuple[Tile, ...]
    missing: tuple[Missing, ...] = ()


def board_frame(
    source: Source, kpis: Sequence[str], period: Period | None, compare: Comparison, channel: str | None
) -> Frame:
    """Return what stands around a board of these KPIs.

    Raises:
        UnknownNameError: there is no such channel; names the nearest.
    """
    common.check_channel(channel, CHANNEL_GROUPS)
    around = common.frame(source, period, compare, channel=channel)
    return common.with_channels(around, common.channels_with_data(source, kpis, around.period))


def sections(
    source: Source, divided: Mapping[str, Iterable[str]], around: Frame, *, empty: bool = False
) -> tuple[Section, ...]:
    """Fill the sections of a board with one question for all its KPIs.

    Args:
        source: The workspace.
        divided: The KPIs of each section, in order.
        around: Period, comparison, channel.
        empty: Whether sections in which no KPI has a number are kept.
    """
    names = {code: tuple(kpis) for code, kpis in divided.items()}
    tiles, absent = narrowed_tiles(source, tuple(dict.fromkeys(k for kpis in names.values() for k in kpis)), around)
    by_id, gaps = {tile.kpi.id: tile for tile in tiles}, {gap.kpi.id: gap for gap in absent}
    made = (
        Section(
            code,
            tuple(sorted((by_id[kpi] for kpi in kpis if kpi in by_id), key=_news)),
            tuple(gaps[kpi] for kpi in kpis if kpi in gaps and kpi not in by_id),
        )
        for code, kpis in names.items()
    )
    return tuple(section for section in made if section.tiles or (empty and section.missing))


def _news(tile: Tile) -> int:
    return {"bad": 0, "good": 1}.get(state(tile), 2)


def goal_rank(kpi: Kpi) -> int:
    """Return the place of the first big goal that a KPI serves: revenue, profit, the market; the others come last."""
    return next((place for place, goal in enumerate(BIG_GOALS) if goal in kpi.goals), len(BIG_GOALS))


def by_stage(kpis: Iterable[Kpi]) -> dict[str, list[str]]:
    """Return the ids of KPIs by stage, in the order of the customer's way."""
    found: dict[str, list[str]] = {stage: [] for stage in STAGES}
    for kpi in kpis:
        found[kpi.stage].append(kpi.id)
    return {stage: ids for stage, ids in found.items() if ids}


def chosen(catalogue: Catalogue) -> tuple[Kpi, ...]:
    """Return what may be a KPI; supporting metrics are left to the pages of those they support."""
    return tuple(kpi for kpi in catalogue.kpis.values() if kpi.role == "kpi")
