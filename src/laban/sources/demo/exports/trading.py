"""What the shop writes down about its trade: plans, targets, tests, chats, links, flyers, deals, recommendations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from laban.periods import Period
from laban.sources.demo.dice import Dice
from laban.sources.demo.exports.own_sheet import Row, Told, daily, over, own_sheet, whole
from laban.sources.demo.files import DemoFile
from laban.sources.demo.model import World
from laban.sources.demo.season import demand, spending
from laban.sources.demo.shop import CAMPAIGNS

CHATTING = next(campaign.name for campaign in CAMPAIGNS if campaign.kind == "message")
#: Sales of women's fashion online in the shop's region in a quarter, as a study says.
MARKET = 61_000_000_000
#: A test runs so long, one after the other; the treatment's true effect is a twelfth more orders.
TEST_DAYS, UPLIFT = 28, 1 / 12


#: What a deal is thought to be worth while nobody knows its order; ₫.
USUAL_DEAL = 450_000


def told(world: World) -> Iterator[Told]:
    """Return what the truth tells of these sheets; figures of several days stand on the first of them."""
    talks = ("conversations_started", "qualified_conversations", "phones_captured", "orders_closed")
    yield "fact_messaging", talks, _chats(world)
    yield "fact_link_click", ("clicks",), _links(world)
    yield "fact_offline_activity", ("audience_estimate", "responses", "revenue"), _offline(world)
    yield "fact_pipeline_snapshot", ("amount",), _pipeline(world)
    yield "fact_kpi_target", ("met",), _targets(world)
    for variant, arm in (("Đối chứng", "control"), ("Thử nghiệm", "treatment")):
        rows = [row for row in _tests(world) if row["variant"] == variant]
        yield f"fact_experiment|variant={arm}", ("units", "conversions", "incremental_revenue", "spend"), rows
    yield "fact_budget_plan", ("planned_amount",), _budget(world)


def write(world: World) -> list[DemoFile]:
    """Return the sheets about trade."""
    months, weeks, ends = list(whole(world, "month")), list(whole(world, "week")), [world.first, world.last]
    through = [day for unit in weeks for day in (unit.start, unit.last)]
    quarters = [day for unit in whole(world, "quarter") for day in (unit.start, unit.last)]
    made: tuple[tuple[str, str, list[Row], list[date]], ...] = (
        ("budget", "Ngân sách marketing.csv", list(_budget(world)), ends),
        ("targets", "Chỉ tiêu KPI.csv", list(_targets(world)), [unit.last for unit in months]),
        ("market", "Quy mô thị trường.csv", list(_market(world)), quarters),
        ("experiments", "Kết quả thử nghiệm.csv", list(_tests(world)), ends),
        ("chats", "Tin nhắn tư vấn.csv", list(_chats(world)), ends),
        ("links", "Link rút gọn và mã QR.csv", list(_links(world)), ends),
        ("offline", "Hoạt động offline.csv", list(_offline(world)), through),
        ("pipeline", "Cơ hội đang mở.csv", pipeline := list(_pipeline(world)), _dates(pipeline)),
        ("referrals", "Khách được giới thiệu.csv", referrals := list(_referrals(world)), _dates(referrals)),
        ("emails", "Email chăm sóc sau mua.csv", care := list(_care(world)), [_sent_on(row) for row in care]),
    )
    return [file for kind, name, rows, days in made for file in own_sheet(kind, name, rows, days)]


def _dates(rows: list[Row]) -> list[date]:
    return [day for row in rows if isinstance(day := row["date"], date)]


def _budget(world: World) -> Iterator[Row]:
    """Planned month by month, the first and the last month cut to the shop's days."""
    dice, day = Dice(world.seed, "budget"), world.first
    lines = (
        ("Quảng cáo mạng xã hội", 48_000_000), ("Quảng cáo tìm kiếm", 23_000_000),
        ("Mạng xã hội tự nhiên", 9_000_000), ("", 20_000_000),
    )  # fmt: skip
    while day <= world.last:
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        last = min(world.last, following - timedelta(days=1))
        share = ((last - day).days + 1) / (following - day.replace(day=1)).days
        for channel, monthly in lines:
            level = spending(day + timedelta(days=9)) if channel.startswith("Quảng") else 1.0
            amount = round(monthly * level * share * dice.noise(0.04) / 1000) * 1000
            name = f"{channel or 'Chi phí chung'} {day:%m/%Y}"
            row = {"start": day, "end": last, "planned_amount": amount, "line": name, "department": "Marketing"}
            yield {**row, "channel_group": channel}
        day = last + timedelta(days=1)


