"""Which texts are headings of which platform: the evidence that every other decision about a file rests on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from laban.sources.book import Sheet, is_blank, text_of
from laban.sources.mapping import Known, clean, fold, known, plain


@lru_cache(maxsize=8)
def _spellings(among: Known) -> Mapping[str, tuple[str, ...]]:
    """Return every folded heading with the platforms that write it; our own sheets also without accents."""
    found: dict[str, list[str]] = {}
    for platform in among.platforms.values():
        for text in {*platform.folded, *platform.unaccented}:
            found.setdefault(text, []).append(platform.id)
    return {text: tuple(ids) for text, ids in found.items()}


def platforms_of(heading: str) -> tuple[str, ...]:
    """Return the platforms that know this heading, by a literal spelling or else by a pattern."""
    return _platforms_of(heading, known())


@lru_cache(maxsize=20_000)
def _platforms_of(heading: str, among: Known) -> tuple[str, ...]:
    if not heading or len(heading) > 200:
        return ()
    spelt = _spellings(among)
    return spelt.get(fold(heading)) or spelt.get(plain(heading)) or _by_pattern(heading, among)


def _by_pattern(heading: str, among: Known) -> tuple[str, ...]:
    text, all_ = clean(heading), among.platforms.values()
    if not any(pattern.fullmatch(text) for pattern in _any_pattern(among)):
        return ()
    return tuple(p.id for p in all_ if any(pattern.fullmatch(text) for pattern, _ in p.patterns))


@lru_cache(maxsize=8)
def _any_pattern(among: Known) -> tuple[re.Pattern[str], ...]:
    """Return a few patterns that match what any platform's pattern matches: most cells of a file match none."""
    found = [pattern for platform in among.platforms.values() for pattern, _ in platform.patterns]
    # What refers to its own groups, or begins with flags of its own, cannot become a part of another pattern.
    parts = [p for p in found if not p.groups and not p.pattern.startswith("(?")]
    joined = [
        re.compile("|".join(f"(?:{p.pattern})" for p in parts if p.flags == flags), flags)
        for flags in sorted({p.flags for p in parts})
    ]
    return (*joined, *(p for p in found if p not in parts))


def known_headings(row: Sequence[object]) -> int:
    """Return how many different cells of a row are headings of some platform."""
    texts = {cell for cell in row if isinstance(cell, str) and cell}
    return sum(1 for text in texts if platforms_of(text)) if len(texts) < 3000 else 0


def first_texts(sheet: Sheet) -> str:
    """Return the first cells with something in them, as a person would recognise the file by; empty if none."""
    rows = ([clean(text_of(cell))[:40] for cell in row if not is_blank((cell,))] for row in sheet.rows)
    return ", ".join(next(filter(None, rows), [])[:8])
