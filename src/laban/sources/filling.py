"""The columns of a table into facts, as the mapping says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from string import Formatter
from typing import Any

from laban.facts import FACT
from laban.periods import Period, unit_of
from laban.sources.derive import Columns
from laban.sources.mapping import FactPlan
from laban.sources.model import Slice
from laban.sources.persons import link_slices
from laban.sources.shapes import shaped
from laban.sources.slices import Place, entity_slices, series_slices
from laban.sources.table import Table


def fill(table: Table, present: Sequence[str], rank: int) -> list[Slice]:
    """Return the slices that a table fills; ``present`` are the dimensions it is cut by."""
    found: list[Slice] = []
    values = dict(table.values)
    if any(table.currencies) and "currency" in _fact_columns(table):
        values["currency"] = list(table.currencies)
    if "search_type" in table.context.about:
        values["search_type"] = [table.context.about["search_type"]] * len(table.data)
    values["_period"] = list(table.periods)
    values |= {name: [text] * len(table.data) for name, text in about_file(table).items()}
    values["_days"] = [None if period is None else period.days for period in table.periods]
    values.setdefault("date", [None if period is None else period.start for period in table.periods])
    columns = Columns(table.match.platform, values, len(table.data))
    for plan in table.match.table.facts:
        if _applies(table, plan):
            source = _total_columns(table) if plan.of == "total" else columns
            if source.rows:
                found.extend(_fact_slices(table, plan, source, present, rank))
    return found


_COPY = re.compile(r"\s*\(\d+\)$")


def about_file(table: Table) -> dict[str, str | None]:
    """Return what every row shares.

    Whose file it is, as a person said; its name without the mark of a copy; the currency that the company reports in.
    """
    context = table.context
    return {
        "_account": context.options.account or None,
        "_file": _COPY.sub("", context.path.stem) or None,
        "_reporting": context.options.reporting or None,
    }


def _fact_columns(table: Table) -> set[str]:
    return {name for plan in table.match.table.facts for name in plan.columns}


def _applies(table: Table, plan: FactPlan) -> bool:
    have = table.raws
    return (
        all(name in have for name in plan.needs)
        and (not plan.when or any(name in have for name in plan.when))
        and not any(name in have for name in plan.unless)
    )


def _total_columns(table: Table) -> Columns:
    own: dict[str, list[Any]] = {name: [value] for name, value in table.own.items()}
    if own:
        own["_period"] = [table.stated.period or whole_period(table.periods)]
    return Columns(table.match.platform, own, 1 if own else 0)


def whole_period(periods: Sequence[Period | None]) -> Period | None:
    """Return the period from the first to the last of those known."""
    known = [period for period in periods if period is not None]
    return Period(min(p.start for p in known), max(p.end for p in known)) if known else None


def _fact_slices(table: Table, plan: FactPlan, source: Columns, present: Sequence[str], rank: int) -> list[Slice]:
    fact = FACT[plan.fact]
    columns = shaped(source, plan.shape, table.context.notes)
    filled = {name: values for name, part in plan.columns.items() if (values := columns.get(part)) is not None}
    accounts = _accounts(table, columns)
    cut = plan.cut or "+".join(present) or "account"
    level = 0 if plan.cut else rank + plan.rank
    if table.context.about.get("filtered"):
        # What a filter left is a part, however complete the breakdown.
        cut, level = f"{cut}+filtered", max(level, 2)
    place = Place(table.match.platform.id, accounts, cut, level, table.stated.period)
    if fact.kind == "entity":
        days = filled.get(fact.date)
        if not days:
            return []
        links = link_slices(columns, plan.columns.get("customer_key"), days, place)
        return [*entity_slices(fact, filled, place), *links]
    filled.pop("date", None)
    if not any(fact.column(name).role == "measure" for name in filled):
        return []
    placed = _days(columns.values["date"]) if "spread" in plan.shape else columns.values["_period"]
    return series_slices(fact, filled, placed, place, _rivals(plan, columns))


def _days(days: Sequence[date]) -> list[Period]:
    return [unit_of(day, "day") for day in days]


def _accounts(table: Table, columns: Columns) -> list[str]:
    named = columns.values.get("account")
    fallback = table.context.options.account
    return [fallback] * columns.rows if named is None else [value or fallback for value in named]


def _rivals(plan: FactPlan, columns: Columns) -> list[str]:
    names = [name for _, name, _, _ in Formatter().parse(plan.rival) if name]
    found = {name: columns.get(name) or [None] * columns.rows for name in names}
    return [
        " ".join(plan.rival.format_map({n: "" if v[i] is None else v[i] for n, v in found.items()}).split())
        for i in range(columns.rows)
    ]
