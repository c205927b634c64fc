"""How far a KPI's number can still be trusted to stay: final, still moving with its expected end, or only assumed.

A KPI moves when one of its measures does. Where the log of imports has taught how such a measure ripens, the number
it will come to is worked out by putting the expected end of every measure into the formula; the band follows from
the bands of the measures, one moved at a time and the effects added as squares (first-order propagation of errors). A
number that will move by less than what reads as "unchanged" is final.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from laban.analysis import maturity as ripening
from laban.analysis.compare import FLAT
from laban.analysis.maturity import Curve, Rest, Sight
from laban.facts import FACT
from laban.metrics.formula import Input, evaluate
from laban.metrics.result import Cell
from laban.metrics.ripening import RESTATED, Seen, Series, ripens, series_of
from laban.periods import Period
from laban.report.views.parts import FINAL, Maturity

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue
    from laban.report.views.parts import Source
    from laban.warehouse import Warehouse


#: Sums over accounts agree with the whole up to the rounding of floating-point numbers.
_EQUAL = 1e-6


@dataclass(frozen=True, slots=True)
class _Young:
    """Days of one account whose number of a measure is not final yet."""

    series: Series
    days: tuple[Seen, ...]
    curve: Curve | None


@dataclass
class _Held:
    """What was worked out of one state of a warehouse: what each account's history taught, and the answers."""

    version: int
    catalogue: Catalogue
    curves: dict[tuple[str, str, str], Curve | None] = field(default_factory=dict)
    answers: dict[tuple[str, Period, str | None, bool], Maturity] = field(default_factory=dict)
    earlier: dict[tuple[str, Period, Period, str | None], Cell | None] = field(default_factory=dict)


_kept: WeakKeyDictionary[Warehouse, _Held] = WeakKeyDictionary()
_lock = Lock()


def _held(source: Source) -> _Held:
    version, catalogue = source.warehouse.version, source.catalogue
    with _lock:
        held = _kept.get(source.warehouse)
        if held is None or held.version != version or held.catalogue is not catalogue:
            held = _kept[source.warehouse] = _Held(version, catalogue)
        return held


def maturity(
    source: Source, kpi: str, cell: Cell, period: Period, *, channel: str | None = None, settled: bool = False
) -> Maturity:
    """Return how mature the number of ``cell`` over ``period`` is; kept for a state of the warehouse.

    Args:
        source: The workspace.
        kpi: Which KPI.
        cell: Its number with its parts.
        period: The days it speaks of.
        channel: The channel it is narrowed to.
        settled: Whether the documented window has passed since the period ended.
    """
    if cell.value is None or not moving_inputs(source.catalogue, kpi):
        return FINAL
    kept = _held(source).answers
    key = (kpi, period, channel, settled)
    if key not in kept:
        kept[key] = _maturity(source, kpi, cell, period, channel, settled=settled)
    return kept[key]


def _maturity(
    source: Source, kpi: str, cell: Cell, period: Period, channel: str | None, *, settled: bool
) -> Maturity:
    catalogue = source.catalogue
    moving = moving_inputs(catalogue, kpi)
    days = max(_window(catalogue, one) for one in moving)
    young = {one: _young(source, one, cell, period, channel) for one in moving}
    assumed = Maturity("final" if settled else "window", days)
    told = {one: found for one, found in young.items() if found is not None}
    if not any(told.values()):
        return Maturity("final", days) if len(told) == len(young) else assumed
    latest = max(seen.day + timedelta(days=seen.age) for found in told.values() for y in found for seen in y.days)
    known = latest if settled else None
    rests = {one: _rest(found) for one, found in told.items()}
    sure = {one: rest for one, rest in rests.items() if rest is not None}
    if len(sure) < len(young):
        return Maturity("window", days, known=known)
    if all(rest.mean == 0 and rest.variance == 0 for rest in sure.values()):
        return Maturity("final", days)
    if not _plain(catalogue, kpi, moving):
        return Maturity("window", days, known=known)
    return _expected(catalogue, kpi, cell, sure, Maturity("window", days, known=known))


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
    return counted and entry.aggregation in {"sum", "ratio_of_sums", "cohort_ratio"}


