"""What the shop says and who listens: posts, followers, newsletters."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from laban.sources.demo import season
from laban.sources.demo.dice import Dice
from laban.sources.demo.shop import TOPICS

_EPOCH_IN_VIETNAM = datetime(1970, 1, 1, 7)  # noqa: DTZ001  the demo keeps the shop's own clock


@dataclass(frozen=True, slots=True)
class Network:
    """A social network: its followers at the start, and how posts do there.

    Rates are per person reached; ``posts`` lists the weekdays with a post, ``share_reached`` of the followers
    see one.
    """

    name: str
    page: str
    followers: int
    gained: float
    lost: float
    posts: tuple[int, ...] = ()
    share_reached: float = 0.0
    spread: float = 0.5
    reactions: float = 0.0
    comments: float = 0.0
    shares: float = 0.0
    saves: float = 0.0
    link_clicks: float = 0.0


NETWORKS: tuple[Network, ...] = (
    Network("facebook", "Thời trang Trăng Non", 8_400, 11.0, 3.6, (0, 2, 4, 5, 6), 0.21, 0.45,
            0.031, 0.0042, 0.0028, 0.0, 0.0085),
    Network("instagram", "trangnon.official", 3_900, 7.5, 2.1, (1, 3, 5, 6), 0.30, 0.40,
            0.048, 0.0031, 0.0022, 0.0090),
    Network("tiktok", "trangnon", 2_600, 9.0, 1.9, (1, 4, 6), 0.95, 1.05, 0.052, 0.0028, 0.0036),
    Network("zalo", "Trăng Non Official", 900, 2.4, 0.7, (2,), 0.34, 0.40, 0.019, 0.0022, 0.0014),
)  # fmt: skip


_ONLY_FILMS = frozenset({"tiktok", "zalo"})


@dataclass(frozen=True, slots=True)
class Post:
    """A post with its counters as they stood at the end of the data."""

    post_id: str
    network: str
    page: str
    title: str
    kind: str
    at: datetime
    reach: int
    views: int
    reactions: int
    comments: int
    shares: int
    saves: int
    link_clicks: int
    follows: int
    seconds: int


@dataclass(frozen=True, slots=True)
class AccountDay:
    """A social account on a day: followers at its end, and what moved."""

    day: date
    network: str
    followers: int
    gained: int
    lost: int
    reach: int
    views: int
    profile_visits: int


@dataclass(frozen=True, slots=True)
class Send:
    """A newsletter: the counters Mailchimp keeps; ``visits`` came to the site on the day."""

    send_id: str
    title: str
    subject: str
    at: datetime
    recipients: int
    soft_bounces: int
    hard_bounces: int
    unique_opens: int
    opens: int
    unique_clicks: int
    clicks: int
    unsubscribes: int
    complaints: int
    visits: int

    @property
    def delivered(self) -> int:
        """Recipients less bounces."""
        return self.recipients - self.soft_bounces - self.hard_bounces


#: People who join the mailing list on a day.
NEW_MEMBERS = 7.5


def write_posts(days: Iterable[date], seed: int) -> list[Post]:
    """Return the posts of every network, oldest first; fresh posts have not yet gathered all their counters."""
    all_days = list(days)
    first, last = all_days[0], all_days[-1]
    posts: list[Post] = []
    for network in NETWORKS:
        dice = Dice(seed, "posts", network.name)
        for day in all_days:
            if day.weekday() not in network.posts or (season.tet_offset(day) in range(-1, 4) and dice.chance(0.7)):
                continue
            grown = network.followers * (1 + 0.45 * (day - first).days / 770)
            age = (last - day).days + 0.5
            posts.append(_post(network, day, grown * (1 - math.exp(-age / 1.6)), dice))
    return sorted(posts, key=lambda post: (post.at, post.post_id))


def _post(network: Network, day: date, listeners: float, dice: Dice) -> Post:
    reach = dice.poisson(listeners * network.share_reached * dice.noise(network.spread))
    film = network.name in _ONLY_FILMS or dice.chance(0.35)
    follows = dice.binomial(reach, 0.0011)
    views = reach + dice.poisson(0.32 * reach)
    at = datetime.combine(day, time(dice.pick((11, 19, 20, 21)), dice.between(0, 59)))
    return Post(
        post_id=_post_id(network, at, dice),
        network=network.name,
        page=network.page,
        title=dice.pick(TOPICS),
        kind="Video" if network.name in _ONLY_FILMS else "Reels" if film else "Ảnh",
        at=at,
        reach=reach,
        views=views,
        reactions=dice.binomial(reach, network.reactions),
        comments=dice.binomial(reach, network.comments),
        shares=dice.binomial(reach, network.shares),
        saves=dice.binomial(reach, network.saves),
        link_clicks=dice.binomial(reach, network.link_clicks),
        follows=follows,
        seconds=round(views * 6.5) if film else 0,
    )


def _post_id(network: Network, at: datetime, dice: Dice) -> str:
    if network.name != "tiktok":
        return f"{network.name[0].upper()}{at:%Y%m%d}{dice.between(1000, 9999)}"
    # The upper half of a TikTok video number is the second it was posted.
    second = (at - _EPOCH_IN_VIETNAM) // timedelta(seconds=1)
    return str(second << 32 | dice.between(0, 2**32 - 1))


def count_followers(
    days: Iterable[date], posts: Iterable[Post], paid_clicks: dict[date, int], seed: int
) -> list[AccountDay]:
    """Return every account's days; followers grow with posts and with the attention that ads bring."""
    by_day: dict[tuple[str, date], list[Post]] = {}
    for post in posts:
        by_day.setdefault((post.network, post.at.date()), []).append(post)
    rows: list[AccountDay] = []
    for network in NETWORKS:
        dice, followers = Dice(seed, "followers", network.name), network.followers
        for day in days:
            mine = by_day.get((network.name, day), [])
            pull = 0.4 + 0.6 * min(2.0, season.demand(day)) + paid_clicks.get(day, 0) / 2500
            gained = dice.poisson(network.gained * pull * 0.75) + sum(post.follows for post in mine)
            lost = dice.poisson(network.lost * followers / network.followers)
            followers += gained - lost
            quiet = followers * 0.055 * dice.noise(0.2)
            reach = round(quiet + 0.9 * sum(post.reach for post in mine))
            views = round(quiet * 1.5) + sum(post.views for post in mine)
            visits = dice.poisson(0.035 * reach + 6)
            rows.append(AccountDay(day, network.name, followers, gained, lost, reach, views, visits))
    return rows


