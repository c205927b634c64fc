"""The documents are held to the code."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from laban.cli import COMMANDS
from laban.metrics.catalogue import load_catalogue
from laban.metrics.own import extended, read
from laban.settings import SETTINGS
from laban.sources.mapping import template_names

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| (R\d{3}) \| (.+?) \| (done|partly|not yet) \| (.*?) \| (.*?) \|$")


def rows() -> list[tuple[str, str, str, str]]:
    lines = (ROOT / "docs" / "requirements.md").read_text("utf-8").splitlines()
    found = [match.groups() for line in lines if (match := ROW.match(line))]
    return [(number, state, text, proof) for number, _, state, text, proof in found]


def test_every_requirement_has_one_row() -> None:
    assert [number for number, *_ in rows()] == [f"R{n:03}" for n in range(1, 116)]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_state_is_never_better_than_its_proof(row: tuple[str, str, str, str]) -> None:
    number, state, text, proof = row
    named = re.findall(r"`(tests/[\w./]+\.py)::(\w+)`", proof)
    if state == "not yet":
        assert not named, f"{number} is proven and called not yet"
        return
    assert named, f"{number} is called {state} without a proof"
    for path, name in named:
        source = (ROOT / path).read_text("utf-8")
        assert re.search(rf"^(async )?def {name}\(", source, re.MULTILINE), f"{number}: {path} has no {name}"
    if state == "partly":
        assert text.strip(), f"{number} is partly done: say what is missing"


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_the_readme_names_every_command(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert [command for command in COMMANDS if f"laban {command}" not in text] == []


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_the_readme_names_every_template(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert [sheet for sheet in template_names() if f"`{sheet}`" not in text and f"template {sheet}" not in text] == []


def test_the_design_names_every_setting_or_its_file() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert [setting.name for setting in SETTINGS if f"`{setting.name}`" not in text] == []


def test_no_file_carries_an_index_or_a_path_of_one_machine() -> None:
    pattern = re.compile(r"--(extra-)?index-url|^index-url|(^|[^\w.])/(work|root|farm)/", re.MULTILINE)
    texts = [
        p for folder in ("src", "docs", "benchmarks", "scripts") for p in (ROOT / folder).rglob("*") if p.is_file()
    ]
    texts += [ROOT / name for name in ("Makefile", "constraints.txt", "pyproject.toml", "README.md", "README.vi.md")]
    readable = {".py", ".md", ".toml", ".yaml", ".txt", ".html", ".css", ".js", ".sh", ""}
    found = [str(p) for p in texts if p.suffix in readable and pattern.search(p.read_text("utf-8"))]
    assert found == []


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_the_definitions_in_the_readme_are_sound(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    block = re.search(r"\n\n((?:    .*\n)*    measures:\n(?:    .*\n)+)", text)
    assert block is not None
    document, faults = read(textwrap.dedent(block[1]))
    made = extended(load_catalogue(), document)
    assert [fault.message("en") for fault in (*faults, *made.faults)] == []
    assert {"measures", "kpis", "variants", "boards"} == set(document)
