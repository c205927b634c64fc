"""The only place where prose is made: views in, sentences out, in the reader's language.

Every function takes numbers and codes and the language; wording stands in the message files.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from laban.analysis.compare import Change
from laban.i18n import messages, translate
from laban.periods import Period
from laban.report import format as fmt
from laban.report.views.calendar import events
from laban.report.views.kpi import Breakdown, FormulaPart, KpiView
from laban.report.views.parts import Compared, Event, Frame, Freshness, KpiHead, Missing, Note, Text, Tile
from laban.report.views.scorecard import ScorecardView, state, strongest
from laban.report.views.weekly import Spot
from laban.sources import platform_name

ARROWS = {"up": "▲", "down": "▼", "flat": "■"}

#: From this factor on, a growth reads better as "three times as much" than as a percentage.
MANY_TIMES = 3.0


def arrow(change: Change | None) -> str:
    """Return the mark of a change's direction; "" where too few cases carry no direction."""
    if change is None or not change.word or change.reason == "not_enough_data":
        return ""
    return ARROWS[change.word]


def size_of(change: Change, unit: str, lang: str, currency: str = "VND") -> str:
    """Return the size of a change without sign or word: ``12,5%``, ``3,1 điểm %`` for shares, points for scores."""
    if change.absolute is None:
        return fmt.DASH
    if unit == "percent":
        return fmt.points(change.absolute, lang)
    if unit == "score":
        return translate(lang, "format.score_points", n=fmt.score(abs(float(change.absolute)), lang))
    if change.relative is None:
        return fmt.value(abs(float(change.absolute)), unit, lang, currency)
    return fmt.relative(change.relative, lang)


def signed(change: Change | None, unit: str, lang: str, currency: str = "VND") -> str:
    """Return a change with its sign, for tables: ``+12,5%``, ``−3,1 điểm %``; a dash without one."""
    if change is None or change.word is None:
        return fmt.DASH
    if change.word == "flat" or not change.absolute:
        return f"≈{fmt.NBSP}0"
    sign = "+" if change.absolute > 0 else fmt.MINUS
    return sign + size_of(change, unit, lang, currency)


def change_words(change: Change | None, unit: str, lang: str, currency: str = "VND") -> str:
    """Return a change in words: ``tăng 12,5%``, ``giảm 3,1 điểm %``, ``gấp 3,4 lần``, ``gần như không đổi``."""
    if change is None or change.word is None:
        return translate(lang, "reason_short.no_baseline")
    if change.word == "flat":
        return translate(lang, "word.flat")
    factor = None if change.relative is None else 1 + change.relative
    if factor is not None and factor >= MANY_TIMES and unit not in {"percent", "score"}:
        times = translate(lang, "format.times", n=fmt.number(factor, lang, 1, least=0))
        return translate(lang, "change.times_up", times=times)
    word = translate(lang, f"word.{change.word}")
    return translate(lang, "change.by", word=word, size=size_of(change, unit, lang, currency))


def verdict_words(change: Change | None, lang: str) -> str:
    """Return the verdict in a word or two; where there is none, why not."""
    if change is None:
        return ""
    if change.reason is not None:
        return translate(lang, f"reason_short.{change.reason}")
    return translate(lang, f"word.{change.verdict}")


def reason_sentence(tile: Tile, lang: str, currency: str = "VND") -> str:
    """Return why a number gets no verdict, with the interval or the number of cases; "" when it gets one."""
    change = tile.change
    code = tile.reason or (change.reason if change else None)
    if code is None:
        return ""
    if code == "not_enough_data" and tile.interval and tile.kpi.unit == "percent" and change and change.events:
        low, high = (fmt.value(end, tile.kpi.unit, lang, currency) for end in tile.interval)
        return translate(lang, "reason.not_enough_trials", n=fmt.count(change.events, lang), low=low, high=high)
    if code == "not_enough_data" and change and change.events is not None:
        return translate(lang, "reason.not_enough_events", n=fmt.count(change.events, lang))
    return translate(lang, f"reason.{code}")


def comparison_label(frame: Frame, lang: str) -> str:
    """Return what the period is compared with: ``so với tuần trước``, ``so với cùng vị trí quanh Tết năm ngoái``."""
    if frame.compared == "previous":
        grain = frame.period.grain
        if grain == "range":
            return translate(lang, "compare.previous_range", days=frame.elapsed.days)
        return translate(lang, f"compare.previous_{grain}")
    return translate(lang, f"compare.{frame.compared}")


def comparison_sentence(frame: Frame, lang: str) -> str:
    """Return the comparison with its days; a running period says how many days meet how many."""
    label = comparison_label(frame, lang)
    if frame.baseline is None:
        return label
    span = fmt.days(frame.baseline, lang)
    if frame.partial and frame.begun:
        return translate(lang, "compare.same_days", label=label, elapsed=frame.elapsed.days, days=span)
    return translate(lang, "compare.with_days", label=label, days=span)


def compared_label(item: Compared, frame: Frame, lang: str) -> str:
    """Return the name of one of the comparisons of the KPI page."""
    if item.kind == "previous" and frame.period.grain != "range":
        return translate(lang, f"compare.previous_{frame.period.grain}")
    return translate(lang, f"compare.{item.kind}")


def compared_reason(item: Compared, lang: str) -> str:
    """Return why a comparison could not be made; "" when it could."""
    return translate(lang, f"compared.{item.reason}") if item.reason else ""


def tet_sentence(frame: Frame, lang: str) -> str:
    """Return the remark that a Tết comparison was asked for far from Tết; "" otherwise."""
    return translate(lang, "compare.tet_fallback") if frame.compare == "tet" and frame.compared != "tet" else ""


def headline(view: ScorecardView, lang: str) -> tuple[str, ...]:
    """Return what happened in the period: how many got better or worse, the best news, what to look at first."""
    frame = view.frame
    name = fmt.period(frame.period, lang)
    if not frame.begun:
        return (translate(lang, "headline.not_begun", period=name),)
    if all(tile.value is None for tile in view.tiles):
        return (translate(lang, "headline.none", period=name),)
    parts = translate(lang, "headline.join").join(_counts(view, lang))
    if frame.partial:
        of = {"days": frame.elapsed.days, "of": frame.period.days}
        first = translate(lang, "headline.partial", period=name, parts=parts, **of)
    else:
        first = translate(lang, "headline.counts", period=name, parts=parts)
    ranked = strongest(view.tiles)
    sentences = [first]
    for verdict, key in (("good", "best"), ("bad", "worst")):
        found = next((tile for tile in ranked if tile.change and tile.change.verdict == verdict), None)
        if found is not None:
            sentences.append(_news(f"headline.{key}", found, frame, lang))
    if len(sentences) == 1 and any(tile.change and tile.change.word for tile in view.tiles):
        sentences.append(translate(lang, "headline.nothing"))
    return (*sentences, *filter(None, [season_sentence(frame, lang)]))


def season_sentence(frame: Frame, lang: str) -> str:
    """Return which holidays and sale days only one of the two periods has; "" when they have the same."""
    if frame.baseline is None:
        return ""
    now, before = ({e.code: event_title(e, lang) for e in events(p)} for p in (frame.elapsed, frame.baseline))
    parts = [
        translate(lang, f"headline.{key}", events=translate(lang, "headline.join").join(names))
        for key, names in (
            ("season_now", [name for code, name in now.items() if code not in before]),
            ("season_before", [name for code, name in before.items() if code not in now]),
        )
        if names
    ]
    return (
        translate(lang, "headline.season", parts=translate(lang, "headline.season_join").join(parts)) if parts else ""
    )


