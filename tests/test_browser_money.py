"""The pages of exchange rates and of credit in a real browser, on a phone too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from laban.settings import Settings
from laban.workspace import Workspace
from test_attribution import NOW, sale, visits
from warehouse_rows import ads, day, load
from web_browser import chromium, visit
from web_server import served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def base(browser: Browser, tmp_path: Path) -> Iterator[str]:
    del browser
    with Workspace.create(tmp_path / "shop", Settings(name="Thử"), today=date(2026, 11, 23)) as made:
        spent = ads([(day(d), "x", "2") for d in (1, 2, 19)], day(1), day(20), currency="USD")
        load(made.warehouse, tmp_path, "a", spent)
        load(made.warehouse, tmp_path, "o", sale("1", "400000"))
        load(made.warehouse, tmp_path, "t", visits("1", ("email", 9.0), ("paid_social", 3.0)))
        with served(made) as address:
            yield address


@pytest.mark.parametrize(("width", "lang"), [(390, "vi"), (360, "en")])
def test_the_pages_fit_a_phone(browser: Browser, base: str, width: int, lang: str) -> None:
    with visit(browser, base, width=width, height=844) as page:
        for path in ("/data/rates", f"/tables/attribution?period={NOW:%Y-%m}"):
            page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_rates_are_pasted_and_the_missing_days_go(browser: Browser, base: str) -> None:
    with visit(browser, base, width=390, height=844) as page:
        page.goto("/data/rates")
        expect(page.get_by_text("thiếu 3 ngày")).to_be_visible()
        page.get_by_label("Dán tỷ giá vào đây").fill("01/11/2026\tUSD\t26.345\n18/11/2026\tUSD\t26.400")
        page.get_by_role("button", name="Lưu tỷ giá").click()
        expect(page.get_by_text("đủ tỷ giá")).to_be_visible()
        expect(page.get_by_text("1 USD = 26.400 VND (ngày 18/11/2026)")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
