"""What to know before a KPI is taken at its word: its rhythm, level, role, and what its short name may mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from laban.metrics import graph
from laban.metrics.clashes import clashes_of
from laban.periods import Period
from laban.report.views import common
from laban.report.views.parts import Frame, KpiHead

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue, Kpi

#: The fewest days that a KPI of each cadence is meant to be read over.
LEAST_DAYS: Mapping[str, int] = {"daily": 1, "weekly": 7, "monthly": 28, "quarterly": 89, "yearly": 365}
#: The days to read it over instead: whole weeks, so that every weekday counts as often as every other.
ROLLING_DAYS: Mapping[str, int] = {"weekly": 7, "monthly": 28, "quarterly": 91, "yearly": 364}
#: Goals that the strategic level answers for: revenue, profit, market share.
BIG_GOALS = ("sales_revenue", "profitability", "market_growth")
#: Strategic KPIs suggested where a board has none.
SUGGESTED = 3
#: Dimensions whose members are too small a part of the business to be judged by a strategic KPI.
SMALL_PARTS = ("campaign", "ad_group", "ad", "keyword", "placement", "post")


@dataclass(frozen=True, slots=True)
class Slow:
    """A KPI asked over fewer days than it is meant to be read over.

    Attributes:
        cadence: How often it is meant to be read.
        asked: The days it was asked for.
        rolling: The days to ask for instead, ending with the period.
        window: The days that the number looks back by itself; 0 when it only looks at the period.
    """

    cadence: str
    asked: int
    rolling: Period
    window: int


@dataclass(frozen=True, slots=True)
class Guard:
    """A strategic KPI that is asked to judge a part of the business.

    ``dimension`` is what the part is one of; ``nearer`` are tactical KPIs that feed it and can be asked that way.
    """

    kpi: KpiHead
    dimension: str
    nearer: tuple[KpiHead, ...]


@dataclass(frozen=True, slots=True)
class ShortName:
    """Short names that the KPI shares with the same others."""

    names: tuple[str, ...]
    others: tuple[KpiHead, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """Remarks on a KPI as it is being asked.

    Attributes:
        scope: Its classes by scope: functional, operational, strategic.
        timing: Leading or lagging.
        level: Strategic or tactical.
        stage: The stage of the customer's way.
        role: ``kpi``, or ``supporting_metric`` that is no measure of success by itself.
        better: For a supporting metric, two KPIs that tell more.
        slow: Set when it is asked over too short a span.
        guard: Set when a strategic KPI is asked to judge a channel or a campaign.
        names: Its short names that may mean something else.
        pairs: Whether there are leading KPIs that foretell it.
    """

    scope: tuple[str, ...]
    timing: str
    level: str
    stage: str
    role: str
    better: tuple[KpiHead, ...]
    slow: Slow | None
    guard: Guard | None
    names: tuple[ShortName, ...]
    pairs: bool


def advice(catalogue: Catalogue, kpi: str, around: Frame, by: str | None = None) -> Advice:
    """Return the remarks on a KPI or a reading of it; ``by`` is the dimension the reader chose to split it by."""
    entry, base = catalogue.kpi(kpi), kpi.partition(".")[0]
    better = graph.better(catalogue, base) if entry.role != "kpi" else ()
    part = common.CHANNEL if around.channel else by if by in SMALL_PARTS else None
    return Advice(
        scope=entry.types,
        timing=entry.timing,
        level=entry.level,
        stage=entry.stage,
        role=entry.role,
        better=tuple(common.head(other) for other in better),
        slow=slow(entry, around),
        guard=guard(catalogue, entry, part),
        names=_short_names(catalogue, base),
        pairs=entry.timing == "lagging" and bool(graph.leading_drivers(catalogue, base)),
    )


def _short_names(catalogue: Catalogue, kpi: str) -> tuple[ShortName, ...]:
    shared: dict[tuple[str, ...], list[str]] = {}
    for clash in clashes_of(catalogue, kpi):
        shared.setdefault(tuple(other.id for other in clash.kpis if other.id != kpi), []).append(clash.name)
    return tuple(
        ShortName(tuple(names), tuple(common.head(catalogue.kpis[other]) for other in others))
        for others, names in shared.items()
    )


@dataclass(frozen=True, slots=True)
class OnlySteps:
    """A big goal that is followed by tactical KPIs only, and the strategic ones that say whether it is reached."""

    goal: str
    strategic: tuple[KpiHead, ...]


def only_steps(catalogue: Catalogue, goal: str, kpis: Iterable[str]) -> OnlySteps | None:
    """Return that a board has only tactical KPIs for a big goal; None for other goals and boards.

    Args:
        catalogue: All KPIs.
        goal: The goal.
        kpis: The KPIs of the board that serve it.
    """
    levels = {catalogue.kpi(kpi).level for kpi in kpis}
    if goal not in BIG_GOALS or levels != {"tactical"}:
        return None
    found = (k for k in catalogue.kpis.values() if k.level == "strategic" and k.role == "kpi" and goal in k.goals)
    heads = tuple(common.head(kpi) for kpi in found)[:SUGGESTED]
    return OnlySteps(goal, heads) if heads else None


def slow(kpi: Kpi, around: Frame) -> Slow | None:
    """Return that a KPI is asked over too short a span and the span to ask for; None when it is long enough."""
    if around.period.days >= LEAST_DAYS.get(kpi.cadence, 0):
        return None
    days = ROLLING_DAYS[kpi.cadence]
    end = around.elapsed.end
    return Slow(kpi.cadence, around.period.days, Period(end - timedelta(days=days), end), kpi.window_days)


def guard(catalogue: Catalogue, kpi: Kpi, dimension: str | None) -> Guard | None:
    """Return that a strategic KPI is asked for one member of a dimension; None for tactical ones."""
    if kpi.level != "strategic" or not dimension:
        return None
    found = graph.nearer(catalogue, kpi.id.partition(".")[0], dimension)
    return Guard(common.head(kpi), dimension, tuple(common.head(one) for one in found))
