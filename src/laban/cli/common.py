"""What the commands share: the chosen workspace, the language, and printing."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click
from click.exceptions import Exit

from laban.cli.caller import caller
from laban.errors import LabanError, WarehouseBusyError
from laban.i18n import DEFAULT_LANGUAGE, LANGUAGES, translate

if TYPE_CHECKING:
    from rich.console import Console

    from laban.workspace import Workspace

#: Where a command's words are kept, to be sent on.
WORDS = "laban.words"

P = ParamSpec("P")
R = TypeVar("R")


def help_language() -> str:
    """Return the language of help: ``--lang``, ``LABAN_LANG``, or the system's when it is one of ours."""
    words = caller().words
    for place, word in enumerate(words):
        value = word.partition("=")[2] if word.startswith("--lang=") else ""
        if word == "--lang" and place + 1 < len(words):
            value = words[place + 1]
        if value in LANGUAGES:
            return value
    return _from_environment() or DEFAULT_LANGUAGE


def _from_environment() -> str | None:
    for name in ("LABAN_LANG", "LABAN_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        lang = caller().environ.get(name, "")[:2].lower()
        if lang in LANGUAGES:
            return lang
    return None


@dataclass
class State:
    """What was said before the command: a workspace, a language."""

    workspace: Path | None = None
    chosen_lang: str | None = None
    settled_lang: str | None = None

    @property
    def lang(self) -> str:
        """The language to answer in: ``--lang``, ``LABAN_LANG``, then the workspace's, then Vietnamese."""
        return self.chosen_lang or caller().environ.get("LABAN_LANG") or self.settled_lang or DEFAULT_LANGUAGE

    @property
    def directory(self) -> Path:
        """The folder that relative paths start from: the caller's, whichever process runs the command."""
        return caller().directory

    def shown(self, path: Path) -> str:
        """Return a path as it is told: from the current folder where it lies in it."""
        inside = path.is_relative_to(self.directory) and path != self.directory
        return str(path.relative_to(self.directory) if inside else path)

    def say(self, key: str, /, **values: Any) -> None:
        """Print a sentence to the person, beside the results."""
        click.echo(translate(self.lang, key, **values), err=True)

    def find(self) -> Path | None:
        """Return the folder of the workspace to use, or None."""
        from laban.workspace import find_root  # noqa: PLC0415  help needs no workspace

        root = self.workspace or find_root(self.directory, caller().environ)
        return None if root is None else self.directory / root

    def open(self, *, create: bool = False, today: date | None = None, here: bool = False) -> Workspace:
        """Open the workspace; with ``create`` make one in the current folder where there is none.

        Where a server has it open, the command is run there and ends, unless it has to run ``here``.

        Raises:
            NotAWorkspaceError: there is none and none may be made.
        """
        from laban.workspace import DEFAULT_FOLDER, Workspace  # noqa: PLC0415  help needs no workspace

        root = self.find() or self.directory / DEFAULT_FOLDER
        if create and not (root / "laban.toml").exists():
            Workspace.create(root, today=today).close()
            self.settled_lang = DEFAULT_LANGUAGE
            self.say("cli.created", path=str(root))
        return self.at(root, today=today, here=here)

    def at(self, root: Path, *, today: date | None = None, here: bool = False) -> Workspace:
        """Open the workspace in ``root``, which may be a server's; see ``open``."""
        from laban.workspace import DATABASE, Workspace  # noqa: PLC0415  help needs no workspace

        if lend := caller().lend:
            return self._borrow(lend, root)
        workspace = Workspace.open(root, today=today)
        self.settled_lang = workspace.settings.language
        if not here:
            pass_on(root / DATABASE)
        return workspace

    def _borrow(self, lend: Callable[[Path, str], Workspace], root: Path) -> Workspace:
        """Take the server's workspace; its settings are those that it was started with."""
        from laban.settings import load_settings  # noqa: PLC0415  help needs no settings

        settings = load_settings(root, caller().environ)
        self.settled_lang = settings.language
        workspace = lend(root, settings.language)
        if settings != workspace.settings:
            self.say("serving.other_settings")
        return workspace


def pass_on(database: Path) -> None:
    """Run the present command in the server that holds ``database`` and end with it; do nothing if there is none."""
    from laban.cli import through  # noqa: PLC0415  most commands find no server

    context = click.get_current_context().find_root()
    asks = replace(caller(), words=context.meta[WORDS])
    code = through.pass_on(database, context.info_name or "laban", asks)
    if code is not None:
        raise Exit(code)


class OnlyHereError(LabanError):
    """A command that starts a server, sent to one."""

    key = "serving.only_here"


def only_here() -> None:
    """Refuse to be run by a server for another terminal.

    Raises:
        OnlyHereError: it is.
    """
    if caller().lend is not None:
        raise OnlyHereError


def no_second_server(workspace: Workspace) -> None:
    """Open the warehouse for a server.

    Raises:
        AlreadyServedError: another server has it open; says where.
        WarehouseBusyError: another command has it open.
    """
    from laban.cli.through import AlreadyServedError  # noqa: PLC0415  only servers need it
    from laban.warehouse import lock  # noqa: PLC0415  only servers need it
    from laban.workspace import DATABASE  # noqa: PLC0415  only servers need it

    try:
        workspace.warehouse  # noqa: B018  opening it is what matters
    except WarehouseBusyError:
        server = lock.server_of(workspace.root / DATABASE)
        if server is None:
            raise
        raise AlreadyServedError(server.address) from None


def shared(command: Callable[P, R]) -> Callable[..., R]:
    """Let a command take ``--workspace`` and ``--lang`` after its name as well as before it.

    Paths reach it absolute, whichever process runs it.
    """
    lang = help_language()

    @click.option(
        "--workspace", "-w", "own_workspace", type=click.Path(path_type=Path), help=translate(lang, "cli.workspace")
    )
    @click.option("--lang", "own_lang", type=click.Choice(LANGUAGES), help=translate(lang, "cli.lang"))
    @click.pass_context
    @functools.wraps(command)
    def wrapped(
        ctx: click.Context, /, *args: Any, own_workspace: Path | None, own_lang: str | None, **kwargs: Any
    ) -> R:
        state: State = ctx.obj
        state.workspace = own_workspace or state.workspace
        state.chosen_lang = own_lang or state.chosen_lang
        return ctx.invoke(command, state, *args, **{n: _absolute(value) for n, value in kwargs.items()})

    return wrapped


def _absolute(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_absolute(item) for item in value)
    return caller().directory / value if isinstance(value, Path) else value


def console(*, err: bool = False) -> Console:
    """Return where tables are printed: as wide and as coloured as the caller's terminal, or plain for a program."""
    from rich.console import Console  # noqa: PLC0415  only tables need it

    asks = caller()
    stream, screen = asks.streams.get("stderr" if err else "stdout"), asks.terminal
    if screen is None:
        made = Console(stderr=err)
        return made if made.is_terminal else Console(stderr=err, width=120)
    width = screen.columns if (screen.err if err else screen.out) else 120
    return Console(file=stream, width=width, height=screen.lines, _environ=asks.environ)


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Print JSON with its letters readable."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=indent))
