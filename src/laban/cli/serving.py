"""Commands that the server runs for other terminals: the same commands, on the server's own workspace."""

from __future__ import annotations

import io
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from laban.cli.caller import Caller, Stream, calling
from laban.cli.common import help_language
from laban.errors import LabanError
from laban.i18n import translate
from laban.relay import Call, Channel, Outlet, StoppedError

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from laban.workspace import Workspace


class OtherWorkspaceError(LabanError):
    """A command for another folder than the one that is served."""

    key = "serving.other_workspace"
    status = 404

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path))


class Pipe(io.RawIOBase):
    """The far end of one of the caller's streams."""

    def __init__(self, outlet: Outlet, channel: Channel, *, terminal: bool) -> None:
        self._outlet = outlet
        self._channel = channel
        self._terminal = terminal

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def isatty(self) -> bool:
        """Return whether a person reads it."""
        return self._terminal

    def write(self, data: Buffer, /) -> int:
        """Send a piece."""
        payload = bytes(data)
        self._outlet.write(self._channel, payload)
        return len(payload)


class Turn:
    """A lock that is not waited for any longer once the command is to end."""

    def __init__(self, lock: threading.Lock, outlet: Outlet) -> None:
        self._lock = lock
        self._outlet = outlet

    def __enter__(self) -> None:
        self._outlet.check()
        while not self._lock.acquire(timeout=0.2):
            self._outlet.check()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()


def run(call: Call, workspace: Workspace, outlet: Outlet, writing: threading.Lock) -> int:
    """Run a command for another terminal; return its exit code."""

    def lend(root: Path, language: str) -> Workspace:
        if root.resolve() != workspace.root.resolve():
            raise OtherWorkspaceError(root)
        return workspace.lend(root, language, Turn(writing, outlet))

    streams = _streams(call, outlet)
    asks = Caller(call.words, Path(call.directory), call.environ, call.terminal, streams, lend)
    with calling(asks):
        try:
            return _run(call, streams)
        except StoppedError:
            words = translate(help_language(), "serving.stopped")
            outlet.write("err", f"{words}\n".encode(), last=True)
            return LabanError.exit_code


def _streams(call: Call, outlet: Outlet) -> dict[Stream, TextIO]:
    return {
        "stdin": io.StringIO(),
        "stdout": _text(Pipe(outlet, "out", terminal=call.terminal.out)),
        "stderr": _text(Pipe(outlet, "err", terminal=call.terminal.err)),
    }


def _text(pipe: Pipe) -> TextIO:
    # Names of files that are no UTF-8 come through as the bytes they are.
    return io.TextIOWrapper(pipe, "utf-8", "surrogateescape", newline="", write_through=True)  # type: ignore[type-var]  # unbuffered is meant


def _run(call: Call, streams: Mapping[Stream, TextIO]) -> int:
    from laban.cli import main  # noqa: PLC0415  it imports this module's neighbours

    try:
        main.main(list(call.words), call.program)
    except SystemExit as ended:
        return _exit_code(ended, streams)
    except Exception:  # noqa: BLE001  the fault belongs into the caller's terminal, and the server goes on
        streams["stderr"].write("".join(traceback.format_exception(*sys.exc_info())))
        return 1
    return 0


def _exit_code(ended: SystemExit, streams: Mapping[Stream, TextIO]) -> int:
    if ended.code is None or isinstance(ended.code, int):
        return ended.code or 0
    streams["stderr"].write(f"{ended.code}\n")
    return 1
