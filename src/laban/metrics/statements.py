"""From what is asked of one fact to one SQL statement: base measures only, per window and dimension values.

Every statement gives rows of: number of the window, one value per dimension, how many rows were read, then for each
ask its value and, where the ask says so, how many rows had no value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from laban.facts import FACT
from laban.metrics.dialect import DUCKDB, Dialect, Sql, conjunction, joined
from laban.metrics.formula import Filters, Input
from laban.metrics.model import Measure, Source
from laban.periods import Period
from laban.warehouse.sql import quote

Shape = Literal["rows", "repeat", "top", "stock", "reported", "activity"]

SHAPES: dict[str, Shape] = {
    "repeat": "repeat", "top": "top", "stock": "stock", "reported": "reported", "activity": "activity",
}  # fmt: skip

#: The member that stands for all that are not kept; no file can hold it, since control characters are refused.
OTHERS = "\x1fothers"

_SECONDS = re.compile(r"\{seconds (\w+) (\w+)\}")
_BRAND = re.compile(r"\{brand (\w+)\}")


@dataclass(frozen=True, slots=True)
class Ask:
    """One measure that a statement answers, and where its value and its gap stand in a row."""

    input: Input
    measure: Measure
    column: int
    gap_column: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What a statement is to answer: measures of one source, in windows, split by and filtered on dimensions.

    ``keep`` lists the combinations of members that have a row of their own; all others share one. None keeps all.
    ``aligned``: the windows are units of this grain, numbered from the first on, so that a day tells its window.
    """

    source: Source
    shape: Shape
    asks: tuple[Ask, ...]
    windows: tuple[Period, ...]
    by: tuple[str, ...]
    where: Filters
    activity_days: int
    brand_terms: tuple[str, ...] = ()
    keep: tuple[tuple[str | None, ...], ...] | None = None
    aligned: str = ""


def shape_of(measure: Measure) -> Shape:
    """Return the kind of statement that answers a measure."""
    return SHAPES.get(measure.kind, "rows")


def statement(request: Request, dialect: Dialect = DUCKDB) -> Sql:
    """Return the statement that answers a request."""
    match request.shape:
        case "rows":
            return _rows(request, dialect)
        case "repeat":
            return _repeat(request, dialect)
        case "top":
            return _top(request, dialect)
        case "stock":
            return _stock(request, dialect)
        case "reported":
            return _reported(request, dialect)
        case "activity":
            return _activity(request, dialect)


def condition(source: Source, dimension: str, values: Iterable[str]) -> Sql:
    """Return the condition that a row's ``dimension`` is one of ``values``; the empty text means "not given"."""
    wanted = list(values)
    if dimension == "channel_class":
        dimension = "channel"
        wanted = sorted({c for value in wanted for c in source.classes.get(value, (value,))})
    expression = source.dimensions[dimension]
    named = [value for value in wanted if value]
    pieces = []
    if named:
        pieces.append(Sql(f"{expression} IN ({', '.join('?' * len(named))})", tuple(named)))
    if len(named) < len(wanted):
        pieces.append(Sql(f"{_member(source, dimension)} IS NULL"))
    return joined(pieces, " OR ")


def _filters(source: Source, filters: Filters) -> list[Sql]:
    return [condition(source, dimension, values) for dimension, values in filters]


def _members(request: Request, alias: str = "") -> Sql:
    """One column per dimension, each after a comma; ``alias`` names them d0, d1, ..."""
    members = [_member(request.source, dimension) for dimension in request.by]
    kept = None if request.keep is None else _is_kept(members, request.keep)
    pieces = []
    for number, member in enumerate(members):
        column = Sql(member) if kept is None else "CASE WHEN " + kept + Sql(f" THEN {member} ELSE ? END", (OTHERS,))
        pieces.append(", " + column + (f" AS {alias}{number}" if alias else ""))
    return joined(pieces, "")


