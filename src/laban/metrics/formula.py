"""The language of KPI formulas: Python arithmetic over measures, read with ``ast`` and never run as code.

    expression  number, measure, K.kpi, + - * / and parentheses
    where(x, dimension='value', ...)   x over the rows that match; a tuple of values means any of them
    first(x), last(x)                  a stock at the start and at the end of the period
    median(x)                          the exact median of row-level x
    within(x, days=30)                 x over at least so many days; how long after buying a customer is active
    prev(x), base(x)                   x in the period before, and in the base period of an index
    complete(x)                        x, but missing when any part of a sum in it is missing

Sums are exact and there is one division, at the very end: a value travels as a numerator and a denominator.
A missing part of a sum is skipped and named; a missing part of anything else makes the result missing, and so
does a division by zero. Missing is never zero.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from decimal import Context, Decimal, InvalidOperation, localcontext
from typing import Literal

from laban.errors import FormulaError, UnknownNameError
from laban.i18n import Phrase

Take = Literal["value", "first", "last", "median"]
Shift = Literal["now", "prev", "base"]
Operator = Literal["+", "-", "*", "/"]
Filters = tuple[tuple[str, tuple[str, ...]], ...]
Exact = Decimal | int
#: A number as numerator and denominator (never zero), or None for "no number".
Pair = tuple[Exact, Exact] | None

#: A dimension may be called by the name its column has in the facts.
ALIASES = {"channel_group": "channel"}
LONGEST = 2000
#: The longest window that a formula may ask for, in days.
LONGEST_WINDOW = 730
_BLANK = re.compile(r"\s")
#: Constants stay between 1e-30 and 1e30.
LARGEST = 30

_TAKES: dict[str, Take] = {"first": "first", "last": "last", "median": "median"}
_SHIFTS: dict[str, Shift] = {"prev": "prev", "base": "base"}
_WRONG_ARGUMENTS = {"where": "formula.where_needs", "within": "formula.within_arguments"}
_OPERATORS: dict[type[ast.operator], Operator] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
#: Sums and products of money and counts stay far below this many digits, so they are exact.
_EXACT = Context(prec=400)
_SHOWN = Context(prec=34)


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Input:
    """A measure as a formula wants it; ``window`` is the least number of days it looks at.

    ``days`` is what the formula itself says of them; for customers by activity, how long they count as active.
    """

    measure: str
    where: Filters = ()
    take: Take = "value"
    shift: Shift = "now"
    window: int = 0
    days: int = 0

    @property
    def label(self) -> str:
        """The way a formula writes this input."""
        label = _label(self.measure, self.where, self.take, self.shift)
        return f"within({label}, days={self.days})" if self.days else label


@dataclass(frozen=True, slots=True)
class KpiRef:
    """Another KPI at the same scope."""

    kpi: str
    where: Filters = ()
    shift: Shift = "now"

    @property
    def label(self) -> str:
        """The way a formula writes this KPI."""
        return _label(f"K.{self.kpi}", self.where, "value", self.shift)


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions and what is done with them."""

    operator: Operator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Named:
    """An expression that stands for a derived measure or another KPI, under the name that a reader knows."""

    label: str
    inner: Expression


Expression = Number | Input | KpiRef | Operation | Named


def _label(text: str, where: Filters, take: Take, shift: Shift) -> str:
    if where:
        conditions = ", ".join(f"{dim}={_values(values)}" for dim, values in where)
        text = f"where({text}, {conditions})"
    if take != "value":
        text = f"{take}({text})"
    return text if shift == "now" else f"{shift}({text})"


def _values(values: tuple[str, ...]) -> str:
    return repr(values[0]) if len(values) == 1 else repr(values)


@dataclass(frozen=True, slots=True)
class Names:
    """What a formula may speak of."""

    measures: Collection[str]
    kpis: Collection[str]
    dimensions: Collection[str]


