"""Ranks and links as the SEO tools list them: counted once, dated by the day of the list."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.sources.addresses import domain_in, host_of, main_site, sites_of
from source_files import codes, only, read, records, table

RANK, LINKS = "fact_keyword_rank", "fact_backlink_snapshot"
DAY = "2026-11-16"

SEMRUSH = (
    "Keyword", "Position", "Previous position", "Search Volume", "Keyword Difficulty", "CPC", "URL", "Traffic",
    "Traffic (%)", "Traffic Cost", "Competition", "Number of Results", "Trends", "Timestamp",
    "SERP Features by Keyword", "Keyword Intents", "Position Type",
)  # fmt: skip


def position(
    keyword: str, rank: object, url: str = "https://www.shop.vn/ao-dai", day: str = DAY
) -> tuple[object, ...]:
    return (
        keyword,
        rank,
        9,
        880,
        24,
        "0.10",
        url,
        52,
        "10.5",
        11,
        "0.4",
        1200,
        "[0.6,1.0]",
        day,
        "Local pack",
        "",
        "",
    )


def test_semrush_positions(tmp_path: Path) -> None:
    rows = [position("áo dài cưới", 4), position("áo dài", 17), position("áo dài cưới", 12, "https://shop.vn/")]
    reading = read(tmp_path, "\ufeff" + table(SEMRUSH, *rows), f"shop.vn-organic.Positions-vn-{DAY}.csv")
    assert (reading.platform, reading.rows) == ("semrush", 3)
    found = records(only(reading, RANK))
    assert [(row["keyword"], row["rank"], row["domain"]) for row in found] == [
        ("áo dài cưới", 4, "shop.vn"),
        ("áo dài", 17, "shop.vn"),
    ]
    assert {row["date"] for row in found} == {date(2026, 11, 16)}


def test_the_latest_look_dates_a_list_that_does_not_say_its_day(tmp_path: Path) -> None:
    rows = [position("a", 4, day="2026-11-10"), position("b", 5, day="2026-11-14")]
    piece = only(read(tmp_path, table(SEMRUSH, *rows), "positions.csv"), RANK)
    assert ({row["date"] for row in records(piece)}, piece.grain) == ({date(2026, 11, 14)}, "day")
    said = only(read(tmp_path, table(SEMRUSH, *rows), "positions.csv", until=date(2026, 11, 20)), RANK)
    assert {row["date"] for row in records(said)} == {date(2026, 11, 20)}


def test_semrush_position_tracking_brings_many_days(tmp_path: Path) -> None:
    text = "Position Tracking - shop.vn\nDatabase: VN\n\n" + table(
        (
            "Keyword",
            "Tags",
            "*.shop.vn/*_20261102",
            "*.shop.vn/*_20261116",
            "*.shop.vn/*_difference",
            "Search Volume",
            "CPC",
        ),
        ("áo dài", "", 9, 7, 2, 1600, "0.1"),
        ("áo cưới", "", "-", "-", 0, 900, "0.2"),
    )
    reading = read(tmp_path, text)
    rows = records(only(reading, RANK))
    assert [(row["date"].day, row["keyword"], row["rank"], row["domain"]) for row in rows] == [
        (2, "áo dài", 9, "shop.vn"),
        (2, "áo cưới", None, "shop.vn"),
        (16, "áo dài", 7, "shop.vn"),
        (16, "áo cưới", None, "shop.vn"),
    ]
    assert codes(reading) == []
    assert (reading.start, reading.end) == (date(2026, 11, 2), date(2026, 11, 17))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_ahrefs_keywords_in_the_encoding_of_its_spreadsheet_export(tmp_path: Path, encoding: str) -> None:
    headings = ("Keyword", "Country", "Location", "SERP features", "Volume", "KD", "CPC", "Organic traffic",
                "Current position", "Current URL", "Last Update")  # fmt: skip
    rows = [
        ("áo dài", "vn", "Hà Nội", "Local pack", "2.1K", 28, "6.4", 40, 9, "https://shop.vn/a", DAY),
        ("áo lụa", "vn", "Hà Nội", "", 1300, 45, "3.1", 12, "", "", DAY),
    ]
    reading = read(tmp_path, table(headings, *rows, delimiter="\t").encode(encoding), "organic-keywords.csv")
    first, second = records(only(reading, RANK))
    assert (reading.platform, first["rank"], first["geo"], second["rank"]) == ("ahrefs", 9, "Hà Nội", None)
    assert (first["domain"], second["domain"]) == ("shop.vn", "shop.vn")


AHREFS_LINKS = (
    "Referring page title",
    "Referring page URL",
    "Domain rating",
    "UR",
    "Target URL",
    "Anchor",
    "Nofollow",
    "Lost status",
)
LINKED = (
    ("Báo", "https://www.bao.vn/1", 72, 35, "https://shop.vn/", "Shop", "false", ""),
    ("Báo", "https://m.bao.vn/2", 72, 20, "https://blog.shop.vn/x", "tại đây", "true", ""),
    ("Diễn đàn", "http://forum.example/t/1", 12, 2, "https://shop.vn/", "", "false", ""),
    ("Cũ", "https://cu.example/", 30, 5, "https://shop.vn/", "", "false", "Removed from page"),
)


def test_backlinks_are_counted_and_lost_ones_are_not(tmp_path: Path) -> None:
    text = table(AHREFS_LINKS, *LINKED, delimiter="\t").encode("utf-16")
    (row,) = records(only(read(tmp_path, text, f"shop.vn-backlinks_{DAY}_08-00-00.csv"), LINKS))
    assert (row["date"], row["domain"], row["backlinks"], row["referring_domains"]) == (
        date(2026, 11, 16),
        "shop.vn",
        3,
        2,
    )
    assert "snapshot_undated" in codes(read(tmp_path, text, "backlinks.csv"))


def test_semrush_backlinks_and_referring_domains(tmp_path: Path) -> None:
    headings = (
        "Page ascore",
        "Source title",
        "Source url",
        "Target url",
        "Anchor",
        "Nofollow",
        "First seen",
        "Lost link",
    )
    rows = [
        (30, "Báo", "https://bao.vn/1", "https://shop.vn/", "Shop", "false", "2025-01-01", "false"),
        (3, "Cũ", "https://cu.example/", "https://shop.vn/", "", "false", "2024-01-01", "true"),
    ]
    (row,) = records(only(read(tmp_path, table(headings, *rows), f"shop.vn-backlinks {DAY}.csv"), LINKS))
    assert (row["backlinks"], row["referring_domains"]) == (1, 1)
    domains = ("Domain ascore", "Domain", "Backlinks", "IP Address", "Country", "First seen", "Last seen")
    listed = [(40, "bao.vn", 12, "1.1.1.1", "vn", "", ""), (2, "forum.example", 3, "", "", "", "")]
    reading = read(tmp_path, table(domains, *listed), f"shop.vn-backlinks_refdomains_{DAY}.csv")
    (row,) = records(only(reading, LINKS))
    assert (row["domain"], row["backlinks"], row["referring_domains"]) == ("shop.vn", 15, 2)


def test_an_overview_tells_the_authority(tmp_path: Path) -> None:
    headings = (
        "Target",
        "Mode",
        "URL Rating",
        "Domain Rating",
        "Ahrefs Rank",
        "Ref. domains / All",
        "Backlinks / All",
    )
    reading = read(
        tmp_path, table(headings, ("https://shop.vn/", "subdomains", 12, 24, 9, 85, "1,640")), f"batch_{DAY}.csv"
    )
    (row,) = records(only(reading, LINKS))
    assert (row["domain"], row["authority_score"], row["referring_domains"], row["backlinks"]) == (
        "shop.vn",
        24,
        85,
        1640,
    )


def test_se_ranking_lists(tmp_path: Path) -> None:
    headings = ("Keyword", "Search engine", "Ranking", "Landing page", "Search volume")
    reading = read(
        tmp_path, table(headings, ("áo dài", "Google VN", 6, "https://shop.vn/", 90)), f"rankings_{DAY}.csv"
    )
    (row,) = records(only(reading, RANK))
    assert (reading.platform, row["rank"], row["geo"], row["domain"]) == ("se_ranking", 6, "Google VN", "shop.vn")


def test_a_list_of_exactly_a_thousand_lines_was_cut(tmp_path: Path) -> None:
    rows = [("T", f"https://a{n}.example/", 1, 1, "https://shop.vn/", "", "false", "") for n in range(1_000)]
    assert "list_may_be_cut" in codes(read(tmp_path, table(AHREFS_LINKS, *rows), f"{DAY}.csv"))
    assert "list_may_be_cut" not in codes(read(tmp_path, table(AHREFS_LINKS, *rows[1:]), f"{DAY}.csv"))


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.Shop.vn/a?b", "shop.vn"),
        ("shop.com.vn", "shop.com.vn"),
        ("http://[bad", None),
        ("", None),
        ("localhost", None),
        ("mailto:x", None),
    ],
)
def test_hosts_of_addresses(address: str, host: str | None) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("shop.vn-organic.Positions-vn-20261116", "shop.vn"),
        ("www.shop.com.vn-backlinks", "shop.com.vn"),
        ("google_vn_shop.vn_2026-11-16", "shop.vn"),
        ("backlinks_2026", None),
        ("báo cáo 1.2.2026", None),
    ],
)
def test_a_domain_in_a_name(name: str, domain: str | None) -> None:
    assert domain_in(name) == domain


@given(st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=8))
def test_any_text_is_an_address_or_none(texts: list[str | None]) -> None:
    found = sites_of(texts)
    assert len(found) == len(texts)
    assert main_site(texts) in {None, *found}


def test_parts_of_a_site_are_the_site_where_it_is_listed() -> None:
    assert sites_of(["blog.shop.vn", "shop.vn", "a.b.vn"]) == ["shop.vn", "shop.vn", "a.b.vn"]
