"""The pages of tables: a list by question, and each table as HTML, JSON, CSV, spreadsheet and pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from laban.errors import InvalidQueryError
from laban.i18n import Phrase
from laban.metrics.result import Number
from laban.periods import COMPARISONS, Comparison, Period, trailing, unit_of
from laban.report import export, sheets, table_charts
from laban.report.charts import Theme
from laban.report.table_words import TableWords
from laban.report.views.parts import plain
from laban.report.views.tables import SPECS, Asked, Table, TableView, spec_of, table_page
from laban.report.views.tables.build import TOP
from laban.web.exports import CSV, PNG, SVG, XLSX, attachment
from laban.web.links import Here, here
from laban.web.pages import Page, show
from laban.web.reader import reader_of
from laban.web.site import Site
from laban.web.words import Words

#: Numbers of rows to choose from.
TOPS: Final = (10, 20, 50, 200)
#: Widths of the pictures in a page.
WIDTHS: Final = {"wide": 1080, "narrow": 330}
_OWN: Final = ("period", "compare", "by", "top", "sort", "reading")
#: A number typed into a page is shorter.
LONGEST: Final = 12


def make_router(site: Site) -> APIRouter:
    """Return the routes of the tables."""
    router = APIRouter()
    page = _page(site)

    @router.get("/tables.json")
    @router.get("/tables")
    def get_tables(request: Request) -> Response:
        """Return the list of tables."""
        return show(site, request, LIST)

    @router.get("/tables/{name}.csv")
    def get_csv(request: Request, name: str) -> Response:
        """Return one table of a page as CSV, the first unless the address names another."""
        return csv_file(site, request, name)

    @router.get("/tables/{name}.xlsx")
    def get_xlsx(request: Request, name: str) -> Response:
        """Return all tables of a page as a spreadsheet."""
        return xlsx_file(site, request, name)

    @router.get("/tables/{name}.svg")
    def get_svg(request: Request, name: str) -> Response:
        """Return the chart of a table as SVG."""
        return picture(site, request, name, "svg")

    @router.get("/tables/{name}.png")
    def get_png(request: Request, name: str) -> Response:
        """Return the chart of a table as PNG."""
        return picture(site, request, name, "png")

    @router.get("/tables/{name}.json")
    @router.get("/tables/{name}")
    def get_table(request: Request, name: str) -> Response:
        """Return a page of tables."""
        del name  # it stands in the path, which is the state
        return show(site, request, page)

    return router


# The list


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A page of tables in the list."""

    id: str
    requirement: str


@dataclass(frozen=True, slots=True)
class TablesView:
    """All pages of tables, in the order of the list."""

    tables: tuple[TableEntry, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the list as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def _build_list(site: Site, at: Here) -> TablesView:
    del site, at
    return TablesView(tuple(TableEntry(spec.id, spec.requirement) for spec in SPECS.values()))


def _dress_list(site: Site, at: Here, words: Words, view: TablesView) -> Mapping[str, Any]:
    del at, view
    return {"tw": TableWords(words.lang, site.workspace.settings.currency)}


LIST: Final = Page("tables", (), _build_list, _dress_list)


# One page


def _page(site: Site) -> Page:
    """The page of tables; any dimension of the catalogue may limit it."""
    knobs = dict.fromkeys(knob.id for spec in SPECS.values() for knob in spec.knobs)
    return Page("table", (*_OWN, *site.workspace.catalogue.dimensions, *knobs), _build, _dress)


def _build(site: Site, at: Here) -> TableView:
    name = at.path.removeprefix("/tables/")
    return table_page(site.workspace, name, asked_of(at, name, tuple(site.workspace.catalogue.dimensions)))


def asked_of(at: Here, name: str, dimensions: tuple[str, ...]) -> Asked:
    """Read what a person chose from the address.

    Raises:
        InvalidQueryError: a part cannot be used; says which.
        InvalidPeriodError: the period cannot be read.
    """
    spec = spec_of(name)
    return Asked(
        period=Period.parse(at.get("period")) if at.get("period") else None,
        compare=_compare(at.get("compare")),
        by=tuple(part for part in at.get("by").split(",") if part),
        top=_top(at.get("top")),
        sort=at.get("sort"),
        only={dimension: at.get(dimension) for dimension in dimensions if at.get(dimension)},
        knobs={k.id: _knob(k.id, k.unit, at.get(k.id)) for k in spec.knobs if at.get(k.id)},
        switches={switch: at.get(switch) for switch in spec.switches if at.get(switch)},
    )


def _compare(asked: str) -> Comparison:
    for kind in COMPARISONS:
        if kind == (asked or "previous"):
            return kind
    raise InvalidQueryError(asked, Phrase.of("query.not_a_choice", value=asked, choices=", ".join(COMPARISONS)))


def _top(asked: str) -> int:
    if not asked:
        return 0
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 4 and 1 <= int(asked) <= 1000):
        raise InvalidQueryError(asked, Phrase.of("query.top", value=asked, most=1000))
    return int(asked)


