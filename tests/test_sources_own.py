"""The sheets people keep themselves: any heading they may write, and what a row of each means."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.i18n import LANGUAGES
from laban.sources.mapping import template, template_names
from laban.sources.shapes import portions
from source_files import codes, only, read, records, table, totals


def unaccented(text: str) -> str:
    """Return a text as people type it without a Vietnamese keyboard."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", template_names())
def test_the_required_columns_of_a_template_are_enough(tmp_path: Path, name: str, lang: str) -> None:
    columns = [column for column in template(name).columns if column.required]
    mine = [column.example[lang].replace("VÍ DỤ", "DH").replace("EXAMPLE", "DH") for column in columns]
    mine = ["Riêng" if text.startswith(("Ví dụ:", "Example:")) else text for text in mine]
    reading = read(tmp_path, table([column.heading[lang] for column in columns], mine))
    assert (reading.platform, reading.status, reading.rows) == (f"own_{name}", "loaded", 1)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", template_names())
def test_a_template_comes_back_without_its_notes_and_example(tmp_path: Path, name: str, lang: str) -> None:
    columns = template(name).columns
    headings = [column.heading[lang] for column in columns]
    notes = [column.note[lang] for column in columns]
    example = [column.example[lang] for column in columns]
    mine = [text.replace("VÍ DỤ", "DH").replace("EXAMPLE", "DH") for text in example]
    mine = ["Riêng" if text.startswith(("Ví dụ:", "Example:")) else text for text in mine]
    reading = read(tmp_path, table(headings, notes, example, mine))
    assert (reading.platform, reading.status, reading.rows) == (f"own_{name}", "loaded", 1)
    assert codes(reading, "error") == []
    assert next(f for f in reading.findings if f.code == "example_row").values["count"] == 2
    alone = read(tmp_path, table([unaccented(text).upper() for text in headings], mine))
    assert (alone.platform, alone.rows, alone.totals) == (reading.platform, 1, reading.totals)


ORDERS = ("Mã đơn hàng", "Ngày đặt", "Số điện thoại", "Trạng thái", "Tiền hàng", "Giảm giá", "Nguồn khách")
LINES = ("Sản phẩm", "Số lượng", "Đơn giá", "Giá vốn")


def test_orders_with_several_lines_count_once(tmp_path: Path) -> None:
    text = table(
        (*ORDERS, *LINES),
        (
            "1",
            "01/11/2026 09:15",
            "0912345678",
            "Đã giao",
            "650.000 ₫",
            "50.000 ₫",
            "Facebook Ads",
            "Áo",
            1,
            "350.000",
            5,
        ),
        (
            "1",
            "01/11/2026 09:15",
            "0912345678",
            "Đã giao",
            "650.000 ₫",
            "50.000 ₫",
            "Facebook Ads",
            "Váy",
            2,
            "150.000",
            5,
        ),
        ("2", "13/11/2026", "+84 912 345 678", "Đã hủy", "300.000 ₫", "", "SEO", "Áo", 1, "300.000", 5),
    )
    reading = read(tmp_path, text)
    assert totals(reading) == {"gross_amount": "950000", "discount_amount": "50000", "quantity": "4", "orders": "2"}
    first, second = records(only(reading, "fact_order"))
    assert (first["status"], first["channel_group"], first["net_amount"]) == ("delivered", "paid_social", 600000)
    assert (second["status"], second["channel_group"], second["date"]) == (
        "cancelled",
        "organic_search",
        date(2026, 11, 13),
    )
    assert first["customer_key"] == second["customer_key"] != "0912345678"
    lines = records(only(reading, "fact_order_line"))
    assert [(row["order_id"], row["line_no"], row["product"], row["line_amount"]) for row in lines] == [
        ("1", "1", "Áo", 350000),
        ("1", "2", "Váy", 300000),
        ("2", "1", "Áo", 300000),
    ]


def test_orders_without_a_total_are_the_sum_of_their_lines(tmp_path: Path) -> None:
    headings = ("Order ID", "Order date", "Status", "Product", "Quantity", "Unit price")
    rows = [("A1", "2026-11-01", "Delivered", "X", 2, "10.5"), ("A1", "2026-11-01", "Delivered", "Y", 1, 3)]
    reading = read(tmp_path, table(headings, *rows), currency="USD")
    (order,) = records(only(reading, "fact_order"))
    assert (order["gross_amount"], order["net_amount"], reading.currency) == (24, 24, "USD")


