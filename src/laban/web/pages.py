"""The pages that are read: each is a view, shown as HTML or, under the same address with ``.json``, as it is."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from laban.errors import InvalidQueryError, UnknownImportError
from laban.i18n import Phrase
from laban.periods import COMPARISONS, Comparison, Period
from laban.report import charts, svg
from laban.report.templates import write_template
from laban.report.vega_bundle import bundle_name
from laban.report.views import (
    DataView,
    DictionaryView,
    KpiView,
    ScorecardView,
    Tile,
    data_page,
    dictionary,
    kpi_page,
    scorecard,
)
from laban.report.views.advice import OnlySteps, guard, only_steps
from laban.report.views.doubts import doubts_of
from laban.report.views.glossary import FACETS
from laban.report.views.scorecard import DEFAULT_PACK, parse_swaps, strongest
from laban.sources.mapping import platforms, template, template_names
from laban.web.board_words import BoardWords
from laban.web.errors import wants_json
from laban.web.links import Here, here
from laban.web.reader import Reader, reader_of, remember
from laban.web.site import Site
from laban.web.words import Words, waiting_in_inbox

DEFAULT_COMPARE: Final[Comparison] = "previous"
#: Dimensions to look at first when a number moved.
LIKELY_CAUSES: Final = ("channel", "campaign", "network", "lead_source", "platform", "device")
#: Widths of the pictures that stand in for a chart until the script has come.
WIDTHS: Final = {"wide": 1080, "narrow": 330}
CHART_HEIGHT: Final = 270
#: Imports listed on the data page until all are asked for.
RECENT: Final = 20
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class View(Protocol):
    """Anything that a page shows."""

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its template, the parameters that are its state, how its view is built and dressed.

    ``dress`` adds what only the HTML needs.
    """

    name: str
    params: tuple[str, ...]
    build: Callable[[Site, Here], View]
    dress: Callable[[Site, Here, Words, Any], Mapping[str, Any]]
    kept: bool = True


def make_router(site: Site) -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter()

    @router.get("/")
    @router.get("/.json", name="scorecard json of the root")
    @router.get("/scorecard.json")
    def get_scorecard(request: Request) -> Response:
        """Return the scorecard."""
        return show(site, request, SCORECARD)

    @router.get("/kpi/{kpi}.svg")
    def get_course(request: Request, kpi: str) -> Response:
        """Return the picture of a KPI's course."""
        return course_picture(site, request, kpi)

    @router.get("/kpi/{kpi}.json")
    @router.get("/kpi/{kpi}")
    def get_kpi(request: Request, kpi: str) -> Response:
        """Return the page of one KPI."""
        del kpi  # it stands in the path, which is the state
        return show(site, request, KPI)

    @router.get("/data.json")
    @router.get("/data")
    def get_data(request: Request) -> Response:
        """Return the data page."""
        return show(site, request, DATA)

    @router.get("/data/template/{name}.xlsx")
    def get_template(request: Request, name: str) -> Response:
        """Return a spreadsheet to fill in, in the reader's language."""
        return template_file(request, name, reader_of(request, site.workspace.settings.language).lang)

    @router.get("/dictionary.json")
    @router.get("/dictionary")
    def get_dictionary(request: Request) -> Response:
        """Return the dictionary."""
        return show(site, request, DICTIONARY)

    return router


def show(site: Site, request: Request, page: Page) -> Response:
    """Answer with a page; what was shown before for the same state of the data is not made again."""
    reader = reader_of(request, site.workspace.settings.language)
    at = here(request, page.params)
    as_json = wants_json(request)
    key = (page.name, at, as_json, reader, *site.state)

    def make() -> bytes:
        return _as_json(site, page, at) if as_json else _as_html(site, page, at, reader)

    body = site.pages.get_or_make(key, make) if page.kept else make()
    response = Response(body, media_type="application/json" if as_json else "text/html")
    # The same address answers in two languages.
    response.headers["Vary"] = "Accept-Language, Cookie"
    remember(request, response)
    return response


def _as_json(site: Site, page: Page, at: Here) -> bytes:
    return json.dumps({"ok": True, **page.build(site, at).as_json()}, ensure_ascii=False).encode()


def _as_html(site: Site, page: Page, at: Here, reader: Reader) -> bytes:
    view = page.build(site, at)
    words = site.words(reader.lang)
    dressed = page.dress(site, at, words, view)
    return site.renderer.page(page.name, reader, at, {"view": view, "w": words, **dressed}).encode()


def warm_up(site: Site) -> None:
    """Make the first page in the workspace's language before anybody asks."""
    at = Here("/", ())
    reader = Reader(site.workspace.settings.language, "")
    key = (SCORECARD.name, at, False, reader, *site.state)
    site.pages.put(key, _as_html(site, SCORECARD, at, reader))


