"""Decide whether a large file is plain enough to be read in bulk, and write down how.

Only the head of the file is read into values. What the head cannot promise for the rest is made to fail loudly: a
mark, a currency or a date that the head did not show does not fit its ``ColumnSpec``, and then the whole file is
read the long way. What a look at raw bytes can tell cheaply (escapes, totals rows) is looked up in all of it.
"""

from __future__ import annotations

import csv
import mmap
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from laban.bulk import BulkOutcome, BulkPlan, ColumnSpec
from laban.facts import FACT
from laban.periods import Period
from laban.sources.blocks import blocks_of
from laban.sources.book import Row, UnreadableError
from laban.sources.checks import compare, read_own_totals
from laban.sources.columns import EMPTY_TEXT, NUMERIC, WHOLE, Raw, currencies_beside, decimal_marks
from laban.sources.currency import SIGNS, currency_code
from laban.sources.files import is_foreign
from laban.sources.mapping import FactPlan, Platform, PlatformName, fold
from laban.sources.model import Reading, ReadOptions, Slice
from laban.sources.money import settle_currency
from laban.sources.notes import Notes
from laban.sources.numbers import NO_VALUE, NotANumberError, marks_of, parse_number
from laban.sources.reading import Context
from laban.sources.rows import lift_cells, name_weekdays, report_unknown, sort_rows
from laban.sources.slices import rank_of
from laban.sources.table import Table
from laban.sources.text import decode, is_wrapped, rows_of
from laban.sources.timeline import TIME, stated_period
from laban.sources.totals import PATTERN, TotalRow, total_label
from laban.sources.unseen import recalled, unseen_headings

#: Below this the long way is quick enough.
LEAST_BYTES = 3 * 1024 * 1024
_HEAD = 256 * 1024
_MOST_TOTALS = 20_000
#: A decimal mark that no number has: where the head shows no decimals, the first one later on must not fit.
_NO_MARK = "\u00a4"
_FORMATS = (
    ("%Y-%m-%d", re.compile(r"\d{4}-\d{2}-\d{2}")),
    ("%Y/%m/%d", re.compile(r"\d{4}/\d{2}/\d{2}")),
    ("%Y%m%d", re.compile(r"\d{8}")),
)
_TOTAL_WORDS = ("otal", "ổng", "合計", "件の結果", "esamt", "OTAL", "ỔNG")
#: A total in a rarer word stands in the last lines.
_TAIL = 8 * 1024
_KINDS = frozenset({*NUMERIC, "text", "currency", "date", "skip", "pii_drop"})
_UNPLAIN_OPTIONS = ("blank_total", "level", "nesting", "group_by", "few")


class _NotPlainError(Exception):
    """The file needs the long way."""


def plan_bulk(path: Path, head: bytes, options: ReadOptions, slow: Callable[[], Reading]) -> BulkPlan | None:
    """Return the plan for a large plain file, or None if it is not one. ``slow`` reads it the long way."""
    if path.stat().st_size < LEAST_BYTES or is_foreign(head):
        return None
    try:
        return _plan(path, options, slow)
    except (_NotPlainError, UnreadableError):
        return None


def _plan(path: Path, options: ReadOptions, slow: Callable[[], Reading]) -> BulkPlan:
    table = _sampled(path, options)
    plan = _only_fact(table)
    specs = _Specs(table)
    columns = _fact_specs(specs, plan)
    totals = tuple(
        replace(specs.number(name), name=key) for name, key in _totalled(table) if name in specs.table.marks
    )
    sheet, present = table.block.sheet, [name for name in table.match.table.cut if name in table.raws]
    table.totals = list(_totals_rows(path, table))
    _check_named(table.data[0][1], table)
    covered = table.stated.period
    place = Slice(
        plan.fact,
        table.match.platform.id,
        options.account,
        "+".join(present) or "account",
        "day",
        covered.start if covered else None,
        covered.end if covered else None,
        tuple(column.name for column in columns),
        (),
        rank_of(present, table.match.table.cut) + plan.rank,
        plan.rival,
    )
    days = (covered.start, covered.end) if covered else (table.context.earliest, table.context.latest)
    return BulkPlan(
        path=path,
        delimiter=sheet.delimiter,
        quote='"',
        skip_lines=sheet.line(table.block.start) - 1,
        width=len(table.block.headings),
        columns=columns,
        totals=totals,
        totals_row=PATTERN,
        slice=place,
        days=days,
        finish=_Finish(table, place, path.name),
        slow=slow,
        unseen=unseen_headings(table),
    )


