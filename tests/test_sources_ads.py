"""Advertising exports as their platforms write them: Google, Meta, TikTok, LinkedIn."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from source_files import codes, only, read, records, table, totals, workbook, zipped

FACT = "fact_ad_performance"


def test_google_location_report_covers_a_part(tmp_path: Path) -> None:
    text = 'Location report\n"October 1, 2025 - November 30, 2025"\n' + table(
        ("Month", "Location", "Campaign", "Impr.", "Interactions", "Currency code", "Cost", "Conversions"),
        ("October 2025", "Canada", "Brand", 510, 14, "USD", "136.96", "0.00"),
        ("November 2025", "Canada", "Brand", "1,019", 7, "USD", "27.28", "0.00"),
        ("", "Total: Locations", "", "1,529", 21, "USD", "164.24", "0.00"),
        ("October 2025", "Total: Locations", "", 510, 14, "USD", "136.96", "0.00"),
        ("November 2025", "Total: Locations", "", "1,019", 7, "USD", "27.28", "0.00"),
        ("", "Total: Account", "", "3,000", 50, "USD", "328.48", "0.00"),
    )
    reading = read(tmp_path, text)
    assert totals(reading) == {"impressions": "1529", "interactions": "21", "spend": "164.24", "conversions": "0"}
    assert reading.own_totals["spend"] == Decimal("164.24")
    assert [(p.cut, p.grain, p.rank, p.start) for p in reading.slices] == [
        ("campaign+location", "period", 2, date(2025, 10, 1)),
        ("campaign+location", "period", 2, date(2025, 11, 1)),
    ]
    assert next(f for f in reading.findings if f.code == "covers_share").values["share"] == "50"


def test_google_search_terms_of_a_manager_account(tmp_path: Path) -> None:
    headings = ("Search term", "Campaign", "Currency code", "Clicks", "Impr.", "Cost", "Cost (Converted currency)")
    text = "Search terms report\n10 February 2026 - 23 February 2026\n" + table(
        (*headings, "Campaign type", "Account", "Converted currency code"),
        ("hmrc rules", "C1", "GBP", 1, 5, "0.72", "0.83", "Search", "Acc", "EUR"),
        ("call 0912 345 678", "C1", "GBP", 2, 5, "5.01", "5.80", "Search", "Acc", "EUR"),
        ("Total: Search terms", "", "GBP", 3, 10, "5.73", "6.63", "", "", "EUR"),
        ("Total: Other search terms", "", "GBP", "3,395", "34,983", "2040.81", "2346.64", "", "", "EUR"),
    )
    reading = read(tmp_path, text)
    assert (totals(reading), reading.currency) == ({"clicks": "3", "impressions": "10", "spend": "5.73"}, "GBP")
    piece = only(reading, FACT)
    assert [row["search_term"] for row in records(piece)] == ["hmrc rules", None]
    assert (piece.account, piece.rank, "personal_terms" in codes(reading)) == ("Acc", 2, True)


def test_google_in_vietnamese(tmp_path: Path) -> None:
    text = 'Báo cáo chiến dịch\n"1 tháng 8, 2026 - 2 tháng 8, 2026"\n' + table(
        ("Ngày", "Chiến dịch", "Mã đơn vị tiền tệ", "Loại chiến dịch", "Lượt nhấp", "Số lượt hiển thị", "Chi phí"),
        ("2026-08-01", "Áo dài", "VND", "Tìm kiếm", 56, "1.234", "1.234.567"),
        ("2026-08-01", "Phim", "VND", "Video", 4, "9.000", "65.433"),
        ("2026-08-01", "Tổng số: Chiến dịch", "VND", " --", 60, "10.234", "1.300.000"),
        ("2026-08-02", "Áo dài", "VND", "Tìm kiếm", 44, "2.000", "700.000"),
        ("2026-08-02", "Tổng số: Chiến dịch", "VND", " --", 44, "2.000", "700.000"),
        ("Tổng số: Tài khoản", "", "VND", "", 104, "12.234", "2.000.001"),
    )
    reading = read(tmp_path, text)
    assert totals(reading) == {"clicks": "104", "impressions": "12234", "spend": "2000000"}
    assert reading.own_totals["spend"] == Decimal(2_000_000)
    assert [row["channel_group"] for row in records(only(reading, FACT))] == ["paid_search", "video", "paid_search"]


def test_google_in_japanese(tmp_path: Path) -> None:
    text = "\ufeffキャンペーンのパフォーマンス\n2026年1月1日 - 2026年3月31日\n" + table(
        ("キャンペーン", "キャンペーン タイプ", "クリック数", "表示回数", "通貨コード", "費用", "コンバージョン"),
        ("A", "検索", "1,234", 20000, "JPY", "61,700", "12.00"),
    )
    reading = read(tmp_path, text)
    expected = {"clicks": "1234", "impressions": "20000", "spend": "61700", "conversions": "12"}
    assert (totals(reading), reading.start, reading.end) == (expected, date(2026, 1, 1), date(2026, 4, 1))


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        ("Search", "paid_search"),
        ("Performance Max", "paid_search"),
        ("Something new", "paid_search"),
        ("Display", "display"),
        ("Demand Gen", "display"),
        ("Video", "video"),
        ("Hiển thị", "display"),
        ("ディスプレイ", "display"),
    ],
)
def test_google_campaign_types_are_channels(tmp_path: Path, kind: str, group: str) -> None:
    headings = ("Day", "Campaign", "Campaign type", "Clicks", "Cost", "Currency code")
    (row,) = records(only(read(tmp_path, table(headings, ("2026-11-16", "A", kind, 5, 1, "USD"))), FACT))
    assert (row["channel_group"], row["clicks"], row["link_clicks"], row["interactions"]) == (group, 5, 5, 5)


@pytest.mark.parametrize(
    ("headings", "cut", "rank"),
    [
        (("Day", "Campaign"), "campaign", 0),
        (("Day",), "account", 0),
        (("Day", "Campaign", "Device"), "campaign+device", 0),
        (("Day", "Device"), "device", 1),
        (("Day", "Campaign", "Ad group"), "campaign+ad_group", 1),
        (("Day", "Keyword"), "keyword", 2),
        (("Day", "Age Range"), "age", 2),
        (("Day", "Gender"), "gender", 2),
        (("Day", "Start Hour"), "hour", 2),
    ],
)
def test_google_cuts_and_ranks(tmp_path: Path, headings: tuple[str, ...], cut: str, rank: int) -> None:
    text = table(
        (*headings, "Clicks", "Cost", "Currency code"), ("2026-11-16", *"x" * (len(headings) - 1), 1, 2, "USD")
    )
    piece = only(read(tmp_path, text), FACT)
    assert (piece.cut, piece.rank) == (cut, rank)


@pytest.mark.parametrize("cells", [("2026-01-01", "2026-02-01"), ("Jan 2026", "Feb 2026"), ("2026-01", "2026-02")])
def test_google_months_are_whole_months(tmp_path: Path, cells: tuple[str, str]) -> None:
    rows = [(cell, "A", "1.50", 1, "USD") for cell in cells]
    reading = read(tmp_path, table(("Month", "Campaign", "Cost", "Clicks", "Currency code"), *rows))
    assert [(piece.grain, piece.start, piece.end) for piece in reading.slices] == [
        ("period", date(2026, 1, 1), date(2026, 2, 1)),
        ("period", date(2026, 2, 1), date(2026, 3, 1)),
    ]


def test_google_weeks_are_seven_days_cut_to_the_report(tmp_path: Path) -> None:
    headings = ("Week", "Campaign", "Cost", "Clicks", "Currency code")
    rows = [("2026-02-02", "A", "1.50", 1, "USD"), ("2026-02-09", "A", "2.50", 1, "USD")]
    reading = read(tmp_path, "Campaign report\n2 February 2026 - 12 February 2026\n" + table(headings, *rows))
    assert [(piece.start, piece.end) for piece in reading.slices] == [
        (date(2026, 2, 2), date(2026, 2, 9)),
        (date(2026, 2, 9), date(2026, 2, 13)),
    ]


def test_google_channel_distribution_of_performance_max(tmp_path: Path) -> None:
    text = 'Channel distribution report\n"July 8, 2025 - July 31, 2025"\n' + table(
        ("Channel", "Impr.", "Clicks", "Conversions", "Currency code", "Cost", "Results"),
        ("Google Search", "1,200", 100, "12.50", "VND", 4465054, "Add to cart: 4.29; Contact: 64.53"),
        ("YouTube", "11,200", 10, "0.50", "VND", 1000, "Contact: 1"),
        ("Total: Performance Max", "12,400", 110, "13.00", "VND", 4466054, ""),
    )
    reading = read(tmp_path, text)
    assert totals(reading) == {"impressions": "12400", "clicks": "110", "conversions": "13", "spend": "4466054"}
    piece = only(reading, FACT)
    assert (piece.rank, [row["channel_group"] for row in records(piece)]) == (1, ["paid_search", "video"])


def test_google_one_column_per_conversion_action(tmp_path: Path) -> None:
    text = 'Untitled report\n"May 1, 2026 - May 31, 2026"\n' + table(
        ("Day", "[a] Call_Conversions", "Add to cart_Conversions", "Lượt xem_Conversions"),
        ("2026-05-09", "", "4.00", ""),
        ("2026-05-10", "1.00", "1,190.17", ""),
    )
    reading = read(tmp_path, text)
    assert (totals(reading), reading.rows) == ({"conversions": "1195.17"}, 2)
    found = [(row["date"].day, row["result_type"], str(row["results"])) for row in records(only(reading, FACT))]
    assert sorted(found) == [(9, "Add to cart", "4.00"), (10, "Add to cart", "1190.17"), (10, "[a] Call", "1.00")]
    assert "conversions" not in only(reading, FACT).columns


def test_google_hand_made_months(tmp_path: Path) -> None:
    text = table(
        ("", "", "", "", "", ""),
        ("September", "Campaign", "Cost", "Impr.", "Clicks", "Avg. CPC"),
        ("", "Keywords-WW", "$1,475", 8106, 196, "$7.5"),
        ("", "Brand-WW", "$1,218", 1220, 212, "$5.8"),
        ("", "Total", "$2,693", 9326, 408, "$9.0"),
        ("", "", "", "", "", ""),
        ("Feb", "Campaign", "Cost", "Impr.", "Clicks", "Avg. CPC"),
        ("", "exact", "$597", 1110, 46, "$12.98"),
        ("", "Total", "$597", "1,110", 46, "$22.48"),
    )
    undated = read(tmp_path, text)
    assert totals(undated) == {"spend": "3290", "impressions": "10436", "clicks": "454"}
    assert ({piece.grain for piece in undated.slices}, "year_missing" in codes(undated)) == ({"undated"}, True)
    dated = read(tmp_path, text, until=date(2026, 2, 28))
    assert [piece.start for piece in dated.slices] == [date(2025, 9, 1), date(2026, 2, 1)]


META = ("Reporting starts", "Reporting ends", "Campaign name", "Results", "Result indicator", "Impressions")


def test_meta_results_are_added_only_within_a_type(tmp_path: Path) -> None:
    text = table(
        (*META, "Amount spent (VND)"),
        ("2026-02-01", "2026-02-28", "A", 5, "actions:onsite_conversion.messaging_conversation_started_7d", 10, 100),
        ("2026-02-01", "2026-02-28", "B", 7, "actions:link_click", 10, 100),
        ("2026-02-01", "2026-02-28", "C", 2, "actions:offsite_conversion.fb_pixel_purchase", 10, 100),
    )
    reading = read(tmp_path, text)
    assert totals(reading) == {"impressions": "30", "spend": "300"}
    assert {name: str(value) for name, value in reading.extra["results_by_indicator"].items()} == {
        "actions:onsite_conversion.messaging_conversation_started_7d": "5",
        "actions:link_click": "7",
        "actions:offsite_conversion.fb_pixel_purchase": "2",
    }
    assert [row["conversions"] for row in records(only(reading, FACT))] == [5, None, 2]


def test_meta_one_type_of_result_has_a_sum(tmp_path: Path) -> None:
    rows = [("2026-02-01", "2026-02-28", name, 5, "actions:like", 10, 100) for name in "AB"]
    reading = read(tmp_path, table((*META, "Amount spent (VND)"), *rows))
    assert totals(reading) == {"results": "10", "impressions": "20", "spend": "200"}
    assert [row["conversions"] for row in records(only(reading, FACT))] == [None, None]


def test_meta_purchases_are_the_conversions_when_there_is_such_a_column(tmp_path: Path) -> None:
    headings = (*META, "Purchases", "Purchases conversion value", "Clicks (all)", "Link clicks", "Amount spent (VND)")
    row = ("2026-02-01", "2026-02-28", "A", 50, "actions:link_click", 10, 3, 900, 70, 50, 100)
    (found,) = records(only(read(tmp_path, table(headings, row)), FACT))
    assert (found["conversions"], found["conversion_value"]) == (3, 900)
    assert (found["clicks"], found["link_clicks"], found["interactions"]) == (70, 50, 50)


def test_meta_totals_row_carries_the_reach_of_the_account(tmp_path: Path) -> None:
    text = table(
        ("Campaign name", "Age", "Reach", "Impressions", "Frequency", "Amount spent (INR)", *META[:2]),
        ("", "", 640, 300, "1.38", "33.5", "2025-02-01", "2025-02-28"),
        ("A", "18-24", 400, 100, "1.1", "13.1", "2025-02-01", "2025-02-28"),
        ("A", "25-34", 300, 200, "1.1", "20.4", "2025-02-01", "2025-02-28"),
    )
    reading = read(tmp_path, text)
    assert totals(reading) == {"reach_sum": "700", "impressions": "300", "spend": "33.5"}
    (row,) = records(only(reading, "fact_ad_reach"))
    assert (row["reach"], str(row["frequency"]), only(reading, "fact_ad_reach").cut) == (640, "1.38", "account")


@pytest.mark.parametrize("breakdown", ["Age", "Gender", "Region", "Device platform", "Platform"])
def test_meta_breakdowns_without_campaigns_cover_the_account(tmp_path: Path, breakdown: str) -> None:
    headings = (breakdown, "Impressions", "Amount spent (VND)", *META[:2])
    piece = only(read(tmp_path, table(headings, ("x", 1, 2, "2026-02-01", "2026-02-28"))), FACT)
    assert (piece.rank, piece.start, piece.end) == (1, date(2026, 2, 1), date(2026, 3, 1))


def test_meta_by_region_and_month(tmp_path: Path) -> None:
    text = table(
        ("Account name", "Region", "Month", "Reach", "Impressions", "Amount spent (UAH)", *META[:2]),
        ("", "", "", 100, 300, "30.5", "2024-02-01", "2024-03-11"),
        ("Acc", "Kyiv", "2024-03-01 - 2024-03-11", 50, 100, "10.25", "2024-02-01", "2024-03-11"),
        ("Acc", "Lviv", "2024-02-01 - 2024-02-29", 50, 200, "20.25", "2024-02-01", "2024-03-11"),
    )
    pieces = [piece for piece in read(tmp_path, text).slices if piece.fact == FACT]
    assert [(p.account, p.start, p.end) for p in pieces] == [
        ("Acc", date(2024, 3, 1), date(2024, 3, 12)),
        ("Acc", date(2024, 2, 1), date(2024, 3, 1)),
    ]


def test_meta_in_vietnamese(tmp_path: Path) -> None:
    headings = ("Lượt bắt đầu báo cáo", "Lượt kết thúc báo cáo", "Tên chiến dịch", "Kết quả", "Chỉ báo kết quả")
    more = ("Người tiếp cận", "Ngân sách nhóm quảng cáo", "Số tiền đã chi tiêu (VND)", "Kết thúc", "Lượt hiển thị")
    rows = [
        (
            "2026-04-18",
            "2026-04-18",
            "A",
            5,
            "actions:link_click",
            10,
            "Sử dụng ngân sách",
            435986,
            "Đang diễn ra",
            50,
        ),
        ("2026-04-18", "2026-04-18", "B", "", "", "", 100000, 0, "2026-04-30", ""),
    ]
    reading = read(tmp_path, table((*headings, *more), *rows))
    assert totals(reading) == {"results": "5", "reach_sum": "10", "spend": "435986", "impressions": "50"}
    piece = only(reading, FACT)
    assert (piece.grain, piece.start, [row["impressions"] for row in records(piece)]) == (
        *("day", date(2026, 4, 18), [50, None]),
    )


def test_meta_workbook_with_the_total_in_its_second_row(tmp_path: Path) -> None:
    headings = ["Reporting starts", "Reporting ends", "Ad name", "Ad Set Name", "Reach", "Impressions"]
    rows = [
        [*headings, "Amount spent (UAH)", "Ends"],
        ["2025-02-01", "2025-02-28", None, None, 900, 3000, 30.55, None],
        ["2025-02-01", "2025-02-28", "x", "S", 400, 1000, 10.25, "Ongoing"],
        ["2025-02-01", "2025-02-28", "y", "S", 600, 2000, 20.3, "Ongoing"],
    ]
    reading = read(tmp_path, workbook({"Worksheet": rows}), "r.xlsx")
    assert totals(reading) == {"reach_sum": "1000", "impressions": "3000", "spend": "30.55"}
    assert (reading.rows, reading.own_totals["spend"]) == (2, Decimal("30.55"))


def test_meta_in_french(tmp_path: Path) -> None:
    text = "Nom de la campagne;Début des rapports;Fin des rapports;Montant dépensé (EUR);Impressions\n"
    text += "A;2025-01-01;2025-01-31;1 234,56;1 000\nB;2025-01-01;2025-01-31;7,5;20\n"
    reading = read(tmp_path, text)
    assert (totals(reading), reading.currency) == ({"spend": "1242.06", "impressions": "1020"}, "EUR")


TIKTOK = ("Campaign name", "Ad group name", "By Day", "Currency", "Cost", "Impressions", "Clicks (destination)")


def test_tiktok_by_day_with_its_count_of_results(tmp_path: Path) -> None:
    rows = [
        [*TIKTOK, "Conversions", "Reach", "Complete payment", "Gross revenue (Shop)", "Video views"],
        ["A", "g", "2026-02-01", "VND", 120000, 1000, 10, 2, 900, 1, 500000, 700],
        ["A", "g", "2026-02-02", "VND", 80000, 500, 5, 0, 400, 0, 0, 300],
        ["Total of 2 results", "-", "-", "VND", 200000, 1500, 15, 2, 1200, 1, 500000, 1000],
    ]
    reading = read(tmp_path, workbook({"Sheet1": rows}), "r.xlsx")
    assert totals(reading) == {
        "spend": "200000", "impressions": "1500", "link_clicks": "15", "conversions": "2", "reach_sum": "1300",
        "purchases": "1", "revenue": "500000", "video_views": "1000",
    }  # fmt: skip
    piece = only(reading, FACT)
    assert (piece.grain, piece.cut, piece.rank, reading.rows) == ("day", "campaign+adset", 0, 2)
    assert [row["link_clicks"] for row in records(piece)] == [10, 5]
    assert {row["channel_group"] for row in records(piece)} == {"paid_social"}
    assert records(only(reading, "fact_ad_reach"))[0]["reach"] == 1200


def test_tiktok_in_vietnamese(tmp_path: Path) -> None:
    headings = ("Tên chiến dịch", "Chi phí", "Lượt hiển thị", "Lượt nhấp (đích)", "Lượt chuyển đổi", "Đơn vị tiền tệ")
    text = table(headings, ("A", 120000, 1000, 10, 2, "VND"), ("Tổng cộng 1 kết quả", 120000, 1000, 10, 2, "VND"))
    reading = read(tmp_path, text)
    assert (reading.platform, reading.rows) == ("tiktok_ads", 1)
    assert totals(reading) == {"spend": "120000", "impressions": "1000", "link_clicks": "10", "conversions": "2"}


def test_linkedin_below_its_preamble(tmp_path: Path) -> None:
    columns = ("Start Date (in UTC)", "Account Name", "Currency", "Campaign Group Name", "Campaign Name")
    text = "Campaign Performance Report (in UTC)\nReport Start: January 1, 2026, 12:00 AM\n"
    text += "Report End: January 31, 2026, 11:59 PM\nDate Generated: February 1, 2026, 9:00 AM\n\n"
    text += table(
        (*columns, "Total Spent", "Impressions", "Clicks", "Leads", "Conversions"),
        ("1/2/2026", "Acc", "USD", "G", "C", "$174.03", "1,000", 10, 2, 0),
        ("1/31/2026", "Acc", "USD", "G", "C", "$1.00", 100, 1, 0, 0),
        delimiter="\t",
    )
    reading = read(tmp_path, text.encode("utf-16"))
    expected = {"spend": "175.03", "impressions": "1100", "clicks": "11", "leads": "2", "conversions": "0"}
    assert (totals(reading), reading.platform) == (expected, "linkedin_ads")
    piece = only(reading, FACT)
    assert (piece.start, piece.end, piece.account) == (date(2026, 1, 1), date(2026, 2, 1), "Acc")
    assert [row["date"] for row in records(piece)] == [date(2026, 1, 2), date(2026, 1, 31)]


def test_google_cards_with_quarters(tmp_path: Path) -> None:
    data = zipped(
        {
            "Time_series(2023.10.01-2024.05.24).csv": table(
                ("Quarter", "Clicks", "Conversions", "Cost"),
                ("4th quarter 2023", 10, "1.00", "US$5.00"),
                ("1st quarter 2024", 20, "1.00", "US$1,005.00"),
            ),
            "Campaigns(2023.10.01-2024.05.24).csv": table(
                ("Campaign Name", "Campaign Status", "Cost", "Conversions"), ("A", "Enabled", "US$1,010.00", "2.00")
            ),
        }
    )
    reading = read(tmp_path, data, "Overview_cards_csv(2024-05-24_07_16_32).zip")
    assert (totals(reading), reading.currency) == ({"clicks": "30", "conversions": "2", "spend": "1010"}, "USD")
    account = [(piece.start, piece.end) for piece in reading.slices if piece.cut == "account"]
    assert account == [(date(2023, 10, 1), date(2024, 1, 1)), (date(2024, 1, 1), date(2024, 4, 1))]
