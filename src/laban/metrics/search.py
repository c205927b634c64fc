"""Finding a KPI by what people call it: without accents, by abbreviation, by synonym, in either language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from laban.metrics.model import Kpi

_WORD = re.compile(r"[a-z0-9]+")
_Y_OR_I = re.compile(r"\b([bcdghklmnpqrstvx]+)y\b")


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Return ``text`` in lower case, without accents and marks, one spelling for y and i.

    Both "Tỷ lệ chuyển đổi" and "tỉ lệ chuyển đổi" give "ti le chuyen doi".
    """
    lowered = text.lower().replace("đ", "d")
    bare = "".join(c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c))
    return _Y_OR_I.sub(r"\1i", " ".join(_WORD.findall(bare)))


def ranked(kpis: Iterable[Kpi], text: str, lang: str) -> tuple[Kpi, ...]:
    """Return the KPIs that ``text`` may mean, best first; all of them, in order, for an empty text."""
    wanted = plain(text)
    if not wanted:
        return tuple(kpis) if not text.strip() else ()
    scored = [(_score(kpi, wanted, lang), place, kpi) for place, kpi in enumerate(kpis)]
    return tuple(kpi for score, _, kpi in sorted(scored, key=lambda s: (-s[0], s[1])) if score)


def _score(kpi: Kpi, wanted: str, lang: str) -> float:
    """Exact names and abbreviations first, then beginnings, then all words, then words in the meaning."""
    other = "en" if lang == "vi" else "vi"
    grades = (
        (100.0, [*kpi.abbreviations, kpi.id.replace("_", " ")]),
        (96.0, [kpi.name.of(lang)]),
        (94.0, [kpi.name.of(other)]),
        (90.0, list(kpi.synonyms.get(lang, ()))),
        (88.0, list(kpi.synonyms.get(other, ()))),
    )
    best = max((_match(wanted, [plain(name) for name in names]) * grade for grade, names in grades), default=0.0)
    if best:
        first_choice = 1.0 if kpi.priority == "seed" else 0.0
        return best + first_choice + (0.5 if kpi.role == "kpi" else 0.0)
    words = set(wanted.split())
    meaning = set(plain(kpi.meaning.of(lang)).split()) | set(plain(kpi.meaning.of(other)).split())
    return 10.0 if len(words) > 1 and words <= meaning else 0.0


def _match(wanted: str, names: Sequence[str]) -> float:
    """1 for the very name, less for a beginning, for whole words inside it, and for beginnings of words."""
    best = 0.0
    words = wanted.split()
    for name in names:
        have = name.split()
        if name == wanted:
            return 1.0
        if name.startswith(wanted + " "):
            best = max(best, 0.8)
        elif f" {wanted} " in f" {name} ":
            best = max(best, 0.7)
        elif all(word in have for word in words):
            best = max(best, 0.6)
        elif all(any(part.startswith(word) for part in have) for word in words) and len(wanted) > 1:
            best = max(best, 0.4)
    return best
