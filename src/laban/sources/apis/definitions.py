"""The YAML files of ``platforms/`` as frozen values; a new API of a known platform is one more file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

import yaml

from laban.errors import UnknownNameError
from laban.i18n import Phrase, Text
from laban.sources import mapping
from laban.sources.apis.model import About, Auth, Call, Definition, Names, Pace, Paging, Question, Rule, Stream
from laban.sources.mapping import Platform, Table


@cache
def definition_ids() -> tuple[str, ...]:
    """Return the ids of all platforms that can be asked over the network."""
    folder = resources.files(__package__) / "platforms"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def definition(platform_id: str) -> Definition:
    """Return how a platform is asked.

    Raises:
        UnknownNameError: nothing is known of its API.
    """
    if platform_id not in definition_ids():
        raise UnknownNameError(Phrase.of("api.kind"), platform_id, definition_ids())
    return _load(platform_id)


@cache
def _load(platform_id: str) -> Definition:
    text = (resources.files(__package__) / "platforms" / f"{platform_id}.yaml").read_text("utf-8")
    raw: dict[str, Any] = yaml.safe_load(text)
    platform = _extended(raw)
    return Definition(
        id=platform_id,
        names=mapping.by_language(raw["name"]),
        platform=platform,
        base=raw["base"],
        auth=Auth(**raw["auth"]),
        questions=tuple(_question(name, spec) for name, spec in raw["questions"].items()),
        steps=tuple(Text(**step) for step in raw["steps"]),
        streams=tuple(_stream(name, spec, platform) for name, spec in raw["streams"].items()),
        check=_call(raw["check"]),
        check_name=raw["check"].get("name", ""),
        headers=raw.get("headers", {}),
        rules=tuple(_rule(spec) for spec in raw.get("rules", ())),
        message=_texts(raw.get("message", ())),
        pace=Pace(**raw.get("pace", {})),
        account=raw.get("account", ""),
        drop=_texts(raw.get("drop", ())),
        zone=raw.get("zone", ""),
    )


def _extended(raw: Mapping[str, Any]) -> Platform:
    """The file mapping with the columns that only the API has, and tables that are filled from them."""
    platform = mapping.platform(raw["platform"])
    columns = {name: mapping.column_of(name, spec) for name, spec in raw.get("columns", {}).items()}
    tables = tuple(mapping.table_of(spec, {"cut": spec.get("cut", {})}) for spec in raw.get("tables", ()))
    kept = tuple(table for table in platform.tables if table.name not in {own.name for own in tables})
    return replace(platform, columns={**platform.columns, **columns}, tables=(*tables, *kept))


def _question(name: str, spec: Mapping[str, Any]) -> Question:
    texts = {part: Text(**spec[part]) for part in ("label", "where")}
    return Question(name, **{**spec, **texts})


def _call(spec: Mapping[str, Any]) -> Call:
    known = {name: spec[name] for name in ("path", "method", "query", "body", "rows") if name in spec}
    return Call(**known, paging=Paging(**spec.get("paging", {})))


def _stream(name: str, spec: Mapping[str, Any], platform: Platform) -> Stream:
    more = {
        part: spec[part]
        for part in ("fields", "window", "lookback", "chunk", "history", "late", "each", "pivot", "when")
        if part in spec
    }
    return Stream(
        name=name,
        label=Text(**spec["label"]),
        call=_call(spec),
        table=_table(platform, spec),
        drop=_texts(spec.get("drop", ())),
        names=_names(spec.get("names")),
        about=_about(spec.get("about")),
        **more,
    )


def _names(spec: Mapping[str, Any] | None) -> Names | None:
    return None if spec is None else Names(_call(spec), spec["key"], spec["value"])


def _about(spec: Mapping[str, Any] | None) -> About | None:
    return None if spec is None else About(_call(spec), _texts(spec["keep"]))


def _table(platform: Platform, spec: Mapping[str, Any]) -> Table:
    """The table of the mapping, with what the API knows better said in ``facts`` (fact -> column -> expression)."""
    table = next(table for table in platform.tables if table.name == spec["table"])
    better: Mapping[str, Mapping[str, Any]] = spec.get("facts", {})
    facts = tuple(
        replace(plan, columns={**plan.columns, **better.get(plan.fact, {})})
        for plan in table.facts
        if not spec.get("only") or plan.fact in spec["only"]
    )
    return replace(table, facts=facts)


def _rule(spec: Mapping[str, Any]) -> Rule:
    return Rule(
        then=spec["then"],
        status=tuple(spec.get("status", ())),
        at=spec.get("at", ""),
        those=_texts(spec.get("is", ())),
        not_those=_texts(spec.get("not", ())),
        seconds=float(spec.get("seconds", 0)),
    )


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)
