"""The server: one workspace, its pages, and the guard before them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Match

from laban.clicks import Clicks
from laban.errors import LabanError
from laban.report.vega_bundle import bundle_name, bundle_path, cache_folder
from laban.settings import config_folder
from laban.syncing import Tools
from laban.syncing.keeper import Keeper
from laban.web import (
    boards,
    campaigns,
    channels,
    command,
    errors,
    exports,
    mapping,
    own,
    pages,
    quality,
    rates,
    shortlinks,
    sources,
    tables,
    upload,
)
from laban.web.assets import FOREVER, load_assets
from laban.web.command import Desk, Run
from laban.web.render import make_renderer, show_pages
from laban.web.security import LOCAL_HOSTS, Guard
from laban.web.site import Site
from laban.workspace import Workspace

if TYPE_CHECKING:
    from laban.web.server import Server

#: The largest platform exports seen are below 200 MB; above this a mistake is likelier than an export.
UPLOAD_LIMIT: Final = 512 * upload.MEGABYTE
EVERYWHERE: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104  recognised, never the default


def create_app(
    workspace: Workspace,
    *,
    hosts: frozenset[str] = LOCAL_HOSTS,
    upload_limit: int = UPLOAD_LIMIT,
    cache: Path | None = None,
    desk: Desk | None = None,
    watch: Tools | None = None,
) -> FastAPI:
    """Return the application that shows ``workspace``.

    Args:
        workspace: what to show; it stays open as long as the application runs.
        hosts: names under which the pages may be asked for, without port (``"*"``: any literal address).
        upload_limit: the largest upload, in bytes.
        cache: where the chart script is kept; by default with this user's other caches.
        desk: where commands of other terminals are taken; None takes none.
        watch: with what connected platforms are asked and the inbox is watched; None does neither.
    """
    assets = load_assets()
    site = Site(workspace, make_renderer(assets, workspace.settings.name), assets, upload_limit)
    lent = workspace
    if watch is not None:
        lent = workspace.lend(workspace.root, workspace.settings.language, site.writing)
        site = replace(site, keeper=Keeper(lent, watch))
    clicks = Clicks(lent)
    folder = cache or cache_folder()
    app = FastAPI(
        title="Laban",
        docs_url=None,  # its pages load scripts from a CDN
        redoc_url=None,
        openapi_url=None,
        lifespan=partial(_lifespan, site, folder, clicks),
    )
    app.state.keeper, app.state.clicks = site.keeper, clicks
    refuse = partial(errors.refused, site)
    app.add_middleware(Guard, hosts=hosts, refuse=refuse, link_host=workspace.settings.link_host)
    _add_error_handlers(app, site)
    _add_files(app, site, folder)
    # Before the imports, which would take the name of a page for the number of one.
    app.include_router(channels.make_router(site))
    app.include_router(campaigns.make_router(site))
    app.include_router(shortlinks.make_router(site, clicks))
    # Before the pages: an address that ends in .csv would else be read as the name of a KPI.
    app.include_router(exports.make_router(site))
    app.include_router(tables.make_router(site))
    app.include_router(boards.make_router(site))
    app.include_router(pages.make_router(site))
    app.include_router(upload.make_router(site))
    app.include_router(own.make_router(site))
    app.include_router(mapping.make_router(site))
    app.include_router(quality.make_router(site))
    app.include_router(sources.make_router(site))
    app.include_router(rates.make_router(site))
    if desk is not None:
        app.include_router(command.make_router(site, desk))
    show_pages(site.renderer, partial(_answers, app))
    return app


def _answers(app: FastAPI, path: str) -> bool:
    """Whether there is a page at this address."""
    asked = {"type": "http", "method": "GET", "path": path, "headers": []}
    return any(route.matches(asked)[0] is Match.FULL for route in app.router.routes)


@contextlib.asynccontextmanager
async def _lifespan(site: Site, folder: Path, clicks: Clicks, app: FastAPI) -> AsyncIterator[None]:
    """Make what the first reader would otherwise wait for: the chart script, the first page. Watch the sources."""
    del app
    threading.Thread(target=_warm_up, args=(site, folder), name="laban-warm-up", daemon=True).start()
    if site.keeper is None:
        yield
        return
    site.keeper.start()
    clicks.start()
    try:
        yield
    finally:
        await run_in_threadpool(site.keeper.stop)
        await run_in_threadpool(clicks.stop)


def _warm_up(site: Site, folder: Path) -> None:
    with contextlib.suppress(Exception):  # whoever asks for it next gets the error in words
        pages.warm_up(site)
    with contextlib.suppress(OSError):  # charts stay pictures when the folder cannot be written
        bundle_path(folder)


def _add_error_handlers(app: FastAPI, site: Site) -> None:
    @app.exception_handler(LabanError)
    def on_laban_error(request: Request, error: LabanError) -> Response:
        return errors.laban_error(site, request, error)

    @app.exception_handler(HTTPException)
    def on_http_error(request: Request, error: HTTPException) -> Response:
        return errors.http_error(site, request, error)

    @app.exception_handler(RequestValidationError)
    def on_unreadable_address(request: Request, error: RequestValidationError) -> Response:
        del error  # only addresses are checked by the framework: a number that is none leads nowhere
        return errors.http_error(site, request, HTTPException(404))

    @app.exception_handler(Exception)
    def on_internal_error(request: Request, error: Exception) -> Response:
        del error
        return errors.internal_error(site, request)


def _add_files(app: FastAPI, site: Site, folder: Path) -> None:
    @app.get("/static/{version}/{name}")
    async def get_static(version: str, name: str) -> Response:
        return site.assets.response(version, name)

    @app.get(f"/static/{bundle_name()}")
    def get_bundle() -> Response:
        """Return the chart script; the first time this may take some seconds, and no page waits for it."""
        try:
            path = bundle_path(folder)
        except OSError:
            raise HTTPException(503) from None
        return FileResponse(path, media_type="text/javascript", headers={"Cache-Control": FOREVER})

    @app.get("/favicon.ico")
    async def get_icon() -> Response:
        return site.assets.response(site.assets.version, "compass.svg")


def run_server(
    workspace: Workspace,
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    run: Run | None = None,
    ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve ``workspace`` until interrupted.

    Listening on another address than this machine's own is the caller's decision; the Host header may then also
    be that address, or any literal address when ``host`` stands for all of them.

    Args:
        workspace: what to serve.
        host: the address to listen on.
        port: the port to listen on; 0 for any that is free.
        run: runs commands of other terminals; None takes none.
        ready: told the address once it is listened on.
    """
    server = make_server(workspace, host=host, port=port, run=run, ready=ready)
    try:
        server.run()
    finally:
        server.finish()


def make_server(
    workspace: Workspace,
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    run: Run | None = None,
    ready: Callable[[str], None] = lambda _: None,
) -> Server:
    """Return the server, not yet running. Requests are not logged: addresses carry what people look at."""
    from laban.web.server import Config, Server  # noqa: PLC0415  an application under test needs no server

    desk = Desk(run) if run else None
    names = LOCAL_HOSTS | ({"*"} if host in EVERYWHERE else {host.lower()})
    app = create_app(workspace, hosts=names, desk=desk, watch=Tools(config_folder()))
    config = Config(app, host=host, port=port, access_log=False, log_level="warning", server_header=False, ws="none")
    return Server(config, workspace, desk, ready)
