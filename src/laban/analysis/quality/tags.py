"""Checks over the tags that visits carry: one source in several spellings, words that no channel knows.

A channel is told from ``source / medium`` by the channel rules of the workspace, so a tag outside them sends its
visits into "other"; the same naming rules hold for addresses that are tagged here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

from laban.analysis.quality.evidence import Doubt, Evidence, SourceMedium
from laban.periods import Period
from laban.tagging import utm
from laban.tagging.channels import Tag

_DAY = timedelta(days=1)
#: Below this many visits, or this share of them, a tag is somebody's slip and not worth a sentence.
_VISITS = 20
_SHARE = 0.002
_NAMED = 5
_NOT_SET = re.compile(r"\s*\(?not set\)?\s*", re.IGNORECASE)


def spellings(evidence: Evidence) -> Iterator[Doubt]:
    """The same source and medium written in several ways: each way is a source of its own in every table."""
    written: dict[str, list[SourceMedium]] = defaultdict(list)
    for tag in evidence.tags:
        written[re.sub(r"[\s_\-.]+", "", tag.text.casefold())].append(tag)
    several = [group for group in written.values() if len(group) > 1 and _counts(evidence, group[1:])]
    for group in sorted(several, key=lambda group: -sum(tag.sessions for tag in group))[:_NAMED]:
        ranked = sorted(group, key=lambda tag: -tag.sessions)
        values = {
            "usual": ranked[0].text,
            "others": tuple(tag.text for tag in ranked[1:]),
            "sessions": sum(tag.sessions for tag in ranked[1:]),
        }
        yield Doubt("tag_spelling", "info", ("fact_web_sessions",), ("source_medium",), "", "", _span(group), values)


def outside_rules(evidence: Evidence) -> Iterator[Doubt]:
    """Tags whose medium no channel knows, or that have none or capital letters or blanks in them."""
    outside = [tag for tag in evidence.tags if _breaks(tag.text, evidence)]
    if not outside or not _counts(evidence, outside):
        return
    ranked = sorted(outside, key=lambda tag: -tag.sessions)
    values = {"tags": tuple(tag.text for tag in ranked[:_NAMED]), "sessions": sum(tag.sessions for tag in outside)}
    facts, columns = ("fact_web_sessions",), ("source_medium", "channel_group")
    yield Doubt("tag_outside_rules", "warning", facts, columns, "", "", _span(outside), values)


def _breaks(text: str, evidence: Evidence) -> bool:
    if _NOT_SET.fullmatch(text):
        return False  # the tool could not tell; nobody wrote that
    source, slash, medium = (part.strip() for part in text.rpartition("/"))
    if not slash or not source or not medium:
        return True
    if evidence.channels.has_own(Tag(source, medium)):
        return False  # somebody here has said what it counts for
    return bool(utm.faults(Tag(source, medium), evidence.channels, evidence.tag_rules))


def _counts(evidence: Evidence, tags: Sequence[SourceMedium]) -> bool:
    visits = sum(tag.sessions for tag in tags)
    return visits >= _VISITS and visits >= _SHARE * sum(tag.sessions for tag in evidence.tags)


def _span(tags: Sequence[SourceMedium]) -> Period:
    return Period(min(tag.first for tag in tags), max(tag.last for tag in tags) + _DAY)
