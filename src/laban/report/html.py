"""The report as one HTML file that needs nothing else: styles and charts are inside, nothing is fetched or run."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from laban.report import charts, svg
from laban.report.content import Chart, Line, Table, content
from laban.report.views.weekly import ReportView

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Template
    from markupsafe import Markup

WIDTH, HEIGHT = 440, 200


def html(view: ReportView, lang: str) -> str:
    """Return the report as a complete HTML document; texts from files are escaped."""
    from markupsafe import Markup  # noqa: PLC0415  only pages in HTML need it

    made = content(view, lang)

    def spark(line: Line, width: int) -> Markup:
        colour = charts.colours("light")["line"]
        drawn = svg.spark(line.spark, width=width, height=28, colour=colour, hollow=line.unfinished)
        return Markup(drawn if any(v is not None for v in line.spark) else "")  # noqa: S704  numbers only

    def picture(chart: Chart) -> Markup:
        spec = chart.spec(lang, made.currency, "light", width=WIDTH, height=HEIGHT)
        return Markup(svg.draw(spec))  # noqa: S704  Vega escapes the texts in it

    return _template().render(r=made, l=made.labels, styles=_styles(), spark=spark, picture=picture, rows=_rows)


def _rows(table: Table) -> Iterable[tuple[tuple[str, ...], tuple[str, ...]]]:
    return zip(table.rows, table.tones, strict=True)


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  only pages in HTML need it

    source = (resources.files(__package__) / "weekly.html").read_text("utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=False, keep_trailing_newline=True
    )
    return environment.from_string(source)


@cache
def _styles() -> str:
    return (resources.files(__package__) / "weekly.css").read_text("utf-8")
