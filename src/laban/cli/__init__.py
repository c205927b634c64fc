"""The command line: the same views as the pages, as tables or as JSON.

Commands are imported when they are called, so that ``laban --help`` answers at once.
"""

from __future__ import annotations

import codecs
import importlib
import io
import sys
from pathlib import Path
from typing import Any

import click

from laban import __version__
from laban.cli.common import WORDS, State, help_language, pass_on
from laban.errors import LabanError, WarehouseBusyError
from laban.i18n import LANGUAGES, translate

#: Command -> the module that holds it; the order is the order of help.
COMMANDS: dict[str, str] = {
    "demo": "starting",
    "init": "starting",
    "import": "importing",
    "imports": "importing",
    "undo": "importing",
    "template": "importing",
    "map": "mapping",
    "mappings": "mapping",
    "channels": "channels",
    "connect": "connecting",
    "disconnect": "connecting",
    "sync": "connecting",
    "schedule": "connecting",
    "board": "asking",
    "boards": "boards",
    "pairs": "boards",
    "tree": "boards",
    "kpi": "asking",
    "table": "tables",
    "dictionary": "asking",
    "report": "asking",
    "check": "checking",
    "people": "people",
    "consent": "people",
    "forget": "people",
    "backup": "safety",
    "restore": "safety",
    "rebuild": "safety",
    "catalogue": "catalogue",
    "serve": "starting",
}


class LazyGroup(click.Group):
    """A group whose commands are imported only when called; their help stands in the message files."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line; Vietnamese is written whatever the terminal or the pipe believes in."""
        _write_utf8()
        return super().main(*args, **kwargs)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Keep the words as they were typed: a server may have to run the command."""
        words = tuple(args)
        ctx = super().make_context(info_name, args, parent, **extra)
        ctx.meta[WORDS] = words
        return ctx

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of help."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command called ``cmd_name``."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"laban.cli.{COMMANDS[cmd_name]}")
        command = getattr(module, f"{cmd_name}_command")
        assert isinstance(command, click.Command)  # noqa: S101  the table above names commands
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        del ctx
        lang = help_language()
        with formatter.section(translate(lang, "cli.commands")):
            formatter.write_dl([(name, translate(lang, f"cli.{name}.help")) for name in COMMANDS])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a request that cannot be met ends with its sentence, not with a stack trace."""
        try:
            return self._invoke(ctx)
        except LabanError as error:
            lang = ctx.obj.lang if isinstance(ctx.obj, State) else help_language()
            click.echo(error.message(lang), err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(1)

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except WarehouseBusyError as error:
            # A server may have come between the look at its note and the opening of the file.
            pass_on(Path(error.values["path"]))
            raise


def _write_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and codecs.lookup(stream.encoding).name != "utf-8":
            stream.reconfigure(encoding="utf-8")


@click.group(cls=LazyGroup, help=translate(help_language(), "cli.help"))
@click.option("--workspace", "-w", type=click.Path(path_type=Path), help=translate(help_language(), "cli.workspace"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=translate(help_language(), "cli.lang"))
@click.version_option(__version__, package_name="laban", message="laban %(version)s")
@click.pass_context
def main(ctx: click.Context, workspace: Path | None, lang: str | None) -> None:
    """Start here."""
    ctx.obj = State(workspace, lang)
