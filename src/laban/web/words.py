"""Numbers and sentences for templates: the reader's language bound once, everything else from ``report``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from laban.analysis.compare import Change
from laban.i18n import translate
from laban.metrics.model import Catalogue
from laban.metrics.result import Number
from laban.periods import Period
from laban.report import doubting, narrative, narrative_maturity
from laban.report import format as fmt
from laban.report.views import (
    DataView,
    Frame,
    Freshness,
    ImportRow,
    KpiHead,
    Missing,
    Note,
    Tile,
    formula,
)
from laban.report.views.common import label_text
from laban.report.views.kpi import Benchmark, Breakdown, Driver, FormulaPart, ProofPart, Token
from laban.report.views.parts import Compared
from laban.report.views.scorecard import ScorecardView
from laban.sources import platform_name
from laban.workspace import finding_json


class Formulated(Protocol):
    """A view that shows a formula with the numbers of a period."""

    @property
    def tile(self) -> Tile | None:
        """The number that came out."""

    @property
    def formula_tokens(self) -> tuple[Token, ...]:
        """The formula in pieces."""

    @property
    def formula_parts(self) -> tuple[FormulaPart, ...]:
        """Its parts with their numbers."""


@dataclass(frozen=True, slots=True)
class Words:
    """One reader's words; ``measures`` are the names of the catalogue's measures."""

    lang: str
    currency: str
    measures: Mapping[str, str]

    def t(self, key: str, /, **values: Any) -> str:
        """Return a sentence of the message files."""
        return translate(self.lang, key, **values)

    # numbers and days

    def value(self, kpi: KpiHead, amount: Number | None) -> str:
        """Return a KPI's number in its unit, or in words that there is none."""
        return self.t("word.no_data") if amount is None else self.cell(kpi, amount)

    def cell(self, kpi: KpiHead, amount: Number | None) -> str:
        """Return a KPI's number for a table: a dash when there is none."""
        return fmt.value(amount, kpi.unit, self.lang, self.currency)

    def number(self, amount: Number | None) -> str:
        """Return a plain number, exact to two places."""
        return fmt.DASH if amount is None else fmt.number(amount, self.lang, 2, least=0)

    def rate(self, amount: Decimal) -> str:
        """Return an exchange rate with all its places."""
        return fmt.number(amount, self.lang, 12, least=0)

    def percent(self, share: float) -> str:
        """Return a share."""
        return fmt.percent(share, self.lang)

    def money(self, amount: Decimal) -> str:
        """Return an amount in the workspace's currency."""
        return fmt.money(amount, self.lang, self.currency)

    def part(self, part: FormulaPart) -> str:
        """Return the number of a measure, money as money."""
        if part.value is None:
            return self.t("word.no_data")
        return fmt.duration(part.value, self.lang) if part.is_time else self._amount(part.value, part.is_money)

    def _amount(self, amount: Decimal | int | None, is_money: bool) -> str:
        return fmt.money(amount, self.lang, self.currency) if is_money and amount is not None else self.number(amount)

    def day(self, when: date) -> str:
        """Return a day."""
        return fmt.day(when, self.lang)

    def moment(self, when: datetime) -> str:
        """Return a day and the time of day."""
        return fmt.moment(when, self.lang)

    def period(self, when: Period) -> str:
        """Return a period's name with its days."""
        return fmt.period(when, self.lang)

    def days(self, first: date | None, last: date | None) -> str:
        """Return a first and a last day (inclusive) as one text."""
        if first is None or last is None or last < first:
            return fmt.DASH
        return fmt.days(Period(first, last + timedelta(days=1)), self.lang)

    def period_text(self, text: str) -> str:
        """Return the days of a period in its text form."""
        return fmt.days(Period.parse(text), self.lang)

    # changes

    def arrow(self, change: Change) -> str:
        """Return the mark of the direction, where there is one."""
        return narrative.arrow(change)

    def tone(self, change: Change) -> str:
        """Return the class that colours a change: good, bad or nothing."""
        return change.verdict if change.verdict in {"good", "bad"} else ""

    def change(self, kpi: KpiHead, change: Change) -> str:
        """Return a change in words."""
        return narrative.change_words(change, kpi.unit, self.lang, self.currency)

    def signed(self, kpi: KpiHead, change: Change) -> str:
        """Return a change with its sign."""
        return narrative.signed(change, kpi.unit, self.lang, self.currency)

    def verdict(self, tile: Tile) -> str:
        """Return the verdict in a word or two, or why there is none; "" where the change or the value says it."""
        if tile.value is None or tile.change is None or tile.change.reason == "flat":
            return ""
        return narrative.verdict_words(tile.change, self.lang)

    def reason(self, tile: Tile) -> str:
        """Return why there is no verdict, as a sentence."""
        return narrative.reason_sentence(tile, self.lang, self.currency)

    def compared(self, other: Compared, frame: Frame) -> str:
        """Return the name of a comparison."""
        return _capital(narrative.compared_label(other, frame, self.lang))

    def why_not(self, other: Compared) -> str:
        """Return why a comparison could not be made."""
        return narrative.compared_reason(other, self.lang)

    def interval(self, kpi: KpiHead, ends: tuple[float, float]) -> str:
        """Return the range in which the true value lies."""
        low, high = (self.cell(kpi, end) for end in ends)
        return self.t("web.kpi.interval", low=low, high=high)

    def benchmark(self, kpi: KpiHead, figure: Benchmark) -> str:
        """Return a published figure: its middle, or its ends."""
        middle, low, high = (
            None if end is None else self.cell(kpi, end) for end in (figure.typical, figure.low, figure.high)
        )
        ends = f"{low}{fmt.DASH}{high}" if low and high else low or high
        return ": ".join(part for part in (figure.segment.get(self.lang), middle or ends) if part)

    # sentences

    def headline(self, view: ScorecardView) -> tuple[str, ...]:
        """Return what happened in the period."""
        return narrative.headline(view, self.lang)

    def baseline(self, frame: Frame) -> str:
        """Return what the numbers are compared with, in a sentence."""
        remark = narrative.tet_sentence(frame, self.lang)
        return f"{_capital(narrative.comparison_sentence(frame, self.lang))}. {remark}".rstrip()

    def comparison(self, frame: Frame) -> str:
        """Return the name of the comparison."""
        return narrative.comparison_label(frame, self.lang)

    def partial(self, frame: Frame) -> str:
        """Return how much of a running period is over."""
        if not frame.begun:
            return self.t("web.not_begun")
        return self.t("web.partial", days=frame.elapsed.days, of=frame.period.days)

    def note(self, note: Note) -> str:
        """Return a note about a number."""
        return narrative.note_text(note, self.lang)

    def maturity(self, tile: Tile) -> tuple[str, ...]:
        """Return what there is to say of a number that still moves."""
        return narrative_maturity.sentences(tile, self.lang, self.currency)

    def why_window(self, tile: Tile) -> str:
        """Return what would bring an expected end of a number."""
        return narrative_maturity.why(tile, self.lang)

    def doubts(self, tile: Tile) -> str:
        """Return how many doubts there are about the data of a number."""
        return doubting.mark(len(tile.doubts), self.lang)

    def missing(self, gap: Missing) -> str:
        """Return why a KPI has no number and what would bring it."""
        return narrative.missing_text(gap, self.lang)

    def spark_label(self, tile: Tile) -> str:
        """Return what a sparkline shows."""
        known = [point for point in tile.spark if point.value is not None]
        if not known:
            return ""
        first, last = known[0], known[-1]
        return self.t(
            "web.spark",
            name=tile.kpi.name.get(self.lang),
            n=len(tile.spark),
            first=fmt.days(first.period, self.lang),
            last=fmt.days(last.period, self.lang),
            low=self.cell(tile.kpi, first.value),
            value=self.cell(tile.kpi, last.value),
        )

    def behind(self, source: Freshness) -> str:
        """Return how many days a source is behind."""
        days = source.days_behind or 0
        return narrative.behind_words(days, self.lang)

    def proof(self, split: Breakdown) -> str:
        """Return whether the rows of a breakdown add up to its total."""
        return narrative.proof_sentence(split, self.lang)

    def proof_line(self, part: ProofPart) -> str:
        """Return the sum over the rows beside the total, for one measure."""
        rows, total = (self._amount(amount, part.is_money) for amount in (part.rows, part.total))
        return self.t("proof.line", measure=_capital(part.name.get(self.lang)), rows=rows, total=total)

    # formulas

    def formula_in_names(self, view: Formulated) -> str:
        """Return the formula with the names of its parts."""
        names = {part.measure: part.name.get(self.lang) for part in view.formula_parts}
        return self.written(view.formula_tokens, names)

    def formula_in_numbers(self, view: Formulated) -> str:
        """Return the formula with the numbers of the period, and what comes out; "" when one is missing."""
        numbers = {part.measure: self.part(part) for part in view.formula_parts if part.value is not None}
        wanted = {token.text for token in view.formula_tokens if token.kind == "part"}
        if (
            view.tile is None
            or view.tile.value is None
            or len(view.formula_tokens) < 2
            or not wanted <= numbers.keys()
        ):
            return ""
        return f"{self.written(view.formula_tokens, numbers)} = {self.cell(view.tile.kpi, view.tile.value)}"

    def written(self, tokens: Sequence[Token], texts: Mapping[str, str]) -> str:
        """Return a formula with a text in the place of each of its parts."""
        words = (
            self.number(Decimal(token.text)) if token.kind == "number" else texts.get(token.text, token.text)
            for token in tokens
        )
        return " ".join(words).replace("( ", "(").replace(" )", ")")

    def formula(self, catalogue: Catalogue, text: str) -> str:
        """Return a formula of the catalogue with the names of its parts."""
        tokens = formula.tokens(catalogue, text)
        names = {t.text: label_text(catalogue, t.text).get(self.lang) for t in tokens if t.kind == "part"}
        return self.written(tokens, names)

    # names

    def inner(self, kpi: KpiHead) -> str:
        """Return a KPI's name as it stands inside a sentence."""
        return narrative.inner_name(kpi, self.lang)

    def platform(self, code: str | None) -> str:
        """Return a platform's name."""
        return platform_name(code, self.lang) if code else self.t("word.not_given")

    def dimension(self, code: str) -> str:
        """Return a dimension's name."""
        return narrative.named(self.lang, "dimension", code)

    def inner_dimension(self, code: str) -> str:
        """Return a dimension's name as it stands inside a sentence."""
        name = self.dimension(code)
        return name[:1].lower() + name[1:]

    def member(self, dimension: str, value: str | None) -> str:
        """Return one value of a dimension."""
        return narrative.member_name(self.lang, dimension, value)

    def fact_source(self, fact: str) -> str:
        """Return what brings a fact, in words."""
        return narrative.named(self.lang, f"fact.{fact}", "name")

    def category(self, code: str) -> str:
        """Return a category's name."""
        return narrative.named(self.lang, "category", code)

    def direction(self, kpi: KpiHead) -> str:
        """Return which way the number is wished to go."""
        return self.t(f"word.better_{kpi.direction.removesuffix('_better')}")

    def measure(self, code: str) -> str:
        """Return a measure's name."""
        return self.measures.get(code) or code.replace("_", " ")

    def driver(self, driver: Driver) -> str:
        """Return how another KPI moves this one."""
        way = "up" if driver.effect == "+" else "down"
        return self.t(f"web.kpi.driver_{driver.kind}_{way}")

    # files

    def status(self, status: str) -> str:
        """Return what became of a file."""
        return self.t(f"cli.status.{status}")

    def status_tone(self, status: str) -> str:
        """Return the class that colours what became of a file."""
        return {"loaded": "good", "refused": "bad", "empty": "watch"}.get(status, "")

    def level(self, level: str) -> str:
        """Return how grave a finding is."""
        return self.t(f"web.level.{level}")

    def place(self, finding: Mapping[str, Any]) -> str:
        """Return where in a file a finding is."""
        return ", ".join(
            self.t(f"web.place.{part}", **{part: finding[part]})
            for part in ("member", "row", "column", "value")
            if finding.get(part) not in {None, ""}
        )

    def findings(self, item: ImportRow) -> list[dict[str, Any]]:
        """Return the findings of an import, the gravest first."""
        grave = ("error", "warning", "info")
        return [finding_json(f, self.lang) for f in sorted(item.findings, key=lambda f: grave.index(f.level))]

    def findings_summary(self, item: ImportRow) -> str:
        """Return how many findings of each level an import has."""
        counts = [
            self.t(f"web.data.count_{level}", n=n)
            for level in ("error", "warning", "info")
            if (n := sum(finding.level == level for finding in item.findings))
        ]
        return " · ".join((self.t("web.data.details"), *counts))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def waiting_in_inbox(view: DataView) -> int:
    """Return how many files lie in the inbox and were never imported."""
    return sum(not file.imported for file in view.inbox)
