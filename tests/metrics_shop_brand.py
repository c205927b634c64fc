"""What people see of the small shop and say of it: posts with reach, talk, surveys, reviews, rivals, the market."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from laban.sources.model import Slice

HOSTILE = "Chủ đề '); DROP TABLE fact_mention --"


def slices(first: date, today: date) -> list[Slice]:
    """Return the rows of the shop from its first day to the day before ``today``."""
    rng = random.Random(11)  # noqa: S311  a made-up shop, not a secret
    days = [first + timedelta(days=n) for n in range((today - first).days)]
    makers = (posts, pages, talk, answers, tickets, reviews, friends, rivals, searches, market)
    return [part for make in makers for part in make(rng, days)]


def entity(fact: str, columns: str, rows: list[tuple[Any, ...]], platform: str) -> Slice:
    return Slice(fact, platform, "", "whole", "day", None, None, tuple(columns.split()), rows)


def series(fact: str, columns: str, rows: list[tuple[Any, ...]], platform: str, days: list[date]) -> Slice:
    """One slice for all of ``days``; a row speaks of its own day."""
    end = days[-1] + timedelta(days=1)
    return Slice(fact, platform, "", "whole", "day", days[0], end, tuple(columns.split()), rows)


def window(fact: str, columns: str, rows: list[tuple[Any, ...]], platform: str, end: date) -> Slice:
    """One slice whose rows speak of all days from their date to ``end``."""
    return Slice(fact, platform, "", "whole", "period", rows[0][0], end, tuple(columns.split()), rows)


def maybe(rng: random.Random, value: Any, known: float = 0.8) -> Any:
    return value if rng.random() < known else None


def posts(rng: random.Random, days: list[date]) -> Iterator[Slice]:
    """Instagram tells reach but not always plays; TikTok tells plays and never reach, with far more engagement."""
    rows: list[tuple[Any, ...]] = []
    for number, day in enumerate(days):
        tiktok = number % 3 == 0
        reach = None if tiktok else rng.choice([0, rng.randint(50, 900)])
        plays = maybe(rng, rng.randint(0, 20000)) if tiktok else maybe(rng, rng.randint(0, 300), 0.3)
        lively = 1000 if tiktok else 30
        counted = [maybe(rng, rng.randint(0, lively), 0.9) for _ in range(4)]
        shown = maybe(rng, rng.randint(100, 30000), 0.7)
        watched = maybe(rng, Decimal(rng.randint(0, 90000)) / 4, 0.5) if plays is not None else None
        kind, topic = rng.choice(["reel", "photo", None]), rng.choice(["hậu trường", HOSTILE, None])
        what = (day, f"b{number}", "tiktok" if tiktok else "instagram", kind, topic, number % 4 == 0)
        engaged = [None] * 4 if number % 29 == 0 else counted
        rows.append((*what, shown, reach, *engaged, plays, watched))
    columns = (
        "date post_id network post_type topic is_boosted impressions reach reactions comments shares link_clicks "
        "video_views watch_seconds"
    )
    yield entity("fact_social_post", columns, rows, "post_tool")


def pages(rng: random.Random, days: list[date]) -> Iterator[Slice]:
    rows = [(day, "instagram", page, maybe(rng, rng.randint(0, 80))) for day in days for page in ("Shop", "Shop 2")]
    yield series("fact_social_account", "date network social_account profile_visits", rows, "post_tool", days)


def talk(rng: random.Random, days: list[date]) -> Iterator[Slice]:
    """Mentions of all brands with every tone, an odd one and none; own posts among them."""
    tones = ("positive", "positive", "neutral", "negative", "mixed", None)
    rows = [
        (
            rng.choice(days),
            f"t{number}",
            own := rng.choice([True, True, False, None]),
            "Shop" if own else rng.choice(["Đối thủ", "Đối thủ 2"]),
            rng.choice([False, None, number % 5 == 0]),
            rng.choice(["facebook", "diễn đàn"]),
            rng.choice([HOSTILE, "giá", ""]),
            rng.choice(tones),
            maybe(rng, rng.randint(0, 50000)),
        )
        for number in range(4000)
    ]
    columns = "date mention_id is_own_brand brand is_owned network topic sentiment author_followers"
    yield entity("fact_mention", columns, rows, "listening")


def answers(rng: random.Random, days: list[date]) -> Iterator[Slice]:
    """The unaided question goes to fewer people than the aided one; some scores are missing or off the scale."""
    rows: list[tuple[Any, ...]] = []
    for number in range(2500):
        day, wave = rng.choice(days), rng.choice(["đợt 1", "đợt 2", None])
        person = f"p{number}"
        rows.append((day, person, "brand_aided", maybe(rng, Decimal(rng.randint(0, 1)), 0.9), None, wave))
        if number % 3:
            named = rng.random() < 0.3
            rows.append((day, person, "brand_unaided", maybe(rng, Decimal(named), 0.9), None, wave))
            rows.append((day, person, "brand_first", Decimal(named and rng.random() < 0.4), None, wave))
        arm = rng.choice(["exposed", "control", "control", None])
        recalled = Decimal(rng.random() < (0.4 if arm == "exposed" else 0.2))
        rows.append((day, person, "ad_recall", maybe(rng, recalled, 0.9), arm, wave))
        rows.append((day, person, rng.choice(["ces", "CES"]), maybe(rng, Decimal(rng.randint(0, 9))), None, wave))
    yield entity("fact_survey_response", "date response_id question score arm survey_wave", rows, "panel")


def tickets(rng: random.Random, days: list[date]) -> Iterator[Slice]:
    """Some replies come to the second a day later, some before the question, some never."""
    rows = []
    for number in range(2500):
        opened = datetime.combine(rng.choice(days), time(rng.randint(0, 23), rng.randint(0, 59)))
        wait = rng.choice(
            [timedelta(days=1), timedelta(days=1, seconds=1), timedelta(seconds=rng.randint(-99, 200000))]
        )
        replied = maybe(rng, opened + wait)
        solved = maybe(rng, opened + timedelta(hours=rng.randint(0, 300)), 0.7)
        when = (opened.date(), f"k{number}", opened, replied, solved)
        needed, again = rng.choice([True, None, False]), rng.choice([True, False, False, None])
        rows.append((*when, needed, again, rng.choice([0, 1, 1, 2, 5, None]), rng.choice(["zalo", "hotline"])))
    columns = "date ticket_id opened_at first_reply_at resolved_at needs_reply reopened contacts support_channel"
    yield entity("fact_support_ticket", columns, rows, "helpdesk")


def reviews(rng: random.Random, days: list[date]) -> Iterator[Slice]:
    stars = [Decimal(1), Decimal(4), Decimal("4.5"), Decimal(5), None]
    rows = [
        (
            rng.choice(days),
            f"v{n}",
            rng.choice(["shopee", "google"]),
            rng.choice(["Áo dài", "", None]),
            rng.choice(stars),
        )
        for n in range(900)
    ]
    yield entity("fact_review", "date review_id network product rating", rows, "stars")


def friends(rng: random.Random, days: list[date]) -> Iterator[Slice]:
    rows = [(rng.choice(days), f"c{n * 3}", maybe(rng, f"c{n}"), "Bạn giới thiệu bạn") for n in range(300)]
    yield entity("fact_referral", "date customer_key referrer_key program", rows, "codes")


def rivals(rng: random.Random, days: list[date]) -> Iterator[Slice]:
    rows = [
        (day, name, network, maybe(rng, rng.randint(0, 4000)))
        for day in days[::7]
        for name in ("Đối thủ", "Đối thủ 2")
        for network in ("tiktok", "facebook")
    ]
    yield series("fact_competitor_snapshot", "date competitor network public_engagements", rows, "counted", days)


def searches(rng: random.Random, days: list[date]) -> Iterator[Slice]:
    """A row per brand and place for each week, so that a month holds only its whole weeks."""
    for week in (day for day in days if day.weekday() == 0):
        rows = [
            (week, brand, geo, brand == "Shop", maybe(rng, Decimal(rng.randint(0, 900)), 0.9))
            for brand in ("Shop", "Đối thủ", "Đối thủ 2")
            for geo in ("VN-HN", "VN-SG", None)
        ]
        columns = "date brand geo is_own_brand search_volume"
        yield window("fact_brand_search", columns, rows, "keyword_tool", week + timedelta(days=7))


def market(rng: random.Random, days: list[date]) -> Iterator[Slice]:
    """A row per category and place for each month; the last category is one that the shop hardly sells in."""
    for month in (day for day in days if day.day == 1):
        end = (month + timedelta(days=31)).replace(day=1)
        rows = [
            (
                month,
                category,
                geo,
                Decimal(rng.randint(10**9, 10**11)),
                maybe(rng, Decimal(rng.randint(0, 10**8)), known),
            )
            for category, known in (("Áo dài", 1.0), ("Phụ kiện", 0.5))
            for geo in ("VN-HN", "VN-SG")
        ]
        yield window("fact_market_size", "date category geo market_sales own_sales", rows, "trade_report", end)
