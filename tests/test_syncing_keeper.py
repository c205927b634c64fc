"""What a server does by itself: the inbox is watched, connected platforms are asked when their time has come."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

import pytest

from api_meta import META, Meta
from api_servers import Clock, Platform, Say, platform
from laban.settings import Settings
from laban.sources.apis.wire import Timing
from laban.syncing import Connection, Connections, Tools, Trouble
from laban.syncing.connect import Draft, connect
from laban.syncing.keeper import Inbox, Keeper
from laban.syncing.run import clock_of
from laban.workspace import Workspace
from laban_processes import write_reports

TODAY = date(2026, 11, 25)
FIVE = clock_time(5)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop", Settings(), today=TODAY) as workspace:
        yield workspace


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    clock = Clock()
    return Tools(tmp_path / "config", Timing(clock.sleep, clock))


def connected(shop: Workspace, tools: Tools, server: Platform) -> Connection:
    return connect(shop, Draft("meta_ads", META, base=server.address, since=date(2026, 11, 16)), tools)


# The inbox


def test_a_file_is_taken_once_it_has_stopped_growing(shop: Workspace) -> None:
    inbox = Inbox(shop)
    [path] = write_reports(shop.inbox, 1)
    assert inbox.look() == []
    path.write_text(path.read_text("utf-8"), "utf-8")
    os.utime(path, ns=(1, 1))
    assert inbox.look() == [], "it was still being written"
    assert [outcome.status for outcome in inbox.look()] == ["loaded"]
    assert inbox.look() == []


def test_what_was_taken_back_is_not_brought_in_again(shop: Workspace) -> None:
    write_reports(shop.inbox, 1)
    inbox = Inbox(shop)
    inbox.look()
    [outcome] = inbox.look()
    assert outcome.import_id is not None
    shop.undo(outcome.import_id)
    again = Inbox(shop)
    again.look()
    assert again.look() == []
    assert shop.imports() == []


def test_a_newer_version_of_a_file_is_taken(shop: Workspace) -> None:
    inbox = Inbox(shop)
    [path] = write_reports(shop.inbox, 1)
    inbox.look()
    inbox.look()
    path.write_text(path.read_text("utf-8").replace("500000", "510000"), "utf-8")
    inbox.look()
    assert [outcome.status for outcome in inbox.look()] == ["loaded"]


# When a platform is asked


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute)  # noqa: DTZ001  the shop's clock


@pytest.mark.parametrize(
    ("connection", "due"),
    [
        (Connection("a", "meta_ads"), at(25, 9)),
        (Connection("a", "meta_ads", state="good", ended_at=at(25, 9)), at(26, 5)),
        (Connection("a", "meta_ads", state="good", ended_at=at(25, 4)), at(25, 5)),
        (Connection("a", "meta_ads", state="good", ended_at=at(25, 5)), at(26, 5)),
        (Connection("a", "meta_ads", state="failed", ended_at=at(25, 9), trouble=Trouble("x")), at(25, 10)),
        (
            Connection(
                "a", "meta_ads", state="failed", ended_at=at(25, 9), not_before=at(25, 13), trouble=Trouble("x")
            ),
            at(25, 13),
        ),
        (
            Connection("a", "meta_ads", state="failed", ended_at=at(25, 9), trouble=Trouble("x", {}, True)),  # noqa: FBT003
            at(26, 5),
        ),
    ],
    ids=["new", "done", "done before the hour", "done at the hour", "passing", "told to wait", "needs a person"],
)
def test_the_next_run_is_daily_and_sooner_after_trouble_that_passes(connection: Connection, due: datetime) -> None:
    assert connection.next_run(at(25, 9), FIVE) == due


def test_a_connection_is_asked_when_it_is_due_and_not_before(shop: Workspace, tools: Tools) -> None:
    with platform(Meta()) as server:
        name = connected(shop, tools, server).id
        keeper = Keeper(shop, tools)
        keeper.look()
        done = Connections(shop.root).get(name)
        assert (done.state, done.last_day) == ("good", date(2026, 11, 24))
        asked = len(server.asked)
        keeper.look()
        assert len(server.asked) == asked
        keeper.ask(name)
        assert keeper.wanted(name)
        keeper.look()
        assert not keeper.wanted(name)
        assert len(server.asked) > asked


def test_one_platform_in_trouble_does_not_stop_the_others(shop: Workspace, tools: Tools) -> None:
    meta = Meta()
    with platform(meta) as server:
        first = connected(shop, tools, server)
        Connections(shop.root).add(replace(first, id="meta_ads-2", account="khác"))
        Keeper(shop, tools).look()
        states = {each.id: each.state for each in Connections(shop.root).all()}
        assert states == {"meta_ads": "good", "meta_ads-2": "failed"}
        trouble = Connections(shop.root).get("meta_ads-2").trouble
        assert trouble is not None
        assert trouble.needs_person


def test_a_stopped_server_stops_waiting_and_goes_on_later(shop: Workspace, tools: Tools) -> None:
    meta = Meta()
    with platform(meta) as server:
        name = connected(shop, tools, server).id
        meta.faults = [Say({"error": {"code": 0}}, 429, {"Retry-After": "600"})]
        keeper = Keeper(shop, replace(tools, timing=Timing()), tick=0.05)
        keeper.start()
        until = time.monotonic() + 20
        while len(server.asked) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        begun = time.monotonic()
        keeper.stop()
        assert time.monotonic() - begun < 5
        assert Connections(shop.root).get(name).state == "failed"
        Keeper(shop, tools, now=lambda: clock_of(shop) + timedelta(hours=2)).look()
        assert Connections(shop.root).get(name).state == "good"


def test_the_thread_takes_in_the_inbox_and_ends(shop: Workspace, tools: Tools) -> None:
    keeper = Keeper(shop, tools, tick=0.02)
    keeper.start()
    write_reports(shop.inbox, 2)
    until = time.monotonic() + 20
    while len(shop.imports()) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    keeper.stop()
    assert len(shop.imports()) == 2
    assert not any(thread.name == "laban-keeper" for thread in threading.enumerate())
