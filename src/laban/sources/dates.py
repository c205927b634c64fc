"""Days and periods as files write them, in four languages: ``Thu, 5 Feb 2026``, ``4th quarter 2023``, ``28 tháng 2``.

``parse_period`` reads one text. What one text cannot say is asked of the whole column: whether ``05/04/2026`` is
April or May (``order_of``), and which year ``February 28`` belongs to (``with_years``). Text forms of ranges are
inclusive, periods are half-open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from laban.periods import Period, unit_of

Order = Literal["dmy", "mdy"]
_DAY = timedelta(days=1)

_MONTH_NAMES = (
    "jan january ene enero janv janvier januar januari janeiro",
    "feb february febrero févr fev fevr février februar februari fevereiro",
    "mar march marzo mars märz mär maret março",
    "apr april abr abril avr avril",
    "may mayo mai mei maio",
    "jun june junio juin juni junho",
    "jul july julio juil juillet juli julho",
    "aug august ago agosto août aout agustus",
    "sep sept september septiembre setiembre septembre setembro",
    "oct october octubre octobre okt oktober outubro",
    "nov november noviembre novembre novembro",
    "dec december dic diciembre déc décembre dez dezember desember dezembro",
)
MONTHS: dict[str, int] = {name: n for n, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_WEEKDAYS = (
    "mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday sat saturday sun sunday "
    "lun mié jue vie sáb dom lunes martes miércoles jueves viernes sábado domingo cn"
)
_NOISE = frozenset([*_WEEKDAYS.split(), "de", "del", "of", "the", "năm", "ngày", "nam", "ngay"])

_TIME = re.compile(
    r"(?:[ T]|(?<=日)|,\s*)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(am|pm|a\.m\.|p\.m\.|sa|ch)?"
    r"\s*(?:Z|UTC|GMT)?\s*(?:[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"\s+(?:-|–|—|to|đến|đến hết|tới|~)\s+|\s*(?:～|〜|–|—|\.\.)\s*|(?<=[^\W\d_]\s\d{4})-(?=\d{1,2}\s)"
)
_NUMERIC = re.compile(r"(\d{1,2})\s?[/.\-]\s?(\d{1,2})\s?[/.\-]\s?(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})\s?[/.\-]\s?(\d{1,2})\s?[/.\-]\s?(\d{1,2})")
_JAPANESE = re.compile(r"(?:(\d{4})年)?\s?(\d{1,2})月(?:\s?(\d{1,2})日)?(?:[（(].[)）])?")
_VIETNAMESE_MONTH = re.compile(r"\b(?:tháng|thang|thg|th|t)[\s.]*(\d{1,2})(?!\d)")
#: A weekday before the day: "Thứ Bảy, 1 tháng 8", "Th 7, 1 thg 8", "T7 01/08/2026", "CN 2/8/2026", "Samedi 1 août".
_WEEKDAY = re.compile(
    r"^(?:(?:thứ|thu|th|t)[\s.]*(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật|cn"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag"
    r"|(?:mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim)\.)(?:,\s*|\s+)(?=\d{1,2}[.\s/-])",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b")
_QUARTER = (
    re.compile(r"(?P<q>[1-4])(?:st|nd|rd|th)? quarter,? (?P<y>\d{4})"),
    re.compile(r"(?:q|quý|quy)[\s.]*(?P<q>[1-4]|iv|i{1,3})[\s./,-]*(?:năm )?(?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})[\s./-]*q(?P<q>[1-4])"),
    re.compile(r"(?P<y>\d{4})年第?(?P<q>[1-4])四半期"),
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_EATEN = re.compile(r"(?P<month>[^\W\d_]{3,9})\.?-(?P<number>\d{2})")
_ALL_TIME = frozenset(
    ("all time", "toàn thời gian", "tất cả thời gian", "mọi lúc", "全期間", "lifetime", "maximum", "tối đa")
)


class NotADateError(ValueError):
    """A text that is no day and no period."""


class AmbiguousDateError(NotADateError):
    """A text that can be two different days, or a month or a day."""


@dataclass(frozen=True, slots=True)
class Partial:
    """A month, or a day of a month, without its year."""

    month: int
    day: int | None


def is_all_time(text: str) -> bool:
    """Return whether a period line says that there is no period."""
    return text.strip().casefold() in _ALL_TIME


@lru_cache(maxsize=100_000)
def parse_period(
    text: str, order: Order | None = None, eaten: Literal["month", "day"] | None = None
) -> Period | Partial:
    """Read a day, a month, a quarter or a range.

    ``order`` is used for ``05/04/2026``, ``eaten`` for ``Oct-25`` (a month of 2025, or a day of October).

    Raises:
        AmbiguousDateError: ``order`` or ``eaten`` would be needed.
        NotADateError: it is none of these.
    """
    bare = " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split()).strip(" ,;")
    if not bare or len(bare) > 80:
        raise NotADateError(text)
    bare = _WEEKDAY.sub("", bare)
    try:
        parts = _RANGE.split(bare)
        if len(parts) == 2 and all(any(c.isdigit() for c in part) for part in parts):
            return _range(parts[0], parts[1], order)
        return _single(_TIME.sub("", bare).strip(" ,"), order, eaten)
    except NotADateError:
        raise
    except (ValueError, OverflowError) as error:
        raise NotADateError(text) from error


def _range(first: str, last: str, order: Order | None) -> Period:
    until = parse_period(last, order)
    if isinstance(until, Partial):
        raise NotADateError(last)
    only_day = re.fullmatch(r"\d{1,2}", first.strip())
    since = Partial(until.start.month, int(first)) if only_day else parse_period(first, order)
    if isinstance(since, Partial):
        start = date(until.start.year, since.month, since.day or 1)
        since = Period(start if start < until.end else start.replace(year=start.year - 1), until.end)
    if since.start >= until.end:
        raise NotADateError(f"{first} - {last}")
    return Period(since.start, until.end)


def _single(text: str, order: Order | None, eaten: Literal["month", "day"] | None) -> Period | Partial:
    if text.isascii() and text.replace("-", "").replace("/", "").replace(".", "").replace(" ", "").isdigit():
        return _numeric(text, order)
    low = text.casefold()
    for pattern in _QUARTER:
        if found := pattern.fullmatch(low):
            quarter = _ROMAN.get(found["q"]) or int(found["q"])
            return unit_of(date(int(found["y"]), 3 * quarter, 1), "quarter")
    if found := _JAPANESE.fullmatch(text):
        return _day_or_month(found[1], int(found[2]), found[3])
    if found := re.fullmatch(r"(\d{4})-?w(\d{1,2})", low):
        return unit_of(date.fromisocalendar(int(found[1]), int(found[2]), 1), "week")
    if (found := _EATEN.fullmatch(low)) and found["month"] in MONTHS:
        return _eaten(text, MONTHS[found["month"]], int(found["number"]), eaten)
    return _worded(low)


def _numeric(text: str, order: Order | None) -> Period:
    if found := _YEAR_FIRST.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if re.fullmatch(r"\d{8}|\d{10}", text):
        return _day(int(text[:4]), int(text[4:6]), int(text[6:8]))
    if found := re.fullmatch(r"(\d{4})[-/. ]?(\d{2})", text) or re.fullmatch(r"(\d{4})[-/.](\d)", text):
        return unit_of(date(int(found[1]), int(found[2]), 1), "month")
    if found := re.fullmatch(r"(\d{1,2})[-/. ](\d{4})", text):
        return unit_of(date(int(found[2]), int(found[1]), 1), "month")
    if re.fullmatch(r"(?:19|20)\d{2}", text):
        return unit_of(date(int(text), 1, 1), "year")
    if found := _NUMERIC.fullmatch(text):
        first, second, year = int(found[1]), int(found[2]), _century(found[3])
        settled = "dmy" if first > 12 else "mdy" if second > 12 or first == second else order
        if settled is None:
            raise AmbiguousDateError(text)
        return _day(year, second, first) if settled == "dmy" else _day(year, first, second)
    raise NotADateError(text)


def _eaten(text: str, month: int, number: int, eaten: Literal["month", "day"] | None) -> Period | Partial:
    if eaten == "month" or number > 31:
        return unit_of(date(2000 + number, month, 1), "month")
    if eaten is None:
        raise AmbiguousDateError(text)
    return _partial(month, number)


def _worded(low: str) -> Period | Partial:
    """Day, month and year in any order, with a month in words or after "tháng"."""
    spaced = _ORDINAL.sub(r"\1", _VIETNAMESE_MONTH.sub(r" m\1 ", low))
    month: int | None = None
    numbers: list[tuple[str, bool]] = []
    for token in re.split(r"[\s,./\-]+", spaced):
        name = token.strip(".()")
        found = int(name[1:]) if re.fullmatch(r"m\d{1,2}", name) else MONTHS.get(name)
        if found is not None and month is None:
            month = found
        elif name.isascii() and name.isdigit():
            numbers.append((name, month is not None))
        elif name and name not in _NOISE:
            raise NotADateError(low)
    if month is None or not 1 <= month <= 12:
        raise NotADateError(low)
    return _placed(low, month, numbers)


def _placed(low: str, month: int, numbers: list[tuple[str, bool]]) -> Period | Partial:
    match [text for text, _ in numbers]:
        case []:
            return Partial(month, None)
        case [year] if len(year) == 4:
            return unit_of(date(int(year), month, 1), "month")
        case [day] if len(day) <= 2:
            return _partial(month, int(day))
        case [first, second] if len(first) == 4 and len(second) <= 2:
            return _day(int(first), month, int(second))
        case [first, second] if len(first) <= 2 and len(second) in (2, 4):
            return _day(_century(second), month, int(first))
    raise NotADateError(low)


def _partial(month: int, day: int) -> Partial:
    date(2000, month, day)
    return Partial(month, day)


def _day_or_month(year: str | None, month: int, day: str | None) -> Period | Partial:
    if year is None:
        return _partial(month, int(day)) if day else Partial(month, None)
    if day is None:
        return unit_of(date(int(year), month, 1), "month")
    return _day(int(year), month, int(day))


def _day(year: int, month: int, day: int) -> Period:
    start = date(year, month, day)
    return Period(start, start + _DAY)


def _century(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year)


def order_of(texts: Iterable[str]) -> tuple[set[Order], str | None]:
    """Return the orders that a column's numeric dates force, and a date that forces none, if there is one."""
    forced: set[Order] = set()
    open_text: str | None = None
    for text in texts:
        for part in _RANGE.split(text.strip()):
            found = _NUMERIC.match(_TIME.sub("", _WEEKDAY.sub("", part.strip())).strip())
            if found is None or _YEAR_FIRST.match(part):
                continue
            first, second = int(found[1]), int(found[2])
            if first > 12 >= second:
                forced.add("dmy")
            elif second > 12 >= first:
                forced.add("mdy")
            elif first != second:
                open_text = open_text or text
    return forced, open_text


