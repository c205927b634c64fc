"""Labels with known words: what a platform or a person writes, and the canonical word it stands for.

A platform's own words are a table of its mapping: ``"Đã giao": delivered``. A spelling may end, begin or be broken by
``*``; an empty word is known and says nothing ("unfulfilled"). A table of the name of a shared vocabulary adds to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from laban.sources.book import text_of
from laban.sources.columns import EMPTY_TEXT, Raw
from laban.sources.mapping import Platform, fold, plain, vocabularies, vocabulary
from laban.sources.notes import Notes


def finder(platform: Platform, name: str) -> Callable[[str], str | None]:
    """Return how a label is looked up in the vocabulary ``name``: the platform's own, then the shared one."""
    own = platform.words.get(name, {})
    shared = vocabulary(name) if name in vocabularies() else {}
    if not own:
        return lambda text: shared.get(plain(text))
    open_ended = [(_pattern(key), word) for key, word in own.items() if "*" in key]

    def find(text: str) -> str | None:
        folded = fold(text)
        if folded in own:
            return own[folded]
        found = next((word for pattern, word in open_ended if pattern.fullmatch(folded)), None)
        return shared.get(plain(text)) if found is None else found

    return find


def _pattern(spelling: str) -> re.Pattern[str]:
    return re.compile(re.escape(spelling).replace(r"\*", ".*"))


def read_words(raw: Raw, platform: Platform, notes: Notes) -> list[str | None]:
    """Read a column with a known vocabulary; an unknown word is noted and read as nothing."""
    find = finder(platform, raw.column.words)
    texts = [text_of(cell).strip() for cell in raw.cells]
    known = {text: None if text in EMPTY_TEXT else find(text) for text in set(texts)}
    lost = {text for text, word in known.items() if word is None} - EMPTY_TEXT
    if lost and raw.column.words in platform.words.keys() - vocabularies().keys():
        _say_unknown(raw, texts, lost, notes)
    elif lost:
        for text, line in zip(texts, raw.lines, strict=True):
            if text in lost:
                notes.add("warning", "unknown_word", row=line, column=raw.heading, value=text)
    return [known[text] or None for text in texts]


def _say_unknown(raw: Raw, texts: list[str], lost: set[str], notes: Notes) -> None:
    """Note each word once, with the first line that has it: a platform's word stands on many lines."""
    for text in sorted(lost, key=texts.index):
        line = raw.lines[texts.index(text)]
        notes.add("warning", "unknown_status", row=line, column=raw.heading, value=text, count=texts.count(text))


def read_flags(raw: Raw, platform: Platform, notes: Notes) -> list[bool | None]:
    """Read a yes-or-no column."""
    return [None if word is None else word == "true" for word in read_words(raw, platform, notes)]
