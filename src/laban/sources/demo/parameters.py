"""What may be varied in the demo company: one frozen value, written into ``truth.json`` as it was used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from laban.sources.demo.shop import CAMPAIGNS, Campaign

DEVICES = ("mobile", "desktop", "tablet")


def _organic() -> Mapping[str, float]:
    return {"organic_search": 165.0, "direct": 120.0, "organic_social": 45.0, "referral": 34.0}


def _order_rates() -> Mapping[str, float]:
    return {"organic_search": 0.0125, "direct": 0.0135, "organic_social": 0.0080, "referral": 0.0110, "email": 0.0140}


def _engaged() -> Mapping[str, float]:
    return {
        "organic_search": 0.60, "direct": 0.56, "organic_social": 0.48, "referral": 0.58, "email": 0.63,
        "paid_search": 0.57, "paid_social": 0.42, "display": 0.34,
    }  # fmt: skip


def _devices() -> Mapping[str, tuple[float, float, float]]:
    return {
        "organic_search": (0.68, 0.29, 0.03), "direct": (0.70, 0.27, 0.03), "organic_social": (0.90, 0.08, 0.02),
        "referral": (0.62, 0.35, 0.03), "email": (0.66, 0.31, 0.03), "paid_search": (0.70, 0.27, 0.03),
        "paid_social": (0.93, 0.05, 0.02), "display": (0.78, 0.18, 0.04),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visiting:
    """How people come to the shop's site and what they do there.

    ``organic`` is visits a day per channel at season 1 on the last day; ``landing`` the share of ad clicks that
    become a visit; ``halo`` how many direct visits and brand searches 1,000 remembered impressions bring, with
    ``memory`` the share of impressions remembered a day later; the funnel shares are conditional steps.
    """

    yearly_growth: float = 0.18
    organic: Mapping[str, float] = field(default_factory=_organic)
    landing: float = 0.87
    halo: float = 0.28
    memory: float = 0.80
    devices: Mapping[str, tuple[float, float, float]] = field(default_factory=_devices)
    engaged: Mapping[str, float] = field(default_factory=_engaged)
    product_view: float = 0.58
    add_to_cart: float = 0.17
    checkout: float = 0.64
    order_rate: Mapping[str, float] = field(default_factory=_order_rates)
    device_order_factor: tuple[float, float, float] = (0.93, 1.32, 1.0)
    form_rate: float = 0.0032
    shopee_orders: float = 2.6
    tracked_purchases: float = 0.94


@dataclass(frozen=True, slots=True)
class Advertising:
    """How money becomes clicks, and how platforms count.

    Impressions grow with spend to the power ``saturation``. A platform claims an order that its own last click
    brought with probability ``capture``, and other people's web orders with probability ``poach`` (views, other
    devices, modelling). A claim is dated on the click. A share ``at_once`` is known the same day, the rest on average
    ``lag_days`` later and after at most 27 days.
    """

    saturation: float = 0.84
    capture: Mapping[str, float] = field(
        default_factory=lambda: {"google_ads": 0.92, "meta_ads": 0.82, "tiktok_ads": 0.70}
    )
    poach: Mapping[str, float] = field(
        default_factory=lambda: {"google_ads": 0.13, "meta_ads": 0.29, "tiktok_ads": 0.07}
    )
    at_once: float = 0.58
    lag_days: float = 5.0


@dataclass(frozen=True, slots=True)
class Trading:
    """How orders end and customers come back.

    After an order a customer is gone for good with probability ``dropout`` (``dropout_failed`` after a failed
    delivery); otherwise the wait for the next wish to buy is exponential with a rate that differs between customers:
    gamma with ``rate_shape`` and mean ``1 / gap_days``.
    """

    cod_share: float = 0.68
    cod_failure: float = 0.105
    paid_return: float = 0.025
    cancelled: float = 0.035
    failure_by_channel: Mapping[str, float] = field(
        default_factory=lambda: {"paid_social": 1.35, "organic_search": 0.8, "email": 0.6, "direct": 0.8}
    )
    dropout: float = 0.46
    dropout_failed: float = 0.85
    gap_days: float = 47.0
    rate_shape: float = 1.8
    discount_share: float = 0.30
    packing_cost: int = 9_000
    shopee_fee: float = 0.095


@dataclass(frozen=True, slots=True)
class Prospecting:
    """How leads ripen: shares that reach each stage and mean delays in days.

    A lead answered within ``fast_minutes`` is won ``fast_lift`` times as often.
    """

    conversation_to_lead: float = 0.42
    zalo_leads: float = 2.4
    lead_to_qualified: float = 0.45
    qualified_to_sales: float = 0.55
    sales_to_won: float = 0.50
    days_to_qualified: float = 0.8
    days_to_sales: float = 2.0
    days_to_won: float = 4.0
    reply_minutes: float = 38.0
    fast_minutes: int = 30
    fast_lift: float = 1.35


@dataclass(frozen=True, slots=True)
class Plant:
    """An event to plant: ``weeks`` before the end, for ``days`` (None: it lasts), of ``size`` (see planted.py)."""

    kind: str
    weeks: int
    days: int | None
    size: float


PLANTS: tuple[Plant, ...] = (
    Plant("mobile_checkout_fault", 4, 9, -0.40),
    Plant("creative_fatigue", 9, None, -0.09),
    Plant("poor_lead_campaign", 6, 35, -0.80),
    Plant("tracking_outage", 13, 3, -0.97),
    Plant("price_rise", 17, None, 0.08),
    Plant("site_redesign", 26, None, 0.12),
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything the causal model knows beside ``seed``, ``end`` and ``weeks``.

    For the last ``weekly_exports`` weeks somebody downloaded advertising every Sunday evening, and orders, which
    settle sooner, for the last ``weekly_orders``.
    """

    campaigns: tuple[Campaign, ...] = CAMPAIGNS
    visiting: Visiting = field(default_factory=Visiting)
    advertising: Advertising = field(default_factory=Advertising)
    trading: Trading = field(default_factory=Trading)
    prospecting: Prospecting = field(default_factory=Prospecting)
    plants: tuple[Plant, ...] = PLANTS
    weekly_exports: int = 12
    weekly_orders: int = 8

    def as_json(self) -> dict[str, Any]:
        """Return the parameters as nested plain values."""
        return asdict(self)
