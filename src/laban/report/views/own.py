"""The pages of what people define themselves: the list, and the editor with its preview."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from laban.errors import FormulaError
from laban.i18n import Phrase, translate
from laban.metrics import search
from laban.metrics.compile import compile_query
from laban.metrics.formula import parse
from laban.metrics.own import CHOICES_OF, PACK, Extended, drafted
from laban.metrics.run import answer
from laban.report.views import common, formula
from laban.report.views.kpi import FormulaPart, Token
from laban.report.views.parts import Frame, KpiHead, Missing, Source, Text, Tile, plain

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue
    from laban.metrics.query import Query
    from laban.metrics.result import Result

_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """A KPI that may be read in several ways: the chosen one and the choices (id, what it says)."""

    kpi: KpiHead
    chosen: str
    choices: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A number people write down themselves; ``used_by`` names the KPIs that need it."""

    id: str
    name: Text
    unit: str
    used_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnBoard:
    """A board that people put together, and how many KPIs are on it."""

    id: str
    name: Text
    size: int


@dataclass(frozen=True, slots=True)
class OwnView:
    """The list of what people defined.

    Attributes:
        kpis: The own KPIs with their formulas.
        numbers: The own numbers.
        boards: The boards people put together.
        readings: KPIs of the catalogue of which the company may choose the reading.
        faults: What is wrong in the file and therefore left out, in both languages.
        may_restore: Whether there is an earlier state to go back to.
    """

    kpis: tuple[tuple[KpiHead, str], ...]
    numbers: tuple[OwnNumber, ...]
    boards: tuple[OwnBoard, ...]
    readings: tuple[Reading, ...]
    faults: tuple[Text, ...]
    may_restore: bool

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a draft; ``position`` counts characters of the formula from 0, None for the whole."""

    message: Text
    position: int | None = None


@dataclass(frozen=True, slots=True)
class EditorView:
    """The editor: what was typed, what is wrong with it, and what it would give for the last full week.

    ``id`` is the KPI's name in addresses and formulas; ``known`` says that it exists already.
    """

    form: Mapping[str, str]
    id: str
    known: bool
    mistakes: tuple[Mistake, ...]
    frame: Frame | None
    tile: Tile | None
    missing: Missing | None
    formula_tokens: tuple[Token, ...]
    formula_parts: tuple[FormulaPart, ...]
    measures: tuple[tuple[str, Text], ...]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def kpi(self) -> KpiHead | None:
        """Which KPI the preview shows."""
        return self.tile.kpi if self.tile else None

    @property
    def sound(self) -> bool:
        """Whether it could be kept."""
        return bool(self.form.get("formula")) and not self.mistakes

    def as_json(self) -> dict[str, Any]:
        """Return the page as plain JSON."""
        json: dict[str, Any] = plain(self)
        return json


@dataclass(frozen=True, slots=True)
class _Drafted:
    """A workspace as it would be with a draft in its catalogue; its answers are not kept."""

    source: Source
    catalogue: Catalogue

    def run(self, query: Query) -> Result:
        plan = compile_query(query, self.catalogue, self.source.today)
        return answer(plan, self.catalogue, self.source.warehouse)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)


def own_page(extended: Extended, *, may_restore: bool) -> OwnView:
    """Build the list of what people defined."""
    catalogue = extended.catalogue
    kpis = [kpi for kpi in catalogue.kpis.values() if kpi.own]
    uses = {kpi.id: {one.measure for one in catalogue.inputs(kpi.id)} for kpi in kpis}
    numbers = tuple(
        OwnNumber(m.id, common.words(m.name), m.unit, tuple(name for name, used in uses.items() if m.id in used))
        for m in catalogue.measures.values()
        if m.fact == "fact_own_number"
    )
    readings = tuple(
        Reading(
            replace(common.head(kpi), name=common.words(kpi.name)),
            kpi.variant,
            tuple((v.id, common.words(v.name or v.text)) for v in kpi.variants if v.formula),
        )
        for kpi in catalogue.kpis.values()
        if any(v.formula for v in kpi.variants)
    )
    faults = tuple(Text(fault.message("vi"), fault.message("en")) for fault in extended.faults)
    boards = tuple(
        OwnBoard(p.id, common.words(p.name), len(p.kpis))
        for p in catalogue.packs.values()
        if p.kind == "own" and p.id != PACK
    )
    return OwnView(tuple((common.head(k), k.formula) for k in kpis), numbers, boards, readings, faults, may_restore)


def entry_of(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the definition that a form describes; what was left empty is left out."""
    said = {name: " ".join(value.split()) for name, value in form.items() if value.strip()}
    entry: dict[str, Any] = {
        "name": {lang: said[f"name_{lang}"] for lang in ("vi", "en") if f"name_{lang}" in said},
        "formula": said.get("formula", ""),
    }
    for name in ("unit", "direction", "cadence", "stage", "level"):
        if name in said:
            entry[name] = said[name]
    meaning = {lang: said[f"meaning_{lang}"] for lang in ("vi", "en") if f"meaning_{lang}" in said}
    if meaning:
        entry["meaning"] = meaning
    if said.get("window_days", "").isdecimal():
        entry["window_days"] = int(said["window_days"])
    return entry


