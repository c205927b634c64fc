"""Sending a command to the server that holds the warehouse, and writing here what it writes there."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO
from urllib.parse import urlsplit

from laban import relay
from laban.errors import LabanError
from laban.relay import Call, Terminal
from laban.warehouse import lock

if TYPE_CHECKING:
    from laban.cli.caller import Caller

#: Seconds within which a server begins to answer; then the command takes as long as it takes.
PATIENCE: Final = 30.0

#: What of the environment changes what a command prints.
_NAMES: Final = frozenset(
    {
        *("LANG", "LC_ALL", "LC_MESSAGES", "TERM", "COLORTERM", "COLUMNS", "LINES"),
        *("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"),
    }
)


class ServerTooOldError(LabanError):
    """The server that holds the warehouse is of another version than this command line."""

    key = "serving.restart"
    status = 409

    def __init__(self, address: str) -> None:
        super().__init__(address=address)


class ServerGoneError(LabanError):
    """The server ended while it ran the command."""

    key = "serving.gone"
    status = 503


class AlreadyServedError(LabanError):
    """The workspace has a server already."""

    key = "serving.already"
    status = 503

    def __init__(self, address: str) -> None:
        super().__init__(address=address)


def pass_on(database: Path, program: str, caller: Caller) -> int | None:
    """Run the caller's command in the server that holds ``database``, and return its exit code.

    None when there is no such server: its note is stale, or somebody else listens at its address.

    Raises:
        ServerTooOldError: it is of another version.
        ServerGoneError: it ended in the middle of the command.
    """
    server = lock.server_of(database)
    if server is None:
        return None
    place = urlsplit(server.address)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE)
    try:
        answer = _ask(connection, server, _call(program, caller))
        return None if answer is None else _write(answer)
    finally:
        connection.close()


def _ask(connection: HTTPConnection, server: lock.Server, call: Call) -> HTTPResponse | None:
    """Return the answer of the server itself, or None."""
    body, nonce = call.encode(), secrets.token_hex(16)
    headers = {
        "Host": urlsplit(server.address).netloc,
        "Origin": server.address,  # as one of the server's own pages would
        "Content-Type": "application/json",
        relay.PROTOCOL_HEADER: relay.PROTOCOL,
        relay.NONCE_HEADER: nonce,
        relay.PROOF_HEADER: relay.asked(server.secret, nonce, body),
    }
    try:
        connection.connect()
        if server.protocol != relay.PROTOCOL:
            raise ServerTooOldError(server.address)
        connection.request("POST", relay.PATH, body, headers)
        socket = connection.sock
        answer = connection.getresponse()
        socket.settimeout(None)
    except (OSError, HTTPException):
        return None
    if not relay.same(answer.headers.get(relay.PROOF_HEADER, ""), relay.answered(server.secret, nonce)):
        return None
    if answer.status != 200:
        raise ServerTooOldError(server.address)
    return answer


def _write(answer: HTTPResponse) -> int:
    channel, payload = "", b""
    with answer:
        pieces = relay.frames(answer.read)
        while channel != "exit":
            try:
                channel, payload = next(pieces)
            except (OSError, HTTPException, relay.BrokenOffError):
                raise ServerGoneError from None
            if channel != "exit":
                _pass(payload, sys.stdout if channel == "out" else sys.stderr)
    return int(payload)


def _pass(payload: bytes, stream: TextIO) -> None:
    stream.flush()
    stream.buffer.write(payload)
    stream.buffer.flush()


def _call(program: str, caller: Caller) -> Call:
    environ = {n: value for n, value in caller.environ.items() if n in _NAMES or n.startswith("LABAN_")}
    columns, lines = _size(caller.environ)
    terminal = Terminal(columns, lines, sys.stdout.isatty(), sys.stderr.isatty())
    return Call(tuple(caller.words), str(caller.directory), program, environ, terminal)


def _size(environ: Mapping[str, str]) -> tuple[int, int]:
    """Return columns and lines of the terminal; COLUMNS and LINES say it better than the terminal does."""
    found = (0, 0)
    for descriptor in range(3):
        try:
            found = os.get_terminal_size(descriptor)
        except OSError:
            continue
        break
    usual = Terminal()
    given = [environ.get(name, "") for name in ("COLUMNS", "LINES")]
    columns, lines = (int(text) if text.isdigit() else size for text, size in zip(given, found, strict=True))
    return columns or usual.columns, lines or usual.lines
