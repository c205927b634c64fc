"""Folders that cost time to make: made once per run of the tests, whichever process needs them first, then copied."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: Where they lie, told by ``conftest``: the folder that all processes of this run share.
folder: Path | None = None
_PATIENCE = 180.0


def copy(name: str, make: Callable[[Path], object], target: Path) -> None:
    """Put into ``target`` what ``make`` makes in an empty folder; the copy may be changed at will."""
    shutil.copytree(made(name, make), target, dirs_exist_ok=True)


def made(name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder in which ``make`` made what is called ``name``; nobody may write into it."""
    whole = root() / name
    if not whole.exists():
        with _alone(root() / f"{name}.lock"):
            if not whole.exists():
                half = Path(tempfile.mkdtemp(dir=root(), prefix=f"{name}-"))
                make(half)
                half.rename(whole)
    return whole


def root() -> Path:
    """Return the folder that all processes of this run share."""
    found = folder or Path(tempfile.gettempdir()) / f"laban-tests-{os.getpid()}"
    found.mkdir(parents=True, exist_ok=True)
    return found


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let one process after the other in; whoever died inside is waited for no longer than ``_PATIENCE`` seconds."""
    patience = time.monotonic() + _PATIENCE
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            if time.monotonic() > patience:
                lock.unlink(missing_ok=True)
            time.sleep(0.05)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
