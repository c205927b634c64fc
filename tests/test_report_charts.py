"""Charts: specifications that draw, in both languages and themes, honest in scale and marks; events of the year."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.periods import Period, buckets, tet, trailing
from laban.report import axes, charts, svg, text
from laban.report.views import Breakdown, BreakdownRow, Event, KpiHead, Point, Text, calendar

RATE = KpiHead("conversion_rate", Text("Tỷ lệ chuyển đổi", "Conversion rate"), "CR", "percent", "higher_better")
MONEY = replace(RATE, id="spend", unit="currency", name=Text("Chi phí", "Spend"))
WEEKS = buckets(trailing(Period.parse("2026-W46"), 104), "week")
SPAN = Period(WEEKS[0].start, WEEKS[-1].end)


def points(values: Sequence[float | None], *, partial: bool = False) -> list[Point]:
    last = len(values) - 1
    weeks = WEEKS[-len(values) :] if values else ()
    return [Point(w, v, partial=partial and i == last) for i, (w, v) in enumerate(zip(weeks, values, strict=True))]


def shown(spec: charts.Spec) -> str:
    """The texts of the drawn chart."""
    return " ".join(re.findall(r">([^<]+)</text>", svg.draw(spec)))


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_course_draws_in_every_language_and_theme(lang: str, theme: charts.Theme) -> None:
    course = points([0.02 + 0.0001 * n for n in range(104)])
    made = charts.course(RATE, course, lang, events=calendar.events(SPAN), theme=theme, width=600)
    drawn = ET.fromstring(svg.draw(made))  # noqa: S314  our own drawing
    assert drawn.tag.endswith("svg")
    words = shown(made)
    assert ("2,5%" if lang == "vi" else "2.5%") in words
    for label in ("Tết", "11.11", "8/3"):
        assert label in words
    assert made["config"]["line"]["color"] == charts.colours(theme)["line"]
    assert json.loads(json.dumps(made)) == made


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("weeks", [3, 20, 52, 104])
def test_a_painted_course_shows_what_vega_shows(lang: str, weeks: int) -> None:
    course = points([None if n % 17 == 5 else 1500.0 + 40 * n for n in range(weeks)], partial=True)
    made = charts.course(MONEY, course, lang, events=calendar.events(SPAN), width=900)
    painted = svg.draw(made)
    engine = svg._draw(json.dumps(made, sort_keys=True))
    texts = [sorted(re.findall(r">([^<]+)</text>", picture)) for picture in (painted, engine)]
    assert texts[0] == texts[1]
    pieces = len([n for n in range(weeks) if n % 17 == 5]) + 1
    assert painted.count("<polyline") + painted.count('r="2"') == pieces


def test_the_height_of_a_point_is_its_value() -> None:
    made = charts.course(RATE, points([0.0, 0.01, 0.02, None, 0.04]), "en", width=400, height=200)
    lines = re.findall(r'points="([^"]+)" fill="none" stroke="#1f5fa8"', svg.draw(made))
    heights = [float(pair.split(",")[1]) for pair in lines[0].split()]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.02)
    assert len(lines) == 1
    assert 'r="2"' in svg.draw(made)


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12))
def test_ticks_are_few_round_and_hold_the_ends(low: float, room: float) -> None:
    bottom, top = axes.domain([low, low + room])
    marks = axes.ticks(bottom, top)
    assert 3 <= len(marks) <= 9
    slack = 1e-9 * (abs(low) + room) + 1e-8
    assert marks[0] <= low + slack
    assert marks[-1] >= low + room - slack
    assert marks == sorted(marks)


def test_money_on_the_axis_is_written_as_people_say_it() -> None:
    course = points([45_000_000 + 1_000_000 * (n % 9) for n in range(104)])
    assert "50 tr" in shown(charts.course(MONEY, course, "vi", width=600))
    assert "50M" in shown(charts.course(MONEY, course, "en", width=600))
    assert "1,5 nghìn" in shown(charts.course(MONEY, points([1000.0, 2000.0]), "vi", width=300, height=200))


def test_an_unfinished_week_is_a_hollow_point_and_not_part_of_the_line() -> None:
    made = charts.course(RATE, points([0.02, 0.03, 0.01], partial=True), "en", width=300)
    hollow = made["layer"][-1]
    assert (hollow["mark"]["type"], hollow["mark"]["filled"]) == ("point", False)
    assert [row["value"] for row in hollow["data"]["values"]] == [0.01]
    assert {"filter": "!datum.partial"} in made["layer"][-2]["transform"]


def test_what_has_no_data_is_neither_drawn_nor_spoken_of() -> None:
    bare = points([0.02, 0.03])
    known = [replace(point, baseline=0.01) for point in bare]
    assert [layer["encoding"]["y"]["field"] for layer in charts.course(RATE, bare, "en")["layer"]] == ["value"]
    assert "last year" not in charts.course(RATE, bare, "en")["description"]
    fields = [layer["encoding"]["y"]["field"] for layer in charts.course(RATE, known, "en")["layer"]]
    assert fields == ["baseline", "value"]
    assert "last year" in charts.course(RATE, known, "en")["description"]
    marks = charts.course(RATE, bare, "en", events=calendar.events(SPAN))["layer"][0]
    texts = [layer["transform"][0]["filter"] for layer in marks["layer"] if layer["mark"]["type"] == "text"]
    assert texts == [f"datum.row == {row}" for row in sorted({row["row"] for row in marks["data"]["values"]})]


def test_a_chart_says_in_words_what_it_shows() -> None:
    made = charts.course(RATE, points([0.02, 0.0315]), "vi", width=300)
    assert made["description"].startswith(
        "Tỷ lệ chuyển đổi theo tuần từ 2/11/2026 đến 15/11/2026; kỳ gần nhất 3,15%."
    )
    assert charts.course(RATE, points([None, None]), "en", width=300)["description"] == "No data to draw yet."
    assert "Week 46" in charts.sparkline(RATE, points([0.02, 0.0315]), "en")["description"]


@given(st.lists(st.one_of(st.none(), st.floats(-1e12, 1e12)), min_size=1, max_size=20))
def test_the_axis_holds_every_value_and_makes_no_drama_of_noise(values: list[float | None]) -> None:
    low, high = charts.course(RATE, points(values), "en", width=300)["layer"][0]["encoding"]["y"]["scale"]["domain"]
    known = [value for value in values if value is not None]
    assert low < high
    if known:
        assert low <= min(known) + 1e-8
        assert high >= max(known) - 1e-8
        assert high - low >= 0.3 * max(abs(value) for value in known) * 0.99


@pytest.mark.parametrize("values", [[], [None], [None, None], [1.0], [1.0, None, 3.0], [2.0, 2.0]])
def test_little_data_still_draws(values: list[float | None]) -> None:
    for made in (
        charts.course(RATE, points(values), "vi", width=200, events=calendar.events(SPAN)),
        charts.sparkline(RATE, points(values), "vi", width=100),
    ):
        assert svg.draw(made).startswith("<svg")


EVIL = "<script>alert('x')</script>\\'+alert(1)+' " + "y" * 10_000


def test_names_from_files_stay_text() -> None:
    keys = (EVIL, "Áo khoác – thu đông", None)
    rows = tuple(BreakdownRow(key, 0.03 - 0.005 * n, 0.02, None, 0.3, {}, None) for n, key in enumerate(keys))
    made = charts.bars(
        RATE, Breakdown("campaign", rows, 0.02, 0, additive=True, proof=(), exact=True), "vi", width=500
    )
    drawn = svg.draw(made)
    assert "<script" not in drawn
    assert "&lt;script&gt;alert('x')&lt;/script&gt;" in drawn
    assert "(không ghi)" in drawn
    assert len(drawn) < 20_000
    note = Event(date(2026, 11, 11), date(2026, 11, 12), "note", "", EVIL)
    assert "<script" not in svg.draw(charts.course(RATE, points([0.1, 0.2]), "vi", events=[note], width=200))


def test_the_same_chart_is_the_same_picture() -> None:
    made = charts.course(RATE, points([0.01, 0.02]), "vi", width=200)
    first = svg.draw(made)
    svg._draw.cache_clear()
    assert svg.draw(made) == first


# Small lines


def test_a_small_line_leaves_gaps_and_marks_the_last_value() -> None:
    drawn = ET.fromstring(svg.spark([1, 2, None, 4, 3], width=106, height=26))  # noqa: S314  our own drawing
    lines = [e.attrib["points"] for e in drawn if e.tag.endswith("polyline")]
    assert lines == ["3,23 28,16.33", "78,3 103,9.67"]
    dot = drawn[-1].attrib
    assert (dot["cx"], dot["cy"], dot["fill"]) == ("103", "9.67", "currentColor")
    assert drawn.attrib["aria-hidden"] == "true"
    assert 'fill="none" stroke="currentColor"/>' in svg.spark([1, 2], hollow=True)


@pytest.mark.parametrize("values", [[], [None], [5], [5, 5, 5], [None, 3, None]])
def test_odd_small_lines_are_still_pictures(values: list[float | None]) -> None:
    assert ET.fromstring(svg.spark(values)).tag.endswith("svg")  # noqa: S314  our own drawing


def test_blocks_reach_from_the_lowest_to_the_highest() -> None:
    assert text.blocks([1, 2, 3, 4, 5, 6, 7, 8]) == "▁▂▃▄▅▆▇█"
    assert text.blocks([10, None, 20]) == "▁ █"
    assert text.blocks([3, 3]) == "▄▄"
    assert text.blocks([None, None]) == ""


# The calendar


def test_the_days_that_move_a_shop() -> None:
    year = {event.code: event for event in calendar.events(Period.parse("2026"))}
    assert year["tet"].start == date(2026, 2, 16)
    assert date(2026, 2, 17) == tet(2026)
    assert year["black_friday"].start == date(2026, 11, 27)
    assert year["sale_9_9"].kind == "sale"
    assert year["reunification"].end == date(2026, 5, 2)
    assert set(calendar.MARKED) <= set(year)


@given(st.dates(date(1995, 1, 1), date(2095, 1, 1)), st.integers(1, 800))
def test_events_touch_the_period_and_come_in_order(start: date, days: int) -> None:
    period = Period(start, date.fromordinal(start.toordinal() + days))
    found = calendar.events(period)
    assert all(event.start < period.end and event.end > period.start for event in found)
    assert [event.start for event in found] == sorted(event.start for event in found)
    if days >= 386:  # a lunar year with a leap month has up to 385 days
        assert {"tet", "sale_12_12", "black_friday"} <= {event.code for event in found}


@pytest.mark.parametrize("year", range(1990, 2100))
def test_black_friday_follows_the_fourth_thursday(year: int) -> None:
    friday = next(e.start for e in calendar.events(Period.parse(f"{year}-11")) if e.code == "black_friday")
    assert friday.weekday() == 4
    assert 22 <= friday.day - 1 <= 28
