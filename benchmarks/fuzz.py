"""Import many thousands of damaged exports and print what became of them: none may crash, hang or be half loaded.

Every case is a seed and a number; a case that fails is printed with both, and is made again with ``--only``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from fuzzing import SECONDS, TODAY, case, check, corpus
from laban.settings import Settings
from laban.workspace import Workspace

CHUNK = 250


def run(seed: int, first: int, last: int) -> tuple[Counter[str], list[str]]:
    """Check the cases of a chunk in a workspace of their own."""
    found: Counter[str] = Counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="laban-fuzz-") as folder:
        root = Path(folder)
        number = first
        while number < last:
            with Workspace.create(root / f"shop{number}", Settings(), today=TODAY) as workspace:
                number = _until_fault(workspace, seed, (number, last), root, found, faults)
    return found, faults


def _until_fault(
    workspace: Workspace, seed: int, cases: tuple[int, int], folder: Path, found: Counter[str], faults: list[str]
) -> int:
    """Check cases until one fails, which may leave the workspace in any state; return the next number."""
    for number in range(*cases):
        one = case(seed, number)
        try:
            found[check(workspace, one, folder)] += 1
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            found["FAULT"] += 1
            faults.append(f"{seed}:{number} {one.made}\n{traceback.format_exc(limit=-4)}")
            return number + 1
    return cases[1]


def chunks(first: int, files: int) -> Iterator[tuple[int, int]]:
    return ((number, min(number + CHUNK, first + files)) for number in range(first, first + files, CHUNK))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", type=int, help="the number of one case")
    chosen = parser.parse_args()
    if chosen.only is not None:
        print(*run(chosen.seed, chosen.only, chosen.only + 1)[1], sep="\n")
        return
    print(f"{len(corpus())} files of every kind, {chosen.files} mutants, seed {chosen.seed}, {chosen.jobs} processes")
    start, found, faults = time.perf_counter(), Counter[str](), list[str]()
    with ProcessPoolExecutor(chosen.jobs) as pool:
        futures = [pool.submit(run, chosen.seed, *chunk) for chunk in chunks(chosen.first, chosen.files)]
        for done, future in enumerate(as_completed(futures), 1):
            counts, wrong = future.result()
            found += counts
            faults += wrong
            print(*wrong, sep="\n", end="\n" if wrong else "", flush=True)
            if done % 8 == 0:
                print(
                    f"  {found.total():>7} files, {len(faults)} faults, {time.perf_counter() - start:.0f} s",
                    flush=True,
                )
    taken = time.perf_counter() - start
    print(f"{found.total()} files in {taken:.0f} s: " + ", ".join(f"{n} {name}" for name, n in sorted(found.items())))
    print(f"crashes, hangs over {SECONDS:.0f} s, half-loaded files: {len(faults)}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
