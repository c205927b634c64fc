"""Cut a sheet into tables: preamble, heading row, rows. One file may stack many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from laban.sources.book import Row, Sheet, is_blank, text_of
from laban.sources.detect import Match, recognise
from laban.sources.headings import known_headings

#: How many rows from the top are searched for the first heading row.
_SEARCHED = 60


@dataclass(frozen=True, slots=True)
class Block:
    """A heading row with what stands above and below it; ``match`` is None if nobody knows the headings."""

    sheet: Sheet
    preamble: tuple[str, ...]
    header: int
    start: int
    stop: int
    match: Match | None

    @property
    def headings(self) -> Row:
        """The heading row."""
        return self.sheet.rows[self.header]

    @property
    def rows(self) -> list[tuple[int, Row]]:
        """The rows below the headings that are not blank, each with its index in the sheet."""
        rows = self.sheet.rows
        return [(i, rows[i]) for i in range(self.start, self.stop) if rows[i] and not is_blank(rows[i])]


def blocks_of(sheet: Sheet) -> list[Block]:
    """Return the tables of a sheet, top to bottom."""
    headers = _headers(sheet.rows)
    blocks: list[Block] = []
    for place, (header, found) in enumerate(headers):
        above = headers[place - 1][0] + 1 if place else 0
        top = _preamble_start(sheet.rows, header, above)
        stop = len(sheet.rows)
        if place + 1 < len(headers):
            stop = _preamble_start(sheet.rows, headers[place + 1][0], header + 1)
        blocks.append(Block(sheet, preamble_of(sheet.rows, top, header), header, header + 1, stop, found))
    return blocks


def preamble_of(rows: Sequence[Row], start: int, stop: int) -> tuple[str, ...]:
    """Return the rows above a heading row as lines of text, blank ones left out."""
    lines = ("\t".join(text_of(cell).strip() for cell in row if cell != "").strip() for row in rows[start:stop])
    return tuple(line for line in lines if line)


def _headers(rows: Sequence[Row]) -> list[tuple[int, Match | None]]:
    """Find the heading rows: the first by looking at every row near the top, later ones only after a break."""
    found: list[tuple[int, Match | None]] = []
    first: Row | None = None
    after_break = after_comment = False
    for index, row in enumerate(rows):
        kind = _kind(row)
        if kind == "comment":
            after_break = after_comment = True
        elif kind != "row" and not after_comment:
            after_break = True
        elif kind != "blank":
            searching = first is None and index < _SEARCHED
            if searching or after_break or after_comment or row == first:
                hit = _heading(rows, index, after_comment=after_comment)
                if hit is not None or after_comment:
                    found.append((index, hit))
                    first = first or row
            after_break = after_comment = False
        if first is None and index >= _SEARCHED:
            break
    return found


def _heading(rows: Sequence[Row], index: int, *, after_comment: bool) -> Match | None:
    row = rows[index]
    if not after_comment and known_headings(row) < 2:
        return None
    return recognise(row, preamble_of(rows, max(0, index - 12), index))


def _kind(row: Row) -> str:
    if not row:
        return "blank"
    first = row[0]
    if isinstance(first, str) and first.startswith("#") and _alone(row):
        return "comment"
    if first != "" and (len(row) == 1 or (row[1] == "" and _alone(row))):
        return "title"
    if first == "" or (isinstance(first, str) and not first.strip()):
        return "blank" if is_blank(row) else "row"
    return "row"


def _alone(row: Row) -> bool:
    return not any(cell != "" for cell in row[1:])


def _preamble_start(rows: Sequence[Row], header: int, floor: int) -> int:
    """Walk up from a heading row over blank lines, comments and titles."""
    if floor == 0:
        return 0
    index = header
    while index > floor and _kind(rows[index - 1]) != "row":
        index -= 1
    # The title is one line; of several single cells in a row the upper ones end the table above.
    titles = [i for i in range(index, header) if _kind(rows[i]) == "title"]
    blank = [i for i in range(index, header) if _kind(rows[i]) == "blank"]
    if titles and not blank and not any(_kind(rows[i]) == "comment" for i in range(index, header)):
        return titles[-1]
    return index
