"""The quality page: what may be wrong with the data, ranked by the KPIs it touches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from laban.analysis import quality
from laban.analysis.quality import Doubt, Level
from laban.periods import Period
from laban.report.views.common import head
from laban.report.views.doubts import doubts_of, touches, within
from laban.report.views.parts import KpiHead, Source, plain

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue

#: A doubt about days further back than this stands below those about recent days.
RECENT_DAYS = 92
#: KPIs of this pack come first among those that a doubt touches.
_FIRST_PACK = "weekly_seven"


@dataclass(frozen=True, slots=True)
class Doubted:
    """One doubt on the page.

    Attributes:
        doubt: What may be wrong, where and when.
        kpis: The KPIs whose numbers it touches, those of the weekly pack first.
        recent: Whether it speaks of the last 92 days, or of all days.
    """

    doubt: Doubt
    kpis: tuple[KpiHead, ...]
    recent: bool


@dataclass(frozen=True, slots=True)
class QualityView:
    """The quality page.

    Attributes:
        shop: Name of the shop.
        currency: Reporting currency.
        today: The date on the shop's clock.
        checks: How many checks were made.
        kpi: The KPI that the page is narrowed to, or None.
        period: The days that the page is narrowed to, or None.
        doubts: Recent ones first, then by how many KPIs they touch.
        hidden: How many doubts there are beside those shown.
    """

    shop: str
    currency: str
    today: date
    checks: int
    kpi: KpiHead | None
    period: Period | None
    doubts: tuple[Doubted, ...]
    hidden: int

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


def quality_page(source: Source, *, kpi: str | None = None, period: Period | None = None) -> QualityView:
    """Build the quality page, of everything or of what touches one KPI in a period.

    Raises:
        UnknownNameError: there is no such KPI.
    """
    catalogue = source.catalogue
    chosen = catalogue.kpi(kpi) if kpi else None
    found = doubts_of(source)
    shown = [doubt for doubt in found if within(doubt, period) and (kpi is None or touches(catalogue, doubt, kpi))]
    touched = _touched(catalogue, shown)
    recent = Period(source.today - timedelta(days=RECENT_DAYS), source.today)
    listed = [Doubted(doubt, touched[place], within(doubt, recent)) for place, doubt in enumerate(shown)]
    return QualityView(
        shop=source.settings.name,
        currency=source.settings.currency,
        today=source.today,
        checks=len(quality.CHECKS),
        kpi=head(chosen) if chosen else None,
        period=period,
        doubts=tuple(sorted(listed, key=_order)),
        hidden=len(found) - len(shown),
    )


_GRAVE: Mapping[Level, int] = {"error": 0, "warning": 1, "info": 2}


def _order(item: Doubted) -> tuple[object, ...]:
    period = item.doubt.period
    newest = -period.end.toordinal() if period else -date.max.toordinal()
    return not item.recent, item.doubt.level == "info", -len(item.kpis), _GRAVE[item.doubt.level], newest


def _touched(catalogue: Catalogue, doubts: Sequence[Doubt]) -> list[tuple[KpiHead, ...]]:
    first = catalogue.packs[_FIRST_PACK].kpis if _FIRST_PACK in catalogue.packs else ()
    names = tuple(dict.fromkeys((*first, *catalogue.kpis)))
    return [tuple(head(catalogue.kpi(k)) for k in names if touches(catalogue, doubt, k)) for doubt in doubts]
