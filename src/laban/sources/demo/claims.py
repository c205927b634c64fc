"""Conversions as advertising platforms count them: more than the shop's own last click, and slowly complete."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from laban.sources.demo.delivery import AdDay, Claim
from laban.sources.demo.dice import Dice
from laban.sources.demo.parameters import Advertising
from laban.sources.demo.trade import Order

WINDOW = 27
SELLING = {"search", "display", "conversion", "remarketing", "video"}


def claim(ads: Iterable[AdDay], orders: Iterable[Order], advertising: Advertising, seed: int) -> None:
    """Let every platform claim its share of the web orders; the claims are added to the rows of ``ads``."""
    dice = Dice(seed, "claims")
    rows: dict[tuple[date, str], AdDay] = {}
    selling: dict[tuple[date, str], list[AdDay]] = {}
    for row in ads:
        rows[row.day, row.campaign.name] = row
        if row.campaign.kind in SELLING:
            selling.setdefault((row.day, row.campaign.platform), []).append(row)
    for order in orders:
        if order.sales_channel != "web":
            continue
        day = order.at.date()
        own = rows.get((day, order.campaign))
        for platform, share in advertising.capture.items():
            if own is not None and own.campaign.platform == platform:
                if own.campaign.kind in SELLING and dice.chance(share):
                    _add(rows, own, order, advertising, dice)
            elif dice.chance(advertising.poach[platform]):
                near = selling.get((day, platform), [])
                if near:
                    row = dice.pick(near, [r.impressions + 1 for r in near])
                    _add(rows, row, order, advertising, dice)


def _add(rows: dict[tuple[date, str], AdDay], row: AdDay, order: Order, advertising: Advertising, dice: Dice) -> None:
    lag = 0 if dice.chance(advertising.at_once) else min(WINDOW, 1 + int(dice.wait(advertising.lag_days)))
    # The platform dates the order on the click; before its first day a campaign has no clicks.
    clicked = rows.get((row.day - timedelta(days=lag), row.campaign.name))
    if clicked is None:
        clicked, lag = row, 0
    # Only Google shares one order out between several clicks.
    credit = dice.pick((100, 100, 100, 75, 50, 33)) if row.campaign.platform == "google_ads" else 100
    clicked.claims.append(Claim(lag, credit, round(order.value * credit / 100)))
