"""A file without some people: their answers taken out, the cells that name them emptied.

An order or a lead stays, because money and counts must stay what they were, but nothing in its row says whose it was:
everything is emptied that is not a known number, day or word. A row that is itself about the person (an answer, a
consent, an invitation) goes whole, and so does one that no mapping knows.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from laban.facts import PERSONAL
from laban.sources.apis.capture import is_capture
from laban.sources.archive import check_workbook, members_of
from laban.sources.blocks import Block, blocks_of
from laban.sources.book import Book, Cell, Row, Sheet, UnreadableError, text_of
from laban.sources.files import head_of, open_book
from laban.sources.mapping import Known, recognising
from laban.sources.privacy import People
from laban.sources.scrub_answers import answers_without
from laban.sources.scrub_workbook import texts_of, without_cells
from laban.sources.text import decode, rows_of

#: Kinds of columns that say nothing about a person; every other cell of a touched row is emptied.
_HARMLESS = frozenset(
    {"choice", "flag", "date", "datetime", "sum", "quantity", "non", "stock", "ratio", "money", "amount", "duration"}
    | {"currency", "text"}
)
#: Of these a cell is looked at as a whole: a campaign may well have a phone in its name.
_LABELS = frozenset({"text", "choice"})
#: What to do with a row: the places to empty, or None to take it out.
Cuts = Mapping[int, frozenset[int] | None]


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """A file without the people; ``data`` is None when it can only be thrown away."""

    data: bytes | None
    emptied: int
    removed: int


def scrub(path: Path, people: People, known: Known | None = None) -> Scrubbed | None:
    """Return the file without ``people``; None when none is in it. ``known`` are the platforms it may be of."""
    with recognising(known):
        return _scrub(path, people)


def _scrub(path: Path, people: People) -> Scrubbed | None:
    try:
        head = head_of(path)
        if is_capture(head):
            mended = answers_without(path, people)
            return None if mended is None else Scrubbed(mended[0], mended[1], 0)
        book = open_book(path, head, strange=True)
    except UnreadableError as fault:
        return _lines_without(path, people) if fault.code == "too_big" else None
    cuts = {id(sheet): found for sheet in book.sheets if (found := cuts_of(sheet, people))}
    if not cuts and not _hides(path, head, people):
        return None
    removed = sum(places is None for found in cuts.values() for places in found.values())
    emptied = sum(len(found) for found in cuts.values()) - removed
    return Scrubbed(_without(path, head, book, cuts, people), emptied, removed)


def _hides(path: Path, head: bytes, people: People) -> bool:
    """Return whether a workbook names one of ``people`` in a sheet that is not shown."""
    if not head.startswith(b"PK") or not check_workbook(path):
        return False
    return any(people.names_one(text) for text in texts_of(path.read_bytes()))


def _lines_without(path: Path, people: People) -> Scrubbed | None:
    """A file too large to be taken apart has no people of its own; a line that names one all the same goes whole."""
    kept, removed = bytearray(), 0
    with path.open("rb") as file:
        for line in file:
            if people.names_one(line.decode("utf-8", "replace")):
                removed += 1
            else:
                kept += line
    return Scrubbed(bytes(kept), 0, removed) if removed else None


def cuts_of(sheet: Sheet, people: People) -> Cuts:
    """Return what to do with the rows of a sheet that name one of ``people``."""
    owners = {index: block for block in blocks_of(sheet) for index in range(block.start, block.stop)}
    found: dict[int, frozenset[int] | None] = {}
    for index, row in enumerate(sheet.rows):
        named, places = _look(row, owners.get(index), people)
        if named:
            found[index] = places
    return found


def _look(row: Row, block: Block | None, people: People) -> tuple[bool, frozenset[int] | None]:
    """Return whether a row names one of ``people``, and the places to empty (None: take the row out)."""
    kinds, numbered = (_kinds(block), _numbered(block)) if block is not None else ({}, frozenset[int]())
    label = any(people.is_one(row[n]) for n, kind in kinds.items() if kind in _LABELS and n < len(row))
    free = [n for n in range(len(row)) if kinds.get(n, "") not in _HARMLESS]
    if not label and not any(row[n] != "" and people.names_one(row[n]) for n in free if n not in numbered):
        return False, None
    keeps = block is not None and block.match is not None and not label and not _is_personal(block)
    return True, frozenset(n for n in free if row[n] != "") if keeps else None


def _kinds(block: Block) -> Mapping[int, str]:
    if block.match is None:
        return {}
    columns = block.match.platform.columns
    return {place: columns[name].kind for name, places in block.match.columns.items() for place in places}


def _numbered(block: Block) -> frozenset[int]:
    """Places of customer numbers that a platform gave: no phone, though they may look like one."""
    if block.match is None:
        return frozenset()
    columns = block.match.platform.columns
    return frozenset(n for name, places in block.match.columns.items() if columns[name].issuer for n in places)


def _is_personal(block: Block) -> bool:
    facts = {plan.fact for plan in block.match.table.facts} if block.match else set()
    return not facts or bool(facts & PERSONAL)


def _without(path: Path, head: bytes, book: Book, cuts: Mapping[int, Cuts], people: People) -> bytes | None:
    """Return the file with ``cuts`` made, in its own format where that can be written, else as a zip of tables."""
    try:
        if head.startswith(b"PK"):
            return _zip_without(path, book, cuts, people)
        if book.sheets[0].encoding not in {"workbook", "html"}:
            return text_without(path.read_bytes(), people)
    except (UnreadableError, ValueError, LookupError, zipfile.BadZipFile):
        return None
    return as_tables(book, cuts)


def _zip_without(path: Path, book: Book, cuts: Mapping[int, Cuts], people: People) -> bytes | None:
    if check_workbook(path):
        by_name = {sheet.name: cuts[id(sheet)] for sheet in book.sheets if id(sheet) in cuts}
        mended = without_cells(path.read_bytes(), by_name)
        left = mended is None or any(people.names_one(text) for text in texts_of(mended))
        return as_tables(book, cuts) if left else mended
    members = []
    for name, data in members_of(path):
        cleaned = _member_without(data, people)
        if cleaned is None:
            return as_tables(book, cuts)
        members.append((name, cleaned))
    return zipped(members)


def _member_without(data: bytes, people: People) -> bytes | None:
    """Return a zip's member without the people; None when it is no plain text."""
    try:
        decode(data)
    except UnreadableError:
        return None
    return text_without(data, people)


