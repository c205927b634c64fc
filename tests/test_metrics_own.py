"""What people define themselves: it counts like the catalogue's own, and what is wrong is told and left out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import metrics_shop
from laban.errors import FormulaError, UnknownNameError
from laban.i18n import LANGUAGES
from laban.metrics.catalogue import load_catalogue
from laban.metrics.model import STANDARD, Catalogue
from laban.metrics.own import PACK, drafted, extended, read, write
from laban.metrics.query import Query
from laban.metrics.run import run
from laban.periods import Period
from laban.report.views.common import named
from laban.warehouse import Warehouse

CATALOGUE = load_catalogue()
WEEK = Period.parse("2026-W46")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with metrics_shop.build(tmp_path_factory.mktemp("shop")) as warehouse:
        yield warehouse


def with_own(text: str) -> Catalogue:
    document, faults = read(text)
    made = extended(CATALOGUE, document)
    assert [fault.message("en") for fault in (*faults, *made.faults)] == []
    return made.catalogue


def told(text: str) -> dict[str, str]:
    document, faults = read(text)
    found = (*faults, *extended(CATALOGUE, document).faults)
    return {fault.entry: fault.code for fault in reversed(found)}


def value(warehouse: Warehouse, catalogue: Catalogue, kpi: str, period: Period = WEEK) -> Any:
    return run(Query((kpi,), period), catalogue, warehouse, today=metrics_shop.TODAY).rows[0].cells[0].value


ONE = """
kpis:
  visits_per_order:
    name: {vi: Lượt truy cập mỗi đơn}
    formula: sessions / orders
