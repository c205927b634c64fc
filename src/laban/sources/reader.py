"""The way of a file: first bytes, book of sheets, tables, one reading."""

from __future__ import annotations

from pathlib import Path

from laban.sources.book import UnreadableError
from laban.sources.combine import read_book
from laban.sources.files import head_of, open_book
from laban.sources.model import Reading, ReadOptions
from laban.sources.notes import Notes
from laban.sources.reading import Context


def read(path: Path, options: ReadOptions) -> Reading:
    """Read one file; a fault in it is the reading's finding."""
    context = Context(options, path, Notes())
    try:
        return read_book(open_book(path, head_of(path)), context)
    except UnreadableError as fault:
        return Reading(
            path.name, context.platform, fault.status, findings=(fault.finding(), *context.notes.finished())
        )
