"""The boards on the command line: the same views as the pages, as text in both languages or as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from laban.cli import main
from laban.i18n import messages
from laban.metrics.validate import CHOICES
from report_shop import build

VIEWS = ("", "levels", "company", "operational", "executive", "funnel", "pairs", "names")
COMMANDS = (
    *(("boards", view) if view else ("boards",) for view in VIEWS),
    ("boards", "marketing"),
    ("boards", "operational", "--grain", "day"),
    ("pairs", "new_customers"),
    ("tree", "marketing_roi"),
    ("tree", "marketing_roi", "--to", "click_through_rate"),
    ("board", "--pack", "social_twenty"),
    ("kpi", "customer_lifetime_value"),
    ("dictionary", "--scope", "operational", "--timing", "lagging"),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    build(folder).close()
    return folder


def laban(root: Path, *words: str) -> Result:
    dated = ("--period", "2026-W46") if words[0] != "dictionary" else ()
    return CliRunner().invoke(main, ["-w", str(root), *words, *dated], catch_exceptions=False)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_board_is_printed_in_both_languages(root: Path, words: tuple[str, ...], lang: str) -> None:
    result = laban(root, *words, "--lang", lang)
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 3
    assert "None" not in result.output
    assert not [key for key in messages(lang) if key.startswith(("boards.", "kpi_")) and key in result.output]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_board_is_json(root: Path, words: tuple[str, ...]) -> None:
    assert json.loads(laban(root, *words, "--json").output)


def test_every_department_has_its_board(root: Path) -> None:
    for code in CHOICES["departments"]:
        assert laban(root, "boards", code, "--lang", "en").exit_code == 0


def test_an_unknown_board_is_answered_with_the_nearest(root: Path) -> None:
    result = laban(root, "boards", "executiv", "--lang", "en")
    assert result.exit_code != 0
    assert "executive" in result.output


def test_the_tree_shows_only_the_way_that_was_asked_for(root: Path) -> None:
    way = laban(root, "tree", "marketing_roi", "--to", "click_through_rate", "--lang", "en").output
    whole = laban(root, "tree", "marketing_roi", "--lang", "en").output
    assert "Ad click-through rate" in way
    assert "Average order value" in whole
    assert "Average order value" not in way


def test_a_swap_is_shown_and_a_wrong_one_refused(root: Path) -> None:
    swapped = laban(root, "board", "--pack", "social_twenty", "--swap", "social_ctr:social_saves_count", "--json")
    shown = {entry["kpi"]["id"] for part in json.loads(swapped.output)["parts"] for entry in part["entries"]}
    assert "social_saves_count" in shown
    assert "social_ctr" not in shown
    refused = laban(root, "board", "--pack", "social_twenty", "--swap", "social_ctr:website_traffic", "--lang", "en")
    assert refused.exit_code != 0
    assert "social_saves_count" in refused.output


def test_a_slow_kpi_says_so_in_the_terminal(root: Path) -> None:
    assert "always looks back 365 days" in laban(root, "kpi", "customer_lifetime_value", "--lang", "en").output
