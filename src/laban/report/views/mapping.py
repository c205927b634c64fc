"""The page on which a person says what the columns of an unknown file are, and the list of what was said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from laban.errors import LabanError
from laban.i18n import LANGUAGES
from laban.sources.book import text_of
from laban.sources.drawn import ColumnName, Plan
from laban.sources.mapping import vocabularies
from laban.sources.propose import Proposal, propose
from laban.sources.sample import Sample, sample_of
from laban.sources.shelf import Kept, Shelf, Waiting
from laban.sources.subjects import Subject, subjects
from laban.sources.words import finder
from laban.workspace import ImportOutcome

#: Values shown beside a heading.
SAMPLES = 4
_LONGEST = 60
#: Labels that are asked about at most.
MOST_WORDS = 40
#: From here on a proposal is called sure.
SURE = 0.8


class Desk(Protocol):
    """What the page needs of a workspace."""

    @property
    def mappings(self) -> Shelf:
        """The mappings and the files that wait for one."""

    def try_mapping(self, path: Path, name: str, plan: Plan) -> ImportOutcome:
        """Return what importing a file by a plan would come to."""


@dataclass(frozen=True, slots=True)
class MapColumn:
    """A column of the file: its heading, first values, how they look, what it is taken for, and how sure that is."""

    heading: str
    samples: tuple[str, ...]
    look: str
    column: str
    score: float


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose, by id, with its name in both languages."""

    id: str
    names: Mapping[str, str]
    required: bool = False


