"""The machine: from a declaration and what a person chose to an answered page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from laban.errors import LabanError, UnknownNameError, UnsupportedDimensionError
from laban.facts import CHANNEL_GROUPS, UNATTRIBUTED
from laban.i18n import Phrase
from laban.metrics.columns import with_columns
from laban.metrics.query import Query, Where
from laban.metrics.result import Number, Result, Row
from laban.metrics.run import run
from laban.periods import Period, trailing, unit_of
from laban.report.views import common
from laban.report.views.parts import Frame, Missing, Note, Source, Text
from laban.report.views.samples import settling_days
from laban.report.views.tables import cells
from laban.report.views.tables.declare import KnobSpec, Material, Spec, Split
from laban.report.views.tables.limits import LIMITS
from laban.report.views.tables.model import Asked, Dims, Filter, Knob, Table, TableMark, TableRow, TableView
from laban.report.views.tables.people import cohorts, comments
from laban.report.views.tables.specs import SPECS

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue
    from laban.settings import Settings
    from laban.warehouse import ImportRecord, SourceFreshness, Warehouse

#: Members that have a row of their own, unless asked for otherwise.
TOP = 20
#: What a row of each dimension is best looked into by.
FINER: dict[str, Dims] = {
    "channel": ("campaign",),
    "platform": ("campaign",),
    "campaign": ("ad_group",),
    "ad_group": ("ad",),
    "ad": ("keyword",),
    "keyword": ("device",),
    "source_medium": ("landing_page",),
    "content_type": ("topic",),
    "event_type": ("event",),
    "support_channel": ("agent",),
    "network": ("topic",),
    "touchpoint": ("survey_wave",),
}
#: Members offered to choose from.
OFFERED = 100


@dataclass(frozen=True, slots=True)
class WithColumns:
    """A workspace whose catalogue also answers columns."""

    inner: Source
    catalogue: Catalogue

    @property
    def settings(self) -> Settings:
        """Name, currency, language."""
        return self.inner.settings

    @property
    def today(self) -> date:
        """The date on the shop's clock."""
        return self.inner.today

    @property
    def warehouse(self) -> Warehouse:
        """The facts."""
        return self.inner.warehouse

    def run(self, query: Query) -> Result:
        """Answer a question."""
        return run(query, self.catalogue, self.warehouse, today=self.today)

    def freshness(self) -> list[SourceFreshness]:
        """Per source, the last day it has data for."""
        return self.inner.freshness()

    def imports(self, *, include_undone: bool = False) -> list[ImportRecord]:
        """The log of imports, newest first."""
        return self.inner.imports(include_undone=include_undone)

    def default_week(self) -> Period:
        """The week to show when none is asked for."""
        return self.inner.default_week()


def spec_of(name: str) -> Spec:
    """Return a page's declaration.

    Raises:
        UnknownNameError: there is none of that name; names the nearest.
    """
    if name not in SPECS:
        raise UnknownNameError(Phrase.of("table.kind"), name, SPECS)
    return SPECS[name]


def table_page(source: Source, name: str, asked: Asked | None = None) -> TableView:
    """Build a page of tables.

    Args:
        source: The workspace.
        name: Which page.
        asked: Period, comparison, split, filters and so on; by default the last four full weeks.

    Raises:
        UnknownNameError: there is no such page, dimension or channel; names the nearest.
    """
    spec, wanted = spec_of(name), asked or Asked()
    wide = WithColumns(source, with_columns(source.catalogue))
    for dimension in (*wanted.only, *wanted.by):
        wide.catalogue.dimension(dimension)
    channel = wanted.only.get(common.CHANNEL)
    common.check_channel(channel, (*CHANNEL_GROUPS, UNATTRIBUTED))
    around = common.frame(wide, wanted.period or _lately(source, spec.days), wanted.compare, channel=channel)
    page = _Page(wide, spec, wanted, around)
    knobs = page.knobs()
    tables = tuple(page.table(split, knobs) for split in spec.splits)
    said, hidden = comments(wide, around) if "comments" in spec.extra and around.begun else ((), 0)
    return TableView(
        id=spec.id,
        requirement=spec.requirement,
        frame=around,
        top=wanted.top or TOP,
        filters=page.filters(),
        tables=tables,
        cohorts=cohorts(wide, around) if "cohorts" in spec.extra and around.begun else (),
        comments=said,
        hidden_comments=hidden,
        knobs=knobs,
        switches=page.switches,
        activity_days=wide.catalogue.activity_days,
    )


