"""The report as PDF, set by Typst: two pages of A4, with the fonts that come with it.

Texts reach the template as data, so nothing that stands in a file can act as markup. Nothing depends on the clock or
on the machine's fonts: the same report gives the same bytes.
"""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from importlib import resources
from typing import Any

from laban.report import charts, svg
from laban.report.content import Content, Line, content
from laban.report.views.weekly import ReportView

#: A chart's size in points; two stand side by side.
WIDTH, HEIGHT = 300, 165


def pdf(view: ReportView, lang: str) -> bytes:
    """Return the report as a PDF file."""
    import typst  # noqa: PLC0415  takes a fifth of a second

    data = {"data": data_text(view, lang)}
    file: bytes = typst.compile(
        template(), sys_inputs=data, format="pdf", ignore_system_fonts=True, timestamp=_moment(view)
    )
    return file


def data_text(view: ReportView, lang: str) -> str:
    """Return what the template shows, as JSON."""
    return json.dumps(_data(content(view, lang), lang), ensure_ascii=False)


@cache
def template() -> bytes:
    """Return the Typst source of the two pages."""
    return (resources.files(__package__) / "weekly.typ").read_bytes()


def _moment(view: ReportView) -> int:
    """A time that only depends on the report: the end of its period, in seconds since 1970."""
    return (view.scorecard.frame.period.end.toordinal() - 719163) * 86400


def _data(made: Content, lang: str) -> dict[str, Any]:
    return {
        **{field.name: getattr(made, field.name) for field in dataclasses.fields(made) if field.name in _PLAIN},
        "big": [_line(line) for line in made.big],
        "lines": [_line(line) for line in (made.rest if made.big else made.lines)],
        "channels": dataclasses.asdict(made.channels),
        "charts": [
            {
                "title": chart.title,
                "value": chart.value,
                "words": chart.words,
                "svg": svg.draw(chart.spec(lang, made.currency, "print", width=WIDTH, height=HEIGHT)),
            }
            for chart in made.charts
        ],
        "page_words": made.labels["page"].format(n="#n", total="#t"),
    }


_PLAIN = frozenset(
    {
        "lang", "title", "shop", "period", "comparison", "second_label", "headline", "details", "strengths",
        "weak_spots", "missing", "events", "freshness", "labels",
    }
)  # fmt: skip


def _line(line: Line) -> dict[str, Any]:
    colour = charts.colours("print")["line"]
    return {
        "name": line.name,
        "abbreviation": line.abbreviation,
        "value": line.value,
        "change": dataclasses.asdict(line.change),
        "second": dataclasses.asdict(line.second),
        "spark": svg.spark(line.spark, width=150, height=26, colour=colour, hollow=line.unfinished)
        if any(v is not None for v in line.spark)
        else "",
    }