def eaten_of(texts: Iterable[str], today: date) -> Literal["month", "day"] | None:
    """Return what Excel left of a column of ``Oct-25``: months of few recent years, or days of few months."""
    found = [m for text in texts if (m := _EATEN.fullmatch(text.strip().casefold())) and m["month"] in MONTHS]
    if not found:
        return None
    numbers = {int(m["number"]) for m in found}
    months = {m["month"] for m in found}
    recent = range(today.year % 100 - 15, today.year % 100 + 2)
    return "month" if len(numbers) <= 3 and len(months) >= len(numbers) and numbers <= set(recent) else "day"


def with_years(partials: Sequence[Partial], until: date) -> list[date | None]:
    """Give each day without a year its year, the newest being the last one on or before ``until``.

    Days that follow one another all the way, oldest or newest first, may cover several years; days in any other order
    (a campaign's, then the next one's) are each the last of their name. A day that cannot be (29 February in a common
    year) is None.
    """
    keys = [(p.month, p.day or 1) for p in partials]
    steps = [_days_on(a, b) for a, b in pairwise(keys)]
    if all(step >= 0 for step in steps):
        return _chained(keys[::-1], until)[::-1]
    if all(step <= 0 for step in steps):
        return _chained(keys, until)
    return [_latest(month, day, until) for month, day in keys]


