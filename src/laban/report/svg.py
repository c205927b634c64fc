"""Pictures for files: a Vega-Lite specification drawn as SVG, and small lines drawn without any engine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from laban.metrics.result import Number
from laban.report import paint


def draw(spec: dict[str, Any]) -> str:
    """Return the SVG of a specification; the same specification gives the same bytes.

    A course of a given size is painted at once; for anything else Vega's engine is started.
    """
    if spec.get("usermeta", {}).get("kind") == "course" and isinstance(spec["width"], int):
        return paint.course(spec)
    return _draw(json.dumps(spec, ensure_ascii=False, sort_keys=True))


@lru_cache(maxsize=256)
def _draw(spec: str) -> str:
    import vl_convert  # noqa: PLC0415  the engine takes half a second to start

    svg: str = vl_convert.vegalite_to_svg(json.loads(spec))
    return svg


def spark(
    values: Sequence[Number | None],
    *,
    width: float = 96,
    height: float = 24,
    colour: str = "currentColor",
    hollow: bool = False,
) -> str:
    """Return a small line with a dot on the last value; gaps where there are no data.

    Decorative: the table beside it says the same in numbers, so it is hidden from screen readers.
    """
    points = _scaled(values, width, height)
    body = "".join(_path(run, colour) for run in _runs(points))
    last = next((p for p in reversed(points) if p is not None), None)
    if last is not None:
        fill = "none" if hollow else colour
        body += f'<circle cx="{last[0]:g}" cy="{last[1]:g}" r="2.2" fill="{fill}" stroke="{colour}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="spark" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" aria-hidden="true" focusable="false">{body}</svg>'
    )


def _scaled(values: Sequence[Number | None], width: float, height: float) -> list[tuple[float, float] | None]:
    known = [float(v) for v in values if v is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    step = (width - 6) / max(1, len(values) - 1)
    scale = (height - 6) / (high - low) if high > low else 0.0
    middle = height / 2
    return [
        None
        if v is None
        else (round(3 + i * step, 2), round(height - 3 - (float(v) - low) * scale if scale else middle, 2))
        for i, v in enumerate(values)
    ]


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _path(run: Sequence[tuple[float, float]], colour: str) -> str:
    if len(run) == 1:
        return f'<circle cx="{run[0][0]:g}" cy="{run[0][1]:g}" r="1" fill="{colour}"/>'
    steps = " ".join(f"{x:g},{y:g}" for x, y in run)
    return (
        f'<polyline points="{steps}" fill="none" stroke="{colour}" stroke-width="1.5" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    )
