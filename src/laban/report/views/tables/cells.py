"""The cells of a table: numbers, shares, steps and ranges, how rows are sorted, and whether they add up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from laban.analysis.compare import enough, interval
from laban.analysis.surveys import score_interval
from laban.i18n import translate
from laban.metrics.result import Cell, Number
from laban.report.views import common
from laban.report.views.common import Standing
from laban.report.views.parts import Frame, KpiHead, Missing, Source, Text
from laban.report.views.samples import sample
from laban.report.views.tables.declare import Column, Derived, Material, Split
from laban.report.views.tables.model import Head, Matrix, Table, TableRow, Value

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue, Kpi

#: Kinds of number that a handful of cases makes worthless.
_JUDGED = {"rate", "mean", "sum", "score"}


@dataclass(frozen=True, slots=True)
class Maker:
    """One column: what stands above it, and how a cell of it is made (None asks for the total)."""

    head: Head
    make: Callable[[int | None], Value]


def unknown(name: str) -> Missing:
    """Return that a column cannot be shown because nothing of that name can be asked for."""
    return Missing(KpiHead(name, Text(name, name), "", "count", "neutral"), "missing", "not_in_catalogue")


def makers(
    source: Source, around: Frame, columns: Sequence[Column], split: Split, material: Material
) -> tuple[Maker, ...]:
    """Return the columns of a table, with what belongs beside each."""
    found: list[Maker] = []
    for column in columns:
        found += _of_column(source, around, column, material)
    compared = around.baseline is not None and split.grain == "total"
    found += [_of_derived(derived, material) for derived in split.derived if compared or not derived.compared]
    return tuple(found)


def telling(columns: Sequence[Maker], rows: int) -> tuple[Maker, ...]:
    """Return the columns without ranges that no row has."""
    return tuple(
        c for c in columns if c.head.kind != "interval" or any(c.make(place).interval for place in range(rows))
    )


def _of_column(source: Source, around: Frame, column: Column, material: Material) -> list[Maker]:
    catalogue = source.catalogue
    entry = catalogue.kpi(column.id)
    head = _head(entry)

    def cell_of(place: int | None) -> Cell:
        return material.cell(material.total if place is None else material.every[place], column.id)

    def before(place: int | None) -> Cell:
        return material.before(material.total if place is None else material.every[place], column.id)

    def number(place: int | None) -> Value:
        cell = cell_of(place)
        drawn = sample(catalogue, entry.id, cell)
        return Value(cell.value, few=cell.value is not None and drawn.kind in _JUDGED and not enough(drawn))

    found = [Maker(head, number)]
    if column.interval:
        found.append(
            Maker(_beside(head, "interval"), lambda place: Value(interval=_range(catalogue, entry, cell_of(place))))
        )
    if column.share and material.total is not None and _adds_up(catalogue, entry):
        found.append(Maker(_beside(head, "share"), lambda place: Value(_share(cell_of(place), cell_of(None)))))
    if column.change and around.baseline is not None and material.total is not None:
        place_of = common.standing(source, entry.id, around)
        found.append(
            Maker(_beside(head, "change"), lambda place: _step(catalogue, place_of, cell_of(place), before(place)))
        )
    return found


def _head(entry: Kpi) -> Head:
    about = common.head(entry)
    known = entry.role != "column"
    return Head(entry.id, "kpi", entry.id, about.name, about if known else None, entry.unit, entry.direction)


def _beside(head: Head, kind: str) -> Head:
    match kind:
        case "share":
            return replace(head, id=f"{head.of}-share", kind="share", unit="percent", direction="neutral")
        case "change":
            return replace(head, id=f"{head.of}-change", kind="change")
        case _:
            return replace(head, id=f"{head.of}-interval", kind="interval")


def _range(catalogue: Catalogue, entry: Kpi, cell: Cell) -> tuple[float, float] | None:
    if cell.value is None:
        return None
    if entry.aggregation != "score_difference":
        return interval(sample(catalogue, entry.id, cell))
    parts = [cell.parts.get(i.label) for i in catalogue.inputs(entry.id)]
    if len(parts) != 3 or any(part is None for part in parts):
        return None
    above, below, answers = (float(part or 0) for part in parts)
    return score_interval(above, below, answers)


def _adds_up(catalogue: Catalogue, entry: Kpi) -> bool:
    additive = all(catalogue.measures[i.measure].additivity == "additive" for i in catalogue.inputs(entry.id))
    return entry.aggregation == "sum" and additive


def _share(cell: Cell, total: Cell) -> float | None:
    if cell.value is None or not total.value:
        return None
    return float(cell.value) / float(total.value)


def _step(catalogue: Catalogue, place: Standing, cell: Cell, before: Cell) -> Value:
    return Value(before.value, change=common.change(catalogue, place, cell, before))


def _of_derived(derived: Derived, material: Material) -> Maker:
    made = list(derived.make(material))
    name = f"table.column.{derived.id}"
    words = Text(translate("vi", name), translate("en", name))
    head = Head(derived.id, "derived", derived.id, words, None, derived.unit, "neutral", derived.points)
    return Maker(head, lambda place: Value(made[-1 if place is None else place]))


# Sorting


def sorting(asked: str, heads: Sequence[Head], split: Split) -> tuple[str, bool]:
    """Return the column to sort by and whether smaller comes first; what was asked for where the table has it."""
    name, _, way = asked.rpartition(".")
    if any(head.id == name for head in heads) and way in {"asc", "desc"}:
        return name, way == "asc"
    return split.sort, split.ascending


def ordered(rows: Sequence[TableRow], heads: Sequence[Head], sort: str, *, ascending: bool) -> tuple[TableRow, ...]:
    """Return the rows sorted; rows without that number follow, the row of all others is last."""
    place = next((n for n, head in enumerate(heads) if head.id == sort), None)
    if place is None:
        return tuple(rows)

    def key(row: TableRow) -> tuple[bool, bool, float, str]:
        number = _sortable(row.values[place])
        signed = 0.0 if number is None else number if ascending else -number
        return row.others, number is None, signed, " ".join(part or "" for part in row.key)

    return tuple(sorted(rows, key=key))


def _sortable(value: Value) -> float | None:
    if value.change is not None:
        return value.change.relative
    if value.interval is not None:
        return value.interval[0]
    return None if value.value is None else float(value.value)


# The whole


def recombines(catalogue: Catalogue, material: Material) -> bool | None:
    """Return whether the rows add up to the total, for every measure that may be added; None where none may."""
    if material.total is None or not material.by:
        return None
    checked = False
    for kpi in material.columns:
        for used in catalogue.inputs(kpi):
            if catalogue.measures[used.measure].additivity != "additive" or used.take != "value":
                continue
            whole = material.cell(material.total, kpi).parts.get(used.label)
            parts = [material.cell(row, kpi).parts.get(used.label) for row in material.every]
            known = [Decimal(part) for part in parts if part is not None]
            if whole is None or not known:
                continue
            checked = True
            if sum(known) != whole:
                return False
    return True if checked else None


def line(split: Split, columns: Sequence[Maker]) -> Number | None:
    """Return the number drawn across the chart: the total of the column that the declaration names."""
    found = next((maker for maker in columns if maker.head.id == split.line), None)
    return None if found is None else found.make(None).value


def matrix(table: Table) -> Matrix | None:
    """Return the drawn column by the first dimension down and the second across; None for one dimension."""
    place = next((n for n, head in enumerate(table.columns) if head.id == table.chart), None)
    rows = [row for row in table.rows if not row.others]
    if place is None or len(table.by) != 2 or not rows:
        return None
    down = tuple(sorted({row.key[0] for row in rows}, key=_known_first))
    across = tuple(sorted({row.key[1] for row in rows}, key=_known_first))
    values = {row.key: row.values[place] for row in rows}
    cells = tuple(tuple(values.get((first, second), Value()) for second in across) for first in down)
    return Matrix(table.columns[place], down, across, cells)


def _known_first(name: str | None) -> tuple[bool, str]:
    return name is None, name or ""
