"""A person who is forgotten is nowhere any more, and everybody else's numbers are what they were."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laban.care.consent import agreed, allowed, answers_of
from laban.care.forget import LOG, NobodyError, forget, forgettings, look
from laban.cli import main
from laban.facts import FACTS, PERSON_COLUMNS
from laban.settings import Settings, secret
from laban.sources.privacy import People, person_key
from laban.sources.scrub import scrub
from laban.warehouse.archive import rewritten, unpacked
from laban.workspace import Workspace
from source_files import table, workbook, zipped

TODAY = date(2026, 11, 23)
PHONE, MAIL, OTHER = "0912345678", "an.nguyen@shop.vn", "0987654321"
SPELLINGS = ("0912345678", "+84 912 345 678", "84912345678", "0912.345.678", "912345678")
CONTACTS = (PHONE, *SPELLINGS, OTHER, MAIL, f"gọi {PHONE} 12", f"1 {PHONE}", f"({MAIL})", "", "x")
ORDERS = (
    "Mã đơn hàng",
    "Ngày đặt",
    "Số điện thoại khách",
    "Tên khách hàng",
    "Địa chỉ",
    "Trạng thái",
    "Tiền hàng",
    "Lạ",
)


def orders(first: int = 0) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [ORDERS]
    for number in range(first, first + 40):
        mine = number % 5 == 0
        phone = SPELLINGS[number // 5 % 5] if mine else f"09{number:08}"
        name = "Nguyễn Văn An" if mine else f"Khách, số {number}"
        day = f"{1 + number % 20:02}/11/2026"
        rows.append((f"D{number}", day, phone, name, f"Phố {name}", "Đã giao", 1000 + number, f"x{name}"))
    return rows


def leads() -> str:
    rows = [(f"L{n}", f"{n + 1:02}/11/2026", MAIL if n == 3 else f"k{n}@x.vn", "SQL", 5000 + n) for n in range(9)]
    return table(("Mã khách tiềm năng", "Ngày có thông tin", "Email", "Giai đoạn", "Giá trị"), *rows)


def answers() -> str:
    rows = [(f"K{n}", f"{n + 1:02}/11/2026", 9, MAIL if n == 2 else "", "Giao\nnhanh") for n in range(6)]
    return table(("Mã phiếu", "Ngày trả lời", "NPS (0-10)", "Email", "Góp ý"), *rows)


def consents() -> str:
    rows = [(f"09{n:08}", "Email", "Có", "01/11/2026") for n in range(9)]
    rows += [(PHONE, "Email", "Có", "01/11/2026"), (PHONE, "Email", "Không", "05/11/2026")]
    rows += [(PHONE, "Khảo sát", "Có", "05/11/2026")]
    return table(("Người (số điện thoại hoặc email)", "Mục đích", "Đồng ý", "Ngày đồng ý"), *rows)


def bring(workspace: Workspace, name: str, data: str | bytes) -> None:
    path = workspace.root.parent / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    outcome = workspace.import_file(path)
    assert outcome.status == "loaded", [finding.message("en") for finding in outcome.findings]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", Settings(name="Mây"), today=TODAY) as workspace:
        bring(workspace, "a.csv", table(*orders()))
        bring(workspace, "b.xlsx", workbook({"Đơn hàng": orders(40), "Ghi chú": [("Gọi", PHONE)]}))
        bring(workspace, "c.zip", zipped({"đơn.csv": table(*orders(80), delimiter=";")}))
        bring(workspace, "leads.csv", leads().encode("utf-16"))
        bring(workspace, "answers.csv", answers())
        bring(workspace, "consent.csv", consents())
        yield workspace


def originals(workspace: Workspace) -> Iterator[tuple[str, bytes]]:
    for record in workspace.imports(include_undone=True):
        with unpacked(workspace.root / "archive", record.digest) as file:
            yield record.name, file.read()


def texts(data: bytes) -> Iterator[str]:
    """All that can be read in a file, zips opened."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as packed:
            for name in packed.namelist():
                yield from texts(packed.read(name))
    else:
        yield data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8", "replace")


