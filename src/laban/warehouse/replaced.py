"""What an import did to earlier ones, as findings: nothing is replaced behind a person's back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from laban.facts import FACT
from laban.sources.model import Finding
from laban.warehouse.settle import Settled
from laban.warehouse.sql import quote

if TYPE_CHECKING:
    import duckdb

_Lost = dict[int, set[date]]


def series_findings(
    connection: duckdb.DuckDBPyConnection, settled: Iterable[Settled], import_id: int
) -> list[Finding]:
    """Return what the new import took from earlier ones, and what it left to them."""
    contests = list(settled)
    lost = _by_import(contests, import_id, _taken)
    found = [
        _finding(connection, "info", "replaced_days", other, days, rows=_rows(connection, contests, other, import_id))
        for other, days in lost.items()
    ]
    for other, days in _by_import(contests, import_id, _gone).items():
        found.append(_finding(connection, "warning", "days_without_numbers", other, days))
    for other, days in lost.items():
        strange = {c.contest.fact for c in contests if _strangers(connection, c, other, import_id)}
        codes = [code for fact, (_, code) in _NAMES.items() if fact in strange]
        found.extend(_finding(connection, "warning", code, other, days) for code in codes)
    for other, days in _by_import(contests, import_id, _left).items():
        found.append(_finding(connection, "info", "already_covered", other, days))
    for other, days in _by_import(contests, import_id, _unfilled).items():
        found.append(_finding(connection, "warning", "total_not_counted", other, days))
    return found


def entity_findings(
    connection: duckdb.DuckDBPyConnection, replaced: Iterable[tuple[int, int]], import_id: int
) -> list[Finding]:
    """Return which earlier imports' rows (import, count) were updated."""
    counts: dict[int, int] = {}
    for other, count in replaced:
        if other != import_id:
            counts[other] = counts.get(other, 0) + count
    return [
        Finding(
            "info",
            "updated_rows",
            values={"import_id": other, "name": _name(connection, other), "rows": count},
        )
        for other, count in sorted(counts.items())
    ]


def _by_import(contests: list[Settled], mine: int, days: Callable[[Settled, int, int], set[date]]) -> _Lost:
    found: _Lost = {}
    for contest in contests:
        for other in sorted(contest.imports() - {mine}):
            if some := days(contest, other, mine):
                found.setdefault(other, set()).update(some)
    return found


def _taken(contest: Settled, other: int, _mine: int) -> set[date]:
    return contest.held_before(other) - contest.held_after(other)


def _gone(contest: Settled, other: int, _mine: int) -> set[date]:
    """Days that a period total stood for and nothing stands for now, because part of the period is known better."""
    return _taken(contest, other, _mine) - contest.held_beside(other)


def _left(contest: Settled, other: int, mine: int) -> set[date]:
    if not contest.compete(mine, other):
        return set()
    return (contest.claimed(mine) - contest.held_after(mine)) & contest.held_after(other)


def _unfilled(contest: Settled, other: int, mine: int) -> set[date]:
    """Days without numbers of a total that another import, which has part of its days, keeps from counting."""
    unused = contest.unused_totals(mine)
    return unused - contest.held_beside(mine) if unused and _left(contest, other, mine) else set()


#: By what rows of a fact are known, and what to say where two imports of the same days have none in common.
_NAMES = {
    "fact_ad_performance": ("campaign", "replaced_other_account"),
    "fact_marketing_cost": ("coalesce(description, cost_type)", "replaced_other_costs"),
}


def _strangers(connection: duckdb.DuckDBPyConnection, contest: Settled, other: int, mine: int) -> bool:
    """Whether an import took days from one with which it has not one campaign or cost line in common."""
    fact = contest.contest.fact
    if fact not in _NAMES:
        return False
    days = _taken(contest, other, mine)
    if not days:
        return False
    theirs = _names(connection, fact, contest.slices(other), days)
    ours = _names(connection, fact, contest.slices(mine), days)
    return bool(theirs) and bool(ours) and not theirs & ours


def _names(connection: duckdb.DuckDBPyConnection, fact: str, slices: list[int], days: set[date]) -> set[str]:
    name, _ = _NAMES[fact]
    rows = connection.execute(
        f"SELECT DISTINCT {name} FROM {quote(fact)} WHERE slice_id IN (SELECT unnest(?)) "
        f"AND date BETWEEN ? AND ? AND {name} IS NOT NULL",
        [slices, min(days), max(days)],
    ).fetchall()
    return {name for (name,) in rows}


def _rows(connection: duckdb.DuckDBPyConnection, contests: list[Settled], other: int, mine: int) -> int:
    """Count the rows of an earlier import that no longer count."""
    count = 0
    for contest in contests:
        if days := _taken(contest, other, mine):
            name = FACT[contest.contest.fact].name
            row = connection.execute(
                f"SELECT count(*) FROM {quote(name)} WHERE slice_id IN (SELECT unnest(?)) "
                "AND date IN (SELECT unnest(CAST(? AS DATE[])))",
                [contest.slices(other), sorted(days)],
            ).fetchone()
            count += row[0] if row else 0
    return count


def _finding(
    connection: duckdb.DuckDBPyConnection, level: Any, code: str, other: int, days: set[date], **more: Any
) -> Finding:
    values = {"import_id": other, "name": _name(connection, other), "days": len(days), "period": spans(days), **more}
    return Finding(level, code, values=values)


def _name(connection: duckdb.DuckDBPyConnection, import_id: int) -> str:
    row = connection.execute("SELECT name FROM import_log WHERE id = ?", [import_id]).fetchone()
    return str(row[0]) if row else ""


_SHOWN = 3


def spans(days: Iterable[date]) -> str:
    """Return days as inclusive runs, ``2026-11-01..2026-11-03, 2026-11-07``; of more than three, both ends."""
    runs = list(_runs(sorted(days)))
    if len(runs) > _SHOWN:
        runs = [(runs[0][0], runs[-1][1])]
    return ", ".join(a.isoformat() if a == b else f"{a.isoformat()}..{b.isoformat()}" for a, b in runs)


def _runs(days: list[date]) -> Iterator[tuple[date, date]]:
    start = None
    for place, day in enumerate(days):
        start = start or day
        if place + 1 == len(days) or days[place + 1] - day > timedelta(days=1):
            yield start, day
            start = None
