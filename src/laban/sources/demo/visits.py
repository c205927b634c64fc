"""Visits to the shop's site and how far they go: per day, channel, campaign and device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from laban.sources.demo import season
from laban.sources.demo.attention import Post, Send
from laban.sources.demo.delivery import AdDay
from laban.sources.demo.dice import Dice
from laban.sources.demo.parameters import DEVICES, Parameters, Visiting
from laban.sources.demo.planted import Effects
from laban.sources.demo.shop import Campaign

HALO_DIRECT = 0.6


@dataclass(slots=True)
class Visits:
    """Visits of one channel, campaign and device on one day; each step is part of the one before.

    ``orders`` are sessions with a purchase, ``forms`` contact forms sent, ``seconds`` time on the site.
    """

    day: date
    channel: str
    campaign: str
    device: str
    sessions: int
    engaged: int
    products: int
    carts: int
    checkouts: int
    orders: int
    forms: int
    views: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """People who come to the site on a day through one channel: how many, and how apt to order."""

    day: date
    channel: str
    campaign: str
    sessions: int
    order_rate: float


def arrivals(
    days: Sequence[date],
    ads: Iterable[AdDay],
    posts: Iterable[Post],
    sends: Iterable[Send],
    parameters: Parameters,
    effects: Effects,
    seed: int,
) -> Iterator[Arrival]:
    """Return newcomers' arrivals, by day."""
    by_day: dict[date, list[AdDay]] = {}
    for row in ads:
        by_day.setdefault(row.day, []).append(row)
    clicks: dict[date, int] = {}
    for post in posts:
        clicks[post.at.date()] = clicks.get(post.at.date(), 0) + post.link_clicks
    letters = {send.at.date(): send.visits for send in sends}
    visiting, dice, remembered = parameters.visiting, Dice(seed, "arrivals"), 0.0
    for day in days:
        mine = by_day.get(day, [])
        remembered = visiting.memory * remembered + sum(row.impressions for row in mine) / 1000
        yield from _unpaid(day, days[-1], remembered, visiting, effects, dice)
        if day in clicks:
            rate = visiting.order_rate["organic_social"]
            yield Arrival(day, "organic_social", "", dice.binomial(clicks[day], 0.85), rate)
        if day in letters:
            yield Arrival(day, "email", "", letters[day], visiting.order_rate["email"] * 0.4)
        for row in mine:
            campaign: Campaign = row.campaign
            yield Arrival(day, campaign.channel, campaign.name, row.visits, campaign.order_rate)


def _unpaid(
    day: date, last: date, remembered: float, visiting: Visiting, effects: Effects, dice: Dice
) -> Iterator[Arrival]:
    level = season.demand(day) ** 0.65 * season.trend(day, last, visiting.yearly_growth)
    halo = visiting.halo * remembered
    extra = {"direct": HALO_DIRECT * halo, "organic_search": (1 - HALO_DIRECT) * halo}
    for channel, base in visiting.organic.items():
        mean = (base * level + extra.get(channel, 0.0)) * dice.noise(0.05)
        if channel == "organic_search":
            mean *= effects.organic_search(day)
        yield Arrival(day, channel, "", dice.poisson(mean), visiting.order_rate[channel])


def browse(found: Iterable[Arrival], parameters: Parameters, effects: Effects, seed: int) -> Iterator[Visits]:
    """Return what newcomers do on the site, per device."""
    dice = Dice(seed, "visits")
    visiting = parameters.visiting
    reach_checkout = visiting.product_view * visiting.add_to_cart * visiting.checkout
    for arrival in found:
        if arrival.sessions == 0:
            continue
        mood = season.demand(arrival.day) ** 0.35
        parts = dice.split(arrival.sessions, visiting.devices[arrival.channel])
        for device, factor, sessions in zip(DEVICES, visiting.device_order_factor, parts, strict=True):
            if sessions == 0:
                continue
            pays = arrival.order_rate / reach_checkout * mood * factor * effects.purchase(arrival.day, device)
            yield _steps(arrival, device, sessions, min(0.9, pays), visiting, effects, dice)


def _steps(
    arrival: Arrival, device: str, sessions: int, pays: float, visiting: Visiting, effects: Effects, dice: Dice
) -> Visits:
    products = dice.binomial(sessions, visiting.product_view)
    carts = dice.binomial(products, visiting.add_to_cart)
    checkouts = dice.binomial(carts, visiting.checkout)
    rate = effects.engaged(arrival.day, visiting.engaged[arrival.channel])
    engaged = dice.binomial(sessions, rate)
    return Visits(
        day=arrival.day,
        channel=arrival.channel,
        campaign=arrival.campaign,
        device=device,
        sessions=sessions,
        engaged=max(engaged, carts),
        products=products,
        carts=carts,
        checkouts=checkouts,
        orders=dice.binomial(checkouts, pays),
        forms=dice.binomial(sessions, visiting.form_rate),
        views=sessions + dice.poisson(1.1 * sessions + 1.5 * products),
        seconds=round(sessions * 22 + max(engaged, carts) * 74 * dice.noise(0.1)),
    )


def returning(day: date, channel: str, device: str, dice: Dice, *, bought: bool) -> Visits:
    """Return the visits of one customer who comes back to buy, whether it works out or not."""
    sessions = 1 + dice.poisson(1.4)
    return Visits(
        day, channel, "", device, sessions, sessions, sessions, 1, 1, int(bought), 0, 4 * sessions, 150 * sessions
    )
