"""The shop's year: weekday, trend, Tết, double days, women's days, paydays – as factors around 1.

``demand`` multiplies how many people look for clothes on a day. The Tết curve (rise over six weeks, near
standstill, slow return) is a stylised assumption about Vietnamese fashion retail, not an estimate from data.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from laban.periods import tet

WEEKDAY = (0.96, 0.93, 0.95, 0.98, 1.03, 1.08, 1.07)
TET_PEAK = 0.75
RUN_UP = 42
RETURN = 28


@cache
def demand(day: date) -> float:
    """Return the season of ``day`` as a factor around 1 (weekday, Tết, feasts, sale days, paydays)."""
    return WEEKDAY[day.weekday()] * tet_factor(day) * feast_factor(day) * sale_factor(day) * _payday(day)


@cache
def tet_offset(day: date) -> int:
    """Return the days from the nearest Tết: negative before it, 0 on the first day of the lunar year."""
    return min(((day - tet(year)).days for year in (day.year - 1, day.year, day.year + 1)), key=abs)


def tet_factor(day: date) -> float:
    """Return the Tết part of the season."""
    offset = tet_offset(day)
    if not -RUN_UP <= offset <= RETURN:
        return 1.0
    if offset < -7:
        share = min(1.0, (offset + RUN_UP) / 26)
        return 1.0 + TET_PEAK * share * share * (3.0 - 2.0 * share)
    if offset < 0:
        # The last parcels leave about five days before the feast.
        return (1.55, 1.30, 0.95, 0.65, 0.40, 0.22, 0.12)[offset + 7]
    if offset <= 5:
        return 0.08 + 0.02 * offset
    return 0.20 + 0.80 * math.pow((offset - 5) / (RETURN - 5), 0.8)


def feast_factor(day: date) -> float:
    """Return the part of the feasts: gifts before 8 March and 20 October, quiet public holidays."""
    for month, dom in ((3, 8), (10, 20)):
        ahead = (date(day.year, month, dom) - day).days
        if 0 <= ahead <= 6:
            return (1.15, 1.50, 1.45, 1.32, 1.20, 1.12, 1.06)[ahead]
    if (day.month, day.day) in {(4, 30), (5, 1), (9, 2)}:
        return 0.75
    return 1.0


@dataclass(frozen=True, slots=True)
class SaleDay:
    """A day of big discounts and how much it lifts demand."""

    month: int
    day: int
    lift: float

    @property
    def label(self) -> str:
        """Its name as people say it: 11.11."""
        return f"{self.day}.{self.month}"


SALE_DAYS = (SaleDay(9, 9, 1.8), SaleDay(10, 10, 1.35), SaleDay(11, 11, 2.6), SaleDay(12, 12, 2.0))


def sale_factor(day: date) -> float:
    """Return the part of the double days: people wait for them, buy on them, and rest afterwards."""
    for sale in SALE_DAYS:
        offset = (day - date(day.year, sale.month, sale.day)).days
        if offset == 0:
            return sale.lift
        if offset == -1:
            return 1.10
        if -4 <= offset <= -2 or 1 <= offset <= 3:
            return 0.92
    return 1.0


def is_sale_day(day: date) -> bool:
    """Return whether ``day`` is one of the double days."""
    return any((day.month, day.day) == (sale.month, sale.day) for sale in SALE_DAYS)


def _payday(day: date) -> float:
    return 1.05 if day.day <= 5 or day.day >= 28 else 0.99


def spending(day: date) -> float:
    """Return how much of the usual budget the shop spends: more when people buy, little over Tết."""
    if -2 <= tet_offset(day) <= 6:
        return 0.22
    return float(min(1.7, max(0.45, demand(day) ** 0.55)))


def auction(day: date) -> float:
    """Return the price level of advertising: dear from November to the feast, cheap right after it."""
    level = 1.0
    if day.month in (11, 12):
        level *= 1.12
    offset = tet_offset(day)
    if -30 <= offset <= -5:
        level *= 1.15
    elif 0 <= offset <= 14:
        level *= 0.85
    return level * (1.18 if is_sale_day(day) else 1.0)


def trend(day: date, last: date, yearly: float) -> float:
    """Return the growth factor: 1 on ``last``, less before, by ``yearly`` a year."""
    return float((1.0 + yearly) ** ((day - last).days / 365.25))


def sale_seasons(first: date, last: date) -> list[tuple[SaleDay, date]]:
    """Return the double days between ``first`` and ``last`` with their dates."""
    years = range(first.year, last.year + 1)
    found = [(sale, date(year, sale.month, sale.day)) for year in years for sale in SALE_DAYS]
    return [(sale, day) for sale, day in found if first <= day <= last + timedelta(days=6)]
