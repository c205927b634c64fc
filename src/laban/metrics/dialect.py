"""What differs between SQL engines, and how SQL text and its bound values are put together.

Another engine is another ``Dialect``; everything else the compiler writes is plain SQL that DuckDB, PostgreSQL,
ClickHouse and Spark were found to read alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from laban.periods import Period


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with the values of its ``?``, in order."""

    text: str
    params: tuple[Any, ...] = ()

    def __add__(self, other: Sql | str) -> Sql:
        if isinstance(other, str):
            return Sql(self.text + other, self.params)
        return Sql(self.text + other.text, self.params + other.params)

    def __radd__(self, other: str) -> Sql:
        return Sql(other + self.text, self.params)


def joined(pieces: Iterable[Sql], separator: str) -> Sql:
    """Return the pieces one after the other with ``separator`` between them."""
    found = list(pieces)
    return Sql(separator.join(p.text for p in found), tuple(v for p in found for v in p.params))


def conjunction(pieces: Iterable[Sql | str]) -> Sql:
    """Return the conditions that are not empty, all to hold; TRUE when there are none."""
    found = [piece if isinstance(piece, Sql) else Sql(piece) for piece in pieces]
    kept = [piece for piece in found if piece.text not in {"", "TRUE"}]
    return Sql(" AND ".join(f"({p.text})" for p in kept) or "TRUE", tuple(v for p in kept for v in p.params))


@dataclass(frozen=True, slots=True)
class Dialect:
    """DuckDB's way of saying things."""

    name: str = field(default="duckdb")

    def plus_days(self, day: str, count: str) -> str:
        """A date ``count`` days after ``day``."""
        return f"({day} + CAST({count} AS INTEGER))"

    def days_between(self, start: str, end: str) -> str:
        """Number of days from one date to another."""
        return f"({end} - {start})"

    def seconds(self, start: str, end: str) -> str:
        """Seconds from one timestamp to another."""
        return f"date_diff('second', {start}, {end})"

    def unit_number(self, day: str, grain: str, first: date) -> Sql:
        """How many units of a grain lie between the unit that begins on ``first`` and the one ``day`` is in."""
        match grain:
            case "day":
                return Sql(f"CAST({day} - CAST(? AS DATE) AS INTEGER)", (first,))
            case "week":
                return Sql(f"CAST(({day} - CAST(? AS DATE)) // 7 AS INTEGER)", (first,))
            case "month":
                return Sql(f"CAST(year({day}) * 12 + month({day}) - ? AS INTEGER)", (first.year * 12 + first.month,))
            case "quarter":
                before = first.year * 4 + (first.month + 2) // 3
                return Sql(f"CAST(year({day}) * 4 + quarter({day}) - ? AS INTEGER)", (before,))
            case _:
                return Sql(f"CAST(year({day}) - ? AS INTEGER)", (first.year,))

    def median(self, value: str) -> str:
        """The exact median; the mean of the two middle values where there are two."""
        return f"median({value})"

    def quantile(self, value: str, share: float) -> str:
        """The exact quantile, between two rows where it falls between them."""
        return f"quantile_cont({value}, {float(share)!r})"

    def mentions(self, text: str, words: Sequence[str]) -> Sql:
        """Whether a text has any of the words in it, case and accents (đ among them) set aside."""
        bare = "replace(strip_accents(lower({})), 'đ', 'd')".format
        found = [f"contains({bare(text)}, {bare('?')})" for _ in words]
        return Sql(f"({' OR '.join(found) or 'NULL'})", tuple(words))

    def latest(self, value: str, when: str, condition: str = "TRUE") -> str:
        """The value of the latest row that has one; the largest where several are equally late."""
        return f"arg_max({value}, CASE WHEN {value} IS NOT NULL AND {condition} THEN ROW({when}, {value}) END)"

    def earliest(self, value: str, when: str) -> str:
        """The value of the earliest row that has one; the smallest where several are equally early."""
        return f"arg_min({value}, CASE WHEN {value} IS NOT NULL THEN ROW({when}, {value}) END)"

    def windows(self, windows: Sequence[Period], lead_days: int = 0) -> Sql:
        """A table (i, b, s, e): number, first day to read, start and end of each window."""
        starts: list[date] = [w.start for w in windows]
        return Sql(
            f"SELECT i, s - {int(lead_days)} AS b, s, e FROM (SELECT unnest(CAST(? AS INTEGER[])) AS i, "
            "unnest(CAST(? AS DATE[])) AS s, unnest(CAST(? AS DATE[])) AS e)",
            (list(range(len(windows))), starts, [w.end for w in windows]),
        )

    def calendar(self, windows: Sequence[Period], lead_days: int = 0) -> Sql:
        """A table (i, s, e, day) with every day of each window, and ``lead_days`` days before it."""
        return (
            "SELECT i, s, e, b + CAST(unnest(range(e - b)) AS INTEGER) AS day FROM ("
            + self.windows(windows, lead_days)
            + ")"
        )


DUCKDB = Dialect()
