"""Answers of Google Forms, Microsoft Forms and Typeform: questions are known by their words, people are not kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from laban.sources.mapping import platform
from laban.sources.questions import score_of
from source_files import codes, only, read, records, table, workbook

ANSWERS = "fact_survey_response"
RECOMMEND = "Bạn có sẵn lòng giới thiệu Shop cho bạn bè, người thân không? (0-10)"
PLEASED = "Bạn hài lòng với lần mua hàng này ở mức nào?"
EASY = "Đặt hàng có dễ dàng không? (1-7)"
HEARD = "Bạn biết đến Shop qua đâu?"
WHY = "Vì sao bạn chấm điểm như vậy?"
FORM = (
    "Dấu thời gian",
    "Địa chỉ email",
    RECOMMEND,
    PLEASED,
    EASY,
    WHY,
    HEARD,
    "Họ và tên của bạn",
    "Bạn thích màu gì?",
)
LAN = ("16/11/2026 09:12:33", "lan@example.com", 9, "Rất hài lòng", 7, "Giao nhanh", "Facebook", "Nguyễn Lan", "Đỏ")
BINH = ("17/11/2026 21:05:00", "", 3, "2", "", "Gọi 0912345678 cho tôi", "Bạn bè", "Trần Bình", "")


def scores(rows: list[dict[str, Any]]) -> list[tuple[str, Decimal]]:
    return [(row["question"], row["score"]) for row in rows]


def split(piece_rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in piece_rows:
        found.setdefault(row["question"], []).append(row)
    return found


def answers(reading: Any) -> dict[str, list[dict[str, Any]]]:
    return split([row for piece in reading.slices if piece.fact == ANSWERS for row in records(piece)])


def test_a_form_in_vietnamese(tmp_path: Path) -> None:
    reading = read(tmp_path, table(FORM, LAN, BINH), "Khảo sát sau mua (Câu trả lời).csv")
    assert (reading.platform, reading.rows) == ("survey", 2)
    found = answers(reading)
    assert scores(found["nps"]) == [("nps", Decimal(9)), ("nps", Decimal(3))]
    assert scores(found["csat"]) == [("csat", Decimal(5)), ("csat", Decimal(2))]
    assert scores(found["ces"]) == [("ces", Decimal(7))]
    assert [row["text"] for row in found["heard_from"]] == ["Facebook", "Bạn bè"]
    first = found["nps"][0]
    assert (first["date"], first["text"], first["survey_wave"]) == (
        date(2026, 11, 16),
        "Giao nhanh",
        "Khảo sát sau mua (Câu trả lời)",
    )
    assert codes(reading).count("question_recognised") == 3


def test_contacts_are_hashed_or_dropped(tmp_path: Path) -> None:
    reading = read(tmp_path, table(FORM, LAN, BINH))
    kept = repr(reading.slices)
    assert not [word for word in ("lan@example.com", "Nguyễn Lan", "Trần Bình", "0912345678") if word in kept]
    first, second = answers(reading)["nps"]
    assert (len(first["customer_key"]), second["customer_key"], second["text"]) == (32, None, None)
    assert "personal_terms" in codes(reading)


def test_typeform_is_dated_by_the_shops_clock(tmp_path: Path) -> None:
    headings = (
        "#", "How likely are you to recommend us to a friend or colleague?", "How satisfied are you with your order?",
        "Any suggestions?", "Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)",
        "Network ID", "Tags",
    )  # fmt: skip
    row = ("odwd", 10, 4, "More colours", "completed", "2026-11-15 18:00:00", "", "2026-11-15 18:02:00", "65", "")
    found = answers(read(tmp_path, table(headings, row)))
    (nps,), (csat,) = found["nps"], found["csat"]
    assert (nps["score"], csat["score"], nps["date"]) == (10, 4, date(2026, 11, 16))
    assert str(nps["answered_at"]) == "2026-11-16 01:02:00"


def test_microsoft_forms_numbers_answers_per_form(tmp_path: Path) -> None:
    headings = ("ID", "Start time", "Completion time", "Email", "Name", "Mức độ hài lòng của bạn?", "Góp ý của bạn")
    rows = [(1, "", "2026-11-16 10:00:00", "anonymous", "", "5 - Rất hài lòng", "Tốt"),
            (2, "", "2026-11-16 10:00:00", "anonymous", "", "★★★", "")]  # fmt: skip
    one = answers(read(tmp_path, workbook({"Sheet1": [headings, *rows]}), "A(1-2).xlsx"))["csat"]
    later = [(number, "", "2026-11-18 11:30:00", *rest) for number, _, _, *rest in rows]
    two = answers(read(tmp_path, workbook({"Sheet1": [headings, *later]}), "B(1-2).xlsx"))["csat"]
    assert [row["score"] for row in one] == [5, 3]
    assert len({row["response_id"] for row in (*one, *two)}) == 4


def test_an_answer_taken_out_of_the_sheet_leaves_the_others_alone(tmp_path: Path) -> None:
    whole = answers(read(tmp_path, table(FORM, LAN, BINH)))["nps"]
    rest = answers(read(tmp_path, table(FORM, BINH)))["nps"]
    assert rest[0]["response_id"] == whole[1]["response_id"]


def test_answers_of_the_same_second_are_told_apart(tmp_path: Path) -> None:
    found = answers(read(tmp_path, table(FORM, LAN, LAN)))["nps"]
    assert len({row["response_id"] for row in found}) == 2


@pytest.mark.parametrize(
    ("question", "values", "code"),
    [
        ("Bạn hài lòng ở mức nào? (1-10)", (4, 5), "other_scale"),
        ("How satisfied are you?", (9, 4), "other_scale"),
        ("How satisfied are you?", ("it was fine", "so so"), "question_not_scored"),
    ],
)
def test_a_question_on_another_scale_is_left_out_and_named(
    tmp_path: Path, question: str, values: tuple[object, ...], code: str
) -> None:
    rows = [("2026-11-16 10:00:00", 9, value) for value in values]
    reading = read(
        tmp_path, table(("Timestamp", "Would you recommend us to a friend? NPS", question), *rows), accept=False
    )
    assert (reading.status, list(answers(reading))) == ("loaded", ["nps"])
    assert [f.column for f in reading.findings if f.code == code] == [question]


def test_one_answer_that_is_no_score_is_left_empty(tmp_path: Path) -> None:
    rows = [("2026-11-16 10:00:00", value) for value in (9, 10, "không biết")]
    reading = read(tmp_path, table(("Timestamp", RECOMMEND), *rows), accept=False)
    assert [row["score"] for row in answers(reading)["nps"]] == [9, 10]
    assert [(f.row, f.value) for f in reading.findings if f.code == "not_a_score"] == [(4, "không biết")]


def test_of_two_questions_about_satisfaction_one_counts_and_the_other_is_named(tmp_path: Path) -> None:
    other = "Bạn hài lòng với việc giao hàng không?"
    reading = read(tmp_path, table(("Timestamp", PLEASED, other), ("2026-11-16 10:00:00", 5, 1)))
    assert [row["score"] for row in answers(reading)["csat"]] == [5]
    (finding,) = (f for f in reading.findings if f.code == "several_questions")
    assert other in finding.message("vi")


def test_words_alone_are_kept_too(tmp_path: Path) -> None:
    headings = ("Timestamp", "What could we improve?", "Anything else?")
    reading = read(tmp_path, table(headings, ("2026-11-16 10:00:00", "Packaging", "Thanks")))
    (row,) = records(only(reading, ANSWERS))
    assert (row["question"], row["text"]) == ("comment", "Packaging | Thanks")


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        (RECOMMEND, "nps"),
        ("Trên thang 0–10, khả năng bạn giới thiệu chúng tôi là bao nhiêu?", "nps"),
        ("How likely is it that you would recommend us?", "nps"),
        ("Lý do bạn giới thiệu chúng tôi cho bạn bè?", "comment"),
        ("Ai đã giới thiệu bạn đến với Shop?", "heard_from"),
        ("How did you hear about us?", "heard_from"),
        ("Overall, how satisfied were you?", "csat"),
        ("How easy was it to place your order?", "ces"),
        ("Số điện thoại liên hệ", "customer_phone"),
        ("What is your name?", "person"),
        ("Bạn dùng điện thoại hãng nào?", None),
        ("Bạn thích màu gì?", None),
    ],
)
def test_questions_are_known_by_their_words(heading: str, column: str | None) -> None:
    assert platform("survey").canonical(heading) == column


@pytest.mark.parametrize(
    ("answer", "score"),
    [("5", 5), (4, 4), (Decimal("3.0"), 3), ("10 (chắc chắn có)", 10), ("4/5", 4), ("9 điểm", 9), ("⭐⭐", 2),
     ("very easy", None), ("2 tháng trước", None), ("3,5", None), ("", None), ("-1", None)],
)  # fmt: skip
def test_scores_of_answers(answer: Any, score: int | None) -> None:
    assert score_of(answer, {}) == score
