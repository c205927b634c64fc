"""Forms of our own pages: their fields, read with a limit."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from laban.errors import InvalidQueryError
from laban.i18n import Phrase

#: A form of ours is a few hundred characters; one with every KPI, or every column of a wide file, a few thousand.
LARGEST: Final = 64 * 1024
MOST_FIELDS: Final = 500


async def fields_of(request: Request) -> dict[str, str]:
    """Return the fields of a form; a body that is too long or is no form is refused."""
    return dict(await pairs_of(request))


async def pairs_of(request: Request) -> list[tuple[str, str]]:
    """Return the fields of a form, each as often as it is there; a body that is too long or is no form is refused."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise InvalidQueryError("…", Phrase.of("own.form_too_long"))
    try:
        return parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise InvalidQueryError("…", Phrase.of("own.form_unreadable")) from None
