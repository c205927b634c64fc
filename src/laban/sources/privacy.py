"""People in files: what identifies them is hashed with the workspace's key or not read at all.

A phone is the same person however it is written: ``+84 912 345 678``, ``0912.345.678``, ``84912345678``, or
``912345678`` after a spreadsheet ate the zero. A masked value (``09****678``) identifies nobody.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256

from laban.sources.book import Cell, text_of

_EMAIL = re.compile(r"[^\s@<>\"']{1,64}@[^\s@<>\"']{1,190}\.[^\s@<>\"'.]{2,24}")
_PHONE_CHARACTERS = re.compile(r"[+(\d][\d\s.()\-/]{6,24}")
_LONG_NUMBER = re.compile(r"(?<![\d.,])\+?\d(?:[\s.\-()]?\d){8,14}(?![\d.,])")
_DIGITS = re.compile(r"\d+")
_BETWEEN = re.compile(r"[\s.\-()/]{1,2}")
#: How our own sheets name somebody whose hash they hold already.
_HASHED = "key:"
_KEY = re.compile(r"key:[0-9a-f]{32}")
#: Typed where a phone is asked for and there is none.
_NOBODYS = re.compile(r"0+|(?:84|0)?123456789")
_MASK = re.compile(r"[*•●]|x{3,}|X{3,}|#{2,}")


def person_key(cell: Cell, key: bytes, issuer: str = "") -> str | None:
    """Return the keyed hash of a phone, an e-mail or a customer number; None if it identifies nobody.

    A number that ``issuer`` gave is never a phone and never another platform's number.
    """
    normal = _issued(cell, issuer) if issuer else normalised(cell)
    return hashed(normal, key) if normal else None


def hashed(normal: str, key: bytes) -> str:
    """Return the keyed hash of what ``normalised`` gave."""
    if normal.startswith(_HASHED):
        return normal.removeprefix(_HASHED)
    return hmac.new(key, normal.encode(), sha256).hexdigest()[:32]


def _issued(cell: Cell, issuer: str) -> str | None:
    text = _whole(cell)
    return None if text is None else f"id:{issuer}:{' '.join(text.casefold().split())}"


def _whole(cell: Cell) -> str | None:
    """Return a text that is neither empty nor masked nor damaged."""
    text = text_of(cell).strip().strip("'\u200b\u00a0 ")
    broken = _MASK.search(text) or text in ("-", "--", "0") or re.fullmatch(r"[\d.,]+[eE]\+\d+", text)
    return None if not text or broken else text


def normalised(cell: Cell) -> str | None:
    """Return ``kind:value`` in one spelling per person, or None for what is empty, masked or damaged."""
    text = _whole(cell)
    if text is None:
        return None
    if _KEY.fullmatch(text):
        return text
    if "@" in text:
        address = "".join(text.split()).casefold()
        return f"email:{address}" if _EMAIL.fullmatch(address) else None
    if _PHONE_CHARACTERS.fullmatch(text):
        phone = normal_phone(text)
        if phone is not None:
            return f"phone:{phone}"
        if _NOBODYS.fullmatch(re.sub(r"\D", "", text)):
            return None
    return f"id:{' '.join(text.casefold().split())}"


def normal_phone(text: str) -> str | None:
    """Return a phone with its country code and nothing but digits; None if it has too few or too many.

    Nine digits without a leading zero are a Vietnamese number that lost it. A mobile number of eleven digits, as they
    were until 2018, is the one of ten digits that it became. A row of zeros is nobody's, and so is 0123456789.
    """
    digits = re.sub(r"\D", "", text)
    digits = digits.removeprefix("00") if not digits.startswith("000") else digits
    if digits.startswith("84") and len(digits) in (11, 12, 13):
        national = digits[2:].removeprefix("0")
    elif digits.startswith("0") and len(digits) in (10, 11):
        national = digits[1:]
    elif (len(digits) == 9 and digits[0] in "235789") or (len(digits) == 10 and digits[:3] in _RENUMBERED):
        national = digits
    else:
        return digits if 8 <= len(digits) <= 15 and not _NOBODYS.fullmatch(digits) else None
    if _NOBODYS.fullmatch(national):
        return None
    if len(national) == 10 and national[:3] in _RENUMBERED:
        national = _RENUMBERED[national[:3]] + national[3:]
    return f"84{national}"


#: Mobile numbers of eleven digits lost one in 2018: 0162 became 032, and so on (the leading zero left out).
_RENUMBERED: dict[str, str] = {
    "120": "70",
    "121": "79",
    "122": "77",
    "126": "76",
    "128": "78",
    "123": "83",
    "124": "84",
    "125": "85",
    "127": "81",
    "129": "82",
    **{f"16{n}": f"3{n}" for n in range(2, 10)},
    "186": "56",
    "188": "58",
    "199": "59",
}


def people_named(cell: Cell) -> Iterator[str]:
    """Yield every phone and e-mail that stands anywhere in a cell, as ``normalised`` writes them."""
    text = text_of(cell)
    for found in (*_EMAIL.findall(text), *_numbers(text)):
        if normal := normalised(found.strip(".,;:")):
            yield normal


def _numbers(text: str) -> Iterator[str]:
    """Yield what may be a phone: neighbouring groups of digits, 8 to 15 digits together."""
    groups = list(_DIGITS.finditer(text))
    for place, first in enumerate(groups):
        digits, end = "", first.start()
        for group in groups[place:]:
            digits += group[0]
            if (end < group.start() and not _BETWEEN.fullmatch(text, end, group.start())) or len(digits) > 15:
                break
            end = group.end()
            if len(digits) >= 8:
                yield digits


class People:
    """Some people, known by their keyed hashes only, to be found again in files."""

    def __init__(self, hashes: Iterable[str], key: bytes) -> None:
        self.hashes = frozenset(hashes)
        self._key = key
        self._seen: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return bool(self.hashes)

    def is_one(self, cell: Cell) -> bool:
        """Return whether a cell as a whole is one of them: a phone, an e-mail, a customer number."""
        return self._known(normalised(cell))

    def names_one(self, cell: Cell) -> bool:
        """Return whether one of them stands anywhere in a cell."""
        return self.is_one(cell) or any(self._known(normal) for normal in people_named(cell))

    def _known(self, normal: str | None) -> bool:
        if normal is None:
            return False
        if normal not in self._seen:
            self._seen[normal] = hashed(normal, self._key) in self.hashes
        return self._seen[normal]


def without_people(text: str) -> str | None:
    """Return a text that strangers typed as it may be kept: None if it names a person.

    An address keeps its path and loses the query that holds an e-mail; long numbers in addresses are articles, not
    phones.
    """
    if text.startswith(("http://", "https://", "/")):
        if "@" not in text or not _EMAIL.search(text):
            return text
        bare = re.split(r"[?#]", text, maxsplit=1)[0]
        return None if _EMAIL.search(bare) else bare
    if ("@" in text and _EMAIL.search(text)) or _LONG_NUMBER.search(text):
        return None
    return text
