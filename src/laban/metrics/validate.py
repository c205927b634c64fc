"""Checking a catalogue: a list of functions from the catalogue to what is wrong with it.

The same checks serve the catalogue that ships and the KPIs that people add. A fault is a value with a sentence.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, get_args

from laban.errors import FormulaError
from laban.facts import CHANNEL_CLASSES, CHANNEL_GROUPS, FACT
from laban.i18n import LANGUAGES, Text, translate
from laban.metrics.formula import (
    Exact,
    Expression,
    Input,
    KpiRef,
    Named,
    Number,
    Operation,
    evaluate,
    inputs,
    parse,
    references,
)
from laban.metrics.model import Basis, Catalogue, Direction, Kpi, PackKind, Unit

#: What a KPI, a measure, a pack may be called.
NAME = re.compile(r"[a-z][a-z0-9_]*")

CHOICES: Mapping[str, tuple[str, ...]] = {
    "unit": get_args(Unit),
    "direction": get_args(Direction),
    "cadence": ("daily", "weekly", "monthly", "quarterly", "yearly", "per_campaign"),
    "timing": ("leading", "lagging"),
    "level": ("strategic", "tactical"),
    "stage": ("awareness", "consideration", "conversion", "retention", "advocacy", "cross_funnel"),
    "role": ("kpi", "supporting_metric"),
    "priority": ("seed", "seed_implied", "extended", "own"),
    "types": ("functional", "operational", "strategic"),
    "departments": (
        "executive", "marketing", "paid_media", "social", "content", "seo", "email_crm", "sales", "ecommerce",
        "customer_service", "finance", "events",
    ),
    "goals": (
        "brand_awareness", "engagement_community", "lead_generation", "customer_acquisition", "sales_revenue",
        "retention_loyalty", "customer_service", "profitability", "market_growth", "cost_control", "content_seo",
        "operational_efficiency",
    ),
    "aggregation": (
        "sum", "ratio_of_sums", "distinct_count", "last_value", "growth", "cohort_ratio", "weighted_average",
        "median", "score_difference", "model", "composite", "index",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with an entry; ``code`` names the sentence ``check.<code>``."""

    entry: str
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def message(self, lang: str) -> str:
        """Return the sentence in ``lang``."""
        return translate(lang, f"check.{self.code}", entry=self.entry, **self.values)


def validate(catalogue: Catalogue) -> list[Fault]:
    """Return what is wrong with a catalogue: what cannot be read, else what loops, else everything."""
    for checks in (READABLE, (_loops,), CHECKS):
        faults = [fault for check in checks for fault in check(catalogue)]
        if faults:
            return faults
    return []


def _names(catalogue: Catalogue) -> Iterator[Fault]:
    tables = (catalogue.kpis, catalogue.measures, catalogue.packs, catalogue.dimensions, catalogue.facts)
    for name in (name for table in tables for name in table):
        if not NAME.fullmatch(name):
            yield Fault(name, "name")


def _measures(catalogue: Catalogue) -> Iterator[Fault]:
    for measure in catalogue.measures.values():
        if measure.kind == "derived":
            yield from _readable(catalogue, measure.id, measure.formula)
        elif measure.fact not in catalogue.facts:
            yield Fault(measure.id, "unknown", {"name": measure.fact})
    for source in catalogue.facts.values():
        for name in (*source.needs, *source.dimensions):
            if name not in FACT and name not in catalogue.dimensions:
                yield Fault(source.id, "unknown", {"name": name})


def _formulas(catalogue: Catalogue) -> Iterator[Fault]:
    for kpi in catalogue.kpis.values():
        for text in (kpi.formula, kpi.identity, *(variant.formula for variant in kpi.variants)):
            if text:
                yield from _readable(catalogue, kpi.id, text)


def _readable(catalogue: Catalogue, entry: str, text: str) -> Iterator[Fault]:
    try:
        parse(text, catalogue.names)
    except FormulaError as error:
        yield Fault(entry, "formula", error.values)


