"""Every page in a real browser: one journey each, and what must hold on all of them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from report_shop import HOSTILE, build
from web_browser import chromium, cramped, visit
from web_server import served

pytestmark = pytest.mark.browser

PATHS = (
    "/",
    "/?pack=essential_fifteen",
    "/kpi/click_through_rate?by=campaign",
    "/kpi/conversion_rate",
    "/data",
    "/dictionary",
    "/nowhere",
)


#: Where the focused element stands and whether it can be seen that it is focused; a tile shows it for its link.
FOCUSED = """(() => {
  const focused = document.activeElement;
  if (focused === document.body) return null;
  const shown = focused.closest(".tile") ?? focused;
  return [scrollY + shown.getBoundingClientRect().top, getComputedStyle(shown).outlineStyle];
})()"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def base(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with build(tmp_path_factory.mktemp("shop")) as workspace, served(workspace) as address:
        yield address


def live_chart(page: Page) -> None:
    """Wait until the picture has become a chart; the script may have to be made first."""
    page.locator("figure.chart.ready canvas").wait_for(timeout=60_000)


def shift(page: Page) -> float:
    return float(page.evaluate("window.watched.shift"))


# one journey per page


def test_from_the_scorecard_to_a_number_and_back(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/")
        expect(page.locator("h1")).to_have_text(re.compile(r"Tuần 46 \(9–15/11/2026\)"))
        expect(page.locator(".tile")).to_have_count(5)
        page.get_by_role("link", name="Cùng kỳ năm ngoái", exact=True).click()
        assert "compare=year" in page.url
        page.get_by_label("Kênh").select_option("email")
        page.wait_for_url("**channel=email**")
        assert "compare=year" in page.url
        page.locator("a[rel=prev]").click()
        expect(page.locator("h1")).to_contain_text("Tuần 45")
        page.locator(".tile a").first.click()
        page.wait_for_url("**/kpi/**")
        for part in ("period=2026-W45", "compare=year", "channel=email"):
            assert part in page.url
        page.locator(".crumbs a").click()
        expect(page.locator("h1")).to_contain_text("Tuần 45")
        assert "channel=email" in page.url


def test_a_kpi_is_drawn_split_and_explained(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/kpi/click_through_rate?by=campaign")
        live_chart(page)
        page.locator("figure.chart canvas").scroll_into_view_if_needed()
        box = page.locator("figure.chart canvas").bounding_box()
        assert box is not None
        assert box["width"] > 900
        page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5)
        expect(page.locator(".tip")).to_be_visible()
        expect(page.locator(".tip")).to_contain_text("Tuần")
        page.mouse.move(0, 0)
        expect(page.locator(".tip")).to_be_hidden()
        page.locator(".chart-live").focus()
        page.keyboard.press("End")
        expect(page.locator(".tip")).to_contain_text("Tuần 46 (9–15/11/2026)")
        page.keyboard.press("ArrowLeft")
        expect(page.locator(".tip")).to_contain_text("Tuần 45 (2–8/11/2026)")
        expect(page.locator(".proof")).to_contain_text("đúng bằng tổng")
        expect(page.locator(".breakdown")).to_contain_text(HOSTILE)
        page.get_by_role("link", name="Thiết bị", exact=True).click()
        assert "by=device" in page.url
        page.get_by_text("Xem dạng bảng").click()
        expect(page.locator(".fold .list").first.locator("tbody tr")).to_have_count(104)
        assert shift(page) < 0.02


def test_the_sql_is_copied_without_a_network(browser: Browser, base: str) -> None:
    with visit(browser, base, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto("/kpi/click_through_rate")
        page.get_by_text("Câu SQL đã chạy").click()
        block = page.locator(".sql").first
        block.get_by_role("button", name="Chép").click()
        expect(block.get_by_role("button")).to_have_text("Đã chép")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.endswith(";")
        assert copied == block.locator("pre").text_content()


def test_the_sql_is_copied_where_the_clipboard_is_closed(browser: Browser, base: str) -> None:
    with visit(browser, base, permissions=["clipboard-read"]) as page:
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        page.goto("/kpi/click_through_rate")
        page.get_by_text("Câu SQL đã chạy").click()
        page.locator(".sql button").first.click()
        expect(page.locator(".sql button").first).to_have_text("Đã chép")


def test_the_dictionary_is_searched_by_keyboard(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/dictionary?lang=en")
        page.get_by_role("searchbox").focus()
        page.keyboard.type("ty le chuyen doi")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=ty**")
        first = page.locator(".entry a").first
        expect(first).to_contain_text("conversion rate")
        page.keyboard.press("Tab")
        first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/kpi/**")
        expect(page.locator(".kpi-name")).to_contain_text("conversion rate")


# what holds on every page


@pytest.mark.parametrize(("width", "lang"), [(390, "vi"), (360, "en"), (768, "vi"), (1280, "en")])
def test_nothing_sticks_out(browser: Browser, base: str, width: int, lang: str) -> None:
    with visit(browser, base, width=width, height=844, expected="status of 404") as page:
        for path in PATHS:
            page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
            assert cramped(page) == [], path


def test_the_keyboard_reaches_everything_in_order(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/")
        page.keyboard.press("Tab")
        skip = page.locator(".skip")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        seen: list[float] = []
        for _ in range(40):
            page.keyboard.press("Tab")
            state = page.evaluate(FOCUSED)
            if state is None:
                break
            seen.append(state[0])
            assert state[1] != "none", page.evaluate("document.activeElement.outerHTML")
        assert len(seen) > 15
        # Down the page, row by row: nothing jumps back by more than a row.
        assert all(after > before - 60 for before, after in itertools.pairwise(seen))


def test_dark_follows_the_system_and_the_button(browser: Browser, base: str) -> None:
    dark = "getComputedStyle(document.documentElement).backgroundColor"
    with visit(browser, base, color_scheme="dark") as page:
        page.goto("/kpi/click_through_rate")
        assert page.evaluate(dark) == "rgb(17, 22, 28)"
        live_chart(page)
        page.locator("#theme").focus()
        page.keyboard.press("Space")
        assert page.evaluate(dark) == "rgb(250, 249, 246)"
        page.reload()
        assert page.evaluate(dark) == "rgb(250, 249, 246)"
        live_chart(page)


def test_paper_gets_numbers_and_charts_but_no_buttons(browser: Browser, base: str) -> None:
    with visit(browser, base, color_scheme="dark") as page:
        page.goto("/kpi/click_through_rate?by=campaign")
        live_chart(page)
        page.emulate_media(media="print")
        expect(page.locator("nav.nav")).to_be_hidden()
        expect(page.locator("#theme")).to_be_hidden()
        expect(page.locator("figure.chart canvas")).to_be_hidden()
        expect(page.locator("figure.chart img.light.wide")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


def test_the_scorecard_prints_on_two_sheets(browser: Browser, base: str) -> None:
    with visit(browser, base) as page:
        page.goto("/")
        paper = page.pdf(format="A4", prefer_css_page_size=True)
        assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 2


def test_pages_stand_still_while_they_load(browser: Browser, base: str) -> None:
    for width in (390, 1280):
        with visit(browser, base, width=width, height=844) as page:
            for path in ("/", "/kpi/click_through_rate", "/data", "/dictionary"):
                page.goto(path)
                if path.startswith("/kpi"):
                    page.locator("figure.chart").scroll_into_view_if_needed()
                    live_chart(page)
                assert shift(page) < 0.02, path


def test_everything_can_be_read_without_scripts(browser: Browser, base: str) -> None:
    with visit(browser, base, java_script_enabled=False) as page:
        page.goto("/kpi/click_through_rate?by=campaign")
        picture = page.locator("figure.chart img.light.wide")
        picture.scroll_into_view_if_needed()
        expect(picture).to_be_visible()
        page.get_by_text("Câu SQL đã chạy").click()
        expect(page.locator(".sql pre").first).to_be_visible()
        expect(page.locator(".sql button").first).to_be_hidden()
        page.goto("/")
        page.get_by_label("Kênh").select_option("email")
        page.locator("form", has=page.get_by_label("Kênh")).get_by_role("button", name="Xem").click()
        page.wait_for_url("**channel=email**")
        page.locator("#theme").click()
        assert page.locator("html").get_attribute("data-theme") == "dark"
        page.goto("/data")
        expect(page.get_by_role("button", name="Nhập tệp")).to_be_visible()


# colours can be told apart by everybody


def tokens(theme: str) -> dict[str, str]:
    sheet = (Path(__file__).parent.parent / "src/laban/web/static/app.css").read_text("utf-8")
    start = ":root {" if theme == "light" else ':root[data-theme="dark"] {'
    block = sheet[sheet.index(start) :].partition("}")[0]
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})", block))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_stand_out_from_their_ground(theme: str) -> None:
    colour = tokens(theme)
    for ink in ("ink", "ink-2", "ink-3", "accent", "good", "bad", "watch"):
        for ground in ("paper", "surface", "sunken"):
            assert contrast(colour[ink], colour[ground]) >= 4.5, (ink, ground)
    for tone in ("good", "bad", "watch"):
        assert contrast(colour[tone], colour[f"{tone}-soft"]) >= 4.5, tone
    assert contrast(colour["accent"], colour["accent-soft"]) >= 4.5
    assert contrast(colour["on-accent"], colour["accent"]) >= 4.5
