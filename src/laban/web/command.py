"""Commands of other terminals, run here because this process holds the warehouse.

Only this machine is answered, and only who proves to know the secret of the server's note; see ``laban.relay``.
"""

from __future__ import annotations

import asyncio
import contextvars
import ipaddress
import queue
import secrets
import threading
import time
from collections.abc import AsyncIterator, Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from laban import relay
from laban.relay import Call, Channel, Outlet, StoppedError
from laban.web.errors import say
from laban.web.site import Site
from laban.workspace import Workspace

#: Runs a command on a workspace, writing to the outlet; the lock lets one import at a time through.
Run = Callable[[Call, Workspace, Outlet, threading.Lock], int]

#: Pieces that may wait for a slow reader; then the command waits too.
_WAITING = 64
#: Seconds after which a command that waits looks whether its reader is still there.
_LOOK = 0.5


class Job:
    """One running command: its thread writes pieces, the answer to its caller takes them."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._pieces: queue.Queue[bytes] = queue.Queue(_WAITING)
        self._left = threading.Event()
        self._stopped = threading.Event()

    def check(self) -> None:
        """Raise StoppedError when the command is to end."""
        if self._left.is_set() or self._stopped.is_set():
            raise StoppedError

    def write(self, channel: Channel, payload: bytes, *, last: bool = False) -> None:
        """Send a piece; waits while the reader is slow."""
        if not last:
            self.check()
        while not self._left.is_set():
            try:
                self._pieces.put(relay.frame(channel, payload), timeout=_LOOK)
                self._loop.call_soon_threadsafe(self._news.set)
            except queue.Full:
                continue
            except RuntimeError:  # the server has ended
                break
            return
        raise StoppedError

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield what the command writes, to the exit code; once nobody takes it any more, the command ends."""
        try:
            # An empty piece sends the head of the answer at once, which proves to the caller who answers.
            piece = relay.frame("out", b"")
            while not relay.is_last(piece):
                yield piece
                while self._pieces.empty():
                    self._news.clear()
                    await self._news.wait()
                piece = self._pieces.get_nowait()
            yield piece
        finally:
            self.leave()

    def stop(self) -> None:
        """Let the command end at its next piece, with a last word."""
        self._stopped.set()

    def leave(self) -> None:
        """Let the command end: nobody listens."""
        self._left.set()


class Desk:
    """Where commands are taken: who may bring them, and those that run."""

    def __init__(self, run: Run) -> None:
        self.secret = secrets.token_urlsafe(32)
        self._run = run
        self._running: dict[threading.Thread, Job] = {}
        self._closed = False

    def start(self, call: Call, site: Site) -> Job:
        """Run a command in a thread of its own."""
        job = Job()
        if self._closed:
            job.stop()
        context = contextvars.copy_context()

        def work() -> None:
            try:
                code = context.run(self._run, call, site.workspace, job, site.writing)
                job.write("exit", str(code).encode(), last=True)
            except StoppedError:
                pass  # nobody listens
            finally:
                self._running.pop(thread, None)

        thread = threading.Thread(target=work, name="laban-command", daemon=True)
        self._running[thread] = job
        thread.start()
        return job

    def close(self) -> None:
        """Let what runs end soon: an import after the file in hand."""
        self._closed = True
        for job in list(self._running.values()):
            job.stop()

    def wait(self, seconds: float) -> None:
        """Wait until what runs has ended; nobody listens to it any more."""
        until = time.monotonic() + seconds
        for thread, job in list(self._running.items()):
            job.leave()
            thread.join(max(0, until - time.monotonic()))


def make_router(site: Site, desk: Desk) -> APIRouter:
    """Return the route that takes commands."""
    router = APIRouter()

    @router.post(relay.PATH)
    async def post_command(request: Request) -> Response:
        """Run a command and send what it writes while it runs."""
        body = await _body(request)
        if body is None:
            return say(site, request, 413, "serving.too_long")
        nonce, proof = (request.headers.get(name, "") for name in (relay.NONCE_HEADER, relay.PROOF_HEADER))
        if not (_from_here(request) and nonce and relay.same(proof, relay.asked(desk.secret, nonce, body))):
            return say(site, request, 403, "serving.stranger")
        headers = {relay.PROOF_HEADER: relay.answered(desk.secret, nonce)}
        if request.headers.get(relay.PROTOCOL_HEADER) != relay.PROTOCOL:
            return Response(status_code=409, headers=headers)
        try:
            call = Call.decode(body)
        except ValueError:
            return Response(status_code=400, headers=headers)
        job = desk.start(call, site)
        return StreamingResponse(job.pieces(), media_type="application/octet-stream", headers=headers)

    return router


async def _body(request: Request) -> bytes | None:
    """Return the body, or None when it is too long; the rest is not read then."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > relay.LONGEST:
            return None
    return bytes(body)


def _from_here(request: Request) -> bool:
    """Return whether this machine asks: through its loopback, or through the very address it is asked at."""
    if request.client is None:
        return False
    peer = ipaddress.ip_address(request.client.host)
    mapped = peer.ipv4_mapped if isinstance(peer, ipaddress.IPv6Address) else None
    own = request.scope.get("server") or ("",)
    return (mapped or peer).is_loopback or request.client.host == own[0]
