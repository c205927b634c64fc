"""What the demo company's own sheets say never contradicts its orders, visits, sends and parcels."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from laban.facts import FACT
from laban.periods import Period, unit_of
from laban.sources import read_file
from laban.sources.demo import Truth, World, simulate, write_demo
from laban.sources.demo.exports.ga4 import record
from laban.sources.demo.exports.watching import members_on
from laban.sources.model import Reading, ReadOptions

END = date(2026, 11, 22)
WEEKS = 30
OPTIONS = ReadOptions(hash_key=b"k" * 32, today=END + timedelta(days=1), currency="VND")
Demo = tuple[Truth, list[Reading]]


@cache
def world() -> World:
    return simulate(7, END, WEEKS)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("story")
    truth = write_demo(folder, seed=7, end=END, weeks=WEEKS)
    return truth, [read_file(path, OPTIONS) for path in sorted((folder / "inbox").iterdir())]


def windows(demo: Demo, fact: str, measure: str) -> dict[Period, int]:
    found: dict[Period, int] = {}
    slices = [part for reading in demo[1] for part in reading.slices if part.fact == fact and part.grain == "period"]
    for part in slices:
        if measure in part.columns and part.start and part.end and part.cut == "account":
            for row in part.rows:
                value = row[part.columns.index(measure)]
                if isinstance(value, int):
                    found[Period(part.start, part.end)] = value
    return found


def rows(demo: Demo, fact: str) -> list[dict[str, Any]]:
    return [
        dict(zip(part.columns, row, strict=True))
        for reading in demo[1]
        for part in reading.slices
        if part.fact == fact
        for row in part.rows
    ]


@pytest.mark.parametrize(
    ("fact", "measure"),
    [("fact_web_users", "active_users"), ("fact_ad_reach", "reach"), ("fact_social_account", "reach")],
)
def test_people_of_a_month_are_fewer_than_those_of_its_weeks_together(demo: Demo, fact: str, measure: str) -> None:
    found = windows(demo, fact, measure)
    weeks = {period: people for period, people in found.items() if period.days == 7}
    months = [period for period in found if period.start.day == 1 and period.days > 7]
    assert months
    for month in months:
        inside = [n for week, n in weeks.items() if month.start <= week.start and week.end <= month.end]
        around = [n for week, n in weeks.items() if week.start < month.end and week.end > month.start]
        assert max(inside) <= found[month] < sum(around)


def test_there_are_never_more_visitors_than_visits(demo: Demo) -> None:
    seen: Counter[date] = Counter()
    for cell in record(world()):
        seen[cell.day] += cell.sessions
    found = windows(demo, "fact_web_users", "active_users")
    assert {period.days for period in found} >= {7, 30, 31}
    for period, people in found.items():
        assert 0 < people <= sum(seen[period.start + timedelta(days=n)] for n in range(period.days))


def test_a_newsletter_goes_to_as_many_as_the_list_has(demo: Demo) -> None:
    sends = world().sends
    for send in sends:
        left = send.unsubscribes + send.hard_bounces
        assert members_on(sends, send.at.date()) == send.recipients - left
    for before, row in pairwise(sorted(rows(demo, "fact_email_list"), key=lambda row: row["date"])):
        assert row["subscribers"] == before["subscribers"] + row["gained"] - row["lost"]


def test_chats_close_the_orders_that_the_order_book_has(demo: Demo) -> None:
    closed: Counter[date] = Counter()
    for row in rows(demo, "fact_messaging"):
        assert row["orders_closed"] <= row["phones_captured"] <= row["conversations_started"]
        closed[row["date"]] += row["orders_closed"]
    book = Counter(o.at.date() for o in world().orders if o.sales_channel == "chat" and o.status != "cancelled")
    assert +closed == book
    assert demo[0].daily["fact_messaging.orders_closed"] == tuple(book[day] for day in world().days)


def test_parcels_bring_scans(demo: Demo) -> None:
    parcels = Counter(order.delivered.date() for order in world().orders if order.delivered)
    scans = {row["date"]: row["clicks"] for row in rows(demo, "fact_link_click") if row["medium"] == "qr"}
    assert sum(scans.values()) > 100
    assert all(count <= parcels[day] for day, count in scans.items())


def test_deals_are_open_until_they_are_closed(demo: Demo) -> None:
    found = rows(demo, "fact_pipeline_snapshot")
    leads = {lead.lead_id: lead for lead in world().leads}
    last = {row["opportunity_id"]: row for row in sorted(found, key=lambda row: row["date"])}
    assert any(row["amount"] == 0 for row in found)
    for name, row in last.items():
        closed = leads[name].won or leads[name].lost
        assert (row["amount"] == 0) == (closed is not None)


def test_referred_customers_are_customers_of_the_order_book(demo: Demo) -> None:
    buyers = {row["customer_key"] for row in rows(demo, "fact_order") if row["customer_key"]}
    referred = rows(demo, "fact_referral")
    assert referred
    assert {row["customer_key"] for row in referred} | {row["referrer_key"] for row in referred} <= buyers


def test_some_targets_are_met_and_some_missed(demo: Demo) -> None:
    months = Counter(unit_of(o.at.date(), "month").last for o in world().orders if o.status != "cancelled")
    due = rows(demo, "fact_kpi_target")
    assert {row["met"] for row in due} == {True, False}
    for row in due:
        if row["kpi"] == "orders_count":
            assert row["met"] == (months[row["date"]] >= row["target_value"])


def test_no_series_leaves_the_days_of_the_shop(demo: Demo) -> None:
    first = END - timedelta(days=7 * WEEKS - 1)
    for reading in demo[1]:
        for part in reading.slices:
            if FACT[part.fact].kind == "series" and part.start and part.end:
                assert first <= part.start < part.end <= END + timedelta(days=1), (part.fact, part.start, part.end)


def test_the_truth_tells_what_the_sheets_bring(demo: Demo) -> None:
    daily = demo[0].daily
    known = {
        "fact_page_content": "views", "fact_brand_search": "search_volume", "fact_web_sessions": "form_submits",
        "fact_offline_activity": "responses", "fact_competitor_snapshot": "public_engagements",
        "fact_link_click": "clicks",
    }  # fmt: skip
    for fact, measure in known.items():
        mine = [row for row in rows(demo, fact) if row.get("is_own_brand") is not False]
        assert sum(daily[f"{fact}.{measure}"]) == sum(row[measure] for row in mine if row.get(measure) is not None)
    units, conversions = (
        [sum(daily[f"fact_experiment.{name}|variant={arm}"]) for arm in ("control", "treatment")]
        for name in ("units", "conversions")
    )
    assert conversions[1] / units[1] > conversions[0] / units[0]
