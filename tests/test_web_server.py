"""The real server on a real socket: who gets in, what is answered, what is written down."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from laban.web.app import make_server
from laban.workspace import Workspace
from report_shop import build
from web_server import served


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with build(tmp_path_factory.mktemp("shop")) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def base(shop: Workspace) -> Iterator[str]:
    with served(shop) as address:
        yield address


def test_only_this_machine_can_connect_by_default(shop: Workspace) -> None:
    assert make_server(shop).config.host == "127.0.0.1"


@pytest.mark.parametrize(("host", "status"), [("evil.example", 421), ("", 400), (None, 200)])
def test_the_host_is_checked_on_the_wire(base: str, host: str | None, status: int) -> None:
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=20)
    connection.putrequest("GET", "/dictionary", skip_host=host is not None)
    if host is not None:
        connection.putheader("Host", host)
    connection.endheaders()
    assert connection.getresponse().status == status
    connection.close()


def test_localhost_is_this_machine_too(base: str) -> None:
    port = urlsplit(base).port
    answer = httpx.get(f"{base}/dictionary", headers={"host": f"localhost:{port}"}, timeout=20)
    assert answer.status_code == 200


def test_a_server_on_every_address_knows_addresses_only(shop: Workspace) -> None:
    middleware = make_server(shop, host="0.0.0.0").config.app.user_middleware  # type: ignore[union-attr]  # noqa: S104  an application, not a path
    assert "*" in middleware[0].kwargs["hosts"]
    assert "*" not in make_server(shop, host="192.168.1.2").config.app.user_middleware[0].kwargs["hosts"]  # type: ignore[union-attr]  # likewise


def test_nothing_about_requests_is_written_down(base: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert httpx.get(f"{base}/dictionary?q=private", timeout=20).status_code == 200
    assert httpx.get(f"{base}/nowhere?token=private", timeout=20).status_code == 404
    assert "private" not in "".join(capfd.readouterr())


def test_a_head_tells_what_a_get_would(base: str) -> None:
    head, get = httpx.head(f"{base}/dictionary", timeout=20), httpx.get(f"{base}/dictionary", timeout=20)
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(get.content))
    assert "server" not in head.headers


def test_pages_are_read_while_others_read(base: str) -> None:
    faults: list[str] = []

    def read(week: int) -> None:
        for path in (f"/?period=2026-W{week}", "/data", f"/kpi/click_through_rate?period=2026-W{week}"):
            answer = httpx.get(f"{base}{path}", timeout=60)
            if answer.status_code != 200:
                faults.append(f"{path}: {answer.status_code}")

    threads = [threading.Thread(target=read, args=(week,)) for week in range(38, 44)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_broken_requests_do_not_stop_the_server(base: str) -> None:
    place = urlsplit(base)
    for rubbish in (b"\x00\xff\x00\r\n\r\n", b"GET\r\n\r\n", b"POST /data/files HTTP/1.1\r\nHost: 127.0.0.1\r\n"):
        with socket.create_connection(("127.0.0.1", place.port or 0), timeout=5) as connection:
            connection.sendall(rubbish)
    assert httpx.get(f"{base}/dictionary", timeout=20).status_code == 200


def test_the_chart_script_comes_from_here(base: str, tmp_path: Path) -> None:
    page = httpx.get(f"{base}/kpi/click_through_rate", timeout=30).text
    address = page.partition('data-script="')[2].partition('"')[0]
    answer = httpx.get(f"{base}{address}", timeout=60)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "vegaEmbed" in answer.text
    assert "immutable" in answer.headers["cache-control"]
