"""From the outside to canonical rows and findings: files are recognised, read, checked, never trusted."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import Path

from laban.sources.model import Reading, ReadOptions


def read_file(path: Path, options: ReadOptions) -> Reading:
    """Read a file of any kind; what is wrong with it is a finding, nothing is raised because of content."""
    from laban.sources.reader import read  # noqa: PLC0415  the mappings are only needed for reading

    return read(path, options)


def platforms() -> list[str]:
    """Return the ids of all platforms that can be read, our own sheets included."""
    from laban.sources import mapping  # noqa: PLC0415  reading YAML takes time

    return list(mapping.platforms())


def platform_name(platform_id: str, lang: str = "en") -> str:
    """Return a platform's name for people; an unknown id is its own name."""
    name = _names().get(platform_id, platform_id)
    return name if isinstance(name, str) else name.get(lang, platform_id)


@cache
def _names() -> dict[str, str | dict[str, str]]:
    """The ``name:`` line of every mapping: a page that only names platforms need not read them whole."""
    import yaml  # noqa: PLC0415  reading YAML takes time

    folder = resources.files(__name__) / "platforms"
    texts = {entry.name.removesuffix(".yaml"): entry.read_text("utf-8") for entry in folder.iterdir()}
    lines = {name: re.search(r"^name:.*$", text, re.MULTILINE) for name, text in texts.items()}
    return {name: yaml.safe_load(line[0])["name"] for name, line in lines.items() if line}
