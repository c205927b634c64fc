"""Numbers as files write them, read by the column: ``1,356,884``, ``1.234.567 ₫``, ``US$1,686.06``, ``12,5%``.

Comma and point change roles between languages, and one cell cannot say which is which. So a column is asked as a
whole (``marks_of``): any value that can be read in one way only settles it. ``1.234`` alone settles nothing,
because it is one and a bit in English and over a thousand in Vietnamese.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Literal

from laban.sources.currency import AFFIX, currency_code

Mark = Literal[".", ","]
#: A cell as it comes out of a file: text from CSV, typed values from a spreadsheet.
Raw = object

#: Cells that say "there is no value".
NO_VALUE = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "–",
        "—",
        "undefined",
        "nan",
        "null",
        "none",
        "n/a",
        "na",
        "#n/a",
        "n.a.",
        "không có",
        "データなし",
    }
    | {"#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!", "(data not available)", "(not set)"}
)
_BOUND = re.compile(r"[<>≤≥]\s*[\d.,]+\s*%?")
_BLANKS = " \t\r\n\u00a0\u200b\u202f\ufeff\u2007\u2060"
_GROUP_BLANK = re.compile(r"(?<=\d)[ \u00a0\u202f\u2007'’](?=\d{3}(?!\d))")
_BARE = re.compile(r"-?[\d.,]*\d")
_COMMON = {
    ".": re.compile(r"-?(?:\d{1,27}|\d{1,3}(?:,\d{3})+)(?:\.\d{1,20})?"),
    ",": re.compile(r"-?(?:\d{1,27}|\d{1,3}(?:\.\d{3})+)(?:,\d{1,20})?"),
}
_SIGNED = re.compile(r"(?P<sign>[-+−‒–]?)\s*(?P<body>[\d.,]*\d[\d.,]*)")
_GROUPED = {
    mark: re.compile(rf"\d{{1,3}}(?:\{mark}\d{{3}})+|\d{{1,3}}(?:\{mark}\d{{2}})*\{mark}\d{{3}}") for mark in ".,"
}
#: What spreadsheets are told to take as text: ``="1234"``, ``'1234``.
_TEXT_CELL = re.compile(r"""^(?:="(?P<number>[^"]*)"|')""")
LONGEST = 60


class NotANumberError(ValueError):
    """A cell that is neither a number nor one of the ways to say that there is none."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What a column's values say about its marks.

    ``decimal`` is the decimal mark the values force, None if they force none. ``ambiguous`` is a value that could
    be read in two ways, if there is one. ``both`` is set when values force different marks,
    ``ungrouped`` when a number of four digits or more has no mark at all. ``currencies`` are those seen beside the
    numbers.
    """

    decimal: Mark | None = None
    ambiguous: str | None = None
    both: bool = False
    ungrouped: bool = False
    currencies: Mapping[str, int] = field(default_factory=dict)


def is_no_value(text: str) -> bool:
    """Return whether a cell says that there is no value, or gives only a bound (``< 10%``)."""
    bare = text.strip(_BLANKS)
    return bare.casefold() in NO_VALUE or bool(_BOUND.fullmatch(bare))


def split_affixes(text: str) -> tuple[str, str | None, bool]:
    """Return the digits part, the currency beside it and whether a percent sign follows.

    Raises:
        NotANumberError: something else stands beside the digits.
    """
    bare = _TEXT_CELL.sub(r"\g<number>", text.strip(_BLANKS))
    negative = bare.startswith("(") and bare.endswith(")")
    if negative:
        bare = f"-{bare[1:-1].strip(_BLANKS)}"
    percent = bare.endswith(("%", "％"))
    if percent:
        bare = bare[:-1].rstrip(_BLANKS)
    lifted = bare.startswith("-")
    found = AFFIX.match(bare[1:].lstrip(_BLANKS) if lifted else bare)
    if found is None or not found["number"]:
        raise NotANumberError(text)
    beside = found["before"] or found["after"]
    number = _GROUP_BLANK.sub("", found["number"])
    return (f"-{number}" if lifted else number), (currency_code(beside) if beside else None), percent


