"""A file nobody has seen is explained once on a page, imported, and known from then on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from laban.settings import Settings
from laban.web.app import create_app
from laban.workspace import Workspace
from test_web_pages import Seen
from web_client import Client

TILL = """BÁO CÁO BÁN HÀNG QUẦY
Số HĐ;Giờ bán;Khách;SĐT KH;Tổng thanh toán;Giảm trừ;Tình trạng đơn;Quầy
HD001;16/11/2026 09:10;Lan <b>;0912345678;450.000;0;Hoàn thành;Q1
HD002;16/11/2026 10:12;Mai;0987654321;1.250.000;50.000;Hoàn thành;Q1
HD003;17/11/2026 11:02;Mai;0987654321;250.000;0;Đã hủy;Q3
"""
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", Settings(name="Thử"), today=date(2026, 11, 23)) as made:
        yield made


@pytest.fixture
def client(workspace: Workspace, tmp_path: Path) -> Client:
    return Client(create_app(workspace, cache=tmp_path))


def send(client: Client, text: str, name: str = "quay.csv") -> dict[str, Any]:
    answer = client.post("/data/files.json", files=[("files", (name, text.encode()))])
    found: dict[str, Any] = answer.json()["files"][0]
    return found


def explain(client: Client, token: str, name: str = "Quầy", **more: str) -> Any:
    page = client.get(f"/data/map.json?file={token}").json()
    chosen = {f"c{place}": column["column"] or "-" for place, column in enumerate(page["columns"])}
    body = urlencode({"file": token, "subject": page["subject"], "name": name, **chosen, **more})
    return client.post("/data/map/save", content=body, headers=FORM)


def test_an_unknown_file_waits_and_shows_what_it_may_be(client: Client) -> None:
    found = send(client, TILL)
    assert found["status"] == "refused"
    page = Seen(client.get(f"/data/map?file={found['map']}&lang=vi").text).text
    assert "Số HĐ" in page
    assert "HD001 · HD002 · HD003" in page
    view = client.get(f"/data/map.json?file={found['map']}").json()
    assert view["subject"] == "orders"
    by_heading = {column["heading"]: column["column"] for column in view["columns"]}
    assert by_heading["Số HĐ"] == "order_id"
    assert by_heading["Giờ bán"] == "order_ts"
    assert by_heading["SĐT KH"] == "customer_phone"
    assert by_heading["Tổng thanh toán"] == "gross_amount"
    assert by_heading["Khách"] == ""
    assert view["preview"]["rows"] == 3
    assert view["preview"]["period"] == "2026-11-16..2026-11-17"
    assert view["preview"]["totals"]["gross_amount"] == "1950000"


def test_what_a_person_confirms_is_imported_and_known_from_then_on(client: Client, workspace: Workspace) -> None:
    token = send(client, TILL)["map"]
    answer = explain(client, token, currency="VND")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/data?batch=")
    assert workspace.imports()[0].platform == "Quầy"
    rows = workspace.warehouse.query("SELECT order_id, gross_amount, customer_key FROM fact_order ORDER BY 1")
    assert [(order, int(amount)) for order, amount, _ in rows] == [
        ("HD001", 450_000),
        ("HD002", 1_250_000),
        ("HD003", 250_000),
    ]
    assert all(key and "09" not in key[:2] for *_, key in rows)
    later = TILL.replace("HD00", "HD01").replace("/11/2026", "/10/2026")
    assert send(client, later, "tháng 10.csv")["status"] == "loaded"
    assert not list((workspace.root / "mappings" / ".waiting").iterdir())


def test_a_choice_in_the_address_changes_the_preview(client: Client) -> None:
    token = send(client, TILL)["map"]
    without = client.get(f"/data/map.json?file={token}&c4=-").json()
    assert "gross_amount" not in without["preview"]["totals"]
    lacking = client.get(f"/data/map.json?file={token}&c0=-").json()
    assert lacking["preview"] is None
    assert "Order ID" in lacking["fault"]


def test_another_subject_is_guessed_again(client: Client) -> None:
    token = send(client, TILL)["map"]
    view = client.get(f"/data/map.json?file={token}&subject=numbers&again=1").json()
    assert {c["heading"] for c in view["columns"] if c["column"] == "value"} == {"Tổng thanh toán", "Giảm trừ"}


def test_a_name_that_is_missing_or_taken_brings_the_page_back(client: Client) -> None:
    token = send(client, TILL)["map"]
    for name, says in (("", "cần đặt tên"), ("Meta Ads", "đã có")):
        answer = explain(client, token, name, lang="vi")
        assert answer.headers["location"].startswith("/data/map?")
        assert says in Seen(client.get(answer.headers["location"] + "&lang=vi").text).text


def test_a_mapping_is_changed_removed_and_brought_back(client: Client, workspace: Workspace) -> None:
    explain(client, send(client, TILL)["map"], currency="VND")
    page = client.get("/data/map?edit=Quầy&lang=vi")
    assert page.status_code == 200
    columns = client.get("/data/map.json?edit=Quầy").json()["columns"]
    assert {c["heading"]: c["column"] for c in columns}["Số HĐ"] == "order_id"
    body = {f"c{n}": c["column"] or "-" for n, c in enumerate(columns)}
    place = next(n for n, c in enumerate(columns) if c["heading"] == "Quầy")
    body |= {"edit": "Quầy", "subject": "orders", f"c{place}": "sales_channel"}
    assert client.post("/data/map/save", content=urlencode(body), headers=FORM).status_code == 303
    assert dict(workspace.mappings.get("Quầy").plan.pairs)["Quầy"] == "sales_channel"  # type: ignore[union-attr]
    client.post("/data/mappings/remove", content=urlencode({"name": "quay"}), headers=FORM)
    assert workspace.mappings.all == ()
    other = TILL.replace("HD00", "HD02")
    assert send(client, other)["status"] == "refused"
    assert "quay" in Seen(client.get("/data/mappings").text).text
    client.post("/data/mappings/restore", content=urlencode({"name": "Quầy"}), headers=FORM)
    assert send(client, other)["status"] == "loaded"


def test_the_download_is_a_platform_file_with_an_id_of_its_own(client: Client) -> None:
    explain(client, send(client, TILL)["map"])
    text = client.get("/data/mappings/quay.yaml").text
    assert text.startswith("id: quay\n")
    assert "exact" not in text
    assert "Số HĐ" in text


def test_a_hostile_cell_is_only_text(client: Client) -> None:
    token = send(client, TILL.replace("Khách;", "<script>x</script>;"))["map"]
    html = client.get(f"/data/map?file={token}").text
    assert "<script>x" not in html
    assert "Lan <b>" not in html


@pytest.mark.parametrize("token", ["../../laban.toml", "x", "", "A" * 20])
def test_a_file_that_does_not_wait_is_answered_in_words(client: Client, token: str) -> None:
    answer = client.get(f"/data/map?{urlencode({'file': token})}")
    assert answer.status_code == 404


def test_a_discarded_file_is_gone(client: Client, workspace: Workspace) -> None:
    token = send(client, TILL)["map"]
    client.post("/data/map/discard", content=urlencode({"file": token}), headers=FORM)
    assert client.get(f"/data/map?file={token}").status_code == 404


def test_a_picture_does_not_wait(client: Client) -> None:
    assert "map" not in send(client, "%PDF-1.7 not a table", "a.pdf")


def test_another_subject_is_shown_before_it_is_saved(client: Client, workspace: Workspace) -> None:
    token = send(client, TILL)["map"]
    answer = explain(client, token, subject="numbers", was="orders")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/data/map?")
    assert "c0=" not in answer.headers["location"]
    assert workspace.mappings.all == ()
    view = client.get(f"/data/map.json?file={token}&subject=numbers&was=orders&c0=order_id").json()
    assert {column["column"] for column in view["columns"]} == {"", "date", "value"}


def test_an_unknown_file_of_the_inbox_can_be_explained_too(client: Client, workspace: Workspace) -> None:
    (workspace.inbox / "quay.csv").write_text(TILL, "utf-8")
    (found,) = client.post("/data/inbox.json").json()["files"]
    assert explain(client, found["map"]).status_code == 303
    (again,) = client.post("/data/inbox.json").json()["files"]
    assert again["status"] == "unchanged"


STATES = TILL.replace("Đã hủy", "Khách bùng").replace("450.000;0;Hoàn thành", "450.000;0;Giao xong <i>")


def test_words_nobody_knows_are_asked_about_once(client: Client, workspace: Workspace) -> None:
    token = send(client, STATES)["map"]
    asked = client.get(f"/data/map.json?file={token}").json()["words"]
    assert {(one["heading"], one["label"], one["word"]) for one in asked} == {
        ("Tình trạng đơn", "Khách bùng", ""),
        ("Tình trạng đơn", "Giao xong <i>", ""),
    }
    page = client.get(f"/data/map?file={token}&lang=vi").text
    assert "Giao xong &lt;i&gt;" in page
    assert "Giao xong <i>" not in page
    place = asked[0]["place"]
    explain(client, token, currency="VND", w0=f"{place} returned Khách bùng", w1=f"{place} delivered Giao xong <i>")
    states = "SELECT order_id, status FROM fact_order WHERE is_current ORDER BY 1"
    found = dict(workspace.warehouse.query(states))
    assert found == {"HD001": "delivered", "HD002": "delivered", "HD003": "returned"}
    later = STATES.replace("HD00", "HD01").replace("/11/2026", "/10/2026")
    assert send(client, later, "tháng 10.csv")["status"] == "loaded"
    assert dict(workspace.warehouse.query(states))["HD013"] == "returned"
    kept = client.get("/data/map.json?edit=Quầy").json()["words"]
    assert {(one["label"], one["word"]) for one in kept} == {
        ("Khách bùng", "returned"),
        ("Giao xong <i>", "delivered"),
    }


@pytest.mark.parametrize(
    "said", ["", "6", "6 ", "x delivered Giao", "6 nothing Giao xong", "999999 delivered A", "-1 a b"]
)
def test_a_choice_of_words_that_is_none_changes_nothing(client: Client, said: str) -> None:
    token = send(client, STATES)["map"]
    view = client.get(f"/data/map.json?file={token}&{urlencode({'w0': said})}").json()
    assert view["preview"]["rows"] == 3
    assert not any(one["word"] for one in view["words"])


def test_a_star_in_a_label_is_no_pattern(client: Client) -> None:
    token = send(client, STATES.replace("Khách bùng", "*"))["map"]
    labels = [one["label"] for one in client.get(f"/data/map.json?file={token}").json()["words"]]
    assert labels == ["Giao xong <i>"]
