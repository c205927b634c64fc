"""Rows of a fact to slices: what stands or falls together, what it covers, and what it competes with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from laban.facts import COUNT, FACT, Fact
from laban.periods import Period
from laban.sources.model import Slice

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows of a table belong: whose they are, how they are cut and which period the file speaks of."""

    platform: str
    accounts: Sequence[str]
    cut: str
    rank: int
    covered: Period | None


def rank_of(present: Sequence[str], cut: Mapping[str, int | str]) -> int:
    """Return how well a breakdown covers the account: 0 all of it, 1 all of it from one side, 2 a part.

    A number in the mapping is the least rank that a dimension allows; ``side`` means 1 unless a dimension that
    covers the account (0) stands beside it, because campaign x device is as complete as campaign.
    """
    floors = [value for name in present if isinstance(value := cut[name], int)]
    if floors:
        return max(floors)
    return 1 if present else 0


def series_slices(
    fact: Fact,
    columns: Mapping[str, list[Any]],
    periods: Sequence[Period | None],
    place: Place,
    rivals: Sequence[str],
) -> list[Slice]:
    """Return the slices of a series fact, one per account, rival and, for periods, per period."""
    names = tuple(name for name in fact.names if name in columns)
    rows = list(zip(*(_fitting(fact, name, columns[name]) for name in names), strict=True)) if names else []
    by_day = all(period is not None and period.days == 1 for period in periods)
    groups: dict[tuple[str, str, Period | None], list[int]] = {}
    for index, period in enumerate(periods):
        groups.setdefault((place.accounts[index], rivals[index], None if by_day else period), []).append(index)
    slices = []
    for (account, rival, period), indices in groups.items():
        base = Slice(
            fact.name,
            place.platform,
            account,
            place.cut,
            "undated",
            None,
            None,
            ("date", *names),
            (),
            place.rank,
            rival,
        )
        days = [periods[i] for i in indices]
        slices.append(_dated(base, days, [rows[i] for i in indices], period, place.covered))
    return slices


def _dated(
    base: Slice,
    days: Sequence[Period | None],
    rows: Sequence[tuple[Any, ...]],
    period: Period | None,
    covered: Period | None,
) -> Slice:
    dates = [None if day is None else day.start for day in days]
    placed = [(day, *row) for day, row in zip(dates, rows, strict=True)]
    known = [day for day in dates if day is not None]
    if not known:
        return replace(base, rows=placed)
    if period is not None and period.days > 1:
        return replace(base, grain="period", start=period.start, end=period.end, rows=placed)
    start, end = min(known), max(known) + _DAY
    if covered is not None and covered.start <= start and end <= covered.end and period is None:
        start, end = covered.start, covered.end
    return replace(base, grain="day", start=start, end=end, rows=placed)


def entity_slices(fact: Fact, columns: Mapping[str, list[Any]], place: Place) -> list[Slice]:
    """Return the slices of an entity fact, one per account; rows without a date or a key are left out."""
    names = tuple(name for name in fact.names if name in columns)
    needed = [names.index(name) for name in (fact.date, *fact.key) if name in names]
    rows = zip(*(_fitting(fact, name, columns[name]) for name in names), strict=True)
    by_account: dict[str, list[tuple[Any, ...]]] = {}
    for account, row in zip(place.accounts, rows, strict=True):
        if all(row[i] is not None for i in needed):
            by_account.setdefault(account, []).append(row)
    day = names.index(fact.date)
    return [
        Slice(
            fact.name,
            place.platform,
            account,
            place.cut,
            "day",
            min(row[day] for row in found),
            max(row[day] for row in found) + _DAY,
            names,
            found,
        )
        for account, found in by_account.items()
    ]


def _fitting(fact: Fact, name: str, values: Sequence[Any]) -> Sequence[Any]:
    """Return values in the type of the fact's column: whole numbers where it counts."""
    if fact.column(name).type != COUNT:
        return values
    return [_whole(value) if isinstance(value, Decimal) else value for value in values]


def _whole(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_HALF_EVEN))


def merged(slices: Sequence[Slice]) -> tuple[Slice, ...]:
    """Join slices of one file that say different things about the same cut of the same days.

    A snapshot brings "active users by week" and "new users by week" in two tables; apart, one would push out the
    other. Two that say the same thing stay apart: joined, it would count twice.
    """
    found: dict[tuple[Any, ...], list[Slice]] = {}
    for piece in slices:
        if not piece.rows:
            continue
        key = (piece.fact, piece.account, piece.cut, piece.grain, piece.start, piece.end, piece.rank, piece.rival)
        others = found.setdefault(key, [])
        place = next((i for i, other in enumerate(others) if _complement(other, piece)), None)
        if place is None:
            others.append(piece)
        else:
            others[place] = _joined(others[place], piece)
    return tuple(piece for pieces in found.values() for piece in pieces)


def _complement(one: Slice, two: Slice) -> bool:
    fact = FACT[one.fact]
    return fact.kind == "series" and not (_measures(fact, one) & _measures(fact, two))


def _measures(fact: Fact, piece: Slice) -> set[str]:
    return {name for name in piece.columns if fact.column(name).role == "measure"}


def _joined(one: Slice, two: Slice) -> Slice:
    names = tuple(dict.fromkeys((*one.columns, *two.columns)))
    rows = [row for piece in (one, two) for row in _widened(piece, names)]
    return replace(one, columns=names, rows=rows)


def _widened(piece: Slice, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    places = [piece.columns.index(name) if name in piece.columns else None for name in names]
    return [tuple(None if place is None else row[place] for place in places) for row in piece.rows]


def span_of(days: Sequence[date]) -> Period | None:
    """Return the period from the first to the last of some days."""
    return Period(min(days), max(days) + _DAY) if days else None
