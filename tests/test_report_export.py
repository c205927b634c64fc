"""Files hold exactly what is shown: numbers as numbers, and no text that a spreadsheet could run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tables_shop
from laban.report import export, sheets
from laban.report.sheets import Sheet, SheetColumn
from laban.report.views import kpi_page, scorecard
from laban.report.views.tables import SPECS, Asked, table_page
from laban.workspace import Workspace

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with tables_shop.build(tmp_path_factory.mktemp("shop")) as workspace:
        yield workspace


def lines(content: bytes) -> list[list[str]]:
    text = content.decode("utf-8-sig")
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(text, newline="")))


def cells(content: bytes) -> list[Any]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [cell for page in book.worksheets for row in page.iter_rows() for cell in row if cell.value is not None]


def number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_cell_of_any_table_can_be_taken_for_a_formula(shop: Workspace, name: str, lang: str) -> None:
    made = sheets.of_tables(table_page(shop, name), lang)
    for sheet in made:
        for line in lines(export.to_csv(sheet, lang)):
            assert [cell for cell in line if cell.startswith(RISKY) and not number(cell)] == []
    found = cells(export.to_xlsx(made, lang))
    assert found
    assert [cell.value for cell in found if cell.data_type == "f"] == []
    assert [cell.value for cell in found if isinstance(cell.value, str) and cell.value.startswith(RISKY)] == []


def test_hostile_names_are_kept_readable_behind_an_apostrophe(shop: Workspace) -> None:
    for by, name in zip(("campaign", "ad_group", "ad", "keyword"), tables_shop.FORMULAS, strict=True):
        (sheet,) = sheets.of_tables(table_page(shop, "roas", Asked(by=(by,))), "en")
        assert f"'{name}" in [line[0] for line in lines(export.to_csv(sheet, "en"))]


@given(st.text(max_size=60))
def test_any_text_in_any_place_stays_a_text(text: str) -> None:
    sheet = Sheet("x", text, (text,), (SheetColumn(text, "text"), SheetColumn("n", "count")), ((text, 1),), "VND")
    for line in lines(export.to_csv(sheet, "en").replace(b"\r\n", b"\n")):
        assert [cell for cell in line if cell.startswith(RISKY)] == []


def test_a_spreadsheet_holds_the_numbers_that_are_shown(shop: Workspace) -> None:
    view = table_page(shop, "roas")
    (sheet,) = sheets.of_tables(view, "vi")
    book = openpyxl.load_workbook(io.BytesIO(export.to_xlsx((sheet,), "vi")))
    page = book.worksheets[0]
    head = next(row for row in page.iter_rows() if row[0].value == "Chiến dịch")
    top = head[0].row
    names = [cell.value for cell in head]
    found = {page.cell(top + 1 + n, 1).value: page[top + 1 + n] for n in range(len(sheet.rows))}
    losing = found["Đẹp mà lỗ"]
    roas = losing[names.index("Doanh thu trên mỗi đồng quảng cáo")]
    assert (roas.value, roas.number_format) == (1.5, '0.00"x"')
    spend = losing[names.index("Chi phí quảng cáo")]
    assert (spend.value, spend.number_format) == (4_000_000, '#,##0 "₫"')
    share = losing[names.index("Chi phí quảng cáo: tỷ trọng")]
    assert (share.value, share.number_format) == (pytest.approx(4 / 7.6), "0.00%")
    assert losing[len(names) - 1].value == "dưới hòa vốn"
    assert list(found)[-1] == "Tổng"
    assert len(found) == len(view.tables[0].rows) + 1
    notes = [page.cell(row, 1).value for row in range(1, top)]
    assert any("ROAS 2,00x" in str(note) for note in notes)


def test_csv_rows_are_the_rows_that_are_shown(shop: Workspace) -> None:
    asked = Asked(sort="ad_spend.desc", top=2)
    view = table_page(shop, "roas", asked)
    (sheet,) = sheets.of_tables(view, "en")
    head, *rows = lines(export.to_csv(sheet, "en"))
    assert [row[0] for row in rows] == ["Đẹp mà lỗ", "Thương hiệu", "All other rows", "Total"]
    spend = head.index("Ad spend [VND]")
    assert [Decimal(row[spend]) for row in rows] == [4_000_000, 2_000_000, 1_600_000, 7_600_000]


def test_a_course_has_its_days_as_dates(shop: Workspace) -> None:
    made = sheets.of_tables(table_page(shop, "retention"), "en")
    assert [sheet.id for sheet in made] == ["weeks", "segments", "cohort-table"]
    days = [cell.value for cell in cells(export.to_xlsx(made, "en")) if isinstance(cell.value, datetime)]
    assert datetime(2026, 11, 9) in days  # noqa: DTZ001  a spreadsheet has no zones
    assert lines(export.to_csv(made[0], "en"))[-1][:2] == ["2026-11-09", "2026-11-15"]


def test_the_same_sheets_give_the_same_bytes(shop: Workspace) -> None:
    made = sheets.of_tables(table_page(shop, "traffic"), "vi")
    assert export.to_xlsx(made, "vi") == export.to_xlsx(made, "vi")


def test_a_kpi_and_the_scorecard_are_files_too(shop: Workspace) -> None:
    view = kpi_page(shop, "conversion_rate", by="channel")
    parts, course = sheets.of_kpi(view, "en")
    assert parts.rows[-1][:2] == ("Total", view.tile.value)
    assert len(parts.rows) == len(view.breakdown.rows if view.breakdown else ()) + 1
    assert len(course.rows) == len(view.series)
    assert isinstance(course.rows[0][0], date)
    board = scorecard(shop)
    (sheet,) = sheets.of_scorecard(board, "vi")
    assert [row[0] for row in sheet.rows] == [tile.kpi.name.vi for tile in board.tiles]
    percents = [cell for cell in cells(export.to_xlsx((sheet,), "vi")) if cell.number_format == "0.00%"]
    assert percents
