"""In a split by what people are, groups below five are not told, and cannot be had by subtraction either."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from laban.metrics.query import Query
from laban.periods import Period
from laban.report.narrative import proof_sentence
from laban.report.views import kpi_page
from laban.settings import Settings
from laban.sources.model import Reading, Slice
from laban.web.app import create_app
from laban.workspace import Workspace
from warehouse_rows import NOON
from web_client import Client

WEEK = Period.parse("2026-W46")
DAY = date(2026, 11, 10)
COLUMNS = ("date", "age", "device", "impressions", "clicks", "spend", "spend_reporting", "currency")
AGES = {"18-24": (900, 40), "25-34": (800, 30), "35-44": (300, 7), "45-54": (200, 3), "65+": (100, 0)}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workspace]:
    rows = [
        (DAY, age, f"d{clicks}", shown, clicks, Decimal(clicks * 1000), Decimal(clicks * 1000), "VND")
        for age, (shown, clicks) in AGES.items()
    ]
    part = Slice("fact_ad_performance", "meta_ads", "", "age", "day", DAY, date(2026, 11, 11), COLUMNS, rows)
    with Workspace.create(tmp_path / "shop", Settings(), today=date(2026, 11, 23)) as workspace:
        path = tmp_path / "ages.csv"
        path.write_text("ages", "utf-8")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        reading = Reading("ages.csv", "meta_ads", "loaded", len(rows), slices=(part,))
        assert workspace.warehouse.load(reading, digest=digest, name="ages.csv", path=path, loaded_at=NOON).import_id
        yield workspace


def ages(workspace: Workspace, kpi: str) -> list[str | None]:
    result = workspace.run(Query((kpi,), WEEK, by=("age",)))
    return [row.key[0] for row in result.rows]


def test_a_group_below_five_is_hidden_with_the_next_smallest(shop: Workspace) -> None:
    result = shop.run(Query(("cost_per_click",), WEEK, by=("age",)))
    assert [row.key[0] for row in result.rows if row.cells[0].value is not None] == ["18-24", "25-34"]
    assert result.hidden == 2


def test_numbers_of_many_people_are_all_told(shop: Workspace) -> None:
    assert ages(shop, "cpm") == sorted(AGES)


def test_what_devices_are_is_nobodys_secret(shop: Workspace) -> None:
    result = shop.run(Query(("cost_per_click",), WEEK, by=("device",)))
    assert result.hidden == 0
    assert "d3" in [row.key[0] for row in result.rows]


def test_a_filter_on_a_small_group_has_no_number(shop: Workspace) -> None:
    small = shop.run(Query(("cost_per_click",), WEEK, where=(("age", ("45-54",)),)))
    large = shop.run(Query(("cost_per_click",), WEEK, where=(("age", ("18-24",)),)))
    assert (small.rows[0].cells[0].value, small.rows[0].cells[0].parts, small.hidden) == (None, {}, 1)
    assert large.rows[0].cells[0].value == 1000


def test_the_page_says_that_groups_are_hidden(shop: Workspace, tmp_path: Path) -> None:
    view = kpi_page(shop, "cost_per_click", period=WEEK, by="age")
    assert view.breakdown is not None
    assert (view.breakdown.hidden, view.breakdown.proof, view.breakdown.exact) == (2, (), None)
    said = proof_sentence(view.breakdown, "vi")
    assert "2 nhóm" in said
    page = Client(create_app(shop, cache=tmp_path)).get("/kpi/cost_per_click?by=age&period=2026-W46&lang=vi").text
    assert said in page
    assert "45-54" not in page
