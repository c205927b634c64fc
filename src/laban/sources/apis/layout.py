"""Answers as a table: the rows of all pages under the headings that the platform's own files have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from laban.facts import FACT
from laban.periods import Period
from laban.sources.apis.fields import Scope, all_at, evaluate, moment, number, value_at
from laban.sources.apis.model import About, Call, Definition, Names, Stream
from laban.sources.blocks import Block
from laban.sources.book import Cell, Row, Sheet
from laban.sources.columns import NUMERIC
from laban.sources.detect import Match, heading
from laban.sources.mapping import Column, PlatformName
from laban.sources.model import Finding, Reading, Slice
from laban.sources.reading import Context
from laban.sources.slices import rank_of

if TYPE_CHECKING:
    from laban.sources.apis.capture import Asked

_DAY = timedelta(days=1)
#: Under which a list of names is kept; no platform writes so.
_NAMES = "laban names"
#: Under which what holds for every row is kept.
_ABOUT = "laban about"


def layout(made: Definition, stream: Stream, asked: Asked, answers: Iterable[Any], context: Context) -> Block | None:
    """Return the table of all answers, and tell ``context`` which days it covers; None when they hold no row."""
    columns = {name: made.platform.columns[name] for name in stream.fields}
    given = {**asked.given, "account": asked.account, "start": asked.start, "last": asked.end - _DAY}
    rows = [
        [_cell(columns[name], evaluate(part, scope), asked.zone) for name, part in stream.fields.items()]
        for scope in _scopes(stream, answers, given)
    ]
    names = tuple(stream.fields)
    rows = _within(stream, names, rows, asked)
    if not rows:
        return None
    if stream.window != "changes":
        context.about["period"] = _covered(stream, names, rows, asked)
    return _block(made, stream, columns, names, rows)


def emptied(made: Definition, stream: Stream, asked: Asked, name: str) -> Reading:
    """Return what an answer without rows says: nothing, or that the rows told earlier for these days are no more."""
    nothing = Finding("info", "no_data")
    series = [plan for plan in stream.table.facts if FACT[plan.fact].kind == "series" and "{" not in plan.rival]
    if not asked.again or stream.window != "days" or not series:
        return Reading(name, made.platform.id, "empty", findings=(nothing,))
    present = [column for column in stream.table.cut if column in stream.fields]
    rank = rank_of(present, stream.table.cut)
    slices = tuple(
        Slice(
            fact=plan.fact,
            platform=made.platform.id,
            account=asked.account,
            cut=plan.cut or "+".join(present) or "account",
            grain="day",
            start=asked.start,
            end=asked.end,
            columns=("date",),
            rows=(),
            rank=0 if plan.cut else rank + plan.rank,
            rival=plan.rival,
        )
        for plan in series
    )
    gone = Finding("warning", "answers_emptied", values={"platform": PlatformName(made.platform.id)})
    return Reading(
        name, made.platform.id, "loaded", start=asked.start, end=asked.end, findings=(gone,), slices=slices
    )


def names_answer(rows: Iterable[Any], names: Names) -> dict[str, Any]:
    """Return a list of names as an answer, to be kept before those that need it."""
    pairs = ((value_at(row, names.key), value_at(row, names.value)) for row in rows)
    return {_NAMES: {str(key): str(value) for key, value in pairs if key is not None and value}}


def about_answer(body: Any, about: About) -> dict[str, Any]:
    """Return what holds for every row as an answer, to be kept before those that need it."""
    return {_ABOUT: {path: value_at(body, path) for path in about.keep}}


def rows_of(call: Call, page: Any) -> Sequence[Any]:
    """Return the rows of one answer."""
    found = all_at(page, call.rows)
    return [row for part in found for row in (part if isinstance(part, list) else [part]) if row is not None]


def _scopes(stream: Stream, answers: Iterable[Any], given: Mapping[str, Any]) -> Iterator[Scope]:
    if stream.pivot:
        yield from (Scope(row, None, given) for row in _pivoted(stream, answers))
        return
    names: dict[str, str] = {}
    about: dict[str, Any] = {}
    for page in answers:
        if stream.names is not None and isinstance(page, Mapping) and _NAMES in page:
            names = page[_NAMES]
            continue
        if stream.about is not None and isinstance(page, Mapping) and _ABOUT in page:
            about = page[_ABOUT]
            continue
        for row in rows_of(stream.call, page):
            items = value_at(row, stream.each) if stream.each else None
            if not items:
                yield Scope(row, page, given, names, about)
            for item in items or ():
                yield Scope({**row, "item": item}, page, given, names, about)


def _pivoted(stream: Stream, answers: Iterable[Any]) -> list[dict[str, Any]]:
    """Turn ``{name, values: [{value, end_time}]}`` per measure into a row per moment with a value per measure."""
    found: dict[str, dict[str, Any]] = {}
    for page in answers:
        for measure in rows_of(stream.call, page):
            for point in measure.get("values") or [{**measure.get("total_value", {}), "end_time": ""}]:
                at = str(point.get("end_time", ""))
                found.setdefault(at, {"end_time": at})[str(measure.get("name"))] = point.get("value")
    return list(found.values())


def _cell(column: Column, value: Any, zone: str) -> Cell:
    if value is None or value == "":
        return ""
    if column.kind in NUMERIC:
        found = number(value)
        return str(value)[:80] if found is None else found
    if column.kind == "datetime":
        at = value if isinstance(value, datetime) else moment(value, zone)
        return str(value)[:80] if at is None else at
    if column.kind == "date":
        return _day(value, zone)
    return value if isinstance(value, str) else str(value)


def _day(value: Any, zone: str) -> Cell:
    if isinstance(value, date):
        return value
    text = str(value)
    if len(text) > 10:
        at = moment(text, zone)
        return text[:80] if at is None else at.date()
    return text


def _within(stream: Stream, names: Sequence[str], rows: list[list[Cell]], asked: Asked) -> list[list[Cell]]:
    """Keep the days that were asked for: some platforms answer with a day more."""
    if stream.window != "days" or "date" not in names:
        return rows
    place = names.index("date")
    return [row for row in rows if not _outside(row[place], asked)]


def _outside(cell: Cell, asked: Asked) -> bool:
    day = _as_day(cell)
    return day is not None and not asked.start <= day < asked.end


def _as_day(cell: Cell) -> date | None:
    if isinstance(cell, date):
        return cell
    try:
        return date.fromisoformat(str(cell)[:10])
    except ValueError:
        return None


def _covered(stream: Stream, names: Sequence[str], rows: Sequence[Row], asked: Asked) -> Period:
    """The days that the answers speak of; the latest ones may only not be told yet."""
    if not stream.late or "date" not in names:
        return Period(asked.start, asked.end)
    days = [day for row in rows if (day := _as_day(row[names.index("date")]))]
    told = max((day + _DAY for day in days), default=asked.start)
    return Period(asked.start, max(told, asked.end - stream.late * _DAY, asked.start + _DAY))


def _block(
    made: Definition, stream: Stream, columns: Mapping[str, Column], names: Sequence[str], rows: Sequence[Row]
) -> Block:
    headings: list[Cell] = [heading(made.platform, name) for name in names]
    places = {name: (place,) for place, name in enumerate(columns)}
    sheet = Sheet("", [headings, *rows])
    match = Match(made.platform, stream.table, places, (), 1.0)
    return Block(sheet, (), 0, 1, len(rows) + 1, match)
