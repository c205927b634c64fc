"""Web pages that tools call ``.xls``: their tables as sheets, by the standard library's parser, and nothing else.

Scripts, styles and comments are never text of a cell. Merged cells keep the columns below and beside them in place:
the value stands in the first cell and the others are empty, so that a number is never there twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from laban.sources.book import Row, Sheet, UnreadableError

#: The most of a page that is read; no report comes near, a page made to exhaust the machine does.
MOST_BYTES = 30 * 1024 * 1024
MOST_TABLES = 500
MOST_ROWS = 200_000
MOST_COLUMNS = 1_000
MOST_CELLS = 4_000_000
MOST_NESTED = 20
_SILENT = frozenset({"script", "style", "template", "noscript"})
_STARTS = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<style", b"<body", b"<div")


def looks_like_html(head: bytes) -> bool:
    """Return whether a file begins as a web page does."""
    start = head[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return start.startswith(_STARTS) or (start.startswith((b"<?xml", b"<!--")) and b"<table" in head.lower())


def read_html(text: str, name: str = "") -> list[Sheet]:
    """Read every table of a web page as a sheet.

    Raises:
        UnreadableError: the page is far bigger than a report, or no parser can follow it.
    """
    parser = _Tables(name)
    try:
        parser.feed(text)
        parser.close()
    except AssertionError as error:  # how the standard parser gives up on a malformed declaration
        raise UnreadableError("broken_page", member=name or None) from error
    return [Sheet(name, table.rows, encoding="html") for table in parser.found if table.rows]


@dataclass
class _Table:
    """A table being read. ``covered`` counts, per column, the rows below that a merged cell still covers."""

    rows: list[Row] = field(default_factory=list)
    row: list[str] | None = None
    cell: list[str] | None = None
    span: tuple[int, int] = (1, 1)
    covered: dict[int, int] = field(default_factory=dict)


class _Tables(HTMLParser):
    """Collects the cells of tables; a table inside a cell is a table of its own."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Table] = []
        self._name = name
        self._open: list[_Table] = []
        self._silent = 0
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            self._begin()
        elif self._open and tag == "tr":
            self._end_row()
            self._open[-1].row = []
        elif self._open and tag in ("td", "th"):
            self._end_cell()
            given = dict(attrs)
            table = self._open[-1]
            table.span = _span(given.get("colspan"), MOST_COLUMNS), _span(given.get("rowspan"), MOST_ROWS)
            table.cell = []
        elif tag in ("br", "p", "div") and self._open and self._open[-1].cell is not None:
            self._open[-1].cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif self._open and tag in ("td", "th"):
            self._end_cell()
        elif self._open and tag in ("tr", "table"):
            self._end_row()
            if tag == "table":
                self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent and self._open and self._open[-1].cell is not None:
            self._open[-1].cell.append(data)

    def close(self) -> None:
        super().close()
        while self._open:
            self._end_row()
            self._open.pop()

    def _begin(self) -> None:
        if len(self.found) >= MOST_TABLES or len(self._open) >= MOST_NESTED:
            raise UnreadableError("page_too_big", member=self._name or None)
        table = _Table()
        self.found.append(table)
        self._open.append(table)

    def _end_cell(self) -> None:
        table = self._open[-1]
        if table.cell is not None and table.row is not None:
            self._skip_covered(table)
            across, down = table.span
            place = len(table.row)
            table.row.append(" ".join("".join(table.cell).split()))
            table.row.extend([""] * (across - 1))
            if down > 1:
                table.covered |= dict.fromkeys(range(place, place + across), down)
            self._cells += across
            if len(table.row) > MOST_COLUMNS or self._cells > MOST_CELLS:
                raise UnreadableError("page_too_big", member=self._name or None)
        table.cell = None

    @staticmethod
    def _skip_covered(table: _Table) -> None:
        row = table.row
        while row is not None and table.covered.get(len(row), 0) > 0:
            row.append("")

    def _end_row(self) -> None:
        self._end_cell()
        table = self._open[-1]
        if table.row:
            if len(table.rows) >= MOST_ROWS:
                raise UnreadableError("page_too_big", member=self._name or None)
            self._skip_covered(table)
            table.rows.append(table.row)
            table.covered = {place: left - 1 for place, left in table.covered.items() if left > 1}
        table.row = None


def _span(text: str | None, most: int) -> int:
    """Return how many columns or rows a cell covers; nonsense covers one."""
    bare = (text or "").strip()
    return max(1, min(int(bare), most)) if bare.isascii() and bare.isdigit() and len(bare) < 8 else 1
