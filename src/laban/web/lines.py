"""Courses on a common axis of weeks, drawn on the server: a line each, months below, marks where it turned sharply.

Places along the axis are percentages of the width, so that courses below each other stand on the same weeks whatever
the screen; the line itself is a path in a box that is stretched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from laban.analysis.lead import Turn
from laban.report import format as fmt
from laban.report.views.parts import Point
from laban.web.spark import HEIGHT, WIDTH, Spark, spark

#: Share of the width on either side that a sparkline leaves empty.
_PAD = 4.0 / WIDTH
#: Months between two names on the axis.
_EVERY = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """A sharp turn: where it stands, in percent of the width, and which way it went."""

    x: float
    word: Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Tick:
    """The name of a month and where it begins, in percent of the width."""

    x: float
    name: str


@dataclass(frozen=True, slots=True)
class Course:
    """A line with its marks; ``box`` is the width and height that the path is drawn in."""

    spark: Spark | None
    marks: tuple[Mark, ...]
    box: tuple[float, float]


def course(points: Sequence[Point], turns: Sequence[Turn]) -> Course:
    """Return the line through the points, oldest first."""
    marks = tuple(Mark(_place(turn.place, len(points)), turn.word) for turn in turns)
    return Course(spark([point.value for point in points]), marks, (WIDTH, HEIGHT))


def months(points: Sequence[Point], lang: str) -> tuple[Tick, ...]:
    """Return the months to name below courses of these weeks."""
    begins = [
        (place, point.period.start)
        for place, point in enumerate(points)
        if place and point.period.start.month != points[place - 1].period.start.month
    ]
    return tuple(Tick(_place(place, len(points)), fmt.month(day, lang)) for place, day in begins[::_EVERY])


def _place(index: int, count: int) -> float:
    return round(100 * (_PAD + (1 - 2 * _PAD) * index / max(1, count - 1)), 2)
