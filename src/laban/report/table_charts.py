"""Charts of tables: bars per row with a line across, courses over months or weeks; as SVG or PNG."""

from __future__ import annotations

from typing import Any

from laban.report import axes, charts, svg
from laban.report.charts import Spec, Theme
from laban.report.table_words import TableWords
from laban.report.views.parts import KpiHead
from laban.report.views.tables.model import Head, Table, TableRow, TableView

#: Bars drawn at most.
BARS = 15
#: Curves drawn at most; more cannot be told apart.
CURVES = 5
#: Months, the first included, that a curve needs.
SHORTEST = 3
#: Height of a bar with its gap.
STEP = 27
#: Pictures narrower than this leave out the value axis.
NARROW = 600
#: Width of a letter in pixels, and how much wider another font may be.
LETTER, WIDER = 6.0, 1.22
#: Pixels per point of a picture for documents.
SCALE = 2.0
#: Colours of bars that a remark calls good or bad.
_TONES: dict[str, dict[Theme, str]] = {
    "good": {"light": "#12704a", "dark": "#62cf96", "print": "#12704a"},
    "bad": {"light": "#b3261e", "dark": "#ff9385", "print": "#b3261e"},
    "watch": {"light": "#8a5a00", "dark": "#e8b95a", "print": "#8a5a00"},
}


def spec(view: TableView, table: Table, lang: str, *, theme: Theme = "light", width: int = 1080) -> Spec | None:
    """Return the chart of a table; None where nothing is drawn."""
    words = TableWords(lang, view.frame.currency)
    place = next((n for n, head in enumerate(table.columns) if head.id == table.chart), None)
    if place is None or not any(row.values[place].value is not None for row in table.rows):
        return None
    if table.by:
        return _bars(view, table, place, words, theme, width)
    return _course(table, table.columns[place], words, theme, width)


def cohorts(view: TableView, lang: str, *, theme: Theme = "light", width: int = 1080) -> Spec | None:
    """Return what customers have bought for so far, a line per month of first order; None where nothing is known."""
    words, tint = TableWords(lang, view.frame.currency), charts.colours(theme)
    drawn = [c for c in view.cohorts if len(c.worth) >= SHORTEST and c.worth[-1] is not None][:CURVES]
    if not drawn:
        return None
    data = [
        {"months": n, "worth": worth, "cohort": place, "name": words.when(cohort.month)}
        for place, cohort in enumerate(drawn)
        for n, worth in enumerate(cohort.worth)
    ]
    ends = [row for row in data if row["months"] == len(drawn[int(str(row["cohort"]))].worth) - 1]
    longest = max(int(str(row["months"])) for row in data)
    labels = [words.t("web.tables.cohort_after", n=n) for n in range(longest + 1)]
    axis = {"values": list(range(longest + 1)), "labelExpr": charts.label_of(labels), "grid": False}
    x = {"field": "months", "type": "quantitative", "scale": {"domain": [0, longest + 1.2]}, "axis": axis}
    y = {**axes.value_axis([worth for c in drawn for worth in c.worth], "currency", lang), "field": "worth"}
    fade = {"field": "cohort", "type": "quantitative", "legend": None, "scale": {"range": [1, 0.3]}}
    return {
        "$schema": charts.SCHEMA,
        "description": words.t("table.retention.worth"),
        "config": charts.config(theme),
        "width": width,
        "height": 270,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 16, "right": 12, "top": 8, "bottom": 4},
        "data": {"values": data},
        "encoding": {"x": x, "y": y},
        "layer": [
            {
                "mark": {"type": "line", "color": tint["line"]},
                "encoding": {"detail": {"field": "cohort", "type": "nominal"}, "opacity": fade},
            },
            {
                "data": {"values": ends},
                "mark": {"type": "text", "align": "left", "dx": 5, "color": tint["mute"]},
                "encoding": {"text": {"field": "name"}},
            },
        ],
    }


def height(table: Table) -> int:
    """Return about how tall a chart is, so that a page can keep the room."""
    return 300 if not table.by else 40 + STEP * min(BARS, max(1, len(table.rows)))


def picture(chart: Spec) -> str:
    """Return a chart as SVG."""
    return svg.draw(chart)