def sums(workspace: Workspace) -> list[Any]:
    return workspace.warehouse.query(
        "SELECT 'order', count(*), sum(gross_amount) FROM fact_order_live UNION ALL "
        "SELECT 'lead', count(*), sum(amount) FROM fact_lead_event_live ORDER BY 1"
    )


def hashes(workspace: Workspace) -> set[str]:
    """Every keyed hash in any table, whatever counts or not."""
    found: set[str] = set()
    for fact in FACTS:
        for column in set(fact.names) & PERSON_COLUMNS:
            rows = workspace.warehouse.query(f"SELECT DISTINCT {column} FROM {fact.name} WHERE {column} IS NOT NULL")
            found |= {key for (key,) in rows}
    return found


def test_nothing_anywhere_names_the_person_any_more(shop: Workspace) -> None:
    before, people = sums(shop), hashes(shop)
    mine = {person_key(contact, secret(shop.root)) for contact in (PHONE, MAIL)}
    assert mine <= people
    made = forget(shop, [PHONE, MAIL])
    assert hashes(shop) == people - mine
    assert sums(shop) == before
    assert (made.mended, made.dropped) == (6, 0)
    for name, data in originals(shop):
        for text in texts(data):
            bare = re.sub(r"[ .]", "", text)
            assert not [word for word in (PHONE[1:], MAIL, "Văn An", "VănAn") if word in bare or word in text], name
            assert OTHER[:2] in bare or "PK" in text or name in ("leads.csv", "answers.csv") or "b.xlsx" in name


def test_answers_and_consents_go_whole(shop: Workspace) -> None:
    forget(shop, [PHONE, MAIL])
    assert shop.warehouse.query("SELECT count(*) FROM fact_survey_response") == [(5,)]
    assert answers_of(shop, [PHONE]) == []
    assert shop.warehouse.query("SELECT count(*) FROM fact_consent") == [(9,)]


def test_everybody_else_stays_as_they_are(shop: Workspace) -> None:
    others = "SELECT * FROM fact_order WHERE customer_key IS NOT NULL AND customer_key <> ? ORDER BY order_id"
    mine = person_key(PHONE, secret(shop.root))
    before = shop.warehouse.query(others, [mine])
    forget(shop, [PHONE, MAIL])
    assert shop.warehouse.query(others, [mine]) == before


def test_what_is_kept_in_the_archive_reads_as_what_is_in_the_tables(shop: Workspace, tmp_path: Path) -> None:
    forget(shop, [PHONE, MAIL])
    with Workspace.create(tmp_path / "again", Settings(), today=TODAY) as other:
        (other.root / ".secret").write_bytes(secret(shop.root))
        for name, data in reversed(list(originals(shop))):
            bring(other, f"again {name}", data)
        for fact in ("fact_order", "fact_lead_event", "fact_survey_response", "fact_consent"):
            rows = f"SELECT * EXCLUDE (slice_id) FROM {fact}_live ORDER BY ALL".replace("* EXCLUDE (slice_id)", "*")
            assert other.warehouse.query(rows) == shop.warehouse.query(rows), fact


def test_a_later_file_does_not_bring_the_person_back(shop: Workspace) -> None:
    forget(shop, [PHONE])
    bring(shop, "december.csv", table(*orders(200)))
    assert person_key(PHONE, secret(shop.root)) not in hashes(shop)
    data = next(data for name, data in originals(shop) if name == "december.csv")
    assert PHONE not in data.decode()
    assert "Văn An" not in data.decode()
    assert shop.warehouse.query("SELECT count(*) FROM fact_order_live WHERE customer_key IS NULL") == [(8 * 4,)]


def test_the_same_file_again_is_still_known(shop: Workspace, tmp_path: Path) -> None:
    forget(shop, [PHONE])
    assert shop.import_file(tmp_path / "a.csv").status == "unchanged"
    assert set(rewritten(shop.root / "archive")) <= {record.digest for record in shop.imports()}


