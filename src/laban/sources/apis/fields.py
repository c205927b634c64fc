"""Expressions over the rows of an answer: which cell comes from where.

An expression is a path (``metrics.clicks``, ``values.0.end_time``, ``actions[action_type=lead].value``) or one
operation: ``{given: "{property_id}"}``, ``{page: metadata.currencyCode}``, ``{first: […]}``, ``{sum: […]}``,
``{minus: [a, b]}``, ``{times: [a, 0.000001]}``, ``{join: […], with: " "}``, ``{words: a, are: {…}}``,
``{ymd: dateRange.start}``, ``{read: a, format: "%Y%m%d"}``, ``{day_before: end_time}``, ``{tail: a, by: ":"}``,
``{named: a}``, ``{about: currency}``, ``{if: a, then: b, else: c}``. What is not there is
None, and so is everything computed from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from laban.sources.apis.fill import filled

_STEP = re.compile(r"([^.\[\]]+)((?:\[[^\]]*\])*)(?:\.|$)")
_WANTED = re.compile(r"\[([^=\]]+)=([^\]]*)\]")
#: Seconds since 1970 are ten digits for three hundred years, milliseconds thirteen.
_MILLISECONDS = 10**11


@dataclass(frozen=True, slots=True)
class Scope:
    """A row, its page, what the connection gives, the names of what rows only number, and what holds for all rows."""

    row: Any
    page: Any
    given: Mapping[str, Any]
    names: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)


def value_at(tree: Any, path: str) -> Any:
    """Return what stands at a dotted path, or None; ``""`` is the whole."""
    for name, wanted in _steps(path):
        tree = _step(tree, name)
        for key, value in wanted:
            tree = next((item for item in _listed(tree) if str(_step(item, key)) == value), None)
        if tree is None:
            return None
    return tree


@lru_cache(maxsize=4096)
def _steps(path: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    return tuple((name, tuple(_WANTED.findall(marks))) for name, marks in _STEP.findall(path))


def _step(tree: Any, name: str) -> Any:
    if isinstance(tree, Mapping):
        return tree.get(name)
    if isinstance(tree, Sequence) and not isinstance(tree, str) and name.isdigit() and int(name) < len(tree):
        return tree[int(name)]
    return None


def _listed(tree: Any) -> Sequence[Any]:
    return tree if isinstance(tree, Sequence) and not isinstance(tree, str) else ()


def all_at(tree: Any, path: str) -> list[Any]:
    """Return what stands at a path with ``*`` for every item of a list."""
    head, star, rest = path.partition("*")
    if not star:
        return [value_at(tree, path)]
    items = _listed(value_at(tree, head.rstrip(".")) if head else tree)
    return [found for item in items for found in all_at(item, rest.lstrip("."))]


def evaluate(expression: Any, scope: Scope) -> Any:
    """Return the value of an expression over a row, or None."""
    if isinstance(expression, str):
        return value_at(scope.row, expression)
    name = next(key for key in expression if key in OPERATIONS)
    return OPERATIONS[name](scope, expression, expression[name])


def number(value: Any) -> Decimal | None:
    """Return a JSON number or a text of digits as it is written, exactly; None for anything else."""
    if isinstance(value, bool) or value is None or value == "":
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def moment(value: Any, zone: str) -> datetime | None:
    """Return a moment on the shop's clock: from ISO text with or without an offset, or seconds since 1970."""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return _from_seconds(int(value), zone)
    if not isinstance(value, str) or not value.strip():
        return None
    text = value.strip()
    if text.isdigit() and len(text) >= 10:
        return _from_seconds(int(text), zone)
    try:
        found = datetime.fromisoformat(_OFFSET.sub(r"\1:\2", _FRACTION.sub(r"\1", text)))
    except ValueError:
        return None
    return found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if found.tzinfo else found


#: Offsets without a colon and more than six decimals are allowed by ISO 8601, and not read everywhere.
_OFFSET = re.compile(r"([+-]\d{2})(\d{2})$")
_FRACTION = re.compile(r"(\.\d{6})\d+")


