"""What a server does by itself: it takes in what is put into the inbox and asks each platform when its time has come.

One thread that looks twice a minute; it holds no state that is not on the disk, so that a server that is stopped
and started again goes on as if nothing had been.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from laban.errors import LabanError
from laban.syncing.connections import Connection, Connections
from laban.syncing.run import Step, Tools, clock_of, sync
from laban.workspace import Workspace, file_digest, files_in

if TYPE_CHECKING:
    from laban.workspace import ImportOutcome

#: Seconds between two looks.
TICK: Final = 30.0

#: What tells that a file has changed: its length and when it was written.
_Mark = tuple[int, int]


@dataclass
class Inbox:
    """The folder where people put exports. A file is taken when it has stopped growing, and each version once.

    What was imported before and taken back is left alone: whoever undid it did not want it.
    """

    workspace: Workspace
    _seen: dict[Path, _Mark] = field(default_factory=dict)
    _done: dict[Path, _Mark] = field(default_factory=dict)

    def look(self) -> list[ImportOutcome]:
        """Import what lies there whole and new; return what became of it."""
        now = {path: mark for path in self._files() if (mark := _mark(path)) is not None}
        whole = [path for path, mark in now.items() if self._seen.get(path) == mark and self._done.get(path) != mark]
        self._seen = now
        self._done = {path: mark for path, mark in self._done.items() if path in now}
        outcomes = []
        for path in whole:
            self._done[path] = now[path]
            with suppress(OSError):
                if not self._known(path):
                    outcomes.append(self.workspace.import_file(path))
        return outcomes

    def _files(self) -> Iterable[Path]:
        inbox = self.workspace.inbox
        return files_in([inbox]) if inbox.is_dir() else ()

    def _known(self, path: Path) -> bool:
        digest = file_digest(path)
        return any(record.digest == digest for record in self.workspace.imports(include_undone=True))


def _mark(path: Path) -> _Mark | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


class _StoppedError(Exception):
    """The server is being stopped while a platform makes it wait."""


class Keeper:
    """The thread of a server. Stop it before the warehouse is closed."""

    def __init__(
        self, workspace: Workspace, tools: Tools, *, now: Callable[[], datetime] | None = None, tick: float = TICK
    ) -> None:
        self._workspace = workspace
        self._tools = tools
        if tools.timing.sleep is time.sleep:
            self._tools = replace(tools, timing=replace(tools.timing, sleep=self._wait))
        self._now = now or (lambda: clock_of(workspace))
        self._tick = tick
        self._inbox = Inbox(workspace)
        self._wanted: list[str] = []
        self._steps: dict[str, Step] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="laban-keeper", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, patience: float = 20.0) -> None:
        """End after the piece that is being imported; what is left comes with the next start."""
        self._stop.set()
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join(patience)

    def ask(self, connection_id: str) -> None:
        """Bring a connection up to date as soon as possible."""
        with self._lock:
            if connection_id not in self._wanted:
                self._wanted.append(connection_id)
        self._wake.set()

    def wanted(self, connection_id: str) -> bool:
        """Return whether somebody has asked for a connection that has not been begun yet."""
        with self._lock:
            return connection_id in self._wanted

    def step(self, connection_id: str) -> Step | None:
        """Return the latest piece of the run that is on its way, None where there is none."""
        with self._lock:
            return self._steps.get(connection_id)

    def look(self) -> None:
        """Look once: at the inbox, at what was asked for, at what is due."""
        with suppress(LabanError, OSError):
            self._inbox.look()
        for connection in self._due():
            if self._stop.is_set():
                return
            self._sync(connection)

    def _due(self) -> list[Connection]:
        with self._lock:
            asked, self._wanted = self._wanted, []
        at = self._workspace.settings.sync_at
        known = Connections(self._workspace.root).all()
        return [each for each in known if each.id in asked or each.next_run(self._now(), at) <= self._now()]

    def _sync(self, connection: Connection) -> None:
        steps = sync(self._workspace, connection.id, self._tools)
        try:
            # What goes wrong is written down with the connection, where the page and the next run find it.
            with suppress(LabanError, _StoppedError):
                for step in steps:
                    with self._lock:
                        self._steps[connection.id] = step
                    if self._stop.is_set():
                        break
        finally:
            steps.close()
            with self._lock:
                self._steps.pop(connection.id, None)

    def _wait(self, seconds: float) -> None:
        """Sleep as a platform wants it, but not past the end of the server."""
        if self._stop.wait(seconds):
            raise _StoppedError

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                self.look()
            except Exception:  # noqa: BLE001  a fault of ours must not end the watch of everything else
                traceback.print_exc()
            self._wake.wait(self._tick)
