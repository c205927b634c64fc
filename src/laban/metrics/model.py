"""What the catalogue consists of: measures over facts, KPIs over measures, packs of KPIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, TypeVar

from laban.errors import UnknownNameError
from laban.facts import CHANNEL_CLASSES
from laban.i18n import Phrase, Text
from laban.metrics import search
from laban.metrics.formula import Expression, Input, Names, expanded, inputs, parse, references
from laban.periods import Period

_Thing = TypeVar("_Thing")

#: The id of a KPI's usual reading among its variants, once another one was chosen.
STANDARD = "standard"

Unit = Literal["ratio", "percent", "currency", "count", "duration", "score", "months"]
Direction = Literal["higher_better", "lower_better", "neutral"]
Kind = Literal[
    "sum",
    "count",
    "tally",
    "distinct",
    "repeat",
    "stock",
    "median",
    "quantile",
    "top",
    "reported",
    "activity",
    "derived",
]
Additivity = Literal["additive", "semi_additive", "distinct", "non_additive"]
DriverKind = Literal["identity", "causal"]
PackKind = Literal["starter", "social", "class", "purpose", "goal", "department", "own"]
Basis = Literal["named", "reconstructed"]


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something a number can be split by. ``filter_only`` ones have overlapping members and cannot be.

    ``personal``: it says what people are, so groups that are too small are not told.
    """

    id: str
    name: Text
    filter_only: bool = False
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact is read and what may be asked of it.

    ``table`` is the view, called ``f`` in expressions. ``join`` is another view, called ``o``, whose columns of
    ``join_on`` agree. ``where`` says which rows are valid. ``dimensions`` gives a column or expression per
    dimension. ``whole`` names dimensions whose members the platform also reports as one row without a member.
    ``zero_when_empty``: no row means that nothing happened, not that nothing is known. ``needs`` are the facts
    that must be filled. ``classes`` says which channels are in which class.
    """

    id: str
    table: str
    dimensions: Mapping[str, str]
    where: str = ""
    join: str = ""
    join_on: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    zero_when_empty: bool = False
    spans: bool = False
    needs: tuple[str, ...] = ()
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: CHANNEL_CLASSES)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that a fact holds, before any arithmetic.

    ``expr`` and ``where`` are SQL over the columns of the fact's view; ``date`` places a row in time where that is
    not the fact's own date. ``gap`` tells rows whose number is unknown, so that a sum over them is partial.

    Kinds: ``sum``; ``count`` of rows (``tally``: of counts); ``distinct`` values of ``expr``; ``repeat``: values of
    ``expr`` that occur more than once; ``stock``: the last known value of each member (``members``), carried for
    ``carry_days``, added over members; ``median`` and ``quantile`` of rows; ``top``: the ``top_percent`` largest
    values of ``expr`` by the sum of ``value`` (``part``: their value, or how many members they are); ``reported``: a
    number of people that only the platform can count, valid for the very window it was reported for; ``activity``:
    customers by when they bought (``part``: start, end or retained); ``derived`` from other measures by ``formula``.
    """

    id: str
    name: Text
    kind: Kind
    unit: Unit
    additivity: Additivity
    fact: str = ""
    expr: str = ""
    where: str = ""
    date: str = ""
    gap: str = ""
    members: tuple[str, ...] = ()
    carry_days: int = 0
    part: str = ""
    value: str = ""
    quantile: float = 0.5
    top_percent: int = 0
    formula: str = ""

    @property
    def conditional(self) -> bool:
        """Whether it is a number of some rows only, so that it is missing when what tells these rows is."""
        return self.expr.startswith("CASE")


