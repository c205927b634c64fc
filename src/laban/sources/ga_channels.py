"""Channels of visits as Google Analytics groups them by default: by campaign, medium and kind of site."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from laban.sources.mapping import plain, vocabulary

_SOCIAL = re.compile(
    r"facebook|fb|instagram|ig|tiktok|zalo|youtube|linkedin|lnkd|twitter|x|t\.co|pinterest|threads|reddit|messenger"
)
_SEARCH = re.compile(r"google|bing|yahoo|duckduckgo|baidu|coccoc|yandex|ecosia|naver|startpage|brave")
_VIDEO = re.compile(r"youtube|vimeo|twitch|dailymotion")
_PAID = re.compile(r"(.*cp.*|ppc|retargeting|paid.*)")
_DISPLAY = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})
_SOCIAL_MEDIA = frozenset({"social", "social-network", "social-media", "sm", "social network", "social media"})
_EMAIL = re.compile(r"e[-_ ]?mail|newsletter")
_SHOPPING = re.compile(r"search|shopping|pmax")


@dataclass(frozen=True, slots=True)
class _Click:
    """How a visit came, in small letters; ``site`` is the telling part of the source."""

    source: str
    medium: str
    campaign: str
    site: str

    @property
    def is_paid(self) -> bool:
        """Whether the medium is one that is paid by the click."""
        return bool(_PAID.fullmatch(self.medium)) and self.medium not in _DISPLAY

    @property
    def is_social(self) -> bool:
        """Whether site or medium is a social network."""
        return bool(_SOCIAL.fullmatch(self.site)) or self.medium in _SOCIAL_MEDIA or "social" in self.medium

    @property
    def is_email(self) -> bool:
        """Whether it came from a letter."""
        return bool(_EMAIL.fullmatch(self.source) or _EMAIL.fullmatch(self.medium))

    @property
    def is_search(self) -> bool:
        """Whether it came from a search or a shopping campaign."""
        found = _SEARCH.fullmatch(self.site) or _SHOPPING.search(self.campaign)
        return bool(found) or self.medium in ("cpc", "ppc", "paidsearch")


#: The first rule that holds decides.
RULES: tuple[tuple[str, Callable[[_Click], bool]], ...] = (
    ("direct", lambda click: click.source == "(direct)" and click.medium in ("(not set)", "(none)", "")),
    ("email", lambda click: click.is_email),
    ("affiliate", lambda click: click.medium in ("affiliate", "affiliates")),
    ("messaging", lambda click: click.medium in ("sms", "zns") or click.source in ("sms", "zns")),
    ("offline", lambda click: click.medium in ("audio", "qr", "offline", "flyer", "print")),
    ("video", lambda click: click.is_paid and bool(_VIDEO.fullmatch(click.site))),
    ("paid_social", lambda click: click.is_paid and click.is_social),
    ("paid_search", lambda click: click.is_paid and click.is_search),
    ("other", lambda click: click.is_paid),
    ("display", lambda click: click.medium in _DISPLAY),
    (
        "organic_social",
        lambda click: click.is_social or bool(_VIDEO.fullmatch(click.site)) or "video" in click.medium,
    ),
    ("organic_search", lambda click: click.medium == "organic" or bool(_SEARCH.fullmatch(click.site))),
    ("referral", lambda click: click.medium in ("referral", "app", "link")),
)


def channel_of(source: str, medium: str, campaign: str = "", group: str = "") -> str:
    """Return the channel of a visit; ``group`` is the one that Google itself names, where it does."""
    said = vocabulary("channels").get(plain(group)) if group else None
    if said:
        return said
    low = source.casefold()
    click = _Click(low, medium.casefold(), campaign.casefold(), _site(low))
    return next((channel for channel, holds in RULES if holds(click)), "other")


def _site(source: str) -> str:
    """Return the telling part of a source: ``l.facebook.com`` and ``facebook`` are one site."""
    if source == "t.co":
        return source
    host = source.split("/", maxsplit=1)[0].removeprefix("www.")
    parts = [part for part in host.split(".") if part not in ("com", "vn", "net", "org", "co", "me")]
    return next((part for part in parts if len(part) > 2), parts[0] if parts else host)
