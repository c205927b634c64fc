"""Small sums over everything that counts, for the checks of the data: per day, account, campaign, month.

Each function is one statement; none returns more than some thousand rows, whatever the number of facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from laban.facts import FACT, FACTS, Fact
from laban.warehouse.naming import NAMED
from laban.warehouse.schema import rates_of
from laban.warehouse.sql import literal, quote

Row = tuple[Any, ...]


class Asked(Protocol):
    """What answers statements: the warehouse or a snapshot of it."""

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of a statement."""


#: Per fact the sums of a day; what is counted in rows is ``count``.
DAILY: Mapping[str, Mapping[str, str]] = {
    "fact_ad_performance": {
        "spend": "sum(spend)",
        "spend_reporting": "sum(spend_reporting)",
        "impressions": "sum(impressions)",
        "clicks": "sum(coalesce(clicks, link_clicks))",
        "conversions": "sum(conversions)",
    },
    "fact_web_sessions": {
        "sessions": "sum(sessions)",
        "key_events": "sum(key_events)",
        "converting_sessions": "sum(converting_sessions)",
    },
    "fact_search_performance": {"clicks": "sum(clicks)", "impressions": "sum(impressions)"},
    "fact_order": {"orders": "count(*)", "amount": "sum(coalesce(gross_amount, net_amount))"},
    "fact_lead_event": {"leads": "count(*) FILTER (stage = 'lead')"},
}
#: Entities that have no rhythm of their own: lines come with their orders, targets lie ahead.
_UNTIMED = frozenset({"fact_order_line", "fact_kpi_target", "fact_exchange_rate"})
_CURRENCIES = {
    "fact_ad_performance": "spend",
    "fact_web_sessions": "revenue",
    "fact_order": "coalesce(gross_amount, net_amount)",
    "fact_marketing_cost": "amount",
}


def covered(asked: Asked) -> list[Row]:
    """(fact, platform, account, start, end, import, file name, loaded at, days a row speaks of) of what counts."""
    return asked.query(
        """SELECT s.fact, s.platform, s.account, a.start_day, a.end_day, l.id, l.name, l.loaded_at, a.days
        FROM active a JOIN slice s ON s.slice_id = a.slice_id JOIN import_log l ON l.id = s.import_id ORDER BY ALL"""
    )


def reaches(asked: Asked) -> list[Row]:
    """(fact, platform, last day, usual step in days, import, file name, loaded at) of every entity."""
    filled = {name for (name,) in asked.query("SELECT DISTINCT fact FROM slice") if name in FACT}
    parts = [
        f"""SELECT {literal(fact.name)} AS fact, platform, date AS day, max(slice_id) AS slice_id
        FROM {quote(fact.name)} WHERE is_current AND date IS NOT NULL GROUP BY ALL"""
        for fact in FACTS
        if fact.name in filled and fact.kind == "entity" and fact.name not in _UNTIMED
    ]
    if not parts:
        return []
    return asked.query(
        f"""WITH day AS ({" UNION ALL ".join(parts)}),
        step AS (SELECT *, day - lag(day) OVER (PARTITION BY fact, platform ORDER BY day) AS step FROM day),
        reach AS (SELECT fact, platform, max(day) AS day, median(step) AS step, arg_max(slice_id, day) AS slice_id
            FROM step GROUP BY ALL)
        SELECT r.fact, r.platform, r.day, coalesce(r.step, 0), l.id, l.name, l.loaded_at
        FROM reach r JOIN slice s ON s.slice_id = r.slice_id JOIN import_log l ON l.id = s.import_id ORDER BY ALL"""
    )


def days(asked: Asked) -> Iterator[tuple[str, Sequence[str], list[Row]]]:
    """Yield a fact, the names of its sums and (platform, account, day, *sums) of its single days."""
    for fact, sums in DAILY.items():
        whole = "" if FACT[fact].kind == "entity" else "AND days = 1"
        rows = asked.query(
            f"SELECT coalesce(platform, ''), coalesce(account, ''), date, {', '.join(sums.values())} "
            f"FROM {quote(f'{fact}_live')} WHERE date IS NOT NULL {whole} GROUP BY ALL ORDER BY ALL"
        )
        yield fact, tuple(sums), rows


