"""Headings that were understood by a spelling that no file of the platform has shown yet: said once, then believed.

The mapping files mark every spelling with its evidence. One read from other people's code (C) or recalled (R) is
accepted, but the first file that brings it says so, and whoever imports it looks whether the columns mean that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from laban.sources.mapping import Evidence
from laban.sources.model import Finding, Reading
from laban.sources.table import Table

CODE = "alias_unconfirmed"
#: Between the headings of a finding, so that the log can be asked for each of them again.
BETWEEN = " · "
_UNSEEN = ("C", "R")
_LONGEST = 120


def unseen_headings(table: Table) -> Mapping[str, Evidence]:
    """Return the headings of the columns that are read and whose spelling no real file vouches for."""
    platform = table.match.platform
    marks = {raw.heading[:_LONGEST]: platform.evidence(raw.heading) for raw in table.raws.values()}
    return {heading: mark for heading, mark in marks.items() if mark in _UNSEEN}


def recalled(unseen: Mapping[str, Evidence]) -> tuple[str, ...]:
    """Return the headings that only memory speaks for."""
    return tuple(heading for heading, mark in unseen.items() if mark == "R")


def with_notice(reading: Reading, accepted: Collection[str]) -> Reading:
    """Return the reading with a notice of its unseen headings, but for those that were accepted before."""
    new = [heading for heading in reading.unseen if heading not in accepted]
    if not new or reading.status != "loaded":
        return reading
    notice = Finding(
        "warning" if set(new) & set(reading.recalled) else "info",
        CODE,
        values={"headings": BETWEEN.join(new)},
    )
    return replace(reading, findings=(*reading.findings, notice), bulk=_noticed(reading, notice))


def _noticed(reading: Reading, notice: Finding) -> object:
    """Return the plan of a large file, which is read only later, with the notice on what will have been read."""
    plan = reading.bulk
    if plan is None:
        return None

    def noticed(later: Reading) -> Reading:
        return replace(later, findings=(*later.findings, notice)) if later.status == "loaded" else later

    return replace(plan, finish=lambda outcome: noticed(plan.finish(outcome)), slow=lambda: noticed(plan.slow()))


def headings_of(notice: Mapping[str, str]) -> list[str]:
    """Return the headings that a notice in the log names, from its values."""
    return str(notice.get("headings", "")).split(BETWEEN)
