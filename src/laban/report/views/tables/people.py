"""What the retention and survey pages have besides tables: cohorts of customers, and what people wrote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from laban.metrics import people
from laban.metrics.people import CohortCount
from laban.periods import Period, buckets, trailing, unit_of
from laban.report.views.parts import Frame, Source
from laban.report.views.tables.model import Cohort, Comment

#: Months of first orders shown, and followed.
MONTHS = 12
#: A group of fewer answers is not shown: it would point at people.
LEAST_ANSWERS = 5
#: Texts shown per group.
TEXTS = 5


def cohorts(source: Source, around: Frame) -> tuple[Cohort, ...]:
    """Return the last months' customers by the month of their first order, newest first.

    Months are followed up to yesterday, whatever the page's period: a cohort is never over.
    """
    yesterday = source.today - timedelta(days=1)
    last = min(around.elapsed.last, yesterday)
    days = trailing(unit_of(last, "month"), MONTHS)
    counts: dict[date, dict[date, CohortCount]] = defaultdict(dict)
    for found in people.cohort_counts(source.catalogue, source.warehouse, days):
        counts[found.first][found.bought] = found
    months = buckets(days, "month")
    made = (_cohort(month, months, counts[month.start], yesterday) for month in months if month.start in counts)
    return tuple(made)[::-1]


def _cohort(month: Period, months: Sequence[Period], bought: dict[date, CohortCount], yesterday: date) -> Cohort:
    size = bought[month.start].customers
    later = [other for other in months if other.start > month.start and other.start <= yesterday]
    shares = tuple(bought[other.start].customers / size if other.start in bought else 0.0 for other in later)
    still_open = len(later) - 1 if later and later[-1].last > yesterday else None
    return Cohort(month, size, shares, _worth(size, [bought.get(m.start) for m in (month, *later)]), still_open)


def _worth(size: int, bought: Sequence[CohortCount | None]) -> tuple[float | None, ...]:
    """Revenue so far per customer; unknown from the first month on whose revenue is not known."""
    amounts = [Decimal(0) if found is None else found.revenue for found in bought]
    sums: list[float | None] = []
    running: Decimal | None = Decimal(0)
    for amount in amounts:
        running = None if running is None or amount is None else running + amount
        sums.append(None if running is None else float(running / size))
    return tuple(sums)


def comments(source: Source, around: Frame) -> tuple[tuple[Comment, ...], int]:
    """Return what people wrote in the period by group, and how many groups are too small to be shown."""
    found, hidden = people.answers_by_group(
        source.catalogue, source.warehouse, around.elapsed, least=LEAST_ANSWERS, texts=TEXTS
    )
    made = tuple(Comment(a.touchpoint, cast("Any", a.group), a.answers, a.texts) for a in found)
    return made, hidden
