"""The scorecard: how did this week go, in at most five big numbers and the rest of the pack."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from laban.analysis.compare import Verdict
from laban.facts import CHANNEL_GROUPS
from laban.periods import Comparison, Period
from laban.report.views import common
from laban.report.views.parts import Frame, Freshness, Missing, Source, Text, Tile, plain

if TYPE_CHECKING:
    from laban.metrics.model import Pack

DEFAULT_PACK = "weekly_seven"
#: Tiles shown large.
BIG = 5


@dataclass(frozen=True, slots=True)
class PackHead:
    """A choice of KPIs that one may look at."""

    id: str
    name: Text
    size: int


@dataclass(frozen=True, slots=True)
class ScorecardView:
    """The scorecard page.

    Attributes:
        frame: Shop, period, comparison, channel.
        pack: The pack shown.
        packs: All packs, in catalogue order.
        big: The first tiles (at most five), shown large.
        rest: The other tiles.
        missing: KPIs of the pack without a number, each with the reason and the way out.
        freshness: How new the data of each source are.
    """

    frame: Frame
    pack: PackHead
    packs: tuple[PackHead, ...]
    big: tuple[Tile, ...]
    rest: tuple[Tile, ...]
    missing: tuple[Missing, ...]
    freshness: tuple[Freshness, ...]

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """All tiles in order."""
        return self.big + self.rest

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def state(tile: Tile) -> Literal["good", "bad", "steady", "open", "missing"]:
    """Return in which of five heaps a tile lies; ``open`` are those that nothing can be said about yet."""
    if tile.value is None:
        return "missing"
    change = tile.change
    if change is None or change.reason in {"not_enough_data", "no_history", "immature", "no_baseline", "no_aim"}:
        return "open"
    return change.verdict if change.verdict != "neutral" else "steady"


def strongest(tiles: Iterable[Tile], verdict: Verdict | None = None) -> list[Tile]:
    """Return the tiles with a verdict, the largest change (as a share of the earlier number) first."""
    judged = [
        (tile, tile.change)
        for tile in tiles
        if tile.change and tile.change.verdict != "neutral" and verdict in {None, tile.change.verdict}
    ]
    return [tile for tile, _ in sorted(judged, key=lambda pair: -abs(pair[1].relative or 0.0))]


def scorecard(
    source: Source,
    *,
    pack: str = DEFAULT_PACK,
    period: Period | None = None,
    compare: Comparison = "previous",
    channel: str | None = None,
) -> ScorecardView:
    """Build the scorecard page.

    Args:
        source: The workspace.
        pack: Which choice of KPIs.
        period: What to show; by default the last full week with data.
        compare: What to compare with.
        channel: Only this channel; KPIs that have no channels are listed as missing.

    Raises:
        UnknownNameError: there is no such pack or channel; names the nearest.
    """
    common.check_channel(channel, CHANNEL_GROUPS)
    catalogue = source.catalogue
    chosen = catalogue.pack(pack)
    around = common.frame(source, period, compare, channel=channel)
    around = common.with_channels(around, common.channels_with_data(source, chosen.kpis, around.period))
    asked = [k for k in chosen.kpis if not channel or common.CHANNEL in catalogue.allowed_dimensions(k)]
    tiles, absent = tiles_of(source, asked, around)
    absent += [
        Missing(common.head(catalogue.kpi(name)), "missing", "not_by_channel")
        for name in chosen.kpis
        if name not in asked and around.begun
    ]
    return ScorecardView(
        frame=around,
        pack=_head(chosen),
        packs=tuple(_head(p) for p in catalogue.packs.values()),
        big=tuple(tiles[:BIG]),
        rest=tuple(tiles[BIG:]),
        missing=tuple(absent),
        freshness=common.freshness(source),
    )


def tiles_of(source: Source, kpis: Iterable[str], around: Frame) -> tuple[list[Tile], list[Missing]]:
    """Tiles for the KPIs that have a number now or had one lately; the reasons for those without one."""
    names = tuple(kpis)
    if not names or not around.begun:
        return [], []
    answers = common.ask(source, names, around)
    tiles: list[Tile] = []
    absent: list[Missing] = []
    for name in names:
        made = common.tile(source, answers, name)
        if made.value is None:
            cell, _ = common.cells_of(answers.now, name)
            absent.append(common.missing(source.catalogue, name, cell, answers.now.refusals.get(name)))
        if made.value is not None or any(point.value is not None for point in made.spark):
            tiles.append(made)
    return tiles, absent


def _head(pack: Pack) -> PackHead:
    return PackHead(pack.id, common.words(pack.name), len(pack.kpis))
