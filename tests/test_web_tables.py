"""The pages of tables over HTTP: state in the address, files beside them, nothing hostile let through."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import tables_shop
from laban.report.views.tables import SPECS
from laban.web.app import create_app
from web_client import Client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with tables_shop.build(tmp_path_factory.mktemp("shop")) as workspace:
        yield Client(create_app(workspace))


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_table_is_a_page_and_json(client: Client, name: str, lang: str) -> None:
    page = client.get(f"/tables/{name}?lang={lang}")
    assert page.status_code == 200
    assert f'<html lang="{lang}"' in page.text
    assert "None" not in re.sub(r"<[^>]+>", " ", page.text)
    data = client.get(f"/tables/{name}.json").json()
    assert data["ok"] is True
    assert data["id"] == name
    assert [table["id"] for table in data["tables"]] == [split.id for split in SPECS[name].splits]


def test_the_list_names_every_table_by_its_question(client: Client) -> None:
    page = client.get("/tables?lang=en").text
    assert page.count('href="/tables/') == len(SPECS)
    assert "Which campaign really makes money once the goods are paid for?" in page
    listed = client.get("/tables.json").json()["tables"]
    assert [entry["requirement"] for entry in listed] == [
        "R041",
        *(f"R{n:03}" for n in range(53, 61)),
        "R108",
        *(f"R{n:03}" for n in range(61, 70)),
    ]


def test_everything_chosen_stands_in_the_address_and_in_every_link(client: Client) -> None:
    page = client.get("/tables/roas?lang=en&by=channel&sort=ad_spend.desc&top=10&compare=year").text
    assert 'aria-sort="descending"' in page
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/tables/roas[^"#]*)', page)]
    files = [link for link in links if ".csv" in link]
    assert files
    for part in ("by=channel", "sort=ad_spend.desc", "top=10", "compare=year", "table=ads"):
        assert part in files[0]
    assert any("sort=ad_spend.asc" in link for link in links)


def test_the_margin_is_changed_in_the_address(client: Client) -> None:
    usual = client.get("/tables/roas.json").json()["tables"][0]["line"]
    typed = client.get("/tables/roas.json?gross_margin_rate=12,5").json()
    assert (usual, typed["tables"][0]["line"]) == (2, 8)
    assert typed["knobs"][0]["chosen"] == 0.125
    assert typed["knobs"][0]["measured"] == 0.5


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tables/nothing", 404),
        ("/tables/nothing.csv", 404),
        ("/tables/roas.csv?table=nothing", 404),
        ("/tables/roas.svg?table=nothing", 404),
        ("/tables/roas?top=0", 400),
        ("/tables/roas?top=1e3", 400),
        ("/tables/roas?compare=moon", 400),
        ("/tables/roas?period=soon", 400),
        ("/tables/roas?by=nothing", 404),
        ("/tables/roas?channel=nothing", 404),
        ("/tables/roas?gross_margin_rate=-3", 400),
        ("/tables/roas?gross_margin_rate=NaN", 400),
        ("/tables/roas?gross_margin_rate=1e400", 400),
        ("/kpi/nothing.csv", 404),
        ("/kpi/nothing.png", 404),
        ("/kpi/conversion_rate.csv?table=nothing", 404),
    ],
)
def test_what_cannot_be_read_is_answered_with_a_sentence(client: Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert "Laban" in answer.text


@pytest.mark.parametrize(
    ("path", "kind", "start"),
    [
        ("/tables/roas.csv", "text/csv", b"\xef\xbb\xbf"),
        ("/tables/roas.xlsx", "application/vnd.openxml", b"PK"),
        ("/tables/roas.svg", "image/svg+xml", b"<svg"),
        ("/tables/roas.png", "image/png", b"\x89PNG"),
        ("/kpi/conversion_rate.csv?by=channel", "text/csv", b"\xef\xbb\xbf"),
        ("/kpi/conversion_rate.xlsx", "application/vnd.openxml", b"PK"),
        ("/kpi/conversion_rate.png", "image/png", b"\x89PNG"),
        ("/scorecard.csv?pack=essential_fifteen", "text/csv", b"\xef\xbb\xbf"),
        ("/scorecard.xlsx", "application/vnd.openxml", b"PK"),
    ],
)
def test_every_page_has_its_files(client: Client, path: str, kind: str, start: bytes) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert answer.content.startswith(start)
    assert re.fullmatch(r'attachment; filename="laban-[\w-]+\.\w+"', answer.headers["content-disposition"])
    assert "Accept-Language" in answer.headers["vary"]


def test_pictures_inside_a_page_are_no_downloads(client: Client) -> None:
    answer = client.get("/tables/roas.svg?size=narrow&theme=dark&table=ads")
    assert answer.status_code == 200
    assert "content-disposition" not in answer.headers


def test_names_from_files_never_become_markup(client: Client) -> None:
    page = client.get("/tables/roas?campaign=%3Cscript%3Ealert(1)%3C/script%3E&lang=en").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_file_answers_in_the_readers_language(client: Client) -> None:
    vi, en = (client.get(f"/tables/roas.csv?lang={lang}").content.decode() for lang in ("vi", "en"))
    assert "Chiến dịch" in vi
    assert "Campaign" in en


@pytest.mark.parametrize("name", SPECS)
def test_no_page_carries_inline_code_or_style(client: Client, name: str) -> None:
    page = client.get(f"/tables/{name}").text
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", page)
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == []
