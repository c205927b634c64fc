"""What every process of this comparison does alike: load the rows, take turns, time, compare with the statement.

Needs DuckDB and the standard library alone, because it also runs inside the environments of the other layers.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

HERE = Path(__file__).parent
BY_HAND = (HERE.parent / "board_by_hand.sql").read_text("utf-8")
TABLES = (
    "fact_ad_performance_live",
    "fact_web_sessions_live",
    "fact_order_live",
    "fact_order_line_live",
    "fact_lead_event_live",
)
KPIS = 47
ASKED = {False: "47 KPIs", True: "47 KPIs with the week before and last year"}

Rows = dict[tuple[date, str], Sequence[Any]]


@dataclass(frozen=True)
class Days:
    """The Mondays of the board: the first to compare with, the first shown, the one after the last."""

    begin: date
    start: date
    end: date

    def read(self, compared: bool) -> date:
        """The first day that must be read."""
        return self.begin if compared else self.start


@dataclass
class Asked:
    """One question to one layer: milliseconds of every turn (the first one is the first of the process)."""

    asked: str
    how: str
    compile: list[float] = field(default_factory=list)
    run: list[float] = field(default_factory=list)
    hand: list[float] = field(default_factory=list)
    cells: int = 0
    unlike: int = 0
    difference: float = 0.0
    failed: str = ""


def days_of(folder: Path) -> Days:
    found = json.loads((folder / "days.json").read_text("utf-8"))
    return Days(**{name: date.fromisoformat(text) for name, text in found.items()})


def loaded(rows: Path, database: Path) -> None:
    """Make a database of this process's DuckDB with the tables that the statement written by hand names."""
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        for table in TABLES:
            connection.execute(f"CREATE TABLE {table} AS FROM read_parquet('{rows / table}.parquet')")


def by_hand(days: Days, compared: bool) -> str:
    """The statement, with its days written in; without comparison it ends with the table of the weeks shown."""
    text = BY_HAND if compared else BY_HAND[: BY_HAND.index("\nSELECT k.*")] + "\nSELECT * FROM k WHERE w >= $start"
    for name, day in (("first", days.read(compared)), ("start", days.start), ("end", days.end)):
        text = text.replace(f"${name}", f"DATE '{day}'")
    return text


def names_of(execute: Callable[[str], Any], days: Days) -> list[str]:
    """The 47 KPIs in the order of the statement."""
    return [column[0] for column in execute(by_hand(days, compared=False)).description][2 : 2 + KPIS]


def keyed(rows: Sequence[Sequence[Any]]) -> Rows:
    """Rows of week, channel and numbers by their week and channel."""
    found = {}
    for week, channel, *values in rows:
        found[week.date() if hasattr(week, "date") else week, channel] = values
    return found


@dataclass(frozen=True)
class Question:
    """How to compile the board, run it, run the statement written by hand, and make rows of both answers."""

    asked: Asked
    compile: Callable[[], Any]
    run: Callable[[Any], Any]
    hand: Callable[[], Any]
    rows: Callable[[Any], Rows]
    expected: Callable[[], Rows]


def turns(questions: Sequence[Question]) -> list[Asked]:
    """Ask every question once per line on standard input; compare the last answers when it ends."""
    print("ready", flush=True)
    last: list[Any] = [None] * len(questions)
    for _ in sys.stdin:
        for place, question in enumerate(questions):
            start = time.perf_counter()
            compiled = question.compile()
            middle = time.perf_counter()
            last[place] = question.run(compiled)
            end = time.perf_counter()
            question.hand()
            question.asked.compile.append((middle - start) * 1000)
            question.asked.run.append((end - middle) * 1000)
            question.asked.hand.append((time.perf_counter() - end) * 1000)
        print("done", flush=True)
    for question, found in zip(questions, last, strict=True):
        compare(question.asked, question.rows(found), question.expected())
    return [question.asked for question in questions]


def compare(asked: Asked, ours: Rows, theirs: Rows) -> None:
    """Note how many cells have a number, in how many only one side has it, and the sum of all differences."""
    for key in ours.keys() | theirs.keys():
        width = len(next(iter(theirs.values())))
        nothing = [None] * width
        for one, other in zip(ours.get(key, nothing), theirs.get(key, nothing), strict=True):
            if one is None and other is None:
                continue
            asked.cells += 1
            if one is None or other is None:
                asked.unlike += 1
            else:
                asked.difference += abs(float(one) - float(other))


def told(layer: str, answers: Sequence[Asked], versions: dict[str, str]) -> None:
    """Print the findings as the last line of the process."""
    print(json.dumps({"layer": layer, "versions": versions, "answers": [asdict(one) for one in answers]}))
