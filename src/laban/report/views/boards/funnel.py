"""The funnel: the customer's way stage by stage, the rate from each step to the next, and where most is lost."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from laban.analysis.compare import Change, Sample, compare
from laban.metrics.result import Number
from laban.periods import Comparison, Period
from laban.report.views import common
from laban.report.views.boards.parts import Section, board_frame, by_stage, chosen, sections
from laban.report.views.parts import Frame, Source, Tile, plain

#: The ways on which customers come, as the counts along them; counts without a number are stepped over. Most orders
#: of a shop come without a lead before them, so leads have a way of their own.
WAYS: Mapping[str, tuple[str, ...]] = {
    "buying": ("impressions", "website_traffic", "orders_count", "returning_customers_count"),
    "leads": ("website_traffic", "leads_generated", "marketing_qualified_leads", "sales_qualified_leads"),
    "chat": ("messaging_conversations_started", "phone_numbers_captured", "orders_closed_count"),
}
#: Where to look first for the part in which a step loses.
LIKELY = ("channel", "campaign", "lead_source", "network", "platform", "messaging_channel", "device")


@dataclass(frozen=True, slots=True)
class Step:
    """From one count of the way to the next.

    Attributes:
        before: Count above.
        after: Count below, named by its tile.
        rate: The one divided by the other.
        usual: The same over the twelve units before, recombined from their counts; None where there are none.
        change: The step from the usual rate to this one, with its verdict.
        lost: How many fewer came than at the usual rate; negative when more did; None without a usual rate.
        by: The dimension to split the count below by, "" where there is none.
        history: The rate in the units before and in this one.
    """

    before: Tile
    after: Tile
    rate: Number | None
    usual: Number | None
    change: Change | None
    lost: Number | None
    by: str
    history: tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One way of customers (``funnel_way.<code>`` names it): the counts along it and the steps between them."""

    code: str
    counts: tuple[Tile, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class FunnelView:
    """The funnel page.

    Attributes:
        frame: Shop, period, comparison, channel.
        ways: The ways for which there are at least two counts.
        worst: The step with the largest loss against its usual rate; None when no rate is below it.
        clear: Whether that loss is more than the usual ups and downs.
        stages: All KPIs by stage.
    """

    frame: Frame
    ways: tuple[Way, ...]
    worst: Step | None
    clear: bool
    stages: tuple[Section, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def funnel_page(
    source: Source,
    *,
    period: Period | None = None,
    compare_with: Comparison = "previous",
    channel: str | None = None,
) -> FunnelView:
    """Build the funnel page.

    Raises:
        UnknownNameError: there is no such channel; names the nearest.
    """
    catalogue = source.catalogue
    stages = by_stage(kpi for kpi in chosen(catalogue) if kpi.stage != "cross_funnel")
    counted = [kpi for kpis in WAYS.values() for kpi in kpis if kpi in catalogue.kpis]
    around = board_frame(source, [k for kpis in stages.values() for k in kpis], period, compare_with, channel)
    made = sections(source, {"counts": counted, **stages}, around)
    tiles = {tile.kpi.id: tile for section in made for tile in section.tiles if tile.value is not None}
    made_ways = (
        _way(source, around, code, [tiles[kpi] for kpi in kpis if kpi in tiles]) for code, kpis in WAYS.items()
    )
    ways = tuple(way for way in made_ways if way.steps)
    worst = _worst([step for way in ways for step in way.steps])
    return FunnelView(
        frame=around,
        ways=ways,
        worst=worst,
        clear=worst is not None and _verdict(worst) == "bad",
        stages=tuple(section for section in made if section.code != "counts"),
    )


def _way(source: Source, around: Frame, code: str, counts: Sequence[Tile]) -> Way:
    steps = (_step(source, around, above, below) for above, below in itertools.pairwise(counts))
    return Way(code, tuple(counts), tuple(steps))


def _step(source: Source, around: Frame, above: Tile, below: Tile) -> Step:
    pairs = [(a.value, b.value) for a, b in zip(above.spark, below.spark, strict=True)]
    rates = [_rate(top, bottom) for bottom, top in pairs]
    known = [(bottom, top) for bottom, top in pairs[:-1] if bottom is not None and top is not None]
    bottom, top = sum(Decimal(b) for b, _ in known), sum(Decimal(t) for _, t in known)
    usual = _rate(top, bottom) if known else None
    rate = _rate(below.value, above.value)
    places = [common.standing(source, tile.kpi.id, around) for tile in (above, below)]
    change = None
    if usual is not None:
        now, before = _sample(below.value, above.value), _sample(top, bottom)
        mature = all(place.settled and place.ends is None for place in places) and not around.partial
        change = compare(now, before, "higher_better", mature=mature, history=rates[:-1])
    allowed = source.catalogue.allowed_dimensions(below.kpi.id)
    return Step(
        before=above,
        after=below,
        rate=rate,
        usual=usual,
        change=change,
        lost=_lost(above.value, below.value, usual),
        by=next((d for d in LIKELY if d in allowed and not (around.channel and d == "channel")), ""),
        history=tuple(rates),
    )


def _rate(top: Number | None, bottom: Number | None) -> Number | None:
    return None if top is None or not bottom else Decimal(str(top)) / Decimal(str(bottom))


def _sample(top: Number | None, bottom: Number | None) -> Sample:
    """A share where the one is part of the other, else an amount per event: orders also come without a lead."""
    rate = _rate(top, bottom)
    if rate is not None and rate <= 1:
        return Sample(rate, "rate", events=top, trials=bottom)
    return Sample(rate, "mean", events=bottom)


def _lost(bottom: Number | None, top: Number | None, usual: Number | None) -> Number | None:
    if bottom is None or top is None or usual is None:
        return None
    return Decimal(str(bottom)) * Decimal(str(usual)) - Decimal(str(top))


def _verdict(step: Step) -> Literal["good", "bad", "neutral"]:
    return step.change.verdict if step.change else "neutral"


def _worst(steps: Sequence[Step]) -> Step | None:
    """The step that fell furthest below its usual rate; one that clearly did comes before one that may have."""
    fallen = [
        (_verdict(step) != "bad", step.change.relative, place)
        for place, step in enumerate(steps)
        if step.change and step.change.relative is not None and step.change.relative < 0
    ]
    return steps[min(fallen)[2]] if fallen else None
