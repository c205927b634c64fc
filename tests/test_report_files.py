"""The report as files: the same content in four kinds, the same bytes twice, and nothing from a file that acts."""

from __future__ import annotations

import dataclasses
import io
import re
import time
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import typst

import report_shop as shop
from laban.periods import Period
from laban.report import Format, pdf, render, svg, views
from laban.report.content import content
from laban.report.html import html
from laban.report.markdown import markdown, plain
from laban.report.views import ReportView
from laban.report.xlsx import safe, xlsx
from laban.settings import Settings
from laban.workspace import Workspace

EVIL = '=1+1 <script>alert(1)</script> #eval("x") [a](javascript:x) |\\ "\'&{{7*7}} ₫'


# openpyxl tells that it cannot keep what it does not know; it is only asked to read here.
pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group extension")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with shop.build(tmp_path_factory.mktemp("shop")) as made:
        yield made


@pytest.fixture(scope="module")
def report(workspace: Workspace) -> ReportView:
    return views.weekly_report(workspace)


@pytest.fixture(scope="module")
def hostile(report: ReportView) -> ReportView:
    """The same report of a shop, with channels and KPI names, that wish us ill."""
    board = report.scorecard
    name = views.Text(EVIL, EVIL)
    tiles = tuple(dataclasses.replace(t, kpi=dataclasses.replace(t.kpi, name=name)) for t in board.big)
    frame = dataclasses.replace(board.frame, shop=EVIL * 30)
    rows = tuple(dataclasses.replace(row, channel=EVIL) for row in report.channels)
    courses = tuple(dataclasses.replace(c, kpi=dataclasses.replace(c.kpi, name=name)) for c in report.courses)
    event = dataclasses.replace(report.events[0], title=EVIL)
    return dataclasses.replace(
        report,
        scorecard=dataclasses.replace(board, big=tiles, frame=frame),
        strengths=tuple(dataclasses.replace(report.weak_spots[0], tile=t) for t in tiles[:3]),
        weak_spots=tuple(dataclasses.replace(report.weak_spots[0], tile=t) for t in tiles[2:]),
        channels=rows,
        courses=courses,
        events=(event, *report.events),
    )


def pages(view: ReportView, lang: str) -> int:
    """How many pages the PDF has, as Typst counts them."""
    data = {"data": pdf.data_text(view, lang)}
    drawn: Any = typst.compile(pdf.template(), sys_inputs=data, format="svg", ignore_system_fonts=True)
    return len(drawn) if isinstance(drawn, list) else 1


@pytest.mark.parametrize("kind", ["pdf", "html", "xlsx", "md"])
def test_twice_the_same_report_is_twice_the_same_bytes(
    workspace: Workspace, report: ReportView, kind: Format
) -> None:
    first = render(report, kind, "vi")
    svg._draw.cache_clear()
    time.sleep(1.05 if kind == "xlsx" else 0)
    assert render(views.weekly_report(workspace), kind, "vi") == first


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("pack", ["weekly_seven", "essential_fifteen"])
def test_the_pdf_has_two_pages(workspace: Workspace, pack: str, lang: str) -> None:
    view = views.weekly_report(workspace, pack=pack)
    assert pages(view, lang) == 2
    assert render(view, "pdf", lang).startswith(b"%PDF-")


def test_the_pdf_keeps_to_two_pages_whatever_stands_in_it(hostile: ReportView) -> None:
    assert pages(hostile, "vi") == 2


def test_a_shop_without_data_gets_a_report_that_says_so(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "empty", Settings(), today=shop.TODAY) as empty:
        view = views.weekly_report(empty)
        assert pages(view, "vi") == 2
        assert "chưa có dữ liệu" in html(view, "vi")
        assert "no data" in markdown(view, "en")
        assert openpyxl.load_workbook(io.BytesIO(xlsx(view, "en")))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_kind_says_the_same(report: ReportView, lang: str) -> None:
    made = content(report, lang)
    text = pdf.data_text(report, lang)
    page = re.sub(r"[ \n]+", " ", _text_of(html(report, lang)))
    marks = markdown(report, lang)
    cells = _cells(xlsx(report, lang))
    for sentence in (*made.headline, *made.strengths, *made.weak_spots):
        assert sentence in text
        assert sentence in page
        assert plain(sentence) in marks
        assert sentence in cells
    for line in made.lines:
        assert line.value in text
        assert line.value in page
        assert plain(line.value) in marks
        assert line.change.verdict in cells
    for chart in made.charts:
        assert chart.words in text
        assert chart.words in html(report, lang)
        assert plain(chart.words) in marks


class _Reader(HTMLParser):
    """What a browser would show, and every tag it would make."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [str(v) for name, v in attrs if name in {"href", "src", "xlink:href"} or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.shown.append(data)


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


def _text_of(page: str) -> str:
    return "".join(_read(page).shown)


def _cells(file: bytes) -> list[Any]:
    book = openpyxl.load_workbook(io.BytesIO(file))
    return [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_the_html_holds_no_script_no_link_and_fetches_nothing(hostile: ReportView) -> None:
    reader = _read(html(hostile, "vi"))
    assert not {"script", "iframe", "object", "link", "img", "a"} & set(reader.tags)
    assert reader.links == []
    assert "<script>alert(1)</script>" in "".join(reader.shown)


def test_no_cell_is_a_formula(hostile: ReportView) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(hostile, "vi")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert [text for text in texts if text.startswith(("=", "@", "\t", "\r"))] == []
    assert any(text.startswith("'=1+1") for text in texts)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_text_that_could_run_gets_an_apostrophe(start: str) -> None:
    assert safe(f"{start}cmd") == f"'{start}cmd"
    assert safe("Áo dài") == "Áo dài"
    assert len(safe("x" * 10_000_000)) == 1000


def test_the_spreadsheet_has_numbers_sparklines_and_charts(report: ReportView) -> None:
    file = xlsx(report, "vi")
    book = openpyxl.load_workbook(io.BytesIO(file))
    assert book.sheetnames == ["Tổng quan", "Số liệu theo tuần", "Theo kênh"]
    overview = book["Tổng quan"]
    traffic = next(row for row in overview.iter_rows() if str(row[0].value).startswith("Lượt truy cập website"))
    assert traffic[1].value == int(report.scorecard.tiles[2].value or 0)
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        names = parts.namelist()
        assert len([name for name in names if name.startswith("xl/charts/chart")]) == 4
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        assert sheet.count("<x14:sparkline>") == 7


def test_markdown_tables_stay_tables(hostile: ReportView) -> None:
    text = markdown(hostile, "en")
    tables = [line for line in text.split("\n") if line.startswith("|")]
    bare = [re.sub(r"\\.", "", line) for line in tables]
    assert {line.count("|") for line in bare} == {7, len(content(hostile, "en").channels.heads) + 1}
    assert "<script" not in re.sub(r"\\.", "", text)
    assert "](javascript" not in re.sub(r"\\.", "", text)
    assert text.count("data:image/svg+xml;base64,") == 4


def test_a_month_is_reported_as_a_month(workspace: Workspace) -> None:
    view = views.weekly_report(workspace, period=Period.parse("2026-10"))
    assert content(view, "vi").title == "Báo cáo marketing"
    assert content(view, "vi").period == "Tháng 10/2026"
    assert pages(view, "vi") == 2
