"""Which platform wrote a table, and which of its reports it is: decided by the headings, never by a file's name.

A heading that few platforms use says more than one that all use, so each is weighed by how rare it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from laban.sources.book import Row
from laban.sources.headings import platforms_of
from laban.sources.mapping import Platform, Table, clean, fold, plain, platforms

_WIDEST = 3000
#: A heading known only by a pattern ("… Clicks") proves little.
_PATTERN_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Match:
    """A recognised heading row.

    ``columns`` gives the places of each canonical column (the first one counts, unless the column may be many),
    ``unknown`` the headings that nothing is known about.
    """

    platform: Platform
    table: Table
    columns: Mapping[str, tuple[int, ...]]
    unknown: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Nearest:
    """The platform a heading row resembles most, and the headings it would need."""

    platform: Platform
    missing: tuple[str, ...]
    known: tuple[str, ...]


def recognise(row: Row, preamble: Sequence[str] = ()) -> Match | None:
    """Return what a heading row is, or None."""
    best: Match | None = None
    for platform in _candidates(row):
        found = match(platform, row, preamble)
        if found is not None and (best is None or found.score > best.score):
            best = found
    return best


def match(platform: Platform, row: Row, preamble: Sequence[str] = ()) -> Match | None:
    """Return how a heading row fits one platform, or None if it is none of its tables."""
    columns, unknown, score = _mapped(platform, row)
    known = sum(len(places) for places in columns.values())
    if known < 2 and known + len(unknown) > 1:
        return None
    if unknown and platform.options.get("exact"):
        return None
    ours = _is_our_sheet(platform, row)
    table = next((table for table in platform.tables if _fits(table, columns, whole=ours)), None)
    if table is None:
        return None
    marker = platform.options.get("preamble")
    if marker:
        score += 3 if any(line.startswith(marker) for line in preamble) else -2
    score += platform.priority * 0.1 - 0.02 * len(unknown)
    return Match(platform, table, columns, unknown, score)


def nearest(rows: Sequence[Row]) -> Nearest | None:
    """Return the platform that the rows' headings resemble most, with what is missing for its simplest table."""
    best: tuple[float, Nearest] | None = None
    for row in rows:
        for platform in _candidates(row):
            columns, _, score = _mapped(platform, row)
            if len(columns) >= 2 and (best is None or score > best[0]):
                best = (
                    score,
                    Nearest(
                        platform,
                        _missing(platform, columns, _language(platform, row, columns)),
                        _written(row, columns),
                    ),
                )
    return best[1] if best else None


def _candidates(row: Row) -> list[Platform]:
    ids: dict[str, None] = {}
    for cell in row[:_WIDEST]:
        if isinstance(cell, str):
            ids.update(dict.fromkeys(platforms_of(cell)))
    return [platforms()[platform_id] for platform_id in ids]


def _mapped(platform: Platform, row: Row) -> tuple[dict[str, tuple[int, ...]], tuple[str, ...], float]:
    columns: dict[str, tuple[int, ...]] = {}
    unknown: list[str] = []
    score = 0.0
    for place, cell in enumerate(row[:_WIDEST]):
        if not isinstance(cell, str) or not clean(cell):
            continue
        name = platform.canonical(cell) if len(cell) <= 200 else None
        if name is None:
            unknown.append(clean(cell)[:80])
            continue
        if name not in columns:
            rarity = 1 / max(len(platforms_of(cell)), 1)
            score += rarity if fold(cell) in platform.folded or platform.unaccented else rarity * _PATTERN_WEIGHT
        second = platform.columns[name].second
        if name in columns and second:
            columns.setdefault(second, (place,))
        else:
            columns[name] = (*columns.get(name, ()), place)
    return columns, tuple(unknown), score


def _is_our_sheet(platform: Platform, row: Row) -> bool:
    """Return whether every heading is a template's own; then its required columns are evidence enough."""
    ours = {fold(text) for column in platform.columns.values() for text in column.heading.values()}
    written = {fold(cell) for cell in row[:_WIDEST] if isinstance(cell, str) and clean(cell)}
    return bool(ours) and written <= ours


def _fits(table: Table, columns: Mapping[str, tuple[int, ...]], *, whole: bool) -> bool:
    return (
        all(name in columns for name in table.needs)
        and (whole or not table.any or any(name in columns for name in table.any))
        and not any(name in columns for name in table.without)
    )


def _missing(platform: Platform, columns: Mapping[str, tuple[int, ...]], lang: str) -> tuple[str, ...]:
    """Return headings of the columns that the nearest table lacks; of columns that serve alike one is enough."""
    fewest: list[tuple[str, ...]] | None = None
    for table in platform.tables:
        if not table.facts:
            continue
        lacking: list[tuple[str, ...]] = [(name,) for name in table.needs if name not in columns]
        if table.any and not any(name in columns for name in table.any):
            lacking.append(table.any[:3])
        said = [_literal(platform, alike) for alike in lacking]
        if all(said) and (fewest is None or len(said) < len(fewest)):
            fewest = said
    return tuple(" / ".join(heading(platform, name, lang) for name in alike) for alike in fewest or ())


def _literal(platform: Platform, names: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that have a spelling to look for: a pattern tells a person nothing."""
    return tuple(name for name in names if any(not a.text.startswith("/") for a in platform.columns[name].aliases))


def _language(platform: Platform, row: Row, columns: Mapping[str, tuple[int, ...]]) -> str:
    """Return the language in which most of the row's headings are written, English if there is no better."""
    written = {fold(str(row[place])) for places in columns.values() for place in places}
    written |= {plain(text) for text in written}
    langs = [
        alias.lang
        for name in columns
        for alias in platform.columns[name].aliases
        if fold(alias.text) in written or plain(alias.text) in written
    ]
    return max(("en", "vi", "ja"), key=langs.count)


def heading(platform: Platform, name: str, lang: str = "en") -> str:
    """Return the best known spelling of a column for a person to look for."""
    column = platform.columns[name]
    literal = [alias for alias in column.aliases if not alias.text.startswith("/")]
    ranked = sorted(literal, key=lambda alias: (alias.lang != lang, "OFDCR".index(alias.evidence)))
    return ranked[0].text if ranked else name


def _written(row: Row, columns: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    return tuple(clean(str(row[places[0]])) for places in columns.values())
