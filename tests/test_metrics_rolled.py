"""Answers from rollups are the answers from the facts, whatever was imported and withdrawn in which order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import metrics_shop
from laban.metrics.catalogue import load_catalogue
from laban.metrics.compile import compile_query
from laban.metrics.query import Query
from laban.metrics.result import Result
from laban.metrics.rolled import chosen, rolled
from laban.metrics.run import answer, run
from laban.metrics.table import Table
from laban.periods import Period
from laban.sources.model import Slice
from laban.warehouse import Warehouse
from laban.warehouse.engine import Snapshot
from laban.workspace import Workspace

CATALOGUE = load_catalogue()
KPIS = tuple(CATALOGUE.kpis)
BY_CHANNEL = tuple(k for k in KPIS if "channel" in CATALOGUE.allowed_dimensions(k))
TODAY = metrics_shop.TODAY
ROLLUPS = rolled(CATALOGUE).rollups


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with metrics_shop.build(tmp_path_factory.mktemp("shop")) as warehouse:
        warehouse.least_rows = 0
        assert warehouse.refresh(ROLLUPS)
        yield warehouse


class Raw:
    """A warehouse whose rollups nobody may use."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.version = warehouse.version

    @contextmanager
    def snapshot(self) -> Iterator[Any]:
        with self.warehouse.snapshot() as inner:
            yield Unrolled(inner)

    def refresh(self, rollups: Any, *, wait: bool = True) -> bool:
        return wait and not rollups


class Unrolled:
    def __init__(self, inner: Snapshot) -> None:
        self.inner = inner
        self.version = inner.version
        self.after: Callable[[], None] = lambda: None

    def query_all(self, asked: Sequence[tuple[str, Sequence[Any]]]) -> list[list[tuple[Any, ...]]]:
        found = self.inner.query_all(asked)
        self.after()
        return found

    def rollups(self) -> dict[str, Any]:
        return {}

    def period_of(self, facts: Any) -> Period | None:
        return self.inner.period_of(facts)


def both(warehouse: Warehouse, query: Query, today: date = TODAY) -> tuple[Result, Result]:
    plan = compile_query(query, CATALOGUE, today)
    return answer(plan, CATALOGUE, warehouse), answer(plan, CATALOGUE, Raw(warehouse))


def same(one: Result, other: Result) -> None:
    assert len(one.rows) == len(other.rows)
    for mine, theirs in zip(one.rows, other.rows, strict=True):
        assert (mine.period, mine.key, mine.baseline_period) == (theirs.period, theirs.key, theirs.baseline_period)
        for kpi, a, b in zip(one.query.kpis, mine.cells, theirs.cells, strict=True):
            assert a == b, (kpi, mine.period, mine.key)
        assert mine.baseline == theirs.baseline
    assert one.refusals == other.refusals


QUESTIONS = [
    Query(KPIS, Period.parse("2026-W46"), compare="previous"),
    Query(KPIS, Period.parse("2026-10")),
    Query(KPIS, Period.parse("2026-09-07..2026-11-15"), grain="week", compare="year"),
    Query(KPIS, Period.parse("2026-07-01..2026-10-31"), grain="month", compare="tet"),
    Query(KPIS, Period.parse("2026-10-20..2026-11-10"), grain="day"),
    Query(KPIS, Period.parse("2026-10-20..2026-11-10")),
    Query(KPIS, Period.parse("2025-01-01..2026-11-15"), grain="quarter", compare="previous"),
    Query(BY_CHANNEL, Period.parse("2026-W46"), by=("channel",), compare="previous"),
    Query(BY_CHANNEL, Period.parse("2026-09-07..2026-11-15"), grain="week", by=("channel",), compare="year"),
    Query(BY_CHANNEL, Period.parse("2026-W45"), where=(("channel", ("email", "paid_social", "")),)),
    Query(BY_CHANNEL, Period.parse("2026-W45"), where=(("channel_class", ("paid",)),), compare="previous"),
]


@pytest.mark.parametrize("query", QUESTIONS, ids=range(len(QUESTIONS)))
def test_a_rollup_gives_what_the_facts_give(shop: Warehouse, query: Query) -> None:
    same(*both(shop, query))


