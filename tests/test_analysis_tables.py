"""What tables say of rates: mix apart from rate, winners beyond noise, scores with their width."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.analysis.best import Rate, holm, p_value, standings
from laban.analysis.mix import Part, effects
from laban.analysis.surveys import score_interval

COUNTS = st.integers(0, 10_000).map(Fraction)
PARTS = st.lists(st.builds(Part, COUNTS, COUNTS, COUNTS, COUNTS), min_size=1, max_size=8)


@given(PARTS)
def test_mix_and_rate_add_up_to_the_change_exactly(parts: list[Part]) -> None:
    found = effects(parts)
    before, now = sum(p.trials_before for p in parts), sum(p.trials_now for p in parts)
    if not before or not now:
        assert found is None
        return
    # A part without trials cannot have events.
    parts = [
        Part(
            p.events_before if p.trials_before else Fraction(0),
            p.trials_before,
            p.events_now if p.trials_now else Fraction(0),
            p.trials_now,
        )
        for p in parts
    ]
    found = effects(parts)
    assert found is not None
    change = sum(p.events_now for p in parts) / now - sum(p.events_before for p in parts) / before
    assert sum(e.mix + e.rate for e in found) == change


def test_more_of_a_weak_channel_is_mix_and_not_rate() -> None:
    parts = [Part(Fraction(30), Fraction(1000), Fraction(30), Fraction(1000))]
    parts.append(Part(Fraction(5), Fraction(500), Fraction(20), Fraction(2000)))
    found = effects(parts)
    assert found is not None
    assert all(e.rate == 0 for e in found)
    assert sum(e.mix for e in found) < 0
    assert found[1].mix < 0


def test_a_better_page_is_rate_and_not_mix() -> None:
    found = effects([Part(Fraction(20), Fraction(1000), Fraction(30), Fraction(1000))])
    assert found is not None
    assert (found[0].mix, found[0].rate) == (Fraction(0), Fraction(1, 100))


def test_a_part_that_comes_is_mix_alone() -> None:
    found = effects(
        [
            Part(Fraction(20), Fraction(1000), Fraction(20), Fraction(1000)),
            Part(Fraction(0), Fraction(0), Fraction(100), Fraction(1000)),
        ]
    )
    assert found is not None
    assert found[1].rate == 0
    assert found[1].mix > 0


def test_holm_agrees_with_a_worked_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


def test_the_test_of_two_proportions_agrees_with_a_worked_example() -> None:
    # 45/500 against 30/500: z = 1.8 / sqrt(...) by hand.
    pooled = 75 / 1000
    z = (45 / 500 - 30 / 500) / (pooled * (1 - pooled) * (2 / 500)) ** 0.5
    assert z == pytest.approx(1.8008, abs=1e-3)
    assert p_value(Rate(45, 500), Rate(30, 500)) == pytest.approx(0.0717, abs=1e-3)


def test_a_winner_is_marked_only_beyond_noise() -> None:
    clear = (Rate(300, 10_000), Rate(150, 10_000), Rate(140, 10_000))
    assert standings(clear)[0] == "winner"
    close = (Rate(160, 10_000), Rate(150, 10_000), Rate(140, 10_000))
    assert set(standings(close)) == {""}
    assert standings((Rate(9, 20), Rate(1, 20))) == ("", "")
    assert standings((Rate(300, 10_000), None)) == ("", "")


def test_two_leaders_are_above_the_rest_and_neither_wins() -> None:
    found = standings((Rate(300, 10_000), Rate(305, 10_000), Rate(100, 10_000), Rate(101, 10_000)))
    assert found == ("above", "above", "below", "below")


def test_winners_are_rarely_called_where_all_are_equal() -> None:
    dice = random.Random(5)  # noqa: S311  a repeatable draw, no secret
    called = 0
    for _ in range(200):
        rates = tuple(Rate(sum(dice.random() < 0.05 for _ in range(400)), 400) for _ in range(6))
        called += "winner" in standings(rates)
    assert called <= 8


def test_a_score_of_few_answers_is_wide_and_never_certain() -> None:
    few, many = score_interval(3, 0, 3), score_interval(600, 200, 1000)
    assert few is not None
    assert many is not None
    assert few[1] - few[0] > 40
    assert many[0] < 40 < many[1]
    assert many[1] - many[0] < 11
    assert score_interval(0, 0, 0) is None
