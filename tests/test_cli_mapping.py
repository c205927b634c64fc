"""An unknown file is explained in the terminal: proposed, changed, saved, listed, exported, taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from laban.cli import main
from laban.workspace import Workspace

TEXT = "Ngày theo dõi,Số buổi live,Khách ghé xem\n16/11/2026,2,30\n17/11/2026,1,41\n"
ORDERS = "Số HĐ;Ngày bán;Tổng tiền;Tình trạng\nHD1;16/11/2026;450.000;Giao xong\nHD2;17/11/2026;90.000;Khách bùng\n"


@pytest.fixture
def laban(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LABAN_WORKSPACE", str(tmp_path / "shop"))
    (tmp_path / "la.csv").write_text(TEXT, "utf-8")
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["--lang", "en", *words], catch_exceptions=False)

    return run


def test_a_proposal_is_printed_in_words_and_as_json(laban: Callable[..., Result]) -> None:
    assert "laban map la.csv" in laban("import", "la.csv").output
    shown = laban("map", "la.csv")
    assert shown.exit_code == 0
    assert "Own numbers sheet (numbers)" in shown.output
    found = json.loads(laban("map", "la.csv", "--json").stdout)
    assert found["subject"] == "numbers"
    assert [column["column"] for column in found["columns"]] == ["date", "value", "value"]


def test_a_saved_mapping_imports_the_file_and_is_listed_and_taken_back(laban: Callable[..., Result]) -> None:
    assert laban("map", "la.csv", "--save", "Sổ tay", "--set", "khach ghe xem=").exit_code == 0
    outcome = json.loads(laban("import", "la.csv", "--json").stdout.splitlines()[-1])
    assert (outcome["status"], outcome["platform"]) == ("loaded", "Sổ tay")
    assert outcome["totals"] == {"Số buổi live": "3"}
    assert "Sổ tay" in laban("mappings").output
    assert laban("mappings", "--export", "Sổ tay").exit_code == 0
    assert Path("so_tay.yaml").read_text("utf-8").startswith("id: so_tay\n")
    laban("mappings", "--remove", "Sổ tay")
    assert json.loads(laban("mappings", "--json").stdout)["mappings"] == []
    laban("mappings", "--restore", "Sổ tay")
    assert [one["name"] for one in json.loads(laban("mappings", "--json").stdout)["mappings"]] == ["Sổ tay"]


def test_words_of_the_file_are_explained_too(laban: Callable[..., Result]) -> None:
    words = ("--word", "Tình trạng:Giao xong=delivered", "--word", "tinh trang:Khách bùng=returned")
    assert laban("map", "orders.csv", "--subject", "orders", "--save", "Quầy", *words).exit_code == 0
    assert json.loads(laban("import", "orders.csv", "--json").stdout.splitlines()[-1])["status"] == "loaded"
    with Workspace.open(Path("shop")) as workspace:
        rows = workspace.warehouse.query("SELECT order_id, status FROM fact_order ORDER BY 1")
    assert rows == [("HD1", "delivered"), ("HD2", "returned")]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("map", "no.csv"), "no.csv"),
        (("map", "la.csv", "--set", "x"), "--set"),
        (("map", "la.csv", "--word", "x"), "--word"),
        (("map", "la.csv", "--word", "Cột lạ:a=b"), "Cột lạ"),
        (("map", "orders.csv", "--save", "Quầy", "--word", "Tình trạng:Giao xong=done"), "done"),
        (("map", "la.csv", "--set", "Cột lạ=value"), "Cột lạ"),
        (("map", "la.csv", "--subject", "nothing"), "nothing"),
        (("map", "la.csv", "--save", "Meta Ads"), "Meta Ads"),
        (("map", "la.csv", "--save", "x", "--set", "Ngày theo dõi="), "Date"),
    ],
)
def test_what_cannot_be_met_ends_with_its_sentence(
    laban: Callable[..., Result], words: tuple[str, ...], says: str
) -> None:
    result = laban(*words)
    assert result.exit_code != 0
    assert says in result.output
