"""Links are tagged by the rules, lead on, and count people only; flyers feed the same facts as everything else."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.care.rebuild import rebuild
from laban.clicks import Click, Clicks, read_counts
from laban.metrics.query import Query
from laban.periods import Period
from laban.report.qr import qr_code
from laban.report.views.data import data_page
from laban.report.views.doubts import doubts_of
from laban.settings import Settings
from laban.tagging import links, utm
from laban.tagging.channels import Tag, shipped
from laban.tagging.links import Link, Links
from laban.web.app import create_app
from laban.web.robots import device_of, is_robot, site_of_referrer
from laban.workspace import Workspace
from test_web_pages import Seen
from web_client import Client
from web_server import served

FORM = {"content-type": "application/x-www-form-urlencoded"}
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Zalo iOS/489"
PERSON = {"user-agent": PHONE}
TARGET = "https://shop.vn/?utm_source=to_roi&utm_medium=qr&utm_campaign=tet_2026"

# tags


@given(st.text(max_size=30))
def test_a_tidied_value_keeps_to_the_rules_and_stays(value: str) -> None:
    tidied = utm.tidy(value)
    assert tidied == "" or utm.is_plain(tidied)
    assert utm.tidy(tidied) == tidied


def test_values_are_written_without_capitals_accents_and_blanks() -> None:
    assert utm.tidy("  Tờ rơi – Quận 1 ") == "to_roi_quan_1"
    assert utm.tidy("Đợt Áo dài") == "dot_ao_dai"


@given(st.dictionaries(st.sampled_from(utm.FIELDS), st.text("abc_1", min_size=1), max_size=5))
def test_a_tagged_address_says_its_tags_and_keeps_the_rest(values: dict[str, str]) -> None:
    found = utm.tagged("shop.vn/a?x=1&utm_source=old#part", values)
    assert utm.tag_of(found) == {"source": "old", **values}
    assert parse_qs(urlsplit(found).query)["x"] == ["1"]
    assert found.startswith("https://shop.vn/a?")
    assert found.endswith("#part")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "empty"), ("javascript:alert(1)", "scheme"), ("data:text/html,x", "scheme"), ("https://a b.vn", "signs"),
        ("https://user:pw@shop.vn", "host"), ("https://", "host"), ("ftp://shop.vn", "scheme"), ("shop", "host"),
        ("https://shop.vn/\r\nSet-Cookie: x", "signs"), ("https://shop.vn:port", "signs"),
    ],
)  # fmt: skip
def test_only_web_addresses_are_tagged(value: str, reason: str) -> None:
    with pytest.raises(utm.BadAddressError) as caught:
        utm.address(value)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("source", "medium", "found"),
    [
        ("google", "cpc", ()), ("Facebook", "cpc", ("capitals",)), ("face book", "cpc", ("blanks",)),
        ("x1", "weird", ("unknown_medium",)), ("x1", "email", ("not_allowed",)), ("", "cpc", ("no_source",)),
        ("(direct)", "(none)", ()), ("tờ", "qr", ("accents", "not_allowed")),
    ],
)  # fmt: skip
def test_a_tag_outside_the_rules_is_told_apart(source: str, medium: str, found: tuple[str, ...]) -> None:
    assert utm.faults(Tag(source, medium), shipped(), utm.Rules(("cpc", "social"))) == found


# the file


def test_links_read_back_as_they_were_written() -> None:
    made = [
        Link("abc23", TARGET, date(2026, 11, 1), "Tờ rơi", 5000, Decimal(2500000)),
        Link("b-2", TARGET, date(2026, 1, 2)),
    ]
    assert list(links.read(links.write(made)).by_code.values()) == made


@pytest.mark.parametrize(
    "entry",
    [
        "{code: a1, target: 'javascript:x', made: 2026-01-01}", "7",
        "{code: '../x', target: 'https://a.vn', made: 2026-01-01}",
        "{code: a1, target: 'https://a.vn', made: soon}",
        "{code: a1, target: 'https://a.vn', made: 2026-01-01, cost: -1}",
    ],
)  # fmt: skip
def test_a_link_that_is_wrong_is_told_and_left_out(entry: str) -> None:
    found = links.read(f"links: [{entry}]")
    assert dict(found.by_code) == {}
    assert len(found.faults) == 1


def test_a_code_is_free_and_readable() -> None:
    letters = iter("aaaaaabbbbbb")
    taken = Links({"aaaaaa": Link("aaaaaa", TARGET, date(2026, 1, 1))})
    assert taken.free_code(lambda _: next(letters)) == "bbbbbb"
    assert not set("01loi") & set(links.LETTERS)


# robots


@pytest.mark.parametrize(
    ("agent", "robot"),
    [
        (PHONE, False), ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36", False),
        ("Mozilla/5.0 (iPhone) AppleWebKit [FBAN/FBIOS;FBAV/400.0]", False), ("", True), ("curl/8.0", True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        ("facebookexternalhit/1.1", True), ("WhatsApp/2.23", True), ("TelegramBot (like TwitterBot)", True),
        ("python-requests/2.31", True), ("Mozilla/5.0 HeadlessChrome/120", True),
    ],
)  # fmt: skip
def test_people_are_told_from_robots(agent: str, robot: bool) -> None:
    assert is_robot({"user-agent": agent}) is robot


@pytest.mark.parametrize(
    "header", [("purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("x-moz", "prefetch")]
)
def test_a_look_ahead_is_no_click(header: tuple[str, str]) -> None:
    assert is_robot({"user-agent": PHONE, header[0]: header[1]})


def test_of_an_agent_and_a_referrer_only_the_kind_is_kept() -> None:
    assert [device_of(a) for a in (PHONE, "Mozilla (iPad)", "Android 14 Mobile", "Android 14", "Windows")] == [
        "mobile", "tablet", "mobile", "tablet", "desktop",
    ]  # fmt: skip
    assert site_of_referrer("https://l.facebook.com/l.php?u=0912345678") == "l.facebook.com"
    assert [site_of_referrer(r) for r in ("", "x", "http://[", "https://a_b.vn<script>")] == ["", "", "", ""]


# counting


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    chosen = Settings(name="Thử", link_host="https://go.shop.vn")
    with Workspace.create(tmp_path / "shop", chosen, today=date(2026, 11, 23)) as made:
        yield made


NOW = datetime(2026, 11, 20, 9)  # noqa: DTZ001  facts are kept in the shop's time


def with_links(workspace: Workspace) -> Clicks:
    flyer = Link("k7m2qx", TARGET, date(2026, 11, 18), "Tờ rơi quận 1", 200, Decimal(1_500_000))
    post = Link("p2", "https://shop.vn/?utm_source=facebook&utm_medium=social", date(2026, 11, 1), "Bài ghim")
    workspace.call(links.FILE, links.write([flyer, post]))
    return Clicks(workspace, now=lambda: NOW)


def facts(workspace: Workspace) -> list[tuple[Any, ...]]:
    return workspace.warehouse.query(
        "SELECT link, medium, place, referrer, device, campaign, channel_group, clicks FROM fact_link_click_live "
        "ORDER BY ALL"
    )


def test_clicks_become_facts_and_later_ones_replace_them(workspace: Workspace) -> None:
    clicks = with_links(workspace)
    clicks.count("k7m2qx", "qr", device="mobile")
    clicks.count("k7m2qx", "qr", device="mobile")
    clicks.count("p2", "link", "l.facebook.com", "desktop")
    assert clicks.deliver() == 2
    flyer = ("k7m2qx", "qr", "Tờ rơi quận 1", None, "mobile", "tet_2026", "offline")
    post = ("p2", "link", "Bài ghim", "l.facebook.com", "desktop", None, "organic_social", 1)
    assert facts(workspace) == [(*flyer, 2), post]
    assert clicks.deliver() == 0
    clicks.count("k7m2qx", "qr", device="mobile")
    clicks.deliver()
    assert facts(workspace) == [(*flyer, 3), post]
    assert len(workspace.imports()) == 2


def test_a_flyer_with_a_code_has_cost_responses_and_a_rate(workspace: Workspace) -> None:
    clicks = with_links(workspace)
    for _ in range(9):
        clicks.count("k7m2qx", "qr")
    clicks.deliver()
    week = Query(("offline_response_rate",), Period.parse("2026-11-16..2026-11-22"))
    assert workspace.run(week).rows[0].cells[0].value == Decimal("0.045")
    (cost,) = workspace.warehouse.query(
        "SELECT date, cost_type, channel_group, description, amount_reporting FROM fact_marketing_cost_live "
        "WHERE amount > 0"
    )
    assert cost == (date(2026, 11, 18), "media_offline", "offline", "Tờ rơi quận 1 (k7m2qx)", Decimal(1_500_000))


def test_past_clicks_follow_what_is_said_now(workspace: Workspace) -> None:
    clicks = with_links(workspace)
    clicks.count("p2", "link")
    clicks.deliver()
    workspace.call("channels.yaml", "rules: [{channel: affiliate, source: [facebook]}]")
    post = workspace.naming.links.by_code["p2"]
    workspace.call(links.FILE, links.write([replace(post, place="Bài ghim mới")]))
    clicks.deliver()
    assert [(place, channel, n) for _, _, place, *_, channel, n in facts(workspace)] == [
        ("Bài ghim mới", "affiliate", 1)
    ]


def test_what_is_counted_here_is_never_called_late(workspace: Workspace) -> None:
    clicks = with_links(workspace)
    clicks.count("p2", "link")
    clicks.deliver()
    workspace.fixed_today = date(2027, 3, 1)
    assert data_page(workspace).freshness == ()
    assert doubts_of(workspace) == ()


def test_counts_are_kept_over_a_restart_and_torn_lines_are_left_out(workspace: Workspace) -> None:
    clicks = with_links(workspace)
    clicks.count("p2", "link")
    clicks.flush()
    path = workspace.root / "clicks" / "2026-11.csv"
    path.write_text(path.read_text("utf-8") + "2026-11-2", "utf-8")
    again = Clicks(workspace, now=lambda: NOW)
    again.count("p2", "link")
    again.flush()
    assert read_counts(path) == {Click(NOW.date(), "p2", "link"): 2}


def test_a_flood_of_made_up_sites_counts_as_unknown(workspace: Workspace) -> None:
    clicks = with_links(workspace)
    for number in range(100):
        clicks.count("p2", "link", f"site{number}.example")
    clicks.flush()
    counts = read_counts(workspace.root / "clicks" / "2026-11.csv")
    assert len(counts) == 41
    assert sum(counts.values()) == 100


def test_a_rebuilt_warehouse_has_the_same_clicks(workspace: Workspace) -> None:
    clicks = with_links(workspace)
    for _ in range(2):
        clicks.count("k7m2qx", "qr")
        clicks.deliver()
    before = facts(workspace)
    assert rebuild(workspace).equal
    assert facts(workspace) == before


# on the page and from outside


@pytest.fixture
def client(workspace: Workspace, tmp_path: Path) -> Client:
    with_links(workspace)
    return Client(create_app(workspace, cache=tmp_path))


def counted(client: Client) -> dict[str, int]:
    rows = client.get("/links.json").json()["links"]
    return {f"{row['link']['code']} {kind}": row[kind] for row in rows for kind in ("clicks", "scans") if row[kind]}


def test_a_link_leads_on_and_counts_people_only(client: Client) -> None:
    answer = client.get("/l/P2", headers=PERSON)
    assert (answer.status_code, answer.headers["location"][:16]) == (302, "https://shop.vn/")
    assert client.get("/q/k7m2qx", headers=PERSON).headers["location"] == TARGET
    assert client.get("/l/k7m2qx?q", headers=PERSON).status_code == 302
    for headers in ({"user-agent": "curl/8"}, {**PERSON, "sec-purpose": "prefetch"}):
        assert client.get("/l/p2", headers=headers).status_code == 302
    assert client.send("HEAD", "/l/p2", headers=PERSON).status_code == 302
    assert counted(client) == {"p2 clicks": 1, "k7m2qx scans": 2}
    assert client.get("/l/nobody").status_code == 404
    assert "Thử" not in client.get("/l/nobody").text


def test_from_outside_only_links_are_reached(client: Client) -> None:
    outside = {**PERSON, "host": "go.shop.vn"}
    assert client.get("/l/p2", headers=outside).status_code == 302
    assert client.get("/q/p2", headers=outside).status_code == 302
    for path in ("/", "/links", "/data", "/links.json", "/l/", "/l/a/b", "/q/%2e%2e"):
        assert client.get(path, headers=outside).status_code == 421, path
    assert client.send("POST", "/l/p2", headers=outside).status_code == 421
    assert client.get("/l/p2", headers={**PERSON, "host": "evil.example"}).status_code == 421


def test_a_link_is_tagged_made_and_taken_out_of_use(client: Client, workspace: Workspace) -> None:
    form = {
        "target": "shop.vn/sale",
        "source": "Zalo OA",
        "medium": "social",
        "campaign": "Hè 2026",
        "place": "Tin tuần",
    }
    page = Seen(client.get(f"/links?{urlencode(form)}&lang=en").text).text
    assert "https://shop.vn/sale?utm_source=zalo_oa&utm_medium=social&utm_campaign=he_2026" in page
    assert "Visits will count for the channel: Organic social." in page
    answer = client.post("/links/make?lang=en", content=urlencode(form), headers=FORM)
    code = answer.headers["location"].rpartition("#link-")[2]
    assert client.get(f"/l/{code}", headers=PERSON).headers["location"].endswith("campaign=he_2026")
    assert client.get(f"/links/{code}.svg").text.startswith("<svg")
    assert client.get(f"/links/{code}.png").content[:4] == b"\x89PNG"
    client.post("/links/retire", content=urlencode({"code": code}), headers=FORM)
    assert client.get(f"/l/{code}", headers=PERSON).status_code == 404
    assert workspace.naming.links.by_code[code].retired


def test_what_cannot_be_made_is_said_in_words(client: Client, workspace: Workspace) -> None:
    form = {"target": "javascript:alert(1)", "source": "x", "medium": "qr", "campaign": "c"}
    answer = client.post("/links/make?lang=en", content=urlencode(form), headers=FORM)
    assert "has to begin with https://" in Seen(client.get(answer.headers["location"]).text).text
    form |= {"target": "shop.vn", "copies": "many"}
    answer = client.post("/links/make?lang=en", content=urlencode(form), headers=FORM)
    assert "“many” is no usable number" in Seen(client.get(answer.headers["location"]).text).text
    assert len(workspace.naming.links.by_code) == 2


def test_a_code_says_its_address_and_fits_on_a_flyer() -> None:
    svg = qr_code("https://go.shop.vn/q/k7m2qx", "svg").decode()
    assert svg.startswith("<svg")
    assert "<script" not in svg
    assert qr_code("https://go.shop.vn/q/k7m2qx", "svg") != qr_code("https://go.shop.vn/q/k7m2qy", "svg")


def test_a_server_that_ends_has_its_clicks_in_the_facts(workspace: Workspace) -> None:
    with_links(workspace)
    with served(workspace) as address:
        asked = urllib.request.Request(f"{address}/q/p2", headers={"User-Agent": PHONE})  # noqa: S310  this machine's own server
        opener = urllib.request.build_opener(_Stay)
        assert opener.open(asked).status == 302
    patience = time.monotonic() + 20
    while not facts(workspace) and time.monotonic() < patience:
        time.sleep(0.05)
    assert [(link, medium, n) for link, medium, *_, n in facts(workspace)] == [("p2", "qr", 1)]


class _Stay(urllib.request.HTTPRedirectHandler):
    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        del req, code, msg, headers
        return fp
