"""Search Console: a zip per quarter, of late per month, in turns English and Vietnamese; queries hide clicks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from laban.sources.demo.dice import Dice
from laban.sources.demo.files import DemoFile, archive, delimited, english_day, percent, pieces, span, vietnamese_day
from laban.sources.demo.model import World
from laban.sources.demo.search import SearchDay
from laban.sources.demo.shop import DOMAIN, PAGES, QUERIES

NAMED_QUERIES = 0.62
RECENT_MONTHS = 5


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language: member names, headings, places, devices, and the decimal mark."""

    members: Mapping[str, str]
    headings: Mapping[str, str]
    measures: tuple[str, str, str, str]
    countries: tuple[str, ...]
    devices: tuple[str, ...]
    filters: tuple[tuple[str, str], ...]
    mark: str
    day: Callable[[date], str]


ENGLISH = Wording(
    members={
        "date": "Chart.csv", "query": "Queries.csv", "page": "Pages.csv", "country": "Countries.csv",
        "device": "Devices.csv", "filter": "Filters.csv",
    },
    headings={
        "date": "Date", "query": "Top queries", "page": "Top pages", "country": "Country", "device": "Device",
    },
    measures=("Clicks", "Impressions", "CTR", "Position"),
    countries=("Vietnam", "United States", "Japan", "Australia"),
    devices=("Mobile", "Desktop", "Tablet"),
    filters=(("Filter", "Value"), ("Search type", "Web"), ("Date", "{first}-{last}")),
    mark=".",
    day=english_day,
)  # fmt: skip
VIETNAMESE = Wording(
    members={
        "date": "Biểu đồ.csv", "query": "Truy vấn.csv", "page": "Trang.csv", "country": "Quốc gia.csv",
        "device": "Thiết bị.csv", "filter": "Bộ lọc.csv",
    },
    headings={
        "date": "Ngày", "query": "Truy vấn hàng đầu", "page": "Trang hàng đầu", "country": "Quốc gia",
        "device": "Thiết bị",
    },
    measures=("Số lần nhấp", "Số lần hiển thị", "CTR", "Vị trí"),
    countries=("Việt Nam", "Hoa Kỳ", "Nhật Bản", "Úc"),
    devices=("Thiết bị di động", "Máy tính", "Máy tính bảng"),
    filters=(("Bộ lọc", "Giá trị"), ("Loại tìm kiếm", "Web"), ("Ngày", "{first} - {last}")),
    mark=",",
    day=vietnamese_day,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a member."""

    label: str
    clicks: int
    impressions: int
    position: Decimal


def write(world: World) -> list[DemoFile]:
    """Return the Search Console files of the shop."""
    files = []
    for number, (first, last) in enumerate(downloads(world.first, world.last)):
        days = [day for day in world.search if first <= day.day <= last]
        dice = Dice(world.seed, "search console", first)
        files.append(_zip(days, first, last, VIETNAMESE if number % 2 else ENGLISH, dice))
    return files


def downloads(first: date, last: date) -> list[tuple[date, date]]:
    """Return the first and last day of each zip: a query's clicks are known for whole zips only."""
    months = pieces(first, last, 1)[-RECENT_MONTHS:]
    return [*pieces(first, months[0][0] - timedelta(days=1), 3), *months]


def _zip(days: Sequence[SearchDay], first: date, last: date, words: Wording, dice: Dice) -> DemoFile:
    # Newest first, as the platform has it.
    chart = [Line(day.day.isoformat(), day.clicks, day.impressions, day.position) for day in reversed(days)]
    clicks, impressions = sum(day.clicks for day in days), sum(day.impressions for day in days)
    place = sum((day.position * day.impressions for day in days), Decimal(0)) / impressions
    named = (round(clicks * NAMED_QUERIES), round(impressions * NAMED_QUERIES))
    tables = {
        "query": _deal([(text, weight) for text, weight, _ in QUERIES], *named, place, dice),
        "page": _deal(
            [(f"https://{DOMAIN}{path}", weight) for path, weight in PAGES], clicks, impressions, place, dice
        ),
        "country": _deal(list(zip(words.countries, (96, 2, 1, 1), strict=True)), clicks, impressions, place, dice),
        "device": _deal(list(zip(words.devices, (70, 27, 3), strict=True)), clicks, impressions, place, dice),
        "date": chart,
    }
    members = {words.members[name]: _member(name, lines, words) for name, lines in tables.items()}
    say = {"first": words.day(first), "last": words.day(last)}
    filters = [[part.format(**say) for part in line] for line in words.filters]
    members[words.members["filter"]] = delimited(filters)
    return DemoFile(
        name=f"{DOMAIN}-Performance-on-Search-{span(first, last)}.zip",
        platform="gsc",
        data=archive(members),
        rows=len(chart),
        totals={"clicks": Decimal(clicks), "impressions": Decimal(impressions)},
        start=first,
        end=last + timedelta(days=1),
    )


def _deal(
    labels: Sequence[tuple[str, float]], clicks: int, impressions: int, place: Decimal, dice: Dice
) -> list[Line]:
    weights = [weight * dice.noise(0.12) for _, weight in labels]
    parts = zip(labels, dice.split(clicks, weights), dice.split(impressions, weights), strict=True)
    lines = [
        Line(label, hits, max(hits, shown), round(place * Decimal(f"{dice.noise(0.3):.4f}"), 2))
        for (label, _), hits, shown in parts
        if shown or hits
    ]
    return sorted(lines, key=lambda line: (-line.clicks, line.label))


def _member(name: str, lines: Iterable[Line], words: Wording) -> bytes:
    body = [
        [line.label, line.clicks, line.impressions, percent(line.clicks, line.impressions, words.mark),
         str(line.position).replace(".", words.mark)]
        for line in lines
    ]  # fmt: skip
    return delimited([[words.headings[name], *words.measures], *body])
