"""The KPI tree: what a KPI is made of, in numbers that come out exactly, and what is thought to move it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from laban.errors import UnknownNameError
from laban.i18n import Phrase
from laban.metrics import graph
from laban.metrics.query import Query
from laban.metrics.result import Cell, Number
from laban.metrics.run import run
from laban.periods import Comparison, Period
from laban.report.views import common, formula
from laban.report.views.boards.parts import board_frame
from laban.report.views.kpi import Token
from laban.report.views.parts import Frame, KpiHead, Source, Text, Tile, plain
from laban.report.views.scorecard import narrowed_tiles

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue, Driver

#: Digits to which both ways of writing a number must agree: a quotient is rounded once, to 34.
_AGREE = Decimal("1e-25")
_SUFFIX = "_as_identity"


@dataclass(frozen=True, slots=True)
class Term:
    """A term of an identity with its number: a KPI, by its id, or a measure (``kpi`` is "" then)."""

    label: str
    kpi: str
    name: Text
    unit: str
    value: Number | None


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A KPI written with the KPIs below it, and what that gives.

    Attributes:
        tokens: The identity in pieces.
        terms: Its terms with their numbers.
        value: What it gives; None when a term is missing.
        exact: Whether that is the KPI's own number.
    """

    tokens: tuple[Token, ...]
    terms: tuple[Term, ...]
    value: Number | None
    exact: bool


@dataclass(frozen=True, slots=True)
class Node:
    """A KPI in the tree.

    Attributes:
        kpi: Which KPI.
        tile: Its number in the period; None without one.
        level: Strategic or tactical.
        kind: How it is linked to the one above: identity or causal; "" for the root.
        effect: Whether its rise raises (+) or lowers (-) the one above; "" for the root.
        arithmetic: It as its identity drivers make it; None where it has none.
        children: The KPIs below.
        again: Whether it is spread out elsewhere in the tree, and not here.
        first: Whether this is the place that stands for it, where it occurs several times.
        on_way: Whether it lies on the way that was asked for.
    """

    kpi: KpiHead
    tile: Tile | None
    level: str
    kind: str
    effect: str
    arithmetic: Arithmetic | None
    children: tuple[Node, ...]
    again: bool
    first: bool
    on_way: bool