@pytest.mark.parametrize("query", QUESTIONS, ids=range(len(QUESTIONS)))
def test_columns_are_the_cells(shop: Warehouse, query: Query) -> None:
    result = answer(compile_query(query, CATALOGUE, TODAY), CATALOGUE, shop)
    assert isinstance(result.rows, Table)
    columns = result.rows.columns()
    assert (list(columns.periods), list(columns.keys)) == (
        [r.period for r in result.rows],
        [r.key for r in result.rows],
    )
    for place, kpi in enumerate(query.kpis):
        for n, row in enumerate(result.rows):
            value, shown = row.cells[place].value, columns.values[kpi][n]
            assert np.isnan(shown) if value is None else shown == pytest.approx(float(value), rel=1e-12), (
                kpi,
                row.key,
            )
            if row.baseline is not None and columns.baseline is not None:
                value, shown = row.baseline[place].value, columns.baseline[kpi][n]
                assert np.isnan(shown) if value is None else shown == pytest.approx(float(value), rel=1e-12)


def test_weeks_by_channel_are_read_from_rollups_alone(shop: Warehouse) -> None:
    plan = compile_query(QUESTIONS[8], CATALOGUE, TODAY)
    with shop.snapshot() as snapshot:
        best = chosen(plan, CATALOGUE, snapshot.rollups())
    raw = [s.sql.text for s in best.statements if "_live" in s.sql.text]
    assert all(shape.request.shape == "reported" for shape in best.statements if "_live" in shape.sql.text), raw
    assert best.places.keys() == plan.places.keys()


WEDNESDAY = date(2026, 11, 11)
RUNNING = Query(BY_CHANNEL, Period.parse("2026-10-05..2026-11-15"), grain="week", by=("channel",), compare="previous")


def test_of_a_running_week_only_that_week_is_read_from_the_facts(shop: Warehouse) -> None:
    same(*both(shop, RUNNING, WEDNESDAY))
    plan = compile_query(RUNNING, CATALOGUE, WEDNESDAY)
    with shop.snapshot() as snapshot:
        best = chosen(plan, CATALOGUE, snapshot.rollups())
    for each in best.statements:
        assert each.request.shape == "reported" or "rollup_" in each.sql.text, each.sql.text
        assert each.sql.text.count("?") == len(each.sql.params)
    mixed = [each for each in best.statements if " UNION ALL " in each.sql.text]
    assert mixed
    with shop.snapshot() as snapshot:
        for each in mixed:
            _, _, facts = each.sql.text.partition(" UNION ALL ")
            asked = [span for span in each.sql.params[-facts.count("?") :] if isinstance(span, list)]
            assert all(len(span) <= 4 for span in asked), "only this week so far, and the same days of the one before"


def test_answers_and_sums_are_chosen_apart(shop: Warehouse) -> None:
    query = Query(
        ("orders_count", "returning_customers_count"), Period.parse("2026-W45"), where=(("channel", ("email",)),)
    )
    plan = compile_query(query, CATALOGUE, TODAY)
    with shop.snapshot() as snapshot:
        best = chosen(plan, CATALOGUE, snapshot.rollups())
    read = {"rollup_" in each.sql.text: [a.input.measure for a in each.request.asks] for each in best.statements}
    assert read == {True: ["orders"], False: ["returning_customers"]}
    same(*both(shop, query))


def test_an_empty_channel_is_another_channel_from_rollups_too(tmp_path: Path) -> None:
    visits = [(date(2026, 11, 9), "", 7)]
    part = metrics_shop.series("fact_web_sessions", "date channel_group sessions", visits, platform="ga4")
    with metrics_shop.build(tmp_path, [part]) as warehouse:
        warehouse.least_rows = 0
        warehouse.refresh(ROLLUPS)
        query = Query(("direct_traffic",), Period.parse("2026-W46"))
        same(*both(warehouse, query))


def test_what_a_rollup_does_not_hold_is_read_from_the_facts(shop: Warehouse) -> None:
    query = Query(("click_through_rate",), Period.parse("2026-W46"), by=("campaign",))
    plan = compile_query(query, CATALOGUE, TODAY)
    with shop.snapshot() as snapshot:
        assert chosen(plan, CATALOGUE, snapshot.rollups()) == plan


def test_small_facts_get_no_rollups(tmp_path: Path) -> None:
    with metrics_shop.build(tmp_path) as warehouse:
        warehouse.refresh(ROLLUPS)
        with warehouse.snapshot() as snapshot:
            assert snapshot.rollups() == {}