def campaign_months(asked: Asked) -> list[Row]:
    """(platform, account, campaign, first day, last day, clicks, conversions) where conversions exceed clicks."""
    return asked.query(
        """SELECT platform, coalesce(account, ''), coalesce(campaign, ''), min(date), max(date),
            sum(clicked), sum(found)
        FROM (SELECT platform, account, campaign, date, coalesce(clicks, link_clicks) AS clicked, conversions AS found
            FROM fact_ad_performance_live)
        WHERE clicked IS NOT NULL AND found IS NOT NULL AND date IS NOT NULL
        GROUP BY platform, account, campaign, date_trunc('month', date)
        HAVING sum(found) > sum(clicked) ORDER BY ALL"""
    )


def unseen_spend(asked: Asked) -> list[Row]:
    """(platform, account, campaign, first day, last day, days, spend) of days with spend and zero impressions."""
    return asked.query(
        """SELECT platform, coalesce(account, ''), coalesce(campaign, ''), min(date), max(date), count(*), sum(spent)
        FROM (SELECT platform, account, campaign, date, sum(coalesce(spend_reporting, spend)) AS spent
            FROM fact_ad_performance_live GROUP BY ALL HAVING sum(spend) > 0 AND sum(impressions) = 0)
        GROUP BY ALL ORDER BY ALL"""
    )


def statuses(asked: Asked) -> list[Row]:
    """(platform, account, first day, last day without a status, orders without one, orders)."""
    return asked.query(
        """SELECT platform, coalesce(account, ''), min(date) FILTER (status IS NULL),
            max(date) FILTER (status IS NULL), count(*) FILTER (status IS NULL), count(*)
        FROM fact_order_live WHERE NOT coalesce(is_test, false)
        GROUP BY ALL HAVING count(*) FILTER (status IS NULL) > 0 ORDER BY ALL"""
    )


def currencies(asked: Asked) -> list[Row]:
    """(fact, platform, account, currency, first day, last day, rows, whether it has a rate) of every amount.

    A currency with a rate on some days only comes twice.
    """
    parts = [
        f"""SELECT {literal(fact)} AS fact, platform, coalesce(account, '') AS account,
            coalesce(f.currency, '') AS currency, min(date) AS first, max(date) AS last, count(*) AS n,
            coalesce(d.rate, r.rate) IS NOT NULL AS counted
        FROM {quote(f"{fact}_live")} f{rates_of("f.currency", "f.date")}
        WHERE {amount} IS NOT NULL AND date IS NOT NULL GROUP BY ALL"""
        for fact, amount in _CURRENCIES.items()
    ]
    return asked.query(f"{' UNION ALL '.join(parts)} ORDER BY ALL")


class CurrencyDay(NamedTuple):
    """A day on which amounts are in a currency; ``counted`` is False where it has no rate then."""

    day: date
    rows: int
    counted: bool


def currency_days(asked: Asked) -> dict[str, list[CurrencyDay]]:
    """Return, per foreign currency, the days with amounts in it."""
    parts = [
        f"""SELECT f.currency, f.date AS day, coalesce(d.rate, r.rate) IS NOT NULL AS counted
        FROM {quote(f"{fact}_live")} f{rates_of("f.currency", "f.date")}
        WHERE {amount} IS NOT NULL AND f.date IS NOT NULL AND r.rate IS DISTINCT FROM 1"""
        for fact, amount in _CURRENCIES.items()
    ]
    found: dict[str, list[CurrencyDay]] = {}
    for currency, day, rows, counted in asked.query(
        f"SELECT currency, day, count(*), bool_and(counted) FROM ({' UNION ALL '.join(parts)}) "
        "GROUP BY 1, 2 ORDER BY 2"
    ):
        found.setdefault(currency, []).append(CurrencyDay(day, rows, counted))
    return found


def rates_said(asked: Asked) -> dict[str, list[tuple[date, Decimal]]]:
    """Return, per currency, the rates that people wrote down into the one reported in, by day."""
    found: dict[str, list[tuple[date, Decimal]]] = {}
    for currency, day, rate in asked.query(
        """SELECT f.foreign_currency, f.date, arg_max(f.rate, f.slice_id) FROM fact_exchange_rate f
        JOIN meta m ON f.currency = m.currency WHERE f.is_current AND f.rate > 0 GROUP BY 1, 2 ORDER BY 1, 2"""
    ):
        found.setdefault(currency, []).append((day, rate))
    return found