def send_newsletters(days: Iterable[date], seed: int) -> list[Send]:
    """Return the newsletters: every Thursday, and the eve of each double day."""
    dice, sends = Dice(seed, "email"), list[Send]()
    members = 3_100.0
    for day in days:
        members += NEW_MEMBERS * dice.noise(0.3)
        eve = season.is_sale_day(day + timedelta(days=1))
        if (day.weekday() != 3 and not eve) or 0 <= season.tet_offset(day) <= 5:
            continue
        sends.append(_send(day, round(members), eve=eve, dice=dice))
        members -= sends[-1].unsubscribes + sends[-1].hard_bounces
    return sends


def _send(day: date, members: int, *, eve: bool, dice: Dice) -> Send:
    soft, hard = dice.binomial(members, 0.006), dice.binomial(members, 0.0015)
    delivered = members - soft - hard
    unique_opens = dice.binomial(delivered, 0.29 * dice.noise(0.1))
    unique_clicks = dice.binomial(unique_opens, (0.105 if eve else 0.085) * dice.noise(0.15))
    clicks = unique_clicks + dice.poisson(0.3 * unique_clicks)
    topic = "Săn sale ngày đôi" if eve else dice.pick(TOPICS)
    return Send(
        send_id=f"{dice.between(0, 0xFFFFFFFFFF):010x}",
        title=f"{day:%Y-%m-%d} {'Sale' if eve else 'Bản tin tuần'}",
        subject=f"{topic} | Trăng Non",
        at=datetime.combine(day, time(19 if eve else 9, dice.between(0, 40))),
        recipients=members,
        soft_bounces=soft,
        hard_bounces=hard,
        unique_opens=unique_opens,
        opens=unique_opens + dice.poisson(0.45 * unique_opens),
        unique_clicks=unique_clicks,
        clicks=clicks,
        unsubscribes=dice.binomial(delivered, 0.0022),
        complaints=dice.binomial(delivered, 0.0001),
        visits=dice.binomial(clicks, 0.9),
    )