def on_paper(drawn: str) -> str:
    """Return an SVG with a white ground, for files that are put into documents."""
    end = drawn.index(">", drawn.index("<svg")) + 1
    return f'{drawn[:end]}<rect width="100%" height="100%" fill="#ffffff"/>{drawn[end:]}'


def png(drawn: str) -> bytes:
    """Return an SVG as PNG, twice as fine as the page shows it."""
    import vl_convert  # noqa: PLC0415  the engine takes half a second to start

    made: bytes = vl_convert.svg_to_png(drawn, scale=SCALE)
    return made


def _course(table: Table, head: Head, words: TableWords, theme: Theme, width: int) -> Spec:
    points = list(table.points)
    if table.line is not None:
        points = [type(p)(p.period, p.value, baseline=table.line, partial=p.partial) for p in points]
    return charts.course(
        KpiHead(head.id, head.name, "", head.unit, head.direction),
        points,
        words.lang,
        currency=words.currency,
        theme=theme,
        width=width,
        height=270,
    )


def _bars(view: TableView, table: Table, place: int, words: TableWords, theme: Theme, width: int) -> Spec:
    head, tint = table.columns[place], charts.colours(theme)
    rows = [row for row in table.rows if row.values[place].value is not None][:BARS]
    data = [_datum(table, row, place, number, words, theme) for number, row in enumerate(rows)]
    ends = [v for row in rows for v in (row.values[place].value, table.line)] + [0]
    labels = [datum["label"] for datum in data]
    limit = 220 if width >= NARROW else 112
    y = {
        "field": "place",
        "type": "ordinal",
        "sort": None,
        "axis": {
            "labelExpr": charts.label_of(labels),
            "labelLimit": limit,
            # A reader's letters may be wider than those the room was measured with.
            "minExtent": WIDER * min(limit, LETTER * max(map(len, labels))),
            "labelFontSize": 12,
            "labelColor": tint["ink"],
        },
    }
    x = {**axes.value_axis(ends, head.unit, words.lang), "field": "value"}
    if width < NARROW:
        x["axis"] = None  # the numbers stand beside the bars
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "cornerRadiusEnd": 2, "height": 14},
            "encoding": {"color": {"field": "colour", "type": "nominal", "scale": None}},
        },
        {"mark": {"type": "text", "align": "left", "dx": 6}, "encoding": {"text": {"field": "text"}}},
    ]
    if table.line is not None:
        layers.insert(1, _line(table, head, words, tint, x))
    described = words.full_head(head)
    return {
        "$schema": charts.SCHEMA,
        "description": f"{words.title(view.id)}: {described}",
        "config": charts.config(theme),
        "width": width,
        "height": {"step": STEP},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 4, "right": 80 if width >= NARROW else 52, "top": 8, "bottom": 4},
        "data": {"values": data},
        "encoding": {"y": y, "x": x},
        "layer": layers,
    }


def _datum(table: Table, row: TableRow, place: int, number: int, words: TableWords, theme: Theme) -> dict[str, Any]:
    value = row.values[place]
    tint = charts.colours(theme)
    tone = next((mark.tone for mark in row.marks if mark.tone), "")
    colour = _TONES[tone][theme] if tone else tint["pale"] if row.others or value.few else tint["line"]
    return {
        "place": number,
        "label": charts.cut(words.row(table, row)),
        "value": None if value.value is None else float(value.value),
        "text": words.cell(table.columns[place], value),
        "colour": colour,
    }


def _line(table: Table, head: Head, words: TableWords, tint: dict[str, str], x: Spec) -> Spec:
    """A dashed line across all bars with its number above."""
    value = float(table.line or 0)
    text = words.number(table.line, head.unit)
    return {
        "data": {"values": [{"value": value, "text": text}]},
        "encoding": {"y": {"value": 0}, "x": x},
        "layer": [
            {
                "mark": {"type": "rule", "color": tint["ink"], "strokeDash": [5, 4], "strokeWidth": 1.5},
                "encoding": {"y2": {"value": "height"}, "y": {"value": 0}},
            },
            {
                "mark": {"type": "text", "color": tint["ink"], "baseline": "bottom", "dy": -3, "fontWeight": 600},
                "encoding": {"text": {"field": "text"}},
            },
        ],
    }