def text_without(data: bytes, people: People) -> bytes:
    """Return delimited text without the people; every other line stays as it is, byte by byte.

    Raises:
        UnreadableError: it is no text.
    """
    text, encoding = decode(data)
    sheet = rows_of(text, encoding)
    cuts = cuts_of(sheet, people)
    if not cuts:
        return data
    pieces = list(_records(text, sheet))
    if len(pieces) != len(sheet.rows):
        return _encoded(_rewritten(sheet, cuts), encoding, data)
    kept = [
        piece if index not in cuts else _cut(sheet.rows[index], cuts[index], sheet.delimiter, piece)
        for index, piece in enumerate(pieces)
    ]
    return _encoded("".join(kept), encoding, data)


def _records(text: str, sheet: Sheet) -> Iterator[str]:
    """Yield the lines of each row as they stand in the text."""
    lines = list(io.StringIO(text, newline=""))
    starts = [sheet.line(index) - 1 for index in range(len(sheet.rows))]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield "".join(lines[start:end])


def _cut(row: Row, places: frozenset[int] | None, delimiter: str, piece: str) -> str:
    if places is None:
        return ""
    ending = piece[len(piece.rstrip("\r\n")) :]
    return _line(["" if n in places else _written(cell) for n, cell in enumerate(row)], delimiter) + ending


def _written(cell: Cell) -> str:
    """Return a cell as text; three decimals get a fourth, or they could be taken for thousands."""
    text = text_of(cell)
    return f"{text}0" if isinstance(cell, Decimal) and re.fullmatch(r"-?\d+\.\d{3}", text) else text


def _line(cells: list[str], delimiter: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter or ",", lineterminator="").writerow(cells)
    return buffer.getvalue()


def _rewritten(sheet: Sheet, cuts: Cuts) -> str:
    """Return a sheet as delimited text, with ``cuts`` made."""
    delimiter = sheet.delimiter or ","
    return "".join(_cut(row, cuts.get(index, frozenset()), delimiter, "\n") for index, row in enumerate(sheet.rows))


def _encoded(text: str, encoding: str, data: bytes) -> bytes:
    bom = next((mark for mark in (b"\xff\xfe", b"\xfe\xff") if data.startswith(mark)), b"")
    if bom:
        return bom + text.encode("utf-16-le" if bom == b"\xff\xfe" else "utf-16-be")
    if encoding == "utf-16":
        encoding = "utf-16-le" if data[1:2] == b"\x00" else "utf-16-be"
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:  # letters that were put together for reading, which the old encoding keeps apart
        return text.encode("utf-8-sig")


def as_tables(book: Book, cuts: Mapping[int, Cuts]) -> bytes:
    """Return a book as a zip of delimited tables, for formats that nothing here can write."""
    return zipped(
        [
            (f"{number:02}.csv", _rewritten(sheet, cuts.get(id(sheet), {})).encode("utf-8-sig"))
            for number, sheet in enumerate(book.sheets, 1)
        ]
    )


def zipped(members: list[tuple[str, bytes]]) -> bytes:
    """Return members as a zip; equal members give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members:
            packed.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
