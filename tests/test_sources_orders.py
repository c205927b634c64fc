"""What follows from an order whatever platform wrote it, and how a later export moves it on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.sources.derive import COURSE, Columns, furthest
from laban.sources.mapping import platform
from laban.sources.notes import Notes
from laban.sources.orders import platform_amounts
from laban.sources.privacy import person_key
from laban.warehouse import Warehouse
from source_files import OPTIONS, codes, read, table
from warehouse_rows import NOON

SHOPEE = platform("shopee_orders")
AMOUNTS = st.none() | st.decimals(min_value=0, max_value=10**9, places=2)


@given(
    rows=st.lists(
        st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, st.sampled_from([None, *COURSE]), st.none() | st.integers(0, 5)),
        min_size=1,
        max_size=8,
    )
)
def test_net_is_gross_less_what_the_shop_gave_and_gave_back(rows: list[tuple[Any, ...]]) -> None:
    gross, discount, refund, status, back = (list(column) for column in zip(*rows, strict=True))
    values = {"gross_amount": gross, "discount_amount": discount, "refund_amount": refund, "status": status}
    values |= {"quantity": [3] * len(rows), "returned_quantity": back}
    orders = platform_amounts(Columns(SHOPEE, values, len(rows)), Notes()).values
    for i, total in enumerate(gross):
        given_back = orders["refund_amount"][i] or 0
        if total is None:
            assert orders["net_amount"][i] is None
            continue
        assert orders["net_amount"][i] == total - (discount[i] or 0) - given_back
        assert given_back <= max(total - (discount[i] or 0), Decimal(0))
        if orders["status"][i] in ("returned", "failed"):
            assert orders["net_amount"][i] == 0


@given(st.lists(st.sampled_from([None, *COURSE]), max_size=4))
def test_the_furthest_state_does_not_depend_on_the_order_of_columns(states: list[str | None]) -> None:
    assert furthest(states) == furthest(reversed(states))


@pytest.mark.parametrize("text", ["****123", "(+84)****89", "l*****h", "", "-", "••••89", "5.76E+17"])
def test_a_masked_buyer_has_no_key(text: str) -> None:
    assert person_key(text, OPTIONS.hash_key, "tiktok_shop") is None
    assert person_key(text, OPTIONS.hash_key) is None


def test_a_buyer_of_a_platform_is_no_phone_and_nobody_elsewhere() -> None:
    keys = {person_key("0912345678", OPTIONS.hash_key, issuer) for issuer in ("", "shopee", "lazada")}
    assert len(keys) == 3
    assert person_key(" Linh.Shop ", OPTIONS.hash_key, "shopee") == person_key(
        "linh.shop", OPTIONS.hash_key, "shopee"
    )


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        yield opened


HEADINGS = ("Mã đơn hàng", "Mã vận đơn", "Ngày đặt hàng", "Trạng Thái Đơn Hàng", "Trạng thái Trả hàng/Hoàn tiền",
            "Tên sản phẩm", "Giá ưu đãi", "Số lượng", "Tổng giá bán (sản phẩm)", "Mã giảm giá của Shop",
            "Người Mua")  # fmt: skip


def bring(warehouse: Warehouse, tmp_path: Path, name: str, *rows: tuple[object, ...]) -> list[str]:
    """Import a file of Shopee's orders as the workspace does; return the codes of what was said."""
    data = table(HEADINGS, *rows)
    reading = read(tmp_path, data, name, accept=False)
    digest = hashlib.sha256(data.encode()).hexdigest()
    outcome = warehouse.load(reading, digest=digest, name=name, path=tmp_path / name, loaded_at=NOON)
    assert outcome.status == "loaded"
    return [finding.code for finding in outcome.findings]


