"""Backups: a folder with everything that a workspace is, written while the workspace is in use.

Each backup is a folder of its own, whole or not there. Originals that have not changed since the backup before are
linked to it, not copied again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from laban import __version__, settings
from laban.care.forget import LOG, forgettings
from laban.clicks import FOLDER as CLICKS
from laban.errors import LabanError
from laban.naming import FILES as NAMES
from laban.warehouse import archive, journal, transfer
from laban.warehouse.engine import ARCHIVE
from laban.workspace import CONNECTIONS, DATABASE, MAPPINGS, OWN_KPIS, Workspace

MANIFEST = "backup.json"
#: Backups kept in a folder.
KEEP = 7
#: Beside the database and the archive these are what a workspace consists of.
FILES = (
    *(settings.FILE, settings.SECRET_FILE, settings.FORGOTTEN_FILE, LOG, journal.NAME),
    *(OWN_KPIS, f"{OWN_KPIS}.before"),
    *(name for file in NAMES for name in (file, f"{file}.history")),
)
#: And these folders of small files, the files by their pattern.
FOLDERS: Mapping[str, str] = {MAPPINGS: "*.yaml", CONNECTIONS: "*.json", CLICKS: "*.csv"}
_UNFINISHED = ".unfinished-"
_NAME = "%Y-%m-%dT%H%M%S"


class NoBackupError(LabanError):
    """A folder without a backup."""

    key = "backup.none"
    status = 404

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path))


class DamagedBackupError(LabanError):
    """A backup in which a file is missing or not what was written."""

    key = "backup.damaged"

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path=str(path), name=name)


class InsideError(LabanError):
    """A folder for backups inside the workspace that is to be backed up."""

    key = "backup.inside"

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path))


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup: its folder, when it was made, its size in bytes, and older ones that were removed."""

    path: Path
    made_at: datetime
    files: int
    size: int
    linked: int
    removed: tuple[str, ...] = ()


def backup(workspace: Workspace, folder: Path, *, keep: int = KEEP) -> Backup:
    """Write a backup into ``folder``, and remove the ones that are too many or still name a forgotten person.

    Raises:
        InsideError: the folder lies in the workspace.
    """
    if folder.resolve().is_relative_to(workspace.root.resolve()):
        raise InsideError(folder)
    return _write(workspace, folder, keep)


def keep_aside(workspace: Workspace, folder: Path, spare: Path) -> Backup:
    """Write a backup inside the workspace, in place of the one before unless that is ``spare``."""
    return _write(workspace, folder, 1, spare)


def _write(workspace: Workspace, folder: Path, keep: int, spare: Path | None = None) -> Backup:
    folder.mkdir(parents=True, exist_ok=True)
    before = _newest(folder)
    draft = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder))
    try:
        with workspace.writing:
            now = workspace.settings.now()
            transfer.copy_to(workspace.warehouse, draft / DATABASE)
            linked = _copy_files(workspace.root, draft, before)
        entries = {str(path.relative_to(draft)): _entry(path) for path in _files(draft)}
        manifest = {"made_at": now.isoformat(), "version": __version__, "files": entries}
        (draft / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
        target = _free(folder, now)
        draft.replace(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    removed = tuple(_clear(folder, {target, spare}, forgettings(workspace.root), keep))
    return Backup(target, now, len(entries), sum(size for size, _ in entries.values()), linked, removed)


def _free(folder: Path, now: datetime) -> Path:
    name = now.strftime(_NAME)
    places = (folder / (f"{name}-{n}" if n else name) for n in range(1 << 16))
    return next(place for place in places if not place.exists())


def _copy_files(root: Path, draft: Path, before: Path | None) -> int:
    """Copy what lies beside the database; return how many originals were linked to those of the backup before."""
    for name in FILES:
        if (root / name).is_file():
            shutil.copy2(root / name, draft / name)
    for folder, pattern in FOLDERS.items():
        for path in (root / folder).glob(pattern):
            (draft / folder).mkdir(mode=0o700, exist_ok=True)
            shutil.copy2(path, draft / folder / path.name)
    (draft / ARCHIVE).mkdir(mode=0o700)
    now = archive.rewritten(root / ARCHIVE)
    then = archive.rewritten(before / ARCHIVE) if before else {}
    linked = 0
    for path in sorted((root / ARCHIVE).glob("*")) if (root / ARCHIVE).is_dir() else ():
        if not path.is_file() or path.name.startswith("."):
            continue
        old = before / ARCHIVE / path.name if before else None
        same = path.suffix == ".zst" and now.get(path.stem) == then.get(path.stem)
        if old is not None and same and old.is_file() and _link(old, draft / ARCHIVE / path.name):
            linked += 1
        else:
            shutil.copy2(path, draft / ARCHIVE / path.name)
    return linked


def _link(old: Path, new: Path) -> bool:
    try:
        os.link(old, new)
    except OSError:  # a disk that knows no links
        return False
    return True


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MANIFEST)


def _entry(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def backups(folder: Path) -> list[Path]:
    """Return the finished backups in a folder, oldest first."""
    found = [path for path in folder.glob("*") if (path / MANIFEST).is_file() and not path.name.startswith(".")]
    return sorted(found, key=lambda path: (made_at(path), path.name))


def made_at(path: Path) -> datetime:
    """Return when a backup was made."""
    return datetime.fromisoformat(_manifest(path)["made_at"])


def _manifest(path: Path) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = json.loads((path / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        raise DamagedBackupError(path, MANIFEST) from None
    return found


def _newest(folder: Path) -> Path | None:
    found = backups(folder)
    return found[-1] if found else None


def _clear(folder: Path, spared: set[Path | None], forgotten: list[datetime], keep: int) -> Iterator[str]:
    """Remove older backups: those from before somebody was forgotten, and those that are too many."""
    older = [path for path in backups(folder) if path not in spared]
    stale = [path for path in older if forgotten and made_at(path) <= forgotten[-1]]
    many = [path for path in older if path not in stale][: max(0, len(older) - len(stale) - keep + 1)]
    for path in (*stale, *many):
        shutil.rmtree(path)
        yield path.name


def find(folder: Path) -> Path:
    """Return the backup that ``folder`` is, or the newest one in it.

    Raises:
        NoBackupError: there is none.
    """
    if (folder / MANIFEST).is_file():
        return folder
    newest = _newest(folder) if folder.is_dir() else None
    if newest is None:
        raise NoBackupError(folder)
    return newest


def check(path: Path) -> None:
    """Compare every file of a backup with what was written.

    Raises:
        DamagedBackupError: one is missing or different; names it.
    """
    for name, entry in _manifest(path)["files"].items():
        if not (path / name).is_file() or list(_entry(path / name)) != list(entry):
            raise DamagedBackupError(path, name)
