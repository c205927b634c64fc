"""Stacked cards (Meta Business Suite): a title line, a heading line, values; the title alone names the measure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from laban.periods import Period
from laban.sources.book import Cell, Row, Sheet, is_blank, text_of
from laban.sources.dates import NotADateError, Partial, parse_period
from laban.sources.mapping import Evidence, Platform, clean, fold
from laban.sources.model import Slice
from laban.sources.numbers import NotANumberError, exact_sum, parse_number
from laban.sources.reading import Context, TableReading

#: What a card's title names: the key of its total, and the fact column it fills.
_MEASURES: dict[str, tuple[str, str]] = {
    "follows": ("new_follows", "followers_gained"),
    "reach": ("reach_daily_sum", "reach"),
    "views": ("views", "views"),
    "viewers": ("viewers_daily_sum", "viewers"),
    "visits": ("visits", "profile_visits"),
    "interactions": ("interactions", "interactions"),
    "link_clicks": ("link_clicks", "link_clicks"),
}
_ATTRIBUTES = (
    ("cit", "city"),
    ("town", "city"),
    ("thành phố", "city"),
    ("countr", "country"),
    ("quốc gia", "country"),
)
_GENDERS = {"women": "women", "phụ nữ": "women", "nữ": "women", "men": "men", "nam": "men", "đàn ông": "men"}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Card:
    """A title, and the rows below it with their lines."""

    title: str
    rows: Sequence[tuple[int, Row]]

    @property
    def network(self) -> str | None:
        """The network that the title names."""
        return next((name for name in ("facebook", "instagram") if name in self.title.casefold()), None)


#: Words of a title that do not tell what is measured.
_WHERE = re.compile(
    r"\b(?:facebook|instagram|on|from|total|page|profile|trên|của|vào|tổng|trang cá nhân|trang|hồ sơ)\b"
)
_SEP = re.compile(r"sep=.?", re.IGNORECASE)


def measure_of(title: str, platform: Platform) -> str:
    """Return what a title says is measured, with or without the network it names; empty if nobody knows."""
    titles = platform.words["card_titles"]
    folded = fold(title)
    return titles.get(folded) or titles.get(" ".join(_WHERE.sub(" ", folded).split()), "")


def cards_of(sheet: Sheet, platform: Platform) -> Iterator[Card]:
    """Yield the cards of a sheet; blank lines part them, or the next title does."""
    group: list[tuple[int, Row]] = []
    for index in range(len(sheet.rows) + 1):
        row = sheet.rows[index] if index < len(sheet.rows) else ()
        alone = _alone(row)
        ends = is_blank(row) or bool(_SEP.fullmatch(alone))
        if group and (ends or measure_of(alone, platform)):
            yield _card(group)
            group = []
        if not ends:
            group.append((sheet.line(index), row))


def _alone(row: Row) -> str:
    """Return the only text in a row; empty if there are several."""
    texts = [text for cell in row if (text := text_of(cell).strip())]
    return texts[0] if len(texts) == 1 else ""


def _card(group: list[tuple[int, Row]]) -> Card:
    first = [text_of(cell).strip() for cell in group[0][1] if text_of(cell).strip()]
    if len(first) == 1 and len(group) > 1:
        return Card(clean(first[0]), group[1:])
    return Card("", group)


def read_cards(sheet: Sheet, platform: Platform, context: Context) -> list[TableReading]:
    """Read every card of a sheet; cards whose title is unknown are named in a finding."""
    readings = []
    snapshot = False
    for found in cards_of(sheet, platform):
        card = found if found.title else replace(found, title=_named_after(sheet, platform, context))
        reading = _read(card, sheet, platform, context)
        if reading is not None:
            readings.append(reading)
            snapshot = snapshot or reading.name != "series"
    if snapshot and readings:
        # A stack of cards has no rows of one kind; what is counted is its lines.
        others = sum(reading.rows for reading in readings[1:])
        readings[0] = replace(readings[0], rows=len(sheet.rows) - others)
    return readings


def _named_after(sheet: Sheet, platform: Platform, context: Context) -> str:
    """Return the name of the file if it is the title that was lost from inside it ("Views (1).csv")."""
    stem = _COPY.sub("", (sheet.name or context.path.name).rsplit(".", 1)[0]).replace("_", " ")
    return stem if measure_of(stem, platform) else ""


_COPY = re.compile(r"\s*\(\d+\)$")


def _read(card: Card, sheet: Sheet, platform: Platform, context: Context) -> TableReading | None:
    measure = measure_of(card.title, platform)
    headings = [fold(text_of(cell)) for cell in card.rows[0][1]]
    if len(headings) > 1 and platform.canonical(text_of(card.rows[0][1][0])) == "date":
        return _series(card, measure, sheet, platform, context)
    if measure == "followers":
        return _followers(card, sheet, platform, context)
    genders = [_GENDERS.get(heading) for heading in headings]
    if any(genders):
        return _shares(card, "age_gender", list(_by_gender(card, genders)), sheet, platform, context)
    attribute = next((name for part, name in _ATTRIBUTES if part in card.title.casefold()), None)
    if attribute is not None:
        return _shares(card, attribute, list(_named(card)), sheet, platform, context)
    if measure and len(card.rows) == 2:
        return _formats(card, measure, sheet)
    context.notes.add("warning", "unknown_card", row=card.rows[0][0] - 1, value=card.title, member=sheet.name)
    return None


def _series(card: Card, measure: str, sheet: Sheet, platform: Platform, context: Context) -> TableReading | None:
    if measure not in _MEASURES:
        context.notes.add("warning", "unknown_card", row=card.rows[0][0] - 1, value=card.title, member=sheet.name)
        return None
    total, column = _MEASURES[measure]
    network = card.network or _network_said(context)
    if network is None:
        context.notes.once("info", "network_unknown", title=card.title)
    days: list[tuple[Period, Decimal | None]] = []
    for line, row in card.rows[1:]:
        day = _day(row[0], context)
        try:
            value = parse_number(row[1] if len(row) > 1 else "")
        except NotANumberError:
            value, day = None, None
        if day is None:
            context.notes.add("warning", "not_a_date_or_number", row=line, value=text_of(row[0]), member=sheet.name)
        else:
            days.append((day, value))
    known = [day for day, _ in days]
    covered = Period(min(d.start for d in known), max(d.end for d in known)) if known else None
    rows = [(day.start, network, None if value is None else int(value)) for day, value in days]
    key = f"{total}_{card.network}" if card.network else total
    slices = (
        ()
        if covered is None
        else (_slice(platform, context, column, covered, rows, f"{measure} {network or ''}".strip()),)
    )
    return TableReading(
        "series",
        sheet.name,
        "account",
        0,
        len(days),
        {key: exact_sum([value for _, value in days])},
        {},
        slices,
        covered,
        unseen=_unseen_title(card.title),
    )


def _unseen_title(title: str) -> Mapping[str, Evidence]:
    """Return the title if it is a Vietnamese one: those are known from other people's code, not from a file."""
    return {} if title.isascii() else {title: "C"}


