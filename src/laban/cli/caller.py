"""Who asks: the terminal a command answers to, which is another one's when a server runs the command for it.

Whatever a command wants to know of its surroundings (folder, environment, size of the window) it asks here, and
never the process: a server runs the commands of several terminals at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO, cast

from laban.relay import Terminal

if TYPE_CHECKING:
    from laban.workspace import Workspace

Stream = Literal["stdin", "stdout", "stderr"]


@dataclass(frozen=True)
class Caller:
    """The surroundings of a command.

    Attributes:
        words: What was typed after the program's name.
        directory: The folder it was typed in.
        environ: Its environment.
        terminal: Its terminal, when that is not this process's own.
        streams: Its standard streams, when they are not this process's own.
        lend: Gives the server's workspace, when a server runs the command: by folder and language.
    """

    words: Sequence[str]
    directory: Path
    environ: Mapping[str, str]
    terminal: Terminal | None = None
    streams: Mapping[Stream, TextIO] = field(default_factory=dict)
    lend: Callable[[Path, str], Workspace] | None = None


_present: ContextVar[Caller | None] = ContextVar("laban_caller", default=None)


def caller() -> Caller:
    """Return who asks: the terminal that a server works for just now, else this process's own."""
    return _present.get() or Caller(sys.argv[1:], Path.cwd(), os.environ)


@contextmanager
def calling(other: Caller) -> Iterator[None]:
    """Answer to ``other`` within this block."""
    token = _present.set(other)
    try:
        yield
    finally:
        _present.reset(token)


class Routed:
    """A standard stream that is, for each command, the one of its caller."""

    def __init__(self, name: Stream, own: TextIO) -> None:
        self._name = name
        self._own = own

    def __getattr__(self, attribute: str) -> Any:
        present = _present.get()
        return getattr(present.streams.get(self._name, self._own) if present else self._own, attribute)

    def close(self) -> None:
        """Leave the stream open: others write to it."""


@contextmanager
def routed() -> Iterator[None]:
    """Let commands of several callers write at the same time, each to its own caller."""
    names: tuple[Stream, ...] = ("stdin", "stdout", "stderr")
    before = {name: getattr(sys, name) for name in names}
    for name, own in before.items():
        setattr(sys, name, cast("TextIO", Routed(name, own)))
    try:
        yield
    finally:
        for name, own in before.items():
            setattr(sys, name, own)
