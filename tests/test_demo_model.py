"""The demo company's causal model: chance, seasons, planted events, and that causes come before effects."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.periods import tet
from laban.sources.demo import Parameters, World, season, simulate
from laban.sources.demo.dice import Dice
from laban.sources.demo.parameters import PLANTS, Visiting
from laban.sources.demo.planted import Effects, PlantedEvent, plant

END = date(2026, 11, 22)


@cache
def world(seed: int = 7, weeks: int = 8) -> World:
    return simulate(seed, END, weeks)


@pytest.mark.parametrize("mean", [0.3, 4.0, 29.0, 31.0, 400.0])
def test_poisson_has_its_mean_and_variance(mean: float) -> None:
    dice = Dice(1, "poisson", mean)
    drawn = [dice.poisson(mean) for _ in range(4000)]
    average = sum(drawn) / len(drawn)
    spread = sum((x - average) ** 2 for x in drawn) / len(drawn)
    assert average == pytest.approx(mean, abs=5 * math.sqrt(mean / 4000))
    assert spread == pytest.approx(mean, rel=0.15)


@pytest.mark.parametrize(("trials", "chance"), [(5, 0.3), (30, 0.9), (31, 0.02), (400, 0.5), (90_000, 0.004)])
def test_binomial_has_its_mean_and_stays_in_bounds(trials: int, chance: float) -> None:
    dice = Dice(1, "binomial", trials)
    drawn = [dice.binomial(trials, chance) for _ in range(3000)]
    error = math.sqrt(trials * chance * (1 - chance) / 3000)
    assert min(drawn) >= 0
    assert max(drawn) <= trials
    assert sum(drawn) / 3000 == pytest.approx(trials * chance, abs=5 * error)


@given(st.integers(0, 5000), st.lists(st.floats(0, 10), min_size=1, max_size=6), st.integers(0, 99))
def test_a_split_adds_up(total: int, weights: list[float], seed: int) -> None:
    parts = Dice(seed, "split").split(total, weights)
    assert sum(parts) == total
    assert len(parts) == len(weights)
    assert min(parts) >= 0


def test_streams_are_repeatable_and_apart() -> None:
    first = [Dice(7, "a").unit() for _ in range(2)]
    assert first[0] == first[1]
    assert Dice(7, "a").unit() != Dice(7, "b").unit()
    assert Dice(7, "a").unit() != Dice(8, "a").unit()


@pytest.mark.parametrize("year", range(2023, 2032))
def test_tet_rises_stands_still_and_comes_back(year: int) -> None:
    feast = tet(year)

    def week(offset: int) -> float:
        return sum(season.tet_factor(feast + timedelta(days=offset + d)) for d in range(7)) / 7

    assert week(-16) > 1.5
    assert week(-16) > week(-30) > week(-41) >= 1.0
    assert week(0) < 0.25
    assert week(0) < week(7) < week(14) < week(21) <= 1.01


def test_sale_days_stand_out_from_the_days_around_them() -> None:
    for sale in season.SALE_DAYS:
        day = date(2026, sale.month, sale.day)
        assert season.sale_factor(day) > 1.3 > season.sale_factor(day - timedelta(days=3))
        assert season.is_sale_day(day)
    assert season.feast_factor(date(2026, 3, 7)) > 1.4
    assert season.feast_factor(date(2026, 3, 9)) == 1.0


def test_every_planted_event_has_an_ordinary_week_before_it() -> None:
    for weeks in (8, 12, 20, 40, 110):
        first = END - timedelta(days=7 * weeks - 1)
        events = plant(PLANTS, first, END, Dice(3, "events"))
        assert all(first + timedelta(days=7) <= event.start <= END for event in events)
    assert {event.kind for event in events} == {wish.kind for wish in PLANTS}


def test_events_end_on_the_day_they_say() -> None:
    effects = Effects(plant(PLANTS, date(2024, 10, 14), END, Dice(3, "events")))
    fault = next(event for event in effects.events if event.kind == "mobile_checkout_fault")
    assert fault.end is not None
    inside, after = fault.end - timedelta(days=1), fault.end
    assert effects.purchase(inside, "mobile") == pytest.approx(0.6 * effects.purchase(inside, "desktop"))
    assert effects.purchase(after, "mobile") == effects.purchase(after, "desktop")


def test_nothing_comes_from_nothing() -> None:
    shop = world()
    for ad in shop.ads:
        assert ad.visits <= ad.link_clicks <= min(ad.clicks, ad.impressions)
        assert ad.spend > 0
    for cell in shop.visits:
        assert cell.sessions >= cell.engaged >= cell.carts >= cell.checkouts >= cell.orders >= 0
        assert cell.sessions >= cell.products >= cell.carts
    for send in shop.sends:
        assert send.recipients > send.delivered > send.unique_opens >= send.unique_clicks <= send.clicks


def test_visits_orders_and_leads_tell_one_story() -> None:
    shop = world()
    web = Counter((o.at.date(), o.channel, o.campaign, o.device) for o in shop.orders if o.sales_channel == "web")
    seen: Counter[tuple[date, str, str, str]] = Counter()
    for cell in shop.visits:
        if cell.orders:
            seen[cell.day, cell.channel, cell.campaign, cell.device] += cell.orders
    assert web == seen
    bought = {(o.customer.phone, o.value) for o in shop.orders if o.customer and o.sales_channel == "chat"}
    won = [lead for lead in shop.leads if lead.won]
    assert won
    assert {(lead.phone, lead.amount) for lead in won} <= bought


def test_orders_end_as_they_can_by_the_last_day() -> None:
    shop = world()
    assert [o.at for o in shop.orders] == sorted(o.at for o in shop.orders)
    for order in shop.orders:
        assert order.gross == sum(line.quantity * line.price for line in order.lines)
        assert order.refund == (order.value if order.status == "returned" else 0)
        assert (order.delivered is not None) == (order.status == "delivered")
        assert order.delivered is None or order.at < order.delivered <= order.at + timedelta(days=14)
        assert order.status != "placed" or END - order.at.date() <= timedelta(days=12)
    firsts = Counter(o.customer.phone for o in shop.orders if o.customer and o.is_first)
    assert set(firsts.values()) == {1}
    assert len(firsts) == sum(customer.orders > 0 for customer in shop.customers) > 0.9 * len(shop.customers)


def test_lead_stages_follow_each_other() -> None:
    for lead in world().leads:
        closed = lead.won or lead.lost
        reached = [m for m in (lead.created, lead.answered, lead.qualified, lead.sales, closed) if m]
        assert reached == sorted(reached)
        assert not (lead.won and lead.lost)
        assert bool(lead.won) <= bool(lead.sales) <= bool(lead.qualified)


def test_conversions_arrive_slowly_and_never_leave() -> None:
    shop = world()
    old = [ad for ad in shop.ads if ad.day == END - timedelta(days=35)]
    counts = [sum(len(ad.known(ad.day + timedelta(days=age))) for ad in old) for age in (0, 3, 7, 14, 27)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1] == sum(len(ad.claims) for ad in old)


def test_changing_an_effect_leaves_its_causes_alone() -> None:
    shop = world()
    rates = {channel: 2 * rate for channel, rate in Visiting().order_rate.items()}
    eager = simulate(7, END, 8, replace(Parameters(), visiting=replace(Visiting(), order_rate=rates)))
    assert [(ad.day, ad.spend, ad.link_clicks) for ad in eager.ads] == [
        (ad.day, ad.spend, ad.link_clicks) for ad in shop.ads
    ]
    assert eager.posts == shop.posts
    assert sum(o.sales_channel == "web" for o in eager.orders) > 1.2 * sum(
        o.sales_channel == "web" for o in shop.orders
    )


def test_a_checkout_fault_hurts_mobile_and_nobody_else() -> None:
    orders: Counter[tuple[str, bool]] = Counter()
    sessions: Counter[tuple[str, bool]] = Counter()
    for seed in range(8):
        shop = world(seed)
        fault = next(event for event in shop.events if event.kind == "mobile_checkout_fault")
        for cell in shop.visits:
            key = (cell.device, fault.active(cell.day))
            orders[key] += cell.orders
            sessions[key] += cell.sessions
    rate = {key: orders[key] / sessions[key] for key in sessions}
    assert rate["mobile", True] / rate["mobile", False] == pytest.approx(0.6, abs=0.1)
    assert rate["desktop", True] / rate["desktop", False] == pytest.approx(1.0, abs=0.2)


def event(shop: World, kind: str) -> PlantedEvent:
    return next(found for found in shop.events if found.kind == kind)


def test_the_redesign_turns_bounces_into_visits() -> None:
    shop = world(weeks=34)
    redesign = event(shop, "site_redesign")
    engaged, sessions = Counter[bool](), Counter[bool]()
    for cell in shop.visits:
        if cell.channel == "paid_search":
            engaged[redesign.active(cell.day)] += cell.engaged
            sessions[redesign.active(cell.day)] += cell.sessions
    before, after = (engaged[flag] / sessions[flag] for flag in (False, True))
    assert after - before == pytest.approx(redesign.size * (1 - before), abs=0.02)
    places = {
        flag: [float(d.position) for d in shop.search if redesign.active(d.day) is flag] for flag in (True, False)
    }
    assert sum(places[True]) / len(places[True]) > 1 + sum(places[False]) / len(places[False])


def test_prices_rise_on_the_day() -> None:
    shop = world(weeks=34)
    start = event(shop, "price_rise").start
    lines = [(o.at.date() >= start, line) for o in shop.orders for line in o.lines]
    assert all(line.price == line.product.price for risen, line in lines if not risen)
    paid, listed = (sum(prices) for prices in zip(*((x.price, x.product.price) for r, x in lines if r), strict=True))
    assert paid / listed == pytest.approx(1.08, abs=0.01)


def test_the_poor_campaign_brings_many_leads_and_few_good_ones() -> None:
    shop = world(weeks=34)
    poor = event(shop, "poor_lead_campaign").segment["campaign"]
    theirs = [lead.qualified is not None for lead in shop.leads if lead.campaign == poor]
    others = [lead.qualified is not None for lead in shop.leads if lead.campaign != poor]
    assert len(theirs) > 500
    assert sum(theirs) / len(theirs) < 0.15
    assert sum(others) / len(others) > 0.35


def test_the_tired_creative_is_clicked_less_and_less() -> None:
    shop = world(weeks=34)
    tired = event(shop, "creative_fatigue")
    mine = [ad for ad in shop.ads if ad.campaign.name == tired.segment["campaign"]]
    fresh, stale = [ad for ad in mine if ad.day < tired.start], mine[-7:]
    rates = [sum(ad.link_clicks for ad in part) / sum(ad.impressions for ad in part) for part in (fresh, stale)]
    assert rates[1] < 0.6 * rates[0]
