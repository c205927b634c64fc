"""Checks over days: holes between them, numbers that break off, sources that stopped, days cut in the middle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median

from laban.analysis.quality.evidence import AccountDay, Covered, Doubt, Evidence, Reach
from laban.periods import Period, tet

_DAY = timedelta(days=1)
#: Days around a hole that must be covered for it to be a hole, and the share of them.
_AROUND = 28
_DENSE = 0.8
#: A day is next to nothing at this share of the usual, and a run of such days must have missed this many events:
#: with fewer, nothing at all happens by chance often enough (Poisson: exp(-14) is below one in a million).
_NOTHING = Decimal("0.15")
_MISSED = 14
#: The other number that goes on must keep this share of its usual size.
_GOES_ON = Decimal("0.5")
#: What follows a loss must come back to this share of the usual within so many days; else something ended or shrank.
_COMES_BACK = Decimal("0.5")
_AFTER, _AFTER_KNOWN = 7, 3
#: Days around Tết on which no orders are no surprise.
_CLOSED_BEFORE, _CLOSED_AFTER = 3, 9
#: Days behind that every source is allowed, and the multiple of its usual step.
_LATE_DAYS = 7
_LATE_STEPS = 2
#: Facts that speak of days to come.
_PLANS = frozenset({"fact_budget_plan"})


@dataclass(frozen=True, slots=True)
class Watched:
    """A number whose sudden end means that counting stopped; ``beside`` must go on meanwhile, where it is named.

    ``rests``: it may stop around the new year, when everything is closed.
    """

    fact: str
    name: str
    beside: str = ""
    rests: bool = False


WATCHED = (
    Watched("fact_web_sessions", "sessions"),
    Watched("fact_web_sessions", "key_events", "sessions"),
    Watched("fact_web_sessions", "converting_sessions", "sessions"),
    Watched("fact_ad_performance", "conversions", "clicks"),
    Watched("fact_ad_performance", "clicks", "impressions"),
    Watched("fact_search_performance", "clicks"),
    Watched("fact_order", "orders", rests=True),
    Watched("fact_lead_event", "leads", rests=True),
)


def runs(days: Iterable[date]) -> Iterator[Period]:
    """Return days as runs without a hole."""
    start = before = None
    for day in sorted(set(days)):
        if start is None or before is None:
            start = day
        elif day - before > _DAY:
            yield Period(start, before + _DAY)
            start = day
        before = day
    if start is not None and before is not None:
        yield Period(start, before + _DAY)


def days_of(start: date, end: date) -> set[date]:
    """Return the days of a half-open range."""
    return {start + timedelta(days=n) for n in range((end - start).days)}


def _by_account(covered: Iterable[Covered]) -> dict[tuple[str, str, str], set[date]]:
    found: dict[tuple[str, str, str], set[date]] = defaultdict(set)
    for span in covered:
        found[span.fact, span.platform, span.account] |= days_of(span.start, span.end)
    return found


def gaps(evidence: Evidence) -> Iterator[Doubt]:
    """Days that no file covers, between days that files do cover; of snapshots now and then nothing is said."""
    found: dict[tuple[str, str, Period], set[str]] = defaultdict(set)
    for (fact, platform, account), days in _by_account(evidence.covered).items():
        for hole in runs(days_of(min(days), max(days) + _DAY) - days):
            if _is_dense(days, hole):
                found[platform, account, hole].add(fact)
    for (platform, account, hole), facts in found.items():
        yield Doubt("gap", "warning", tuple(sorted(facts)), (), platform, account, hole, {"days": hole.days})


def _is_dense(days: set[date], hole: Period) -> bool:
    """Whether the days around a hole are covered."""
    before, after = hole.start - _AROUND * _DAY, hole.end + _AROUND * _DAY
    around = days_of(max(before, min(days)), hole.start) | days_of(hole.end, min(after, max(days) + _DAY))
    return len(around & days) >= _DENSE * len(around)


def _series(evidence: Evidence) -> dict[tuple[str, str, str], dict[date, AccountDay]]:
    found: dict[tuple[str, str, str], dict[date, AccountDay]] = defaultdict(dict)
    for row in evidence.days:
        found[row.fact, row.platform, row.account][row.day] = row
    return found


def sudden_zero(evidence: Evidence) -> Iterator[Doubt]:
    """Runs of days on which next to nothing is left of a number: counting stopped, not the business.

    A number that stays low afterwards fell for another reason, such as a campaign that ended.
    """
    covered = _by_account(evidence.covered)
    for (fact, platform, account), rows in _series(evidence).items():
        known = covered.get((fact, platform, account), set()) or days_of(min(rows), max(rows) + _DAY)
        lost: set[date] = set()
        for watched in WATCHED:
            if watched.fact != fact:
                continue
            for run in _losses(watched, rows, sorted(known | set(rows))):
                if run.start in lost:
                    continue  # conversions end with the visits: one cause, one doubt
                lost |= days_of(run.start, run.end)
                values = {"measure": watched.name, "days": run.days}
                columns = (watched.name,) if watched.beside else ()
                yield Doubt("sudden_zero", "error", (fact,), columns, platform, account, run, values)


def _losses(watched: Watched, rows: Mapping[date, AccountDay], days: Sequence[date]) -> Iterator[Period]:
    values = {day: _value(rows, day, watched.name) for day in days}
    if all(value is None for value in values.values()):
        return
    low: list[date] = []
    usual: dict[date, Decimal] = {}
    missed: dict[date, Decimal] = {}
    good: list[Decimal] = []
    for day in days:
        value = values[day] or Decimal(0)
        before = good[-_AROUND:]
        mean = sum(before, Decimal(0)) / len(before) if len(before) >= _AROUND // 2 else Decimal(0)
        if (
            mean
            and value <= _NOTHING * mean
            and _goes_on(watched, rows, day)
            and not (watched.rests and _closed(day))
        ):
            low.append(day)
            usual[day], missed[day] = mean, mean - value
        else:
            good.append(value)
    for run in runs(low):
        enough = sum((missed[day] for day in missed if day in run), Decimal(0)) >= _MISSED
        later = [day for day in days if run.end <= day < run.end + _AFTER * _DAY and day not in usual]
        if enough and _comes_back([values[day] or Decimal(0) for day in later], usual[run.start]):
            yield run


def _comes_back(after: Sequence[Decimal], usual: Decimal) -> bool:
    """Whether a number is again what it used to be; as long as too few days are known, it may be."""
    return len(after) < _AFTER_KNOWN or sum(after, Decimal(0)) >= _COMES_BACK * len(after) * usual


def _closed(day: date) -> bool:
    """Whether shops are closed for Tết: from three days before the first day of the lunar year to nine days after."""
    return -_CLOSED_BEFORE <= (day - tet(day.year)).days <= _CLOSED_AFTER


def _value(rows: Mapping[date, AccountDay], day: date, name: str) -> Decimal | None:
    row = rows.get(day)
    return row.sums.get(name) if row else None


def _goes_on(watched: Watched, rows: Mapping[date, AccountDay], day: date) -> bool:
    if not watched.beside:
        return True
    before = [_value(rows, day - n * _DAY, watched.beside) for n in range(1, _AROUND + 1)]
    known = [value for value in before if value]
    now = _value(rows, day, watched.beside)
    return bool(known) and now is not None and now >= _GOES_ON * sum(known, Decimal(0)) / len(known)


def stale(evidence: Evidence) -> Iterator[Doubt]:
    """Sources whose last day lies further back than a week and than twice their usual step, by last day."""
    late: dict[date, list[Reach]] = defaultdict(list)
    for reach in _reaches(evidence):
        if _behind(evidence, reach) > max(_LATE_DAYS, _LATE_STEPS * reach.step):
            late[reach.last].append(reach)
    for last, group in late.items():
        period = Period(last + _DAY, evidence.today)
        facts = tuple(sorted({reach.fact for reach in group}))
        platforms = tuple(sorted({reach.platform for reach in group}))
        values = {"day": last, "days": period.days, "platforms": platforms}
        yield Doubt("stale", "warning", facts, (), platforms[0] if len(platforms) == 1 else "", "", period, values)


def half_days(evidence: Evidence) -> Iterator[Doubt]:
    """Days that were exported before they were over and not exported again since."""
    early = [reach for reach in _reaches(evidence) if reach.loaded_at.date() <= reach.last < evidence.today]
    for facts, reach in _together(early):
        period = Period(reach.last, reach.last + _DAY)
        values = {"day": reach.last, "name": reach.name}
        yield Doubt("half_day", "warning", facts, (), reach.platform, "", period, values, reach.import_id)


def _behind(evidence: Evidence, reach: Reach) -> int:
    return (evidence.today - _DAY - reach.last).days


def _together(reaches: Iterable[Reach]) -> Iterator[tuple[tuple[str, ...], Reach]]:
    """Facts of a platform that end on the same day came in one file: one doubt."""
    found: dict[tuple[str, date], list[Reach]] = defaultdict(list)
    for reach in reaches:
        found[reach.platform, reach.last].append(reach)
    for group in found.values():
        yield tuple(sorted({reach.fact for reach in group})), group[0]


def _reaches(evidence: Evidence) -> list[Reach]:
    return [*_series_reaches(evidence), *evidence.reaches]


def _series_reaches(evidence: Evidence) -> Iterator[Reach]:
    """How far each series reaches, and how long it may be until the next: a day, a snapshot, a week's total."""
    spans: dict[tuple[str, str], list[Covered]] = defaultdict(list)
    for span in evidence.covered:
        if span.fact not in _PLANS:
            spans[span.fact, span.platform].append(span)
    for (fact, platform), found in spans.items():
        last = max(found, key=lambda span: (span.end, span.import_id))
        step = max(_step(found), float(last.days))
        yield Reach(fact, platform, last.end - _DAY, step, last.import_id, last.name, last.loaded_at)


def _step(spans: Sequence[Covered]) -> float:
    """Days from one snapshot to the next, where there are only single days; 1 where a file brings many in a row."""
    ends = sorted({span.end for span in spans})
    if len(ends) < 2 or any((span.end - span.start).days > 1 for span in spans):
        return 1.0
    return float(median((after - before).days for before, after in pairwise(ends)))
