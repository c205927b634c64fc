"""A query is its own address: text and value say the same."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.errors import InvalidPeriodError, InvalidQueryError
from laban.metrics.query import Query
from laban.periods import COMPARISONS, GRAINS, Period

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
PERIODS = st.builds(
    lambda start, days: Period(start, start + timedelta(days=days)),
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.integers(1, 800),
)
QUERIES = st.builds(
    Query,
    kpis=st.lists(NAMES, min_size=1, max_size=4).map(tuple),
    period=PERIODS,
    grain=st.sampled_from(GRAINS),
    by=st.lists(NAMES, max_size=3).map(tuple),
    where=st.lists(st.tuples(NAMES, st.lists(st.text(), max_size=3).map(tuple)), max_size=3).map(tuple),
    compare=st.sampled_from(COMPARISONS),
    top=st.integers(0, 1000),
)


@given(QUERIES)
def test_reading_the_text_gives_the_query_back(query: Query) -> None:
    assert Query.parse(query.text()) == query
    assert Query.parse("?" + query.text()) == query
    assert hash(Query.parse(query.text())) == hash(query)


def test_the_text_is_a_readable_address() -> None:
    query = Query(
        ("conversion_rate", "website_traffic"),
        Period.parse("2026-W46"),
        by=("channel",),
        where=(("device", ("mobile",)), ("campaign", ("Tết & <b>", ""))),
        compare="tet",
    )
    assert query.text() == (
        "kpi=conversion_rate,website_traffic&period=2026-W46&by=channel"
        "&where.campaign=&where.campaign=T%E1%BA%BFt%20%26%20%3Cb%3E&where.device=mobile&compare=tet"
    )


def test_equal_questions_are_equal_values() -> None:
    week = Period.parse("2026-W46")
    one = Query(("a",), week, where=(("y", ("2", "1")), ("x", ("3",)), ("y", ("1",)), ("z", ())))
    two = Query(("a", "a"), week, where=(("x", ("3",)), ("y", ("1", "2"))))
    assert one == two
    assert one.text() == two.text()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("period=2026-W46", "kpi"),
        ("kpi=a", "period"),
        ("kpi=a&period=2026-W46&colour=red", "colour"),
        ("kpi=a&kpi=b&period=2026-W46", "kpi"),
        ("kpi=a&period=2026-W46&grain=hour", "hour"),
        ("kpi=a&period=2026-W46&compare=moon", "moon"),
        ("kpi=A;drop&period=2026-W46", "A;drop"),
        ("kpi=a&period=2026-W46&by=x y", "x y"),
        ("kpi=a&period=2026-W46&where.=1", "“”"),
        ("kpi=a&period=2026-W46&by=b&top=1001", "1001"),
        ("kpi=a&period=2026-W46&by=b&top=-1", "-1"),
    ],
)
def test_a_wrong_text_is_answered_with_the_part_that_is_wrong(text: str, word: str) -> None:
    with pytest.raises(InvalidQueryError) as caught:
        Query.parse(text)
    for lang in ("vi", "en"):
        assert word in caught.value.message(lang)


def test_a_wrong_period_keeps_its_own_sentence() -> None:
    with pytest.raises(InvalidPeriodError):
        Query.parse("kpi=a&period=soon")
