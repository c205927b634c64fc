"""The log of imports, and what can be asked of it: which files are in, which feed a number, how fresh a source is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from laban.errors import UnknownImportError
from laban.facts import FACT
from laban.i18n import Phrase
from laban.periods import Period
from laban.sources.model import Finding
from laban.warehouse.sql import quote

if TYPE_CHECKING:
    import duckdb

#: What a derived view is made from.
_ORDERS = ("fact_order", "fact_order_line")
SOURCES: Mapping[str, tuple[str, ...]] = {"fact_attribution": _ORDERS, "fact_attribution_model": _ORDERS}

#: Marks, in a stored finding, a value that is itself a sentence in the message files.
PHRASE = "phrase"

_COLUMNS = (
    "id, digest, options_key, name, platform, status, rows, start_day, end_day, currency, "
    "totals, own_totals, findings, extra, loaded_at, undone_at, archive"
)


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One line of the log. ``start``/``end`` are half-open; ``findings`` are plain values as in the JSON output.

    ``archive`` is the name, under ``archive/``, of the compressed original.
    """

    id: int
    digest: str
    options_key: str
    name: str
    platform: str | None
    status: str
    rows: int
    start: date | None
    end: date | None
    currency: str | None
    totals: Mapping[str, Decimal]
    own_totals: Mapping[str, Decimal]
    findings: tuple[Mapping[str, Any], ...]
    extra: Mapping[str, Any]
    loaded_at: datetime
    undone_at: datetime | None
    archive: str | None = field(default=None)

    @property
    def period(self) -> Period | None:
        """The days the file covers, if it has any."""
        return Period(self.start, self.end) if self.start and self.end and self.start < self.end else None

    def found(self) -> tuple[Finding, ...]:
        """Return the findings as values, to be put into the language of whoever reads the log."""
        return tuple(Finding(**{**f, "values": _revived(f.get("values") or {})}) for f in self.findings)


def _revived(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: Phrase(value[PHRASE], _revived(value["values"]))
        if isinstance(value, dict) and PHRASE in value
        else value
        for name, value in values.items()
    }


@dataclass(frozen=True, slots=True)
class SourceFreshness:
    """How far the data of a platform reach; ``loaded_at`` is its latest import."""

    platform: str
    last_day: date | None
    first_day: date | None
    loaded_at: datetime


def record_of(row: Sequence[Any]) -> ImportRecord:
    """Return the record in a row of the log."""
    values = list(row)
    for place in (10, 11):
        values[place] = {name: Decimal(text) for name, text in json.loads(values[place] or "{}").items()}
    values[12] = tuple(json.loads(values[12] or "[]"))
    values[13] = json.loads(values[13] or "{}")
    return ImportRecord(*values)


