"""Dates: every listed form, and what a single date cannot say."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.periods import Period
from laban.sources.dates import (
    AmbiguousDateError,
    NotADateError,
    Partial,
    eaten_of,
    from_serial,
    is_all_time,
    nth,
    order_of,
    parse_moment,
    parse_period,
    period_in_name,
    with_years,
)

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
TODAY = date(2026, 11, 23)


def period(text: str) -> Period:
    """Return the inclusive ``first..last`` as a period."""
    return Period.parse(text)


FORMS = (
    "{0:%Y-%m-%d}",
    "{0:%Y%m%d}",
    "{0:%Y/%m/%d}",
    "{0:%Y-%m-%dT01:00:00}",
    "{0:%Y-%m-%dT17:07:22+0700}",
    "{0:%a, %-d %b %Y}",
    "{0:%b %-d, %Y}",
    "{0:%B %-d, %Y}",
    "{0:%-d %B %Y}",
    "{0.day} tháng {0.month}, {0.year}",
    "{0.day} thg {0.month}, {0.year}",
    "ngày {0.day} tháng {0.month} năm {0.year}",
    "{0.year}年{0.month}月{0.day}日",
    "{0:%d-%b-%y}",
)


@given(days, st.sampled_from(FORMS))
def test_a_day_reads_back_in_every_form(day: date, form: str) -> None:
    assert parse_period(form.format(day)) == Period(day, day + timedelta(days=1))


@given(
    days,
    st.integers(1, 400),
    st.sampled_from([" - ", " – ", " to ", " đến ", "～"]),
    st.sampled_from(FORMS[:3] + FORMS[6:12]),
)
def test_a_range_covers_both_ends(first: date, length: int, dash: str, form: str) -> None:
    last = first + timedelta(days=length)
    found = parse_period(form.format(first) + dash + form.format(last))
    assert found == Period(first, last + timedelta(days=1))


@given(days, st.sampled_from(["dmy", "mdy"]))
def test_the_order_of_day_and_month_is_kept(day: date, order: str) -> None:
    text = f"{day:%d/%m/%Y}" if order == "dmy" else f"{day:%m/%d/%Y}"
    assert parse_period(text, "dmy" if order == "dmy" else "mdy") == Period(day, day + timedelta(days=1))


@given(st.lists(days, min_size=1, max_size=40), st.sampled_from(["dmy", "mdy"]))
def test_a_column_settles_its_order_by_any_day_after_the_twelfth(found: list[date], order: str) -> None:
    form = "{0:%d/%m/%Y}" if order == "dmy" else "{0:%m/%d/%Y}"
    forced, example = order_of(form.format(day) for day in found)
    assert forced == ({order} if any(day.day > 12 for day in found) else set())
    assert (example is None) == all(day.day > 12 or day.day == day.month for day in found)


@given(days, st.integers(1, 365), st.booleans())
def test_years_are_found_backwards_from_the_last_day(until: date, length: int, newest_first: bool) -> None:
    # The 29th of February is told apart below; a run of days without it must come back whole.
    run = [until - timedelta(days=n) for n in range(length)]
    run = [day for day in run if (day.month, day.day) != (2, 29)]
    ordered = run if newest_first else run[::-1]
    if ordered and ordered[0 if newest_first else -1] == until:
        assert with_years([Partial(day.month, day.day) for day in ordered], until) == ordered


def test_the_29th_of_february_needs_a_leap_year() -> None:
    assert with_years([Partial(2, 28), Partial(2, 29), Partial(3, 1)], date(2024, 3, 1))[1] == date(2024, 2, 29)
    assert with_years([Partial(2, 29)], date(2026, 3, 1)) == [None]


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        found = parse_period(text)
    except NotADateError:
        return
    assert isinstance(found, (Period, Partial))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-12-08 - 2025-12-13", "2025-12-08..2025-12-13"),
        ("4th quarter 2023", "2023-Q4"),
        ("Quý 4 2023", "2023-Q4"),
        ("Quý IV/2023", "2023-Q4"),
        ("October 2025", "2025-10"),
        ("tháng 8 năm 2026", "2026-08"),
        ("T8.2026", "2026-08"),
        ("2026年3月", "2026-03"),
        ("11/2026", "2026-11"),
        ("2026-W46", "2026-W46"),
        ("1 tháng 8, 2026 - 10 tháng 8, 2026", "2026-08-01..2026-08-10"),
        ("2026年1月1日 - 2026年3月31日", "2026-01-01..2026-03-31"),
        ("1 Jan 2025-31 Dec 2025", "2025"),
        ("27 January 2026 - 23 February 2026", "2026-01-27..2026-02-23"),
        ("Dec 28 – Jan 3, 2026", "2025-12-28..2026-01-03"),
        ("8 de marzo de 2025", "2025-03-08"),
        ("12/31/2025 08:24", "2025-12-31"),
        ("2025020113", "2025-02-01"),
    ],
)
def test_listed_forms(text: str, expected: str) -> None:
    assert parse_period(text) == period(expected)


@pytest.mark.parametrize(
    ("text", "month", "day"),
    [("February 28", 2, 28), ("8 de marzo", 3, 8), ("28 tháng 2", 2, 28), ("2月28日", 2, 28), ("September", 9, None)],
)
def test_days_without_a_year(text: str, month: int, day: int | None) -> None:
    assert parse_period(text) == Partial(month, day)


def test_what_excel_left_of_a_date_is_settled_by_the_column() -> None:
    with pytest.raises(AmbiguousDateError):
        parse_period("Oct-25")
    assert eaten_of(["Oct-25", "Nov-25", "Jan-26"], TODAY) == "month"
    assert eaten_of([f"Oct-{n:02d}" for n in range(1, 31)], TODAY) == "day"
    assert parse_period("Oct-25", None, "month") == period("2025-10")
    assert parse_period("Oct-25", None, "day") == Partial(10, 25)


def test_an_open_order_is_never_guessed() -> None:
    with pytest.raises(AmbiguousDateError):
        parse_period("05/04/2026")


@pytest.mark.parametrize(
    "text", ["3.юли", "17 May - 23 May", "hello", "13/13/2026", "31/02/2026", "Sunday", "2026-13-01"]
)
def test_not_a_date(text: str) -> None:
    with pytest.raises(NotADateError):
        parse_period(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Oct 26, 2018 02:56 pm", "2018-10-26T14:56:00"),
        ("2026-04-19 23:40:16", "2026-04-19T23:40:16"),
        ("2026-04-10T17:07:22+0700", "2026-04-10T17:07:22"),
        ("16/11/2026 8:15 CH", "2026-11-16T20:15:00"),
        ("Feb 18, 2026", "2026-02-18"),
        ("16/11/2026 12:05 SA", "2026-11-16T00:05:00"),
    ],
)
def test_moments(text: str, expected: str) -> None:
    assert parse_moment(text) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Devices(2026.02.05-2026.02.10).csv", "2026-02-05..2026-02-10"),
        ("A-Chiến-dịch-18-Tháng-4-2026-18-Tháng-4-2026.csv", "2026-04-18"),
        ("Untitled-report-Feb-1-2025-to-Aug-4-2025.csv", "2025-02-01..2025-08-04"),
        ("A-Campaigns-1-Sep-202430-Sep-2024.csv", "2024-09"),
        ("Báo-cáo-chưa-đặt-tên-Tháng-10-8-2025.csv", "2025-10-08"),
        ("OA tháng 8.2026.xls", "2026-08"),
        ("T8.2026", "2026-08"),
        ("2026-08", "2026-08"),
    ],
)
def test_periods_in_names(name: str, expected: str) -> None:
    assert period_in_name(name) == period(expected)


@pytest.mark.parametrize(
    "name", ["x-Performance-on-Search-2026-03-03.zip", "Campaign report (1).csv", "Report202604200720.csv"]
)
def test_names_without_a_period(name: str) -> None:
    assert period_in_name(name) is None


def test_counted_days_and_weeks() -> None:
    start = date(2026, 1, 1)
    assert nth("day", 0, start) == period("2026-01-01")
    assert nth("day", 180, start) == period("2026-06-30")
    assert nth("week", 0, start) == Period(date(2025, 12, 28), date(2026, 1, 4))
    assert nth("week", 26, start) == Period(date(2026, 6, 28), date(2026, 7, 5))
    assert nth("month", 5, start) == period("2026-06")


def test_spreadsheet_days() -> None:
    assert from_serial(46_000).start == date(2025, 12, 9)
    with pytest.raises(NotADateError):
        from_serial(7)


def test_all_time_is_no_period() -> None:
    assert is_all_time("All time")
    assert is_all_time("Toàn thời gian")
