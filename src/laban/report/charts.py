"""Charts as Vega-Lite specifications: plain dicts, one per chart, in the reader's language.

The same specification is drawn by the page (interactive), and by ``report.svg`` for files. Texts in it (tooltips,
labels, ticks) are ready-made strings in the language.
Meaning is never carried by colour alone: this year is a strong line, last year a pale dashed one, an unfinished
period a hollow point.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Literal

from laban.i18n import messages, translate
from laban.report import axes, narrative
from laban.report import format as fmt
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

_COLOURS: dict[str, dict[str, str]] = {
    "light": {"ink": "#1d2733", "line": "#1f5fa8", "pale": "#9db4cc", "grid": "#e6eaee", "mute": "#5b6673"},
    "dark": {"ink": "#e8edf2", "line": "#7db4f0", "pale": "#5d7690", "grid": "#2c3641", "mute": "#9aa7b4"},
    "print": {"ink": "#1d2733", "line": "#1f4e8c", "pale": "#a9bccf", "grid": "#e6eaee", "mute": "#5b6673"},
}


def colours(theme: Theme) -> dict[str, str]:
    """Return the five colours of a theme: ink, line, pale, grid, mute."""
    return _COLOURS[theme]


def config(theme: Theme) -> Spec:
    """Return the look of every chart; a page swaps it when the theme changes."""
    tint = _COLOURS[theme]
    return {
        "background": "transparent",
        "font": PRINT_FONT if theme == "print" else SANS,
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


def _spec(description: str, theme: Theme, **rest: Any) -> Spec:
    return {"$schema": SCHEMA, "description": description, "config": config(theme), **rest}


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
    drawn = PAGE_WIDTH if width == "container" else width
    # A layer without data would make the chart look for the ends of nothing.
    layers = _marks(events, points, lang, theme, LABEL_WIDTH / drawn) if points else []
    layers += [_past(theme)] if any(p.baseline is not None for p in points) else []
    layers.append(_present(theme, lang))
    partial = [row for row in rows if row["partial"] and row["value"] is not None]
    if partial:
        layers.append(_unfinished(partial, kpi, lang, theme))
    y = axes.value_axis([v for p in points for v in (p.value, p.baseline)], kpi.unit, lang)
    return _spec(
        course_words(kpi, points, lang, currency),
        theme,
        width=width,
        height=height,
        autosize={"type": "fit" if width != "container" else "fit-x", "contains": "padding"},
        padding={"left": 4, "right": 12, "top": 8, "bottom": 4},
        data={"values": rows},
        encoding={"x": axes.time_axis([p.period for p in points], lang, drawn)},
        layer=[_on_axis(layer, y) for layer in layers],
        usermeta={"kind": "course"},
    )


def course_words(kpi: KpiHead, points: Sequence[Point], lang: str, currency: str) -> str:
    """Return what a course shows, for those who do not see it."""
    known = [p for p in points if p.value is not None]
    if not known:
        return translate(lang, "chart.empty")
    words = translate(
        lang,
        "chart.course",
        name=kpi.name.get(lang),
        first=fmt.day(known[0].period.start, lang),
        last=fmt.day(known[-1].period.last, lang),
        value=fmt.value(known[-1].value, kpi.unit, lang, currency),
    )
    has_past = any(p.baseline is not None for p in points)
    return f"{words} {translate(lang, 'chart.course_before')}" if has_past else words


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


def _on_axis(layer: Spec, y: Spec) -> Spec:
    """Give a layer the common value axis, unless it has no values."""
    encoding = dict(layer.get("encoding", {}))
    if "field" in encoding.get("y", {}):
        encoding["y"] = {**encoding["y"], **y}
    return {**layer, "encoding": encoding} if encoding else layer


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


def _marks(events: Sequence[Event], points: Sequence[Point], lang: str, theme: Theme, room: float) -> list[Spec]:
    """Thin dotted rules with a short name above the plot, in two rows; a name without room in either is left out.

    ``room`` is the share of the width that a name takes.
    """
    first, last = points[0].period.start, points[-1].period.last
    shown = [e for e in events if (e.kind == "note" or e.code in MARKED) and e.start <= last and e.end > first]
    rows: list[dict[str, Any]] = []
    ends = [date.min, date.min]
    width = timedelta(days=7 * room * len(points))
    for event in shown:
        day = max(event.start, first)
        row = next((number for number, end in enumerate(ends) if day >= end), None)
        if row is not None:
            ends[row] = day + width
        title = f"{narrative.event_title(event, lang)} ({fmt.day(event.start, lang)})"
        name = _label(event, lang) if row is not None else ""
        rows.append({"day": day.isoformat(), "title": title, "label": name, "row": row or 0})
    if not rows:
        return []
    tint = _COLOURS[theme]["mute"]
    rule = {"type": "rule", "color": tint, "strokeWidth": 1, "strokeDash": [1, 3], "opacity": 0.8}
    look = {"type": "text", "baseline": "bottom", "align": "center", "fontSize": 9, "limit": 80}
    made: Spec = {
        "data": {"values": rows},
        "layer": [
            {"mark": rule, "encoding": {"tooltip": {"field": "title", "type": "nominal", "title": ""}}},
            *(
                {
                    "transform": [{"filter": f"datum.row == {row}"}],
                    "mark": look,
                    "encoding": {"text": {"field": "label", "type": "nominal"}, "y": {"value": -3 - 11 * row}},
                }
                for row in sorted({row["row"] for row in rows})
            ),
        ],
    }
    return [made]


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
        "axis": {
            "labelExpr": label_of([str(row["label"]) for row in rows]),
            "labelLimit": 180,
            "labelFontSize": 12,
            "labelColor": tint["ink"],
        },
    }
    x = {"field": "value", "type": "quantitative", "axis": None, "scale": {"zero": True}}
    tooltip = [{"field": "label", "type": "nominal", "title": ""}, *_tooltip(lang, baseline=True)[1:]]
    return _spec(
        describe,
        theme,
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


def label_of(labels: Sequence[str]) -> str:
    """Return an expression that turns places into labels; equal labels may then stand twice."""
    if not labels:
        return "''"
    texts = ", ".join("'" + label.replace("\\", "\\\\").replace("'", "\\'") + "'" for label in labels)
    return f"[{texts}][datum.value]"