def _young(source: Source, one: Input, cell: Cell, period: Period, channel: str | None) -> tuple[_Young, ...] | None:
    """The accounts with days of the period whose number is not final; None where the log cannot tell of all."""
    catalogue = source.catalogue
    measure = catalogue.measures[one.measure]
    if not ripens(catalogue, measure):
        return None
    window = _window(catalogue, one)
    found, whole, told = [], 0.0, False
    for series in series_of(catalogue, source.warehouse, measure.id, channel):
        inside = [seen for seen in series.now if seen.day in period]
        whole, told = whole + sum(seen.value for seen in inside), told or bool(inside)
        if days := tuple(seen for seen in inside if seen.age < window):
            found.append(_Young(series, days, _curve(source, measure.id, series, window)))
    part = float(cell.parts.get(one.label) or 0)
    recent = source.today - timedelta(days=window) <= period.start
    if not told or (recent and abs(whole - part) > _EQUAL * max(abs(part), 1.0)):
        return None
    return tuple(found)


def _curve(source: Source, measure: str, series: Series, window: int) -> Curve | None:
    """What the whole history of an account teaches, whatever channel is looked at; learned once per state."""
    curves, key = _held(source).curves, (measure, series.platform, series.account)
    if key not in curves:
        whole = series_of(source.catalogue, source.warehouse, measure)
        same = next((each for each in whole if (each.platform, each.account) == key[1:]), series)
        curves[key] = ripening.learn(_sights(same.told), window)
    return curves[key]


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


def _expected(catalogue: Catalogue, kpi: str, cell: Cell, rests: Mapping[Input, Rest], made: Maturity) -> Maturity:
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
        return made
    below = above = 0.0
    for one, rest in rests.items():
        ends = [value({**means, one: end}) for end in rest.band()]
        steps = [end - middle for end in ends if end is not None]
        below += min([0.0, *steps]) ** 2
        above += max([0.0, *steps]) ** 2
    low, high = middle - math.sqrt(below), middle + math.sqrt(above)
    if max(abs(end - float(cell.value or 0)) for end in (low, high)) < FLAT * abs(float(cell.value or 0)):
        return Maturity("final", made.days)
    return Maturity("moving", made.days, middle, low, high, made.known)


def at_same_age(
    source: Source, kpi: str, before: Cell, now: Period, then: Period, channel: str | None = None
) -> Cell | None:
    """Return the cell of an earlier period as it stood when its days were as old as those of the later one are now.

    None where the log does not know it of every account and day.
    """
    kept, key = _held(source).earlier, (kpi, now, then, channel)
    if key not in kept:
        kept[key] = _at_same_age(source, kpi, before, now, then, channel)
    return kept[key]


def _at_same_age(
    source: Source, kpi: str, before: Cell, now: Period, then: Period, channel: str | None
) -> Cell | None:
    catalogue = source.catalogue
    moving = moving_inputs(catalogue, kpi)
    if before.value is None or now.days != then.days or not _plain(catalogue, kpi, moving):
        return None
    parts = dict(before.parts)
    for one in moving:
        held = parts.get(one.label)
        gone = None if held is None else _since(source, one, Decimal(held), now, then, channel)
        if held is None or gone is None:
            return None
        parts[one.label] = Decimal(held) - gone
    value, _ = evaluate(catalogue.expression(kpi), {one: parts.get(one.label) for one in catalogue.inputs(kpi)})
    return None if value is None else Cell(value, parts, before.missing, before.window)


def _since(
    source: Source, one: Input, part: Decimal, now: Period, then: Period, channel: str | None
) -> Decimal | None:
    """By how much a measure of the earlier period has changed since it was as old as the later one is now.

    ``part`` is what it is today: where the accounts of the log do not add up to it, they are not all.
    """
    catalogue = source.catalogue
    measure = catalogue.measures[one.measure]
    if not ripens(catalogue, measure):
        return None
    window, total, whole = _window(catalogue, one), Decimal(0), Decimal(0)
    for series in series_of(catalogue, source.warehouse, measure.id, channel):
        held = {seen.day: seen.value for seen in series.now}
        whole += sum((Decimal(repr(value)) for day, value in held.items() if day in then), Decimal(0))
        for number in range(now.days):
            gone = _day_since(series, held, now.start + timedelta(days=number), (now.start - then.start).days, window)
            if gone is None:
                return None
            total += gone
    return total if abs(whole - part) <= Decimal(repr(_EQUAL)) * max(abs(part), Decimal(1)) else None


def _day_since(series: Series, held: Mapping[date, float], day: date, back: int, window: int) -> Decimal | None:
    """By how much the day ``back`` days before ``day`` has changed since it was as old as ``day`` is."""
    age, earlier = series.age_of(day), day - timedelta(days=back)
    if age is None:
        return None if day in held or earlier in held else Decimal(0)
    if age >= window:
        return Decimal(0)
    told = series.at_age(earlier, age)
    return None if told is None else Decimal(repr(held.get(earlier, 0.0))) - Decimal(repr(told))
