"""Reading in bulk gives what reading cell by cell gives, or steps aside."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laban.bulk import BulkOutcome, BulkPlan, ColumnSpec
from laban.sources.model import Finding, Reading, Slice, Status
from laban.warehouse import LoadOutcome, Warehouse
from warehouse_rows import NOON, D, ads, day, load

BLANKS = " \t\r\n\u00a0\u200b\u202f\ufeff\u2007\u2060"
EMPTY = ("", "--", "n/a", "Không có")
DEVICES = {"mobile phones": "mobile", "máy tính": "desktop"}
NUMBERS = ("impressions", "clicks", "spend", "conversions")
HEADER = ("Day", "Campaign", "Device", "Currency", *NUMBERS)


@dataclass(frozen=True)
class Style:
    """How a generated file writes its numbers and lines."""

    group: str = ","
    decimal: str = "."
    affixes: tuple[str, ...] = ()
    delimiter: str = ","
    newline: str = "\n"
    date_format: str = "%Y-%m-%d"


def numbers(style: Style, name: str, source: int) -> ColumnSpec:
    group, decimal, affixes = style.group, style.decimal, style.affixes
    return ColumnSpec(name, "number", source, empty=EMPTY, group=group, decimal=decimal, affixes=affixes)


def plan_of(path: Path, style: Style, slow: Callable[[], Reading]) -> BulkPlan:
    specs = tuple(numbers(style, name, source) for source, name in enumerate(NUMBERS, 4))
    columns = (
        ColumnSpec("date", "date", 0, date_format=style.date_format),
        ColumnSpec("campaign", "text", 1, empty=EMPTY),
        ColumnSpec("device", "lookup", 2, value="other", empty=EMPTY, lookup=DEVICES),
        ColumnSpec("currency", "text", 3, empty=EMPTY),
        ColumnSpec("channel_group", "constant", value="paid_search"),
        *specs,
    )
    part = Slice("fact_ad_performance", "google_ads", "it's mine", "campaign", "day", None, None, (), ())
    totals = tuple(replace(spec, name=f"ad_{spec.name}") for spec in specs)

    def finish(outcome: BulkOutcome) -> Reading:
        last = outcome.last and outcome.last + timedelta(days=1)
        status: Status = "loaded" if outcome.rows else "empty"
        return Reading(path.name, "google_ads", status, outcome.rows, outcome.first, last, totals=outcome.totals)

    limits = (date(2000, 1, 1), date(2027, 1, 1))
    return BulkPlan(
        *(
            path,
            style.delimiter,
            '"',
            3,
            len(HEADER),
            columns,
            totals,
            r"^(?i:total|tổng)",
            part,
            limits,
            finish,
            slow,
        )
    )


def write(path: Path, rows: Sequence[Sequence[str]], style: Style) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=style.delimiter, lineterminator=style.newline)
    text.write(f"Campaign report{style.newline}November 2026{style.newline}")
    writer.writerows([HEADER, *rows])
    path.write_bytes(text.getvalue().encode())


class MisfitError(Exception):
    """A cell the plan does not allow."""


def cell_by_cell(rows: Sequence[Sequence[str]], style: Style) -> list[tuple[Any, ...]]:
    """The plan's meaning, spelled out one cell at a time."""
    found = []
    for row in rows:
        if any(re.search(r"^(?i:total|tổng)", cell.strip(BLANKS)) for cell in row[:2]) or not any(row):
            continue
        when, campaign, device, currency, *measures = (cell.strip(BLANKS) for cell in row)
        try:
            placed = datetime.strptime(when, style.date_format).date()  # noqa: DTZ007  a day, not a moment
        except ValueError:
            raise MisfitError(when) from None
        if not date(2000, 1, 1) <= placed < date(2027, 1, 1):
            raise MisfitError(when)
        text = [None if is_nothing(cell) else cell for cell in (campaign, currency)]
        known = None if is_nothing(device) else DEVICES.get(device.lower(), "other")
        counted = [number(cell, style, whole=place < 2) for place, cell in enumerate(measures)]
        found.append((placed, text[0], known, text[1], "paid_search", "it's mine", *counted))
    return found


def is_nothing(text: str) -> bool:
    return text.lower() in {word.lower() for word in EMPTY}


def number(text: str, style: Style, *, whole: bool) -> Decimal | None:
    if is_nothing(text):
        return None
    for affix in sorted(style.affixes, key=len, reverse=True):
        if text.startswith(affix) or text.endswith(affix):
            text = (text.removeprefix(affix) if text.startswith(affix) else text.removesuffix(affix)).strip(BLANKS)
            break
    grouped = rf"|[0-9]{{1,3}}({re.escape(style.group)}[0-9]{{3}})+"
    if not re.fullmatch(rf"-?([0-9]+{grouped})({re.escape(style.decimal)}[0-9]+)?", text):
        raise MisfitError(text)
    value = Decimal(text.replace(style.group, "").replace(style.decimal, "."))
    if whole and value != int(value):
        raise MisfitError(text)
    return value


