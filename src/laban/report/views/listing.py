"""The list of KPIs: which there are of a kind, how each is counted and how often it is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from laban.metrics.model import Catalogue, Kpi
from laban.metrics.query import Query
from laban.report.views import common
from laban.report.views.parts import KpiHead, Missing, Source, plain


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which KPIs to list; None leaves a quality open.

    ``scope`` is functional, operational or strategic; ``level`` strategic or tactical; ``timing`` leading or lagging.
    """

    pack: str | None = None
    department: str | None = None
    stage: str | None = None
    timing: str | None = None
    scope: str | None = None
    level: str | None = None

    def fits(self, kpi: Kpi) -> bool:
        """Return whether a KPI has every quality but the pack."""
        among = ((self.department, kpi.departments), (self.scope, kpi.types))
        exactly = ((self.stage, kpi.stage), (self.timing, kpi.timing), (self.level, kpi.level))
        return all(w is None or w in found for w, found in among) and all(w in (None, found) for w, found in exactly)


@dataclass(frozen=True, slots=True)
class ListedKpi:
    """One KPI of the list; ``missing`` says why it has no number, where that was asked for."""

    kpi: KpiHead
    cadence: str
    category: str
    stage: str
    timing: str
    level: str
    scopes: tuple[str, ...]
    departments: tuple[str, ...]
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class ListingView:
    """The list, in the order of the pack or of the catalogue; ``total`` counts the whole catalogue."""

    kpis: tuple[ListedKpi, ...]
    total: int

    def as_json(self) -> dict[str, Any]:
        """Return the list as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def listing(source: Source, wanted: Wanted, *, only_missing: bool = False) -> ListingView:
    """Build the list; ``only_missing`` keeps the KPIs without a number in the last week with data.

    Raises:
        UnknownNameError: there is no such pack; names the nearest.
    """
    catalogue = source.catalogue
    kpis = [kpi for kpi in _of_pack(catalogue, wanted.pack) if wanted.fits(kpi)]
    gaps = _gaps(source, kpis) if only_missing else {}
    kept = [kpi for kpi in kpis if kpi.id in gaps] if only_missing else kpis
    return ListingView(tuple(_listed(kpi, gaps.get(kpi.id)) for kpi in kept), len(catalogue.kpis))


def _of_pack(catalogue: Catalogue, pack: str | None) -> tuple[Kpi, ...]:
    if pack is None:
        return tuple(catalogue.kpis.values())
    return tuple(catalogue.kpi(name) for name in catalogue.pack(pack).kpis)


def _listed(kpi: Kpi, missing: Missing | None) -> ListedKpi:
    return ListedKpi(
        kpi=common.head(kpi),
        cadence=kpi.cadence,
        category=kpi.category,
        stage=kpi.stage,
        timing=kpi.timing,
        level=kpi.level,
        scopes=kpi.types,
        departments=kpi.departments,
        missing=missing,
    )


def _gaps(source: Source, kpis: list[Kpi]) -> Mapping[str, Missing]:
    """Why KPIs have no number, by id; those that have one are left out."""
    if not kpis:
        return {}
    result = source.run(Query(tuple(kpi.id for kpi in kpis), source.default_week()))
    found: dict[str, Missing] = {}
    for kpi in kpis:
        cell, _ = common.cells_of(result, kpi.id)
        if cell.value is None:
            found[kpi.id] = common.missing(source.catalogue, kpi.id, cell, result.refusals.get(kpi.id))
    return found