def _loops(catalogue: Catalogue) -> Iterator[Fault]:
    """Neither formulas nor identities may lead back to where they began."""
    links = {
        kpi.id: {
            *references(parse(kpi.formula, catalogue.names)),
            *(references(parse(kpi.identity, catalogue.names)) if kpi.identity else ()),
            *(driver.kpi for driver in kpi.drivers if driver.kind == "identity"),
        }
        for kpi in catalogue.kpis.values()
    }
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> Iterator[Fault]:
        if name in above:
            yield Fault(name, "loop", {"way": " → ".join((*above[above.index(name) :], name))})
        elif name not in done:
            for other in sorted(links.get(name, ())):
                yield from visit(other, (*above, name))
            done.add(name)

    for name in links:
        yield from visit(name, ())


def _choices(catalogue: Catalogue) -> Iterator[Fault]:
    for kpi in catalogue.kpis.values():
        for name, allowed in CHOICES.items():
            given = getattr(kpi, name)
            for value in (given,) if isinstance(given, str) else given:
                yield from _choice(kpi.id, name, value, allowed)


def _choice(entry: str, name: str, value: str, allowed: Collection[str]) -> Iterator[Fault]:
    if value not in allowed:
        yield Fault(entry, "choice", {"field": name, "value": value, "allowed": ", ".join(allowed)})


def _words(catalogue: Catalogue) -> Iterator[Fault]:
    """Every text stands in both languages."""
    for kpi in catalogue.kpis.values():
        texts = {"name": kpi.name, "meaning": kpi.meaning, "why": kpi.why, "weekly": kpi.weekly, "aim": kpi.aim}
        texts |= {"note": kpi.note} if kpi.note else {}
        texts |= {f"variant {variant.id}": variant.text for variant in kpi.variants}
        for name, text in texts.items():
            yield from _both(kpi.id, name, text)
        for name, lists in (("pitfalls", kpi.pitfalls), ("synonyms", kpi.synonyms)):
            for lang in LANGUAGES:
                if not lists.get(lang):
                    yield Fault(kpi.id, "words", {"field": name, "lang": lang})
        if len(kpi.pitfalls.get("vi", ())) != len(kpi.pitfalls.get("en", ())):
            yield Fault(kpi.id, "words", {"field": "pitfalls", "lang": "vi, en"})


def _both(entry: str, name: str, text: Text) -> Iterator[Fault]:
    return (Fault(entry, "words", {"field": name, "lang": lang}) for lang in LANGUAGES if not text.of(lang).strip())


def _packs(catalogue: Catalogue) -> Iterator[Fault]:
    """A pack holds KPIs that exist, its groups hold what it holds, and all its words stand in both languages."""
    for pack in catalogue.packs.values():
        listed = (*pack.kpis, *pack.companions, *(k for names in pack.alternates.values() for k in names))
        yield from _unknown(pack.id, listed, catalogue.kpis)
        yield from _unknown(pack.id, (k for group in pack.groups for k in group.kpis), pack.kpis)
        yield from _unknown(pack.id, pack.basis, pack.kpis)
        yield from _unknown(pack.id, pack.alternates, [group.id for group in pack.groups])
        yield from _choice(pack.id, "kind", pack.kind, get_args(PackKind))
        for basis in pack.basis.values():
            yield from _choice(pack.id, "basis", basis, get_args(Basis))
        heads = {f"group {group.id}": group.name for group in pack.groups}
        for name, text in {"name": pack.name, "about": pack.about, **heads}.items():
            yield from _both(pack.id, name, text)


def _unknown(entry: str, names: Iterable[str], known: Collection[str]) -> Iterator[Fault]:
    return (Fault(entry, "unknown", {"name": name}) for name in names if name not in known)


def _readings(catalogue: Catalogue) -> Iterator[Fault]:
    """The unit of a variant is one there is, and what is printed beside a number stands in both languages."""
    for kpi in catalogue.kpis.values():
        names = {"basis": kpi.basis, **{f"variant {variant.id}": variant.name for variant in kpi.variants}}
        for name, text in names.items():
            yield from _both(kpi.id, name, text) if text is not None else ()
        for variant in kpi.variants:
            yield from _choice(kpi.id, f"variant {variant.id}", variant.unit or kpi.unit, CHOICES["unit"])


