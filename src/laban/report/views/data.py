"""The data page: what was imported, what each file became, what waits in the inbox, how new everything is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laban.report.views import common
from laban.report.views.parts import Freshness, Source, plain
from laban.sources.model import Finding

if TYPE_CHECKING:
    from laban.warehouse import ImportRecord


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


def data_page(source: Source, *, inbox: Path | None = None, include_undone: bool = True) -> DataView:
    """Build the data page; ``inbox`` is the folder whose files are listed."""
    records = source.imports(include_undone=include_undone)
    live = {record.name for record in records if record.undone_at is None}
    return DataView(
        shop=source.settings.name,
        today=source.today,
        imports=tuple(_row(record) for record in records),
        freshness=common.freshness(source),
        inbox=_inbox(inbox, live) if inbox is not None and inbox.is_dir() else (),
    )


def _row(record: ImportRecord) -> ImportRow:
    return ImportRow(
        id=record.id,
        name=record.name,
        platform=record.platform,
        status=record.status,
        rows=record.rows,
        first_day=record.start,
        last_day=record.end - timedelta(days=1) if record.end else None,
        currency=record.currency,
        loaded_at=record.loaded_at,
        undone_at=record.undone_at,
        totals=record.totals,
        findings=record.found(),
    )


def _inbox(folder: Path, live: set[str]) -> tuple[InboxFile, ...]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith((".", "~$")))
    return tuple(InboxFile(str(p.relative_to(folder)), p.stat().st_size, p.name in live) for p in files)
