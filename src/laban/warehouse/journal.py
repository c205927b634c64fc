"""The log of imports once more, as lines of text beside the archive: what a lost database is made again from.

A line per import, and one more when it is withdrawn; of several lines with one number the last one holds. Each line
says up to which number there are lines, so that those that a crash kept from being written come with the next.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from laban.warehouse.imports import ImportRecord
from laban.warehouse.load import to_json

NAME = "imports.jsonl"
#: Bytes at the end of the log in which its last line lies.
_LONGEST = 1 << 18


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


def note(root: Path, record: ImportRecord, everything: Callable[[], Sequence[ImportRecord]]) -> None:
    """Add the line of an import; and, where lines before it are missing, those of ``everything`` as well."""
    known = _upto(root)
    if known is None or known < record.id - 1:
        written = read(root)
        fresh = [entry for one in everything() if written.get(one.id) != (entry := Entry.of(one))]
    else:
        fresh = [Entry.of(record)]
    torn = known is None and (root / NAME).exists()
    with (root / NAME).open("a", encoding="utf-8") as file:
        file.write("\n" * torn + _lines(sorted(fresh, key=lambda entry: entry.id), known or 0))


def lacks(root: Path, import_id: int) -> bool:
    """Return whether the line of an import may be missing, because a crash came between the two."""
    known = _upto(root)
    return known is None or known < import_id


def _upto(root: Path) -> int | None:
    """Return the highest number in the log, as its last line says; None when that line is torn."""
    path = root / NAME
    if not path.exists():
        return 0
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LONGEST))
        lines = file.read().splitlines(keepends=True)
    try:
        return int(json.loads(lines[-1])["upto"]) if lines and lines[-1].endswith(b"\n") else None
    except (ValueError, KeyError, TypeError):
        return None


def write(root: Path, records: Iterable[ImportRecord]) -> None:
    """Write the whole log anew, in place of what was there."""
    path = root / NAME
    draft = path.with_name(f"{NAME}.{os.getpid()}.draft")
    draft.write_text(_lines(sorted(map(Entry.of, records), key=lambda entry: entry.id), 0), "utf-8")
    draft.replace(path)


def _lines(entries: Iterable[Entry], known: int) -> str:
    lines = []
    for entry in entries:
        known = max(known, entry.id)
        lines.append(to_json({name: getattr(entry, name) for name in Entry.__slots__} | {"upto": known}))
    return "".join(f"{line}\n" for line in lines)
