"""What each platform's columns and reports mean: the YAML files of ``platforms/`` as frozen values.

A platform has *columns* (a canonical name, how its cells are read, and every heading it goes by, with the evidence
for it) and *tables* (a kind of report: which columns it must have, and which facts it fills). A new platform is one
more file. Headings are compared exactly first, then folded; see ``fold``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import Any, Literal

from laban.i18n import Phrase
from laban.sources.currency import CODES, SIGNS, currency_code

Kind = Literal[
    "text",  # a label
    "term",  # a label that strangers typed (search terms, addresses): phones and e-mails in it are not kept
    "choice",  # a label with known words
    "flag",  # yes or no
    "date",  # a day or a period
    "datetime",  # a moment
    "sum",  # a whole number that may be added
    "quantity",  # a number that may be added and may have decimals
    "non",  # a number that may not be added (people, ranks)
    "stock",  # a level at the end of the day: the last one counts
    "ratio",  # a rate: recomputed, never stored
    "money",  # money that may be added
    "amount",  # money that may not be added (a unit price) or is not a total of the report
    "duration",  # h:mm:ss or seconds
    "currency",  # a currency code
    "pii_hash",  # a phone, an e-mail, a customer number: only its keyed hash is kept
    "pii_drop",  # a name, an address: never read
    "skip",  # known and left out on purpose
]

#: F seen in a real file, C read from people's parsers, D documented, R recalled, O our own sheet.
Evidence = Literal["F", "C", "D", "R", "O"]

_EVIDENCE: dict[str, Evidence] = {"F": "F", "C": "C", "D": "D", "R": "R"}
LANGUAGES = ("vi", "en")
_ZERO_WIDTH = {0x200B: None, 0xFEFF: None, 0x2060: None}
_BRACKET = re.compile(r"\s*([()])\s*")
_CURRENCY = re.compile(rf"\s*\((?P<code>{'|'.join(map(re.escape, sorted({*SIGNS, *CODES})))})\)$")
_BRITISH = {"optimisation": "optimization", "cancelled": "canceled", "colour": "color"}


@lru_cache(maxsize=50_000)
def clean(text: str) -> str:
    """Return the heading as one line: NFKC, trimmed, single blanks, no zero-width characters."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_ZERO_WIDTH).split())


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Return the heading for comparison: case folded, no trailing currency, American spelling, even blanks."""
    folded = _CURRENCY.sub("", clean(text).replace("_", " "))
    folded = _BRACKET.sub(r"\1", folded).casefold()
    for british, american in _BRITISH.items():
        folded = folded.replace(british, american)
    return folded


@lru_cache(maxsize=50_000)
def plain(text: str) -> str:
    """Return ``fold`` without accents, as people type Vietnamese in a hurry ("Ngay dat" for "Ngày đặt")."""
    bare = "".join(c for c in unicodedata.normalize("NFD", fold(text)) if not unicodedata.combining(c))
    return bare.replace("đ", "d")


def heading_currency(text: str) -> str | None:
    """Return the ISO code of the currency at the end of a heading: ``(VND)``, ``(₫)``."""
    found = _CURRENCY.search(clean(text))
    return currency_code(found["code"]) if found else None


@dataclass(frozen=True, slots=True)
class Alias:
    """One spelling of a heading, its language and how well it is known."""

    text: str
    lang: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Column:
    """A canonical column of a platform.

    ``total`` is its name in ``Reading.totals``; empty when it has none. ``words`` names a vocabulary. ``within``
    bounds plausible numbers. ``order`` is the platform's own order of ambiguous dates. ``many``: several columns of
    a file are this one. ``second``: of two columns the other one is that (the earlier of two compared periods).
    ``issuer`` is who gave a customer number, so that the same number of two platforms is two people.
    The texts at the end are for our own sheets only.
    """

    name: str
    kind: Kind
    aliases: tuple[Alias, ...]
    total: str = ""
    words: str = ""
    within: tuple[int, int] | None = None
    order: str = ""
    many: bool = False
    second: str = ""
    issuer: str = ""
    required: bool = False
    heading: Mapping[str, str] = field(default_factory=dict)
    note: Mapping[str, str] = field(default_factory=dict)
    example: Mapping[str, str] = field(default_factory=dict)
    ask: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FactPlan:
    """How a table's rows become rows of one fact: fact column -> expression, and a shape for rows that must turn.

    It applies if the file has all of ``needs``, one of ``when`` (if given) and none of ``unless``. ``of`` says
    which rows: the data, or the file's own totals row. ``rival`` is a template over row values, ``cut`` replaces
    the table's, ``rank`` is added to the rank that the cut gives.
    """

    fact: str
    columns: Mapping[str, Any]
    shape: Mapping[str, Any] = field(default_factory=dict)
    of: Literal["rows", "total"] = "rows"
    needs: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    rival: str = ""
    cut: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of report of a platform.

    A heading row is this table when it has all of ``needs``, one of ``any`` (if given) and none of ``without``.
    ``cut`` lists the dimensions that may break it down; see ``laban.sources.slices.rank_of`` for what the numbers
    mean. ``layout`` names a reader for tables that are not simply rows.
    """

    name: str
    needs: tuple[str, ...]
    any: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    cut: Mapping[str, int | str] = field(default_factory=dict)
    facts: tuple[FactPlan, ...] = ()
    layout: str = "rows"
    refuse: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform, its columns and its tables, with the headings ready to be looked up."""

    id: str
    names: Mapping[str, str]
    columns: Mapping[str, Column]
    tables: tuple[Table, ...]
    template: str = ""
    priority: int = 0
    currency: str = ""
    derived: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    exact: Mapping[str, str] = field(default_factory=dict)
    folded: Mapping[str, str] = field(default_factory=dict)
    unaccented: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[tuple[re.Pattern[str], str], ...] = ()
    marks: Mapping[str, Evidence] = field(default_factory=dict)

    def canonical(self, heading: str) -> str | None:
        """Return the canonical name of a heading, or None. The exact spelling wins before the folded one."""
        text = clean(heading)
        name = self.exact.get(text) or self.folded.get(fold(text))
        if name is None and self.unaccented:
            name = self.unaccented.get(plain(text))
        if name is None and self.patterns:
            name = next((name for pattern, name in self.patterns if pattern.fullmatch(text)), None)
        return name

    def evidence(self, heading: str) -> Evidence | None:
        """Return how well the spelling of a heading is known, by its best mark; None for a spelling nobody lists."""
        text = clean(heading)
        mark = self.marks.get(fold(text))
        if mark is None:
            pattern = next((pattern for pattern, _ in self.patterns if pattern.fullmatch(text)), None)
            mark = None if pattern is None else self.marks.get(f"/{pattern.pattern}/")
        return mark


@dataclass(frozen=True, slots=True)
class PlatformName(Phrase):
    """A platform's name inside a sentence, in the sentence's language; ``key`` is the platform's id.

    A workspace's own mapping is not at hand where the sentence is said; its id is its name.
    """

    def text(self, lang: str) -> str:
        """Return the name in ``lang``."""
        found = platforms().get(self.key)
        return found.names.get(lang, self.key) if found else self.key


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column of a sheet that people fill in. Every mapping is by language; ``choices`` is empty for free text.

    ``ask`` is the question whose answers stand in it, word for word as it is put to people; {} for none.
    """

    name: str
    kind: Kind
    required: bool
    heading: Mapping[str, str]
    note: Mapping[str, str]
    example: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]
    ask: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Template:
    """A sheet that people fill in, drawn from the mapping that reads it back."""

    name: str
    platform: str
    title: Mapping[str, str]
    columns: tuple[TemplateColumn, ...]


