"""The question as a frozen value: which KPIs, when, split how, for what part, compared with what.

The text form is the query string of a page's address, so it is at once the link, the name in a log and the
key of the cache:

    kpi=conversion_rate,website_traffic&period=2026-W46&by=channel&top=10&where.device=mobile&compare=tet

A value in ``where`` may be any text that stands in a file; the empty text means "not given".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from laban.errors import InvalidQueryError
from laban.i18n import Phrase
from laban.periods import COMPARISONS, GRAINS, Comparison, Grain, Period

Where = tuple[tuple[str, tuple[str, ...]], ...]

_Choice = TypeVar("_Choice", bound=str)

_NAME = re.compile(r"[a-z][a-z0-9_]*")
#: A KPI, or one of its variants.
_KPI = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")
_WHERE = "where."
#: The most members that may be asked for by ``top``.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Query:
    """A question to the metrics room.

    ``by`` and ``where`` name dimensions. ``where`` keeps rows whose dimension is one of the values; several
    dimensions must all hold. It is stored in one order, so that equal questions are equal values. ``top`` keeps the
    members with the largest first KPI and puts all others together in one row; 0 keeps every member.

    Raises:
        InvalidQueryError: a part is missing or is not a name; says which.
    """

    kpis: tuple[str, ...]
    period: Period
    grain: Grain = "total"
    by: tuple[str, ...] = ()
    where: Where = ()
    compare: Comparison = "none"
    top: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "kpis", tuple(dict.fromkeys(self.kpis)))
        object.__setattr__(self, "by", tuple(dict.fromkeys(self.by)))
        object.__setattr__(self, "where", _ordered(self.where))
        object.__setattr__(self, "top", self.top if self.by else 0)
        _check(self)

    def text(self) -> str:
        """Return the query string (without "?") that ``parse`` reads back as this query."""
        pairs = [("kpi", ",".join(self.kpis)), ("period", self.period.text())]
        if self.grain != "total":
            pairs.append(("grain", self.grain))
        if self.by:
            pairs.append(("by", ",".join(self.by)))
        if self.top:
            pairs.append(("top", str(self.top)))
        pairs += [(_WHERE + dimension, value) for dimension, values in self.where for value in values]
        if self.compare != "none":
            pairs.append(("compare", self.compare))
        return urlencode(pairs, quote_via=quote, safe=",")

    @classmethod
    def parse(cls, text: str) -> Query:
        """Read the text form.

        Raises:
            InvalidQueryError: a part is unknown, given twice, missing or not a name.
            InvalidPeriodError: the period cannot be read.
        """
        given: dict[str, str] = {}
        where: list[tuple[str, tuple[str, ...]]] = []
        for name, value in parse_qsl(text.removeprefix("?"), keep_blank_values=True):
            if name.startswith(_WHERE):
                where.append((name.removeprefix(_WHERE), (value,)))
            elif name not in {"kpi", "period", "grain", "by", "top", "compare"} or name in given:
                raise InvalidQueryError(text, Phrase.of("query.part", part=name))
            else:
                given[name] = value
        if "period" not in given:
            raise InvalidQueryError(text, Phrase.of("query.no_period"))
        return cls(
            kpis=_names(given.get("kpi", "")),
            period=Period.parse(given["period"]),
            grain=_one_of(text, given.get("grain", "total"), GRAINS),
            by=_names(given.get("by", "")),
            where=tuple(where),
            compare=_one_of(text, given.get("compare", "none"), COMPARISONS),
            top=_count(given.get("top", "0")),
        )


def _check(query: Query) -> None:
    if not query.kpis:
        raise InvalidQueryError("", Phrase.of("query.no_kpi"))
    names = [(_KPI, name) for name in query.kpis]
    names += [(_NAME, name) for name in (*query.by, *(dimension for dimension, _ in query.where))]
    for pattern, name in names:
        if not pattern.fullmatch(name):
            raise InvalidQueryError(name, Phrase.of("query.not_a_name", name=name))
    _one_of(query.grain, query.grain, GRAINS)
    _one_of(query.compare, query.compare, COMPARISONS)
    if not 0 <= query.top <= MOST:
        raise InvalidQueryError(str(query.top), Phrase.of("query.top", value=query.top, most=MOST))


def _ordered(where: Where) -> Where:
    """One entry per dimension, dimensions and values sorted, without repeats and without empty lists."""
    found: dict[str, set[str]] = {}
    for dimension, values in where:
        found.setdefault(dimension, set()).update(values)
    return tuple((dimension, tuple(sorted(found[dimension]))) for dimension in sorted(found) if found[dimension])


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST))):
        raise InvalidQueryError(text, Phrase.of("query.top", value=text, most=MOST))
    return int(text)


def _one_of(text: str, value: str, choices: Sequence[_Choice]) -> _Choice:
    for choice in choices:
        if choice == value:
            return choice
    raise InvalidQueryError(text, Phrase.of("query.not_a_choice", value=value, choices=", ".join(choices)))
