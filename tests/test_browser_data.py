"""The data page in a real browser: dropping, choosing, undoing, with and without scripts."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from laban.settings import Settings
from laban.sources.demo import write_demo
from laban.workspace import Workspace
from web_browser import chromium, visit
from web_server import served

pytestmark = pytest.mark.browser

DROP = """async (files) => {
  const transfer = new DataTransfer();
  for (const [name, text] of files) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name));
  }
  const at = document.querySelector("#drop");
  for (const kind of ["dragenter", "dragover", "drop"]) {
    at.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true}));
    if (kind === "dragenter") window.highlighted = at.classList.contains("over");
  }
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    write_demo(folder, end=date(2026, 11, 22), weeks=8)
    return folder / "inbox"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", Settings(name="Thử"), today=date(2026, 11, 23)) as made:
        yield made


@pytest.fixture
def base(browser: Browser, workspace: Workspace) -> Iterator[str]:
    with served(workspace) as address:
        yield address


def drop(page: Page, *files: Path) -> None:
    page.evaluate(DROP, [[file.name, base64.b64encode(file.read_bytes()).decode()] for file in files])


def one(exports: Path, pattern: str) -> Path:
    return next(iter(sorted(exports.glob(pattern))))


def test_files_are_dropped_undone_and_imported_again(
    browser: Browser, base: str, workspace: Workspace, exports: Path
) -> None:
    costs, leads = one(exports, "Chi phí*"), one(exports, "Khách tiềm năng*")
    with visit(browser, base) as page:
        page.goto("/data")
        drop(page, costs, leads)
        assert page.evaluate("window.highlighted") is True
        expect(page.locator("#sent .outcome.loaded")).to_have_count(2)
        expect(page.locator(".import")).to_have_count(2)  # the log follows without a reload
        expect(page.locator("#drop")).not_to_have_class("over")
        drop(page, costs)
        expect(page.locator("#sent .outcome.unchanged")).to_have_count(1)
        page.get_by_role("link", name=f"Hoàn tác: {costs.name}").click()
        expect(page.get_by_role("button", name="Hoàn tác lần nhập này")).to_be_focused()
        assert len(workspace.imports()) == 2
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("Đã hoàn tác")
        assert [record.name for record in workspace.imports()] == [leads.name]
        page.get_by_role("button", name="Nhập lại", exact=True).first.click()
        expect(page.locator("#sent .outcome.loaded")).to_have_count(1)
        assert len(workspace.imports()) == 2


def test_files_are_chosen_with_the_keyboard(browser: Browser, base: str, workspace: Workspace, exports: Path) -> None:
    with visit(browser, base, width=390, height=844) as page:
        # Listening from the start: a chooser that opens before the browser is told to report it would be missed.
        page.on(
            "filechooser", lambda chooser: chooser.set_files([one(exports, "Chi phí*"), one(exports, "Khảo sát*")])
        )
        page.goto("/data?lang=en")
        button = page.get_by_role("button", name="Choose files")
        expect(button).to_be_enabled()
        button.focus()
        expect(button).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#sent .outcome.loaded")).to_have_count(2)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.goto("/?lang=en")
        expect(page.locator("h1")).to_contain_text("Week 47")


def test_files_can_be_sent_without_scripts(browser: Browser, base: str, workspace: Workspace, exports: Path) -> None:
    with visit(browser, base, java_script_enabled=False) as page:
        page.goto("/data")
        page.locator("#files").set_input_files([one(exports, "Chi phí*"), one(exports, "Khảo sát*")])
        page.get_by_role("button", name="Nhập tệp").click()
        expect(page.locator("#sent .outcome.loaded")).to_have_count(2)
        page.get_by_role("link", name="Hoàn tác").first.click()
        page.get_by_role("button", name="Hoàn tác lần nhập này").click()
        expect(page.locator(".import.undone")).to_have_count(1)


def test_what_is_not_known_is_told_with_what_to_do(
    browser: Browser, base: str, workspace: Workspace, tmp_path: Path
) -> None:
    strange = tmp_path / "<img src=x onerror=alert(1)>.csv"
    strange.write_text("Ngày,Chiến dịch,Mặt trăng\n2026-11-01,<script>alert(1)</script>,tròn\n", "utf-8")
    with visit(browser, base) as page:
        page.goto("/data")
        drop(page, strange)
        outcome = page.locator("#sent .outcome.refused")
        expect(outcome).to_have_count(1)
        expect(outcome).to_contain_text("<img src=x onerror=alert(1)>.csv")
        expect(outcome.locator(".finding.error")).to_be_visible()
        assert workspace.imports() == []


def test_what_is_too_large_is_not_even_sent(browser: Browser, base: str, workspace: Workspace, exports: Path) -> None:
    with visit(browser, base) as page:
        page.goto("/data")
        page.evaluate("document.querySelector('#drop').dataset.limit = '100'")
        drop(page, one(exports, "Chi phí*"))
        expect(page.locator("#sent .bad")).to_contain_text("Lớn quá 512 MB")
        assert workspace.imports() == []


def test_a_server_that_is_gone_is_told(browser: Browser, base: str, exports: Path) -> None:
    with visit(browser, base, expected="net::ERR_FAILED") as page:
        page.goto("/data")
        page.route("**/data/files*", lambda route: route.abort())
        drop(page, one(exports, "Chi phí*"))
        expect(page.locator("#sent .bad")).to_contain_text("Không gửi được")
