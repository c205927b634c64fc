"""One campaign under several names: sure ones are joined, doubtful ones are asked, originals are kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laban.care.backup import backup
from laban.care.restore import restore
from laban.metrics.query import Query
from laban.metrics.rolled import rolled
from laban.periods import Period
from laban.report.views.campaigns import campaigns_page
from laban.settings import Settings
from laban.sources.model import Slice
from laban.tagging.campaigns import FILE, Book, Spelling, alike, canonical, doubtful, key_of, read, write
from laban.warehouse import Warehouse
from laban.web.app import create_app
from laban.workspace import Workspace
from test_web_pages import Seen
from warehouse_rows import NOON, ads, day, load
from web_client import Client

FORM = {"content-type": "application/x-www-form-urlencoded"}
AD = Spelling("Tết 2026", ads=True, platforms=("google_ads",), ids=frozenset({("google_ads", "77")}))
META = Spelling("TET-2026", ads=True, platforms=("meta_ads",))
UTM = Spelling("tet_2026", tagged=True)
CLOSE = Spelling("Meta Tết 2026 Áo dài", ads=True, platforms=("meta_ads",))


@pytest.mark.parametrize("name", ["Tết_2026", "tet 2026", "TẾT-2026", " tet.2026 ", "Tết | 2026"])
def test_case_accents_and_separators_make_no_difference(name: str) -> None:
    assert key_of(name) == "tet 2026"
    assert key_of("Đèn LED") == "den led"


def test_equal_names_are_one_for_sure_only_when_visits_came_with_them() -> None:
    assert canonical([AD, META], Book()) == {}
    assert canonical([AD, META, UTM], Book()) == {"TET-2026": "Tết 2026", "tet_2026": "Tết 2026"}
    assert [each.reason for each in doubtful([AD, META], Book())] == ["equal"]
    assert doubtful([AD, META, UTM], Book()) == ()


def test_what_people_said_is_stronger_than_what_names_say() -> None:
    apart = Book().separate("Tết 2026", "tet_2026")
    assert canonical([AD, UTM], apart) == {}
    joined = Book().confirm(("tet_2026", CLOSE.name), CLOSE.name)
    assert canonical([AD, UTM, CLOSE], joined) == {"tet_2026": CLOSE.name, "Tết 2026": CLOSE.name}
    assert doubtful([AD, UTM], apart) == ()


def test_other_years_are_other_campaigns() -> None:
    assert alike("tet 2026", "tet 2025") == 0
    assert doubtful([AD, Spelling("tet_2025", tagged=True)], Book()) == ()
    like = Spelling("Meta - Tết 2026", ads=True)
    assert [(each.reason, each.score) for each in doubtful([AD, like], Book())] == [("close", 0.8)]


def test_a_number_of_the_platform_tells_renamed_campaigns_and_tags() -> None:
    renamed = Spelling("Xuân sang", ads=True, ids=AD.ids)
    assert [each.reason for each in doubtful([AD, renamed], Book())] == ["id"]
    assert [each.reason for each in doubtful([AD, Spelling("77", tagged=True)], Book())] == ["tag_is_id"]


NAMES = st.sampled_from(["Tết", "tet", "TẾT", "Hè", "he", "he_2", "Hè 2"])


@given(st.lists(st.tuples(st.booleans(), NAMES, NAMES), max_size=8))
def test_answers_read_back_and_give_one_name_to_each(answers: list[tuple[bool, str, str]]) -> None:
    book = Book()
    for same, one, other in answers:
        if one != other:
            book = book.confirm((one, other), one) if same else book.separate(one, other)
    assert read(write(book)) == book
    names = canonical([Spelling(n, tagged=True) for n in ("Tết", "tet", "Hè", "he", "he_2", "Hè 2")], book)
    assert not set(names) & set(names.values())


@pytest.mark.parametrize(
    "text", ["[", "- 1", "campaigns: 7", "campaigns: [x]", "apart: [[a]]", "campaigns: [{name: a}]"]
)
def test_what_is_wrong_in_the_file_is_told_and_left_out(text: str) -> None:
    book = read(text)
    assert book == Book()
    assert [fault.text("vi") != fault.text("en") for fault in book.faults] == [True]


# in a workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", Settings(name="Thử"), today=date(2026, 11, 23)) as made:
        rows = [(day(1), "Tết 2026", "100"), (day(2), "TET-2026", "50"), (day(3), "Tết 2026 Áo dài", "7")]
        load(made.warehouse, tmp_path, "ads", ads(rows, day(1), day(8)))
        yield made


def visit(workspace: Workspace, folder: Path) -> int:
    rows = [(day(1), "google / cpc", "tet_2026", Decimal(9))]
    columns = ("date", "source_medium", "campaign", "sessions")
    part = Slice("fact_web_sessions", "ga4", "", "source", "day", day(1), day(8), columns, rows)
    return load(workspace.warehouse, folder, "visits", part, platform="ga4").import_id or 0


def spend(workspace: Workspace) -> dict[str, int]:
    rows = workspace.warehouse.query("SELECT campaign, sum(spend) FROM fact_ad_performance_live GROUP BY ALL")
    return {name: int(amount) for name, amount in rows}


def test_a_tag_joins_names_across_platforms_and_its_end_parts_them(workspace: Workspace, tmp_path: Path) -> None:
    said = {"Tết 2026": 100, "TET-2026": 50, "Tết 2026 Áo dài": 7}
    assert spend(workspace) == said
    number = visit(workspace, tmp_path)
    assert spend(workspace) == {"Tết 2026": 150, "Tết 2026 Áo dài": 7}
    assert workspace.warehouse.query("SELECT campaign FROM fact_web_sessions_live") == [("Tết 2026",)]
    workspace.undo(number)
    assert spend(workspace) == said


FILES = st.lists(
    st.tuples(st.sampled_from(["ads", "visits"]), st.sampled_from(["Tết", "TET", "tet", "hè"])),
    min_size=2,
    max_size=4,
)


def _taken_in(warehouse: Warehouse, folder: Path, number: int, kind: str, name: str) -> int:
    """Load a file of a day of its own."""
    when, after = day(number), day(number + 1)
    part = ads([(when, name, "5")], when, after)
    if kind == "visits":
        columns = ("date", "source_medium", "campaign", "sessions")
        rows = [(when, "google / cpc", name, Decimal(5))]
        part = Slice("fact_web_sessions", "ga4", "", "source", "day", when, after, columns, rows)
    return load(warehouse, folder, f"file{number}", part).import_id or 0


def _called(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.query(
        "SELECT date, campaign, given_campaign FROM fact_ad_performance "
        "UNION ALL SELECT date, campaign, given_campaign FROM fact_web_sessions ORDER BY ALL"
    )


@settings(max_examples=12, deadline=None)
@given(FILES.flatmap(lambda files: st.tuples(st.just(files), st.permutations(range(len(files))))))
def test_names_depend_on_what_is_there_and_not_on_what_was(case: tuple[list[tuple[str, str]], list[int]]) -> None:
    files, order = case
    with tempfile.TemporaryDirectory() as place, Warehouse.open(Path(place) / "a.duckdb") as warehouse:
        ids = [_taken_in(warehouse, Path(place), number, *file) for number, file in enumerate(files, 1)]
        gone = order[: len(files) // 2]
        for number in gone:
            warehouse.undo(ids[number], NOON)
        with Warehouse.open(Path(place) / "b.duckdb") as fresh:
            for number, file in enumerate(files, 1):
                if number - 1 not in gone:
                    _taken_in(fresh, Path(place), number, *file)
            assert _called(warehouse) == _called(fresh)


def test_sums_that_are_kept_follow_an_answer(workspace: Workspace, tmp_path: Path) -> None:
    visit(workspace, tmp_path)
    workspace.warehouse.least_rows = 0
    workspace.warehouse.refresh(rolled(workspace.catalogue).rollups)
    workspace.call(FILE, write(Book().confirm(("Tết 2026", "Tết 2026 Áo dài"), "Tết 2026")))
    asked = Query(("website_traffic",), Period.parse("2026-11"), by=("campaign",))
    assert spend(workspace) == {"Tết 2026": 157}
    assert workspace.warehouse.query("SELECT count(*) FROM rollup_dirty") == [(0,)]
    assert [(row.key, row.cells[0].value) for row in workspace.run(asked).rows] == [(("Tết 2026",), 9)]


def test_spend_beside_a_name_counts_once(workspace: Workspace, tmp_path: Path) -> None:
    again = ads([(day(1), "Tết 2026", "120"), (day(2), "TET-2026", "50")], day(1), day(8))
    load(workspace.warehouse, tmp_path, "again", again)
    (pair,) = (d for d in campaigns_page(workspace).doubtful if d.reason == "equal")
    assert {pair.one.name: pair.one.spend, pair.other.name: pair.other.spend} == {"Tết 2026": 120, "TET-2026": 50}


def post(client: Client, path: str, **form: str) -> str:
    answer = client.post(f"/data/campaigns/{path}?lang=vi", content=urlencode(form), headers=FORM)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def test_a_person_confirms_separates_and_takes_back(workspace: Workspace, tmp_path: Path) -> None:
    client = Client(create_app(workspace, cache=tmp_path))
    pairs = client.get("/data/campaigns.json").json()["doubtful"]
    assert {pairs[0]["one"]["name"], pairs[0]["other"]["name"]} == {"Tết 2026", "TET-2026"}
    assert "Giống hệt nhau nếu bỏ dấu" in Seen(client.get("/data/campaigns?lang=vi").text).text
    where = post(client, "answer", do="confirm", one="Tết 2026", other="TET-2026", name="Tết 2026")
    assert "Đã gộp." in Seen(client.get(where).text).text
    assert spend(workspace) == {"Tết 2026": 150, "Tết 2026 Áo dài": 7}
    post(client, "undo")
    assert spend(workspace)["TET-2026"] == 50
    post(client, "answer", do="separate", one="Tết 2026", other="TET-2026")
    assert all(pair["reason"] != "equal" for pair in client.get("/data/campaigns.json").json()["doubtful"])
    assert client.post("/data/campaigns/answer", content="do=confirm&one=a&other=a", headers=FORM).status_code == 400


def test_answers_come_back_with_a_backup(workspace: Workspace, tmp_path: Path) -> None:
    workspace.call(FILE, write(Book().confirm(("TET-2026",), "Tết 2026")))
    backup(workspace, tmp_path / "backups")
    workspace.call(FILE, "")
    assert spend(workspace)["TET-2026"] == 50
    restore(workspace, tmp_path / "backups")
    assert spend(workspace)["Tết 2026"] == 150
    assert workspace.naming.campaigns.campaigns[0].name == "Tết 2026"


def test_two_names_of_one_platform_are_two_campaigns() -> None:
    meta = [Spelling(name, ads=True, platforms=("meta_ads",)) for name in ("Trăng rằm áo dài", "Trăng rằm áo yếm")]
    assert doubtful(meta, Book()) == ()
    other = Spelling("Trăng rằm áo yếm", ads=True, platforms=("google_ads",))
    assert [each.reason for each in doubtful([meta[0], other], Book())] == ["close"]


@pytest.mark.parametrize(("one", "other"), [("an1 moi", "an14 moi"), ("tet 2025 ao dai", "tet 2026 ao dai")])
def test_other_numbers_are_other_campaigns(one: str, other: str) -> None:
    assert alike(one, other) == 0
