"""Who is no person: programs that follow links, looks ahead of browsers and messengers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

#: What programs call themselves. Browsers inside apps (FBAN, Zalo iOS, Instagram) are people and say Mozilla first.
_ROBOT: Final = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|facebookcatalog|meta-external|^whatsapp|^skype|"
    r"^viber|linkcheck|monitor|uptime|pingdom|lighthouse|headless|phantom|scan|fetch|archive|validator|feed|"
    r"^curl|^wget|python|^java|okhttp|go-http|libwww|http-?client|axios|node|ruby|perl|google-|adsbot|"
    r"mediapartners|apis-google|bing(bot|preview)|yandex|baidu|coccocbot|embedly|quora link|outbrain|vkshare",
    re.IGNORECASE,
)
_AHEAD: Final = ("purpose", "sec-purpose", "x-purpose", "x-moz")
_TABLET: Final = re.compile(r"ipad|tablet|android(?!.*mobile)", re.IGNORECASE)
_MOBILE: Final = re.compile(r"mobi|iphone|android", re.IGNORECASE)
_HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def is_robot(headers: Mapping[str, str]) -> bool:
    """Return whether a request is no click of a person: a program, or a look ahead."""
    agent = headers.get("user-agent", "").strip()
    ahead = " ".join(headers.get(name, "") for name in _AHEAD).lower()
    return not agent or bool(_ROBOT.search(agent)) or "prefetch" in ahead or "preview" in ahead


def device_of(agent: str) -> str:
    """Return the kind of device that an agent speaks of; nothing else of it is kept."""
    if _TABLET.search(agent):
        return "tablet"
    return "mobile" if _MOBILE.search(agent) else "desktop"


def site_of_referrer(referrer: str) -> str:
    """Return the name of the site that led here, without the page; empty where it is not told."""
    try:
        host = (urlsplit(referrer).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""
    return host if len(host) <= 80 and _HOST.fullmatch(host) else ""
