"""The weekly board on a warehouse of a million ad rows, each way of asking beside SQL written by hand.

    python benchmarks/board_weekly.py [rows]

Medians of several runs in one process; the warehouse is made once under bench-data/.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from laban.metrics.catalogue import load_catalogue
from laban.metrics.compile import compile_query
from laban.metrics.query import Query
from laban.metrics.run import answer, run
from laban.periods import Period
from laban.warehouse import Warehouse

DATA = Path(__file__).parent.parent / "bench-data"
TODAY = date(2026, 11, 16)
FIRST, LAST = "2024-10-07", "2026-11-15"
CHANNELS = "['organic_search', 'paid_search', 'paid_social', 'organic_social', 'email', 'direct', 'referral']"

DAY = "(DATE '2024-10-07' + CAST(r % 770 AS INTEGER))"
FILL = (
    f"""INSERT INTO active SELECT n, f, DATE '{FIRST}', DATE '{LAST}' + 1, 1 FROM (VALUES
        (900001, 'fact_ad_performance'), (900002, 'fact_web_sessions'), (900003, 'fact_marketing_cost'))
        AS s(n, f)""",
    f"""INSERT INTO fact_ad_performance BY NAME SELECT 900001 AS slice_id, {DAY} AS date, 'google_ads' AS platform,
        '' AS account, {CHANNELS}[1 + r % 7] AS channel_group, 'Chiến dịch ' || r % 40 AS campaign,
        ['mobile', 'desktop'][1 + r % 2] AS device, r % 900 AS impressions, r % 31 AS clicks, r % 31 AS link_clicks,
        r % 29 AS interactions, (r % 5)::DECIMAL(20,6) AS conversions, (r % 91 * 1000)::DECIMAL(28,8) AS spend,
        (r % 91 * 1000)::DECIMAL(28,8) AS spend_reporting, (r % 71 * 9000)::DECIMAL(28,8)
        AS conversion_value_reporting FROM range($rows) t(r)""",
    f"""INSERT INTO fact_web_sessions BY NAME SELECT 900002 AS slice_id, {DAY} AS date, 'ga4' AS platform,
        '' AS account, {CHANNELS}[1 + r % 7] AS channel_group, ['mobile', 'desktop'][1 + r % 2] AS device,
        r % 90 AS sessions, r % 50 AS engaged_sessions, (r % 4)::DECIMAL(20,6) AS converting_sessions
        FROM range($rows // 5) t(r)""",
    f"""INSERT INTO fact_marketing_cost BY NAME SELECT 900003 AS slice_id, {DAY} AS date, 'own_costs' AS platform,
        '' AS account, 'marketing' AS function, {CHANNELS}[1 + r % 7] AS channel_group,
        100000::DECIMAL(28,8) AS amount, 100000::DECIMAL(28,8) AS amount_reporting FROM range(7700) t(r)""",
    f"""INSERT INTO fact_lead_event BY NAME SELECT true AS is_current, {DAY} AS date, 'own_leads' AS platform,
        '' AS account, 'L' || r AS lead_id, 'lead' AS stage, {CHANNELS}[1 + r % 7] AS channel_group,
        {DAY}::TIMESTAMP AS entered_at, {DAY}::TIMESTAMP AS created_at FROM range($rows // 50) t(r)""",
    f"""INSERT INTO fact_order BY NAME SELECT true AS is_current, {DAY} AS date, 'own_orders' AS platform,
        '' AS account, 'O' || r AS order_id, 'C' || (hash(r) % ($rows // 40)) AS customer_key,
        {CHANNELS}[1 + r % 7] AS channel_group,
        'delivered' AS status, {DAY}::TIMESTAMP AS order_ts, (200000 + r % 900 * 1000)::DECIMAL(28,8) AS gross_amount,
        false AS is_test FROM range($rows // 20) t(r)""",
    f"""INSERT INTO fact_social_post BY NAME SELECT true AS is_current, {DAY} AS date, 'meta' AS platform,
        '' AS account, 'P' || r AS post_id, r % 90 AS reactions, r % 9 AS comments, r % 5 AS shares
        FROM range(2000) t(r)""",
)

