"""Events planted into the demo company, and what each does to the model.

``size`` means: the factor - 1 on mobile purchase probability (mobile_checkout_fault), the weekly rate at which a
campaign's click rate decays (creative_fatigue), the factor - 1 on the share of good leads against an ordinary
campaign (poor_lead_campaign), on what the web tool records (tracking_outage), on prices (price_rise), and the share
of bounces that turn into engaged visits (site_redesign).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from laban.sources.demo.dice import Dice
from laban.sources.demo.parameters import Plant
from laban.sources.demo.shop import FATIGUED, POOR_LEADS

FATIGUE_FLOOR = 0.38
PRICE_ELASTICITY = -0.6
REDESIGN_POSITION = 1.7
REDESIGN_ORGANIC = 0.91

#: Per kind: the part of the shop it touches, and the KPIs that move with the direction.
EXPECTED: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "mobile_checkout_fault": (
        {"device": "mobile"},
        {"conversion_rate": "down", "orders_count": "down", "net_revenue_total": "down"},
    ),
    "creative_fatigue": (
        {"platform": "meta_ads", "campaign": FATIGUED},
        {"click_through_rate": "down", "cost_per_click": "up", "cost_per_conversion": "up"},
    ),
    "poor_lead_campaign": (
        {"platform": "meta_ads", "campaign": POOR_LEADS},
        {
            "leads_generated": "up",
            "cost_per_lead": "down",
            "cost_per_conversion": "down",
            "lead_to_mql_rate": "down",
            "lead_quality_rate": "down",
        },
    ),
    "tracking_outage": ({}, {"website_traffic": "down", "organic_traffic": "down", "referral_traffic": "down"}),
    "price_rise": ({}, {"average_order_value": "up", "conversion_rate": "down"}),
    "site_redesign": ({}, {"bounce_rate": "down", "average_search_position": "up", "organic_traffic": "down"}),
}


@dataclass(frozen=True, slots=True)
class PlantedEvent:
    """An event with its days (half-open; ``end`` None: still going on), segment, size and expected KPI moves."""

    kind: str
    start: date
    end: date | None
    segment: Mapping[str, str]
    size: float
    moves: Mapping[str, str]

    def active(self, day: date) -> bool:
        """Return whether ``day`` lies in the event."""
        return self.start <= day and (self.end is None or day < self.end)


def plant(plants: tuple[Plant, ...], first: date, last: date, dice: Dice) -> tuple[PlantedEvent, ...]:
    """Return the events that fit between ``first`` and ``last``; at least one ordinary week comes before each."""
    found = []
    for wish in plants:
        moved = dice.between(0, 2) if wish.days is not None and wish.days < 20 else 0
        start = last + timedelta(days=1 - 7 * wish.weeks + moved)
        if start < first + timedelta(days=7):
            continue
        stop = None if wish.days is None else start + timedelta(days=wish.days)
        segment, moves = EXPECTED[wish.kind]
        found.append(PlantedEvent(wish.kind, start, stop, segment, wish.size, moves))
    return tuple(sorted(found, key=lambda event: event.start))


@dataclass(frozen=True, slots=True)
class Effects:
    """What the planted events do on a day, as factors for the model."""

    events: tuple[PlantedEvent, ...]

    def _active(self, kind: str, day: date) -> PlantedEvent | None:
        return next((event for event in self.events if event.kind == kind and event.active(day)), None)

    def purchase(self, day: date, device: str) -> float:
        """Factor on the probability to buy after checkout began."""
        factor = 1.0
        if device == "mobile" and (fault := self._active("mobile_checkout_fault", day)):
            factor *= 1.0 + fault.size
        if rise := self._active("price_rise", day):
            factor *= 1.0 + PRICE_ELASTICITY * rise.size
        return factor

    def click_rate(self, day: date, campaign: str) -> float:
        """Factor on a campaign's click rate."""
        event = self._active("creative_fatigue", day)
        if event is None or event.segment["campaign"] != campaign:
            return 1.0
        weeks = (day - event.start).days / 7
        return max(FATIGUE_FLOOR, math.exp(event.size * weeks))

    def recorded(self, day: date) -> float:
        """Share of visits that the web tool records."""
        outage = self._active("tracking_outage", day)
        return 1.0 + outage.size if outage else 1.0

    def engaged(self, day: date, rate: float) -> float:
        """Return the engaged share of visits for a usual share ``rate``."""
        redesign = self._active("site_redesign", day)
        return rate + redesign.size * (1.0 - rate) if redesign else rate

    def position(self, day: date) -> float:
        """Places lost in organic search."""
        return REDESIGN_POSITION if self._active("site_redesign", day) else 0.0

    def organic_search(self, day: date) -> float:
        """Factor on visits from organic search."""
        return REDESIGN_ORGANIC if self._active("site_redesign", day) else 1.0

    def price(self, day: date) -> float:
        """Factor on list prices."""
        rise = self._active("price_rise", day)
        return 1.0 + rise.size if rise else 1.0
