"""The scorecard: how did this week go, in at most five big numbers and the rest of the pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from laban.analysis.compare import Verdict
from laban.errors import InvalidQueryError
from laban.facts import CHANNEL_GROUPS
from laban.i18n import Phrase
from laban.periods import Comparison, Period
from laban.report.views import common
from laban.report.views.parts import Frame, Freshness, KpiHead, Missing, Source, Text, Tile, plain

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue, Pack

DEFAULT_PACK = "weekly_seven"
#: Why nothing can be said about a step.
OPEN = frozenset({"not_enough_data", "no_history", "immature", "redefined", "no_baseline", "no_aim"})
#: Tiles shown large.
BIG = 5


@dataclass(frozen=True, slots=True)
class PackHead:
    """A choice of KPIs that one may look at."""

    id: str
    name: Text
    size: int


@dataclass(frozen=True, slots=True)
class PackEntry:
    """A KPI in a pack with groups.

    ``basis`` says whether the pack's article names it (``named``) or it was put in to complete the list
    (``reconstructed``); one swapped in is an ``alternate``. ``replaces`` is the KPI that the reader swapped for it.
    ``alternates`` are those that may take its place.
    """

    kpi: KpiHead
    basis: str
    replaces: str
    alternates: tuple[KpiHead, ...]


@dataclass(frozen=True, slots=True)
class PackPart:
    """A part of a pack under a heading of its own."""

    id: str
    name: Text
    entries: tuple[PackEntry, ...]


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
        about: What the pack is for.
        reconstructed: Whether the pack's list had to be put together anew.
        parts: The groups of the pack with their entries; none where it has no groups.
    """

    frame: Frame
    pack: PackHead
    packs: tuple[PackHead, ...]
    big: tuple[Tile, ...]
    rest: tuple[Tile, ...]
    missing: tuple[Missing, ...]
    freshness: tuple[Freshness, ...]
    about: Text | None = None
    reconstructed: bool = False
    parts: tuple[PackPart, ...] = ()

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
    if change is None or change.reason in OPEN:
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
    swap: Mapping[str, str] | None = None,
) -> ScorecardView:
    """Build the scorecard page.

    Args:
        source: The workspace.
        pack: Which choice of KPIs.
        period: What to show; by default the last full week with data.
        compare: What to compare with.
        channel: Only this channel; KPIs that have no channels are listed as missing.
        swap: KPIs of the pack and the alternates to show in their place.

    Raises:
        UnknownNameError: there is no such pack or channel; names the nearest.
        InvalidQueryError: a swap is none that the pack offers.
    """
    common.check_channel(channel, CHANNEL_GROUPS)
    catalogue = source.catalogue
    chosen = catalogue.pack(pack)
    swaps = _checked(chosen, swap or {})
    kpis = known(catalogue, (swaps.get(kpi, kpi) for kpi in chosen.kpis))
    around = common.frame(source, period, compare, channel=channel)
    around = common.with_channels(around, common.channels_with_data(source, kpis, around.period))
    tiles, absent = narrowed_tiles(source, kpis, around)
    return ScorecardView(
        frame=around,
        pack=_head(chosen),
        packs=tuple(_head(p) for p in catalogue.packs.values()),
        big=tuple(tiles[:BIG]),
        rest=tuple(tiles[BIG:]),
        missing=tuple(absent),
        freshness=common.freshness(source),
        about=common.words(chosen.about),
        reconstructed=chosen.reconstructed,
        parts=_parts(catalogue, chosen, swaps),
    )


def known(catalogue: Catalogue, kpis: Iterable[str]) -> tuple[str, ...]:
    """Return the KPIs and readings that there are, each once; a pack may name ones that are there no more."""
    return tuple(dict.fromkeys(kpi for kpi in kpis if catalogue.has(kpi)))


def parse_swaps(text: str) -> dict[str, str]:
    """Read ``entry:alternate,entry:alternate``, the text form of swaps in an address.

    Raises:
        InvalidQueryError: a pair is not written so.
    """
    swaps: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        entry, colon, alternate = pair.partition(":")
        if not colon or not entry or not alternate:
            raise InvalidQueryError(text, Phrase.of("board_query.swap_form", pair=pair))
        swaps[entry] = alternate
    return swaps


def _checked(pack: Pack, swaps: Mapping[str, str]) -> Mapping[str, str]:
    for entry, alternate in swaps.items():
        offered = pack.alternates_of(entry)
        if alternate not in offered:
            choices = ", ".join(offered) or "–"
            raise InvalidQueryError(
                f"{entry}:{alternate}", Phrase.of("board_query.swap_choice", entry=entry, choices=choices)
            )
    return swaps


def _parts(catalogue: Catalogue, pack: Pack, swaps: Mapping[str, str]) -> tuple[PackPart, ...]:
    shown = {swaps.get(kpi, kpi) for kpi in pack.kpis}

    def entry(kpi: str) -> PackEntry:
        now = swaps.get(kpi, kpi)
        others = known(catalogue, (other for other in pack.alternates_of(kpi) if other not in shown))
        heads = tuple(common.head(catalogue.kpis[other]) for other in others)
        basis = "alternate" if now != kpi else pack.basis.get(kpi, "")
        return PackEntry(common.head(catalogue.kpis[now]), basis, kpi if now != kpi else "", heads)

    return tuple(
        PackPart(
            group.id,
            common.words(group.name),
            tuple(entry(kpi) for kpi in group.kpis if swaps.get(kpi, kpi) in catalogue.kpis),
        )
        for group in pack.groups
    )


def narrowed_tiles(source: Source, kpis: Sequence[str], around: Frame) -> tuple[list[Tile], list[Missing]]:
    """Do what ``tiles_of`` does; where the frame has a channel, KPIs without channels are among the missing."""
    catalogue = source.catalogue
    asked = [k for k in kpis if not around.channel or common.CHANNEL in catalogue.allowed_dimensions(k)]
    tiles, absent = tiles_of(source, asked, around)
    absent += [
        Missing(common.head(catalogue.kpi(name)), "missing", "not_by_channel")
        for name in kpis
        if name not in asked and around.begun
    ]
    return tiles, absent


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
