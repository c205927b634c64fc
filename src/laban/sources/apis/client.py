"""Asking a platform: page after page to the last, and patiently."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

from laban.sources.apis import errors
from laban.sources.apis.capture import answer_line, parsed
from laban.sources.apis.fill import filled, filled_in
from laban.sources.apis.layout import about_answer, names_answer, rows_of
from laban.sources.apis.model import Call, Definition, Stream
from laban.sources.apis.paging import Request, first_page, next_page
from laban.sources.apis.secrets import Secrets
from laban.sources.apis.tokens import Tokens
from laban.sources.apis.verdicts import Answer, Verdict, judge
from laban.sources.apis.wire import SLOW_DOWN, Timing, TryAgainError, Wire

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")

#: Tries for one request that fails in a way that passes.
TRIES: Final = 6
#: Seconds to wait after the first try where the platform does not say; doubled each time, up to the second number.
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 64.0
#: No marketing report has so many pages; an answer that never ends does.
_MOST_PAGES: Final = 20_000

_ERRORS: Final[Mapping[str, type[errors.ApiError]]] = {
    "expired": errors.RefusedError,
    "refused": errors.RefusedError,
    "forbidden": errors.ForbiddenError,
    "missing": errors.MissingError,
    "outdated": errors.OutdatedError,
    "bad": errors.BadRequestError,
}


@dataclass
class Client:
    """A connection to a platform.

    Attributes:
        made: How the platform is asked.
        given: What the connection's owner said.
        secrets: The credentials.
        base: Another address than the platform's own.
        timing: The clock.
    """

    made: Definition
    given: Mapping[str, Any]
    secrets: Secrets = field(repr=False)
    base: str = ""
    timing: Timing = field(default_factory=Timing)

    def __post_init__(self) -> None:
        """Open the connection; nothing is sent yet."""
        self._name = self.made.names["en"]
        self._base = (self.base or filled(self.made.base, self.given)).rstrip("/")
        self._wire = Wire(self._name, self.made.pace, self.timing)
        clock, auth = self.timing.clock, self.made.auth
        self.tokens = Tokens(self._name, auth, self.given, self.secrets, self._exchange, clock, self.base)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()

    def pages(self, stream: Stream, window: Mapping[str, Any]) -> Iterator[Any]:
        """Yield every answer of a stream, to the last page, without what is not to be kept.

        Raises:
            ApiError: the platform does not give it.
        """
        given = {**self.given, **window}
        if stream.names is not None:
            listed = self._all(stream.names.call, given, ())
            pairs = [row for page in listed for row in rows_of(stream.names.call, page)]
            yield names_answer(pairs, stream.names)
        if stream.about is not None:
            yield about_answer(self.ask(_request(stream.about.call, given)).body, stream.about)
        yield from self._all(stream.call, given, (*self.made.drop, *stream.drop))

    def _all(self, call: Call, given: Mapping[str, Any], drop: tuple[str, ...]) -> Iterator[Any]:
        paging = call.paging
        request: Request | None = first_page(_request(call, given), paging)
        before = ""
        while request is not None:
            answer = self.ask(request)
            rows, line = len(rows_of(call, answer.body)), answer_line(answer.body)
            if request.page >= _MOST_PAGES or (rows and line == before):
                raise errors.EndlessError(platform=self._name)
            before = line
            kept = _pruned(answer.body, [name.split(".") for name in drop], [])
            yield parsed(self._scrubbed(answer_line(kept)))
            request = next_page(request, paging, answer, rows)

    def check(self, window: Mapping[str, Any]) -> Any:
        """Send one small request to see whether the credentials open the account; return its answer.

        Raises:
            ApiError: they do not.
        """
        return self.ask(_request(self.made.check, {**self.given, **window})).body

    def ask(self, request: Request) -> Answer:
        """Send one request until it is answered.

        Raises:
            ApiError: it is not, or not with what was asked for.
        """
        return self._patiently(lambda: self._attempt(request))

    def _patiently(self, attempt: Callable[[], T]) -> T:
        from tenacity import Retrying, retry_if_exception_type, stop_after_attempt  # noqa: PLC0415  optional extra

        waited = 0.0

        def wait(state: RetryCallState) -> float:
            nonlocal waited
            seconds = _seconds(_verdict_of(state), state.attempt_number)
            waited += seconds
            if waited > self.timing.patience:
                raise errors.BusyError(seconds, platform=self._name)
            return seconds

        retrying = Retrying(
            retry=retry_if_exception_type(TryAgainError),
            stop=stop_after_attempt(TRIES),
            wait=wait,
            sleep=self.timing.sleep,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except TryAgainError as last:
            raise self._given_up(last.verdict) from None

    def _attempt(self, request: Request) -> Answer:
        answer = self._send(request)
        verdict = judge(self.made, answer)
        if verdict.then == "expired" and self.tokens.renewable:
            self.tokens.renew()
            answer = self._send(request)
            verdict = judge(self.made, answer)
        if verdict.then in ("again", "wait"):
            raise TryAgainError(verdict)
        if verdict.then != "good":
            raise _ERRORS[verdict.then](platform=self._name, message=self._scrubbed(verdict.message))
        return answer

    def _send(self, request: Request) -> Answer:
        headers = {name: text for name, value in self.made.headers.items() if (text := filled(value, self.given))}
        address = self._address(request)
        return self._wire.send(request.method, address, {**headers, **self.tokens.headers()}, body=request.body)

    def _address(self, request: Request) -> str:
        if request.link:
            link = urljoin(f"{self._base}/", request.link)
            if urlsplit(link)[:2] != urlsplit(self._base)[:2]:
                raise errors.StrangerError(platform=self._name, address=urlsplit(link).netloc[:80])
            return link
        query = urlencode(request.query)
        mark = "&" if "?" in request.path else "?"
        return f"{self._base}{request.path}" + (f"{mark}{query}" if query else "")

    def _exchange(self, url: str, form: Mapping[str, str]) -> Any:
        """Send a form for a token; the platform's refusal is one of the credentials."""
        answer = self._wire.send("POST", url, {}, form=form)
        verdict = judge(self.made, answer)
        if answer.status == 429 or answer.status >= 500 or verdict.lost:
            raise TryAgainError(verdict)
        if answer.status >= 400:
            raise errors.RefusedError(platform=self._name, message=self._scrubbed(verdict.message))
        return answer.body

    def _scrubbed(self, text: str) -> str:
        return self.secrets.scrubbed(text, *self.tokens.bought)

    def _given_up(self, verdict: Verdict) -> errors.ApiError:
        if verdict.then == "wait":
            return errors.BusyError(_seconds(verdict, TRIES), platform=self._name)
        if verdict.lost:
            return errors.UnreachableError(platform=self._name)
        return errors.UnwellError(platform=self._name, message=self._scrubbed(verdict.message))


