"""Connecting a platform and bringing in what it tells, at the command line."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from api_meta import META, Meta
from api_servers import Platform, Say, platform
from laban.cli import main
from laban_processes import laban, serving

#: The command line lives in the present.
TODAY = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
SINCE = (TODAY - timedelta(days=6)).isoformat()
TOKEN = META["access_token"]


class Line:
    """The command line in a folder of its own; everything it ever said is kept."""

    def __init__(self) -> None:
        self.said = ""

    def __call__(self, *words: str, typed: str = "") -> Result:
        result = CliRunner().invoke(main, list(words), input=typed, catch_exceptions=False)
        self.said += result.output
        return result

    def connect(self, server: Platform, *words: str, lang: str = "vi", token: str = TOKEN) -> Result:
        """Connect Meta as a person does: the account's number, then the token."""
        given = ("connect", "meta_ads", "--base", server.address, "--since", SINCE, "--lang", lang, *words)
        return self(*given, typed=f"act_123456\n{token}\n")


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    for name in ("LABAN_WORKSPACE", "LABAN_LANG", "LABAN_LANGUAGE", "LABAN_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return Line()


@pytest.fixture
def meta() -> Meta:
    made = Meta()
    made.first = TODAY - timedelta(days=6)
    return made


@pytest.mark.parametrize(
    ("lang", "step", "ready"), [("vi", "Người dùng hệ thống", "Đã kết nối"), ("en", "System users", "Connected")]
)
def test_a_person_is_guided_through_the_credentials(line: Line, meta: Meta, lang: str, step: str, ready: str) -> None:
    with platform(meta) as server:
        result = line.connect(server, lang=lang)
    assert result.exit_code == 0, result.output
    assert step in result.output
    assert ready in result.output
    assert "meta_ads" in result.stdout
    assert "Áo Dài Lụa" in result.stdout


def test_a_sync_shows_how_far_it_is_and_what_came(line: Line, meta: Meta) -> None:
    with platform(meta) as server:
        line.connect(server)
        result = line("sync", "--lang", "vi")
        assert result.exit_code == 0, result.output
        assert "Chiến dịch theo ngày" in result.output
        assert "(1/" in result.output
        again = line("sync", "meta_ads", "--lang", "en")
        assert "nothing new" in again.output
        listed = json.loads(line("imports", "--json").stdout)
        assert sum(item["rows"] for item in listed if "campaigns" in item["file"]) == 6
        pieces = line("sync", "--json", "--since", SINCE)
        assert all(json.loads(piece)["connection"] == "meta_ads" for piece in pieces.stdout.splitlines())
        assert len(pieces.stdout.splitlines()) >= 2


def test_wrong_credentials_end_with_a_sentence_and_without_a_connection(line: Line, meta: Meta) -> None:
    with platform(meta) as server:
        result = line.connect(server, token=f"{TOKEN}-of-another")
        assert result.exit_code == 2
        assert "Meta Ads không nhận thông tin đăng nhập" in result.output
        assert line("sync", "--lang", "vi").exit_code == 2
    assert TOKEN not in line.said
    assert "Chưa kết nối nền tảng nào" in line.said


@pytest.mark.parametrize(
    ("words", "typed", "sentence"),
    [
        (("connect", "meta_adz"), "", "meta_ads"),
        (("connect", "meta_ads"), "not a number\n", "Mã tài khoản quảng cáo"),
        (("connect", "meta_ads"), "123456\n", "--set access_token"),
        (("connect", "meta_ads", "--set", "colour=red"), "", "account_id"),
        (("connect", "meta_ads", "--base", "ftp://x"), "123456\n" + TOKEN + "\n", "https://"),
        (("connect", "ga4"), "123456789\nno-such-file.json\n", "no-such-file.json"),
        (("disconnect", "meta_ads"), "", "meta_ads"),
        (("sync", "meta_ads"), "", "meta_ads"),
    ],
)
def test_what_cannot_be_is_told_in_words(line: Line, words: tuple[str, ...], typed: str, sentence: str) -> None:
    line("init", ".")
    result = line(*words, "--lang", "vi", typed=typed)
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output
    assert TOKEN not in result.output


def test_answers_can_be_given_without_a_terminal(line: Line, meta: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABAN_ACCESS_TOKEN", TOKEN)
    with platform(meta) as server:
        result = line("connect", "meta_ads", "--base", server.address, "--set", "account_id=123456", "--since", SINCE)
        assert result.exit_code == 0, result.output
        assert line("sync").exit_code == 0


def test_a_second_account_has_to_be_told_apart(line: Line, meta: Meta) -> None:
    def pages(_: object) -> Say:
        return Say({"name": "Trang", "id": "1"})

    with platform(pages) as server:
        words = ("connect", "meta_page", "--base", server.address, "--lang", "vi")
        assert line(*words, typed=f"5550001\n{TOKEN}\n").exit_code == 0
        refused = line(*words, typed=f"5550002\n{TOKEN}\n")
        assert refused.exit_code == 2
        assert "--account" in refused.output
        same = line(*words, typed=f"5550001\n{TOKEN}\n")
        assert same.exit_code == 0
    assert sorted(path.stem for path in Path("laban-workspace/connections").iterdir()) == ["meta_page"]


def test_disconnecting_forgets_the_credentials_and_keeps_the_figures(line: Line, meta: Meta) -> None:
    with platform(meta) as server:
        line.connect(server)
        line("sync")
        before = line("imports", "--json").stdout
        assert line("disconnect", "meta_ads", "--lang", "vi").exit_code == 0
    assert json.loads(Path("laban-workspace/.connections").read_text("utf-8"))["sealed"] == {}
    assert list(Path("laban-workspace/connections").iterdir()) == []
    assert line("imports", "--json").stdout == before


def test_no_secret_is_ever_printed_or_written(line: Line, meta: Meta, tmp_path: Path) -> None:
    with platform(meta) as server:
        line.connect(server)
        line("sync")
        meta.faults = [Say({"error": {"message": f"no right for {TOKEN}", "code": 10}}, 403)]
        failed = line("sync", "--since", SINCE, "--lang", "vi")
        assert failed.exit_code == 2
        assert "Bạn cấp quyền xem" in failed.output
        line("report", "--format", "html", "-o", "week.html")
        line("imports", "--json", "--all")
        line("board", "--json")
    assert TOKEN not in line.said
    assert [str(path) for path in tmp_path.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()] == []


def test_the_line_for_the_system_is_printed(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    line("init", "shop 50%")
    Path("shop 50%/laban.toml").write_text('sync_at = "23:40"\n', "utf-8")
    result = line("schedule", "-w", "shop 50%", "--lang", "vi")
    assert "crontab -e" in result.output
    assert result.stdout.startswith("40 23 * * * ")
    assert "\\%" in result.stdout
    assert result.stdout.rstrip().endswith("2>&1")
    monkeypatch.setattr("sys.platform", "win32")
    windows = line("schedule", "-w", "shop 50%", "--lang", "en")
    assert windows.stdout.startswith("schtasks /Create /SC DAILY /ST 23:40")


def test_the_platforms_there_are_can_be_listed(line: Line) -> None:
    result = line("connect", "--lang", "vi")
    for name in (
        "ga4",
        "google_ads",
        "meta_ads",
        "gsc",
        "tiktok_ads",
        "linkedin_ads",
        "hubspot",
        "mailchimp",
        "shopify",
        "haravan",
        "sapo",
        "kiotviet",
        "meta_page",
        "instagram",
    ):
        assert name in result.stdout


def test_a_sync_works_while_a_server_holds_the_warehouse(tmp_path: Path, meta: Meta) -> None:
    root = tmp_path / "shop"
    assert laban(tmp_path, "init", "shop").returncode == 0
    with platform(meta) as server, serving(root):
        words = ("-w", str(root), "--lang", "vi")
        given = ("--base", server.address, "--since", SINCE, "--set", "account_id=123456")
        made = laban(tmp_path, "connect", "meta_ads", *given, *words, LABAN_ACCESS_TOKEN=TOKEN)
        assert made.returncode == 0, made.stderr
        synced = laban(tmp_path, "sync", *words)
        assert synced.returncode == 0, synced.stderr
        assert "meta_ads" in synced.stderr
        listed = json.loads(laban(tmp_path, "imports", "--json", *words).stdout)
        assert sum(item["rows"] for item in listed if "campaigns" in item["file"]) == 6
        assert TOKEN not in made.stdout + made.stderr + synced.stdout + synced.stderr
