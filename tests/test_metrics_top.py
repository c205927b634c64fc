"""The largest members and the others: the others are counted anew, never put together from rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import metrics_shop
from laban.metrics.catalogue import load_catalogue
from laban.metrics.query import Query
from laban.metrics.result import Result, Row
from laban.metrics.run import run
from laban.periods import Period
from laban.warehouse import Warehouse

CATALOGUE = load_catalogue()
MONTH = Period.parse("2026-10")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with metrics_shop.build(tmp_path_factory.mktemp("shop")) as warehouse:
        yield warehouse


def ask(shop: Warehouse, query: Query) -> Result:
    return run(query, CATALOGUE, shop, today=metrics_shop.TODAY)


def others(result: Result) -> Row:
    (row,) = (row for row in result.rows if row.others)
    return row


#: Ratios, distinct people, repeaters, medians, cohorts by activity, and several facts in one formula.
@pytest.mark.parametrize(
    ("kpis", "dimension"),
    [
        (("website_traffic", "conversion_rate", "bounce_rate"), "channel"),
        (("orders_count", "returning_customers_count", "repeat_purchase_rate", "customer_retention_rate"), "channel"),
        (("customer_acquisition_cost", "average_order_value", "gross_margin_rate"), "channel"),
        (("lead_response_time",), "lead_source"),
        (("leads_generated", "lead_response_time", "lead_to_customer_rate"), "channel"),
        (("click_through_rate", "cost_per_conversion"), "campaign"),
    ],
)
def test_the_others_are_counted_as_one_member(shop: Warehouse, kpis: tuple[str, ...], dimension: str) -> None:
    every = ask(shop, Query(kpis, MONTH, by=(dimension,), compare="previous"))
    folded = ask(shop, Query(kpis, MONTH, by=(dimension,), compare="previous", top=1))
    assert len(every.rows) > 1
    kept = [row.key[0] for row in folded.rows if not row.others]
    assert len(kept) == 1
    rest = tuple(row.key[0] or "" for row in every.rows if row.key[0] not in kept)
    alone = ask(shop, Query(kpis, MONTH, where=((dimension, rest),), compare="previous"))
    assert [c.value for c in others(folded).cells] == [c.value for c in alone.rows[0].cells]
    before = others(folded).baseline
    assert before is not None
    assert alone.rows[0].baseline is not None
    assert [c.value for c in before] == [c.value for c in alone.rows[0].baseline]
    assert any(c.value is not None for c in others(folded).cells)


def test_the_members_kept_are_the_largest_and_keep_their_numbers(shop: Warehouse) -> None:
    every = {row.key: row.cells for row in ask(shop, Query(("website_traffic",), MONTH, by=("channel",))).rows}
    folded = ask(shop, Query(("website_traffic",), MONTH, by=("channel",), top=3))
    kept = {row.key: row.cells for row in folded.rows if not row.others}
    largest = sorted(every, key=lambda key: -float(every[key][0].value or 0))[:3]
    assert set(kept) == set(largest)
    assert all(kept[key][0].value == every[key][0].value for key in kept)
    assert folded.rows[-1].others


def test_several_dimensions_fold_into_one_row(shop: Warehouse) -> None:
    query = Query(("website_traffic", "conversion_rate"), MONTH, by=("channel", "device"), top=2)
    folded = ask(shop, query)
    assert len(folded.rows) == 3
    assert folded.rows[-1].key == ("others", "others")
    total = ask(shop, Query(("website_traffic",), MONTH)).rows[0].cells[0].value
    assert sum(row.cells[0].value or 0 for row in folded.rows) == total


def test_nothing_is_folded_while_there_is_room(shop: Warehouse) -> None:
    plain = ask(shop, Query(("website_traffic",), MONTH, by=("channel",)))
    roomy = ask(shop, Query(("website_traffic",), MONTH, by=("channel",), top=len(plain.rows)))
    assert roomy.rows == plain.rows
    assert not any(row.others for row in plain.rows)


def test_every_piece_of_a_course_keeps_the_same_members(shop: Warehouse) -> None:
    folded = ask(shop, Query(("website_traffic",), MONTH, grain="week", by=("channel",), top=2))
    kept = {row.period: set() for row in folded.rows}  # type: dict[Period, set[str | None]]
    for row in folded.rows:
        if not row.others:
            kept[row.period].add(row.key[0])
    assert len({frozenset(members) for members in kept.values()}) == 1


def test_an_unknown_member_may_be_among_the_largest(shop: Warehouse) -> None:
    every = ask(shop, Query(("ad_conversion_rate", "cost_per_click"), MONTH, by=("campaign",)))
    assert any(row.key == (None,) for row in every.rows)
    folded = ask(shop, Query(("ad_conversion_rate", "cost_per_click"), MONTH, by=("campaign",), top=2))
    by_key = {row.key: row.cells for row in every.rows}
    for row in folded.rows:
        if not row.others:
            assert row.cells == by_key[row.key]