def _days_on(one: tuple[int, int], two: tuple[int, int]) -> int:
    """Return about how many days ``two`` lies after ``one``, going the shorter way round the year."""
    distance = (31 * (two[0] - one[0]) + two[1] - one[1]) % 372
    return distance if distance < 186 else distance - 372


def _chained(newest_first: Sequence[tuple[int, int]], until: date) -> list[date | None]:
    found: list[date | None] = []
    limit = until
    for month, day in newest_first:
        current = _latest(month, day, limit)
        found.append(current)
        limit = current or limit
    return found


def _latest(month: int, day: int, limit: date) -> date | None:
    year = limit.year if (month, day) <= (limit.month, limit.day) else limit.year - 1
    try:
        return date(year, month, day)
    except ValueError:
        return None


def nth(unit: str, index: int, start: date) -> Period:
    """Return the ``index``-th day, week (Sunday start, as Google counts) or month counted from ``start``."""
    if unit == "day":
        return Period(start + index * _DAY, start + (index + 1) * _DAY)
    if unit == "week":
        sunday = start - timedelta(days=(start.weekday() + 1) % 7)
        return Period(sunday + timedelta(weeks=index), sunday + timedelta(weeks=index + 1))
    if unit == "month":
        months = start.year * 12 + start.month - 1 + index
        return unit_of(date(months // 12, months % 12 + 1, 1), "month")
    raise NotADateError(unit)


def from_serial(number: float) -> Period:
    """Return the day that a spreadsheet keeps as a number of days since 30 December 1899.

    Raises:
        NotADateError: the number is far from any day that could be meant.
    """
    if not 20_000 <= number <= 80_000:
        raise NotADateError(str(number))
    return _day_of(date(1899, 12, 30) + timedelta(days=int(number)))


def _day_of(day: date) -> Period:
    return Period(day, day + _DAY)


@lru_cache(maxsize=100_000)
def parse_moment(text: str, order: Order | None = None) -> datetime:
    """Read a day with or without a time of day; a time zone is cut off, the clock on the wall counts.

    Raises:
        AmbiguousDateError: ``order`` would be needed.
        NotADateError: it is no moment.
    """
    bare = " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split()).strip(" ,;")
    found = _TIME.search(bare)
    day = parse_period(bare[: found.start()] if found else bare, order)
    if isinstance(day, Partial) or day.days != 1:
        raise NotADateError(text)
    return datetime.combine(day.start, _clock(found) if found else time())


def _clock(found: re.Match[str]) -> time:
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    half = (found[4] or "").replace(".", "").casefold()
    if half in ("pm", "ch") and hour < 12:
        hour += 12
    if half in ("am", "sa") and hour == 12:
        hour = 0
    try:
        return time(hour, minute, second)
    except ValueError as error:
        raise NotADateError(found[0]) from error


_NAME_RANGES = (
    re.compile(r"(\d{4})[._-](\d{2})[._-](\d{2})\s?(?:-|_|–|[-_]?to[-_]?)\s?(\d{4})[._-](\d{2})[._-](\d{2})"),
    re.compile(r"(?<!\d)(\d{4})(\d{2})(\d{2})\s?(?:[-_–]|[-_ ]?to[-_ ]?)\s?(\d{4})(\d{2})(\d{2})(?!\d)"),
)
_MONTH_WORD = r"(?:tháng|thang|thg)-\d{1,2}|[^\W\d_]{3,9}"
_NAME_DAY = rf"\d{{1,2}}-(?:{_MONTH_WORD})-\d{{4}}|(?:{_MONTH_WORD})-\d{{1,2}}-\d{{4}}"
_NAME_WORDED = re.compile(rf"({_NAME_DAY})(?:-?(?:to-|đến-|-)?({_NAME_DAY}))?", re.IGNORECASE)
_NAME_MONTH = re.compile(
    r"(?<![\d.])(20\d{2})[-._](0[1-9]|1[0-2])(?![\d]|[-._]\d)"
    r"|\b(?:tháng|thang|t)[\s._-]?(1[0-2]|0?[1-9])[\s._-]+(20\d{2})",
    re.IGNORECASE,
)


def period_in_name(name: str) -> Period | None:
    """Return the period that a file name states (``Devices(2026.02.05-2026.02.10).csv``, ``tháng 8.2026``), or None.

    A single day that stands in ISO form is the day of the download in most names and is left alone.
    """
    for pattern in _NAME_RANGES:
        if found := pattern.search(name):
            return _from_numbers([int(part) for part in found.groups()])
    dashed = re.sub(r"[\s_.,]+", "-", name)
    for found in _NAME_WORDED.finditer(dashed):
        period = _named(found[1], found[2])
        if period is not None:
            return period
    if found := _NAME_MONTH.search(name):
        year, month = (int(found[1]), int(found[2])) if found[1] else (int(found[4]), int(found[3]))
        return unit_of(date(year, month, 1), "month")
    return None


_NAME_ISO_DAY = re.compile(r"(?<!\d)(20\d{2})([-._]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")


def day_in_name(name: str) -> date | None:
    """Return the one day in ISO form in a name: that of the download (``backlinks_2026-11-16.csv``), or None."""
    days = {(found[1], found[3], found[4]) for found in _NAME_ISO_DAY.finditer(name)}
    if len(days) != 1:
        return None
    try:
        return date(*(int(part) for part in days.pop()))
    except ValueError:
        return None


def _from_numbers(parts: list[int]) -> Period | None:
    try:
        first, last = date(*parts[:3]), date(*parts[3:])
    except ValueError:
        return None
    return Period(first, last + _DAY) if first <= last else None


def _named(first: str, last: str | None) -> Period | None:
    try:
        since = parse_period(first.replace("-", " "))
        until = parse_period((last or first).replace("-", " "))
    except NotADateError:
        return None
    if isinstance(since, Partial) or isinstance(until, Partial) or since.start >= until.end:
        return None
    return Period(since.start, until.end)
