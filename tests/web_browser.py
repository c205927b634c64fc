"""A real browser for tests: the system's Chromium, and a page that remembers everything it should not have done."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
#: A busy machine is slow, not wrong.
PATIENCE_MS = 30_000
#: Told by the page itself: what the content security policy stopped, and how far things jumped about.
WATCH = """
window.watched = {violations: [], shift: 0};
document.addEventListener("securitypolicyviolation", (event) => {
  window.watched.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.watched.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""

#: What is wider than the page, and what is too small to be hit with a thumb.
CRAMPED = """[
  ...(document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("main *")]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.parentElement.closest(".scroll"))),
  ...[...document.querySelectorAll("a.button, button, .step, .nav a, .theme, .pills a")]
    .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 32),
].map((e) => e.outerHTML.slice(0, 200))"""


def find_chromium() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip(
            f"no browser here (looked for {', '.join(NAMES)}): install Chromium to run the tests of the pages"
        )
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Watch:
    """What a page did that it must not: errors, dialogs, requests to others."""

    base: str
    faults: list[str] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"console {message.type}: {message.text}")

    def on_request(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.faults.append(f"request to {request.url}")

    def on_page(self, page: Page) -> None:
        page.add_init_script(WATCH)
        page.on("console", self.on_console)
        page.on("request", self.on_request)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))


@contextmanager
def visit(
    browser: Browser, base: str, *, width: int = 1280, height: int = 900, expected: str = "", **options: Any
) -> Iterator[Page]:
    """Give a fresh page on ``base``; afterwards nothing may have gone wrong on it but what is ``expected``."""
    watch = Watch(base)
    settings: dict[str, Any] = {"locale": "vi-VN", "color_scheme": "light", "base_url": base, **options}
    context: BrowserContext = browser.new_context(viewport={"width": width, "height": height}, **settings)
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = context.new_page()
        watch.on_page(page)
        yield page
        if options.get("java_script_enabled", True):
            watched = page.evaluate("window.watched")
            watch.faults += watched["violations"]
        faults = [fault for fault in watch.faults if not expected or expected not in fault]
        assert not faults, faults
    finally:
        context.close()


def cramped(page: Page) -> list[str]:
    """What sticks out of the page or is too small to be hit."""
    found: list[str] = page.evaluate(CRAMPED)
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return found or (["the page is wider than the window"] if wide else [])
