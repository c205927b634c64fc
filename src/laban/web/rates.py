"""The page of exchange rates, and the box that rates are pasted into."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from laban.errors import LabanError
from laban.report.views.rates import RatesView, rates_page
from laban.web.errors import wants_json
from laban.web.forms import fields_of
from laban.web.links import Here, here
from laban.web.pages import Page, show
from laban.web.reader import reader_of
from laban.web.site import Site
from laban.web.words import Words
from laban.workspace import ImportOutcome, Workspace

#: The headings of pasted lines that have none of their own, as the sheet of rates knows them.
HEADINGS: Final = ("Date", "Foreign currency", "Rate")


class NothingPastedError(LabanError):
    """A form without rates in it."""

    key = "rates.nothing"


def make_router(site: Site) -> APIRouter:
    """Return the routes of the page."""
    router = APIRouter()

    @router.get("/data/rates.json")
    @router.get("/data/rates")
    def get_rates(request: Request) -> Response:
        """Return the page of exchange rates."""
        return show(site, request, RATES)

    @router.post("/data/rates")
    @router.post("/data/rates.json")
    async def post_rates(request: Request) -> Response:
        """Import pasted rates as a sheet."""
        form = await fields_of(request)
        return _take(site, request, form.get("rates", ""))

    return router


def _take(site: Site, request: Request, pasted: str) -> Response:
    if not pasted.strip():
        raise NothingPastedError
    with site.writing:
        outcome = paste(site.workspace, pasted)
    if wants_json(request):
        lang = reader_of(request, site.workspace.settings.language).lang
        return JSONResponse({"ok": not outcome.failed, "files": [outcome.as_json(lang)]})
    return RedirectResponse(here(request, ()).to("/data/rates", batch=site.keep_batch([outcome])), 303)


def paste(workspace: Workspace, pasted: str) -> ImportOutcome:
    """Import pasted lines like a sheet of rates that was dropped as a file; it is archived and can be withdrawn."""
    name = f"rates-{workspace.settings.now():%Y-%m-%d-%H%M%S}.csv"
    with tempfile.TemporaryDirectory(prefix="laban-rates-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / name
        path.write_text(as_sheet(pasted), "utf-8")
        return workspace.import_file(path, name=name)


def as_sheet(pasted: str) -> str:
    """Return pasted lines as a sheet: with headings where there are none, cells parted by tabs."""
    lines = [_cells(line) for line in pasted.splitlines() if line.strip()]
    if lines and any(character.isdigit() for cell in lines[0] for character in cell):
        lines.insert(0, list(HEADINGS))
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows(lines)
    return text.getvalue()


def _cells(line: str) -> list[str]:
    """Part a line where a sheet would: at tabs, semicolons, bars, else at blanks or commas that give three cells."""
    for mark in ("\t", ";", "|"):
        if mark in line:
            return [cell.strip() for cell in line.strip().strip("|").split(mark)]
    for cells in (line.split(), line.split(",")):
        if len(cells) == len(HEADINGS):
            return [cell.strip().rstrip(",") for cell in cells]
    return [cell.strip() for cell in line.split(",")]


def _build(site: Site, at: Here) -> RatesView:
    del at
    return rates_page(site.workspace)


def _dress(site: Site, at: Here, words: Words, view: RatesView) -> Mapping[str, Any]:
    del view
    outcomes = site.batches.get(at.get("batch")) or ()
    return {"outcomes": [outcome.as_json(words.lang) for outcome in outcomes]}


RATES: Final = Page("rates", ("batch",), _build, _dress, kept=False)
