"""A small synchronous client for applications under test, with a browser's headers."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from starlette.types import ASGIApp

PORT = 8765
BASE = f"http://127.0.0.1:{PORT}"


class Client:
    """Asks an application in this process; errors in it become answers, as on a real server."""

    def __init__(self, app: ASGIApp, **headers: str) -> None:
        self.app = app
        self.headers = headers

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.send("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """Post as one of our own pages does."""
        headers = {"origin": BASE, "sec-fetch-site": "same-origin", **dict(options.pop("headers", {}))}
        return self.send("POST", path, headers=headers, **options)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=self.headers) as client:
                return await client.request(method, path, **options)

        return asyncio.run(ask())
