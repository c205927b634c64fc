"""The board through boring-semantic-layer.

    bench-data/peers-bsl/venv/bin/python benchmarks/peers/board_bsl.py ROWS FOLDER

Its own way to several facts is one model, a calendar joined to all of them (``join_many``). That is asked for as long
as LIMIT allows. Then each fact is asked for its week and channel, the answers are joined with ibis, and a model over
them holds the KPIs; the weeks to compare with are joined to its answer, again with ibis.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import ibis
from boring_semantic_layer import to_semantic_table
from bsl_models import FACTS, KEYS, KPIS, MEASURES, models
from common import ASKED, Asked, Days, Question, by_hand, compare, days_of, keyed, loaded, names_of, told, turns

#: Seconds that one question may take.
LIMIT = 60
BACK = {"before": 7, "year": 364}


class Measures:
    """The measures of a model under the names that the KPIs know."""

    def __init__(self, scope: Any, names: Mapping[str, str]) -> None:
        self._scope, self._names = scope, names

    def __getitem__(self, name: str) -> Any:
        return self._scope[self._names[name]]


def over(kpi: Callable[[Any], Any], names: Mapping[str, str]) -> Callable[[Any], Any]:
    """A KPI as a measure of a model that has the measures under other names."""
    return lambda t: kpi(Measures(t, names))


def of_days(model: Any, days: Days, compared: bool) -> Any:
    first, end = ibis.date(days.read(compared)), ibis.date(days.end)
    return model.filter(lambda t: (t.date >= first) & (t.date < end))


def side_by_side(facts: dict[str, Any], days: Days, compared: bool) -> Any:
    """Every fact asked for week and channel, joined so that none loses a row."""
    parts = [
        of_days(model, days, compared).group_by(*KEYS).aggregate(*FACTS[name]).to_untagged()
        for name, model in facts.items()
    ]
    joined = parts[0]
    for part in parts[1:]:
        both = joined.outer_join(part, list(KEYS), rname="right_{name}")
        keys = {key: ibis.coalesce(both[key], both[f"right_{key}"]) for key in KEYS}
        joined = both.mutate(**keys).drop(*(f"right_{key}" for key in KEYS))
    return joined


def statement(facts: dict[str, Any], days: Days, kpis: Sequence[str], compared: bool) -> str:
    """Compile the board to one statement."""
    whole = {f"whole_{name}": (lambda t, name=name: t[name].max()) for name in MEASURES}
    shown = {f"kpi_{kpi}": over(KPIS[kpi], {name: f"whole_{name}" for name in MEASURES}) for kpi in kpis}
    board = (
        to_semantic_table(side_by_side(facts, days, compared), name="board")
        .with_dimensions(week=lambda t: t.week, channel=lambda t: t.channel)
        .with_measures(**whole)
        .with_measures(**shown)
    )
    found = board.group_by(*KEYS).aggregate(*shown).to_untagged()
    start = ibis.date(days.start)
    answer = found.filter(found.week >= start)
    columns = list(shown)
    for name, back in BACK.items() if compared else ():
        renamed = {f"{name}_{column}": column for column in shown}
        then = found.mutate(week=(found.week + ibis.interval(days=back)).cast("date")).rename(renamed)
        answer = answer.left_join(then, list(KEYS), rname=f"{name}_right_{{name}}")
        columns += renamed
    return str(ibis.to_sql(answer.select(*KEYS, *columns).order_by(*KEYS)))


def ask(connection: Any, facts: dict[str, Any], days: Days, kpis: Sequence[str], compared: bool) -> Question:
    """The board, beside the statement written by hand."""
    how = "7 models, answers joined with ibis, a model of KPIs over them"
    hand = by_hand(days, compared)

    def rows(text: str) -> Any:
        return connection.con.execute(text).fetchall()

    return Question(
        Asked(ASKED[compared], f"{how}; weeks joined with ibis" if compared else how),
        compile=lambda: statement(facts, days, kpis, compared),
        run=rows,
        hand=lambda: rows(hand),
        rows=keyed,
        expected=lambda: keyed(rows(hand)),
    )


def calendar(connection: Any, days: Days) -> Any:
    """A model of the weeks shown and all channels, to which facts can be joined."""
    ads = connection.table("fact_ad_performance_live")
    ads = ads.filter(ads.date >= ibis.date(days.start), ads.date < ibis.date(days.end))
    cells = ads.select(week=ads.date.truncate("W"), channel=ads.channel_group).distinct()
    model = to_semantic_table(cells, name="calendar")
    return model.with_dimensions(week=lambda t: t.week, channel=lambda t: t.channel)


def joined(connection: Any, facts: dict[str, Any], days: Days, kpis: Sequence[str], names: Sequence[str]) -> Asked:
    """Ask one model, a calendar joined to the facts named, for the KPIs that they suffice for."""
    weeks = calendar(connection, days)
    for name in names:
        weeks = weeks.join_many(facts[name], list(KEYS))
    to = "all facts" if names == list(FACTS) else " and ".join(names)
    asked = Asked(ASKED[False], f"{len(kpis)} KPIs of one model, a calendar joined (join_many) to {to}")
    places = {measure: f"{name}.{measure}" for name in names for measure in FACTS[name]}
    model = weeks.with_measures(**{f"kpi_{kpi}": over(KPIS[kpi], places) for kpi in kpis})
    stop = threading.Timer(LIMIT, connection.con.interrupt)
    start = time.perf_counter()
    try:
        query = model.group_by("calendar.week", "calendar.channel").aggregate(*(f"kpi_{kpi}" for kpi in kpis))
        text = str(query.sql())
        asked.compile.append((time.perf_counter() - start) * 1000)
        stop.start()
        start = time.perf_counter()
        ours = connection.con.execute(text).fetchall()
        asked.run.append((time.perf_counter() - start) * 1000)
    except duckdb.InterruptException:
        asked.failed = f"stopped after {LIMIT} s: it joins the rows of the facts to one another to find the cells"
    except Exception as problem:  # noqa: BLE001 - whatever another layer raises is what there is to tell
        asked.failed = f"{type(problem).__name__}: {' '.join(str(problem).split())[:200]}"
    finally:
        stop.cancel()
    if not asked.failed:
        hand = connection.con.execute(by_hand(days, compared=False))
        order = [column[0] for column in hand.description]
        places = [0, 1, *(order.index(kpi) for kpi in kpis)]
        compare(asked, keyed(ours), keyed([[row[place] for place in places] for row in hand.fetchall()]))
    return asked


def main() -> None:
    rows, folder = Path(sys.argv[1]), Path(sys.argv[2])
    days = days_of(rows)
    loaded(rows, folder / "board.duckdb")
    connection = ibis.duckdb.connect(folder / "board.duckdb", threads=2)
    kpis = names_of(connection.con.execute, days)
    facts = models(connection)
    # The statement lists the KPIs of the web first, then those of ads.
    parts = ((kpis[:12], ["web"]), (kpis[:24], ["web", "ads"]), (kpis, list(FACTS)))
    answers = [joined(connection, facts, days, some, names) for some, names in parts]
    answers += turns([ask(connection, facts, days, kpis, compared) for compared in (False, True)])
    packages = ("boring-semantic-layer", "ibis-framework", "duckdb")
    told("boring-semantic-layer", answers, {name: version(name) for name in packages})


if __name__ == "__main__":
    main()
