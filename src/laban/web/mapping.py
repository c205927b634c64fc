"""Files that nobody has seen: a person says which column is which, sees what comes of it, and imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from laban.errors import LabanError
from laban.i18n import Phrase
from laban.report.views.mapping import MOST_WORDS, SURE, Asked, MappingsView, MapView, map_page, mappings_page
from laban.sources.book import UnreadableError
from laban.sources.currency import CODES
from laban.sources.drawn import MappingFaultError, name_of, shared_text
from laban.sources.sample import WIDEST
from laban.web.errors import wants_json
from laban.web.forms import fields_of
from laban.web.links import Here, here
from laban.web.pages import Page, show
from laban.web.site import Site
from laban.web.words import Words

CHOICES: Final = {"decimal": (",", "."), "dates": ("dmy", "mdy")}
COLUMNS: Final = tuple(f"c{place}" for place in range(WIDEST))
#: A label of the file and what it stands for: its column's place, the word, the label, parted by blanks.
WORDS: Final = tuple(f"w{number}" for number in range(MOST_WORDS))
FIELDS: Final = ("file", "edit", "subject", "was", "name", "decimal", "dates", "currency", *COLUMNS, *WORDS)


class NoTableError(LabanError):
    """A file that waits and turns out to be no table."""

    key = "mapping.fault"

    def __init__(self, fault: UnreadableError) -> None:
        values = {"row": fault.row, "column": fault.column, "value": fault.value, "member": fault.member}
        super().__init__(reason=Phrase.of(f"finding.{fault.code}", **{**values, **fault.values}))


def make_router(site: Site) -> APIRouter:
    """Return the routes of the mapping pages."""
    router = APIRouter()

    @router.get("/data/map.json")
    @router.get("/data/map")
    def get_map(request: Request) -> Response:
        """Return an unknown file's first values beside what they may be."""
        return show(site, request, MAP)

    @router.post("/data/map/save")
    @router.post("/data/map/save.json")
    async def post_save(request: Request) -> Response:
        """Keep a mapping and import the file it was made for."""
        form = await fields_of(request)
        return _save(site, request, form)

    @router.post("/data/map/discard")
    async def post_discard(request: Request) -> Response:
        """Delete a file that waits."""
        form = await fields_of(request)
        site.workspace.mappings.forget(form.get("file", ""))
        return RedirectResponse(here(request, ()).to("/data"), 303)

    @router.get("/data/mappings.json")
    @router.get("/data/mappings")
    def get_mappings(request: Request) -> Response:
        """Return the list of mappings."""
        return show(site, request, MAPPINGS)

    @router.get("/data/mappings/{name}.yaml")
    def get_file(name: str) -> Response:
        """Return a mapping as a platform file."""
        return _download(site, name)

    @router.post("/data/mappings/remove")
    async def post_remove(request: Request) -> Response:
        """Take a mapping away."""
        name = (await fields_of(request)).get("name", "")
        with site.writing:
            kept = site.workspace.mappings.remove(name)
        return _to_list(request, done="removed", name=kept.name)

    @router.post("/data/mappings/restore")
    async def post_restore(request: Request) -> Response:
        """Take the latest change of a mapping back."""
        name = (await fields_of(request)).get("name", "")
        with site.writing:
            done = site.workspace.mappings.restore(name)
        return _to_list(request, done="restored" if done else "nothing_to_restore", name=name)

    return router


def asked_of(form: Mapping[str, str], currency: str) -> Asked:
    """Return what a form or an address says; what is no choice counts as not said. "-" stands for none.

    Where nothing is said, money is in ``currency`` unless the file names another; the page shows that.
    """
    # Columns of another subject say nothing about this one.
    moved = _has_moved(form)
    chosen = {} if moved else {place: form[name].strip("-") for place, name in enumerate(COLUMNS) if form.get(name)}
    said = form.get("currency", currency).upper()
    return Asked(
        token=form.get("file", ""),
        edit=form.get("edit", ""),
        subject=form.get("subject", ""),
        name=form.get("name", "").strip(),
        decimal=form.get("decimal", "") if form.get("decimal") in CHOICES["decimal"] else "",
        dates=form.get("dates", "") if form.get("dates") in CHOICES["dates"] else "",
        currency=said if said in CODES else "",
        columns=chosen,
        words={} if moved else dict(filter(None, (_word_of(form.get(name, "")) for name in WORDS))),
    )


