"""Exports about pages and channels: Meta Business Suite, TikTok Studio, YouTube Studio."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from laban.workspace import ImportChoices, ImportOutcome, Workspace
from source_files import codes, only, read, records, table, totals, zipped

ACCOUNT, POST, AUDIENCE = "fact_social_account", "fact_social_post", "fact_audience_profile"


def series(title: str, *values: int, column: str = "Date", delimiter: str = ",") -> str:
    days = [f'"2025-01-{day:02}T0{day % 2}:00:00"{delimiter}"{value}"\n' for day, value in enumerate(values, 1)]
    return f'"{title}"\n"{column}"{delimiter}"Primary"\n' + "".join(days)


@pytest.mark.parametrize(
    ("title", "network", "column", "total"),
    [
        ("Facebook follows", "facebook", "followers_gained", "new_follows"),
        ("Instagram follows", "instagram", "followers_gained", "new_follows"),
        ("Facebook visits", "facebook", "profile_visits", "visits"),
        ("Instagram profile visits", "instagram", "profile_visits", "visits"),
        ("Facebook link clicks", "facebook", "link_clicks", "link_clicks"),
        ("Content interactions", None, "interactions", "interactions"),
        ("Views", None, "views", "views"),
        ("Lượt theo dõi", None, "followers_gained", "new_follows"),
        ("Lượt truy cập", None, "profile_visits", "visits"),
        ("Lượt xem", None, "views", "views"),
    ],
)
def test_business_suite_titles_name_the_measure(
    tmp_path: Path, title: str, network: str | None, column: str, total: str
) -> None:
    reading = read(tmp_path, ("sep=,\n" + series(title, 3, 4)).encode("utf-16"))
    (name,) = reading.totals
    assert (name.startswith(total), int(reading.totals[name])) == (True, 7)
    piece = only(reading, ACCOUNT)
    assert [(row["date"].day, row["network"], row[column]) for row in records(piece)] == [
        (1, network, 3),
        (2, network, 4),
    ]
    assert ("network_unknown" in codes(reading)) == (network is None)
    assert piece.rival


def test_business_suite_reach_is_not_added_over_days(tmp_path: Path) -> None:
    text = "sep=\t\n" + series("Facebook reach", 10, 20, delimiter="\t") + "\n"
    text += series("Instagram reach", 1, 2, delimiter="\t")
    reading = read(tmp_path, text.encode("utf-16"))
    assert totals(reading) == {"reach_daily_sum_facebook": "30", "reach_daily_sum_instagram": "3"}
    found = {(piece.rival, row["network"], row["reach"]) for piece in reading.slices for row in records(piece)}
    assert found == {
        ("reach facebook", "facebook", 10),
        ("reach facebook", "facebook", 20),
        ("reach instagram", "instagram", 1),
        ("reach instagram", "instagram", 2),
    }


def test_business_suite_network_can_be_said(tmp_path: Path) -> None:
    reading = read(tmp_path, series("Reach", 10, 20), account="Instagram áo dài")
    piece = only(reading, ACCOUNT)
    assert ({row["network"] for row in records(piece)}, piece.account) == ({"instagram"}, "Instagram áo dài")
    assert "network_unknown" not in codes(reading)


def test_business_suite_network_is_asked_once_per_file_name(tmp_path: Path) -> None:
    shop = Workspace.create(tmp_path / "shop")

    def bring(name: str, day: int, account: str = "") -> ImportOutcome:
        path = shop.inbox / name
        path.write_text(f'"Reach"\n"Date","Primary"\n"2025-01-{day:02}T00:00:00","{day}"\n', "utf-8")
        return shop.import_file(path, choices=ImportChoices(account=account))

    assert "network_unknown" in [f.code for f in bring("Reach.csv", 1).findings]
    bring("Reach (1).csv", 2, "Instagram Lúa")
    again = bring("Reach (1).csv", 3)
    assert [f.code for f in again.findings] == ["account_remembered"]
    piece = only(again.reading, ACCOUNT)
    assert (piece.account, {row["network"] for row in records(piece)}) == ("Instagram Lúa", {"instagram"})
    assert "network_unknown" in [f.code for f in bring("Reach.csv", 4).findings]


def test_business_suite_titles_in_vietnamese_are_confirmed_once(tmp_path: Path) -> None:
    assert read(tmp_path, series("Lượt theo dõi trên Facebook", 3)).unseen == ("Lượt theo dõi trên Facebook",)
    assert read(tmp_path, series("Facebook follows", 3)).unseen == ()


def test_business_suite_videos_with_hundreds_of_columns(tmp_path: Path) -> None:
    more = tuple(f"Minutes viewed by {n}" for n in range(300))
    headings = (
        "Video asset ID",
        "Universal video ID",
        "Page ID",
        "Page name",
        "Title",
        "Publish time",
        "Duration (sec)",
    )
    counted = ("3-second video views", "Seconds viewed", "Reactions", "Comments", "Shares")
    row = ("77", "88", "9", "Trang", "Ra mắt", "12/31/2025 08:24", 61, *[0] * 300, 1200, 9800, 40, 3, 2)
    reading = read(tmp_path, "\ufeff" + table((*headings, *more, *counted), row))
    (post,) = records(only(reading, POST))
    assert (post["post_id"], post["video_views"], post["watch_seconds"], post["reactions"]) == ("77", 1200, 9800, 40)


def test_business_suite_posts_of_2023_told_impressions(tmp_path: Path) -> None:
    headings = (*POSTS, "IMPRESSION:UNIQUE_USERS", "Reach", "Impressions", "Reactions", "Total clicks", "Link Clicks")
    row = ("123", "9", "Trang", "", "Chào", "02/28/2023 08:24", "Photo", "Lifetime", 70, 70, 95, 8, 5, 2)
    (post,) = records(only(read(tmp_path, table(headings, row)), POST))
    assert (post["impressions"], post["reach"], post["link_clicks"], post.get("views")) == (95, 70, 2, None)


def test_business_suite_audience(tmp_path: Path) -> None:
    text = "Facebook followers\nFB_PAGE FOLLOW UNIQUE_USERS\n30222\n\n"
    text += table(("Age", "Women", "Men"), ("18-24", "3.5%", "1.2%"), ("25-34", "17.5%", "8.1%"))
    text += "\nTop cities\n" + table(("Hà Nội, Việt Nam", "Huế, Việt Nam"), ("74.3%", "4.1%"))
    reading = read(tmp_path, text, until=date(2026, 2, 27))
    assert totals(reading) == {"facebook_followers": "30222"}
    (row,) = records(only(reading, ACCOUNT))
    assert (row["date"], row["followers"], row["network"]) == (date(2026, 2, 27), 30222, "facebook")
    shares = {row["member"]: row["share"] for p in reading.slices if p.fact == AUDIENCE for row in records(p)}
    assert (shares["18-24 women"], shares["Hà Nội, Việt Nam"]) == (Decimal("0.035"), Decimal("0.743"))
    assert {piece.grain for piece in read(tmp_path, text).slices} == {"undated"}


def test_business_suite_shares_eaten_by_a_spreadsheet_are_not_guessed(tmp_path: Path) -> None:
    text = "Age & gender;;\n;Women;Men\n18-24;3.юли;1.5\n25-34;17.5;8.1\n"
    reading = read(tmp_path, text.encode("cp1251"))
    assert [(f.row, f.value) for f in reading.findings if f.code == "not_a_share"] == [(3, "3.юли")]
    assert len(records(only(reading, AUDIENCE))) == 3


def test_business_suite_top_content_formats(tmp_path: Path) -> None:
    text = "Views;;\nReels;Multi-photo;Links\n572681;86208;79536\n;;\n"
    text += "Content interactions;;\nReels;Multi-photo;Photos\n3687;2013;569\n;;\n"
    text += "Published content;;\nReels;Photos;\n46;30;\n"
    reading = read(tmp_path, text)
    assert totals(reading) == {"views": "738425", "interactions": "6269", "published": "76"}


POSTS = ("Post ID", "Page ID", "Page name", "Title", "Description", "Publish time", "Post type", "Date")


def test_business_suite_facebook_posts(tmp_path: Path) -> None:
    headings = (
        *POSTS,
        "Views",
        "Reach",
        "Reactions, Comments and Shares",
        "Reactions",
        "Comments",
        "Shares",
        "Views",
    )
    row = (
        "123",
        "9",
        "Trang",
        "",
        "Chào\ncả nhà, sale",
        "12/31/2025 08:24",
        "Photo",
        "Lifetime",
        100,
        80,
        13,
        10,
        2,
        1,
        0,
    )
    reading = read(tmp_path, "\ufeff" + table(headings, row))
    assert totals(reading) == {
        "views": "100", "reach_sum": "80", "engagements": "13", "reactions": "10", "comments": "2", "shares": "1",
    }  # fmt: skip
    (post,) = records(only(reading, POST))
    assert (post["network"], post["title"], post["date"]) == ("facebook", "Chào cả nhà, sale", date(2025, 12, 31))
    assert (post["views"], post["published_at"].isoformat()) == (100, "2025-12-31T08:24:00")


def test_business_suite_posts_in_vietnamese(tmp_path: Path) -> None:
    headings = ("ID bài viết", "ID tài khoản", "Tên tài khoản", "Mô tả", "Thời gian đăng", "Loại bài viết")
    more = ("Lượt xem", "Số người tiếp cận", "Lượt thích", "Lượt chia sẻ", "Bình luận", "Lượt lưu", "Lượt theo dõi")
    row = ("18", "178", "Shop", "Áo dài", "12/31/2025 08:24", "Ảnh", 1085, 762, 47, 1, 0, 1, 2)
    reading = read(tmp_path, "\ufeff" + table((*headings, *more), row))
    (post,) = records(only(reading, POST))
    assert (post["network"], post["reactions"], post["saves"], post["follows"]) == ("instagram", 47, 1, 2)


def test_tiktok_days_without_a_year(tmp_path: Path) -> None:
    text = '"Date","Video Views","Profile Views","Likes","Comments","Shares"\n'
    text += '"8 de marzo","5","1","2","0","0"\n"9 de marzo","7","--","undefined","0","0"\n'
    undated = read(tmp_path, text)
    assert ({piece.grain for piece in undated.slices}, codes(undated)) == ({"undated"}, ["year_missing"])
    dated = read(tmp_path, text, until=date(2026, 3, 9))
    assert totals(dated) == totals(undated)
    assert [(row["date"], row["profile_visits"], row["reactions"]) for row in records(only(dated, ACCOUNT))] == [
        (date(2026, 3, 8), 1, 2),
        (date(2026, 3, 9), None, None),
    ]


def test_tiktok_business_account(tmp_path: Path) -> None:
    headings = ("Date", "Video views", "Reached audience", "Profile views", "Likes", "Phone number clicks ")
    more = ("Leads submission", "Net growth", "New followers", "Lost followers")
    rows = [
        ("2025/10/31", 715, "NAN", 25, 26, 0, 1, 10, 12, 2),
        ("2025/11/01", 75155, 75134, 539, 845, 0, 0, 100, 100, 0),
    ]
    reading = read(tmp_path, table((*headings, *more), *rows))
    assert (totals(reading)["video_views"], totals(reading)["reach_daily_sum"]) == ("75870", "75134")
    overview, followers = reading.slices
    assert (overview.rival, followers.rival) == ("overview", "followers")
    assert [row["reach"] for row in records(overview)] == [None, 75134]
    assert [(row["followers_gained"], row["followers_lost"]) for row in records(followers)] == [(12, 2), (100, 0)]


def test_tiktok_follower_history(tmp_path: Path) -> None:
    text = '"Date","Followers","Difference in followers from previous day"\n'
    text += '"February 26","undefined","0"\n"February 27","5013","3"\n"February 28","5010","-3"\n'
    reading = read(tmp_path, text, until=date(2026, 2, 28))
    assert totals(reading) == {"followers": "5010", "follows": "0"}
    rows = records(only(reading, ACCOUNT))
    assert [(row["followers"], row["followers_gained"], row["followers_lost"]) for row in rows] == [
        (None, 0, 0),
        (5013, 3, 0),
        (5010, 0, 3),
    ]


def test_tiktok_posts_know_their_year_by_their_number(tmp_path: Path) -> None:
    headings = ("Time", "Video title", "Video link", "Post time", "Total likes", "Total comments", "Total views")
    link = "https://www.tiktok.com/@x/video/7531345990947851551"
    reading = read(tmp_path, table(headings, ("February 28", "", link, "July 26", 1837, 50, 30504)))
    (post,) = records(only(reading, POST))
    assert (post["post_id"], post["date"], post["views"]) == ("7531345990947851551", date(2025, 7, 26), 30504)
    assert totals(reading) == {"likes": "1837", "comments": "50", "views": "30504"}


def test_tiktok_shares_of_followers(tmp_path: Path) -> None:
    text = '"Gender","Distribution"\n"Female","0.59"\n"Male","0.41"\n'
    assert codes(read(tmp_path, text)) == ["snapshot_undated"]
    piece = only(read(tmp_path, text, until=date(2026, 2, 27)), AUDIENCE)
    assert [(row["date"].day, row["member"], str(row["share"])) for row in records(piece)] == [
        (27, "Female", "0.59"),
        (27, "Male", "0.41"),
    ]


YOUTUBE = {
    "Table data.csv": table(
        ("Content", "Video title", "Video publish time", "Duration", "Views", "Watch time (hours)", "Subscribers"),
        ("Total", "", "", "", 35, "1.5", -2),
        ("abc", "T", "Feb 18, 2026", 60, 20, "1.0", 1),
        ("def", "U", "Feb 20, 2026", 60, 10, "0.5", -3),
    ),
    "Totals.csv": table(("Date", "Views"), ("2026-02-01", 10), ("2026-02-28", 25)),
    "Chart data.csv": table(("Date", "Content", "Video title", "Views"), ("2026-02-01", "abc", "T", 10)),
}


def test_youtube_days_count_once(tmp_path: Path) -> None:
    reading = read(tmp_path, zipped(YOUTUBE), "Content 2026-02-01_2026-03-01 Kênh.zip")
    assert totals(reading) == {"views": "35"}
    assert (reading.start, reading.end) == (date(2026, 2, 1), date(2026, 3, 1))
    found = [(piece.rival, piece.grain, piece.start, piece.end) for piece in reading.slices if piece.fact == ACCOUNT]
    assert found == [
        ("views", "day", date(2026, 2, 1), date(2026, 3, 1)),
        ("views", "period", date(2026, 2, 1), date(2026, 3, 1)),
        ("subscribers", "period", date(2026, 2, 1), date(2026, 3, 1)),
    ]
    posts = records(only(reading, POST))
    assert [(row["post_id"], row["date"], row["watch_seconds"]) for row in posts] == [
        ("abc", date(2026, 2, 18), 3600),
        ("def", date(2026, 2, 20), 1800),
    ]


def test_youtube_total_row_is_the_truth(tmp_path: Path) -> None:
    headings = ("Geography", "Views", "Watch time (hours)", "Average view duration")
    text = table(
        headings, ("Total", 1000, "20.5", "0:05:13"), ("US", 600, "10.25", "0:04:00"), ("VN", 300, 8, "0:04:00")
    )
    reading = read(tmp_path, text)
    assert totals(reading) == {"views": "900", "watch_time_hours": "18.25"}
    assert reading.own_totals["views"] == 1000
    (row,) = records(only(reading, ACCOUNT))
    assert (row["views"], row["watch_seconds"]) == (1000, Decimal(73800))
    assert next(f for f in reading.findings if f.code == "covers_share").values["share"] == "90"


def test_youtube_in_vietnamese(tmp_path: Path) -> None:
    headings = ("Nội dung", "Tiêu đề video", "Thời gian xuất bản video", "Thời lượng", "Số lượt xem")
    more = ("Thời gian xem (giờ)", "Số người đăng ký", "Doanh thu ước tính (USD)", "Số lượt hiển thị hình thu nhỏ")
    text = table(
        (*headings, *more),
        ("Tổng", "", "", "", 1500, "30.5", 5, "16.89", 9000),
        ("abc", "Video 1", "Feb 18, 2026", 60, 1000, "20.5", 5, "10.5", 6000),
        ("def", "Video 2", "Feb 20, 2026", 60, 500, 10, 0, "6.39", 3000),
    )
    reading = read(tmp_path, text)
    assert (reading.platform, reading.currency, reading.rows) == ("youtube", "USD", 2)
    assert totals(reading) == {
        "views": "1500", "watch_time_hours": "30.5", "subscribers": "5", "revenue": "16.89", "impressions": "9000",
    }  # fmt: skip
