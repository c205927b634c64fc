"""Channel rules: each shipped one holds for what it is meant for; own ones come first, and nothing said is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from laban.analysis.quality import Evidence, SourceMedium
from laban.analysis.quality.tags import outside_rules
from laban.cli import main
from laban.facts import CHANNEL_CLASSES, CHANNEL_GROUPS
from laban.i18n import LANGUAGES, messages
from laban.metrics.query import Query
from laban.metrics.rolled import rolled
from laban.periods import Period
from laban.settings import Settings
from laban.sources.model import Slice
from laban.tagging import channels
from laban.tagging.channels import FILE, OwnChannels, Tag, own_rule, read, shipped, with_own, write
from laban.tagging.utm import Rules
from laban.web.app import create_app
from laban.workspace import Workspace
from test_web_pages import Seen
from warehouse_rows import day, load
from web_client import Client

FORM = {"content-type": "application/x-www-form-urlencoded"}
#: Rule -> tags that must fall into it, before any other.
EXAMPLES: dict[str, list[tuple[str, ...]]] = {
    "direct": [("(direct)", "(none)"), ("(direct)", "(not set)")],
    "local_messages": [("zns", "x"), ("oa", "zalo"), ("shop", "messenger")],
    "local_offline": [("to_roi", "qr"), ("poster", "print")],
    "cross_network": [("google", "cpc", "Cross-network 2026")],
    "paid_shopping": [("shopee", "cpc"), ("x", "cpc", "google shopping"), ("x", "ppc", "eshop sale")],
    "paid_search": [("google", "cpc"), ("google", "cpm"), ("coccoc.com", "ppc"), ("bing", "paid")],
    "paid_social": [("facebook", "cpc"), ("l.facebook.com", "paid_social"), ("zalo", "cpm"), ("app", "paid-social")],
    "paid_video": [("youtube", "cpc"), ("vimeo.com", "paid")],
    "display": [("adnet", "display"), ("adnet", "cpm"), ("bao", "banner")],
    "paid_other": [("adnet", "cpc"), ("koc", "paid"), ("y1", "retargeting")],
    "organic_shopping": [("shopee.vn", "referral"), ("x", "organic", "shopping feed")],
    "organic_social": [("l.facebook.com", "referral"), ("tiktok", "bio"), ("x1", "social"), ("T.CO", "referral")],
    "organic_video": [("youtube.com", "referral"), ("x1", "video-ad")],
    "organic_search": [("google", "organic"), ("coccoc", "referral"), ("unheard", "organic")],
    "referral": [("blog.vn", "referral"), ("x1", "link"), ("x1", "app")],
    "email": [("newsletter", "x"), ("brevo", "E-mail")],
    "affiliate": [("partner", "affiliate")],
    "audio": [("podcast", "audio")],
    "sms": [("brand", "sms")],
    "push": [("onesignal", "web push"), ("x1", "mobile app"), ("firebase", "x")],
}  # fmt: skip


def test_every_shipped_rule_has_examples_and_a_name() -> None:
    assert [rule.id for rule in shipped().rules] == list(EXAMPLES)
    for lang in LANGUAGES:
        assert all(f"channels.rule.{rule}" in messages(lang) for rule in EXAMPLES)


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_rule_holds_for_what_it_is_meant_for(rule: str) -> None:
    for given_tag in EXAMPLES[rule]:
        found = shipped().rule_of(Tag(*given_tag))
        assert found is not None, given_tag
        assert found.id == rule, given_tag
        assert found.channel in CHANNEL_GROUPS


def test_what_no_rule_knows_is_other() -> None:
    assert shipped().rule_of(Tag("x1", "weird")) is None
    assert shipped().channel_of(Tag("x1", "weird")) == "other"


def test_the_shipped_classes_are_the_usual_ones() -> None:
    assert shipped().classes == CHANNEL_CLASSES


def test_an_own_rule_comes_before_the_shipped_ones_in_its_order() -> None:
    first = own_rule("affiliate", {"source": ["*.koc.vn", "KOC"]})
    second = own_rule("paid_social", {"source": ["koc"], "medium": ["boost"]})
    known = with_own(OwnChannels((first, second)))
    assert known.channel_of(Tag("lan.koc.vn", "referral")) == "affiliate"
    assert known.channel_of(Tag("koc", "boost")) == "affiliate"
    assert with_own(OwnChannels((second, first))).channel_of(Tag("Koc", "Boost")) == "paid_social"
    assert known.channel_of(Tag("google", "cpc")) == "paid_search"


WORDS = st.lists(st.text("abc*-.tế ", min_size=1, max_size=8).filter(lambda w: set(w.strip()) - {"*"}), max_size=3)


@given(st.lists(st.tuples(st.sampled_from(CHANNEL_GROUPS), WORDS, WORDS), max_size=4))
def test_own_rules_read_back_as_they_were_written(said: list[tuple[str, list[str], list[str]]]) -> None:
    rules = [own_rule(channel, {"source": s, "medium": m}, n) for n, (channel, s, m) in enumerate(said, 1) if s or m]
    again = read(write(rules, shipped().classes))
    assert [(r.channel, r.when) for r in again.rules] == [(r.channel, r.when) for r in rules]
    assert again.faults == ()


@pytest.mark.parametrize(
    "text",
    [
        "rules: 7", "[", "rules: [{channel: mars, source: [x]}]", "rules: [{channel: email}]",
        'rules: [{channel: email, source: ["*"]}]', "classes: {paid: [mars]}", "rules: [x]", "- 1",
        "rules: [{channel: email, source: [x], colour: red}]",
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_is_told_and_left_out(text: str) -> None:
    own = read(text)
    assert (own.rules, dict(own.classes)) == ((), {})
    assert all(fault.text("vi") and fault.text("en") for fault in own.faults)
    assert len(own.faults) == 1


# in a workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", Settings(name="Thử"), today=date(2026, 11, 23)) as made:
        load(made.warehouse, tmp_path, "visits", visits(), platform="ga4")
        yield made


def visits() -> Slice:
    rows = [
        (day(1), "google / cpc", "paid_search", "tet", Decimal(100)),
        (day(2), "lan.koc.vn / referral", "referral", None, Decimal(30)),
        (day(3), "Lan.KOC.vn / referral", None, None, Decimal(7)),
        (day(3), "facebook / boost", "organic_social", "tet", Decimal(5)),
    ]
    columns = ("date", "source_medium", "channel_group", "campaign", "sessions")
    return Slice("fact_web_sessions", "ga4", "", "source", "day", day(1), day(8), columns, rows)


def by_channel(workspace: Workspace) -> dict[str | None, int]:
    rows = workspace.warehouse.query("SELECT channel_group, sum(sessions) FROM fact_web_sessions_live GROUP BY ALL")
    return {channel: int(n) for channel, n in rows}


SAID = {"paid_search": 100, "referral": 30, None: 7, "organic_social": 5}
KOC = (
    "rules: [{channel: affiliate, source: ['*.koc.vn']}, {channel: paid_social, medium: [boost], campaign: [tet*]}]\n"
)


def test_own_rules_hold_for_the_past_and_what_files_said_comes_back(workspace: Workspace) -> None:
    assert by_channel(workspace) == SAID
    workspace.call(FILE, KOC)
    assert by_channel(workspace) == {"paid_search": 100, "affiliate": 37, "paid_social": 5}
    workspace.call(FILE, "rules: [{channel: email, source: ['lan.*']}]")
    assert by_channel(workspace) == {"paid_search": 100, "email": 37, "organic_social": 5}
    workspace.call(FILE, "")
    assert by_channel(workspace) == SAID
    assert workspace.warehouse.query("SELECT count(given_channel_group) FROM fact_web_sessions") == [(0,)]


def test_a_later_file_follows_the_own_rules_and_goes_again(workspace: Workspace, tmp_path: Path) -> None:
    workspace.call(FILE, KOC)
    later = Slice(
        *("fact_web_sessions", "ga4", "", "source", "day", day(10), day(11)),
        columns=("date", "source_medium", "channel_group", "sessions"),
        rows=[(day(10), "mai.koc.vn / referral", "referral", Decimal(4))],
    )
    made = load(workspace.warehouse, tmp_path, "later", later, platform="ga4")
    assert by_channel(workspace)["affiliate"] == 41
    workspace.undo(made.import_id or 0)
    assert by_channel(workspace)["affiliate"] == 37


def test_sums_that_are_kept_follow_a_change_of_the_rules(workspace: Workspace) -> None:
    workspace.warehouse.least_rows = 0
    asked = Query(("website_traffic",), Period.parse("2026-11"), by=("channel",))
    assert workspace.warehouse.refresh(rolled(workspace.catalogue).rollups)
    before = {row.key: row.cells[0].value for row in workspace.run(asked).rows}
    assert before[("referral",)] == 30
    workspace.call(FILE, KOC)
    assert workspace.warehouse.query("SELECT count(*) FROM rollup_dirty") == [(0,)]
    after = {row.key: row.cells[0].value for row in workspace.run(asked).rows}
    assert (after[("affiliate",)], after[("paid_social",)]) == (37, 5)
    assert ("referral",) not in after


def test_an_own_class_answers_what_is_asked_of_it(workspace: Workspace) -> None:
    asked = Query(("paid_traffic",), Period.parse("2026-11"))
    assert workspace.run(asked).rows[0].cells[0].value == 100
    edition = workspace.catalogue.edition
    workspace.call(FILE, "classes: {paid: [paid_search, referral]}")
    assert workspace.run(asked).rows[0].cells[0].value == 130
    assert workspace.catalogue.edition != edition


def test_an_opened_workspace_goes_by_a_file_written_by_hand(workspace: Workspace) -> None:
    workspace.close()
    (workspace.root / FILE).write_text(KOC, "utf-8")
    with Workspace.open(workspace.root) as again:
        assert by_channel(again)["affiliate"] == 37


def test_a_report_without_a_channel_column_follows_the_shipped_rules(workspace: Workspace, tmp_path: Path) -> None:
    report = tmp_path / "ga4.csv"
    lines = ["Session source / medium,Date,Sessions", "facebook / cpc,20261112,4", "x1 / weird,20261112,2"]
    report.write_text("\n".join(lines), "utf-8")
    assert workspace.import_file(report).status == "loaded"
    rows = workspace.warehouse.query(
        "SELECT source_medium, channel_group FROM fact_web_sessions_live WHERE date = DATE '2026-11-12' ORDER BY 1"
    )
    assert rows == [("facebook / cpc", "paid_social"), ("x1 / weird", "other")]


def test_the_check_of_tags_goes_by_the_same_rules() -> None:
    own = with_own(OwnChannels((own_rule("paid_social", {"medium": ["boost"]}),)))
    tags = [SourceMedium(text, 500, day(1), day(2)) for text in ("facebook / boost", "x1 / weird")]
    told = [
        next(outside_rules(Evidence(day(9), tags=tags, channels=known))).values["tags"] for known in (shipped(), own)
    ]
    assert told == [("facebook / boost", "x1 / weird"), ("x1 / weird",)]
    allowed = Evidence(day(9), tags=[SourceMedium("brevo / email", 500, day(1), day(2))], tag_rules=Rules(("cpc",)))
    assert next(outside_rules(allowed)).values["tags"] == ("brevo / email",)


# on the command line


def test_the_command_explains_tries_adds_and_takes_back(workspace: Workspace) -> None:
    root = str(workspace.root)
    workspace.close()

    def run(*words: str) -> str:
        found = CliRunner().invoke(main, ["channels", *words, "--workspace", root, "--lang", "en"])
        assert found.exit_code == 0, found.output
        return str(found.output)

    assert "Paid social (rule Paid Social)" in run("--explain", "facebook / cpc")
    rule = ("--add", "affiliate", "--source", "*.koc.vn")
    assert "37 visits change their channel." in run(*rule, "--try")
    assert "own 1" not in run()
    assert "Past data follows the new rules." in run(*rule)
    assert "own 1" in run()
    assert json.loads(run("--json"))["own"][0]["sessions"] == 37
    run("--undo")
    assert "own 1" not in run()
    refused = CliRunner().invoke(main, ["channels", "--remove", "7", "--workspace", root, "--lang", "en"])
    assert refused.exit_code != 0
    assert "there is no rule 7 of yours" in refused.output


# on the page


def post(client: Client, path: str, **form: str) -> str:
    answer = client.post(f"/data/channels/{path}?lang=en", content=urlencode(form), headers=FORM)
    assert answer.status_code == 303
    location: str = answer.headers["location"]
    return location


def test_the_page_previews_applies_and_takes_back(workspace: Workspace, tmp_path: Path) -> None:
    client = Client(create_app(workspace, cache=tmp_path))
    tried = Seen(client.get("/data/channels?do=add&channel=affiliate&source=*.koc.vn&lang=en").text).text
    assert "37 visits would change their channel; tags concerned: 2." in tried
    assert by_channel(workspace) == SAID
    assert "done=saved" in post(client, "change", do="add", channel="affiliate", source="*.koc.vn")
    post(client, "change", do="add", channel="email", source="lan.*")
    assert by_channel(workspace)["email"] == 37
    post(client, "change", do="up", number="2")
    assert by_channel(workspace)["affiliate"] == 37
    view = client.get("/data/channels.json").json()
    assert [row["channel"] for row in view["own"]] == ["affiliate", "email"]
    assert [row["sessions"] for row in view["own"]] == [37, 0]
    assert "done=undone" in post(client, "undo")
    assert by_channel(workspace)["email"] == 37
    post(client, "undo", number="1")
    assert by_channel(workspace) == SAID
    assert len(client.get("/data/channels.json").json()["versions"]) == 5


def test_a_change_that_cannot_be_done_is_said_in_words(workspace: Workspace, tmp_path: Path) -> None:
    client = Client(create_app(workspace, cache=tmp_path))
    where = post(client, "change", do="add", channel="email", source="*")
    assert "a * by itself would catch every visit" in Seen(client.get(where).text).text
    assert "there is no rule 9 of yours" in Seen(client.get("/data/channels?do=remove&number=9&lang=en").text).text
    hostile = client.get("/data/channels?do=add&channel=email&source=<script>alert(1)</script>").text
    assert "<script>alert(1)" not in hostile


def test_classes_are_ticked_and_put_back(workspace: Workspace, tmp_path: Path) -> None:
    client = Client(create_app(workspace, cache=tmp_path))
    post(client, "classes", **{"paid.referral": "on"})
    assert workspace.naming.channels.classes["paid"] == ("referral",)
    post(client, "classes", usual="1")
    assert workspace.naming.channels.classes == CHANNEL_CLASSES
    assert channels.FILE not in [path.name for path in workspace.root.iterdir()]