@cache
def shipped() -> Mapping[str, Platform]:
    """Return every platform that comes with the package by id, in the order of their file names."""
    loaded = (platform_of(_yaml(name)) for name in _files() if not name.startswith("_"))
    return {platform.id: platform for platform in loaded}


@dataclass(frozen=True, eq=False)
class Known:
    """The platforms that a file may be from: the shipped ones and a workspace's own.

    Equal only to itself, so that what is remembered for one workspace is never found by another.
    """

    own: tuple[Platform, ...] = ()

    @cached_property
    def platforms(self) -> Mapping[str, Platform]:
        """All of them by id; a shipped one is never replaced."""
        return {**{platform.id: platform for platform in self.own}, **shipped()}


_SHIPPED = Known()
_known: ContextVar[Known] = ContextVar("known", default=_SHIPPED)


@contextmanager
def recognising(known: Known | None) -> Iterator[None]:
    """Read files with the platforms of ``known`` in this thread; None stands for the shipped ones."""
    token = _known.set(known or _SHIPPED)
    try:
        yield
    finally:
        _known.reset(token)


def known() -> Known:
    """Return the platforms that files are recognised as at the moment."""
    return _known.get()


def platforms() -> Mapping[str, Platform]:
    """Return every platform that files are recognised as at the moment, by id."""
    return _known.get().platforms


