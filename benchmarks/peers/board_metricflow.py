"""The board through MetricFlow: a dbt project of views, semantic models and metrics, asked through its Python engine.

    bench-data/peers-metricflow/venv/bin/python benchmarks/peers/board_metricflow.py ROWS FOLDER

Each KPI of the week before and of last year is a derived metric with an ``offset_window``. The engine compiles a
query to one statement; that statement and the one written by hand are run through the same plain connection.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from datetime import time as midnight
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
from common import ASKED, HERE, Asked, Days, Question, Rows, by_hand, days_of, keyed, loaded, names_of, told, turns
from dbt.cli.main import dbtRunner
from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

OFFSETS = {"before": "7 days", "year": "364 days"}


def project(folder: Path, kpis: Sequence[str]) -> Path:
    """Copy the project where dbt may write, and add the metrics of the week before and of last year."""
    made = folder / "project"
    shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(HERE / "metricflow", made)
    lines = ["metrics:"]
    for suffix, window in OFFSETS.items():
        for kpi in kpis:
            lines += [
                f"  - name: {kpi}_{suffix}",
                f"    label: {kpi}_{suffix}",
                "    type: derived",
                "    type_params:",
                "      expr: earlier",
                f"      metrics: [{{name: {kpi}, alias: earlier, offset_window: {window}}}]",
            ]
    (made / "models" / "compared.yml").write_text("\n".join(lines) + "\n", "utf-8")
    return made


class Layer:
    """The engine over a project that dbt has built, and a plain connection to the same database."""

    def __init__(self, made: Path) -> None:
        for command in ("run", "parse"):
            done = dbtRunner().invoke([command, "--quiet"])
            if not done.success:
                raise SystemExit(f"dbt {command} did not succeed: {done.exception}")
        self.settings = CLIConfiguration()
        self.settings.setup(made, made, configure_file_logging=False)
        self.engine = self.settings.mf
        adapter = self.settings.dbt_artifacts.adapter
        self._open = adapter.connection_named("board")
        self._open.__enter__()
        self.cursor = adapter.connections.get_thread_connection().handle.cursor()

    def statement(self, days: Days, metrics: Sequence[str]) -> str:
        request = MetricFlowQueryRequest.create_with_random_request_id(
            metric_names=metrics,
            group_by_names=["metric_time__week", "channel"],
            order_by_names=["metric_time__week", "channel"],
            time_constraint_start=datetime.combine(days.start, midnight()),
            time_constraint_end=datetime.combine(days.end - timedelta(days=1), midnight()),
        )
        return str(self.engine.explain(request).sql_statement.sql)

    def rows(self, text: str) -> tuple[list[str], Any]:
        """The names of the columns, and the rows."""
        done = self.cursor.execute(text)
        return [column[0] for column in done.description], done.fetchall()


def ask(layer: Layer, days: Days, kpis: Sequence[str], compared: bool) -> Question:
    """The board, beside the statement written by hand."""
    metrics = [*kpis, *(f"{kpi}_{suffix}" for suffix in OFFSETS for kpi in kpis)] if compared else list(kpis)
    hand = by_hand(days, compared)

    def ordered(found: Any) -> Rows:
        names, rows = found
        places = [names.index(name) for name in ("metric_time__week", "channel", *metrics)]
        return keyed([[row[place] for place in places] for row in rows])

    return Question(
        Asked(ASKED[compared], f"{len(metrics)} metrics in one query{', offset_window' if compared else ''}"),
        compile=lambda: layer.statement(days, metrics),
        run=layer.rows,
        hand=lambda: layer.rows(hand),
        rows=ordered,
        expected=lambda: keyed(layer.rows(hand)[1]),
    )


def main() -> None:
    rows, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    database = folder / "board.duckdb"
    days = days_of(rows)
    loaded(rows, database)
    with duckdb.connect(str(database)) as connection:
        kpis = names_of(connection.execute, days)
    made = project(folder, kpis)
    os.environ.update(BOARD_DATABASE=str(database), DO_NOT_TRACK="1")
    os.chdir(made)
    layer = Layer(made)
    answers = turns([ask(layer, days, kpis, compared) for compared in (False, True)])
    told("MetricFlow", answers, {name: version(name) for name in ("metricflow", "dbt-core", "dbt-duckdb", "duckdb")})


if __name__ == "__main__":
    main()
