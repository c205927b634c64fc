"""Sentences about numbers that still move: where they will end, and what they are compared with meanwhile."""

from __future__ import annotations

from laban.i18n import translate
from laban.metrics.result import Number
from laban.report import format as fmt
from laban.report.views.parts import Tile


def sentences(tile: Tile, lang: str, currency: str = "VND") -> tuple[str, ...]:
    """Return what there is to say of how mature a number is; nothing of one that is final."""
    ripe = tile.maturity
    if ripe.final or tile.value is None:
        return ()
    found = [expected(tile, lang, currency) or translate(lang, "maturity.window", days=ripe.days)]
    if ripe.known is not None:
        found.append(translate(lang, "maturity.known", day=fmt.day(ripe.known, lang)))
    if ripe.grown is not None:
        before, grown = (_shown(value, tile, lang, currency) for value in (tile.baseline, ripe.grown))
        found.append(translate(lang, "maturity.same_age", before=before, grown=grown))
    return tuple(found)


def why(tile: Tile, lang: str) -> str:
    """Return what would bring an expected end, where only the usual window is known; "" elsewhere."""
    usual = tile.maturity.state == "window" and tile.value is not None
    return translate(lang, "maturity.why_window") if usual else ""


def expected(tile: Tile, lang: str, currency: str = "VND") -> str:
    """Return where a number is expected to end, with the band; "" where that is not known."""
    ripe = tile.maturity
    if ripe.state != "moving" or tile.value is None:
        return ""
    ends = {name: getattr(ripe, name) for name in ("expected", "low", "high")}
    shown = {name: _shown(value, tile, lang, currency) for name, value in {"value": tile.value, **ends}.items()}
    return translate(lang, "maturity.moving", **shown)


def state(tile: Tile, lang: str) -> str:
    """Return how mature a number is, in a word or two."""
    return translate(lang, f"maturity.state_{tile.maturity.state}") if tile.value is not None else ""


def _shown(value: Number | None, tile: Tile, lang: str, currency: str) -> str:
    return fmt.value(value, tile.kpi.unit, lang, currency)
