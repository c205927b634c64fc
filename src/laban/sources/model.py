"""What reading a file gives: slices of canonical rows, totals, and findings.

A file's faults are values. Nothing here raises because of what stands in a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from laban.sources.mapping import Known

Level = Literal["error", "warning", "info"]
Status = Literal["loaded", "unchanged", "empty", "refused"]
Grain = Literal["day", "period", "undated"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know about a file.

    ``code`` names the sentence ``finding.<code>`` in the message files and ``values`` fill its placeholders.
    ``row`` is the 1-based line of the file (or row of the sheet), ``member`` the zip member or sheet.
    """

    level: Level
    code: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    member: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def message(self, lang: str) -> str:
        """Return the sentence in ``lang``, with what to do."""
        from laban.i18n import translate  # noqa: PLC0415  only when a person reads it

        return translate(
            lang,
            f"finding.{self.code}",
            **{
                "row": self.row,
                "column": self.column,
                "value": self.value,
                "member": self.member,
                **self.values,
            },
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of one fact that stand or fall together.

    For a *series* fact: ``start``/``end`` is the half-open period covered. With ``grain == "day"`` each row
    stands on its own day in ``date``; with ``"period"`` all rows belong to the whole period and ``date`` is its
    first day; ``"undated"`` rows cannot be placed in time (``start`` and ``end`` are None) and never count
    in a period. ``cut`` names the breakdown ("campaign", "campaign+device", "search_term", …). Slices with
    the same fact, platform, account and ``rival`` compete for their days: the lowest ``rank`` wins (0 = covers the
    account), day grain before period, then the later import.

    For an *entity* fact, rows update by the fact's key and ``rival``, ``rank`` mean nothing.

    ``columns`` names the fact columns that ``rows`` carry, in order; platform and account are added by the
    warehouse.
    """

    fact: str
    platform: str
    account: str
    cut: str
    grain: Grain
    start: date | None
    end: date | None
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    rank: int = 0
    rival: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole file, read.

    ``totals`` are sums over the data rows under the canonical measure names of the platform's mapping;
    ``own_totals`` are the file's own totals row, as read. ``extra`` holds what only some files have
    (results by type, blocks). ``unseen`` are headings that were understood by a spelling nobody has yet seen in a
    file of the platform, and ``recalled`` those of them that only memory speaks for. ``bulk`` is set
    instead of slices when the warehouse should read a large plain file by itself.
    """

    file: str
    platform: str | None
    status: Status
    rows: int = 0
    start: date | None = None
    end: date | None = None
    currency: str | None = None
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    own_totals: Mapping[str, Decimal] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    slices: tuple[Slice, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    bulk: Any = None
    unseen: tuple[str, ...] = ()
    recalled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the reader may know beside the file.

    ``hash_key`` keys the hash of phones and e-mails. ``until`` is the last day of a file whose dates carry no
    year. ``account`` names the ad account or page when the file does not. ``day_first`` settles ambiguous
    dates, ``decimal_mark`` ambiguous numbers, when a person was asked. ``accept`` takes what can be read of a file
    that is wrong in part; otherwise a file is taken whole or not at all. ``today`` is for plausibility only.
    ``reporting`` is the company's currency: that of a row of its own sheets which names none. ``known`` are the
    platforms that files are recognised as, where a workspace has mappings of its own. ``forgotten`` are the keyed
    hashes of people who are not to be recognised any more.
    """

    hash_key: bytes
    today: date
    account: str = ""
    until: date | None = None
    day_first: bool | None = None
    decimal_mark: str | None = None
    currency: str | None = None
    reporting: str = ""
    accept: bool = False
    known: Known | None = None
    forgotten: frozenset[str] = frozenset()
