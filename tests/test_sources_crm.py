"""HubSpot's contacts and deals, Salesforce's leads: the stages that were reached, each on its day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from laban.sources.model import Reading
from laban.sources.privacy import person_key
from source_files import OPTIONS, codes, only, read, records, table, totals

CONTACTS = ("Record ID", "First Name", "Last Name", "Email", "Phone Number", "Contact owner", "Lead Status",
            "Lifecycle Stage", "Create Date", "Original Source", "Became a Lead Date",
            "Became a Marketing Qualified Lead Date", "Became a Sales Qualified Lead Date",
            "Became a Customer Date")  # fmt: skip


def events(reading: Reading) -> list[dict[str, Any]]:
    return records(only(reading, "fact_lead_event"))


def reached(reading: Reading) -> list[tuple[str, str, int]]:
    return [(row["lead_id"], row["stage"], row["date"].day) for row in events(reading)]


def test_a_hubspot_contact_reaches_each_stage_on_its_day(tmp_path: Path) -> None:
    rows = [
        ("101", "An", "N", "An@shop.vn", "", "Lan", "Open Deal", "Customer", "2026-11-01 09:30", "Paid Social",
         "2026-11-02 08:00", "2026-11-03 08:00", "", "2026-11-20 08:00"),
        ("102", "B", "", "", "+84 912 345 678", "Lan", "Unqualified", "Lead", "2026-11-04 10:00",
         "Direct", "", "", "", ""),
        ("103", "C", "", "c@x.vn", "", "", "", "Subscriber", "2026-11-05 10:00", "", "", "", "", ""),
        ("104", "D", "", "d@x.vn", "", "", "New", "Sales Qualified Lead", "2026-11-06 10:00", "", "", "", "", ""),
    ]  # fmt: skip
    reading = read(tmp_path, table(CONTACTS, *rows))
    assert (reading.platform, reading.rows, totals(reading)) == ("hubspot", 4, {"contacts": "4"})
    assert reached(reading) == [
        ("101", "lead", 2), ("101", "mql", 3), ("101", "won", 20), ("102", "lead", 4), ("102", "rejected", 4),
        ("104", "lead", 6), ("104", "sql", 6),
    ]  # fmt: skip
    by_id = {row["lead_id"]: row for row in events(reading)}
    assert by_id["101"]["customer_key"] == person_key("an@shop.vn", OPTIONS.hash_key)
    assert by_id["102"]["customer_key"] == person_key("0912345678", OPTIONS.hash_key)
    assert (by_id["101"]["created_at"].day, by_id["101"]["won_at"].day, by_id["102"]["is_rejected"]) == (1, 20, True)


def test_a_stage_that_a_company_made_up_is_said(tmp_path: Path) -> None:
    row = ("1", "", "", "a@x.vn", "", "", "", "Đang tư vấn", "2026-11-01 09:30", "", "2026-11-01 09:30", "", "", "")
    reading = read(tmp_path, table(CONTACTS, row))
    assert reached(reading) == [("1", "lead", 1)]
    (finding,) = (f for f in reading.findings if f.code == "unknown_status")
    assert (finding.column, finding.value) == ("Lifecycle Stage", "Đang tư vấn")


DEALS = ("Record ID", "Deal Name", "Deal Stage", "Amount", "Deal owner", "Close Date", "Create Date", "Pipeline")


def test_an_open_deal_has_no_day_on_which_it_was_closed(tmp_path: Path) -> None:
    rows = [
        ("1", "Váy cưới An", "Closed Won", "12000000", "Lan", "2026-11-20 09:00", "2026-11-01 09:00", "Sales"),
        ("2", "Váy cưới B", "Closed Lost", "5000000", "Lan", "2026-11-10 09:00", "2026-11-02 09:00", "Sales"),
        ("3", "Váy cưới C", "Contract Sent", "7000000", "Lan", "2026-12-31 09:00", "2026-11-03 09:00", "Sales"),
    ]
    reading = read(tmp_path, table(DEALS, *rows), currency="VND")
    assert (reading.platform, totals(reading)) == ("hubspot", {"amount": "24000000", "deals": "3"})
    assert reached(reading) == [
        ("deal 1", "opportunity", 1), ("deal 1", "won", 20), ("deal 2", "opportunity", 2), ("deal 2", "lost", 10),
        ("deal 3", "opportunity", 3),
    ]  # fmt: skip
    assert sum(row["amount"] for row in events(reading) if row["stage"] == "won") == 12000000
    assert codes(reading, "info") == ["deals_beside_contacts"]


LEADS = ("Lead ID", "Lead Owner: Manager", "Lead Owner", "First Name", "Last Name", "Email", "Lead Status",
         "Last Activity", "Last Activity Date", "Phone", "Primary Campaign", "Campaign Channel",
         "Create Date")  # fmt: skip


def lead(number: str, status: str, day: str, channel: str = "Paid social") -> tuple[str, ...]:
    return (number, "M", "Lan", "An", "N", "an@shop.vn", status, "", "", "0912 345 678", "Tết", channel, day)


def test_salesforce_writes_its_copyright_below_the_leads(tmp_path: Path) -> None:
    rows = [
        lead("00Q1", "Open - Not Contacted", "15/11/2026"), lead("00Q2", "Qualified", "1/5/2026"),
        lead("00Q3", "Closed - Not Converted", "2/5/2026", "Podcast"), lead("00Q4", "Closed - Converted", "3/5/2026"),
        ("",), ("All leads",), ("Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved.",),
        ("Confidential Information - Do Not Distribute",),
    ]  # fmt: skip
    reading = read(tmp_path, table(LEADS, *rows))
    assert (reading.platform, reading.rows, totals(reading)) == ("salesforce_leads", 4, {"leads": "4"})
    assert codes(reading, "warning") == []
    assert reached(reading) == [
        ("00Q1", "lead", 15), ("00Q2", "lead", 1), ("00Q2", "sql", 1), ("00Q3", "lead", 2), ("00Q3", "rejected", 2),
        ("00Q4", "lead", 3), ("00Q4", "opportunity", 3),
    ]  # fmt: skip
    by_id = {row["lead_id"]: row for row in events(reading)}
    assert (by_id["00Q2"]["channel_group"], by_id["00Q3"]["channel_group"], by_id["00Q2"]["campaign"]) == (
        *("paid_social", None), "Tết"
    )  # fmt: skip


@pytest.mark.parametrize("day_first", [None, True])
def test_a_salesforce_day_that_could_be_a_month_is_asked_about(tmp_path: Path, *, day_first: bool | None) -> None:
    reading = read(tmp_path, table(LEADS, lead("00Q1", "New", "1/5/2026")), day_first=day_first)
    asked = codes(reading, "error") == ["date_ambiguous"]
    assert asked is (day_first is None)
