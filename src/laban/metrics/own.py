"""What a company defines itself: KPIs, numbers of its own, which reading of a KPI it goes by, and boards.

``kpis.yaml`` in the workspace says it, written by the page or by hand:

    measures:
      livestream_hours: {vi: giờ livestream, en: livestream hours}
    kpis:
      orders_per_livestream_hour:
        name: {vi: Đơn mỗi giờ livestream, en: Orders per livestream hour}
        formula: orders / livestream_hours
    variants:
      social_engagement_rate: by_followers
    boards:
      fan_page:
        name: {vi: Trang fanpage, en: Our page}
        kpis: [social_engagement_rate, social_engagement_rate.by_reach]

A measure is a number of the sheet from ``laban template numbers``, found by its name; a KPI may leave out everything
but its name and formula. What is wrong is left out and told as a fault; the rest works.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import yaml

from laban.facts import CHANNEL_CLASSES
from laban.i18n import Phrase, Text
from laban.metrics.catalogue import kpi as read_kpi
from laban.metrics.model import STANDARD, Catalogue, Kpi, Measure, Pack
from laban.metrics.validate import NAME, Fault, validate
from laban.warehouse.sql import literal

FILE = "kpis.yaml"
FACT = "fact_own_number"
#: The board that holds everything people defined.
PACK = "own"
#: What an entry of ours says where a person says nothing.
_USUAL: Mapping[str, Any] = {
    "unit": "ratio",
    "direction": "neutral",
    "aggregation": "composite",
    "cadence": "weekly",
    "priority": "own",
    "types": ["operational"],
    "timing": "lagging",
    "level": "tactical",
    "stage": "cross_funnel",
    "departments": ["marketing"],
    "goals": ["operational_efficiency"],
}
_SAID: Mapping[str, str] = {"meaning": "own.meaning", "why": "own.why", "weekly": "own.weekly", "aim": "own.aim"}
CATEGORY = "management"
#: What a person may choose for a KPI, first the usual.
CHOICES_OF: Mapping[str, tuple[str, ...]] = {
    "unit": ("ratio", "percent", "currency", "count", "duration", "score"),
    "direction": ("neutral", "higher_better", "lower_better"),
    "cadence": ("weekly", "daily", "monthly", "quarterly", "yearly"),
}


@dataclass(frozen=True, slots=True)
class Extended:
    """The catalogue with what a company defined, and what was wrong with its definitions and therefore left out."""

    catalogue: Catalogue
    faults: tuple[Fault, ...] = ()


def read(text: str) -> tuple[Mapping[str, Any], tuple[Fault, ...]]:
    """Read ``kpis.yaml``; a text that is no such file is a fault and counts as empty."""
    try:
        found = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return {}, (Fault(FILE, "own_unreadable", {"line": mark.line + 1 if mark else 1}),)
    if not isinstance(found, dict) or not all(isinstance(part, dict) for part in found.values()):
        return {}, (Fault(FILE, "own_shape"),)
    return found, ()


def write(document: Mapping[str, Any]) -> str:
    """Return the text of ``kpis.yaml``; parts without an entry are left out."""
    kept = {name: part for name, part in document.items() if part}
    return yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=110) if kept else ""


def with_classes(base: Catalogue, classes: Mapping[str, tuple[str, ...]]) -> Catalogue:
    """Return the catalogue with other channels in the classes of channels; the very same where they are the usual."""
    if dict(classes) == CHANNEL_CLASSES:
        return base
    edition = hashlib.sha256(repr(sorted(classes.items())).encode()).hexdigest()[:8]
    facts = {name: replace(source, classes=classes) for name, source in base.facts.items()}
    return replace(base, facts=facts, edition=edition)


def extended(base: Catalogue, document: Mapping[str, Any]) -> Extended:
    """Return ``base`` with the definitions of ``document``; what is wrong in it is left out and told."""
    if not document:
        return Extended(base)
    measures, faults = _measures(base, document.get("measures", {}))
    kpis, more = _kpis(base, document.get("kpis", {}))
    edition = base.edition + hashlib.sha256(write(document).encode()).hexdigest()[:16]
    ground = replace(base, measures={**base.measures, **measures}, edition=edition)
    catalogue, wrong = _sound(ground, kpis)
    catalogue, unknown = _chosen(catalogue, document.get("variants", {}))
    boards, unsound = _boards(catalogue, document.get("boards", {}))
    catalogue = replace(catalogue, packs={**catalogue.packs, **boards})
    return Extended(catalogue, (*faults, *more, *wrong, *unknown, *unsound))


def drafted(catalogue: Catalogue, name: str, entry: Mapping[str, Any]) -> Extended:
    """Return ``catalogue`` with one KPI more (or in the place of an own one), as a preview; nothing is kept."""
    others = {k.id: k for k in catalogue.kpis.values() if not (k.own and k.id == name)}
    kpis, faults = _kpis(replace(catalogue, kpis=others), {name: entry})
    made, wrong = _sound(replace(catalogue, kpis=others), kpis)
    return Extended(made, (*faults, *wrong))


def _measures(base: Catalogue, entries: Mapping[str, Any]) -> tuple[dict[str, Measure], list[Fault]]:
    found: dict[str, Measure] = {}
    faults: list[Fault] = []
    for name, entry in entries.items():
        if not NAME.fullmatch(str(name)):
            faults.append(Fault(str(name), "name"))
        elif name in base.measures:
            faults.append(Fault(str(name), "own_taken"))
        elif not isinstance(entry, dict) or not (label := _both(entry)):
            faults.append(Fault(str(name), "own_name"))
        else:
            found[str(name)] = _measure(str(name), label, entry)
    return found, faults


def _measure(name: str, label: Text, entry: Mapping[str, Any]) -> Measure:
    """A number of the sheet, by any of its names: as people write them, accents kept, case set aside."""
    words = {str(entry.get("reads", "")), label.vi, label.en, name, name.replace("_", " ")}
    known = sorted({unicodedata.normalize("NFC", word).casefold() for word in words if word})
    listed = ", ".join(literal(word) for word in known)
    stock = entry.get("kind") == "stock"
    return Measure(
        id=name,
        name=label,
        kind="stock" if stock else "sum",
        unit=entry.get("unit", "count"),
        additivity="semi_additive" if stock else "additive",
        fact=FACT,
        expr=f"CASE WHEN lower(nfc_normalize(measure)) IN ({listed}) THEN value END",
        members=("measure",) if stock else (),
        carry_days=45 if stock else 0,
    )


def _both(entry: Mapping[str, Any]) -> Text | None:
    """Return words in both languages; one stands in for the other where a person gave only one."""
    vi, en = (str(entry.get(lang) or "").strip() for lang in ("vi", "en"))
    return Text(vi or en, en or vi) if vi or en else None


def _kpis(base: Catalogue, entries: Mapping[str, Any]) -> tuple[dict[str, Kpi], list[Fault]]:
    found: dict[str, Kpi] = {}
    faults: list[Fault] = []
    for name, entry in entries.items():
        if name in base.kpis:
            faults.append(Fault(str(name), "own_taken"))
        elif not isinstance(entry, dict) or not isinstance(entry.get("name"), dict) or not _both(entry["name"]):
            faults.append(Fault(str(name), "own_name"))
        elif not str(entry.get("formula") or "").strip():
            faults.append(Fault(str(name), "own_formula"))
        else:
            try:
                found[str(name)] = replace(read_kpi(str(name), CATEGORY, _whole(entry), base.activity_days), own=True)
            except (TypeError, ValueError, KeyError, AttributeError):
                faults.append(Fault(str(name), "own_fields"))
    return found, faults


def _whole(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry with everything a KPI of the catalogue has."""
    name = _both(entry["name"]) or Text()
    formula = str(entry["formula"])
    words = {
        field: _words(entry.get(field))
        or _words({lang: Phrase.of(key, formula=formula).text(lang) for lang in _LANGS})
        for field, key in _SAID.items()
    }
    usual = {
        "synonyms": {"vi": [name.vi], "en": [name.en]},
        "pitfalls": {lang: [Phrase.of("own.pitfall").text(lang)] for lang in _LANGS},
    }
    return {**_USUAL, **usual, **entry, **words, "name": {"vi": name.vi, "en": name.en}}


