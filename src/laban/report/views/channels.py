"""The page of channel rules: every rule with the visits that fall into it, and what a change would move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol

from laban.facts import CHANNEL_CLASSES, CHANNEL_GROUPS
from laban.i18n import Phrase
from laban.report.views.parts import plain
from laban.tagging.channels import (
    FIELDS,
    OTHER,
    Channels,
    OwnChannels,
    Rule,
    Tag,
    own_rule,
    shipped,
    with_own,
)
from laban.tagging.kept import KeptFile
from laban.warehouse import observe

if TYPE_CHECKING:
    from laban.naming import Naming
    from laban.warehouse import Warehouse

#: Tags shown under a rule, and moves shown in a preview.
SHOWN: Final = 8
MOVES: Final = 40
VERSIONS: Final = 12
CHANGES: Final = ("add", "remove", "up", "down")


class Desk(Protocol):
    """What the page needs of a workspace."""

    @property
    def naming(self) -> Naming:
        """What the company calls channels."""

    @property
    def warehouse(self) -> Warehouse:
        """The facts."""


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits by the tag they came with: the channel that their file said, and the one they count for now."""

    source_medium: str
    campaign: str
    said: str
    now: str
    sessions: Decimal

    @property
    def tag(self) -> Tag:
        """The tag, in small letters."""
        return Tag.of(self.source_medium.casefold(), self.campaign.casefold())


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule: its conditions in words, its visits, and the tags that most of them came with."""

    id: str
    channel: str
    own: bool
    local: bool
    conditions: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...]
    sessions: Decimal
    tags: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What a person wants to change: one of ``CHANGES``, the number of the rule (from 1), or a new one's words."""

    do: str = ""
    number: int = 0
    channel: str = ""
    patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """Visits that would count for another channel."""

    source_medium: str
    campaign: str
    before: str
    after: str
    sessions: Decimal


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of the rules: when it began, how many own rules it has."""

    number: int
    at: datetime
    rules: int


@dataclass(frozen=True, slots=True)
class ChannelsView:
    """The page."""

    own: tuple[RuleRow, ...]
    shipped: tuple[RuleRow, ...]
    outside: RuleRow
    classes: Mapping[str, tuple[str, ...]]
    usual_classes: bool
    channels: tuple[str, ...]
    faults: tuple[Phrase, ...]
    versions: tuple[VersionRow, ...]
    change: Change
    moves: tuple[Move, ...]
    moved: Decimal
    tagged: bool
    mistake: Phrase | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        faults = [fault.text("en") for fault in self.faults]
        mistake = self.mistake.text("en") if self.mistake else None
        json: dict[str, Any] = plain(replace(self, faults=(), mistake=None))
        return {**json, "faults": faults, "mistake": mistake}


def channels_page(desk: Desk, change: Change = Change()) -> ChannelsView:
    """Build the page, with what ``change`` would move."""
    own, known = desk.naming.own_channels, desk.naming.channels
    with desk.warehouse.snapshot() as asked:
        visits = [_visits(row) for row in observe.visits(asked)]
    by_rule = _by_rule(known, visits)
    mistake, moves = None, []
    if change.do:
        try:
            moves = list(moves_of(visits, changed(own.rules, change)))
        except ValueError as error:
            mistake = error.args[0]
    rows = [_row(rule, by_rule.get(rule.id, [])) for rule in known.rules]
    return ChannelsView(
        own=tuple(row for row in rows if row.own),
        shipped=tuple(row for row in rows if not row.own),
        outside=_row(Rule("outside", OTHER, ()), by_rule.get("", [])),
        classes=known.classes,
        usual_classes=known.classes == shipped().classes,
        channels=CHANNEL_GROUPS,
        faults=own.faults,
        versions=versions_of(desk.naming),
        change=change,
        moves=tuple(moves[:MOVES]),
        moved=sum((move.sessions for move in moves), Decimal(0)),
        tagged=bool(visits),
        mistake=mistake,
    )


def _visits(row: Sequence[Any]) -> Visits:
    source_medium, campaign, said, now, sessions = row
    return Visits(source_medium, campaign or "", said or "", now or "", Decimal(sessions))


def _by_rule(known: Channels, visits: Iterable[Visits]) -> dict[str, list[Visits]]:
    found: dict[str, list[Visits]] = defaultdict(list)
    for one in visits:
        rule = known.rule_of(one.tag)
        found[rule.id if rule else ""].append(one)
    return found


def _row(rule: Rule, visits: Sequence[Visits]) -> RuleRow:
    tags: dict[str, Decimal] = defaultdict(Decimal)
    for one in visits:
        tags[one.source_medium] += one.sessions
    ranked = sorted(tags.items(), key=lambda item: (-item[1], item[0]))
    conditions = tuple(
        tuple((name, getattr(one, name)) for name in FIELDS if getattr(one, name)) for one in rule.when
    )
    sessions = sum(tags.values(), Decimal(0))
    return RuleRow(rule.id, rule.channel, rule.own, rule.local, conditions, sessions, tuple(ranked[:SHOWN]))


def changed(rules: Sequence[Rule], change: Change) -> tuple[Rule, ...]:
    """Return the own rules after a change; new ones come first, for they are meant to decide.

    Raises:
        ValueError: it cannot be done; with a ``Phrase`` that says why.
    """
    if change.do == "add":
        new = own_rule(change.channel, change.patterns)
        return numbered((new, *rules))
    place = change.number - 1
    if change.do not in CHANGES or not 0 <= place < len(rules):
        raise ValueError(Phrase.of("channels.no_rule", number=change.number))
    left = [rule for n, rule in enumerate(rules) if n != place]
    if change.do != "remove":
        left.insert(max(0, place - 1) if change.do == "up" else place + 1, rules[place])
    return numbered(left)


def numbered(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return own rules named by their places."""
    return tuple(replace(rule, id=f"own_{number}") for number, rule in enumerate(rules, 1))


def moves_of(visits: Iterable[Visits], rules: tuple[Rule, ...]) -> Iterable[Move]:
    """Yield the visits that would count for another channel with these own rules, the most visited first."""
    known = with_own(OwnChannels(rules))
    for one in visits:
        rule = next((rule for rule in known.own if known.holds(rule, one.tag)), None)
        after = rule.channel if rule else one.said
        if after != one.now:
            yield Move(one.source_medium, one.campaign, one.now, after, one.sessions)


def versions_of(naming: Naming) -> tuple[VersionRow, ...]:
    """Return the latest versions of the rules, the newest first."""
    from laban.tagging import channels  # noqa: PLC0415  the name of the file only

    kept: KeptFile = naming.files[channels.FILE]
    rows = [VersionRow(v.number, v.at, len(channels.read(v.text).rules)) for v in kept.history()]
    return tuple(reversed(rows[-VERSIONS:]))


def classes_of(ticked: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the classes that a form with a box per class and channel (``paid.display``) says."""
    wanted = set(ticked)
    return {
        name: tuple(channel for channel in CHANNEL_GROUPS if f"{name}.{channel}" in wanted)
        for name in CHANNEL_CLASSES
    }