def _member(source: Source, dimension: str) -> str:
    """The expression for a row's member of a dimension, NULL where it has none."""
    expression = source.dimensions[dimension]
    fact = FACT.get(source.table.removesuffix("_live"))
    never_empty = fact is not None and expression in fact.filled
    return expression if never_empty else f"nullif({expression}, '')"


def _is_kept(members: Sequence[str], keep: Sequence[tuple[str | None, ...]]) -> Sql:
    if len(members) > 1:
        same = " AND ".join(f"{member} IS NOT DISTINCT FROM ?" for member in members)
        return joined((Sql(f"({same})", key) for key in keep), " OR ") if keep else Sql("FALSE")
    named = [value for (value,) in keep if value is not None]
    pieces = [Sql(f"{members[0]} IN ({', '.join('?' * len(named))})", tuple(named))] if named else []
    if len(named) < len(keep):
        pieces.append(Sql(f"{members[0]} IS NULL"))
    return joined(pieces, " OR ") if pieces else Sql("FALSE")


def _places(count: int, first: int = 1) -> str:
    return ", ".join(str(place) for place in range(first, first + count))


def _expression(request: Request, measure: Measure, dialect: Dialect) -> Sql:
    """The measure's own expression with what only the engine or the company knows put in."""
    text = _SECONDS.sub(lambda found: dialect.seconds(found[1], found[2]), measure.expr)
    branded = _BRAND.search(text)
    if branded is None:
        return Sql(text)
    return text[: branded.start()] + dialect.mentions(branded[1], request.brand_terms) + text[branded.end() :]


def _kept(request: Request, ask: Ask) -> Sql:
    """Which rows count for one ask: the measure's own condition and the formula's ``where``."""
    return conjunction([ask.measure.where, *_filters(request.source, ask.input.where)])


def aggregate(request: Request, ask: Ask, dialect: Dialect) -> Sql:
    """Return the expression over rows that gives one measure."""
    value, kept = _expression(request, ask.measure, dialect), _kept(request, ask)
    case = "CASE WHEN " + kept
    match ask.measure.kind:
        case "count":
            return "count(" + case + " THEN 1 END)"
        case "tally":
            return "sum(" + case + " THEN " + value + " ELSE 0 END)"
        case "distinct":
            return "count(DISTINCT " + case + " THEN " + value + " END)"
        case "median" | "quantile":
            inner = case + " THEN " + value + " END"
            half = ask.measure.kind == "median"
            taken = dialect.median(inner.text) if half else dialect.quantile(inner.text, ask.measure.quantile)
            return Sql(taken, inner.params)
        case _:
            return _sum(request, ask, value, kept)


def _sum(request: Request, ask: Ask, value: Sql, kept: Sql) -> Sql:
    """Where a platform speaks of other members only, the filtered sum is zero; where it says nothing, unknown."""
    if kept.text == "TRUE":
        return "sum(" + value + ")"
    if not ask.input.where:
        return "sum(CASE WHEN " + kept + " THEN " + value + " END)"
    known = [
        f"{request.source.dimensions['channel' if dim == 'channel_class' else dim]} IS NOT NULL"
        for dim, values in ask.input.where
        if "" not in values
    ]
    zero = conjunction([value + " IS NOT NULL", *known])
    return "sum(CASE WHEN " + kept + " THEN " + value + " WHEN " + zero + " THEN 0 END)"


def _columns(request: Request, dialect: Dialect) -> Sql:
    found: list[Sql] = []
    for ask in request.asks:
        found.append(aggregate(request, ask, dialect))
        if ask.gap_column is not None:
            found.append(counted_gap(request, ask))
    return joined(found, ", ")


def counted_gap(request: Request, ask: Ask) -> Sql:
    """Return the expression for the number of rows whose number is unknown."""
    return "count(CASE WHEN " + conjunction([ask.measure.gap, _kept(request, ask)]) + " THEN 1 END)"


