"""The days of the year that move a Vietnamese shop's numbers: holidays, gift days, sale days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from laban.periods import Period, tet
from laban.report.views.parts import Event

#: Day and month, code, kind, number of days.
_FIXED = (
    (14, 2, "valentine", "holiday", 1),
    (8, 3, "womens_day", "holiday", 1),
    (30, 4, "reunification", "holiday", 2),
    (2, 9, "national_day", "holiday", 1),
    (9, 9, "sale_9_9", "sale", 1),
    (10, 10, "sale_10_10", "sale", 1),
    (20, 10, "vietnamese_womens_day", "holiday", 1),
    (11, 11, "sale_11_11", "sale", 1),
    (20, 11, "teachers_day", "holiday", 1),
    (12, 12, "sale_12_12", "sale", 1),
    (25, 12, "christmas", "holiday", 1),
)

#: Events with a mark of their own on a chart; the others are listed in words.
MARKED = ("tet", "womens_day", "sale_9_9", "vietnamese_womens_day", "sale_11_11", "sale_12_12")


def events(period: Period) -> tuple[Event, ...]:
    """Return the events that touch ``period``, in order of their first day."""
    years = range(period.start.year, period.end.year + 1)
    found = (event for year in years for event in _of_year(year))
    touching = [event for event in found if event.start < period.end and event.end > period.start]
    return tuple(sorted(touching, key=lambda event: (event.start, event.code)))


def _of_year(year: int) -> Iterator[Event]:
    for day, month, code, kind, days in _FIXED:
        start = date(year, month, day)
        yield Event(start, start + timedelta(days=days), "sale" if kind == "sale" else "holiday", code)
    first = tet(year)
    # Four weeks of shopping end on the eve; the shops open again about the sixth day.
    yield Event(first - timedelta(days=28), first - timedelta(days=1), "holiday", "tet_season")
    yield Event(first - timedelta(days=1), first + timedelta(days=5), "holiday", "tet")
    yield _black_friday(year)


def _black_friday(year: int) -> Event:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    friday = first + timedelta(days=(3 - first.weekday()) % 7 + 22)
    return Event(friday, friday + timedelta(days=1), "sale", "black_friday")
