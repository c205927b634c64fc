"""Files that nobody has sent yet: the same reports in other languages, other cuts and other states of repair."""

from __future__ import annotations

from pathlib import Path

import pytest

from source_files import codes, plain, read, table, totals

ADS = ("Campaign", "Currency code", "Clicks", "Impr.", "Cost")
TWO_ROWS = table(ADS, ("A", "USD", 1, 10, "1.50"), ("B", "USD", 2, 20, "2.50"))
SUMS = {"clicks": "3", "impressions": "30", "spend": "4"}


@pytest.mark.parametrize(
    "label",
    ["Gesamt", "Total général", "合計", "Tổng cộng", "Totale", "Summe", "Total general", "Итого", "총계", "CỘNG"]
    + ["Sub-total", "Total - 2 campaigns", "Results from 2 campaigns", "Kết quả từ 2 chiến dịch", "Total: Campaigns"],
)
@pytest.mark.parametrize("top", [True, False])
def test_a_totals_row_in_any_language_is_compared_and_not_added(tmp_path: Path, label: str, top: bool) -> None:
    head, *rows = TWO_ROWS.splitlines(keepends=True)
    total = table((label, "", 3, 30, "4.00"))
    reading = read(tmp_path, "".join([head, total, *rows] if top else [head, *rows, total]))
    assert totals(reading) == SUMS
    assert {name: plain(value) for name, value in reading.own_totals.items()} == SUMS
    assert reading.rows == 2


def test_names_that_only_begin_like_a_total_are_data(tmp_path: Path) -> None:
    rows = [
        (name, "USD", 1, 10, "1.50") for name in ("Total war", "Tổng khai trương", "Summer sale", "Cộng tác viên")
    ]
    reading = read(tmp_path, table(ADS, *rows))
    assert reading.rows == 4
    assert not reading.own_totals


def test_the_total_of_the_rows_shown_is_preferred_to_that_of_the_campaign_they_are_in(tmp_path: Path) -> None:
    heading = ("Keyword", "Campaign", "Currency code", "Clicks", "Impr.", "Cost")
    reading = read(
        tmp_path,
        table(
            heading,
            ("[shoes]", "A", "USD", 3, 30, "4.00"),
            ("Total: Campaign", "", "USD", 9, 90, "9.00"),
            ("Total: Keywords", "", "USD", 3, 30, "4.00"),
            ("Total: Account", "", "USD", 12, 99, "19.00"),
        ),
    )
    assert plain(reading.own_totals["spend"]) == "4"
    assert "total_differs" not in codes(reading)
