"""How young numbers ripen: by hand, by rules that always hold, and against simulated companies."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.analysis.maturity import NOTHING, Curve, Rest, Sight, gamma_band, learn, normal_band, rest

WINDOW = 28


def every_week(days: int, *, upto: int, values: dict[int, float], exposure: float = 10.0) -> Iterator[Sight]:
    """Days seen every week for five weeks, all with the same number at each age (``values`` by least age)."""
    for moment in range(upto, 0, -7):
        for day in range(max(0, moment - 34), moment + 1):
            if day < days:
                age = moment - day
                yield Sight(day, age, max(v for least, v in values.items() if least <= age), exposure)


def test_a_triangle_worked_out_by_hand() -> None:
    # Clicks 100 and 300 by turns; at age 0 a tenth of them has bought, at age 1 two more in a hundred, at age 2 one.
    sights = []
    for day in range(30):
        clicks = 100.0 if day % 2 else 300.0
        for age, share in enumerate((0.10, 0.12, 0.13)):
            noise = 1.0 if age == 1 and day % 4 < 2 else -1.0 if age == 1 else 0.0
            sights.append(Sight(day, age, clicks * share + noise, clicks))
    curve = learn(sights, 2)
    assert curve is not None
    assert curve.known == pytest.approx((0.10, 0.12, 0.13), abs=1e-3)
    assert curve.share(1) == pytest.approx(0.12 / 0.13, abs=1e-2)
    # 200 clicks that have shown 20 purchases: as many as usual, so 200 x 0.03 are to come.
    assert rest(curve, [Sight(40, 0, 20.0, 200.0)]).mean == pytest.approx(6.0, abs=0.2)
    assert rest(curve, [Sight(40, 1, 24.0, 200.0)]).mean == pytest.approx(2.0, abs=0.2)
    assert rest(curve, [Sight(40, 2, 26.0, 200.0)]) == Rest(0.0, 0.0, curve.grows, curve.dispersion)


def test_numbers_that_begin_at_nothing_have_an_end_all_the_same() -> None:
    curve = learn(noisy(3, at_once=0.0), WINDOW)
    assert curve is not None
    assert curve.known[0] == pytest.approx(0.0, abs=0.02)
    assert rest(curve, [Sight(999, 0, 0.0, 100.0)]).mean == pytest.approx(100 * curve.known[-1], rel=0.1)


def test_numbers_that_fall_end_lower() -> None:
    chance = random.Random(2)  # noqa: S311  a simulation
    sights = []
    for moment in range(100, 0, -7):
        for day in range(max(0, moment - 34), moment + 1):
            back = [(day * 37 + n * 11) % 100 < 12 and (day + n) % 9 < moment - day for n in range(40)]
            sights.append(Sight(day, moment - day, 40.0 - sum(back) + 0.1 * chance.random(), 40.0))
    curve = learn(sights, WINDOW)
    assert curve is not None
    assert not curve.grows
    young = rest(curve, [Sight(99, 0, 40.0, 40.0), Sight(98, 1, 40.0, 40.0)])
    assert young.mean < -2
    low, high = young.band()
    assert low <= young.mean <= high


def test_numbers_that_never_moved_are_final_at_once() -> None:
    curve = learn(every_week(90, upto=90, values={0: 5.0}), WINDOW)
    assert curve is not None
    assert set(curve.known) == {0.5}
    assert rest(curve, [Sight(90, 0, 5.0, 10.0)]).band() == (0.0, 0.0)


def test_too_little_history_teaches_nothing() -> None:
    values = {0: 5.0, 3: 8.0, 14: 9.0}
    assert learn([], WINDOW) is None
    assert learn(every_week(90, upto=28, values=values), WINDOW) is None
    assert learn([s for s in every_week(90, upto=90, values=values) if s.age < 10], WINDOW) is None
    assert learn([s for s in every_week(90, upto=90, values=values) if s.age > WINDOW], WINDOW) is None


def noisy(seed: int, *, at_once: float = 0.55, weeks: int = 14, rate: float = 12.0) -> list[Sight]:
    return [sight for sights, _ in [company(seed, at_once=at_once, weeks=weeks, rate=rate)] for sight in sights]


def company(seed: int, *, at_once: float, weeks: int, rate: float) -> tuple[list[Sight], dict[int, int]]:
    """A company whose purchases come late, seen every Sunday: the sights until one, and what became of each day."""
    chance = random.Random(seed)  # noqa: S311  a simulation
    last = 7 * weeks - 1
    lags: dict[int, list[int]] = {}
    clicks: dict[int, float] = {}
    level = 1.0
    for day in range(last + 1):
        if day % 7 == 0:
            level = math.exp(chance.gauss(0, 0.15))
        clicks[day] = 10 * rate * (0.8 + 0.4 * chance.random())
        count = sum(chance.random() < 0.1 * level for _ in range(round(clicks[day])))
        late = (min(27, 1 + int(chance.expovariate(0.2))) for _ in range(count))
        lags[day] = [0 if chance.random() < at_once else lag for lag in late]
    sights = [
        Sight(day, moment - day, float(sum(lag <= moment - day for lag in lags[day])), clicks[day])
        for moment in range(last, 6, -7)
        for day in range(max(0, moment - 34), moment + 1)
    ]
    return sights, {day: len(found) for day, found in lags.items()}


def test_the_expected_end_is_far_nearer_than_the_fresh_number_and_its_band_holds() -> None:
    fresh = expected = 0.0
    held, trials = 0, 60
    for seed in range(trials):
        sights, became = company(seed, at_once=0.55, weeks=12, rate=12.0)
        curve = learn(sights, WINDOW)
        assert curve is not None
        last = max(became)
        young = [s for s in sights if s.day + s.age == last and s.age < 7]
        now, end = sum(s.value for s in young), sum(became[s.day] for s in young)
        coming = rest(curve, young)
        low, high = coming.band()
        fresh, expected = fresh + abs(now - end), expected + abs(now + coming.mean - end)
        held += now + low <= end <= now + high
    assert expected < 0.4 * fresh
    assert 0.68 <= held / trials <= 0.93


@given(st.floats(0, 1e9), st.floats(0, 1e18))
def test_a_band_holds_what_is_expected(mean: float, variance: float) -> None:
    for band in (gamma_band, normal_band):
        low, high = band(mean, variance)
        assert low <= mean <= high
    assert gamma_band(mean, variance)[0] >= 0
    low, high = Rest(mean, variance, grain=1.0).band()
    assert 0 <= low <= mean <= high


@given(
    st.integers(0, 10_000),
    st.lists(st.tuples(st.integers(0, 40), st.floats(0, 1e4), st.floats(0, 1e4)), min_size=1, max_size=20),
)
def test_what_only_grows_is_never_expected_to_shrink(seed: int, days: list[tuple[int, float, float]]) -> None:
    curve = LEARNED[seed % len(LEARNED)]
    assert all(a <= b + 1e-12 for a, b in zip(curve.known, curve.known[1:], strict=False))
    coming = rest(curve, [Sight(900 + n, *day) for n, day in enumerate(days)])
    assert coming.mean >= 0
    assert coming.variance >= 0
    low, high = coming.band()
    assert 0 <= low <= coming.mean <= high
    if all(age >= curve.horizon for age, _, _ in days):
        assert (coming.mean, coming.variance) == (0, 0)


def _learned() -> Iterator[Curve]:
    for seed in range(3):
        curve = learn(noisy(seed), WINDOW)
        assert curve is not None
        yield curve


LEARNED = tuple(_learned())


def test_sums_of_several_accounts_add_up() -> None:
    total = NOTHING + Rest(3.0, 2.0, grain=1.0) + Rest(-1.0, 4.0, grows=False, grain=2.0)
    assert total == Rest(2.0, 6.0, grows=False, grain=2.0)
