"""What is known while one table is read: the file around it, the options, and what was noted so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from laban.periods import Period
from laban.sources.mapping import Evidence
from laban.sources.model import ReadOptions, Slice
from laban.sources.notes import Notes
from laban.sources.numbers import Mark


@dataclass
class Context:
    """The file that tables are read from.

    ``marks`` are the decimal marks that columns read so far have forced; ``about`` is what other parts of the file
    say about all of it (a filter, a period). ``platform`` is set as soon as it is known.
    """

    options: ReadOptions
    path: Path
    notes: Notes
    marks: set[Mark] = field(default_factory=set)
    about: dict[str, Any] = field(default_factory=dict)
    platform: str | None = None

    @property
    def latest(self) -> date:
        """The first day that no file can be about: plans reach into next year, not further."""
        return date(self.options.today.year + 2, 1, 1)

    @property
    def earliest(self) -> date:
        """The first day that a file can be about: no platform is older."""
        return date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class TableReading:
    """One table, read.

    ``rows`` counts data rows, ``period`` is what they cover. ``unseen`` are the headings known from no file of the
    platform, each with its mark.
    """

    name: str
    member: str
    cut: str
    rank: int
    rows: int
    totals: dict[str, Decimal]
    own_totals: dict[str, Decimal]
    slices: tuple[Slice, ...]
    period: Period | None = None
    currency: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    headings: tuple[str, ...] = ()
    unseen: Mapping[str, Evidence] = field(default_factory=dict)
