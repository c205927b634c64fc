"""Google Ads in Vietnamese: "Báo cáo chiến dịch" by campaign and day, with its several totals rows.

Half of the files are the UTF-8 download, the others the UTF-16 tab-separated one with Vietnamese numbers; one kind
has a total after every day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import groupby
from zlib import crc32

from laban.sources.demo.delivery import AdDay
from laban.sources.demo.exports.history import downloads
from laban.sources.demo.files import (
    DemoFile,
    add_up,
    delimited,
    fraction,
    span,
    thousands,
    utf16,
    vietnamese_day,
)
from laban.sources.demo.model import World

HEADINGS = (
    "Ngày", "Trạng thái chiến dịch", "Chiến dịch", "Mã đơn vị tiền tệ", "Loại chiến dịch", "Lượt chuyển đổi",
    "Giá trị chuyển đổi", "Số lượt hiển thị", "Lượt nhấp", "Lượt tương tác", "Chi phí", "ID Chiến Dịch",
    "Tỷ lệ hiển thị trên mạng tìm kiếm", "Lượt hiển thị có thể xem", "Lượt hiển thị có thể đo lường",
)  # fmt: skip
_TYPES = {"search": "Tìm kiếm", "display": "Hiển thị"}


@dataclass(frozen=True, slots=True)
class Row:
    """A campaign on a day, as Google counted it at a download."""

    ad: AdDay
    hundredths: int
    value: int


MEASURES: Mapping[str, Callable[[Row], int | Decimal | None]] = {
    "impressions": lambda row: row.ad.impressions,
    "clicks": lambda row: row.ad.clicks,
    "interactions": lambda row: row.ad.clicks,
    "spend": lambda row: row.ad.spend,
    "conversions": lambda row: Decimal(row.hundredths) / 100,
    "conversion_value": lambda row: row.value,
    "viewable_impressions": lambda row: _seen(row.ad),
    "measurable_impressions": lambda row: _measured(row.ad),
}


def _measured(ad: AdDay) -> int:
    """Banners whose place on the screen could be told; of search ads nobody asks."""
    return ad.impressions * 94 // 100 if ad.campaign.kind == "display" else 0


def _seen(ad: AdDay) -> int:
    return _measured(ad) * (55 + _whim(ad) % 15) // 100


def _share_shown(ad: AdDay) -> str:
    """The share of the searches one could have been shown for, in whole percents; banners have none."""
    return f"{48 + _whim(ad) % 37}%" if ad.campaign.kind == "search" else "--"


def _whim(ad: AdDay) -> int:
    """A number that differs from day to day and is always the same for a campaign on a day."""
    return crc32(f"{ad.campaign.name} {ad.day.toordinal() // 7}".encode())


def campaign_id(name: str) -> int:
    """Return a stable number for a campaign."""
    return 20_000_000_000 + crc32(name.encode())


def write(world: World) -> list[DemoFile]:
    """Return the Google Ads files of the shop."""
    mine = [row for row in world.ads if row.campaign.platform == "google_ads"]
    files = []
    for number, (first, last, seen) in enumerate(downloads(world, months=6)):
        rows = [_row(ad, seen) for ad in mine if first <= ad.day <= last]
        files.append(_file(rows, first, last, wide=number % 2 == 1, daily=number % 3 == 0))
    return [*files, *_keywords(world, mine)]


#: Keywords of the search campaigns with the score that Google gives them.
KEYWORDS = (
    ("trăng non", 9), ("thời trang trăng non", 10), ("váy công sở", 7), ("váy công sở nữ đẹp", 6), ("áo sơ mi nữ", 7),
    ("áo sơ mi công sở", 5), ("áo dài cách tân", 6),
)  # fmt: skip


def _keywords(world: World, mine: Sequence[AdDay]) -> list[DemoFile]:
    """The keyword report, week by week: of each search campaign the keywords that begin like its name says."""
    rows: list[tuple[date, str, str, int, int]] = []
    weeks: dict[tuple[date, str], int] = {}
    for ad in mine:
        if ad.campaign.kind == "search":
            key = (ad.day - timedelta(days=ad.day.weekday()), ad.campaign.name)
            weeks[key] = weeks.get(key, 0) + ad.impressions
    for (monday, name), shown in sorted(weeks.items()):
        words = [(word, score) for word, score in KEYWORDS if word.split()[0] in name.lower()] or list(KEYWORDS[:1])
        if monday >= world.first and monday + timedelta(days=6) <= world.last:
            rows += [(monday, name, word, score, shown // (2 * len(words))) for word, score in words]
    if not rows:
        return []
    first, last = rows[0][0], rows[-1][0] + timedelta(days=6)
    headings = ("Tuần", "Chiến dịch", "Từ khóa", "Điểm chất lượng", "Số lượt hiển thị")
    lines = [[monday.isoformat(), name, word, str(score), str(shown)] for monday, name, word, score, shown in rows]
    title = [["Báo cáo từ khóa"], [f"{vietnamese_day(first)} - {vietnamese_day(last)}"], headings]
    return [
        DemoFile(
            name=f"Báo cáo từ khóa {span(first, last)}.csv",
            platform="google_ads",
            data=delimited([*title, *lines]),
            rows=len(rows),
            totals={"impressions": Decimal(sum(row[4] for row in rows))},
            start=first,
            end=last + timedelta(days=1),
        )
    ]


def _row(ad: AdDay, seen: date) -> Row:
    known = ad.known(seen)
    return Row(ad, sum(claim.credit for claim in known), sum(claim.value for claim in known))


def _file(rows: Sequence[Row], first: date, last: date, *, wide: bool, daily: bool) -> DemoFile:
    title = [["Báo cáo chiến dịch"], [f"{vietnamese_day(first)} - {vietnamese_day(last)}"], HEADINGS]
    body = list(_lines(rows, "," if wide else ".", daily=daily))
    text = delimited([*title, *body], delimiter="\t" if wide else ",")
    totals = add_up(rows, MEASURES)
    return DemoFile(
        name=f"Báo cáo chiến dịch {span(first, last)}.csv",
        platform="google_ads",
        data=utf16(text) if wide else text,
        rows=len(rows),
        totals=totals,
        own_totals=totals,
        start=first,
        end=last + timedelta(days=1),
    )


def _lines(rows: Sequence[Row], mark: str, *, daily: bool) -> Iterator[list[str]]:
    total = partial(_total, mark=mark)
    for day, found in groupby(rows, key=lambda row: row.ad.day):
        group = list(found)
        yield from (_line(row, mark) for row in group)
        if daily:
            yield total(group, day.isoformat(), "Tổng số: Chiến dịch")
    yield total(rows, "", "Tổng số: Chiến dịch")
    yield total(rows, "", "Tổng số: Tài khoản")
    for kind, label in _TYPES.items():
        part = [row for row in rows if row.ad.campaign.kind == kind]
        if part:
            yield total(part, "", f"Tổng số: {label}")


def _line(row: Row, mark: str) -> list[str]:
    campaign = row.ad.campaign
    return [
        row.ad.day.isoformat(), "Đang bật", campaign.name, "VND", _TYPES[campaign.kind],
        *_numbers([row], mark), str(campaign_id(campaign.name)), _share_shown(row.ad), *_viewed([row], mark),
    ]  # fmt: skip


def _total(rows: Sequence[Row], day: str, label: str, *, mark: str) -> list[str]:
    # The report's own totals stand in the first column; a day's total keeps its day there.
    head = [day, label] if day else [label, ""]
    return [*head, "", "VND", "", *_numbers(rows, mark), "", "--", *_viewed(rows, mark)]


def _viewed(rows: Sequence[Row], mark: str) -> list[str]:
    group = "," if mark == "." else "."
    return [thousands(sum(count(row.ad) for row in rows), group) for count in (_seen, _measured)]


def _numbers(rows: Sequence[Row], mark: str) -> list[str]:
    group = "," if mark == "." else "."
    clicks = sum(row.ad.clicks for row in rows)
    return [
        fraction(sum(row.hundredths for row in rows), mark),
        fraction(100 * sum(row.value for row in rows), mark),
        thousands(sum(row.ad.impressions for row in rows), group),
        thousands(clicks, group),
        thousands(clicks, group),
        str(sum(row.ad.spend for row in rows)),
    ]