def _sampled(path: Path, options: ReadOptions) -> Table:
    """Read the head of the file as a table."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    text, encoding = decode(head[: head.rfind(b"\n") + 1])
    sheet = rows_of(text, encoding)
    blocks = blocks_of(sheet)
    if encoding not in ("utf-8", "utf-8-sig") or len(blocks) != 1 or is_wrapped(text) or sheet.torn:
        raise _NotPlainError
    block = blocks[0]
    if block.match is None or block.match.table.layout != "rows" or block.match.table.refuse:
        raise _NotPlainError
    _check_bytes(path)
    context = Context(options, path, Notes())
    table = Table(block, block.match, context)
    sort_rows(table)
    report_unknown(table)
    lift_cells(table)
    name_weekdays(table)
    _check_columns(table)
    settle_currency(table)
    table.stated = stated_period(block.preamble, context, "", table.habit)
    return table


def _check_bytes(path: Path) -> None:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        if raw.find(b"\x00") >= 0 or raw.find(b"\\'") >= 0 or raw.find(b'\\"') >= 0:
            raise _NotPlainError


def _check_columns(table: Table) -> None:
    options = table.options
    time = [name for name in TIME if name in table.raws]
    plain = (
        time[:1] == ["date"]
        and "account" not in table.raws
        and "period_start" not in table.raws
        and all(raw.column.kind in _KINDS and not raw.column.many for raw in table.raws.values())
        and not any(options.get(name) for name in _UNPLAIN_OPTIONS)
        and not any(name in table.raws for name in options.get("covers", {}))
        and not table.match.platform.template
        and len(table.data) >= 100
    )
    if not plain:
        raise _NotPlainError


def _only_fact(table: Table) -> FactPlan:
    plans = [p for p in table.match.table.facts if p.of == "rows" and _wanted(p, table)]
    totals = [p for p in table.match.table.facts if p.of == "total" and _wanted(p, table)]
    if len(plans) != 1 or totals or plans[0].shape or "{" in plans[0].rival or FACT[plans[0].fact].kind != "series":
        raise _NotPlainError
    return plans[0]


def _wanted(plan: FactPlan, table: Table) -> bool:
    return (
        all(name in table.raws for name in plan.needs)
        and (not plan.when or any(name in table.raws for name in plan.when))
        and not any(name in table.raws for name in plan.unless)
    )


def _totalled(table: Table) -> Iterator[tuple[str, str]]:
    for name, raw in table.raws.items():
        if raw.column.total and raw.column.kind in NUMERIC:
            if raw.column.kind == "stock":
                raise _NotPlainError
            yield name, raw.column.total
    if table.options.get("weighted") or table.options.get("distinct"):
        raise _NotPlainError


class _Specs:
    """Makes the ``ColumnSpec`` of an expression of the mapping."""

    def __init__(self, table: Table) -> None:
        self.table = table
        numeric = [raw for raw in table.raws.values() if raw.column.kind in NUMERIC]
        convention = str(table.match.platform.options.get("decimal", ""))
        table.marks = decimal_marks(numeric, [], table.context, convention, table.currency)

    def number(self, name: str) -> ColumnSpec:
        """Return how a numeric column is read; what the head does not show will not fit."""
        raw = self.table.raws[name]
        mark, vote = self.table.marks[name], marks_of(set(raw.cells))
        _check_numbers(raw, mark)
        whole = raw.column.kind in WHOLE
        seen = vote.decimal is not None
        grouped = seen or vote.ambiguous is not None
        if vote.ambiguous is not None and not whole and vote.decimal is None:
            raise _NotPlainError
        group = "," if mark == "." else "."
        return ColumnSpec(
            name,
            "number",
            self._place(name),
            empty=tuple(sorted(NO_VALUE)),
            group=group if grouped else "",
            decimal=mark if seen else _NO_MARK,
            affixes=_affixes(raw),
        )

    def of(self, expression: Any) -> ColumnSpec | None:
        """Return the spec of an expression, None if the file does not have what it needs.

        Raises:
            _NotPlainError: it has to be computed.
        """
        if isinstance(expression, str):
            return self._column(expression)
        operation = next(iter(expression))
        if operation == "value":
            return ColumnSpec("", "constant", value=expression["value"])
        if operation in ("present", "first_of"):
            found = [spec for part in expression[operation] if (spec := self.of(part)) is not None]
            if operation == "first_of" and (len(found) > 1 or "default" in expression):
                raise _NotPlainError
            return found[0] if found else None
        if operation == "lookup":
            return self._lookup(expression)
        if self._absent(expression[operation]):
            return None
        raise _NotPlainError

    def _column(self, name: str) -> ColumnSpec | None:
        raw = self.table.raws.get(name)
        if raw is None:
            if name in self.table.match.platform.derived:
                raise _NotPlainError
            return None
        if raw.column.kind in NUMERIC:
            return self.number(name)
        return ColumnSpec(name, "text", self._place(name), empty=tuple(sorted(EMPTY_TEXT)))

    def _lookup(self, expression: Mapping[str, Any]) -> ColumnSpec | None:
        source = self.of(expression["lookup"])
        if source is None:
            return ColumnSpec("", "constant", value=expression["absent"]) if "absent" in expression else None
        words = self.table.match.platform.words.get(expression["words"])
        if words is None or source.kind != "text":
            raise _NotPlainError
        _check_words(self.table.raws[source.name], words)
        return replace(source, kind="lookup", lookup=words, value=expression.get("default"))

    def _absent(self, part: Any) -> bool:
        names = [part] if isinstance(part, str) else [name for name in part if isinstance(name, str)]
        return not any(name in self.table.raws for name in names)

    def _place(self, name: str) -> int:
        place = self.table.raws[name].place
        # Of columns with the same meaning the first filled one counts; an earlier one may be filled further down.
        if place != self.table.match.columns[name][0]:
            raise _NotPlainError
        return place


def _check_numbers(raw: Raw, mark: Any) -> None:
    for cell in set(raw.cells):
        if not isinstance(cell, str) or "%" in cell:
            raise _NotPlainError
        try:
            parse_number(cell, mark)
        except NotANumberError:
            raise _NotPlainError from None


def _check_words(raw: Raw, words: Mapping[str, str]) -> None:
    """The long way folds words further than lower case; that must make no difference."""
    for cell in set(raw.cells):
        text = str(cell).strip()
        if (fold(text) in words) != (text.lower() in words):
            raise _NotPlainError


def _affixes(raw: Raw) -> tuple[str, ...]:
    codes = currencies_beside(raw)
    if not codes:
        return ()
    return tuple(sorted({*codes, *(sign for sign, code in SIGNS.items() if code in codes)}))


def _fact_specs(specs: _Specs, plan: FactPlan) -> tuple[ColumnSpec, ...]:
    table = specs.table
    found = [_date_spec(table)]
    for name, expression in plan.columns.items():
        if name in ("currency", "date"):
            continue
        spec = specs.of(expression)
        if spec is not None:
            found.append(replace(spec, name=name))
    if "currency" in plan.columns and any(table.currencies):
        if table.mixed or table.currency is None:
            raise _NotPlainError
        found.append(ColumnSpec("currency", "constant", value=table.currency))
        if "currency" in table.raws:
            found.append(_same_currency(table, plan, {spec.name for spec in found}))
    return tuple(found)


def _same_currency(table: Table, plan: FactPlan, taken: set[str]) -> ColumnSpec:
    """Make a second currency fail: a number that is always empty, unless the currency column holds another word."""
    fact = FACT[plan.fact]
    unused = next(c.name for c in fact.columns if c.role == "measure" and c.name not in taken)
    words = {str(cell).strip() for cell in table.raws["currency"].cells}
    if any(currency_code(word) != table.currency for word in words if word):
        raise _NotPlainError
    place = table.match.columns["currency"]
    return ColumnSpec(unused, "number", place[0], empty=tuple(sorted({"", *words})), decimal=_NO_MARK)


def _date_spec(table: Table) -> ColumnSpec:
    raw = table.raws["date"]
    texts = {cell for cell in raw.cells if isinstance(cell, str)}
    if len(table.match.columns["date"]) > 1:
        raise _NotPlainError
    for pattern, shape in _FORMATS:
        if all(shape.fullmatch(text) for text in texts):
            return ColumnSpec("date", "date", table.match.columns["date"][0], empty=(), date_format=pattern)
    raise _NotPlainError


def _totals_rows(path: Path, table: Table) -> Iterator[TotalRow]:
    """Find the file's own totals rows by their words; they are few and may stand anywhere."""
    seen: set[int] = set()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        for start, end in _lines_to_look_at(raw):
            if start in seen:
                continue
            seen.add(start)
            if len(seen) > _MOST_TOTALS:
                raise _NotPlainError
            row = _row(raw[start:end], table)
            label = total_label(row)
            if label is not None:
                _check_seen(row)
                yield TotalRow(label, start, row)
            else:
                _check_named(row, table)


