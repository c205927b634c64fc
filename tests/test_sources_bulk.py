"""Which files are plain enough to be read in bulk: when in doubt, none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from laban.bulk import BulkOutcome, BulkPlan
from laban.sources import bulk_plan, read_file
from laban.sources.model import Reading
from laban.warehouse import Warehouse
from source_files import OPTIONS, codes, read, table
from warehouse_rows import NOON

HEADINGS = ("Day", "Campaign", "Campaign type", "Currency code", "Impr.", "Clicks", "Cost")


@pytest.fixture(autouse=True)
def every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_plan, "LEAST_BYTES", 0)


def days(count: int = 200) -> list[list[object]]:
    start = date(2026, 1, 1)
    return [
        [(start + timedelta(days=i % 60)).isoformat(), f"C{i % 7}", "Search", "USD", f"{1000 + i:,}", i, f"{i}.50"]
        for i in range(count)
    ]


def planned(folder: Path, text: str) -> Reading:
    return read(folder, text, "report.csv")


def plan_of(reading: Reading) -> BulkPlan:
    assert isinstance(reading.bulk, BulkPlan)
    return reading.bulk


def test_a_plain_report_by_day_is_planned(tmp_path: Path) -> None:
    reading = planned(tmp_path, 'Campaign report\n"January 1, 2026 - March 1, 2026"\n' + table(HEADINGS, *days()))
    plan = plan_of(reading)
    assert (plan.slice.fact, plan.slice.cut, plan.slice.rank) == ("fact_ad_performance", "campaign", 0)
    assert (plan.slice.start, plan.slice.end) == (date(2026, 1, 1), date(2026, 3, 2))
    specs = {spec.name: spec for spec in plan.columns}
    assert (specs["impressions"].source, specs["impressions"].group, specs["spend"].decimal) == (4, ",", ".")
    assert (specs["date"].kind, specs["channel_group"].kind) == ("date", "lookup")
    assert plan.slow().rows == 200


def test_what_the_warehouse_found_is_finished_into_a_reading(tmp_path: Path) -> None:
    rows = days()
    text = table(HEADINGS, *rows, ("Total: Campaigns", " --", " --", "USD", "1", "19,900", "20,000.00"))
    plan = plan_of(planned(tmp_path, text))
    slow = plan.slow()
    outcome = BulkOutcome(rows=200, first=date(2026, 1, 1), last=date(2026, 3, 1), totals=slow.totals)
    quick = plan.finish(outcome)
    for name in ("status", "rows", "start", "end", "currency", "totals", "own_totals"):
        assert getattr(quick, name) == getattr(slow, name), name
    assert codes(quick, "warning") == codes(slow, "warning") == ["total_differs"]


def ruined(change: Callable[[list[list[object]]], object]) -> str:
    rows = days()
    change(rows)
    return table(HEADINGS, *rows)


@pytest.mark.parametrize(
    "text",
    [
        ruined(lambda rows: rows[5].__setitem__(0, "05/04/2026")),
        ruined(lambda rows: rows[5].__setitem__(3, "VND")),
        ruined(lambda rows: rows.__setitem__(slice(20, None), [])),
        ruined(lambda rows: rows[5].__setitem__(1, 'say \\"hi\\"')),
        ruined(lambda rows: rows[5].__setitem__(1, "nul\x00")),
        table(("Day", "Search term", *HEADINGS[3:]), *[row[:2] + row[3:] for row in days()]),
        table(("Day", "Account", *HEADINGS[3:]), *[row[:2] + row[3:] for row in days()]),
        table(("Month", *HEADINGS[1:]), *days()),
        table(
            ("Order ID", "Order date", "Status", "Goods total"), *[(i, "2026-01-01", "Placed", 5) for i in range(200)]
        ),
    ],
    ids=[
        "two kinds of dates",
        "two currencies",
        "few rows",
        "backslashes",
        "NUL",
        "a part of the account",
        "several accounts",
        "no days",
        "own sheet",
    ],
)
def test_anything_else_is_read_row_by_row(tmp_path: Path, text: str) -> None:
    assert planned(tmp_path, text).bulk is None


def test_small_files_are_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_plan, "LEAST_BYTES", 10**6)
    reading = planned(tmp_path, table(HEADINGS, *days()))
    assert (reading.bulk, reading.rows) == (None, 200)


@pytest.mark.parametrize(
    ("place", "cell"), [(4, "1.000,5"), (0, "18/01/2026"), (0, "2999-01-01"), (3, "VND"), (6, "abc"), (5, "1.5")]
)
def test_one_late_cell_sends_the_whole_file_the_long_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int, cell: str
) -> None:
    monkeypatch.setattr(bulk_plan, "_HEAD", 8_000)
    rows = days(1_000)
    rows[-5][place] = cell
    path = tmp_path / "report.csv"
    path.write_text(table(HEADINGS, *rows), "utf-8")
    reading = read_file(path, OPTIONS)
    plan = plan_of(reading)
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        digest = sha256(path.read_bytes()).hexdigest()
        outcome = warehouse.load(reading, digest=digest, name=path.name, path=path, loaded_at=NOON)
    assert outcome.reading == plan.slow()
