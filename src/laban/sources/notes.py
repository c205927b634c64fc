"""Findings while they are being collected: at most a few of a kind, and a count of the rest."""

from __future__ import annotations

from collections import Counter
from typing import Any

from laban.sources.model import Finding, Level

_SHOWN = 10


class Notes:
    """Collects findings about one file; repeated ones are counted instead of listed."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []
        self._seen: Counter[tuple[str, str | None, str | None]] = Counter()
        self._levels: dict[tuple[str, str | None, str | None], Level] = {}

    def add(
        self,
        level: Level,
        code: str,
        *,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
        member: str | None = None,
        **values: Any,
    ) -> None:
        """Note something; only the first few of the same code, column and member are kept in full."""
        kind = (code, column, member or None)
        self._seen[kind] += 1
        self._levels[kind] = level
        if self._seen[kind] <= _SHOWN:
            shown = value if value is None or len(value) <= 80 else f"{value[:79]}…"
            self._findings.append(Finding(level, code, row, column, shown, member or None, values))

    def once(self, level: Level, code: str, *, member: str | None = None, **values: Any) -> None:
        """Note something about the whole file, or about one member of it, once."""
        if not any(code == seen and where == (member or None) for seen, _, where in self._seen):
            self.add(level, code, member=member, **values)

    def extend(self, findings: tuple[Finding, ...]) -> None:
        """Take over findings made elsewhere."""
        self._findings.extend(findings)

    def finished(self) -> tuple[Finding, ...]:
        """Return the findings, worst first, with one line for each kind of which there were more."""
        more = [
            Finding(
                self._levels[kind],
                "more_like_this",
                None,
                kind[1],
                None,
                kind[2],
                {"code": kind[0], "count": n - _SHOWN},
            )
            for kind, n in self._seen.items()
            if n > _SHOWN
        ]
        order = {"error": 0, "warning": 1, "info": 2}
        return tuple(sorted([*self._findings, *more], key=lambda finding: order[finding.level]))
