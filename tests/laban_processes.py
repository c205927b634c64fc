"""Real command lines and a real ``laban serve``, as processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import made_once
import warm_python

REPORT = """Campaign report
"November 9, 2026 - November 10, 2026"
Day,Campaign,Campaign type,Currency code,Impr.,Clicks,Cost,Conversions
2026-11-09,{name},Search,VND,"1,000",50,500000,5.00
2026-11-10,{name},Search,VND,"1,200",60,600000,6.00
Total: Campaigns,,,VND,"2,200",110,1100000,11.00
"""


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a command finds around it: nothing of whoever runs the tests."""
    ours = ("LABAN_", "LC_", "COLUMNS", "LINES")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    shared = {"XDG_CACHE_HOME": str(made_once.root() / "cache")}  # the chart script takes some seconds to make
    return {**kept, **shared, "HOME": str(home), "LANG": "C.UTF-8", **more}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "laban", *words]


def laban(directory: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    if hasattr(os, "fork"):
        return warm_python.run(directory, words, environment(directory, **env))
    return subprocess.run(
        command(*words), cwd=directory, env=environment(directory, **env), capture_output=True, text=True,
        encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip


def started(directory: Path, *words: str, **env: str) -> subprocess.Popen[str]:
    """Begin a command."""
    return subprocess.Popen(
        command(*words), cwd=directory, env=environment(directory, **env), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip


def note_of(root: Path) -> dict[str, Any]:
    """What the holder of the warehouse has written down; empty when there is no note."""
    try:
        noted: dict[str, Any] = json.loads((root / "warehouse.duckdb.holder").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return noted


@dataclass(frozen=True)
class Running:
    """A server: its process, its address, and the secret of its note."""

    process: subprocess.Popen[str]
    root: Path
    address: str
    secret: str

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=20)


@contextmanager
def serving(root: Path, *words: str) -> Iterator[Running]:
    """Serve ``root`` on a free port until the block ends; some other folder is the server's own."""
    process = started(root.parent, "serve", "-w", str(root), "--port", "0", *words)
    try:
        server = _server(root, process)
        yield Running(process, root, server["address"], server["secret"])
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate(timeout=20)


def _server(root: Path, process: subprocess.Popen[str]) -> Mapping[str, str]:
    patience = time.monotonic() + 40
    while time.monotonic() < patience:
        noted = note_of(root)
        if noted.get("pid") == process.pid and noted.get("server"):
            found: dict[str, str] = noted["server"]
            return found
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    raise AssertionError("the server did not start")


def write_reports(folder: Path, count: int, *, first: int = 0) -> list[Path]:
    """Write as many exports, each of a campaign of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"report {number:03}.csv" for number in range(first, first + count)]
    for number, path in enumerate(paths, first):
        path.write_text(REPORT.format(name=f"Chiến dịch {number}"), "utf-8")
    return paths
