"""When the rows of a table happened: by their own column, by the lines above the table, or by the file's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from laban.periods import Period, unit_of
from laban.sources.book import Cell, UnreadableError, text_of
from laban.sources.columns import Faults, Raw, read_periods, settled_order
from laban.sources.dates import (
    AmbiguousDateError,
    NotADateError,
    Order,
    Partial,
    is_all_time,
    nth,
    parse_period,
    period_in_name,
    with_years,
)
from laban.sources.reading import Context

#: Columns that place a row in time, finest first.
TIME = ("date", "moment", "nth_day", "week", "nth_week", "month", "nth_month", "quarter", "year")
_WEEKDAYS = frozenset(
    {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
    | {"thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật"}
    | {"月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日", "月", "火", "水", "木", "金", "土", "日"}
)
_UNITS = frozenset({"week", "month", "quarter", "year"})
_ORDERS: dict[str, Order] = {"dmy": "dmy", "mdy": "mdy"}
_LABEL = re.compile(r"^[^:：\d]{1,40}[:：]\s*")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_EIGHT_DIGITS = re.compile(r"(?<!\d)(20\d{6})(?!\d)")


@dataclass(frozen=True, slots=True)
class Stated:
    """The period a file speaks of, from its lines or its name; ``all_time`` if it says that there is none."""

    period: Period | None = None
    all_time: bool = False
    from_name: bool = False


def is_weekdays(raw: Raw) -> bool:
    """Return whether a column called "Day" holds names of weekdays."""
    texts = {text_of(cell).strip().casefold() for cell in raw.cells}
    return bool(texts) and texts <= _WEEKDAYS


def stated_period(preamble: Sequence[str], context: Context, member: str, habit: str) -> Stated:
    """Return the period that the lines above a table state, else another part of the file, else the names."""
    order = _ORDERS.get(habit)
    if context.options.day_first is not None:
        order = "dmy" if context.options.day_first else "mdy"
    found, all_time = _in_lines(preamble, order)
    if found is not None or all_time:
        return Stated(found, all_time)
    about = context.about.get("period")
    if isinstance(about, Period):
        return Stated(about)
    for name in (member, context.path.stem, context.path.parent.name):
        named = period_in_name(name) if name else None
        if named is not None and _plausible(named, context):
            late = context.about.get("name_ends_late", False) and named.days > 1
            return Stated(Period(named.start, named.last) if late else named, from_name=True)
    return Stated()


def _plausible(period: Period, context: Context) -> bool:
    return context.earliest <= period.start and period.end <= context.latest


def _in_lines(lines: Sequence[str], order: Order | None) -> tuple[Period | None, bool]:
    marked = [day for line in lines if line.startswith("#") for day in _EIGHT_DIGITS.findall(line)]
    if len(marked) >= 2:
        since, until = (_read_line(day, None) for day in marked[-2:])
        if since and until and since.start < until.end:
            return Period(since.start, until.end), False
    days: list[Period] = []
    for line in lines:
        if line.startswith("#"):
            continue
        for cell in line.split("\t"):
            text = _LABEL.sub("", cell.strip().strip('"'))
            if is_all_time(text):
                return None, True
            period = _read_line(text, order)
            if period is not None and period.days > 1:
                return period, False
            if period is not None:
                days.append(period)
    if not days:
        return None, False
    # One day is that day's report; two are "from" and "until" on lines of their own.
    first, second = days[0], days[1] if len(days) > 1 else days[0]
    return (Period(first.start, second.end) if first.start < second.end else first), False


def _read_line(text: str, order: Order | None) -> Period | None:
    if not text or len(text) > 80 or not any(c.isdigit() for c in text):
        return None
    try:
        period = parse_period(text, order)
    except (AmbiguousDateError, NotADateError):
        return None
    if isinstance(period, Partial) or not 2000 <= period.start.year < 2100 or period.days > 366 * 20:
        return None
    return period if period.days == 1 or len(text) > 6 else None


def row_periods(
    raw: Raw, start: date | None, context: Context, faults: Faults, habit: str
) -> list[Period | Partial | None]:
    """Read the column that places rows in time.

    Raises:
        UnreadableError: day and month cannot be told apart, or "Nth day" has no first day.
    """
    if raw.column.name.startswith("nth_"):
        return _counted(raw, start, faults)
    found = read_periods(raw, context, faults, habit)
    for index, period in enumerate(found):
        if period is None:
            faults.add(index, "no_date", raw.heading, raw.cells[index])
    return [_whole(period, raw.column.name, cell) for period, cell in zip(found, raw.cells, strict=True)]


def _whole(period: Period | Partial | None, unit: str, cell: Cell) -> Period | Partial | None:
    """Return the week, month … that a column of them names by its first day; a range is already whole."""
    if unit not in _UNITS or not isinstance(period, Period) or period.days != 1:
        return period
    if len(_YEAR.findall(text_of(cell))) > 1:
        return period
    return Period(period.start, period.start + timedelta(days=7)) if unit == "week" else unit_of(period.start, unit)


def _counted(raw: Raw, start: date | None, faults: Faults) -> list[Period | Partial | None]:
    if start is None:
        raise UnreadableError("no_first_day", column=raw.heading)
    unit = raw.column.name.removeprefix("nth_")
    found: list[Period | Partial | None] = []
    for index, cell in enumerate(raw.cells):
        text = text_of(cell).strip()
        if text.isdigit() and len(text) <= 5:
            found.append(nth(unit, int(text), start))
        else:
            faults.add(index, "not_a_date", raw.heading, cell)
            found.append(None)
    return found


def between(starts: Raw, ends: Raw | None, context: Context, faults: Faults) -> list[Period | None]:
    """Read two columns "from" and "until" as one period per row."""
    settled_order(starts, context)
    since = read_periods(starts, context, faults)
    until = read_periods(ends, context, faults) if ends is not None else since
    found: list[Period | None] = []
    for first, last in zip(since, until, strict=True):
        if isinstance(first, Period) and isinstance(last, Period) and first.start < last.end:
            found.append(Period(first.start, last.end))
        else:
            found.append(first if isinstance(first, Period) else None)
    return found


def dated(periods: Sequence[Period | Partial | None], context: Context) -> list[Period | None]:
    """Give days without a year their year if ``until`` was said; otherwise they stay without a place in time."""
    partial = [i for i, period in enumerate(periods) if isinstance(period, Partial)]
    if not partial:
        return [period for period in periods if not isinstance(period, Partial)]
    found: list[Period | None] = [None if isinstance(period, Partial) else period for period in periods]
    until = context.options.until
    if until is None:
        context.notes.once("warning", "year_missing")
        return found
    days = with_years([period for period in periods if isinstance(period, Partial)], until)
    for index, day in zip(partial, days, strict=True):
        whole = periods[index]
        if day is not None and isinstance(whole, Partial):
            month = whole.day is None
            found[index] = parse_month(day) if month else Period(day, date.fromordinal(day.toordinal() + 1))
    return found


def parse_month(day: date) -> Period:
    """Return the month that a day lies in."""
    period = parse_period(f"{day:%Y-%m}")
    assert isinstance(period, Period)  # noqa: S101  a year and a month are never partial
    return period


def clipped(periods: Sequence[Period | None], covered: Period | None) -> list[Period | None]:
    """Cut weeks, months and quarters to what the file covers: its first and last one are rarely whole."""
    if covered is None:
        return list(periods)
    return [None if period is None else _clip(period, covered) for period in periods]


def _clip(period: Period, covered: Period) -> Period:
    start, end = max(period.start, covered.start), min(period.end, covered.end)
    return Period(start, end) if start < end else period
