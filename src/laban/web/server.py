"""The running server: while it listens, the note beside the warehouse tells commands where to go."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import uvicorn
from uvicorn import Config

from laban import relay
from laban.warehouse import lock
from laban.web.command import Desk
from laban.workspace import DATABASE, Workspace

__all__ = ["Config", "Server", "reachable"]

#: Seconds that commands of other terminals are given to end with the server.
PATIENCE: Final = 20.0

#: What stands for every address, and how this machine reaches it.
_EVERY: Final = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "[::1]"}  # noqa: S104  recognised, not listened on


class Server(uvicorn.Server):
    """Serves until it is told to stop."""

    def __init__(self, config: Config, workspace: Workspace, desk: Desk | None, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._database = workspace.root / DATABASE
        self._desk = desk
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        port: int = self.servers[0].sockets[0].getsockname()[1]
        if self._desk is not None:
            address = reachable(self.config.host, port)
            lock.leave_note(self._database, lock.Server(address, self._desk.secret, relay.PROTOCOL))
        self._ready(shown(self.config.host, port))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more commands, let those that run end, then end."""
        if self._desk is not None:
            with suppress(OSError):
                lock.leave_note(self._database)
            self._desk.close()
        await super().shutdown(sockets)

    def finish(self) -> None:
        """Wait for commands whose callers have gone."""
        if self._desk is not None:
            self._desk.wait(PATIENCE)


def shown(host: str, port: int) -> str:
    """Return the address as a person is told it."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def reachable(host: str, port: int) -> str:
    """Return an address at which this machine reaches a server that listens on ``host``."""
    return f"http://{_EVERY[host]}:{port}" if host in _EVERY else shown(host, port)
