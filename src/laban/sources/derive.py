"""Expressions of the mapping files over whole columns: which fact column comes from what.

An expression is the name of a column, or one operation: ``{value: x}``, ``{present: [a, b]}`` (the first column the
file has), ``{first_of: [a, b], default: x}`` (row by row), ``{product: [a, b]}``, ``{sum: […]}``, ``{lookup: a,
words: w, default: x}``, … The operations are the entries of ``OPERATIONS``. A column that the file does not have
gives None, and so does everything computed from it: the fact column is then left out, which is not the same as
zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal, localcontext
from hashlib import sha256
from typing import Any

from laban.sources.dates import NotADateError, parse_moment
from laban.sources.ga_channels import channel_of
from laban.sources.mapping import Platform
from laban.sources.wholes import WHOLE
from laban.sources.words import finder
from laban.tagging.channels import Tag

Values = list[Any] | None


class Columns:
    """The columns of a table by canonical name, with the platform's derived ones computed when asked for."""

    def __init__(self, platform: Platform, values: Mapping[str, list[Any]], rows: int) -> None:
        self.platform = platform
        self.values = dict(values)
        self.rows = rows

    def get(self, expression: Any) -> Values:
        """Return the values of an expression, or None if the file does not have what it needs."""
        if isinstance(expression, str):
            if expression in self.values:
                return self.values[expression]
            derived = self.platform.derived.get(expression)
            return self.get(derived) if derived is not None else None
        operation = next(name for name in expression if name in OPERATIONS)
        return OPERATIONS[operation](self, expression, expression[operation])


def names_in(expression: Any, platform: Platform) -> set[str]:
    """Return the canonical columns that an expression may read."""
    if isinstance(expression, str):
        if expression in platform.derived:
            return names_in(platform.derived[expression], platform)
        return {expression}
    if isinstance(expression, Mapping):
        return {n for key, part in expression.items() if key not in _NOT_COLUMNS for n in names_in(part, platform)}
    if isinstance(expression, list):
        return {name for part in expression for name in names_in(part, platform)}
    return set()


_NOT_COLUMNS = frozenset({"value", "words", "default", "absent", "matches", "unless", "with", "as"})


def _value(columns: Columns, _: Any, value: Any) -> Values:
    return [value] * columns.rows


def _present(columns: Columns, _: Any, parts: Sequence[Any]) -> Values:
    return next((found for part in parts if (found := columns.get(part)) is not None), None)


def _first_of(columns: Columns, spec: Any, parts: Sequence[Any]) -> Values:
    found = [values for part in parts if (values := columns.get(part)) is not None]
    default = spec.get("default")
    if not found:
        return None if default is None else [default] * columns.rows
    return [next((value for value in row if value is not None), default) for row in zip(*found, strict=True)]


def _product(columns: Columns, _: Any, parts: Sequence[Any]) -> Values:
    return _combined(columns, parts, lambda a, b: a * b)


def _times(columns: Columns, _: Any, parts: Sequence[Any]) -> Values:
    values = columns.get(parts[0])
    factor = Decimal(str(parts[1]))
    return None if values is None else [None if value is None else value * factor for value in values]


def _combined(columns: Columns, parts: Sequence[Any], combine: Callable[[Any, Any], Any]) -> Values:
    first, second = (columns.get(part) for part in parts)
    if first is None or second is None:
        return None
    with localcontext(prec=50):
        return [None if a is None or b is None else combine(a, b) for a, b in zip(first, second, strict=True)]


def _sum(columns: Columns, _: Any, parts: Sequence[Any]) -> Values:
    found = [values for part in parts if (values := columns.get(part)) is not None]
    if not found:
        return None
    rows = zip(*found, strict=True)
    return [sum(there) if (there := [v for v in row if v is not None]) else None for row in rows]


def _round(columns: Columns, _: Any, part: Any) -> Values:
    values = columns.get(part)
    return values and [None if v is None else v.quantize(Decimal(1), ROUND_HALF_UP) for v in values]


def _quotient(columns: Columns, _: Any, parts: Sequence[Any]) -> Values:
    """Divide row by row; by zero there is no answer."""
    return _combined(columns, parts, lambda a, b: a / b if b else None)


def _one_or_zero(columns: Columns, _: Any, part: Any) -> Values:
    values = columns.get(part)
    return values and [None if value is None else Decimal(int(value)) for value in values]


