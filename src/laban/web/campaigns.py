"""The page of campaigns under several names: a person confirms, separates, takes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from laban.errors import InvalidQueryError
from laban.report.views.campaigns import CampaignsView, answered, campaigns_page
from laban.tagging import campaigns
from laban.web.errors import wants_json
from laban.web.forms import fields_of
from laban.web.links import Here, here
from laban.web.pages import Page, show
from laban.web.site import Site
from laban.web.words import Words

PATH: Final = "/data/campaigns"


def make_router(site: Site) -> APIRouter:
    """Return the routes of the page."""
    router = APIRouter()

    @router.get(f"{PATH}.json")
    @router.get(PATH)
    def get_campaigns(request: Request) -> Response:
        """Return the page of campaigns."""
        return show(site, request, CAMPAIGNS)

    @router.post(f"{PATH}/answer")
    @router.post(f"{PATH}/answer.json")
    async def post_answer(request: Request) -> Response:
        """Keep a person's answer."""
        form = await fields_of(request)
        try:
            book = answered(site.workspace.naming.campaigns, form)
        except ValueError as error:
            raise InvalidQueryError(form.get("do", "?"), error.args[0]) from None
        return _write(site, request, campaigns.write(book), form["do"])

    @router.post(f"{PATH}/undo")
    async def post_undo(request: Request) -> Response:
        """Take the latest answer back."""
        before = site.workspace.naming.files[campaigns.FILE].before()
        if before is None:
            return RedirectResponse(here(request, ()).to(PATH, done="nothing"), 303)
        return _write(site, request, before, "undone")

    return router


def _write(site: Site, request: Request, text: str, done: str) -> Response:
    with site.writing:
        site.workspace.call(campaigns.FILE, text)
    if wants_json(request):
        return JSONResponse({"ok": True})
    return RedirectResponse(here(request, ()).to(PATH, done=done), 303)


def _build(site: Site, at: Here) -> CampaignsView:
    del at
    return campaigns_page(site.workspace)


def _dress(site: Site, at: Here, words: Words, view: CampaignsView) -> Mapping[str, Any]:
    del site, view
    known = ("confirm", "separate", "again", "undone", "nothing")
    done = at.get("done")
    return {"done": words.t(f"campaigns.done.{done}") if done in known else ""}


CAMPAIGNS: Final = Page("campaigns", ("done",), _build, _dress, kept=False)
