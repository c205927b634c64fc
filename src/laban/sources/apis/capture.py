"""The answers of an API as one file: a line that says what was asked, then each answer on a line of its own.

Such a file is imported, archived, undone and imported again like any other, so the warehouse can be made anew from
the archive without asking anybody.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from laban.errors import LabanError
from laban.sources.apis.definitions import definition
from laban.sources.apis.layout import emptied, layout
from laban.sources.book import UnreadableError
from laban.sources.combine import read_blocks
from laban.sources.model import Reading, ReadOptions
from laban.sources.notes import Notes
from laban.sources.reading import Context

MARK: Final = "answers 1"
_START: Final = f'{{"laban": "{MARK}"'


@dataclass(frozen=True, slots=True)
class Asked:
    """What a file of answers answers: a stream of a platform, for the days ``start <= day < end``.

    ``given`` are the connection's own words (never its secrets). ``again`` counts how often the answer for these
    days has changed, so that an answer that goes back to what it once was is still news.
    """

    platform: str
    stream: str
    start: date
    end: date
    zone: str
    account: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    again: int = 0

    def line(self) -> str:
        """Return the first line of the file."""
        said = {
            "laban": MARK,
            "platform": self.platform,
            "stream": self.stream,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "zone": self.zone,
            "account": self.account,
            "given": dict(sorted(self.given.items())),
            "again": self.again,
        }
        return json.dumps(said, ensure_ascii=False)

    @classmethod
    def parse(cls, line: str) -> Asked:
        """Read the first line of a file.

        Raises:
            ValueError: it does not say what was asked.
        """
        try:
            said = json.loads(line)
            return cls(
                platform=str(said["platform"]),
                stream=str(said["stream"]),
                start=date.fromisoformat(said["start"]),
                end=date.fromisoformat(said["end"]),
                zone=str(said["zone"]),
                account=str(said["account"]),
                given=dict(said["given"]),
                again=int(said["again"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(line[:80]) from error


def write_capture(path: Path, asked: Asked, answers: Iterable[Any]) -> int:
    """Write a file of answers; return how many there are."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(asked.line() + "\n")
        for count, answer in enumerate(answers, 1):  # noqa: B007  the count is what is returned
            file.write(answer_line(answer) + "\n")
    return count


def answer_line(answer: Any) -> str:
    """Return an answer as one line; the same answer is the same line, whatever the order it came in."""
    return json.dumps(answer, ensure_ascii=False, sort_keys=True)


def parsed(body: str | bytes) -> Any:
    """Return an answer's JSON; numbers with decimals stay texts, so that they are kept digit for digit.

    Raises:
        ValueError: it is no JSON.
    """
    return json.loads(body, parse_float=str)


def is_capture(head: bytes) -> bool:
    """Return whether a file is one of answers, by its first bytes."""
    return head.startswith(_START.encode())


def read_capture(path: Path, options: ReadOptions) -> Reading:
    """Read a file of answers as the table that the platform would have written; faults in it are findings."""
    context = Context(options, path, Notes())
    try:
        with path.open(encoding="utf-8") as file:
            asked = Asked.parse(file.readline())
            context.options = replace(options, account=asked.account or options.account)
            made = definition(asked.platform)
            stream = made.stream(asked.stream)
            block = layout(made, stream, asked, _answers(file), context)
        if block is None:
            return emptied(made, stream, asked, path.name)
        return read_blocks(made.platform, [block], context)
    except UnreadableError as found:
        fault = found
    except (ValueError, KeyError, LabanError):
        fault = UnreadableError("answers_unreadable")
    findings = (fault.finding(), *context.notes.finished())
    return Reading(path.name, context.platform, fault.status, findings=findings)


def _answers(lines: Iterable[str]) -> Iterator[Any]:
    return (json.loads(line) for line in lines if line.strip())
