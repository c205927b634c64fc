"""Loading: replacing, competing, updating, refusing, and saying so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from laban.i18n import LANGUAGES
from laban.sources.model import Finding, Reading, Slice
from laban.warehouse import LoadOutcome, Warehouse, WarehouseUnreadableError
from laban.warehouse.archive import archived, unpacked
from warehouse_rows import NOON, ads, day, load, orders

D = Decimal


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def spend(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.query("SELECT date, sum(spend) FROM fact_ad_performance_live GROUP BY 1 ORDER BY 1")


def codes(outcome: LoadOutcome) -> list[str]:
    return [finding.code for finding in outcome.findings]


def test_rows_arrive_digit_by_digit(warehouse: Warehouse, tmp_path: Path) -> None:
    outcome = load(warehouse, tmp_path, "a", ads([(day(1), "x", "1055.65617433")], day(1), day(2)))
    assert outcome.import_id == 1
    assert warehouse.query(
        "SELECT platform, account, campaign, spend, spend_reporting FROM fact_ad_performance_live"
    ) == [("google_ads", "", "x", D("1055.65617433"), D("1055.65617433"))]


def test_a_later_file_replaces_the_days_it_brings(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "a", ads([(day(d), "x", "1") for d in (1, 2, 3)], day(1), day(4)))
    outcome = load(warehouse, tmp_path, "b", ads([(day(d), "x", "5") for d in (2, 3, 4)], day(2), day(5)))
    assert spend(warehouse) == [(day(1), 1), (day(2), 5), (day(3), 5), (day(4), 5)]
    (found,) = outcome.findings
    assert (found.level, found.code) == ("info", "replaced_days")
    assert dict(found.values) == {
        "import_id": 1,
        "name": "a",
        "days": 2,
        "period": "2026-11-02..2026-11-03",
        "rows": 2,
    }


def test_days_without_rows_in_a_later_file_are_days_of_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "a", ads([(day(1), "x", "1"), (day(2), "x", "1")], day(1), day(3)))
    load(warehouse, tmp_path, "b", ads([(day(1), "x", "7")], day(1), day(3)))
    assert spend(warehouse) == [(day(1), 7)]


def test_a_finer_cut_of_the_same_spend_is_not_added(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "a", ads([(day(1), "x", "10")], day(1), day(2)))
    outcome = load(warehouse, tmp_path, "b", ads([(day(1), "x", "4")], day(1), day(2), cut="search_term", rank=2))
    assert spend(warehouse) == [(day(1), 10)]
    assert codes(outcome) == ["already_covered"]


def test_a_period_total_gives_way_to_days_as_a_whole(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "a", ads([(day(1), "x", "310")], day(1), day(31), grain="period"))
    assert warehouse.query("SELECT date, days FROM fact_ad_performance_live") == [(day(1), 30)]
    outcome = load(warehouse, tmp_path, "b", ads([(day(1), "x", "4")], day(1), day(8)))
    assert spend(warehouse) == [(day(1), 4)]
    assert codes(outcome) == ["replaced_days", "days_without_numbers"]
    assert outcome.findings[1].values["period"] == "2026-11-08..2026-11-30"


def test_a_total_that_comes_after_part_of_its_days_says_so(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "days", ads([(day(2), "c", "10")], day(2), day(3), account="A"))
    load(warehouse, tmp_path, "others", ads([(day(4), "c", "10")], day(4), day(5), account="B"))
    month = ads([(day(1), "c", "310")], day(1), day(31), account="A", grain="period")
    outcome = load(warehouse, tmp_path, "month", month)
    assert codes(outcome) == ["already_covered", "total_not_counted"]
    covered, empty = outcome.findings
    assert (covered.values["name"], covered.values["period"]) == ("days", "2026-11-02")
    assert (empty.level, empty.values["name"], empty.values["days"]) == ("warning", "days", 29)
    assert "2026-11-03..2026-11-30" in empty.message("en")
    whole = ads([(day(n), "c", "10") for n in range(1, 31)], day(1), day(31), account="A")
    load(warehouse, tmp_path, "all days", whole)
    again = ads([(day(1), "c", "311")], day(1), day(31), account="A", grain="period")
    assert codes(load(warehouse, tmp_path, "month again", again)) == ["already_covered"]


def costs(what: str, start: date, end: date) -> Slice:
    rows = [(start + timedelta(days=n), what, Decimal(10)) for n in range((end - start).days)]
    columns = ("date", "description", "amount")
    return Slice("fact_marketing_cost", "own_costs", "", "cost_line", "day", start, end, columns, rows)


def test_costs_that_push_out_others_are_pointed_at(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "wages", costs("wages", day(1), day(31)))
    assert codes(load(warehouse, tmp_path, "wages again", costs("wages", day(1), day(31)))) == ["replaced_days"]
    outcome = load(warehouse, tmp_path, "party", costs("party", day(9), day(10)))
    assert codes(outcome) == ["replaced_days", "replaced_other_costs"]
    assert "one sheet only" in outcome.findings[1].message("en")


def test_two_accounts_count_both_when_each_is_named(warehouse: Warehouse, tmp_path: Path) -> None:
    first = load(warehouse, tmp_path, "a", ads([(day(1), "x", "1")], day(1), day(2)))
    second = load(warehouse, tmp_path, "b", ads([(day(1), "y", "2")], day(1), day(2)))
    assert codes(second) == ["replaced_days", "replaced_other_account"]
    for outcome in (first, second):
        assert outcome.import_id is not None
        warehouse.undo(outcome.import_id, NOON)
    load(warehouse, tmp_path, "a2", ads([(day(1), "x", "1")], day(1), day(2), account="A"))
    assert codes(load(warehouse, tmp_path, "b2", ads([(day(1), "y", "2")], day(1), day(2), account="B"))) == []
    assert spend(warehouse) == [(day(1), 3)]


def test_a_period_row_needs_no_date(warehouse: Warehouse, tmp_path: Path) -> None:
    part = Slice(*("fact_ad_reach", "meta_ads", "", "account", "period", day(1), day(8), ("reach",)), rows=[(5000,)])
    load(warehouse, tmp_path, "a", part)
    assert warehouse.query("SELECT date, days, reach FROM fact_ad_reach_live") == [(day(1), 7, 5000)]


def test_undated_rows_are_kept_and_never_count(warehouse: Warehouse, tmp_path: Path) -> None:
    part = Slice(
        *("fact_ad_performance", "google_ads", "", "campaign", "undated", None, None, ("date", "spend")),
        rows=[(None, D(3))],
    )
    load(warehouse, tmp_path, "a", part)
    assert spend(warehouse) == []
    assert warehouse.query("SELECT count(*) FROM fact_ad_performance") == [(1,)]


def test_strangers_in_the_same_account_are_pointed_out(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "a", ads([(day(1), "mine", "1")], day(1), day(2)))
    outcome = load(warehouse, tmp_path, "b", ads([(day(1), "theirs", "1")], day(1), day(2)))
    assert codes(outcome) == ["replaced_days", "replaced_other_account"]
    assert outcome.findings[1].level == "warning"


def test_accounts_do_not_compete(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "a", ads([(day(1), "x", "1")], day(1), day(2), account="one"))
    outcome = load(warehouse, tmp_path, "b", ads([(day(1), "y", "2")], day(1), day(2), account="two"))
    assert outcome.findings == ()
    assert spend(warehouse) == [(day(1), 3)]


def test_a_file_without_an_account_is_never_counted_beside_the_same_spend(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    load(warehouse, tmp_path, "named", ads([(day(1), "x", "10")], day(1), day(2), account="one"))
    load(warehouse, tmp_path, "later", ads([(day(1), "x", "11")], day(1), day(2)))
    assert spend(warehouse) == [(day(1), 11)]
    second = load(warehouse, tmp_path, "other", ads([(day(1), "y", "5")], day(1), day(2), account="two"))
    assert spend(warehouse) == [(day(1), 15)]
    assert second.import_id is not None
    warehouse.undo(second.import_id, NOON)
    assert spend(warehouse) == [(day(1), 11)]


def test_a_file_without_an_account_fills_the_days_that_no_account_has(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "a", ads([(day(1), "x", "10")], day(1), day(2), account="one"))
    load(warehouse, tmp_path, "b", ads([(day(1), "y", "5")], day(1), day(2), account="two"))
    load(warehouse, tmp_path, "c", ads([(day(1), "x", "7"), (day(2), "x", "8")], day(1), day(3)))
    assert spend(warehouse) == [(day(1), 15), (day(2), 8)]


def test_an_order_is_updated_and_first_orders_follow(warehouse: Warehouse, tmp_path: Path) -> None:
    load(
        warehouse,
        tmp_path,
        "a",
        orders([("1", day(1), "ann", "delivered", "100"), ("2", day(3), "ann", "delivered", "50")]),
    )
    first = "SELECT order_id, status, is_first_order FROM fact_order_live ORDER BY 1"
    assert warehouse.query(first) == [("1", "delivered", True), ("2", "delivered", False)]
    outcome = load(warehouse, tmp_path, "b", orders([("1", day(1), "ann", "cancelled", "0")]))
    assert warehouse.query(first) == [("1", "cancelled", False), ("2", "delivered", True)]
    (found,) = outcome.findings
    assert (found.code, found.values["rows"], found.values["import_id"]) == ("updated_rows", 1, 1)
    warehouse.undo(2, NOON)
    assert warehouse.query(first) == [("1", "delivered", True), ("2", "delivered", False)]


def test_the_last_row_of_a_key_in_one_file_wins(warehouse: Warehouse, tmp_path: Path) -> None:
    load(
        warehouse,
        tmp_path,
        "a",
        orders([("1", day(1), None, "placed", "1"), ("1", day(1), None, "delivered", "2")]),
    )
    assert warehouse.query("SELECT status, is_first_order FROM fact_order_live") == [("delivered", None)]


def lines(rows: list[tuple[str, str, str | None]]) -> Slice:
    return Slice(
        *("fact_order_line", "shop", "", "line", "day", None, None),
        columns=("order_id", "line_no", "date", "quantity", "unit_cost", "line_amount"),
        rows=[(o, n, day(1), D(2), None if cost is None else D(cost), D(50)) for o, n, cost in rows],
    )


def test_a_later_list_of_lines_replaces_the_whole_order(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "a", lines([("1", "1", "5"), ("1", "2", "5"), ("2", "1", "5")]))
    load(warehouse, tmp_path, "b", lines([("1", "1", "9")]))
    live = "SELECT order_id, line_no, unit_cost FROM fact_order_line_live ORDER BY 1, 2"
    assert warehouse.query(live) == [("1", "1", 9), ("2", "1", 5)]


def test_sales_are_credited_to_their_channel(warehouse: Warehouse, tmp_path: Path) -> None:
    load(
        warehouse,
        tmp_path,
        "a",
        orders([("1", day(1), "ann", "delivered", "100"), ("2", day(1), "bo", "cancelled", "70")]),
        lines([("1", "1", "5"), ("1", "2", "6")]),
    )
    columns = "conversion_id, model, channel_group, credit, credited_revenue, credited_gross_profit, is_new_customer"
    assert warehouse.query(f"SELECT {columns} FROM fact_attribution") == [
        ("1", "last_click", "paid_social", 1, 100, 78, True)
    ]
    load(warehouse, tmp_path, "b", lines([("1", "1", "5"), ("1", "2", None)]))
    assert warehouse.query("SELECT credited_gross_profit FROM fact_attribution") == [(None,)]


def test_money_follows_the_rates(warehouse: Warehouse, tmp_path: Path) -> None:
    outcome = load(warehouse, tmp_path, "a", ads([(day(1), "x", "10.5")], day(1), day(2), currency="USD"))
    assert codes(outcome) == ["no_exchange_rate"]
    assert dict(outcome.findings[0].values) == {
        "currency": "USD",
        "reporting": "VND",
        "days": 1,
        "period": "2026-11-01",
    }
    reporting = "SELECT spend, spend_reporting FROM fact_ad_performance_live"
    assert warehouse.query(reporting) == [(D("10.5"), None)]
    version = warehouse.version
    assert warehouse.set_rates("VND", {"USD": D(26000)})
    assert warehouse.version == version + 1
    assert warehouse.query(reporting) == [(D("10.5"), D(273000))]
    assert not warehouse.set_rates("VND", {"USD": D("26000.0")})
    assert warehouse.version == version + 1
    assert warehouse.set_rates("USD", {"VND": 1 / D(26000)})
    assert warehouse.query(reporting) == [(D("10.5"), D("10.5"))]
    assert warehouse.set_rates("EUR", {})
    assert warehouse.query(reporting) == [(D("10.5"), None)]


def test_money_without_a_reporting_twin_is_given_in_the_reporting_currency(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    warehouse.set_rates("VND", {"USD": D(26000)})
    part = Slice(
        *("fact_order", "shop", "", "order", "day", None, None),
        columns=("order_id", "date", "currency", "net_amount"),
        rows=[("1", day(1), "USD", D(2)), ("2", day(1), None, D(7)), ("3", day(1), "EUR", D(9))],
    )
    outcome = load(warehouse, tmp_path, "a", part)
    assert codes(outcome) == ["no_exchange_rate"]
    assert warehouse.query("SELECT net_amount FROM fact_order_live ORDER BY order_id") == [(52000,), (7,), (None,)]


def test_a_value_no_column_can_hold_refuses_the_file(warehouse: Warehouse, tmp_path: Path) -> None:
    outcome = load(warehouse, tmp_path, "a", ads([(day(1), "x", "1"), (day(1), "y", "1e30")], day(1), day(2)))
    assert (outcome.status, outcome.import_id, codes(outcome)) == ("refused", None, ["value_does_not_fit"])
    assert warehouse.imports() == []
    assert warehouse.query("SELECT count(*) FROM fact_ad_performance") == [(0,)]
    assert list((tmp_path / "archive").iterdir()) == []


def test_what_is_not_loaded_is_not_logged(warehouse: Warehouse, tmp_path: Path) -> None:
    empty = Reading("e", "google_ads", "empty", findings=(Finding("info", "empty_file"),))
    outcome = warehouse.load(empty, digest="0" * 64, name="e", path=tmp_path / "none", loaded_at=NOON)
    assert (outcome.status, outcome.import_id, outcome.findings) == ("empty", None, empty.findings)
    assert warehouse.imports(include_undone=True) == []


def test_a_preview_keeps_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "a", ads([(day(1), "x", "1")], day(1), day(2)))
    version = warehouse.version
    reading = Reading("b", "google_ads", "loaded", 1, slices=(ads([(day(1), "x", "2")], day(1), day(2)),))
    outcome = warehouse.preview(reading)
    assert (outcome.status, outcome.import_id, codes(outcome)) == ("loaded", None, ["replaced_days"])
    assert (warehouse.version, spend(warehouse), len(warehouse.imports())) == (version, [(day(1), 1)], 1)
    assert len(list((tmp_path / "archive").iterdir())) == 1


def test_the_original_is_kept_and_comes_back(warehouse: Warehouse, tmp_path: Path) -> None:
    outcome = load(warehouse, tmp_path, "a", ads([(day(1), "x", "1")], day(1), day(2)))
    del outcome
    (record,) = warehouse.imports()
    assert record.archive == archived(tmp_path / "archive", record.digest).name


def test_the_log_gives_back_what_was_said(warehouse: Warehouse, tmp_path: Path) -> None:
    finding = Finding(
        "warning", "no_exchange_rate", 3, "Cost", "1,5", "Sheet1", {"currency": "USD", "reporting": "VND"}
    )
    load(
        warehouse,
        tmp_path,
        "a",
        ads([(day(1), "x", "1")], day(1), day(2)),
        totals={"spend": D("1.10")},
        own_totals={"spend": D("1.1")},
        findings=(finding,),
        extra={"results": {"lead": D(3)}},
        start=day(1),
        end=day(2),
        currency="VND",
    )
    (record,) = warehouse.imports()
    assert record.totals == {"spend": D("1.10")}
    assert record.own_totals == {"spend": D("1.1")}
    assert record.found() == (finding,)
    assert record.extra == {"results": {"lead": "3"}}
    assert record.period is not None
    assert record.period.text() == "2026-11-01"
    assert (record.loaded_at, record.undone_at, record.rows, record.currency) == (NOON, None, 1, "VND")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_finding_has_a_sentence(warehouse: Warehouse, tmp_path: Path, lang: str) -> None:
    load(warehouse, tmp_path, "a", ads([(day(1), "p", "9")], day(1), day(31), grain="period"))
    outcome = load(warehouse, tmp_path, "b", ads([(day(1), "y", "1")], day(1), day(2), currency="USD"))
    load(warehouse, tmp_path, "c", orders([("1", day(1), None, "placed", "1")]))
    updated = load(warehouse, tmp_path, "d", orders([("1", day(1), None, "placed", "2")]))
    covered = load(warehouse, tmp_path, "e", ads([(day(1), "y", "1")], day(1), day(2), rank=1))
    misfit = load(warehouse, tmp_path, "f", ads([(day(1), "y", "1e30")], day(1), day(2)))
    found = [f for o in (outcome, updated, covered, misfit) for f in o.findings]
    assert {f.code for f in found} == {
        "no_exchange_rate",
        "replaced_days",
        "days_without_numbers",
        "replaced_other_account",
        "updated_rows",
        "already_covered",
        "value_does_not_fit",
    }
    for finding in found:
        assert "{" not in finding.message(lang)


def test_the_same_bytes_are_found_until_undone(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "a", ads([(day(1), "x", "1")], day(1), day(2)))
    (record,) = warehouse.imports()
    assert warehouse.find(record.digest) == record
    assert warehouse.find(record.digest, "other choices") is None
    undone = warehouse.undo(record.id, NOON)
    assert undone.undone_at == NOON
    assert warehouse.find(record.digest) is None
    assert warehouse.imports() == []
    assert warehouse.undo(record.id, datetime(2027, 1, 1)) == undone  # noqa: DTZ001  facts are kept in the shop's time
    again = load(warehouse, tmp_path, "a", ads([(day(1), "x", "1")], day(1), day(2)))
    assert again.import_id == 2
    assert [r.id for r in warehouse.imports(include_undone=True)] == [2, 1]


def test_a_file_that_changed_meanwhile_is_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("changed", "utf-8")
    reading = Reading("a", "google_ads", "loaded", 1, slices=(ads([(day(1), "x", "1")], day(1), day(2)),))
    outcome = warehouse.load(reading, digest="0" * 64, name="a", path=path, loaded_at=NOON)
    assert (outcome.status, codes(outcome)) == ("refused", ["file_changed"])
    assert spend(warehouse) == []
    assert list((tmp_path / "archive").iterdir()) == []
    assert outcome.findings[0].message("vi")


def test_original_bytes(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "a", ads([(day(1), "x", "1")], day(1), day(2)))
    (record,) = warehouse.imports()
    with unpacked(tmp_path / "archive", record.digest) as file:
        assert file.read() == (tmp_path / "a").read_bytes()


def test_a_folder_that_cannot_be_written_is_said_in_words_and_leaves_nothing(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    (tmp_path / "archive").write_text("a file where the folder should be", "utf-8")
    with pytest.raises(WarehouseUnreadableError) as refused:
        load(warehouse, tmp_path, "a", ads([(day(1), "x", "1")], day(1), day(2)))
    assert "archive" in refused.value.message("vi")
    assert (warehouse.version, spend(warehouse), warehouse.imports(include_undone=True)) == (0, [], [])
    (tmp_path / "archive").unlink()
    assert load(warehouse, tmp_path, "a", ads([(day(1), "x", "1")], day(1), day(2))).import_id == 1
