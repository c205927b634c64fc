"""Pairs: a lagging KPI above the leading ones that foretell it, week by week on the same days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from laban.analysis.lead import Lead, Turn, lead_time, turns
from laban.metrics import graph
from laban.metrics.query import Query
from laban.metrics.result import Result
from laban.periods import Comparison, Period, buckets, trailing, unit_of
from laban.report.views import common
from laban.report.views.boards.parts import board_frame, chosen
from laban.report.views.parts import Frame, KpiHead, Missing, Point, Source, Tile, plain
from laban.report.views.scorecard import narrowed_tiles

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue

#: Weeks drawn, and leading KPIs drawn below a lagging one.
WEEKS = 52
DRAWN = 6


@dataclass(frozen=True, slots=True)
class Leader:
    """A leading KPI of a lagging one.

    Attributes:
        tile: Its number in the period.
        effect: Whether its rise is expected to raise (+) or to lower (-) the lagging KPI.
        way: The KPIs on the way from it up to the lagging one, without these two.
        points: Its last 52 weeks.
        lead: By how many weeks it ran ahead in these; None when there are too few.
        turns: Its sharpest steps, by place in ``points``.
    """

    tile: Tile
    effect: str
    way: tuple[KpiHead, ...]
    points: tuple[Point, ...]
    lead: Lead | None
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class PairView:
    """The page of one lagging KPI.

    Attributes:
        frame: Shop, period, comparison, channel.
        tile: Its number in the period; None without one.
        kpi: Which KPI.
        lagging: Whether the catalogue calls it lagging; a leading one may be looked at all the same.
        missing: Why it has no number, when it has none.
        points: Its last 52 weeks.
        turns: Its sharpest steps, by place in ``points``.
        leaders: The leading KPIs with numbers, nearest first.
        silent: Leading KPIs without numbers.
    """

    frame: Frame
    tile: Tile | None
    kpi: KpiHead
    lagging: bool
    missing: Missing | None
    points: tuple[Point, ...]
    turns: tuple[Turn, ...]
    leaders: tuple[Leader, ...]
    silent: tuple[KpiHead, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


@dataclass(frozen=True, slots=True)
class PairHead:
    """A lagging KPI in the list, with the leading ones that foretell it."""

    tile: Tile | None
    kpi: KpiHead
    leaders: tuple[KpiHead, ...]


@dataclass(frozen=True, slots=True)
class PairsView:
    """The list of lagging KPIs; ``lone`` are those for which the catalogue knows no leading one."""

    frame: Frame
    pairs: tuple[PairHead, ...]
    lone: tuple[KpiHead, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def pairs_page(
    source: Source,
    *,
    period: Period | None = None,
    compare: Comparison = "previous",
    channel: str | None = None,
) -> PairsView:
    """Build the list of lagging KPIs.

    Raises:
        UnknownNameError: there is no such channel; names the nearest.
    """
    catalogue = source.catalogue
    lagging = [kpi for kpi in chosen(catalogue) if kpi.timing == "lagging"]
    below = {kpi.id: graph.leading_drivers(catalogue, kpi.id) for kpi in lagging}
    names = [kpi.id for kpi in lagging if below[kpi.id]]
    around = board_frame(source, names, period, compare, channel)
    tiles = {tile.kpi.id: tile for tile in narrowed_tiles(source, names, around)[0]}
    heads = (
        PairHead(
            tiles.get(name),
            common.head(catalogue.kpis[name]),
            tuple(common.head(catalogue.kpis[one.kpi]) for one in below[name][:DRAWN]),
        )
        for name in names
    )
    return PairsView(
        frame=around,
        # Those with a number first: the sort keeps the order of the catalogue within each half.
        pairs=tuple(sorted(heads, key=lambda head: head.tile is None or head.tile.value is None)),
        lone=tuple(common.head(kpi) for kpi in lagging if not below[kpi.id]),
    )


def pair_page(
    source: Source,
    kpi: str,
    *,
    period: Period | None = None,
    compare: Comparison = "previous",
    channel: str | None = None,
) -> PairView:
    """Build the page of one lagging KPI.

    Raises:
        UnknownNameError: there is no such KPI or channel; names the nearest.
    """
    catalogue = source.catalogue
    kpi = catalogue.kpi(kpi).id.partition(".")[0]
    entry = catalogue.kpis[kpi]
    below = graph.leading_drivers(catalogue, kpi)
    names = (kpi, *(one.kpi for one in below))
    around = board_frame(source, names, period, compare, channel)
    tiles, absent = narrowed_tiles(source, names, around)
    by_id = {tile.kpi.id: tile for tile in tiles}
    drawn = [one for one in below if one.kpi in by_id][:DRAWN]
    courses = _courses(source, [k for k in (kpi, *(one.kpi for one in drawn)) if k in by_id], around)
    points = courses.get(kpi, ())
    return PairView(
        frame=around,
        tile=by_id.get(kpi),
        kpi=common.head(entry),
        lagging=entry.timing == "lagging",
        missing=next((gap for gap in absent if gap.kpi.id == kpi), None),
        points=points,
        turns=turns([point.value for point in points]),
        leaders=tuple(_leader(catalogue, one, by_id[one.kpi], courses[one.kpi], points) for one in drawn),
        silent=tuple(common.head(catalogue.kpis[one.kpi]) for one in below if one.kpi not in by_id),
    )


def _leader(
    catalogue: Catalogue, one: graph.Reached, tile: Tile, points: tuple[Point, ...], behind: Sequence[Point]
) -> Leader:
    values = [point.value for point in points]
    return Leader(
        tile=tile,
        effect=one.effect,
        way=tuple(common.head(catalogue.kpis[name]) for name in reversed(one.way[:-1])),
        points=points,
        lead=lead_time(values, [point.value for point in behind], one.effect) if behind else None,
        turns=turns(values),
    )


def _courses(source: Source, kpis: Sequence[str], around: Frame) -> dict[str, tuple[Point, ...]]:
    """The last 52 full weeks of each KPI, all in one question; a week that is not over would look like a fall."""
    if not kpis or not around.begun:
        return {}
    last = unit_of(min(around.elapsed.last, source.today - timedelta(days=1)), "week")
    whole = last if last.end <= source.today else last.shift(-7)
    asked = trailing(whole, WEEKS)
    result = source.run(Query(tuple(kpis), asked, grain="week", where=common.where(around.channel)))
    return {kpi: _points(result, kpi, asked) for kpi in kpis}


def _points(result: Result, kpi: str, asked: Period) -> tuple[Point, ...]:
    cells = result.column(kpi)
    return tuple(Point(week, cell.value) for week, cell in zip(buckets(asked, "week"), cells, strict=False))
