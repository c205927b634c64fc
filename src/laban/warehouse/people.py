"""One person behind several keys: a phone, an e-mail and a buyer number that stand in one row are one person's.

``fact_person_link`` says which keys stood together (``is_same`` empty) and what people ruled by hand (yes or no). The
table ``person`` names, for every key that is not alone, the person it belongs to: the smallest of the person's keys.
Rows of ``OWNED`` facts carry that name beside their key, so that no question has to look it up.

Only what new rows touch is worked out anew: the keys in them and whatever hangs together with these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from laban.facts import FACT
from laban.warehouse.dirty import mark_rows
from laban.warehouse.sql import quote

if TYPE_CHECKING:
    import duckdb

LINKS = "fact_person_link"
#: The facts whose rows are told by person.
OWNED = ("fact_order", "fact_lead_event")
#: A key that stands beside more keys of one kind than this is a shop's own phone or a placeholder: it links nobody.
MANY = 4

#: Both directions of every link that counts, each once: what stood in a row, and what was ruled last.
_BOTH = f"""(
    SELECT l.person_key AS a, l.other_key AS b, l.other_kind AS kind, l.is_same, l.date, l.slice_id
    FROM {LINKS} l WHERE l.is_current
    UNION ALL
    SELECT l.other_key, l.person_key, l.key_kind, l.is_same, l.date, l.slice_id
    FROM {LINKS} l WHERE l.is_current)"""


@dataclass(frozen=True, slots=True)
class Link:
    """Two keys of which something is known: that they stood in one row, or what a person ruled (``same``)."""

    one: str
    other: str
    same: bool | None


def persons(links: Iterable[Link]) -> dict[str, str]:
    """Return the person of every key that is not alone; the order of links does not matter.

    What was ruled to be one goes first. A link that would bring together two keys that were ruled apart is left out;
    of several such links the one with the smallest keys holds.
    """
    found = sorted({_in_order(link) for link in links})
    apart: dict[str, set[str]] = {}
    for _, one, other, is_apart in found:
        if is_apart:
            apart.setdefault(one, set()).add(other)
            apart.setdefault(other, set()).add(one)
    group: dict[str, list[str]] = {}
    for _, one, other, is_apart in found:
        first, second = group.setdefault(one, [one]), group.setdefault(other, [other])
        if is_apart or first is second or any(not apart[key].isdisjoint(second) for key in first if key in apart):
            continue
        large, small = (first, second) if len(first) >= len(second) else (second, first)
        large.extend(small)
        for key in small:
            group[key] = large
    names = {id(keys): min(keys) for keys in group.values() if len(keys) > 1}
    return {key: names[id(keys)] for key, keys in group.items() if len(keys) > 1}


def _in_order(link: Link) -> tuple[bool, str, str, bool]:
    one, other = min(link.one, link.other), max(link.one, link.other)
    return link.same is not True, one, other, link.same is False


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables, once per database."""
    connection.execute("CREATE TABLE IF NOT EXISTS person (key VARCHAR NOT NULL, person VARCHAR NOT NULL)")
    connection.execute("CREATE TABLE IF NOT EXISTS person_shared (key VARCHAR NOT NULL)")


def remember(connection: duckdb.DuckDBPyConnection, slices: Iterable[int], *, arriving: bool) -> None:
    """Note the keys that link rows of ``slices`` name, for ``follow``: of rows that came, or before rows go.

    Most rows of a file that comes every day say what is known; they change nothing.
    """
    known = f"""AND (l.is_same IS NOT NULL OR NOT EXISTS (SELECT 1 FROM {LINKS} k WHERE k.person_key = l.person_key
        AND k.other_key = l.other_key AND k.is_same IS NULL AND k.slice_id NOT IN (SELECT unnest($1))))"""
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE person_touched AS SELECT DISTINCT unnest([person_key, other_key]) AS key
        FROM {LINKS} l WHERE slice_id IN (SELECT unnest($1)) {known if arriving else ""}""",
        [list(slices)],
    )


def remember_keys(connection: duckdb.DuckDBPyConnection, keys: Sequence[str]) -> None:
    """Note keys whose links are about to go, and everybody who hangs together with them."""
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE person_touched AS
        WITH gone AS (SELECT unnest(CAST(? AS VARCHAR[])) AS key)
        SELECT key FROM gone UNION SELECT p.key FROM person p
        WHERE p.person IN (SELECT q.person FROM person q SEMI JOIN gone ON gone.key = q.key)""",
        [list(keys)],
    )


