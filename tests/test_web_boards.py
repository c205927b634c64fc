"""The boards' pages: every one in both languages, the same view as JSON, links that lead somewhere, nothing alive."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from laban.i18n import messages
from laban.report.views import boards
from laban.settings import Settings
from laban.web.app import create_app
from laban.web.boards import PAGES
from laban.workspace import Workspace
from report_shop import TODAY, build
from test_web_pages import Seen, flat
from web_client import Client

PATHS = (
    "/boards",
    "/boards/levels",
    "/boards/levels?channel=paid_social",
    "/boards/company",
    "/boards/department/marketing",
    "/boards/department/email_crm",
    "/boards/operational",
    "/boards/operational?grain=day",
    "/boards/executive",
    "/funnel",
    "/pairs",
    "/pairs/new_customers",
    "/pairs/website_traffic",
    "/tree",
    "/tree/marketing_roi?to=click_through_rate",
    "/dictionary/names",
    "/dictionary?scope=operational&timing=leading",
    "/?pack=social_twenty",
    "/kpi/customer_lifetime_value",
    "/kpi/social_likes",
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with build(tmp_path_factory.mktemp("shop")) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def client(shop: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(create_app(shop, cache=tmp_path_factory.mktemp("cache")))


def ask(client: Client, path: str, lang: str) -> httpx.Response:
    return client.get(path, params={**httpx.QueryParams(path.partition("?")[2]), "lang": lang})


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_every_board_answers_in_both_languages(client: Client, path: str, lang: str) -> None:
    answer = ask(client, path, lang)
    assert answer.status_code == 200
    seen = Seen(answer.text)
    assert ("html", {"lang": lang}) in seen.tags
    assert sum(tag == "h1" for tag, _ in seen.tags) == 1
    keys = {key.partition(".")[0] for key in messages(lang)}
    assert not [word for word in re.findall(r"\b([a-z_]+)\.[a-z_]{3,}\b", seen.text) if word in keys - {"laban"}]
    assert "None" not in seen.text


@pytest.mark.parametrize("path", PATHS)
def test_no_board_carries_inline_code_or_style_and_ids_are_unique(client: Client, path: str) -> None:
    ids: list[str] = []
    for tag, attrs in Seen(client.get(path).text).tags:
        assert tag != "style"
        assert "style" not in attrs
        assert not [name for name in attrs if name.startswith("on")]
        ids += [attrs["id"] or ""] if "id" in attrs else []
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", [path for path in PATHS if not path.startswith(("/?", "/kpi"))])
def test_the_same_address_with_json_is_the_same_view(client: Client, path: str) -> None:
    name, mark, query = path.partition("?")
    shown = client.get(f"{name}.json{mark}{query}")
    assert shown.headers["content-type"] == "application/json"
    assert shown.json()["ok"] is True
    assert client.get(path, headers={"accept": "application/json"}).json() == shown.json()


def test_every_link_of_the_boards_leads_somewhere(client: Client) -> None:
    seen: set[str] = set()
    for path in PATHS:
        links = {html.unescape(link).partition("#")[0] for link in Seen(client.get(path).text).links()}
        for link in sorted(
            link for link in links if link.startswith(("/boards", "/tree", "/pairs", "/funnel", "/?"))
        ):
            bare = re.sub(r"(period|compare|channel|lang|theme)=[^&]*&?", "", link)
            if bare not in seen and len(seen) < 70:
                seen.add(bare)
                assert client.get(link).status_code == 200, link
    assert len(seen) > 40


def test_anchors_on_a_page_are_there(client: Client) -> None:
    for path in PATHS:
        seen = Seen(client.get(path).text)
        ids = {attrs.get("id") for _, attrs in seen.tags}
        inside = [link[1:] for link in seen.links() if link.startswith("#")]
        assert set(inside) <= ids, path


def test_the_head_leads_to_the_boards_from_every_page(client: Client) -> None:
    for path in ("/", "/data", "/dictionary", "/kpi/conversion_rate", "/nowhere", *PATHS):
        assert "/boards" in Seen(client.get(path).text).links(), path
    inside = Seen(client.get("/tree/marketing_roi").text)
    current = [attrs["href"] for tag, attrs in inside.tags if tag == "a" and attrs.get("aria-current") == "true"]
    assert "/boards" in current


def test_the_head_names_only_pages_that_are_there(client: Client) -> None:
    page = client.get("/").text
    head = page[page.index('<nav class="nav"') : page.index("</nav>", page.index('<nav class="nav"'))]
    links = Seen(head).links()
    assert len(links) >= 4
    for link in links:
        assert client.get(link).status_code == 200


def test_the_levels_print_the_question_each_answers(client: Client) -> None:
    for lang in ("vi", "en"):
        text = flat(Seen(ask(client, "/boards/levels", lang).text).text)
        for level in ("strategic", "tactical"):
            assert messages(lang)[f"kpi_level.{level}_question"] in text


def test_a_board_asks_all_its_kpis_at_once(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    run = type(shop).run

    def counted(self: Workspace, query: object) -> object:
        asked.append(len(query.kpis))  # type: ignore[attr-defined]
        return run(self, query)  # type: ignore[arg-type]

    monkeypatch.setattr(type(shop), "run", counted)
    boards.levels_board(shop)
    assert len(asked) <= 3


def test_the_reconstructed_pack_says_so_and_keeps_a_swap_in_its_links(client: Client, shop: Workspace) -> None:
    pack = shop.catalogue.packs["social_twenty"]
    other = next(kpi for kpi in pack.alternates_of("social_ctr") if kpi in shop.catalogue.kpis)
    for lang in ("vi", "en"):
        text = flat(Seen(ask(client, "/?pack=social_twenty", lang).text).text)
        assert flat(messages(lang)["boards.reconstructed_sentence"]) in text
        for group in pack.groups:
            assert group.name.of(lang) in text
    page = Seen(client.get("/?pack=social_twenty").text)
    link = next(link for link in page.links() if f"swap=social_ctr:{other}" in link)
    swapped = Seen(client.get(link.partition("#")[0]).text)
    assert any(f"/kpi/{other}" in there for there in swapped.links())
    later = next(there for there in swapped.links() if "period=" in there and "swap=" in there)
    assert f"social_ctr:{other}" in later
    assert client.get("/?pack=social_twenty&swap=social_ctr:website_traffic").status_code == 400
    assert client.get("/?pack=social_twenty&swap=nonsense").status_code == 400


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/boards/department/sale", 404, "sales"),
        ("/boards/operational?grain=hour", 400, "day, week"),
        ("/tree/marketing_ro", 404, "marketing_roi"),
        ("/tree/conversion_rate?to=marketing_roi", 404, "marketing_roi"),
        ("/pairs/%3Cscript%3E", 404, "<script>"),
        ("/dictionary?scope=moon", 404, "moon"),
        ("/dictionary?pack=weekly_sevn", 404, "weekly_seven"),
        ("/boards/levels?channel=smoke", 404, "smoke"),
    ],
)
def test_errors_of_the_boards_are_pages_with_a_way_out(client: Client, path: str, status: int, says: str) -> None:
    answer = client.get(path, params={**httpx.QueryParams(path.partition("?")[2]), "lang": "en"})
    assert answer.status_code == status
    seen = Seen(answer.text)
    assert says in seen.text
    assert "/?lang=en" in seen.links()
    assert "<script>" not in answer.text


def test_the_tree_shows_its_arithmetic(client: Client) -> None:
    view = client.get("/tree/website_traffic.json").json()
    text = flat(Seen(client.get("/tree/website_traffic?lang=en").text).text)
    assert view["root"]["arithmetic"]["exact"] is True
    assert f"= {view['root']['tile']['value']:,} ✓ comes out exactly" in text


def test_the_dictionary_explains_its_axes_and_keeps_its_filters(client: Client) -> None:
    page = Seen(client.get("/dictionary?scope=operational&timing=leading&lang=en").text)
    assert "exactly one" in page.text
    chosen = [attrs["value"] for tag, attrs in page.tags if tag == "option" and "selected" in attrs]
    assert {"operational", "leading"} <= set(chosen)
    assert "Consider instead:" in flat(page.text)


def test_notices_stand_on_the_page_of_the_kpi(client: Client) -> None:
    def text(path: str) -> str:
        return flat(Seen(client.get(path).text).text)

    assert "always looks back 365 days" in text("/kpi/customer_lifetime_value?lang=en")
    assert "is a supporting metric" in text("/kpi/social_likes?lang=en")
    assert "“CPC” is also used for" in text("/kpi/cost_per_click?lang=en")
    assert "Judging one channel by it" in text("/kpi/new_customers?channel=paid_social&lang=en")
    assert "Judging one" not in text("/kpi/new_customers?lang=en")


def test_an_empty_workspace_has_its_boards_all_the_same(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "new", Settings(name="Mới"), today=TODAY) as workspace:
        client = Client(create_app(workspace, cache=tmp_path))
        for path in PATHS:
            for lang in ("vi", "en"):
                answer = ask(client, path, lang)
                assert answer.status_code == 200, path
        for path in ("/boards/levels", "/boards/operational", "/boards/executive", "/funnel"):
            assert "There are no data yet." in flat(Seen(ask(client, path, "en").text).text), path


def test_every_page_of_the_boards_is_tested() -> None:
    asked = {path.partition("?")[0] for path in PATHS}
    for pattern in PAGES:
        shape = re.compile(re.sub(r"\{\w+\}", "[a-z_]+", pattern) + "$")
        assert any(shape.match(path) for path in asked), pattern
