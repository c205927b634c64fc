"""GA4: an exploration by day, session channel and device per year, and monthly user acquisition.

The web tool sees what its script sees: during an outage hardly anything, and some purchases never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from laban.sources.demo.dice import Dice
from laban.sources.demo.files import DemoFile, add_up, delimited, pieces, span
from laban.sources.demo.model import World

CHANNELS: Mapping[str, str] = {
    "organic_search": "Organic Search",
    "direct": "Direct",
    "organic_social": "Organic Social",
    "referral": "Referral",
    "email": "Email",
    "paid_search": "Paid Search",
    "paid_social": "Paid Social",
    "display": "Display",
}
ENGLISH = (
    "Date", "Session primary channel group (Default channel group)", "Device category", "Sessions",
    "Engaged sessions", "Average engagement time per session", "Views", "Event count", "Key events",
    "Session key event rate", "Total revenue", "Average session duration",
)  # fmt: skip
VIETNAMESE = (
    "Ngày", "Nhóm kênh chính của phiên (Nhóm kênh mặc định)", "Loại thiết bị", "Số phiên",
    "Số phiên có tương tác", "Thời gian tương tác trung bình trên mỗi phiên", "Số lượt xem", "Số sự kiện",
    "Sự kiện chính", "Tỷ lệ sự kiện chính của phiên", "Tổng doanh thu", "Thời lượng phiên trung bình",
)  # fmt: skip


@dataclass(slots=True)
class Cell:
    """What the tool recorded for a day, channel and device."""

    day: date
    channel: str
    device: str
    sessions: int = 0
    engaged: int = 0
    seconds: int = 0
    views: int = 0
    carts: int = 0
    checkouts: int = 0
    purchases: int = 0
    revenue: int = 0

    @property
    def events(self) -> int:
        """Events of every name."""
        return self.views + 2 * self.sessions + self.engaged + self.carts + self.checkouts + self.purchases


MEASURES: Mapping[str, Callable[[Cell], int | Decimal | None]] = {
    "sessions": lambda cell: cell.sessions,
    "engaged_sessions": lambda cell: cell.engaged,
    "views": lambda cell: cell.views,
    "event_count": lambda cell: cell.events,
    "key_events": lambda cell: cell.purchases,
    "revenue": lambda cell: cell.revenue,
}


def write(world: World) -> list[DemoFile]:
    """Return the GA4 files of the shop."""
    cells = record(world)
    files = []
    cuts = pieces(world.first, world.last, 12)
    for number, (first, last) in enumerate(cuts):
        rows = [cell for cell in cells if first <= cell.day <= last]
        headings = VIETNAMESE if number % 2 == 1 else ENGLISH
        files.append(_exploration(rows, headings, first, last))
    return [*files, *_acquisition(world, cells)]


def record(world: World) -> list[Cell]:
    """Return what the tool recorded, by day, channel and device."""
    dice = Dice(world.seed, "ga4")
    cells: dict[tuple[date, str, str], Cell] = {}
    for visits in world.visits:
        key = (visits.day, visits.channel, visits.device)
        cell = cells.setdefault(key, Cell(*key))
        seen = world.effects.recorded(visits.day)
        if seen < 1:
            sessions = dice.binomial(visits.sessions, seen)
            share = sessions / visits.sessions
        else:
            sessions, share = visits.sessions, 1.0
        cell.sessions += sessions
        cell.engaged += min(sessions, round(visits.engaged * share))
        cell.seconds += round(visits.seconds * share)
        cell.views += round(visits.views * share)
        cell.carts += round(visits.carts * share)
        cell.checkouts += round(visits.checkouts * share)
    tracked = world.parameters.visiting.tracked_purchases
    for order in world.orders:
        day = order.at.date()
        if order.device and dice.chance(tracked * world.effects.recorded(day)):
            cell = cells[day, order.channel, order.device]
            cell.purchases += 1
            cell.revenue += order.value
    kept = (cell for cell in cells.values() if cell.sessions > 0)
    return sorted((_consistent(cell) for cell in kept), key=lambda c: (c.day, -c.sessions, c.channel, c.device))


def _consistent(cell: Cell) -> Cell:
    cell.purchases = min(cell.purchases, cell.sessions)
    cell.engaged = max(cell.engaged, cell.purchases)
    return cell


def _preamble(title: str, first: date, last: date) -> str:
    rule = "# ----------------------------------------"
    lines = (
        rule, f"# {title}", "# Account: Trăng Non", "# Property: trangnon.example – GA4", rule, "# ", "# All Users",
        f"# Start date: {first:%Y%m%d}", f"# End date: {last:%Y%m%d}",
    )  # fmt: skip
    return "".join(f"{line}\r\n" for line in lines)


def _exploration(rows: list[Cell], headings: tuple[str, ...], first: date, last: date) -> DemoFile:
    return DemoFile(
        name=f"GA4 kênh và thiết bị {span(first, last)}.csv",
        platform="ga4",
        data=delimited(
            [headings, *_lines(rows)], newline="\r\n", before=_preamble("Kênh và thiết bị theo ngày", first, last)
        ),
        rows=len(rows),
        totals=add_up(rows, MEASURES),
        start=first,
        end=last + timedelta(days=1),
    )


def _lines(rows: Iterable[Cell]) -> Iterator[list[object]]:
    for cell in rows:
        yield [
            f"{cell.day:%Y%m%d}", CHANNELS[cell.channel], cell.device, cell.sessions, cell.engaged,
            repr(cell.seconds / cell.sessions), cell.views, cell.events, cell.purchases,
            repr(cell.purchases / cell.sessions) if cell.purchases else "0", cell.revenue,
            repr(OPEN_LONGER * cell.seconds / cell.sessions),
        ]  # fmt: skip


#: A page stays open for longer than anybody looks at it.
OPEN_LONGER = 1.4
ACQUISITION_MONTHS = 4


def _acquisition(world: World, cells: list[Cell]) -> list[DemoFile]:
    """Return the user acquisition report of the last months: people, whom the tool alone can tell apart."""
    headings = (
        "First user primary channel group (Default Channel Group)", "Total users", "New users", "Returning users",
        "Event count", "Key events",
    )  # fmt: skip
    files = []
    for first, last in pieces(world.first, world.last, 1)[-ACQUISITION_MONTHS:]:
        lines, sums = [], {"total_users": 0, "new_users": 0, "returning_users": 0, "event_count": 0, "key_events": 0}
        for channel, label in CHANNELS.items():
            mine = [cell for cell in cells if first <= cell.day <= last and cell.channel == channel]
            sessions = sum(cell.sessions for cell in mine)
            if not sessions:
                continue
            users = round(sessions / 1.34)
            new = round(users * 0.81)
            line = (users, new, users - new + round(0.05 * users), sum(cell.events for cell in mine))
            values = (*line, sum(cell.purchases for cell in mine))
            lines.append([label, *values])
            sums = {name: total + value for (name, total), value in zip(sums.items(), values, strict=True)}
        files.append(
            DemoFile(
                name=f"User_acquisition {span(first, last)}.csv",
                platform="ga4",
                data=delimited(
                    [headings, *lines],
                    newline="\r\n",
                    before=_preamble(f"User acquisition: {headings[0]}", first, last),
                ),
                rows=len(lines),
                totals={name: Decimal(value) for name, value in sums.items()},
                start=first,
                end=last + timedelta(days=1),
            )
        )
    return files
