"""The causal model of the demo company: spend, impressions, clicks, visits, leads and orders, delivery, coming back.

One pass, from causes to effects; every part draws from its own stream of chance, so that one parameter can be varied
and everything it does not cause stays as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from laban.sources.demo.attention import (
    AccountDay,
    Post,
    Send,
    count_followers,
    send_newsletters,
    write_posts,
)
from laban.sources.demo.claims import claim
from laban.sources.demo.delivery import AdDay, deliver
from laban.sources.demo.dice import Dice
from laban.sources.demo.parameters import Parameters
from laban.sources.demo.planted import Effects, PlantedEvent, plant
from laban.sources.demo.prospects import Lead, askings, ripen
from laban.sources.demo.search import SearchDay, search_days
from laban.sources.demo.trade import Customer, Order, trade
from laban.sources.demo.visits import Visits, arrivals, browse
from laban.sources.demo.voice import (
    Answer,
    Cost,
    Guest,
    Mention,
    Ticket,
    ask_customers,
    listen,
    pay,
    stage_events,
    take_questions,
)


@dataclass(frozen=True, slots=True)
class World:
    """Everything that happened to the shop between ``days[0]`` and ``days[-1]``."""

    seed: int
    parameters: Parameters
    days: tuple[date, ...]
    effects: Effects
    ads: tuple[AdDay, ...]
    visits: tuple[Visits, ...]
    orders: tuple[Order, ...]
    customers: tuple[Customer, ...]
    leads: tuple[Lead, ...]
    posts: tuple[Post, ...]
    accounts: tuple[AccountDay, ...]
    sends: tuple[Send, ...]
    search: tuple[SearchDay, ...]
    answers: tuple[Answer, ...]
    tickets: tuple[Ticket, ...]
    mentions: tuple[Mention, ...]
    guests: tuple[Guest, ...]
    costs: tuple[Cost, ...]

    @property
    def first(self) -> date:
        """The first day."""
        return self.days[0]

    @property
    def last(self) -> date:
        """The last day."""
        return self.days[-1]

    @property
    def events(self) -> tuple[PlantedEvent, ...]:
        """The planted events, by their start."""
        return self.effects.events


def simulate(seed: int, end: date, weeks: int, parameters: Parameters | None = None) -> World:
    """Return the shop's ``weeks`` weeks up to and including ``end``."""
    model = parameters or Parameters()
    days = tuple(end - timedelta(days=back) for back in range(7 * weeks - 1, -1, -1))
    effects = Effects(plant(model.plants, days[0], end, Dice(seed, "events")))
    ads = deliver(model, effects, days[0], end, seed)
    posts = write_posts(days, seed)
    sends = send_newsletters(days, seed)
    fresh = list(browse(arrivals(days, ads, posts, sends, model, effects, seed), model, effects, seed))
    leads = list(ripen(askings(days, ads, fresh, model.prospecting, seed), end, model.prospecting, seed))
    letters = {send.at.date() for send in sends}
    book = trade(days, fresh, leads, letters, model, effects, seed)
    claim(ads, book.orders, model.advertising, seed)
    visits = (*fresh, *book.visits)
    guests = stage_events(days, seed)
    paid_clicks: dict[date, int] = {}
    for row in ads:
        if row.campaign.channel == "paid_social":
            paid_clicks[row.day] = paid_clicks.get(row.day, 0) + row.link_clicks
    return World(
        seed=seed,
        parameters=model,
        days=days,
        effects=effects,
        ads=tuple(ads),
        visits=visits,
        orders=tuple(book.orders),
        customers=tuple(book.customers),
        leads=tuple(leads),
        posts=tuple(posts),
        accounts=tuple(count_followers(days, posts, paid_clicks, seed)),
        sends=tuple(sends),
        search=tuple(search_days(days, visits, effects, seed)),
        answers=tuple(ask_customers(book.orders, end, seed)),
        tickets=tuple(take_questions(days, seed)),
        mentions=tuple(listen(days, seed)),
        guests=tuple(guests),
        costs=tuple(pay(days, guests, seed)),
    )
