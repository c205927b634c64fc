"""The connections of a workspace: one small file each, without secrets, in ``connections/``."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from laban.errors import LabanError, UnknownNameError
from laban.i18n import Phrase, translate
from laban.syncing.windows import Progress
from laban.workspace import CONNECTIONS

_ID: Final = re.compile(r"[a-z0-9_]{1,40}(-[0-9]{1,3})?")
#: Digests of the pieces that may still change; older ones are not asked for again.
_MOST_DIGESTS: Final = 400

State = Literal["new", "running", "good", "failed"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a run ended early: a sentence to be put into the reader's words, and whether somebody has to act."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    needs_person: bool = False

    def message(self, lang: str) -> str:
        """Return the sentence in ``lang``; one of another version of Laban is told as such."""
        try:
            return translate(lang, self.key, **self.values)
        except (KeyError, IndexError, ValueError):
            return translate(lang, "finding.of_older_version", code=self.key)

    @classmethod
    def of(cls, error: LabanError) -> Trouble:
        """Return the trouble that an error is."""
        values = {
            name: value if isinstance(value, (str, int)) else str(value) for name, value in error.values.items()
        }
        return cls(error.key, values, bool(getattr(error, "needs_person", False)))


@dataclass(frozen=True, slots=True)
class Piece:
    """The latest answer for one piece of a stream: its fingerprint, and how often it has changed.

    ``imported`` is the fingerprint of the file that was imported for it, "" where there was nothing to import.
    """

    digest: str
    times: int = 0
    imported: str = ""


@dataclass(frozen=True, slots=True)
class StreamState:
    """How far a stream has come, and the latest answers for what may still change (by the first day of a piece)."""

    progress: Progress = field(default_factory=Progress)
    pieces: Mapping[str, Piece] = field(default_factory=dict)

    def with_piece(self, start: date, piece: Piece) -> StreamState:
        """Return the state with one more answer."""
        pieces = dict(sorted({**self.pieces, start.isoformat(): piece}.items())[-_MOST_DIGESTS:])
        return replace(self, pieces=pieces)


@dataclass(frozen=True, slots=True)
class Connection:
    """One account at one platform.

    ``given`` is what its owner said, without the secrets. ``base`` replaces the platform's own address. ``rows``
    counts the rows of the latest run, ``not_before`` is how long the platform asked to wait.
    """

    id: str
    platform: str
    account: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    base: str = ""
    since: date | None = None
    streams: Mapping[str, StreamState] = field(default_factory=dict)
    state: State = "new"
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    good_at: datetime | None = None
    not_before: datetime | None = None
    rows: int = 0
    trouble: Trouble | None = None

    def stream(self, name: str) -> StreamState:
        """Return how far a stream has come."""
        return self.streams.get(name, StreamState())

    def with_stream(self, name: str, state: StreamState) -> Connection:
        """Return the connection with the state of one stream replaced."""
        return replace(self, streams={**self.streams, name: state})

    @property
    def last_day(self) -> date | None:
        """The last day that all streams have come to."""
        days = [state.progress.reached for state in self.streams.values()]
        known = [day for day in days if day is not None]
        return min(known) if known and len(known) == len(days) else None

    def next_run(self, now: datetime, at: time) -> datetime:
        """Return when it is to be asked next by itself: every day at ``at``; sooner after trouble that passes."""
        if self.state == "new" or self.ended_at is None:
            return now
        daily = datetime.combine(self.ended_at.date(), at)
        if daily <= self.ended_at:
            daily += timedelta(days=1)
        if self.state == "failed" and self.trouble is not None and not self.trouble.needs_person:
            return min(daily, max(self.not_before or self.ended_at, self.ended_at + _SOON))
        return daily


#: How long after a failure that passes it is tried again.
_SOON: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Connections:
    """The connections in the workspace ``root``."""

    root: Path

    @property
    def folder(self) -> Path:
        """Where they are kept."""
        return self.root / CONNECTIONS

    def all(self) -> list[Connection]:
        """Return every connection, by name; a file that is none is left out."""
        paths = sorted(self.folder.glob("*.json")) if self.folder.is_dir() else []
        found = (_read(path) for path in paths if _ID.fullmatch(path.stem))
        return [connection for connection in found if connection is not None]

    def get(self, connection_id: str) -> Connection:
        """Return one connection.

        Raises:
            UnknownNameError: there is none of that name.
        """
        found = self.find(connection_id)
        if found is None:
            known = [connection.id for connection in self.all()]
            raise UnknownNameError(Phrase.of("api.connection_kind"), connection_id, known)
        return found

    def chosen(self, name: str) -> list[Connection]:
        """Return the connection called ``name``, or all of the platform of that name.

        Raises:
            UnknownNameError: there is neither.
        """
        found = [connection for connection in self.all() if name in (connection.id, connection.platform)]
        exact = [connection for connection in found if connection.id == name and name != connection.platform]
        return exact or found or [self.get(name)]

    def free_id(self, platform: str) -> str:
        """Return a name for one more connection to a platform."""
        taken = {connection.id for connection in self.all()}
        names = (platform, *(f"{platform}-{number}" for number in range(2, 1000)))
        return next(name for name in names if name not in taken)

    def add(self, connection: Connection) -> None:
        """Keep a connection, new or changed."""
        self.folder.mkdir(exist_ok=True)
        _write(self.folder / f"{connection.id}.json", _plain(connection))

    def find(self, connection_id: str) -> Connection | None:
        """Return one connection, or None."""
        return next((connection for connection in self.all() if connection.id == connection_id), None)

    def remove(self, connection_id: str) -> None:
        """Take a connection away; what it brought stays."""
        (self.folder / f"{connection_id}.json").unlink(missing_ok=True)


def _plain(connection: Connection) -> dict[str, Any]:
    return {
        "id": connection.id,
        "platform": connection.platform,
        "account": connection.account,
        "given": dict(connection.given),
        "base": connection.base,
        "since": _text(connection.since),
        "state": connection.state,
        "begun_at": _text(connection.begun_at),
        "ended_at": _text(connection.ended_at),
        "good_at": _text(connection.good_at),
        "not_before": _text(connection.not_before),
        "rows": connection.rows,
        "trouble": None
        if connection.trouble is None
        else {
            "key": connection.trouble.key,
            "values": dict(connection.trouble.values),
            "needs_person": connection.trouble.needs_person,
        },
        "streams": {
            name: {
                "cursor": _text(state.progress.cursor),
                "begun_on": _text(state.progress.begun_on),
                "finished": state.progress.finished,
                "reached": _text(state.progress.reached),
                "pieces": {
                    start: [piece.digest, piece.times, piece.imported] for start, piece in state.pieces.items()
                },
            }
            for name, state in connection.streams.items()
        },
    }


def _read(path: Path) -> Connection | None:
    try:
        raw = json.loads(path.read_text("utf-8"))
        trouble = raw["trouble"]
        return Connection(
            id=path.stem,
            platform=raw["platform"],
            account=raw["account"],
            given=raw["given"],
            base=raw["base"],
            since=_day(raw["since"]),
            streams={name: _stream(state) for name, state in raw["streams"].items()},
            state=raw["state"],
            begun_at=_moment(raw["begun_at"]),
            ended_at=_moment(raw["ended_at"]),
            good_at=_moment(raw["good_at"]),
            not_before=_moment(raw["not_before"]),
            rows=raw["rows"],
            trouble=None if trouble is None else Trouble(**trouble),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _stream(raw: Mapping[str, Any]) -> StreamState:
    progress = Progress(_day(raw["cursor"]), _day(raw["begun_on"]), bool(raw["finished"]), _day(raw["reached"]))
    return StreamState(progress, {start: Piece(*piece) for start, piece in raw["pieces"].items()})


def _text(value: date | datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _write(path: Path, value: Any) -> None:
    """Write a file whole or not at all, also when the power goes."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