_LANGS = ("vi", "en")


def _words(given: Any) -> dict[str, str] | None:
    text = _both(given) if isinstance(given, dict) else None
    return {"vi": text.vi, "en": text.en} if text else None


def _sound(ground: Catalogue, kpis: Mapping[str, Kpi]) -> tuple[Catalogue, list[Fault]]:
    """Add the KPIs that pass the catalogue's own checks; one that does not takes along those that build on it."""
    kept, faults = dict(kpis), list[Fault]()
    while True:
        catalogue = replace(ground, kpis={**ground.kpis, **kept}, packs=_packs(ground, kept))
        wrong = [fault for fault in validate(catalogue) if fault.entry in kept]
        faults += wrong
        if not wrong:
            added = {name: replace(k, aggregation=_added_up(catalogue, k)) for name, k in kept.items()}
            return replace(catalogue, kpis={**ground.kpis, **added}), faults
        for fault in wrong:
            kept.pop(fault.entry, None)


def _added_up(catalogue: Catalogue, kpi: Kpi) -> str:
    """Return how a KPI is aggregated: what adds up, what is a ratio of such sums, and what is neither."""
    additive = all(
        catalogue.measures[one.measure].additivity == "additive" and one.shift == "now" and not one.window
        for one in catalogue.inputs(kpi.id)
    )
    if not additive:
        return "composite"
    divided = "/" in kpi.formula or "K." in kpi.formula or "*" in kpi.formula
    return "ratio_of_sums" if divided else "sum"