# imports and undos

DAY = date(2026, 11, 9)
FILES = st.lists(
    st.tuples(
        st.integers(0, 40),  # first day before DAY
        st.integers(1, 12),  # days
        st.sampled_from(["ads", "orders", "leads", "followers", "people", "rates", "visits"]),
        st.integers(0, 5),  # what makes one file's numbers others than another's
    ),
    min_size=1,
    max_size=5,
)


def load(warehouse: Warehouse, parts: list[Slice], number: int) -> None:
    folder = Path(warehouse._path).parent
    metrics_shop.fill(warehouse, folder, parts, f"{number}.csv")


def slices(first: date, days: int, what: str, salt: int) -> list[Slice]:
    dates = [first + timedelta(days=n) for n in range(days)]
    channels = ("paid_search", "paid_social", None)
    if what == "ads":
        paid = ("VND", "USD")[salt % 2]
        rows = [
            (d, channels[(n + salt) % 3], 100 + n * salt, 5 + salt, 2, Decimal(10 + salt), paid)
            for n, d in enumerate(dates)
        ]
        columns = "date channel_group impressions clicks conversions spend currency"
        return [metrics_shop.series("fact_ad_performance", columns, rows, platform="google_ads")]
    if what == "followers":
        counted = [(d, "facebook", 1000 + n + salt) for n, d in enumerate(dates)]
        return [metrics_shop.series("fact_social_account", "date network followers", counted, platform="own")]
    if what in {"people", "rates", "visits"}:
        return [besides(dates, what, salt)]
    if what == "leads":
        lines: list[tuple[Any, ...]] = []
        for n, d in enumerate(dates):
            made = datetime.combine(d, datetime.min.time())
            who = f"c{n % 3}"
            lines.append((d, f"l{n % 4}", "lead", channels[n % 3], made, made, made + timedelta(hours=1 + salt), who))
            if salt % 2:
                later = made + timedelta(days=salt)
                lines.append((later.date(), f"l{n % 4}", "won", channels[n % 3], later, made, None, who))
        names = "date lead_id stage channel_group entered_at created_at first_response_at customer_key"
        return [metrics_shop.entity("fact_lead_event", names, lines)]
    orders = [
        (
            d,
            f"o{n % 5}",
            f"c{(n + salt) % 3}",
            channels[n % 3],
            ("delivered", "returned", "cancelled")[(n + salt) % 3],
            10,
        )
        for n, d in enumerate(dates)
    ]
    names = "date order_id customer_key channel_group status gross_amount"
    return [metrics_shop.entity("fact_order", names, orders)]


def besides(dates: list[date], what: str, salt: int) -> Slice:
    """What changes the meaning of other rows: who is who, what money is worth, what led to an order."""
    if what == "people":
        pairs = [
            (d, f"c{n % 3}", f"c{(n + 1) % 3 + 1}", salt != 2 if salt % 2 else None) for n, d in enumerate(dates[:2])
        ]
        names = "date person_key other_key is_same"
        return metrics_shop.entity("fact_person_link", names, [pair for pair in pairs if pair[1] != pair[2]])
    if what == "rates":
        rates = [(d, "USD", "VND", Decimal(25_000 + salt)) for d in dates[:2]]
        return metrics_shop.entity("fact_exchange_rate", "date foreign_currency currency rate", rates)
    moment = datetime.combine(dates[-1], datetime.min.time())
    path = [
        (d, "visit", "u", f"s{n}", ("paid_search", "paid_social")[n % 2], None, moment - timedelta(days=n))
        for n, d in enumerate(dates)
    ]
    bought = (dates[-1], "purchase", "u", "s0", None, f"o{salt % 5}", moment)
    names = "date kind user_key session_key channel_group conversion_id touch_ts"
    return metrics_shop.series("fact_touch", names, [*path, bought], platform="ga4")


