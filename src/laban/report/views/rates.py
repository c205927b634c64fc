"""The page of exchange rates: which currencies are used, at what rate, and on which days there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from laban.periods import Period
from laban.report.views.parts import plain
from laban.warehouse import observe

if TYPE_CHECKING:
    from laban.workspace import Workspace

_DAY = timedelta(days=1)
#: Rates of single days that are listed per currency, the newest first.
LISTED = 12


@dataclass(frozen=True, slots=True)
class DayRate:
    """A rate that somebody wrote down for a day."""

    day: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class CurrencyRow:
    """A currency that amounts are in or that has a rate.

    ``fixed`` is the rate for all days that the settings give. ``rows`` counts amounts, ``missing`` are the days of
    amounts that have no rate, as first to last day without a day that has one in between.
    """

    code: str
    fixed: Decimal | None
    latest: DayRate | None
    listed: tuple[DayRate, ...]
    days: int
    rows: int
    missing: tuple[Period, ...]
    missing_days: int


@dataclass(frozen=True, slots=True)
class RatesView:
    """The page. ``reporting`` is the currency that everything is told in."""

    shop: str
    reporting: str
    today: date
    currencies: tuple[CurrencyRow, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        found: dict[str, Any] = plain(self)
        return found


def rates_page(workspace: Workspace) -> RatesView:
    """Build the page."""
    reporting = workspace.settings.currency
    with workspace.warehouse.snapshot() as asked:
        used = observe.currency_days(asked)
        said = observe.rates_said(asked)
    fixed = {code: rate for code, rate in workspace.settings.rates.items() if code != reporting}
    codes = sorted({*used, *said, *fixed} - {reporting, ""})
    rows = tuple(_row(code, fixed.get(code), said.get(code, ()), used.get(code, ())) for code in codes)
    return RatesView(workspace.settings.name, reporting, workspace.today, rows)


def _row(
    code: str, fixed: Decimal | None, said: Sequence[tuple[date, Decimal]], used: Sequence[observe.CurrencyDay]
) -> CurrencyRow:
    rates = [DayRate(day, rate) for day, rate in sorted(said, reverse=True)]
    bare = [day.day for day in used if not day.counted]
    return CurrencyRow(
        code=code,
        fixed=fixed,
        latest=rates[0] if rates else None,
        listed=tuple(rates[:LISTED]),
        days=len(rates),
        rows=sum(day.rows for day in used),
        missing=tuple(_spans(bare, {day.day for day in used if day.counted})),
        missing_days=len(bare),
    )


def _spans(days: Sequence[date], between: set[date]) -> list[Period]:
    """Join days to spans; a day in ``between`` parts two."""
    found: list[Period] = []
    for day in sorted(days):
        if found and not any(found[-1].end <= other < day for other in between):
            found[-1] = Period(found[-1].start, day + _DAY)
        else:
            found.append(Period(day, day + _DAY))
    return found
