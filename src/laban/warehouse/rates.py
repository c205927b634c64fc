"""Rates by day: what people wrote down in sheets, as the rate that holds on each day.

A rate holds from its day on until a newer one, at most ``DAYS`` days longer: banks rest at the weekend and people
forget, but a rate of last year is no rate. ``rate_day`` holds them day by day, so that an amount finds its rate by a
plain look-up; rates into another currency than the one reported in are kept and not used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from laban.facts import Fact
from laban.warehouse.dirty import FOLLOWED, mark_rows
from laban.warehouse.sql import literal, quote

if TYPE_CHECKING:
    import duckdb

#: Days after its own for which a rate still holds.
DAYS = 31
#: A temporary table: the currencies and days whose rate is another one than before.
CHANGED = "rate_changed"
#: The fact that the sheets of rates fill.
SHEETS = "fact_exchange_rate"

_WANTED = f"""
    WITH said AS (
        SELECT f.foreign_currency AS currency, f.date AS day, arg_max(f.rate, f.slice_id) AS rate
        FROM {SHEETS} f JOIN meta m ON f.currency = m.currency
        WHERE f.is_current AND f.rate > 0 AND f.foreign_currency <> m.currency GROUP BY ALL),
    held AS (
        SELECT *, lead(day) OVER (PARTITION BY currency ORDER BY day) AS next FROM said)
    SELECT currency, CAST(unnest(generate_series(day, least(coalesce(next - 1, day + {DAYS}), day + {DAYS}),
        INTERVAL 1 DAY)) AS DATE) AS day, rate FROM held"""


def renew(connection: duckdb.DuckDBPyConnection) -> bool:
    """Work the rates by day out anew; return whether any changed. Those that did are in ``CHANGED``."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE rate_wanted AS {_WANTED}")
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE {CHANGED} AS
        SELECT coalesce(w.currency, d.currency) AS currency, coalesce(w.day, d.day) AS day
        FROM rate_wanted w FULL JOIN rate_day d ON d.currency = w.currency AND d.day = w.day
        WHERE w.rate IS DISTINCT FROM d.rate"""
    )
    row = connection.execute(f"SELECT count(*) FROM {CHANGED}").fetchone()
    if row is None or not row[0]:
        return False
    connection.execute("DELETE FROM rate_day")
    connection.execute("INSERT INTO rate_day SELECT currency, day, rate FROM rate_wanted")
    return True


def mark_changed(connection: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    """Mark the rows of ``fact`` whose amounts are worth something else now."""
    changed = f"{CHANGED} c ON c.currency = f.currency AND c.day = f.date"
    rows = f"SELECT f.rowid FROM {quote(fact.name)} f SEMI JOIN {changed}"
    if fact.kind == "entity":
        mark_rows(connection, fact, rows)
    elif f"{fact.name}_live" in FOLLOWED:
        connection.execute(
            f"INSERT INTO rollup_dirty SELECT DISTINCT {literal(f'{fact.name}_live')}, 'date', f.date "
            f"FROM {quote(fact.name)} f WHERE f.rowid IN ({rows}) AND f.date IS NOT NULL "
            "AND EXISTS (SELECT 1 FROM rollup_state)"
        )
