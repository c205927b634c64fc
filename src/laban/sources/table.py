"""A table on its way from cells to facts: what is known of it so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from laban.facts import FACT
from laban.periods import Period
from laban.sources.blocks import Block
from laban.sources.book import Row
from laban.sources.columns import Faults, Raw
from laban.sources.detect import Match
from laban.sources.mapping import Column
from laban.sources.numbers import Mark
from laban.sources.reading import Context
from laban.sources.timeline import Stated
from laban.sources.totals import TotalRow


@dataclass
class Table:
    """A table on its way: the match, the data rows, the totals rows, and the columns read so far."""

    block: Block
    match: Match
    context: Context
    data: list[tuple[int, Row]] = field(default_factory=list)
    totals: list[TotalRow] = field(default_factory=list)
    raws: dict[str, Raw] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    values: dict[str, list[Any]] = field(default_factory=dict)
    own: dict[str, Decimal | None] = field(default_factory=dict)
    periods: list[Period | None] = field(default_factory=list)
    stated: Stated = field(default_factory=Stated)
    currency: str | None = None
    currencies: list[str | None] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)

    @property
    def options(self) -> dict[str, Any]:
        """The platform's options with the table's own on top."""
        return {**self.match.platform.options, **self.match.table.options}

    @property
    def habit(self) -> str:
        """The order of day and month that the platform is known to write."""
        return str(self.match.platform.options.get("order", ""))

    @property
    def member(self) -> str:
        """The sheet or zip member, for findings."""
        return self.block.sheet.name

    @property
    def columns(self) -> dict[str, Column]:
        """The platform's columns that this table has."""
        return {name: self.match.platform.columns[name] for name in self.match.columns}

    @property
    def lines(self) -> list[int]:
        """The line of each data row in the file."""
        return [self.block.sheet.line(index) for index, _ in self.data]

    @property
    def mixed(self) -> bool:
        """Whether the rows are in several currencies."""
        return len({code for code in self.currencies if code}) > 1

    @property
    def is_entity(self) -> bool:
        """Whether the rows are things with an identity, each with its own date."""
        facts = self.match.table.facts
        return bool(facts) and all(FACT[plan.fact].kind == "entity" for plan in facts)

    def keep(self, indices: Sequence[int]) -> None:
        """Keep only some of the data rows."""
        self.data = [self.data[i] for i in indices]
        self.raws = {name: raw.only(indices) for name, raw in self.raws.items()}
        self.values = {name: [values[i] for i in indices] for name, values in self.values.items()}
        self.periods = [self.periods[i] for i in indices] if self.periods else []
        self.currencies = [self.currencies[i] for i in indices] if self.currencies else []