STORED = (
    "date, campaign, device, currency, channel_group, account, impressions, clicks, spend, conversions"
    " FROM fact_ad_performance_live"
)


def take_in(warehouse: Warehouse, folder: Path, rows: Sequence[Sequence[str]], style: Style) -> LoadOutcome:
    path = folder / "big.csv"
    write(path, rows, style)
    slow = Reading(path.name, "google_ads", "refused", findings=(Finding("info", "the_long_way"),))
    reading = Reading(path.name, "google_ads", "loaded", bulk=plan_of(path, style, lambda: slow))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return warehouse.load(reading, digest=digest, name=path.name, path=path, loaded_at=NOON)


def in_order(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: [(cell is not None, str(cell)) for cell in row[:6]] + [str(row[6:])])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Warehouse, Path]]:
    folder = tmp_path_factory.mktemp("bulk")
    with Warehouse.open(folder / "warehouse.duckdb") as opened:
        yield opened, folder


def _written(style: Style, *, whole_only: bool) -> st.SearchStrategy[str]:
    """Numbers in the file's own style, now and then with something beside them that may or may not belong."""
    whole = st.integers(-5, 10**7).map(lambda n: f"{n:,}".replace(",", style.group))
    plain = st.integers(0, 10**7).map(str)
    point = st.tuples(whole, st.integers(0, 99)).map(lambda p: f"{p[0]}{style.decimal}{p[1]:02d}")
    beside = st.sampled_from(
        [f"{affix}5" for affix in style.affixes] + [f"7 {affix}" for affix in style.affixes] + ["8"]
    )
    nothing = st.sampled_from(("", "--", " N/A", "0", "\u00a01"))
    odd = st.sampled_from(
        ("1e5", "1,23", "1.5", "12 345", "+4", "1.234.56", "x", "٣", "5-", "-", "0x10", "1_000", "nan")
    )
    usual = st.one_of(whole, plain, beside, nothing, *([] if whole_only else [point]))
    return st.integers(0, 60).flatmap(lambda chance: usual if chance else odd)


TEXTS = st.one_of(
    st.sampled_from(
        ("Tết 2026", " khoảng trắng ", "--", "không có", "", '"quoted"', "a,b;c", "=1+1", "x\u00a0", "Total x")
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n", exclude_categories=("Cs", "Cc")), max_size=8),
)
DEVICE = st.sampled_from(("Mobile phones", "MÁY TÍNH", "máy tính", " mobile phones", "Tablets", "--", ""))
STYLES = st.builds(
    Style,
    group=st.just(","),
    affixes=st.sampled_from(((), ("$", "US$", "₫"))),
    delimiter=st.sampled_from((",", ";", "\t")),
    newline=st.sampled_from(("\n", "\r\n")),
    date_format=st.sampled_from(("%Y-%m-%d", "%d/%m/%Y")),
) | st.builds(Style, group=st.just("."), decimal=st.just(","), affixes=st.just(("₫", "đ")))


@st.composite
def files(draw: st.DrawFn) -> tuple[Style, list[list[str]]]:
    style = draw(STYLES)
    days = st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(lambda d: d.strftime(style.date_format))
    count, amount = _written(style, whole_only=True), _written(style, whole_only=False)
    row = st.tuples(days, TEXTS, DEVICE, st.sampled_from(("VND", "USD ", "")), count, count, amount, amount)
    rows = [list(r) for r in draw(st.lists(row, min_size=1, max_size=6))]
    if draw(st.booleans()):
        rows.append([f"Total: {draw(TEXTS)}", "--", "--", "VND", "9", "9", "9", "9"])
    if draw(st.booleans()):
        rows.append([""] * len(HEADER))
    return style, rows


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files())
def test_bulk_is_cell_by_cell_and_steps_aside_when_a_cell_does_not_fit(
    shared: tuple[Warehouse, Path], case: tuple[Style, list[list[str]]]
) -> None:
    warehouse, folder = shared
    style, rows = case
    for record in warehouse.imports():
        warehouse.undo(record.id, NOON)
    outcome = take_in(warehouse, folder, rows, style)
    try:
        expected = cell_by_cell(rows, style)
    except MisfitError:
        assert outcome.findings == (Finding("info", "the_long_way"),)
        assert warehouse.query("SELECT count(*) FROM fact_ad_performance") == [(0,)]
        return
    assert in_order(warehouse.query(f"SELECT {STORED}")) == in_order(expected)
    assert outcome.reading.rows == len(expected)
    if outcome.import_id is None:
        assert (outcome.status, expected) == ("empty", [])
        return
    for place, name in enumerate(NUMBERS, 6):
        assert outcome.reading.totals[f"ad_{name}"] == sum(row[place] or 0 for row in expected)
    assert outcome.reading.start == min(row[0] for row in expected)


