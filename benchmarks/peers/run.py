"""The same board through other semantic layers, beside SQL written by hand and beside Laban. ``make peers`` runs it.

    python benchmarks/peers/run.py [ad rows]

Each layer has a process and an environment of its own, all on the same rows. They take turns: in every round each of
them compiles the board, runs it, and runs the statement written by hand on its own tables, while the others wait.
Ratios are medians of the ratios within the rounds, so that what else the machine does meets both sides.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DATA = HERE.parent.parent / "bench-data"
ROWS = DATA / "peers" / "rows"
PEERS = {"metricflow": "MetricFlow", "bsl": "boring-semantic-layer"}
ROUNDS = 7
#: Seconds for one layer, from its start to its end.
LIMIT = 1800


class Layer:
    """One layer in its own process, which does one round for each line it is sent."""

    def __init__(self, name: str, python: Path | str, script: str, *arguments: str) -> None:
        path = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        self.name, self.failed = name, ""
        self.found: dict[str, Any] = {}
        self._log = DATA / "peers" / f"{name}.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [str(python), str(HERE / script), *arguments],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
            )
        self._late = threading.Timer(LIMIT, self._process.kill)
        self._late.start()
        self._until("ready")

    def round(self) -> None:
        if not self.failed and self._process.stdin:
            with suppress(BrokenPipeError):  # a process that has ended is noticed by its silence
                self._process.stdin.write("\n")
                self._process.stdin.flush()
            self._until("done")

    def end(self) -> None:
        """Let the process compare its answers, and take what it tells."""
        if not self.failed and self._process.stdin and self._process.stdout:
            self._process.stdin.close()
            lines = self._process.stdout.read().splitlines()
            if self._process.wait() or not lines:
                self._give_up()
            else:
                self.found = json.loads(lines[-1])
        self._late.cancel()

    def _until(self, word: str) -> None:
        while self._process.stdout and (line := self._process.stdout.readline()):
            if line.strip() == word:
                return
        self._give_up()

    def _give_up(self) -> None:
        said = self._log.read_text("utf-8").strip().splitlines()
        self.failed = f"ended with {self._process.wait()}: {' '.join(said[-3:])}"


def shown(times: list[float]) -> str:
    """The median of the rounds after the first, the lowest and the highest; the only time of what was asked once."""
    if not times:
        return "–"
    again = times[1:] or times
    spread = f" ({min(again):,.0f}–{max(again):,.0f})" if len(again) > 1 else ""
    return f"{statistics.median(again):,.0f} ms{spread}"


def totals(one: dict[str, Any]) -> list[float]:
    return [compiled + run for compiled, run in zip(one["compile"], one["run"], strict=True)]


def ratio(one: list[float], other: list[float]) -> float:
    """The median of the ratios round by round, without the first round."""
    return statistics.median(mine / theirs for mine, theirs in zip(one[1:], other[1:], strict=True))


def row(layer: str, one: dict[str, Any], laban: dict[tuple[str, str], list[float]]) -> str:
    cells = [f"{layer}: {one['how']}", shown(one["compile"])]
    if one["failed"]:
        return "| " + " | ".join([*cells, one["failed"], "", "", ""]) + " |"
    total = totals(one)
    cells += [shown(one["run"]), shown(total)]
    if not one["hand"]:
        return "| " + " | ".join([*cells, "", ""]) + " |"
    cells.append(f"{ratio(total, one['hand']):.1f}x of {statistics.median(one['hand'][1:]):,.0f} ms")
    known = [laban[one["asked"], how] for how in ("on the facts", "from rollups")]
    cells.append("" if layer == "Laban" else " / ".join(f"{ratio(total, other):.1f}x" for other in known))
    return "| " + " | ".join(cells) + " |"


def printed(asked: str, layers: list[dict[str, Any]], laban: dict[tuple[str, str], list[float]]) -> None:
    print(f"\n**{asked}**, 52 weeks x channel\n")
    print("| Layer, how it was asked | Compile | Run | Total | Beside hand-written | Beside Laban: facts / rollups |")
    print("|---|---|---|---|---|---|")
    for layer in layers:
        for one in layer["answers"]:
            if one["asked"] == asked:
                print(row(layer["layer"], one, laban))


def checked(layers: list[dict[str, Any]]) -> None:
    print("\nCompared with the statement written by hand, cell by cell:\n")
    for layer in layers:
        for one in layer["answers"]:
            if one["cells"]:
                print(
                    f"- {layer['layer']}, {one['asked']}, {one['how']}: {one['cells']:,} numbers, {one['unlike']} of "
                    f"them on one side only, sum of all differences {one['difference']:.3g}"
                )


def measured(size: str) -> list[Layer]:
    """Start the layers, let them take turns, and end them."""
    layers = [Layer("Laban", sys.executable, "board_laban.py", str(ROWS), size)]
    if not layers[0].failed:
        for short, name in PEERS.items():
            folder = DATA / f"peers-{short}"
            python = folder / "venv" / "bin" / "python"
            layers.append(Layer(name, python, f"board_{short}.py", str(ROWS), str(folder)))
    for _ in range(ROUNDS + 1):
        for layer in layers:
            layer.round()
    for layer in layers:
        layer.end()
    return layers


def main() -> None:
    if not all((DATA / f"peers-{short}" / "venv").exists() for short in PEERS):
        raise SystemExit("The environments of the other layers are not there yet: make peers")
    size = sys.argv[1] if len(sys.argv) > 1 else "1000000"
    busy = os.getloadavg()[0]
    layers = measured(size)
    if layers[0].failed:
        raise SystemExit(layers[0].failed)
    found = [layer.found for layer in layers if not layer.failed]
    laban = {(one["asked"], one["how"]): totals(one) for one in found[0]["answers"]}
    print(f"{int(size):,} ad rows; medians of {ROUNDS} rounds after a first one, lowest and highest in brackets.")
    print(f"{os.cpu_count()} cores; programs waiting for them: {busy:.1f} before, {os.getloadavg()[0]:.1f} after.\n")
    for told in found:
        print(f"- {told['layer']}: " + ", ".join(f"{name} {number}" for name, number in told["versions"].items()))
    for asked in dict.fromkeys(one["asked"] for told in found for one in told["answers"]):
        printed(asked, found, laban)
    checked(found)
    for layer in layers:
        if layer.failed:
            print(f"- {layer.name} did not answer: {layer.failed}")
    if len(found) < len(layers):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
