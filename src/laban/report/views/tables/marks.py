"""Remarks on rows and columns made from others; what each needs is said by the columns it reads."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from laban.analysis.best import Rate, Standing, standings
from laban.analysis.compare import MIN_EVENTS, MIN_TRIALS
from laban.analysis.mix import Effect, Part, effects
from laban.metrics.result import Cell, Number
from laban.report.views.parts import Note
from laban.report.views.tables.declare import Material
from laban.report.views.tables.model import Amount, Member

Made = Sequence[Number | None]
Places = Sequence[int]

#: From this share of all visits on a source is "much traffic", below this share of the usual engagement it is idle.
MUCH, IDLE = 0.10, 0.6


#: A rate that moved by less than half of a hundredth of a point stands still.
STILL = 0.00005


# A rate that moved: mix or rate


def _parts(material: Material, events: str, trials: str) -> list[Part] | None:
    def number(cell: Cell, label: str) -> Fraction:
        return Fraction(cell.parts.get(label) or 0)

    found = []
    for row in material.every:
        if row.baseline is None:
            return None
        # Both measures are parts of the one rate.
        rate = next(n for n, kpi in enumerate(material.columns) if {events, trials} <= set(row.cells[n].parts))
        now, before = row.cells[rate], row.baseline[rate]
        found.append(Part(number(before, events), number(before, trials), number(now, events), number(now, trials)))
    return found


def effect(kind: str, events: str, trials: str) -> Callable[[Material], Made]:
    """Return the column of mix effects or of rate effects; the total is their sum."""

    def make(material: Material) -> Made:
        found = _effects(material, events, trials)
        if found is None:
            return [None] * (len(material.every) + 1)
        values = [e.mix if kind == "mix" else e.rate for e in found]
        return [float(value) for value in (*values, sum(values))]

    return make


def _effects(material: Material, events: str, trials: str) -> tuple[Effect, ...] | None:
    try:
        parts = _parts(material, events, trials)
    except StopIteration:
        return None
    return effects(parts) if parts else None


def why_moved(rate: str, events: str, trials: str) -> Callable[[Material], Sequence[Note]]:
    """Return the sentence that tells how much of a rate's change is mix and how much is rate."""

    def say(material: Material) -> Sequence[Note]:
        found = _effects(material, events, trials)
        now, before = material.value(material.total, rate), material.before(material.total, rate).value
        if found is None or now is None or before is None:
            return ()
        mix, own = float(sum(e.mix for e in found)), float(sum(e.rate for e in found))
        change = now - float(before)
        code = "rate_still" if abs(change) < STILL else "mix_driven" if abs(mix) > abs(own) else "rate_driven"
        values = {"before": before, "now": now}
        shown = {name: Amount(value, "percent") for name, value in values.items()}
        steps = {"change": change, "mix": mix, "rate": own}
        return (Note(code, {**shown, **{n: Amount(v, "percent", points=True) for n, v in steps.items()}}),)

    return say


# Spend


def without_result(spend: str, result: str) -> Callable[[Material], Places]:
    """Return the rows that cost money and brought nothing; rows whose results nobody reported are not among them."""

    def find(material: Material) -> Places:
        return [
            place
            for place, row in enumerate(material.every)
            if (material.value(row, spend) or 0) > 0 and material.value(row, result) == 0
        ]

    return find


def wasted(spend: str, result: str) -> Callable[[Material], Sequence[Note]]:
    """Return how much was spent without any result."""
    find = without_result(spend, result)

    def say(material: Material) -> Sequence[Note]:
        places = [place for place in find(material) if not material.every[place].others]
        if not places:
            return ()
        amount = sum(Decimal(str(material.cell(material.every[p], spend).value or 0)) for p in places)
        return (
            Note(
                "wasted" if len(places) > 1 else "wasted_one",
                {"n": len(places), "amount": Amount(amount, "currency")},
            ),
        )

    return say


def break_even(material: Material) -> float | None:
    """Return the ROAS at which the margin just pays for the ads: one over the gross margin."""
    margin = material.knobs.get("gross_margin_rate")
    return None if margin is None or float(margin) <= 0 else 1 / float(margin)


def break_even_column(material: Material) -> Made:
    """The same line for every row: the company's margin."""
    return [break_even(material)] * (len(material.every) + 1)


def below_break_even(material: Material) -> Places:
    """Rows that lose money on every sale, though they may bring more revenue than they cost."""
    edge = break_even(material)
    found = []
    for place, row in enumerate(material.every):
        roas, sales = material.value(row, "return_on_ad_spend"), material.value(row, "ad_conversions")
        if edge is not None and roas is not None and roas < edge and (sales is None or sales >= MIN_EVENTS):
            found.append(place)
    return found


def losing_above_one(material: Material) -> Sequence[Note]:
    """How many rows lose money although their ROAS is above one."""
    edge = break_even(material)
    if edge is None:
        return (Note("no_margin"),)
    below = [p for p in below_break_even(material) if not material.every[p].others]
    fooled = [p for p in below if (material.value(material.every[p], "return_on_ad_spend") or 0) > 1]
    edge_note = Note("break_even", {"edge": Amount(edge, "ratio")})
    if not below:
        return (edge_note,)
    code = "losing" if len(below) > 1 else "losing_one"
    return (edge_note, Note(code, {"n": len(below), "above_one": len(fooled)}))


# Traffic and ranks


def idle_traffic(material: Material) -> Places:
    """Sources with much of the traffic whose visitors hardly do anything."""
    whole, usual = (material.value(material.total, name) for name in ("website_traffic", "web_engagement_rate"))
    if not whole or not usual:
        return []
    return [
        place
        for place in material.single
        if (material.value(material.every[place], "website_traffic") or 0) >= MUCH * whole
        and (material.value(material.every[place], "web_engagement_rate") or 0) < IDLE * usual
    ]


