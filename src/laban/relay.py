"""What a command line and the server that holds the warehouse say to each other.

A command that finds the warehouse served is sent there as a ``Call``; the answer is a row of frames: pieces of what
the command writes, and at last its exit code. Both sides prove that they know the secret of the server's note
without telling it: a stale note must not make a command talk to whoever listens at its address now.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, Protocol

from laban import __version__

PATH: Final = "/-/command"
#: Both sides have to be the very same: the command runs the server's code and its words are the caller's.
PROTOCOL: Final = f"1 {__version__}"
#: The longest call, in bytes; systems hand programs no more words than this.
LONGEST: Final = 4 * 1024 * 1024

PROTOCOL_HEADER: Final = "x-laban-protocol"
NONCE_HEADER: Final = "x-laban-nonce"
PROOF_HEADER: Final = "x-laban-proof"

#: What a frame carries: a piece of standard output, of standard error, or the exit code.
Channel = Literal["out", "err", "exit"]
_CODES: Final[Mapping[Channel, bytes]] = {"out": b"o", "err": b"e", "exit": b"x"}
_CHANNELS: Final[Mapping[bytes, Channel]] = {code: channel for channel, code in _CODES.items()}
_HEAD: Final = struct.Struct(">cI")


class StoppedError(BaseException):
    """The command is to end: its caller has left, or the server is being stopped."""


class BrokenOffError(Exception):
    """The answer ended before its exit code."""


class Outlet(Protocol):
    """Where a command that runs for another terminal writes."""

    def write(self, channel: Channel, payload: bytes, *, last: bool = False) -> None:
        """Send a piece. Raises StoppedError when the command is to end, unless these are its ``last`` words."""

    def check(self) -> None:
        """Raise StoppedError when the command is to end."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the caller's terminal is like: its size, and which of its streams are shown to a person."""

    columns: int = 80
    lines: int = 25
    out: bool = False
    err: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A command as it was typed: its words, where, and in which surroundings."""

    words: tuple[str, ...]
    directory: str
    program: str = "laban"
    environ: Mapping[str, str] = field(default_factory=dict)
    terminal: Terminal = field(default_factory=Terminal)

    def encode(self) -> bytes:
        """Return the call as it is sent."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, body: bytes) -> Call:
        """Read a call.

        Raises:
            ValueError: it is none.
        """
        try:
            sent = json.loads(body)
            words, environ, terminal = sent["words"], sent["environ"], sent["terminal"]
            texts = [sent["directory"], sent["program"], *words, *environ, *environ.values()]
            sizes, shown = (terminal["columns"], terminal["lines"]), (terminal["out"], terminal["err"])
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(str(error)) from None
        _all(texts, str)
        _all(sizes, int)
        _all(shown, bool)
        return cls(tuple(words), sent["directory"], sent["program"], dict(environ), Terminal(*sizes, *shown))


def _all(values: Any, kind: type) -> None:
    if not all(isinstance(value, kind) for value in values):
        raise ValueError(f"not only {kind.__name__}")


def asked(secret: str, nonce: str, body: bytes) -> str:
    """Return the proof that a call comes from somebody who knows the secret."""
    return _proof(secret, "ask", nonce, body)


def answered(secret: str, nonce: str) -> str:
    """Return the proof that an answer comes from somebody who knows the secret."""
    return _proof(secret, "answer", nonce, b"")


def _proof(secret: str, what: str, nonce: str, body: bytes) -> str:
    said = f"{what}\n{nonce}\n{hashlib.sha256(body).hexdigest()}"
    return hmac.new(secret.encode(), said.encode(), "sha256").hexdigest()


def same(one: str, other: str) -> bool:
    """Return whether two proofs are the same, in a time that does not tell how far they agree."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))


def frame(channel: Channel, payload: bytes) -> bytes:
    """Return a piece of an answer as it is sent."""
    return _HEAD.pack(_CODES[channel], len(payload)) + payload


def is_last(piece: bytes) -> bool:
    """Return whether a piece, as it is sent, ends the answer."""
    return piece.startswith(_CODES["exit"])


def frames(read: Callable[[int], bytes]) -> Iterator[tuple[Channel, bytes]]:
    """Yield the pieces of an answer until the exit code, which is the last.

    Raises:
        BrokenOffError: the answer ends before it.
    """
    channel: Channel | None = None
    while channel != "exit":
        code, length = _HEAD.unpack(_exactly(read, _HEAD.size))
        channel = _CHANNELS.get(code)
        if channel is None:
            raise BrokenOffError
        yield channel, _exactly(read, length)


def _exactly(read: Callable[[int], bytes], count: int) -> bytes:
    got = read(count) if count else b""
    if len(got) != count:
        raise BrokenOffError
    return got
