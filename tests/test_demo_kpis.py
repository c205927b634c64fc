"""The demo company, imported, answers every KPI of the first two packs, and with the model's own numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from laban.metrics.query import Query
from laban.periods import Period
from laban.settings import Settings
from laban.sources.demo import SHOP_NAME, Truth, write_demo
from laban.workspace import Workspace

END = date(2026, 11, 22)
WEEKS = 18
WEEK = Period.parse("2026-W47")
SEASON = Period(END - timedelta(days=7 * WEEKS - 1), END + timedelta(days=1))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Truth]]:
    folder = tmp_path_factory.mktemp("demo")
    with Workspace.create(folder, Settings(name=SHOP_NAME), today=END + timedelta(days=1)) as workspace:
        truth = write_demo(folder, seed=5, end=END, weeks=WEEKS)
        assert {outcome.status for outcome in workspace.import_paths([workspace.inbox])} == {"loaded"}
        yield workspace, truth


def answer(workspace: Workspace, kpis: tuple[str, ...], period: Period) -> dict[str, Any]:
    result = workspace.run(Query(kpis=kpis, period=period))
    return dict(zip(result.query.kpis, (cell.value for cell in result.rows[0].cells), strict=True))


def told(truth: Truth, name: str, period: Period) -> Decimal:
    values = zip(truth.days, truth.daily[name], strict=True)
    return sum((Decimal(str(value)) for day, value in values if day in period), Decimal(0))


def test_every_kpi_of_the_first_packs_is_answered(shop: tuple[Workspace, Truth]) -> None:
    workspace, _ = shop
    packs = workspace.catalogue.packs
    kpis = tuple(dict.fromkeys((*packs["weekly_seven"].kpis, *packs["essential_fifteen"].kpis)))
    found = answer(workspace, kpis, WEEK)
    # Staying is judged after half a year of orders and lifetimes after a whole one; the full demo has two years.
    assert {kpi for kpi, value in found.items() if value is None} == {
        "customer_retention_rate",
        "customer_lifetime_value",
    }


@pytest.mark.parametrize("period", [WEEK, SEASON], ids=["week", "all"])
@pytest.mark.parametrize(
    ("kpi", "series"),
    [
        ("website_traffic", "fact_web_sessions.sessions"),
        ("organic_traffic", "fact_web_sessions.sessions|channel_group=organic_search"),
        ("referral_traffic", "fact_web_sessions.sessions|channel_group=referral"),
        ("orders_count", "fact_order.orders"),
        ("leads_generated", "fact_lead_event.leads"),
        ("marketing_qualified_leads", "fact_lead_event.mqls"),
        ("sales_qualified_leads", "fact_lead_event.sqls"),
        ("new_customers", "actual.new_customers"),
        ("event_attendance", "fact_event.attended"),
        ("organic_search_clicks", "fact_search_performance.clicks"),
        ("social_likes", "fact_social_post.reactions"),
    ],
)
def test_counts_are_the_models(shop: tuple[Workspace, Truth], kpi: str, series: str, period: Period) -> None:
    workspace, truth = shop
    assert answer(workspace, (kpi,), period)[kpi] == told(truth, series, period)


@pytest.mark.parametrize("period", [WEEK, SEASON], ids=["week", "all"])
@pytest.mark.parametrize(
    ("kpi", "above", "below"),
    [
        ("conversion_rate", "fact_web_sessions.key_events", "fact_web_sessions.sessions"),
        ("click_through_rate", "fact_ad_performance.link_clicks", "fact_ad_performance.impressions"),
        ("cost_per_click", "fact_ad_performance.spend", "fact_ad_performance.link_clicks"),
        ("return_on_ad_spend", "fact_ad_performance.conversion_value", "fact_ad_performance.spend"),
        ("organic_ctr", "fact_search_performance.clicks", "fact_search_performance.impressions"),
    ],
)
def test_ratios_are_ratios_of_the_models_sums(
    shop: tuple[Workspace, Truth], kpi: str, above: str, below: str, period: Period
) -> None:
    workspace, truth = shop
    expected = told(truth, above, period) / told(truth, below, period)
    assert float(answer(workspace, (kpi,), period)[kpi]) == pytest.approx(float(expected), rel=1e-9)


def test_the_recommendation_score_is_the_models(shop: tuple[Workspace, Truth]) -> None:
    workspace, truth = shop
    promoters, detractors, all_answers = (
        told(truth, f"fact_survey_response.nps_{name}", SEASON) for name in ("promoters", "detractors", "responses")
    )
    score = answer(workspace, ("net_promoter_score",), SEASON)["net_promoter_score"]
    assert float(score) == pytest.approx(float(100 * (promoters - detractors) / all_answers))


def test_importing_the_demo_again_changes_nothing(shop: tuple[Workspace, Truth]) -> None:
    workspace, _ = shop
    before = workspace.warehouse.version
    assert {outcome.status for outcome in workspace.import_paths([workspace.inbox])} == {"unchanged"}
    assert workspace.warehouse.version == before
