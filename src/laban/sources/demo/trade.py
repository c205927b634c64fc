"""Customers and their orders: who buys again, what is in the parcel, and whether it arrives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache

from laban.sources.demo import season
from laban.sources.demo.dice import Dice
from laban.sources.demo.parameters import DEVICES, Parameters, Trading
from laban.sources.demo.planted import Effects
from laban.sources.demo.prospects import Lead, person_name, phone_number
from laban.sources.demo.shop import PRODUCTS, PROVINCES, Product
from laban.sources.demo.visits import Visits, returning

HOURS = (8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)
HOUR_WEIGHTS = (3, 5, 6, 7, 8, 6, 5, 5, 5, 5, 6, 8, 11, 11, 8, 4)
CARRIERS = (("GHN", 5.0), ("GHTK", 4.0), ("Viettel Post", 2.0))
#: How customers who come back reach the shop; chat orders leave no visit on the site.
RETURN_WAYS = (
    ("direct", 0.36),
    ("organic_search", 0.22),
    ("organic_social", 0.14),
    ("email", 0.10),
    ("messaging", 0.18),
)
FREE_SHIPPING_FROM = 500_000
LETTER_PULLS, LETTER_DAYS = 0.09, 10


@dataclass(slots=True)
class Customer:
    """A person known by phone; ``rate`` is wishes to buy per day, ``orders`` those that were not cancelled."""

    phone: str
    name: str
    province: str
    rate: float
    orders: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A product in an order; ``price`` is ₫ each."""

    product: Product
    quantity: int
    price: int


@dataclass(slots=True)
class Order:
    """An order as its sheet shows it at the end of the data; money in ₫.

    ``steps`` says what became of it when, whether or not the data reach so far.
    """

    order_id: str
    at: datetime
    customer: Customer | None
    sales_channel: str
    channel: str
    campaign: str
    device: str
    province: str
    payment: str
    carrier: str
    lines: tuple[Line, ...]
    gross: int
    discount: int
    shipping: int
    fee: int
    is_first: bool
    status: str = "placed"
    delivered: datetime | None = None
    refund: int = 0
    steps: tuple[tuple[datetime, str], ...] = ()

    def state(self, moment: datetime) -> str:
        """Return how far the order had come by ``moment``."""
        return next((status for at, status in reversed(self.steps) if at <= moment), "placed")

    def seen(self, moment: datetime) -> Order:
        """Return the order as its sheet showed it at ``moment``."""
        status = self.state(moment)
        at = {status: at for at, status in self.steps}
        delivered = at["delivered"] if status == "delivered" else None
        return replace(self, status=status, delivered=delivered, refund=self.value if status == "returned" else 0)

    @property
    def value(self) -> int:
        """What the customer owes: gross less discount."""
        return self.gross - self.discount


@dataclass(slots=True)
class Book:
    """The order book while it is being written."""

    parameters: Parameters
    effects: Effects
    first: date
    last: date
    dice: Dice
    orders: list[Order] = field(default_factory=list)
    visits: list[Visits] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    due: dict[date, list[Customer]] = field(default_factory=dict)


def trade(
    days: Sequence[date],
    visits: Iterable[Visits],
    leads: Iterable[Lead],
    letters: set[date],
    parameters: Parameters,
    effects: Effects,
    seed: int,
) -> Book:
    """Return the order book: orders of newcomers, leads, Shopee, and customers who come back.

    Leads that were won get the value of their order.
    """
    book = Book(parameters, effects, days[0], days[-1], Dice(seed, "orders"))
    bought: dict[date, list[Visits]] = {}
    for cell in visits:
        if cell.orders:
            bought.setdefault(cell.day, []).append(cell)
    won: dict[date, list[Lead]] = {}
    for lead in leads:
        if lead.won:
            won.setdefault(lead.won.date(), []).append(lead)
    for day in days:
        _newcomers(book, day, bought.get(day, []))
        _won_leads(book, won.get(day, []))
        _shopee(book, day)
        _comebacks(book, day, letter=day in letters)
    book.orders.sort(key=lambda order: order.at)
    for number, order in enumerate(book.orders, 1):
        order.order_id = f"TN{order.at:%y}{number:06d}"
    return book


def _newcomers(book: Book, day: date, cells: list[Visits]) -> None:
    for cell in cells:
        for _ in range(cell.orders):
            customer = _customer(book)
            _order(book, _moment(book, day), customer, "web", cell.channel, cell.campaign, cell.device)


def _won_leads(book: Book, leads: list[Lead]) -> None:
    for lead in leads:
        customer = _customer(book, lead.phone, lead.name)
        moment = lead.won or lead.created
        lead.amount = _order(book, moment, customer, "chat", lead.channel, lead.campaign, "").value


def _shopee(book: Book, day: date) -> None:
    mean = book.parameters.visiting.shopee_orders * season.demand(day)
    mean *= season.trend(day, book.last, book.parameters.visiting.yearly_growth)
    for _ in range(book.dice.poisson(mean)):
        # Shopee masks its buyers, so these people cannot be recognised again.
        _order(book, _moment(book, day), None, "marketplace", "marketplace", "", "")


def _comebacks(book: Book, day: date, *, letter: bool) -> None:
    for customer in book.due.pop(day, []):
        if book.dice.chance(1.0 - season.demand(day)):
            _postpone(book, customer, day)
        else:
            way = book.dice.pick([name for name, _ in RETURN_WAYS], [weight for _, weight in RETURN_WAYS])
            _comeback(book, customer, day, way)
    if letter:
        for ahead in range(1, LETTER_DAYS + 1):
            waiting = book.due.get(day + timedelta(days=ahead), [])
            pulled = [customer for customer in waiting if book.dice.chance(LETTER_PULLS)]
            for customer in pulled:
                waiting.remove(customer)
                _comeback(book, customer, day, "email")


