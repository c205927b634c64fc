"""The whole database into another file, and back from one: each in one transaction, while others go on reading."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from laban.errors import LabanError
from laban.warehouse.sql import literal, quote

if TYPE_CHECKING:
    import duckdb

    from laban.warehouse.engine import Warehouse

#: Tables that say how this file is built and are never taken from another.
_OWN = frozenset({"schema_step"})
#: What says which sums are kept beside the facts; they are not taken along.
_DERIVED = frozenset({"rollup_state", "rollup_dirty"})


class NewerDataError(LabanError):
    """Data that a newer version of the program wrote."""

    key = "backup.newer"
    status = 409


def copy_to(warehouse: Warehouse, target: Path) -> None:
    """Write everything into a new database file, as of one moment."""
    with warehouse.attached(target, read_only=False) as (cursor, name):
        row = cursor.execute("SELECT current_database()").fetchone()
        cursor.execute(f"COPY FROM DATABASE {quote(str(row[0]) if row else '')} TO {quote(name)}")


def take_over(warehouse: Warehouse, source: Path) -> None:
    """Replace everything by what is in another file, all or nothing; its schema must be up to date.

    Raises:
        NewerDataError: it holds what this version does not know.
    """
    with warehouse.attached(source, read_only=True) as (_, name):
        warehouse.change(lambda connection: _replace(connection, name))


def _replace(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    for (table,) in connection.execute("SELECT name FROM rollup_state").fetchall():
        connection.execute(f"DROP TABLE IF EXISTS {quote(table)}")  # made anew from the facts when they are asked for
    ours, theirs = _tables(connection, None), _tables(connection, name)
    theirs -= {table for (table,) in connection.execute(f"SELECT name FROM {quote(name)}.rollup_state").fetchall()}
    if not theirs <= ours:
        raise NewerDataError
    before = connection.execute("SELECT version FROM meta").fetchone()
    for table in sorted(ours):
        connection.execute(f"DELETE FROM {quote(table)}")
        if table in theirs - _DERIVED:
            connection.execute(f"INSERT INTO {quote(table)} BY NAME SELECT * FROM {quote(name)}.{quote(table)}")
    connection.execute("UPDATE meta SET version = greatest(version, ?)", [before[0] if before else 0])


def _tables(connection: duckdb.DuckDBPyConnection, name: str | None) -> set[str]:
    where = f"database_name = {literal(name)}" if name else "database_name = current_database()"
    rows = connection.execute(f"SELECT table_name FROM duckdb_tables() WHERE {where} AND NOT temporary").fetchall()
    return {table for (table,) in rows} - _OWN


@contextmanager
def attach(cursor: duckdb.DuckDBPyConnection, path: Path, *, read_only: bool) -> Iterator[str]:
    """Open another file beside the database, under a name of its own, as long as the block lasts."""
    name = f"beside_{uuid.uuid4().hex}"
    cursor.execute(f"ATTACH {literal(str(path))} AS {quote(name)}{' (READ_ONLY)' if read_only else ''}")
    try:
        yield name
    finally:
        cursor.execute(f"DETACH {quote(name)}")
