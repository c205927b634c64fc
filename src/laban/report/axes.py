"""Axes of charts, with ticks and labels ready: what stands on them is written by ``report.format`` alone.

Ticks are round numbers (1, 2, 2.5 or 5 times a power of ten) and firsts of months; the specification carries them as
values with labels, so that every renderer shows the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from laban.metrics.result import Number
from laban.periods import Period
from laban.report import format as fmt

#: The value axis spans at least this share of the largest value, so that small noise does not look like drama.
CALM = 0.3
#: About so many ticks on the value axis.
TICKS = 4
#: Width of a label on the time axis in pixels.
LABEL = 62
#: From so many units on, months are written below instead of days.
LONG = 30


def value_axis(values: Iterable[Number | None], unit: str, lang: str) -> dict[str, Any]:
    """Return the encoding of a value axis that holds ``values``: domain, ticks and their labels."""
    low, high = domain([float(v) for v in values if v is not None])
    marks = ticks(low, high, _clock(high) if unit == "duration" else 1.0)
    return {
        "type": "quantitative",
        "scale": {"domain": [marks[0], marks[-1]], "zero": False, "nice": False},
        "axis": {"values": marks, "labelExpr": _labels(marks, [label(mark, unit, lang) for mark in marks])},
    }


def domain(known: Sequence[float]) -> tuple[float, float]:
    """Return the ends of the axis: from zero when that is near, never narrower than calm allows."""
    if not known:
        return 0.0, 1.0
    low, high = round(min(known), 9), round(max(known), 9)
    room = max(high - low, CALM * max(abs(low), abs(high)))
    middle = (low + high) / 2
    bottom, top = middle - 0.54 * room, middle + 0.54 * room
    if low >= 0 and bottom < 0.4 * top:
        bottom = 0.0
    return bottom, top if top - bottom > 1e-9 else bottom + 1


def _clock(seconds: float) -> float:
    """The unit of time in which a duration is read: days, hours, minutes or seconds."""
    return next((unit for unit in (86400.0, 3600.0, 60.0) if seconds >= 2 * unit), 1.0)


def ticks(low: float, high: float, unit: float = 1.0) -> list[float]:
    """Return round numbers of ``unit``, evenly spaced, from at or below ``low`` to at or above ``high``."""
    raw = (high - low) / TICKS / unit
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * 0.95)
    step *= unit
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def label(value: float, unit: str, lang: str) -> str:
    """Return what is written at a tick: ``1,2 tr``, ``2,5%``, ``3,4x``."""
    if unit == "percent":
        return fmt.number(value * 100, lang, 3, least=0) + "%"
    if unit == "ratio":
        return fmt.number(value, lang, 2, least=0) + "x"
    if unit == "duration":
        return fmt.duration(value, lang)
    return fmt.compact(value, lang)


def time_axis(periods: Sequence[Period], lang: str, width: int) -> dict[str, Any]:
    """Return the encoding of a time axis: firsts of months for a long course, first days of units for a short one."""
    most = max(2, width // LABEL)
    days = _months(periods, most) if len(periods) > LONG else _starts(periods, most)
    texts = [_day_label(day, lang, months=len(periods) > LONG) for day in days]
    stamps = [_stamp(day) for day in days]
    axis = {
        "values": stamps,
        "labelExpr": _labels(stamps, texts, "time(datum.value)"),
        "labelOverlap": True,
        "labelFlush": True,
    }
    return {"field": "day", "type": "temporal", "scale": {"type": "utc"}, "axis": axis}


def _months(periods: Sequence[Period], most: int) -> list[date]:
    first, last = periods[0].start, periods[-1].start
    months = [
        date(m // 12, m % 12 + 1, 1) for m in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ]
    inside = [day for day in months if first <= day <= last]
    step = next((s for s in (1, 2, 3, 4, 6) if len(inside) / s <= most), 12)
    return [day for day in inside if (day.month - 1) % step == 0]


def _starts(periods: Sequence[Period], most: int) -> list[date]:
    step = max(1, math.ceil(len(periods) / most))
    return [period.start for period in periods[::-step]][::-1]


def _day_label(day: date, lang: str, *, months: bool) -> str:
    return fmt.month(day, lang) if months else fmt.short_day(day, lang)


def _stamp(day: date) -> int:
    """Milliseconds since 1970, as a chart counts time."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def _labels(values: Sequence[float], texts: Sequence[str], value: str = "datum.value") -> str:
    """A Vega expression that gives each tick its label."""
    quoted = ", ".join("'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'" for text in texts)
    return f"[{quoted}][indexof([{', '.join(repr(tick) for tick in values)}], {value})]"
