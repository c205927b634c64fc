"""A course drawn as SVG in a millisecond, from the same specification that the page hands to Vega.

Only what ``charts.course`` uses is understood: lines with gaps, dotted rules, texts above the plot, hollow points,
two axes with given ticks. Everything is read off the specification: picture and page cannot differ in content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

Spec = dict[str, Any]

_LITERAL = re.compile(r"'((?:[^'\\]|\\.)*)'")
_CHARACTER = 0.56
_ROW = 12
_FOOT = 20


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot inside the picture, and the ends of its axes."""

    left: float
    top: float
    right: float
    bottom: float
    days: tuple[float, float]
    values: tuple[float, float]

    def x(self, stamp: float) -> float:
        """Return where a moment stands."""
        first, last = self.days
        return self.left + (stamp - first) / ((last - first) or 1) * (self.right - self.left)

    def y(self, value: float) -> float:
        """Return where a value stands."""
        low, high = self.values
        return self.bottom - (value - low) / ((high - low) or 1) * (self.bottom - self.top)


def course(spec: Spec) -> str:
    """Return the SVG of a course."""
    rows = spec["data"]["values"]
    style = spec["config"]
    x, y = spec["encoding"]["x"], next(layer["encoding"]["y"] for layer in spec["layer"] if _has_values(layer))
    labels = _texts(y["axis"]["labelExpr"])
    size = float(style["axis"]["labelFontSize"])
    widest = max((len(text) for text in labels), default=0) * size * _CHARACTER
    marks = [layer for layer in spec["layer"] if "layer" in layer]
    above = 2 * _ROW if marks else 0
    stamps = [_stamp(row["day"]) for row in rows] or [0.0]
    frame = Frame(
        left=spec["padding"]["left"] + widest + 6,
        top=spec["padding"]["top"] + above,
        right=spec["width"] - spec["padding"]["right"],
        bottom=spec["height"] - spec["padding"]["bottom"] - _FOOT,
        days=(min(stamps), max(stamps)),
        values=tuple(y["scale"]["domain"]),
    )
    body = [*_grid(frame, y, labels, style), *_below(frame, x, style)]
    for layer in spec["layer"]:
        body += _marks(frame, layer, style) if "layer" in layer else _layer(frame, layer, rows, style)
    font = escape(style["font"].replace('"', "'"), quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{spec["width"]}" height="{spec["height"]}" '
        f'viewBox="0 0 {spec["width"]} {spec["height"]}" font-family="{font}">{"".join(body)}</svg>'
    )


def _has_values(layer: Spec) -> bool:
    return "field" in layer.get("encoding", {}).get("y", {})


def _texts(expression: str) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", text) for text in _LITERAL.findall(expression)]


def _stamp(day: str) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000


def _n(value: float) -> str:
    """A coordinate, short and always written the same."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(x: float, y: float, text: str, anchor: str, colour: str, size: float) -> str:
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" fill="{colour}" font-size="{_n(size)}">'
        f"{escape(text, quote=False)}</text>"
    )


def _grid(frame: Frame, y: Spec, labels: Sequence[str], style: Spec) -> Iterator[str]:
    axis = style["axis"]
    for value, text in zip(y["axis"]["values"], labels, strict=True):
        at = frame.y(value)
        yield (
            f'<line x1="{_n(frame.left)}" x2="{_n(frame.right)}" y1="{_n(at)}" y2="{_n(at)}" '
            f'stroke="{axis["gridColor"]}"/>'
        )
        size = float(axis["labelFontSize"])
        yield _text(frame.left - 6, at + size * 0.35, text, "end", axis["labelColor"], size)


def _below(frame: Frame, x: Spec, style: Spec) -> Iterator[str]:
    axis = style["axis"]
    size = float(axis["labelFontSize"])
    for stamp, text in zip(x["axis"]["values"], _texts(x["axis"]["labelExpr"]), strict=True):
        half = len(text) * size * _CHARACTER / 2
        at = min(max(frame.x(stamp), frame.left + half), frame.right + 8 - half)
        yield _text(at, frame.bottom + size + 6, text, "middle", axis["labelColor"], size)


def _marks(frame: Frame, layer: Spec, style: Spec) -> Iterator[str]:
    """Events: a dotted rule, and a name above it in one of two rows."""
    rule = layer["layer"][0]["mark"]
    dash = " ".join(str(part) for part in rule["strokeDash"])
    size = float(layer["layer"][1]["mark"]["fontSize"])
    for row in layer["data"]["values"]:
        at = frame.x(_stamp(row["day"]))
        top = frame.top - (_ROW if row["row"] else 0)
        yield (
            f'<line x1="{_n(at)}" x2="{_n(at)}" y1="{_n(top)}" y2="{_n(frame.bottom)}" stroke="{rule["color"]}" '
            f'stroke-dasharray="{dash}" opacity="{rule["opacity"]}"/>'
        )
        yield _text(at, top - 3, row["label"], "middle", style["text"]["color"], size)


def _layer(frame: Frame, layer: Spec, rows: Sequence[Spec], style: Spec) -> Iterator[str]:
    mark, field = layer["mark"], layer["encoding"]["y"]["field"]
    if mark["type"] == "point":
        for row in layer["data"]["values"]:
            at = frame.x(_stamp(row["day"])), frame.y(row[field])
            yield (
                f'<circle cx="{_n(at[0])}" cy="{_n(at[1])}" r="4" fill="none" stroke="{mark["color"]}" '
                f'stroke-width="{mark["strokeWidth"]}"/>'
            )
        return
    whole = [row for row in rows if not row["partial"]] if layer.get("transform") else rows
    colour = mark.get("color", style["line"]["color"])
    width = mark.get("strokeWidth", style["line"]["strokeWidth"])
    dash = f' stroke-dasharray="{" ".join(map(str, mark["strokeDash"]))}"' if "strokeDash" in mark else ""
    look = f'fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"{dash}'
    for run in _runs(frame, whole, field):
        if len(run) == 1:
            yield f'<circle cx="{_n(run[0][0])}" cy="{_n(run[0][1])}" r="{width}" fill="{colour}"/>'
        else:
            yield f'<polyline points="{" ".join(f"{_n(x)},{_n(y)}" for x, y in run)}" {look}/>'


def _runs(frame: Frame, rows: Sequence[Spec], field: str) -> Iterator[list[tuple[float, float]]]:
    """The pieces of a line between gaps."""
    run: list[tuple[float, float]] = []
    for row in rows:
        if row[field] is None:
            if run:
                yield run
            run = []
        else:
            run.append((frame.x(_stamp(row["day"])), frame.y(row[field])))
    if run:
        yield run
