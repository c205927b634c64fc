"""The executive board: the strategic KPIs over eight quarters, against the quarter before and the year before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from laban.metrics import graph
from laban.metrics.validate import CHOICES
from laban.periods import Period, preceding, unit_of
from laban.report.views import common
from laban.report.views.advice import BIG_GOALS
from laban.report.views.boards.parts import chosen
from laban.report.views.parts import Compared, Frame, Missing, Point, Source, Tile, plain
from laban.report.views.scorecard import tiles_of

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue

#: Quarters shown, and those between a quarter and the same one a year before.
QUARTERS = 8
YEAR = 4
#: Steps down the tree in which something is sought that stands in for a KPI without a number.
NEAR = 2


@dataclass(frozen=True, slots=True)
class ExecutiveRow:
    """One strategic KPI: the quarter with its change on the one before, on the same one a year before, the course."""

    tile: Tile
    year: Compared
    quarters: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class GoalRows:
    """The strategic KPIs of one goal of the company."""

    goal: str
    rows: tuple[ExecutiveRow, ...]


@dataclass(frozen=True, slots=True)
class StandIn:
    """A strategic KPI without a number, why, and the nearest KPI that feeds it and has one."""

    missing: Missing
    instead: Tile | None


@dataclass(frozen=True, slots=True)
class ExecutiveView:
    """The executive board.

    Attributes:
        frame: Shop and quarter, compared with the quarter before.
        quarters: The quarters of the courses, oldest first.
        goals: Strategic KPIs with a number by the goal they serve: revenue, profit, the market, then all others.
        missing: Those without one, each with what may stand in for it.
    """

    frame: Frame
    quarters: tuple[Period, ...]
    goals: tuple[GoalRows, ...]
    missing: tuple[StandIn, ...]

    @property
    def rows(self) -> tuple[ExecutiveRow, ...]:
        """All strategic KPIs with a number."""
        return tuple(row for goal in self.goals for row in goal.rows)

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def executive_board(source: Source, *, period: Period | None = None) -> ExecutiveView:
    """Build the executive board for the quarter in which ``period`` ends; by default the last one that is over."""
    quarter = unit_of(period.last, "quarter") if period else preceding(unit_of(source.today, "quarter"))
    around = common.frame(source, quarter, "previous")
    catalogue = source.catalogue
    strategic = [k.id for k in chosen(catalogue) if k.level == "strategic"]
    below = {kpi: [one.kpi for one in graph.down(catalogue, kpi, NEAR)] for kpi in strategic}
    names = tuple(dict.fromkeys((*strategic, *(kpi for kpis in below.values() for kpi in kpis))))
    if not around.begun or not names:
        return ExecutiveView(around, (), (), ())
    answers = common.ask(source, names, around)
    tiles, absent = tiles_of(source, names, around)
    shown = {tile.kpi.id: tile for tile in tiles if tile.value is not None}
    return ExecutiveView(
        frame=around,
        quarters=tuple(row.period for row in answers.course.rows[-QUARTERS:]),
        goals=_by_goal(catalogue, [_row(source, answers, shown[kpi]) for kpi in strategic if kpi in shown]),
        missing=tuple(
            StandIn(gap, next((shown[kpi] for kpi in below[gap.kpi.id] if kpi in shown), None))
            for gap in absent
            if gap.kpi.id in below
        ),
    )


def _by_goal(catalogue: Catalogue, rows: Sequence[ExecutiveRow]) -> tuple[GoalRows, ...]:
    found: dict[str, list[ExecutiveRow]] = {goal: [] for goal in (*BIG_GOALS, *CHOICES["goals"])}
    for row in rows:
        goals = catalogue.kpis[row.tile.kpi.id].goals
        first = next((goal for goal in BIG_GOALS if goal in goals), goals[0] if goals else BIG_GOALS[0])
        found[first].append(row)
    return tuple(GoalRows(goal, tuple(mine)) for goal, mine in found.items() if mine)


def _row(source: Source, answers: common.Answers, tile: Tile) -> ExecutiveRow:
    points = common.course_of(answers, tile.kpi.id)
    place = common.standing(source, tile.kpi.id, answers.frame, [point.value for point in points[:-1]])
    cells = answers.course.column(tile.kpi.id)
    now, before = cells[-1], cells[-1 - YEAR]
    period = answers.course.rows[-1 - YEAR].period
    if before.value is None or answers.frame.partial:
        year = Compared("year", period, None, None, "no_baseline" if before.value is None else "running")
    else:
        change = common.change(source.catalogue, place, now, before)
        year = Compared("year", period, before.value, change, None)
    return ExecutiveRow(tile, year, points[-QUARTERS:])
