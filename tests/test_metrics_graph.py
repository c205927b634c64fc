"""The web of drivers: ways between KPIs, what hangs loose, what tells more, and short names that clash."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from laban.metrics import graph
from laban.metrics.catalogue import load_catalogue
from laban.metrics.clashes import clashes, clashes_of
from laban.metrics.model import Catalogue, Driver


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def linked(catalogue: Catalogue, **drivers: tuple[Driver, ...]) -> Catalogue:
    """Three KPIs of the catalogue with drivers of the test's own."""
    names = ("marketing_roi", "website_traffic", "click_through_rate")
    return replace(
        catalogue, kpis={name: replace(catalogue.kpis[name], drivers=drivers.get(name, ())) for name in names}
    )


def test_one_walks_from_marketing_roi_down_to_the_click_through_rate(catalogue: Catalogue) -> None:
    found = {one.kpi: one for one in graph.down(catalogue, "marketing_roi")}
    way = ("marketing_roi", *found["click_through_rate"].way)
    for above, below in itertools.pairwise(way):
        assert below in [driver.kpi for driver in catalogue.kpis[above].drivers]
    assert way[-1] == "click_through_rate"


def test_up_is_down_turned_round(catalogue: Catalogue) -> None:
    for start in catalogue.kpis:
        for one in graph.down(catalogue, start):
            assert start in {other.kpi for other in graph.up(catalogue, one.kpi)}


def test_signs_multiply_along_the_way_and_loops_end(catalogue: Catalogue) -> None:
    made = linked(
        catalogue,
        marketing_roi=(Driver("website_traffic", "causal", "-"),),
        website_traffic=(Driver("click_through_rate", "causal", "-"),),
        click_through_rate=(Driver("marketing_roi", "causal", "+"),),
    )
    found = {one.kpi: (one.steps, one.effect) for one in graph.down(made, "marketing_roi")}
    assert found == {"website_traffic": (1, "-"), "click_through_rate": (2, "+")}


def test_the_nearest_way_wins(catalogue: Catalogue) -> None:
    made = linked(
        catalogue,
        marketing_roi=(Driver("website_traffic", "causal", "+"), Driver("click_through_rate", "causal", "-")),
        website_traffic=(Driver("click_through_rate", "causal", "+"),),
    )
    found = {one.kpi: one.effect for one in graph.down(made, "marketing_roi")}
    assert found["click_through_rate"] == "-"


def test_a_tactical_kpi_without_a_way_up_is_unlinked(catalogue: Catalogue) -> None:
    loose = linked(catalogue, marketing_roi=(Driver("website_traffic", "causal", "+"),))
    assert [kpi.id for kpi in graph.unlinked(loose)] == ["click_through_rate"]
    assert graph.unlinked(linked(catalogue, marketing_roi=tuple(
        Driver(name, "causal", "+") for name in ("website_traffic", "click_through_rate")
    ))) == ()  # fmt: skip


def test_only_leading_kpis_foretell(catalogue: Catalogue) -> None:
    found = graph.leading_drivers(catalogue, "new_customers")
    assert "website_traffic" in {one.kpi for one in found}
    assert {catalogue.kpis[one.kpi].timing for one in found} == {"leading"}
    assert max(one.steps for one in found) <= graph.NEAR


def test_likes_have_two_better_candidates(catalogue: Catalogue) -> None:
    found = graph.better(catalogue, "social_likes")
    assert len(found) == 2
    assert found[0].id == "social_engagements"
    assert all(kpi.role == "kpi" for kpi in found)


def test_every_supporting_metric_has_better_candidates(catalogue: Catalogue) -> None:
    metrics = [kpi.id for kpi in catalogue.kpis.values() if kpi.role != "kpi"]
    assert metrics
    assert [metric for metric in metrics if len(graph.better(catalogue, metric)) < 2] == []


def test_a_campaign_is_judged_by_tactical_kpis_that_have_campaigns(catalogue: Catalogue) -> None:
    found = graph.nearer(catalogue, "marketing_roi", "campaign")
    assert found
    assert all(kpi.level == "tactical" and "campaign" in catalogue.allowed_dimensions(kpi.id) for kpi in found)


def test_short_names_of_several_kpis_clash(catalogue: Catalogue) -> None:
    found = {clash.name: {kpi.id for kpi in clash.kpis} for clash in clashes(catalogue)}
    assert {"cost_per_click", "cost_per_conversion"} <= found["CPC"]
    assert {"conversion_rate", "ad_conversion_rate"} <= found["CR"]
    assert {"click_through_rate", "organic_ctr", "social_ctr"} <= found["CTR"]
    assert all(len(kpis) > 1 for kpis in found.values())


def test_both_sides_of_a_clash_know_of_it(catalogue: Catalogue) -> None:
    for kpi in ("cost_per_click", "cost_per_conversion"):
        assert "CPC" in {clash.name for clash in clashes_of(catalogue, kpi)}
    assert clashes_of(catalogue, "website_traffic") == ()
