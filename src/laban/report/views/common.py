"""How every page about a period is built: its frame, the tiles, what is missing, how new the data are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlencode
from weakref import WeakKeyDictionary

from laban.analysis.compare import Change, compare, enough, interval
from laban.errors import UnknownNameError
from laban.i18n import Phrase, messages, translate
from laban.metrics.query import Query, Where
from laban.metrics.result import Cell, Number, Refusal, Result
from laban.periods import Comparison, Period, compared, preceding, trailing, unit_of
from laban.report.views.doubts import marks
from laban.report.views.maturity import at_same_age, maturity
from laban.report.views.parts import (
    FINAL,
    Compared,
    Frame,
    Freshness,
    KpiHead,
    Maturity,
    Missing,
    Note,
    Point,
    Source,
    Text,
    Tile,
)
from laban.report.views.samples import sample, settling_days

if TYPE_CHECKING:
    from laban.i18n import Text as CatalogueText
    from laban.metrics.model import Catalogue, Kpi
    from laban.warehouse import Warehouse

#: Units shown in the small course of a tile, the period itself included.
SPARK = 13
#: A source is called stale when it is more days behind than this.
STALE_DAYS = 7
CHANNEL = "channel"
#: KPIs that are asked which channels there are.
CHANNEL_KPIS = 3


def words(text: CatalogueText) -> Text:
    """Return a text of the catalogue."""
    return Text(text.vi, text.en)


def head(kpi: Kpi) -> KpiHead:
    """Return what is said of a KPI beside its number."""
    abbreviation = kpi.abbreviations[0] if kpi.abbreviations else ""
    return KpiHead(kpi.id, named(kpi), abbreviation, kpi.unit, kpi.direction)


def named(kpi: Kpi) -> Text:
    """Return a KPI's name; where it may be read in several ways, with the way it is read, as no two share a label."""
    if kpi.basis is None:
        return words(kpi.name)
    return Text(f"{kpi.name.vi} ({kpi.basis.vi})", f"{kpi.name.en} ({kpi.basis.en})")


def label_text(catalogue: Catalogue, label: str) -> Text:
    """Return the name of a part by its label in a formula: a measure, perhaps filtered or at a point in time."""
    wrapper, _, inner = label.partition("(")
    if not inner:
        return _plain_name(catalogue, label)
    name = label_text(catalogue, inner.removesuffix(")").split(", ")[0])
    if wrapper == "where":
        return _both(lambda lang: f"{name.get(lang)} ({_values(label, lang)})")
    key = f"part.{wrapper}"
    return _both(lambda lang: translate(lang, key, name=name.get(lang)) if key in messages(lang) else name.get(lang))


def _values(label: str, lang: str) -> str:
    """The values of a filter as people read them; a label writes them as Python does."""
    found = []
    for condition in label.split("=")[1:]:
        dimension = label.split(f"={condition}", maxsplit=1)[0].rpartition(" ")[2]
        for value in condition.split("'")[1::2]:
            named = messages(lang).get(f"{dimension}.{value}", value)
            found.append(named if value else translate(lang, "word.not_given").strip("()"))
    return " / ".join(found)


def _plain_name(catalogue: Catalogue, label: str) -> Text:
    if label.startswith("K.") and label[2:] in catalogue.kpis:
        return words(catalogue.kpis[label[2:]].name)
    if label in catalogue.measures:
        return words(catalogue.measures[label].name)
    return Text(label, label)


def _both(make: Callable[[str], str]) -> Text:
    return Text(make("vi"), make("en"))


def frame(
    source: Source,
    period: Period | None,
    wanted: Comparison,
    *,
    channel: str | None = None,
    channels: tuple[str, ...] = (),
) -> Frame:
    """Return what stands around the numbers of a period."""
    chosen = period or source.default_week()
    through = source.today - timedelta(days=1)
    made = compared(chosen, wanted, through)
    following = _following(chosen)
    return Frame(
        shop=source.settings.name,
        currency=source.settings.currency,
        today=source.today,
        period=chosen,
        elapsed=made.current,
        partial=made.partial,
        compare=wanted,
        compared=made.kind,
        baseline=made.baseline,
        previous=preceding(chosen),
        next=following if following.start <= source.today else None,
        channels=channels,
        channel=channel,
    )


