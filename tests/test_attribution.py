"""Who is credited with a sale: five models over the visits that led to it, and what nobody is credited with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laban.facts import UNATTRIBUTED
from laban.metrics.query import Query
from laban.periods import Period
from laban.report.narrative import note_text
from laban.report.views import kpi_page
from laban.report.views.tables import Asked, table_page
from laban.settings import Settings, load_settings
from laban.sources.heard import channel_heard
from laban.sources.model import Slice
from laban.warehouse import Warehouse
from laban.warehouse.attribution import MODELS
from laban.web.app import create_app
from laban.workspace import Workspace
from warehouse_rows import NOON, day, load, orders
from web_client import Client

D = Decimal
NOW = datetime(2026, 11, 20, 12)  # noqa: DTZ001  facts are kept in the shop's time


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def visits(order: str, *path: tuple[str, float], user: str = "u") -> Slice:
    """A purchase of ``order`` at ``NOW`` and the visits before it: channel and days ago."""
    rows: list[tuple[Any, ...]] = [
        (NOW.date(), "visit", user, f"s{n}", channel, None, NOW - timedelta(days=ago))
        for n, (channel, ago) in enumerate(path)
    ]
    rows.append((NOW.date(), "purchase", user, "s0", "direct", order, NOW))
    return Slice(
        *("fact_touch", "ga4", f"account {user}", "events", "day", day(1), day(31)),
        columns=("date", "kind", "user_key", "session_key", "channel_group", "conversion_id", "touch_ts"),
        rows=rows,
    )


def sale(number: str, amount: str, who: str | None = "k") -> Slice:
    return orders([(number, NOW.date(), who, "delivered", amount)])


def credits_of(warehouse: Warehouse, model: str) -> dict[str, Decimal]:
    rows = warehouse.query(
        "SELECT channel_group, sum(credit) FROM fact_attribution_model WHERE model = ? GROUP BY 1", [model]
    )
    return {channel: share.normalize() for channel, share in rows}


PATH = (("email", 9.0), ("organic_social", 5.0), ("paid_search", 3.0), ("display", 1.0))


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("last_click", {"display": D(1)}),
        ("first_click", {"email": D(1)}),
        ("linear", {"email": D("0.25"), "organic_social": D("0.25"), "paid_search": D("0.25"), "display": D("0.25")}),
        ("position_based", {"email": D("0.4"), "organic_social": D("0.1"), "paid_search": D("0.1"),
                            "display": D("0.4")}),
        ("self_reported", {UNATTRIBUTED: D(1)}),
    ],
)  # fmt: skip
def test_each_model_shares_a_sale_by_its_own_rule(
    warehouse: Warehouse, tmp_path: Path, model: str, expected: dict[str, Decimal]
) -> None:
    load(warehouse, tmp_path, "t", visits("#A-1", *PATH))
    load(warehouse, tmp_path, "o", sale("a-1", "1000000"))
    assert credits_of(warehouse, model) == expected


def test_direct_visits_and_old_ones_take_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "o", sale("1", "10"))
    load(warehouse, tmp_path, "t", visits("1", ("display", 40.0), ("email", 20.0), ("direct", 1.0)))
    assert credits_of(warehouse, "linear") == {"email": D(1)}
    version = warehouse.version
    assert warehouse.set_attribution("first_click", 60)
    assert warehouse.version == version + 1
    assert warehouse.query("SELECT model, channel_group FROM fact_attribution") == [("first_click", "display")]
    assert not warehouse.set_attribution("first_click", 60)


def test_without_visits_the_order_says_its_own_source(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "o", sale("1", "10"))
    rows = warehouse.query("SELECT model, channel_group, basis, credit FROM fact_attribution_model ORDER BY 1")
    assert rows == [
        *((model, "paid_social", "order", 1) for model in ("first_click", "last_click", "linear", "position_based")),
        ("self_reported", UNATTRIBUTED, "none", 1),
    ]
    assert warehouse.query("SELECT model, channel_group FROM fact_attribution") == [("last_click", "paid_social")]


def test_a_withdrawn_file_of_visits_gives_the_credit_back(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "o", sale("1", "10"))
    outcome = load(warehouse, tmp_path, "t", visits("1", ("email", 2.0)))
    assert credits_of(warehouse, "last_click") == {"email": D(1)}
    assert outcome.import_id is not None
    warehouse.undo(outcome.import_id, NOON)
    assert credits_of(warehouse, "last_click") == {"paid_social": D(1)}


def answer(who: str, said: str, when: date) -> Slice:
    return Slice(
        *("fact_survey_response", "survey", "", "answers", "day", None, None),
        columns=("date", "response_id", "question", "customer_key", "text", "said_channel"),
        rows=[(when, f"r {who} {when}", "heard_from", who, said, channel_heard(said))],
    )


def test_what_the_buyer_said_is_found_by_person(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, "o", sale("1", "10"))
    load(warehouse, tmp_path, "s", answer("k", "Bạn bè giới thiệu", day(22)), answer("k", "Facebook", day(2)))
    assert credits_of(warehouse, "self_reported") == {"referral": D(1)}
    assert credits_of(warehouse, "last_click") == {"paid_social": D(1)}


@pytest.mark.parametrize(
    ("said", "channel"),
    [
        ("Quảng cáo Facebook", "paid_social"), ("thấy trên TikTok", "organic_social"), ("Shopee", "marketplace"),
        ("Google quảng cáo", "paid_search"), ("tìm kiếm trên google", "organic_search"),
        ("bạn bè giới thiệu qua zalo", "referral"),
        ("đi ngang cửa hàng", "offline"), ("A friend told me", "referral"), ("an Instagram ad", "paid_social"),
        ("không nhớ", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_answers_are_heard_as_channels(said: str | None, channel: str | None) -> None:
    assert channel_heard(said) == channel


AMOUNTS = st.decimals(min_value="0", max_value="99999999", places=8)
PATHS = st.lists(
    st.tuples(st.sampled_from(["email", "display", "paid_social", "direct", "other"]), st.floats(0, 50)), max_size=9
)


@settings(max_examples=20, deadline=None)
@given(sales=st.lists(st.tuples(AMOUNTS, PATHS), min_size=1, max_size=4))
def test_credits_of_a_sale_add_up_to_one_and_its_money_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory, sales: Sequence[tuple[Decimal, list[tuple[str, float]]]]
) -> None:
    folder = tmp_path_factory.mktemp("credits")
    with Warehouse.open(folder / "warehouse.duckdb") as warehouse:
        parts = [sale(str(n), str(amount), f"k{n}") for n, (amount, _) in enumerate(sales)]
        paths = [visits(str(n), *path, user=f"u{n}") for n, (_, path) in enumerate(sales)]
        load(warehouse, folder, "all", *parts, *paths)
        rows = warehouse.query(
            "SELECT conversion_id, model, sum(credit), sum(credited_revenue) FROM fact_attribution_model "
            "GROUP BY 1, 2 ORDER BY 1, 2"
        )
        assert rows == [(str(n), m, 1, amount) for n, (amount, _) in enumerate(sales) for m in sorted(MODELS)]
        one = warehouse.query("SELECT count(DISTINCT model) FROM fact_attribution")[0][0]
        assert one <= 1


def test_the_model_is_a_setting(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "shop", Settings(attribution_model="linear", attribution_days=7)) as made:
        assert made.warehouse.query("SELECT model, days FROM attribution_choice") == [("linear", 7)]
    assert load_settings(tmp_path / "shop", {}).attribution_model == "linear"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", Settings(name="Thử"), today=date(2026, 11, 23)) as made:
        direct = Slice(
            *("fact_order", "shop", "", "order", "day", None, None),
            columns=("order_id", "date", "status", "net_amount", "channel_group"),
            rows=[("9", NOW.date(), "delivered", D(600_000), "direct")],
        )
        ads = Slice(
            *("fact_ad_performance", "meta_ads", "", "campaign", "day", day(1), day(22)),
            columns=("date", "channel_group", "spend", "conversion_value", "currency"),
            rows=[(NOW.date(), "paid_social", D(100_000), D(500_000), "VND")],
        )
        load(made.warehouse, tmp_path, "o", sale("1", "400000"), direct)
        load(made.warehouse, tmp_path, "t", visits("1", ("email", 9.0), ("paid_social", 3.0)))
        load(made.warehouse, tmp_path, "a", ads)
        yield made


def test_a_variant_stands_beside_the_number(shop: Workspace) -> None:
    base = "marketing_attributed_revenue"
    names = (base, f"{base}.linear", f"{base}.first_click")
    found = shop.run(Query(names, Period.parse("2026-W47"), by=("channel",)))
    told = {row.key[0]: tuple(cell.value for cell in row.cells) for row in found.rows}
    assert told["email"][1:] == (200_000, 400_000)
    assert told["paid_social"][:2] == (400_000, 200_000)


def test_the_table_shows_the_models_side_by_side_with_what_nobody_is_credited_with(shop: Workspace) -> None:
    view = table_page(shop, "attribution", Asked(period=Period.parse("2026-W47")))
    models = next(table for table in view.tables if table.id == "models")
    places = [number for number, column in enumerate(models.columns) if column.id in {f"{m}_sales" for m in MODELS}]
    rows = {row.key[0]: [row.values[place].value for place in places] for row in models.rows}
    assert rows == {
        UNATTRIBUTED: [600_000, 600_000, 600_000, 600_000, 1_000_000],
        "paid_social": [400_000, 0, 200_000, 200_000, 0],
        "email": [0, 400_000, 200_000, 200_000, 0],
    }
    assert models.total is not None
    assert {models.total.values[place].value for place in places} == {1_000_000}
    assert any(note.code == "unattributed" for note in models.says)
    claims = next(table for table in view.tables if table.id == "claims")
    (note,) = claims.says
    assert (note.code, note.values["overlap"].value) == ("claims_overlap", 100_000)


@pytest.mark.parametrize(
    ("kpi", "vi"),
    [
        (
            "marketing_attributed_revenue",
            (
                "Ghi nhận theo lần nhấp cuối, tính lượt ghé trong 30 ngày trước khi mua. Trong doanh thu kỳ này, "
                "0,0% ghi theo kênh trên đơn vì không biết các lượt ghé, 60,0%"
            ),
        ),
        ("marketing_attributed_revenue.linear", "Ghi nhận theo chia đều các lượt ghé"),
        ("marketing_attributed_revenue.self_reported", "Ghi nhận theo lời khách kể; 100,0%"),
    ],
)
def test_a_page_prints_model_look_back_and_the_share_of_nobody(shop: Workspace, kpi: str, vi: str) -> None:
    view = kpi_page(shop, kpi, period=Period.parse("2026-W47"))
    said = [note_text(note, "vi") for note in view.tile.notes]
    assert any(vi in text for text in said), said
    assert all(note_text(note, "en") for note in view.tile.notes)
    other = kpi_page(shop, "orders_count", period=Period.parse("2026-W47"))
    assert not [note for note in other.tile.notes if note.code.startswith("credited")]


def test_every_row_of_the_table_leads_on(shop: Workspace, tmp_path: Path) -> None:
    client = Client(create_app(shop, cache=tmp_path))
    page = client.get("/tables/attribution?period=2026-W47&lang=en").text
    links = {
        link.replace("&amp;", "&")
        for link in re.findall(r'href="(/tables/attribution[^"#]*channel=[^"#]*)[#"]', page)
    }
    assert any(UNATTRIBUTED in link for link in links)
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_a_channel_that_costs_more_than_it_brings_is_marked(shop: Workspace, tmp_path: Path) -> None:
    lines = Slice(
        *("fact_order_line", "shop", "", "line", "day", None, None),
        columns=("order_id", "line_no", "date", "quantity", "unit_cost"),
        rows=[("1", "1", NOW.date(), D(1), D(350_000))],
    )
    load(shop.warehouse, tmp_path, "l", lines)
    view = table_page(shop, "attribution", Asked(period=Period.parse("2026-W47")))
    profit = next(table for table in view.tables if table.id == "profit")
    marks = {row.key[0]: [mark.code for mark in row.marks] for row in profit.rows}
    assert marks["paid_social"] == ["loses"]  # 50,000 of profit for 100,000 of ads
