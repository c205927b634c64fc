"""Building the page of one KPI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from laban.analysis.compare import Change, compare
from laban.errors import UnsupportedDimensionError
from laban.facts import CHANNEL_GROUPS
from laban.metrics import explain
from laban.metrics.compile import compile_query
from laban.metrics.model import STANDARD
from laban.metrics.query import Query
from laban.metrics.result import Cell, Number, Row
from laban.periods import Comparison, Period, buckets, compared, preceding, trailing, unit_of
from laban.report.views import common, formula
from laban.report.views.advice import advice
from laban.report.views.calendar import events
from laban.report.views.common import Standing
from laban.report.views.kpi import (
    Benchmark,
    Breakdown,
    BreakdownRow,
    Driver,
    Feeding,
    KpiView,
    ProofPart,
    ReadingRow,
    Variant,
)
from laban.report.views.parts import Compared, Frame, KpiHead, Point, Source, Text, Tile
from laban.report.views.samples import denominator, sample

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue, Kpi
    from laban.metrics.model import Variant as CatalogueVariant

#: Weeks drawn.
WEEKS = 104
#: Units whose average a number is set against.
AVERAGED = 12
#: Rows of a breakdown on the page.
ROWS = 100


def kpi_page(
    source: Source,
    kpi: str,
    *,
    period: Period | None = None,
    compare_with: Comparison = "previous",
    channel: str | None = None,
    by: str | None = None,
) -> KpiView:
    """Build the page of one KPI.

    Args:
        source: The workspace.
        kpi: Its id.
        period: What to show; by default the last full week with data.
        compare_with: What to compare with.
        channel: Only this channel.
        by: The dimension to split by; by default the first that is allowed.

    Raises:
        UnknownNameError: there is no such KPI or channel; names the nearest.
        UnsupportedDimensionError: the KPI cannot be split by ``by`` or filtered by channel.
    """
    catalogue = source.catalogue
    entry = catalogue.kpi(kpi)
    allowed = tuple(d for d in catalogue.allowed_dimensions(kpi) if not catalogue.dimensions[d].filter_only)
    common.check_channel(channel, CHANNEL_GROUPS)
    for wanted in (by, common.CHANNEL if channel else None):
        if wanted is not None and wanted not in allowed:
            raise UnsupportedDimensionError(kpi, wanted, allowed)
    around = common.frame(source, period, compare_with, channel=channel)
    around = common.with_channels(around, common.channels_with_data(source, [kpi], around.period))
    answers = common.ask(source, [kpi], around)
    cell, _ = common.cells_of(answers.now, kpi)
    refusal = answers.now.refusals.get(kpi)
    made = common.tile(source, answers, kpi)
    place = common.standing(source, kpi, around, [point.value for point in made.spark[:-1]])
    place = replace(place, settled=place.ends is not None or made.maturity.final)
    split = by or (allowed[0] if allowed else None)
    weeks = _series(source, kpi, around)
    return KpiView(
        frame=around,
        category=entry.category,
        tile=made,
        missing=(common.missing(catalogue, kpi, cell, refusal, begun=around.begun) if cell.value is None else None),
        comparisons=tuple(_alike(one, made, around) for one in _comparisons(source, place, cell, around)),
        series=weeks,
        events=events(Period(weeks[0].period.start, weeks[-1].period.end)) if weeks else (),
        dimension=split,
        dimensions=allowed,
        breakdown=_breakdown(source, place, split, around, cell) if split and cell.value is not None else None,
        description=common.words(entry.meaning),
        why=common.words(entry.why),
        weekly=common.words(entry.weekly),
        aim=common.words(entry.aim),
        formula=entry.formula,
        formula_tokens=formula.tokens(catalogue, entry.formula),
        formula_parts=formula.parts(catalogue, kpi, cell),
        pitfalls=_pitfalls(entry),
        variants=tuple(Variant(v.id, v.formula, common.words(v.text), _reading(kpi, v)) for v in entry.variants),
        readings=_readings(source, kpi, around),
        drivers=_drivers(catalogue, entry),
        driven=_driven(catalogue, kpi),
        imports=_imports(source, kpi, around),
        facts=catalogue.facts_of(kpi),
        benchmarks=_benchmarks(catalogue, entry),
        sql=_sql(source, kpi, around, by),
        advice=advice(catalogue, kpi, around, by),
    )


def _sql(source: Source, kpi: str, around: Frame, by: str | None) -> tuple[str, ...]:
    """The statements of the number and what it is compared with, then those of the split that was asked for."""
    splits: tuple[tuple[str, ...], ...] = ((), (by,)) if by else ((),)
    queries = (
        Query((kpi,), around.period, by=split, where=common.where(around.channel), compare=around.compare)
        for split in splits
    )
    plans = (compile_query(query, source.catalogue, source.today) for query in queries)
    return tuple(dict.fromkeys(text for plan in plans for text in explain.statements(plan)))


def _readings(source: Source, kpi: str, around: Frame) -> tuple[ReadingRow, ...]:
    """All readings in one question, each with its own step; nothing is set against another reading."""
    catalogue = source.catalogue
    names = catalogue.readings(kpi)
    if len(names) == 1:
        return ()
    filtered = common.where(around.channel)
    able = [n for n in names if not around.channel or common.CHANNEL in catalogue.allowed_dimensions(n)]
    result = source.run(Query(tuple(able), around.period, where=filtered, compare=around.compare))
    rows = []
    for name in able:
        cell, before = common.cells_of(result, name) if around.begun else (common.EMPTY, None)
        place = common.standing(source, name, around)
        step = common.change(catalogue, place, cell, before) if around.compared != "none" else None
        head, now = common.head(place.kpi), before.value if before else None
        rows.append(ReadingRow(head, cell.value, now, step, name == kpi))
    return tuple(rows)


def _reading(kpi: str, variant: CatalogueVariant) -> str:
    """Return the id under which a reading has a page of its own, "" where the facts cannot answer it."""
    base = kpi.partition(".")[0]
    if not variant.formula:
        return ""
    return base if variant.id == STANDARD and "." in kpi else f"{base}.{variant.id}"


def _series(source: Source, kpi: str, around: Frame) -> tuple[Point, ...]:
    """The last 104 weeks, each with the week it corresponds to last year (around Tết: the same place)."""
    through = source.today - timedelta(days=1)
    asked = trailing(unit_of(min(around.elapsed.last, through), "week"), WEEKS)
    result = source.run(Query((kpi,), asked, grain="week", where=common.where(around.channel), compare="tet"))
    points = [
        Point(
            period=week,
            value=row.cells[0].value,
            baseline=row.baseline[0].value if row.baseline else None,
            baseline_period=row.baseline_period,
            partial=week.last > through,
        )
        for week, row in zip(buckets(asked, "week"), result.rows, strict=False)
    ]
    first = next((i for i, point in enumerate(points) if point.value is not None), len(points))
    return tuple(points[first:])


def _comparisons(source: Source, place: Standing, cell: Cell, around: Frame) -> tuple[Compared, ...]:
    """The number against the period before, last year, Tết, its own average and what others publish."""
    found = [_against(source, place, cell, around, kind) for kind in ("previous", "year", "tet")]
    found.append(_against_average(source, place, cell, around))
    found.append(_against_benchmark(place.kpi))
    return tuple(found)


def _alike(one: Compared, made: Tile, around: Frame) -> Compared:
    """The comparison of the tile, where it is with the earlier number when that was just as young."""
    if one.kind != around.compared or made.maturity.grown is None:
        return one
    return replace(one, value=made.baseline, change=made.change)


def _against(
    source: Source, place: Standing, cell: Cell, around: Frame, kind: Literal["previous", "year", "tet"]
) -> Compared:
    made = compared(around.period, kind, source.today - timedelta(days=1))
    if made.kind != kind:
        return Compared(kind, None, None, None, "not_tet_season")
    if made.baseline is not None and made.baseline.last >= source.today:
        return Compared(kind, made.baseline, None, None, "no_baseline")
    query = Query((place.kpi.id,), around.period, where=common.where(around.channel), compare=kind)
    _, before = common.cells_of(source.run(query), place.kpi.id)
    if before is None or before.value is None:
        return Compared(kind, made.baseline, None, None, "no_baseline")
    return Compared(kind, made.baseline, before.value, common.change(source.catalogue, place, cell, before), None)


def _against_average(source: Source, place: Standing, cell: Cell, around: Frame) -> Compared:
    """Against the twelve units before, or as many as there are data for.

    Sums are averaged per unit, ratios recombined from their parts, stocks taken as a plain mean.
    """
    entry = place.kpi
    lately = place.history[-AVERAGED:]
    known = [value for value in lately if value is not None]
    first = next((i for i, value in enumerate(lately) if value is not None), 0)
    before = trailing(preceding(around.period), AVERAGED if len(lately) < AVERAGED else AVERAGED - first)
    if len(known) < AVERAGED // 2 or around.partial:
        return Compared("average", before, None, None, "too_short")
    if entry.aggregation in {"ratio_of_sums", "score_difference", "weighted_average"}:
        query = Query((entry.id,), before, where=common.where(around.channel))
        whole, _ = common.cells_of(source.run(query), entry.id)
        value = whole.value
    else:
        value = sum(Decimal(str(v)) for v in known) / len(known)
    if value is None:
        return Compared("average", before, None, None, "no_baseline")
    return Compared("average", before, value, _average_step(source.catalogue, place, cell, value), None)


def _average_step(catalogue: Catalogue, place: Standing, cell: Cell, value: Number) -> Change:
    """The step from an average, taken as noisy as the number itself, though it rests on more events."""
    now = sample(catalogue, place.kpi.id, cell)
    mature = place.settled and place.ends is None
    return compare(now, replace(now, value=value), place.kpi.direction, mature=mature, history=place.history)


def _against_benchmark(entry: Kpi) -> Compared:
    figure = next((b for b in entry.benchmarks if b.typical is not None and b.unit == entry.unit), None)
    if entry.variant:
        return Compared("benchmark", None, None, None, "other_variant")
    if figure is None:
        return Compared("benchmark", None, None, None, "no_benchmark")
    return Compared("benchmark", None, figure.typical, None, None)


def _breakdown(source: Source, place: Standing, dimension: str, around: Frame, total: Cell) -> Breakdown:
    kpi = place.kpi.id
    query = Query((kpi,), around.period, by=(dimension,), where=common.where(around.channel), compare=around.compare)
    result = source.run(query)
    proof, additive = _proof(source.catalogue, kpi, result.rows, total)
    made = (_breakdown_row(source.catalogue, place, dimension, row, around, total) for row in result.rows)
    rows = sorted(
        (row for row in made if _says_something(row)),
        key=lambda row: (-(row.share or 0), -float(row.value or 0), row.key or ""),
    )
    return Breakdown(
        dimension=dimension,
        rows=tuple(rows[:ROWS]),
        total=total.value,
        more=max(0, len(rows) - ROWS),
        additive=additive,
        proof=() if result.hidden else proof,
        exact=all(part.exact for part in proof) if proof and not result.hidden else None,
        hidden=result.hidden,
    )


def _says_something(row: BreakdownRow) -> bool:
    return any(value is not None for value in (row.value, row.baseline, *row.parts.values()))


def _breakdown_row(
    catalogue: Catalogue, place: Standing, dimension: str, row: Row, around: Frame, total: Cell
) -> BreakdownRow:
    """A part of the number; it varies at least as much from unit to unit as the whole."""
    cell, before = row.cells[0], row.baseline[0] if row.baseline else None
    key = row.key[0]
    return BreakdownRow(
        key=key,
        value=cell.value,
        baseline=before.value if before else None,
        change=_part_change(catalogue, place, cell, before) if around.compare != "none" else None,
        share=_share(catalogue, place.kpi, cell, total),
        parts=cell.parts,
        query=common.page_query(replace(around, channel=key)) if dimension == common.CHANNEL and key else None,
    )


def _part_change(catalogue: Catalogue, place: Standing, cell: Cell, before: Cell | None) -> Change:
    """The step of a part; a median does not say how many it rests on, and a part may be a handful: no verdict."""
    made = common.change(catalogue, place, cell, before)
    if place.kpi.aggregation == "median" and made.verdict != "neutral":
        return replace(made, verdict="neutral", reason="not_enough_data")
    return made


def _share(catalogue: Catalogue, entry: Kpi, cell: Cell, total: Cell) -> float | None:
    """Share of the total: of the events' chances in a ratio, of the number itself where it adds up."""
    part, whole = _weight(catalogue, entry, cell), _weight(catalogue, entry, total)
    if part is None or not whole:
        return None
    return float(part) / float(whole)


