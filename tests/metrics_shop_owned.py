"""What the small shop owns: its site's visits and content, its mailings, its short links, its videos among the ads.

Rows that say nothing (None) stand beside rows that say zero, and platforms beside others that do not know a number.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from laban.periods import Period, buckets
from laban.sources.model import Slice

Rows = list[tuple[Any, ...]]


def slices(first: date, today: date) -> list[Slice]:
    rng = random.Random(11)  # noqa: S311  a made-up shop, not a secret
    days = [first + timedelta(days=n) for n in range((today - first).days)]
    return [
        _daily("fact_web_sessions", "matomo", VISIT, _visits(rng, days)),
        *_people(rng, Period(today - timedelta(days=160), today)),
        _daily("fact_page_content", "wordpress", PAGE, _pages(rng, days)),
        _daily("fact_ad_performance", "tiktok_ads", VIDEO, _videos(rng, days)),
        _daily("fact_ad_performance", "microsoft_ads", SEARCH, _searches(rng, days)),
        _daily("fact_backlink_snapshot", "semrush", LINK, _links(rng, days[3::30])),
        _daily("fact_site_health", "gsc", HEALTH, _health(rng, days[::7])),
        _daily("fact_email_list", "mailchimp", LIST, _lists(rng, days[::5])),
        _daily("fact_link_click", "li2", CLICK, _clicks(rng, days)),
        Slice("fact_email_campaign", "mailchimp", "", "whole", "day", None, None, SEND, _sends(rng, days[::3])),
    ]


def _daily(fact: str, platform: str, columns: tuple[str, ...], rows: Rows) -> Slice:
    end = max(row[0] for row in rows) + timedelta(days=1)
    return Slice(fact, platform, "", "whole", "day", min(row[0] for row in rows), end, columns, rows)


def _maybe(rng: random.Random, number: Any, chance: float = 0.1) -> Any:
    """A number that a tool sometimes does not tell."""
    return None if rng.random() < chance else number


VISIT = (
    *("date", "channel_group", "device", "landing_page", "user_type", "sessions", "engaged_sessions"),
    *("converting_sessions", "session_seconds", "engagement_seconds", "pageviews", "signups", "form_starts"),
    "form_submits",
)


def _visits(rng: random.Random, days: Iterable[date]) -> Rows:
    rows: Rows = []
    for day in days:
        for channel in ("organic_search", "email", "messaging", "paid_social", "offline"):
            visits, begun = rng.randint(0, 60), rng.randint(0, 9)
            rows.append(
                (
                    *(day, channel, rng.choice(["mobile", "desktop"]), "/đăng-ký", rng.choice(["new", "returning"])),
                    *(visits, visits // 2, Decimal(visits // 9), _maybe(rng, Decimal(visits * 90) / 7)),
                    *(_maybe(rng, Decimal(visits * 31)), _maybe(rng, visits * 3), _maybe(rng, rng.randint(0, 4))),
                    *(_maybe(rng, begun), begun // 2),
                )
            )
    return rows


PEOPLE = ("date", "channel_group", "device", "total_users", "active_users", "new_users", "returning_users")


def _people(rng: random.Random, known: Period) -> list[Slice]:
    """A report for each week, month and quarter: people of the whole, then of channels and devices."""
    found = []
    for grain in ("week", "month", "quarter"):
        for period in buckets(known, grain):
            total = 40 * period.days + rng.randint(0, 30)
            rows = [
                (period.start, None, None, total + 9, None if grain == "quarter" else total, total // 2, total // 3),
                (period.start, "email", None, total // 5, total // 6, total // 9, None),
                (period.start, "direct", None, total // 2, total // 3, 0, total // 7),
                (period.start, None, "mobile", total, total - 5, total // 4, total // 5),
            ]
            found.append(
                Slice(
                    *("fact_web_users", "ga4", "", "whole", "period", period.start, period.end, PEOPLE, rows),
                    rival=grain,
                )
            )
    return found


PAGE = (
    *("date", "page", "content_type", "channel_group", "device", "views", "engaged_views", "scroll_90"),
    *("key_events",),
)


def _pages(rng: random.Random, days: Iterable[date]) -> Rows:
    rows: Rows = []
    for day in days:
        for page, kind in (("/bài-viết?'", "article"), ("/video", "video"), ("/hướng-dẫn", None)):
            views = rng.randint(0, 200)
            read = (rng.randint(0, views), _maybe(rng, rng.randint(0, views)), _maybe(rng, Decimal(views) / 8, 0.5))
            rows.append((day, page, kind, rng.choice(["email", None]), "mobile", views, *read))
    return rows


VIDEO = (
    *("date", "channel_group", "campaign", "impressions", "clicks", "link_clicks", "landing_page_views"),
    *("engagements", "video_plays", "video_views", "video_completions", "spend", "spend_reporting", "currency"),
)


def _videos(rng: random.Random, days: Iterable[date]) -> Rows:
    """Videos, one of them never watched, one whose views and endings are not told; and a picture."""
    rows: Rows = []
    for day in days:
        shown = rng.randint(100, 5000)
        plays, clicks, spend = shown // 2, rng.randint(1, 60), Decimal(shown * 37)
        rows += [
            (
                *(day, "paid_social", "Video Tết", shown, clicks + 9, clicks, clicks - 1, 40),
                *(plays, plays // 3, plays // 9, spend, spend, "VND"),
            ),
            (day, "paid_social", "Video lạ", shown // 3, 4, None, 1, 0, 5, 0, 0, spend / 3, spend / 3, "VND"),
            (day, "paid_social", "Video mới", shown, 9, 7, None, None, plays, None, None, spend, spend, "VND"),
            (day, "paid_social", "Ảnh", shown, 30, 20, 11, 55, None, 0, None, spend, _maybe(rng, spend), "USD"),
        ]
    return rows


SEARCH = (
    *("date", "channel_group", "campaign", "impressions", "link_clicks", "eligible_impressions"),
    *("spend", "spend_reporting", "currency"),
)


def _searches(rng: random.Random, days: Iterable[date]) -> Rows:
    rows: Rows = []
    for day in days:
        shown = rng.randint(0, 900)
        spend = Decimal(shown) / 4
        rows.append(
            (day, "paid_search", "Bing", shown, shown // 30, _maybe(rng, shown * 3), spend, spend, "VND"),
        )
    return rows


LINK = ("date", "domain", "backlinks", "authority_score")


def _links(rng: random.Random, days: Iterable[date]) -> Rows:
    """One's own domain and a competitor's; the mark is not always told."""
    return [
        (day, domain, _maybe(rng, 900 + rng.randint(0, 90)), _maybe(rng, Decimal(rng.randint(10, 60)) / 2, 0.4))
        for day in days
        for domain in ("shop.vn", "đối-thủ.vn")
    ]


HEALTH = ("date", "site", "pages_indexed", "pages_submitted")


def _health(rng: random.Random, days: Iterable[date]) -> Rows:
    """A shop that is checked every week, and a blog that is checked now and then."""
    rows: Rows = []
    for number, day in enumerate(days):
        rows.append((day, "shop.vn", _maybe(rng, rng.randint(300, 500), 0.3), 500))
        if number % 6 == 0:
            rows.append((day, "blog.shop.vn", rng.randint(30, 60), _maybe(rng, 70, 0.3)))
    return rows


LIST = ("date", "list", "subscribers", "gained", "lost")


def _lists(rng: random.Random, days: list[date]) -> Rows:
    """The main list, and one that began late."""
    rows: Rows = []
    for number, day in enumerate(days):
        rows.append((day, "Bản tin", _maybe(rng, 2000 + 7 * number, 0.4), rng.randint(0, 40), rng.randint(0, 30)))
        if number > 60:
            rows.append((day, "VIP", 100 + number, _maybe(rng, rng.randint(0, 9)), None if number % 2 else 1))
    return rows


PLACES = ("Quầy thu ngân", "Tờ rơi", None)
CLICK = ("date", "link", "medium", "place", "device", "clicks", "unique_clicks")


def _clicks(rng: random.Random, days: Iterable[date]) -> Rows:
    return [
        (day, f"l/{medium}", medium, rng.choice(PLACES), "mobile", _maybe(rng, rng.randint(0, 25)), 1)
        for day in days
        for medium in ("link", "qr", None)
    ]


SEND = (
    *("date", "send_id", "campaign", "subject", "list", "sent", "delivered", "soft_bounces", "hard_bounces"),
    *("bounces", "unique_opens", "machine_opens", "unique_clicks", "unsubscribes", "complaints", "orders"),
    *("conversions", "revenue", "gross_sales"),
)


def _sends(rng: random.Random, days: Iterable[date]) -> Rows:
    """Tools that tell all bounces or their kinds, deliveries or not, machines apart or not, conversions or orders."""
    rows: Rows = []
    for number, day in enumerate(days):
        sent = rng.randint(400, 2000)
        soft, hard = rng.randint(0, 30), _maybe(rng, rng.randint(0, 9), 0.3)
        opens = rng.randint(50, 400)
        orders, sold = rng.randint(0, 9), Decimal(rng.randint(0, 900)) * 1000
        rows.append(
            (
                *(
                    day,
                    f"s{number}",
                    "Tết" if number % 4 else "",
                    f"Thư '{number}'; --",
                    rng.choice(["Bản tin", "VIP"]),
                ),
                *(sent, None if number % 3 else sent - 50, soft, hard, None if number % 2 else 45),
                *(opens, None if number % 5 else opens // 2, rng.randint(1, 50), _maybe(rng, rng.randint(0, 5))),
                *(_maybe(rng, rng.randint(0, 2)), orders, None if number % 3 else Decimal(orders) + Decimal("0.5")),
                *(None if number % 2 else sold, sold + 5000),
            )
        )
    return rows
