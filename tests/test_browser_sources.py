"""Connected platforms and doubts about the data, in a real browser."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from api_meta import META, Meta
from api_servers import Asked, Say, platform
from laban.settings import Settings, config_folder
from laban.syncing import Tools
from laban.syncing.connect import Draft, connect
from laban.workspace import Workspace
from laban_processes import REPORT
from test_quality_page import TODAY, bring, ga4, orders
from web_browser import chromium, cramped, visit
from web_server import served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


class Slow(Meta):
    """Meta's insights behind a door: what is asked waits until it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.door = threading.Event()

    def __call__(self, asked: Asked) -> Say:
        if asked.path.endswith("/insights"):
            self.door.wait(60)
        return super().__call__(asked)


SYNC = {
    "vi": {
        "none": "Chưa kết nối nền tảng nào", "new": "chưa đồng bộ", "running": "đang đồng bộ", "good": "đã cập nhật",
        "failed": "đã dừng", "button": "Đồng bộ ngay: Meta Ads", "until": "đủ đến hết 24/11/2026",
        "next": "lần tới:", "worked": "lần gần nhất thành công", "refused": "không nhận thông tin đăng nhập",
        "reports": "Báo cáo", "asked": "Mỗi nền tảng được hỏi lúc",
    },
    "en": {
        "none": "No platform is connected yet", "new": "not synced yet", "running": "being synced",
        "good": "up to date", "failed": "stopped", "button": "Sync now: Meta Ads",
        "until": "complete until 24 Nov 2026", "next": "next:", "worked": "last worked", "refused": "credentials",
        "reports": "Reports", "asked": "Each platform is asked every day at",
    },
}  # fmt: skip


@pytest.mark.parametrize(("width", "lang"), [(1280, "vi"), (390, "en"), (390, "vi")])
def test_a_connected_platform_is_synced_by_a_button_and_the_page_follows(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    monkeypatch.setenv("LABAN_CONFIG", str(tmp_path / "config"))
    monkeypatch.setattr("laban.web.sources.REFRESH", 1)  # people wait longer than tests
    say, meta = SYNC[lang], Slow()
    with (
        Workspace.create(tmp_path / "shop", Settings(name="Lụa"), today=date(2026, 11, 25)) as shop,
        platform(meta) as api,
        served(shop) as base,
        visit(browser, base, width=width, height=844) as page,
    ):
        page.goto(f"/data?lang={lang}")
        page.locator("main").get_by_role("link", name="Nền tảng" if lang == "vi" else "Connected").first.click()
        page.wait_for_url("**/data/sources**")
        expect(page.get_by_text(say["none"])).to_be_visible()
        assert cramped(page) == []
        draft = Draft("meta_ads", META, base=api.address, since=date(2026, 11, 16))
        connect(shop, draft, Tools(config_folder()))
        page.reload()
        row = page.locator("#meta_ads")
        expect(row).to_contain_text(say["new"])
        expect(page.get_by_text(say["asked"])).to_be_visible()
        button = page.get_by_role("button", name=say["button"])
        button.focus()
        page.keyboard.press("Enter")
        expect(row).to_contain_text(say["running"])
        expect(button).to_have_count(0)
        assert cramped(page) == []
        meta.door.set()
        expect(row).to_contain_text(say["good"])  # the page follows by itself
        for words in ("until", "next", "worked"):
            expect(row).to_contain_text(say[words])
        row.locator("summary").click()
        expect(row.locator("dl.totals dt").first).to_be_visible()
        assert cramped(page) == []
        meta.faults = [Say({"error": {"message": "<script>alert(1)</script>", "code": 190}}, 400)]
        button.click()
        expect(row).to_contain_text(say["failed"])
        expect(row.locator(".trouble")).to_contain_text(say["refused"])
        assert cramped(page) == []
        assert META["access_token"] not in page.content()


@pytest.fixture(scope="module")
def doubtful(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A shop with lost days, orders without a status, a report that is not its own total, and a hostile tag."""
    root = tmp_path_factory.mktemp("doubtful")
    with Workspace.create(root, Settings(name="Mây"), today=TODAY) as shop:
        bring(shop, "ga4.csv", ga4().replace("Facebook / Trả Tiền", "<img src=x onerror=alert(1)> / " + "dài" * 30))
        bring(shop, "no status.csv", orders(status=""))
        bring(shop, "ads.csv", REPORT.format(name="Tết").replace("1100000", "1500000"))
        with served(shop) as base:
            yield base


@pytest.mark.parametrize(
    ("width", "lang", "everything", "file"),
    [(1280, "vi", "Hiện tất cả", "Lần nhập số"), (390, "en", "Show everything", "Import no.")],
)
def test_a_doubt_leads_from_the_board_to_the_file_it_comes_from(
    browser: Browser, doubtful: str, width: int, lang: str, everything: str, file: str
) -> None:
    with visit(browser, doubtful, width=width, height=844) as page:
        page.goto(f"/?lang={lang}&period=2026-W46&pack=essential_fifteen")
        page.locator("main a[href*='/data/quality?kpi=website_traffic']").first.click()
        page.wait_for_url("**/data/quality?**kpi=website_traffic**")
        narrowed = page.locator(".doubted").count()
        assert narrowed >= 1
        assert cramped(page) == []
        page.get_by_role("link", name=everything).focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/data/quality(\?lang=..)?$"))
        assert page.locator(".doubted").count() > narrowed
        expect(page.get_by_text("<img src=x onerror=alert(1)>")).not_to_have_count(0)
        assert cramped(page) == []
        seen = page.locator(".doubted a").count()
        for _ in range(seen):
            page.keyboard.press("Tab")
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.locator(".doubted a", has_text=file).first.click()
        page.wait_for_url("**/data?**#import-**")
        expect(page.locator(".import:target")).to_be_in_viewport()
        page.go_back()
        page.locator(".doubted a[href^='/kpi/']").first.click()
        expect(page.locator("main a[href*='/data/quality']").first).to_be_visible()
        page.locator("figure.chart").scroll_into_view_if_needed()
        page.locator("figure.chart.ready canvas").wait_for(timeout=60_000)
        assert cramped(page) == []
