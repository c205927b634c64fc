"""Remarks on who is credited with sales: what nobody is, and what ad platforms claim beyond one's own books."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from laban.facts import UNATTRIBUTED
from laban.metrics.result import Number, Row
from laban.report.views.parts import Note
from laban.report.views.tables.declare import Material
from laban.report.views.tables.marks import Made, Places
from laban.report.views.tables.model import Amount

#: From this many times one's own revenue on a platform's claim is worth a word.
MUCH = 1.2


def nobodys(material: Material) -> Places:
    """The row of what is credited to no channel."""
    return [place for place, row in enumerate(material.every) if _is_nobodys(material, row)]


def _is_nobodys(material: Material, row: Row) -> bool:
    return not row.others and material.by == ("channel",) and row.key[0] == UNATTRIBUTED


def unattributed_told(material: Material) -> Sequence[Note]:
    """Tell how much of all sales is credited to no channel by last click, and by what buyers say themselves."""
    places = nobodys(material)
    if material.by != ("channel",) or material.total is None:
        return ()
    row = material.every[places[0]] if places else None
    found = [_share(material, row, name) for name in ("last_click_sales", "self_reported_sales")]
    if found[0] is None or found[1] is None:
        return ()
    shown = {name: Amount(value, "percent") for name, value in zip(("last", "said"), found, strict=True)}
    return (Note("unattributed", shown),)


def _share(material: Material, row: Row | None, name: str) -> float | None:
    whole = material.value(material.total, name)
    return (material.value(row, name) or 0.0) / whole if whole else None


def _both(material: Material, row: Row | None) -> tuple[Decimal, Decimal] | None:
    claimed, own = (material.cell(row, name).value for name in ("ad_conversion_value", "attributed_revenue"))
    return None if claimed is None or own is None else (Decimal(str(claimed)), Decimal(str(own)))


def overlap(material: Material) -> Made:
    """What platforms claim beyond one's own revenue; nothing where they claim no more."""

    def of(row: Row | None) -> Number | None:
        both = _both(material, row)
        return None if both is None else max(both[0] - both[1], Decimal(0))

    return [*map(of, material.every), of(material.total)]


def claimed_to_own(material: Material) -> Made:
    """How many times one's own revenue a platform claims."""

    def of(row: Row | None) -> Number | None:
        both = _both(material, row)
        return None if both is None or both[1] <= 0 else float(both[0] / both[1])

    return [*map(of, material.every), of(material.total)]


def claims_more(material: Material) -> Places:
    """Rows whose platform claims clearly more than the shop's own books give the channel."""
    return [place for place, times in enumerate(claimed_to_own(material)[:-1]) if times is not None and times >= MUCH]


def overlap_told(material: Material) -> Sequence[Note]:
    """Tell what all platforms together claim, what was really earned, and how much is claimed more than once."""
    both = _both(material, material.total)
    if both is None:
        return ()
    claimed, own = both
    amounts = {"claimed": claimed, "own": own, "overlap": claimed - own}
    shown = {name: Amount(value, "currency") for name, value in amounts.items()}
    return (Note("claims_overlap" if claimed > own else "claims_within", shown),)


def loses(material: Material) -> Places:
    """Rows that cost more than the gross profit they are credited with; costs of no channel can earn nothing back."""
    named = [(place, row) for place, row in enumerate(material.every) if row.key != (None,)]
    found = [(place, material.value(row, "marketing_roi")) for place, row in named]
    return [place for place, roi in found if roi is not None and roi < 0]
