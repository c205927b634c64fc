"""The demo company's files: the same every time, in the shape of the platforms' own downloads."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from laban.sources.demo import SHOP_NAME, DemoFile, World, simulate, write_demo, write_files
from laban.sources.demo.files import delimited, fraction, pieces, thousands

END = date(2026, 11, 22)


@cache
def shop(seed: int = 7) -> World:
    return simulate(seed, END, 8)


@cache
def files(seed: int = 7) -> tuple[DemoFile, ...]:
    return write_files(shop(seed))


def text(file: DemoFile) -> str:
    return file.data.decode("utf-16" if file.data.startswith(b"\xff\xfe") else "utf-8-sig")


def table(file: DemoFile, skip: int = 0, delimiter: str = ",") -> Iterator[dict[str, str]]:
    lines = text(file).splitlines(keepends=True)[skip:]
    return csv.DictReader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)


def named(start: str) -> list[DemoFile]:
    found = [file for file in files() if file.name.startswith(start)]
    assert found, start
    return found


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_demo(tmp_path / name, seed=3, end=END, weeks=8)
    written = {path.relative_to(tmp_path / "a"): path.read_bytes() for path in (tmp_path / "a").rglob("*.*")}
    again = {path.relative_to(tmp_path / "b"): path.read_bytes() for path in (tmp_path / "b").rglob("*.*")}
    assert written == again
    assert Path("truth.json") in written


def test_another_seed_gives_another_shop_in_files_of_the_same_names() -> None:
    one, two = {f.name: f.data for f in files(7)}, {f.name: f.data for f in files(8)}
    assert one.keys() == two.keys()
    assert sum(one[name] == two[name] for name in one) == 0


def test_truth_can_be_read_back(tmp_path: Path) -> None:
    truth = write_demo(tmp_path, seed=7, end=END, weeks=8)
    read = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    assert (read["seed"], read["end"], read["weeks"], read["shop"]) == (7, "2026-11-22", 8, SHOP_NAME)
    assert {entry["file"] for entry in read["files"]} == {path.name for path in (tmp_path / "inbox").iterdir()}
    assert all(len(values) == 56 for values in read["daily"].values())
    visits = sum(Decimal(e["totals"]["clicks"]) for e in read["files"] if e["platform"] == "gsc")
    assert sum(read["daily"]["fact_search_performance.clicks"]) == visits
    assert {event["kind"] for event in read["events"]} == {event.kind for event in shop().events}
    assert truth.as_json() == read | {"daily": truth.daily, "parameters": truth.parameters}


def test_parts_of_a_series_add_up_to_the_whole() -> None:
    from laban.sources.demo.truth import tell  # noqa: PLC0415  beside the one test of it

    daily = tell(shop(), 8, files()).daily
    for whole, dimension in (("fact_ad_performance.spend", "platform"), ("fact_ad_performance.spend", "campaign"),
                             ("actual.sessions", "device"), ("actual.sessions", "channel_group")):  # fmt: skip
        parts = [values for name, values in daily.items() if name.startswith(f"{whole}|{dimension}=")]
        assert tuple(map(sum, zip(*parts, strict=True))) == daily[whole]


def test_the_earlier_download_is_taken_first_and_knows_less() -> None:
    for prefix, measure in (("Báo cáo chiến dịch", "conversions"), ("Trang-Non-Chiến-dịch", "purchases")):
        earlier, later = named(prefix)[-2:]
        assert earlier.start == later.start
        assert (earlier.end, later.end) == (END - timedelta(days=6), END + timedelta(days=1))
        assert earlier.totals["spend"] < later.totals["spend"]
        shared = {(END - timedelta(days=back)).isoformat() for back in range(7, 21)}
        assert _counted(earlier, shared, measure) < _counted(later, shared, measure)


def _counted(file: DemoFile, days: set[str], measure: str) -> Decimal:
    heading = {"conversions": "Lượt chuyển đổi", "purchases": "Lượt mua"}[measure]
    google = measure == "conversions"
    tabs = google and "\t" in text(file)
    rows = table(file, skip=2 if google else 0, delimiter="\t" if tabs else ",")
    mark = "," if tabs else "."
    found = [row[heading].replace("." if tabs else ",", "").replace(mark, ".") for row in rows
             if row["Ngày"] in days and not str(row.get("Trạng thái chiến dịch")).startswith("Tổng")]  # fmt: skip
    return sum((Decimal(cell or 0) for cell in found), Decimal(0))


def test_google_writes_title_period_and_totals() -> None:
    for file in named("Báo cáo chiến dịch"):
        lines = text(file).splitlines()
        assert lines[0] == "Báo cáo chiến dịch"
        assert re.fullmatch(r'"?\d+ tháng \d+, \d{4} - \d+ tháng \d+, \d{4}"?', lines[1])
        assert [line for line in lines if line.startswith("Tổng số: Tài khoản")]
    assert any(file.data.startswith(b"\xff\xfe") for file in named("Báo cáo chiến dịch"))


def test_tiktok_ends_with_its_totals() -> None:
    for file in named("TikTok Ads"):
        rows = list(table(file))
        assert rows[-1]["Campaign name"] == f"Total of {file.rows} results"
        assert Decimal(rows[-1]["Cost"]) == sum(Decimal(row["Cost"]) for row in rows[:-1]) == file.totals["spend"]


def test_search_console_hides_part_of_the_clicks() -> None:
    for file in (f for f in files() if f.platform == "gsc"):
        with zipfile.ZipFile(io.BytesIO(file.data)) as packed:
            heads = {packed.read(name).decode().splitlines()[0].split(",")[0]: name for name in packed.namelist()}
            assert {info.date_time for info in packed.infolist()} == {(2020, 1, 1, 0, 0, 0)}
            queries = packed.read(heads.get("Top queries") or heads["Truy vấn hàng đầu"]).decode()
        clicks = sum(int(row[1]) for row in csv.reader(queries.splitlines()[1:]))
        assert 0 < clicks < file.totals["clicks"]


def test_series_of_business_suite_are_utf16_with_a_title() -> None:
    for file in [*named("Follows"), *named("Reach")]:
        lines = text(file).splitlines()
        assert lines[0] == "sep=,"
        assert lines[1].startswith('"Facebook ')
        assert lines[2] == '"Date","Primary"'
        assert sum(line.startswith('"Instagram ') for line in lines) == 1


def test_excel_has_eaten_the_first_zero_in_semicolon_sheets_only() -> None:
    for file in named("Đơn hàng"):
        semicolons = text(file).splitlines()[0].count(";") > 5
        rows = list(table(file, delimiter=";" if semicolons else ","))
        phones = {row["Số điện thoại khách"] for row in rows if row["Số điện thoại khách"]}
        assert all(re.fullmatch(r"54\d{7}" if semicolons else r"054\d{7}", phone) for phone in phones)
        assert len({row["Mã đơn hàng"] for row in rows}) == len([o for o in shop().orders if file.start
                and file.end and file.start <= o.at.date() < file.end])  # fmt: skip


def test_no_cell_could_run_as_a_formula() -> None:
    for file in files():
        if file.name.endswith(".csv"):
            assert not re.search(r'(?:^|[,;\t])"?[=+@]', text(file), re.MULTILINE), file.name


@pytest.mark.parametrize(("number", "expected"), [(5, "0.05"), (1234, "12.34"), (123456789, "1,234,567.89")])
def test_hundredths(number: int, expected: str) -> None:
    assert fraction(number) == expected
    assert fraction(number, ",") == expected.translate(str.maketrans(",.", ".,"))


def test_pieces_cover_every_day_once() -> None:
    for months in (1, 3, 6, 12):
        found = pieces(date(2024, 10, 14), END, months)
        days = [first + timedelta(days=d) for first, last in found for d in range((last - first).days + 1)]
        assert days == [date(2024, 10, 14) + timedelta(days=d) for d in range(len(days))]
        assert days[-1] == END
    assert pieces(END, END - timedelta(days=1), 6) == []


def test_cells_are_quoted_as_each_platform_does() -> None:
    cells = [["a b", 'say "x"', None, "1;2"]]
    assert delimited(cells) == b'a b,"say ""x""",,1;2\n'
    assert delimited(cells, quote="blanks") == b'"a b","say ""x""",,1;2\n'
    assert delimited(cells, quote="all", newline="\r\n") == b'"a b","say ""x""","","1;2"\r\n'
    assert delimited(cells, delimiter=";") == b'a b;"say ""x""";;"1;2"\n'
    assert thousands(1234567, ".") == "1.234.567"
