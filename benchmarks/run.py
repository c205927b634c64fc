"""Measure what the promises say about speed and print one table.

Each figure is a median over several runs on this machine; ratios are taken against a reference measured in the same
run. Nothing is asserted here: read the table.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE.parent / "bench-data"
LABAN = Path(sys.executable).with_name("laban")


def seconds(action: Callable[[], object], runs: int) -> list[float]:
    """Return the wall seconds of each run, after one that is not counted."""
    action()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return taken


def laban(*words: str) -> None:
    subprocess.run([LABAN, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def percentile(values: Sequence[float], share: float) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def row(name: str, measured: str, promised: str) -> None:
    print(f"{name:<66} {measured:>22}   {promised}", flush=True)


def demo() -> Path:
    folder = DATA / "demo"
    if not (folder / "warehouse.duckdb").exists():
        DATA.mkdir(exist_ok=True)
        laban("demo", str(folder))
    return folder


def commands(folder: Path, runs: int) -> None:
    python = statistics.median(seconds(lambda: subprocess.run([sys.executable, "-c", ""], check=True), runs))
    row("python -c '' (reference)", f"{python:.3f} s", "")
    row("laban --help, cold", f"{statistics.median(seconds(lambda: laban('--help'), runs)):.3f} s", "<= 0.15 s")
    board = seconds(lambda: laban("board", "-w", str(folder)), runs)
    row("laban board on the demo, cold", f"{statistics.median(board):.3f} s", "<= 0.7 s")
    target = DATA / "report.pdf"
    pdf = seconds(lambda: laban("report", "-w", str(folder), "--format", "pdf", "-o", str(target)), runs)
    row("laban report --format pdf on the demo, cold", f"{statistics.median(pdf):.3f} s", "<= 1 s")


def pages(folder: Path, requests: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [LABAN, "serve", "-w", str(folder), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        for name, path in (("scorecard page", "/"), ("KPI page", "/kpi/conversion_rate")):
            first = fetch(port, path)
            taken = [fetch(port, path) for _ in range(requests)]
            promised = "p95 <= 60 ms" if path == "/" else ""
            shown = f"{percentile(taken, 0.5) * 1000:.0f} / {percentile(taken, 0.95) * 1000:.0f} ms"
            row(f"{name}, p50 / p95 of {requests} requests", shown, promised)
            row(f"{name}, first request after the start", f"{first * 1000:.0f} ms", "")
        weeks = [f"/?period=2026-W{week:02}" for week in range(1, 41)]
        taken = [fetch(port, path) for path in weeks]
        shown = f"{percentile(taken, 0.5) * 1000:.0f} / {percentile(taken, 0.95) * 1000:.0f} ms"
        row(f"scorecard page of a week never shown before, p50 / p95 of {len(weeks)}", shown, "")
    finally:
        server.terminate()
        server.wait(10)


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def fetch(port: int, path: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    start = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    taken = time.perf_counter() - start
    connection.close()
    if answer.status != http.client.OK:
        raise SystemExit(f"{path} answered {answer.status}")
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--skip-import", action="store_true")
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; medians of {chosen.runs} runs\n")
    folder = demo()
    commands(folder, chosen.runs)
    pages(folder, 200)
    if not chosen.skip_import:
        subprocess.run([sys.executable, HERE / "import_million.py", "--rows", str(chosen.rows)], check=True)


if __name__ == "__main__":
    main()
