"""What people define themselves: KPIs, numbers of their own, which reading of a KPI they go by, and boards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from laban.errors import UnknownNameError
from laban.i18n import Phrase
from laban.metrics.model import STANDARD
from laban.metrics.validate import NAME
from laban.report.views.own import EditorView, OwnView, editor, entry_of, form_of, id_of, own_page
from laban.report.views.own_board import BoardEditorView, board_editor, mistakes, title_of
from laban.web.errors import wants_json
from laban.web.forms import fields_of, pairs_of
from laban.web.links import Here, here
from laban.web.pages import Page, show
from laban.web.site import Site
from laban.web.words import Words
from laban.workspace import OWN_KPIS

FIELDS: Final = (
    *("id", "name_vi", "name_en", "formula", "unit", "direction", "cadence", "window_days"),
    *("meaning_vi", "meaning_en"),
)


def make_router(site: Site) -> APIRouter:
    """Return the routes of the pages about own KPIs."""
    router = APIRouter()

    @router.get("/own.json")
    @router.get("/own")
    def get_own(request: Request) -> Response:
        """Return the list of what people defined."""
        return show(site, request, OWN)

    @router.get("/own/edit.json")
    @router.get("/own/edit")
    def get_editor(request: Request) -> Response:
        """Return the editor with what was typed so far and its preview."""
        return show(site, request, EDITOR)

    @router.post("/own/save")
    @router.post("/own/save.json")
    async def post_save(request: Request) -> Response:
        """Keep a KPI, if it is sound; else show the editor again with what is wrong."""
        return _save(site, request, await fields_of(request))

    @router.post("/own/number")
    async def post_number(request: Request) -> Response:
        """Keep a number of one's own."""
        return _save_number(site, request, await fields_of(request))

    @router.post("/own/reading")
    async def post_reading(request: Request) -> Response:
        """Choose the reading of a KPI."""
        return _choose(site, request, await fields_of(request))

    @router.get("/own/board.json")
    @router.get("/own/board")
    def get_board(request: Request) -> Response:
        """Return the editor of a board."""
        return show(site, request, BOARD)

    @router.post("/own/board/save")
    async def post_board(request: Request) -> Response:
        """Keep a board; else show the editor again with what is missing."""
        return _save_board(site, request, await pairs_of(request))

    @router.post("/own/delete")
    async def post_delete(request: Request) -> Response:
        """Take a KPI or a number away; the state before can be restored."""
        return _delete(site, request, await fields_of(request))

    @router.post("/own/restore")
    def post_restore(request: Request) -> Response:
        """Go back to the state before the latest change."""
        with site.writing:
            site.workspace.undefine()
        return _to_list(request, done="restored")

    return router


def _save(site: Site, request: Request, form: Mapping[str, str]) -> Response:
    typed = {name: form[name].strip() for name in FIELDS if form.get(name, "").strip()}
    with site.writing:
        view = editor(site.workspace, typed)
        taken = view.id in site.workspace.catalogue.kpis and typed.get("id") != view.id
        if taken or not view.sound:
            if wants_json(request):
                return JSONResponse({"ok": False, **view.as_json()}, 400)
            return RedirectResponse(here(request, ()).to("/own/edit", **typed, tried="1"), 303)
        definitions = site.workspace.own_definitions()
        definitions["kpis"][view.id] = entry_of(typed)
        site.workspace.define(definitions)
    if wants_json(request):
        return JSONResponse({"ok": True, "id": view.id})
    return RedirectResponse(here(request, ()).to(f"/kpi/{view.id}"), 303)


def _save_number(site: Site, request: Request, form: Mapping[str, str]) -> Response:
    words = {lang: form.get(f"name_{lang}", "").strip() for lang in ("vi", "en")}
    name = id_of({f"name_{lang}": word for lang, word in words.items() if word})
    entry: dict[str, Any] = {lang: word for lang, word in words.items() if word}
    if form.get("unit") in ("count", "currency", "duration"):
        entry["unit"] = form["unit"]
    if form.get("kind") == "stock":
        entry["kind"] = "stock"
    with site.writing:
        usable = NAME.fullmatch(name) and any(words.values()) and name not in site.workspace.catalogue.measures
        if not usable:
            return _to_list(request, done="number_refused")
        definitions = site.workspace.own_definitions()
        definitions["measures"][name] = entry
        site.workspace.define(definitions)
    return _to_list(request, done="number_saved")


