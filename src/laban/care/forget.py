"""Forgetting a person: out of every table, out of the archived files, never to be recognised again."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from laban import settings
from laban.care.identity import with_linked
from laban.errors import LabanError
from laban.sources.privacy import People, hashed, normalised
from laban.sources.scrub import Scrubbed, scrub
from laban.warehouse import archive, journal
from laban.warehouse import forget as tables
from laban.warehouse.engine import ARCHIVE
from laban.warehouse.imports import ImportRecord
from laban.workspace import ImportChoices, Workspace, files_in

#: What was done, a line per time, without a word about whom.
LOG = "forgotten.jsonl"
#: Where the state before a restore is kept; whoever is forgotten must not live on in it.
BEFORE = ".before-restore"
#: Doubts about the data name campaigns and files; they are found anew.
DOUBTS = ".doubts.json"


class NobodyError(LabanError):
    """A text that identifies nobody: empty, masked or damaged."""

    key = "forget.nobody"

    def __init__(self, contact: str) -> None:
        super().__init__(contact=contact)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What forgetting came to: rows by fact, archived files mended or thrown away, files elsewhere that remain."""

    at: datetime
    rows: Mapping[str, int]
    mended: int
    dropped: int
    remaining: tuple[str, ...]

    @property
    def total(self) -> int:
        """Rows of all facts."""
        return sum(self.rows.values())


def people_of(workspace: Workspace, contacts: Sequence[str]) -> People:
    """Return the people behind phones, e-mails or customer numbers.

    Raises:
        NobodyError: one of them identifies nobody.
    """
    key = settings.secret(workspace.root)
    normal = [normalised(contact) or _nobody(contact) for contact in contacts]
    return People([hashed(one, key) for one in normal], key)


def _nobody(contact: str) -> str:
    raise NobodyError(contact)


def forget(workspace: Workspace, contacts: Sequence[str]) -> Forgotten:
    """Forget the person behind ``contacts`` everywhere in the workspace, and keep it so for files to come.

    All contacts of a person go, also those that only stood beside the given ones.

    A crash on the way leaves a part undone; the same command again does the rest.

    Raises:
        NobodyError: one of the contacts identifies nobody.
    """
    with workspace.writing:
        made = forget_hashes(workspace, with_linked(workspace, people_of(workspace, contacts).hashes))
        shutil.rmtree(workspace.root / BEFORE, ignore_errors=True)
        (workspace.root / DOUBTS).unlink(missing_ok=True)
    return made


def forget_hashes(workspace: Workspace, hashes: Iterable[str]) -> Forgotten:
    """Forget people who are known by their keyed hashes; the caller holds the turn to write."""
    people = People(hashes, settings.secret(workspace.root))
    settings.remember_forgotten(workspace.root, people.hashes)
    found = list(_in_archive(workspace, people))
    for digest, scrubbed in found:
        archive.rewrite(workspace.root / ARCHIVE, digest, scrubbed.data)
    rows = workspace.warehouse.change(lambda c: tables.forget(c, sorted(people.hashes), people.names_one))
    journal.write(workspace.root, workspace.imports(include_undone=True))
    made = Forgotten(
        at=workspace.settings.now(),
        rows=rows,
        mended=sum(scrubbed.data is not None for _, scrubbed in found),
        dropped=sum(scrubbed.data is None for _, scrubbed in found),
        remaining=tuple(_elsewhere(workspace, people)),
    )
    for waiting in _waiting(workspace, people):
        workspace.mappings.forget(waiting)
    _log(workspace.root, made)
    return made


def look(workspace: Workspace, contacts: Sequence[str]) -> Forgotten:
    """Return what forgetting would come to; changes nothing."""
    named = people_of(workspace, contacts).hashes
    people = People(with_linked(workspace, named), settings.secret(workspace.root))
    found = [scrubbed for _, scrubbed in _in_archive(workspace, people)]
    return Forgotten(
        at=workspace.settings.now(),
        rows=workspace.warehouse.foresee(lambda c: tables.forget(c, sorted(people.hashes), people.names_one)),
        mended=sum(scrubbed.data is not None for scrubbed in found),
        dropped=sum(scrubbed.data is None for scrubbed in found),
        remaining=tuple(_elsewhere(workspace, people)),
    )


def _in_archive(workspace: Workspace, people: People) -> Iterator[tuple[str, Scrubbed]]:
    """Yield every archived file that names one of ``people``, with what is to be kept of it."""
    folder, known = workspace.root / ARCHIVE, workspace.mappings.known
    seen: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="laban-forget-") as place:
        path = Path(place) / "original"
        for record in workspace.imports(include_undone=True):
            if record.digest in seen or not archive.archived(folder, record.digest).exists():
                continue
            seen.add(record.digest)
            with archive.unpacked(folder, record.digest) as original, path.open("wb") as file:
                shutil.copyfileobj(original, file)
            found = scrub(path, people, known)
            if found is not None:
                yield record.digest, _proven(workspace, record, found, path)


def _proven(workspace: Workspace, record: ImportRecord, found: Scrubbed, path: Path) -> Scrubbed:
    """Keep only what reads as the same file: same platform, and no fewer rows than were left in it."""
    if found.data is None:
        return found
    path.write_bytes(found.data)
    choices, today = ImportChoices.of(record.options_key), record.loaded_at.date()
    reading = workspace.read(path, record.name, choices, today=today)
    if (
        reading.status == "loaded"
        and reading.platform == record.platform
        and reading.rows >= record.rows - found.removed
    ):
        return found
    if reading.status == "empty" and found.removed >= record.rows:
        return found
    return Scrubbed(None, found.emptied, found.removed)


def _elsewhere(workspace: Workspace, people: People) -> Iterator[str]:
    """Yield files of the inbox that name one of ``people``: they are the person's who put them there."""
    if workspace.inbox.is_dir():
        for path in files_in([workspace.inbox]):
            if scrub(path, people, workspace.mappings.known) is not None:
                yield str(path.relative_to(workspace.root))


def _waiting(workspace: Workspace, people: People) -> list[str]:
    """Return the tokens of copies that wait for a mapping and name one of ``people``."""
    shelf = workspace.mappings
    return [one.token for one in shelf.all_waiting() if scrub(one.path, people, shelf.known) is not None]


def _log(root: Path, made: Forgotten) -> None:
    line = {"at": made.at.isoformat(), "rows": dict(made.rows), "files": made.mended, "dropped": made.dropped}
    with (root / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def forgettings(root: Path) -> list[datetime]:
    """Return when somebody was forgotten, oldest first."""
    path = root / LOG
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return sorted(datetime.fromisoformat(json.loads(line)["at"]) for line in lines if line.strip())
