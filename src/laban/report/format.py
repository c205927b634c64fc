"""Numbers, money, dates and periods as people of a language write them (CLDR, through Babel).

A value keeps the catalogue's units on the way in: percent as a fraction (0.05 = 5 %), durations in seconds.
Spaces inside a number do not break, so that ``1.234.567 ₫`` never ends up on two lines.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from laban.i18n import translate
from laban.periods import Period

if TYPE_CHECKING:
    from babel import Locale

Number = Decimal | float | int

NBSP = "\N{NO-BREAK SPACE}"
DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"


@cache
def _locale(lang: str) -> Locale:
    from babel import Locale  # noqa: PLC0415  help and imports need no numbers in words

    return Locale.parse(lang)


def number(value: Number, lang: str, decimals: int = 0, *, least: int | None = None) -> str:
    """Return a plain number with at most ``decimals`` places, of which at least ``least`` are always shown."""
    from babel.numbers import format_decimal  # noqa: PLC0415  see _locale

    kept = decimals if least is None else least
    pattern = "#,##0" + ("." + "0" * kept + "#" * (decimals - kept) if decimals else "")
    return _minus(format_decimal(value, format=pattern, locale=_locale(lang)))


def count(value: Number, lang: str) -> str:
    """Return a count; fractions (conversions shared between channels) with one place."""
    whole = value == int(value) or abs(float(value)) >= 1000
    return number(value, lang, 0 if whole else 1)


def money(value: Number, lang: str, currency: str = "VND") -> str:
    """Return an amount with the currency's own number of places: ``1.234.567 ₫``, ``₫1,234,567``."""
    from babel.numbers import format_currency  # noqa: PLC0415  see _locale

    return _minus(format_currency(value, currency, locale=_locale(lang)))


def percent(value: Number, lang: str) -> str:
    """Return a share: ``12,5%`` from ten percent on, ``2,15%`` below, ``0,085%`` when tiny."""
    size = abs(float(value)) * 100
    decimals = 1 if size >= 9.995 else 2 if size >= 0.1 or size == 0 else 3
    return number(_hundred(value), lang, decimals, least=1 if decimals == 1 else 2) + "%"


def share(value: Number, lang: str) -> str:
    """Return a part of a whole with one place: ``8,0%``."""
    return number(_hundred(value), lang, 1, least=1) + "%"


def ratio(value: Number, lang: str) -> str:
    """Return a multiple: ``3,42x``; one place from ten on."""
    return number(value, lang, 1 if abs(float(value)) >= 10 else 2) + "x"


def score(value: Number, lang: str) -> str:
    """Return a score with at most one place."""
    return number(value, lang, 1, least=0)


def months(amount: Number, lang: str) -> str:
    """Return a number of months with at most one place: ``12,5 tháng``."""
    return translate(lang, "format.months", n=number(amount, lang, 1, least=0))


def duration(seconds: Number, lang: str) -> str:
    """Return a length of time in its two largest units: ``1 phút 32 giây``, ``2 giờ 5 phút``, ``3,2 ngày``."""
    size = abs(float(seconds))
    sign = MINUS if seconds < 0 else ""
    if size >= 86400:
        return sign + translate(lang, "format.days", n=number(size / 86400, lang, 1, least=0))
    if size >= 3599.5:
        hours, minutes = divmod(round(size / 60), 60)
        return sign + _two(lang, "hours", hours, "minutes", minutes)
    if size >= 59.95:
        minutes, rest = divmod(round(size), 60)
        return sign + _two(lang, "minutes", minutes, "seconds", rest)
    return sign + translate(lang, "format.seconds", n=number(size, lang, 1, least=0))


def _two(lang: str, large: str, n: int, small: str, m: int) -> str:
    words = translate(lang, f"format.{large}", n=n)
    return f"{words} {translate(lang, f'format.{small}', n=m)}" if m else words


def value(amount: Number | None, unit: str, lang: str, currency: str = "VND") -> str:
    """Return a KPI's number in its unit; a dash when there is none."""
    if amount is None or (isinstance(amount, float) and not math.isfinite(amount)):
        return DASH
    if unit == "currency":
        return money(amount, lang, currency)
    return _BY_UNIT.get(unit, count)(amount, lang)


