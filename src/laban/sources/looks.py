"""By the look of its values: what a column of a file nobody has seen holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from laban.periods import Period
from laban.sources.book import Cell, text_of
from laban.sources.dates import AmbiguousDateError, NotADateError, parse_moment, parse_period
from laban.sources.mapping import Kind, heading_currency, plain, vocabulary
from laban.sources.numbers import NotANumberError, is_no_value, marks_of, parse_number, split_affixes
from laban.sources.privacy import normal_phone

Look = Literal[
    "empty", "date", "moment", "money", "count", "number", "percent", "phone", "email", "flag", "code", "text"
]

#: How many of the values must look alike; the rest are slips and notes.
_MOST = 0.8
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}\.[^\s@.]{2,24}")
_PHONE = re.compile(r"(?:\+?84|0)[\s.\-()]*\d(?:[\s.\-()]?\d){7,9}")
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_CODE = re.compile(r"(?=.*\d)[\w#./-]{3,40}")
_PHONE_WORDS = ("phone", "mobile", "dien thoai", "sdt", "tel", "so dt", "zalo")

#: Which ways of reading a column fit a look, and how well.
FITS: dict[Look, dict[Kind, float]] = {
    "date": {"date": 1.0, "datetime": 1.0},
    "moment": {"datetime": 1.0, "date": 0.8},
    "money": {"money": 1.0, "amount": 1.0, "sum": 0.6, "stock": 0.6, "non": 0.6, "quantity": 0.6, "text": 0.3},
    "count": {
        **dict.fromkeys(("sum", "stock", "non", "quantity"), 1.0),
        "money": 0.8,
        "amount": 0.8,
        "duration": 0.7,
        "text": 0.6,
        "pii_hash": 0.5,
    },
    "number": {
        "quantity": 1.0,
        "money": 0.8,
        "amount": 0.8,
        "non": 0.7,
        "duration": 0.7,
        "ratio": 0.6,
        "sum": 0.5,
        "stock": 0.5,
    },
    "percent": {"ratio": 1.0},
    "phone": {"pii_hash": 1.0},
    "email": {"pii_hash": 1.0},
    "flag": {"flag": 1.0, "choice": 0.6, "text": 0.4},
    "code": {"text": 1.0, "term": 0.8, "choice": 0.5, "pii_hash": 0.6},
    "text": {"text": 1.0, "term": 1.0, "choice": 1.0, "currency": 0.9, "pii_hash": 0.3},
}


def look_of(heading: str, cells: Sequence[Cell]) -> Look:
    """Return what the values of a column look like; the heading only tells a phone from another long number."""
    there = [cell for cell in cells if not (isinstance(cell, str) and is_no_value(cell)) and cell != ""]
    if not there:
        return "empty"
    texts = [text_of(cell).strip() for cell in there]
    for look, test in _BY_TEXT:
        if _share(texts, test) >= _MOST:
            return look
    if _mostly_phones(heading, texts):
        return "phone"
    if (number := _number_look(heading, there)) is not None:
        return number
    if _share(there, _is_date) >= _MOST:
        return "moment" if _share(there, _has_clock) >= _MOST else "date"
    return "code" if _share(texts, lambda text: bool(_CODE.fullmatch(text))) >= _MOST else "text"


def _share(values: Sequence[object], test: Callable[..., bool]) -> float:
    return sum(1 for value in values if test(value)) / len(values)


def _is_flag(text: str) -> bool:
    return plain(text) in vocabulary("yes_no") and not text.isdigit()


def _is_rate(text: str) -> bool:
    return text.endswith(("%", "％")) and any(c.isdigit() for c in text)


_BY_TEXT: tuple[tuple[Look, Callable[[str], bool]], ...] = (
    ("email", lambda text: bool(_EMAIL.fullmatch(text))),
    ("percent", _is_rate),
    ("flag", _is_flag),
)


def _mostly_phones(heading: str, texts: Sequence[str]) -> bool:
    if _share(texts, lambda text: bool(_PHONE.fullmatch(text))) >= _MOST:
        return True
    named = any(word in plain(heading) for word in _PHONE_WORDS)
    return named and _share(texts, lambda text: normal_phone(text) is not None and len(text) >= 8) >= _MOST


def _number_look(heading: str, cells: Sequence[Cell]) -> Look | None:
    """Return the look of a column of numbers, None if it is none."""
    found = [cell for cell in cells if isinstance(cell, (str, int, Decimal)) and not isinstance(cell, bool)]
    vote = marks_of([cell for cell in found if isinstance(cell, str)])
    mark = vote.decimal or ("," if vote.ambiguous and "." in vote.ambiguous else ".")
    numbers = [number for cell in found if (number := _read(cell, mark)) is not None]
    if len(numbers) < _MOST * len(cells) or _are_days(cells):
        return None
    currency = heading_currency(heading)
    if currency or vote.currencies:
        return "money"
    whole = all(number == number.to_integral_value() for number in numbers)
    if whole and all(abs(number) >= 1000 or number == 0 for number in numbers) and any(numbers):
        # Thousands all the way down: most likely an amount in a currency that is written without decimals.
        return "money"
    return "count" if whole else "number"


def _read(cell: Cell, mark: Literal[".", ","]) -> Decimal | None:
    try:
        if isinstance(cell, str):
            split_affixes(cell)
        return parse_number(cell, mark) if isinstance(cell, (str, int, Decimal)) else None
    except NotANumberError:
        return None


def _are_days(cells: Sequence[Cell]) -> bool:
    """Whether numbers are days written without a mark: 20261116."""
    return all(
        re.fullmatch(r"20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", text_of(cell).strip()) for cell in cells
    )


def _is_date(cell: object) -> bool:
    if isinstance(cell, (date, datetime)):
        return True
    if not isinstance(cell, str) or not any(c.isdigit() for c in cell) or len(cell) > 60:
        return False
    try:
        found = parse_period(cell)
    except AmbiguousDateError:
        return True
    except NotADateError:
        return _is_moment(cell)
    return not isinstance(found, Period) or 2000 <= found.start.year < 2100


def _is_moment(text: str) -> bool:
    try:
        parse_moment(text)
    except AmbiguousDateError:
        return True
    except NotADateError:
        return False
    return True


def _has_clock(cell: object) -> bool:
    if isinstance(cell, datetime):
        return cell.time() != datetime.min.time()
    return isinstance(cell, str) and bool(_CLOCK.search(cell))
