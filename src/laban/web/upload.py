"""What changes data: taking files, withdrawing an import, bringing it back."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from laban.errors import LabanError
from laban.sources.files import MOST_TEXT
from laban.warehouse.archive import unpacked
from laban.warehouse.engine import ARCHIVE
from laban.web.errors import say, wants_json
from laban.web.links import Here, here
from laban.web.multipart import Uploaded, UploadError, receive
from laban.web.reader import Reader, reader_of
from laban.web.site import Site
from laban.workspace import ImportChoices, ImportOutcome, Workspace, files_in

MEGABYTE = 1024 * 1024


class OwnChoicesError(LabanError):
    """A file that was imported with choices (account, order of dates, …) which a page does not ask for."""

    key = "web.again.own_choices"

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


def make_router(site: Site) -> APIRouter:
    """Return the routes of the data page that change something."""
    router = APIRouter()

    @router.post("/data/files")
    @router.post("/data/files.json")
    async def post_files(request: Request) -> Response:
        """Import the files of a form."""
        return await _take_files(site, request)

    @router.post("/data/inbox")
    @router.post("/data/inbox.json")
    def post_inbox(request: Request) -> Response:
        """Import what lies in the inbox."""
        with site.writing:
            files = files_in([site.workspace.inbox])
            outcomes = [_import_one(site.workspace, path, path.name) for path in files]
        return _outcomes(site, request, outcomes)

    @router.post("/data/{import_id}/undo")
    @router.post("/data/{import_id}/undo.json")
    def post_undo(request: Request, import_id: int) -> Response:
        """Withdraw an import."""
        with site.writing:
            record = site.workspace.undo(import_id)
        if wants_json(request):
            return JSONResponse({"ok": True, "undone": record.id, "file": record.name})
        return _to_data(request, undone=str(record.id))

    @router.post("/data/{import_id}/again")
    @router.post("/data/{import_id}/again.json")
    def post_again(request: Request, import_id: int) -> Response:
        """Import the kept original of a withdrawn import once more."""
        with site.writing:
            outcome = import_again(site.workspace, import_id)
        return _outcomes(site, request, [outcome])

    return router


async def _take_files(site: Site, request: Request) -> Response:
    limit = site.upload_limit
    with tempfile.TemporaryDirectory(prefix="laban-upload-", ignore_cleanup_errors=True) as folder:
        try:
            content_type = request.headers.get("content-type", "")
            form = await receive(content_type, request.stream(), Path(folder), limit)
        except UploadError as error:
            return say(site, request, error.status, error.key, limit=limit // MEGABYTE)
        # A form sent without choosing a file holds one part without name and content.
        files = [file for file in form.files if file.name or file.path.stat().st_size]
        if not files:
            return say(site, request, 400, "web.upload.nothing")
        outcomes = await run_in_threadpool(_import, site, files)
    return _outcomes(site, request, outcomes)


def import_again(workspace: Workspace, import_id: int) -> ImportOutcome:
    """Import the original of an earlier import from the archive.

    Raises:
        UnknownImportError: there is no such import.
        OwnChoicesError: it was imported with choices that only the command line can give.
    """
    record = workspace.warehouse.record(import_id)
    if record.options_key != ImportChoices().key():
        raise OwnChoicesError(record.name)
    with tempfile.TemporaryDirectory(prefix="laban-again-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "original"
        with unpacked(workspace.root / ARCHIVE, record.digest) as original, path.open("xb") as file:
            shutil.copyfileobj(original, file)
        return workspace.import_file(path, name=record.name)


def _import(site: Site, files: Sequence[Uploaded]) -> list[ImportOutcome]:
    with site.writing:
        return [_import_one(site.workspace, file.path, file.name or "?") for file in files]


def _import_one(workspace: Workspace, path: Path, name: str) -> ImportOutcome:
    """Import a file; one that nobody has seen waits for a person to say what its columns are."""
    outcome = workspace.import_file(path, name=name)
    if not outcome.unknown or path.stat().st_size > MOST_TEXT:
        return outcome
    return replace(outcome, waiting=workspace.mappings.keep_waiting(path, name).token)


def _outcomes(site: Site, request: Request, outcomes: Sequence[ImportOutcome]) -> Response:
    """Answer with JSON, with the piece of a page (for the script that sends file by file), or with the data page."""
    reader = reader_of(request, site.workspace.settings.language)
    if wants_json(request):
        return JSONResponse({"ok": True, "files": [outcome.as_json(reader.lang) for outcome in outcomes]})
    if request.query_params.get("part"):
        return HTMLResponse(_piece(site, reader, here(request, ()).at("/data"), outcomes))
    return _to_data(request, batch=site.keep_batch(outcomes))


def _piece(site: Site, reader: Reader, at: Here, outcomes: Sequence[ImportOutcome]) -> str:
    context = {"outcomes": [outcome.as_json(reader.lang) for outcome in outcomes], "w": site.words(reader.lang)}
    return site.renderer.page("outcomes", reader, at, context)


def _to_data(request: Request, **params: str) -> Response:
    return RedirectResponse(here(request, ()).to("/data", **params), 303)
