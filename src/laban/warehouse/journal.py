"""The log of imports once more, as lines of text beside the archive: what a lost database is made again from.

A line per import, and one more when it is withdrawn; of several lines with one number the last one holds. Lines that
a crash kept from being written are written with the next.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from laban.warehouse.imports import ImportRecord
from laban.warehouse.load import to_json

NAME = "imports.jsonl"


@dataclass(frozen=True, slots=True)
class Entry:
    """What must be known of an import to do it again, and what it came to."""

    id: int
    digest: str
    options_key: str
    name: str
    platform: str | None
    rows: int
    totals: Mapping[str, Decimal]
    loaded_at: datetime
    undone_at: datetime | None

    @classmethod
    def of(cls, record: ImportRecord) -> Entry:
        """Return the entry of an import."""
        return cls(
            *(record.id, record.digest, record.options_key, record.name, record.platform),
            *(record.rows, record.totals, record.loaded_at, record.undone_at),
        )


def read(root: Path) -> dict[int, Entry]:
    """Return the entries by number; a torn last line is left out."""
    path = root / NAME
    found: dict[int, Entry] = {}
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        try:
            entry = _entry(json.loads(line))
        except (ValueError, KeyError, TypeError):
            continue
        found[entry.id] = entry
    return found


def _entry(line: Mapping[str, object]) -> Entry:
    undone, totals = line["undone_at"], line["totals"]
    if not isinstance(totals, Mapping):
        raise TypeError(totals)
    return Entry(
        id=int(str(line["id"])),
        digest=str(line["digest"]),
        options_key=str(line["options_key"]),
        name=str(line["name"]),
        platform=None if line["platform"] is None else str(line["platform"]),
        rows=int(str(line["rows"])),
        totals={str(name): Decimal(str(value)) for name, value in totals.items()},
        loaded_at=datetime.fromisoformat(str(line["loaded_at"])),
        undone_at=datetime.fromisoformat(str(undone)) if undone else None,
    )


def note(root: Path, records: Sequence[ImportRecord]) -> None:
    """Add what of ``records`` (the whole log) is not written down yet."""
    known = read(root)
    fresh = [entry for record in records if known.get(record.id) != (entry := Entry.of(record))]
    if fresh:
        torn = (root / NAME).exists() and not (root / NAME).read_bytes().endswith(b"\n")
        with (root / NAME).open("a", encoding="utf-8") as file:
            file.write("\n" * torn + _lines(sorted(fresh, key=lambda entry: entry.id)))


def write(root: Path, records: Iterable[ImportRecord]) -> None:
    """Write the whole log anew, in place of what was there."""
    path = root / NAME
    draft = path.with_name(f"{NAME}.{os.getpid()}.draft")
    draft.write_text(_lines(sorted(map(Entry.of, records), key=lambda entry: entry.id)), "utf-8")
    draft.replace(path)


def _lines(entries: Iterable[Entry]) -> str:
    return "".join(f"{to_json({name: getattr(entry, name) for name in Entry.__slots__})}\n" for entry in entries)