@pytest.mark.parametrize("status", ["Hoàn", "Giao thất bại", "Returned"])
def test_orders_that_came_back_are_refunded(tmp_path: Path, status: str) -> None:
    headings = ("Mã đơn", "Ngày đặt", "Trạng thái", "Tiền hàng", "Giảm giá", "Hoàn tiền")
    rows = [("1", "13/11/2026", status, 300, 20, ""), ("2", "13/11/2026", status, 300, 0, 100)]
    reading = read(tmp_path, table(headings, *rows))
    found = records(only(reading, "fact_order"))
    assert [(row["refund_amount"], row["net_amount"]) for row in found] == [(280, 0), (100, 200)]
    assert next(f for f in reading.findings if f.code == "refund_assumed").values["count"] == 1


def test_orders_with_a_word_we_do_not_know_keep_the_row(tmp_path: Path) -> None:
    headings = ("Mã đơn", "Ngày đặt", "Trạng thái", "Tiền hàng")
    reading = read(tmp_path, table(headings, ("1", "13/11/2026", "Bay mất", 300)))
    assert records(only(reading, "fact_order"))[0]["status"] is None
    (finding,) = reading.findings
    assert (finding.code, finding.row, finding.column, finding.value) == ("unknown_word", 2, "Trạng thái", "Bay mất")


def test_leads_become_one_row_per_stage(tmp_path: Path) -> None:
    headings = (
        "Mã khách tiềm năng",
        "Ngày có thông tin",
        "Kênh",
        "Giai đoạn",
        "Ngày thành MQL",
        "Ngày chốt",
        "Giá trị",
    )
    text = table(
        headings,
        ("L1", "16/11/2026 09:30", "Facebook Ads", "Đã chốt", "17/11/2026", "20/11/2026", 12000000),
        ("L2", "16/11/2026", "SEO", "SQL", "", "", ""),
        ("L3", "17/11/2026", "SEO", "Loại", "", "", ""),
    )
    reading = read(tmp_path, text)
    assert (totals(reading), reading.rows) == ({"amount": "12000000"}, 3)
    rows = records(only(reading, "fact_lead_event"))
    assert {(row["lead_id"], row["stage"], row["date"].day) for row in rows} >= {
        ("L1", "lead", 16),
        ("L1", "mql", 17),
        ("L1", "won", 20),
        ("L2", "lead", 16),
        ("L2", "sql", 16),
        ("L3", "lead", 17),
    }
    assert {row["lead_id"] for row in rows if row["is_rejected"]} == {"L3"}


def test_costs_are_spread_over_their_days(tmp_path: Path) -> None:
    text = table(
        ("Từ ngày", "Đến ngày", "Số tiền", "Nội dung", "Loại chi phí", "Kênh"),
        ("01/11/2026", "30/11/2026", 100000001, "Chụp hình", "Sản xuất", ""),
        ("10/2026", "", 31000, "Hosting", "Công cụ", ""),
        ("15/11/2026", "", 500000, "KOL", "KOL", "TikTok Ads"),
    )
    reading = read(tmp_path, text, currency="VND")
    assert totals(reading) == {"amount": "100531001"}
    rows = records(only(reading, "fact_marketing_cost"))
    assert sum(row["amount"] for row in rows) == 100531001
    november = [row["amount"] for row in rows if row["description"] == "Chụp hình"]
    assert november == [3333333] * 29 + [3333344]
    assert [row["amount"] for row in rows if row["description"] == "Hosting"] == [1000] * 31
    assert (rows[-1]["channel_group"], rows[-1]["cost_type"], rows[-1]["function"]) == (
        *("paid_social", "influencer", "marketing"),
    )


def test_a_cost_for_ever_is_a_mistake(tmp_path: Path) -> None:
    text = table(
        ("From", "To", "Amount", "Description"), ("2018-01-01", "2027-01-01", 5, "x"), ("2026-01-01", "", 7, "y")
    )
    reading = read(tmp_path, text, currency="USD")
    assert ("cost_too_long" in codes(reading), reading.rows) == (True, 2)
    assert [row["amount"] for row in records(only(reading, "fact_marketing_cost"))] == [7]


