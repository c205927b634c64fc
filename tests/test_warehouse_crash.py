"""A process killed at any moment of an import or an undo leaves the state before or the state after, never between.

A small server process, which has imported everything but opened nothing, forks a child per attempt: a real process
with its own connection that starts in a few milliseconds. The child is killed (SIGKILL) after a random part of the
time the work takes. A shadow workspace that nobody kills tells what "after" is.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from killing import Shop, start_server
from laban.facts import FACTS
from laban.sources.model import Slice
from laban.warehouse import Warehouse
from laban.warehouse.archive import unpacked
from warehouse_rows import NOON, D, ads, day, load, orders

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

KILLS = 30
#: Of whole imports; ``make kills`` does a thousand.
SMALL_KILLS = 20
ROWS = 1500
WHOLE = "SELECT count(*), md5(string_agg(t::VARCHAR, chr(10) ORDER BY t::VARCHAR))"

SERVER = """
import os, sys
import duckdb, zstandard
sys.path.insert(0, {tests!r})
import test_warehouse_crash as crash
from pathlib import Path
print("ready", flush=True)
for line in sys.stdin:
    folder, step = line.rstrip("\\n").split("\\t")
    child = os.fork()
    if child == 0:
        crash.work(Path(folder), int(step))
        os._exit(0)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print("killed" if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status), flush=True)
"""


def work(folder: Path, step: int) -> None:
    """Import the file of ``step``, or, every third time, undo the latest import."""
    with Warehouse.open(folder / "warehouse.duckdb") as warehouse:
        if step % 3 == 2:
            warehouse.undo(warehouse.imports()[0].id, NOON)
        else:
            load(warehouse, folder, f"file{step}", *slices(step))


def slices(step: int) -> tuple[Slice, ...]:
    first = 1 + step % 5
    rows = [(day(first + n % 20), f"c{n % 7}", str(step + n)) for n in range(ROWS)]
    sales = [(str(n), day(1 + n % 25), f"who{n % 11}", "delivered", str(step)) for n in range(step % 4, 40)]
    return ads(rows, day(first), day(first + 20)), orders(sales)


def state(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything there is: what counts, what is stored, the log, and what the kept originals contain."""
    views = [f"{fact.name}_live" for fact in FACTS if fact.name in ("fact_ad_performance", "fact_order")]
    tables = ("fact_ad_performance", "fact_order", "slice", "active", "import_log", "meta", "schema_step")
    with Warehouse.open(folder / "warehouse.duckdb") as warehouse:
        found = {name: warehouse.query(f"{WHOLE} FROM {name} t") for name in (*views, *tables)}
        kept = {record.archive for record in warehouse.imports(include_undone=True)}
    originals = {path.name for path in (folder / "archive").glob("*")} if (folder / "archive").exists() else set()
    assert kept <= originals
    for name in originals:
        digest = name.removesuffix(".zst")
        with unpacked(folder / "archive", digest) as file:
            assert hashlib.sha256(file.read()).hexdigest() == digest
    return found


@pytest.fixture
def server() -> Iterator[subprocess.Popen[str]]:
    code = SERVER.format(tests=str(Path(__file__).parent))
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def attempt(server: subprocess.Popen[str], folder: Path, step: int, delay: float | None) -> bool:
    """Let a child do ``step`` and kill it after ``delay`` seconds; return whether it was still at work."""
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(f"{folder}\t{step}\n")
    server.stdin.flush()
    child = int(server.stdout.readline())
    if delay is not None:
        time.sleep(delay)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    ending = server.stdout.readline().strip()
    assert ending in ("killed", "0"), ending
    return ending == "killed"


def test_a_kill_leaves_before_or_after(tmp_path: Path, server: subprocess.Popen[str]) -> None:
    chance = random.Random(20261116)  # noqa: S311  moments, not secrets
    folder, shadow = tmp_path / "shop", tmp_path / "shadow"
    for each in (folder, shadow):
        each.mkdir()
        work(each, 0)
    before = state(folder)
    assert before == state(shadow)
    step, kills, took = 1, 0, 0.0
    for turn in itertools.count():
        undisturbed = turn % 8 == 0
        start = time.perf_counter()
        kills += attempt(server, folder, step, None if undisturbed else took * chance.random())
        if undisturbed:
            took = time.perf_counter() - start
        now = state(folder)
        if now != before:
            work(shadow, step)
            assert now == state(shadow), f"neither before nor after step {step}"
            before, step = now, step + 1
        if kills >= KILLS:
            break
    assert step > KILLS // 8, "hardly anything was ever done: the kills came too early to prove anything"
    assert D(before["meta"][0][0]) == 1


def test_the_work_that_is_killed_is_done_when_it_is_not(tmp_path: Path, server: subprocess.Popen[str]) -> None:
    for step in range(3):
        assert not attempt(server, tmp_path, step, None)
    assert state(tmp_path)["import_log"][0][0] == 2


def test_imports_killed_at_any_moment_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    with start_server() as killer:
        shop = Shop(tmp_path, killer, 20261116)
        while shop.kills < SMALL_KILLS:
            shop.step()
        assert shop.settle() == (0, 0)
        assert len(shop.files) > SMALL_KILLS // 5