def _counts(view: ScorecardView, lang: str) -> list[str]:
    found = dict.fromkeys(("good", "bad", "steady", "open", "missing"), 0)
    for tile in view.tiles:
        found[state(tile)] += 1
    found["missing"] += len({m.kpi.id for m in view.missing} - {t.kpi.id for t in view.tiles})
    names = {"open": "alone"} if view.frame.compared == "none" else {}
    return [translate(lang, f"headline.{names.get(key, key)}", n=n) for key, n in found.items() if n]


def _news(key: str, tile: Tile, frame: Frame, lang: str) -> str:
    kpi = tile.kpi
    shown = fmt.value(tile.value, kpi.unit, lang, frame.currency)
    return translate(
        lang,
        key,
        name=inner_name(kpi, lang),
        change=change_words(tile.change, kpi.unit, lang, frame.currency),
        value_words=translate(lang, "headline.now", value=shown),
    )


def inner_name(kpi: KpiHead, lang: str) -> str:
    """Return a KPI's name as it stands inside a sentence: the first letter small unless it is an abbreviation."""
    name = kpi.name.get(lang)
    first = name.split(" ")[0]
    if len(first) > 1 and not first[1:].islower():
        return name
    return name[:1].lower() + name[1:]


def kpi_sentence(tile: Tile, frame: Frame, lang: str, *, named: bool = True) -> str:
    """Return what there is to say about one KPI: value, change, comparison, or why there is no verdict.

    Without ``named`` the sentence leaves out the name, for use beside it.
    """
    kpi, change = tile.kpi, tile.change
    name = kpi.name.get(lang)
    if tile.value is None:
        return f"{name}: {translate(lang, 'word.no_data')}."
    values = {"value": fmt.value(tile.value, kpi.unit, lang, frame.currency)}
    moved = change is not None and change.word is not None
    if moved:
        values["comparison"] = comparison_label(frame, lang)
        values["change"] = change_words(change, kpi.unit, lang, frame.currency)
    key = "kpi_sentence.compared" if moved else "kpi_sentence.plain"
    sentence = translate(lang, key, **values)
    sentence = translate(lang, "kpi_sentence.named", name=name, sentence=sentence) if named else sentence
    remark = reason_sentence(tile, lang, frame.currency) if change and change.reason not in {None, "flat"} else ""
    return f"{_opening(sentence)}. {remark}".rstrip()


