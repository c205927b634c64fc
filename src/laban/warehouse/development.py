"""Which days each import told of and how old they were then: superseded rows stay, so this is only a question.

How old a number was when it was reported follows from the moment the file was made. Files hardly ever say it; the
last day that a file covers is a good measure of it, wherever files come week by week, even when a year of them is
imported in one sitting. A file that ends long before it was loaded, and whose days no later import continues, may
have been made at any time since: when it was loaded is all that is known, and nothing is learned from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from laban.facts import FACT
from laban.warehouse.sql import quote

if TYPE_CHECKING:
    import duckdb

#: A file loaded within so many days of its last day was made then.
NEAR_DAYS = 14


@dataclass(frozen=True, slots=True)
class Sighting:
    """The days ``start <= day < end`` as one import told them.

    ``known`` is the last day that it knows of; ``placed`` whether that is when it was made, not when it was loaded.
    """

    slice_id: int
    import_id: int
    platform: str
    account: str
    start: date
    end: date
    known: date
    placed: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What the log holds of an import's slice."""

    slice_id: int
    import_id: int
    platform: str
    account: str
    start: date
    end: date
    loaded_at: datetime


def sightings(connection: duckdb.DuckDBPyConnection, fact: str) -> tuple[Sighting, ...]:
    """Return every live slice of ``fact`` by day that covers its account, in order of import.

    Raises:
        KeyError: there is no such fact.
    """
    daily = (
        "s.grain = 'day' AND s.rank = 0 AND s.rival = ''" if FACT[fact].kind == "series" else "s.grain <> 'undated'"
    )
    rows = connection.execute(
        f"""SELECT s.slice_id, s.import_id, s.platform, s.account, s.start_day, s.end_day, l.loaded_at
        FROM slice s JOIN import_log l ON l.id = s.import_id
        WHERE s.fact = ? AND {daily} AND s.start_day < s.end_day ORDER BY s.import_id, s.slice_id""",
        [fact],
    ).fetchall()
    return placed(Told(*row) for row in rows)


def placed(slices: Iterable[Told]) -> tuple[Sighting, ...]:
    """Say of each slice when it was made, given all slices of a fact in order of import."""
    accounts: dict[tuple[str, str], list[Told]] = {}
    for told in slices:
        accounts.setdefault((told.platform, told.account), []).append(told)
    return tuple(_placed(told, group[place + 1 :]) for group in accounts.values() for place, told in enumerate(group))


def _placed(told: Told, later: Sequence[Told]) -> Sighting:
    last, loaded = told.end - timedelta(days=1), told.loaded_at.date()
    known = min(last, loaded)
    sure = (loaded - known).days <= NEAR_DAYS or any(
        other.start < told.end < other.end for other in later if other.import_id != told.import_id
    )
    return Sighting(
        *(told.slice_id, told.import_id, told.platform, told.account, told.start, told.end),
        known=known if sure else loaded,
        placed=sure,
    )


def raw_table(fact: str) -> str:
    """Return the quoted name of the table that holds every row of ``fact``, superseded ones too."""
    return quote(FACT[fact].name)
