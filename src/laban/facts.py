"""The canonical facts as data: what a row is, which columns it has, and how each may be added up.

This module is the contract between ``sources`` (which fills facts) and ``warehouse`` (which keeps them);
the tables are drawn from it and nothing downstream knows a platform's own column names.

Two kinds of fact (Kimball):

* **series** – counters reported per day or per period by a platform. A file brings *slices*; of slices that
  compete for the same days only one is active, so the same spend in several cuts is counted once.
* **entity** – things with an identity of their own (an order, a lead, a post). A later file updates the
  same key.

Money is ``DECIMAL(28,8)``: platforms report up to eight decimals and sums must be right to the last digit.
Counts that can be fractional (conversions under data-driven attribution) are ``DECIMAL(20,6)``.
Missing is NULL, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["key", "attribute", "measure"]
Additivity = Literal["additive", "semi_additive", "distinct", "non_additive"]
Kind = Literal["series", "entity"]

TEXT = "VARCHAR"
DATE = "DATE"
TIMESTAMP = "TIMESTAMP"
COUNT = "BIGINT"
QUANTITY = "DECIMAL(20,6)"
MONEY = "DECIMAL(28,8)"
#: Enough digits for one unit of any currency in any other, and exact when multiplied with MONEY.
RATE = "DECIMAL(22,12)"
FLAG = "BOOLEAN"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a fact: its SQL type, role and, for measures, how it may be added."""

    name: str
    type: str
    role: Role
    additivity: Additivity | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact table.

    ``date`` names the column that places a row in time. ``key`` identifies a row of an entity fact.
    ``maturity_days`` is how long a fresh number still moves; younger periods are not judged.
    """

    name: str
    kind: Kind
    grain: str
    date: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    maturity_days: int

    def column(self, name: str) -> Column:
        """Return the column called ``name``; KeyError if there is none."""
        return next((c for c in self.columns if c.name == name), None) or _missing(self.name, name)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in table order."""
        return tuple(c.name for c in self.columns)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Names of the text columns a breakdown may use."""
        return tuple(c.name for c in self.columns if c.role != "measure" and c.type == TEXT)

    @property
    def filled(self) -> frozenset[str]:
        """Names of the text columns without empty texts: what a series does not say is NULL, but for its account."""
        return frozenset(self.dimensions) - {"account", "platform"} if self.kind == "series" else frozenset()


def _missing(fact: str, name: str) -> Column:
    raise KeyError(f"{fact}.{name}")


def _dims(*names: str) -> tuple[Column, ...]:
    return tuple(Column(n, TEXT, "attribute") for n in names)


def _key(*names: str, type_: str = TEXT) -> tuple[Column, ...]:
    return tuple(Column(n, type_, "key") for n in names)


def _at(*names: str) -> tuple[Column, ...]:
    return tuple(Column(n, TIMESTAMP, "attribute") for n in names)


def _flags(*names: str) -> tuple[Column, ...]:
    return tuple(Column(n, FLAG, "attribute") for n in names)


def _counts(*names: str, additivity: Additivity = "additive") -> tuple[Column, ...]:
    return tuple(Column(n, COUNT, "measure", additivity) for n in names)


def _quantities(*names: str, additivity: Additivity = "additive") -> tuple[Column, ...]:
    return tuple(Column(n, QUANTITY, "measure", additivity) for n in names)


def _money(*names: str, additivity: Additivity = "additive") -> tuple[Column, ...]:
    return tuple(Column(n, MONEY, "measure", additivity) for n in names)


def _series(name: str, grain: str, *groups: tuple[Column, ...], maturity_days: int = 0) -> Fact:
    columns = (Column("date", DATE, "key"), *_dims("platform", "account"), *(c for g in groups for c in g))
    return Fact(name, "series", grain, "date", ("date",), columns, maturity_days)


def _entity(
    name: str,
    grain: str,
    key: tuple[str, ...],
    *groups: tuple[Column, ...],
    maturity_days: int = 0,
) -> Fact:
    columns = (
        Column("date", DATE, "attribute"),
        *_dims("platform", "account"),
        *(c for g in groups for c in g),
    )
    return Fact(name, "entity", grain, "date", key, columns, maturity_days)


FACTS: tuple[Fact, ...] = (
    _series(
        "fact_ad_performance",
        "date x platform x account x campaign x ad group x ad x breakdowns",
        _dims(
            "channel_group",
            "campaign",
            "campaign_id",
            "campaign_type",
            "ad_group",
            "ad",
            "keyword",
            "match_type",
            "search_term",
            "device",
            "age",
            "gender",
            "geo",
            "placement",
            "hour",
            "weekday",
            "attribution_window",
            "result_type",
            "status",
            "currency",
        ),
        _counts("impressions", "clicks", "link_clicks", "interactions", "landing_page_views", "engagements"),
        _counts("video_plays", "video_views", "video_completions", "adds_to_cart", "checkouts", "purchases"),
        _quantities("conversions", "view_through_conversions", "leads", "results"),
        _counts("messaging_conversations"),
        _money("spend", "spend_reporting", "conversion_value", "conversion_value_reporting"),
        _counts("reach", additivity="distinct"),
        _counts("viewable_impressions", "measurable_impressions", "eligible_impressions"),
        _quantities("quality_score", additivity="non_additive"),
        # Impressions of a keyword report that stands beside the totals it is a part of.
        _counts("quality_impressions"),
        maturity_days=28,
    ),
    _series(
        "fact_ad_reach",
        "reporting window x platform x account: people reached, deduplicated by the platform",
        _dims("channel_group", "campaign"),
        _counts("reach", additivity="distinct"),
        _quantities("frequency", additivity="non_additive"),
        maturity_days=3,
    ),
    _series(
        "fact_web_sessions",
        "date x channel x source/medium x campaign x landing page x device x country x user type",
        _dims(
            "channel_group",
            "source_medium",
            "campaign",
            "landing_page",
            "device",
            "geo",
            "user_type",
            "conversion_action",
            "currency",
        ),
        _counts("sessions", "engaged_sessions"),
        _quantities("session_seconds", "engagement_seconds"),
        _counts("pageviews", "event_count"),
        _quantities("key_events", "converting_sessions"),
        _counts("product_view_sessions", "add_to_cart_sessions", "checkout_sessions", "purchase_sessions"),
        _money("revenue", "revenue_reporting"),
        _counts("form_starts", "form_submits", "signups"),
        maturity_days=2,
    ),
    _series(
        "fact_web_users",
        "reporting window x channel x device: people, deduplicated by the tool",
        _dims("channel_group", "first_user_channel", "source_medium", "device", "geo"),
        _counts("total_users", "active_users", "new_users", "returning_users", additivity="distinct"),
        _counts("event_count"),
        _quantities("key_events"),
        maturity_days=2,
    ),
    _series(
        "fact_page_content",
        "date x page",
        _dims("page", "content_type", "channel_group", "device", "currency"),
        _counts("views", "engaged_views"),
        _quantities("engaged_seconds"),
        _counts("interactions", "scroll_90", "event_count"),
        _quantities("key_events"),
        _money("revenue"),
        _counts("published"),
        _counts("page_sessions", "active_users", additivity="non_additive"),
        maturity_days=2,
    ),
    _series(
        "fact_touch",
        "visit, and purchase within a visit: what attribution is worked out from (people as keyed hashes only)",
        _dims("kind", "user_key", "session_key", "channel_group", "source_medium", "source", "medium", "campaign"),
        _dims("landing_page", "conversion_id", "currency"),
        _at("touch_ts"),
        _flags("is_engaged"),
        _money("revenue", "revenue_reporting"),
        maturity_days=3,
    ),
    _series(
        "fact_web_events",
        "date x event name",
        _dims("event"),
        _counts("event_count"),
        _quantities("key_events"),
        maturity_days=2,
    ),
    _series(
        "fact_search_performance",
        "date x query x page x device x country x appearance (organic search)",
        _dims("query", "page", "device", "geo", "search_appearance", "search_type"),
        _counts("clicks", "impressions"),
        _quantities("position_weight"),
        # Clicks of a download by query that stands beside the totals it is a part of.
        _counts("query_clicks"),
        maturity_days=3,
    ),
    _series(
        "fact_keyword_rank",
        "snapshot date x keyword",
        _dims("keyword", "domain", "device", "geo"),
        _counts("rank", additivity="non_additive"),
    ),
    _series(
        "fact_backlink_snapshot",
        "snapshot date x domain",
        _dims("domain"),
        _counts("backlinks", "referring_domains", additivity="semi_additive"),
        _quantities("authority_score", additivity="non_additive"),
    ),
    _series(
        "fact_brand_search",
        "period x brand x place: searches for a brand's name (a volume or, within one download, an index)",
        _dims("brand", "geo", "search_source"),
        _flags("is_own_brand"),
        _quantities("search_volume"),
    ),
    _series(
        "fact_site_health",
        "snapshot date x site x device",
        _dims("site", "device"),
        _counts(
            "pages_submitted",
            "pages_indexed",
            "cwv_good_views",
            "cwv_measured_views",
            additivity="semi_additive",
        ),
    ),
    _series(
        "fact_social_account",
        "date x social account",
        _dims("network", "social_account"),
        _counts("followers", additivity="semi_additive"),
        _counts("followers_gained", "followers_lost", "profile_visits", "views", "video_views"),
        _counts("reactions", "comments", "shares", "interactions", "link_clicks", "leads"),
        _quantities("watch_seconds"),
        _counts("reach", "viewers", "new_viewers", "returning_viewers", additivity="distinct"),
        maturity_days=2,
    ),
    _series(
        "fact_audience_profile",
        "snapshot date x social account x attribute: share of followers",
        _dims("network", "social_account", "attribute", "member"),
        _quantities("share", additivity="non_additive"),
    ),
    _entity(
        "fact_social_post",
        "post, lifetime counters keyed to the publish date",
        ("platform", "account", "post_id"),
        _key("post_id"),
        _dims("network", "social_account", "title", "post_type", "topic", "campaign", "channel_group"),
        _at("published_at"),
        _flags("is_boosted"),
        _counts("views", "impressions"),
        _counts("reach", additivity="distinct"),
        _counts("reactions", "comments", "shares", "saves", "link_clicks", "other_clicks", "follows"),
        _counts("video_views", "video_completions"),
        _quantities("watch_seconds"),
        maturity_days=7,
    ),
    _series(
        "fact_messaging",
        "date x channel x account x campaign",
        _dims("channel_group", "messaging_channel", "campaign"),
        _counts("conversations_started", "qualified_conversations", "phones_captured", "orders_closed"),
    ),
    _entity(
        "fact_email_campaign",
        "send",
        ("platform", "account", "send_id"),
        _key("send_id"),
        _dims("campaign", "subject", "list", "currency"),
        _at("sent_at"),
        _counts("sent", "delivered", "soft_bounces", "hard_bounces", "bounces"),
        _counts("unique_opens", "opens", "machine_opens", "unique_clicks", "clicks"),
        _counts("unsubscribes", "complaints", "orders"),
        _quantities("conversions"),
        _money("gross_sales", "revenue"),
        maturity_days=7,
    ),
    _series(
        "fact_email_list",
        "date x mailing list",
        _dims("list"),
        _counts("subscribers", additivity="semi_additive"),
        _counts("gained", "lost"),
    ),
    _entity(
        "fact_lead_event",
        "lead x stage reached",
        ("platform", "account", "lead_id", "stage"),
        _key("lead_id", "stage"),
        _dims("lead_source", "channel_group", "campaign", "product", "owner", "reject_reason", "customer_key"),
        _at("entered_at", "created_at", "first_response_at", "mql_at", "sql_at", "won_at", "lost_at"),
        _flags("is_rejected", "is_duplicate"),
        _money("amount"),
        _quantities("lead_score", additivity="non_additive"),
        maturity_days=30,
    ),
    _entity(
        "fact_order",
        "order",
        ("platform", "account", "order_id"),
        _key("order_id"),
        _dims(
            "customer_key",
            "sales_channel",
            "channel_group",
            "campaign",
            "status",
            "payment_method",
            "carrier",
            "geo",
            "currency",
        ),
        _at("order_ts", "delivered_at"),
        _money("gross_amount", "discount_amount", "refund_amount", "shipping_subsidy", "marketplace_fee"),
        # What a marketplace takes off at its own cost: the buyer pays less, the shop earns the same.
        _money("platform_discount", "net_amount"),
        _flags("is_first_order", "is_test"),
        maturity_days=21,
    ),
    _entity(
        "fact_order_line",
        "order x product line",
        ("platform", "account", "order_id", "line_no"),
        _key("order_id", "line_no"),
        _dims("product", "category", "channel_group", "currency"),
        _quantities("quantity"),
        _money("unit_price", "unit_cost", additivity="non_additive"),
        _money("line_amount", "variable_cost"),
        maturity_days=21,
    ),
    _entity(
        "fact_affiliate_order",
        "affiliate order item",
        ("platform", "account", "order_id", "line_no"),
        _key("order_id", "line_no"),
        _dims("status", "shop", "product", "category", "sub_id", "affiliate_channel", "currency"),
        _at("order_ts", "clicked_at", "completed_at"),
        _quantities("quantity"),
        _money("item_value", "refund", "item_commission", "order_commission", "net_commission"),
        maturity_days=60,
    ),
    _entity(
        "fact_survey_response",
        "survey response x question",
        ("platform", "account", "response_id", "question"),
        _key("response_id", "question"),
        _dims("survey_wave", "arm", "touchpoint", "customer_key", "text", "said_channel"),
        _at("answered_at"),
        _quantities("score", "weight", additivity="non_additive"),
    ),
    _entity(
        "fact_mention",
        "mention of a brand",
        ("platform", "account", "mention_id"),
        _key("mention_id"),
        _dims("brand", "network", "topic", "sentiment", "audited_sentiment", "url"),
        _at("mentioned_at"),
        _flags("is_own_brand", "is_owned"),
        _counts("author_followers", "engagement"),
    ),
    _entity(
        "fact_event",
        "event x invitee",
        ("platform", "account", "event_id", "invitee_id"),
        _key("event_id", "invitee_id"),
        _dims("event_type", "campaign", "channel_group"),
        _flags("invited", "registered", "attended", "became_lead"),
    ),
    _entity(
        "fact_support_ticket",
        "conversation or ticket",
        ("platform", "account", "ticket_id"),
        _key("ticket_id"),
        _dims("support_channel", "topic", "agent", "status"),
        _at("opened_at", "first_reply_at", "resolved_at"),
        _flags("needs_reply", "reopened"),
        _counts("contacts"),
        _quantities("csat", additivity="non_additive"),
    ),
    _series(
        "fact_marketing_cost",
        "day x cost line (a cost over several days is spread over them, the last day taking the remainder)",
        _dims(
            "function",
            "cost_type",
            "channel_group",
            "campaign",
            "department",
            "description",
            "currency",
        ),
        _money("amount", "amount_reporting"),
    ),
    _series(
        "fact_budget_plan",
        "day x line of the plan (an amount for several days is spread over them)",
        _dims("channel_group", "campaign", "department", "currency"),
        _money("planned_amount"),
    ),
    _series(
        "fact_pipeline_snapshot",
        "snapshot date x open deal",
        _dims("opportunity_id", "stage", "owner", "product", "currency"),
        _money("amount", additivity="semi_additive"),
        _quantities("probability", additivity="non_additive"),
    ),
    _entity(
        "fact_referral",
        "customer who came on a recommendation",
        ("platform", "account", "customer_key"),
        _key("customer_key"),
        _dims("referrer_key", "program"),
    ),
    _entity(
        "fact_review",
        "review",
        ("platform", "account", "review_id"),
        _key("review_id"),
        _dims("network", "product", "store", "text"),
        _at("replied_at"),
        _quantities("rating", additivity="non_additive"),
    ),
    _series(
        "fact_market_size",
        "period x category x place x study: sales of a whole market beside one's own",
        _dims("category", "geo", "market_source", "currency"),
        _money("market_sales", "own_sales"),
    ),
    _series(
        "fact_competitor_snapshot",
        "date x competitor x network",
        _dims("competitor", "network", "note"),
        _counts("followers", "active_ads", additivity="semi_additive"),
        _counts("posts", "public_engagements"),
        _quantities("price_index", "rating", additivity="non_additive"),
    ),
    _entity(
        "fact_kpi_target",
        "target of a KPI for a part of the company and a period, dated by the last day of the period",
        ("platform", "account", "target_id"),
        _key("target_id"),
        _dims("kpi", "scope", "owner", "goal", "basis", "status"),
        _at("starts_at"),
        _flags("met"),
        _quantities("target_value", "warn_value", additivity="non_additive"),
    ),
    _entity(
        "fact_consent",
        "person x purpose x day: whether the person agreed; the newest day holds",
        ("platform", "account", "customer_key", "purpose", "date"),
        _key("customer_key", "purpose"),
        _at("answered_at"),
        _flags("given"),
    ),
    _entity(
        "fact_exchange_rate",
        "currency x day: what one unit of it was worth in another (``currency``)",
        ("platform", "account", "foreign_currency", "date"),
        _key("foreign_currency"),
        _dims("currency"),
        (Column("rate", RATE, "measure", "non_additive"),),
    ),
    _entity(
        "fact_person_link",
        "two keys of people (phone, e-mail, buyer number, hashed): stood in one row, or ruled one or not by hand",
        ("platform", "account", "person_key", "other_key"),
        _key("person_key", "other_key"),
        _dims("key_kind", "other_kind"),
        _flags("is_same"),
    ),
    _series(
        "fact_experiment",
        "date x experiment x arm x metric",
        _dims("experiment", "variant", "metric", "decision", "currency"),
        _counts("units"),
        _quantities("conversions", "value_sum", "value_sumsq"),
        _money("incremental_revenue"),
    ),
    _series(
        "fact_link_click",
        "date x short link or QR code x referrer x device (robots left out)",
        _dims("link", "medium", "place", "referrer", "device", "campaign", "channel_group"),
        _counts("clicks"),
        _counts("unique_clicks", additivity="distinct"),
    ),
    _series(
        "fact_own_number",
        "date x a number that the company writes down itself (hours on air, visitors of the shop, parcels)",
        _dims("measure", "channel_group", "campaign", "product"),
        _quantities("value"),
    ),
    _series(
        "fact_offline_activity",
        "period x activity (flyers, billboards, radio, a shop window): contacts and what came of them",
        _dims("activity", "media_type", "geo", "campaign", "currency"),
        _counts("audience_estimate", "responses"),
        _money("revenue", "revenue_reporting"),
    ),
)

FACT: dict[str, Fact] = {fact.name: fact for fact in FACTS}

#: Columns that say who somebody is, as a keyed hash.
PERSON_COLUMNS: frozenset[str] = frozenset({"customer_key", "referrer_key", "invitee_id", "person_key", "other_key"})

#: Facts whose rows are about one person: who is forgotten takes the row along, where an order only loses its owner.
PERSONAL: frozenset[str] = frozenset(
    {"fact_survey_response", "fact_event", "fact_referral", "fact_consent", "fact_person_link"}
)

CHANNEL_GROUPS: tuple[str, ...] = (
    "organic_search",
    "paid_search",
    "display",
    "video",
    "organic_social",
    "paid_social",
    "email",
    "referral",
    "direct",
    "affiliate",
    "marketplace",
    "messaging",
    "offline",
    "other",
)

#: What no channel is credited with, where sales are shared among channels.
UNATTRIBUTED = "unattributed"

#: Overlapping classes: paid social is paid *and* social, so class totals are never added together.
CHANNEL_CLASSES: dict[str, tuple[str, ...]] = {
    "paid": ("paid_search", "display", "video", "paid_social", "affiliate"),
    "inbound": ("organic_search", "email", "organic_social"),
    "social": ("organic_social", "paid_social"),
    "direct": ("direct",),
    "referral": ("referral",),
    "offline": ("offline",),
}

#: A money column that is kept both as reported and in the workspace's reporting currency.
REPORTING: dict[str, str] = {
    "spend": "spend_reporting",
    "conversion_value": "conversion_value_reporting",
    "revenue": "revenue_reporting",
    "amount": "amount_reporting",
}
