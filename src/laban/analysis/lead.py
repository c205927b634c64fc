"""Whether one series runs ahead of another, by how many units, and where a series turned sharply.

Lead time. Both series are taken as steps of their logarithms (plain steps where a number is not above zero), so
that a common trend is not mistaken for a link. The steps of one are correlated with the later steps of the other, for
every lead from none to ``MOST`` units; the lead with the largest correlation in the expected direction is the answer.
It is called clear only if that correlation, by Fisher's z (Fisher, "On the probable error of a coefficient of
correlation", Metron 1, 1921), would be found by chance in fewer than five of a hundred searches over all leads
(Bonferroni). Steps that echo the step before are worth fewer pairs (Bartlett, "Some aspects of the time-correlation
problem", Journal of the Royal Statistical Society 98, 1935). Correlation is not proof: what is found is a hypothesis
that fits the numbers.

Turns. A step is sharp when it lies more than three robust standard deviations from the usual step (median absolute
deviation; Hampel, "The influence curve and its role in robust estimation", 1974) and changes the number by a tenth.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist, median
from typing import Literal

Number = Decimal | float | int

#: Longest lead looked for, in units.
MOST = 8
#: Pairs of steps needed.
LEAST = 20
#: Share of searches that may find a lead where there is none.
RISK = 0.05
#: Robust standard deviations, and share of the number, from which on a step is sharp.
SHARP = 3.0
TENTH = 0.1
#: Median absolute deviation of a normal distribution, in standard deviations.
_MAD = 0.6744897501960817


@dataclass(frozen=True, slots=True)
class Lead:
    """By how many units one series ran ahead of another.

    Attributes:
        units: The lead; 0 when both move together.
        correlation: Of the steps at that lead, in the expected direction (positive when as expected).
        pairs: Steps it rests on.
        clear: Whether it is more than a search over all leads would find by chance.
    """

    units: int
    correlation: float
    pairs: int
    clear: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """A sharp step: at which place of the series, and by what share of the number before."""

    place: int
    word: Literal["up", "down"]
    relative: float


def lead_time(
    ahead: Sequence[Number | None], behind: Sequence[Number | None], effect: Literal["+", "-"] = "+"
) -> Lead | None:
    """Return by how many units ``ahead`` runs before ``behind``; None when there are too few numbers to look.

    Args:
        ahead: The series that may foretell, oldest first.
        behind: The series that may follow, of the same units.
        effect: Whether a rise of the one is expected to raise or to lower the other.
    """
    one, two = _steps(ahead), _steps(behind)
    echo = max(0.0, (_echo(one) or 0.0) * (_echo(two) or 0.0))
    sign = 1.0 if effect == "+" else -1.0
    found: list[Lead] = []
    looks = MOST + 1
    for units in range(looks):
        pairs = [
            (first, second)
            for first, second in zip(one, two[units:], strict=False)
            if first is not None and second is not None
        ]
        r = _correlation(pairs)
        if len(pairs) >= LEAST and r is not None:
            worth = len(pairs) / (1 + 2 * echo)
            found.append(Lead(units, sign * r, len(pairs), clear=_clear(sign * r, worth, looks)))
    return max(found, key=lambda lead: lead.correlation, default=None)


def _clear(r: float, worth: float, looks: int) -> bool:
    needed = NormalDist().inv_cdf(1 - RISK / looks)
    return r > 0 and math.atanh(min(r, 1 - 1e-12)) * math.sqrt(max(worth - 3, 0)) > needed


def _echo(steps: Sequence[float | None]) -> float | None:
    """The correlation of a series of steps with itself one unit later."""
    return _correlation([(a, b) for a, b in itertools.pairwise(steps) if a is not None and b is not None])


def _steps(values: Sequence[Number | None]) -> list[float | None]:
    numbers = [None if value is None else float(value) for value in values]
    logs = all(number is None or number > 0 for number in numbers)
    scaled = [None if number is None else math.log(number) if logs else number for number in numbers]
    return [
        None if before is None or after is None else after - before for before, after in itertools.pairwise(scaled)
    ]


def _correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's r; None where one of the series stands still."""
    if len(pairs) < 2:
        return None
    mean_x = math.fsum(x for x, _ in pairs) / len(pairs)
    mean_y = math.fsum(y for _, y in pairs) / len(pairs)
    xx = math.fsum((x - mean_x) ** 2 for x, _ in pairs)
    yy = math.fsum((y - mean_y) ** 2 for _, y in pairs)
    xy = math.fsum((x - mean_x) * (y - mean_y) for x, y in pairs)
    return xy / math.sqrt(xx * yy) if xx > 0 and yy > 0 else None


def turns(values: Sequence[Number | None], most: int = 3) -> tuple[Turn, ...]:
    """Return the sharpest steps of a series, oldest first; none where there is too little to know the usual step."""
    steps = _steps(values)
    known = [step for step in steps if step is not None]
    if len(known) < LEAST:
        return ()
    middle = median(known)
    spread = median(abs(step - middle) for step in known) / _MAD
    found = [
        (abs(step - middle), Turn(place + 1, "up" if step > middle else "down", relative))
        for place, step in enumerate(steps)
        if step is not None
        and abs(step - middle) > SHARP * spread
        and abs(relative := _relative(values[place], values[place + 1])) > TENTH
    ]
    sharpest = sorted(found, key=lambda item: -item[0])[:most]
    return tuple(sorted((turn for _, turn in sharpest), key=lambda turn: turn.place))


def _relative(before: Number | None, after: Number | None) -> float:
    if not before or after is None:
        return 0.0
    return (float(after) - float(before)) / abs(float(before))
