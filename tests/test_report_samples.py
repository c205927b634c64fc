"""How long a number still moves: told by the columns that its measures read."""

from __future__ import annotations

import re

import pytest

from laban.metrics.catalogue import load_catalogue
from laban.metrics.ripening import RESTATED
from laban.report.views.samples import settling_days

#: Columns whose values change after the day they stand under, by fact.
MOVING = {
    "fact_ad_performance": {"conversions", "conversion_value_reporting", "leads", "messaging_conversations"},
    "fact_order": {"status", "delivered_at", "net_amount", "refund_amount"},
    "fact_order_line": {"status"},
    "fact_attribution": {"credit", "credited_revenue", "credited_gross_profit", "is_new_customer"},
    "fact_social_post": {
        *("impressions", "views", "reach", "reactions", "comments", "shares", "saves", "link_clicks"),
        *("video_views", "video_completions", "watch_seconds"),
    },
    "fact_email_campaign": {
        *("unique_opens", "machine_opens", "unique_clicks", "unsubscribes", "complaints"),
        *("conversions", "orders", "revenue", "gross_sales"),
    },
}


@pytest.mark.parametrize("fact", MOVING)
def test_a_measure_that_reads_a_moving_column_is_restated_and_no_other_is(fact: str) -> None:
    # how many the largest five in a hundred are does not hang on what they bought
    measures = [m for m in load_catalogue().measures.values() if m.fact == fact and m.part != "members"]
    read = {m.id: set(re.findall(r"\w+", f"{m.expr} {m.where} {m.value} {m.date}")) for m in measures}
    assert {name for name, words in read.items() if words & MOVING[fact]} == RESTATED & set(read)


def test_every_restated_measure_is_there() -> None:
    assert set(load_catalogue().measures) >= RESTATED


@pytest.mark.parametrize(
    ("kpi", "days"),
    [
        ("delivered_revenue", 21),
        ("delivered_roas", 21),
        ("return_rate", 21),
        ("orders_count", 0),
        ("click_through_rate", 0),
    ],
)
def test_parcels_on_their_way_are_not_judged(kpi: str, days: int) -> None:
    assert settling_days(load_catalogue(), kpi) == days
