"""Words and numbers in the reader's language.

Sentences live in ``messages/<area>.<lang>.toml`` as ``key = "text with {placeholders}"``; an area is one file
per language so that a sentence has one home. Numbers, dates and money follow CLDR through Babel.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("vi", "en")
DEFAULT_LANGUAGE = "vi"


@cache
def messages(lang: str) -> dict[str, str]:
    """Return every message of ``lang`` by its dotted key."""
    found: dict[str, str] = {}
    folder = resources.files(__name__) / "messages"
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(f".{lang}.toml"):
            _flatten(tomllib.loads(entry.read_text("utf-8")), "", found)
    return found


def _flatten(tree: dict[str, Any], prefix: str, into: dict[str, str]) -> None:
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            _flatten(value, f"{key}.", into)
        else:
            into[key] = str(value)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of a sentence that is itself in the message files; put into words together with the sentence."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, key: str, /, **values: Any) -> Phrase:
        """Return the phrase ``key`` with ``values`` for its placeholders."""
        return cls(key, values)

    def text(self, lang: str) -> str:
        """Return the phrase in ``lang``."""
        return translate(lang, self.key, **self.values)

    def __str__(self) -> str:
        return self.text("en")


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages, where they stand in data and not in the message files."""

    vi: str = ""
    en: str = ""

    def of(self, lang: str) -> str:
        """Return the words in ``lang``."""
        return self.vi if lang == "vi" else self.en


def translate(lang: str, key: str, /, **values: Any) -> str:
    """Return the sentence ``key`` in ``lang`` with its placeholders filled.

    A value that is a ``Phrase`` or a ``Text`` is put into the same language; a tuple is listed.

    Raises:
        KeyError: the key does not exist in that language.
    """
    text = messages(lang)[key]
    if not values:
        return text
    return text.format(**{name: _said(value, lang) for name, value in values.items()})


def _said(value: Any, lang: str) -> Any:
    match value:
        case Phrase():
            return value.text(lang)
        case Text():
            return value.of(lang)
        case tuple():
            return ", ".join(str(_said(item, lang)) for item in value)
        case _:
            return value


def best_language(accept: str | None, default: str = DEFAULT_LANGUAGE) -> str:
    """Choose a language from an ``Accept-Language`` header (RFC 9110, quality values included)."""
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate((accept or "").split(",")):
        tag, _, params = part.strip().partition(";")
        lang = tag.split("-")[0].lower()
        if lang in LANGUAGES:
            quality = params.strip().removeprefix("q=")
            try:
                ranked.append((-float(quality or 1), place, lang))
            except ValueError:
                continue
    return min(ranked)[2] if ranked else default
