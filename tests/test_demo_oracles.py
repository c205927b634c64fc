"""Every KPI that the demo company can answer equals its oracle there too: the same hand-written SQL, other data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

import test_metrics_oracles as oracles
from laban.metrics.query import Query
from laban.metrics.run import run
from laban.periods import Period
from laban.settings import Settings
from laban.sources.demo import SHOP_NAME, write_demo
from laban.workspace import Workspace

END = date(2026, 11, 22)
PERIODS = ("2026-W46", "2026-Q3", "2026-02-02..2026-03-01")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("demo")
    with Workspace.create(folder, Settings(name=SHOP_NAME), today=END + timedelta(days=1)) as workspace:
        write_demo(folder, seed=11, end=END, weeks=100)
        assert {outcome.status for outcome in workspace.import_paths([workspace.inbox])} == {"loaded"}
        yield workspace


@pytest.mark.parametrize("name", oracles.CASES)
def test_a_kpi_of_the_demo_equals_its_oracle(shop: Workspace, name: str) -> None:
    case = oracles.CASES[name]
    kpi = name.split(maxsplit=1)[0]
    by = (case["by"],) if "by" in case else ()
    where = tuple((dimension, (value,)) for dimension, value in case.get("where", {}).items())
    seen = False
    for text in case.get("demo", PERIODS):
        query = Query((kpi,), Period.parse(text), by=by, where=where)
        result = run(query, oracles.catalogue_of(case, kpi), shop.warehouse, today=END + timedelta(days=1))
        found = {row.key: row.cells[0].value for row in result.rows}
        wanted = {tuple(row[:-1]): row[-1] for row in oracles.oracle(shop.warehouse, case["sql"], query.period)}
        for key, value in found.items():
            if key in wanted and value:
                assert oracles.same(value, wanted[key]), (text, key, value, wanted[key])
                seen = True
    assert seen or where, f"{name} has no number on the demo"
