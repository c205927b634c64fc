"""The warehouse made again from the archived originals and the log of imports, held against the one that is there."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from laban.facts import FACTS
from laban.sources.model import Reading
from laban.warehouse import Warehouse, archive, journal, transfer
from laban.warehouse.engine import ARCHIVE
from laban.warehouse.journal import Entry
from laban.warehouse.replay import compare, copy_log, skip
from laban.workspace import ImportChoices, Workspace

_DRAFT = "warehouse.rebuild.duckdb"
#: Characters of a file's name that no system lets into a path.
_FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*?"<>|\x00', "_"))


@dataclass(frozen=True, slots=True)
class Lost:
    """An import that could not be done again: ``reason`` is missing (no original) or the status of its reading."""

    id: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sum:
    """One number of the comparison: of a fact the rows, a measure, or whether the rows are the very same."""

    fact: str
    name: str
    before: Any
    after: Any

    @property
    def equal(self) -> bool:
        """Whether nothing changed."""
        return bool(self.before == self.after)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What rebuilding came to; ``taken`` when the new warehouse is the one in use now."""

    imports: int
    lost: tuple[Lost, ...]
    sums: tuple[Sum, ...]
    taken: bool = field(default=False)

    @property
    def equal(self) -> bool:
        """Whether everything is what it was."""
        return not self.lost and all(found.equal for found in self.sums)


def rebuild(workspace: Workspace, *, accept: bool = False) -> Rebuilt:
    """Do every import again in a new database; take it into use when all sums are equal, or when told to ``accept``.

    Without a database the log beside the archive says what was imported.
    """
    with workspace.writing, _draft(workspace) as new:
        entries = _entries(workspace)
        lost = tuple(_replay(workspace, new, entries))
        copy_log(new, workspace.warehouse)
        sums = tuple(Sum(*found) for found in compare(workspace.warehouse, new))
        fresh = not workspace.imports(include_undone=True)
        made = Rebuilt(len(entries), lost, () if fresh else sums)
        taken = made.equal or accept or (fresh and not lost)
        if taken:
            path = workspace.root / _DRAFT
            new.close()
            transfer.take_over(workspace.warehouse, path)
            journal.write(workspace.root, workspace.imports(include_undone=True))
    return Rebuilt(made.imports, made.lost, made.sums, taken)


@contextmanager
def _draft(workspace: Workspace) -> Iterator[Warehouse]:
    path = workspace.root / _DRAFT
    _remove(path)
    new = Warehouse.open(path)
    try:
        workspace.tell(new)
        yield new
    finally:
        with suppress(Exception):  # closed already when it was taken into use
            new.close()
        _remove(path)


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}.wal", f"{path.name}.holder"):
        path.with_name(name).unlink(missing_ok=True)


def _entries(workspace: Workspace) -> list[Entry]:
    """Return the log, oldest first: of the database, or where that is new, of the lines beside the archive."""
    records = workspace.imports(include_undone=True)
    found = {record.id: Entry.of(record) for record in records} or journal.read(workspace.root)
    return [found[number] for number in sorted(found)]


def _replay(workspace: Workspace, new: Warehouse, entries: Sequence[Entry]) -> Iterator[Lost]:
    for entry in _without_holes(entries):
        with tempfile.TemporaryDirectory(prefix="laban-rebuild-") as place:
            fault = None if entry.undone_at else _again(workspace, new, entry, Path(place))
        if entry.undone_at or fault:
            skip(new, entry)  # so that the numbers of later imports stay what they are
        if fault:
            yield Lost(entry.id, entry.name, fault)


def _without_holes(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Yield the entries by number; what a torn log has lost stands in between as withdrawn."""
    expected = 1
    for entry in entries:
        for number in range(expected, entry.id):
            yield replace(
                entry, id=number, digest="", name="?", platform=None, rows=0, totals={}, undone_at=entry.loaded_at
            )
        expected = entry.id + 1
        yield entry


def _again(workspace: Workspace, new: Warehouse, entry: Entry, place: Path) -> str | None:
    """Do one import again; return why not, or None."""
    folder = workspace.root / ARCHIVE
    if not archive.archived(folder, entry.digest).exists():
        return "missing"
    path = place / (entry.name.translate(_FORBIDDEN)[-120:].lstrip(".") or "original")
    with archive.unpacked(folder, entry.digest) as original, path.open("wb") as file:
        shutil.copyfileobj(original, file)
    reading = _read(workspace, new, entry, path)
    if reading.status != "loaded":
        return reading.status
    outcome = new.load(
        reading,
        digest=entry.digest,
        name=entry.name,
        path=path,
        loaded_at=entry.loaded_at,
        options_key=entry.options_key,
    )
    return None if outcome.import_id == entry.id else outcome.status


def _read(workspace: Workspace, new: Warehouse, entry: Entry, path: Path) -> Reading:
    """Read an original as it was read then: the day matters, and for some files their name."""
    choices, today = ImportChoices.of(entry.options_key), entry.loaded_at.date()
    reading = workspace.read(path, entry.name, choices, today=today, warehouse=new)
    if _as_then(reading, entry):
        return reading
    plain = path.with_name("original")
    if not plain.exists():
        path.rename(plain)
        other = workspace.read(plain, entry.name, choices, today=today, warehouse=new)
        plain.rename(path)
        if _as_then(other, entry):
            return other
    return reading


def _as_then(reading: Reading, entry: Entry) -> bool:
    if reading.bulk is not None:
        return True
    return reading.status == "loaded" and reading.rows == entry.rows and dict(reading.totals) == dict(entry.totals)


def facts_compared(sums: Iterable[Sum]) -> list[str]:
    """Return the facts that have rows before or after, in their usual order."""
    filled = {found.fact for found in sums if found.name == "rows" and (found.before or found.after)}
    return [fact.name for fact in FACTS if fact.name in filled]
