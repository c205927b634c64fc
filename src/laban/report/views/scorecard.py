"""The scorecard: how did this week go, in at most five big numbers and the rest of the pack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from laban.report.views.parts import Frame, Freshness, Missing, Text, Tile, plain


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
