"""Channels and campaigns as the company calls them, put in the place of what files said; the originals stay.

A row keeps what its file said in ``given_…`` where that is something else (NULL where it is not, and the empty text
where the file said nothing). What a row is called depends on the rows that are there and on what people said, never
on the order in which they came: after every change the names are worked out anew and only rows with another name are
written, so that reading costs nothing. Days whose names change are marked for the rollups.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from laban.facts import FACT, FACTS, Fact
from laban.tagging import campaigns, channels
from laban.tagging.campaigns import Spelling
from laban.tagging.channels import Channels, Rule, Tag
from laban.warehouse.dirty import mark_rows
from laban.warehouse.sql import quote

if TYPE_CHECKING:
    import duckdb

#: The columns with another name, and where the original is kept.
GIVEN: Final[Mapping[str, str]] = {"channel_group": "given_channel_group", "campaign": "given_campaign"}
#: Facts that say how a visit came, so that channel rules can be asked again.
VISITS: Final = tuple(fact.name for fact in FACTS if {"source_medium", "channel_group"} <= set(fact.names))
NAMED: Final = tuple(fact.name for fact in FACTS if "campaign" in fact.names)
#: Where a campaign is a tag that visits or links came with, and where an ad platform names it.
TAGGED: Final = frozenset({"fact_web_sessions", "fact_touch", "fact_link_click"})
ADS: Final = frozenset({"fact_ad_performance", "fact_ad_reach"})


def given_columns(fact: Fact) -> tuple[str, ...]:
    """Return the columns that a fact's table has for originals."""
    visits = (GIVEN["channel_group"],) if fact.name in VISITS else ()
    return (*visits, *((GIVEN["campaign"],) if fact.name in NAMED else ()))


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table of what people said, and give names to what is there."""
    connection.execute("CREATE TABLE IF NOT EXISTS naming (part VARCHAR NOT NULL, said VARCHAR NOT NULL)")
    settle(connection)


def said(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the texts of ``channels.yaml`` and ``campaigns.yaml`` that are in use, by name."""
    return dict(connection.execute("SELECT part, said FROM naming WHERE said <> ''").fetchall())


def set_naming(connection: duckdb.DuckDBPyConnection, texts: Mapping[str, str]) -> set[str]:
    """Go by these texts from now on, in a transaction; return the facts of which rows got another name."""
    connection.execute("DELETE FROM naming")
    for part, text in sorted(texts.items()):
        if text:
            connection.execute("INSERT INTO naming VALUES (?, ?)", [part, text])
    return settle(connection)


def settle(connection: duckdb.DuckDBPyConnection, touched: Iterable[str] | None = None) -> set[str]:
    """Give every row the names that it should have; return the facts of which rows got another one.

    Args:
        connection: of a transaction.
        touched: the facts whose rows have changed; None for all. Campaigns depend on each other across facts.
    """
    facts = set(FACT) if touched is None else set(touched)
    texts = said(connection)
    renamed: set[str] = set()
    if facts & set(VISITS):
        own = channels.with_own(channels.read(texts.get(channels.FILE, "")))
        renamed |= {name for name in VISITS if name in facts and _settle_channels(connection, FACT[name], own)}
    if facts & set(NAMED):
        renamed |= _settle_campaigns(connection, campaigns.read(texts.get(campaigns.FILE, "")))
    return renamed


# channels


def _settle_channels(connection: duckdb.DuckDBPyConnection, fact: Fact, known: Channels) -> int:
    table, given = quote(fact.name), GIVEN["channel_group"]
    if not known.own:
        used = connection.execute(f"SELECT 1 FROM {table} WHERE {given} IS NOT NULL LIMIT 1").fetchone()
        if used is None:
            return 0
    rows = connection.execute(
        f"SELECT DISTINCT source_medium, {campaign_of(fact, known)}, channel_group, {given} FROM {table}"
    ).fetchall()
    changes = []
    for source_medium, campaign, now, original in rows:
        first = now if original is None else original or None
        rule = own_rule_for(known, source_medium, campaign)
        wanted = rule.channel if rule else first
        keep = None if wanted == first else first or ""
        if (wanted, keep) != (now, original):
            changes.append((source_medium, campaign, now, original, wanted, keep))
    if not changes:
        return 0
    _hold(connection, ("source_medium", "campaign", "now", "original", "wanted", "keep"), changes)
    same = (
        "f.source_medium IS NOT DISTINCT FROM c.source_medium AND f.channel_group IS NOT DISTINCT FROM c.now "
        f"AND f.{given} IS NOT DISTINCT FROM c.original "
        f"AND {campaign_of(fact, known, 'f')} IS NOT DISTINCT FROM c.campaign"
    )
    return _write(connection, fact, "channel_group", same)


