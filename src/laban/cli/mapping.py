"""Commands for files that nobody has seen: propose what their columns are, keep it, list what was kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from laban.cli.common import State, console, help_language, print_json, shared
from laban.i18n import Phrase, translate

if TYPE_CHECKING:
    from laban.report.views.mapping import MappingsView
    from laban.sources.drawn import Plan
    from laban.sources.propose import Proposal
    from laban.sources.sample import Sample

_LANG = help_language()


def _text(key: str) -> str:
    return translate(_LANG, key)


@click.command("map", help=_text("cli.map.help"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--save", default="", metavar="NAME", help=_text("cli.map.save"))
@click.option("--set", "changes", multiple=True, metavar="HEADING=COLUMN", help=_text("cli.map.set"))
@click.option("--word", "labels", multiple=True, metavar="HEADING:LABEL=WORD", help=_text("cli.map.word"))
@click.option("--subject", default="", help=_text("cli.map.subject"))
@click.option("--decimal", type=click.Choice([",", "."]), default=None, help=_text("cli.map.decimal"))
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), default=None, help=_text("cli.map.dates"))
@click.option("--currency", default="", help=_text("cli.map.currency"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def map_command(
    state: State,
    file: Path,
    save: str,
    changes: tuple[str, ...],
    labels: tuple[str, ...],
    subject: str,
    decimal: str | None,
    dates: str | None,
    currency: str,
    as_json: bool,
) -> None:
    from laban.sources.drawn import Plan  # noqa: PLC0415  help needs no mappings
    from laban.sources.propose import propose  # noqa: PLC0415  likewise

    proposal = propose(_sampled(file), _subject(subject))
    pairs = _changed(proposal, changes)
    plan = Plan(proposal.subject, pairs, decimal or "", dates or "", currency.upper(), _words(pairs, labels))
    if save:
        _save(state, file, save, plan)
    elif as_json:
        print_json(_as_json(proposal, plan))
    else:
        _print(state, file, proposal, plan)


def _sampled(file: Path) -> Sample:
    from laban.errors import NoSuchPathError  # noqa: PLC0415  help needs no files
    from laban.sources.book import UnreadableError  # noqa: PLC0415  likewise
    from laban.sources.drawn import MappingFaultError  # noqa: PLC0415  likewise
    from laban.sources.sample import sample_of  # noqa: PLC0415  likewise

    if not file.is_file():
        raise NoSuchPathError(str(file))
    try:
        return sample_of(file)
    except UnreadableError as fault:
        values = {"row": fault.row, "column": fault.column, "value": fault.value, "member": fault.member}
        raise MappingFaultError(Phrase.of(f"finding.{fault.code}", **{**values, **fault.values})) from None


def _subject(name: str) -> str:
    from laban.sources.drawn import MappingFaultError  # noqa: PLC0415  help needs no mappings
    from laban.sources.subjects import subjects  # noqa: PLC0415  likewise

    if name and name not in subjects():
        raise MappingFaultError(Phrase.of("mapping.no_subject", subject=f"{name} ({', '.join(subjects())})"))
    return name


def _changed(proposal: Proposal, changes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the columns as proposed, but for those that were set."""
    from laban.sources.drawn import MappingFaultError  # noqa: PLC0415  help needs no mappings
    from laban.sources.mapping import plain  # noqa: PLC0415  likewise

    pairs = [[guess.heading, guess.column] for guess in proposal.guesses]
    for change in changes:
        heading, mark, column = change.rpartition("=")
        if not mark:
            raise MappingFaultError(Phrase.of("mapping.cli.set_how"))
        place = next((n for n, pair in enumerate(pairs) if plain(pair[0]) == plain(heading)), None)
        if place is None:
            raise MappingFaultError(Phrase.of("mapping.no_heading", heading=heading))
        pairs[place][1] = column.strip()
    return tuple((heading, column) for heading, column in pairs)


def _words(pairs: tuple[tuple[str, str], ...], labels: tuple[str, ...]) -> tuple[tuple[str, str, str], ...]:
    """Return what labels of the file stand for: column, label, word."""
    from laban.sources.drawn import MappingFaultError  # noqa: PLC0415  help needs no mappings
    from laban.sources.mapping import plain  # noqa: PLC0415  likewise

    found = []
    for text in labels:
        said, mark, word = text.rpartition("=")
        heading, colon, label = said.partition(":")
        if not mark or not colon:
            raise MappingFaultError(Phrase.of("mapping.cli.word_how"))
        column = next((column for name, column in pairs if plain(name) == plain(heading)), "")
        if not column:
            raise MappingFaultError(Phrase.of("mapping.no_heading", heading=heading))
        found.append((column, label.strip(), word.strip()))
    return tuple(found)


