"""Every KPI that the demo company can answer equals its oracle there too: the same hand-written SQL, other data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

import made_once
import test_metrics_oracles as oracles
from laban.metrics.catalogue import load_catalogue
from laban.metrics.model import Catalogue
from laban.metrics.query import Query
from laban.metrics.run import run
from laban.periods import Period
from laban.settings import Settings
from laban.sources.demo import BRAND_TERMS, SHOP_NAME, write_demo
from laban.workspace import Workspace

END = date(2026, 11, 22)
PERIODS = ("2026-W46", "2026-Q3", "2026-02-02..2026-03-01")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("demo")
    made_once.copy("demo", load, folder)
    with Workspace.open(folder, today=END + timedelta(days=1)) as workspace:
        yield workspace


def load(folder: Path) -> None:
    with Workspace.create(folder, Settings(name=SHOP_NAME), today=END + timedelta(days=1)) as workspace:
        write_demo(folder, seed=11, end=END, weeks=100)
        assert {outcome.status for outcome in workspace.import_paths([workspace.inbox])} == {"loaded"}


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


#: Beside a week, the windows of what nobody asks weekly.
OWN = {
    "monthly": ("2026-10",), "quarterly": ("2026-Q3",), "yearly": ("2026-Q3", "2025"),
    "per_campaign": ("2026-10", "2026-Q3"),
}  # fmt: skip
COMPANY = load_catalogue(brand_terms=BRAND_TERMS, index_base=Period.parse("2025-Q1"))


def answers(shop: Workspace, catalogue: Catalogue, kpi: str, text: str) -> bool:
    found = run(Query((kpi,), Period.parse(text)), catalogue, shop.warehouse, today=END + timedelta(days=1))
    return found.rows[0].cells[0].value is not None


@pytest.mark.parametrize("kpi", COMPANY.kpis)
def test_every_kpi_answers_for_a_week_or_in_its_own_rhythm(shop: Workspace, kpi: str) -> None:
    windows = ("2026-W46", *OWN.get(COMPANY.kpi(kpi).cadence, ()))
    assert any(answers(shop, COMPANY, kpi, text) for text in windows)


#: What networks no longer count; the demo's files are of after that. ``test_report_recount`` has some of before.
GIVEN_UP = {"social_impressions_counted"}


@pytest.mark.parametrize("measure", sorted(COMPANY.measures.keys() - GIVEN_UP))
def test_every_measure_has_a_number(shop: Workspace, measure: str) -> None:
    some = next(iter(COMPANY.kpis.values()))
    unit = COMPANY.measure(measure).unit
    probe = replace(some, id="probe", formula=measure, unit=unit, identity="", window_days=0, drivers=())
    catalogue = replace(COMPANY, kpis={"probe": probe})
    assert any(answers(shop, catalogue, "probe", text) for text in ("2026-W46", "2026-10", "2026-Q3"))
