"""Measure how right Laban is against published answers, and print one table.

The published answers lie beside the project (``../shared``); what is not there is said and left out.
"""

from __future__ import annotations

import csv
import json
import random
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from laban.analysis.compare import newcombe, wilson
from laban.periods import tet
from laban.sources import read_file
from laban.sources.model import ReadOptions

SHARED = Path(__file__).parents[2] / "shared"
ROUNDS = 5_000


def row(name: str, right: int, of: int, note: str = "") -> None:
    print(f"{name:<74} {right:>7} of {of:<7} {note}", flush=True)


def exports() -> None:
    """Totals of real platform files, to the last digit."""
    folder = SHARED / "exports"
    if not folder.exists():
        print("real exports: not beside this checkout")
        return
    expected: dict[str, dict[str, Any]] = json.loads((folder / "EXPECTED.json").read_text("utf-8"))
    files = right = totals = equal = 0
    options = ReadOptions(hash_key=b"accuracy", today=date(2026, 11, 23))
    for name, wanted in expected.items():
        reading = read_file(folder / name, options)
        same = [same_number(reading.totals.get(key), text) for key, text in wanted["totals"].items()]
        files, right = files + 1, right + all(same)
        totals, equal = totals + len(same), equal + sum(same)
    row("real platform exports whose every total is exact (or refused, as they should be)", right, files)
    row("totals of these files, exact to the last digit given", equal, totals)


def same_number(found: Decimal | None, text: str) -> bool:
    wanted = Decimal(text)
    return found is not None and round(found, -int(wanted.as_tuple().exponent)) == wanted


def new_years() -> None:
    """First days of the Vietnamese lunar year."""
    path = SHARED / "truth" / "tet" / "tet_dates_1990_2100.csv"
    if not path.exists():
        print("Tết dates: not beside this checkout")
        return
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    right = sum(tet(int(line["year"])).isoformat() == line["tet_vn"] for line in rows)
    row("first day of Tết, 1990-2100, as published", right, len(rows))


def coverage() -> None:
    """How often 95 % intervals hold the truth, in simulation."""
    chance = random.Random(1)  # noqa: S311  a simulation
    for trials, rate in ((50, 0.02), (300, 0.02), (3_000, 0.02), (300, 0.3)):
        held = 0
        for _ in range(ROUNDS):
            hits = sum(chance.random() < rate for _ in range(trials))
            low, high = wilson(hits / trials, trials)
            held += low <= rate <= high
        row(f"95 % interval of a rate holds the truth ({rate:.0%} of {trials})", held, ROUNDS, "wanted: 95 %")
    held = 0
    for _ in range(ROUNDS):
        later, earlier = (sum(chance.random() < rate for _ in range(400)) / 400 for rate in (0.03, 0.05))
        low, high = newcombe(later, 400, earlier, 400)
        held += low <= 0.03 - 0.05 <= high
    row("95 % interval of a difference of rates holds the truth (3 % and 5 % of 400)", held, ROUNDS, "wanted: 95 %")


def main() -> None:
    print(f"Python {sys.version.split()[0]}\n")
    exports()
    new_years()
    coverage()


if __name__ == "__main__":
    main()