def _choose(site: Site, request: Request, form: Mapping[str, str]) -> Response:
    name, variant = form.get("kpi", ""), form.get("variant", "")
    with site.writing:
        entry = site.workspace.catalogue.kpi(name)
        known = {v.id for v in entry.variants if v.formula} | {entry.variant or STANDARD}
        if "." in name or variant not in known:
            raise UnknownNameError(Phrase.of("catalogue.variant"), variant, known)
        definitions = site.workspace.own_definitions()
        definitions["variants"].pop(name, None)
        if variant != STANDARD:
            definitions["variants"][name] = variant
        site.workspace.define(definitions)
    return _to_list(request, done="chosen")


def _save_board(site: Site, request: Request, pairs: Sequence[tuple[str, str]]) -> Response:
    form = dict(pairs)
    name = {lang: word for lang in ("vi", "en") if (word := " ".join(form.get(f"name_{lang}", "").split()))}
    kpis = list(dict.fromkeys(value for field, value in pairs if field == "kpi"))
    with site.writing:
        catalogue, definitions = site.workspace.catalogue, site.workspace.own_definitions()
        board = form.get("id", "") if form.get("id", "") in definitions["boards"] else ""
        if mistakes(catalogue, name, kpis, board=board):
            typed = {f"name_{lang}": word for lang, word in name.items()}
            back = here(request, ()).to("/own/board", id=board, **typed, kpis=",".join(kpis), tried="1")
            return RedirectResponse(back, 303)
        kept = [kpi for kpi in definitions["boards"].get(board, {}).get("kpis", ()) if kpi in kpis]
        listed = [*kept, *(kpi for kpi in kpis if kpi not in kept and catalogue.has(kpi))]
        board = board or id_of({f"name_{lang}": word for lang, word in name.items()})
        definitions["boards"][board] = {"name": name, "kpis": listed}
        site.workspace.define(definitions)
    return RedirectResponse(here(request, ()).to("/", pack=board), 303)


def _delete(site: Site, request: Request, form: Mapping[str, str]) -> Response:
    part, name = form.get("part", ""), form.get("id", "")
    with site.writing:
        definitions = site.workspace.own_definitions()
        if part not in ("kpis", "measures", "boards") or name not in definitions[part]:
            raise UnknownNameError(Phrase.of("catalogue.kpi"), name, definitions["kpis"])
        del definitions[part][name]
        site.workspace.define(definitions)
    return _to_list(request, done="deleted")


def _to_list(request: Request, **params: str) -> Response:
    return RedirectResponse(here(request, ()).to("/own", **params), 303)


def _build_own(site: Site, at: Here) -> OwnView:
    del at
    workspace = site.workspace
    restorable = (workspace.root / f"{OWN_KPIS}.before").exists()
    return own_page(workspace.extended, may_restore=restorable)


def _dress_own(site: Site, at: Here, words: Words, view: OwnView) -> Mapping[str, Any]:
    del site, view
    known = ("restored", "number_saved", "number_refused", "chosen", "deleted")
    return {"done": words.t(f"own.done.{at.get('done')}") if at.get("done") in known else ""}


def _build_editor(site: Site, at: Here) -> EditorView:
    typed = {name: at.get(name) for name in FIELDS if at.get(name)}
    if set(typed) == {"id"}:
        kept = site.workspace.own_definitions()["kpis"].get(typed["id"])
        typed |= form_of(kept) if isinstance(kept, dict) else {}
    return editor(site.workspace, typed)


def _dress_editor(site: Site, at: Here, words: Words, view: EditorView) -> Mapping[str, Any]:
    del site
    return {
        "tried": bool(at.get("tried")),
        "in_names": words.formula_in_names(view) if view.tile else "",
        "in_numbers": words.formula_in_numbers(view) if view.tile else "",
    }


def _build_board(site: Site, at: Here) -> BoardEditorView:
    board = at.get("id")
    kept = site.workspace.own_definitions()["boards"].get(board)
    typed = {lang: at.get(f"name_{lang}") for lang in ("vi", "en") if at.get(f"name_{lang}")}
    kpis = [name for name in at.get("kpis").split(",") if name]
    if isinstance(kept, dict) and not at.get("tried"):
        title = title_of(kept)
        typed, kpis = {"vi": title.vi, "en": title.en}, [str(name) for name in kept.get("kpis") or ()]
    return board_editor(
        site.workspace, typed, kpis, board=board if isinstance(kept, dict) else "", tried=bool(at.get("tried"))
    )


def _dress_board(site: Site, at: Here, words: Words, view: BoardEditorView) -> Mapping[str, Any]:
    del site, at, words, view
    return {}


OWN: Final = Page("own", ("done",), _build_own, _dress_own, kept=False)
EDITOR: Final = Page("own_edit", (*FIELDS, "tried"), _build_editor, _dress_editor, kept=False)
BOARD: Final = Page(
    "own_board", ("id", "name_vi", "name_en", "kpis", "tried"), _build_board, _dress_board, kept=False
)
