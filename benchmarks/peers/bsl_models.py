"""The board's facts as models of boring-semantic-layer, and the 47 KPIs over their measures."""

from __future__ import annotations

from typing import Any

import ibis
from boring_semantic_layer import to_semantic_table

KEYS = ("week", "channel")
DAYS_30 = ibis.interval(days=30)


def clicks(t: Any) -> Any:
    return ibis.coalesce(t.link_clicks, t.clicks)


def filmed(t: Any) -> Any:
    return (t.video_views > 0) | ((t.video_views == 0) & (t.video_plays > 0))


ADS = {
    "impressions": lambda t: t.impressions.sum(),
    "link_clicks": lambda t: clicks(t).sum(),
    "interactions": lambda t: ibis.coalesce(t.interactions, t.link_clicks, t.clicks).sum(),
    "spend": lambda t: t.spend_reporting.sum(),
    "conversions": lambda t: t.conversions.sum(),
    "conversion_value": lambda t: t.conversion_value_reporting.sum(),
    "viewable": lambda t: t.viewable_impressions.sum(),
    "measurable": lambda t: t.measurable_impressions.sum(),
    "eligible": lambda t: t.eligible_impressions.sum(),
    "eligible_shown": lambda t: t.impressions.sum(where=t.eligible_impressions.notnull()),
    "landing_page_views": lambda t: t.landing_page_views.sum(),
    "landing_clicks": lambda t: clicks(t).sum(where=t.landing_page_views.notnull()),
    "video_views": lambda t: t.video_views.sum(),
    "video_impressions": lambda t: t.impressions.sum(where=filmed(t)),
    "video_spend": lambda t: t.spend_reporting.sum(where=filmed(t)),
    "engagements": lambda t: t.engagements.sum(),
    "engagement_spend": lambda t: t.spend_reporting.sum(where=t.engagements.notnull()),
}
WEB = {
    "sessions": lambda t: t.sessions.sum(),
    "engaged": lambda t: t.engaged_sessions.sum(),
    "converting": lambda t: t.converting_sessions.sum(),
    "seconds": lambda t: t.session_seconds.sum(),
    "engagement_seconds": lambda t: t.engagement_seconds.sum(),
    "pageviews": lambda t: t.pageviews.sum(),
    "signups": lambda t: t.signups.sum(),
    "form_submits": lambda t: t.form_submits.sum(),
    "form_starts": lambda t: t.form_starts.sum(),
    "purchases": lambda t: t.purchase_sessions.sum(),
    "carts": lambda t: t.add_to_cart_sessions.sum(),
}
ORDERS = {
    "orders": lambda t: t.count(),
    "delivered": lambda t: t.count(where=t.status == "delivered"),
    "returned": lambda t: t.count(where=t.status.isin(["failed", "returned"])),
    "shipped": lambda t: t.count(where=t.status.isin(["shipped", "delivered", "failed", "returned"])),
    "net": lambda t: t.net.sum(),
    "delivered_net": lambda t: t.net.sum(where=t.status == "delivered"),
    "firsts": lambda t: t.count(where=t.is_first_order),
    "returning": lambda t: t.customer_key.nunique(where=~t.is_first_order),
}
LINES = {"units": lambda t: t.quantity.sum(), "cogs": lambda t: t.cost.sum()}
LEADS = {
    "leads": lambda t: t.count(where=t.stage == "lead"),
    "mqls": lambda t: t.count(where=t.stage == "mql"),
    "sqls": lambda t: t.count(where=t.stage == "sql"),
    "won": lambda t: t.count(where=t.stage == "won"),
    "lost": lambda t: t.count(where=t.stage == "lost"),
    "response": lambda t: t.first_response_at.delta(t.created_at, unit="second").median(
        where=(t.stage == "lead") & (t.first_response_at >= t.created_at)
    ),
    "cycle": lambda t: t.won_at.delta(t.created_at, unit="second").median(
        where=(t.stage == "won") & (t.won_at >= t.created_at)
    ),
}
COHORTS = {
    "to_mql": lambda t: t.count(where=(t.stage == "mql") & (t.entered_at < t.created_at + DAYS_30)),
    "to_customer": lambda t: t.count(where=(t.stage == "won") & (t.entered_at < t.created_at + DAYS_30)),
    "qualified": lambda t: t.count(
        where=~ibis.coalesce(t.is_rejected, ibis.literal(value=False))
        & (t.entered_at < t.created_at + DAYS_30)
        & ((t.stage == "mql") | ((t.stage == "sql") & (t.mql_at.isnull() | (t.mql_at >= t.created_at + DAYS_30))))
    ),
}
STEPS = {"mql_to_sql": lambda t: t.count(where=(t.stage == "sql") & (t.entered_at < t.mql_at + DAYS_30))}
#: Every fact reads its own table; leads are read by three dates.
FACTS = {"ads": ADS, "web": WEB, "orders": ORDERS, "lines": LINES, "leads": LEADS, "cohorts": COHORTS, "steps": STEPS}
MEASURES = tuple(name for measures in FACTS.values() for name in measures)


def ratio(above: str, below: str) -> Any:
    return lambda t: t[above] / t[below].nullif(0)


def itself(name: str) -> Any:
    return lambda t: t[name]


