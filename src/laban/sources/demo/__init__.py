"""The demo company: a made-up Vietnamese fashion shop whose exports look like the platforms' own.

``write_demo`` fills a folder; ``simulate`` gives the model behind it, and ``Parameters`` is what may be varied.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from laban.sources.demo.exports import ga4 as ga4_export
from laban.sources.demo.exports import (
    google_ads,
    mailchimp,
    meta_ads,
    search_console,
    sheets,
    social,
    tiktok_ads,
    trading,
    watching,
)
from laban.sources.demo.files import DemoFile
from laban.sources.demo.model import World, simulate
from laban.sources.demo.parameters import Parameters
from laban.sources.demo.shop import BRAND_TERMS, SHOP_NAME
from laban.sources.demo.truth import Truth, tell

__all__ = [
    "BRAND_TERMS",
    "SHOP_NAME",
    "DemoFile",
    "Parameters",
    "Truth",
    "World",
    "simulate",
    "write_demo",
    "write_files",
]

_WRITERS = (
    *(google_ads, meta_ads, tiktok_ads, ga4_export, search_console, social, mailchimp),
    *(sheets, watching, trading),
)


def write_demo(
    folder: Path, *, seed: int = 7, end: date, weeks: int = 110, parameters: Parameters | None = None
) -> Truth:
    """Write the shop's exports into ``folder/inbox`` and what is true about them into ``folder/truth.json``.

    The shop's days are the ``7 * weeks`` days up to and including ``end``. The same arguments give the same bytes.
    """
    world = simulate(seed, end, weeks, parameters)
    files = write_files(world)
    inbox = folder / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    for file in files:
        (inbox / file.name).write_bytes(file.data)
    truth = tell(world, weeks, files)
    (folder / "truth.json").write_text(truth.text(), "utf-8", newline="\n")
    return truth


def write_files(world: World) -> tuple[DemoFile, ...]:
    """Return every export of the shop, in the order in which an import of the folder takes them."""
    files = [file for writer in _WRITERS for file in writer.write(world)]
    return tuple(sorted(files, key=lambda file: file.name))
