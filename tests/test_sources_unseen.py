"""Headings that no real file vouches for: the first import says so, the next ones believe it."""

from __future__ import annotations

from pathlib import Path

import pytest

from laban.i18n import LANGUAGES
from laban.sources.mapping import platform
from laban.workspace import ImportChoices, ImportOutcome, Workspace, finding_json
from source_files import read, table

CODE = "alias_unconfirmed"
SPEND = ("Ngày", "Chiến dịch", "Lượt nhấp", "Số lượt hiển thị", "Chi phí", "Mã đơn vị tiền tệ")


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "shop")


def bring(shop: Workspace, day: int, headings: tuple[str, ...] = SPEND) -> ImportOutcome:
    path = shop.inbox / f"{day}.csv"
    path.write_text(table(headings, (f"2026-01-{day:02}", "Tết", 3, 100, 50000, "VND")), "utf-8")
    return shop.import_file(path)


def told(outcome: ImportOutcome) -> list[str]:
    return [f.values["headings"] for f in outcome.findings if f.code == CODE]


def test_a_spelling_seen_in_a_real_file_is_not_questioned(tmp_path: Path) -> None:
    row = ("2026-01-01", "Tết", 3, 100, 50000, "VND")
    seen = read(tmp_path, table(("Day", "Campaign", "Clicks", "Impr.", "Cost", "Currency code"), row))
    assert (seen.status, seen.unseen) == ("loaded", ())
    assert read(tmp_path, table(SPEND, row)).unseen == SPEND


def test_the_best_mark_of_a_spelling_counts() -> None:
    search = platform("gsc")
    assert [search.evidence(text) for text in ("Clicks", "Số lần nhấp", "Lượt nhấp", "Bananas")] == [
        "F",
        "C",
        "R",
        None,
    ]
    assert search.evidence("Last 3 months Clicks") == "F"


def test_the_first_import_asks_and_the_next_is_silent(shop: Workspace) -> None:
    first = bring(shop, 1)
    assert told(first) == [" · ".join(SPEND)]
    assert [f.level for f in first.findings if f.code == CODE] == ["info"]
    assert told(bring(shop, 2)) == []
    assert bring(shop, 1).status == "unchanged"


def test_only_new_headings_are_asked_about(shop: Workspace) -> None:
    bring(shop, 1)
    assert told(bring(shop, 2, (*SPEND[:3], "Lượt hiển thị", *SPEND[4:]))) == ["Lượt hiển thị"]
    assert told(bring(shop, 3, (*SPEND[:3], "Lượt hiển thị", *SPEND[4:]))) == []


def test_a_heading_that_only_memory_speaks_for_is_a_warning(shop: Workspace) -> None:
    outcome = bring(shop, 1, (*SPEND[:3], "Lượt hiển thị", *SPEND[4:]))
    assert [f.level for f in outcome.findings if f.code == CODE] == ["warning"]


def test_an_import_taken_back_confirms_nothing(shop: Workspace) -> None:
    first = bring(shop, 1)
    assert first.import_id is not None
    shop.undo(first.import_id)
    assert told(bring(shop, 2)) == [" · ".join(SPEND)]


def test_a_trial_confirms_nothing(shop: Workspace) -> None:
    path = shop.inbox / "a.csv"
    path.write_text(table(SPEND, ("2026-01-05", "Tết", 3, 100, 50000, "VND")), "utf-8")
    assert told(shop.import_file(path, dry_run=True)) == told(shop.import_file(path, dry_run=True)) != []


def test_a_large_file_asks_too(shop: Workspace) -> None:
    rows = [(f"2026-01-{n % 28 + 1:02}", f"Chiến dịch số {n:06}", 3, 100, 50000, "VND") for n in range(70_000)]
    path = shop.inbox / "large.csv"
    path.write_text(table(SPEND, *rows), "utf-8")
    outcome = shop.import_file(path, choices=ImportChoices(account="A"))
    assert (outcome.reading.rows, told(outcome)) == (70_000, [" · ".join(SPEND)])
    assert told(bring(shop, 2)) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_notice_is_told_again_from_the_log(shop: Workspace, lang: str) -> None:
    outcome = bring(shop, 1)
    (finding,) = (f for f in outcome.findings if f.code == CODE)
    (record,) = shop.imports()
    (kept,) = (f for f in record.found() if f.code == CODE)
    assert finding_json(kept, lang) == finding_json(finding, lang)
    assert "Số lượt hiển thị" in finding_json(kept, lang)["message"]
