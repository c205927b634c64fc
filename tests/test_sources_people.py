"""Tickets, guests and clicks: exports full of people, of whom only what is counted stays."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from source_files import codes, only, read, records, table, totals

TICKETS, GUESTS, CLICKS, ANSWERS = "fact_support_ticket", "fact_event", "fact_link_click", "fact_survey_response"

ZENDESK = (
    "Summation column", "Id", "Requester", "Requester email", "Submitter", "Assignee", "Group", "Subject", "Status",
    "Priority", "Via", "Ticket type", "Created at", "Updated at", "Solved at", "Satisfaction Score", "Reopens",
    "Replies", "First reply time in minutes", "First reply time in minutes within business hours",
    "Full resolution time in minutes", "Size [txt]",
)  # fmt: skip


def ticket(number: int, *, solved: str, rating: str, reopens: int, replies: int, first: object) -> tuple[object, ...]:
    people = ("Lan Nguyễn", "lan@example.com", "Lan", "Minh", "CSKH", "Đổi size", "Closed", "Normal", "Chat")
    days = ("Question", "2026-11-16 09:00", "2026-11-17 10:00", solved)
    return (1, number, *people, *days, rating, reopens, replies, first, first, 1500, "M")


def test_zendesk_tickets(tmp_path: Path) -> None:
    rows = [
        ticket(1, solved="2026-11-17 10:00", rating="Good", reopens=0, replies=1, first=12),
        ticket(2, solved="2026-11-18 08:30", rating="Bad", reopens=2, replies=4, first=95),
        ticket(3, solved="", rating="Offered", reopens=0, replies=0, first=""),
    ]
    reading = read(tmp_path, table(ZENDESK, *rows))
    assert (reading.platform, reading.rows, codes(reading)) == ("zendesk", 3, [])
    one, two, three = records(only(reading, TICKETS))
    assert (one["ticket_id"], one["support_channel"], one["date"]) == ("1", "Chat", date(2026, 11, 16))
    assert (str(one["first_reply_at"]), str(two["first_reply_at"])) == ("2026-11-16 09:12:00", "2026-11-16 10:35:00")
    assert (three["first_reply_at"], str(three["resolved_at"])) == (None, "2026-11-17 10:00:00")
    assert [(row["reopened"], row["contacts"], row["csat"]) for row in (one, two, three)] == [
        (False, 1, 5),
        (True, 4, 1),
        (False, 0, None),
    ]
    assert [(row["question"], row["score"]) for row in records(only(reading, ANSWERS))] == [("csat", 5), ("csat", 1)]


def test_who_asked_and_who_answered_is_not_kept(tmp_path: Path) -> None:
    rows = [ticket(1, solved="", rating="", reopens=0, replies=1, first=12)]
    kept = repr(read(tmp_path, table(ZENDESK, *rows)).slices)
    assert not [word for word in ("Lan", "lan@example.com", "Minh", "Đổi size") if word in kept]


def test_zendesk_under_its_newer_headings(tmp_path: Path) -> None:
    headings = (
        "Ticket ID",
        "Ticket status",
        "Ticket channel",
        "Ticket created - Timestamp",
        "First reply time (min)",
    )
    (row,) = records(
        only(read(tmp_path, table(headings, (7, "Open", "Email", "2026-11-16T09:00:00", "3.5"))), TICKETS)
    )
    assert (row["ticket_id"], str(row["first_reply_at"])) == ("7", "2026-11-16 09:03:30")


EVENTBRITE = (
    "Order #", "Order Date", "First Name", "Last Name", "Email", "Quantity", "Price Tier", "Ticket Type",
    "Attendee #", "Group", "Order Type", "Currency", "Total Paid", "Fees Paid", "Attendee Status",
)  # fmt: skip


def guest(order: int, number: int, status: str, email: str = "lan@example.com") -> tuple[object, ...]:
    bought = ("11/29/26 22:28", "Lan", "Nguyễn", email, 1, "", "VIP", number, "", "Eventbrite Completed")
    return (order, *bought, "USD", "50.00", "3.20", status)


def test_eventbrite_guests(tmp_path: Path) -> None:
    rows = [
        guest(1, 11, "Checked In"),
        guest(1, 12, "Attending"),
        guest(2, 13, "Not Attending", email="b@example.com"),
    ]
    reading = read(tmp_path, table(EVENTBRITE, *rows), "Ra mắt bộ sưu tập Tết (1).csv")
    assert (reading.platform, reading.currency) == ("eventbrite", "USD")
    assert (totals(reading)["revenue"], totals(reading)["quantity"]) == ("100", "3")
    found = records(only(reading, GUESTS))
    assert [(row["invitee_id"], row["registered"], row["attended"]) for row in found] == [
        ("11", True, True),
        ("12", True, False),
        ("13", False, False),
    ]
    assert {(row["event_id"], row["date"]) for row in found} == {("Ra mắt bộ sưu tập Tết", date(2026, 11, 29))}
    assert "event_day_unknown" in codes(reading)
    assert not [word for word in ("lan@example.com", "Nguyễn") if word in repr(reading.slices)]


def test_a_door_without_a_list_tells_nothing_about_who_came(tmp_path: Path) -> None:
    reading = read(tmp_path, table(EVENTBRITE, guest(1, 11, "Attending"), guest(2, 12, "Attending")))
    assert "attended" not in only(reading, GUESTS).columns


def test_eventbrite_with_the_event_named(tmp_path: Path) -> None:
    headings = ("Event Name", "Event ID", "Event Start Date", *EVENTBRITE, "Check-in date")
    rows = [("Ra mắt", "99", "12/20/2026", *guest(1, 11, "Attending"), "12/20/2026 18:02")]
    reading = read(tmp_path, table(headings, *rows))
    (row,) = records(only(reading, GUESTS))
    assert (row["event_id"], row["date"], row["attended"]) == ("99", date(2026, 12, 20), True)
    assert "event_day_unknown" not in codes(reading)


def clicks(reading: Any) -> list[tuple[Any, ...]]:
    rows = [row for piece in reading.slices if piece.fact == CLICKS for row in records(piece)]
    return [(row["date"], row["link"], row["medium"], row["clicks"]) for row in rows]


def test_clicks_per_link_and_day(tmp_path: Path) -> None:
    rows = [
        ("2026-11-16", "bit.ly/a", "https://shop.vn/a", 12),
        ("2026-11-17", "bit.ly/a", "https://shop.vn/a", 7),
        ("2026-11-16", "bit.ly/b", "https://shop.vn/b", 1),
    ]
    text = table(("Date", "Short link", "Long URL", "Clicks"), *rows)
    reading = read(tmp_path, text)
    assert (reading.platform, totals(reading)) == ("short_links", {"clicks": "20"})
    assert clicks(reading) == [
        (date(2026, 11, 16), "bit.ly/a", "link", 12),
        (date(2026, 11, 17), "bit.ly/a", "link", 7),
        (date(2026, 11, 16), "bit.ly/b", "link", 1),
    ]
    assert {piece.rival for piece in reading.slices} == {"bit.ly/a", "bit.ly/b"}


@pytest.mark.parametrize("counted", ["Clicks", "Engagements"])
def test_scans_are_told_from_clicks(tmp_path: Path, counted: str) -> None:
    number = 12 if counted == "Clicks" else 20
    text = table(("Date", "Link", "Title", counted, "Scans"), ("2026-11-16", "bit.ly/a", "Tờ rơi", number, 8))
    assert clicks(read(tmp_path, text)) == [
        (date(2026, 11, 16), "bit.ly/a", "link", 12),
        (date(2026, 11, 16), "bit.ly/a", "qr", 8),
    ]


def test_a_line_per_click_is_counted_without_robots_and_addresses(tmp_path: Path) -> None:
    headings = ("Thời gian nhấp", "Link rút gọn", "Nguồn truy cập", "Thiết bị", "Địa chỉ IP", "Là bot")
    rows = [
        ("16/11/2026 09:12:33", "li2.vn/tet", "facebook.com", "Mobile", "1.2.3.4", "Không"),
        ("16/11/2026 21:00:00", "li2.vn/tet", "facebook.com", "Mobile", "1.2.3.5", "Không"),
        ("16/11/2026 22:00:00", "li2.vn/tet", "facebook.com", "Mobile", "1.2.3.6", "Có"),
        ("17/11/2026 08:00:00", "li2.vn/tet", "", "Desktop", "1.2.3.4", "Không"),
    ]
    reading = read(tmp_path, table(headings, *rows))
    assert clicks(reading) == [
        (date(2026, 11, 16), "li2.vn/tet", "link", 2),
        (date(2026, 11, 17), "li2.vn/tet", "link", 1),
    ]
    assert "1.2.3" not in repr(reading.slices)


def test_totals_of_links_need_a_period(tmp_path: Path) -> None:
    text = table(
        ("Link", "Title", "Long URL", "Created", "Clicks"), ("bit.ly/a", "A", "https://shop.vn", "2025-01-01", 40)
    )
    assert "undated" in codes(read(tmp_path, text))
    piece = only(read(tmp_path, text, "bitly 2026-11-01_2026-11-30.csv"), CLICKS)
    assert (piece.grain, piece.start, piece.end) == ("period", date(2026, 11, 1), date(2026, 12, 1))
