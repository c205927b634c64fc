"""How to read one large plain file in bulk: every decision made, none left to the reader of it.

A file of a million rows is not turned into Python values. ``sources`` looks at its head and at cheap facts of the
whole (encoding, quoting, which marks its numbers use) and writes down here what each column means; the warehouse
turns that into one statement. Both ways of reading give the same rows and the same totals: a cell that does not
fit its ``ColumnSpec`` exactly means the plan does not hold, and ``BulkPlan.slow`` reads the file the long way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from laban.sources.model import Reading, Slice


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column of the fact, or one total, and where its value comes from.

    A cell is trimmed of blanks (also U+00A0, U+200B, U+FEFF) first; if it is then in ``empty`` (compared without
    case) it is NULL. ``kind`` says what happens next:

    * ``number`` – one of ``affixes`` may stand before or after (with blanks between), ``group`` marks are removed,
      ``decimal`` becomes a point; the rest must be ``-?digits[.digits]``, and groups of three if grouped.
    * ``date`` – read with the strptime pattern ``date_format``; between 2000-01-01 and ``Slice`` plausibility.
    * ``text`` – as it is; an empty cell is NULL.
    * ``lookup`` – the trimmed, lower-cased text looked up in ``lookup``; ``value`` when it is not there.
    * ``constant`` – ``value`` for every row; ``source`` is None.
    """

    name: str
    kind: Literal["number", "date", "text", "lookup", "constant"]
    source: int | None = None
    value: Any = None
    empty: tuple[str, ...] = ("",)
    group: str = ""
    decimal: str = "."
    affixes: tuple[str, ...] = ()
    date_format: str = "%Y-%m-%d"
    lookup: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What reading in bulk found: data rows, exact sums under the plan's ``totals`` names, first and last day."""

    rows: int
    totals: Mapping[str, Decimal]
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """A large UTF-8 file with one header, one kind of row, and nothing that needs a second look.

    ``skip_lines`` physical lines stand before the first data row, the header included; ``width`` is the number of
    columns. A row whose first or second trimmed cell matches ``totals_row`` (RE2) is the file's own total, and a
    row of only empty cells is nothing; neither is data. ``slice`` has no rows; its ``start`` and ``end`` are None
    when the dates in the file decide. ``days`` bounds plausible dates (half-open).

    ``finish`` turns the outcome into the finished ``Reading`` (without rows); ``slow`` reads the file in Python.
    ``unseen`` are the headings that no file of the platform vouches for, each with its mark.
    """

    path: Path
    delimiter: str
    quote: str
    skip_lines: int
    width: int
    columns: tuple[ColumnSpec, ...]
    totals: tuple[ColumnSpec, ...]
    totals_row: str
    slice: Slice
    days: tuple[date, date]
    finish: Callable[[BulkOutcome], Reading]
    slow: Callable[[], Reading]
    unseen: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of a raw export, added up: identity, day (``YYYYMMDD``), first and last moment (µs, UTC), counts.

    ``revenue`` is exact, in ``currency``; texts are None where no event of the visit says them. ``group`` is the
    channel that the export itself names for the last click.
    """

    user: str
    session: str
    day: str
    first: int
    last: int
    events: int
    pageviews: int
    engaged: bool
    engaged_ms: int
    key_events: int
    viewed: bool
    carted: bool
    checked_out: bool
    bought: bool
    is_new: bool | None
    form_starts: int
    form_submits: int
    signups: int
    landing_page: str | None
    device: str | None
    geo: str | None
    group: str | None
    source: str | None
    medium: str | None
    campaign: str | None
    has_click_id: bool


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase of a raw export: a transaction is listed once, at its first event."""

    user: str
    session: str
    day: str
    at: int
    transaction_id: str
    revenue: Decimal | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class EventsFound:
    """What a raw export of events holds.

    ``pages`` are (day, address, device, views, engaged ms, scrolls, events, key events) and ``names`` (day, event
    name, events, key events). ``events`` counts all, ``homeless`` those without a person or a visit, ``repeated``
    purchases whose transaction was already counted.
    """

    events: int
    homeless: int
    repeated: int
    visits: tuple[Visit, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    pages: tuple[tuple[str, str, str | None, int, int, int, int, int], ...] = ()
    names: tuple[tuple[str, str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class EventsPlan:
    """A file with one nested record per event, which the warehouse reads and adds up.

    ``finish`` turns what was found into the finished ``Reading`` with its rows; None means that it cannot be read.
    """

    path: Path
    form: Literal["parquet", "json"]
    compressed: bool
    key_events: tuple[str, ...]
    finish: Callable[[EventsFound | None], Reading]
