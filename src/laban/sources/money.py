"""In which currency the money of a table is; never assumed in silence."""

from __future__ import annotations

from collections.abc import Sequence

from laban.sources.book import text_of
from laban.sources.columns import Raw, currencies_beside, currency_per_row, read_currency
from laban.sources.model import Level
from laban.sources.table import Table


def settle_currency(table: Table) -> None:
    """Find the currency: in a column, in a heading, beside the numbers, by the platform, or said by the person.

    What a platform's file says once holds for its other rows too. In a sheet of the shop's own, a row that says
    nothing is in the company's currency.
    """
    money = [raw for raw in table.raws.values() if raw.column.kind in ("money", "amount")]
    rows = len(table.data)
    options = table.context.options
    own = options.reporting if table.match.platform.template else ""
    table.currencies = _written_currencies(table, money, own=bool(own)) or [None] * rows
    found = sorted({code for code in table.currencies if code})
    fallback = table.match.platform.currency or options.currency or (own if found else None)
    if len(found) == 1 and not (own and found[0] != fallback):
        table.currencies = [found[0]] * rows
    elif len(found) == 1:
        bare = _with_amounts(money, rows)
        unsaid = (fallback if index in bare else found[0] for index in range(rows))
        table.currencies = [code or other for code, other in zip(table.currencies, unsaid, strict=True)]
    else:
        table.currencies = [code or fallback for code in table.currencies]
    said = sorted({code for code in table.currencies if code})
    table.currency = said[0] if len(said) == 1 else None
    if len(said) > 1:
        line = next((n for n, c in zip(table.lines, table.currencies, strict=True) if c != table.currencies[0]), None)
        table.context.notes.add(
            "warning", "two_currencies", row=line, member=table.member, currencies=", ".join(said)
        )
    elif not table.currency and not table.match.platform.template:
        _warn_unknown(table, money)


def _warn_unknown(table: Table, money: Sequence[Raw]) -> None:
    """Where no file of a platform ever says its currency, the reader is told; where one could have, he is warned."""
    unsaid = next((raw for raw in money if raw.column.total and _has_amounts(raw)), None)
    if unsaid is not None:
        level: Level = "info" if table.match.platform.options.get("never_names_currency") else "warning"
        table.context.notes.once(level, "currency_unknown", column=unsaid.heading)


def _with_amounts(money: Sequence[Raw], rows: int) -> set[int]:
    """Return the rows that carry any amount but zero."""
    return {index for index in range(rows) for raw in money if text_of(raw.cells[index]).strip(" 0.,-")}


def _has_amounts(raw: Raw) -> bool:
    return any(text_of(cell).strip(" 0.,-") for cell in raw.cells)


def _written_currencies(table: Table, money: Sequence[Raw], *, own: bool) -> list[str | None]:
    column = table.raws.get("currency")
    if column is not None and any(codes := read_currency(column)):
        return _same_within(table, codes)
    stated = sorted({raw.currency for raw in money if raw.currency})
    if stated:
        return [stated[0]] * len(table.data)
    beside = [(raw, currencies_beside(raw)) for raw in money]
    seen = {code for _, counts in beside for code in counts}
    if own and seen:
        by_column = [currency_per_row(raw) for raw, counts in beside if counts]
        return _same_within(table, [next(filter(None, codes), None) for codes in zip(*by_column, strict=True)])
    if len(seen) == 1:
        return [next(iter(seen))] * len(table.data)
    for raw, counts in beside:
        if len(counts) > 1:
            return currency_per_row(raw)
    return []


def _same_within(table: Table, codes: Sequence[str | None]) -> list[str | None]:
    """Let the lines of one order share the currency that one of them says."""
    key = next(iter(table.options.get("once_per", {})), None)
    if key is None or key not in table.raws:
        return list(codes)
    keys = [text_of(cell).strip() for cell in table.raws[key].cells]
    known: dict[str, str] = {}
    for name, code in zip(keys, codes, strict=True):
        if name and code:
            known.setdefault(name, code)
    return [code or known.get(name) for name, code in zip(keys, codes, strict=True)]