def _following(period: Period) -> Period:
    if period.grain == "range":
        return period.shift(period.days)
    return unit_of(period.end, period.grain)


def channels_with_data(source: Source, kpis: Sequence[str], period: Period) -> tuple[str, ...]:
    """Return the channels in which any of the KPIs had a number in the 13 units up to ``period``, in usual order."""
    catalogue = source.catalogue
    able = [k for k in kpis if CHANNEL in catalogue.allowed_dimensions(k)]
    # A few plain numbers know every channel; those that look far back are slow to split.
    plain = [k for k in able if catalogue.kpi(k).aggregation in {"sum", "ratio_of_sums"}]
    split = tuple((plain or able)[:CHANNEL_KPIS])
    if not split:
        return ()
    result = source.run(Query(split, trailing(period, SPARK), by=(CHANNEL,)))
    found = {row.key[0] for row in result.rows if any(cell.value for cell in row.cells)}
    return tuple(sorted(name for name in found if name))


def where(channel: str | None) -> Where:
    """Return the filter for a channel."""
    return ((CHANNEL, (channel,)),) if channel else ()


def check_channel(channel: str | None, known: Iterable[str]) -> None:
    """Refuse a channel that no fact can have.

    Raises:
        UnknownNameError: with the nearest channels.
    """
    if channel is not None and channel not in known:
        raise UnknownNameError(Phrase.of("catalogue.channel"), channel, known)


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers a set of tiles is made from: each question is asked once for all KPIs together.

    ``now`` has the period with the chosen comparison, ``second`` with the other usual one in its last row, ``course``
    the last 13 units.
    """

    frame: Frame
    now: Result
    second: Result
    second_kind: Literal["previous", "year", "tet"]
    course: Result


def ask(source: Source, kpis: Sequence[str], around: Frame) -> Answers:
    """Put the questions for tiles: the period, and its course with the other comparison."""
    names, narrowed, period = tuple(kpis), where(around.channel), around.period
    other: Comparison = "tet" if around.compared in {"previous", "none"} else "previous"
    made = compared(period, other, source.today - timedelta(days=1)).kind
    now = source.run(Query(names, period, where=narrowed, compare=around.compare))
    if not around.begun:  # numbers that look back would have one all the same
        now = replace(now, rows=())
    if period.grain == "range":
        weeks = trailing(unit_of(around.elapsed.last, "week"), SPARK)
        course = source.run(Query(names, weeks, grain="week", where=narrowed))
        second = source.run(Query(names, period, where=narrowed, compare=other))
    else:
        units = trailing(period, SPARK)
        course = second = source.run(Query(names, units, grain=period.grain, where=narrowed, compare=other))
    return Answers(around, now, second, made if made in {"year", "tet"} else "previous", course)


EMPTY = Cell(None)


def cells_of(result: Result, kpi: str) -> tuple[Cell, Cell | None]:
    """Return the cell of a KPI in the last row of a result and the cell it is compared with."""
    if not result.rows:
        return EMPTY, None
    row = result.rows[-1]
    place = result.query.kpis.index(kpi)
    return row.cells[place], row.baseline[place] if row.baseline is not None else None


def course_of(answers: Answers, kpi: str) -> tuple[Point, ...]:
    """Return a KPI's values over the last units; the running one is marked."""
    place = answers.course.query.kpis.index(kpi)
    last = len(answers.course.rows) - 1
    return tuple(
        Point(
            row.period,
            row.cells[place].value if answers.frame.begun or i < last else None,
            partial=answers.course.partial and i == last,
        )
        for i, row in enumerate(answers.course.rows)
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether the change of a KPI in a period may be judged.

    ``settling`` is for how many days its numbers move, ``settled`` whether that time is over, ``ends`` the last day
    with data when they end inside the period, ``history`` the numbers of the units before.
    """

    kpi: Kpi
    settling: int
    settled: bool
    ends: date | None
    history: tuple[Number | None, ...]


def standing(source: Source, kpi: str, around: Frame, history: Sequence[Number | None] = ()) -> Standing:
    """Return how far a KPI's numbers in a period can be trusted to stay."""
    days = settling_days(source.catalogue, kpi)
    return Standing(
        kpi=source.catalogue.kpi(kpi),
        settling=days,
        settled=(source.today - around.elapsed.end).days >= days,
        ends=data_end(source, kpi, around),
        history=tuple(history),
    )


def change(catalogue: Catalogue, place: Standing, cell: Cell, before: Cell | None) -> Change:
    """Return the step from the baseline's cell to the period's."""
    return compare(
        sample(catalogue, place.kpi.id, cell),
        sample(catalogue, place.kpi.id, before or EMPTY),
        place.kpi.direction,
        mature=place.settled and place.ends is None,
        history=place.history,
    )


def tile(source: Source, answers: Answers, kpi: str) -> Tile:
    """Return the tile of one KPI."""
    around, catalogue = answers.frame, source.catalogue
    cell, before = cells_of(answers.now, kpi)
    spark = course_of(answers, kpi)
    place = standing(source, kpi, around, [point.value for point in spark[:-1]])
    ripe = maturity_of(source, place, cell, around)
    place = replace(place, settled=ripe.final)
    before, ripe = like_with_like(source, place, before, around, ripe)
    made = None
    if around.compared != "none":
        alike = place if ripe.grown is None else replace(place, settled=True)
        made = change(catalogue, alike, cell, before)
    drawn = sample(catalogue, kpi, cell)
    too_few = not enough(drawn) or (made is not None and made.reason == "not_enough_data")
    return Tile(
        kpi=head(place.kpi),
        value=cell.value,
        baseline=before.value if before else None,
        change=made,
        second=second(catalogue, answers, place, cell),
        interval=interval(drawn),
        spark=spark,
        parts=cell.parts,
        notes=tuple(notes(catalogue, place, cell, around)),
        maturity=ripe,
        enough_data=cell.value is not None and not too_few,
        reason="no_value" if cell.value is None else made.reason if made else None,
        window=cell.window,
        query=page_query(around),
        doubts=marks(source, kpi, cell.window or around.elapsed) if cell.value is not None else (),
    )


def second(catalogue: Catalogue, answers: Answers, place: Standing, cell: Cell) -> Compared:
    """Return the other usual comparison of a tile."""
    row = answers.second.rows[-1] if answers.second.rows else None
    _, before = cells_of(answers.second, place.kpi.id)
    period = row.baseline_period if row else None
    begun = row is not None and row.period.start == answers.frame.period.start
    if not begun or before is None or before.value is None:
        return Compared(answers.second_kind, period, None, None, "no_baseline")
    return Compared(answers.second_kind, period, before.value, change(catalogue, place, cell, before), None)


def notes(catalogue: Catalogue, place: Standing, cell: Cell, around: Frame) -> Iterable[Note]:
    """Return what to know about a number."""
    if cell.value is None:
        return
    if cell.window is not None and cell.window != around.elapsed:
        yield Note("window", {"days": cell.window.days, "range": cell.window})
    if cell.missing:
        yield Note("parts_missing", {"measures": tuple(label_text(catalogue, m) for m in cell.missing)})
    if place.ends is not None:
        yield Note("data_until", {"day": place.ends})


def maturity_of(source: Source, place: Standing, cell: Cell, around: Frame) -> Maturity:
    """Return how mature a number is; one whose data end inside the period is no matter of age."""
    if place.ends is not None or not around.begun:
        return FINAL
    period = cell.window or around.elapsed
    return maturity(source, place.kpi.id, cell, period, channel=around.channel, settled=place.settled)


def like_with_like(
    source: Source, place: Standing, before: Cell | None, around: Frame, ripe: Maturity
) -> tuple[Cell | None, Maturity]:
    """Return what a number is to be compared with: where it is young, the earlier one when that was just as young."""
    if ripe.final or before is None or before.value is None or around.baseline is None or before.window is not None:
        return before, ripe
    then = at_same_age(source, place.kpi.id, before, around.elapsed, around.baseline, around.channel)
    return (before, ripe) if then is None else (then, replace(ripe, grown=before.value))


def data_end(source: Source, kpi: str, around: Frame) -> date | None:
    """Return the last day with data when they end inside the period; None when they reach its end or lie elsewhere.

    Facts in which a day without rows means that nothing happened (orders, leads, events) cannot tell.
    """
    catalogue = source.catalogue
    measures = (catalogue.measures[i.measure] for i in catalogue.inputs(kpi))
    told = {m.fact for m in measures if not catalogue.facts[m.fact].zero_when_empty}
    ends = []
    for fact in sorted(told):
        held = _reach(source, catalogue.facts[fact].needs or (fact,))
        if held is not None and around.elapsed.start <= held.last < around.elapsed.last:
            ends.append(held.last)
    return min(ends, default=None)


#: How far facts reach, per warehouse, for the state it is in: asked by every number of every page.
_reaches: WeakKeyDictionary[Warehouse, tuple[int, dict[tuple[str, ...], Period | None]]] = WeakKeyDictionary()


def _reach(source: Source, facts: tuple[str, ...]) -> Period | None:
    warehouse = source.warehouse
    version = warehouse.version
    kept = _reaches.get(warehouse)
    if kept is None or kept[0] != version:
        kept = _reaches[warehouse] = (version, {})
    if facts not in kept[1]:
        kept[1][facts] = warehouse.period_of(facts)
    return kept[1][facts]


def missing(catalogue: Catalogue, kpi: str, cell: Cell, refusal: Refusal | None, *, begun: bool = True) -> Missing:
    """Return why a KPI has no number."""
    about = head(catalogue.kpi(kpi))
    if not begun:
        return Missing(about, "missing", "not_begun")
    if refusal is not None:
        return Missing(about, "refusal", refusal.code, refusal.values)
    known = {name: value for name, value in cell.parts.items() if value is not None}
    if cell.missing:
        lacking = tuple(label_text(catalogue, name) for name in cell.missing)
        return Missing(about, "missing", "no_parts", {"measures": lacking})
    zero = next((name for name, value in known.items() if value == 0), None)
    if zero is not None:
        return Missing(about, "missing", "zero_denominator", {"measure": label_text(catalogue, zero)})
    return Missing(about, "missing", "no_data")


def page_query(around: Frame, **more: str) -> str:
    """Return the query string of a page in the same state."""
    pairs = {"period": around.period.text(), "compare": around.compare, "channel": around.channel or "", **more}
    return urlencode([(name, value) for name, value in pairs.items() if value], quote_via=quote, safe=",.")


def freshness(source: Source) -> tuple[Freshness, ...]:
    """Return how new the data of each source are, the most outdated first."""
    yesterday = source.today - timedelta(days=1)
    found = []
    for item in source.freshness():
        behind = max(0, (yesterday - item.last_day).days) if item.last_day else None
        stale = behind is None or behind > STALE_DAYS
        found.append(Freshness(item.platform, item.first_day, item.last_day, item.loaded_at, behind, stale))
    return tuple(sorted(found, key=lambda f: (-(f.days_behind or 0), f.platform)))


def with_channels(around: Frame, channels: tuple[str, ...]) -> Frame:
    """Return the frame with the channels there are data for."""
    return replace(around, channels=channels)