def _packs(ground: Catalogue, kpis: Iterable[str]) -> dict[str, Pack]:
    packs = {name: pack for name, pack in ground.packs.items() if name != PACK}
    shown = tuple(dict.fromkeys((*(k.id for k in ground.kpis.values() if k.own), *kpis)))
    if shown:
        title, about = (Text(*(Phrase.of(key).text(lang) for lang in _LANGS)) for key in ("own.pack", "own.about"))
        packs[PACK] = Pack(PACK, title, about, shown, kind="own")
    return packs


def _boards(catalogue: Catalogue, entries: Mapping[str, Any]) -> tuple[dict[str, Pack], list[Fault]]:
    """Return the boards that people put together, of KPIs and readings, in their order; what is not there is told."""
    found: dict[str, Pack] = {}
    faults: list[Fault] = []
    about = Text(*(Phrase.of("own.board_about").text(lang) for lang in _LANGS))
    for name, entry in entries.items():
        title = _both(entry["name"]) if isinstance(entry, dict) and isinstance(entry.get("name"), dict) else None
        listed = entry.get("kpis") if isinstance(entry, dict) else None
        wanted = tuple(dict.fromkeys(str(k) for k in listed)) if isinstance(listed, list) else ()
        if not NAME.fullmatch(str(name)):
            faults.append(Fault(str(name), "name"))
        elif name in catalogue.packs:
            faults.append(Fault(str(name), "own_taken"))
        elif title is None:
            faults.append(Fault(str(name), "own_name"))
        else:
            faults += [Fault(str(name), "unknown", {"name": kpi}) for kpi in wanted if not catalogue.has(kpi)]
            kept = tuple(kpi for kpi in wanted if catalogue.has(kpi))
            if kept:
                found[str(name)] = Pack(str(name), title, about, kept, kind="own")
            else:
                faults.append(Fault(str(name), "own_board_empty"))
    return found, faults


def _chosen(catalogue: Catalogue, choices: Mapping[str, Any]) -> tuple[Catalogue, list[Fault]]:
    """Return the catalogue in which KPIs are read as the company chose."""
    kpis, faults = dict(catalogue.kpis), list[Fault]()
    for name, variant in choices.items():
        entry = kpis.get(str(name))
        known = {v.id: v for v in entry.variants if v.formula} if entry else {}
        if entry is None:
            faults.append(Fault(str(name), "unknown", {"name": name}))
        elif variant in known:
            kpis[entry.id] = entry.in_variant(known[variant])
        elif variant != STANDARD:
            faults.append(Fault(str(name), "own_variant", {"name": variant, "known": ", ".join(known) or "–"}))
    return replace(catalogue, kpis=kpis), faults
