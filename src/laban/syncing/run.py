"""One run: every stream of a connection, piece by piece; each piece is an import of its own.

After each piece the connection's file says how far it has come. A run that is stopped, by a fault, a limit or a
pulled plug, is gone on with where it was: at worst one piece is asked for twice, and the second answer replaces the
first.
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from laban.errors import LabanError
from laban.periods import Period
from laban.sources.apis.capture import Asked, write_capture
from laban.sources.apis.client import Client
from laban.sources.apis.definitions import definition
from laban.sources.apis.errors import ApiError, BusyError
from laban.sources.apis.model import Definition, Stream
from laban.sources.apis.vault import KeyLostError, Vault
from laban.sources.apis.wire import Timing
from laban.syncing.connections import Connection, Connections, Piece, StreamState, Trouble
from laban.syncing.windows import begin, chunks, end_of
from laban.workspace import ImportOutcome, Workspace

_DAY = timedelta(days=1)
Became = Literal["loaded", "unchanged", "empty"]


class AlreadyRunningError(LabanError):
    """A connection that is being brought up to date just now."""

    key = "api.error.already_running"
    status = 409

    def __init__(self, connection: str) -> None:
        super().__init__(connection=connection)


class SupersededError(LabanError):
    """A connection that was changed or taken away while it was being brought up to date."""

    key = "api.error.superseded"
    status = 409

    def __init__(self, connection: str) -> None:
        super().__init__(connection=connection)


class AnswersRefusedError(ApiError):
    """Answers that cannot be read as what they should be; nothing of them was kept."""

    key = "api.error.unreadable"


@dataclass(frozen=True, slots=True)
class Tools:
    """What a run needs beside the workspace: where keys lie, and the clock."""

    config: Path
    timing: Timing = field(default_factory=Timing)


@dataclass(frozen=True, slots=True)
class Step:
    """A piece that is done: what it brought, and which piece of how many of its stream it was."""

    connection: str
    stream: Stream
    period: Period
    became: Became
    rows: int
    done: int
    of: int


def sync(
    workspace: Workspace, connection_id: str, tools: Tools, *, since: date | None = None
) -> Generator[Step, None, None]:
    """Bring a connection up to date; yield each piece as it is done.

    What goes wrong is written down with the connection and raised.

    Raises:
        UnknownNameError: there is no such connection.
        LabanError: the platform does not give what it is asked for.
    """
    run = Run(workspace, Connections(workspace.root), tools, connection_id)
    with _alone(workspace, connection_id):
        yield from run.steps(since)


_BUSY: set[tuple[Path, str]] = set()
_BUSY_LOCK: Final = threading.Lock()


@contextmanager
def _alone(workspace: Workspace, connection_id: str) -> Iterator[None]:
    """Let one run of a connection through at a time; the warehouse is this process's alone."""
    key = (workspace.root.resolve(), connection_id)
    with _BUSY_LOCK:
        if key in _BUSY:
            raise AlreadyRunningError(connection_id)
        _BUSY.add(key)
    try:
        yield
    finally:
        with _BUSY_LOCK:
            _BUSY.discard(key)


def is_running(workspace: Workspace, connection_id: str) -> bool:
    """Return whether a connection is being brought up to date by this process."""
    with _BUSY_LOCK:
        return (workspace.root.resolve(), connection_id) in _BUSY


