"""The pure parts of asking platforms: which days, which page, what an answer means, where a cell comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_servers import Asked, Clock, Say, platform
from laban.periods import Period
from laban.sources import read_file
from laban.sources.apis.capture import Asked as Question
from laban.sources.apis.capture import answer_line, parsed, write_capture
from laban.sources.apis.client import Client
from laban.sources.apis.definitions import definition
from laban.sources.apis.errors import ApiError, EndlessError, StrangerError, UnwellError
from laban.sources.apis.fields import Scope, evaluate, moment, number, value_at
from laban.sources.apis.fill import filled
from laban.sources.apis.model import Pace, Paging, Rule
from laban.sources.apis.paging import Request, first_page, next_page
from laban.sources.apis.secrets import HIDDEN, Secrets
from laban.sources.apis.vault import KeyLostError, Vault
from laban.sources.apis.verdicts import Answer, judge, retry_after
from laban.sources.apis.wire import Timing, Wire
from laban.sources.model import ReadOptions
from laban.syncing.run import window_of
from laban.syncing.windows import Progress, begin, chunks, end_of

TODAY = date(2026, 11, 25)
ADS = definition("meta_ads").stream("campaigns")
ORDERS = definition("haravan").stream("orders")
DAYS = st.dates(date(2024, 1, 1), date(2026, 11, 25))


# Which days


@given(start=DAYS, length=st.integers(1, 400))
def test_pieces_cover_the_days_without_gaps_and_begin_on_the_same_days(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    pieces = list(chunks(ADS, start, end))
    assert pieces[0].start <= start
    assert pieces[-1].end == end
    assert all(one.end == two.start for one, two in pairwise(pieces))
    assert all(piece.start.weekday() == 0 for piece in pieces)
    shifted = {piece.start for piece in chunks(ADS, start + timedelta(days=1), end + timedelta(days=1))}
    assert {piece.start for piece in pieces[1:]} <= shifted


@given(cursor=DAYS, begun=DAYS, finished=st.booleans(), since=st.none() | DAYS)
def test_no_day_is_ever_left_out_and_what_moves_is_read_again(
    cursor: date, begun: date, finished: bool, since: date | None
) -> None:
    start = begin(ADS, Progress(cursor, begun, finished=finished), TODAY, since)
    assert start <= cursor
    if finished:
        assert start <= max(begun - timedelta(days=ADS.lookback), TODAY - timedelta(days=ADS.history))
    if since is not None:
        assert start <= max(since, TODAY - timedelta(days=ADS.history))


def test_the_first_run_reaches_back_so_that_last_year_can_be_compared() -> None:
    assert begin(ADS, Progress(), TODAY) == date(2025, 10, 1)
    assert begin(ADS, Progress(), TODAY, date(2026, 11, 1)) == date(2026, 11, 1)
    pages = definition("instagram").stream("days")
    assert begin(pages, Progress(), TODAY) == TODAY - timedelta(days=90)


def test_a_run_of_the_same_day_goes_on_and_one_of_another_day_looks_back() -> None:
    stopped = Progress(date(2026, 11, 10), TODAY)
    assert begin(ADS, stopped, TODAY) == date(2026, 11, 10)
    assert begin(ADS, stopped, TODAY + timedelta(days=1)) == TODAY - timedelta(days=28)


def test_days_end_with_yesterday_and_changes_with_this_moment() -> None:
    assert end_of(ADS, TODAY) == TODAY
    assert end_of(ORDERS, TODAY) == TODAY + timedelta(days=1)


def test_moments_carry_the_shops_own_offset() -> None:
    window = window_of(Period(date(2026, 11, 16), date(2026, 11, 23)), "Asia/Ho_Chi_Minh")
    assert window["start_at"] == "2026-11-16T00:00:00+07:00"
    assert window["end_s"] - window["start_s"] == 7 * 86_400


# Which page


@given(total=st.integers(0, 40), size=st.integers(1, 9))
def test_every_row_is_asked_for_once(total: int, size: int) -> None:
    for paging in (
        Paging("offset", "offset", total="total"),
        Paging("offset", "body.x.offset", size=size),
        Paging("offset", "offset", size=1),
        Paging("number", "page", size=size, total="pages"),
        Paging("number", "page", size=size),
        Paging("cursor", "after", next="next"),
        Paging("cursor", "body.after", next="after", more="more"),
    ):
        got: list[int] = []
        request: Request | None = first_page(Request("GET", "/", body={}), paging)
        while request is not None:
            at = _place(request, paging, size)
            page = list(range(total))[at : at + size]
            got += page
            assert len(got) <= total
            request = next_page(request, paging, Answer(200, {}, _told(total, size, at)), len(page))
        assert got == list(range(total)), paging


def _place(request: Request, paging: Paging, size: int) -> int:
    name = paging.into.rsplit(".", 1)[-1]
    body: Mapping[str, Any] = request.body.get("x", request.body)
    value = int(request.query.get(name, body.get(name, 1 if paging.kind == "number" else 0)))
    return (value - 1) * size if paging.kind == "number" else value


def _told(total: int, size: int, at: int) -> dict[str, Any]:
    more = at + size < total
    return {
        "total": total,
        "pages": -(-total // size),
        "next": at + size if more else None,
        "after": at + size,
        "more": more,
    }


def test_a_page_that_comes_again_and_again_ends_the_run() -> None:
    meta = definition("meta_ads")
    answer = {"data": [{"date_start": "2026-11-16"}], "paging": {"cursors": {"after": "x"}, "next": "y"}}
    with (
        platform(lambda _: Say(answer)) as server,
        _client(meta.id, server.address) as client,
        pytest.raises(EndlessError),
    ):
        list(client.pages(ADS, window_of(Period(TODAY, TODAY + timedelta(days=1)), "UTC")))


def test_credentials_are_not_taken_to_another_address() -> None:
    with platform(lambda _: Say({})) as server, _client("meta_ads", server.address) as client:
        with pytest.raises(StrangerError):
            client.ask(Request("GET", "/", link="https://graph.facebook.example/page?x"))
        with pytest.raises(StrangerError):
            client.ask(Request("GET", "/", link="//evil.example/"))
        assert server.asked == []
        client.ask(Request("GET", "/", link="/inside"))
        assert server.paths() == ["/inside"]


def test_a_redirect_is_not_followed() -> None:
    def answer(asked: Asked) -> Say:
        return Say({"data": []}, 302, {"Location": "/elsewhere"}) if asked.path == "/" else Say({})

    with platform(answer) as server, _client("meta_ads", server.address) as client:
        with pytest.raises(ApiError):
            client.ask(Request("GET", "/"))
        assert server.paths() == ["/"]


def _client(name: str, base: str, clock: Clock | None = None) -> Client:
    clock = clock or Clock()
    secrets = Secrets({"access_token": "token-of-the-shop-1234"})
    given = {"account_id": "1", "version": "v25.0"}
    return Client(definition(name), given, secrets, base, Timing(clock.sleep, clock))


def test_a_server_that_stays_ill_is_given_up_with_longer_and_longer_waits() -> None:
    clock = Clock()
    with (
        platform(lambda _: Say({"error": {"message": "oh"}}, 503)) as server,
        _client("meta_ads", server.address, clock) as client,
    ):
        with pytest.raises(UnwellError):
            client.ask(Request("GET", "/"))
        assert len(server.asked) == 6
    assert all(one < two for one, two in pairwise(clock.slept))


def test_a_full_bucket_is_left_to_run_empty() -> None:
    clock = Clock()
    pace = Pace(used_header="X-Limit", leak=2)
    used = iter(["39/40", "3/40", "nonsense", ""])
    with platform(lambda _: Say({}, headers={"X-Limit": next(used)})) as server:
        wire = Wire("x", pace, Timing(clock.sleep, clock))
        for _ in range(4):
            wire.send("GET", server.address, {})
        wire.close()
    assert clock.slept == [9.5]


# What an answer means


@pytest.mark.parametrize(
    ("status", "body", "then"),
    [
        (200, {}, "good"),
        (204, None, "again"),
        (200, None, "again"),
        (400, {}, "bad"),
        (401, {}, "expired"),
        (403, {}, "forbidden"),
        (404, {}, "missing"),
        (410, {}, "outdated"),
        (418, {}, "bad"),
        (429, {}, "wait"),
        (500, None, "again"),
        (503, {}, "again"),
        (302, {}, "bad"),
    ],
)
def test_what_http_says_everywhere(status: int, body: Any, then: str) -> None:
    assert judge(replace(definition("ga4"), rules=()), Answer(status, {}, body)).then == then


def test_a_rule_goes_before_what_http_says() -> None:
    rule = Rule("wait", status=(403,), at="error.reason", those=("quota",), seconds=7)
    made = replace(definition("ga4"), rules=(rule,))
    assert judge(made, Answer(403, {}, {"error": {"reason": "quota"}})).seconds == 7
    assert judge(made, Answer(403, {"retry-after": "3"}, {"error": {"reason": "quota"}})).seconds == 3
    assert judge(made, Answer(403, {}, {"error": {"reason": "other"}})).then == "forbidden"


def test_a_wait_may_be_a_date() -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    later = format_datetime(now + timedelta(seconds=90), usegmt=True)
    assert retry_after(Answer(429, {"retry-after": later}, None, now.timestamp())) == 90
    assert retry_after(Answer(429, {"retry-after": "in a while"}, None)) is None
    assert retry_after(Answer(429, {"retry-after": "-5"}, None)) == 0


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=12,
    ),
    st.integers(100, 599),
)
def test_no_answer_breaks_the_judgement(body: Any, status: int) -> None:
    for name in ("google_ads", "tiktok_ads", "shopify", "meta_ads"):
        verdict = judge(definition(name), Answer(status, {}, body))
        assert len(verdict.message) <= 300


# Where a cell comes from


def test_paths_walk_through_tables_lists_and_names() -> None:
    row = {"a": {"b": [{"t": "x", "v": 1}, {"t": "y.z", "v": 2}]}, "n": 0}
    assert value_at(row, "a.b.1.v") == 2
    assert value_at(row, "a.b[t=y.z].v") == 2
    assert value_at(row, "a.b[t=none].v") is None
    assert value_at(row, "a.b.7.v") is None
    assert value_at(row, "n.x") is None
    assert value_at(row, "n") == 0
    assert value_at(row, "") == row


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"sum": "lines.*.price"}, Decimal("30.5")),
        ({"sum": ["a", "b", "missing"]}, Decimal(7)),
        ({"sum": ["missing"]}, None),
        ({"minus": ["a", "b", "missing"]}, Decimal(-1)),
        ({"minus": ["missing", "a"]}, None),
        ({"times": ["a", 0.000001]}, Decimal("0.000003")),
        ({"first": ["missing", "empty", "a"]}, 3),
        ({"join": ["a", "missing", "b"], "with": "-"}, "3-4"),
        ({"words": "word", "are": {"paid": "Đã thanh toán"}}, "Đã thanh toán"),
        ({"words": "a", "are": {"x": "y"}}, 3),
        ({"ymd": "day"}, date(2026, 11, 7)),
        ({"ymd": "lines"}, None),
        ({"read": "compact", "format": "%Y%m%d"}, date(2026, 11, 7)),
        ({"read": "word", "format": "%Y%m%d"}, "PAID"),
        ({"day_before": "stamp"}, date(2026, 11, 16)),
        ({"tail": "urn"}, "9"),
        ({"named": {"tail": "urn"}}, "Tết"),
        ({"given": "{id}-{who}"}, "7-a"),
        ({"page": "currency"}, "VND"),
        ({"if": "yes", "then": "a", "else": "b"}, 3),
        ({"if": "word", "is": ["paid"], "then": "a"}, 3),
        ({"if": "word", "is": ["void"], "then": "a"}, None),
        ({"value": 5}, 5),
    ],
)
def test_cells_are_found_or_computed(expression: Any, expected: Any) -> None:
    row = {
        "a": 3,
        "b": "4",
        "empty": "",
        "word": "PAID",
        "yes": True,
        "urn": "urn:li:x:9",
        "compact": "20261107",
        "day": {"year": 2026, "month": 11, "day": 7},
        "stamp": "2026-11-17T08:00:00+0000",
        "lines": [{"price": "10.5"}, {"price": 20}, {}],
    }
    scope = Scope(row, {"currency": "VND"}, {"id": "7", "who": "a"}, {"9": "Tết"})
    assert evaluate(expression, scope) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-17T17:30:00Z", datetime(2026, 11, 18, 0, 30)),  # noqa: DTZ001  the shop's clock
        ("2026-11-17T17:30:00+0000", datetime(2026, 11, 18, 0, 30)),  # noqa: DTZ001
        ("2026-11-18T09:30:00.1230000", datetime(2026, 11, 18, 9, 30, 0, 123000)),  # noqa: DTZ001
        (1795000000, datetime(2026, 11, 18, 18, 6, 40)),  # noqa: DTZ001
        ("1795000000000", datetime(2026, 11, 18, 18, 6, 40)),  # noqa: DTZ001
        ("soon", None),
        (None, None),
        (True, None),
    ],
)
def test_moments_are_told_by_the_shops_clock(value: Any, expected: datetime | None) -> None:
    assert moment(value, "Asia/Ho_Chi_Minh") == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-(10**18), max_value=10**18))
def test_a_number_is_kept_digit_for_digit_from_the_answer_to_the_cell(amount: Decimal) -> None:
    body = f'{{"spend": {amount:f}}}'
    again = parsed(answer_line(parsed(body)))
    assert number(value_at(again, "spend")) == amount


def test_templates_leave_other_braces_alone() -> None:
    given = {"start": date(2026, 11, 5), "site": "https://aodai.vn/"}
    assert filled("{start} {start.year} {start:%d}", given) == "2026-11-05 2026 05"
    assert filled("{site:quoted}", given) == "https%3A%2F%2Faodai.vn%2F"
    assert filled("{ shop { name } }", given) == "{ shop { name } }"
    with pytest.raises(KeyError):
        filled("{unknown}", given)


# Secrets


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=8, max_size=60), st.text(), st.text()
)
def test_a_secret_is_taken_out_of_whatever_is_said(secret: str, before: str, after: str) -> None:
    secrets = Secrets({"key": secret})
    said = secrets.scrubbed(f"{before}{secret}{after}")
    assert HIDDEN in said
    assert secret not in repr(secrets) or len(secret) < 4
    assert secret not in said or secret in HIDDEN * 20 or secret in f"{before}{HIDDEN}{after}"


def test_secrets_open_with_their_key_only_and_are_forgotten_one_by_one(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    vault = Vault(root, tmp_path / "config")
    vault.write("one", {"token": "first-secret-value"})
    vault.write("two", {"token": "second-secret-value"})
    assert dict(vault.read("one")) == {"token": "first-secret-value"}
    assert "secret-value" not in (root / ".connections").read_text("utf-8")
    vault.forget("one")
    assert dict(vault.read("one")) == {}
    assert dict(vault.read("two")) == {"token": "second-secret-value"}
    stranger = Vault(root, tmp_path / "another")
    for touch in (lambda: stranger.read("two"), lambda: stranger.write("three", {"token": "x"})):
        with pytest.raises(KeyLostError):
            touch()
    kept = json.loads((root / ".connections").read_text("utf-8"))
    kept["sealed"]["two"] = kept["sealed"]["two"][:-6] + "AAAAA="
    (root / ".connections").write_text(json.dumps(kept), "utf-8")
    with pytest.raises(KeyLostError):
        vault.read("two")
    vault.forget("two")
    vault.write("two", {"token": "a-new-secret-value"})
    assert dict(vault.read("two")) == {"token": "a-new-secret-value"}


# Files of answers


def question(**more: Any) -> Question:
    days = {"start": date(2026, 11, 16), "end": date(2026, 11, 23), "zone": "Asia/Ho_Chi_Minh"}
    return Question(**{"platform": "meta_ads", "stream": "campaigns", "account": "A", **days, **more})


def reading(path: Path) -> Any:
    return read_file(path, ReadOptions(b"k" * 32, TODAY))


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace('"meta_ads"', '"no_such"'),
        lambda text: text.replace('"campaigns"', '"no_such"'),
        lambda text: text.replace('"2026-11-16"', '"yesterday"'),
        lambda text: text.replace(', "again": 0', ""),
        lambda text: text[:-40],
        lambda text: text + '{"data": [',
        lambda text: text.splitlines()[0],
        lambda text: text.replace('"500000"', '"a lot"'),
        lambda text: text.replace('"500000"', "[1, 2]"),
        lambda text: text.replace('"2026-11-17"', '"the day after"'),
        lambda text: text.replace('"data": [{', '"data": [7, null, {'),
    ],
)
def test_a_damaged_file_of_answers_is_refused_and_breaks_nothing(damage: Any, tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    row = {"date_start": "2026-11-17", "campaign_name": "Tết", "spend": "500000", "account_currency": "VND"}
    write_capture(path, question(), [{"data": [row]}])
    assert reading(path).status == "loaded"
    path.write_text(damage(path.read_text("utf-8")), "utf-8")
    found = reading(path)
    assert found.status in ("refused", "empty", "loaded")
    assert found.status != "loaded" or found.rows >= 1
    assert found.status == "loaded" or found.findings
    assert all(finding.message("vi") for finding in found.findings)


def test_a_day_outside_of_what_was_asked_for_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    rows = [
        {"date_start": day, "campaign_name": "Tết", "spend": "1", "account_currency": "VND"}
        for day in ("2026-11-15", "2026-11-17", "2026-11-23")
    ]
    write_capture(path, question(), [{"data": rows}])
    found = reading(path)
    assert (found.rows, found.start, found.end) == (1, date(2026, 11, 16), date(2026, 11, 23))
