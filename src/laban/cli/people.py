"""Commands about people: who is whom, what they agreed to, and forgetting them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from laban.cli.common import State, help_language, print_json, shared
from laban.i18n import messages, translate

if TYPE_CHECKING:
    from laban.care.consent import Agreed, Answer
    from laban.care.forget import Forgotten
    from laban.care.identity import Together

_LANG = help_language()


def _text(key: str) -> str:
    return translate(_LANG, key)


@click.command("forget", help=_text("cli.forget.help"))
@click.argument("person", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help=_text("cli.forget.yes"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def forget_command(state: State, person: tuple[str, ...], yes: bool, as_json: bool) -> None:
    from laban.care.forget import forget, look  # noqa: PLC0415  help needs no workspace

    with state.open() as workspace:
        made = forget(workspace, person) if yes else look(workspace, person)
    if as_json:
        print_json({"done": yes, **dataclasses.asdict(made), "at": made.at.isoformat()})
    else:
        _tell(made, state, done=yes)


def _tell(made: Forgotten, state: State, *, done: bool) -> None:
    lang, files = state.lang, made.mended + made.dropped
    if done:
        click.echo(translate(lang, "cli.forget.done", rows=made.total, files=files))
    elif made.total or files:
        click.echo(translate(lang, "cli.forget.would", rows=made.total, files=files))
    else:
        click.echo(translate(lang, "cli.forget.nothing"))
    if {"fact_order", "fact_lead_event"} & made.rows.keys():
        click.echo(translate(lang, "cli.forget.orders"))
    if made.dropped and done:
        click.echo(translate(lang, "cli.forget.dropped", n=made.dropped))
    if made.remaining:
        click.echo(translate(lang, "cli.forget.remaining", files=", ".join(made.remaining)))
    click.echo(translate(lang, "cli.forget.backups" if done else "cli.forget.again"))


@click.command("consent", help=_text("cli.consent.help"))
@click.argument("person", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def consent_command(state: State, person: tuple[str, ...], as_json: bool) -> None:
    from laban.care.consent import agreed, answers_of  # noqa: PLC0415  help needs no workspace

    with state.open() as workspace:
        purposes = [] if person else agreed(workspace)
        answers = answers_of(workspace, person) if person else []
    if as_json:
        found = [*map(dataclasses.asdict, purposes), *map(dataclasses.asdict, answers)]
        print_json([{name: str(v) if name == "day" else v for name, v in item.items()} for item in found])
        return
    for item in purposes:
        click.echo(_purpose(item, state.lang))
    for answer in answers:
        click.echo(_answer(answer, state.lang))
    if not purposes and not answers:
        state.say("cli.consent.unknown" if person else "cli.consent.none")


@click.command("people", help=_text("cli.people.help"))
@click.argument("person", required=False)
@click.option("--same", help=_text("cli.people.same"))
@click.option("--apart", help=_text("cli.people.apart"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def people_command(state: State, person: str | None, same: str | None, apart: str | None, as_json: bool) -> None:
    from laban.care import identity  # noqa: PLC0415  help needs no workspace
    from laban.workspace import plain  # noqa: PLC0415  likewise

    other = same or apart
    if (other and not person) or (same and apart):
        raise click.UsageError(translate(state.lang, "cli.people.one_person"))
    with state.open() as workspace:
        if person and other:
            outcome = identity.rule(workspace, person, other, same=bool(same))
            click.echo(_text_of(state, "done_same" if same else "done_apart", id=outcome.import_id))
            return
        found = identity.person(workspace, person) if person else identity.summary(workspace)
    if as_json:
        print_json(plain(dataclasses.asdict(found)))
    elif isinstance(found, identity.Person):
        click.echo(_text_of(state, "person", keys=found.keys, orders=found.orders, leads=found.leads))
        _tell_links(found.links, state)
    else:
        known = {"persons": found.persons, "keys": found.keys, "shared": found.shared}
        click.echo(_text_of(state, "summary", **known, leads=found.repeated_leads))
        _tell_links(found.rulings, state)


def _text_of(state: State, key: str, **values: Any) -> str:
    return translate(state.lang, f"cli.people.{key}", **values)


def _tell_links(links: Sequence[Together], state: State) -> None:
    for link in links:
        key = "seen" if link.same is None else "merged" if link.same else "split"
        click.echo(_text_of(state, key, one=link.one, other=link.other, id=link.import_id, name=link.name))


def _named(purpose: str, lang: str) -> str:
    return messages(lang).get(f"consent.purpose.{purpose}", purpose)


def _purpose(item: Agreed, lang: str) -> str:
    few = translate(lang, "cli.consent.few")
    given, refused = (few if count is None else count for count in (item.given, item.refused))
    return translate(lang, "cli.consent.line", purpose=_named(item.purpose, lang), given=given, refused=refused)


def _answer(item: Answer, lang: str) -> str:
    from laban.report import format as fmt  # noqa: PLC0415  help needs no dates

    words = translate(lang, "cli.consent.yes" if item.given else "cli.consent.no")
    day = fmt.day(item.day, lang)
    return translate(lang, "cli.consent.person", purpose=_named(item.purpose, lang), answer=words, day=day)
