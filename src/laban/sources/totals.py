"""The file's own totals rows: found, kept out of the sums, and held against them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from laban.sources.book import Row, text_of
from laban.sources.currency import money_unit
from laban.sources.dates import AmbiguousDateError, NotADateError, parse_period
from laban.sources.mapping import Column

#: The word for a total, in the languages that platforms and people write.
_TOTAL = (
    r"(?:grand |sub-?)?totals?|total (?:général|general|geral)|totaux|totale(?: complessivo)?|tổng(?: cộng| số| kết)?"
    r"|cộng|合計|総計|小計|总计|合计|總計|합계|총계|รวม(?:ทั้งหมด)?|gesamt(?:summe|ergebnis)?|insgesamt|summe|somme|suma"
    r"|sum|итого|всего|jumlah|toplam|razem|celkem"
)
_LABEL = r"total|tổng số|tổng|合計|gesamt|total général|somme|totale"
_COUNT = (
    r"total(?: of | - | \()[\d.,]+ [a-z]+\)?|results from [\d.,]+ [a-z]+(?: [a-z]+)?"
    r"|tổng(?: số| cộng)?(?: của)? [\d.,]+ kết quả|kết quả từ [\d.,]+ .{1,30}|全\s?[\d,]+\s?件の結果"
)
_LABELLED = re.compile(rf"^(?:{_LABEL})\s*[:：]\s*(?P<what>.*)$", re.IGNORECASE)
_WORD = re.compile(rf"^(?P<word>{_TOTAL})\s*[:：]?$", re.IGNORECASE)
_COUNTED = re.compile(rf"^(?:{_COUNT})$", re.IGNORECASE)
_HINT = re.compile(
    r"tota|tổng|cộng|kết quả từ|results from|[合総小总總]計|[合总]计|합계|총계|รวม|samt|summe|somme|\bsum|итого|всего"
    r"|jumlah|toplam|razem|celkem|件の結果",
    re.IGNORECASE,
)
#: As one pattern for readers that filter rows themselves.
PATTERN = rf"(?i)^(?:(?:{_LABEL})\s*[:：].*|(?:{_TOTAL})\s*[:：]?|(?:{_COUNT}))$"
#: A totals word stands in one of the first cells of its row, or in a cell of its own behind it (GA4).
_LOOKED_AT = 4


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A totals row: what it says it is the total of (folded), and where it stands."""

    label: str
    index: int
    row: Row


def total_label(row: Row) -> str | None:
    """Return what a row says it is the total of ("campaigns", "" for everything), or None if it is data."""
    texts = [cell for cell in (*row[:_LOOKED_AT], *row[_LOOKED_AT:][-1:]) if isinstance(cell, str)]
    if not _HINT.search("\n".join(texts)):
        return None
    for cell in texts:
        if not cell or len(cell) > 80:
            continue
        text = cell.strip()
        if found := _LABELLED.match(text):
            return found["what"].strip().casefold()
        if found := _WORD.match(text):
            return "part" if found["word"].casefold().startswith("sub") or found["word"] == "小計" else ""
        if _COUNTED.match(text):
            return ""
    return None


def chosen(totals: Sequence[TotalRow], preferred: Sequence[str], segments: Sequence[int]) -> list[TotalRow]:
    """Return the rows that together are the total of exactly the rows shown.

    The most specific label wins. Of a segmented file (a total per month, and one over all) the one over all is
    enough; without it the parts are added. ``segments`` are the places of the segment columns.
    """
    for pattern in (*preferred, "", ".*"):
        wanted = [total for total in totals if re.fullmatch(pattern, total.label)]
        if wanted and all(_is_part(total.label) for total in wanted):
            return wanted
        if wanted:
            whole = [total for total in wanted if all(_empty(total.row, place) for place in segments)]
            return whole[:1] or (wanted if segments else wanted[:1])
    return []


def _is_part(label: str) -> bool:
    """Return whether a total is that of a day or a month."""
    try:
        parse_period(label)
    except AmbiguousDateError:
        return True
    except NotADateError:
        return False
    return True


def _empty(row: Row, place: int) -> bool:
    return place >= len(row) or not text_of(row[place]).strip(" -") or total_label([row[place]]) is not None


@dataclass(frozen=True, slots=True)
class Difference:
    """A sum that is not what the file's own total says."""

    name: str
    total: Decimal
    own: Decimal
    rounding: bool


def differences(
    sums: Mapping[str, Decimal],
    own: Mapping[str, Decimal],
    columns: Mapping[str, Column],
    rows: int,
    currency: str | None,
) -> list[Difference]:
    """Compare sums of additive columns with the file's own; small gaps come from rows rounded one by one.

    Platforms round each row to the smallest unit, so a gap grows like the root of the number of rows.
    """
    found = []
    for name, value in own.items():
        column = columns.get(name)
        if column is None or column.kind not in ("sum", "quantity", "money") or name not in sums:
            continue
        gap = abs(sums[name] - value)
        if gap:
            unit = _unit(column, currency, (sums[name], value))
            found.append(Difference(name, sums[name], value, gap <= unit * max(1, int(rows**0.5) // 2)))
    return found


def _unit(column: Column, currency: str | None, numbers: tuple[Decimal, Decimal]) -> Decimal:
    """Return the smallest step a column is written in: none for counts, whole money where nobody wrote decimals."""
    if column.kind == "sum":
        return Decimal(0)
    if column.kind == "money" and all(number == number.to_integral_value() for number in numbers):
        return Decimal(1)
    return Decimal(money_unit(currency if column.kind == "money" else None))


def plain_digits(value: Decimal) -> str:
    """Return a number for a sentence: plain digits without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def blank_names(row: Row, places: Sequence[int]) -> bool:
    """Return whether all naming columns of a row are empty, as in the grand total that Meta writes first."""
    return bool(places) and all(place >= len(row) or text_of(row[place]).strip() == "" for place in places)


def nested_levels(row: Row, places: Sequence[int], all_words: frozenset[str]) -> tuple[int, bool]:
    """Return how many naming columns of a hierarchical row hold a name of their own, and whether any says "All"."""
    texts = [text_of(row[place]).strip().casefold() if place < len(row) else "" for place in places]
    return sum(1 for text in texts if text and text not in all_words), any(text in all_words for text in texts)


def as_numbers(values: Mapping[str, Any]) -> dict[str, Decimal]:
    """Return the entries that are numbers."""
    return {name: value for name, value in values.items() if isinstance(value, Decimal)}
