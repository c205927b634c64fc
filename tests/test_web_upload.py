"""Files sent through the page become imports, are undone, come back; what cannot be taken is said in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from laban.settings import Settings
from laban.sources.demo import write_demo
from laban.web.app import create_app
from laban.workspace import Workspace
from test_web_pages import Seen
from web_client import Client

END = date(2026, 11, 22)


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    write_demo(folder, end=END, weeks=8)
    return folder / "inbox"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", Settings(name="Thử"), today=date(2026, 11, 23)) as made:
        yield made


@pytest.fixture
def client(workspace: Workspace, tmp_path: Path) -> Client:
    return Client(create_app(workspace, cache=tmp_path))


def one(exports: Path, pattern: str) -> Path:
    return next(iter(sorted(exports.glob(pattern))))


def form(*files: Path | tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    pairs = ((file.name, file.read_bytes()) if isinstance(file, Path) else file for file in files)
    return [("files", pair) for pair in pairs]


def test_several_files_at_once_become_imports(client: Client, workspace: Workspace, exports: Path) -> None:
    costs, leads = one(exports, "Chi phí*"), one(exports, "Khách tiềm năng*")
    answer = client.post("/data/files?lang=vi", files=form(costs, leads))
    assert answer.status_code == 303
    page = Seen(client.get(answer.headers["location"]).text).text
    assert costs.name in page
    assert leads.name in page
    assert page.count("đã nhập") >= 2
    assert {record.name for record in workspace.imports()} == {costs.name, leads.name}


def test_json_says_what_the_command_line_says(client: Client, workspace: Workspace, exports: Path) -> None:
    file = one(exports, "Chi phí*")
    answer = client.post("/data/files.json?lang=en", files=form(file)).json()
    assert answer["ok"] is True
    with Workspace.create(workspace.root.parent / "other", today=workspace.today) as other:
        assert answer["files"] == [outcome.as_json("en") for outcome in other.import_paths([file])]


def test_the_same_file_again_changes_nothing(client: Client, workspace: Workspace, exports: Path) -> None:
    file = one(exports, "Chi phí*")
    client.post("/data/files", files=form(file))
    version = workspace.warehouse.version
    again = client.post("/data/files.json", files=form(("other name.csv", file.read_bytes()))).json()
    assert again["files"][0]["status"] == "unchanged"
    assert workspace.warehouse.version == version


def test_an_import_is_undone_and_comes_back(client: Client, workspace: Workspace, exports: Path) -> None:
    file = one(exports, "Chi phí*")
    number = client.post("/data/files.json", files=form(file)).json()["files"][0]["import_id"]
    ask = Seen(client.get(f"/data?undo={number}&lang=en").text)
    assert f"Undo the import of “{file.name}”?" in ask.text
    assert workspace.imports(), "asking changes nothing"
    done = client.post(f"/data/{number}/undo?lang=en")
    assert done.status_code == 303
    assert workspace.imports() == []
    page = Seen(client.get(done.headers["location"]).text)
    assert "was undone" in page.text
    assert ("form", f"/data/{number}/again?lang=en") in [(tag, attrs.get("action")) for tag, attrs in page.tags]
    back = client.post(f"/data/{number}/again?lang=en")
    assert back.status_code == 303
    assert [record.name for record in workspace.imports()] == [file.name]


def test_what_lies_in_the_inbox_is_imported(client: Client, workspace: Workspace, exports: Path) -> None:
    file = one(exports, "Chi phí*")
    (workspace.inbox / file.name).write_bytes(file.read_bytes())
    assert "have not been imported: 1." in Seen(client.get("/data?lang=en").text).text
    assert client.post("/data/inbox").status_code == 303
    assert [record.name for record in workspace.imports()] == [file.name]
    assert "have not been imported" not in Seen(client.get("/data?lang=en").text).text


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_an_unknown_file_is_refused_with_what_to_do(client: Client, workspace: Workspace, lang: str) -> None:
    strange = ("strange.csv", b"moon,phase\n1,full\n2,new\n")
    good = client.post(f"/data/files?part=1&lang={lang}", files=form(strange, ("empty.csv", b"")))
    assert good.status_code == 200
    piece = Seen(good.text)
    assert [attrs["class"] for tag, attrs in piece.tags if tag == "li" and "outcome" in (attrs.get("class") or "")]
    assert "strange.csv" in piece.text
    assert "empty.csv" in piece.text
    assert any("finding" in (attrs.get("class") or "") for tag, attrs in piece.tags if tag == "li")
    assert workspace.imports() == []


def test_hostile_names_are_only_names(client: Client, exports: Path) -> None:
    name = "<img src=x onerror=alert(1)>.csv"
    answer = client.post("/data/files?part=1", files=form((name, one(exports, "Chi phí*").read_bytes())))
    assert "<img" not in answer.text
    page = client.get("/data").text
    assert "<img" not in page
    assert name in Seen(page).text


def test_nothing_chosen_is_said(client: Client) -> None:
    answer = client.post("/data/files?lang=en", files=[("files", ("", b""))])
    assert answer.status_code == 400
    assert "No file was chosen" in answer.text


def test_too_large_is_said(workspace: Workspace, tmp_path: Path) -> None:
    client = Client(create_app(workspace, cache=tmp_path, upload_limit=2 * 1024 * 1024))
    answer = client.post("/data/files?lang=en", files=form(("big.csv", b"x" * (3 * 1024 * 1024))))
    assert answer.status_code == 413
    assert "Larger than 2 MB" in answer.text
    shape = client.post("/data/files.json", files=form(("big.csv", b"x" * (3 * 1024 * 1024)))).json()
    assert (shape["ok"], shape["status"], shape["error"]) == (False, 413, "web.upload.too_large")


@pytest.mark.parametrize("path", ["/data/files", "/data/inbox", "/data/1/undo", "/data/1/again"])
def test_other_sites_change_nothing(client: Client, workspace: Workspace, exports: Path, path: str) -> None:
    client.post("/data/files", files=form(one(exports, "Chi phí*")))
    version = workspace.warehouse.version
    for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}, {}):
        answer = client.send("POST", path, headers=headers, files=form(one(exports, "Khách tiềm năng*")))
        assert answer.status_code == 403
    assert client.get(path).status_code == 405
    assert workspace.warehouse.version == version
    assert len(workspace.imports()) == 1


def test_unknown_imports_are_named(client: Client) -> None:
    for path in ("/data/99/undo?lang=en", "/data/99/again?lang=en"):
        answer = client.post(path)
        assert answer.status_code == 404
        assert "99" in Seen(answer.text).text
    answer = client.post("/data/abc/undo?lang=en")
    assert answer.status_code == 404
    assert "There is no page at this address" in answer.text


def test_no_file_is_left_behind(
    client: Client, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    client.post("/data/files", files=form(one(exports, "Chi phí*"), ("x.csv", b"a\n")))
    client.post("/data/1/undo")
    client.post("/data/1/again")
    assert list(temporary.iterdir()) == []
