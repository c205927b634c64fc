"""Whatever is dropped on Laban: one clear sentence, never an exception, never the whole memory."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laban.sources import read_file
from laban.sources.model import Reading
from source_files import OPTIONS, codes, only, read, records, table, totals, workbook, zipped

ADS = ("Day", "Campaign", "Cost", "Clicks", "Currency code")


def refused(reading: Reading, code: str) -> str:
    """Return the one sentence of a refusal, having checked that it is one."""
    assert (reading.status, reading.rows, reading.slices, reading.totals) == ("refused", 0, (), {})
    assert codes(reading, "error") == [code]
    (finding,) = (finding for finding in reading.findings if finding.level == "error")
    assert finding.message("vi") != finding.message("en")
    return finding.message("en")


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf\n\n", b"\xff\xfe", b" \r\n\t\r\n", b",,,\n,,,\n"])
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a"])
def test_nothing_inside(tmp_path: Path, data: bytes, name: str) -> None:
    refused(read(tmp_path, data, name), "empty_file")


def test_only_headings(tmp_path: Path) -> None:
    reading = read(tmp_path, table(ADS))
    assert (reading.platform, reading.status, codes(reading)) == ("google_ads", "empty", ["header_only"])
    assert reading.findings[0].level == "error"
    assert "Google Ads" in reading.findings[0].message("en")


def test_a_platform_that_says_it_has_nothing(tmp_path: Path) -> None:
    reading = read(tmp_path, '"Campaign","Cost","Clicks"\n"No data available."\n')
    assert (reading.status, codes(reading), reading.findings[0].level) == ("empty", ["no_data"], "info")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"GIF89a", "picture"),
        (b"%PDF-1.7\n", "PDF"),
    ],
)
def test_something_else_renamed(tmp_path: Path, head: bytes, kind: str) -> None:
    assert kind.casefold() in refused(read(tmp_path, head + os.urandom(2_000)), "foreign_file").casefold()


@pytest.mark.parametrize("data", [b"Campaign,Cost\n" + b"\x00" * 500, bytes(range(256)) * 40])
def test_binary(tmp_path: Path, data: bytes) -> None:
    refused(read(tmp_path, data), "not_a_table")


@pytest.mark.parametrize(
    ("piece", "code"),
    [(os.urandom(1_024), "not_a_table"), (b"lorem ipsum dolor, sit amet\n" * 40, "unknown_format")],
)
def test_200_megabytes_of_garbage_cost_little(tmp_path: Path, piece: bytes, code: str) -> None:
    path = tmp_path / "garbage.csv"
    with path.open("wb") as file:
        for _ in range(200):
            file.write(piece * (1_000_000 // len(piece)))
    tracemalloc.start()
    try:
        reading = read_file(path, OPTIONS)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        path.unlink()
    refused(reading, code)
    assert most < 100_000_000


def test_truncated_zip(tmp_path: Path) -> None:
    whole = zipped({"a.csv": table(ADS, *[("2026-11-16", f"c{i}", i, i, "USD") for i in range(500)])})
    for cut in (10, len(whole) // 2, len(whole) - 10):
        refused(read(tmp_path, whole[:cut], "report.zip"), "broken_zip")


def test_zip_bombs(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
        for _ in range(600):
            member.write(b"0" * 1_000_000)
    refused(read(tmp_path, buffer.getvalue(), "bomb.zip"), "zip_bomb")
    refused(read(tmp_path, zipped({f"{i}.csv": "" for i in range(5_000)}), "many.zip"), "zip_bomb")


def test_a_zip_that_lies_about_its_size(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.csv": table(ADS, *[("2026-11-16", "c", 1, 1, "USD")] * 1_000)}))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.find(mark) + offset
        data[place : place + 4] = struct.pack("<I", 10)
    refused(read(tmp_path, bytes(data), "liar.zip"), "broken_zip")


def test_a_locked_zip(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.csv": "Campaign,Cost\n"}))
    data[data.find(b"PK\x01\x02") + 8] |= 1
    refused(read(tmp_path, bytes(data), "locked.zip"), "encrypted")


def test_broken_workbooks(tmp_path: Path) -> None:
    refused(read(tmp_path, b"PK\x03\x04garbage", "a.xlsx"), "broken_zip")
    refused(read(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.xls"), "broken_workbook")
    whole = workbook({"Sheet": [ADS, ("2026-11-16", "c", 1, 1, "USD")]})
    refused(read(tmp_path, whole[: len(whole) // 2], "a.xlsx"), "broken_zip")


def test_a_cell_in_the_far_corner(tmp_path: Path) -> None:
    import openpyxl  # noqa: PLC0415  slow, and only this test needs a cell by its place

    book = openpyxl.Workbook()
    sheet = book[book.sheetnames[0]]
    sheet["A1"] = "Campaign"
    sheet["XFD1048576"] = 1
    book.save(tmp_path / "far.xlsx")
    data = (tmp_path / "far.xlsx").read_bytes()
    assert "1048576" in refused(read(tmp_path, data, "far.xlsx"), "sheet_too_big")


def test_an_absurd_cell(tmp_path: Path) -> None:
    data = b"Campaign,Cost,Clicks\n" + b"a" * 3_000_000 + b",1,2\n"
    assert "2" in refused(read(tmp_path, data), "cell_too_long")


def test_a_column_missing_names_the_nearest_and_what_to_add(tmp_path: Path) -> None:
    sentence = refused(read(tmp_path, "Campaign,Avg. CPC,Bid strategy type\na,1,2\n"), "unknown_but_near")
    for word in ("Google Ads", "Cost", "Clicks", "Impr."):
        assert word in sentence


def test_one_broken_letter_is_not_another_encoding(tmp_path: Path) -> None:
    rows = "".join(f"2026-08-{day:02},Chiến dịch mùa hè {day},VND,10,1,500\n" for day in range(1, 10))
    data = ("Day,Campaign,Currency code,Impr.,Clicks,Cost\n" + rows).encode()
    place = data.index("ị".encode(), data.index(b"2026-08-04"))
    sentence = refused(read(tmp_path, data[:place] + b"\xff" + data[place + 1 :]), "broken_encoding")
    assert "5" in sentence
    assert "UTF-8" in sentence


@pytest.mark.parametrize(
    ("text", "near", "lacks"),
    [
        ("Day,Campaign status,Campaign\n2026-08-01,on,A\n", "Google Ads", "Cost / Clicks / Impr."),
        ("Ngày,Trạng thái chiến dịch,Chiến dịch\n1/8/2026,Bật,A\n", "Google Ads", "Chi phí / Lượt nhấp"),
        ("Ngày,Kênh,Số tiền\n1/8/2026,Email,5\n", "Marketing costs sheet", "Loại chi phí / Nội dung"),
    ],
)
def test_what_to_add_is_said_in_the_words_of_the_file(tmp_path: Path, text: str, near: str, lacks: str) -> None:
    sentence = refused(read(tmp_path, text), "unknown_but_near")
    assert near in sentence
    assert lacks in sentence


def test_a_table_of_nothing_we_know(tmp_path: Path) -> None:
    assert "hello" in refused(read(tmp_path, "hello,world\n1,2\n"), "unknown_format")


def test_bulk_upload_sheets_name_the_right_download(tmp_path: Path) -> None:
    columns = ("Action", "Customer ID", "Campaign", "Campaign type", "Budget", "Bid strategy type")
    sentence = refused(read(tmp_path, table(columns, ("", "1", "a", "Search", "5", "x"))), "bulk_sheet")
    assert "Campaigns → Download → .csv" in sentence


def test_text_in_a_number_column_costs_its_row(tmp_path: Path) -> None:
    rows = [("2026-11-16", "a", "abc", 1, "VND"), ("2026-11-17", "b", 100, 2, "VND")]
    reading = read(tmp_path, table(ADS, *rows))
    assert (reading.rows, totals(reading)) == (1, {"spend": "100", "clicks": "2"})
    (finding,) = reading.findings
    assert (finding.code, finding.level, finding.row, finding.column, finding.value) == (
        *("not_a_number", "warning", 2, "Cost", "abc"),
    )


@pytest.mark.parametrize(
    ("row", "code", "column", "value"),
    [
        (("2026-11-16", "a", "abc", 1, "VND"), "not_a_number", "Cost", "abc"),
        (("1899-12-30", "a", 5, 1, "VND"), "date_implausible", "Day", "1899-12-30"),
        (("2999-01-01", "a", 5, 1, "VND"), "date_implausible", "Day", "2999-01-01"),
        (("hôm qua", "a", 5, 1, "VND"), "not_a_date", "Day", "hôm qua"),
        (("2026-11-16", "a", 5, 1, "USD"), "two_currencies", None, None),
    ],
)
def test_a_file_is_taken_whole_or_not_at_all(
    tmp_path: Path, row: tuple[object, ...], code: str, column: str | None, value: str | None
) -> None:
    good = [("2026-11-14", "a", 100, 2, "VND"), ("2026-11-15", "a", 100, 2, "VND")]
    reading = read(tmp_path, table(ADS, *good, row), accept=False)
    assert (reading.status, reading.rows, reading.slices, reading.totals) == ("refused", 0, (), {})
    (fault,) = (finding for finding in reading.findings if finding.level == "error")
    assert (fault.code, fault.row, fault.column, fault.value) == (code, 4, column, value)
    assert "--accept" in reading.findings[-1].message("en")


def test_nothing_but_faults_is_refused(tmp_path: Path) -> None:
    reading = read(tmp_path, table(ADS, ("2026-11-16", "a", "abc", 1, "VND")))
    assert (reading.status, reading.slices, codes(reading, "error")) == ("refused", (), ["no_good_row"])
    assert "not_a_number" in codes(reading)


def test_dates_that_cannot_be(tmp_path: Path) -> None:
    days = ("1899-12-30", "2999-01-01", "2026-01-01")
    reading = read(tmp_path, table(ADS, *[(day, "a", 5, 1, "VND") for day in days]))
    assert (reading.rows, reading.start, reading.end) == (1, date(2026, 1, 1), date(2026, 1, 2))
    found = [(f.row, f.column, f.value) for f in reading.findings if f.code == "date_implausible"]
    assert found == [(2, "Day", "1899-12-30"), (3, "Day", "2999-01-01")]


def test_many_faults_are_not_many_sentences(tmp_path: Path) -> None:
    rows = [("2026-11-16", "a", "abc", 1, "VND")] * 500 + [("2026-11-16", "b", 1, 1, "VND")]
    reading = read(tmp_path, table(ADS, *rows))
    assert reading.rows == 1
    assert len(reading.findings) < 30
    (rest,) = (f for f in reading.findings if f.code == "more_like_this")
    assert rest.values["count"] + codes(reading).count("not_a_number") == 500


def test_two_currencies_are_never_added(tmp_path: Path) -> None:
    rows = [("2026-01-01", "a", "1.50", 1, "USD"), ("2026-01-02", "a", "200000", 1, "VND")]
    reading = read(tmp_path, table(ADS, *rows))
    assert (totals(reading), reading.currency) == ({"spend_usd": "1.5", "spend_vnd": "200000", "clicks": "2"}, None)
    assert codes(reading, "warning") == ["two_currencies"]
    found = [(row["currency"], str(row["spend"])) for row in records(only(reading, "fact_ad_performance"))]
    assert found == [("USD", "1.50"), ("VND", "200000")]


def test_a_row_with_a_comma_in_its_name(tmp_path: Path) -> None:
    text = "Campaign,Cost,Clicks,Currency code\nDeck, siding,1,2,USD\nb,1,2,USD\n"
    reading = read(tmp_path, text)
    assert (reading.rows, totals(reading)) == (1, {"spend": "1", "clicks": "2"})
    assert next(f for f in reading.findings if f.code == "row_too_long").row == 2


def test_questions_name_the_option_that_answers_them(tmp_path: Path) -> None:
    rows = [("2026-01-01", "a", "1.234", 1, "USD")]
    assert "--decimal" in refused(read(tmp_path, table(ADS, *rows)), "number_ambiguous")
    assert totals(read(tmp_path, table(ADS, *rows), decimal_mark=","))["spend"] == "1234"
    days = [("05/04/2026", "a", "1.2", 1, "USD")]
    assert "--dates" in refused(read(tmp_path, table(ADS, *days)), "date_ambiguous")
    assert read(tmp_path, table(ADS, *days), day_first=True).start == date(2026, 4, 5)


def test_formulas_and_markup_are_only_text(tmp_path: Path) -> None:
    names = ("<script>alert(1)</script>", "=HYPERLINK(1)", "@SUM(A1)", "'; DROP TABLE fact; --")
    rows = [("2026-11-16", name, 1, 1, "USD") for name in names]
    found = [row["campaign"] for row in records(only(read(tmp_path, table(ADS, *rows)), "fact_ad_performance"))]
    assert tuple(found) == names


def test_a_zip_with_a_member_we_do_not_know(tmp_path: Path) -> None:
    known = table(ADS, ("2026-11-16", "a", 5, 1, "VND"))
    reading = read(
        tmp_path, zipped({"a.csv": known, "readme.txt": "hello\n", "logo.png": b"\x89PNG\r\n\x1a\n"}), "a.zip"
    )
    assert (reading.status, totals(reading)) == ("loaded", {"spend": "5", "clicks": "1"})


def test_two_platforms_in_one_zip(tmp_path: Path) -> None:
    google = table(ADS, ("2026-11-16", "a", 5, 1, "VND"))
    search = "Date,Clicks,Impressions,CTR,Position\n2026-01-01,20,100,20%,3\n"
    later = table(ADS, ("2026-11-17", "a", 5, 1, "VND"))
    reading = read(tmp_path, zipped({"a.csv": google, "b.csv": search, "c.csv": later}), "a.zip")
    (finding,) = (f for f in reading.findings if f.code == "other_platform")
    assert (reading.platform, reading.rows, finding.level, finding.member) == ("google_ads", 2, "warning", "b.csv")
    assert "Search Console" in finding.message("en")


def test_what_is_not_a_file(tmp_path: Path) -> None:
    refused(read_file(tmp_path / "missing.csv", OPTIONS), "cannot_open")
    refused(read_file(tmp_path, OPTIONS), "cannot_open")


_HEADINGS = st.sampled_from(
    ["Day", "Campaign", "Cost", "Clicks", "Impressions", "Currency code", "Chi phí", "Ngày", "Date", "Reach", "x", ""]
)
_CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["2026-01-01", "1,5", "--", "VND", "Total", "1.234", "< 10%", '"', "Tổng số", "\x00", "1e9", "∞"]
    ),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    headings=st.lists(_HEADINGS, min_size=1, max_size=8),
    rows=st.lists(st.lists(_CELLS, max_size=9), max_size=6),
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
    name=st.sampled_from(["a.csv", "a.xls", "a.zip", "a.tsv"]),
)
def test_odd_tables_never_raise(
    tmp_path: Path, headings: list[str], rows: list[list[str]], delimiter: str, encoding: str, name: str
) -> None:
    data = table(headings, *rows, delimiter=delimiter).encode(encoding, "surrogatepass")
    reading = read(tmp_path, data, name)
    assert reading.status in ("loaded", "empty", "refused")
    assert all(finding.message("vi") and finding.message("en") for finding in reading.findings)
    assert (reading.status == "refused") <= bool(codes(reading, "error"))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400), head=st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"Day,Cost\n"]))
def test_odd_bytes_never_raise(tmp_path: Path, data: bytes, head: bytes) -> None:
    reading = read(tmp_path, head + data)
    assert reading.status != "loaded" or reading.rows
    assert (reading.status == "refused") <= bool(codes(reading, "error"))
