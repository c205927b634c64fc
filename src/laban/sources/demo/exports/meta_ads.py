"""Meta Ads in Vietnamese: Ads Manager by campaign and day, reach by week and by month from Ads Reporting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from laban.periods import Period
from laban.sources.demo.delivery import AdDay
from laban.sources.demo.dice import Dice
from laban.sources.demo.exports.history import downloads
from laban.sources.demo.exports.own_sheet import daily, over, whole
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
    for first, last, seen in downloads(world, months=6):
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
class Window:
    """The account in a week or a month: people reached are counted once."""

    period: Period
    reach: int
    impressions: int
    spend: int


#: How often a person sees the account's ads within a window, at least; and by how much that varies.
_OFTEN = {"week": (1.9, 0.4), "month": (3.1, 0.5)}


def _reach(world: World, mine: Sequence[AdDay]) -> list[DemoFile]:
    """Return Ads Reporting by week and by month, whole ones only: reach cannot be had from days."""
    weeks = _windows(world, mine, "week", [])
    months = _windows(world, mine, "month", weeks)
    named = ((weeks, "tuần"), (months, "tháng"))
    return [_windows_file(windows, name) for windows, name in named if windows]


def _windows(world: World, mine: Sequence[AdDay], grain: str, inside: Sequence[Window]) -> list[Window]:
    """A window has reached at least as many people as each of the shorter ones that lie inside it."""
    dice, found = Dice(world.seed, f"meta {grain}s"), list[Window]()
    shown, spent = daily((ad.day, ad.impressions) for ad in mine), daily((ad.day, ad.spend) for ad in mine)
    least, varies = _OFTEN[grain]
    for unit in whole(world, grain):
        impressions = over(shown, unit)
        fewest = [w.reach for w in inside if unit.start <= w.period.start and w.period.end <= unit.end]
        people = max([round(impressions / (least + varies * dice.unit())), *fewest])
        found.append(Window(unit, people, impressions, over(spent, unit)))
    return found


def _windows_file(windows: Sequence[Window], name: str) -> DemoFile:
    headings = (
        "Người tiếp cận", "Lượt hiển thị", "Tần suất", "Đơn vị tiền tệ", "Số tiền đã chi tiêu (VND)",
        "Lượt bắt đầu báo cáo", "Lượt kết thúc báo cáo",
    )  # fmt: skip
    lines = [
        [window.reach, window.impressions, ratio(window.impressions, window.reach, 8), "VND", window.spend,
         window.period.start.isoformat(), window.period.last.isoformat()]
        for window in windows
    ]  # fmt: skip
    first, end = windows[0].period.start, windows[-1].period.end
    return DemoFile(
        name=f"Trang-Non-Tiếp-cận-theo-{name}-{span(first, end - timedelta(days=1))}.csv",
        platform="meta_ads",
        data=delimited([headings, *lines], quote="blanks", encoding="utf-8-sig"),
        rows=len(windows),
        totals={
            "impressions": Decimal(sum(window.impressions for window in windows)),
            "spend": Decimal(sum(window.spend for window in windows)),
            "reach_sum": Decimal(sum(window.reach for window in windows)),
        },
        start=first,
        end=end,
    )