def _lines_to_look_at(raw: mmap.mmap) -> Iterator[tuple[int, int]]:
    for word in _TOTAL_WORDS:
        at = raw.find(word.encode())
        while at >= 0:
            start, end = raw.rfind(b"\n", 0, at) + 1, raw.find(b"\n", at)
            end = len(raw) if end < 0 else end
            yield start, end
            at = raw.find(word.encode(), end)
    start = raw.find(b"\n", max(len(raw) - _TAIL, 0)) + 1
    while 0 < start < len(raw):
        end = raw.find(b"\n", start)
        end = len(raw) if end < 0 else end
        yield start, end
        start = end + 1


def _row(line: bytes, table: Table) -> Row:
    text = line.decode("utf-8", "replace").rstrip("\r")
    return next(csv.reader([text], delimiter=table.block.sheet.delimiter), [])


def _check_named(row: Row, table: Table) -> None:
    """A row without any name may be a total; the long way adds up the others to see."""
    places = [raw.place for raw in table.raws.values() if raw.column.kind in ("text", "term", "date")]
    if any(row) and all(str(row[place]).strip() in EMPTY_TEXT for place in places if place < len(row)):
        raise _NotPlainError


def _check_seen(row: Row) -> None:
    """In bulk only the first two cells are looked at; a total further right would be taken for data."""
    if total_label(row[:2]) is None:
        raise _NotPlainError


