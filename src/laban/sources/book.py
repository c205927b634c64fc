"""What a file holds before anybody knows what it means: sheets of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from laban.sources.model import Finding, Status

#: Text from CSV; typed values from a spreadsheet. An empty cell is "".
Cell = str | int | Decimal | date | datetime | bool
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of cells.

    ``name`` is the zip member or the sheet of a workbook, empty for a plain file. ``lines`` gives the physical line
    of each row where rows span lines; otherwise row and line are the same. ``torn`` are the lines with a quote that
    is never closed; they were read as they stand. ``uncomputed`` is a cell with a formula but no result.
    """

    name: str
    rows: Sequence[Row]
    lines: Sequence[int] | None = None
    encoding: str = ""
    delimiter: str = ""
    torn: tuple[int, ...] = ()
    uncomputed: str = ""

    def line(self, index: int) -> int:
        """Return the 1-based line (or sheet row) of the row at ``index``."""
        return self.lines[index] if self.lines is not None else index + 1


@dataclass(frozen=True, slots=True)
class Book:
    """The sheets of a file; a zip's members and a workbook's sheets are all sheets of one book."""

    sheets: Sequence[Sheet]
    findings: tuple[Finding, ...] = ()


@dataclass
class UnreadableError(Exception):
    """The file cannot be read any further; it becomes the finding. Never leaves ``read_file``."""

    code: str
    status: Status = "refused"
    row: int | None = None
    column: str | None = None
    value: str | None = None
    member: str | None = None
    values: dict[str, Any] = field(default_factory=dict)

    def finding(self) -> Finding:
        """Return the finding that a person sees."""
        return Finding("error", self.code, self.row, self.column, self.value, self.member, self.values)


def text_of(cell: Cell) -> str:
    """Return a cell as text, dates in ISO form."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def is_blank(row: Row) -> bool:
    """Return whether a row has nothing in it, not even a space of its own."""
    return not any(cell != "" and (not isinstance(cell, str) or cell.strip(" \t\u00a0\u200b\ufeff")) for cell in row)
