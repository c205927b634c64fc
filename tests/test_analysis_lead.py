"""Lead times and turns: found where they were put, not found in noise, and silent on too little."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.analysis.lead import LEAST, MOST, lead_time, turns
from report_shop import wobble


def noise(seed: int, count: int = 52) -> list[float]:
    return [1000 * (1 + 0.1 * wobble(seed, place)) for place in range(count)]


def delayed(values: list[float], units: int, seed: int) -> list[float]:
    """The same ups and downs ``units`` later, with some noise of their own."""
    own = noise(seed, len(values))
    return [own[i] / 1000 * (values[i - units] if i >= units else values[0]) ** 0.8 for i in range(len(values))]


@pytest.mark.parametrize("units", [0, 1, 3, MOST])
def test_a_lead_is_found_where_it_was_put(units: int) -> None:
    ahead = noise(1)
    behind = [ahead[i - units] * 2 if i >= units else 2000 for i in range(52)]
    found = lead_time(ahead, behind)
    assert found is not None
    assert (found.units, found.clear) == (units, True)
    assert found.correlation == pytest.approx(1)
    assert found.pairs == 51 - units


def test_an_opposite_effect_is_found_as_such() -> None:
    ahead = noise(2)
    behind = [5000 - ahead[i - 2] if i >= 2 else 4000.0 for i in range(52)]
    found = lead_time(ahead, behind, "-")
    assert found is not None
    assert (found.units, found.clear) == (2, True)
    other = lead_time(ahead, behind, "+")
    assert other is not None
    assert not other.clear or other.units != 2


def test_noise_is_rarely_called_a_lead() -> None:
    found = [lead_time(noise(2 * seed), noise(2 * seed + 1)) for seed in range(200)]
    assert sum(one is not None and one.clear for one in found) <= 20


def test_too_little_is_no_lead() -> None:
    assert lead_time(noise(1, LEAST), noise(2, LEAST)) is None
    assert lead_time([None] * 52, noise(1)) is None
    assert lead_time([5] * 52, noise(1)) is None


def test_missing_weeks_are_left_out_and_not_taken_for_zero() -> None:
    ahead: list[float | None] = [*noise(3)]
    behind: list[float | None] = [None, *ahead[:-1]]
    ahead[20] = behind[30] = None
    found = lead_time(ahead, behind)
    assert found is not None
    assert (found.units, found.clear) == (1, True)
    assert found.pairs < 50


def test_numbers_below_zero_are_compared_by_plain_steps() -> None:
    ahead = [value - 1000 for value in noise(4)]
    behind = [0.0, *ahead[:-1]]
    found = lead_time(ahead, behind)
    assert found is not None
    assert found.units == 1


@given(st.lists(st.one_of(st.none(), st.integers(-1000, 10**12)), max_size=60), st.integers(0, 10))
def test_any_series_gives_a_lead_or_none(values: list[int | None], offset: int) -> None:
    found = lead_time(values, values[offset:] + [None] * min(offset, len(values)))
    assert found is None or (0 <= found.units <= MOST and -1.0000001 <= found.correlation <= 1.0000001)
    for turn in turns(values):
        assert 0 < turn.place < len(values)


def test_a_fall_is_a_turn_and_calm_weeks_are_none() -> None:
    calm = noise(5)
    assert turns([1000 + value / 1000 for value in calm]) == ()
    fallen = [value * (0.5 if place >= 30 else 1) for place, value in enumerate(calm)]
    found = turns(fallen)
    assert [(turn.place, turn.word) for turn in found] == [(30, "down")]
    assert found[0].relative == pytest.approx(-0.5, abs=0.1)


def test_the_sharpest_turns_are_kept_in_order_of_time() -> None:
    values = noise(6)
    for place, factor in ((10, 3.0), (20, 4.0), (30, 5.0), (40, 6.0)):
        values[place:] = [value * factor for value in values[place:]]
    found = turns(values, most=2)
    assert [turn.place for turn in found] == [30, 40]
    assert turns(values[:LEAST]) == ()
