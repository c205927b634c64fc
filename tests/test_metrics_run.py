"""Answers: splits recombine, comparisons have equal days, what is missing is said, and nothing is asked twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import metrics_shop
from laban.errors import UnknownNameError, UnsupportedDimensionError
from laban.metrics import run as running
from laban.metrics.catalogue import load_catalogue
from laban.metrics.compile import compile_query
from laban.metrics.query import Query
from laban.metrics.result import Cell, Result
from laban.metrics.run import run
from laban.periods import Comparison, Grain, Period
from laban.warehouse import Warehouse

CATALOGUE = load_catalogue()
TODAY = metrics_shop.TODAY
WEEK = Period.parse("2026-W46")
MONTH = Period.parse("2026-10")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with metrics_shop.build(tmp_path_factory.mktemp("shop")) as warehouse:
        yield warehouse


def ask(warehouse: Warehouse, kpis: str, period: Period = MONTH, today: date = TODAY, **more: Any) -> Result:
    return run(Query(tuple(kpis.split()), period, **more), CATALOGUE, warehouse, today=today)


def only(result: Result) -> Cell:
    (row,) = result.rows
    (cell,) = row.cells
    return cell


def fraction(value: object) -> Fraction:
    assert isinstance(value, Decimal | int)
    return Fraction(value)


# -- splits ------------------------------------------------------------------------------------------------------

ADDITIVE = [
    kpi.id
    for kpi in CATALOGUE.kpis.values()
    if all(
        CATALOGUE.measures[i.measure].additivity == "additive" and CATALOGUE.measures[i.measure].kind != "stock"
        for i in CATALOGUE.inputs(kpi.id)
    )
    and not kpi.window_days
]
#: Facts of the shop whose rows speak of a week or a month: a shorter piece of time has none of them.
IN_WINDOWS = {"fact_brand_search", "fact_market_size"}
BY_DAY = [kpi for kpi in ADDITIVE if not IN_WINDOWS & set(CATALOGUE.facts_of(kpi))]
SPLITS = [(kpi, dimension) for kpi in ADDITIVE for dimension in CATALOGUE.allowed_dimensions(kpi)]
RELAXED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@RELAXED
@given(st.sampled_from(SPLITS), st.integers(0, 700), st.integers(1, 60))
def test_any_split_of_additive_measures_recombines(
    shop: Warehouse, split: tuple[str, str], start: int, length: int
) -> None:
    kpi, dimension = split
    first = metrics_shop.FIRST + timedelta(days=start)
    period = Period(first, first + timedelta(days=length))
    whole = only(ask(shop, kpi, period))
    rows = ask(shop, kpi, period, by=(dimension,)).rows
    for name, total in whole.parts.items():
        if name in {i.label for i in CATALOGUE.inputs(kpi)}:
            said = [row.cells[0].parts[name] for row in rows if row.cells[0].parts[name] is not None]
            assert sum(fraction(value) for value in said) == (0 if total is None else fraction(total))


@RELAXED
@given(st.sampled_from(BY_DAY), st.sampled_from(["day", "week", "month", "quarter", "year"]), st.integers(1, 120))
def test_any_cut_in_time_of_additive_measures_recombines(
    shop: Warehouse, kpi: str, grain: Grain, length: int
) -> None:
    period = Period(date(2025, 12, 20), date(2025, 12, 20) + timedelta(days=length))
    whole = only(ask(shop, kpi, period))
    cells = ask(shop, kpi, period, grain=grain).column(kpi)
    for name in {i.label for i in CATALOGUE.inputs(kpi) if i.shift == "now"}:
        said = [cell.parts[name] for cell in cells if cell.parts[name] is not None]
        total = whole.parts[name]
        assert sum(fraction(value) for value in said) == (0 if total is None else fraction(total))


@pytest.mark.parametrize("dimension", ["channel", "device", "landing_page"])
def test_a_ratio_is_the_ratio_of_sums_under_any_split(shop: Warehouse, dimension: str) -> None:
    whole = only(ask(shop, "conversion_rate"))
    cells = [row.cells[0] for row in ask(shop, "conversion_rate", by=(dimension,)).rows]
    done = sum(fraction(cell.parts["converting_sessions"]) for cell in cells)
    visits = sum(fraction(cell.parts["sessions"]) for cell in cells)
    assert abs(fraction(whole.value) - Fraction(done) / Fraction(visits)) < Fraction(1, 10**30)


def test_people_are_never_added_up(shop: Warehouse) -> None:
    quarter = Period.parse("2026-Q3")
    months = ask(shop, "returning_customers_count", quarter, grain="month").column("returning_customers_count")
    whole = only(ask(shop, "returning_customers_count", quarter)).value
    assert sum(fraction(cell.value) for cell in months) - fraction(whole) > 0
    wanted = "SELECT count(DISTINCT customer_key) FROM fact_order_live WHERE NOT is_first_order AND NOT is_test"
    rows = shop.query(
        f"{wanted} AND status IS DISTINCT FROM 'cancelled' AND date >= ? AND date < ?", [quarter.start, quarter.end]
    )
    assert whole == rows[0][0]


def test_several_dimensions_at_once(shop: Warehouse) -> None:
    rows = ask(shop, "website_traffic orders_count", by=("channel",), where=(("channel", ("email", "direct")),)).rows
    assert [row.key for row in rows] == [("direct",), ("email",)]
    pairs = ask(shop, "website_traffic", by=("channel", "device")).rows
    assert sum(fraction(row.cells[0].value) for row in pairs) == fraction(only(ask(shop, "website_traffic")).value)
    assert pairs[-1].key[0] is None


def test_a_hostile_value_is_only_a_value(shop: Warehouse) -> None:
    result = ask(shop, "cost_per_click", where=(("campaign", (metrics_shop.HOSTILE,)),))
    assert only(result).value is not None
    assert only(ask(shop, "cost_per_click", where=(("campaign", ("' OR 1=1 --",)),))).value is None
    rows = ask(shop, "cost_per_click", by=("campaign",)).rows
    assert metrics_shop.HOSTILE in {row.key[0] for row in rows}


# -- comparisons -------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=150)
@given(
    st.dates(date(2019, 1, 1), date(2032, 12, 31)),
    st.integers(0, 120),
    st.integers(0, 400),
    st.sampled_from(["total", "day", "week", "month", "quarter"]),
    st.sampled_from(["previous", "year", "tet"]),
)
def test_comparisons_have_equal_elapsed_days(
    start: date, length: int, ahead: int, grain: Grain, compare: Comparison
) -> None:
    query = Query(
        ("website_traffic",), Period(start, start + timedelta(days=length + 1)), grain=grain, compare=compare
    )
    today = start + timedelta(days=ahead + 1)
    plan = compile_query(query, CATALOGUE, today)
    for bucket in plan.buckets:
        assert bucket.baseline is not None
        assert bucket.current.end <= today
        calendar = compare == "previous" and bucket.current.grain in {"month", "quarter", "year"}
        if not calendar:
            assert bucket.baseline.days == bucket.current.days
        assert bucket.baseline.end <= bucket.current.start


def test_a_running_week_is_cut_and_compared_with_as_many_days(shop: Warehouse) -> None:
    wednesday = date(2026, 11, 11)
    result = ask(shop, "website_traffic", WEEK, wednesday, compare="previous")
    assert result.partial
    assert result.period == Period(date(2026, 11, 9), date(2026, 11, 11))
    assert result.baseline_period == Period(date(2026, 11, 2), date(2026, 11, 4))
    (row,) = result.rows
    assert row.baseline is not None
    assert row.cells[0] == only(ask(shop, "website_traffic", result.period))
    assert row.baseline[0] == only(ask(shop, "website_traffic", result.baseline_period))


def test_weeks_to_come_are_left_out(shop: Warehouse) -> None:
    result = ask(shop, "website_traffic", Period.parse("2026-11"), grain="week")
    assert [row.period.start for row in result.rows] == [date(2026, 11, day) for day in (1, 2, 9)]
    assert not ask(shop, "website_traffic", Period.parse("2027-01"), grain="week").rows[0].cells[0].parts["sessions"]


def test_a_baseline_that_the_data_do_not_reach_is_not_compared(shop: Warehouse) -> None:
    (row,) = ask(shop, "website_traffic orders_count", Period.parse("2025-W10"), compare="year").rows
    assert row.baseline is not None
    assert [cell.value for cell in row.baseline] == [None, None]
    assert row.baseline[0].missing == ("sessions",)
    assert all(cell.value for cell in row.cells)


# -- looking back ------------------------------------------------------------------------------------------------


def test_a_number_that_looks_back_says_what_it_speaks_of(shop: Warehouse) -> None:
    cell = only(ask(shop, "customer_retention_rate", WEEK))
    assert cell.window == Period(WEEK.end - timedelta(days=90), WEEK.end)
    assert only(ask(shop, "customer_retention_rate", Period.parse("2026-Q3"))).window is None
    assert only(ask(shop, "customer_lifetime_value", WEEK)).window == Period(WEEK.end - timedelta(days=365), WEEK.end)
    assert only(ask(shop, "website_traffic", WEEK)).window is None


def test_a_number_that_looks_back_is_not_given_for_days_without_data(shop: Warehouse) -> None:
    later = TODAY + timedelta(days=40)
    for kpi in ("customer_retention_rate", "customer_lifetime_value", "follower_growth_rate"):
        known = only(ask(shop, kpi, Period(TODAY - timedelta(days=7), TODAY)))
        assert known.value is not None
        result = ask(shop, kpi, Period(TODAY + timedelta(days=7), TODAY + timedelta(days=14)), today=later)
        assert only(result).value is None
        assert result.refusals[kpi].code == "after_data"
    assert only(ask(shop, "follower_count", Period(TODAY, TODAY + timedelta(days=7)), today=later)).value is not None


def test_followers_that_were_not_counted_have_not_stood_still(tmp_path: Path) -> None:
    counted = {date(2026, 11, 1): 100, date(2026, 11, 8): 110}
    rows = [(day, "facebook", "shop", n) for day, n in counted.items()]
    visits = [(date(2026, 11, 12), "facebook", 7)]
    followers = metrics_shop.series("fact_social_account", "date network social_account followers", rows)
    seen = metrics_shop.series("fact_social_account", "date network profile_visits", visits, platform="other")
    with metrics_shop.build(tmp_path, [followers, seen]) as warehouse:
        week = Period.parse("2026-W45")
        assert only(ask(warehouse, "follower_growth_rate", week)).value == Decimal("0.1")
        assert only(ask(warehouse, "follower_growth_rate", Period.parse("2026-W46"))).value is None
        assert only(ask(warehouse, "follower_count", Period.parse("2026-W46"))).value == 110


def test_the_activity_window_is_a_setting(shop: Warehouse) -> None:
    query = Query(("customer_retention_rate",), WEEK)
    longer = run(query, load_catalogue(180), shop, today=TODAY)
    assert only(longer).window == Period(WEEK.end - timedelta(days=180), WEEK.end)
    assert only(longer).value != only(run(query, CATALOGUE, shop, today=TODAY)).value


# -- what is missing ---------------------------------------------------------------------------------------------


def test_every_kpi_of_an_empty_warehouse_says_which_table_to_fill(tmp_path: Path) -> None:
    catalogue = load_catalogue(index_base=Period.parse("2025-Q1"))
    with Warehouse.open(tmp_path / "warehouse.duckdb") as empty:
        result = run(Query(tuple(catalogue.kpis), WEEK, compare="tet"), catalogue, empty, today=TODAY)
    assert result.refusals.keys() == CATALOGUE.kpis.keys()
    for kpi, refusal in result.refusals.items():
        assert refusal.code == "missing_fact"
        assert refusal.values["fact"] in CATALOGUE.facts_of(kpi)
        for lang in ("vi", "en"):
            assert refusal.message(lang)
    assert all(cell.value is None for cell in result.rows[0].cells)


@pytest.mark.parametrize(
    ("kpi", "period", "more", "code", "words"),
    [
        ("website_traffic", "2024-08", {}, "before_data", "02/09/2024"),
        ("website_traffic", "2026-12", {}, "after_data", "15/11/2026"),
        ("event_attendance", "2026-W46", {}, "after_data", "Bảng khách mời"),
        ("customer_retention_rate", "2024-W50", {}, "short_history", "180 ngày"),
        ("customer_lifetime_value", "2025-W10", {}, "short_history", "365"),
        ("ad_frequency", "2026-10", {}, "window_not_imported", "01/10/2026–31/10/2026"),
        ("social_reach", "2026-W46", {}, "window_not_imported", "Số liệu trang|cộng dồn"),
        ("cost_per_click", "2026-10", {"where": (("campaign", ("nope",)),)}, "no_match", "bộ lọc"),
    ],
)
def test_a_refusal_teaches(
    shop: Warehouse, kpi: str, period: str, more: dict[str, Any], code: str, words: str
) -> None:
    result = ask(shop, kpi, Period.parse(period), **more)
    refusal = result.refusals[kpi]
    assert refusal.code == code
    assert any(word in refusal.message("vi") for word in words.split("|"))
    assert "{" not in refusal.message("en")


def test_a_column_that_no_file_brought_is_named(tmp_path: Path) -> None:
    visits = metrics_shop.series("fact_web_sessions", "date sessions", [(WEEK.start, 10)], platform="ga4")
    with metrics_shop.build(tmp_path, [visits]) as warehouse:
        result = ask(warehouse, "conversion_rate website_traffic", WEEK)
    assert result.column("website_traffic")[0].value == 10
    assert result.column("conversion_rate")[0].missing == ("converting_sessions",)
    assert result.refusals.keys() == {"conversion_rate"}
    assert "lượt truy cập có chuyển đổi" in result.refusals["conversion_rate"].message("vi")


def test_the_column_that_is_named_is_one_that_a_file_can_bring(tmp_path: Path) -> None:
    columns = "date impressions spend spend_reporting"
    shown = metrics_shop.series("fact_ad_performance", columns, [(WEEK.start, 9, 5, 5)], platform="google_ads")
    with metrics_shop.build(tmp_path, [shown]) as warehouse:
        refusals = ask(warehouse, "cost_per_view cost_per_engagement", WEEK).refusals
    named = [refusals[kpi].values["measure"] for kpi in ("cost_per_view", "cost_per_engagement")]
    assert named == [CATALOGUE.measures[name].name for name in ("ad_video_views", "ad_engagements")]


def test_reach_of_two_platforms_is_not_added(tmp_path: Path) -> None:
    parts = [
        metrics_shop.series(
            "fact_ad_reach", "date reach", [(WEEK.start, 100)], platform=platform, grain="period", end=WEEK.end
        )
        for platform in ("meta_ads", "tiktok_ads")
    ]
    shown = metrics_shop.series("fact_ad_performance", "date impressions", [(WEEK.start, 300)], platform="meta_ads")
    with metrics_shop.build(tmp_path, [*parts, shown]) as warehouse:
        assert ask(warehouse, "ad_frequency", WEEK).refusals["ad_frequency"].code == "several_sources"
        split = ask(warehouse, "ad_frequency", WEEK, by=("platform",))
    assert {row.key: row.cells[0].value for row in split.rows} == {("meta_ads",): 3, ("tiktok_ads",): None}


def test_nothing_sold_is_zero_but_nothing_known_is_not(shop: Warehouse) -> None:
    quiet = next(
        day for day in metrics_shop.days() if not shop.query("SELECT 1 FROM fact_mention_live WHERE date = ?", [day])
    )
    assert only(ask(shop, "brand_mentions", Period(quiet, quiet + timedelta(days=1)))).value == 0
    assert only(ask(shop, "brand_mentions", Period.parse("2020-01"))).value is None


def test_a_share_among_rivals_is_no_number_without_the_rivals(tmp_path: Path) -> None:
    parts = [p for p in metrics_shop.slices() if p.fact == "fact_social_post"]
    with metrics_shop.build(tmp_path, parts) as warehouse:
        result = ask(warehouse, "social_engagements share_of_engagement")
    assert result.column("social_engagements")[0].value
    assert result.column("share_of_engagement")[0].value is None
    assert result.refusals["share_of_engagement"].values["fact"] == "fact_competitor_snapshot"


def test_an_index_needs_its_base_period_and_all_its_parts(tmp_path: Path, shop: Warehouse) -> None:
    kpi = "brand_awareness_proxy_index"
    assert ask(shop, kpi).refusals[kpi].code == "no_base_period"
    catalogue = load_catalogue(index_base=MONTH)
    assert only(run(Query((kpi,), MONTH), catalogue, shop, today=TODAY)).value == 100
    parts = [p for p in metrics_shop.slices() if p.fact != "fact_brand_search"]
    with metrics_shop.build(tmp_path, parts) as warehouse:
        result = run(Query((kpi,), MONTH), catalogue, warehouse, today=TODAY)
    assert only(result).value is None
    assert result.refusals[kpi].values["fact"] == "fact_brand_search"


def test_a_quantile_of_nothing_is_no_number(tmp_path: Path) -> None:
    opened = datetime.combine(WEEK.start, time(9))
    ticket = metrics_shop.entity(
        "fact_support_ticket",
        "date ticket_id opened_at first_reply_at",
        [(WEEK.start, "t1", opened, opened + timedelta(minutes=5)), (TODAY - timedelta(days=1), "t2", opened, None)],
    )
    quick = replace(CATALOGUE.kpi("customer_service_response_time"), formula="first_response_p90")
    catalogue = replace(CATALOGUE, kpis={**CATALOGUE.kpis, quick.id: quick})
    with metrics_shop.build(tmp_path, [ticket]) as warehouse:
        days = run(Query((quick.id,), WEEK, grain="day"), catalogue, warehouse, today=TODAY).column(quick.id)
    assert [day.value for day in days] == [300, *[None] * 6]


GOOGLE = (("platform", ("google_ads",)),)


def test_an_amount_in_an_unknown_currency_makes_the_sum_partial(shop: Warehouse) -> None:
    day = date(2026, 10, 13)
    with_gap = only(ask(shop, "cost_per_click", Period(day, day + timedelta(days=1))))
    assert with_gap.partial
    assert with_gap.missing == ("ad_spend",)
    others = only(ask(shop, "cost_per_click", Period(day, day + timedelta(days=1)), where=GOOGLE))
    assert not others.missing


def test_costs_that_were_not_imported_are_skipped_and_named(tmp_path: Path) -> None:
    parts = [p for p in metrics_shop.slices() if p.fact in {"fact_ad_performance", "fact_lead_event"}]
    with metrics_shop.build(tmp_path, parts) as warehouse:
        cell = only(ask(warehouse, "cost_per_lead", WEEK))
    assert cell.partial
    assert "marketing_cost_other" in cell.missing
    assert cell.parts["marketing_cost_total"] == cell.parts["ad_spend"]


def test_a_period_row_counts_only_where_all_its_days_do(tmp_path: Path) -> None:
    row = metrics_shop.series(
        "fact_ad_performance",
        "date impressions",
        [(WEEK.start, 700)],
        platform="meta_ads",
        grain="period",
        end=WEEK.end,
    )
    with metrics_shop.build(tmp_path, [row]) as warehouse:

        def seen(period: Period, grain: Grain = "total") -> list[object]:
            return [c.parts["ad_impressions"] for c in ask(warehouse, "cpm", period, grain=grain).column("cpm")]

        assert seen(WEEK) == [700]
        assert seen(Period.parse("2026-11-01..2026-11-15")) == [700]
        assert seen(Period.parse("2026-11-09..2026-11-14")) == [None]
        assert seen(Period.parse("2026-11-02..2026-11-15"), "week") == [None, 700]
        assert seen(WEEK, "day") == [None] * 7


# -- what cannot be asked ----------------------------------------------------------------------------------------


def test_a_dimension_that_a_kpi_does_not_have_is_refused_for_that_kpi(shop: Warehouse) -> None:
    result = ask(shop, "website_traffic net_promoter_score", where=(("channel", ("email",)),))
    assert result.refusals.keys() == {"net_promoter_score"}
    refusal = result.refusals["net_promoter_score"]
    assert "Kênh (channel)" in refusal.message("vi")
    assert "Đợt khảo sát (survey_wave)" in refusal.message("vi")
    assert "Survey wave (survey_wave)" in refusal.message("en")
    assert result.column("net_promoter_score") == (Cell(None),)
    assert result.column("website_traffic")[0].value


def test_a_dimension_that_no_kpi_has_is_an_error_with_those_that_there_are(shop: Warehouse) -> None:
    with pytest.raises(UnsupportedDimensionError, match="touchpoint"):
        ask(shop, "net_promoter_score", by=("channel",))
    with pytest.raises(UnsupportedDimensionError, match=r"Channel \(channel\), "):
        ask(shop, "website_traffic", by=("channel_class",))


def test_unknown_names_are_answered_with_the_nearest(shop: Warehouse) -> None:
    with pytest.raises(UnknownNameError, match="conversion_rate"):
        ask(shop, "conversion_rat")
    with pytest.raises(UnknownNameError, match="channel"):
        ask(shop, "website_traffic", by=("chanel",))


# -- keeping -----------------------------------------------------------------------------------------------------


def test_an_answer_is_kept_until_the_data_change(tmp_path: Path) -> None:
    visits = metrics_shop.series("fact_web_sessions", "date sessions", [(WEEK.start, 10)], platform="ga4")
    more = metrics_shop.series("fact_web_sessions", "date sessions", [(WEEK.start, 5)], platform="clarity")
    with metrics_shop.build(tmp_path, [visits]) as warehouse:
        first = ask(warehouse, "website_traffic", WEEK)
        assert ask(warehouse, "website_traffic", WEEK) is first
        assert ask(warehouse, "website_traffic", WEEK, TODAY + timedelta(days=1)) is not first
        metrics_shop.fill(warehouse, tmp_path, [more], "more.csv")
        assert only(ask(warehouse, "website_traffic", WEEK)).value == 15


def test_only_so_many_answers_are_kept(shop: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "KEPT", 2)
    first = ask(shop, "website_traffic", WEEK)
    ask(shop, "orders_count", WEEK)
    assert ask(shop, "website_traffic", WEEK) is first
    ask(shop, "leads_generated", WEEK)
    ask(shop, "bounce_rate", WEEK)
    assert ask(shop, "website_traffic", WEEK) is not first
    assert ask(shop, "website_traffic", WEEK) == first


def test_threads_get_the_same_answers(shop: Warehouse) -> None:
    queries = [Query((kpi,), Period.parse("2026-W40"), compare="previous") for kpi in list(CATALOGUE.kpis)[:24]]
    with ThreadPoolExecutor(8) as pool:
        many = list(pool.map(lambda q: run(q, CATALOGUE, shop, today=TODAY), queries * 3))
    assert many == [run(q, CATALOGUE, shop, today=TODAY) for q in queries] * 3


def test_the_order_of_imports_does_not_matter(tmp_path: Path, shop: Warehouse) -> None:
    query = Query(tuple(CATALOGUE.kpis), MONTH, compare="previous")
    with Warehouse.open(tmp_path / "warehouse.duckdb") as backwards:
        for number, (_, parts) in enumerate(groupby(reversed(metrics_shop.slices()), lambda part: part.fact)):
            metrics_shop.fill(backwards, tmp_path, list(parts), f"{number}.csv")
        assert run(query, CATALOGUE, backwards, today=TODAY).rows == run(query, CATALOGUE, shop, today=TODAY).rows


# -- the plan ----------------------------------------------------------------------------------------------------


def test_one_statement_per_fact_and_every_value_bound() -> None:
    query = Query(
        ("cost_per_click", "cpm", "click_through_rate", "marketing_spend"),
        MONTH,
        grain="week",
        by=("channel",),
        where=(("channel", (metrics_shop.HOSTILE,)),),
        compare="year",
    )
    plan = compile_query(query, CATALOGUE, TODAY)
    assert [s.request.source.id for s in plan.statements] == ["fact_ad_performance", "fact_marketing_cost"]
    for statement in plan.statements:
        assert metrics_shop.HOSTILE not in statement.sql.text
        assert metrics_shop.HOSTILE in statement.sql.params
        assert statement.sql.text.count("?") == len(statement.sql.params)
    assert compile_query(query, CATALOGUE, TODAY).statements == plan.statements


def test_a_total_is_asked_for_in_the_same_statement_as_its_baseline() -> None:
    plan = compile_query(Query(("website_traffic",), MONTH, compare="tet"), CATALOGUE, TODAY)
    (statement,) = plan.statements
    assert len(statement.request.windows) == 2
