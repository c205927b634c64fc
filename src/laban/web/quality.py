"""The quality page: what may be wrong with the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from laban.periods import Period
from laban.report import doubting
from laban.report.views.quality import QualityView, quality_page
from laban.web.links import Here
from laban.web.pages import Page, show
from laban.web.site import Site
from laban.web.words import Words

#: KPIs named at a doubt; the rest are counted.
NAMED: Final = 8


def make_router(site: Site) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter()

    @router.get("/data/quality.json")
    @router.get("/data/quality")
    def get_quality(request: Request) -> Response:
        """Return the quality page."""
        return show(site, request, QUALITY)

    return router


def _build(site: Site, at: Here) -> QualityView:
    period = Period.parse(at.get("period")) if at.get("period") else None
    return quality_page(site.workspace, kpi=at.get("kpi") or None, period=period)


def _dress(site: Site, at: Here, words: Words, view: QualityView) -> Mapping[str, Any]:
    del site, at
    lang, currency = words.lang, view.currency
    return {
        "groups": [
            ("recent", [d for d in view.doubts if d.recent]),
            ("old", [d for d in view.doubts if not d.recent]),
        ],
        "said": lambda doubt, part: getattr(doubting, part)(doubt, lang, currency),
        "named": NAMED,
    }


QUALITY: Final = Page("quality", ("kpi", "period"), _build, _dress)
