"""Mentions of a brand as the tools that listen export them: what was said, by what tone, never by whom."""

from __future__ import annotations

from pathlib import Path

from source_files import codes, only, read, records, table, workbook

MENTIONS = "fact_mention"
BRAND24 = (
    "Date", "Hour", "Title", "Content", "Author", "URL", "Domain", "Category", "Sentiment", "Social media reach",
    "Influence score", "Likes", "Comments", "Shares",
)  # fmt: skip
ROWS = (
    ("2026-11-16", "09:12", "Áo đẹp", "Lan 0912345678 khen", "Nguyễn Lan", "https://facebook.com/p/1", "facebook.com",
     "Facebook", "positive", 2300, 4, 40, 3, 2),
    ("2026-11-16", "21:40", "", "Giao chậm", "Bình", "https://voz.vn/t/2", "voz.vn", "Forums",
     "negative", "", 2, "", 1, ""),
    ("2026-11-17", "08:00", "Điểm tin", "", "", "https://bao.example/3", "bao.example", "News",
     "0", 90000, 7, 0, 0, 0),
)  # fmt: skip


def test_brand24_mentions(tmp_path: Path) -> None:
    reading = read(tmp_path, "\ufeff" + table(BRAND24, *ROWS))
    assert (reading.platform, reading.rows, codes(reading)) == ("brand24", 3, ["brand_assumed"])
    found = records(only(reading, MENTIONS))
    assert [(row["network"], row["sentiment"], row["engagement"]) for row in found] == [
        ("facebook", "positive", 45),
        ("forum", "negative", 1),
        ("news", "neutral", 0),
    ]
    assert all(row["is_own_brand"] is True for row in found)
    assert len({row["mention_id"] for row in found}) == 3


def test_who_spoke_and_what_they_wrote_is_not_kept(tmp_path: Path) -> None:
    kept = repr(read(tmp_path, table(BRAND24, *ROWS)).slices)
    assert not [word for word in ("Lan", "0912345678", "Giao chậm", "Bình") if word in kept]


def test_a_mention_keeps_its_number_in_every_download(tmp_path: Path) -> None:
    first = records(only(read(tmp_path, table(BRAND24, *ROWS)), MENTIONS))
    sheet = workbook({"Mentions": [BRAND24, *reversed(ROWS)]})
    again = records(only(read(tmp_path, sheet, "brand24.xlsx"), MENTIONS))
    assert {row["mention_id"] for row in first} == {row["mention_id"] for row in again}


def test_a_project_or_a_person_names_the_brand(tmp_path: Path) -> None:
    said = read(tmp_path, table(BRAND24, *ROWS), account="Shop Áo Dài")
    assert {row["brand"] for row in records(only(said, MENTIONS))} == {"Shop Áo Dài"}
    named = read(tmp_path, table(("Project", *BRAND24), *(("Lúa", *row) for row in ROWS)))
    assert {row["brand"] for row in records(only(named, MENTIONS))} == {"Lúa"}
    assert "brand_assumed" not in codes(named)


def test_mention_by_alert(tmp_path: Path) -> None:
    headings = (
        "Mention ID", "Published at", "Alert", "Title", "URL", "Source name", "Source type", "Tone", "Author name",
        "Cumulative reach",
    )  # fmt: skip
    rows = [
        ("77", "2026-11-16T09:12:00+00:00", "Lúa", "x", "https://x.com/a/1", "x.com", "twitter", "1", "An", 500),
        (
            "78",
            "2026-11-17T10:00:00+00:00",
            "Lúa",
            "y",
            "https://blog.example/2",
            "blog.example",
            "blogs",
            "-1",
            "B",
            20,
        ),
    ]
    reading = read(tmp_path, table(headings, *rows))
    first, second = records(only(reading, MENTIONS))
    assert (reading.platform, first["mention_id"], first["brand"], first["network"]) == ("mention", "77", "Lúa", "x")
    assert (second["network"], second["sentiment"], second["author_followers"]) == ("other", "negative", 20)
