"""Commands that connect platforms and bring in what they tell: connect, disconnect, sync, schedule."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from laban.cli.caller import caller
from laban.cli.common import State, help_language, print_json, shared
from laban.errors import LabanError
from laban.i18n import translate

if TYPE_CHECKING:
    from laban.sources.apis.model import Definition, Question
    from laban.syncing import Connection, Step, Tools
    from laban.workspace import Workspace

_LANG = help_language()
#: Times that an answer is asked for before the command gives up.
_ATTEMPTS: Final = 3


class MissingAnswerError(LabanError):
    """A question without an answer, and nobody to ask."""

    key = "api.connect.missing_answer"

    def __init__(self, question: Question) -> None:
        variable = _variable(question)
        super().__init__(label=question.label, where=question.where, name=question.name, variable=variable)


class WrongSettingError(LabanError):
    """An answer given beforehand to a question that is not asked."""

    key = "api.connect.wrong_setting"

    def __init__(self, setting: str, known: Sequence[str]) -> None:
        super().__init__(setting=setting, known=", ".join(known))


class NothingConnectedError(LabanError):
    """A sync without a connection."""

    key = "api.sync.none"


def _text(key: str) -> str:
    return translate(_LANG, key)


def _tools() -> Tools:
    from laban.settings import config_folder  # noqa: PLC0415  help needs no settings
    from laban.syncing import Tools  # noqa: PLC0415  help needs no platforms

    return Tools(config_folder())


@click.command("connect", help=_text("cli.connect.help"))
@click.argument("platform", required=False, metavar="[PLATFORM]")
@click.option("--account", default="", help=_text("cli.connect.account"))
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help=_text("cli.connect.since"))
@click.option("--base", default="", help=_text("cli.connect.base"))
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help=_text("cli.connect.set"))
@shared
def connect_command(
    state: State, platform: str | None, account: str, since: datetime | None, base: str, settings: tuple[str, ...]
) -> None:
    from laban.sources.apis.definitions import definition, definition_ids  # noqa: PLC0415  help needs no platforms
    from laban.syncing.connect import Draft, connect  # noqa: PLC0415  likewise

    if platform is None:
        click.echo(translate(state.lang, "api.connect.list", platforms=", ".join(definition_ids())))
        return
    made = definition(platform)
    with state.open(create=True, here=True) as workspace:
        given = _settings(made, settings)
        _guide(state, made)
        answers = dict(_answers(state, made, given))
        state.say("api.connect.trying")
        draft = Draft(platform, answers, account, base, since.date() if since else None)
        new = connect(workspace, draft, _tools())
        key = "api.connect.done" if new.account else "api.connect.done_unnamed"
        click.echo(translate(state.lang, key, connection=new.id, account=new.account))
        state.say("api.connect.schedule", at=f"{workspace.settings.sync_at:%H:%M}")


def _guide(state: State, made: Definition) -> None:
    """Tell what to click where, before anything is asked."""
    state.say("api.connect.intro", platform=made.names[state.lang])
    for number, step in enumerate(made.steps, 1):
        state.say("api.connect.step", number=number, text=step)
    click.echo(err=True)


def _settings(made: Definition, settings: Sequence[str]) -> dict[str, str]:
    known = [question.name for question in made.questions]
    found: dict[str, str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or name not in known:
            raise WrongSettingError(name, known)
        found[name] = value
    return found


def _answers(state: State, made: Definition, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Ask what has to be asked; yield each answer as it is used."""
    from laban.syncing.connect import accepted  # noqa: PLC0415  help needs no platforms

    answered: dict[str, str] = {}
    for question in made.questions:
        said = given.get(question.name, caller().environ.get(_variable(question)))
        if said is not None:
            answer = accepted(question, said, state.directory)
        elif not question.ask or (question.unless and answered.get(question.unless)):
            answer = question.default or ""
        else:
            answer = _ask(state, question)
        answered[question.name] = answer
        yield question.name, answer


def _variable(question: Question) -> str:
    return f"LABAN_{question.name.upper()}"


def _ask(state: State, question: Question) -> str:
    from laban.syncing.connect import AnswerError, AnswerFileError, accepted  # noqa: PLC0415  help needs no platforms

    click.echo(f"{question.label.of(state.lang)}", err=True)
    click.echo(f"  {question.where.of(state.lang)}", err=True)
    attempts = _ATTEMPTS if sys.stdin.isatty() else 1
    for attempt in range(1, attempts + 1):
        try:
            return accepted(question, _typed(state, question), state.directory)
        except (AnswerError, AnswerFileError) as error:
            if attempt == attempts:
                raise
            click.echo(error.message(state.lang), err=True)
    raise MissingAnswerError(question)


