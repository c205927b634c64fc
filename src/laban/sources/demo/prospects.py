"""Leads: where they come from and how they ripen into orders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from laban.sources.demo import season
from laban.sources.demo.delivery import AdDay
from laban.sources.demo.dice import Dice
from laban.sources.demo.parameters import Prospecting
from laban.sources.demo.shop import GIVENS, MIDDLES, SURNAMES
from laban.sources.demo.visits import Visits

OWNERS = ("Hà", "Ngọc", "Tuấn")
REASONS = ("Không nghe máy", "Sai số điện thoại", "Chỉ hỏi quà tặng", "Ngoài khu vực giao hàng")


@dataclass(slots=True)
class Lead:
    """A person who asked; a stage not reached has no time. ``amount`` is the ₫ of the order that followed."""

    lead_id: str
    created: datetime
    source: str
    channel: str
    campaign: str
    name: str
    phone: str
    owner: str
    answered: datetime | None
    qualified: datetime | None
    sales: datetime | None
    won: datetime | None
    lost: datetime | None
    reason: str
    amount: int = 0

    @property
    def offered(self) -> datetime | None:
        """When the person was made an offer: an hour after sales took over, and never after the deal was closed."""
        if self.sales is None:
            return None
        made, closed = self.sales + timedelta(hours=1), self.won or self.lost
        return min(made, closed) if closed else made


@dataclass(frozen=True, slots=True)
class Asking:
    """People who ask on a day through one way."""

    day: date
    source: str
    channel: str
    campaign: str
    count: int
    qualified: float


def phone_number(place: int) -> str:
    """Return an invented mobile number (054 belongs to no operator); up to ten million places have their own."""
    return f"054{(place * 3_141_593 + 2_718_281) % 10_000_000:07d}"


def person_name(dice: Dice) -> str:
    """Return an invented name."""
    return f"{dice.pick(SURNAMES)} {dice.pick(MIDDLES)} {dice.pick(GIVENS)}"


def askings(
    days: Sequence[date], ads: Iterable[AdDay], visits: Iterable[Visits], model: Prospecting, seed: int
) -> list[Asking]:
    """Return who asks, by day and way."""
    dice, found = Dice(seed, "askings"), list[Asking]()
    for row in ads:
        campaign = row.campaign
        talks = dice.binomial(row.conversations, model.conversation_to_lead)
        if talks:
            found.append(Asking(row.day, "Messenger", campaign.channel, campaign.name, talks, campaign.qualified))
        if row.leads:
            found.append(
                Asking(row.day, "Form Facebook", campaign.channel, campaign.name, row.leads, campaign.qualified)
            )
    forms: dict[tuple[date, str, str], int] = {}
    for cell in visits:
        if cell.forms:
            key = (cell.day, cell.channel, cell.campaign)
            forms[key] = forms.get(key, 0) + cell.forms
    for (day, channel, campaign_name), count in forms.items():
        found.append(Asking(day, "Form website", channel, campaign_name, count, model.lead_to_qualified))
    for day in days:
        count = dice.poisson(model.zalo_leads * season.demand(day))
        found.append(Asking(day, "Zalo OA", "messaging", "", count, model.lead_to_qualified * 1.15))
    return sorted(found, key=lambda asking: (asking.day, asking.source, asking.channel, asking.campaign))


def ripen(found: Iterable[Asking], last: date, model: Prospecting, seed: int) -> Iterator[Lead]:
    """Return every lead with the stages it has reached by the end of ``last``."""
    dice, number = Dice(seed, "leads"), 0
    for asking in found:
        for _ in range(asking.count):
            number += 1
            yield _lead(number, asking, datetime.combine(last, time.max), model, dice)


def _lead(number: int, asking: Asking, until: datetime, model: Prospecting, dice: Dice) -> Lead:
    created = datetime.combine(asking.day, time(dice.between(8, 22), dice.between(0, 59)))
    minutes = model.reply_minutes * dice.noise(1.2) + (480 if created.hour >= 21 else 0)
    answered = created + timedelta(minutes=max(1, round(minutes)))
    good = dice.chance(asking.qualified)
    lift = model.fast_lift if minutes <= model.fast_minutes else 1.0
    qualified = _later(answered, model.days_to_qualified, dice) if good else None
    sales = (
        _later(qualified, model.days_to_sales, dice) if qualified and dice.chance(model.qualified_to_sales) else None
    )
    closed = _later(sales, model.days_to_won, dice) if sales else None
    wins = sales is not None and dice.chance(min(0.95, model.sales_to_won * lift))
    rejected = not good and dice.chance(0.7)
    return Lead(
        lead_id=f"L{number:05d}",
        created=created,
        source=asking.source,
        channel=asking.channel,
        campaign=asking.campaign,
        name=person_name(dice),
        phone=phone_number(2 * number),
        owner=dice.pick(OWNERS),
        answered=_by(answered, until),
        qualified=_by(qualified, until),
        sales=_by(sales, until),
        won=_by(closed if wins else None, until),
        lost=_by(None if wins else closed, until),
        reason=dice.pick(REASONS) if rejected and answered <= until else "",
    )


def _later(moment: datetime, mean_days: float, dice: Dice) -> datetime:
    moved = moment + timedelta(hours=2 + 24 * dice.wait(mean_days))
    # Nobody is called at night.
    polite = moved.replace(hour=min(20, max(9, moved.hour)), second=0, microsecond=0)
    return polite if polite > moment else polite + timedelta(days=1)


def _by(moment: datetime | None, until: datetime) -> datetime | None:
    return moment if moment is not None and moment <= until else None
