"""Kill imports at any moment, a thousand times, and count what was lost and what is there twice: nothing may be.

Processes import real files into one workspace, each killed (SIGKILL) after a random part of the time it takes; a file
whose import was killed is imported again, as a person would. In the end every row must count exactly once.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from killing import Shop, start_server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="laban-kills-") as folder, start_server() as server:
        shop = Shop(Path(folder), server, chosen.seed)
        while shop.kills < chosen.kills:
            shop.step()
            if shop.kills and shop.kills % 100 == 0:
                print(
                    f"  {shop.kills} kills, {len(shop.files)} files, {time.perf_counter() - start:.0f} s", flush=True
                )
        lost, doubled = shop.settle()
    taken = time.perf_counter() - start
    print(f"{shop.kills} kills over {len(shop.files)} files and {shop.rows} rows in {taken:.0f} s")
    print(f"lost rows: {lost}, doubled rows: {doubled}")
    sys.exit(bool(lost or doubled))


if __name__ == "__main__":
    main()
