"""Commands that start something: init, demo, serve."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from laban.cli.common import State, help_language, no_second_server, only_here, shared
from laban.errors import LabanError
from laban.i18n import translate

if TYPE_CHECKING:
    from laban.workspace import Workspace

_LANG = help_language()
DEFAULT_PORT = 8765


def _text(key: str) -> str:
    return translate(_LANG, key)


class AddressInUseError(LabanError):
    """The port to serve on is taken."""

    key = "error.address_in_use"

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host=host, port=port, other=port + 1)


class DemoFolderError(LabanError):
    """The folder for the demo company holds something else."""

    key = "cli.demo.not_empty"

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path))


class OtherDemoError(DemoFolderError):
    """The folder holds a demo company drawn from other choices."""

    key = "cli.demo.exists"


@click.command("init", help=_text("cli.init.help"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--name", help=_text("cli.init.name"))
@click.option("--currency", default="VND", help=_text("cli.init.currency"))
@shared
def init_command(state: State, folder: Path, name: str | None, currency: str) -> None:
    from laban.settings import FILE, SETTINGS, Settings  # noqa: PLC0415  help needs no settings
    from laban.workspace import Workspace  # noqa: PLC0415  help needs no workspace

    root = folder.resolve()
    if (root / FILE).exists():
        state.say("cli.init.exists", path=str(root))
        return
    check = {setting.name: setting.check for setting in SETTINGS}
    settings = Settings(name=name or root.name or "Laban", language=state.lang, currency=check["currency"](currency))
    workspace = Workspace.create(root, settings)
    click.echo(translate(state.lang, "cli.init.done", path=str(root), inbox=str(workspace.inbox)))


@click.command("demo", help=_text("cli.demo.help"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"))
@click.option("--seed", type=int, default=7, show_default=True, help=_text("cli.demo.seed"))
@click.option("--end", type=click.DateTime(["%Y-%m-%d"]), help=_text("cli.demo.end"))
@click.option("--weeks", type=click.IntRange(8, 520), default=110, show_default=True, help=_text("cli.demo.weeks"))
@click.option("--serve/--no-serve", default=False, help=_text("cli.demo.serve"))
@click.option("--port", type=int, default=DEFAULT_PORT, show_default=True, help=_text("cli.demo.port"))
@shared
def demo_command(
    state: State, folder: Path, seed: int, end: datetime | None, weeks: int, serve: bool, port: int
) -> None:
    from laban.cli.asking import print_board  # noqa: PLC0415  help needs no views
    from laban.cli.importing import import_and_print  # noqa: PLC0415  help needs no importer

    if serve:
        only_here()
    last = end.date() if end else None
    with make_demo(state, folder, seed=seed, end=last, weeks=weeks, here=serve) as workspace:
        if serve:
            no_second_server(workspace)
        # Made-up files have nothing to be confirmed by their owner.
        import_and_print(state, workspace, [workspace.inbox], without=("alias_unconfirmed",))
        click.echo()
        print_board(state, workspace)
        if serve:
            _serve(state, workspace, "127.0.0.1", port)


def make_demo(
    state: State, folder: Path, *, seed: int, end: date | None, weeks: int, here: bool = False
) -> Workspace:
    """Write the demo company's exports into ``folder`` unless the very same are there, and open it.

    Without an ``end`` the company lives until last Sunday, or as long as the one that is there already. Where a
    server has it open, the command is run there and ends, unless it has to run ``here``.

    Raises:
        DemoFolderError: the folder holds something else, or a demo company of other choices.
    """
    from laban.periods import Period, buckets  # noqa: PLC0415  likewise
    from laban.settings import Settings  # noqa: PLC0415  help needs no settings
    from laban.sources.demo import BRAND_TERMS, SHOP_NAME, write_demo  # noqa: PLC0415  only the demo needs it
    from laban.workspace import Workspace  # noqa: PLC0415  help needs no workspace

    truth = folder / "truth.json"
    if truth.exists():
        drawn = json.loads(truth.read_text("utf-8"))
        wanted = end.isoformat() if end else drawn.get("end")
        if (drawn.get("seed"), drawn.get("end"), drawn.get("weeks")) != (seed, wanted, weeks):
            raise OtherDemoError(folder)
        return state.at(folder, here=here)
    if folder.exists() and any(folder.iterdir()):
        raise DemoFolderError(folder)
    state.say("cli.demo.writing", weeks=weeks, path=state.shown(folder))
    last = end or _last_sunday(Settings().today())
    quarters = buckets(Period(last - timedelta(days=7 * weeks - 1), last), "quarter")
    base = next((unit for unit in quarters if unit.grain == "quarter"), None)
    mine = replace(Settings(), name=SHOP_NAME, language=state.lang, brand_terms=BRAND_TERMS, index_base=base)
    workspace = Workspace.create(folder, mine)
    write_demo(folder, seed=seed, end=last, weeks=weeks)
    return workspace


def _last_sunday(today: date) -> date:
    return today - timedelta(days=today.isoweekday())


@click.command("serve", help=_text("cli.serve.help"))
@click.option("--host", default="127.0.0.1", show_default=True, help=_text("cli.serve.host"))
@click.option("--port", type=int, default=DEFAULT_PORT, show_default=True, help=_text("cli.serve.port"))
@shared
def serve_command(state: State, host: str, port: int) -> None:
    only_here()
    with state.open(create=True, here=True) as workspace:
        no_second_server(workspace)
        _serve(state, workspace, host, port)


def _serve(state: State, workspace: Workspace, host: str, port: int) -> None:
    from laban.cli.caller import routed  # noqa: PLC0415  only servers need it
    from laban.cli.serving import run  # noqa: PLC0415  likewise
    from laban.web.app import run_server  # noqa: PLC0415  the web framework is slow to import

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise AddressInUseError(host, port) from None
    if host not in ("127.0.0.1", "localhost", "::1"):
        state.say("cli.serve.outside", host=host)

    def ready(address: str) -> None:
        click.echo(translate(state.lang, "cli.serve.ready", address=address))

    with routed():
        run_server(workspace, host=host, port=port, run=run, ready=ready)
