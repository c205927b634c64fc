"""A young number on the pages: where it will end, what it is compared with, and what is said of it."""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from laban.metrics.query import Query
from laban.periods import Period, unit_of
from laban.report import narrative_maturity, sheets
from laban.report.views import kpi_page, scorecard
from laban.report.views.parts import FINAL, Tile
from laban.settings import Settings
from laban.sources.model import Reading, Slice
from laban.workspace import Workspace

SUNDAY = date(2026, 11, 15)
FILES = 12
FIRST = SUNDAY - timedelta(days=7 * FILES + 35)
COLUMNS = (
    *("date", "channel_group", "campaign", "impressions", "clicks", "link_clicks", "spend", "spend_reporting"),
    *("conversions", "currency"),
)


def purchases() -> dict[date, list[int]]:
    """How late each purchase of a day was counted."""
    chance, found = random.Random(4), {}  # noqa: S311  a simulation
    for number in range((SUNDAY - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        count = 20 + round(4 * math.sin(number / 7)) + chance.randint(-3, 3)
        found[day] = [0 if chance.random() < 0.6 else min(27, 1 + int(chance.expovariate(0.2))) for _ in range(count)]
    return found


PURCHASES = purchases()


def known(day: date, on: date) -> int:
    return sum(lag <= (on - day).days for lag in PURCHASES[day])


def take(workspace: Workspace, sunday: date, first: date, loaded: date) -> None:
    days = [first + timedelta(days=n) for n in range((sunday - first).days + 1)]
    rows = [
        (
            d,
            "paid_social",
            "Thu",
            9000,
            300,
            300,
            Decimal(900_000),
            Decimal(900_000),
            Decimal(known(d, sunday)),
            "VND",
        )
        for d in days
    ]
    end = sunday + timedelta(days=1)
    part = Slice("fact_ad_performance", "meta_ads", "shop", "campaign", "day", first, end, COLUMNS, rows)
    name = f"Meta {sunday}"
    path = workspace.root / f"{name}.csv"
    path.write_text(name, "utf-8")
    reading = Reading(path.name, "meta_ads", "loaded", len(rows), first, end, "VND", slices=(part,))
    digest = hashlib.sha256(name.encode()).hexdigest()
    loaded_at = datetime.combine(loaded, time(8))
    workspace.warehouse.load(reading, digest=digest, name=path.name, path=path, loaded_at=loaded_at)


def shop(root: Path, files: int) -> Workspace:
    """A shop that downloaded its ads every Sunday and imported all the files at once."""
    monday = SUNDAY + timedelta(days=1)
    workspace = Workspace.create(root, Settings(name="Tiệm Vải Mây"), today=monday)
    for back in range(files - 1, -1, -1):
        sunday = SUNDAY - timedelta(days=7 * back)
        take(workspace, sunday, FIRST if back == files - 1 else sunday - timedelta(days=34), monday)
    return workspace


@pytest.fixture(scope="module")
def weekly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with shop(tmp_path_factory.mktemp("weekly"), FILES) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with shop(tmp_path_factory.mktemp("once"), 1) as workspace:
        yield workspace


def week(back: int = 0) -> Period:
    return unit_of(SUNDAY - timedelta(days=7 * back), "week")


def tile(workspace: Workspace, period: Period | None = None) -> Tile:
    return kpi_page(workspace, "cost_per_conversion", period=period or week()).tile


def total(period: Period, on: date | None = None) -> int:
    days = [period.start + timedelta(days=n) for n in range(period.days)]
    return sum(len(PURCHASES[d]) if on is None else known(d, on) for d in days)


def test_a_young_number_says_where_it_will_end(weekly: Workspace) -> None:
    made = tile(weekly)
    ripe = made.maturity
    cost = 7 * 900_000
    assert float(made.value or 0) == pytest.approx(cost / total(week(), SUNDAY))
    assert ripe.state == "moving"
    assert ripe.low is not None
    assert ripe.high is not None
    assert ripe.expected is not None
    assert ripe.low < ripe.expected < ripe.high < float(made.value or 0)
    final = cost / total(week())
    assert ripe.low <= final <= ripe.high
    assert abs(float(ripe.expected) - final) < 0.3 * abs(float(made.value or 0) - final)


def test_a_young_number_is_compared_with_the_earlier_one_as_it_was_when_just_as_young(weekly: Workspace) -> None:
    made = tile(weekly)
    earlier = total(week(1), SUNDAY - timedelta(days=7))
    assert earlier < total(week(1), SUNDAY)
    assert float(made.baseline or 0) == pytest.approx(7 * 900_000 / earlier)
    assert float(made.maturity.grown or 0) == pytest.approx(7 * 900_000 / total(week(1), SUNDAY))
    assert made.change is not None
    assert made.change.reason != "immature"
    page = kpi_page(weekly, "cost_per_conversion", period=week())
    assert page.comparisons[0].value == made.baseline
    assert page.comparisons[0].change == made.change


def test_a_ripe_number_is_final(weekly: Workspace) -> None:
    assert tile(weekly, week(6)).maturity.final
    assert kpi_page(weekly, "click_through_rate", period=week()).tile.maturity == FINAL


def test_spend_is_not_expected_to_grow(weekly: Workspace) -> None:
    result = weekly.run(Query(("cost_per_conversion",), week()))
    assert result.rows[0].cells[0].parts["ad_spend"] == 7 * 900_000
    assert narrative_maturity.sentences(kpi_page(weekly, "cost_per_click", period=week()).tile, "vi") == ()


def test_without_a_history_the_usual_window_is_told_and_nothing_judged(once: Workspace) -> None:
    made = tile(once)
    assert (made.maturity.state, made.maturity.days, made.maturity.expected) == ("window", 28, None)
    assert made.change is not None
    assert made.change.reason == "immature"
    (said,) = narrative_maturity.sentences(made, "vi")
    assert said.startswith("Có thể còn thay đổi trong khoảng 28 ngày")
    assert "usual window" in narrative_maturity.sentences(made, "en")[0]
    assert "imported again" in narrative_maturity.why(made, "en")


def test_a_channel_has_an_end_of_its_own(weekly: Workspace) -> None:
    narrowed = kpi_page(weekly, "cost_per_conversion", period=week(), channel="paid_social").tile
    assert narrowed.maturity == tile(weekly).maturity
    assert kpi_page(weekly, "cost_per_conversion", period=week(), channel="email").tile.maturity == FINAL


def test_the_sentences_name_now_end_and_band(weekly: Workspace) -> None:
    made = tile(weekly)
    vi, en = (narrative_maturity.sentences(made, lang) for lang in ("vi", "en"))
    assert len(vi) == len(en) == 2
    assert vi[0].startswith("Hiện là ")
    assert "dự kiến chốt ở" in vi[0]
    assert en[0].startswith("Now ")
    assert "80 % between" in en[0]
    assert "lúc cũng mới như vậy" in vi[1]
    assert "just as young" in en[1]
    assert narrative_maturity.state(made, "vi") == "còn thay đổi, có dự kiến"


def test_json_and_spreadsheet_carry_it_too(weekly: Workspace) -> None:
    board = scorecard(weekly, period=week())
    told = json.loads(json.dumps(board.as_json()))
    (entry,) = [t for t in told["big"] + told["rest"] if t["kpi"]["id"] == "cost_per_conversion"]
    assert entry["maturity"]["state"] == "moving"
    assert entry["maturity"]["low"] < entry["maturity"]["expected"] < entry["maturity"]["high"]
    (sheet,) = sheets.of_scorecard(board, "en")
    assert [column.name for column in sheet.columns][-4:] == ["Maturity", "Expected end", "Low (80 %)", "High (80 %)"]
    assert all(len(row) == len(sheet.columns) for row in sheet.rows)


def test_an_import_taken_back_is_forgotten(tmp_path: Path) -> None:
    with shop(tmp_path, FILES) as workspace:
        before = tile(workspace).maturity
        assert before.state == "moving"
        for record in workspace.imports()[1:]:
            workspace.warehouse.undo(record.id, datetime.combine(SUNDAY, time(9)))
        assert tile(workspace).maturity.state == "window"


def test_a_number_whose_file_was_not_renewed_says_so(weekly: Workspace) -> None:
    weekly.fixed_today = SUNDAY + timedelta(days=90)
    try:
        made = tile(weekly)
        assert made.maturity.known == SUNDAY
        assert "15/11/2026" in narrative_maturity.sentences(made, "vi")[1]
    finally:
        weekly.fixed_today = SUNDAY + timedelta(days=1)
