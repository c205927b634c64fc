"""Why a rate moved: because its parts moved, or because their weights did.

For parts i with weight w (share of the trials) and rate r, between an earlier (0) and a later (1) period:
``mix = sum (w1 - w0) * (r0 + r1) / 2`` and ``rate = sum (w0 + w1) / 2 * (r1 - r0)``. Their sum is the change of the
whole rate, exactly, whatever the parts (the midpoint form of Kitagawa, "Components of a difference between two
rates", Journal of the American Statistical Association 50, 1955).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a rate in both periods: what happened and the chances it had. A part may be absent from one."""

    events_before: Fraction
    trials_before: Fraction
    events_now: Fraction
    trials_now: Fraction


@dataclass(frozen=True, slots=True)
class Effect:
    """How much of the change of the whole rate is due to the part's weight (``mix``) and to its own ``rate``."""

    mix: Fraction
    rate: Fraction


def effects(parts: Sequence[Part]) -> tuple[Effect, ...] | None:
    """Return the effects of each part; they add up to the change of the whole rate.

    A part that is absent from one period has no rate there: its other rate stands for it, so that its coming or going
    is mix alone. The mix effect of a part is measured against the average whole rate, which leaves the sum as it is
    and says of a part whether more of it lifts or lowers the whole. None when a period has no trials at all.
    """
    before, now = sum(p.trials_before for p in parts), sum(p.trials_now for p in parts)
    if not before or not now:
        return None
    whole = (sum(p.events_before for p in parts) / before + sum(p.events_now for p in parts) / now) / 2
    return tuple(_effect(part, Fraction(before), Fraction(now), whole) for part in parts)


def _effect(part: Part, before: Fraction, now: Fraction, whole: Fraction) -> Effect:
    earlier = part.events_before / part.trials_before if part.trials_before else None
    later = part.events_now / part.trials_now if part.trials_now else None
    if earlier is None and later is None:
        return Effect(Fraction(0), Fraction(0))
    r0 = earlier if earlier is not None else later or Fraction(0)
    r1 = later if later is not None else r0
    w0, w1 = part.trials_before / before, part.trials_now / now
    return Effect((w1 - w0) * ((r0 + r1) / 2 - whole), (w0 + w1) / 2 * (r1 - r0))
