"""What can go wrong because of a person's request: one class per situation, a sentence with a way out.

Faults in users' *files* are not errors but findings (see ``laban.sources.model``). An error carries a
message key and values; the sentence is made in the reader's language at the edge.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, ClassVar

from laban.i18n import Phrase, Text, translate


class LabanError(Exception):
    """A request that cannot be met, with the reason and the way out.

    ``key`` names the sentence in ``i18n/messages/errors.*.toml``; ``values`` fill its placeholders.
    ``exit_code`` and ``status`` are what the command line and the web answer with.
    """

    key: ClassVar[str] = "error.internal"
    exit_code: ClassVar[int] = 2
    status: ClassVar[int] = 400

    def __init__(self, **values: Any) -> None:
        self.values = values
        super().__init__(self.key, values)

    def message(self, lang: str) -> str:
        """Return the sentence in ``lang`` ("vi" or "en")."""
        return translate(lang, self.key, **self.values)

    def __str__(self) -> str:
        return self.message("en")


class UnknownNameError(LabanError):
    """A name that does not exist, answered with the nearest ones that do."""

    key = "error.unknown_name"
    status = 404

    def __init__(self, kind: str | Phrase, name: str, known: Iterable[str]) -> None:
        nearest = difflib.get_close_matches(name, list(known), n=3, cutoff=0.4)
        super().__init__(kind=kind, name=name, nearest=", ".join(nearest) or "–")
        self.nearest = tuple(nearest)

    def message(self, lang: str) -> str:
        """Return the sentence in ``lang``; it proposes nothing where no name is near."""
        return translate(lang, self.key if self.nearest else f"{self.key}_alone", **self.values)


class InvalidPeriodError(LabanError):
    """A period that cannot be read."""

    key = "error.invalid_period"

    def __init__(self, text: str) -> None:
        super().__init__(text=text)


class InvalidSettingError(LabanError):
    """A setting with a value that cannot be used."""

    key = "error.invalid_setting"

    def __init__(self, name: str, value: Any, allowed: str) -> None:
        super().__init__(name=name, value=value, allowed=allowed)


class FormulaError(LabanError):
    """A formula that cannot be read; ``position`` points at the character (0-based)."""

    key = "error.formula"

    def __init__(self, formula: str, position: int, reason: str | Phrase) -> None:
        super().__init__(formula=formula, position=position + 1, reason=reason)
        self.position = position


class UnsupportedDimensionError(LabanError):
    """A dimension that the measures asked for do not have."""

    key = "error.unsupported_dimension"

    def __init__(self, kpi: str | Text, dimension: str | Text, allowed: Iterable[str | Text]) -> None:
        super().__init__(kpi=kpi, dimension=dimension, allowed=tuple(allowed) or "–")


class InvalidQueryError(LabanError):
    """A query text that cannot be read."""

    key = "error.invalid_query"

    def __init__(self, text: str, reason: str | Phrase) -> None:
        super().__init__(text=text, reason=reason)


class WarehouseBusyError(LabanError):
    """Another process holds the warehouse."""

    key = "error.warehouse_busy"
    status = 503

    def __init__(self, path: str, holder: str) -> None:
        super().__init__(path=path, holder=holder)


class UnknownImportError(LabanError):
    """An import number that is not in the log."""

    key = "error.unknown_import"
    status = 404

    def __init__(self, import_id: int) -> None:
        super().__init__(import_id=import_id)


class NoSuchPathError(LabanError):
    """A path given on the command line that does not exist."""

    key = "error.no_such_path"

    def __init__(self, path: str) -> None:
        super().__init__(path=path)


class NoDataError(LabanError):
    """A page that needs data, asked for before any was imported."""

    key = "error.no_data"
    status = 404
