"""The catalogue as a web of drivers: who moves whom, what lies between two KPIs, what hangs loose.

A driver is a term of a KPI's arithmetic (identity) or an expected influence (causal); see ``model.Driver``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from laban.metrics.model import Catalogue, Driver, Kpi

#: Steps down a tree within which a leading KPI still foretells a lagging one.
NEAR = 3


@dataclass(frozen=True, slots=True)
class Reached:
    """A KPI met on a walk: how many steps away, in which direction it pushes the start, and the way to it.

    ``way`` are the KPIs after the start, this one last. ``effect`` is the product of the signs along it.
    """

    kpi: str
    steps: int
    effect: Literal["+", "-"]
    way: tuple[str, ...]


def down(catalogue: Catalogue, start: str, most: int = 99) -> tuple[Reached, ...]:
    """Return the KPIs below one, nearest first, each by its shortest way."""
    return _walk({kpi.id: kpi.drivers for kpi in catalogue.kpis.values()}, catalogue, start, most)


def up(catalogue: Catalogue, start: str, most: int = 99) -> tuple[Reached, ...]:
    """Return the KPIs that one moves, nearest first, each by its shortest way."""
    above: dict[str, list[Driver]] = {}
    for kpi in catalogue.kpis.values():
        for driver in kpi.drivers:
            above.setdefault(driver.kpi, []).append(Driver(kpi.id, driver.kind, driver.effect))
    return _walk(above, catalogue, start, most)


def _walk(links: Mapping[str, Sequence[Driver]], catalogue: Catalogue, start: str, most: int) -> tuple[Reached, ...]:
    found: dict[str, Reached] = {}
    todo = [Reached(start, 0, "+", ())]
    while todo:
        here = todo.pop(0)
        for link in links.get(here.kpi, ()) if here.steps < most else ():
            if link.kpi != start and link.kpi not in found and link.kpi in catalogue.kpis:
                effect: Literal["+", "-"] = "+" if link.effect == here.effect else "-"
                found[link.kpi] = Reached(link.kpi, here.steps + 1, effect, (*here.way, link.kpi))
                todo.append(found[link.kpi])
    return tuple(found.values())


def leading_drivers(catalogue: Catalogue, kpi: str) -> tuple[Reached, ...]:
    """Return the leading KPIs that foretell a lagging one, the nearest first."""
    return tuple(one for one in down(catalogue, kpi, NEAR) if catalogue.kpis[one.kpi].timing == "leading")


def unlinked(catalogue: Catalogue) -> tuple[Kpi, ...]:
    """Return the tactical KPIs from which no way leads up to a strategic one; metrics are not asked for one."""
    linked = {
        one.kpi for kpi in catalogue.kpis.values() if kpi.level == "strategic" for one in down(catalogue, kpi.id)
    }
    tactical = (kpi for kpi in catalogue.kpis.values() if kpi.level == "tactical" and kpi.role == "kpi")
    return tuple(kpi for kpi in tactical if kpi.id not in linked)


def better(catalogue: Catalogue, metric: str, count: int = 2) -> tuple[Kpi, ...]:
    """Return KPIs that tell more than a supporting metric: those it moves, then those that serve the same goals."""
    entry = catalogue.kpis[metric]
    above = {one.kpi: one.steps for one in up(catalogue, metric)}

    def rank(kpi: Kpi) -> tuple[int, bool, int, bool]:
        shared = len(set(kpi.goals) & set(entry.goals))
        return (above.get(kpi.id, 99), kpi.category != entry.category, -shared, kpi.priority != "seed")

    candidates = [
        kpi
        for kpi in catalogue.kpis.values()
        if kpi.role == "kpi" and kpi.id != metric and (kpi.id in above or set(kpi.goals) & set(entry.goals))
    ]
    return tuple(sorted(candidates, key=rank)[:count])


def nearer(catalogue: Catalogue, kpi: str, dimension: str, count: int = 3) -> tuple[Kpi, ...]:
    """Return tactical KPIs below a strategic one by which a part of the business (a campaign) may be judged."""
    below = (catalogue.kpis[one.kpi] for one in down(catalogue, kpi))
    fitting = (
        one
        for one in below
        if one.level == "tactical" and one.role == "kpi" and dimension in catalogue.allowed_dimensions(one.id)
    )
    return tuple(fitting)[:count]
