"""Keys of one person that stand in one row: a phone, an e-mail, a number that a shop or a marketplace gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any

from laban.facts import FACT
from laban.sources.derive import Columns
from laban.sources.model import Slice
from laban.sources.slices import Place, entity_slices

LINKS = "fact_person_link"
#: The phone on a parcel or a bill may be somebody else's: it is a last resort to know a buyer by, and links nobody.
_OF_OTHERS = ("shipping_", "billing_")


def link_slices(columns: Columns, expression: Any, days: Sequence[date | None], place: Place) -> list[Slice]:
    """Return the links that rows say by naming a person in several ways; ``expression`` is the person's key."""
    names = _ways(columns, expression)
    if len(names) < 2:
        return []
    found: dict[tuple[str, str, str], tuple[date, str, str]] = {}
    keys = [columns.get(name) or () for name in names]
    kinds = [_kind(name) for name in names]
    for account, day, row in zip(place.accounts, days, zip(*keys, strict=True), strict=True):
        if day is None or sum(key is not None for key in row) < 2:
            continue
        for (one, kind), (other, other_kind) in _pairs(row, kinds):
            known = found.get((account, one, other))
            if known is None or day < known[0]:
                found[account, one, other] = (day, kind, other_kind)
    return _slices(found, place)


def _ways(columns: Columns, expression: Any) -> list[str]:
    """Return the columns that name the person and no other."""
    if not isinstance(expression, Mapping) or "first_of" not in expression:
        return []
    known = columns.platform.columns
    return [
        name
        for name in expression["first_of"]
        if isinstance(name, str)
        and name in known
        and known[name].kind == "pii_hash"
        and columns.get(name) is not None
        and not name.startswith(_OF_OTHERS)
    ]


def _kind(name: str) -> str:
    return next((kind for kind in ("phone", "email") if kind in name), "id")


def _pairs(row: Sequence[str | None], kinds: Sequence[str]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    there = sorted({key: kind for key, kind in zip(row, kinds, strict=True) if key is not None}.items())
    yield from combinations(there, 2)


def _slices(found: Mapping[tuple[str, str, str], tuple[date, str, str]], place: Place) -> list[Slice]:
    if not found:
        return []
    columns: dict[str, list[Any]] = {
        "date": [day for day, _, _ in found.values()],
        "person_key": [one for _, one, _ in found],
        "other_key": [other for _, _, other in found],
        "key_kind": [kind for _, kind, _ in found.values()],
        "other_kind": [kind for _, _, kind in found.values()],
    }
    accounts = [account for account, _, _ in found]
    return entity_slices(FACT[LINKS], columns, Place(place.platform, accounts, "person", 0, None))
