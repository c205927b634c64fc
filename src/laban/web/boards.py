"""The boards: the KPIs by level, department, rhythm, along the customer's way, in pairs and as a tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from laban.errors import InvalidQueryError
from laban.i18n import Phrase
from laban.report import board_charts, board_sheets, export, svg, table_charts
from laban.report.views import boards as views
from laban.report.views.boards.operational import GRAINS, Grain
from laban.report.views.boards.pairs import PairView
from laban.report.views.parts import Tile
from laban.web import lines
from laban.web.board_words import BoardWords
from laban.web.exports import CSV, PNG, SVG, XLSX, attachment
from laban.web.links import Here, here
from laban.web.pages import DEFAULT_COMPARE, Page, View, compare_of, period_of, show
from laban.web.reader import reader_of
from laban.web.site import Site
from laban.web.words import Words

STATE: Final = ("period", "compare", "channel")
#: Ways to look that have a page of their own, as address and name of its texts.
WAYS: Final = (
    ("/boards/levels", "levels"),
    ("/boards/company", "company"),
    ("/boards/operational", "operational"),
    ("/boards/executive", "executive"),
    ("/funnel", "funnel"),
    ("/pairs", "pairs"),
    ("/tree", "tree"),
)
#: Where the tree begins when no KPI is asked for: the KPI that all marketing answers for.
TREE_ROOT: Final = "marketing_roi"

#: Pages without numbers of their own, and those with a picture.
_NO_FILES: Final = frozenset({"boards", "names"})
_DRAWN: Final = frozenset({"funnel", "pair"})

Dress = Callable[[Site, Here, Words, Any], Mapping[str, Any]]


def make_router(site: Site) -> APIRouter:
    """Return the routes of the boards; each answers under the same address with ``.json``, too."""
    router = APIRouter()

    def serve(path: str, page: Page) -> None:
        def get(request: Request) -> Response:
            return show(site, request, page)

        def get_file(request: Request) -> Response:
            return _file(site, request, page)

        if page.name not in _NO_FILES:
            for kind in ("csv", "xlsx", *(("svg", "png") if page.name in _DRAWN else ())):
                router.get(f"{path}.{kind}")(get_file)
        router.get(path)(get)
        router.get(f"{path}.json")(get)

    for path, page in PAGES.items():
        serve(path, page)
    return router


def _file(site: Site, request: Request, page: Page) -> Response:
    """Return a board as a table or as a picture, in the state of its address."""
    path, _, kind = request.url.path.rpartition(".")
    at = here(request, page.params).at(path)
    lang = reader_of(request, site.workspace.settings.language).lang
    view = page.build(site, at)
    name = f"laban-{path.rpartition('/')[2]}"
    if kind in {"csv", "xlsx"}:
        sheet = board_sheets.of_board(view, lang)
        if sheet is None:
            raise HTTPException(404)
        if kind == "xlsx":
            return attachment(export.to_xlsx((sheet,), lang), XLSX, f"{name}.xlsx")
        return attachment(export.to_csv(sheet, lang), CSV, f"{name}.csv")
    chart = board_charts.of_board(view, lang)
    if chart is None:
        raise HTTPException(404)
    drawn = svg.draw(chart)
    if kind == "png":
        return attachment(table_charts.png(table_charts.on_paper(drawn)), PNG, f"{name}.png")
    return attachment(drawn.encode(), SVG, f"{name}.svg")


def _asked(at: Here) -> dict[str, Any]:
    return {"period": period_of(at), "compare": compare_of(at), "channel": at.get("channel") or None}


def _last(at: Here) -> str:
    """The KPI or department that the address ends in."""
    return at.path.rpartition("/")[2]


def _overview(site: Site, at: Here) -> View:
    del at
    return views.boards_page(site.workspace)


def _levels(site: Site, at: Here) -> View:
    return views.levels_board(site.workspace, **_asked(at))


def _company(site: Site, at: Here) -> View:
    return views.company_board(site.workspace, **_asked(at))


def _department(site: Site, at: Here) -> View:
    return views.department_board(site.workspace, _last(at), **_asked(at))


def _operational(site: Site, at: Here) -> View:
    return views.operational_board(site.workspace, grain=_grain(at), **_asked(at))


def _grain(at: Here) -> Grain:
    asked = at.get("grain") or "week"
    for grain in GRAINS:
        if grain == asked:
            return grain
    raise InvalidQueryError(asked, Phrase.of("query.not_a_choice", value=asked, choices=", ".join(GRAINS)))


def _executive(site: Site, at: Here) -> View:
    return views.executive_board(site.workspace, period=period_of(at))


def _funnel(site: Site, at: Here) -> View:
    asked = _asked(at)
    return views.funnel_page(site.workspace, compare_with=asked.pop("compare"), **asked)


def _pairs(site: Site, at: Here) -> View:
    return views.pairs_page(site.workspace, **_asked(at))


def _pair(site: Site, at: Here) -> View:
    return views.pair_page(site.workspace, _last(at), **_asked(at))


def _tree(site: Site, at: Here) -> View:
    root = TREE_ROOT if at.path == "/tree" else _last(at)
    return views.tree_page(site.workspace, root, to=at.get("to") or None, **_asked(at))


def _names(site: Site, at: Here) -> View:
    del at
    return views.names_page(site.workspace)


# Dress


def _dress(site: Site, at: Here, words: Words, view: Any) -> Mapping[str, Any]:
    """What every board's page needs beside its view."""
    del view
    return {
        "b": BoardWords(words.lang, words.currency),
        "default_compare": DEFAULT_COMPARE,
        "ways": WAYS,
        "empty": not site.workspace.freshness(),
        "kpi_url": lambda tile: kpi_address(at, tile),
    }


def kpi_address(at: Here, tile: Tile) -> str:
    """Return the address of a KPI's page in the state of its tile."""
    return at.at(f"/kpi/{tile.kpi.id}").with_query(tile.query)


def _dress_pair(site: Site, at: Here, words: Words, view: PairView) -> Mapping[str, Any]:
    return {**_dress(site, at, words, view), "course": lines.course, "months": lines.months(view.points, words.lang)}


def _dress_names(site: Site, at: Here, words: Words, view: views.NamesView) -> Mapping[str, Any]:
    formulas = {
        meaning.kpi.id: words.formula(site.workspace.catalogue, meaning.formula)
        for clash in view.names
        for meaning in clash.meanings
    }
    return {**_dress(site, at, words, view), "formulas": formulas}


def _page(name: str, build: Callable[[Site, Here], View], *more: str, dress: Dress = _dress) -> Page:
    return Page(name, (*STATE, *more), build, dress)


PAGES: Final[Mapping[str, Page]] = {
    "/boards": Page("boards", (), _overview, _dress),
    "/boards/levels": _page("levels", _levels),
    "/boards/company": _page("company", _company),
    "/boards/department/{code}": _page("department", _department),
    "/boards/operational": _page("operational", _operational, "grain"),
    "/boards/executive": Page("executive", ("period",), _executive, _dress),
    "/funnel": _page("funnel", _funnel),
    "/pairs": _page("pairs", _pairs),
    "/pairs/{kpi}": _page("pair", _pair, dress=_dress_pair),
    "/tree": _page("tree", _tree, "to"),
    "/tree/{kpi}": _page("tree", _tree, "to"),
    "/dictionary/names": Page("names", (), _names, _dress_names),
}
