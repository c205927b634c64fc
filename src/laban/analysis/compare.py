"""Two numbers set side by side: how far apart, whether that is more than chance, and whether it is good news.

A verdict needs three things: enough events behind both numbers, a difference that is larger than what chance
and the usual ups and downs make, and numbers that have settled. Where one is lacking, the change carries a
reason instead of a verdict.

Chance. Counts are taken as Poisson: the difference of two logarithms has variance 1/x1 + 1/x0 (Rothman and
Greenland, "Modern Epidemiology", ch. 14). Rates are two proportions: the interval of their difference is
Newcombe's hybrid of two Wilson intervals ("Interval estimation for the difference between independent
proportions", Statistics in Medicine 17, 1998, method 10). An amount per event has relative variance 1/n: a given
budget over a Poisson number of events by the delta method, a mean of n baskets because their spread is about their
mean (a coefficient of variation of one is usual). An amount per amount is a sum over a Poisson number of events, of
relative variance (1 + cv^2)/n (Feller, "An Introduction to Probability Theory", vol. II).
Scores that are means over answers use a normal interval with the largest possible spread.

Usual ups and downs. Weekly counts vary more than Poisson. The typical size of the step from week to week, measured
on the weeks before (median absolute log step, scaled to a standard deviation), widens the interval: the idea of
quasi-likelihood (McCullagh and Nelder, "Generalized Linear Models", ch. 6), made robust against single events.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Number = Decimal | float | int
Word = Literal["up", "down", "flat"]
Verdict = Literal["good", "bad", "neutral"]
Aim = Literal["higher_better", "lower_better", "neutral"]
Kind = Literal["count", "rate", "mean", "sum", "score", "stock"]
Reason = Literal[
    "no_value",
    "no_baseline",
    "not_enough_data",
    "no_history",
    "immature",
    "redefined",
    "within_noise",
    "flat",
    "no_aim",
]

Z95 = 1.959963984540054

#: A rate on fewer trials than this is never judged: its interval is some ten points wide.
MIN_TRIALS = 100
#: Counts that both stay below this, or sums over fewer events, are never judged.
MIN_EVENTS = 10
#: A difference that chance could explain is called "not enough data" when its interval is wider than this, as a
#: share of the earlier value to each side, and "within noise" when it is narrower.
WIDE = 0.5
#: A difference smaller than this share of the earlier value reads as "unchanged".
FLAT = 0.005
#: Coefficient of variation of the amount of one event.
BASKET_CV = 1.0
#: Standard deviation of answers on a -100..100 scale when half of them stand at either end.
SCORE_SPREAD = 100.0
#: Weeks of history needed before the usual step is worth using.
MIN_STEPS = 6


@dataclass(frozen=True, slots=True)
class Sample:
    """One number and the events it rests on.

    ``events`` counts what happened (orders, clicks, leads, answers), ``trials`` the chances it had (sessions,
    impressions). A count is its own number of events; a ``mean`` is an amount per event, a ``sum`` an amount (or an
    amount per amount) that ``events`` made up; a stock (followers) rests on no sample.
    """

    value: Number | None
    kind: Kind = "count"
    events: Number | None = None
    trials: Number | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The step from an earlier number to a later one.

    Attributes:
        absolute: Later minus earlier, in the KPI's own unit; None without both numbers.
        relative: The same as a share of the earlier one's size; None when that is zero.
        word: What the number did; None without both numbers.
        verdict: What that means for the business; "neutral" whenever ``reason`` is set.
        reason: Why there is no verdict; None when there is one.
        low: Lower end of the 95 % interval of ``absolute``; None where it cannot be told.
        high: Upper end.
        events: Events behind the smaller of the two numbers; None for stocks.
    """

    absolute: Number | None
    relative: float | None
    word: Word | None
    verdict: Verdict
    reason: Reason | None
    low: float | None = None
    high: float | None = None
    events: float | None = None


