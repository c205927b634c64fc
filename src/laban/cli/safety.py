"""Commands against loss: backup, restore, rebuild."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from laban.cli.common import State, console, help_language, print_json, shared
from laban.i18n import translate

if TYPE_CHECKING:
    from laban.care.rebuild import Rebuilt, Sum

_LANG = help_language()
_MEGABYTE = 1_048_576
_FOLDER = click.Path(path_type=Path, file_okay=False)


def _text(key: str) -> str:
    return translate(_LANG, key)


@click.command("backup", help=_text("cli.backup.help"))
@click.argument("folder", type=_FOLDER)
@click.option("--keep", type=click.IntRange(1), default=7, show_default=True, help=_text("cli.backup.keep"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def backup_command(state: State, folder: Path, keep: int, as_json: bool) -> None:
    from laban.care.backup import backup  # noqa: PLC0415  help needs no workspace

    with state.open() as workspace:
        made = backup(workspace, folder, keep=keep)
    if as_json:
        print_json({**dataclasses.asdict(made), "path": str(made.path), "made_at": made.made_at.isoformat()})
        return
    size = f"{made.size / _MEGABYTE:.1f}"
    said = translate(
        state.lang, "cli.backup.done", path=state.shown(made.path), files=made.files, size=size, linked=made.linked
    )
    click.echo(said)
    if made.removed:
        click.echo(translate(state.lang, "cli.backup.removed", names=", ".join(made.removed)))
    state.say("cli.backup.secret")


@click.command("restore", help=_text("cli.restore.help"))
@click.argument("folder", type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def restore_command(state: State, folder: Path, as_json: bool) -> None:
    from laban.care.restore import prepare, restore, set_aside  # noqa: PLC0415  help needs no workspace
    from laban.report import format as fmt  # noqa: PLC0415  help needs no dates
    from laban.workspace import DEFAULT_FOLDER  # noqa: PLC0415  help needs no workspace

    root = state.find() or state.directory / DEFAULT_FOLDER
    prepare(root, folder)
    with state.at(root) as workspace:
        broken = set_aside(workspace)
        made = restore(workspace, folder)
    if as_json:
        told = {name: None if value is None else str(value) for name, value in dataclasses.asdict(made).items()}
        print_json({**told, "imports": made.imports, "other_settings": made.other_settings})
        return
    if broken:
        state.say("cli.restore.broken", path=state.shown(broken))
    at = fmt.moment(made.made_at, state.lang)
    click.echo(translate(state.lang, "cli.restore.done", at=at, imports=made.imports))
    if made.before:
        click.echo(translate(state.lang, "cli.restore.before", path=state.shown(made.before)))
    if made.other_settings:
        state.say("cli.restore.settings")


@click.command("rebuild", help=_text("cli.rebuild.help"))
@click.option("--accept", is_flag=True, help=_text("cli.rebuild.accept"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def rebuild_command(state: State, accept: bool, as_json: bool) -> None:
    from laban.care.rebuild import rebuild  # noqa: PLC0415  help needs no workspace
    from laban.care.restore import set_aside  # noqa: PLC0415  likewise
    from laban.workspace import plain  # noqa: PLC0415  likewise

    with state.open() as workspace:
        broken = set_aside(workspace)
        made = rebuild(workspace, accept=accept)
    if as_json:
        print_json({**plain(dataclasses.asdict(made)), "equal": made.equal})
    else:
        if broken:
            state.say("cli.restore.broken", path=state.shown(broken))
        _show(made, state)
    if not made.taken:
        raise click.exceptions.Exit(1)


def _show(made: Rebuilt, state: State) -> None:
    from rich.table import Table  # noqa: PLC0415  only tables need it

    from laban.care.rebuild import facts_compared  # noqa: PLC0415  help needs no workspace

    lang = state.lang
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("fact", "rows", "sums", "verdict"):
        table.add_column(
            translate(lang, f"cli.rebuild.{name}"), justify="right" if name in {"rows", "sums"} else "left"
        )
    for fact in facts_compared(made.sums):
        table.add_row(*_row(fact, [found for found in made.sums if found.fact == fact], lang))
    if table.row_count:
        console().print(table)
    for lost in made.lost:
        reason = "missing" if lost.reason == "missing" else "unread"
        words = translate(lang, f"cli.rebuild.{reason}", **({} if reason == "missing" else {"status": lost.reason}))
        click.echo(translate(lang, "cli.rebuild.lost", id=lost.id, name=lost.name, reason=words))
    click.echo(_verdict(made, lang))


def _row(fact: str, sums: Sequence[Sum], lang: str) -> tuple[str, ...]:
    from laban.report import format as fmt  # noqa: PLC0415  help needs no numbers
    from laban.report import narrative  # noqa: PLC0415  help needs no names

    rows = next(found for found in sums if found.name == "rows")
    count = fmt.count(rows.after, lang)
    shown = count if rows.equal else f"{fmt.count(rows.before, lang)} → {count}"
    filled = [found for found in sums if found.before is not None or found.after is not None]
    off = [found.name for found in sums if not found.equal]
    key = "cli.rebuild.differs" if off else "cli.rebuild.equal"
    said = translate(lang, key, **({"names": ", ".join(off)} if off else {}))
    return narrative.named(lang, f"fact.{fact}", "name"), shown, str(len(filled)), said


def _verdict(made: Rebuilt, lang: str) -> str:
    if not made.taken:
        return translate(lang, "cli.rebuild.kept")
    name = "fresh" if not made.sums else "same" if made.equal else "accepted"
    return translate(lang, f"cli.rebuild.{name}", imports=made.imports)