#: What these files say something about; of the other KPIs both ways say that there is no data.
FACTS = {"fact_ad_performance", "fact_social_account", "fact_lead_event", "fact_order", "fact_touch"}
TOUCHED = tuple(kpi for kpi in KPIS if FACTS & set(CATALOGUE.facts_of(kpi)))
ASKED = (
    Query(TOUCHED, Period.parse("2026-10-05..2026-11-15"), grain="week", compare="previous"),
    Query(tuple(kpi for kpi in BY_CHANNEL if kpi in TOUCHED), Period.parse("2026-11"), by=("channel",)),
)


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES, st.lists(st.integers(0, 4), max_size=3), st.booleans())
def test_whatever_is_imported_and_withdrawn(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[int, int, str, int]], undone: list[int], late: bool
) -> None:
    numbers = count(1)
    with Warehouse.open(tmp_path_factory.mktemp("w") / "w.duckdb") as warehouse:
        warehouse.least_rows = 1
        for back, days, what, salt in files:
            load(warehouse, slices(DAY - timedelta(days=back), days, what, salt), next(numbers))
            if not late:
                warehouse.refresh(ROLLUPS)
        live = [record.id for record in warehouse.imports()]
        for place in undone:
            if live:
                warehouse.undo(live.pop(place % len(live)), metrics_shop.NOON)
                for query in ASKED:
                    same(*both(warehouse, query))
        warehouse.refresh(ROLLUPS)
        for query in ASKED:
            same(*both(warehouse, query))


def test_a_rollup_that_is_behind_is_not_read(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path / "w.duckdb") as warehouse:
        warehouse.least_rows = 1
        load(warehouse, slices(DAY, 5, "ads", 1), 1)
        warehouse.refresh(ROLLUPS)
        load(warehouse, slices(DAY, 5, "ads", 3), 2)
        with warehouse.snapshot() as snapshot:
            behind = snapshot.rollups()
        assert not any("ad_performance" in name for name in behind)
        for query in ASKED:
            same(*both(warehouse, query))
        warehouse.refresh(ROLLUPS)
        with warehouse.snapshot() as snapshot:
            assert any("ad_performance" in name for name in snapshot.rollups())
        version = warehouse.version
        assert warehouse.refresh(ROLLUPS)
        assert warehouse.version == version


class Interrupted(Raw):
    """A warehouse into which something is imported while a question is being answered."""

    def __init__(self, warehouse: Warehouse, interrupt: Callable[[], None]) -> None:
        super().__init__(warehouse)
        self.interrupt = interrupt

    @contextmanager
    def snapshot(self) -> Iterator[Any]:
        with super().snapshot() as inner:
            inner.after = self.interrupt
            yield inner


@pytest.mark.parametrize("top", [0, 1])
def test_an_import_during_an_answer_changes_nothing_of_it(tmp_path: Path, top: int) -> None:
    def orders(name: str, days: list[date], channel: str) -> list[Slice]:
        rows = [(day, f"{name}-{n}", channel, "placed", 10) for n, day in enumerate(days)]
        return [metrics_shop.entity("fact_order", "date order_id channel_group status gross_amount", rows)]

    after = [DAY + timedelta(days=n) for n in range(1, 6)]
    query = Query(
        ("orders_count",), Period(DAY - timedelta(days=2), DAY + timedelta(days=6)), grain="day",
        by=("channel",) if top else (), top=top,
    )  # fmt: skip
    with metrics_shop.build(tmp_path, orders("a", [DAY, DAY - timedelta(days=1)], "email")) as warehouse:
        number = count(1)

        def interrupt() -> None:
            n = next(number)
            load(warehouse, orders(f"b{n}", after, "direct"), n)

        before = run(query, CATALOGUE, Raw(warehouse), today=TODAY)
        during = run(query, CATALOGUE, Interrupted(warehouse, interrupt), today=TODAY)
        assert next(number) > 1
        same(during, before)
        assert run(query, CATALOGUE, Raw(warehouse), today=TODAY).rows != before.rows


