"""The cells of a table, typed and placed in time; rows with a fault are left out and named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from laban.facts import FACT
from laban.i18n import Phrase
from laban.periods import Period
from laban.sources.book import Cell, UnreadableError
from laban.sources.columns import (
    MONEY,
    NUMERIC,
    Faults,
    Raw,
    decimal_marks,
    read_currency,
    read_moments,
    read_numbers,
    read_people,
    read_periods,
    read_terms,
    read_text,
)
from laban.sources.currency import WITHOUT_DECIMALS
from laban.sources.dates import day_in_name
from laban.sources.mapping import Kind
from laban.sources.money import settle_currency
from laban.sources.table import Table
from laban.sources.tidy import find_damaged
from laban.sources.timeline import TIME, between, clipped, dated, row_periods, stated_period
from laban.sources.words import read_flags, read_words


def read_values(table: Table) -> None:
    """Type every column; a currency is settled before the numbers, because it can settle them."""
    settle_currency(table)
    platform = table.match.platform
    apart = MONEY if table.mixed else frozenset()
    numeric = [raw for raw in table.raws.values() if raw.column.kind in NUMERIC - apart]
    resaved = table.block.sheet.delimiter == ";"
    convention = "" if resaved else str(platform.options.get("decimal", ""))
    currency = table.currency or (table.context.options.reporting if platform.template else None)
    by_name = decimal_marks(numeric, _other_columns(table), table.context, convention, currency)
    if apart:
        _read_money_apart(table, convention)
    for key, raw in table.raws.items():
        if raw.column.kind in apart:
            continue
        if raw.column.kind in NUMERIC:
            table.marks[key] = by_name[raw.column.name]
            table.values[key] = read_numbers(raw, table.marks[key], table.faults)
        elif key not in TIME and key not in ("period_start", "period_end"):
            table.values[key] = _read_label(table, raw)


def _read_money_apart(table: Table, convention: str) -> None:
    """Read money of several currencies: ``650.000`` is 650000 in đồng even where ``12.50`` is in dollars."""
    whole = [i for i, code in enumerate(table.currencies) if code in WITHOUT_DECIMALS]
    rest = [i for i, code in enumerate(table.currencies) if code not in WITHOUT_DECIMALS]
    raws = {key: raw for key, raw in table.raws.items() if raw.column.kind in MONEY}
    for key in raws:
        table.values[key] = [None] * len(table.currencies)
    for rows in (rest, whole):
        parts = {key: raw.only(rows) for key, raw in raws.items()}
        currency = table.currencies[rows[0]] if rows else None
        by_name = decimal_marks(list(parts.values()), [], table.context, convention, currency)
        for key, part in parts.items():
            table.marks[key] = by_name[part.column.name]
            faults = Faults()
            for index, value in zip(rows, read_numbers(part, table.marks[key], faults), strict=True):
                table.values[key][index] = value
            for index, fault in faults.rows.items():
                table.faults.rows.setdefault(rows[index], fault)


def _other_columns(table: Table) -> list[list[Cell]]:
    """Return the cells of columns that are not kept; their marks say how the file writes numbers."""
    taken = {place for name in table.raws for place in table.match.columns.get(name.split("@")[0], ())}
    rows = [row for _, row in table.data[:2_000]]
    places = [place for place in range(min(len(table.block.headings), 200)) if place not in taken]
    return [[row[place] for row in rows if place < len(row)] for place in places]


def _read_label(table: Table, raw: Raw) -> list[Any]:
    reader = _READERS.get(raw.column.kind)
    return read_text(raw) if reader is None else reader(table, raw)


def _terms(table: Table, raw: Raw) -> list[str | None]:
    kept, hidden = read_terms(raw)
    if hidden:
        table.context.notes.add("info", "personal_terms", column=raw.heading, member=table.member, count=hidden)
    return kept


_READERS: Mapping[Kind, Callable[[Table, Raw], list[Any]]] = {
    "date": lambda table, raw: dated(read_periods(raw, table.context, table.faults, table.habit), table.context),
    "datetime": lambda table, raw: read_moments(raw, table.context, table.faults, table.habit),
    "choice": lambda table, raw: read_words(raw, table.match.platform, table.context.notes),
    "flag": lambda table, raw: read_flags(raw, table.match.platform, table.context.notes),
    "currency": lambda _, raw: read_currency(raw),
    "pii_hash": lambda table, raw: read_people(raw, table.context.options),
    "term": _terms,
}


def place_rows(table: Table) -> None:
    """Say for every row when it happened."""
    context = table.context
    table.stated = stated_period(table.block.preamble, context, table.member, table.habit)
    covered = table.stated.period
    rows = len(table.data)
    name = next((name for name in TIME if name in table.raws), None)
    has_month_labels = "label_period" in context.about
    if name is not None:
        start = covered.start if covered else None
        found = row_periods(table.raws[name], start, context, table.faults, table.habit)
        table.periods = clipped(dated(found, context), covered)
    elif "period_start" in table.raws:
        found_between = between(table.raws["period_start"], table.raws.get("period_end"), context, table.faults)
        table.periods = found_between
    elif has_month_labels:
        label = context.about["label_period"]
        table.periods = [label] * rows
    else:
        snapshot = _snapshot(table) if table.options.get("snapshot") else None
        table.periods = [snapshot or covered] * rows
        if snapshot is None:
            _say_where_from(table, rows)
        return
    if name is None or not table.stated.from_name:
        return
    if any(period is not None and period.days > 1 for period in table.periods):
        context.notes.once("info", "period_from_name", period=_period_text(covered))


def _snapshot(table: Table) -> Period | None:
    """Return the day of a table that says how things stood when it was downloaded: as a person or a name says."""
    context = table.context
    named = day_in_name(table.member) or day_in_name(context.path.stem)
    day = context.options.until or named or _latest(table)
    if day is None or not context.earliest <= day < context.latest:
        return None
    found = Period(day, day + timedelta(days=1))
    if context.options.until is None and named:
        context.notes.once("info", "period_from_name", period=_period_text(found))
    return found


def _latest(table: Table) -> date | None:
    """Return the latest day of the column that says when each line was looked at, if the table names one."""
    days = table.values.get(str(table.options["snapshot"]), ())
    return max((day.last for day in days if isinstance(day, Period)), default=None)


#: Shapes that give each row its day themselves.
_DATED = frozenset({"spread", "by_day"})


def _say_where_from(table: Table, rows: int) -> None:
    stated = table.stated
    if not rows or table.is_entity or any(_DATED & plan.shape.keys() for plan in table.match.table.facts):
        return
    if stated.from_name:
        table.context.notes.once("info", "period_from_name", period=_period_text(stated.period))
    elif stated.period is None and table.match.table.facts:
        code = "all_time" if stated.all_time else str(table.options.get("undated", "undated"))
        ask = str(table.options.get("ask", "period"))
        table.context.notes.once("warning", code, how=Phrase.of(f"finding.how.{ask}"))


def _period_text(period: Period | None) -> str:
    return "" if period is None else f"{period.start.isoformat()} – {period.last.isoformat()}"


def _miss_keys(table: Table) -> None:
    """Leave out rows of a sheet that lack what tells one thing from another, or its day, and say so."""
    for plan in table.match.table.facts:
        if "melt" in plan.shape:
            # Answers without a code of their own are told apart by their day and place.
            continue
        fact = FACT[plan.fact]
        wanted = [plan.columns.get(name) for name in (*fact.key, fact.date)]
        names = [part.get("day") if isinstance(part, Mapping) else part for part in wanted]
        for name in names:
            raw = table.raws.get(str(name))
            if raw is None or not raw.column.required:
                continue
            for index, value in enumerate(table.values.get(str(name), ())):
                if value is None:
                    table.faults.add(index, "cell_empty", raw.heading, "")


def drop_faulty(table: Table) -> None:
    """Leave out rows with a fault and say so; a table with nothing else is refused."""
    if table.is_entity:
        _miss_keys(table)
    find_damaged(table, table.faults)
    if not table.faults.rows:
        return
    lines = table.lines
    for index, (code, heading, cell) in sorted(table.faults.rows.items()):
        table.context.notes.add("warning", code, row=lines[index], column=heading, value=cell, member=table.member)
    keep = [i for i in range(len(table.data)) if i not in table.faults.rows]
    if not keep:
        raise UnreadableError("no_good_row", member=table.member or None, values={"count": len(table.data)})
    table.keep(keep)
