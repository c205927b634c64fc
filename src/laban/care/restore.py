"""Restoring a backup into a workspace, which may be in use, new, or damaged."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from laban import settings
from laban.care import backup as backups
from laban.care.forget import BEFORE, forget_hashes
from laban.tagging import campaigns, channels
from laban.warehouse import Warehouse, WarehouseUnreadableError, journal, transfer
from laban.warehouse.engine import ARCHIVE
from laban.workspace import CONNECTIONS, DATABASE, INBOX, OWN_KPIS, Workspace

#: Files that go where a backup has none; short links stay, for what is printed leads to them.
_NAMES = (OWN_KPIS, channels.FILE, campaigns.FILE)
_GONE_WITHOUT = {*_NAMES, f"{OWN_KPIS}.before", *(f"{name}.history" for name in _NAMES)}


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: from where, of when, where the state before lies, and whether the settings differ."""

    source: Path
    made_at: datetime
    before: Path | None
    imports: int
    other_settings: bool


def restore(workspace: Workspace, folder: Path) -> Restored:
    """Bring the workspace to the state of a backup; the state before is kept beside it.

    People who were forgotten since stay forgotten.

    Raises:
        NoBackupError: there is no backup in ``folder``.
        DamagedBackupError: a file of it is not what was written.
        NewerDataError: a newer version wrote it.
    """
    source = backups.find(folder)
    backups.check(source)
    with tempfile.TemporaryDirectory(prefix="laban-restore-") as place:
        database = Path(place) / DATABASE
        shutil.copyfile(source / DATABASE, database)
        Warehouse.open(database).close()  # an older schema is brought up to date in the copy
        before = _keep_present(workspace, source)
        with workspace.writing:
            forgotten = _forgotten_since(workspace.root, source)
            _bring_files(workspace.root, source)
            _bring_folders(workspace.root, source)
            transfer.take_over(workspace.warehouse, database)
            journal.write(workspace.root, workspace.imports(include_undone=True))
            if forgotten:
                forget_hashes(workspace, forgotten)
    other = settings.load_settings(workspace.root) != workspace.settings
    return Restored(source, backups.made_at(source), before, len(workspace.imports()), other)


def _keep_present(workspace: Workspace, source: Path) -> Path | None:
    """Make a backup of what is there, unless nothing is."""
    if not workspace.imports(include_undone=True):
        return None
    return backups.keep_aside(workspace, workspace.root / BEFORE, source).path


def _forgotten_since(root: Path, source: Path) -> frozenset[str]:
    """Return whom the backup may still name; under another key nobody can tell."""
    theirs, ours = source / settings.SECRET_FILE, root / settings.SECRET_FILE
    if not (theirs.exists() and ours.exists() and theirs.read_bytes() == ours.read_bytes()):
        return frozenset()
    return settings.forgotten(root) - settings.forgotten(source)


def _bring_files(root: Path, source: Path) -> None:
    (root / ARCHIVE).mkdir(exist_ok=True)
    for path in (source / ARCHIVE).glob("*"):
        _put(path, root / ARCHIVE / path.name)
    if not (source / ARCHIVE / "rewritten.json").exists():
        (root / ARCHIVE / "rewritten.json").unlink(missing_ok=True)
    for name in backups.FILES:
        if (source / name).is_file():
            _put(source / name, root / name)
        elif name in _GONE_WITHOUT:
            (root / name).unlink(missing_ok=True)


def _bring_folders(root: Path, source: Path) -> None:
    """Bring mappings, and how far each platform has been asked, which belongs to the data.

    A mapping made later goes; a platform that was connected later is asked from the start again.
    """
    for folder, pattern in backups.FOLDERS.items():
        wanted = {path.name: path for path in (source / folder).glob(pattern)}
        for path in (root / folder).glob(pattern):
            if path.name in wanted:
                continue
            if folder == CONNECTIONS:
                _begin_anew(path)
            else:
                path.unlink()
        for name, path in wanted.items():
            (root / folder).mkdir(exist_ok=True)
            _put(path, root / folder / name)


def _begin_anew(path: Path) -> None:
    with suppress(ValueError, TypeError):
        later = {**json.loads(path.read_text("utf-8")), "streams": {}, "state": "new"}
        draft = path.with_name(f".unfinished-{path.name}")
        draft.write_text(json.dumps(later, ensure_ascii=False, indent=1), "utf-8")
        draft.replace(path)


def _put(source: Path, target: Path) -> None:
    draft = target.with_name(f".unfinished-{target.name}.{os.getpid()}")
    shutil.copy2(source, draft)
    draft.replace(target)


def prepare(root: Path, folder: Path) -> None:
    """Make a workspace of an empty folder, as far as a backup has to be there before it can be opened.

    Raises:
        NoBackupError: there is no backup in ``folder``.
    """
    source = backups.find(folder)
    root.mkdir(parents=True, exist_ok=True)
    for name in (settings.FILE, settings.SECRET_FILE):
        if not (root / name).exists() and (source / name).exists():
            _put(source / name, root / name)
    (root / INBOX).mkdir(exist_ok=True)


def set_aside(workspace: Workspace) -> Path | None:
    """Move a database that cannot be opened out of the way; return where it lies now, None when it can be opened."""
    path = workspace.root / DATABASE
    try:
        workspace.warehouse  # noqa: B018  opening it is what matters
    except WarehouseUnreadableError:
        broken = path.with_name(f"{DATABASE}.broken-{workspace.settings.now():%Y-%m-%dT%H%M%S}")
        path.replace(broken)
        with suppress(OSError):
            path.with_name(f"{DATABASE}.wal").replace(broken.with_name(f"{broken.name}.wal"))
        return broken
    return None
