"""The mapping files: what they name exists, and what the format notes list is known."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from laban.facts import FACT
from laban.i18n import LANGUAGES, messages
from laban.sources import platform_name, platforms
from laban.sources.derive import names_in
from laban.sources.headings import platforms_of
from laban.sources.mapping import Platform, clean, fold, platform, template, template_names, vocabulary

ALIASES = Path(__file__).parents[2] / "shared" / "spec" / "header_aliases.csv"
KINDS = (
    "orders", "leads", "costs", "followers", "posts", "surveys", "events", "mentions", "numbers", "tickets",
    "ad_reach", "backlinks", "brand_search", "budget", "chats", "competitors", "content", "email_list", "emails",
    "experiments", "funnel", "keyword_ranks", "links", "market", "offline", "pipeline", "referrals", "reviews",
    "site_health", "social", "targets", "visitors", "consent", "rates", "people",
)  # fmt: skip


@pytest.fixture(params=platforms())
def one(request: pytest.FixtureRequest) -> Platform:
    return platform(request.param)


def test_every_platform_of_the_first_release_is_there() -> None:
    assert set(platforms()) >= {
        "google_ads", "meta_ads", "meta_business_suite", "ga4", "gsc", "tiktok_ads", "tiktok_organic", "youtube",
        "mailchimp", "clarity", "shopee_affiliate", *(f"own_{kind}" for kind in KINDS),
    }  # fmt: skip


def test_every_marketing_source_is_there() -> None:
    assert set(platforms()) >= {
        "linkedin_ads", "linkedin_page", "zalo_ads", "zalo_oa", "mgid", "email_tool", "brand24", "mention", "ahrefs",
        "semrush", "se_ranking", "short_links", "survey", "eventbrite", "zendesk",
    }  # fmt: skip


def test_platforms_have_names(one: Platform) -> None:
    assert all(platform_name(one.id, lang) for lang in LANGUAGES)


def test_tables_name_columns_that_exist(one: Platform) -> None:
    for table in one.tables:
        named = {*table.needs, *table.any, *table.without}
        assert named <= set(one.columns), (table.name, named - set(one.columns))


def test_facts_and_their_columns_exist(one: Platform) -> None:
    for table in one.tables:
        for plan in table.facts:
            names = set(FACT[plan.fact].names) | {FACT[plan.fact].date}
            assert set(plan.columns) <= names, (table.name, set(plan.columns) - names)


def test_entities_have_their_key(one: Platform) -> None:
    for table in one.tables:
        for plan in table.facts:
            fact = FACT[plan.fact]
            if fact.kind == "entity":
                assert {fact.date, *fact.key} - {"platform", "account"} <= set(plan.columns), (table.name, plan.fact)


def test_a_heading_is_one_column(one: Platform) -> None:
    homes: dict[str, set[str]] = {}
    for column in one.columns.values():
        for alias in column.aliases:
            if not alias.text.startswith("/"):
                homes.setdefault(clean(alias.text), set()).add(column.name)
    assert {text: names for text, names in homes.items() if len(names) > 1} == {}


def test_every_spelling_is_found_again(one: Platform) -> None:
    for column in one.columns.values():
        for alias in column.aliases:
            if not alias.text.startswith("/"):
                assert one.canonical(alias.text) == column.name, alias
                assert one.id in platforms_of(alias.text)


def test_patterns_are_patterns(one: Platform) -> None:
    for column in one.columns.values():
        for alias in column.aliases:
            if alias.text.startswith("/"):
                re.compile(alias.text.strip("/"))


def test_words_of_a_column_are_a_vocabulary(one: Platform) -> None:
    for column in one.columns.values():
        if column.words and column.words not in one.words:
            assert vocabulary(column.words), column.name


def test_a_sheet_has_every_text_in_both_languages() -> None:
    assert set(template_names()) == set(KINDS)
    for name in KINDS:
        for column in template(name).columns:
            for lang in LANGUAGES:
                assert column.heading[lang], (name, column.name)
                assert column.note[lang], (name, column.name)
            if column.required:
                assert all(column.example[lang] for lang in LANGUAGES), (name, column.name)


def test_headings_of_a_sheet_differ() -> None:
    for name in KINDS:
        for lang in LANGUAGES:
            headings = [fold(column.heading[lang]) for column in template(name).columns]
            assert len(headings) == len(set(headings))


def listed() -> list[dict[str, str]]:
    if not ALIASES.exists():
        return []
    with ALIASES.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["platform"] in platforms()]


@pytest.mark.skipif(not ALIASES.exists(), reason="the list of known headings lies beside the repository, not in it")
def test_every_listed_heading_is_known() -> None:
    rows = listed()
    unknown = [
        (row["platform"], row["header"])
        for row in rows
        if platform(row["platform"]).canonical(row["header"].replace("XXX", "VND")) is None
    ]
    assert rows
    assert unknown == []


def codes_in_code() -> Iterator[str]:
    for path in (Path(__file__).parents[1] / "src" / "laban" / "sources").rglob("*.py"):
        text = path.read_text("utf-8")
        yield from re.findall(r'UnreadableError\(\s*"([a-z_]+)"', text)
        yield from re.findall(r'\.(?:add|once)\(\s*"(?:info|warning|error)",\s*"([a-z_]+)"', text)
        yield from re.findall(r'Finding\(\s*"(?:info|warning|error)",\s*"([a-z_]+)"', text)
        yield from re.findall(r'faults\.add\([^"]*"([a-z_]+)"', text)


def test_every_finding_has_a_sentence_in_every_language() -> None:
    found = set(codes_in_code())
    assert len(found) > 30
    for lang in LANGUAGES:
        assert {f"finding.{code}" for code in found} <= set(messages(lang))


def test_expressions_name_columns_that_exist(one: Platform) -> None:
    for table in one.tables:
        for plan in table.facts:
            known = {
                *one.columns,
                *FACT[plan.fact].names,
                "search_type",
                "currency",
                "_account",
                "_file",
                "_reporting",
            }
            if plan.shape:
                known |= {value for value in plan.shape.values() if isinstance(value, str)}
                known |= {"line_value"} if "once_per" in plan.shape else set()
            for name, expression in plan.columns.items():
                assert names_in(expression, one) <= known, (table.name, name)
