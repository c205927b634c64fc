"""Organic search as Search Console counts it: clicks, impressions and position by day, and by query and page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from laban.sources.demo.dice import Dice
from laban.sources.demo.planted import Effects
from laban.sources.demo.visits import Visits

BASE_POSITION = 8.4


@dataclass(frozen=True, slots=True)
class SearchDay:
    """A day of organic search; ``position`` is the mean over impressions, two digits."""

    day: date
    clicks: int
    impressions: int
    position: Decimal


def search_days(days: Sequence[date], visits: Iterable[Visits], effects: Effects, seed: int) -> list[SearchDay]:
    """Return the days: nearly every visit from search was a click, and worse places are clicked less."""
    sessions: dict[date, int] = {}
    for cell in visits:
        if cell.channel == "organic_search":
            sessions[cell.day] = sessions.get(cell.day, 0) + cell.sessions
    dice, found = Dice(seed, "search"), list[SearchDay]()
    for day in days:
        clicks = sessions.get(day, 0) + dice.poisson(0.05 * sessions.get(day, 0))
        position = (BASE_POSITION + effects.position(day)) * dice.noise(0.025)
        rate = 0.038 * (BASE_POSITION / position) ** 0.5 * dice.noise(0.06)
        impressions = max(clicks, round(clicks / rate))
        found.append(SearchDay(day, clicks, impressions, Decimal(f"{position:.2f}")))
    return found
