"""The catalogue as it stands in the data files beside this module, read once.

``measures.yaml`` holds dimensions, facts and measures, ``packs.yaml`` the packs, ``sources.yaml`` who published
which benchmark, ``kpis/<category>.yaml`` the KPIs of a category.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from laban.i18n import Text
from laban.metrics.model import (
    Benchmark,
    BenchmarkSource,
    Catalogue,
    Dimension,
    Driver,
    Kpi,
    Measure,
    Pack,
    PackGroup,
    Source,
    Variant,
)
from laban.periods import Period

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def load_catalogue(
    activity_days: int = 90, brand_terms: tuple[str, ...] = (), index_base: Period | None = None
) -> Catalogue:
    """Return the catalogue that ships with Laban, for a company with these settings (see ``Catalogue``)."""
    here = resources.files(__package__)
    base = _read(here / "measures.yaml")
    kpis = dict(_kpis(here / "kpis", activity_days))
    order = {name: place for place, name in enumerate(base["categories"])}
    return Catalogue(
        kpis=dict(sorted(kpis.items(), key=lambda item: order[item[1].category])),
        measures={name: measure(name, entry) for name, entry in base["measures"].items()},
        facts={name: _source(name, entry) for name, entry in base["facts"].items()},
        dimensions={name: _dimension(name, entry) for name, entry in base["dimensions"].items()},
        packs={name: _pack(name, entry) for name, entry in _read(here / "packs.yaml").items()},
        sources={n: BenchmarkSource(n, **entry) for n, entry in _read(here / "sources.yaml").items()},
        activity_days=activity_days,
        brand_terms=brand_terms,
        index_base=index_base,
    )


def _read(file: Traversable) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(file.read_text("utf-8"), Loader=_LOADER)  # noqa: S506  a safe loader, in C
    return found


def _kpis(folder: Traversable, activity_days: int) -> Iterator[tuple[str, Kpi]]:
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            category = file.name.removesuffix(".yaml")
            for name, entry in _read(file).items():
                yield name, kpi(name, category, entry, activity_days)


def text(entry: Any) -> Text:
    """Read words in both languages."""
    return Text(str(entry["vi"]), str(entry["en"]))


def kpi(name: str, category: str, entry: Mapping[str, Any], activity_days: int = 90) -> Kpi:
    """Read one KPI; a window of "activity" is as long as a customer counts as active."""
    given = dict(entry)
    window = given.pop("window_days", 0)
    drivers = given.pop("drivers", {})
    return Kpi(
        id=name,
        category=category,
        name=text(given.pop("name")),
        meaning=text(given.pop("meaning")),
        why=text(given.pop("why")),
        weekly=text(given.pop("weekly")),
        aim=text(given.pop("aim")),
        note=text(given.pop("note")) if "note" in given else None,
        formula=str(given.pop("formula")),
        window_days=activity_days if window == "activity" else int(window),
        types=_names(given.pop("types")),
        departments=_names(given.pop("departments")),
        goals=_names(given.pop("goals")),
        also_in=_names(given.pop("also_in", ())),
        abbreviations=_names(given.pop("abbreviations", ())),
        synonyms=_lists(given.pop("synonyms", {})),
        pitfalls=_lists(given.pop("pitfalls", {})),
        dimensions=_names(given.pop("dimensions", ())),
        drivers=tuple(
            Driver(other, kind, "+" if effect == "up" else "-")
            for kind, effects in drivers.items()
            for other, effect in effects.items()
        ),
        benchmarks=tuple(_benchmark(b) for b in given.pop("benchmarks", ())),
        variants=tuple(_variant(v) for v in given.pop("variants", ())),
        basis=text(given.pop("basis")) if "basis" in given else None,
        **given,
    )


def _variant(entry: Mapping[str, Any]) -> Variant:
    return Variant(
        id=entry["id"],
        text=text(entry),
        formula=str(entry.get("formula", "")),
        name=text(entry["name"]) if "name" in entry else None,
        unit=entry.get("unit"),
        window_days=entry.get("window_days"),
    )


def measure(name: str, entry: Mapping[str, Any]) -> Measure:
    """Read one measure."""
    given = dict(entry)
    kind = given.pop("kind", "sum")
    return Measure(
        id=name,
        name=Text(given.pop("vi"), given.pop("en")),
        kind=kind,
        additivity=given.pop("additivity", _ADDITIVITY[kind]),
        members=_names(given.pop("members", ())),
        **given,
    )


_ADDITIVITY = {
    "sum": "additive",
    "count": "additive",
    "distinct": "distinct",
    "repeat": "distinct",
    "stock": "semi_additive",
    "median": "non_additive",
    "quantile": "non_additive",
    "top": "non_additive",
    "reported": "distinct",
    "activity": "non_additive",
    "derived": "additive",
}


def _source(name: str, entry: Mapping[str, Any]) -> Source:
    given = dict(entry)
    return Source(
        id=name,
        table=given.pop("table", f"{name}_live"),
        dimensions=given.pop("dimensions", {}),
        whole=_names(given.pop("whole", ())),
        join_on=_names(given.pop("join_on", ())),
        needs=_names(given.pop("needs", (name,))),
        **given,
    )


def _dimension(name: str, entry: Mapping[str, Any]) -> Dimension:
    return Dimension(name, text(entry), bool(entry.get("filter_only", False)), bool(entry.get("personal", False)))


def _pack(name: str, entry: Mapping[str, Any]) -> Pack:
    """Read one pack; the KPIs of one with groups are those of its groups, in their order."""
    given = dict(entry)
    groups = tuple(
        PackGroup(group, text(part["name"]), _names(part["kpis"])) for group, part in given.pop("groups", {}).items()
    )
    return Pack(
        id=name,
        name=text(given.pop("name")),
        about=text(given.pop("about")),
        kpis=tuple(k for group in groups for k in group.kpis) if groups else _names(given.pop("kpis")),
        companions=_names(given.pop("companions", ())),
        groups=groups,
        alternates=_lists(given.pop("alternates", {})),
        **given,
    )


def _benchmark(entry: Mapping[str, Any]) -> Benchmark:
    def number(name: str) -> Decimal | None:
        return Decimal(str(entry[name])) if name in entry else None

    return Benchmark(
        source=entry["source"],
        unit=entry["unit"],
        segment=text(entry["segment"]),
        typical=number("typical"),
        low=number("low"),
        high=number("high"),
        region=str(entry.get("region", "")),
        period=str(entry.get("period", "")),
    )


def _names(entry: Any) -> tuple[str, ...]:
    return tuple(str(name) for name in entry)


def _lists(entry: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {key: _names(items) for key, items in entry.items()}
