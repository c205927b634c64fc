"""The SQL that is shown can be pasted, and gives the very numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

import metrics_shop
from laban.metrics.catalogue import load_catalogue
from laban.metrics.compile import compile_query
from laban.metrics.dialect import Sql
from laban.metrics.explain import constant, pasteable, statements
from laban.metrics.query import Query
from laban.periods import Period
from laban.warehouse import Warehouse

CATALOGUE = load_catalogue()
TODAY = metrics_shop.FIRST.replace(year=metrics_shop.FIRST.year + 1)
MONTH = Period.parse(f"{metrics_shop.FIRST.year}-{metrics_shop.FIRST.month + 1:02}")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with metrics_shop.build(tmp_path_factory.mktemp("shop")) as warehouse:
        yield warehouse


@pytest.mark.parametrize("kpi", CATALOGUE.kpis)
def test_what_is_shown_gives_the_rows_that_were_read(shop: Warehouse, kpi: str) -> None:
    plan = compile_query(Query((kpi,), MONTH, compare="previous"), CATALOGUE, TODAY)
    shown = statements(plan)
    assert len(shown) == len(plan.statements)
    for text, statement in zip(shown, plan.statements, strict=True):
        read = shop.query(statement.sql.text, list(statement.sql.params))
        assert sorted(map(repr, shop.query(text))) == sorted(map(repr, read))


def test_hostile_values_stay_values(shop: Warehouse) -> None:
    hostile = "x'); DROP TABLE fact_order; --?\n\\'"
    query = Query(("cost_per_click",), MONTH, by=("campaign",), where=(("campaign", (hostile, "", "Tết's")),))
    plan = compile_query(query, CATALOGUE, TODAY)
    (text,) = statements(plan)
    (statement,) = plan.statements
    assert shop.query(text) == shop.query(statement.sql.text, list(statement.sql.params))
    assert shop.query("SELECT count(*) FROM fact_order") != [(0,)]


def test_only_places_for_values_are_filled_and_only_clauses_are_broken() -> None:
    sql = Sql(
        """SELECT '? FROM', "a?b" -- ? it's\n FROM t WHERE x = ? AND y IN (?, ?)""", (1, "a?", date(2026, 11, 9))
    )
    assert pasteable(sql) == (
        """SELECT '? FROM', "a?b" -- ? it's\n\nFROM t\nWHERE x = 1 AND y IN ('a?', DATE '2026-11-09');"""
    )


@pytest.mark.parametrize(("text", "params"), [("SELECT ?", ()), ("SELECT 1", (1,))])
def test_values_and_places_must_be_as_many(text: str, params: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="as many"):
        pasteable(Sql(text, params))


def test_a_value_without_a_way_of_being_written_is_refused() -> None:
    with pytest.raises(TypeError):
        constant(object())
    with pytest.raises(TypeError):
        constant(Decimal("NaN"))


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=8),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    st.dates(date(1000, 1, 1)),
    st.datetimes(datetime(1000, 1, 1)),  # noqa: DTZ001  facts are kept in the shop's time
    st.lists(st.dates(date(1000, 1, 1)), min_size=1, max_size=3),
)


@given(values)
def test_a_value_is_read_back_as_it_was(value: Any) -> None:
    (found,) = duckdb.execute(f"SELECT {constant(value)}").fetchall()
    assert found == (value,)
    assert type(found[0]) is type(value)


def test_no_text_breaks_the_lines_of_a_terminal() -> None:
    assert constant("a\x1b[31m\r\nb") == "('a' || chr(27) || '[31m' || chr(13) || chr(10) || 'b')"


def test_a_warehouse_file_can_be_asked_directly(tmp_path: Path) -> None:
    query = Query(("website_traffic",), MONTH)
    with metrics_shop.build(tmp_path) as warehouse:
        (statement,) = compile_query(query, CATALOGUE, TODAY).statements
        expected = warehouse.query(statement.sql.text, list(statement.sql.params))
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as shell:
        (text,) = statements(compile_query(query, CATALOGUE, TODAY))
        assert shell.execute(text).fetchall() == expected