def test_a_later_export_moves_the_same_orders_on(warehouse: Warehouse, tmp_path: Path) -> None:
    def line(number: str, state: str, back: str = "", product: str = "Áo") -> tuple[object, ...]:
        return (number, "SPX", "2026-11-01 08:00", state, back, product, 100, 2, 200, 20, "linh.shop")

    bring(warehouse, tmp_path, "a.csv", line("A", "Đang giao"), line("A", "Đang giao", product="Váy"),
          line("B", "Đang giao"), line("C", "Chờ xác nhận"))  # fmt: skip
    said = bring(warehouse, tmp_path, "b.csv", line("A", "Hoàn thành"), line("B", "Hoàn thành", "Đã hoàn tiền"))
    assert "updated_rows" in said
    found = warehouse.query(
        "SELECT order_id, status, gross_amount, net_amount, is_first_order FROM fact_order_live ORDER BY 1"
    )
    assert found == [
        ("A", "delivered", 200, 180, True), ("B", "returned", 200, 0, False), ("C", "placed", 200, 180, False)
    ]  # fmt: skip
    assert warehouse.query("SELECT order_id, count(*) FROM fact_order_line_live GROUP BY 1 ORDER BY 1") == [
        ("A", 1), ("B", 1), ("C", 1)
    ]  # fmt: skip
    assert warehouse.query("SELECT DISTINCT date, platform FROM fact_order_live") == [
        (date(2026, 11, 1), "shopee_orders")
    ]
    warehouse.undo(2, NOON)
    assert warehouse.query("SELECT status, count(*) FROM fact_order_live GROUP BY 1 ORDER BY 1") == [
        ("placed", 1), ("shipped", 2)
    ]  # fmt: skip


def test_a_word_for_a_state_nobody_knows_leaves_the_order_in(warehouse: Warehouse, tmp_path: Path) -> None:
    row = ("A", "SPX", "2026-11-01 08:00", "Bay mất", "", "Áo", 100, 2, 200, 20, "")
    assert "unknown_status" in bring(warehouse, tmp_path, "a.csv", row)
    assert warehouse.query("SELECT status, net_amount FROM fact_order_live") == [(None, 180)]
    said = next(f for f in read(tmp_path, table(HEADINGS, row)).findings if f.code == "unknown_status")
    assert "“Bay mất”" in said.message("vi")
    assert codes(read(tmp_path, table(HEADINGS, row)), "error") == []


PEOPLE = {
    "shopify_orders": (
        "Name, Email, Financial Status, Created at, Subtotal, Lineitem quantity, Lineitem price, Billing Name, Phone",
        "#1, secret@shop.vn, paid, 2026-11-01 08:00:00 +0700, 100, 1, 100, Nguyễn Bí Mật, '+84912000111",
    ),
    "shopee_orders": (
        "Mã đơn hàng, Ngày đặt hàng, Trạng Thái Đơn Hàng, Mã Kiện Hàng, Người Mua, Tên Người nhận, Số điện thoại",
        "A, 2026-11-01 08:00, Đã giao, P1, secret.buyer, Nguyễn Bí Mật, 0912000111",
    ),
    "kiotviet_invoices": (
        "Mã hóa đơn, Thời gian, Tổng tiền hàng, Khách cần trả, Tên khách hàng, Điện thoại, Ghi chú",
        "HD1, 2026-11-01 08:00, 100, 100, Nguyễn Bí Mật, 912000111, gọi 0912000111",
    ),
    "hubspot": (
        "Record ID, First Name, Last Name, Email, Phone Number, Lifecycle Stage, Create Date",
        "1, Bí Mật, Nguyễn, secret@shop.vn, 0912 000 111, Lead, 2026-11-01 08:00",
    ),
    "salesforce_leads": (
        "Lead ID, First Name, Last Name, Email, Phone, Lead Status, Create Date",
        "1, Bí Mật, Nguyễn, secret@shop.vn, 0912 000 111, New, 2026-11-01",
    ),
}


@pytest.mark.parametrize("name", PEOPLE)
def test_nothing_of_a_person_is_left_but_a_key(tmp_path: Path, name: str) -> None:
    reading = read(tmp_path, table(*(line.split(", ") for line in PEOPLE[name])), currency="VND")
    assert (reading.platform, reading.rows) == (name, 1)
    kept = repr(reading)
    assert not any(secret in kept for secret in ("Bí Mật", "secret", "912000111", "912 000 111"))
    assert any("customer_key" in piece.columns for piece in reading.slices)
