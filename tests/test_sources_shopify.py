"""Shopify: orders whose further lines say nothing but the line, refunds, tests; the list of customers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from source_files import codes, only, read, records, table, totals

HEADINGS = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing",
    "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method",
    "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku", "Billing Name",
    "Shipping Name", "Shipping Phone", "Cancelled at", "Payment Method", "Refunded Amount", "Id", "Tags", "Source",
    "Phone", "Tax 1 Name",
)  # fmt: skip


def line(**cells: object) -> tuple[object, ...]:
    return tuple(cells.get(heading.replace(" ", "_"), "") for heading in HEADINGS)


def order(number: str, **cells: object) -> tuple[object, ...]:
    known = {
        "Name": number, "Email": "an@shop.vn", "Financial_Status": "paid", "Fulfillment_Status": "fulfilled",
        "Fulfilled_at": "2026-11-03 09:00:00 +0700", "Currency": "VND", "Subtotal": 450000, "Shipping": 30000,
        "Taxes": 0, "Total": 480000, "Discount_Amount": 50000, "Created_at": "2026-11-01 23:15:00 +0700",
        "Lineitem_quantity": 2, "Lineitem_name": "Áo", "Lineitem_price": 200000, "Payment_Method":
        "Cash on Delivery (COD)", "Refunded_Amount": 0, "Billing_Name": "Nguyễn An", "Id": f"90{number[1:]}",
        "Source": "web", "Phone": "'+84912345678",
    }  # fmt: skip
    return line(**{**known, **cells})


def orders(tmp_path: Path, *rows: tuple[object, ...]) -> list[dict[str, Any]]:
    return records(only(read(tmp_path, table(HEADINGS, *rows)), "fact_order"))


def test_an_orders_figures_on_its_first_line_count_once(tmp_path: Path) -> None:
    more = line(Name="#1001", Lineitem_quantity=1, Lineitem_name="Váy", Lineitem_price=100000)
    reading = read(tmp_path, table(HEADINGS, order("#1001"), more, order("#1002", Phone="", Email="b@shop.vn")))
    assert (reading.platform, reading.status, reading.rows, reading.currency) == (
        *("shopify_orders", "loaded", 3), "VND"
    )  # fmt: skip
    assert codes(reading) == ["fulfilled_is_delivered"]
    assert totals(reading) == {
        "subtotal": "900000", "shipping": "60000", "taxes": "0", "order_total": "960000", "discount": "100000",
        "refund": "0", "quantity": "5", "orders": "2",
    }  # fmt: skip
    first, second = records(only(reading, "fact_order"))
    assert (first["gross_amount"], first["discount_amount"], first["net_amount"]) == (500000, 50000, 450000)
    assert (first["date"], first["order_ts"]) == (date(2026, 11, 1), datetime(2026, 11, 1, 23, 15))  # noqa: DTZ001  a shop's clock
    assert (first["status"], first["delivered_at"].day, first["payment_method"]) == ("delivered", 3, "cod")
    assert first["customer_key"] not in (None, second["customer_key"])
    found = [(r["order_id"], r["line_no"], r["date"].day, r["line_amount"])
             for r in records(only(reading, "fact_order_line"))]  # fmt: skip
    assert found == [("#1001", "1", 1, 400000), ("#1001", "2", 1, 100000), ("#1002", "1", 1, 400000)]


@pytest.mark.parametrize(
    ("cells", "status", "refund", "net"),
    [
        ({"Financial_Status": "pending", "Fulfillment_Status": "unfulfilled"}, "placed", 0, 450000),
        ({"Fulfillment_Status": "unfulfilled"}, "confirmed", 0, 450000),
        ({"Financial_Status": "partially_refunded", "Refunded_Amount": 100000}, "delivered", 100000, 350000),
        ({"Financial_Status": "refunded", "Refunded_Amount": 480000}, "returned", 450000, 0),
        ({"Cancelled_at": "2026-11-02 08:00:00 +0700"}, "cancelled", 0, 450000),
        ({"Financial_Status": "voided", "Fulfillment_Status": ""}, "cancelled", 0, 450000),
    ],
)
def test_the_state_furthest_on_is_the_orders(
    tmp_path: Path, cells: dict[str, object], status: str, refund: int, net: int
) -> None:
    (found,) = orders(tmp_path, order("#1", **cells))
    assert (found["status"], found["refund_amount"], found["net_amount"]) == (status, refund, net)


def test_a_status_nobody_knows_is_said_and_the_order_kept(tmp_path: Path) -> None:
    rows = [order(f"#{n}", Financial_Status="teleported", Fulfillment_Status="") for n in (1, 2)]
    reading = read(tmp_path, table(HEADINGS, *rows))
    assert [row["status"] for row in records(only(reading, "fact_order"))] == [None, None]
    (finding,) = (f for f in reading.findings if f.code == "unknown_status")
    assert (finding.value, finding.row, finding.values["count"]) == ("teleported", 2, 2)


@pytest.mark.parametrize(
    ("cells", "test"),
    [
        ({"Payment_Method": "(for testing) Bogus Gateway"}, True),
        ({"Tags": "vip, test"}, True),
        ({"Tags": "contest"}, False),
    ],
)
def test_orders_that_only_try_the_shop_are_marked(tmp_path: Path, cells: dict[str, object], *, test: bool) -> None:
    (found,) = orders(tmp_path, order("#1", **cells))
    assert found["is_test"] is test


def test_lines_without_a_currency_have_that_of_their_order(tmp_path: Path) -> None:
    more = line(Name="#1", Lineitem_quantity=1, Lineitem_name="Váy", Lineitem_price="10.50")
    dollars = order("#1", Currency="USD", Subtotal="29.50", Discount_Amount="1.00", Total="29.50",
                    Lineitem_price="10.00", Shipping=0)  # fmt: skip
    reading = read(tmp_path, table(HEADINGS, dollars, more, order("#2")))
    lines = records(only(reading, "fact_order_line"))
    assert [(r["order_id"], r["currency"], r["line_amount"]) for r in lines] == [
        ("#1", "USD", 20), ("#1", "USD", Decimal("10.50")), ("#2", "VND", 400000)
    ]  # fmt: skip
    assert [r["gross_amount"] for r in records(only(reading, "fact_order"))] == [Decimal("30.50"), 500000]


def test_a_list_of_customers_is_known_and_keeps_nobody(tmp_path: Path) -> None:
    headings = ("First Name", "Last Name", "Email", "Accepts Email Marketing", "Company", "Address1", "Phone",
                "Total Spent", "Total Orders", "Tags", "Note")  # fmt: skip
    reading = read(
        tmp_path, table(headings, ("An", "Nguyễn", "an@shop.vn", "yes", "", "1 Lê Lợi", "0912", "120.50", 3, "", ""))
    )
    assert (reading.platform, reading.slices) == ("shopify_orders", ())
    assert totals(reading) == {"total_spent": "120.5", "total_orders": "3"}
    assert "nothing_kept" in codes(reading)
