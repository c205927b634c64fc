"""Templates: compiled once, autoescaped everywhere, with the few helpers that pages share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from laban.i18n import LANGUAGES, translate
from laban.web.assets import Assets
from laban.web.links import Here
from laban.web.reader import Reader
from laban.web.spark import spark

PAGES = ("scorecard", "kpi", "data", "dictionary", "error")


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
    )
    environment.globals.update(asset=assets.url, spark=spark, languages=LANGUAGES)
    for name in PAGES:
        environment.get_template(f"{name}.html")
    return Renderer(environment, shop)