def compare(
    now: Sample, before: Sample, aim: Aim, *, mature: bool = True, history: Sequence[Number | None] = ()
) -> Change:
    """Set ``now`` against ``before`` and say what it means.

    Args:
        now: The later number.
        before: The earlier number, over a period of the same length.
        aim: The direction in which the number is wished to go.
        mature: Whether both numbers have settled; if not, nothing is called good or bad.
        history: The numbers of the periods before ``now``, oldest first, for the usual step between periods.
    """
    if now.value is None or before.value is None:
        reason: Reason = "no_value" if now.value is None else "no_baseline"
        return Change(None, None, None, "neutral", reason, events=_float(now.events))
    later, earlier = float(now.value), float(before.value)
    absolute = _difference(now.value, before.value)
    relative = (later - earlier) / abs(earlier) if earlier else None
    word = _word(later, earlier, relative)
    chance, usual = _chance(now, before), _usual(later, earlier, history)
    low, high = _wider(chance, usual)
    reason_now = _reason(now, before, word, chance, usual, mature=mature, aim=aim)
    verdict: Verdict = "neutral"
    if reason_now is None:
        verdict = "good" if (word == "up") == (aim == "higher_better") else "bad"
    return Change(absolute, relative, word, verdict, reason_now, low, high, _fewest(now, before))


def _difference(later: Number, earlier: Number) -> Number:
    if isinstance(later, float) or isinstance(earlier, float):
        return float(later) - float(earlier)
    return later - earlier


def _word(later: float, earlier: float, relative: float | None) -> Word:
    if later == earlier or (relative is not None and abs(relative) < FLAT):
        return "flat"
    return "up" if later > earlier else "down"


def _reason(
    now: Sample,
    before: Sample,
    word: Word,
    chance: tuple[float, float] | None,
    usual: tuple[float, float] | None,
    *,
    mature: bool,
    aim: Aim,
) -> Reason | None:
    if not (enough(now) and enough(before)) and not _count_grew(now, before):
        return "not_enough_data"
    if not mature:
        return "immature"
    if word == "flat":
        return "flat"
    return _noise(chance, usual, abs(float(before.value or 0))) or ("no_aim" if aim == "neutral" else None)


def _noise(chance: tuple[float, float] | None, usual: tuple[float, float] | None, size: float) -> Reason | None:
    """Why a step proves nothing: it could be chance, it is usual, or nobody knows what is usual."""
    if chance is None and usual is None:
        return "no_history"
    if chance is not None and chance[0] <= 0 <= chance[1] and (chance[1] - chance[0]) / 2 > WIDE * size:
        return "not_enough_data"
    found = [pair for pair in (chance, usual) if pair is not None]
    return "within_noise" if any(low <= 0 <= high for low, high in found) else None


def _count_grew(now: Sample, before: Sample) -> bool:
    """Counts need one of the two to be large: from 4 to 40 is a clear step."""
    return now.kind == "count" and (enough(now) or enough(before))


def enough(sample: Sample) -> bool:
    """Whether a number rests on enough events to be compared at all."""
    match sample.kind:
        case "stock":
            return True
        case "rate":
            return sample.trials is None or float(sample.trials) >= MIN_TRIALS
        case "count":
            return sample.value is not None and float(sample.value) >= MIN_EVENTS
        case _:
            return sample.events is None or float(sample.events) >= MIN_EVENTS


def interval(sample: Sample) -> tuple[float, float] | None:
    """Return the 95 % interval of one number, or None where its sample is not known."""
    if sample.value is None:
        return None
    value = float(sample.value)
    if sample.kind == "rate":
        return wilson(value, float(sample.trials or 0)) if _proportion(sample) else None
    half = _log_error(sample)
    if half is None:
        return None
    if sample.kind == "score":
        return value - Z95 * half, value + Z95 * half
    low, high = (value * math.exp(sign * Z95 * half) for sign in (-1, 1))
    return (low, high) if value >= 0 else (high, low)


