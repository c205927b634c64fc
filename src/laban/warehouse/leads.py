"""One person is one open lead: who leaves a number again before the lead is closed has not come twice.

Leads of one person belong together when the next comes no more than ``WINDOW`` after the one before and the lead is
still open then: it is closed when it is won, or when all of its records are lost. Of leads that belong together each
stage counts once, on the day it was first reached; it counts as lost when all are. Deals won all count: the money of
each is real.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from laban.facts import FACT
from laban.sources.model import Finding
from laban.warehouse.dirty import mark_rows

if TYPE_CHECKING:
    import duckdb

#: As long as a lead usually takes to be closed.
WINDOW = timedelta(days=FACT["fact_lead_event"].maturity_days)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a lead as a file has it: when it was opened, won and lost."""

    key: tuple[str, ...]
    who: str
    opened: datetime
    won: datetime | None = None
    lost: datetime | None = None


def together(records: Iterable[Record]) -> Iterator[tuple[Record, ...]]:
    """Yield the records of each lead, oldest first."""
    ordered = sorted(records, key=lambda record: (record.who, record.opened, record.key))
    for _, mine in groupby(ordered, key=lambda record: record.who):
        lead: list[Record] = []
        for record in mine:
            if lead and not _belongs(record, lead):
                yield tuple(lead)
                lead = []
            lead.append(record)
        yield tuple(lead)


def _belongs(record: Record, lead: Sequence[Record]) -> bool:
    closed = closed_at(lead)
    return record.opened - lead[-1].opened <= WINDOW and (closed is None or closed > record.opened)


def closed_at(lead: Sequence[Record]) -> datetime | None:
    """Return when a lead was closed: first won, or last lost of all its records; None while it is open."""
    won = [record.won for record in lead if record.won is not None]
    lost = [record.lost for record in lead if record.lost is not None]
    if won:
        return min(won)
    return max(lost) if len(lost) == len(lead) else None


_RECORDS = """
    SELECT coalesce(platform, ''), coalesce(account, ''), lead_id, any_value(coalesce(person, customer_key)) AS who,
        min(coalesce(created_at, entered_at, CAST(date AS TIMESTAMP))) AS opened,
        min(CASE WHEN stage = 'won' THEN coalesce(won_at, entered_at, CAST(date AS TIMESTAMP)) END) AS won,
        min(CASE WHEN stage IN ('lost', 'rejected') THEN coalesce(lost_at, entered_at, CAST(date AS TIMESTAMP)) END)
            AS lost
    FROM fact_lead_event WHERE is_current AND customer_key IS NOT NULL GROUP BY 1, 2, 3
    QUALIFY count(*) OVER (PARTITION BY any_value(coalesce(person, customer_key))) > 1"""


def refresh_duplicates(connection: duckdb.DuckDBPyConnection) -> None:
    """Mark the stages that repeat what an earlier record of the same lead has reached."""
    records = [Record((p, a, i), who, *times) for p, a, i, who, *times in connection.execute(_RECORDS).fetchall()]
    members = [(number, lead) for number, lead in enumerate(together(records)) if len(lead) > 1]
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE lead_member AS SELECT unnest(CAST(? AS VARCHAR[])) AS platform,
        unnest(CAST(? AS VARCHAR[])) AS account, unnest(CAST(? AS VARCHAR[])) AS lead_id,
        unnest(CAST(? AS INTEGER[])) AS number, unnest(CAST(? AS BOOLEAN[])) AS is_lost""",
        [
            *(_parts(members, place) for place in range(3)),
            [number for number, lead in members for _ in lead],
            [_is_lost(lead) for _, lead in members for _ in lead],
        ],
    )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE lead_repeat AS SELECT place, repeats FROM (
            SELECT f.rowid AS place, f.is_duplicate AS before, CASE
                WHEN m.number IS NULL OR NOT f.is_current OR f.stage = 'won' THEN NULL
                WHEN f.stage IN ('lost', 'rejected') AND NOT m.is_lost THEN true
                ELSE row_number() OVER (PARTITION BY m.number, f.stage, f.is_current
                    ORDER BY coalesce(f.entered_at, f.date), f.lead_id, f.platform, f.account) > 1 END AS repeats
            FROM fact_lead_event f LEFT JOIN lead_member m ON m.lead_id = f.lead_id
                AND m.platform = coalesce(f.platform, '') AND m.account = coalesce(f.account, '')
        ) WHERE before IS DISTINCT FROM repeats"""
    )
    mark_rows(connection, FACT["fact_lead_event"], "SELECT place FROM lead_repeat")
    connection.execute(
        "UPDATE fact_lead_event AS f SET is_duplicate = r.repeats FROM lead_repeat r WHERE f.rowid = r.place"
    )


def repeated(connection: duckdb.DuckDBPyConnection, slices: Sequence[int]) -> list[Finding]:
    """Return how many leads of new rows are people whose lead is still open."""
    row = connection.execute(
        """SELECT count(*) FROM fact_lead_event
        WHERE is_duplicate AND stage = 'lead' AND slice_id IN (SELECT unnest(CAST(? AS INTEGER[])))""",
        [list(slices)],
    ).fetchone()
    count = int(row[0]) if row else 0
    return [Finding("info", "leads_repeated", values={"leads": count, "days": WINDOW.days})] if count else []


def _parts(members: Sequence[tuple[int, tuple[Record, ...]]], place: int) -> list[str]:
    return [record.key[place] for _, lead in members for record in lead]


def _is_lost(lead: Sequence[Record]) -> bool:
    return all(record.lost is not None and record.won is None for record in lead)
