"""Commands while a server holds the warehouse: the same as without one."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from fcntl import ioctl
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from laban import relay
from laban.i18n import translate
from laban_processes import Running, command, environment, laban, note_of, serving, started, write_reports

#: Commands that change nothing, with every way of printing.
QUESTIONS = (
    ("board", "--week", "2026-W46"),
    ("board", "--week", "2026-W46", "--json"),
    ("board", "--lang", "en", "--compare", "none", "--week", "2026-W46"),
    ("board", "--week", "last"),
    ("kpi", "click_through_rate", "--week", "2026-W46", "--by", "campaign"),
    ("kpi", "click_through_rate", "--week", "2026-W46", "--json"),
    ("kpi", "conversion_rat", "--lang", "en"),
    ("kpi", "click_through_rate", "--week", "2026-W46", "--sql"),
    ("catalogue", "list", "--missing"),
    ("catalogue", "list", "--pack", "weekly_seven", "--json"),
    ("catalogue", "check", "reports/report 000.csv"),
    ("imports",),
    ("imports", "--json", "--all"),
    ("undo", "99"),
    ("dictionary", "ty", "le", "chuyen", "doi"),
    ("import", "reports", "--dry-run", "--json"),
    ("import", "nowhere.csv"),
    ("kpi",),
    ("report", "--week", "2026-W46", "--format", "md", "-o", "written.md"),
    ("report", "--week", "2026-W46", "--format", "xlsx"),
    ("table", "roas", "--period", "2026-W46", "--by", "channel"),
    ("table", "cost-per-conversion", "--period", "2026-W46", "--xlsx", "written.xlsx"),
    ("template", "orders", "-o", "written.xlsx"),
)
WRITTEN = ("written.md", "laban-2026-W46.xlsx", "written.xlsx")

Said = tuple[int, str, str]


def said(ran: subprocess.CompletedProcess[str]) -> Said:
    return ran.returncode, ran.stdout, ran.stderr


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace, and exports of which two are imported."""
    folder = tmp_path_factory.mktemp("shop")
    paths = write_reports(folder / "reports", 3)
    assert laban(folder, "init", ".").returncode == 0
    settings = folder / "laban.toml"
    settings.write_text(settings.read_text("utf-8").replace("Asia/Ho_Chi_Minh", far_from_midnight()), "utf-8")
    assert laban(folder, "import", *map(str, paths[:2])).returncode == 0
    return folder


def far_from_midnight() -> str:
    """A time zone in which the day does not end while these tests run."""
    return "Etc/UTC" if 6 <= datetime.now(UTC).hour < 18 else "Etc/GMT-12"


@pytest.fixture(scope="module")
def alone(shop: Path) -> dict[tuple[str, ...], tuple[Said, dict[str, bytes]]]:
    """What the commands say and write when no server runs."""
    return {words: outcome(shop, words) for words in QUESTIONS}


def outcome(folder: Path, words: tuple[str, ...]) -> tuple[Said, dict[str, bytes]]:
    for name in WRITTEN:
        (folder / name).unlink(missing_ok=True)
    ran = said(laban(folder, *words))
    return ran, {name: (folder / name).read_bytes() for name in WRITTEN if (folder / name).exists()}


@pytest.fixture(scope="module")
def server(shop: Path, alone: object) -> Iterator[Running]:
    with serving(shop) as running:
        yield running


@pytest.fixture
def copy(shop: Path, tmp_path: Path) -> Path:
    """A workspace of its own with two imports, for what changes data."""
    found = tmp_path / "copy"
    shutil.copytree(shop, found, ignore=shutil.ignore_patterns("*.holder"))
    return found


@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_a_command_says_and_writes_the_same_through_the_server(
    server: Running, alone: dict[tuple[str, ...], tuple[Said, dict[str, bytes]]], words: tuple[str, ...]
) -> None:
    assert outcome(server.root, words) == alone[words]


