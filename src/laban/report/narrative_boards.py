"""Prose for the boards: the part of ``narrative`` that speaks of levels, steps, leads and trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from laban.i18n import translate
from laban.metrics.result import Number
from laban.report import format as fmt
from laban.report import narrative
from laban.report.views.advice import Guard, OnlySteps, ShortName, Slow
from laban.report.views.boards.funnel import FunnelView, Step
from laban.report.views.boards.pairs import Leader
from laban.report.views.boards.tree import Arithmetic, Node
from laban.report.views.kpi import KpiView, Token
from laban.report.views.parts import KpiHead, Point

# Remarks on one KPI


def remarks(view: KpiView, lang: str) -> tuple[str, ...]:
    """Return everything to know before a KPI is taken at its word, each with its way out."""
    advice, said = view.advice, []
    if advice.slow:
        said.append(f"{slow_sentence(view.kpi, advice.slow, lang)} {rolling_words(advice.slow, lang)}.")
    if advice.guard:
        first, second = guard_sentences(advice.guard, lang)
        said.append(first)
        if advice.guard.nearer:
            said.append(f"{second} {_listed(advice.guard.nearer, lang)}.")
    if advice.better:
        said.append(f"{role_sentence(view.kpi, lang)} {_listed(advice.better, lang)}.")
    return (*said, *(clash_sentence(clash, lang) for clash in advice.names))


def _listed(kpis: Sequence[KpiHead], lang: str) -> str:
    return ", ".join(narrative.inner_name(kpi, lang) for kpi in kpis)


def slow_sentence(kpi: KpiHead, slow: Slow, lang: str) -> str:
    """Return that a KPI is asked over too short a span."""
    cadence = translate(lang, f"kpi_cadence.{slow.cadence}")
    key = "advice.slow_window" if slow.window > slow.asked else "advice.slow"
    return translate(lang, key, name=kpi.name.get(lang), cadence=cadence, asked=slow.asked, window=slow.window)


def rolling_words(slow: Slow, lang: str) -> str:
    """Return the name of the link to the span that fits."""
    return translate(lang, "advice.rolling", days=slow.rolling.days, range=fmt.days(slow.rolling, lang))


def guard_sentences(guard: Guard, lang: str) -> tuple[str, str]:
    """Return that a strategic KPI judges too small a part, and the words before the KPIs that fit better."""
    dimension = _inner(narrative.named(lang, "dimension", guard.dimension))
    return (
        translate(lang, "advice.guard", name=guard.kpi.name.get(lang), dimension=dimension),
        translate(lang, "advice.guard_nearer", dimension=dimension),
    )


def only_steps_sentence(steps: OnlySteps, lang: str) -> str:
    """Return that a big goal is followed by tactical KPIs only, before the strategic ones."""
    return translate(lang, "advice.only_steps", goal=_inner(translate(lang, f"kpi_goal.{steps.goal}")))


def role_sentence(kpi: KpiHead, lang: str) -> str:
    """Return that a supporting metric is no KPI, before the ones that are."""
    return translate(lang, "advice.role", name=kpi.name.get(lang))


def clash_sentence(clash: ShortName, lang: str) -> str:
    """Return what else short names may mean."""
    names = ", ".join(translate(lang, "advice.quoted", name=name) for name in clash.names)
    return translate(lang, "advice.names", names=names, others=_listed(clash.others, lang))


def _inner(name: str) -> str:
    return name[:1].lower() + name[1:]


# The funnel


def rate_text(rate: Number | None, lang: str) -> str:
    """Return a rate between two counts: a share, or a multiple where more come than went in."""
    if rate is None:
        return fmt.DASH
    return fmt.percent(rate, lang) if rate <= 1 else fmt.ratio(rate, lang)


def funnel_headline(view: FunnelView, lang: str) -> tuple[str, ...]:
    """Return which step loses most against its own past, and what that comes to."""
    if not view.ways:
        return (translate(lang, "boards.funnel.short"),)
    step = view.worst
    if step is None:
        return (translate(lang, "boards.funnel.fine"),)
    values = {
        "before": narrative.inner_name(step.before.kpi, lang),
        "after": narrative.inner_name(step.after.kpi, lang),
        "rate": rate_text(step.rate, lang),
        "usual": rate_text(step.usual, lang),
        "change": step_change(step, lang),
    }
    if not view.clear:
        code = step.change.reason if step.change else None
        reason = translate(lang, f"reason.{code}") if code else ""
        return (translate(lang, "boards.funnel.worst_open", reason=reason, **values).rstrip(),)
    said = [translate(lang, "boards.funnel.worst", **values)]
    if step.lost is not None and step.lost >= 1:
        said.append(translate(lang, "boards.funnel.lost", n=fmt.count(round(step.lost), lang), unit=values["after"]))
    return tuple(said)


def step_change(step: Step, lang: str) -> str:
    """Return how a rate moved against its usual one, as a share of it."""
    if step.change is None or step.change.relative is None or step.change.word is None:
        return translate(lang, "boards.funnel.no_usual")
    if step.change.word == "flat":
        return translate(lang, "word.flat")
    word = translate(lang, f"word.{step.change.word}")
    return translate(lang, "change.by", word=word, size=fmt.relative(step.change.relative, lang))


# Pairs


def lead_sentence(leader: Leader, lang: str) -> str:
    """Return by how many weeks a KPI ran ahead, with what that rests on."""
    lead = leader.lead
    if lead is None:
        return translate(lang, "boards.pairs.lead_short")
    if not lead.clear:
        return translate(lang, "boards.pairs.lead_unclear")
    key = "boards.pairs.lead" if lead.units else "boards.pairs.lead_none"
    r = fmt.number(lead.correlation, lang, 2)
    return translate(lang, key, n=lead.units, r=r, pairs=lead.pairs)


def effect_words(effect: str, above: KpiHead, lang: str, area: str = "boards.pairs.") -> str:
    """Return what the rise of a KPI does to the one above it."""
    return translate(lang, f"{area}{'up' if effect == '+' else 'down'}", name=narrative.inner_name(above, lang))


def turn_words(points: Sequence[Point], place: int, relative: float, lang: str) -> str:
    """Return a sudden change with its week."""
    word = translate(lang, "word.up" if relative > 0 else "word.down")
    change = translate(lang, "change.by", word=word, size=fmt.relative(relative, lang))
    return translate(lang, "boards.pairs.turn", period=fmt.period(points[place].period, lang), change=change)


# Trees


def arithmetic_words(node: Node, arithmetic: Arithmetic, lang: str, currency: str) -> str:
    """Return an identity with its numbers: ``42.366 × 3,49% = 1.477``; "" when a number is missing."""
    if arithmetic.value is None or any(term.value is None for term in arithmetic.terms):
        return ""
    texts = {term.label: _precise(term.value, term.unit, lang, currency) for term in arithmetic.terms}
    return f"{written(arithmetic.tokens, texts, lang)} = {fmt.value(arithmetic.value, node.kpi.unit, lang, currency)}"


def _precise(value: Number | None, unit: str, lang: str, currency: str) -> str:
    """A term with enough places that a reader who multiplies it out comes near the result."""
    if value is None or unit not in {"percent", "ratio"}:
        return fmt.value(value, unit, lang, currency)
    shown = value * 100 if unit == "percent" else value
    return fmt.number(shown, lang, 4, least=0) + ("%" if unit == "percent" else "")


def arithmetic_names(arithmetic: Arithmetic, lang: str) -> str:
    """Return an identity with the names of its terms."""
    return written(arithmetic.tokens, {term.label: term.name.get(lang) for term in arithmetic.terms}, lang)


def written(tokens: Sequence[Token], texts: Mapping[str, str], lang: str) -> str:
    """Return a formula with a text in the place of each of its parts."""
    words = (
        fmt.number(float(token.text), lang, 2, least=0)
        if token.kind == "number"
        else texts.get(token.text, token.text)
        for token in tokens
    )
    return " ".join(words).replace("( ", "(").replace(" )", ")")