def test_eight_readers_and_a_writer_never_see_half_an_import(tmp_path: Path) -> None:
    """Every file has the same number on each of its days, so a mixture of two would show."""
    week = Period(DAY, DAY + timedelta(days=7))
    query = Query(("organic_search_clicks", "click_through_rate", "orders_count"), week, grain="day")
    seen: set[tuple[Any, ...]] = set()
    faults: list[BaseException] = []
    done = threading.Event()

    def pack(salt: int) -> list[Slice]:
        days = [week.start + timedelta(days=n) for n in range(7)]
        ads = [(d, "paid_search", 1000, salt) for d in days]
        orders = [(d, f"{salt}-{n}-{k}", "placed", 10) for n, d in enumerate(days) for k in range(salt)]
        columns = "date channel_group impressions clicks"
        return [
            metrics_shop.series("fact_ad_performance", columns, ads, platform="google_ads"),
            metrics_shop.entity("fact_order", "date order_id status gross_amount", orders),
        ]

    with Warehouse.open(tmp_path / "w.duckdb") as warehouse:
        warehouse.least_rows = 1
        load(warehouse, pack(1), 1)

        def read() -> None:
            try:
                while not done.wait(0.02):
                    rows = answer(compile_query(query, CATALOGUE, TODAY), CATALOGUE, warehouse).rows
                    rates = {row.cells[1].value for row in rows}
                    counts = {row.cells[2].value for row in rows}
                    assert len(rates) == len(counts) == 1, (rates, counts)
                    seen.add((*rates, *counts))
            except BaseException as error:  # noqa: BLE001  told by the main thread
                faults.append(error)

        readers = [threading.Thread(target=read) for _ in range(8)]
        for reader in readers:
            reader.start()
        for salt in range(2, 6):
            load(warehouse, pack(salt), salt)
            warehouse.refresh(ROLLUPS)
            warehouse.undo(warehouse.imports()[0].id, metrics_shop.NOON)
            warehouse.refresh(ROLLUPS)
        done.set()
        for reader in readers:
            reader.join(60)
        assert faults == []
        assert len(seen) > 1


# a workspace as it is used


def fraction(value: object) -> Fraction:
    assert isinstance(value, Decimal | int), value
    return Fraction(value)


def sheet(folder: Path, salt: int) -> Path:
    """A sheet of orders: on each day of two weeks as many as ``salt`` says, of customers who buy every day."""
    lines = ["Mã đơn hàng,Ngày đặt,Mã khách hàng,Trạng thái,Tiền hàng"]
    for number in range(-7, 7):
        day = (DAY + timedelta(days=number)).isoformat()
        lines += [f"{salt}-{number}-{n},{day},{salt}-{n},Đã giao,1000" for n in range(salt)]
    path = folder / f"orders-{salt}.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", today=TODAY) as opened:
        opened.warehouse.least_rows = 1
        yield opened


def test_sums_follow_each_batch_of_files_and_each_undo(workspace: Workspace, tmp_path: Path) -> None:
    def behind() -> list[tuple[Any, ...]]:
        return workspace.warehouse.query("SELECT DISTINCT source FROM rollup_dirty")

    (outcome,) = workspace.import_paths([sheet(tmp_path, 1)])
    assert outcome.status == "loaded", outcome.findings
    assert workspace.warehouse.query("SELECT count(*) > 5 FROM rollup_state") == [(True,)]
    number = [o.import_id for o in workspace.import_paths([sheet(tmp_path, 2), sheet(tmp_path, 3)])][-1]
    assert behind() == []
    assert number is not None
    workspace.undo(number)
    assert behind() == []
    rows = workspace.run(Query(("orders_count",), Period(DAY, DAY + timedelta(days=7)))).rows
    assert rows[0].cells[0].value == 21


def test_eight_readers_of_a_workspace_see_whole_imports_only(workspace: Workspace, tmp_path: Path) -> None:
    """Another file is as many orders more on every day, all of customers who come back."""
    week = Period(DAY, DAY + timedelta(days=7))
    kpis = ("orders_count", "returning_customers_count")
    questions = [Query(kpis, week, grain="day"), Query(kpis, week), Query(kpis, week, grain="week", compare="year")]
    seen: set[Any] = set()
    faults: list[BaseException] = []
    done = threading.Event()

    def read(number: int) -> None:
        try:
            while not done.wait(0.02):
                query = questions[number % len(questions)]
                counts = {tuple(cell.value for cell in row.cells) for row in workspace.run(query).rows}
                ((orders, returning),) = counts
                assert fraction(orders) == fraction(returning) * (1 if query.grain == "day" else 7), counts
                seen.add(returning)
                number += 1
        except BaseException as error:  # noqa: BLE001  told by the main thread
            faults.append(error)

    list(workspace.import_paths([sheet(tmp_path, 1)]))
    readers = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for reader in readers:
        reader.start()
    for salt in (2, 3, 4):
        (outcome,) = workspace.import_paths([sheet(tmp_path, salt)])
        assert outcome.import_id is not None
        workspace.undo(outcome.import_id)
    done.set()
    for reader in readers:
        reader.join(60)
    assert faults == []
    assert seen <= {1, 3, 4, 5}
    assert len(seen) > 1
