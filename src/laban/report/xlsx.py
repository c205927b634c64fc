"""The report as a spreadsheet: numbers as numbers, Excel's own sparklines and charts, texts that never run.

Every text from outside is written as text, and one that a spreadsheet could take for a formula gets an apostrophe in
front, so that it stays harmless when the file is saved as CSV and opened again. The same report gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from laban.i18n import translate
from laban.metrics.result import Number
from laban.report import charts, narrative
from laban.report import format as fmt
from laban.report.content import Content, Step, content
from laban.report.views.parts import KpiHead, Tile
from laban.report.views.weekly import ReportView

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST = 1000


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    text = text[:_LONGEST].replace("\x00", "")
    return f"'{text}" if text.startswith(_RISKY) else text


def xlsx(view: ReportView, lang: str) -> bytes:
    """Return the report as an Excel file: overview, numbers by week with charts, channels."""
    import xlsxwriter  # noqa: PLC0415  only spreadsheets need it

    made = content(view, lang)
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    created = datetime.combine(view.scorecard.frame.period.end, time())
    book.set_properties({"title": f"{made.title} – {made.period}", "author": safe(made.shop), "created": created})
    styles = _styles(book, made)
    label = made.labels
    overview = book.add_worksheet(label["summary_sheet"])
    weeks = book.add_worksheet(label["data_sheet"])
    _overview(overview, view, made, styles)
    _sparklines(overview, weeks, view, made)
    _weeks(book, weeks, view, made, styles)
    if view.channels:
        _channels(book.add_worksheet(label["channels_sheet"]), view, made, styles)
    book.close()
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class _Styles:
    """The formats of the book; ``numbers`` by unit and weight."""

    title: Format
    strong: Format
    mute: Format
    head: Format
    text: Format
    wrap: Format
    date: Format
    tones: dict[str, Format]
    numbers: dict[str, Format]


def _styles(book: Workbook, made: Content) -> _Styles:
    base = {"font_name": "Calibri", "font_size": 11, "valign": "vcenter"}
    money = '#,##0 "₫"' if made.currency == "VND" else f'#,##0.00 "{made.currency}"'
    patterns = {
        "currency": money,
        "percent": "0.00%",
        "ratio": '0.00"x"',
        "count": "#,##0",
        "duration": "[h]:mm:ss",
        "score": "0.0",
        "months": "0.0",
    }
    colours = {"good": "#17703F", "bad": "#B3261E", "": "#5B6673"}
    return _Styles(
        title=book.add_format({**base, "font_size": 18, "bold": True}),
        strong=book.add_format({**base, "bold": True, "text_wrap": True, "valign": "top"}),
        mute=book.add_format({**base, "font_color": "#5B6673"}),
        head=book.add_format({**base, "bold": True, "bottom": 1, "bg_color": "#F5F7F9", "text_wrap": True}),
        text=book.add_format(base),
        wrap=book.add_format({**base, "text_wrap": True, "valign": "top"}),
        date=book.add_format({**base, "num_format": "dd/mm/yyyy"}),
        tones={name: book.add_format({**base, "font_color": c, "bold": bool(name)}) for name, c in colours.items()},
        numbers={unit: book.add_format({**base, "num_format": pattern}) for unit, pattern in patterns.items()},
    )


_TABLE_ROW = 3
_SPARK_COLUMN = 4


def _overview(sheet: Worksheet, view: ReportView, made: Content, styles: _Styles) -> None:
    sheet.hide_gridlines(2)
    for place, width in enumerate((38, 18, 20, 22, 24, 22)):
        sheet.set_column(place, place, width)
    row = _heading(sheet, made, styles)
    row = _board(sheet, view, made, styles, row)
    label = made.labels
    lists: list[tuple[str, Sequence[str]]] = [
        (label["strengths"], made.strengths or (label["no_strengths"],)),
        (label["weak_spots"], made.weak_spots or (label["no_weak_spots"],)),
        (label["details"], [f"{name}: {text}" for name, text in made.details]),
        (label["missing"], [f"{name}: {text}" for name, text in made.missing]),
        (label["events"], [f"{when}: {what}" for when, what in made.events] or [label["no_events"]]),
        (label["freshness"], [f"{name}: {text}" for name, text in made.freshness]),
        (label["how"], [label["how_text"]]),
    ]
    for title, items in lists:
        if items:
            row = _list(sheet, title, items, styles, row + 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _heading(sheet: Worksheet, made: Content, styles: _Styles) -> int:
    """Title, shop and period, and the headline; return the first free row."""
    sheet.write_string(0, 0, f"{made.title} – {made.period}", styles.title)
    sheet.write_string(1, 0, safe(f"{made.shop} · {made.comparison}"), styles.mute)
    row = 2
    for sentence in made.headline:
        sheet.merge_range(row, 0, row, 5, safe(sentence), styles.strong if row == 2 else styles.wrap)
        row += 1
    return row + 1


def board_row(made: Content) -> int:
    """Return the row of the first KPI on the overview."""
    return 2 + len(made.headline) + 2


def _board(sheet: Worksheet, view: ReportView, made: Content, styles: _Styles, row: int) -> int:
    label = made.labels
    heads = (label["kpi"], label["value"], label["change"], label["verdict"], label["trend"], made.second_label)
    for place, text in enumerate(heads):
        sheet.write_string(row, place, text, styles.head)
    for tile, line in zip(view.scorecard.tiles, made.lines, strict=True):
        row += 1
        sheet.set_row(row, 24)
        sheet.write_string(
            row, 0, safe(f"{line.name} ({line.abbreviation})" if line.abbreviation else line.name), styles.text
        )
        _number(sheet, row, 1, tile.value, tile.kpi, styles)
        _step(sheet, row, 2, line.change, styles)
        sheet.write_string(row, 3, line.change.verdict, styles.tones[line.change.tone])
        _step(sheet, row, 5, line.second, styles)
    return row + 1


def _number(sheet: Worksheet, row: int, column: int, value: Number | None, kpi: KpiHead, styles: _Styles) -> None:
    """Write a number in its unit; nothing where there is none."""
    if value is None:
        sheet.write_blank(row, column, None, styles.text)
        return
    days = float(value) / 86400 if kpi.unit == "duration" else float(value)
    sheet.write_number(row, column, days, styles.numbers[kpi.unit])


def _step(sheet: Worksheet, row: int, column: int, step: Step, styles: _Styles) -> None:
    sheet.write_string(row, column, f"{step.arrow} {step.text}".strip(), styles.tones[step.tone])


def _list(sheet: Worksheet, title: str, items: Sequence[str], styles: _Styles, row: int) -> int:
    sheet.merge_range(row, 0, row, 5, title, styles.head)
    for item in items:
        row += 1
        text = safe(item)
        sheet.merge_range(row, 0, row, 5, text, styles.wrap)
        sheet.set_row(row, 16 * (1 + len(text) // 150))
    return row + 1


def _sparklines(sheet: Worksheet, weeks: Worksheet, view: ReportView, made: Content) -> None:
    """Excel's own small lines, over the numbers of the second sheet."""
    first = board_row(made)
    for place, tile in enumerate(view.scorecard.tiles):
        last = len(tile.spark)
        if not last:
            continue
        column = _column(3 + place)
        options = {
            "range": f"'{weeks.get_name()}'!${column}$2:${column}${last + 1}",
            "series_color": charts.colours("light")["line"],
            "last_point": True,
            "show_hidden": True,
        }
        sheet.add_sparkline(first + place, _SPARK_COLUMN, options)