# The state of a page


def period_of(at: Here) -> Period | None:
    """Return the period that the address asks for, or None.

    Raises:
        InvalidPeriodError: it cannot be read.
    """
    return Period.parse(at.get("period")) if at.get("period") else None


def compare_of(at: Here) -> Comparison:
    """Return the comparison that the address asks for, or the usual one.

    Raises:
        InvalidQueryError: there is no such comparison.
    """
    asked = at.get("compare") or DEFAULT_COMPARE
    for kind in COMPARISONS:
        if kind == asked:
            return kind
    raise InvalidQueryError(asked, Phrase.of("query.not_a_choice", value=asked, choices=", ".join(COMPARISONS)))


# The scorecard


def _build_scorecard(site: Site, at: Here) -> ScorecardView:
    return scorecard(
        site.workspace,
        period=period_of(at),
        pack=at.get("pack") or DEFAULT_PACK,
        compare=compare_of(at),
        channel=at.get("channel") or None,
        swap=parse_swaps(at.get("swap")),
    )


def _dress_scorecard(site: Site, at: Here, words: Words, view: ScorecardView) -> Mapping[str, Any]:
    packs = [(pack.id, pack.name.get(words.lang)) for pack in view.packs]
    catalogue = site.workspace.catalogue
    judged = [catalogue.kpi(tile.kpi.id) for tile in view.tiles] if view.frame.channel else []
    return {
        "b": BoardWords(words.lang, words.currency),
        "swapped": lambda entry, alternate: swapped(at, entry, alternate),
        "unswapped_name": lambda kpi: catalogue.kpi(kpi).name.of(words.lang),
        "guards_found": [found for kpi in judged if (found := guard(catalogue, kpi, "channel"))],
        "steps_found": steps_found(site, view),
        "by_kpi": {tile.kpi.id: tile for tile in view.tiles},
        "gaps": {gap.kpi.id: gap for gap in view.missing},
        "empty": not view.freshness,
        "packs": packs,
        "default_compare": DEFAULT_COMPARE,
        "better": strongest(view.tiles, "good"),
        "worse": strongest(view.tiles, "bad"),
        "moves": any(tile.change and tile.change.word for tile in view.tiles),
        "split_by": lambda tile: split_by(site, tile, view.frame.channel),
        "kpi_url": lambda tile, **more: kpi_url(at, tile, **more),
    }


def steps_found(site: Site, view: ScorecardView) -> list[OnlySteps]:
    """Return the big goals that all KPIs of the board serve, where none of them is strategic."""
    kpis = [site.workspace.catalogue.kpi(tile.kpi.id) for tile in view.tiles]
    shared = [goal for goal in kpis[0].goals if all(goal in kpi.goals for kpi in kpis)] if kpis else []
    found = (only_steps(site.workspace.catalogue, goal, [kpi.id for kpi in kpis]) for goal in shared)
    return [one for one in found if one is not None]


def swapped(at: Here, entry: str, alternate: str) -> str:
    """Return the address with one entry of the pack swapped for an alternate; "" puts the entry back."""
    swaps = {**parse_swaps(at.get("swap")), entry: alternate}
    return at(swap=",".join(f"{name}:{other}" for name, other in swaps.items() if other))


def split_by(site: Site, tile: Tile, channel: str | None) -> str:
    """Return the dimension that most likely tells where a change came from, "" when there is none.

    Within one channel, splitting by channel would tell nothing.
    """
    allowed = site.workspace.catalogue.kpi(tile.kpi.id).dimensions
    return next((name for name in LIKELY_CAUSES if name in allowed and not (channel and name == "channel")), "")


def kpi_url(at: Here, tile: Tile, **more: str) -> str:
    """Return the address of a KPI's own page in the same state."""
    kept = {name: at.get(name) for name in ("period", "compare", "channel")}
    return at.to(f"/kpi/{tile.kpi.id}", **kept, **more)


# One KPI


def _kpi_id(at: Here) -> str:
    return at.path.removeprefix("/kpi/")


def _build_kpi(site: Site, at: Here) -> KpiView:
    return kpi_page(
        site.workspace,
        _kpi_id(at),
        period=period_of(at),
        compare_with=compare_of(at),
        channel=at.get("channel") or None,
        by=at.get("by") or None,
    )


