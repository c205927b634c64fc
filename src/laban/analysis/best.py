"""Which of several rates is really the best: differences that chance could not make, in spite of many looks.

Two proportions are compared with the pooled normal test. When k rates are looked at, the largest is large partly by
luck, so the p-values are adjusted (Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
Journal of Statistics 6, 1979): for a winner over all k(k-1)/2 pairs, since any of them might have come out first;
for standing out from the rest over the k rates.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

#: Chance of calling anything different when nothing is.
LEVEL = 0.05
#: Rates on fewer trials are not looked at.
LEAST_TRIALS = 100
#: The normal approximation needs so many events in the two rates together.
LEAST_EVENTS = 10

Standing = Literal["winner", "above", "below", ""]


@dataclass(frozen=True, slots=True)
class Rate:
    """Events out of trials; anything that is not such a proportion is never judged."""

    events: float
    trials: float

    @property
    def known(self) -> bool:
        """Whether there are enough trials to be looked at."""
        return self.trials >= LEAST_TRIALS and 0 <= self.events <= self.trials

    @property
    def value(self) -> float:
        """Events per trial."""
        return self.events / self.trials


def p_value(one: Rate, other: Rate) -> float:
    """Return the two-sided p-value of two proportions being equal (pooled variance)."""
    events, trials = one.events + other.events, one.trials + other.trials
    pooled = events / trials
    variance = pooled * (1 - pooled) * (1 / one.trials + 1 / other.trials)
    if events < LEAST_EVENTS or variance <= 0:
        return 1.0
    return math.erfc(abs(one.value - other.value) / math.sqrt(2 * variance))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return Holm's adjusted p-values, in the order given."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [1.0] * len(p_values)
    running = 0.0
    for rank, place in enumerate(order):
        running = max(running, min(1.0, p_values[place] * (len(p_values) - rank)))
        adjusted[place] = running
    return tuple(adjusted)


@lru_cache(maxsize=64)
def standings(rates: tuple[Rate | None, ...]) -> tuple[Standing, ...]:
    """Return, for each rate, whether it is the winner, stands above or below the rest, or cannot be told apart."""
    known = [(place, rate) for place, rate in enumerate(rates) if rate is not None and rate.known]
    found: list[Standing] = [""] * len(rates)
    if len(known) < 2:
        return tuple(found)
    for place, standing in _against_the_rest(known):
        found[place] = standing
    winner = _winner(known)
    if winner is not None:
        found[winner] = "winner"
    return tuple(found)


def _against_the_rest(known: Sequence[tuple[int, Rate]]) -> list[tuple[int, Standing]]:
    events, trials = sum(rate.events for _, rate in known), sum(rate.trials for _, rate in known)
    rests = [Rate(events - rate.events, trials - rate.trials) for _, rate in known]
    adjusted = holm([p_value(rate, rest) for (_, rate), rest in zip(known, rests, strict=True)])
    return [
        (place, "above" if rate.value > rest.value else "below")
        for (place, rate), rest, p in zip(known, rests, adjusted, strict=True)
        if p < LEVEL
    ]


def _winner(known: Sequence[tuple[int, Rate]]) -> int | None:
    """The largest rate, when it differs from every other one."""
    first = max(range(len(known)), key=lambda n: known[n][1].value)
    if any(p_value(known[first][1], rate) >= LEVEL for n, (_, rate) in enumerate(known) if n != first):
        return None  # adjusting only makes it larger
    pairs = list(itertools.combinations(range(len(known)), 2))
    adjusted = holm([p_value(known[a][1], known[b][1]) for a, b in pairs])
    mine = [p for pair, p in zip(pairs, adjusted, strict=True) if first in pair]
    return known[first][0] if all(p < LEVEL for p in mine) else None
