"""Who is credited with a sale: the visits that led to it, by five models, or the order's own source.

Visits are known where raw events of the website were imported (``fact_touch``): a purchase carries the number of the
order and the visitor, and the visitor's earlier visits within the look-back are its path. Direct visits are no
marketing and take no credit while there is another. Without a path every model credits the channel that the order
itself names; ``self_reported`` credits the channel that the buyer named in a survey, or none. Credits of one sale and
one model add up to exactly one, what cannot be credited included: that is the channel ``UNATTRIBUTED``.

``attribution_touch`` and ``attribution_said`` hold what had to be worked out; the views add the orders. A share is
kept as two places on the way from 0 to 1, so that rounded parts of a sum add up to the sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from laban.facts import MONEY, UNATTRIBUTED
from laban.warehouse.dirty import ATTRIBUTION
from laban.warehouse.sql import literal

if TYPE_CHECKING:
    import duckdb

MODELS = ("last_click", "first_click", "linear", "position_based", "self_reported")
#: The view with every model: to be asked for one model at a time, for sums over models mean nothing.
BY_MODEL = "fact_attribution_model"
#: Facts whose rows decide who is credited.
CAUSES = frozenset({"fact_order", "fact_touch", "fact_survey_response", "fact_person_link"})

#: Channels that are not marketing's doing; orders through them are credited to nobody.
_NOBODYS = ("direct", "other", "")
_SHARE = "DECIMAL(7,6)"
_KEY = ("platform", "account", "order_id")

_TABLES = (
    "CREATE TABLE IF NOT EXISTS attribution_choice (model VARCHAR NOT NULL, days INTEGER NOT NULL)",
    "INSERT INTO attribution_choice SELECT 'last_click', 30 WHERE NOT EXISTS (SELECT 1 FROM attribution_choice)",
    f"""CREATE TABLE IF NOT EXISTS attribution_touch (
        platform VARCHAR, account VARCHAR, order_id VARCHAR, model VARCHAR,
        touch_no INTEGER, channel_group VARCHAR, campaign VARCHAR, touch_ts TIMESTAMP,
        since {_SHARE}, upto {_SHARE})""",
    """CREATE TABLE IF NOT EXISTS attribution_said (
        platform VARCHAR, account VARCHAR, order_id VARCHAR, channel_group VARCHAR)""",
)


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables, once per database."""
    for statement in _TABLES:
        connection.execute(statement)


# What has to be worked out


def _upto(place: str) -> str:
    """The share of the first ``place`` of ``n`` touches, by the model ``m.model``.

    Position-based: 40 % for the first, 40 % for the last, 20 % for those in between; two share equally.
    """
    return f"""CAST(round(CASE WHEN {place} <= 0 THEN 0.0 WHEN {place} >= n THEN 1.0
        WHEN m.model = 'last_click' THEN 0.0 WHEN m.model = 'first_click' THEN 1.0
        WHEN m.model = 'linear' OR n = 2 THEN {place} / n
        ELSE 0.4 + 0.2 * ({place} - 1) / (n - 2) END, 6) AS {_SHARE})"""


_OF_VISITS = ", ".join(f"({literal(model)})" for model in MODELS if model != "self_reported")
_CHANNELS = ", ".join(literal(channel) for channel in _NOBODYS)
_PATHS = f"""
    WITH buy AS (
        SELECT lower(ltrim(conversion_id, '#')) AS number, arg_min(user_key, touch_ts) AS user_key,
            min(touch_ts) AS at
        FROM fact_touch_live
        WHERE kind = 'purchase' AND conversion_id IS NOT NULL AND user_key IS NOT NULL GROUP BY 1),
    sold AS (
        SELECT lower(ltrim(order_id, '#')) AS number, any_value(platform) AS platform, any_value(account) AS account,
            any_value(order_id) AS order_id
        FROM fact_order WHERE is_current GROUP BY 1 HAVING count(*) = 1),
    path AS (
        SELECT s.platform, s.account, s.order_id, t.channel_group, t.campaign, t.touch_ts,
            row_number() OVER (PARTITION BY s.number ORDER BY t.touch_ts, t.session_key, t.channel_group) AS k,
            count(*) OVER (PARTITION BY s.number) AS n
        FROM sold s JOIN buy b USING (number) JOIN fact_touch_live t ON t.user_key = b.user_key
        WHERE t.kind = 'visit' AND t.touch_ts <= b.at
            AND t.touch_ts >= b.at - to_days((SELECT days FROM attribution_choice))
            AND coalesce(t.channel_group, '') NOT IN ({_CHANNELS}))
    SELECT platform, account, order_id, m.model, CAST(k AS INTEGER) AS touch_no, channel_group, campaign, touch_ts,
        {_upto("(k - 1)")} AS since, {_upto("k")} AS upto
    FROM path, (VALUES {_OF_VISITS}) m(model) WHERE since < upto"""

