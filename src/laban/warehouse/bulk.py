"""A large plain file into its fact by one statement, without a Python value per cell.

The plan says what every column means; here that becomes SQL over DuckDB's own CSV reader. Two principles keep it as
right as the long way: a cell that does not fit its column *exactly* raises (``error(…)``) and the whole file is read
the long way instead, and what is cheap to check afterwards on what was stored (distinct texts, first and last day) is
checked there rather than a million times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from laban.bulk import BulkOutcome, BulkPlan, ColumnSpec
from laban.facts import COUNT, DATE, FACT, Fact
from laban.sources.model import Slice
from laban.warehouse.load import Incoming, LoadOutcome, complete, constants, next_id, register
from laban.warehouse.money import fill_reporting
from laban.warehouse.schema import converted, paired_money, rates_of
from laban.warehouse.sql import listed, literal, quote

if TYPE_CHECKING:
    import duckdb

#: What is trimmed from the ends of a cell (RE2 class body).
_BLANK = r"\s\v\x1c-\x1f\x85\p{Z}\x{200B}\x{2060}\x{FEFF}"
#: The decimal marks there are; any other stands for a column of whole numbers.
_MARKS = (".", ",")
_ISO = "%Y-%m-%d"
_FEW = 4
#: Characters that would make the reader take a path for a pattern.
_GLOB = set("*?[]")


@dataclass(slots=True)
class _Statement:
    """The pieces of one INSERT and the values bound to it."""

    columns: dict[str, str] = field(default_factory=dict)
    joins: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def bind(self, value: Any) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"${name}"

    def bind_texts(self, values: Iterable[str]) -> str:
        return f"CAST({self.bind(list(values))} AS VARCHAR[])"


def load_bulk(connection: duckdb.DuckDBPyConnection, plan: BulkPlan, incoming: Incoming) -> LoadOutcome | None:
    """Store and log the file of ``plan``.

    Returns:
        What became of it, with the finished reading; None when the file is not as plain as the plan says, and the
        transaction is to be rolled back.
    """
    slice_id = next_id(connection, "slice", "slice_id")
    found = store(connection, plan, slice_id)
    if found is None:
        return None
    reading, part = plan.finish(found), _dated(plan.slice, found)
    if reading.status != "loaded":
        return LoadOutcome(None, reading.status, reading, reading.findings)
    if part is None or not _plausible(plan, found):
        return None
    import_id = next_id(connection, "import_log", "id")
    register(connection, part, import_id, slice_id)
    return complete(connection, reading, incoming, import_id, [(slice_id, part)])


def store(connection: duckdb.DuckDBPyConnection, plan: BulkPlan, slice_id: int) -> BulkOutcome | None:
    """Insert the rows of ``plan``; return what was found in them, or None when a cell does not fit."""
    import duckdb  # noqa: PLC0415  slow to import

    fact = FACT[plan.slice.fact]
    if fact.kind != "series" or _GLOB & set(str(plan.path)):
        return None
    try:
        _insert(connection, fact, plan, slice_id)
        _clean_texts(connection, fact, plan, slice_id)
        return _outcome(connection, fact, plan, slice_id)
    except duckdb.Error:
        return None


def _insert(connection: duckdb.DuckDBPyConnection, fact: Fact, plan: BulkPlan, slice_id: int) -> None:
    statement = _Statement()
    for spec in plan.columns:
        statement.columns[spec.name] = _value(statement, spec, fact.column(spec.name).type)
    for name, value in constants(fact, plan.slice, slice_id).items():
        statement.columns.setdefault(name, statement.bind(value))
    pairs = [(own, twin) for own, twin in paired_money(fact) if own in statement.columns]
    typed = ", ".join(f"{expression} AS {quote(name)}" for name, expression in statement.columns.items())
    joins = "".join(statement.joins)
    rows = f"SELECT {typed} FROM {_csv(statement, plan)} c{joins} WHERE {_is_data(plan)}"
    if pairs:
        twins = "".join(f", {converted(f'x.{quote(own)}')} AS {quote(twin)}" for own, twin in pairs)
        currency = "x.currency" if "currency" in statement.columns else "''"
        day = "x.date" if "date" in statement.columns else "NULL"
        rows = f"SELECT x.*{twins} FROM ({rows}) x{rates_of(currency, day)}"
    target = listed((*statement.columns, *(twin for _, twin in pairs)))
    connection.execute(f"INSERT INTO {quote(fact.name)} ({target}) {rows}", statement.values)


def _csv(statement: _Statement, plan: BulkPlan) -> str:
    cells = ", ".join(f"{literal(_cell_name(n))}: 'VARCHAR'" for n in range(plan.width))
    mark = literal(plan.quote)
    return (
        f"read_csv({statement.bind(str(plan.path.absolute()))}, auto_detect = false, header = false, "
        f"skip = {int(plan.skip_lines)}, delim = {literal(plan.delimiter)}, quote = {mark}, escape = {mark}, "
        f"compression = 'none', columns = {{{cells}}})"
    )


def _cell_name(source: int) -> str:
    return f"c{source}"


def _cell(source: int) -> str:
    return f"c.{quote(_cell_name(source))}"


def _is_data(plan: BulkPlan) -> str:
    """Rows that are neither empty nor the file's own total."""
    filled = " OR ".join(f"{_cell(n)} IS NOT NULL" for n in range(plan.width))
    conditions = [f"({filled})"]
    if plan.totals_row:
        pattern = literal(plan.totals_row)
        # A total behind a blank is taken for data here, and then has no day: the long way finds it.
        conditions += [f"regexp_matches({_cell(n)}, {pattern}) IS NOT TRUE" for n in range(min(2, plan.width))]
    return " AND ".join(conditions)


