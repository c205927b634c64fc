"""What stands before every page: the Host header, the origin of a change, and the headers of every answer.

The server has no passwords, so it must not be reachable through a browser's back door: a name that was made to
point at this machine (DNS rebinding) is caught by the Host check, a form on another site by the origin check.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})
#: In the scope of a request that was a HEAD before it was made a GET.
WAS_HEAD: Final = "laban.was_head"
#: What may be reached from outside under the name of ``link_host``: links that lead on, and nothing else.
PUBLIC: Final = re.compile(r"/[lq]/[A-Za-z0-9-]{2,40}")
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

#: No inline script and no inline style anywhere: texts from files cannot become code even if escaping failed. Charts
#: run on Vega's own expression interpreter, so that not even "unsafe-eval" is needed.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

#: "same-origin" rather than "no-referrer": with the latter browsers send ``Origin: null`` with our own forms.
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that goes no further: the status and the key of the sentence that says why."""

    status: int
    key: str


Refuse = Callable[[Request, Refusal], Response]


def host_refusal(host: str, allowed: frozenset[str], port: int | None) -> Refusal | None:
    """Return why a Host header is not for us, or None.

    ``allowed`` holds names without port; ``"*"`` in it stands for any literal address (a server that listens on
    every address), never for a name.
    """
    try:
        parts = urlsplit(f"//{host}")
        name, given = parts.hostname, parts.port
    except ValueError:
        name, given = None, None
    if not name or "@" in host or "/" in host:
        return Refusal(400, "web.refused.host_unreadable")
    known = name in allowed or ("*" in allowed and _is_address(name))
    if not known or (port is not None and (given or 80) != port):
        return Refusal(421, "web.refused.host")
    return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def origin_refusal(method: str, headers: Headers) -> Refusal | None:
    """Return why a change is not ours to make, or None: it must say that it comes from one of our own pages."""
    if method in SAFE_METHODS:
        return None
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    ours = site in (None, "same-origin") and origin in (None, f"http://{headers.get('host')}")
    return None if ours and (site or origin) else Refusal(403, "web.refused.origin")


class Guard:
    """ASGI middleware: refuses what is not for us and adds the headers to everything else."""

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str], refuse: Refuse, link_host: str = "") -> None:
        self.app = app
        self.hosts = hosts
        self.link_host = urlsplit(link_host).hostname
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await self.refuse(Request(scope, receive), refusal)(scope, receive, send_guarded)
            return
        # A HEAD is a GET whose body the server leaves out by itself.
        asked = {**scope, "method": "GET", WAS_HEAD: True} if scope["method"] == "HEAD" else scope
        await self.app(asked, receive, send_guarded)

    def _refusal(self, scope: Scope) -> Refusal | None:
        headers = Headers(scope=scope)
        server = scope.get("server")
        port = server[1] if server else None
        if len(headers.getlist("host")) != 1:
            return Refusal(400, "web.refused.host_unreadable")
        if self._is_public(scope, headers["host"]):
            return None
        return host_refusal(headers["host"], self.hosts, port) or origin_refusal(scope["method"], headers)

    def _is_public(self, scope: Scope, host: str) -> bool:
        """Whether somebody follows a short link under the name that links have outside; the port is a proxy's."""
        if self.link_host is None or scope["method"] not in SAFE_METHODS or not PUBLIC.fullmatch(scope["path"]):
            return False
        try:
            return urlsplit(f"//{host}").hostname == self.link_host
        except ValueError:
            return False
