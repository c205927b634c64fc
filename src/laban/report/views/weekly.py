"""The report: two pages of a week (or another period), the same content in every format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from laban.analysis.compare import Change, Verdict
from laban.metrics.query import Query
from laban.metrics.result import Number, Row
from laban.periods import Comparison, Period, trailing, unit_of
from laban.report.views import common
from laban.report.views.calendar import events
from laban.report.views.parts import Event, Frame, KpiHead, Point, Source, Tile, plain
from laban.report.views.scorecard import DEFAULT_PACK, ScorecardView, scorecard, strongest, tiles_of

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue

#: KPIs drawn on the second page, and the weeks drawn.
DRAWN = 4
WEEKS = 52
#: Strengths and weak spots named.
NAMED = 3
#: Columns of the channel table, as far as there are data for them.
BY_CHANNEL = ("website_traffic", "conversion_rate", "cost_per_conversion", "cost_per_lead", "return_on_ad_spend")
#: Packs searched for strengths and weak spots beside the one that is shown.
SEARCHED = ("weekly_seven", "essential_fifteen")
#: Days after the period in which events are announced.
AHEAD = 28


@dataclass(frozen=True, slots=True)
class Course:
    """A KPI's last 52 weeks with the same weeks a year before."""

    kpi: KpiHead
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class ChannelCell:
    """One KPI of one channel: the number and its change; None where it has no channels or no data."""

    value: Number | None
    change: Change | None


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel across the KPIs of the table; ``share`` is its share of the first one."""

    channel: str | None
    share: float | None
    cells: tuple[ChannelCell, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A strength or weak spot: the KPI and the change that shows it, against ``kind`` (as in ``Compared``)."""

    tile: Tile
    kind: str
    change: Change


@dataclass(frozen=True, slots=True)
class ReportView:
    """Two pages: the scorecard with strengths and weak spots; then courses, channels, events, freshness.

    Attributes:
        scorecard: The week's scorecard, compared with the week before.
        strengths: Up to three KPIs that got better: against the chosen comparison, then against the other one.
        weak_spots: Up to three KPIs that got worse, likewise.
        courses: Up to four KPIs drawn over 52 weeks.
        channel_kpis: Columns of the channel table.
        channels: Its rows, largest first.
        events: Holidays and sale days in the week and the four weeks after it.
    """

    scorecard: ScorecardView
    strengths: tuple[Spot, ...]
    weak_spots: tuple[Spot, ...]
    courses: tuple[Course, ...]
    channel_kpis: tuple[KpiHead, ...]
    channels: tuple[ChannelRow, ...]
    events: tuple[Event, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def weekly_report(
    source: Source,
    *,
    pack: str = DEFAULT_PACK,
    period: Period | None = None,
    compare: Comparison = "previous",
) -> ReportView:
    """Build the report on a period, by default the last full week with data.

    Raises:
        UnknownNameError: there is no such pack; names the nearest.
    """
    board = scorecard(source, pack=pack, period=period, compare=compare)
    around = board.frame
    judged = [*board.tiles, *_others(source, board)]
    heads, rows = _channels(source, around, judged)
    shown = [tile.kpi for tile in board.tiles if any(p.value is not None for p in tile.spark)]
    return ReportView(
        scorecard=board,
        strengths=_spots(judged, "good", around),
        weak_spots=_spots(judged, "bad", around),
        courses=_courses(source, shown[:DRAWN], around),
        channel_kpis=heads,
        channels=rows,
        events=events(Period(around.period.start, around.period.shift(AHEAD).end)),
    )


def _spots(tiles: Sequence[Tile], verdict: Verdict, around: Frame) -> tuple[Spot, ...]:
    """The clearest news against the chosen comparison; where that has less than three, against the other one."""
    found = [Spot(tile, around.compared, tile.change) for tile in strongest(tiles, verdict) if tile.change]
    named = {spot.tile.kpi.id for spot in found}
    more = [
        Spot(tile, tile.second.kind, tile.second.change)
        for tile in tiles
        if tile.kpi.id not in named and tile.second.change and tile.second.change.verdict == verdict
    ]
    more.sort(key=lambda spot: -abs(spot.change.relative or 0.0))
    return tuple([*found, *more][:NAMED])


def _others(source: Source, board: ScorecardView) -> list[Tile]:
    """Tiles of the KPIs that are not on the board but may be its news; an estimate over a year is none."""
    packs = [source.catalogue.packs[name] for name in SEARCHED if name in source.catalogue.packs]
    names = dict.fromkeys(name for pack in packs for name in (*pack.kpis, *pack.companions))
    shown = {tile.kpi.id for tile in board.tiles}
    news = [name for name in names if name not in shown and source.catalogue.kpi(name).aggregation != "model"]
    return tiles_of(source, news, board.frame)[0]


def _courses(source: Source, kpis: Sequence[KpiHead], around: Frame) -> tuple[Course, ...]:
    if not kpis:
        return ()
    asked = trailing(unit_of(around.elapsed.last, "week"), WEEKS)
    names = tuple(kpi.id for kpi in kpis)
    result = source.run(Query(names, asked, grain="week", compare="tet"))
    last = len(result.rows) - 1
    return tuple(
        Course(
            kpi,
            tuple(
                Point(
                    row.period,
                    row.cells[place].value,
                    row.baseline[place].value if row.baseline else None,
                    row.baseline_period,
                    partial=result.partial and number == last,
                )
                for number, row in enumerate(result.rows)
            ),
        )
        for place, kpi in enumerate(kpis)
    )


def _channels(
    source: Source, around: Frame, tiles: Sequence[Tile]
) -> tuple[tuple[KpiHead, ...], tuple[ChannelRow, ...]]:
    """The channel table; a channel's number varies at least as much as the whole, whose course is in ``tiles``."""
    catalogue = source.catalogue
    able = [k for k in BY_CHANNEL if k in catalogue.kpis and common.CHANNEL in catalogue.allowed_dimensions(k)]
    if not able:
        return (), ()
    result = source.run(Query(tuple(able), around.period, by=(common.CHANNEL,), compare=around.compare))
    kept = [k for k in able if any(cell.value is not None for cell in result.column(k))]
    past = {tile.kpi.id: [point.value for point in tile.spark[:-1]] for tile in tiles}
    places = [(able.index(k), common.standing(source, k, around, past.get(k, ()))) for k in kept]
    judged = around.compare != "none"
    rows = [_channel_row(catalogue, row, places, judged=judged) for row in result.rows]
    total = sum(float(row.cells[0].value or 0) for row in rows) if kept else 0.0
    ordered = sorted(
        (_shared(row, total) for row in rows if any(cell.value is not None for cell in row.cells)), key=_rank
    )
    return tuple(common.head(place.kpi) for _, place in places), tuple(ordered)


def _channel_row(
    catalogue: Catalogue, row: Row, places: Sequence[tuple[int, common.Standing]], *, judged: bool
) -> ChannelRow:
    cells = [
        ChannelCell(
            row.cells[column].value,
            common.change(catalogue, place, row.cells[column], row.baseline[column] if row.baseline else None)
            if judged
            else None,
        )
        for column, place in places
    ]
    return ChannelRow(row.key[0], None, tuple(cells))


def _shared(row: ChannelRow, total: float) -> ChannelRow:
    value = row.cells[0].value
    return replace(row, share=float(value) / total if total and value is not None else None)


def _rank(row: ChannelRow) -> tuple[float, str]:
    return -(row.share or 0.0), row.channel or "~"
