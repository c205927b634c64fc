"""The tables in the terminal say what the pages say."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

import tables_shop
from laban.cli import main
from laban.report.views.tables import SPECS


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shop")
    tables_shop.build(root).close()
    return root


def laban(shop: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["table", *words, "-w", str(shop), "--period", "2026-10-19..2026-11-15"])


def test_the_tables_are_listed_by_their_questions(shop: Path) -> None:
    told = laban(shop, "--lang", "en")
    assert told.exit_code == 0
    assert all(name in told.output for name in SPECS)
    assert "Which campaign really makes money once the goods are paid for?" in told.output


def test_a_table_is_printed_with_its_remarks(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "240")
    told = laban(shop, "roas", "--sort", "ad_spend.desc", "--lang", "vi")
    assert told.exit_code == 0
    assert "Hòa vốn ở ROAS 2,00x" in told.output
    losing = next(line for line in told.output.splitlines() if line.startswith("Đẹp mà lỗ"))
    assert "dưới hòa vốn" in losing
    assert "4.000.000" in losing.replace("\N{NO-BREAK SPACE}", " ")


def test_the_same_view_is_json(shop: Path) -> None:
    told = laban(shop, "roas", "--by", "channel", "--top", "1", "--only", "platform=meta_ads", "--json")
    data = json.loads(told.output)
    (found,) = data["tables"]
    assert found["by"] == ["channel"]
    assert [row["others"] for row in found["rows"]] == [False, True]
    assert data["filters"][1]["chosen"] == "meta_ads"


def test_files_are_written(shop: Path, tmp_path: Path) -> None:
    csv_file, xlsx_file = tmp_path / "a.csv", tmp_path / "a.xlsx"
    told = laban(shop, "service", "--part", "mentions", "--csv", str(csv_file), "--xlsx", str(xlsx_file))
    assert told.exit_code == 0
    assert "Facebook" in csv_file.read_text("utf-8-sig")
    assert len(openpyxl.load_workbook(xlsx_file).worksheets) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["roaz"], "roas"),
        (["roas", "--by", "campain"], "campaign"),
        (["roas", "--part", "ad"], "ads"),
        (["roas", "--only", "channel"], "channel=paid_search"),
        (["roas", "--only", "channel=emial"], "email"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(shop: Path, words: list[str], says: str) -> None:
    told = laban(shop, *words)
    assert told.exit_code != 0
    assert says in told.output