def follow(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Work out anew who is who among the noted keys and all that hang together with them.

    Returns:
        The facts with rows that belong to another person now.
    """
    _spread(connection)
    before = dict(connection.execute("SELECT p.* FROM person p SEMI JOIN person_near n ON n.key = p.key").fetchall())
    now = persons(_links(connection))
    changed = sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))
    connection.execute("DELETE FROM person WHERE key IN (SELECT unnest(CAST(? AS VARCHAR[])))", [changed])
    kept = [key for key in changed if key in now]
    connection.execute(
        "INSERT INTO person SELECT unnest(CAST(? AS VARCHAR[])), unnest(CAST(? AS VARCHAR[]))",
        [kept, [now[key] for key in kept]],
    )
    return _rename(connection, changed) if changed else frozenset()


def _spread(connection: duckdb.DuckDBPyConnection) -> None:
    """Collect in ``person_near`` the noted keys and all that hang together with them by links that count."""
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE person_many AS SELECT DISTINCT a AS key FROM (
            SELECT l.a FROM {_BOTH} l SEMI JOIN person_touched t ON t.key = l.a WHERE l.is_same IS NULL
            GROUP BY l.a, l.kind HAVING count(DISTINCT l.b) > {MANY})"""
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE person_near AS
        WITH other AS (
            SELECT key FROM person_shared SEMI JOIN person_touched USING (key) EXCEPT SELECT key FROM person_many
            UNION ALL (SELECT key FROM person_many EXCEPT SELECT key FROM person_shared))
        SELECT key FROM person_touched UNION SELECT l.b FROM {_BOTH} l SEMI JOIN other o ON o.key = l.a"""
    )
    connection.execute("DELETE FROM person_shared WHERE key IN (SELECT key FROM person_touched)")
    connection.execute("INSERT INTO person_shared SELECT key FROM person_many")
    while True:
        added = connection.execute(
            f"""INSERT INTO person_near SELECT DISTINCT l.b FROM {_BOTH} l SEMI JOIN person_near n ON n.key = l.a
            WHERE (l.is_same OR (l.is_same IS NULL AND l.a NOT IN (SELECT key FROM person_shared)
                AND l.b NOT IN (SELECT key FROM person_shared)))
                AND l.b NOT IN (SELECT key FROM person_near)"""
        ).fetchone()
        if not added or not added[0]:
            return


def _links(connection: duckdb.DuckDBPyConnection) -> list[Link]:
    rows = connection.execute(
        f"""SELECT l.a, l.b, arg_max(l.is_same, l.slice_id) FILTER (l.is_same IS NOT NULL) AS same, bool_or(
            l.is_same IS NULL AND s.key IS NULL AND o.key IS NULL) AS seen
        FROM {_BOTH} l SEMI JOIN person_near n ON n.key = l.a
        LEFT JOIN person_shared s ON s.key = l.a LEFT JOIN person_shared o ON o.key = l.b
        WHERE l.a < l.b GROUP BY l.a, l.b HAVING same IS NOT NULL OR seen"""
    ).fetchall()
    return [Link(one, other, same) for one, other, same, _ in rows]


def _rename(connection: duckdb.DuckDBPyConnection, changed: Sequence[str]) -> frozenset[str]:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE person_changed AS SELECT unnest(CAST(? AS VARCHAR[])) AS key", [list(changed)]
    )
    rows = "SELECT f.rowid FROM {} f SEMI JOIN person_changed c ON c.key = f.customer_key"
    return frozenset(name for name in OWNED if _write(connection, name, rows.format(quote(name))))


def fill(connection: duckdb.DuckDBPyConnection, fact: str, slices: Iterable[int]) -> None:
    """Write the person into new rows whose key is known to be somebody's."""
    numbers = ", ".join(str(int(number)) for number in slices)
    rows = f"""SELECT f.rowid FROM {quote(fact)} f SEMI JOIN person p ON p.key = f.customer_key
        WHERE f.slice_id IN ({numbers})"""
    if fact in OWNED and numbers:
        _write(connection, fact, rows)


def _write(connection: duckdb.DuckDBPyConnection, fact: str, rows: str) -> bool:
    """Bring the person of some rows into line with ``person``; return whether any of them is another one now."""
    table = quote(fact)
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE person_rows AS SELECT f.rowid AS place, p.person
        FROM {table} f LEFT JOIN person p ON p.key = f.customer_key
        WHERE f.rowid IN ({rows}) AND f.person IS DISTINCT FROM p.person"""
    )
    count = connection.execute("SELECT count(*) FROM person_rows").fetchone()
    if not count or not count[0]:
        return False
    mark_rows(connection, FACT[fact], "SELECT place FROM person_rows")
    connection.execute(f"UPDATE {table} AS f SET person = r.person FROM person_rows r WHERE r.place = f.rowid")
    mark_rows(connection, FACT[fact], "SELECT place FROM person_rows")
    return True