def _column(place: int) -> str:
    from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415  only spreadsheets need it

    name: str = xl_col_to_name(place)
    return name


def _weeks(book: Workbook, sheet: Worksheet, view: ReportView, made: Content, styles: _Styles) -> None:
    """The last 13 units of every KPI, then the 52 weeks that are drawn, then the charts."""
    label = made.labels
    tiles = view.scorecard.tiles
    sheet.freeze_panes(1, 3)
    sheet.set_column(0, 2, 14)
    sheet.set_column(3, 3 + max(len(tiles), 9), 18)
    for place, text in enumerate((label["period"], label["first_day"], label["last_day"])):
        sheet.write_string(0, place, text, styles.head)
    for place, tile in enumerate(tiles):
        sheet.write_string(0, 3 + place, safe(tile.kpi.name.get(made.lang)), styles.head)
    for number, point in enumerate(tiles[0].spark if tiles else ()):
        sheet.write_string(1 + number, 0, fmt.short_period(point.period, made.lang), styles.text)
        sheet.write_datetime(1 + number, 1, datetime.combine(point.period.start, time()), styles.date)
        sheet.write_datetime(1 + number, 2, datetime.combine(point.period.last, time()), styles.date)
        for place, tile in enumerate(tiles):
            _number(sheet, 1 + number, 3 + place, _value(tile, number), tile.kpi, styles)
    _courses(book, sheet, view, made, styles, row=3 + max((len(t.spark) for t in tiles), default=0))


