"""Only this machine's own pages get through, and every answer carries the headers."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from laban.web.security import HEADERS, LOCAL_HOSTS, Guard, Refusal, host_refusal, origin_refusal
from web_client import BASE, PORT, Client


def client(hosts: frozenset[str] = LOCAL_HOSTS) -> Client:
    def page(request: Request) -> Response:
        return PlainTextResponse("page", headers={"Cache-Control": "private"})

    def refuse(request: Request, refusal: Refusal) -> Response:
        return PlainTextResponse(refusal.key, refusal.status)

    app = Starlette(routes=[Route("/", page, methods=["GET", "POST"])])
    app.add_middleware(Guard, hosts=hosts, refuse=refuse)
    return Client(app)


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "LOCALHOST:8765", "[::1]:8765"])
def test_own_names_are_served(host: str) -> None:
    assert client().get("/", headers={"host": host}).text == "page"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example:8765", 421),  # DNS rebinding
        ("127.0.0.1.evil.example:8765", 421),
        ("127.0.0.1:80", 421),  # another program's page
        ("127.0.0.1", 421),
        ("192.168.1.2:8765", 421),
        ("", 400),
        ("127.0.0.1:8765@evil.example", 400),
        ("127.0.0.1:8765/x", 400),
        ("127.0.0.1:port", 400),
        ("[::1", 400),
        (":8765", 400),
    ],
)
def test_other_names_are_refused(host: str, status: int) -> None:
    answer = client().get("/", headers={"host": host})
    assert answer.status_code == status
    assert answer.text.startswith("web.refused.host")


def test_two_host_headers_are_refused() -> None:
    answer = client().get("/", headers=[("host", "127.0.0.1:8765"), ("host", "evil.example")])
    assert answer.status_code == 400


def test_a_server_on_every_address_takes_addresses_but_no_names() -> None:
    everywhere = LOCAL_HOSTS | {"*"}
    assert host_refusal("192.168.1.2:8765", everywhere, PORT) is None
    assert host_refusal("[fe80::1]:8765", everywhere, PORT) is None
    assert host_refusal("evil.example:8765", everywhere, PORT) == Refusal(421, "web.refused.host")


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"origin": BASE}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": BASE, "sec-fetch-site": "same-origin"}, True),
        ({}, False),  # a browser always says where a form comes from
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://127.0.0.1:9999"}, False),
        ({"origin": f"https://127.0.0.1:{PORT}"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": BASE, "sec-fetch-site": "cross-site"}, False),
        ({"origin": "http://evil.example", "sec-fetch-site": "same-origin"}, False),
    ],
)
def test_changes_come_from_own_pages_only(headers: dict[str, str], allowed: bool) -> None:
    answer = client().send("POST", "/", headers=headers)
    assert answer.status_code == (200 if allowed else 403)
    given = Headers({**headers, "host": f"127.0.0.1:{PORT}"})
    assert (origin_refusal("DELETE", given) is None) is allowed
    assert origin_refusal("GET", given) is None


def test_every_answer_carries_the_headers() -> None:
    for answer in (client().get("/"), client().get("/missing"), client().get("/", headers={"host": "evil.example"})):
        assert {name: answer.headers.get(name) for name in HEADERS if name != "Cache-Control"} == {
            name: value for name, value in HEADERS.items() if name != "Cache-Control"
        }
    assert client().get("/missing").headers["Cache-Control"] == "no-store"
    assert client().get("/").headers["Cache-Control"] == "private"


def test_the_policy_allows_no_inline_code() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "default-src 'none'" in policy
