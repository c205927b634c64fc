"""Exports about the website and e-mail: GA4, Search Console, Clarity, Mailchimp, and Shopee's affiliates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from source_files import codes, only, read, records, table, totals, workbook, zipped

SEARCH = "fact_search_performance"


def ga4(*rows: tuple[object, ...], since: str = "20250201", until: str = "20250228") -> str:
    above = ["-" * 40, "Traffic acquisition", "Account: A", "Property: B", "-" * 40, "", "All Users"]
    above += [f"Start date: {since}", f"End date: {until}"]
    return "".join(f"# {line}\n" for line in above) + table(*rows)


def test_ga4_channels_by_day(tmp_path: Path) -> None:
    text = ga4(
        ("Date", "Session default channel group", "Sessions", "Engaged sessions", "Key events", "Total revenue"),
        ("20250201", "Paid Search", 10, 5, 1, "10.5"),
        ("20250201", "Organic Social", 20, 5, 1, 0),
        ("20250202", "Paid Search", 30, 5, 1, 0),
    )
    reading = read(tmp_path, text, currency="USD")
    assert totals(reading) == {"sessions": "60", "engaged_sessions": "15", "key_events": "3", "revenue": "10.5"}
    piece = only(reading, "fact_web_sessions")
    assert (piece.grain, piece.rank, piece.start, piece.end) == ("day", 0, date(2025, 2, 1), date(2025, 3, 1))
    assert [row["channel_group"] for row in records(piece)] == ["paid_search", "organic_social", "paid_search"]


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("Direct", "direct"),
        ("Organic Search", "organic_search"),
        ("Paid Social", "paid_social"),
        ("Cross-network", "paid_search"),
        ("Email", "email"),
        ("Referral", "referral"),
        ("Display", "display"),
        ("Affiliates", "affiliate"),
        ("Tìm kiếm có trả phí", "paid_search"),
        ("Mạng xã hội không phải trả tiền", "organic_social"),
        ("Unassigned", "other"),
        ("Something new", "other"),
    ],
)
def test_ga4_channel_names(tmp_path: Path, name: str, group: str) -> None:
    text = ga4(("Session default channel group", "Sessions", "Engaged sessions"), (name, 10, 5))
    (row,) = records(only(read(tmp_path, text), "fact_web_sessions"))
    assert row["channel_group"] == group


def test_ga4_in_vietnamese(tmp_path: Path) -> None:
    text = "# ----\n# Thu nạp lưu lượng truy cập\n# Ngày bắt đầu: 20260101\n# Ngày kết thúc: 20260131\n" + table(
        ("Nhóm kênh chính của phiên (Nhóm kênh mặc định)", "Số phiên", "Phiên có tương tác", "Tổng doanh thu"),
        ("Organic Search", 100, 60, "1200000.5"),
    )
    reading = read(tmp_path, text, currency="VND")
    assert totals(reading) == {"sessions": "100", "engaged_sessions": "60", "revenue": "1200000.5"}
    assert (reading.start, reading.end) == (date(2026, 1, 1), date(2026, 2, 1))


def test_ga4_hours_are_added_to_days(tmp_path: Path) -> None:
    text = ga4(
        ("Session primary channel group (Default channel group)", "Date + hour (YYYYMMDDHH)", "Sessions"),
        ("Direct", "2025020100", 6),
        ("Direct", "2025020123", 6),
        ("Direct", "2025020200", 6),
        since="20250201",
        until="20250202",
    )
    reading = read(tmp_path, text)
    assert [row["date"].day for row in records(only(reading, "fact_web_sessions"))] == [1, 1, 2]
    assert totals(reading) == {"sessions": "18"}


def test_ga4_landing_pages_cover_the_site_from_one_side(tmp_path: Path) -> None:
    text = ga4(
        ("Landing page", "Sessions", "Average engagement time per session", "Session key event rate"),
        ("/shop", 800, "20.5", "0.01"),
        ("", 13, "9", "0"),
    )
    piece = only(read(tmp_path, text), "fact_web_sessions")
    assert piece.rank == 1
    assert [
        (row["landing_page"], row["engagement_seconds"], row["converting_sessions"]) for row in records(piece)
    ] == [
        ("/shop", Decimal("16400.0"), 8),
        (None, 117, 0),
    ]


def test_ga4_users_are_kept_apart_from_sessions(tmp_path: Path) -> None:
    text = ga4(("Date", "Total users", "New users", "Returning users"), ("20250201", 100, 60, 40))
    reading = read(tmp_path, text)
    assert [piece.fact for piece in reading.slices] == ["fact_web_users"]
    assert totals(reading) == {"total_users": "100", "new_users": "60", "returning_users": "40"}


def test_ga4_explorations_end_with_a_grand_total(tmp_path: Path) -> None:
    text = ga4(
        ("First user source / medium", "Total users", "Sessions", "Engagement rate"),
        ("", 99, 120, "0.5", "Grand total"),
        ("google / cpc", 40, 60, "0.5"),
        ("(direct) / (none)", 60, 60, "0.5"),
    )
    reading = read(tmp_path, text)
    assert (totals(reading), reading.rows) == ({"total_users": "100", "sessions": "120"}, 2)
    assert {name: int(value) for name, value in reading.own_totals.items()} == {"total_users": 99, "sessions": 120}
    assert codes(reading) == []


def test_ga4_snapshot_is_counted_by_blocks(tmp_path: Path) -> None:
    days = "# Start date: 20250201\n# End date: 20250214\n"
    text = "# Reports snapshot\n" + days + "Nth week,Active users\n0000,10\n0002,5\n\n"
    text += days + "# Where do users come from?\nCountry,Active users\nVietnam,12\nJapan,3\n\n"
    text += days + "Event name,Event count\npage_view,1000\n\n" + days + "City,Active users\n\n"
    reading = read(tmp_path, text)
    assert totals(reading) == {"blocks": "4"}
    assert [block["rows"] for block in reading.extra["blocks"]] == [2, 2, 1, 0]
    weeks = [piece for piece in reading.slices if piece.fact == "fact_web_users" and piece.cut == "account"]
    assert [(piece.start, piece.end) for piece in weeks] == [
        (date(2025, 2, 1), date(2025, 2, 2)),
        (date(2025, 2, 9), date(2025, 2, 15)),
    ]


CHART = "Date,Clicks,Impressions,CTR,Position\n2026-01-01,20,100,20%,3\n2026-01-02,20,200,10%,6\n"


def test_search_console_zip(tmp_path: Path) -> None:
    data = zipped(
        {
            "Queries.csv": "Top queries,Clicks,Impressions,CTR,Position\náo dài,10,100,10%,3\n0912345678,1,5,20%,2\n",
            "Pages.csv": "Top pages,Clicks,Impressions,CTR,Position\nhttps://x/1234567890,30,200,15%,3\n",
            "Devices.csv": "Device,Clicks,Impressions,CTR,Position\nMobile,40,300,13%,4\n",
            "Search appearance.csv": "Search Appearance,Clicks,Impressions,CTR,Position\n",
            "Chart.csv": CHART,
            "Filters.csv": "Filter,Value\nSearch type,Web\nDate,Last 3 months\n",
        }
    )
    reading = read(tmp_path, data, "site-Performance-on-Search-2026-03-03.zip")
    assert totals(reading) == {"clicks": "40", "impressions": "300", "position_weighted": "5"}
    assert (reading.rows, reading.start, reading.end) == (2, date(2026, 1, 1), date(2026, 1, 3))
    assert {piece.cut: (piece.rank, piece.grain) for piece in reading.slices} == {
        "account": (0, "day"),
        "query": (2, "period"),
        "page": (2, "period"),
        "device": (1, "period"),
    }
    queries = next(piece for piece in reading.slices if piece.cut == "query")
    assert [row["query"] for row in records(queries)] == ["áo dài", None]
    assert {row["search_type"] for row in records(queries)} == {"web"}
    assert sum(row["position_weight"] for row in records(reading.slices[0])) == 1500
    shares = {f.member: f.values["share"] for f in reading.findings if f.code == "covers_share"}
    assert shares == {"Queries.csv": "27.5", "Pages.csv": "75"}


def test_search_console_workbook_writes_fractions(tmp_path: Path) -> None:
    sheets = {
        "Chart": [("Date", "Clicks", "Impressions", "CTR", "Position"), ("2026-01-01", 20, 100, 0.2, 3.5)],
        "Queries": [("Top queries", "Clicks", "Impressions", "CTR", "Position"), ("a", 1, 10, 0.1, 2)],
        "Filters": [("Filter", "Value"), ("Search type", "Web"), ("Date", "Last 3 months")],
    }
    reading = read(tmp_path, workbook(sheets), "site.xlsx")
    assert totals(reading) == {"clicks": "20", "impressions": "100", "position_weighted": "3.5"}


def test_search_console_filtered_is_not_the_site(tmp_path: Path) -> None:
    data = zipped({"Chart.csv": CHART, "Filters.csv": "Filter,Value\nSearch type,Web\nPage,+/blog/\n"})
    reading = read(tmp_path, data, "site.zip")
    assert [(piece.cut, piece.rank) for piece in reading.slices] == [("account+filtered", 2)]
    assert codes(reading, "warning") == ["filtered"]


def test_search_console_discover_has_no_position(tmp_path: Path) -> None:
    data = zipped(
        {
            "Chart.csv": "Date,Clicks,Impressions,CTR\n2026-01-01,20,100,20%\n",
            "Discover appearance.csv": "Discover Appearance,Clicks,Impressions,CTR\n",
            "Filters.csv": "Filter,Value\nSearch type,Discover\nDate,Last 3 months\n",
        }
    )
    reading = read(tmp_path, data, "site.zip")
    assert totals(reading) == {"clicks": "20", "impressions": "100"}
    assert records(only(reading, SEARCH))[0]["search_type"] == "discover"


@pytest.mark.parametrize(
    ("words", "now", "before"),
    [
        (("Top pages", "Clicks", "Impressions"), "Last 3 months", "Previous 3 months"),
        (("Top pages", "Clicks", "Impressions"), "1/1/26 - 3/31/26", "10/1/25 - 12/31/25"),
        (("Trang hàng đầu", "Số lần nhấp", "Số lần hiển thị"), "3 tháng qua", "3 tháng trước đó"),
    ],
)
def test_search_console_comparison(tmp_path: Path, words: tuple[str, str, str], now: str, before: str) -> None:
    headings = [words[0], *(f"{period} {word}" for word in words[1:] for period in (now, before))]
    reading = read(tmp_path, table(headings, ("https://a", 10, 20, 100, 200)))
    assert totals(reading) == {
        "clicks_current": "10", "clicks_previous": "20", "impressions_current": "100", "impressions_previous": "200",
    }  # fmt: skip
    assert (only(reading, SEARCH).grain, codes(reading, "warning")) == ("undated", ["compares_periods"])


def test_search_console_weeks_and_hours(tmp_path: Path) -> None:
    weeks = "Date Range,Clicks,Impressions,CTR,Position\n2025-12-08 - 2025-12-14,2,10,20%,3\n"
    piece = only(read(tmp_path, weeks), SEARCH)
    assert (piece.grain, piece.start, piece.end, piece.rank) == ("period", date(2025, 12, 8), date(2025, 12, 15), 0)
    hours = "Time (UTC+01:00),Clicks,Impressions,CTR,Position\n2026-03-02T23:00:00+01:00,2,10,20%,3\n"
    piece = only(read(tmp_path, hours), SEARCH)
    assert (piece.grain, piece.start, piece.rank) == ("day", date(2026, 3, 2), 1)  # never in place of a whole day


def test_search_console_in_vietnamese(tmp_path: Path) -> None:
    members = {
        "Biểu đồ.csv": 'Ngày,Số lần nhấp,Số lần hiển thị,CTR,Vị trí\n2026-01-01,20,100,"20%","3,5"\n',
        "Truy vấn.csv": 'Truy vấn hàng đầu,Số lần nhấp,Số lần hiển thị,CTR,Vị trí\ncách,12,40,"3,5%","4,2"\n',
        "Bộ lọc.csv": "Bộ lọc,Giá trị\nLoại tìm kiếm,Web\nNgày,3 tháng qua\n",
    }
    reading = read(tmp_path, zipped(members), "site.zip")
    assert totals(reading) == {"clicks": "20", "impressions": "100", "position_weighted": "3.5"}
    assert codes(reading, "warning") == []


MAIL = ("Title", "Subject", "List", "Send Date", "Total Recipients", "Successful Deliveries", "Total Bounces")


def test_mailchimp_campaigns(tmp_path: Path) -> None:
    text = table(
        (*MAIL, "Unique Opens", "Unique Clicks", "Unique Id", "Total Revenue"),
        ("A", "S", "L", "Oct 26, 2018 02:56 pm", "1,000", 990, 10, 300, 30, "abc", "$1,200.50"),
        ("T", "S", "L", "Oct 27, 2018 12:05 am", 1, 1, 0, 1, 1, "abd", "$0.00"),
    )
    reading = read(tmp_path, text)
    assert totals(reading)["sent"] == "1001"
    assert (totals(reading)["revenue"], reading.currency) == ("1200.5", "USD")
    rows = records(only(reading, "fact_email_campaign"))
    assert [row["sent_at"].isoformat() for row in rows] == ["2018-10-26T14:56:00", "2018-10-27T00:05:00"]
    assert [row["send_id"] for row in rows] == ["abc", "abd"]
    assert "test_sends" in codes(reading, "info")


def test_shopee_affiliate_lines(tmp_path: Path) -> None:
    headings = (
        "ID đơn hàng",
        "Trạng thái đặt hàng",
        "Thời Gian Đặt Hàng",
        "Thời gian hoàn thành",
        "Item id",
        "ID Model",
    )
    money = ("Giá trị đơn hàng (₫)", "Tổng hoa hồng sản phẩm(₫)", "Hoa hồng ròng tiếp thị liên kết(₫)")
    rows = [
        ("A1", "Đang chờ xử lý", "2026-04-19 23:40:16", "--", 5, 6, 3393965, "67879.3", "67879.3"),
        ("A1", "Đang chờ xử lý", "2026-04-19 23:40:16", "", 5, 7, 100, "1.5", 0),
    ]
    reading = read(tmp_path, "\ufeff" + table((*headings, *money), *rows))
    assert (reading.currency, totals(reading)) == (
        "VND",
        {
            "item_value": "3394065",
            "item_commission": "67880.8",
            "net_affiliate_commission": "67879.3",
            "orders": "1",
        },
    )
    found = records(only(reading, "fact_affiliate_order"))
    assert [(row["order_id"], row["line_no"], row["completed_at"]) for row in found] == [
        ("A1", "5-6", None),
        ("A1", "5-7", None),
    ]


def test_shopee_click_report_names_the_right_one(tmp_path: Path) -> None:
    text = "Click id,Thời gian Click,Khu vực Click,Sub_id,Người giới thiệu\n1,2026-04-19 11:30:49,VN,a,Facebook\n"
    reading = read(tmp_path, text)
    assert (reading.status, codes(reading)) == ("refused", ["shopee_clicks"])
    assert "AffiliateCommissionReport" in reading.findings[0].message("vi")


def test_clarity_counts_sessions_by_page(tmp_path: Path) -> None:
    above = '\ufeff"Project name","Shop"\n"Date range","02/01/2025 12:00 AM - 02/28/2025 11:59 PM"\n\n\n'
    rows = [("", "https://shop.vn/", 196), ("", "https://shop.vn/ao/", 100)]
    reading = read(tmp_path, above + table(("Metric", "Top pages", "No. of sessions"), *rows))
    piece = only(reading, "fact_page_content")
    assert (reading.platform, piece.start, piece.end) == ("clarity", date(2025, 2, 1), date(2025, 3, 1))
    assert [(row["page"], row["page_sessions"]) for row in records(piece)] == [(page, n) for _, page, n in rows]
