"""Sparklines: thirteen numbers as one line, drawn on the server without a chart library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import SupportsFloat

WIDTH, HEIGHT, PAD = 120.0, 36.0, 4.0


@dataclass(frozen=True, slots=True)
class Spark:
    """An SVG path in a ``WIDTH`` by ``HEIGHT`` box; a missing number breaks the line, ``dots`` are lone numbers.

    ``last`` is the end of the line, None when the newest number is missing.
    """

    line: str
    area: str
    dots: tuple[tuple[float, float], ...]
    last: tuple[float, float] | None


def spark(values: Sequence[SupportsFloat | None]) -> Spark | None:
    """Return the line through ``values`` (oldest first), or None when fewer than two are there.

    The scale runs from the smallest to the largest value: a sparkline shows the course, not the size.
    """
    numbers = [None if value is None else float(value) for value in values]
    known = [number for number in numbers if number is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    step = (WIDTH - 2 * PAD) / (len(numbers) - 1)
    span = high - low

    def place(index: int, number: float) -> tuple[float, float]:
        share = (number - low) / span if span else 0.5
        return round(PAD + index * step, 1), round(HEIGHT - PAD - share * (HEIGHT - 2 * PAD), 1)

    runs: list[list[tuple[float, float]]] = [[]]
    for index, number in enumerate(numbers):
        if number is None:
            runs.append([])
        else:
            runs[-1].append(place(index, number))
    lines = [run for run in runs if len(run) > 1]
    return Spark(
        line=" ".join(_path(run) for run in lines),
        area=" ".join(f"{_path(run)}V{HEIGHT:g}H{run[0][0]:g}Z" for run in lines),
        dots=tuple(run[0] for run in runs if len(run) == 1),
        last=runs[-1][-1] if runs[-1] else None,
    )


def _path(run: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in run)
