"""Sheets as files: CSV for programs, a spreadsheet for people.

Texts come from files that anybody may have made: one that a spreadsheet could take for a formula gets an apostrophe
in front, in headings too. Numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from laban.i18n import translate
from laban.report.sheets import Cell, CellKind, Measured, Sheet, SheetColumn
from laban.report.xlsx import safe

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: Excel takes a file with this mark for UTF-8, so that Vietnamese survives.
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
#: A fixed moment, so that the same sheets give the same bytes.
MADE = datetime(2020, 1, 1)  # noqa: DTZ001  a file's date has no zone
#: Width of a column in characters, least and most.
NARROW, WIDE = 11, 44


def to_csv(sheet: Sheet, lang: str) -> bytes:
    """Return one sheet as CSV: UTF-8 with a mark, one row of headings with units, numbers as plain digits."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe(_with_unit(column, sheet.currency, lang)) for column in sheet.columns])
    writer.writerows([_plain(cell) for cell in row] for row in sheet.rows)
    return (BOM + out.getvalue()).encode()


def _with_unit(column: SheetColumn, currency: str, lang: str) -> str:
    if column.kind in {"text", "date", "count", "measured"}:
        return column.name
    return f"{column.name} [{translate(lang, f'table.file.unit_{column.kind}', currency=currency)}]"


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return safe(cell)
        case date():
            return cell.isoformat()
        case Measured(value):
            return _plain(value)
        case Decimal():
            text = format(cell, "f")
            return text.rstrip("0").rstrip(".") if "." in text else text
        case _:
            return repr(cell)


def to_xlsx(sheets: Sequence[Sheet], lang: str) -> bytes:
    """Return sheets as one Excel file: a title and notes above each table, numbers in their units' formats."""
    import xlsxwriter  # noqa: PLC0415  only spreadsheets need it

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"created": MADE})
    styles = _Styles(book, sheets[0].currency if sheets else "VND")
    for number, sheet in enumerate(sheets, 1):
        _write(book.add_worksheet(translate(lang, "table.file.sheet", n=number)), sheet, styles)
    book.close()
    return buffer.getvalue()


class _Styles:
    """The formats of a book, by kind of cell."""

    def __init__(self, book: Workbook, currency: str) -> None:
        base = {"font_name": "Calibri", "font_size": 11, "valign": "vcenter"}
        patterns = {
            "currency": '#,##0 "₫"' if currency == "VND" else f'#,##0.00 "{currency}"',
            "percent": "0.00%",
            "points": "+0.00%;-0.00%;0.00%",
            "ratio": '0.00"x"',
            "count": "#,##0.##",
            "duration": "[h]:mm:ss",
            "score": "0.0",
            "months": "0.0",
            "date": "dd/mm/yyyy",
            "text": "@",
        }
        self.title: Format = book.add_format({**base, "font_size": 15, "bold": True})
        self.note: Format = book.add_format({**base, "font_color": "#5B6673"})
        self.head: Format = book.add_format(
            {**base, "bold": True, "bottom": 1, "bg_color": "#F5F7F9", "text_wrap": True}
        )
        self.cells: dict[str, Format] = {
            kind: book.add_format({**base, "num_format": pattern}) for kind, pattern in patterns.items()
        }


def _write(page: Worksheet, sheet: Sheet, styles: _Styles) -> None:
    page.hide_gridlines(2)
    page.write_string(0, 0, safe(sheet.title), styles.title)
    for number, note in enumerate(sheet.notes, 1):
        page.write_string(number, 0, safe(note), styles.note)
    top = len(sheet.notes) + 2
    for place, column in enumerate(sheet.columns):
        page.write_string(top, place, safe(column.name), styles.head)
        page.set_column(place, place, _width(sheet, place))
    for number, row in enumerate(sheet.rows, top + 1):
        for place, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
            _write_cell(page, number, place, cell, column.kind, styles)
    for number, remark in enumerate(sheet.remarks, top + len(sheet.rows) + 2):
        page.write_string(number, 0, safe(remark), styles.note)
    page.freeze_panes(top + 1, 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _width(sheet: Sheet, place: int) -> int:
    texts = [row[place] for row in sheet.rows if isinstance(row[place], str)]
    longest = max((len(str(text)) for text in texts), default=0)
    return max(NARROW, min(WIDE, max(longest, len(sheet.columns[place].name) // 2 + 2)) + 2)


def _write_cell(page: Worksheet, row: int, place: int, cell: Cell, kind: CellKind, styles: _Styles) -> None:
    match cell:
        case None | "":
            page.write_blank(row, place, None, styles.cells["text"])
        case Measured(value, unit):
            _write_cell(page, row, place, value, unit, styles)
        case str():
            page.write_string(row, place, safe(cell), styles.cells["text"])
        case date():
            page.write_datetime(row, place, datetime.combine(cell, time()), styles.cells["date"])
        case _:
            number = float(cell) / 86400 if kind == "duration" else float(cell)
            page.write_number(row, place, number, styles.cells[kind])
