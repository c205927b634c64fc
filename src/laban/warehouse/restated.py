"""How numbers moved when the same days were imported again (superseded rows stay, so this is only a question)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from laban.facts import FACT
from laban.warehouse.sql import quote

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Restatement:
    """A day's total of a measure before and after a later import of the same cut."""

    day: date
    platform: str
    account: str
    import_id: int
    loaded_at: datetime
    old: Decimal
    new: Decimal


def restatements(connection: duckdb.DuckDBPyConnection, fact: str, measure: str) -> list[Restatement]:
    """Return, in order of day and import, each change of a daily total of a series fact.

    Days that are in one import only, or that came out the same again, are not listed.

    Raises:
        KeyError: there is no such fact or measure.
    """
    column = quote(FACT[fact].column(measure).name)
    rows = connection.execute(
        f"""WITH daily AS (
            SELECT f.date, s.platform, s.account, s.rival, s.cut, s.import_id, sum(f.{column}) AS total
            FROM {quote(fact)} f JOIN slice s ON s.slice_id = f.slice_id WHERE s.grain = 'day' GROUP BY ALL
        ), moved AS (
            SELECT *, lag(total) OVER (PARTITION BY platform, account, rival, cut, date ORDER BY import_id) AS earlier
            FROM daily
        )
        SELECT m.date, m.platform, m.account, m.import_id, l.loaded_at,
            CAST(m.earlier AS DECIMAL(38,8)), CAST(m.total AS DECIMAL(38,8))
        FROM moved m JOIN import_log l ON l.id = m.import_id
        WHERE m.earlier <> m.total ORDER BY ALL"""
    ).fetchall()
    return [Restatement(*row) for row in rows]
