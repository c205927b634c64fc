"""Prose: what is said in both languages, word by word, for every kind of change and reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from laban.analysis.compare import Aim, Change, Sample, compare
from laban.i18n import LANGUAGES, messages
from laban.periods import Comparison, Period
from laban.report import format as fmt
from laban.report import narrative, text
from laban.report.views import Frame, Freshness, KpiHead, Missing, Note, PackHead, ScorecardView, Text, Tile, calendar
from laban.report.views.parts import Compared

NB = fmt.NBSP
WEEK = Period.parse("2026-W46")
CR = KpiHead("conversion_rate", Text("Tỷ lệ chuyển đổi", "Website conversion rate"), "CR", "percent", "higher_better")
CPL = KpiHead(
    "cost_per_lead", Text("Chi phí mỗi khách tiềm năng", "Cost per lead"), "CPL", "currency", "lower_better"
)
NPS = KpiHead("net_promoter_score", Text("NPS", "NPS"), "NPS", "score", "higher_better")


def frame(period: Period = WEEK, made: Comparison = "previous", **more: object) -> Frame:
    given = Frame(
        shop="Tiệm",
        currency="VND",
        today=date(2026, 11, 16),
        period=period,
        elapsed=period,
        partial=False,
        compare=made,
        compared=made,
        baseline=period.shift(-7),
        previous=period.shift(-7),
        next=None,
        channels=(),
        channel=None,
    )
    return replace(given, **more)  # type: ignore[arg-type]  # fields by name


def change(now: float, before: float, aim: Aim = "higher_better", *, mature: bool = True) -> Change:
    """A step between two numbers that rest on no sample and hardly move from week to week."""
    steady = [before * (1 + 0.001 * (n % 2)) for n in range(9)]
    return compare(Sample(now, "stock"), Sample(before, "stock"), aim, mature=mature, history=steady)


def tile(kpi: KpiHead, value: float | None, made: Change | None = None, **more: object) -> Tile:
    given = Tile(
        kpi=kpi,
        value=value,
        baseline=None,
        change=made,
        second=Compared("year", None, None, None, "no_baseline"),
        interval=None,
        spark=(),
        parts={},
        notes=(),
        enough_data=True,
        reason=made.reason if made else None,
        window=None,
        query="",
    )
    return replace(given, **more)  # type: ignore[arg-type]  # fields by name


def board(*tiles: Tile, around: Frame | None = None, missing: tuple[Missing, ...] = ()) -> ScorecardView:
    pack = PackHead("weekly_seven", Text("7 chỉ số", "The seven"), 7)
    return ScorecardView(around or frame(), pack, (pack,), tiles[:5], tiles[5:], missing, ())


@pytest.mark.parametrize(
    ("kpi", "now", "before", "vi", "en", "sign"),
    [
        (CR, 0.0215, 0.0185, "tăng 0,3 điểm %", "up 0.3 pts", "+0,3 điểm %"),
        (CR, 0.094, 0.125, "giảm 3,1 điểm %", "down 3.1 pts", "−3,1 điểm %"),
        (CPL, 112_500, 100_000, "tăng 12,5%", "up 12.5%", "+12,5%"),
        (CPL, 87_500, 100_000, "giảm 12,5%", "down 12.5%", "−12,5%"),
        (CPL, 340_000, 100_000, "gấp 3,4 lần", "3.4 times as much", "+240%"),
        (CPL, 100_100, 100_000, "gần như không đổi", "almost unchanged", f"≈{NB}0"),
        (NPS, 42, 39, "tăng 3 điểm", "up 3 points", "+3 điểm"),
        (CPL, 120_000, 0, f"tăng 120.000{NB}₫", "up ₫120,000", f"+120.000{NB}₫"),
    ],
)
def test_a_change_in_words_and_with_its_sign(
    kpi: KpiHead, now: float, before: float, vi: str, en: str, sign: str
) -> None:
    made = change(now, before)
    assert narrative.change_words(made, kpi.unit, "vi") == vi
    assert narrative.change_words(made, kpi.unit, "en") == en
    assert narrative.signed(made, kpi.unit, "vi") == sign


def test_no_comparison_is_a_dash_and_a_reason() -> None:
    assert narrative.signed(None, "count", "vi") == "–"
    assert narrative.change_words(compare(Sample(5), Sample(None), "neutral"), "count", "vi") == "chưa có kỳ để so"
    assert narrative.verdict_words(None, "vi") == ""


def test_the_headline_counts_and_names_the_best_and_the_worst() -> None:
    better = tile(CPL, 80_000, change(80_000, 100_000, aim="lower_better"))
    worse = tile(CR, 0.0171, change(0.0171, 0.0214))
    calm = tile(NPS, 40, change(40, 39.9))
    young = tile(CPL, 90_000, change(90_000, 100_000, mature=False))
    view = board(better, worse, calm, young, missing=(Missing(NPS, "missing", "no_data"),))
    assert narrative.headline(view, "vi") == (
        (
            "Tuần 46 (9–15/11/2026): 1 chỉ số tốt lên, 1 chỉ số xấu đi, 1 chỉ số dao động bình thường, "
            "1 chỉ số chưa thể kết luận."
        ),
        f"Đáng mừng nhất: chi phí mỗi khách tiềm năng giảm 20,0%, hiện là 80.000{NB}₫.",
        "Cần xem ngay: tỷ lệ chuyển đổi giảm 0,43 điểm %, hiện là 1,71%.",
        "Nhớ mùa vụ khi so sánh: kỳ này có Siêu sale 11.11.",
    )
    assert narrative.headline(view, "en") == (
        "Week 46 (9–15 Nov 2026): 1 better, 1 worse, 1 within the usual ups and downs, 1 without a verdict yet.",
        "Best news: cost per lead down 20.0%, now ₫80,000.",
        "Look at this first: website conversion rate down 0.43 pts, now 1.71%.",
        "Mind the season: this period has Sale day 11.11.",
    )


def test_a_calm_week_and_an_empty_one() -> None:
    calm = board(tile(NPS, 40, change(40, 39.9)))
    assert narrative.headline(calm, "vi")[1] == "Chưa thấy chỉ số nào thay đổi vượt mức dao động bình thường."
    assert narrative.headline(board(), "vi")[0].startswith("Tuần 46 (9–15/11/2026): chưa có dữ liệu.")


def test_without_a_comparison_nothing_is_said_about_verdicts() -> None:
    alone = board(tile(CR, 0.02), tile(NPS, 40), around=frame(made="none", baseline=None))
    assert narrative.headline(alone, "vi") == ("Tuần 46 (9–15/11/2026): 2 chỉ số, không so sánh với kỳ nào.",)
    assert narrative.headline(alone, "en") == ("Week 46 (9–15 Nov 2026): 2 KPIs, compared with nothing.",)


def test_a_period_without_a_full_day_is_not_summed_up() -> None:
    ahead = board(around=frame(Period.parse("2026-W47"), partial=True))
    assert not ahead.frame.begun
    assert narrative.headline(ahead, "vi") == (
        "Tuần 47 (16–22/11/2026) chưa có ngày nào trọn vẹn để tính. Bạn xem kỳ trước, hoặc quay lại sau.",
    )
    assert "7" not in narrative.comparison_sentence(ahead.frame, "en").split(":")[0]


def test_the_season_is_named_when_only_one_period_has_it() -> None:
    new_year = frame(Period.parse("2026-W08"))
    assert narrative.season_sentence(new_year, "vi") == (
        "Nhớ mùa vụ khi so sánh: kỳ này có Tết Nguyên đán; kỳ so sánh có Cao điểm mua sắm trước Tết, "
        "Lễ Tình nhân 14/2."
    )
    aligned = frame(Period.parse("2026-W08"), "tet", baseline=Period.parse("2026-W08").shift(-384))
    assert narrative.season_sentence(aligned, "vi") == ""
    assert narrative.season_sentence(frame(baseline=None), "vi") == ""


def test_a_running_week_says_how_far_it_is() -> None:
    running = frame(
        partial=True, elapsed=Period(WEEK.start, date(2026, 11, 12)), baseline=Period.parse("2026-11-02..2026-11-04")
    )
    view = board(tile(NPS, 40, change(40, 39.9)), around=running)
    assert narrative.headline(view, "vi")[0].startswith("Tuần 46 (9–15/11/2026) chưa kết thúc (mới 3/7 ngày): ")
    assert narrative.comparison_sentence(running, "vi") == (
        "so với tuần trước, 3 ngày đầu so với 3 ngày: 2–4/11/2026"
    )


@pytest.mark.parametrize(
    ("period", "made", "vi", "en"),
    [
        ("2026-W46", "previous", "so với tuần trước", "vs the week before"),
        ("2026-11", "previous", "so với tháng trước", "vs the month before"),
        ("2026-Q4", "previous", "so với quý trước", "vs the quarter before"),
        ("2026-11-14", "previous", "so với hôm trước", "vs the day before"),
        ("2026-11-01..2026-11-10", "previous", "so với 10 ngày liền trước", "vs the 10 days before"),
        ("2026-W46", "year", "so với cùng kỳ năm ngoái (đúng thứ trong tuần)", "vs the same weekdays last year"),
        ("2026-W07", "tet", "so với cùng vị trí quanh Tết năm ngoái", "vs the same place around Tết last year"),
    ],
)
def test_what_a_period_is_compared_with(period: str, made: Comparison, vi: str, en: str) -> None:
    around = frame(Period.parse(period), made)
    assert narrative.comparison_label(around, "vi") == vi
    assert narrative.comparison_label(around, "en") == en


def test_a_rate_on_few_visits_shows_its_interval_and_no_verdict() -> None:
    made = compare(Sample(0.1, "rate", 3, 30), Sample(0.2, "rate", 6, 30), "higher_better")
    shown = tile(CR, 0.1, made, interval=(0.035, 0.256))
    assert narrative.kpi_sentence(shown, frame(), "vi") == (
        "Tỷ lệ chuyển đổi: 10,0%, giảm 10,0 điểm % so với tuần trước. Chưa đủ dữ liệu để kết luận: một trong "
        "hai kỳ mới có 30 lượt; giá trị thật của kỳ này có thể nằm từ 3,50% đến 25,6%."
    )
    assert narrative.verdict_words(made, "en") == "not enough data"
    assert narrative.arrow(made) == ""
    assert (
        narrative.arrow(compare(Sample(0.1, "rate", 300, 3000), Sample(0.2, "rate", 600, 3000), "higher_better"))
        == "▼"
    )


def test_a_kpi_without_a_number_or_a_comparison_still_has_a_sentence() -> None:
    assert narrative.kpi_sentence(tile(CR, None), frame(), "vi") == "Tỷ lệ chuyển đổi: chưa có dữ liệu."
    assert narrative.kpi_sentence(tile(CR, 0.02), frame(), "en") == "Website conversion rate: 2.00%."
    assert narrative.kpi_sentence(tile(CR, 0.02), frame(), "en", named=False) == "2.00%."


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_has_a_long_and_a_short_form(lang: str) -> None:
    known = messages(lang)
    reasons = (
        "no_value", "no_baseline", "not_enough_data", "no_history", "immature", "within_noise", "flat", "no_aim",
    )  # fmt: skip
    for reason in reasons:
        assert known[f"reason.{reason}"].endswith(".")
        assert known[f"reason_short.{reason}"]


def test_a_name_inside_a_sentence_begins_small_unless_it_is_an_abbreviation() -> None:
    assert narrative.inner_name(CR, "vi") == "tỷ lệ chuyển đổi"
    assert narrative.inner_name(NPS, "vi") == "NPS"


def test_notes_and_missing_numbers_are_put_into_words() -> None:
    window = Note("window", {"days": 90, "range": Period.parse("2026-08-18..2026-11-15")})
    assert narrative.note_text(window, "vi") == "Tính trên 90 ngày: 18/8–15/11/2026."
    parts = Note("parts_missing", {"measures": (Text("chi phí", "cost"), Text("đơn", "orders"))})
    assert narrative.note_text(parts, "en") == "Incomplete: cost, orders missing."
    zero = Missing(CR, "missing", "zero_denominator", {"measure": Text("lượt truy cập", "sessions")})
    assert narrative.missing_text(zero, "vi") == "Không tính được vì lượt truy cập bằng 0 trong kỳ này."


def test_freshness_says_how_far_behind() -> None:
    item = Freshness("google_ads", date(2024, 1, 1), date(2026, 11, 12), None, 3, stale=False)
    assert narrative.freshness_sentence(item, "vi") == "dữ liệu đến 12/11/2026, chậm 3 ngày"
    assert narrative.freshness_sentence(replace(item, days_behind=0), "en") == "data until 12 Nov 2026, up to date"
    assert narrative.freshness_sentence(replace(item, last_day=None), "en") == "no data by day yet"


def test_codes_have_names_and_unknown_ones_stay_as_they_are() -> None:
    assert narrative.member_name("vi", "channel", "paid_search") == "Quảng cáo tìm kiếm"
    assert narrative.member_name("vi", "channel", "mystery") == "mystery"
    assert narrative.member_name("en", "campaign", None) == "(not given)"
    assert narrative.member_name("en", "campaign", "word.up") == "word.up"
    assert narrative.named("en", "platform", "gsc") == "Google Search Console"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_event_and_every_dimension_has_its_name(lang: str) -> None:
    from laban.facts import CHANNEL_GROUPS  # noqa: PLC0415  beside the one test of it
    from laban.metrics.catalogue import load_catalogue  # noqa: PLC0415  beside the one test of it

    for event in calendar.events(Period.parse("2026")):
        assert narrative.event_title(event, lang)
    for channel in CHANNEL_GROUPS:
        assert narrative.named(lang, "channel", channel) != channel or channel == "email"
    catalogue = load_catalogue()
    for dimension in catalogue.dimensions.values():
        assert narrative.named(lang, "dimension", dimension.id) == dimension.name.of(lang)
    for kpi in catalogue.kpis.values():
        assert f"category.{kpi.category}" in messages(lang)


def test_the_rows_of_the_board_for_a_terminal() -> None:
    row = text.board_rows(board(tile(CPL, 80_000, change(80_000, 100_000, aim="lower_better"))), "vi")[0]
    assert (row.id, row.value, row.change, row.verdict, row.tone) == (
        "cost_per_lead", f"80.000{NB}₫", "▼ −20,0%", "tốt lên", "good",
    )  # fmt: skip


def test_a_day_is_written_as_everywhere_else_in_what_is_missing() -> None:
    gap = Missing(CR, "refusal", "after_data", {"table": "T", "ends": date(2026, 6, 3), "fill": "F"})
    assert "đến ngày 3/6/2026." in narrative.missing_text(gap, "vi")
    assert "end on 3 Jun 2026," in narrative.missing_text(gap, "en")
    assert (narrative.behind_words(1, "en"), narrative.behind_words(3, "en")) == ("1 day behind", "3 days behind")
