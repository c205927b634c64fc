"""From a KPI's cell to what can be compared: the kind of number, the events it rests on, whether it has settled.

Everything is read off the catalogue: the formula says what is divided by what, the measures say what they count.
"""

from __future__ import annotations

from laban.analysis.compare import Kind, Sample
from laban.facts import FACT
from laban.metrics.formula import Expression, Input, Named, Operation, evaluate, inputs
from laban.metrics.model import Catalogue
from laban.metrics.result import Cell, Number
from laban.metrics.ripening import RESTATED


def settling_days(catalogue: Catalogue, kpi: str) -> int:
    """Return for how many days after a period its number still moves."""
    measures = [catalogue.measures[i.measure] for i in catalogue.inputs(kpi)]
    needs = [catalogue.facts[m.fact].needs[:1] or (m.fact,) for m in measures if m.id in RESTATED]
    return max((FACT[name].maturity_days for (name,) in needs if name in FACT), default=0)


def sample(catalogue: Catalogue, kpi: str, cell: Cell) -> Sample:
    """Return the number of a cell with the events it rests on."""
    entry = catalogue.kpi(kpi)
    expression = _bare(catalogue.expression(kpi))
    if entry.aggregation in {"model", "median", "last_value", "growth", "index", "composite", "weighted_average"}:
        return Sample(cell.value, "stock")
    if entry.aggregation == "score_difference":
        return Sample(cell.value, "score", events=_trials(catalogue, expression, cell))
    split = _quotient(expression)
    if split is None:
        kind: Kind = "count" if entry.unit == "count" and _counts(catalogue, expression) else "stock"
        return Sample(cell.value, kind, events=cell.value if kind == "count" else None)
    above, below = split
    top, bottom = _number(above, cell), _number(below, cell)
    if not _counts(catalogue, below):
        return Sample(cell.value, "sum", events=top if _counts(catalogue, above) else None)
    if entry.unit == "percent" and _counts(catalogue, above):
        return Sample(cell.value, "rate", events=top, trials=bottom)
    return Sample(cell.value, "mean", events=bottom)


def _bare(expression: Expression) -> Expression:
    return _bare(expression.inner) if isinstance(expression, Named) else expression


def _quotient(expression: Expression) -> tuple[Expression, Expression] | None:
    """Numerator and denominator of a formula that is one division, perhaps times a constant."""
    match _bare(expression):
        case Operation("/", above, below):
            return above, below
        case Operation("*", left, right):
            return _quotient(left) or _quotient(right)
        case _:
            return None


def _counts(catalogue: Catalogue, expression: Expression) -> bool:
    """Whether an expression adds up things that happened (stocks and money are not events)."""
    found = inputs(expression)
    return bool(found) and all(_is_count(catalogue, i) for i in found) and not _subtracts(expression)


def _is_count(catalogue: Catalogue, used: Input) -> bool:
    measure = catalogue.measures[used.measure]
    return measure.unit == "count" and measure.kind != "stock" and used.take == "value" and used.shift == "now"


def _subtracts(expression: Expression) -> bool:
    match expression:
        case Operation(operator, left, right):
            return operator in {"-", "/"} or _subtracts(left) or _subtracts(right)
        case Named(_, inner):
            return _subtracts(inner)
        case _:
            return False


def denominator(catalogue: Catalogue, kpi: str, cell: Cell) -> Number | None:
    """Return what a ratio was divided by; None for other numbers."""
    split = _quotient(catalogue.expression(kpi))
    return _number(split[1], cell) if split else None


def _trials(catalogue: Catalogue, expression: Expression, cell: Cell) -> Number | None:
    split = _quotient(expression)
    return _number(split[1], cell) if split and _counts(catalogue, split[1]) else None


def _number(expression: Expression, cell: Cell) -> Number | None:
    """Evaluate a part of the formula with the numbers of a cell."""
    value, _ = evaluate(expression, {i: cell.parts.get(i.label) for i in inputs(expression)})
    return value
