"""Making a connection: what was answered is put in order, tried with one small request, and kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from laban.errors import LabanError
from laban.periods import Period
from laban.sources.apis.client import Client
from laban.sources.apis.definitions import definition
from laban.sources.apis.fields import value_at
from laban.sources.apis.fill import filled
from laban.sources.apis.model import Definition, Question
from laban.sources.apis.secrets import Secrets
from laban.sources.apis.vault import Vault
from laban.syncing.connections import Connection, Connections
from laban.syncing.run import Tools, given_of, window_of
from laban.workspace import Workspace

#: A key file is a few kilobytes.
_LARGEST_FILE: Final = 64 * 1024
_WEB: Final = re.compile(r"https?://[^\s/]+(/.*)?")


class AnswerError(LabanError):
    """An answer that cannot be what was asked for; a secret is never repeated."""

    key = "api.connect.wrong_answer"

    def __init__(self, question: Question) -> None:
        super().__init__(label=question.label, where=question.where)


class AnswerFileError(LabanError):
    """A key file that is not there or is none."""

    key = "api.connect.no_file"

    def __init__(self, question: Question, path: str) -> None:
        super().__init__(label=question.label, path=path)


class AccountNeededError(LabanError):
    """A second connection to the same platform: their figures have to be told apart."""

    key = "api.connect.account_needed"


class AddressError(LabanError):
    """Another address than the platform's own that is none."""

    key = "api.connect.wrong_address"


@dataclass(frozen=True, slots=True)
class Draft:
    """What was said about a connection to be made: the answers by question, secrets among them.

    ``base`` is another address than the platform's own, ``account`` the name that files of the same account give,
    ``since`` the first day to bring in.
    """

    platform: str
    answers: Mapping[str, str]
    account: str = ""
    base: str = ""
    since: date | None = None


def accepted(question: Question, text: str, folder: Path) -> str:
    """Return an answer as it is used, without what people copy along.

    Args:
        question: what was asked.
        text: what was answered.
        folder: where relative paths start.

    Raises:
        AnswerError: it cannot be right.
        AnswerFileError: the file that it names cannot be read.
    """
    answer = text.strip()
    if not answer and question.default is not None:
        return question.default
    if question.from_file:
        return _content(question, folder / Path(answer).expanduser())
    answer = _stripped(answer, question.strip)
    if not answer or (question.pattern and not re.fullmatch(question.pattern, answer)):
        raise AnswerError(question)
    return answer


def _stripped(answer: str, strip: str) -> str:
    """Leave out words (``act_``, ``https://``) at the ends and single characters anywhere."""
    for part in strip.split():
        whole = len(part) > 1
        answer = answer.removeprefix(part).removesuffix(part) if whole else answer.replace(part, "")
    return answer.replace(" ", "") if strip.endswith(" ") else answer


def _content(question: Question, path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise AnswerFileError(question, str(path))
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise AnswerFileError(question, str(path)) from None


def connect(workspace: Workspace, draft: Draft, tools: Tools) -> Connection:
    """Try a connection with one small request and keep it; one to the same account takes its place.

    Raises:
        AccountNeededError: a second account of a platform has to be named.
        LabanError: the platform does not open.
    """
    made = definition(draft.platform)
    if draft.base and not _WEB.fullmatch(draft.base):
        raise AddressError(address=draft.base[:80])
    hidden = set(made.secrets())
    secrets = {name: text for name, text in draft.answers.items() if name in hidden and text}
    given = {name: text for name, text in draft.answers.items() if name not in hidden}
    new = Connection("", draft.platform, given=given, base=draft.base, since=draft.since)
    tried = _tried(workspace, made, new, Secrets(secrets), tools)
    account = draft.account or tried
    connections = Connections(workspace.root)
    new = _placed(connections, replace(new, account=account), named=bool(draft.account))
    Vault(workspace.root, tools.config).write(new.id, secrets)
    connections.add(new)
    return new


def _tried(workspace: Workspace, made: Definition, new: Connection, secrets: Secrets, tools: Tools) -> str:
    """Send the small request; return the account's name as the platform gives it."""
    given = given_of(made, new)
    today = workspace.today
    window = window_of(Period(today - timedelta(days=2), today - timedelta(days=1)), workspace.settings.time_zone)
    with Client(made, given, secrets, new.base, tools.timing) as client:
        answer = client.check(window)
    name = value_at(answer, made.check_name) if made.check_name else None
    return str(name) if name else filled(made.account, given)


def _placed(connections: Connections, new: Connection, *, named: bool) -> Connection:
    """Give a new connection its name, or the place of the one to the same account."""
    others = [other for other in connections.all() if other.platform == new.platform]
    same = next(
        (other for other in others if (other.account, dict(other.given)) == (new.account, dict(new.given))), None
    )
    same = same or next((other for other in others if other.account == new.account and named), None)
    if same is not None:
        return replace(same, given=new.given, base=new.base, since=new.since or same.since, state="new", trouble=None)
    if any(other.account == new.account or not other.account for other in others) or (others and not new.account):
        raise AccountNeededError(platform=definition(new.platform).names["en"])
    return replace(new, id=connections.free_id(new.platform))


def disconnect(workspace: Workspace, connection_id: str, tools: Tools) -> Connection:
    """Forget a connection and its credentials; what it brought stays.

    Raises:
        UnknownNameError: there is none of that name.
    """
    connections = Connections(workspace.root)
    connection = connections.get(connection_id)
    Vault(workspace.root, tools.config).forget(connection_id)
    connections.remove(connection_id)
    return connection
