"""What the checks of the data find in a workspace, and which KPIs each doubt touches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from laban import __version__, clicks
from laban.analysis import quality
from laban.analysis.quality import Doubt, Evidence
from laban.periods import Period
from laban.report.views import doubts_kept
from laban.report.views.parts import Source
from laban.tagging import channels, utm
from laban.warehouse import observe

if TYPE_CHECKING:
    from laban.metrics.formula import Input
    from laban.metrics.model import Catalogue
    from laban.warehouse import ImportRecord, Warehouse

#: Findings of imports that the checks look at.
_TOLD = {"total_differs", "days_without_numbers", "total_not_counted"}
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORD = re.compile(r"[a-z_]+")


def marks(source: Source, kpi: str, period: Period) -> tuple[Doubt, ...]:
    """Return the doubts about a KPI's number in a period; remarks that change no number are left out."""
    catalogue = source.catalogue
    return tuple(
        doubt
        for doubt in doubts_of(source)
        if doubt.level != "info" and within(doubt, period) and touches(catalogue, doubt, kpi)
    )


def within(doubt: Doubt, period: Period | None) -> bool:
    """Return whether a doubt is about any day of a period; without one, always."""
    if period is None or doubt.period is None:
        return True
    return doubt.period.start < period.end and period.start < doubt.period.end


def touches(catalogue: Catalogue, doubt: Doubt, kpi: str) -> bool:
    """Return whether a doubt is about numbers that a KPI is made of."""
    return any(_reads(catalogue, used, doubt) for used in catalogue.inputs(kpi))


def _reads(catalogue: Catalogue, used: Input, doubt: Doubt) -> bool:
    measure = catalogue.measures[used.measure]
    fact = catalogue.facts[measure.fact]
    if not set(fact.needs) & set(doubt.facts):
        return False
    if not doubt.columns:
        return True
    filters = " ".join(fact.dimensions.get(name, "") for name, _ in used.where)
    spoken = f"{measure.expr} {measure.where} {measure.value} {fact.where} {filters}"
    return not set(doubt.columns).isdisjoint(_WORD.findall(spoken))


#: The doubts of each open warehouse for the state it is in and the day: asked by every tile of every page.
_kept: WeakKeyDictionary[Warehouse, tuple[tuple[int, date], tuple[Doubt, ...]]] = WeakKeyDictionary()


def doubts_of(source: Source) -> tuple[Doubt, ...]:
    """Return what the checks find; looked up once per state of the warehouse and day."""
    warehouse = source.warehouse
    state = (warehouse.version, source.today)
    kept = _kept.get(warehouse)
    if kept is None or kept[0] != state:
        kept = _kept[warehouse] = (state, _found(source))
    return kept[1]


def _found(source: Source) -> tuple[Doubt, ...]:
    warehouse = source.warehouse
    log = warehouse.query(
        "SELECT count(*), max(loaded_at), max(undone_at), (SELECT sum(rate) FROM fx_rate), "
        "(SELECT sum(rate) FROM rate_day) FROM import_log"
    )
    key = (__version__, len(quality.CHECKS), warehouse.version, source.today, source.settings.tag_media, *log[0])
    found = doubts_kept.load(warehouse.folder, key)
    if found is None:
        found = quality.doubts(gather(source))
        doubts_kept.keep(warehouse.folder, key, found)
    return found


def gather(source: Source) -> Evidence:
    """Return what the checks look at."""
    with source.warehouse.snapshot() as asked:
        return Evidence(
            today=source.today,
            # What is counted here has no day missing or half: a day without clicks is one without clicks.
            covered=[quality.Covered(*row) for row in observe.covered(asked) if row[1] != clicks.PLATFORM],
            reaches=[quality.Reach(*row) for row in observe.reaches(asked)],
            days=list(_days(asked)),
            campaigns=[quality.CampaignMonth(*row) for row in observe.campaign_months(asked)],
            unseen=[quality.UnseenSpend(*row) for row in observe.unseen_spend(asked)],
            statuses=[quality.StatusGap(*row) for row in observe.statuses(asked)],
            currencies=[quality.CurrencyUse(*row) for row in observe.currencies(asked)],
            shared_orders=[quality.SharedOrders(*row) for row in observe.shared_orders(asked)],
            tags=[quality.SourceMedium(*row) for row in observe.tags(asked)],
            channels=channels.with_own(channels.read(observe.naming(asked).get(channels.FILE, ""))),
            tag_rules=utm.Rules(source.settings.tag_media),
            costs=[quality.CostMonth(*row) for row in observe.costs(asked)],
            findings=list(_findings(source.imports(), observe.facts_of_imports(asked))),
        )


def _days(asked: observe.Asked) -> Iterator[quality.AccountDay]:
    for fact, names, rows in observe.days(asked):
        for platform, account, day, *sums in rows:
            exact = {name: None if sum_ is None else Decimal(sum_) for name, sum_ in zip(names, sums, strict=True)}
            yield quality.AccountDay(fact, platform, account, day, exact)


def _findings(records: Iterable[ImportRecord], facts: Mapping[int, tuple[str, ...]]) -> Iterator[quality.FileFinding]:
    for record in records:
        for found in record.found():
            if found.code in _TOLD:
                days = _days_named(found.values.get("period")) or record.period
                yield quality.FileFinding(
                    *(found.code, facts.get(record.id, ()), record.platform or "", record.id, record.name),
                    *(days, found.values, found.column),
                )


def _days_named(text: object) -> Period | None:
    """Return the first to the last day of ``2026-11-01..2026-11-03, 2026-11-07``."""
    days = [date.fromisoformat(day) for day in _ISO.findall(str(text or ""))]
    return Period(min(days), max(days) + timedelta(days=1)) if days else None