def _drivers(catalogue: Catalogue) -> Iterator[Fault]:
    """Drivers exist, and the identity ones are the terms of the identity."""
    for kpi in catalogue.kpis.values():
        for driver in kpi.drivers:
            if driver.kpi not in catalogue.kpis:
                yield Fault(kpi.id, "unknown", {"name": driver.kpi})
        named = {driver.kpi for driver in kpi.drivers if driver.kind == "identity"}
        used = set(references(parse(kpi.identity, catalogue.names))) if kpi.identity else set()
        for name in sorted(named ^ used):
            yield Fault(kpi.id, "identity_terms", {"name": name})


def _dimensions(catalogue: Catalogue) -> Iterator[Fault]:
    for kpi in catalogue.kpis.values():
        allowed = catalogue.allowed_dimensions(kpi.id)
        for name in kpi.dimensions:
            if name not in allowed:
                yield Fault(kpi.id, "dimension", {"name": name, "allowed": ", ".join(allowed)})


def _benchmarks(catalogue: Catalogue) -> Iterator[Fault]:
    for kpi in catalogue.kpis.values():
        for benchmark in kpi.benchmarks:
            if benchmark.source not in catalogue.sources:
                yield Fault(kpi.id, "unknown", {"name": benchmark.source})
            if benchmark.typical is None and benchmark.low is None:
                yield Fault(kpi.id, "benchmark", {"source": benchmark.source})


#: Money, things counted, time, points: the powers in which each enters.
_Powers = tuple[int, int, int, int]
_PLAIN: _Powers = (0, 0, 0, 0)
_POWERS: dict[str, _Powers] = {"currency": (1, 0, 0, 0), "count": (0, 1, 0, 0), "duration": (0, 0, 1, 0)}


def _units(catalogue: Catalogue) -> Iterator[Fault]:
    """The unit of a formula, of the identity and of every variant follows from the measures.

    Money is never added to counts.
    """
    for kpi in catalogue.kpis.values():
        variants = ((variant.formula, variant.unit or kpi.unit) for variant in kpi.variants)
        for formula, unit in ((kpi.formula, kpi.unit), (kpi.identity, kpi.unit), *variants):
            powers = _powers(catalogue, catalogue.written_out(formula, kpi.window_days)) if formula else None
            if formula and (powers is None or not _fits(unit, powers)):
                yield Fault(kpi.id, "units", {"unit": unit, "formula": formula})


def _powers(catalogue: Catalogue, expression: Expression) -> _Powers | None:
    match expression:
        case Input(measure):
            unit = catalogue.measures[measure].unit
            return (0, 1, 0, 1) if unit == "score" else _POWERS.get(unit, _PLAIN)
        case Named(_, inner):
            return _powers(catalogue, inner)
        case Operation(operator, left, right):
            one, two = _powers(catalogue, left), _powers(catalogue, right)
            if one is None or two is None:
                return None
            if operator in "+-":
                return one if one == two else None
            sign = 1 if operator == "*" else -1
            return (one[0] + sign * two[0], one[1] + sign * two[1], one[2] + sign * two[2], one[3] + sign * two[3])
        case _:
            return _PLAIN


def _fits(unit: str, powers: _Powers) -> bool:
    money, things, time, points = powers
    match unit:
        case "currency":
            return money == 1 and things <= 0 and time == 0
        case "count":
            return powers == (0, 1, 0, 0)
        case "duration":
            return (money, time) == (0, 1)
        case "score":
            return money == 0 and time == 0 and (points == 1 or things == 0)
        case _:  # a percentage, a ratio, or months: what pays back over what comes in a month
            return powers == _PLAIN


def _identities(catalogue: Catalogue) -> Iterator[Fault]:
    """An identity gives the very number of the formula, whatever the measures are."""
    for kpi in catalogue.kpis.values():
        if kpi.identity and not all(_same(catalogue, kpi, seed) for seed in range(5)):
            yield Fault(kpi.id, "identity", {"identity": kpi.identity})


