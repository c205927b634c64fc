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
from collections import Counter
from collections.abc import Iterator, Sequence

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
        if _mostly_utf8(data, error.start):
            raise _broken(data, error.start, "UTF-8", name) from error
    encoding = _eight_bit(head)
    return _checked(unicodedata.normalize("NFC", data.decode(encoding, "replace")), name), encoding


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding.startswith("utf-16") and error.reason == "truncated data":
            return data[: len(data) // 2 * 2].decode(encoding, "ignore")
        raise _broken(data, error.start, encoding, name) from error


def _mostly_utf8(data: bytes, place: int) -> bool:
    """Return whether text is UTF-8 with damage at ``place``: other encodings hardly ever look like it by chance."""
    text = data[: place + _HEAD].decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    return sum(ord(char) > 127 for char in text) > 3 * damaged


def _broken(data: bytes, place: int, encoding: str, name: str) -> UnreadableError:
    row = data.count(b"\n", 0, place) + 1
    return UnreadableError("broken_encoding", row=row, member=name or None, values={"encoding": encoding})


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
    torn: list[int] = []
    while True:
        rows, lines, fault = _cut(text, delimiter, escape)
        line = lines[-1] if fault else _torn_line(rows, lines, text, delimiter)
        if not line or line in torn or len(torn) >= _MOST_TORN:
            break
        torn.append(line)
        text = _without_quotes(text, line)
    if fault:
        raise UnreadableError("cell_too_long", row=lines[-1], member=name or None)
    if stated:
        rows[0] = []
    plain = len(rows) == (lines[-1] if lines else 0)
    return Sheet(name, rows, None if plain else lines, encoding, delimiter, tuple(torn))


#: A quote that is opened and not closed swallows the lines behind it; more of them than this is no accident.
_MOST_TORN = 20
_SAMPLE = 2_000


def _cut(text: str, delimiter: str, escape: str | None) -> tuple[list[Row], list[int], bool]:
    """Return the rows, the line each begins on, and whether cutting stopped at a cell that is far too long."""
    rows: list[Row] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, escapechar=escape)
    done = 0
    try:
        for row in reader:
            rows.append(row)
            lines.append(done + 1)
            done = reader.line_num
    except csv.Error:
        return rows, [*lines, done + 1], True
    return rows, lines, False


def _torn_line(rows: Sequence[Row], lines: Sequence[int], text: str, delimiter: str) -> int:
    """Return the first line that opens a quote and never closes it; 0 if there is none.

    What tells it from a text of several lines: a line inside the cell is itself a row of the table, or the cell only
    ends with the file.
    """
    width = Counter(len(row) for row in rows[:_SAMPLE] if len(row) > 1).most_common(1)
    for place, row in enumerate(rows):
        last = place + 1 == len(rows)
        short = bool(width) and len(row) < width[0][0]
        if not last and not short and lines[place + 1] - lines[place] < 2:
            continue
        if width and any(_holds_rows(str(cell), delimiter, width[0][0], len(row)) for cell in row):
            return lines[place]
        if short and any('"' in str(cell) and delimiter in str(cell) for cell in row):
            return lines[place]
        if last and row and _runs_out(str(row[-1]), delimiter if short else "\n") and text.rstrip()[-1:] != '"':
            return lines[place]
    return 0


def _holds_rows(cell: str, delimiter: str, width: int, found: int) -> bool:
    """Return whether a line of a cell is a row; the first one counts in a row that is too long or too short."""
    pieces = cell.split("\n")
    inner = pieces[1:] if found == width else pieces
    return width > 3 and len(pieces) > 1 and any(line.count(delimiter) == width - 1 for line in inner)


def _runs_out(cell: str, delimiter: str) -> bool:
    return "\n" in cell or delimiter in cell


def _without_quotes(text: str, line: int) -> str:
    pieces = list(io.StringIO(text, newline=""))
    pieces[line - 1] = pieces[line - 1].replace('"', "")
    return "".join(pieces)


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
