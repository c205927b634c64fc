"""Money in the reporting currency: the original amount times the rate a person has given, or unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from laban.facts import FACT, FACTS, Fact
from laban.sources.model import Finding
from laban.warehouse.dirty import mark_everything
from laban.warehouse.schema import converted, paired_money
from laban.warehouse.sql import quote

if TYPE_CHECKING:
    import duckdb


def set_rates(connection: duckdb.DuckDBPyConnection, currency: str, rates: Mapping[str, Decimal]) -> bool:
    """Use ``rates`` (units of ``currency`` for one unit) from now on; return whether anything changed.

    Amounts that are stored in the reporting currency are worked out anew. To be called in a transaction.
    """
    wanted = {
        **{code: rate for code, rate in rates.items() if code != currency},
        currency: Decimal(1),
        "": Decimal(1),
    }
    if not differs(connection, currency, wanted):
        return False
    connection.execute("UPDATE meta SET currency = ?", [currency])
    connection.execute("DELETE FROM fx_rate")
    for code, rate in sorted(wanted.items()):
        connection.execute("INSERT INTO fx_rate VALUES (?, CAST(? AS DECIMAL(22,12)))", [code, str(rate)])
    for fact in FACTS:
        fill_reporting(connection, fact)
    mark_everything(connection)
    return True


def differs(connection: duckdb.DuckDBPyConnection, currency: str, rates: Mapping[str, Decimal]) -> bool:
    """Return whether the reporting currency or a rate differs from what is in use."""
    used = connection.execute("SELECT currency FROM meta").fetchone()
    known = dict(connection.execute("SELECT currency, rate FROM fx_rate").fetchall())
    wanted = {**rates, currency: Decimal(1), "": Decimal(1)}
    step = Decimal("1e-12")
    return used != (currency,) or known != {code: rate.quantize(step) for code, rate in wanted.items()}


def fill_reporting(connection: duckdb.DuckDBPyConnection, fact: Fact, slices: Iterable[int] | None = None) -> None:
    """Work out the reporting columns of ``fact``, of all rows or of the new rows of ``slices``."""
    pairs = paired_money(fact)
    if not pairs:
        return
    table = quote(fact.name)
    if slices is None:
        connection.execute(f"UPDATE {table} SET {', '.join(f'{quote(twin)} = NULL' for _, twin in pairs)}")
    amounts = ", ".join(f"{quote(twin)} = {converted(f'f.{quote(own)}')}" for own, twin in pairs)
    chosen = "" if slices is None else " AND f.slice_id IN (SELECT unnest(?))"
    connection.execute(
        f"UPDATE {table} AS f SET {amounts} FROM fx_rate r WHERE r.currency = coalesce(f.currency, ''){chosen}",
        [] if slices is None else [list(slices)],
    )


def unknown_currencies(connection: duckdb.DuckDBPyConnection, fact: str, slices: Iterable[int]) -> list[Finding]:
    """Return a warning for each currency in ``slices`` that has no rate: its amounts count nowhere."""
    if "currency" not in FACT[fact].names:
        return []
    rows = connection.execute(
        f"""SELECT DISTINCT currency, (SELECT currency FROM meta) FROM {quote(fact)}
        WHERE slice_id IN (SELECT unnest(?)) AND coalesce(currency, '') NOT IN (SELECT currency FROM fx_rate)
        ORDER BY 1""",
        [list(slices)],
    ).fetchall()
    return [Finding("warning", "no_exchange_rate", value=c, values={"currency": c, "reporting": r}) for c, r in rows]
