"""A shop whose imports are killed at any moment, and what must be in it in the end.

A small process that has imported everything but opened nothing forks a child per attempt: a real process with its own
database connection that begins at once. The child runs the whole of ``Workspace.import_file`` (recognise, read,
archive, load, log) and is killed after a random part of the time that takes.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from laban.settings import Settings
from laban.warehouse.archive import unpacked
from laban.warehouse.journal import read
from laban.workspace import Workspace
from source_files import table

TODAY = date(2026, 11, 23)
ROWS = 60
SERVER = """
import os, sys
import duckdb, zstandard
sys.path.insert(0, {tests!r})
import killing
from pathlib import Path
from laban.sources.mapping import platforms
platforms()
print("ready", flush=True)
for line in sys.stdin:
    root, path = line.rstrip("\\n").split("\\t")
    child = os.fork()
    if child == 0:
        killing.work(Path(root), Path(path))
        os._exit(0)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print("killed" if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status), flush=True)
"""


def work(root: Path, path: Path) -> None:
    """Import a file, in the child."""
    with Workspace.open(root, today=TODAY) as workspace:
        outcome = workspace.import_file(path)
        assert outcome.status in {"loaded", "unchanged"}, outcome


@contextmanager
def start_server() -> Iterator[subprocess.Popen[str]]:
    code = SERVER.format(tests=str(Path(__file__).parent))
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


@dataclass
class Shop:
    """The workspace, the files that were tried so far, and how often an import was killed."""

    folder: Path
    server: subprocess.Popen[str]
    seed: int
    files: list[Path] = field(default_factory=list)
    kills: int = 0
    took: float = 0.0

    def __post_init__(self) -> None:
        self.root = self.folder / "shop"
        self.dice = random.Random(self.seed)  # noqa: S311  moments, not secrets
        Workspace.create(self.root, Settings(), today=TODAY).close()

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return ROWS * len(self.files)

    def step(self) -> None:
        """Import the next file, or one that may be there already; now and then without being killed."""
        if not self.files or self.dice.random() < 0.4:
            self.files.append(_write(self.folder, len(self.files)))
        path = self.files[-1] if self.dice.random() < 0.8 else self.dice.choice(self.files)
        calm = len(self.files) % 8 == 1 and path == self.files[-1]
        start = time.perf_counter()
        self.kills += self._attempt(path, None if calm else self.took * self.dice.random() * 1.1)
        if calm:
            self.took = time.perf_counter() - start

    def _attempt(self, path: Path, delay: float | None) -> bool:
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.write(f"{self.root}\t{path}\n")
        self.server.stdin.flush()
        child = int(self.server.stdout.readline())
        if delay is not None:
            time.sleep(delay)
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        ending = self.server.stdout.readline().strip()
        assert ending in {"killed", "0"}, ending
        return ending == "killed"

    def settle(self) -> tuple[int, int]:
        """Import every file once more, undisturbed; return how many rows are lost and how many are there twice."""
        for path in self.files:
            assert not self._attempt(path, None)
        with Workspace.open(self.root, today=TODAY) as workspace:
            query = workspace.warehouse.query
            found = dict(query("SELECT order_id, count(*) FROM fact_order GROUP BY 1"))
            assert query("SELECT count(*) FROM fact_order_live") == [(len(found),)]
            wanted = {f"D{number}-{row}" for number in range(len(self.files)) for row in range(ROWS)}
            strangers = found.keys() - wanted
            assert not strangers, sorted(strangers)[:3]
            spend = query("SELECT coalesce(sum(gross_amount), 0) FROM fact_order_live")[0][0]
            whole = sum(1000 + row for row in range(ROWS)) * len(self.files)
            assert spend == whole - sum(1000 + int(key.rpartition("-")[2]) for key in wanted - found.keys())
            self._originals(workspace)
        return len(wanted - found.keys()), sum(count - 1 for count in found.values())

    def _originals(self, workspace: Workspace) -> None:
        """Every import has its original, whole, and its line in the log beside the archive."""
        records = workspace.imports(include_undone=True)
        assert len({record.digest for record in records}) == len(records) == len(self.files)
        for record in records:
            with unpacked(self.root / "archive", record.digest) as file:
                assert hashlib.sha256(file.read()).hexdigest() == record.digest
        assert set(read(self.root)) == {record.id for record in records}
        leftovers = [path.name for path in (self.root / "archive").iterdir() if path.name.startswith(".")]
        assert leftovers == []


def _write(folder: Path, number: int) -> Path:
    days = [date(2026, 1, 1) + timedelta(days=(number * 7 + row) % 300) for row in range(ROWS)]
    rows = [(f"D{number}-{row}", f"{day:%d/%m/%Y}", "Đã giao", 1000 + row) for row, day in enumerate(days)]
    path = folder / f"orders {number:05}.csv"
    path.write_text(table(("Mã đơn hàng", "Ngày đặt", "Trạng thái", "Tiền hàng"), *rows), "utf-8")
    return path