def form_of(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return the form that describes a definition."""
    form = {
        name: str(entry[name]) for name in ("formula", "unit", "direction", "cadence", "window_days") if name in entry
    }
    for field_name in ("name", "meaning"):
        for lang, text in dict(entry.get(field_name) or {}).items():
            form[f"{field_name}_{lang}"] = str(text)
    return form


def id_of(form: Mapping[str, str]) -> str:
    """Return the id that a name gives: English before Vietnamese, without accents, parted by underscores."""
    name = form.get("name_en") or form.get("name_vi") or ""
    slug = _NOT_A_LETTER.sub("_", search.plain(name))[:LONGEST_NAME].strip("_")
    return slug if slug[:1].isalpha() else f"kpi_{slug}".rstrip("_")


def editor(source: Source, form: Mapping[str, str]) -> EditorView:
    """Build the editor for what was typed so far, with a preview where it can be computed."""
    catalogue = source.catalogue
    name = form.get("id", "").strip() or id_of(form)
    known = name in catalogue.kpis and catalogue.kpis[name].own
    empty = EditorView(
        form,
        name,
        known,
        (),
        None,
        None,
        None,
        (),
        (),
        _measures(catalogue),
        {k: tuple(v) for k, v in CHOICES_OF.items()},
    )
    text = form.get("formula", "")
    if not text.strip():
        return empty
    try:
        parse(text, catalogue.names)
    except FormulaError as error:
        return replace(empty, mistakes=(Mistake(_reason(error), error.position),))
    entry = entry_of(form)
    nameless = not entry["name"]
    made = drafted(catalogue, name, {**entry, "name": entry["name"] or {"vi": "?", "en": "?"}})
    mistakes = [
        Mistake(Text(fault.message("vi"), fault.message("en"))) for fault in made.faults if fault.entry == name
    ]
    if nameless:
        mistakes.append(Mistake(_said("own.name_missing")))
    if name not in made.catalogue.kpis:
        return replace(empty, mistakes=tuple(mistakes))
    return replace(_preview(_Drafted(source, made.catalogue), name, empty), mistakes=tuple(mistakes))


def _preview(source: Source, name: str, empty: EditorView) -> EditorView:
    catalogue = source.catalogue
    around = common.frame(source, None, "previous")
    answers = common.ask(source, [name], around)
    cell, _ = common.cells_of(answers.now, name)
    gone = None
    if cell.value is None:
        gone = common.missing(catalogue, name, cell, answers.now.refusals.get(name), begun=around.begun)
    return replace(
        empty,
        frame=around,
        tile=common.tile(source, answers, name),
        missing=gone,
        formula_tokens=formula.tokens(catalogue, catalogue.kpi(name).formula),
        formula_parts=formula.parts(catalogue, name, cell),
    )


def _measures(catalogue: Catalogue) -> tuple[tuple[str, Text], ...]:
    return tuple((m.id, common.words(m.name)) for m in catalogue.measures.values())


def _reason(error: FormulaError) -> Text:
    """Return what is wrong, without the formula and the place: the page points at both."""
    reason = error.values["reason"]
    vi, en = (reason.text(lang) if isinstance(reason, Phrase) else str(reason) for lang in ("vi", "en"))
    return Text(vi[:1].upper() + vi[1:], en[:1].upper() + en[1:])


def _said(key: str) -> Text:
    return Text(translate("vi", key), translate("en", key))
