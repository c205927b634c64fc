"""The dictionary page: every KPI, findable by name, abbreviation or synonym, with or without accents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from laban.report.views.parts import KpiHead, Text, plain


@dataclass(frozen=True, slots=True)
class KpiSummary:
    """One KPI in a list of hits: what it is, its formula, where it belongs, which packs hold it."""

    kpi: KpiHead
    description: Text
    category: str
    formula: str
    packs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DictionaryView:
    """The dictionary page.

    ``hits`` are best first for a search, in catalogue order without one; ``total`` counts the whole catalogue.
    """

    query: str
    hits: tuple[KpiSummary, ...]
    total: int

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json
