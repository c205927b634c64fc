"""The list of checks, and how to run them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from laban.analysis.quality import accounts, ads, days, files, tags
from laban.analysis.quality.evidence import Doubt, Evidence

Check = Callable[[Evidence], Iterator[Doubt]]

#: Every check; a new one is a function more.
CHECKS: tuple[Check, ...] = (
    days.gaps,
    days.sudden_zero,
    days.stale,
    days.half_days,
    accounts.same_numbers,
    accounts.shared_orders,
    accounts.currency_changes,
    accounts.unit_jumps,
    accounts.without_rate,
    accounts.without_status,
    ads.spend_unseen,
    ads.conversions_above_clicks,
    ads.repeated_invoices,
    tags.spellings,
    tags.outside_rules,
    files.totals_differ,
    files.half_periods,
)


def doubts(evidence: Evidence) -> tuple[Doubt, ...]:
    """Return what every check finds, in the order of the checks."""
    return tuple(doubt for check in CHECKS for doubt in check(evidence))
