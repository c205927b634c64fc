"""The folder of a workspace's own mappings: one file each, as the platforms have; and files that wait for one.

Every change keeps what the file said before, so that the latest one can be taken back.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from laban.errors import LabanError
from laban.i18n import Phrase
from laban.sources.drawn import LONGEST_FILE, MappingFaultError, Plan, draw, file_name, name_of, plan_of, read, write
from laban.sources.mapping import Known, Platform

_BEFORE = ".before"
_WAITING = ".waiting"
#: Files that nobody mapped are forgotten after a week; the oldest go first when there are many.
_LONGEST_WAIT = 7 * 24 * 3600
_MOST_WAITING = 20
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,40}")
_NAME_LIMIT = 300


class NoMappingError(LabanError):
    """A mapping, or a file waiting for one, that is not there."""

    key = "mapping.none"
    status = 404

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


@dataclass(frozen=True, slots=True)
class Kept:
    """One mapping of the folder: its file, what it says, or why it cannot be used."""

    file: str
    text: str
    platform: Platform | None = None
    raw: Mapping[str, Any] | None = None
    fault: MappingFaultError | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return self.platform.id if self.platform else self.file

    @property
    def plan(self) -> Plan | None:
        """What a person chose on the page; None for a file written by hand."""
        return plan_of(self.raw) if self.raw else None

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings it is recognised by, as they are written."""
        columns = self.platform.columns.values() if self.platform else ()
        return tuple(dict.fromkeys(alias.text for column in columns for alias in column.aliases))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that was not recognised and waits until a person says what its columns are."""

    token: str
    name: str
    path: Path


class Shelf:
    """The mappings in ``root``, read again when a file changes; ``known`` is the same value until then."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read: tuple[tuple[Any, ...], tuple[Kept, ...], Known] | None = None

    @property
    def all(self) -> tuple[Kept, ...]:
        """Every mapping in the order of their files, those that cannot be used too."""
        return self._state()[0]

    @property
    def known(self) -> Known:
        """The platforms that files of this workspace are recognised as."""
        return self._state()[1]

    def _state(self) -> tuple[tuple[Kept, ...], Known]:
        files = sorted(self.root.glob("*.yaml")) if self.root.is_dir() else []
        seen = tuple((file.name, *_stamp(file)) for file in files)
        if self._read is None or self._read[0] != seen:
            kept = _without_doubles([_kept(file) for file in files])
            own = tuple(one.platform for one in kept if one.platform is not None)
            self._read = seen, kept, Known(own)
        return self._read[1], self._read[2]

    def get(self, name: str) -> Kept:
        """Return one mapping by its name or the name of its file.

        Raises:
            NoMappingError: there is none.
        """
        found = next((one for one in self.all if name in (one.name, one.file)), None)
        if found is None:
            raise NoMappingError(name)
        return found

    def save(self, name: str, plan: Plan, instead_of: str = "") -> Kept:
        """Keep a mapping under ``name``; one of the same name is replaced only if it is ``instead_of``.

        Raises:
            MappingFaultError: it cannot be used, or the name is taken.
        """
        shown = name_of(name)
        file = file_name(shown)
        other = next((one for one in self.all if one.file == file), None)
        if other is not None and instead_of not in (other.name, other.file):
            raise MappingFaultError(Phrase.of("mapping.taken_name", name=shown))
        text = write(draw(other.name if other else shown, plan))
        read(text)
        self._write(file, text)
        return self.get(file)

    def remove(self, name: str) -> Kept:
        """Take a mapping away; ``restore`` brings it back."""
        kept = self.get(name)
        self._write(kept.file, "")
        return kept

    def restore(self, name: str) -> bool:
        """Bring a mapping back to what it was before its latest change; return whether there was one."""
        file = file_name(name)
        before = self.root / _BEFORE / f"{file}.yaml"
        if not file or not before.is_file():
            return False
        self._write(file, before.read_text("utf-8"))
        return True

    def restorable(self) -> tuple[str, ...]:
        """Return the files of mappings that were taken away and can come back."""
        there = {one.file for one in self.all}
        folder = self.root / _BEFORE
        kept = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
        return tuple(file.stem for file in kept if file.stem not in there and file.stat().st_size)

    def _write(self, file: str, text: str) -> None:
        path, before = self.root / f"{file}.yaml", self.root / _BEFORE / f"{file}.yaml"
        before.parent.mkdir(parents=True, exist_ok=True)
        _replace(before, path.read_text("utf-8-sig") if path.exists() else "")
        if text:
            _replace(path, text)
        else:
            path.unlink(missing_ok=True)

    # files that wait

    def keep_waiting(self, path: Path, name: str) -> Waiting:
        """Keep a copy of a file until somebody maps it, and forget those that waited too long."""
        folder = self.root / _WAITING
        folder.mkdir(parents=True, exist_ok=True)
        self._sweep(folder)
        token = secrets.token_urlsafe(15)
        target = folder / token
        target.mkdir(mode=0o700)
        (target / "name").write_text(name[:_NAME_LIMIT], "utf-8")
        shutil.copyfile(path, target / "file")
        return Waiting(token, name, target / "file")

    def waiting(self, token: str) -> Waiting:
        """Return a file that waits.

        Raises:
            NoMappingError: there is none under this token.
        """
        folder = self.root / _WAITING / token
        if not _TOKEN.fullmatch(token) or not (folder / "file").is_file():
            raise NoMappingError("?")
        return Waiting(token, (folder / "name").read_text("utf-8"), folder / "file")

    def all_waiting(self) -> list[Waiting]:
        """Return every file that waits."""
        folder = self.root / _WAITING
        return [self.waiting(found.parent.name) for found in sorted(folder.glob("*/file"))] if folder.is_dir() else []

    def forget(self, token: str) -> None:
        """Delete a file that waited."""
        if _TOKEN.fullmatch(token):
            shutil.rmtree(self.root / _WAITING / token, ignore_errors=True)

    def _sweep(self, folder: Path) -> None:
        found = sorted(folder.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
        latest = time.time() - _LONGEST_WAIT
        for place, one in enumerate(found):
            if place >= _MOST_WAITING - 1 or one.stat().st_mtime < latest:
                shutil.rmtree(one, ignore_errors=True)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _kept(path: Path) -> Kept:
    try:
        text = path.read_text("utf-8-sig") if path.stat().st_size <= LONGEST_FILE else "x" * (LONGEST_FILE + 1)
        platform, raw = read(text)
    except MappingFaultError as fault:
        return Kept(path.stem, "", fault=fault)
    except (OSError, UnicodeDecodeError) as error:
        return Kept(path.stem, "", fault=_unreadable(str(error)))
    return Kept(path.stem, text, platform, raw)


def _unreadable(reason: str) -> MappingFaultError:
    return MappingFaultError(Phrase.of("mapping.unreadable", reason=reason[:200]))


def _without_doubles(found: list[Kept]) -> tuple[Kept, ...]:
    """Let the first of two mappings with one name count."""
    seen: set[str] = set()
    kept: list[Kept] = []
    for one in found:
        if one.platform is not None and one.platform.id in seen:
            fault = MappingFaultError(Phrase.of("mapping.taken_name", name=one.platform.id))
            kept.append(Kept(one.file, one.text, fault=fault))
            continue
        seen.add(one.name)
        kept.append(one)
    return tuple(kept)


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    draft.write_text(text, "utf-8")
    draft.replace(path)