def _from_seconds(seconds: int, zone: str) -> datetime:
    whole = seconds // 1000 if seconds > _MILLISECONDS else seconds
    return datetime.fromtimestamp(whole, UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _given(scope: Scope, _: Any, template: str) -> Any:
    return filled(template, scope.given) or None


def _about(scope: Scope, _: Any, path: str) -> Any:
    return scope.about.get(path)


def _page(scope: Scope, _: Any, path: str) -> Any:
    return value_at(scope.page, path)


def _first(scope: Scope, _: Any, parts: Sequence[Any]) -> Any:
    return next((value for part in parts if (value := evaluate(part, scope)) not in (None, "")), None)


def _numbers(scope: Scope, parts: Sequence[Any]) -> list[Decimal | None]:
    return [number(evaluate(part, scope)) for part in parts]


def _sum(scope: Scope, _: Any, parts: Sequence[Any] | str) -> Any:
    if isinstance(parts, str):
        there = [found for item in all_at(scope.row, parts) if (found := number(item)) is not None]
    else:
        there = [found for found in _numbers(scope, parts) if found is not None]
    return sum(there, Decimal(0)) if there else None


def _minus(scope: Scope, _: Any, parts: Sequence[Any]) -> Any:
    first, *others = _numbers(scope, parts)
    return None if first is None else first - sum((other or Decimal(0) for other in others), Decimal(0))


def _times(scope: Scope, _: Any, parts: Sequence[Any]) -> Any:
    found = number(evaluate(parts[0], scope))
    return None if found is None else found * Decimal(str(parts[1]))


def _join(scope: Scope, spec: Any, parts: Sequence[Any]) -> Any:
    there = [str(value) for part in parts if (value := evaluate(part, scope)) not in (None, "")]
    return spec.get("with", " ").join(there) or None


def _words(scope: Scope, spec: Any, part: Any) -> Any:
    value = evaluate(part, scope)
    return None if value is None else spec["are"].get(str(value).casefold(), spec.get("else", value))


def _ymd(scope: Scope, _: Any, path: str) -> Any:
    parts = [value_at(scope.row, f"{path}.{name}") for name in ("year", "month", "day")]
    try:
        return date(*(int(part) for part in parts))
    except (TypeError, ValueError):
        return None


def _read(scope: Scope, spec: Any, part: Any) -> Any:
    value = evaluate(part, scope)
    try:
        return datetime.strptime(str(value), spec["format"]).date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        return value


def _day_before(scope: Scope, _: Any, part: Any) -> Any:
    """The day that ends at a moment: some platforms stamp a day's number with the midnight after it."""
    at = moment(evaluate(part, scope), "UTC")
    return None if at is None else at.date() - timedelta(days=1)


def _tail(scope: Scope, spec: Any, part: Any) -> Any:
    value = evaluate(part, scope)
    return None if value is None else str(value).rsplit(spec.get("by", ":"), 1)[-1]


def _named(scope: Scope, _: Any, part: Any) -> Any:
    value = evaluate(part, scope)
    return None if value is None else scope.names.get(str(value), str(value))


def _if(scope: Scope, spec: Any, part: Any) -> Any:
    value = evaluate(part, scope)
    wanted = spec.get("is")
    holds = bool(value) if wanted is None else str(value).casefold() in {str(word).casefold() for word in wanted}
    branch = spec.get("then" if holds else "else")
    return None if branch is None else evaluate(branch, scope)


def _value(_: Scope, __: Any, value: Any) -> Any:
    return value


OPERATIONS: Mapping[str, Callable[[Scope, Any, Any], Any]] = {
    "given": _given,
    "page": _page,
    "about": _about,
    "first": _first,
    "sum": _sum,
    "minus": _minus,
    "times": _times,
    "join": _join,
    "words": _words,
    "ymd": _ymd,
    "read": _read,
    "day_before": _day_before,
    "named": _named,
    "tail": _tail,
    "if": _if,
    "value": _value,
}
