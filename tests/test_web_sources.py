"""The page of connected platforms: state, last and next run, trouble in words, a button."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi import FastAPI

from api_meta import META, Meta
from api_servers import Clock, Say, platform
from laban.settings import Settings
from laban.sources.apis.wire import Timing
from laban.syncing import Connection, Connections, Tools
from laban.syncing.connect import Draft, connect
from laban.syncing.keeper import Keeper
from laban.web.app import create_app
from laban.workspace import Workspace
from web_client import Client


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", Settings(), today=date(2026, 11, 25)) as workspace:
        yield workspace


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    clock = Clock()
    return Tools(tmp_path / "config", Timing(clock.sleep, clock))


@pytest.fixture
def app(shop: Workspace, tools: Tools, tmp_path: Path) -> FastAPI:
    return create_app(shop, cache=tmp_path / "cache", watch=tools)


def test_a_page_without_connections_tells_how_to_make_one(app: FastAPI) -> None:
    page = Client(app).get("/data/sources?lang=vi").text
    assert "Chưa kết nối nền tảng nào" in page
    assert "laban connect ga4" in page
    assert "/data/sources" in Client(app).get("/data").text


@pytest.mark.parametrize(
    ("lang", "new", "waiting", "done", "until"),
    [
        ("vi", "chưa đồng bộ", "đang chờ đến lượt", "đã cập nhật", "đủ đến hết 24/11/2026"),
        ("en", "not synced yet", "waiting for its turn", "up to date", "complete until"),
    ],
)
def test_the_button_asks_and_the_page_follows(
    app: FastAPI, shop: Workspace, tools: Tools, lang: str, new: str, waiting: str, done: str, until: str
) -> None:
    client = Client(app)
    keeper: Keeper = app.state.keeper
    with platform(Meta()) as server:
        made = connect(shop, Draft("meta_ads", META, base=server.address, since=date(2026, 11, 16)), tools)
        assert new in client.get(f"/data/sources?lang={lang}").text
        answer = client.post(f"/data/sources/{made.id}/sync")
        assert (answer.status_code, answer.headers["location"]) == (303, "/data/sources")
        page = client.get(f"/data/sources?lang={lang}").text
        assert waiting in page
        assert 'http-equiv="refresh"' in page
        keeper.look()
        page = client.get(f"/data/sources?lang={lang}").text
        assert done in page
        assert until in page
        assert 'http-equiv="refresh"' not in page
        row = client.get("/data/sources.json").json()["connections"][0]
        assert (row["state"], row["last_day"], row["account"]) == ("good", "2026-11-24", "Áo Dài Lụa")
        assert row["next_at"] > row["ended_at"]
    everything = page + client.get("/data/sources.json").text + client.get("/data.json").text
    assert META["access_token"] not in everything


def test_trouble_stands_on_the_page_in_words_and_what_a_platform_says_is_escaped(
    app: FastAPI, shop: Workspace, tools: Tools
) -> None:
    meta = Meta()
    with platform(meta) as server:
        made = connect(shop, Draft("meta_ads", META, base=server.address), tools)
        meta.faults = [Say({"error": {"message": "<script>alert(1)</script>", "code": 190}}, 400)]
        Client(app).post(f"/data/sources/{made.id}/sync")
        app.state.keeper.look()
    page = Client(app).get("/data/sources?lang=vi").text
    assert "không nhận thông tin đăng nhập" in page
    assert "laban connect" in page
    assert "<script>alert" not in page
    assert "đã dừng" in page


def test_a_run_that_was_killed_is_not_shown_as_running_for_ever(app: FastAPI, shop: Workspace) -> None:
    Connections(shop.root).add(Connection("meta_ads", "meta_ads", state="running"))
    assert Client(app).get("/data/sources.json").json()["connections"][0]["state"] == "failed"


def test_a_connection_of_a_platform_that_is_not_known_is_shown_by_its_name(app: FastAPI, shop: Workspace) -> None:
    Connections(shop.root).add(Connection("of_tomorrow", "of_tomorrow"))
    (shop.root / "connections" / "broken.json").write_text("{", "utf-8")
    page = Client(app).get("/data/sources")
    assert page.status_code == 200
    assert "of_tomorrow" in page.text


def test_what_is_not_connected_cannot_be_asked(app: FastAPI, shop: Workspace, tmp_path: Path) -> None:
    assert Client(app).post("/data/sources/meta_ads/sync").status_code == 404
    Connections(shop.root).add(Connection("meta_ads", "meta_ads"))
    silent = Client(create_app(shop, cache=tmp_path / "cache"))
    assert silent.post("/data/sources/meta_ads/sync").status_code == 503
    assert "laban schedule" in silent.get("/data/sources?lang=en").text
