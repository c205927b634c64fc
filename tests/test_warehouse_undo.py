"""Undo restores exactly what was there before, whatever the order."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laban.errors import UnknownImportError
from laban.facts import FACT, FACTS
from laban.sources.model import Grain, Slice
from laban.warehouse import Warehouse
from warehouse_rows import NOON, ads, day, load, orders

GRAINS: tuple[Grain, ...] = ("day", "day", "period")
Dump = dict[str, list[tuple[Any, ...]]]


def dump(warehouse: Warehouse) -> Dump:
    """Everything that metrics can see, and which ranges and rows it comes from."""
    filled = {name for (name,) in warehouse.query("SELECT DISTINCT fact FROM slice")}
    views = [f"{fact.name}_live" for fact in FACTS if fact.name in filled] + [
        "fact_attribution",
        "fact_attribution_model",
        "active",
        "fact_order",
        "person",
    ]
    found = {view: _sorted(warehouse.query(f"SELECT * FROM {view}")) for view in views}
    return {name: rows for name, rows in found.items() if rows}


def _sorted(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: [(cell is not None, str(cell)) for cell in row])


def _days() -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(1, 12), st.integers(1, 8))


@st.composite
def series(draw: st.DrawFn) -> Slice:
    start, length = draw(_days())
    grain = draw(st.sampled_from(GRAINS))
    numbers = range(start, start + length) if grain == "day" else [start]
    rows = [(day(n), draw(st.sampled_from("xyz")), str(draw(st.integers(1, 99)))) for n in numbers]
    rank = draw(st.integers(0, 1))
    account = draw(st.sampled_from(("a", "b", "")))
    currency = draw(st.sampled_from(("VND", "USD")))
    return ads(rows, day(start), day(start + length), grain=grain, rank=rank, account=account, currency=currency)


@st.composite
def entities(draw: st.DrawFn) -> Slice:
    return orders(
        [
            (
                str(draw(st.integers(1, 5))),
                day(draw(st.integers(1, 9))),
                draw(st.sampled_from(("ann", "bo", None))),
                draw(st.sampled_from(("delivered", "cancelled"))),
                str(draw(st.integers(1, 99))),
            )
            for _ in range(draw(st.integers(1, 4)))
        ]
    )


@st.composite
def lines(draw: st.DrawFn) -> Slice:
    chosen = draw(st.lists(st.tuples(st.sampled_from("12345"), st.sampled_from("12")), min_size=1, max_size=4))
    return Slice(
        *("fact_order_line", "shop", "", "line", "day", None, None),
        columns=("order_id", "line_no", "date", "quantity", "unit_cost"),
        rows=[(order, line, day(1), Decimal(draw(st.integers(1, 3))), Decimal(4)) for order, line in chosen],
    )


@st.composite
def people(draw: st.DrawFn) -> Slice:
    pairs = st.sampled_from((("ann", "bo"), ("ann", "cy"), ("bo", "cy"), ("bo", "di")))
    rows = [
        (day(1), *draw(pairs), draw(st.sampled_from((None, None, True, False))))
        for _ in range(draw(st.integers(1, 3)))
    ]
    return Slice(
        *("fact_person_link", draw(st.sampled_from(("shop", "own_people"))), "", "person", "day", None, None),
        columns=("date", "person_key", "other_key", "is_same"),
        rows=rows,
    )


@st.composite
def rates(draw: st.DrawFn) -> Slice:
    rows = [(day(draw(st.integers(1, 9))), "USD", "VND", Decimal(draw(st.integers(2, 9)))) for _ in range(2)]
    return Slice(
        *("fact_exchange_rate", "own_rates", "", "rates", "day", None, None),
        columns=("date", "foreign_currency", "currency", "rate"),
        rows=rows,
    )


FILES = st.lists(
    st.lists(st.one_of(series(), entities(), lines(), people(), rates()), min_size=1, max_size=3),
    min_size=2,
    max_size=4,
)


@settings(max_examples=10, deadline=None)
@given(FILES.flatmap(lambda files: st.tuples(st.just(files), st.permutations(range(1, len(files) + 1)))))
def test_undo_in_any_order_is_never_having_imported(case: tuple[list[list[Slice]], list[int]]) -> None:
    files, order = case
    with tempfile.TemporaryDirectory() as folder, Warehouse.open(Path(folder) / "a.duckdb") as warehouse:
        for number, slices in enumerate(files, 1):
            load(warehouse, Path(folder), f"file{number}", *slices)
        kept = set(range(1, len(files) + 1))
        for import_id in order:
            warehouse.undo(import_id, NOON)
            kept.remove(import_id)
            assert dump(warehouse) == _without(files, kept, _slice_ids(warehouse))
        assert dump(warehouse) == {}


def _slice_ids(warehouse: Warehouse) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for import_id, slice_id in warehouse.query("SELECT import_id, slice_id FROM slice ORDER BY ALL"):
        found.setdefault(import_id, []).append(slice_id)
    return found


def _without(files: list[list[Slice]], kept: set[int], slice_ids: dict[int, list[int]]) -> Dump:
    """The state of a warehouse that only ever saw the ``kept`` files, under the other one's slice numbers."""
    with tempfile.TemporaryDirectory() as folder, Warehouse.open(Path(folder) / "b.duckdb") as fresh:
        renamed: dict[int, int] = {}
        for number in sorted(kept):
            outcome = load(fresh, Path(folder), f"file{number}", *files[number - 1])
            assert outcome.import_id is not None
            new = _slice_ids(fresh)[outcome.import_id]
            renamed.update(zip(new, slice_ids[number], strict=True))
        found = dump(fresh)
    for table, place in (("active", 0), ("fact_order", len(FACT["fact_order"].columns))):
        if table in found:
            found[table] = _sorted([_replaced(row, place, renamed[row[place]]) for row in found[table]])
    return found


def _replaced(row: tuple[Any, ...], place: int, value: int) -> tuple[Any, ...]:
    cells = list(row)
    cells[place] = value
    return tuple(cells)


def test_undo_of_an_unknown_import_names_it(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path / "a.duckdb") as warehouse:
        for number in (7, 1 << 40):
            with pytest.raises(UnknownImportError):
                warehouse.undo(number, NOON)


def test_undo_brings_back_the_period_that_had_given_way(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path / "a.duckdb") as warehouse:
        load(warehouse, tmp_path, "a", ads([(day(1), "x", "70")], day(1), day(8), grain="period"))
        before = dump(warehouse)
        load(warehouse, tmp_path, "b", ads([(day(3), "x", "1")], day(3), day(4)))
        assert dump(warehouse) != before
        warehouse.undo(2, NOON + timedelta(days=1))
        assert dump(warehouse) == before
        assert warehouse.query("SELECT count(*) FROM fact_ad_performance") == [(1,)]
