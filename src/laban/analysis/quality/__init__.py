"""What may be wrong with the data: a list of checks, pure functions from what is stored to doubts.

A check looks at small sums (per day, account, campaign, month), never at rows, and never decides by itself: a doubt
names where to look, and the person says whether it is a fault.
"""

from laban.analysis.quality.checks import CHECKS, doubts
from laban.analysis.quality.evidence import (
    AccountDay,
    CampaignMonth,
    CostMonth,
    Covered,
    CurrencyUse,
    Doubt,
    Evidence,
    FileFinding,
    Level,
    Reach,
    SharedOrders,
    SourceMedium,
    StatusGap,
    UnseenSpend,
)

__all__ = [
    "CHECKS",
    "AccountDay",
    "CampaignMonth",
    "CostMonth",
    "Covered",
    "CurrencyUse",
    "Doubt",
    "Evidence",
    "FileFinding",
    "Level",
    "Reach",
    "SharedOrders",
    "SourceMedium",
    "StatusGap",
    "UnseenSpend",
    "doubts",
]
