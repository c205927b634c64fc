"""Commands that bring data in: import, imports, undo, template."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from laban.cli.common import State, console, help_language, print_json, shared
from laban.i18n import translate

if TYPE_CHECKING:
    from laban.warehouse import ImportRecord
    from laban.workspace import ImportChoices, ImportOutcome, Workspace

_LANG = help_language()
TEMPLATES = (
    "orders",
    "leads",
    "costs",
    "followers",
    "posts",
    "surveys",
    "events",
    "mentions",
    "tickets",
    "consent",
    "rates",
    "people",
)


def _text(key: str) -> str:
    return translate(_LANG, key)


@click.command("import", help=_text("cli.import.help"))
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help=_text("cli.import.dry_run"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.import.json"))
@click.option("--account", default="", help=_text("cli.import.account"))
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help=_text("cli.import.until"))
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help=_text("cli.import.dates"))
@click.option("--decimal", type=click.Choice([",", "."]), help=_text("cli.import.decimal"))
@click.option("--currency", help=_text("cli.import.currency"))
@click.option("--accept", is_flag=True, help=_text("cli.import.accept"))
@shared
def import_command(
    state: State,
    paths: tuple[Path, ...],
    dry_run: bool,
    as_json: bool,
    account: str,
    until: datetime | None,
    dates: str | None,
    decimal: str | None,
    currency: str | None,
    accept: bool,
) -> None:
    from laban.workspace import ImportChoices, Workspace, files_in  # noqa: PLC0415  help needs no workspace

    choices = ImportChoices(
        account=account,
        until=until.date() if until else None,
        day_first=None if dates is None else dates == "dmy",
        decimal_mark=decimal,
        currency=currency.upper() if currency else None,
        accept=accept,
    )
    list(files_in(paths))
    root = state.find()
    if dry_run and (root is None or not (root / "laban.toml").exists()):
        with tempfile.TemporaryDirectory() as folder:
            state.workspace = Path(folder)
            Workspace.create(state.workspace).close()
            _import(state, paths, choices, dry_run=True, as_json=as_json)
        return
    _import(state, paths, choices, dry_run=dry_run, as_json=as_json)


def _import(state: State, paths: Sequence[Path], choices: ImportChoices, *, dry_run: bool, as_json: bool) -> None:
    with state.open(create=True) as workspace:
        chosen = list(paths) or [workspace.inbox]
        outcomes = import_and_print(state, workspace, chosen, choices, dry_run=dry_run, as_json=as_json)
    if not outcomes:
        state.say("cli.import.nothing", path=", ".join(state.shown(path) for path in chosen))
    elif all(outcome.failed for outcome in outcomes):
        sys.exit(2)


def import_and_print(
    state: State,
    workspace: Workspace,
    paths: Sequence[Path],
    choices: ImportChoices | None = None,
    *,
    dry_run: bool = False,
    as_json: bool = False,
    without: Sequence[str] = (),
) -> list[ImportOutcome]:
    """Import ``paths``, print what became of each file as it is done, and return it.

    Findings whose codes are in ``without`` are not printed.
    """
    outcomes: list[ImportOutcome] = []
    for outcome in workspace.import_paths(paths, dry_run=dry_run, choices=choices):
        outcomes.append(outcome)
        if as_json:
            print_json(outcome.as_json(state.lang), indent=None)
        else:
            _print_outcome(outcome, state.lang, without)
    if outcomes and not as_json:
        statuses = [outcome.status for outcome in outcomes]
        counts = {status: statuses.count(status) for status in ("loaded", "unchanged", "empty", "refused")}
        click.echo(translate(state.lang, "cli.import.sum_dry" if dry_run else "cli.import.sum", **counts))
    return outcomes


_MARKS = {"loaded": "✓", "unchanged": "=", "empty": "∅", "refused": "✗"}


def _print_outcome(outcome: ImportOutcome, lang: str, without: Sequence[str]) -> None:
    shown = outcome.as_json(lang)
    status = translate(lang, f"cli.status.{outcome.status}")
    details = [part for part in (shown["platform"], shown["period"], shown["currency"]) if part]
    if shown["rows"]:
        details.append(translate(lang, "cli.import.rows", rows=shown["rows"]))
    if outcome.import_id is not None:
        details.append(f"#{outcome.import_id}")
    click.echo(
        f"{_MARKS[outcome.status]} {shown['file']}  {status}" + (f"  ({' · '.join(details)})" if details else "")
    )
    if outcome.earlier is None:
        for finding in outcome.findings:
            if finding.level != "info" and finding.code not in without:
                click.echo(f"    {'!' if finding.level == 'warning' else '✗'} {finding.message(lang)}")
    if outcome.unknown:
        click.echo(f"    → {translate(lang, 'mapping.cli.hint', file=outcome.file)}")


@click.command("imports", help=_text("cli.imports.help"))
@click.option("--all", "everything", is_flag=True, help=_text("cli.imports.all"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def imports_command(state: State, everything: bool, as_json: bool) -> None:
    with state.open() as workspace:
        records = workspace.imports(include_undone=everything)
    if as_json:
        print_json([_record_json(record, state.lang) for record in records])
        return
    if not records:
        state.say("cli.imports.none")
        return
    _print_records(state, records)


def _record_json(record: ImportRecord, lang: str) -> dict[str, Any]:
    from laban.workspace import finding_json, period_text, plain  # noqa: PLC0415  help needs no workspace

    return {
        "id": record.id,
        "file": record.name,
        "platform": record.platform,
        "rows": record.rows,
        "period": period_text(record.start, record.end),
        "currency": record.currency,
        "totals": plain(record.totals),
        "findings": [finding_json(finding, lang) for finding in record.found()],
        "loaded_at": record.loaded_at.isoformat(),
        "undone_at": record.undone_at.isoformat() if record.undone_at else None,
        "archive": record.archive,
    }


def _print_records(state: State, records: Sequence[ImportRecord]) -> None:
    from rich.table import Table  # noqa: PLC0415  only tables need it
    from rich.text import Text  # noqa: PLC0415  only tables need it

    from laban.periods import Period  # noqa: PLC0415  help needs no dates
    from laban.report import format as fmt  # noqa: PLC0415  help needs no numbers
    from laban.sources import platform_name  # noqa: PLC0415  help needs no platforms

    table = Table(box=None, pad_edge=False)
    for name in ("id", "file", "platform", "rows", "period", "loaded_at"):
        table.add_column(
            translate(state.lang, f"cli.imports.{name}"), justify="right" if name in ("id", "rows") else "left"
        )
    for record in records:
        undone = translate(state.lang, "cli.imports.undone") if record.undone_at else ""
        table.add_row(
            str(record.id),
            Text(f"{record.name}{undone}"),
            platform_name(record.platform, state.lang) if record.platform else "–",
            fmt.count(record.rows, state.lang),
            fmt.days(Period(record.start, record.end), state.lang) if record.start and record.end else "–",
            fmt.moment(record.loaded_at, state.lang),
        )
    console().print(table)


@click.command("undo", help=_text("cli.undo.help"))
@click.argument("import_id", type=int, metavar="ID")
@click.option("--json", "as_json", is_flag=True, help=_text("cli.json"))
@shared
def undo_command(state: State, import_id: int, as_json: bool) -> None:
    with state.open() as workspace:
        record = workspace.undo(import_id)
    if as_json:
        print_json(_record_json(record, state.lang))
    else:
        click.echo(translate(state.lang, "cli.undo.done", id=record.id, file=record.name, rows=record.rows))


@click.command("template", help=_text("cli.template.help"))
@click.argument("kind", type=click.Choice(TEMPLATES))
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help=_text("cli.output"))
@shared
def template_command(state: State, kind: str, output: Path | None) -> None:
    from laban.report.templates import write_template  # noqa: PLC0415  spreadsheets are slow to import

    path = output or state.directory / f"{kind}.xlsx"
    write_template(kind, state.lang, path)
    click.echo(translate(state.lang, "cli.template.done", path=state.shown(path)))
