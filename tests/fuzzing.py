"""Files gone wrong: exports of every platform, mutated in bytes, rows and cells, and what must hold of each import.

A case is a seed and a number, so that any of them can be made again.
"""

from __future__ import annotations

import csv
import io
import random
import re
import signal
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from laban.i18n import LANGUAGES
from laban.report.templates import write_template
from laban.sources.demo import write_files
from laban.sources.demo.model import simulate
from laban.sources.mapping import Column, Platform, Table, platforms, template_names
from laban.workspace import ImportChoices, ImportOutcome, Workspace

TODAY = date(2026, 11, 23)
SECONDS = 5.0
LINES = 30
#: What stands in cells that nobody expects there.
CELLS = (
    *("", " ", "\u00a0", "-", "--", "—", "N/A", "null", "NaN", "∞", "#REF!", "#DIV/0!", "=1+1", "'=1", "@SUM(A1)"),
    *("0", "-1", "1e400", "9" * 40, "-0.000000001", "1,5", "1.5", "1.234", "1,234", "1.234.567,89", "1,234,567.89"),
    *("12 345", "1'234", "٣٤٥", "１２３", "₫1.000", "1000 đ", "$5", "(5)", "5-", "< 10%", "50%", "1/2", "0x10"),
    *("2026-02-30", "31/04/2026", "00/00/0000", "1899-12-30", "2999-01-01", "9999-12-31", "45000", "1e5"),
    *("tháng 13", "hôm qua", "Total", "Tổng cộng", "Tổng số: 5", "合計", "Feb 29, 2025", "2026-W60", "24:61:61"),
    *('"', '""', "'", "\\", '\\"', ",", ";", "\t", "\n", "\r", "a\nb", "\x00", "\ufeff", "\u202e", "𝒳"),
    *("x" * 5000, "é" * 50, "<script>alert(1)</script>", "{0} {x.y} %s", "../../etc", "'; DROP TABLE fact_order; --"),
    *("%", "09****678"),
    *("0912345678", "a@b.vn", "True", "Có", "VND", "USD", "₫", "EUR", "Đã giao", "đã giao ", "Hủy", "SQL"),
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258", "cp1252", "cp932", "utf-32")
_FIXED_TIME = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Case:
    """One file to import: its bytes, a name, and how it came about."""

    number: int
    name: str
    data: bytes
    made: str


# the corpus: files as they should be


@cache
def corpus() -> tuple[tuple[str, bytes], ...]:
    """Every kind of export: the demo company's, the sheets to fill in, and one table per report of every platform."""
    return (*_demo(), *_templates(), *_tables())


def _demo() -> Iterator[tuple[str, bytes]]:
    for file in write_files(simulate(7, date(2026, 11, 15), 12)):
        if file.name.endswith(".zip"):
            yield file.name, file.data
        else:
            text, encoding = _decoded(file.data)
            yield file.name, "".join(text.splitlines(keepends=True)[:LINES]).encode(encoding)


def _decoded(data: bytes) -> tuple[str, str]:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return data.decode(encoding, "replace"), encoding


def _templates() -> Iterator[tuple[str, bytes]]:
    import tempfile  # noqa: PLC0415  only the corpus needs a folder

    with tempfile.TemporaryDirectory() as folder:
        for name in template_names():
            for lang in LANGUAGES:
                path = Path(folder) / f"{name}.{lang}.xlsx"
                write_template(name, lang, path)
                yield path.name, path.read_bytes()


def _tables() -> Iterator[tuple[str, bytes]]:
    """A table for every report that any mapping knows, its headings taken from the mapping."""
    for platform in platforms().values():
        for number, table in enumerate(platform.tables):
            for lang in ("en", "vi"):
                dice = random.Random(f"{platform.id} {number} {lang}")  # noqa: S311  files, not secrets
                yield f"{platform.id} {table.name}.{lang}.csv", _report(platform, table, lang, dice)


def _report(platform: Platform, table: Table, lang: str, dice: random.Random) -> bytes:
    wanted = [*table.needs, *table.any, *table.cut]
    others = [name for name in platform.columns if name not in wanted and name not in table.without]
    names = [n for n in dict.fromkeys([*wanted, *dice.sample(others, min(len(others), 6))]) if n in platform.columns]
    columns = [(column, heading) for n in names if (heading := _heading(column := platform.columns[n], lang))]
    rows = [[_value(column, dice, row) for column, _ in columns] for row in range(12)]
    return _delimited([[heading for _, heading in columns], *rows], ",").encode()


def _heading(column: Column, lang: str) -> str:
    texts = [a for a in column.aliases if not a.text.startswith("/")]
    return next((a.text for a in texts if a.lang == lang), texts[0].text if texts else "")


def _value(column: Column, dice: random.Random, row: int) -> str:
    day = TODAY - timedelta(days=20 - row)
    kinds: dict[str, Callable[[], str]] = {
        "date": day.isoformat,
        "datetime": lambda: f"{day.isoformat()} 10:00",
        "currency": lambda: "VND",
        "flag": lambda: dice.choice(["Yes", "No"]),
        "pii_hash": lambda: f"09{dice.randrange(10**8):08}",
        "ratio": lambda: f"{dice.randrange(100)}%",
        "duration": lambda: "00:01:02",
        "text": lambda: dice.choice(["Chiến dịch A", "B – đợt 2", "C"]),
        "choice": lambda: dice.choice(["Email", "Đã giao", "Delivered", "Facebook"]),
    }
    low, high = column.within or (0, 5000)
    make = kinds.get(column.kind, lambda: str(dice.randrange(low, max(high, low + 1))))
    return make()


# mutations


def case(seed: int, number: int) -> Case:
    """Return one mutated file."""
    dice = random.Random(f"{seed}:{number}")  # noqa: S311  files, not secrets
    name, data = dice.choice(corpus())
    done = [name]
    for _ in range(dice.choice([1, 1, 1, 2, 2, 3, 5])):
        change = dice.choice(_CHANGES)
        done.append(change.__name__.strip("_"))
        data = change(data, dice)
    suffix = dice.choice([Path(name).suffix, ".csv", ".xlsx", ".xls", ".zip", ""])
    return Case(number, f"{number}{suffix}", data, " > ".join(done))


def _delimited(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def _flip(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice([1, 3, 20])):
        if changed:
            changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def _cut_off(data: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(data) + 1)
    return data[:place] if dice.random() < 0.7 else data[place:]


def _take_out(data: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data) + 1)
    return data[:start] + data[start + dice.randrange(1, 200) :]


def _put_in(data: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(data) + 1)
    junk = dice.choice(
        [b"\x00" * 9, b"\xff\xfe", b'"', b"\r\n\r\n", b"\xef\xbb\xbf", dice.randbytes(30), b",,,,,,", b"PK\x03\x04"]
    )
    return data[:place] + junk * dice.choice([1, 1, 40]) + data[place:]


def _twice(data: bytes, _: random.Random) -> bytes:
    return data + data


def _other_encoding(data: bytes, dice: random.Random) -> bytes:
    text, _ = _decoded(data)
    return text.encode(dice.choice(ENCODINGS), "replace")


def _zip_it(data: bytes, dice: random.Random) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(dice.choice([1, 1, 2])):
            packed.writestr(zipfile.ZipInfo(f"{number}.csv", _FIXED_TIME), data)
    return buffer.getvalue()


def _inside_zip(data: bytes, dice: random.Random) -> bytes:
    """Mutate a member of a zip or a part of a workbook and pack it again, so that what reads it sees the fault."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = [(info.filename, packed.read(info)) for info in packed.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return _flip(data, dice)
    except Exception:  # noqa: BLE001  zlib's own errors, and whatever a damaged directory leads to
        return _flip(data, dice)
    if not members:
        return data
    buffer = io.BytesIO()
    place = dice.randrange(len(members))
    change = dice.choice([_flip, _cut_off, _take_out, _put_in, _swap_numbers])
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, (name, content) in enumerate(members):
            if number == place and dice.random() < 0.1:
                continue
            packed.writestr(zipfile.ZipInfo(name, _FIXED_TIME), change(content, dice) if number == place else content)
    return buffer.getvalue()


def _swap_numbers(data: bytes, dice: random.Random) -> bytes:
    value = dice.choice([b"1e999", b"-1", b"99999999999999999999", b"0.1", b"45000", b"NaN"])
    return re.sub(rb"(?<=<v>)\d+(?=</v>)", value, data, count=dice.choice([1, 5, 1000]))


def _as_html(data: bytes, _: random.Random) -> bytes:
    rows = _rows(data)[0]
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<html><table>{cells}</table></html>".encode("utf-8", "replace")


def _rows(data: bytes) -> tuple[list[list[str]], str]:
    text = _decoded(data)[0]
    delimiter = max(",;\t|", key=text[:4000].count)
    try:
        return list(csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=delimiter)), delimiter
    except csv.Error:
        return [line.split(delimiter) for line in text.splitlines()], delimiter


def _with_rows(change: Callable[[list[list[str]], random.Random], None]) -> Callable[[bytes, random.Random], bytes]:
    def changed(data: bytes, dice: random.Random) -> bytes:
        if data.startswith(b"PK"):
            return _inside_zip(data, dice)
        rows, delimiter = _rows(data)
        if rows:
            change(rows, dice)
        return _delimited(rows, delimiter).encode("utf-8", "surrogatepass")

    changed.__name__ = change.__name__
    return changed


def _cells(rows: list[list[str]], dice: random.Random) -> None:
    for _ in range(dice.choice([1, 1, 2, 5, 30])):
        row = dice.choice(rows)
        if row:
            row[dice.randrange(len(row))] = dice.choice(CELLS)


def _drop_row(rows: list[list[str]], dice: random.Random) -> None:
    del rows[dice.randrange(len(rows))]


def _repeat_row(rows: list[list[str]], dice: random.Random) -> None:
    row = list(dice.choice(rows))
    rows[dice.randrange(len(rows)) : 0] = [list(row) for _ in range(dice.choice([1, 2, 50]))]


def _shuffle_rows(rows: list[list[str]], dice: random.Random) -> None:
    dice.shuffle(rows)


def _blank_row(rows: list[list[str]], dice: random.Random) -> None:
    rows.insert(dice.randrange(len(rows) + 1), dice.choice([[], [""], [""] * 9, ["Total"], ["# note"], ["Báo cáo"]]))


def _total_row(rows: list[list[str]], dice: random.Random) -> None:
    width = max(map(len, rows))
    label = dice.choice(["Total", "Tổng cộng", "Total: Campaigns", "合計", ""])
    rows.insert(dice.choice([1, len(rows)]), [label, *[str(dice.randrange(9999)) for _ in range(width - 1)]])


def _drop_column(rows: list[list[str]], dice: random.Random) -> None:
    place = dice.randrange(max(map(len, rows), default=0) or 1)
    for row in rows:
        del row[place : place + 1]


def _repeat_column(rows: list[list[str]], dice: random.Random) -> None:
    place = dice.randrange(max(map(len, rows), default=0) or 1)
    for row in rows:
        row.extend(row[place : place + 1])


def _swap_columns(rows: list[list[str]], dice: random.Random) -> None:
    width = min(map(len, rows))
    if width > 1:
        one, two = dice.sample(range(width), 2)
        for row in rows:
            row[one], row[two] = row[two], row[one]


def _swap_headings(rows: list[list[str]], dice: random.Random) -> None:
    dice.shuffle(rows[0])


def _cell_column(rows: list[list[str]], dice: random.Random) -> None:
    place, value = dice.randrange(max(map(len, rows), default=0) or 1), dice.choice(CELLS)
    for row in rows[1:]:
        if place < len(row):
            row[place] = value


def _lengthen_rows(rows: list[list[str]], dice: random.Random) -> None:
    dice.choice(rows).extend(["x"] * dice.choice([1, 3, 400]))


def _other_delimiter(data: bytes, dice: random.Random) -> bytes:
    rows, _ = _rows(data)
    return _delimited(rows, dice.choice(",;\t|")).encode("utf-8", "surrogatepass")


def _wrap_lines(data: bytes, _: random.Random) -> bytes:
    text = _decoded(data)[0]
    return "".join('"' + line.replace('"', '""') + '"\n' for line in text.splitlines()).encode("utf-8", "replace")


_CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_flip, _cut_off, _take_out, _put_in, _twice, _other_encoding, _zip_it, _inside_zip, _as_html),
    *(_other_delimiter, _wrap_lines),
    *map(
        _with_rows,
        (_cells, _cells, _cells, _drop_row, _repeat_row, _shuffle_rows, _blank_row, _total_row, _drop_column,
         _repeat_column, _swap_columns, _swap_headings, _cell_column, _cell_column, _lengthen_rows),
    ),
)  # fmt: skip


# what must hold


class TooSlowError(Exception):
    """An import that takes longer than it may."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise in the block when it takes longer, where the system has timers."""

    def ring(_: int, __: FrameType | None) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def check(workspace: Workspace, one: Case, folder: Path) -> str:
    """Import a case and take it back; return its status.

    Raises:
        AssertionError: something does not hold.
    """
    path = folder / one.name
    path.write_bytes(one.data)
    before = _state(workspace)
    start = time.perf_counter()
    with within(SECONDS):
        outcome = workspace.import_file(path, choices=ImportChoices(accept=one.number % 2 == 0))
    assert time.perf_counter() - start < SECONDS, "too slow"
    _says_what(outcome)
    if outcome.status == "loaded":
        _is_whole(workspace, outcome, before)
        workspace.undo(outcome.import_id or 0)
        assert _state(workspace)[1:] == before[1:], "undoing left something behind"
    else:
        assert outcome.status in {"refused", "empty"}, outcome.status
        assert outcome.import_id is None
        assert _state(workspace) == before, "a file that was not loaded left something behind"
    path.unlink()
    return outcome.status


def _says_what(outcome: ImportOutcome) -> None:
    for lang in LANGUAGES:
        told = outcome.as_json(lang)
        assert all(finding["message"] for finding in told["findings"])
        assert not any("older version" in finding["message"] for finding in told["findings"]), told["findings"]
        assert not any("Traceback" in finding["message"] for finding in told["findings"])
    if outcome.status == "refused":
        assert any(finding.level == "error" for finding in outcome.findings), "refused without a reason"


def _is_whole(workspace: Workspace, outcome: ImportOutcome, before: tuple[Any, ...]) -> None:
    query, number = workspace.warehouse.query, outcome.import_id
    ((logged,),) = query("SELECT rows FROM import_log WHERE id = ?", [number])
    assert logged == outcome.reading.rows, "the log and the reading disagree"
    facts = [fact for (fact,) in query("SELECT DISTINCT fact FROM slice WHERE import_id = ?", [number])]
    stored = {
        fact: query(f"SELECT count(*) FROM {fact} f JOIN slice s USING (slice_id) WHERE s.import_id = ?", [number])[
            0
        ][0]
        for fact in facts
    }
    if outcome.reading.slices:
        read: dict[str, int] = {}
        for part in outcome.reading.slices:
            read[part.fact] = read.get(part.fact, 0) + len(part.rows)
        assert stored == {fact: n for fact, n in read.items() if fact in stored}, (
            "not every row that was read is there"
        )
    elif facts:
        assert any(stored.values()), "loaded without rows"
    assert workspace.warehouse.version > before[0]


def _state(workspace: Workspace) -> tuple[Any, ...]:
    """Version, live imports, slices and what counts: what a file that is not loaded must not change."""
    (row,) = workspace.warehouse.query(
        "SELECT (SELECT version FROM meta), (SELECT count(*) FROM import_log WHERE undone_at IS NULL), "
        "(SELECT count(*) FROM slice), (SELECT count(*) FROM active), (SELECT count(*) FROM fact_order), "
        "(SELECT count(*) FROM fact_ad_performance), (SELECT count(*) FROM fact_web_sessions)"
    )
    return row
