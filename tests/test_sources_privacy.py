"""People in files: one key per person however they are written, and nothing of them left."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.sources.privacy import normalised, person_key, without_people
from source_files import read, table

KEY = b"one workspace's key"


@pytest.mark.parametrize(
    "text",
    ["0912345678", "+84912345678", "84912345678", "912345678", "+84 912 345 678", "0912.345.678", "(0912) 345-678",
     "0084912345678", "+84 0912 345 678", "'0912345678"],
)  # fmt: skip
def test_one_person_has_one_key(text: str) -> None:
    assert normalised(text) == "phone:84912345678"
    assert person_key(text, KEY) == person_key("0912345678", KEY)


def test_a_phone_that_a_spreadsheet_made_a_number() -> None:
    assert person_key(912345678, KEY) == person_key(Decimal(912345678), KEY) == person_key("0912345678", KEY)


@pytest.mark.parametrize(
    "text", ["09****678", "******5678", "0912xxx678", "n***@gmail.com", "", " ", "-", "--", "0", "9.12E+08"]
)
def test_what_is_masked_or_damaged_is_nobody(text: str) -> None:
    assert person_key(text, KEY) is None


def test_mail_addresses_have_no_capitals() -> None:
    assert person_key("An.Nguyen@Shop.VN", KEY) == person_key(" an.nguyen@shop.vn", KEY)


@given(st.text(max_size=40))
def test_a_key_says_nothing_without_the_key(text: str) -> None:
    found = person_key(text, KEY)
    assert found is None or (len(found) == 32 and found != person_key(text, b"another key"))
    if found is not None and len(text.strip()) > 3:
        assert text.strip() not in found


@given(st.integers(min_value=100_000_000, max_value=999_999_999))
def test_a_phone_keeps_its_key_with_and_without_its_zero(number: int) -> None:
    if str(number)[0] in "235789":
        assert normalised(f"0{number}") == normalised(str(number)) == normalised(f"+84{number}")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("áo dài cách tân", "áo dài cách tân"),
        ("iphone 15 pro 256", "iphone 15 pro 256"),
        ("gọi 0912 345 678", None),
        ("0912.345.678", None),
        ("an@shop.vn giá bao nhiêu", None),
        ("https://shop.vn/ao/1234567890", "https://shop.vn/ao/1234567890"),
        ("https://shop.vn/cam-on?email=an@shop.vn", "https://shop.vn/cam-on"),
        ("https://shop.vn/u/an@shop.vn", None),
        ("giá 1.250.000 đồng", "giá 1.250.000 đồng"),
    ],
)
def test_what_strangers_typed(text: str, kept: str | None) -> None:
    assert without_people(text) == kept


def test_nothing_of_a_customer_is_left_in_a_reading(tmp_path: Path) -> None:
    headings = (
        "Mã đơn hàng",
        "Ngày đặt",
        "Số điện thoại",
        "Email khách",
        "Tên khách hàng",
        "Địa chỉ",
        "Trạng thái",
        "Tiền hàng",
    )
    row = ("1", "13/11/2026", "0912345678", "an@shop.vn", "Nguyễn Thị An", "12 Hàng Bông", "Đã giao", 300)
    kept = repr(read(tmp_path, table(headings, row)))
    for secret in ("912345678", "an@shop", "Nguyễn", "Hàng Bông"):
        assert secret not in kept


def test_a_fault_in_a_row_names_nobody(tmp_path: Path) -> None:
    headings = ("Mã đơn hàng", "Ngày đặt", "Số điện thoại", "Tên khách hàng", "Trạng thái", "Tiền hàng")
    row = ("1", "hôm qua", "0912345678", "Nguyễn Thị An", "lạ", "ba trăm")
    kept = repr(read(tmp_path, table(headings, row)))
    assert "912345678" not in kept
    assert "Nguyễn" not in kept
