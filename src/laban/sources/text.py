"""Bytes to text to rows: encodings, delimiters and the accidents of saving a file twice.

Nothing is decided by the file's name. Every decision is the one under which the file's first lines hold the most
headings that some platform is known to write.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator

from laban.sources.book import Row, Sheet, UnreadableError
from laban.sources.headings import known_headings

_DELIMITERS = (",", "\t", ";", "|")
_SEP_LINE = re.compile(r'^\ufeff?"?sep=(?P<mark>[,;|\t])[^\r\n]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_HEAD = 64 * 1024
_HEAD_ROWS = 60
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_EIGHT_BIT = ("cp1258", "cp932", "cp1251", "cp1252")
#: A quote escaped by a backslash inside a quoted cell: what follows is neither a delimiter nor the end of the line.
_BACKSLASHED = re.compile(r'[^\\,;\t\r\n"]\\"[^,;\t\r\n]')
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read_text(data: bytes, name: str = "") -> Sheet:
    """Read a delimited file.

    Raises:
        UnreadableError: it is no text, or a quote is never closed.
    """
    text, encoding = decode(data, name)
    return rows_of(text, encoding, name)


def decode(data: bytes, name: str = "") -> tuple[str, str]:
    """Return the text and the name of its encoding.

    Raises:
        UnreadableError: the bytes are no text.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _checked(_strict(data, encoding, name), name), encoding
    head = data[:_HEAD]
    if b"\x00" in head:
        return _checked(_strict(data, _wide(head, name), name), name), "utf-16"
    try:
        return _checked(data.decode("utf-8"), name), "utf-8"
    except UnicodeDecodeError as error:
        # A file cut off in the middle of its last character is still UTF-8.
        if error.start > len(data) - 4:
            return _checked(data.decode("utf-8", "ignore"), name), "utf-8"
    encoding = _eight_bit(head)
    return _checked(unicodedata.normalize("NFC", data.decode(encoding, "replace")), name), encoding


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding.startswith("utf-16") and error.reason == "truncated data":
            return data[: len(data) // 2 * 2].decode(encoding, "ignore")
        row = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(
            "broken_encoding", row=row, member=name or None, values={"encoding": encoding}
        ) from error


def _wide(head: bytes, name: str) -> str:
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) // 5 or min(even, odd) > len(head) // 50:
        raise UnreadableError("not_a_table", member=name or None)
    return "utf-16-le" if odd > even else "utf-16-be"


def _checked(text: str, name: str) -> str:
    head = text[:_HEAD]
    if len(_CONTROL.findall(head)) > len(head) // 200:
        raise UnreadableError("not_a_table", member=name or None)
    return text.replace("\x00", "") if "\x00" in text else text


def _eight_bit(head: bytes) -> str:
    """Choose among encodings that nearly always decode: known headings first, then which letters make sense."""
    return max(_EIGHT_BIT, key=lambda encoding: _sense(head, encoding))


def _sense(head: bytes, encoding: str) -> tuple[int, float]:
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(head)
    except UnicodeDecodeError:
        return -1, 0.0
    text = unicodedata.normalize("NFC", text)
    hits = max(known_headings(row) for row in _head_rows(text, _delimiter(text)))
    return hits, _plausible(text, encoding)


_VIETNAMESE = frozenset("ăâđêôơưĂÂĐÊÔƠƯ")


def _plausible(text: str, encoding: str) -> float:
    """Return the share of non-ASCII characters that are letters such as this encoding exists for."""
    foreign = [c for c in text if ord(c) > 127]
    return _LIKELY[encoding](text, foreign) / len(foreign) if foreign else 0.0


def _japanese(_: str, foreign: list[str]) -> float:
    return sum("\u3040" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff" or "\uff01" <= c <= "\uff5e" for c in foreign)


def _cyrillic(text: str, _: list[str]) -> float:
    words = re.findall(r"[\u0400-\u04ff]{2,}", text)
    return sum(len(word) for word in words if word.islower() or word.istitle() or word.isupper())


def _vietnamese(_: str, foreign: list[str]) -> float:
    return sum("\u1ea0" <= c <= "\u1ef9" or c in _VIETNAMESE for c in foreign)


def _western(text: str, _: list[str]) -> float:
    # One accented letter among plain ones; weighed a little less, because nearly every byte is some western sign.
    return 0.9 * len(_LONE_ACCENT.findall(text))


_LONE_ACCENT = re.compile(r"(?<![\u0080-\uffff])[\u00a3\u00a9\u00b0\u00c0-\u00ff\u20ac](?![\u0080-\uffff])")
_LIKELY = {"cp932": _japanese, "cp1251": _cyrillic, "cp1258": _vietnamese, "cp1252": _western}


def rows_of(text: str, encoding: str = "", name: str = "") -> Sheet:
    """Cut text into rows.

    Raises:
        UnreadableError: a quote is never closed, or a cell is absurdly long.
    """
    stated = _SEP_LINE.match(text)
    delimiter = stated["mark"] if stated else ""
    head = text[: _HEAD * 2]
    if not stated and is_wrapped(head):
        text = unwrapped(text)
        head = text[: _HEAD * 2]
    delimiter = delimiter or _delimiter(head)
    text = text.replace("\\'", "'") if "\\'" in text else text
    escape = "\\" if _BACKSLASHED.search(text) else None
    rows: list[Row] = []
    lines: list[int] = []
    done = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, escapechar=escape)
    try:
        for row in reader:
            rows.append(row)
            lines.append(done + 1)
            done = reader.line_num
    except csv.Error as error:
        raise UnreadableError("cell_too_long", row=done + 1, member=name or None) from error
    if stated:
        rows[0] = []
    return Sheet(name, rows, lines if done != len(rows) else None, encoding, delimiter)


def _delimiter(head: str) -> str:
    """Choose by the headings the first lines hold under each delimiter, then by how even the rows are."""
    return max(_DELIMITERS, key=lambda mark: _fit(head, mark))


def _fit(head: str, delimiter: str) -> tuple[int, int]:
    widths: dict[int, int] = {}
    hits = 0
    for row in _head_rows(head, delimiter):
        hits = max(hits, known_headings(row))
        if len(row) > 1:
            widths[len(row)] = widths.get(len(row), 0) + 1
    return hits, max(widths.values(), default=0)


def _head_rows(head: str, delimiter: str) -> Iterator[list[str]]:
    yield []
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    for _ in range(_HEAD_ROWS):
        try:
            yield next(reader)
        except (StopIteration, csv.Error):
            return


def is_wrapped(head: str) -> bool:
    """Return whether whole lines were quoted by a second save, so that the heading row is a single cell."""
    first = next((line for line in head.splitlines() if line.strip()), "")
    if not (first.startswith('"') and first.endswith('"') and len(first) > 2):
        return False
    as_is = max(known_headings(row) for row in _head_rows(head, _delimiter(head)))
    opened = unwrapped(head)
    return max(known_headings(row) for row in _head_rows(opened, _delimiter(opened))) > as_is


def unwrapped(text: str) -> str:
    """Undo the quoting of whole lines."""
    return "".join(_unwrap(line) for line in text.splitlines(keepends=True))


def _unwrap(line: str) -> str:
    bare = line.rstrip("\r\n")
    if len(bare) < 2 or not (bare.startswith('"') and bare.endswith('"')):
        return line
    inner = bare[1:-1]
    if re.search(r'(?<!")"(?!")', inner.replace('""', "")):
        return line
    return inner.replace('""', '"') + line[len(bare) :]
