"""The boards' views over a real warehouse: what stands on which board, and numbers that come out exactly."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import report_shop as shop
from laban.errors import InvalidQueryError, UnknownNameError
from laban.i18n import LANGUAGES, messages
from laban.metrics import graph
from laban.metrics.validate import CHOICES
from laban.periods import Period, unit_of
from laban.report import format as fmt
from laban.report import narrative_boards as prose
from laban.report import views
from laban.report.views import boards
from laban.report.views.advice import advice, only_steps
from laban.report.views.boards.tree import Node
from laban.report.views.scorecard import parse_swaps
from laban.settings import Settings
from laban.sources.model import Reading, Slice
from laban.workspace import Workspace

WEEK = Period.parse("2026-W46")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with shop.build(tmp_path_factory.mktemp("shop")) as made:
        yield made


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with Workspace.create(tmp_path_factory.mktemp("empty"), Settings(), today=shop.TODAY) as made:
        yield made


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from nodes(child)


def test_every_view_is_plain_json_with_and_without_data(workspace: Workspace, empty: Workspace) -> None:
    for source in (workspace, empty):
        made: list[Any] = [
            boards.boards_page(source),
            boards.levels_board(source),
            boards.company_board(source),
            *(boards.department_board(source, code) for code in CHOICES["departments"]),
            boards.operational_board(source),
            boards.operational_board(source, grain="day"),
            boards.executive_board(source),
            boards.funnel_page(source),
            boards.pairs_page(source),
            boards.pair_page(source, "new_customers"),
            boards.tree_page(source, "marketing_roi"),
            boards.names_page(source),
        ]
        for view in made:
            assert json.loads(json.dumps(view.as_json()))


# all boards


def test_all_packs_stand_on_their_shelves_with_what_they_can_answer(workspace: Workspace) -> None:
    view = boards.boards_page(workspace)
    cards = {card.id: card for shelf in view.shelves for card in shelf.packs}
    assert set(cards) == set(workspace.catalogue.packs)
    assert (cards["weekly_seven"].size, cards["weekly_seven"].answered) == (7, 7)
    assert cards["essential_fifteen"].answered < 15
    assert {name for name, card in cards.items() if card.reconstructed} == {"social_twenty", "mgid_brand_awareness"}
    purposes = next(shelf for shelf in view.shelves if shelf.code == "purpose")
    assert [card.id for card in purposes.packs] == [
        "mgid_brand_awareness", "mgid_lead_generation", "mgid_acquisition", "mgid_retention_loyalty",
        "mgid_sales_revenue",
    ]  # fmt: skip
    assert [shelf.code for shelf in view.shelves][:2] == ["starter", "social"]


def test_the_social_pack_has_five_groups_of_four_with_their_basis(workspace: Workspace) -> None:
    pack = workspace.catalogue.packs["social_twenty"]
    assert [len(group.kpis) for group in pack.groups] == [4, 4, 4, 4, 4]
    board = views.scorecard(workspace, pack="social_twenty")
    assert board.reconstructed
    entries = [entry for part in board.parts for entry in part.entries]
    assert {entry.basis for entry in entries} == {"named", "reconstructed"}
    engagement = next(part for part in board.parts if part.id == "engagement")
    assert "social_ctr" in [entry.kpi.id for entry in engagement.entries]
    assert views.scorecard(workspace).parts == ()


def test_an_entry_is_swapped_for_a_listed_alternate_and_for_nothing_else(workspace: Workspace) -> None:
    pack = workspace.catalogue.packs["social_twenty"]
    entry = "social_ctr"
    other = next(kpi for kpi in pack.alternates_of(entry) if kpi in workspace.catalogue.kpis)
    board = views.scorecard(workspace, pack="social_twenty", swap={entry: other})
    shown = {e.kpi.id: e for part in board.parts for e in part.entries}
    assert entry not in shown
    assert (shown[other].basis, shown[other].replaces) == ("alternate", entry)
    with pytest.raises(InvalidQueryError):
        views.scorecard(workspace, pack="social_twenty", swap={entry: "website_traffic"})
    with pytest.raises(InvalidQueryError):
        views.scorecard(workspace, pack="weekly_seven", swap={"conversion_rate": other})


def test_swaps_are_read_from_their_text() -> None:
    assert parse_swaps("") == {}
    assert parse_swaps("a:b, c:d") == {"a": "b", "c": "d"}
    for text in ("a", ":b", "a:", "a:b,c"):
        with pytest.raises(InvalidQueryError):
            parse_swaps(text)


# levels


def test_each_level_holds_its_own_and_loose_steps_are_listed(workspace: Workspace) -> None:
    view = boards.levels_board(workspace)
    kpis = workspace.catalogue.kpis
    assert {kpis[t.kpi.id].level for t in (*view.big, *view.strategic.tiles)} == {"strategic"}
    assert "sales_revenue" in kpis[view.big[0].kpi.id].goals
    assert 0 < len(view.big) <= 5
    assert not {t.kpi.id for t in view.big} & {t.kpi.id for t in view.strategic.tiles}
    tactical = [t.kpi.id for section in view.tactical for t in section.tiles]
    assert {kpis[kpi].level for kpi in tactical} == {"tactical"}
    assert len(tactical) == len(set(tactical))
    for section in view.tactical:
        assert {kpis[tile.kpi.id].stage for tile in section.tiles} <= {section.code}
    assert [kpi.id for kpi in view.unlinked] == [kpi.id for kpi in graph.unlinked(workspace.catalogue)]


def test_strategic_kpis_of_one_channel_get_a_notice_with_better_ones(workspace: Workspace) -> None:
    assert boards.levels_board(workspace).guards == ()
    guards = {guard.kpi.id: guard for guard in boards.levels_board(workspace, channel="paid_social").guards}
    assert "new_customers" in guards
    assert guards["new_customers"].nearer
    for lang in LANGUAGES:
        assert all(prose.guard_sentences(guards["new_customers"], lang))


# departments


def test_a_department_shows_only_its_kpis_by_the_goal_they_serve(workspace: Workspace) -> None:
    kpis = workspace.catalogue.kpis
    for code in CHOICES["departments"]:
        view = boards.department_board(workspace, code)
        for section in view.goals:
            for kpi in (*(t.kpi.id for t in section.tiles), *(m.kpi.id for m in section.missing)):
                assert code in kpis[kpi].departments
                assert kpis[kpi].goals[0] == section.code
    with pytest.raises(UnknownNameError) as refused:
        boards.department_board(workspace, "sale")
    assert "sales" in refused.value.nearest


def test_marketing_has_leads_and_sales_has_conversion(workspace: Workspace) -> None:
    def shown(code: str) -> set[str]:
        return {t.kpi.id for section in boards.department_board(workspace, code).goals for t in section.tiles}

    assert {"leads_generated", "website_traffic"} <= shown("marketing")
    assert {"new_customers"} <= shown("sales")


def test_a_kpi_without_a_goal_is_flagged(workspace: Workspace) -> None:
    catalogue = workspace.catalogue
    aimless = dataclasses.replace(catalogue.kpis["average_order_value"], goals=())
    other = dataclasses.replace(workspace)
    other.__dict__.update(warehouse=workspace.warehouse)
    changed = dataclasses.replace(catalogue, kpis={**catalogue.kpis, "average_order_value": aimless})
    source = Other(other, changed)
    view = boards.department_board(source, aimless.departments[0])
    assert [kpi.id for kpi in view.aimless] == ["average_order_value"]


class Other:
    """A workspace with another catalogue."""

    def __init__(self, workspace: Workspace, catalogue: Any) -> None:
        self.workspace, self.catalogue = workspace, catalogue

    def __getattr__(self, name: str) -> Any:
        return getattr(self.workspace, name)


def test_a_big_goal_followed_by_steps_only_gets_a_notice(workspace: Workspace) -> None:
    catalogue = workspace.catalogue
    found = only_steps(catalogue, "profitability", ["return_on_ad_spend"])
    assert found is not None
    assert all(catalogue.kpis[kpi.id].level == "strategic" for kpi in found.strategic)
    assert only_steps(catalogue, "profitability", ["return_on_ad_spend", "marketing_roi"]) is None
    assert only_steps(catalogue, "lead_generation", ["cost_per_lead"]) is None
    for lang in LANGUAGES:
        assert "{" not in prose.only_steps_sentence(found, lang)


def test_the_company_counts_every_kpi_of_a_department_once(workspace: Workspace) -> None:
    for row in boards.company_board(workspace).departments:
        assert sum(row.states.values()) == len(row.kpis)
        assert len(row.moves) <= 3


# day and week


def test_the_operational_board_goes_by_week_or_by_day(workspace: Workspace) -> None:
    week, day = boards.operational_board(workspace), boards.operational_board(workspace, grain="day")
    assert week.frame.period == WEEK
    assert day.frame.period == Period.parse("2026-11-15")
    kpis = workspace.catalogue.kpis
    shown = [tile.kpi.id for section in week.stages for tile in section.tiles]
    assert shown
    assert all("operational" in kpis[kpi].types for kpi in shown)
    assert {kpis[kpi].cadence for kpi in shown} <= {"daily", "weekly"}
    # The planted fall of the week is the first thing said.
    assert week.alerts[0].kpi.id in {"conversion_rate", "landing_page_conversion_rate"}
    inside = boards.operational_board(workspace, grain="day", period=WEEK)
    assert inside.frame.period == unit_of(WEEK.last, "day")


def test_a_stale_source_is_marked(workspace: Workspace) -> None:
    later = dataclasses.replace(workspace, fixed_today=shop.TODAY + timedelta(days=12))
    later.__dict__["warehouse"] = workspace.warehouse
    view = boards.operational_board(later)
    assert view.freshness
    assert all(source.stale for source in view.freshness)
    assert not any(source.stale for source in boards.operational_board(workspace).freshness)


# quarters


def test_quarters_are_compared_with_the_one_before_and_the_year_before(workspace: Workspace) -> None:
    view = boards.executive_board(workspace)
    assert view.frame.period == Period.parse("2026-Q3")
    assert view.quarters[-1] == Period.parse("2026-Q3")
    row = next(row for row in view.rows if row.tile.kpi.id == "new_customers")
    assert row.tile.value == row.quarters[-1].value
    assert row.tile.baseline == row.quarters[-2].value
    assert row.year.period == Period.parse("2025-Q3")
    assert row.year.value == row.quarters[-5].value
    assert {workspace.catalogue.kpis[r.tile.kpi.id].level for r in view.rows} == {"strategic"}


def test_the_executive_board_holds_revenue_profit_market_and_customers(workspace: Workspace) -> None:
    view = boards.executive_board(workspace)
    there = {row.tile.kpi.id for row in view.rows} | {gap.missing.kpi.id for gap in view.missing}
    assert there >= {
        "net_revenue_total", "contribution_after_marketing", "market_share", "customer_lifetime_value",
        "marketing_attributed_revenue", "marketing_roi",
    }  # fmt: skip
    assert [goal.goal for goal in view.goals][:1] == ["sales_revenue"]


def test_a_missing_strategic_kpi_names_what_stands_in(workspace: Workspace) -> None:
    view = boards.executive_board(workspace)
    missing = {gap.missing.kpi.id: gap.instead for gap in view.missing}
    assert "marketing_roi" in missing  # the shop has no costs
    shown = {row.tile.kpi.id for row in view.rows}
    assert not shown & set(missing)
    found = [instead for instead in missing.values() if instead is not None]
    assert found
    assert all(instead.value is not None for instead in found)


def test_a_running_quarter_is_not_set_against_a_whole_one(workspace: Workspace) -> None:
    view = boards.executive_board(workspace, period=WEEK)
    assert view.frame.partial
    assert {row.year.reason for row in view.rows} <= {"running", "no_baseline"}


# the funnel


def test_rates_are_ratios_of_the_counts_and_the_usual_ones_of_their_sums(workspace: Workspace) -> None:
    view = boards.funnel_page(workspace)
    assert {way.code for way in view.ways} >= {"buying", "leads"}
    for way in view.ways:
        assert len(way.steps) == len(way.counts) - 1
        for step in way.steps:
            above, below = step.before, step.after
            if not above.value:
                assert (step.rate, step.usual) == (None, None)
                continue
            assert step.rate == Decimal(str(below.value)) / Decimal(str(above.value))
            tops = sum(Decimal(str(p.value)) for p in below.spark[:-1])
            bottoms = sum(Decimal(str(p.value)) for p in above.spark[:-1])
            assert step.usual == tops / bottoms
            assert step.lost == Decimal(str(above.value)) * Decimal(str(step.usual)) - Decimal(str(below.value))


def test_the_step_that_lost_most_is_named(tmp_path: Path) -> None:
    with planted(tmp_path, orders=lambda week: 0.4 if week == 59 else 1.0) as workspace:
        view = boards.funnel_page(workspace)
        assert view.worst is not None
        assert (view.worst.before.kpi.id, view.worst.after.kpi.id) == ("website_traffic", "orders_count")
        assert view.clear
        assert view.worst.by
        for lang in LANGUAGES:
            sentences = prose.funnel_headline(view, lang)
            assert len(sentences) == 2
            assert "{" not in "".join(sentences)


def test_a_calm_week_names_no_clear_loss(tmp_path: Path) -> None:
    with planted(tmp_path) as workspace:
        view = boards.funnel_page(workspace)
        assert not view.clear
        assert all(prose.funnel_headline(view, lang) for lang in LANGUAGES)


# pairs


def planted(
    root: Path,
    visits: Callable[[int], float] = lambda _: 1.0,
    orders: Callable[[int], float] = lambda _: 1.0,
    weeks: int = 60,
) -> Workspace:
    """A shop whose visits and orders go by the factor of their week, with some noise of each."""
    workspace = Workspace.create(root / "shop", Settings(name="Thử"), today=shop.TODAY)
    first = shop.END - timedelta(days=7 * weeks)
    days = [first + timedelta(days=number) for number in range(7 * weeks)]
    sessions, bought = [], []
    for number, day in enumerate(days):
        week = number // 7
        count = round(1000 * visits(week) * (1 + 0.05 * shop.wobble("v", day)))
        sessions.append((day, "direct", count, count // 2))
        for place in range(round(40 * orders(week) * (1 + 0.05 * shop.wobble("o", day)))):
            customer = f"c{number}-{place}"
            at = datetime.combine(day, datetime.min.time()) + timedelta(minutes=place)
            amount = Decimal(300000)
            bought.append((day, f"O{number}-{place}", customer, "web", "direct", "delivered", "cod", at, amount,
                           Decimal(0), Decimal(0), amount))  # fmt: skip
    columns = ("date", "channel_group", "sessions", "engaged_sessions")
    _load(workspace, root, "ga4", "fact_web_sessions", columns, sessions, first)
    _load(workspace, root, "own_orders", "fact_order", shop.TABLES[3][2], bought, first)
    return workspace


def _load(
    workspace: Workspace, root: Path, platform: str, fact: str, columns: Any, rows: list[Any], first: date
) -> None:
    file = root / f"{platform}.csv"
    file.write_text(platform, "utf-8")
    kept = Slice(fact, platform, "shop", "all", "day", first, shop.END, columns, rows)
    reading = Reading(file.name, platform, "loaded", len(rows), first, shop.END, "VND", slices=(kept,), findings=())
    at = datetime.combine(shop.END, datetime.min.time())
    digest = hashlib.sha256(platform.encode()).hexdigest()
    workspace.warehouse.load(reading, digest=digest, name=file.name, path=file, loaded_at=at)


def test_a_fall_of_visits_three_weeks_before_a_fall_of_revenue_is_seen(tmp_path: Path) -> None:
    def course(week: int) -> float:
        return (0.6 if week >= 40 else 1.0) * (1 + 0.08 * shop.wobble("c", week))

    with planted(tmp_path, visits=course, orders=lambda week: course(week - 3)) as workspace:
        view = boards.pair_page(workspace, "net_revenue_total")
        visits = next(leader for leader in view.leaders if leader.tile.kpi.id == "website_traffic")
        assert visits.lead is not None
        assert (visits.lead.units, visits.lead.clear) == (3, True)
        ahead = {turn.place for turn in visits.turns if turn.word == "down"}
        behind = {turn.place for turn in view.turns if turn.word == "down"}
        assert ahead & {place - 3 for place in behind}
        assert [p.period for p in visits.points] == [p.period for p in view.points]
        assert "3" in prose.lead_sentence(visits, "vi")


def test_lagging_kpis_list_what_foretells_them(workspace: Workspace) -> None:
    view = boards.pairs_page(workspace)
    kpis = workspace.catalogue.kpis
    assert all(kpis[pair.kpi.id].timing == "lagging" for pair in view.pairs)
    assert all(kpis[kpi.id].timing == "leading" for pair in view.pairs for kpi in pair.leaders)
    assert not {pair.kpi.id for pair in view.pairs} & {kpi.id for kpi in view.lone}


def test_a_pair_stands_on_full_weeks_only(workspace: Workspace) -> None:
    view = boards.pair_page(workspace, "new_customers")
    assert len(view.points) == 52
    assert view.points[-1].period.end <= workspace.today
    assert {"website_traffic", "leads_generated"} <= {leader.tile.kpi.id for leader in view.leaders}


# trees


def test_identities_come_out_exactly_with_the_numbers_of_the_period(workspace: Workspace) -> None:
    seen = 0
    for kpi in workspace.catalogue.kpis.values():
        if not kpi.identity:
            continue
        made = boards.tree_page(workspace, kpi.id).root.arithmetic
        assert made is not None
        assert made.exact, kpi.id
        if made.value is not None:
            seen += 1
            assert {term.kpi for term in made.terms if term.kpi} == {
                d.kpi for d in kpi.drivers if d.kind == "identity"
            }
    assert seen >= 5


def test_identities_come_out_for_one_channel_too(workspace: Workspace) -> None:
    made = boards.tree_page(workspace, "website_traffic", channel="paid_social").root.arithmetic
    assert made is not None
    assert made.exact
    assert made.value is not None


def test_identities_read_the_sums_that_are_kept_and_do_not_have_others_made(tmp_path: Path) -> None:
    with planted(tmp_path) as workspace:
        workspace.warehouse.least_rows = 0
        boards.levels_board(workspace)
        with workspace.warehouse.snapshot() as snapshot:
            before = set(snapshot.rollups())
        made = boards.tree_page(workspace, "website_traffic").root.arithmetic
        assert made is not None
        assert made.exact
        assert made.value is not None
        with workspace.warehouse.snapshot() as snapshot:
            assert set(snapshot.rollups()) == before
        assert before


def test_the_arithmetic_is_written_with_the_numbers(workspace: Workspace) -> None:
    node = boards.tree_page(workspace, "website_traffic").root
    assert node.arithmetic is not None
    for lang in LANGUAGES:
        words = prose.arithmetic_words(node, node.arithmetic, lang, "VND")
        assert words.count("+") == 5
        assert words.endswith("= " + fmt.value(node.tile.value if node.tile else None, "count", lang))


def test_the_way_is_open_and_every_kpi_is_spread_out_once(workspace: Workspace) -> None:
    view = boards.tree_page(workspace, "marketing_roi", to="click_through_rate")
    assert (view.way[0].id, view.way[-1].id) == ("marketing_roi", "click_through_rate")
    on_way = [node.kpi.id for node in nodes(view.root) if node.on_way]
    assert on_way == [kpi.id for kpi in view.way]
    spread = [node.kpi.id for node in nodes(view.root) if node.children]
    assert len(spread) == len(set(spread))
    assert {node.kpi.id for node in nodes(view.root)} == {"marketing_roi", *(kpi.id for kpi in view.below)}


def test_every_kpi_has_a_tree(workspace: Workspace) -> None:
    ahead = Period.parse("2030-W01")  # no numbers to ask for
    for kpi in workspace.catalogue.kpis:
        # A tree with numbers has those of the trees below it.
        below_another = graph.up(workspace.catalogue, kpi, 1)
        assert boards.tree_page(workspace, kpi, period=ahead if below_another else None).root.kpi.id == kpi
    with pytest.raises(UnknownNameError):
        boards.tree_page(workspace, "conversion_rate", to="marketing_roi")


# what to know before a KPI is taken at its word


def test_a_slow_kpi_asked_by_week_offers_its_own_span(workspace: Workspace) -> None:
    view = views.kpi_page(workspace, "customer_lifetime_value")
    assert view.advice.slow is not None
    assert view.advice.slow.rolling.days == 91
    assert view.advice.slow.rolling.end == WEEK.end
    for lang in LANGUAGES:
        assert "365" in prose.slow_sentence(view.kpi, view.advice.slow, lang)
    longer = views.kpi_page(workspace, "customer_lifetime_value", period=view.advice.slow.rolling)
    assert longer.advice.slow is None
    assert views.kpi_page(workspace, "conversion_rate").advice.slow is None
    assert views.kpi_page(workspace, "conversion_rate", period=unit_of(WEEK.last, "day")).advice.slow is not None


def test_a_strategic_kpi_split_by_campaign_gets_a_notice(workspace: Workspace) -> None:
    around = views.kpi_page(workspace, "new_customers").frame
    catalogue = workspace.catalogue
    assert advice(catalogue, "marketing_roi", around, "campaign").guard is not None
    assert advice(catalogue, "marketing_roi", around).guard is None
    assert advice(catalogue, "conversion_rate", around, "campaign").guard is None
    assert views.kpi_page(workspace, "new_customers", channel="paid_social").advice.guard is not None


def test_a_supporting_metric_names_two_better_ones(workspace: Workspace) -> None:
    assert len(views.kpi_page(workspace, "social_likes").advice.better) == 2
    assert views.kpi_page(workspace, "social_engagements").advice.better == ()


def test_a_short_name_with_two_meanings_is_said_on_both_pages(workspace: Workspace) -> None:
    for kpi, other in (("cost_per_click", "cost_per_conversion"), ("cost_per_conversion", "cost_per_click")):
        found = next(n for n in views.kpi_page(workspace, kpi).advice.names if "CPC" in n.names)
        assert other in [head.id for head in found.others]


# the dictionary


def test_filters_return_only_what_fits_them_all(workspace: Workspace) -> None:
    view = views.dictionary(workspace, filters={"scope": "operational", "timing": "leading"})
    kpis = workspace.catalogue.kpis
    expected = [k for k in kpis.values() if "operational" in k.types and k.timing == "leading"]
    assert [hit.kpi.id for hit in view.hits] == [kpi.id for kpi in expected]
    facet = next(facet for facet in view.facets if facet.name == "stage")
    assert sum(count for _, count in facet.values) == len(expected)
    timing = next(facet for facet in view.facets if facet.name == "timing")
    assert {value for value, _ in timing.values} == {"leading", "lagging"}
    assert view.narrowed
    for facet_name in ("scope", "timing", "level", "stage", "department", "goal", "role"):
        with pytest.raises(UnknownNameError):
            views.dictionary(workspace, filters={facet_name: "moon"})


def test_filters_narrow_a_search_and_a_pack(workspace: Workspace) -> None:
    found = views.dictionary(workspace, "conversion", filters={"timing": "lagging"}, pack="weekly_seven")
    assert {hit.kpi.id for hit in found.hits} == {"conversion_rate", "cost_per_conversion"}


def test_every_kpi_has_a_scope_and_exactly_one_timing(workspace: Workspace) -> None:
    for kpi in workspace.catalogue.kpis.values():
        assert kpi.types
        assert kpi.timing in CHOICES["timing"]
        assert kpi.level in CHOICES["level"]


def test_every_code_has_a_name_in_both_languages() -> None:
    kinds = {"scope": "types", "department": "departments", "goal": "goals"}
    for lang in LANGUAGES:
        known = messages(lang)
        for kind in ("scope", "timing", "level", "stage", "role", "cadence", "department", "goal"):
            for code in CHOICES[kinds.get(kind, kind)]:
                assert f"kpi_{kind}.{code}" in known