def table_of(source: Source) -> str:
    """Return the view of a source, called ``f``, with what it is joined to, called ``o``."""
    text = f"{quote(source.table)} f"
    if source.join:
        same = " AND ".join(f"o.{quote(c)} IS NOT DISTINCT FROM f.{quote(c)}" for c in source.join_on)
        text += f" LEFT JOIN {quote(source.join)} o ON {same}"
    return text


def day_of(request: Request) -> str:
    """Return the expression for the day that places a row in time."""
    own = next((ask.measure.date for ask in request.asks if ask.measure.date), "")
    return own or 'f."date"'


def _pruned(day: str, windows: Sequence[Period], lead_days: int = 0) -> Sql:
    """All windows lie in these days; said apart, so that whole blocks of rows are never read."""
    start, end = min(w.start for w in windows), max(w.end for w in windows)
    return Sql(f"{day} >= CAST(? AS DATE) - {int(lead_days)} AND {day} < ?", (start, end))


def _in_windows(request: Request, dialect: Dialect, select: Sql, group: int) -> Sql:
    """Read the rows of every window: one by its borders, units by counting, others through a calendar of their days.

    A row that speaks of several days belongs to a window only when all of them do.
    """
    source, day = request.source, day_of(request)
    where: list[Sql | str] = [source.where, *_filters(source, request.where)]
    if request.aligned:
        first = min(window.start for window in request.windows)
        where.append(_pruned(day, request.windows))
        if source.spans:
            last = dialect.plus_days(day, "f.days - 1")
            begun, ended = (dialect.unit_number(each, request.aligned, first) for each in (day, last))
            where.append("f.days = 1 OR " + begun + " = " + ended)
        number = dialect.unit_number(day, request.aligned, first)
        body = "SELECT " + number + select + f" FROM {table_of(source)} WHERE " + conjunction(where)
    elif len(request.windows) == 1:
        only = request.windows[0]
        where.append(Sql(f"{day} >= ? AND {day} < ?", (only.start, only.end)))
        if source.spans:
            where.append(Sql(dialect.plus_days(day, "f.days") + " <= ?", (only.end,)))
        body = "SELECT 0" + select + f" FROM {table_of(source)} WHERE " + conjunction(where)
        # the window's number is the same in every row: grouping by it too costs time
        return body + (f" GROUP BY {_places(group - 1, 2)}" if group > 1 else "")
    else:
        where.append(_pruned(day, request.windows))
        room = f" AND f.days <= {dialect.days_between('c.day', 'c.e')}" if source.spans else ""
        body = (
            "WITH c AS ("
            + dialect.calendar(request.windows)
            + ") SELECT c.i"
            + select
            + f" FROM {table_of(source)} JOIN c ON {day} = c.day{room} WHERE "
            + conjunction(where)
        )
    return body + f" GROUP BY {_places(group)}"


def _rows(request: Request, dialect: Dialect) -> Sql:
    select = _members(request) + ", count(*), " + _columns(request, dialect)
    return _in_windows(request, dialect, select, 1 + len(request.by))


def _repeat(request: Request, dialect: Dialect) -> Sql:
    """Count the values that occur more than once, after counting each value's rows."""
    value = request.asks[0].measure.expr
    counts = joined(
        ("count(CASE WHEN " + _kept(request, ask) + f" THEN 1 END) AS n{n}" for n, ask in enumerate(request.asks)),
        ", ",
    )
    select = " AS i" + _members(request, "d") + f", {value} AS k, count(*) AS n, " + counts
    inner = _in_windows(request, dialect, select, 2 + len(request.by))
    outer = "".join(f", d{n}" for n in range(len(request.by)))
    often = ", ".join(f"count(CASE WHEN n{n} >= 2 AND k IS NOT NULL THEN 1 END)" for n in range(len(request.asks)))
    return f"SELECT i{outer}, sum(n), {often} FROM (" + inner + f") g GROUP BY {_places(1 + len(request.by))}"


