"""Doubts kept in a file beside the database, so that a board in the terminal need not check all data again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from laban.analysis.quality import Doubt
from laban.periods import Period

NAME = ".doubts.json"
#: Types that JSON does not know: how they are written, and how they are read back.
_WRITTEN: Mapping[type, tuple[str, Callable[[Any], Any]]] = {
    Decimal: ("decimal", str),
    date: ("day", date.isoformat),
    tuple: ("list", list),
}
_READ: Mapping[str, Callable[[Any], Any]] = {"decimal": Decimal, "day": date.fromisoformat, "list": tuple}


def load(folder: Path, key: Sequence[Any]) -> tuple[Doubt, ...] | None:
    """Return the doubts kept under ``key``; None when there are none, or they cannot be read."""
    try:
        kept = json.loads((folder / NAME).read_text("utf-8"))
        return tuple(_doubt(found) for found in kept["doubts"]) if kept["key"] == _key(key) else None
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError):
        return None


def keep(folder: Path, key: Sequence[Any], doubts: Sequence[Doubt]) -> None:
    """Keep doubts in place of those before; where nothing can be written, nothing is kept."""
    text = json.dumps({"key": _key(key), "doubts": [_plain(doubt) for doubt in doubts]}, ensure_ascii=False)
    draft = folder / f"{NAME}.{os.getpid()}"
    with suppress(OSError):
        draft.write_text(text, "utf-8")
        draft.replace(folder / NAME)


def _key(key: Sequence[Any]) -> list[str]:
    return [str(part) for part in key]


def _plain(doubt: Doubt) -> dict[str, Any]:
    return {
        "code": doubt.code,
        "level": doubt.level,
        "facts": doubt.facts,
        "columns": doubt.columns,
        "platform": doubt.platform,
        "account": doubt.account,
        "period": doubt.period and [doubt.period.start.isoformat(), doubt.period.end.isoformat()],
        "values": {name: _value(value) for name, value in doubt.values.items()},
        "import_id": doubt.import_id,
    }


def _value(value: Any) -> Any:
    kind = _WRITTEN.get(type(value))
    return value if kind is None else {kind[0]: kind[1](value)}


def _doubt(found: Mapping[str, Any]) -> Doubt:
    period = found["period"]
    return Doubt(
        code=found["code"],
        level=found["level"],
        facts=tuple(found["facts"]),
        columns=tuple(found["columns"]),
        platform=found["platform"],
        account=found["account"],
        period=Period(*map(date.fromisoformat, period)) if period else None,
        values={name: _revived(value) for name, value in found["values"].items()},
        import_id=found["import_id"],
    )


def _revived(value: Any) -> Any:
    if isinstance(value, dict):
        ((kind, inner),) = value.items()
        return _READ[kind](inner)
    return value
