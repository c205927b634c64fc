"""The boards in a real browser: one journey each, and what must hold on all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from report_shop import build
from web_browser import chromium, cramped, visit
from web_server import served

pytestmark = pytest.mark.browser

PATHS = (
    "/boards",
    "/?pack=social_twenty",
    "/boards/levels",
    "/boards/company",
    "/boards/department/marketing",
    "/boards/operational",
    "/boards/executive",
    "/funnel",
    "/pairs",
    "/pairs/new_customers",
    "/tree/marketing_roi?to=click_through_rate",
    "/dictionary/names",
    "/dictionary?scope=operational&timing=leading",
    "/kpi/customer_lifetime_value",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def base(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with build(tmp_path_factory.mktemp("shop")) as workspace, served(workspace) as address:
        yield address


def shift(page: Page) -> float:
    return float(page.evaluate("window.watched.shift"))


# one journey per page


def test_from_the_boards_to_a_pack_and_a_swap(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/")
        page.get_by_role("link", name="Góc nhìn", exact=True).click()
        expect(page.locator("h1")).to_have_text("Các góc nhìn")
        expect(page.locator("nav.nav [aria-current=page]")).to_have_text("Góc nhìn")
        page.get_by_role("link", name="20 chỉ số mạng xã hội").click()
        page.wait_for_url("**pack=social_twenty**")
        expect(page.locator(".reconstructed")).to_contain_text("dựng lại")
        expect(page.locator(".part")).to_have_count(5)
        swap = page.locator("#entry-social_ctr .swap")
        swap.locator("summary").click()
        swap.locator("a").first.click()
        page.wait_for_url("**swap=social_ctr:**")
        expect(page.locator("#entry-social_ctr")).to_have_count(0)
        page.get_by_role("link", name="Dùng lại").click()
        expect(page.locator("#entry-social_ctr")).to_be_visible()
        assert "swap" not in page.url


def test_the_levels_lead_from_a_question_to_a_number(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/boards/levels?period=2026-W44")
        expect(page.locator(".question")).to_have_count(2)
        page.get_by_label("Kênh").select_option("paid_social")
        page.wait_for_url("**channel=paid_social**")
        expect(page.locator(".notice").first).to_contain_text("cấp chiến lược")
        page.locator(".row h3 a").first.click()
        page.wait_for_url("**/kpi/**")
        for part in ("period=2026-W44", "channel=paid_social"):
            assert part in page.url


def test_one_goes_from_department_to_department(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/boards/company?compare=year")
        page.get_by_role("heading", name="Bán hàng").get_by_role("link").click()
        page.wait_for_url("**/boards/department/sales**")
        assert "compare=year" in page.url
        expect(page.locator(".pills [aria-current]")).to_have_text("Bán hàng")
        page.locator(".pills").get_by_role("link", name="Marketing", exact=True).click()
        expect(page.locator(".kpi-name")).to_contain_text("Marketing")
        assert "compare=year" in page.url


def test_the_operational_board_changes_its_rhythm(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/boards/operational")
        expect(page.locator("h1")).to_contain_text("Tuần 46")
        expect(page.locator(".moves li").first).to_contain_text("giảm")
        expect(page.locator(".fresh li")).not_to_have_count(0)
        page.get_by_role("link", name="Theo ngày", exact=True).click()
        expect(page.locator("h1")).to_have_text("15/11/2026")
        page.locator("a[rel=prev]").click()
        expect(page.locator("h1")).to_have_text("14/11/2026")
        assert "grain=day" in page.url


def test_quarters_are_leafed_through(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/boards/executive")
        expect(page.locator("h1")).to_have_text("Quý 3/2026")
        expect(page.locator(".quarter-card").first.locator("tbody tr")).to_have_count(8)
        page.locator("a[rel=prev]").click()
        expect(page.locator("h1")).to_have_text("Quý 2/2026")


def test_the_funnel_leads_to_the_part_that_loses(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/funnel")
        expect(page.locator(".funnel")).not_to_have_count(0)
        expect(page.locator(".onward.worst")).to_have_count(1)
        page.locator(".verdict .button").click()
        page.wait_for_url("**/kpi/**by=**#parts")
        expect(page.locator(".breakdown")).to_be_visible()


def test_a_lagging_kpi_stands_above_what_foretells_it(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/pairs")
        page.get_by_role("link", name="Khách hàng mới", exact=True).click()
        page.wait_for_url("**/pairs/new_customers**")
        lines = page.locator("svg.line")
        assert lines.count() > 2
        first, second = (lines.nth(place).bounding_box() for place in (0, 1))
        assert first is not None
        assert second is not None
        # The same weeks stand below each other; the border of the upper card is a pixel wider.
        assert abs(first["x"] - second["x"]) < 2
        assert abs(first["width"] - second["width"]) < 4
        assert first["width"] > 900


def test_the_tree_is_walked_by_keyboard(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/kpi/marketing_roi")
        page.get_by_role("link", name="Cây chỉ số").click()
        page.get_by_label("Đi đến").select_option("click_through_rate")
        page.wait_for_url("**to=click_through_rate**")
        expect(page.locator("#node-click_through_rate")).to_be_visible()
        expect(page.locator(".way li")).not_to_have_count(0)
        closed = page.locator(".twigs details:not([open]) > summary").first
        before = page.locator(".node:visible").count()
        closed.focus()
        page.keyboard.press("Enter")
        assert page.locator(".node:visible").count() > before
        page.locator(".way a").last.click()
        expect(page.locator("#node-click_through_rate > .node-said")).to_be_in_viewport()


def test_the_dictionary_is_filtered_as_one_chooses(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/dictionary")
        everything = page.locator(".entry").count()
        page.locator(".filters summary").click()
        page.get_by_label("Thời điểm").select_option("lagging")
        expect(page.locator("#hits .hint").first).to_contain_text("/")
        assert 0 < page.locator(".entry").count() < everything
        assert "timing=lagging" in page.url
        page.reload()
        assert page.locator(".entry").count() < everything
        page.get_by_role("link", name="Tên viết tắt dễ nhầm").click()
        expect(page.locator("#name-CPC .entry")).not_to_have_count(0)


def test_a_slow_kpi_offers_the_span_that_fits(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/kpi/customer_lifetime_value")
        page.locator(".advice a").first.click()
        page.wait_for_url("**period=2026-08-17..2026-11-15**")
        expect(page.locator(".advice .notice.watch")).to_have_count(0)


# what holds on every page


@pytest.mark.parametrize(("width", "lang"), [(360, "vi"), (390, "en"), (1280, "vi")])
def test_nothing_sticks_out_and_nothing_jumps(browser: Browser, base: str, width: int, lang: str) -> None:
    with visit(browser, base, width=width, height=844) as page:
        for path in PATHS:
            page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
            assert cramped(page) == [], path
            assert shift(page) < 0.02, path


def test_every_tab_stop_is_seen(browser: Browser, base: str) -> None:
    seen = """(() => {
      const focused = document.activeElement;
      const shown = focused.closest(".tile, .leaf") ?? focused;
      return focused === document.body || getComputedStyle(shown).outlineStyle !== "none";
    })()"""
    with visit(browser, base) as page:
        for path in ("/boards", "/tree/marketing_roi", "/pairs/new_customers"):
            page.goto(path)
            for _ in range(25):
                page.keyboard.press("Tab")
                assert page.evaluate(seen), page.evaluate("document.activeElement.outerHTML")


def test_boards_are_read_without_scripts_in_the_dark_and_on_paper(browser: Browser, base: str) -> None:
    with visit(browser, base, java_script_enabled=False, color_scheme="dark") as page:
        for path in PATHS:
            page.goto(path)
            expect(page.locator("h1")).to_be_visible()
        page.goto("/tree/marketing_roi")
        page.locator(".twigs details:not([open]) > summary").first.click()
        page.goto("/dictionary")
        page.locator(".filters summary").click()
        page.get_by_label("Cấp").select_option("strategic")
        page.get_by_role("button", name="Tìm").click()
        page.wait_for_url("**level=strategic**")
    with visit(browser, base, color_scheme="dark") as page:
        for path in ("/boards/levels", "/funnel", "/tree/marketing_roi"):
            page.goto(path)
            page.emulate_media(media="print")
            expect(page.locator("nav.nav")).to_be_hidden()
            paper = "getComputedStyle(document.documentElement).backgroundColor"
            assert page.evaluate(paper) == "rgb(255, 255, 255)"
            page.emulate_media(media="screen")
