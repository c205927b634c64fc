"""Short names that mean more than one thing, each with the KPIs it may mean and what tells them apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from laban.metrics.clashes import clashes
from laban.report.views import common
from laban.report.views.parts import KpiHead, Source, Text, plain


@dataclass(frozen=True, slots=True)
class Meaning:
    """One KPI that a short name may mean.

    ``own`` says that it carries the name as its abbreviation; the others only have these first letters.
    """

    kpi: KpiHead
    description: Text
    formula: str
    own: bool


@dataclass(frozen=True, slots=True)
class NameClash:
    """A short name with everything it may mean."""

    name: str
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class NamesView:
    """The page of ambiguous short names, in alphabetical order."""

    names: tuple[NameClash, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def names_page(source: Source) -> NamesView:
    """Build the page of ambiguous short names."""
    return NamesView(
        tuple(
            NameClash(
                clash.name,
                tuple(
                    Meaning(
                        common.head(kpi),
                        common.words(kpi.meaning),
                        kpi.formula,
                        any(clash.name == name.partition(" (")[0] for name in kpi.abbreviations),
                    )
                    for kpi in clash.kpis
                ),
            )
            for clash in clashes(source.catalogue)
        )
    )
