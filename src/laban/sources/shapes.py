"""Rows that must turn before they are rows of a fact: orders of many lines, leads of many stages, costs of many days.

A shape takes the table's columns and gives columns again; it is named in the mapping by the operation it has
(``once_per``, ``number``, ``stages``, ``spread``, ``melt``, ``unpivot``, ``pieces``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from laban.periods import Period
from laban.sources.currency import money_unit
from laban.sources.derive import Columns
from laban.sources.lists import by_day, least, tally
from laban.sources.notes import Notes
from laban.sources.orders import once_per

_DAY = timedelta(days=1)


def shaped(columns: Columns, spec: Mapping[str, Any], notes: Notes) -> Columns:
    """Return the columns after the shape that ``spec`` names; without one, as they are."""
    for name, shape in SHAPES.items():
        if name in spec:
            return shape(columns, spec, notes)
    return columns


def _columns(old: Columns, values: Mapping[str, list[Any]], rows: int) -> Columns:
    return Columns(old.platform, values, rows)


def _take(columns: Columns, indices: Sequence[int]) -> dict[str, list[Any]]:
    return {name: [values[i] for i in indices] for name, values in columns.values.items()}


def number(columns: Columns, spec: Mapping[str, Any], _: Notes) -> Columns:
    """Number the lines within their key; ``by`` names columns that tell lines apart in any order of the file."""
    keys = columns.get(spec["within"]) or [None] * columns.rows
    parts = [column for name in spec.get("by", ()) if (column := columns.get(name)) is not None]
    seen: dict[tuple[Any, ...], int] = {}
    lines: list[str] = []
    for index, key in enumerate(keys):
        own = tuple(part[index] for part in parts)
        seen[key, own] = count = seen.get((key, own), 0) + 1
        label = "-".join(str(part) for part in own if part is not None)
        lines.append(f"{label}#{count}" if label and count > 1 else label or str(count))
    return _columns(columns, {**columns.values, spec["number"]: lines}, columns.rows)


def stages(columns: Columns, spec: Mapping[str, Any], _: Notes) -> Columns:
    """Turn one row per lead into one row per stage reached, dated by the column of that stage.

    The stage a lead is in now counts as reached on the day it was created when the sheet gives no date for it.
    """
    current = columns.get(spec["current"]) or [None] * columns.rows
    created = columns.get(next(iter(spec["stages"].values()))) or [None] * columns.rows
    indices: list[int] = []
    names: list[str] = []
    moments: list[datetime | None] = []
    for index in range(columns.rows):
        reached = _reached(columns, spec["stages"], index)
        now = current[index]
        if now is not None and now not in reached:
            reached[now] = created[index]
        for name, moment in reached.items():
            indices.append(index)
            names.append(name)
            moments.append(moment)
    values = _take(columns, indices)
    values |= {"stage": names, "entered_at": moments, "is_rejected": [current[i] == "rejected" for i in indices]}
    return _columns(columns, values, len(indices))


def _reached(columns: Columns, spec: Mapping[str, str], index: int) -> dict[str, datetime | None]:
    found: dict[str, datetime | None] = {}
    for name, column in spec.items():
        moments = columns.get(column)
        if moments is not None and moments[index] is not None:
            found[name] = moments[index]
    return found


def spread(columns: Columns, spec: Mapping[str, Any], notes: Notes) -> Columns:
    """Spread an amount evenly over its days, in whole units of its currency; the last day takes the rest."""
    since, until = columns.get(spec["from"]), columns.get(spec["to"])
    amounts, currencies = columns.get(spec["spread"]), columns.get("currency")
    indices: list[int] = []
    days: list[date] = []
    shares: list[Decimal] = []
    for index in range(columns.rows):
        last = until[index] if until else None
        period = _span(since[index] if since else None, last)
        if isinstance(last, Period) and period is not None and last.end <= period.start:
            notes.add("warning", "ends_before_start", value=last.last.isoformat(), start=period.start.isoformat())
        amount = amounts[index] if amounts else None
        if period is None or amount is None:
            continue
        if period.days > _LONGEST_COST:
            notes.add("warning", "cost_too_long", value=period.text(), days=period.days)
            continue
        pieces = portions(amount, period.days, money_unit(currencies[index] if currencies else None))
        indices.extend([index] * period.days)
        days.extend(period.start + n * _DAY for n in range(period.days))
        shares.extend(pieces)
    return _columns(columns, {**_take(columns, indices), "date": days, spec["spread"]: shares}, len(indices))


_LONGEST_COST = 1_100


def _span(since: Any, until: Any) -> Period | None:
    if not isinstance(since, Period):
        return None
    if isinstance(until, Period) and until.end > since.start:
        return Period(since.start, until.end)
    return since


def portions(amount: Decimal, count: int, unit: str) -> list[Decimal]:
    """Cut ``amount`` into ``count`` parts of whole ``unit`` that add up to it; the last takes what is left."""
    each = (amount / count).quantize(Decimal(unit), ROUND_DOWN)
    return [each] * (count - 1) + [amount - each * (count - 1)]


def melt(columns: Columns, spec: Mapping[str, Any], _: Notes) -> Columns:
    """Turn several answer columns into one row per question that was answered.

    A row whose key is missing gets its moment, and its place among those of the same moment: a row that is deleted
    from the sheet changes nothing about the others.
    """
    questions: Mapping[str, str] = spec["melt"]
    indices: list[int] = []
    names: list[str] = []
    answers: list[Any] = []
    for name, column in questions.items():
        values = columns.get(column)
        for index, value in enumerate(values or ()):
            if value is not None:
                indices.append(index)
                names.append(name)
                answers.append(value)
    taken = _take(_with_key(columns, spec["key"], spec.get("at", "answered_at")), indices)
    return _columns(columns, {**taken, spec["name"]: names, spec["value"]: answers}, len(indices))


def _with_key(columns: Columns, key: str, at: str) -> Columns:
    given = columns.get(key) or [None] * columns.rows
    moments = columns.get(at) or [None] * columns.rows
    seen: Counter[str] = Counter()
    filled: list[str] = []
    for value, moment in zip(given, moments, strict=True):
        text = _moment_text(moment)
        seen[text] += 1
        filled.append(value or f"{text}/{seen[text]}")
    return _columns(columns, {**columns.values, key: filled}, columns.rows)


def _moment_text(moment: datetime | None) -> str:
    return "" if moment is None else (moment.date() if moment.time() == time() else moment).isoformat()


def unpivot(columns: Columns, spec: Mapping[str, Any], _: Notes) -> Columns:
    """Turn the many columns of one kind (``name@heading``) into a row each; empty cells give no row."""
    prefix = f"{spec['unpivot']}@"
    indices: list[int] = []
    names: list[str] = []
    found: list[Any] = []
    for key, values in columns.values.items():
        if key.startswith(prefix):
            for index, value in enumerate(values):
                if value is not None:
                    indices.append(index)
                    names.append(key.removeprefix(prefix))
                    found.append(value)
    rest = _columns(columns, {k: v for k, v in columns.values.items() if not k.startswith(prefix)}, columns.rows)
    return _columns(columns, {**_take(rest, indices), spec["name"]: names, spec["value"]: found}, len(indices))


_PIECE = re.compile(r"(\d+)\s?×\s")
_BETWEEN = re.compile(r",\s+(?=\d+\s?×\s)")


def pieces(columns: Columns, spec: Mapping[str, Any], _: Notes) -> Columns:
    """Turn a list of products in one cell (``2× Áo, 1× Váy``) into a line each."""
    cells = columns.get(spec["pieces"]) or [None] * columns.rows
    indices: list[int] = []
    found: list[tuple[str, str, Decimal]] = []
    for index, cell in enumerate(cells):
        for line, text in enumerate(_BETWEEN.split(cell) if cell else (), 1):
            count = _PIECE.match(text)
            if count:
                indices.append(index)
                found.append((str(line), text[count.end() :].strip(), Decimal(count[1])))
    lines, products, quantities = ([row[place] for row in found] for place in range(3))
    values = {**_take(columns, indices), "line_no": lines, "product": products, "quantity": quantities}
    return _columns(columns, values, len(indices))


SHAPES: Mapping[str, Callable[[Columns, Mapping[str, Any], Notes], Columns]] = {
    "once_per": once_per,
    "number": number,
    "stages": stages,
    "spread": spread,
    "melt": melt,
    "unpivot": unpivot,
    "pieces": pieces,
    "tally": tally,
    "least": least,
    "by_day": by_day,
}
