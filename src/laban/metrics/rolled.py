"""Rollups as the catalogue wants them, and which statements of a plan may be answered from them.

What can be added (sums and counts of a fact, per day, channel and the members that formulas filter on) is kept per
day; what cannot (people, medians, stocks, customers by activity) is kept as the answers themselves, per week and
month. A statement that is answered from a rollup gives the very rows that it would give from the facts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from laban.metrics.compile import Group, Place, Plan, Statement, grouped
from laban.metrics.dialect import DUCKDB, Dialect, Sql, joined
from laban.metrics.explain import inlined
from laban.metrics.formula import Input
from laban.metrics.model import Catalogue, Kind, Measure, Source
from laban.metrics.statements import Ask, Request, Shape, aggregate, counted_gap, shape_of, statement, table_of
from laban.periods import Period
from laban.warehouse.dirty import ATTRIBUTION, FIRST_ORDER, FOLLOWED, JOINS
from laban.warehouse.rollup import Asked, Daily, Rollup, Windowed, windows
from laban.warehouse.sql import quote

CHANNEL = "channel"
#: Kinds of measures that can be added over rows, and what a sum of their sums is called.
ADDED: Mapping[str, Kind] = {"sum": "sum", "count": "tally"}
#: What cannot be added but is worth keeping; what a platform reports for a window is a row already.
_KEPT = frozenset({"distinct", "median", "quantile", "repeat", "top", "stock", "activity"})
Span = tuple[date, date] | None


@dataclass(frozen=True, slots=True)
class Sums:
    """The daily rollup of one source by one date: what it holds, and under which names."""

    rollup: Daily
    source: Source
    measures: Mapping[str, Measure]


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers kept for one group of inputs, and the place of each among the columns."""

    rollup: Windowed
    asks: Mapping[Input, Ask]


@dataclass(frozen=True)
class Rolled:
    """All rollups of a catalogue: sums by (source, date), answers by group of inputs."""

    sums: Mapping[tuple[str, str], Sums]
    answers: Mapping[Group, Answers]

    @property
    def rollups(self) -> tuple[Rollup, ...]:
        """What the warehouse is to keep."""
        return (*(s.rollup for s in self.sums.values()), *(a.rollup for a in self.answers.values()))


def rolled(catalogue: Catalogue) -> Rolled:
    """Return the rollups of a catalogue; drawn once. What is only added for a table's sake has none of its own."""
    if catalogue.ground is not None:
        return rolled(catalogue.ground)
    if "rolled" not in catalogue.memo:
        catalogue.memo["rolled"] = _drawn(catalogue)
    found: Rolled = catalogue.memo["rolled"]
    return found


def _drawn(catalogue: Catalogue) -> Rolled:
    wanted = tuple(dict.fromkeys(i for kpi in catalogue.kpis for i in catalogue.inputs(kpi)))
    followed = [i for i in wanted if _followed(_source(catalogue, i))]
    dated: dict[tuple[str, str], set[str]] = {}
    for one in followed:
        measure = catalogue.measures[one.measure]
        if measure.kind in ADDED:
            dims = dated.setdefault((measure.fact, measure.date), set())
            dims |= {_real(dimension) for dimension, _ in one.where}
    sums = {key: _sums(catalogue, *key, sorted(dims)) for key, dims in dated.items()}
    answers = {
        key: _answers(catalogue, key, members)
        for key, members in grouped(catalogue, [i for i in followed if _cannot_be_added(catalogue, i)]).items()
    }
    return Rolled(sums, answers)


def _source(catalogue: Catalogue, one: Input) -> Source:
    return catalogue.facts[catalogue.measures[one.measure].fact]


def _followed(source: Source) -> bool:
    return source.table in FOLLOWED and (not source.join or (source.table, source.join) in JOINS)


def _real(dimension: str) -> str:
    return CHANNEL if dimension == "channel_class" else dimension


def _cannot_be_added(catalogue: Catalogue, one: Input) -> bool:
    return catalogue.measures[one.measure].kind in _KEPT


# sums per day


def _sums(catalogue: Catalogue, fact: str, dated: str, filtered: Sequence[str]) -> Sums:
    source = catalogue.facts[fact]
    dims = [d for d in dict.fromkeys((CHANNEL, *filtered)) if d in source.dimensions]
    measures = [m for m in catalogue.measures.values() if (m.fact, m.date) == (fact, dated) and m.kind in ADDED]
    rollup = _daily(source, dated, dims, measures, catalogue.brand_terms, DUCKDB)
    named = {m.id: _rolled_measure(m) for m in measures}
    inner = Source(
        id=source.id,
        table=rollup.name,
        dimensions={d: quote(f"d_{d}") for d in dims},
        zero_when_empty=source.zero_when_empty,
        spans=source.spans,
        needs=source.needs,
        classes=source.classes,
    )
    return Sums(rollup, inner, named)


def _rolled_measure(measure: Measure) -> Measure:
    gap = f"{quote(f'g_{measure.id}')} > 0" if measure.gap else ""
    return replace(measure, kind=ADDED[measure.kind], expr=quote(f"m_{measure.id}"), where="", gap=gap, date="")


