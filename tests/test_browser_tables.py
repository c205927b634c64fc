"""The pages of tables in a real browser: look, sort, limit, drill, change, take away."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import tables_shop
from web_browser import chromium, cramped, visit
from web_server import served

pytestmark = pytest.mark.browser

PATHS = (
    "/tables", "/tables/conversion", "/tables/engagement?by=content_type,topic", "/tables/retention", "/tables/roas",
    "/tables/surveys", "/tables/unit-economics",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def base(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with tables_shop.build(tmp_path_factory.mktemp("shop")) as workspace, served(workspace) as address:
        yield address


def first_row(page: Page) -> str:
    return page.locator("#ads tbody tr").first.inner_text()


def test_from_the_list_to_the_losing_ad_group(browser: Browser, base: str, tmp_path: Path) -> None:
    with visit(browser, base) as page:
        page.goto("/tables")
        page.get_by_role("link", name="ROAS và ngưỡng hòa vốn").click()
        expect(page.locator(".chip.bad").first).to_have_text("dưới hòa vốn")
        page.get_by_role("link", name="Chi phí quảng cáo", exact=True).click()
        page.wait_for_url("**sort=ad_spend.desc**")
        assert "Đẹp mà lỗ" in first_row(page)
        page.get_by_label("Kênh").select_option("paid_social")
        page.wait_for_url("**channel=paid_social**")
        expect(page.locator("#ads tbody tr")).to_have_count(2)
        page.get_by_role("link", name="Đẹp mà lỗ").click()
        page.wait_for_url("**by=ad_group**")
        assert "Nhóm 2" in first_row(page)
        expect(page.locator(".limits li")).to_have_count(2)
        with page.expect_download() as waiting:
            page.get_by_role("link", name="CSV").click()
        path = tmp_path / "table.csv"
        waiting.value.save_as(path)
        assert "Nhóm 2" in path.read_text("utf-8-sig")
        page.get_by_role("link", name="Bỏ lọc: Chiến dịch").click()
        expect(page.locator(".limits li")).to_have_count(1)


def saved(page: Page, link: Locator) -> bytes:
    """What a link to a file brings, pressed with the keyboard."""
    with page.expect_download() as waiting:
        link.focus()
        page.keyboard.press("Enter")
    return waiting.value.path().read_bytes()


@pytest.mark.parametrize(("width", "lang", "name"), [(1280, "vi", "Chiến dịch"), (390, "en", "Campaign")])
def test_every_button_brings_its_file(browser: Browser, base: str, width: int, lang: str, name: str) -> None:
    with visit(browser, base, width=width, height=844) as page:
        page.goto(f"/tables/roas?lang={lang}&sort=ad_spend.desc&channel=paid_social")
        assert cramped(page) == []
        links = page.locator("#ads .downloads")
        lines = saved(page, links.get_by_role("link", name="CSV")).decode("utf-8-sig").splitlines()
        assert lines[0].startswith(name)
        assert [line.split(",")[0] for line in lines[1:3]] == ["Đẹp mà lỗ", "Chỉ tốn tiền"]
        book = openpyxl.load_workbook(io.BytesIO(saved(page, links.get_by_role("link", name="Excel"))))
        cells = [str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row]
        assert "Đẹp mà lỗ" in cells
        assert saved(page, links.get_by_role("link", name="SVG")).lstrip().startswith(b"<svg")
        assert saved(page, links.get_by_role("link", name="PNG")).startswith(b"\x89PNG")
        links.get_by_role("link", name="JSON").click()
        page.wait_for_url("**/tables/roas.json**")
        data = json.loads(page.locator("body").inner_text())
        assert ["Đẹp mà lỗ" in str(row) for row in data["tables"][0]["rows"]] == [True, False]


@pytest.mark.parametrize(("path", "part"), [("retention", "#cohort-table"), ("surveys", "main"), ("leads", "main")])
def test_the_files_of_other_tables_are_no_error_pages(browser: Browser, base: str, path: str, part: str) -> None:
    with visit(browser, base, width=390, height=844) as page:
        page.goto(f"/tables/{path}")
        links = page.locator(f"{part} .downloads a[download]")
        assert links.count() > 0
        for link in links.all():
            content = saved(page, link)
            start = {"CSV": b"\xef\xbb\xbf", "Excel": b"PK", "SVG": b"<svg", "PNG": b"\x89PNG"}[link.inner_text()]
            assert content.startswith(start)


def test_the_margin_is_tried_by_keyboard(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/tables/unit-economics?lang=en")
        limit = page.locator("#segments tfoot td").nth(4)
        before = limit.inner_text()
        page.get_by_label("Gross margin").focus()
        page.keyboard.type("25")
        page.keyboard.press("Enter")
        page.wait_for_url("**gross_margin_rate=25**")
        assert limit.inner_text() != before
        page.get_by_role("link", name="Back to the real numbers").click()
        expect(limit).to_have_text(before)


@pytest.mark.parametrize(("width", "lang"), [(390, "vi"), (360, "en"), (1280, "vi")])
def test_nothing_sticks_out_and_nothing_jumps(browser: Browser, base: str, width: int, lang: str) -> None:
    with visit(browser, base, width=width, height=844) as page:
        for path in PATHS:
            page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
            assert cramped(page) == [], path
            for picture in page.locator(".drawn img:visible").all():
                picture.scroll_into_view_if_needed()
                expect(picture).to_have_js_property("complete", value=True)
            assert page.evaluate("window.watched.shift") < 0.05, path


def test_pictures_follow_the_theme(browser: Browser, base: str) -> None:
    with visit(browser, base, color_scheme="dark") as page:
        page.goto("/tables/roas")
        expect(page.locator(".drawn img.dark.wide")).to_be_visible()
        expect(page.locator(".drawn img.light.wide")).to_be_hidden()


def test_tables_can_be_used_without_scripts(browser: Browser, base: str) -> None:
    with visit(browser, base, java_script_enabled=False) as page:
        page.goto("/tables/roas")
        page.get_by_label("Kênh").select_option("paid_search")
        page.get_by_role("button", name="Xem", exact=True).first.click()
        page.wait_for_url("**channel=paid_search**")
        expect(page.locator("#ads tbody tr")).to_have_count(1)
        page.get_by_label("Biên lãi gộp").fill("10")
        page.get_by_role("button", name="Tính lại").click()
        page.wait_for_url("**gross_margin_rate=10**")
        assert "channel=paid_search" in page.url
        expect(page.locator("#ads")).to_contain_text("Hòa vốn ở ROAS 10,0x")
