"""The sixteen rules that real files force, each with the bytes that forced it."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from source_files import codes, only, read, records, table, totals, workbook, zipped

ADS = ("Campaign", "Clicks", "Impressions", "Cost", "Currency code")
DAY_ADS = ("Day", *ADS)


def day_ads(*rows: tuple[object, ...], delimiter: str = ",") -> str:
    return table(DAY_ADS, *rows, delimiter=delimiter)


# 1. Bytes first


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_rule_1_unicode_in_any_form(tmp_path: Path, encoding: str) -> None:
    text = day_ads(("2026-11-16", "Áo dài Tết", 3, 100, 50000, "VND"), delimiter="\t")
    reading = read(tmp_path, text.encode(encoding))
    assert records(reading.slices[0])[0]["campaign"] == "Áo dài Tết"


@pytest.mark.parametrize(
    ("encoding", "heading", "campaign"),
    [
        ("cp932", "キャンペーン名", "初売り※コメントオフ"),
        ("cp1251", "Campaign name", "Реклама март"),
        ("cp1252", "Campaign name", "Café crème"),
    ],
)
def test_rule_1_eight_bit_encodings_by_evidence(tmp_path: Path, encoding: str, heading: str, campaign: str) -> None:
    text = table((heading, "Impressions", "Amount spent (EUR)", "Clicks (all)"), (campaign, 10, "1.50", 2))
    reading = read(tmp_path, text.encode(encoding))
    assert records(only(reading, "fact_ad_performance"))[0]["campaign"] == campaign


def test_rule_1_vietnamese_windows_encoding(tmp_path: Path) -> None:
    text = table(("Mã đơn hàng", "Ngày đặt", "Trạng thái", "Tiền hàng"), ("DH1", "16/11/2026", "Đã giao", "650000"))
    reading = read(tmp_path, as_cp1258(text))
    assert totals(reading) == {"gross_amount": "650000", "orders": "1"}
    assert records(only(reading, "fact_order"))[0]["status"] == "delivered"


def as_cp1258(text: str) -> bytes:
    """Return text in cp1258, which writes the five tones as marks behind their letter."""
    tones = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))
    parts = []
    for char in text:
        decomposed = unicodedata.normalize("NFD", char)
        tone = "".join(mark for mark in decomposed if ord(mark) in tones)
        parts.append(unicodedata.normalize("NFC", decomposed.translate(tones)) + tone)
    return "".join(parts).encode("cp1258")


def test_rule_1_a_workbook_and_a_page_called_xls(tmp_path: Path) -> None:
    rows = [DAY_ADS, ("2026-11-16", "A", 3, 100, 12.5, "USD")]
    page = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    for data in (workbook({"Sheet1": rows}), f"<html><body><table>{page}</table></body></html>".encode()):
        reading = read(tmp_path, data, "report.xls")
        assert totals(reading) == {"clicks": "3", "impressions": "100", "spend": "12.5"}


# 2. Delimiter from the heading row


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("stated", [False, True])
def test_rule_2_delimiter(tmp_path: Path, delimiter: str, stated: bool) -> None:
    text = day_ads(("2026-11-16", "A, B; C", 3, 100, 5, "USD"), delimiter=delimiter)
    reading = read(tmp_path, (f"sep={delimiter}\r\n" if stated else "") + text)
    assert records(reading.slices[0])[0]["campaign"] == "A, B; C"


# 3. Heading row by score


def test_rule_3_preamble_is_read_not_skipped(tmp_path: Path) -> None:
    text = 'Campaign report\n"July 8, 2025 - July 31, 2025"\n' + table(ADS, ("A", 1, 2, "3.00", "USD"))
    reading = read(tmp_path, text)
    assert (reading.start, reading.end) == (date(2025, 7, 8), date(2025, 8, 1))


def test_rule_3_british_capitals_blanks_and_currency_in_headings(tmp_path: Path) -> None:
    headings = (" CAMPAIGN  NAME", "Optimisation score", "Amount spent (UAH)", "impressions", "Clicks (ALL)")
    reading = read(tmp_path, table(headings, ("A", "63.66", "12.5", 10, 2)))
    assert (reading.platform, reading.currency) == ("meta_ads", "UAH")


def test_rule_3_the_name_of_a_file_means_nothing(tmp_path: Path) -> None:
    text = table(("Date", "Views"), ("2026-11-16", 5))
    assert read(tmp_path, text, "Facebook-Campaigns.csv").platform == "youtube"


# 4. Currency


@pytest.mark.parametrize(
    ("heading", "cell", "currency"),
    [
        ("Amount spent (VND)", "50000", "VND"),
        ("Amount spent (₫)", "50000", "VND"),
        ("Amount spent", "US$1.92", "USD"),
        ("Amount spent", "€1.50", "EUR"),
        ("Amount spent", "16,89 €", "EUR"),
    ],
)
def test_rule_4_currency_in_heading_or_beside_the_number(
    tmp_path: Path, heading: str, cell: str, currency: str
) -> None:
    reading = read(tmp_path, table(("Campaign name", "Impressions", heading), ("A", 1, cell)))
    assert reading.currency == currency
    assert "currency_unknown" not in codes(reading)


def test_rule_4_currency_in_a_column(tmp_path: Path) -> None:
    assert read(tmp_path, day_ads(("2026-11-16", "A", 1, 2, 3, "GBP"))).currency == "GBP"


def test_rule_4_currency_nowhere_is_asked_for(tmp_path: Path) -> None:
    text = table(("Day", "Campaign", "Clicks", "Cost"), ("2026-11-16", "A", 1, "3.50"))
    reading = read(tmp_path, text)
    assert reading.currency is None
    assert "currency_unknown" in codes(reading, "warning")
    assert read(tmp_path, text, currency="EUR").currency == "EUR"


# 5. Totals rows


def test_rule_5_totals_at_the_bottom_the_most_specific_is_the_check(tmp_path: Path) -> None:
    text = table(
        ADS,
        ("A", 10, 100, "1.50", "USD"),
        ("B", 20, 200, "2.50", "USD"),
        ("Total: Campaigns", 30, 300, "4.01", "USD"),
        ("Total: Account", 99, 999, "9.00", "USD"),
        ("Total: ", 30, 300, "4.00", "USD"),
    )
    reading = read(tmp_path, text)
    assert totals(reading)["spend"] == "4"
    assert reading.own_totals["spend"] == Decimal("4.01")
    assert "total_rounding" in codes(reading, "info")
    assert "total_differs" not in codes(reading)


def test_rule_5_a_real_difference_is_a_warning_with_both_numbers(tmp_path: Path) -> None:
    text = table(ADS, ("A", 10, 100, "1.50", "USD"), ("Total: Campaigns", 12, 100, "1.50", "USD"))
    found = [finding for finding in read(tmp_path, text).findings if finding.code == "total_differs"]
    assert [(f.level, f.column, f.values["sum"], f.values["own"]) for f in found] == [
        ("warning", "Clicks", "10", "12")
    ]


def test_rule_5_totals_at_the_top_with_blank_names(tmp_path: Path) -> None:
    headings = ("Campaign name", "Gender", "Reach", "Impressions", "Amount spent (INR)")
    text = table(
        headings, ("", "", 640, 300, "33.5"), ("A", "male", 400, 100, "13.1"), ("A", "female", 300, 200, "20.4")
    )
    reading = read(tmp_path, text)
    assert totals(reading) == {"reach_sum": "700", "impressions": "300", "spend": "33.5"}
    assert reading.own_totals["reach"] == 640
    assert records(only(reading, "fact_ad_reach"))[0]["reach"] == 640


@pytest.mark.parametrize("label", ["Total of 2 results", "全2件の結果", "Tổng 2 kết quả"])
def test_rule_5_tiktok_counts_its_results(tmp_path: Path, label: str) -> None:
    headings = ("Campaign name", "Cost", "Impressions", "Clicks (destination)", "Currency")
    reading = read(
        tmp_path, table(headings, ("A", 5, 50, 1, "JPY"), ("B", 7, 70, 2, "JPY"), (label, 12, 120, 3, "JPY"))
    )
    assert totals(reading) == {"spend": "12", "impressions": "120", "link_clicks": "3"}
    assert reading.rows == 2


def test_rule_5_totals_between_the_rows_of_a_segmented_report(tmp_path: Path) -> None:
    headings = ("Month", "Location", "Campaign", "Impr.", "Currency code", "Cost")
    rows = [
        ("October 2025", "Canada", "A", 10, "USD", "1.00"),
        ("October 2025", "Total: Locations", "", 10, "USD", "1.00"),
        ("November 2025", "Canada", "A", 30, "USD", "3.00"),
        ("", "Total: Locations", "", 40, "USD", "4.00"),
        ("November 2025", "Total: Locations", "", 30, "USD", "3.00"),
        ("", "Total: Account", "", 100, "USD", "8.00"),
    ]
    reading = read(tmp_path, table(headings, *rows))
    assert (totals(reading)["spend"], reading.own_totals["spend"]) == ("4", Decimal("4.00"))
    share = next(finding for finding in reading.findings if finding.code == "covers_share")
    assert share.values["share"] == "50"
    without_whole = table(headings, *(row for row in rows if row[0]))
    assert read(tmp_path, without_whole).own_totals["spend"] == Decimal("4.00")


def test_rule_5_hierarchical_sheets_count_once(tmp_path: Path) -> None:
    headings = [
        "",
        "Tên chiến dịch",
        "Tên nhóm quảng cáo",
        "Tên quảng cáo",
        "Lượt hiển thị",
        "Số tiền đã chi tiêu (VND)",
    ]
    formatted = [
        ["", "Báo cáo chưa đặt tên"],
        ["", "Report Period: Oct 8, 2025 - Oct 8, 2025"],
        headings,
        ["", "A", "All", "All", 300, 3000],
        ["", "A", "A1", "All", 300, 3000],
        ["", "A", "A1", "x", 100, 1000],
        ["", "A", "A1", "y", 200, 2000],
    ]
    raw = [headings[1:], ["A", "A1", "x", 100, 1000], ["A", "A1", "y", 200, 2000]]
    for sheets in ({"Formatted": formatted, "Raw": raw}, {"Raw": raw, "Formatted": formatted}):
        reading = read(tmp_path, workbook(sheets), "r.xlsx")
        assert totals(reading) == {"impressions": "300", "spend": "3000"}
        assert (reading.start, reading.end) == (date(2025, 10, 8), date(2025, 10, 9))


def test_rule_5_of_mixed_levels_one_is_kept(tmp_path: Path) -> None:
    headings = ("Tên chiến dịch", "Tên quảng cáo", "Cấp độ phân phối", "Lượt hiển thị", "Số tiền đã chi tiêu (VND)")
    text = table(headings, ("A", "", "campaign", 300, 3000), ("A", "x", "ad", 100, 1000), ("A", "y", "ad", 200, 2000))
    reading = read(tmp_path, text)
    assert totals(reading) == {"impressions": "300", "spend": "3000"}
    assert "levels_mixed" in codes(reading)


# 6. Measures that are never added


def test_rule_6_people_are_never_added_into_account_facts(tmp_path: Path) -> None:
    headings = ("Campaign name", "Reach", "Impressions", "Amount spent (USD)", "Reporting starts", "Reporting ends")
    rows = [("A", 50, 90, 1, "2026-11-01", "2026-11-07"), ("B", 60, 90, 1, "2026-11-01", "2026-11-07")]
    reading = read(tmp_path, table(headings, *rows))
    reach = only(reading, "fact_ad_reach")
    assert (reach.cut, reach.rank, [r["reach"] for r in records(reach)]) == ("campaign", 1, [50, 60])


def test_rule_6_a_position_is_weighted_by_impressions(tmp_path: Path) -> None:
    headings = ("Date", "Clicks", "Impressions", "CTR", "Position")
    reading = read(tmp_path, table(headings, ("2026-11-01", 0, 10, "0%", 30), ("2026-11-02", 1, 30, "3.33%", 2)))
    assert totals(reading)["position_weighted"] == "9"
    assert [record["position_weight"] for record in records(reading.slices[0])] == [300, 60]


# 7. Rates are recomputed


def test_rule_7_rates_in_percent_and_as_fractions_come_from_the_sums(tmp_path: Path) -> None:
    headings = ("Session default channel group", "Sessions", "Engagement rate", "Average engagement time per session")
    text = "# x\n# Start date: 20260101\n# End date: 20260131\n" + table(
        headings, ("Organic Search", 200, "0.555", "30.5")
    )
    (row,) = records(only(read(tmp_path, text), "fact_web_sessions"))
    assert (row["sessions"], row["engaged_sessions"], row["engagement_seconds"]) == (200, 111, Decimal("6100.0"))
    assert "engagement_rate" not in row


# 8. Ways to say nothing


@pytest.mark.parametrize("token", [" --", "--", "-", "", "undefined", "NAN", "#DIV/0!", "< 10%", "> 90%", "<5"])
def test_rule_8_no_value_is_not_zero(tmp_path: Path, token: str) -> None:
    reading = read(
        tmp_path, day_ads(("2026-11-16", "A", token, 5, "1.5", "USD"), ("2026-11-17", "A", 2, 5, "1.5", "USD"))
    )
    assert [record["clicks"] for record in records(reading.slices[0])] == [None, 2]


def test_rule_8_no_data_available_is_an_empty_file(tmp_path: Path) -> None:
    text = '"Reporting starts","Campaign name",Reach,"Amount spent (USD)"\n"No data available."\n'
    reading = read(tmp_path, text)
    assert (reading.platform, reading.status, codes(reading)) == ("meta_ads", "empty", ["no_data"])


# 9. Numbers by the column


def test_rule_9_counts_grouped_and_money_not_in_the_same_row(tmp_path: Path) -> None:
    reading = read(tmp_path, day_ads(("2026-11-16", "A", 7, "1,356,884", "50252.14", "USD")))
    assert totals(reading) == {"clicks": "7", "impressions": "1356884", "spend": "50252.14"}


def test_rule_9_another_value_of_the_column_settles(tmp_path: Path) -> None:
    rows = [("2026-11-16", "A", 1, 1, "1,234", "USD"), ("2026-11-17", "A", 1, 1, "5,5", "USD")]
    assert totals(read(tmp_path, day_ads(*rows)))["spend"] == "6.734"


def test_rule_9_counts_have_no_decimals(tmp_path: Path) -> None:
    assert totals(read(tmp_path, day_ads(("2026-11-16", "A", 1, "1.234", 5, "USD"))))["impressions"] == "1234"


@pytest.mark.parametrize(("currency", "spend"), [("VND", "1234"), ("JPY", "1234")])
def test_rule_9_the_currency_settles(tmp_path: Path, currency: str, spend: str) -> None:
    assert totals(read(tmp_path, day_ads(("2026-11-16", "A", 1, 1, "1.234", currency))))["spend"] == spend


def test_rule_9_dong_can_have_decimals_when_the_column_shows_them(tmp_path: Path) -> None:
    rows = [("2026-11-16", "A", 1, 1, "67879.3", "VND"), ("2026-11-17", "A", 1, 1, "20.125", "VND")]
    assert totals(read(tmp_path, day_ads(*rows)))["spend"] == "67899.425"


def test_rule_9_if_nothing_settles_it_a_person_is_asked(tmp_path: Path) -> None:
    text = day_ads(("2026-11-16", "A", 1, 1, "1.234", "USD"), ("2026-11-17", "A", 1, 1, "5.678", "USD"))
    reading = read(tmp_path, text)
    (finding,) = reading.findings
    assert (reading.status, finding.level, finding.code) == ("refused", "error", "number_ambiguous")
    assert (finding.row, finding.column, finding.value) == (2, "Cost", "1.234")
    assert (finding.values["with_point"], finding.values["with_comma"]) == ("1.234", "1234")
    assert "--decimal" in finding.message("vi")
    assert totals(read(tmp_path, text, decimal_mark=","))["spend"] == "6912"
    assert totals(read(tmp_path, text, decimal_mark="."))["spend"] == "6.912"


def test_rule_9_columns_that_are_not_kept_settle_too(tmp_path: Path) -> None:
    headings = ("Campaign", "Cost", "Avg. CPC", "Clicks", "Currency code")
    assert totals(read(tmp_path, table(headings, ("A", "$6,577", "$25.50", 3, "USD"))))["spend"] == "6577"


# 10. Dates


def test_rule_10_day_and_month_by_the_column(tmp_path: Path) -> None:
    reading = read(tmp_path, day_ads(("05/04/2026", "A", 1, 1, 1, "USD"), ("13/04/2026", "A", 1, 1, 1, "USD")))
    assert (reading.start, reading.end) == (date(2026, 4, 5), date(2026, 4, 14))


def test_rule_10_by_what_cannot_be_in_the_future(tmp_path: Path) -> None:
    assert read(
        tmp_path, day_ads(("05/12/2025", "A", 1, 1, 1, "USD"), ("11/12/2026", "A", 1, 1, 1, "USD"))
    ).start == (date(2025, 5, 12))


def test_rule_10_by_the_language_of_the_heading(tmp_path: Path) -> None:
    headings = ("Ngày", "Chiến dịch", "Lượt nhấp", "Chi phí", "Mã đơn vị tiền tệ")
    assert read(tmp_path, table(headings, ("05/04/2026", "A", 1, 1, "VND"))).start == date(2026, 4, 5)


def test_rule_10_else_a_person_is_asked(tmp_path: Path) -> None:
    text = day_ads(("05/04/2026", "A", 1, 1, 1, "USD"))
    reading = read(tmp_path, text)
    assert (reading.status, codes(reading)) == ("refused", ["date_ambiguous"])
    assert (reading.findings[0].row, reading.findings[0].column) == (2, "Day")
    assert read(tmp_path, text, day_first=True).start == date(2026, 4, 5)
    assert read(tmp_path, text, day_first=False).start == date(2026, 5, 4)


def test_rule_10_a_year_is_only_taken_from_a_person(tmp_path: Path) -> None:
    text = '"Date","Video Views","Likes"\n"December 31","5","1"\n"January 1","6","2"\n'
    reading = read(tmp_path, text)
    assert (only(reading, "fact_social_account").grain, codes(reading)) == ("undated", ["year_missing"])
    said = read(tmp_path, text, until=date(2026, 1, 1))
    assert (said.start, said.end) == (date(2025, 12, 31), date(2026, 1, 2))


def test_rule_10_months_eaten_by_a_spreadsheet(tmp_path: Path) -> None:
    headings = ("Month", "Campaign", "Clicks", "Cost", "Currency code")
    reading = read(tmp_path, table(headings, ("Oct-25", "A", 1, 1, "USD"), ("Nov-25", "A", 1, 1, "USD")))
    assert [(piece.grain, piece.start, piece.end) for piece in reading.slices] == [
        ("period", date(2025, 10, 1), date(2025, 11, 1)),
        ("period", date(2025, 11, 1), date(2025, 12, 1)),
    ]


def test_rule_10_counted_weeks_use_the_index_and_are_cut_to_the_file(tmp_path: Path) -> None:
    text = "# r\n# Start date: 20260101\n# End date: 20260630\nNth week,Active users\n0010,2\n0026,57\n"
    found = [(piece.start, piece.end) for piece in read(tmp_path, text).slices]
    assert found == [(date(2026, 3, 8), date(2026, 3, 15)), (date(2026, 6, 28), date(2026, 7, 1))]


def test_rule_10_all_time_has_no_place_in_time(tmp_path: Path) -> None:
    reading = read(tmp_path, "Campaign report\nAll time\n" + table(ADS, ("A", 1, 2, 3, "USD")))
    assert (only(reading, "fact_ad_performance").grain, codes(reading, "warning")) == ("undated", ["all_time"])
    assert "Phân khúc" in reading.findings[0].message("vi")


# 11. The period in the name


def test_rule_11_period_only_in_the_name_is_used_and_said(tmp_path: Path) -> None:
    text = table(("Device", "Cost", "Impressions", "Clicks"), ("Computers", "US$3.38", 34, 3))
    reading = read(tmp_path, text, "Devices(2026.02.05-2026.02.10).csv")
    assert (reading.start, reading.end) == (date(2026, 2, 5), date(2026, 2, 11))
    assert "period_from_name" in codes(reading, "info")
    assert read(tmp_path, text, "Devices.csv").start is None


def test_rule_11_a_folder_can_name_the_month(tmp_path: Path) -> None:
    folder = tmp_path / "tháng 8.2026"
    folder.mkdir()
    text = table(("Device", "Cost", "Impressions", "Clicks"), ("Computers", "US$3.38", 34, 3))
    assert read(folder, text).start == date(2026, 8, 1)


def test_rule_11_what_the_file_says_wins(tmp_path: Path) -> None:
    text = 'R\n"July 8, 2025 - July 31, 2025"\n' + table(ADS, ("A", 1, 2, 3, "USD"))
    assert read(tmp_path, text, "x(2026.02.05-2026.02.10).csv").start == date(2025, 7, 8)


# 12. The same data many times


def test_rule_12_thirteen_cards_in_a_zip_are_one_spend(tmp_path: Path) -> None:
    data = zipped(
        {
            "Time_series(2026.01.01-2026.03.10).csv": table(
                ("Quarter", "Clicks", "Cost"), ("1st quarter 2026", 30, "$1,000.50")
            ),
            "Devices(2026.01.01-2026.03.10).csv": table(
                ("Device", "Cost", "Clicks"), ("Computers", "$400.50", 10), ("Tablets", "$600.00", 20)
            ),
            "Day_&_hour(Day_2026.01.01-2026.03.10).csv": table(
                ("Day", "Impressions"), ("Sunday", "1,000"), ("Monday", 5)
            ),
            "Searches(Search_2026.01.01-2026.03.10).csv": table(("Search", "Cost", "Clicks"), ("áo dài", "$9.00", 2)),
        }
    )
    reading = read(tmp_path, data, "Overview_cards_csv(2026-03-11_07_16_32).zip")
    assert (totals(reading), reading.rows) == ({"clicks": "30", "spend": "1000.5"}, 6)
    assert {piece.cut: piece.rank for piece in reading.slices} == {
        "account": 0,
        "device": 1,
        "weekday": 2,
        "search_term": 2,
    }
    assert {(piece.start, piece.end) for piece in reading.slices} == {(date(2026, 1, 1), date(2026, 3, 11))}


def test_rule_12_members_that_disagree_are_a_warning(tmp_path: Path) -> None:
    headings = ("Clicks", "Impressions", "CTR", "Position")
    data = zipped(
        {
            "Devices.csv": table(("Device", *headings), ("Mobile", 32, 300, "1%", 4)),
            "Chart.csv": table(("Date", *headings), ("2026-01-01", 100, 300, "1%", 4)),
            "Queries.csv": table(("Top queries", *headings), ("a", 20, 90, "1%", 4)),
            "Filters.csv": table(("Filter", "Value"), ("Search type", "Web"), ("Date", "Last 3 months")),
        }
    )
    reading = read(tmp_path, data, "x.zip")
    warning = next(finding for finding in reading.findings if finding.level == "warning")
    assert (warning.code, warning.member, warning.values["here"], warning.values["there"]) == (
        "members_disagree",
        "Devices.csv",
        "32",
        "100",
    )
    assert totals(reading)["clicks"] == "100"
    share = next(finding for finding in reading.findings if finding.code == "covers_share")
    assert (share.member, share.values["share"]) == ("Queries.csv", "20")


# 13. Mojibake member names


def test_rule_13_members_are_known_by_their_headings(tmp_path: Path) -> None:
    text = "Truy vấn hàng đầu,Số lần nhấp,Số lần hiển thị,CTR,Vị trí\n"
    text += 'cách tải,12,340,"3,5%","4,2"\nlag,0,150,0%,"15,3"\n'
    reading = read(tmp_path, zipped({"Truy vß║Ñn.csv": text}, utf8_names=False), "x.zip")
    assert (reading.platform, totals(reading)) == (
        "gsc",
        {"clicks": "12", "impressions": "490", "position_weighted": "7.6"},
    )


# 14. Duplicate headings


def test_rule_14_of_equal_headings_the_first_counts(tmp_path: Path) -> None:
    headings = ("Ad group", "Campaign", "Currency code", "Impr.", "Currency code", "Cost", "Clicks", "Clicks")
    assert totals(read(tmp_path, table(headings, ("g", "A", "USD", 5, "USD", "1.5", 2, 9))))["clicks"] == "2"


def test_rule_14_headings_that_differ_only_in_a_capital_stay_apart(tmp_path: Path) -> None:
    headings = ("Mã đơn hàng", "Ngày đặt", "Trạng thái", "Tiền hàng", "Tổng số tiền Người mua thanh toán")
    both = (*headings, "Tổng số tiền người mua thanh toán")
    reading = read(tmp_path, table(both, ("1", "16/11/2026", "Đã giao", 100, 70, 900)))
    assert totals(reading) == {"gross_amount": "100", "orders": "1"}
    unknown = next(finding for finding in reading.findings if finding.code == "unknown_columns")
    assert unknown.values["columns"] == "Tổng số tiền Người mua thanh toán, Tổng số tiền người mua thanh toán"


# 15. Accidents of quoting


def test_rule_15_backslashes_before_quotes(tmp_path: Path) -> None:
    text = '"Campaign name",Impressions,"Amount spent (INR)"\n'
    text += '"Add_Father\\\'s Day_11/06",37024,4938.02\n"say \\"hi\\", now",1,2\n'
    found = [row["campaign"] for row in records(only(read(tmp_path, text), "fact_ad_performance"))]
    assert found == ["Add_Father's Day_11/06", 'say "hi", now']


def test_rule_15_whole_lines_quoted_by_a_second_save(tmp_path: Path) -> None:
    text = (
        '"Post ID,""Account ID"",Description,""Publish time"",Views,Reach,Likes"\n'
        '"1801,178,""First line"\n\n"with, comma"",""12/31/2025 08:24"",1085,762,47"\n'
    )
    (row,) = records(only(read(tmp_path, text), "fact_social_post"))
    assert (row["title"], row["views"], row["network"]) == ("First line with, comma", 1085, "instagram")


def test_rule_15_newlines_in_cells_keep_the_line_numbers(tmp_path: Path) -> None:
    headings = ("Post ID", "Page ID", "Description", "Publish time", "Views")
    text = table(headings, ("1", "9", "a\nb\nc", "12/31/2025 08:24", 5), ("2", "9", "d", "12/31/2025 08:24", "abc"))
    finding = read(tmp_path, text).findings[0]
    assert (finding.code, finding.row, finding.column, finding.value) == ("not_a_number", 5, "Views", "abc")


# 16. People


def test_rule_16_people_are_hashed_or_not_read(tmp_path: Path) -> None:
    headings = ("Order ID", "Order date", "Customer name", "Phone", "Status", "Goods total")
    rows = [
        ("1", "2026-11-16", "Lan", "0912345678", "Delivered", 5),
        ("2", "2026-11-16", "Lan", "+84 912 345 678", "Delivered", 5),
        ("3", "2026-11-16", "Lan", "912345678", "Delivered", 5),
        ("4", "2026-11-16", "L**n", "09****5678", "Delivered", 5),
    ]
    reading = read(tmp_path, table(headings, *rows))
    keys = [row["customer_key"] for row in records(only(reading, "fact_order"))]
    assert keys[0] == keys[1] == keys[2]
    assert keys[3] is None
    assert "912345678" not in repr(reading)
    assert "Lan" not in repr(reading)


@pytest.mark.parametrize(
    ("headings", "asked"), [(("CPC",), True), (("Clicks", "CPC"), False), (("Avg. CPC",), False)]
)
def test_a_cost_column_called_cpc_without_clicks_is_asked_about(
    tmp_path: Path, headings: tuple[str, ...], asked: bool
) -> None:
    cells = {"Clicks": "5", "CPC": "2000", "Avg. CPC": "2000"}
    first = ("Campaign", "Day", "Currency code", "Cost", "Impr.", "Conversions")
    text = table(
        (*first, *headings), ("Tết", "2026-11-17", "VND", "10000", "100", "2", *(cells[h] for h in headings))
    )
    reading = read(tmp_path, text)
    assert reading.platform == "google_ads"
    assert ("cpc_unclear" in codes(reading)) == asked
    assert "2000" not in totals(reading).values()
