"""The page of connected platforms: how far each has come, what went wrong in words, when it is asked next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal, Protocol

from laban.errors import UnknownNameError
from laban.i18n import Text
from laban.report.views.parts import plain
from laban.sources.apis.definitions import definition, definition_ids
from laban.syncing import Connection, Connections, Step
from laban.syncing.run import clock_of, is_running
from laban.workspace import Workspace

State = Literal["new", "waiting", "running", "good", "failed"]


class Watcher(Protocol):
    """What a server knows of the runs that are on their way."""

    def wanted(self, connection_id: str) -> bool:
        """Return whether somebody has asked for a connection that has not been begun yet."""

    def step(self, connection_id: str) -> Step | None:
        """Return the latest piece of the run that is on its way."""


@dataclass(frozen=True, slots=True)
class StreamRow:
    """One report of a connection, and the last day that it has been asked for."""

    name: str
    label: Text
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Running:
    """How far a run is: the report it is at, and which piece of how many."""

    label: Text
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A connection. ``trouble`` is what went wrong, ``needs_person`` whether somebody has to act before it works."""

    id: str
    name: Text
    account: str
    state: State
    last_day: date | None
    good_at: datetime | None
    ended_at: datetime | None
    next_at: datetime | None
    rows: int
    trouble: Text | None
    needs_person: bool
    running: Running | None
    streams: tuple[StreamRow, ...]


@dataclass(frozen=True, slots=True)
class PlatformRow:
    """A platform that can be connected, and whether it is."""

    id: str
    name: Text
    connected: bool


@dataclass(frozen=True, slots=True)
class SourcesView:
    """The page of connected platforms. ``watched``: a server asks them by itself, every day at ``sync_at``."""

    shop: str
    now: datetime
    sync_at: time
    watched: bool
    connections: tuple[ConnectionRow, ...]
    platforms: tuple[PlatformRow, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return {**json, "sync_at": f"{self.sync_at:%H:%M}"}


def sources_page(workspace: Workspace, watcher: Watcher | None = None) -> SourcesView:
    """Build the page."""
    now, at = clock_of(workspace), workspace.settings.sync_at
    connections = Connections(workspace.root).all()
    taken = {connection.platform for connection in connections}
    return SourcesView(
        shop=workspace.settings.name,
        now=now,
        sync_at=at,
        watched=watcher is not None,
        connections=tuple(_row(workspace, each, watcher, now) for each in connections),
        platforms=tuple(PlatformRow(each, _named(each), each in taken) for each in definition_ids()),
    )


def _row(workspace: Workspace, connection: Connection, watcher: Watcher | None, now: datetime) -> ConnectionRow:
    trouble = connection.trouble
    step = watcher.step(connection.id) if watcher else None
    state = _state(workspace, connection, watcher)
    return ConnectionRow(
        id=connection.id,
        name=_named(connection.platform),
        account=connection.account,
        state=state,
        last_day=connection.last_day,
        good_at=connection.good_at,
        ended_at=connection.ended_at,
        next_at=max(now, connection.next_run(now, workspace.settings.sync_at)) if watcher else None,
        rows=connection.rows,
        trouble=Text(trouble.message("vi"), trouble.message("en")) if trouble and state == "failed" else None,
        needs_person=bool(trouble and trouble.needs_person),
        running=Running(step.stream.label, step.done, step.of) if step else None,
        streams=_streams(connection),
    )


def _state(workspace: Workspace, connection: Connection, watcher: Watcher | None) -> State:
    """What a connection's file says, corrected by what this process knows: a run that was killed is over."""
    if is_running(workspace, connection.id):
        return "running"
    if watcher is not None and watcher.wanted(connection.id):
        return "waiting"
    return "failed" if connection.state == "running" else connection.state


def _streams(connection: Connection) -> tuple[StreamRow, ...]:
    try:
        made = definition(connection.platform)
    except UnknownNameError:
        return ()
    return tuple(
        StreamRow(stream.name, stream.label, connection.stream(stream.name).progress.reached)
        for stream in made.streams
        if not stream.when or connection.given.get(stream.when)
    )


def _named(platform: str) -> Text:
    """The name of a platform; one that only another version of Laban knows goes by its id."""
    try:
        names = definition(platform).names
    except UnknownNameError:
        return Text(platform, platform)
    return Text(names["vi"], names["en"])
