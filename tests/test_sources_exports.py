"""Every real export, where they are at hand, gives the totals an independent reader got, to the last digit."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from laban.sources import read_file
from laban.sources.model import Reading
from source_files import OPTIONS, codes

FOLDER = Path(__file__).parents[1].parent / "shared" / "exports"
EXPECTED = FOLDER / "EXPECTED.json"
REASON = "the real exports are not beside this checkout (../shared/exports)"


def _expectations() -> list[Any]:
    if not EXPECTED.exists():
        return [pytest.param("", {}, marks=pytest.mark.skip(reason=REASON))]
    loaded: dict[str, Any] = json.loads(EXPECTED.read_text("utf-8"))
    return [pytest.param(name, expected, id=name) for name, expected in loaded.items()]


@pytest.mark.parametrize(("name", "expected"), _expectations())
def test_a_real_export_gives_its_true_totals(name: str, expected: dict[str, Any]) -> None:
    reading = read_file(FOLDER / name, OPTIONS)
    if "expect" in expected:
        _check_without_rows(reading, expected["expect"])
        return
    assert reading.status == "loaded", codes(reading)
    assert reading.rows == expected["data_rows"]
    for measure, value in expected["totals"].items():
        assert reading.totals[measure] == Decimal(value), measure
    if "results_by_indicator" in expected:
        found = {name: str(value) for name, value in reading.extra["results_by_indicator"].items()}
        assert found == expected["results_by_indicator"]
    if "currency" in expected:
        assert reading.currency == expected["currency"][:3]
    _check_own_totals(reading, expected)


def _check_without_rows(reading: Reading, expect: str) -> None:
    status = "refused" if expect.startswith("REJECT") else "empty"
    assert reading.status == status
    assert reading.slices == ()
    assert len(reading.findings) == 1


def _check_own_totals(reading: Reading, expected: dict[str, Any]) -> None:
    if "cross-check" in expected.get("own_total_row", "cross-check"):
        return
    for measure, check in expected["own_total_check"].items():
        name = {"clicks_destination": "link_clicks"}.get(measure, measure)
        assert reading.own_totals[name] == Decimal(check["own"]), measure
    if "own_reach" in expected:
        assert reading.own_totals["reach"] == Decimal(expected["own_reach"])
    assert "total_differs" not in codes(reading)


@pytest.mark.skipif(not EXPECTED.exists(), reason=REASON)
def test_blocks_of_the_real_snapshot() -> None:
    name = "ga4__en__dannywebsites_reports_snapshot.csv"
    expected = json.loads(EXPECTED.read_text("utf-8"))[name]["blocks"]
    found = read_file(FOLDER / name, OPTIONS).extra["blocks"]
    assert [block["headings"] for block in found] == [block["header"] for block in expected]
    assert [block["rows"] for block in found] == [block["rows"] for block in expected]
    assert [{k: Decimal(v) for k, v in block["sums"].items()} for block in expected] == [b["sums"] for b in found]
    assert [block["start"].strftime("%Y%m%d") for block in found] == [block["start"] for block in expected]


@pytest.mark.skipif(not EXPECTED.exists(), reason=REASON)
def test_no_spend_is_active_twice_in_the_real_overview_cards() -> None:
    reading = read_file(FOLDER / "google_ads__en__vida-sys_overview_cards.zip", OPTIONS)
    covering = [piece for piece in reading.slices if piece.rank == 0 and piece.cut == "account"]
    spend = sum(row[piece.columns.index("spend")] for piece in covering for row in piece.rows)
    assert spend == Decimal("48682.73")
    assert {piece.rank for piece in reading.slices if piece.cut in ("device", "age", "search_term")} == {1, 2}
