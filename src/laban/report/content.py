"""What stands in the report, in the reader's language: texts, tables and charts, before any file format.

PDF, HTML, spreadsheet and Markdown print this one value, so they say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from laban.analysis.compare import Change
from laban.i18n import translate
from laban.metrics.result import Number
from laban.periods import Period
from laban.report import charts, narrative, narrative_maturity
from laban.report import format as fmt
from laban.report.views.calendar import events
from laban.report.views.parts import Event, Freshness, KpiHead, Tile
from laban.report.views.weekly import ChannelRow, Course, ReportView

#: Limits that keep the report on two pages, whatever the files held.
MOST_CHANNELS = 8
MOST_EVENTS = 6
MOST_SOURCES = 5
MOST_MISSING = 8
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Step:
    """A change as it is shown: sign and size, arrow, the verdict in words, and its tone ("good", "bad", "")."""

    text: str
    arrow: str
    verdict: str
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """One KPI: how it is called, its number, its two changes, its course and what to know about it."""

    id: str
    name: str
    abbreviation: str
    value: str
    change: Step
    second: Step
    spark: tuple[Number | None, ...]
    unfinished: bool
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the second page: its title, what is seen in words, the specification, the values drawn."""

    title: str
    value: str
    words: str
    course: Course

    def spec(self, lang: str, currency: str, theme: charts.Theme, *, width: int, height: int) -> dict[str, Any]:
        """Return the specification at a size."""
        kpi, points = self.course.kpi, self.course.points
        marked = events(Period(points[0].period.start, points[-1].period.end)) if points else ()
        size: dict[str, Any] = {"width": width, "height": height}
        return charts.course(kpi, points, lang, events=marked, currency=currency, theme=theme, **size)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts; the first column is names, the others numbers. ``tones`` colours cells like ``Step.tone``."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    tones: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Content:
    """The report. ``labels`` are the headings by their key in the message files (``report.<key>``)."""

    lang: str
    currency: str
    title: str
    shop: str
    period: str
    comparison: str
    second_label: str
    headline: tuple[str, ...]
    big: tuple[Line, ...]
    rest: tuple[Line, ...]
    details: tuple[tuple[str, str], ...]
    strengths: tuple[str, ...]
    weak_spots: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    charts: tuple[Chart, ...]
    channels: Table
    events: tuple[tuple[str, str], ...]
    freshness: tuple[tuple[str, str], ...]
    labels: dict[str, str]

    @property
    def lines(self) -> tuple[Line, ...]:
        """All KPIs in order."""
        return self.big + self.rest


_LABELS = (
    "kpi", "value", "change", "verdict", "trend", "strengths", "weak_spots", "no_strengths", "no_weak_spots",
    "scorecard", "courses", "channels", "channel", "period", "events", "no_events", "freshness", "source", "missing",
    "details", "how", "how_text", "page", "made_with", "first_day", "last_day", "data_sheet", "summary_sheet",
    "channels_sheet", "legend_line",
)  # fmt: skip


def content(view: ReportView, lang: str) -> Content:
    """Return the report in ``lang``."""
    board = view.scorecard
    frame = board.frame
    weekly = frame.period.grain == "week"
    second = next((tile.second for tile in board.tiles), None)
    return Content(
        lang=lang,
        currency=frame.currency,
        title=translate(lang, "report.title" if weekly else "report.title_period"),
        shop=_cut(frame.shop),
        period=fmt.period(frame.period, lang),
        comparison=_sentence(narrative.comparison_sentence(frame, lang)),
        second_label=translate(lang, f"compare_short.{second.kind}") if second else "",
        headline=narrative.headline(board, lang),
        big=tuple(_line(view, tile, lang) for tile in board.big),
        rest=tuple(_line(view, tile, lang) for tile in board.rest),
        details=tuple(_detail(view, tile, lang) for tile in board.tiles if tile.value is not None),
        strengths=tuple(narrative.evidence(spot, frame, lang) for spot in view.strengths),
        weak_spots=tuple(narrative.evidence(spot, frame, lang) for spot in view.weak_spots),
        missing=tuple((m.kpi.name.get(lang), narrative.missing_text(m, lang)) for m in board.missing[:MOST_MISSING]),
        charts=tuple(_chart(course, lang, frame.currency) for course in view.courses),
        channels=_channels(view, lang),
        events=tuple((_event_days(e, lang), narrative.event_title(e, lang)) for e in view.events[:MOST_EVENTS]),
        freshness=_freshness(board.freshness, lang),
        labels={key: translate(lang, f"report.{key}") for key in _LABELS},
    )


