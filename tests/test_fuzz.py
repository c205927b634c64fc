"""Hundreds of damaged exports: each is read or refused in words, quickly, and none is ever half loaded.

``make fuzz`` does the same with many thousands.
"""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from fuzzing import TODAY, case, check, corpus
from laban.cli import main
from laban.settings import Settings
from laban.workspace import Workspace

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timers")

SEED = 20261123
CASES = 500
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_damaged_files_are_read_or_refused_and_never_half_loaded(part: int, tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    with Workspace.create(tmp_path / "shop", Settings(), today=TODAY) as workspace:
        for number in range(part, CASES, PARTS):
            one = case(SEED, number)
            try:
                found[check(workspace, one, tmp_path)] += 1
            except Exception as error:
                error.add_note(f"case {SEED}:{number}: {one.made}")
                raise
    assert sum(found.values()) == CASES // PARTS
    assert min(found["loaded"], found["refused"]) > CASES // PARTS // 10, found


def test_files_as_they_should_be_are_loaded(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "shop", Settings(), today=TODAY) as workspace:
        statuses: Counter[str] = Counter()
        for name, data in corpus():
            path = tmp_path / name.replace("/", "_")
            path.write_bytes(data)
            statuses[workspace.import_file(path).status] += 1
    assert statuses["loaded"] > len(corpus()) // 3, statuses


@pytest.mark.parametrize("number", range(500, 512))
def test_no_damaged_file_shows_a_traceback_in_the_terminal(number: int, tmp_path: Path) -> None:
    one = case(SEED, number)
    path = tmp_path / one.name
    path.write_bytes(one.data)
    Workspace.create(tmp_path / "shop", Settings()).close()
    result = CliRunner().invoke(main, ["import", str(path), "-w", str(tmp_path / "shop"), "--lang", "vi"])
    assert result.exception is None or isinstance(result.exception, SystemExit), one.made
    assert result.exit_code in {0, 2}
    assert "Traceback" not in result.output
