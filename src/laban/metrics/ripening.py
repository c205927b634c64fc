"""Measures whose numbers still move, and what is known of how: each day as it was told at each age.

Two questions per fact, kept for a state of the warehouse: how the days of the last imports were told each time, from
the rows that later imports superseded too, and how the youngest days stand now. Both are small, whatever the fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

from laban.facts import FACT
from laban.metrics.dialect import DUCKDB, Sql, conjunction, joined
from laban.metrics.formula import Input
from laban.metrics.statements import Ask, Request, aggregate, condition
from laban.warehouse.development import Sighting, raw_table
from laban.warehouse.sql import quote

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue, Measure, Source

#: Measures whose numbers still move for as long as their fact needs to settle: conversions and messages are credited
#: later, parcels arrive or come back, cohorts are followed, posts and e-mails go on collecting reactions. Spend,
#: clicks, visits and orders placed are final at once.
RESTATED = frozenset(
    (
        *("ad_conversions", "ad_conversion_value", "ad_leads", "ad_messages", "ad_message_spend"),
        *("orders_delivered", "orders_shipped", "orders_settled", "orders_returned", "deliveries"),
        *("net_revenue", "delivered_revenue", "revenue_on_delivery", "refunds", "cogs"),
        *("new_customer_revenue", "returning_customer_revenue", "known_buyer_revenue", "top5pct_customer_revenue"),
        *("attributed_revenue", "attributed_gross_profit", "attributed_conversions", "attributed_new_customers"),
        *("sourced_customers", "sourced_revenue"),
        *("lead_cohort_mql", "lead_cohort_qualified", "lead_cohort_customer", "mql_cohort_sql"),
        *("social_impressions", "social_reactions", "social_comments", "social_shares", "social_saves"),
        *("social_link_clicks", "social_video_views", "social_video_completions", "social_watch_seconds"),
        *("watched_video_views", "post_reach_sum", "post_engagement_rates", "post_engagements"),
        *("reached_engagements", "viewed_engagements", "watched_engagements"),
        *("email_unique_opens", "email_machine_opens", "email_human_opens", "email_unique_clicks"),
        *("email_unsubscribes", "email_spam_complaints", "email_conversions", "email_revenue"),
    )
)

#: What is final at once and says how many there can be: (for counts, for money), per fact whose measures ripen.
_EXPOSURES: Mapping[str, tuple[str, str]] = {
    "fact_ad_performance": ("coalesce(nullif(sum(clicks), 0), nullif(sum(link_clicks), 0), sum(impressions))",) * 2,
    "fact_order": ("count(*)", "sum(gross_amount)"),
    "fact_lead_event": ("count(CASE WHEN stage = 'lead' THEN 1 END)",) * 2,
    "fact_social_post": ("count(*)",) * 2,
    "fact_email_campaign": ("coalesce(sum(sent), count(*))",) * 2,
}
#: The one other day that may place rows in time: a lead's stages all stand in the file that brought the lead.
_COHORT = "CAST(created_at AS DATE)"
#: Known of current rows only, so not of what was told before.
_CURRENT_ONLY = "is_first_order"
#: More files of an account than this are not all read.
_MOST = 40
#: Days beyond the window in which a file tells final numbers, and how many weeks of history are enough.
_BEYOND, _WEEKS = 7, 26


@dataclass(frozen=True, slots=True)
class Seen:
    """A day as it stood at an age; ``exposure`` is what was final at once."""

    day: date
    age: int
    value: float
    exposure: float


@dataclass(frozen=True)
class Series:
    """A measure of one account: its days at each age they were told, and as they stand now.

    ``told`` leaves out what cannot be placed in time. ``now`` holds the days younger than the measure's window and
    some weeks before them; a day's age is that of what is known of it, not of today. ``read`` says of which slices
    the days were looked at, and from which day on.
    """

    platform: str
    account: str
    told: tuple[Seen, ...]
    now: tuple[Seen, ...]
    sightings: tuple[Sighting, ...]
    read: Mapping[int, date]

    def age_of(self, day: date) -> int | None:
        """Return how old the latest number of a day was when it was told; None where no file covers it."""
        known = [sight.known for sight in self.sightings if sight.start <= day < sight.end]
        return (max(known) - day).days if known else None

    @cached_property
    def _by_age(self) -> Mapping[tuple[date, int], float]:
        return {(seen.day, seen.age): seen.value for seen in self.told}

    def at_age(self, day: date, age: int) -> float | None:
        """Return what was told of a day at exactly that age; None where nobody looked then."""
        found = self._by_age.get((day, age))
        if found is not None:
            return found
        wanted = day + timedelta(days=age)
        looked = (s for s in self.sightings if s.slice_id in self.read and s.known == wanted)
        return 0.0 if any(max(s.start, self.read[s.slice_id]) <= day < s.end for s in looked) else None


class Warehouse(Protocol):
    """What is needed of a warehouse; ``version`` grows with every change of the data."""

    version: int

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a statement."""

    def sightings(self, fact: str) -> tuple[Sighting, ...]:
        """Return which days each import told of, and when it was made."""


