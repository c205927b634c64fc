"""The page of links, and the addresses that lead on: ``/l/CODE`` for links, ``/q/CODE`` for printed codes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from laban.clicks import Clicks
from laban.errors import InvalidQueryError, UnknownNameError
from laban.i18n import LANGUAGES, Phrase, translate
from laban.report.qr import qr_code
from laban.report.views.links import FIELDS, LinksView, draft_of, link_of, links_page
from laban.tagging import links
from laban.tagging.links import Link
from laban.web.errors import wants_json
from laban.web.forms import fields_of
from laban.web.links import Here, here
from laban.web.pages import Page, show
from laban.web.robots import device_of, is_robot, site_of_referrer
from laban.web.security import WAS_HEAD
from laban.web.site import Site
from laban.web.words import Words

PATH: Final = "/links"


def make_router(site: Site, clicks: Clicks) -> APIRouter:
    """Return the routes of the page and of the links themselves."""
    router = APIRouter()

    @router.get("/l/{code}")
    def get_link(request: Request, code: str) -> Response:
        """Lead on from a short link; a code that says so counts as scanned."""
        return _lead_on(site, clicks, request, code, "qr" if request.url.query == "q" else "link")

    @router.get("/q/{code}")
    def get_code(request: Request, code: str) -> Response:
        """Lead on from a printed code."""
        return _lead_on(site, clicks, request, code, "qr")

    @router.get(f"{PATH}.json")
    @router.get(PATH)
    def get_links(request: Request) -> Response:
        """Return the page of links."""
        return show(site, request, _page(clicks, base_of(request)))

    @router.get(f"{PATH}/{{code}}.svg")
    def get_svg(request: Request, code: str) -> Response:
        """Return the QR code of a link as a drawing."""
        return Response(qr_code(_printed(site, request, code), "svg"), media_type="image/svg+xml")

    @router.get(f"{PATH}/{{code}}.png")
    def get_png(request: Request, code: str) -> Response:
        """Return the QR code of a link as a picture to download."""
        response = Response(qr_code(_printed(site, request, code), "png"), media_type="image/png")
        response.headers["Content-Disposition"] = f'attachment; filename="qr-{_known(site, code).code}.png"'
        return response

    @router.post(f"{PATH}/make")
    @router.post(f"{PATH}/make.json")
    async def post_make(request: Request) -> Response:
        """Make a short link."""
        return _make(site, request, await fields_of(request))

    @router.post(f"{PATH}/retire")
    async def post_retire(request: Request) -> Response:
        """Take a link out of use, or into use again."""
        form = await fields_of(request)
        link = _known(site, form.get("code", ""))
        _keep(site, replace(link, retired=not link.retired))
        return RedirectResponse(here(request, ()).to(PATH, done="retired" if not link.retired else "revived"), 303)

    return router


def _lead_on(site: Site, clicks: Clicks, request: Request, code: str, medium: str) -> Response:
    link = site.workspace.naming.links.get(code)
    if link is None:
        # Whoever asks may be anybody: the page of errors would show them the shop.
        said = "\n".join(translate(lang, "links.gone") for lang in LANGUAGES)
        return PlainTextResponse(f"{said}\n", 404)
    if not request.scope.get(WAS_HEAD) and not is_robot(request.headers):
        referrer = site_of_referrer(request.headers.get("referer", ""))
        clicks.count(link.code, medium, referrer, device_of(request.headers.get("user-agent", "")))
    return RedirectResponse(link.target, 302)


def base_of(request: Request) -> str:
    """Return how this server was reached."""
    return f"{request.url.scheme}://{request.url.netloc}"


def _known(site: Site, code: str) -> Link:
    known = site.workspace.naming.links.by_code
    if code not in known:
        raise UnknownNameError(Phrase.of("links.thing"), code, known)
    return known[code]


def _printed(site: Site, request: Request, code: str) -> str:
    link = _known(site, code)
    return f"{site.workspace.settings.link_host or base_of(request)}/q/{link.code}"


def _make(site: Site, request: Request, form: Mapping[str, str]) -> Response:
    workspace = site.workspace
    draft = draft_of(workspace, form)
    try:
        code = workspace.naming.links.free_code(secrets.choice)
        link = link_of(draft, code, workspace.today)
    except ValueError as error:
        if wants_json(request):
            raise InvalidQueryError(form.get("target", ""), error.args[0]) from None
        kept = {name: form[name] for name in FIELDS if form.get(name)}
        return RedirectResponse(here(request, ()).to(PATH, **kept, tried="1"), 303)
    _keep(site, link)
    if wants_json(request):
        return JSONResponse({"ok": True, "code": link.code, "target": link.target})
    return RedirectResponse(f"{here(request, ()).to(PATH, done='made')}#link-{link.code}", 303)


def _keep(site: Site, link: Link) -> None:
    with site.writing:
        every = site.workspace.naming.links.with_link(link).by_code.values()
        site.workspace.call(links.FILE, links.write(every))


def _page(clicks: Clicks, base: str) -> Page:
    def build(site: Site, at: Here) -> LinksView:
        form = {name: at.get(name) for name in FIELDS}
        return links_page(site.workspace, form, clicks.totals(), base)

    #: Not kept: clicks come in without the data changing.
    return Page("links", (*FIELDS, "tried", "done"), build, _dress, kept=False)


def _dress(site: Site, at: Here, words: Words, view: LinksView) -> Mapping[str, Any]:
    known = ("made", "retired", "revived")
    mistake = ""
    if at.get("tried") and view.draft.sound:
        try:
            link_of(view.draft, "x1", site.workspace.today)
        except ValueError as error:
            mistake = error.args[0].text(words.lang)
    return {
        "done": words.t(f"links.done.{at.get('done')}") if at.get("done") in known else "",
        "mistake": mistake,
        "currency": site.workspace.settings.currency,
    }
