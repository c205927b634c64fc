"""Files of a platform's answers without some people: what identifies them is emptied, their figures stay."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from laban.errors import LabanError
from laban.sources.apis.capture import Asked, answer_line
from laban.sources.apis.definitions import definition
from laban.sources.apis.layout import rows_of
from laban.sources.apis.model import Definition, Stream
from laban.sources.privacy import People

#: Kinds of columns whose cells say who somebody is.
_WHO = frozenset({"pii_hash", "pii_drop", "term"})


def answers_without(path: Path, people: People) -> tuple[bytes | None, int] | None:
    """Return the file without ``people`` and how many values were emptied; None when none of them is in it.

    A file that another version of Laban wrote can only be thrown away, if it names one of them.
    """
    first, *lines = path.read_text("utf-8").splitlines()
    try:
        asked = Asked.parse(first)
        made = definition(asked.platform)
        pages = [json.loads(line) for line in lines if line.strip()]
        emptied = sum(_mend(row, who, people) for row, who in _rows(made, made.stream(asked.stream), pages))
    except (ValueError, KeyError, LabanError):
        return (None, 0) if any(people.names_one(line) for line in lines) else None
    kept = [first, *(answer_line(page) for page in pages)]
    return (("\n".join(kept) + "\n").encode(), emptied) if emptied else None


def _rows(made: Definition, stream: Stream, pages: list[Any]) -> Iterator[tuple[Any, frozenset[str]]]:
    columns = made.platform.columns
    parts = [part for name, part in stream.fields.items() if columns[name].kind in _WHO]
    who = frozenset(path.rsplit(".", 1)[-1] for part in parts for path in _paths(part))
    for page in pages:
        for row in rows_of(stream.call, page):
            yield row, who


def _paths(expression: Any) -> Iterator[str]:
    """Yield every path that an expression may read."""
    if isinstance(expression, str):
        yield expression
    elif isinstance(expression, Mapping):
        for part in expression.values():
            yield from _paths(part)
    elif isinstance(expression, list):
        for part in expression:
            yield from _paths(part)


def _mend(row: Any, who: frozenset[str], people: People) -> int:
    """Empty what says whose a row is, if it is one of theirs; return how many values that were."""
    if not any(_names(name, value, who, people) for name, value in _leaves(row, "")):
        return 0
    return _empty(row, "", who, people)


def _names(name: str, value: Any, who: frozenset[str], people: People) -> bool:
    """Return whether a value names one of ``people``; numbers of orders and moments are no phones."""
    if name in who:
        return isinstance(value, (str, int)) and people.names_one(str(value))
    return isinstance(value, str) and not value.isdigit() and people.names_one(value)


def _leaves(tree: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Mapping):
        for key, part in tree.items():
            yield from _leaves(part, key)
    elif isinstance(tree, list):
        for part in tree:
            yield from _leaves(part, name)
    else:
        yield name, tree


def _empty(tree: Any, name: str, who: frozenset[str], people: People) -> int:
    """Empty the values in ``tree`` that tell who, and those that name one of ``people`` anywhere else."""
    emptied = 0
    places = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, part in list(places):
        called = key if isinstance(tree, dict) else name
        if isinstance(part, (dict, list)):
            emptied += _empty(part, called, who, people)
        elif part not in (None, "") and (called in who or _names(called, part, who, people)):
            tree[key] = ""
            emptied += 1
    return emptied
