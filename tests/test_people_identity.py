"""One person behind several keys: linked as rows say, never by what is shared, undone and ruled by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from laban.care.forget import forget
from laban.care.identity import person, rule, summary
from laban.care.rebuild import rebuild
from laban.cli import main
from laban.settings import Settings
from laban.sources.model import Slice
from laban.sources.privacy import normalised, person_key
from laban.warehouse import Warehouse
from laban.warehouse.leads import WINDOW, Record, closed_at, together
from laban.warehouse.people import MANY, Link, persons
from laban.workspace import Workspace
from warehouse_rows import NOON, day, load, orders

KEY = b"k" * 32


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", Settings(name="Thử"), today=date(2026, 11, 23)) as made:
        yield made


def links(
    *rows: tuple[str, str, bool | None], platform: str = "shop", kinds: tuple[str, str] = ("phone", "email")
) -> Slice:
    return Slice(
        *("fact_person_link", platform, "", "person", "day", None, None),
        columns=("date", "person_key", "other_key", "key_kind", "other_kind", "is_same"),
        rows=[(day(1), one, other, *kinds, same) for one, other, same in rows],
    )


def who(warehouse: Warehouse) -> dict[str, str]:
    return dict(warehouse.query("SELECT order_id, customer_key FROM fact_order_live ORDER BY 1"))


@pytest.mark.parametrize(
    "written",
    ["0912 345 678", "+84 912.345.678", "84912345678", "912345678", "+84 (0) 912-345-678", "0084912345678"],
)
def test_a_phone_is_one_however_it_is_written(written: str) -> None:
    assert normalised(written) == "phone:84912345678"


@pytest.mark.parametrize(
    ("old", "new"),
    [("01621234567", "0321234567"), ("+841691234567", "0391234567"), ("1201234567", "0701234567"),
     ("01991234567", "0591234567"), ("84 188 1234567", "0581234567"), ("0123 1234567", "0831234567")],
)  # fmt: skip
def test_a_mobile_number_of_eleven_digits_is_the_one_it_became(old: str, new: str) -> None:
    assert normalised(old) == normalised(new)


@pytest.mark.parametrize(
    "written", ["****12", "n***a", "0000000000", "0123456789", "09****678", "an***@x.vn", "", "-"]
)
def test_what_is_masked_or_a_placeholder_is_nobody(written: str) -> None:
    assert person_key(written, KEY) is None


def test_an_email_is_one_in_any_case_and_with_blanks() -> None:
    assert person_key(" Lan@Shop.VN ", KEY) == person_key("lan@shop.vn", KEY) == person_key("lan @shop.vn", KEY)


def test_a_buyer_number_belongs_to_its_marketplace() -> None:
    assert person_key("lan88", KEY, "shopee") != person_key("lan88", KEY, "tiktok_shop")


def test_keys_of_one_row_are_one_customer_over_platforms(warehouse: Warehouse, tmp_path: Path) -> None:
    load(
        warehouse,
        tmp_path,
        "o",
        orders([("1", day(1), "p", "delivered", "10"), ("2", day(2), "e", "delivered", "20")]),
    )
    assert who(warehouse) == {"1": "p", "2": "e"}
    outcome = load(warehouse, tmp_path, "l", links(("e", "p", None)))
    assert who(warehouse) == {"1": "e", "2": "e"}
    firsts = warehouse.query("SELECT order_id, is_first_order FROM fact_order_live ORDER BY 1")
    assert firsts == [("1", True), ("2", False)]
    load(warehouse, tmp_path, "o2", orders([("3", day(3), "p", "delivered", "10")]))
    assert who(warehouse)["3"] == "e"
    assert outcome.import_id is not None
    warehouse.undo(outcome.import_id, NOON)
    assert who(warehouse) == {"1": "p", "2": "e", "3": "p"}


def test_a_phone_that_stands_beside_many_emails_links_nobody(warehouse: Warehouse, tmp_path: Path) -> None:
    few = [("shop", f"e{n}", None) for n in range(MANY)]
    load(warehouse, tmp_path, "a", links(*few))
    assert len(warehouse.query("SELECT * FROM person")) == MANY + 1
    outcome = load(warehouse, tmp_path, "b", links(("shop", "one more", None)))
    assert warehouse.query("SELECT * FROM person") == []
    assert outcome.import_id is not None
    warehouse.undo(outcome.import_id, NOON)
    assert len(warehouse.query("SELECT * FROM person")) == MANY + 1


def test_what_is_ruled_by_hand_goes_before_what_stood_in_a_row(warehouse: Warehouse, tmp_path: Path) -> None:
    load(
        warehouse, tmp_path, "o", orders([("1", day(1), "a", "delivered", "1"), ("2", day(2), "b", "delivered", "1")])
    )
    load(warehouse, tmp_path, "l", links(("a", "c", None), ("c", "b", None)))
    assert who(warehouse) == {"1": "a", "2": "a"}
    ruled = load(warehouse, tmp_path, "r", links(("a", "b", False), platform="own_people"))
    assert who(warehouse) == {"1": "a", "2": "b"}
    assert ruled.import_id is not None
    warehouse.undo(ruled.import_id, NOON)
    assert who(warehouse) == {"1": "a", "2": "a"}


def test_links_do_not_depend_on_their_order() -> None:
    found = [Link("a", "b", None), Link("c", "b", None), Link("d", "c", None), Link("a", "d", same=False)]
    assert persons(found) == persons(reversed(found))
    assert persons(found) == {"a": "a", "b": "a", "c": "a"}


KEYS = st.sampled_from([f"k{n}" for n in range(9)])
PAIRS = st.tuples(KEYS, KEYS, st.sampled_from([None, None, None, True, False])).filter(lambda pair: pair[0] < pair[1])


@settings(max_examples=25, deadline=None)
@given(
    files=st.lists(st.lists(PAIRS, min_size=1, max_size=4), min_size=1, max_size=5), undone=st.sets(st.integers(0, 4))
)
def test_what_is_resolved_step_by_step_is_what_all_links_say(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[str, str, bool | None]]], undone: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("people")
    with Warehouse.open(folder / "warehouse.duckdb") as warehouse:
        rows = [(f"o{n}", day(n + 1), f"k{n}", "delivered", "1") for n in range(9)]
        load(warehouse, folder, "orders", orders(rows))
        numbers = []
        for number, pairs in enumerate(files):
            parts = _parts(pairs, number)
            numbers.append(load(warehouse, folder, f"f{number}", *parts).import_id)
        for number in undone & set(range(len(files))):
            if (import_id := numbers[number]) is not None:
                warehouse.undo(import_id, NOON)
        left = [
            (pair, n) for n, pairs in enumerate(files) if n not in undone for pair in dict(_keyed(pairs)).values()
        ]
        assert dict(warehouse.query("SELECT * FROM person")) == expected(left)
        names = expected(left)
        assert who(warehouse) == {f"o{n}": names.get(f"k{n}", f"k{n}") for n in range(9)}


def _keyed(
    pairs: Sequence[tuple[str, str, bool | None]],
) -> Iterator[tuple[tuple[str, str, bool], tuple[str, str, bool | None]]]:
    """Of one file the last line about a pair holds, apart for rows and for rulings."""
    for pair in pairs:
        yield (pair[0], pair[1], pair[2] is None), pair


def _parts(pairs: Sequence[tuple[str, str, bool | None]], number: int) -> list[Slice]:
    mine = list(dict(_keyed(pairs)).values())
    seen, ruled = [p for p in mine if p[2] is None], [p for p in mine if p[2] is not None]
    found = [links(*seen, platform=f"shop{number}")] if seen else []
    return [*found, *([links(*ruled, platform="own_people")] if ruled else [])]


def expected(left: Sequence[tuple[tuple[str, str, bool | None], int]]) -> dict[str, str]:
    """All at once: partners counted, shared keys left out, the latest ruling of each pair."""
    partners: dict[str, set[str]] = {}
    for (one, other, same), _ in left:
        if same is None:
            partners.setdefault(one, set()).add(other)
            partners.setdefault(other, set()).add(one)
    shared = {key for key, others in partners.items() if len(others) > MANY}
    ruling = {(one, other): same for (one, other, same), _ in left if same is not None}
    seen = {(o, t) for (o, t, same), _ in left if same is None and not {o, t} & shared and (o, t) not in ruling}
    return persons([Link(*pair, same) for pair, same in ruling.items()] + [Link(*pair, None) for pair in seen])


def csv(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_sheet_of_orders_links_phone_and_email(shop: Workspace, tmp_path: Path) -> None:
    sheet = csv(
        tmp_path,
        "don.csv",
        "Mã đơn hàng,Ngày đặt,Trạng thái,Số điện thoại khách,Email khách,Tiền hàng\n"
        "1,2026-11-02,Đã giao,0912345678,lan@shop.vn,100000\n"
        "2,2026-11-03,Đã giao,,LAN@shop.vn,200000\n"
        "3,2026-11-04,Đã giao,+84 912 345 678,,300000\n"
        "4,2026-11-05,Đã giao,0987654321,,400000\n",
    )
    list(shop.import_paths([sheet]))
    found = shop.warehouse.query(
        "SELECT customer_key, list(order_id ORDER BY order_id) FROM fact_order_live GROUP BY 1"
    )
    assert sorted(ids for _, ids in found) == [["1", "2", "3"], ["4"]]


def test_a_forgotten_person_leaves_no_key_behind(shop: Workspace, tmp_path: Path) -> None:
    test_a_sheet_of_orders_links_phone_and_email(shop, tmp_path)
    forget(shop, ["0912345678"])
    assert (
        shop.warehouse.query("SELECT * FROM person UNION ALL SELECT person_key, other_key FROM fact_person_link")
        == []
    )
    known = shop.warehouse.query("SELECT count(customer_key), count(*) FROM fact_order_live")
    assert known == [(1, 4)]


LEADS = (
    "Mã khách tiềm năng,Ngày có thông tin,Số điện thoại,Giai đoạn,Ngày chốt\n"
    "L1,2026-09-01,0912345678,Mới,\n"
    "L2,2026-09-20,84912345678,Mới,\n"
    "L3,2026-10-10,912345678,Mới,\n"
    "L4,2026-11-20,0912345678,Mới,\n"
    "L5,2026-09-05,0987654321,Mới,\n"
)


def test_duplicates_of_a_lead_by_phone_are_one_open_lead(shop: Workspace, tmp_path: Path) -> None:
    (outcome,) = shop.import_paths([csv(tmp_path, "leads.csv", LEADS)])
    (found,) = [finding for finding in outcome.findings if finding.code == "leads_repeated"]
    assert dict(found.values) == {"leads": 2, "days": 30}
    assert "2 lead(s)" in found.message("en")
    rows = shop.warehouse.query(
        "SELECT lead_id FROM fact_lead_event_live WHERE NOT coalesce(is_duplicate, false) ORDER BY 1"
    )
    assert rows == [("L1",), ("L4",), ("L5",)]


def test_a_lead_that_was_won_or_lost_may_come_again(shop: Workspace, tmp_path: Path) -> None:
    head = "Mã khách tiềm năng,Ngày có thông tin,Số điện thoại,Giai đoạn,Ngày chốt\n"
    lines = "L1,2026-09-01,0912345678,Chốt,2026-09-03\nL2,2026-09-10,0912345678,Mới,\n"
    list(shop.import_paths([csv(tmp_path, "leads.csv", head + lines)]))
    assert summary(shop).repeated_leads == 0


@settings(max_examples=60, deadline=None)
@given(
    records=st.lists(
        st.tuples(st.integers(0, 90), st.none() | st.integers(0, 40), st.none() | st.integers(0, 40)), max_size=8
    )
)
def test_nobody_has_two_leads_open_at_once(records: list[tuple[int, int | None, int | None]]) -> None:
    start = NOON
    made = [
        Record(
            (str(number),),
            "one",
            start + timedelta(days=opened),
            None if won is None else start + timedelta(days=opened + won),
            None if lost is None else start + timedelta(days=opened + lost),
        )
        for number, (opened, won, lost) in enumerate(records)
    ]
    found = list(together(made))
    assert sorted(record.key for lead in found for record in lead) == sorted(record.key for record in made)
    for before, after in pairwise(found):
        closed = closed_at(before)
        was_closed = closed is not None and closed <= after[0].opened
        assert was_closed or after[0].opened - before[-1].opened > WINDOW


def test_rulings_are_logged_undone_and_done_again_by_a_rebuild(shop: Workspace, tmp_path: Path) -> None:
    test_a_sheet_of_orders_links_phone_and_email(shop, tmp_path)
    assert (person(shop, "0912 345 678").orders, person(shop, "0987654321").orders) == (3, 1)
    made = rule(shop, "0987654321", "lan@shop.vn", same=True)
    assert (person(shop, "0987654321").keys, person(shop, "0987654321").orders) == (3, 4)
    assert "0987654321" not in "".join(str(row) for row in shop.warehouse.query("SELECT * FROM import_log"))
    (ruled,) = summary(shop).rulings
    assert (ruled.same, ruled.import_id) == (True, made.import_id)
    again = rebuild(shop)
    assert again.equal
    assert again.taken
    assert person(shop, "lan@shop.vn").orders == 4
    assert made.import_id is not None
    shop.undo(made.import_id)
    assert person(shop, "0987654321").orders == 1
    apart = rule(shop, "0912345678", "lan@shop.vn", same=False)
    assert apart.status == "loaded"
    assert person(shop, "0912345678").orders == 2


@pytest.mark.parametrize(
    ("lang", "said"), [("vi", "Khách này có 2 liên hệ, 3 đơn"), ("en", "This customer has 2 contact(s), 3")]
)
def test_the_command_shows_joins_and_parts(shop: Workspace, tmp_path: Path, lang: str, said: str) -> None:
    test_a_sheet_of_orders_links_phone_and_email(shop, tmp_path)
    shop.close()

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["-w", str(shop.root), "--lang", lang, "people", *words])

    assert said in run("0912345678").output
    assert run("0912345678", "--same", "0987654321").exit_code == 0
    assert "laban undo 2" in run().output
    assert run("0912345678", "--same", "+84912345678").exit_code == 2
    assert run("****", "--apart", "0912345678").exit_code == 2
    assert run("--same", "0912345678").exit_code == 2
    assert '"rulings"' in run("--json").output


def test_a_ruling_about_a_forgotten_person_is_mended_in_the_archive_too(shop: Workspace, tmp_path: Path) -> None:
    test_a_sheet_of_orders_links_phone_and_email(shop, tmp_path)
    rule(shop, "0987654321", "lan@shop.vn", same=True)
    forget(shop, ["0987654321"])
    assert shop.warehouse.query("SELECT count(*) FROM fact_person_link") == [(0,)]
    assert shop.warehouse.query("SELECT count(customer_key) FROM fact_order_live") == [(0,)]
    assert rebuild(shop, accept=True).taken
    assert shop.warehouse.query("SELECT count(*) FROM fact_person_link") == [(0,)]
    assert shop.warehouse.query("SELECT count(customer_key), count(*) FROM fact_order_live") == [(0, 4)]
