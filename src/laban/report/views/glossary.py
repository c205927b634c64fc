"""The dictionary page: every KPI, findable by name, abbreviation or synonym, with or without accents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from laban.report.views import common
from laban.report.views.parts import KpiHead, Source, Text, plain


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


def dictionary(source: Source, query: str = "", lang: str = "vi") -> DictionaryView:
    """Build the dictionary page for a search in ``lang``; without one, the whole catalogue in its order."""
    catalogue = source.catalogue
    packs: dict[str, list[str]] = {}
    for pack in catalogue.packs.values():
        for name in pack.kpis:
            packs.setdefault(name, []).append(pack.id)
    found = catalogue.search(query, lang) if query.strip() else tuple(catalogue.kpis.values())
    hits = tuple(
        KpiSummary(
            kpi=common.head(kpi),
            description=common.words(kpi.meaning),
            category=kpi.category,
            formula=kpi.formula,
            packs=tuple(packs.get(kpi.id, ())),
        )
        for kpi in found
    )
    return DictionaryView(query, hits, len(catalogue.kpis))