def _value(tile: Tile, number: int) -> Number | None:
    return tile.spark[number].value if number < len(tile.spark) else None


def _courses(book: Workbook, sheet: Worksheet, view: ReportView, made: Content, styles: _Styles, *, row: int) -> None:
    this_year, last_year = (translate(made.lang, f"chart.{key}") for key in ("this_year", "last_year"))
    words = (made.labels["first_day"], this_year, last_year)
    first = row + 1
    longest = max((len(course.points) for course in view.courses), default=0)
    for place, course in enumerate(view.courses):
        left = place * 4
        name = safe(course.kpi.name.get(made.lang))
        sheet.write_string(row - 1, left, name, styles.strong)
        for offset, text in enumerate(words):
            sheet.write_string(row, left + offset, text, styles.head)
        for number, point in enumerate(course.points):
            sheet.write_datetime(first + number, left, datetime.combine(point.period.start, time()), styles.date)
            _number(sheet, first + number, left + 1, point.value, course.kpi, styles)
            _number(sheet, first + number, left + 2, point.baseline, course.kpi, styles)
        if course.points:
            chart = _chart(book, sheet.get_name(), name, words[1:], first, left, len(course.points))
            sheet.insert_chart(first + longest + 1 + 16 * (place // 2), 6 * (place % 2), chart)


def _chart(book: Workbook, sheet: str, name: str, series: Sequence[str], first: int, left: int, count: int) -> Any:
    """A line chart of this year over last year."""
    tint = charts.colours("light")
    chart = book.add_chart({"type": "line"})
    last = first + count - 1
    looks = (
        {"color": tint["line"], "width": 2},
        {"color": tint["pale"], "width": 1.5, "dash_type": "dash"},
    )
    for offset, (title, line) in enumerate(zip(series, looks, strict=True), 1):
        chart.add_series(
            {
                "name": title,
                "categories": [sheet, first, left, last, left],
                "values": [sheet, first, left + offset, last, left + offset],
                "line": line,
            }
        )
    chart.set_title({"name": name, "overlay": False, "name_font": {"size": 11}})
    chart.set_x_axis({"date_axis": True, "num_format": "mm/yyyy", "major_unit": 3, "major_unit_type": "months"})
    chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": "#E6EAEE"}}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 620, "height": 300})
    return chart


def _channels(sheet: Worksheet, view: ReportView, made: Content, styles: _Styles) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1 + len(view.channel_kpis), 20)
    sheet.freeze_panes(1, 1)
    for place, text in enumerate(made.channels.heads):
        sheet.write_string(0, place, safe(text), styles.head)
    for row, entry in enumerate(view.channels, 1):
        sheet.write_string(row, 0, safe(narrative.member_name(made.lang, "channel", entry.channel)), styles.text)
        if entry.share is not None:
            sheet.write_number(row, 1, entry.share, styles.numbers["percent"])
        for place, (kpi, cell) in enumerate(zip(view.channel_kpis, entry.cells, strict=True), 2):
            _number(sheet, row, place, cell.value, kpi, styles)
