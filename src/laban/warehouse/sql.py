"""The one place where names and constants become SQL text; everything else is bound."""

from __future__ import annotations

from collections.abc import Iterable


def quote(name: str) -> str:
    """Return an identifier in double quotes, safe whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text constant, never of a user's text.

    For views, which cannot have parameters, and for patterns, which are compiled once when they are constants and
    once a row when they are bound.
    """
    return "'" + text.replace("'", "''") + "'"


def listed(names: Iterable[str], prefix: str = "") -> str:
    """Return quoted names separated by commas, each after ``prefix`` (a table's alias)."""
    dot = f"{prefix}." if prefix else ""
    return ", ".join(dot + quote(name) for name in names)
