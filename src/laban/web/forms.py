"""Forms of our own pages: their fields, read with a limit."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from laban.errors import InvalidQueryError
from laban.i18n import Phrase

LARGEST: Final = 64 * 1024
MOST_FIELDS: Final = 200


async def fields_of(request: Request) -> dict[str, str]:
    """Return the fields of a form; a body that is too long or is no form is refused."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise InvalidQueryError("…", Phrase.of("own.form_too_long"))
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise InvalidQueryError("…", Phrase.of("own.form_unreadable")) from None