def _save(state: State, file: Path, name: str, plan: Plan) -> None:
    with state.open(create=True) as workspace:
        if not plan.currency:
            plan = replace(plan, currency=workspace.settings.currency)
        known = {kept.name: kept.file for kept in workspace.mappings.all}
        kept = workspace.mappings.save(name, plan, instead_of=name if name in known else "")
        path = workspace.mappings.root / f"{kept.file}.yaml"
    state.say("mapping.cli.saved", name=kept.name, path=state.shown(path), file=state.shown(file))


def _as_json(proposal: Proposal, plan: Plan) -> dict[str, object]:
    columns = [
        {"heading": guess.heading, "look": guess.look, "column": column, "score": round(guess.score, 2)}
        for guess, (_, column) in zip(proposal.guesses, plan.pairs, strict=True)
    ]
    return {"subject": proposal.subject, "columns": columns, "missing": list(proposal.missing)}


def _print(state: State, file: Path, proposal: Proposal, plan: Plan) -> None:
    from rich.table import Table  # noqa: PLC0415  only tables need it
    from rich.text import Text  # noqa: PLC0415  likewise

    from laban.report import format as fmt  # noqa: PLC0415  help needs no numbers
    from laban.sources.drawn import column_name  # noqa: PLC0415  help needs no mappings
    from laban.sources.subjects import subjects  # noqa: PLC0415  likewise

    subject = subjects()[proposal.subject]
    about = f"{subject.names[state.lang]} ({subject.id})"
    click.echo(translate(state.lang, "mapping.cli.proposal", subject=about))
    table = Table(box=None, pad_edge=False)
    for name in ("heading", "look", "column", "sure"):
        table.add_column(translate(state.lang, f"cli.map.{name}"), justify="right" if name == "sure" else "left")
    for guess, (heading, column) in zip(proposal.guesses, plan.pairs, strict=True):
        means = f"{column}  {column_name(subject.id, column, state.lang)}" if column else "–"
        sure = fmt.percent(guess.score, state.lang) if column and column == guess.column else ""
        table.add_row(Text(heading), translate(state.lang, f"mapping.look.{guess.look}"), Text(means), sure)
    console().print(table)
    if proposal.missing:
        names = ", ".join(column_name(subject.id, name, state.lang) for name in proposal.missing)
        click.echo(translate(state.lang, "mapping.cli.missing", columns=names))
    state.say("mapping.cli.columns", columns=", ".join(column.name for column in subject.columns))
    state.say("mapping.cli.how", file=state.shown(file))


@click.command("mappings", help=_text("cli.mappings.help"))
@click.option("--remove", default="", metavar="NAME", help=_text("cli.mappings.remove"))
@click.option("--restore", default="", metavar="NAME", help=_text("cli.mappings.restore"))
@click.option("--export", default="", metavar="NAME", help=_text("cli.mappings.export"))
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help=_text("cli.mappings.output"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def mappings_command(
    state: State, remove: str, restore: str, export: str, output: Path | None, as_json: bool
) -> None:
    from laban.report.views.mapping import mappings_page  # noqa: PLC0415  help needs no pages
    from laban.sources.drawn import shared_text  # noqa: PLC0415  help needs no mappings

    with state.open() as workspace:
        shelf = workspace.mappings
        if remove:
            state.say("mapping.removed", name=shelf.remove(remove).name)
        elif restore:
            state.say("mapping.restored" if shelf.restore(restore) else "mapping.nothing_to_restore", name=restore)
        elif export:
            kept = shelf.get(export)
            path = output or state.directory / f"{kept.file}.yaml"
            path.write_text(shared_text(kept.raw or {}, kept.file), "utf-8")
            click.echo(translate(state.lang, "cli.template.done", path=state.shown(path)))
        elif as_json:
            print_json(mappings_page(shelf).as_json())
        else:
            _list(state, mappings_page(shelf))


def _list(state: State, view: MappingsView) -> None:
    from rich.table import Table  # noqa: PLC0415  only tables need it
    from rich.text import Text  # noqa: PLC0415  likewise

    if not view.mappings:
        state.say("mapping.cli.none")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("name", "subject", "file"):
        table.add_column(translate(state.lang, f"cli.mappings.{name}"))
    for one in view.mappings:
        about = one.fault.message(state.lang) if one.fault else one.subject.get(state.lang, "–")
        table.add_row(Text(one.name), Text(about), Text(f"mappings/{one.file}.yaml"))
    console().print(table)
