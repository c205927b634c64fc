"""A formula in pieces, so that it can be shown with names, or with its numbers filled in."""

from __future__ import annotations

from laban.metrics.formula import Expression, Input, KpiRef, Named, Number, Operation, inputs, parse
from laban.metrics.model import Catalogue
from laban.metrics.result import Cell
from laban.report.views.common import label_text
from laban.report.views.kpi import FormulaPart, Token

_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_RANK = {"+": 1, "-": 1, "*": 2, "/": 2}


def tokens(catalogue: Catalogue, formula: str) -> tuple[Token, ...]:
    """Return the pieces of a formula in reading order, with only the parentheses it needs."""
    return tuple(_tokens(parse(formula, catalogue.names), 0))


def _tokens(expression: Expression, outer: int, *, right: bool = False) -> list[Token]:
    match expression:
        case Number(value):
            return [Token("number", format(value, "f"))]
        case Operation(operator, first, second):
            rank = _RANK[operator]
            inside = [
                *_tokens(first, rank),
                Token("op", _SIGNS[operator]),
                *_tokens(second, rank, right=operator in "-/"),
            ]
            if rank < outer or (rank == outer and right):
                return [Token("op", "("), *inside, Token("op", ")")]
            return inside
        case Named(label, _):
            return [Token("part", label)]
        case Input() | KpiRef():
            return [Token("part", expression.label)]


def parts(catalogue: Catalogue, kpi: str, cell: Cell) -> tuple[FormulaPart, ...]:
    """Return the parts of a KPI's formula as written, then the measures these are made of, with their numbers."""
    written = [t.text for t in tokens(catalogue, catalogue.kpi(kpi).formula) if t.kind == "part"]
    deeper = [i.label for i in inputs(catalogue.expression(kpi))]
    return tuple(
        FormulaPart(
            label, label_text(catalogue, label), cell.parts.get(label), unit == "currency", unit == "duration"
        )
        for label in dict.fromkeys((*written, *deeper))
        for unit in (unit_of(catalogue, label),)
    )


def unit_of(catalogue: Catalogue, label: str) -> str:
    """Return the unit of a part of a formula by its label; "" where it has none."""
    bare = label.rpartition("(")[2].split(",")[0].rstrip(")")
    if bare.startswith("K."):
        return catalogue.kpi(bare[2:]).unit
    return catalogue.measures[bare].unit if bare in catalogue.measures else ""
