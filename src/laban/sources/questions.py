"""Answers to questions that people wrote themselves: which column is which score, and on which scale.

A question is known by its words, so nothing is taken for granted: its answers must be numbers of the scale (or the
usual words for them), else the question is left out and named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from laban.i18n import Phrase
from laban.sources.book import Cell, text_of
from laban.sources.columns import EMPTY_TEXT, Raw
from laban.sources.mapping import plain
from laban.sources.table import Table

#: "5 - very satisfied", "10 (certainly)", "4/5", "9 điểm", "5 stars".
_LED = re.compile(r"(\d{1,2})\s*(?:[-–—:.)(/⭐★].*|điểm.*|sao|stars?|points?)?", re.IGNORECASE | re.DOTALL)
_STARS = re.compile(r"[⭐★]\ufe0f?(?:\s?[⭐★]\ufe0f?){0,9}")
_STATED = re.compile(r"(?<!\d)(?P<low>[01])\s*(?:-|–|—|to|đến|tới|\.\.)\s*(?P<high>\d{1,2})(?!\d)")
_SATISFIED: Mapping[str, int] = {
    plain(text): score
    for score, texts in {
        5: ("very satisfied", "extremely satisfied", "rất hài lòng", "hoàn toàn hài lòng", "cực kỳ hài lòng"),
        4: ("satisfied", "somewhat satisfied", "hài lòng", "khá hài lòng"),
        3: ("neutral", "neither satisfied nor dissatisfied", "ok", "bình thường", "trung lập", "tạm được"),
        2: ("dissatisfied", "unsatisfied", "somewhat dissatisfied", "không hài lòng", "chưa hài lòng"),
        1: ("very dissatisfied", "extremely dissatisfied", "very unsatisfied", "rất không hài lòng"),
    }.items()
    for text in texts
}
_WORDS: Mapping[str, Mapping[str, int]] = {"csat": _SATISFIED}


def settle_questions(table: Table) -> None:
    """Read the answers of every scored question as numbers; leave out one whose answers are not on its scale."""
    for name, scale in table.options.get("questions", {}).items():
        raw = table.raws.get(name)
        if raw is None:
            continue
        scored = _scored(table, raw, name)
        fault = _fault(raw, scored, scale)
        if fault:
            table.context.notes.add("warning", fault, column=raw.heading, low=scale[0], high=scale[1])
            del table.raws[name]
            continue
        _say(table, raw, name)
        table.raws[name] = replace(raw, cells=scored)


def _say(table: Table, raw: Raw, name: str) -> None:
    meant = Phrase.of(f"finding.question.{name}")
    table.context.notes.add("info", "question_recognised", column=raw.heading, meant=meant)
    others = [place for place in table.match.columns[name] if place != raw.place]
    if others:
        left = " · ".join(text_of(table.block.headings[place]).strip()[:120] for place in others)
        table.context.notes.add("warning", "several_questions", column=raw.heading, others=left, meant=meant)


def _scored(table: Table, raw: Raw, name: str) -> list[Cell]:
    """Return the answers as numbers; words that are none become empty and are named."""
    words = _WORDS.get(name, {})
    found: list[Cell] = []
    for cell, line in zip(raw.cells, raw.lines, strict=True):
        score = score_of(cell, words)
        if score is None and text_of(cell).strip() not in EMPTY_TEXT:
            table.context.notes.add("warning", "not_a_score", row=line, column=raw.heading, value=text_of(cell))
        found.append("" if score is None else score)
    return found


def score_of(cell: Cell, words: Mapping[str, int]) -> int | None:
    """Return the score that an answer gives, or None if it gives none."""
    text = " ".join(text_of(cell).split())
    if found := _LED.fullmatch(text.removesuffix(".0")):
        return int(found[1])
    if _STARS.fullmatch(text):
        return sum(text.count(star) for star in "⭐★")
    return words.get(plain(text))


def _fault(raw: Raw, scored: Sequence[Cell], scale: Sequence[int]) -> str | None:
    low, high = scale
    there = [cell for cell in raw.cells if text_of(cell).strip() not in EMPTY_TEXT]
    numbers = [score for score in scored if isinstance(score, int)]
    if there and len(numbers) * 2 < len(there):
        return "question_not_scored"
    stated = _STATED.search(raw.heading)
    if stated and int(stated["high"]) != high:
        return "other_scale"
    return "other_scale" if any(not low <= number <= high for number in numbers) else None
