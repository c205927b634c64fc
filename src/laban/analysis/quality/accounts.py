"""Checks over accounts: one that is there twice, money that changes its currency or size, orders without status."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise

from laban.analysis.quality.evidence import AccountDay, CurrencyUse, Doubt, Evidence, Level
from laban.periods import Period, unit_of

_DAY = timedelta(days=1)
#: Two accounts are one when so many days, and this share of those they have in common, are equal to the last digit.
_EQUAL_DAYS = 5
_EQUAL_SHARE = 0.9
#: Two shops are one when this share of the smaller one's orders is in the other.
_SHARED_SHARE = 0.5
_SHARED_ORDERS = 5
#: An average price that is this many times what it was the month before is in another unit.
_JUMP = 20
#: Numbers that tell an account apart, by fact: all must be equal.
_SIGNATURE = {
    "fact_ad_performance": ("spend", "impressions", "clicks"),
    "fact_web_sessions": ("sessions", "key_events"),
    "fact_search_performance": ("clicks", "impressions"),
}
#: Amount and what it is paid for, by fact.
_PRICES = {"fact_ad_performance": ("spend", "clicks"), "fact_order": ("amount", "orders")}


def same_numbers(evidence: Evidence) -> Iterator[Doubt]:
    """Two accounts of a platform with the same numbers day by day: one account under two names."""
    accounts: dict[tuple[str, str], dict[str, dict[date, tuple[Decimal | None, ...]]]] = defaultdict(dict)
    for row in evidence.days:
        if names := _SIGNATURE.get(row.fact):
            signature = tuple(row.sums.get(name) for name in names)
            if any(signature):
                accounts[row.fact, row.platform].setdefault(row.account, {})[row.day] = signature
    for (fact, platform), days in accounts.items():
        for one, other in combinations(sorted(days), 2):
            common = sorted(days[one].keys() & days[other].keys())
            equal = [day for day in common if days[one][day] == days[other][day]]
            if len(equal) >= _EQUAL_DAYS and len(equal) >= _EQUAL_SHARE * len(common):
                period = Period(equal[0], equal[-1] + _DAY)
                values = {"one": one, "other": other, "days": len(equal)}
                yield Doubt("same_account", "error", (fact,), (), platform, other, period, values)


def shared_orders(evidence: Evidence) -> Iterator[Doubt]:
    """Two shops that have the same orders."""
    for pair in evidence.shared_orders:
        if pair.shared >= _SHARED_ORDERS and pair.shared >= _SHARED_SHARE * pair.smaller:
            same = pair.platform == pair.other_platform
            values = {
                "one": pair.account if same else pair.platform,
                "other": pair.other_account if same else pair.other_platform,
                "orders": pair.shared,
            }
            period = Period(pair.first, pair.last + _DAY)
            facts = ("fact_order", "fact_order_line")
            yield Doubt("same_orders", "error", facts, (), pair.other_platform, pair.other_account, period, values)


def currency_changes(evidence: Evidence) -> Iterator[Doubt]:
    """An account whose amounts are in one currency and then in another: it hardly ever is."""
    uses: dict[tuple[str, str, str], list[CurrencyUse]] = defaultdict(list)
    for use in evidence.currencies:
        if use.currency:
            uses[use.fact, use.platform, use.account].append(use)
    for (fact, platform, account), found in uses.items():
        for before, after in pairwise(sorted(found, key=lambda use: (use.first, use.currency))):
            if fact == "fact_marketing_cost" or before.last >= after.last or before.currency == after.currency:
                continue  # bills come in any currency, and a currency used in between is a purchase abroad
            values = {"before": before.currency, "after": after.currency, "day": after.first}
            period = Period(after.first, after.last + _DAY)
            yield Doubt("currency_change", "warning", (fact,), _MONEY[fact], platform, account, period, values)


#: Money columns by fact.
_MONEY = {
    "fact_ad_performance": ("spend_reporting", "conversion_value_reporting"),
    "fact_web_sessions": ("revenue_reporting",),
    "fact_order": ("gross_amount", "net_amount", "discount_amount", "refund_amount"),
    "fact_marketing_cost": ("amount_reporting",),
}


def without_rate(evidence: Evidence) -> Iterator[Doubt]:
    """Amounts that count nowhere because nobody said what their currency is worth."""
    for use in evidence.currencies:
        if not use.counted:
            period = Period(use.first, use.last + _DAY)
            values = {"currency": use.currency, "rows": use.rows}
            columns = _MONEY.get(use.fact, ())
            yield Doubt("no_rate", "error", (use.fact,), columns, use.platform, use.account, period, values)


def unit_jumps(evidence: Evidence) -> Iterator[Doubt]:
    """An average price that grows or shrinks many times over from one month to the next: thousands, or a currency."""
    months: dict[tuple[str, str, str], dict[date, list[Decimal]]] = defaultdict(dict)
    for row in evidence.days:
        names = _PRICES.get(row.fact)
        if names is None or not _both(row, names):
            continue
        sums = months[row.fact, row.platform, row.account].setdefault(row.day.replace(day=1), [Decimal(0)] * 2)
        for place, name in enumerate(names):
            sums[place] += row.sums[name] or 0
    for (fact, platform, account), found in months.items():
        prices = {month: amount / count for month, (amount, count) in sorted(found.items()) if amount > 0 and count}
        for (_, before), (month, after) in pairwise(prices.items()):
            factor = after / before
            if factor >= _JUMP or factor * _JUMP <= 1:
                values = _jump(before, after) | {"day": month}
                period = unit_of(month, "month")
                yield Doubt("unit_jump", "warning", (fact,), _MONEY[fact], platform, account, period, values)


def _jump(before: Decimal, after: Decimal) -> dict[str, object]:
    return {"before": before, "after": after, "money": ("before", "after")}


def _both(row: AccountDay, names: tuple[str, str]) -> bool:
    return all(row.sums.get(name) is not None for name in names)


def without_status(evidence: Evidence) -> Iterator[Doubt]:
    """Orders of which nobody knows whether they were delivered, cancelled or sent back."""
    for gap in evidence.statuses:
        if gap.without:
            period = Period(gap.first, gap.last + _DAY)
            values = {"orders": gap.without, "all": gap.orders}
            facts = ("fact_order", "fact_order_line")
            level: Level = "warning" if 10 * gap.without >= gap.orders else "info"
            yield Doubt("no_status", level, facts, ("status",), gap.platform, gap.account, period, values)
