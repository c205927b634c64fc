"""Who agreed to what: the newest answer per person and purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from laban.care.forget import people_of
from laban.metrics.privacy import SMALLEST
from laban.workspace import Workspace

_LATEST = """SELECT customer_key, purpose, max(date) AS day,
        arg_max(given, (date, coalesce(answered_at, date))) AS given
    FROM fact_consent_live WHERE given IS NOT NULL GROUP BY ALL"""


@dataclass(frozen=True, slots=True)
class Agreed:
    """How many people agreed to a purpose and how many did not; None for a group too small to be told."""

    purpose: str
    given: int | None
    refused: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's latest answer about a purpose."""

    purpose: str
    given: bool
    day: date


def agreed(workspace: Workspace) -> list[Agreed]:
    """Return the purposes that anybody was asked about."""
    rows = workspace.warehouse.query(
        f"SELECT purpose, count(*) FILTER (given), count(*) FILTER (NOT given) FROM ({_LATEST}) GROUP BY 1 ORDER BY 1"
    )
    return [Agreed(purpose, _told(given), _told(refused)) for purpose, given, refused in rows]


def _told(people: int) -> int | None:
    return None if 0 < people < SMALLEST else people


def answers_of(workspace: Workspace, contacts: Sequence[str]) -> list[Answer]:
    """Return the latest answers of one person.

    Raises:
        NobodyError: one of the contacts identifies nobody.
    """
    hashes = sorted(people_of(workspace, contacts).hashes)
    rows = workspace.warehouse.query(
        f"SELECT purpose, given, day FROM ({_LATEST}) WHERE customer_key IN (SELECT unnest(CAST(? AS VARCHAR[]))) "
        "ORDER BY ALL",
        [hashes],
    )
    return [Answer(*row) for row in rows]


def allowed(workspace: Workspace, purpose: str) -> frozenset[str]:
    """Return the keyed hashes of the people whose latest answer about a purpose is yes.

    Whatever hands out people, one by one or as a list, takes only these: no answer is a no.
    """
    rows = workspace.warehouse.query(f"SELECT customer_key FROM ({_LATEST}) WHERE given AND purpose = ?", [purpose])
    return frozenset(key for (key,) in rows)
