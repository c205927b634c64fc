"""Forgetting a person whom a platform's answers name: the orders stay, nobody knows any more whose they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api_servers import Asked, Clock, Say, platform
from laban.care.forget import forget
from laban.care.rebuild import rebuild
from laban.settings import Settings
from laban.sources.apis.wire import Timing
from laban.syncing import Tools, sync
from laban.syncing.connect import Draft, connect
from laban.warehouse.archive import unpacked
from laban.workspace import Workspace

TODAY = date(2026, 11, 25)
LAN, MAI = "0912345671", "0912345672"


def haravan(asked: Asked) -> Say:
    """Two orders of two people, the phone in two places, one of them in a remark."""
    if asked.path.endswith("count.json"):
        return Say({"count": 2})
    there = asked.query["updated_at_min"].startswith("2026-11-16") and asked.query["page"] == "1"
    orders: list[dict[str, Any]] = [
        {
            "name": f"#{phone[-1]}",
            "id": 1001,
            "created_at": "2026-11-17T17:30:00Z",
            "currency": "VND",
            "total_price": 500000,
            "total_line_items_price": 500000,
            "financial_status": "paid",
            "email": f"{phone}@example.com",
            "customer": {"phone": phone, "email": f"{phone}@example.com"},
            "shipping_address": {"phone": f"+84 {phone[1:]}", "province": "Hà Nội"},
            "tags": f"gọi {phone} trước khi giao",
            "line_items": [{"title": "Áo dài", "quantity": 1, "price": 500000}],
        }
        for phone in (LAN, MAI)
    ]
    return Say({"orders": orders if there else []})


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workspace]:
    clock = Clock()
    tools = Tools(tmp_path / "config", Timing(clock.sleep, clock))
    with Workspace.create(tmp_path / "shop", Settings(), today=TODAY) as workspace, platform(haravan) as server:
        answers = {"access_token": "haravan-token-of-the-shop"}
        draft = Draft("haravan", answers, base=server.address, since=date(2026, 11, 16))
        for _ in sync(workspace, connect(workspace, draft, tools).id, tools):
            pass
        yield workspace


def kept(shop: Workspace) -> str:
    texts = []
    for record in shop.imports():
        with unpacked(shop.root / "archive", record.digest) as original:
            texts.append(original.read().decode())
    return "".join(texts)


def test_the_archive_names_the_person_no_more_and_everybody_else_as_before(shop: Workspace) -> None:
    assert LAN in kept(shop)
    made = forget(shop, [LAN])
    assert (made.mended, made.dropped) == (1, 0)
    left = kept(shop)
    assert LAN not in left
    assert LAN[1:] not in left
    assert MAI in left
    assert f"+84 {MAI[1:]}" in left


def test_the_orders_stay_and_a_rebuild_proves_it(shop: Workspace) -> None:
    forget(shop, [LAN])
    orders = "SELECT order_id, net_amount, customer_key IS NULL FROM fact_order_live ORDER BY 1"
    assert [row[2] for row in shop.warehouse.query(orders)] == [True, False]
    before = shop.warehouse.query(orders)
    rebuild(shop)
    assert shop.warehouse.query(orders) == before


def test_whoever_is_in_no_answer_changes_nothing(shop: Workspace) -> None:
    before = kept(shop)
    made = forget(shop, ["0999888777"])
    assert (made.mended, made.dropped) == (0, 0)
    assert kept(shop) == before
