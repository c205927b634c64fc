"""The pages of tables, each in a few lines. Words for them stand in the message files under ``table.<id>``."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from laban.report.views.tables import credit, customers, marks
from laban.report.views.tables.declare import Column, Derived, KnobSpec, Mark, Spec, Split

_YEAR, _QUARTER = 364, 91

#: Ways to split advertising, from the widest to the finest.
_ADS = (("campaign",), ("channel",), ("platform",), ("ad_group",), ("ad",), ("keyword",), ("device",))


def _effects(events: str, trials: str) -> tuple[Derived, Derived]:
    return (
        Derived("mix_effect", "percent", marks.effect("mix", events, trials), points=True, compared=True),
        Derived("rate_effect", "percent", marks.effect("rate", events, trials), points=True, compared=True),
    )


def _rate_marks(rate: str, events: str, trials: str) -> tuple[Mark, ...]:
    return (
        Mark("winner", "good", marks.standing("winner", rate, events, trials)),
        Mark("above", "good", marks.standing("above", rate, events, trials)),
        Mark("below", "bad", marks.standing("below", rate, events, trials)),
    )


_CTR = ("click_through_rate", "ad_link_clicks", "ad_impressions")
_ORGANIC = ("organic_ctr", "organic_clicks", "organic_impressions")
_CREATIVES = (
    Column("ad_impressions"), Column("ad_link_clicks"), Column("click_through_rate", interval=True, change=True),
    Column("ad_spend"),
)  # fmt: skip
_POSTS = (
    Column("posts_published"), Column("post_reach_sum"), Column("social_engagements"),
    Column("social_link_clicks_count"), Column("social_engagement_rate", interval=True),
    Column("post_engagement_rates"),
)  # fmt: skip
_POST_WAYS = (("content_type",), ("content_type", "topic"), ("topic",), ("network",))

_ALL: tuple[Spec, ...] = (
    Spec(
        "channels", "R041",
        (
            Split(
                "all",
                (Column("marketing_spend"), Column("website_traffic"),
                 Column("leads_generated"), Column("cost_per_lead"), Column("orders_count"),
                 Column("net_revenue_total", change=True), Column("marketing_cost_ratio")),
                by=(("channel",),), sort="net_revenue_total", chart="net_revenue_total",
            ),
        ),
        filters=(),
    ),
    Spec(
        "conversion", "R053",
        (
            Split(
                "web",
                (Column("website_traffic", share=True), Column("converting_sessions"),
                 Column("conversion_rate", interval=True, change=True)),
                by=(("channel",), ("campaign",), ("landing_page",), ("device",), ("source_medium",)),
                sort="website_traffic",
                derived=_effects("converting_sessions", "sessions"),
                says=(marks.why_moved("conversion_rate", "converting_sessions", "sessions"),),
                chart="conversion_rate", line="conversion_rate",
            ),
            Split(
                "ads",
                (Column("ad_interactions", share=True), Column("ad_conversions"),
                 Column("ad_conversion_rate", interval=True, change=True)),
                by=_ADS, sort="ad_interactions",
                derived=_effects("ad_conversions", "ad_interactions"),
                says=(marks.why_moved("ad_conversion_rate", "ad_conversions", "ad_interactions"),),
                chart="ad_conversion_rate", line="ad_conversion_rate",
            ),
        ),
    ),
    Spec(
        "cost-per-conversion", "R054",
        (
            Split(
                "ads",
                (Column("ad_spend", share=True), Column("ad_conversions"), Column("ad_conversion_value"),
                 Column("cost_per_conversion", interval=True, change=True)),
                by=(("campaign",), ("ad_group",), ("keyword",), ("channel",), ("platform",), ("ad",)),
                sort="cost_per_conversion",
                marks=(Mark("without_result", "bad", marks.without_result("ad_spend", "ad_conversions")),),
                says=(marks.wasted("ad_spend", "ad_conversions"),),
                chart="cost_per_conversion", line="cost_per_conversion",
            ),
        ),
    ),
    Spec(
        "traffic", "R055",
        (
            Split(
                "web",
                (Column("website_traffic", share=True, change=True), Column("web_engagement_rate"),
                 Column("conversion_rate"), Column("revenue_per_session")),
                by=(("channel",), ("source_medium",), ("campaign",), ("landing_page",), ("device",)),
                sort="website_traffic",
                derived=(
                    Derived("quality_rank", "count", marks.mean_rank(
                        ("web_engagement_rate", "conversion_rate", "revenue_per_session"), "website_traffic")),
                ),
                marks=(Mark("idle", "watch", marks.idle_traffic),),
                chart="website_traffic",
            ),
        ),
    ),
    Spec(
        "ctr", "R056",
        (
            Split("creatives", _CREATIVES, by=(("ad",), ("ad_group",), ("campaign",)), sort="click_through_rate",
                  marks=_rate_marks(*_CTR), says=(marks.winner_told(*_CTR),),
                  chart="click_through_rate", line="click_through_rate"),
            Split("keywords", _CREATIVES, by=(("keyword",), ("search_term",), ("match_type",)),
                  sort="click_through_rate",
                  marks=_rate_marks(*_CTR), says=(marks.winner_told(*_CTR),)),
            Split(
                "organic",
                (Column("organic_search_impressions"), Column("organic_search_clicks"),
                 Column("organic_ctr", interval=True, change=True), Column("average_search_position")),
                by=(("query",), ("page",), ("device",)), sort="organic_ctr",
                marks=(*_rate_marks(*_ORGANIC), Mark("brand_query", "", marks.brand_queries)),
                says=(marks.winner_told(*_ORGANIC), marks.brand_told),
            ),
        ),
    ),
    Spec(
        "engagement", "R057",
        (
            Split("organic", _POSTS, by=_POST_WAYS, sort="social_engagement_rate",
                  where=(("organic_or_boosted", ("organic", "")),), chart="social_engagement_rate",
                  line="social_engagement_rate", pivot=True),
            Split("boosted", _POSTS, by=_POST_WAYS, sort="social_engagement_rate",
                  where=(("organic_or_boosted", ("boosted",)),), chart="social_engagement_rate", pivot=True),
        ),
        days=_QUARTER, filters=("platform", "network"),
    ),
    Spec(
        "cpl", "R058",
        (
            Split(
                "leads",
                (Column("marketing_spend", share=True), Column("leads_generated"),
                 Column("cost_per_lead", interval=True, change=True), Column("lead_quality_rate"),
                 Column("lead_to_customer_rate"), Column("customer_acquisition_cost")),
                by=(("channel",), ("campaign",)), sort="cost_per_lead", ascending=True,
                marks=(
                    Mark("cheapest", "good", marks.best_of("cost_per_lead", "leads_generated", lowest=True)),
                    Mark("best_leads", "good", marks.best_of("lead_quality_rate", "leads_generated")),
                ),
                chart="cost_per_lead", line="cost_per_lead",
            ),
        ),
        days=_QUARTER, filters=("channel", "campaign"),
    ),
    Spec(
        "retention", "R059",
        (
            Split(
                "weeks",
                (Column("customer_retention_rate", interval=True), Column("returning_customers_count"),
                 Column("repeat_purchase_rate"), Column("customer_lifetime_value"),
                 Column("net_promoter_score", interval=True), Column("customer_satisfaction_score")),
                grain="week", units=13, chart="customer_retention_rate",
            ),
            Split(
                "segments",
                (Column("customers_start"), Column("customer_retention_rate", interval=True, change=True),
                 Column("returning_customers_count")),
                by=(("channel",), ("sales_channel",), ("geo",)), sort="customers_start",
            ),
        ),
        filters=("channel",), extra=("cohorts",),
    ),
    Spec(
        "roas", "R060",
        (
            Split(
                "ads",
                (Column("ad_spend", share=True), Column("ad_conversions"), Column("ad_conversion_value"),
                 Column("return_on_ad_spend", interval=True, change=True)),
                by=_ADS, sort="return_on_ad_spend",
                derived=(Derived("break_even", "ratio", marks.break_even_column),),
                marks=(
                    Mark("below_break_even", "bad", marks.below_break_even),
                    Mark("without_result", "bad", marks.without_result("ad_spend", "ad_conversion_value")),
                ),
                says=(marks.losing_above_one,), chart="return_on_ad_spend", line="break_even",
            ),
        ),
        knobs=(KnobSpec("gross_margin_rate", "percent"),),
    ),
    Spec(
        "attribution", "R108",
        (
            Split(
                "models",
                (Column("last_click_sales", share=True), Column("first_click_sales"), Column("linear_sales"),
                 Column("position_based_sales"), Column("self_reported_sales")),
                by=(("channel",), ("campaign",)), sort="last_click_sales",
                marks=(Mark("nobodys", "watch", credit.nobodys),),
                says=(credit.unattributed_told,), chart="last_click_sales",
            ),
            Split(
                "claims",
                (Column("ad_spend"), Column("ad_conversion_value"), Column("attributed_revenue")),
                by=(("channel",), ("campaign",)), sort="ad_conversion_value",
                where=(("channel_class", ("paid",)),),
                derived=(
                    Derived("overlap", "currency", credit.overlap),
                    Derived("claimed_to_own", "ratio", credit.claimed_to_own),
                ),
                marks=(Mark("claims_more", "watch", credit.claims_more),),
                says=(credit.overlap_told,), chart="ad_conversion_value",
            ),
            Split(
                "profit",
                (Column("marketing_spend", share=True), Column("attributed_revenue"),
                 Column("attributed_gross_profit"), Column("marketing_roi", change=True),
                 Column("marketing_efficiency_ratio")),
                by=(("channel",), ("campaign",)), sort="marketing_roi", ascending=True,
                marks=(Mark("loses", "bad", credit.loses),), chart="marketing_roi",
            ),
        ),
        filters=("campaign",),
    ),
    Spec(
        "leads", "R061",
        (
            Split(
                "cohorts",
                (Column("leads_generated"), Column("lead_to_mql_rate"), Column("mql_to_sql_rate"),
                 Column("lead_quality_rate"), Column("lead_to_customer_rate", interval=True)),
                grain="month", units=12, chart="lead_to_customer_rate",
            ),
            Split(
                "sources",
                (Column("leads_generated", share=True), Column("lead_to_mql_rate"),
                 Column("lead_quality_rate", interval=True), Column("lead_to_customer_rate", interval=True)),
                by=(("lead_source",), ("channel",), ("campaign",), ("owner",)), sort="leads_generated",
                derived=(
                    Derived("volume_rank", "count", marks.rank_of("leads_generated")),
                    Derived("lead_rank", "count", marks.lead_quality_rank),
                ),
                marks=(Mark("no_customers", "bad", marks.many_leads_no_customers),),
                chart="lead_quality_rate", line="lead_quality_rate",
            ),
        ),
        days=_QUARTER, filters=("channel", "campaign"),
    ),
    Spec(
        "referral", "R062",
        (
            Split(
                "sites",
                (Column("website_traffic", share=True, change=True), Column("web_engagement_rate"),
                 Column("form_submits"), Column("purchase_sessions"), Column("conversion_rate"),
                 Column("web_revenue")),
                by=(("source_medium",), ("landing_page",), ("channel",), ("device",)), sort="website_traffic",
                limits="referral", chart="website_traffic",
            ),
        ),
        filters=("platform",), switches={"reading": ("referral", "with_social")},
    ),
    Spec(
        "events", "R063",
        (
            Split(
                "events",
                (Column("event_invitations"), Column("event_registrations"), Column("event_attendance"),
                 Column("event_attendance_rate", interval=True), Column("event_leads"), Column("event_cost"),
                 Column("cost_per_attendee")),
                by=(("event",), ("event_type",), ("campaign",), ("channel",)), sort="event_attendance",
                chart="event_attendance_rate", line="event_attendance_rate",
            ),
        ),
        days=_YEAR, filters=("channel", "campaign"),
    ),
    Spec(
        "surveys", "R064",
        (
            Split(
                "nps",
                (Column("nps_responses"), Column("net_promoter_score", interval=True, change=True),
                 Column("nps_promoters"), Column("nps_detractors")),
                by=(("touchpoint",), ("survey_wave",), ("platform",)), sort="nps_responses",
                says=(customers.few_answers("net_promoter_score", "nps_responses"),), chart="net_promoter_score",
            ),
            Split(
                "csat",
                (Column("csat_responses"), Column("customer_satisfaction_score", interval=True, change=True),
                 Column("csat_satisfied")),
                by=(("touchpoint",), ("survey_wave",), ("platform",)), sort="csat_responses",
                says=(customers.few_answers("customer_satisfaction_score", "csat_responses"),),
            ),
        ),
        days=_QUARTER, filters=("platform", "touchpoint"), extra=("comments",),
    ),
    Spec(
        "organic", "R065",
        (
            Split(
                "months",
                (Column("paid_traffic_share"), Column("paid_share_mobile"), Column("paid_share_desktop"),
                 Column("paid_share_tablet"), Column("website_traffic"), Column("organic_traffic"),
                 Column("organic_traffic_growth"), Column("paid_traffic")),
                grain="month", units=12, chart="paid_traffic_share",
            ),
            Split(
                "devices",
                (Column("website_traffic", share=True), Column("organic_traffic", change=True),
                 Column("paid_traffic"), Column("paid_traffic_share", change=True)),
                by=(("device",), ("landing_page",), ("geo",)), sort="website_traffic",
            ),
        ),
        filters=("platform",),
    ),
    Spec(
        "relationship", "R066",
        (
            Split(
                "months",
                (Column("new_customer_revenue"), Column("returning_customer_revenue"),
                 Column("returning_revenue_share"), Column("new_customers"), Column("customer_retention_rate"),
                 Column("customer_churn_rate"), Column("repeat_purchase_rate"), Column("customer_lifetime_value"),
                 Column("net_promoter_score"), Column("customer_satisfaction_score")),
                grain="month", units=13, says=(customers.hidden_fall,), chart="returning_revenue_share",
            ),
        ),
        filters=("channel",),
    ),
    Spec(
        "unit-economics", "R067",
        (
            Split(
                "segments",
                (Column("new_customers"), Column("customer_acquisition_cost"), Column("customer_lifetime_value")),
                by=(("channel",), ("campaign",)), sort="new_customers",
                derived=(
                    Derived("value_now", "currency", customers.lifetime_value),
                    Derived("highest_cac", "currency", customers.highest_cac),
                    Derived("value_to_cost", "ratio", customers.value_to_cost),
                    Derived("payback", "months", customers.payback),
                ),
                marks=(Mark("above_highest_cac", "bad", customers.above_highest_cac),),
                chart="customer_acquisition_cost", line="highest_cac",
            ),
        ),
        days=_YEAR, filters=("channel",),
        knobs=(
            KnobSpec("gross_margin_rate", "percent", part_of="customer_lifetime_value"),
            KnobSpec("customer_churn_rate", "percent", part_of="customer_lifetime_value"),
            KnobSpec("target_ratio", "ratio", start=Decimal(3)),
        ),
    ),
    Spec(
        "service", "R068",
        (
            Split(
                "replies",
                (Column("inbound_needing_reply", share=True), Column("customer_service_response_time", change=True),
                 Column("first_response_p90"), Column("social_response_rate", interval=True, change=True)),
                by=(("support_channel",), ("agent",), ("topic",), ("platform",)), sort="inbound_needing_reply",
                chart="first_response_p90",
            ),
            Split(
                "mentions",
                (Column("brand_mentions", share=True), Column("mentions_positive"), Column("mentions_negative"),
                 Column("sentiment_score", interval=True, change=True), Column("mentions_audited"),
                 Column("sentiment_error_rate", interval=True)),
                by=(("network",), ("topic",), ("platform",)), sort="brand_mentions", says=(customers.audited,),
            ),
        ),
        filters=("platform", "topic"),
    ),
    Spec(
        "top-customers", "R069",
        (
            Split(
                "now",
                (Column("known_buyer_revenue", share=True), Column("top_customer_revenue_share", change=True),
                 Column("top5pct_customers"), Column("top5pct_customer_revenue"), Column("purchasing_customers")),
                by=(("sales_channel",), ("channel",), ("geo",)), sort="known_buyer_revenue",
                derived=(Derived("published_share", "percent", customers.published_share),),
                says=(customers.own_top_share,), chart="top_customer_revenue_share", line="published_share",
            ),
            Split(
                "months",
                (Column("top_customer_revenue_share"), Column("top5pct_customers"),
                 Column("top5pct_customer_revenue"), Column("known_buyer_revenue")),
                grain="month", units=12, chart="top_customer_revenue_share",
                derived=(Derived("published_share", "percent", customers.published_share),), line="published_share",
            ),
        ),
        days=_YEAR, filters=("channel",),
    ),
)  # fmt: skip

SPECS: Final[dict[str, Spec]] = {spec.id: spec for spec in _ALL}