def test_the_log_says_that_and_not_whom(shop: Workspace) -> None:
    bring(shop, f"đơn của {PHONE}.csv", table(*orders(300)))
    forget(shop, [PHONE])
    line = json.loads((shop.root / LOG).read_text("utf-8"))
    assert set(line) == {"at", "rows", "files", "dropped"}
    told = (shop.root / LOG).read_text("utf-8") + json.dumps([record.name for record in shop.imports()])
    assert PHONE not in told
    assert str(person_key(PHONE, secret(shop.root))) not in told
    assert len(forgettings(shop.root)) == 1


def test_a_look_changes_nothing(shop: Workspace) -> None:
    before = (sums(shop), hashes(shop), list(originals(shop)))
    found = look(shop, [PHONE, MAIL])
    assert found.rows["fact_order"] == 24
    assert (sums(shop), hashes(shop), list(originals(shop))) == before
    assert not (shop.root / ".forgotten").exists()


def test_files_in_the_inbox_are_named_and_left_alone(shop: Workspace) -> None:
    (shop.inbox / "mới.csv").write_text(table(*orders()), "utf-8")
    assert forget(shop, [PHONE]).remaining == ("inbox/mới.csv",)
    assert PHONE in (shop.inbox / "mới.csv").read_text("utf-8")


def test_who_is_nobody_is_refused(shop: Workspace) -> None:
    for contact in ("", "09****678", "***"):
        with pytest.raises(NobodyError):
            forget(shop, [contact])


def test_the_terminal_asks_first(shop: Workspace) -> None:
    shop.close()
    run = CliRunner().invoke
    words = ["forget", PHONE, "-w", str(shop.root), "--lang", "en"]
    assert "25 row" not in run(main, words).output
    assert "--yes" in run(main, words).output
    done = run(main, [*words, "--yes"])
    assert done.exit_code == 0
    assert "Forgotten." in done.output
    assert "Nothing names this person" in run(main, words).output


def test_a_number_that_looks_like_a_phone_is_no_person(tmp_path: Path) -> None:
    path = tmp_path / "ads.csv"
    path.write_text(table(("Day", "Campaign", "Cost", "Clicks"), ("2026-11-16", "a", 912345678, 1)), "utf-8")
    key = b"k" * 32
    assert scrub(path, People([person_key(PHONE, key) or ""], key)) is None


def test_newest_consent_holds_and_no_answer_is_a_no(shop: Workspace) -> None:
    assert [(a.purpose, a.given) for a in answers_of(shop, [PHONE])] == [("email", False), ("surveys", True)]
    key = person_key(PHONE, secret(shop.root))
    assert key not in allowed(shop, "email")
    assert key in allowed(shop, "surveys")
    assert len(allowed(shop, "email")) == 9
    assert allowed(shop, "calls") == frozenset()


def test_few_people_are_not_counted(shop: Workspace) -> None:
    found = {item.purpose: (item.given, item.refused) for item in agreed(shop)}
    assert found == {"email": (9, None), "surveys": (None, 0)}
    shop.close()
    output = CliRunner().invoke(main, ["consent", "-w", str(shop.root), "--lang", "vi"]).output
    assert "Email: 9 người đồng ý, dưới 5 người không" in output


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.sampled_from([PHONE, *SPELLINGS, OTHER, MAIL, "", "x"]), st.text(max_size=9)),
        min_size=1,
        max_size=8,
    ),
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_is_scrubbed_once_names_nobody(
    tmp_path: Path, rows: list[tuple[str, str]], delimiter: str, encoding: str
) -> None:
    lines = [(f"D{n}", "01/11/2026", phone, note, "", "Đã giao", n, note) for n, (phone, note) in enumerate(rows)]
    path = tmp_path / "file.csv"
    path.write_bytes(table(ORDERS, *lines, delimiter=delimiter).encode(encoding, "replace"))
    key = b"k" * 32
    people = People([person_key(contact, key) or "" for contact in (PHONE, MAIL)], key)
    found = scrub(path, people)
    if found is None:
        return
    assert found.data is not None
    path.write_bytes(found.data)
    assert scrub(path, people) is None
