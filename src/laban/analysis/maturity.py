"""How much a young number will still grow: learned from how earlier days grew while they were seen again.

A series is one number of one account (conversions, parcels delivered) by day. A day is seen several times; its age
is how many days after it that was. Between two sights a day's number grows by an increment, and increments over an
exposure known at once (clicks, orders placed) have one mean per age: the additive method of claims reserving
(Schmidt and Zocher, "The Bornhuetter-Ferguson principle", Variance 2(1), 2008), which copes with numbers that begin
at nothing or fall, where factors of growth (chain ladder: Mack, "Distribution-free calculation of the standard error
of chain ladder reserve estimates", ASTIN Bulletin 23, 1993) do not. What a day has shown so far then corrects its
level, by the credibility that it has earned (gamma-Poisson: Bühlmann and Gisler, "A Course in Credibility Theory",
2005, ch. 2): with steady levels this is Bornhuetter-Ferguson, with changing ones chain ladder, in between the
mixture of the two (Benktander; Mack, ASTIN Bulletin 30, 2000).

The means per age are those of steps of ages (one day at first, a week in the end). Where numbers only grow they
are the most likely ones for Poisson counts (found by expectation and maximisation, so they are never negative and
add up to what was seen); where they fall, those of weighted least squares. Levels of weeks and means are worked out
in turn.

Variance. Increments are overdispersed Poisson; levels and means have errors of estimation, taken together from their
joint information; and what would have been forecast for earlier weeks, as they looked at that age, is held against
what became of them: as much further off (or nearer) as that was, the variance is multiplied. What is to come is a
gamma variable where numbers only grow, a normal one elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

#: Half of the 80 % band, in standard deviations of a normal variable.
Z80 = 1.2815515655446004
#: Fewer moments at which days were seen again, or a history that ends before this share of the usual window, teach
#: nothing: then only the documented window is told.
LEAST_MOMENTS, LEAST_REACH = 5, 0.6
#: So many events (in units of the dispersion) must have come late for a pattern to be drawn from them.
LEAST_EVENTS = 10.0
#: Where less than this share of all came late, numbers are final when they are first seen.
FLAT = 0.002
#: The first age of each step of ages.
STEPS = (0, 1, 2, 3, 4, 6, 8, 11, 15, 21, 28, 42, 63)
#: How many forecasts of earlier weeks count as much as the belief that the variance of the model is right.
_BELIEF = 4.0
#: Earlier forecasts are looked at from about so many moments.
_LOOKED = 26
_WEEK = 7
_TINY = 1e-12
#: Levels of weeks and pattern are worked out in turn; they hardly move after the third time.
_ROUNDS, _PASSES = 4, 40


@dataclass(frozen=True, slots=True)
class Sight:
    """What was known of a day (as an ordinal number) at an age in days; ``exposure`` is what was final at once."""

    day: int
    age: int
    value: float
    exposure: float


@dataclass(frozen=True, slots=True)
class Curve:
    """How a series ripens.

    Attributes:
        known: Mean number per unit of exposure that is known at each age, the last one being final.
        dispersion: Variance of an increment as a multiple of its mean.
        spread: Variance of the level of a week about the mean level, which is 1.
        late: Events (dispersion units) that came late in the history: what the pattern rests on.
        errors: Covariance of the means of the steps of ages.
        grows: Whether numbers of this series only grow.
        widening: How many times as large as the model says the variance of earlier forecasts was.
    """

    known: tuple[float, ...]
    dispersion: float
    spread: float
    late: float
    errors: tuple[tuple[float, ...], ...]
    grows: bool
    widening: float = 1.0

    @property
    def horizon(self) -> int:
        """The age from which on a number is final."""
        return len(self.known) - 1

    def share(self, age: int) -> float:
        """Return the share of the final number that is known at an age; above 1 where numbers fall."""
        final = self.known[-1]
        return self.known[min(max(age, 0), self.horizon)] / final if final else 1.0


@dataclass(frozen=True, slots=True)
class Rest:
    """What is still to come of a sum: its mean, its variance, and whether it can only be more.

    ``grain`` is about as much as comes at once (a conversion, the value of an order).
    """

    mean: float
    variance: float
    grows: bool = True
    grain: float = 0.0

    def __add__(self, other: Rest) -> Rest:
        return Rest(
            self.mean + other.mean,
            self.variance + other.variance,
            self.grows and other.grows,
            max(self.grain, other.grain),
        )

    def band(self) -> tuple[float, float]:
        """Return the 80 % band about the mean, a quarter of a grain wider on both sides: things come whole."""
        low, high = (gamma_band if self.grows else normal_band)(self.mean, self.variance)
        if self.variance <= 0:
            return low, high
        low, high = low - self.grain / 4, high + self.grain / 4
        return (max(low, 0.0), high) if self.grows else (low, high)


NOTHING = Rest(0.0, 0.0)


def normal_band(mean: float, variance: float) -> tuple[float, float]:
    """Return the 80 % band of a normal variable."""
    half = Z80 * math.sqrt(max(variance, 0.0))
    return mean - half, mean + half


def gamma_band(mean: float, variance: float) -> tuple[float, float]:
    """Return the 80 % band of a gamma variable (Wilson and Hilferty, PNAS 17, 1931); it holds the mean."""
    if variance <= 0:
        return mean, mean
    if mean <= 0 or mean * mean <= _TINY * variance:  # hardly anything, with hardly a chance of much
        return min(mean, 0.0), max(mean, 0.0)
    inverse = variance / (9 * mean * mean)
    low, high = (mean * max(0.0, 1 - inverse + sign * Z80 * math.sqrt(inverse)) ** 3 for sign in (-1, 1))
    return min(low, mean), max(high, mean)


def learn(sights: Iterable[Sight], window: int) -> Curve | None:
    """Return how a series ripens, or None where the history is too short.

    Args:
        sights: Every sight of every day; an age beyond ``window`` counts as final.
        window: The age from which on numbers are final, as documented.
    """
    days = _by_day(sights, window)
    reach = max((chain[-1].age for chain in days), default=0)
    moments = {sight.day + sight.age for chain in days for sight in chain[1:]}
    if len(moments) < LEAST_MOMENTS or reach < LEAST_REACH * window:
        return None
    history = _History(days, reach)
    return history.curve()


def rest(curve: Curve, sights: Sequence[Sight]) -> Rest:
    """Return what is still to come of the sum over days of one series, as each is known now.

    The days of a week share one level.
    """
    mean, chance, error = _coming(curve, sights)
    return Rest(mean, curve.widening * (chance + error), curve.grows, curve.dispersion)


def _coming(curve: Curve, sights: Sequence[Sight]) -> tuple[float, float, float]:
    """The mean of what is to come, and its variance by chance and by the error of the curve."""
    import numpy as np  # noqa: PLC0415  slow to import, and most numbers are final

    weeks: dict[int, list[Sight]] = {}
    for sight in sights:
        if sight.age < curve.horizon and sight.exposure > 0:
            weeks.setdefault(sight.day // _WEEK, []).append(sight)
    mean = chance = 0.0
    weights, ages = np.zeros(len(curve.errors)), _ages(curve.horizon)
    for week in weeks.values():
        told = sum(sight.exposure * curve.known[max(sight.age, 0)] for sight in week)
        coming = sum(sight.exposure * (curve.known[-1] - curve.known[max(sight.age, 0)]) for sight in week)
        level, doubt = _level(curve.spread, curve.dispersion, told, sum(sight.value for sight in week))
        mean += level * coming
        chance += curve.dispersion * level * abs(coming) + doubt * coming * coming
        for sight in week:
            weights += level * sight.exposure * (ages[-1] - ages[max(sight.age, 0) + 1])
    error = float(weights @ np.array(curve.errors) @ weights) if weights.any() else 0.0
    return mean, chance, error


def _level(spread: float, dispersion: float, told: float, seen: float) -> tuple[float, float]:
    """The level of days that have shown ``seen`` where ``told`` was usual, and its variance."""
    if spread <= 0 or told <= 0:
        return 1.0, max(spread, 0.0)
    prior, weight = 1 / spread, told / dispersion
    level = (prior + max(seen, 0.0) / dispersion) / (prior + weight)
    return level, level / (prior + weight)


@cache
def _ages(horizon: int) -> Vector:
    """How many ages up to each age (one row each, the first for none at all) lie in each step."""
    import numpy as np  # noqa: PLC0415  see above

    starts = np.array([start for start in STEPS if start <= horizon])
    steps = np.searchsorted(starts, np.arange(horizon + 1), side="right") - 1
    return np.vstack([np.zeros(len(starts)), np.eye(len(starts))[steps].cumsum(axis=0)])


def _by_day(sights: Iterable[Sight], window: int) -> list[list[Sight]]:
    """The sights of each day in order of age, one per age; from the window on, the last one counts."""
    found: dict[int, dict[int, Sight]] = {}
    for sight in sorted(sights, key=lambda one: (one.day, one.age)):
        if sight.age >= 0 and sight.exposure > 0:
            age = min(sight.age, window)
            found.setdefault(sight.day, {})[age] = Sight(sight.day, age, sight.value, sight.exposure)
    return [[chain[age] for age in sorted(chain)] for _, chain in sorted(found.items())]


class _History:
    """Increments of all days, added up by week and by the ages between which they came."""

    def __init__(self, days: Sequence[Sequence[Sight]], reach: int) -> None:
        import numpy as np  # noqa: PLC0415  see above

        self._days, self._reach = days, reach
        self._steps = sum(start <= reach for start in STEPS)
        weeks = sorted({chain[0].day // _WEEK for chain in days})
        self._weeks = {week: n for n, week in enumerate(weeks)}
        sums: dict[tuple[int, int, int], list[float]] = {}
        for chain in days:
            before, age, exposure = 0.0, -1, chain[-1].exposure
            for sight in chain:
                # A day that was first seen when it was old tells what came after that, not how high days begin.
                if age >= 0 or sight.age < _WEEK:
                    key = (self._weeks[chain[0].day // _WEEK], age, sight.age)
                    held = sums.setdefault(key, [0.0, 0.0])
                    held[0], held[1] = held[0] + sight.value - before, held[1] + exposure
                before, age = sight.value, sight.age
        self._week = np.array([key[0] for key in sums], dtype=np.int64)
        self._later = np.array([key[1] >= 0 for key in sums], dtype=np.bool_)
        ages = _ages(reach)
        self._design = np.array([ages[until + 1] - ages[after + 1] for _, after, until in sums])
        self._amount = np.array([held[0] for held in sums.values()], dtype=np.float64)
        self._exposure = np.array([held[1] for held in sums.values()], dtype=np.float64)
        falls, rises = (float(np.maximum(sign * self._amount, 0).sum()) for sign in (-1, 1))
        self._grows = falls <= 0.01 * rises

    def curve(self) -> Curve | None:
        """Return the curve; None where too little came late to draw one."""
        import numpy as np  # noqa: PLC0415  see above

        if self._is_flat():
            return self._flat()
        levels, means = np.ones(len(self._weeks)), self._first()
        dispersion = spread = 0.0
        for _ in range(_ROUNDS):
            means = self._means(levels, means)
            known = self._known(means)
            if known[-1] <= 0 or known[0] < 0:
                return None
            shown, usual = self._shown(known)
            raw = np.divide(shown, usual, out=np.ones_like(shown), where=usual > 0)
            dispersion = self._dispersion(means, raw)
            if dispersion <= 0:
                return None
            spread = _spread(shown, usual, dispersion)
            levels = np.array([_level(spread, dispersion, u, s)[0] for u, s in zip(usual, shown, strict=True)])
        late = float(np.abs(self._amount[self._later]).sum()) / dispersion
        if late < LEAST_EVENTS:
            return None
        errors = self._errors(means, levels, dispersion, spread)
        made = Curve(tuple(map(float, known)), dispersion, spread, late, errors, self._grows)
        return replace(made, widening=_widening(self._days, made))

    def _is_flat(self) -> bool:
        """Whether days that were seen again hardly ever changed."""
        import numpy as np  # noqa: PLC0415  see above

        late = float(np.abs(self._amount[self._later]).sum())
        return late <= FLAT * float(np.abs(self._amount).sum()) and bool(self._later.any())

    def _flat(self) -> Curve:
        """The curve of numbers that are final when they are first seen."""
        rate = sum(chain[-1].value for chain in self._days) / sum(chain[-1].exposure for chain in self._days)
        nothing = ((0.0,) * self._steps,) * self._steps
        return Curve((rate,) * (self._reach + 1), 0.0, 0.0, 0.0, nothing, grows=True)

    def _first(self) -> Vector:
        import numpy as np  # noqa: PLC0415  see above

        rate = max(float(self._amount.sum()), 1e-9) / float((self._exposure * self._design.sum(axis=1)).sum())
        return np.full(self._steps, rate)

    def _means(self, levels: Vector, means: Vector) -> Vector:
        """What arrives per day of age in each step, per unit of exposure."""
        import numpy as np  # noqa: PLC0415  see above

        exposure = self._exposure * levels[self._week]
        weighted = self._design * exposure[:, None]
        if not self._grows:
            matrix = self._design.T @ weighted
            damped = matrix + 1e-6 * np.trace(matrix) / self._steps * np.eye(self._steps)
            return np.asarray(np.linalg.solve(damped, self._design.T @ self._amount))
        amount, total = np.maximum(self._amount, 0.0), np.maximum(weighted.sum(axis=0), 1e-300)
        for _ in range(_PASSES):
            foreseen = np.maximum(weighted @ means, 1e-300)
            means = means * (weighted.T @ (amount / foreseen)) / total
        return means

    def _known(self, means: Vector) -> Vector:
        import numpy as np  # noqa: PLC0415  see above

        places = np.searchsorted(np.array(STEPS[: self._steps]), np.arange(self._reach + 1), side="right") - 1
        return np.asarray(np.cumsum(means[places]))

    def _shown(self, known: Vector) -> tuple[Vector, Vector]:
        """Per week what its days have shown, and what is usual at the ages they were last seen."""
        import numpy as np  # noqa: PLC0415  see above

        shown, usual = np.zeros(len(self._weeks)), np.zeros(len(self._weeks))
        for chain in self._days:
            place, last = self._weeks[chain[0].day // _WEEK], chain[-1]
            shown[place] += last.value
            usual[place] += last.exposure * known[last.age]
        return shown, usual

    def _dispersion(self, means: Vector, levels: Vector) -> float:
        """Variance of increments after the first sight over their mean."""
        import numpy as np  # noqa: PLC0415  see above

        foreseen = np.abs(levels[self._week] * self._exposure * (self._design @ means))[self._later]
        error = self._amount[self._later] - levels[self._week][self._later] * (
            self._exposure[self._later] * (self._design[self._later] @ means)
        )
        free = len(error) - self._steps
        if free <= 0 or foreseen.sum() <= 0:
            return 0.0
        return float((error**2).sum() / foreseen.sum()) * len(error) / free

    def _errors(
        self, means: Vector, levels: Vector, dispersion: float, spread: float
    ) -> tuple[tuple[float, ...], ...]:
        """Covariance of the means, levels being uncertain as well: from the joint information of both."""
        import numpy as np  # noqa: PLC0415  see above

        foreseen = self._exposure * levels[self._week] * (self._design @ means)
        size = np.maximum(np.abs(foreseen), 1e-9 * max(float(np.abs(foreseen).max()), 1e-300))
        slopes = np.zeros((len(foreseen), len(levels) + self._steps))
        slopes[np.arange(len(foreseen)), self._week] = foreseen / np.maximum(levels[self._week], 1e-9)
        slopes[:, len(levels) :] = self._design * (self._exposure * levels[self._week])[:, None]
        information = slopes.T @ (slopes / (dispersion * size)[:, None])
        prior = np.zeros(len(information))
        prior[: len(levels)] = 1 / max(spread, 1e-6)
        # A step without any arrival is known about as well as one with a single event.
        prior[len(levels) :] = 1 / np.maximum(means**2, (np.abs(means).max() / 10) ** 2 + 1e-300)
        whole = np.linalg.inv(information + np.diag(prior))[len(levels) :, len(levels) :]
        return tuple(tuple(map(float, row)) for row in whole)


def _spread(shown: Vector, usual: Vector, dispersion: float) -> float:
    """Variance of the level between weeks beyond what chance makes of it (method of moments)."""
    full = usual > 0
    if int(full.sum()) < 3:
        return 0.0
    squares = float(((shown[full] - usual[full]) ** 2 / usual[full]).sum())
    return max(0.0, (squares - int(full.sum()) * dispersion) / float(usual[full].sum()))


def _widening(days: Sequence[Sequence[Sight]], curve: Curve) -> float:
    """Hold forecasts of earlier weeks against what became of them: mean square of the error over its variance."""
    groups: dict[tuple[int, int], list[tuple[Sight, float]]] = {}
    for chain in days:
        if chain[-1].age >= curve.horizon:
            for sight in chain[:-1]:
                groups.setdefault((sight.day + sight.age, sight.age // _WEEK), []).append((sight, chain[-1].value))
    ratios = []
    moments = sorted({moment for moment, _ in groups})
    looked = set(moments[:: max(1, len(moments) // _LOOKED)])
    for group in (group for (moment, _), group in groups.items() if moment in looked):
        mean, chance, error = _coming(curve, [sight for sight, _ in group])
        if chance > 0:
            came = sum(final - sight.value for sight, final in group)
            # These weeks helped to draw the curve, so that it is nearer to them than to others by twice its error.
            ratios.append((came - mean) ** 2 / max(chance - error, chance / 3))
    return (sum(ratios) + _BELIEF) / (len(ratios) + _BELIEF)