def parse(text: str, names: Names) -> Expression:
    """Read a formula.

    Raises:
        FormulaError: the text is not a formula; points at the character. An unknown name is answered with the
            nearest ones.
    """
    if len(text) > LONGEST:
        raise FormulaError(f"{text[:40]}…", LONGEST, Phrase.of("formula.too_long", longest=LONGEST))
    flat = _BLANK.sub(" ", text)
    lead = len(flat) - len(flat.lstrip())
    try:
        body = ast.parse(flat[lead:], mode="eval").body
        return _Reader(text, flat[lead:], lead, names).read(body)
    except SyntaxError as error:
        found = lead + error.offset - 1 if error.offset else len(text)  # no offset: the text ends too early
        position = min(found, max(len(text) - 1, 0))
        raise FormulaError(text, position, Phrase.of("formula.syntax")) from None
    except (RecursionError, MemoryError, ValueError):
        raise FormulaError(text, 0, Phrase.of("formula.too_deep")) from None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads what ``ast`` made of ``flat``, which begins ``lead`` characters into the person's own ``text``."""

    text: str
    flat: str
    lead: int
    names: Names

    def read(self, node: ast.expr) -> Expression:
        match node:
            case ast.Name(id=name):
                return Input(self.known(node, name, self.names.measures, "formula.measure"))
            case ast.Attribute(value=ast.Name(id="K"), attr=name):
                return KpiRef(self.known(node, name, self.names.kpis, "formula.kpi"))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return Operation(_OPERATORS[type(op)], self.read(left), self.read(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Operation("*", Number(Decimal(-1)), self.read(operand))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
                return self.call(node, name, args, keywords)
            case _:
                return Number(self.number(node))

    def number(self, node: ast.expr) -> Decimal:
        if not isinstance(node, ast.Constant):
            raise self.fault(node, "formula.not_allowed")
        if isinstance(node.value, str):
            raise self.fault(node, "formula.no_text")
        written = ast.get_source_segment(self.flat, node) or ""
        try:
            value = Decimal(written.replace("_", ""))
        except InvalidOperation:
            raise self.fault(node, "formula.not_allowed") from None
        if not value.is_finite() or abs(value.adjusted()) > LARGEST:
            raise self.fault(node, "formula.not_allowed")
        return value

    def call(self, node: ast.Call, name: str, args: list[ast.expr], keywords: list[ast.keyword]) -> Expression:
        functions = ("where", "within", "complete", *_TAKES, *_SHIFTS)
        if name not in functions:
            raise self.unknown(node, name, functions, "formula.function")
        if len(args) != 1 or bool(keywords) != (name in {"where", "within"}):
            raise self.fault(node, _WRONG_ARGUMENTS.get(name, "formula.one_argument"), name=name)
        inner = self.read(args[0])
        if name == "within":
            return _lasting(inner, self.window(keywords))
        if name == "where":
            filters = tuple(sorted(self.condition(keyword) for keyword in keywords))
            return _changed(inner, where=filters)
        if name == "complete":
            return _complete(inner)
        if name in _TAKES:
            if not isinstance(inner, Input):
                raise self.fault(args[0], "formula.needs_measure", name=name)
            return replace(inner, take=_TAKES[name])
        return _changed(inner, shift=_SHIFTS[name])

    def window(self, keywords: list[ast.keyword]) -> int:
        match keywords:
            case [ast.keyword(arg="days", value=ast.Constant(value=int() as days))] if 1 <= days <= LONGEST_WINDOW:
                return days
        raise self.fault(keywords[0].value, "formula.within_needs", longest=LONGEST_WINDOW)

    def condition(self, keyword: ast.keyword) -> tuple[str, tuple[str, ...]]:
        name = ALIASES.get(keyword.arg or "", keyword.arg or "")
        self.known(keyword, name, self.names.dimensions, "formula.dimension")
        match keyword.value:
            case ast.Constant(value=str() as text):
                return name, (text,)
            case ast.Tuple(elts=items) | ast.List(elts=items) if items:
                texts = [item.value for item in items if isinstance(item, ast.Constant)]
                if len(texts) == len(items) and all(isinstance(text, str) for text in texts):
                    return name, tuple(sorted({str(text) for text in texts}))
        raise self.fault(keyword.value, "formula.needs_text", name=name)

    def known(self, node: ast.expr | ast.keyword, name: str, names: Collection[str], kind: str) -> str:
        if name not in names:
            raise self.unknown(node, name, names, kind)
        return name

    def unknown(self, node: ast.expr | ast.keyword, name: str, names: Collection[str], kind: str) -> FormulaError:
        nearest = UnknownNameError(kind, name, sorted(names)).nearest
        values = {"kind": Phrase.of(kind), "name": name, "nearest": ", ".join(nearest) or "–"}
        return FormulaError(self.text, self.position(node), Phrase("formula.unknown", values))

    def fault(self, node: ast.expr, key: str, **values: object) -> FormulaError:
        return FormulaError(self.text, self.position(node), Phrase(key, values))

    def position(self, node: ast.expr | ast.keyword) -> int:
        """Character offset of a node in the person's own text; ``ast`` counts bytes."""
        return self.lead + len(self.flat.encode()[: node.col_offset].decode())


def _lasting(expression: Expression, days: int) -> Expression:
    """Say of every measure how many days it looks at; a KPI within is left as it is, for it says so itself."""
    match expression:
        case Input():
            return replace(expression, days=days)
        case Operation(operator, left, right):
            return Operation(operator, _lasting(left, days), _lasting(right, days))
        case Named(label, inner):
            return Named(label, _lasting(inner, days))
        case _:
            return expression


def _changed(expression: Expression, where: Filters = (), shift: Shift | None = None) -> Expression:
    """Push a filter or a shift down to every input."""
    match expression:
        case Input() | KpiRef():
            return replace(
                expression,
                where=tuple(sorted((*expression.where, *where))),
                shift=shift or expression.shift,
            )
        case Operation(operator, left, right):
            return Operation(operator, _changed(left, where, shift), _changed(right, where, shift))
        case Named(label, inner):
            return Named(label, _changed(inner, where, shift))
        case _:
            return expression


def _complete(expression: Expression) -> Expression:
    """Write sums as differences, which unlike sums are missing as soon as one side is."""
    match expression:
        case Operation("+", left, right):
            return Operation("-", _complete(left), Operation("*", Number(Decimal(-1)), _complete(right)))
        case Operation(operator, left, right):
            return Operation(operator, _complete(left), _complete(right))
        case _:
            return expression


def expanded(
    expression: Expression,
    kpis: Mapping[str, tuple[Expression, int]],
    derived: Mapping[str, Expression],
    window: int = 0,
) -> Expression:
    """Write every KPI and derived measure out, down to the measures that a fact holds.

    Args:
        expression: what ``parse`` gave.
        kpis: per KPI its expression and the least number of days it looks at.
        derived: per derived measure its expression.
        window: the least number of days the whole looks at; an inner KPI may look further back.
    """
    match expression:
        case Input() as found if found.measure in derived:
            inner = _changed(derived[found.measure], found.where, _moved(found.shift))
            lasting = _lasting(inner, found.days) if found.days else inner
            return Named(found.label, expanded(lasting, kpis, derived, window))
        case Input() as found:
            return replace(found, window=max(window, found.days))
        case KpiRef() as found:
            formula, own = kpis[found.kpi]
            inner = _changed(formula, found.where, _moved(found.shift))
            return Named(found.label, expanded(inner, kpis, derived, max(window, own)))
        case Operation(operator, left, right):
            return Operation(operator, expanded(left, kpis, derived, window), expanded(right, kpis, derived, window))
        case Named(label, inner):
            return Named(label, expanded(inner, kpis, derived, window))
        case _:
            return expression


def _moved(shift: Shift) -> Shift | None:
    return None if shift == "now" else shift


def inputs(expression: Expression) -> tuple[Input, ...]:
    """Return every input of an expression, each once, in reading order."""
    match expression:
        case Input():
            return (expression,)
        case Operation(_, left, right):
            return tuple(dict.fromkeys((*inputs(left), *inputs(right))))
        case Named(_, inner):
            return inputs(inner)
        case _:
            return ()


def references(expression: Expression) -> tuple[str, ...]:
    """Return the KPIs that an expression names, each once."""
    match expression:
        case KpiRef(kpi):
            return (kpi,)
        case Operation(_, left, right):
            return tuple(dict.fromkeys((*references(left), *references(right))))
        case Named(_, inner):
            return references(inner)
        case _:
            return ()


def answerable(expression: Expression, have: Collection[Input]) -> bool:
    """Return whether an expression has a number when only ``have`` are known (divisions set aside)."""
    match expression:
        case Input():
            return expression in have
        case Operation("+", left, right):
            return answerable(left, have) or answerable(right, have)
        case Operation(_, left, right):
            return answerable(left, have) and answerable(right, have)
        case Named(_, inner):
            return answerable(inner, have)
        case _:
            return True


def exactly() -> AbstractContextManager[Context]:
    """Make sums and products of decimals exact while it lasts."""
    return localcontext(_EXACT)


def evaluate(
    expression: Expression, values: Mapping[Input, Exact | None]
) -> tuple[Exact | None, dict[str, Exact | None]]:
    """Return the value of an expanded expression and the value of each part of it by label.

    Money and counts are summed exactly; a quotient is rounded once, to 34 digits.
    """
    with exactly():
        return evaluated(expression, values)


def evaluated(
    expression: Expression, values: Mapping[Input, Exact | None]
) -> tuple[Exact | None, dict[str, Exact | None]]:
    """Do what ``evaluate`` does, for many cells within one ``exactly()``."""
    parts: dict[str, Exact | None] = {}
    return _rounded(_pair(expression, values, parts)), parts


def _pair(expression: Expression, values: Mapping[Input, Exact | None], parts: dict[str, Exact | None]) -> Pair:
    match expression:
        case Input():
            value = values.get(expression)
            parts[expression.label] = value
            return None if value is None else (value, 1)
        case Number(value):
            return (value, 1)
        case Named(label, inner):
            found = _pair(inner, values, parts)
            parts[label] = _rounded(found)
            return found
        case Operation(operator, left, right):
            return _combined(operator, _pair(left, values, parts), _pair(right, values, parts))
        case _:
            raise TypeError(expression)


def _combined(operator: Operator, left: Pair, right: Pair) -> Pair:
    if left is None or right is None:
        return (left or right) if operator == "+" else None
    (a, b), (c, d) = left, right
    match operator:
        case "*":
            return a * c, b * d
        case "/":
            return (a * d, b * c) if c else None
        case "+":
            return (a + c, b) if b == d else (a * d + c * b, b * d)
        case "-":
            return (a - c, b) if b == d else (a * d - c * b, b * d)


def _rounded(pair: Pair) -> Exact | None:
    if pair is None:
        return None
    numerator, denominator = pair
    if denominator == 1:
        return numerator
    return _SHOWN.divide(Decimal(numerator), Decimal(denominator))
