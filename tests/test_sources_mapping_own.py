"""A file nobody has seen: its look, a proposal, a mapping drawn from it, and a folder of such mappings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from laban.sources import read_file
from laban.sources.book import UnreadableError
from laban.sources.drawn import MappingFaultError, Plan, draw, name_of, plan_of, read, write
from laban.sources.looks import look_of
from laban.sources.mapping import Known, document, platforms, recognising, template_names, vocabulary
from laban.sources.propose import propose
from laban.sources.sample import sample_of
from laban.sources.shelf import NoMappingError, Shelf
from laban.sources.subjects import subjects
from source_files import OPTIONS, codes, records, totals

NUMBERS = "Ngày theo dõi,Số buổi live,Khách ghé xem\n16/11/2026,2,30\n17/11/2026,1,41\n"
PLAN = Plan("numbers", (("Ngày theo dõi", "date"), ("Số buổi live", "value"), ("Khách ghé xem", "value")))


def written(folder: Path, text: str, name: str = "la.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def known(*plans: tuple[str, Plan]) -> Known:
    return Known(tuple(read(write(draw(name, plan)))[0] for name, plan in plans))


@pytest.mark.parametrize(
    ("heading", "cells", "look"),
    [
        ("Ngày", ["16/11/2026", "17/11/2026"], "date"),
        ("Day", [date(2026, 11, 16)], "date"),
        ("Day", ["20261116", "20261117"], "date"),
        ("Giờ", ["16/11/2026 09:10", "17/11/2026 11:15"], "moment"),
        ("Lúc", [datetime(2026, 11, 16, 9, 10)], "moment"),  # noqa: DTZ001  a spreadsheet's clock has no zone
        ("Tổng", ["450.000", "1.250.000"], "money"),
        ("Tổng (VND)", ["45", "12"], "money"),
        ("Giá", ["12 ₫", "15 ₫"], "money"),
        ("Số", ["3", "", "12"], "count"),
        ("Điểm", ["3,5", "4,25"], "number"),
        ("Tỷ lệ", ["3,5%", "4%"], "percent"),
        ("Liên hệ", ["0912345678", "+84 987 654 321"], "phone"),
        ("SĐT", [912345678, 987654321], "phone"),
        ("Liên hệ", ["a@b.vn", "c.d@e.com"], "email"),
        ("Đã đến", ["có", "không"], "flag"),
        ("Mã", ["HD001", "HD002"], "code"),
        ("Ghi chú", ["khách quen", "mới"], "text"),
        ("Ghi chú", ["", "-"], "empty"),
    ],
)
def test_values_are_known_by_their_look(heading: str, cells: list[Any], look: str) -> None:
    assert look_of(heading, cells) == look


def test_headings_are_found_below_a_title(tmp_path: Path) -> None:
    sample = sample_of(written(tmp_path, "BÁO CÁO;;\nTừ 16/11/2026;;\nTuần;Giờ live;Khách\n1;2,5;30\n2;3;31\n"))
    assert sample.headings == ("Tuần", "Giờ live", "Khách")
    assert sample.line == 3
    assert len(sample.rows) == 2


def test_a_text_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError):
        sample_of(written(tmp_path, "một dòng chữ\nhai dòng chữ\n"))


@pytest.mark.parametrize(
    ("text", "fact", "found"),
    [
        (
            "Day of run,Ad campaign,Media spend,Imps total,Clicks total\n2026-11-16,Tết,120000,1000,20\n",
            "fact_ad_performance",
            {"Day of run": "date", "Media spend": "spend", "Clicks total": "clicks"},
        ),
        (
            "Ngày chat,Kênh chat,Số cuộc trò chuyện mới,Số SĐT xin được\n16/11/2026,Zalo,30,12\n",
            "fact_messaging",
            {"Ngày chat": "date", "Số cuộc trò chuyện mới": "conversations_started"},
        ),
        (
            "Ngay phat sinh;Khoan muc chi;So tien chi;Phong ban\n16/11/2026;In tờ rơi;1.500.000;MKT\n",
            "fact_marketing_cost",
            {"Ngay phat sinh": "start", "So tien chi": "amount", "Phong ban": "department"},
        ),
        (NUMBERS, "fact_own_number", {"Ngày theo dõi": "date", "Số buổi live": "value", "Khách ghé xem": "value"}),
    ],
)
def test_a_file_is_proposed_by_heading_and_look(tmp_path: Path, text: str, fact: str, found: dict[str, str]) -> None:
    proposal = propose(sample_of(written(tmp_path, text)))
    assert subjects()[proposal.subject].platform.tables[0].facts[0].fact == fact
    columns = {guess.heading: guess.column for guess in proposal.guesses}
    assert {heading: columns[heading] for heading in found} == found


@pytest.mark.parametrize("subject", subjects())
def test_every_subject_can_be_drawn_and_read_back(subject: str) -> None:
    one = subjects()[subject]
    chosen = tuple((f"Cột {column.name}", column.name) for column in one.columns)
    raw = draw("Thử", Plan(subject, (*chosen, ("Còn lại", "")), ",", "dmy", "VND"))
    platform, again = read(write(raw))
    assert again == raw
    assert platform.tables[0].facts
    assert plan_of(again) == Plan(subject, (*chosen, ("Còn lại", "")), ",", "dmy", "VND")


def test_every_subject_has_names_in_both_languages() -> None:
    for subject in subjects().values():
        assert all(subject.names.get(lang) for lang in ("vi", "en"))
        for column in subject.columns:
            assert all(column.heading.get(lang) for lang in ("vi", "en")), (subject.id, column.name)


def test_numbers_are_named_by_their_headings(tmp_path: Path) -> None:
    path = written(tmp_path, NUMBERS)
    reading = read_file(path, replace(OPTIONS, known=known(("Sổ tay", PLAN))))
    assert (reading.status, reading.platform, reading.rows) == ("loaded", "Sổ tay", 2)
    assert totals(reading) == {"Số buổi live": "3", "Khách ghé xem": "71"}
    found = {(row["measure"], row["date"]): row["value"] for part in reading.slices for row in records(part)}
    assert found["Khách ghé xem", date(2026, 11, 17)] == Decimal(41)
    assert {part.rival for part in reading.slices} == {"Số buổi live", "Khách ghé xem"}


def test_a_mapping_of_one_workspace_is_unknown_to_another(tmp_path: Path) -> None:
    path = written(tmp_path, NUMBERS)
    ours = replace(OPTIONS, known=known(("Sổ tay", PLAN)))
    assert read_file(path, ours).status == "loaded"
    assert "unknown_format" in codes(read_file(path, OPTIONS))
    assert "unknown_format" in codes(read_file(path, replace(OPTIONS, known=Known())))
    assert read_file(path, ours).status == "loaded"
    assert "Sổ tay" not in platforms()


def test_another_set_of_headings_is_another_file(tmp_path: Path) -> None:
    ours = replace(OPTIONS, known=known(("Sổ tay", PLAN)))
    more = NUMBERS.replace("xem\n", "xem,Ghi chú\n").replace("30\n", "30,x\n").replace("41\n", "41,y\n")
    assert read_file(written(tmp_path, more), ours).status == "refused"
    less = "Ngày theo dõi,Số buổi live\n16/11/2026,2\n"
    assert read_file(written(tmp_path, less), ours).status == "refused"


def test_a_shipped_platform_is_never_replaced() -> None:
    raw = draw("Thử", PLAN)
    raw["id"] = "meta_ads"
    with pytest.raises(MappingFaultError):
        read(write(raw))
    with recognising(known(("Thử", PLAN))):
        assert platforms()["meta_ads"].names["en"] == "Meta Ads"


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (replace(PLAN, subject="nothing"), "nothing"),
        (Plan("orders", (("A", "order_id"),)), "Order date"),
        (Plan("orders", (("A", "order_id"), ("B", "order_id"), ("C", "order_ts"))), "“A” and “B”"),
        (Plan("orders", (("A", "no_such"),)), "no_such"),
    ],
)
def test_a_plan_that_lacks_something_says_what(plan: Plan, says: str) -> None:
    with pytest.raises(MappingFaultError) as fault:
        draw("Thử", plan)
    assert says in fault.value.message("en")


@pytest.mark.parametrize("name", ["", " \u200b", "meta ads", "Meta_Ads", "own_orders", "x" * 61])
def test_a_name_must_be_a_name(name: str) -> None:
    with pytest.raises(MappingFaultError):
        name_of(name)


@pytest.mark.parametrize(
    "text",
    [
        "", "a: [", "- 1", "id: x", "id: x\nname: x\ncolumns: {a: {kind: text, 'vi F': ['/(/']}}\ntables: []\n",
        "id: x\nname: x\ncolumns: {}\ntables: [{name: t, needs: [a]}]\n",
        "id: x\nname: x\ncolumns: {a: {kind: text}}\ntables: [{name: t, facts: [{fact: nope, columns: {}}]}]\n",
        "!!python/object/apply:os.system ['true']",
        "x" * 600_000,
    ],
)  # fmt: skip
def test_a_file_that_is_no_mapping_is_said_and_left_out(tmp_path: Path, text: str) -> None:
    shelf = Shelf(tmp_path)
    shelf.save("Sổ tay", PLAN)
    written(tmp_path, text, "hong.yaml")
    broken = shelf.get("hong")
    assert broken.fault is not None
    assert broken.fault.message("vi")
    assert [platform.id for platform in shelf.known.own] == ["Sổ tay"]


def test_a_shelf_keeps_replaces_removes_and_restores(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.save("Sổ tay", PLAN)
    with pytest.raises(MappingFaultError):
        shelf.save("so tay", PLAN)
    before = shelf.known
    assert shelf.known is before
    changed = replace(PLAN, currency="USD")
    assert shelf.save("Sổ tay", changed, "Sổ tay").plan == changed
    assert shelf.known is not before
    assert shelf.restore("Sổ tay")
    assert shelf.get("Sổ tay").plan == PLAN
    shelf.remove("Sổ tay")
    with pytest.raises(NoMappingError):
        shelf.get("Sổ tay")
    assert shelf.restorable() == ("so_tay",)
    assert shelf.restore("so_tay")
    assert shelf.get("so_tay").name == "Sổ tay"
    assert not shelf.restore("../x")


def test_waiting_files_are_few(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    path = written(tmp_path, NUMBERS)
    tokens = [shelf.keep_waiting(path, "a.csv").token for _ in range(25)]
    assert len(list((tmp_path / ".waiting").iterdir())) == 20
    assert shelf.waiting(tokens[-1]).path.read_text("utf-8") == NUMBERS
    shelf.forget(tokens[-1])
    with pytest.raises(NoMappingError):
        shelf.waiting(tokens[-1])


def test_a_question_of_the_file_is_settled_by_the_plan(tmp_path: Path) -> None:
    text = 'Ngày theo dõi,Số buổi live,Khách ghé xem\n05/04/2026,"1,250",30\n06/04/2026,"2,125",41\n'
    path = written(tmp_path, text)
    for decimal, total in ((",", "3.375"), (".", "3375")):
        plan = replace(PLAN, decimal=decimal, order="dmy")
        reading = read_file(path, replace(OPTIONS, known=known(("Sổ", plan))))
        assert totals(reading)["Số buổi live"] == total
        assert reading.start == date(2026, 4, 5)


def test_no_subject_hides_another() -> None:
    further = {raw["id"] for raw in document("_subjects")}
    assert further.isdisjoint(template_names())
    assert set(subjects()) == further | set(template_names())


@pytest.mark.parametrize("subject", subjects())
def test_every_subject_reads_a_file_with_only_what_it_needs(tmp_path: Path, subject: str) -> None:
    one = subjects()[subject]
    wanted: list[str] = []
    while lacking := one.missing(frozenset(wanted)):
        wanted.append(lacking[0])
    if subject == "numbers":
        wanted.remove("measure")
    elif not any(column.kind in ("date", "datetime") for column in one.columns if column.name in wanted):
        wanted.append(next(column.name for column in one.columns if column.kind in ("date", "datetime")))
    kinds = {column.name: column.kind for column in one.columns}
    cells = {"date": "16/11/2026", "datetime": "16/11/2026 09:30", "flag": "có", "text": "X1", "term": "X1"}
    numbers = dict.fromkeys(("sum", "quantity", "money", "non", "stock", "amount", "duration"), "3")
    values = [{**cells, **numbers}.get(kinds[name], _word(one.platform.columns[name].words)) for name in wanted]
    path = written(tmp_path, f"{','.join(f'Cột {name}' for name in wanted)},Cuối\n{','.join(values)},z\n")
    plan = Plan(subject, (*((f"Cột {name}", name) for name in wanted), ("Cuối", "")), "", "dmy", "VND")
    reading = read_file(path, replace(OPTIONS, known=known(("Thử", plan))))
    assert reading.status == "loaded", [(f.code, f.message("en")) for f in reading.findings]
    assert any(part.rows for part in reading.slices), (wanted, [f.code for f in reading.findings])


def _word(words: str) -> str:
    return next(iter(vocabulary(words))) if words else "VND"
