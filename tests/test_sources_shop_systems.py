"""WooCommerce, KiotViet, Haravan and Sapo: one order from one line, from many, from a first line and bare ones."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from laban.sources.model import Reading
from laban.sources.privacy import person_key
from source_files import OPTIONS, codes, only, read, records, table, totals, workbook


def orders(reading: Reading) -> list[dict[str, Any]]:
    return records(only(reading, "fact_order"))


def lines(reading: Reading) -> list[dict[str, Any]]:
    return records(only(reading, "fact_order_line"))


WOO = ("Date", "Order #", "N. Revenue (formatted)", "Status", "Customer", "Customer type", "Product(s)", "Items sold",
       "Coupon(s)", "Net Sales", "Attribution")  # fmt: skip


def woo(*cells: object) -> str:
    return table(WOO, cells)


def test_a_woocommerce_order_has_its_net_and_its_pieces(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        woo("2026-11-01 20:15:00", "1201", "2.999.000 ₫", "completed", "An Nguyễn", "new",
            "2× Áo, tay dài, 1× Váy", 3, "TET", 2999000, "Organic: Google"),
    )  # fmt: skip
    assert (reading.platform, reading.status, reading.currency) == ("woocommerce", "loaded", "VND")
    assert totals(reading) == {"quantity": "3", "net_sales": "2999000", "orders": "1"}
    (order,) = orders(reading)
    assert (order["net_amount"], order["status"], order["channel_group"]) == (2999000, "delivered", "organic_search")
    assert (order["order_ts"].hour, order["sales_channel"], "customer_key" in order) == (20, "Website", False)
    assert [(r["line_no"], r["product"], r["quantity"]) for r in lines(reading)] == [
        ("1", "Áo, tay dài", 2), ("2", "Váy", 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "status", "net"),
    [
        ("processing", "confirmed", 100),
        ("on-hold", "placed", 100),
        ("failed", "cancelled", 100),
        ("refunded", "returned", 0),
    ],
)
def test_a_payment_that_failed_at_woocommerce_is_no_failed_delivery(
    tmp_path: Path, word: str, status: str, net: int
) -> None:
    row = woo("2026-11-01", "1", "$100", word, "", "new", "1× A", 1, "", 100, "Direct")
    (order,) = orders(read(tmp_path, row))
    assert (order["status"], order["net_amount"]) == (status, net)


KIOT = ("Chi nhánh", "Mã hóa đơn", "Thời gian", "Tên khách hàng", "Điện thoại", "Người bán", "Tổng tiền hàng",
        "Giảm giá hóa đơn", "Khách cần trả", "Khách đã trả", "Tiền mặt", "Thẻ", "Ví", "Chuyển khoản", "Mã hàng",
        "Tên hàng", "Số lượng", "Đơn giá", "Thành tiền", "Trạng thái")  # fmt: skip


def test_a_kiotviet_invoice_repeats_its_sums_on_each_line(tmp_path: Path) -> None:
    head = ("Quận 1", "HD001", datetime(2026, 11, 3, 9, 5), "Chị An", 912345678, "Bình")  # noqa: DTZ001  a shop's clock
    sums = (350000, 20000, 330000, 330000, 30000, 0, 0, 300000)
    rows = [
        (*head, *sums, "A1", "Áo", 2, 100000, 200000, "Hoàn thành"),
        (*head, *sums, "V1", "Váy", "1,5", 100000, 150000, "Hoàn thành"),
        ("Quận 1", "HD002", "03/11/2026 10:00", "Khách lẻ", "", "Bình", "1.200.000", 0, "1.200.000", 0, 0, 0, 0, 0,
         "A1", "Áo", 12, "100.000", "1.200.000", "Đã hủy"),
        ("TẠI CHỖ\u200b", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "\u200b"),
    ]  # fmt: skip
    reading = read(tmp_path, workbook({"Hóa đơn": [KIOT, *rows]}), "DanhSachHoaDon.xlsx")
    assert (reading.platform, reading.rows, reading.currency) == ("kiotviet_invoices", 3, "VND")
    assert codes(reading) == ["note_rows"]
    assert totals(reading).items() >= {"goods_total": "1550000", "order_total": "1530000", "orders": "2",
                                       "item_revenue": "1550000", "quantity": "15.5"}.items()  # fmt: skip
    first, second = orders(reading)
    assert (first["gross_amount"], first["discount_amount"], first["net_amount"]) == (350000, 20000, 330000)
    assert (first["payment_method"], first["sales_channel"], first["status"]) == ("transfer", "Quận 1", "delivered")
    assert first["customer_key"] == person_key("0912345678", OPTIONS.hash_key)
    assert (second["status"], second["customer_key"], second["gross_amount"]) == ("cancelled", None, 1200000)
    assert [(r["product"], r["quantity"]) for r in lines(reading)] == [("Áo", 2), ("Váy", Decimal("1.5")), ("Áo", 12)]


def test_a_kiotviet_discount_is_what_is_left_to_pay_less(tmp_path: Path) -> None:
    headings = ("Mã hóa đơn", "Thời gian", "Tổng tiền hàng", "Khách cần trả", "Khách đã trả", "Trạng thái")
    reading = read(
        tmp_path, table(headings, ("HD9", "04/11/2026 09:00", "500.000", "450.000", "450.000", "Hoàn thành"))
    )
    (order,) = orders(reading)
    assert (order["discount_amount"], order["net_amount"], order["date"].month) == (50000, 450000, 11)
    assert [piece.fact for piece in reading.slices] == ["fact_order"]


HARAVAN = ("Mã đơn hàng", "Ngày đặt hàng", "Trạng thái thanh toán", "Trạng thái giao hàng", "Email", "Số điện thoại",
           "Tên sản phẩm", "Số lượng sản phẩm", "Giá sản phẩm", "Tổng cộng", "Giảm giá", "Phí vận chuyển",
           "Kênh bán hàng", "Phương thức thanh toán")  # fmt: skip


def test_a_haravan_line_without_a_number_belongs_to_the_order_above(tmp_path: Path) -> None:
    rows = [
        ("#1", "01/11/2026 08:00", "Đã thanh toán", "Đã giao hàng", "", "0912 345 678", "Áo", 1, 200000, 330000,
         20000, 50000, "Website", "COD"),
        ("", "", "", "", "", "", "Váy", 1, 100000, "", "", "", "", ""),
        ("#2", "01/11/2026 09:00", "Chưa thanh toán", "Đang chuyển hoàn", "b@x.vn", "", "Áo", 1, 200000, 200000, 0, 0,
         "Facebook", "COD"),
        ("#3", "02/11/2026 09:00", "Chưa thanh toán", "Chưa giao hàng", "b@x.vn", "", "Áo", 1, 200000, 200000, 0, 0,
         "Facebook", "Chuyển khoản"),
    ]  # fmt: skip
    reading = read(tmp_path, table(HARAVAN, *rows), accept=False)
    assert (reading.platform, reading.status, codes(reading, "warning")) == ("haravan_orders", "loaded", [])
    found = [(r["order_id"], r["status"], r["gross_amount"], r["net_amount"]) for r in orders(reading)]
    assert found == [
        ("#1", "delivered", 300000, 280000),
        ("#2", "failed", 200000, 0),
        ("#3", "placed", 200000, 200000),
    ]
    assert [(r["order_id"], r["line_no"]) for r in lines(reading)][:2] == [("#1", "1"), ("#1", "2")]
    assert totals(reading)["order_total"] == "730000"


def test_a_haravan_order_without_lines_is_its_total_without_shipping(tmp_path: Path) -> None:
    headings = [h for h in HARAVAN if h not in ("Tên sản phẩm", "Số lượng sản phẩm", "Giá sản phẩm")]
    row = ("#1", "01/11/2026", "Đã thanh toán", "Đã giao hàng", "", "", "330.000", "20.000", "50.000", "", "")
    (order,) = orders(read(tmp_path, table(headings, row)))
    assert (order["gross_amount"], order["discount_amount"], order["net_amount"]) == (300000, 20000, 280000)


def test_haravans_sums_per_day_are_numbers_beside_the_orders(tmp_path: Path) -> None:
    headings = ("Ngày", "Số đơn hàng", "Doanh thu thuần", "Giảm giá", "Doanh thu", "Vận chuyển", "Tổng hóa đơn",
                "Đã thu", "Hoàn trả", "Tổng giá vốn", "Tổng lợi nhuận", "% lợi nhuận")  # fmt: skip
    rows = [
        ("01/11/2026", 3, "900.000", "50.000", "950.000", 0, "900.000", 0, 0, "400.000", "500.000", "55,5%"),
        ("02/11/2026", 1, "100.000", 0, "100.000", 0, "100.000", 0, 0, "40.000", "60.000", "60%"),
        ("Tổng", 4, "1.000.000", "50.000", "1.050.000", 0, "1.000.000", 0, 0, "440.000", "560.000", "56%"),
    ]
    reading = read(tmp_path, table(headings, *rows))
    assert (reading.platform, reading.rows, codes(reading, "warning")) == ("haravan_report", 2, [])
    assert reading.totals["net_revenue"] == reading.own_totals["net_revenue"] == 1000000
    found = {r["measure"]: r["value"] for piece in reading.slices for r in records(piece) if r["date"].day == 1}
    assert found["Haravan: số đơn hàng"] == 3
    assert found["Haravan: doanh thu thuần"] == 900000
    assert not any(piece.fact == "fact_order" for piece in reading.slices)


SAPO = ("STT", "Mã đơn hàng", "Ngày chứng từ", "Nguồn bán hàng", "Trạng thái đơn hàng", "Trạng thái thanh toán",
        "Mã khách hàng", "Tên khách hàng", "Số điện thoại", "Mã SKU", "Tên sản phẩm", "Số lượng", "Đơn giá",
        "Chiết khấu đơn hàng", "Khách phải trả")  # fmt: skip


def test_a_sapo_order_is_on_its_first_line(tmp_path: Path) -> None:
    rows = [
        (1, "SON01", "05/11/2026", "Facebook", "Hoàn thành", "Đã thanh toán", "CUZN1", "Chị An", "84912345678", "A1",
         "Áo", 1, "200.000", "30.000", "270.000"),
        ("", "", "", "", "", "", "", "", "", "V1", "Váy", 1, "100.000", "", ""),
        (2, "SON02", "05/11/2026", "Shopee", "Đang giao dịch", "Chưa thanh toán", "CUZN2", "", "", "A1", "Áo", 1,
         "200.000", "", "200.000"),
    ]  # fmt: skip
    reading = read(tmp_path, table(SAPO, *rows), accept=False)
    assert (reading.platform, reading.status, codes(reading, "warning")) == ("sapo_orders", "loaded", [])
    first, second = orders(reading)
    assert (first["gross_amount"], first["discount_amount"], first["net_amount"]) == (300000, 30000, 270000)
    assert (first["status"], first["sales_channel"], first["date"].day) == ("delivered", "Facebook", 5)
    assert first["customer_key"] == person_key("0912345678", OPTIONS.hash_key)
    assert (second["status"], second["customer_key"]) == ("confirmed", person_key("CUZN2", OPTIONS.hash_key, "sapo"))
    assert [(r["order_id"], r["line_no"], r["product"]) for r in lines(reading)] == [
        ("SON01", "1", "Áo"), ("SON01", "2", "Váy"), ("SON02", "1", "Áo")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "headings",
    [
        "STT, Mã đơn hàng, Ngày đặt hàng, Số điện thoại, Trạng thái, Tổng tiền hàng, Phí sàn, Kênh bán hàng",
        "Mã đơn hàng, Ngày đặt hàng, Trạng thái đơn hàng, Mã vận đơn, Tên sản phẩm, Số lượng, Đơn giá, Thành tiền",
        "Mã đơn, Ngày, Khách hàng, Điện thoại, Tổng tiền, Trạng thái giao hàng, Đơn vị vận chuyển",
        "Mã hóa đơn, Ngày bán, Chi nhánh, Mã hàng, Số lượng, Giá bán, Thành tiền, Giá vốn",
        "Order ID, Order date, Status, Total, Discount, Email, Payment method, Product name, Quantity",
        "Name, Created at, Status, Order number, Total",
    ],
)
def test_a_sheet_of_ones_own_stays_ones_own(tmp_path: Path, headings: str) -> None:
    columns = headings.split(", ")
    cells = ["13/11/2026" if name.startswith(("Ngày", "Order date", "Created")) else "1" for name in columns]
    assert read(tmp_path, table(columns, cells)).platform == "own_orders"