HAND = """
WITH ads AS (SELECT date_trunc('week', date) AS w, channel_group AS c, sum(spend_reporting) AS spend,
    sum(conversions) AS conversions, sum(coalesce(link_clicks, clicks)) AS clicks, sum(impressions) AS impressions
    FROM fact_ad_performance_live WHERE date >= $start AND date < $end GROUP BY 1, 2),
web AS (SELECT date_trunc('week', date) AS w, channel_group AS c, sum(sessions) AS sessions,
    sum(converting_sessions) AS converting FROM fact_web_sessions_live
    WHERE date >= $start AND date < $end GROUP BY 1, 2),
costs AS (SELECT date_trunc('week', date) AS w, channel_group AS c, sum(amount_reporting) AS other
    FROM fact_marketing_cost_live WHERE date >= $start AND date < $end GROUP BY 1, 2),
leads AS (SELECT date_trunc('week', date) AS w, channel_group AS c, count(*) AS leads FROM fact_lead_event_live
    WHERE stage = 'lead' AND date >= $start AND date < $end GROUP BY 1, 2)
SELECT w, c, converting / sessions, spend / conversions, sessions, clicks / impressions, (spend + other) / leads
FROM ads FULL JOIN web USING (w, c) FULL JOIN costs USING (w, c) FULL JOIN leads USING (w, c) ORDER BY w, c
"""


def make(rows: int) -> Warehouse:
    folder = DATA / f"board-{rows}"
    fresh = not (folder / "warehouse.duckdb").exists()
    folder.mkdir(parents=True, exist_ok=True)
    warehouse = Warehouse.open(folder / "warehouse.duckdb")
    if fresh:
        for statement in FILL:
            warehouse.query(statement, {"rows": rows} if "$rows" in statement else {})
    return warehouse


def timed(name: str, action: Callable[[], object], runs: int = 9) -> float:
    action()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    median = statistics.median(taken) * 1000
    print(f"{name:<66} {median:9.1f} ms", flush=True)
    return median


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    catalogue = load_catalogue()
    seven = catalogue.pack("weekly_seven")
    board = seven.kpis + seven.companions
    year = Period.parse("2025-11-17..2026-11-15")
    additive = tuple(k for k in seven.kpis if k not in {"social_engagements", "customer_retention_rate"})
    fused = Query(additive, year, grain="week", by=("channel",))
    questions = {
        "weekly seven and companions, one week": Query(board, Period.parse("2026-W46")),
        "the same with the previous week": Query(board, Period.parse("2026-W46"), compare="previous"),
        "the same, 13 weeks": Query(board, Period.parse("2026-08-17..2026-11-15"), grain="week"),
        "the same, 13 weeks with last year": Query(
            board, Period.parse("2026-08-17..2026-11-15"), grain="week", compare="year"
        ),
    }
    with make(rows) as warehouse:
        print(f"{rows:,} ad rows")
        extents: dict[str, Period | None] = {}
        for name, query in questions.items():
            timed(f"compile: {name}", lambda q=query: compile_query(q, catalogue, TODAY))  # type: ignore[misc]  # mypy cannot see the default
            plan = compile_query(query, catalogue, TODAY)
            timed(f"run: {name}", lambda p=plan: answer(p, catalogue, warehouse, extents))  # type: ignore[misc]  # mypy cannot see the default
        query = questions["the same with the previous week"]
        timed("kept: the same with the previous week", lambda: run(query, catalogue, warehouse, today=TODAY))
        plan = compile_query(fused, catalogue, TODAY)
        ours = timed("run: 5 KPIs x 52 weeks x channel", lambda: answer(plan, catalogue, warehouse, extents))
        span = {"start": year.start, "end": year.end}
        hand = timed("by hand, one statement: the same", lambda: warehouse.query(HAND, span))
        print(f"{'ratio':<66} {ours / hand:9.2f} x")


if __name__ == "__main__":
    main()
