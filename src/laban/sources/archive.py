"""Zip files, opened with suspicion: what a member says about its size is checked against what comes out of it."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from laban.sources.book import UnreadableError

#: No marketing export comes near these; a file made to exhaust the machine does.
MOST_MEMBERS = 1_000
MOST_BYTES = 300 * 1024 * 1024
MOST_CELLS = 12_000_000
_CHUNK = 1 << 18
_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"')
_OPENING = b"<c r="


def members_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every member that could be a table.

    Raises:
        UnreadableError: the zip is broken, encrypted, or too big when unpacked.
    """
    with _opened(path) as archive, path.open("rb") as file:
        infos = [info for info in archive.infolist() if not _is_noise(info)]
        _check_directory(archive.infolist())
        for info in infos:
            yield member_name(info), b"".join(_inflated(file, info))


def check_workbook(source: Path | bytes) -> bool:
    """Check the parts of an ``.xlsx`` before a reader unpacks them; return whether it is a workbook at all.

    Raises:
        UnreadableError: the file is broken, encrypted, or far bigger inside than it looks.
    """
    with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file, _opened(file) as archive:
        infos = archive.infolist()
        _check_directory(infos)
        names = {info.filename for info in infos}
        if "xl/workbook.xml" not in names and "xl/workbook.bin" not in names:
            return False
        for info in infos:
            if info.filename.startswith("xl/"):
                _check_part(file, info)
    return True


def member_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; one written without the UTF-8 flag is read as UTF-8 where that works."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def _opened(source: Path | BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableError("broken_zip") from error


def _is_noise(info: zipfile.ZipInfo) -> bool:
    parts = info.filename.replace("\\", "/").split("/")
    return info.is_dir() or any(part.startswith((".", "__MACOSX", "~$")) for part in parts)


def _check_directory(infos: list[zipfile.ZipInfo]) -> None:
    total = sum(info.file_size for info in infos)
    if len(infos) > MOST_MEMBERS or total > MOST_BYTES:
        raise UnreadableError("zip_bomb", values={"members": len(infos), "megabytes": total // 1_048_576})
    if any(info.flag_bits & 0x1 for info in infos):
        raise UnreadableError("encrypted")


def _inflated(file: BinaryIO, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what really comes out of a member, read past the library that trusts the declared size."""
    if info.header_offset < 0:
        raise UnreadableError("broken_zip", member=member_name(info))
    file.seek(info.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04" or info.compress_type not in (0, 8):
        raise UnreadableError("broken_zip", member=member_name(info))
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    inflate = zlib.decompressobj(-15) if info.compress_type else None
    left, out = info.compress_size, 0
    while left > 0 and (raw := file.read(min(left, _CHUNK))):
        left -= len(raw)
        for piece in _pieces(inflate, raw, info) if inflate else (raw,):
            out += len(piece)
            if out > info.file_size:
                raise UnreadableError("broken_zip", member=member_name(info))
            yield piece
    if left or out != info.file_size:
        raise UnreadableError("broken_zip", member=member_name(info))


def _pieces(inflate: zlib._Decompress, raw: bytes, info: zipfile.ZipInfo) -> Iterator[bytes]:
    while raw:
        try:
            yield inflate.decompress(raw, _CHUNK)
        except zlib.error as error:
            raise UnreadableError("broken_zip", member=member_name(info)) from error
        raw = inflate.unconsumed_tail


def _check_part(file: BinaryIO, info: zipfile.ZipInfo) -> None:
    """Unpack a part once, counting; of a sheet also look how far apart its cells lie.

    A reader keeps the rectangle from the first to the last cell, so two cells at the far corners of a sheet fill
    the memory.
    """
    is_sheet = info.filename.startswith("xl/worksheets/")
    columns = rows = 0
    tail = b""
    for piece in _inflated(file, info):
        if not is_sheet or _OPENING not in (text := tail + piece):
            continue
        for column, row in _CELL.findall(text):
            rows = max(rows, int(row))
            columns = max(columns, _column_number(column))
        tail = text[-32:]
        if rows * columns > MOST_CELLS:
            raise UnreadableError("sheet_too_big", values={"rows": rows, "columns": columns})


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
