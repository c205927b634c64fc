"""What is true about the demo company, for judging what later is said about it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from laban.sources.demo.exports import trading, watching
from laban.sources.demo.exports.ga4 import record
from laban.sources.demo.files import DemoFile
from laban.sources.demo.model import World
from laban.sources.demo.season import demand
from laban.sources.demo.shop import SHOP_NAME

VERSION = 1


@dataclass(frozen=True, slots=True)
class Truth:
    """The contents of ``truth.json``.

    ``daily`` holds one number per day (see ``days``) under ``fact.measure`` or ``fact.measure|dimension=member``.
    Names that begin with ``actual.`` are what really happened, the others what the files report when all of them
    are loaded: an outage, or conversions not yet counted, make the two differ. ``files`` says per file what a reader
    must find.
    Event days are half-open.
    """

    seed: int
    end: date
    weeks: int
    days: tuple[date, ...]
    parameters: Mapping[str, Any]
    events: tuple[Mapping[str, Any], ...]
    daily: Mapping[str, tuple[int | float, ...]]
    files: tuple[DemoFile, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the truth as JSON values; decimals as strings."""
        return {
            "version": VERSION,
            "shop": SHOP_NAME,
            "seed": self.seed,
            "end": self.end.isoformat(),
            "weeks": self.weeks,
            "days": [self.days[0].isoformat(), self.days[-1].isoformat()],
            "parameters": self.parameters,
            "events": list(self.events),
            "daily": self.daily,
            "files": [_file_json(file) for file in self.files],
        }

    def text(self) -> str:
        """Return ``truth.json``, one line per part and series; equal truths give equal bytes."""
        parts = self.as_json()
        lines = [f"  {_compact(name)}: {_compact(values)}" for name, values in parts.pop("daily").items()]
        parts["daily"] = "DAILY"
        text = json.dumps(parts, ensure_ascii=False, indent=1, sort_keys=True)
        return text.replace('"DAILY"', "{\n" + ",\n".join(lines) + "\n }") + "\n"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _file_json(file: DemoFile) -> dict[str, Any]:
    return {
        "file": file.name,
        "platform": file.platform,
        "rows": file.rows,
        "totals": {name: str(value) for name, value in file.totals.items()},
        "own_totals": {name: str(value) for name, value in file.own_totals.items()},
        "start": file.start.isoformat() if file.start else None,
        "end": file.end.isoformat() if file.end else None,
    }


def tell(world: World, weeks: int, files: Sequence[DemoFile]) -> Truth:
    """Return the truth about a world and the files written from it."""
    return Truth(
        seed=world.seed,
        end=world.last,
        weeks=weeks,
        days=world.days,
        parameters=world.parameters.as_json(),
        events=tuple(
            {
                "kind": event.kind,
                "start": event.start.isoformat(),
                "end": event.end.isoformat() if event.end else None,
                "segment": dict(event.segment),
                "size": event.size,
                "expected": dict(event.moves),
            }
            for event in world.events
        ),
        daily={name: tuple(values) for name, values in sorted(_daily(world).items())},
        files=tuple(files),
    )


class _Series:
    """Daily sums by name, built up row by row."""

    def __init__(self, days: Sequence[date]) -> None:
        self._place = {day: number for number, day in enumerate(days)}
        self.values: dict[str, list[int | float]] = {}

    def add(self, day: date, name: str, amount: float) -> None:
        self.values.setdefault(name, [0] * len(self._place))[self._place[day]] += amount


