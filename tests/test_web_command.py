"""Who may have commands run by the server, and what it does with those that are not for it."""

from __future__ import annotations

import asyncio
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban import relay
from laban.relay import BrokenOffError, Call, Outlet, Terminal
from laban.web.app import create_app
from laban.web.command import Desk
from laban.workspace import Workspace
from laban_processes import Running, laban, serving
from web_client import BASE

CALL = Call(("imports",), "/", environ={"LANG": "C"})


def headers(secret: str, body: bytes, **more: str) -> dict[str, str]:
    """What a command line sends with a call."""
    return {
        "origin": BASE,
        relay.PROTOCOL_HEADER: relay.PROTOCOL,
        relay.NONCE_HEADER: "n",
        relay.PROOF_HEADER: relay.asked(secret, "n", body),
        **more,
    }


def echo(call: Call, workspace: Workspace, outlet: Outlet, writing: threading.Lock) -> int:
    """A command that repeats its words."""
    assert not writing.locked()
    outlet.write("out", " ".join(call.words).encode())
    outlet.write("err", workspace.root.name.encode())
    return 7


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "shop") as workspace:
        yield workspace


@pytest.fixture
def desk() -> Desk:
    return Desk(echo)


def post(shop: Workspace, desk: Desk | None, body: bytes, peer: str = "127.0.0.1", **sent: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(shop, desk=desk), client=(peer, 5000))
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await client.post(relay.PATH, content=body, **sent)

    return asyncio.run(ask())


def pieces(answer: bytes) -> list[tuple[str, bytes]]:
    left = bytearray(answer)

    def read(count: int) -> bytes:
        taken = bytes(left[:count])
        del left[:count]
        return taken

    return list(relay.frames(read))


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_answered_piece_by_piece(shop: Workspace, desk: Desk, peer: str) -> None:
    body = CALL.encode()
    answer = post(shop, desk, body, peer, headers=headers(desk.secret, body))
    assert answer.status_code == 200
    assert answer.headers[relay.PROOF_HEADER] == relay.answered(desk.secret, "n")
    assert pieces(answer.content) == [("out", b""), ("out", b"imports"), ("err", b"shop"), ("exit", b"7")]


@pytest.mark.parametrize("peer", ["192.168.1.7", "10.0.0.1", "2001:db8::1", "::ffff:192.168.1.7"])
def test_other_machines_are_refused_even_with_the_secret(shop: Workspace, desk: Desk, peer: str) -> None:
    body = CALL.encode()
    assert post(shop, desk, body, peer, headers=headers(desk.secret, body)).status_code == 403


@pytest.mark.parametrize("proof", ["", "0" * 64, "đ", relay.asked("another secret", "n", CALL.encode())])
def test_a_wrong_secret_is_refused(shop: Workspace, desk: Desk, proof: str) -> None:
    sent = headers(desk.secret, CALL.encode(), **{relay.PROOF_HEADER: proof})
    encoded = {name: value.encode() for name, value in sent.items()}
    answer = post(shop, desk, CALL.encode(), headers=encoded)
    assert answer.status_code == 403
    assert desk.secret not in answer.text
    assert relay.PROOF_HEADER not in answer.headers


def test_the_proof_is_for_these_words_only(shop: Workspace, desk: Desk) -> None:
    other = Call(("undo", "1"), "/").encode()
    assert post(shop, desk, other, headers=headers(desk.secret, CALL.encode())).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_pages_of_others_cannot_ask_a_browser_to_do_it(shop: Workspace, desk: Desk, origin: str) -> None:
    body = CALL.encode()
    assert post(shop, desk, body, headers=headers(desk.secret, body, origin=origin)).status_code == 403
    crossing = headers(desk.secret, body, **{"sec-fetch-site": "cross-site"})
    assert post(shop, desk, body, headers=crossing).status_code == 403


def test_too_long_a_call_is_refused(shop: Workspace, desk: Desk) -> None:
    body = b" " * (relay.LONGEST + 1)
    assert post(shop, desk, body, headers=headers(desk.secret, body)).status_code == 413