def _knob(name: str, unit: str, asked: str) -> Number:
    """A positive number as people type it: a comma or a dot for the decimals, percent as 35."""
    try:
        value = Decimal(asked.replace(",", ".").removesuffix("%").strip()) if len(asked) <= LONGEST else Decimal(0)
    except InvalidOperation:
        value = Decimal(0)
    most = 100 if unit == "percent" else 1000
    if not value.is_finite() or not 0 < value <= most:
        words = Phrase.of(f"web.tables.knob_{name}")
        raise InvalidQueryError(asked, Phrase.of("web.tables.bad_knob", value=asked, name=words))
    return value / 100 if unit == "percent" else value


def _dress(site: Site, at: Here, words: Words, view: TableView) -> Mapping[str, Any]:
    return {
        "tw": TableWords(words.lang, site.workspace.settings.currency),
        "default_compare": "previous",
        "tops": [(n, None if n == TOP else n) for n in TOPS],
        "periods": _periods(view),
        "sort_url": _sorter(at),
        "tall": table_charts.height,
        "drawn": lambda table: table_charts.spec(view, table, words.lang) is not None,
        "line_of": lambda table: next((head for head in table.columns if head.id == _line(view, table)), None),
        "drill": lambda row: at(**row.drill, sort=None),
        "export": lambda kind, **more: at.at(f"{at.path}.{kind}")(**more),
        "curves": bool(view.cohorts) and table_charts.cohorts(view, words.lang) is not None,
        "longest": max((len(cohort.shares) for cohort in view.cohorts), default=0),
    }


def _line(view: TableView, table: Table) -> str:
    return next(split.line for split in SPECS[view.id].splits if split.id == table.id)


def _sorter(at: Here) -> Callable[[Table, str], str]:
    def url(table: Table, column: str) -> str:
        """Largest first, and the other way round when it is so already."""
        falling = table.sort == column and not table.ascending
        return at(sort=f"{column}.{'asc' if falling else 'desc'}")

    return url


def _periods(view: TableView) -> list[tuple[str, str, str]]:
    """Spans of days to choose from, as key, address and the current one's mark; all end where the page ends."""
    last = view.frame.elapsed.last
    week = unit_of(last, "week")
    four = trailing(week, 4)
    spans = {
        "week": week,
        "weeks4": Period(four.start, four.end),
        "month": unit_of(last, "month"),
        "quarter": unit_of(last, "quarter"),
        "year": trailing(unit_of(last, "month"), 12),
    }
    return [(key, span.text(), "true" if span == view.frame.period else "") for key, span in spans.items()]


# Files


def _view(site: Site, request: Request, name: str) -> tuple[TableView, str]:
    lang = reader_of(request, site.workspace.settings.language).lang
    at = here(request, _page(site).params).at(f"/tables/{name}")
    return _build(site, at), lang


def csv_file(site: Site, request: Request, name: str) -> Response:
    """Return one sheet of a page as CSV."""
    view, lang = _view(site, request, name)
    made = sheets.of_tables(view, lang)
    wanted = request.query_params.get("table") or made[0].id
    sheet = next((sheet for sheet in made if sheet.id == wanted), None)
    if sheet is None:
        raise HTTPException(404)
    return attachment(export.to_csv(sheet, lang), CSV, f"laban-{name}-{sheet.id}.csv")


def xlsx_file(site: Site, request: Request, name: str) -> Response:
    """Return all sheets of a page as a spreadsheet."""
    view, lang = _view(site, request, name)
    return attachment(export.to_xlsx(sheets.of_tables(view, lang), lang), XLSX, f"laban-{name}.xlsx")


def picture(site: Site, request: Request, name: str, kind: str) -> Response:
    """Return a chart: for the page itself in its theme and size, as a download on white ground."""
    asked = request.query_params
    theme: Theme = "dark" if asked.get("theme") == "dark" else "light"
    width = WIDTHS.get(asked.get("size", ""), WIDTHS["wide"])
    at = here(request, _page(site).params).at(f"/tables/{name}")
    lang = reader_of(request, site.workspace.settings.language).lang
    table, download = asked.get("table", ""), not asked.get("size")
    key = ("table", at, table, theme, width, download, kind, lang, site.state)

    def make() -> bytes:
        drawn = _drawn(_build(site, at), table, lang, theme, width)
        drawn = table_charts.on_paper(drawn) if download else drawn
        return table_charts.png(drawn) if kind == "png" else drawn.encode()

    body = site.pages.get_or_make(key, make)
    media = PNG if kind == "png" else SVG
    return attachment(body, media, f"laban-{name}.{kind}") if download else Response(body, media_type=media)


def _drawn(view: TableView, wanted: str, lang: str, theme: Theme, width: int) -> str:
    table = next((table for table in view.tables if wanted in {"", table.id}), None)
    if wanted == "cohort-table":
        chart = table_charts.cohorts(view, lang, theme=theme, width=width)
    else:
        chart = None if table is None else table_charts.spec(view, table, lang, theme=theme, width=width)
    if chart is None:
        raise HTTPException(404)
    return table_charts.picture(chart)