#: Of several answers of one buyer the one nearest to the order counts.
_SAID = f"""
    SELECT o.platform, o.account, o.order_id, r.said_channel AS channel_group
    FROM fact_survey_response r LEFT JOIN person p ON p.key = r.customer_key
    JOIN fact_order o ON coalesce(o.person, o.customer_key) = coalesce(p.person, r.customer_key)
    WHERE o.is_current AND r.is_current AND coalesce(r.said_channel, '') NOT IN ({_CHANNELS})
    QUALIFY row_number() OVER (PARTITION BY o.platform, o.account, o.order_id
        ORDER BY abs(date_diff('day', r.date, o.date)), r.date, r.response_id, r.said_channel) = 1"""


def refresh(connection: duckdb.DuckDBPyConnection) -> bool:
    """Work out anew who is credited, after orders, visits or answers changed; return whether anybody else is now."""
    causes = {"attribution_touch": (_TOUCHES, _PATHS), "attribution_said": (_ANSWERS, _SAID)}
    found = [
        _renew(connection, table, wanted) for table, (rows, wanted) in causes.items() if _any(connection, rows, table)
    ]
    return any(found)


_TOUCHES = "fact_touch WHERE kind = 'purchase'"
_ANSWERS = "fact_survey_response WHERE said_channel IS NOT NULL"


def _any(connection: duckdb.DuckDBPyConnection, *rows: str) -> bool:
    """Return whether there is anything to work out, or anything worked out before."""
    return any(connection.execute(f"SELECT 1 FROM {each} LIMIT 1").fetchone() is not None for each in rows)