def _value(statement: _Statement, spec: ColumnSpec, kind: str) -> str:
    """Return the expression for one column of the fact, of SQL type ``kind``."""
    if spec.kind == "constant" or spec.source is None:
        return f"CAST({statement.bind(spec.value)} AS {kind})"
    cell = _cell(spec.source)
    match spec.kind:
        case "number":
            return _number(cell, spec, kind)
        case "date":
            return _date(cell, spec)
        case "lookup":
            return _lookup(statement, cell, spec)
        case _:
            return cell  # cleaned afterwards, see _clean_texts


def _number(cell: str, spec: ColumnSpec, kind: str) -> str:
    """A number in the common form or no value at once; anything else trimmed, without its affix, or an error."""
    trimmed = _trimmed(f"coalesce({cell}, '')")
    bare = _without_affix(trimmed, spec.affixes)
    odd = (
        f"CASE WHEN {_is_nothing(trimmed, spec)} THEN NULL "
        f"WHEN {_is_number(bare, spec, kind)} THEN {_digits(bare, spec, kind)} ELSE error('number') END"
    )
    # A column that may only hold a word or two (the one currency) is compared before it is matched.
    known = " OR ".join(f"{cell} = {literal(word)}" for word in spec.empty if word)
    early = f"WHEN {known} THEN NULL " if known and len(spec.empty) <= _FEW else ""
    return (
        f"CASE {early}WHEN {_is_number(cell, spec, kind)} THEN {_digits(cell, spec, kind)} "
        f"WHEN {_is_nothing(cell, spec)} THEN NULL ELSE {odd} END"
    )


def _is_number(text: str, spec: ColumnSpec, kind: str) -> str:
    grouped = rf"|\d{{1,3}}({re.escape(spec.group)}\d{{3}})+" if spec.group else ""
    point = re.escape(spec.decimal)
    fraction = rf"({point}0+)?" if kind == COUNT else rf"({point}\d{{1,{_scale(kind)}}}0*)?"
    pattern = rf"-?(\d+{grouped}){fraction if spec.decimal in _MARKS else ''}"
    return f"regexp_full_match({text}, {literal(pattern)})"


