"""Templates of a definition: ``{name}``, ``{start.year}``, ``{end:%Y-%m-%d}``, ``{site:quoted}`` are filled.

Braces that hold anything else are left alone, so that a GraphQL query can be written as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

#: A format of our own: the value as a part of an address.
QUOTED: Final = "quoted"

_PLACE = re.compile(r"\{([a-z_]+)(?:\.([a-z]+))?(?::([^{}]+))?\}")


def filled(template: str, given: Mapping[str, Any]) -> str:
    """Return a text with its placeholders filled; KeyError for one that nobody gives."""

    def one(found: re.Match[str]) -> str:
        value = given[found[1]]
        if found[2]:
            value = getattr(value, found[2])
        if found[3] == QUOTED:
            return quote(str(value), safe="")
        return format(value, found[3]) if found[3] else str(value)

    return _PLACE.sub(one, template)


def filled_in(tree: Any, given: Mapping[str, Any]) -> Any:
    """Return a tree of texts, lists and tables with every text filled."""
    if isinstance(tree, str):
        return filled(tree, given)
    if isinstance(tree, Mapping):
        return {name: filled_in(part, given) for name, part in tree.items()}
    if isinstance(tree, Sequence):
        return [filled_in(part, given) for part in tree]
    return tree


def names_in(tree: Any) -> set[str]:
    """Return the names of all placeholders in a tree."""
    if isinstance(tree, str):
        return {found[1] for found in _PLACE.finditer(tree)}
    if isinstance(tree, Mapping):
        return {name for part in tree.values() for name in names_in(part)}
    if isinstance(tree, Sequence):
        return {name for part in tree for name in names_in(part)}
    return set()
