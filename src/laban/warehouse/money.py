"""Money in the reporting currency: the original amount times the rate a person has given, or unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from laban.facts import FACT, FACTS, Fact
from laban.sources.model import Finding
from laban.warehouse import rates
from laban.warehouse.dirty import mark_everything
from laban.warehouse.schema import converted, paired_money, rates_of, unpaired_money
from laban.warehouse.sql import quote

if TYPE_CHECKING:
    import duckdb


def set_rates(connection: duckdb.DuckDBPyConnection, currency: str, given: Mapping[str, Decimal]) -> bool:
    """Use ``given`` (units of ``currency`` for one unit) on all days without a rate of their own, from now on.

    Amounts that are stored in the reporting currency are worked out anew. To be called in a transaction.

    Returns:
        Whether anything changed.
    """
    wanted = {
        **{code: rate for code, rate in given.items() if code != currency},
        currency: Decimal(1),
        "": Decimal(1),
    }
    if not differs(connection, currency, wanted):
        return False
    connection.execute("UPDATE meta SET currency = ?", [currency])
    connection.execute("DELETE FROM fx_rate")
    for code, rate in sorted(wanted.items()):
        connection.execute("INSERT INTO fx_rate VALUES (?, CAST(? AS DECIMAL(22,12)))", [code, str(rate)])
    rates.renew(connection)
    for fact in FACTS:
        fill_reporting(connection, fact)
    mark_everything(connection)
    return True


def differs(connection: duckdb.DuckDBPyConnection, currency: str, given: Mapping[str, Decimal]) -> bool:
    """Return whether the reporting currency or a rate for all days differs from what is in use."""
    used = connection.execute("SELECT currency FROM meta").fetchone()
    known = dict(connection.execute("SELECT currency, rate FROM fx_rate").fetchall())
    wanted = {**given, currency: Decimal(1), "": Decimal(1)}
    step = Decimal("1e-12")
    return used != (currency,) or known != {code: rate.quantize(step) for code, rate in wanted.items()}


def follow_rates(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring amounts into line with the rates by day, after a sheet of rates came or went."""
    if not rates.renew(connection):
        return
    for fact in FACTS:
        if is_foreign(fact):
            fill_reporting(connection, fact, only=rates.CHANGED)
            rates.mark_changed(connection, fact)


def is_foreign(fact: Fact) -> bool:
    """Return whether a fact has amounts that may be in another currency."""
    return "currency" in fact.names and bool(paired_money(fact) or unpaired_money(fact))


def fill_reporting(
    connection: duckdb.DuckDBPyConnection, fact: Fact, slices: Iterable[int] | None = None, *, only: str = ""
) -> None:
    """Work out the reporting columns of ``fact``: of all rows, of the new rows of ``slices``, or of some days.

    Args:
        connection: a transaction.
        fact: whose columns.
        slices: the slices with new rows.
        only: a table of ``currency`` and ``day`` whose amounts are worth something else now.
    """
    pairs = paired_money(fact)
    if not pairs:
        return
    table = quote(fact.name)
    amounts = ", ".join(f"{converted(f'f.{quote(own)}')} AS {quote(twin)}" for own, twin in pairs)
    set_to = ", ".join(f"{quote(twin)} = c.{quote(twin)}" for _, twin in pairs)
    chosen = f" SEMI JOIN {quote(only)} o ON o.currency = f.currency AND o.day = f.date" if only else ""
    if slices is not None:
        chosen += " WHERE f.slice_id IN (SELECT unnest(?))"
    connection.execute(
        f"UPDATE {table} AS f SET {set_to} FROM (SELECT f.rowid AS place, {amounts} "
        f"FROM {table} f{rates_of('f.currency', 'f.date')}{chosen}) c WHERE c.place = f.rowid",
        [] if slices is None else [list(slices)],
    )


def unknown_currencies(connection: duckdb.DuckDBPyConnection, placed: Mapping[str, Iterable[int]]) -> list[Finding]:
    """Return a warning for each currency without a rate on days of new rows: these amounts count nowhere.

    ``placed`` are the new slices by fact.
    """
    days: dict[str, set[str]] = {}
    for name, slices in placed.items():
        if not is_foreign(FACT[name]):
            continue
        for currency, found in connection.execute(
            f"""SELECT f.currency, list(DISTINCT strftime(f.date, '%Y-%m-%d')) FROM {quote(name)} f
            {rates_of("f.currency", "f.date")}
            WHERE f.slice_id IN (SELECT unnest(?)) AND coalesce(f.currency, '') <> ''
                AND coalesce(d.rate, r.rate) IS NULL GROUP BY 1""",
            [list(slices)],
        ).fetchall():
            days.setdefault(currency, set()).update(day for day in found if day)
    row = connection.execute("SELECT currency FROM meta").fetchone()
    reporting = str(row[0]) if row else ""
    # rows without a day count on no day, with a rate or without
    return [_unknown(currency, reporting, sorted(found)) for currency, found in sorted(days.items()) if found]


def _unknown(currency: str, reporting: str, days: list[str]) -> Finding:
    period = f"{days[0]}..{days[-1]}" if len(days) > 1 else days[0]
    values = {"currency": currency, "reporting": reporting, "days": len(days), "period": period}
    return Finding("warning", "no_exchange_rate", value=currency, values=values)