@dataclass
class _Kept:
    version: int
    catalogue: Catalogue
    found: dict[tuple[str, str | None], Mapping[str, tuple[Series, ...]]] = field(default_factory=dict)


_kept: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()
_lock = Lock()


def ripens(catalogue: Catalogue, measure: Measure) -> bool:
    """Return whether a measure moves and its earlier values can be told from superseded rows."""
    source = catalogue.facts.get(measure.fact)
    return (
        measure.id in RESTATED
        and source is not None
        and measure.fact in _EXPOSURES
        and measure.kind in {"sum", "count", "tally"}
        and measure.date in {"", _COHORT}
        and _CURRENT_ONLY not in measure.expr + measure.where
        and not source.join
    )


def series_of(
    catalogue: Catalogue, warehouse: Warehouse, measure: str, channel: str | None = None
) -> tuple[Series, ...]:
    """Return what is known of a measure that ripens, per account; kept for a state of the warehouse."""
    fact, version = catalogue.measures[measure].fact, warehouse.version
    with _lock:
        held = _kept.get(warehouse)
        if held is None or held.version != version or held.catalogue is not catalogue:
            held = _kept[warehouse] = _Kept(version, catalogue)
    if (fact, channel) not in held.found:
        held.found[fact, channel] = _asked(catalogue, warehouse, fact, channel)
    return held.found[fact, channel].get(measure, ())


def _asked(
    catalogue: Catalogue, warehouse: Warehouse, fact: str, channel: str | None
) -> Mapping[str, tuple[Series, ...]]:
    sightings = warehouse.sightings(fact)
    if not sightings:
        return {}
    found: dict[str, tuple[Series, ...]] = {}
    measures = [m for m in catalogue.measures.values() if m.fact == fact and ripens(catalogue, m)]
    for date_of in dict.fromkeys(m.date for m in measures):
        mine = [m for m in measures if m.date == date_of]
        found |= _of_one_date(catalogue, warehouse, mine, sightings, channel)
    return found


def _of_one_date(
    catalogue: Catalogue,
    warehouse: Warehouse,
    measures: Sequence[Measure],
    sightings: tuple[Sighting, ...],
    channel: str | None,
) -> Mapping[str, tuple[Series, ...]]:
    """Ask for measures that stand under the same day, all at once."""
    source, window = catalogue.facts[measures[0].fact], FACT[measures[0].fact].maturity_days
    accounts: dict[tuple[str, str], list[Sighting]] = {}
    for sight in sightings:
        accounts.setdefault((sight.platform, sight.account), []).append(sight)
    files = _again(accounts.values(), window)
    if not files:
        return {}
    told = _told(warehouse, source, measures, files, channel)
    read = {sight.slice_id: since for sight, since in files}
    newest = max(sight.known for sight in sightings)
    now = _now(warehouse, source, measures, newest - timedelta(days=2 * window + _BEYOND), channel)
    made: dict[str, list[Series]] = {m.id: [] for m in measures}
    for account, group in accounts.items():
        seen = [(day, (s.known - day).days, row) for s in group for day, row in told.get(s.slice_id, ())]
        series = Series(*account, (), (), tuple(group), read)
        current = [(day, age, row) for day, row in now.get(account, ()) if (age := series.age_of(day)) is not None]
        for place, measure in enumerate(measures):
            if any(row[2 + place] is not None for _, _, row in (*seen, *current)):
                told_days, days_now = (_column(rows, measure, place) for rows in (seen, current))
                made[measure.id].append(Series(*account, told_days, days_now, tuple(group), read))
    return {name: tuple(found) for name, found in made.items()}


