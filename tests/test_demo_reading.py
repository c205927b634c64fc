"""The demo company's files come back through the real reader with exactly what the model wrote."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from laban.facts import FACTS
from laban.sources import read_file
from laban.sources.demo import Truth, World, simulate, write_demo
from laban.sources.model import Reading, ReadOptions

END = date(2026, 11, 22)
#: The shorter one crosses a new year, so that it has both languages of the yearly files.
SHOPS = ((7, END, 30), (11, date(2026, 2, 1), 10))
OPTIONS = ReadOptions(hash_key=b"k" * 32, today=END + timedelta(days=1), currency="VND")


@pytest.fixture(scope="module", params=SHOPS, ids=str)
def demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Truth, dict[str, Reading]]:
    seed, end, weeks = request.param
    folder = tmp_path_factory.mktemp(f"demo{seed}")
    truth = write_demo(folder, seed=seed, end=end, weeks=weeks)
    return truth, {path.name: read_file(path, OPTIONS) for path in sorted((folder / "inbox").iterdir())}


@cache
def world(seed: int) -> World:
    return next(simulate(*shop) for shop in SHOPS if shop[0] == seed)


def rows(readings: dict[str, Reading], fact: str) -> list[dict[str, Any]]:
    return [
        dict(zip(part.columns, row, strict=True)) | {"platform": part.platform}
        for reading in readings.values()
        for part in reading.slices
        if part.fact == fact
        for row in part.rows
    ]


def latest(readings: dict[str, Reading], fact: str) -> list[dict[str, Any]]:
    """The rows of an entity as an import of the folder leaves them: those of the last file that names the thing."""
    key = next(each.key for each in FACTS if each.name == fact)
    whole = tuple(name for name in key if name not in ("account", "line_no"))
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for name, reading in readings.items():  # sorted, as an import takes them
        mine: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        for row in rows({name: reading}, fact):
            mine.setdefault(tuple(row[column] for column in whole), []).append(row)
        found |= mine
    return [row for group in found.values() for row in group]


def test_every_file_is_known_and_loads(demo: tuple[Truth, dict[str, Reading]]) -> None:
    truth, readings = demo
    for file in truth.files:
        reading = readings[file.name]
        assert (reading.status, reading.platform) == ("loaded", file.platform), (file.name, reading.findings)
        assert reading.rows == file.rows, file.name
        assert (reading.start, reading.end) == (file.start, file.end), file.name


def test_totals_are_what_the_model_wrote(demo: tuple[Truth, dict[str, Reading]]) -> None:
    truth, readings = demo
    for file in truth.files:
        found = readings[file.name].totals
        assert {name: found.get(name) for name in file.totals} == dict(file.totals), file.name


def test_own_totals_agree_and_are_not_added(demo: tuple[Truth, dict[str, Reading]]) -> None:
    truth, readings = demo
    with_own = [file for file in truth.files if file.own_totals]
    assert {file.platform for file in with_own} == {"google_ads", "tiktok_ads"}
    for file in with_own:
        own = readings[file.name].own_totals
        assert {name: own.get(name) for name in file.own_totals} == dict(file.own_totals), file.name


def test_nothing_is_left_to_complain_about(demo: tuple[Truth, dict[str, Reading]]) -> None:
    _, readings = demo
    bad = [
        (name, f.code, f.row, f.column, f.value)
        for name, r in readings.items()
        for f in r.findings
        if f.level != "info"
    ]
    assert bad == []
    assert not [(name, f) for name, r in readings.items() for f in r.findings if f.code == "unknown_columns"]


def test_money_is_dong(demo: tuple[Truth, dict[str, Reading]]) -> None:
    _, readings = demo
    for name, reading in readings.items():
        assert reading.currency in (None, "VND"), name
        if reading.platform in ("google_ads", "meta_ads", "tiktok_ads"):
            assert reading.currency == "VND", name


def test_orders_arrive_whole_with_their_customers(demo: tuple[Truth, dict[str, Reading]]) -> None:
    truth, readings = demo
    orders = latest(readings, "fact_order")
    shop = world(truth.seed)
    assert len(orders) == len(shop.orders)
    by_id = {row["order_id"]: row for row in orders}
    keys: dict[str, set[Any]] = defaultdict(set)
    for order in shop.orders:
        row = by_id[order.order_id]
        assert (row["gross_amount"], row["discount_amount"]) == (order.gross, order.discount)
        assert (row["status"], row["order_ts"]) == (order.status, order.at)
        assert row["channel_group"] == (order.channel or None)
        assert (row["customer_key"] is None) == (order.customer is None)
        if order.customer:
            keys[order.customer.phone].add(row["customer_key"])
    # The same person is one key, whether Excel ate the first zero or not.
    assert {len(found) for found in keys.values()} == {1}
    assert len({key for found in keys.values() for key in found}) == len(keys)
    net = sum((row["net_amount"] for row in orders if row["status"] != "cancelled"), Decimal(0))
    assert net == sum(truth.daily["fact_order.net_amount"])
    lines = latest(readings, "fact_order_line")
    assert len(lines) == sum(len(order.lines) for order in shop.orders)
    assert sum(line["line_amount"] for line in lines) == sum(order.gross for order in shop.orders)


def test_things_can_be_told_apart_by_their_keys(demo: tuple[Truth, dict[str, Reading]]) -> None:
    _, readings = demo
    for fact in FACTS:
        found = latest(readings, fact.name)
        if fact.kind == "entity" and found:
            own = [name for name in fact.key if name not in ("platform", "account")]
            keys = [(row["platform"], *(row[name] for name in own)) for row in found]
            assert not any(None in key for key in keys), fact.name
            assert len(set(keys)) == len(keys), fact.name


def test_lead_stages_arrive_on_their_days(demo: tuple[Truth, dict[str, Reading]]) -> None:
    truth, readings = demo
    found = Counter(row["stage"] for row in rows(readings, "fact_lead_event"))
    leads = world(truth.seed).leads
    assert found["lead"] == len(leads)
    assert found["mql"] == sum(lead.qualified is not None for lead in leads)
    assert found["sql"] == sum(lead.sales is not None for lead in leads)
    assert found["won"] == sum(lead.won is not None for lead in leads)


def test_the_later_download_gives_the_days_their_last_numbers(demo: tuple[Truth, dict[str, Reading]]) -> None:
    truth, readings = demo
    for platform in ("google_ads", "meta_ads", "tiktok_ads"):
        latest: dict[tuple[date, str], dict[str, Any]] = {}
        for name in readings:  # sorted, as an import takes them
            for row in rows({name: readings[name]}, "fact_ad_performance"):
                if row.get("campaign") and "keyword" not in row:
                    latest[row["date"], row["campaign"]] = row
        mine = [row for row in latest.values() if row["platform"] == platform]
        for measure in ("spend", "impressions", "link_clicks", "conversions", "conversion_value"):
            total = sum((row[measure] or 0 for row in mine), Decimal(0))
            known = truth.daily[f"fact_ad_performance.{measure}|platform={platform}"]
            assert total == sum(Decimal(str(value)) for value in known), (platform, measure)


def test_reach_comes_by_week_and_by_month(demo: tuple[Truth, dict[str, Reading]]) -> None:
    truth, readings = demo
    weekly = [
        part
        for r in readings.values()
        for part in r.slices
        if part.fact == "fact_ad_reach" and part.grain == "period"
    ]
    spans = {(part.start, part.end) for part in weekly if part.rows and part.start and part.end}
    by_week = {(start, end) for start, end in spans if (end - start).days == 7 and start.weekday() == 0}
    by_month = {(start, end) for start, end in spans if start.day == 1 and end.day == 1}
    assert spans == by_week | by_month
    assert len(by_week) == truth.weeks
    assert by_month


def test_web_sessions_carry_channel_device_and_conversions(demo: tuple[Truth, dict[str, Reading]]) -> None:
    truth, readings = demo
    found: Counter[str] = Counter()
    for row in rows(readings, "fact_web_sessions"):
        if row.get("sessions") is None:
            continue
        found["fact_web_sessions.sessions"] += row["sessions"]
        found[f"fact_web_sessions.sessions|channel_group={row['channel_group']}"] += row["sessions"]
        found[f"fact_web_sessions.sessions|device={row['device']}"] += row["sessions"]
        found["fact_web_sessions.key_events"] += row["converting_sessions"]
    for name, value in found.items():
        assert value == sum(truth.daily[name]), name


def test_posts_followers_answers_and_guests_arrive(demo: tuple[Truth, dict[str, Reading]]) -> None:
    truth, readings = demo
    shop = world(truth.seed)
    posts = {row["post_id"]: row for row in rows(readings, "fact_social_post")}
    for post in shop.posts:
        row = posts[post.post_id]
        assert (row["network"], row["published_at"], row["reactions"]) == (post.network, post.at, post.reactions)
    assert len(posts) == len(shop.posts)
    followers = {
        (r["date"], r["network"]): r["followers"] for r in rows(readings, "fact_social_account") if r.get("followers")
    }
    assert followers == {(a.day, a.network): a.followers for a in shop.accounts}
    nps = [row["score"] for row in rows(readings, "fact_survey_response") if row["question"] == "nps"]
    assert sorted(nps) == sorted(answer.nps for answer in shop.answers)
    assert sum(bool(row["attended"]) for row in rows(readings, "fact_event")) == sum(g.attended for g in shop.guests)
    assert sum(row["amount"] for row in rows(readings, "fact_marketing_cost")) == sum(c.amount for c in shop.costs)
    clicks = sum(
        row["clicks"]
        for row in rows(readings, "fact_search_performance")
        if row.get("query") is None
        and row.get("page") is None
        and row.get("device") is None
        and row.get("geo") is None
    )
    assert clicks == sum(truth.daily["fact_search_performance.clicks"])
