"""The dictionary page: every KPI, findable by name, abbreviation or synonym, with or without accents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from laban.errors import UnknownNameError
from laban.i18n import Phrase
from laban.metrics import graph
from laban.metrics.validate import CHOICES
from laban.report.views import common
from laban.report.views.parts import KpiHead, Source, Text, plain

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue, Kpi

#: What the dictionary is filtered by: the values a KPI has. ``facet.<name>`` names it, ``kpi_<name>.<value>`` them.
FACETS: Mapping[str, Callable[[Kpi], tuple[str, ...]]] = {
    "scope": lambda kpi: kpi.types,
    "timing": lambda kpi: (kpi.timing,),
    "level": lambda kpi: (kpi.level,),
    "stage": lambda kpi: (kpi.stage,),
    "department": lambda kpi: kpi.departments,
    "goal": lambda kpi: kpi.goals,
    "role": lambda kpi: (kpi.role,),
}
#: The order of the values of each, where the vocabulary has another name for it.
_VOCABULARY = {"scope": "types", "department": "departments", "goal": "goals"}


@dataclass(frozen=True, slots=True)
class KpiSummary:
    """One KPI in a list of hits: what it is, its formula, where it belongs, which packs hold it.

    ``better`` are KPIs that tell more, where it is only a supporting metric.
    """

    kpi: KpiHead
    description: Text
    category: str
    formula: str
    packs: tuple[str, ...]
    scope: tuple[str, ...]
    timing: str
    level: str
    stage: str
    role: str
    better: tuple[KpiHead, ...]


@dataclass(frozen=True, slots=True)
class Facet:
    """Something to filter by: its values with how many KPIs would be left, and the value chosen ("" for all)."""

    name: str
    values: tuple[tuple[str, int], ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class DictionaryView:
    """The dictionary page.

    ``hits`` are best first for a search, in catalogue order without one; ``total`` counts the whole catalogue.
    ``facets`` are what the hits may be filtered by; ``pack`` is the pack they are filtered by, "" for none.
    """

    query: str
    hits: tuple[KpiSummary, ...]
    total: int
    facets: tuple[Facet, ...] = ()
    pack: str = ""
    packs: tuple[tuple[str, Text], ...] = ()

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.pack) or any(facet.chosen for facet in self.facets)

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def dictionary(
    source: Source, query: str = "", lang: str = "vi", *, filters: Mapping[str, str] | None = None, pack: str = ""
) -> DictionaryView:
    """Build the dictionary page for a search in ``lang``; without one, the whole catalogue in its order.

    Args:
        source: The workspace.
        query: What to search for.
        lang: In which language.
        filters: A value per facet that hits must have.
        pack: A pack that hits must be in.

    Raises:
        UnknownNameError: there is no such value or pack; names the nearest.
    """
    catalogue = source.catalogue
    wanted = {name: value for name, value in (filters or {}).items() if value}
    for name, value in wanted.items():
        if value not in _values(name):
            raise UnknownNameError(Phrase.of(f"facet.{name}"), value, _values(name))
    found = catalogue.search(query, lang) if query.strip() else tuple(catalogue.kpis.values())
    if pack:
        found = tuple(kpi for kpi in found if kpi.id in catalogue.pack(pack).kpis)
    hits = tuple(kpi for kpi in found if _fits(kpi, wanted))
    packs = _packs(catalogue)
    return DictionaryView(
        query,
        tuple(_summary(catalogue, kpi, packs.get(kpi.id, ())) for kpi in hits),
        len(catalogue.kpis),
        tuple(_facet(name, found, wanted) for name in FACETS),
        pack,
        tuple((entry.id, common.words(entry.name)) for entry in catalogue.packs.values()),
    )


def _values(facet: str) -> tuple[str, ...]:
    return CHOICES[_VOCABULARY.get(facet, facet)]


def _fits(kpi: Kpi, wanted: Mapping[str, str]) -> bool:
    return all(value in FACETS[name](kpi) for name, value in wanted.items())


def _facet(name: str, found: tuple[Kpi, ...], wanted: Mapping[str, str]) -> Facet:
    """Count each value among the KPIs that the other filters leave."""
    others = {facet: value for facet, value in wanted.items() if facet != name}
    left = [FACETS[name](kpi) for kpi in found if _fits(kpi, others)]
    counted = ((value, sum(value in values for values in left)) for value in _values(name))
    chosen = wanted.get(name, "")
    return Facet(name, tuple((value, n) for value, n in counted if n or value == chosen), chosen)


def _packs(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for pack in catalogue.packs.values():
        for name in pack.kpis:
            found[name] = (*found.get(name, ()), pack.id)
    return found


def _summary(catalogue: Catalogue, kpi: Kpi, packs: tuple[str, ...]) -> KpiSummary:
    better = graph.better(catalogue, kpi.id) if kpi.role != "kpi" else ()
    return KpiSummary(
        kpi=common.head(kpi),
        description=common.words(kpi.meaning),
        category=kpi.category,
        formula=kpi.formula,
        packs=packs,
        scope=kpi.types,
        timing=kpi.timing,
        level=kpi.level,
        stage=kpi.stage,
        role=kpi.role,
        better=tuple(common.head(other) for other in better),
    )
