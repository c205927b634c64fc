"""Lists that must be counted or turned before they are facts: links, clicks, ranks of many days side by side.

A shape takes the table's columns and gives columns again, as those of ``laban.sources.shapes`` do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from laban.periods import Period, unit_of
from laban.sources.derive import Columns
from laban.sources.mapping import plain
from laban.sources.notes import Notes

#: Where tools cut a list off: thousands.
_ROUND = 1_000
_NOT = frozenset({"", "false", "no", "0", "khong"})


def tally(columns: Columns, spec: Mapping[str, Any], notes: Notes) -> Columns:
    """Count the rows of each group: how many there are, and how many different values of other columns.

    ``tally`` names what groups them, ``rows`` the column that takes the count (or ``add: [into, from]`` one to add
    up), ``distinct`` column -> what is told apart, ``unless`` a column whose rows are gone and do not count.
    """
    gone = columns.get(spec.get("unless", "")) or [None] * columns.rows
    kept = [i for i in range(columns.rows) if plain(str(gone[i] or "")) in _NOT]
    if spec.get("cut_off") and columns.rows and columns.rows % _ROUND == 0:
        notes.add("info", "list_may_be_cut", count=columns.rows)
    keys = [columns.get(name) or [None] * columns.rows for name in spec["tally"]]
    groups: dict[tuple[Any, ...], list[int]] = {}
    for index in kept:
        groups.setdefault(tuple(key[index] for key in keys), []).append(index)
    firsts = [group[0] for group in groups.values()]
    values = {name: [column[i] for i in firsts] for name, column in columns.values.items()}
    values |= {name: [key[i] for i in firsts] for name, key in zip(spec["tally"], keys, strict=True)}
    if "rows" in spec:
        values[spec["rows"]] = [len(group) for group in groups.values()]
    for into, source in spec.get("add", {}).items():
        column = columns.get(source)
        if column is not None:
            values[into] = [_added([column[i] for i in group]) for group in groups.values()]
    for into, source in spec.get("distinct", {}).items():
        column = columns.get(source)
        if column is not None:
            values[into] = [len({column[i] for i in group} - {None}) for group in groups.values()]
    return Columns(columns.platform, values, len(groups))


def _added(values: Sequence[Any]) -> Any:
    there = [value for value in values if value is not None]
    return sum(there) if there else None


def least(columns: Columns, spec: Mapping[str, Any], _: Notes) -> Columns:
    """Keep one row per group, that with the least value: a keyword with several pages has the rank of the best."""
    values = columns.get(spec["least"]) or [None] * columns.rows
    keys = [columns.get(name) or [None] * columns.rows for name in spec["per"]]
    best: dict[tuple[Any, ...], int] = {}
    for index, value in enumerate(values):
        key = tuple(column[index] for column in keys)
        held = best.get(key)
        if held is None or (value is not None and (values[held] is None or value < values[held])):
            best[key] = index
    kept = list(best.values())
    taken = {name: [column[i] for i in kept] for name, column in columns.values.items()}
    taken |= {name: [column[i] for i in kept] for name, column in zip(spec["per"], keys, strict=True)}
    return Columns(columns.platform, taken, len(kept))


_TRACKED = re.compile(r"\*?\.?(?P<site>[\w-]+(?:\.[\w-]+)+)/?\*?_(?P<year>20\d{2})(?P<month>\d{2})(?P<day>\d{2})")


def by_day(columns: Columns, spec: Mapping[str, Any], _: Notes) -> Columns:
    """Turn columns headed ``site_20261116`` into a row per site and day; an empty cell is a day without a rank."""
    prefix = f"{spec['by_day']}@"
    rest = {name: values for name, values in columns.values.items() if not name.startswith(prefix)}
    rows: list[tuple[int, str, Period, Any]] = []
    for name, values in columns.values.items():
        found = _TRACKED.fullmatch(name.removeprefix(prefix)) if name.startswith(prefix) else None
        day = None if found is None else _day(found)
        if found is not None and day is not None:
            rows += [(i, found["site"].casefold(), day, value) for i, value in enumerate(values)]
    taken = {name: [values[i] for i, *_ in rows] for name, values in rest.items()}
    taken |= {
        spec["name"]: [site for _, site, _, _ in rows],
        "_period": [day for _, _, day, _ in rows],
        "date": [day.start for _, _, day, _ in rows],
        spec["by_day"]: [value for *_, value in rows],
    }
    return Columns(columns.platform, taken, len(rows))


def _day(found: re.Match[str]) -> Period | None:
    try:
        return unit_of(date(int(found["year"]), int(found["month"]), int(found["day"])), "day")
    except ValueError:
        return None