@dataclass(frozen=True, slots=True)
class _Finish:
    """Turns what the warehouse found into the finished reading, with findings and totals as the long way."""

    table: Table
    place: Slice
    name: str

    def __call__(self, outcome: BulkOutcome) -> Reading:
        """Return the reading, without rows."""
        table, notes = self.table, self.table.context.notes
        platform = table.match.platform
        if outcome.rows == 0:
            notes.add(
                "error",
                "header_only",
                row=table.block.sheet.line(table.block.header),
                platform=PlatformName(platform.id),
            )
            return Reading(self.name, platform.id, "empty", findings=notes.finished())
        read_own_totals(table)
        by_name = {total: name for name, total in _totalled(table)}
        sums = {by_name[key]: value for key, value in outcome.totals.items()}
        present = [name for name in table.match.table.cut if name in table.raws]
        compare(table, sums, self.place.rank, present, outcome.rows)
        covered = _span(self.place, outcome)
        return Reading(
            file=self.name,
            platform=platform.id,
            status="loaded",
            rows=outcome.rows,
            start=covered.start if covered else None,
            end=covered.end if covered else None,
            currency=table.currency,
            totals=dict(outcome.totals),
            own_totals=_own(table, platform),
            findings=notes.finished(),
            unseen=tuple(unseen := unseen_headings(table)),
            recalled=recalled(unseen),
        )


def _own(table: Table, platform: Platform) -> dict[str, Decimal]:
    return {platform.columns[name].total or name: value for name, value in table.own.items() if value is not None}


def _span(place: Slice, outcome: BulkOutcome) -> Period | None:
    if place.start is not None and place.end is not None:
        return Period(place.start, place.end)
    if outcome.first is None or outcome.last is None:
        return None
    return Period(outcome.first, outcome.last.fromordinal(outcome.last.toordinal() + 1))
