"""LinkedIn: Campaign Manager's reports and the old workbooks of a page's analytics."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from old_workbook import old_workbook
from source_files import codes, only, read, records, table, totals, workbook

AD, ACCOUNT, POST = "fact_ad_performance", "fact_social_account", "fact_social_post"

PREAMBLE = (
    "Campaign Performance Report (in UTC)\n"
    "Report Start: November 16, 2026, 12:00 AM\n"
    "Report End: November 17, 2026, 11:59 PM\n"
    "Date Generated: November 23, 2026, 3:14 AM\n\n"
)
HEADINGS = (
    "Start Date (in UTC)", "Account Name", "Currency", "Campaign Group Name", "Campaign Name", "Campaign ID",
    "Total Spent", "Impressions", "Clicks", "Click Through Rate", "Average CPC", "Reactions", "Total Engagements",
    "Viral Impressions", "Conversions", "Leads", "Reach", "Clicks to Landing Page",
)  # fmt: skip


def campaign(day: str, name: str, spent: str, clicks: int, leads: str = "-") -> tuple[object, ...]:
    return (
        day,
        "Shop",
        "USD",
        "2026",
        name,
        "4001",
        spent,
        "1,204",
        clicks,
        "1.2%",
        "$2.10",
        3,
        40,
        7,
        1,
        leads,
        900,
        30,
    )


def report(*rows: tuple[object, ...], headings: tuple[str, ...] = HEADINGS) -> bytes:
    return (PREAMBLE + table(headings, *rows, delimiter="\t")).encode("utf-16")


def test_campaign_manager_by_day(tmp_path: Path) -> None:
    rows = (campaign("11/16/2026", "Tết", "$174.03", 14), campaign("11/17/2026", "Tết", "$1,020.50", 20, "3"))
    total = ("Total", "", "", "", "", "", "$1,194.53", "2,408", 34, *[""] * 9)
    reading = read(tmp_path, report(*rows, total), "account_campaign_performance_report.csv")
    assert (reading.platform, reading.currency, reading.rows) == ("linkedin_ads", "USD", 2)
    assert (totals(reading)["spend"], totals(reading)["clicks"], totals(reading)["leads"]) == ("1194.53", "34", "3")
    assert reading.own_totals["spend"] == Decimal("1194.53")
    piece = only(reading, AD)
    assert (piece.account, piece.start, piece.end) == ("Shop", date(2026, 11, 16), date(2026, 11, 18))
    first, second = records(piece)
    assert (first["date"], first["campaign"], first["leads"]) == (date(2026, 11, 16), "Tết", None)
    assert (second["link_clicks"], second["clicks"], second["leads"]) == (30, 20, 3)
    assert "total_differs" not in codes(reading)


def test_campaign_manager_without_days_stands_for_its_report_period(tmp_path: Path) -> None:
    rows = [row[1:] for row in (campaign("", "Tết", "$10.00", 5), campaign("", "Hè", "$20.00", 6))]
    piece = only(read(tmp_path, report(*rows, headings=HEADINGS[1:])), AD)
    assert (piece.grain, piece.start, piece.end) == ("period", date(2026, 11, 16), date(2026, 11, 18))


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        ("Campaign Group Name", "Campaign Name", ("Tết", None)),
        ("Campaign Name", "Ad Set Name", ("2026", "Tết")),
    ],
)
def test_the_level_is_what_the_columns_say(
    tmp_path: Path, above: str, below: str, expected: tuple[str, str | None]
) -> None:
    headings = (*HEADINGS[:3], above, below, *HEADINGS[5:])
    (row,) = records(only(read(tmp_path, report(campaign("11/16/2026", "Tết", "$1.00", 5), headings=headings)), AD))
    assert (row["campaign"], row.get("ad_group")) == expected


def test_a_report_by_profession_is_known_and_not_added(tmp_path: Path) -> None:
    text = PREAMBLE.replace("Campaign", "Professional Demographics") + table(
        ("Job Title Segment", "Impressions", "Clicks", "Click Through Rate"),
        ("Designer", 100, 3, "3%"),
        delimiter="\t",
    )
    reading = read(tmp_path, text.encode("utf-16"))
    assert (reading.platform, reading.slices) == ("linkedin_ads", ())
    assert "nothing_kept" in codes(reading)


WHAT = ("The number of times your posts were seen.",) * 5
METRICS = (
    "Date",
    "Impressions (organic)",
    "Impressions (sponsored)",
    "Impressions (total)",
    "Unique impressions (organic)",
)
MORE = (
    "Clicks (organic)", "Clicks (sponsored)", "Reactions (organic)", "Reactions (total)", "Comments (organic)",
    "Reposts (organic)", "Engagement rate (organic)",
)  # fmt: skip
ALL_POSTS = (
    "Post title", "Post link", "Post type", "Campaign name", "Posted by", "Created date", "Audience", "Impressions",
    "Views", "Clicks", "CTR", "Likes", "Comments", "Reposts", "Follows", "Engagement rate", "Content type",
)  # fmt: skip
LINK = "https://www.linkedin.com/feed/update/urn:li:activity:7263456789012345678"
CONTENT = {
    "Metrics": [
        WHAT,
        (*METRICS, *MORE),
        ("11/16/2026", 120, 900, 1020, 80, 6, 40, 5, 9, 2, 1, 0.11),
        ("11/17/2026", 90, 0, 90, 61, 3, 0, 4, 4, 0, 0, 0.08),
    ],
    "All posts": [
        ("Your posts",),
        ALL_POSTS,
        (
            "Áo dài Tết",
            LINK,
            "Organic",
            "",
            "Nguyễn Thị Lan",
            "11/16/2026",
            "",
            120,
            0,
            6,
            0.05,
            5,
            2,
            1,
            1,
            0.1,
            "Image",
        ),
        (
            "Tuyển dụng",
            LINK[:-1] + "9",
            "Sponsored",
            "Tết",
            "Trần Văn A",
            "11/17/2026",
            "",
            90,
            30,
            3,
            0,
            4,
            0,
            0,
            0,
            0,
            "",
        ),
    ],
}


@pytest.mark.parametrize("make", [old_workbook, workbook])
def test_content_of_a_page(tmp_path: Path, make: object) -> None:
    assert callable(make)
    reading = read(tmp_path, make(CONTENT), "shop_content_1700000000.xls")
    assert (reading.platform, reading.rows, codes(reading)) == ("linkedin_page", 4, [])
    first, second = records(only(reading, ACCOUNT))
    assert (first["date"], first["network"], first["views"], first["reach"]) == (
        date(2026, 11, 16),
        "linkedin",
        120,
        80,
    )
    assert (first["reactions"], first["interactions"], first["link_clicks"], second["interactions"]) == (5, 8, 6, 4)
    one, two = records(only(reading, POST))
    assert (one["post_id"], str(one["published_at"]), one["post_type"]) == (
        LINK[-19:],
        "2026-11-16 00:00:00",
        "Image",
    )
    assert (one["is_boosted"], two["is_boosted"], two["post_type"], two["video_views"]) == (
        False,
        True,
        "Sponsored",
        30,
    )


def test_who_posted_is_not_kept(tmp_path: Path) -> None:
    reading = read(tmp_path, old_workbook(CONTENT), "content.xls")
    assert "Lan" not in repr(reading.slices)


def test_followers_of_a_page_are_the_new_ones(tmp_path: Path) -> None:
    book: dict[str, list[tuple[object, ...]]] = {
        "New followers": [
            ("Date", "Sponsored followers", "Organic followers", "Auto-invited followers", "Total followers"),
            ("11/16/2026", 1, 5, 0, 6),
            ("11/17/2026", 0, 3, 2, 5),
        ],
        "Location": [("Location", "Total followers"), ("Hà Nội", 300), ("Huế", 100)],
        "Seniority": [("Seniority", "Total followers"), ("Entry", 50), ("Senior", 150)],
    }
    reading = read(tmp_path, old_workbook(book), "shop_followers_2026-11-23.xls")
    assert [row["followers_gained"] for row in records(only(reading, ACCOUNT))] == [6, 5]
    shares = {
        (row["attribute"], row["member"]): (row["date"], row["share"])
        for piece in reading.slices
        if piece.fact == "fact_audience_profile"
        for row in records(piece)
    }
    assert shares == {
        ("city", "Hà Nội"): (date(2026, 11, 23), Decimal("0.75")),
        ("city", "Huế"): (date(2026, 11, 23), Decimal("0.25")),
        ("seniority", "Entry"): (date(2026, 11, 23), Decimal("0.25")),
        ("seniority", "Senior"): (date(2026, 11, 23), Decimal("0.75")),
    }
    assert (reading.start, reading.end) == (date(2026, 11, 16), date(2026, 11, 24))


def test_visitors_and_competitors_of_a_page(tmp_path: Path) -> None:
    views = ("Date", "Overview page views (desktop)", "Total page views (total)", "Total unique visitors (total)")
    seen = read(tmp_path, old_workbook({"Visitor metrics": [views, ("11/16/2026", 2, 9, 7)]}), "visitors.xls")
    assert (totals(seen)["page_views"], records(only(seen, ACCOUNT))[0]["profile_visits"]) == ("9", 9)
    rivals = ("Page", "Total Followers", "New Followers", "Total post engagements", "Total posts")
    book = old_workbook({"Competitors": [rivals, ("Shop B", 1200, 10, 340, 12)]})
    assert "snapshot_undated" in codes(read(tmp_path, book, "competitors.xls"))
    (row,) = records(only(read(tmp_path, book, "c.xls", until=date(2026, 11, 23)), "fact_competitor_snapshot"))
    assert (row["competitor"], row["followers"], row["public_engagements"], row["posts"]) == ("Shop B", 1200, 340, 12)
