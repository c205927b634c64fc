"""A mapping that a person confirmed: drawn from a subject, written like a platform file, read back and judged."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from laban.errors import LabanError
from laban.facts import FACT
from laban.i18n import Phrase
from laban.sources.currency import CODES
from laban.sources.derive import names_in
from laban.sources.mapping import Platform, clean, document, plain, platform_of, shipped, vocabularies
from laban.sources.subjects import NUMBERS, VALUE, Subject, subjects

LONGEST_NAME = 60
LONGEST_FILE = 512 * 1024
#: What describes a column to people who fill in a sheet; a file that comes as it is needs none of it.
_FOR_SHEETS = frozenset({"heading", "also", "note", "example", "ask"})
_VIETNAMESE = re.compile(r"[à-ỹđ]", re.IGNORECASE)


class MappingFaultError(LabanError):
    """A mapping that cannot be used; the reason is a sentence of its own."""

    key = "mapping.fault"

    def __init__(self, reason: Phrase) -> None:
        super().__init__(reason=reason)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person chose: a subject, and per heading of the file the column it is, "" to leave it out.

    ``decimal``, ``order`` and ``currency`` settle what the values leave open; empty where nothing is to be settled.
    ``words`` says what labels of the file stand for, where it is not known: (column, label, canonical word).
    """

    subject: str
    pairs: tuple[tuple[str, str], ...]
    decimal: str = ""
    order: str = ""
    currency: str = ""
    words: tuple[tuple[str, str, str], ...] = ()


def name_of(text: str) -> str:
    """Return a name for a mapping as it is kept: one line, no characters that are not seen.

    Raises:
        MappingFaultError: it is empty, too long, or the name of a platform that is known.
    """
    shown = "".join(c for c in clean(text) if unicodedata.category(c)[0] != "C").strip()
    if not file_name(shown):
        raise MappingFaultError(Phrase.of("mapping.no_name"))
    if len(shown) > LONGEST_NAME:
        raise MappingFaultError(Phrase.of("mapping.long_name", longest=LONGEST_NAME))
    taken = {plain(p.id) for p in shipped().values()} | {
        plain(n) for p in shipped().values() for n in p.names.values()
    }
    if plain(shown) in taken or plain(shown).startswith("own_"):
        raise MappingFaultError(Phrase.of("mapping.taken_name", name=shown))
    return shown


def file_name(name: str) -> str:
    """Return the name of a mapping as a file has it: small letters without accents, digits, underscores."""
    return re.sub(r"[^a-z0-9]+", "_", plain(name)).strip("_")[:LONGEST_NAME]


def draw(name: str, plan: Plan) -> dict[str, Any]:
    """Return the mapping called ``name`` as plain values.

    Raises:
        MappingFaultError: something that the subject needs was not chosen, or chosen twice.
    """
    subject = subjects().get(plan.subject)
    if subject is None:
        raise MappingFaultError(Phrase.of("mapping.no_subject", subject=plan.subject))
    chosen = _chosen(subject, plan)
    raw, table = subject.raw, _table_of(subject, frozenset(column for _, column in chosen))
    columns = _columns(raw, chosen, plan)
    left = [heading for heading, column in plan.pairs if heading and not column]
    if left:
        columns["left_out"] = {"kind": "skip", **_spelt(left)}
    made: dict[str, Any] = {"id": name, "name": name, "options": _options(raw, plan), "columns": columns}
    if plan.currency:
        made["currency"] = plan.currency
    if "derived" in raw:
        made["derived"] = raw["derived"]
    words = _words(subject, columns, plan)
    if words:
        made["words"] = words
    made["tables"] = [{**raw["tables"][table], "needs": [column for column in columns if column != "left_out"]}]
    made["tables"][0].pop("any", None)
    if subject.id == NUMBERS and "measure" not in columns:
        made["tables"] = [_numbers(columns)]
    return made


