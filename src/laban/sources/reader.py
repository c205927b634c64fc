"""The way of a file: first bytes, book of sheets, tables, one reading."""

from __future__ import annotations

from pathlib import Path

from laban.sources.book import UnreadableError
from laban.sources.bulk_plan import plan_bulk
from laban.sources.combine import read_book
from laban.sources.files import head_of, open_book
from laban.sources.model import Reading, ReadOptions
from laban.sources.notes import Notes
from laban.sources.reading import Context


def read(path: Path, options: ReadOptions) -> Reading:
    """Read one file; a fault in it is a finding. A large plain file is only planned, see ``laban.bulk``."""
    try:
        head = head_of(path)
    except UnreadableError as fault:
        return Reading(path.name, None, fault.status, findings=(fault.finding(),))
    plan = plan_bulk(path, head, options, lambda: read_whole(path, head, options))
    if plan is not None:
        return Reading(path.name, plan.slice.platform, "loaded", bulk=plan)
    return read_whole(path, head, options)


def read_whole(path: Path, head: bytes, options: ReadOptions) -> Reading:
    """Read one file cell by cell."""
    context = Context(options, path, Notes())
    try:
        return read_book(open_book(path, head), context)
    except UnreadableError as fault:
        return Reading(
            path.name, context.platform, fault.status, findings=(fault.finding(), *context.notes.finished())
        )
