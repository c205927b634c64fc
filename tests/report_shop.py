"""A small made-up shop for the tests of views and reports: 112 weeks of days, loaded through the real warehouse."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import made_once
from laban.periods import Period, unit_of
from laban.settings import Settings
from laban.sources.model import Finding, Reading, Slice
from laban.workspace import Workspace

END = date(2026, 11, 16)  # a Monday; the last full week is 2026-W46
WEEKS = 112
START = END - timedelta(days=7 * WEEKS)
TODAY = END
HOSTILE = "<script>alert(\"x\")</script> =cmd|' /C calc'!A0"


def wobble(*seed: object) -> float:
    """A number between -1 and 1 that only depends on ``seed``."""
    digest = hashlib.sha256(repr(seed).encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**31 - 1


def days() -> Iterator[date]:
    for number in range((END - START).days):
        yield START + timedelta(days=number)


def season(day: date) -> float:
    return 1 + 0.15 * math.sin(day.timetuple().tm_yday / 58) + 0.0015 * ((day - START).days / 7)


CHANNELS = {
    "organic_search": 0.30, "paid_search": 0.22, "paid_social": 0.28, "direct": 0.12, "email": 0.08,
}  # fmt: skip


def sessions_rows() -> list[tuple[Any, ...]]:
    rows = []
    for day in days():
        fault = 0.72 if date(2026, 11, 9) <= day < date(2026, 11, 16) else 1.0
        for channel, share in CHANNELS.items():
            for device, part in (("mobile", 0.7), ("desktop", 0.3)):
                noise = 1 + 0.04 * wobble(day, channel, device)
                visits = round(1500 * share * part * season(day) * noise)
                rate = (0.021 if device == "mobile" else 0.032) * (fault if device == "mobile" else 1)
                converting = round(visits * rate * (1 + 0.06 * wobble("c", day, channel, device)))
                rows.append(
                    (day, channel, device, visits, round(visits * 0.6), Decimal(converting), Decimal(converting))
                )
    return rows


def ads_rows() -> list[tuple[Any, ...]]:
    rows = []
    campaigns = (
        ("paid_search", "Tìm kiếm – Váy đầm"),
        ("paid_social", HOSTILE),
        ("paid_social", "Áo khoác thu đông"),
    )
    for day in days():
        for channel, campaign in campaigns:
            impressions = round(24000 * season(day) * (1 + 0.05 * wobble("i", day, campaign)))
            clicks = round(impressions * 0.018 * (1 + 0.03 * wobble("k", day, campaign)))
            spend = Decimal(clicks * 3200 + round(20000 * wobble("s", day, campaign)))
            conversions = Decimal(round(clicks * 0.03 * (1 + 0.1 * wobble("v", day, campaign))))
            value = conversions * 420000
            row = (
                day,
                channel,
                campaign,
                impressions,
                clicks,
                clicks,
                spend,
                spend,
                conversions,
                value,
                value,
                "VND",
            )
            rows.append(row)
    return rows


def leads_rows() -> list[tuple[Any, ...]]:
    rows = []
    for day in days():
        for number in range(9 + round(4 * wobble("l", day))):
            at = datetime.combine(day, time(9)) + timedelta(minutes=7 * number)
            lead = f"L{day:%Y%m%d}-{number}"
            rows.append((day, lead, "lead", "web form", "paid_social" if number % 2 else "organic_search", at, at))
    return rows


def orders_rows() -> list[tuple[Any, ...]]:
    rows = []
    for number, day in enumerate(days()):
        for place in range(18 + round(5 * wobble("o", day))):
            at = datetime.combine(day, time(10)) + timedelta(minutes=11 * place)
            customer = f"c{(number * 7 + place * 131) % 2600}"
            amount = Decimal(380000 + 1000 * (place % 40))
            status = "returned" if place % 11 == 0 else "delivered"
            order = (day, f"O{day:%Y%m%d}-{place}", customer, "web", tuple(CHANNELS)[place % 5], status, "cod")
            rows.append((*order, at, amount, Decimal(0), Decimal(0), amount))
    return rows


def posts_rows() -> list[tuple[Any, ...]]:
    rows = []
    for number, day in enumerate(days()):
        base = 60 + round(20 * wobble("p", day))
        rows.append(
            (day, f"p{number}", "facebook", f"Bài {number}", base * 40, base, base // 6, base // 9, 3, base // 4)
        )
    return rows


TABLES: tuple[tuple[str, str, tuple[str, ...], Callable[[], list[tuple[Any, ...]]]], ...] = (
    (
        "ga4", "fact_web_sessions",
        ("date", "channel_group", "device", "sessions", "engaged_sessions", "key_events", "converting_sessions"),
        sessions_rows,
    ),
    (
        "meta_ads", "fact_ad_performance",
        ("date", "channel_group", "campaign", "impressions", "clicks", "link_clicks", "spend", "spend_reporting",
         "conversions", "conversion_value", "conversion_value_reporting", "currency"),
        ads_rows,
    ),
    (
        "own_leads", "fact_lead_event",
        ("date", "lead_id", "stage", "lead_source", "channel_group", "entered_at", "created_at"),
        leads_rows,
    ),
    (
        "own_orders", "fact_order",
        ("date", "order_id", "customer_key", "sales_channel", "channel_group", "status", "payment_method", "order_ts",
         "gross_amount", "discount_amount", "refund_amount", "net_amount"),
        orders_rows,
    ),
    (
        "meta_business_suite", "fact_social_post",
        ("date", "post_id", "network", "title", "views", "reactions", "comments", "shares", "saves", "link_clicks"),
        posts_rows,
    ),
)  # fmt: skip


def build(root: Path) -> Workspace:
    """Put the shop's workspace into ``root``; it is loaded once per run of the tests."""
    made_once.copy("report-shop", lambda folder: _load(folder).close(), root)
    return Workspace.open(root, today=TODAY)


def _load(root: Path) -> Workspace:
    workspace = Workspace.create(root, Settings(name="Tiệm Vải Mây"), today=TODAY)
    for platform, fact, columns, make in TABLES:
        rows = make()
        file = root / f"{platform}.csv"
        file.write_text(platform, "utf-8")
        kept = Slice(fact, platform, "shop", "all", "day", START, END, columns, rows)
        found = (Finding("info", "totals_agree", values={}),) if platform == "none" else ()
        reading = Reading(file.name, platform, "loaded", len(rows), START, END, "VND", slices=(kept,), findings=found)
        digest = hashlib.sha256(platform.encode()).hexdigest()
        loaded_at = datetime.combine(END, time(8, 30))
        workspace.warehouse.load(reading, digest=digest, name=file.name, path=file, loaded_at=loaded_at)
    return workspace


def week(text: str = "2026-W46") -> Period:
    return unit_of(Period.parse(text).start, "week")
