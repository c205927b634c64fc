"""People out of the tables: their answers go, their orders stay without an owner."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from laban.facts import FACTS, PERSON_COLUMNS, PERSONAL, TEXT, Fact
from laban.warehouse import attribution, dirty, naming, people
from laban.warehouse.load import refresh_people
from laban.warehouse.sql import listed, quote

if TYPE_CHECKING:
    import duckdb

#: What may be a phone or an e-mail as a whole; everything else is not looked at.
_CANDIDATE = r"@|\d(\D?\d){7,}"
_NEVER = frozenset({"platform", "account", "currency"})
#: Written in the place of a name or a value that was somebody's.
GONE = "…"


def forget(
    connection: duckdb.DuckDBPyConnection, hashes: Sequence[str], is_one: Callable[[str], bool]
) -> dict[str, int]:
    """Remove people from every fact and from what the log says of files, whatever still counts or not.

    Args:
        connection: a transaction of its own.
        hashes: the people's keyed hashes.
        is_one: whether a text names one of them.

    Returns:
        How many rows of each fact were changed or taken out.
    """
    people.remember_keys(connection, hashes)
    touched = {fact.name: n for fact in FACTS if (n := _forget_in(connection, fact, hashes, is_one))}
    for name in people.OWNED:
        connection.execute(
            f"UPDATE {quote(name)} SET person = NULL WHERE customer_key IS NULL AND person IS NOT NULL"
        )
    refresh_people(connection, {*touched, *people.follow(connection)})
    if touched:
        naming.settle(connection, touched)
    attribution.refresh(connection)
    if touched:
        dirty.mark_everything(connection)
    _clean_log(connection, is_one)
    return touched


def _forget_in(
    connection: duckdb.DuckDBPyConnection, fact: Fact, hashes: Sequence[str], is_one: Callable[[str], bool]
) -> int:
    people = [name for name in fact.names if name in PERSON_COLUMNS]
    count = _drop_named(connection, fact, is_one)
    for column in people:
        if fact.name in PERSONAL or column in fact.key:
            count += _drop(connection, fact, column, hashes)
        else:
            count += _count(
                connection.execute(
                    f"UPDATE {quote(fact.name)} SET {quote(column)} = NULL "
                    f"WHERE {quote(column)} IN (SELECT unnest(CAST(? AS VARCHAR[])))",
                    [list(hashes)],
                )
            )
    return count


def _drop_named(connection: duckdb.DuckDBPyConnection, fact: Fact, is_one: Callable[[str], bool]) -> int:
    """Take out rows in which a label as a whole is one of the people."""
    count = 0
    texts = [c.name for c in fact.columns if c.type == TEXT and c.name not in _NEVER | PERSON_COLUMNS]
    for column in (*texts, *naming.given_columns(fact)):
        name = quote(column)
        values = connection.execute(
            f"SELECT DISTINCT {name} FROM {quote(fact.name)} WHERE regexp_matches({name}, ?)", [_CANDIDATE]
        ).fetchall()
        if found := [value for (value,) in values if is_one(value)]:
            count += _drop(connection, fact, column, found)
    return count


def _drop(connection: duckdb.DuckDBPyConnection, fact: Fact, column: str, values: Sequence[str]) -> int:
    """Take out rows with these values, of an entity also its earlier and later versions."""
    table, chosen = quote(fact.name), f"{quote(column)} IN (SELECT unnest(CAST(? AS VARCHAR[])))"
    if fact.kind != "entity":
        return _count(connection.execute(f"DELETE FROM {table} WHERE {chosen}", [list(values)]))
    same = " AND ".join(f"f.{quote(key)} IS NOT DISTINCT FROM t.{quote(key)}" for key in fact.key)
    return _count(
        connection.execute(
            f"DELETE FROM {table} f USING (SELECT DISTINCT {listed(fact.key)} FROM {table} WHERE {chosen}) t "
            f"WHERE {same}",
            [list(values)],
        )
    )


def _count(result: duckdb.DuckDBPyConnection) -> int:
    row = result.fetchone()
    return int(row[0]) if row else 0


def _clean_log(connection: duckdb.DuckDBPyConnection, is_one: Callable[[str], bool]) -> None:
    """Take people out of the names of files and out of what was found in them."""
    for number, name, findings in connection.execute("SELECT id, name, findings FROM import_log").fetchall():
        told = json.loads(findings or "[]")
        clean = [_cleaned(finding, is_one) for finding in told]
        shown = GONE if is_one(name) else name
        if shown != name or clean != told:
            connection.execute(
                "UPDATE import_log SET name = ?, findings = ? WHERE id = ?", [shown, json.dumps(clean), number]
            )


def _cleaned(value: Any, is_one: Callable[[str], bool]) -> Any:
    if isinstance(value, str):
        return GONE if is_one(value) else value
    if isinstance(value, dict):
        return {name: _cleaned(inner, is_one) for name, inner in value.items()}
    if isinstance(value, list):
        return [_cleaned(inner, is_one) for inner in value]
    return value
