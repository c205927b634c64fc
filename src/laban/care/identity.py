"""Who is whom: the keys of a person, where they stood together, and what people here ruled about it.

A ruling is an import like any other: a sheet of one line that holds keyed hashes. So it is in the log, in backups and
in what a rebuild does again, and ``laban undo`` takes it back.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from laban import settings
from laban.errors import LabanError
from laban.sources.privacy import hashed, normalised
from laban.warehouse.people import LINKS
from laban.workspace import ImportOutcome, Workspace

#: The headings of the sheet of rulings, as ``laban template people`` writes them in English.
_HEADINGS = ("Customer (phone or email)", "Other contact", "Same person", "Noted on")


class NotAContactError(LabanError):
    """A text that identifies nobody: empty, masked or damaged."""

    key = "people.nobody"

    def __init__(self, contact: str) -> None:
        super().__init__(contact=contact)


class SameKeyError(LabanError):
    """Two spellings of one and the same contact."""

    key = "people.same_key"


@dataclass(frozen=True, slots=True)
class Together:
    """Two keys that an import brought: seen in a row (``same`` is None), or ruled; keys by their first digits."""

    one: str
    other: str
    same: bool | None
    day: date
    import_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """One person: how many keys, orders and leads, and what makes the keys one."""

    keys: int
    orders: int
    leads: int
    links: tuple[Together, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """All people with more than one key, the keys that too many share, leads counted once, and every ruling."""

    persons: int
    keys: int
    shared: int
    repeated_leads: int
    rulings: tuple[Together, ...]


def key_of(workspace: Workspace, contact: str) -> str:
    """Return the keyed hash of a phone, an e-mail or a customer number.

    Raises:
        NotAContactError: it identifies nobody.
    """
    normal = normalised(contact)
    if normal is None:
        raise NotAContactError(contact)
    return hashed(normal, settings.secret(workspace.root))


def with_linked(workspace: Workspace, keys: Iterable[str]) -> frozenset[str]:
    """Return keys together with all others of the same people."""
    mine = list(keys)
    rows = workspace.warehouse.query(
        """SELECT p.key FROM person p WHERE p.person IN
        (SELECT q.person FROM person q WHERE q.key IN (SELECT unnest(CAST(? AS VARCHAR[]))))""",
        [mine],
    )
    return frozenset(mine) | {key for (key,) in rows}


def person(workspace: Workspace, contact: str) -> Person:
    """Return what is known of the person behind a contact.

    Raises:
        NotAContactError: it identifies nobody.
    """
    keys = sorted(with_linked(workspace, [key_of(workspace, contact)]))
    orders, leads = (
        workspace.warehouse.query(
            f"SELECT {what} FROM {fact} WHERE is_current AND customer_key IN (SELECT unnest(CAST(? AS VARCHAR[])))",
            [keys],
        )[0][0]
        for what, fact in (("count(*)", "fact_order"), ("count(DISTINCT lead_id)", "fact_lead_event"))
    )
    links = _links(workspace, "l.person_key IN (SELECT unnest($1)) OR l.other_key IN (SELECT unnest($1))", keys)
    return Person(len(keys), orders, leads, links)


def summary(workspace: Workspace) -> Summary:
    """Return the people of the workspace in numbers, and every ruling."""
    ask = workspace.warehouse.query
    ((persons, keys),) = ask("SELECT count(DISTINCT person), count(*) FROM person")
    ((shared,),) = ask("SELECT count(*) FROM person_shared")
    ((leads,),) = ask("SELECT count(*) FROM fact_lead_event_live WHERE is_duplicate AND stage = 'lead'")
    return Summary(persons, keys, shared, leads, _links(workspace, "l.is_same IS NOT NULL", []))


def _links(workspace: Workspace, where: str, keys: list[str]) -> tuple[Together, ...]:
    rows = workspace.warehouse.query(
        f"""SELECT l.person_key[:8], l.other_key[:8], l.is_same, l.date, s.import_id, i.name
        FROM {LINKS} l JOIN slice s ON s.slice_id = l.slice_id JOIN import_log i ON i.id = s.import_id
        WHERE l.is_current AND ({where}) ORDER BY s.import_id, 1, 2 LIMIT 200""",
        [keys] if keys else [],
    )
    return tuple(Together(*row) for row in rows)


def rule(workspace: Workspace, contact: str, other: str, *, same: bool) -> ImportOutcome:
    """Rule that two contacts are one person's, or two people's; it holds until it is undone.

    Raises:
        NotAContactError: one of them identifies nobody.
        SameKeyError: they are one and the same.
    """
    one, two = sorted((key_of(workspace, contact), key_of(workspace, other)))
    if one == two:
        raise SameKeyError
    now = workspace.settings.now()
    name = f"people-{now:%Y-%m-%d-%H%M%S}.csv"
    with tempfile.TemporaryDirectory(prefix="laban-people-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / name
        with path.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(_HEADINGS)
            lines.writerow([f"key:{one}", f"key:{two}", "Yes" if same else "No", f"{workspace.today} {now:%H:%M:%S}"])
        return workspace.import_file(path, name=name)