def _targets(world: World) -> Iterator[Row]:
    """Targets of whole months: a little above what the same trade gave before, so some are missed."""
    dice = Dice(world.seed, "targets")
    orders = daily((order.at.date(), 1) for order in world.orders if order.status != "cancelled")
    visits = daily((row.day, row.sessions) for row in world.visits)
    leads = daily((lead.created.date(), 1) for lead in world.leads)
    for unit in whole(world, "month"):
        for kpi, series, owner in (
            ("orders_count", orders, "Lan"), ("website_traffic", visits, "Hà"), ("leads_generated", leads, "Tuấn"),
        ):  # fmt: skip
            reached = over(series, unit)
            wanted = round(reached * dice.noise(0.10))
            yield {
                "target_id": f"CT-{unit.start:%y%m}-{kpi}", "kpi": kpi, "scope": "Cả công ty", "date": unit.last,
                "starts_at": datetime.combine(unit.start, time()), "target_value": wanted,
                "warn_value": round(0.9 * wanted), "met": reached >= wanted, "owner": owner, "goal": "Tăng doanh thu",
                "basis": "Lịch sử", "status": "Đang áp dụng",
            }  # fmt: skip


def _market(world: World) -> Iterator[Row]:
    sales = daily((order.at.date(), order.gross) for order in world.orders if order.status != "cancelled")
    for number, unit in enumerate(whole(world, "quarter")):
        size = round(MARKET * (1 + 0.02 * number) * demand(unit.start + timedelta(days=45)) / 1_000_000) * 1_000_000
        yield {
            "period_start": unit.start, "period_end": unit.last, "category": "Thời trang nữ trực tuyến",
            "geo": "Việt Nam", "market_sales": size, "own_sales": over(sales, unit),
            "market_source": "Khảo sát ngành",
        }  # fmt: skip


def _tests(world: World) -> Iterator[Row]:
    """Page tests split the visits in two; beside them, one region without ads shows what these really bring."""
    dice = Dice(world.seed, "tests")
    visits = daily((row.day, row.sessions) for row in world.visits)
    spend = daily((row.day, row.spend) for row in world.ads if row.campaign.platform == "meta_ads")
    for number, day in enumerate(world.days):
        name = f"Trang sản phẩm – thử nghiệm {number // TEST_DAYS + 1}"
        control, treated = dice.split(visits.get(day, 0), (1, 1))
        for variant, units, rate in (("Đối chứng", control, 0.0135), ("Thử nghiệm", treated, 0.0135 * (1 + UPLIFT))):
            row = {"date": day, "experiment": name, "variant": variant, "metric": "Đặt hàng", "units": units}
            yield {**row, "conversions": dice.binomial(units, rate)}
        tested = round(spend.get(day, 0) * 0.08)
        if tested:
            gained = round(tested * 2.1 * dice.noise(0.25))
            row = {
                "date": day,
                "experiment": "Vùng tắt quảng cáo Meta",
                "variant": "Thử nghiệm",
                "metric": "Doanh thu",
            }
            yield {**row, "units": 0, "incremental_revenue": gained, "spend": tested}


def _chats(world: World) -> Iterator[Row]:
    """Messenger brings what its ads start, Zalo what customers begin themselves; orders closed are the shop's own."""
    dice = Dice(world.seed, "chats")
    started = daily((row.day, row.conversations) for row in world.ads if row.conversations)
    chat = [order for order in world.orders if order.sales_channel == "chat" and order.status != "cancelled"]
    closed = daily((order.at.date(), 1) for order in chat)
    for day in world.days:
        own = dice.poisson(7 * demand(day))
        sold = closed.get(day, 0)
        first = min(sold, dice.binomial(sold, 0.6))
        for network, talks, orders, campaign in (
            ("Messenger", started.get(day, 0) + dice.poisson(4 * demand(day)), first, CHATTING),
            ("Zalo", own, sold - first, None),
        ):
            asked = max(talks, orders)
            phones = max(orders, dice.binomial(asked, 0.42))
            yield {
                "date": day, "messaging_channel": network, "channel_group": "Tin nhắn", "campaign": campaign,
                "conversations_started": asked, "qualified_conversations": max(phones, dice.binomial(asked, 0.5)),
                "phones_captured": phones, "orders_closed": orders,
            }  # fmt: skip


