"""Spreadsheets to fill in: headings, one example line and notes, drawn from the mapping that reads them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laban.errors import UnknownNameError
from laban.i18n import LANGUAGES, Phrase, translate
from laban.sources.mapping import Template, TemplateColumn, template, template_names

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: Rows that get a drop-down list.
ROWS = 5_000
#: The day written into every file, so that the same template is the same bytes.
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001  a label in the file, not a moment
_NUMBERS = ("sum", "non", "money", "amount")
_DATES: Mapping[tuple[str, str], str] = {
    ("vi", "date"): "dd/mm/yyyy",
    ("vi", "datetime"): "dd/mm/yyyy hh:mm",
    ("en", "date"): "yyyy-mm-dd",
    ("en", "datetime"): "yyyy-mm-dd hh:mm",
}
_EXAMPLE_DATES = ("%d/%m/%Y %H:%M", "%d/%m/%Y", "%Y-%m-%d %H:%M", "%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class _Pen:
    """The open workbook, its language and its formats."""

    book: Workbook
    lang: str
    formats: Mapping[str, Format]

    def say(self, key: str, **values: Any) -> str:
        return translate(self.lang, f"template.{key}", **values)


def write_template(kind: str, lang: str, path: Path) -> None:
    """Write the spreadsheet ``kind`` (orders, leads, costs, …) with headings in ``lang`` to ``path``.

    Raises:
        UnknownNameError: there is no template of that name.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415  only needed when a spreadsheet is written

    if kind not in template_names():
        raise UnknownNameError(Phrase.of("catalogue.template"), kind, template_names())
    sheet = template(kind)
    # Texts stay texts: nothing that begins with = or looks like an address may become alive.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(str(path), options) as book:
        book.set_properties({"title": sheet.title[lang], "created": _CREATED})
        pen = _Pen(book, lang, _formats(book, lang))
        page = book.add_worksheet(_sheet_name(sheet.title[lang]))
        notes = book.add_worksheet(pen.say("notes_sheet"))
        lists = book.add_worksheet(pen.say("lists_sheet"))
        ranges = _write_lists(lists, sheet, pen)
        _write_page(page, sheet, ranges, pen)
        _write_notes(notes, sheet, pen)
        if any(column.ask for column in sheet.columns):
            _write_questions(book.add_worksheet(pen.say("questions_sheet")), sheet, pen)
        lists.hide()


def _sheet_name(title: str) -> str:
    return "".join(c for c in title if c not in "[]:*?/\\'")[:31]


def _formats(book: Workbook, lang: str) -> dict[str, Format]:
    wrap = {"text_wrap": True, "valign": "top"}
    heading = {**wrap, "bold": True, "border": 1, "border_color": "#B8C2CC"}
    kinds: dict[str, dict[str, Any]] = {
        "required": {**heading, "bg_color": "#1F4E5F", "font_color": "#FFFFFF"},
        "optional": {**heading, "bg_color": "#DCE9EE", "font_color": "#17313B"},
        "wrap": wrap,
        "strong": {**wrap, "bold": True},
        "text": {"num_format": "@"},
        "sum": {"num_format": "#,##0"},
        "non": {"num_format": "#,##0"},
        "money": {"num_format": "#,##0"},
        "amount": {"num_format": "#,##0"},
        "date": {"num_format": _DATES[lang, "date"]},
        "datetime": {"num_format": _DATES[lang, "datetime"]},
    }
    grey = {"italic": True, "font_color": "#6B7780"}
    made = {name: book.add_format(spec) for name, spec in kinds.items()}
    made |= {f"example {name}": book.add_format({**spec, **grey}) for name, spec in kinds.items()}
    return made


def _look(column: TemplateColumn) -> str:
    """The name of a column's cell format; phones and codes are text, so that they keep their first 0."""
    return column.kind if column.kind in (*_NUMBERS, "date", "datetime") else "text"