def _comeback(book: Book, customer: Customer, day: date, way: str) -> None:
    if way == "messaging":
        _order(book, _moment(book, day), customer, "chat", way, "", "")
        return
    device = book.dice.pick(DEVICES, book.parameters.visiting.devices[way])
    bought = book.dice.chance(0.85 * book.effects.purchase(day, device))
    book.visits.append(returning(day, way, device, book.dice, bought=bought))
    if bought:
        _order(book, _moment(book, day), customer, "web", way, "", device)
    else:
        _postpone(book, customer, day)


def _postpone(book: Book, customer: Customer, day: date) -> None:
    book.due.setdefault(day + timedelta(days=book.dice.between(4, 18)), []).append(customer)


def _customer(book: Book, phone: str = "", name: str = "") -> Customer:
    dice, trading = book.dice, book.parameters.trading
    customer = Customer(
        phone=phone or phone_number(2 * len(book.customers) + 1),
        name=name or person_name(dice),
        province=dice.pick([name for name, _ in PROVINCES], [weight for _, weight in PROVINCES]),
        rate=dice.gamma(trading.rate_shape, 1.0 / (trading.gap_days * trading.rate_shape)),
    )
    book.customers.append(customer)
    return customer


def _moment(book: Book, day: date) -> datetime:
    return datetime.combine(day, time(book.dice.pick(HOURS, HOUR_WEIGHTS), book.dice.between(0, 59)))


def _order(
    book: Book, at: datetime, customer: Customer | None, sales_channel: str, channel: str, campaign: str, device: str
) -> Order:
    dice, trading = book.dice, book.parameters.trading
    lines = _basket(at.date(), book.effects.price(at.date()), dice)
    gross = sum(line.quantity * line.price for line in lines)
    discount = _discount(gross, at.date(), channel, trading, dice)
    shopee = sales_channel == "marketplace"
    cod = not shopee and dice.chance(trading.cod_share)
    order = Order(
        order_id="",
        at=at,
        customer=customer,
        sales_channel=sales_channel,
        channel=channel,
        campaign=campaign,
        device=device,
        province=customer.province if customer else dice.pick([name for name, _ in PROVINCES]),
        payment="cod" if cod else "wallet" if shopee else dice.pick(("transfer", "wallet", "card"), (6, 3, 1)),
        carrier="SPX" if shopee else dice.pick([name for name, _ in CARRIERS], [weight for _, weight in CARRIERS]),
        lines=lines,
        gross=gross,
        discount=discount,
        shipping=30_000 if gross - discount >= FREE_SHIPPING_FROM and not shopee else 0,
        fee=round((gross - discount) * trading.shopee_fee) if shopee else 0,
        is_first=False,
    )
    failed = _fulfil(order, book, cod=cod)
    book.orders.append(order)
    if customer is not None:
        if order.status != "cancelled":
            order.is_first = customer.orders == 0
            customer.orders += 1
        gone = dice.chance(trading.dropout_failed if failed else trading.dropout)
        if not gone:
            wait = timedelta(days=1 + round(dice.wait(1.0 / customer.rate)))
            book.due.setdefault(at.date() + wait, []).append(customer)
    return order


@cache
def _weights(month: int, festive: bool) -> tuple[float, ...]:
    return tuple(
        product.weight * (1.7 if month in product.season else 1.0) * (product.tet if festive else 1.0)
        for product in PRODUCTS
    )


def _basket(day: date, price_level: float, dice: Dice) -> tuple[Line, ...]:
    weights = _weights(day.month, -40 <= season.tet_offset(day) <= -3)
    count = dice.pick((1, 2, 3), (76, 19, 5))
    chosen: dict[str, Line] = {}
    for _ in range(count):
        product = dice.pick(PRODUCTS, weights)
        # List prices end in nine thousand before and after a rise.
        price = (
            round((product.price * price_level - 9_000) / 10_000) * 10_000 + 9_000
            if price_level > 1
            else product.price
        )
        chosen[product.sku] = Line(product, 2 if dice.chance(0.04) else 1, price)
    return tuple(chosen.values())


def _discount(gross: int, day: date, channel: str, trading: Trading, dice: Dice) -> int:
    if season.is_sale_day(day):
        rate = 0.20 if dice.chance(0.8) else 0.0
    elif channel == "email" or dice.chance(trading.discount_share):
        rate = 0.10
    else:
        rate = 0.0
    return round(gross * rate / 1000) * 1000


def _fulfil(order: Order, book: Book, *, cod: bool) -> bool:
    """Decide how the order ends and set what is known of it on the last day; returns whether it failed."""
    dice, trading = book.dice, book.parameters.trading
    factor = trading.failure_by_channel.get(order.channel, 1.0)
    fails = dice.chance(trading.cod_failure * factor if cod else trading.paid_return)
    cancels = dice.chance(trading.cancelled)
    # Parcels wait for the feast to pass.
    wait = 7 if -4 <= season.tet_offset(order.at.date()) <= 4 else 0
    shipped = order.at + timedelta(hours=dice.between(10, 40), days=wait)
    arrived = shipped + timedelta(hours=dice.between(26, 110))
    returned = arrived + timedelta(days=dice.between(2, 6))
    if cancels:
        order.steps = ((order.at + timedelta(hours=6), "cancelled"),)
    elif fails:
        order.steps = ((shipped, "shipped"), (returned, "returned"))
    else:
        order.steps = ((shipped, "shipped"), (arrived, "delivered"))
    known = order.seen(datetime.combine(book.last, time.max))
    order.status, order.delivered, order.refund = known.status, known.delivered, known.refund
    return fails or cancels