def _daily(world: World) -> dict[str, list[int | float]]:
    series = _Series(world.days)
    for day in world.days:
        series.add(day, "actual.season", round(demand(day), 4))
    _ads(world, series)
    _web(world, series)
    _sales(world, series)
    for row in world.search:
        series.add(row.day, "fact_search_performance.clicks", row.clicks)
        series.add(row.day, "fact_search_performance.impressions", row.impressions)
    for account in world.accounts:
        series.add(account.day, f"fact_social_account.followers|network={account.network}", account.followers)
    for answer in world.answers:
        series.add(answer.at.date(), "fact_survey_response.nps_responses", 1)
        series.add(answer.at.date(), "fact_survey_response.nps_promoters", int(answer.nps >= 9))
        series.add(answer.at.date(), "fact_survey_response.nps_detractors", int(answer.nps <= 6))
    for guest in world.guests:
        series.add(guest.day, "fact_event.attended", int(guest.attended))
    for post in world.posts:
        for name in ("reactions", "comments", "shares", "saves", "link_clicks"):
            series.add(post.at.date(), f"fact_social_post.{name}", getattr(post, name))
    _sheets(world, series)
    # Sums of hundredths, without the tail that binary fractions leave.
    return {name: [round(value, 4) for value in values] for name, values in series.values.items()}


def _ads(world: World, series: _Series) -> None:
    for ad in world.ads:
        known = ad.known(world.last)
        values: dict[str, int | float] = {
            "spend": ad.spend,
            "impressions": ad.impressions,
            "link_clicks": ad.link_clicks,
            "conversions": round(sum(claim.credit for claim in known) / 100, 2),
            "conversion_value": sum(claim.value for claim in known),
        }
        for name, value in values.items():
            series.add(ad.day, f"fact_ad_performance.{name}", value)
            series.add(ad.day, f"fact_ad_performance.{name}|platform={ad.campaign.platform}", value)
            series.add(ad.day, f"fact_ad_performance.{name}|campaign={ad.campaign.name}", value)


def _web(world: World, series: _Series) -> None:
    for visits in world.visits:
        for name in ("sessions", "engaged", "orders"):
            series.add(visits.day, f"actual.{name}", getattr(visits, name))
            series.add(visits.day, f"actual.{name}|device={visits.device}", getattr(visits, name))
            series.add(visits.day, f"actual.{name}|channel_group={visits.channel}", getattr(visits, name))
        if visits.campaign:
            series.add(visits.day, f"actual.orders|campaign={visits.campaign}", visits.orders)
    for cell in record(world):
        recorded = {"sessions": cell.sessions, "engaged_sessions": cell.engaged, "key_events": cell.purchases}
        for name, value in recorded.items():
            series.add(cell.day, f"fact_web_sessions.{name}", value)
            series.add(cell.day, f"fact_web_sessions.{name}|channel_group={cell.channel}", value)
            series.add(cell.day, f"fact_web_sessions.{name}|device={cell.device}", value)
        series.add(cell.day, "fact_web_sessions.revenue", cell.revenue)


def _sheets(world: World, series: _Series) -> None:
    """Name ``fact.column``, or ``fact.column|dimension=member`` where the rows are told apart."""
    for fact, columns, rows in (*watching.told(world), *trading.told(world)):
        name, mark, member = fact.partition("|")
        for row in rows:
            day = next(held for key in ("date", "period_start", "start") if isinstance(held := row.get(key), date))
            for column in columns:
                value = row.get(column)
                if isinstance(value, (int, float)):
                    series.add(day, f"{name}.{column}{mark}{member}", value)


def _sales(world: World, series: _Series) -> None:
    for order in world.orders:
        day = order.at.date()
        if order.status != "cancelled":
            series.add(day, "fact_order.orders", 1)
            series.add(day, "fact_order.net_amount", order.value - order.refund)
            series.add(day, f"fact_order.orders|channel_group={order.channel}", 1)
        series.add(day, "fact_order.gross_amount", order.gross)
        series.add(day, "actual.new_customers", int(order.is_first))
    for lead in world.leads:
        series.add(lead.created.date(), "fact_lead_event.leads", 1)
        if lead.qualified:
            series.add(lead.qualified.date(), "fact_lead_event.mqls", 1)
        if lead.sales:
            series.add(lead.sales.date(), "fact_lead_event.sqls", 1)
