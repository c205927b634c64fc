"""Periods are half-open, comparisons have equal days, and Tết is where the Vietnamese calendar puts it."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.errors import InvalidPeriodError
from laban.periods import (
    GRAINS,
    Grain,
    Period,
    buckets,
    compared,
    last_full_week,
    preceding,
    tet,
    tet_shift,
    trailing,
    unit_of,
)

TET = Path(__file__).parents[2] / "shared" / "truth" / "tet" / "tet_dates_1990_2100.csv"
days = st.dates(date(1990, 1, 1), date(2099, 12, 31))
units = st.builds(unit_of, days, st.sampled_from(["day", "week", "month", "quarter", "year"]))
ranges = st.builds(lambda d, n: Period(d, d + timedelta(days=n)), days, st.integers(1, 800))


@given(st.one_of(units, ranges))
def test_text_reads_back(period: Period) -> None:
    assert Period.parse(period.text()) == period


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-W46", "2026-11-09", "2026-11-15"),
        ("2020-W53", "2020-12-28", "2021-01-03"),
        ("2026-11", "2026-11-01", "2026-11-30"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("2026-11-16", "2026-11-16", "2026-11-16"),
        ("2026-11-01..2026-11-15", "2026-11-01", "2026-11-15"),
    ],
)
def test_texts_people_write(text: str, first: str, last: str) -> None:
    period = Period.parse(text)
    assert (period.start.isoformat(), period.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "2026-W54", "2025-W53", "2026-13", "last week", "2026-11-15..2026-11-01", "0000", "9999-W60"]
)
def test_what_is_no_period_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(InvalidPeriodError) as caught:
        Period.parse(text)
    assert "2026-W46" in caught.value.message("vi")


@given(ranges, st.sampled_from(GRAINS))
def test_buckets_cut_without_gap_or_overlap(period: Period, grain: Grain) -> None:
    pieces = buckets(period, grain)
    assert pieces[0].start == period.start
    assert pieces[-1].end == period.end
    assert all(a.end == b.start for a, b in pairwise(pieces))


@given(st.one_of(units, ranges), st.sampled_from(["previous", "year", "tet"]), st.integers(0, 400))
def test_a_running_period_is_compared_with_equal_elapsed_days(period: Period, kind: str, elapsed: int) -> None:
    through = period.start + timedelta(days=elapsed)
    found = compared(period, kind, through)  # type: ignore[arg-type]  # drawn from the three names
    assert found.baseline is not None
    assert found.baseline.end <= found.current.start
    if found.partial or (kind != "previous" and period.grain != "year"):
        assert found.baseline.days == found.current.days
    assert found.partial == (period.last > through)


@given(units)
def test_last_year_meets_the_same_weekdays(period: Period) -> None:
    if period.grain == "year":
        assert compared(period, "year", period.last).baseline == preceding(period)
        return
    found = compared(period, "year", period.last)
    assert found.baseline is not None
    assert found.baseline.start.weekday() == period.start.weekday()


def test_previous_month_of_a_running_march_does_not_run_into_march() -> None:
    found = compared(Period.parse("2026-03"), "previous", date(2026, 3, 30))
    assert (found.current.days, found.baseline) == (30, Period(date(2026, 1, 30), date(2026, 3, 1)))


def test_around_tet_the_same_place_of_the_season_is_found() -> None:
    week = unit_of(tet(2026), "week")
    found = compared(week, "tet", date(2026, 11, 23))
    assert found.kind == "tet"
    assert found.baseline is not None
    assert (tet(2026) - week.start).days == (tet(2025) - found.baseline.start).days


@given(units)
def test_the_place_relative_to_tet_is_kept(period: Period) -> None:
    shift = tet_shift(period)
    if shift is not None and period.days <= 7:
        nearest = min((tet(period.start.year + i) for i in (0, 1)), key=lambda t: abs(t - period.start))
        assert nearest - timedelta(days=shift) == tet(nearest.year - 1)


def test_far_from_tet_the_comparison_says_what_it_did() -> None:
    assert compared(Period.parse("2026-W28"), "tet", date(2026, 11, 23)).kind == "year"


@pytest.mark.parametrize(
    ("year", "vietnam"), [(2007, "2007-02-17"), (2030, "2030-02-02"), (2053, "2053-02-18"), (2026, "2026-02-17")]
)
def test_tet_differs_from_the_chinese_new_year_where_it_does(year: int, vietnam: str) -> None:
    assert tet(year).isoformat() == vietnam


@pytest.mark.skipif(not TET.exists(), reason="the table of Tết dates is not beside the project")
def test_tet_agrees_with_the_published_dates() -> None:
    with TET.open(encoding="utf-8") as file:
        wrong = [row for row in csv.DictReader(file) if tet(int(row["year"])).isoformat() != row["tet_vn"]]
    assert wrong == []


@given(units)
def test_preceding_touches(period: Period) -> None:
    assert preceding(period).end == period.start


def test_trailing_weeks_end_with_the_week() -> None:
    span = trailing(Period.parse("2026-W46"), 13)
    assert (span.days, span.end) == (91, date(2026, 11, 16))


@given(days)
def test_the_last_full_week_is_over(today: date) -> None:
    week = last_full_week(today)
    assert week.end <= today < week.end + timedelta(days=7)
