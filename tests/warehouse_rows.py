"""Small readings for the tests of the warehouse."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from laban.sources.model import Grain, Reading, Slice
from laban.warehouse import LoadOutcome, Warehouse

NOON = datetime(2026, 11, 16, 12)  # noqa: DTZ001  facts are kept in the shop's time
D = Decimal


def day(number: int) -> date:
    return date(2026, 11, 1) + timedelta(days=number - 1)


def ads(
    rows: list[tuple[date, str, str]],
    start: date,
    end: date,
    *,
    cut: str = "campaign",
    rank: int = 0,
    grain: Grain = "day",
    currency: str = "VND",
    account: str = "",
) -> Slice:
    return Slice(
        fact="fact_ad_performance",
        platform="google_ads",
        account=account,
        cut=cut,
        grain=grain,
        start=start,
        end=end,
        columns=("date", "campaign", "spend", "currency"),
        rows=[(d, c, D(spend), currency) for d, c, spend in rows],
        rank=rank,
    )


def orders(rows: Sequence[tuple[str, date, str | None, str, str]]) -> Slice:
    return Slice(
        fact="fact_order",
        platform="shop",
        account="",
        cut="order",
        grain="day",
        start=None,
        end=None,
        columns=("order_id", "date", "order_ts", "customer_key", "status", "net_amount", "channel_group"),
        rows=[
            (i, d, datetime.combine(d, datetime.min.time()), who, status, D(amount), "paid_social")
            for i, d, who, status, amount in rows
        ],
    )


def load(warehouse: Warehouse, folder: Path, name: str, *slices: Slice, **more: Any) -> LoadOutcome:
    path = folder / name
    path.write_text(f"{name} {slices!r}", "utf-8")
    platform = more.pop("platform", "google_ads")
    reading = Reading(name, platform, "loaded", sum(len(s.rows) for s in slices), slices=slices, **more)
    return warehouse.load(
        reading, digest=hashlib.sha256(path.read_bytes()).hexdigest(), name=name, path=path, loaded_at=NOON
    )
