"""GA4's raw events (the BigQuery export ``events_…`` as Parquet or JSON lines): visits, pages and touches of them.

The rules are those that Google Analytics documents. A visit is a person and a ``ga_session_id``. It is engaged when
it lasted ten seconds in the foreground, had a key event, or two page views. Its source is the last click that was not
direct: the export says it (``session_traffic_source_last_click``), else the first source that the visit itself
brought, else the person's last visit in the file that had one.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from laban.bulk import EventsFound, EventsPlan, Purchase, Visit
from laban.facts import FACT
from laban.periods import Period
from laban.sources.ga_channels import channel_of
from laban.sources.model import Finding, Reading, ReadOptions, Slice
from laban.sources.privacy import person_key, without_people

GA4 = "ga4"
#: Events that Google Analytics counts as key events by itself or suggests; an export does not say which are marked.
KEY_EVENTS = ("purchase", "generate_lead", "qualify_lead", "close_convert_lead", "sign_up")
_MARKS = ("event_name", "event_timestamp", "user_pseudo_id")
_HEAD = 1024 * 1024
_LONGEST_FOOTER = 4 * 1024 * 1024
_ENGAGED_MS = 10_000
_DIRECT = ("(direct)", "(none)")
#: Shops read their own clock; a day is a day in Viet Nam.
_AHEAD = timedelta(hours=7)
_DAY = timedelta(days=1)


def plan_events(path: Path, head: bytes, options: ReadOptions) -> EventsPlan | None:
    """Return how a file of raw events is read, or None if it is none. Told by what it holds, not by its name."""
    compressed = head.startswith(b"\x1f\x8b")
    if head.startswith(b"PAR1"):
        form = "parquet" if _names_events(_footer(path)) else ""
    else:
        form = "json" if _is_event(_unpacked(head) if compressed else head) else ""
    if not form:
        return None
    finish = _Finish(path, compressed, options)
    return EventsPlan(path, "parquet" if form == "parquet" else "json", compressed, KEY_EVENTS, finish)


def _footer(path: Path) -> bytes:
    """Return the end of a Parquet file, where its columns are named."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - 8, 0))
        length = int.from_bytes(file.read(4), "little")
        file.seek(max(size - 8 - min(length, _LONGEST_FOOTER), 0))
        return file.read(min(length, _LONGEST_FOOTER))


def _names_events(footer: bytes) -> bool:
    return all(mark.encode() in footer for mark in _MARKS)


def _unpacked(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, _HEAD)
    except zlib.error:
        return b""


