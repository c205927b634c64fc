"""The sheets for what no platform brings: plans, surveys of a brand, tests, people of a window, who came by whom."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from source_files import codes, only, read, records, table, totals


def test_a_brand_survey_becomes_one_row_per_question_with_one_or_zero(tmp_path: Path) -> None:
    headings = (
        *(
            "Mã phiếu",
            "Ngày trả lời",
            "Có biết thương hiệu không",
            "Tự nhớ ra thương hiệu",
            "Nhớ thương hiệu đầu tiên",
        ),
        *("Có cân nhắc mua không", "Có nhớ quảng cáo không", "Nhóm hỏi"),
    )
    rows = [("B1", "16/11/2026", "Có", "Không", "Không", "Có", "Có", "Đã xem"),
            ("B2", "16/11/2026", "Không", "", "", "", "Không", "Chưa xem")]  # fmt: skip
    found = records(only(read(tmp_path, table(headings, *rows)), "fact_survey_response"))
    assert {(row["response_id"], row["question"], row["arm"], int(row["score"])) for row in found} == {
        ("B1", "brand_aided", "exposed", 1),
        ("B1", "brand_unaided", "exposed", 0),
        ("B1", "brand_first", "exposed", 0),
        ("B1", "consider", "exposed", 1),
        ("B1", "ad_recall", "exposed", 1),
        ("B2", "brand_aided", "control", 0),
        ("B2", "ad_recall", "control", 0),
    }


def test_people_of_a_week_and_of_a_month_stand_side_by_side(tmp_path: Path) -> None:
    headings = ("Từ ngày", "Đến ngày", "Số khách truy cập", "Kênh")
    rows = [("16/11/2026", "22/11/2026", 3800, ""), ("16/11/2026", "22/11/2026", 900, "Email"),
            ("01/11/2026", "30/11/2026", 12500, "")]  # fmt: skip
    reading = read(tmp_path, table(headings, *rows))
    pieces = [piece for piece in reading.slices if piece.fact == "fact_web_users"]
    assert {(piece.rival, piece.start, piece.end, len(piece.rows)) for piece in pieces} == {
        ("7", date(2026, 11, 16), date(2026, 11, 23), 2),
        ("30", date(2026, 11, 1), date(2026, 12, 1), 1),
    }


def test_a_budget_is_spread_over_its_days(tmp_path: Path) -> None:
    text = table(("Tháng", "Ngân sách kế hoạch", "Kênh"), ("11/2026", "30.000.000 ₫", "Email"))
    reading = read(tmp_path, text, reporting="VND")
    rows = records(only(reading, "fact_budget_plan"))
    assert (len(rows), sum(row["planned_amount"] for row in rows)) == (30, 30_000_000)
    assert {row["channel_group"] for row in rows} == {"email"}


def test_a_referred_customer_is_the_customer_of_the_orders(tmp_path: Path) -> None:
    orders = table(("Mã đơn hàng", "Ngày đặt", "Số điện thoại khách", "Tiền hàng"),
                   ("1", "16/11/2026", "0541234567", "300.000 ₫"))  # fmt: skip
    friends = table(("Ngày mua đầu tiên", "Khách mới (số điện thoại hoặc email)", "Người giới thiệu"),
                    ("16/11/2026", "541234567", "054 765 4321"))  # fmt: skip
    (order,) = records(only(read(tmp_path, orders), "fact_order"))
    (friend,) = records(only(read(tmp_path, friends), "fact_referral"))
    assert friend["customer_key"] == order["customer_key"]
    assert friend["referrer_key"] not in (None, friend["customer_key"])


def test_the_spend_that_was_tested_stands_in_a_row_of_its_own(tmp_path: Path) -> None:
    headings = ("Ngày", "Thử nghiệm", "Nhóm", "Số khách trong nhóm", "Số chuyển đổi của nhóm",
                "Doanh thu tăng thêm", "Chi phí quảng cáo được thử")  # fmt: skip
    rows = [("16/11/2026", "Tắt quảng cáo", "Đối chứng", 1000, 20, "", ""),
            ("16/11/2026", "Tắt quảng cáo", "Thử nghiệm", 1000, 26, "2.400.000", "900.000")]  # fmt: skip
    reading = read(tmp_path, table(headings, *rows), reporting="VND")
    found = [row for piece in reading.slices for row in records(piece)]
    told = {(row["variant"], row.get("metric"), row.get("units"), row.get("incremental_revenue"), row["value_sum"])
            for row in found if row.get("value_sum")}  # fmt: skip
    assert told == {("treatment", "spend", None, None, Decimal(900_000))}
    assert sum(row.get("units") or 0 for row in found) == 2000
    assert sum(row.get("incremental_revenue") or 0 for row in found) == 2_400_000


def test_a_mention_read_again_keeps_both_opinions(tmp_path: Path) -> None:
    headings = ("Mã", "Ngày nhắc", "Thương hiệu", "Thương hiệu của mình", "Sắc thái", "Sắc thái kiểm lại")
    row = ("N1", "16/11/2026", "Mình", "Có", "Tích cực", "Trung lập")
    (found,) = records(only(read(tmp_path, table(headings, row)), "fact_mention"))
    assert (found["sentiment"], found["audited_sentiment"]) == ("positive", "neutral")


def test_steps_of_the_website_come_without_sessions(tmp_path: Path) -> None:
    headings = (
        "Ngày",
        "Kênh",
        "Thiết bị",
        "Lượt truy cập có thêm vào giỏ",
        "Lượt truy cập có mua hàng",
        "Đăng ký mới",
    )
    reading = read(tmp_path, table(headings, ("16/11/2026", "Email", "mobile", 28, 5, 6)))
    (row,) = records(only(reading, "fact_web_sessions"))
    assert (row["channel_group"], row["add_to_cart_sessions"], row["purchase_sessions"]) == ("email", 28, 5)
    assert "sessions" not in row
    assert (codes(reading, "error"), totals(reading)["signups"]) == ([], "6")
