"""The page of links: an address is tagged by the naming rules, shortened, and its clicks are shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, Protocol

from laban.i18n import Phrase
from laban.report.views.parts import plain
from laban.tagging import utm
from laban.tagging.channels import Tag
from laban.tagging.links import LONGEST_PLACE, Link
from laban.warehouse import observe

if TYPE_CHECKING:
    from laban.clicks import Click
    from laban.naming import Naming
    from laban.settings import Settings
    from laban.warehouse import Warehouse

#: Days of the counts beside a link.
RECENT: Final = 28
SUGGESTED: Final = 40
FIELDS: Final = ("target", *utm.FIELDS, "place", "copies", "cost")
_MOST_COPIES: Final = 1_000_000_000


class Desk(Protocol):
    """What the page needs of a workspace."""

    @property
    def naming(self) -> Naming:
        """Channel rules and links."""

    @property
    def settings(self) -> Settings:
        """The naming rules, the currency, where links are reached."""

    @property
    def warehouse(self) -> Warehouse:
        """The facts."""

    @property
    def today(self) -> date:
        """The date on the shop's clock."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed, and what comes of it: the tagged address, its channel; what is wrong, what was rewritten."""

    typed: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    channel: str = ""
    rule: str = ""
    mistakes: tuple[Phrase, ...] = ()
    hints: tuple[Phrase, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether the address can be used."""
        return bool(self.address) and not self.mistakes


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A short link with its addresses, its channel and its counts: all, and of the last four weeks."""

    link: Link
    short: str
    code_address: str
    channel: str
    clicks: int
    scans: int
    recent: int


@dataclass(frozen=True, slots=True)
class LinksView:
    """The page."""

    draft: Draft
    media: tuple[str, ...]
    sources: tuple[str, ...]
    campaigns: tuple[str, ...]
    links: tuple[LinkRow, ...]
    faults: tuple[Phrase, ...]
    outside: bool

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        said = [mistake.text("en") for mistake in self.draft.mistakes]
        hints = [hint.text("en") for hint in self.draft.hints]
        kept = replace(self, draft=replace(self.draft, mistakes=(), hints=()), faults=())
        json: dict[str, Any] = plain(kept)
        json["draft"] |= {"mistakes": said, "hints": hints, "sound": self.draft.sound}
        return {**json, "faults": [fault.text("en") for fault in self.faults]}


def links_page(desk: Desk, form: Mapping[str, str], counts: Mapping[Click, int], base: str) -> LinksView:
    """Build the page; ``base`` is the beginning of short addresses where no ``link_host`` is set."""
    naming = desk.naming
    with desk.warehouse.snapshot() as asked:
        visits, names = observe.visits(asked), observe.campaign_names(asked)
    sources = dict.fromkeys(Tag.of(row[0]).source for row in visits)
    known = dict.fromkeys(utm.tidy(row[1]) for row in sorted(names, key=lambda row: str(row[7]), reverse=True))
    return LinksView(
        draft=draft_of(desk, form),
        media=utm.suggested_media(naming.channels, utm.Rules(desk.settings.tag_media)),
        sources=tuple(one for one in sources if utm.is_plain(one))[:SUGGESTED],
        campaigns=tuple(one for one in known if one)[:SUGGESTED],
        links=tuple(_rows(desk, counts, desk.settings.link_host or base)),
        faults=naming.links.faults,
        outside=bool(desk.settings.link_host),
    )


def _rows(desk: Desk, counts: Mapping[Click, int], base: str) -> list[LinkRow]:
    since = desk.today - timedelta(days=RECENT - 1)
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for click, n in counts.items():
        total = totals[click.code]
        total[click.medium == "qr"] += n
        total[2] += n if click.day >= since else 0
    channels = desk.naming.channels
    rows = []
    for link in sorted(desk.naming.links.by_code.values(), key=lambda each: (each.retired, -each.made.toordinal())):
        clicks, scans, recent = totals[link.code]
        channel = channels.channel_of(tag_of(link.tags)) if link.tags else ""
        short, code = f"{base}/l/{link.code}", f"{base}/q/{link.code}"
        rows.append(LinkRow(link, short, code, channel, clicks, scans, recent))
    return rows


def tag_of(values: Mapping[str, str]) -> Tag:
    """Return the tag that visits to an address with these values come with."""
    return Tag(values.get("source", ""), values.get("medium", ""), values.get("campaign", ""))


def draft_of(desk: Desk, form: Mapping[str, str]) -> Draft:
    """Return what comes of what was typed."""
    typed = {name: form.get(name, "").strip() for name in FIELDS}
    values = {name: utm.tidy(typed[name]) for name in utm.FIELDS}
    if not any(typed.values()):
        return Draft(typed)
    mistakes = [Phrase.of(f"links.lacks.{name}") for name in utm.NEEDED if not values[name]]
    hints = [
        Phrase.of("links.rewritten", before=typed[name], after=values[name])
        for name in utm.FIELDS
        if values[name] != typed[name]
    ]
    address = ""
    try:
        address = utm.tagged(typed["target"], values)
    except utm.BadAddressError as error:
        mistakes.insert(0, Phrase.of(f"links.address.{error.reason}"))
    channels, rules = desk.naming.channels, utm.Rules(desk.settings.tag_media)
    tag = tag_of(values)
    found = channels.rule_of(tag)
    wrong = utm.faults(tag, channels, rules) if values["source"] and values["medium"] else ()
    if "not_allowed" in wrong:
        mistakes.append(Phrase.of("links.not_allowed", medium=tag.medium, media=", ".join(rules.media)))
    if "unknown_medium" in wrong and not (found and found.own):
        hints.append(Phrase.of("links.unknown_medium", medium=tag.medium))
    channel = (found.channel if found else "other") if values["source"] and values["medium"] else ""
    return Draft(typed, values, address, channel, found.id if found else "", tuple(mistakes), tuple(hints))


def link_of(draft: Draft, code: str, made: date) -> Link:
    """Return the short link that a sound draft asks for.

    Raises:
        ValueError: it is not sound, or copies or cost are no such numbers; with a ``Phrase``.
    """
    if not draft.sound:
        raise ValueError(draft.mistakes[0] if draft.mistakes else Phrase.of("links.address.empty"))
    place = " ".join(draft.typed["place"].split())[:LONGEST_PLACE]
    return Link(code, draft.address, made, place, _copies(draft.typed["copies"]), _cost(draft.typed["cost"]))


def _copies(text: str) -> int | None:
    digits = text.replace(".", "").replace(",", "").replace(" ", "")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdecimal()) or int(digits) > _MOST_COPIES:
        raise ValueError(Phrase.of("links.bad_number", value=text[:40]))
    return int(digits)


def _cost(text: str) -> Decimal | None:
    plain_text = text.replace(" ", "").removesuffix("₫").removesuffix("đ")
    if not plain_text:
        return None
    try:
        # Whole amounts only: a dot or a comma groups thousands, whichever language it is typed in.
        amount = Decimal(plain_text.replace(".", "").replace(",", ""))
    except InvalidOperation:
        raise ValueError(Phrase.of("links.bad_number", value=text[:40])) from None
    if not amount.is_finite() or amount < 0 or amount > _MOST_COPIES * 1000:
        raise ValueError(Phrase.of("links.bad_number", value=text[:40]))
    return amount
