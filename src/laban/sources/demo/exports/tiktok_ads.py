"""TikTok Ads in English: campaign by day, with "Total of N results" as the last row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from laban.sources.demo.delivery import AdDay
from laban.sources.demo.exports.history import downloads
from laban.sources.demo.files import DemoFile, add_up, delimited, span
from laban.sources.demo.model import World

HEADINGS = (
    "Campaign name", "By Day", "Primary status", "Cost", "CPC (destination)", "CPM", "Impressions",
    "Clicks (destination)", "CTR (destination)", "Conversions", "Cost per conversion", "Conversion rate (CVR)",
    "Video views", "2-second video views", "Video views at 100%", "Complete payment", "Total purchase value",
    "Currency",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A campaign on a day, as TikTok counted it at a download."""

    ad: AdDay
    bought: int
    value: int


def _looked(ad: AdDay) -> int:
    """Of those who saw it begin, those who stayed for two seconds."""
    return ad.video_views * 71 // 100


def _stayed(ad: AdDay) -> int:
    """Of those who saw it begin, those who saw it end: the more apt to click, the more of them."""
    return min(_looked(ad), ad.video_views * 9 // 100 + ad.link_clicks)


MEASURES: Mapping[str, Callable[[Row], int | Decimal | None]] = {
    "video_views_2s": lambda row: _looked(row.ad),
    "video_completions": lambda row: _stayed(row.ad),
    "spend": lambda row: row.ad.spend,
    "impressions": lambda row: row.ad.impressions,
    "link_clicks": lambda row: row.ad.link_clicks,
    "conversions": lambda row: row.bought,
    "video_views": lambda row: row.ad.video_views,
    "purchases": lambda row: row.bought,
    "revenue": lambda row: row.value,
}


def write(world: World) -> list[DemoFile]:
    """Return the TikTok Ads files of the shop: one per year, and those of the last weeks."""
    mine = [row for row in world.ads if row.campaign.platform == "tiktok_ads"]
    files = []
    for first, last, seen in downloads(world, months=12):
        rows = [_row(ad, seen) for ad in mine if first <= ad.day <= last]
        if rows:
            files.append(_file(rows, first, last))
    return files


def _row(ad: AdDay, seen: date) -> Row:
    known = ad.known(seen)
    return Row(ad, len(known), sum(claim.value for claim in known))


def _file(rows: Sequence[Row], first: date, last: date) -> DemoFile:
    lines = [_line(row.ad.campaign.name, row.ad.day.isoformat(), "Active", [row]) for row in rows]
    totals = add_up(rows, MEASURES)
    body = [HEADINGS, *lines, _line(f"Total of {len(rows)} results", "-", "-", rows)]
    return DemoFile(
        name=f"TikTok Ads {span(first, last)}.csv",
        platform="tiktok_ads",
        data=delimited(body, newline="\r\n"),
        rows=len(rows),
        totals=totals,
        own_totals=totals,
        start=min(row.ad.day for row in rows),
        end=max(row.ad.day for row in rows) + timedelta(days=1),
    )


def _line(name: str, day: str, status: str, rows: Sequence[Row]) -> list[object]:
    spend, shown = sum(row.ad.spend for row in rows), sum(row.ad.impressions for row in rows)
    clicks, bought = sum(row.ad.link_clicks for row in rows), sum(row.bought for row in rows)
    return [
        name, day, status, spend, _each(spend, clicks), _each(1000 * spend, shown), shown, clicks,
        _share(clicks, shown), bought, _each(spend, bought), _share(bought, clicks),
        sum(row.ad.video_views for row in rows), sum(_looked(row.ad) for row in rows),
        sum(_stayed(row.ad) for row in rows), bought, sum(row.value for row in rows), "VND",
    ]  # fmt: skip


def _each(money: int, count: int) -> str:
    return str(round(money / count)) if count else "-"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}%" if whole else "0.00%"
