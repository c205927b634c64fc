"""Comparing two numbers: intervals against published values and simulation, verdicts against their rules."""

from __future__ import annotations

import math
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.analysis.compare import (
    Aim,
    Kind,
    Sample,
    compare,
    enough,
    interval,
    newcombe,
    usual_jump,
    usual_step,
    wilson,
)


def rate(events: float, trials: float) -> Sample:
    return Sample(events / trials, "rate", events=events, trials=trials)


def count(value: int | None) -> Sample:
    return Sample(value, "count", events=value)


@pytest.mark.parametrize(
    ("events", "trials", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_intervals(events: int, trials: int, low: float, high: float) -> None:
    assert wilson(events / trials, trials) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10.
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((5, 56), (0, 29), -0.0381, 0.1926)],
)
def test_newcombe_gives_the_published_intervals(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    (a, m), (b, n) = first, second
    assert newcombe(a / m, m, b / n, n) == pytest.approx((low, high), abs=5e-5)


def poisson(dice: random.Random, mean: float) -> int:
    total, steps = -math.log(1 - dice.random()), 0
    while total < mean:
        total -= math.log(1 - dice.random())
        steps += 1
    return steps


@pytest.mark.parametrize(("now", "before"), [(30, 30), (60, 40), (150, 200)])
def test_the_interval_of_a_count_covers_the_truth_as_often_as_it_says(now: int, before: int) -> None:
    dice = random.Random(now * 1000 + before)  # noqa: S311  a simulation
    hits = 0
    for _ in range(1500):
        later, earlier = poisson(dice, now), poisson(dice, before)
        made = compare(count(later), count(earlier), "higher_better")
        assert made.low is not None
        assert made.high is not None
        # The interval stands around the earlier number seen; on the log scale it must hold the true ratio.
        low, high = 1 + made.low / (earlier + 0.5), 1 + made.high / (earlier + 0.5)
        hits += low <= now / before <= high
    assert 0.935 <= hits / 1500 <= 0.97


def test_nothing_changes_much_by_chance_alone() -> None:
    dice = random.Random(7)  # noqa: S311  a simulation
    called = 0
    for _ in range(800):
        made = compare(count(poisson(dice, 80)), count(poisson(dice, 80)), "higher_better")
        called += made.verdict != "neutral"
    assert called / 800 < 0.075


def test_thirty_visits_are_no_ground_for_a_verdict() -> None:
    made = compare(rate(9, 30), rate(1, 30), "higher_better")
    assert (made.verdict, made.reason) == ("neutral", "not_enough_data")
    low, high = interval(rate(9, 30)) or (0, 0)
    assert 0.15 < low < 0.3 < high < 0.5


def test_a_clear_fall_of_a_rate_is_bad_news_and_of_a_cost_good() -> None:
    assert compare(rate(150, 10_000), rate(240, 10_000), "higher_better").verdict == "bad"
    cost = Sample(Decimal(80_000), "mean", events=400), Sample(Decimal(130_000), "mean", events=380)
    made = compare(*cost, "lower_better")
    assert (made.verdict, made.word, made.absolute) == ("good", "down", Decimal(-50_000))


def test_a_number_that_still_moves_is_never_judged() -> None:
    made = compare(rate(150, 10_000), rate(240, 10_000), "higher_better", mature=False)
    assert (made.word, made.verdict, made.reason) == ("down", "neutral", "immature")


@pytest.mark.parametrize(
    ("now", "before", "reason"),
    [
        (count(None), count(40), "no_value"),
        (count(40), count(None), "no_baseline"),
        (count(3), count(8), "not_enough_data"),
        (count(1000), count(1002), "flat"),
        (count(1000), count(1030), "within_noise"),
        (Sample(70, "score", events=6), Sample(10, "score", events=80), "not_enough_data"),
        (Sample(42.0, "score", events=300), Sample(40.0, "score", events=300), "within_noise"),
        (Sample(3.1, "sum", events=5), Sample(9.0, "sum", events=5), "not_enough_data"),
    ],
)
def test_the_reason_for_no_verdict(now: Sample, before: Sample, reason: str) -> None:
    made = compare(now, before, "higher_better")
    assert (made.reason, made.verdict) == (reason, "neutral")


def test_from_four_to_forty_is_a_clear_step() -> None:
    assert compare(count(40), count(4), "higher_better").verdict == "good"


def test_from_none_to_many_has_no_percentage_but_a_verdict() -> None:
    made = compare(count(50), count(0), "higher_better")
    assert (made.relative, made.verdict, made.absolute) == (None, "good", 50)


def test_usual_ups_and_downs_swallow_a_step_that_chance_cannot_explain() -> None:
    wild = [9_000, 11_500, 8_800, 12_000, 9_500, 11_000, 8_700, 11_800]
    calm = [10_000, 10_050, 9_980, 10_020, 10_010, 9_990, 10_040, 10_000]
    steps = compare(count(11_000), count(10_000), "higher_better", history=wild)
    assert (steps.verdict, steps.reason) == ("neutral", "within_noise")
    assert compare(count(11_000), count(10_000), "higher_better", history=calm).verdict == "good"


def test_the_usual_step_ignores_a_single_odd_week_and_gaps() -> None:
    steady = [100.0, 102.0] * 6
    odd = [*steady[:5], 400.0, *steady[6:]]
    assert usual_step(steady) == pytest.approx(1.4826 * math.log(1.02))
    assert usual_step(odd) == pytest.approx(usual_step(steady))
    assert usual_step([1, None, 2, None, 3, None, 4]) is None
    assert usual_step([]) is None


def test_events_held_now_and_then_are_no_news() -> None:
    now_and_then = [22, 0, 0, 0, 0, 0, 31, 0, 0, 0, 0, 0]
    assert usual_step(now_and_then) is None
    assert usual_jump(now_and_then) == pytest.approx(math.sqrt((22**2 + 31**2 + 31**2) / 11))
    made = compare(count(20), count(0), "higher_better", history=now_and_then)
    assert (made.word, made.verdict, made.reason) == ("up", "neutral", "within_noise")


def test_scores_below_zero_have_usual_steps_too() -> None:
    history = [-4.0, -2.0, -5.0, -1.0, -3.0, -4.0, -2.0, -3.0]
    assert usual_jump(history) == pytest.approx(1.4826 * 2)
    assert usual_jump([1.0, None, 3.0]) is None


def test_a_neutral_aim_gets_no_verdict() -> None:
    made = compare(count(400), count(100), "neutral")
    assert (made.word, made.verdict, made.reason) == ("up", "neutral", "no_aim")


def test_followers_rest_on_no_sample() -> None:
    stock = Sample(10_400, "stock"), Sample(10_000, "stock")
    assert enough(stock[0])
    assert compare(*stock, "higher_better").reason == "no_history"
    assert compare(*stock, "higher_better", history=[9_900 + 10 * n for n in range(8)]).verdict == "good"
    assert interval(stock[0]) is None


numbers = st.integers(0, 100_000)
kinds: st.SearchStrategy[Kind] = st.sampled_from(("count", "rate", "mean", "sum", "score", "stock"))
aims: st.SearchStrategy[Aim] = st.sampled_from(("higher_better", "lower_better", "neutral"))


@given(kinds, numbers, numbers, numbers, numbers, aims, st.booleans())
def test_a_verdict_stands_only_without_a_reason(
    kind: Kind, value: int, other: int, events: int, trials: int, aim: Aim, mature: bool
) -> None:
    now, before = Sample(value, kind, events, trials), Sample(other, kind, events, trials)
    made = compare(now, before, aim, mature=mature)
    assert (made.verdict == "neutral") == (made.reason is not None)
    assert made.absolute == value - other
    if not mature:
        assert made.verdict == "neutral"
    if made.low is not None and made.high is not None:
        assert made.low <= made.high


@given(kinds, numbers, numbers, st.integers(1, 100_000))
def test_turning_the_aim_turns_the_verdict(kind: Kind, value: int, other: int, events: int) -> None:
    now, before = Sample(value, kind, events, events), Sample(other, kind, events, events)
    up, down = (compare(now, before, aim).verdict for aim in ("higher_better", "lower_better"))
    assert (up, down) in {("good", "bad"), ("bad", "good"), ("neutral", "neutral")}


@given(numbers, numbers)
def test_looking_backwards_turns_the_word(value: int, other: int) -> None:
    there = compare(count(value), count(other), "higher_better")
    back = compare(count(other), count(value), "higher_better")
    assert there.absolute == -(back.absolute or 0)
    if there.word != "flat" and back.word != "flat":
        assert {there.word, back.word} == {"up", "down"}