def _dress_kpi(site: Site, at: Here, words: Words, view: KpiView) -> Mapping[str, Any]:
    del site, at
    drawn = any(point.value is not None for point in view.series)
    return {
        "b": BoardWords(words.lang, words.currency),
        "chart": {"spec": _course(view, words, "light"), "dark": _partners()} if drawn else None,
        "bundle": f"/static/{bundle_name()}",
        "default_compare": DEFAULT_COMPARE,
        "in_names": words.formula_in_names(view),
        "in_numbers": words.formula_in_numbers(view),
    }


def _course(
    view: KpiView,
    words: Words,
    theme: charts.Theme,
    width: int | Literal["container"] = "container",
    height: int = CHART_HEIGHT,
) -> dict[str, Any]:
    return charts.course(
        view.kpi,
        view.series,
        words.lang,
        events=view.events,
        currency=view.frame.currency,
        theme=theme,
        width=width,
        height=height,
    )


def _partners() -> dict[str, str]:
    """The dark theme's colour for each of the light theme's, for charts drawn in the page."""
    light, dark = charts.colours("light"), charts.colours("dark")
    return {colour: dark[name] for name, colour in light.items()}


def course_picture(site: Site, request: Request, kpi_id: str) -> Response:
    """Return the course of a KPI as SVG, for browsers without the script and until it has come."""
    asked = request.query_params
    theme: charts.Theme = "dark" if asked.get("theme") == "dark" else "light"
    width = WIDTHS.get(asked.get("size", ""), WIDTHS["wide"])
    reader = reader_of(request, site.workspace.settings.language)
    at = here(request, KPI.params).at(f"/kpi/{kpi_id}")
    key = ("course", at, theme, width, reader.lang, *site.state)

    def make() -> bytes:
        return svg.draw(_course(_build_kpi(site, at), site.words(reader.lang), theme, width)).encode()

    return Response(site.pages.get_or_make(key, make), media_type="image/svg+xml")


# Data


def _build_data(site: Site, at: Here) -> DataView:
    del at
    return data_page(site.workspace, inbox=site.workspace.inbox)


def _dress_data(site: Site, at: Here, words: Words, view: DataView) -> Mapping[str, Any]:
    by_id = {item.id: item for item in view.imports}

    def chosen(name: str) -> Any:
        number = at.get(name)
        if not number:
            return None
        if not number.isascii() or not number.isdigit() or int(number) not in by_id:
            raise UnknownImportError(int(number) if number.isascii() and number.isdigit() else 0)
        return by_id[int(number)]

    undoing, undone = chosen("undo"), chosen("undone")
    shown = view.imports if at.get("show") == "all" else view.imports[:RECENT]
    outcomes = site.batches.get(at.get("batch")) or ()
    return {
        "outcomes": [outcome.as_json(words.lang) for outcome in outcomes],
        "shown": shown,
        "undoing": undoing if undoing and not undoing.undone_at else None,
        "undone": undone if undone and undone.undone_at else None,
        "waiting": waiting_in_inbox(view),
        "limit": site.upload_limit,
        "platforms": [code for code, platform in platforms().items() if not platform.template],
        "templates": [(name, template(name).title[words.lang]) for name in template_names()],
        "doubts": len(doubts_of(site.workspace)) if view.imports else 0,
    }


def template_file(request: Request, name: str, lang: str) -> Response:
    """Return an empty spreadsheet as a download.

    Raises:
        UnknownNameError: there is no template of that name.
    """
    with tempfile.TemporaryDirectory(prefix="laban-template-") as folder:
        path = Path(folder) / "template.xlsx"
        write_template(name, lang, path)
        content = path.read_bytes()
    response = Response(content, media_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="laban-{name}.xlsx"'
    remember(request, response)
    return response


# The dictionary


def _build_dictionary(site: Site, at: Here) -> DictionaryView:
    filters = {name: at.get(name) for name in FACETS}
    return dictionary(site.workspace, at.get("q"), filters=filters, pack=at.get("pack"))


def _dress_dictionary(site: Site, at: Here, words: Words, view: DictionaryView) -> Mapping[str, Any]:
    del at
    catalogue = site.workspace.catalogue
    return {
        "b": BoardWords(words.lang, words.currency),
        "formulas": {hit.kpi.id: words.formula(catalogue, hit.formula) for hit in view.hits},
    }


SCORECARD: Final = Page(
    "scorecard", ("period", "pack", "compare", "channel", "swap"), _build_scorecard, _dress_scorecard
)
KPI: Final = Page("kpi", ("period", "compare", "channel", "by"), _build_kpi, _dress_kpi)
#: Not kept: the inbox may change without the data changing.
DATA: Final = Page("data", ("undo", "undone", "batch", "show"), _build_data, _dress_data, kept=False)
DICTIONARY: Final = Page("dictionary", ("q", *FACETS, "pack"), _build_dictionary, _dress_dictionary)
