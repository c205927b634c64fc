"""One campaign under several names: which spellings are the same for sure, and which a person should look at.

Sure are spellings that are equal after evening out case, accents and separators, of which one is a tag that visits
came with; and what a person confirmed. ``campaigns.yaml`` in the workspace keeps what people said:

    campaigns:
    - {name: Tết 2026, names: [tet_2026, TET-2026 Meta]}
    apart:
    - [Tết 2026, tet_2026_kol]
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations
from typing import Any, Final, Literal

import yaml

from laban.i18n import Phrase

FILE: Final = "campaigns.yaml"
#: Two names that are less alike are not worth a person's look.
ALIKE: Final = 0.72
#: Names that are compared with each other; the ones with the most money and visits first.
MOST_COMPARED: Final = 600
MOST_DOUBTFUL: Final = 60
#: Equal letters say less than equal words.
_LETTERS: Final = 0.9
_NUMBER: Final = re.compile(r"\d+")
#: Words of names that tell nothing of which campaign it is.
_EMPTY_WORDS: Final = frozenset(
    {"campaign", "chien", "dich", "ads", "ad", "qc", "cp", "cpc", "utm", "vn", "new", "copy"}
)

Reason = Literal["id", "tag_is_id", "equal", "close"]
#: What is the likelier to be right comes first.
WEIGHT: Final[Mapping[Reason, float]] = {"id": 1.0, "tag_is_id": 1.0, "equal": 0.95, "close": 0.0}


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name as files write it, and where: ``tagged`` as a tag of visits or links, ``ads`` on an ad platform.

    ``ids`` are (platform, the platform's own number).
    """

    name: str
    tagged: bool = False
    ads: bool = False
    platforms: tuple[str, ...] = ()
    ids: frozenset[tuple[str, str]] = frozenset()
    rows: int = 0
    spend: Decimal = Decimal(0)
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """What a person said is one campaign: its name, and every spelling of it."""

    name: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """What people said: campaigns, and pairs of names that are not one."""

    campaigns: tuple[Campaign, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    faults: tuple[Phrase, ...] = field(default=(), compare=False)

    def confirm(self, names: Iterable[str], name: str) -> Book:
        """Return the book with some spellings being one campaign, ``name``; what they were part of comes along."""
        wanted = {*names, name}
        joined = [one for one in self.campaigns if wanted & {one.name, *one.names}]
        every = wanted.union(*({one.name, *one.names} for one in joined))
        kept = tuple(one for one in self.campaigns if one not in joined)
        apart = tuple(pair for pair in self.apart if not set(pair) <= every)
        return replace(self, campaigns=(*kept, Campaign(name, tuple(sorted(every - {name})))), apart=apart)

    def separate(self, one: str, other: str) -> Book:
        """Return the book with two spellings not being one campaign."""
        pair = (min(one, other), max(one, other))
        kept = []
        for campaign in self.campaigns:
            if {one, other} <= {campaign.name, *campaign.names}:
                gone = other if other != campaign.name else one
                campaign = replace(campaign, names=tuple(n for n in campaign.names if n != gone))  # noqa: PLW2901  the same campaign with a name less
            if campaign.names:
                kept.append(campaign)
        return replace(self, campaigns=tuple(kept), apart=tuple(dict.fromkeys((*self.apart, pair))))

    def is_apart(self, one: str, other: str) -> bool:
        """Return whether a person said that two spellings are not one campaign."""
        return (min(one, other), max(one, other)) in self.apart


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Two spellings that may be one campaign: why, and how alike they are (0 to 1)."""

    one: Spelling
    other: Spelling
    reason: Reason
    score: float


@lru_cache(maxsize=50_000)
def key_of(name: str) -> str:
    """Return a name without case, accents and separators: ``Tết_2026`` and ``tet 2026`` are one."""
    bare = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    plain = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", plain))


def canonical(spellings: Iterable[Spelling], book: Book) -> dict[str, str]:
    """Return the name of the campaign for every spelling that is not that name itself."""
    known = {one.name: one for one in spellings}
    said = {name: one.name for one in reversed(book.campaigns) for name in (one.name, *one.names)}
    by_key: dict[str, list[Spelling]] = defaultdict(list)
    for one in known.values():
        if key := key_of(one.name):
            by_key[key].append(one)
    found = dict(said)
    for group in by_key.values():
        if len(group) > 1 and any(one.tagged for one in group):
            for cluster in _clusters(sorted(group, key=_preferred), said, book):
                name = next((said[one.name] for one in cluster if one.name in said), cluster[0].name)
                found.update({one.name: name for one in cluster})
    return {spelling: name for spelling, name in found.items() if spelling != name}


def _clusters(group: Sequence[Spelling], said: Mapping[str, str], book: Book) -> list[list[Spelling]]:
    """Put every spelling to the first others that nobody told it apart from; what was said stays as it was said."""
    clusters: list[list[Spelling]] = []
    for one in group:
        for cluster in clusters:
            names = {said[each.name] for each in (*cluster, one) if each.name in said}
            if len(names) < 2 and not any(book.is_apart(one.name, each.name) for each in cluster):
                cluster.append(one)
                break
        else:
            clusters.append([one])
    return clusters


def _preferred(one: Spelling) -> tuple[Any, ...]:
    """What a person would call it: a platform's name rather than a tag, with accents, without underscores."""
    accents = sum(not letter.isascii() for letter in one.name)
    return (not one.ads, -accents, one.name.count("_"), one.name.casefold(), one.name)


def doubtful(spellings: Iterable[Spelling], book: Book) -> tuple[Doubtful, ...]:
    """Return the pairs that may be one campaign and are not yet, the likeliest first."""
    ranked = sorted(spellings, key=lambda one: (-one.spend, -one.rows, one.name))[:MOST_COMPARED]
    names = canonical(ranked, book)
    best: dict[tuple[str, str], Doubtful] = {}
    for one, other in _pairs(ranked):
        ends = names.get(one.name, one.name), names.get(other.name, other.name)
        if ends[0] == ends[1] or book.is_apart(one.name, other.name) or book.is_apart(*ends):
            continue
        found = _judged(one, other)
        if found is not None:
            place = (min(ends), max(ends))
            if place not in best or best[place].score < found.score:
                best[place] = found
    return tuple(sorted(best.values(), key=lambda each: (-each.score, -each.one.spend, each.one.name)))[
        :MOST_DOUBTFUL
    ]


def _pairs(ranked: Sequence[Spelling]) -> Iterator[tuple[Spelling, Spelling]]:
    """Pairs that share a word or a number of a platform; each once."""
    blocks: dict[Any, list[int]] = defaultdict(list)
    for place, one in enumerate(ranked):
        for word in {*key_of(one.name).split(), *one.ids, *((p, one.name) for p, _ in one.ids), one.name}:
            blocks[word].append(place)
        for _, number in one.ids:
            blocks[number].append(place)
    # A word that many names have tells none of them from the others.
    common = max(20, min(80, len(ranked) // 2))
    pairs = {
        pair
        for word, block in blocks.items()
        if word not in _EMPTY_WORDS and len(block) <= common
        for pair in combinations(sorted(set(block)), 2)
    }
    return ((ranked[a], ranked[b]) for a, b in sorted(pairs))


def _judged(one: Spelling, other: Spelling) -> Doubtful | None:
    reason, score = _reason(one, other)
    return Doubtful(one, other, reason, score) if reason else None


def _reason(one: Spelling, other: Spelling) -> tuple[Any, float]:
    if one.ids & other.ids:
        return "id", WEIGHT["id"]
    if any(tag.tagged and tag.name in {n for _, n in ad.ids} for tag, ad in ((one, other), (other, one))):
        return "tag_is_id", WEIGHT["tag_is_id"]
    mine, theirs = key_of(one.name), key_of(other.name)
    if mine == theirs:
        return "equal", WEIGHT["equal"]
    if one.platforms == other.platforms and len(one.platforms) == 1:
        return None, 0.0  # one platform gives two names to two campaigns
    score = alike(mine, theirs)
    return ("close", score) if score >= ALIKE else (None, 0.0)


def alike(one: str, other: str) -> float:
    """Return how alike two keys are, from 0 to 1; names with different numbers are not."""
    if set(_NUMBER.findall(one)) != set(_NUMBER.findall(other)):
        return 0.0
    mine, theirs = set(one.split()), set(other.split())
    mine, theirs = mine - _EMPTY_WORDS or mine, theirs - _EMPTY_WORDS or theirs
    shared = len(mine & theirs)
    words = 2 * shared / (len(mine) + len(theirs)) if shared else 0.0
    if words >= ALIKE:
        return round(words, 3)
    return round(max(words, _letters("".join(sorted(mine)), "".join(sorted(theirs))) * _LETTERS), 3)


def _letters(one: str, other: str) -> float:
    """How alike the letters are; zero where a look at their counts tells that they are not alike enough."""
    found, least = SequenceMatcher(None, one, other, autojunk=False), ALIKE / _LETTERS
    if found.real_quick_ratio() < least or found.quick_ratio() < least:
        return 0.0
    return found.ratio()


# reading and writing


def read(text: str) -> Book:
    """Read ``campaigns.yaml``; what is wrong in it is told and left out."""
    try:
        found = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return Book(faults=(Phrase.of("campaigns.unreadable", line=mark.line + 1 if mark else 1),))
    campaigns = found.get("campaigns") or [] if isinstance(found, dict) else None
    apart = found.get("apart") or [] if isinstance(found, dict) else None
    if not isinstance(campaigns, list) or not isinstance(apart, list):
        return Book(faults=(Phrase.of("campaigns.shape"),))
    faults: list[Phrase] = []
    kept: list[Campaign] = []
    for number, entry in enumerate(campaigns, 1):
        if isinstance(entry, dict) and _is_name(entry.get("name")) and _are_names(entry.get("names")):
            kept.append(Campaign(entry["name"], tuple(entry["names"])))
        else:
            faults.append(Phrase.of("campaigns.entry_fault", number=number))
    pairs = [(min(p), max(p)) for p in apart if _are_names(p) and len(p) == 2]
    if len(pairs) < len(apart):
        faults.append(Phrase.of("campaigns.apart_fault"))
    return Book(tuple(kept), tuple(dict.fromkeys(pairs)), tuple(faults))


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(_is_name(one) for one in value)


def write(book: Book) -> str:
    """Return the text of ``campaigns.yaml``; empty where nobody said anything."""
    said: dict[str, Any] = {}
    if book.campaigns:
        said["campaigns"] = [{"name": one.name, "names": list(one.names)} for one in book.campaigns]
    if book.apart:
        said["apart"] = [list(pair) for pair in book.apart]
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=110) if said else ""
