"""How the small shop trades: message ads and chats, parcels, plans, tests, flyers, deals and what events cost.

Made so that wrong formulas fail: unknown beside zero, parcels on the road, money of unknown currency, arms of a test
whose rows repeat their units, targets without a verdict, deals won before they came in.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from laban.sources.model import Slice

Rows = list[tuple[Any, ...]]
Days = Sequence[date]
CAMPAIGNS = ("Tin nhắn Tết", "Sale 11.11; --", None)


def slices(first: date, today: date) -> list[Slice]:
    rng = random.Random(13)  # noqa: S311  a made-up shop, not a secret
    days = [first + timedelta(days=n) for n in range((today - first).days)]
    orders, lines = _parcels(rng, days)
    return [
        _daily("fact_ad_performance", "zalo_ads", ADS, _message_ads(rng, days)),
        _daily("fact_messaging", "pancake", CHATS, _chats(rng, days)),
        _entities("fact_order", "nhanh", ORDERS, orders),
        _entities("fact_order_line", "nhanh", LINES, lines),
        _daily("fact_marketing_cost", "sheet", COSTS, _costs(rng, days)),
        _daily("fact_budget_plan", "sheet", PLAN, _plan(rng, days)),
        _daily("fact_experiment", "sheet", ARMS, _arms(rng, days[::4])),
        _daily("fact_offline_activity", "sheet", FLYERS, _flyers(rng, days[::4])),
        _entities("fact_kpi_target", "sheet", TARGETS, _targets(rng, days[::2])),
        _entities("fact_lead_event", "crm", DEALS, _deals(rng, days)),
    ]


def _daily(fact: str, platform: str, columns: str, rows: Rows) -> Slice:
    end = max(row[0] for row in rows) + timedelta(days=1)
    start = min(row[0] for row in rows)
    return Slice(fact, platform, "", "whole", "day", start, end, tuple(columns.split()), rows)


def _entities(fact: str, platform: str, columns: str, rows: Rows) -> Slice:
    return Slice(fact, platform, "", "whole", "day", None, None, tuple(columns.split()), rows)


def _money(number: float) -> Decimal:
    return Decimal(str(round(number, 2)))


ADS = (
    "date channel_group campaign impressions clicks link_clicks leads messaging_conversations spend spend_reporting "
    "currency"
)


def _message_ads(rng: random.Random, days: Days) -> Rows:
    """Ads that bring messages, ads that bring none, and a day in a currency nobody knows."""
    rows: Rows = []
    for day in days:
        for campaign in CAMPAIGNS:
            clicks, foreign = rng.randint(0, 40), day.day == 17
            spend = _money(clicks * 3210.45 + 1000)
            row = (day, "paid_social", campaign, clicks * 50, clicks + 7, clicks, rng.choice([None, 0, 2]))
            messages = rng.choice([None, 0, rng.randint(1, 9), rng.randint(1, 9)])
            rows.append((*row, messages, spend, None if foreign else spend, "USD" if foreign else "VND"))
    return rows


CHATS = (
    "date channel_group messaging_channel campaign conversations_started qualified_conversations phones_captured "
    "orders_closed"
)


def _chats(rng: random.Random, days: Days) -> Rows:
    rows: Rows = []
    for day in days:
        for channel in ("messenger", "zalo", "tiktok"):
            begun = rng.randint(0, 20)
            phones = rng.randint(0, begun)
            known = (phones, rng.randint(0, phones)) if channel != "tiktok" else (None, None)
            rows.append((day, "messaging", channel, rng.choice(CAMPAIGNS), begun, begun // 3, *known))
    return rows


ORDERS = (
    "date order_id customer_key channel_group campaign sales_channel payment_method carrier geo status order_ts "
    "delivered_at gross_amount discount_amount refund_amount is_test currency"
)
LINES = "date order_id line_no product quantity unit_cost variable_cost currency"
STATES = ("delivered",) * 6 + ("shipped", "failed", "returned", "pending", "confirmed", "cancelled", None)


def _parcels(rng: random.Random, days: Days) -> tuple[Rows, Rows]:
    """Orders with a carrier; some arrive weeks later, some never, and some have no lines."""
    orders: Rows = []
    lines: Rows = []
    for number in range(1500):
        day, status = rng.choice(days), rng.choice(STATES)
        placed = datetime.combine(day, time(rng.randint(0, 23), 17))
        arrived = placed + timedelta(days=rng.randint(1, 25)) if status == "delivered" and number % 23 else None
        gross = None if number % 71 == 0 else _money(rng.randint(80, 900) * 1000 + 0.5)
        who = None if number % 40 == 0 else f"c{int(1500 * rng.random() ** 2)}"
        refund = gross if status == "returned" else None
        orders.append(
            (
                *(day, f"k{number}", who, rng.choice(["messaging", "paid_social", "direct", "other", None])),
                *(rng.choice(CAMPAIGNS), "Inbox", rng.choice(["cod", "bank"]), rng.choice(["GHTK", "GHN", None])),
                *(rng.choice(["Hà Nội", "Cà Mau"]), status, placed, arrived, gross, rng.choice([None, _money(9000)])),
                *(refund, number % 83 == 0, "VND"),
            )
        )
        for line in range(rng.randint(0, 2)):
            count = None if number % 59 == 0 else Decimal(rng.randint(1, 4))
            cost = _money(rng.randint(20, 90) * 1000)
            lines.append(
                (day, f"k{number}", str(line + 1), "Khăn", count, cost, rng.choice([None, _money(2000)]), "VND")
            )
    return orders, lines


COSTS = "date function cost_type channel_group campaign amount amount_reporting currency"


def _costs(rng: random.Random, days: Days) -> Rows:
    kinds = ("content", "event", "tool")
    channels = ("organic_search", "email", "organic_social", "paid_social", None)
    rows: Rows = []
    for day in days:
        amount = _money(rng.randint(10, 300) * 100 + 0.75)
        foreign = day.day == 21
        line = (rng.choice(["marketing", None, "sales"]), rng.choice(kinds), rng.choice(channels))
        campaign = rng.choice(CAMPAIGNS)
        rows.append((day, *line, campaign, amount, None if foreign else amount, "EUR" if foreign else "VND"))
    return rows


PLAN = "date channel_group campaign department planned_amount currency"


def _plan(rng: random.Random, days: Days) -> Rows:
    return [
        (day, channel, None, "marketing", _money(rng.randint(0, 900) * 1000), "USD" if day.day == 29 else "VND")
        for day in days
        for channel in ("paid_search", "paid_social", None)
    ]


ARMS = "date experiment variant metric units conversions value_sum incremental_revenue currency"


def _arms(rng: random.Random, days: Days) -> Rows:
    """Every arm has a row of sales and one of spend; the one of spend repeats the units but knows no conversions."""
    rows: Rows = []
    for day in days:
        for experiment in ("Nút đặt hàng", "Bỏ quảng cáo <vùng>"):
            for arm in ("control", "treatment_1", "treatment_2"):
                units, tested = rng.randint(50, 90), arm != "control"
                gain = _money(rng.randint(-40, 90) * 10000) if tested else None
                spend = Decimal(rng.randint(5, 50) * 10000)
                rows += [
                    (day, experiment, arm, "purchase", units, Decimal(rng.randint(1, 9)), None, gain, "VND"),
                    (day, experiment, arm, "spend", units if tested else 1, None, spend, None, "VND"),
                ]
    return rows


FLYERS = "date activity media_type geo campaign audience_estimate responses revenue currency"


def _flyers(rng: random.Random, days: Days) -> Rows:
    rows: Rows = []
    for number, day in enumerate(days):
        for kind in ("flyer", "billboard"):
            seen, came = rng.choice([None, 0, 4000, 5000]), rng.choice([None, 0, rng.randint(1, 90)])
            rows.append((day, f"Đợt {number}", kind, "Huế", None, seen, came, None, "VND"))
    return rows


TARGETS = "date target_id kpi scope owner status met"


def _targets(rng: random.Random, days: Days) -> Rows:
    rows: Rows = []
    for number, day in enumerate(days):
        who = (rng.choice(["company", "channel:email"]), rng.choice(["Lan", "Huy", None]))
        state = (rng.choice(["active", "retired", None]), rng.choice([True, True, False, None]))
        rows.append((day, f"t{number}", "orders_count", *who, *state))
    return rows


DEALS = "date lead_id stage owner channel_group entered_at created_at won_at is_rejected lead_score"


def _deals(rng: random.Random, days: Days) -> Rows:
    """Leads and what became of them; a few were won before they came in, or nobody wrote down when."""
    rows: Rows = []
    for number in range(1200):
        came = datetime.combine(rng.choice(days), time(rng.randint(0, 23), rng.randint(0, 59)))
        who = (rng.choice(["Lan", "Huy"]), rng.choice(["messaging", "email", None]))
        score = rng.choice([None, Decimal(0), Decimal(rng.randint(1, 90))])
        rows.append((came.date(), f"d{number}", "lead", *who, came, came, None, False, score))
        decided = came + timedelta(days=rng.randint(-2, 60), minutes=rng.randint(0, 999))
        if number % 2 == 0 and decided.date() <= days[-1]:
            won = None if number % 30 == 0 else decided
            rows.append((decided.date(), f"d{number}", "won", *who, decided, came, won, False, score))
    return rows