_BY_UNIT: dict[str, Callable[[Number, str], str]] = {
    "percent": percent,
    "ratio": ratio,
    "duration": duration,
    "months": months,
    "score": score,
    "count": count,
}


def points(difference: Number, lang: str) -> str:
    """Return the size of a difference between two shares, in percentage points, without a sign."""
    size = abs(float(difference)) * 100
    decimals = 1 if size >= 0.995 else 2 if size >= 0.0095 else 3
    return translate(lang, "format.points", n=number(size, lang, decimals, least=1))


def relative(change: float, lang: str) -> str:
    """Return the size of a relative change without a sign: ``12,5%``; whole percents from a hundred on."""
    size = abs(change) * 100
    return number(size, lang, 0 if size >= 99.95 else 1, least=0 if size >= 99.95 else 1) + "%"


def compact(amount: Number, lang: str) -> str:
    """Return a rounded number for an axis or a narrow cell: ``1,2 tr``, ``3,4 tỷ``; ``1.2M``, ``3.4B``."""
    size = abs(float(amount))
    for limit, name in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if size >= limit * 0.9995:
            scaled = float(amount) / limit
            digits = 0 if abs(scaled) >= 99.95 else 1
            return translate(lang, f"format.{name}", n=number(scaled, lang, digits, least=0))
    return number(amount, lang, 0 if size >= 100 else 2, least=0)


def day(when: date, lang: str) -> str:
    """Return a day: ``16/11/2026``, ``16 Nov 2026``."""
    return _date(when, "d/M/y" if lang == "vi" else "d MMM y", lang)


def short_day(when: date, lang: str) -> str:
    """Return a day without its year: ``16/11``, ``16 Nov``."""
    return _date(when, "d/M" if lang == "vi" else "d MMM", lang)


def month(when: date, lang: str) -> str:
    """Return a month, short: ``11/2026``, ``Nov 2026``."""
    return _date(when, "M/y" if lang == "vi" else "MMM y", lang)


def moment(when: datetime, lang: str) -> str:
    """Return a day and the time of day: ``16/11/2026 08:05``."""
    return f"{day(when.date(), lang)} {when:%H:%M}"


def days(period: Period, lang: str) -> str:
    """Return first and last day, saying what they share once: ``16–22/11/2026``, ``30/11–6/12/2026``."""
    first, last = period.start, period.last
    if first == last:
        return day(first, lang)
    if first.year != last.year:
        return f"{day(first, lang)}{DASH}{day(last, lang)}"
    if first.month != last.month:
        return f"{short_day(first, lang)}{DASH}{day(last, lang)}"
    return f"{first.day}{DASH}{day(last, lang)}"


def period(when: Period, lang: str) -> str:
    """Return a period's name: ``Tuần 47 (16–22/11/2026)``, ``Tháng 11/2026``, ``Week 47 (16–22 Nov 2026)``."""
    start = when.start
    match when.grain:
        case "week":
            return f"{short_period(when, lang)} ({days(when, lang)})"
        case "month":
            return translate(
                lang, "format.month", month=_date(start, "L" if lang == "vi" else "LLLL", lang), year=start.year
            )
        case "quarter":
            return translate(lang, "format.quarter", n=(start.month + 2) // 3, year=start.year)
        case "year":
            return translate(lang, "format.year", year=start.year)
        case _:
            return days(when, lang)


def short_period(when: Period, lang: str) -> str:
    """Return a period's name without its days: ``Tuần 47``."""
    if when.grain == "week":
        return translate(lang, "format.week", n=when.start.isocalendar().week)
    return period(when, lang)


def _date(when: date, pattern: str, lang: str) -> str:
    from babel.dates import format_date  # noqa: PLC0415  see _locale

    return format_date(when, format=pattern, locale=_locale(lang))


def _hundred(value: Number) -> Decimal | float:
    return value * 100 if isinstance(value, (Decimal, int)) else float(value) * 100


def _minus(text: str) -> str:
    """Write a true minus sign, and none before a number that was rounded to zero."""
    return text.replace("-", MINUS if any(c in "123456789" for c in text) else "")