def _links(world: World) -> Iterator[Row]:
    dice = Dice(world.seed, "links")
    delivered = daily((order.delivered.date(), 1) for order in world.orders if order.delivered)
    for day in world.days:
        scans = dice.binomial(delivered.get(day, 0), 0.21)
        row = {"date": day, "link": "Thẻ cảm ơn – giảm 30K", "medium": "QR", "place": "Thẻ trong hộp hàng"}
        yield {**row, "device": "mobile", "channel_group": "Ngoại tuyến", "clicks": scans, "unique_clicks": scans}
        clicks = dice.poisson(11 * demand(day))
        row = {"date": day, "link": "Bio Instagram", "medium": "Link", "place": "Hồ sơ Instagram"}
        yield {
            **row, "device": "mobile", "channel_group": "Mạng xã hội tự nhiên", "clicks": clicks,
            "unique_clicks": round(clicks * 0.9),
        }  # fmt: skip


def _offline(world: World) -> Iterator[Row]:
    dice = Dice(world.seed, "offline")
    for number, unit in enumerate(whole(world, "week")):
        kind, place, handed = (("Tờ rơi", "Khu văn phòng", 1500), ("Băng rôn", "Phố đi bộ", 6000))[number % 2]
        reached = round(handed * dice.noise(0.1))
        answered = dice.binomial(reached, 0.011 if kind == "Tờ rơi" else 0.002)
        yield {
            "period_start": unit.start, "period_end": unit.last, "activity": f"{kind} {place}", "media_type": kind,
            "geo": "Hà Nội", "audience_estimate": reached, "responses": answered,
            "revenue": answered * dice.between(60, 140) * 1000,
        }  # fmt: skip


def _pipeline(world: World) -> Iterator[Row]:
    """Deals that sales were talking about on each Sunday; one that has ended since is written once more, with 0."""
    listed: set[str] = set()
    for unit in whole(world, "week"):
        evening = datetime.combine(unit.last, time(23, 59))
        still: set[str] = set()
        for lead in world.leads:
            ended = lead.won or lead.lost
            row: Row = {"date": unit.last, "opportunity_id": lead.lead_id, "owner": lead.owner}
            if lead.offered and lead.offered <= evening and (ended is None or ended > evening):
                still.add(lead.lead_id)
                yield {**row, "stage": "Cơ hội", "amount": lead.amount or USUAL_DEAL, "probability": 40}
            elif lead.lead_id in listed:
                yield {**row, "stage": "Đã chốt" if lead.won else "Mất", "amount": 0}
        listed = still


#: The newsletters' tool credits its sends from Thursday to Monday; these go out on Tuesdays and get what comes then.
TUESDAY, CARE_DAYS = 1, 2


def _care(world: World) -> Iterator[Row]:
    """The shop software's mails to the last week's parcels; unlike the newsletters' tool it tells machines apart."""
    dice = Dice(world.seed, "care")
    parcels = daily((order.delivered.date(), 1) for order in world.orders if order.delivered and order.customer)
    bought = daily((order.at.date(), 1) for order in world.orders if order.channel == "email" and order.device)
    for day in world.days:
        sent = over(parcels, Period(day - timedelta(days=7), day)) if day.weekday() == TUESDAY else 0
        if not sent:
            continue
        hard = dice.binomial(sent, 0.004)
        opened = dice.binomial(sent - hard, 0.46)
        machines = dice.binomial(opened, 0.27)
        clicked = dice.binomial(opened - machines, 0.16)
        ordered = over(bought, Period(day, day + timedelta(days=CARE_DAYS)))
        yield {
            "send_id": f"CS{day:%y%m%d}", "sent_at": datetime.combine(day, time(10)), "sent": sent,
            "subject": "Cảm ơn bạn đã mua hàng | Trăng Non", "list": "Khách vừa nhận hàng", "delivered": sent - hard,
            "soft_bounces": 0, "hard_bounces": hard, "unique_opens": opened, "machine_opens": machines,
            "unique_clicks": clicked, "unsubscribes": dice.binomial(sent - hard, 0.0012), "complaints": 0,
            "conversions": min(clicked, ordered),
        }  # fmt: skip


def _sent_on(row: Row) -> date:
    at = row["sent_at"]
    assert isinstance(at, datetime)  # noqa: S101  every row is a send
    return at.date()


def _referrals(world: World) -> Iterator[Row]:
    dice, known = Dice(world.seed, "referrals"), list[str]()
    first: set[str] = set()
    for order in sorted(world.orders, key=lambda order: order.at):
        if order.customer is None or order.status == "cancelled" or order.customer.phone in first:
            continue
        first.add(order.customer.phone)
        if known and dice.chance(0.07):
            row = {"date": order.at.date(), "customer": order.customer.phone, "referrer": dice.pick(known)}
            yield {**row, "program": "Rủ bạn cùng mặc"}
        known.append(order.customer.phone)
