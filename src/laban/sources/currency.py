"""Currencies as people and platforms write them: ``US$``, ``₫``, ``(VND)``, ``tr``."""

from __future__ import annotations

import re

#: Signs and the currency each stands for. A bare ``$`` is the US dollar unless the file says otherwise.
SIGNS: dict[str, str] = {
    "US$": "USD",
    "A$": "AUD",
    "AU$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "S$": "SGD",
    "SG$": "SGD",
    "NT$": "TWD",
    "R$": "BRL",
    "MX$": "MXN",
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "￥": "JPY",
    "円": "JPY",
    "₫": "VND",
    "đ": "VND",
    "vnđ": "VND",
    "đồng": "VND",
    "₹": "INR",
    "₴": "UAH",
    "₩": "KRW",
    "฿": "THB",
    "₱": "PHP",
    "₽": "RUB",
    "₺": "TRY",
    "৳": "BDT",
    "RM": "MYR",
    "Rp": "IDR",
    "zł": "PLN",
    "kr": "SEK",
    "лв": "BGN",
    "лв.": "BGN",
}

CODES: frozenset[str] = frozenset(
    {"AED", "ARS", "AUD", "BDT", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP"}
    | {"EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "JPY", "KES", "KHR", "KRW", "KWD", "LAK", "LKR"}
    | {"MAD", "MMK", "MXN", "MYR", "NGN", "NOK", "NPR", "NZD", "PEN", "PHP", "PKR", "PLN", "QAR", "RON"}
    | {"RSD", "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "UYU", "VND", "ZAR"}
)

#: Money that is not written with decimals, so that ``1.234`` can only be one thousand two hundred and thirty-four.
WITHOUT_DECIMALS = frozenset({"VND", "JPY", "KRW", "IDR", "CLP", "LAK", "KHR", "MMK"})

_FOLDED_SIGNS = {sign.casefold(): code for sign, code in SIGNS.items()}
_FOLDED_CODES = {code.casefold(): code for code in CODES}
_AFFIX = "|".join(re.escape(a) for a in sorted({*SIGNS, *CODES}, key=len, reverse=True))
#: A currency before or after a number, in any case.
AFFIX = re.compile(rf"^(?P<before>{_AFFIX})?\s*(?P<number>[^A-Za-z]*?)\s*(?P<after>{_AFFIX})?$", re.IGNORECASE)


def currency_code(text: str) -> str | None:
    """Return the ISO code for a sign, a code or a Vietnamese word; None when it is no currency we know."""
    folded = text.strip().casefold()
    return _FOLDED_SIGNS.get(folded) or _FOLDED_CODES.get(folded)


def money_unit(currency: str | None) -> str:
    """Return the smallest amount the currency is written with, as a decimal text: ``"1"`` or ``"0.01"``."""
    return "1" if currency in WITHOUT_DECIMALS else "0.01"