def _write_page(page: Worksheet, sheet: Template, ranges: Mapping[str, str], pen: _Pen) -> None:
    page.freeze_panes(1, 1)
    page.set_row(0, 32)
    for number, column in enumerate(sheet.columns):
        look = _look(column)
        heading = column.heading[pen.lang]
        example = column.example.get(pen.lang, "")
        page.set_column(
            number, number, max(12, min(30, len(heading) + 4, max(len(example), 8) + 14)), pen.formats[look]
        )
        page.write_string(0, number, heading, pen.formats["required" if column.required else "optional"])
        if column.note.get(pen.lang):
            page.write_comment(0, number, column.note[pen.lang], {"x_scale": 2, "font_size": 9})
        _write_example(page, number, column, example, pen)
        if column.name in ranges:
            # The list offers the usual words; other spellings that the reader knows stay allowed.
            rule = {"validate": "list", "source": ranges[column.name], "show_error": False}
            page.data_validation(1, number, ROWS, number, rule)
    page.write_comment(1, 0, pen.say("example_row"), {"x_scale": 2, "font_size": 9})


def _write_example(page: Worksheet, number: int, column: TemplateColumn, example: str, pen: _Pen) -> None:
    look = _look(column)
    style = pen.formats[f"example {look}"]
    moment = _moment(example) if look in ("date", "datetime") else None
    if not example:
        page.write_blank(1, number, None, style)
    elif moment is not None:
        page.write_datetime(1, number, moment, style)
    elif look in _NUMBERS:
        page.write_number(1, number, int(example), style)
    else:
        page.write_string(1, number, example, style)


def _moment(text: str) -> datetime | None:
    for pattern in _EXAMPLE_DATES:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007  a cell has no time zone
        except ValueError:
            continue
    return None


def _write_lists(lists: Worksheet, sheet: Template, pen: _Pen) -> dict[str, str]:
    """Write the words of every list and return, per column name, where its list stands."""
    ranges = {}
    page = pen.say("lists_sheet").replace("'", "''")
    for number, column in enumerate(c for c in sheet.columns if c.choices):
        words = column.choices[pen.lang]
        for row, word in enumerate(words):
            lists.write_string(row, number, word)
        letter = _letter(number)
        ranges[column.name] = f"='{page}'!${letter}$1:${letter}${len(words)}"
    return ranges


def _letter(number: int) -> str:
    return chr(ord("A") + number)


def _write_notes(notes: Worksheet, sheet: Template, pen: _Pen) -> None:
    notes.set_column(0, 0, 26)
    notes.set_column(1, 1, 11)
    notes.set_column(2, 3, 60)
    intro = ("intro_rows", "intro_required", "intro_example", "intro_import")
    for row, key in enumerate(intro):
        values = {"sheet": _sheet_name(sheet.title[pen.lang])} if key == "intro_rows" else {}
        notes.merge_range(row, 0, row, 3, pen.say(key, **values), pen.formats["wrap"])
        notes.set_row(row, 32)
    top = len(intro) + 1
    for place, key in enumerate(("heading", "required", "note", "choices")):
        notes.write_string(top, place, pen.say(key), pen.formats["optional"])
    for row, column in enumerate(sheet.columns, top + 1):
        required = pen.say("is_required") if column.required else ""
        notes.write_string(row, 0, column.heading[pen.lang], pen.formats["strong"])
        notes.write_string(row, 1, required, pen.formats["wrap"])
        notes.write_string(row, 2, column.note.get(pen.lang, ""), pen.formats["wrap"])
        notes.write_string(row, 3, ", ".join(column.choices.get(pen.lang, ())), pen.formats["wrap"])


def _write_questions(page: Worksheet, sheet: Template, pen: _Pen) -> None:
    """Write the questions to send out, in every language, so that they can be copied into any form."""
    others = [lang for lang in LANGUAGES if lang != pen.lang]
    page.set_column(0, 0, 26)
    page.set_column(1, 1 + len(others), 70)
    page.merge_range(0, 0, 0, 1 + len(others), pen.say("intro_questions"), pen.formats["wrap"])
    page.set_row(0, 48)
    page.write_string(2, 0, pen.say("heading"), pen.formats["optional"])
    for place, lang in enumerate((pen.lang, *others), 1):
        page.write_string(2, place, translate(lang, "template.question"), pen.formats["optional"])
    for row, column in enumerate((c for c in sheet.columns if c.ask), 3):
        page.write_string(row, 0, column.heading[pen.lang], pen.formats["strong"])
        for place, lang in enumerate((pen.lang, *others), 1):
            page.write_string(row, place, column.ask[lang], pen.formats["wrap"])
