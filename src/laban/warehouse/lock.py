"""Who holds the warehouse: a note beside the database, so that a second opener is told a name.

DuckDB's own lock on the file is what keeps others out, and the system lets go of it when its holder dies. The
note only says who that is; one left behind by a process that died is recognised and ignored. The note of a server
also says where commands of other terminals are taken, and the secret that lets them in.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Server:
    """Where a holder takes commands: an address of this machine, and what both sides have to know."""

    address: str
    secret: str = field(repr=False)
    protocol: str


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that has the warehouse open."""

    pid: int
    command: str
    server: Server | None = None

    def __str__(self) -> str:
        return f"{self.command} (PID {self.pid})" if self.command else f"PID {self.pid}"


def note_path(database: Path) -> Path:
    """Return where the holder of ``database`` leaves its name."""
    return database.with_name(f"{database.name}.holder")


def leave_note(database: Path, server: Server | None = None) -> None:
    """Write down that this process holds ``database``, and where it takes commands; for the owner's eyes only."""
    command = shlex.join([Path(sys.argv[0] or "python").name, *sys.argv[1:]])[:_LONGEST]
    path = note_path(database)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"pid": os.getpid(), "command": command, "server": server and asdict(server)}, file)
    draft.replace(path)


def remove_note(database: Path) -> None:
    """Take the note back, if it is this process's."""
    holder = _read(note_path(database))
    if holder is not None and holder.pid == os.getpid():
        note_path(database).unlink(missing_ok=True)


def holder_of(database: Path, complaint: str) -> Holder | None:
    """Return who holds ``database``, from the note and from DuckDB's ``complaint``; None when nobody is known.

    The complaint knows the right process, the note its command; a note of another or a dead process is stale.
    """
    found = re.search(r"\(PID (\d+)\)", complaint)
    noted = _read(note_path(database))
    if found is None:
        return noted if noted is not None and _alive(noted.pid) else None
    pid = int(found[1])
    return noted if noted is not None and noted.pid == pid else Holder(pid, "")


def server_of(database: Path) -> Server | None:
    """Return the server that holds ``database``, as its note says: a living process, and not this one."""
    noted = _read(note_path(database))
    if noted is None or noted.pid == os.getpid() or not _alive(noted.pid):
        return None
    return noted.server


def _read(path: Path) -> Holder | None:
    try:
        noted = json.loads(path.read_text("utf-8"))
        return Holder(int(noted["pid"]), str(noted["command"]), _server(noted.get("server")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _server(noted: dict[str, str] | None) -> Server | None:
    if noted is None:
        return None
    return Server(str(noted["address"]), str(noted["secret"]), str(noted["protocol"]))


def _alive(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # asking would be telling it to stop there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
