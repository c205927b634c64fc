"""Periods of time and their comparisons.

Note:
    A period is always half-open: ``[start, end)``, ``end`` is the first day that no longer belongs to it. Text
    forms are inclusive, because people read them: ``2026-11-01..2026-11-15`` ends after the 15th.

Weeks are ISO weeks (Monday start). The Vietnamese lunar new year (Tết) is computed, not listed: the lunar
months follow Ho Ngoc Duc's algorithm (2004, after Meeus, "Astronomical Algorithms", 1998) at UTC+7. China
reckons at UTC+8, which is why the two new years differ in 2007, 2030 and 2053.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from laban.errors import InvalidPeriodError

Grain = Literal["total", "day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = ("total", "day", "week", "month", "quarter", "year")
Comparison = Literal["none", "previous", "year", "tet"]
COMPARISONS: tuple[Comparison, ...] = ("none", "previous", "year", "tet")

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days ``start <= day < end``; ``end`` is after ``start``."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidPeriodError(f"{self.start.isoformat()}..{self.end.isoformat()}")

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """The last day that belongs to the period."""
        return self.end - _DAY

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def shift(self, days: int) -> Period:
        """Return the period moved by ``days``."""
        by = timedelta(days=days)
        return Period(self.start + by, self.end + by)

    @property
    def grain(self) -> Literal["day", "week", "month", "quarter", "year", "range"]:
        """Name of the calendar unit that this period is, or "range"."""
        for name in ("day", "week", "month", "quarter", "year"):
            if unit_of(self.start, name) == self:
                return name
        return "range"

    def text(self) -> str:
        """Return the shortest text that ``parse`` reads back as this period."""
        match self.grain:
            case "day":
                return self.start.isoformat()
            case "week":
                year, week, _ = self.start.isocalendar()
                return f"{year:04d}-W{week:02d}"
            case "month":
                return f"{self.start:%Y-%m}"
            case "quarter":
                return f"{self.start:%Y}-Q{(self.start.month + 2) // 3}"
            case "year":
                return f"{self.start:%Y}"
            case _:
                return f"{self.start.isoformat()}..{self.last.isoformat()}"

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2026-W46``, ``2026-11``, ``2026-Q4``, ``2026``, ``2026-11-16`` or ``first..last`` (inclusive).

        Raises:
            InvalidPeriodError: the text is none of these.
        """
        try:
            return _parse(text.strip())
        except (ValueError, OverflowError):
            raise InvalidPeriodError(text) from None


def _parse(text: str) -> Period:
    first, dots, last = text.partition("..")
    if dots:
        return Period(date.fromisoformat(first), date.fromisoformat(last) + _DAY)
    if found := re.fullmatch(r"(\d{4})-W(\d{2})", text):
        return unit_of(date.fromisocalendar(int(found[1]), int(found[2]), 1), "week")
    if found := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        return unit_of(date(int(found[1]), int(found[2]) * 3, 1), "quarter")
    if found := re.fullmatch(r"(\d{4})-(\d{2})", text):
        return unit_of(date(int(found[1]), int(found[2]), 1), "month")
    if re.fullmatch(r"\d{4}", text):
        return unit_of(date(int(text), 1, 1), "year")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return unit_of(date.fromisoformat(text), "day")
    raise ValueError(text)


