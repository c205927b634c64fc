"""Withdraw an import: what is left is worked out anew, so it is the state without that import, whatever the order."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from laban.facts import FACT
from laban.warehouse import attribution, entities, money, naming, people, rates
from laban.warehouse.dirty import mark_import, mark_rows
from laban.warehouse.imports import ImportRecord, record
from laban.warehouse.load import refresh_people
from laban.warehouse.settle import Contest, settle
from laban.warehouse.sql import quote

if TYPE_CHECKING:
    import duckdb


def undo(connection: duckdb.DuckDBPyConnection, import_id: int, undone_at: datetime) -> ImportRecord:
    """Remove the rows of an import and mark it undone; one that is undone already stays as it is.

    Raises:
        UnknownImportError: there is no such import.
    """
    if record(connection, import_id).undone_at is None:
        _withdraw(connection, import_id)
        connection.execute("UPDATE import_log SET undone_at = ? WHERE id = ?", [undone_at, import_id])
    return record(connection, import_id)


def _withdraw(connection: duckdb.DuckDBPyConnection, import_id: int) -> None:
    slices: dict[str, list[int]] = {}
    contests: set[Contest] = set()
    for slice_id, *named in connection.execute(
        "SELECT slice_id, fact, platform, rival FROM slice WHERE import_id = ?", [import_id]
    ).fetchall():
        slices.setdefault(named[0], []).append(slice_id)
        contests.add(Contest(*named))
    mark_import(connection, import_id)
    if people.LINKS in slices:
        people.remember(connection, slices[people.LINKS], arriving=False)
    for name, ids in slices.items():
        _remove_rows(connection, name, ids)
    connection.execute(
        "DELETE FROM active WHERE slice_id IN (SELECT slice_id FROM slice WHERE import_id = ?)", [import_id]
    )
    connection.execute("DELETE FROM slice WHERE import_id = ?", [import_id])
    for contest in sorted(contests):
        if FACT[contest.fact].kind == "series":
            settle(connection, contest)
    touched = set(slices)
    if people.LINKS in slices:
        touched |= people.follow(connection)
    refresh_people(connection, touched)
    touched |= naming.settle(connection, touched)
    if touched & attribution.CAUSES:
        attribution.refresh(connection)
    if rates.SHEETS in slices:
        money.follow_rates(connection)


def _remove_rows(connection: duckdb.DuckDBPyConnection, name: str, slices: list[int]) -> None:
    fact = FACT[name]
    if fact.kind == "entity":
        entities.remember_touched(connection, fact, slices)
        mark_rows(connection, fact, f"SELECT rowid FROM {quote(name)} WHERE slice_id IN ({_numbers(slices)})")
    connection.execute(f"DELETE FROM {quote(name)} WHERE slice_id IN (SELECT unnest(?))", [slices])
    if fact.kind == "entity":
        entities.refresh_current(connection, fact)


def _numbers(ids: list[int]) -> str:
    return ", ".join(str(int(number)) for number in ids)
