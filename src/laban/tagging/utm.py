"""Tags of addresses (utm_source and its like): naming rules, the tagged address, and what is wrong with a tag."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from laban.tagging.channels import Channels, Tag

FIELDS: Final = ("source", "medium", "campaign", "content", "term")
#: Without these a visit cannot be told from others.
NEEDED: Final = ("source", "medium", "campaign")
LONGEST: Final = 100
LONGEST_ADDRESS: Final = 2000
#: What our tags are made of; a dot and a plus may stand inside.
_PLAIN: Final = re.compile(r"[a-z0-9][a-z0-9._+-]*")

Fault = Literal["capitals", "blanks", "accents", "signs", "no_source", "no_medium", "unknown_medium", "not_allowed"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a company writes its tags: the media it allows; none means any that a channel rule knows."""

    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadAddressError(ValueError):
    """An address that cannot be tagged; ``reason`` names the sentence ``links.address.<reason>``."""

    reason: str


def tidy(value: str) -> str:
    """Return a value as the naming rules want it: small letters, no accents, ``_`` for blanks."""
    bare = unicodedata.normalize("NFD", value.strip().casefold().replace("đ", "d"))
    plain = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9._+-]+", "_", plain).strip("_.-+")[:LONGEST]


def faults(tag: Tag, channels: Channels, rules: Rules) -> tuple[Fault, ...]:
    """Return what is wrong with the source and the medium of a tag."""
    found: list[Fault] = []
    if not tag.source:
        found.append("no_source")
    if not tag.medium:
        found.append("no_medium")
    both = f"{tag.source}{tag.medium}"
    if both != both.lower():
        found.append("capitals")
    if " " in tag.source or (" " in tag.medium and not channels.knows_medium(tag.medium)):
        found.append("blanks")
    if tidy(both.replace(" ", "").lower()) != both.replace(" ", "").lower() and not both.isascii():
        found.append("accents")
    medium = tag.medium.casefold()
    if tag.medium and not channels.knows_medium(medium):
        found.append("unknown_medium")
    elif tag.medium and rules.media and medium not in rules.media and medium not in channels.untagged:
        found.append("not_allowed")
    return tuple(found)


def address(value: str) -> str:
    """Return a web address as it can be tagged; ``https://`` is put before a bare name.

    Raises:
        BadAddressError: it is none, or leads elsewhere than to a web page.
    """
    text = value.strip()
    if not text:
        raise BadAddressError("empty")
    if len(text) > LONGEST_ADDRESS or any(ord(letter) < 33 or letter in '<>"\\^`{|}' for letter in text):
        raise BadAddressError("signs")
    if "://" not in text and not re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", text, re.IGNORECASE):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        raise BadAddressError("signs") from None
    del port  # only whether it can be read
    if parts.scheme not in ("http", "https"):
        raise BadAddressError("scheme")
    if "@" in parts.netloc or not re.fullmatch(r"[\w-]+(\.[\w-]+)+|localhost", host):
        raise BadAddressError("host")
    return text


def tagged(base: str, values: Mapping[str, str]) -> str:
    """Return an address with its tags; tags that it has already give way, all else of it stays."""
    parts = urlsplit(address(base))
    ours = [(f"utm_{name}", values[name]) for name in FIELDS if values.get(name)]
    replaced = {name for name, _ in ours}
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in replaced]
    return urlunsplit(parts._replace(query=urlencode([*kept, *ours], safe="+"), path=parts.path or "/"))


def tag_of(target: str) -> Mapping[str, str]:
    """Return the tags of an address by field."""
    given = dict(parse_qsl(urlsplit(target).query, keep_blank_values=False))
    return {name: given[f"utm_{name}"] for name in FIELDS if given.get(f"utm_{name}")}


def is_plain(value: str) -> bool:
    """Return whether a value keeps to the naming rules."""
    return bool(_PLAIN.fullmatch(value)) and len(value) <= LONGEST


def suggested_media(channels: Channels, rules: Rules) -> tuple[str, ...]:
    """Return the media to choose from: those that the company allows, else those that rules name plainly."""
    if rules.media:
        return rules.media
    named: Iterable[str] = (p for rule in channels.rules for one in rule.when for p in one.medium)
    usual = ("cpc", "paid_social", "social", "email", "display", "affiliate", "qr", "zns", "video")
    return tuple(dict.fromkeys((*usual, *(p for p in named if is_plain(p)))))
