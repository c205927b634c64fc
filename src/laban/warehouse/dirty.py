"""Which days of what metrics read no longer agree with their rollups; written down with the change itself.

A mark says: rows of ``source`` (a view) whose column ``dated`` falls on ``day`` are no longer what they were; without
a day, nothing of the source is. Only sources that have rollups are marked, so a warehouse without any pays nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from laban.facts import DATE, FACT, TIMESTAMP, Fact
from laban.warehouse.resolve import Range
from laban.warehouse.sql import literal, quote

if TYPE_CHECKING:
    import duckdb

#: Not a column: the days of all orders of a customer whose first order is another one now, or another kind of order.
FIRST_ORDER = "first order"
#: The views whose changes are followed; others are always read as they stand.
ATTRIBUTION = "fact_attribution"
FOLLOWED = frozenset({*(f"{name}_live" for name in FACT), ATTRIBUTION})
#: The joins whose other side is followed as well.
JOINS = frozenset({("fact_order_line_live", "fact_order_live")})

Marks = Mapping[str, Mapping[str, frozenset[date] | None]]

_ORDERS = ("platform", "account", "order_id")


def marks(connection: duckdb.DuckDBPyConnection) -> Marks:
    """Return, per source and column, the days that are marked; None for all."""
    found: dict[str, dict[str, frozenset[date] | None]] = {}
    for source, dated, days, everything in connection.execute(
        "SELECT source, dated, list(DISTINCT day) FILTER (day IS NOT NULL), bool_or(day IS NULL) "
        "FROM rollup_dirty GROUP BY 1, 2"
    ).fetchall():
        found.setdefault(source, {})[dated] = None if everything else frozenset(days)
    return found


def mark_everything(connection: duckdb.DuckDBPyConnection) -> None:
    """Mark every source: amounts in another currency are worth something else now."""
    connection.execute("INSERT INTO rollup_dirty SELECT DISTINCT source, '', CAST(NULL AS DATE) FROM rollup_state")


def mark_ranges(
    connection: duckdb.DuckDBPyConnection, fact: str, before: Iterable[Range], after: Iterable[Range]
) -> None:
    """Mark the days of a series on which another slice counts than before."""
    if f"{fact}_live" in _watched(connection):
        old, new = set(before), set(after)
        days = {day for _, day, _ in _by_day(old - new) ^ _by_day(new - old)}
        connection.execute(
            f"INSERT INTO rollup_dirty SELECT {literal(f'{fact}_live')}, 'date', unnest(CAST(? AS DATE[]))",
            [sorted(days)],
        )


def _by_day(spans: Iterable[Range]) -> set[tuple[int, date, int]]:
    return {
        (span.slice_id, date.fromordinal(day), span.days)
        for span in spans
        for day in range(span.start.toordinal(), span.end.toordinal())
    }


def mark_import(connection: duckdb.DuckDBPyConnection, import_id: int) -> None:
    """Mark all days on which a series of an import counts; for an import that is being withdrawn."""
    watched = _watched(connection)
    for fact, *row in connection.execute(
        "SELECT a.fact, a.slice_id, a.start_day, a.end_day, a.days FROM active a JOIN slice s USING (slice_id) "
        "WHERE s.import_id = ?",
        [import_id],
    ).fetchall():
        if f"{fact}_live" in watched:
            mark_ranges(connection, fact, (Range(*row),), ())


def mark_rows(connection: duckdb.DuckDBPyConnection, fact: Fact, rows: str) -> None:
    """Mark what rows of an entity stand for, and what follows from them.

    Args:
        connection: the connection of the transaction that changes them.
        fact: whose rows they are.
        rows: a query (from our own code) that gives their ``rowid``; asked before and after a change.
    """
    watched = _watched(connection)
    if not watched:
        return
    table = quote(fact.name)
    days = [
        _insert(f"{fact.name}_live", column, f"CAST({quote(column)} AS DATE)", f"{table} WHERE rowid IN ({rows})")
        for column in dates_of(fact)
        if f"{fact.name}_live" in watched
    ]
    days += [text for source, text in _following(fact, rows) if source in watched]
    for text in days:
        connection.execute(text)


def dates_of(fact: Fact) -> tuple[str, ...]:
    """Return the columns of a fact that may place a row in time."""
    return tuple(column.name for column in fact.columns if column.type in {DATE, TIMESTAMP})


def _following(fact: Fact, rows: str) -> list[tuple[str, str]]:
    """What is read from other tables by way of these rows: (source, statement that marks it)."""
    same = " AND ".join(f"c.{quote(c)} IS NOT DISTINCT FROM f.{quote(c)}" for c in _ORDERS)
    chosen = f"(SELECT * FROM {quote(fact.name)} WHERE rowid IN ({rows})) c"
    match fact.name:
        case "fact_order":
            lines = f"fact_order_line f SEMI JOIN {chosen} ON {same}"
            same_person = "coalesce(c.person, c.customer_key) = coalesce(f.person, f.customer_key)"
            customers = f"fact_order f SEMI JOIN {chosen} ON {same_person} AND c.is_first_order"
            own = f"fact_order WHERE rowid IN ({rows})"
            return [
                ("fact_order_line_live", _insert("fact_order_line_live", "date", "f.date", lines)),
                ("fact_order_live", _insert("fact_order_live", FIRST_ORDER, "f.date", customers)),
                (ATTRIBUTION, _insert(ATTRIBUTION, "date", "date", own)),
            ]
        case "fact_order_line":
            orders = f"fact_order f SEMI JOIN {chosen} ON {same}"
            return [(ATTRIBUTION, _insert(ATTRIBUTION, "date", "f.date", orders))]
        case _:
            return []


def _insert(source: str, dated: str, day: str, rows: str) -> str:
    found = f"SELECT DISTINCT {day} AS day FROM {rows}"
    marked = f"INSERT INTO rollup_dirty SELECT {literal(source)}, {literal(dated)}, day"
    return f"{marked} FROM ({found}) WHERE day IS NOT NULL"


def _watched(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    return frozenset(s for (s,) in connection.execute("SELECT DISTINCT source FROM rollup_state").fetchall())
