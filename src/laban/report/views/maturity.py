"""How far a KPI's number can still be trusted to stay: final, still moving with its expected end, or only assumed.

A KPI moves when one of its measures does. Where the log of imports has taught how such a measure ripens, the number it
will come to is worked out by putting the expected end of every measure into the formula; the band follows from the
bands of the measures, one moved at a time and the effects added as squares (first-order propagation of errors).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

from laban.analysis import maturity as ripening
from laban.analysis.maturity import Curve, Rest, Sight
from laban.facts import FACT
from laban.metrics.formula import Input, evaluate
from laban.metrics.result import Cell, Number
from laban.metrics.ripening import RESTATED, Seen, Series, ripens, series_of
from laban.periods import Period

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue
    from laban.report.views.parts import Source
    from laban.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Maturity:
    """Whether a number is final, and where it will end.

    Attributes:
        state: ``final``; ``moving`` with an expected end learned from the log of imports; ``window``: it may still move
            for ``days`` days after the period, as documented, for the log does not tell more yet.
        days: For how many days after a period numbers like this one move, as documented.
        expected: What the number is expected to come to; None unless ``moving``.
        low: Lower end of the 80 % band of ``expected``.
        high: Upper end.
        known: The last day that the imports know of, where that is why the number is young.
        before: The number of the period compared with as it stood at the same age, where the log knows it: a young
            number is compared with this one, never with a final one.
    """

    state: Literal["final", "moving", "window"] = "final"
    days: int = 0
    expected: Number | None = None
    low: Number | None = None
    high: Number | None = None
    known: date | None = None
    before: Number | None = None

    @property
    def final(self) -> bool:
        """Whether the number stays as it is."""
        return self.state == "final"


FINAL = Maturity()


@dataclass(frozen=True, slots=True)
class _Young:
    """Days of one account whose number of a measure is not final yet."""

    series: Series
    days: tuple[Seen, ...]
    curve: Curve | None


#: What each account's history taught, per warehouse and state of it.
_curves: WeakKeyDictionary[Warehouse, tuple[int, dict[tuple[str, str, str], Curve | None]]] = WeakKeyDictionary()
_lock = Lock()


def maturity(
    source: Source, kpi: str, cell: Cell, period: Period, *, channel: str | None = None, settled: bool = False
) -> Maturity:
    """Return how mature the number of ``cell`` over ``period`` is.

    Args:
        source: The workspace.
        kpi: Which KPI.
        cell: Its number with its parts.
        period: The days it speaks of.
        channel: The channel it is narrowed to.
        settled: Whether the documented window has passed since the period ended.
    """
    moving = moving_inputs(source.catalogue, kpi)
    if not moving or cell.value is None:
        return FINAL
    days = max(_window(source.catalogue, one) for one in moving)
    young = {one: _young(source, one, period, channel) for one in moving}
    if not any(young.values()):
        told = all(found is not None for found in young.values())
        return Maturity("final" if settled or told else "window", days)
    known = max((s.day + timedelta(days=s.age) for found in young.values() for y in found or () for s in y.days))
    rests = {one: _rest(found) for one, found in young.items()}
    if any(rest is None for rest in rests.values()) or not _plain(source.catalogue, kpi, moving):
        return Maturity("window", days, known=known)
    sure = {one: rest for one, rest in rests.items() if rest is not None}
    if all(rest.mean == 0 and rest.variance == 0 for rest in sure.values()):
        return Maturity("final", days)
    return _expected(source.catalogue, kpi, cell, sure, Maturity("moving", days, known=known))


def moving_inputs(catalogue: Catalogue, kpi: str) -> tuple[Input, ...]:
    """Return the inputs of a KPI whose numbers move."""
    return tuple(one for one in catalogue.inputs(kpi) if one.measure in RESTATED)


def _window(catalogue: Catalogue, one: Input) -> int:
    needs = catalogue.facts[catalogue.measures[one.measure].fact].needs[:1]
    fact = needs[0] if needs else catalogue.measures[one.measure].fact
    return FACT[fact].maturity_days if fact in FACT else 0


def _plain(catalogue: Catalogue, kpi: str, moving: Sequence[Input]) -> bool:
    """Whether expected parts may be put into the formula: sums over the period itself, and nothing beside them."""
    entry = catalogue.kpi(kpi)
    counted = all(one.take == "value" and one.shift == "now" and not one.where for one in moving)
    return counted and entry.aggregation in {"sum", "ratio_of_sums", "count", "difference"}


def _young(source: Source, one: Input, period: Period, channel: str | None) -> tuple[_Young, ...] | None:
    """The accounts with days of the period whose number is not final; None where the log cannot tell."""
    catalogue = source.catalogue
    measure = catalogue.measures[one.measure]
    if not ripens(catalogue, measure):
        return None
    window = _window(catalogue, one)
    found = []
    for series in series_of(catalogue, source.warehouse, measure.id, channel):
        days = tuple(seen for seen in series.now if seen.day in period and seen.age < window)
        if days:
            found.append(_Young(series, days, _curve(source, measure.id, series, window)))
    return tuple(found)


def _curve(source: Source, measure: str, series: Series, window: int) -> Curve | None:
    """What the whole history of an account teaches, whatever channel is looked at; learned once per state."""
    warehouse = source.warehouse
    version = warehouse.version
    with _lock:
        kept = _curves.get(warehouse)
        if kept is None or kept[0] != version:
            kept = _curves[warehouse] = (version, {})
    key = (measure, series.platform, series.account)
    if key not in kept[1]:
        whole = series_of(source.catalogue, warehouse, measure)
        same = next((s for s in whole if (s.platform, s.account) == key[1:]), series)
        kept[1][key] = ripening.learn(_sights(same.told), window)
    return kept[1][key]


def _sights(days: Sequence[Seen]) -> list[Sight]:
    return [Sight(seen.day.toordinal(), seen.age, seen.value, seen.exposure) for seen in days]


def _rest(found: Sequence[_Young] | None) -> Rest | None:
    """What is still to come of a measure over all accounts; None where one of them has taught nothing."""
    if found is None:
        return None
    rest = ripening.NOTHING
    for young in found:
        if young.curve is None:
            return None
        rest = rest + ripening.rest(young.curve, _sights(young.days))
    return rest


def _expected(
    catalogue: Catalogue, kpi: str, cell: Cell, rests: Mapping[Input, Rest], made: Maturity
) -> Maturity:
    """Put the expected end of each measure into the formula, then each end of its band."""
    expression = catalogue.expression(kpi)
    now = {one: cell.parts.get(one.label) for one in catalogue.inputs(kpi)}

    def value(moved: Mapping[Input, float]) -> float | None:
        parts = {
            one: part if one not in moved or part is None else Decimal(part) + Decimal(repr(round(moved[one], 6)))
            for one, part in now.items()
        }
        found, _ = evaluate(expression, parts)
        return None if found is None else float(found)

    means = {one: rest.mean for one, rest in rests.items()}
    middle = value(means)
    if middle is None or any(now[one] is None for one in rests):
        return Maturity("window", made.days, known=made.known)
    below = above = 0.0
    for one, rest in rests.items():
        ends = [value({**means, one: end}) for end in rest.band()]
        steps = [end - middle for end in ends if end is not None]
        below += min([0.0, *steps]) ** 2
        above += max([0.0, *steps]) ** 2
    low, high = middle - math.sqrt(below), middle + math.sqrt(above)
    return Maturity("moving", made.days, middle, low, high, made.known)


def at_same_age(
    source: Source,
    kpi: str,
    before: Cell | None,
    periods: tuple[Period, Period | None],
    channel: str | None = None,
) -> Cell | None:
    """Return the earlier cell as it stood when its days were as old as those of the later period are now.

    ``periods`` are the later and the earlier one. None where the log does not know it of every account and day.
    """
    now, then = periods
    catalogue = source.catalogue
    moving = moving_inputs(catalogue, kpi)
    if before is None or before.value is None or then is None or now.days != then.days:
        return None
    if not _plain(catalogue, kpi, moving):
        return None
    parts = dict(before.parts)
    for one in moving:
        held = parts.get(one.label)
        gone = _since(source, one, now, then, channel)
        if held is None or gone is None:
            return None
        parts[one.label] = Decimal(held) - gone
    value, _ = evaluate(catalogue.expression(kpi), {one: parts.get(one.label) for one in catalogue.inputs(kpi)})
    return None if value is None else Cell(value, parts, before.missing, before.window)


def _since(source: Source, one: Input, now: Period, then: Period, channel: str | None) -> Decimal | None:
    """By how much a measure of the earlier period has changed since it was as old as the later one is now."""
    catalogue = source.catalogue
    measure = catalogue.measures[one.measure]
    if not ripens(catalogue, measure):
        return None
    back, window, total = (now.start - then.start).days, _window(catalogue, one), Decimal(0)
    for series in series_of(catalogue, source.warehouse, measure.id, channel):
        held = {seen.day: seen.value for seen in series.now}
        for number in range(now.days):
            day = now.start + timedelta(days=number)
            age, earlier = series.age_of(day), day - timedelta(days=back)
            if age is None and day not in held and earlier not in held:
                continue
            if age is None:
                return None
            if age < window:
                told = series.at_age(earlier, age)
                if told is None:
                    return None
                total += Decimal(repr(held.get(earlier, 0.0))) - Decimal(repr(told))
    return total