def records(
    connection: duckdb.DuckDBPyConnection, condition: str = "true", values: Sequence[Any] = ()
) -> list[ImportRecord]:
    """Return the imports that meet ``condition``, newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM import_log WHERE {condition} ORDER BY id DESC", list(values)
    ).fetchall()
    return [record_of(row) for row in rows]


def record(connection: duckdb.DuckDBPyConnection, import_id: int) -> ImportRecord:
    """Return one import.

    Raises:
        UnknownImportError: there is none with this number.
    """
    found = records(connection, "id = ?", [import_id]) if abs(import_id) < 1 << 31 else []
    if not found:
        raise UnknownImportError(import_id)
    return found[0]


def find(connection: duckdb.DuckDBPyConnection, digest: str, options_key: str) -> ImportRecord | None:
    """Return the live import of the same bytes under the same choices, if there is one."""
    found = records(connection, "digest = ? AND options_key = ? AND undone_at IS NULL", [digest, options_key])
    return found[0] if found else None


def findings_of(connection: duckdb.DuckDBPyConnection, platform: str, code: str) -> list[Mapping[str, Any]]:
    """Return the values of all findings ``code`` in the live imports of ``platform``."""
    rows = connection.execute(
        "SELECT findings FROM import_log "
        "WHERE platform = ? AND undone_at IS NULL AND contains(CAST(findings AS VARCHAR), ?)",
        [platform, f'"{code}"'],
    ).fetchall()
    found = [finding for (text,) in rows for finding in json.loads(text)]
    return [finding.get("values") or {} for finding in found if finding["code"] == code]


def account_of(connection: duckdb.DuckDBPyConnection, platform: str, name: str) -> str | None:
    """Return the account of the latest live import of a file with this name, if a person or the file named one."""
    found = connection.execute(
        "SELECT s.account FROM slice s JOIN import_log l ON l.id = s.import_id "
        "WHERE l.platform = ? AND l.name = ? AND l.undone_at IS NULL AND s.account <> '' ORDER BY l.id DESC LIMIT 1",
        [platform, name],
    ).fetchone()
    return None if found is None else str(found[0])


def stored(facts: Iterable[str]) -> list[str]:
    """Return the names of the stored facts behind ``facts``, derived ones replaced by what they are made from."""
    named = (source for name in facts for source in SOURCES.get(name, (name,)))
    return [name for name in dict.fromkeys(named) if name in FACT]


def feeding(connection: duckdb.DuckDBPyConnection, facts: Iterable[str], period: Period) -> list[ImportRecord]:
    """Return the imports whose rows count for ``facts`` in ``period``, newest first."""
    parts, values = [], list[Any]()
    for name in stored(facts):
        parts.append(f"SELECT DISTINCT slice_id FROM ({_days_sql(name)}) WHERE first < ? AND last >= ?")
        values += [period.end, period.start]
    if not parts:
        return []
    chosen = f"id IN (SELECT import_id FROM slice WHERE slice_id IN ({' UNION '.join(parts)}))"
    return records(connection, chosen, values)


def _days_sql(fact: str) -> str:
    """(slice_id, first, last) of the days in which rows of ``fact`` count; last is inclusive."""
    if FACT[fact].kind == "entity":
        return (
            f"SELECT slice_id, date AS first, date AS last FROM {quote(fact)} WHERE is_current AND date IS NOT NULL"
        )
    return f"SELECT slice_id, start_day AS first, end_day - 1 AS last FROM active WHERE fact = '{FACT[fact].name}'"


def period_of(connection: duckdb.DuckDBPyConnection, facts: Iterable[str]) -> Period | None:
    """Return the first to the last day for which any of ``facts`` has data."""
    parts = [_days_sql(name) for name in stored(facts)]
    if not parts:
        return None
    found = connection.execute(f"SELECT min(first), max(last) FROM ({' UNION ALL '.join(parts)})").fetchone()
    if found is None or found[0] is None:
        return None
    return Period(found[0], found[1] + timedelta(days=1))


def freshness(connection: duckdb.DuckDBPyConnection) -> list[SourceFreshness]:
    """Return, for every platform with a live import, the days its counting rows reach."""
    entities = [name for name, fact in FACT.items() if fact.kind == "entity"]
    spans = [
        f"SELECT slice_id, min(first) AS first, max(last) AS last FROM ({_days_sql(e)}) GROUP BY 1" for e in entities
    ]
    spans.append("SELECT slice_id, start_day AS first, end_day - 1 AS last FROM active")
    rows = connection.execute(
        f"""WITH span AS ({" UNION ALL ".join(spans)})
        SELECT l.platform, max(span.last), min(span.first), max(l.loaded_at)
        FROM import_log l LEFT JOIN slice s ON s.import_id = l.id LEFT JOIN span ON span.slice_id = s.slice_id
        WHERE l.undone_at IS NULL AND l.platform IS NOT NULL GROUP BY 1 ORDER BY 1"""
    ).fetchall()
    return [SourceFreshness(*row) for row in rows]
