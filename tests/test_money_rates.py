"""Money by dated rates: each amount at the rate of its day, nothing guessed, history following the sheets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laban.metrics.catalogue import load_catalogue
from laban.metrics.rolled import rolled
from laban.settings import Settings
from laban.sources.model import Slice
from laban.warehouse import Warehouse
from laban.warehouse.rates import DAYS
from laban.web.app import create_app
from laban.web.rates import as_sheet
from laban.workspace import Workspace
from warehouse_rows import NOON, ads, day, load
from web_client import Client

D = Decimal


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", Settings(name="Thử"), today=date(2026, 11, 23)) as made:
        yield made


def rates(*rows: tuple[date, str, str], into: str = "VND") -> Slice:
    return Slice(
        *("fact_exchange_rate", "own_rates", "", "rates", "day", None, None),
        columns=("date", "foreign_currency", "currency", "rate"),
        rows=[(when, code, into, D(rate)) for when, code, rate in rows],
    )


def spends(warehouse: Warehouse) -> list[Decimal | None]:
    rows = warehouse.query("SELECT spend_reporting FROM fact_ad_performance_live ORDER BY date")
    return [value for (value,) in rows]


def usd(*days: int) -> Slice:
    return ads([(day(d), "x", "2") for d in days], day(min(days)), day(max(days) + 1), currency="USD")


def test_an_amount_takes_the_rate_of_its_day_or_the_latest_before_it(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "r", rates((day(2), "USD", "25000"), (day(4), "USD", "26000.5")))
    outcome = load(warehouse, tmp_path, "a", usd(1, 2, 3, 4, 5))
    assert spends(warehouse) == [None, D(50000), D(50000), D(52001), D(52001)]
    (found,) = outcome.findings
    assert dict(found.values) == {"currency": "USD", "reporting": "VND", "days": 1, "period": "2026-11-01"}


def test_a_rate_holds_for_31_days_and_not_for_one_more(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "r", rates((day(1), "USD", "25000")))
    load(warehouse, tmp_path, "a", usd(1 + DAYS, 2 + DAYS))
    assert spends(warehouse) == [D(50000), None]


def test_rates_that_come_later_change_history_and_go_again(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "a", usd(1, 2))
    version = warehouse.version
    load(warehouse, tmp_path, "r", rates((day(1), "USD", "25000")))
    assert warehouse.version == version + 1
    assert spends(warehouse) == [D(50000), D(50000)]
    better = load(warehouse, tmp_path, "s", rates((day(1), "USD", "24000"), (day(2), "USD", "24500")))
    assert spends(warehouse) == [D(48000), D(49000)]
    assert better.import_id is not None
    warehouse.undo(better.import_id, NOON)
    assert spends(warehouse) == [D(50000), D(50000)]


def test_the_rate_of_the_day_goes_before_the_one_for_all_days(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.set_rates("VND", {"USD": D(20000)})
    load(warehouse, tmp_path, "r", rates((day(2), "USD", "25000")))
    load(warehouse, tmp_path, "a", usd(1, 2))
    assert spends(warehouse) == [D(40000), D(50000)]


def test_orders_without_a_twin_column_are_told_by_day_too(warehouse: Warehouse, tmp_path: Path) -> None:
    part = Slice(
        *("fact_order", "shop", "", "order", "day", None, None),
        columns=("order_id", "date", "currency", "net_amount"),
        rows=[("1", day(1), "USD", D(2)), ("2", day(3), "USD", D(2)), ("3", day(3), None, D(7))],
    )
    load(warehouse, tmp_path, "o", part)
    load(warehouse, tmp_path, "r", rates((day(2), "USD", "25000")))
    amounts = warehouse.query("SELECT net_amount FROM fact_order_live ORDER BY order_id")
    assert amounts == [(None,), (D(50000),), (D(7),)]


def test_a_rate_into_another_currency_is_not_used(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "r", rates((day(1), "USD", "0.9"), into="EUR"))
    load(warehouse, tmp_path, "a", usd(1))
    assert spends(warehouse) == [None]
    warehouse.set_rates("EUR", {})
    assert spends(warehouse) == [D("1.8")]


@settings(max_examples=25, deadline=None)
@given(
    said=st.dictionaries(st.integers(1, 80), st.integers(1, 99999), max_size=6),
    spent=st.sets(st.integers(1, 120), min_size=1, max_size=6),
    first=st.booleans(),
)
def test_each_amount_is_worth_what_the_nearest_earlier_rate_says(
    tmp_path_factory: pytest.TempPathFactory, said: dict[int, int], spent: set[int], first: bool
) -> None:
    folder = tmp_path_factory.mktemp("rates")
    with Warehouse.open(folder / "warehouse.duckdb") as warehouse:
        sheet = rates(*((day(d), "USD", str(rate)) for d, rate in said.items()))
        parts = {"a": usd(*spent), "r": sheet} if first else {"r": sheet, "a": usd(*spent)}
        for name, part in parts.items():
            if part.rows:
                load(warehouse, folder, name, part)
        assert spends(warehouse) == [expected(said, d) for d in sorted(spent)]


def expected(said: dict[int, int], when: int) -> Decimal | None:
    near = [d for d in said if when - DAYS <= d <= when]
    return D(2) * said[max(near)] if near else None


def test_rollups_follow_the_rates(tmp_path: Path) -> None:
    made = rolled(load_catalogue()).rollups
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        warehouse.least_rows = 0
        load(warehouse, tmp_path, "a", usd(1, 2))
        assert warehouse.refresh(made)
        load(warehouse, tmp_path, "r", rates((day(2), "USD", "25000")))
        assert warehouse.query("SELECT DISTINCT day FROM rollup_dirty WHERE source = 'fact_ad_performance_live'") == [
            (day(2),)
        ]
        assert warehouse.refresh(made)
        (name,) = [
            r.name for r in made if r.source == "fact_ad_performance_live" and r.name.startswith("rollup_ad_p")
        ]
        rows = warehouse.query(f'SELECT "date", m_ad_spend FROM "{name}" ORDER BY 1')
        assert rows == [(day(1), None), (day(2), D(50000))]


@pytest.mark.parametrize(
    "pasted",
    [
        "16/11/2026\tUSD\t26.345\n17/11/2026\tEUR\t30.100",
        "16/11/2026; USD; 26.345\n17/11/2026; EUR; 30.100",
        "16/11/2026 USD 26.345\n17/11/2026 EUR 30.100",
        "Ngày\tNgoại tệ\tTỷ giá\n16/11/2026\tUSD\t26.345\n17/11/2026\tEUR\t30.100",
        "Date,Foreign currency,Rate\n2026-11-16,USD,26345\n2026-11-17,EUR,30100",
    ],
)
def test_rates_are_pasted_as_people_have_them(shop: Workspace, tmp_path: Path, pasted: str) -> None:
    client = Client(create_app(shop, cache=tmp_path))
    answer = client.post("/data/rates?lang=vi", data={"rates": pasted})
    assert answer.status_code == 303
    page = client.get(answer.headers["location"]).text.replace("\xa0", " ")
    assert "1 USD = 26.345 VND (ngày 16/11/2026)" in page
    assert "1 EUR = 30.100 VND (ngày 17/11/2026)" in page
    found = client.get("/data/rates.json").json()
    assert [(row["code"], row["latest"]["rate"], row["missing"]) for row in found["currencies"]] == [
        ("EUR", 30100, []),
        ("USD", 26345, []),
    ]


def test_the_page_says_which_days_have_no_rate(shop: Workspace, tmp_path: Path) -> None:
    load(shop.warehouse, tmp_path, "a", usd(1, 2, 3))
    client = Client(create_app(shop, cache=tmp_path))
    client.post("/data/rates", data={"rates": "2026-11-02;USD;26000"})
    (row,) = client.get("/data/rates.json").json()["currencies"]
    assert (row["missing"], row["missing_days"], row["rows"]) == (
        [{"text": "2026-11-01", "first": "2026-11-01", "last": "2026-11-01"}],
        1,
        3,
    )
    assert "1 day(s) missing" in client.get("/data/rates?lang=en").text
    assert client.post("/data/rates", data={"rates": " "}).status_code == 400
    assert "/data/rates" in client.get("/data").text


def test_hostile_lines_are_only_text() -> None:
    sheet = as_sheet('16/11/2026;"USD";=1+1\n<script>;x')
    assert sheet.splitlines()[0] == "Date\tForeign currency\tRate"
    assert len(sheet.splitlines()) == 3
