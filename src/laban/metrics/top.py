"""Which members of a split are the largest, so that all others can be counted together in one row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from laban.errors import UnsupportedDimensionError
from laban.metrics.query import Query
from laban.metrics.result import Number, Result

Key = tuple[str | None, ...]


def largest(query: Query, ask: Callable[[Query], Result]) -> tuple[Key, ...] | None:
    """Return the ``query.top`` members with the largest first KPI; None when every member has a place.

    Members without that number follow those that have one. The ranking is over the whole period, so that every bucket
    of a course keeps the same members; members of the period compared with count as members.
    """
    whole = replace(query, grain="total", top=0)
    ranked = _by_first_alone(whole, ask)
    if len(ranked) < query.top:
        # Members that only the other KPIs know have a place as long as there is one.
        ranked = _ranked(ask(whole))
        if len(ranked) <= query.top:
            return None
    return tuple(ranked[: query.top])


def _by_first_alone(whole: Query, ask: Callable[[Query], Result]) -> list[Key]:
    """The first KPI is cheaper to ask for alone; it may be one that has no such dimension."""
    if len(whole.kpis) == 1:
        return []
    try:
        return _ranked(ask(replace(whole, kpis=whole.kpis[:1])))
    except UnsupportedDimensionError:
        return []


def _ranked(result: Result) -> list[Key]:
    place = next((n for n, kpi in enumerate(result.query.kpis) if kpi not in result.refusals), 0)

    def order(item: tuple[Key, Number | None]) -> tuple[bool, float, tuple[tuple[bool, str], ...]]:
        key, value = item
        return value is None, -float(value or 0), tuple((part is None, part or "") for part in key)

    return [key for key, _ in sorted(((row.key, row.cells[place].value) for row in result.rows), key=order)]
