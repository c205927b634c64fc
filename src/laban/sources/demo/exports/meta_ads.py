"""Meta Ads in Vietnamese: the Ads Manager table by campaign and day, and weekly reach from Ads Reporting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from laban.periods import unit_of
from laban.sources.demo.delivery import AdDay
from laban.sources.demo.dice import Dice
from laban.sources.demo.exports.google_ads import downloads
from laban.sources.demo.files import DemoFile, add_up, delimited, ratio, span
from laban.sources.demo.model import World

HEADINGS = (
    "Lượt bắt đầu báo cáo", "Lượt kết thúc báo cáo", "Ngày", "Tên chiến dịch", "Lượt phân phối chiến dịch",
    "Cài đặt ghi nhận", "Kết quả", "Chỉ báo kết quả", "Người tiếp cận", "Tần suất", "Chi phí trên mỗi kết quả",
    "Số tiền đã chi tiêu (VND)", "Kết thúc", "Lượt hiển thị",
    "CPM (Chi phí trên mỗi 1.000 lượt hiển thị) (VND)", "Lượt click vào liên kết",
    "CPC (chi phí trên mỗi lượt click vào liên kết) (VND)", "CTR (tỷ lệ click vào liên kết)", "Lượt click (tất cả)",
    "Lượt xem trang đích", "Lượt mua", "Giá trị chuyển đổi từ lượt mua", "(Mẫu tìm kiếm) khách hàng tiềm năng",
    "Lượt bắt đầu cuộc trò chuyện qua tin nhắn", "Lượt tương tác với bài viết",
)  # fmt: skip
_INDICATOR = {
    "conversion": "actions:offsite_conversion.fb_pixel_purchase",
    "remarketing": "actions:offsite_conversion.fb_pixel_purchase",
    "message": "actions:onsite_conversion.messaging_conversation_started_7d",
    "lead": "actions:onsite_conversion.lead_grouped",
}
_WINDOW = "Lượt click trong 7 ngày hoặc lượt xem trong 1 ngày"


@dataclass(frozen=True, slots=True)
class Row:
    """A campaign on a day, as Meta counted it at a download."""

    ad: AdDay
    reach: int
    purchases: int
    value: int

    @property
    def results(self) -> int:
        """What the campaign was optimised for."""
        return {"message": self.ad.conversations, "lead": self.ad.leads}.get(self.ad.campaign.kind, self.purchases)


MEASURES: Mapping[str, Callable[[Row], int | Decimal | None]] = {
    "impressions": lambda row: row.ad.impressions,
    "spend": lambda row: row.ad.spend,
    "link_clicks": lambda row: row.ad.link_clicks,
    "clicks_all": lambda row: row.ad.clicks,
    "landing_page_views": lambda row: row.ad.visits,
    "purchases": lambda row: row.purchases,
    "purchase_value": lambda row: row.value,
    "leads": lambda row: row.ad.leads,
    "messaging_conversations": lambda row: row.ad.conversations,
    "reach_sum": lambda row: row.reach,
    "engagements": lambda row: engaged(row.ad),
}


def engaged(ad: AdDay) -> int:
    """Every click is an engagement; likes, comments and shares come on top, about as many as link clicks."""
    return ad.clicks + ad.link_clicks * 9 // 10


def write(world: World) -> list[DemoFile]:
    """Return the Meta Ads files of the shop."""
    dice = Dice(world.seed, "meta reach")
    mine = [row for row in world.ads if row.campaign.platform == "meta_ads"]
    reach = {id(ad): round(ad.impressions / (1.09 + 0.12 * dice.unit())) for ad in mine}
    files = []
    for first, last, seen in downloads(world.first, world.last):
        rows = [_row(ad, reach[id(ad)], seen) for ad in mine if first <= ad.day <= last]
        files.append(_file(rows, first, last))
    return [*files, *_reach(world, mine)]


def _row(ad: AdDay, reach: int, seen: date) -> Row:
    known = ad.known(seen)
    return Row(ad, reach, len(known), sum(claim.value for claim in known))


def _file(rows: Sequence[Row], first: date, last: date) -> DemoFile:
    return DemoFile(
        name=f"Trang-Non-Chiến-dịch-{span(first, last)}.csv",
        platform="meta_ads",
        data=delimited([HEADINGS, *(_line(row) for row in rows)], quote="blanks"),
        rows=len(rows),
        totals=add_up(rows, MEASURES),
        start=first,
        end=last + timedelta(days=1),
    )


def _line(row: Row) -> list[object]:
    ad = row.ad
    day, kind = ad.day.isoformat(), ad.campaign.kind
    return [
        day, day, day, ad.campaign.name, "active", _WINDOW, row.results or None,
        _INDICATOR[kind] if row.results else None, row.reach, ratio(ad.impressions, row.reach, 6),
        ratio(ad.spend, row.results, 8), ad.spend, "Đang diễn ra", ad.impressions,
        ratio(1000 * ad.spend, ad.impressions, 6), ad.link_clicks, ratio(ad.spend, ad.link_clicks, 6),
        ratio(100 * ad.link_clicks, ad.impressions, 6), ad.clicks, ad.visits, row.purchases or None,
        row.value or None, ad.leads or None, ad.conversations or None, engaged(ad),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Week:
    """The account in an ISO week: people reached are counted once."""

    start: date
    reach: int
    impressions: int
    spend: int


def _reach(world: World, mine: Sequence[AdDay]) -> list[DemoFile]:
    """Return Ads Reporting by week, whole weeks only: reach cannot be had from days."""
    dice, weeks = Dice(world.seed, "meta weeks"), []
    start = unit_of(world.first + timedelta(days=6), "week").start
    by_week: dict[date, list[AdDay]] = {}
    for ad in mine:
        by_week.setdefault(unit_of(ad.day, "week").start, []).append(ad)
    while start + timedelta(days=6) <= world.last:
        ads = by_week.get(start, [])
        shown = sum(ad.impressions for ad in ads)
        weeks.append(Week(start, round(shown / (1.9 + 0.4 * dice.unit())), shown, sum(ad.spend for ad in ads)))
        start += timedelta(days=7)
    return [_weeks(weeks)] if weeks else []


def _weeks(weeks: Sequence[Week]) -> DemoFile:
    headings = (
        "Người tiếp cận", "Lượt hiển thị", "Tần suất", "Đơn vị tiền tệ", "Số tiền đã chi tiêu (VND)",
        "Lượt bắt đầu báo cáo", "Lượt kết thúc báo cáo",
    )  # fmt: skip
    lines = [
        [week.reach, week.impressions, ratio(week.impressions, week.reach, 8), "VND", week.spend,
         week.start.isoformat(), (week.start + timedelta(days=6)).isoformat()]
        for week in weeks
    ]  # fmt: skip
    first, end = weeks[0].start, weeks[-1].start + timedelta(days=7)
    return DemoFile(
        name=f"Trang-Non-Tiếp-cận-theo-tuần-{span(first, end - timedelta(days=1))}.csv",
        platform="meta_ads",
        data=delimited([headings, *lines], quote="blanks", encoding="utf-8-sig"),
        rows=len(weeks),
        totals={
            "impressions": Decimal(sum(week.impressions for week in weeks)),
            "spend": Decimal(sum(week.spend for week in weeks)),
            "reach_sum": Decimal(sum(week.reach for week in weeks)),
        },
        start=first,
        end=end,
    )
