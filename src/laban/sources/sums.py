"""What a table adds up to, under the names of the mapping; money of two currencies is never added."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from laban.sources.numbers import exact_sum
from laban.sources.table import Table


def sums_of(table: Table) -> dict[str, Decimal]:
    """Return the sums of all numeric columns by canonical name; of a stock the value of the newest row."""
    sums: dict[str, Decimal] = {}
    for key in table.marks:
        raw, values = table.raws[key], table.values[key]
        name = raw.column.name
        if raw.column.many:
            sums[name] = sums.get(name, Decimal(0)) + exact_sum(values)
        elif raw.column.kind == "stock":
            newest = _newest(table, values)
            if newest is not None:
                sums[name] = newest
        elif raw.column.kind not in ("ratio", "duration", "amount"):
            sums[name] = exact_sum(values)
    for key, names in table.match.table.options.get("once_per", {}).items():
        keys = table.values[key]
        sums |= {name: _once_per(keys, table.values[name]) for name in names if name in sums}
    return sums


def _once_per(keys: Sequence[Any], values: Sequence[Decimal | None]) -> Decimal:
    """Add what people repeat on every line of an order only once per order."""
    first: dict[Any, Decimal] = {}
    for key, value in zip(keys, values, strict=True):
        if value is not None:
            first.setdefault(key, value)
    return exact_sum(list(first.values()))


def _newest(table: Table, values: Sequence[Decimal | None]) -> Decimal | None:
    there = [i for i, value in enumerate(values) if value is not None]
    if not there:
        return None
    ends = {i: period.end for i in there if i < len(table.periods) and (period := table.periods[i]) is not None}
    return values[max(ends, key=lambda i: (ends[i], i)) if ends else there[-1]]


def named_totals(table: Table, sums: dict[str, Decimal]) -> dict[str, Decimal]:
    """Return the totals under the names of the mapping; money of two currencies is never added."""
    totals: dict[str, Decimal] = {}
    grouped = table.options.get("group_by", {})
    for name, value in sums.items():
        column = table.match.platform.columns[name]
        if column.total and table.mixed and column.kind == "money":
            totals |= _by_currency(table, name, column.total)
        elif column.total:
            totals[column.total] = value
        elif name in grouped and len(_groups(table, name, grouped[name])) <= 1:
            totals[name] = value
    totals |= _weighted(table)
    for name, key in table.options.get("distinct", {}).items():
        totals[name] = Decimal(len({value for value in table.values.get(key, ()) if value is not None}))
    if "total" in table.match.table.options:
        source = table.match.table.options["melt"]
        totals[table.match.table.options["total"]] = sums.get(source, Decimal(0))
    return totals


def _by_currency(table: Table, name: str, total: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for code, value in zip(table.currencies, table.values[name], strict=True):
        if value is not None:
            key = f"{total}_{(code or 'unknown').lower()}"
            found[key] = found.get(key, Decimal(0)) + value
    return found


def _weighted(table: Table) -> dict[str, Decimal]:
    """Averages that only make sense weighted (a position by its impressions), rounded as platforms show them."""
    found: dict[str, Decimal] = {}
    for name, (value, weight) in table.options.get("weighted", {}).items():
        pairs = [
            (v, w)
            for v, w in zip(table.values.get(value, ()), table.values.get(weight, ()), strict=False)
            if v is not None and w is not None
        ]
        weights = exact_sum([w for _, w in pairs])
        if weights:
            mean = exact_sum([v * w for v, w in pairs]) / weights
            found[name] = mean.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return found


def _groups(table: Table, name: str, by: str) -> dict[str, Decimal]:
    """Sum a column per value of another one (results by what counts as a result)."""
    found: dict[str, Decimal] = {}
    labels = table.values.get(by)
    if labels is None or name not in table.values:
        return found
    for label, value in zip(labels, table.values[name], strict=True):
        if value is not None:
            key = label or ""
            found[key] = found.get(key, Decimal(0)) + value
    return found


def own_named(table: Table) -> dict[str, Decimal]:
    """Return the file's own totals under the names of the mapping; people (reach) under their own name."""
    named: dict[str, Decimal] = {}
    for name, value in table.own.items():
        column = table.match.platform.columns[name]
        if value is not None and column.kind not in ("ratio", "duration", "amount"):
            named[column.total if column.kind in ("sum", "quantity", "money") and column.total else name] = value
    return named


def extras(table: Table) -> dict[str, Any]:
    """Return what only some files have: results by what counts as a result."""
    extra: dict[str, Any] = {}
    for name, by in table.options.get("group_by", {}).items():
        groups = _groups(table, name, by)
        if groups and by in table.values:
            extra["results_by_indicator"] = groups
    return extra