def platform(platform_id: str) -> Platform:
    """Return one platform; KeyError if there is none with that id."""
    return platforms()[platform_id]


def template_names() -> tuple[str, ...]:
    """Return the names that ``template`` knows: orders, leads, costs and so on."""
    return tuple(p.template for p in shipped().values() if p.template)


def template(name: str) -> Template:
    """Return the sheet called ``name``; KeyError if there is none."""
    owner = next((p for p in shipped().values() if p.template == name), None)
    if owner is None:
        raise KeyError(name)
    columns = tuple(
        TemplateColumn(c.name, c.kind, c.required, c.heading, c.note, c.example, _choices(c.words), c.ask)
        for c in owner.columns.values()
        if c.heading.get("vi")
    )
    return Template(name, owner.id, owner.names, columns)


def _choices(words: str) -> Mapping[str, tuple[str, ...]]:
    if not words:
        return {}
    vocabulary = _shared_words()[words]
    return {
        lang: tuple(spellings[lang][0] for spellings in vocabulary.values() if spellings.get(lang))
        for lang in LANGUAGES
    }


@cache
def vocabulary(name: str) -> Mapping[str, str]:
    """Return a shared vocabulary: unaccented spelling -> canonical word."""
    found: dict[str, str] = {}
    for word, spellings in _shared_words()[name].items():
        found.setdefault(plain(word.replace("_", " ")), word)
        found.setdefault(plain(word), word)
        for lang in LANGUAGES:
            for spelling in spellings.get(lang, ()):
                found.setdefault(plain(str(spelling)), word)
    return found


def vocabularies() -> Mapping[str, Mapping[str, Mapping[str, list[str]]]]:
    """Return the shared vocabularies: name -> canonical word -> language -> spellings, the usual one first."""
    return _shared_words()


@cache
def _shared_words() -> Mapping[str, Mapping[str, Mapping[str, list[str]]]]:
    loaded: dict[str, Mapping[str, Mapping[str, list[str]]]] = _yaml("_words.yaml")
    return loaded


