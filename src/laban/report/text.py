"""Rows for a terminal: the scorecard and a KPI's tables as plain texts, with lines drawn in block characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from laban.metrics.result import Number
from laban.report import format as fmt
from laban.report import narrative
from laban.report.views.kpi import KpiView
from laban.report.views.parts import Compared, Tile
from laban.report.views.scorecard import ScorecardView

BLOCKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One KPI of the board; ``tone`` is "good", "bad" or ""."""

    id: str
    name: str
    value: str
    change: str
    verdict: str
    second: str
    spark: str
    tone: str


def blocks(values: Sequence[Number | None]) -> str:
    """Return a small course in eight heights; a gap is a space, a constant one runs in the middle."""
    known = [float(v) for v in values if v is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    step = (high - low) / (len(BLOCKS) - 1)
    return "".join(
        " " if v is None else BLOCKS[round((float(v) - low) / step)] if step else BLOCKS[3] for v in values
    )


def board_rows(view: ScorecardView, lang: str) -> list[BoardRow]:
    """Return the rows of the board, in the pack's order."""
    return [_board_row(tile, view.frame.currency, lang) for tile in view.tiles]


def _board_row(tile: Tile, currency: str, lang: str) -> BoardRow:
    kpi, change = tile.kpi, tile.change
    arrow = f"{mark} " if (mark := narrative.arrow(change)) else ""
    return BoardRow(
        id=kpi.id,
        name=kpi.name.get(lang),
        value=fmt.value(tile.value, kpi.unit, lang, currency),
        change=arrow + narrative.signed(change, kpi.unit, lang, currency),
        verdict=narrative.verdict_words(change, lang),
        second=narrative.signed(tile.second.change, kpi.unit, lang, currency),
        spark=blocks([point.value for point in tile.spark]),
        tone=change.verdict if change and change.verdict != "neutral" else "",
    )


def compared_rows(view: KpiView, lang: str) -> list[tuple[str, str, str, str]]:
    """Return the comparisons of a KPI: with what, that value, the change, the verdict or why there is none."""
    return [_compared_row(view, item, lang) for item in view.comparisons]


def _compared_row(view: KpiView, item: Compared, lang: str) -> tuple[str, str, str, str]:
    unit, currency = view.kpi.unit, view.frame.currency
    label = narrative.compared_label(item, view.frame, lang)
    if item.reason is not None:
        return label, fmt.DASH, fmt.DASH, narrative.compared_reason(item, lang)
    shown = fmt.value(item.value, unit, lang, currency)
    return (
        label,
        shown,
        narrative.signed(item.change, unit, lang, currency),
        narrative.verdict_words(item.change, lang),
    )


def breakdown_rows(view: KpiView, lang: str) -> list[tuple[str, str, str, str]]:
    """Return the rows of the breakdown: name, value, share, change."""
    if view.breakdown is None:
        return []
    unit, currency, split = view.kpi.unit, view.frame.currency, view.breakdown
    return [
        (
            narrative.member_name(lang, split.dimension, row.key),
            fmt.value(row.value, unit, lang, currency),
            fmt.DASH if row.share is None else fmt.share(row.share, lang),
            narrative.signed(row.change, unit, lang, currency),
        )
        for row in split.rows
    ]
