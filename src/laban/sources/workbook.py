"""Spreadsheets (``.xlsx``, ``.xls``, ``.ods``) and the HTML tables that some tools call ``.xls``."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from laban.sources.book import Cell, Row, Sheet, UnreadableError

_MOST_HTML_ROWS = 200_000
_MOST_SEARCHED = 32 * 1024 * 1024


def read_workbook(data: bytes, member: str = "") -> list[Sheet]:
    """Read every visible sheet.

    Raises:
        UnreadableError: the workbook is damaged or protected by a password.
    """
    from python_calamine import CalamineWorkbook, SheetVisibleEnum  # noqa: PLC0415  only spreadsheets need it

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        sheets = [_sheet(book, name, member) for name in book.sheet_names if name in shown]
        return [replace(sheets[0], uncomputed=_uncomputed(data)), *sheets[1:]] if sheets else []
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a fault in the native reader arrives as a bare BaseException
        code = "encrypted" if "assword" in str(error) or "ncrypt" in str(error) else "broken_workbook"
        raise UnreadableError(code, member=member or None) from error


#: A formula whose result was not stored with it: written by a program, never opened in a spreadsheet.
_FORMULA = re.compile(
    rb'<c r="(?P<cell>[A-Z]{1,3}\d{1,7})"(?![^>]*t="str")[^>]*><f[^>]*>[^<]*</f>(?:<v\s*/>|<v></v>)?</c>'
)


def _uncomputed(data: bytes) -> str:
    """Return the first cell of an ``.xlsx`` that holds a formula without its result; empty if there is none."""
    if not data.startswith(b"PK"):
        return ""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = [info for info in archive.infolist() if info.filename.startswith("xl/worksheets/sheet")]
        found = (_FORMULA.search(archive.read(info)) for info in parts if info.file_size < _MOST_SEARCHED)
        return next((hit["cell"].decode() for hit in found if hit), "")


def _sheet(book: Any, name: str, member: str) -> Sheet:
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    label = f"{member}/{name}" if member else name
    return Sheet(label, [[_cell(value) for value in row] for row in rows], encoding="workbook")


def _cell(value: Any) -> Cell:
    if isinstance(value, float):
        # repr is the shortest text that gives this number back, so 77818.01 stays 77818.01.
        return int(value) if value.is_integer() and abs(value) < 1e15 else Decimal(repr(value))
    if isinstance(value, (str, bool, int, datetime, date)):
        return value
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _clock(value)
    return ""


def _clock(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def looks_like_html(head: bytes) -> bool:
    """Return whether a file begins as a web page does."""
    start = head[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<style")) or (
        start.startswith((b"<?xml", b"<!--")) and b"<table" in head.lower()
    )


def read_html(text: str, name: str = "") -> list[Sheet]:
    """Read every table of a web page as a sheet."""
    parser = _Tables()
    parser.feed(text)
    parser.close()
    return [Sheet(name, rows, encoding="html") for rows in parser.tables if rows]


class _Tables(HTMLParser):
    """Collects the cells of tables; nested tables are flattened into the outer one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[Row]] = []
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self._end_row()
            self._row = []
        elif tag in ("td", "th"):
            self._end_cell()
            span = dict(attrs).get("colspan") or "1"
            self._span = min(int(span), 100) if span.isdigit() else 1
            self._cell = []
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None and self._row is not None:
            self._row.append("".join(self._cell).strip())
            self._row.extend([""] * (self._span - 1))
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row and self.tables and len(self.tables[-1]) < _MOST_HTML_ROWS:
            self.tables[-1].append(self._row)
        self._row = None