@cache
def _files() -> tuple[str, ...]:
    folder = resources.files(__package__) / "platforms"
    return tuple(sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml")))


def _yaml(name: str) -> Any:
    import yaml  # noqa: PLC0415  the command line starts without it

    text = (resources.files(__package__) / "platforms" / name).read_text("utf-8")
    # The C loader is the same language read ten times as fast; a build of PyYAML may lack it.
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  both are safe loaders


def document(name: str) -> Any:
    """Return a file of ``platforms/`` as plain values, fresh each time."""
    return _yaml(f"{name}.yaml")


def platform_of(raw: dict[str, Any]) -> Platform:
    """Return the platform that a mapping file describes, given as plain values."""
    columns = {name: column_of(name, spec) for name, spec in raw["columns"].items()}
    spellings = [(alias.text, column.name) for column in columns.values() for alias in column.aliases]
    patterns = tuple((re.compile(t[1:-1]), name) for t, name in spellings if _is_pattern(t))
    literal = [(clean(text), name) for text, name in spellings if not _is_pattern(text)]
    return Platform(
        id=raw["id"],
        names=by_language(raw["name"]),
        columns=columns,
        tables=tuple(table_of(spec, raw) for spec in raw["tables"]),
        template=raw.get("template", ""),
        priority=raw.get("priority", 0),
        currency=raw.get("currency", ""),
        derived=raw.get("derived", {}),
        words={name: dict(_own_words(words)) for name, words in raw.get("words", {}).items()},
        options=raw.get("options", {}),
        exact=_first_wins((text, name) for text, name in literal),
        folded=_first_wins((fold(text), name) for text, name in literal),
        unaccented=_first_wins((plain(text), name) for text, name in literal) if "template" in raw else {},
        patterns=patterns,
        marks=_best_marks(columns.values()),
    )


def _own_words(words: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Read ``spelling: word`` or ``word: [spellings]``."""
    for key, value in words.items():
        if isinstance(value, list):
            yield from ((fold(str(text)), key) for text in value)
        else:
            yield fold(key), value


def _best_marks(columns: Iterable[Column]) -> Mapping[str, Evidence]:
    found: dict[str, Evidence] = {}
    for alias in (alias for column in columns for alias in column.aliases):
        key = alias.text if _is_pattern(alias.text) else fold(alias.text)
        found[key] = min(found.get(key, "R"), alias.evidence, key="OFDCR".index)
    return found


def _is_pattern(text: str) -> bool:
    return len(text) > 2 and text[0] == text[-1] == "/"


def _first_wins(pairs: Iterator[tuple[str, str]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for text, name in pairs:
        found.setdefault(text, name)
    return found


def column_of(name: str, spec: dict[str, Any]) -> Column:
    """Return a column as a mapping file describes it."""
    kind: Kind = spec["kind"]
    added = kind in ("sum", "quantity", "money", "non", "stock")
    return Column(
        name=name,
        kind=kind,
        aliases=tuple(_aliases(spec)),
        total=spec.get("total", name if added else ""),
        words=spec.get("words", ""),
        within=tuple(spec["within"]) if "within" in spec else None,
        order=spec.get("order", ""),
        many=spec.get("many", False),
        second=spec.get("second", ""),
        issuer=spec.get("issuer", ""),
        required=spec.get("required", False),
        heading=by_language(spec.get("heading", {})),
        note=by_language(spec.get("note", {})),
        example=by_language(spec.get("example", {})),
        ask=by_language(spec.get("ask", {})),
    )


def _aliases(spec: dict[str, Any]) -> Iterator[Alias]:
    for lang, text in by_language(spec.get("heading", {})).items():
        if text:
            yield Alias(text, lang, "O")
    for lang, texts in spec.get("also", {}).items():
        yield from (Alias(str(text), lang, "O") for text in texts)
    for key, texts in spec.items():
        lang, _, mark = key.partition(" ")
        if evidence := _EVIDENCE.get(mark):
            yield from (Alias(str(text), lang, evidence) for text in texts)


def by_language(value: Any) -> Mapping[str, str]:
    """Return words by language; a plain text is the same in all of them."""
    if isinstance(value, dict):
        return {str(lang): str(text) for lang, text in value.items()}
    return dict.fromkeys(LANGUAGES, str(value))


def table_of(spec: dict[str, Any], raw: dict[str, Any]) -> Table:
    """Return a table as a mapping file describes it; ``raw`` is the whole file."""
    return Table(
        name=spec["name"],
        needs=tuple(spec.get("needs", ())),
        any=tuple(spec.get("any", ())),
        without=tuple(spec.get("without", ())),
        cut=spec.get("cut", raw.get("cut", {})),
        facts=tuple(_fact(fact) for fact in spec.get("facts", ())),
        layout=spec.get("layout", "rows"),
        refuse=spec.get("refuse", ""),
        options=spec.get("options", {}),
    )


def _fact(spec: dict[str, Any]) -> FactPlan:
    return FactPlan(
        fact=spec["fact"],
        columns=spec["columns"],
        shape=spec.get("shape", {}),
        of=spec.get("of", "rows"),
        needs=tuple(spec.get("needs", ())),
        when=tuple(spec.get("when", ())),
        unless=tuple(spec.get("unless", ())),
        rival=spec.get("rival", ""),
        cut=spec.get("cut", ""),
        rank=spec.get("rank", 0),
    )
