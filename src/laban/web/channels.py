"""The page of channel rules: read, changed with a look at what would move, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from laban.errors import InvalidQueryError
from laban.report.views.channels import Change, ChannelsView, changed, channels_page, classes_of
from laban.tagging import channels
from laban.tagging.channels import FIELDS
from laban.web.errors import wants_json
from laban.web.forms import fields_of
from laban.web.links import Here, here
from laban.web.pages import Page, show
from laban.web.site import Site
from laban.web.words import Words

PATH: Final = "/data/channels"
STATE: Final = ("do", "number", "channel", *FIELDS)


def make_router(site: Site) -> APIRouter:
    """Return the routes of the page."""
    router = APIRouter()

    @router.get(f"{PATH}.json")
    @router.get(PATH)
    def get_channels(request: Request) -> Response:
        """Return the page of channel rules."""
        return show(site, request, CHANNELS)

    @router.post(f"{PATH}/change")
    @router.post(f"{PATH}/change.json")
    async def post_change(request: Request) -> Response:
        """Change the own rules."""
        return _change(site, request, await fields_of(request))

    @router.post(f"{PATH}/classes")
    async def post_classes(request: Request) -> Response:
        """Change which channels are in which class."""
        form = await fields_of(request)
        rules = site.workspace.naming.own_channels.rules
        classes = channels.shipped().classes if form.get("usual") else classes_of(form)
        return _write(site, request, channels.write(rules, classes))

    @router.post(f"{PATH}/undo")
    async def post_undo(request: Request) -> Response:
        """Go back to what the rules were before a version, the latest where none is named."""
        number = (await fields_of(request)).get("number", "")
        before = site.workspace.naming.files[channels.FILE].before(int(number) if number.isdecimal() else None)
        if before is None:
            return RedirectResponse(here(request, ()).to(PATH, done="nothing"), 303)
        return _write(site, request, before, "undone")

    return router


def change_of(form: Mapping[str, str]) -> Change:
    """Return the change that a form or an address asks for."""
    number = form.get("number", "")
    patterns = {name: tuple(form.get(name, "").split(",")) for name in FIELDS}
    return Change(
        form.get("do", ""),
        int(number) if number.isascii() and number.isdecimal() else 0,
        form.get("channel", ""),
        patterns,
    )


def _change(site: Site, request: Request, form: Mapping[str, str]) -> Response:
    own = site.workspace.naming.own_channels
    try:
        rules = changed(own.rules, change_of(form))
    except ValueError as error:
        if wants_json(request):
            raise InvalidQueryError(form.get("do", ""), error.args[0]) from None
        kept = {name: form[name] for name in STATE if form.get(name)}
        return RedirectResponse(here(request, ()).to(PATH, **kept), 303)
    classes = {**channels.shipped().classes, **own.classes}
    return _write(site, request, channels.write(rules, classes))


def _write(site: Site, request: Request, text: str, done: str = "saved") -> Response:
    with site.writing:
        site.workspace.call(channels.FILE, text)
    if wants_json(request):
        return JSONResponse({"ok": True})
    return RedirectResponse(here(request, ()).to(PATH, done=done), 303)


def _build(site: Site, at: Here) -> ChannelsView:
    return channels_page(site.workspace, change_of(dict(at.params)))


def _dress(site: Site, at: Here, words: Words, view: ChannelsView) -> Mapping[str, Any]:
    del site, view
    known = ("saved", "undone", "nothing")
    return {
        "done": words.t(f"channels.done.{at.get('done')}") if at.get("done") in known else "",
        "typed": {name: at.get(name) for name in STATE},
    }


CHANNELS: Final = Page("channels", (*STATE, "done"), _build, _dress, kept=False)