def _day(columns: Columns, _: Any, part: Any) -> Values:
    values = columns.get(part)
    return values and [v.date() if isinstance(v, datetime) else v for v in values]


def _lookup(columns: Columns, spec: Any, part: Any) -> Values:
    values = columns.get(part)
    default = spec.get("default")
    if values is None:
        return [spec["absent"]] * columns.rows if "absent" in spec else None
    find = finder(columns.platform, spec["words"])
    known = {value: None if value is None else find(value) for value in set(values)}
    return [None if value is None else default if (word := known[value]) is None else word for value in values]


def _when(columns: Columns, spec: Any, part: Any) -> Values:
    values, then = columns.get(part), columns.get(spec["then"])
    if values is None or then is None:
        return None
    wanted = re.compile("|".join(spec["matches"]), re.IGNORECASE)
    unwanted = re.compile("|".join(spec["unless"]), re.IGNORECASE) if "unless" in spec else None
    return [
        result if value and wanted.search(value) and not (unwanted and unwanted.search(value)) else None
        for value, result in zip(values, then, strict=True)
    ]


def _join(columns: Columns, spec: Any, parts: Sequence[Any]) -> Values:
    found = [values for part in parts if (values := columns.get(part)) is not None]
    if not found:
        return None
    return [spec["with"].join(str(v) for v in row if v is not None) or None for row in zip(*found, strict=True)]


def _joined(columns: Columns, _: Any, name: str) -> Values:
    """What stands in all columns of one kind, in the order of the file."""
    many = [values for key, values in columns.values.items() if key.startswith(f"{name}@")]
    if not many:
        return None
    return [" | ".join(str(value) for value in row if value is not None) or None for row in zip(*many, strict=True)]


def _last_part(columns: Columns, _: Any, part: Any) -> Values:
    values = columns.get(part)
    return values and [value.rsplit("/", 1)[-1].strip() if value else None for value in values]


def _channel_of(columns: Columns, spec: Any, part: Any) -> Values:
    """The channel that the shipped rules give to ``source / medium``, with the campaign where a column has it."""
    values = columns.get(part)
    if values is None:
        return None
    campaigns = columns.get(spec["campaign"]) or [None] * columns.rows
    return [
        channel_of(tag.source, tag.medium, campaign or "") if value else None
        for value, campaign in zip(values, campaigns, strict=True)
        for tag in (Tag.of(value or ""),)
    ]


def _above_zero(columns: Columns, _: Any, part: Any) -> Values:
    values = columns.get(part)
    return values and [None if value is None else max(value, Decimal(0)) for value in values]


def _below_zero(columns: Columns, _: Any, part: Any) -> Values:
    values = columns.get(part)
    return values and [None if value is None else max(-value, Decimal(0)) for value in values]


def _size(columns: Columns, _: Any, part: Any) -> Values:
    values = columns.get(part)
    return values and [None if value is None else abs(value) for value in values]


def _shortened(columns: Columns, _: Any, part: Any) -> Values:
    values = columns.get(part)
    return values and [None if value is None else " ".join(value.split())[:200] or None for value in values]


def _network_by_column(columns: Columns, spec: Any, networks: Mapping[str, str]) -> Values:
    found = next((network for network, column in networks.items() if column in columns.values), spec.get("default"))
    return [found] * columns.rows


def _fingerprint(columns: Columns, _: Any, parts: Sequence[Any]) -> Values:
    """A short name, the same in every download, for what an export gives no number of its own."""
    found = [values for part in parts if (values := columns.get(part)) is not None]
    if not found:
        return None
    rows = (" | ".join("" if value is None else str(value) for value in row) for row in zip(*found, strict=True))
    return [sha256(row.encode()).hexdigest()[:16] for row in rows]


def _later(columns: Columns, _: Any, parts: Sequence[Any]) -> Values:
    """A moment so many minutes after another."""
    return _combined(columns, parts, lambda moment, minutes: moment + timedelta(minutes=float(minutes)))


_TIKTOK_VIDEO = re.compile(r"/(?:video|photo)/(\d{15,20})|^(\d{15,20})$")


def _tiktok_id(columns: Columns, _: Any, part: Any) -> Values:
    values = columns.get(part)
    return values and [_video_id(value) or value for value in values]


