"""What the checks look at and what they say. Days are inclusive where two stand side by side as first and last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from laban.periods import Period
from laban.tagging import utm
from laban.tagging.channels import Channels, shipped

Level = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something in the data that a person should look at.

    ``code`` names the sentences ``quality.<code>.title``, ``.text`` and ``.do`` in the message files; ``values`` fill
    them. ``facts`` and ``columns`` say which numbers it touches (no columns: all of the facts), ``period`` which days
    (None: all of them). ``import_id`` is the file to look at, where it is one file.
    """

    code: str
    level: Level
    facts: tuple[str, ...]
    columns: tuple[str, ...] = ()
    platform: str = ""
    account: str = ""
    period: Period | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    import_id: int | None = None


@dataclass(frozen=True, slots=True)
class Covered:
    """Days (half-open) for which an import's slice of a series counts; ``days`` is how many a row speaks of."""

    fact: str
    platform: str
    account: str
    start: date
    end: date
    import_id: int
    name: str
    loaded_at: datetime
    days: int = 1


@dataclass(frozen=True, slots=True)
class Reach:
    """The last day of a platform's fact, the usual days from one day with rows to the next, and its file."""

    fact: str
    platform: str
    last: date
    step: float
    import_id: int
    name: str
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class AccountDay:
    """One day of one account: sums by name; None where no row says."""

    fact: str
    platform: str
    account: str
    day: date
    sums: Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class CampaignMonth:
    """One month of one campaign."""

    platform: str
    account: str
    campaign: str
    first: date
    last: date
    clicks: Decimal
    conversions: Decimal


@dataclass(frozen=True, slots=True)
class UnseenSpend:
    """A campaign's days with spend that nobody was shown anything for."""

    platform: str
    account: str
    campaign: str
    first: date
    last: date
    days: int
    spend: Decimal


@dataclass(frozen=True, slots=True)
class StatusGap:
    """Orders of an account, and how many of them have no status."""

    platform: str
    account: str
    first: date
    last: date
    without: int
    orders: int


@dataclass(frozen=True, slots=True)
class CurrencyUse:
    """An account's amounts in one currency; ``counted`` is False for the days that have no rate for it."""

    fact: str
    platform: str
    account: str
    currency: str
    first: date
    last: date
    rows: int
    counted: bool


@dataclass(frozen=True, slots=True)
class SharedOrders:
    """Orders that two accounts both have."""

    platform: str
    account: str
    other_platform: str
    other_account: str
    first: date
    last: date
    shared: int
    smaller: int


@dataclass(frozen=True, slots=True)
class SourceMedium:
    """Visits by the tag they came with."""

    text: str
    sessions: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class CostMonth:
    """One cost line of the company's own sheet in one month, in the reporting currency."""

    description: str
    cost_type: str
    first: date
    last: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class FileFinding:
    """A finding of an import that still counts, with the facts that the import fills."""

    code: str
    facts: tuple[str, ...]
    platform: str
    import_id: int
    name: str
    period: Period | None
    values: Mapping[str, Any]
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything the checks look at, as it stands on the morning of ``today``."""

    today: date
    covered: Sequence[Covered] = ()
    reaches: Sequence[Reach] = ()
    days: Sequence[AccountDay] = ()
    campaigns: Sequence[CampaignMonth] = ()
    unseen: Sequence[UnseenSpend] = ()
    statuses: Sequence[StatusGap] = ()
    currencies: Sequence[CurrencyUse] = ()
    shared_orders: Sequence[SharedOrders] = ()
    tags: Sequence[SourceMedium] = ()
    costs: Sequence[CostMonth] = ()
    findings: Sequence[FileFinding] = ()
    channels: Channels = field(default_factory=shipped)
    tag_rules: utm.Rules = field(default_factory=utm.Rules)
