"""For doing all imports again: gaps in the numbering kept, the log carried over, two warehouses held side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from laban.facts import FACTS, Fact
from laban.warehouse.journal import Entry
from laban.warehouse.load import to_json
from laban.warehouse.sql import quote

if TYPE_CHECKING:
    import duckdb

    from laban.warehouse.engine import Warehouse


def skip(warehouse: Warehouse, entry: Entry) -> None:
    """Log an import that brings no rows: one that was withdrawn, or whose original is lost."""

    def work(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(
            "INSERT INTO import_log (id, digest, options_key, name, platform, status, rows, totals, own_totals, "
            "findings, extra, loaded_at, undone_at, archive) "
            "VALUES (?, ?, ?, ?, ?, 'loaded', ?, ?, '{}', '[]', '{}', ?, ?, ?)",
            [
                *(entry.id, entry.digest, entry.options_key, entry.name, entry.platform, entry.rows),
                *(to_json(entry.totals), entry.loaded_at, entry.undone_at or entry.loaded_at),
                f"{entry.digest}.zst",
            ],
        )

    warehouse.change(work)


def copy_log(new: Warehouse, old: Warehouse) -> None:
    """Carry over what was said of each import at its time; what it replaced then is not what it replaces now."""
    rows = old.query("SELECT * FROM import_log")

    def work(connection: duckdb.DuckDBPyConnection) -> None:
        for row in rows:
            there = connection.execute("SELECT undone_at FROM import_log WHERE id = ?", [row[0]]).fetchone()
            if there is None:
                continue
            lost = there[0] if row[15] is None and there[0] is not None else row[15]
            connection.execute("DELETE FROM import_log WHERE id = ?", [row[0]])
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO import_log VALUES ({marks})", [*row[:15], lost, *row[16:]])

    new.change(work)


def compare(old: Warehouse, new: Warehouse) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield (fact, what, before, after): rows, every measure's sum, and a fingerprint of all rows that count."""
    for fact in FACTS:
        names, sql = _sums(fact)
        (before,), (after,) = old.query(sql), new.query(sql)
        for name, one, two in zip(names, before, after, strict=True):
            yield fact.name, name, one, two


def _sums(fact: Fact) -> tuple[list[str], str]:
    measures = [column.name for column in fact.columns if column.role == "measure"]
    columns = ", ".join(quote(name) for name in fact.names)
    sums = [f"sum({quote(name)})" for name in measures]
    parts = ["count(*)", *sums, f"bit_xor(hash({columns}))"]
    return ["rows", *measures, "fingerprint"], f"SELECT {', '.join(parts)} FROM {quote(f'{fact.name}_live')}"
