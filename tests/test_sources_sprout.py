"""Sprout Social: posts of several networks in one file, and the followers of profiles by day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from source_files import only, read, records, table, totals

POSTS = (
    "Date", "Post ID", "Network", "Post Type", "Content Type", "Profile", "Sent by", "Link", "Post", "Linked Content",
    "Impressions", "Organic Impressions", "Paid Impressions", "Reach", "Organic Reach", "Paid Reach",
    "Engagement Rate (per Impression)", "Engagements", "Reactions", "Likes", "Comments", "Shares", "Saves",
    "Post Link Clicks", "Video Views", "Full Video Views",
)  # fmt: skip
PROFILES = ("Date", "Network", "Profile", "Audience", "Net Audience Growth", "Impressions", "Engagements")


def post(day: str, number: str, network: str, *, paid: int, likes: object = 60) -> tuple[object, ...]:
    what = (day, number, network, "Post", "Photo", "Shop", "Lan", "https://x.example", "Áo mới", "")
    seen = ("1,200", 1200 - paid if paid else "", paid or "", 900, 800 if paid else "", "", "5.5%")
    return (*what, *seen, 66, likes if network != "Instagram" else "", likes, 4, 2, 1, 7, "", "")


def test_posts_of_several_networks_carry_what_they_earned_themselves(tmp_path: Path) -> None:
    lines = (
        post("11/17/2026 9:05 am", "1_10", "Facebook", paid=200),
        post("11/18/2026 8:00 pm", "20", "Instagram", paid=0),
        post("11/18/2026 8:01 pm", "30", "X (Twitter)", paid=0),
    )
    reading = read(tmp_path, table(POSTS, *lines))
    assert (reading.status, reading.platform) == ("loaded", "sprout_social")
    rows = {row["post_id"]: row for row in records(only(reading, "fact_social_post"))}
    assert [(row["network"], row["date"]) for row in rows.values()] == [
        ("facebook", date(2026, 11, 17)),
        ("instagram", date(2026, 11, 18)),
        ("x", date(2026, 11, 18)),
    ]
    assert (rows["1_10"]["impressions"], rows["20"]["impressions"]) == (1000, 1200)
    assert (rows["1_10"]["reach"], rows["20"]["reach"]) == (800, 900)
    assert rows["20"]["reactions"] == 60  # Instagram has likes only
    assert rows["20"]["post_type"] == "Photo"
    assert totals(reading)["link_clicks"] == "21"
    assert "Lan" not in str(rows)


def test_profiles_bring_followers_by_day_and_nothing_twice(tmp_path: Path) -> None:
    lines = [(f"11/{day}/2026", "Facebook", "Shop", 5_000 + day, 1, 9_000, 300) for day in (17, 18)]
    reading = read(tmp_path, table(PROFILES, *lines))
    assert (reading.status, reading.platform) == ("loaded", "sprout_social")
    rows = records(only(reading, "fact_social_account"))
    assert [(row["date"], row["social_account"], row["followers"]) for row in rows] == [
        (date(2026, 11, 17), "Shop", 5_017),
        (date(2026, 11, 18), "Shop", 5_018),
    ]
    assert not any(part.fact == "fact_social_post" for part in reading.slices)
