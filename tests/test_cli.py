"""The command line, as a person and as a program use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from laban.cli import COMMANDS, main
from laban.i18n import translate

CAMPAIGNS = """Campaign report
"November 9, 2026 - November 10, 2026"
Day,Campaign,Campaign type,Currency code,Impr.,Clicks,Cost,Conversions
2026-11-09,Tìm kiếm – Váy,Search,VND,"1,000",50,500000,5.00
2026-11-10,Tìm kiếm – Váy,Search,VND,"1,200",60,600000,6.00
Total: Campaigns,,,VND,"2,200",110,1100000,11.00
"""


@pytest.fixture
def laban(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command line in an empty folder with an empty home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("LABAN_WORKSPACE", "LABAN_LANG", "LABAN_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    runner = CliRunner()

    def run(*words: str) -> Result:
        return runner.invoke(main, list(words), catch_exceptions=False)

    return run


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "downloads" / "bao cao.csv"
    path.parent.mkdir()
    path.write_text(CAMPAIGNS, "utf-8")
    return path


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(laban: Callable[..., Result], command: str) -> None:
    result = laban(command, "--help")
    assert result.exit_code == 0
    assert "--lang" in result.output


def test_help_lists_every_command_with_its_sentence(laban: Callable[..., Result]) -> None:
    output = laban("--help").output
    for command in COMMANDS:
        assert command in output
    assert "laban" in laban("--version").output


def test_an_import_makes_a_workspace_and_prints_one_object_per_file(
    laban: Callable[..., Result], export: Path
) -> None:
    result = laban("import", str(export), "--json")
    assert result.exit_code == 0, result.output
    (found,) = objects(result)
    assert found["platform"] == "google_ads"
    assert found["status"] == "loaded"
    assert found["rows"] == 2
    assert found["period"] == "2026-11-09..2026-11-10"
    assert found["currency"] == "VND"
    assert found["totals"] == {"impressions": "2200", "clicks": "110", "spend": "1100000", "conversions": "11"}
    assert found["own_totals"] == found["totals"]
    assert {"file", "findings"} <= set(found)


def test_the_same_file_again_changes_nothing(laban: Callable[..., Result], export: Path) -> None:
    first = objects(laban("import", str(export), "--json"))[0]
    again = objects(laban("import", str(export), "--json"))[0]
    assert again["status"] == "unchanged"
    assert (again["rows"], again["totals"], again["period"]) == (first["rows"], first["totals"], first["period"])


def test_findings_are_told_again_with_their_sentences(laban: Callable[..., Result], export: Path) -> None:
    export.write_text(CAMPAIGNS.replace('"2,200",110', '"2,300",110'), "utf-8")
    first = objects(laban("import", str(export), "--json", "--lang", "en"))[0]["findings"]
    assert [finding["code"] for finding in first] == ["total_differs"]
    assert objects(laban("import", str(export), "--json", "--lang", "en"))[0]["findings"] == first
    assert json.loads(laban("imports", "--json", "--lang", "en").stdout)[0]["findings"] == first


def test_a_dry_run_leaves_nothing_behind(laban: Callable[..., Result], export: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    result = laban("import", str(export), "--dry-run", "--json")
    assert objects(result)[0]["status"] == "loaded"
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_that_cannot_be_read_ends_with_two_alone_and_does_not_hold_up_others(
    laban: Callable[..., Result], export: Path
) -> None:
    bad = export.parent / "a picture.csv"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    assert laban("import", str(bad)).exit_code == 2
    result = laban("import", str(export.parent), "--json")
    assert result.exit_code == 0
    assert [found["status"] for found in objects(result)] == ["refused", "loaded"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", 2),
        (b"Day,Campaign,Currency code,Impr.,Clicks,Cost\n", 2),
        (
            b"Reporting starts,Reporting ends,Campaign name,Impressions,Amount spent (USD)\nNo data available.\n",
            0,
        ),
    ],
    ids=["nothing", "headings only", "a report without data"],
)
def test_a_file_without_rows_is_wrong_unless_the_platform_says_so(
    laban: Callable[..., Result], tmp_path: Path, content: bytes, code: int
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    result = laban("import", str(path), "--json")
    assert result.exit_code == code
    assert objects(result)[0]["status"] in {"empty", "refused"}
    assert objects(result)[0]["findings"][0]["message"]


def test_undo_takes_an_import_back(laban: Callable[..., Result], export: Path) -> None:
    number = objects(laban("import", str(export), "--json"))[0]["import_id"]
    assert laban("undo", str(number)).exit_code == 0
    assert json.loads(laban("imports", "--json").stdout) == []
    assert objects(laban("import", str(export), "--json"))[0]["status"] == "loaded"


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (("import", "nowhere.csv"), "error.no_such_path"),
        (("undo", "99"), "error.unknown_import"),
        (("kpi", "conversion_rat"), "error.unknown_name"),
        (("board", "--week", "last"), "error.invalid_period"),
    ],
)
def test_what_cannot_be_met_ends_with_its_sentence(
    laban: Callable[..., Result], export: Path, words: tuple[str, ...], key: str
) -> None:
    laban("import", str(export))
    result = laban(*words, "--lang", "en")
    assert result.exit_code == 2
    opening = translate("en", key).partition("{")[0]
    assert opening in result.stderr
    assert "Traceback" not in result.output


def test_a_board_without_data_says_what_to_do(laban: Callable[..., Result]) -> None:
    laban("init", ".")
    result = laban("board", "--lang", "vi")
    assert result.exit_code == 2
    assert "laban demo" in result.stderr


def test_without_a_workspace_a_question_says_so(laban: Callable[..., Result]) -> None:
    result = laban("board", "--lang", "en")
    assert result.exit_code == 2
    assert "laban init" in result.stderr


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_board_is_a_table_and_json_of_the_same_view(
    laban: Callable[..., Result], export: Path, lang: str
) -> None:
    laban("import", str(export))
    table = laban("board", "--week", "2026-W46", "--lang", lang)
    assert table.exit_code == 0, table.output
    found = json.loads(laban("board", "--week", "2026-W46", "--json").stdout)
    tiles = {tile["kpi"]["id"]: tile["value"] for tile in found["big"] + found["rest"]}
    assert tiles["cost_per_conversion"] == 100000
    assert ("100.000\u00a0₫" if lang == "vi" else "₫100,000") in table.output


def test_a_kpi_is_shown_with_its_parts(laban: Callable[..., Result], export: Path) -> None:
    laban("import", str(export))
    shown = laban("kpi", "click_through_rate", "--week", "2026-W46", "--by", "campaign", "--lang", "vi")
    assert shown.exit_code == 0, shown.output
    assert "Tìm kiếm – Váy" in shown.output
    found = json.loads(laban("kpi", "click_through_rate", "--week", "2026-W46", "--by", "campaign", "--json").stdout)
    assert found["breakdown"]["exact"] is True


def test_the_sql_of_a_number_can_be_run_as_it_is_printed(laban: Callable[..., Result], export: Path) -> None:
    laban("import", str(export))
    words = ("kpi", "click_through_rate", "--week", "2026-W46", "--lang", "en")
    shown = laban(*words, "--sql").output
    assert "-- 110 ÷ 2,200 = " in shown
    with duckdb.connect("laban-workspace/warehouse.duckdb", read_only=True) as shell:
        (row,) = shell.execute(shown).fetchall()
    assert {110, 2200} <= set(row)
    found = json.loads(laban(*words, "--sql", "--json").stdout)
    assert [part["value"] for part in found["formula_parts"]] == [110, 2200]
    assert len(found["sql"]) == 1
    assert found["sql"][0] in shown
    split = json.loads(laban(*words, "--sql", "--json", "--by", "campaign").stdout)["sql"]
    assert split[0] == found["sql"][0]
    assert "campaign" in split[1]


def test_the_dictionary_is_found_without_accents_and_without_a_workspace(laban: Callable[..., Result]) -> None:
    found = json.loads(laban("dictionary", "ty le chuyen doi", "--json").stdout)
    assert found["hits"][0]["kpi"]["id"] == "conversion_rate"


@pytest.mark.parametrize("kind", ["pdf", "html", "xlsx", "md"])
def test_a_report_is_the_same_twice(laban: Callable[..., Result], export: Path, tmp_path: Path, kind: str) -> None:
    laban("import", str(export))
    for name in ("first", "second"):
        result = laban("report", "--week", "2026-W46", "--format", kind, "-o", name)
        assert result.exit_code == 0, result.output
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()
    assert (tmp_path / "first").stat().st_size > 500


def test_the_demo_is_made_once_and_kept(laban: Callable[..., Result]) -> None:
    first = laban("demo", "shop", "--weeks", "8", "--end", "2026-11-15", "--lang", "en")
    assert first.exit_code == 0, first.output
    assert "Week 46" in first.output
    again = laban("demo", "shop", "--weeks", "8", "--lang", "en")
    assert again.exit_code == 0, again.output
    assert "refused 0" in again.output
    assert "Loaded 0" in again.output
    assert laban("demo", "shop", "--weeks", "9").exit_code == 2
    Path("other").mkdir()
    Path("other/mine.txt").write_text("mine", "utf-8")
    assert laban("demo", "other").exit_code == 2
    assert Path("other/mine.txt").read_text("utf-8") == "mine"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_vietnamese_goes_through_any_pipe(encoding: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "laban", "--lang", "vi", "init", "cửa hàng"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": encoding, "HOME": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert "đã sẵn sàng" in ran.stdout.decode("utf-8")