def _words(subject: Subject, columns: Mapping[str, Any], plan: Plan) -> dict[str, dict[str, str]]:
    """Return, by vocabulary, what the file's own labels stand for, but for those of columns that were left out."""
    words: dict[str, dict[str, str]] = {name: dict(own) for name, own in subject.raw.get("words", {}).items()}
    known = vocabularies()
    for column, label, word in plan.words:
        name = columns.get(column, {}).get("words", "")
        if not name or not clean(label) or "*" in label:  # a star would stand for any text
            continue
        if word not in known.get(name, {}):
            raise MappingFaultError(Phrase.of("mapping.no_word", word=word, label=label))
        words.setdefault(name, {})[clean(label)] = word
    return words


def _chosen(subject: Subject, plan: Plan) -> list[tuple[str, str]]:
    known = {column.name for column in subject.columns}
    chosen: list[tuple[str, str]] = []
    headings: dict[str, str] = {}
    for heading, column in plan.pairs:
        if not column or not heading:
            continue
        if column not in known:
            raise MappingFaultError(Phrase.of("mapping.no_column", column=column))
        if column in headings and not (subject.id == NUMBERS and column == VALUE):
            raise MappingFaultError(Phrase.of("mapping.twice", one=headings[column], two=heading))
        headings[column] = heading
        chosen.append((heading, column))
    return chosen


def _table_of(subject: Subject, chosen: frozenset[str]) -> int:
    have = chosen | {"measure"} if subject.id == NUMBERS and VALUE in chosen else chosen
    missing = subject.missing(have)
    if missing or not chosen:
        wanted = missing or tuple(column.name for column in subject.columns[:3])
        raise MappingFaultError(Phrase.of("mapping.lacks", columns=tuple(ColumnName(subject.id, n) for n in wanted)))
    fits = (place for place, table in enumerate(subject.platform.tables) if set(table.needs) <= have)
    return next(fits, 0)


class ColumnName(Phrase):
    """A column's name inside a sentence, in the sentence's language."""

    def __init__(self, subject: str, column: str) -> None:
        super().__init__(column, {"subject": subject})

    def text(self, lang: str) -> str:
        """Return the heading that people know the column by."""
        return column_name(str(self.values["subject"]), self.key, lang)


def column_name(subject: str, column: str, lang: str) -> str:
    """Return what a subject's column is called in ``lang``."""
    found = subjects()[subject].platform.columns.get(column)
    return (found.heading.get(lang) if found else "") or column.replace("_", " ")


def _columns(raw: dict[str, Any], chosen: Iterable[tuple[str, str]], plan: Plan) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    many = sum(1 for _, column in chosen if column == VALUE) > 1 or not any(c == "measure" for _, c in chosen)
    for heading, column in chosen:
        spec = {key: value for key, value in raw["columns"][column].items() if key not in _FOR_SHEETS}
        name = column
        if plan.subject == NUMBERS and column == VALUE and many:
            name = f"{VALUE}_{1 + sum(1 for other in columns if other.startswith(f'{VALUE}_'))}"
            spec["total"] = heading
            spec.pop("required", None)
        if plan.order and spec["kind"] in ("date", "datetime"):
            spec["order"] = plan.order
        columns[name] = {**spec, **_spelt([heading])}
    return columns


def _spelt(headings: Iterable[str]) -> dict[str, list[str]]:
    """List headings under the language they are written in; the person's file is where they were seen."""
    found: dict[str, list[str]] = {}
    for heading in headings:
        key = "vi F" if _VIETNAMESE.search(heading) else "en F"
        found.setdefault(key, [])
        if heading not in found[key]:
            found[key].append(heading)
    return found


def _options(raw: dict[str, Any], plan: Plan) -> dict[str, Any]:
    options = {**raw.get("options", {}), "exact": True, "subject": plan.subject}
    if plan.decimal:
        options["decimal"] = plan.decimal
    return options


