"""Files as platforms write them, made in the test that needs them, so that every byte of a trap is in sight."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from laban.sources import read_file
from laban.sources.model import Reading, ReadOptions, Slice

#: What can be read is taken, so that a test sees what became of the rest; files are refused whole by default.
OPTIONS = ReadOptions(hash_key=b"a key of this workspace only....", today=date(2026, 11, 23), accept=True)


def read(folder: Path, data: bytes | str, name: str = "file.csv", **options: Any) -> Reading:
    """Write a file and read it."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_file(path, replace(OPTIONS, **options))


def codes(reading: Reading, level: str | None = None) -> list[str]:
    """Return the codes of the findings, of one level or of all."""
    return [finding.code for finding in reading.findings if level in (None, finding.level)]


def totals(reading: Reading) -> dict[str, str]:
    """Return the totals as plain digits without trailing zeros."""
    return {name: plain(value) for name, value in reading.totals.items()}


def plain(value: Any) -> str:
    """Return a number as plain digits without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def only(reading: Reading, fact: str) -> Slice:
    """Return the one slice of a fact."""
    found = [piece for piece in reading.slices if piece.fact == fact]
    assert len(found) == 1, found
    return found[0]


def records(piece: Slice) -> list[dict[str, Any]]:
    """Return the rows of a slice by column."""
    return [dict(zip(piece.columns, row, strict=True)) for row in piece.rows]


def table(*rows: Sequence[object], delimiter: str = ",") -> str:
    """Return rows as delimited text, quoting what needs it."""
    return "".join(delimiter.join(_quoted(cell, delimiter) for cell in row) + "\n" for row in rows)


def _quoted(cell: object, delimiter: str) -> str:
    text = str(cell)
    special = delimiter in text or '"' in text or "\n" in text
    return '"' + text.replace('"', '""') + '"' if special else text


def zipped(members: Mapping[str, bytes | str], *, utf8_names: bool = True) -> bytes:
    """Return a zip; without the UTF-8 flag names come out as mojibake, as some platforms write them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name if utf8_names else name.encode("cp437", "replace").decode("cp437"))
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def workbook(sheets: Mapping[str, Any]) -> bytes:
    """Return an ``.xlsx`` with these sheets."""
    import openpyxl  # noqa: PLC0415  slow, and most tests need none

    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
