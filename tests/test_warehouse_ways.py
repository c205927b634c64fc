"""A real reader's plan read in bulk, and the same file read the long way, give the same warehouse."""

from __future__ import annotations

import hashlib
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from laban.sources import bulk_plan, read_file
from laban.sources.model import Finding, Reading, ReadOptions
from laban.warehouse import LoadOutcome, Warehouse
from warehouse_rows import NOON

OPTIONS = ReadOptions(hash_key=b"k" * 32, today=date(2026, 12, 1))
ENGLISH = "Day,Campaign,Campaign type,Device,Currency code,Impr.,Clicks,Interactions,Cost,Conversions,Conv. value"
TYPES = ("Search", "Display", "Video", "Performance Max", "Demand Gen", "--", "Something new")
DEVICES = ("Mobile phones", "Computers", "Tablets", "TV screens", "")
NAMES = ("Tết 2026", " rìa trắng ", '"Sale, to"', "=1+1", "--", "<b>", "Total recall", "chiến dịch\u00a0")


@pytest.fixture(autouse=True)
def every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_plan, "LEAST_BYTES", 0)


def grouped(value: int, *, cents: bool = False) -> str:
    text = f"{value // 100:,}.{value % 100:02d}" if cents else f"{value:,}"
    return f'"{text}"' if "," in text else text


def lines(chance: random.Random) -> list[str]:
    """A file's data rows, and perhaps its own total; never more conversions than interactions."""
    names, most, found = chance.sample(NAMES, 3), chance.choice((900, 10**6)), []
    for number in range(chance.randrange(101, 300)):
        shown, clicks = chance.randrange(most), chance.randrange(50, 99)
        cells = [
            (date(2026, 11, 1) + timedelta(days=number % 30)).isoformat(),
            *(quoted(chance.choice(names)), chance.choice(TYPES), chance.choice(DEVICES), "VND"),
            *(grouped(shown), grouped(clicks), grouped(clicks), grouped(chance.randrange(most * 100), cents=True)),
            *(grouped(chance.randrange(5000), cents=True), chance.choice(("--", "0.00", '"1,234.5"'))),
        ]
        found.append(",".join(cells))
    if chance.random() < 0.5:
        found.append('Total: Campaigns,--,--,--,VND,"1,000",5,5,"7,000.50",1.00,0.00')
    return found


def quoted(name: str) -> str:
    return name if name.startswith('"') else f'"{name}"'


def take_in(folder: Path, name: str, reading: Reading, path: Path) -> tuple[LoadOutcome, dict[str, Any]]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / name).mkdir()
    with Warehouse.open(folder / name / "warehouse.duckdb") as warehouse:
        outcome = warehouse.load(reading, digest=digest, name=path.name, path=path, loaded_at=NOON)
        tables = (
            "* FROM fact_ad_performance_live",
            "* FROM slice",
            "* FROM active",
            "rows, totals, own_totals FROM import_log",
        )
        found = {table: sorted(map(str, warehouse.query(f"SELECT {table}"))) for table in tables}
    return outcome, found


def without_remarks(outcome: LoadOutcome) -> list[Finding]:
    """Remarks about single rows that are read all the same are only made by the long way."""
    return [finding for finding in outcome.findings if finding.level != "info"]


@pytest.mark.parametrize("seed", range(8))
def test_both_ways_give_the_same(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  made-up rows, not secrets
    path = tmp_path / "report.csv"
    preamble = 'Campaign report\n"November 1, 2026 - November 30, 2026"\n' if seed % 2 else ""
    newline = "\r\n" if seed % 3 == 0 else "\n"
    path.write_bytes((preamble + "\n".join([ENGLISH, *lines(chance), ""])).replace("\n", newline).encode())
    planned = read_file(path, OPTIONS)
    assert planned.bulk is not None, "the plan is what this test is about"
    quick, one = take_in(tmp_path, "bulk", planned, path)
    assert not quick.reading.slices, "it was read the long way after all"
    slow, other = take_in(tmp_path, "slow", planned.bulk.slow(), path)
    assert one == other
    assert quick.reading.totals == slow.reading.totals
    assert quick.reading.own_totals == slow.reading.own_totals
    assert without_remarks(quick) == without_remarks(slow)
    assert (quick.status, quick.reading.currency) == ("loaded", "VND")
