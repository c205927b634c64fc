"""The catalogue on the command line: listed by its qualities, and checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from laban.cli import main
from laban.i18n import LANGUAGES, messages, translate
from laban.metrics.catalogue import load_catalogue
from laban.metrics.validate import CHOICES, validate
from laban_processes import write_reports

CATALOGUE = load_catalogue()


@pytest.fixture
def laban(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    for name in ("LABAN_WORKSPACE", "LABAN_LANG", "LABAN_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["catalogue", *words], catch_exceptions=False)

    return run


def ids(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [item["kpi"]["id"] for item in json.loads(result.stdout)["kpis"]]


def test_every_kpi_is_listed_without_a_workspace(laban: Callable[..., Result]) -> None:
    assert ids(laban("list", "--json")) == list(CATALOGUE.kpis)
    shown = laban("list", "--lang", "en")
    for kpi in CATALOGUE.kpis:
        assert kpi in shown.stdout
    count = len(CATALOGUE.kpis)
    assert translate("en", "cli.catalogue.counted", shown=count, total=count) in shown.stderr


def test_a_pack_is_listed_in_its_order(laban: Callable[..., Result]) -> None:
    assert ids(laban("list", "--pack", "weekly_seven", "--json")) == list(CATALOGUE.packs["weekly_seven"].kpis)
    wrong = laban("list", "--pack", "weekly_sevn", "--lang", "en")
    assert (wrong.exit_code, "weekly_seven" in wrong.stderr) == (2, True)


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [
        ("--department", "sales", "departments"),
        ("--stage", "retention", "stage"),
        ("--timing", "leading", "timing"),
        ("--scope", "operational", "scopes"),
        ("--level", "strategic", "level"),
    ],
)
def test_a_list_is_narrowed_by_each_quality(
    laban: Callable[..., Result], option: str, value: str, field: str
) -> None:
    everything = json.loads(laban("list", "--json").stdout)["kpis"]
    expected = [i["kpi"]["id"] for i in everything if value in (i[field] if field[-1] == "s" else [i[field]])]
    assert 0 < len(expected) < len(everything)
    assert ids(laban("list", option, value, "--json")) == expected


def test_qualities_narrow_together(laban: Callable[..., Result]) -> None:
    both = ids(laban("list", "--stage", "retention", "--timing", "lagging", "--json"))
    one, other = (
        ids(laban("list", *words, "--json")) for words in (("--stage", "retention"), ("--timing", "lagging"))
    )
    assert both == [name for name in one if name in other]


def test_what_has_no_number_is_listed_with_its_reason(laban: Callable[..., Result], tmp_path: Path) -> None:
    assert laban("list", "--missing").exit_code == 2
    (path,) = write_reports(tmp_path / "reports", 1)
    assert CliRunner().invoke(main, ["import", str(path)]).exit_code == 0
    missing = ids(laban("list", "--missing", "--json"))
    assert "orders_count" in missing
    assert "click_through_rate" not in missing
    shown = laban("list", "--missing", "--lang", "en", "--pack", "weekly_seven")
    assert translate("en", "cli.catalogue.reason") in shown.stdout


@pytest.mark.parametrize("lang", LANGUAGES)
def test_units_and_rhythms_have_words(lang: str) -> None:
    known = messages(lang)
    assert [u for u in CHOICES["unit"] if f"cli.catalogue.units.{u}" not in known] == []
    assert [c for c in CHOICES["cadence"] if f"cli.catalogue.cadences.{c}" not in known] == []


def test_the_catalogue_that_ships_is_sound(laban: Callable[..., Result]) -> None:
    checked = laban("check", "--lang", "en")
    assert checked.exit_code == 0
    assert checked.stdout.startswith(f"{len(CATALOGUE.kpis)} KPIs, {len(CATALOGUE.measures)} measures, ")
    assert json.loads(laban("check", "--json").stdout)["sound"] is True


def own_faults(found: dict[str, Any]) -> list[dict[str, str]]:
    """What is wrong beyond the catalogue that ships, which has a test of its own."""
    shipped = {(fault.entry, fault.code) for fault in validate(CATALOGUE)}
    return [fault for fault in found["faults"] if (fault["entry"], fault["code"]) not in shipped]


SOUND = """
measures:
  livestream_hours: {vi: giờ livestream, en: livestream hours}
kpis:
  orders_per_hour:
    name: {vi: Đơn mỗi giờ, en: Orders per hour}
    formula: orders / livestream_hours
"""


def test_definitions_of_ones_own_are_checked_on_top(laban: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "kpis.yaml").write_text(SOUND, "utf-8")
    found = json.loads(laban("check", "kpis.yaml", "--json").stdout)
    assert own_faults(found) == []
    assert (found["kpis"], found["measures"]) == (len(CATALOGUE.kpis) + 1, len(CATALOGUE.measures) + 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (SOUND.replace("livestream_hours\n", "livestream_hrs\n").encode(), "formula"),
        (b"kpis: [", "own_unreadable"),
        (b"just words", "own_shape"),
        (b"\xff\xfe\x00", "not_utf8"),
        (SOUND.replace("orders_per_hour", "conversion_rate").encode(), "own_taken"),
    ],
    ids=["formula", "yaml", "shape", "bytes", "taken"],
)
def test_faults_are_told_one_by_one_and_end_with_one(
    laban: Callable[..., Result], tmp_path: Path, content: bytes, code: str
) -> None:
    (tmp_path / "kpis.yaml").write_bytes(content)
    result = laban("check", "kpis.yaml", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["sound"] is False
    assert [fault["code"] for fault in own_faults(found)] == [code]
    shown = laban("check", "kpis.yaml")
    assert shown.exit_code == 1
    assert shown.stdout.splitlines() == [fault["message"] for fault in found["faults"]]
