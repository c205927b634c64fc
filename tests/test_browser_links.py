"""Channels, campaigns and links in a real browser: typed, previewed, confirmed by keyboard, on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from laban.settings import Settings
from laban.sources.model import Slice
from laban.tagging import links
from laban.tagging.links import Link
from laban.workspace import Workspace
from warehouse_rows import ads, day, load
from web_browser import chromium, visit
from web_server import served

pytestmark = pytest.mark.browser

PATHS = (
    "/data/channels",
    "/data/channels?do=add&channel=affiliate&source=*.koc.vn",
    "/data/campaigns",
    "/links",
    "/links?target=shop.vn/mot-dia-chi-that-dai-khong-co-cho-nao-de-xuong-dong&source=to_roi&medium=qr&campaign=tet",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", Settings(name="Thử"), today=date(2026, 11, 23)) as made:
        rows = [(day(1), "Tết 2026", "100"), (day(2), "TET-2026", "50")]
        load(made.warehouse, tmp_path, "ads", ads(rows, day(1), day(8)))
        meta = replace(ads([(day(3), "Tết 2026 Meta", "7")], day(1), day(8)), platform="meta_ads")
        load(made.warehouse, tmp_path, "meta", meta, platform="meta_ads")
        columns = ("date", "source_medium", "channel_group", "sessions")
        visits = [(day(1), "lan.koc.vn / referral", "referral", Decimal(30))]
        part = Slice("fact_web_sessions", "ga4", "", "source", "day", day(1), day(8), columns, visits)
        load(made.warehouse, tmp_path, "visits", part, platform="ga4")
        made.call(
            links.FILE, links.write([Link("k7m2qx", "https://shop.vn/", day(1), "Tờ rơi", 5000, Decimal(90000))])
        )
        yield made


@pytest.fixture
def base(browser: Browser, workspace: Workspace) -> Iterator[str]:
    with served(workspace) as address:
        yield address


def test_a_link_is_tagged_while_one_types_and_made(browser: Browser, base: str) -> None:
    with visit(browser, base, width=390, height=844) as page:
        page.goto("/links?lang=vi")
        page.get_by_label("Link đích").fill("shop.vn/ao-dai")
        page.locator("#u-source").fill("Tờ rơi Quận 1")
        page.locator("#u-medium").fill("qr")
        page.locator("#u-campaign").fill("Tết 2026")
        tagged = "https://shop.vn/ao-dai?utm_source=to_roi_quan_1&utm_medium=qr&utm_campaign=tet_2026"
        expect(page.locator("#tagged code")).to_have_text(tagged)
        expect(page.locator("#tagged")).to_contain_text("Lượt truy cập sẽ tính vào kênh: Kênh offline.")
        expect(page.locator("#tagged [data-copy]")).to_be_visible()
        page.locator("#u-place").fill("Tờ rơi quận 1")
        page.get_by_role("button", name="Tạo link rút gọn").click()
        expect(page.locator(".link-row")).to_have_count(2)
        picture = page.locator(".link-row .qr").first
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 100


def test_a_rule_is_previewed_and_applied_and_taken_back(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/data/channels?lang=en")
        page.locator("#r-source").fill("*.koc.vn")
        page.locator("#r-channel").select_option("affiliate")
        page.get_by_role("button", name="See what would change").click()
        expect(page.locator("#preview")).to_contain_text("30 visits would change their channel; tags concerned: 1.")
        page.keyboard.press("Enter")  # the button that applies has the focus
        expect(page.get_by_role("status")).to_contain_text("Past data follows the new rules.")
        expect(page.locator("#own ~ .ruled li.entry")).to_have_count(1)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#own ~ .ruled li.entry")).to_have_count(0)


def test_campaigns_are_confirmed_by_keyboard(browser: Browser, base: str, workspace: Workspace) -> None:
    with visit(browser, base, width=390, height=844) as page:
        page.goto("/data/campaigns?lang=vi")
        expect(page.get_by_role("heading", name="Cần bạn xem")).to_be_visible()
        first = page.get_by_role("button", name="Là một").first
        first.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Đã gộp.")
        expect(page.get_by_role("button", name="Là một").first).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Không còn cặp tên nào cần xem.")).to_be_visible()
    rows = workspace.warehouse.query("SELECT DISTINCT campaign FROM fact_ad_performance_live")
    assert len(rows) == 1


@pytest.mark.parametrize(("width", "lang"), [(390, "vi"), (360, "en"), (1280, "vi")])
def test_the_pages_fit_and_their_buttons_are_big_enough(browser: Browser, base: str, width: int, lang: str) -> None:
    with visit(browser, base, width=width, height=844) as page:
        for path in PATHS:
            page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            small = page.evaluate(
                "[...document.querySelectorAll('main button, main select, main input')]"
                ".filter((b) => b.offsetHeight && b.type !== 'checkbox' && b.offsetHeight < 32).map((b) => b.id)"
            )
            assert small == [], path
