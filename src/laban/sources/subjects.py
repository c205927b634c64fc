"""What a file may be about when no platform is known to write it: the sheets of our own, and a few subjects more.

A subject is a mapping without headings of a platform. A person says which column of the file is which of its columns;
``laban.sources.drawn`` makes a mapping of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from laban.sources.derive import names_in
from laban.sources.mapping import Column, Platform, document, plain, platform_of, shipped

#: The subject whose numbers are named by the headings of the file.
NUMBERS = "numbers"
#: The column of that subject which several columns of a file may be.
VALUE = "value"
_NOT_CHOSEN = frozenset({"skip", "pii_drop"})
#: Columns that carry the amount a subject is about, so that one of them must be there.
_MEASURES = frozenset({"sum", "quantity", "money", "non", "stock"})


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject: its mapping, as plain values and read, and the columns that a person may choose."""

    id: str
    names: Mapping[str, str]
    platform: Platform
    columns: tuple[Column, ...]

    @property
    def raw(self) -> dict[str, Any]:
        """The mapping as plain values, to be changed at will."""
        return _raw(self.id)

    def missing(self, chosen: frozenset[str]) -> tuple[str, ...]:
        """Return the columns that are still wanted; of those that serve alike the first few. None if it is enough."""
        found = [lacking for table in self._tables() if (lacking := self._lacking(table, chosen)) is not None]
        return min(found, key=len, default=())

    def _tables(self) -> list[Any]:
        return [table for table in self.platform.tables if table.facts]

    def _lacking(self, table: Any, chosen: frozenset[str]) -> tuple[str, ...] | None:
        lacking = tuple(name for name in table.needs if name not in chosen)
        if lacking or not table.any or chosen & set(table.any):
            return lacking
        return tuple(table.any[:3])


@cache
def subjects() -> Mapping[str, Subject]:
    """Return every subject by id."""
    made = [*_own_sheets(), *_further()]
    return {subject.id: subject for subject in made}


def _own_sheets() -> Iterator[Subject]:
    for platform in shipped().values():
        if platform.template:
            yield _subject(platform.template, platform)


def _further() -> Iterator[Subject]:
    for raw in document("_subjects"):
        yield _subject(raw["id"], platform_of(raw))


def _subject(name: str, platform: Platform) -> Subject:
    columns = tuple(column for column in platform.columns.values() if column.kind not in _NOT_CHOSEN)
    return Subject(name, platform.names, platform, columns)


def _raw(name: str) -> dict[str, Any]:
    owner = next((p for p in shipped().values() if p.template == name), None)
    if owner is not None:
        loaded: dict[str, Any] = document(owner.id)
        return loaded
    found: dict[str, Any] = next(raw for raw in document("_subjects") if raw["id"] == name)
    return found


@cache
def spellings() -> Mapping[str, Mapping[tuple[str, str], float]]:
    """Return, per unaccented heading, the columns of subjects it may be, with how much that is worth (0 to 1).

    A subject's own spellings count whole. Those of a platform count for the subject whose column fills the same
    column of the same fact.
    """
    found: dict[str, dict[tuple[str, str], float]] = {}

    def note(text: str, place: tuple[str, str], worth: float) -> None:
        known = found.setdefault(plain(text), {})
        known[place] = max(known.get(place, 0.0), worth)

    fills: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for subject in subjects().values():
        for column in subject.columns:
            note(column.name.replace("_", " "), (subject.id, column.name), 0.9)
            for alias in column.aliases:
                note(alias.text, (subject.id, column.name), 1.0)
        for target, name in _filled(subject.platform):
            if any(column.name == name for column in subject.columns):
                fills.setdefault(target, set()).add((subject.id, name))
    for platform in shipped().values():
        for target, name in _filled(platform):
            for place in fills.get(target, ()):
                for alias in platform.columns[name].aliases:
                    if not alias.text.startswith("/"):
                        note(alias.text, place, 0.9)
    return found


def _filled(platform: Platform) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield which column of which fact each column of a platform fills by itself."""
    for table in platform.tables:
        for plan in table.facts:
            for target, expression in plan.columns.items():
                names = names_in(expression, platform) & platform.columns.keys()
                if len(names) == 1 or (target == "customer_key"):
                    yield from (((plan.fact, target), name) for name in names)