@given(
    amount=st.decimals(min_value=-(10**12), max_value=10**12, places=2),
    count=st.integers(min_value=1, max_value=800),
    unit=st.sampled_from(["1", "0.01"]),
)
def test_portions_add_up(amount: Decimal, count: int, unit: str) -> None:
    parts = portions(amount, count, unit)
    assert (len(parts), sum(parts)) == (count, amount)
    assert len(set(parts[:-1])) <= 1
    assert all(part == part.quantize(Decimal(unit)) for part in parts[:-1])


def test_followers_of_several_pages(tmp_path: Path) -> None:
    headings = ("Ngày", "Mạng xã hội", "Tên trang", "Người theo dõi")
    rows = [
        ("16/11/2026", "Facebook", "A", 12500),
        ("16/11/2026", "TikTok", "A", 300),
        ("09/11/2026", "FB", "A", "12.000"),
    ]
    reading = read(tmp_path, table(headings, *rows))
    found = {piece.rival: [row["followers"] for row in records(piece)] for piece in reading.slices}
    assert found == {"facebook A": [12500, 12000], "tiktok A": [300]}


def test_posts(tmp_path: Path) -> None:
    headings = ("Post ID", "Published on", "Network", "Views", "Reactions")
    reading = read(tmp_path, table(headings, ("P1", "2026-11-16 20:00", "Facebook", 5400, 230)))
    (post,) = records(only(reading, "fact_social_post"))
    assert (post["network"], post["views"], post["reactions"], post["date"]) == (
        "facebook",
        5400,
        230,
        date(2026, 11, 16),
    )


def test_surveys_have_one_row_per_question(tmp_path: Path) -> None:
    headings = ("Mã phiếu", "Ngày trả lời", "NPS (0-10)", "Hài lòng (1-5)", "Góp ý")
    rows = [
        ("K1", "16/11/2026", 9, 5, "Giao nhanh"),
        ("K2", "16/11/2026", 11, 4, ""),
        ("", "17/11/2026", 0, "", "gọi tôi 0912345678"),
    ]
    reading = read(tmp_path, table(headings, *rows))
    found = records(only(reading, "fact_survey_response"))
    assert [(row["question"], int(row["score"]), row["text"]) for row in found] == [
        ("nps", 9, "Giao nhanh"),
        ("nps", 0, None),
        ("csat", 5, "Giao nhanh"),
    ]
    assert len({(row["response_id"], row["question"]) for row in found}) == 3
    assert next(f for f in reading.findings if f.code == "out_of_bounds").row == 3


def test_events(tmp_path: Path) -> None:
    headings = ("Sự kiện", "Ngày sự kiện", "Khách mời", "Đã đăng ký", "Đã đến")
    rows = [("Ra mắt", "20/11/2026", "0912345678", "Có", "x"), ("Ra mắt", "20/11/2026", "a@b.vn", "Có", "Không")]
    found = records(only(read(tmp_path, table(headings, *rows)), "fact_event"))
    assert [(row["invited"], row["registered"], row["attended"]) for row in found] == [
        (True, True, True),
        (True, True, False),
    ]
    assert not {"0912345678", "a@b.vn"} & {row["invitee_id"] for row in found}


def test_mentions(tmp_path: Path) -> None:
    headings = ("Mention ID", "Mentioned on", "Brand", "Own brand", "Sentiment", "Network")
    (row,) = records(
        only(read(tmp_path, table(headings, (1, "2026-11-16", "Us", "Yes", "Positive", "Facebook"))), "fact_mention")
    )
    assert (row["is_own_brand"], row["sentiment"], row["network"]) == (True, "positive", "facebook")


def test_tickets(tmp_path: Path) -> None:
    headings = ("Mã yêu cầu", "Lúc nhận", "Kênh", "Trả lời lần đầu", "Hài lòng (1-5)")
    rows = [("T1", "16/11/2026 09:00", "Zalo", "16/11/2026 09:12", 5), ("T2", "16/11/2026 22:00", "Zalo", "", "")]
    first, second = records(only(read(tmp_path, table(headings, *rows)), "fact_support_ticket"))
    assert first["first_reply_at"] - first["opened_at"] == timedelta(minutes=12)
    assert (first["csat"], second["first_reply_at"], second["csat"]) == (5, None, None)


COSTS = ("Từ ngày", "Đến ngày", "Số tiền", "Nội dung", "Loại chi phí", "Tiền tệ")