def ranks(values: Sequence[float | None]) -> list[int | None]:
    """Return places from the largest down, equal values sharing the better one; None stays without a place."""
    known = [value for value in values if value is not None]
    return [None if value is None else 1 + sum(other > value for other in known) for value in values]


def rank_of(column: str) -> Callable[[Material], Made]:
    """Return the place of each row by one column, the largest first."""

    def make(material: Material) -> Made:
        values = [None if row.others else material.value(row, column) for row in material.every]
        return [*ranks(values), None]

    return make


def mean_rank(columns: Sequence[str], trials: str) -> Callable[[Material], Made]:
    """Return the place of each row by the mean of its places in several columns, among rows with enough cases."""

    def make(material: Material) -> Made:
        able = [not r.others and (material.value(r, trials) or 0) >= MIN_TRIALS for r in material.every]
        scores: list[list[int]] = [[] for _ in material.every]
        for column in columns:
            values = [
                material.value(row, column) if ok else None for row, ok in zip(material.every, able, strict=True)
            ]
            for place, rank in enumerate(ranks(values)):
                if rank is not None:
                    scores[place].append(rank)
        return [*ranks([-sum(s) / len(s) if s else None for s in scores]), None]

    return make


def lead_quality_rank(material: Material) -> Made:
    """The place of each source by what became of its leads: by customers, and by qualified leads among equals."""
    scores = []
    for row in material.every:
        leads = material.value(row, "leads_generated")
        won, fit = (material.value(row, name) for name in ("lead_to_customer_rate", "lead_quality_rate"))
        able = not row.others and leads is not None and leads >= MIN_EVENTS
        scores.append(None if not able or won is None else won + (fit or 0) / 1_000_000)
    return [*ranks(scores), None]


def many_leads_no_customers(material: Material) -> Places:
    """Sources whose many leads (at least as many as the average source's) brought not one customer."""
    leads = {p: material.value(material.every[p], "leads_generated") or 0 for p in material.single}
    average = sum(leads.values()) / len(leads) if leads else 0
    return [
        place
        for place, count in leads.items()
        if count >= max(average, MIN_EVENTS) and material.value(material.every[place], "lead_to_customer_rate") == 0
    ]


def best_of(column: str, cases: str, *, lowest: bool = False) -> Callable[[Material], Places]:
    """Return the row that is best in one column, among rows with enough cases; none where only one can be judged."""

    def find(material: Material) -> Places:
        able = {
            place: value
            for place in material.single
            if (value := material.value(material.every[place], column)) is not None
            and (material.value(material.every[place], cases) or 0) >= MIN_EVENTS
        }
        if len(able) < 2:
            return []
        best = min(able.values()) if lowest else max(able.values())
        return [place for place, value in able.items() if value == best]

    return find


# Rates set beside each other


def standing(kind: Standing, rate: str, events: str, trials: str) -> Callable[[Material], Places]:
    """Return the rows of a standing: the winner, those above the rest, those below it."""

    def find(material: Material) -> Places:
        return [place for place, found in enumerate(_standings(material, rate, events, trials)) if found == kind]

    return find


def _standings(material: Material, rate: str, events: str, trials: str) -> tuple[Standing, ...]:
    rates: list[Rate | None] = []
    for row in material.every:
        parts = material.cell(row, rate).parts
        known = not row.others and parts.get(events) is not None and parts.get(trials) is not None
        rates.append(Rate(float(parts[events] or 0), float(parts[trials] or 0)) if known else None)
    return standings(tuple(rates))


def winner_told(rate: str, events: str, trials: str) -> Callable[[Material], Sequence[Note]]:
    """Return who wins, or that nobody does."""

    def say(material: Material) -> Sequence[Note]:
        found = _standings(material, rate, events, trials)
        compared = sum(
            (material.cell(row, rate).parts.get(trials) or 0) >= MIN_TRIALS
            for row in material.every
            if not row.others
        )
        if compared < 2:
            return (Note("nothing_to_compare", {"least": MIN_TRIALS}),)
        if "winner" not in found:
            return (Note("no_winner", {"n": compared}),)
        key = material.every[found.index("winner")].key
        names = tuple(Member(d, value) for d, value in zip(material.by, key, strict=True))
        return (Note("winner", {"n": compared, "name": names}),)

    return say


# Searches for the brand


def brand_queries(material: Material) -> Places:
    """Return the rows of queries with the name of the brand in them: they say little about search."""
    terms = [_bare(term) for term in material.brand_terms]
    if "query" not in material.by:
        return []
    place = material.by.index("query")
    queries = [_bare(row.key[place] or "") for row in material.every]
    return [n for n, query in enumerate(queries) if any(term and term in query for term in terms)]


def brand_told(material: Material) -> Sequence[Note]:
    """Say which part of the clicks with a known query is from people who looked for the brand."""
    if "query" not in material.by or not material.brand_terms:
        return ()
    branded = set(brand_queries(material))
    clicks = {n: material.value(material.every[n], "organic_search_clicks") or 0.0 for n in material.single}
    named = {n: count for n, count in clicks.items() if material.every[n].key[material.by.index("query")]}
    if not branded or not sum(named.values()):
        return ()
    share = sum(named[n] for n in branded if n in named) / sum(named.values())
    return (Note("brand_share", {"share": Amount(share, "percent"), "terms": ", ".join(material.brand_terms)}),)


def _bare(text: str) -> str:
    lowered = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return "".join(c for c in lowered if not unicodedata.combining(c))
