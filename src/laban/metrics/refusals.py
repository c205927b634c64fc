"""Why there is no number, as a value that teaches: what is missing, since when, and how to fill it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from laban.i18n import Phrase
from laban.metrics.compile import KpiPlan, Plan
from laban.metrics.formula import Input, answerable
from laban.metrics.model import Catalogue, Source
from laban.metrics.result import Refusal
from laban.metrics.statements import Ask, Request
from laban.periods import Period


class _Extents(Protocol):
    def period_of(self, facts: Iterable[str]) -> Period | None: ...


class _Grid(Protocol):
    @property
    def rows(self) -> Mapping[tuple[int, tuple[str | None, ...]], tuple[Any, ...]]: ...


@dataclass(frozen=True, slots=True)
class Known:
    """From when to when the facts speak; asked of the warehouse only when it matters, and once."""

    plan: Plan
    catalogue: Catalogue
    warehouse: _Extents
    extents: dict[str, Period | None]
    sources: dict[str, Period | None] = field(default_factory=dict)

    def source(self, one: Input) -> Source:
        """Return where an input is read."""
        return self.catalogue.facts[self.catalogue.measures[one.measure].fact]

    def extent(self, source: Source) -> Period | None:
        """Return the days for which every fact that a source needs has rows; None when one is empty."""
        if source.id not in self.sources:
            self.sources[source.id] = self._common(source)
        return self.sources[source.id]

    def _common(self, source: Source) -> Period | None:
        found = [self._days(fact) for fact in source.needs]
        if any(days is None for days in found):
            return None
        starts = [days.start for days in found if days is not None]
        ends = [days.end for days in found if days is not None]
        return Period(max(starts), min(ends)) if max(starts) < min(ends) else None

    def _days(self, fact: str) -> Period | None:
        if fact not in self.extents:
            self.extents[fact] = self.warehouse.period_of((fact,))
        return self.extents[fact]

    def covers(self, one: Input, window: Period) -> bool:
        """Return whether the data speak of some of these days, so that no row means that nothing happened."""
        days = self.extent(self.source(one))
        return days is not None and window.start < days.end and days.start < window.end

    def speaks(self, one: Input, asked: Period) -> bool:
        """Return whether the data speak of these days at all, where a number would else be made of earlier ones."""
        back = one.window or self.catalogue.measures[one.measure].kind == "activity"
        return not back or self.covers(one, asked)

    def whole(self, one: Input, window: Period) -> bool:
        """Return whether the data had begun by the first of these days."""
        days = self.extent(self.source(one))
        return days is not None and (days.start <= window.start or self._carried(one))

    def _carried(self, one: Input) -> bool:
        return self.catalogue.measures[one.measure].kind == "stock"

    def enough_history(self, ask: Ask, request: Request, window: Period) -> bool:
        """Return whether the data reach back as far as a number that looks back needs."""
        if request.shape != "activity" and not ask.input.window:
            return True
        days = self.extent(request.source)
        return days is not None and days.start <= self.first_day(request, window)

    def first_day(self, request: Request, window: Period) -> date:
        """Return the first day that a number needs data for."""
        back = request.activity_days if request.shape == "activity" else 0
        return window.start - timedelta(days=back)


def reason(plan: KpiPlan, known: Known, grids: Sequence[_Grid]) -> Refusal | None:
    """Return why a KPI has no number anywhere in the answer; None when its divisors are simply zero."""
    checks = (_empty_fact, _outside, _short_history, _not_reported, _nothing_said)
    return next((found for check in checks if (found := check(plan, known, grids)) is not None), None)


def _fact(name: str) -> dict[str, Any]:
    return {"fact": name, "table": Phrase.of(f"fact.{name}.name"), "fill": Phrase.of(f"fact.{name}.fill")}


def _empty_fact(plan: KpiPlan, known: Known, _grids: Sequence[_Grid]) -> Refusal | None:
    filled = [one for one in plan.inputs if known.extent(known.source(one)) is not None]
    if answerable(plan.expression, filled):
        return None
    lacking = next(one for one in plan.inputs if one not in filled)
    needs = known.source(lacking).needs
    fact = next((need for need in needs if known.warehouse.period_of((need,)) is None), needs[0])
    return Refusal("missing_fact", _fact(fact))


def _outside(plan: KpiPlan, known: Known, _grids: Sequence[_Grid]) -> Refusal | None:
    windows = {one: [b.asked(one) for b in known.plan.buckets] for one in plan.inputs}
    inside = [one for one, asked in windows.items() if any(w is not None and known.covers(one, w) for w in asked)]
    if answerable(plan.expression, inside):
        return None
    lacking = next(one for one in plan.inputs if one not in inside and known.extent(known.source(one)) is not None)
    source = known.source(lacking)
    days = known.extent(source)
    asked = [window for window in windows[lacking] if window is not None]
    if days is None or not asked:
        return None
    code = "before_data" if asked[-1].end <= days.start else "after_data"
    return Refusal(code, {**_fact(source.needs[0]), "begins": days.start, "ends": days.last})


def _asks(plan: KpiPlan, known: Known) -> list[tuple[Ask, Request, list[Period]]]:
    found = []
    for one in plan.inputs:
        place = known.plan.places[one]
        request = known.plan.statements[place.statement].request
        windows = [w for b in known.plan.buckets if (w := b.reached(one)) is not None]
        found.append((request.asks[place.ask], request, windows))
    return found


def _short_history(plan: KpiPlan, known: Known, _grids: Sequence[_Grid]) -> Refusal | None:
    for ask, request, windows in _asks(plan, known):
        days = known.extent(request.source)
        if days is None or not windows or known.enough_history(ask, request, windows[-1]):
            continue
        needed = known.first_day(request, windows[-1])
        values = {"begins": days.start, "needed": needed, "days": (windows[-1].end - needed).days}
        return Refusal("short_history", {**_fact(request.source.needs[0]), **values})
    return None


def _not_reported(plan: KpiPlan, known: Known, grids: Sequence[_Grid]) -> Refusal | None:
    for ask, request, windows in _asks(plan, known):
        if request.shape != "reported":
            continue
        grid = grids[known.plan.places[ask.input].statement]
        counts = [row[ask.gap_column] for row in grid.rows.values() if ask.gap_column is not None]
        several = any(count > 1 for count in counts)
        code = "several_sources" if several else "window_not_imported"
        start, end = windows[-1].start, windows[-1].last
        values = {"measure": ask.measure.name, "start": start, "end": end}
        return Refusal(code, {**_fact(request.source.needs[0]), **values})
    return None


def _nothing_said(plan: KpiPlan, known: Known, grids: Sequence[_Grid]) -> Refusal | None:
    """The table has rows, but none matches the filter, or none carries the number.

    A number of some rows only is named last: a file can bring what tells these rows, not the number itself.
    """
    measures = known.catalogue.measures
    for ask, request, _ in sorted(_asks(plan, known), key=lambda asked: measures[asked[0].input.measure].conditional):
        rows = grids[known.plan.places[ask.input].statement].rows.values()
        if any(row[ask.column] is not None for row in rows):
            continue
        if not rows and known.plan.query.where:
            return Refusal("no_match", _fact(request.source.needs[0]))
        if answerable(plan.expression, [one for one in plan.inputs if one != ask.input]):
            continue
        values = {"measure": ask.measure.name, **_fact(request.source.needs[0])}
        return Refusal("missing_measure", values)
    return None
