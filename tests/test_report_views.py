"""The pages' views over a real warehouse: numbers against the rows themselves, comparisons, filters, honesty."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import report_shop as shop
from laban.errors import UnknownNameError, UnsupportedDimensionError
from laban.i18n import messages
from laban.metrics.query import Query
from laban.periods import Period
from laban.report import narrative, views
from laban.report.views import ScorecardView, Tile
from laban.report.views.parts import plain
from laban.settings import Settings
from laban.workspace import Workspace

WEEK = Period.parse("2026-W46")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with shop.build(tmp_path_factory.mktemp("shop")) as made:
        yield made


@pytest.fixture(scope="module")
def board(workspace: Workspace) -> ScorecardView:
    return views.scorecard(workspace)


def at(workspace: Workspace, today: date) -> Workspace:
    """The same workspace on another day."""
    other = dataclasses.replace(workspace, fixed_today=today)
    other.__dict__["warehouse"] = workspace.warehouse
    return other


def tile(board: ScorecardView, kpi: str) -> Tile:
    return next(t for t in board.tiles if t.kpi.id == kpi)


def in_week(rows: list[tuple[object, ...]], week: Period) -> list[tuple[object, ...]]:
    return [row for row in rows if isinstance(row[0], date) and row[0] in week]


def total(rows: list[tuple[object, ...]], column: int) -> Decimal:
    return sum((Decimal(str(row[column])) for row in rows), Decimal(0))


# The scorecard


def test_the_board_shows_the_last_full_week_in_the_order_of_the_pack(board: ScorecardView) -> None:
    assert board.frame.period == WEEK
    assert not board.frame.partial
    assert [t.kpi.id for t in board.tiles] == [
        "conversion_rate", "cost_per_conversion", "website_traffic", "click_through_rate", "social_engagements",
        "cost_per_lead", "customer_retention_rate",
    ]  # fmt: skip
    assert (len(board.big), len(board.rest), board.missing) == (5, 2, ())
    assert board.frame.next == Period.parse("2026-W47")


def test_the_numbers_are_those_of_the_rows(board: ScorecardView) -> None:
    visits = in_week(shop.sessions_rows(), WEEK)
    ads = in_week(shop.ads_rows(), WEEK)
    leads = in_week(shop.leads_rows(), WEEK)
    expected = {
        "website_traffic": total(visits, 3),
        "conversion_rate": total(visits, 6) / total(visits, 3),
        "cost_per_conversion": total(ads, 6) / total(ads, 8),
        "click_through_rate": total(ads, 5) / total(ads, 3),
        "cost_per_lead": total(ads, 6) / len(leads),
    }
    for kpi, value in expected.items():
        assert tile(board, kpi).value == pytest.approx(value, rel=Decimal("1e-25")), kpi


def test_the_comparison_is_the_week_before_and_beside_it_last_year(board: ScorecardView) -> None:
    visits = shop.sessions_rows()
    traffic = tile(board, "website_traffic")
    assert board.frame.baseline == Period.parse("2026-W45")
    assert traffic.baseline == total(in_week(visits, Period.parse("2026-W45")), 3)
    assert (traffic.second.kind, traffic.second.period) == ("year", WEEK.shift(-364))
    assert traffic.second.value == total(in_week(visits, WEEK.shift(-364)), 3)


def test_thirteen_weeks_lead_up_to_the_number(board: ScorecardView) -> None:
    for made in board.tiles:
        assert len(made.spark) == 13
        assert made.spark[-1].value == made.value
        assert made.spark[-2].value == made.baseline
        assert made.spark[0].period == Period.parse("2026-W34")


def test_a_planted_fall_is_called_bad_and_calm_numbers_are_not(board: ScorecardView) -> None:
    fall = tile(board, "conversion_rate").change
    assert fall is not None
    assert (fall.word, fall.verdict) == ("down", "bad")
    assert fall.high is not None
    assert fall.high < 0
    assert [t.kpi.id for t in board.tiles if t.change and t.change.verdict != "neutral"] == ["conversion_rate"]


def test_numbers_that_still_move_are_marked_and_not_judged(workspace: Workspace) -> None:
    fresh = tile(views.scorecard(workspace), "cost_per_conversion")
    assert fresh.change is not None
    assert fresh.change.reason == "immature"
    assert (fresh.maturity.state, fresh.maturity.days, fresh.maturity.expected) == ("window", 28, None)
    old = tile(views.scorecard(workspace, period=Period.parse("2026-W20")), "cost_per_conversion")
    assert old.change is not None
    assert old.change.reason != "immature"
    assert "immature" not in [note.code for note in old.notes]


def test_a_running_week_meets_as_many_days_of_the_week_before(workspace: Workspace) -> None:
    thursday = at(workspace, date(2026, 11, 12))
    board = views.scorecard(thursday, period=WEEK)
    assert board.frame.partial
    assert board.frame.elapsed == Period(date(2026, 11, 9), date(2026, 11, 12))
    assert board.frame.baseline == Period(date(2026, 11, 2), date(2026, 11, 5))
    traffic = tile(board, "website_traffic")
    assert traffic.value == total(in_week(shop.sessions_rows(), board.frame.elapsed), 3)
    assert traffic.baseline == total(in_week(shop.sessions_rows(), board.frame.baseline), 3)
    assert [p.partial for p in traffic.spark] == [False] * 12 + [True]


def test_tet_is_compared_with_tet_and_november_with_last_november(workspace: Workspace) -> None:
    season = views.scorecard(workspace, period=Period.parse("2026-W07"), compare="tet")
    assert season.frame.compared == "tet"
    # Tết fell on 17 February 2026 and 29 January 2025.
    assert season.frame.baseline == Period.parse("2026-W07").shift(-(date(2026, 2, 17) - date(2025, 1, 29)).days)
    autumn = views.scorecard(workspace, compare="tet")
    assert (autumn.frame.compare, autumn.frame.compared) == ("tet", "year")
    assert narrative.tet_sentence(autumn.frame, "vi")
    assert [t.second.kind for t in autumn.tiles] == ["previous"] * 7


def test_without_a_comparison_nothing_is_judged(workspace: Workspace) -> None:
    board = views.scorecard(workspace, compare="none")
    assert all(t.change is None and t.baseline is None for t in board.tiles)
    assert narrative.headline(board, "vi")[0].startswith("Tuần 46")


def test_a_channel_narrows_the_board_and_names_what_has_no_channels(workspace: Workspace) -> None:
    board = views.scorecard(workspace, channel="paid_social")
    visits = [row for row in in_week(shop.sessions_rows(), WEEK) if row[1] == "paid_social"]
    assert tile(board, "website_traffic").value == total(visits, 3)
    assert "paid_social" in board.frame.channels
    assert {m.code for m in board.missing} <= {"not_by_channel", "no_match", "no_parts", "missing_fact", "no_data"}
    assert "channel=paid_social" in tile(board, "website_traffic").query
    with pytest.raises(UnknownNameError) as refused:
        views.scorecard(workspace, channel="paid_socal")
    assert "paid_social" in refused.value.nearest


def test_the_channels_add_up_to_the_whole(workspace: Workspace, board: ScorecardView) -> None:
    each = [views.scorecard(workspace, channel=name) for name in shop.CHANNELS]
    assert sum(int(tile(b, "website_traffic").value or 0) for b in each) == tile(board, "website_traffic").value


def test_months_and_ranges_have_their_own_course(workspace: Workspace) -> None:
    month = views.scorecard(workspace, period=Period.parse("2026-10"))
    assert [p.period.text() for p in month.tiles[0].spark][-2:] == ["2026-09", "2026-10"]
    odd = views.scorecard(workspace, period=Period.parse("2026-10-05..2026-10-14"))
    assert odd.frame.baseline == Period.parse("2026-09-25..2026-10-04")
    assert odd.tiles[0].spark[-1].period == Period.parse("2026-W42")
    assert odd.frame.previous == odd.frame.baseline


def test_data_that_end_inside_the_week_are_told_and_not_judged(workspace: Workspace) -> None:
    later = at(workspace, date(2026, 11, 30))
    board = views.scorecard(later, period=Period.parse("2026-11-09..2026-11-20"))
    traffic = tile(board, "website_traffic")
    assert [note.code for note in traffic.notes] == ["data_until"]
    assert traffic.change is not None
    assert traffic.change.verdict == "neutral"
    assert narrative.note_text(traffic.notes[0], "vi") == "Dữ liệu mới có đến 15/11/2026, chưa đủ kỳ này."


def test_an_empty_workspace_says_what_is_missing(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "empty", Settings(), today=shop.TODAY) as empty:
        board = views.scorecard(empty, pack="essential_fifteen")
        assert (board.tiles, len(board.missing), board.freshness) == ((), 15, ())
        for lang in ("vi", "en"):
            assert len(narrative.headline(board, lang)) == 1
            assert all(narrative.missing_text(m, lang) for m in board.missing)
        report = views.weekly_report(empty)
        assert (report.courses, report.channels, report.strengths) == ((), (), ())


def test_sources_are_listed_by_how_far_they_are_behind(workspace: Workspace) -> None:
    found = views.scorecard(at(workspace, shop.TODAY + timedelta(days=10))).freshness
    assert {f.platform for f in found} == {"ga4", "meta_ads", "meta_business_suite", "own_leads", "own_orders"}
    assert all((f.days_behind, f.stale) == (10, True) for f in found)
    assert all((f.days_behind, f.stale) == (0, False) for f in views.scorecard(workspace).freshness)


# The page of a KPI


def test_the_parts_recombine_to_the_whole(workspace: Workspace) -> None:
    page = views.kpi_page(workspace, "conversion_rate", by="device")
    split = page.breakdown
    assert split is not None
    assert [row.key for row in split.rows] == ["mobile", "desktop"]
    assert (split.exact, split.additive, split.more) == (True, True, 0)
    assert sum(row.share or 0 for row in split.rows) == pytest.approx(1)
    for part in split.proof:
        assert part.total == sum((row.parts[part.measure] or 0) for row in split.rows)
    top, bottom = (part.total for part in split.proof)
    assert page.tile.value == pytest.approx(Decimal(top or 0) / Decimal(bottom or 1), rel=Decimal("1e-25"))
    assert narrative.proof_sentence(split, "en") == "The rows add up to the total exactly."


def test_a_proof_fails_when_a_row_is_lost(workspace: Workspace) -> None:
    split = views.kpi_page(workspace, "website_traffic", by="channel").breakdown
    assert split is not None
    short = dataclasses.replace(split.proof[0], rows=int(split.proof[0].rows or 0) - 1)
    broken = dataclasses.replace(split, proof=(short,), exact=short.exact)
    assert narrative.proof_sentence(broken, "en") == "The rows do not add up to the total: sessions."


def test_people_are_never_added(workspace: Workspace) -> None:
    split = views.kpi_page(workspace, "returning_customers_count", by="channel").breakdown
    assert split is not None
    assert (split.additive, split.exact, split.proof) == (False, None, ())


def test_the_course_has_two_years_with_last_year_behind(workspace: Workspace) -> None:
    page = views.kpi_page(workspace, "website_traffic")
    assert len(page.series) == 104
    assert page.series[-1].value == page.tile.value
    last = page.series[-1]
    assert last.baseline == page.series[-53].value
    assert last.baseline_period == page.series[-53].period
    assert {"tet", "sale_11_11", "womens_day"} <= {event.code for event in page.events}


def test_four_comparisons_and_a_reason_for_each_that_is_missing(workspace: Workspace) -> None:
    page = views.kpi_page(workspace, "conversion_rate")
    kinds = {item.kind: item for item in page.comparisons}
    assert list(kinds) == ["previous", "year", "tet", "average", "benchmark"]
    assert kinds["tet"].reason == "not_tet_season"
    weeks = Period(WEEK.start - timedelta(days=84), WEEK.start)
    visits = in_week(shop.sessions_rows(), weeks)
    assert kinds["average"].value == pytest.approx(total(visits, 6) / total(visits, 3), rel=Decimal("1e-25"))
    for item in page.comparisons:
        assert (item.value is None) == (item.reason is not None)
        assert narrative.compared_label(item, page.frame, "vi")


def test_the_formula_is_filled_with_its_numbers(workspace: Workspace) -> None:
    page = views.kpi_page(workspace, "cost_per_conversion")
    assert [(t.kind, t.text) for t in page.formula_tokens] == [
        ("part", "ad_spend"),
        ("op", "÷"),
        ("part", "ad_conversions"),
    ]
    money, count = page.formula_parts
    assert (money.is_money, count.is_money) == (True, False)
    assert money.value is not None
    assert count.value is not None
    assert page.tile.value == pytest.approx(Decimal(money.value) / Decimal(count.value))
    ads = in_week(shop.ads_rows(), WEEK)
    assert narrative.formula_words(page, "en") == "ad spend ÷ conversions from ads"
    filled = narrative.formula_numbers(page, "en")
    assert filled.startswith(f"₫{total(ads, 6):,.0f} ÷ {total(ads, 8):,.0f} = ₫")


def test_the_page_names_the_imports_behind_the_number(workspace: Workspace) -> None:
    page = views.kpi_page(workspace, "cost_per_lead")
    assert {item.name for item in page.imports} == {"meta_ads.csv", "own_leads.csv"}
    assert all(item.last_day == date(2026, 11, 15) for item in page.imports)


def test_a_dimension_that_does_not_fit_is_refused_with_those_that_do(workspace: Workspace) -> None:
    with pytest.raises(UnsupportedDimensionError) as refused:
        views.kpi_page(workspace, "conversion_rate", by="agent")
    assert "device" in str(refused.value)
    with pytest.raises(UnknownNameError):
        views.kpi_page(workspace, "conversionrate")


def test_kpis_of_every_kind_have_a_page_that_can_be_written_as_json(workspace: Workspace) -> None:
    catalogue = workspace.catalogue
    each = {(kpi.category, kpi.aggregation, kpi.unit): name for name, kpi in catalogue.kpis.items()}
    for kpi in dict.fromkeys((*catalogue.packs["weekly_seven"].kpis, *each.values())):
        page = views.kpi_page(workspace, kpi)
        again = json.loads(json.dumps(page.as_json()))
        assert again["tile"]["kpi"]["id"] == kpi
        assert (page.missing is None) == (page.tile.value is not None)
        for lang in ("vi", "en"):
            assert narrative.kpi_sentence(page.tile, page.frame, lang)
            assert narrative.formula_words(page, lang)
            if page.missing:
                assert narrative.missing_text(page.missing, lang)


# The other pages


def test_the_dictionary_finds_without_accents_and_by_abbreviation(workspace: Workspace) -> None:
    for words in ("ty le chuyen doi", "CR", "conversion rate"):
        assert views.dictionary(workspace, words).hits[0].kpi.id == "conversion_rate"
    everything = views.dictionary(workspace)
    assert len(everything.hits) == everything.total == len(workspace.catalogue.kpis)
    assert "weekly_seven" in next(h for h in everything.hits if h.kpi.id == "conversion_rate").packs
    assert views.dictionary(workspace, "zzzz").hits == ()


def test_the_data_page_lists_imports_and_the_inbox(workspace: Workspace) -> None:
    (workspace.inbox / "ga4.csv").write_text("x", "utf-8")
    (workspace.inbox / "new.csv").write_text("xy", "utf-8")
    (workspace.inbox / ".hidden").write_text("", "utf-8")
    page = views.data_page(workspace, inbox=workspace.inbox)
    assert [row.platform for row in page.imports] == [
        "meta_business_suite",
        "own_orders",
        "own_leads",
        "meta_ads",
        "ga4",
    ]
    assert page.imports[-1].last_day == date(2026, 11, 15)
    assert [(f.name, f.size, f.imported) for f in page.inbox] == [("ga4.csv", 1, True), ("new.csv", 2, False)]
    assert json.dumps(page.as_json())


def test_a_period_ahead_has_no_numbers_even_where_they_look_back(workspace: Workspace) -> None:
    ahead = views.scorecard(workspace, period=Period.parse("2027-W10"))
    assert (ahead.tiles, ahead.missing) == ((), ())
    page = views.kpi_page(workspace, "customer_retention_rate", period=Period.parse("2027-W10"))
    assert page.tile.value is None
    assert page.missing is not None
    assert page.missing.code == "not_begun"
    assert page.comparisons[0].reason == "no_baseline"
    assert page.series[-1].period.end <= shop.TODAY + timedelta(days=7)


def test_a_split_median_is_never_judged(workspace: Workspace) -> None:
    page = views.kpi_page(workspace, "lead_response_time")
    changes = [row.change for row in page.breakdown.rows if row.change] if page.breakdown else []
    assert all(change.verdict == "neutral" for change in changes)
    assert [part.is_time for part in page.formula_parts] == [True]


def test_the_report_names_strengths_and_weak_spots_with_evidence(workspace: Workspace) -> None:
    report = views.weekly_report(workspace)
    assert (report.weak_spots[0].tile.kpi.id, report.weak_spots[0].kind) == ("conversion_rate", "previous")
    assert [spot.kind for spot in report.strengths] == ["year"] * len(report.strengths)
    assert "website_traffic" in [spot.tile.kpi.id for spot in report.strengths]
    assert "so với cùng kỳ năm ngoái" in narrative.evidence(report.strengths[0], report.scorecard.frame, "vi")
    said = narrative.evidence(report.weak_spots[0], report.scorecard.frame, "vi")
    assert "giảm" in said
    assert "so với tuần trước" in said
    assert "mỗi kỳ có ít nhất" in said
    assert [len(course.points) for course in report.courses] == [52] * 4
    assert sum(row.share or 0 for row in report.channels) == pytest.approx(1)
    assert [event.code for event in report.events] == ["sale_11_11", "teachers_day", "black_friday", "sale_12_12"]


def test_both_pages_ask_few_questions(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Query] = []
    run = Workspace.run

    def counted(self: Workspace, query: Query) -> object:
        asked.append(query)
        return run(self, query)

    monkeypatch.setattr(Workspace, "run", counted)
    views.scorecard(workspace, period=Period.parse("2026-W30"))
    assert len(asked) == 3
    asked.clear()
    views.kpi_page(workspace, "website_traffic", period=Period.parse("2026-W30"), by="device")
    assert len(asked) <= 9


# JSON


def test_json_has_numbers_as_numbers_and_periods_in_words(board: ScorecardView) -> None:
    made = json.loads(json.dumps(board.as_json()))
    assert made["frame"]["period"] == {"text": "2026-W46", "first": "2026-11-09", "last": "2026-11-15"}
    traffic = next(t for t in made["big"] if t["kpi"]["id"] == "website_traffic")
    assert isinstance(traffic["value"], int)
    assert traffic["change"]["word"] == "up"
    assert set(made) == {
        "frame", "pack", "packs", "big", "rest", "missing", "freshness", "about", "reconstructed", "parts",
    }  # fmt: skip
    assert plain(Decimal("0.10")) == 0.1
    assert plain({"a": (Decimal("5.00"), None)}) == {"a": [5, None]}


def test_every_code_that_a_view_can_carry_has_its_words() -> None:
    known = messages("vi")
    for area, codes in {
        "note": ("window", "parts_missing", "data_until"),
        "maturity": ("moving", "window", "known", "same_age", "state_final", "state_moving", "state_window"),
        "missing": ("no_data", "no_parts", "zero_denominator", "not_by_channel"),
        "compared": ("no_baseline", "not_tet_season", "too_short", "no_benchmark"),
        "compare_short": ("previous", "year", "tet"),
    }.items():
        assert [code for code in codes if f"{area}.{code}" not in known] == []
