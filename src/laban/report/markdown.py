"""The report as Markdown: readable as it stands, pictures at its end, nothing from a file acts as markup."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence

from laban.report import svg
from laban.report.content import Content, Line, Step, content
from laban.report.text import blocks
from laban.report.views.weekly import ReportView

_MARKS = re.compile(r"([\\`*_\[\]<>#|~]|^[+-])")
#: Line breaks of every kind; a space that does not break stays.
_BREAKS = re.compile(r"[ \t\r\n\f\v\x85\u2028\u2029]+")
WIDTH, HEIGHT = 640, 240


def markdown(view: ReportView, lang: str) -> str:
    """Return the report as Markdown with tables."""
    made = content(view, lang)
    label = made.labels
    blocks = [
        f"# {plain(made.title)} – {plain(made.period)}",
        f"{plain(made.shop)} · {plain(made.comparison)}",
        *_lead(made),
        f"## {plain(label['scorecard'])}",
        _lines(made),
        f"## {plain(label['strengths'])}",
        _points(made.strengths, label["no_strengths"]),
        f"## {plain(label['weak_spots'])}",
        _points(made.weak_spots, label["no_weak_spots"]),
        *_pairs(label["details"], made.details),
        *_pairs(label["missing"], made.missing),
        *_charts(made),
        *_channels(made),
        *(_pairs(label["events"], made.events) or [f"## {plain(label['events'])}", plain(label["no_events"])]),
        *_pairs(label["freshness"], made.freshness),
        f"## {plain(label['how'])}",
        plain(label["how_text"]),
        *_pictures(made),
    ]
    return "\n\n".join(blocks) + "\n"


def plain(text: str) -> str:
    """Return a text in which nothing is markup; line breaks become spaces."""
    return _MARKS.sub(r"\\\1", _BREAKS.sub(" ", text).strip())


def _lead(made: Content) -> list[str]:
    first, *rest = made.headline
    return [f"**{plain(first)}**", *(plain(sentence) for sentence in rest)]


def _lines(made: Content) -> str:
    label = made.labels
    heads = (label["kpi"], label["value"], label["change"], label["verdict"], label["trend"], made.second_label)
    rows = [
        (
            plain(_name(line)),
            f"**{plain(line.value)}**",
            _step(line.change),
            plain(line.change.verdict),
            blocks(line.spark),
            _step(line.second),
        )
        for line in made.lines
    ]
    return _table([plain(h) for h in heads], rows, "lrrlcr")


def _name(line: Line) -> str:
    return f"{line.name} ({line.abbreviation})" if line.abbreviation else line.name


def _step(step: Step) -> str:
    text = f"{step.arrow} {plain(step.text)}".strip()
    return f"**{text}**" if step.tone else text


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], sides: str) -> str:
    rule = {"l": ":--", "r": "--:", "c": ":-:"}
    lines = [heads, [rule[side] for side in sides], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _points(items: Sequence[str], none: str) -> str:
    return "\n".join(f"- {plain(item)}" for item in items) or plain(none)


def _pairs(title: str, pairs: Sequence[tuple[str, str]]) -> list[str]:
    body = "\n".join(f"- **{plain(name)}:** {plain(text)}" for name, text in pairs)
    return [f"## {plain(title)}", body] if body else []


def _channels(made: Content) -> list[str]:
    if not made.channels.rows:
        return []
    heads = [plain(h) for h in made.channels.heads]
    rows = [[plain(cell) for cell in row] for row in made.channels.rows]
    return [f"## {plain(made.labels['channels'])}", _table(heads, rows, "l" + "r" * (len(heads) - 1))]


def _charts(made: Content) -> list[str]:
    if not made.charts:
        return []
    shown = [f"![{plain(chart.words)}][chart-{number}]" for number, chart in enumerate(made.charts, 1)]
    return [f"## {plain(made.labels['courses'])}", plain(made.labels["legend_line"]), *shown]


def _pictures(made: Content) -> list[str]:
    """The pictures themselves, out of the reader's way at the end."""
    drawn = [svg.draw(c.spec(made.lang, made.currency, "light", width=WIDTH, height=HEIGHT)) for c in made.charts]
    return [
        f"[chart-{number}]: data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}"
        for number, picture in enumerate(drawn, 1)
    ]
