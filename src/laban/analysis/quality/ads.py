"""Checks over advertising: money without anything shown, results without clicks, the same spend on an invoice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from laban.analysis.quality.evidence import CostMonth, Doubt, Evidence
from laban.periods import Period, unit_of

_DAY = timedelta(days=1)
#: Named one by one, the largest first.
_NAMED = 10
#: Conversions after a mere view are few; above the clicks something is counted twice.
_FEW = 20
#: What an invoice adds to what the platform took: nothing, or VAT of 5, 8 or 10 %.
_VAT = (Decimal(1), Decimal("1.05"), Decimal("1.08"), Decimal("1.1"))
#: One invoice within this share of a month's spend may be chance in none of a dozen lines; two of a kind need less.
_EXACT = Decimal("0.002")
_NEAR = Decimal("0.01")
#: A line that repeats a platform does so in this share of its months at least: a salary that never changes is met now
#: and then by a spend that varies around it.
_MOSTLY = Decimal("0.5")


def spend_unseen(evidence: Evidence) -> Iterator[Doubt]:
    """Days with spend and not one impression: a column is missing or mistaken for another."""
    ranked = sorted(evidence.unseen, key=lambda found: -found.spend)
    for found in ranked[:_NAMED]:
        values = {"campaign": found.campaign, "days": found.days, "spend": found.spend, "money": ("spend",)}
        yield Doubt(
            *("spend_unseen", "warning", ("fact_ad_performance",), ("impressions", "spend_reporting")),
            *(found.platform, found.account, Period(found.first, found.last + _DAY), values),
        )


def conversions_above_clicks(evidence: Evidence) -> Iterator[Doubt]:
    """Months in which a campaign has more conversions than clicks."""
    found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for place, month in enumerate(evidence.campaigns):
        if month.conversions > month.clicks and month.conversions >= _FEW:
            found[month.platform, month.account, month.campaign].append(place)
    ranked = sorted(found.items(), key=lambda item: -sum(evidence.campaigns[n].conversions for n in item[1]))
    for (platform, account, campaign), places in ranked[:_NAMED]:
        months = [evidence.campaigns[n] for n in places]
        period = Period(min(m.first for m in months), max(m.last for m in months) + _DAY)
        values = {
            "campaign": campaign,
            "conversions": sum(m.conversions for m in months),
            "clicks": sum(m.clicks for m in months),
        }
        columns = ("conversions", "purchases", "leads", "results")
        facts = ("fact_ad_performance",)
        yield Doubt("conversions_above_clicks", "warning", facts, columns, platform, account, period, values)


def repeated_invoices(evidence: Evidence) -> Iterator[Doubt]:
    """Cost lines that are what a platform took in that month: written down by hand, the spend counts twice."""
    spend = _spend_by_month(evidence)
    repeats: dict[tuple[str, str, str], list[tuple[CostMonth, Decimal]]] = defaultdict(list)
    compared: dict[tuple[str, str, str], int] = defaultdict(int)
    for line in evidence.costs:
        for platform, amounts in spend.items():
            taken = amounts.get(line.first.replace(day=1), Decimal(0))
            if taken > 0 and line.amount > 0:
                compared[line.description, line.cost_type, platform] += 1
                off = min(abs(line.amount / taken / vat - 1) for vat in _VAT)
                if off <= _NEAR:
                    repeats[line.description, line.cost_type, platform].append((line, off))
    for (description, kind, platform), lines in repeats.items():
        if len(lines) < 2 and min(off for _, off in lines) > _EXACT:
            continue
        if len(lines) < _MOSTLY * compared[description, kind, platform]:
            continue
        months = [unit_of(line.first, "month") for line, _ in lines]
        period = Period(min(m.start for m in months), max(m.end for m in months))
        amount = sum((line.amount for line, _ in lines), Decimal(0))
        values = {"line": description, "months": len(lines), "amount": amount, "money": ("amount",)}
        facts = ("fact_marketing_cost",)
        yield Doubt("repeated_invoice", "error", facts, ("amount_reporting",), platform, "", period, values)


def _spend_by_month(evidence: Evidence) -> Mapping[str, Mapping[date, Decimal]]:
    """What each platform took, by the first day of the month; under "" all of them together."""
    found: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in evidence.days:
        if row.fact == "fact_ad_performance" and row.sums.get("spend_reporting"):
            for platform in (row.platform, ""):
                found[platform][row.day.replace(day=1)] += row.sums["spend_reporting"] or 0
    if len(found) == 2:
        del found[""]
    return found
