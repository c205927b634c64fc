"""Sums per day and answers per week and month, kept beside the facts and made anew where the facts have changed.

What is kept is said by others (``Daily`` and ``Windowed`` are values); here it is made, renewed for the days that are
marked as changed, and dropped when nobody asks for it any more. A rollup that is not renewed yet is not ``ready``,
and whoever asks reads the facts themselves: rollups never decide what the answer is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from laban.facts import FACT
from laban.periods import Period, extended, unit_of
from laban.warehouse import dirty
from laban.warehouse.sql import listed, quote

if TYPE_CHECKING:
    import duckdb

#: Weeks (and the months in them) whose answers are kept, counted back from the last day with data.
WEEKS = 160
#: Days of windows that are worked out by one statement: enough to be few statements, few enough to fit in memory.
_BATCH_DAYS = 12_000
#: Rows from which on a fact is worth a rollup; fewer are read as fast as they are.
WORTHWHILE = 100_000

Asked = tuple[str, Sequence[Any]]
Span = tuple[date, date] | None


@dataclass(frozen=True, slots=True)
class Daily:
    """What can be added, per day: the rows of ``select … FROM tables WHERE where GROUP BY 1 … group``.

    ``select`` begins with the day, which is the expression ``day`` over the column ``dated`` of the view ``source``.
    """

    name: str
    source: str
    dated: str
    day: str
    select: str
    tables: str
    where: str
    group: int


@dataclass(frozen=True, slots=True)
class Windowed:
    """What cannot be added, per week and month: the answers themselves.

    A window shorter than ``least_days`` begins earlier; an answer reads the rows that ``dated`` columns place in its
    window and ``lead_days`` before it. ``ask`` gives the statement for some windows, whole (``split`` False) or by
    channel: number of the window, channel if split, number of rows, then ``width`` values. ``extent`` gives the
    first and the last day with data.
    """

    name: str
    source: str
    dated: tuple[str, ...]
    least_days: int
    lead_days: int
    width: int
    splits: tuple[bool, ...]
    extent: str
    ask: Callable[[Sequence[Period], bool], Asked]


Rollup = Daily | Windowed


@lru_cache(maxsize=256)
def windows(first: date, last: date, least_days: int) -> frozenset[Period]:
    """Return the windows whose answers are kept when there are data from ``first`` to ``last``."""
    begin = max(first, last - timedelta(weeks=WEEKS))
    units = (*_units(begin, last, "week"), *_units(begin, last, "month"))
    return frozenset(extended(unit, least_days) for unit in units)


def _units(first: date, last: date, unit: Any) -> Iterator[Period]:
    found: Period = unit_of(first, unit)
    while found.start <= last:
        yield found
        found = unit_of(found.end, unit)


def ready(connection: duckdb.DuckDBPyConnection) -> dict[str, Span]:
    """Return the rollups that agree with the facts, with the days that a windowed one was made for."""
    rows = connection.execute(
        "SELECT name, first_day, last_day FROM rollup_state WHERE source NOT IN (SELECT source FROM rollup_dirty)"
    ).fetchall()
    return {name: None if first is None else (first, last) for name, first, last in rows}


def refresh(connection: duckdb.DuckDBPyConnection, rollups: Iterable[Rollup], least_rows: int = WORTHWHILE) -> bool:
    """Make what is missing, renew what has changed, drop what is no longer asked for; return whether that was any.

    Facts with fewer than ``least_rows`` rows get no rollups.
    """
    worth = large(connection, least_rows)
    wanted = {rollup.name: rollup for rollup in rollups if rollup.source in worth}
    state = {
        name: None if first is None else (first, last)
        for name, first, last in connection.execute("SELECT name, first_day, last_day FROM rollup_state").fetchall()
    }
    marks = dirty.marks(connection)
    gone = [name for name in state if name not in wanted]
    for name in gone:
        _drop(connection, name)
    changed = bool(gone or marks)
    for name, rollup in wanted.items():
        days = _days(marks, rollup) if name in state else None
        if days is None:
            _drop(connection, name)
            _make(connection, rollup)
            changed = True
        elif days:
            _renew(connection, rollup, days, state[name])
    if marks:
        connection.execute("DELETE FROM rollup_dirty")
    return changed


def large(connection: duckdb.DuckDBPyConnection, least_rows: int) -> frozenset[str]:
    """Return the views of facts that have so many rows."""
    rows = connection.execute("SELECT table_name, estimated_size FROM duckdb_tables()").fetchall()
    facts = {name for name, size in rows if name in FACT and size >= least_rows}
    return frozenset({*(f"{name}_live" for name in facts), *([dirty.ATTRIBUTION] if "fact_order" in facts else [])})


def _days(marks: dirty.Marks, rollup: Rollup) -> list[date] | None:
    """The days of a rollup that are marked, in order; None when all are."""
    found: set[date] = set()
    dated = (rollup.dated,) if isinstance(rollup, Daily) else rollup.dated
    for column, days in marks.get(rollup.source, {}).items():
        if days is None:
            return None
        if column in dated:
            found |= days
    return sorted(found)


def _drop(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    connection.execute(f"DROP TABLE IF EXISTS {quote(name)}")
    connection.execute("DELETE FROM rollup_state WHERE name = ?", [name])


def _make(connection: duckdb.DuckDBPyConnection, rollup: Rollup) -> None:
    span: Span = None
    if isinstance(rollup, Daily):
        connection.execute(f"CREATE TABLE {quote(rollup.name)} AS {_daily(rollup, f'{rollup.day} IS NOT NULL')}")
    else:
        _create(connection, rollup)
        span = _extent(connection, rollup)
        _fill(connection, rollup, _windows(rollup, span))
    _note(connection, rollup, span)


def _note(connection: duckdb.DuckDBPyConnection, rollup: Rollup, span: Span) -> None:
    first, last = span or (None, None)
    connection.execute("INSERT INTO rollup_state VALUES (?, ?, ?, ?)", [rollup.name, rollup.source, first, last])


def _daily(rollup: Daily, days: str) -> str:
    places = ", ".join(str(place) for place in range(1, rollup.group + 1))
    return f"SELECT {rollup.select} FROM {rollup.tables} WHERE ({rollup.where}) AND {days} GROUP BY {places}"


def _renew(connection: duckdb.DuckDBPyConnection, rollup: Rollup, days: list[date], span: Span) -> None:
    if isinstance(rollup, Windowed):
        _renew_windows(connection, rollup, days, span)
        return
    table = quote(rollup.name)
    within = f"{rollup.day} >= ? AND {rollup.day} <= ? AND {rollup.day} IN (SELECT unnest(CAST(? AS DATE[])))"
    connection.execute(f"DELETE FROM {table} WHERE date IN (SELECT unnest(CAST(? AS DATE[])))", [days])
    connection.execute(f"INSERT INTO {table} {_daily(rollup, within)}", [days[0], days[-1], days])


def _renew_windows(connection: duckdb.DuckDBPyConnection, rollup: Windowed, days: list[date], span: Span) -> None:
    now = _extent(connection, rollup)
    before, after = _windows(rollup, span), _windows(rollup, now)
    stale = {window for window in before | after if _reads(rollup, window, days)} | (before ^ after)
    connection.execute(
        f"DELETE FROM {quote(rollup.name)} t WHERE EXISTS (SELECT 1 FROM (SELECT unnest(CAST(? AS DATE[])) AS s, "
        "unnest(CAST(? AS DATE[])) AS e) w WHERE w.s = t.s AND w.e = t.e)",
        [[w.start for w in stale], [w.end for w in stale]],
    )
    _fill(connection, rollup, stale & after)
    connection.execute("DELETE FROM rollup_state WHERE name = ?", [rollup.name])
    _note(connection, rollup, now)


def _reads(rollup: Windowed, window: Period, days: list[date]) -> bool:
    place = bisect_left(days, window.start - timedelta(days=rollup.lead_days))
    return place < len(days) and days[place] < window.end


def _windows(rollup: Windowed, span: Span) -> frozenset[Period]:
    return windows(*span, rollup.least_days) if span else frozenset()


def _extent(connection: duckdb.DuckDBPyConnection, rollup: Windowed) -> Span:
    row = connection.execute(rollup.extent).fetchone()
    return None if row is None or row[0] is None else (row[0], row[1])


def _names(rollup: Windowed, *, split: bool) -> list[str]:
    return ["i", *(["d"] if split else []), "n", *(f"v{number}" for number in range(rollup.width))]


def _create(connection: duckdb.DuckDBPyConnection, rollup: Windowed) -> None:
    """Make the table with the types that the statement gives."""
    text, values = rollup.ask([Period(date(2000, 1, 1), date(2000, 1, 2))], rollup.splits[-1])
    split = rollup.splits[-1]
    member = "CAST(d AS VARCHAR)" if split else "CAST(NULL AS VARCHAR)"
    columns = listed(("n", *(f"v{number}" for number in range(rollup.width))))
    connection.execute(
        f"CREATE TABLE {quote(rollup.name)} AS SELECT CAST(NULL AS DATE) AS s, CAST(NULL AS DATE) AS e, "
        f"false AS split, {member} AS d, {columns} FROM ({text}) q({listed(_names(rollup, split=split))}) LIMIT 0",
        list(values),
    )


def _batches(windows_: Sequence[Period]) -> Iterator[Sequence[Period]]:
    batch: list[Period] = []
    for window in windows_:
        if batch and sum(w.days for w in batch) + window.days > _BATCH_DAYS:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def _fill(connection: duckdb.DuckDBPyConnection, rollup: Windowed, wanted: Iterable[Period]) -> None:
    todo = sorted(wanted, key=lambda window: (window.end, window.start))
    columns = listed(("n", *(f"v{number}" for number in range(rollup.width))), "q")
    for batch in _batches(todo):
        spans = [list(range(len(batch))), [w.start for w in batch], [w.end for w in batch]]
        for split in rollup.splits:
            text, values = rollup.ask(batch, split)
            connection.execute(
                f"INSERT INTO {quote(rollup.name)} SELECT w.s, w.e, {split}, {'q.d' if split else 'NULL'}, {columns} "
                f"FROM ({text}) q({listed(_names(rollup, split=split))}) JOIN (SELECT unnest(CAST(? AS INTEGER[])) "
                "AS i, unnest(CAST(? AS DATE[])) AS s, unnest(CAST(? AS DATE[])) AS e) w ON w.i = q.i WHERE q.n > 0",
                [*values, *spans],
            )
