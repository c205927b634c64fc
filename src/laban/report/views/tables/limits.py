"""What a table leaves out that only the data can tell: for referrals, one's own pages and payment gates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from laban.metrics.query import Query, Where
from laban.report.views.parts import Frame, Source

#: Hosts that only carry a buyer back from paying; a visit from them brought nobody.
PAYMENT_GATES: Final = (
    "vnpay", "vnpayment", "momo.vn", "zalopay", "onepay", "napas", "payoo", "shopeepay", "airpay", "viettelpay",
    "viettelmoney", "moca.vn", "fundiin", "kredivo", "alepay", "nganluong", "baokim", "9pay", "appotapay", "senpay",
    "paypal", "stripe.com", "checkout.stripe", "2checkout", "payoneer", "3dsecure", "cardinalcommerce",
    "apple.com/pay", "pay.google", "vtcpay", "smartpay", "galaxypay", "acs.",
)  # fmt: skip

#: A source that no session has, for when every one is left out.
NONE: Final = "\x1fnone"


def referral(source: Source, around: Frame, switches: Mapping[str, str]) -> Where:
    """Return the limit to partner sites: no own domains, no payment gates.

    The usual reading is the channel "referral"; the other one, "with_social", counts social networks as well.
    """
    channels = ("referral", "organic_social") if switches.get("reading") == "with_social" else ("referral",)
    limit: Where = (("channel", channels),)
    query = Query(("website_traffic",), around.period, by=("source_medium",), where=limit, compare=around.compare)
    members = [row.key[0] or "" for row in source.run(query).rows]
    kept = tuple(name for name in members if not left_out(name, source.settings.own_domains))
    return (*limit, ("source_medium", kept or (NONE,))) if len(kept) < len(members) else limit


def left_out(source_medium: str, own_domains: tuple[str, ...]) -> bool:
    """Return whether a source is one of one's own domains or a payment gate."""
    host = re.split(r"[\s/]", source_medium.strip().lower(), maxsplit=1)[0]
    own = any(host == domain or host.endswith(f".{domain}") for domain in map(_bare, own_domains) if domain)
    return own or any(gate in host for gate in PAYMENT_GATES)


def _bare(domain: str) -> str:
    return re.sub(r"^(https?://)?(www\.)?", "", domain.strip().lower()).split("/")[0]


LIMITS: Final[Mapping[str, Callable[[Source, Frame, Mapping[str, str]], Where]]] = {"referral": referral}
