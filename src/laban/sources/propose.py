"""A proposal for a file nobody has seen: what it is about, and which of its columns is which.

Each heading is held against every spelling that any platform or sheet uses, in both languages, without accents; the
look of the values says which of the similar ones can be meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from laban.sources.looks import FITS, Look, look_of
from laban.sources.mapping import Column, plain
from laban.sources.sample import Sample
from laban.sources.subjects import NUMBERS, VALUE, Subject, spellings, subjects

#: Below this two texts are not taken for the same.
_SIMILAR = 0.78
#: A column is proposed from this on; heading and look together.
_ENOUGH = 0.55
#: What people shorten in a hurry, without accents.
_SHORT = {
    "hd": "hoa don", "dh": "don hang", "sdt": "so dien thoai", "kh": "khach hang", "sp": "san pham", "sl": "so luong",
    "nv": "nhan vien", "cp": "chi phi", "km": "khuyen mai", "qc": "quang cao", "tk": "tai khoan", "ck": "chiet khau",
    "no": "number", "qty": "quantity", "amt": "amount", "cust": "customer", "ord": "order", "rev": "revenue",
}  # fmt: skip
_NUMBERS: frozenset[Look] = frozenset({"count", "number", "money"})
#: What a subject loses for each column that it needs and that was not found.
_LACKS = 0.8
#: What a subject must reach before it is proposed instead of plain numbers of one's own.
_LEAST = 1.6


@dataclass(frozen=True, slots=True)
class Guess:
    """One column of the file: its heading, the look of its values, and the column it is proposed for, "" for none.

    ``score`` is between 0 and 1: how sure the proposal is.
    """

    heading: str
    look: Look
    column: str = ""
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file may be about, and each of its columns in the file's order."""

    subject: str
    guesses: tuple[Guess, ...]
    missing: tuple[str, ...] = ()


def propose(sample: Sample, subject: str = "") -> Proposal:
    """Return the best proposal, or the best one about ``subject``."""
    looks = tuple(look_of(heading, sample.column(place)) for place, heading in enumerate(sample.headings))
    alike = [_alike(_spelt_out(heading)) for heading in sample.headings]
    wanted = [subjects()[subject]] if subject else list(subjects().values())
    made = [(_propose(one, sample, looks, alike)) for one in wanted]
    if subject:
        return made[0][1]
    best = max(made, key=lambda pair: pair[0])
    if best[0] < _LEAST:
        return next(found for _, found in made if found.subject == NUMBERS)
    return best[1]


def _spelt_out(heading: str) -> str:
    words = plain(heading).replace(".", " ").replace("#", " ").split()
    return " ".join(_SHORT.get(word, word) for word in words)


def _propose(
    subject: Subject, sample: Sample, looks: tuple[Look, ...], alike: list[Mapping[tuple[str, str], float]]
) -> tuple[float, Proposal]:
    columns = {column.name: column for column in subject.columns}
    pairs = sorted(
        (
            (_sure(similar, looks[place], columns[name]), -place, name)
            for place, found in enumerate(alike)
            for (owner, name), similar in found.items()
            if owner == subject.id
        ),
        reverse=True,
    )
    taken: dict[int, tuple[str, float]] = {}
    used: set[str] = set()
    for score, place, name in pairs:
        if score >= _ENOUGH and -place not in taken and name not in used:
            taken[-place] = name, score
            used.add(name)
    _by_look(subject, sample, looks, taken, used)
    guesses = tuple(
        Guess(heading, looks[place], *taken.get(place, ("", 0.0))) for place, heading in enumerate(sample.headings)
    )
    missing = subject.missing(frozenset(used))
    return sum(score for _, score in taken.values()) - _LACKS * len(missing), Proposal(subject.id, guesses, missing)


def _by_look(
    subject: Subject, sample: Sample, looks: tuple[Look, ...], taken: dict[int, tuple[str, float]], used: set[str]
) -> None:
    """Fill what the headings leave open: the first day, the first amount, the key, and one's own numbers."""
    kinds: dict[str, Column] = {column.name: column for column in subject.columns}
    days = [place for place, look in enumerate(looks) if look in ("date", "moment") and place not in taken]
    needed = [name for table in subject.platform.tables for name in table.needs]
    when = next(
        (name for name in ("date", *needed) if name in kinds and kinds[name].kind in ("date", "datetime")), None
    )
    if when and when not in used and days:
        taken[days[0]] = when, 0.5
        used.add(when)
    _by_key(sample, looks, taken, used, [name for name in needed if name.endswith("_id") and name in kinds])
    amounts = [column.name for column in subject.columns if column.kind == "money"]
    free = [place for place, look in enumerate(looks) if look == "money" and place not in taken]
    if amounts and free and not used & set(amounts):
        taken[free[0]] = amounts[0], 0.45
        used.add(amounts[0])
    if subject.id == NUMBERS and "measure" not in used:
        for place, look in enumerate(looks):
            if look in _NUMBERS and place not in taken and sample.headings[place]:
                taken[place] = VALUE, 0.5
                used.update((VALUE, "measure"))


def _by_key(
    sample: Sample, looks: tuple[Look, ...], taken: dict[int, tuple[str, float]], used: set[str], keys: list[str]
) -> None:
    """Take the first column of codes in which none comes twice for the number that tells one thing from another."""
    for key in keys:
        for place, look in enumerate(looks):
            cells = [cell for cell in sample.column(place) if cell != ""]
            if key not in used and place not in taken and look == "code" and len(set(cells)) == len(cells) > 1:
                taken[place] = key, 0.5
                used.add(key)


def _sure(similar: float, look: Look, column: Column) -> float:
    if look == "empty":
        return similar * 0.6
    return similar * FITS[look].get(column.kind, 0.15)


@lru_cache(maxsize=2_000)
def _alike(heading: str) -> Mapping[tuple[str, str], float]:
    """Return the columns of subjects that a heading resembles, with how much."""
    found: dict[tuple[str, str], float] = {}
    if not heading:
        return found
    words = set(heading.split())
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(heading)
    for spelling, places in spellings().items():
        similar = 1.0 if spelling == heading else _similar(matcher, spelling, words)
        if similar < _SIMILAR:
            continue
        for place, worth in places.items():
            found[place] = max(found.get(place, 0.0), similar * worth)
    return found


def _similar(matcher: SequenceMatcher[str], spelling: str, words: set[str]) -> float:
    other = set(spelling.split())
    if len(other) > 1 and other < words:
        return 0.8 + 0.15 * len(other) / len(words)
    if len(other) == 1 and other < words and len(words) <= 3 and len(spelling) >= 4:
        return 0.8
    if len(words) > 1 and words < other:
        return 0.75 + 0.15 * len(words) / len(other)
    matcher.set_seq1(spelling)
    if matcher.real_quick_ratio() < _SIMILAR or matcher.quick_ratio() < _SIMILAR:
        return 0.0
    return matcher.ratio() * 0.95
