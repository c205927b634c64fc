"""Numbers that stand in tables beside KPIs: every measure, and the quotients of ``columns.yaml``.

They are asked for like KPIs, in the same fused question, but the dictionary does not list them.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from functools import cache
from importlib import resources
from threading import Lock
from typing import Any

import yaml

from laban.i18n import Text
from laban.metrics.model import Catalogue, Kpi, Measure

#: How a measure of a kind is written in a formula and what its number is like.
_WRITTEN = {"stock": "last({})", "median": "median({})"}
_AGGREGATION = {
    "stock": "last_value", "median": "median", "quantile": "median", "distinct": "distinct_count",
    "repeat": "distinct_count", "reported": "distinct_count", "top": "model", "activity": "model",
}  # fmt: skip
#: Catalogues that have been made; a process has one or two.
KEPT = 8

_made: OrderedDict[int, tuple[Catalogue, Catalogue]] = OrderedDict()
_lock = Lock()


def with_columns(catalogue: Catalogue) -> Catalogue:
    """Return the catalogue in which columns can be asked for; where a KPI has the same id, it is the KPI."""
    with _lock:
        if id(catalogue) in _made:
            return _made[id(catalogue)][1]
    columns = {m.id: _of_measure(m) for m in catalogue.measures.values()}
    columns |= {name: _of_entry(name, entry) for name, entry in _entries().items()}
    made = replace(catalogue, kpis={**columns, **catalogue.kpis}, ground=catalogue)
    with _lock:
        _made[id(catalogue)] = (catalogue, made)
        while len(_made) > KEPT:
            _made.popitem(last=False)
        return _made[id(catalogue)][1]


@cache
def _entries() -> dict[str, Any]:
    text = (resources.files(__package__) / "columns.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def _of_measure(measure: Measure) -> Kpi:
    formula = _WRITTEN.get(measure.kind, "{}").format(measure.id)
    name = Text(_capital(measure.name.vi), _capital(measure.name.en))
    return _column(measure.id, name, formula, measure.unit, "neutral", _AGGREGATION.get(measure.kind, "sum"))


def _of_entry(name: str, entry: dict[str, Any]) -> Kpi:
    words = Text(str(entry["vi"]), str(entry["en"]))
    return _column(name, words, str(entry["formula"]), entry["unit"], entry["direction"], "ratio_of_sums")


def _column(name: str, words: Text, formula: str, unit: Any, direction: Any, aggregation: str) -> Kpi:
    nothing = Text()
    return Kpi(
        id=name,
        name=words,
        formula=formula,
        unit=unit,
        direction=direction,
        aggregation=aggregation,
        cadence="week",
        category="column",
        meaning=nothing,
        why=nothing,
        weekly=nothing,
        aim=nothing,
        timing="leading",
        level="tactical",
        stage="",
        role="column",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
