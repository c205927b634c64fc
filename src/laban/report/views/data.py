"""The data page: what was imported, what each file became, what waits in the inbox, how new everything is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from laban.report.views.parts import Freshness, plain
from laban.sources.model import Finding


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import: the file, what it became, what was found in it, whether it was withdrawn."""

    id: int
    name: str
    platform: str | None
    status: str
    rows: int
    first_day: date | None
    last_day: date | None
    currency: str | None
    loaded_at: datetime
    undone_at: datetime | None
    totals: Mapping[str, Decimal]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file lying in the inbox; ``imported`` when a live import has its name."""

    name: str
    size: int
    imported: bool


@dataclass(frozen=True, slots=True)
class DataView:
    """The data page: imports newest first, freshness per source, files in the inbox."""

    shop: str
    today: date
    imports: tuple[ImportRow, ...]
    freshness: tuple[Freshness, ...]
    inbox: tuple[InboxFile, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json
