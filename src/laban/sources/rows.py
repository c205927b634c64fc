"""Which rows of a table are data, which are its own totals, and which cells of them are needed."""

from __future__ import annotations

from collections.abc import Sequence

from laban.sources.book import Cell, Row, text_of
from laban.sources.columns import EMPTY_TEXT, Raw
from laban.sources.derive import names_in
from laban.sources.mapping import Column, clean, fold, heading_currency, plain
from laban.sources.numbers import exact_sum
from laban.sources.table import Table
from laban.sources.timeline import TIME, is_weekdays
from laban.sources.totals import TotalRow, blank_names, differences, nested_levels, total_label

_NO_DATA = frozenset(
    {"no data available.", "no data available", "no data", "no results", "データがありません"}
    | {"không có dữ liệu.", "không có dữ liệu", "không có kết quả", "dữ liệu không có sẵn."}
)


def sort_rows(table: Table) -> None:
    """Part data rows from totals rows, and leave out notes such as "No data available."."""
    options = table.options
    names = _places(table, "blank_total") or _places(table, "blank_total_else")
    nesting = [table.match.columns[name][0] for name in options.get("nesting", ()) if name in table.match.columns]
    words = frozenset(word.casefold() for word in options.get("all_words", ()))
    width = len(table.block.headings)
    blanks: list[tuple[int, Row]] = []
    above: Row = ()
    for index, row_as_is in table.block.rows:
        row = above = unindented(row_as_is, above, nesting)
        if is_no_data(row):
            continue
        label = total_label(row)
        named, has_all = nested_levels(row, names, words) if words else (1, False)
        if label is not None:
            table.totals.append(TotalRow(label, index, row))
        elif has_all:
            table.totals.append(TotalRow("" if not named else f"level {named}", index, row))
        elif blank_names(row, names):
            blanks.append((index, row))
        elif len(row) > width and any(text_of(cell).strip() for cell in row[width:]):
            table.context.notes.add(
                "warning",
                "row_too_long",
                row=table.block.sheet.line(index),
                member=table.member,
                expected=width,
                found=len(row),
            )
        else:
            table.data.append((index, row))
    if blanks and table.data:
        table.totals.extend(TotalRow("", index, row) for index, row in blanks)
    else:
        table.data.extend(blanks)


def _places(table: Table, option: str) -> list[int]:
    return [place for name in table.options.get(option, ()) for place in table.match.columns.get(name, ())]


def unindented(row: Row, above: Row, places: Sequence[int]) -> Row:
    """Return a row of a hierarchy with the names that stand only in the rows above it, as a heading."""
    first = next((n for n, place in enumerate(places) if place < len(row) and row[place] != ""), 0)
    if not first or not above:
        return row
    cells = list(row)
    for place in places[:first]:
        cells[place] = above[place] if place < len(above) else ""
    return cells


def is_no_data(row: Row) -> bool:
    """Return whether a row only says that there is nothing to report."""
    if len(row) - row.count("") != 1:
        return False
    return next(text_of(cell) for cell in row if cell != "").strip().casefold() in _NO_DATA


def report_unknown(table: Table) -> None:
    """Name the columns that nothing is known about; they are kept out."""
    if table.match.unknown:
        shown = ", ".join(table.match.unknown[:12]) + (", …" if len(table.match.unknown) > 12 else "")
        line = table.block.sheet.line(table.block.header)
        table.context.notes.once("info", "unknown_columns", row=line, member=table.member, columns=shown)


def lift_cells(table: Table) -> None:
    """Cut the needed columns out of the data rows."""
    lines = [table.block.sheet.line(index) for index, _ in table.data]
    rows = [row for _, row in table.data]
    for name in _needed(table):
        column = table.match.platform.columns[name]
        places = table.match.columns[name]
        for place in places if column.many else _filled_first(places, rows):
            heading = clean(text_of(table.block.headings[place]))
            key = f"{name}@{heading.removesuffix('_Conversions')}" if column.many else name
            cells: list[Cell] = [row[place] if place < len(row) else "" for row in rows]
            table.raws.setdefault(
                key, Raw(column, heading, cells, lines, heading_currency(heading), _language(column, heading), place)
            )


def _filled_first(places: tuple[int, ...], rows: Sequence[Row]) -> tuple[int, ...]:
    """Of columns with the same meaning take the first that is not empty throughout."""
    for place in places:
        if any(place < len(row) and row[place] != "" for row in rows):
            return (place,)
    return places[:1]


def _language(column: Column, heading: str) -> str:
    folded = fold(heading)
    found = [alias.lang for alias in column.aliases if fold(alias.text) == folded]
    found = found or [alias.lang for alias in column.aliases if plain(alias.text) == plain(heading)]
    return found[0] if len(set(found)) == 1 else ""


def _needed(table: Table) -> list[str]:
    """Return the columns of the file that totals, facts or time need."""
    platform, plan = table.match.platform, table.match.table
    wanted = {name for name, column in table.columns.items() if column.total or column.many}
    wanted |= {"account", "currency", *plan.cut}
    if not table.is_entity:
        # Things carry their own moment; the "Date" of a post is "Lifetime".
        wanted |= {"period_start", "period_end", *TIME}
    for fact in plan.facts:
        wanted |= {n for part in fact.columns.values() for n in names_in(part, platform)}
        wanted |= {n for part in fact.shape.values() for n in names_in(part, platform)}
    for parts in plan.options.get("weighted", {}).values():
        wanted |= set(parts)
    wanted |= set(plan.options.get("distinct", {}).values())
    wanted |= {column for pair in platform.options.get("group_by", {}).items() for column in pair}
    wanted |= {str(table.options.get("snapshot", ""))}
    wanted |= {platform.options["level"]["column"]} if "level" in platform.options else set()
    return [
        name
        for name in table.match.columns
        if name in wanted and table.columns[name].kind not in ("skip", "pii_drop")
    ]


