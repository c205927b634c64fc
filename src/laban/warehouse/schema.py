"""The tables: facts drawn from ``laban.facts``, the log beside them, and the views that metrics read.

Fact tables are append-only but for undo. Which rows count is decided beside them: for a series by ``active``
(the ranges of days in which a slice counts), for an entity by ``is_current``.

A step of the schema is named, runs in one transaction and is recorded together with its effect. The facts
themselves are one step whose name carries a fingerprint of what is drawn: a column added to ``laban.facts``
makes it pending again, and drawing adds what is missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from laban.facts import FACTS, MONEY, RATE, REPORTING, TEXT, Column, Fact
from laban.warehouse import attribution, naming, people
from laban.warehouse.sql import literal, quote

if TYPE_CHECKING:
    import duckdb

_GROUND = (
    "CREATE TABLE meta (version BIGINT NOT NULL, currency VARCHAR NOT NULL)",
    "INSERT INTO meta VALUES (0, 'VND')",
    """CREATE TABLE import_log (
        id INTEGER NOT NULL, digest VARCHAR NOT NULL, options_key VARCHAR NOT NULL, name VARCHAR NOT NULL,
        platform VARCHAR, status VARCHAR NOT NULL, rows BIGINT NOT NULL, start_day DATE, end_day DATE,
        currency VARCHAR, totals JSON, own_totals JSON, findings JSON, extra JSON,
        loaded_at TIMESTAMP NOT NULL, undone_at TIMESTAMP, archive VARCHAR)""",
    """CREATE TABLE slice (
        slice_id INTEGER NOT NULL, import_id INTEGER NOT NULL, fact VARCHAR NOT NULL, platform VARCHAR NOT NULL,
        account VARCHAR NOT NULL, cut VARCHAR NOT NULL, grain VARCHAR NOT NULL, start_day DATE, end_day DATE,
        rank INTEGER NOT NULL, rival VARCHAR NOT NULL)""",
    """CREATE TABLE active (
        slice_id INTEGER NOT NULL, fact VARCHAR NOT NULL, start_day DATE NOT NULL, end_day DATE NOT NULL,
        days INTEGER NOT NULL)""",
    f"CREATE TABLE fx_rate (currency VARCHAR NOT NULL, rate {RATE} NOT NULL)",
    "INSERT INTO fx_rate VALUES ('', 1), ('VND', 1)",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One named change of the schema."""

    name: str
    apply: Callable[[duckdb.DuckDBPyConnection], None]


def _lay_ground(connection: duckdb.DuckDBPyConnection) -> None:
    for statement in _GROUND:
        connection.execute(statement)


#: What is kept beside the facts, and what of it no longer agrees with them; see ``rollup`` and ``dirty``.
_ROLLUPS = (
    """CREATE TABLE IF NOT EXISTS rollup_state (
        name VARCHAR NOT NULL, source VARCHAR NOT NULL, first_day DATE, last_day DATE)""",
    "CREATE TABLE IF NOT EXISTS rollup_dirty (source VARCHAR NOT NULL, dated VARCHAR NOT NULL, day DATE)",
)


def _prepare_rollups(connection: duckdb.DuckDBPyConnection) -> None:
    for statement in _ROLLUPS:
        connection.execute(statement)


def _prepare_rates(connection: duckdb.DuckDBPyConnection) -> None:
    """Beside the one rate of a currency for all days (``fx_rate``) the rates of single days; see ``rates``."""
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS rate_day (currency VARCHAR NOT NULL, day DATE NOT NULL, rate {RATE} NOT NULL)"
    )


def _draw_facts(connection: duckdb.DuckDBPyConnection) -> None:
    """Create each fact's table, or add the columns it lacks, and renew all views."""
    present: dict[str, set[str]] = {}
    for table, column in connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main'"
    ).fetchall():
        present.setdefault(table, set()).add(column)
    for fact in FACTS:
        if fact.name not in present:
            connection.execute(table_sql(fact))
        for column in _stored(fact):
            if column.name not in present.get(fact.name, {column.name}):
                connection.execute(f"ALTER TABLE {quote(fact.name)} ADD COLUMN {quote(column.name)} {column.type}")
    for fact in FACTS:
        connection.execute(view_sql(fact))
    for statement in attribution.views():
        connection.execute(statement)


def _clear_empty_texts(connection: duckdb.DuckDBPyConnection) -> None:
    """Let what a series does not say be NULL in rows of before, so that questions need not look for empty texts."""
    for fact in FACTS:
        for name in sorted(fact.filled):
            column = quote(name)
            connection.execute(f"UPDATE {quote(fact.name)} SET {column} = NULL WHERE {column} = ''")


def _stored(fact: Fact) -> tuple[Column, ...]:
    own = (Column("slice_id", "INTEGER", "attribute"),)
    current = (Column("is_current", "BOOLEAN", "attribute"),) if fact.kind == "entity" else ()
    person = (Column("person", TEXT, "attribute"),) if fact.name in people.OWNED else ()
    given = (Column(name, TEXT, "attribute") for name in naming.given_columns(fact))
    return (*fact.columns, *own, *current, *person, *given)


