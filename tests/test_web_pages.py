"""Pages are views: what stands in the JSON stands in the HTML, in both languages, and nothing in it is alive."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from laban.report import format as fmt
from laban.report.views import ImportRow, scorecard
from laban.settings import Settings
from laban.sources.mapping import template_names
from laban.sources.model import Finding
from laban.web import pages
from laban.web.app import create_app
from laban.web.links import Here
from laban.web.render import with_sheets
from laban.web.words import Words
from laban.workspace import Workspace
from report_shop import HOSTILE, TODAY, build
from web_client import Client

PAGES = {
    "/": "/scorecard.json",
    "/kpi/click_through_rate?by=campaign": "/kpi/click_through_rate.json?by=campaign",
    "/data": "/data.json",
    "/dictionary?q=ty%20le": "/dictionary.json?q=ty%20le",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with build(tmp_path_factory.mktemp("shop")) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def client(shop: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(create_app(shop, cache=tmp_path_factory.mktemp("cache")))


class Seen(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def links(self) -> list[str]:
        found = (attrs.get("href") for tag, attrs in self.tags if tag in {"a", "link"})
        return [link for link in found if link]


def flat(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_in_both_languages(client: Client, path: str, lang: str) -> None:
    answer = client.get(path, params={**httpx.QueryParams(path.partition("?")[2]), "lang": lang})
    assert answer.status_code == 200
    seen = Seen(answer.text)
    assert ("html", {"lang": lang}) in seen.tags
    assert sum(tag == "h1" for tag, _ in seen.tags) == 1
    assert "Traceback" not in answer.text
    assert "{{" not in answer.text
    assert not re.search(r"\b(web|word|reason|note|missing|refusal|compare)\.[a-z_]+\b", seen.text)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_carries_inline_code_or_style(client: Client, path: str) -> None:
    for tag, attrs in Seen(client.get(path).text).tags:
        assert tag != "style"
        assert "style" not in attrs
        assert not [name for name in attrs if name.startswith("on")]
        if tag == "script":
            assert (attrs.get("src") or "").startswith("/static/") or attrs.get("type") == "application/json"
        for name in ("href", "src", "action"):
            assert re.match(r"[/#]|$", attrs.get(name) or ""), attrs


@pytest.mark.parametrize("path", PAGES)
def test_json_is_the_same_view(client: Client, path: str) -> None:
    shown = client.get(PAGES[path])
    assert shown.headers["content-type"] == "application/json"
    assert shown.json()["ok"] is True
    accepted = client.get(path, headers={"accept": "application/json"})
    assert accepted.json() == shown.json()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_scorecard_shows_every_number_of_its_view(client: Client, shop: Workspace, lang: str) -> None:
    view = scorecard(shop)
    page = Seen(client.get("/", params={"lang": lang}).text)
    text = flat(page.text)
    assert len(view.tiles) >= 5
    for tile in view.tiles:
        assert flat(tile.kpi.name.get(lang)) in text
        assert flat(fmt.value(tile.value, tile.kpi.unit, lang, "VND")) in text
        assert any(link.startswith(f"/kpi/{tile.kpi.id}?") for link in page.links())


def test_at_most_five_tiles_are_big(client: Client) -> None:
    page = client.get("/", params={"pack": "essential_fifteen"}).text
    assert page.count('class="tile card"') <= 5
    assert page.count('class="row"') >= 3


def test_missing_kpis_say_what_would_bring_them(client: Client) -> None:
    page = Seen(client.get("/", params={"pack": "essential_fifteen", "lang": "en"}).text)
    assert "Not computed yet" in page.text
    assert "#missing" in page.links()


def test_a_running_week_is_marked(client: Client) -> None:
    text = Seen(client.get("/", params={"period": "2026-11", "lang": "en"}).text).text
    assert "Not over yet: 15 of 30 days" in text


def test_a_period_ahead_is_a_sentence_instead_of_numbers(client: Client) -> None:
    text = flat(Seen(client.get("/", params={"period": "2027-W10", "lang": "en"}).text).text)
    assert "has no full day to count yet" in text
    assert "7 of 7" not in text
    assert "What next?" not in text


def test_without_a_comparison_no_change_is_claimed(client: Client) -> None:
    text = flat(Seen(client.get("/", params={"compare": "none", "lang": "en"}).text).text)
    assert "Nothing is compared here." in text
    assert "usual ups and downs" not in text


def test_within_a_channel_the_cause_is_not_sought_by_channel(client: Client) -> None:
    links = Seen(client.get("/", params={"channel": "paid_social", "lang": "en"}).text).links()
    assert not [link for link in links if "by=channel" in link]


def test_money_adds_up_as_money(client: Client) -> None:
    text = flat(Seen(client.get("/kpi/cost_per_lead", params={"by": "campaign", "lang": "en"}).text).text)
    assert re.search(r"rows add up to ₫[\d,]+, total ₫[\d,]+", text)


def test_the_breakdown_shows_that_its_rows_add_up(client: Client) -> None:
    text = flat(Seen(client.get("/kpi/click_through_rate", params={"by": "campaign", "lang": "en"}).text).text)
    assert "The rows add up to the total exactly." in text
    assert "✓" in text


def test_the_formula_is_filled_with_numbers(client: Client) -> None:
    view = client.get("/kpi/click_through_rate.json").json()
    clicks, shown = (part["value"] for part in view["formula_parts"][:2])
    text = flat(Seen(client.get("/kpi/click_through_rate", params={"lang": "en"}).text).text)
    assert f"{clicks:,} ÷ {shown:,} = " in text


def test_imports_that_feed_a_kpi_lead_to_the_log(client: Client) -> None:
    page = Seen(client.get("/kpi/click_through_rate").text)
    number = client.get("/kpi/click_through_rate.json").json()["imports"][0]["id"]
    assert f"/data?show=all#import-{number}" in page.links()
    ids = {attrs.get("id") for _, attrs in Seen(client.get("/data").text).tags}
    assert f"import-{number}" in ids


def test_every_link_leads_somewhere(client: Client) -> None:
    seen: set[str] = set()
    todo = ["/", "/?pack=essential_fifteen&lang=en"]
    while todo and len(seen) < 60:
        path = todo.pop()
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, path
        if "text/html" in answer.headers["content-type"]:
            links = {html.unescape(link).partition("#")[0] for link in Seen(answer.text).links()}
            todo = sorted(link for link in links | set(todo) if link and link not in seen)


def test_the_address_keeps_the_state(client: Client) -> None:
    page = Seen(client.get("/?period=2026-W40&compare=year&channel=email&lang=en").text)
    kpi = next(link for link in page.links() if link.startswith("/kpi/"))
    for part in ("period=2026-W40", "compare=year", "channel=email", "lang=en"):
        assert part in kpi
    switch = next(link for link in page.links() if "lang=vi" in link)
    for part in ("period=2026-W40", "compare=year", "channel=email"):
        assert part in switch


def test_every_number_is_found_without_accents_or_by_abbreviation(client: Client) -> None:
    for text in ("ty le chuyen doi", "CR", "Tỷ lệ chuyển đổi", "conversion rate"):
        hits = client.get("/dictionary.json", params={"q": text}).json()["hits"]
        assert "conversion_rate" in [hit["kpi"]["id"] for hit in hits[:3]], text
    assert client.get("/dictionary.json", params={"q": "zzzzzz"}).json()["hits"] == []


# what comes from files and addresses is never alive


def test_a_hostile_campaign_is_only_a_name(client: Client) -> None:
    page = client.get("/kpi/click_through_rate?by=campaign").text
    assert HOSTILE not in page
    assert HOSTILE in Seen(page).text
    answer = client.get("/kpi/click_through_rate.json?by=campaign")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert HOSTILE in [row["key"] for row in answer.json()["breakdown"]["rows"]]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "'-alert(1)-'"]
)
def test_a_hostile_address_is_only_text(client: Client, text: str) -> None:
    for answer in (
        client.get("/dictionary", params={"q": text}),
        client.get("/", params={"period": text}),
        client.get("/", params={"pack": text}),
        client.get(f"/kpi/{text.replace('/', '')}"),
        client.get("/data", params={"undo": text, "batch": text}),
    ):
        assert text not in answer.text or text == "{{7*7}}"
        assert "“49”" not in answer.text
        tags = Seen(answer.text).tags
        assert not [attrs for tag, attrs in tags if tag == "img" and "onerror" in attrs]
        assert not [attrs for tag, attrs in tags if tag == "script" and not (attrs.get("src") or attrs.get("type"))]


def test_data_in_a_script_element_cannot_end_it(client: Client) -> None:
    page = client.get("/kpi/click_through_rate").text
    embedded = re.findall(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    assert len(embedded) == 1
    assert "<" not in embedded[0]
    assert json.loads(embedded[0])["spec"]["data"]["values"]


# errors


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/nowhere", 404, "There is no page at this address"),
        ("/kpi/conversion_rat", 404, "conversion_rate"),
        ("/kpi/zzzz", 404, "nor a similar one"),
        ("/?period=yesterday", 400, "is not a period"),
        ("/?compare=never", 400, "previous, year, tet"),
        ("/?pack=weekly_sevn", 404, "weekly_seven"),
        ("/?channel=smoke", 404, "smoke"),
        ("/kpi/click_through_rate?by=moon", 400, "moon"),
        ("/data?undo=99", 404, "99"),
    ],
)
def test_errors_are_pages_with_a_way_out(client: Client, path: str, status: int, says: str) -> None:
    join = "&" if "?" in path else "?"
    answer = client.get(f"{path}{join}lang=en")
    assert answer.status_code == status
    page = Seen(answer.text)
    assert says in page.text
    assert {"/?lang=en", "/data?lang=en"} <= set(page.links())
    assert answer.headers["content-security-policy"]
    vietnamese = client.get(f"{path}{join}lang=vi")
    assert says in {"There is no page at this address", "nor a similar one"} or vietnamese.text != answer.text
    assert ("html", {"lang": "vi"}) in Seen(vietnamese.text).tags


def test_errors_have_one_shape_in_json(client: Client) -> None:
    for path, status in (("/nowhere.json", 404), ("/kpi/none.json", 404), ("/scorecard.json?period=x", 400)):
        answer = client.get(path)
        assert answer.status_code == status
        body: dict[str, Any] = answer.json()
        assert body["ok"] is False
        assert body["status"] == status
        assert set(body) == {"ok", "error", "message", "status"}


def test_a_fault_of_ours_tells_nothing_but_that(
    shop: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        message = "secret detail"
        raise RuntimeError(message)

    monkeypatch.setattr(pages, "data_page", broken)
    answer = Client(create_app(shop, cache=tmp_path)).get("/data?lang=en")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Nothing was changed" in answer.text
    assert answer.headers["content-security-policy"]


def test_the_wrong_method_is_refused_in_words(client: Client) -> None:
    answer = client.post("/?lang=en")
    assert answer.status_code == 405
    assert "does not take requests of that kind" in answer.text


def test_a_strange_host_gets_a_page_in_words(client: Client) -> None:
    answer = client.get("/?lang=en", headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert "This address is not Laban's" in Seen(answer.text).text
    assert "Tiệm Vải Mây" not in Seen(answer.text).text


def test_a_finding_of_an_older_version_does_not_stop_the_page() -> None:
    found = (
        Finding("info", "long_gone", row=3),
        Finding("error", "days_without_numbers", values={"only": "one of its values"}),
    )
    moment = datetime(2026, 11, 16, 8)  # noqa: DTZ001  the log is kept in the shop's own time
    item = ImportRow(1, "a.csv", "ga4", "loaded", 1, None, None, None, moment, None, {}, found)
    told = Words("en", "VND", {}).findings(item)
    assert [(one["level"], one["row"]) for one in told] == [("error", None), ("info", 3)]
    assert all("older version" in one["message"] for one in told)


# sheets to fill in


def test_sheets_can_be_taken_from_the_page(client: Client) -> None:
    links = [link for link in Seen(client.get("/data?lang=en").text).links() if link.startswith("/data/template/")]
    assert len(links) == len(template_names())
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200
        assert answer.content.startswith(b"PK")
        assert answer.headers["content-disposition"].startswith('attachment; filename="laban-')
    assert client.get("/data/template/moons.xlsx").status_code == 404


def test_a_sentence_leads_to_the_sheet_it_names() -> None:
    at = Here("/", (), (("lang", "en"),))
    made = str(with_sheets('<b> "laban template orders" or laban template moons', at))
    assert made.startswith(
        '&lt;b&gt; &#34;<a href="/data/template/orders.xlsx?lang=en" download>laban template orders</a>'
    )
    assert made.endswith("or laban template moons")


# the rest


def test_an_empty_workspace_says_how_to_start(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "new", Settings(name="Mới"), today=TODAY) as workspace:
        client = Client(create_app(workspace, cache=tmp_path))
        page = Seen(client.get("/?lang=en").text)
        assert "No data yet" in page.text
        assert "laban demo demo --serve" in page.text
        assert "/data?lang=en" in page.links()
        for path in ("/data", "/dictionary", "/kpi/conversion_rate", "/scorecard.json"):
            assert client.get(path).status_code == 200, path


def test_pages_are_kept_until_the_data_change(
    shop: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(create_app(shop, cache=tmp_path))
    first = client.get("/").text
    monkeypatch.setattr(pages, "scorecard", None)  # making it again would fail
    assert client.get("/").text == first
    monkeypatch.setattr(shop.warehouse, "version", shop.warehouse.version + 1)
    assert client.get("/").status_code == 500


def test_pages_with_data_are_not_kept_by_the_browser(client: Client) -> None:
    for path in (*PAGES, *PAGES.values()):
        assert client.get(path).headers["cache-control"] == "no-store"


def test_the_language_is_remembered(client: Client) -> None:
    assert "laban_lang=en" in client.get("/?lang=en").headers["set-cookie"]
    kept = client.get("/", headers={"cookie": "laban_lang=en", "accept-language": "vi"})
    assert ("html", {"lang": "en"}) in Seen(kept.text).tags


def test_the_picture_of_a_course_is_an_image_without_code(client: Client) -> None:
    answer = client.get("/kpi/click_through_rate.svg?theme=dark&size=narrow")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.text.startswith("<svg")
    assert "<script" not in answer.text
    assert answer.text != client.get("/kpi/click_through_rate.svg").text


def test_charts_change_all_their_colours_with_the_theme(client: Client) -> None:
    page = client.get("/kpi/click_through_rate").text
    embedded = re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    assert embedded
    chart = json.loads(embedded[1])
    used = set(re.findall(r'"(#[0-9a-fA-F]{6})"', json.dumps(chart["spec"])))
    assert used <= set(chart["dark"])