def _request(call: Call, given: Mapping[str, Any]) -> Request:
    query = {name: text for name, value in call.query.items() if (text := filled(str(value), given))}
    return Request(call.method, filled(call.path, given), query, filled_in(call.body, given))


def _verdict_of(state: RetryCallState) -> Verdict:
    error = state.outcome.exception() if state.outcome else None
    return error.verdict if isinstance(error, TryAgainError) else Verdict("again")


def _seconds(verdict: Verdict, attempt: int) -> float:
    """How long to wait: what the platform says, else longer each time, not all at the same moment."""
    if verdict.seconds is not None:
        return verdict.seconds
    first = SLOW_DOWN if verdict.then == "wait" else _FIRST_WAIT
    spread: float = random.uniform(0.8, 1.2)  # noqa: S311  no secret
    return min(_LONGEST_WAIT, float(first * 2 ** (attempt - 1))) * spread


def _pruned(tree: Any, paths: list[list[str]], above: list[str]) -> Any:
    """Leave out what is not to be kept: ``name`` anywhere, ``a.b`` only a ``b`` within an ``a``."""
    if isinstance(tree, list):
        return [_pruned(item, paths, above) for item in tree]
    if not isinstance(tree, dict):
        return tree
    kept = {}
    for name, part in tree.items():
        place = [*above, name]
        if not any(place[-len(path) :] == path for path in paths):
            kept[name] = _pruned(part, paths, place)
    return kept
