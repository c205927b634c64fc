"""Syncing a platform: what it answers becomes facts, once, and a stopped run goes on where it was."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from api_meta import META, Meta
from api_servers import Clock, Platform, Say, platform
from laban.care.backup import backup
from laban.care.restore import restore
from laban.settings import Settings
from laban.sources.apis.errors import ApiError, BusyError, NotInstalledError, RefusedError, UnreachableError
from laban.sources.apis.wire import Timing
from laban.syncing import Connection, Connections, Step, Tools, sync
from laban.syncing.connect import Draft, connect, disconnect
from laban.syncing.run import AlreadyRunningError, SupersededError
from laban.warehouse.archive import unpacked
from laban.workspace import Workspace

TODAY = date(2026, 11, 25)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tools(tmp_path: Path, clock: Clock) -> Tools:
    return Tools(tmp_path / "config", Timing(clock.sleep, clock))


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "shop", Settings(name="Áo Dài Lụa"), today=TODAY)


def connected(shop: Workspace, tools: Tools, server: Platform, **more: Any) -> Connection:
    return connect(shop, Draft("meta_ads", META, base=server.address, since=date(2026, 11, 2), **more), tools)


def spend(shop: Workspace) -> dict[date, Decimal]:
    rows = shop.warehouse.query("SELECT date, sum(spend) FROM fact_ad_performance_live GROUP BY 1 ORDER BY 1")
    return dict(rows)


def all_of(steps: Any) -> list[Step]:
    return list(steps)


def test_pages_are_read_to_the_end(shop: Workspace, tools: Tools) -> None:
    with platform(Meta()) as server, shop:
        name = connected(shop, tools, server).id
        steps = all_of(sync(shop, name, tools))
        assert spend(shop) == {date(2026, 11, 2) + timedelta(days=n): Decimal(500000) for n in range(23)}
        assert sum(step.rows for step in steps if step.stream.name == "campaigns") == 23
        after = Connections(shop.root).get(name)
        assert (after.state, after.last_day, after.account) == ("good", date(2026, 11, 24), "Áo Dài Lụa")


def test_a_second_run_reads_the_lookback_again_and_imports_only_what_changed(shop: Workspace, tools: Tools) -> None:
    late: dict[date, str] = {}
    with platform(Meta(lambda day: late.get(day, "500000"))) as server, shop:
        name = connected(shop, tools, server).id
        all_of(sync(shop, name, tools))
        before = len(shop.imports())
        late[date(2026, 11, 18)] = "520000"
        steps = all_of(sync(shop, name, tools))
        assert {step.period.start for step in steps if step.became == "loaded"} == {date(2026, 11, 16)}
        assert len(shop.imports()) == before + 1
        assert spend(shop)[date(2026, 11, 18)] == 520000
        assert sum(spend(shop).values()) == 23 * 500000 + 20000


def test_a_number_that_goes_back_to_what_it_was_counts_again(shop: Workspace, tools: Tools) -> None:
    late = {date(2026, 11, 18): "500000"}
    with platform(Meta(lambda day: late.get(day, "500000"))) as server, shop:
        name = connected(shop, tools, server).id
        for amount in ("500000", "520000", "500000"):
            late[date(2026, 11, 18)] = amount
            all_of(sync(shop, name, tools))
            assert spend(shop)[date(2026, 11, 18)] == Decimal(amount)


def test_days_that_are_told_no_more_count_no_more(shop: Workspace, tools: Tools) -> None:
    meta = Meta()
    with platform(meta) as server, shop:
        name = connected(shop, tools, server).id
        all_of(sync(shop, name, tools))
        meta.first = date(2026, 11, 16)
        all_of(sync(shop, name, tools))
        assert min(spend(shop)) == date(2026, 11, 16)
        assert len(spend(shop)) == 9


def test_a_stopped_run_goes_on_where_it_was(shop: Workspace, tools: Tools) -> None:
    with platform(Meta()) as server, shop:
        name = connected(shop, tools, server).id
        steps = sync(shop, name, tools)
        assert [next(steps).period.start for _ in range(2)] == [date(2026, 11, 2), date(2026, 11, 9)]
        steps.close()
        assert Connections(shop.root).get(name).state == "failed"
        server.asked.clear()
        rest = [step.period.start for step in sync(shop, name, tools) if step.stream.name == "campaigns"]
        assert rest == [date(2026, 11, 16), date(2026, 11, 23)]
        asked = [
            json.loads(asked.query["time_range"])["since"]
            for asked in server.asked
            if asked.query["level"] == "campaign"
        ]
        assert "2026-11-09" not in asked
        assert len(spend(shop)) == 23


def test_a_run_killed_after_the_import_and_before_it_was_noted_doubles_nothing(shop: Workspace, tools: Tools) -> None:
    with platform(Meta()) as server, shop:
        name = connected(shop, tools, server).id
        noted = Connections(shop.root).get(name)
        steps = sync(shop, name, tools)
        next(steps)
        steps.close()
        Connections(shop.root).add(noted)
        all_of(sync(shop, name, tools))
        assert sum(spend(shop).values()) == 23 * 500000


def test_the_time_that_the_platform_asks_for_is_waited(shop: Workspace, tools: Tools, clock: Clock) -> None:
    meta = Meta()
    with platform(meta) as server, shop:
        name = connected(shop, tools, server).id
        meta.faults = [Say({"error": {"code": 0}}, 429, {"Retry-After": "37"})]
        all_of(sync(shop, name, tools))
        assert clock.slept == [37.0]
        assert len(spend(shop)) == 23


def test_a_wait_that_is_too_long_ends_the_run_and_the_next_one_goes_on(
    shop: Workspace, tools: Tools, clock: Clock
) -> None:
    meta = Meta()
    with platform(meta) as server, shop:
        name = connected(shop, tools, server).id
        steps = sync(shop, name, tools)
        next(steps)
        meta.faults = [Say({"error": {"code": 0}}, 429, {"Retry-After": "7200"})]
        with pytest.raises(BusyError) as caught:
            all_of(steps)
        assert clock.slept == []
        assert "120" in caught.value.message("vi")
        now = Connections(shop.root).get(name)
        assert (now.state, now.trouble is not None and now.trouble.needs_person) == ("failed", False)
        assert now.not_before is not None
        assert now.ended_at is not None
        assert now.not_before - now.ended_at == timedelta(hours=2)
        assert all_of(sync(shop, name, tools))[0].period.start == date(2026, 11, 9)


@pytest.mark.parametrize(
    "fault",
    [
        Say({"error": {"message": "User request limit reached", "code": 17}}, 200),
        Say({"error": {"message": "Unknown error", "code": 1}}, 200),
        Say({"error": {"message": "Service unavailable"}}, 503),
        Say(b"<html>Bad gateway</html>", 502),
        Say(b'{"data": [{"date_start": "2026-11-02"', 200),
        Say({"data": []}, cut=5),
    ],
    ids=["limit in a 200", "fault in a 200", "503", "502 in HTML", "half a body", "cut"],
)
def test_a_page_that_fails_twice_is_got_at_the_third_try(
    fault: Say, shop: Workspace, tools: Tools, clock: Clock
) -> None:
    meta = Meta()
    with platform(meta) as server, shop:
        name = connected(shop, tools, server).id
        meta.faults = [fault, fault]
        all_of(sync(shop, name, tools))
        assert len(clock.slept) == 2
        assert sum(spend(shop).values()) == 23 * 500000


def test_a_connection_that_is_always_cut_ends_with_a_sentence_and_keeps_what_came(
    shop: Workspace, tools: Tools
) -> None:
    meta = Meta()
    with platform(meta) as server, shop:
        name = connected(shop, tools, server).id
        steps = sync(shop, name, tools)
        next(steps)
        meta.faults = [Say({"data": [1, 2, 3]}, cut=7)] * 9
        with pytest.raises(UnreachableError):
            all_of(steps)
        assert len(spend(shop)) == 7


def test_wrong_credentials_are_told_in_words_and_nothing_is_kept(shop: Workspace, tools: Tools) -> None:
    wrong = {**META, "access_token": "EAAB-wrong-token-of-the-shop"}
    with platform(Meta()) as server, shop:
        with pytest.raises(RefusedError) as caught:
            connect(shop, Draft("meta_ads", wrong, base=server.address), tools)
        assert "laban connect" in caught.value.message("vi")
        assert "Invalid OAuth access token" in caught.value.message("en")
        assert Connections(shop.root).all() == []
        assert not (shop.root / ".connections").exists()


def test_credentials_that_end_later_stop_the_run_with_a_sentence_for_the_person(
    shop: Workspace, tools: Tools
) -> None:
    meta = Meta()
    with platform(meta) as server, shop:
        name = connected(shop, tools, server).id
        meta.faults = [Say({"error": {"message": "Session has expired", "code": 190}}, 400)]
        with pytest.raises(ApiError):
            all_of(sync(shop, name, tools))
        trouble = Connections(shop.root).get(name).trouble
        assert trouble is not None
        assert trouble.needs_person
        assert "Session has expired" in trouble.message("vi")


EXPORT_HEADINGS = (
    "Day,Account name,Campaign name,Campaign ID,Impressions,Reach,Frequency,Currency,Amount spent (VND),Clicks (all),"
    "Link clicks,Landing page views,Purchases,Purchases conversion value"
)


def export(path: Path, days: Mapping[date, int]) -> Path:
    """The same campaign as Ads Manager exports it."""
    lines = [
        f"{day},Áo Dài Lụa,Tết sớm,77,1000,800,1.25,VND,{amount},60,40,30,2,1300000" for day, amount in days.items()
    ]
    path.write_text("\n".join([EXPORT_HEADINGS, *lines]), "utf-8")
    return path


SAME = (
    "SELECT date, platform, account, channel_group, campaign, "
    "campaign_id, currency, impressions, clicks, link_clicks, "
    "landing_page_views, purchases, conversions, conversion_value, spend, spend_reporting, reach "
    "FROM fact_ad_performance_live ORDER BY date"
)
SAME_REACH = "SELECT date, platform, account, campaign, reach, frequency FROM fact_ad_reach_live ORDER BY 1, 4"


def test_file_and_api_give_the_same_facts_and_replace_each_other(
    shop: Workspace, tools: Tools, tmp_path: Path
) -> None:
    days = {date(2026, 11, 2) + timedelta(days=n): 500000 for n in range(23)}
    path = export(tmp_path / "export.csv", days)
    other = Workspace.create(tmp_path / "other", today=TODAY)
    with platform(Meta()) as server, shop, other:
        name = connected(shop, tools, server).id
        all_of(sync(shop, name, tools))
        assert other.import_file(path).status == "loaded"
        assert shop.warehouse.query(SAME) == other.warehouse.query(SAME)
        slices = "SELECT DISTINCT platform, account, cut, rank, rival FROM slice WHERE fact = 'fact_ad_performance'"
        assert shop.warehouse.query(slices) == other.warehouse.query(slices)

        shop.import_file(path)
        assert sum(spend(shop).values()) == 23 * 500000
        newer = export(tmp_path / "newer.csv", {**days, date(2026, 11, 20): 600000})
        shop.import_file(newer)
        assert sum(spend(shop).values()) == 23 * 500000 + 100000
        all_of(sync(shop, name, tools, since=date(2026, 11, 2)))
        assert sum(spend(shop).values()) == 23 * 500000 + 100000


def test_the_answers_in_the_archive_make_the_same_facts_again(shop: Workspace, tools: Tools, tmp_path: Path) -> None:
    with platform(Meta()) as server, shop:
        all_of(sync(shop, connected(shop, tools, server).id, tools))
        again = Workspace.create(tmp_path / "again", today=TODAY)
        with again:
            for record in reversed(shop.imports()):
                with unpacked(shop.root / "archive", record.digest) as original:
                    kept = tmp_path / record.digest
                    kept.write_bytes(original.read())
                assert again.import_file(kept, name=record.name).status == "loaded"
            assert again.warehouse.query(SAME) == shop.warehouse.query(SAME)
            assert again.warehouse.query(SAME_REACH) == shop.warehouse.query(SAME_REACH)


def test_a_secret_stands_in_no_file_of_the_workspace_and_in_no_sentence(
    shop: Workspace, tools: Tools, tmp_path: Path
) -> None:
    secret = META["access_token"].encode()
    meta = Meta()
    with platform(meta) as server, shop:
        name = connected(shop, tools, server).id
        meta.faults = [Say({"error": {"message": f"bad {META['access_token']}", "code": 100}}, 400)]
        with pytest.raises(ApiError) as caught:
            all_of(sync(shop, name, tools))
        assert META["access_token"] not in caught.value.message("en") + repr(caught.value)
        all_of(sync(shop, name, tools))
        for record in shop.imports():
            with unpacked(shop.root / "archive", record.digest) as original:
                assert secret not in original.read()
        kept = [path for folder in (shop.root, tools.config) for path in folder.rglob("*") if path.is_file()]
        assert len(kept) > 5
        assert [str(path) for path in kept if secret in path.read_bytes()] == []
        assert (shop.root / ".connections").stat().st_mode & 0o077 == 0
        keys = list((tools.config / "keys").iterdir())
        assert [path.stat().st_mode & 0o077 for path in keys] == [0]


def test_a_copy_of_the_workspace_opens_nothing(shop: Workspace, tools: Tools, tmp_path: Path) -> None:
    with platform(Meta()) as server, shop:
        name = connected(shop, tools, server).id
        elsewhere = replace(tools, config=tmp_path / "another user")
        with pytest.raises(Exception, match="another machine"):
            all_of(sync(shop, name, elsewhere))


def test_a_connection_taken_away_on_the_way_ends_the_run_and_stays_away(shop: Workspace, tools: Tools) -> None:
    with platform(Meta()) as server, shop:
        name = connected(shop, tools, server).id
        steps = sync(shop, name, tools)
        next(steps)
        disconnect(shop, name, tools)
        with pytest.raises(SupersededError):
            all_of(steps)
        assert Connections(shop.root).all() == []
        assert len(spend(shop)) == 14


def test_two_runs_of_one_connection_do_not_meet(shop: Workspace, tools: Tools) -> None:
    with platform(Meta()) as server, shop:
        name = connected(shop, tools, server).id
        steps = sync(shop, name, tools)
        next(steps)
        with pytest.raises(AlreadyRunningError):
            all_of(sync(shop, name, tools))
        steps.close()
        all_of(sync(shop, name, tools))


def test_what_a_person_has_undone_is_not_brought_back_by_the_same_answer(shop: Workspace, tools: Tools) -> None:
    with platform(Meta()) as server, shop:
        name = connected(shop, tools, server).id
        all_of(sync(shop, name, tools))
        latest = next(record for record in shop.imports() if "campaigns 2026-11-16" in record.name)
        shop.undo(latest.id)
        all_of(sync(shop, name, tools))
        assert len(spend(shop)) == 16


def test_a_warehouse_without_the_imports_gets_them_again(shop: Workspace, tools: Tools, tmp_path: Path) -> None:
    with platform(Meta()) as server:
        with shop:
            name = connected(shop, tools, server).id
            all_of(sync(shop, name, tools))
            before = spend(shop)
        (shop.root / "warehouse.duckdb").unlink()
        with Workspace.open(shop.root, today=TODAY) as emptied:
            all_of(sync(emptied, name, tools, since=date(2026, 11, 2)))
            assert spend(emptied) == before


def test_how_far_a_platform_was_asked_goes_back_with_a_restored_backup(
    shop: Workspace, tools: Tools, tmp_path: Path
) -> None:
    late: dict[date, str] = {}
    with platform(Meta(lambda day: late.get(day, "500000"))) as server, shop:
        name = connected(shop, tools, server).id
        steps = sync(shop, name, tools)
        next(steps)
        steps.close()
        made = backup(shop, tmp_path / "backups")
        assert not any(path.name == ".connections" for path in made.path.rglob("*"))
        all_of(sync(shop, name, tools))
        Connections(shop.root).add(replace(Connections(shop.root).get(name), id="meta_ads-2", account="later"))
        restore(shop, tmp_path / "backups")
        assert len(spend(shop)) == 7
        assert Connections(shop.root).get("meta_ads-2").streams == {}
        all_of(sync(shop, name, tools))
        assert len(spend(shop)) == 23


@pytest.mark.parametrize("missing", ["httpx", "tenacity"])
def test_without_the_extra_libraries_the_way_to_get_them_is_told(
    shop: Workspace, tools: Tools, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with shop, pytest.raises(NotInstalledError) as caught:
        connect(shop, Draft("meta_ads", META), tools)
    assert 'pip install "laban[apis]"' in caught.value.message("vi")
    assert Connections(shop.root).all() == []
