"""Open a file of any kind as a book of sheets, by what its first bytes are and never by its name."""

from __future__ import annotations

from pathlib import Path

from laban.i18n import Phrase
from laban.sources.archive import check_workbook, members_of
from laban.sources.book import Book, Sheet, UnreadableError
from laban.sources.headings import first_texts, known_headings
from laban.sources.model import Finding
from laban.sources.pages import MOST_BYTES as MOST_PAGE
from laban.sources.pages import looks_like_html, read_html
from laban.sources.text import decode, read_text, rows_of
from laban.sources.workbook import read_workbook

#: The most that is read into memory as text; bigger tables go the bulk way or must be cut by period.
MOST_TEXT = 150 * 1024 * 1024
MOST_WORKBOOK = 60 * 1024 * 1024
HEAD = 256 * 1024

_OLE = b"\xd0\xcf\x11\xe0"
#: First bytes of files that people rename or drop by mistake.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"RIFF", "image"),
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"SQLite format 3", "database"),
    (b"PAR1", "database"),
)


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file.

    Raises:
        UnreadableError: the file is empty or cannot be opened.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise UnreadableError("cannot_open", values={"reason": error.strerror or "?"}) from error
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise UnreadableError("empty_file")
    return head


def open_book(path: Path, head: bytes, *, strange: bool = False) -> Book:
    """Read a file's sheets; ``strange`` ones too, in which no heading is known.

    Raises:
        UnreadableError: it is no table, damaged, or too big.
    """
    size = path.stat().st_size
    if head.startswith(b"PK"):
        return _open_zip(path, size)
    if head.startswith(_OLE):
        _check_size(size, MOST_WORKBOOK)
        return Book(read_workbook(path.read_bytes()))
    _refuse_foreign(head)
    if not strange and not looks_like_html(head):
        _refuse_unknown(head)
    _check_size(size, MOST_TEXT)
    return Book(_open_bytes(path.read_bytes(), ""))


def _open_zip(path: Path, size: int) -> Book:
    if check_workbook(path):
        _check_size(size, MOST_WORKBOOK)
        return Book(read_workbook(path.read_bytes()))
    sheets: list[Sheet] = []
    findings: list[Finding] = []
    for name, data in members_of(path):
        try:
            sheets.extend(_open_member(name, data))
        except UnreadableError as fault:
            findings.append(Finding("warning", fault.code, fault.row, member=name, values=fault.values))
    if not sheets and findings:
        first = findings[0]
        raise UnreadableError(first.code, row=first.row, member=first.member, values=dict(first.values))
    if not sheets:
        raise UnreadableError("empty_zip")
    return Book(sheets, tuple(findings))


def _open_member(name: str, data: bytes) -> list[Sheet]:
    if not data.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        return []
    if data.startswith(b"PK"):
        if not check_workbook(data):
            raise UnreadableError("nested_zip", member=name)
        _check_size(len(data), MOST_WORKBOOK)
        return read_workbook(data, name)
    _refuse_foreign(data)
    return _open_bytes(data, name)


def _open_bytes(data: bytes, name: str) -> list[Sheet]:
    if data.startswith(_OLE):
        return read_workbook(data, name)
    if looks_like_html(data[:HEAD]):
        _check_size(len(data), MOST_PAGE)
        return read_html(decode(data, name)[0], name)
    return [read_text(data, name)]


def is_foreign(head: bytes) -> bool:
    """Return whether the first bytes are those of anything but text."""
    return head.startswith((b"PK", _OLE, *(magic for magic, _ in _FOREIGN))) or looks_like_html(head)


def _refuse_foreign(head: bytes) -> None:
    for magic, kind in _FOREIGN:
        if head.startswith(magic):
            raise UnreadableError("foreign_file", values={"kind": Phrase.of(f"finding.kind.{kind}")})


def _refuse_unknown(head: bytes) -> None:
    """Look at the first lines only: without one known heading there is no reason to read the rest."""
    text, encoding = decode(head[: head.rfind(b"\n") + 1 or len(head)] if len(head) == HEAD else head)
    try:
        sheet = rows_of(text, encoding)
    except UnreadableError:
        return
    shown = first_texts(sheet)
    if shown and not any(known_headings(row) for row in sheet.rows[:200]):
        raise UnreadableError("unknown_format", row=1, values={"found": shown})


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise UnreadableError("too_big", values={"megabytes": size // 1_048_576, "most": most // 1_048_576})
