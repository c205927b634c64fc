"""Many tables of one file to one reading: which of them is the file, what the others add, and where they disagree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from laban.periods import Period
from laban.sources.blocks import Block, blocks_of
from laban.sources.book import Book, UnreadableError, text_of
from laban.sources.cards import read_cards
from laban.sources.dates import NotADateError, Partial, parse_period, with_years
from laban.sources.detect import Match, heading, match, nearest
from laban.sources.headings import first_texts
from laban.sources.mapping import Platform, PlatformName, clean
from laban.sources.model import Reading
from laban.sources.numbers import NotANumberError, exact_sum, parse_number
from laban.sources.reading import Context, TableReading
from laban.sources.report import read_table
from laban.sources.rows import is_no_data
from laban.sources.slices import merged
from laban.sources.timeline import TIME, parse_month, stated_period
from laban.sources.totals import plain_digits, total_label
from laban.sources.unseen import recalled

#: Questions that a person must answer before anything of the file is believed.
_QUESTIONS = frozenset({"number_ambiguous", "date_ambiguous"})


@dataclass(frozen=True, slots=True)
class Unknown:
    """A table of a recognised file that no mapping knows: counted, not kept."""

    headings: tuple[str, ...]
    rows: int
    block: Block


def read_book(book: Book, context: Context) -> Reading:
    """Read a whole file.

    Raises:
        UnreadableError: nothing in it can be used, or a question must be answered first.
    """
    context.notes.extend(book.findings)
    for sheet in book.sheets:
        for line in sheet.torn:
            context.notes.add("warning", "unclosed_quote", row=line, member=sheet.name)
        if sheet.uncomputed:
            context.notes.add("warning", "formula_without_result", value=sheet.uncomputed, member=sheet.name)
    blocks = [block for sheet in book.sheets for block in blocks_of(sheet)]
    platform = _platform(book, blocks)
    context.platform = platform.id
    context.about["name_ends_late"] = platform.options.get("name_ends_late", False)
    matched = [replace(block, match=_match(platform, block)) for block in blocks]
    if any(block.match is not None and block.match.table.layout == "cards" for block in matched):
        readings = [reading for sheet in book.sheets for reading in read_cards(sheet, platform, context)]
        _refuse_unknown_cards(readings, context)
        return _reading(platform, readings, [], context, matched)
    context.about["members"] = len({block.sheet.name for block in matched})
    _learn_about_file(matched, context)
    known = [b for b in matched if b.match is not None and b.match.table.layout == "rows"]
    unknown = [_unknown(block) for block in _without_strangers(blocks, matched, context)]
    return _reading(platform, _read_all(platform, known, context), unknown, context, matched)


def read_blocks(platform: Platform, blocks: Sequence[Block], context: Context) -> Reading:
    """Read tables of which it is known already what they are.

    Raises:
        UnreadableError: nothing in them can be used.
    """
    context.platform = platform.id
    return _reading(platform, _read_all(platform, blocks, context), [], context, blocks)


def _refuse_unknown_cards(readings: Sequence[TableReading], context: Context) -> None:
    lost = next((finding for finding in context.notes.finished() if finding.code == "unknown_card"), None)
    if lost is not None and not readings:
        raise UnreadableError(lost.code, row=lost.row, value=lost.value, member=lost.member)


def _platform(book: Book, blocks: Sequence[Block]) -> Platform:
    scores: dict[str, float] = defaultdict(float)
    platforms: dict[str, Platform] = {}
    for block in blocks:
        if block.match is not None:
            scores[block.match.platform.id] += block.match.score
            platforms[block.match.platform.id] = block.match.platform
    if not scores:
        _refuse_unknown(book)
    return platforms[max(scores, key=lambda name: scores[name])]


def _refuse_unknown(book: Book) -> None:
    found = next(filter(None, map(first_texts, book.sheets)), "")
    if not found:
        raise UnreadableError("empty_file")
    close = nearest([row for sheet in book.sheets for row in sheet.rows[:40]])
    if close is None:
        raise UnreadableError("unknown_format", row=1, values={"found": found})
    raise UnreadableError(
        "unknown_but_near",
        row=1,
        values={
            "nearest": PlatformName(close.platform.id),
            "missing": ", ".join(close.missing) or "–",
            "known": ", ".join(close.known[:6]),
        },
    )


def _match(platform: Platform, block: Block) -> Match | None:
    if block.match is None or block.match.platform.id == platform.id:
        return block.match or match(platform, block.headings, block.preamble)
    found = match(platform, block.headings, block.preamble)
    return None if found is None or block.match.score - found.score > _CLEARLY else found


#: How much better another platform must explain a table than the file's own, to be taken for its writer.
_CLEARLY = 0.3


def _without_strangers(found: Sequence[Block], matched: Sequence[Block], context: Context) -> list[Block]:
    """Return the tables nobody knows; of one that belongs to another platform say that it is left out.

    A file is one platform's, so that it can be undone as one.
    """
    unknown = [(one, two) for one, two in zip(found, matched, strict=True) if two.match is None]
    for before, _ in unknown:
        if before.match is not None:
            other = PlatformName(before.match.platform.id)
            context.notes.add("warning", "other_platform", member=before.sheet.name, platform=other)
    return [after for before, after in unknown if before.match is None]


def _unknown(block: Block) -> Unknown:
    headings = tuple(clean(text_of(cell)) for cell in block.headings if text_of(cell).strip())
    return Unknown(headings, len(block.rows), block)


def _learn_about_file(blocks: Sequence[Block], context: Context) -> None:
    """Read the parts that say something about the others: filters and the period they were made with."""
    for block in blocks:
        if block.match is None or block.match.table.layout != "facts_about_file":
            continue
        for _, row in block.rows:
            name, value = (text_of(row[i]).strip() if i < len(row) else "" for i in (0, 1))
            _learn(name, value, context)


_SEARCH_TYPES = frozenset({"web", "image", "video", "news", "discover", "google news"})


def _learn(name: str, value: str, context: Context) -> None:
    if value.casefold() in _SEARCH_TYPES:
        context.about["search_type"] = value.casefold()
        return
    try:
        period = parse_period(value)
    except NotADateError:
        if value and not any(
            word in value.casefold() for word in ("last", "qua", "trước", "gần", "過去", "previous")
        ):
            context.about["filtered"] = True
            context.notes.add("warning", "filtered", column=name, value=value)
        return
    if isinstance(period, Period):
        context.about["period"] = period


def _read_all(platform: Platform, blocks: Sequence[Block], context: Context) -> list[TableReading]:
    shares = platform.options.get("shared_period")
    ordered = sorted(blocks, key=_undated) if shares else list(blocks)
    labels = _label_periods(ordered, context)
    readings: list[TableReading] = []
    refusals: list[UnreadableError] = []
    for block, label in zip(ordered, labels, strict=True):
        context.about.pop("label_period", None)
        if label is not None:
            context.about["label_period"] = label[0]
        try:
            reading = read_table(block, _matched(block), context)
        except UnreadableError as fault:
            if fault.code in _QUESTIONS:
                raise
            refusals.append(fault)
            continue
        readings.append(reading)
        if shares and reading.period is not None and not _undated(block):
            context.about.setdefault("period", reading.period)
    if refusals and not any(reading.rows for reading in readings):
        raise refusals[0]
    context.notes.extend(tuple(replace(fault.finding(), level="warning") for fault in refusals))
    return readings


def _matched(block: Block) -> Match:
    assert block.match is not None  # noqa: S101  only matched blocks are read
    return block.match


def _undated(block: Block) -> bool:
    return not any(name in _matched(block).columns for name in TIME)


def _label_periods(blocks: Sequence[Block], context: Context) -> list[tuple[Period | None] | None]:
    """Read months that stand in a heading cell, as in hand-made sheets with a table per month."""
    labels = [_label(_matched(block), context) for block in blocks]
    partial = [label for label in labels if isinstance(label, Partial)]
    if not partial:
        return [(label,) if isinstance(label, Period) else None for label in labels]
    days = iter(with_years(partial, context.options.until) if context.options.until else [None] * len(partial))
    if context.options.until is None:
        context.notes.once("warning", "year_missing")
    found: list[tuple[Period | None] | None] = []
    for label in labels:
        if isinstance(label, Partial):
            day = next(days)
            found.append((None if day is None else parse_month(day),))
        else:
            found.append((label,) if isinstance(label, Period) else None)
    return found


def _label(found: Match, context: Context) -> Period | Partial | None:
    for text in found.unknown:
        try:
            period = parse_period(text)
        except NotADateError:
            continue
        if isinstance(period, Partial) or (
            1 < period.days < 100 and context.earliest <= period.start < context.latest
        ):
            return period
    return None


def _reading(
    platform: Platform,
    readings: Sequence[TableReading],
    unknown: Sequence[Unknown],
    context: Context,
    blocks: Sequence[Block],
) -> Reading:
    groups = _groups(_distinct(readings, context))
    rows = sum(reading.rows for reading in readings)
    if not groups or (rows == 0 and not any(table.rows for table in unknown)):
        return _empty(platform, blocks, context)
    canonical = min(
        groups,
        key=lambda group: (
            not sum(r.rows for r in group),
            group[0].rank,
            group[0].cut.count("+") + bool(group[0].cut),
        ),
    )
    if platform.options.get("compare_members"):
        _compare_members(platform, canonical, groups, platform.options["compare_members"], context)
    slices = merged([piece for group in groups for reading in group for piece in reading.slices])
    everything = platform.options.get("count_rows") == "all"
    if not slices:
        context.notes.add("info", "nothing_kept", platform=PlatformName(platform.id))
    elif unknown:
        context.notes.add(
            "info",
            "unknown_tables",
            count=len(unknown),
            tables="; ".join(" · ".join(t.headings) for t in unknown[:4]),
        )
    covered = _covered([reading for reading in readings if reading.period] if everything else canonical)
    unseen = dict(item for reading in readings for item in reading.unseen.items())
    return Reading(
        file=context.path.name,
        platform=platform.id,
        status="loaded",
        rows=rows + sum(table.rows for table in unknown) if everything else sum(r.rows for r in canonical),
        start=covered.start if covered else None,
        end=covered.end if covered else None,
        currency=_currency(canonical),
        totals=_totals(platform, canonical, groups, len(blocks)),
        own_totals=_added([reading.own_totals for reading in canonical]),
        findings=context.notes.finished(),
        slices=slices,
        extra=_extra(platform, canonical, blocks, context),
        unseen=tuple(unseen),
        recalled=recalled(unseen),
    )


def _empty(platform: Platform, blocks: Sequence[Block], context: Context) -> Reading:
    said = any(is_no_data(row) for block in blocks for _, row in block.rows)
    block = next(iter(blocks))
    if said:
        context.notes.add("info", "no_data")
    else:
        context.notes.add(
            "error", "header_only", row=block.sheet.line(block.header), platform=PlatformName(platform.id)
        )
    return Reading(context.path.name, platform.id, "empty", findings=context.notes.finished())


def _distinct(readings: Sequence[TableReading], context: Context) -> list[TableReading]:
    """Leave out a sheet that says the same as another one (a formatted and a raw copy of one report).

    Of two copies the one that knows its days is kept, else the first.
    """
    kept: list[TableReading] = []
    for reading in readings:
        twin = next((k for k in kept if _same(k, reading)), None)
        if twin is None:
            kept.append(reading)
            continue
        better, worse = (reading, twin) if reading.period and not twin.period else (twin, reading)
        kept[kept.index(twin)] = better
        context.notes.add("info", "same_twice", member=worse.member, other=better.member)
    return kept


def _same(one: TableReading, two: TableReading) -> bool:
    if one.member == two.member or (one.name, one.cut) != (two.name, two.cut) or not one.rows:
        return False
    shared = one.totals.keys() & two.totals.keys()
    return (
        one.rows == two.rows
        and (one.period == two.period or None in (one.period, two.period))
        and bool(shared)
        and all(one.totals[name] == two.totals[name] for name in shared)
    )


def _groups(readings: Sequence[TableReading]) -> list[list[TableReading]]:
    """Group tables of the same kind and cut: months of a hand-made sheet, sheets of a workbook."""
    groups: dict[tuple[str, str], list[TableReading]] = {}
    for reading in readings:
        groups.setdefault((reading.name, reading.cut), []).append(reading)
    return list(groups.values())


def _added(parts: Sequence[dict[str, Decimal]]) -> dict[str, Decimal]:
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: exact_sum([part.get(name) for part in parts]) for name in names}


def _totals(
    platform: Platform, canonical: Sequence[TableReading], groups: Sequence[Sequence[TableReading]], blocks: int
) -> dict[str, Decimal]:
    if platform.options.get("blocks") and blocks > 1:
        return {"blocks": Decimal(blocks)}
    if canonical[0].name in ("series", "followers", "audience", "formats"):
        return _added([reading.totals for group in groups for reading in group])
    return _added([reading.totals for reading in canonical])


def _currency(canonical: Sequence[TableReading]) -> str | None:
    found = {reading.currency for reading in canonical if reading.currency}
    return next(iter(found)) if len(found) == 1 else None


def _covered(readings: Sequence[TableReading]) -> Period | None:
    spans = [reading.period for reading in readings if reading.period is not None]
    return Period(min(s.start for s in spans), max(s.end for s in spans)) if spans else None


def _compare_members(
    platform: Platform,
    canonical: Sequence[TableReading],
    groups: Sequence[Sequence[TableReading]],
    measures: Sequence[str],
    context: Context,
) -> None:
    """Members that each cover everything must agree; those cut short are said to be a part."""
    whole = _added([reading.totals for reading in canonical])
    for group in groups:
        if group[0] in canonical or canonical[0].rank == 2:
            continue
        other = _added([reading.totals for reading in group])
        shared = [name for name in measures if whole.get(name) and name in other]
        if group[0].rank == 2 and shared and any(reading.rows for reading in group):
            share = (other[shared[0]] / whole[shared[0]] * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
            context.notes.add(
                "info", "covers_share", column=heading(platform, shared[0]), member=group[0].member,
                part=group[0].member or group[0].cut, share=plain_digits(share),
            )  # fmt: skip
        for name in shared if group[0].rank == 1 else ():
            if whole[name] != other[name]:
                context.notes.add(
                    "warning",
                    "members_disagree",
                    member=group[0].member,
                    other=canonical[0].member or canonical[0].cut,
                    measure=heading(platform, name),
                    here=plain_digits(other[name]),
                    there=plain_digits(whole[name]),
                )


def _extra(
    platform: Platform, canonical: Sequence[TableReading], blocks: Sequence[Block], context: Context
) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    by_group = [
        reading.extra["results_by_indicator"] for reading in canonical if "results_by_indicator" in reading.extra
    ]
    if by_group:
        extra["results_by_indicator"] = _added(by_group)
    if platform.options.get("blocks") and len(blocks) > 1:
        extra["blocks"] = [_block_summary(block, context) for block in blocks]
    return extra


def _block_summary(block: Block, context: Context) -> dict[str, Any]:
    headings = [clean(text_of(cell)) for cell in block.headings]
    rows = [row for _, row in block.rows if total_label(row) is None]
    stated = stated_period(block.preamble, context, "", "").period
    return {
        "headings": headings,
        "rows": len(rows),
        "start": stated.start if stated else None,
        "end": stated.end if stated else None,
        "sums": {
            name: exact_sum([_number(row[i]) if i < len(row) else None for row in rows])
            for i, name in enumerate(headings)
            if i > 0
        },
    }


def _number(cell: object) -> Decimal | None:
    try:
        return parse_number(cell)
    except NotANumberError:
        return None
