"""What is asked of customers and of answers one by one, where no formula over measures could say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from laban.metrics.dialect import Sql, conjunction
from laban.metrics.model import Catalogue
from laban.periods import Period
from laban.warehouse.sql import quote


class _Warehouse(Protocol):
    def query(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement."""


@dataclass(frozen=True, slots=True)
class CohortCount:
    """How many customers of one month of first order bought in a month (the first itself included), and for how much.

    ``revenue`` is in the reporting currency; None where no order says.
    """

    first: date
    bought: date
    customers: int
    revenue: Decimal | None


def cohort_counts(catalogue: Catalogue, warehouse: _Warehouse, days: Period) -> list[CohortCount]:
    """Return, for customers whose first order lies in ``days``, how many of them bought in which month of these days.

    Months are named by their first day. Orders that do not count (tests, cancelled) are left out as everywhere.
    """
    source = catalogue.facts["fact_order"]
    table = quote(source.table)
    valid = conjunction([source.where, "customer_key IS NOT NULL", Sql('"date" >= ? AND "date" < ?', days_of(days))])
    firsts = conjunction([valid, "is_first_order"])
    statement = (
        Sql("WITH c AS (SELECT customer_key AS k, min(date_trunc('month', \"date\")) AS first ")
        + f"FROM {table} WHERE "
        + firsts
        + " GROUP BY 1), b AS (SELECT customer_key AS k, date_trunc('month', \"date\") AS bought, "
        + f"sum({catalogue.measures['net_revenue'].expr}) AS revenue FROM {table} WHERE "
        + valid
        + " GROUP BY 1, 2) SELECT CAST(first AS DATE), CAST(bought AS DATE), count(*), sum(revenue) "
        + "FROM c JOIN b ON b.k = c.k AND bought >= first GROUP BY 1, 2 ORDER BY 1, 2"
    )
    rows = warehouse.query(statement.text, statement.params)
    return [CohortCount(first, bought, int(count), revenue) for first, bought, count, revenue in rows]


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of one group of one question: how many, and the newest texts among them."""

    touchpoint: str | None
    question: str
    group: str
    answers: int
    texts: tuple[str, ...]


#: What a score says, per question: from which score on, and the group's name.
GROUPS: dict[str, tuple[tuple[int, str], ...]] = {
    "nps": ((9, "promoter"), (7, "passive"), (0, "detractor")),
    "csat": ((4, "satisfied"), (3, "neutral"), (1, "unsatisfied")),
}


def answers_by_group(
    catalogue: Catalogue, warehouse: _Warehouse, days: Period, *, least: int, texts: int
) -> tuple[list[Answers], int]:
    """Return the groups of answers with texts, and how many groups were too small to be shown.

    A group is one touchpoint and one range of scores; one with fewer than ``least`` answers is only counted.
    """
    source = catalogue.facts["fact_survey_response"]
    found: list[Answers] = []
    hidden = 0
    for question, ranges in GROUPS.items():
        statement = _group_statement(quote(source.table), question, ranges, days, texts)
        for touchpoint, group, count, said in warehouse.query(statement.text, statement.params):
            if not said:
                continue
            if count < least:
                hidden += 1
            else:
                found.append(Answers(touchpoint, question, group, int(count), tuple(said)))
    return found, hidden


def _group_statement(table: str, question: str, ranges: Sequence[tuple[int, str]], days: Period, texts: int) -> Sql:
    whens = Sql("CASE")
    for least, group in ranges:
        whens = whens + Sql(" WHEN score >= ? THEN ?", (least, group))
    where = conjunction(
        [
            Sql("lower(question) = ?", (question,)),
            "score IS NOT NULL",
            Sql('"date" >= ? AND "date" < ?', days_of(days)),
        ]
    )
    written = "array_agg(text ORDER BY \"date\" DESC, response_id) FILTER (WHERE trim(coalesce(text, '')) <> '')"
    return (
        Sql("SELECT nullif(touchpoint, ''), g, count(*), ")
        + f"({written})[1:{int(texts)}] FROM (SELECT *, "
        + whens
        + f" END AS g FROM {table} WHERE "
        + where
        + ") a WHERE g IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
    )


def days_of(period: Period) -> tuple[date, date]:
    """Return the first day and the first day after a period, as values to bind."""
    return period.start, period.end
