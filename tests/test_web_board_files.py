"""What the boards show can be taken along: every table as CSV and as a spreadsheet, every drawing as a picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from laban.i18n import LANGUAGES
from laban.web.app import create_app
from laban.workspace import Workspace
from report_shop import TODAY, build
from web_client import Client

TABLES = (
    "/boards/levels",
    "/boards/company",
    "/boards/department/marketing",
    "/boards/operational",
    "/boards/executive",
    "/funnel",
    "/pairs",
    "/pairs/new_customers",
    "/tree",
    "/tree/marketing_roi",
)
DRAWN = ("/funnel", "/pairs/new_customers")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    root = tmp_path_factory.mktemp("shop")
    with build(root) as shop:
        yield Client(create_app(shop, cache=root / "cache"))


def lines(client: Client, address: str) -> list[list[str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="laban-')
    assert answer.content.startswith(b"\xef\xbb\xbf")
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text.splitlines()[-1] else ","))


def tiles(view: dict[str, Any]) -> dict[str, Any]:
    sections = [view["strategic"], *view["tactical"]]
    found = [*view["big"], *(tile for section in sections for tile in section["tiles"])]
    return {tile["kpi"]["name"]["en"]: tile for tile in found}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", TABLES)
def test_every_board_can_be_taken_along_as_a_table(client: Client, path: str, lang: str) -> None:
    rows = [row for row in lines(client, f"{path}.csv?lang={lang}") if row]
    assert len(rows) > 3
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{path}.xlsx?lang={lang}").content))
    page = book.worksheets[0]
    cells = {str(cell) for row in page.iter_rows(values_only=True) for cell in row if cell is not None}
    assert {cell for cell in rows[-1] if cell and not any(c.isdigit() for c in cell)} <= cells
    assert not any("{" in cell or cell.startswith(("table.", "boards.", "kpi_")) for cell in cells)


def test_the_numbers_of_the_file_are_those_of_the_page(client: Client) -> None:
    shown = tiles(client.get("/boards/levels.json").json())
    rows = {row[1]: row for row in lines(client, "/boards/levels.csv?lang=en") if len(row) > 6 and row[1] in shown}
    assert set(rows) == set(shown)
    for name, tile in shown.items():
        if tile["value"] is not None:
            assert float(rows[name][3].replace(",", ".")) == pytest.approx(float(tile["value"])), name


def test_the_file_keeps_the_state_of_the_address(client: Client) -> None:
    whole, part = (lines(client, f"/boards/levels.csv?lang=en{more}") for more in ("", "&channel=paid_social"))
    assert whole != part
    book = openpyxl.load_workbook(io.BytesIO(client.get("/boards/levels.xlsx?lang=en&channel=paid_social").content))
    assert any("Paid social" in str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row)


def test_the_funnel_tells_how_many_went_on(client: Client) -> None:
    view = client.get("/funnel.json").json()
    step = view["ways"][0]["steps"][0]
    rates = [row[3] for row in lines(client, "/funnel.csv?lang=en") if len(row) == 5]
    assert any(
        Decimal(rate.replace(",", ".")) == pytest.approx(Decimal(str(step["rate"])), rel=Decimal("0.0001"))
        for rate in rates
        if rate and rate[0].isdigit()
    )


@pytest.mark.parametrize("path", DRAWN)
def test_what_is_drawn_can_be_taken_along_as_a_picture(client: Client, path: str) -> None:
    drawn = client.get(f"{path}.svg?lang=vi")
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert drawn.text.startswith("<svg")
    assert "<script" not in drawn.text
    assert client.get(f"{path}.png?lang=vi").content.startswith(b"\x89PNG")
    page = client.get(f"{path}?lang=vi").text
    for kind in ("csv", "xlsx", "svg", "png"):
        assert f'href="{path}.{kind}' in page


@pytest.mark.parametrize("path", ["/boards.csv", "/boards/levels.svg", "/pairs/nothing.csv", "/funnel.pdf"])
def test_a_file_that_is_not_there_is_said(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_empty_company_has_no_picture_and_empty_tables(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "shop", today=TODAY) as empty:
        client = Client(create_app(empty, cache=tmp_path / "cache"))
        assert client.get("/funnel.svg").status_code == 404
        for path in TABLES:
            assert client.get(f"{path}.csv").status_code == 200, path
