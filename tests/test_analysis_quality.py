"""Each check finds what it is for, and keeps still about what is as it should be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.analysis.quality import (
    CHECKS,
    AccountDay,
    CampaignMonth,
    CostMonth,
    Covered,
    CurrencyUse,
    Doubt,
    Evidence,
    FileFinding,
    Reach,
    SharedOrders,
    SourceMedium,
    StatusGap,
    UnseenSpend,
    doubts,
)
from laban.analysis.quality.days import runs
from laban.i18n import LANGUAGES, messages
from laban.periods import Period
from laban.report import doubting

TODAY = date(2026, 11, 16)
FIRST = date(2026, 8, 1)
LAST = TODAY - timedelta(days=1)
LATER = datetime(2026, 11, 16, 8)  # noqa: DTZ001  facts are kept in the shop's time
D = Decimal


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def covered(first: date, last: date, *, fact: str = "fact_web_sessions", number: int = 1, **more: Any) -> Covered:
    loaded = more.pop("loaded_at", LATER)
    platform, account = more.pop("platform", "ga4"), more.pop("account", "")
    end = last + timedelta(days=1)
    return Covered(fact, platform, account, first, end, number, f"{number}.csv", loaded, **more)


def visits(values: Iterable[tuple[date, int | None]], **more: int) -> list[AccountDay]:
    return [
        AccountDay("fact_web_sessions", "ga4", "", d, {"sessions": None if v is None else D(v), **_exact(more)})
        for d, v in values
    ]


def _exact(values: dict[str, int]) -> dict[str, Decimal]:
    return {name: D(value) for name, value in values.items()}


def found(evidence: Evidence) -> list[Doubt]:
    return list(doubts(evidence))


def codes(evidence: Evidence) -> list[str]:
    return [doubt.code for doubt in found(evidence)]


USUAL = [(day, 100 + n % 13) for n, day in enumerate(days(FIRST, LAST))]


def test_sound_data_raise_no_doubt() -> None:
    assert codes(Evidence(TODAY, [covered(FIRST, LAST)], days=visits(USUAL))) == []


def test_days_that_no_file_covers_are_a_gap() -> None:
    parts = [covered(FIRST, date(2026, 9, 10)), covered(date(2026, 9, 14), LAST, number=2)]
    (doubt,) = found(Evidence(TODAY, parts))
    assert (doubt.code, doubt.period, doubt.facts) == (
        *("gap", Period(date(2026, 9, 11), date(2026, 9, 14)), ("fact_web_sessions",)),
    )


def test_snapshots_now_and_then_have_no_gaps_and_are_late_only_by_their_own_step() -> None:
    monthly = [covered(date(2026, m, 1), date(2026, m, 1), fact="fact_keyword_rank", number=m) for m in range(5, 12)]
    assert codes(Evidence(TODAY, monthly)) == []
    assert codes(Evidence(date(2027, 1, 20), monthly)) == ["stale"]


@pytest.mark.parametrize("value", [0, None, 3])
def test_visits_that_break_off_are_lost_tracking(value: int | None) -> None:
    lost = {date(2026, 10, 6), date(2026, 10, 7)}
    rows = visits([(day, value if day in lost else n) for day, n in USUAL])
    (doubt,) = found(Evidence(TODAY, [covered(FIRST, LAST)], days=rows))
    assert (doubt.code, doubt.level) == ("sudden_zero", "error")
    assert doubt.period == Period(date(2026, 10, 6), date(2026, 10, 8))


def test_a_number_that_stays_low_afterwards_has_not_lost_its_tracking() -> None:
    """A campaign ends, and the first day without it happens to be the weakest."""
    ended = date(2026, 10, 6)
    rows = visits([(day, n if day < ended else 10 if day == ended else n // 4) for day, n in USUAL])
    assert codes(Evidence(TODAY, [covered(FIRST, LAST)], days=rows)) == []
    still = visits([(day, n if day < ended else 0) for day, n in USUAL])
    assert codes(Evidence(TODAY, [covered(FIRST, LAST)], days=still)) == ["sudden_zero"]


def test_days_without_rows_that_a_file_covers_are_lost_tracking_too() -> None:
    rows = visits([(day, n) for day, n in USUAL if day not in {date(2026, 10, 6), date(2026, 10, 7)}])
    assert codes(Evidence(TODAY, [covered(FIRST, LAST)], days=rows)) == ["sudden_zero"]


def test_a_number_so_small_that_nothing_is_no_surprise_is_let_be() -> None:
    rows = visits([(day, n % 4) for n, (day, _) in enumerate(USUAL)])
    assert codes(Evidence(TODAY, [covered(FIRST, LAST)], days=rows)) == []


def test_a_pause_of_advertising_is_no_lost_tracking() -> None:
    pause = set(days(date(2026, 10, 1), date(2026, 10, 20)))

    def row(day: date) -> AccountDay:
        on = day not in pause
        sums = {"impressions": D(5000 * on), "clicks": D(200 * on), "conversions": D(20 * on)}
        return AccountDay("fact_ad_performance", "meta_ads", "", day, sums)

    spans = [covered(FIRST, LAST, fact="fact_ad_performance", platform="meta_ads")]
    rows = [row(day) for day in days(FIRST, LAST)]
    assert codes(Evidence(TODAY, spans, days=rows)) == []
    broken = [
        AccountDay(r.fact, r.platform, r.account, r.day, {**r.sums, "conversions": D(0)})
        if date(2026, 9, 7) <= r.day <= date(2026, 9, 9)
        else r
        for r in rows
    ]
    (doubt,) = found(Evidence(TODAY, spans, days=broken))
    assert (doubt.code, doubt.columns) == ("sudden_zero", ("conversions",))


def test_no_orders_at_tet_are_no_surprise() -> None:
    closed = days(date(2026, 2, 16), date(2026, 2, 19))
    rows = [
        AccountDay("fact_order", "own_orders", "", day, {"orders": D(0 if day in closed else 30)})
        for day in days(date(2026, 1, 1), date(2026, 3, 10))
    ]
    assert codes(Evidence(TODAY, days=rows)) == []


def test_a_source_without_news_is_stale_and_those_of_a_day_are_one_doubt() -> None:
    facts = ("fact_order", "fact_order_line")
    reach = [Reach(fact, "own_orders", date(2026, 10, 1), 1, 3, "o.csv", LATER) for fact in facts]
    spans = [covered(FIRST, date(2026, 10, 1))]
    (doubt,) = found(Evidence(TODAY, spans, reach))
    assert doubt.code == "stale"
    assert doubt.values["platforms"] == ("ga4", "own_orders")
    assert "Google Analytics 4" in doubting.title(doubt, "en", "VND")


def test_events_once_a_month_are_not_stale_after_two_weeks() -> None:
    reach = Reach("fact_event", "own_events", date(2026, 11, 1), 30, 3, "e.csv", LATER)
    assert codes(Evidence(TODAY, reaches=[reach])) == []


def test_a_day_exported_before_it_was_over_is_half() -> None:
    noon = datetime(2026, 11, 15, 12)  # noqa: DTZ001  likewise
    assert codes(Evidence(TODAY, [covered(FIRST, LAST, loaded_at=noon)])) == ["half_day"]
    assert codes(Evidence(LAST, [covered(FIRST, LAST, loaded_at=noon)])) == []


def ads(account: str, first: date, last: date, factor: int = 1) -> list[AccountDay]:
    return [
        AccountDay(
            *("fact_ad_performance", "meta_ads", account, day),
            {"spend": D(1000 + n) * factor, "spend_reporting": D(1000 + n), "impressions": D(50 + n), "clicks": D(5)},
        )
        for n, day in enumerate(days(first, last))
    ]


def test_one_account_under_two_names_is_found() -> None:
    twice = ads("Shop", FIRST, date(2026, 8, 20)) + ads("Shop (copy)", FIRST, date(2026, 8, 20))
    (doubt,) = found(Evidence(TODAY, days=twice))
    assert (doubt.code, doubt.values["one"], doubt.values["other"]) == ("same_account", "Shop", "Shop (copy)")
    apart = ads("Shop", FIRST, date(2026, 8, 20)) + ads("Other", FIRST - timedelta(days=3), date(2026, 8, 20))
    assert codes(Evidence(TODAY, days=apart)) == []


def test_two_shops_with_the_same_orders_are_found() -> None:
    pair = SharedOrders("own_orders", "", "shopee", "", FIRST, LAST, 40, 50)
    assert codes(Evidence(TODAY, shared_orders=[pair])) == ["same_orders"]
    few = SharedOrders("own_orders", "", "shopee", "", FIRST, LAST, 10, 50)
    assert codes(Evidence(TODAY, shared_orders=[few])) == []


def use(currency: str, first: date, last: date, *, counted: bool = True) -> CurrencyUse:
    return CurrencyUse("fact_ad_performance", "meta_ads", "Shop", currency, first, last, 9, counted)


def test_an_account_that_changes_its_currency_is_found() -> None:
    uses = [use("VND", FIRST, date(2026, 9, 30)), use("USD", date(2026, 10, 1), LAST)]
    (doubt,) = found(Evidence(TODAY, currencies=uses))
    assert (doubt.code, doubt.values["before"], doubt.values["after"]) == ("currency_change", "VND", "USD")
    abroad = [use("VND", FIRST, LAST), use("USD", date(2026, 10, 1), date(2026, 10, 1))]
    assert codes(Evidence(TODAY, currencies=abroad)) == []


def test_a_currency_without_a_rate_is_found() -> None:
    assert codes(Evidence(TODAY, currencies=[use("USD", FIRST, LAST, counted=False)])) == ["no_rate"]


def test_amounts_that_turn_into_thousands_are_found() -> None:
    rows = ads("", date(2026, 9, 1), date(2026, 9, 30), 1000) + ads("", date(2026, 10, 1), date(2026, 10, 31))
    (doubt,) = found(Evidence(TODAY, days=rows))
    assert (doubt.code, doubt.period) == ("unit_jump", Period(date(2026, 10, 1), date(2026, 11, 1)))


def test_orders_without_a_status_are_found() -> None:
    gap = StatusGap("own_orders", "", FIRST, LAST, 12, 100)
    (doubt,) = found(Evidence(TODAY, statuses=[gap]))
    assert (doubt.code, doubt.level, doubt.columns) == ("no_status", "warning", ("status",))


def test_spend_that_nobody_saw_is_found() -> None:
    seen = UnseenSpend("meta_ads", "", "Áo khoác", FIRST, LAST, 3, D(900000))
    (doubt,) = found(Evidence(TODAY, unseen=[seen]))
    assert doubt.code == "spend_unseen"
    assert "900.000" in doubting.text(doubt, "vi", "VND")


def test_conversions_above_clicks_are_one_doubt_per_campaign() -> None:
    months = [CampaignMonth("meta_ads", "", "A", date(2026, m, 1), date(2026, m, 28), D(30), D(40)) for m in (9, 10)]
    months.append(CampaignMonth("meta_ads", "", "B", FIRST, LAST, D(2), D(3)))
    (doubt,) = found(Evidence(TODAY, campaigns=months))
    assert (doubt.code, doubt.values["conversions"], doubt.values["clicks"]) == ("conversions_above_clicks", 80, 60)


def cost(month: int, amount: Decimal, name: str = "Phí agency") -> CostMonth:
    return CostMonth(name, "agency", date(2026, month, 1), date(2026, month, 28), amount)


@pytest.mark.parametrize("vat", ["1", "1.08", "1.1"])
def test_an_invoice_that_repeats_the_platform_is_found(vat: str) -> None:
    rows = ads("", date(2026, 9, 1), date(2026, 10, 31))
    taken = sum((row.sums["spend_reporting"] or 0 for row in rows if row.day.month == 9), D(0))
    (doubt,) = found(Evidence(TODAY, days=rows, costs=[cost(9, taken * D(vat)), cost(10, D(5000))]))
    assert (doubt.code, doubt.values["line"], doubt.values["months"]) == ("repeated_invoice", "Phí agency", 1)


def test_a_salary_that_a_varying_spend_meets_now_and_then_is_no_repeat() -> None:
    rows = ads("", date(2026, 6, 1), date(2026, 10, 31))
    taken = [sum((r.sums["spend_reporting"] or D(0) for r in rows if r.day.month == m), D(0)) for m in range(6, 11)]
    paid = [cost(6 + n, amount if n < 2 else amount * D("1.4")) for n, amount in enumerate(taken)]
    assert codes(Evidence(TODAY, days=rows, costs=paid)) == []
    assert codes(Evidence(TODAY, days=rows, costs=paid[:4])) == ["repeated_invoice"]


def test_a_fee_of_a_fifth_of_the_spend_is_no_repeat() -> None:
    rows = ads("", date(2026, 9, 1), date(2026, 10, 31))
    assert codes(Evidence(TODAY, days=rows, costs=[cost(9, D(6500)), cost(10, D(6900))])) == []


def tag(text: str, sessions: int) -> SourceMedium:
    return SourceMedium(text, sessions, FIRST, LAST)


def test_tags_outside_the_rules_are_found() -> None:
    tags = [tag("google / cpc", 900), tag("Facebook / Paid Social", 60), tag("tờ rơi", 30), tag("(not set)", 50)]
    (doubt,) = found(Evidence(TODAY, tags=tags))
    assert doubt.code == "tag_outside_rules"
    assert doubt.values["tags"] == ("Facebook / Paid Social", "tờ rơi")


def test_one_source_in_two_spellings_is_found() -> None:
    tags = [tag("facebook / cpc", 900), tag("face-book / cpc", 60)]
    (doubt,) = found(Evidence(TODAY, tags=tags))
    assert (doubt.code, doubt.values["usual"], doubt.values["sessions"]) == ("tag_spelling", "facebook / cpc", 60)


def test_a_file_that_is_not_its_own_total_is_found() -> None:
    said = {"sum": "90", "own": "100"}
    period = Period(FIRST, TODAY)
    finding = FileFinding("total_differs", ("fact_ad_performance",), "meta_ads", 7, "a.csv", period, said, "Chi phí")
    (doubt,) = found(Evidence(TODAY, findings=[finding]))
    assert (doubt.code, doubt.import_id) == ("total_differs", 7)
    assert "90" in doubting.text(doubt, "vi", "VND")


def test_a_period_half_imported_is_told_until_the_rest_is_there() -> None:
    period = Period(date(2026, 9, 1), date(2026, 10, 1))
    finding = FileFinding("days_without_numbers", ("fact_web_sessions",), "ga4", 7, "a.csv", period, {})
    part = [covered(date(2026, 9, 1), date(2026, 9, 20))]
    (doubt,) = (d for d in found(Evidence(date(2026, 9, 21), part, findings=[finding])) if d.code == "half_period")
    assert doubt.period == Period(date(2026, 9, 21), date(2026, 10, 1))
    whole = [*part, covered(date(2026, 9, 21), date(2026, 9, 30), number=2)]
    assert codes(Evidence(date(2026, 10, 1), whole, findings=[finding])) == []


def test_every_doubt_has_its_sentences() -> None:
    named = {key.split(".")[1] for key in messages("en") if key.startswith("quality.") and key.endswith(".title")}
    assert len(named) == len(CHECKS)
    for code in named:
        for lang in LANGUAGES:
            assert {f"quality.{code}.{part}" for part in ("title", "text", "do")} <= messages(lang).keys()


@given(st.sets(st.dates(date(2026, 1, 1), date(2026, 3, 31))))
def test_runs_are_the_days_again(chosen: set[date]) -> None:
    found_runs = list(runs(chosen))
    assert {d for run in found_runs for d in days(run.start, run.last)} == chosen
    assert all(a.end < b.start for a, b in pairwise(found_runs))
