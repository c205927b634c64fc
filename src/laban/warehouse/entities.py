"""Things with an identity: which row of an order, a lead, a post is the current one, and what follows from orders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from laban.facts import FACT, Fact
from laban.warehouse.dirty import mark_rows
from laban.warehouse.sql import listed, quote

if TYPE_CHECKING:
    import duckdb

#: A line number is a place in a list, not an identity: a later file that lists an order's lines replaces them all.
_PLACES = ("line_no",)


def remember_touched(connection: duckdb.DuckDBPyConnection, fact: Fact, slices: Iterable[int]) -> None:
    """Note the keys that ``slices`` mention, for ``refresh_current``."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT {listed(_whole(fact))} FROM {quote(fact.name)} "
        "WHERE slice_id IN (SELECT unnest(?))",
        [list(slices)],
    )


def refresh_current(connection: duckdb.DuckDBPyConnection, fact: Fact) -> dict[int, int]:
    """Make the latest row of every touched key the current one.

    Returns:
        How many rows of each import are no longer current.
    """
    same = " AND ".join(f"f.{quote(c)} IS NOT DISTINCT FROM t.{quote(c)}" for c in _whole(fact))
    latest = f"s.import_id = max(s.import_id) OVER (PARTITION BY {listed(_whole(fact), 'f')})"
    first = (
        f"row_number() OVER (PARTITION BY {listed(fact.key, 'f')} "
        "ORDER BY s.import_id DESC, f.slice_id DESC, f.rowid DESC) = 1"
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE changed AS SELECT * FROM (
            SELECT f.rowid AS place, s.import_id, f.is_current AS before, {latest} AND {first} AS now
            FROM {quote(fact.name)} f JOIN slice s ON s.slice_id = f.slice_id SEMI JOIN touched t ON {same}
        ) WHERE before IS DISTINCT FROM now"""
    )
    mark_rows(connection, fact, "SELECT place FROM changed")
    connection.execute(
        f"UPDATE {quote(fact.name)} AS f SET is_current = c.now FROM changed c WHERE f.rowid = c.place"
    )
    replaced = connection.execute("SELECT import_id, count(*) FROM changed WHERE before GROUP BY 1").fetchall()
    connection.execute("DROP TABLE changed")
    connection.execute("DROP TABLE touched")
    return dict(replaced)


def _whole(fact: Fact) -> tuple[str, ...]:
    return tuple(column for column in fact.key if column not in _PLACES)


def refresh_first_orders(connection: duckdb.DuckDBPyConnection) -> None:
    """Mark each customer's first order that is neither a test nor cancelled.

    Unknown without a customer, and for rows that a later import has replaced.
    """
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE firsts AS SELECT place, first FROM (
            SELECT rowid AS place, is_first_order AS before,
                CASE WHEN who IS NULL OR NOT is_current THEN NULL
                WHEN counts THEN row_number() OVER (PARTITION BY who, counts, is_current
                ORDER BY coalesce(order_ts, date), order_id, platform, account, rowid) = 1
                ELSE false END AS first
            FROM (SELECT rowid, *, coalesce(person, customer_key) AS who,
                NOT coalesce(is_test, false) AND coalesce(status, '') <> 'cancelled' AS counts
                FROM fact_order)
        ) WHERE before IS DISTINCT FROM first"""
    )
    mark_rows(connection, FACT["fact_order"], "SELECT place FROM firsts")
    connection.execute("UPDATE fact_order AS f SET is_first_order = d.first FROM firsts d WHERE f.rowid = d.place")
    mark_rows(connection, FACT["fact_order"], "SELECT place FROM firsts")
    connection.execute("DROP TABLE firsts")
