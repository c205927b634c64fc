"""The small parts under the pages: addresses, the reader's choices, sparklines, static files, the chart script."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from laban.report.vega_bundle import bundle_name, bundle_path, cache_folder
from laban.web.assets import FOREVER, load_assets
from laban.web.links import Here, here, url
from laban.web.reader import Reader, reader_of, remember
from laban.web.site import Recent
from laban.web.spark import HEIGHT, WIDTH, spark


def request(query: str = "", path: str = "/", **headers: str) -> Request:
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "server": ("127.0.0.1", 8765),
            "scheme": "http",
        }
    )


# addresses


def test_an_address_is_the_state() -> None:
    at = here(request("period=2026-W47&unknown=1&channel=email&lang=en"), ("period", "compare", "channel"))
    assert at() == "/?period=2026-W47&channel=email&lang=en"
    assert at(channel=None) == "/?period=2026-W47&lang=en"
    assert at(lang="vi") == "/?period=2026-W47&channel=email&lang=vi"
    assert at(compare="tet") == "/?period=2026-W47&channel=email&lang=en&compare=tet"
    assert at.to("/kpi/x", period="2026") == "/kpi/x?period=2026&lang=en"


def test_an_address_is_read_back() -> None:
    at = Here("/dictionary", (("q", "tỷ lệ & <b>\"'"),))
    again = here(request(at().partition("?")[2], "/dictionary"), ("q",))
    assert again == at


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text(max_size=20), max_size=3))
def test_no_value_breaks_out_of_an_address(params: dict[str, str]) -> None:
    assert not set("<>\"' \n") & set(url("/x", params))


def test_json_is_another_face_of_the_same_address() -> None:
    assert here(request("", "/kpi/cpl.json"), ()) == here(request("", "/kpi/cpl"), ())


# the reader


@pytest.mark.parametrize(
    ("query", "headers", "lang"),
    [
        ("lang=en", {"cookie": "laban_lang=vi", "accept-language": "vi"}, "en"),
        ("", {"cookie": "laban_lang=en", "accept-language": "vi"}, "en"),
        ("", {"accept-language": "en-US,en;q=0.9"}, "en"),
        ("", {"accept-language": "fr"}, "vi"),
        ("", {}, "vi"),
        ("lang=xx", {"cookie": "laban_lang=yy"}, "vi"),
    ],
)
def test_language_is_chosen_in_order(query: str, headers: dict[str, str], lang: str) -> None:
    assert reader_of(request(query, **headers), "vi").lang == lang


@pytest.mark.parametrize(
    ("query", "cookie", "theme"),
    [
        ("", "", ""),
        ("theme=dark", "", "dark"),
        ("", "laban_theme=dark", "dark"),
        ("theme=light", "laban_theme=dark", "light"),
        ("theme=auto", "laban_theme=dark", ""),
        ("theme=<b>", "laban_theme=x", ""),
    ],
)
def test_theme_is_chosen_in_order(query: str, cookie: str, theme: str) -> None:
    assert reader_of(request(query, cookie=cookie), "vi") == Reader("vi", theme)


def test_only_what_the_address_says_is_remembered() -> None:
    response = Response()
    remember(request("lang=en&theme=dark"), response)
    kept = response.headers.getlist("set-cookie")
    assert [line.partition(";")[0] for line in kept] == ["laban_lang=en", "laban_theme=dark"]
    assert all("SameSite=lax" in line for line in kept)
    untouched = Response()
    remember(request("lang=xx"), untouched)
    remember(request("lang=en", cookie="laban_lang=en"), untouched)
    assert untouched.headers.getlist("set-cookie") == []


# sparklines


def test_a_sparkline_needs_two_numbers() -> None:
    assert spark([]) is None
    assert spark([None, Decimal(3), None]) is None


def test_a_missing_number_breaks_the_line() -> None:
    drawn = spark([1, 2, None, 3, None, 4, 5])
    assert drawn is not None
    assert drawn.line.count("M") == 2
    assert len(drawn.dots) == 1
    assert drawn.last is not None


def test_a_missing_newest_number_has_no_end_point() -> None:
    drawn = spark([1, 2, 3, None])
    assert drawn is not None
    assert drawn.last is None


@given(st.lists(st.one_of(st.none(), st.decimals(-(10**12), 10**12, places=2)), min_size=2, max_size=20))
def test_a_sparkline_stays_in_its_box(values: list[Decimal | None]) -> None:
    drawn = spark(values)
    if drawn is None:
        assert sum(value is not None for value in values) < 2
        return
    for x, y in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", drawn.line):
        assert 0 <= float(x) <= WIDTH
        assert 0 <= float(y) <= HEIGHT


# what is kept


def test_the_oldest_is_forgotten() -> None:
    kept: Recent[int] = Recent(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert [kept.get(name) for name in "abc"] == [1, None, 3]


def test_a_value_is_made_once() -> None:
    kept: Recent[int] = Recent(2)
    assert kept.get_or_make("a", lambda: 1) == 1
    assert kept.get_or_make("a", lambda: 2) == 1


# files


def test_static_files_move_together_and_are_kept() -> None:
    assets = load_assets()
    assert assets.url("app.css") == f"/static/{assets.version}/app.css"
    served = assets.response(assets.version, "app.css")
    assert served.headers["cache-control"] == FOREVER
    assert served.headers["content-type"].startswith("text/css")
    assert "cache-control" not in assets.response("other", "app.css").headers
    with pytest.raises(HTTPException):
        assets.response(assets.version, "../app.py")
    with pytest.raises(KeyError):
        assets.url("missing.css")


@pytest.mark.parametrize("name", sorted(load_assets().files))
def test_static_files_ask_nobody_else(name: str) -> None:
    text = load_assets().files[name].decode()
    outside = re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text.replace("http://www.w3.org/2000/svg", ""))
    assert outside == []
    assert "@import" not in text


def test_the_chart_script_is_kept(tmp_path: Path) -> None:
    (tmp_path / bundle_name()).write_text("made before", "utf-8")
    assert bundle_path(tmp_path).read_text("utf-8") == "made before"


def test_the_chart_script_is_made_from_what_the_library_carries(tmp_path: Path) -> None:
    path = bundle_path(tmp_path / "new")
    text = path.read_text("utf-8")
    assert "vegaEmbed" in text
    assert len(text) > 500_000
    assert [entry.name for entry in path.parent.iterdir()] == [bundle_name()]


def test_caches_go_where_the_system_keeps_them(tmp_path: Path) -> None:
    assert cache_folder({"XDG_CACHE_HOME": str(tmp_path)}, "linux") == tmp_path / "laban"
    assert cache_folder({"LOCALAPPDATA": str(tmp_path)}, "win32") == tmp_path / "laban" / "cache"
    assert cache_folder({}, "darwin").parts[-3:] == ("Library", "Caches", "laban")
    assert cache_folder({}, "linux").parts[-2:] == (".cache", "laban")
