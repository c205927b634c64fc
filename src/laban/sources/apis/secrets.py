"""Secrets on their way through the program: they cannot be printed by accident, and are taken out of what is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

#: What stands where a secret stood.
HIDDEN: Final = "***"
#: Shorter words are found in ordinary sentences.
_SHORTEST: Final = 6


class Secrets(Mapping[str, str]):
    """Secrets by name; what shows it, shows the names only."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Secrets({', '.join(self._values)})"

    def __getstate__(self) -> Any:
        raise TypeError("secrets are not to be copied")

    def scrubbed(self, text: str, *more: str) -> str:
        """Return a text without any of the secrets, nor of ``more`` (tokens that were bought with them)."""
        for secret in sorted((*self._values.values(), *more), key=len, reverse=True):
            for word in (secret, *_lines(secret)):
                if len(word) >= _SHORTEST:
                    text = text.replace(word, HIDDEN)
        return text


def _lines(secret: str) -> list[str]:
    """The lines of a key, and the key as JSON would write it."""
    if "\n" not in secret:
        return []
    return [secret.replace("\n", "\\n"), *secret.splitlines()]