def _word_of(text: str) -> tuple[tuple[int, str], str] | None:
    """Read one label's choice: ``6 delivered Giao xong``; "-" for a word that stands for nothing."""
    place, _, rest = text.partition(" ")
    word, _, label = rest.partition(" ")
    if not (place.isascii() and place.isdigit() and len(place) <= len(str(WIDEST)) and label):
        return None
    return (int(place), label), word.strip("-")


def _has_moved(form: Mapping[str, str]) -> bool:
    """Whether another subject was chosen than the one whose columns the form shows."""
    return bool(form.get("was")) and form["was"] != form.get("subject", "")


def _view(site: Site, asked: Asked) -> MapView:
    try:
        return map_page(site.workspace, asked)
    except UnreadableError as fault:
        raise NoTableError(fault) from None


def _save(site: Site, request: Request, form: Mapping[str, str]) -> Response:
    if _has_moved(form):
        said = {name: form[name] for name in FIELDS if form.get(name) and name not in (*COLUMNS, *WORDS, "was")}
        return RedirectResponse(here(request, ()).to("/data/map", **said), 303)
    workspace = site.workspace
    asked = asked_of(form, workspace.settings.currency)
    with site.writing:
        view = _view(site, asked)
        try:
            kept = workspace.mappings.save(asked.edit or asked.name, view.plan, asked.edit)
        except MappingFaultError as fault:
            if wants_json(request):
                raise
            return _back(request, form, fault)
        if asked.edit:
            return _to_list(request, done="saved", name=kept.name)
        waiting = workspace.mappings.waiting(asked.token)
        outcome = workspace.import_file(waiting.path, name=waiting.name)
        if not outcome.failed:
            workspace.mappings.forget(asked.token)
    if wants_json(request):
        lang = workspace.settings.language
        return JSONResponse({"ok": True, "name": kept.name, "file": outcome.as_json(lang)})
    return RedirectResponse(here(request, ()).to("/data", batch=site.keep_batch([outcome])), 303)


def _back(request: Request, form: Mapping[str, str], fault: MappingFaultError) -> Response:
    del fault  # the page finds it again
    kept = {name: form[name] for name in FIELDS if form.get(name)}
    return RedirectResponse(here(request, ()).to("/data/map", **kept, tried="1"), 303)


def _download(site: Site, name: str) -> Response:
    kept = site.workspace.mappings.get(name)
    response = Response(shared_text(kept.raw or {}, kept.file), media_type="application/yaml")
    response.headers["Content-Disposition"] = f'attachment; filename="{kept.file}.yaml"'
    return response


def _to_list(request: Request, **params: str) -> Response:
    return RedirectResponse(here(request, ()).to("/data/mappings", **params), 303)


def _build_map(site: Site, at: Here) -> MapView:
    asked = asked_of(dict(at.params), "" if at.get("edit") else site.workspace.settings.currency)
    if at.get("again"):
        asked = replace(asked, columns={}, words={})
    return _view(site, asked)


def _dress_map(site: Site, at: Here, words: Words, view: MapView) -> Mapping[str, Any]:
    del site
    name_fault = ""
    if at.get("tried") and not view.fault:
        name_fault = _name_fault(view, words.lang)
    outcome = view.preview
    return {
        "sure": SURE,
        "currencies": sorted(CODES),
        "total_names": {one.id: one.names[words.lang] for one in view.choices},
        "outcome": outcome.as_json(words.lang) if outcome else None,
        "fault": view.fault.message(words.lang) if view.fault else "",
        "name_fault": name_fault,
    }


def _name_fault(view: MapView, lang: str) -> str:
    try:
        name = name_of(view.asked.name)
    except MappingFaultError as fault:
        return fault.message(lang)
    return MappingFaultError(Phrase.of("mapping.taken_name", name=name)).message(lang)


def _build_mappings(site: Site, at: Here) -> MappingsView:
    del at
    return mappings_page(site.workspace.mappings)


def _dress_mappings(site: Site, at: Here, words: Words, view: MappingsView) -> Mapping[str, Any]:
    del site, view
    known = ("saved", "removed", "restored", "nothing_to_restore")
    done = at.get("done")
    return {"done": words.t(f"mapping.{done}", name=at.get("name")) if done in known else ""}


MAP: Final = Page("map", (*FIELDS, "again", "tried"), _build_map, _dress_map, kept=False)
MAPPINGS: Final = Page("mappings", ("done", "name"), _build_mappings, _dress_mappings, kept=False)
