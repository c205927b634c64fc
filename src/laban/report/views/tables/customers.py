"""Remarks and columns about customers: keeping them, what they are worth, how many of them the revenue rests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from laban.analysis.compare import MIN_EVENTS, MIN_TRIALS, Sample, compare
from laban.metrics.result import Row
from laban.periods import unit_of
from laban.report.views.parts import Note
from laban.report.views.tables.declare import Material
from laban.report.views.tables.marks import Made, Places
from laban.report.views.tables.model import Amount


def hidden_fall(material: Material) -> Sequence[Note]:
    """Retention that fell, beyond chance, while revenue rose thanks to new customers, in the last two full months."""
    rows = [row for row in material.every if row.period == unit_of(row.period.start, "month")]
    if len(rows) < 2:
        return ()
    before, now = rows[-2:]
    drawn = [_retention(material, row) for row in (now, before)]
    change = compare(drawn[0], drawn[1], "higher_better")
    revenue = [_revenue(material, row) for row in (before, now)]
    fresh = [material.value(row, "new_customer_revenue") or 0 for row in (before, now)]
    if change.verdict == "bad" and revenue[1] > revenue[0] and fresh[1] > fresh[0]:
        values = {"before": drawn[1].value, "now": drawn[0].value}
        shown = {name: Amount(value, "percent") for name, value in values.items()}
        return (Note("hidden_fall", {**shown, "month": now.period, "revenue": Amount(revenue[1], "currency")}),)
    return (Note("no_hidden_fall"),)


def _retention(material: Material, row: Row | None) -> Sample:
    cell = material.cell(row, "customer_retention_rate")
    return Sample(cell.value, "rate", cell.parts.get("customers_retained"), cell.parts.get("customers_start"))


def _revenue(material: Material, row: Row | None) -> float:
    names = ("new_customer_revenue", "returning_customer_revenue")
    return sum(material.value(row, name) or 0 for name in names)


CLV = "customer_lifetime_value"


def _term(material: Material, row: Row | None, name: str) -> float | None:
    """A term of a segment's lifetime value; a number that was changed in the page counts for every segment."""
    if name in material.chosen:
        chosen = material.knobs[name]
        return None if chosen is None else float(chosen)
    part = material.cell(row, CLV).parts.get(f"K.{name}")
    return None if part is None else float(part)


def _yearly_profit(material: Material, row: Row | None) -> float | None:
    terms = [_term(material, row, n) for n in ("average_order_value", "purchase_frequency", "gross_margin_rate")]
    return (
        None if any(t is None for t in terms) else float(terms[0] or 0) * float(terms[1] or 0) * float(terms[2] or 0)
    )


def lifetime_value(material: Material) -> Made:
    """Basket times orders a year times margin over yearly churn: the catalogue's formula, with what was changed."""
    return [_value_of(material, row) for row in (*material.every, material.total)]


def _value_of(material: Material, row: Row | None) -> float | None:
    profit, churn = _yearly_profit(material, row), _term(material, row, "customer_churn_rate")
    return profit / churn if profit is not None and churn else None


def highest_cac(material: Material) -> Made:
    """The most that a new customer may cost so that the lifetime value is the wished multiple of it."""
    ratio = float(material.knobs.get("target_ratio") or 3)
    return [None if v is None else float(v) / ratio for v in lifetime_value(material)]


def value_to_cost(material: Material) -> Made:
    """Lifetime value over acquisition cost."""
    rows = (*material.every, material.total)
    costs = [material.value(row, "customer_acquisition_cost") for row in rows]
    return [
        float(v) / c if v is not None and c else None for v, c in zip(lifetime_value(material), costs, strict=True)
    ]


def payback(material: Material) -> Made:
    """Months until the margin of a customer's orders has paid for winning the customer."""
    found: list[float | None] = []
    for row in (*material.every, material.total):
        cost, profit = material.value(row, "customer_acquisition_cost"), _yearly_profit(material, row)
        found.append(cost / (profit / 12) if cost is not None and profit else None)
    return found


def above_highest_cac(material: Material) -> Places:
    """Segments whose customers cost more than they may."""
    most = highest_cac(material)
    return [
        place
        for place, row in enumerate(material.every)
        if (cost := material.value(row, "customer_acquisition_cost")) is not None
        and (limit := most[place]) is not None
        and cost > float(limit)
        and (material.value(row, "new_customers") or 0) >= MIN_EVENTS
    ]


#: Share of an online shop's revenue that the top 5 % of customers bring, as published (Smile.io).
PUBLISHED_TOP_SHARE = Decimal("0.35")


def published_share(material: Material) -> Made:
    """The published share, beside each of one's own."""
    return [PUBLISHED_TOP_SHARE] * (len(material.every) + 1)


def own_top_share(material: Material) -> Sequence[Note]:
    """One's own share and how many customers it is made of, beside the published one."""
    row = material.total if material.total is not None else None
    share = material.value(row, "top_customer_revenue_share")
    if share is None:
        return ()
    count = material.value(row, "top5pct_customers")
    shown = {"share": Amount(share, "percent"), "published": Amount(PUBLISHED_TOP_SHARE, "percent")}
    return (Note("top_share", {**shown, "n": Amount(count, "count")}),)


def audited(material: Material) -> Sequence[Note]:
    """How often the sentiment was wrong where somebody checked, or that nobody did."""
    checked = material.value(material.total, "mentions_audited")
    if not checked:
        return (Note("not_audited"),)
    values = {
        "n": Amount(checked, "count"),
        "rate": Amount(material.value(material.total, "sentiment_error_rate"), "percent"),
    }
    return (Note("audited", values),)


def few_answers(column: str, answers: str) -> Callable[[Material], Sequence[Note]]:
    """Return that a score rests on so few answers that only its range should be read."""

    def say(material: Material) -> Sequence[Note]:
        count = material.value(material.total, answers)
        if material.value(material.total, column) is None or count is None or count >= MIN_TRIALS:
            return ()
        return (Note("few_answers", {"n": Amount(count, "count")}),)

    return say
