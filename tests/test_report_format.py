"""Numbers, money, days and periods in both languages."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.periods import Period
from laban.report import format as fmt

NB = fmt.NBSP


@pytest.mark.parametrize(
    ("amount", "unit", "vi", "en"),
    [
        (Decimal(1234567), "currency", f"1.234.567{NB}₫", "₫1,234,567"),
        (Decimal("1234567.49"), "currency", f"1.234.567{NB}₫", "₫1,234,567"),
        (Decimal(-45000), "currency", f"−45.000{NB}₫", "−₫45,000"),
        (Decimal("0.125"), "percent", "12,5%", "12.5%"),
        (0.0215, "percent", "2,15%", "2.15%"),
        (Decimal("0.00085"), "percent", "0,085%", "0.085%"),
        (0, "percent", "0,00%", "0.00%"),
        (1, "percent", "100,0%", "100.0%"),
        (Decimal("3.4"), "ratio", "3,40x", "3.40x"),
        (Decimal("3.416"), "ratio", "3,42x", "3.42x"),
        (Decimal("14.16"), "ratio", "14,2x", "14.2x"),
        (1234567, "count", "1.234.567", "1,234,567"),
        (Decimal("12.5"), "count", "12,5", "12.5"),
        (Decimal("1234.5"), "count", "1.234", "1,234"),
        (Decimal("42.25"), "score", "42,2", "42.2"),
        (-12, "score", "−12", "−12"),
        (92, "duration", "1 phút 32 giây", "1 min 32 s"),
        (45, "duration", "45 giây", "45 s"),
        (7500, "duration", "2 giờ 5 phút", "2 h 5 min"),
        (3599.7, "duration", "1 giờ", "1 h"),
        (280000, "duration", "3,2 ngày", "3.2 days"),
        (None, "currency", "–", "–"),
        (float("nan"), "percent", "–", "–"),
    ],
)
def test_a_value_in_its_unit(amount: fmt.Number | None, unit: str, vi: str, en: str) -> None:
    assert fmt.value(amount, unit, "vi") == vi
    assert fmt.value(amount, unit, "en") == en


def test_other_currencies_keep_their_places() -> None:
    assert fmt.money(Decimal("1686.06"), "en", "USD") == "$1,686.06"
    assert fmt.money(Decimal("1686.06"), "vi", "USD") == f"1.686,06{NB}US$"


@pytest.mark.parametrize(
    ("text", "vi", "en"),
    [
        ("2026-W47", "Tuần 47 (16–22/11/2026)", "Week 47 (16–22 Nov 2026)"),
        ("2026-W49", "Tuần 49 (30/11–6/12/2026)", "Week 49 (30 Nov–6 Dec 2026)"),
        ("2026-W53", "Tuần 53 (28/12/2026–3/1/2027)", "Week 53 (28 Dec 2026–3 Jan 2027)"),
        ("2026-11", "Tháng 11/2026", "November 2026"),
        ("2026-Q4", "Quý 4/2026", "Q4 2026"),
        ("2026", "Năm 2026", "2026"),
        ("2026-11-16", "16/11/2026", "16 Nov 2026"),
        ("2026-11-01..2026-11-15", "1–15/11/2026", "1–15 Nov 2026"),
    ],
)
def test_a_period_by_name(text: str, vi: str, en: str) -> None:
    assert fmt.period(Period.parse(text), "vi") == vi
    assert fmt.period(Period.parse(text), "en") == en


@pytest.mark.parametrize(
    ("amount", "vi", "en"),
    [
        (1_234_567, "1,2 tr", "1.2M"),
        (999_999, "1 tr", "1M"),
        (34_500_000_000, "34,5 tỷ", "34.5B"),
        (12_500, "12,5 nghìn", "12.5K"),
        (999, "999", "999"),
        (3.25, "3,25", "3.25"),
        (0, "0", "0"),
    ],
)
def test_a_rounded_number_for_narrow_places(amount: float, vi: str, en: str) -> None:
    assert fmt.compact(amount, "vi") == vi
    assert fmt.compact(amount, "en") == en


def test_days_and_moments() -> None:
    assert fmt.day(date(2026, 11, 6), "vi") == "6/11/2026"
    assert fmt.moment(datetime.combine(date(2026, 11, 6), time(8, 5)), "en") == "6 Nov 2026 08:05"
    assert fmt.points(-0.031, "vi") == "3,1 điểm %"
    assert fmt.relative(1.5, "vi") == "150%"
    assert fmt.share(0.0801, "vi") == "8,0%"


def test_a_number_rounded_to_zero_has_no_sign() -> None:
    assert fmt.number(-0.001, "vi", 2, least=2) == "0,00"
    assert fmt.money(Decimal("-0.2"), "en") == "₫0"


@given(st.integers(-(10**15), 10**15))
def test_vietnamese_and_english_differ_in_the_marks_only(amount: int) -> None:
    assert fmt.count(amount, "vi").replace(".", ",") == fmt.count(amount, "en")


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 500))
def test_days_name_the_first_and_the_last(start: date, length: int) -> None:
    period = Period(start, date.fromordinal(start.toordinal() + length))
    text = fmt.days(period, "vi")
    assert text.endswith(f"{period.last.day}/{period.last.month}/{period.last.year}")
    assert text.startswith(str(period.start.day))
