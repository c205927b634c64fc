"""Sends of the e-mail tools that have no layout of their own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from source_files import codes, only, read, records, table, totals

SENDS = "fact_email_campaign"

BREVO = (
    "Campaign ID", "Campaign Name", "Subject", "Sent Date", "Recipients", "Delivered", "Openers", "Clickers",
    "Unsubscribed", "Hard bounces", "Soft bounces", "Complaints", "Open rate",
)  # fmt: skip
GETRESPONSE = (
    "Message name", "Subject", "Sent on", "Sent", "Bounced", "Opened", "Clicked", "Unsubscribed", "Complaints",
    "Open rate", "CTR",
)  # fmt: skip
ACTIVECAMPAIGN = (
    "Campaign",
    "Send Date",
    "Sends",
    "Opens",
    "Unique Opens",
    "Clicks",
    "Unique Clicks",
    "Unsubscribes",
    "Bounces",
)
KLAVIYO = (
    "Campaign Message ID", "Campaign Message Name", "Send Date", "Send Time", "Open Rate", "Total Opens",
    "Unique Opens", "Total Clicks", "Unique Clicks", "Total Unsubscribes", "Unique Unsubscribes", "Spam Complaints",
    "Bounces", "Subject",
)  # fmt: skip


def test_a_tool_that_numbers_its_sends(tmp_path: Path) -> None:
    row = (17, "Tết", "Áo dài mới", "2026-11-16 09:00:00", 1200, 1180, 410, 52, 3, 6, 14, 0, "34.75%")
    reading = read(tmp_path, table(BREVO, row, delimiter=";"))
    assert (reading.platform, reading.rows, codes(reading)) == ("email_tool", 1, [])
    (send,) = records(only(reading, SENDS))
    assert (send["send_id"], send["date"], send["sent"], send["delivered"]) == ("17", date(2026, 11, 16), 1200, 1180)
    assert (send["unique_opens"], send["unique_clicks"], send["bounces"], send["complaints"]) == (410, 52, 20, 0)
    assert ("opens" in send, "clicks" in send) == (False, False)
    assert totals(reading)["sent"] == "1200"


def test_what_arrived_is_what_was_sent_without_what_came_back(tmp_path: Path) -> None:
    rows = [
        ("Tin tuần 46", "Chào bạn", "2026-11-16 09:00", 500, 20, 100, 11, 1, 0, "20.8%", "2.3%"),
        ("Tin tuần 47", "Chào bạn", "2026-11-20 09:00", 510, "", 90, 9, 0, 0, "17.6%", "1.8%"),
    ]
    first, second = records(only(read(tmp_path, table(GETRESPONSE, *rows)), SENDS))
    assert (first["delivered"], second["delivered"]) == (480, None)
    assert len({first["send_id"], second["send_id"]}) == 2


def test_a_send_without_a_number_keeps_its_name_in_every_download(tmp_path: Path) -> None:
    row = ("Tết", "2026-11-16", 500, 140, 100, 15, 11, 1, 20)
    again = ("Tết", "2026-11-16", 500, 170, 120, 18, 13, 2, 20)
    before, after = (only(read(tmp_path, table(ACTIVECAMPAIGN, one)), SENDS) for one in (row, again))
    assert records(before)[0]["send_id"] == records(after)[0]["send_id"]
    assert (records(after)[0]["opens"], records(after)[0]["unique_opens"]) == (170, 120)


def test_day_and_clock_in_two_columns(tmp_path: Path) -> None:
    row = ("01K8", "Nhắc lịch", "2026-10-29", "10:30 AM", "0.53", 871, 700, 96, 74, 31, 31, 7, 69, "Còn 48 giờ!")
    reading = read(tmp_path, table(KLAVIYO, row))
    (send,) = records(only(reading, SENDS))
    assert (reading.platform, send["send_id"], send["date"]) == ("email_tool", "01K8", date(2026, 10, 29))
    assert (send["unsubscribes"], send["complaints"], send["bounces"], send.get("sent")) == (31, 7, 69, None)


def test_a_send_time_that_is_the_whole_moment(tmp_path: Path) -> None:
    headings = ("Campaign Name", "Send Time", "Total Recipients", "Unique Opens", "Revenue", "Unique Placed Order")
    reading = read(tmp_path, table(headings, ("Tết", "2026-11-16 09:30:00", 100, 40, "250.5", 3)), currency="USD")
    (send,) = records(only(reading, SENDS))
    assert (str(send["sent_at"]), send["orders"], send["revenue"]) == ("2026-11-16 09:30:00", 3, Decimal("250.5"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_headings_in_vietnamese(tmp_path: Path, encoding: str) -> None:
    headings = (
        "Tên chiến dịch",
        "Tiêu đề",
        "Ngày gửi",
        "Đã gửi",
        "Gửi thành công",
        "Đã mở",
        "Đã nhấp",
        "Hủy đăng ký",
    )
    reading = read(
        tmp_path,
        table(headings, ("Tết", "Áo mới", "16/11/2026 09:00", "1.200", "1.180", 410, 52, 3)).encode(encoding),
    )
    (send,) = records(only(reading, SENDS))
    assert (reading.platform, send["sent"], send["delivered"], send["unique_opens"]) == (
        "email_tool",
        1200,
        1180,
        410,
    )


def test_trial_sends_are_pointed_out(tmp_path: Path) -> None:
    rows = [("A", "2026-11-16", 2, 2, 2, 0, 0, 0, 0), ("B", "2026-11-17", 900, 200, 150, 30, 20, 1, 0)]
    assert "test_sends" in codes(read(tmp_path, table(ACTIVECAMPAIGN, *rows)))
