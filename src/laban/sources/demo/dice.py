"""Reproducible chance: one stream of numbers per name, so that varying one part leaves the others as they were.

Only ``random.Random`` is used: its sequence for a text seed is the same on every platform and Python version
that the package supports, which is what makes the demo company byte-identical.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws from the stream that ``seed`` and ``names`` stand for."""

    __slots__ = ("_random",)

    def __init__(self, seed: int, *names: object) -> None:
        text = "/".join(str(name) for name in (seed, *names))
        self._random = Random(text)  # noqa: S311  a simulation must be repeatable, not unpredictable

    def unit(self) -> float:
        """Return a number in [0, 1)."""
        return self._random.random()

    def chance(self, probability: float) -> bool:
        """Return True with ``probability``."""
        return self._random.random() < probability

    def between(self, low: int, high: int) -> int:
        """Return an integer of ``low..high``, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def wait(self, mean: float) -> float:
        """Return an exponential waiting time."""
        return -mean * math.log(1.0 - self._random.random())

    def gamma(self, shape: float, scale: float) -> float:
        """Return a gamma value with mean ``shape * scale``."""
        return self._random.gammavariate(shape, scale)

    def noise(self, spread: float) -> float:
        """Return a positive factor with mean 1 and coefficient of variation ``spread``."""
        if spread <= 0:
            return 1.0
        shape = 1.0 / (spread * spread)
        return self._random.gammavariate(shape, 1.0 / shape)

    def poisson(self, mean: float) -> int:
        """Return a Poisson count; above 30 by the normal approximation."""
        if mean <= 0:
            return 0
        if mean > 30:
            return max(0, round(self._random.gauss(mean, math.sqrt(mean))))
        limit, count, product = math.exp(-mean), 0, self._random.random()
        while product > limit:
            count += 1
            product *= self._random.random()
        return count

    def binomial(self, trials: int, probability: float) -> int:
        """Return a binomial count; for many trials by the Poisson or normal approximation, never above ``trials``."""
        if trials <= 0 or probability <= 0:
            return 0
        if probability >= 1:
            return trials
        if probability > 0.5:
            return trials - self.binomial(trials, 1.0 - probability)
        if trials <= 30:
            return sum(self._random.random() < probability for _ in range(trials))
        mean = trials * probability
        if mean < 12:
            return min(trials, self.poisson(mean))
        drawn = round(self._random.gauss(mean, math.sqrt(mean * (1.0 - probability))))
        return min(trials, max(0, drawn))

    def split(self, total: int, weights: Sequence[float]) -> list[int]:
        """Return ``total`` dealt out to the weights (multinomial); the parts add up to ``total``."""
        left, weight_left, parts = total, sum(weights), []
        for weight in weights[:-1]:
            part = self.binomial(left, weight / weight_left) if weight_left > 0 else 0
            parts.append(part)
            left -= part
            weight_left -= weight
        return [*parts, left]

    def pick(self, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """Return one of ``options``, by weight when weights are given."""
        if weights is None:
            return options[int(self._random.random() * len(options))]
        point = self._random.random() * sum(weights)
        for option, weight in zip(options, weights, strict=True):
            point -= weight
            if point < 0:
                return option
        return options[-1]
