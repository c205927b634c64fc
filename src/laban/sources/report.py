"""Read one recognised table, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from laban.periods import Period
from laban.sources.blocks import Block
from laban.sources.book import UnreadableError, text_of
from laban.sources.checks import ask_what_is_meant, check_sense, compare, read_own_totals
from laban.sources.detect import Match
from laban.sources.filling import fill, whole_period
from laban.sources.mapping import clean
from laban.sources.model import Slice
from laban.sources.questions import settle_questions
from laban.sources.reading import Context, TableReading
from laban.sources.rows import (
    drop_hints,
    keep_one_level,
    lift_cells,
    name_weekdays,
    part_unnamed_total,
    report_unknown,
    sort_rows,
)
from laban.sources.slices import rank_of
from laban.sources.sums import extras, named_totals, own_named, sums_of
from laban.sources.table import Table
from laban.sources.tidy import drop_descriptions, drop_notes, share_within
from laban.sources.unseen import unseen_headings
from laban.sources.values import drop_faulty, place_rows, read_values


def read_table(block: Block, match: Match, context: Context) -> TableReading:
    """Read one table.

    Raises:
        UnreadableError: the table is one that cannot be used, or a question must be answered first.
    """
    if match.table.refuse:
        raise UnreadableError(match.table.refuse, row=block.sheet.line(block.header), member=block.sheet.name or None)
    table = Table(block, match, context)
    sort_rows(table)
    drop_descriptions(table)
    drop_notes(table)
    report_unknown(table)
    if "say" in table.options and table.data:
        context.notes.once("info", table.options["say"], member=table.member)
    ask_what_is_meant(table)
    lift_cells(table)
    if table.match.platform.template:
        drop_hints(table)
    name_weekdays(table)
    settle_questions(table)
    read_values(table)
    part_unnamed_total(table)
    place_rows(table)
    share_within(table)
    drop_faulty(table)
    if table.match.platform.options.get("level") or table.match.platform.options.get("nesting"):
        keep_one_level(table)
    read_own_totals(table)
    return _finished(table)


def _finished(table: Table) -> TableReading:
    present = [name for name in table.match.table.cut if name in table.raws]
    rank = rank_of(present, table.match.table.cut)
    sums = sums_of(table)
    compare(table, sums, rank, present, len(table.data))
    check_sense(table)
    slices = fill(table, present, rank) if table.data else []
    covered = whole_period(table.periods) or _spanned(slices)
    return TableReading(
        name=table.match.table.name,
        member=table.member,
        cut="+".join(present),
        rank=rank,
        rows=len(table.data),
        totals=named_totals(table, sums),
        own_totals=own_named(table),
        slices=tuple(slices),
        period=_spanned(slices) if table.is_entity else _wider(covered, table.stated.period),
        currency=table.currency,
        extra=extras(table),
        headings=tuple(clean(text_of(cell)) for cell in table.block.headings if text_of(cell).strip()),
        unseen=unseen_headings(table),
    )


def _spanned(slices: Sequence[Slice]) -> Period | None:
    spans = [(piece.start, piece.end) for piece in slices if piece.start and piece.end]
    return Period(min(s for s, _ in spans), max(e for _, e in spans)) if spans else None


def _wider(found: Period | None, stated: Period | None) -> Period | None:
    if found is None or stated is None:
        return found
    return stated if stated.start <= found.start and found.end <= stated.end else found
