"""Files of the pages that are not tables: a KPI's split and course, the scorecard, pictures of a course."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from laban.report import export, sheets, table_charts
from laban.report.sheets import Sheet
from laban.web.links import here
from laban.web.pages import KPI, SCORECARD, course_picture
from laban.web.reader import reader_of
from laban.web.site import Site

if TYPE_CHECKING:
    from laban.report.views import KpiView, ScorecardView

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SVG: Final = "image/svg+xml"
PNG: Final = "image/png"


def make_router(site: Site) -> APIRouter:
    """Return the routes of the files."""
    router = APIRouter()

    @router.get("/scorecard.csv")
    def get_scorecard_csv(request: Request) -> Response:
        """Return the scorecard's numbers as CSV."""
        return _file(site, request, scorecard_sheets(site, request), "scorecard", "csv")

    @router.get("/scorecard.xlsx")
    def get_scorecard_xlsx(request: Request) -> Response:
        """Return the scorecard's numbers as a spreadsheet."""
        return _file(site, request, scorecard_sheets(site, request), "scorecard", "xlsx")

    @router.get("/kpi/{kpi}.csv")
    def get_kpi_csv(request: Request, kpi: str) -> Response:
        """Return a KPI's split as CSV, or with ``table=course`` its course."""
        return _file(site, request, kpi_sheets(site, request, kpi), kpi, "csv")

    @router.get("/kpi/{kpi}.xlsx")
    def get_kpi_xlsx(request: Request, kpi: str) -> Response:
        """Return a KPI's split and course as a spreadsheet."""
        return _file(site, request, kpi_sheets(site, request, kpi), kpi, "xlsx")

    @router.get("/kpi/{kpi}.png")
    def get_kpi_png(request: Request, kpi: str) -> Response:
        """Return the picture of a KPI's course for documents."""
        drawn = bytes(course_picture(site, request, kpi).body).decode()
        return attachment(table_charts.png(table_charts.on_paper(drawn)), PNG, f"laban-{kpi}.png")

    return router


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """Return a file to save. The same address answers in two languages."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept-Language, Cookie"}
    return Response(content, media_type=media_type, headers=headers)


def scorecard_sheets(site: Site, request: Request) -> tuple[Sheet, ...]:
    """Return the sheets of the scorecard in the state of the address."""
    at = here(request, SCORECARD.params).at("/")
    return sheets.of_scorecard(cast("ScorecardView", SCORECARD.build(site, at)), _lang(site, request))


def kpi_sheets(site: Site, request: Request, kpi: str) -> tuple[Sheet, ...]:
    """Return the sheets of a KPI in the state of the address."""
    at = here(request, KPI.params).at(f"/kpi/{kpi}")
    return sheets.of_kpi(cast("KpiView", KPI.build(site, at)), _lang(site, request))


def _lang(site: Site, request: Request) -> str:
    return reader_of(request, site.workspace.settings.language).lang


def _file(site: Site, request: Request, made: tuple[Sheet, ...], name: str, kind: str) -> Response:
    lang = _lang(site, request)
    if kind == "xlsx":
        return attachment(export.to_xlsx(made, lang), XLSX, f"laban-{name}.xlsx")
    wanted = request.query_params.get("table") or made[0].id
    sheet = next((sheet for sheet in made if sheet.id == wanted), None)
    if sheet is None:
        raise HTTPException(404)
    return attachment(export.to_csv(sheet, lang), CSV, f"laban-{name}-{sheet.id}.csv")
