"""Sentences of the boards for templates: the reader's language bound once, everything else from ``report``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from laban.analysis.lead import Turn
from laban.i18n import translate
from laban.metrics.result import Number
from laban.report import format as fmt
from laban.report import narrative
from laban.report import narrative_boards as prose
from laban.report.views.advice import Guard, OnlySteps, ShortName, Slow
from laban.report.views.boards import FunnelView
from laban.report.views.boards.funnel import Step
from laban.report.views.boards.pairs import Leader
from laban.report.views.boards.tree import Arithmetic, Node
from laban.report.views.parts import KpiHead, Point


@dataclass(frozen=True, slots=True)
class BoardWords:
    """One reader's words for the boards."""

    lang: str
    currency: str

    def named(self, kind: str, code: str) -> str:
        """Return the name of a level, stage, scope, department or goal."""
        return narrative.named(self.lang, f"kpi_{kind}", code)

    def names(self, kpis: Sequence[KpiHead]) -> str:
        """Return the names of KPIs as they stand inside a sentence."""
        return ", ".join(narrative.inner_name(kpi, self.lang) for kpi in kpis)

    def goals(self, codes: Sequence[str]) -> str:
        """Return the names of goals as they stand inside a sentence."""
        names = [self.named("goal", code) for code in codes]
        return ", ".join(name[:1].lower() + name[1:] for name in names)

    def slow(self, kpi: KpiHead, slow: Slow) -> str:
        """Return that a KPI is asked over too short a span."""
        return prose.slow_sentence(kpi, slow, self.lang)

    def rolling(self, slow: Slow) -> str:
        """Return the name of the link to the span that fits."""
        return prose.rolling_words(slow, self.lang)

    def guard(self, guard: Guard) -> tuple[str, str]:
        """Return that a strategic KPI judges too small a part, and the words before those that fit better."""
        return prose.guard_sentences(guard, self.lang)

    def only_steps(self, steps: OnlySteps) -> str:
        """Return that a big goal is followed by tactical KPIs only."""
        return prose.only_steps_sentence(steps, self.lang)

    def role(self, kpi: KpiHead) -> str:
        """Return that a supporting metric is no KPI."""
        return prose.role_sentence(kpi, self.lang)

    def clash(self, clash: ShortName) -> str:
        """Return what else a short name may mean."""
        return prose.clash_sentence(clash, self.lang)

    # the funnel

    def funnel(self, view: FunnelView) -> tuple[str, ...]:
        """Return which step loses most."""
        return prose.funnel_headline(view, self.lang)

    def rate(self, rate: Number | None) -> str:
        """Return a rate between two counts."""
        return prose.rate_text(rate, self.lang)

    def onward(self, step: Step) -> str:
        """Return a rate in words: how many go on."""
        if step.rate is None:
            return fmt.DASH
        if step.rate <= 1:
            return translate(self.lang, "boards.funnel.rate", rate=self.rate(step.rate))
        times = fmt.number(step.rate, self.lang, 1)
        return translate(self.lang, "boards.funnel.times", rate=times)

    def step_change(self, step: Step) -> str:
        """Return how a rate moved against its usual one."""
        return prose.step_change(step, self.lang)

    # pairs

    def lead(self, leader: Leader) -> str:
        """Return by how many weeks a KPI ran ahead."""
        return prose.lead_sentence(leader, self.lang)

    def lead_chip(self, leader: Leader) -> str:
        """Return the same in a word or two; "" where it is not clear."""
        if leader.lead is None or not leader.lead.clear:
            return ""
        key = "lead_chip" if leader.lead.units else "same_chip"
        return translate(self.lang, f"boards.pairs.{key}", n=leader.lead.units)

    def effect(self, effect: str, above: KpiHead) -> str:
        """Return what the rise of a KPI tends to do to another."""
        return prose.effect_words(effect, above, self.lang)

    def turn(self, points: Sequence[Point], turn: Turn) -> str:
        """Return a sudden change with its week."""
        return prose.turn_words(points, turn.place, turn.relative, self.lang)

    def course_label(self, kpi: KpiHead, points: Sequence[Point]) -> str:
        """Return what a course shows."""
        name, first, last = kpi.name.get(self.lang), points[0].period.start, points[-1].period.last
        first_day, last_day = fmt.day(first, self.lang), fmt.day(last, self.lang)
        return translate(self.lang, "boards.pairs.chart", name=name, first=first_day, last=last_day)

    # trees

    def link(self, node: Node, above: KpiHead) -> str:
        """Return how a KPI is linked to the one above it."""
        kind = translate(self.lang, f"boards.tree.{node.kind}")
        return f"{kind}: {prose.effect_words(node.effect, above, self.lang, 'boards.tree.effect_')}"

    def in_names(self, arithmetic: Arithmetic) -> str:
        """Return an identity with the names of its terms."""
        return prose.arithmetic_names(arithmetic, self.lang)

    def in_numbers(self, node: Node, arithmetic: Arithmetic) -> str:
        """Return an identity with its numbers."""
        return prose.arithmetic_words(node, arithmetic, self.lang, self.currency)

    # quarters

    def quarter(self, point: Point) -> str:
        """Return the name of a quarter."""
        return fmt.period(point.period, self.lang)
