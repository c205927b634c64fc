"""Numbers: what is written in any of the known ways reads back as the same number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.sources.currency import SIGNS, currency_code, money_unit
from laban.sources.numbers import (
    Mark,
    NotANumberError,
    exact_sum,
    is_no_value,
    marks_of,
    parse_duration,
    parse_number,
    readings,
)

MARKS: tuple[Mark, ...] = (".", ",")
numbers = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


def written(value: Decimal, mark: Mark, *, grouped: bool) -> str:
    """Return a number as a spreadsheet of that language shows it."""
    text = f"{value:,.2f}" if grouped else f"{value:.2f}"
    return text if mark == "." else text.translate(str.maketrans(",.", ".,"))


@given(numbers, st.sampled_from(MARKS), st.booleans())
def test_a_number_reads_back_in_every_style(value: Decimal, mark: Mark, grouped: bool) -> None:
    assert parse_number(written(value, mark, grouped=grouped), mark) == value


@given(
    numbers, st.sampled_from(MARKS), st.sampled_from(sorted(SIGNS)), st.sampled_from(["{0}{1}", "{0} {1}", "{1} {0}"])
)
def test_a_currency_beside_a_number_changes_nothing(value: Decimal, mark: Mark, sign: str, form: str) -> None:
    text = form.format(sign, written(abs(value), mark, grouped=True))
    assert parse_number(text, mark) == abs(value)
    assert set(marks_of([text]).currencies) == {currency_code(sign)}


@given(st.lists(numbers, min_size=1), st.sampled_from(MARKS), st.booleans())
def test_a_column_with_cents_settles_its_own_mark(values: list[Decimal], mark: Mark, grouped: bool) -> None:
    assert marks_of(written(value, mark, grouped=grouped) for value in values).decimal == mark


@given(st.integers(min_value=1, max_value=999), st.integers(min_value=0, max_value=999), st.sampled_from(MARKS))
def test_three_digits_after_the_only_mark_settle_nothing(whole: int, rest: int, mark: Mark) -> None:
    found = marks_of([f"{whole}{mark}{rest:03d}"])
    assert (found.decimal, found.ambiguous) == (None, f"{whole}{mark}{rest:03d}")


@given(st.integers(min_value=0, max_value=999), st.sampled_from(MARKS))
def test_a_leading_zero_cannot_be_a_group(rest: int, mark: Mark) -> None:
    assert marks_of([f"0{mark}{rest:03d}"]).decimal == mark


@given(st.integers(min_value=0, max_value=10**6), st.sampled_from(MARKS))
def test_a_percent_is_a_fraction(hundredths: int, mark: Mark) -> None:
    value = Decimal(hundredths) / 100
    assert parse_number(written(value, mark, grouped=False) + "%", mark) == value / 100


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=16, min_value=-(10**9), max_value=10**9)))
def test_sums_are_exact(values: list[Decimal]) -> None:
    scaled = sum(int(value.scaleb(16)) for value in values)
    assert int(exact_sum([*values, None]).scaleb(16)) == scaled


@given(st.text(max_size=40))
def test_any_text_is_a_number_nothing_or_refused(text: str) -> None:
    try:
        value = parse_number(text)
    except NotANumberError:
        return
    assert value is None or value.is_finite()


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("1,356,884", ".", "1356884"),
        ("12,34,567.5", ".", "1234567.5"),
        ("1.234.567 ₫", ",", "1234567"),
        ("US$1,686.06", ".", "1686.06"),
        ("$6,577 ", ".", "6577"),
        ("16,89 $", ",", "16.89"),
        ("5.578,5", ",", "5578.5"),
        ("1 234,56", ",", "1234.56"),
        ("1\u202f234,56\u00a0€", ",", "1234.56"),
        ("THB 100", ".", "100"),
        ("-$5.00", ".", "-5"),
        ("(5)", ".", "-5"),
        ("−3", ".", "-3"),
        ("2.14%", ".", "0.0214"),
        ("100.00%", ".", "1"),
        ("67879.3", ".", "67879.3"),
    ],
)
def test_written_forms(text: str, mark: Mark, value: str) -> None:
    assert parse_number(text, mark) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", " --", "--", "-", "undefined", "NAN", "#DIV/0!", "< 10%", "> 90%", "<5", "(not set)", "–"]
)
def test_no_value(text: str) -> None:
    assert is_no_value(text)
    assert parse_number(text) is None


@pytest.mark.parametrize(
    "text", ["abc", "1,2,3", "1.2.3", "--5", "1,23,4", "12 34", "1e3", "3.юли", "0x10", "9" * 99]
)
def test_not_a_number(text: str) -> None:
    with pytest.raises(NotANumberError):
        parse_number(text)


def test_a_spreadsheet_number_is_taken_as_it_is() -> None:
    assert parse_number(Decimal("77818.01")) == Decimal("77818.01")
    assert parse_number(551) == Decimal(551)
    with pytest.raises(NotANumberError):
        parse_number(True)  # noqa: FBT003  a cell of a spreadsheet may be a yes


@pytest.mark.parametrize(("text", "seconds"), [("0:09:02", 542), ("4:10", 250), ("62.5", 62.5), ("1:00:00", 3600)])
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == Decimal(str(seconds))


def test_an_ambiguous_number_is_shown_both_ways() -> None:
    assert readings("1.234") == ("1.234", "1234")


def test_money_is_written_in_whole_dong_and_cents() -> None:
    assert (money_unit("VND"), money_unit("JPY"), money_unit("USD"), money_unit(None)) == ("1", "1", "0.01", "0.01")