@dataclass(frozen=True, slots=True)
class WordAsk:
    """A label of the file that is not known: where it stands, the word it is taken for ("" for none), the choices."""

    place: int
    heading: str
    label: str
    word: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person chose so far; ``columns`` by place, None where nothing was chosen yet.

    ``words`` are by place and label of the file, "" where a label stands for nothing.
    """

    token: str = ""
    edit: str = ""
    subject: str = ""
    name: str = ""
    decimal: str = ""
    dates: str = ""
    currency: str = ""
    columns: Mapping[int, str] = field(default_factory=dict)
    words: Mapping[tuple[int, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MapView:
    """The page: the file, the subject, its columns, what may be chosen, and what would be imported."""

    asked: Asked
    file: str
    subject: str
    subjects: tuple[Choice, ...]
    columns: tuple[MapColumn, ...]
    choices: tuple[Choice, ...]
    plan: Plan
    words: tuple[WordAsk, ...] = ()
    fault: LabanError | None = None
    preview: ImportOutcome | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        return {
            "file": self.file,
            "subject": self.subject,
            "subjects": [{"id": one.id, **one.names} for one in self.subjects],
            "columns": [
                {
                    "heading": one.heading,
                    "samples": list(one.samples),
                    "look": one.look,
                    "column": one.column,
                    "score": round(one.score, 2),
                }
                for one in self.columns
            ],
            "choices": [{"id": one.id, "required": one.required, **one.names} for one in self.choices],
            "words": [
                {"place": one.place, "heading": one.heading, "label": one.label, "word": one.word}
                for one in self.words
            ],
            "fault": self.fault.message("en") if self.fault else None,
            "preview": self.preview.as_json("en") if self.preview else None,
        }


def map_page(desk: Desk, asked: Asked) -> MapView:
    """Build the page for a file that waits, or for a mapping to be changed.

    Raises:
        NoMappingError: neither is there.
        UnreadableError: the file is no table.
    """
    if asked.edit:
        return _edited(desk.mappings.get(asked.edit), asked)
    waiting = desk.mappings.waiting(asked.token)
    sample = sample_of(waiting.path)
    view = _view(asked, waiting.name, sample, propose(sample, asked.subject if asked.subject in subjects() else ""))
    return _with_preview(desk, waiting, view)


def _edited(kept: Kept, asked: Asked) -> MapView:
    plan = kept.plan or Plan("numbers", tuple((heading, "") for heading in kept.headings))
    sample = Sample(tuple(heading for heading, _ in plan.pairs), ())
    subject = asked.subject if asked.subject in subjects() else plan.subject
    proposal = propose(sample, subject)
    chosen = asked.columns
    if not chosen and subject == plan.subject:
        chosen = {place: column for place, (_, column) in enumerate(plan.pairs)}
    filled = Asked(
        edit=kept.name,
        subject=subject,
        name=kept.name,
        decimal=asked.decimal or plan.decimal,
        dates=asked.dates or plan.order,
        currency=asked.currency or plan.currency,
        columns=chosen,
        words=asked.words or _kept_words(plan),
    )
    return _view(filled, kept.name, sample, proposal)


def _kept_words(plan: Plan) -> dict[tuple[int, str], str]:
    places = {column: place for place, (_, column) in enumerate(plan.pairs)}
    return {(places[column], label): word for column, label, word in plan.words if column in places}


def _view(asked: Asked, file: str, sample: Sample, proposal: Proposal) -> MapView:
    subject = subjects()[proposal.subject]
    known = {column.name for column in subject.columns}
    columns = []
    for place, guess in enumerate(proposal.guesses):
        chosen = asked.columns.get(place, guess.column)
        column = chosen if chosen in known else ""
        score = guess.score if column == guess.column else 1.0
        columns.append(
            MapColumn(guess.heading, _samples(sample, place), guess.look, column, score if column else 0.0)
        )
    pairs = tuple((one.heading, one.column) for one in columns)
    words = _words(asked, sample, subject, columns)
    needed = {name for table in subject.platform.tables for name in table.needs}
    return MapView(
        asked=asked,
        file=file,
        subject=subject.id,
        subjects=tuple(Choice(one.id, one.names) for one in subjects().values()),
        columns=tuple(columns),
        choices=tuple(
            Choice(
                c.name, {lang: ColumnName(subject.id, c.name).text(lang) for lang in ("vi", "en")}, c.name in needed
            )
            for c in subject.columns
        ),
        plan=Plan(
            subject.id,
            pairs,
            asked.decimal,
            asked.dates,
            asked.currency,
            tuple((columns[one.place].column, one.label, one.word) for one in words if one.word),
        ),
        words=words,
    )


def _words(asked: Asked, sample: Sample, subject: Subject, columns: Sequence[MapColumn]) -> tuple[WordAsk, ...]:
    """The labels among the first rows that nobody knows, the frequent ones first, and those chosen before."""
    by_name = {column.name: column for column in subject.columns}
    found: list[WordAsk] = []
    for place, one in enumerate(columns):
        name = by_name[one.column].words if one.column else ""
        if not name:
            continue
        find = finder(subject.platform, name)
        texts = Counter(" ".join(text_of(cell).split()) for cell in sample.column(place))
        strange = [t for t, _ in texts.most_common() if t and len(t) <= _LONGEST and "*" not in t and find(t) is None]
        labels = dict.fromkeys((*strange, *(label for at, label in asked.words if at == place)))
        choices = _word_choices(name)
        for label in labels:
            word = asked.words.get((place, label), "")
            known = word if any(word == choice.id for choice in choices) else ""
            found.append(WordAsk(place, one.heading, label, known, choices))
    return tuple(found[:MOST_WORDS])


def _word_choices(name: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(word, {lang: str((spellings.get(lang) or [word])[0]) for lang in LANGUAGES})
        for word, spellings in vocabularies()[name].items()
    )


def _with_preview(desk: Desk, waiting: Waiting, view: MapView) -> MapView:
    try:
        return replace(view, preview=desk.try_mapping(waiting.path, waiting.name, view.plan))
    except LabanError as fault:
        return replace(view, fault=fault)


def _samples(sample: Sample, place: int) -> tuple[str, ...]:
    found = dict.fromkeys(" ".join(text_of(cell).split())[:_LONGEST] for cell in sample.column(place) if cell != "")
    return tuple(found)[:SAMPLES]


@dataclass(frozen=True, slots=True)
class MappingRow:
    """One mapping of the list; ``subject`` in both languages, empty for one written by hand."""

    name: str
    file: str
    subject: Mapping[str, str]
    headings: tuple[str, ...]
    fault: LabanError | None


@dataclass(frozen=True, slots=True)
class MappingsView:
    """The list of a workspace's own mappings, and those that were taken away."""

    mappings: tuple[MappingRow, ...]
    restorable: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the list as plain JSON."""
        return {
            "mappings": [
                {
                    "name": one.name,
                    "file": one.file,
                    "subject": dict(one.subject),
                    "headings": list(one.headings),
                    "fault": one.fault.message("en") if one.fault else None,
                }
                for one in self.mappings
            ],
            "restorable": list(self.restorable),
        }


def mappings_page(shelf: Shelf) -> MappingsView:
    """Build the list."""
    return MappingsView(tuple(_row(kept) for kept in shelf.all), shelf.restorable())


def _row(kept: Kept) -> MappingRow:
    plan = kept.plan
    names = subjects()[plan.subject].names if plan else {}
    return MappingRow(kept.name, kept.file, names, kept.headings, kept.fault)