def table_sql(fact: Fact) -> str:
    """Return the statement that creates the table of ``fact``."""
    columns = ", ".join(f"{quote(c.name)} {c.type}" for c in _stored(fact))
    return f"CREATE TABLE {quote(fact.name)} ({columns})"


def view_sql(fact: Fact) -> str:
    """Return the statement that creates ``<fact>_live``: the rows that count, each once.

    Money without a ``…_reporting`` twin is given in the reporting currency, and NULL where the rate is unknown:
    an amount in another currency is never added as if it were one of ours.
    """
    name = quote(f"{fact.name}_live")
    foreign = unpaired_money(fact)
    columns = ", ".join(_shown(fact, c, foreign=c in foreign) for c in fact.columns)
    rates = rates_of("f.currency", "f.date") if foreign else ""
    if fact.kind == "entity":
        return (
            f"CREATE OR REPLACE VIEW {name} AS SELECT {columns} FROM {quote(fact.name)} f{rates} WHERE f.is_current"
        )
    return (
        f"CREATE OR REPLACE VIEW {name} AS SELECT {columns}, a.days FROM {quote(fact.name)} f "
        "JOIN active a ON f.slice_id = a.slice_id AND f.date >= a.start_day AND f.date < a.end_day"
        f"{rates} WHERE a.fact = {literal(fact.name)}"
    )


def unpaired_money(fact: Fact) -> tuple[Column, ...]:
    """Return the money columns of a fact with currencies that have no reporting twin and are none."""
    names = set(fact.names)
    if "currency" not in names:
        return ()
    paired = {c for pair in paired_money(fact) for c in pair}
    return tuple(c for c in fact.columns if c.type == MONEY and c.name not in paired)


def paired_money(fact: Fact) -> tuple[tuple[str, str], ...]:
    """Return (original, reporting) column names of ``fact``."""
    names = set(fact.names)
    return tuple((own, twin) for own, twin in REPORTING.items() if own in names and twin in names)


def _shown(fact: Fact, column: Column, *, foreign: bool) -> str:
    """A column as metrics see it: money in the reporting currency, a customer as a person, whatever the key."""
    if foreign:
        return f"{converted(f'f.{quote(column.name)}')} AS {quote(column.name)}"
    if column.name == "customer_key" and fact.name in people.OWNED:
        return "coalesce(f.person, f.customer_key) AS customer_key"
    return f"f.{quote(column.name)}"


def rates_of(currency: str, day: str) -> str:
    """Return the joins that ``converted`` reads from: the rate of the day, and the one for all days."""
    return (
        f" LEFT JOIN fx_rate r ON r.currency = coalesce({currency}, '')"
        f" LEFT JOIN rate_day d ON d.currency = {currency} AND d.day = {day}"
    )


def converted(amount: str) -> str:
    """Return ``amount`` times its rate; NULL where there is none or the product is beyond MONEY.

    The rate of the day goes before the one for all days.
    """
    rate = "coalesce(d.rate, r.rate)"
    return f"CASE WHEN {rate} = 1 THEN {amount} ELSE TRY(CAST({amount} * {rate} AS {MONEY})) END"


@cache
def _fingerprint() -> str:
    drawn = [table_sql(f) + view_sql(f) for f in FACTS]
    return hashlib.sha256("\n".join([*drawn, *attribution.views()]).encode()).hexdigest()[:12]


def steps() -> tuple[Step, ...]:
    """Return every step, in order; append, never change one that has shipped."""
    return (
        Step("ground", _lay_ground),
        Step("rollups", _prepare_rollups),
        Step("rates by day", _prepare_rates),
        Step("people", people.prepare),
        Step("attribution", attribution.prepare),
        Step(f"facts {_fingerprint()}", _draw_facts),
        Step("naming", naming.prepare),
        Step("no empty texts", _clear_empty_texts),
    )


def pending(connection: duckdb.DuckDBPyConnection) -> tuple[Step, ...]:
    """Return the steps still to be taken; writes nothing."""
    known = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'schema_step'").fetchone()
    if known is None:
        return steps()
    taken = {name for (name,) in connection.execute("SELECT name FROM schema_step").fetchall()}
    return tuple(step for step in steps() if step.name not in taken)


def migrate(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Take the pending steps, all or none; return their names."""
    todo = pending(connection)
    if not todo:
        return ()
    connection.begin()
    try:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_step (position INTEGER NOT NULL, name VARCHAR NOT NULL)"
        )
        for step in todo:
            step.apply(connection)
            connection.execute(
                "INSERT INTO schema_step SELECT coalesce(max(position), 0) + 1, ? FROM schema_step", [step.name]
            )
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
    return tuple(step.name for step in todo)
