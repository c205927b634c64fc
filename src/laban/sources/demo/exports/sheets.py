"""The shop's own sheets, saved as CSV from a Vietnamese Excel: half of them with commas, half with semicolons.

The semicolon ones also show what Excel does to data: ``389.000 ₫``, and phone numbers that lost their first 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar
from zlib import crc32

from laban.sources.demo.attention import AccountDay
from laban.sources.demo.exports.history import downloads
from laban.sources.demo.files import DemoFile, add_up, delimited, pieces, span, thousands
from laban.sources.demo.model import World
from laban.sources.demo.prospects import Lead
from laban.sources.demo.shop import SHOP_NAME
from laban.sources.demo.trade import Line, Order
from laban.sources.demo.voice import Answer, Cost, Guest, Mention, Ticket

R = TypeVar("R")
Measures = Mapping[str, Callable[[R], int | Decimal | None]]

CHANNELS = {
    "organic_search": "Tìm kiếm tự nhiên", "paid_search": "Quảng cáo tìm kiếm", "display": "Quảng cáo hiển thị",
    "organic_social": "Mạng xã hội tự nhiên", "paid_social": "Quảng cáo mạng xã hội", "email": "Email",
    "referral": "Giới thiệu", "direct": "Trực tiếp", "marketplace": "Sàn thương mại điện tử",
    "messaging": "Tin nhắn", "offline": "Ngoại tuyến", "": "",
}  # fmt: skip
STATUSES = {
    "placed": "Mới đặt", "shipped": "Đang giao", "delivered": "Đã giao", "returned": "Hoàn", "cancelled": "Đã hủy",
}  # fmt: skip
PAYMENTS = {"cod": "COD", "transfer": "Chuyển khoản", "wallet": "Ví điện tử", "card": "Thẻ"}
SHOPS = {"web": "Website", "chat": "Tin nhắn", "marketplace": "Shopee"}
COST_TYPES = {
    "staff": "Nhân sự", "agency": "Thuê ngoài", "tool": "Công cụ", "production": "Sản xuất",
    "content": "Nội dung", "influencer": "KOL/KOC", "event": "Sự kiện", "commission": "Hoa hồng",
}  # fmt: skip
NETWORKS = {"facebook": "Facebook", "instagram": "Instagram", "zalo": "Zalo"}
MENTIONED_IN = {"Báo mạng": "Báo chí"}
SENTIMENTS = {"positive": "Tích cực", "neutral": "Trung lập", "negative": "Tiêu cực"}


@dataclass(frozen=True, slots=True)
class Style:
    """How one sheet was saved."""

    semicolon: bool

    def money(self, amount: int | None) -> str:
        """An amount of ₫."""
        if amount is None:
            return ""
        return f"{thousands(amount, '.')} ₫" if self.semicolon else str(amount)

    def phone(self, number: str) -> str:
        """A phone number."""
        return number.removeprefix("0") if self.semicolon else number


def write(world: World) -> list[DemoFile]:
    """Return the own sheets of the shop."""
    files = []
    weekly = downloads(world, months=6, days=ORDER_DAYS, weeks=world.parameters.weekly_orders)
    for number, (first, last, seen) in enumerate(weekly):
        until = datetime.combine(seen, time.max)
        orders = [order.seen(until) for order in world.orders if first <= order.at.date() <= last]
        style = Style(semicolon=number % 2 == 1)
        files.append(_orders(orders, first, last, style, world.parameters.trading.packing_cost))
    for number, (first, last) in enumerate(pieces(world.first, world.last, 12)):
        leads = [lead for lead in world.leads if first <= lead.created.date() <= last]
        files.append(_leads(leads, first, last, Style(semicolon=number % 2 == 0)))
    files += [_tickets(world.tickets), _mentions(world.mentions), _costs(world.costs)]
    files += [_followers(world.accounts), _answers(world.answers), _guests(world.guests)]
    return [file for file in files if file.rows]


def _save(
    name: str, platform: str, lines: Sequence[Sequence[object]], style: Style, totals: Mapping[str, Decimal],
    days: Iterable[date],
) -> DemoFile:  # fmt: skip
    found = sorted(days)
    return DemoFile(
        name=name,
        platform=platform,
        data=delimited(lines, delimiter=";" if style.semicolon else ",", newline="\r\n", encoding="utf-8-sig"),
        rows=len(lines) - 1,
        totals=totals,
        start=found[0] if found else None,
        end=found[-1] + timedelta(days=1) if found else None,
    )


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _time(moment: datetime | None) -> str:
    return f"{moment:%d/%m/%Y %H:%M}" if moment else ""


def _flag(value: bool) -> str:
    return "Có" if value else "Không"


#: Days in a weekly download of orders.
ORDER_DAYS = 28
ORDER_HEADINGS = (
    "Mã đơn hàng", "Ngày đặt", "Số điện thoại khách", "Họ tên", "Trạng thái", "Ngày giao", "Tiền hàng", "Giảm giá",
    "Hoàn tiền", "Phí ship shop chịu", "Phí sàn", "Kênh bán", "Nguồn khách", "Chiến dịch", "Sản phẩm", "Nhóm hàng",
    "Số lượng", "Đơn giá", "Giá vốn", "Thành tiền", "Chi phí đóng gói", "Thanh toán", "Đơn vị vận chuyển",
    "Tỉnh/Thành phố",
)  # fmt: skip
ORDER_MEASURES: Measures[Order] = {
    "gross_amount": lambda order: order.gross,
    "discount_amount": lambda order: order.discount,
    "refund_amount": lambda order: order.refund,
    "shipping_subsidy": lambda order: order.shipping,
    "marketplace_fee": lambda order: order.fee,
    "quantity": lambda order: sum(line.quantity for line in order.lines),
}


def _orders(orders: Sequence[Order], first: date, last: date, style: Style, packing: int) -> DemoFile:
    lines: list[Sequence[object]] = [ORDER_HEADINGS]
    for order in orders:
        lines += [
            _order_line(order, line, style, packing if line is order.lines[0] else None) for line in order.lines
        ]
    name = f"Đơn hàng {span(first, last)}.csv"
    days = (order.at.date() for order in orders)
    return _save(name, "own_orders", lines, style, add_up(orders, ORDER_MEASURES), days)


def _order_line(order: Order, line: Line, style: Style, packing: int | None) -> list[object]:
    # What belongs to the whole order, its packing too, stands on its first line only.
    head = packing is not None
    whole = (order.gross, order.discount, order.refund, order.shipping, order.fee)
    amounts = [style.money(amount if head else None) for amount in whole]
    customer = order.customer
    return [
        order.order_id, _time(order.at), style.phone(customer.phone) if customer else "",
        customer.name if customer else "", STATUSES[order.status], _day(order.delivered), *amounts,
        SHOPS[order.sales_channel], CHANNELS[order.channel], order.campaign, line.product.name,
        line.product.category, line.quantity, style.money(line.price), style.money(line.product.cost),
        style.money(line.quantity * line.price), style.money(packing or 0),
        PAYMENTS[order.payment], order.carrier, order.province,
    ]  # fmt: skip


LEAD_HEADINGS = (
    "Mã khách tiềm năng", "Ngày có thông tin", "Họ tên", "Số điện thoại", "Nguồn", "Kênh marketing", "Chiến dịch",
    "Người phụ trách", "Giai đoạn", "Phản hồi lần đầu", "Ngày thành MQL", "Ngày thành SQL", "Ngày thành cơ hội",
    "Ngày chốt", "Ngày mất", "Giá trị", "Lý do loại", "Điểm",
)  # fmt: skip


def stage_of(lead: Lead) -> str:
    """Return the word for how far a lead has come."""
    if lead.won:
        return "Đã chốt"
    if lead.lost:
        return "Mất"
    if lead.sales:
        return "SQL"
    if lead.qualified:
        return "MQL"
    return "Loại" if lead.reason else "Mới"


def _leads(leads: Sequence[Lead], first: date, last: date, style: Style) -> DemoFile:
    body: list[Sequence[object]] = [
        [
            lead.lead_id, _time(lead.created), lead.name, style.phone(lead.phone), lead.source,
            CHANNELS[lead.channel], lead.campaign, lead.owner, stage_of(lead), _time(lead.answered),
            _time(lead.qualified), _time(lead.sales), _time(lead.offered), _time(lead.won), _time(lead.lost),
            style.money(lead.amount or None), lead.reason, _score(lead),
        ]
        for lead in leads
    ]  # fmt: skip
    lines = [LEAD_HEADINGS, *body]
    totals = {"amount": Decimal(sum(lead.amount for lead in leads))}
    reached = ((lead.created, lead.qualified, lead.sales, lead.offered, lead.won, lead.lost) for lead in leads)
    days = [moment.date() for stages in reached for moment in stages if moment]
    return _save(f"Khách tiềm năng {span(first, last)}.csv", "own_leads", lines, style, totals, days)


def _score(lead: Lead) -> int:
    """What the form gave: leads that turn out well tend to have more."""
    return 30 + crc32(lead.lead_id.encode()) % 41 + (22 if lead.qualified else 0)


def _tickets(tickets: Sequence[Ticket]) -> DemoFile:
    headings = (
        "Mã yêu cầu", "Lúc nhận", "Kênh", "Chủ đề", "Nhân viên", "Trạng thái", "Trả lời lần đầu", "Lúc xong",
        "Hài lòng (1-5)", "Số lần liên hệ",
    )  # fmt: skip
    body: list[Sequence[object]] = [
        [
            ticket.ticket_id, _time(ticket.opened), ticket.channel, ticket.topic, ticket.agent,
            "Đã xong" if ticket.resolved else "Đang xử lý", _time(ticket.replied), _time(ticket.resolved),
            ticket.csat if ticket.csat is not None else "", _turns(ticket),
        ]
        for ticket in tickets
    ]  # fmt: skip
    lines = [headings, *body]
    days = (ticket.opened.date() for ticket in tickets)
    return _save("Chăm sóc khách.csv", "own_tickets", lines, Style(semicolon=False), {}, days)


def _turns(ticket: Ticket) -> int:
    """How often the customer had to write: most questions are settled at once."""
    number = int(ticket.ticket_id[1:])
    return 1 if number % 10 < 7 else 2 + number % 3


def _mentions(mentions: Sequence[Mention]) -> DemoFile:
    headings = (
        "Mã", "Ngày nhắc", "Thương hiệu", "Thương hiệu của mình", "Nơi nhắc", "Sắc thái", "Sắc thái kiểm lại",
        "Người theo dõi của tác giả", "Tương tác",
    )  # fmt: skip
    body: list[Sequence[object]] = [
        [
            mention.mention_id, _time(mention.at), mention.brand, _flag(mention.brand == SHOP_NAME),
            MENTIONED_IN.get(mention.network, mention.network), SENTIMENTS[mention.sentiment],
            _checked(mention), mention.followers, mention.engagement,
        ]
        for mention in mentions
    ]  # fmt: skip
    lines = [headings, *body]
    totals = {
        "author_followers": Decimal(sum(mention.followers for mention in mentions)),
        "engagement": Decimal(sum(mention.engagement for mention in mentions)),
    }
    days = (mention.at.date() for mention in mentions)
    return _save("Lượt nhắc thương hiệu.csv", "own_mentions", lines, Style(semicolon=False), totals, days)


def _checked(mention: Mention) -> str:
    """Somebody reads every ninth mention again; of these every eighth had been judged wrongly."""
    number = int(mention.mention_id[1:])
    if number % 9:
        return ""
    return SENTIMENTS["neutral" if number % 72 == 0 else mention.sentiment]


def _followers(accounts: Sequence[AccountDay]) -> DemoFile:
    rows = [row for row in accounts if row.network in NETWORKS]
    pages = {"facebook": SHOP_NAME, "instagram": "trangnon.official", "zalo": "Trăng Non Official"}
    lines: list[Sequence[object]] = [("Ngày", "Mạng xã hội", "Tên trang", "Người theo dõi")]
    lines += [(_day(row.day), NETWORKS[row.network], pages[row.network], row.followers) for row in rows]
    style = Style(semicolon=True)
    return _save("Người theo dõi.csv", "own_followers", lines, style, {}, (row.day for row in rows))


def _costs(costs: Sequence[Cost]) -> DemoFile:
    style = Style(semicolon=True)
    headings = ("Từ ngày", "Đến ngày", "Số tiền", "Nội dung", "Loại chi phí", "Bộ phận chi", "Kênh")
    body: list[Sequence[object]] = [
        [
            _day(cost.first), _day(cost.last), style.money(cost.amount), cost.description, COST_TYPES[cost.kind],
            "Marketing" if cost.function == "marketing" else "Bán hàng", CHANNELS[cost.channel],
        ]
        for cost in costs
    ]  # fmt: skip
    lines = [headings, *body]
    totals = {"amount": Decimal(sum(cost.amount for cost in costs))}
    days = [day for cost in costs for day in (cost.first, cost.last)]
    return _save("Chi phí marketing.csv", "own_costs", lines, style, totals, days)


def _answers(answers: Sequence[Answer]) -> DemoFile:
    headings = (
        "Mã phiếu", "Ngày trả lời", "NPS (0-10)", "Hài lòng (1-5)", "Thời điểm hỏi", "Đợt khảo sát", "Số điện thoại",
        "Góp ý",
    )  # fmt: skip
    body: list[Sequence[object]] = [
        [
            answer.response_id, _time(answer.at), answer.nps, answer.csat, answer.touchpoint, answer.wave,
            answer.phone, answer.text,
        ]
        for answer in answers
    ]  # fmt: skip
    lines = [headings, *body]
    days = (answer.at.date() for answer in answers)
    return _save("Khảo sát sau giao hàng.csv", "own_surveys", lines, Style(semicolon=False), {}, days)


def _guests(guests: Sequence[Guest]) -> DemoFile:
    headings = (
        "Sự kiện", "Ngày sự kiện", "Họ tên", "Khách mời (số điện thoại hoặc email)", "Loại sự kiện",
        "Biết qua kênh", "Đã mời", "Đã đăng ký", "Đã đến", "Thành khách tiềm năng",
    )  # fmt: skip
    body: list[Sequence[object]] = [
        [
            guest.event, _day(guest.day), guest.name, guest.phone, guest.kind, CHANNELS[guest.channel], "Có",
            _flag(guest.registered), _flag(guest.attended), _flag(guest.became_lead),
        ]
        for guest in guests
    ]  # fmt: skip
    lines = [headings, *body]
    days = (guest.day for guest in guests)
    return _save("Khách mời sự kiện.csv", "own_events", lines, Style(semicolon=False), {}, days)