@dataclass(frozen=True, slots=True)
class TreeView:
    """The page of a KPI tree.

    Attributes:
        frame: Shop, period, comparison, channel.
        root: The KPI at the top.
        below: KPIs below it that one may walk to.
        target: The KPI that the way leads to; None when none was asked for.
        way: The way to it, the root first.
        above: KPIs that the root itself moves.
    """

    frame: Frame
    root: Node
    below: tuple[KpiHead, ...]
    target: KpiHead | None
    way: tuple[KpiHead, ...]
    above: tuple[KpiHead, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def tree_page(
    source: Source,
    kpi: str,
    *,
    to: str | None = None,
    period: Period | None = None,
    compare: Comparison = "previous",
    channel: str | None = None,
) -> TreeView:
    """Build the tree of a KPI.

    Raises:
        UnknownNameError: there is no such KPI or channel, or ``to`` does not lie below it; names the nearest.
    """
    catalogue = source.catalogue
    kpi = catalogue.kpi(kpi).id.partition(".")[0]
    below = {one.kpi: one for one in graph.down(catalogue, kpi)}
    if to and to not in below:
        raise UnknownNameError(Phrase.of("board_query.below"), to, below)
    names = (kpi, *below)
    around = board_frame(source, names, period, compare, channel)
    tiles = {tile.kpi.id: tile for tile in narrowed_tiles(source, names, around)[0]}
    way = (kpi, *below[to].way) if to else ()
    builder = _Builder(catalogue, tiles, _identities(source, names, around), frozenset(way))
    heads = [common.head(catalogue.kpis[name]) for name in below]
    return TreeView(
        frame=around,
        root=builder.node(kpi, None, ()),
        below=tuple(heads),
        target=common.head(catalogue.kpis[to]) if to else None,
        way=tuple(common.head(catalogue.kpis[name]) for name in way),
        above=tuple(common.head(catalogue.kpis[one.kpi]) for one in graph.up(catalogue, kpi, 1)),
    )


class _Builder:
    """Spreads each KPI out once: where it is nearest to the root, or on the way asked for."""

    def __init__(
        self,
        catalogue: Catalogue,
        tiles: Mapping[str, Tile],
        arithmetic: Mapping[str, Arithmetic],
        way: frozenset[str],
    ) -> None:
        self.catalogue, self.tiles, self.arithmetic, self.way = catalogue, tiles, arithmetic, way
        self.places: dict[str, tuple[str, ...]] = {}

    def node(self, kpi: str, driver: Driver | None, above: tuple[str, ...]) -> Node:
        if not above:
            self._place(kpi)
        entry = self.catalogue.kpis[kpi]
        here = (*above, kpi)
        again = self.places.get(kpi) != here
        drivers = (
            () if again else tuple(d for d in entry.drivers if d.kpi in self.catalogue.kpis and d.kpi not in here)
        )
        return Node(
            kpi=common.head(entry),
            tile=self.tiles.get(kpi),
            level=entry.level,
            kind=driver.kind if driver else "",
            effect=driver.effect if driver else "",
            arithmetic=self.arithmetic.get(kpi),
            children=tuple(self.node(d.kpi, d, here) for d in drivers),
            again=again and bool(entry.drivers),
            first=not again,
            on_way=bool(self.way) and self.way >= frozenset(here),
        )

    def _place(self, root: str) -> None:
        """Decide where each KPI is spread out: breadth first, the way asked for before everything else."""
        todo: list[tuple[str, ...]] = [(root,)]
        while todo:
            todo.sort(key=lambda path: (not (self.way >= frozenset(path)), len(path)))
            path = todo.pop(0)
            if path[-1] in self.places:
                continue
            self.places[path[-1]] = path
            todo += [(*path, d.kpi) for d in self.catalogue.kpis[path[-1]].drivers if d.kpi in self.catalogue.kpis]


# Identities in numbers


def _identities(source: Source, names: tuple[str, ...], around: Frame) -> dict[str, Arithmetic]:
    """Ask for the KPIs by their identities, beside the KPIs themselves, in one question."""
    catalogue = source.catalogue
    written = [name for name in names if catalogue.kpis[name].identity]
    allowed = [n for n in written if not around.channel or common.CHANNEL in catalogue.allowed_dimensions(n)]
    if not allowed or not around.begun:
        return {}
    spelled = _spelled_out(catalogue)
    asked = tuple(name for kpi in allowed for name in (kpi, kpi + _SUFFIX))
    query = Query(asked, around.period, where=common.where(around.channel))
    result = run(query, spelled, source.warehouse, today=source.today)
    if not result.rows:
        return {}
    cells = dict(zip(asked, result.rows[-1].cells, strict=True))
    return {kpi: _arithmetic(catalogue, kpi, cells[kpi], cells[kpi + _SUFFIX]) for kpi in allowed}


def _arithmetic(catalogue: Catalogue, kpi: str, own: Cell, made: Cell) -> Arithmetic:
    tokens = formula.tokens(catalogue, catalogue.kpis[kpi].identity)
    labels = dict.fromkeys(token.text for token in tokens if token.kind == "part")
    terms = tuple(
        Term(
            label,
            label.removeprefix("K.") if label.startswith("K.") else "",
            common.label_text(catalogue, label),
            formula.unit_of(catalogue, label),
            made.parts.get(label),
        )
        for label in labels
    )
    return Arithmetic(tokens, terms, made.value, _same(own.value, made.value))


def _same(one: Number | None, two: Number | None) -> bool:
    if one is None or two is None:
        return one is two
    return abs(Decimal(str(one)) - Decimal(str(two))) <= abs(Decimal(str(one))) * _AGREE


def _spelled_out(catalogue: Catalogue) -> Catalogue:
    """Return the catalogue with each identity as the formula of one more KPI; made once."""
    if "identities" not in catalogue.memo:
        more = {
            kpi.id + _SUFFIX: replace(kpi, id=kpi.id + _SUFFIX, formula=kpi.identity, identity="", drivers=())
            for kpi in catalogue.kpis.values()
            if kpi.identity
        }
        catalogue.memo["identities"] = replace(catalogue, kpis={**catalogue.kpis, **more}, ground=catalogue)
    found: Catalogue = catalogue.memo["identities"]
    return found
