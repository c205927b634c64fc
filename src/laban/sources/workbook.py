"""Spreadsheets: ``.xlsx``, ``.xls``, ``.ods``."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from laban.sources.book import Cell, Sheet, UnreadableError

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
