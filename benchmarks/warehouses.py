"""Warehouses of any size, filled by SQL through the project's own schema: ads, web, orders with lines, leads.

Two years of days, in the order of days as imports bring them. Web has a tenth, orders a twentieth and leads a
fiftieth of the rows of ads. Made once under bench-data/ and used again.
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

from laban.warehouse import Warehouse

DATA = Path(__file__).parent.parent / "bench-data"
DAYS = 770
LAST = date(2026, 11, 15)
FIRST = LAST - timedelta(days=DAYS - 1)
TODAY = LAST + timedelta(days=1)

CHANNELS = "['organic_search', 'paid_search', 'paid_social', 'organic_social', 'email', 'direct', 'referral']"
#: Something that looks random and is always the same.
R = "CAST(hash(r) >> 12 AS BIGINT)"


def day(rows: str) -> str:
    """The day of row ``r`` of so many rows, in order."""
    return f"(DATE '{FIRST}' + CAST(r * {DAYS} // ({rows}) AS INTEGER))"


ADS = f"""INSERT INTO fact_ad_performance BY NAME SELECT $slice AS slice_id, {{day}} AS date,
    'google_ads' AS platform, '' AS account, {CHANNELS}[1 + {R} % 7] AS channel_group,
    'Chiến dịch ' || {R} % 40 AS campaign,
    ['mobile', 'desktop', 'tablet'][1 + {R} // 64 % 3] AS device, {R} % 900 AS impressions, {R} % 31 AS clicks,
    {R} % 30 AS link_clicks, {R} % 29 AS interactions, {R} % 23 AS landing_page_views, {R} % 17 AS engagements,
    {R} % 301 AS video_views, {R} % 211 AS video_plays, {R} % 101 AS video_completions,
    ({R} % 5)::DECIMAL(20,6) AS conversions, ({R} % 91 * 1000)::DECIMAL(28,8) AS spend,
    ({R} % 91 * 1000)::DECIMAL(28,8) AS spend_reporting, ({R} % 71 * 9000)::DECIMAL(28,8) AS conversion_value,
    ({R} % 71 * 9000)::DECIMAL(28,8) AS conversion_value_reporting, {R} % 700 AS viewable_impressions,
    {R} % 800 AS measurable_impressions, {R} % 1500 AS eligible_impressions, 'VND' AS currency
    FROM range($first, $first + $rows) t(r)"""

FILL = (
    f"""INSERT INTO active SELECT n, f, DATE '{FIRST}', DATE '{LAST}' + 1, 1 FROM (VALUES
        (900001, 'fact_ad_performance'), (900002, 'fact_web_sessions')) AS s(n, f)""",
    f"""INSERT INTO slice SELECT n, 900001, f, p, '', 'whole', 'day', DATE '{FIRST}', DATE '{LAST}' + 1, 0, '' FROM
        (VALUES (900001, 'fact_ad_performance', 'google_ads'), (900002, 'fact_web_sessions', 'ga4')) AS s(n, f, p)""",
    f"""INSERT INTO fact_web_sessions BY NAME SELECT 900002 AS slice_id, {day("$web")} AS date, 'ga4' AS platform,
        '' AS account, {CHANNELS}[1 + {R} % 7] AS channel_group, ['mobile', 'desktop'][1 + {R} // 64 % 2] AS device,
        {R} % 90 AS sessions, {R} % 50 AS engaged_sessions, ({R} % 4)::DECIMAL(20,6) AS converting_sessions,
        ({R} % 9000)::DECIMAL(20,6) AS session_seconds, ({R} % 4000)::DECIMAL(20,6) AS engagement_seconds,
        {R} % 300 AS pageviews, {R} % 3 AS signups, {R} % 5 AS form_submits, {R} % 11 AS form_starts,
        {R} % 2 AS purchase_sessions, {R} % 7 AS add_to_cart_sessions FROM range($web) t(r)""",
    f"""INSERT INTO fact_order BY NAME SELECT true AS is_current, {day("$orders")} AS date, 'own_orders' AS platform,
        '' AS account, 'O' || r AS order_id, 'C' || {R} % ($orders // 2) AS customer_key,
        {CHANNELS}[1 + {R} % 7] AS channel_group, ['delivered', 'returned', 'cancelled', 'shipped'][1 + {R} // 64 % 4]
        AS status, {day("$orders")}::TIMESTAMP AS order_ts,
        (200000 + {R} % 900 * 1000)::DECIMAL(28,8) AS gross_amount,
        ({R} % 20 * 1000)::DECIMAL(28,8) AS discount_amount, false AS is_test, {R} % 3 = 0 AS is_first_order
        FROM range($orders) t(r)""",
    f"""INSERT INTO fact_order_line BY NAME SELECT true AS is_current, {day("$orders")} AS date,
        'own_orders' AS platform, '' AS account, 'O' || r AS order_id, '1' AS line_no, 'P' || {R} % 90 AS product,
        (1 + {R} % 3)::DECIMAL(20,6) AS quantity, (90000 + {R} % 90 * 1000)::DECIMAL(28,8) AS unit_cost,
        5000::DECIMAL(28,8) AS variable_cost FROM range($orders) t(r)""",
    f"""INSERT INTO fact_lead_event BY NAME SELECT true AS is_current, d + e.later AS date, 'own_leads' AS platform,
        '' AS account, 'L' || r AS lead_id, e.stage, {CHANNELS}[1 + {R} % 7] AS channel_group,
        (d + e.later)::TIMESTAMP AS entered_at, d::TIMESTAMP AS created_at,
        CASE WHEN e.stage = 'lead' THEN d::TIMESTAMP + INTERVAL (CAST({R} % 9000 AS INTEGER)) SECOND END
        AS first_response_at, CASE WHEN {R} % 3 = 0 THEN (d + 3)::TIMESTAMP END AS mql_at,
        CASE WHEN e.stage = 'won' THEN (d + e.later)::TIMESTAMP END AS won_at
        FROM (SELECT r, {day("$leads")} AS d FROM range($leads) t(r)) JOIN (VALUES ('lead', 0, 1), ('mql', 3, 3),
        ('sql', 5, 6), ('won', 9, 12), ('lost', 11, 15)) AS e(stage, later, one_in) ON {R} % e.one_in = 0""",
)


def made(rows: int) -> Path:
    """Return the folder of a warehouse with so many ad rows, making it where it is not there."""
    folder = DATA / f"ads-{rows}"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with Warehouse.open(folder / "warehouse.duckdb") as warehouse, warehouse._transaction() as cursor:
            cursor.execute(ADS.format(day=day(str(rows))), {"slice": 900001, "first": 0, "rows": rows})
            sizes = {"web": rows // 10, "orders": rows // 20, "leads": rows // 50}
            for statement in FILL:
                used = {name: size for name, size in sizes.items() if f"${name}" in statement}
                cursor.execute(statement, used)
        (folder / "done").touch()
    return folder