def _scale(kind: str) -> int:
    """Decimal places of a DECIMAL type."""
    found = re.fullmatch(r"DECIMAL\(\d+,(\d+)\)", kind)
    return int(found[1]) if found else 0


def _digits(text: str, spec: ColumnSpec, kind: str) -> str:
    plain = f"replace({text}, {literal(spec.group)}, '')" if spec.group else text
    if spec.decimal != "." and spec.decimal in _MARKS:
        plain = f"replace({plain}, {literal(spec.decimal)}, '.')"
    return f"CAST({plain} AS {kind})"


def _without_affix(text: str, affixes: Iterable[str]) -> str:
    """Take one affix off, before or after the number."""
    words = "|".join(re.escape(word) for word in sorted(affixes, key=len, reverse=True))
    if not words:
        return text
    before = literal(rf"^(?:{words})[{_BLANK}]*")
    after = literal(rf"[{_BLANK}]*(?:{words})$")
    return (
        f"CASE WHEN regexp_matches({text}, {before}) THEN regexp_replace({text}, {before}, '') "
        f"ELSE regexp_replace({text}, {after}, '') END"
    )


def _date(cell: str, spec: ColumnSpec) -> str:
    read = f"CAST(strptime({_trimmed(cell)}, {literal(spec.date_format)}) AS DATE)"
    if spec.date_format == _ISO:
        iso = literal(r"\d{4}-\d{2}-\d{2}")
        return f"CASE WHEN regexp_full_match({cell}, {iso}) THEN CAST({cell} AS DATE) ELSE {read} END"
    return read


def _lookup(statement: _Statement, cell: str, spec: ColumnSpec) -> str:
    """Look the cell up as it stands, in the usual spellings; only one that is not found is trimmed and lowered."""
    usual = {form: to for word, to in spec.lookup.items() for form in (word.title(), word.capitalize(), word.upper())}
    usual.update(spec.lookup)
    table = f"l{len(statement.joins)}"
    word, meaning = (f"unnest({statement.bind_texts(side)})" for side in (usual, usual.values()))
    statement.joins.append(
        f" LEFT JOIN (SELECT {word} AS word, {meaning} AS meaning) {table} ON {table}.word = {cell}"
    )
    words, meanings = statement.bind_texts(spec.lookup), statement.bind_texts(spec.lookup.values())
    trimmed = _trimmed(cell)
    found = f"list_extract({meanings}, list_position({words}, lower({trimmed})))"
    nothing = f"{cell} IS NULL OR {_is_nothing(trimmed, spec)}"
    other = f"CASE WHEN {nothing} THEN NULL ELSE coalesce({found}, {statement.bind(spec.value)}) END"
    return f"CASE WHEN {table}.meaning IS NOT NULL THEN {table}.meaning ELSE {other} END"


_ENDS = literal(rf"^[{_BLANK}]|[{_BLANK}]$")
_ALL_ENDS = literal(rf"^[{_BLANK}]+|[{_BLANK}]+$")


def _trimmed(text: str) -> str:
    """Trim all kinds of blanks; only where one stands at an end, because looking is cheap and trimming is not."""
    return (
        f"CASE WHEN regexp_matches({text}, {_ENDS}) THEN regexp_replace({text}, {_ALL_ENDS}, '', 'g') ELSE {text} END"
    )


def _is_nothing(text: str, spec: ColumnSpec) -> str:
    """Whether a trimmed text says that there is no value. A pattern, because DuckDB turns a long IN into a join."""
    return f"regexp_full_match({text}, {literal(f'(?i:{_words(spec)})?')})"


def _words(spec: ColumnSpec) -> str:
    return "|".join(re.escape(word) for word in spec.empty)


def _is_unclean(text: str, spec: ColumnSpec) -> str:
    """Whether a text is not stored as it stands: a blank at an end, or a way of saying nothing."""
    pattern = literal(rf"^[{_BLANK}]|[{_BLANK}]$|^(?i:{_words(spec)})?$")
    return f"regexp_matches({text}, {pattern})"


