"""Take a picture of every page at two widths, in both languages, light and dark, into shots/.

Shows the demo company in demo/, which is made first where it is missing.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

from laban.i18n import LANGUAGES
from laban.web.app import make_server
from laban.workspace import Workspace

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
WIDTHS = {1280: 900, 390: 844}
THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
PAGES = {
    "scorecard": "/",
    "fifteen": "/?pack=essential_fifteen&compare=year",
    "kpi": "/kpi/conversion_rate?by=device",
    "kpi-money": "/kpi/return_on_ad_spend?by=campaign",
    "data": "/data",
    "sources": "/data/sources",
    "quality": "/data/quality",
    "mappings": "/data/mappings",
    "own": "/own",
    "own-edit": "/own/edit?name_vi=Đơn+mỗi+khách&name_en=Orders+per+customer&formula=orders+%2F+customers_active",
    "dictionary": "/dictionary?q=ty%20le",
    "tables": "/tables",
    "table-conversion": "/tables/conversion",
    "table-roas": "/tables/roas",
    "table-retention": "/tables/retention",
    "table-engagement": "/tables/engagement?by=content_type,topic",
    "filters": "/dictionary?scope=operational&timing=leading",
    "names": "/dictionary/names",
    "boards": "/boards",
    "social": "/?pack=social_twenty",
    "levels": "/boards/levels",
    "company": "/boards/company",
    "department": "/boards/department/sales",
    "operational": "/boards/operational",
    "executive": "/boards/executive",
    "funnel": "/funnel",
    "pairs": "/pairs",
    "pair": "/pairs/marketing_attributed_revenue",
    "tree": "/tree/marketing_roi?to=click_through_rate",
    "notices": "/kpi/customer_lifetime_value",
    "error": "/kpi/conversion_rat",
}


@contextmanager
def served(workspace: Workspace) -> Iterator[str]:
    """Serve ``workspace`` on a free port and give its address."""
    server = make_server(workspace, port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def shoot(browser: Browser, base: str, folder: Path, name: str, path: str) -> None:
    """Picture one page in every width, language and theme."""
    for width, height in WIDTHS.items():
        for theme in THEMES:
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
            page = context.new_page()
            for lang in LANGUAGES:
                page.goto(f"{base}{path}{'&' if '?' in path else '?'}lang={lang}")
                if page.locator("figure.chart").count():
                    page.locator("figure.chart.ready").wait_for(timeout=60_000)
                page.screenshot(path=folder / f"{name}-{lang}-{width}-{theme}.png", full_page=True)
            context.close()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, default=ROOT / "demo", help="the company to show")
    parser.add_argument("--output", type=Path, default=ROOT / "shots", help="where the pictures go")
    chosen = parser.parse_args()
    chromium = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if chromium is None:
        sys.exit(f"No browser here (looked for {', '.join(BROWSERS)}): install Chromium first.")
    if not (chosen.workspace / "laban.toml").exists():
        subprocess.run([sys.executable, "-m", "laban", "demo", str(chosen.workspace), "--no-serve"], check=True)
    chosen.output.mkdir(parents=True, exist_ok=True)
    with Workspace.open(chosen.workspace) as workspace, served(workspace) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, path in PAGES.items():
            shoot(browser, base, chosen.output, name, path)
            print(f"{name}: {2 * len(WIDTHS) * len(THEMES)} pictures")
        browser.close()
    print(f"Pictures are in {chosen.output}.")


if __name__ == "__main__":
    main()
