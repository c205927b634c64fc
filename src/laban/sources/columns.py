"""One column of cells to typed values; what does not fit is reported by row and never guessed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from laban.periods import Period
from laban.sources.book import Cell, UnreadableError, text_of
from laban.sources.currency import WITHOUT_DECIMALS, currency_code
from laban.sources.dates import (
    AmbiguousDateError,
    NotADateError,
    Order,
    Partial,
    eaten_of,
    from_serial,
    order_of,
    parse_moment,
    parse_period,
)
from laban.sources.mapping import Column, Kind
from laban.sources.model import ReadOptions
from laban.sources.numbers import (
    Mark,
    Marks,
    NotANumberError,
    is_no_value,
    marks_of,
    parse_duration,
    parse_number,
    readings,
    split_affixes,
)
from laban.sources.privacy import person_key, without_people
from laban.sources.reading import Context

NUMERIC: frozenset[Kind] = frozenset({"sum", "quantity", "non", "stock", "money", "amount", "ratio", "duration"})
#: Kinds that count things, so that a mark in them can only group digits.
WHOLE: frozenset[Kind] = frozenset({"sum", "non", "stock"})
MONEY: frozenset[Kind] = frozenset({"money", "amount"})


@dataclass(frozen=True, slots=True)
class Raw:
    """The cells of one column over the data rows, in row order, with its heading, its place and its lines."""

    column: Column
    heading: str
    cells: Sequence[Cell]
    lines: Sequence[int]
    currency: str | None = None
    lang: str = ""
    place: int = 0

    def only(self, indices: Sequence[int]) -> Raw:
        """Return the column over some of its rows."""
        return replace(self, cells=[self.cells[i] for i in indices], lines=[self.lines[i] for i in indices])


@dataclass
class Faults:
    """Rows that are left out, each with the first fault found in it: code, heading, cell."""

    rows: dict[int, tuple[str, str, str]] = field(default_factory=dict)

    def add(self, index: int, code: str, heading: str, cell: Cell) -> None:
        """Leave out the row at ``index`` of the data."""
        self.rows.setdefault(index, (code, heading, text_of(cell)))


def decimal_marks(
    raws: Sequence[Raw], others: Sequence[Sequence[Cell]], context: Context, convention: str, currency: str | None
) -> dict[str, Mark]:
    """Return the decimal mark of every numeric column.

    A column's own values settle it; else what the column counts or its currency; else the other columns of the
    file, also those that are not kept (``others``); else the platform's habit.

    Raises:
        UnreadableError: a value can be read in two ways and nothing settles it.
    """
    votes = {raw.column.name: marks_of(dict.fromkeys(raw.cells)) for raw in raws}
    context.marks.update(mark.decimal for mark in votes.values() if mark.decimal)
    if not context.marks and any(vote.ambiguous for vote in votes.values()):
        context.marks.update(mark for cells in others if (mark := _habit_of(cells)))
    found: dict[str, Mark] = {}
    for raw in raws:
        vote = votes[raw.column.name]
        found[raw.column.name] = vote.decimal or _settled(raw, vote, context, convention, raw.currency or currency)
    return found


def _habit_of(cells: Sequence[Cell]) -> Mark | None:
    """Return the decimal mark that a column nobody keeps forces, if it is a column of numbers at all."""
    texts = [cell for cell in set(cells) if isinstance(cell, str) and not is_no_value(cell)]
    vote = marks_of(texts)
    if vote.decimal is None or not texts:
        return None
    numbers = sum(1 for text in texts if _is_number(text, vote.decimal))
    return vote.decimal if numbers * 5 >= len(texts) * 4 else None


def _is_number(text: str, mark: Mark) -> bool:
    try:
        parse_number(text, mark)
    except NotANumberError:
        return False
    return True


def _settled(raw: Raw, vote: Marks, context: Context, convention: str, currency: str | None) -> Mark:
    habit: Mark = "," if convention == "," else "."
    elsewhere = next(iter(context.marks)) if len(context.marks) == 1 else None
    if vote.ambiguous is None:
        return elsewhere or habit
    group: Mark = "." if "." in vote.ambiguous else ","
    other: Mark = "," if group == "." else "."
    if raw.column.kind in WHOLE or (raw.column.kind in MONEY and currency in WITHOUT_DECIMALS):
        return other
    if vote.ungrouped:
        return group
    chosen = context.options.decimal_mark or elsewhere or convention
    if chosen in (".", ","):
        return "." if chosen == "." else ","
    one, two = readings(vote.ambiguous)
    line = next(
        (n for cell, n in zip(raw.cells, raw.lines, strict=True) if text_of(cell).strip() == vote.ambiguous), None
    )
    raise UnreadableError(
        "number_ambiguous",
        row=line,
        column=raw.heading,
        value=vote.ambiguous,
        values={"with_point": one, "with_comma": two},
    )


def read_numbers(raw: Raw, mark: Mark, faults: Faults) -> list[Decimal | None]:
    """Read a numeric column; each distinct text is read once."""
    parse = parse_duration if raw.column.kind == "duration" else parse_number
    known: dict[Any, Decimal | None] = {}
    values: list[Decimal | None] = []
    for index, cell in enumerate(raw.cells):
        if cell not in known:
            try:
                known[cell] = _bounded(parse(_no_share(cell, raw.column), mark), raw.column)
            except NotANumberError:
                faults.add(index, "not_a_number", raw.heading, cell)
                values.append(None)
                continue
            except _OutOfBoundsError:
                faults.add(index, "out_of_bounds", raw.heading, cell)
                values.append(None)
                continue
        values.append(known[cell])
    return values


def _no_share(cell: Cell, column: Column) -> Cell:
    """Refuse a percentage among counts and money: 12% of something is not 0.12 of it."""
    if column.kind != "ratio" and isinstance(cell, str) and cell.rstrip().endswith("%") and not is_no_value(cell):
        raise NotANumberError(cell)
    return cell


class _OutOfBoundsError(ValueError):
    """A number that cannot be, such as 11 on a scale from 0 to 10."""


_HUGE = Decimal(10) ** 15


def _bounded(value: Decimal | None, column: Column) -> Decimal | None:
    if value is not None and (
        abs(value) >= _HUGE or (column.within and not column.within[0] <= value <= column.within[1])
    ):
        raise _OutOfBoundsError
    return value


def currencies_beside(raw: Raw) -> Counter[str]:
    """Count the currencies written beside the numbers of a column."""
    found: Counter[str] = Counter()
    for cell, count in Counter(cell for cell in raw.cells if isinstance(cell, str)).items():
        currency = _beside(cell)
        if currency:
            found[currency] += count
    return found


def _beside(cell: Cell) -> str | None:
    if not isinstance(cell, str) or (cell.isascii() and not any(c.isalpha() or c == "$" for c in cell)):
        return None
    return _beside_number(cell)


@lru_cache(maxsize=20_000)
def _beside_number(text: str) -> str | None:
    try:
        return split_affixes(text)[1]
    except NotANumberError:
        return None


def currency_per_row(raw: Raw) -> list[str | None]:
    """Return the currency written beside each number."""
    return [_beside(cell) for cell in raw.cells]


def read_currency(raw: Raw) -> list[str | None]:
    """Read a column of currency codes, signs or names."""
    return [
        currency_code(text) or (text.upper() if len(text) == 3 and text.isalpha() else None) for text in _texts(raw)
    ]


def _texts(raw: Raw) -> list[str]:
    return [text_of(cell).strip() for cell in raw.cells]


EMPTY_TEXT = frozenset({"", "--", "-", "—", "–"})


def read_text(raw: Raw) -> list[str | None]:
    """Read labels; dashes are no label."""
    return [None if text in EMPTY_TEXT else text for text in _texts(raw)]


def read_terms(raw: Raw) -> tuple[list[str | None], int]:
    """Read what strangers typed, without phones and e-mails; also how many were left out."""
    kept = [None if text is None else without_people(text) for text in read_text(raw)]
    hidden = sum(
        1 for before, after in zip(read_text(raw), kept, strict=True) if before is not None and after is None
    )
    return kept, hidden


def read_people(raw: Raw, options: ReadOptions) -> list[str | None]:
    """Read a column that identifies people as keyed hashes; who was forgotten stays nobody."""
    known: dict[Cell, str | None] = {}
    for cell in raw.cells:
        if cell not in known:
            found = person_key(cell, options.hash_key, raw.column.issuer)
            known[cell] = None if found in options.forgotten else found
    return [known[cell] for cell in raw.cells]


def read_periods(raw: Raw, context: Context, faults: Faults, habit: str = "") -> list[Period | Partial | None]:
    """Read a column of days, months or ranges.

    Raises:
        UnreadableError: the order of day and month is open and nothing settles it.
    """
    order = settled_order(raw, context, habit)
    eaten = "month" if raw.column.name == "month" else eaten_of(_strings(raw), context.options.today)
    return _read(raw, lambda cell: _period(cell, order, eaten), context, faults)


def read_moments(raw: Raw, context: Context, faults: Faults, habit: str = "") -> list[datetime | None]:
    """Read a column of moments.

    Raises:
        UnreadableError: the order of day and month is open and nothing settles it.
    """
    order = settled_order(raw, context, habit)
    return _read(raw, lambda cell: _moment(cell, order), context, faults)


def settled_order(raw: Raw, context: Context, habit: str = "") -> Order | None:
    """Return whether ambiguous dates of a column have the day or the month first.

    Raises:
        UnreadableError: nothing settles it.
    """
    texts = _strings(raw)
    forced, example = order_of(texts)
    if len(forced) == 1:
        return next(iter(forced))
    if example is None:
        return None
    options = context.options
    if options.day_first is not None:
        return "dmy" if options.day_first else "mdy"
    stated = raw.column.order or habit
    if stated in ("dmy", "mdy"):
        return "dmy" if stated == "dmy" else "mdy"
    if raw.lang in ("vi", "fr", "es", "de", "pt", "it"):
        return "dmy"
    possible = _not_in_future(texts, options.today)
    if possible is not None:
        return possible
    line = next((n for cell, n in zip(raw.cells, raw.lines, strict=True) if cell == example), None)
    raise UnreadableError("date_ambiguous", row=line, column=raw.heading, value=example)


def _not_in_future(texts: Sequence[str], today: date) -> Order | None:
    """Return the only order under which no date lies after today, if there is exactly one."""
    orders: tuple[Order, ...] = ("dmy", "mdy")
    past = [order for order in orders if all(_ends_by(text, order, today) for text in texts)]
    return past[0] if len(past) == 1 else None


def _ends_by(text: str, order: Order, today: date) -> bool:
    try:
        period = parse_period(text, order)
    except NotADateError:
        return True
    return isinstance(period, Partial) or period.last <= today


def _strings(raw: Raw) -> list[str]:
    return [cell for cell in dict.fromkeys(raw.cells) if isinstance(cell, str) and cell.strip()]


def _read(raw: Raw, parse: Callable[[Cell], Any], context: Context, faults: Faults) -> list[Any]:
    known: dict[Any, Any] = {}
    values: list[Any] = []
    for index, cell in enumerate(raw.cells):
        if cell not in known:
            known[cell] = _judged(cell, parse, context)
        value = known[cell]
        if isinstance(value, str):
            faults.add(index, value, raw.heading, cell)
            value = None
        values.append(value)
    return values


def _judged(cell: Cell, parse: Callable[[Cell], Any], context: Context) -> Any:
    """Return the value, None for an empty cell, or the code of the fault."""
    if isinstance(cell, str) and is_no_value(cell):
        return None
    try:
        value = parse(cell)
    except AmbiguousDateError:
        return "date_unclear"
    except NotADateError:
        return "not_a_date"
    day = value.start if isinstance(value, Period) else value.date() if isinstance(value, datetime) else None
    if day is not None and not context.earliest <= day < context.latest:
        return "date_implausible"
    return value


def _period(cell: Cell, order: Order | None, eaten: Any) -> Period | Partial:
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return parse_period(cell.isoformat())
    if isinstance(cell, (int, Decimal)) and not isinstance(cell, bool):
        text = str(cell)
        return parse_period(text) if len(text) in (4, 6, 8, 10) and text.isdigit() else from_serial(float(cell))
    text = text_of(cell).strip()
    # A day that a spreadsheet showed as a number before it was saved as text.
    return from_serial(float(text)) if _SERIAL.fullmatch(text) else parse_period(text, order, eaten)


_SERIAL = re.compile(r"[34]\d{4}(?:\.0+)?")


def _moment(cell: Cell, order: Order | None) -> datetime:
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    if isinstance(cell, (int, Decimal)) and not isinstance(cell, bool):
        day = from_serial(float(cell)).start
        seconds = round(float(cell) % 1 * 86_400)
        return datetime.combine(day, time(seconds // 3600 % 24, seconds // 60 % 60, seconds % 60))
    return parse_moment(text_of(cell), order)
