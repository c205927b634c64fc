"""The package imports downwards only, and each library has one home."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "src" / "laban"
LAYERS = [
    {"errors", "settings", "i18n", "periods", "facts", "bulk", "relay", "tagging"},
    {"sources", "warehouse"},
    {"metrics"},
    {"analysis"},
    {"plan"},
    {"findings"},
    {"workspace"},
    {"care"},
    {"syncing"},
    {"report"},
    {"web", "cli"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
FORBIDDEN = {
    "warehouse": {"sources"},
    "sources": {"warehouse"},
    "analysis": {"sources", "warehouse", "metrics"},
    "web": {"cli"},
}
#: What may be seen in spite of a ban: the contract between siblings, and the results analysis reads.
SHARED = {"laban.sources.model", "laban.metrics.result", "laban.metrics.model"}
#: The command line starts the server.
ALLOWED = {("cli", "laban.web.app")}
HOMES = {
    "duckdb": {"warehouse"},
    "zstandard": {"warehouse"},
    "httpx": {"sources"},
    "tenacity": {"sources"},
    "cryptography": {"sources"},
    "fastapi": {"web"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "jinja2": {"web", "report"},
    "vl_convert": {"report"},
    "typst": {"report"},
    "xlsxwriter": {"report"},
    "segno": {"report"},
    "babel": {"report", "i18n"},
    "python_calamine": {"sources"},
    "click": {"cli"},
    "rich": {"cli"},
    "yaml": {"metrics", "sources", "tagging"},
    "random": {"sources"},
}


def runtime_imports(path: Path) -> set[str]:
    """Dotted names imported when the module runs; type-only blocks are skipped."""
    found: set[str] = set()
    todo: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            todo.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            found.add(str(node.module))
        todo.extend(ast.iter_child_nodes(node))
    return found


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    mine = path.relative_to(ROOT).with_suffix("").parts[0]
    for name in runtime_imports(path):
        top, _, rest = name.partition(".")
        theirs = rest.partition(".")[0]
        assert mine in HOMES.get(top, {mine}), f"{top} belongs in {HOMES[top]}"
        if top != "laban" or theirs not in RANK or mine not in RANK or name in SHARED or (mine, name) in ALLOWED:
            continue
        assert RANK[theirs] <= RANK[mine], f"{mine} may not import {theirs}"
        assert theirs not in FORBIDDEN.get(mine, set()), f"{mine} may not import {theirs}"


def test_every_module_says_what_it_is() -> None:
    silent = [str(p) for p in modules() if not ast.get_docstring(ast.parse(p.read_text("utf-8")))]
    assert silent == []


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_clock_is_read_at_the_edges_only(path: Path) -> None:
    text = path.read_text("utf-8")
    if path.relative_to(ROOT).as_posix() != "settings.py":
        assert "datetime.now(" not in text
        assert "date.today(" not in text
        assert "datetime.utcnow(" not in text


#: What a command must not ask the process, which may be a server that works for another terminal.
PROCESS = re.compile(r"Path\.cwd\(|os\.environ|os\.getcwd\(|os\.chdir\(|sys\.argv|get_terminal_size\(|\bConsole\(")
EDGES = {"caller.py", "through.py"}


@pytest.mark.parametrize("path", sorted((ROOT / "cli").glob("*.py")), ids=lambda p: p.name)
def test_a_command_asks_its_caller_and_not_the_process(path: Path) -> None:
    found = PROCESS.findall(path.read_text("utf-8"))
    if path.name == "common.py":
        found = [name for name in found if name != "Console("]
    assert path.name in EDGES or found == []
