"""TikTok Ads in English: campaign by day, with "Total of N results" as the last row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from laban.sources.demo.delivery import AdDay
from laban.sources.demo.files import DemoFile, add_up, delimited, pieces, span
from laban.sources.demo.model import World

HEADINGS = (
    "Campaign name", "By Day", "Primary status", "Cost", "CPC (destination)", "CPM", "Impressions",
    "Clicks (destination)", "CTR (destination)", "Conversions", "Cost per conversion", "Conversion rate (CVR)",
    "Video views", "2-second video views", "Video views at 100%", "Complete payment", "Total purchase value",
    "Currency",
)  # fmt: skip


def _bought(ad: AdDay) -> int:
    return len(ad.claims)


def _looked(ad: AdDay) -> int:
    """Of those who saw it begin, those who stayed for two seconds."""
    return ad.video_views * 71 // 100


def _stayed(ad: AdDay) -> int:
    """Of those who saw it begin, those who saw it end: the more apt to click, the more of them."""
    return min(_looked(ad), ad.video_views * 9 // 100 + ad.link_clicks)


def _value(ad: AdDay) -> int:
    return sum(claim.value for claim in ad.claims)


MEASURES: Mapping[str, Callable[[AdDay], int | Decimal | None]] = {
    "video_views_2s": _looked,
    "video_completions": _stayed,
    "spend": lambda ad: ad.spend,
    "impressions": lambda ad: ad.impressions,
    "link_clicks": lambda ad: ad.link_clicks,
    "conversions": _bought,
    "video_views": lambda ad: ad.video_views,
    "purchases": _bought,
    "revenue": _value,
}


def write(world: World) -> list[DemoFile]:
    """Return the TikTok Ads files of the shop, one per year."""
    mine = [row for row in world.ads if row.campaign.platform == "tiktok_ads"]
    files = []
    for first, last in pieces(world.first, world.last, 12):
        rows = [row for row in mine if first <= row.day <= last]
        if rows:
            files.append(_file(rows, first, last))
    return files


def _file(rows: Sequence[AdDay], first: date, last: date) -> DemoFile:
    lines = [_line(ad.campaign.name, ad.day.isoformat(), "Active", [ad]) for ad in rows]
    totals = add_up(rows, MEASURES)
    body = [HEADINGS, *lines, _line(f"Total of {len(rows)} results", "-", "-", rows)]
    return DemoFile(
        name=f"TikTok Ads {span(first, last)}.csv",
        platform="tiktok_ads",
        data=delimited(body, newline="\r\n"),
        rows=len(rows),
        totals=totals,
        own_totals=totals,
        start=min(ad.day for ad in rows),
        end=max(ad.day for ad in rows) + timedelta(days=1),
    )


def _line(name: str, day: str, status: str, ads: Sequence[AdDay]) -> list[object]:
    spend, shown = sum(ad.spend for ad in ads), sum(ad.impressions for ad in ads)
    clicks, bought = sum(ad.link_clicks for ad in ads), sum(_bought(ad) for ad in ads)
    return [
        name, day, status, spend, _each(spend, clicks), _each(1000 * spend, shown), shown, clicks,
        _share(clicks, shown), bought, _each(spend, bought), _share(bought, clicks),
        sum(ad.video_views for ad in ads), sum(map(_looked, ads)), sum(map(_stayed, ads)), bought,
        sum(_value(ad) for ad in ads), "VND",
    ]  # fmt: skip


def _each(money: int, count: int) -> str:
    return str(round(money / count)) if count else "-"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}%" if whole else "0.00%"
