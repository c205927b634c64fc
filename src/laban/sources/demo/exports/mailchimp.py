"""Mailchimp: campaigns.csv, the account's list of sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from laban.sources.demo.attention import Send
from laban.sources.demo.files import MONTHS, DemoFile, add_up, delimited, percent
from laban.sources.demo.model import World

HEADINGS = (
    "Title", "Subject", "List", "Send Date", "Send Weekday", "Total Recipients", "Successful Deliveries",
    "Soft Bounces", "Hard Bounces", "Total Bounces", "Times Forwarded", "Forwarded Opens", "Unique Opens",
    "Open Rate", "Total Opens", "Unique Clicks", "Click Rate", "Total Clicks", "Unsubscribes", "Abuse Complaints",
    "Times Liked on Facebook", "Folder Id", "Unique Id", "Total Orders", "Total Gross Sales", "Total Revenue",
)  # fmt: skip
#: Mailchimp credits a newsletter with what its readers buy within five days.
CREDIT_DAYS = 5

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

MEASURES: Mapping[str, Callable[[Send], int | Decimal | None]] = {
    "sent": lambda send: send.recipients,
    "delivered": lambda send: send.delivered,
    "soft_bounces": lambda send: send.soft_bounces,
    "hard_bounces": lambda send: send.hard_bounces,
    "unique_opens": lambda send: send.unique_opens,
    "opens": lambda send: send.opens,
    "unique_clicks": lambda send: send.unique_clicks,
    "clicks": lambda send: send.clicks,
    "unsubscribes": lambda send: send.unsubscribes,
    "complaints": lambda send: send.complaints,
}


def write(world: World) -> list[DemoFile]:
    """Return the Mailchimp file of the shop."""
    sales: dict[date, list[int]] = {}
    for order in world.orders:
        if order.channel == "email" and order.status != "cancelled":
            sales.setdefault(order.at.date(), []).append(order.value)
    lines, orders, revenue = [], 0, 0
    for send in world.sends:
        bought = [value for ahead in range(CREDIT_DAYS) for value in sales.get(_day(send, ahead), [])]
        orders, revenue = orders + len(bought), revenue + sum(bought)
        lines.append(_line(send, len(bought), sum(bought)))
    totals = add_up(world.sends, MEASURES)
    days = [send.at.date() for send in world.sends]
    return [
        DemoFile(
            name="campaigns.csv",
            platform="mailchimp",
            data=delimited([HEADINGS, *lines], quote="blanks"),
            rows=len(lines),
            totals={
                **totals,
                "orders": Decimal(orders),
                "revenue": Decimal(revenue),
                "gross_sales": Decimal(revenue),
            },
            start=min(days, default=None),
            end=max(days) + timedelta(days=1) if days else None,
        )
    ]


def _day(send: Send, ahead: int) -> date:
    return send.at.date() + timedelta(days=ahead)


def _line(send: Send, orders: int, revenue: int) -> list[object]:
    at = send.at
    return [
        send.title, send.subject, "Khách hàng Trăng Non", _moment(send), WEEKDAYS[at.weekday()], send.recipients,
        send.delivered, send.soft_bounces, send.hard_bounces, send.soft_bounces + send.hard_bounces, 0, 0,
        send.unique_opens, percent(send.unique_opens, send.delivered), send.opens, send.unique_clicks,
        percent(send.unique_clicks, send.delivered), send.clicks, send.unsubscribes, send.complaints, 0, "",
        send.send_id, orders, revenue, revenue,
    ]  # fmt: skip


def _moment(send: Send) -> str:
    # Month names are English whatever the machine's locale is.
    at = send.at
    half = "am" if at.hour < 12 else "pm"
    return f"{MONTHS[at.month - 1]} {at.day:02d}, {at.year} {(at.hour - 1) % 12 + 1:02d}:{at.minute:02d} {half}"
