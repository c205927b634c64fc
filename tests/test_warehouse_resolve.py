"""Which slice counts on which day: ranges of rivals never overlap, and order does not matter."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from laban.sources.model import Grain
from laban.warehouse.resolve import Claim, Range, days_of, resolve

FIRST = date(2026, 1, 1)
GRAINS: tuple[Grain, ...] = ("day", "day", "period", "undated")


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@st.composite
def contests(draw: st.DrawFn) -> list[Claim]:
    claims = []
    for slice_id in range(1, draw(st.integers(1, 9)) + 1):
        grain = draw(st.sampled_from(GRAINS))
        start = draw(st.integers(0, 20))
        length = draw(st.integers(0, 12))
        dated = grain != "undated"
        claims.append(
            Claim(
                slice_id,
                draw(st.integers(1, 5)),
                grain,
                day(start) if dated else None,
                day(start + length) if dated else None,
                draw(st.integers(0, 2)),
            )
        )
    return claims


def day_by_day(claims: list[Claim]) -> dict[int, int]:
    """The rule in its slowest form: the best claim first takes each day that is still free."""
    owner: dict[int, int] = {}
    best_first = sorted(claims, key=lambda c: (c.rank, c.grain == "period", -c.import_id, c.slice_id))
    for claim in best_first:
        if claim.start is None or claim.end is None:
            continue
        wanted = range((claim.start - FIRST).days, (claim.end - FIRST).days)
        if claim.grain == "day" or not any(number in owner for number in wanted):
            for number in wanted:
                owner.setdefault(number, claim.slice_id)
    return owner


def owners(ranges: tuple[Range, ...]) -> list[tuple[int, int]]:
    return [((each - FIRST).days, span.slice_id) for span in ranges for each in days_of([span])]


@given(contests())
def test_every_day_has_the_owner_the_rule_names(claims: list[Claim]) -> None:
    found = owners(resolve(claims))
    assert len(found) == len(dict(found)), "two slices count on one day"
    assert dict(found) == day_by_day(claims)


@given(contests().flatmap(lambda claims: st.tuples(st.just(claims), st.permutations(claims))))
def test_order_does_not_matter(both: tuple[list[Claim], list[Claim]]) -> None:
    assert resolve(both[0]) == resolve(both[1])


@given(contests())
def test_periods_count_whole_or_not_at_all(claims: list[Claim]) -> None:
    by_id = {claim.slice_id: claim for claim in claims}
    for span in resolve(claims):
        claim = by_id[span.slice_id]
        if claim.grain == "period":
            assert (span.start, span.end, span.days) == (claim.start, claim.end, (span.end - span.start).days)
        else:
            assert claim.grain == "day"
            assert span.days == 1


@given(contests())
def test_ranges_of_a_slice_do_not_touch(claims: list[Claim]) -> None:
    ranges = resolve(claims)
    for earlier, later in itertools.pairwise(ranges):
        if earlier.slice_id == later.slice_id:
            assert earlier.end < later.start


def test_rank_comes_before_grain_and_grain_before_age() -> None:
    whole = Claim(1, 1, "period", day(0), day(7), rank=0)
    finer = Claim(2, 2, "day", day(0), day(7), rank=1)
    assert resolve([whole, finer]) == (Range(1, day(0), day(7), 7),)
    daily = Claim(3, 1, "day", day(2), day(3), rank=0)
    later = Claim(4, 9, "period", day(0), day(7), rank=0)
    assert resolve([whole, daily, later]) == (Range(3, day(2), day(3), 1),)


def test_a_year_of_daily_imports_is_quick_and_whole() -> None:
    claims = [Claim(n, n, "day", day(n), day(n + 28)) for n in range(1, 2000)]
    ranges = resolve(claims)
    assert len(ranges) == 1999
    assert days_of(ranges) == {day(n) for n in range(1, 2027)}
