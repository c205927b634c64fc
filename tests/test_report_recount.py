"""Platforms change how they count: the two ways are never judged against each other, and the line shows the break."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from laban.periods import Period
from laban.report import narrative
from laban.report.views import kpi_page
from laban.settings import Settings
from laban.sources.model import Reading, Slice
from laban.workspace import Workspace

TODAY = date(2026, 2, 16)
FIRST, SWITCH = date(2025, 9, 1), date(2025, 11, 17)
COLUMNS = ("date", "post_id", "network", "impressions", "views", "reach", "reactions", "shares", "link_clicks")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Posts of every day; from the middle of November the platform tells views, twice as many as impressions were."""
    root = tmp_path_factory.mktemp("recount")
    with Workspace.create(root, Settings(name="Thử"), today=TODAY) as workspace:
        days = [FIRST + timedelta(days=n) for n in range((TODAY - FIRST).days)]
        rows = [
            (day, f"p{day}", "facebook", *((1000, None) if day < SWITCH else (None, 2000)), 800, 40, 10, 30)
            for day in days
        ]
        part = Slice("fact_social_post", "meta_business_suite", "", "all", "day", FIRST, TODAY, COLUMNS, rows)
        reading = Reading(
            "posts.csv", "meta_business_suite", "loaded", len(rows), FIRST, TODAY, "VND", slices=(part,)
        )
        file = root / "posts.csv"
        file.write_text("posts", "utf-8")
        digest = hashlib.sha256(b"posts").hexdigest()
        when = datetime.combine(TODAY, time(9))
        workspace.warehouse.load(reading, digest=digest, name=file.name, path=file, loaded_at=when)
        yield workspace


def test_two_ways_of_counting_are_never_judged_against_each_other(shop: Workspace) -> None:
    week = Period(SWITCH, SWITCH + timedelta(days=7))
    view = kpi_page(shop, "social_ctr", period=week)
    change = view.tile.change
    assert change is not None
    assert (change.word, change.verdict, change.reason) == ("down", "neutral", "redefined")
    for lang, says in (("vi", "đổi cách đếm"), ("en", "changed how it counts")):
        assert says in narrative.reason_sentence(view.tile, lang)


def test_weeks_that_are_counted_alike_are_judged_as_ever(shop: Workspace) -> None:
    for start in (FIRST + timedelta(days=21), SWITCH + timedelta(days=21)):
        change = kpi_page(shop, "social_ctr", period=Period(start, start + timedelta(days=7))).tile.change
        assert change is not None
        assert change.reason != "redefined"


def test_the_line_shows_where_counting_changed(shop: Workspace) -> None:
    found = [e for e in kpi_page(shop, "social_ctr").events if e.code == "social_views_counted"]
    assert [event.start for event in found] == [SWITCH]
    assert not [e for e in kpi_page(shop, "social_likes").events if e.code == "social_views_counted"]
    assert "lượt xem thay cho lượt hiển thị" in narrative.event_title(found[0], "vi")


def test_what_is_counted_either_way_is_added_up_once(shop: Workspace, tmp_path: Path) -> None:
    del tmp_path
    weeks = Period(SWITCH - timedelta(days=7), SWITCH + timedelta(days=7))
    parts = kpi_page(shop, "social_ctr", period=weeks).tile.parts
    assert (parts["social_impressions_counted"], parts["social_views_counted"]) == (7_000, 14_000)
