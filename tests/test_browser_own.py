"""KPIs of one's own in a real browser: typed, tried, pointed at, kept, seen on the board, and taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from laban.workspace import Workspace
from report_shop import HOSTILE, build
from web_browser import chromium, cramped, visit
from web_server import served

pytestmark = pytest.mark.browser

WORDS = {
    "vi": {
        "new": "Đặt KPI mới", "formula": "Công thức", "named": "Tên tiếng Việt", "save": "Lưu", "unit": "Đơn vị",
        "restore": "Hoàn tác thay đổi gần nhất", "lead": "135 ÷ 11.023", "value": "1,22%",
        "board": "KPI của bạn",
    },
    "en": {
        "new": "Define a KPI", "formula": "Formula", "named": "Name in English", "save": "Save", "unit": "Unit",
        "restore": "Undo the latest change", "lead": "135 ÷ 11,023", "value": "1.22%",
        "board": "Your own KPIs",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with build(tmp_path_factory.mktemp("shop")) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def server(browser: Browser, shop: Workspace) -> Iterator[str]:
    with served(shop) as address:
        yield address


@pytest.fixture
def base(server: str, shop: Workspace) -> Iterator[str]:
    """The shop without any KPI of its own, before and after."""
    yield server
    for path in shop.root.glob("kpis.yaml*"):
        path.unlink()


def preview(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("#preview")).to_contain_text(text)


@pytest.mark.parametrize(("width", "lang"), [(1280, "vi"), (390, "en"), (390, "vi"), (1280, "en")])
def test_a_kpi_is_tried_kept_seen_on_the_board_and_undone(browser: Browser, base: str, width: int, lang: str) -> None:
    say = WORDS[lang]
    with visit(browser, base, width=width, height=844, expected="status of 404") as page:
        page.goto(f"/own?lang={lang}")
        page.get_by_role("link", name=say["new"]).click()
        page.get_by_label(say["named"]).fill("Đơn trên lượt")
        page.get_by_label(say["unit"], exact=True).select_option("percent")
        page.get_by_label(say["formula"], exact=True).press_sequentially("orders / sessions")
        expect(page.locator("#preview .value")).to_have_text(say["value"])
        preview(page, say["lead"])
        assert cramped(page) == []
        page.get_by_role("button", name=say["save"], exact=True).click()
        page.wait_for_url("**/kpi/don_tren_luot**")
        expect(page.locator(".kpi-name")).to_contain_text("Đơn trên lượt")
        assert cramped(page) == []
        page.goto("/boards")
        page.get_by_role("link", name=say["board"], exact=True).click()
        page.wait_for_url("**pack=own**")
        expect(page.locator(".tile")).to_have_count(1)
        expect(page.locator(".tile")).to_contain_text(say["value"])
        page.goto("/own")
        assert cramped(page) == []
        page.get_by_role("button", name=say["restore"]).click()
        expect(page.get_by_role("status")).to_be_visible()
        expect(page.get_by_text("Đơn trên lượt")).to_have_count(0)
        answer = page.goto("/kpi/don_tren_luot")
        assert answer is not None
        assert answer.status == 404


def test_an_unknown_name_is_pointed_at_and_answered_with_the_nearest(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/own/edit")
        formula = page.get_by_label("Công thức", exact=True)
        formula.fill("orders / sesions")
        expect(page.locator("#preview mark")).to_have_text("s")
        expect(page.locator("#preview .pointed")).to_have_text("orders / sesions")
        preview(page, "sessions")
        formula.fill("orders / / sessions")
        expect(page.locator("#preview .pointed")).to_have_text("orders / / sessions")
        before = page.evaluate("document.querySelector('#preview mark').previousSibling.textContent")
        assert before == "orders / "
        formula.fill("(orders + sessions")
        expect(page.locator("#preview mark")).to_have_text("(")
        formula.fill("orders /")
        expect(page.locator("#preview mark")).to_have_text("/")
        formula.fill("orders + ad_spend")
        expect(page.locator("#preview .notice.bad")).to_have_count(1)
        formula.fill("")
        expect(page.locator("#preview .notice")).to_have_count(0)


def test_a_wrong_one_is_not_kept_and_nothing_typed_is_lost(browser: Browser, base: str, shop: Workspace) -> None:
    with visit(browser, base, width=390, height=844) as page:
        page.goto("/own/edit")
        page.get_by_label("Tên tiếng Việt").fill(HOSTILE)
        page.get_by_label("Công thức", exact=True).fill("orders / sesions")
        page.get_by_role("button", name="Lưu", exact=True).click()
        page.wait_for_url("**tried=1**")
        expect(page.locator("#preview mark")).to_have_text("s")
        expect(page.get_by_label("Tên tiếng Việt")).to_have_value(HOSTILE)
        assert cramped(page) == []
        page.get_by_label("Công thức", exact=True).fill("orders / sessions")
        preview(page, "135 ÷ 11.023")
        page.get_by_role("link", name="EN", exact=True).click()
        page.wait_for_url("**lang=en**")
        expect(page.get_by_label("Formula", exact=True)).to_have_value("orders / sessions")
        expect(page.get_by_label("Name in Vietnamese")).to_have_value(HOSTILE)
        assert not (shop.root / "kpis.yaml").exists()


def test_everything_is_done_by_keyboard(browser: Browser, base: str, shop: Workspace) -> None:
    with visit(browser, base) as page:
        page.goto("/own/edit")
        page.get_by_label("Tên tiếng Việt").focus()
        page.keyboard.type("Đơn trên lượt")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.type("orders / sessions")
        preview(page, "135 ÷ 11.023")
        expect(page.get_by_label("Công thức", exact=True)).to_be_focused()
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.matches('#own-form button')"):
                break
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Enter")
        page.wait_for_url("**/kpi/don_tren_luot**")
        page.goto("/own")
        page.get_by_role("button", name="Xóa: Đơn trên lượt").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Đã xóa")
        assert "don_tren_luot" not in shop.catalogue.kpis


def test_a_number_of_ones_own_is_named_and_a_reading_chosen(browser: Browser, base: str) -> None:
    with visit(browser, base, width=390, height=844) as page:
        page.goto("/own")
        numbers = page.locator("section", has=page.locator("#own-numbers"))
        numbers.get_by_label("Tên tiếng Việt").fill("Giờ livestream bán hàng mỗi tuần của cửa hàng chính")
        numbers.get_by_role("button", name="Thêm số liệu").click()
        expect(page.get_by_role("status")).to_contain_text("Đã thêm")
        expect(numbers.locator("tbody tr")).to_have_count(1)
        assert cramped(page) == []
        name = numbers.locator("tbody code").inner_text()
        page.goto("/own/edit")
        page.get_by_label("Công thức", exact=True).fill(f"orders / {name}")
        expect(page.locator("#preview .value.none")).to_be_visible()
        preview(page, "laban template numbers")
        assert cramped(page) == []
        page.goto("/own")
        reading = page.locator("#reading-1")
        reading.select_option(index=1)
        page.locator("form", has=reading).get_by_role("button").click()
        expect(page.get_by_role("status")).to_contain_text("Đã đổi cách tính")
        expect(page.locator("#reading-1 option:checked")).to_contain_text("Đang dùng")
        assert cramped(page) == []


def test_a_kpi_is_made_without_scripts(browser: Browser, base: str) -> None:
    with visit(browser, base, java_script_enabled=False) as page:
        page.goto("/own/edit")
        page.get_by_label("Tên tiếng Việt").fill("Đơn trên lượt")
        page.get_by_label("Công thức", exact=True).fill("orders / sessions")
        page.get_by_role("button", name="Xem thử").click()
        preview(page, "135 ÷ 11.023")
        page.get_by_role("button", name="Lưu", exact=True).click()
        page.wait_for_url("**/kpi/don_tren_luot**")