def campaign_of(fact: Fact, known: Channels, alias: str = "") -> str:
    """Return the expression for the campaign as the file wrote it, where an own rule asks for it."""
    if "campaign" not in fact.names or not any(one.campaign for rule in known.own for one in rule.when):
        return "CAST(NULL AS VARCHAR)"
    dot = f"{alias}." if alias else ""
    return f"coalesce({dot}{GIVEN['campaign']}, {dot}campaign)"


def own_rule_for(known: Channels, source_medium: str | None, campaign: str | None) -> Rule | None:
    """Return the own rule that decides, None where what the file said holds."""
    if not source_medium:
        return None
    tag = Tag.of(source_medium.casefold(), (campaign or "").casefold())
    return next((rule for rule in known.own if known.holds(rule, tag)), None)


# campaigns


#: Per fact the names in use, each with what the file said where that is another.
_Names = Mapping[str, Sequence[tuple[str, str | None]]]


def spellings(names: _Names) -> list[Spelling]:
    """Return every name of a campaign as files write it, with what decides which are one for sure."""
    found: dict[str, tuple[bool, bool]] = {}
    for fact, pairs in names.items():
        for name in {now if original is None else original for now, original in pairs} - {""}:
            tagged, ads = found.get(name, (False, False))
            found[name] = (tagged or fact in TAGGED, ads or fact in ADS)
    return [Spelling(name, tagged, ads) for name, (tagged, ads) in sorted(found.items())]


def _settle_campaigns(connection: duckdb.DuckDBPyConnection, book: campaigns.Book) -> set[str]:
    found = {
        fact: connection.execute(
            f"SELECT DISTINCT campaign, {GIVEN['campaign']} FROM {quote(fact)} WHERE campaign IS NOT NULL"
        ).fetchall()
        for fact in NAMED
    }
    names = campaigns.canonical(spellings(found), book)
    return {fact for fact, pairs in found.items() if _rename(connection, FACT[fact], pairs, names)}


def _rename(
    connection: duckdb.DuckDBPyConnection,
    fact: Fact,
    pairs: Sequence[tuple[str, str | None]],
    names: Mapping[str, str],
) -> int:
    changes = []
    for now, original in pairs:
        first = now if original is None else original
        wanted = names.get(first, first)
        keep = None if wanted == first else first
        if (wanted, keep) != (now, original):
            changes.append((now, original, wanted, keep))
    if not changes:
        return 0
    _hold(connection, ("now", "original", "wanted", "keep"), changes)
    same = f"f.campaign = c.now AND f.{GIVEN['campaign']} IS NOT DISTINCT FROM c.original"
    return _write(connection, fact, "campaign", same)


# writing


def _hold(connection: duckdb.DuckDBPyConnection, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    connection.execute("CREATE OR REPLACE TEMP TABLE called (" + ", ".join(f"{name} VARCHAR" for name in names) + ")")
    columns = [list(column) for column in zip(*rows, strict=True)]
    parts = ", ".join("unnest(CAST(? AS VARCHAR[]))" for _ in names)
    connection.execute(f"INSERT INTO called SELECT {parts}", columns)


def _write(connection: duckdb.DuckDBPyConnection, fact: Fact, column: str, same: str) -> int:
    """Write the names that are held into the rows for which ``same`` holds, and mark their days."""
    table, given = quote(fact.name), GIVEN[column]
    mark_rows(connection, fact, f"SELECT f.rowid FROM {table} f JOIN called c ON {same}")
    done = connection.execute(
        f"UPDATE {table} AS f SET {quote(column)} = c.wanted, {given} = c.keep FROM called c WHERE {same}"
    ).fetchone()
    connection.execute("DROP TABLE called")
    return int(done[0]) if done else 0
