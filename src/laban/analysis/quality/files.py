"""What importing said about files that still count: sums that differ from the file's own, periods half in."""

from __future__ import annotations

from collections.abc import Iterator

from laban.analysis.quality.days import days_of, runs
from laban.analysis.quality.evidence import Doubt, Evidence, FileFinding
from laban.periods import Period

#: Findings of an import that mean that days of it had no numbers then.
_HALF = {"days_without_numbers", "total_not_counted"}


def totals_differ(evidence: Evidence) -> Iterator[Doubt]:
    """Files whose rows do not add up to the total that stands in them."""
    for found in evidence.findings:
        if found.code == "total_differs":
            values = {"name": found.name, "column": found.column or "", **found.values}
            yield Doubt(
                *("total_differs", "error", found.facts, (), found.platform, "", found.period, values),
                import_id=found.import_id,
            )


def half_periods(evidence: Evidence) -> Iterator[Doubt]:
    """Totals over a longer period that stopped counting when a part of the period came in another file.

    Days that a later file has filled since are no longer told.
    """
    for found in evidence.findings:
        if found.code in _HALF and (open_days := _still_open(evidence, found)):
            period = Period(open_days[0].start, open_days[-1].end)
            values = {"name": found.name, "days": sum(run.days for run in open_days)}
            yield Doubt(
                *("half_period", "error", found.facts, (), found.platform, "", period, values),
                import_id=found.import_id,
            )


def _still_open(evidence: Evidence, found: FileFinding) -> list[Period]:
    if found.period is None:
        return []
    days = days_of(found.period.start, found.period.end)
    for span in evidence.covered:
        if span.fact in found.facts and span.platform == found.platform:
            days -= days_of(span.start, span.end)
    return list(runs(days))
