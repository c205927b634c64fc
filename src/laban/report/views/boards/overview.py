"""All boards at a glance: the ready-made choices of KPIs, shelf by shelf, and how much of each answers now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from laban.metrics.query import Query
from laban.metrics.validate import CHOICES
from laban.periods import Period
from laban.report.views import common
from laban.report.views.parts import Source, Text, plain

if TYPE_CHECKING:
    from laban.metrics.model import Pack

#: Shelves in the order in which they are shown: ``pack_kind.<code>`` names them.
SHELVES = ("own", "starter", "social", "purpose", "class", "department", "goal")


@dataclass(frozen=True, slots=True)
class PackCard:
    """A choice of KPIs: what it is for, how many KPIs it has, how many of them have a number now."""

    id: str
    name: Text
    about: Text
    size: int
    answered: int
    reconstructed: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """The packs of one kind."""

    code: str
    packs: tuple[PackCard, ...]


@dataclass(frozen=True, slots=True)
class DepartmentCard:
    """A department: how many KPIs it has, how many of them have a number now."""

    code: str
    size: int
    answered: int


@dataclass(frozen=True, slots=True)
class BoardsView:
    """The page of all boards.

    Attributes:
        shop: Name of the shop.
        period: The week for which KPIs were counted.
        shelves: The packs by kind.
        departments: The departments that have KPIs.
        total: KPIs in the catalogue.
        answered: KPIs with a number in that week.
    """

    shop: str
    period: Period
    shelves: tuple[Shelf, ...]
    departments: tuple[DepartmentCard, ...]
    total: int
    answered: int

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def boards_page(source: Source) -> BoardsView:
    """Build the page of all boards."""
    catalogue = source.catalogue
    period = source.default_week()
    result = source.run(Query(tuple(catalogue.kpis), period))
    row = result.rows[-1] if result.rows else None
    known = {
        kpi for kpi, cell in zip(result.query.kpis, row.cells if row else (), strict=False) if cell.value is not None
    }
    shelves = (
        Shelf(code, tuple(_card(pack, known) for pack in catalogue.packs.values() if pack.kind == code))
        for code in SHELVES
    )
    return BoardsView(
        shop=source.settings.name,
        period=period,
        shelves=tuple(shelf for shelf in shelves if shelf.packs),
        departments=tuple(
            DepartmentCard(code, len(kpis), len(kpis & known)) for code, kpis in by_department(source).items()
        ),
        total=len(catalogue.kpis),
        answered=len(known),
    )


def _card(pack: Pack, known: set[str]) -> PackCard:
    answered = len(known & set(pack.kpis))
    return PackCard(
        pack.id, common.words(pack.name), common.words(pack.about), len(pack.kpis), answered, pack.reconstructed
    )


def by_department(source: Source) -> dict[str, set[str]]:
    """Return the KPIs of each department, departments in the order of the catalogue's vocabulary."""
    found: dict[str, set[str]] = {}
    for kpi in source.catalogue.kpis.values():
        if kpi.role == "kpi":
            for department in kpi.departments:
                found.setdefault(department, set()).add(kpi.id)
    return {code: found[code] for code in CHOICES["departments"] if code in found}
