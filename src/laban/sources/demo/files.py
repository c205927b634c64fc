"""Bytes of export files: delimited text as each platform writes it, zips with fixed timestamps."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypeVar

R = TypeVar("R")
Quote = Literal["minimal", "blanks", "all"]

_SPECIAL: Mapping[Quote, re.Pattern[str]] = {
    "minimal": re.compile(r'[,"\n\r]'),
    "blanks": re.compile(r'[,"\s]'),
    "all": re.compile(r""),
}


@dataclass(frozen=True, slots=True)
class DemoFile:
    """A file of the inbox and what a reader must find in it.

    ``totals`` are sums over its data rows under canonical measure names, ``own_totals`` what its own totals row says;
    ``start``/``end`` is the half-open period of its days.
    """

    name: str
    platform: str
    data: bytes
    rows: int
    totals: Mapping[str, Decimal]
    own_totals: Mapping[str, Decimal] = field(default_factory=dict)
    start: date | None = None
    end: date | None = None


def delimited(
    lines: Iterable[Sequence[object]],
    *,
    delimiter: str = ",",
    quote: Quote = "minimal",
    newline: str = "\n",
    encoding: str = "utf-8",
    before: str = "",
) -> bytes:
    """Return lines of cells as bytes; ``before`` is written in front, verbatim. None becomes an empty cell."""
    special = re.compile(r'[;"\n\r]') if (delimiter, quote) == (";", "minimal") else _SPECIAL[quote]
    if delimiter == "\t" and quote == "minimal":
        special = re.compile(r'[\t",\n\r]')

    def cell(value: object) -> str:
        text = "" if value is None else str(value)
        return '"' + text.replace('"', '""') + '"' if special.search(text) else text

    body = newline.join(delimiter.join(cell(value) for value in line) for line in lines)
    return (before + body + newline).encode(encoding)


def utf16(data: bytes) -> bytes:
    """Return UTF-8 bytes as little-endian UTF-16 with its mark, as Excel and Meta write it."""
    return b"\xff\xfe" + data.decode("utf-8").encode("utf-16-le")


def archive(members: Mapping[str, bytes]) -> bytes:
    """Return a zip of the members; equal members give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            packed.writestr(info, data)
    return buffer.getvalue()


def add_up(rows: Iterable[R], measures: Mapping[str, Callable[[R], int | Decimal | None]]) -> dict[str, Decimal]:
    """Return the sum of each measure over the rows; missing values are left out."""
    sums = dict.fromkeys(measures, Decimal(0))
    for row in rows:
        for name, value in measures.items():
            number = value(row)
            if number is not None:
                sums[name] += number
    return sums


def thousands(number: int, mark: str = ",") -> str:
    """Return ``1234567`` as ``1,234,567`` or with another mark."""
    return f"{number:,}".replace(",", mark)


def fraction(hundredths: int, mark: str = ".") -> str:
    """Return a number of hundredths with two digits, grouped when the mark is a point: ``1,234.50``."""
    whole, rest = divmod(hundredths, 100)
    return f"{thousands(whole, ',' if mark == '.' else '.')}{mark}{rest:02d}"


def ratio(part: float, whole: float, digits: int) -> str:
    """Return ``part / whole`` with ``digits`` decimals, or nothing when there is no whole."""
    return f"{part / whole:.{digits}f}" if whole else ""


def percent(part: int, whole: int, mark: str = ".") -> str:
    """Return ``part / whole`` as ``12.34%``; no cases are ``0%``."""
    return f"{100 * part / whole:.2f}%".replace(".", mark) if whole else f"0{mark}00%"


def pieces(first: date, last: date, months: int) -> list[tuple[date, date]]:
    """Cut ``first..last`` at calendar months that start a group of ``months``; both ends of a piece are included."""
    found, start = [], first
    while start <= last:
        month = start.month - 1 - (start.month - 1) % months + months
        after = date(start.year + month // 12, month % 12 + 1, 1)
        found.append((start, min(last, after - timedelta(days=1))))
        start = after
    return found


def span(first: date, last: date) -> str:
    """Return ``2026-07-01 - 2026-09-30``, the way the demo names files, so that names sort by time."""
    return f"{first.isoformat()} - {last.isoformat()}"


def vietnamese_day(day: date) -> str:
    """Return ``1 tháng 8, 2026``."""
    return f"{day.day} tháng {day.month}, {day.year}"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def english_day(day: date) -> str:
    """Return ``1 Aug 2026``, whatever the machine's locale is."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