def _opening(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def evidence(spot: Spot, frame: Frame, lang: str) -> str:
    """Return a strength or weak spot with its evidence: value, change, comparison, and the events it rests on."""
    kpi, change = spot.tile.kpi, spot.change
    label = comparison_label(frame, lang) if spot.kind == frame.compared else translate(lang, f"compare.{spot.kind}")
    values = {
        "value": fmt.value(spot.tile.value, kpi.unit, lang, frame.currency),
        "change": change_words(change, kpi.unit, lang, frame.currency),
        "comparison": label,
    }
    sentence = translate(lang, "kpi_sentence.compared", **values)
    said = translate(lang, "kpi_sentence.named", name=kpi.name.get(lang), sentence=sentence)
    if change.events is None or change.events < 1:
        return f"{said}."
    return said + translate(lang, "evidence.basis", n=fmt.count(change.events, lang))


def note_text(note: Note, lang: str) -> str:
    """Return a note about a number."""
    return translate(lang, f"note.{note.code}", **_worded(note.values, lang))


def missing_text(missing: Missing, lang: str) -> str:
    """Return why a KPI has no number and what would bring it."""
    values = _worded(missing.values, lang)
    days = {name: _Day(fmt.day(value, lang)) for name, value in missing.values.items() if isinstance(value, date)}
    return translate(lang, f"{missing.kind}.{missing.code}", **(values | days))


class _Day(str):
    """A written day that stays as it is where a sentence says how to write one."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return str(self)


def _worded(values: Mapping[str, object], lang: str) -> dict[str, object]:
    """Put periods and lists of names into words; texts in two languages are chosen."""
    return {name: _in_words(value, lang) for name, value in values.items()}


def _in_words(value: object, lang: str) -> object:
    if isinstance(value, Period):
        return fmt.days(value, lang)
    if isinstance(value, date):
        return fmt.day(value, lang)
    if isinstance(value, tuple):
        return ", ".join(str(_in_words(inner, lang)) for inner in value) or fmt.DASH
    return value.get(lang) if isinstance(value, Text) else value


def event_title(event: Event, lang: str) -> str:
    """Return an event's name."""
    return event.title if event.title is not None else translate(lang, f"event.{event.code}")


#: Dimensions whose values have names.
_NAMED = {"channel": "channel", "channel_group": "channel", "platform": "platform"}


def named(lang: str, area: str, code: str | None) -> str:
    """Return the name of a code (``channel``, ``dimension``, ``category``, ``platform``); itself when it has none."""
    if code is None or code == "":
        return translate(lang, "word.not_given")
    kind = _NAMED.get(area, area)
    return platform_name(code, lang) if kind == "platform" else messages(lang).get(f"{kind}.{code}", code)


def member_name(lang: str, dimension: str, value: str | None) -> str:
    """Return one value of a dimension as people read it: channels and platforms by name, others as they stand."""
    key = f"member.{dimension}.{value}"
    return messages(lang).get(key) or named(lang, dimension if dimension in _NAMED else "", value)


def formula_words(view: KpiView, lang: str) -> str:
    """Return the formula with the names of its parts: ``chi phí quảng cáo ÷ lượt chuyển đổi từ quảng cáo``."""
    names = {part.measure: part.name.get(lang) for part in view.formula_parts}
    return _formula(view, names, lang)


def formula_numbers(view: KpiView, lang: str) -> str:
    """Return the formula with its numbers filled in and the result: ``12.000.000 ₫ ÷ 120 = 100.000 ₫``."""
    currency = view.frame.currency
    values = {part.measure: fmt.value(part.value, _unit_of(part), lang, currency) for part in view.formula_parts}
    result = fmt.value(view.tile.value, view.kpi.unit, lang, currency)
    return f"{_formula(view, values, lang)} = {result}"


def _unit_of(part: FormulaPart) -> str:
    return "currency" if part.is_money else "duration" if part.is_time else "count"


def _formula(view: KpiView, parts: Mapping[str, str], lang: str) -> str:
    words: list[str] = []
    for token in view.formula_tokens:
        if token.kind == "part":
            words.append(parts.get(token.text, token.text))
        elif token.kind == "number":
            words.append(fmt.number(Decimal(token.text), lang, 6, least=0))
        else:
            words.append({"(": "(", ")": ")"}.get(token.text, f" {token.text} "))
    return "".join(words)


def freshness_sentence(item: Freshness, lang: str) -> str:
    """Return how new a source's data are: ``dữ liệu đến 15/11/2026, chậm 3 ngày``."""
    if item.last_day is None:
        return translate(lang, "fresh.never")
    until = translate(lang, "fresh.until", day=fmt.day(item.last_day, lang))
    behind = item.days_behind or 0
    return f"{until}, {behind_words(behind, lang)}"


def behind_words(days: int, lang: str) -> str:
    """Return how many days a source is behind: ``chậm 3 ngày``, ``mới nhất``."""
    if days <= 0:
        return translate(lang, "fresh.today")
    return translate(lang, "fresh.behind_one" if days == 1 else "fresh.behind", days=days)


def proof_sentence(breakdown: Breakdown, lang: str) -> str:
    """Return whether the rows of a breakdown add up to its total."""
    if breakdown.hidden:
        return translate(lang, "proof.hidden", n=breakdown.hidden)
    if not breakdown.additive or breakdown.exact is None:
        return translate(lang, "proof.not_additive")
    if breakdown.exact:
        return translate(lang, "proof.exact")
    off = ", ".join(part.name.get(lang) for part in breakdown.proof if not part.exact)
    return translate(lang, "proof.differs", measures=off)
