"""Orders of Shopee, TikTok Shop and Lazada: states, returns, whose discount it is, and who the buyer is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from laban.sources.model import Reading
from source_files import codes, only, read, records, table, totals, workbook

SHOPEE = (
    "Mã đơn hàng", "Mã Kiện Hàng", "Ngày đặt hàng", "Trạng Thái Đơn Hàng", "Lý do hủy", "Mã vận đơn",
    "Đơn Vị Vận Chuyển", "Trạng thái Trả hàng/Hoàn tiền", "SKU phân loại hàng", "Tên sản phẩm", "Tên phân loại hàng",
    "Giá gốc", "Giá ưu đãi", "Số lượng", "Số lượng sản phẩm được hoàn trả", "Tổng giá bán (sản phẩm)",
    "Mã giảm giá của Shop", "Mã giảm giá của Shopee", "Tổng số tiền Người mua thanh toán",
    "Phí vận chuyển mà người mua trả", "Tổng số tiền người mua thanh toán", "Thời gian hoàn thành đơn hàng",
    "Phương thức thanh toán", "Phí cố định", "Phí Dịch Vụ", "Phí thanh toán", "Người Mua", "Tên Người nhận",
    "Số điện thoại", "Tỉnh/Thành phố", "Địa chỉ nhận hàng",
)  # fmt: skip
SHOPEE_LINE = {
    "Mã đơn hàng": "2611A1", "Mã Kiện Hàng": "OFG1", "Ngày đặt hàng": "2026-11-01 21:40", "Trạng Thái Đơn Hàng":
    "Hoàn thành", "Mã vận đơn": "SPX1", "Đơn Vị Vận Chuyển": "SPX Express", "Tên sản phẩm": "Áo",
    "Tên phân loại hàng": "Đỏ,M", "Giá gốc": "120000.00", "Giá ưu đãi": "100000.00", "Số lượng": 2,
    "Số lượng sản phẩm được hoàn trả": 0,
    "Tổng giá bán (sản phẩm)": "200000.00", "Mã giảm giá của Shop": "20000.00", "Mã giảm giá của Shopee": "30000.00",
    "Tổng số tiền Người mua thanh toán": "150000.00", "Phí vận chuyển mà người mua trả": "15000.00",
    "Tổng số tiền người mua thanh toán": "215000.00", "Thời gian hoàn thành đơn hàng": "2026-11-04 08:00",
    "Phương thức thanh toán": "Thanh toán khi nhận hàng", "Phí cố định": "8000.00", "Phí Dịch Vụ": "6000.00",
    "Phí thanh toán": "4500.00", "Người Mua": "linh.shop", "Tên Người nhận": "L******h", "Số điện thoại": "******89",
    "Tỉnh/Thành phố": "Hà Nội", "Địa chỉ nhận hàng": "******, Hà Nội",
}  # fmt: skip


def shopee(tmp_path: Path, *changes: dict[str, object]) -> Reading:
    rows = [[{**SHOPEE_LINE, **change}.get(heading, "") for heading in SHOPEE] for change in changes]
    return read(tmp_path, workbook({"orders": [SHOPEE, *rows]}), "Order.toship.xlsx")


def first(reading: Reading) -> dict[str, Any]:
    return records(only(reading, "fact_order"))[0]


def test_a_shopee_order_of_two_lines_counts_its_own_figures_once(tmp_path: Path) -> None:
    second = {"Tên sản phẩm": "Váy", "Giá ưu đãi": "50000.00", "Số lượng": 1, "Tổng giá bán (sản phẩm)": "50000.00"}
    reading = shopee(tmp_path, {}, second)
    assert (reading.platform, reading.status, reading.currency) == ("shopee_orders", "loaded", "VND")
    assert codes(reading, "warning") == []
    assert totals(reading).items() >= {
        "item_revenue": "250000", "order_total": "215000", "line_paid": "300000", "orders": "1", "quantity": "3",
    }.items()  # fmt: skip
    order = first(reading)
    assert (order["gross_amount"], order["discount_amount"], order["platform_discount"]) == (250000, 20000, 30000)
    assert (order["net_amount"], order["marketplace_fee"], order["status"]) == (230000, 18500, "delivered")
    assert (order["payment_method"], order["sales_channel"], order["channel_group"]) == (
        "cod",
        "Shopee",
        "marketplace",
    )
    assert (order["date"].day, order["delivered_at"].day, order["geo"]) == (1, 4, "Hà Nội")
    assert [r["product"] for r in records(only(reading, "fact_order_line"))] == ["Áo · Đỏ,M", "Váy · Đỏ,M"]


@pytest.mark.parametrize(
    ("change", "status", "refund", "net"),
    [
        ({"Trạng Thái Đơn Hàng": "Chờ lấy hàng"}, "confirmed", None, 180000),
        ({"Trạng Thái Đơn Hàng": "Đang giao"}, "shipped", None, 180000),
        ({"Trạng Thái Đơn Hàng": "Đã hủy", "Lý do hủy": "Người mua đổi ý"}, "cancelled", None, 180000),
        ({"Trạng Thái Đơn Hàng": "Đã hủy", "Lý do hủy": "Giao hàng không thành công"}, "failed", 180000, 0),
        ({"Trạng thái Trả hàng/Hoàn tiền": "Đã hoàn tiền"}, "returned", 180000, 0),
        (
            {"Trạng thái Trả hàng/Hoàn tiền": "Đã hoàn tiền", "Số lượng sản phẩm được hoàn trả": 1},
            *("delivered", 100000, 80000),
        ),
        (
            {"Trạng thái Trả hàng/Hoàn tiền": "Đã hoàn tiền", "Số lượng sản phẩm được hoàn trả": 2},
            *("returned", 180000, 0),
        ),
        (
            {"Trạng thái Trả hàng/Hoàn tiền": "Đang xử lý", "Số lượng sản phẩm được hoàn trả": 2},
            *("delivered", None, 180000),
        ),
    ],
)
def test_what_became_of_a_shopee_order(
    tmp_path: Path, change: dict[str, object], status: str, refund: int | None, net: int
) -> None:
    order = first(shopee(tmp_path, change))
    assert (order["status"], order["refund_amount"], order["net_amount"]) == (status, refund, net)


def test_a_masked_buyer_is_nobody_and_the_same_name_elsewhere_somebody_else(tmp_path: Path) -> None:
    masked = first(shopee(tmp_path, {"Người Mua": "l******h", "Số điện thoại": "****123"}))
    seen, again = first(shopee(tmp_path, {})), first(shopee(tmp_path, {"Mã đơn hàng": "2611A2"}))
    assert masked["customer_key"] is None
    assert seen["customer_key"] == again["customer_key"] is not None
    assert first(tiktok(tmp_path, {"Buyer Username": "linh.shop"}))["customer_key"] != seen["customer_key"]


TIKTOK = (
    "Order ID", "Order Status", "Order Substatus", "Cancelation/Return Type", "Normal or Pre-order", "SKU ID",
    "Seller SKU", "Product Name", "Variation", "Quantity", "Sku Quantity of return", "SKU Unit Original Price",
    "SKU Subtotal Before Discount", "SKU Platform Discount", "SKU Seller Discount", "SKU Subtotal After Discount",
    "Shipping Fee After Discount", "Order Amount", "Order Refund Amount", "Created Time", "Delivered Time",
    "Cancel Reason", "Buyer Username", "Recipient", "Phone #", "Province", "Detail Address", "Payment Method",
    "Product Category",
)  # fmt: skip
TIKTOK_LINE = {
    "Order ID": "576461413038785752\t", "Order Status": "Completed\t", "Order Substatus": "Completed\t", "SKU ID":
    "172\t", "Product Name": "Áo", "Variation": "Đỏ", "Quantity": "2", "Sku Quantity of return": "0",
    "SKU Unit Original Price": "VND 100000", "SKU Subtotal Before Discount": "VND 200000", "SKU Platform Discount":
    "VND 30000", "SKU Seller Discount": "VND 20000", "SKU Subtotal After Discount": "VND 150000",
    "Shipping Fee After Discount": "VND 0", "Order Amount": "VND 150000", "Order Refund Amount": "VND 0",
    "Created Time": "13/11/2026 08:30:00\t", "Delivered Time": "16/11/2026 10:00:00\t", "Buyer Username": "linh88",
    "Recipient": "L***h", "Phone #": "(+84)****89", "Province": "Đà Nẵng", "Payment Method": "Cash on delivery",
    "Product Category": "Thời trang",
}  # fmt: skip
EXPLAINED = {
    "Order ID": "Platform unique order ID.",
    "Order Status": "Current status",
    "Quantity": "SKU sold quantity.",
}


def tiktok(tmp_path: Path, *changes: dict[str, object]) -> Reading:
    rows = [[{**TIKTOK_LINE, **change}.get(heading, "") for heading in TIKTOK] for change in changes]
    explained = [EXPLAINED.get(heading, f"The {heading}.") for heading in TIKTOK]
    return read(tmp_path, workbook({"OrderSKUList": [TIKTOK, explained, *rows]}), "All order.xlsx", accept=False)


def test_tiktoks_row_of_explanations_is_no_order(tmp_path: Path) -> None:
    reading = tiktok(tmp_path, {}, {"Product Name": "Váy"})
    assert (reading.platform, reading.status, reading.rows, reading.currency) == (
        *("tiktok_shop_orders", "loaded", 2), "VND"
    )  # fmt: skip
    assert codes(reading, "warning") == []
    order = first(reading)
    assert (order["order_id"], order["date"].day, order["delivered_at"].day) == ("576461413038785752", 13, 16)
    assert (order["gross_amount"], order["discount_amount"], order["platform_discount"]) == (400000, 40000, 60000)
    assert (order["net_amount"], order["payment_method"], order["geo"]) == (360000, "cod", "Đà Nẵng")
    assert {name: totals(reading)[name] for name in ("order_total", "platform_discount", "seller_discount")} == {
        "order_total": "150000", "platform_discount": "60000", "seller_discount": "40000",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "status", "refund", "net"),
    [
        (("To ship", "Awaiting collection", "", "", "0", "0"), "confirmed", 0, 180000),
        (("Shipped", "In transit", "", "", "0", "0"), "shipped", 0, 180000),
        (("Canceled", "Canceled", "Cancel", "Out of stock", "0", "0"), "cancelled", 0, 180000),
        (("Canceled", "Canceled", "Cancel", "Package delivery failed", "0", "0"), "failed", 180000, 0),
        (("Completed", "Completed", "Return/Refund", "", "2", "150000"), "returned", 180000, 0),
        (("Completed", "Completed", "Return/Refund", "", "1", "75000"), "delivered", 75000, 105000),
        (("Completed", "Completed", "Return/Refund", "", "0", "40000"), "delivered", 40000, 140000),
    ],
)
def test_what_became_of_a_tiktok_order(
    tmp_path: Path, cells: tuple[str, ...], status: str, refund: int, net: int
) -> None:
    names = ("Order Status", "Order Substatus", "Cancelation/Return Type", "Cancel Reason", "Sku Quantity of return",
             "Order Refund Amount")  # fmt: skip
    order = first(tiktok(tmp_path, dict(zip(names, cells, strict=True))))
    assert (order["status"], order["refund_amount"], order["net_amount"]) == (status, refund, net)


def test_tiktok_speaks_vietnamese(tmp_path: Path) -> None:
    headings = ("ID đơn hàng", "Trạng thái đơn hàng", "Loại hủy/trả hàng", "SKU người bán", "Tên sản phẩm",
                "Biến thể", "Số lượng", "Giá gốc đơn vị SKU", "Tổng phụ SKU trước giảm giá",
                "Giảm giá của nền tảng SKU", "Giảm giá của người bán SKU", "Số tiền hoàn lại của đơn hàng",
                "Thời gian tạo", "Tên người dùng của người mua")  # fmt: skip
    row = ("5764", "Đã hoàn tất", "", "A1", "Áo", "Đỏ", 1, "99000₫", "99000₫", "9000₫", "10000₫", "0₫",
           "05/11/2026 08:30:00", "linh88")  # fmt: skip
    reading = read(tmp_path, table(headings, row))
    order = first(reading)
    assert (reading.platform, reading.currency, order["date"].month) == ("tiktok_shop_orders", "VND", 11)
    assert (order["status"], order["net_amount"], order["platform_discount"]) == ("delivered", 89000, 9000)


def test_a_number_that_a_spreadsheet_rounded_is_no_order(tmp_path: Path) -> None:
    row = {**TIKTOK_LINE, "Order ID": "5.76461E+17"}
    reading = read(tmp_path, table(TIKTOK, [row.get(h, "") for h in TIKTOK]), accept=False)
    assert (reading.status, codes(reading, "error")) == ("refused", ["no_good_row"])
    whole = [{**TIKTOK_LINE, "Created Time": "13/11/2026 08:30:00"}.get(h, "") for h in TIKTOK]
    reading = read(tmp_path, table(TIKTOK, whole, [row.get(h, "") for h in TIKTOK]), accept=False)
    assert (reading.status, codes(reading, "error")) == ("refused", ["id_damaged"])


LAZADA = ("orderItemId", "lazadaId", "sellerSku", "createTime", "orderNumber", "deliveredDate", "customerName",
          "customerEmail", "shippingPhone", "payMethod", "paidPrice", "unitPrice", "sellerDiscountTotal", "itemName",
          "shippingProvider", "status", "buyerFailedDeliveryReason")  # fmt: skip


def lazada(tmp_path: Path, *pieces: tuple[str, str, str]) -> Reading:
    """Make an export of one order whose pieces have these (paid price, status, reason)."""
    rows = [
        (f"70{n}", "L1", "A1", "28 Oct 2026 10:25", "3001", "", "N***n", "", "84******12", "COD", paid, "100000.00",
         "-10000.00", "Áo", "LEX VN", status, reason)
        for n, (paid, status, reason) in enumerate(pieces)
    ]  # fmt: skip
    return read(tmp_path, table(LAZADA, *rows), currency="VND")


def test_lazada_writes_a_line_per_piece(tmp_path: Path) -> None:
    reading = lazada(tmp_path, ("85000.00", "delivered", ""), ("85000.00", "delivered", ""))
    order = first(reading)
    assert (reading.platform, reading.rows, totals(reading)["orders"]) == ("lazada_orders", 2, "1")
    assert (order["gross_amount"], order["discount_amount"], order["platform_discount"]) == (200000, 20000, 10000)
    assert (order["net_amount"], order["status"], order["customer_key"]) == (180000, "delivered", None)
    lines = records(only(reading, "fact_order_line"))
    assert [(r["line_no"], r["quantity"], r["line_amount"]) for r in lines] == [
        ("700", 1, 100000),
        ("701", 1, 100000),
    ]


@pytest.mark.parametrize(
    ("pieces", "status", "gross", "refund", "net"),
    [
        ([("delivered", ""), ("canceled", "")], "delivered", 100000, None, 90000),
        ([("delivered", ""), ("returned", "")], "delivered", 200000, 90000, 90000),
        ([("returned", ""), ("returned", "")], "returned", 200000, 180000, 0),
        ([("failed", "Customer not at home"), ("failed", "Customer not at home")], "failed", 200000, 180000, 0),
        ([("canceled", "")], "cancelled", 100000, None, 90000),
        ([("shipped", ""), ("ready_to_ship", "")], "shipped", 200000, None, 180000),
    ],
)
def test_what_became_of_the_pieces_of_a_lazada_order(
    tmp_path: Path, pieces: list[tuple[str, str]], status: str, gross: int, refund: int | None, net: int
) -> None:
    order = first(lazada(tmp_path, *(("85000.00", *piece) for piece in pieces)))
    assert (order["status"], order["gross_amount"], order["refund_amount"], order["net_amount"]) == (
        *(status, gross, refund), net
    )  # fmt: skip
