"""A small shop with a row in every fact, for the tests of metrics: 115 weeks, deterministic, with hostile values."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import made_once
import metrics_shop_brand
import metrics_shop_owned
import metrics_shop_trade
from laban.sources.model import Grain, Reading, Slice
from laban.warehouse import Warehouse

TODAY = date(2026, 11, 16)
FIRST = date(2024, 9, 2)
DAYS = (TODAY - FIRST).days
NOON = datetime(2026, 11, 16, 12)  # noqa: DTZ001  facts are kept in the shop's time
HOSTILE = "<script>alert('Tết')</script>; DROP TABLE fact_order --"
CHANNELS = ("organic_search", "paid_search", "paid_social", "organic_social", "email", "direct", "referral", None)


def days(step: int = 1) -> Iterator[date]:
    return (FIRST + timedelta(days=n) for n in range(0, DAYS, step))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute))


def money(number: float) -> Decimal:
    return Decimal(str(round(number, 2)))


def series(fact: str, columns: str, rows: list[tuple[Any, ...]], **more: Any) -> Slice:
    grain: Grain = more.pop("grain", "day")
    start = more.pop("start", min(row[0] for row in rows))
    end = more.pop("end", max(row[0] for row in rows) + timedelta(days=1))
    return Slice(
        fact=fact,
        platform=more.pop("platform", "shop"),
        account=more.pop("account", ""),
        cut=more.pop("cut", "whole"),
        grain=grain,
        start=start,
        end=end,
        columns=tuple(columns.split()),
        rows=rows,
        **more,
    )


def entity(fact: str, columns: str, rows: list[tuple[Any, ...]], platform: str = "shop") -> Slice:
    return Slice(fact, platform, "", "whole", "day", None, None, tuple(columns.split()), rows)


def ads(rng: random.Random) -> list[Slice]:
    google, meta = [], []
    for day in days():
        for campaign, device in (("Tìm kiếm | thương hiệu", "mobile"), (HOSTILE, "desktop"), ("", "mobile")):
            shown = rng.randint(500, 4000)
            clicks = rng.randint(0, shown // 20)
            spend = money(clicks * 1234.56789)
            score = Decimal(rng.randint(3, 9)) if campaign else None
            conversions = Decimal(str(rng.choice(["0", "1", "2.5", "0.333333"])))
            google.append(
                (
                    day,
                    "paid_search",
                    campaign,
                    device,
                    shown,
                    clicks,
                    clicks,
                    None,
                    conversions,
                    conversions * 250000,
                    spend,
                    spend,
                    "VND",
                    score,
                    shown // 2,
                    shown * 2 // 3,
                )
            )
        shown = rng.randint(2000, 9000)
        spend = money(shown * 41.5)
        meta.append(
            (
                day,
                "paid_social",
                "Mẫu 1",
                shown,
                rng.randint(10, 90),
                None,
                rng.randint(0, 4),
                rng.randint(0, 3),
                money(rng.randint(0, 3) * 199000.5),
                spend,
                None if day.day == 13 else spend,
                "USD" if day.day == 13 else "VND",
            )
        )
    windows = [
        series(
            "fact_ad_reach",
            "date channel_group campaign reach",
            [(week, "paid_social", None, 9000 + week.day), (week, "paid_social", "Mẫu 1", 7000)],
            platform="meta_ads",
            grain="period",
            end=week + timedelta(days=7),
        )
        for week in days(7)
    ]
    return [
        series(
            "fact_ad_performance",
            "date channel_group campaign device impressions clicks interactions link_clicks conversions "
            "conversion_value spend spend_reporting currency quality_score viewable_impressions "
            "measurable_impressions",
            google,
            platform="google_ads",
        ),
        series(
            "fact_ad_performance",
            "date channel_group campaign impressions link_clicks conversions purchases leads "
            "conversion_value spend spend_reporting currency",
            meta,
            platform="meta_ads",
        ),
        *windows,
    ]


def web(rng: random.Random) -> list[Slice]:
    visits, pages, search, ranks, links, health = [], [], [], [], [], []
    for day in days():
        for channel in CHANNELS:
            sessions = rng.randint(0, 400)
            engaged = rng.randint(0, sessions)
            carts = rng.randint(0, engaged)
            bought = rng.randint(0, carts)
            converting = Decimal(bought + rng.randint(0, 3))
            visits.append(
                (
                    day,
                    channel,
                    rng.choice(["mobile", "desktop"]),
                    f"/{channel}'--",
                    sessions,
                    engaged,
                    converting,
                    converting * 2,
                    carts,
                    bought,
                )
            )
        pages.append((day, "/blog/<b>", rng.randint(0, 90), rng.choice([None, 1, 2])))
        for query in ("áo dài", HOSTILE, None):
            shown = rng.randint(0, 300)
            hits = rng.randint(0, shown // 3 + 1)
            search.append((day, query, "mobile", hits, shown, Decimal(shown * rng.randint(1, 40)), hits))
    for day in days(7):
        ranks += [(day, f"từ khóa {n}", rng.choice([None, rng.randint(1, 60)])) for n in range(25)]
        links.append((day, "shop.vn", 100 + rng.randint(0, 30)))
        health += [(day, "shop.vn", device, rng.randint(500, 900), 1000) for device in ("mobile", "desktop")]
    return [
        series(
            "fact_web_sessions",
            "date channel_group device landing_page sessions engaged_sessions converting_sessions key_events "
            "add_to_cart_sessions purchase_sessions",
            visits,
            platform="ga4",
        ),
        series("fact_page_content", "date page views published", pages, platform="ga4"),
        series(
            "fact_search_performance",
            "date query device clicks impressions position_weight query_clicks",
            search,
            platform="gsc",
        ),
        series("fact_keyword_rank", "date keyword rank", ranks),
        series("fact_backlink_snapshot", "date domain referring_domains", links),
        series("fact_site_health", "date site device cwv_good_views cwv_measured_views", health),
    ]


def social(rng: random.Random) -> list[Slice]:
    posts = []
    for number, day in enumerate(days(2)):
        saves = None if number % 3 else rng.randint(0, 9)
        posts.append(
            (
                day,
                f"p{number}",
                rng.choice(["facebook", "tiktok"]),
                HOSTILE if number % 7 == 0 else f"Bài {number}",
                rng.choice(["photo", "video"]),
                number % 5 == 0,
                rng.randint(100, 5000),
                None,
                rng.randint(0, 300),
                rng.randint(0, 40),
                rng.randint(0, 20),
                saves,
                rng.randint(0, 50),
            )
        )
    fans = [(day, "facebook", "Shop", 1000 + 3 * n) for n, day in enumerate(days())]
    young = [(day, "tiktok", "Shop", 50 + n * n) for n, day in enumerate(days(7)) if n > 60]
    reach = [(day, "facebook", "Shop", None, rng.randint(500, 900)) for day in days()]
    chats = [(day, "messaging", "messenger", rng.randint(0, 12)) for day in days()]
    mentions = [
        (
            day,
            f"m{n}",
            rng.choice(["Shop", "Đối thủ"]),
            rng.random() < 0.7,
            rng.choice([True, False, None]),
            "facebook",
        )
        for n, day in enumerate(days(3))
    ]
    return [
        entity(
            "fact_social_post",
            "date post_id network title post_type is_boosted views impressions reactions comments shares saves "
            "link_clicks",
            posts,
            platform="meta_business_suite",
        ),
        series("fact_social_account", "date network social_account followers", fans, rival="facebook"),
        series("fact_social_account", "date network social_account followers", young, rival="tiktok"),
        series(
            "fact_social_account",
            "date network social_account followers reach",
            reach,
            rival="reach",
            platform="meta",
        ),
        series("fact_messaging", "date channel_group messaging_channel conversations_started", chats),
        entity("fact_mention", "date mention_id brand is_own_brand is_owned network", mentions),
    ]


def leads(rng: random.Random) -> list[Slice]:
    rows = []
    for number in range(1600):
        day = FIRST + timedelta(days=rng.randrange(DAYS))
        created = at(day, rng.randint(0, 23), rng.randint(0, 59))
        steps: dict[str, datetime] = {"lead": created}
        if rng.random() < 0.6:
            steps["mql"] = created + timedelta(days=rng.randint(0, 45), hours=1)
        if rng.random() < 0.4 and "mql" in steps:
            steps["sql"] = steps["mql"] + timedelta(days=rng.randint(0, 45))
        if rng.random() < 0.1 and "mql" not in steps:
            steps["sql"] = created + timedelta(days=rng.randint(0, 45))
        if rng.random() < 0.3:
            steps[rng.choice(["won", "lost"])] = created + timedelta(days=rng.randint(1, 50))
        answered = created + timedelta(minutes=rng.randint(-5, 600)) if rng.random() < 0.8 else None
        source = rng.choice(["Biểu mẫu website", "Web form", "Form Facebook", "Zalo OA", "Hội chợ", HOSTILE, None])
        channel = rng.choice(CHANNELS)
        rows += [
            (
                when.date(),
                f"L{number}",
                stage,
                source,
                channel,
                when,
                created,
                answered,
                steps.get("mql"),
                steps.get("sql"),
                number % 11 == 0,
            )
            for stage, when in steps.items()
            if when.date() < TODAY
        ]
    columns = (
        "date lead_id stage lead_source channel_group entered_at created_at first_response_at mql_at sql_at "
        "is_rejected"
    )
    return [entity("fact_lead_event", columns, rows)]


def orders(rng: random.Random) -> list[Slice]:
    rows: list[tuple[Any, ...]] = []
    lines: list[tuple[Any, ...]] = []
    statuses = ["delivered"] * 7 + ["shipped", "returned", "failed", "cancelled"]
    for number in range(4000):
        day = FIRST + timedelta(days=int(DAYS * rng.random() ** 0.7))
        status, channel = rng.choice(statuses), rng.choice(CHANNELS)
        gross = money(rng.randint(50, 2000) * 1000 + 0.25)
        refund = gross if status in {"returned", "failed"} else rng.choice([None, money(10000)])
        customer = None if number % 50 == 0 else f"c{int(1200 * rng.random() ** 2)}"
        rows.append(
            (
                day,
                f"o{number}",
                customer,
                channel,
                rng.choice(["Website", "Shopee", HOSTILE]),
                status,
                at(day, rng.randint(0, 23)),
                gross,
                rng.choice([None, money(5000)]),
                refund,
                number % 97 == 0,
                "VND",
            )
        )
        for line in range(rng.randint(1, 3)):
            cost = None if number % 61 == 0 else money(rng.randint(10, 400) * 1000)
            lines.append(
                (
                    day,
                    f"o{number}",
                    str(line + 1),
                    "Áo " + "dài" * line,
                    Decimal(rng.randint(1, 3)),
                    cost,
                    rng.choice([None, money(3000)]),
                    "VND",
                )
            )
    return [
        entity(
            "fact_order",
            "date order_id customer_key channel_group sales_channel status order_ts gross_amount discount_amount "
            "refund_amount is_test currency",
            rows,
        ),
        entity("fact_order_line", "date order_id line_no product quantity unit_cost variable_cost currency", lines),
    ]


def service(rng: random.Random) -> list[Slice]:
    costs = [
        (
            day,
            rng.choice(["marketing", "sales", None]),
            rng.choice(["staff", "tool"]),
            rng.choice(CHANNELS),
            money(50000.75),
        )
        for day in days()
    ]
    answers = [
        (FIRST + timedelta(days=rng.randrange(DAYS)), f"r{n}", question, Decimal(rng.randint(*limits)))
        for n in range(700)
        for question, limits in (("nps", (0, 10)), ("csat", (1, 5)), ("nps_other", (0, 10)))
    ]
    guests = [
        (FIRST + timedelta(days=30 * (n % 20)), f"e{n % 20}", f"g{n}", rng.random() < 0.8, rng.random() < 0.5)
        for n in range(600)
    ]
    tickets = []
    for number in range(900):
        opened = at(FIRST + timedelta(days=rng.randrange(DAYS)), rng.randint(0, 23))
        replied = opened + timedelta(seconds=rng.randint(-60, 90000)) if number % 9 else None
        tickets.append((opened.date(), f"t{number}", opened, replied, rng.choice([True, None, False])))
    return [
        series(
            "fact_marketing_cost",
            "date function cost_type channel_group amount amount_reporting currency",
            [(*row, row[-1], "VND") for row in costs],
        ),
        entity("fact_survey_response", "date response_id question score", answers),
        entity("fact_event", "date event_id invitee_id registered attended", guests),
        entity("fact_support_ticket", "date ticket_id opened_at first_reply_at needs_reply", tickets),
    ]


def slices(seed: int = 7) -> list[Slice]:
    rng = random.Random(seed)  # noqa: S311  a made-up shop, not a secret
    own = [part for make in (ads, web, social, leads, orders, service) for part in make(rng)]
    more = (module.slices(FIRST, TODAY) for module in (metrics_shop_owned, metrics_shop_brand, metrics_shop_trade))
    return [*own, *(part for parts in more for part in parts)]


def fill(warehouse: Warehouse, folder: Path, parts: list[Slice], name: str = "shop.csv") -> None:
    path = folder / name
    path.write_text(name, "utf-8")
    reading = Reading(name, "shop", "loaded", sum(len(p.rows) for p in parts), slices=tuple(parts))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    outcome = warehouse.load(reading, digest=digest, name=name, path=path, loaded_at=NOON)
    assert outcome.status == "loaded", outcome.findings


def build(folder: Path, parts: list[Slice] | None = None) -> Warehouse:
    """Put a warehouse into ``folder``: with ``parts``, or with the whole shop, loaded once per run of the tests."""
    if parts is None:
        made_once.copy("metrics-shop", lambda empty: build(empty, slices()).close(), folder)
        return Warehouse.open(folder / "warehouse.duckdb")
    warehouse = Warehouse.open(folder / "warehouse.duckdb")
    fill(warehouse, folder, parts)
    return warehouse
