"""The board through Laban, and the rows it reads written out for the other layers.

    python benchmarks/peers/board_laban.py ROWS SIZE

ROWS is the folder for the rows, SIZE the number of ad rows of the warehouse.
"""

from __future__ import annotations

import json
import math
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from board import BEGIN, CATALOGUE, END, START, TODAY, Raw, board
from common import ASKED, KPIS, TABLES, Asked, Days, Question, Rows, by_hand, keyed, names_of, told, turns
from warehouses import made

from laban.metrics.compile import compile_query
from laban.metrics.query import Query
from laban.metrics.rolled import rolled
from laban.metrics.run import answer
from laban.metrics.table import Table
from laban.periods import Period
from laban.warehouse import Warehouse

DAYS = Days(BEGIN, START, END)


def export(warehouse: Warehouse, folder: Path) -> None:
    """Write what the live views show, and the days of the board."""
    folder.mkdir(parents=True, exist_ok=True)
    days = {"begin": str(BEGIN), "start": str(START), "end": str(END)}
    (folder / "days.json").write_text(json.dumps(days), "utf-8")
    with warehouse._cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"COPY {table} TO '{folder / table}.parquet' (FORMAT parquet)")


def rows_of(found: dict[tuple[Any, str | None], list[float]], width: int) -> Rows:
    return {key: [None if math.isnan(value) else value for value in row[:width]] for key, row in found.items()}


def ask(warehouse: Warehouse, kpis: tuple[str, ...], compared: bool) -> list[Question]:
    """The board from the facts and from the rollups, beside the statement written by hand."""
    query = Query(kpis, Period(DAYS.read(compared), END), grain="week", by=("channel",))
    text = by_hand(DAYS, compared)

    def hand() -> Any:
        with warehouse._cursor() as cursor:
            return cursor.execute(text).fetchnumpy()

    def expected() -> Rows:
        with warehouse._cursor() as cursor:
            return keyed(cursor.execute(text).fetchall())

    def question(how: str, source: Any) -> Question:
        def found(plan: Any) -> Any:
            table = answer(plan, CATALOGUE, source).rows
            assert isinstance(table, Table)
            return board(table.columns(), kpis)

        width = KPIS * (3 if compared else 1)
        return Question(
            Asked(ASKED[compared], how),
            compile=lambda: compile_query(query, CATALOGUE, TODAY),
            run=found,
            hand=hand,
            rows=lambda got: rows_of(got, width),
            expected=expected,
        )

    return [question("on the facts", Raw(warehouse)), question("from rollups", warehouse)]


def main() -> None:
    folder, size = Path(sys.argv[1]), int(sys.argv[2])
    with Warehouse.open(made(size) / "warehouse.duckdb") as warehouse:
        export(warehouse, folder)
        warehouse.refresh(rolled(CATALOGUE).rollups)
        with warehouse._cursor() as cursor:
            kpis = tuple(names_of(cursor.execute, DAYS))
        answers = turns([one for compared in (False, True) for one in ask(warehouse, kpis, compared)])
    told("Laban", answers, {"laban": version("laban"), "duckdb": version("duckdb")})


if __name__ == "__main__":
    main()
