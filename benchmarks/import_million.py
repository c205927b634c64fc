"""Import a large Google Ads report and compare with DuckDB's own ``CREATE TABLE AS SELECT * FROM read_csv(...)``.

The file has what real ones have: title and period lines, thousands separators, a totals row. Ours includes everything
``laban import`` does once it has started: hash, recognise, read, check the totals, convert, archive, load, settle,
commit, close. DuckDB writes the same file, untyped where it cannot tell the types, into a database on that disk.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb

from laban.workspace import Workspace

DATA = Path(__file__).parent.parent / "bench-data"
HEADER = "Day,Campaign,Campaign type,Device,Currency code,Impr.,Clicks,Interactions,Cost,Conversions,Conv. value"
TYPES = ("Search", "Display", "Video", "Performance Max", "Demand Gen")
DEVICES = ("Mobile phones", "Computers", "Tablets", "TV screens")
DAYS = 400
FIRST = date(2025, 1, 1)
Action = Callable[[Path, Path], str]


def grouped(value: int, *, cents: bool = False) -> str:
    text = f"{value // 100:,}.{value % 100:02d}" if cents else f"{value:,}"
    return f'"{text}"' if "," in text else text


def rows(count: int) -> Iterator[str]:
    chance = random.Random(2026)  # noqa: S311  a benchmark, not a secret
    sums = [0] * 5
    for number in range(count):
        day = FIRST + timedelta(days=number * DAYS // count)
        shown, cost = chance.randrange(60_000), chance.randrange(500_000_000)
        clicked, converted, value = (
            chance.randrange(shown // 20 + 1),
            chance.randrange(5_000),
            chance.randrange(900_000_000),
        )
        sums = [a + b for a, b in zip(sums, (shown, clicked, cost, converted, value), strict=True)]
        campaign = chance.randrange(420)
        labels = f"{day},Chiến dịch {campaign:03d},{TYPES[campaign % 5]},{DEVICES[number % 4]},VND"
        yield f"{labels},{measures(shown, clicked, cost, converted, value)}\n"
    yield f"Total: Campaigns,--,--,--,VND,{measures(*sums)}\n"


def measures(shown: int, clicked: int, cost: int, converted: int, value: int) -> str:
    amounts = ",".join(grouped(amount, cents=True) for amount in (cost, converted, value))
    return f"{grouped(shown)},{grouped(clicked)},{grouped(clicked)},{amounts}"


def make(path: Path, count: int) -> None:
    last = FIRST + timedelta(days=DAYS - 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(
            f'Campaign report\n"{FIRST:%B} {FIRST.day}, {FIRST.year} - {last:%B} {last.day}, {last.year}"\n{HEADER}\n'
        )
        file.writelines(rows(count))


def how_to_tell(path: Path) -> str:
    """The totals row is no date, so DuckDB's own guess of the types fails on this file: then it reads text."""
    with duckdb.connect() as connection:
        try:
            connection.execute("CREATE TABLE t AS SELECT * FROM read_csv(?)", [str(path)])
        except duckdb.Error:
            return ", all_varchar = true"
    return ""


def own_reading(path: Path, folder: Path, told: str) -> str:
    """Let DuckDB make a table of the file."""
    with duckdb.connect(str(folder / "plain.duckdb")) as connection:
        connection.execute(f"CREATE TABLE t AS SELECT * FROM read_csv(?{told})", [str(path)])
    return told.strip(", ") or "types found by itself"


def our_import(path: Path, folder: Path) -> str:
    with Workspace.create(folder / "shop", today=date(2026, 6, 1)) as workspace:
        (outcome,) = workspace.import_paths([path])
    if outcome.status != "loaded":
        raise SystemExit(f"not loaded: {outcome.findings}")
    return f"{outcome.reading.rows:,} rows, findings: {[f.code for f in outcome.findings]}"


def cold(path: Path, folder: Path) -> str:
    laban = Path(sys.executable).with_name("laban")
    Workspace.create(folder / "shop").close()
    subprocess.run([laban, "import", "-w", str(folder / "shop"), str(path)], check=True, stdout=subprocess.DEVNULL)
    return "the whole command, with the start of Python"


def seconds(actions: list[Action], path: Path, runs: int) -> list[tuple[float, str]]:
    """Return the median time of each action and what it said; they take turns, so that all meet the same load."""
    taken: list[list[float]] = [[] for _ in actions]
    said = [""] * len(actions)
    folder = DATA / "scratch"
    for _ in range(runs):
        for place, action in enumerate(actions):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            start = time.perf_counter()
            said[place] = action(path, folder)
            taken[place].append(time.perf_counter() - start)
    shutil.rmtree(folder)
    return list(zip(map(statistics.median, taken), said, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    DATA.mkdir(exist_ok=True)
    path = DATA / f"google_ads_{chosen.rows}.csv"
    if not path.exists():
        make(path, chosen.rows)
    told = how_to_tell(path)
    actions: list[Action] = [lambda file, folder: own_reading(file, folder, told), our_import, cold]
    (own, how), (ours, said), (whole, note) = seconds(actions, path, chosen.runs)
    print(f"{chosen.rows:,} rows, {path.stat().st_size / 1e6:.0f} MB, median of {chosen.runs}")
    print(f"{'CREATE TABLE AS SELECT * FROM read_csv':<44} {own:6.2f} s          {how}")
    print(f"{'import: hash, read, check, archive, load':<44} {ours:6.2f} s  {ours / own:4.2f}x   {said}")
    print(f"{'laban import, cold':<44} {whole:6.2f} s  {whole / own:4.2f}x   {note}; promised <= 2.5x")


if __name__ == "__main__":
    main()