def vote(body: str) -> tuple[Mark | None, bool]:
    """Return the decimal mark that a number without affixes forces, and whether it can be read in two ways."""
    points, commas = body.count("."), body.count(",")
    if points and commas:
        return (".", False) if body.rindex(".") > body.rindex(",") else (",", False)
    if not points and not commas:
        return None, False
    mark: Mark = "." if points else ","
    other: Mark = "," if points else "."
    if points + commas > 1:
        return other, False
    before, _, after = body.partition(mark)
    before = before.lstrip("-+−‒–")
    if len(after) != 3 or len(before) > 3 or before in ("", "0"):
        return mark, False
    return None, True


def marks_of(values: Iterable[Raw]) -> Marks:
    """Ask a whole column which mark is the decimal one."""
    forced: set[Mark] = set()
    ambiguous: str | None = None
    ungrouped = False
    currencies: dict[str, int] = {}
    for value in values:
        if not isinstance(value, str) or len(value) > LONGEST:
            continue
        if _BARE.fullmatch(value):
            body = value
        elif is_no_value(value):
            continue
        else:
            try:
                body, currency, _ = split_affixes(value)
            except NotANumberError:
                continue
            if currency:
                currencies[currency] = currencies.get(currency, 0) + 1
        mark, two_ways = vote(body)
        ungrouped = ungrouped or (len(body) > 3 and body.lstrip("-").isdigit())
        if mark:
            forced.add(mark)
        elif two_ways:
            ambiguous = ambiguous or value.strip(_BLANKS)
    decimal = next(iter(forced)) if len(forced) == 1 else None
    return Marks(decimal, None if decimal else ambiguous, len(forced) > 1, ungrouped, currencies)


def parse_number(value: Raw, decimal: Mark = ".") -> Decimal | None:
    """Read one cell; percent values become fractions (``12,5%`` is 0.125).

    Raises:
        NotANumberError: the cell is not a number when ``decimal`` is the decimal mark.
    """
    if isinstance(value, str):
        return _parse_text(value, decimal)
    if value is None or isinstance(value, bool):
        if value is None:
            return None
        raise NotANumberError(str(value))
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    raise NotANumberError(str(value))


def _parse_text(text: str, decimal: Mark) -> Decimal | None:
    if len(text) > LONGEST:
        raise NotANumberError(text[:LONGEST])
    if _COMMON[decimal].fullmatch(text):
        return Decimal(text.replace(",", "") if decimal == "." else text.replace(".", "").replace(",", "."))
    if is_no_value(text):
        return None
    body, _, percent = split_affixes(text)
    number = _digits(body, decimal)
    return number / 100 if percent else number


def _digits(body: str, decimal: Mark) -> Decimal:
    found = _SIGNED.fullmatch(body)
    if found is None:
        raise NotANumberError(body)
    whole, point, fraction = found["body"].partition(decimal)
    group: Mark = "," if decimal == "." else "."
    if group in whole and not _GROUPED[group].fullmatch(whole):
        raise NotANumberError(body)
    if group in fraction or decimal in fraction or (point and not fraction and not whole):
        raise NotANumberError(body)
    sign = "-" if found["sign"] and found["sign"] != "+" else ""
    return Decimal(f"{sign}{whole.replace(group, '') or '0'}{'.' if fraction else ''}{fraction}")


_CLOCK = re.compile(r"(?:(\d{1,5}):)?(\d{1,2}):(\d{2})(?:\.\d+)?")


def parse_duration(value: Raw, decimal: Mark = ".") -> Decimal | None:
    """Read ``0:09:02``, ``4:10`` or a number of seconds, as seconds.

    Raises:
        NotANumberError: it is neither.
    """
    if isinstance(value, str) and (found := _CLOCK.fullmatch(value.strip(_BLANKS))):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return Decimal(hours * 3600 + minutes * 60 + seconds)
    return parse_number(value, decimal)


def readings(text: str) -> tuple[str, str]:
    """Return an ambiguous number read both ways, for the question to a person."""
    body, _, _ = split_affixes(text)
    return str(_digits(body, ".")), str(_digits(body, ","))


def exact_sum(values: Sequence[Decimal | None]) -> Decimal:
    """Return the exact sum of what is there; nothing there is zero."""
    with localcontext(prec=80):
        return sum((value for value in values if value is not None), Decimal(0))
