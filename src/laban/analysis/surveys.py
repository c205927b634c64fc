"""How sure a survey's score is."""

from __future__ import annotations

import math

from laban.analysis.compare import Z95


def score_interval(promoters: float, detractors: float, answers: float) -> tuple[float, float] | None:
    """Return the 95 % interval of a net score on the scale of -100 to 100; None without answers.

    An answer counts 1, 0 or -1; the variance of the mean is ``(p + d - (p - d)^2) / n``. One answer of each kind is
    added before the spread is taken (as Agresti and Coull do for a proportion, The American Statistician 52, 1998),
    so that a handful of equal answers does not look certain. The interval stays around the score itself.
    """
    if answers <= 0:
        return None
    score = (promoters - detractors) / answers
    p, d, n = promoters + 1, detractors + 1, answers + 3
    spread = (p + d) / n - ((p - d) / n) ** 2
    half = Z95 * math.sqrt(spread / n)
    return 100 * max(-1.0, score - half), 100 * min(1.0, score + half)
