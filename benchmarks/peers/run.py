"""The same board through other semantic layers, beside SQL written by hand and beside Laban. ``make peers`` runs it.

    python benchmarks/peers/run.py [ad rows]

Each layer runs in a process and an environment of its own, one after the other, on the same rows; Laban before and
after the others. The statement written by hand runs in each of these processes, in turn with the layer, on the same
tables.
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


def least(*parts: list[float]) -> float:
    """The lowest time of all parts together: what else the machine does disturbs it least."""
    return sum(min(times) for times in parts)


def shown(times: list[float]) -> str:
    if not times:
        return "–"
    again = times[1:]
    spread = f" ({min(again):,.0f}–{max(again):,.0f})" if again else ""
    return f"{middle(times):,.0f} ms{spread}"


def row(layer: str, one: dict[str, Any], laban: dict[tuple[str, str], float]) -> str:
    cells = [f"{layer}: {one['how']}", shown(one["compile"]), shown(one["run"])]
    if one["failed"]:
        return "| " + " | ".join([*cells[:2], one["failed"], "", "", ""]) + " |"
    total = middle(one["compile"]) + middle(one["run"])
    cells.append(f"{total:,.0f} ms")
    if not one["hand"]:
        return "| " + " | ".join([*cells, "", ""]) + " |"
    lowest, hand = least(one["compile"], one["run"]), least(one["hand"])
    known = [laban[one["asked"], how] for how in ("on the facts", "from rollups")]
    ratios = "" if layer == "Laban" else " / ".join(f"{lowest / other:.1f}x" for other in known)
    return "| " + " | ".join([*cells, f"{lowest / hand:.1f}x of {hand:,.0f} ms", ratios]) + " |"


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
                    f"- {layer['layer']}, {one['asked']}, {one['how']}: {one['cells']:,} numbers, {one['unlike']} of "
                    f"them on one side only, sum of all differences {one['difference']:.3g}"
                )


def ours(size: str) -> dict[str, Any]:
    found = measured(sys.executable, "board_laban.py", str(ROWS), size)
    if "failed" in found:
        raise SystemExit(found["failed"])
    return found


def together(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Add what a later process measured to what the first one did, without its first runs."""
    for one, other in zip(first["answers"], second["answers"], strict=True):
        for name in ("compile", "run", "hand"):
            one[name] += other[name][1:]


def main() -> None:
    size = sys.argv[1] if len(sys.argv) > 1 else "1000000"
    busy = os.getloadavg()[0]
    layers = [ours(size)]
    failed = {}
    for name, layer in PEERS.items():
        folder = DATA / f"peers-{name}"
        found = measured(folder / "venv" / "bin" / "python", f"board_{name}.py", str(ROWS), str(folder))
        if "failed" in found:
            failed[layer] = found["failed"]
        else:
            layers.append(found)
    together(layers[0], ours(size))
    laban = {(one["asked"], one["how"]): least(one["compile"], one["run"]) for one in layers[0]["answers"]}
    print(
        f"{int(size):,} ad rows. Medians of the runs after the first, lowest and highest in brackets; ratios of the"
    )
    print("lowest, because what else the machine does disturbs them least.")
    print(f"{os.cpu_count()} cores; programs waiting for them: {busy:.1f} before, {os.getloadavg()[0]:.1f} after.\n")
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
