"""A made-up shop with a planted answer for every table, loaded through the real warehouse.

Eight weeks matter: the four before TODAY and the four before those. Older orders make customers known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import made_once
from laban.settings import Settings
from laban.sources.model import Reading, Slice
from laban.workspace import Workspace

TODAY = date(2026, 11, 16)  # a Monday; the four weeks shown are 19 October to 15 November
NOW, BEFORE = date(2026, 10, 19), date(2026, 9, 21)
START = date(2025, 1, 1)
WEEKS = (NOW, *(NOW + timedelta(days=7 * n) for n in (1, 2, 3)))
EARLIER = (BEFORE, *(BEFORE + timedelta(days=7 * n) for n in (1, 2, 3)))
FORMULAS = ("=cmd|' /C calc'!A0", "+SUM(A1)", "-2+3", "@import")

Rows = list[tuple[Any, ...]]


def noon(day: date, minutes: int = 0) -> datetime:
    return datetime.combine(day, time(12)) + timedelta(minutes=minutes)


def ads() -> Rows:
    """Per campaign: impressions, clicks, spend, conversions, value of four weeks; the earlier weeks alike."""
    campaigns = {
        # Wins beyond noise, and pays.
        ("paid_search", "Thương hiệu", "Nhóm 1", "Mẫu A", "áo dài"): (40_000, 2_400, 2_000_000, 60, 24_000_000),
        # ROAS 1.5: above one, below the break-even of a margin of one half.
        ("paid_social", "Đẹp mà lỗ", "Nhóm 2", "Mẫu B", "váy"): (40_000, 800, 4_000_000, 40, 6_000_000),
        # Spend without any result.
        ("paid_social", "Chỉ tốn tiền", "Nhóm 3", "Mẫu C", "khuyến mãi"): (40_000, 780, 1_500_000, 0, 0),
        ("display", FORMULAS[0], FORMULAS[1], FORMULAS[2], FORMULAS[3]): (8_000, 40, 100_000, 4, 800_000),
    }
    return [
        (day, *names, shown // 4, clicks // 4, clicks // 4, clicks // 4, Decimal(spend) / 4, Decimal(spend) / 4,
         Decimal(conversions) / 4, Decimal(value) / 4, Decimal(value) / 4, "VND")
        for day in (*EARLIER, *WEEKS)
        for names, (shown, clicks, spend, conversions, value) in campaigns.items()
    ]  # fmt: skip


def sessions() -> Rows:
    """E-mail converts at 5 %, display at 0.5 %, in both periods; only how many come from where changes."""
    rows = []
    for days, email, display in ((EARLIER, 1_000, 1_000), (WEEKS, 400, 3_600)):
        for day in days:
            rows += [
                visit(day, "email", "newsletter / email", "mobile", email, 0.7, 0.05, 20_000),
                visit(day, "display", "banner / cpm", "desktop", display, 0.1, 0.005, 500),
                visit(day, "organic_search", "google / organic", "mobile", 800, 0.6, 0.02, 9_000),
                visit(day, "referral", "webtretho.com / referral", "mobile", 60, 0.5, 0.05, 8_000),
                visit(day, "referral", "shop.lua.vn / referral", "mobile", 500, 0.9, 0.1, 9_000),
                visit(day, "referral", "pay.vnpay.vn / referral", "mobile", 300, 0.9, 0.5, 9_000),
                visit(day, "organic_social", "facebook.com / referral", "mobile", 200, 0.4, 0.01, 1_000),
            ]
    return rows


def visit(
    day: date, channel: str, source: str, device: str, count: int, engaged: float, rate: float, revenue: int
) -> tuple[Any, ...]:
    sold = round(count * rate)
    money = Decimal(count * revenue)
    return (day, channel, source, device, count, round(count * engaged), Decimal(sold), sold, 3, money, money)


def leads() -> Rows:
    """Ad forms: forty a week and not one customer. Chat: few and good. Web: in between."""
    rows = []
    kinds = {
        "Facebook form": (40, 4, 0, "paid_social"),
        "Zalo": (6, 5, 4, "messaging"),
        "web form": (12, 6, 2, "organic_search"),
    }
    for day in (*EARLIER, *WEEKS):
        for source, (count, fit, won, channel) in kinds.items():
            for n in range(count):
                at, lead = noon(day, n), f"{source}-{day}-{n}"
                later = at + timedelta(days=2)
                stages = ["lead"] + ["mql"] * (n < fit) + ["won"] * (n < won)
                for stage in stages:
                    entered = at if stage == "lead" else later
                    rows.append(
                        (entered.date(), lead, stage, source, channel, entered, at, later if n < fit else None)
                    )
    return rows


def orders() -> Rows:
    """Sixty customers come in a month and half come back; from August 2026 old ones stay away, new ones flock in.

    The first of every month's new customers buys for much more.
    """
    rows = []
    for number, month in enumerate(months()):
        away = month >= date(2026, 8, 1)
        fresh = [f"n{month:%y%m}-{n}" for n in range(200 if month >= date(2026, 10, 1) else 100 if away else 60)]
        old = [f"n{earlier:%y%m}-{n}" for earlier in months()[max(0, number - 2) : number] for n in range(60)]
        back = old[:: 12 if away else 2]
        for place, customer in enumerate([*fresh, *back]):
            amount = Decimal(3_000_000 if customer.endswith("-0") else 400_000)
            day, channel = month + timedelta(days=place % 14), "paid_social" if place % 2 else "email"
            order = (day, f"O{month:%y%m}-{place}", customer, "web", channel, "delivered", noon(day), amount)
            rows.append((*order, place < len(fresh)))
    return rows


def months() -> list[date]:
    return [date(2025 + n // 12, n % 12 + 1, 1) for n in range(23)]


def lines() -> Rows:
    """Goods cost half of what they sell for."""
    return [(day, order, "1", "áo", Decimal(1), amount, amount, amount / 2) for day, order, *_, amount, _ in orders()]


def costs() -> Rows:
    """What leads cost beside ads, and the fair: three million."""
    rows: Rows = [
        (day, "marketing", "tool", channel, None, amount, amount, "VND")
        for day in (*EARLIER, *WEEKS)
        for channel, amount in (("messaging", Decimal(600_000)), ("organic_search", Decimal(300_000)))
    ]
    fair = Decimal(3_000_000)
    return [*rows, (WEEKS[1], "marketing", "event", None, "Hội chợ 2026", fair, fair, "VND")]


def posts() -> Rows:
    """Organic reels do better than pictures; one picture is a hit. Boosted posts reach far and move few."""
    rows = []
    for n in range(9):
        reach, likes = (5_000, 2_000) if n == 8 else (1_000, 20)
        rows.append(post(WEEKS[0], f"p{n}", "image", "Mẹo", boosted=False, reach=reach, likes=likes))
    rows += [post(WEEKS[1], f"r{n}", "reel", "Mẹo", boosted=False, reach=1_000, likes=80) for n in range(5)]
    rows += [post(WEEKS[2], f"s{n}", "reel", "Hậu trường", boosted=False, reach=1_000, likes=60) for n in range(3)]
    rows += [post(WEEKS[3], f"b{n}", "image", "Mẹo", boosted=True, reach=50_000, likes=100) for n in range(2)]
    return rows


def post(day: date, name: str, kind: str, topic: str, *, boosted: bool, reach: int, likes: int) -> tuple[Any, ...]:
    return (day, name, "facebook", f"Bài {name}", kind, topic, boosted, reach, likes, 0, 0, 0, reach // 100)


def answers() -> Rows:
    """NPS after delivery: 30 promoters, 10 passives, 10 detractors: 40. In the shop: four answers."""
    rows = []
    scores = [10] * 30 + [8] * 10 + [3] * 10
    for n, score in enumerate(scores):
        said = f"Ý kiến {n}" if n % 2 == 0 else None
        rows.append((WEEKS[n % 4], f"a{n}", "nps", "Sau giao hàng", Decimal(score), said))
    rows += [(WEEKS[0], f"s{n}", "nps", "Tại cửa hàng", Decimal(9), "bí mật") for n in range(4)]
    rows += [(WEEKS[n % 4], f"c{n}", "csat", "Sau giao hàng", Decimal(5 if n < 8 else 2), None) for n in range(10)]
    return rows


def guests() -> Rows:
    """Fifty invited, forty registered, thirty came, six of them became leads."""
    return [(WEEKS[1], "Hội chợ", f"g{n}", "Hội chợ", "Hội chợ 2026", True, n < 40, n < 30, n < 6) for n in range(50)]


def tickets() -> Rows:
    """Nine of ten are answered within ten minutes; one waits for ten hours."""
    return [
        (WEEKS[n % 4], f"t{n}", "Messenger", "Đổi trả", "Lan", noon(WEEKS[n % 4]),
         noon(WEEKS[n % 4], 600 if n % 10 == 9 else n % 10 + 1), True)
        for n in range(40)
    ]  # fmt: skip


def mentions() -> Rows:
    """Of twenty mentions that were checked, four had the wrong sentiment."""
    found = []
    for n in range(60):
        feeling = "positive" if n % 3 else "negative"
        checked = None if n >= 20 else ("neutral" if n < 4 else feeling)
        found.append((WEEKS[n % 4], f"m{n}", "Lúa", "facebook", "Giá", feeling, checked, True, False))
    return found


SESSIONS = (
    "date channel_group source_medium device sessions engaged_sessions converting_sessions purchase_sessions "
    "form_submits revenue revenue_reporting"
)


def tables() -> Iterator[tuple[str, str, str, Rows]]:
    yield "ga4", "fact_web_sessions", SESSIONS, sessions()
    yield (
        "meta_ads", "fact_ad_performance",
        ("date channel_group campaign ad_group ad keyword impressions clicks link_clicks interactions spend "
         "spend_reporting conversions conversion_value conversion_value_reporting currency"), ads(),
    )  # fmt: skip
    yield (
        "own_leads", "fact_lead_event",
        "date lead_id stage lead_source channel_group entered_at created_at mql_at", leads(),
    )  # fmt: skip
    yield (
        "own_orders", "fact_order",
        "date order_id customer_key sales_channel channel_group status order_ts net_amount is_first_order", orders(),
    )  # fmt: skip
    yield (
        "own_orders", "fact_order_line",
        "date order_id line_no product quantity unit_price line_amount unit_cost", lines(),
    )  # fmt: skip
    yield (
        "own_costs",
        "fact_marketing_cost",
        "date function cost_type channel_group campaign amount amount_reporting currency",
        costs(),
    )
    yield (
        "meta_business_suite", "fact_social_post",
        "date post_id network title post_type topic is_boosted reach reactions comments shares saves link_clicks",
        posts(),
    )  # fmt: skip
    yield (
        "gsc", "fact_search_performance", "date query clicks impressions position_weight query_clicks", searches(),
    )  # fmt: skip
    yield "own_surveys", "fact_survey_response", "date response_id question touchpoint score text", answers()
    yield (
        "own_events", "fact_event",
        "date event_id invitee_id event_type campaign invited registered attended became_lead", guests(),
    )  # fmt: skip
    yield (
        "own_support", "fact_support_ticket",
        "date ticket_id support_channel topic agent opened_at first_reply_at needs_reply", tickets(),
    )  # fmt: skip
    yield (
        "own_mentions", "fact_mention",
        "date mention_id brand network topic sentiment audited_sentiment is_own_brand is_owned", mentions(),
    )  # fmt: skip


def searches() -> Rows:
    """A quarter of the clicks whose query is known come from people who typed the name; some queries are hidden."""
    queries = {"váy lua": (10, 40), "đầm dự tiệc": (30, 900), None: (8, 60)}
    return [
        (day, query, hits, shown, Decimal(shown * 3), None if query is None else hits)
        for day in (*EARLIER, *WEEKS)
        for query, (hits, shown) in queries.items()
    ]


def build(root: Path) -> Workspace:
    """Put the shop's workspace into ``root``; it is loaded once per run of the tests."""
    made_once.copy("tables-shop", _load_all, root)
    return Workspace.open(root, today=TODAY)


def _load_all(root: Path) -> None:
    settings = Settings(name="Lúa", own_domains=("lua.vn",))
    with Workspace.create(root, settings, today=TODAY) as workspace:
        for part in tables():
            load(workspace, *part)


def load(workspace: Workspace, platform: str, fact: str, columns: str, rows: Rows) -> None:
    """Load rows of one fact as a file of their own."""
    file = workspace.root / f"{platform}-{fact}.csv"
    file.write_text(file.name, "utf-8")
    kept = Slice(fact, platform, "shop", "all", "day", START, TODAY, tuple(columns.split()), rows)
    reading = Reading(file.name, platform, "loaded", len(rows), START, TODAY, "VND", slices=(kept,))
    digest = hashlib.sha256(file.name.encode()).hexdigest()
    workspace.warehouse.load(reading, digest=digest, name=file.name, path=file, loaded_at=noon(TODAY))
