"""Templates: compiled once, autoescaped everywhere, with the few helpers that pages share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path
from types import CodeType
from typing import Any, Final

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from laban.i18n import LANGUAGES, translate
from laban.sources.mapping import template_names
from laban.web.assets import Assets
from laban.web.links import Here
from laban.web.reader import Reader
from laban.web.spark import spark

#: How sentences for the terminal name the sheets to fill in.
_SHEET = re.compile(r"laban template ([a-z_]+)")
PAGES = (
    "scorecard", "kpi", "data", "dictionary", "own", "own_edit", "tables", "table", "error", "boards", "levels",
    "company", "department", "operational", "executive", "funnel", "pairs", "pair", "tree", "names",
    "map", "mappings", "quality", "channels", "campaigns", "links",
)  # fmt: skip
#: What the head of every page leads to: address, name, and the beginnings of addresses that belong to it.
NAVIGATION = (
    ("/", "scorecard", ()),
    ("/boards", "boards", ("/boards/", "/funnel", "/pairs", "/tree")),
    ("/tables", "details", ("/tables/",)),
    ("/dictionary", "dictionary", ("/dictionary/", "/own")),
    ("/data", "data", ("/data/", "/links")),
)


@dataclass(frozen=True, slots=True)
class Renderer:
    """The templates and what every page shows of the workspace."""

    environment: Environment
    shop: str

    def page(self, name: str, reader: Reader, here: Here, context: Mapping[str, Any]) -> str:
        """Return a page (or a fragment) as HTML."""
        shared = {
            "t": partial(translate, reader.lang),
            "lang": reader.lang,
            "theme": reader.theme,
            "here": here,
            "shop": self.shop,
        }
        return self.environment.get_template(f"{name}.html").render({**shared, **context})


def show_pages(renderer: Renderer, answers: Callable[[str], bool]) -> None:
    """Let the head of every page lead to those pages that are there."""
    renderer.environment.globals["navigation"] = tuple(entry for entry in NAVIGATION if answers(entry[0]))


def with_sheets(text: str, here: Here) -> Markup:
    """Return a sentence in which the command for a sheet to fill in is a link to that sheet."""

    def link(found: re.Match[str]) -> str:
        if found[1] not in template_names():
            return found[0]
        return Markup('<a href="{}" download>{}</a>').format(here.to(f"/data/template/{found[1]}.xlsx"), found[0])

    # Escaped before anything is put in; what is put in is escaped by ``Markup.format``.
    return Markup(_SHEET.sub(link, str(escape(text))))  # noqa: S704  see the line above


class _Compiled(BytecodeCache):
    """What templates became in this process, so that another application in it does not compile them again."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template the code that was made of the same text."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED: Final = _Compiled()


def make_renderer(assets: Assets, shop: str) -> Renderer:
    """Read and compile the templates."""
    folder = Path(str(resources.files("laban.web") / "templates"))
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_COMPILED,
    )
    environment.globals.update(asset=assets.url, spark=spark, languages=LANGUAGES, with_sheets=with_sheets)
    for name in PAGES:
        environment.get_template(f"{name}.html")
    return Renderer(environment, shop)