GOOD = ["2026-11-01", "Tết", "Mobile phones", "VND", "1,234", "5", "1,234,567.89", "0.5"]


@pytest.mark.parametrize(
    ("place", "cell"),
    [
        (0, "1899-12-30"),
        (0, "2999-01-01"),
        (0, ""),
        (0, "2026-13-01"),
        (0, "01/11/2026"),
        (4, "1.5"),
        (4, "99999999999999999999"),
        (5, "12,34"),
        (6, "0.123456789"),
        (6, "1e5"),
        (6, "٣"),
        (7, "< 10%"),
    ],
)
def test_one_cell_that_does_not_fit_sends_the_file_the_long_way(tmp_path: Path, place: int, cell: str) -> None:
    odd = list(GOOD)
    odd[place] = cell
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        outcome = take_in(warehouse, tmp_path, [GOOD] * 5 + [odd] + [GOOD] * 5, Style())
        assert outcome.findings == (Finding("info", "the_long_way"),)
        assert warehouse.query("SELECT count(*) FROM fact_ad_performance") == [(0,)]
        assert warehouse.imports(include_undone=True) == []
    assert list((tmp_path / "archive").iterdir()) == []


@pytest.mark.parametrize("row", [GOOD[:5], [*GOOD, "more"]], ids=["short", "long"])
def test_a_row_of_another_width_sends_the_file_the_long_way(tmp_path: Path, row: list[str]) -> None:
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        outcome = take_in(warehouse, tmp_path, [GOOD, row, GOOD], Style())
    assert outcome.findings == (Finding("info", "the_long_way"),)


def test_a_path_that_looks_like_a_pattern_is_not_one(tmp_path: Path) -> None:
    folder = tmp_path / "exports[2026]"
    folder.mkdir()
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        outcome = take_in(warehouse, folder, [GOOD], Style())
    assert outcome.findings == (Finding("info", "the_long_way"),)


def test_the_long_way_is_loaded_when_it_gives_rows(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    write(path, [[*GOOD[:7], "x"]], Style())
    part = ads([(day(1), "x", "7")], day(1), day(2))
    slow = Reading(path.name, "google_ads", "loaded", 1, slices=(part,))
    reading = Reading(path.name, "google_ads", "loaded", bulk=plan_of(path, Style(), lambda: slow))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        outcome = warehouse.load(reading, digest=digest, name="big.csv", path=path, loaded_at=NOON)
        assert (outcome.import_id, outcome.reading) == (1, slow)
        assert warehouse.query("SELECT spend FROM fact_ad_performance_live") == [(7,)]
    assert [p.name for p in (tmp_path / "archive").iterdir()] == [f"{digest}.zst"]


def test_bulk_replaces_days_and_converts_money_like_any_import(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        warehouse.set_rates("VND", {"USD": D(26000)})
        part = replace(ads([(day(1), "Tết", "7"), (day(2), "Tết", "8")], day(1), day(3)), account="it's mine")
        load(warehouse, tmp_path, "a", part)
        dollars = [*GOOD[:3], " usd", *GOOD[4:6], "2.50", "1"]
        dollars[3] = " USD "
        outcome = take_in(warehouse, tmp_path, [GOOD, dollars, [*GOOD[:3], "EUR", *GOOD[4:]]], Style())
        assert [f.code for f in outcome.findings] == ["no_exchange_rate", "replaced_days"]
        stored = "SELECT currency, spend, spend_reporting FROM fact_ad_performance_live ORDER BY date, currency"
        assert warehouse.query(stored) == [
            ("EUR", D("1234567.89"), None),
            ("USD", D("2.5"), D(65000)),
            ("VND", D("1234567.89"), D("1234567.89")),
            ("VND", D(8), D(8)),
        ]


def test_a_total_the_fact_does_not_keep_is_summed_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    write(path, [GOOD, GOOD, ["Total", "--", "--", "", "1", "1", "1", "1"]], Style())
    plan = plan_of(path, Style(), lambda: Reading(path.name, None, "refused"))
    plan = replace(plan, columns=tuple(c for c in plan.columns if c.name != "spend"))
    reading = Reading(path.name, "google_ads", "loaded", bulk=plan)
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        outcome = warehouse.preview(reading)
        assert outcome.reading.totals["ad_spend"] == D("2469135.78")
        assert (outcome.import_id, outcome.status, outcome.reading.rows) == (None, "loaded", 2)
        assert warehouse.query("SELECT count(*) FROM fact_ad_performance") == [(0,)]
    assert not (tmp_path / "archive").exists()
