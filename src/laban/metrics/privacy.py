"""Small groups of people are not told: in a split by what people are, a group below five stays hidden.

A number by age or gender (``Dimension.personal``) that rests on one to four people or events could be somebody's own.
Where only one group is that small, the next smallest is hidden with it, or it could be had by subtraction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from laban.metrics.model import Catalogue
from laban.metrics.result import Cell, Result, Row

SMALLEST = 5


def protected(result: Result, catalogue: Catalogue) -> Result:
    """Return an answer without the groups that are too small; ``Result.hidden`` counts them."""
    names = {*result.query.by, *(name for name, _ in result.query.where)}
    if not any(catalogue.dimensions[name].personal for name in names if name in catalogue.dimensions):
        return result
    units = _counts(catalogue, result.query.kpis)
    small = {row.key for row in result.rows if any(_is_small(cells, units) for cells in _sides(row))}
    if not small:
        return result
    if len(small) == 1 and result.query.by:
        small |= set(_next(result.rows, small, units))
    kept = tuple(row for row in result.rows if row.key not in small)
    if not result.query.by:
        kept = tuple(
            replace(row, cells=_blank(row.cells), baseline=row.baseline and _blank(row.baseline))
            for row in result.rows
        )
    return replace(result, rows=kept, hidden=len(small))


def _counts(catalogue: Catalogue, kpis: Iterable[str]) -> frozenset[str]:
    """Labels of the parts that count people or what they did."""
    inputs = [used for kpi in kpis for used in catalogue.inputs(kpi)]
    return frozenset(used.label for used in inputs if catalogue.measures[used.measure].unit == "count")


def _sides(row: Row) -> list[Sequence[Cell]]:
    return [row.cells, row.baseline] if row.baseline is not None else [row.cells]


def _is_small(cells: Sequence[Cell], units: frozenset[str]) -> bool:
    return any(0 < abs(value) < SMALLEST for value in _values(cells, units))


def _values(cells: Sequence[Cell], units: frozenset[str]) -> list[float]:
    parts = (part for cell in cells for part in cell.parts.items())
    return [float(value) for label, value in parts if label in units and value is not None]


def _next(
    rows: Sequence[Row], small: set[tuple[str | None, ...]], units: frozenset[str]
) -> list[tuple[str | None, ...]]:
    """The smallest of the groups that are large enough."""
    sizes: dict[tuple[str | None, ...], float] = {}
    for row in rows:
        if row.key not in small:
            sizes[row.key] = sizes.get(row.key, 0.0) + max(_values(row.cells, units), default=0.0)
    filled = {key: size for key, size in sizes.items() if size > 0}
    return [min(filled, key=lambda key: (filled[key], str(key)))] if filled else []


def _blank(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    return tuple(Cell(None) for _ in cells)