def _daily(
    source: Source,
    dated: str,
    dims: Sequence[str],
    measures: Sequence[Measure],
    brand: tuple[str, ...],
    dialect: Dialect,
) -> Daily:
    """One row per day, length and member; every value is bound by being written, for a table is made of it once."""
    asks = tuple(Ask(Input(m.id), m, 0, 0 if m.gap else None) for m in measures)
    request = Request(source, "rows", asks, (), (), (), 0, brand)
    day = dated or 'f."date"'
    length = ["f.days AS days"] if source.spans else []
    columns = [
        f'{day} AS "date"',
        *length,
        *(f"{source.dimensions[d]} AS {quote(f'd_{d}')}" for d in dims),
    ]
    values = []
    for ask in asks:
        values.append(aggregate(request, ask, dialect) + f" AS {quote(f'm_{ask.measure.id}')}")
        if ask.gap_column is not None:
            values.append(counted_gap(request, ask) + f" AS {quote(f'g_{ask.measure.id}')}")
    counted = joined([Sql(", ".join(columns)), *values], ", ")
    select = inlined(counted)
    text = "\n".join([select, table_of(source), source.where, day])
    name = f"rollup_{source.id.removeprefix('fact_')}_{hashlib.sha256(text.encode()).hexdigest()[:10]}"
    return Daily(
        name=name,
        source=source.table,
        dated=_column(dated),
        day=day,
        select=select,
        tables=table_of(source),
        where=source.where or "TRUE",
        group=1 + len(length) + len(dims),
    )


def _column(dated: str) -> str:
    """The column behind ``CAST(created_at AS DATE)``; the fact's own date without one."""
    return dated.removeprefix("CAST(").removesuffix(" AS DATE)") or "date"


# answers per week and month


def _answers(catalogue: Catalogue, key: Group, members: Sequence[Input]) -> Answers:
    first = catalogue.measures[members[0].measure]
    source = catalogue.facts[first.fact]
    shape: Shape = shape_of(first)
    active = key[-1]
    asks = _numbered(catalogue, members, shape, first=2)
    by_channel = CHANNEL in source.dimensions
    width = sum(2 if ask.gap_column is not None else 1 for ask in asks)

    def ask(asked: Sequence[Period], split: bool) -> Asked:
        by = (CHANNEL,) if split else ()
        mine = _numbered(catalogue, members, shape, first=2 + len(by))
        request = Request(source, shape, mine, tuple(asked), by, (), active, catalogue.brand_terms)
        made = statement(request)
        return made.text, made.params

    sample, values = ask((Period(date(2000, 1, 3), date(2000, 1, 10)),), by_channel)
    identity = repr((key, [i.label for i in members], sample, values))
    return Answers(
        Windowed(
            name=f"rollup_w_{source.id.removeprefix('fact_')}_{hashlib.sha256(identity.encode()).hexdigest()[:10]}",
            source=source.table,
            dated=_dates(source, first),
            least_days=members[0].window,
            lead_days=max(active, first.carry_days),
            width=width,
            splits=(False, True) if by_channel else (False,),
            extent=_extent(source, first),
            ask=ask,
        ),
        {a.input: a for a in asks},
    )


def _dates(source: Source, measure: Measure) -> tuple[str, ...]:
    """The columns whose days an answer depends on; who is new may change for days long past."""
    own = (_column(measure.date), "date")
    return tuple(dict.fromkeys((*own, FIRST_ORDER) if source.table in {"fact_order_live", ATTRIBUTION} else own))


def _extent(source: Source, measure: Measure) -> str:
    day = measure.date or 'f."date"'
    last = f"max({day} + CAST(f.days - 1 AS INTEGER))" if source.spans else f"max({day})"
    return f"SELECT min({day}), {last} FROM {table_of(source)} WHERE {source.where or 'TRUE'}"


def _numbered(catalogue: Catalogue, members: Iterable[Input], shape: Shape, *, first: int) -> tuple[Ask, ...]:
    found: list[Ask] = []
    column = first
    for one in members:
        measure = catalogue.measures[one.measure]
        gap = shape == "rows" and bool(measure.gap)
        found.append(Ask(one, measure, column, column + 1 if gap else None))
        column += 2 if gap else 1
    return tuple(found)


# choosing


def chosen(plan: Plan, catalogue: Catalogue, ready: Mapping[str, Span]) -> Plan:
    """Return the plan with the statements that rollups can answer read from them instead.

    ``ready`` are the rollups that agree with the facts at this moment, with the days of windowed ones.
    """
    if not ready:
        return plan
    made = rolled(catalogue)
    statements: list[Statement] = []
    places: dict[Input, Place] = {}
    for number, old in enumerate(plan.statements):
        mine = [i for i, place in plan.places.items() if place.statement == number]
        new = _shorter(old, mine, made, ready)
        for each in new or (old,):
            for place, ask in enumerate(each.request.asks):
                places[ask.input] = Place(len(statements), place)
            statements.append(each)
    return replace(plan, statements=tuple(statements), places={one: places[one] for one in plan.places})


