"""The page of connected platforms, and the button that asks one of them now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from laban.errors import LabanError
from laban.report.views.sources import SourcesView, sources_page
from laban.syncing import Connections
from laban.web.errors import wants_json
from laban.web.links import Here, here
from laban.web.pages import Page, show
from laban.web.site import Site
from laban.web.words import Words

#: Seconds after which a page with a run on its way asks again.
REFRESH: Final = 4


class NobodyAsksError(LabanError):
    """A page without the thread that asks platforms."""

    key = "api.page.nobody"
    status = 503


def make_router(site: Site) -> APIRouter:
    """Return the routes of the page."""
    router = APIRouter()

    @router.get("/data/sources.json")
    @router.get("/data/sources")
    def get_sources(request: Request) -> Response:
        """Return the page of connected platforms."""
        return show(site, request, SOURCES)

    @router.post("/data/sources/{connection_id}/sync")
    @router.post("/data/sources/{connection_id}/sync.json")
    def post_sync(request: Request, connection_id: str) -> Response:
        """Ask a platform now; the page shows how far it is."""
        connection = Connections(site.workspace.root).get(connection_id)
        if site.keeper is None:
            raise NobodyAsksError
        site.keeper.ask(connection.id)
        if wants_json(request):
            return JSONResponse({"ok": True, "connection": connection.id}, 202)
        return RedirectResponse(here(request, ()).to("/data/sources"), 303)

    return router


def _build(site: Site, at: Here) -> SourcesView:
    del at
    return sources_page(site.workspace, site.keeper)


def _dress(site: Site, at: Here, words: Words, view: SourcesView) -> Mapping[str, Any]:
    del site, at, words
    busy = any(each.state in ("running", "waiting") for each in view.connections)
    return {"refresh": REFRESH if busy else None}


#: Not kept: a run moves on without the data changing.
SOURCES: Final = Page("sources", (), _build, _dress, kept=False)
