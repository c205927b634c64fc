"""Pictures of boards for files: a KPI above those that foretell it, and the steps of the customer's way."""

from __future__ import annotations

from typing import Any

from laban.i18n import translate
from laban.report import charts, narrative
from laban.report import format as fmt
from laban.report import narrative_boards as prose
from laban.report.charts import Spec, Theme
from laban.report.views.boards import FunnelView, PairView

WIDTH = 960
#: Height of a course, of a step and of the room that a step's name takes.
COURSE, STEP, NAME = 150, 34, 260
#: What a part of a larger picture has no say in.
_WHOLE = ("$schema", "config", "autosize", "padding", "usermeta", "description")


def of_board(view: Any, lang: str, *, theme: Theme = "light") -> Spec | None:
    """Return the picture of a board; None where nothing is drawn."""
    match view:
        case PairView():
            return _pair(view, lang, theme)
        case FunnelView():
            return _funnel(view, lang, theme)
        case _:
            return None


def _whole(parts: list[Spec], described: str, theme: Theme) -> Spec | None:
    if not parts:
        return None
    return {
        "$schema": charts.SCHEMA,
        "description": described,
        "config": charts.config(theme),
        "padding": 14,
        "vconcat": parts,
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
    }


def _title(text: str, theme: Theme) -> Spec:
    return {"text": text, "anchor": "start", "fontSize": 13, "color": charts.colours(theme)["ink"]}


def _pair(view: PairView, lang: str, theme: Theme) -> Spec | None:
    courses = [(view.kpi, view.points), *((one.tile.kpi, one.points) for one in view.leaders)]
    parts = []
    for kpi, points in courses:
        if any(point.value is not None for point in points):
            made = charts.course(
                kpi, points, lang, currency=view.frame.currency, theme=theme, width=WIDTH, height=COURSE
            )
            kept = {name: part for name, part in made.items() if name not in _WHOLE}
            parts.append({**kept, "title": _title(kpi.name.get(lang), theme)})
    return _whole(parts, narrative.inner_name(view.kpi, lang), theme)


def _funnel(view: FunnelView, lang: str, theme: Theme) -> Spec | None:
    tint = charts.colours(theme)
    parts: list[Spec] = []
    for way in view.ways:
        data = [
            {
                "place": place,
                "label": charts.cut(tile.kpi.name.get(lang)),
                "value": float(tile.value or 0),
                "text": _said(view, way.steps[place - 1].rate if place else None, tile.value, lang),
            }
            for place, tile in enumerate(way.counts)
        ]
        labels = [str(row["label"]) for row in data]
        y = {
            "field": "place",
            "type": "ordinal",
            "sort": None,
            "axis": {
                "labelExpr": charts.label_of(labels),
                "labelLimit": NAME,
                "minExtent": NAME,
                "labelFontSize": 12,
                "labelColor": tint["ink"],
            },
        }
        x = {"field": "value", "type": "quantitative", "axis": None, "scale": {"zero": True}}
        parts.append(
            {
                "title": _title(translate(lang, f"funnel_way.{way.code}"), theme),
                "width": WIDTH - NAME,
                "height": {"step": STEP},
                "data": {"values": data},
                "encoding": {"y": y, "x": x},
                "layer": [
                    {"mark": {"type": "bar", "cornerRadiusEnd": 2, "height": 16, "color": tint["line"]}},
                    {
                        "mark": {"type": "text", "align": "left", "dx": 6, "color": tint["ink"]},
                        "encoding": {"text": {"field": "text"}},
                    },
                ],
            }
        )
    return _whole(parts, translate(lang, "boards.funnel.title"), theme)


def _said(view: FunnelView, rate: Any, value: Any, lang: str) -> str:
    number = fmt.value(value, "count", lang, view.frame.currency)
    return number if rate is None else f"{number} · {prose.rate_text(rate, lang)}"
