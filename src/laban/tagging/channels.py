"""Channel rules as data: the shipped ones (GA4's default channel grouping), and a company's own before them.

``channels.yaml`` in the workspace says the own ones, written by the page or by hand:

    rules:
    - {channel: affiliate, source: [koc.vn, "*.koc.vn"]}
    - {channel: paid_social, medium: [boost], campaign: ["tet*"]}
    classes:
      paid: [paid_search, display, video, paid_social]

A rule names patterns for source, medium and campaign; all of them must hold. What is wrong in the file is left out
and told as a fault; the rest works.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import translate as as_expression
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

import yaml

from laban.facts import CHANNEL_CLASSES, CHANNEL_GROUPS
from laban.i18n import Phrase

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

FILE: Final = "channels.yaml"
FIELDS: Final = ("source", "medium", "campaign")
#: More own rules than this, longer patterns or more of them in one field are a mistake.
MOST_RULES: Final = 200
MOST_PATTERNS: Final = 30
LONGEST: Final = 120
OTHER: Final = "other"
#: Ends of host names that tell nothing of the site.
_ENDS: Final = ("com", "vn", "net", "org", "co", "me")

Patterns = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """Patterns per field, in small letters; a field without patterns says nothing, and all others must hold."""

    source: Patterns = ()
    medium: Patterns = ()
    campaign: Patterns = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, the channel, and conditions of which one is enough. ``local``: not Google's."""

    id: str
    channel: str
    when: tuple[Condition, ...]
    local: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Tag:
    """How a visit came, as it was written."""

    source: str
    medium: str
    campaign: str = ""

    @classmethod
    def of(cls, source_medium: str, campaign: str = "") -> Tag:
        """Return the tag behind ``source / medium`` as web tools write it."""
        source, slash, medium = source_medium.rpartition(" / " if " / " in source_medium else "/")
        return cls(source.strip(), medium.strip(), campaign) if slash else cls(source_medium.strip(), "", campaign)


@dataclass(frozen=True)
class Channels:
    """The rules of a workspace in their order, and which channels belong to which class."""

    rules: tuple[Rule, ...]
    sites: Mapping[str, frozenset[str]]
    untagged: frozenset[str]
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: CHANNEL_CLASSES)

    @property
    def own(self) -> tuple[Rule, ...]:
        """The company's own rules."""
        return tuple(rule for rule in self.rules if rule.own)

    def rule_of(self, tag: Tag) -> Rule | None:
        """Return the first rule that holds for a visit, or None."""
        low = Tag(tag.source.casefold(), tag.medium.casefold(), tag.campaign.casefold())
        return next((rule for rule in self.rules if self.holds(rule, low)), None)

    def has_own(self, tag: Tag) -> bool:
        """Return whether an own rule decides of a visit."""
        found = self.rule_of(tag)
        return found is not None and found.own

    def channel_of(self, tag: Tag) -> str:
        """Return the channel of a visit."""
        found = self.rule_of(tag)
        return found.channel if found else OTHER

    def holds(self, rule: Rule, tag: Tag) -> bool:
        """Return whether a rule holds for a visit in small letters."""
        return any(self._condition(one, tag) for one in rule.when)

    def _condition(self, condition: Condition, tag: Tag) -> bool:
        sides = (
            (condition.medium, tag.medium),
            (condition.source, tag.source),
            (condition.campaign, tag.campaign),
        )
        return all(not patterns or any(self._fits(one, text) for one in patterns) for patterns, text in sides)

    def _fits(self, pattern: str, text: str) -> bool:
        if pattern.startswith("@"):
            listed = self.sites.get(pattern[1:], frozenset())
            return text in listed or site_of(text) in listed
        return matches(pattern, text)

    def knows_medium(self, medium: str) -> bool:
        """Return whether any rule speaks of a medium, or the web tool itself writes it."""
        if medium in self.untagged or medium == "direct":
            return True
        patterns = (p for rule in self.rules for one in rule.when for p in one.medium if p)
        return any(matches(pattern, medium) for pattern in patterns)


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(as_expression(pattern))


def matches(pattern: str, text: str) -> bool:
    """Return whether a text in small letters fits a pattern: ``*`` is any run of characters."""
    if not any(mark in pattern for mark in "*?["):
        return pattern == text
    return _expression(pattern).match(text) is not None


def site_of(source: str) -> str:
    """Return the telling part of a source: ``l.facebook.com`` and ``facebook`` are one site."""
    host = source.split("/", maxsplit=1)[0].removeprefix("www.")
    if source == "t.co":
        return source
    parts = [part for part in host.split(".") if part not in _ENDS]
    return next((part for part in parts if len(part) > 2), parts[0] if parts else host)


# reading and writing


@dataclass(frozen=True, slots=True)
class OwnChannels:
    """What a company says itself: rules in their order, classes by name, and what was left out as wrong."""

    rules: tuple[Rule, ...] = ()
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    faults: tuple[Phrase, ...] = ()


