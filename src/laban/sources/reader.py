"""The way of a file: first bytes, book of sheets, tables, one reading."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from laban.sources.apis.capture import is_capture, read_capture
from laban.sources.book import UnreadableError
from laban.sources.bulk_plan import plan_bulk
from laban.sources.combine import read_book
from laban.sources.events import GA4, plan_events
from laban.sources.files import head_of, open_book
from laban.sources.mapping import recognising
from laban.sources.model import Finding, Reading, ReadOptions
from laban.sources.notes import Notes
from laban.sources.reading import Context
from laban.sources.unseen import recalled


def read(path: Path, options: ReadOptions) -> Reading:
    """Read one file; a fault in it is a finding. A large plain file is only planned, see ``laban.bulk``."""
    with recognising(options.known):
        return _read(path, options)


def _read(path: Path, options: ReadOptions) -> Reading:
    try:
        head = head_of(path)
    except UnreadableError as fault:
        return Reading(path.name, None, fault.status, findings=(fault.finding(),))
    if is_capture(head):
        return whole(read_capture(path, options), options)
    events = plan_events(path, head, options)
    if events is not None:
        return Reading(path.name, GA4, "loaded", bulk=events)
    plan = plan_bulk(path, head, options, lambda: read_whole(path, head, options))
    if plan is not None:
        unseen = tuple(plan.unseen), recalled(plan.unseen)
        return Reading(path.name, plan.slice.platform, "loaded", bulk=plan, unseen=unseen[0], recalled=unseen[1])
    return read_whole(path, head, options)


#: What is wrong with a row, so that a sum without it would not be the file's.
_FAULTS = {"not_a_number", "out_of_bounds", "not_a_date", "date_implausible", "id_damaged"}


def whole(reading: Reading, options: ReadOptions) -> Reading:
    """Refuse a file with a row that cannot be read or money that cannot be added up, unless the rest is accepted.

    Several currencies are a fault of platform files only: in one's own sheets each row says what it was paid in.
    """
    own = (reading.platform or "").startswith("own_")
    faults = _FAULTS if own else _FAULTS | {"two_currencies"}
    wrong = [finding for finding in reading.findings if finding.code in faults]
    if options.accept or not wrong or reading.status != "loaded":
        return reading
    rest = [finding for finding in reading.findings if finding.code not in faults]
    findings = (*(replace(finding, level="error") for finding in wrong), *rest, Finding("info", "not_whole"))
    return Reading(reading.file, reading.platform, "refused", findings=findings)


def read_whole(path: Path, head: bytes, options: ReadOptions) -> Reading:
    """Read one file cell by cell."""
    context = Context(options, path, Notes())
    try:
        with recognising(options.known):
            return whole(read_book(open_book(path, head), context), options)
    except UnreadableError as fault:
        return Reading(
            path.name, context.platform, fault.status, findings=(fault.finding(), *context.notes.finished())
        )
