"""Doubts about the data reach the page, the KPIs they touch, and the terminal; imports bring and settle them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from laban.analysis.quality import Doubt
from laban.care.forget import DOUBTS
from laban.cli import main
from laban.periods import Period
from laban.report.views import doubts_kept, kpi_page, scorecard
from laban.report.views.doubts import doubts_of
from laban.report.views.quality import quality_page
from laban.settings import Settings
from laban.web.app import create_app
from laban.workspace import Workspace
from source_files import table
from web_client import Client

TODAY = date(2026, 11, 16)
DAYS = [date(2026, 8, 24) + timedelta(days=n) for n in range(84)]
LOST = {date(2026, 11, 10), date(2026, 11, 11)}
WEEK = Period.parse("2026-W46")
BEFORE = Period.parse("2026-W44")
ORDERS = ("Mã đơn hàng", "Ngày đặt", "Trạng thái", "Tiền hàng")


def ga4() -> str:
    head = f"# Start date: {DAYS[0]:%Y%m%d}\n# End date: {DAYS[-1]:%Y%m%d}\n"
    heading = ("Date", "Session default channel group", "Session source / medium", "Sessions", "Key events")
    rows = [
        (f"{day:%Y%m%d}", "Paid Search", "google / cpc", 2 if day in LOST else 300 + n % 17, 9)
        for n, day in enumerate(DAYS)
    ]
    return head + table(heading, *rows, (f"{DAYS[0]:%Y%m%d}", "Unassigned", "Facebook / Trả Tiền", 90, 0))


def orders(status: str = "Đã giao") -> str:
    rows = [(f"D{n}-{i}", f"{day:%d/%m/%Y}", status, 100000) for n, day in enumerate(DAYS) for i in range(3)]
    return table(ORDERS, *rows)


def bring(workspace: Workspace, name: str, text: str) -> None:
    path = workspace.root / name
    path.write_text(text, "utf-8")
    outcome = workspace.import_file(path)
    assert outcome.status == "loaded", outcome.findings


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", Settings(name="Mây"), today=TODAY) as workspace:
        bring(workspace, "ga4.csv", ga4())
        bring(workspace, "orders.csv", orders())
        yield workspace


def codes(workspace: Workspace) -> list[str]:
    return [doubt.code for doubt in doubts_of(workspace)]


def test_what_is_wrong_in_files_becomes_doubts(shop: Workspace) -> None:
    assert codes(shop) == ["sudden_zero", "tag_outside_rules"]


def test_a_later_import_brings_and_settles_doubts(shop: Workspace) -> None:
    bring(shop, "no status.csv", orders(status=""))
    assert codes(shop) == ["sudden_zero", "no_status", "tag_outside_rules"]
    shop.undo(shop.imports()[0].id)
    assert codes(shop) == ["sudden_zero", "tag_outside_rules"]


def test_a_tile_carries_the_doubts_about_its_own_days_and_sources_only(shop: Workspace) -> None:
    def marked(period: Period) -> dict[str, list[str]]:
        board = scorecard(shop, period=period, pack="essential_fifteen")
        return {tile.kpi.id: [doubt.code for doubt in tile.doubts] for tile in board.tiles}

    now, before = marked(WEEK), marked(BEFORE)
    assert now["website_traffic"] == ["sudden_zero"]
    assert before["website_traffic"] == []
    assert all(codes == [] for kpi, codes in now.items() if "fact_web_sessions" not in shop.catalogue.facts_of(kpi))


def test_the_kpi_page_carries_the_same_mark(shop: Workspace) -> None:
    (doubt,) = kpi_page(shop, "website_traffic", period=WEEK).tile.doubts
    assert (doubt.code, doubt.period) == ("sudden_zero", Period(date(2026, 11, 10), date(2026, 11, 12)))


def test_what_touches_most_kpis_comes_first(shop: Workspace) -> None:
    bring(shop, "no status.csv", orders(status=""))
    view = quality_page(shop)
    sizes = [len(item.kpis) for item in view.doubts if item.recent and item.doubt.level != "info"]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] > 0


def test_the_page_leads_from_the_mark_to_the_doubt_and_back(shop: Workspace, tmp_path: Path) -> None:
    client = Client(create_app(shop, cache=tmp_path))
    link = "/data/quality?kpi=website_traffic&amp;period=2026-W46"
    for path in ("/kpi/website_traffic?period=2026-W46&lang=en", "/?period=2026-W46&lang=en"):
        assert link in client.get(path).text, path
        assert "/data/quality" not in client.get(path.replace("W46", "W44")).text.partition("<main")[2], path
    page = client.get("/data/quality?kpi=website_traffic&period=2026-W46&lang=en").text
    assert "sessions drop to next to nothing" in page
    assert "/kpi/conversion_rate" in page
    assert "Facebook" not in page
    everything = client.get("/data/quality?lang=vi").text
    assert "Facebook / Trả Tiền" in everything
    assert client.get("/data/quality.json").json()["doubts"][0]["doubt"]["code"] == "sudden_zero"
    assert "/data/quality" in client.get("/data").text
    assert client.get("/data/quality?kpi=conversion_rat").status_code == 404


def test_a_hostile_tag_is_only_text(shop: Workspace, tmp_path: Path) -> None:
    bring(shop, "evil.csv", ga4().replace("Facebook / Trả Tiền", "<script>alert(1)</script> {0} {x.y} / cpc"))
    page = Client(create_app(shop, cache=tmp_path)).get("/data/quality").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_terminal_says_the_same(shop: Workspace) -> None:
    shop.close()
    run = CliRunner().invoke
    words = run(main, ["check", "-w", str(shop.root), "--lang", "en", "--week", "2026-W46"])
    assert words.exit_code == 0
    assert "Google Analytics 4: sessions drop to next to nothing, 10–11 Nov 2026" in words.output
    found = json.loads(run(main, ["check", "-w", str(shop.root), "--json", "--kpi", "website_traffic"]).output)
    assert "sudden_zero" in [item["doubt"]["code"] for item in found["doubts"]]
    board = run(main, ["board", "-w", str(shop.root), "--week", "2026-W46", "--lang", "en"]).output
    assert "⚠" in board
    assert "laban check --week 2026-W46" in board


def test_an_empty_workspace_has_nothing_to_doubt(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "new", Settings(), today=TODAY) as workspace:
        assert quality_page(workspace).doubts == ()
        page = Client(create_app(workspace, cache=tmp_path)).get("/data/quality?lang=en")
        assert (page.status_code, "Nothing found" in page.text) == (200, True)


def test_doubts_are_kept_until_the_data_or_the_day_change(shop: Workspace) -> None:
    found = doubts_of(shop)
    shop.close()
    kept = shop.root / ".doubts.json"
    assert kept.exists()
    with Workspace.open(shop.root, today=TODAY) as again:
        assert doubts_of(again) == found
        again.undo(again.imports()[0].id)
        assert "sudden_zero" in codes(again)
    with Workspace.open(shop.root, today=TODAY + timedelta(days=20)) as later:
        assert "stale" in codes(later)
    for text in ("", "{", '{"key": []}', "[]", '{"key": 1, "doubts": [{}]}'):
        kept.write_text(text, "utf-8")
        with Workspace.open(shop.root, today=TODAY) as again:
            assert "sudden_zero" in codes(again)


def test_every_value_of_a_doubt_survives_being_kept(tmp_path: Path) -> None:
    values = {"day": TODAY, "spend": Decimal("1.50"), "tags": ("a", "b"), "n": 3, "text": "x", "money": ("spend",)}
    doubts = (
        Doubt("gap", "warning", ("fact_order",), ("status",), "ga4", "a", WEEK, values, 7),
        Doubt("stale", "error", ()),
    )
    doubts_kept.keep(tmp_path, (1, TODAY), doubts)
    assert doubts_kept.load(tmp_path, (1, TODAY)) == doubts
    assert doubts_kept.load(tmp_path, (2, TODAY)) is None


def test_forgetting_somebody_knows_where_doubts_are_kept() -> None:
    assert doubts_kept.NAME == DOUBTS
