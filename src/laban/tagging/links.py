"""Short links of one's own: ``links.yaml`` in the workspace says where each leads and what it hangs on.

links:
- {code: k7m2qx, target: "https://shop.vn/?utm_source=to_roi&utm_medium=qr", made: 2026-11-20, place: Tờ rơi quận 1}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import yaml

from laban.i18n import Phrase
from laban.tagging.utm import BadAddressError, address, tag_of

FILE: Final = "links.yaml"
#: Letters and figures that nobody mistakes for each other on paper.
LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH: Final = 6
MOST: Final = 5000
LONGEST_PLACE: Final = 120
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")


@dataclass(frozen=True, slots=True)
class Link:
    """A short link. ``place`` is where it hangs.

    ``copies`` (how many were handed out) and ``cost`` make it an activity beside the web: a flyer, a poster.
    """

    code: str
    target: str
    made: date
    place: str = ""
    copies: int | None = None
    cost: Decimal | None = None
    retired: bool = False

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags of the address it leads to."""
        return tag_of(self.target)


@dataclass(frozen=True, slots=True)
class Links:
    """All links by code, and what was left out as wrong."""

    by_code: Mapping[str, Link] = field(default_factory=dict)
    faults: tuple[Phrase, ...] = ()

    def get(self, code: str) -> Link | None:
        """Return the link of a code, whatever its case; None for none and for one taken out of use."""
        found = self.by_code.get(code.casefold())
        return None if found is None or found.retired else found

    def with_link(self, link: Link) -> Links:
        """Return the links with one more, or with one changed."""
        return replace(self, by_code={**self.by_code, link.code: link})

    def free_code(self, choose: Callable[[str], str]) -> str:
        """Return a code that nobody has; ``choose`` picks a letter."""
        while True:
            code = "".join(choose(LETTERS) for _ in range(LENGTH))
            if code not in self.by_code:
                return code


def is_code(text: str) -> bool:
    """Return whether a text can be a code."""
    return bool(_CODE.fullmatch(text))


def read(text: str) -> Links:
    """Read ``links.yaml``; what is wrong in it is told and left out."""
    try:
        found = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return Links(faults=(Phrase.of("links.unreadable", line=mark.line + 1 if mark else 1),))
    entries = found.get("links") or [] if isinstance(found, dict) else None
    if not isinstance(entries, list):
        return Links(faults=(Phrase.of("links.shape"),))
    links: dict[str, Link] = {}
    faults: list[Phrase] = []
    for number, entry in enumerate(entries[:MOST], 1):
        try:
            link = _link(entry)
        except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation):
            faults.append(Phrase.of("links.entry_fault", number=number))
            continue
        links.setdefault(link.code, link)
    return Links(links, tuple(faults))


def _link(entry: Any) -> Link:
    code, made = str(entry["code"]).casefold(), entry["made"]
    if not is_code(code) or not isinstance(made, date):
        raise ValueError(code)
    cost = None if entry.get("cost") is None else Decimal(str(entry["cost"]))
    copies = None if entry.get("copies") is None else int(entry["copies"])
    if (cost is not None and (not cost.is_finite() or cost < 0)) or (copies is not None and copies < 0):
        raise ValueError(code)
    place = " ".join(str(entry.get("place") or "").split())[:LONGEST_PLACE]
    try:
        target = address(str(entry["target"]))
    except BadAddressError as error:
        raise ValueError(error.reason) from None
    return Link(code, target, made, place, copies, cost, bool(entry.get("retired", False)))


def write(links: Iterable[Link]) -> str:
    """Return the text of ``links.yaml``."""
    said = [_plain(link) for link in links]
    return yaml.safe_dump({"links": said}, allow_unicode=True, sort_keys=False, width=200) if said else ""


def _plain(link: Link) -> dict[str, Any]:
    said: dict[str, Any] = {"code": link.code, "target": link.target, "made": link.made}
    if link.place:
        said["place"] = link.place
    if link.copies is not None:
        said["copies"] = link.copies
    if link.cost is not None:
        said["cost"] = str(link.cost)
    if link.retired:
        said["retired"] = True
    return said