def _weight(catalogue: Catalogue, entry: Kpi, cell: Cell) -> Number | None:
    if entry.aggregation == "sum":
        return cell.value
    bottom = denominator(catalogue, entry.id, cell)
    return bottom if bottom is None or bottom >= 0 else None


def _proof(catalogue: Catalogue, kpi: str, rows: Sequence[Row], total: Cell) -> tuple[tuple[ProofPart, ...], bool]:
    """Per measure that may be added over members: its total and the sum over the rows."""
    additive = True
    parts = []
    for used in catalogue.inputs(kpi):
        if catalogue.measures[used.measure].additivity not in {"additive", "semi_additive"} or used.take == "median":
            additive = False
            continue
        known = [value for row in rows if (value := row.cells[0].parts.get(used.label)) is not None]
        name, money = common.label_text(catalogue, used.label), catalogue.measures[used.measure].unit == "currency"
        parts.append(ProofPart(used.label, name, total.parts.get(used.label), sum(known) if known else None, money))
    return tuple(parts), additive


def _pitfalls(entry: Kpi) -> tuple[Text, ...]:
    vi, en = entry.pitfalls.get("vi", ()), entry.pitfalls.get("en", ())
    return tuple(Text(a, b) for a, b in zip(vi, en, strict=True))


def _drivers(catalogue: Catalogue, entry: Kpi) -> tuple[Driver, ...]:
    return tuple(
        Driver(common.head(catalogue.kpis[d.kpi]) if d.kpi in catalogue.kpis else None, d.kpi, d.kind, d.effect)
        for d in entry.drivers
    )


def _driven(catalogue: Catalogue, kpi: str) -> tuple[KpiHead, ...]:
    return tuple(common.head(other) for other in catalogue.kpis.values() if any(d.kpi == kpi for d in other.drivers))


def _imports(source: Source, kpi: str, around: Frame) -> tuple[Feeding, ...]:
    records = source.warehouse.feeding(source.catalogue.facts_of(kpi), around.elapsed)
    return tuple(
        Feeding(r.id, r.name, r.platform or "", r.start, r.end - timedelta(days=1) if r.end else None, r.loaded_at)
        for r in records
    )


def _benchmarks(catalogue: Catalogue, entry: Kpi) -> tuple[Benchmark, ...]:
    found = []
    for figure in entry.benchmarks:
        if figure.unit != entry.unit:
            continue
        by = catalogue.sources.get(figure.source)
        found.append(
            Benchmark(
                segment=common.words(figure.segment),
                typical=figure.typical,
                low=figure.low,
                high=figure.high,
                region=figure.region,
                period=figure.period,
                title=by.title if by else figure.source,
                url=by.url if by else "",
            )
        )
    return tuple(found)