@pytest.mark.parametrize("sign", ["column", "beside"])
def test_a_row_without_a_currency_is_in_the_companys(tmp_path: Path, sign: str) -> None:
    dollars = ("12.50", "USD") if sign == "column" else ("$12.50", "")
    rows = [
        ("09/11/2026", "", "650.000", "Chụp", "Sản xuất", ""),
        ("10/11/2026", "", dollars[0], "T", "", dollars[1]),
    ]
    reading = read(tmp_path, table(COSTS, *rows), reporting="VND")
    found = [(r["currency"], r["amount"]) for r in records(only(reading, "fact_marketing_cost"))]
    assert found == [("VND", Decimal(650000)), ("USD", Decimal("12.50"))]
    assert totals(reading) == {"amount_vnd": "650000", "amount_usd": "12.5"}
    assert codes(reading, "warning") == ["two_currencies"]


def test_lines_of_an_order_share_its_currency(tmp_path: Path) -> None:
    rows = [
        ("1", "01/11/2026", "0912345678", "Đã giao", "30", "", "", "Áo", 1, "10", "4.50", "USD"),
        ("1", "01/11/2026", "0912345678", "Đã giao", "", "", "", "Váy", 1, "20", "9.25", ""),
        ("2", "01/11/2026", "0912345678", "Đã giao", "400.000", "", "", "Áo", 1, "400.000", "150.000", ""),
    ]
    reading = read(tmp_path, table((*ORDERS, *LINES, "Tiền tệ"), *rows), reporting="VND")
    lines = next(s for s in reading.slices if s.fact == "fact_order_line")
    found = [(r["order_id"], r["currency"], r["unit_cost"]) for r in records(lines)]
    assert found == [("1", "USD", Decimal("4.50")), ("1", "USD", Decimal("9.25")), ("2", "VND", Decimal(150000))]


def test_one_currency_in_some_cells_is_no_second_one(tmp_path: Path) -> None:
    rows = [("09/11/2026", "", "650.000 ₫", "Chụp", "", ""), ("10/11/2026", "", "120.500", "T", "", "")]
    reading = read(tmp_path, table(COSTS, *rows), reporting="VND")
    assert (totals(reading), reading.currency, codes(reading, "warning")) == ({"amount": "770500"}, "VND", [])


def test_money_of_a_company_without_decimals_needs_no_question(tmp_path: Path) -> None:
    text = table(COSTS, ("09/11/2026", "", "300.000", "Chụp", "Sản xuất", ""))
    assert totals(read(tmp_path, text, reporting="VND")) == {"amount": "300000"}
    assert codes(read(tmp_path, text, reporting="USD"), "error") == ["number_ambiguous"]


def test_a_minus_before_a_refund_is_no_income(tmp_path: Path) -> None:
    rows = [
        ("1", "01/11/2026", "0912345678", "Đã giao", "650.000 ₫", "-50.000 ₫", "-100.000 ₫"),
        ("2", "01/11/2026", "0912345679", "Đã giao", "650.000 ₫", "50.000 ₫", "100.000 ₫"),
    ]
    reading = read(tmp_path, table((*ORDERS[:6], "Hoàn tiền"), *rows))
    found = records(only(reading, "fact_order"))
    assert [(r["discount_amount"], r["refund_amount"], r["net_amount"]) for r in found] == [
        (50000, 100000, 500000)
    ] * 2
    assert [f.values["count"] for f in reading.findings if f.code == "minus_taken_off"] == [1, 1]


def test_a_row_without_its_code_is_not_lost_in_silence(tmp_path: Path) -> None:
    rows = [
        ("1", "01/11/2026", "0912345678", "Đã giao", "650.000 ₫", "", ""),
        ("", "02/11/2026", "0912345679", "Đã giao", "650.000 ₫", "", ""),
    ]
    reading = read(tmp_path, table(ORDERS, *rows))
    assert (reading.rows, totals(reading)["gross_amount"]) == (1, "650000")
    (found,) = (f for f in reading.findings if f.level == "warning")
    assert (found.code, found.row, found.column) == ("cell_empty", 3, "Mã đơn hàng")


def test_a_cost_that_ends_before_it_starts_is_pointed_at(tmp_path: Path) -> None:
    text = table(COSTS, ("10/11/2026", "05/11/2026", "700.000 ₫", "Chụp", "Sản xuất", ""))
    reading = read(tmp_path, text)
    assert codes(reading, "warning") == ["ends_before_start"]
    assert "2026-11-10" in reading.findings[0].message("en")
