"""Keep ``active`` equal to what ``resolve`` says of the slices that are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from laban.warehouse.dirty import mark_ranges
from laban.warehouse.resolve import Claim, Range, days_of, resolve_accounts
from laban.warehouse.rows import insert

if TYPE_CHECKING:
    import duckdb

_ACTIVE = {"slice_id": "INTEGER", "start_day": "DATE", "end_day": "DATE", "days": "INTEGER"}


@dataclass(frozen=True, slots=True, order=True)
class Contest:
    """What slices must share to compete for days; accounts are told apart when it is settled."""

    fact: str
    platform: str
    rival: str


@dataclass(frozen=True, slots=True)
class Settled:
    """How a contest stood before and how it stands now. ``accounts`` says whose each slice is."""

    contest: Contest
    claims: tuple[Claim, ...]
    before: tuple[Range, ...]
    after: tuple[Range, ...]
    accounts: Mapping[int, str]

    def imports(self) -> set[int]:
        """Return the imports that take part."""
        return {claim.import_id for claim in self.claims}

    def claimed(self, import_id: int) -> set[date]:
        """Return the days an import asks for."""
        wanted = (c for c in self.claims if c.import_id == import_id and c.grain != "undated")
        return days_of(Range(c.slice_id, c.start, c.end, 1) for c in wanted if c.start and c.end)

    def held_before(self, import_id: int) -> set[date]:
        """Return the days an import filled before."""
        return self._held(self.before, import_id)

    def held_after(self, import_id: int) -> set[date]:
        """Return the days an import fills now."""
        return self._held(self.after, import_id)

    def compete(self, one: int, other: int) -> bool:
        """Return whether two imports speak of one account; a file that names none may speak of any."""
        ours, theirs = self._accounts(one), self._accounts(other)
        return "" in ours | theirs or bool(ours & theirs)

    def held_beside(self, import_id: int) -> set[date]:
        """Return the days that are filled now, by anyone, for the accounts an import speaks of."""
        return set[date]().union(*(self.held_after(each) for each in self.imports() if self.compete(import_id, each)))

    def unused_totals(self, import_id: int) -> set[date]:
        """Return the days of an import's totals over longer periods that do not count."""
        used = {span.slice_id for span in self.after}
        mine = (c for c in self.claims if c.import_id == import_id and c.grain == "period" and c.slice_id not in used)
        return days_of(Range(c.slice_id, c.start, c.end, 1) for c in mine if c.start and c.end)

    def _accounts(self, import_id: int) -> set[str]:
        return {self.accounts[slice_id] for slice_id in self.slices(import_id)}

    def slices(self, import_id: int) -> list[int]:
        """Return the slices of an import in this contest."""
        return [claim.slice_id for claim in self.claims if claim.import_id == import_id]

    def _held(self, ranges: Iterable[Range], import_id: int) -> set[date]:
        own = set(self.slices(import_id))
        return days_of(span for span in ranges if span.slice_id in own)


def settle(connection: duckdb.DuckDBPyConnection, contest: Contest) -> Settled:
    """Resolve the live slices of ``contest`` and write down the ranges in which each counts."""
    named = "fact = ? AND platform = ? AND rival = ?"
    values = [contest.fact, contest.platform, contest.rival]
    accounts: dict[str, list[Claim]] = {}
    for account, *row in connection.execute(
        f"SELECT account, slice_id, import_id, grain, start_day, end_day, rank FROM slice WHERE {named} ORDER BY 2",
        values,
    ).fetchall():
        accounts.setdefault(account, []).append(Claim(*row))
    claims = tuple(claim for group in accounts.values() for claim in group)
    whose = {claim.slice_id: account for account, group in accounts.items() for claim in group}
    chosen = f"slice_id IN (SELECT slice_id FROM slice WHERE {named})"
    before = tuple(
        Range(*row)
        for row in connection.execute(
            f"SELECT slice_id, start_day, end_day, days FROM active WHERE {chosen} ORDER BY ALL", values
        ).fetchall()
    )
    after = resolve_accounts(accounts)
    if after != before:
        mark_ranges(connection, contest.fact, before, after)
        connection.execute(f"DELETE FROM active WHERE {chosen}", values)
        rows = ((span.slice_id, span.start, span.end, span.days) for span in after)
        insert(connection, "active", _ACTIVE, rows, {"fact": contest.fact})
    return Settled(contest, claims, before, after, whose)
