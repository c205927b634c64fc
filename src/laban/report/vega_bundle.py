"""The script that makes charts interactive in a page: made once from what the chart library carries, then kept.

Nothing is fetched: the library brings its own copies of Vega, Vega-Lite and Vega-Embed.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

_LOCK = threading.Lock()


@cache
def bundle_name() -> str:
    """Return the file name of the bundle; it changes with the version of the library."""
    return f"vega-{version('vl-convert-python')}.js"


def cache_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Return the folder where this user's programs keep what can be made again."""
    if given := environ.get("XDG_CACHE_HOME"):
        return Path(given) / "laban"
    if platform == "win32" and (local := environ.get("LOCALAPPDATA")):
        return Path(local) / "laban" / "cache"
    home = Path.home()
    return home / "Library" / "Caches" / "laban" if platform == "darwin" else home / ".cache" / "laban"


def bundle_path(folder: Path) -> Path:
    """Return the bundle in ``folder``, made first if it is not there (some seconds; one at a time).

    Raises:
        OSError: the folder cannot be written.
    """
    path = folder / bundle_name()
    if path.exists():
        return path
    with _LOCK:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _write(path, _make())
    return path


def _make() -> str:
    import vl_convert  # noqa: PLC0415  84 MB that only charts need

    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))


def _write(path: Path, text: str) -> None:
    """Write through a neighbour file, so that another process never sees half a script."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
