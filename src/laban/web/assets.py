"""Static files, read once and served under a name that changes with their contents."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from importlib import resources
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

FOREVER: Final = "public, max-age=31536000, immutable"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Assets:
    """The files of ``static/`` by name; ``version`` is a digest over all of them.

    One version for the whole folder: modules import each other by relative path, so they must move together.
    """

    files: dict[str, bytes]
    version: str

    def url(self, name: str) -> str:
        """Return the address of a file.

        Raises:
            KeyError: there is no such file.
        """
        self.files[name]
        return f"/static/{self.version}/{name}"

    def response(self, version: str, name: str) -> Response:
        """Return a file; an address of another version is answered too, but not kept by the browser.

        Raises:
            HTTPException: 404, there is no such file.
        """
        if name not in self.files:
            raise HTTPException(404)
        suffix = name[name.rfind(".") :]
        media_type = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"Cache-Control": FOREVER} if version == self.version else {}
        return Response(self.files[name], media_type=media_type, headers=headers)


def load_assets() -> Assets:
    """Read the static files."""
    folder = resources.files("laban.web") / "static"
    files = {entry.name: entry.read_bytes() for entry in sorted(folder.iterdir(), key=lambda e: e.name)}
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return Assets(files, digest.hexdigest()[:12])
