"""The tables of the articles: each finds what was planted for it, adds up, and says what it cannot say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import tables_shop
from laban.errors import UnknownNameError
from laban.i18n import LANGUAGES
from laban.periods import Period
from laban.report import table_charts
from laban.report.table_words import TableWords
from laban.report.views.tables import SPECS, Asked, Table, TableRow, TableView, table_page
from laban.report.views.tables.limits import left_out
from laban.workspace import Workspace


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with tables_shop.build(tmp_path_factory.mktemp("shop")) as workspace:
        yield workspace


def table(view: TableView, name: str) -> Table:
    return next(table for table in view.tables if table.id == name)


def row(found: Table, *key: str | None) -> TableRow:
    return next(row for row in found.rows if row.key == key)


def value(found: Table, line: TableRow | None, column: str) -> float | None:
    assert line is not None
    place = next(n for n, head in enumerate(found.columns) if head.id == column)
    number = line.values[place].value
    return None if number is None else float(number)


def marks(line: TableRow) -> set[str]:
    return {mark.code for mark in line.marks}


def said(found: Table) -> dict[str, Any]:
    return {note.code: note.values for note in found.says}


# -- what holds for every table -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SPECS)
def test_every_page_is_answered_and_worded_in_both_languages(shop: Workspace, name: str) -> None:
    view = table_page(shop, name)
    json.dumps(view.as_json())
    for lang in LANGUAGES:
        words = TableWords(lang, "VND")
        texts = [words.title(name), words.question(name), words.method(view), words.summary(view)]
        for found in view.tables:
            texts += [words.table_title(name, found), *(words.say(note) for note in found.says)]
            texts += [words.full_head(head) for head in found.columns]
            texts += [words.missing(gap) for gap in found.missing]
            for line in (*found.rows, *([found.total] if found.total else [])):
                texts += [words.row(found, line), words.marks(line)]
                texts += [words.cell(head, cell) for head, cell in zip(found.columns, line.values, strict=True)]
        assert not any("{" in text or "None" in text for text in texts)


@pytest.mark.parametrize("name", SPECS)
def test_every_page_of_an_empty_company_says_what_is_missing(tmp_path: Path, name: str) -> None:
    with Workspace.create(tmp_path, today=tables_shop.TODAY) as empty:
        view = table_page(empty, name)
    for found in view.tables:
        assert found.rows == ()
        assert found.says == ()
        assert found.missing
        assert all(gap.code != "not_in_catalogue" for gap in found.missing)


@pytest.mark.parametrize("name", SPECS)
def test_rows_add_up_to_the_total_even_when_most_are_folded(shop: Workspace, name: str) -> None:
    for top in (0, 1):
        for found in table_page(shop, name, Asked(top=top)).tables:
            assert found.recombines is not False
            if found.rows and found.by and top:
                assert sum(not line.others for line in found.rows) <= 1


def test_the_json_has_the_documented_keys(shop: Workspace) -> None:
    """Programs read these names: adding is fine, renaming is not."""
    data = table_page(shop, "roas", Asked(top=1)).as_json()
    assert {"id", "requirement", "frame", "top", "filters", "tables", "knobs", "switches"} <= set(data)
    found = data["tables"][0]
    for name in ("by", "choices", "columns", "rows", "total", "sort", "says", "missing", "recombines", "line"):
        assert name in found
    assert {"id", "kind", "of", "name", "kpi", "unit", "direction", "points"} == set(found["columns"][0])
    last = found["rows"][-1]
    assert {"key", "values", "marks", "others", "period", "partial", "drill"} == set(last)
    assert last["others"] is True
    assert {"value", "change", "interval", "few"} == set(last["values"][0])


def test_days_that_have_not_begun_have_no_rows(shop: Workspace) -> None:
    view = table_page(shop, "roas", Asked(period=Period.parse("2027-W10")))
    assert all(found.rows == () for found in view.tables)


def test_unknown_names_are_answered_with_the_nearest(shop: Workspace) -> None:
    for name, asked in (
        ("roaz", Asked()),
        ("roas", Asked(only={"channel": "emial"})),
        ("roas", Asked(by=("campain",))),
    ):
        with pytest.raises(UnknownNameError):
            table_page(shop, name, asked)


def test_a_filter_that_a_table_cannot_use_is_said_and_not_dropped(shop: Workspace) -> None:
    found = table(table_page(shop, "roas", Asked(only={"touchpoint": "x"})), "ads")
    assert found.rows == ()
    assert found.reason is not None
    assert "touchpoint" in found.reason.en


def test_rows_are_sorted_by_any_column_and_the_others_stay_last(shop: Workspace) -> None:
    falling = table(table_page(shop, "roas", Asked(sort="ad_spend.desc", top=2)), "ads")
    spends = [value(falling, line, "ad_spend") or 0 for line in falling.rows if not line.others]
    assert spends == sorted(spends, reverse=True)
    assert falling.rows[-1].others
    rising = table(table_page(shop, "roas", Asked(sort="return_on_ad_spend-change.asc")), "ads")
    assert (rising.sort, rising.ascending) == ("return_on_ad_spend-change", True)
    usual = table(table_page(shop, "roas", Asked(sort="nonsense.asc")), "ads")
    assert usual.sort == "return_on_ad_spend"


def test_a_row_leads_to_itself_split_further(shop: Workspace) -> None:
    found = table(table_page(shop, "cost-per-conversion"), "ads")
    drill = row(found, "Thương hiệu").drill
    assert drill == {"campaign": "Thương hiệu", "by": "ad_group"}
    inner = table(
        table_page(shop, "cost-per-conversion", Asked(by=("ad_group",), only={"campaign": "Thương hiệu"})), "ads"
    )
    assert [line.key for line in inner.rows] == [("Nhóm 1",)]
    assert value(inner, inner.total, "ad_spend") == 2_000_000


def test_a_chart_has_the_line_and_colours_what_is_marked(shop: Workspace) -> None:
    view = table_page(shop, "roas")
    drawn = table_charts.picture(table_charts.spec(view, view.tables[0], "vi") or {})
    assert "2,00x" in drawn
    assert "#b3261e" in drawn
    assert "Đẹp mà lỗ" in drawn
    assert table_charts.png(table_charts.on_paper(drawn)).startswith(b"\x89PNG")


def test_one_page_sets_cost_visits_leads_and_sales_of_the_channels_side_by_side(shop: Workspace) -> None:
    found = table(table_page(shop, "channels"), "all")
    assert {"paid_search", "paid_social", "email", "organic_search", "messaging"} <= {
        line.key[0] for line in found.rows
    }
    assert found.total is not None
    social = row(found, "paid_social")
    assert value(found, social, "marketing_spend") == 5_500_000
    assert value(found, social, "leads_generated") == 160
    assert value(found, social, "cost_per_lead") == 34_375
    assert value(found, row(found, "messaging"), "marketing_spend") == 2_400_000
    assert value(found, row(found, None), "marketing_spend") == 3_000_000  # the fair belongs to no channel
    for name in ("marketing_spend", "website_traffic", "leads_generated", "orders_count", "net_revenue_total"):
        assert sum(value(found, line, name) or 0 for line in found.rows) == value(found, found.total, name)


# -- R053 to R058 ---------------------------------------------------------------------------------------------------


def test_a_change_driven_by_mix_is_told_apart_from_one_driven_by_rate(shop: Workspace) -> None:
    found = table(table_page(shop, "conversion"), "web")
    told = said(found)["mix_driven"]
    assert told["rate"].value == pytest.approx(0, abs=1e-9)
    assert told["mix"].value == pytest.approx(told["change"].value)
    total = found.total
    before = next(c for h, c in zip(found.columns, total.values if total else (), strict=True) if h.kind == "change")
    moved = (value(found, total, "conversion_rate") or 0) - float(before.value or 0)
    effects = sum(
        (value(found, line, effect) or 0) for line in found.rows for effect in ("mix_effect", "rate_effect")
    )
    assert effects == pytest.approx(moved)
    assert value(found, total, "conversion_rate") == pytest.approx(1036 / 23440)


def test_spend_without_a_result_is_kept_and_marked(shop: Workspace) -> None:
    found = table(table_page(shop, "cost-per-conversion"), "ads")
    wasted = row(found, "Chỉ tốn tiền")
    assert marks(wasted) == {"without_result"}
    assert value(found, wasted, "cost_per_conversion") is None
    assert value(found, wasted, "ad_spend") == 1_500_000
    assert said(found)["wasted_one"]["amount"].value == 1_500_000
    assert found.rows[-1] == wasted


def test_much_traffic_without_engagement_is_marked(shop: Workspace) -> None:
    found = table(table_page(shop, "traffic"), "web")
    assert marks(row(found, "display")) == {"idle"}
    assert not any(marks(line) for line in found.rows if line.key != ("display",))
    assert found.recombines is True
    assert value(found, row(found, "email"), "revenue_per_session") == 20_000
    assert value(found, row(found, "display"), "quality_rank") == 5


def test_a_winner_is_marked_only_where_it_beats_all_others(shop: Workspace) -> None:
    found = table(table_page(shop, "ctr"), "creatives")
    assert marks(found.rows[0]) == {"winner"}
    assert said(found)["winner"]["name"][0].value == "Mẫu A"
    two = table(table_page(shop, "ctr", Asked(only={"channel": "paid_social"})), "creatives")
    assert "no_winner" in said(two)
    assert not any(marks(line) for line in two.rows)


def test_queries_for_the_brand_are_marked_whatever_their_accents(shop: Workspace) -> None:
    found = table(table_page(shop, "ctr"), "organic")
    assert "brand_query" in marks(row(found, "váy lua"))
    assert "brand_query" not in marks(row(found, "đầm dự tiệc"))
    assert "brand_query" not in marks(row(found, None))
    assert said(found)["brand_share"]["share"].value == pytest.approx(0.25)
    by_device = table(table_page(shop, "ctr", Asked(by=("device",))), "organic")
    assert not any("brand_query" in marks(line) for line in by_device.rows)


def test_organic_posts_stand_apart_from_boosted_ones(shop: Workspace) -> None:
    view = table_page(shop, "engagement", Asked(by=("content_type", "topic")))
    organic, boosted = table(view, "organic"), table(view, "boosted")
    assert value(organic, organic.total, "posts_published") == 17
    assert value(boosted, boosted.total, "posts_published") == 2
    assert organic.matrix is not None
    assert organic.matrix.down == ("image", "reel")
    assert organic.matrix.across == ("Hậu trường", "Mẹo")
    assert organic.matrix.values[0][0].value is None
    by_type = table(table_page(shop, "engagement"), "organic")
    picture = row(by_type, "image")
    # One hit lifts the whole group's rate; the median post shows that it is one hit.
    assert value(by_type, picture, "social_engagement_rate") == pytest.approx(2290 / 13000)
    assert value(by_type, picture, "post_engagement_rates") == pytest.approx(0.03)


def test_the_cheapest_leads_are_not_the_best(shop: Workspace) -> None:
    found = table(table_page(shop, "cpl"), "leads")
    assert marks(row(found, "organic_search")) == {"cheapest"}
    assert marks(row(found, "messaging")) == {"best_leads"}
    assert value(found, row(found, "messaging"), "cost_per_lead") == 100_000


# -- R059 to R064 ---------------------------------------------------------------------------------------------------


def test_cohorts_follow_customers_from_their_first_order(shop: Workspace) -> None:
    view = table_page(shop, "retention")
    by_month = {cohort.month.start: cohort for cohort in view.cohorts}
    march = by_month[date(2026, 3, 1)]
    assert march.customers == 60
    # Every second customer of the two months before comes back each month.
    assert march.shares[:3] == (0.5, 0.5, 0.0)
    assert march.open == len(march.shares) - 1
    # 59 bought for 400,000, one for 3,000,000; the month after thirty of them bought again, the large one among them.
    assert march.worth[0] == pytest.approx((59 * 400_000 + 3_000_000) / 60)
    assert march.worth[1] == pytest.approx((59 * 400_000 + 3_000_000 + 29 * 400_000 + 3_000_000) / 60)
    assert list(march.worth) == sorted(float(worth or 0) for worth in march.worth)
    assert len(march.worth) == len(march.shares) + 1
    assert len(view.cohorts) == 12
    assert view.activity_days == 90


def test_retention_is_refreshed_weekly_and_unripe_weeks_are_flagged(shop: Workspace) -> None:
    weeks = table(table_page(shop, "retention"), "weeks")
    assert len(weeks.rows) == 13
    assert [line.partial for line in weeks.rows[-4:]] == [False, True, True, True]
    assert "90" in TableWords("en", "VND").method(table_page(shop, "retention"))


def test_below_break_even_is_marked_although_roas_is_above_one(shop: Workspace) -> None:
    view = table_page(shop, "roas")
    found = table(view, "ads")
    losing = row(found, "Đẹp mà lỗ")
    assert value(found, losing, "return_on_ad_spend") == 1.5
    assert marks(losing) == {"below_break_even"}
    assert found.line == 2
    assert said(found)["losing_one"]["above_one"] == 1
    better = table(table_page(shop, "roas", Asked(knobs={"gross_margin_rate": Decimal("0.8")})), "ads")
    assert better.line == pytest.approx(1.25)
    assert marks(row(better, "Đẹp mà lỗ")) == set()


def test_many_leads_without_customers_rank_last_on_quality(shop: Workspace) -> None:
    found = table(table_page(shop, "leads"), "sources")
    forms = row(found, "ad_form")
    assert (value(found, forms, "volume_rank"), value(found, forms, "lead_rank")) == (1, 3)
    assert marks(forms) == {"no_customers"}
    cohorts = table(table_page(shop, "leads"), "cohorts")
    assert [line.partial for line in cohorts.rows] == [False, True, True]


def test_referrals_leave_out_own_sites_and_payment_gates_in_both_readings(shop: Workspace) -> None:
    usual = table_page(shop, "referral")
    assert [line.key[0] for line in table(usual, "sites").rows] == ["webtretho.com / referral"]
    assert usual.switches == {"reading": "referral"}
    wide = table_page(shop, "referral", Asked(switches={"reading": "with_social"}))
    keys = {line.key[0] for line in table(wide, "sites").rows}
    assert keys == {"webtretho.com / referral", "facebook.com / referral"}
    assert value(table(wide, "sites"), table(wide, "sites").total, "website_traffic") == 240 + 800


def test_where_every_referrer_is_left_out_nothing_is_shown(tmp_path: Path) -> None:
    rows = [tables_shop.visit(tables_shop.NOW, "referral", "vnpay.vn / referral", "mobile", 500, 0.5, 0.1, 1)]
    with Workspace.create(tmp_path, today=tables_shop.TODAY) as workspace:
        tables_shop.load(workspace, "ga4", "fact_web_sessions", tables_shop.SESSIONS, rows)
        found = table(table_page(workspace, "referral"), "sites")
    assert found.rows == ()


@pytest.mark.parametrize(
    ("source", "out"),
    [
        ("shop.lua.vn / referral", True),
        ("lua.vn/referral", True),
        ("salua.vn / referral", False),
        ("pay.vnpay.vn / referral", True),
        ("lua.vn.example.com / referral", False),
        ("", False),
    ],
)
def test_only_own_domains_and_gates_are_left_out(source: str, out: bool) -> None:
    assert left_out(source, ("https://www.lua.vn/",)) is out


def test_attendance_comes_from_the_guest_list(shop: Workspace) -> None:
    found = table(table_page(shop, "events"), "events")
    fair = row(found, "Hội chợ")
    got = {
        name: value(found, fair, name)
        for name in ("event_invitations", "event_registrations", "event_attendance", "event_leads")
    }
    assert got == {
        "event_invitations": 50,
        "event_registrations": 40,
        "event_attendance": 30,
        "event_leads": 6,
    }
    assert value(found, fair, "event_attendance_rate") == 0.75
    # The cost is known for the campaign, not for the event: said, not guessed.
    assert value(found, fair, "cost_per_attendee") is None
    assert {gap.code for gap in found.missing if gap.kpi.id == "cost_per_attendee"} == {"unsupported_dimension"}
    campaigns = table(table_page(shop, "events", Asked(by=("campaign",))), "events")
    assert value(campaigns, row(campaigns, "Hội chợ 2026"), "cost_per_attendee") == 100_000


def test_nps_equals_the_hand_result_and_few_answers_get_no_verdict(shop: Workspace) -> None:
    found = table(table_page(shop, "surveys"), "nps")
    delivered = row(found, "Sau giao hàng")
    assert value(found, delivered, "net_promoter_score") == 40
    place = next(n for n, head in enumerate(found.columns) if head.kind == "interval")
    low, high = delivered.values[place].interval or (0, 0)
    assert low < 40 < high
    assert "few_answers" in said(found)


def test_comments_of_fewer_than_five_are_hidden(shop: Workspace) -> None:
    view = table_page(shop, "surveys")
    assert {(c.touchpoint, c.group, c.answers) for c in view.comments} == {
        ("Sau giao hàng", "promoter", 30),
        ("Sau giao hàng", "passive", 10),
        ("Sau giao hàng", "detractor", 10),
    }
    assert view.hidden_comments == 1
    assert "bí mật" not in json.dumps(view.as_json(), ensure_ascii=False)
    assert all(len(comment.texts) <= 5 for comment in view.comments)


# -- R065 to R069 ---------------------------------------------------------------------------------------------------


def test_dependence_on_ads_is_shown_by_month_and_device(shop: Workspace) -> None:
    months = table(table_page(shop, "organic"), "months")
    november = months.rows[-1]
    assert value(months, november, "paid_share_desktop") == 1
    assert value(months, november, "paid_share_mobile") == 0
    assert value(months, november, "paid_traffic_share") == pytest.approx(7200 / 11720)
    devices = table(table_page(shop, "organic"), "devices")
    assert {line.key[0] for line in devices.rows} == {"mobile", "desktop"}


def test_a_fall_in_retention_hidden_by_new_sales_is_flagged(shop: Workspace) -> None:
    found = table(table_page(shop, "relationship"), "months")
    told = said(found)["hidden_fall"]
    assert told["month"] == Period.parse("2026-10")
    assert float(told["now"].value) < float(told["before"].value)
    earlier = table(table_page(shop, "relationship", Asked(period=Period.parse("2026-W25"))), "months")
    assert set(said(earlier)) == {"no_hidden_fall"}


def test_margin_and_churn_move_the_highest_allowed_cac(shop: Workspace) -> None:
    usual = table_page(shop, "unit-economics")
    found = table(usual, "segments")
    measured = {knob.id: knob.measured for knob in usual.knobs}
    assert measured["gross_margin_rate"] == Decimal("0.5")
    limit = value(found, found.total, "highest_cac") or 0
    assert limit == pytest.approx((value(found, found.total, "customer_lifetime_value") or 0) / 3)
    halved = Asked(knobs={"gross_margin_rate": Decimal("0.25"), "target_ratio": Decimal(3)})
    after = table(table_page(shop, "unit-economics", halved), "segments")
    assert value(after, after.total, "highest_cac") == pytest.approx(limit / 2)
    churn = Asked(knobs={"customer_churn_rate": Decimal("0.5")})
    loyal = table(table_page(shop, "unit-economics", churn), "segments")
    assert value(loyal, loyal.total, "highest_cac") == pytest.approx(limit * 2)


def test_the_slowest_tenth_is_shown_beside_the_median(shop: Workspace) -> None:
    found = table(table_page(shop, "service"), "replies")
    lines = row(found, "Messenger")
    assert value(found, lines, "customer_service_response_time") == 330
    assert (value(found, lines, "first_response_p90") or 0) > 540
    audited = said(table(table_page(shop, "service"), "mentions"))["audited"]
    assert float(audited["rate"].value) == 0.2


def test_own_share_of_the_top_customers_stands_beside_the_published_one(shop: Workspace) -> None:
    view = table_page(shop, "top-customers")
    told = said(table(view, "now"))["top_share"]
    assert float(told["n"].value) == 57
    assert float(told["published"].value) == 0.35
    months = table(view, "months")
    assert months.line == Decimal("0.35")
    assert len(months.points) == 12