def _same(catalogue: Catalogue, kpi: Kpi, seed: int) -> bool:
    formula = catalogue.expression(kpi.id)
    identity = catalogue.written_out(kpi.identity, kpi.window_days)
    values = _consistent((*inputs(formula), *inputs(identity)), seed)
    one, two = evaluate(formula, values)[0], evaluate(identity, values)[0]
    if one is None or two is None:
        return one is two
    return abs(Decimal(one) - Decimal(two)) <= abs(Decimal(one)) * Decimal("1e-25")


def _consistent(wanted: Iterable[Input], seed: int) -> dict[Input, Exact | None]:
    """Make up measures in which a filtered measure is the sum over its members, as it is in real data."""
    values: dict[Input, Exact | None] = {}
    for one in wanted:
        values[one] = sum(
            _made_up(f"{seed} {one.measure} {one.take} {one.shift} {member}")
            for member in _MEMBERS
            if all(_matches(member, dimension, allowed) for dimension, allowed in one.where)
        )
    return values


_MEMBERS = (*CHANNEL_GROUPS, "")


def _made_up(name: str) -> int:
    """A number from 1 to 999 to try a formula on, always the same for the same name."""
    return 1 + zlib.crc32(name.encode()) % 999


def _matches(member: str, dimension: str, allowed: Iterable[str]) -> bool:
    """Channels are themselves; a value of any other dimension holds for some of the made-up rows."""
    match dimension:
        case "channel":
            return member in allowed
        case "channel_class":
            return any(member in CHANNEL_CLASSES[value] for value in allowed)
        case _:
            return any(_made_up(f"{dimension} {value} {member}") < 500 for value in allowed)


def _effects(catalogue: Catalogue) -> Iterator[Fault]:
    """The sign said of an identity driver is the sign in which the identity moves with it."""
    for kpi in catalogue.kpis.values():
        if not kpi.identity:
            continue
        identity = _free(parse(kpi.identity, catalogue.names))
        values: dict[Input, Exact | None] = {one: Decimal(_made_up(one.label)) / 1000 for one in inputs(identity)}
        before = evaluate(identity, values)[0]
        for driver in kpi.drivers:
            one = Input(f"K.{driver.kpi}")
            if driver.kind == "identity" and one in values:
                more = evaluate(identity, {**values, one: Decimal(values[one] or 0) * Decimal("1.01")})[0]
                rises = Decimal(more or 0) > Decimal(before or 0)
                if rises != (driver.effect == "+"):
                    yield Fault(kpi.id, "effect", {"name": driver.kpi, "effect": driver.effect})


def _directions(catalogue: Catalogue) -> Iterator[Fault]:
    """What gets better makes better what it influences; a neutral KPI has no better side and is left alone."""
    for kpi in catalogue.kpis.values():
        for driver in kpi.drivers:
            other = catalogue.kpis.get(driver.kpi)
            if driver.kind != "causal" or other is None or "neutral" in {kpi.direction, other.direction}:
                continue
            if (kpi.direction == other.direction) != (driver.effect == "+"):
                yield Fault(kpi.id, "direction", {"name": driver.kpi, "effect": driver.effect})


def _free(expression: Expression) -> Expression:
    """Take the KPIs of an identity for unknowns, each period's for one of its own."""
    match expression:
        case KpiRef(kpi, _, shift):
            return Input(f"K.{kpi}", shift=shift)
        case Operation(operator, left, right):
            return Operation(operator, _free(left), _free(right))
        case Number() | Input() | Named():
            return expression


Check = Callable[[Catalogue], Iterator[Fault]]

#: When any of these fails, the others could not read the formulas.
READABLE: tuple[Check, ...] = (_names, _measures, _formulas)
CHECKS: tuple[Check, ...] = (
    _choices, _words, _packs, _drivers, _dimensions, _benchmarks, _units, _identities, _effects,
    _directions, _readings,
)  # fmt: skip
