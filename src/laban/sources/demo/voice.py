"""What people answer, ask and say, what the shop stages, and what all of it costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from laban.periods import unit_of
from laban.sources.demo import season
from laban.sources.demo.dice import Dice
from laban.sources.demo.prospects import person_name, phone_number
from laban.sources.demo.shop import RIVALS, SHOP_NAME
from laban.sources.demo.trade import Order


@dataclass(frozen=True, slots=True)
class Answer:
    """A filled-in survey: would they recommend (0-10), are they satisfied (1-5)."""

    response_id: str
    at: datetime
    wave: str
    nps: int
    csat: int
    touchpoint: str
    phone: str
    text: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A conversation that needed an answer."""

    ticket_id: str
    channel: str
    topic: str
    agent: str
    opened: datetime
    replied: datetime | None
    resolved: datetime | None
    csat: int | None


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody names a brand in public."""

    mention_id: str
    at: datetime
    brand: str
    network: str
    sentiment: str
    followers: int
    engagement: int


@dataclass(frozen=True, slots=True)
class Guest:
    """A person invited to an event."""

    event: str
    kind: str
    day: date
    name: str
    phone: str
    channel: str
    registered: bool
    attended: bool
    became_lead: bool


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost outside the advertising platforms; ₫ over ``first..last``, both included."""

    first: date
    last: date
    function: str
    kind: str
    channel: str
    description: str
    amount: int


REMARKS = ("Giao nhanh", "Vải đẹp, đúng hình", "Đường may chưa kỹ", "Tư vấn nhiệt tình", "Giao lâu quá", "")


def ask_customers(orders: Iterable[Order], last: date, seed: int) -> list[Answer]:
    """Return the survey sent a week after delivery: few answer it; slow deliveries cost goodwill."""
    dice, found = Dice(seed, "survey"), list[tuple[datetime, int, int, str, str]]()
    until = datetime.combine(last, time.max)
    for order in orders:
        if order.delivered is None or order.customer is None or not dice.chance(0.085):
            continue
        slow = (order.delivered - order.at).days > 5
        at = order.delivered + timedelta(days=7, minutes=dice.between(5, 600))
        nps = dice.pick((10, 9, 8, 7, 6, 5, 3), (12, 13, 20, 18, 15, 12, 10) if slow else (26, 24, 21, 12, 8, 5, 4))
        csat = max(1, min(5, round(nps / 2) - dice.pick((0, 0, 0, 1))))
        remark = dice.pick(REMARKS)
        if at <= until:
            found.append((at, nps, csat, order.customer.phone, remark))
    return [
        Answer(f"K{number:05d}", at, f"{at:%Y-%m}", nps, csat, "Sau giao hàng", phone, remark)
        for number, (at, nps, csat, phone, remark) in enumerate(sorted(found), 1)
    ]


TOPICS = ("Hỏi size", "Đổi trả", "Giao hàng", "Còn hàng không", "Giá và khuyến mãi")
AGENTS = ("Hà", "Ngọc", "Tuấn")


def take_questions(days: Sequence[date], seed: int) -> list[Ticket]:
    """Return the conversations of the inbox; evenings are answered late."""
    dice, tickets = Dice(seed, "tickets"), list[Ticket]()
    until = datetime.combine(days[-1], time.max)
    for day in days:
        for _ in range(dice.poisson(5.0 * season.demand(day))):
            opened = datetime.combine(day, time(dice.pick((8, 10, 12, 15, 19, 20, 21, 22)), dice.between(0, 59)))
            minutes = 16 * dice.noise(1.1) + (540 if opened.hour >= 22 else 0)
            replied = opened + timedelta(minutes=max(1, round(minutes))) if dice.chance(0.955) else None
            resolved = (
                replied + timedelta(minutes=round(95 * dice.noise(1.3))) if replied and dice.chance(0.93) else None
            )
            rated = resolved is not None and dice.chance(0.22)
            tickets.append(
                Ticket(
                    ticket_id=f"T{len(tickets) + 1:05d}",
                    channel=dice.pick(("Messenger", "Zalo", "Hotline", "Email"), (52, 31, 12, 5)),
                    topic=dice.pick(TOPICS),
                    agent=dice.pick(AGENTS),
                    opened=opened,
                    replied=replied if replied and replied <= until else None,
                    resolved=resolved if resolved and resolved <= until else None,
                    csat=dice.pick((5, 4, 3, 2, 1), (48, 30, 12, 6, 4)) if rated else None,
                )
            )
    return tickets


