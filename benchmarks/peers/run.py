"""The same board through other semantic layers, beside SQL written by hand and beside Laban. ``make peers`` runs it.

    python benchmarks/peers/run.py [ad rows]

Each layer runs in a process and an environment of its own, one after the other, on the same rows. The statement
written by hand runs in each of these processes, in turn with the layer, on the same tables.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DATA = HERE.parent.parent / "bench-data"
ROWS = DATA / "peers" / "rows"
PEERS = {"metricflow": "MetricFlow", "bsl": "boring-semantic-layer"}
#: Seconds for one layer, all its questions together.
LIMIT = 1800


def measured(python: Path | str, script: str, *arguments: str) -> dict[str, Any]:
    """Run one layer and return what it found, or why it found nothing."""
    path = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(python), str(HERE / script), *arguments]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {LIMIT} s"}
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        return {"failed": f"ended with {done.returncode}: {done.stderr.strip()[-400:]}"}
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def middle(times: list[float]) -> float:
    """The median without the first run, which is the first of its process."""
    return statistics.median(times[1:] or times)


def shown(times: list[float]) -> str:
    if not times:
        return "–"
    again = times[1:]
    spread = f" ({min(again):,.0f}–{max(again):,.0f})" if again else ""
    return f"{middle(times):,.0f} ms{spread}"


def row(layer: str, one: dict[str, Any], laban: dict[tuple[str, str], float]) -> str:
    cells = [f"{layer}: {one['how']}", shown(one["compile"]), shown(one["run"])]
    if one["failed"]:
        return "| " + " | ".join([*cells, one["failed"], "", ""]) + " |"
    total = middle(one["compile"]) + middle(one["run"])
    beside = f"{total / middle(one['hand']):.1f}x of {middle(one['hand']):,.0f} ms" if one["hand"] else ""
    known = [laban[one["asked"], how] for how in ("on the facts", "from rollups") if (one["asked"], how) in laban]
    ratios = "" if layer == "Laban" else " / ".join(f"{total / other:.1f}x" for other in known)
    return "| " + " | ".join([*cells, f"{total:,.0f} ms", beside, ratios]) + " |"


def printed(asked: str, layers: list[dict[str, Any]], laban: dict[tuple[str, str], float]) -> None:
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
                    f"- {layer['layer']}, {one['asked']}, {one['how']}: {one['cells']:,} cells, {one['unlike']} with "
                    f"a number on one side only, sum of all differences {one['difference']:.3g}"
                )


def main() -> None:
    size = sys.argv[1] if len(sys.argv) > 1 else "1000000"
    layers = [measured(sys.executable, "board_laban.py", str(ROWS), size)]
    if "failed" in layers[0]:
        raise SystemExit(layers[0]["failed"])
    laban = {(one["asked"], one["how"]): middle(one["compile"]) + middle(one["run"]) for one in layers[0]["answers"]}
    failed = {}
    for name, layer in PEERS.items():
        folder = DATA / f"peers-{name}"
        found = measured(folder / "venv" / "bin" / "python", f"board_{name}.py", str(ROWS), str(folder))
        if "failed" in found:
            failed[layer] = found["failed"]
        else:
            layers.append(found)
    print(f"{int(size):,} ad rows. Medians of the runs after the first, lowest and highest in brackets.")
    for layer in layers:
        print(f"- {layer['layer']}: " + ", ".join(f"{name} {number}" for name, number in layer["versions"].items()))
    for asked in dict.fromkeys(one["asked"] for layer in layers for one in layer["answers"]):
        printed(asked, layers, laban)
    checked(layers)
    for layer, why in failed.items():
        print(f"- {layer} did not answer: {why}")
    if failed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