def _shorter(
    old: Statement, mine: Sequence[Input], made: Rolled, ready: Mapping[str, Span]
) -> tuple[Statement, ...] | None:
    """Return the statements that read from rollups what these hold, and the rest from the facts; None for nothing."""
    asks = {ask.input: ask for ask in old.request.asks}
    added = [asks[i] for i in mine if asks[i].measure.kind in ADDED]
    other = [asks[i] for i in mine if asks[i].measure.kind not in ADDED]
    summed = _from_sums(old, added, made, ready) if added else None
    kept = _from_answers(old, other, made, ready) if other else None
    if summed is None and kept is None:
        return None
    rest = [*(added if summed is None else ()), *(other if kept is None else ())]
    raw = None
    if rest:
        request = replace(old.request, asks=_packed(rest, 2 + len(old.request.by)))
        raw = Statement(statement(request), request, old.index)
    return tuple(each for each in (summed, kept, raw) if each is not None)


def _packed(asks: Iterable[Ask], column: int) -> tuple[Ask, ...]:
    """The asks with their columns counted from ``column`` on."""
    found: list[Ask] = []
    for ask in asks:
        gap = ask.gap_column is not None
        found.append(replace(ask, column=column, gap_column=column + 1 if gap else None))
        column += 2 if gap else 1
    return tuple(found)


def _from_sums(old: Statement, asks: Sequence[Ask], made: Rolled, ready: Mapping[str, Span]) -> Statement | None:
    request = old.request
    sums = made.sums.get((request.source.id, asks[0].measure.date))
    if sums is None or sums.rollup.name not in ready:
        return None
    dims = {
        _real(d) for d in (*request.by, *(n for n, _ in request.where), *(n for a in asks for n, _ in a.input.where))
    }
    if not dims <= sums.source.dimensions.keys() or any(_is_not_held(ask, sums) for ask in asks):
        return None
    rolled_asks = (replace(ask, measure=sums.measures[ask.measure.id]) for ask in asks)
    short = replace(request, source=sums.source, asks=_packed(rolled_asks, 2 + len(request.by)))
    return Statement(statement(short), short, old.index)


def _is_not_held(ask: Ask, sums: Sums) -> bool:
    """A sum over some rows only does not say whether the others had a number, as a filtered sum must know."""
    partly = ask.measure.kind == "sum" and bool(ask.measure.where and ask.input.where)
    return partly or ask.measure.id not in sums.measures


def _from_answers(old: Statement, asks: Sequence[Ask], made: Rolled, ready: Mapping[str, Span]) -> Statement | None:
    request = old.request
    answers = next((a for a in made.answers.values() if asks[0].input in a.asks), None)
    if answers is None or answers.rollup.name not in ready or request.where or request.keep is not None:
        return None
    split = request.by == (CHANNEL,)
    if request.by and not (split and len(answers.rollup.splits) > 1):
        return None
    span = ready[answers.rollup.name]
    there = windows(*span, answers.rollup.least_days) if span else frozenset()
    if not all(ask.input in answers.asks for ask in asks) or there.isdisjoint(request.windows):
        return None
    short = replace(request, asks=_packed(asks, 2 + len(request.by)))
    index = {window: number for number, window in enumerate(request.windows)}
    sql = _read(answers, short, {w: n for w, n in index.items() if w in there}, split=split)
    missing = {w: n for w, n in index.items() if w not in there}
    if missing:
        sql = sql + " UNION ALL " + _read_facts(short, missing)
    return Statement(sql, short, index)


def _read(answers: Answers, request: Request, kept: Mapping[Period, int], *, split: bool) -> Sql:
    """Read the windows that are kept, under their numbers."""
    columns = []
    for ask in request.asks:
        place = answers.asks[ask.input]
        columns += [f"t.v{n - 2}" for n in (place.column, place.gap_column) if n is not None]
    member = ", t.d" if split else ""
    return (
        "SELECT list_extract("
        + Sql("CAST(? AS INTEGER[])", (list(kept.values()),))
        + f", w.i + 1){member}, t.n, {', '.join(columns)} FROM {quote(answers.rollup.name)} t JOIN ("
        + DUCKDB.windows(tuple(kept))
        + f") w ON t.s = w.s AND t.e = w.e WHERE {'t.split' if split else 'NOT t.split'}"
    )


def _read_facts(request: Request, missing: Mapping[Period, int]) -> Sql:
    """Ask the facts for the windows that are not kept (a week that is still running), under their numbers."""
    inner = statement(replace(request, windows=tuple(missing), aligned=""))
    width = 1 + len(request.by) + sum(1 if ask.gap_column is None else 2 for ask in request.asks)
    columns = [f"c{n}" for n in range(width)]
    return (
        "SELECT list_extract("
        + Sql("CAST(? AS INTEGER[])", (list(missing.values()),))
        + f", q.i + 1), {', '.join(f'q.{name}' for name in columns)} FROM ("
        + inner
        + f") q(i, {', '.join(columns)})"
    )