"""


def test_an_own_kpi_needs_a_name_and_a_formula_only(shop: Warehouse) -> None:
    catalogue = with_own(ONE)
    parts = [value(shop, CATALOGUE, name) for name in ("website_traffic", "orders_count")]
    assert value(shop, catalogue, "visits_per_order") == pytest.approx(Decimal(parts[0]) / Decimal(parts[1]))
    entry = catalogue.kpi("visits_per_order")
    assert (entry.own, entry.aggregation, entry.name.en) == (True, "ratio_of_sums", "Lượt truy cập mỗi đơn")
    assert catalogue.packs[PACK].kpis == ("visits_per_order",)
    assert catalogue.edition != CATALOGUE.edition
    assert "channel" in catalogue.allowed_dimensions("visits_per_order")


def test_a_number_of_ones_own_is_found_by_any_of_its_names() -> None:
    catalogue = with_own("measures:\n  live_hours: {vi: Giờ Livestream, en: Hours on air, reads: 'giờ ''live'''}\n")
    expression = catalogue.measures["live_hours"].expr
    assert all(f"'{name}'" in expression for name in ("giờ livestream", "hours on air", "live hours", "giờ ''live''"))


@pytest.mark.parametrize(
    ("text", "entry", "code"),
    [
        ("kpis: {a: {name: {vi: A}, formula: ordrs / 2}}", "a", "formula"),
        ("kpis: {a: {name: {vi: A}, formula: orders + ad_spend}}", "a", "units"),
        ("kpis: {a: {name: {vi: A}, formula: K.a / 2}}", "a", "loop"),
        ("kpis: {a: {name: {vi: A}, formula: orders, unit: đồng}}", "a", "choice"),
        ("kpis: {a: {formula: orders}}", "a", "own_name"),
        ("kpis: {a: {name: {vi: A}}}", "a", "own_formula"),
        ("kpis: {a: orders}", "a", "own_name"),
        ("kpis: {a: {name: {vi: A}, formula: orders, drivers: 7}}", "a", "own_fields"),
        ("kpis: {a: {name: {vi: A}, formula: orders, colour: red}}", "a", "own_fields"),
        ("kpis: {website_traffic: {name: {vi: A}, formula: orders}}", "website_traffic", "own_taken"),
        ("kpis: {Ä: {name: {vi: A}, formula: orders, unit: count}}", "Ä", "name"),
        ("measures: {orders: {vi: A}}", "orders", "own_taken"),
        ("measures: {a b: {vi: A}}", "a b", "name"),
        ("measures: {a: 5}", "a", "own_name"),
        ("variants: {website_traffic: other}", "website_traffic", "own_variant"),
        ("variants: {nothing: other}", "nothing", "unknown"),
        ("kpis: [", "kpis.yaml", "own_unreadable"),
        ("- a\n- b", "kpis.yaml", "own_shape"),
        ("kpis: 5", "kpis.yaml", "own_shape"),
    ],
)
def test_what_is_wrong_is_told_and_left_out(text: str, entry: str, code: str) -> None:
    assert told(text) == {entry: code}
    document, faults = read(text)
    made = extended(CATALOGUE, document)
    for fault in (*faults, *made.faults):
        assert all(fault.message(lang) for lang in LANGUAGES)
    assert set(made.catalogue.kpis) == set(CATALOGUE.kpis)


def test_a_wrong_one_takes_along_only_what_builds_on_it() -> None:
    text = (
        f"{ONE}  bad: {{name: {{vi: A}}, formula: nothing / 2}}\n  worse: {{name: {{vi: B}}, formula: K.bad / 2}}\n"
    )
    document, _ = read(text)
    made = extended(CATALOGUE, document)
    assert {fault.entry for fault in made.faults} == {"bad", "worse"}
    assert "visits_per_order" in made.catalogue.kpis


LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_in_the_file_breaks_the_catalogue(text: str) -> None:
    document, _ = read(text)
    assert set(extended(CATALOGUE, document).catalogue.kpis) >= set(CATALOGUE.kpis)


@settings(deadline=None)
@given(st.text(LETTERS, max_size=40), st.text(LETTERS, max_size=40))
def test_any_name_and_formula_is_kept_or_told(name: str, formula: str) -> None:
    document = {"kpis": {"a": {"name": {"vi": name}, "formula": formula}}}
    made = extended(CATALOGUE, document)
    assert ("a" in made.catalogue.kpis) != any(fault.entry == "a" for fault in made.faults)
    assert read(write(document))[0] == document


def test_a_draft_replaces_the_own_kpi_it_is_of(shop: Warehouse) -> None:
    catalogue = with_own(ONE)
    made = drafted(catalogue, "visits_per_order", {"name": {"vi": "A"}, "formula": "sessions / orders * 2"})
    once = value(shop, catalogue, "visits_per_order")
    assert value(shop, made.catalogue, "visits_per_order") == pytest.approx(once * 2)
    taken = drafted(catalogue, "website_traffic", {"name": {"vi": "A"}, "formula": "orders"})
    assert [fault.code for fault in taken.faults] == ["own_taken"]


# readings


def variants() -> list[str]:
    return [f"{kpi.id}.{v.id}" for kpi in CATALOGUE.kpis.values() for v in kpi.variants if v.formula]


@pytest.mark.parametrize("name", variants())
def test_every_reading_that_has_a_formula_can_be_asked(shop: Warehouse, name: str) -> None:
    base = name.partition(".")[0]
    result = run(Query((base, name), WEEK), CATALOGUE, shop, today=metrics_shop.TODAY)
    assert len(result.rows[0].cells) == 2
    assert Query.parse(result.query.text()) == result.query
    assert CATALOGUE.kpi(name).benchmarks == ()


def test_a_chosen_reading_stands_under_the_kpis_own_name(shop: Warehouse) -> None:
    base, _, variant = variants()[0].partition(".")
    catalogue = with_own(f"variants: {{{base}: {variant}}}")
    assert value(shop, catalogue, base) == value(shop, CATALOGUE, f"{base}.{variant}")
    assert value(shop, catalogue, f"{base}.{STANDARD}") == value(shop, CATALOGUE, base)


def test_a_reading_that_is_not_there_is_answered_with_those_that_are() -> None:
    name = variants()[0]
    with pytest.raises(UnknownNameError) as caught:
        CATALOGUE.kpi(f"{name}x")
    assert caught.value.nearest == (name.partition(".")[2],)


def test_no_two_readings_share_a_label() -> None:
    for kpi in CATALOGUE.kpis.values():
        names = CATALOGUE.readings(kpi.id)
        assert names[0] == kpi.id
        for lang in LANGUAGES:
            labels = [named(CATALOGUE.kpi(name)).get(lang) for name in names]
            assert len(set(labels)) == len(labels), labels


def test_two_readings_stand_on_one_board(shop: Warehouse) -> None:
    base, _, variant = variants()[0].partition(".")
    catalogue = with_own(f"boards: {{mine: {{name: {{vi: Của tôi}}, kpis: [{base}.{variant}, {base}]}}}}")
    assert catalogue.pack("mine").kpis == (f"{base}.{variant}", base)
    assert catalogue.pack("mine").name.en == "Của tôi"


@pytest.mark.parametrize(
    ("board", "code"),
    [
        ("{weekly_seven: {name: {vi: Bảy}, kpis: [orders_count]}}", "own_taken"),
        ("{mine: {kpis: [orders_count]}}", "own_name"),
        ("{mine: {name: {vi: Bảng}, kpis: []}}", "own_board_empty"),
        ("{mine: {name: {vi: Bảng}, kpis: orders_count}}", "own_board_empty"),
        ("{mine: {name: {vi: Bảng}, kpis: [orders_count, ordres_count]}}", "unknown"),
        ("{mine: {name: {vi: Bảng}, kpis: [cost_per_click.nothing]}}", "unknown"),
        ("{'Bảng': {name: {vi: Bảng}, kpis: [orders_count]}}", "name"),
        ("{mine: 5}", "own_name"),
    ],
)
def test_what_is_wrong_with_a_board_is_told(board: str, code: str) -> None:
    assert list(told(f"boards: {board}").values()) == [code]


def test_how_long_a_customer_is_active_is_a_reading_too(shop: Warehouse) -> None:
    ratio = "within(customers_retained / customers_start, days={})"
    kept = {
        f"kept_{days}": {"name": {"vi": "A"}, "formula": ratio.format(days), "unit": "percent"} for days in (30, 90)
    }
    catalogue = with_own(write({"kpis": kept}))
    quarter = Period.parse("2026-Q3")
    assert value(shop, catalogue, "kept_90", quarter) == value(shop, CATALOGUE, "customer_retention_rate", quarter)
    thirty = load_catalogue(30)
    usual = value(shop, thirty, "customer_retention_rate", quarter)
    assert value(shop, catalogue, "kept_30", quarter) == usual


@pytest.mark.parametrize(
    "formula", ["within(orders)", "within(orders, 5)", "within(orders, days=0)", "within(orders, days='a')"]
)
def test_within_says_what_it_needs(formula: str) -> None:
    with pytest.raises(FormulaError):
        CATALOGUE.written_out(formula)