def _lately(source: Source, days: int) -> Period:
    end = source.default_week().end
    return Period(end - timedelta(days=days), end)


@dataclass(frozen=True, slots=True)
class _Page:
    """One page being built."""

    source: WithColumns
    spec: Spec
    asked: Asked
    frame: Frame

    @property
    def switches(self) -> dict[str, str]:
        """The readings chosen; the first of each where nothing was."""
        chosen = self.asked.switches
        return {
            name: chosen[name] if chosen.get(name) in options else options[0]
            for name, options in self.spec.switches.items()
        }

    def where(self, split: Split) -> Where:
        """Everything a table is limited to."""
        own = tuple((name, (value,)) for name, value in self.asked.only.items())
        limits = LIMITS[split.limits](self.source, self.frame, self.switches) if split.limits else ()
        fixed = {name: values for name, values in (*split.where, *limits) if name not in self.asked.only}
        return (*fixed.items(), *own)

    def knobs(self) -> tuple[Knob, ...]:
        """The numbers that may be changed, as measured over the page's period and as chosen."""
        return tuple(Knob(k.id, k.unit, self._measured(k), self.asked.knobs.get(k.id)) for k in self.spec.knobs)

    def _measured(self, knob: KnobSpec) -> Number | None:
        kpi = knob.part_of or knob.id
        if knob.start is not None or kpi not in self.source.catalogue.kpis or not self.frame.begun:
            return knob.start
        (row,) = self.source.run(Query((kpi,), self.frame.period)).rows
        return row.cells[0].parts.get(f"K.{knob.id}") if knob.part_of else row.cells[0].value

    def filters(self) -> tuple[Filter, ...]:
        """What the page may be limited to, and everything it is."""
        names = dict.fromkeys((*self.spec.filters, *self.asked.only))
        return tuple(
            Filter(name, self._members(name) if name in self.spec.filters else (), self.asked.only.get(name, ""))
            for name in names
        )

    def _members(self, dimension: str) -> tuple[str, ...]:
        kpi = next((c.id for s in self.spec.splits for c in s.columns if self._able(c.id, dimension)), None)
        if kpi is None or not self.frame.begun:
            return ()
        result = self.source.run(Query((kpi,), self.frame.period, by=(dimension,), top=OFFERED))
        found = {row.key[0] for row in result.rows if not row.others and row.cells[0].value}
        return tuple(sorted(name for name in found if name))

    def _able(self, kpi: str, dimension: str) -> bool:
        return kpi in self.source.catalogue.kpis and dimension in self.source.catalogue.allowed_dimensions(kpi)

    def table(self, split: Split, knobs: Sequence[Knob]) -> Table:
        """Ask for one table and finish it."""
        by = self.asked.by if self.asked.by in split.by else split.by[0] if split.by else ()
        columns = tuple(c for c in split.columns if c.id in self.source.catalogue.kpis)
        absent = [cells.unknown(c.id) for c in split.columns if c not in columns]
        period = self.frame.period
        if split.grain != "total":
            period = trailing(unit_of(self.frame.elapsed.last, split.grain), split.units)
        blank = _blank(split, by, period, tuple(absent))
        if not self.frame.begun or not columns:
            return blank
        compare = self.frame.compare if split.grain == "total" else "none"
        kpis = tuple(c.id for c in columns)
        where = self.where(split)
        query = Query(kpis, period, split.grain, by, where, compare, self.asked.top or TOP)
        try:
            result = self.source.run(query)
            total = self.source.run(replace(query, by=())) if split.grain == "total" else None
        except UnsupportedDimensionError as error:
            return replace(blank, reason=_sentence(error))
        steps = any(c.change for c in split.columns) or any(d.compared for d in split.derived)
        kept = tuple(row for row in result.rows if _says_something(row, compared=steps))
        chosen = frozenset(knob.id for knob in knobs if knob.chosen is not None)
        values = {knob.id: knob.value for knob in knobs}
        terms = self.source.catalogue.brand_terms
        material = Material(kpis, kept, total.rows[0] if total else None, by, values, chosen, terms)
        return self._finished(split, replace(blank, missing=tuple(absent)), material, result)

    def _finished(self, split: Split, blank: Table, material: Material, result: Result) -> Table:
        columns = tuple(c for c in split.columns if c.id in material.columns)
        made_of = cells.makers(self.source, self.frame, columns, split, material)
        makers = cells.telling(made_of, len(material.every))
        says = [note for say in split.says for note in say(material)] if material.every else []
        if blank.by and material.every and all(part is None for row in material.every for part in row.key):
            says = [Note("only_unknown", {"dimension": blank.by})]
            split = replace(split, chart="")
        marks = [(mark, set(mark.find(material))) for mark in split.marks]
        rows = [
            TableRow(
                key=row.key,
                values=tuple(maker.make(place) for maker in makers),
                marks=tuple(TableMark(mark.code, mark.tone) for mark, places in marks if place in places),
                others=row.others,
                period=_unit(split, row.period),
                partial=self._open(split, row.period),
                drill=None if row.others else self._drill(split, blank.by, row.key),
            )
            for place, row in enumerate(material.every)
        ]
        heads = tuple(maker.head for maker in makers)
        sort, ascending = cells.sorting(self.asked.sort, heads, split)
        total = None
        if material.total is not None:
            total = TableRow((), tuple(maker.make(None) for maker in makers))
        ordered = cells.ordered(rows, heads, sort, ascending=ascending)
        made = replace(
            blank,
            columns=heads,
            rows=ordered,
            total=total,
            sort=sort,
            ascending=ascending,
            says=tuple(says),
            missing=(*blank.missing, *self._missing(material, result)),
            recombines=cells.recombines(self.source.catalogue, material),
            chart=split.chart if split.chart in {head.id for head in heads} else "",
            line=cells.line(split, makers),
        )
        return replace(made, matrix=cells.matrix(made)) if split.pivot else made

    def _open(self, split: Split, period: Period) -> bool:
        """Whether a row of a course has a number that may still move."""
        unit = _unit(split, period)
        if unit is None:
            return False
        settled = (settling_days(self.source.catalogue, c.id) for c in split.columns if self._known(c.id))
        return (self.source.today - unit.end).days < max(settled, default=0)

    def _known(self, kpi: str) -> bool:
        return kpi in self.source.catalogue.kpis

    def _missing(self, material: Material, result: Result) -> list[Missing]:
        """Columns without a number anywhere, each with the reason."""
        found = []
        for kpi in material.columns:
            refused = result.refusals.get(kpi)
            if refused is None and any(material.cell(row, kpi).value is not None for row in material.every):
                continue
            cell = material.cell(material.total or (material.every[-1] if material.every else None), kpi)
            found.append(common.missing(self.source.catalogue, kpi, cell, refused))
        return found

    def _drill(self, split: Split, by: Dims, key: Sequence[str | None]) -> dict[str, str] | None:
        """Where a row leads: the same page within this row, split by the next dimension."""
        own = {name: value for name, value in zip(by, key, strict=True) if value}
        if len(own) < len(by) or not by:
            return None
        taken = {*self.asked.only, *own}
        free = [dims for dims in split.by if dims != by and not taken & set(dims)]
        finer = next((dims for dims in free if dims == FINER.get(by[0])), None)
        following = finer or next(iter(free), None)
        return None if following is None else {**own, "by": ",".join(following)}


def _blank(split: Split, by: Dims, period: Period, absent: tuple[Missing, ...]) -> Table:
    return Table(
        id=split.id,
        by=by,
        choices=split.by,
        columns=(),
        rows=(),
        total=None,
        sort=split.sort,
        ascending=split.ascending,
        says=(),
        missing=absent,
        recombines=None,
        period=period,
        chart="",
        line=None,
        matrix=None,
    )


def _unit(split: Split, period: Period) -> Period | None:
    """The whole week or month of a row of a course, which may be cut to what is over."""
    return None if split.grain == "total" else unit_of(period.start, split.grain)


def _sentence(error: LabanError) -> Text:
    return Text(error.message("vi"), error.message("en"))


def _says_something(row: Row, *, compared: bool) -> bool:
    """Whether a member has any number but nought; what it had before counts where the table shows steps."""
    sides = (row.cells, (row.baseline or ()) if compared else ())
    return any(v for cells_of in sides for cell in cells_of for v in (cell.value, *cell.parts.values()))
