"""The catalogue is whole, says everything in both languages, and its checks find what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from laban.errors import UnknownNameError
from laban.facts import FACT
from laban.i18n import Text, messages
from laban.metrics.catalogue import load_catalogue
from laban.metrics.model import Benchmark, Catalogue, Driver, Pack, PackGroup, Variant
from laban.metrics.search import plain
from laban.metrics.validate import CHECKS, READABLE, validate

CATALOGUE = load_catalogue()


def test_the_shipped_catalogue_is_sound() -> None:
    assert [fault.message("en") for fault in validate(CATALOGUE)] == []


def test_packs_stand_in_their_order_with_their_companions() -> None:
    seven, fifteen = CATALOGUE.pack("weekly_seven"), CATALOGUE.pack("essential_fifteen")
    assert seven.kpis == (
        "conversion_rate", "cost_per_conversion", "website_traffic", "click_through_rate", "social_engagements",
        "cost_per_lead", "customer_retention_rate",
    )  # fmt: skip
    assert seven.companions == (
        "ad_conversion_rate", "organic_ctr", "returning_customers_count", "customer_lifetime_value",
    )  # fmt: skip
    assert len(fifteen.kpis) == 15
    assert fifteen.kpis[0] == "customer_acquisition_cost"
    assert fifteen.kpis[-1] == "customer_retention_rate"


def test_the_social_twenty_are_five_groups_of_four_and_say_which_are_named() -> None:
    twenty = CATALOGUE.pack("social_twenty")
    assert twenty.reconstructed
    assert [group.id for group in twenty.groups] == [
        "reach_awareness", "roi_cost", "engagement", "conversion", "loyalty_retention",
    ]  # fmt: skip
    assert [len(group.kpis) for group in twenty.groups] == [4] * 5
    assert twenty.kpis == tuple(kpi for group in twenty.groups for kpi in group.kpis)
    assert len(set(twenty.kpis)) == 20
    assert twenty.basis.keys() == set(twenty.kpis)
    assert {kpi for kpi, basis in twenty.basis.items() if basis == "reconstructed"} == {
        "cpm", "amplification_rate", "social_ctr", "social_traffic",
    }  # fmt: skip


def test_a_substitute_stands_in_for_a_kpi_of_its_group_and_is_not_in_the_pack() -> None:
    twenty = CATALOGUE.pack("social_twenty")
    assert twenty.alternates_of("social_ctr") == ("social_video_views_count", "social_saves_count")
    assert twenty.alternates_of("social_leads") == twenty.alternates_of("orders_count") == ()
    assert not {kpi for names in twenty.alternates.values() for kpi in names} & set(twenty.kpis)


def test_a_pack_that_was_put_together_anew_says_so_of_each_kpi() -> None:
    assert {pack.id for pack in CATALOGUE.packs.values() if pack.reconstructed} == {
        "social_twenty", "mgid_brand_awareness",
    }  # fmt: skip
    for pack in CATALOGUE.packs.values():
        assert set(pack.basis) == (set(pack.kpis) if pack.reconstructed else set())


def test_packs_stand_shelf_by_shelf() -> None:
    shelves = list(dict.fromkeys(pack.kind for pack in CATALOGUE.packs.values()))
    assert shelves == ["starter", "social", "class", "purpose", "goal", "department"]
    assert [pack.kind for pack in CATALOGUE.packs.values()] == sorted(
        (pack.kind for pack in CATALOGUE.packs.values()), key=shelves.index
    )


def test_no_two_readings_of_a_kpi_are_printed_alike() -> None:
    for kpi in CATALOGUE.kpis.values():
        asked = [variant for variant in kpi.variants if variant.formula]
        for lang in ("vi", "en"):
            said = [kpi.basis.of(lang) if kpi.basis else "", *(v.name.of(lang) for v in asked if v.name)]
            assert len(set(said)) == len(asked) + 1, kpi.id
            assert max(map(len, said)) <= 40, kpi.id


def test_every_driver_is_itself_in_the_catalogue() -> None:
    for kpi in CATALOGUE.kpis.values():
        assert {driver.kpi for driver in kpi.drivers} <= CATALOGUE.kpis.keys()


def test_no_text_is_the_same_in_both_languages() -> None:
    for kpi in CATALOGUE.kpis.values():
        for text in (kpi.name, kpi.meaning, kpi.why, kpi.weekly, kpi.aim):
            assert text.vi != text.en
        assert not set(kpi.pitfalls["vi"]) & set(kpi.pitfalls["en"])


def test_vietnamese_is_written_with_its_marks() -> None:
    for kpi in CATALOGUE.kpis.values():
        for text in (kpi.meaning.vi, kpi.why.vi, kpi.weekly.vi, kpi.aim.vi, *kpi.pitfalls["vi"]):
            assert plain(text) != " ".join(text.lower().split()).rstrip("."), text


def test_a_kpi_that_needs_research_from_outside_says_so() -> None:
    asked_outside = (
        "brand_awareness_rate", "unaided_brand_recall", "ad_recall_lift", "market_share", "share_of_search",
        "share_of_voice", "share_of_engagement",
    )  # fmt: skip
    for name in asked_outside:
        note = CATALOGUE.kpi(name).note
        assert note is not None
        assert "needs market research" in note.en
        assert "Cần nghiên cứu thị trường" in note.vi


def test_texts_do_not_repeat_each_other() -> None:
    for lang in ("vi", "en"):
        said = [t.of(lang) for k in CATALOGUE.kpis.values() for t in (k.meaning, k.why, k.weekly)]
        assert len(set(said)) == len(said)


def test_every_fact_can_be_named_and_filled_in_words() -> None:
    for lang in ("vi", "en"):
        known = messages(lang)
        for source in CATALOGUE.facts.values():
            for need in source.needs:
                assert need in FACT
                assert known[f"fact.{need}.name"]
                assert known[f"fact.{need}.fill"]


def test_a_measure_says_how_it_may_be_added() -> None:
    added = {measure.id: measure.additivity for measure in CATALOGUE.measures.values()}
    assert added["ad_spend"] == "additive"
    assert added["followers"] == "semi_additive"
    assert added["purchasing_customers"] == added["ad_reach"] == "distinct"
    assert added["customers_retained"] == added["first_response_seconds"] == "non_additive"


def test_names_that_do_not_exist_are_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="bounce_rate"):
        CATALOGUE.kpi("bounce_rat")
    with pytest.raises(UnknownNameError, match="sessions"):
        CATALOGUE.measure("session")
    with pytest.raises(UnknownNameError, match="weekly_seven"):
        CATALOGUE.pack("weekly_sevn")


def test_allowed_dimensions_are_those_of_all_facts_the_own_choice_first() -> None:
    allowed = CATALOGUE.allowed_dimensions("cost_per_lead")
    assert allowed[:2] == ("channel", "campaign")
    assert "device" not in allowed
    assert CATALOGUE.facts_of("cost_per_lead") == ("fact_ad_performance", "fact_marketing_cost", "fact_lead_event")
    assert CATALOGUE.facts_of("customer_retention_rate") == ("fact_order",)


# -- search ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kpi"),
    [
        ("ty le chuyen doi", "conversion_rate"),
        ("tỉ lệ chuyển đổi", "conversion_rate"),
        ("Tỷ lệ chuyển đổi", "conversion_rate"),
        ("CR", "conversion_rate"),
        ("conversion", "conversion_rate"),
        ("cvr", "conversion_rate"),
        ("CPA", "cost_per_conversion"),
        ("cpc", "cost_per_click"),
        ("CAC", "customer_acquisition_cost"),
        ("ltv", "customer_lifetime_value"),
        ("roas", "return_on_ad_spend"),
        ("giu chan", "customer_retention_rate"),
        ("don hang", "orders_count"),
        ("nguoi theo doi", "follower_count"),
        ("chi so thien cam", "net_promoter_score"),
        ("website_traffic", "website_traffic"),
        ("bo gio hang", "cart_abandonment_rate"),
        ("doanh thu", "net_revenue_total"),
        ("ty le hoan", "return_rate"),
        ("bom hang", "return_rate"),
        ("gia mess", "cost_per_messaging_conversation"),
        ("ltv cac", "ltv_to_cac_ratio"),
        ("MER", "marketing_efficiency_ratio"),
    ],
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_kpi_is_found_by_what_people_call_it(text: str, kpi: str, lang: str) -> None:
    assert CATALOGUE.search(text, lang)[0].id == kpi


def test_search_knows_when_there_is_nothing() -> None:
    assert CATALOGUE.search("xyzzy") == ()
    assert CATALOGUE.search("<script>") == ()
    assert CATALOGUE.search("!!!") == ()
    assert len(CATALOGUE.search("")) == len(CATALOGUE.kpis)


def test_plain_text_has_no_marks() -> None:
    assert plain("  Đơn hàng — Tỷ lệ (CR) ") == "don hang ti le cr"


# -- the checks find what is wrong -------------------------------------------------------------------------------

Change = Callable[[Catalogue], Catalogue]


def kpi(name: str, **changes: Any) -> Change:
    def change(catalogue: Catalogue) -> Catalogue:
        return replace(catalogue, kpis={**catalogue.kpis, name: replace(catalogue.kpi(name), **changes)})

    return change


def measure(name: str, **changes: Any) -> Change:
    def change(catalogue: Catalogue) -> Catalogue:
        changed = replace(catalogue.measure(name), **changes)
        return replace(catalogue, measures={**catalogue.measures, name: changed})

    return change


def mine(**changes: Any) -> Change:
    return pack(replace(Pack("mine", Text("Của tôi", "Mine"), Text("Của tôi", "Mine"), ("bounce_rate",)), **changes))


def pack(found: Pack) -> Change:
    return lambda catalogue: replace(catalogue, packs={found.id: found})


DOUBT = Benchmark("nobody", "percent", Text("a", "b"), typical=Decimal(1))


@pytest.mark.parametrize(
    ("change", "code", "entry"),
    [
        (pack(Pack("Bad-Name", Text(), Text(), ())), "name", "Bad-Name"),
        (pack(Pack("mine", Text(), Text(), ("nothing",))), "unknown", "mine"),
        (mine(basis={"cpm": "named"}), "unknown", "mine"),
        (mine(basis={"bounce_rate": "guessed"}), "choice", "mine"),
        (mine(kind="heap"), "choice", "mine"),
        (mine(groups=(PackGroup("one", Text("a", "b"), ("cpm",)),)), "unknown", "mine"),
        (mine(groups=(PackGroup("one", Text("a", ""), ("bounce_rate",)),)), "words", "mine"),
        (mine(alternates={"one": ("cpm",)}), "unknown", "mine"),
        (mine(about=Text("", "b")), "words", "mine"),
        (measure("sessions", fact="fact_nothing"), "unknown", "sessions"),
        (measure("customers_lost", formula="customers_start - custmers"), "formula", "customers_lost"),
        (kpi("bounce_rate", formula="1 - sessions /"), "formula", "bounce_rate"),
        (kpi("bounce_rate", variants=(Variant("v", Text("a", "b"), "sesions"),)), "formula", "bounce_rate"),
        (kpi("average_order_value", formula="K.customer_lifetime_value * 2"), "loop", "average_order_value"),
        (kpi("web_engagement_rate", identity="1 - K.bounce_rate"), "loop", "bounce_rate"),
        (kpi("bounce_rate", direction="sideways"), "choice", "bounce_rate"),
        (kpi("bounce_rate", goals=("glory",)), "choice", "bounce_rate"),
        (kpi("bounce_rate", why=Text("chỉ tiếng Việt", " ")), "words", "bounce_rate"),
        (kpi("bounce_rate", pitfalls={"vi": ("một", "hai"), "en": ("one",)}), "words", "bounce_rate"),
        (kpi("bounce_rate", drivers=(Driver("nothing", "causal", "+"),)), "unknown", "bounce_rate"),
        (kpi("bounce_rate", drivers=(Driver("cpm", "identity", "-"),)), "identity_terms", "bounce_rate"),
        (kpi("bounce_rate", dimensions=("post",)), "dimension", "bounce_rate"),
        (kpi("bounce_rate", benchmarks=(DOUBT,)), "unknown", "bounce_rate"),
        (kpi("bounce_rate", benchmarks=(replace(DOUBT, typical=None),)), "benchmark", "bounce_rate"),
        (kpi("bounce_rate", unit="currency"), "units", "bounce_rate"),
        (kpi("cost_per_lead", formula="ad_spend + leads"), "units", "cost_per_lead"),
        (kpi("bounce_rate", identity="2 - K.web_engagement_rate"), "identity", "bounce_rate"),
        (kpi("bounce_rate", drivers=(Driver("web_engagement_rate", "identity", "+"),)), "effect", "bounce_rate"),
        (
            kpi("organic_traffic_growth", identity="K.organic_traffic / K.organic_traffic - 1"),
            "identity",
            "organic_traffic_growth",
        ),
        (
            kpi("organic_traffic_growth", drivers=(Driver("organic_traffic", "identity", "-"),)),
            "effect",
            "organic_traffic_growth",
        ),
        (kpi("bounce_rate", identity="sessions - engaged_sessions"), "units", "bounce_rate"),
        (kpi("bounce_rate", variants=(Variant("v", Text("a", "b"), "sessions"),)), "units", "bounce_rate"),
        (kpi("bounce_rate", variants=(Variant("v", Text("a", "b"), "ad_spend + sessions"),)), "units", "bounce_rate"),
        (kpi("bounce_rate", unit="months", formula="first_response_p90"), "units", "bounce_rate"),
        (kpi("bounce_rate", drivers=(Driver("conversion_rate", "causal", "+"),)), "direction", "bounce_rate"),
        (kpi("conversion_rate", drivers=(Driver("bounce_rate", "causal", "+"),)), "direction", "conversion_rate"),
        (kpi("conversion_rate", drivers=(Driver("orders_count", "causal", "-"),)), "direction", "conversion_rate"),
    ],
)
def test_a_check_finds_the_fault_and_says_it_in_both_languages(change: Change, code: str, entry: str) -> None:
    faults = [fault for fault in validate(change(CATALOGUE)) if (fault.code, fault.entry) == (code, entry)]
    assert faults
    for lang in ("vi", "en"):
        assert entry in faults[0].message(lang)


def test_a_neutral_kpi_may_be_pushed_and_may_push_either_way() -> None:
    for effect in ("+", "-"):
        pushed = kpi("conversion_rate", drivers=(Driver("paid_traffic", "causal", effect),))(CATALOGUE)
        pushes = kpi("paid_traffic", drivers=(Driver("conversion_rate", "causal", effect),))(CATALOGUE)
        assert "direction" not in {fault.code for changed in (pushed, pushes) for fault in validate(changed)}


def test_each_check_is_in_the_list_once() -> None:
    assert len({*READABLE, *CHECKS}) == len(READABLE) + len(CHECKS)
