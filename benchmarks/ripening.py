"""Which way of telling where young numbers end: compared on simulated accounts, none of which is a demo company.

Chain ladder multiplies what is known by a factor; Bornhuetter-Ferguson adds what is usual; Laban mixes the two by the
credibility that a week has earned. Each account has weekly downloads of 35 days and purchases that come late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from laban.analysis.maturity import Sight, learn, rest

ACCOUNTS, WINDOW, SPAN = 80, 28, 35


@dataclass(frozen=True, slots=True)
class Kind:
    """An account: purchases a day, share counted at once, mean lag of the rest, how weeks and days differ."""

    rate: float = 30.0
    at_once: float = 0.5
    lag: float = 5.0
    weeks: float = 0.15
    days: float = 0.1
    drift: float = 0.0
    money: bool = False


KINDS: Mapping[str, Kind] = {
    "30 purchases a day": Kind(),
    "4 purchases a day": Kind(rate=4),
    "3 purchases in two days": Kind(rate=1.5),
    "no difference between weeks": Kind(weeks=0.0),
    "large differences between weeks and days": Kind(weeks=0.4, days=0.3),
    "3 % more each week": Kind(drift=0.03),
    "a fifth at once, the rest late": Kind(at_once=0.2, lag=9.0),
    "revenue of 30 purchases a day": Kind(money=True),
    "revenue of 5 purchases a day": Kind(rate=5, money=True),
}


def trial(kind: Kind, history: int, chance: np.random.Generator) -> tuple[float, ...] | None:
    """Return fresh, expected, chain ladder, Bornhuetter-Ferguson, low, high and final of a week just over."""
    last = 7 * (history + 7) - 1
    clicks, counts = [], []
    for day in range(last + 1):
        if day % 7 == 0:
            level = np.exp(chance.normal(0, kind.weeks) + kind.drift * day / 7)
        clicks.append(float(chance.poisson(10 * kind.rate * (1 + 0.2 * np.sin(2 * np.pi * day / 7)))))
        count = chance.poisson(clicks[-1] * 0.1 * level * np.exp(chance.normal(0, kind.days)))
        late = np.minimum(WINDOW - 1, 1 + chance.exponential(kind.lag, count).astype(int))
        amount = chance.lognormal(0, 0.6, count) * 300_000 if kind.money else np.ones(count)
        counts.append((np.where(chance.random(count) < kind.at_once, 0, late), amount))

    def sights(moment: int) -> Iterator[Sight]:
        for day in range(max(0, moment - SPAN + 1), moment + 1):
            lags, amount = counts[day]
            yield Sight(day, moment - day, float(amount[lags <= moment - day].sum()), clicks[day])

    curve = learn([one for back in range(history) for one in sights(last - 7 * back)], WINDOW)
    if curve is None:
        return None
    young = [one for one in sights(last) if one.age < 7]
    fresh, final = sum(one.value for one in young), sum(float(counts[one.day][1].sum()) for one in young)
    coming = rest(curve, young)
    low, high = coming.band()
    ladder = sum(one.value / curve.share(one.age) for one in young)
    usual = fresh + sum(one.exposure * (curve.known[-1] - curve.known[one.age]) for one in young)
    return fresh, fresh + coming.mean, ladder, usual, fresh + low, fresh + high, final


def main() -> None:
    """Print a row per kind of account and length of history: mean absolute errors as shares of the final number."""
    print(
        f"{'account':<42} {'weeks':>5} {'fresh':>7} {'ladder':>7} {'usual':>7} {'mixed':>7} {'in the 80 % band':>17}"
    )
    for history in (8, 12, 26):
        for name, kind in KINDS.items():
            chance = np.random.default_rng(5)
            made = [found for _ in range(ACCOUNTS) if (found := trial(kind, history, chance)) is not None]
            fresh, mixed, ladder, usual, low, high, final = np.array(made).T
            errors = (np.abs(each - final).sum() / final.sum() for each in (fresh, ladder, usual, mixed))
            held = np.mean((low <= final) & (final <= high))
            shown = " ".join(f"{error:>7.1%}" for error in errors)
            print(f"{name:<42} {history:>5} {shown} {held:>17.1%}", flush=True)


if __name__ == "__main__":
    main()