def _video_id(link: str | None) -> str | None:
    found = _TIKTOK_VIDEO.search(link or "")
    return found[1] or found[2] if found else None


#: Shops read their own clock; a post's day is the day in Viet Nam.
_SHOP_TIME = timezone(timedelta(hours=7))


def _tiktok_time(columns: Columns, _: Any, part: Any) -> Values:
    """The upper 32 bits of a TikTok video number are the second of posting; the export's own date lacks the year."""
    values = columns.get(part)
    if values is None:
        return None
    seconds = [int(video) >> 32 if (video := _video_id(value)) else None for value in values]
    return [None if s is None else datetime.fromtimestamp(s, _SHOP_TIME).replace(tzinfo=None) for s in seconds]


def _moment(columns: Columns, _: Any, part: Any) -> Values:
    """Read a label as a moment where it is a whole one; a day without a year is none."""
    values = columns.get(part)
    return values and [_whole_moment(value) for value in values]


def _whole_moment(text: str | None) -> datetime | None:
    try:
        return parse_moment(text) if text else None
    except NotADateError:
        return None


def _difference(columns: Columns, _: Any, parts: Sequence[Any]) -> Values:
    return _combined(columns, parts, lambda a, b: a - b)


#: The course of an order; where two columns speak of it, the one further on is right.
COURSE = ("placed", "confirmed", "shipped", "delivered", "cancelled", "failed", "returned")


def furthest(states: Iterable[str | None]) -> str | None:
    """Return the state furthest on in the course of an order; None if there is none."""
    return max((state for state in states if state), key=COURSE.index, default=None)


def _furthest(columns: Columns, _: Any, parts: Sequence[Any]) -> Values:
    found = [values for part in parts if (values := columns.get(part)) is not None]
    return [furthest(states) for states in zip(*found, strict=True)] if found else None


def _filled(columns: Columns, spec: Any, part: Any) -> Values:
    values = columns.get(part)
    return values and [None if value is None else spec["as"] for value in values]


def _says(columns: Columns, spec: Any, parts: Sequence[Any]) -> Values:
    found = [values for part in parts if (values := columns.get(part)) is not None]
    wanted = re.compile("|".join(spec["matches"]), re.IGNORECASE)
    rows = zip(*found, strict=True)
    return [any(text and wanted.search(text) for text in row) for row in rows] if found else None


def _largest(columns: Columns, _: Any, amounts: Mapping[str, str]) -> Values:
    """Name the largest of several amounts, such as the way in which most of an invoice was paid."""
    found = {name: values for name, part in amounts.items() if (values := columns.get(part)) is not None}
    return [_name_of_largest({n: v[i] for n, v in found.items() if v[i]}) for i in range(columns.rows)] or None


def _name_of_largest(amounts: Mapping[str, Decimal]) -> str | None:
    return max(amounts, key=lambda name: amounts[name], default=None)


def _of(function: Callable[[list[Any]], Values]) -> Callable[[Columns, Any, Any], Values]:
    """Return the operation that applies a function to a whole column, where there is one."""

    def operation(columns: Columns, _: Any, part: Any) -> Values:
        values = columns.get(part)
        return None if values is None else function(values)

    return operation


OPERATIONS: Mapping[str, Callable[[Columns, Any, Any], Values]] = {
    "value": _value,
    "present": _present,
    "first_of": _first_of,
    "product": _product,
    "fingerprint": _fingerprint,
    "quotient": _quotient,
    "times": _times,
    "sum": _sum,
    "round": _round,
    "one_or_zero": _one_or_zero,
    "day": _day,
    "lookup": _lookup,
    "when": _when,
    "join": _join,
    "joined": _joined,
    "last_part": _last_part,
    "channel_of": _channel_of,
    "above_zero": _above_zero,
    "below_zero": _below_zero,
    "size": _size,
    "shortened": _shortened,
    "network_by_column": _network_by_column,
    "by_column": _network_by_column,
    "later": _later,
    **{name: _of(function) for name, function in WHOLE.items()},
    "tiktok_id": _tiktok_id,
    "tiktok_time": _tiktok_time,
    "moment": _moment,
    "difference": _difference,
    "furthest": _furthest,
    "filled": _filled,
    "says": _says,
    "largest": _largest,
}
