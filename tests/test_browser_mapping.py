"""A file nobody has seen, in a real browser: brought, explained, corrected, imported, and known from then on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from laban.settings import Settings
from laban.workspace import Workspace
from test_web_mapping import TILL
from web_browser import chromium, cramped, visit
from web_server import served

pytestmark = pytest.mark.browser

WORDS = {
    "vi": {
        "files": "Chọn tệp", "map": "Chỉ cho Laban các cột", "preview": "Xem thử", "rows": "3 dòng",
        "keep": "Lưu và nhập tệp", "name": "Tên cách đọc này", "lacking": "Mã đơn", "edit": "Sửa: Quầy",
        "total": "1.950.000", "remove": "Xóa: Quầy", "restore": "Hoàn tác", "save": "Lưu", "saved": "Đã lưu",
    },
    "en": {
        "files": "Choose files", "map": "Explain its columns", "preview": "Preview", "rows": "3 rows",
        "keep": "Save and import", "name": "Name of this mapping", "lacking": "Order ID", "edit": "Change: Quầy",
        "total": "1,950,000", "remove": "Remove: Quầy", "restore": "Undo", "save": "Save", "saved": "is saved",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", Settings(name="Thử"), today=date(2026, 11, 23)) as made:
        yield made


@pytest.fixture
def base(browser: Browser, workspace: Workspace) -> Iterator[str]:
    with served(workspace) as address:
        yield address


@pytest.fixture
def till(tmp_path: Path) -> Path:
    path = tmp_path / "quầy tháng 11.csv"
    path.write_text(TILL, "utf-8")
    return path


def bring(page: Page, *files: Path) -> None:
    """Choose files as a person does; the page tells when it is ready for them."""
    expect(page.locator("#choose")).to_be_enabled()
    page.locator("#files").set_input_files(list(files))


@pytest.mark.parametrize(("width", "lang"), [(1280, "vi"), (390, "en"), (390, "vi"), (1280, "en")])
def test_an_unknown_file_is_explained_once_and_known_from_then_on(
    browser: Browser, base: str, workspace: Workspace, till: Path, tmp_path: Path, width: int, lang: str
) -> None:
    say = WORDS[lang]
    with visit(browser, base, width=width, height=844) as page:
        page.goto(f"/data?lang={lang}")
        bring(page, till)
        page.locator("#sent").get_by_role("link", name=say["map"]).click()
        page.wait_for_url("**/data/map**")
        expect(page.locator("#subject")).to_have_value("orders")
        expect(page.get_by_label("Số HĐ", exact=True)).to_have_value("order_id")
        expect(page.locator("#preview")).to_contain_text(say["rows"])
        expect(page.locator("#preview")).to_contain_text(say["total"])
        assert cramped(page) == []
        # A column too few: told what is missing, nothing lost.
        page.get_by_label("Số HĐ", exact=True).select_option("-")
        page.get_by_role("button", name=say["preview"], exact=True).click()
        expect(page.locator("#preview .notice.bad")).to_contain_text(say["lacking"])
        expect(page.get_by_label("Số HĐ", exact=True)).to_have_value("-")
        page.get_by_label("Số HĐ", exact=True).select_option("order_id")
        page.get_by_label("Giảm trừ", exact=True).select_option("-")
        page.get_by_role("button", name=say["keep"]).click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert cramped(page) == []
        page.get_by_label(say["name"]).fill("Quầy")
        page.get_by_role("button", name=say["keep"]).click()
        page.wait_for_url("**batch=**")
        expect(page.locator("#sent .outcome.loaded")).to_contain_text("Quầy")
        expect(page.locator(".import")).to_have_count(1)
        assert cramped(page) == []
        later = tmp_path / "quầy tháng 10.csv"
        later.write_text(TILL.replace("HD00", "HD01").replace("/11/2026", "/10/2026"), "utf-8")
        page.goto("/data")
        bring(page, later)
        expect(page.locator("#sent .outcome.loaded")).to_contain_text("Quầy")
        assert len(workspace.imports()) == 2
        page.goto("/data/mappings")
        page.get_by_role("link", name=say["edit"]).click()
        expect(page.get_by_label("Giảm trừ", exact=True)).to_have_value("-")
        assert cramped(page) == []
        page.get_by_label("Giảm trừ", exact=True).select_option("discount_amount")
        page.get_by_role("button", name=say["save"], exact=True).click()
        expect(page.get_by_role("status")).to_contain_text(say["saved"])
        page.get_by_role("button", name=say["remove"]).click()
        expect(page.get_by_role("heading", name="Quầy")).to_have_count(0)
        assert cramped(page) == []
        page.get_by_role("status").get_by_role("button", name=say["restore"]).click()
        expect(page.get_by_role("heading", name="Quầy")).to_be_visible()
        with page.expect_download() as waiting:
            page.locator("a[download]").click()
        assert waiting.value.path().read_text("utf-8").startswith("id: quay\n")


def test_a_column_is_corrected_by_keyboard_and_enter_shows_what_comes_of_it(
    browser: Browser, base: str, workspace: Workspace, till: Path
) -> None:
    with visit(browser, base) as page:
        page.goto("/data")
        bring(page, till)
        page.locator("#sent").get_by_role("link", name="Chỉ cho Laban các cột").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/data/map**")
        page.get_by_label("Quầy", exact=True).focus()
        for _ in range(60):
            page.keyboard.press("ArrowDown")
            if page.get_by_label("Quầy", exact=True).input_value() == "sales_channel":
                break
        page.get_by_label("Tên cách đọc này").focus()
        page.keyboard.type("Quầy")
        page.keyboard.press("Enter")
        page.wait_for_url("**name=**")
        expect(page.get_by_label("Quầy", exact=True)).to_have_value("sales_channel")
        expect(page.get_by_label("Tên cách đọc này")).to_have_value("Quầy")
        assert workspace.imports() == []
        page.get_by_role("button", name="Lưu và nhập tệp").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**batch=**")
        (sold,) = workspace.warehouse.query("SELECT DISTINCT sales_channel FROM fact_order WHERE order_id = 'HD003'")
        assert sold == ("Q3",)


def test_another_subject_is_guessed_anew_and_the_file_can_be_thrown_away(
    browser: Browser, base: str, workspace: Workspace, tmp_path: Path
) -> None:
    hostile = tmp_path / "<b>x.csv"
    hostile.write_text(TILL.replace("Khách;", "<img src=x onerror=alert(1)>;"), "utf-8")
    with visit(browser, base, width=390, height=844) as page:
        page.goto("/data")
        bring(page, hostile)
        page.locator("#sent").get_by_role("link", name="Chỉ cho Laban các cột").click()
        page.locator("#subject").select_option("numbers")
        page.get_by_role("button", name="Đoán lại theo mục này").click()
        expect(page.get_by_label("Tổng thanh toán", exact=True)).to_have_value("value")
        expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
        assert cramped(page) == []
        page.get_by_role("button", name="Thôi, xóa tệp này").click()
        page.wait_for_url(re.compile("/data$"))
        assert not list((workspace.root / "mappings" / ".waiting").iterdir())


def test_a_file_is_explained_without_scripts(browser: Browser, base: str, workspace: Workspace, till: Path) -> None:
    with visit(browser, base, java_script_enabled=False) as page:
        page.goto("/data")
        page.locator("#files").set_input_files([till])
        page.get_by_role("button", name="Nhập tệp").click()
        page.get_by_role("link", name="Chỉ cho Laban các cột").click()
        page.get_by_label("Tên cách đọc này").fill("Quầy")
        page.get_by_role("button", name="Lưu và nhập tệp").click()
        expect(page.locator("#sent .outcome.loaded")).to_have_count(1)
        assert len(workspace.imports()) == 1
