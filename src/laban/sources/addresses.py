"""Addresses to sites: who links, to whom, and whose list a file is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit


def host_of(address: str | None) -> str | None:
    """Return the host of an address in one spelling, without ``www.``; None for what is no address."""
    text = (address or "").strip()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname
    except ValueError:
        return None
    bare = (host or "").casefold().removeprefix("www.").strip(".")
    return bare if "." in bare and " " not in bare else None


def sites_of(addresses: Sequence[str | None]) -> list[str | None]:
    """Return the site of each address: parts of a site (``blog.shop.vn``) are the site if that is listed too."""
    hosts = [host_of(address) for address in addresses]
    known = {host for host in hosts if host}
    return [None if host is None else _whole_site(host, known) for host in hosts]


def _whole_site(host: str, known: set[str]) -> str:
    parts = host.split(".")
    wider = (".".join(parts[n:]) for n in range(len(parts) - 2, 0, -1))
    return next((site for site in wider if site in known), host)


def main_site(addresses: Sequence[str | None]) -> str | None:
    """Return the site that most addresses belong to; of equals the first."""
    found = Counter(site for site in sites_of(addresses) if site)
    return found.most_common(1)[0][0] if found else None


_DOMAIN = re.compile(
    r"(?<![\w.-])(?:www\.)?(?P<domain>(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12})(?=$|[^a-z0-9.]|\.(?:csv|xlsx?|txt)\b)"
)


def domain_in(text: str | None) -> str | None:
    """Return the first domain that stands in a text, as in the name of a download; None if none does."""
    found = _DOMAIN.search((text or "").replace("_", " "))
    return found["domain"] if found else None