def test_another_version_is_told_so(shop: Workspace, desk: Desk) -> None:
    body = CALL.encode()
    sent = headers(desk.secret, body, **{relay.PROTOCOL_HEADER: "0 0.0.1"})
    answer = post(shop, desk, body, headers=sent)
    assert (answer.status_code, answer.headers[relay.PROOF_HEADER]) == (409, relay.answered(desk.secret, "n"))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"null", b'{"words": 1, "directory": "/", "program": "l", "environ": {}}', b"\xff"]
)
def test_a_call_that_is_none_is_refused(shop: Workspace, desk: Desk, body: bytes) -> None:
    assert post(shop, desk, body, headers=headers(desk.secret, body)).status_code == 400


def test_a_server_without_a_desk_takes_no_commands(shop: Workspace, desk: Desk) -> None:
    assert post(shop, None, b"{}", headers=headers(desk.secret, b"{}")).status_code == 404


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    root = tmp_path_factory.mktemp("served")
    assert laban(root, "init", ".").returncode == 0
    with serving(root) as running:
        yield running


def send(server: Running, call: Call) -> list[tuple[str, bytes]]:
    body = call.encode()
    sent = headers(server.secret, body, origin=server.address)
    answer = httpx.post(server.address + relay.PATH, content=body, headers=sent, timeout=30)
    assert answer.status_code == 200
    return [piece for piece in pieces(answer.content) if piece[1]]


def test_the_secret_is_for_the_owners_eyes(server: Running) -> None:
    assert stat.S_IMODE((server.root / "warehouse.duckdb.holder").stat().st_mode) == 0o600
    assert len(server.secret) >= 43
    assert server.secret not in str(server.process.args)


def test_a_served_command_knows_no_other_folder(server: Running, tmp_path: Path) -> None:
    assert laban(tmp_path, "init", ".").returncode == 0
    answer = send(server, Call(("imports", "-w", ".", "--lang", "en"), str(tmp_path)))
    assert answer[-1] == ("exit", b"2")
    assert answer[0][0] == "err"
    assert str(tmp_path) in answer[0][1].decode()


@pytest.mark.parametrize("words", [("serve", "--port", "0"), ("demo", "d", "--serve", "--weeks", "8")])
def test_a_server_starts_no_server(server: Running, words: tuple[str, ...]) -> None:
    answer = send(server, Call(words, str(server.root)))
    assert answer[-1] == ("exit", b"2")
    assert not (server.root / "d").exists()


def test_two_terminals_never_see_each_others_words(server: Running) -> None:
    seen: dict[str, list[tuple[str, bytes]]] = {}

    def ask(lang: str, times: int) -> None:
        for _ in range(times):
            seen.setdefault(lang, []).extend(send(server, Call(("imports", "--lang", lang), str(server.root))))

    threads = [threading.Thread(target=ask, args=(lang, 8)) for lang in ("vi", "en")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({repr(piece) for piece in seen["vi"]}) == len({repr(piece) for piece in seen["en"]}) == 2
    assert {p for p in seen["vi"] if p[0] != "exit"}.isdisjoint(seen["en"])


def test_nothing_secret_is_written_down(tmp_path: Path) -> None:
    assert laban(tmp_path, "init", ".").returncode == 0
    with serving(tmp_path) as server:
        assert send(server, Call(("imports",), str(tmp_path)))
        wrong = httpx.post(server.address + relay.PATH, content=b"{}", headers={"origin": server.address}, timeout=30)
        assert wrong.status_code == 403
        server.process.terminate()
        out, err = server.process.communicate(timeout=30)
    assert server.secret not in out + err
    assert "Traceback" not in err
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and server.secret.encode() in p.read_bytes()]


texts = st.text(st.characters(codec=None), max_size=12)


@given(
    st.builds(
        Call,
        words=st.lists(texts, max_size=4).map(tuple),
        directory=texts,
        program=texts,
        environ=st.dictionaries(texts, texts, max_size=3),
        terminal=st.builds(Terminal, st.integers(0, 9999), st.integers(0, 9999), st.booleans(), st.booleans()),
    )
)
def test_a_call_arrives_as_it_was_sent(call: Call) -> None:
    assert Call.decode(call.encode()) == call


@given(st.lists(st.tuples(st.sampled_from(["out", "err"]), st.binary(max_size=40)), max_size=6), st.data())
def test_an_answer_arrives_whole_or_is_called_broken_off(sent: list[Any], data: st.DataObject) -> None:
    whole = b"".join(relay.frame(*piece) for piece in (*sent, ("exit", b"0")))
    assert pieces(whole) == [*sent, ("exit", b"0")]
    with pytest.raises(BrokenOffError):
        pieces(whole[: data.draw(st.integers(0, len(whole) - 1))])