def _renew(connection: duckdb.DuckDBPyConnection, table: str, wanted: str) -> bool:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE attribution_now AS {wanted}")
    key = ", ".join(_KEY)
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE attribution_changed AS SELECT DISTINCT {key} FROM (
            (SELECT * FROM attribution_now EXCEPT ALL SELECT * FROM {table})
            UNION ALL (SELECT * FROM {table} EXCEPT ALL SELECT * FROM attribution_now))"""
    )
    if connection.execute("SELECT 1 FROM attribution_changed LIMIT 1").fetchone() is None:
        return False
    connection.execute(f"DELETE FROM {table}")
    connection.execute(f"INSERT INTO {table} SELECT * FROM attribution_now")
    same = " AND ".join(f"c.{name} IS NOT DISTINCT FROM f.{name}" for name in _KEY)
    connection.execute(
        f"""INSERT INTO rollup_dirty SELECT DISTINCT {literal(ATTRIBUTION)}, 'date', f.date
        FROM fact_order f SEMI JOIN attribution_changed c ON {same}
        WHERE f.is_current AND f.date IS NOT NULL AND EXISTS (SELECT 1 FROM rollup_state)"""
    )
    return True


def choose(connection: duckdb.DuckDBPyConnection, model: str, days: int) -> None:
    """Credit by ``model`` from now on, looking back ``days`` days; to be called in a transaction."""
    connection.execute("UPDATE attribution_choice SET model = ?, days = ?", [model, days])
    refresh(connection)
    connection.execute(
        "INSERT INTO rollup_dirty SELECT DISTINCT source, '', CAST(NULL AS DATE) FROM rollup_state WHERE source = ?",
        [ATTRIBUTION],
    )


def chosen(connection: duckdb.DuckDBPyConnection) -> tuple[str, int]:
    """Return the model in use and how many days it looks back."""
    row = connection.execute("SELECT model, days FROM attribution_choice").fetchone()
    return (str(row[0]), int(row[1])) if row else ("last_click", 30)


# The views


def views() -> tuple[str, ...]:
    """Return the statements that make the view of the model in use and the view of every model."""
    every = ", ".join(f"({literal(model)})" for model in MODELS)
    inner = _view_sql(f"(VALUES {every}) m(model)")
    chosen_one = f"SELECT * FROM ({_view_sql('attribution_choice m')}) WHERE channel_group <> {literal(UNATTRIBUTED)}"
    return (
        f"CREATE OR REPLACE VIEW {ATTRIBUTION} AS {chosen_one}",
        f"CREATE OR REPLACE VIEW {BY_MODEL} AS {inner}",
    )


def _view_sql(models: str) -> str:
    """Sales and who is credited with them.

    Gross profit is known only where every line's cost is. Goods that were not taken come back: a failed or returned
    order costs its packing only. ``basis`` says what a credit rests on.
    """
    revenue = "coalesce(o.net_amount, o.gross_amount - coalesce(o.discount_amount, 0) - coalesce(o.refund_amount, 0))"
    own = f"CASE WHEN s.channel_group IN ({_CHANNELS}) THEN NULL ELSE s.channel_group END"
    return f"""SELECT s.order_id AS conversion_id, m.model, s.platform, s.account,
            coalesce(CASE WHEN m.model = 'self_reported' THEN a.channel_group
                WHEN t.upto IS NOT NULL THEN t.channel_group ELSE {own} END, {literal(UNATTRIBUTED)})
                AS channel_group,
            CASE WHEN m.model = 'self_reported' THEN NULL WHEN t.upto IS NOT NULL THEN t.campaign ELSE s.campaign END
                AS campaign,
            s.date, coalesce(t.touch_no, 1) AS touch_no, t.touch_ts,
            CASE WHEN m.model = 'self_reported' THEN CASE WHEN a.channel_group IS NULL THEN 'none' ELSE 'answer' END
                WHEN t.upto IS NOT NULL THEN 'visits' WHEN {own} IS NULL THEN 'none' ELSE 'order' END AS basis,
            CAST(coalesce(t.upto - t.since, 1) AS DECIMAL(20,6)) AS credit,
            {_part("s.revenue")} AS credited_revenue, {_part("s.profit")} AS credited_gross_profit,
            s.is_first_order AS is_new_customer
        FROM (
            SELECT o.order_id, o.platform, o.account, o.channel_group, o.campaign, o.date, o.is_first_order,
                CAST({revenue} AS {MONEY}) AS revenue,
                CAST({revenue} - CASE WHEN coalesce(o.status, '') IN ('failed', 'returned') THEN c.packing
                    ELSE c.goods + c.packing END AS {MONEY}) AS profit
            FROM fact_order_live o LEFT JOIN (
                SELECT platform, account, order_id,
                    CASE WHEN count(unit_cost * quantity) = count(*) THEN sum(unit_cost * quantity) END AS goods,
                    sum(coalesce(variable_cost, 0)) AS packing
                FROM fact_order_line_live GROUP BY ALL
            ) c ON c.order_id = o.order_id AND c.platform IS NOT DISTINCT FROM o.platform
                AND c.account IS NOT DISTINCT FROM o.account
            WHERE NOT coalesce(o.is_test, false) AND coalesce(o.status, '') <> 'cancelled'
        ) s CROSS JOIN {models}
        LEFT JOIN attribution_touch t ON t.order_id = s.order_id AND t.model = m.model
            AND t.platform IS NOT DISTINCT FROM s.platform AND t.account IS NOT DISTINCT FROM s.account
        LEFT JOIN attribution_said a ON a.order_id = s.order_id
            AND a.platform IS NOT DISTINCT FROM s.platform AND a.account IS NOT DISTINCT FROM s.account"""


def _part(amount: str) -> str:
    """The part of an amount that lies between two places on the way to the whole."""
    upto, since = (f"CAST({amount} * t.{place} AS {MONEY})" for place in ("upto", "since"))
    return f"CASE WHEN t.upto IS NULL THEN {amount} ELSE {upto} - {since} END"
