"""A sheet of the shop's own, written as its template asks for it, from rows by canonical column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from laban.periods import Period, unit_of
from laban.sources.demo.files import DemoFile, delimited
from laban.sources.demo.model import World
from laban.sources.mapping import platforms, template

Row = Mapping[str, object]
#: A fact that a sheet fills, the columns of it that the truth is told about, and the sheet's rows.
Told = tuple[str, tuple[str, ...], Iterable[Row]]
_ADDED = frozenset({"sum", "quantity", "money"})


def own_sheet(kind: str, name: str, rows: Sequence[Row], days: Iterable[date]) -> list[DemoFile]:
    """Return the file of one sheet, in Vietnamese, with the columns that any row fills; none without rows.

    ``days`` are the days its rows speak of, both ends included.
    """
    if not rows:
        return []
    used = [column for column in template(kind).columns if any(row.get(column.name) is not None for row in rows)]
    lines = [[column.heading["vi"] for column in used]]
    lines += [[_text(row.get(column.name)) for column in used] for row in rows]
    named = platforms()[f"own_{kind}"].columns
    totals = {
        named[column.name].total: sum((Decimal(str(row.get(column.name) or 0)) for row in rows), Decimal(0))
        for column in used
        if column.kind in _ADDED and named[column.name].total
    }
    found = sorted(days)
    return [
        DemoFile(
            name=name,
            platform=f"own_{kind}",
            data=delimited(lines, newline="\r\n", encoding="utf-8-sig"),
            rows=len(rows),
            totals=totals,
            start=found[0],
            end=found[-1] + timedelta(days=1),
        )
    ]


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "Có" if value else "Không"
        case datetime():
            return f"{value:%d/%m/%Y %H:%M}"
        case date():
            return f"{value:%d/%m/%Y}"
        case _:
            return str(value)


def whole(world: World, grain: str) -> Iterator[Period]:
    """Return the weeks or months that lie wholly in the shop's days."""
    unit = unit_of(world.first, grain)
    while unit.last <= world.last:
        if unit.start >= world.first:
            yield unit
        unit = unit_of(unit.end, grain)


def daily(pairs: Iterable[tuple[date, int]]) -> dict[date, int]:
    """Return sums by day."""
    found: dict[date, int] = {}
    for day, number in pairs:
        found[day] = found.get(day, 0) + number
    return found


def over(series: Mapping[date, int], period: Period) -> int:
    """Return the sum of a series over a period."""
    return sum(series.get(period.start + timedelta(days=n), 0) for n in range(period.days))