@cache
def shipped() -> Channels:
    """Return the rules that come with the program."""
    text = (resources.files(__name__.rpartition(".")[0]) / FILE).read_text("utf-8")
    found = yaml.load(text, Loader=_LOADER)  # noqa: S506  a safe loader, in C
    rules = tuple(
        Rule(
            str(entry["id"]),
            str(entry["channel"]),
            tuple(_condition(one) for one in entry["when"]),
            local=bool(entry.get("local", False)),
        )
        for entry in found["rules"]
    )
    return Channels(
        rules,
        {name: frozenset(map(str, listed)) for name, listed in found["sites"].items()},
        frozenset(found["untagged"]),
        {name: tuple(listed) for name, listed in found["classes"].items()},
    )


def _condition(entry: Mapping[str, Any]) -> Condition:
    return Condition(**{name: tuple(map(str, entry.get(name, ()))) for name in FIELDS})


def with_own(own: OwnChannels) -> Channels:
    """Return the shipped rules with a company's own before them, and its classes in the place of the shipped ones."""
    base = shipped()
    if not own.rules and not own.classes:
        return base
    return replace(base, rules=(*own.rules, *base.rules), classes={**base.classes, **own.classes})


def read(text: str) -> OwnChannels:
    """Read ``channels.yaml`` of a workspace; what is wrong in it is told and left out."""
    try:
        found = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return OwnChannels(faults=(Phrase.of("channels.unreadable", line=mark.line + 1 if mark else 1),))
    rules = found.get("rules") or [] if isinstance(found, dict) else None
    classes = found.get("classes") or {} if isinstance(found, dict) else None
    if not isinstance(rules, list) or not isinstance(classes, dict):
        return OwnChannels(faults=(Phrase.of("channels.shape"),))
    faults: list[Phrase] = []
    sound = [rule for rule in (_own_rule(n, entry, faults) for n, entry in enumerate(rules[:MOST_RULES], 1)) if rule]
    return OwnChannels(tuple(sound), _own_classes(classes, faults), tuple(faults))


def _own_rule(number: int, entry: Any, faults: list[Phrase]) -> Rule | None:
    if not isinstance(entry, dict) or not set(entry) <= {"channel", *FIELDS}:
        faults.append(Phrase.of("channels.rule_shape", number=number))
        return None
    try:
        return own_rule(str(entry.get("channel", "")), {name: _listed(entry.get(name)) for name in FIELDS}, number)
    except ValueError as error:
        faults.append(Phrase.of("channels.rule_fault", number=number, reason=error.args[0]))
        return None


def _listed(given: Any) -> tuple[str, ...]:
    items = given if isinstance(given, list) else [given]
    return tuple(str(item) for item in items if item is not None)


def own_rule(channel: str, patterns: Mapping[str, Iterable[str]], number: int = 1) -> Rule:
    """Return a rule of a company's own.

    Raises:
        ValueError: it says nothing or too much; with a ``Phrase`` that says what is wrong.
    """
    if channel not in CHANNEL_GROUPS:
        raise ValueError(Phrase.of("channels.no_channel", channel=channel or "–"))
    clean = {
        name: tuple(dict.fromkeys(" ".join(p.casefold().split()) for p in patterns.get(name, ()))) for name in FIELDS
    }
    clean = {name: tuple(p for p in found if p) for name, found in clean.items()}
    if not any(clean.values()):
        raise ValueError(Phrase.of("channels.no_pattern"))
    if any(len(found) > MOST_PATTERNS or any(len(p) > LONGEST for p in found) for found in clean.values()):
        raise ValueError(Phrase.of("channels.too_long", patterns=MOST_PATTERNS, longest=LONGEST))
    if any(set(p) <= {"*"} for found in clean.values() for p in found):
        raise ValueError(Phrase.of("channels.everything"))
    return Rule(f"own_{number}", channel, (Condition(**clean),), own=True)


def _own_classes(entries: Mapping[Any, Any], faults: list[Phrase]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, members in entries.items():
        known = isinstance(members, list) and all(member in CHANNEL_GROUPS for member in members)
        if name in CHANNEL_CLASSES and known:
            found[str(name)] = tuple(dict.fromkeys(members))
        else:
            faults.append(Phrase.of("channels.class_fault", name=str(name)[:LONGEST]))
    return found


def write(rules: Sequence[Rule], classes: Mapping[str, Sequence[str]]) -> str:
    """Return the text of ``channels.yaml``; empty where nothing differs from what is shipped."""
    said: dict[str, Any] = {}
    if rules:
        said["rules"] = [as_plain(rule) for rule in rules]
    usual = shipped().classes
    own = {name: list(members) for name, members in classes.items() if tuple(members) != usual[name]}
    if own:
        said["classes"] = own
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=110) if said else ""


def as_plain(rule: Rule) -> dict[str, Any]:
    """Return an own rule as ``channels.yaml`` says it."""
    one = rule.when[0]
    said = {name: list(getattr(one, name)) for name in FIELDS if getattr(one, name)}
    return {"channel": rule.channel, **said}
