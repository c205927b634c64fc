"""One request and its answer over HTTP: as fast as the platform allows, never larger than can be held."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from laban.sources.apis import errors
from laban.sources.apis.capture import parsed
from laban.sources.apis.fields import number
from laban.sources.apis.model import Pace
from laban.sources.apis.verdicts import Answer, Verdict

if TYPE_CHECKING:
    import httpx

#: Seconds that one request may wait for its turn before the run ends and goes on at the next one.
PATIENCE: Final = 900.0
_CONNECT, _READ = 20.0, 120.0
_LARGEST: Final = 256 * 1024 * 1024
#: What to wait where a platform says "too fast" and not how long.
SLOW_DOWN: Final = 10.0


@dataclass(frozen=True, slots=True)
class Timing:
    """The clock, and how long to be patient; tests do not wait."""

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    patience: float = PATIENCE


class TryAgainError(Exception):
    """An answer, or none, after which the same request is to be sent again."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.then)
        self.verdict = verdict


class Wire:
    """An open connection to a platform.

    Raises:
        NotInstalledError: the libraries for it are not there.
    """

    def __init__(self, name: str, pace: Pace, timing: Timing) -> None:
        try:
            import httpx  # noqa: PLC0415  an optional extra
            import tenacity  # noqa: F401, PLC0415  likewise
        except ImportError:
            raise errors.NotInstalledError from None
        self._name = name
        self._pace = pace
        self._timing = timing
        self._last = 0.0
        timeout = httpx.Timeout(_READ, connect=_CONNECT)
        headers = {"Accept": "application/json"}
        # A redirect would take the credentials elsewhere.
        self._http = httpx.Client(timeout=timeout, follow_redirects=False, headers=headers)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def send(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        *,
        body: Any = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request and return its answer, whatever it says.

        Raises:
            TryAgainError: there is no answer, or one that breaks off.
            BadRequestError: the address is none.
        """
        import httpx  # noqa: PLC0415  an optional extra

        self._keep_pace()
        data = None if form is None else dict(form)
        try:
            with self._http.stream(method, address, headers=dict(headers), json=body, data=data) as response:
                raw = _limited(response)
        except httpx.TransportError as error:
            raise TryAgainError(Verdict("again", None, type(error).__name__, lost=True)) from None
        except (httpx.InvalidURL, httpx.DecodingError) as error:
            raise errors.BadRequestError(platform=self._name, message=type(error).__name__) from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(response.status_code, headers, _json(raw), self._timing.clock())
        self._slow_down(answer)
        return answer

    def _keep_pace(self) -> None:
        """Leave the time between requests that the platform wants."""
        left = self._last + self._pace.every - self._timing.clock()
        if self._pace.every and left > 0:
            self._timing.sleep(left)
        self._last = self._timing.clock()

    def _slow_down(self, answer: Answer) -> None:
        """Let a bucket that is nearly full run half empty before the next request."""
        pace = self._pace
        if pace.used_header:
            used, _, most = answer.headers.get(pace.used_header.lower(), "").partition("/")
            full, size = number(used), number(most)
            if full is not None and size and full > size * 9 / 10:
                self._timing.sleep(float(full - size / 2) / pace.leak)
        if pace.left_header:
            left = number(answer.headers.get(pace.left_header.lower(), ""))
            if left is not None and left <= 1:
                self._timing.sleep(1 / pace.leak if pace.leak else SLOW_DOWN)


def _limited(response: httpx.Response) -> bytes:
    pieces, size = [], 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > _LARGEST:
            return b""
        pieces.append(piece)
    return b"".join(pieces)


def _json(raw: bytes) -> Any:
    try:
        return parsed(raw)
    except (ValueError, RecursionError):
        return None
