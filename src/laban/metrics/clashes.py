"""Short names that mean more than one KPI: CPC, CR, CTR and their like.

A short name is an abbreviation of the catalogue, or the first letters of a KPI's English name or synonym, as people
make them up: cost per click and cost per conversion are both "CPC".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from laban.metrics.model import Catalogue, Kpi
from laban.metrics.search import plain

_ASIDE = re.compile(r"\s*\([^)]*\)")
#: Letters that people make a name of by themselves; of two letters nearly everything is made.
LETTERS = 3
_LETTER = re.compile(r"[a-z]+")
#: Words that short names may leave out: "return on ad spend" is ROAS, "cost of an order" would be CO.
_LEFT_OUT = frozenset({"the", "a", "an", "and", "of", "to", "in", "for", "by", "from", "s"})


@dataclass(frozen=True, slots=True)
class Clash:
    """A short name and the KPIs that are called so, those that carry it as their own first."""

    name: str
    kpis: tuple[Kpi, ...]


def clashes(catalogue: Catalogue) -> tuple[Clash, ...]:
    """Return the short names that several KPIs share, in alphabetical order.

    At least one must carry the name as its abbreviation: letters that nobody uses are no clash.
    """
    own: dict[str, dict[str, Kpi]] = {}
    made: dict[str, dict[str, Kpi]] = {}
    for kpi in catalogue.kpis.values():
        for name in _abbreviations(kpi):
            own.setdefault(name, {})[kpi.id] = kpi
        for name in _initials(kpi):
            made.setdefault(name, {})[kpi.id] = kpi
    found = {name: {**kpis, **made.get(name, {})} for name, kpis in own.items()}
    return tuple(Clash(name, tuple(kpis.values())) for name, kpis in sorted(found.items()) if len(kpis) > 1)


def clashes_of(catalogue: Catalogue, kpi: str) -> tuple[Clash, ...]:
    """Return the short names that one KPI shares with others."""
    return tuple(clash for clash in clashes(catalogue) if any(other.id == kpi for other in clash.kpis))


def _abbreviations(kpi: Kpi) -> Iterator[str]:
    """The abbreviations without what tells them apart in brackets: "CTR (SEO)" is said "CTR"."""
    for name in kpi.abbreviations:
        bare = _ASIDE.sub("", name).strip()
        if bare.isupper() and len(bare) > 1:
            yield bare


def _initials(kpi: Kpi) -> Iterator[str]:
    for name in (kpi.name.en, *kpi.synonyms.get("en", ())):
        words = _LETTER.findall(plain(_ASIDE.sub("", name)))
        for kept in (words, [word for word in words if word not in _LEFT_OUT]):
            if len(kept) >= LETTERS:
                yield "".join(word[0] for word in kept).upper()
