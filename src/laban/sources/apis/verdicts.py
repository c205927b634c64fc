"""What an answer means: decided by the platform's rules first, then by what HTTP says everywhere. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final

from laban.sources.apis.fields import number, value_at
from laban.sources.apis.model import Definition, Rule, Then

#: Statuses that may be gone at the next try.
_PASSING: Final = frozenset({408, 409, 423, 425, 500, 502, 503, 504, 520, 521, 522, 524, 529})
_USUAL: Final[Mapping[int, Then]] = {
    401: "expired",
    403: "forbidden",
    404: "missing",
    410: "outdated",
    426: "outdated",
}
#: Where platforms put a sentence about what is wrong.
_MESSAGES: Final = (
    *("error.message", "0.error.message", "message", "errors.0.message", "detail", "error_description"),
    *("responseStatus.message", "errors", "error", "title"),
)
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came: ``body`` is its JSON, None where it is none; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Any
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with an answer: ``seconds`` to wait (None: not said), ``message`` in the platform's own words.

    ``lost``: there was no answer, or none that is whole.
    """

    then: Then
    seconds: float | None = None
    message: str = ""
    lost: bool = False


def judge(made: Definition, answer: Answer) -> Verdict:
    """Return what an answer means."""
    rule = next((rule for rule in made.rules if _fits(rule, answer)), None)
    then = rule.then if rule is not None else _usual(answer)
    if then == "good":
        return Verdict("good")
    fallback = rule.seconds if rule is not None and rule.seconds else None
    waiting = retry_after(answer)
    lost = answer.body is None and 200 <= answer.status < 300
    return Verdict(then, fallback if waiting is None else waiting, _message(made, answer), lost)


def _fits(rule: Rule, answer: Answer) -> bool:
    if rule.status and answer.status not in rule.status:
        return False
    if not rule.at:
        return True
    values = _values(answer.body, rule.at)
    if rule.those:
        return any(value in rule.those for value in values)
    if rule.not_those:
        return any(value not in rule.not_those for value in values)
    return bool(values)


def _values(body: Any, path: str) -> list[str]:
    """Return what stands at a path as texts; an empty list or a missing value is nothing."""
    found = value_at(body, path)
    if found is None or found in ([], {}, ""):
        return []
    return [str(found)]


def _usual(answer: Answer) -> Then:
    if 200 <= answer.status < 300:
        # A body that breaks off in the middle is no JSON, whatever the status says.
        return "good" if answer.body is not None else "again"
    if answer.status == 429:
        return "wait"
    if answer.status in _PASSING:
        return "again"
    return _USUAL.get(answer.status, "bad")


def retry_after(answer: Answer) -> float | None:
    """Return the seconds that ``Retry-After`` asks for (RFC 9110: a number, or a date), or None."""
    said = answer.headers.get("retry-after", "").strip()
    if not said:
        return None
    seconds = number(said)
    if seconds is not None:
        return max(0.0, float(seconds))
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - answer.at)
    except (TypeError, ValueError):
        return None


def _message(made: Definition, answer: Answer) -> str:
    """Return the platform's own sentence, short and on one line."""
    for path in (*made.message, *_MESSAGES):
        found = value_at(answer.body, path)
        if isinstance(found, Sequence) and not isinstance(found, str):
            found = ", ".join(str(item) for item in found[:3] if isinstance(item, str))
        if isinstance(found, str) and found.strip():
            return " ".join(found.split())[:_LONGEST].rstrip(".")
    return f"HTTP {answer.status}"