def _top(request: Request, dialect: Dialect) -> Sql:
    """Add each member's values, rank the members, and keep the largest twentieth (or what the measure says)."""
    measure = request.asks[0].measure
    worth = joined(
        (
            "sum(CASE WHEN " + _kept(request, ask) + f" THEN {ask.measure.value} END) AS v{n}"
            for n, ask in _numbered(request)
        ),
        ", ",
    )
    select = " AS i" + _members(request, "d") + f", {measure.expr} AS k, count(*) AS n, " + worth
    inner = _in_windows(request, dialect, select, 2 + len(request.by))
    outer = "".join(f", d{n}" for n in range(len(request.by)))
    group = f"i{outer}"
    ranked = ", ".join(
        f"row_number() OVER (PARTITION BY {group}, v{n} IS NULL ORDER BY v{n} DESC, k) AS r{n}, "
        f"count(v{n}) OVER (PARTITION BY {group}) AS c{n}"
        for n, _ in _numbered(request)
    )
    sums = ", ".join(_top_sum(n, ask.measure) for n, ask in _numbered(request))
    return (
        f"SELECT {group}, sum(n), {sums} FROM (SELECT *, {ranked} FROM ("
        + inner
        + f") g WHERE k IS NOT NULL) h GROUP BY {_places(1 + len(request.by))}"
    )


def _numbered(request: Request) -> Iterable[tuple[int, Ask]]:
    return enumerate(request.asks)


def _top_sum(number: int, measure: Measure) -> str:
    """The share is rounded up, so that there is always one member."""
    top = f"v{number} IS NOT NULL AND r{number} <= (c{number} * {int(measure.top_percent)} + 99) // 100"
    if measure.part == "members":
        return f"count(CASE WHEN {top} THEN 1 END)"
    return f"sum(CASE WHEN {top} THEN v{number} END)"


def _stock(request: Request, dialect: Dialect) -> Sql:
    """Take each member's last known value (carried for a while), then add the members."""
    source = request.source
    carry = max(ask.measure.carry_days for ask in request.asks)
    day = dialect.plus_days('f."date"', "f.days - 1") if source.spans else 'f."date"'
    members = dict.fromkeys(member for ask in request.asks for member in ask.measure.members)
    who = "".join(f", {member} AS m{n}" for n, member in enumerate(members))
    values = joined(
        (
            piece
            for n, ask in enumerate(request.asks)
            for piece in (
                _stock_value(request, ask, day, dialect) + f" AS v{n}",
                _stock_seen(request, ask, day) + f" AS seen{n}",
            )
        ),
        ", ",
    )
    where = conjunction([source.where, *_filters(source, request.where), _pruned(day, request.windows, carry)])
    inner = (
        "WITH c AS ("
        + dialect.calendar(request.windows, carry)
        + ") SELECT c.i AS i"
        + _members(request, "d")
        + f"{who}, count(*) AS n, "
        + values
        + f" FROM {table_of(source)} JOIN c ON {day} = c.day WHERE "
        + where
        + f" GROUP BY {_places(1 + len(request.by) + len(members))}"
    )
    outer = "".join(f", d{n}" for n in range(len(request.by)))
    sums = ", ".join(_stock_sum(n, ask) for n, ask in enumerate(request.asks))
    return f"SELECT i{outer}, sum(n), {sums} FROM (" + inner + f") g GROUP BY {_places(1 + len(request.by))}"


def _stock_sum(number: int, ask: Ask) -> str:
    """Add the members; an opening value without any figure in the window would be compared with itself."""
    if ask.input.take == "first":
        return f"CASE WHEN bool_or(seen{number}) THEN sum(v{number}) END"
    return f"sum(v{number})"