def listen(days: Sequence[date], seed: int) -> list[Mention]:
    """Return who names the shop and its rivals."""
    dice, mentions = Dice(seed, "mentions"), list[Mention]()
    for day in days:
        for brand, mean in ((SHOP_NAME, 2.1), (RIVALS[0], 3.2), (RIVALS[1], 1.5)):
            for _ in range(dice.poisson(mean * season.demand(day))):
                mentions.append(
                    Mention(
                        mention_id=f"M{len(mentions) + 1:05d}",
                        at=datetime.combine(day, time(dice.between(7, 22), dice.between(0, 59))),
                        brand=brand,
                        network=dice.pick(
                            ("Facebook", "TikTok", "Instagram", "Báo mạng", "Diễn đàn"), (45, 30, 14, 6, 5)
                        ),
                        sentiment=dice.pick(("positive", "neutral", "negative"), (38, 48, 14)),
                        followers=round(900 * dice.noise(2.2)),
                        engagement=dice.poisson(14 * dice.noise(1.2)),
                    )
                )
    return mentions


EVENT_WEEKS = 6


def stage_events(days: Sequence[date], seed: int) -> list[Guest]:
    """Return the guests of the shop's events: a workshop or a fair every six weeks, the last one in the last week."""
    dice, guests = Dice(seed, "events"), list[Guest]()
    dates = [
        days[-1] - timedelta(days=1 + 7 * EVENT_WEEKS * count) for count in range(len(days) // (7 * EVENT_WEEKS) + 1)
    ]
    for number, day in enumerate(sorted(day for day in dates if day >= days[0] and abs(season.tet_offset(day)) > 8)):
        kind = "Hội chợ" if number % 3 == 2 else "Workshop phối đồ"
        name = f"{kind} {day:%m/%Y}"
        for place in range(dice.between(70, 130)):
            registered = dice.chance(0.55)
            attended = registered and dice.chance(0.62)
            channel = dice.pick(("organic_social", "email", "messaging", "offline"), (45, 25, 20, 10))
            person, phone = person_name(dice), phone_number(9_000_000 + 200 * number + place)
            asked = attended and dice.chance(0.3)
            guests.append(Guest(name, kind, day, person, phone, channel, registered, attended, asked))
    return guests


def pay(days: Sequence[date], guests: Iterable[Guest], seed: int) -> list[Cost]:
    """Return the shop's cost lines: monthly ones by calendar month, events on their day."""
    dice, costs = Dice(seed, "costs"), list[Cost]()
    day = days[0]
    while day <= days[-1]:
        month = unit_of(day, "month")
        first, last = max(month.start, days[0]), min(month.last, days[-1])
        costs += _monthly(first, last, (last - first).days + 1, month.days, dice)
        day = month.end
    for name, held in sorted({(guest.event, guest.day) for guest in guests}, key=lambda pair: pair[1]):
        amount = dice.between(35, 70) * 100_000
        costs.append(Cost(held, held, "marketing", "event", "offline", f"Tổ chức {name}", amount))
    return sorted(costs, key=lambda cost: (cost.first, cost.description))


def _monthly(first: date, last: date, days: int, month_days: int, dice: Dice) -> list[Cost]:
    def cost(function: str, kind: str, channel: str, description: str, monthly: int) -> Cost:
        return Cost(first, last, function, kind, channel, description, monthly * days // month_days // 1000 * 1000)

    lines = [
        cost("marketing", "staff", "", "Lương nhân viên marketing", 12_500_000),
        cost("marketing", "agency", "", "Phí agency chạy quảng cáo", 5_000_000),
        cost("marketing", "tool", "", "Phần mềm email, thiết kế, landing page", 1_150_000),
        cost("marketing", "content", "", "Viết bài blog", 1_800_000),
        cost("marketing", "production", "organic_social", "Chụp ảnh, quay video", dice.between(35, 75) * 100_000),
        cost("sales", "staff", "", "Lương nhân viên chốt đơn", 15_000_000),
        cost("sales", "commission", "", "Hoa hồng nhân viên chốt đơn", dice.between(22, 40) * 100_000),
    ]
    if dice.chance(0.6):
        lines.append(cost("marketing", "influencer", "organic_social", "KOC mặc thử", dice.between(20, 65) * 100_000))
    return lines