def wilson(rate: float, trials: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a proportion (Journal of the American Statistical Association 22, 1927)."""
    z2 = Z95 * Z95
    centre = (rate + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z95 / (1 + z2 / trials) * math.sqrt(rate * (1 - rate) / trials + z2 / (4 * trials * trials))
    return max(0.0, centre - half), min(1.0, centre + half)


def newcombe(rate1: float, trials1: float, rate0: float, trials0: float) -> tuple[float, float]:
    """Return Newcombe's 95 % interval of ``rate1 - rate0`` (method 10)."""
    low1, high1 = wilson(rate1, trials1)
    low0, high0 = wilson(rate0, trials0)
    step = rate1 - rate0
    return step - math.hypot(rate1 - low1, high0 - rate0), step + math.hypot(high1 - rate1, rate0 - low0)


def usual_step(history: Sequence[Number | None]) -> float | None:
    """Return the usual size (a standard deviation) of the step between neighbours, on the log scale.

    The median of absolute steps, times 1.4826, is the standard deviation of a normal step and hardly moves for a
    single odd week. None when fewer than six steps are known, or when numbers are often zero or below.
    """
    values = [None if v is None or float(v) <= 0 else math.log(float(v)) for v in history]
    return _robust(_steps(values))


def usual_jump(history: Sequence[Number | None]) -> float | None:
    """Return the usual size of the step in the number itself, for numbers that are often zero or negative.

    Where most steps are nothing (events held now and then), the root of the mean square counts the few that are.
    """
    steps = _steps([None if v is None else float(v) for v in history])
    robust = _robust(steps)
    return math.sqrt(sum(step * step for step in steps) / len(steps)) if robust == 0 else robust


def _steps(values: Sequence[float | None]) -> list[float]:
    return sorted(abs(b - a) for a, b in itertools.pairwise(values) if a is not None and b is not None)


def _robust(steps: Sequence[float]) -> float | None:
    if len(steps) < MIN_STEPS:
        return None
    middle = len(steps) // 2
    median = steps[middle] if len(steps) % 2 else (steps[middle - 1] + steps[middle]) / 2
    return 1.4826 * median


def _usual(later: float, earlier: float, history: Sequence[Number | None]) -> tuple[float, float] | None:
    """The 95 % interval of the change when numbers move from unit to unit as they usually do."""
    step = usual_step(history)
    if step is not None and later > 0 and earlier > 0:
        return _around(earlier, later / earlier, step)
    jump = usual_jump(history)
    return None if jump is None else (later - earlier - Z95 * jump, later - earlier + Z95 * jump)


def _wider(*intervals: tuple[float, float] | None) -> tuple[float | None, float | None]:
    found = [pair for pair in intervals if pair is not None]
    if not found:
        return None, None
    return min(low for low, _ in found), max(high for _, high in found)


def _chance(now: Sample, before: Sample) -> tuple[float, float] | None:
    later, earlier = float(now.value or 0), float(before.value or 0)
    if now.kind == "rate":
        if not (_proportion(now) and _proportion(before)):
            return None
        return newcombe(later, float(now.trials or 0), earlier, float(before.trials or 0))
    errors = _log_error(now), _log_error(before)
    if errors[0] is None or errors[1] is None:
        return None
    error = math.hypot(errors[0], errors[1])
    if now.kind == "score":
        return later - earlier - Z95 * error, later - earlier + Z95 * error
    if now.kind == "count":
        # Half a case is added so that a count of none has a width too (Haldane 1940; Anscombe 1956).
        later, earlier = later + 0.5, earlier + 0.5
    if later <= 0 or earlier <= 0:
        return None
    return _around(earlier, later / earlier, error)


def _around(earlier: float, ratio: float, error: float) -> tuple[float, float]:
    """The interval of a ratio with the given error of its logarithm, turned into a difference."""
    low, high = (earlier * (ratio * math.exp(sign * Z95 * error) - 1) for sign in (-1, 1))
    return low, high


def _log_error(sample: Sample) -> float | None:
    """Standard error of the number: of its logarithm, and for scores of the number itself."""
    match sample.kind:
        case "count":
            return 1 / math.sqrt(max(float(sample.value or 0), 0) + 0.5)
        case "mean" if sample.events is not None and float(sample.events) > 0:
            return BASKET_CV / math.sqrt(float(sample.events))
        case "sum" if sample.events is not None and float(sample.events) > 0:
            return math.sqrt((1 + BASKET_CV**2) / float(sample.events))
        case "score" if sample.events is not None and float(sample.events) > 0:
            return SCORE_SPREAD / math.sqrt(float(sample.events))
        case _:
            return None


def _proportion(sample: Sample) -> bool:
    """Whether a rate can be a proportion of independent trials (some rates, like events per visit, pass one)."""
    return (
        sample.trials is not None
        and float(sample.trials) > 0
        and sample.value is not None
        and 0 <= float(sample.value) <= 1
    )


def _fewest(now: Sample, before: Sample) -> float | None:
    if now.kind == "stock":
        return None
    if now.kind == "count":
        return min(float(now.value or 0), float(before.value or 0))
    counts = [float(n) for n in (_basis(now), _basis(before)) if n is not None]
    return min(counts) if counts else None


def _basis(sample: Sample) -> Number | None:
    return sample.trials if sample.kind == "rate" else sample.events


def _float(value: Number | None) -> float | None:
    return None if value is None else float(value)
