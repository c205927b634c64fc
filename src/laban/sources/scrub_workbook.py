"""Cells out of an ``.xlsx``, in place: the rest of the workbook stays as it is.

A cell is emptied in its sheet, and texts that no cell shows any more are emptied in the table of texts that all
sheets share, so that nothing of them stays in the file.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping

_SHEET = re.compile(rb'<sheet\b[^>]*\bname="(?P<name>[^"]*)"[^>]*\br:id="(?P<id>[^"]*)"')
_LINK = re.compile(rb"<Relationship\b[^>]*>")
_TARGET = re.compile(rb'\bTarget="(?P<target>[^"]*)"')
_ID = re.compile(rb'\bId="(?P<id>[^"]*)"')
_ROW = re.compile(rb'<row\b[^>]*?\br="(?P<row>\d+)"[^>]*?(?:/>|>.*?</row>)', re.DOTALL)
_CELL = re.compile(rb'<c\b[^>]*?\br="(?P<column>[A-Z]+)\d+"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
_SHARED = re.compile(rb'<c\b[^>]*?\bt="s"[^>]*?>.*?<v>(\d+)</v>', re.DOTALL)
_TEXT = re.compile(rb"<si>.*?</si>|<si/>", re.DOTALL)
_EMPTY_TEXT = b"<si><t></t></si>"
#: Parts that may hold copies of cells; a workbook with them is not mended but written anew.
_COPIES = ("xl/pivotCache/", "xl/comments", "xl/threadedComments", "xl/persons", "xl/externalLinks")
_ENTITIES = {b"&amp;": b"&", b"&lt;": b"<", b"&gt;": b">", b"&quot;": b'"', b"&apos;": b"'"}


def without_cells(data: bytes, cuts: Mapping[str, Mapping[int, frozenset[int] | None]]) -> bytes | None:
    """Return the workbook with ``cuts`` made, by sheet: row index -> places to empty (None: the whole row).

    Returns:
        None when the workbook is built in a way that cannot be mended.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {info.filename: book.read(info) for info in book.infolist()}
        infos = book.infolist()
    if any(name.startswith(_COPIES) for name in parts):
        return None
    paths = dict(_paths(parts))
    for sheet, rows in cuts.items():
        path = paths.get(sheet)
        if path is None or not _cut_rows(parts, path, rows):
            return None
    _drop_unused_texts(parts)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for info in infos:
            packed.writestr(
                zipfile.ZipInfo(info.filename, info.date_time), parts[info.filename], zipfile.ZIP_DEFLATED
            )
    return buffer.getvalue()


def texts_of(data: bytes) -> Iterator[str]:
    """Yield every text that the sheets of a workbook share, those of hidden sheets included."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        if "xl/sharedStrings.xml" in book.namelist():
            for found in _TEXT.findall(book.read("xl/sharedStrings.xml")):
                yield _plain(re.sub(rb"<[^>]*>", b"", found)).decode("utf-8", "replace")


def _paths(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield each sheet's name and part."""
    targets = {}
    for link in _LINK.findall(parts.get("xl/_rels/workbook.xml.rels", b"")):
        name, target = _ID.search(link), _TARGET.search(link)
        if name and target:
            path = target["target"].decode()
            targets[name["id"]] = path.lstrip("/") if path.startswith("/") else f"xl/{path}"
    for found in _SHEET.finditer(parts.get("xl/workbook.xml", b"")):
        if found["id"] in targets:
            yield _plain(found["name"]).decode(), targets[found["id"]]


def _plain(text: bytes) -> bytes:
    for entity, letter in reversed(_ENTITIES.items()):
        text = text.replace(entity, letter)
    return text


def _cut_rows(parts: dict[str, bytes], path: str, rows: Mapping[int, frozenset[int] | None]) -> bool:
    """Empty cells of a sheet; return whether every row was found."""
    if path not in parts:
        return False
    left = set(rows)

    def cut(found: re.Match[bytes]) -> bytes:
        index = int(found["row"]) - 1
        if index not in rows:
            return found[0]
        left.discard(index)
        places = rows[index]
        return _CELL.sub(
            lambda cell: b"" if places is None or _place(cell["column"]) in places else cell[0], found[0]
        )

    parts[path] = _ROW.sub(cut, parts[path])
    return not left


def _place(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _drop_unused_texts(parts: dict[str, bytes]) -> None:
    shared = "xl/sharedStrings.xml"
    if shared not in parts:
        return
    used: set[int] = set()
    for path, part in parts.items():
        if path.startswith("xl/worksheets/"):
            for cell in _CELL.finditer(part):
                used.update(int(number) for number in _SHARED.findall(cell[0]))
    numbers = iter(range(1 << 30))
    parts[shared] = _TEXT.sub(lambda text: text[0] if next(numbers) in used else _EMPTY_TEXT, parts[shared])
