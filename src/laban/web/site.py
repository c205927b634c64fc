"""What the handlers of all pages share: the workspace, the templates, what was made already."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from laban.web.assets import Assets
from laban.web.render import Renderer
from laban.web.words import Words
from laban.workspace import ImportOutcome, Workspace

if TYPE_CHECKING:
    from laban.syncing.keeper import Keeper

T = TypeVar("T")


class Recent(Generic[T]):
    """The latest ``size`` values by key; safe for threads. Two threads may make the same value at the same time."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> T | None:
        """Return the value kept under ``key``, or None."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: T) -> None:
        """Keep a value and forget the one not asked for longest."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)

    def get_or_make(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value kept under ``key``; make and keep it when there is none."""
        found = self.get(key)
        if found is None:
            found = make()
            self.put(key, found)
        return found


@dataclass(frozen=True, slots=True)
class Site:
    """One running server.

    ``pages`` keeps rendered pages, ``batches`` what became of the latest uploads; ``writing`` lets one import or
    undo through at a time. ``upload_limit`` is in bytes. ``keeper`` asks connected platforms, where somebody does.
    """

    workspace: Workspace
    renderer: Renderer
    assets: Assets
    upload_limit: int
    pages: Recent[bytes] = field(default_factory=lambda: Recent(256))
    batches: Recent[tuple[ImportOutcome, ...]] = field(default_factory=lambda: Recent(32))
    writing: threading.Lock = field(default_factory=threading.Lock)
    keeper: Keeper | None = None

    @property
    def state(self) -> tuple[Hashable, ...]:
        """What every kept page depends on: the data, the catalogue, the day."""
        return self.workspace.warehouse.version, self.workspace.catalogue.edition, self.workspace.today

    def words(self, lang: str) -> Words:
        """Return the words of readers of one language."""
        names = {name: measure.name.of(lang) for name, measure in self.workspace.catalogue.measures.items()}
        return Words(lang, self.workspace.settings.currency, names)

    def keep_batch(self, outcomes: Sequence[ImportOutcome]) -> str:
        """Keep what became of an upload for the page that follows it; return its name."""
        name = secrets.token_urlsafe(9)
        self.batches.put(name, tuple(outcomes))
        return name
