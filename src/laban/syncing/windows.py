"""Which days to ask for next: pure, from how far a stream has come. Periods are half-open ``[start, end)``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from laban.periods import Period
from laban.sources.apis.model import Stream

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stream has come.

    ``cursor`` is the first day not asked for yet, ``begun_on`` the day on which the run began that moved it there.
    ``finished`` tells whether that run came to its end. ``reached`` is the latest day that was ever asked for.
    """

    cursor: date | None = None
    begun_on: date | None = None
    finished: bool = False
    reached: date | None = None

    def after(self, period: Period, today: date) -> Progress:
        """Return the progress once ``period`` is done in a run that began ``today``."""
        reached = period.last if self.reached is None else max(self.reached, period.last)
        return Progress(period.end, today, finished=False, reached=reached)


def begin(stream: Stream, progress: Progress, today: date, since: date | None = None) -> date:
    """Return the first day to ask for.

    A run that was stopped goes on where it was; days that were still moving when they were read are read again. What
    was asked for is never left out: ``since`` can only reach further back.
    """
    oldest = today - stream.history * _DAY
    if stream.window == "now":
        return today
    if progress.cursor is None or progress.begun_on is None:
        return max(since or _usual_start(today), oldest)
    start = progress.cursor
    if progress.finished or progress.begun_on < today:
        start = min(start, progress.begun_on - stream.lookback * _DAY)
    return max(min(start, since or start), min(oldest, progress.cursor))


def _usual_start(today: date) -> date:
    """The first day of the month thirteen months ago: this month can be compared with the same one last year."""
    months = today.year * 12 + today.month - 1 - 13
    return date(months // 12, months % 12 + 1, 1)


def end_of(stream: Stream, today: date) -> date:
    """Return the day after the last to ask for: numbers of a day that is not over would only have to be corrected."""
    return today if stream.window == "days" else today + _DAY


def chunks(stream: Stream, start: date, end: date) -> Iterator[Period]:
    """Yield the pieces to ask for one by one, oldest first.

    They begin on the same days whenever they are asked for (weeks on Mondays), so that the answer for one of them can
    be compared with the one before.
    """
    at = start if stream.window == "now" else _aligned(start, stream.chunk)
    while at < end:
        until = min(at + stream.chunk * _DAY, end)
        yield Period(at, until)
        at = until


def _aligned(day: date, size: int) -> date:
    """The first day of the piece that ``day`` lies in; day 1 of the calendar is a Monday."""
    return date.fromordinal(day.toordinal() - (day.toordinal() - 1) % size)
