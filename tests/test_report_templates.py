"""The sheets people fill in: what they offer, and that they come back filled in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from laban.errors import UnknownNameError
from laban.i18n import LANGUAGES
from laban.report.templates import write_template
from laban.sources import read_file
from laban.sources.mapping import Template, template, template_names
from laban.sources.model import Reading, ReadOptions

OPTIONS = ReadOptions(hash_key=b"k" * 32, today=date(2026, 11, 23))
KINDS = (
    "orders", "leads", "costs", "followers", "posts", "surveys", "events", "mentions", "numbers", "tickets",
    "ad_reach", "backlinks", "brand_search", "budget", "chats", "competitors", "content", "email_list", "emails",
    "experiments", "funnel", "keyword_ranks", "links", "market", "offline", "pipeline", "referrals", "reviews",
    "site_health", "social", "targets", "visitors", "consent", "rates", "people",
)  # fmt: skip

at = datetime.fromisoformat

WEEK = {"period_start": date(2026, 11, 16), "period_end": date(2026, 11, 22)}

#: One filled-in line per sheet, by canonical column; words by language where they differ.
LINES: dict[str, dict[str, Any]] = {
    "orders": {
        "order_id": "DH-1", "order_ts": at("2026-11-17 20:15"), "customer_phone": "0541234567",
        "status": {"vi": "Đã giao", "en": "Delivered"}, "gross_amount": 650000, "discount_amount": 50000,
        "channel_group": {"vi": "Email", "en": "Email"}, "product": "=1+1", "quantity": 2,
    },
    "leads": {"lead_id": "L-1", "created_at": at("2026-11-17 00:00"), "customer_phone": "0541234567",
              "stage": {"vi": "MQL", "en": "MQL"}, "amount": 1000},
    "costs": {"start": date(2026, 11, 1), "end": date(2026, 11, 30), "amount": 3000000,
              "description": "Agency"},
    "followers": {"date": date(2026, 11, 17), "network": "Facebook", "social_account": "Shop", "followers": 1234},
    "posts": {"post_id": "P-1", "published_at": at("2026-11-17 20:00"), "network": "Facebook", "reactions": 7},
    "surveys": {"response_id": "S-1", "answered_at": at("2026-11-17 00:00"), "nps": 9, "csat": 4},
    "events": {"event_id": "Workshop", "date": date(2026, 11, 17), "invitee_id": "0541234567",
               "attended": {"vi": "Có", "en": "Yes"}},
    "mentions": {"mention_id": "M-1", "mentioned_at": at("2026-11-17 00:00"), "brand": "Shop",
                 "is_own_brand": {"vi": "Có", "en": "Yes"}, "engagement": 3},
    "consent": {"contact": "0541234567", "purpose": {"vi": "Email", "en": "Email"},
                "given": {"vi": "Có", "en": "Yes"}, "day": at("2026-11-17 00:00")},
    "people": {"contact": "0541234567", "other": "an@vidu.vn", "same": {"vi": "Có", "en": "Yes"},
               "day": at("2026-11-17 00:00")},
    "rates": {"day": at("2026-11-17 00:00"), "foreign_currency": "USD", "rate": 26345},
    "numbers": {"date": date(2026, 11, 17), "measure": "giờ livestream", "value": 3},
    "tickets": {"ticket_id": "T-1", "opened_at": at("2026-11-17 09:00"),
                "first_reply_at": at("2026-11-17 09:30")},
    "ad_reach": {**WEEK, "account": "Zalo Ads", "reach": 21000},
    "backlinks": {"date": date(2026, 11, 22), "domain": "trangnon.example", "referring_domains": 85},
    "brand_search": {**WEEK, "brand": "Shop", "is_own_brand": {"vi": "Có", "en": "Yes"}, "search_volume": 1250},
    "budget": {"start": date(2026, 11, 1), "end": date(2026, 11, 30), "planned_amount": 45000000},
    "chats": {"date": date(2026, 11, 17), "messaging_channel": "Zalo", "conversations_started": 18,
              "phones_captured": 8, "orders_closed": 3},
    "competitors": {**WEEK, "competitor": "Shop Hoa", "network": "Facebook", "public_engagements": 840},
    "content": {"date": date(2026, 11, 17), "page": "/blog/size", "views": 86, "scroll_90": 33},
    "email_list": {"date": date(2026, 11, 22), "subscribers": 4200, "gained": 55},
    "emails": {"send_id": "E-1", "sent_at": at("2026-11-17 09:00"), "sent": 1200, "unique_opens": 410},
    "experiments": {"date": date(2026, 11, 17), "experiment": "Nút đỏ", "units": 420, "conversions": 12,
                    "variant": {"vi": "Đối chứng", "en": "Control"}},
    "funnel": {"date": date(2026, 11, 17), "add_to_cart_sessions": 25, "checkout_sessions": 14},
    "keyword_ranks": {"date": date(2026, 11, 22), "keyword": "váy linen", "rank": 7},
    "links": {"date": date(2026, 11, 17), "link": "Thẻ cảm ơn", "medium": "QR", "clicks": 34},
    "market": {"period_start": date(2026, 7, 1), "period_end": date(2026, 9, 30), "category": "Thời trang nữ",
               "market_sales": 2400000000000, "own_sales": 950000000},
    "offline": {**WEEK, "activity": "Tờ rơi", "audience_estimate": 1500, "responses": 24},
    "pipeline": {"date": date(2026, 11, 22), "opportunity_id": "C-1", "amount": 12000000},
    "referrals": {"date": date(2026, 11, 17), "customer": "0541234567", "referrer": "0547654321"},
    "reviews": {"review_id": "D-1", "date": date(2026, 11, 17), "rating": 5},
    "site_health": {"date": date(2026, 11, 22), "site": "trangnon.example", "pages_indexed": 290},
    "social": {**WEEK, "network": "Facebook", "reach": 18500, "profile_visits": 640},
    "targets": {"target_id": "CT-1", "kpi": "orders_count", "date": date(2026, 11, 30), "target_value": 1200,
                "met": {"vi": "Có", "en": "Yes"}},
    "visitors": {**WEEK, "active_users": 3800, "new_users": 2900},
}  # fmt: skip
TOTALS = {"orders": {"gross_amount": 650000, "discount_amount": 50000, "quantity": 2}, "costs": {"amount": 3000000},
          "posts": {"reactions": 7}, "mentions": {"engagement": 3}, "numbers": {"value": 3},
          "budget": {"planned_amount": 45000000}, "brand_search": {"search_volume": 1250},
          "chats": {"conversations_started": 18, "phones_captured": 8, "orders_closed": 3},
          "competitors": {"public_engagements": 840}, "content": {"views": 86, "scroll_90": 33},
          "email_list": {"gained": 55}, "emails": {"sent": 1200, "unique_opens": 410},
          "experiments": {"units": 420, "conversions": 12}, "links": {"clicks": 34},
          "funnel": {"add_to_cart_sessions": 25, "checkout_sessions": 14},
          "market": {"market_sales": 2400000000000, "own_sales": 950000000},
          "offline": {"audience_estimate": 1500, "responses": 24}, "social": {"profile_visits": 640}}  # fmt: skip


def written(kind: str, lang: str, folder: Path) -> Path:
    path = folder / f"{kind}.{lang}.xlsx"
    write_template(kind, lang, path)
    return path


def filled(kind: str, lang: str, folder: Path, *, keep_example: bool) -> Path:
    path = written(kind, lang, folder)
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    row = 3 if keep_example else 2
    if not keep_example:
        page.delete_rows(2)
    for number, column in enumerate(template(kind).columns, 1):
        value = LINES[kind].get(column.name)
        page.cell(row, number).value = value[lang] if isinstance(value, dict) else value
        if isinstance(value, str) and value.startswith("="):
            page.cell(row, number).data_type = "s"
    book.save(path)
    return path


def rows(reading: Reading, fact: str) -> list[dict[str, Any]]:
    return [
        dict(zip(part.columns, row, strict=True)) for part in reading.slices if part.fact == fact for row in part.rows
    ]


def test_every_sheet_has_a_template() -> None:
    assert set(template_names()) == set(KINDS)


def test_an_unknown_template_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="orders"):
        write_template("order", "vi", tmp_path / "x.xlsx")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_untouched_template_is_empty(kind: str, lang: str, tmp_path: Path) -> None:
    reading = read_file(written(kind, lang, tmp_path), OPTIONS)
    assert (reading.status, reading.platform) == ("empty", f"own_{kind}")
    assert reading.rows == 0
    assert reading.totals == {} or not any(reading.totals.values())


@pytest.mark.parametrize("keep_example", [True, False])
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_template_comes_back(kind: str, lang: str, keep_example: bool, tmp_path: Path) -> None:
    reading = read_file(filled(kind, lang, tmp_path, keep_example=keep_example), OPTIONS)
    assert (reading.status, reading.platform, reading.rows) == ("loaded", f"own_{kind}", 1)
    assert [f for f in reading.findings if f.level == "error"] == []
    for name, value in TOTALS.get(kind, {}).items():
        assert reading.totals[name] == Decimal(value), name
    assert reading.slices


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_phones_and_texts_arrive_as_meant(lang: str, tmp_path: Path) -> None:
    reading = read_file(filled("orders", lang, tmp_path, keep_example=True), OPTIONS)
    (order,) = rows(reading, "fact_order")
    assert (order["status"], order["channel_group"]) == ("delivered", "email")
    assert order["order_ts"] == at("2026-11-17 20:15")
    (lead,) = rows(read_file(filled("leads", lang, tmp_path, keep_example=False), OPTIONS), "fact_lead_event")[:1]
    assert order["customer_key"] == lead["customer_key"] is not None
    assert "054" not in str(order["customer_key"])
    (line,) = rows(reading, "fact_order_line")
    assert line["product"] == "=1+1"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_headings_notes_and_lists_are_all_there(kind: str, lang: str, tmp_path: Path) -> None:
    sheet: Template = template(kind)
    book = openpyxl.load_workbook(written(kind, lang, tmp_path))
    page, notes, lists, *_ = book.worksheets
    assert [cell.value for cell in page[1]] == [column.heading[lang] for column in sheet.columns]
    assert lists.sheet_state == "hidden"
    explained = {row[0].value for row in notes.iter_rows()}
    assert {column.heading[lang] for column in sheet.columns} <= explained
    offered = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in page.data_validations.dataValidation}
    for number, column in enumerate(sheet.columns, 1):
        cell = page.cell(2, number)
        assert column.kind not in ("text", "choice", "flag", "pii_hash") or cell.number_format == "@"
        assert (cell.coordinate in offered) == bool(column.choices)
        assert page.cell(1, number).comment is not None or not column.note.get(lang)
        if column.choices:
            area = offered[cell.coordinate].split("!")[1].replace("$", "")
            assert tuple(found.value for (found,) in lists[area]) == column.choices[lang]


def test_the_same_template_is_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    assert written("orders", "vi", tmp_path).read_bytes() == written("orders", "vi", tmp_path / "again").read_bytes()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_survey_sheet_brings_the_questions_to_send(lang: str, tmp_path: Path) -> None:
    page = openpyxl.load_workbook(written("surveys", lang, tmp_path)).worksheets[3]
    lines = {row[0]: row[1:3] for row in page.iter_rows(min_row=4, values_only=True)}
    asked = [column for column in template("surveys").columns if column.ask]
    assert list(lines) == [column.heading[lang] for column in asked]
    nps = lines["NPS (0-10)"]
    assert any("giới thiệu" in text for text in nps)
    assert any("recommend" in text for text in nps)
    assert all("0" in text and "10" in text for text in nps)
    assert len(openpyxl.load_workbook(written("orders", lang, tmp_path)).worksheets) == 3
