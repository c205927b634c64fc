"""Exports of the networks that few outside Viet Nam use, or few inside: Zalo Ads, Zalo OA, MGID."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from source_files import codes, only, read, records, table, totals

AD, ACCOUNT, MESSAGES = "fact_ad_performance", "fact_social_account", "fact_messaging"


def page(*rows: Sequence[object]) -> str:
    """Return a web page with one table, as tools write it that call it a spreadsheet."""
    lines = "".join("<tr>" + "".join(f"<td class='xl65'>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    style = "<style>td{mso-number-format:'\\@';}</style>"
    return f"<html xmlns:x='urn:x'><head>{style}</head><body><table border='1'>{lines}</table></body></html>"


OA = (
    "Ngày",
    "Lượt xem trang",
    "Người gửi tin nhắn",
    "Lượt tương tác thanh menu",
    "Lượt quan tâm",
    "Lượt bỏ quan tâm",
)


def test_zalo_oa_is_a_page_called_xls(tmp_path: Path) -> None:
    text = page(
        ("Báo cáo hoạt động OA Shop Áo Dài",),
        (*OA, "Tổng người quan tâm", "Lượt xem nội dung"),
        ("01/08/2026", "1.204", 14, 33, 12, 2, "5.310", 410),
        ("02/08/2026", "980", 9, 21, 7, 1, "5.316", 377),
    )
    reading = read(tmp_path, text, "OA Zalo T8.2026.xls")
    assert (reading.platform, reading.rows) == ("zalo_oa", 2)
    assert totals(reading) == {
        "page_views": "2184", "messaging": "23", "menu_clicks": "54", "follows": "19", "unfollows": "3",
        "followers": "5316", "content_views": "787",
    }  # fmt: skip
    first, second = records(only(reading, ACCOUNT))
    assert (first["date"], first["network"], first["profile_visits"]) == (date(2026, 8, 1), "zalo", 1204)
    assert (second["followers"], second["followers_gained"], second["followers_lost"]) == (5316, 7, 1)
    assert [row["conversations_started"] for row in records(only(reading, MESSAGES))] == [14, 9]
    assert reading.unseen[1:3] == ("Lượt xem trang", "Người gửi tin nhắn")


def test_zalo_oa_without_messages_says_nothing_of_them(tmp_path: Path) -> None:
    reading = read(tmp_path, page(("Ngày", "Lượt quan tâm", "Lượt xem nội dung"), ("01/08/2026", 12, 3)), "oa.xls")
    assert [piece.fact for piece in reading.slices] == [ACCOUNT]


ADS = ("ID", "Tên quảng cáo", "Trạng thái", "Lượt hiển thị", "Lượt nhấn", "CTR", "Lượt liên hệ", "Số người xem")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_zalo_ads_by_day(tmp_path: Path, encoding: str) -> None:
    text = table(
        ("Ngày", *ADS, "Tần suất", "Chi phí"),
        (
            "16/11/2026",
            "12345678",
            "Áo dài Tết",
            "Đang chạy",
            "12.500",
            "310",
            "2,48%",
            12,
            "9.800",
            "1,28",
            "450.000",
        ),
        (
            "17/11/2026",
            "12345678",
            "Áo dài Tết",
            "Đang chạy",
            "9.800",
            "205",
            "2,09%",
            7,
            "8.100",
            "1,21",
            "390.500 ₫",
        ),
        ("Tổng cộng", "", "", "", "22.300", "515", "", 19, "", "", "840.500"),
        delimiter="\t",
    )
    reading = read(tmp_path, text.encode(encoding))
    assert (reading.platform, reading.currency, codes(reading)) == ("zalo_ads", "VND", [])
    assert totals(reading) == {
        "impressions": "22300", "clicks": "515", "leads": "19", "reach_sum": "17900", "spend": "840500",
    }  # fmt: skip
    assert reading.own_totals["spend"] == 840500
    first, _ = records(only(reading, AD))
    assert (first["date"], first["campaign"], first["channel_group"]) == (
        date(2026, 11, 16),
        "Áo dài Tết",
        "paid_social",
    )
    assert (first["clicks"], first["leads"], first["spend"], first["currency"]) == (310, 12, 450000, "VND")


def test_zalo_ads_without_days_stand_for_their_month(tmp_path: Path) -> None:
    text = table((*ADS, "Chi phí"), ("1", "A", "Hoàn tất", 100, 10, "10%", 1, 90, 5000))
    reading = read(tmp_path, text, "Zalo Ads tháng 8.2026.csv")
    piece = only(reading, AD)
    assert (piece.grain, piece.start, piece.end) == ("period", date(2026, 8, 1), date(2026, 9, 1))
    assert "undated" in codes(read(tmp_path, text))


MGID = ("Date", "Campaign", "Clicks", "CPC", "Spent", "Conversions", "CR, %", "Revenue", "ROAS, %")


def test_mgid_by_day(tmp_path: Path) -> None:
    text = table(
        MGID,
        ("2026-11-16", "Tết", 210, "$0.04", "$8.40", 3, "1.43", "$45.00", "535.71"),
        ("2026-11-17", "Tết", "1,190", "$0.03", "$35.70", 9, "0.76", "$135.50", "379.55"),
        ("Total", "", "1,400", "$0.03", "$44.10", 12, "0.86", "$180.50", "409.30"),
    )
    reading = read(tmp_path, text)
    assert (reading.platform, reading.currency) == ("mgid", "USD")
    assert totals(reading) == {"clicks": "1400", "spend": "44.1", "conversions": "12", "conversion_value": "180.5"}
    first, _ = records(only(reading, AD))
    assert (first["channel_group"], first["campaign"], str(first["spend"])) == ("display", "Tết", "8.40")


def test_mgid_by_country_does_not_stand_for_the_days_of_the_account_alone(tmp_path: Path) -> None:
    text = table(("Country", "Clicks", "Spent"), ("Vietnam", 10, "$1.00"), ("Laos", 1, "$0.10"))
    piece = only(read(tmp_path, text, "mgid 2026-11.csv"), AD)
    assert (piece.cut, piece.rank, piece.start) == ("geo", 1, date(2026, 11, 1))
