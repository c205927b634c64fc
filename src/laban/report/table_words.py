"""The prose of tables: titles, heads, cells, remarks and sentences, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from laban.analysis.compare import Change
from laban.i18n import messages, translate
from laban.metrics.result import Number
from laban.periods import Period
from laban.report import format as fmt
from laban.report import narrative
from laban.report.views.parts import Missing, Note
from laban.report.views.tables.model import Amount, Comment, Head, Knob, Member, Table, TableRow, TableView, Value


@dataclass(frozen=True, slots=True)
class TableWords:
    """One reader's words for tables."""

    lang: str
    currency: str

    def t(self, key: str, /, **values: Any) -> str:
        """Return a sentence of the message files."""
        return translate(self.lang, key, **values)

    # pages and tables

    def title(self, page: str) -> str:
        """Return a page's title."""
        return self.t(f"table.{page}.title")

    def question(self, page: str) -> str:
        """Return the question that a page answers."""
        return self.t(f"table.{page}.question")

    def method(self, view: TableView) -> str:
        """Return how the numbers of a page are to be read."""
        return self.t(f"table.{view.id}.method", days=view.activity_days)

    def table_title(self, page: str, table: Table) -> str:
        """Return a table's title within its page."""
        return self.t(f"table.{page}.{table.id}")

    def dims(self, dims: tuple[str, ...]) -> str:
        """Return a way to split, as its dimensions' names."""
        return " × ".join(narrative.named(self.lang, "dimension", name) for name in dims)

    # rows

    def row(self, table: Table, row: TableRow) -> str:
        """Return a row's name."""
        if row.period is not None:
            return self.when(row.period)
        if row.others:
            return self.t("table.others")
        if not row.key:
            return self.t("table.total")
        return " × ".join(self.member(name, value) for name, value in zip(table.by, row.key, strict=True))

    def when(self, period: Period) -> str:
        """Return a period's name, weeks with their days."""
        return fmt.period(period, self.lang)

    def member(self, dimension: str, value: str | None) -> str:
        """Return one value of a dimension as people read it."""
        return narrative.member_name(self.lang, dimension, value)

    def mark(self, code: str) -> str:
        """Return a remark."""
        return self.t(f"table.mark.{code}")

    def marks(self, row: TableRow) -> str:
        """Return all remarks of a row in one text, that it is not settled among them."""
        found = [self.mark(mark.code) for mark in row.marks]
        return "; ".join([*found, self.t("table.partial")] if row.partial else found)

    # columns

    def head(self, head: Head) -> str:
        """Return what stands above a column."""
        if head.kind in {"share", "interval", "change"}:
            return self.t(f"table.{'range' if head.kind == 'interval' else head.kind}")
        return head.name.get(self.lang)

    def full_head(self, head: Head) -> str:
        """Return what a column is called where its neighbour does not explain it."""
        name = head.name.get(self.lang)
        keys = {"share": "share_of", "interval": "range_of", "change": "change_of"}
        return self.t(f"table.{keys[head.kind]}", name=name) if head.kind in keys else name

    def inner(self, head: Head) -> str:
        """Return a column's name as it stands inside a sentence."""
        name = head.name.get(self.lang)
        return name if name[1:2].isupper() else _lower_first(name)

    def cell(self, head: Head, value: Value) -> str:
        """Return a cell's text; a dash where there is nothing."""
        if head.kind == "change":
            return narrative.signed(value.change, head.unit, self.lang, self.currency)
        if head.kind == "interval":
            return self.interval(head, value)
        if head.kind == "share":
            return fmt.DASH if value.value is None else fmt.share(value.value, self.lang)
        return self.number(value.value, head.unit, points=head.points)

    def number(self, value: Number | None, unit: str, *, points: bool = False) -> str:
        """Return a number in its unit; ``points`` of a rate with their sign."""
        if not points or value is None:
            return fmt.value(value, unit, self.lang, self.currency)
        size = fmt.points(value, self.lang)
        return size if not value else ("+" if value > 0 else fmt.MINUS) + size

    def interval(self, head: Head, value: Value) -> str:
        """Return a range from its lower to its upper end."""
        if value.interval is None:
            return fmt.DASH
        low, high = (fmt.value(end, head.unit, self.lang, self.currency) for end in value.interval)
        return f"{low} {fmt.DASH} {high}"

    def tone(self, change: Change | None) -> str:
        """Return the class that colours a step: good, bad or nothing."""
        return change.verdict if change is not None and change.verdict in {"good", "bad"} else ""

    # sentences

    def say(self, note: Note) -> str:
        """Return a sentence above a table."""
        return self.t(f"table.say.{note.code}", **{name: self._worded(value) for name, value in note.values.items()})

    def _worded(self, value: object) -> object:
        if isinstance(value, Amount):
            return self.number(value.value, value.unit, points=value.points)
        if isinstance(value, Period):
            return _lower_first(self.when(value)) if self.lang == "vi" else self.when(value)
        if isinstance(value, tuple):
            return " × ".join(str(self._worded(inner)) for inner in value)
        if isinstance(value, Member):
            return f"“{self.member(value.dimension, value.value)}”"
        if isinstance(value, str) and f"dimension.{value}" in messages(self.lang):
            return narrative.named(self.lang, "dimension", value)
        return value

    def missing(self, gap: Missing) -> str:
        """Return why a column has no numbers and what would bring them."""
        return narrative.missing_text(gap, self.lang)

    def summary(self, view: TableView) -> str:
        """Return shop, days and comparison in one line, for files."""
        return self.t(
            "table.exported",
            shop=view.frame.shop,
            period=fmt.period(view.frame.period, self.lang),
            comparison=narrative.comparison_sentence(view.frame, self.lang),
        )

    def limits(self, view: TableView) -> tuple[str, ...]:
        """Return what the page is limited to, one sentence each."""
        return tuple(
            self.t(
                "table.filtered",
                dimension=_lower_first(narrative.named(self.lang, "dimension", item.dimension)),
                member=self.member(item.dimension, item.chosen),
            )
            for item in view.filters
            if item.chosen
        )

    # the rest of a page

    def comment_head(self, comment: Comment) -> str:
        """Return which group wrote."""
        return self.t(
            "web.tables.comment_head",
            touchpoint=comment.touchpoint or self.t("word.not_given"),
            group=self.t(f"table.group.{comment.group}"),
            n=fmt.count(comment.answers, self.lang),
        )

    def share(self, value: float | None) -> str:
        """Return a share; "" where there is none."""
        return "" if value is None else fmt.share(value, self.lang)

    def knob(self, knob: Knob) -> str:
        """Return what the data say of a number that may be changed."""
        if knob.measured is None:
            return self.t("web.tables.none_measured")
        if knob.id == "target_ratio":
            return self.t("web.tables.default_value", value=self.knob_field(knob, measured=True))
        return self.t("web.tables.measured", value=self.number(knob.measured, knob.unit))

    def knob_field(self, knob: Knob, *, measured: bool = False) -> str:
        """Return a number as it stands in its field: percent as 35."""
        value = knob.measured if measured else knob.value
        if value is None:
            return ""
        return fmt.number(float(value) * (100 if knob.unit == "percent" else 1), self.lang, 2, least=0)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