def shared_orders(asked: Asked) -> list[Row]:
    """(platform, account, other platform, other account, first, last, orders both have, orders of the smaller)."""
    shops = asked.query("SELECT count(*) FROM (SELECT DISTINCT platform, account FROM fact_order_live)")
    if shops[0][0] < 2:
        return []
    return asked.query(
        """WITH o AS (SELECT platform, coalesce(account, '') AS account, order_id, date,
            coalesce(gross_amount, net_amount) AS amount FROM fact_order_live),
        size AS (SELECT platform, account, count(*) AS n FROM o GROUP BY ALL)
        SELECT a.platform, a.account, b.platform, b.account, min(a.date), max(a.date), count(*), min(least(x.n, y.n))
        FROM o a JOIN o b ON a.order_id = b.order_id AND a.date = b.date AND a.amount IS NOT DISTINCT FROM b.amount
            AND (a.platform, a.account) < (b.platform, b.account)
        JOIN size x ON (x.platform, x.account) = (a.platform, a.account)
        JOIN size y ON (y.platform, y.account) = (b.platform, b.account)
        GROUP BY a.platform, a.account, b.platform, b.account ORDER BY ALL"""
    )


def tags(asked: Asked) -> list[Row]:
    """(source / medium, sessions, first day, last day), the most visited first."""
    return asked.query(
        """SELECT source_medium, sum(sessions), min(date), max(date) FROM fact_web_sessions_live
        WHERE source_medium IS NOT NULL AND sessions IS NOT NULL AND date IS NOT NULL
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5000"""
    )


def naming(asked: Asked) -> dict[str, str]:
    """Return what people said of channels and campaigns, by the name of its file."""
    return dict(asked.query("SELECT part, said FROM naming"))


def visits(asked: Asked) -> list[Row]:
    """(source / medium, campaign as tagged, channel as the file said, channel now, sessions), the most first."""
    return asked.query(
        """SELECT f.source_medium, coalesce(f.given_campaign, f.campaign),
            CASE WHEN f.given_channel_group IS NULL THEN f.channel_group ELSE nullif(f.given_channel_group, '') END,
            f.channel_group, sum(f.sessions) AS n
        FROM fact_web_sessions f JOIN active a
            ON f.slice_id = a.slice_id AND f.date >= a.start_day AND f.date < a.end_day
        WHERE a.fact = 'fact_web_sessions' AND f.source_medium IS NOT NULL AND f.sessions IS NOT NULL
        GROUP BY ALL ORDER BY n DESC, 1, 2 NULLS FIRST, 3 NULLS FIRST LIMIT 5000"""
    )


def campaign_names(asked: Asked) -> list[Row]:
    """(fact, name as written, platform, its number there, rows, spend, first day, last day) of every campaign.

    Names come from all rows, for what counts may change; spend from those that count.
    """
    return asked.query(f"SELECT * FROM ({' UNION ALL '.join(_campaigns(FACT[name]) for name in NAMED)}) ORDER BY ALL")


def _campaigns(fact: Fact) -> str:
    number, spend, joined = "NULL", "NULL", ""
    if "campaign_id" in fact.names:
        number = "f.campaign_id"
    if "spend_reporting" in fact.names:
        spend = "sum(f.spend_reporting) FILTER (a.slice_id IS NOT NULL)"
        joined = (
            f" LEFT JOIN active a ON a.fact = {literal(fact.name)} AND f.slice_id = a.slice_id "
            "AND f.date >= a.start_day AND f.date < a.end_day"
        )
    return f"""SELECT {literal(fact.name)} AS fact, coalesce(f.given_campaign, f.campaign) AS name, f.platform,
        {number} AS number, count(*) AS rows, {spend} AS spend, min(f.date) AS first, max(f.date) AS last
    FROM {quote(fact.name)} f{joined} WHERE f.campaign IS NOT NULL GROUP BY ALL"""


def costs(asked: Asked) -> list[Row]:
    """(description, kind of cost, first day, last day, amount) of every cost line in every month."""
    return asked.query(
        """SELECT coalesce(description, ''), coalesce(cost_type, ''), min(date), max(date), sum(amount_reporting)
        FROM fact_marketing_cost_live WHERE amount_reporting IS NOT NULL
        GROUP BY description, cost_type, channel_group, date_trunc('month', date) ORDER BY ALL"""
    )


def facts_of_imports(asked: Asked) -> dict[int, tuple[str, ...]]:
    """Return which facts each live import fills."""
    found: dict[int, tuple[str, ...]] = {}
    for number, fact in asked.query("SELECT DISTINCT import_id, fact FROM slice ORDER BY ALL"):
        found[number] = (*found.get(number, ()), fact)
    return found