def unit_of(day: date, grain: str) -> Period:
    """Return the day, ISO week, month, quarter or year that contains ``day``."""
    match grain:
        case "day":
            return Period(day, day + _DAY)
        case "week":
            start = day - timedelta(days=day.weekday())
            return Period(start, start + timedelta(days=7))
        case "month":
            return _months(day.year, day.month, 1)
        case "quarter":
            return _months(day.year, 3 * ((day.month - 1) // 3) + 1, 3)
        case "year":
            return _months(day.year, 1, 12)
        case _:
            raise ValueError(grain)


def _months(year: int, month: int, count: int) -> Period:
    after = month - 1 + count
    return Period(date(year, month, 1), date(year + after // 12, after % 12 + 1, 1))


def last_full_week(today: date) -> Period:
    """Return the last week that is wholly over on ``today``."""
    return unit_of(today, "week").shift(-7)


def buckets(period: Period, grain: Grain) -> tuple[Period, ...]:
    """Cut ``period`` at the borders of ``grain``; the first and last piece may be shorter than a whole unit."""
    if grain == "total":
        return (period,)
    pieces: list[Period] = []
    start = period.start
    while start < period.end:
        end = min(unit_of(start, grain).end, period.end)
        pieces.append(Period(start, end))
        start = end
    return tuple(pieces)


def trailing(period: Period, count: int) -> Period:
    """Return the ``count`` units that end with ``period``, itself included.

    Calendar units step by their own length; any other range steps by its number of days.
    """
    start = period
    for _ in range(count - 1):
        start = preceding(start)
    return Period(start.start, period.end)


def preceding(period: Period) -> Period:
    """Return the unit before a calendar unit, or the same number of days before any other range."""
    grain = period.grain
    if grain == "range":
        return period.shift(-period.days)
    return unit_of(period.start - _DAY, grain)


def units_between(first: date, start: date, grain: str) -> int:
    """Return how many units of ``grain`` lie between two first days of such units."""
    match grain:
        case "day":
            return (start - first).days
        case "week":
            return (start - first).days // 7
        case _:
            months = (start.year - first.year) * 12 + start.month - first.month
            return months // {"month": 1, "quarter": 3, "year": 12}[grain]


def extended(period: Period, least_days: int) -> Period:
    """Return ``period``, begun earlier where it is shorter than ``least_days``."""
    if period.days >= least_days:
        return period
    return Period(period.end - timedelta(days=least_days), period.end)


@dataclass(frozen=True, slots=True)
class Compared:
    """A period cut to what has elapsed, and what it is compared with: always the same number of days.

    ``kind`` is the comparison really made: far from Tết, "tet" falls back to "year".
    """

    current: Period
    baseline: Period | None
    kind: Comparison
    partial: bool


def compared(period: Period, kind: Comparison, through: date) -> Compared:
    """Cut ``period`` to days up to ``through`` (inclusive) and find its baseline of equal elapsed days.

    A period that lies wholly after ``through`` is left as it is and marked partial.
    """
    partial = period.last > through
    current = Period(period.start, through + _DAY) if partial and period.start <= through else period
    if kind == "none":
        return Compared(current, None, kind, partial)
    if kind == "previous":
        before = preceding(period)
        return Compared(current, _elapsed(before, current) if partial else before, kind, partial)
    shift = tet_shift(period) if kind == "tet" else None
    if shift is None:
        return Compared(current, _year_before(period, current, partial=partial), "year", partial)
    return Compared(current, current.shift(-shift), kind, partial)


def _year_before(period: Period, current: Period, *, partial: bool) -> Period:
    """52 weeks earlier, so that weekdays meet and 29 February does no harm; a year meets the year before."""
    if period.grain == "year":
        before = preceding(period)
        return _elapsed(before, current) if partial else before
    return current.shift(-364 * math.ceil(current.days / 364))


def _elapsed(before: Period, current: Period) -> Period:
    """The first days of ``before``, as many as have elapsed; from further back when ``before`` is too short."""
    start = before.start if before.days >= current.days else current.start - timedelta(days=current.days)
    return Period(start, start + timedelta(days=current.days))


TET_SEASON_BEFORE = 56
TET_SEASON_AFTER = 42


def tet_shift(period: Period) -> int | None:
    """Return the days between the Tết that ``period`` lies around and the one a year earlier.

    The season runs from eight weeks before to six weeks after the first day of the lunar year; for a period
    whose middle lies outside, or that is longer than the season, None.
    """
    if period.days > TET_SEASON_BEFORE + TET_SEASON_AFTER:
        return None
    middle = period.start + timedelta(days=(period.days - 1) // 2)
    for year in (middle.year, middle.year + 1):
        offset = (middle - tet(year)).days
        if -TET_SEASON_BEFORE <= offset <= TET_SEASON_AFTER:
            return (tet(year) - tet(year - 1)).days
    return None


@cache
def tet(year: int) -> date:
    """Return the first day of the Vietnamese lunar year that begins in Gregorian ``year``."""
    month11 = _lunar_month_11(year - 1)
    k = math.floor(0.5 + (month11 - 2415021.076998695) / 29.530588853)
    months = (_lunar_month_11(year) - month11) / 29.0
    leap = _leap_offset(month11) if months > 13 - 0.5 else None
    ahead = 2 if leap is None or leap > 2 else 3
    return _from_julian(_new_moon_day(k + ahead))


_UTC_OFFSET = 7.0


def _julian(day: date) -> int:
    return day.toordinal() + 1721425


def _from_julian(number: int) -> date:
    return date.fromordinal(number - 1721425)


@cache
def _new_moon_day(k: int) -> int:
    """Julian day number, in Vietnam, of the ``k``-th new moon after 1 January 1900 (Meeus, ch. 49, abridged)."""
    t = k / 1236.85
    rad = math.pi / 180
    mean = 2415020.75933 + 29.53058868 * k + 0.0001178 * t**2 - 0.000000155 * t**3
    mean += 0.00033 * math.sin((166.56 + 132.87 * t - 0.009173 * t**2) * rad)
    sun = 359.2242 + 29.10535608 * k - 0.0000333 * t**2 - 0.00000347 * t**3
    moon = 306.0253 + 385.81691806 * k + 0.0107306 * t**2 + 0.00001236 * t**3
    node = 21.2964 + 390.67050646 * k - 0.0016528 * t**2 - 0.00000239 * t**3
    terms = (
        ((0.1734 - 0.000393 * t), sun), (0.0021, 2 * sun), (-0.4068, moon), (0.0161, 2 * moon),
        (-0.0004, 3 * moon), (0.0104, 2 * node), (-0.0051, sun + moon), (-0.0074, sun - moon),
        (0.0004, 2 * node + sun), (-0.0004, 2 * node - sun), (-0.0006, 2 * node + moon),
        (0.0010, 2 * node - moon), (0.0005, 2 * moon + sun),
    )  # fmt: skip
    shift = sum(size * math.sin(angle * rad) for size, angle in terms)
    if t < -11:
        delta = 0.001 + 0.000839 * t + 0.0002261 * t**2 - 0.00000845 * t**3 - 0.000000081 * t * t**3
    else:
        delta = -0.000278 + 0.000265 * t + 0.000262 * t**2
    return math.floor(mean + shift - delta + 0.5 + _UTC_OFFSET / 24)


def _sun_longitude(day_number: float) -> int:
    """Sector (0-11, thirty degrees each) of the sun's apparent longitude at midnight in Vietnam."""
    t = (day_number - 0.5 - _UTC_OFFSET / 24 - 2451545.0) / 36525
    rad = math.pi / 180
    anomaly = 357.52910 + 35999.05030 * t - 0.0001559 * t**2 - 0.00000048 * t**3
    mean = 280.46645 + 36000.76983 * t + 0.0003032 * t**2
    centre = (1.914600 - 0.004817 * t - 0.000014 * t**2) * math.sin(anomaly * rad)
    centre += (0.019993 - 0.000101 * t) * math.sin(2 * anomaly * rad) + 0.000290 * math.sin(3 * anomaly * rad)
    longitude = (mean + centre) * rad
    longitude -= math.pi * 2 * math.floor(longitude / (math.pi * 2))
    return math.floor(longitude / math.pi * 6)


def _lunar_month_11(year: int) -> int:
    """Julian day of the first day of the lunar month that holds the winter solstice of ``year``."""
    days = _julian(date(year, 12, 31)) - 2415021
    k = math.floor(days / 29.530588853)
    found = _new_moon_day(k)
    return _new_moon_day(k - 1) if _sun_longitude(found) >= 9 else found


def _leap_offset(month11: int) -> int:
    """Number of months after the eleventh at which the leap month (without a major solar term) stands."""
    k = math.floor((month11 - 2415021.076998695) / 29.530588853 + 0.5)
    last, i = -1, 1
    arc = _sun_longitude(_new_moon_day(k + i))
    while True:
        last, i = arc, i + 1
        arc = _sun_longitude(_new_moon_day(k + i))
        if arc == last or i >= 14:
            return i - 1
