"""A process that has imported the package and forks a real process per command, which saves starting Python.

The child has its own folder, environment, streams and end, as any command has.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE = 120.0
_FORKS = """
import importlib, json, os, sys
from laban.cli import COMMANDS, main
import duckdb, laban.metrics.catalogue, laban.report.views, laban.sources, laban.warehouse
for name in sorted(set(COMMANDS.values())):
    importlib.import_module(f"laban.cli.{name}")
while line := sys.stdin.readline():
    asked = json.loads(line)
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
        continue
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environ"])
    for number, name in enumerate((os.devnull, asked["out"], asked["err"])):
        stream = os.open(name, os.O_WRONLY if number else os.O_RDONLY)
        os.dup2(stream, number)
        os.close(stream)
    sys.argv = ["laban", *asked["words"]]
    main()
"""
#: Those that are not at work. Two commands at once need two of them.
_idle: list[subprocess.Popen[str]] = []


def run(folder: Path, words: Sequence[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as ``subprocess.run`` does with its output captured."""
    warm = _idle.pop() if _idle else _start()
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
        asked = {"folder": str(folder), "words": words, "environ": dict(environ), "out": out.name, "err": err.name}
        assert warm.stdin is not None
        assert warm.stdout is not None
        print(json.dumps(asked), file=warm.stdin, flush=True)
        if not select.select([warm.stdout], [], [], PATIENCE)[0]:
            warm.kill()
            raise subprocess.TimeoutExpired(list(words), PATIENCE)
        code = int(warm.stdout.readline())
        _idle.append(warm)
        texts = (Path(stream.name).read_bytes().decode("utf-8") for stream in (out, err))
        return subprocess.CompletedProcess(words, code, *texts)


def _start() -> subprocess.Popen[str]:
    environ = {**os.environ, "LANG": "C.UTF-8"}
    return subprocess.Popen(
        [sys.executable, "-c", _FORKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ
    )


@atexit.register
def _end() -> None:
    for warm in _idle:
        warm.communicate()
