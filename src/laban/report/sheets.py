"""What is shown, as plain rows for files: names, units and values, before anything becomes CSV or a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from laban.i18n import translate
from laban.metrics.result import Number
from laban.report import narrative, narrative_maturity
from laban.report.table_words import TableWords
from laban.report.views.kpi import KpiView
from laban.report.views.parts import Tile, Unit
from laban.report.views.scorecard import ScorecardView
from laban.report.views.tables.model import Head, Table, TableRow, TableView, Value

#: Beside the units of numbers: "text", "date", "points" (a difference of shares), "measured" (a unit per cell).
CellKind = Unit | Literal["text", "date", "points", "measured"]


@dataclass(frozen=True, slots=True)
class Measured:
    """A number whose unit is its own and not its column's."""

    value: Number | None
    unit: Unit


Cell = str | Number | date | Measured | None


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a file."""

    name: str
    kind: CellKind


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file; ``id`` tells it from others of its page, ``notes`` stand above it, ``remarks`` below."""

    id: str
    title: str
    notes: tuple[str, ...]
    columns: tuple[SheetColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    currency: str
    remarks: tuple[str, ...] = ()


# Pages of tables


def of_tables(view: TableView, lang: str) -> tuple[Sheet, ...]:
    """Return everything a page of tables shows: its tables, then cohorts, then comments."""
    words = TableWords(lang, view.frame.currency)
    sheets = [_of_table(view, table, words) for table in view.tables]
    if view.cohorts:
        sheets.append(_of_cohorts(view, words))
    if view.comments:
        sheets.append(_of_comments(view, words))
    return tuple(sheets)


def _of_table(view: TableView, table: Table, words: TableWords) -> Sheet:
    notes = [words.question(view.id), words.summary(view), *words.limits(view)]
    notes += [words.say(note) for note in table.says]
    notes += [table.reason.get(words.lang)] if table.reason else []
    gaps = [f"{gap.kpi.name.get(words.lang)}: {words.missing(gap)}" for gap in table.missing]
    total = [table.total] if table.total is not None else []
    return Sheet(
        id=table.id,
        title=f"{words.title(view.id)}: {words.table_title(view.id, table)}",
        notes=tuple(notes),
        columns=(*_key_columns(table, words), *_columns(table, words), SheetColumn(words.t("table.marks"), "text")),
        rows=tuple(
            (*_key(table, row, words), *_values(table, row), words.marks(row)) for row in (*table.rows, *total)
        ),
        currency=view.frame.currency,
        remarks=(*gaps, words.method(view)),
    )


def _key_columns(table: Table, words: TableWords) -> list[SheetColumn]:
    if table.by:
        return [SheetColumn(words.dims((name,)), "text") for name in table.by]
    return [SheetColumn(words.t("table.file.first_day"), "date"), SheetColumn(words.t("table.file.last_day"), "date")]


def _key(table: Table, row: TableRow, words: TableWords) -> list[Cell]:
    if row.period is not None:
        return [row.period.start, row.period.last]
    if not table.by:
        return ["", ""]
    if row.others or not row.key:
        return [words.row(table, row), *[""] * (len(table.by) - 1)]
    return [words.member(name, value) for name, value in zip(table.by, row.key, strict=True)]


def _columns(table: Table, words: TableWords) -> list[SheetColumn]:
    found = []
    for head in table.columns:
        name = words.full_head(head)
        if head.kind == "interval":
            low, high = (words.t(f"table.file.{end}", name=name) for end in ("low_end", "high_end"))
            found += [SheetColumn(low, head.unit), SheetColumn(high, head.unit)]
        elif head.kind == "change":
            before = words.t("table.before", name=head.name.get(words.lang))
            found += [SheetColumn(before, head.unit), SheetColumn(name, _step_kind(head))]
        else:
            found.append(SheetColumn(name, "points" if head.points else head.unit))
    return found


def _step_kind(head: Head) -> CellKind:
    """Shares and scores move by points, everything else by a share of itself."""
    match head.unit:
        case "percent":
            return "points"
        case "score":
            return "score"
        case _:
            return "percent"


def _values(table: Table, row: TableRow) -> list[Cell]:
    found: list[Cell] = []
    for head, value in zip(table.columns, row.values, strict=True):
        if head.kind == "interval":
            found += list(value.interval or (None, None))
        elif head.kind == "change":
            found += [value.value, _step(head, value)]
        else:
            found.append(value.value)
    return found


def _step(head: Head, value: Value) -> Number | None:
    if value.change is None:
        return None
    return value.change.absolute if head.unit in {"percent", "score"} else value.change.relative


def _of_cohorts(view: TableView, words: TableWords) -> Sheet:
    longest = max(len(cohort.shares) for cohort in view.cohorts)
    after = [SheetColumn(words.t("web.tables.cohort_after", n=n + 1), "percent") for n in range(longest)]
    worth = [SheetColumn(words.t("web.tables.worth_after", n=n), "currency") for n in range(longest + 1)]
    return Sheet(
        id="cohort-table",
        title=words.t("table.retention.cohorts"),
        notes=(words.summary(view), *words.limits(view)),
        columns=(
            SheetColumn(words.t("table.first_month"), "date"),
            SheetColumn(words.t("web.tables.cohort_size"), "count"),
            *after,
            *worth,
        ),
        rows=tuple(
            (c.month.start, c.customers, *_filled(c.shares, longest), *_filled(c.worth, longest + 1))
            for c in view.cohorts
        ),
        currency=view.frame.currency,
        remarks=(words.method(view),),
    )


def _filled(values: Sequence[float | None], count: int) -> list[Cell]:
    return [*values, *[None] * (count - len(values))]


def _of_comments(view: TableView, words: TableWords) -> Sheet:
    names = (words.dims(("touchpoint",)), words.t("table.file.group"), words.t("table.file.answers"))
    kinds: tuple[CellKind, ...] = ("text", "text", "count", "text")
    heads = (*names, words.t("web.tables.comments"))
    return Sheet(
        id="comments",
        title=words.t("web.tables.comments"),
        notes=(words.summary(view), *words.limits(view)),
        columns=tuple(SheetColumn(name, kind) for name, kind in zip(heads, kinds, strict=True)),
        rows=tuple(
            (words.member("touchpoint", c.touchpoint), words.t(f"table.group.{c.group}"), c.answers, text)
            for c in view.comments
            for text in c.texts
        ),
        currency=view.frame.currency,
    )


# One KPI


def of_kpi(view: KpiView, lang: str) -> tuple[Sheet, ...]:
    """Return the split of a KPI, where there is one, and its course."""
    course = _of_course(view, lang)
    return (course,) if view.breakdown is None else (_of_breakdown(view, lang), course)


def _notes(view: KpiView, lang: str) -> tuple[str, ...]:
    return (
        narrative.kpi_sentence(view.tile, view.frame, lang),
        narrative.formula_words(view, lang),
        *narrative_maturity.sentences(view.tile, lang, view.frame.currency),
        view.description.get(lang),
    )


def _of_breakdown(view: KpiView, lang: str) -> Sheet:
    split, unit = view.breakdown, view.kpi.unit
    assert split is not None  # noqa: S101  the caller has looked
    name = view.kpi.name.get(lang)
    columns = [SheetColumn(narrative.named(lang, "dimension", split.dimension), "text"), SheetColumn(name, unit)]
    columns += [SheetColumn(translate(lang, "table.share"), "percent")]
    columns += [SheetColumn(translate(lang, "table.before", name=name), unit)]
    rows: list[tuple[Cell, ...]] = [
        (narrative.member_name(lang, split.dimension, row.key), row.value, row.share, row.baseline)
        for row in split.rows
    ]
    rows.append((translate(lang, "table.total"), split.total, None, view.tile.baseline))
    return Sheet("parts", name, _notes(view, lang), tuple(columns), tuple(rows), view.frame.currency)


def _of_course(view: KpiView, lang: str) -> Sheet:
    name, unit = view.kpi.name.get(lang), view.kpi.unit
    columns = (
        SheetColumn(translate(lang, "table.file.first_day"), "date"),
        SheetColumn(translate(lang, "table.file.last_day"), "date"),
        SheetColumn(name, unit),
        SheetColumn(translate(lang, "table.before", name=name), unit),
    )
    rows = tuple((p.period.start, p.period.last, p.value, p.baseline) for p in view.series)
    return Sheet("course", name, _notes(view, lang), columns, rows, view.frame.currency)


# The scorecard

#: The columns of a board: what ``board_row`` gives.
BOARD: tuple[tuple[str, CellKind], ...] = (
    ("kpi", "text"),
    ("unit", "text"),
    ("value", "measured"),
    ("before", "measured"),
    ("change", "text"),
    ("verdict", "text"),
    ("maturity", "text"),
    ("expected", "measured"),
    ("low", "measured"),
    ("high", "measured"),
)


def of_scorecard(view: ScorecardView, lang: str) -> tuple[Sheet, ...]:
    """Return the scorecard's numbers, one row per KPI; their units stand in a column."""
    columns = tuple(SheetColumn(translate(lang, f"table.file.board_{name}"), kind) for name, kind in BOARD)
    rows = tuple(board_row(tile, view.frame.currency, lang) for tile in view.tiles)
    notes = narrative.headline(view, lang)
    return (Sheet("scorecard", view.pack.name.get(lang), notes, columns, rows, view.frame.currency),)


def board_row(tile: Tile, currency: str, lang: str) -> tuple[Cell, ...]:
    """Return a tile as a row of a board: name, unit, numbers, the step, what it is worth, where it will end."""
    kpi, change = tile.kpi, tile.change
    return (
        kpi.name.get(lang),
        translate(lang, f"table.file.unit_{kpi.unit}", currency=currency),
        Measured(tile.value, kpi.unit),
        Measured(tile.baseline, kpi.unit),
        narrative.signed(change, kpi.unit, lang, currency),
        narrative.verdict_words(change, lang),
        narrative_maturity.state(tile, lang),
        *(Measured(end, kpi.unit) for end in (tile.maturity.expected, tile.maturity.low, tile.maturity.high)),
    )
