"""Every shipped KPI equals independent SQL over the physical tables, and the worked examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

import metrics_shop
from laban.metrics.catalogue import load_catalogue
from laban.metrics.formula import Exact, evaluate
from laban.metrics.model import Catalogue
from laban.metrics.query import Query
from laban.metrics.result import Number
from laban.metrics.run import run
from laban.periods import Period
from laban.warehouse import Warehouse

FOLDER = Path(__file__).parent / "oracles"
PERIODS = ("2026-W46", "2026-10", "2026-Q3", "2025-01-20..2025-02-09")
CATALOGUE = load_catalogue(brand_terms=("TẾT", "laban"))


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    return found


TABLES = _read("tables.yaml")
CASES = {
    name: case
    for file in sorted(FOLDER.glob("*.yaml"))
    if file.name not in {"tables.yaml", "worked.yaml"}
    for name, case in _read(file.name).items()
}
ASKED = [(name, period) for name, case in CASES.items() for period in case.get("periods", PERIODS)]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with metrics_shop.build(tmp_path_factory.mktemp("shop")) as warehouse:
        yield warehouse


def oracle(warehouse: Warehouse, sql: str, period: Period) -> list[tuple[Any, ...]]:
    named = ", ".join(f"{name} AS ({text})" for name, text in TABLES.items() if re.search(rf"\b{name}\b", sql))
    glue = ", " if sql.startswith("WITH ") else " "
    params = {"start": period.start, "end": period.end}
    used = {key: value for key, value in params.items() if f"${key}" in sql}
    return warehouse.query(f"WITH {named}{glue}{sql.removeprefix('WITH ')}", used)


def same(found: Number | None, wanted: Any) -> bool:
    if found is None or wanted is None:
        return found is None and wanted is None
    if isinstance(wanted, float):
        return abs(float(found) - wanted) <= 1e-9 * max(1.0, abs(wanted))
    return bool(found == wanted)


def catalogue_of(case: dict[str, Any], kpi: str) -> Catalogue:
    """The catalogue with the base period of an index, or with a variant in the place of a KPI."""
    if "index_base" in case:
        return load_catalogue(index_base=Period.parse(str(case["index_base"])))
    if "variant" not in case:
        return CATALOGUE
    entry = CATALOGUE.kpi(kpi)
    chosen = next(variant for variant in entry.variants if variant.id == case["variant"])
    return replace(CATALOGUE, kpis={**CATALOGUE.kpis, kpi: entry.in_variant(chosen)})


@pytest.mark.parametrize(("name", "period"), ASKED)
def test_a_kpi_equals_its_oracle(shop: Warehouse, name: str, period: str) -> None:
    case = CASES[name]
    by = (case["by"],) if "by" in case else ()
    where = tuple((dimension, (value,)) for dimension, value in case.get("where", {}).items())
    query = Query((name.split(maxsplit=1)[0],), Period.parse(str(period)), by=by, where=where)
    result = run(query, catalogue_of(case, query.kpis[0]), shop, today=metrics_shop.TODAY)
    rows = oracle(shop, case["sql"], query.period)
    found = {row.key: row.cells[0].value for row in result.rows}
    wanted = {tuple(row[:-1]): row[-1] for row in rows}
    assert wanted
    assert any(value is not None for value in wanted.values())
    assert found.keys() >= wanted.keys()
    for key, value in found.items():
        if key in wanted:
            assert same(value, wanted[key]), (key, value, wanted[key])
        else:
            assert not value, f"{key} is not in the oracle"


def test_every_kpi_has_an_oracle() -> None:
    assert {name.split()[0] for name in CASES} == set(CATALOGUE.kpis)


WORKED = _read("worked.yaml")


@pytest.mark.parametrize("kpi", WORKED)
def test_a_worked_example(kpi: str) -> None:
    case = WORKED[kpi]
    given: dict[str, Exact | None] = {name: Decimal(str(number)) for name, number in case["inputs"].items()}
    values = {one: given.get(one.label) for one in CATALOGUE.inputs(kpi)}
    value, parts = evaluate(CATALOGUE.expression(kpi), values)
    for name in given.keys() & parts.keys():
        assert parts[name] == given[name]
    assert value == Decimal(str(case["expected"]))


def test_a_worked_example_names_only_what_the_kpi_uses() -> None:
    for kpi, case in WORKED.items():
        assert case["inputs"].keys() <= {one.label for one in CATALOGUE.inputs(kpi)}, kpi
