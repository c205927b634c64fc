"""A file of raw events into visits, purchases and pages: nested records added up by one statement each.

Every record is looked at as JSON, whatever the file's own form: an export names a struct only once it has had values,
so its columns differ from day to day, and a path that is not there is simply empty.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laban.bulk import EventsFound, EventsPlan, Purchase, Visit
from laban.warehouse.sql import literal

if TYPE_CHECKING:
    import duckdb

#: Characters that would make the reader take a path for a pattern.
_GLOB = set("*?[]")
_PARAMETERS = (
    '[{"key": "VARCHAR", "value": {"string_value": "VARCHAR", "int_value": "VARCHAR", "double_value": "VARCHAR", '
    '"float_value": "VARCHAR"}}]'
)
_LAST = "session_traffic_source_last_click"
_OWN = "collected_traffic_source"
#: What is taken out of a record, all of it in one go: reading a record is what takes the time.
_PATHS = (
    *("event_date", "event_timestamp", "event_name", "user_pseudo_id", "device.category", "geo.country"),
    *(f"{_LAST}.cross_channel_campaign.{name}" for name in ("default_channel_group", "primary_channel_group")),
    *(f"{_LAST}.cross_channel_campaign.{name}" for name in ("source", "medium", "campaign_name")),
    *(f"{_LAST}.manual_campaign.{name}" for name in ("source", "medium", "campaign_name")),
    *(f"{_LAST}.google_ads_campaign.{name}" for name in ("campaign_name", "customer_id")),
    *(f"{_OWN}.{name}" for name in ("manual_source", "manual_medium", "manual_campaign_name", "gclid")),
    *("ecommerce.transaction_id", "ecommerce.purchase_revenue"),
)
#: A list of records may come wrapped as ``{"list": [{"element": …}]}``, as Parquet files of the export have it.
_LIST = (
    "CASE WHEN json_type(j, '$.event_params') = 'OBJECT' "
    "THEN to_json(json_extract(j, '$.event_params.list[*].element')) ELSE json_extract(j, '$.event_params') END"
)


def read_events(connection: duckdb.DuckDBPyConnection, plan: EventsPlan) -> EventsFound | None:
    """Return what the file of ``plan`` holds; None when it cannot be read."""
    import duckdb  # noqa: PLC0415  slow to import

    try:
        with _plain_path(plan.path) as path:
            _gather(connection, plan, path)
        return _found(connection)
    except duckdb.Error:
        return None
    finally:
        connection.execute("DROP TABLE IF EXISTS temp.raw_event")


@contextmanager
def _plain_path(path: Path) -> Iterator[Path]:
    """Return a path that is no pattern; a file in a folder such as ``[1]`` is read from a copy."""
    if not _GLOB & set(str(path)):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="laban-events-") as folder:
        yield Path(shutil.copyfile(path, Path(folder) / "events"))


def _gather(connection: duckdb.DuckDBPyConnection, plan: EventsPlan, path: Path) -> None:
    """Take the few values that matter out of each record, into a table of this connection only."""
    if plan.form == "parquet":
        source = "SELECT to_json(e) AS j FROM read_parquet($path) e"
    else:
        packed = literal("gzip" if plan.compressed else "uncompressed")
        source = f"SELECT json AS j FROM read_json_objects($path, format = 'auto', compression = {packed})"
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE raw_event AS
        WITH record AS ({source}),
        opened AS (SELECT json_extract_string(j, [{_paths()}]) AS said,
            from_json({_LIST}, {literal(_PARAMETERS)}) AS params FROM record)
        SELECT {_text("event_date")} AS day,
            try_cast({_text("event_timestamp")} AS BIGINT) AS ts,
            {_text("event_name")} AS name,
            nullif({_text("user_pseudo_id")}, '') AS who,
            {_parameter("ga_session_id")} AS session,
            try_cast({_parameter("ga_session_number")} AS BIGINT) AS session_number,
            {_parameter("session_engaged")} IN ('1', 'true') AS engaged,
            coalesce(try_cast({_parameter("engagement_time_msec")} AS BIGINT), 0) AS engaged_ms,
            {_parameter("page_location")} AS page,
            {_text("device.category")} AS device,
            {_text("geo.country")} AS geo,
            {_said(f"{_LAST}.cross_channel_campaign.default_channel_group",
                   f"{_LAST}.cross_channel_campaign.primary_channel_group")} AS last_group,
            {_said(f"{_LAST}.manual_campaign.source",
                   f"{_LAST}.cross_channel_campaign.source")} AS last_source,
            {_said(f"{_LAST}.manual_campaign.medium",
                   f"{_LAST}.cross_channel_campaign.medium")} AS last_medium,
            {_said(f"{_LAST}.manual_campaign.campaign_name",
                   f"{_LAST}.google_ads_campaign.campaign_name",
                   f"{_LAST}.cross_channel_campaign.campaign_name")} AS last_campaign,
            {_said(f"{_LAST}.google_ads_campaign.customer_id")} AS last_ads,
            coalesce({_said(f"{_OWN}.manual_source")}, {_parameter("source")}) AS own_source,
            coalesce({_said(f"{_OWN}.manual_medium")}, {_parameter("medium")}) AS own_medium,
            coalesce({_said(f"{_OWN}.manual_campaign_name")}, {_parameter("campaign")})
                AS own_campaign,
            coalesce({_said(f"{_OWN}.gclid")}, {_parameter("gclid")}) AS click_id,
            {_said("ecommerce.transaction_id")} AS transaction_id,
            {_parameter("transaction_id")} AS transaction_parameter,
            coalesce(try_cast({_text("ecommerce.purchase_revenue")} AS DECIMAL(28,8)),
                try_cast({_parameter("value")} AS DECIMAL(28,8))) AS revenue,
            {_parameter("currency")} AS currency,
            {_text("event_name")} IN (SELECT unnest(CAST($key_events AS VARCHAR[]))) AS is_key
        FROM opened""",
        {"path": str(path.absolute()), "key_events": list(plan.key_events)},
    )  # fmt: skip


