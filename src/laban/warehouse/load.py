"""One file into the tables, inside the transaction of the caller: all of it, or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from laban.facts import FACT, Fact
from laban.i18n import Phrase
from laban.sources.model import Finding, Reading, Slice, Status
from laban.warehouse import attribution, entities, leads, money, naming, people, rates
from laban.warehouse.imports import PHRASE
from laban.warehouse.replaced import entity_findings, series_findings
from laban.warehouse.rows import insert
from laban.warehouse.settle import Contest, settle

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Incoming:
    """What the log says of a file beside what was read from it. ``archive`` names the kept original."""

    digest: str
    name: str
    loaded_at: datetime
    options_key: str = ""
    archive: str | None = None


@dataclass(frozen=True, slots=True)
class LoadOutcome:
    """What became of a reading: its import number (None: nothing was kept) and the findings, the reader's first."""

    import_id: int | None
    status: Status
    reading: Reading
    findings: tuple[Finding, ...]


def load(connection: duckdb.DuckDBPyConnection, reading: Reading, incoming: Incoming) -> LoadOutcome:
    """Log ``reading``, store its rows and work out anew what depends on them.

    Raises:
        duckdb.Error: a value does not fit its column; the caller rolls back.
    """
    import_id = next_id(connection, "import_log", "id")
    first = next_id(connection, "slice", "slice_id")
    placed = list(enumerate(reading.slices, first))
    for slice_id, part in placed:
        store(connection, part, import_id, slice_id)
    for name in _facts(placed):
        money.fill_reporting(connection, FACT[name], _ids(placed, name))
    return complete(connection, reading, incoming, import_id, placed)


def complete(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    incoming: Incoming,
    import_id: int,
    placed: list[tuple[int, Slice]],
) -> LoadOutcome:
    """Log an import whose slices are stored, and settle what they compete for."""
    found = [*reading.findings, *consequences(connection, import_id, placed)]
    _log(connection, reading, incoming, import_id, found)
    return LoadOutcome(import_id, "loaded", reading, tuple(found))


def next_id(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    """Return the number after the highest; there is one writer."""
    row = connection.execute(f"SELECT coalesce(max({column}), 0) + 1 FROM {table}").fetchone()
    return int(row[0]) if row else 1


def store(connection: duckdb.DuckDBPyConnection, part: Slice, import_id: int, slice_id: int) -> None:
    """Insert a slice and its rows."""
    fact = FACT[part.fact]
    register(connection, part, import_id, slice_id)
    types = {name: fact.column(name).type for name in part.columns}
    insert(connection, fact.name, types, part.rows, constants(fact, part, slice_id), filled=fact.filled)


def register(connection: duckdb.DuckDBPyConnection, part: Slice, import_id: int, slice_id: int) -> None:
    """Write a slice down."""
    connection.execute(
        "INSERT INTO slice VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(slice_id, import_id, part.fact, part.platform, part.account, part.cut),
            *(part.grain, part.start, part.end, part.rank, part.rival),
        ],
    )


def constants(fact: Fact, part: Slice, slice_id: int) -> dict[str, Any]:
    """Return the columns that are the same in every row of a slice."""
    fixed: dict[str, Any] = {"platform": part.platform, "account": part.account, "slice_id": slice_id}
    if fact.kind == "entity":
        fixed["is_current"] = False
    elif part.grain == "period":
        fixed["date"] = part.start
    return {name: value for name, value in fixed.items() if name not in part.columns}


def consequences(
    connection: duckdb.DuckDBPyConnection, import_id: int, placed: list[tuple[int, Slice]]
) -> list[Finding]:
    """Settle contests, current rows and first orders after new slices; return what people should know of it."""
    series = {_contest(part) for _, part in placed if FACT[part.fact].kind == "series"}
    settled = [settle(connection, contest) for contest in sorted(series)]
    replaced: list[tuple[int, int]] = []
    for name in _facts(placed):
        if FACT[name].kind == "entity":
            entities.remember_touched(connection, FACT[name], _ids(placed, name))
            replaced += entities.refresh_current(connection, FACT[name]).items()
    touched = set(_facts(placed))
    for name in people.OWNED:
        people.fill(connection, name, _ids(placed, name))
    if people.LINKS in touched:
        people.remember(connection, _ids(placed, people.LINKS), arriving=True)
        touched |= people.follow(connection)
    refresh_people(connection, touched)
    touched |= naming.settle(connection, touched)
    if touched & attribution.CAUSES:
        attribution.refresh(connection)
    if rates.SHEETS in _facts(placed):
        money.follow_rates(connection)
    return [
        *leads.repeated(connection, _ids(placed, "fact_lead_event")),
        *money.unknown_currencies(connection, {name: _ids(placed, name) for name in _facts(placed)}),
        *series_findings(connection, settled, import_id),
        *entity_findings(connection, replaced, import_id),
    ]


def refresh_people(connection: duckdb.DuckDBPyConnection, facts: Iterable[str]) -> None:
    """Work out what follows from whose the rows of some facts are: first orders, leads that come twice."""
    if "fact_order" in facts:
        entities.refresh_first_orders(connection)
    if "fact_lead_event" in facts:
        leads.refresh_duplicates(connection)


def _contest(part: Slice) -> Contest:
    return Contest(part.fact, part.platform, part.rival)


def _facts(placed: Iterable[tuple[int, Slice]]) -> list[str]:
    return sorted({part.fact for _, part in placed})


def _ids(placed: Iterable[tuple[int, Slice]], fact: str) -> list[int]:
    return [slice_id for slice_id, part in placed if part.fact == fact]


def _log(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    incoming: Incoming,
    import_id: int,
    findings: Iterable[Finding],
) -> None:
    connection.execute(
        "INSERT INTO import_log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
        [
            *(import_id, incoming.digest, incoming.options_key, incoming.name),
            *(reading.platform, reading.status, reading.rows, reading.start, reading.end, reading.currency),
            *(to_json(reading.totals), to_json(reading.own_totals)),
            *(to_json([finding_values(f) for f in findings]), to_json(reading.extra)),
            *(incoming.loaded_at, incoming.archive),
        ],
    )


def finding_values(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain values."""
    return {
        "level": finding.level,
        "code": finding.code,
        "row": finding.row,
        "column": finding.column,
        "value": finding.value,
        "member": finding.member,
        "values": dict(finding.values),
    }


def to_json(value: Any) -> str:
    """Return JSON text; decimals become exact texts, days ISO texts."""
    plain = dict(value) if isinstance(value, Mapping) else value
    return json.dumps(plain, default=_plain, ensure_ascii=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, Phrase):
        return {PHRASE: value.key, "values": dict(value.values)}
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, (set, frozenset)) else str(value)