def _stock_seen(request: Request, ask: Ask, day: str) -> Sql:
    """Whether a member has a figure in the window itself, not only one that is carried into it."""
    kept = conjunction([_kept(request, ask), f"{ask.measure.expr} IS NOT NULL", f"{day} >= c.s"])
    return "coalesce(bool_or(" + kept + "), false)"


def _stock_value(request: Request, ask: Ask, day: str, dialect: Dialect) -> Sql:
    """The closing value, or the opening one: the last before the window, else the member's first in it."""
    kept = _kept(request, ask)
    value = ask.measure.expr if kept.text == "TRUE" else f"CASE WHEN {kept.text} THEN {ask.measure.expr} END"
    if ask.input.take == "first":
        text = f"coalesce({dialect.latest(value, day, f'{day} < c.s')}, {dialect.earliest(value, day)})"
    else:
        text = dialect.latest(value, day)
    return Sql(text, kept.params * text.count(value))


def _reported(request: Request, dialect: Dialect) -> Sql:
    """A platform's own count of people: only the row of the very window, and only when there is one such row."""
    source = request.source
    split = {*request.by, *(dimension for dimension, _ in request.where)}
    whole = [f"{_member(source, d)} IS NULL" for d in source.whole if d not in split]
    columns = joined(
        (
            "CASE WHEN count(" + value + ") = 1 THEN max(" + value + ") END, count(" + value + ")"
            for value in (
                "CASE WHEN " + _kept(request, ask) + f" THEN {ask.measure.expr} END" for ask in request.asks
            )
        ),
        ", ",
    )
    span = f"f.days = {dialect.days_between('w.s', 'w.e')}"
    return (
        "WITH w AS ("
        + dialect.windows(request.windows)
        + ") SELECT w.i"
        + _members(request)
        + ", count(*), "
        + columns
        + f' FROM {table_of(source)} JOIN w ON f."date" = w.s AND {span} WHERE '
        + conjunction([source.where, *whole, *_filters(source, request.where)])
        + f" GROUP BY {_places(1 + len(request.by))}"
    )


def _activity(request: Request, dialect: Dialect) -> Sql:
    """Customers who bought in the activity window before the start; of these, who bought in the one before the end.

    A customer's dimensions are those of the first order, so a customer never moves between members.
    """
    source, days = request.source, request.activity_days
    customer = request.asks[0].measure.expr
    inner = (
        "WITH c AS ("
        + dialect.calendar(request.windows, days)
        + f") SELECT c.i AS i, f.{quote(customer)} AS k, "
        + 'max(CASE WHEN f."date" < c.s THEN 1 ELSE 0 END) AS at_start, '
        + f'max(CASE WHEN f."date" >= c.e - {int(days)} THEN 1 ELSE 0 END) AS at_end '
        + f'FROM {quote(source.table)} f JOIN c ON f."date" = c.day WHERE '
        + conjunction([source.where, f"f.{quote(customer)} IS NOT NULL", _pruned('f."date"', request.windows, days)])
        + " GROUP BY 1, 2"
    )
    columns = joined((_activity_sum(request, ask) for ask in request.asks), ", ")
    first = ""
    if request.by or request.where or any(ask.input.where for ask in request.asks):
        first = f" JOIN {quote(source.table)} o ON o.{quote(customer)} = g.k AND o.is_first_order"
    return (
        "SELECT i"
        + _members(request)
        + ", sum(at_start), "
        + columns
        + " FROM ("
        + inner
        + f") g{first} WHERE "
        + conjunction(_filters(source, request.where))
        + f" GROUP BY {_places(1 + len(request.by))}"
    )


def _activity_sum(request: Request, ask: Ask) -> Sql:
    part = {"start": "at_start", "end": "at_end", "retained": "at_start * at_end"}[ask.measure.part]
    kept = conjunction(_filters(request.source, ask.input.where))
    return "sum(CASE WHEN " + kept + f" THEN {part} ELSE 0 END)"