def _paths() -> str:
    return ", ".join(literal(f"$.{path}") for path in _PATHS)


def _text(path: str) -> str:
    return f"said[{_PATHS.index(path) + 1}]"


def _said(*paths: str) -> str:
    """Return the first of some texts that says something: an export writes ``(not set)`` for nothing."""
    said = (f"nullif(nullif({_text(path)}, ''), '(not set)')" for path in paths)
    return f"coalesce({', '.join(said)}, NULL)"


def _parameter(key: str) -> str:
    value = f"list_extract(list_filter(params, lambda p: p.key = {literal(key)}), 1).value"
    return f"coalesce({', '.join(f'{value}.{kind}' for kind in ('string_value', 'int_value', 'double_value'))})"


_VISITS = """
    SELECT who, session, min(day), min(ts), max(ts), count(*),
        count(*) FILTER (name IN ('page_view', 'screen_view')),
        bool_or(coalesce(engaged, false)), sum(engaged_ms), count(*) FILTER (is_key),
        bool_or(name = 'view_item'), bool_or(name = 'add_to_cart'), bool_or(name = 'begin_checkout'),
        bool_or(name = 'purchase'),
        CASE WHEN bool_or(name IN ('first_visit', 'first_open')) THEN true
            WHEN max(session_number) IS NOT NULL THEN max(session_number) = 1 END,
        count(*) FILTER (name = 'form_start'), count(*) FILTER (name IN ('form_submit', 'generate_lead')),
        count(*) FILTER (name = 'sign_up'),
        arg_min(page, ts), arg_min(device, ts), arg_min(geo, ts),
        arg_min(last_group, ts),
        coalesce(LAST_CLICK, OWN_CLICK).source, coalesce(LAST_CLICK, OWN_CLICK).medium,
        coalesce(LAST_CLICK, OWN_CLICK).campaign,
        bool_or(click_id IS NOT NULL OR last_ads IS NOT NULL)
    FROM raw_event WHERE who IS NOT NULL AND session IS NOT NULL AND ts IS NOT NULL
    GROUP BY who, session ORDER BY min(ts), who, session"""


def _visits() -> str:
    return _VISITS.replace("LAST_CLICK", _click("last")).replace("OWN_CLICK", _click("own"))


def _click(side: str) -> str:
    """Return the first click of a visit that names a source, its parts together."""
    parts = ", ".join(f"'{part}': {side}_{part}" for part in ("source", "medium", "campaign"))
    return f"arg_min({{{parts}}}, ts) FILTER ({side}_source IS NOT NULL)"


_PURCHASES = """
    SELECT who, session, min(day), min(ts), id, arg_min(revenue, ts), arg_min(currency, ts), count(*)
    FROM (SELECT *, coalesce(transaction_id, transaction_parameter) AS id FROM raw_event
        WHERE name = 'purchase' AND who IS NOT NULL AND session IS NOT NULL AND ts IS NOT NULL)
    WHERE id IS NOT NULL
    GROUP BY who, session, id
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY min(ts), who, session) = 1
    ORDER BY min(ts), id"""

_PAGES = """
    SELECT day, page, device, count(*) FILTER (name IN ('page_view', 'screen_view')), sum(engaged_ms),
        count(*) FILTER (name = 'scroll'), count(*), count(*) FILTER (is_key)
    FROM raw_event WHERE page IS NOT NULL AND day IS NOT NULL GROUP BY day, page, device ORDER BY ALL"""

_NAMES = """
    SELECT day, name, count(*), count(*) FILTER (is_key)
    FROM raw_event WHERE name IS NOT NULL AND day IS NOT NULL GROUP BY day, name ORDER BY ALL"""

_COUNTS = """
    SELECT count(*), count(*) FILTER (who IS NULL OR session IS NULL OR ts IS NULL),
        count(*) FILTER (name = 'purchase' AND coalesce(transaction_id, transaction_parameter) IS NOT NULL
            AND who IS NOT NULL AND session IS NOT NULL AND ts IS NOT NULL)
    FROM raw_event"""


def _found(connection: duckdb.DuckDBPyConnection) -> EventsFound:
    def rows(sql: str) -> list[tuple[Any, ...]]:
        return connection.execute(sql).fetchall()

    ((events, homeless, bought),) = rows(_COUNTS)
    purchases = tuple(Purchase(*row[: len(fields(Purchase))]) for row in rows(_PURCHASES))
    return EventsFound(
        events=events,
        homeless=homeless,
        repeated=bought - len(purchases),
        visits=tuple(Visit(*row) for row in rows(_visits())),
        purchases=purchases,
        pages=tuple((d, p, v, n, int(ms), s, e, k) for d, p, v, n, ms, s, e, k in rows(_PAGES)),
        names=tuple((day, name, count, keys) for day, name, count, keys in rows(_NAMES)),
    )