def _typed(state: State, question: Question) -> str:
    """Return a line that the person types; a secret is not shown."""
    hidden = question.secret and not question.from_file
    notes = [translate(state.lang, "api.connect.optional")] if question.default is not None else []
    notes += [translate(state.lang, "api.connect.hidden")] if hidden else []
    if sys.stdin.isatty():
        prompt = " ".join([*notes, ""]).lstrip()
        text: str = click.prompt(f"  {prompt}", default="", show_default=False, hide_input=hidden, prompt_suffix="> ")
        return text
    line = sys.stdin.readline()
    if not line and question.default is None:
        raise MissingAnswerError(question)
    return line


@click.command("disconnect", help=_text("cli.disconnect.help"))
@click.argument("connection")
@shared
def disconnect_command(state: State, connection: str) -> None:
    from laban.syncing.connect import disconnect  # noqa: PLC0415  help needs no platforms

    with state.open(here=True) as workspace:
        gone = disconnect(workspace, connection, _tools())
    click.echo(translate(state.lang, "api.connect.removed", connection=gone.id))


@click.command("sync", help=_text("cli.sync.help"))
@click.argument("platform", required=False, metavar="[PLATFORM]")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help=_text("cli.sync.since"))
@click.option("--json", "as_json", is_flag=True, help=_text("cli.sync.json"))
@shared
def sync_command(state: State, platform: str | None, since: datetime | None, as_json: bool) -> None:
    from laban.syncing import Connections  # noqa: PLC0415  help needs no platforms

    with state.open() as workspace:
        connections = Connections(workspace.root)
        chosen = connections.chosen(platform) if platform else connections.all()
        if not chosen:
            raise NothingConnectedError
        day = since.date() if since else None
        failed = [one for one in chosen if not _sync(state, workspace, one, day, as_json=as_json)]
    if failed:
        sys.exit(LabanError.exit_code)


def _sync(state: State, workspace: Workspace, connection: Connection, since: date | None, *, as_json: bool) -> bool:
    """Bring one connection up to date and say so; return whether it worked."""
    from laban.report import format as fmt  # noqa: PLC0415  help needs no dates
    from laban.sources.apis.definitions import definition  # noqa: PLC0415  help needs no platforms
    from laban.syncing import Connections, sync  # noqa: PLC0415  likewise

    lang, name = state.lang, definition(connection.platform).names[state.lang]
    state.say("api.sync.begins", connection=connection.id, platform=name)
    rows = 0
    try:
        with closing(sync(workspace, connection.id, _tools(), since=since)) as steps:
            for step in steps:
                rows += step.rows
                _show_step(state, step, as_json=as_json)
    except LabanError as error:
        state.say("api.sync.failed", connection=connection.id, message=error.message(lang))
        return False
    last = Connections(workspace.root).get(connection.id).last_day
    if not rows or last is None:
        state.say("api.sync.done_nothing", connection=connection.id)
    else:
        rows_text = fmt.count(rows, lang)
        state.say("api.sync.done", connection=connection.id, rows=rows_text, day=fmt.day(last, lang))
    return True


def _show_step(state: State, step: Step, *, as_json: bool) -> None:
    from laban.report import format as fmt  # noqa: PLC0415  help needs no numbers
    from laban.workspace import period_text  # noqa: PLC0415  help needs no workspace

    if as_json:
        period = period_text(step.period.start, step.period.end)
        shown = {"connection": step.connection, "stream": step.stream.name, "period": period}
        print_json({**shown, "became": step.became, "rows": step.rows, "done": step.done, "of": step.of}, indent=None)
        return
    became = translate(state.lang, f"api.sync.{step.became}", rows=fmt.count(step.rows, state.lang))
    period = fmt.days(step.period, state.lang)
    state.say("api.sync.step", label=step.stream.label, period=period, became=became, done=step.done, of=step.of)


@click.command("schedule", help=_text("cli.schedule.help"))
@shared
def schedule_command(state: State) -> None:
    with state.open(here=True) as workspace:
        at, root = workspace.settings.sync_at, workspace.root.resolve()
    words = _program()
    if sys.platform == "win32":
        state.say("api.schedule.lead_windows", at=f"{at:%H:%M}")
        command = " ".join(f'\\"{word}\\"' for word in (*words, "-w", str(root), "sync"))
        click.echo(f'schtasks /Create /SC DAILY /ST {at:%H:%M} /TN "Laban {root.name}" /TR "{command}"')
    else:
        state.say("api.schedule.lead_cron", at=f"{at:%H:%M}")
        command = shlex.join([*words, "-w", str(root), "sync"])
        log = shlex.quote(str(root / "sync.log"))
        # A per cent sign ends the command in a crontab unless it is escaped.
        line = f"{command} >> {log} 2>&1".replace("%", "\\%")
        click.echo(f"{at.minute} {at.hour} * * * {line}")
    state.say("api.schedule.served")


def _program() -> list[str]:
    found = shutil.which("laban", path=caller().environ.get("PATH"))
    return [str(Path(found).absolute())] if found else [sys.executable, "-m", "laban"]
