"""A table held against itself: its own totals rows, the share it covers, numbers that can hardly be meant."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from laban.sources.book import Row, text_of
from laban.sources.columns import NUMERIC
from laban.sources.mapping import fold
from laban.sources.numbers import Mark, exact_sum, parse_number
from laban.sources.table import Table
from laban.sources.timeline import TIME
from laban.sources.totals import chosen, differences, plain_digits


def read_own_totals(table: Table) -> None:
    """Read the file's own totals row, the one that covers exactly the rows shown."""
    segments = [
        place for name in (*TIME, "period_start") if name in table.raws for place in table.match.columns[name][:1]
    ]
    segments = [place for place in segments if any(not _blank(total.row, place) for total in table.totals)]
    segments = [] if "period_start" in table.raws else segments
    rows = chosen(table.totals, table.options.get("own_total", ()), segments)
    if not rows:
        return
    for name, column in table.columns.items():
        if name in table.marks and column.kind in NUMERIC and not column.many:
            place = table.match.columns[name][0]
            values = [_own_value(row.row, place, table.marks[name]) for row in rows]
            there = [value for value in values if value is not None]
            if there and (len(rows) == 1 or column.kind in ("sum", "quantity", "money")):
                table.own[name] = exact_sum(there)


def _blank(row: Row, place: int) -> bool:
    return place >= len(row) or not text_of(row[place]).strip(" -")


def _own_value(row: Row, place: int, mark: Mark) -> Decimal | None:
    try:
        return parse_number(row[place], mark) if place < len(row) else None
    except ValueError:
        return None


def ask_what_is_meant(table: Table) -> None:
    """Ask what a column stands for whose short name people use for two things, when the file does not settle it.

    "CPC" is the cost per click to some and per conversion to others; a file with clicks says which by itself.
    """
    ads = any(plan.fact == "fact_ad_performance" for plan in table.match.table.facts)
    if not ads or any(name in table.match.columns for name in _CLICKS):
        return
    for cell in table.block.headings:
        if fold(text_of(cell)) == "cpc":
            table.context.notes.add("warning", "cpc_unclear", column=text_of(cell).strip(), member=table.member)


_CLICKS = ("clicks", "link_clicks", "interactions")


def compare(table: Table, sums: dict[str, Decimal], rank: int, present: Sequence[str], rows: int) -> None:
    """Hold the sums against the file's own totals row; of a partial breakdown say what share it covers instead."""
    if not rows:
        return
    covers = table.options.get("covers", {})
    partial = next((name for name in present if name in covers), None)
    if partial is not None:
        _say_share(table, sums, covers[partial])
    own = {
        n: v for n, v in table.own.items() if v is not None and not (table.mixed and table.columns[n].kind == "money")
    }
    if rank == 2 and partial is None:
        _say_share(table, sums, next((name for name in ("spend", "views", "clicks") if name in own), ""))
        return
    for gap in differences(sums, own, table.columns, rows, table.currency):
        table.context.notes.add(
            "info" if gap.rounding else "warning",
            "total_rounding" if gap.rounding else "total_differs",
            column=table.raws[gap.name].heading,
            member=table.member,
            sum=plain_digits(gap.total),
            own=plain_digits(gap.own),
        )


def _say_share(table: Table, sums: dict[str, Decimal], measure: str) -> None:
    if measure not in sums or measure not in table.match.columns or measure not in table.marks:
        return
    place = table.match.columns[measure][0]
    values = [_own_value(total.row, place, table.marks[measure]) for total in table.totals]
    whole = max((value for value in values if value is not None), default=None)
    if whole:
        share = (sums[measure] / whole * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
        table.context.notes.add(
            "info", "covers_share", column=table.raws[measure].heading, member=table.member,
            share=plain_digits(share), part=_cut_names(table),
        )  # fmt: skip
    elif table.context.about.get("members", 1) == 1:
        table.context.notes.once("info", "covers_part", part=_cut_names(table))


def _cut_names(table: Table) -> str:
    return " + ".join(table.raws[name].heading for name in table.match.table.cut if name in table.raws)


def check_sense(table: Table) -> None:
    """Point out numbers that the platform reports but that can hardly be meant; they are kept as they are."""
    lines = table.lines
    said: set[tuple[str, int]] = set()
    for rule in table.options.get("sanity", ()):
        more, less = table.values.get(rule["more"]), table.values.get(rule["than"])
        for index, (one, two) in enumerate(zip(more or (), less or (), strict=False)):
            exceeds = one is not None and two is not None and one > two > 0
            if exceeds and (rule["code"], index) not in said:
                said.add((rule["code"], index))
                table.context.notes.add(
                    "info", rule["code"], row=lines[index], column=table.raws[rule["more"]].heading,
                    value=plain_digits(one), member=table.member, other=plain_digits(two),
                )  # fmt: skip
    for name, code in table.options.get("absent", {}).items():
        if name not in table.raws:
            table.context.notes.once("info", code, member=table.member)
    few = table.options.get("few")
    if few and few["column"] in table.values:
        count = sum(1 for value in table.values[few["column"]] if value is not None and value <= few["most"])
        if count:
            table.context.notes.add("info", few["code"], count=count, rows=len(table.data), most=few["most"])
