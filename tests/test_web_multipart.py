"""Uploads go to disk as they come; names, sizes and forms are not trusted."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.web.multipart import MAX_FILES, Form, UploadError, clean_name, receive

TYPE = "multipart/form-data; boundary=edge"


def body(*parts: tuple[str, bytes]) -> bytes:
    made = b"".join(b"--edge\r\n" + head.encode() + b"\r\n\r\n" + data + b"\r\n" for head, data in parts)
    return made + b"--edge--\r\n"


def file_part(name: str, data: bytes) -> tuple[str, bytes]:
    return f'Content-Disposition: form-data; name="files"; filename="{name}"', data


def take(
    folder: Path, data: bytes, *, limit: int = 10_000, content_type: str = TYPE, cut: Sequence[int] = (7,)
) -> Form:
    async def stream() -> AsyncIterator[bytes]:
        start, turn = 0, 0
        while start < len(data):
            size = cut[turn % len(cut)]
            yield data[start : start + size]
            start, turn = start + size, turn + 1

    return asyncio.run(receive(content_type, stream(), folder, limit))


def test_files_and_fields_arrive_whole(tmp_path: Path) -> None:
    form = take(
        tmp_path,
        body(
            file_part("Báo cáo tháng 11.csv", b"a,b\r\n1,2\r\n"),
            ('Content-Disposition: form-data; name="note"', "ghi chú".encode()),
            file_part("b.zip", bytes(range(256))),
        ),
    )
    assert [file.name for file in form.files] == ["Báo cáo tháng 11.csv", "b.zip"]
    assert [file.path.read_bytes() for file in form.files] == [b"a,b\r\n1,2\r\n", bytes(range(256))]
    assert form.fields == {"note": "ghi chú"}


@given(data=st.binary(max_size=300), cut=st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_any_bytes_in_any_pieces_arrive_unchanged(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, cut: list[int]
) -> None:
    form = take(tmp_path_factory.mktemp("upload"), body(file_part("x", data)), cut=cut)
    assert form.files[0].path.read_bytes() == data


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/absolute/path.csv", "path.csv"),
        ("a\x00b\n.csv", "ab.csv"),
        ("\u202egnp.csv", "gnp.csv"),  # right-to-left override hides the real ending
        ("....csv", "csv"),
        ("", ""),
        ("..", ""),
        ("Tháng 11.csv", "Tháng 11.csv"),
    ],
)
def test_names_are_only_names(given_name: str, shown: str) -> None:
    assert clean_name(given_name) == shown


def test_long_names_keep_their_ending() -> None:
    assert clean_name("x" * 500 + ".xlsx").endswith("….xlsx")
    assert len(clean_name("x" * 500 + ".xlsx")) <= 120
    assert len(clean_name("x" * 500)) <= 120


@given(st.text(max_size=300))
def test_no_name_leaves_its_folder_or_carries_controls(name: str) -> None:
    shown = clean_name(name)
    assert "/" not in shown
    assert "\\" not in shown
    assert shown not in {".", ".."}
    assert not any(unicodedata.category(letter)[0] == "C" for letter in shown)
    assert len(shown) <= 120


def test_files_are_stored_under_names_of_ours(tmp_path: Path) -> None:
    take(tmp_path, body(file_part("../../evil", b"x"), file_part("evil", b"y")))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0000", "0001"]
    assert not (tmp_path.parent / "evil").exists()


def test_too_large_is_said_and_not_kept(tmp_path: Path) -> None:
    with pytest.raises(UploadError) as caught:
        take(tmp_path, body(file_part("big.csv", b"x" * 5_000)), limit=1_000, cut=(500,))
    assert (caught.value.key, caught.value.status) == ("web.upload.too_large", 413)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 1_000


def test_patience_with_a_large_upload_ends(tmp_path: Path) -> None:
    seen = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal seen
        while True:
            seen += 1000
            yield b"x" * 1000

    with pytest.raises(UploadError):
        asyncio.run(receive(TYPE, endless(), tmp_path, 5_000))
    assert seen < 60_000


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UploadError) as caught:
        take(tmp_path, body(*[file_part("x", b"")] * (MAX_FILES + 1)), limit=10**6, cut=(4096,))
    assert caught.value.key == "web.upload.too_many"


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        ("", b"x"),
        ("application/json", b"{}"),
        ("multipart/form-data", b"x"),
        (TYPE, b"not a form at all"),
        (TYPE, b"--edge\r\nbroken header\r\n\r\nx\r\n--edge--\r\n"),
        (TYPE, body(('Content-Disposition: form-data; name="f"', b"x" * 9_000))),
    ],
)
def test_what_is_no_form_is_refused(tmp_path: Path, content_type: str, data: bytes) -> None:
    with pytest.raises(UploadError) as caught:
        take(tmp_path, data, content_type=content_type)
    assert (caught.value.key, caught.value.status) == ("web.upload.unreadable", 400)