def _freshness(sources: Sequence[Freshness], lang: str) -> tuple[tuple[str, str], ...]:
    """The sources that are furthest behind, one by one; before them the others in one line, where they are many."""
    alone = sources if len(sources) <= MOST_SOURCES else sources[: MOST_SOURCES - 1]
    rest = sources[len(alone) :]
    lines = tuple(
        (narrative.member_name(lang, "platform", f.platform), narrative.freshness_sentence(f, lang)) for f in alone
    )
    dated = [f.last_day for f in rest if f.last_day is not None]
    if not dated:
        return lines
    at_least = translate(lang, "fresh.at_least", day=fmt.day(min(dated), lang))
    return ((translate(lang, "fresh.others", n=len(rest)), at_least), *lines)


def _line(view: ReportView, tile: Tile, lang: str) -> Line:
    frame = view.scorecard.frame
    name, abbreviation = tile.kpi.name.get(lang), tile.kpi.abbreviation
    return Line(
        id=tile.kpi.id,
        name=name,
        abbreviation="" if abbreviation in name else abbreviation,
        value=fmt.value(tile.value, tile.kpi.unit, lang, frame.currency),
        change=step(tile.change, tile.kpi, lang, frame.currency),
        second=step(tile.second.change, tile.kpi, lang, frame.currency),
        spark=tuple(point.value for point in tile.spark),
        unfinished=bool(tile.spark) and tile.spark[-1].partial,
        remarks=(
            *narrative_maturity.sentences(tile, lang, frame.currency),
            *(narrative.note_text(note, lang) for note in tile.notes),
        ),
    )


def _detail(view: ReportView, tile: Tile, lang: str) -> tuple[str, str]:
    """Name and what there is to say: the change in a sentence, why there is no verdict, what to know."""
    frame = view.scorecard.frame
    said = narrative.kpi_sentence(tile, frame, lang, named=False)
    remarks = [*narrative_maturity.sentences(tile, lang, frame.currency)]
    remarks += [narrative.note_text(note, lang) for note in tile.notes]
    return tile.kpi.name.get(lang), " ".join((said, *remarks))


def step(change: Change | None, kpi: KpiHead, lang: str, currency: str) -> Step:
    """Return a change as it is shown."""
    if change is None:
        return Step(fmt.DASH, "", "", "")
    tone = change.verdict if change.verdict != "neutral" else ""
    signed = narrative.signed(change, kpi.unit, lang, currency)
    return Step(signed, narrative.arrow(change), narrative.verdict_words(change, lang), tone)


def _chart(course: Course, lang: str, currency: str) -> Chart:
    kpi, points = course.kpi, course.points
    last = next((p for p in reversed(points) if p.value is not None), None)
    value = fmt.value(last.value if last else None, kpi.unit, lang, currency)
    return Chart(kpi.name.get(lang), value, charts.course_words(kpi, points, lang, currency), course)


def _channels(view: ReportView, lang: str) -> Table:
    first = narrative.inner_name(view.channel_kpis[0], lang) if view.channel_kpis else ""
    heads = (translate(lang, "report.channel"), translate(lang, "report.share", name=first))
    names = tuple(kpi.name.get(lang) for kpi in view.channel_kpis)
    rows = [_channel(view, row, lang) for row in view.channels[:MOST_CHANNELS]]
    return Table((*heads, *names), tuple(row for row, _ in rows), tuple(tones for _, tones in rows))


def _channel(view: ReportView, row: ChannelRow, lang: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    currency = view.scorecard.frame.currency
    texts = [narrative.member_name(lang, "channel", row.channel)]
    texts.append(fmt.DASH if row.share is None else fmt.share(row.share, lang))
    tones = ["", ""]
    for kpi, cell in zip(view.channel_kpis, row.cells, strict=True):
        shown = fmt.value(cell.value, kpi.unit, lang, currency)
        made = step(cell.change, kpi, lang, currency)
        judged = made.tone and made.arrow
        texts.append(f"{shown} {made.arrow}" if judged else shown)
        tones.append(made.tone)
    return tuple(texts), tuple(tones)


def _event_days(event: Event, lang: str) -> str:
    return fmt.days(Period(event.start, event.end), lang)


def _sentence(text: str) -> str:
    """Begin with a capital letter; the English "vs" stays small."""
    return text if text.startswith("vs ") else text[:1].upper() + text[1:]


def _cut(text: str) -> str:
    return charts.cut(text, LONGEST)
