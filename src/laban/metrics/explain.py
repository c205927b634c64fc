"""A plan as SQL that a person can paste into a DuckDB shell: every statement with its values written in.

For reading and checking only; what Laban runs itself has its values bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from laban.metrics.compile import Plan
from laban.metrics.dialect import Sql
from laban.warehouse.sql import literal

#: Constants, quoted names and comments, in which nothing is changed; or a place for a value.
_PIECE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|\?")
#: Where a new line makes a statement easier to read.
_CLAUSE = re.compile(r"\s(?=(?:SELECT|FROM|LEFT JOIN|(?<!LEFT )JOIN|WHERE|GROUP BY)\b)")


def statements(plan: Plan) -> tuple[str, ...]:
    """Return every statement of a plan, each ending with a semicolon."""
    return tuple(pasteable(statement.sql) for statement in plan.statements)


def pasteable(sql: Sql) -> str:
    """Return a statement with its values in the place of its question marks, in lines.

    Raises:
        ValueError: there are not as many values as places.
        TypeError: a value has no way of being written.
    """
    return f"{''.join(_pieces(_CLAUSE.sub, sql))};"


def inlined(sql: Sql) -> str:
    """Return a statement or a part of one with its values in the place of its question marks."""
    return "".join(_pieces(lambda _, text: text, sql))


def _pieces(between: Callable[[str, str], str], sql: Sql) -> Iterator[str]:
    if sum(found[0] == "?" for found in _PIECE.finditer(sql.text)) != len(sql.params):
        raise ValueError("not as many values as places")
    place, values = 0, iter(sql.params)
    for found in _PIECE.finditer(sql.text):
        yield between("\n", sql.text[place : found.start()])
        yield constant(next(values)) if found[0] == "?" else found[0]
        place = found.end()
    yield between("\n", sql.text[place:])


def constant(value: Any) -> str:
    """Return a value as DuckDB reads it back, with its type; safe whatever stands in a text.

    Raises:
        TypeError: no statement has values of this type.
    """
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    raise TypeError(type(value).__name__)


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise TypeError(value)
    return format(value, "f")


def _text(value: str) -> str:
    """Write what a terminal or a web page would swallow or change by its number, everything else as it is."""
    pieces = re.split(r"([\x00-\x1f\x7f-\x9f])", value)
    if len(pieces) == 1:
        return literal(value)
    written = [f"chr({ord(piece)})" if place % 2 else literal(piece) for place, piece in enumerate(pieces) if piece]
    return f"({' || '.join(written)})"


#: How each kind of value is written; the narrower kinds stand first.
_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    (type(None), lambda _: "NULL"),
    (bool, lambda value: "TRUE" if value else "FALSE"),
    (int, str),
    (Decimal, _number),
    (float, lambda value: f"CAST({literal(repr(value))} AS DOUBLE)"),
    (str, _text),
    (datetime, lambda value: f"TIMESTAMP {literal(value.isoformat(sep=' '))}"),
    (date, lambda value: f"DATE {literal(value.isoformat())}"),
    ((list, tuple), lambda value: f"[{', '.join(constant(item) for item in value)}]"),
)
