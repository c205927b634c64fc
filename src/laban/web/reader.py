"""Who reads: the language and the theme, and how they are remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from laban.i18n import LANGUAGES, best_language

LANGUAGE_COOKIE: Final = "laban_lang"
THEME_COOKIE: Final = "laban_theme"
THEMES: Final = ("light", "dark")
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Reader:
    """``theme`` is "" when the reader's system decides between light and dark."""

    lang: str
    theme: str


def reader_of(request: Request, default_language: str) -> Reader:
    """Return the reader's choices: URL first, then cookie, then what the browser says, then the setting."""
    asked, kept = request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)
    lang = next((choice for choice in (asked, kept) if choice in LANGUAGES), None)
    if lang is None:
        lang = best_language(request.headers.get("accept-language"), default_language)
    theme = next(
        (t for t in (request.query_params.get("theme"), request.cookies.get(THEME_COOKIE)) if t in (*THEMES, "auto")),
        "auto",
    )
    return Reader(lang, "" if theme == "auto" else theme)


def remember(request: Request, response: Response) -> None:
    """Keep what the URL said about language and theme for the pages to come."""
    asked_lang, asked_theme = request.query_params.get("lang"), request.query_params.get("theme")
    if asked_lang in LANGUAGES and request.cookies.get(LANGUAGE_COOKIE) != asked_lang:
        response.set_cookie(LANGUAGE_COOKIE, asked_lang, max_age=_YEAR, samesite="lax", httponly=True)
    if asked_theme in (*THEMES, "auto") and request.cookies.get(THEME_COOKIE) != asked_theme:
        # Not httponly: the toggle on the page writes it too, without a reload.
        response.set_cookie(THEME_COOKIE, asked_theme, max_age=_YEAR, samesite="lax")
