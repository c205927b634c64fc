"""The first rows of a file nobody has seen: where its headings stand and what is below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from laban.sources.book import Cell, Row, Sheet, UnreadableError, is_blank, text_of
from laban.sources.files import head_of, open_book
from laban.sources.headings import first_texts
from laban.sources.mapping import clean
from laban.sources.numbers import NotANumberError, parse_number

#: Rows that are looked at, and columns that a page can ask about.
ROWS = 200
WIDEST = 120
_SEARCHED = 40


@dataclass(frozen=True, slots=True)
class Sample:
    """A table of a file: its headings and the first rows, each as wide as the headings.

    ``line`` is the line of the headings; ``sheet`` the sheet or member, empty for a plain file.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    line: int = 1
    sheet: str = ""

    def column(self, place: int) -> tuple[Cell, ...]:
        """Return the cells of one column."""
        return tuple(row[place] for row in self.rows)


def sample_of(path: Path) -> Sample:
    """Return the most table-like table of a file.

    Raises:
        UnreadableError: it is no table, or has no row that could be headings.
    """
    book = open_book(path, head_of(path), strange=True)
    found = [(score, sheet, index) for sheet in book.sheets for score, index in _heading_rows(sheet)]
    if not found:
        shown = next(filter(None, map(first_texts, book.sheets)), "")
        raise UnreadableError("no_headings" if shown else "empty_file", values={"found": shown} if shown else {})
    _, sheet, index = max(found, key=lambda item: item[0])
    return _sample(sheet, index)


def _heading_rows(sheet: Sheet) -> list[tuple[tuple[int, int], int]]:
    rows = sheet.rows[:_SEARCHED]
    return [
        ((min(_below(sheet.rows, index), 5) * _width(row), -index), index)
        for index, row in enumerate(rows)
        if _may_be_headings(row) and _below(sheet.rows, index)
    ]


def _may_be_headings(row: Row) -> bool:
    texts = [clean(text_of(cell)) for cell in row if not is_blank((cell,))]
    return (
        2 <= len(texts) <= WIDEST
        and all(isinstance(cell, str) for cell in row)
        and not any(_is_number(text) for text in texts)
        and not any("@" in text for text in texts)
        and len(set(texts)) > len(texts) // 2
        and all(len(text) <= 200 for text in texts)
    )


def _is_number(text: str) -> bool:
    for mark in (".", ","):
        try:
            if parse_number(text, "." if mark == "." else ",") is not None:
                return True
        except NotANumberError:
            continue
    return False


def _width(row: Row) -> int:
    return sum(1 for cell in row if not is_blank((cell,)))


def _below(rows: Sequence[Row], index: int) -> int:
    """Return how many of the next rows are about as wide as this one."""
    least = max(2, _width(rows[index]) // 2)
    return sum(1 for row in rows[index + 1 : index + 11] if _width(row) >= least)


def _sample(sheet: Sheet, index: int) -> Sample:
    headings = [clean(text_of(cell)) for cell in sheet.rows[index][:WIDEST]]
    while headings and not headings[-1]:
        headings.pop()
    width = len(headings)
    rows = [row for row in sheet.rows[index + 1 : index + 1 + ROWS] if not is_blank(row)]
    padded = tuple((*row[:width], *[""] * (width - len(row))) for row in rows)
    return Sample(tuple(headings), padded, sheet.line(index), sheet.name)
