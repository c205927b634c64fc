"""Web pages called ``.xls``: only their tables are read, whatever else stands in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laban.sources import pages
from laban.sources.book import UnreadableError
from laban.sources.pages import read_html
from source_files import codes, read


def rows(text: str) -> list[list[list[str]]]:
    return [[[str(cell) for cell in row] for row in sheet.rows] for sheet in read_html(text)]


def test_cells_of_all_spellings_become_rows() -> None:
    text = "<TABLE border=1><tr><th>Ngày<th>Lượt &amp; xem<tr><td>1<br>2<td> <b>3</b>\n 4 </TABLE>"
    assert rows(text) == [[["Ngày", "Lượt & xem"], ["1 2", "3 4"]]]


def test_scripts_styles_and_comments_are_no_text() -> None:
    text = "<table><tr><td><style>td{x}</style><script>alert('<td>9</td>')</script><!-- 8 -->7</td></tr></table>"
    assert rows(text) == [[["7"]]]


def test_merged_cells_keep_their_neighbours_in_place() -> None:
    text = (
        "<table><tr><td rowspan=2>a</td><td colspan=2>b</td><td>c</td></tr>"
        "<tr><td>d</td><td>e</td><td rowspan='2'>f</td></tr><tr><td>g</td><td>h</td><td>i</td></tr></table>"
    )
    assert rows(text) == [[["a", "b", "", "c"], ["", "d", "e", "f"], ["g", "h", "i", ""]]]


def test_a_table_inside_a_cell_is_a_table_of_its_own() -> None:
    text = "<table><tr><td>x<table><tr><td>1</td><td>2</td></tr></table></td><td>y</td></tr></table>"
    assert rows(text) == [[["x", "y"]], [["1", "2"]]]


def test_what_stands_outside_of_tables_is_nothing() -> None:
    assert rows("<html><body>x<tr><td>1</td></tr></table></td></body>") == []


@pytest.mark.parametrize("span", ["0", "-3", "1e9", "٣", "99999999999999999999", "x", ""])
def test_a_nonsensical_span_covers_one_cell(span: str) -> None:
    assert rows(f"<table><tr><td colspan='{span}' rowspan='{span}'>a</td><td>b</td></tr></table>") == [[["a", "b"]]]


@pytest.mark.parametrize(
    ("name", "most", "text"),
    [
        ("MOST_ROWS", 2, "<table>" + "<tr><td>1</td></tr>" * 3),
        ("MOST_COLUMNS", 4, "<table><tr>" + "<td>1</td>" * 5 + "</tr>"),
        ("MOST_TABLES", 2, "<table></table>" * 3),
        ("MOST_NESTED", 2, "<table><tr><td>" * 3),
        ("MOST_CELLS", 5, "<table>" + "<tr><td colspan=3>1</td></tr>" * 2),
    ],
)
def test_a_page_made_to_exhaust_the_machine_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, most: int, text: str
) -> None:
    monkeypatch.setattr(pages, name, most)
    with pytest.raises(UnreadableError) as refused:
        read_html(text)
    assert refused.value.code == "page_too_big"


def test_a_damaged_declaration_is_told_not_thrown(tmp_path: Path) -> None:
    reading = read(tmp_path, "<html><table><tr><td>Ngày</td></tr></table><![foo[", "a.xls")
    assert (reading.status, codes(reading)) in (("refused", ["broken_page"]), ("refused", ["unknown_format"]))


SOUP = (
    *("<table>", "</table>", "<tr>", "</tr>", "<td rowspan=3>", "<td colspan=2>", "</td>"),
    *("<script>", "</script>", "<!--", "-->", "<![x[", "1", "&#0;", "<"),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(SOUP), max_size=60))
def test_any_soup_of_tags_gives_tables_or_a_refusal(tags: list[str]) -> None:
    try:
        sheets = read_html("".join(tags))
    except UnreadableError:
        return
    assert all(isinstance(cell, str) for sheet in sheets for row in sheet.rows for cell in row)
