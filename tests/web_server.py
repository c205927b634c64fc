"""A real server on a free port of this machine, for tests that need one."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from laban.web.app import make_server
from laban.workspace import Workspace


@contextmanager
def served(workspace: Workspace) -> Iterator[str]:
    """Serve ``workspace`` in a thread and give its address."""
    server = make_server(workspace, port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        patience = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive(), "the server ended"
            assert time.monotonic() < patience, "the server did not start"
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
