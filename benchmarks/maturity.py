"""How right expected ends are, out of sample: demo companies looked back on from a month and more later.

A company is written with a long history of weekly downloads. Of these only the ones made until a Sunday are imported;
the week before that Sunday is asked for, and again the one before it, and judged by what the company's model says
became of them. Nothing later than the Sunday is in the warehouse, and the model's parameters are nowhere in Laban.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from laban.metrics.query import Query
from laban.periods import Period
from laban.report.views.maturity import maturity
from laban.settings import Settings
from laban.sources import read_file
from laban.sources.demo import Parameters, World, simulate, write_files
from laban.sources.demo.files import DemoFile
from laban.sources.model import ReadOptions
from laban.workspace import Workspace

#: Companies (seed, last day of the model), Sundays looked at, and weekly downloads before the first of them.
COMPANIES = (
    *((301, date(2026, 9, 27)), (302, date(2026, 6, 28)), (303, date(2025, 11, 30)), (304, date(2026, 8, 2))),
)
#: One whose Sundays lie around Tết, when parcels wait for a week: told apart, for nothing like it is in its history.
AROUND_TET = (305, date(2026, 3, 29))
SUNDAYS, HISTORY = 10, 12
#: Days after which everything is final.
FINAL_DAYS = 28
KPIS: Mapping[str, str] = {
    "cost_per_conversion": "cost per conversion",
    "return_on_ad_spend": "revenue per unit of ad spend",
    "net_revenue_total": "net revenue after returns",
    "delivered_revenue": "revenue of delivered orders",
    "order_success_rate": "share of orders delivered",
    "return_rate": "share of parcels that come back",
}
_PLATFORMS = {"google_ads", "meta_ads", "tiktok_ads", "own_orders"}


@dataclass(frozen=True, slots=True)
class Judged:
    """A number as it was when it was young, what was expected of it, and what became of it."""

    kpi: str
    week: int
    now: float
    expected: float
    low: float
    high: float
    final: float

    @property
    def held(self) -> bool:
        """Whether the end lay in the band."""
        return self.low <= self.final <= self.high


def judged(seed: int, end: date, folder: Path) -> Iterator[Judged]:
    """Look back on one company."""
    sundays = [end - timedelta(days=FINAL_DAYS + 7 * back) for back in range(SUNDAYS - 1, -1, -1)]
    weekly = HISTORY + SUNDAYS + FINAL_DAYS // 7
    world = simulate(seed, end, weekly + 8, Parameters(weekly_exports=weekly, weekly_orders=weekly))
    files = [file for file in write_files(world) if file.platform in _PLATFORMS]
    files.sort(key=lambda file: (file.end or end, file.name))
    with Workspace.create(folder, Settings(name="x")) as workspace:
        for sunday in sundays:
            while files and (files[0].end or end) <= sunday + timedelta(days=1):
                _load(workspace, files.pop(0), sunday)
            workspace.fixed_today = sunday + timedelta(days=1)
            yield from _weeks(workspace, sunday, world)


def _load(workspace: Workspace, file: DemoFile, sunday: date) -> None:
    """Import a file on the Monday after it was downloaded."""
    monday = datetime.combine(sunday + timedelta(days=1), time(8))
    path = workspace.inbox / file.name
    path.write_bytes(file.data)
    reading = read_file(path, ReadOptions(hash_key=b"accuracy", today=monday.date(), currency="VND"))
    digest = hashlib.sha256(file.data).hexdigest()
    outcome = workspace.warehouse.load(reading, digest=digest, name=file.name, path=path, loaded_at=monday)
    if outcome.status != "loaded":
        raise SystemExit(f"{file.name}: {outcome.status}")


def _weeks(workspace: Workspace, sunday: date, world: World) -> Iterator[Judged]:
    for back in (0, 1):
        first = sunday - timedelta(days=7 * back + 6)
        week = Period(first, first + timedelta(days=7))
        finals = became(world, week)
        result = workspace.run(Query(tuple(KPIS), week))
        for kpi, cell in zip(KPIS, result.rows[0].cells, strict=True):
            made = maturity(workspace, kpi, cell, week)
            if made.expected is not None and made.low is not None and made.high is not None:
                ends = (float(cell.value or 0), float(made.expected), float(made.low), float(made.high))
                yield Judged(kpi, back, *ends, finals[kpi])
            elif made.state != "final":
                print(f"no expectation: {kpi} {week.text()} {made.state}", file=sys.stderr)


def became(world: World, week: Period) -> Mapping[str, float]:
    """What the model says became of the week."""
    ads = [ad for ad in world.ads if ad.day in week]
    orders = [order for order in world.orders if order.at.date() in week and order.status != "cancelled"]
    spend = sum(ad.spend for ad in ads)
    bought = sum(claim.credit for ad in ads for claim in ad.claims) / 100
    counted = bought + sum(ad.leads for ad in ads)
    delivered = [order for order in orders if order.status == "delivered"]
    returned = [order for order in orders if order.status == "returned"]
    return {
        "cost_per_conversion": spend / counted,
        "return_on_ad_spend": sum(claim.value for ad in ads for claim in ad.claims) / spend,
        "net_revenue_total": sum(order.value - order.refund for order in orders),
        "delivered_revenue": sum(order.value for order in delivered),
        "order_success_rate": len(delivered) / len(orders),
        "return_rate": len(returned) / (len(returned) + len(delivered)),
    }


def main() -> None:
    """Print a table of the usual companies, and one of that around Tết."""
    usual = [one for company in COMPANIES for one in looked_back(*company)]
    show(f"{len(COMPANIES)} companies, {SUNDAYS} Sundays each", usual)
    show("a company around Tết", list(looked_back(*AROUND_TET)))


def looked_back(seed: int, end: date) -> Iterator[Judged]:
    """Look back on one company, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield from judged(seed, end, Path(folder))


def show(title: str, found: Sequence[Judged]) -> None:
    """Print a row per KPI and one for all."""
    print(f"{title:<40} {'cases':>5} {'fresh':>8} {'expected':>9} {'in the 80 % band':>17}")
    for kpi, name in (*KPIS.items(), ("", "all")):
        mine = [one for one in found if kpi in {"", one.kpi}]
        if mine:
            fresh, expected = (error(mine, field) for field in ("now", "expected"))
            held = sum(one.held for one in mine) / len(mine)
            print(f"{name:<40} {len(mine):>5} {fresh:>8.1%} {expected:>9.1%} {held:>17.1%}", flush=True)


def error(cases: Sequence[Judged], field: str) -> float:
    """Return the mean distance from what became of it, as a share of that."""
    return sum(abs(getattr(one, field) - one.final) / abs(one.final) for one in cases) / len(cases)


if __name__ == "__main__":
    main()