def drop_hints(table: Table) -> None:
    """Leave out the example row and the notes that our own templates carry under their headings."""
    platform = table.match.platform
    notes = {plain(text) for column in platform.columns.values() for text in column.note.values() if text}
    shortest = min(map(len, notes), default=0)
    keep = [i for i, (_, row) in enumerate(table.data) if not _is_hint(row, notes, shortest)]
    if len(keep) < len(table.data):
        table.context.notes.add("info", "example_row", member=table.member, count=len(table.data) - len(keep))
        table.keep(keep)


def _is_hint(row: Row, notes: set[str], shortest: int) -> bool:
    texts = [text for cell in row if (text := text_of(cell).strip())]
    folded = [plain(text[:400]) for text in texts if not _is_short(text, shortest)]
    is_example = any(text.startswith(("vi du-", "vi du:", "example-", "example:")) for text in folded)
    return is_example or sum(1 for text in folded if text in notes) * 2 > len(texts)


def _is_short(text: str, shortest: int) -> bool:
    """Whether a cell is neither a note nor an example at first sight: folding never makes plain letters more."""
    return len(text) < shortest and text[0] not in "vVeE" and text.isascii()


def name_weekdays(table: Table) -> None:
    """Read a column called "Day" that holds weekdays as what it is."""
    day = table.raws.get("date")
    if day is not None and "weekday" in table.match.platform.columns and is_weekdays(day):
        column = table.match.platform.columns["weekday"]
        table.raws["weekday"] = Raw(column, day.heading, day.cells, day.lines)
        del table.raws["date"]


def keep_one_level(table: Table) -> None:
    """Of a file that mixes campaigns, ad sets and ads keep the most detailed level; the others are sums of it."""
    options = table.match.platform.options
    level = table.values.get(options["level"]["column"]) if "level" in options else None
    if level is not None:
        ranks = {name: place for place, name in enumerate(options["level"]["order"])}
        places = [ranks.get((value or "").casefold()) for value in level]
        present = {place for place in places if place is not None}
        if len(present) > 1:
            _drop_levels(table, [i for i, place in enumerate(places) if place == min(present)])
            return
    names = [name for name in options.get("nesting", ()) if name in table.values]
    depths = [sum(1 for name in names if table.values[name][i] is not None) for i in range(len(table.data))]
    if len(names) > 1 and depths and len(set(depths)) > 1 and _nested(table, names, depths):
        _drop_levels(table, [i for i, depth in enumerate(depths) if depth == max(depths)])


def _nested(table: Table, names: Sequence[str], depths: Sequence[int]) -> bool:
    """Return whether the shallow rows are headings of the deep ones: same first names, nothing below them."""
    deepest = {tuple(table.values[name][i] for name in names) for i, d in enumerate(depths) if d == max(depths)}
    prefixes = {row[:d] for row in deepest for d in range(1, len(names))}
    shallow = [tuple(table.values[name][i] for name in names) for i, d in enumerate(depths) if d < max(depths)]
    return all(tuple(value for value in row if value is not None) in prefixes for row in shallow)


def _drop_levels(table: Table, keep: Sequence[int]) -> None:
    dropped = len(table.data) - len(keep)
    table.context.notes.add("info", "levels_mixed", member=table.member, count=dropped)
    table.keep(keep)


def part_unnamed_total(table: Table) -> None:
    """Take the one row without any name, first or last, for a total if it is what all the others add up to."""
    labels = [raw.cells for raw in table.raws.values() if raw.column.kind in ("text", "term", "date")
              and raw.column.name not in _BESIDE]  # fmt: skip
    labels += _unknown_labels(table)
    bare = [i for i in range(len(table.data)) if all(_nameless(cells[i]) for cells in labels)]
    rows = len(table.data)
    if not labels or rows < 3 or len(bare) != 1 or bare[0] not in (0, rows - 1):
        return
    place = bare[0]
    columns = {name: table.columns[name] for name in table.marks if name in table.columns}
    own = {name: value for name in columns if (value := table.values[name][place]) is not None}
    rest = {name: exact_sum([v for i, v in enumerate(table.values[name]) if i != place]) for name in own}
    gaps = differences(rest, own, columns, rows - 1, table.currency)
    if all(gap.rounding for gap in gaps) and any(own[name] for name in own if columns[name].kind in _ADDED):
        table.totals.append(TotalRow("", *table.data[place]))
        faults = {i - (i > place): fault for i, fault in table.faults.rows.items() if i != place}
        table.keep([i for i in range(rows) if i != place])
        table.faults.rows = faults


_ADDED = ("sum", "quantity", "money")
#: What stands beside a total too.
_BESIDE = frozenset({"period_start", "period_end", "status", "attribution"})


def _unknown_labels(table: Table) -> list[list[Cell]]:
    """Return the columns of names that nothing is known about."""
    known = {place for places in table.match.columns.values() for place in places}
    places = [place for place in range(min(len(table.block.headings), 200)) if place not in known]
    columns = [[row[place] if place < len(row) else "" for _, row in table.data] for place in places]
    return [cells for cells in columns if any(isinstance(c, str) and any(map(str.isalpha, c)) for c in cells)]


def _nameless(cell: Cell) -> bool:
    return text_of(cell).strip() in EMPTY_TEXT
