"""Charts as Vega-Lite specifications: plain dicts, one per chart, in the reader's language.

The same specification is drawn by the page (interactive), and by ``report.svg`` for files. Texts in it (tooltips,
labels) are ready-made strings in the language; numbers on axes follow the language through ``config.locale``.
Meaning is never carried by colour alone: this year is a strong line, last year a pale dashed one, an unfinished
period a hollow point.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from laban.i18n import messages, translate
from laban.report import format as fmt
from laban.report import narrative
from laban.report.views.calendar import MARKED
from laban.report.views.kpi import Breakdown
from laban.report.views.parts import Event, KpiHead, Point

Theme = Literal["light", "dark", "print"]
Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
PRINT_FONT = "Libertinus Serif"
LABEL_LENGTH = 40
#: Width that the name of an event takes, and the width of a page's chart, in pixels.
LABEL_WIDTH = 34
PAGE_WIDTH = 760
#: The value axis spans at least this share of the largest value.
CALM = 0.3

_COLOURS: dict[str, dict[str, str]] = {
    "light": {"ink": "#1d2733", "line": "#1f5fa8", "pale": "#9db4cc", "grid": "#e6eaee", "mute": "#5b6673"},
    "dark": {"ink": "#e8edf2", "line": "#7db4f0", "pale": "#5d7690", "grid": "#2c3641", "mute": "#9aa7b4"},
    "print": {"ink": "#1d2733", "line": "#1f4e8c", "pale": "#a9bccf", "grid": "#e6eaee", "mute": "#5b6673"},
}


def colours(theme: Theme) -> dict[str, str]:
    """Return the five colours of a theme: ink, line, pale, grid, mute."""
    return _COLOURS[theme]


def config(theme: Theme, lang: str) -> Spec:
    """Return the look and the number format of every chart; a page swaps it when the theme changes."""
    tint = _COLOURS[theme]
    comma = lang == "vi"
    return {
        "background": "transparent",
        "font": PRINT_FONT if theme == "print" else SANS,
        "locale": {
            "number": {
                "decimal": "," if comma else ".",
                "thousands": "." if comma else ",",
                "grouping": [3],
                "currency": ["", ""],
            }
        },
        "view": {"stroke": None},
        "axis": {
            "domain": False,
            "ticks": False,
            "gridColor": tint["grid"],
            "labelColor": tint["mute"],
            "labelFontSize": 11,
            "labelPadding": 6,
            "title": None,
        },
        "axisX": {"grid": False},
        "line": {"color": tint["line"], "strokeWidth": 2},
        "point": {"color": tint["line"]},
        "text": {"color": tint["mute"], "fontSize": 11},
        "rule": {"color": tint["mute"]},
        "bar": {"color": tint["line"]},
    }


def _spec(description: str, theme: Theme, lang: str, **rest: Any) -> Spec:
    return {"$schema": SCHEMA, "description": description, "config": config(theme, lang), **rest}


def sparkline(
    kpi: KpiHead,
    points: Sequence[Point],
    lang: str,
    *,
    currency: str = "VND",
    theme: Theme = "light",
    width: int | Literal["container"] = "container",
    height: int = 44,
) -> Spec:
    """Return a bare line with a dot on the last value (hollow when its period is not over)."""
    tint = _COLOURS[theme]
    shown = [p for p in points if p.value is not None]
    describe = ""
    if shown:
        last = shown[-1]
        describe = translate(
            lang,
            "chart.spark",
            name=kpi.name.get(lang),
            n=len(points),
            first=fmt.short_period(points[0].period, lang),
            last=fmt.short_period(last.period, lang),
            value=fmt.value(last.value, kpi.unit, lang, currency),
        )
    rows = [_row(kpi, p, lang, currency) for p in points]
    x = {"field": "day", "type": "temporal", "scale": {"type": "utc"}, "axis": None}
    y = {"field": "value", "type": "quantitative", "scale": {"zero": False, "nice": False}, "axis": None}
    dot = {
        "transform": [{"filter": "datum.last"}],
        "mark": {
            "type": "point",
            "filled": not (shown and shown[-1].partial),
            "fill": None if shown and shown[-1].partial else tint["line"],
            "size": 36,
            "opacity": 1,
        },
        "encoding": {"x": x, "y": y, "tooltip": _tooltip(lang)},
    }
    if shown:
        rows[points.index(shown[-1])]["last"] = True
    return _spec(
        describe or translate(lang, "chart.empty"),
        theme,
        lang,
        width=width,
        height=height,
        padding=4,
        data={"values": rows},
        layer=[{"mark": {"type": "line"}, "encoding": {"x": x, "y": y}}, dot],
    )


def course(
    kpi: KpiHead,
    points: Sequence[Point],
    lang: str,
    *,
    events: Sequence[Event] = (),
    currency: str = "VND",
    theme: Theme = "light",
    width: int | Literal["container"] = "container",
    height: int = 280,
) -> Spec:
    """Return a KPI over time with last year behind it, events as thin rules, and an unfinished period hollow."""
    rows = [_row(kpi, p, lang, currency) for p in points]
    room = LABEL_WIDTH / (PAGE_WIDTH if width == "container" else width)
    layers = [_marks(events, points, lang, theme, room)] if events and points else []
    layers += [_past(theme), _present(theme, lang)]
    partial = [row for row in rows if row["partial"] and row["value"] is not None]
    if partial:
        layers.append(_unfinished(partial, kpi, lang, theme))
    return _spec(
        course_words(kpi, points, lang, currency),
        theme,
        lang,
        width=width,
        height=height,
        autosize={"type": "fit", "contains": "padding"}
        if width != "container"
        else {"type": "fit-x", "contains": "padding"},
        padding={"left": 4, "right": 12, "top": 8, "bottom": 4},
        data={"values": rows},
        encoding={"x": _time_axis(points, lang)},
        layer=[layer | _y(kpi, lang, layer, _domain(points)) for layer in layers],
    )


def course_words(kpi: KpiHead, points: Sequence[Point], lang: str, currency: str) -> str:
    """Return what a course shows, for those who do not see it."""
    known = [p for p in points if p.value is not None]
    if not known:
        return translate(lang, "chart.empty")
    return translate(
        lang,
        "chart.course",
        name=kpi.name.get(lang),
        first=fmt.day(known[0].period.start, lang),
        last=fmt.day(known[-1].period.last, lang),
        value=fmt.value(known[-1].value, kpi.unit, lang, currency),
    )


def _row(kpi: KpiHead, point: Point, lang: str, currency: str) -> dict[str, Any]:
    """One datum: numbers for the marks, ready strings for the tooltip."""
    return {
        "day": point.period.start.isoformat(),
        "period": fmt.period(point.period, lang),
        "value": _float(point.value),
        "value_text": fmt.value(point.value, kpi.unit, lang, currency),
        "baseline": _float(point.baseline),
        "baseline_text": fmt.value(point.baseline, kpi.unit, lang, currency),
        "partial": point.partial,
        "last": False,
    }


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _tooltip(lang: str, *, baseline: bool = False) -> list[Spec]:
    fields = [("period", "chart.week"), ("value_text", "chart.this_year")]
    if baseline:
        fields.append(("baseline_text", "chart.last_year"))
    return [{"field": field, "type": "nominal", "title": translate(lang, key)} for field, key in fields]


def _time_axis(points: Sequence[Point], lang: str) -> Spec:
    weeks = len(points)
    months = "%m/%Y" if lang == "vi" else "%b %Y"
    short = "%d/%m" if lang == "vi" else "%-d %b"
    return {
        "field": "day",
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": {
            "format": months if weeks > 30 else short,
            "tickCount": {"interval": "month", "step": 3 if weeks > 60 else 2} if weeks > 30 else 6,
            "labelOverlap": True,
            "labelFlush": True,
        },
    }


def _y(kpi: KpiHead, lang: str, layer: Spec, domain: list[float]) -> Spec:
    """Give a layer the common value axis, unless it has no values."""
    encoding = dict(layer.get("encoding", {}))
    if "y" in encoding and "field" in encoding["y"]:
        encoding["y"] = {
            **encoding["y"],
            "type": "quantitative",
            "scale": {"domain": domain, "zero": False, "nice": True},
            "axis": {"labelExpr": axis_expression(kpi.unit, lang), "tickCount": 4},
        }
    return {"encoding": encoding} if encoding else {}


def _domain(points: Sequence[Point]) -> list[float]:
    """Ends of the value axis: from zero when that is near, and never so narrow that small noise looks like drama."""
    known = [float(v) for p in points for v in (p.value, p.baseline) if v is not None]
    if not known:
        return [0.0, 1.0]
    low, high = min(known), max(known)
    room = max(high - low, CALM * max(abs(low), abs(high)))
    middle = (low + high) / 2
    bottom, top = middle - 0.54 * room, middle + 0.54 * room
    if low >= 0 and bottom < 0.4 * top:
        bottom = 0.0
    return [bottom, top if top > bottom else bottom + 1]


def axis_expression(unit: str, lang: str) -> str:
    """Return the Vega expression that writes an axis label: ``1,2 tr``, ``12,5%``, ``3,4x``."""
    if unit == "percent":
        return "format(datum.value * 100, ',.3~r') + '%'"
    if unit == "ratio":
        return "format(datum.value, ',.3~r') + 'x'"
    steps = ""
    for limit, name in (("1e9", "billion"), ("1e6", "million"), ("1e3", "thousand")):
        before, after = translate(lang, f"format.{name}", n="\0").split("\0")
        steps += f"abs(datum.value) >= {limit} ? '{before}' + format(datum.value / {limit}, ',.3~r') + '{after}' : "
    return f"{steps}format(datum.value, ',.3~r')"


def _past(theme: Theme) -> Spec:
    return {
        "mark": {"type": "line", "color": _COLOURS[theme]["pale"], "strokeWidth": 1.5, "strokeDash": [4, 3]},
        "encoding": {"y": {"field": "baseline"}},
    }


def _present(theme: Theme, lang: str) -> Spec:
    """The line, and points that grow and speak when the pointer is near."""
    line: Spec = {
        "mark": {
            "type": "line",
            "point": {"size": 40, "opacity": 0, "filled": True, "color": _COLOURS[theme]["line"]},
        },
        "encoding": {"y": {"field": "value"}, "tooltip": _tooltip(lang, baseline=True)},
        "transform": [{"filter": "!datum.partial"}],
    }
    if theme == "print":
        line["mark"] = {"type": "line"}
        del line["encoding"]["tooltip"]
    return line


def _unfinished(rows: list[dict[str, Any]], kpi: KpiHead, lang: str, theme: Theme) -> Spec:
    return {
        "data": {"values": [{**row, "note": translate(lang, "chart.partial")} for row in rows]},
        "mark": {
            "type": "point",
            "filled": False,
            "fill": "transparent",
            "size": 60,
            "strokeWidth": 2,
            "color": _COLOURS[theme]["line"],
        },
        "encoding": {
            "y": {"field": "value"},
            "tooltip": [
                *_tooltip(lang, baseline=True),
                {"field": "note", "type": "nominal", "title": kpi.name.get(lang)},
            ],
        },
    }


def _marks(events: Sequence[Event], points: Sequence[Point], lang: str, theme: Theme, room: float) -> Spec:
    """Thin dotted rules with a short name above the plot; neighbours stand in two rows.

    ``room`` is the share of the width that a name takes.
    """
    first, last = points[0].period.start, points[-1].period.last
    shown = [e for e in events if (e.kind == "note" or e.code in MARKED) and e.start <= last and e.end > first]
    rows: list[dict[str, Any]] = []
    previous: date | None = None
    for event in shown:
        day = max(event.start, first)
        near = previous is not None and (day - previous).days < 7 * room * len(points)
        row = 1 - rows[-1]["row"] if near else 0
        title = f"{narrative.event_title(event, lang)} ({fmt.day(event.start, lang)})"
        rows.append({"day": day.isoformat(), "title": title, "label": _label(event, lang), "row": row})
        previous = day
    tint = _COLOURS[theme]["mute"]
    rule = {"type": "rule", "color": tint, "strokeWidth": 1, "strokeDash": [1, 3], "opacity": 0.8}
    name = {"type": "text", "baseline": "bottom", "align": "center", "fontSize": 9, "limit": 80}
    return {
        "data": {"values": rows},
        "layer": [
            {"mark": rule, "encoding": {"tooltip": {"field": "title", "type": "nominal", "title": ""}}},
            *(
                {
                    "transform": [{"filter": f"datum.row == {row}"}],
                    "mark": name,
                    "encoding": {"text": {"field": "label", "type": "nominal"}, "y": {"value": -3 - 11 * row}},
                }
                for row in (0, 1)
            ),
        ],
    }


def _label(event: Event, lang: str) -> str:
    if event.title is not None:
        return cut(event.title, 16)
    return messages(lang).get(f"event_short.{event.code}", "")


def cut(text: str, length: int = LABEL_LENGTH) -> str:
    """Shorten a text from a file so that it fits beside a bar; line breaks become spaces."""
    text = " ".join(text[: length * 8].split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def bars(
    kpi: KpiHead,
    breakdown: Breakdown,
    lang: str,
    *,
    currency: str = "VND",
    theme: Theme = "light",
    width: int | Literal["container"] = "container",
    most: int = 12,
) -> Spec:
    """Return the largest parts of a breakdown as bars with their value, the earlier value as a tick."""
    tint = _COLOURS[theme]
    known = [row for row in breakdown.rows if row.value is not None][:most]
    rows = [
        {
            "place": place,
            "label": cut(narrative.member_name(lang, breakdown.dimension, row.key)),
            "value": _float(row.value),
            "baseline": _float(row.baseline),
            "value_text": fmt.value(row.value, kpi.unit, lang, currency),
            "baseline_text": fmt.value(row.baseline, kpi.unit, lang, currency),
        }
        for place, row in enumerate(known)
    ]
    describe = translate(lang, "chart.empty")
    if rows:
        dimension = narrative.named(lang, "dimension", breakdown.dimension)
        words = {"dimension": dimension, "top": rows[0]["label"], "value": rows[0]["value_text"]}
        describe = translate(lang, "chart.bars", name=kpi.name.get(lang), **words)
    y = {
        "field": "place",
        "type": "ordinal",
        "sort": None,
        "axis": {"labelExpr": _label_of(rows), "labelLimit": 180, "labelFontSize": 12, "labelColor": tint["ink"]},
    }
    x = {"field": "value", "type": "quantitative", "axis": None, "scale": {"zero": True}}
    tooltip = [{"field": "label", "type": "nominal", "title": ""}, *_tooltip(lang, baseline=True)[1:]]
    return _spec(
        describe,
        theme,
        lang,
        width=width,
        height={"step": 26},
        data={"values": rows},
        encoding={"y": y, "x": x},
        layer=[
            {"mark": {"type": "bar", "cornerRadiusEnd": 2, "height": 14}, "encoding": {"tooltip": tooltip}},
            {
                "mark": {"type": "tick", "color": tint["ink"], "thickness": 2, "size": 18, "opacity": 0.55},
                "encoding": {"x": {**x, "field": "baseline"}},
            },
            {"mark": {"type": "text", "align": "left", "dx": 6}, "encoding": {"text": {"field": "value_text"}}},
        ],
    )


def _label_of(rows: Sequence[dict[str, Any]]) -> str:
    """An expression that turns places into labels; equal labels may then stand twice."""
    if not rows:
        return "''"
    texts = ", ".join("'" + str(row["label"]).replace("\\", "\\\\").replace("'", "\\'") + "'" for row in rows)
    return f"[{texts}][datum.value]"
