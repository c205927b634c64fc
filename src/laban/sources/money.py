"""In which currency the money of a table is; never assumed in silence."""

from __future__ import annotations

from collections.abc import Sequence

from laban.sources.book import text_of
from laban.sources.columns import Raw, currencies_beside, currency_per_row, read_currency
from laban.sources.model import Level
from laban.sources.table import Table


def settle_currency(table: Table) -> None:
    """Find the currency: in a column, in a heading, beside the numbers, by the platform, or said by the person."""
    money = [raw for raw in table.raws.values() if raw.column.kind in ("money", "amount")]
    rows = len(table.data)
    table.currencies = _written_currencies(table, money) or [None] * rows
    found = sorted({code for code in table.currencies if code})
    fallback = table.match.platform.currency or table.context.options.currency
    table.currencies = [code or (found[0] if len(found) == 1 else fallback) for code in table.currencies]
    table.currency = found[0] if len(found) == 1 else fallback if not found else None
    if len(found) > 1:
        line = next((n for n, c in zip(table.lines, table.currencies, strict=True) if c != table.currencies[0]), None)
        table.context.notes.add(
            "warning", "two_currencies", row=line, member=table.member, currencies=", ".join(found)
        )
    elif not table.currency and not table.match.platform.template:
        unsaid = next((raw for raw in money if raw.column.total and _has_amounts(raw)), None)
        if unsaid is not None:
            # Where no file of a platform ever says it, the reader is told; where one could have, he is warned.
            level: Level = "info" if table.match.platform.options.get("never_names_currency") else "warning"
            table.context.notes.once(level, "currency_unknown", column=unsaid.heading)


def _has_amounts(raw: Raw) -> bool:
    return any(text_of(cell).strip(" 0.,-") for cell in raw.cells)


def _written_currencies(table: Table, money: Sequence[Raw]) -> list[str | None]:
    column = table.raws.get("currency")
    if column is not None and any(codes := read_currency(column)):
        return codes
    stated = sorted({raw.currency for raw in money if raw.currency})
    if stated:
        return [stated[0]] * len(table.data)
    beside = [(raw, currencies_beside(raw)) for raw in money]
    seen = {code for _, counts in beside for code in counts}
    if len(seen) == 1:
        return [next(iter(seen))] * len(table.data)
    for raw, counts in beside:
        if len(counts) > 1:
            return currency_per_row(raw)
    return []
