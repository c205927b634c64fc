"""Advertising: budgets become spend, impressions, clicks, conversations and leads, per campaign and day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from laban.periods import tet
from laban.sources.demo import season
from laban.sources.demo.dice import Dice
from laban.sources.demo.parameters import Parameters
from laban.sources.demo.planted import Effects
from laban.sources.demo.shop import POOR_LEADS, SALE_DAY, TET_SALE, Campaign

#: Message and lead-form ads open inside the app: few of their clicks reach the site.
_IN_APP = {"message": 0.14, "lead": 0.25}


@dataclass(frozen=True, slots=True)
class Flight:
    """A campaign with the days it runs, both included."""

    campaign: Campaign
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Claim:
    """A conversion as a platform counts it: known ``lag`` days after the click; ``credit`` is in hundredths."""

    lag: int
    credit: int
    value: int


@dataclass(slots=True)
class AdDay:
    """What one campaign did on one day. ``clicks`` are all clicks, ``link_clicks`` those that lead to the site."""

    day: date
    campaign: Campaign
    spend: int
    impressions: int
    clicks: int
    link_clicks: int
    visits: int
    conversations: int
    leads: int
    video_views: int
    claims: list[Claim] = field(default_factory=list)

    def known(self, on: date) -> list[Claim]:
        """Return the claims that the platform had counted by the end of ``on``."""
        age = (on - self.day).days
        return [claim for claim in self.claims if claim.lag <= age]


def flights(parameters: Parameters, first: date, last: date) -> tuple[Flight, ...]:
    """Return every campaign that runs between ``first`` and ``last``, the seasonal ones included."""
    found = []
    for campaign in parameters.campaigns:
        start = first if campaign.starts is None else last + timedelta(days=1 - 7 * campaign.starts)
        stop = last if campaign.ends is None else last - timedelta(days=7 * campaign.ends)
        found.append(Flight(campaign, max(first, start), stop))
    found += [*_sale_flights(first, last), *_tet_flights(first, last)]
    return tuple(flight for flight in found if flight.first <= min(flight.last, last))


def _sale_flights(first: date, last: date) -> list[Flight]:
    made = []
    for sale, day in season.sale_seasons(first, last):
        name = f"{SALE_DAY.format(label=sale.label)}.{day.year}"
        campaign = Campaign(name, "meta_ads", "conversion", 520_000, 47_000, 0.0205, 0.0165)
        made.append(Flight(campaign, max(first, day - timedelta(days=4)), day))
    return made


def _tet_flights(first: date, last: date) -> list[Flight]:
    made = []
    for year in range(first.year, last.year + 2):
        day = tet(year)
        base = Campaign(TET_SALE.format(year=year), "meta_ads", "conversion", 480_000, 44_000, 0.0200, 0.0165)
        made.append(Flight(base, max(first, day - timedelta(days=40)), day - timedelta(days=6)))
        name = f"TK – Áo dài Tết {year}"
        search = replace(base, name=name, platform="google_ads", kind="search", budget=260_000, cpm=120_000)
        search = replace(search, click_rate=0.052, order_rate=0.0175)
        made.append(Flight(search, max(first, day - timedelta(days=38)), day - timedelta(days=6)))
    return [flight for flight in made if flight.first <= last]


def deliver(parameters: Parameters, effects: Effects, first: date, last: date, seed: int) -> list[AdDay]:
    """Return one row per campaign and day, by day."""
    rows: list[AdDay] = []
    running = {event.segment.get("campaign") for event in effects.events}
    for flight in flights(parameters, first, last):
        if flight.campaign.name == POOR_LEADS and POOR_LEADS not in running:
            continue
        dice = Dice(seed, "ads", flight.campaign.name)
        step = 1.0
        day = flight.first
        while day <= min(flight.last, last):
            if (day - first).days % 14 == 0:
                # Budgets are moved every fortnight, which is what later lets spend and sales be told apart.
                step = min(1.4, max(0.65, step * dice.noise(0.14)))
            rows.append(_one_day(flight.campaign, day, step, parameters, effects, dice))
            day += timedelta(days=1)
    return sorted(rows, key=lambda row: (row.day, row.campaign.platform, row.campaign.name))


def _one_day(
    campaign: Campaign, day: date, step: float, parameters: Parameters, effects: Effects, dice: Dice
) -> AdDay:
    share = season.spending(day) * step * dice.noise(0.07)
    spend = round(campaign.budget * share)
    price = campaign.cpm * season.auction(day) * dice.noise(0.06)
    impressions = round(campaign.budget / price * 1000 * share**parameters.advertising.saturation)
    rate = campaign.click_rate * effects.click_rate(day, campaign.name) * dice.noise(0.05)
    link_clicks = dice.binomial(impressions, rate)
    others = dice.poisson(0.31 * link_clicks) if campaign.platform != "google_ads" else 0
    asks = dice.binomial(link_clicks, campaign.lead_rate) if campaign.lead_rate else 0
    return AdDay(
        day=day,
        campaign=campaign,
        spend=spend,
        impressions=impressions,
        clicks=link_clicks + others,
        link_clicks=link_clicks,
        visits=dice.binomial(link_clicks, parameters.visiting.landing * _IN_APP.get(campaign.kind, 1.0)),
        conversations=asks if campaign.kind == "message" else 0,
        leads=asks if campaign.kind == "lead" else 0,
        video_views=dice.binomial(impressions, 0.34) if campaign.platform == "tiktok_ads" else 0,
    )
