"""When files were downloaded: long ago in large pieces, lately every week, so that the same days are seen again."""

from __future__ import annotations

from datetime import date, timedelta

from laban.sources.demo.files import pieces
from laban.sources.demo.model import World

#: Days of advertising in a weekly download: a day is seen for the last time four weeks later.
WEEKLY_DAYS = 35


def downloads(
    world: World, months: int, days: int = WEEKLY_DAYS, weeks: int | None = None
) -> list[tuple[date, date, date]]:
    """Return (first day, last day, day of the download) of every file, in the order in which they are imported.

    Every Sunday of the last ``weeks`` weeks brought the ``days`` days before, the last one a week more; what lies
    further back came in pieces of ``months`` months. A day is last seen when its numbers are final.
    """
    first, last = world.first, world.last
    count = world.parameters.weekly_exports if weeks is None else weeks
    sundays = [last - timedelta(days=7 * back) for back in range(count - 1, 0, -1)]
    sundays = [day for day in sundays if day >= first + timedelta(days=6)]
    weekly = [(max(first, day - timedelta(days=days - 1)), day, day) for day in sundays]
    weekly.append((max(first, last - timedelta(days=days + 6)), last, last))
    start = min(begun for begun, _, _ in weekly)
    return [*((begun, ended, last) for begun, ended in pieces(first, start - timedelta(days=1), months)), *weekly]
