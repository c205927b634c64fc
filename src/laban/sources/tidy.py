"""Lines that stand among the orders of a file and are none, and what an order's further lines leave to its first."""

from __future__ import annotations

from typing import Any

from laban.sources.book import Row, text_of
from laban.sources.columns import Faults
from laban.sources.mapping import clean
from laban.sources.table import Table

#: A title among narrow lists can be a row of it; among wide ones a single cell is a title or a note.
_WIDE = 4


def drop_descriptions(table: Table) -> None:
    """Leave out the row that explains the columns: right under the headings, without a digit in its number."""
    name = table.options.get("described_by")
    places = table.match.columns.get(name, ()) if name else ()
    while table.data and places and not any(c.isdigit() for p in places for c in _text(table.data[0][1], p)):
        del table.data[0]


def drop_notes(table: Table) -> None:
    """Leave out lines with a single cell among rows of many: sections, copyright, the report's name."""
    if not table.options.get("notes_between") or len(table.match.columns) < _WIDE:
        return
    kept = [(index, row) for index, row in table.data if len([cell for cell in row if clean(text_of(cell))]) > 1]
    if kept and len(kept) < len(table.data):
        table.context.notes.add("info", "note_rows", member=table.member, count=len(table.data) - len(kept))
        table.data = kept


def _text(row: Row, place: int) -> str:
    return text_of(row[place]) if place < len(row) else ""


def share_within(table: Table) -> None:
    """Give the further lines of an order what only its first line says."""
    for key, names in table.options.get("shared", {}).items():
        if key in table.values:
            for name in names:
                if name in table.values:
                    table.values[name] = _shared(table.values[key], table.values[name])


def _shared(keys: list[Any], values: list[Any]) -> list[Any]:
    first: dict[Any, Any] = {}
    for key, value in zip(keys, values, strict=True):
        if value is not None and key is not None:
            first.setdefault(key, value)
    return [first.get(key) if value is None else value for key, value in zip(keys, values, strict=True)]


def find_damaged(table: Table, faults: Faults) -> None:
    """Point at order numbers that a spreadsheet rounded: ``5.76462E+17`` stands for a thousand orders."""
    for name, raw in table.raws.items():
        if raw.column.required and raw.column.kind == "text":
            for index, value in enumerate(table.values[name]):
                if value and _is_rounded(value):
                    faults.add(index, "id_damaged", raw.heading, value)


def _is_rounded(text: str) -> bool:
    digits, mark, power = text.upper().partition("E+")
    return bool(mark) and power.isdigit() and digits.replace(".", "").replace(",", "").isdigit()
