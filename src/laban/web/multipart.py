"""Reading an upload as it arrives: every file goes straight to disk, names are not trusted, size is limited."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

MAX_FILES: Final = 200
_MAX_FIELD = 4096
_LONGEST_NAME = 120


class UploadError(Exception):
    """An upload that cannot be taken; ``key`` names the sentence, ``status`` the answer."""

    def __init__(self, key: str, status: int) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


@dataclass(frozen=True, slots=True)
class Uploaded:
    """One file on disk under a name of ours, and the (cleaned) name it came with."""

    path: Path
    name: str


@dataclass(slots=True)
class Form:
    """What an upload held."""

    files: list[Uploaded] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


def clean_name(name: str) -> str:
    """Return the last part of a file name without control or direction characters, cut to a sane length.

    Only for showing: files are never stored under a name from outside. What is left may be empty.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    shown = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip().lstrip(".")
    if len(shown) > _LONGEST_NAME:
        stem, dot, suffix = shown.rpartition(".")
        tail = f"…{dot}{suffix}" if dot and len(suffix) <= 8 else "…"
        shown = (stem if dot else shown)[: _LONGEST_NAME - len(tail)] + tail
    return shown


class _Receiver:
    """Callbacks of the parser: writes file parts to ``folder``, collects fields."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.form = Form()
        self._header = b""
        self._value = b""
        self._disposition = b""
        self._open: IO[bytes] | None = None
        self._field: tuple[str, bytearray] | None = None

    def on_part_begin(self) -> None:
        self._header = self._value = self._disposition = b""

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"").decode("utf-8", "replace")
        filename = options.get(b"filename")
        if filename is None:
            self._field = (name, bytearray())
            return
        if len(self.form.files) >= MAX_FILES:
            raise UploadError("web.upload.too_many", 413)
        path = self.folder / f"{len(self.form.files):04d}"
        self._open = path.open("xb")
        self.form.files.append(Uploaded(path, clean_name(filename.decode("utf-8", "replace"))))

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._open is not None:
            self._open.write(data[start:end])
        elif self._field is not None:
            if len(self._field[1]) + end - start > _MAX_FIELD:
                raise UploadError("web.upload.unreadable", 400)
            self._field[1].extend(data[start:end])

    def on_part_end(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
        elif self._field is not None:
            name, value = self._field
            self.form.fields[name] = value.decode("utf-8", "replace")
            self._field = None

    def close(self) -> None:
        if self._open is not None:
            self._open.close()


async def receive(content_type: str, stream: AsyncIterator[bytes], folder: Path, limit: int) -> Form:
    """Read a ``multipart/form-data`` body into files in ``folder``.

    A body above ``limit`` bytes is read to its end without being kept, so that the browser gets to see the
    answer instead of a broken connection; ten times the limit ends that patience.

    Raises:
        UploadError: too large, too many files, or not a readable form.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise UploadError("web.upload.unreadable", 400)
    receiver = _Receiver(folder)
    try:
        return await _parse(receiver, boundary, stream, limit)
    except FormParserError:
        raise UploadError("web.upload.unreadable", 400) from None
    finally:
        receiver.close()


async def _parse(receiver: _Receiver, boundary: bytes, stream: AsyncIterator[bytes], limit: int) -> Form:
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": receiver.on_part_begin,
            "on_part_data": receiver.on_part_data,
            "on_part_end": receiver.on_part_end,
            "on_header_field": receiver.on_header_field,
            "on_header_value": receiver.on_header_value,
            "on_header_end": receiver.on_header_end,
            "on_headers_finished": receiver.on_headers_finished,
        },
    )
    size = 0
    async for chunk in stream:
        size += len(chunk)
        if size <= limit:
            parser.write(chunk)
        elif size > 10 * limit:
            break
    if size > limit:
        raise UploadError("web.upload.too_large", 413)
    parser.finalize()
    return receiver.form