def _column(rows: Iterable[tuple[date, int, Sequence[Any]]], measure: Measure, place: int) -> tuple[Seen, ...]:
    """The days of one measure of an account that speaks of it at all: no value is none yet."""
    exposure = 1 if measure.unit == "currency" else 0
    return tuple(
        Seen(day, age, float(row[2 + place] or 0), float(row[exposure] or 0)) for day, age, row in rows if age >= 0
    )


def _again(groups: Iterable[Sequence[Sighting]], window: int) -> list[tuple[Sighting, date]]:
    """The files whose days were told by others too, each with the first of its days that is worth reading.

    Of an account that is asked every day, one file a week tells enough.
    """
    found = []
    for group in groups:
        sure = [sight for sight in group if sight.placed]
        if len({sight.known for sight in sure}) > 1:
            newest = max(sight.known for sight in sure)
            recent = [sight for sight in sure if (newest - sight.known).days <= 7 * _WEEKS]
            if len(recent) > _MOST:
                recent = [sight for sight in recent if (newest - sight.known).days % 7 == 0]
            found += [(sight, sight.known - timedelta(days=window + _BEYOND)) for sight in recent]
    return found


def _told(
    warehouse: Warehouse,
    source: Source,
    measures: Sequence[Measure],
    files: Sequence[tuple[Sighting, date]],
    channel: str | None,
) -> Mapping[int, list[tuple[date, tuple[Any, ...]]]]:
    """Per slice, its days with the exposures and each measure."""
    day, select = _select(source, measures)
    chosen = Sql(
        "(SELECT unnest(CAST(? AS INTEGER[])) AS slice_id, unnest(CAST(? AS DATE[])) AS since)",
        ([sight.slice_id for sight, _ in files], [since for _, since in files]),
    )
    fact = FACT[measures[0].fact].name
    asked = (
        f"SELECT f.slice_id, {day}, "
        + select
        + f" FROM {raw_table(fact)} f JOIN "
        + chosen
        + f" s ON s.slice_id = f.slice_id AND {day} >= s.since WHERE "
        + _where(source, channel)
        + " GROUP BY 1, 2"
    )
    found: dict[int, list[tuple[date, tuple[Any, ...]]]] = {}
    for slice_id, held, *row in warehouse.query(asked.text, list(asked.params)):
        found.setdefault(slice_id, []).append((held, tuple(row)))
    return found


def _now(
    warehouse: Warehouse, source: Source, measures: Sequence[Measure], since: date, channel: str | None
) -> Mapping[tuple[str, str], list[tuple[date, tuple[Any, ...]]]]:
    """Per account, its latest days with the exposures and each measure, as they count now."""
    day, select = _select(source, measures)
    asked = (
        f"SELECT coalesce(f.platform, ''), coalesce(f.account, ''), {day}, "
        + select
        + f" FROM {quote(source.table)} f WHERE "
        + _where(source, channel)
        + Sql(f" AND {day} >= ?", (since,))
        + " GROUP BY 1, 2, 3"
    )
    found: dict[tuple[str, str], list[tuple[date, tuple[Any, ...]]]] = {}
    for platform, account, held, *row in warehouse.query(asked.text, list(asked.params)):
        found.setdefault((platform, account), []).append((held, tuple(row)))
    return found


def _select(source: Source, measures: Sequence[Measure]) -> tuple[str, Sql]:
    """The day of a row, and the two exposures with every measure."""
    asks = tuple(Ask(Input(measure.id), measure, 0) for measure in measures)
    request = Request(source, "rows", asks, (), (), (), 0)
    sums = [Sql(text) for text in _EXPOSURES[measures[0].fact]]
    return measures[0].date or 'f."date"', joined([*sums, *(aggregate(request, ask, DUCKDB) for ask in asks)], ", ")


def _where(source: Source, channel: str | None) -> Sql:
    return conjunction([source.where, *([condition(source, "channel", (channel,))] if channel else [])])