def _slice(
    platform: Platform, context: Context, column: str, covered: Period, rows: Sequence[tuple[Any, ...]], rival: str
) -> Slice:
    return Slice(
        "fact_social_account",
        platform.id,
        context.options.account,
        "account",
        "day",
        covered.start,
        covered.end,
        ("date", "network", column),
        rows,
        0,
        rival,
    )


def _network_said(context: Context) -> str | None:
    account = context.options.account.casefold()
    return next((name for name in ("facebook", "instagram") if name in account), None)


def _day(cell: Cell, context: Context) -> Period | None:
    try:
        # The hour flips with daylight saving; the day is meant.
        period = parse_period(text_of(cell))
    except NotADateError:
        return None
    if isinstance(period, Partial) or period.days != 1 or not context.earliest <= period.start < context.latest:
        return None
    return period


def _followers(card: Card, sheet: Sheet, platform: Platform, context: Context) -> TableReading | None:
    value = next((n for _, row in card.rows for cell in row if (n := _number(cell)) is not None), None)
    if value is None:
        return None
    day = context.options.until
    if day is None:
        context.notes.once("warning", "snapshot_undated")
    piece = Slice(
        "fact_social_account",
        platform.id,
        context.options.account,
        "account",
        "undated" if day is None else "day",
        day,
        None if day is None else day + _DAY,
        ("date", "network", "followers"),
        [(day, card.network, int(value))],
        0,
        f"followers {card.network or ''}".strip(),
    )
    covered = None if day is None else Period(day, day + _DAY)
    key = f"{card.network}_followers" if card.network else "followers"
    return TableReading("followers", sheet.name, "account", 0, 1, {key: value}, {}, (piece,), covered)


