"""Errors as answers: a page with a sentence and a way out, or one shape of JSON."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from laban.errors import LabanError, UnknownNameError
from laban.i18n import translate
from laban.web.links import here
from laban.web.reader import reader_of
from laban.web.security import HEADERS, Refusal
from laban.web.site import Site

_KNOWN = {404: "web.error.not_found", 405: "web.error.method", 503: "web.error.unavailable"}


def wants_json(request: Request) -> bool:
    """Return whether the answer is for a program: the address ends in ``.json``, or only JSON is accepted."""
    return request.url.path.endswith(".json") or request.headers.get("accept", "").strip() == "application/json"


def error_json(status: int, code: str, message: str, **more: Any) -> JSONResponse:
    """Return the one shape of errors: ``ok`` false, a ``error`` code for programs, a ``message`` for people."""
    content = {"ok": False, "error": code, "message": message, "status": status, **more}
    return JSONResponse(content, status, headers=HEADERS)


def answer(site: Site, request: Request, status: int, key: str, message: str, **more: Any) -> Response:
    """Return an error as the page or the JSON that the request asked for; ``key`` names the sentence."""
    if wants_json(request):
        return error_json(status, key, message)
    reader = reader_of(request, site.workspace.settings.language)
    title = translate(reader.lang, f"web.error.title_{'ours' if status >= 500 else 'yours'}")
    context = {"status": status, "title": title, "message": message, "nearest": [], **more}
    # The address may be anything at all, so the links of an error page start from the scorecard.
    html = site.renderer.page("error", reader, here(request, ()).at("/"), context)
    return HTMLResponse(html, status, headers=HEADERS)


def say(site: Site, request: Request, status: int, key: str, **values: Any) -> Response:
    """Return an error whose sentence stands in the message files."""
    lang = reader_of(request, site.workspace.settings.language).lang
    return answer(site, request, status, key, translate(lang, key, **values))


def laban_error(site: Site, request: Request, error: LabanError) -> Response:
    """Answer a request that cannot be met."""
    lang = reader_of(request, site.workspace.settings.language).lang
    known = site.workspace.catalogue.kpis
    nearest = [known[name] for name in error.nearest if name in known] if isinstance(error, UnknownNameError) else []
    names = [(kpi.id, kpi.name.of(lang)) for kpi in nearest]
    return answer(site, request, error.status, error.key, error.message(lang), nearest=names)


def http_error(site: Site, request: Request, error: HTTPException) -> Response:
    """Answer what the framework refuses: an unknown address, a wrong method."""
    key = _KNOWN.get(error.status_code)
    if key is None:
        phrase = HTTPStatus(error.status_code).phrase
        return say(site, request, error.status_code, "web.error.other", phrase=phrase)
    return say(site, request, error.status_code, key)


def internal_error(site: Site, request: Request) -> Response:
    """Answer a fault of ours; the trace goes to the server's log, never to the page."""
    return say(site, request, 500, "error.internal")


def refused(site: Site, request: Request, refusal: Refusal) -> Response:
    """Answer a request that the guard stopped; it may come from anywhere, so the page does not name the shop."""
    lang = reader_of(request, site.workspace.settings.language).lang
    return answer(site, request, refusal.status, refusal.key, translate(lang, refusal.key), shop="Laban")
