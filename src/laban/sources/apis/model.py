"""What is known of a platform's API, as frozen values: how to ask, page by page, and what the answers mean.

The values come from ``platforms/*.yaml``; see ``definitions``. Which facts a row fills is not said here but in the
platform's file mapping (``sources/platforms``): an answer is laid out as the table that the same platform writes
as a file, so that both give the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from laban.i18n import Text
from laban.sources.mapping import Platform, Table

#: What an answer asks of the one who got it; see ``verdicts``.
Then = Literal["good", "again", "wait", "expired", "refused", "forbidden", "missing", "outdated", "bad"]
AuthKind = Literal["none", "header", "basic", "refresh", "client", "google"]
PagingKind = Literal["none", "number", "offset", "cursor", "link"]
#: ``days``: numbers of days, read again within the look-back. ``changes``: things by when they last changed, up to
#: this moment. ``now``: how things stand today; the past cannot be asked for.
WindowKind = Literal["days", "changes", "now"]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that ``laban connect`` asks for.

    ``where`` says in plain words where to find it. ``pattern`` is what the whole answer must look like; ``strip``
    are characters that people copy along. ``default`` makes it optional, ``unless`` needless where another question
    was answered; with ``ask`` False it is only asked for by name. The answer ``from_file`` is what stands in a file.
    """

    name: str
    label: Text
    where: Text
    secret: bool = False
    pattern: str = ""
    strip: str = ""
    default: str | None = None
    unless: str = ""
    ask: bool = True
    from_file: bool = False


@dataclass(frozen=True, slots=True)
class Auth:
    """How a request proves who asks.

    ``header`` sends ``values`` as headers; ``basic`` sends ``values`` user and password; ``refresh`` and ``client``
    get an access token from ``url`` with the form in ``values``; ``google`` does so with a service account's key or a
    refresh token, for ``scope``.
    """

    kind: AuthKind
    values: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of answer means; the first rule that fits decides.

    It fits when the status is one of ``status`` (if given) and the value at ``at`` (if given) is there, is one of
    ``those`` (if given) and none of ``not_those``. ``seconds`` is how long to wait where the answer does not say.
    """

    then: Then
    status: tuple[int, ...] = ()
    at: str = ""
    those: tuple[str, ...] = ()
    not_those: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Paging:
    """How to ask for the next page.

    ``into`` is where its number, offset or cursor goes: a query parameter, or a place in the body (``body.x.y``).
    ``size`` rows make a full page. ``total`` is where the answer tells how many rows (``offset``) or pages
    (``number``) there are; without it a page that is not full is the last. ``next`` is where it tells the cursor or
    the link, ``more`` where it tells whether there is a next page at all.
    """

    kind: PagingKind = "none"
    into: str = ""
    size: int = 0
    first: int = 1
    total: str = ""
    next: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """How not to be told to slow down.

    At least ``every`` seconds lie between requests. ``used_header`` tells "used/most" of a bucket that empties by
    ``leak`` requests a second, ``left_header`` how many requests are left.
    """

    every: float = 0.0
    used_header: str = ""
    left_header: str = ""
    leak: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """One kind of request, with placeholders: ``{name}`` of a connection, ``{start}``, ``{last}``, ``{end}``."""

    path: str
    method: Literal["GET", "POST"] = "GET"
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    #: Where the rows stand in the answer; "" is the answer itself.
    rows: str = ""
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True)
class Names:
    """A list that is asked for first, because rows have only numbers for what people know by name."""

    call: Call
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class About:
    """What is asked for first because it holds for all rows and stands in none; only what ``keep`` names is kept."""

    call: Call
    keep: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stream:
    """One report of a platform and the table that its rows are.

    ``fields`` gives each column of the table by an expression over a row (see ``fields``). ``each`` names a list in a
    row that makes it as many rows (the lines of an order), ``pivot`` turns a row per measure into a row per day.

    ``lookback`` days are read again because the platform still changes them; ``chunk`` days are asked for at once;
    the past reaches back ``history`` days. Of the latest ``late`` days those without rows are not told yet, which is
    not the same as empty. ``drop`` names what is not kept of an answer, ``when`` the answer of a person that must
    not be empty for this stream to be asked for.
    """

    name: str
    label: Text
    call: Call
    table: Table
    fields: Mapping[str, Any]
    window: WindowKind = "days"
    lookback: int = 3
    chunk: int = 7
    history: int = 400
    late: int = 0
    each: str = ""
    pivot: bool = False
    drop: tuple[str, ...] = ()
    when: str = ""
    names: Names | None = None
    about: About | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A platform's API.

    ``platform`` is the file mapping with the API's own columns added. ``account`` is a template for the account's
    name where rows do not carry it: it has to be the one that the platform's files give.
    """

    id: str
    names: Mapping[str, str]
    platform: Platform
    base: str
    auth: Auth
    questions: tuple[Question, ...]
    steps: tuple[Text, ...]
    streams: tuple[Stream, ...]
    check: Call
    check_name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    message: tuple[str, ...] = ()
    pace: Pace = field(default_factory=Pace)
    account: str = ""
    drop: tuple[str, ...] = ()
    link: str = ""
    zone: str = ""

    def stream(self, name: str) -> Stream:
        """Return the stream called ``name``; KeyError if there is none."""
        found = next((stream for stream in self.streams if stream.name == name), None)
        if found is None:
            raise KeyError(f"{self.id}.{name}")
        return found

    def secrets(self) -> tuple[str, ...]:
        """Return the names of what must stay secret."""
        return tuple(question.name for question in self.questions if question.secret)