def _number(cell: Cell) -> Decimal | None:
    try:
        return parse_number(cell)
    except NotANumberError:
        return None


def _by_gender(card: Card, genders: Sequence[str | None]) -> Iterator[tuple[int, str, Cell]]:
    for line, row in card.rows[1:]:
        for place, gender in enumerate(genders):
            if gender and place < len(row) and text_of(row[place]).strip():
                yield line, f"{text_of(row[0]).strip()} {gender}", row[place]


def _named(card: Card) -> Iterator[tuple[int, str, Cell]]:
    """Yield name and value: a pair per row, or all names in one row and all values in the next.

    City names hold commas, and a second save turned those into cells; the value is the last cell of its row.
    """
    first = [text_of(cell).strip() for cell in card.rows[0][1]]
    under = [text for cell in card.rows[-1][1] if (text := text_of(cell).strip())]
    wide = len(under) == 1 or any(map(_SHARE.fullmatch, under[:-1]))
    if len(card.rows) == 2 and wide and not any(map(_SHARE.fullmatch, first)):
        line, values = card.rows[1]
        for name, value in zip(first, values, strict=False):
            if name:
                yield line, name, value
        return
    for line, row in card.rows[1:]:
        cells = [cell for cell in row if text_of(cell).strip()]
        if len(cells) > 1:
            yield line, ", ".join(text_of(cell).strip() for cell in cells[:-1]), cells[-1]


_SHARE = re.compile(r"\d{1,3}(?:[.,]\d{1,4})?\s*%?")


def _shares(
    card: Card,
    attribute: str,
    found: Sequence[tuple[int, str, Cell]],
    sheet: Sheet,
    platform: Platform,
    context: Context,
) -> TableReading:
    """Shares of the followers. Excel turned some into dates (3.7 became "3.юли"): those are refused, not guessed."""
    rows: list[tuple[Any, ...]] = []
    day = context.options.until
    if day is None:
        context.notes.once("info", "snapshot_undated")
    for line, member, cell in found:
        text = text_of(cell).strip()
        if not _SHARE.fullmatch(text):
            context.notes.add("warning", "not_a_share", row=line, column=member, value=text, member=sheet.name)
            continue
        share = parse_number(text, "," if "," in text else ".")
        rows.append((day, card.network, attribute, member, share if share is None or "%" in text else share / 100))
    piece = Slice(
        "fact_audience_profile",
        platform.id,
        context.options.account,
        attribute,
        "undated" if day is None else "day",
        day,
        None if day is None else day + _DAY,
        ("date", "network", "attribute", "member", "share"),
        rows,
        0,
        f"{attribute} {card.network or ''}".strip(),
    )
    covered = None if day is None else Period(day, day + _DAY)
    return TableReading("audience", sheet.name, attribute, 1, len(rows), {}, {}, (piece,), covered)


def _formats(card: Card, measure: str, sheet: Sheet) -> TableReading:
    """One value per format, formats as columns: the sum is kept as a check, there is no fact by format."""
    values = [_number(cell) for cell in card.rows[1][1]]
    key = _MEASURES.get(measure, (measure, ""))[0]
    return TableReading("formats", sheet.name, "format", 2, 1, {key: exact_sum(values)}, {}, ())
