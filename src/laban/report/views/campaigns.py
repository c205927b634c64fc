"""The page of campaigns: names that may be one campaign, those that are, and what people said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from laban.i18n import Phrase
from laban.report.views.parts import plain
from laban.tagging import campaigns
from laban.tagging.campaigns import Book, Doubtful, Spelling
from laban.warehouse import observe
from laban.warehouse.naming import ADS, TAGGED

if TYPE_CHECKING:
    from laban.naming import Naming
    from laban.warehouse import Warehouse


class Desk(Protocol):
    """What the page needs of a workspace."""

    @property
    def naming(self) -> Naming:
        """What people said of campaigns."""

    @property
    def warehouse(self) -> Warehouse:
        """The facts."""


@dataclass(frozen=True, slots=True)
class Joined:
    """One campaign with several names: each name, and whether a person confirmed it."""

    name: str
    names: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class CampaignsView:
    """The page."""

    doubtful: tuple[Doubtful, ...]
    joined: tuple[Joined, ...]
    apart: tuple[tuple[str, str], ...]
    names: int
    may_undo: bool
    faults: tuple[Phrase, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        doubts = [
            {"one": _as_json(d.one), "other": _as_json(d.other), "reason": d.reason, "score": d.score}
            for d in self.doubtful
        ]
        json: dict[str, Any] = plain(replace(self, doubtful=(), faults=()))
        return {**json, "doubtful": doubts, "faults": [fault.text("en") for fault in self.faults]}


def _as_json(one: Spelling) -> dict[str, Any]:
    json: dict[str, Any] = plain(replace(one, ids=frozenset()))
    return {**json, "ids": [list(each) for each in sorted(one.ids)]}


def campaigns_page(desk: Desk) -> CampaignsView:
    """Build the page."""
    book = desk.naming.campaigns
    with desk.warehouse.snapshot() as asked:
        found = spellings(observe.campaign_names(asked))
    return CampaignsView(
        doubtful=campaigns.doubtful(found, book),
        joined=tuple(_joined(found, book)),
        apart=book.apart,
        names=len(found),
        may_undo=bool(desk.naming.files[campaigns.FILE].history()),
        faults=book.faults,
    )


def spellings(rows: Iterable[tuple[Any, ...]]) -> list[Spelling]:
    """Put the rows of ``observe.campaign_names`` together, one per name."""
    found: dict[str, Spelling] = {}
    for fact, name, platform, number, count, spend, first, last in rows:
        if not name:
            continue
        one = found.get(name, Spelling(name))
        found[name] = Spelling(
            name,
            one.tagged or fact in TAGGED,
            one.ads or fact in ADS,
            tuple(sorted({*one.platforms, *([platform] if platform else [])})),
            one.ids | ({(platform or "", number)} if number else set()),
            one.rows + count,
            one.spend + Decimal(spend or 0),
            min((day for day in (one.first, first) if day), default=None),
            max((day for day in (one.last, last) if day), default=None),
        )
    return list(found.values())


def _joined(found: Iterable[Spelling], book: Book) -> list[Joined]:
    names = campaigns.canonical(found, book)
    said = {(one.name, name) for one in book.campaigns for name in one.names}
    groups: dict[str, list[str]] = defaultdict(list)
    for spelling, name in names.items():
        groups[name].append(spelling)
    return [
        Joined(name, tuple((each, (name, each) in said) for each in sorted(group)))
        for name, group in sorted(groups.items(), key=lambda item: item[0].casefold())
    ]


def answered(book: Book, form: Mapping[str, str]) -> Book:
    """Return the book after a person's answer: ``do`` is confirm, separate or again (ask about a pair again).

    Raises:
        ValueError: the answer lacks something; with a ``Phrase`` that says what.
    """
    one, other = form.get("one", "").strip(), form.get("other", "").strip()
    if not one or not other or one == other:
        raise ValueError(Phrase.of("campaigns.two_names"))
    match form.get("do"):
        case "confirm":
            return book.confirm((one, other), form.get("name", "").strip() or one)
        case "separate":
            return book.separate(one, other)
        case "again":
            pair = (min(one, other), max(one, other))
            return replace(book, apart=tuple(each for each in book.apart if each != pair))
        case _:
            raise ValueError(Phrase.of("campaigns.no_answer"))