KPIS = {
    "conversion_rate": ratio("converting", "sessions"),
    "website_traffic": itself("sessions"),
    "bounce_rate": lambda t: (t["sessions"] - t["engaged"]) / t["sessions"].nullif(0),
    "landing_page_conversion_rate": ratio("converting", "sessions"),
    "web_engagement_rate": ratio("engaged", "sessions"),
    "average_session_duration": ratio("seconds", "sessions"),
    "average_engagement_time": ratio("engagement_seconds", "sessions"),
    "pages_per_session": ratio("pageviews", "sessions"),
    "form_completion_rate": ratio("form_submits", "form_starts"),
    "signups_count": itself("signups"),
    "ecommerce_conversion_rate": ratio("purchases", "sessions"),
    "cart_abandonment_rate": lambda t: (t["carts"] - t["purchases"]) / t["carts"].nullif(0),
    "click_through_rate": ratio("link_clicks", "impressions"),
    "ad_conversion_rate": ratio("conversions", "interactions"),
    "cost_per_click": ratio("spend", "link_clicks"),
    "viewability_rate": ratio("viewable", "measurable"),
    "cpm": lambda t: t["spend"] * 1000 / t["impressions"].nullif(0),
    "search_impression_share": ratio("eligible_shown", "eligible"),
    "landing_page_view_rate": ratio("landing_page_views", "landing_clicks"),
    "video_view_rate": ratio("video_views", "video_impressions"),
    "cost_per_view": ratio("video_spend", "video_views"),
    "cost_per_engagement": ratio("engagement_spend", "engagements"),
    "cost_per_conversion": ratio("spend", "conversions"),
    "return_on_ad_spend": ratio("conversion_value", "spend"),
    "new_customers": itself("firsts"),
    "lead_to_customer_rate": ratio("to_customer", "leads"),
    "marketing_qualified_leads": itself("mqls"),
    "sales_qualified_leads": itself("sqls"),
    "leads_generated": itself("leads"),
    "lead_to_mql_rate": ratio("to_mql", "leads"),
    "mql_to_sql_rate": ratio("mql_to_sql", "mqls"),
    "lead_quality_rate": ratio("qualified", "leads"),
    "lead_response_time": itself("response"),
    "order_success_rate": ratio("delivered", "orders"),
    "average_order_value": ratio("net", "orders"),
    "orders_count": itself("orders"),
    "sales_conversion_rate": lambda t: t["won"] / (t["won"] + t["lost"]).nullif(0),
    "net_revenue_total": itself("net"),
    "sales_cycle_length": itself("cycle"),
    "units_per_order": ratio("units", "orders"),
    "delivered_revenue": itself("delivered_net"),
    "return_rate": ratio("returned", "shipped"),
    "gross_margin_rate": lambda t: (t["net"] - t["cogs"]) / t["net"].nullif(0),
    "marketing_efficiency_ratio": ratio("net", "spend"),
    "ad_cost_ratio": ratio("spend", "net"),
    "delivered_roas": ratio("delivered_net", "spend"),
    "returning_customers_count": itself("returning"),
}


def sources(connection: Any) -> dict[str, Any]:
    """The table of each fact with the day it is counted by, its week and its channel."""
    leads = connection.table("fact_lead_event_live")
    orders = connection.table("fact_order_live")
    lines = connection.table("fact_order_line_live")
    kept = orders.filter(
        ~ibis.coalesce(orders.is_test, ibis.literal(value=False)), ibis.coalesce(orders.status, "") != "cancelled"
    )
    found = {
        "ads": connection.table("fact_ad_performance_live"),
        "web": connection.table("fact_web_sessions_live"),
        "orders": kept.mutate(
            net=ibis.coalesce(
                kept.net_amount,
                kept.gross_amount - ibis.coalesce(kept.discount_amount, 0) - ibis.coalesce(kept.refund_amount, 0),
            )
        ),
        "lines": bought(lines, orders),
        "leads": leads,
        "cohorts": leads.mutate(date=leads.created_at.date()),
        "steps": leads.mutate(date=leads.mql_at.date()),
    }
    return {name: t.mutate(week=t.date.truncate("W"), channel=t.channel_group) for name, t in found.items()}


def bought(lines: Any, orders: Any) -> Any:
    """Lines with the channel and the cost that the state of their order gives them."""
    same = [lines[name].identical_to(orders[name]) for name in ("platform", "account", "order_id")]
    both = lines.left_join(orders, same, rname="of_{name}")
    status = ibis.coalesce(both.status, "")
    cost = ibis.ifelse(
        status.isin(["failed", "returned"]),
        both.variable_cost,
        both.unit_cost * both.quantity + ibis.coalesce(both.variable_cost, 0),
    )
    kept = both.filter(~ibis.coalesce(both.is_test, ibis.literal(value=False)), status != "cancelled")
    return kept.select(
        "date",
        "quantity",
        cost=cost,
        channel_group=ibis.coalesce(both.of_channel_group, both.channel_group),
    )


def models(connection: Any) -> dict[str, Any]:
    """One model per fact."""
    return {
        name: to_semantic_table(table, name=name)
        .with_dimensions(week=lambda t: t.week, channel=lambda t: t.channel, date=lambda t: t.date)
        .with_measures(**FACTS[name])
        for name, table in sources(connection).items()
    }