class Run:
    """A run on its way."""

    def __init__(self, workspace: Workspace, connections: Connections, tools: Tools, connection_id: str) -> None:
        self._workspace = workspace
        self._connections = connections
        self._tools = tools
        self._now = connections.get(connection_id)
        self._written = self._now
        self._made = definition(self._now.platform)
        self._vault = Vault(workspace.root, tools.config)

    def steps(self, since: date | None) -> Iterator[Step]:
        """Do the run."""
        begun = self._clock()
        self._keep(state="running", begun_at=begun, rows=0, not_before=None)
        try:
            with self._client() as client:
                try:
                    for stream in self._streams():
                        yield from self._stream(client, stream, since)
                finally:
                    self._keep_secrets(client)
            self._keep(state="good", ended_at=self._clock(), good_at=self._clock(), trouble=None)
        except SupersededError:
            raise
        except LabanError as error:
            self._fail(error)
            raise
        except BaseException:
            # Stopped from outside: it is to be gone on with, at once if anybody asks.
            with suppress(SupersededError):
                self._keep(state="failed", ended_at=self._clock(), trouble=Trouble("api.error.stopped"))
            raise

    def _streams(self) -> list[Stream]:
        given = self._now.given
        return [stream for stream in self._made.streams if not stream.when or given.get(stream.when)]

    def _client(self) -> Client:
        secrets = self._vault.read(self._now.id)
        needed = [question.name for question in self._made.questions if question.secret and question.default is None]
        if not all(secrets.get(name) for name in needed):
            raise KeyLostError
        return Client(self._made, given_of(self._made, self._now), secrets, self._now.base, self._tools.timing)

    def _stream(self, client: Client, stream: Stream, since: date | None) -> Iterator[Step]:
        today = self._clock().date()
        state = self._now.stream(stream.name)
        wanted = since or (self._now.since if state.progress.cursor is None else None)
        start = begin(stream, state.progress, today, wanted)
        pieces = list(chunks(stream, start, end_of(stream, today)))
        for number, period in enumerate(pieces, 1):
            became, rows = self._piece(client, stream, period, today)
            yield Step(self._now.id, stream, period, became, rows, number, len(pieces))
        state = self._now.stream(stream.name)
        cursor = state.progress.cursor or end_of(stream, today)
        done = replace(state.progress, cursor=cursor, begun_on=today, finished=True)
        self._keep_stream(stream, replace(state, progress=done))

    def _piece(self, client: Client, stream: Stream, period: Period, today: date) -> tuple[Became, int]:
        """Ask for one piece and import it; an answer that is the same as last time is no news."""
        before = self._now.stream(stream.name).pieces.get(period.start.isoformat())
        asked = self._asked(period, stream)
        with tempfile.TemporaryDirectory(prefix="laban-sync-", ignore_cleanup_errors=True) as folder:
            answers = list(client.pages(stream, window_of(period, self._zone)))
            path = Path(folder) / "answers.jsonl"
            write_capture(path, asked, answers)
            digest = _digest(path)
            same = before is not None and before.digest == digest
            if before is not None and same and self._is_logged(before):
                return self._done(stream, period, today, before, "unchanged", 0)
            times = 0 if before is None else before.times + (not same)
            if times:
                write_capture(path, replace(asked, again=times), answers)
            became, rows = self._import(path, stream, period)
            latest = Piece(digest, times, "" if became == "empty" else _digest(path))
        return self._done(stream, period, today, latest, became, rows)

    def _done(
        self, stream: Stream, period: Period, today: date, latest: Piece, became: Became, rows: int
    ) -> tuple[Became, int]:
        state = self._now.stream(stream.name)
        progress = state.progress.after(period, today)
        self._keep_stream(stream, replace(state.with_piece(period.start, latest), progress=progress), rows)
        return became, rows

    def _is_logged(self, piece: Piece) -> bool:
        """Return whether the log knows the import of a piece: a restored or emptied warehouse may not."""
        known = self._workspace.imports(include_undone=True) if piece.imported else ()
        return not piece.imported or any(record.digest == piece.imported for record in known)

    def _asked(self, period: Period, stream: Stream) -> Asked:
        given = dict(self._now.given)
        return Asked(self._made.id, stream.name, period.start, period.end, self._zone, self._now.account, given)

    def _import(self, path: Path, stream: Stream, period: Period) -> tuple[Became, int]:
        name = f"{self._now.id} {stream.name} {period.start.isoformat()}..{period.last.isoformat()}.jsonl"
        outcome = self._workspace.import_file(path, name=name)
        if outcome.status == "refused":
            raise AnswersRefusedError(platform=self._made.names["en"], message=_first_fault(outcome))
        if outcome.status == "loaded":
            return "loaded", outcome.reading.rows
        return ("empty" if outcome.status == "empty" else "unchanged"), 0

    @property
    def _zone(self) -> str:
        return self._workspace.settings.time_zone

    def _clock(self) -> datetime:
        return clock_of(self._workspace)

    def _keep_secrets(self, client: Client) -> None:
        """Keep what the platform exchanged: an old refresh token may not open the door again."""
        if client.tokens.changed:
            self._vault.write(self._now.id, {**self._vault.read(self._now.id), **client.tokens.changed})

    def _fail(self, error: LabanError) -> None:
        ended = self._clock()
        wait = ended + timedelta(seconds=error.seconds) if isinstance(error, BusyError) else None
        with suppress(SupersededError):
            self._keep(state="failed", ended_at=ended, trouble=Trouble.of(error), not_before=wait)

    def _keep_stream(self, stream: Stream, state: StreamState, rows: int = 0) -> None:
        self._now = replace(self._now.with_stream(stream.name, state), rows=self._now.rows + rows)
        self._save()

    def _keep(self, **changes: Any) -> None:
        self._now = replace(self._now, **changes)
        self._save()

    def _save(self) -> None:
        """Write down how far the run has come, unless somebody else has changed the connection meanwhile."""
        if self._connections.find(self._now.id) != self._written:
            raise SupersededError(self._now.id)
        self._connections.add(self._now)
        self._written = self._now


def clock_of(workspace: Workspace) -> datetime:
    """Return the time on the shop's clock; a workspace of a fixed day lives in that day."""
    now, fixed = workspace.settings.now(), workspace.fixed_today
    return now if fixed is None else datetime.combine(fixed, now.time())


def given_of(made: Definition, connection: Connection) -> dict[str, str]:
    """Return what a connection says for every question: its own answer, else the one that is usual."""
    usual = {question.name: question.default or "" for question in made.questions if not question.secret}
    return {**usual, **connection.given}


def window_of(period: Period, zone: str) -> dict[str, Any]:
    """Return the placeholders for the days of a piece, as days and as moments with the shop's offset."""
    shop = ZoneInfo(zone)
    return {
        "start": period.start,
        "last": period.last,
        "end": period.end,
        "start_at": datetime.combine(period.start, time(), shop).isoformat(),
        "end_at": datetime.combine(period.end, time(), shop).isoformat(),
        "start_ms": int(datetime.combine(period.start, time(), shop).timestamp() * 1000),
        "end_ms": int(datetime.combine(period.end, time(), shop).timestamp() * 1000),
        "start_s": int(datetime.combine(period.start, time(), shop).timestamp()),
        "end_s": int(datetime.combine(period.end, time(), shop).timestamp()),
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _first_fault(outcome: ImportOutcome) -> str:
    fault = next((finding for finding in outcome.findings if finding.level == "error"), None)
    return "" if fault is None else f"{fault.code} {fault.column or ''} {fault.value or ''}".strip()
