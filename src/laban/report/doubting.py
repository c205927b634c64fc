"""Doubts about the data in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from laban.analysis.quality import Doubt
from laban.i18n import messages, translate
from laban.periods import Period
from laban.report import format as fmt
from laban.sources import platform_name

#: Sources named one by one.
_NAMED = 4


def source_name(doubt: Doubt, lang: str) -> str:
    """Return whose numbers a doubt is about: the platform, with its account where there are several."""
    if several := doubt.values.get("platforms", ()):
        names = [platform_name(name, lang) for name in several]
        rest = translate(lang, "quality.others", n=len(names) - _NAMED) if len(names) > _NAMED else ""
        return f"{', '.join(names[:_NAMED])}{rest}"
    if not doubt.platform:
        return translate(lang, "quality.everywhere")
    platform = platform_name(doubt.platform, lang)
    if not doubt.account or doubt.code in {"same_account", "same_orders"}:
        return platform
    return translate(lang, "quality.account", platform=platform, account=doubt.account)


def title(doubt: Doubt, lang: str, currency: str) -> str:
    """Return what was found, in one line."""
    text = _said(doubt, "title", lang, currency)
    return text[:1].upper() + text[1:]


def text(doubt: Doubt, lang: str, currency: str) -> str:
    """Return what it means."""
    return _said(doubt, "text", lang, currency)


def advice(doubt: Doubt, lang: str, currency: str) -> str:
    """Return what to do about it."""
    return _said(doubt, "do", lang, currency)


def mark(count: int, lang: str) -> str:
    """Return how many doubts there are about a number."""
    return translate(lang, "quality.mark") if count == 1 else translate(lang, "quality.marks", n=count)


def _said(doubt: Doubt, part: str, lang: str, currency: str) -> str:
    period = doubt.period
    values: dict[str, Any] = {
        "source": source_name(doubt, lang),
        "period": fmt.days(period, lang) if period else translate(lang, "quality.period_all"),
    }
    money = doubt.values.get("money", ())
    for name, value in doubt.values.items():
        if name in money and isinstance(value, Decimal):
            values[name] = fmt.money(value, lang, currency)
        else:
            values[name] = _worded(name, value, lang)
    return translate(lang, f"quality.{doubt.code}.{part}", **values)


def _worded(name: str, value: Any, lang: str) -> Any:
    if isinstance(value, Period):
        return fmt.days(value, lang)
    if isinstance(value, date):
        return fmt.day(value, lang)
    if isinstance(value, tuple):
        return ", ".join(f"“{item}”" for item in value)
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return fmt.number(value, lang, 2, least=0)
    if name == "measure":
        return messages(lang).get(f"quality.measure.{value}", value)
    return value
