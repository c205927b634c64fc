"""What a company calls things: its channel rules, its campaigns, its links; three small files with their history."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Final, TypeVar

from laban.tagging import campaigns, channels, links
from laban.tagging.kept import KeptFile

T = TypeVar("T")

#: The files whose text the warehouse goes by.
TOLD: Final = (channels.FILE, campaigns.FILE)
FILES: Final = (*TOLD, links.FILE)


class Naming:
    """The files of one workspace, read again when they change."""

    def __init__(self, root: Path) -> None:
        self.files = {name: KeptFile(root / name) for name in FILES}
        self._read: dict[str, tuple[Hashable, object]] = {}

    def _kept(self, name: str, read: Callable[[str], T]) -> T:
        file = self.files[name]
        stamp = file.stamp()
        known = self._read.get(name)
        if known is None or known[0] != stamp:
            known = self._read[name] = stamp, read(file.text())
        found: T = known[1]  # type: ignore[assignment]  # one reader per name
        return found

    @property
    def own_channels(self) -> channels.OwnChannels:
        """What the company says of channels itself, and what is wrong with it."""
        return self._kept(channels.FILE, channels.read)

    @property
    def channels(self) -> channels.Channels:
        """All channel rules in their order."""
        return channels.with_own(self.own_channels)

    @property
    def campaigns(self) -> campaigns.Book:
        """Which names people said are one campaign, and which are not."""
        return self._kept(campaigns.FILE, campaigns.read)

    @property
    def links(self) -> links.Links:
        """The short links."""
        return self._kept(links.FILE, links.read)

    def texts(self) -> dict[str, str]:
        """Return what the warehouse is to go by."""
        return {name: self.files[name].text() for name in TOLD}

    def state(self) -> Hashable:
        """Return what changes when any of the files does."""
        return tuple(file.stamp() for file in self.files.values())
