"""The page on which people put a board of their own together: which KPIs, and by which reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from laban.report.views import common
from laban.report.views.own import id_of
from laban.report.views.parts import KpiHead, Source, Text, plain

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue, Kpi

#: A board with more is read by nobody in a minute.
ENOUGH = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """A KPI that may be put on a board, or a reading of one; ``chosen`` once it is."""

    kpi: KpiHead
    chosen: bool
    is_reading: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """The choices of one category; ``chosen`` counts those that are taken."""

    category: str
    choices: tuple[Choice, ...]
    chosen: int


@dataclass(frozen=True, slots=True)
class BoardEditorView:
    """The board as it was typed so far.

    Attributes:
        id: Its name in addresses; "" before it has one.
        name: What people call it, by language.
        known: Whether it is kept already.
        shelves: Everything that may be put on it, by category.
        mistakes: Why it cannot be kept as it is.
        enough: How many KPIs a board should have at most.
    """

    id: str
    name: Mapping[str, str]
    known: bool
    shelves: tuple[Shelf, ...]
    mistakes: tuple[str, ...]
    enough: int = ENOUGH

    @property
    def chosen(self) -> int:
        """How many KPIs are on it."""
        return sum(shelf.chosen for shelf in self.shelves)

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def board_editor(
    source: Source, name: Mapping[str, str], kpis: Sequence[str], *, board: str = "", tried: bool = False
) -> BoardEditorView:
    """Build the editor of a board.

    Args:
        source: The workspace.
        name: What it is called, by language.
        kpis: What is on it.
        board: Its id where it is kept already.
        tried: Whether somebody tried to keep it, so that what is missing is said.
    """
    catalogue = source.catalogue
    shelves: dict[str, list[Choice]] = {}
    for kpi in catalogue.kpis.values():
        shelves.setdefault(kpi.category, []).extend(_choices(catalogue, kpi, frozenset(kpis)))
    return BoardEditorView(
        board,
        name,
        bool(board),
        tuple(Shelf(code, tuple(made), sum(c.chosen for c in made)) for code, made in shelves.items()),
        mistakes(catalogue, name, kpis, board=board) if tried else (),
    )


def mistakes(
    catalogue: Catalogue, name: Mapping[str, str], kpis: Sequence[str], *, board: str = ""
) -> tuple[str, ...]:
    """Return why a board cannot be kept (``own.board_<code>``): no name, a name that is taken, nothing on it."""
    named = any(word.strip() for word in name.values())
    made = id_of({f"name_{lang}": word for lang, word in name.items() if word.strip()})
    taken = named and not board and made in catalogue.packs
    codes = {"nameless": not named, "taken": taken, "bare": not any(catalogue.has(kpi) for kpi in kpis)}
    return tuple(code for code, wrong in codes.items() if wrong)


def _choices(catalogue: Catalogue, kpi: Kpi, chosen: frozenset[str]) -> list[Choice]:
    """The KPI, then its other readings; the usual one carries its reading only where there are several."""
    names = catalogue.readings(kpi.id)
    return [Choice(common.head(catalogue.kpi(name)), name in chosen, name != kpi.id) for name in names]


def title_of(entry: Mapping[str, Any]) -> Text:
    """Return the name of a board as it stands in ``kpis.yaml``."""
    name = entry.get("name") if isinstance(entry.get("name"), dict) else {}
    vi, en = (str((name or {}).get(lang) or "") for lang in ("vi", "en"))
    return Text(vi or en, en or vi)
