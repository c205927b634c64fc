"""Which of several slices counts on which day: a pure function, so that undo is the same question asked again.

Slices of one fact, platform, account and rival compete. A file that names no account competes with the one account
that others name; where they name several it may be any of them, so it only fills days that none of them has: numbers
are never counted twice because one of two downloads left a column out.

In order of (rank, day grain before period, later import, earlier within its import) each takes what is still free: a
day-grain slice the free days, a period slice its whole period or nothing, because its rows cannot be cut. Undated
slices never count.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Claim:
    """The days ``start <= day < end`` that a slice would fill, and what decides when others want them too."""

    slice_id: int
    import_id: int
    grain: Literal["day", "period", "undated"]
    start: date | None
    end: date | None
    rank: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """The days ``start <= day < end`` in which a slice counts; ``days`` is how long each of its rows stands for."""

    slice_id: int
    start: date
    end: date
    days: int


def resolve_accounts(claims: Mapping[str, Iterable[Claim]]) -> tuple[Range, ...]:
    """Return the ranges in which each claim counts, given the claims of each account ("" where a file names none)."""
    named = {account: list(group) for account, group in claims.items() if account}
    unnamed = list(claims.get("", ()))
    if len(named) <= 1:
        return resolve([*unnamed, *(claim for group in named.values() for claim in group)])
    won = [span for group in named.values() for span in resolve(group)]
    return tuple(sorted([*won, *resolve(unnamed, won)]))


def resolve(claims: Iterable[Claim], occupied: Iterable[Range] = ()) -> tuple[Range, ...]:
    """Return the ranges in which each of the competing ``claims`` counts; they never overlap.

    The answer depends on the set of claims only, not on their order. Days in ``occupied`` are not to be had.
    """
    taken: list[tuple[date, date]] = []
    for span in sorted(occupied, key=lambda span: span.start):
        for start, end in list(_gaps(taken, span.start, span.end)):
            _take(taken, start, end)
    won: list[Range] = []
    for claim in sorted(claims, key=_precedence):
        if claim.grain == "undated" or claim.start is None or claim.end is None or claim.end <= claim.start:
            continue
        free = list(_gaps(taken, claim.start, claim.end))
        if claim.grain == "period":
            free = [gap for gap in free if gap == (claim.start, claim.end)]
        for start, end in free:
            _take(taken, start, end)
            won.append(Range(claim.slice_id, start, end, (end - start).days if claim.grain == "period" else 1))
    return tuple(sorted(won))


def _precedence(claim: Claim) -> tuple[int, bool, int, int]:
    return (claim.rank, claim.grain != "day", -claim.import_id, claim.slice_id)


def _gaps(taken: list[tuple[date, date]], start: date, end: date) -> Iterator[tuple[date, date]]:
    """The parts of ``[start, end)`` outside ``taken``, which is sorted and disjoint."""
    at = start
    for low, high in taken[bisect_right(taken, start, key=lambda span: span[1]) :]:
        if low >= end:
            break
        if low > at:
            yield at, low
        at = high
    if at < end:
        yield at, end


def _take(taken: list[tuple[date, date]], start: date, end: date) -> None:
    """Put ``[start, end)``, which is free, into ``taken``, joined with spans that touch it."""
    first = bisect_left(taken, start, key=lambda span: span[1])
    after = bisect_right(taken, end, key=lambda span: span[0])
    touching = taken[first:after]
    low = min([start, *(span[0] for span in touching)])
    high = max([end, *(span[1] for span in touching)])
    taken[first:after] = [(low, high)]


def days_of(ranges: Iterable[Range]) -> set[date]:
    """Return every day in ``ranges``."""
    return {date.fromordinal(day) for span in ranges for day in range(span.start.toordinal(), span.end.toordinal())}
