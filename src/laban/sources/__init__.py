"""From the outside to canonical rows and findings: files are recognised, read, checked, never trusted."""

from __future__ import annotations

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
    from laban.sources import mapping  # noqa: PLC0415  reading YAML takes time

    found = mapping.platforms().get(platform_id)
    return found.names.get(lang, platform_id) if found else platform_id
