"""Answering a question: run the plan's statements, do the arithmetic, and say why where there is no number.

Answers are kept by (question, state of the warehouse, day): the same question costs nothing twice.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from laban.metrics.compile import Plan, compile_query
from laban.metrics.model import Catalogue
from laban.metrics.privacy import protected
from laban.metrics.query import Query
from laban.metrics.refusals import Known, reason
from laban.metrics.result import Result
from laban.metrics.rolled import Span, chosen, rolled
from laban.metrics.table import Table, grid
from laban.metrics.top import largest
from laban.periods import Period
from laban.warehouse.rollup import Rollup

#: Kept answers per warehouse; a scorecard asks about a dozen questions.
KEPT = 256


class Snapshot(Protocol):
    """A warehouse as it stands at one moment."""

    version: int

    def query_all(self, asked: Sequence[tuple[str, Sequence[Any]]]) -> list[list[tuple[Any, ...]]]:
        """Return the rows of each statement."""

    def rollups(self) -> Mapping[str, Span]:
        """Return the rollups that agree with the facts, with the days of those that are kept per window."""

    def period_of(self, facts: Iterable[str]) -> Period | None:
        """Return the first to the last day of any of the facts."""


class Warehouse(Protocol):
    """What metrics needs of a warehouse. ``version`` grows with every change of the data."""

    version: int

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Give several statements the same state, whatever is imported meanwhile."""

    def refresh(self, rollups: Iterable[Rollup], *, wait: bool = True) -> bool:
        """Bring rollups up to date where that is possible; return whether they are."""


@dataclass
class _Kept:
    """The answers kept for one warehouse, and the days each fact covers; forgotten when the data change.

    An answer stands beside its catalogue, so that no other catalogue can come by the same identity meanwhile.
    """

    version: int = -1
    answers: OrderedDict[tuple[str, date, int], tuple[Catalogue, Result]] = field(default_factory=OrderedDict)
    extents: dict[str, Period | None] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


_kept: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()
_kept_lock = Lock()


def run(query: Query, catalogue: Catalogue, warehouse: Warehouse, *, today: date) -> Result:
    """Answer a query; yesterday is the last complete day.

    Raises:
        UnknownNameError: a KPI or dimension does not exist; names the nearest.
        UnsupportedDimensionError: none of the KPIs can be split by or filtered on a dimension.
    """
    kept = _kept_for(warehouse)
    key = (query.text(), today, id(catalogue))
    version = warehouse.version
    with kept.lock:
        if kept.version != version:
            kept.version = version
            kept.answers.clear()
            kept.extents = {}
        if key in kept.answers:
            kept.answers.move_to_end(key)
            return kept.answers[key][1]
        extents = kept.extents
    warehouse.refresh(rolled(catalogue).rollups, wait=False)
    with warehouse.snapshot() as snapshot:
        if snapshot.version != version:  # something was imported just now: its days are not those that are kept
            extents = {}
        result = _asked(query, catalogue, snapshot, today, extents)
    with kept.lock:
        if kept.version == snapshot.version:
            kept.answers[key] = (catalogue, result)
            while len(kept.answers) > KEPT:
                kept.answers.popitem(last=False)
    return result


def _asked(
    query: Query, catalogue: Catalogue, snapshot: Snapshot, today: date, extents: dict[str, Period | None]
) -> Result:
    """Answer a query in one state of the warehouse: which members are the largest, too."""

    def told(asked: Query) -> Result:
        return _answered(compile_query(asked, catalogue, today), catalogue, snapshot, extents)

    keep = largest(query, told) if query.top else None
    return _answered(compile_query(query, catalogue, today, keep), catalogue, snapshot, extents)


def _kept_for(warehouse: Warehouse) -> _Kept:
    with _kept_lock:
        return _kept.setdefault(warehouse, _Kept())


def answer(
    plan: Plan, catalogue: Catalogue, warehouse: Warehouse, extents: dict[str, Period | None] | None = None
) -> Result:
    """Run a plan, from rollups where they agree with the facts.

    ``extents`` keeps what days facts cover, between plans that are run while nothing is imported.
    """
    with warehouse.snapshot() as snapshot:
        return _answered(plan, catalogue, snapshot, {} if extents is None else extents)


def _answered(plan: Plan, catalogue: Catalogue, snapshot: Snapshot, extents: dict[str, Period | None]) -> Result:
    """Run a plan; all that the warehouse is asked for it is asked of the one snapshot."""
    best = chosen(plan, catalogue, snapshot.rollups())
    width = len(plan.query.by)
    found = snapshot.query_all([(each.sql.text, list(each.sql.params)) for each in best.statements])
    grids = tuple(grid(each, rows, width) for each, rows in zip(best.statements, found, strict=True))
    known = Known(best, catalogue, snapshot, extents)
    table = Table(best, grids, known)
    refusals = dict(plan.refusals)
    for kpi in best.kpis:
        if table.is_empty(kpi):
            why = reason(kpi, known, grids)
            if why is not None:
                refusals[kpi.kpi] = why
    overall = plan.overall
    made = Result(plan.query, overall.current, overall.baseline, overall.partial, table, refusals)
    return protected(made, catalogue)