def _numbers(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table in which every column of numbers is a number of one's own, named by its heading."""
    own = {spec["total"]: name for name, spec in columns.items() if name.startswith(f"{VALUE}_")}
    labels = [name for name in ("channel_group", "campaign", "product") if name in columns]
    return {
        "name": "numbers",
        "needs": [name for name in columns if name != "left_out"],
        "cut": {"number": 0},
        "facts": [
            {
                "fact": "fact_own_number",
                "rival": "{measure}",
                "shape": {"melt": own, "name": "measure", "value": "value", "key": "_line"},
                "columns": {"date": "date", "measure": "measure", "value": "value", **{n: n for n in labels}},
            }
        ],
    }


def write(raw: Mapping[str, Any]) -> str:
    """Return a mapping as the text of its file."""
    import yaml  # noqa: PLC0415  reading YAML takes time

    class Plain(yaml.SafeDumper):
        """Writes every value out, where the same one stands twice too."""

        def ignore_aliases(self, data: Any) -> bool:
            del data
            return True

    return yaml.dump(dict(raw), Dumper=Plain, allow_unicode=True, sort_keys=False, width=110)


def shared_text(raw: Mapping[str, Any], file: str) -> str:
    """Return a mapping as it would stand among the platforms: its id like its file, nothing of the page."""
    options = {key: value for key, value in raw.get("options", {}).items() if key not in ("exact", "subject")}
    return write({**raw, "id": file, "options": options})


def read(text: str) -> tuple[Platform, dict[str, Any]]:
    """Return the mapping in the text of a file, read and as plain values.

    Raises:
        MappingFaultError: it is none, or names what there is not.
    """
    import yaml  # noqa: PLC0415  see above

    if len(text) > LONGEST_FILE:
        raise MappingFaultError(Phrase.of("mapping.too_long"))
    try:
        raw = yaml.safe_load(text)
        platform = platform_of(raw)
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError, RecursionError, re.error) as error:
        reason = " ".join(str(error).split())[:200]
        raise MappingFaultError(Phrase.of("mapping.unreadable", reason=reason)) from None
    _judge(platform)
    return platform, raw


def _judge(platform: Platform) -> None:
    if not isinstance(platform.id, str) or platform.id in shipped():
        raise MappingFaultError(Phrase.of("mapping.taken_name", name=platform.id))
    if platform.currency and platform.currency not in CODES:
        raise MappingFaultError(Phrase.of("mapping.no_currency", currency=platform.currency))
    shared = document("_words")
    for column in platform.columns.values():
        if column.words and column.words not in platform.words and column.words not in shared:
            raise MappingFaultError(Phrase.of("mapping.no_column", column=column.words))
    for table in platform.tables:
        for name in {*table.needs, *table.any, *table.without} - platform.columns.keys():
            raise MappingFaultError(Phrase.of("mapping.no_column", column=name))
        for plan in table.facts:
            _judge_fact(platform, plan.fact, plan.columns)


def _judge_fact(platform: Platform, name: str, columns: Mapping[str, Any]) -> None:
    fact = FACT.get(name)
    if fact is None:
        raise MappingFaultError(Phrase.of("mapping.no_fact", fact=name))
    for target, expression in columns.items():
        if target not in fact.names:
            raise MappingFaultError(Phrase.of("mapping.no_column", column=f"{name}.{target}"))
        try:
            names_in(expression, platform)
        except (TypeError, AttributeError):
            raise MappingFaultError(Phrase.of("mapping.no_column", column=str(expression)[:60])) from None


def plan_of(raw: Mapping[str, Any]) -> Plan | None:
    """Return what a person had chosen, from a mapping that was drawn; None for one written by hand."""
    options = raw.get("options") or {}
    subject = str(options.get("subject", ""))
    if subject not in subjects():
        return None
    pairs: list[tuple[str, str]] = []
    order = ""
    for name, spec in raw["columns"].items():
        column = "" if name == "left_out" else VALUE if re.fullmatch(rf"{VALUE}_\d+", name) else name
        order = order or spec.get("order", "")
        pairs += [(heading, column) for key, texts in spec.items() if key.endswith(" F") for heading in texts]
    words = tuple(
        (name, label, word)
        for name, spec in raw["columns"].items()
        for label, word in (raw.get("words") or {}).get(spec.get("words", ""), {}).items()
        if isinstance(word, str)
    )
    return Plan(subject, tuple(pairs), options.get("decimal", ""), order, raw.get("currency", ""), words)
