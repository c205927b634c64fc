"""The command for channel rules: show them with their visits, change the own ones, take a change back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from laban.cli.common import State, console, help_language, print_json, shared
from laban.facts import CHANNEL_GROUPS
from laban.i18n import translate

if TYPE_CHECKING:
    from laban.report.views.channels import Change, ChannelsView, RuleRow
    from laban.workspace import Workspace

_LANG = help_language()


def _text(key: str) -> str:
    return translate(_LANG, f"cli.channels.{key}")


@click.command("channels", help=_text("help"))
@click.option("--add", type=click.Choice(CHANNEL_GROUPS), help=_text("add"))
@click.option("--source", default="", help=_text("source"))
@click.option("--medium", default="", help=_text("medium"))
@click.option("--campaign", default="", help=_text("campaign"))
@click.option("--remove", type=int, default=0, help=_text("remove"))
@click.option("--undo", is_flag=True, help=_text("undo"))
@click.option("--try", "only_try", is_flag=True, help=_text("try"))
@click.option("--explain", default="", metavar='"SOURCE / MEDIUM"', help=_text("explain"))
@click.option("--json", "as_json", is_flag=True, help=translate(_LANG, "cli.json"))
@shared
def channels_command(
    state: State,
    add: str | None,
    source: str,
    medium: str,
    campaign: str,
    remove: int,
    undo: bool,
    only_try: bool,
    explain: str,
    as_json: bool,
) -> None:
    from laban.report.views.channels import Change, channels_page  # noqa: PLC0415  help needs no views

    patterns = {"source": source, "medium": medium, "campaign": campaign}
    change = Change(
        "add" if add else "remove" if remove else "",
        remove,
        add or "",
        {name: tuple(text.split(",")) for name, text in patterns.items()},
    )
    with state.open() as workspace:
        if explain:
            _explain(state, workspace, explain, campaign)
            return
        if undo:
            _undo(state, workspace)
            return
        if change.do:
            _apply(state, workspace, change, only_try=only_try)
            return
        view = channels_page(workspace)
    if as_json:
        print_json(view.as_json())
    else:
        _print(state, view)


def _apply(state: State, workspace: Workspace, change: Change, *, only_try: bool) -> None:
    from laban.errors import InvalidQueryError  # noqa: PLC0415  help needs no errors
    from laban.report import format as fmt  # noqa: PLC0415  help needs no numbers
    from laban.report.views.channels import changed, channels_page  # noqa: PLC0415  help needs no views
    from laban.tagging import channels  # noqa: PLC0415  help needs no rules

    view = channels_page(workspace, change)
    if view.mistake is not None:
        raise InvalidQueryError(change.do, view.mistake)
    click.echo(translate(state.lang, "cli.channels.moved", sessions=fmt.number(view.moved, state.lang, 0)))
    if only_try:
        return
    own = workspace.naming.own_channels
    classes = {**channels.shipped().classes, **own.classes}
    workspace.call(channels.FILE, channels.write(changed(own.rules, change), classes))
    state.say("channels.done.saved")


def _undo(state: State, workspace: Workspace) -> None:
    from laban.tagging import channels  # noqa: PLC0415  help needs no rules

    before = workspace.naming.files[channels.FILE].before()
    if before is not None:
        workspace.call(channels.FILE, before)
    state.say("channels.done.nothing" if before is None else "channels.done.undone")


def _explain(state: State, workspace: Workspace, text: str, campaign: str) -> None:
    from laban.tagging.channels import OTHER, Tag  # noqa: PLC0415  help needs no rules

    tag = replace(Tag.of(" / ".join(part.strip() for part in text.split("/"))), campaign=campaign)
    rule = workspace.naming.channels.rule_of(tag)
    channel = translate(state.lang, f"channel.{rule.channel if rule else OTHER}")
    key = "cli.channels.by" if rule else "cli.channels.by_none"
    click.echo(translate(state.lang, key, tag=text, channel=channel, rule=_named(state, rule.id) if rule else ""))


def _named(state: State, rule_id: str) -> str:
    if rule_id.startswith("own_"):
        return translate(state.lang, "cli.channels.own", number=rule_id.removeprefix("own_"))
    return translate(state.lang, f"channels.rule.{rule_id}")


def _print(state: State, view: ChannelsView) -> None:
    from rich.table import Table  # noqa: PLC0415  only tables need it
    from rich.text import Text  # noqa: PLC0415  likewise

    from laban.report import format as fmt  # noqa: PLC0415  help needs no numbers

    for fault in view.faults:
        click.echo(fault.text(state.lang), err=True)
    table = Table(box=None, pad_edge=False)
    for name in ("rule", "channel", "when", "visits"):
        table.add_column(
            translate(state.lang, f"cli.channels.{name}"), justify="right" if name == "visits" else "left"
        )
    for row in (*view.own, *view.shipped):
        visits = fmt.number(row.sessions, state.lang, 0)
        table.add_row(
            _named(state, row.id), translate(state.lang, f"channel.{row.channel}"), Text(_when(state, row)), visits
        )
    console().print(table)


def _when(state: State, row: RuleRow) -> str:
    words = [
        ", ".join(f"{translate(state.lang, f'channels.field.{name}')} {'|'.join(patterns)}" for name, patterns in one)
        for one in row.conditions
    ]
    return f" {translate(state.lang, 'channels.or')} ".join(words)
