"""What the commands share: the chosen workspace, the language, and printing."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from laban.i18n import DEFAULT_LANGUAGE, LANGUAGES, translate

if TYPE_CHECKING:
    from laban.workspace import Workspace

P = ParamSpec("P")
R = TypeVar("R")


def help_language() -> str:
    """Return the language of help: ``--lang``, ``LABAN_LANG``, or the system's when it is one of ours."""
    words = sys.argv[1:]
    for place, word in enumerate(words):
        value = word.partition("=")[2] if word.startswith("--lang=") else ""
        if word == "--lang" and place + 1 < len(words):
            value = words[place + 1]
        if value in LANGUAGES:
            return value
    return _from_environment() or DEFAULT_LANGUAGE


def _from_environment() -> str | None:
    for name in ("LABAN_LANG", "LABAN_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        lang = os.environ.get(name, "")[:2].lower()
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
        return self.chosen_lang or os.environ.get("LABAN_LANG") or self.settled_lang or DEFAULT_LANGUAGE

    def say(self, key: str, /, **values: Any) -> None:
        """Print a sentence to the person, beside the results."""
        click.echo(translate(self.lang, key, **values), err=True)

    def find(self) -> Path | None:
        """Return the folder of the workspace to use, or None."""
        from laban.workspace import find_root  # noqa: PLC0415  help needs no workspace

        return self.workspace or find_root(Path.cwd(), os.environ)

    def open(self, *, create: bool = False, today: date | None = None) -> Workspace:
        """Open the workspace; with ``create`` make one in the current folder where there is none.

        Raises:
            NotAWorkspaceError: there is none and none may be made.
        """
        from laban.workspace import DEFAULT_FOLDER, Workspace  # noqa: PLC0415  help needs no workspace

        root = self.find() or Path.cwd() / DEFAULT_FOLDER
        if create and not (root / "laban.toml").exists():
            workspace = Workspace.create(root, today=today)
            self.say("cli.created", path=str(root))
        else:
            workspace = Workspace.open(root, today=today)
        self.settled_lang = workspace.settings.language
        return workspace


def shared(command: Callable[P, R]) -> Callable[..., R]:
    """Let a command take ``--workspace`` and ``--lang`` after its name as well as before it."""
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
        return ctx.invoke(command, state, *args, **kwargs)

    return wrapped


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Print JSON with its letters readable."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=indent))