def test_the_commands_did_go_through_the_server(server: Running) -> None:
    assert note_of(server.root)["pid"] == server.process.pid
    busy = subprocess.run(
        [sys.executable, "-c", "import duckdb, sys; duckdb.connect(sys.argv[1])", "warehouse.duckdb"],
        cwd=server.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert str(server.process.pid) in busy.stderr


def test_relative_paths_start_at_the_callers_folder(server: Running, tmp_path: Path) -> None:
    ran = laban(tmp_path, "report", "-w", str(server.root), "--week", "2026-W46", "--format", "md", "-o", "a.md")
    assert ran.returncode == 0, ran.stderr
    assert "a.md" in ran.stdout
    assert (tmp_path / "a.md").stat().st_size > 500
    assert not (server.root.parent / "a.md").exists()


def test_the_language_is_the_callers(server: Running) -> None:
    english = laban(server.root, "imports", LABAN_LANG="en").stdout
    assert translate("en", "cli.imports.loaded_at") in english
    assert translate("vi", "cli.imports.loaded_at") in laban(server.root, "imports").stdout


def in_a_terminal(folder: Path, columns: int, *words: str) -> bytes:
    """What a person sees in a window of that width."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environ = environment(folder, TERM="xterm-256color", COLORTERM="truecolor")
    with subprocess.Popen(command(*words), cwd=folder, env=environ, stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
    os.close(ours)
    return shown


def test_colours_and_width_are_those_of_the_callers_terminal(copy: Path) -> None:
    words = ("board", "--week", "2026-W46")
    alone = {columns: in_a_terminal(copy, columns, *words) for columns in (70, 130)}
    with serving(copy):
        served = {columns: in_a_terminal(copy, columns, *words) for columns in (70, 130)}
    assert served == alone
    assert alone[70] != alone[130]
    assert b"\x1b[1m" in alone[70]


def test_an_import_and_its_undo_go_through_the_server_and_its_pages_show_them(copy: Path) -> None:
    with serving(copy) as server:
        page = f"{server.address}/kpi/click_through_rate?period=2026-W46&by=campaign"
        before = httpx.get(page, timeout=30).text
        ran = laban(copy, "import", "reports", "--json")
        found = [json.loads(line) for line in ran.stdout.splitlines()]
        assert [item["status"] for item in found] == ["unchanged", "unchanged", "loaded"]
        number = found[-1]["import_id"]
        after = httpx.get(page, timeout=30).text
        assert "Chiến dịch 2" in after
        assert "Chiến dịch 2" not in before
        undone = laban(copy, "undo", str(number))
        assert (undone.returncode, undone.stderr) == (0, "")
        assert "Chiến dịch 2" not in httpx.get(page, timeout=30).text
    assert number not in [item["id"] for item in json.loads(laban(copy, "imports", "--json").stdout)]


def test_eight_readers_and_one_importer_at_once(copy: Path) -> None:
    write_reports(copy / "more", 30, first=100)
    with serving(copy):
        importer = started(copy, "import", "more", "--json")
        readers = [started(copy, "board", "--week", "2026-W46", "--json") for _ in range(8)]
        boards = [reader.communicate(timeout=120) for reader in readers]
        lines, errors = importer.communicate(timeout=120)
        final = laban(copy, "board", "--week", "2026-W46", "--json").stdout
    assert (importer.returncode, errors) == (0, "")
    assert len(lines.splitlines()) == 30
    for shown, wrong in boards:
        assert wrong == ""
        assert json.loads(shown)["frame"] == json.loads(final)["frame"]
    assert [reader.returncode for reader in readers] == [0] * 8


def test_progress_is_seen_while_a_command_runs(copy: Path) -> None:
    write_reports(copy / "more", 60, first=100)
    with serving(copy):
        importer = started(copy, "import", "more")
        assert importer.stdout is not None
        assert "report 100.csv" in importer.stdout.readline()
        assert importer.poll() is None, "the first line came with the last"
        importer.communicate(timeout=120)


def imported(folder: Path) -> list[tuple[str, int]]:
    ran = laban(folder, "imports", "--json")
    assert ran.returncode == 0, ran.stderr
    return [(item["file"], item["rows"]) for item in json.loads(ran.stdout)]


def begun_import(folder: Path) -> subprocess.Popen[str]:
    """An import of many files that has told of its first."""
    write_reports(folder / "more", 300, first=100)
    importer = started(folder, "import", "more", "--json", "--lang", "en")
    assert importer.stdout is not None
    assert "report 100.csv" in importer.stdout.readline()
    return importer


def test_a_server_killed_in_the_middle_leaves_whole_files_and_a_sentence(copy: Path) -> None:
    with serving(copy) as server:
        importer = begun_import(copy)
        server.kill()
        lines, errors = importer.communicate(timeout=60)
    assert importer.returncode == 2
    assert errors.strip() == translate("en", "serving.gone")
    found = imported(copy)
    assert len(lines.splitlines()) + 1 <= len(found) - 2 < 300
    assert {rows for _, rows in found} == {2}


def test_a_server_that_is_stopped_ends_a_long_import_after_the_file_in_hand(copy: Path) -> None:
    with serving(copy) as server:
        importer = begun_import(copy)
        server.process.send_signal(signal.SIGINT)
        lines, errors = importer.communicate(timeout=60)
        server.process.wait(timeout=60)
    assert importer.returncode == 2
    assert errors.strip() == translate("en", "serving.stopped")
    assert 1 <= len(lines.splitlines()) + 1 <= len(imported(copy)) - 2 < 300
    assert not (copy / "warehouse.duckdb.holder").exists()


def test_a_command_broken_off_ends_on_the_server_too(copy: Path) -> None:
    with serving(copy) as server:
        importer = begun_import(copy)
        importer.send_signal(signal.SIGINT)
        assert "Aborted!" in importer.communicate(timeout=60)[1]
        assert importer.returncode == 1
        time.sleep(2)
        at_first = imported(copy)
        time.sleep(1)
        assert imported(copy) == at_first
        assert len(at_first) < 300
        assert server.process.poll() is None


def test_a_second_server_is_told_the_address_of_the_first(server: Running) -> None:
    ran = laban(server.root, "serve", "--port", "0", "--lang", "en")
    assert said(ran) == (2, "", translate("en", "serving.already", address=server.address) + "\n")


def test_another_folder_can_be_made_while_one_is_served(server: Running, tmp_path: Path) -> None:
    ran = laban(server.root, "init", str(tmp_path / "other"), "--name", "Khác")
    assert ran.returncode == 0
    assert 'name = "Khác"' in (tmp_path / "other" / "laban.toml").read_text("utf-8")


@pytest.mark.parametrize("host", ["0.0.0.0", "localhost"])  # noqa: S104  what is listened on, for a moment
def test_a_server_that_listens_elsewhere_is_found_too(copy: Path, host: str) -> None:
    before = said(laban(copy, "imports"))
    with serving(copy, "--host", host) as server:
        assert said(laban(copy, "imports")) == before
        assert httpx.get(f"{server.address}/dictionary", timeout=30).status_code == 200


def test_changed_settings_are_told(copy: Path) -> None:
    with serving(copy):
        path = copy / "laban.toml"
        path.write_text(path.read_text("utf-8").replace("activity_days = 90", "activity_days = 30"), "utf-8")
        ran = laban(copy, "imports", "--lang", "en")
        assert ran.returncode == 0
        assert ran.stderr.strip() == translate("en", "serving.other_settings")


def test_a_server_of_another_version_asks_to_be_started_again(copy: Path) -> None:
    with serving(copy) as server:
        path = copy / "warehouse.duckdb.holder"
        noted = note_of(copy)
        path.write_text(json.dumps({**noted, "server": {**noted["server"], "protocol": "0 0.0.1"}}), "utf-8")
        ran = laban(copy, "imports", "--lang", "en")
        assert said(ran) == (2, "", translate("en", "serving.restart", address=server.address) + "\n")


def note(folder: Path, pid: int, address: str) -> None:
    server = {"address": address, "secret": "s" * 43, "protocol": relay.PROTOCOL}
    path = folder / "warehouse.duckdb.holder"
    path.write_text(json.dumps({"pid": pid, "command": "laban serve", "server": server}), "utf-8")


def test_the_note_of_a_dead_server_is_ignored(copy: Path) -> None:
    before = said(laban(copy, "imports"))
    with serving(copy) as server:
        left = (copy / "warehouse.duckdb.holder").read_bytes()
        server.kill()
    (copy / "warehouse.duckdb.holder").write_bytes(left)
    assert said(laban(copy, "imports")) == before


@pytest.mark.parametrize("listens", [True, False])
def test_whoever_does_not_know_the_secret_is_not_believed(copy: Path, *, listens: bool) -> None:
    class Fake(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header(relay.PROOF_HEADER, "0" * 64)
            self.end_headers()
            self.wfile.write(relay.frame("out", b"you have been hacked\n") + relay.frame("exit", b"0"))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name it has
            pass

    heard: list[bytes] = []
    before = said(laban(copy, "imports"))
    fake = HTTPServer(("127.0.0.1", 0), Fake)
    thread = threading.Thread(target=fake.serve_forever, daemon=True)
    if listens:
        thread.start()
    note(copy, os.getpid(), f"http://127.0.0.1:{fake.server_port}")
    if not listens:
        fake.server_close()
    assert said(laban(copy, "imports")) == before
    if listens:
        assert len(heard) == 1
        assert b"s" * 43 not in heard[0]
        fake.shutdown()
        thread.join(10)
        fake.server_close()


HOLD = "import sys, time; from pathlib import Path; from laban.warehouse import Warehouse\n"
HOLD += "held = Warehouse.open(Path(sys.argv[1])); print('open', flush=True); time.sleep(float(sys.argv[2]))"


@pytest.mark.parametrize(("seconds", "waits"), [(0.7, True), (60, False)])
def test_another_command_is_waited_for_shortly_and_then_named(copy: Path, seconds: float, *, waits: bool) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(copy / "warehouse.duckdb"), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        ran = laban(copy, "imports", "--lang", "en")
    finally:
        holder.kill()
        holder.communicate(timeout=20)
    if waits:
        assert ran.returncode == 0, ran.stderr
    else:
        assert ran.returncode == 2
        assert re.search(rf"PID {holder.pid}\b", ran.stderr)