def _clean(text: str, spec: ColumnSpec) -> str:
    trimmed = _trimmed(text)
    return f"CASE WHEN {_is_nothing(trimmed, spec)} THEN NULL ELSE {trimmed} END"


def _clean_texts(connection: duckdb.DuckDBPyConnection, fact: Fact, plan: BulkPlan, slice_id: int) -> None:
    """Trim and empty the stored texts where any value needs it; there are few distinct ones."""
    table = quote(fact.name)
    for spec in plan.columns:
        if spec.kind != "text":
            continue
        column = quote(spec.name)
        unclean = f"slice_id = ? AND {_is_unclean(column, spec)}"
        if connection.execute(f"SELECT 1 FROM {table} WHERE {unclean} LIMIT 1", [slice_id]).fetchone() is None:
            continue
        connection.execute(f"UPDATE {table} SET {column} = {_clean(column, spec)} WHERE {unclean}", [slice_id])
        if spec.name == "currency":
            fill_reporting(connection, fact, [slice_id])


def _outcome(connection: duckdb.DuckDBPyConnection, fact: Fact, plan: BulkPlan, slice_id: int) -> BulkOutcome:
    """Count and sum what was stored; totals of columns that the fact does not keep come from the file again."""
    held = {_measure(spec): quote(spec.name) for spec in plan.columns if spec.kind == "number"}
    stored = [(spec.name, held[_measure(spec)]) for spec in plan.totals if _measure(spec) in held]
    sums = "".join(f", sum({column})" for _, column in stored)
    row = connection.execute(
        f"SELECT count(*), count(date), min(date), max(date){sums} FROM {quote(fact.name)} WHERE slice_id = ?",
        [slice_id],
    ).fetchone()
    assert row is not None  # noqa: S101  an aggregate always has a row
    rows, dated, first, last, *found = row
    totals = dict(zip([name for name, _ in stored], found, strict=True))
    rest = [spec for spec in plan.totals if _measure(spec) not in held]
    if rest:
        totals.update(_totals(connection, plan, rest))
    exact = {spec.name: Decimal(totals[spec.name] or 0) for spec in plan.totals}
    return BulkOutcome(rows, exact, first if dated == rows else None, last)


def _measure(spec: ColumnSpec) -> tuple[Any, ...]:
    """What makes two columns the same number."""
    return spec.kind, spec.source, spec.group, spec.decimal, spec.empty, spec.affixes


def _totals(
    connection: duckdb.DuckDBPyConnection, plan: BulkPlan, specs: list[ColumnSpec]
) -> dict[str, Decimal | None]:
    statement = _Statement()
    sums = ", ".join(f"sum({_value(statement, spec, 'DECIMAL(38,10)')})" for spec in specs)
    sql = f"SELECT {sums} FROM {_csv(statement, plan)} c WHERE {_is_data(plan)}"
    found = connection.execute(sql, statement.values).fetchone()
    return dict(zip([spec.name for spec in specs], found or (), strict=True))


def _dated(part: Slice, outcome: BulkOutcome) -> Slice | None:
    """Give the slice the days of its rows, where it has none of its own."""
    if part.grain == "undated" or (part.start is not None and part.end is not None):
        return part
    if outcome.first is None or outcome.last is None:
        return None
    return replace(part, start=outcome.first, end=outcome.last + timedelta(days=1))


def _plausible(plan: BulkPlan, outcome: BulkOutcome) -> bool:
    """Whether every row has a day, and all are such as a shop may have."""
    if not any(spec.kind == "date" and FACT[plan.slice.fact].column(spec.name).type == DATE for spec in plan.columns):
        return True
    return _within(outcome.first, plan.days) and _within(outcome.last, plan.days)


def _within(day: date | None, days: tuple[date, date]) -> bool:
    return day is not None and days[0] <= day < days[1]
