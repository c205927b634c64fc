"""The answer as a frozen value: numbers with what they were made of, and refusals with the way out.

Numbers keep the catalogue's units: percent as a plain fraction (0.05 = 5 %), money in the workspace's currency,
durations in seconds. None means that there is no number, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from laban.i18n import translate
from laban.metrics.query import Query
from laban.periods import Period

Number = Decimal | float | int


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of one KPI.

    ``parts`` holds the measures it was computed from, by the names the formula uses (``first(followers)`` and
    ``where(sessions, channel='referral')`` included), so that the formula can be shown with its numbers filled in.
    ``missing`` names the parts for which there are no data: with a value, the value is of what there is.
    ``window`` is the period the number really speaks of where the KPI looks further back than it was asked for.
    """

    value: Number | None
    parts: Mapping[str, Decimal | int | None] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    window: Period | None = None

    @property
    def partial(self) -> bool:
        """Whether there is a number but a part of it is missing."""
        return self.value is not None and bool(self.missing)


@dataclass(frozen=True, slots=True)
class Row:
    """The cells (one per KPI of the query, in its order) of one bucket and one combination of dimension values.

    ``key`` has one value per dimension of ``query.by``; None where the data do not say. ``others`` marks the row of
    all members that ``query.top`` left out; its key says "others" too, as a member of that name might.
    """

    period: Period
    key: tuple[str | None, ...]
    cells: tuple[Cell, ...]
    baseline: tuple[Cell, ...] | None = None
    baseline_period: Period | None = None
    others: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a KPI cannot be answered, and what would make it answerable.

    ``code`` names the sentence ``refusal.<code>`` in the message files.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def message(self, lang: str) -> str:
        """Return the sentence in ``lang``."""
        return translate(lang, f"refusal.{self.code}", **self.values)


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a query.

    ``period`` is the query's, cut to what has elapsed; ``partial`` says that it was cut. A KPI that is in
    ``refusals`` still has its (empty) cells, so that columns stay in place. ``hidden`` counts the groups left out
    because they hold too few people (see ``laban.metrics.privacy``).
    """

    query: Query
    period: Period
    baseline_period: Period | None
    partial: bool
    rows: Sequence[Row]
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    hidden: int = 0

    def column(self, kpi: str) -> tuple[Cell, ...]:
        """Return the cells of one KPI, one per row."""
        place = self.query.kpis.index(kpi)
        return tuple(row.cells[place] for row in self.rows)
