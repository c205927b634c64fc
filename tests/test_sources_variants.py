"""Files that nobody has sent yet: the same reports in other languages, other cuts and other states of repair."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from laban.sources.dates import parse_period
from source_files import codes, only, plain, read, records, table, totals, workbook, zipped

ADS = ("Campaign", "Currency code", "Clicks", "Impr.", "Cost")
TWO_ROWS = table(ADS, ("A", "USD", 1, 10, "1.50"), ("B", "USD", 2, 20, "2.50"))
SUMS = {"clicks": "3", "impressions": "30", "spend": "4"}


@pytest.mark.parametrize(
    "label",
    [
        "Gesamt",
        "Total général",
        "合計",
        "Tổng cộng",
        "Totale",
        "Summe",
        "Total general",
        "Итого",
        "총계",
        "CỘNG",
        "Sub-total",
        "Total - 2 campaigns",
        "Results from 2 campaigns",
        "Kết quả từ 2 chiến dịch",
        "Total: Campaigns",
    ],
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


META = ("Campaign name", "Ad Set Name", "Ad name", "Reach", "Impressions", "Amount spent (USD)", "Reporting starts")
DAY = "2026-11-16"


@pytest.mark.parametrize("repeated", [True, False])
def test_a_hierarchy_whose_names_stand_only_in_the_rows_above_is_counted_once(tmp_path: Path, repeated: bool) -> None:
    names = [("C", "", ""), ("C", "G", ""), ("C", "G", "A"), ("C", "G", "B")]
    if not repeated:
        names = [("C", "", ""), ("", "G", ""), ("", "", "A"), ("", "", "B")]
    numbers = [(90, 300, 12), (90, 300, 12), (50, 100, 4), (60, 200, 8)]
    reading = read(tmp_path, table(META, *((*n, *v, DAY) for n, v in zip(names, numbers, strict=True))))
    assert totals(reading)["spend"] == "12"
    rows = records(only(reading, "fact_ad_performance"))
    assert [(row["campaign"], row["ad_group"], row["ad"]) for row in rows] == [("C", "G", "A"), ("C", "G", "B")]


def test_the_total_of_an_account_by_day_has_no_day(tmp_path: Path) -> None:
    heading = ("Account name", "Day", "Reach", "Impressions", "Amount spent (USD)")
    rows = [("", "", 80, 300, 12), ("X", "2026-11-16", 50, 100, 4), ("X", "2026-11-17", 60, 200, 8)]
    reading = read(tmp_path, table(heading, *rows))
    assert totals(reading)["spend"] == "12"
    assert {name: plain(value) for name, value in reading.own_totals.items()} == {
        "reach": "80",
        "impressions": "300",
        "spend": "12",
    }
    assert not codes(reading, "warning")


@pytest.mark.parametrize(
    "heading",
    [
        (
            "Début des rapports;Fin des rapports;Nom de la campagne;Résultats;Indicateur de résultats;Couverture;"
            "Impressions;Montant dépensé (EUR)"
        ),
        (
            "Inicio del informe;Fin del informe;Nombre de la campaña;Resultados;Indicador de resultado;Alcance;"
            "Impresiones;Importe gastado (EUR)"
        ),
        (
            "Berichtsbeginn;Berichtsende;Kampagnenname;Ergebnisse;Ergebnisindikator;Reichweite;"
            "Impressionen;Ausgegebener Betrag (EUR)"
        ),
    ],
)
def test_meta_ads_in_french_spanish_and_german(tmp_path: Path, heading: str) -> None:
    rows = "01/09/2026;30/09/2026;Été;12;actions:like;1\u202f000;12\u202f345;1\u202f234,56\n"
    reading = read(tmp_path, f"{heading}\n{rows}")
    assert (str(reading.start), str(reading.end)) == ("2026-09-01", "2026-10-01")
    assert totals(reading) == {"results": "12", "reach_sum": "1000", "impressions": "12345", "spend": "1234.56"}
    assert reading.extra["results_by_indicator"] == {"actions:like": 12}


@pytest.mark.parametrize(
    "day",
    ["Thứ Bảy, 1 tháng 8, 2026", "Th 7, 1 thg 8, 2026", "T7 01/08/2026", "samedi 1 août 2026", "Sa., 1. Aug. 2026"],
)
def test_a_day_may_say_its_weekday(tmp_path: Path, day: str) -> None:
    reading = read(tmp_path, table(("Ngày", *ADS), (day, "A", "VND", 1, 10, 1500)), day_first=True)
    assert (str(reading.start), str(reading.end)) == ("2026-08-01", "2026-08-02")


def test_a_month_is_not_a_weekday() -> None:
    assert parse_period("T7 2026") == parse_period("2026-07")


def test_a_day_saved_as_the_number_behind_it(tmp_path: Path) -> None:
    reading = read(tmp_path, table(("Day", *ADS), (46235, "A", "VND", 1, 10, 1500)))
    assert str(reading.start) == "2026-08-01"


@pytest.mark.parametrize("cell", ['="1234"', "'1234", "１２３４", "1\u00a0234", "1\u202f234", "1'234"])
def test_numbers_that_a_spreadsheet_was_told_to_take_as_text(tmp_path: Path, cell: str) -> None:
    reading = read(tmp_path, table(ADS, ("A", "USD", cell, 10, "1.50")))
    assert totals(reading)["clicks"] == "1234"


def test_a_share_among_amounts_is_refused_and_not_divided(tmp_path: Path) -> None:
    reading = read(tmp_path, table(ADS, ("A", "USD", 1, 10, "12%"), ("B", "USD", 2, 20, "2.50")))
    assert totals(reading)["spend"] == "2.5"
    assert "not_a_number" in codes(reading, "warning")


def card(title: str, *values: int, heading: str = '"Date","Primary"') -> str:
    rows = "".join(f'"2026-11-{day:02}T00:00:00","{value}"\r\n' for day, value in enumerate(values, 16))
    return f'"{title}"\r\n{heading}\r\n{rows}'


@pytest.mark.parametrize("between", ["", "\r\n", "sep=,\r\n", "\r\nsep=,\r\n"])
def test_cards_are_parted_by_their_titles_too(tmp_path: Path, between: str) -> None:
    text = "sep=,\r\n" + card("Facebook reach", 5, 6) + between + card("Instagram reach", 1, 2)
    reading = read(tmp_path, text.encode("utf-16"))
    assert totals(reading) == {"reach_daily_sum_facebook": "11", "reach_daily_sum_instagram": "3"}
    assert not codes(reading)


@pytest.mark.parametrize(
    ("title", "total"),
    [
        ("Lượt truy cập vào trang cá nhân trên Instagram", "visits_instagram"),
        ("Facebook page visits", "visits_facebook"),
        ("Tổng lượt xem trên Facebook", "views_facebook"),
    ],
)
def test_a_title_may_say_where_in_many_words(tmp_path: Path, title: str, total: str) -> None:
    assert totals(read(tmp_path, card(title, 5, 6))) == {total: "11"}


def test_a_card_without_a_title_is_what_its_file_is_called(tmp_path: Path) -> None:
    text = card("", 5, 6).partition("\r\n")[2]
    assert totals(read(tmp_path, text, "Views (1).csv")) == {"views": "11"}
    unknown = read(tmp_path, text, "export.csv")
    assert unknown.status == "refused"
    assert codes(unknown, "error") == ["unknown_card"]


@pytest.mark.parametrize(
    "rows", ['"Hà Nội, Việt Nam","Đà Nẵng, Việt Nam"\n"40.1%","3.2%"\n', '"City","Value"\n"Hà Nội","40.1%"\n']
)
def test_cities_side_by_side_or_one_below_the_other(tmp_path: Path, rows: str) -> None:
    text = f'"Facebook followers"\n"FB_PAGE FOLLOW UNIQUE_USERS"\n"30222"\n\n"Top cities"\n{rows}'
    text += '\n"Age & gender"\n"","Women","Men"\n"18-24","10%","5%"\n'
    reading = read(tmp_path, text, until=date(2026, 11, 16))
    profile = next(piece for piece in reading.slices if piece.cut == "city")
    assert plain(records(profile)[0]["share"]) == "0.401"
    assert records(profile)[0]["member"].startswith("Hà Nội")


def ga4(*rows: tuple[object, ...]) -> str:
    return "# Bericht\n# \n# 20260801\n# 20260831\n" + table(*rows)


def test_ga4_in_german(tmp_path: Path) -> None:
    heading = ("Sitzung – primäre Channelgruppe (Standard-Channelgruppe)", "Sitzungen", "Sitzungen mit Interaktionen")
    rows = (*heading, "Ereignisanzahl", "Schlüsselereignisse", "Gesamtumsatz")
    reading = read(tmp_path, ga4(rows, ("Organic Search", 1200, 800, 9000, 30, 100.5)))
    assert totals(reading) == {
        "sessions": "1200",
        "engaged_sessions": "800",
        "event_count": "9000",
        "key_events": "30",
        "revenue": "100.5",
    }
    assert records(only(reading, "fact_web_sessions"))[0]["channel_group"] == "organic_search"


def test_visits_that_lie_in_several_audiences_do_not_stand_for_all(tmp_path: Path) -> None:
    heading = ("Session default channel group", "Segment", "Sessions")
    rows = [("Direct", "All Users", 100), ("Direct", "Mobile traffic", 40)]
    assert only(read(tmp_path, ga4(heading, *rows)), "fact_web_sessions").rank == 2


def test_months_of_search_console_are_not_taken_for_advertising(tmp_path: Path) -> None:
    heading = ("Month", "Clicks", "Impressions", "CTR", "Position")
    reading = read(tmp_path, table(heading, ("2026-01", 10, 100, "10%", 2.5), ("2026-02", 20, 100, "20%", 3.5)))
    assert reading.platform == "gsc"
    assert [piece.grain for piece in reading.slices] == ["period", "period"]
    assert totals(reading) == {"clicks": "30", "impressions": "200", "position_weighted": "3"}


def test_a_post_without_a_number_is_dated_by_what_the_file_says(tmp_path: Path) -> None:
    heading = ("Video title", "Video link", "Post time", "Video views", "Likes")
    reading = read(tmp_path, table(heading, ("A", "https://example.org/video/1", "2025/10/31 18:19:10", 9, 3)))
    assert records(only(reading, "fact_social_post"))[0]["published_at"].isoformat() == "2025-10-31T18:19:10"


def test_clarity_cards_of_all_kinds(tmp_path: Path) -> None:
    top = '"Project name","X"\n"Date range","02/01/2025 12:00 AM - 08/04/2025 11:59 PM"\n\n\n'
    devices = '"Metric","Devices","No. of sessions"\n"","Mobile","1,212"\n"","PC","12"\n'
    pages = '"Metric","Top pages","No. of sessions"\n"","https://a/","7"\n'
    assert totals(read(tmp_path, top + devices)) == {"sessions": "1224"}
    both = read(tmp_path, f"{top}{pages}\n{devices}")
    assert totals(both) == {"sessions": "7"}
    assert only(both, "fact_page_content").rows


def with_line(number: int, line: str) -> str:
    lines = [",".join(ADS), *(f"C{n},USD,{n},10,1.5" for n in range(1, 10))]
    lines[number] = line
    return "\n".join(lines)


@pytest.mark.parametrize("end", ["", "\n", '\n"C, D",USD,0,0,0\n', "\nC10,USD,0,0,0\n" * 20_000])
@pytest.mark.parametrize(
    ("number", "line"),
    [(1, '"C1,USD,1,10,1.5'), (5, '"C5,USD,5,10,1.5'), (5, 'C5,"USD,5,10,1.5'), (9, '"C9,USD,9,10,1.5')],
)
def test_a_quote_that_is_never_closed_costs_no_line(tmp_path: Path, number: int, line: str, end: str) -> None:
    reading = read(tmp_path, with_line(number, line) + end)
    assert totals(reading) == {"clicks": "45", "impressions": "90", "spend": "13.5"}
    assert [f.row for f in reading.findings if f.code == "unclosed_quote"] == [number + 1]


def test_a_quote_lost_between_quoted_cells(tmp_path: Path) -> None:
    lines = [f'"C{n}","USD","{n}","10","1.5"' for n in range(1, 10)]
    lines[4] = '"C5,"USD","5","10","1.5"'
    reading = read(tmp_path, "\n".join([",".join(ADS), *lines]))
    assert totals(reading) == {"clicks": "45", "impressions": "90", "spend": "13.5"}


def test_a_text_of_several_lines_is_one_cell(tmp_path: Path) -> None:
    reading = read(tmp_path, with_line(5, '"first, line\nsecond\nthird, or so",USD,5,10,1.5'))
    assert totals(reading) == {"clicks": "45", "impressions": "90", "spend": "13.5"}
    assert "unclosed_quote" not in codes(reading)


@pytest.mark.parametrize("top", [True, False])
def test_a_row_without_a_name_that_adds_up_the_others_is_their_total(tmp_path: Path, top: bool) -> None:
    heading = ("Campaign name", "Cost", "Impressions", "Clicks (destination)", "Currency")
    rows = [("A", 10.5, 100, 5, "USD"), ("B", 20, 200, 6, "USD")]
    total = ("", 30.5, 300, 11, "USD")
    reading = read(tmp_path, table(heading, *([total, *rows] if top else [*rows, total])))
    assert totals(reading) == {"spend": "30.5", "impressions": "300", "link_clicks": "11"}
    assert plain(reading.own_totals["spend"]) == "30.5"


def test_a_row_without_a_name_that_adds_up_nothing_is_data(tmp_path: Path) -> None:
    rows = [("/a", 845, 811), ("/b", 113, 64), ("", 13, 12)]
    reading = read(tmp_path, ga4(("Landing page", "Sessions", "Active users"), *rows))
    assert totals(reading) == {"sessions": "971", "active_users": "887"}


def test_hidden_sheets_are_not_read_and_formulas_without_results_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, state in (("Sheet1", "visible"), ("old", "hidden")):
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        sheet.append(ADS)
        sheet.append(("A", "USD", 1, 10, 1.5))
        sheet.append(("B", "USD", 2, 20, "=E2*2"))
    del book["Sheet"]
    book.save(tmp_path / "made.xlsx")
    reading = read(tmp_path, (tmp_path / "made.xlsx").read_bytes(), "a.xlsx")
    assert totals(reading) == {"clicks": "3", "impressions": "30", "spend": "1.5"}
    assert [f.value for f in reading.findings if f.code == "formula_without_result"] == ["E3"]


def test_a_zip_of_workbooks_and_a_zip_of_zips(tmp_path: Path) -> None:
    book = workbook({"Sheet1": [ADS, ("A", "USD", 1, 10, 1.5)]})
    assert totals(read(tmp_path, zipped({"a.xlsx": book}))) == {"clicks": "1", "impressions": "10", "spend": "1.5"}
    nested = read(tmp_path, zipped({"inner.zip": zipped({"a.csv": TWO_ROWS})}))
    assert (nested.status, codes(nested)) == ("refused", ["nested_zip"])


def test_totals_of_each_day_are_added_to_be_compared(tmp_path: Path) -> None:
    rows = [
        ("2026-08-01", "A", 10),
        ("Total: 2026-08-01", "", 10),
        ("2026-08-02", "A", 20),
        ("Total: 2026-08-02", "", 20),
    ]
    reading = read(tmp_path, table(("Day", "Campaign", "Clicks"), *rows))
    assert plain(reading.own_totals["clicks"]) == plain(reading.totals["clicks"]) == "30"
    assert not codes(reading)


@pytest.mark.parametrize("name", ["Report-20260801-to-20260831-7421.csv", "Report_2026-08-01_to_2026-08-31.csv"])
def test_a_period_in_the_name_of_a_file(tmp_path: Path, name: str) -> None:
    reading = read(tmp_path, TWO_ROWS, name)
    assert (str(reading.start), str(reading.end)) == ("2026-08-01", "2026-09-01")


@pytest.mark.parametrize("cut", ["Objective", "A breakdown that came out yesterday"])
def test_the_first_row_without_a_name_is_the_total_whatever_the_breakdown(tmp_path: Path, cut: str) -> None:
    heading = (cut, "Reach", "Impressions", "Amount spent (USD)", "Reporting starts")
    rows = [("", 90, 300, 12.5, DAY), ("Sales", 50, 100, 4.5, DAY), ("Traffic", 60, 200, 8, DAY)]
    reading = read(tmp_path, table(heading, *rows))
    assert totals(reading) == {"reach_sum": "110", "impressions": "300", "spend": "12.5"}
    assert plain(reading.own_totals["reach"]) == "90"


def test_a_zip_whose_directory_points_before_its_start(tmp_path: Path) -> None:
    beheaded = b"PK" + zipped({"a.csv": TWO_ROWS, "b.csv": TWO_ROWS})[42:]
    assert zipfile.ZipFile(io.BytesIO(beheaded)).infolist()[0].header_offset < 0
    reading = read(tmp_path, beheaded, "a.zip")
    assert (reading.status, codes(reading)) == ("refused", ["broken_zip"])