@dataclass(frozen=True, slots=True)
class Driver:
    """A KPI that moves another: a term of its arithmetic, or an influence to be treated as a hypothesis."""

    kpi: str
    kind: DriverKind
    effect: Literal["+", "-"]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A published figure of others: fractions for percent, ``unit`` else. ``source`` is a key of the sources."""

    source: str
    unit: str
    segment: Text
    typical: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    region: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class BenchmarkSource:
    """Who published a benchmark."""

    id: str
    title: str
    url: str
    quality: str


@dataclass(frozen=True, slots=True)
class Variant:
    """Another reading of a KPI that is in use, with its formula where the facts can answer it.

    ``name`` is what is printed beside the number, so that two readings never carry the same label.
    """

    id: str
    text: Text
    formula: str = ""
    name: Text | None = None
    unit: Unit | None = None
    window_days: int | None = None


@dataclass(frozen=True, slots=True)
class Kpi:
    """One entry of the catalogue: what a number is called, how it is computed and how it is to be read.

    ``window_days`` is the least number of days the number looks at: a shorter period is extended backwards.
    ``identity`` is the same number written with the KPIs of its identity drivers. ``basis`` names the reading
    (``variant``; "" for the catalogue's own) wherever there are several. ``own``: people here defined it.
    """

    id: str
    name: Text
    formula: str
    unit: Unit
    direction: Direction
    aggregation: str
    cadence: str
    category: str
    meaning: Text
    why: Text
    weekly: Text
    aim: Text
    timing: str
    level: str
    stage: str
    role: str = "kpi"
    priority: str = "extended"
    types: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    also_in: tuple[str, ...] = ()
    seeds: Mapping[str, str] = field(default_factory=dict)
    abbreviations: tuple[str, ...] = ()
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    window_days: int = 0
    identity: str = ""
    note: Text | None = None
    pitfalls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drivers: tuple[Driver, ...] = ()
    dimensions: tuple[str, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    variants: tuple[Variant, ...] = ()
    basis: Text | None = None
    variant: str = ""
    own: bool = False

    def in_variant(self, chosen: Variant) -> Kpi:
        """Return the KPI in another reading; benchmarks and identities are those of the usual one only."""
        usual = Variant(STANDARD, self.basis or self.meaning, self.formula, self.basis, self.unit, self.window_days)
        return replace(
            self,
            formula=chosen.formula,
            unit=chosen.unit or self.unit,
            window_days=self.window_days if chosen.window_days is None else chosen.window_days,
            variant=chosen.id,
            basis=chosen.name or chosen.text,
            identity="",
            drivers=tuple(driver for driver in self.drivers if driver.kind == "causal"),
            benchmarks=(),
            variants=(usual, *(v for v in self.variants if v.id != chosen.id)),
        )


@dataclass(frozen=True, slots=True)
class PackGroup:
    """A part of a pack under a heading of its own."""

    id: str
    name: Text
    kpis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """KPIs that belong on one board, in order; ``companions`` are read beside them.

    ``kind`` is the shelf a pack stands on. ``groups`` divide the KPIs, where they are divided. ``seed`` is the
    article that a pack comes from. Where its list had to be put together anew the pack is ``reconstructed``, and
    ``basis`` says of each KPI whether the article names it. ``alternates`` are, by group, KPIs that may take the
    place of one in that group.
    """

    id: str
    name: Text
    about: Text
    kpis: tuple[str, ...]
    companions: tuple[str, ...] = ()
    kind: PackKind = "starter"
    groups: tuple[PackGroup, ...] = ()
    seed: str = ""
    reconstructed: bool = False
    basis: Mapping[str, Basis] = field(default_factory=dict)
    alternates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def alternates_of(self, kpi: str) -> tuple[str, ...]:
        """Return the KPIs that may stand in for ``kpi``."""
        return next((self.alternates.get(group.id, ()) for group in self.groups if kpi in group.kpis), ())


@dataclass(frozen=True)
class Catalogue:
    """Everything that can be asked for, and what a company says of itself that numbers depend on.

    ``activity_days``: how long after buying a customer counts as active. ``brand_terms``: words that make a search
    one for the brand. ``index_base``: the period that an index is measured against. ``edition`` changes with what
    people define themselves. ``ground`` is the catalogue that this one only adds columns of tables to.
    """

    kpis: Mapping[str, Kpi]
    measures: Mapping[str, Measure]
    facts: Mapping[str, Source]
    dimensions: Mapping[str, Dimension]
    packs: Mapping[str, Pack]
    sources: Mapping[str, BenchmarkSource]
    activity_days: int = 90
    brand_terms: tuple[str, ...] = ()
    index_base: Period | None = None
    edition: str = ""
    ground: Catalogue | None = None

    def kpi(self, name: str) -> Kpi:
        """Return a KPI, or with ``kpi.variant`` another reading of it under that id.

        Raises:
            UnknownNameError: there is none; with the nearest names.
        """
        base, _, variant = name.partition(".")
        entry = _found("kpi", base, self.kpis)
        if not variant:
            return entry
        chosen = _found("variant", variant, {v.id: v for v in entry.variants if v.formula})
        return replace(entry.in_variant(chosen), id=name)

    def has(self, name: str) -> bool:
        """Return whether ``name`` is a KPI, or a reading of one that the facts can answer."""
        base, _, variant = name.partition(".")
        entry = self.kpis.get(base)
        if entry is None or not variant:
            return entry is not None and base == name
        return any(variant == v.id and v.formula for v in entry.variants)

    def readings(self, name: str) -> tuple[str, ...]:
        """Return the names under which a KPI can be asked for, the reading in use first; often there is one."""
        base = name.partition(".")[0]
        return (base, *(f"{base}.{v.id}" for v in self.kpi(base).variants if v.formula))

    def measure(self, name: str) -> Measure:
        """Return a measure; UnknownNameError with the nearest names if there is none."""
        return _found("measure", name, self.measures)

    def pack(self, name: str) -> Pack:
        """Return a pack; UnknownNameError with the nearest names if there is none."""
        return _found("pack", name, self.packs)

    def dimension(self, name: str) -> Dimension:
        """Return a dimension; UnknownNameError with the nearest names if there is none."""
        return _found("dimension", name, self.dimensions)

    def search(self, text: str, lang: str = "vi") -> tuple[Kpi, ...]:
        """Return the KPIs that ``text`` may mean, best first; accents do not matter."""
        return search.ranked(self.kpis.values(), text, lang)

    @cached_property
    def names(self) -> Names:
        """What a formula may speak of."""
        return Names(frozenset(self.measures), frozenset(self.kpis), frozenset(self.dimensions))

    @cached_property
    def memo(self) -> dict[str, Any]:
        """What other modules have worked out of this catalogue and need not work out again."""
        return {}

    @cached_property
    def _derived(self) -> dict[str, Expression]:
        return {m.id: parse(m.formula, self.names) for m in self.measures.values() if m.kind == "derived"}

    @cached_property
    def _parsed(self) -> dict[str, tuple[Expression, int]]:
        return {}

    @cached_property
    def _expanded(self) -> dict[str, Expression]:
        return {}

    def expression(self, kpi: str) -> Expression:
        """Return the formula of a KPI, written out down to measures; kept once made."""
        if kpi not in self._expanded:
            self._read(kpi)
            formula, window = self._parsed[kpi]
            self._expanded[kpi] = expanded(formula, self._parsed, self._derived, window)
        return self._expanded[kpi]

    def _read(self, kpi: str) -> None:
        if kpi in self._parsed:
            return
        entry = self.kpi(kpi)
        formula = parse(entry.formula, self.names)
        self._parsed[kpi] = (formula, entry.window_days)
        for inner in references(formula):
            self._read(inner)

    def written_out(self, formula: str, window: int = 0) -> Expression:
        """Return any formula (an identity, a variant, a person's own) written out down to measures.

        Raises:
            FormulaError: the formula cannot be read; points at the character.
        """
        expression = parse(formula, self.names)
        for inner in references(expression):
            self._read(inner)
        return expanded(expression, self._parsed, self._derived, window)

    def inputs(self, kpi: str) -> tuple[Input, ...]:
        """Return the measures a KPI is made of."""
        return inputs(self.expression(kpi))

    def facts_of(self, kpi: str) -> tuple[str, ...]:
        """Return the facts a KPI is read from, as the warehouse names them."""
        sources = (self.facts[self.measures[i.measure].fact] for i in self.inputs(kpi))
        return tuple(dict.fromkeys(need for source in sources for need in source.needs))

    def allowed_dimensions(self, kpi: str) -> tuple[str, ...]:
        """Return the dimensions that every measure of a KPI has, the KPI's own choice first."""
        tables = [self.facts[self.measures[i.measure].fact].dimensions for i in self.inputs(kpi)]
        common = [d for d in self.dimensions if tables and all(d in table for table in tables)]
        chosen = [d for d in self.kpi(kpi).dimensions if d in common]
        return tuple(dict.fromkeys((*chosen, *common)))


def _found(kind: str, name: str, things: Mapping[str, _Thing]) -> _Thing:
    if name not in things:
        raise UnknownNameError(Phrase.of(f"catalogue.{kind}"), name, things)
    return things[name]
