"""Boards by department: what each one answers for, which goal of the company each KPI serves; all side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from laban.errors import UnknownNameError
from laban.i18n import Phrase
from laban.metrics.validate import CHOICES
from laban.periods import Comparison, Period
from laban.report.views import common
from laban.report.views.advice import OnlySteps, only_steps
from laban.report.views.boards.parts import Section, board_frame, chosen, sections
from laban.report.views.parts import Frame, KpiHead, Source, Tile, plain
from laban.report.views.scorecard import state, strongest

if TYPE_CHECKING:
    from laban.metrics.model import Kpi

#: Changes named per department in the view of the company.
NAMED = 3


@dataclass(frozen=True, slots=True)
class DepartmentView:
    """The board of one department.

    Attributes:
        frame: Shop, period, comparison, channel.
        department: Which one: ``kpi_department.<code>`` names it.
        departments: All that have KPIs.
        goals: Its KPIs by the first goal of the company that each serves.
        also: Per KPI, the other goals that it serves.
        aimless: Its KPIs that serve no goal of the company.
        steps: Big goals that the department follows by tactical KPIs only.
    """

    frame: Frame
    department: str
    departments: tuple[str, ...]
    goals: tuple[Section, ...]
    also: dict[str, tuple[str, ...]]
    aimless: tuple[KpiHead, ...]
    steps: tuple[OnlySteps, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """One department in the view of the company.

    ``states`` counts its KPIs by what became of them (good, bad, steady, open, missing); ``moves`` are the clearest
    changes, the bad ones first; ``kpis`` are all that it answers for.
    """

    code: str
    states: dict[str, int]
    moves: tuple[Tile, ...]
    kpis: tuple[KpiHead, ...]


@dataclass(frozen=True, slots=True)
class CompanyView:
    """All departments side by side."""

    frame: Frame
    departments: tuple[DepartmentRow, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def department_board(
    source: Source,
    department: str,
    *,
    period: Period | None = None,
    compare: Comparison = "previous",
    channel: str | None = None,
) -> DepartmentView:
    """Build the board of one department.

    Raises:
        UnknownNameError: there is no such department or channel; names the nearest.
    """
    if department not in CHOICES["departments"]:
        raise UnknownNameError(Phrase.of("board_query.department"), department, CHOICES["departments"])
    mine = [kpi for kpi in chosen(source.catalogue) if department in kpi.departments]
    around = board_frame(source, [kpi.id for kpi in mine], period, compare, channel)
    divided = {goal: [k.id for k in mine if k.goals[:1] == (goal,)] for goal in CHOICES["goals"]}
    serving = {goal: [k.id for k in mine if goal in k.goals] for goal, kpis in divided.items() if kpis}
    found = (only_steps(source.catalogue, goal, kpis) for goal, kpis in serving.items())
    return DepartmentView(
        frame=around,
        department=department,
        departments=tuple(_departments(source)),
        goals=sections(source, {goal: kpis for goal, kpis in divided.items() if kpis}, around, empty=True),
        also={kpi.id: kpi.goals[1:] for kpi in mine if len(kpi.goals) > 1},
        aimless=tuple(common.head(kpi) for kpi in mine if not kpi.goals),
        steps=tuple(one for one in found if one is not None),
    )


def company_board(
    source: Source,
    *,
    period: Period | None = None,
    compare: Comparison = "previous",
    channel: str | None = None,
) -> CompanyView:
    """Build the view of all departments.

    Raises:
        UnknownNameError: there is no such channel; names the nearest.
    """
    departments = _departments(source)
    names = tuple(dict.fromkeys(kpi.id for kpis in departments.values() for kpi in kpis))
    around = board_frame(source, names, period, compare, channel)
    found = sections(source, {"all": names}, around)
    tiles = {tile.kpi.id: tile for section in found for tile in section.tiles}
    return CompanyView(around, tuple(_row(code, kpis, tiles) for code, kpis in departments.items()))


def _departments(source: Source) -> dict[str, list[Kpi]]:
    kpis = chosen(source.catalogue)
    found = {code: [kpi for kpi in kpis if code in kpi.departments] for code in CHOICES["departments"]}
    return {code: mine for code, mine in found.items() if mine}


def _row(code: str, kpis: list[Kpi], tiles: dict[str, Tile]) -> DepartmentRow:
    mine = [tiles[kpi.id] for kpi in kpis if kpi.id in tiles]
    states = dict.fromkeys(("good", "bad", "steady", "open", "missing"), 0)
    for tile in mine:
        states[state(tile)] += 1
    states["missing"] += len(kpis) - len(mine)
    moves = (*strongest(mine, "bad"), *strongest(mine, "good"))[:NAMED]
    return DepartmentRow(code, states, tuple(moves), tuple(common.head(kpi) for kpi in kpis))