def _is_event(head: bytes) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n[")
    if not text.startswith(b"{"):
        return False
    try:
        first, _ = json.JSONDecoder().raw_decode(text.decode("utf-8", "ignore"))
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and all(mark in first for mark in _MARKS)


def _is_whole(path: Path) -> bool:
    """Return whether a compressed file ends as it should: one cut off would lose visits in silence."""
    try:
        with gzip.open(path) as file:
            while file.read(_HEAD):
                pass
    except (OSError, EOFError, zlib.error):
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Sourced:
    """A visit with where it came from."""

    visit: Visit
    source: str
    medium: str
    campaign: str | None
    channel: str

    @property
    def engaged(self) -> bool:
        """Ten seconds, a key event, two pages, or the mark of the export."""
        visit = self.visit
        return visit.engaged or visit.engaged_ms >= _ENGAGED_MS or visit.key_events > 0 or visit.pageviews >= 2


@dataclass(frozen=True, slots=True)
class _Finish:
    """Turns what the warehouse added up into the finished reading."""

    path: Path
    compressed: bool
    options: ReadOptions

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name

    def __call__(self, found: EventsFound | None) -> Reading:
        """Return the reading with its rows."""
        if found is None or (self.compressed and not _is_whole(self.path)):
            return self._refused("events_unreadable")
        if not found.events:
            return Reading(self.name, GA4, "empty", findings=(Finding("error", "empty_file"),))
        days = sorted({day for day in map(_day, (row[0] for row in found.names)) if day is not None})
        wrong = any(_day(row[0]) is None for row in found.names)
        if not days or wrong or not _plausible(days, self.options):
            return self._refused("events_undated")
        visits = sourced(found.visits)
        period = Period(days[0], days[-1] + _DAY)
        return Reading(
            self.name,
            GA4,
            "loaded",
            rows=found.events,
            start=period.start,
            end=period.end,
            currency=_currency(found.purchases),
            totals=_totals(found, visits),
            findings=_findings(found),
            slices=tuple(piece for piece in self._slices(found, visits, period) if piece.rows),
        )

    def _refused(self, code: str) -> Reading:
        return Reading(self.name, GA4, "refused", findings=(Finding("error", code),))

    def _slices(self, found: EventsFound, visits: Sequence[_Sourced], period: Period) -> list[Slice]:
        account, key = self.options.account, self.options.hash_key
        return [
            _slice("fact_web_sessions", account, period, _sessions(visits, found.purchases)),
            _slice("fact_page_content", account, period, _pages(found)),
            _slice("fact_web_events", account, period, _events(found)),
            _slice("fact_touch", account, period, [*_touches(visits, key), *_bought(visits, found.purchases, key)]),
        ]


def sourced(visits: Iterable[Visit]) -> list[_Sourced]:
    """Give each visit its source, in the order of time; a direct one keeps the person's last known source."""
    last: dict[str, _Sourced] = {}
    found: list[_Sourced] = []
    for visit in visits:
        own = _own_source(visit)
        before = last.get(visit.user)
        if own.channel == "direct" and visit.group is None and before is not None:
            own = replace(before, visit=visit)
        elif own.channel != "direct":
            last[visit.user] = own
        found.append(own)
    return found


def _own_source(visit: Visit) -> _Sourced:
    source, medium = visit.source or "", visit.medium or ""
    if visit.has_click_id and (not source or source == _DIRECT[0] or (source, medium) == ("google", "organic")):
        # An automatically tagged click of Google Ads brings no source of its own.
        source, medium = "google", "cpc"
    if not source:
        source, medium = _DIRECT
    campaign = visit.campaign if visit.campaign not in ("(direct)", "(organic)", "(referral)") else None
    channel = channel_of(source, medium or "(none)", campaign or "", visit.group or "")
    return _Sourced(visit, source, medium or "(none)", campaign, channel)


def _sessions(visits: Sequence[_Sourced], purchases: Sequence[Purchase]) -> list[dict[str, Any]]:
    """Add visits up by everything that a breakdown may ask for; money by its currency."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    places = {(one.visit.user, one.visit.session): one for one in visits}
    for one in visits:
        row = rows.setdefault(_cell(one, None), _labels(one, None))
        visit = one.visit
        for name, value in {
            "sessions": 1,
            "engaged_sessions": int(one.engaged),
            "session_seconds": Decimal(visit.last - visit.first) / 1_000_000,
            "engagement_seconds": Decimal(visit.engaged_ms) / 1000,
            "pageviews": visit.pageviews,
            "event_count": visit.events,
            "key_events": visit.key_events,
            "converting_sessions": int(visit.key_events > 0),
            "product_view_sessions": int(visit.viewed),
            "add_to_cart_sessions": int(visit.carted),
            "checkout_sessions": int(visit.checked_out),
            "purchase_sessions": int(visit.bought),
            "form_starts": visit.form_starts,
            "form_submits": visit.form_submits,
            "signups": visit.signups,
        }.items():
            row[name] = row.get(name, 0) + value
    for bought in purchases:
        place = places[bought.user, bought.session]
        if bought.revenue is not None:
            row = rows.setdefault(_cell(place, bought.currency), _labels(place, bought.currency))
            row["revenue"] = row.get("revenue", Decimal(0)) + bought.revenue
    return list(rows.values())


def _cell(one: _Sourced, currency: str | None) -> tuple[Any, ...]:
    return tuple(_labels(one, currency).values())


def _labels(one: _Sourced, currency: str | None) -> dict[str, Any]:
    new = one.visit.is_new
    return {
        "date": _day(one.visit.day),
        "channel_group": one.channel,
        "source_medium": f"{one.source} / {one.medium}",
        "campaign": one.campaign,
        "landing_page": page_of(one.visit.landing_page),
        "device": one.visit.device,
        "geo": one.visit.geo,
        "user_type": None if new is None else "new" if new else "returning",
        "currency": currency,
    }


def _pages(found: EventsFound) -> list[dict[str, Any]]:
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for day, address, device, views, ms, scrolls, events, keys in found.pages:
        labels = {"date": _day(day), "page": page_of(address), "device": device}
        if labels["page"] is None:
            continue
        row = rows.setdefault(tuple(labels.values()), dict(labels))
        added = {"views": views, "engaged_seconds": Decimal(ms) / 1000, "scroll_90": scrolls}
        for name, value in {**added, "event_count": events, "key_events": keys}.items():
            row[name] = row.get(name, 0) + value
    return list(rows.values())


def _events(found: EventsFound) -> list[dict[str, Any]]:
    return [
        {"date": _day(day), "event": name, "event_count": count, "key_events": keys}
        for day, name, count, keys in found.names
    ]


def _touches(visits: Sequence[_Sourced], key: bytes) -> list[dict[str, Any]]:
    return [
        {**_touch(one, key), "kind": "visit", "touch_ts": _moment(one.visit.first), "date": _day(one.visit.day)}
        for one in visits
    ]


def _bought(visits: Sequence[_Sourced], purchases: Sequence[Purchase], key: bytes) -> list[dict[str, Any]]:
    places = {(one.visit.user, one.visit.session): one for one in visits}
    return [
        {
            **_touch(places[one.user, one.session], key),
            "kind": "purchase",
            "touch_ts": _moment(one.at),
            "date": _day(one.day),
            "conversion_id": one.transaction_id[:200],
            "currency": one.currency,
            "revenue": one.revenue,
        }
        for one in purchases
    ]


def _touch(one: _Sourced, key: bytes) -> dict[str, Any]:
    visit = one.visit
    return {
        "user_key": person_key(visit.user, key, GA4),
        "session_key": person_key(f"{visit.user} {visit.session}", key, GA4),
        "channel_group": one.channel,
        "source": one.source,
        "medium": one.medium,
        "source_medium": f"{one.source} / {one.medium}",
        "campaign": one.campaign,
        "landing_page": page_of(visit.landing_page),
        "is_engaged": one.engaged,
    }


def _slice(fact: str, account: str, period: Period, rows: Sequence[Mapping[str, Any]]) -> Slice:
    used = {name for row in rows for name in row}
    columns = tuple(name for name in FACT[fact].names if name in used)
    placed = [tuple(row.get(name) for name in columns) for row in rows]
    return Slice(fact, GA4, account, "events", "day", period.start, period.end, columns, placed)


def page_of(address: str | None) -> str | None:
    """Return the path of an address, as reports name a page; nothing that tells a person is kept of it."""
    if not address:
        return None
    try:
        path = urlsplit(address).path
    except ValueError:
        return None
    return without_people((path or "/")[:500])


def _day(text: str | None) -> date | None:
    try:
        return datetime.strptime(text or "", "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _moment(micros: int) -> datetime | None:
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros) + _AHEAD).replace(tzinfo=None)
    except OverflowError:
        return None


def _plausible(days: Sequence[date], options: ReadOptions) -> bool:
    return date(2015, 1, 1) <= days[0] and days[-1] <= options.today + _DAY


def _currency(purchases: Sequence[Purchase]) -> str | None:
    found = {one.currency for one in purchases if one.currency}
    return found.pop() if len(found) == 1 else None


def _totals(found: EventsFound, visits: Sequence[_Sourced]) -> dict[str, Decimal]:
    totals = {
        "event_count": found.events,
        "sessions": len(visits),
        "engaged_sessions": sum(one.engaged for one in visits),
        "pageviews": sum(row[3] for row in found.pages),
        "key_events": sum(one.visit.key_events for one in visits),
        "purchases": len(found.purchases),
    }
    exact = {name: Decimal(value) for name, value in totals.items()}
    if len({one.currency for one in found.purchases}) == 1:
        exact["revenue"] = sum((one.revenue or Decimal(0) for one in found.purchases), Decimal(0))
    return exact


def _findings(found: EventsFound) -> tuple[Finding, ...]:
    notes = [Finding("info", "events_key", values={"names": ", ".join(KEY_EVENTS)})]
    if found.homeless:
        values = {"count": found.homeless, "events": found.events}
        notes.append(Finding("info", "events_homeless", values=values))
    if found.repeated:
        notes.append(Finding("info", "events_repeated", values={"count": found.repeated}))
    return tuple(notes)
