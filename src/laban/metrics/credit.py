"""How sales are credited: by which model, how far back, and how much of them no channel is credited with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from laban.facts import UNATTRIBUTED
from laban.metrics.model import Catalogue
from laban.metrics.people import days_of
from laban.periods import Period
from laban.warehouse.attribution import BY_MODEL, MODELS

#: The sources of measures that credit somebody.
_CREDITED = frozenset({"fact_attribution", BY_MODEL})


class _Warehouse(Protocol):
    def query(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement."""


@dataclass(frozen=True, slots=True)
class Credit:
    """``unknown`` is the share of revenue that no channel is credited with; None without any revenue.

    ``by_order`` is the share credited to the channel written on the order, its visits being unknown.
    """

    model: str
    days: int
    unknown: float | None
    by_order: float | None


def is_credited(catalogue: Catalogue, kpi: str) -> bool:
    """Return whether a KPI depends on who is credited with sales."""
    return any(catalogue.measures[one.measure].fact in _CREDITED for one in catalogue.inputs(kpi))


def credit(warehouse: _Warehouse, variant: str, days: Period) -> Credit:
    """Return how sales of ``days`` are credited, by the model that a variant names or else by the one in use."""
    ((chosen, back),) = warehouse.query("SELECT model, days FROM attribution_choice")
    model = variant if variant in MODELS else str(chosen)
    ((unknown, by_order, whole),) = warehouse.query(
        f"""SELECT sum(credited_revenue) FILTER (channel_group = ?),
            sum(credited_revenue) FILTER (basis = 'order'), sum(credited_revenue)
        FROM {BY_MODEL} WHERE model = ? AND date >= ? AND date < ?""",
        [UNATTRIBUTED, model, *days_of(days)],
    )
    shares = [float(Decimal(n or 0) / Decimal(whole)) if whole and whole > 0 else None for n in (unknown, by_order)]
    return Credit(model, int(back), *shares)
