"""Raw GA4 events become visits, pages and touches: the same from JSON lines, packed or not, and from Parquet."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from laban.settings import Settings
from laban.sources.events import page_of
from laban.sources.ga_channels import channel_of
from laban.workspace import ImportOutcome, Workspace

DAY = "20261116"
START = 1_794_787_200_000_000  # 2026-11-16 00:00 UTC


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", Settings(name="Thử"), today=date(2026, 11, 23)) as made:
        yield made


def event(user: str | None, session: int | None, name: str, at: int, **more: Any) -> dict[str, Any]:
    """One event as BigQuery writes it; whole numbers are texts there."""
    params = {"ga_session_id": session, "page_location": "https://shop.vn/a?x=1", **more.pop("params", {})}
    return {
        "event_date": DAY,
        "event_timestamp": str(START + at * 1_000_000),
        "event_name": name,
        "user_pseudo_id": user,
        "event_params": [
            {"key": key, "value": {"int_value": str(value)} if isinstance(value, int) else {"string_value": value}}
            for key, value in params.items()
            if value is not None
        ],
        "device": {"category": "mobile"},
        "geo": {"country": "Vietnam"},
        **more,
    }


def collected(source: str, medium: str, campaign: str | None = None) -> dict[str, Any]:
    return {
        "collected_traffic_source": {
            "manual_source": source,
            "manual_medium": medium,
            "manual_campaign_name": campaign,
        }
    }


def last_click(source: str, medium: str, campaign: str) -> dict[str, Any]:
    named = {"source": source, "medium": medium, "campaign_name": campaign}
    return {"session_traffic_source_last_click": {"manual_campaign": named}}


def bought(transaction: str, revenue: int) -> dict[str, Any]:
    return {
        "ecommerce": {"transaction_id": transaction, "purchase_revenue": revenue},
        "params": {"currency": "VND"},
    }


def a_day() -> list[dict[str, Any]]:
    return [
        event("u1", 1, "session_start", 0, **collected("facebook.com", "referral")),
        event("u1", 1, "first_visit", 0),
        event("u1", 1, "page_view", 1),
        event("u1", 1, "page_view", 5, params={"page_location": "https://shop.vn/b"}),
        event("u1", 1, "user_engagement", 9, params={"engagement_time_msec": 4000}),
        # Direct, later: keeps what brought the person before.
        event("u1", 2, "page_view", 4000, params={"ga_session_number": 2}),
        event("u1", 2, "add_to_cart", 4010),
        event("u1", 2, "begin_checkout", 4020),
        event("u1", 2, "purchase", 4030, **bought("T1", 450_000)),
        event("u1", 2, "purchase", 4031, **bought("T1", 450_000)),
        # One page, nine seconds: not engaged.
        event("u2", 7, "page_view", 100, **last_click("newsletter", "email", "Tết"), params={"ga_session_number": 3}),
        event("u2", 7, "user_engagement", 108, params={"engagement_time_msec": 9000}),
        # Ten seconds: engaged.
        event("u3", 7, "page_view", 200, params={"engagement_time_msec": 10_000, "gclid": "abc"}),
        event("u4", 9, "page_view", 300, params={"session_engaged": "1"}),
        event(None, None, "page_view", 400),
    ]


def lines(events: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in events).encode()


def parquet(path: Path, events: list[dict[str, Any]]) -> None:
    source = path.with_suffix(".tmp")
    source.write_bytes(lines(events))
    duckdb.sql(f"COPY (SELECT * FROM read_json('{source}', format='newline_delimited')) TO '{path}' (FORMAT parquet)")
    source.unlink()


def put(path: Path, events: list[dict[str, Any]], form: str) -> Path:
    if form == "parquet":
        parquet(path, events)
    else:
        body = lines(events) if form != "array" else json.dumps(events).encode()
        path.write_bytes(gzip.compress(body) if form == "gz" else body)
    return path


def take(workspace: Workspace, folder: Path, events: list[dict[str, Any]], form: str = "json") -> ImportOutcome:
    return workspace.import_file(put(folder / f"events_{DAY}.{form}", events, form))


FORMS = ("json", "gz", "parquet", "array")


@pytest.mark.parametrize("form", FORMS)
def test_visits_are_counted_as_the_rules_say(workspace: Workspace, tmp_path: Path, form: str) -> None:
    outcome = take(workspace, tmp_path, a_day(), form)
    assert outcome.status == "loaded", outcome.findings
    assert outcome.reading.platform == "ga4"
    shown = outcome.as_json("en")
    assert shown["period"] == "2026-11-16..2026-11-16"
    assert shown["totals"] == {
        "event_count": "15", "sessions": "5", "engaged_sessions": "4", "pageviews": "7", "key_events": "2",
        "purchases": "1", "revenue": "450000",
    }  # fmt: skip
    rows = workspace.warehouse.query(
        "SELECT channel_group, source_medium, sum(sessions), sum(engaged_sessions), sum(purchase_sessions), "
        "sum(add_to_cart_sessions), sum(checkout_sessions), sum(converting_sessions), sum(revenue) "
        "FROM fact_web_sessions_live GROUP BY ALL ORDER BY 1, 2"
    )
    assert [tuple(int(v) if isinstance(v, Decimal | int) else v for v in row) for row in rows] == [
        ("direct", "(direct) / (none)", 1, 1, 0, 0, 0, 0, None),
        ("email", "newsletter / email", 1, 0, 0, 0, 0, 0, None),
        ("organic_social", "facebook.com / referral", 2, 2, 1, 1, 1, 1, 450_000),
        ("paid_search", "google / cpc", 1, 1, 0, 0, 0, 0, None),
    ]


@pytest.mark.parametrize("form", FORMS)
def test_touches_carry_no_person_and_each_purchase_once(workspace: Workspace, tmp_path: Path, form: str) -> None:
    take(workspace, tmp_path, a_day(), form)
    rows = workspace.warehouse.query(
        "SELECT kind, user_key, channel_group, campaign, conversion_id, revenue, touch_ts FROM fact_touch_live "
        "ORDER BY touch_ts"
    )
    assert [row[0] for row in rows].count("visit") == 5
    buys = [row for row in rows if row[0] == "purchase"]
    assert [(row[2], row[4], int(row[5])) for row in buys] == [("organic_social", "T1", 450_000)]
    assert len({row[1] for row in rows}) == 4
    assert not any(row[1] in ("u1", "u2", "u3", "u4") for row in rows)
    assert rows[0][6].hour == 7  # midnight in UTC is seven in the morning here
    assert {row[3] for row in rows} == {None, "Tết"}


def test_new_and_returning_people_are_told_apart(workspace: Workspace, tmp_path: Path) -> None:
    take(workspace, tmp_path, a_day())
    found = dict(
        workspace.warehouse.query("SELECT user_type, sum(sessions) FROM fact_web_sessions_live GROUP BY ALL")
    )
    assert {name: int(count) for name, count in found.items()} == {"new": 1, "returning": 2, None: 2}


def test_pages_are_paths_without_what_tells_a_person(workspace: Workspace, tmp_path: Path) -> None:
    take(workspace, tmp_path, a_day())
    rows = workspace.warehouse.query("SELECT page, sum(views) FROM fact_page_content_live GROUP BY ALL ORDER BY 1")
    assert [(page, int(views)) for page, views in rows] == [("/a", 6), ("/b", 1)]
    assert page_of("https://shop.vn?utm_source=x") == "/"
    assert page_of("https://shop.vn/khach/an@b.vn") is None
    assert page_of("http://[") is None


def test_a_later_file_of_the_day_replaces_it(workspace: Workspace, tmp_path: Path) -> None:
    take(workspace, tmp_path, a_day())
    late = [*a_day(), event("u9", 3, "page_view", 900)]
    assert take(workspace, tmp_path, late, "parquet").status == "loaded"
    ((sessions, touches),) = workspace.warehouse.query(
        "SELECT (SELECT sum(sessions) FROM fact_web_sessions_live), (SELECT count(*) FROM fact_touch_live)"
    )
    assert (int(sessions), touches) == (6, 7)


def test_what_the_export_leaves_open_is_said(workspace: Workspace, tmp_path: Path) -> None:
    outcome = take(workspace, tmp_path, a_day())
    found = {finding.code: finding.message("vi") for finding in outcome.findings}
    assert "1 trên 15" in found["events_homeless"]
    assert found["events_repeated"].startswith("1 ")
    assert "purchase" in found["events_key"]


def test_a_dry_run_keeps_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = put(tmp_path / "events.json", a_day(), "json")
    assert workspace.import_file(path, dry_run=True).as_json("en")["totals"]["sessions"] == "5"
    assert workspace.imports() == []


def test_a_path_with_signs_of_a_pattern_is_a_path(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "tải [1]*"
    folder.mkdir()
    assert take(workspace, folder, a_day(), "parquet").status == "loaded"


def test_lists_wrapped_as_parquet_exports_have_them_are_read(workspace: Workspace, tmp_path: Path) -> None:
    events = a_day()
    for one in events:
        one["event_params"] = {"list": [{"element": param} for param in one["event_params"]]}
    assert take(workspace, tmp_path, events).as_json("en")["totals"]["sessions"] == "5"


@pytest.mark.parametrize("form", ["gz", "parquet", "json"])
def test_a_file_cut_off_is_refused_in_words(workspace: Workspace, tmp_path: Path, form: str) -> None:
    path = put(tmp_path / "events.x", a_day() * 200, form)
    path.write_bytes(path.read_bytes()[:-300])
    outcome = workspace.import_file(path)
    assert outcome.status == "refused"
    assert all(finding.message("vi") for finding in outcome.findings)
    assert workspace.warehouse.query("SELECT count(*) FROM fact_touch") == [(0,)]


@pytest.mark.parametrize("day", ["", "16/11/2026", "19991116", "20991116"])
def test_a_day_that_cannot_be_refuses_the_file(workspace: Workspace, tmp_path: Path, day: str) -> None:
    events = [*a_day(), {**event("u8", 1, "page_view", 1), "event_date": day}]
    assert take(workspace, tmp_path, events).status == "refused"


def test_other_files_of_these_forms_are_no_events(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    duckdb.sql(f"COPY (SELECT 1 AS a) TO '{path}' (FORMAT parquet)")
    assert workspace.import_file(path).findings[0].code == "foreign_file"
    other = tmp_path / "x.json"
    other.write_text('{"a": 1}\n{"a": 2}\n', "utf-8")
    assert workspace.import_file(other).status == "refused"


@pytest.mark.parametrize(
    ("source", "medium", "channel"),
    [
        ("(direct)", "(none)", "direct"), ("google", "organic", "organic_search"),
        ("coccoc.com", "referral", "organic_search"), ("google", "cpc", "paid_search"),
        ("facebook", "cpc", "paid_social"), ("l.facebook.com", "referral", "organic_social"),
        ("fb", "paid_social", "paid_social"), ("zalo", "social", "organic_social"),
        ("tiktok", "paid", "paid_social"), ("brevo", "email", "email"), ("newsletter", "x", "email"),
        ("partner", "affiliate", "affiliate"), ("blog.vn", "referral", "referral"),
        ("adnet", "display", "display"), ("adnet", "cpm", "display"), ("adnet", "paid", "other"),
        ("flyer", "qr", "offline"), ("youtube", "cpc", "video"), ("zns", "sms", "messaging"),
        ("x1", "weird", "other"), ("www.t.co", "referral", "referral"), ("t.co", "referral", "organic_social"),
    ],
)  # fmt: skip
def test_channels_follow_the_default_grouping(source: str, medium: str, channel: str) -> None:
    assert channel_of(source, medium) == channel


def test_the_group_that_google_names_comes_first() -> None:
    assert channel_of("x", "weird", "", "Paid Search") == "paid_search"
