"""The pages of own KPIs: try, keep, edit, take away, undo; whatever is typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from laban.web.app import create_app
from laban.workspace import Workspace
from report_shop import HOSTILE, build
from web_client import Client


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workspace]:
    with build(tmp_path) as workspace:
        yield workspace


@pytest.fixture
def client(shop: Workspace, tmp_path: Path) -> Client:
    return Client(create_app(shop, cache=tmp_path / "cache"))


def post(client: Client, path: str, **fields: str) -> str:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post(path, content=urlencode(fields), headers=headers)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


NEW = {"name_vi": "Đơn mỗi lượt xem", "name_en": "Orders per view", "formula": "orders / sessions", "unit": "ratio"}


def test_a_kept_kpi_has_a_page_a_board_and_a_place_in_the_dictionary(client: Client) -> None:
    assert post(client, "/own/save", **NEW) == "/kpi/orders_per_view"
    assert client.get("/kpi/orders_per_view.json").json()["tile"]["value"] > 0
    assert "Đơn mỗi lượt xem" in client.get("/?pack=own").text
    assert "Đơn mỗi lượt xem" in client.get("/dictionary?q=don+moi+luot+xem").text
    assert "Đơn mỗi lượt xem" in client.get("/own").text


def test_undo_brings_back_what_was_taken_away(client: Client, shop: Workspace) -> None:
    post(client, "/own/save", **NEW)
    post(client, "/own/delete", part="kpis", id="orders_per_view")
    assert client.get("/kpi/orders_per_view").status_code == 404
    post(client, "/own/restore")
    assert client.get("/kpi/orders_per_view").status_code == 200
    post(client, "/own/restore")
    assert "orders_per_view" not in shop.catalogue.kpis


def test_the_preview_points_at_the_character_and_names_the_nearest(client: Client) -> None:
    page = client.get("/own/edit?formula=orders+/+sesions&lang=en").text
    assert "orders / <mark>s</mark>esions" in page
    assert "sessions" in page
    assert client.get("/own/edit.json?formula=orders+/+sesions").json()["mistakes"][0]["position"] == 9


def test_a_division_by_zero_is_explained(client: Client) -> None:
    found = client.get("/own/edit.json?name_en=x&formula=orders+/+(sessions+-+sessions)").json()
    assert found["tile"]["value"] is None
    assert found["missing"]["code"] in {"no_data", "zero_denominator"}


def test_a_wrong_one_is_not_kept(client: Client, shop: Workspace) -> None:
    assert "/own/edit?" in post(client, "/own/save", **{**NEW, "formula": "orders + ad_spend"})
    assert "/own/edit?" in post(client, "/own/save", **{**NEW, "name_en": "Website traffic"})
    assert "/own/edit?" in post(client, "/own/save", **{**NEW, "name_vi": "", "name_en": ""})
    assert not (shop.root / "kpis.yaml").exists()


def test_editing_keeps_the_name_in_addresses(client: Client, shop: Workspace) -> None:
    post(client, "/own/save", **NEW)
    assert "orders / sessions" in client.get("/own/edit?id=orders_per_view").text
    post(
        client,
        "/own/save",
        **{**NEW, "id": "orders_per_view", "name_en": "Something else", "formula": "orders"} | {"unit": "count"},
    )
    assert shop.catalogue.kpi("orders_per_view").name.en == "Something else"


def test_own_numbers_are_named_and_used(client: Client, shop: Workspace) -> None:
    assert "number_saved" in post(client, "/own/number", name_vi="Giờ livestream", unit="count", kind="sum")
    assert "number_refused" in post(client, "/own/number", name_vi="Giờ livestream")
    assert "number_refused" in post(client, "/own/number", name_vi="  ")
    post(client, "/own/save", name_vi="Đơn mỗi giờ", formula="orders / gio_livestream")
    found = client.get("/kpi/don_moi_gio.json").json()
    assert found["missing"]["code"] == "missing_fact"
    assert "gio_livestream" in shop.catalogue.measures


def test_a_reading_is_chosen_and_printed_beside_the_number(client: Client, shop: Workspace) -> None:
    kpi = next(k for k in shop.catalogue.kpis.values() if any(v.formula for v in k.variants))
    variant = next(v for v in kpi.variants if v.formula)
    usual = client.get(f"/kpi/{kpi.id}.json").json()["tile"]["kpi"]["name"]["vi"]
    assert "chosen" in post(client, "/own/reading", kpi=kpi.id, variant=variant.id)
    chosen = client.get(f"/kpi/{kpi.id}.json").json()["tile"]["kpi"]["name"]["vi"]
    assert chosen != usual
    assert client.get(f"/kpi/{kpi.id}.standard").status_code == 200
    post(client, "/own/reading", kpi=kpi.id, variant="standard")
    assert client.get(f"/kpi/{kpi.id}.json").json()["tile"]["kpi"]["name"]["vi"] == usual


BOARD = [("name_vi", "Bảng sáng thứ hai"), ("name_en", "Monday board")]
READINGS = [("kpi", "cost_per_click"), ("kpi", "cost_per_click.all_clicks"), ("kpi", "conversion_rate")]


def post_board(client: Client, *fields: tuple[str, str]) -> str:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/own/board/save", content=urlencode(fields), headers=headers)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_board_holds_two_readings_under_two_names(client: Client) -> None:
    assert post_board(client, *BOARD, *READINGS) == "/?pack=monday_board"
    view = client.get("/.json?pack=monday_board").json()
    tiles = {tile["kpi"]["id"]: tile for tile in (*view["big"], *view["rest"])}
    assert list(tiles) == [kpi for _, kpi in READINGS]
    assert len({tile["kpi"]["name"]["vi"] for tile in tiles.values()}) == len(READINGS)
    page = client.get("/?pack=monday_board&lang=en").text
    assert "all clicks" in page
    assert "Monday board" in page
    assert "Bảng sáng thứ hai" in client.get("/boards").text


def test_a_board_is_changed_in_its_order_and_taken_away(client: Client, shop: Workspace) -> None:
    post_board(client, *BOARD, *READINGS)
    assert 'value="cost_per_click.all_clicks" checked' in client.get("/own/board?id=monday_board").text
    more = [("id", "monday_board"), ("kpi", "orders_count"), *reversed(READINGS[1:])]
    post_board(client, *BOARD, *more)
    kept = [kpi for _, kpi in READINGS[1:]]
    assert shop.catalogue.pack("monday_board").kpis == (*kept, "orders_count")
    post(client, "/own/delete", part="boards", id="monday_board")
    assert client.get("/?pack=monday_board").status_code == 404
    post(client, "/own/restore")
    assert client.get("/?pack=monday_board").status_code == 200


def test_a_board_without_a_name_or_kpis_is_not_kept(client: Client, shop: Workspace) -> None:
    back = post_board(client, ("name_vi", " "), ("kpi", "orders_count"))
    assert 'value="orders_count" checked' in client.get(back).text
    assert "Đặt tên cho bảng" in client.get(back).text
    assert "Chọn ít nhất một KPI" in client.get(post_board(client, *BOARD)).text
    assert "Đã có bảng" in client.get(post_board(client, ("name_vi", "weekly seven"), *READINGS)).text
    assert not shop.own_definitions()["boards"]


def test_readings_stand_side_by_side_and_are_never_compared(client: Client) -> None:
    rows = client.get("/kpi/cost_per_click.json").json()["readings"]
    assert [row["kpi"]["id"] for row in rows] == ["cost_per_click", "cost_per_click.all_clicks"]
    assert [row["shown"] for row in rows] == [True, False]
    alone = [client.get(f"/kpi/{row['kpi']['id']}.json").json()["tile"] for row in rows]
    assert [row["value"] for row in rows] == [tile["value"] for tile in alone]
    assert [row["baseline"] for row in rows] == [tile["baseline"] for tile in alone]
    assert "Lấy dòng này trừ dòng kia không nói lên điều gì" in client.get("/kpi/cost_per_click").text
    against = client.get("/kpi/cost_per_click.all_clicks.json").json()["comparisons"][-1]
    assert (against["kind"], against["reason"]) == ("benchmark", "other_variant")
    assert client.get("/kpi/orders_count.json").json()["readings"] == []


def test_what_is_typed_stays_text(client: Client) -> None:
    post(client, "/own/save", **{**NEW, "name_vi": HOSTILE, "meaning_vi": HOSTILE})
    for path in ("/own", "/kpi/orders_per_view", "/own/edit?id=orders_per_view", "/dictionary?q=view"):
        assert "<script>alert" not in client.get(path).text, path
    assert (
        "<script>"
        not in client.get(f"/own/edit?{urlencode({'formula': HOSTILE, 'name_vi': HOSTILE})}").text.split("<main")[1]
    )


def test_a_broken_file_is_told_and_the_rest_works(client: Client, shop: Workspace) -> None:
    (shop.root / "kpis.yaml").write_text("kpis: {a: {name: {vi: Hỏng}, formula: khong_co / 2}}", "utf-8")
    assert "khong_co" in client.get("/own").text
    assert client.get("/").status_code == 200


def test_a_body_that_is_too_long_is_refused(client: Client) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/own/save", content=b"a" * 70_000, headers=headers).status_code == 400
    assert client.post("/own/save", content=b"\xff\xfe", headers=headers).status_code == 400
    assert client.send("POST", "/own/save", content=b"").status_code == 403
