"""From a page to the next one. Pure: a request and its answer give the next request, or None after the last page."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from laban.sources.apis.fields import number, value_at
from laban.sources.apis.model import Paging
from laban.sources.apis.verdicts import Answer


@dataclass(frozen=True, slots=True)
class Request:
    """One request: ``link`` is a whole address that the platform gave for a next page; ``page`` counts from 0."""

    method: Literal["GET", "POST"]
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    link: str = ""
    page: int = 0
    seen: int = 0


def first_page(request: Request, paging: Paging) -> Request:
    """Return the request for the first page."""
    if paging.kind == "number":
        return _with(request, paging.into, paging.first)
    if paging.kind == "offset":
        return _with(request, paging.into, 0)
    return request


def next_page(request: Request, paging: Paging, answer: Answer, rows: int) -> Request | None:
    """Return the request for the page after ``answer``, which held ``rows`` rows, or None."""
    counted = replace(request, page=request.page + 1, seen=request.seen + rows)
    match paging.kind:
        case "number":
            more = _more_pages(paging, answer, counted.page, rows)
            return _with(counted, paging.into, paging.first + counted.page) if more else None
        case "offset":
            return _with(counted, paging.into, counted.seen) if _more_rows(paging, answer, counted, rows) else None
        case "cursor":
            return _by_cursor(counted, paging, answer)
        case "link":
            link = value_at(answer.body, paging.next)
            return replace(counted, link=str(link)) if link else None
        case "none":
            return None


def _more_pages(paging: Paging, answer: Answer, asked: int, rows: int) -> bool:
    total = number(value_at(answer.body, paging.total)) if paging.total else None
    if total is not None:
        return asked < total
    return rows >= paging.size > 0


def _more_rows(paging: Paging, answer: Answer, counted: Request, rows: int) -> bool:
    total = number(value_at(answer.body, paging.total)) if paging.total else None
    if total is not None:
        return rows > 0 and counted.seen < total
    return rows >= paging.size > 0


def _by_cursor(request: Request, paging: Paging, answer: Answer) -> Request | None:
    cursor = value_at(answer.body, paging.next)
    if not cursor or (paging.more and not value_at(answer.body, paging.more)):
        return None
    return _with(request, paging.into, str(cursor))


def _with(request: Request, place: str, value: Any) -> Request:
    """Put a page's number, offset or cursor where the platform wants it."""
    if not place.startswith("body."):
        return replace(request, query={**request.query, place: str(value)})
    body = deepcopy(request.body)
    *path, last = place.removeprefix("body.").split(".")
    at = body
    for name in path:
        at = at.setdefault(name, {})
    at[last] = value
    return replace(request, body=body)
