"""The lines of an order to one order: what counts once, what is added, and what follows from the rest.

Shops write an order's total on each of its lines or on the first one only; either way it is one total. Marketplaces
write states and discounts per line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from laban.sources.derive import Columns, furthest
from laban.sources.notes import Notes

_Groups = list[list[int]]
_Amounts = list[Decimal | None]
#: What a line is worth: as the file says, or its price times its quantity.
_LINE = {"first_of": ["line_amount", "line_value"]}
_GONE = frozenset({"returned", "failed"})


def once_per(columns: Columns, spec: Mapping[str, Any], notes: Notes) -> Columns:
    """Collapse rows with the same key: the first value there is counts once, line values are added.

    ``added`` names further columns that are per line. With ``states: lines`` each line has its own state.
    """
    groups = _groups(columns, spec["once_per"])
    settled: dict[str, list[Any]] = {}
    if spec.get("states") == "lines":
        groups, settled = _settled_lines(columns, groups)
    values = {name: _firsts(column, groups) for name, column in columns.values.items()}
    for name in spec.get("added", ()):
        column = columns.get(name)
        if column is not None:
            values[name] = [_sum_of([column[i] for i in group]) for group in groups]
    lines = columns.get(_LINE)
    if lines is not None:
        values["line_value"] = [_sum_of([lines[i] for i in group]) for group in groups]
        values.pop("unit_price", None)
    orders = Columns(columns.platform, {**values, **settled}, len(groups))
    return SETTLEMENTS[spec["settle"]](orders, notes) if "settle" in spec else orders


def _groups(columns: Columns, key: Sequence[str]) -> _Groups:
    keys = zip(*(columns.get(name) or [None] * columns.rows for name in key), strict=True)
    groups: dict[tuple[Any, ...], list[int]] = {}
    for index, value in enumerate(keys):
        groups.setdefault(value, []).append(index)
    return list(groups.values())


def _firsts(column: Sequence[Any], groups: _Groups) -> list[Any]:
    return [next((column[i] for i in group if column[i] is not None), None) for group in groups]


def _sum_of(values: Sequence[Decimal | None]) -> Decimal | None:
    there = [value for value in values if value is not None]
    return sum(there, Decimal(0)) if there else None


def _settled_lines(columns: Columns, groups: _Groups) -> tuple[_Groups, dict[str, list[Any]]]:
    """Part the lines of each order: cancelled ones do not count beside others, those sent back are refunded."""
    states = columns.get("status") or [None] * columns.rows
    worth = columns.get(_LINE) or [None] * columns.rows
    discounts = columns.get("discount_amount") or [None] * columns.rows
    kept = [[i for i in group if states[i] != "cancelled"] or group for group in groups]
    stayed = [[i for i in group if states[i] not in _GONE] for group in kept]
    back = [[i for i in group if states[i] in _GONE] for group in kept]
    refunds = [
        _sum_of([(worth[i] or Decimal(0)) - abs(discounts[i] or Decimal(0)) for i in gone]) if here else None
        for here, gone in zip(stayed, back, strict=True)
    ]
    status = [furthest(states[i] for i in here or whole) for here, whole in zip(stayed, kept, strict=True)]
    return kept, {"status": status, "refund_amount": refunds}


def sheet_amounts(orders: Columns, notes: Notes) -> Columns:
    """Fill what follows from the rest: net = gross - discount - refund.

    A returned or undelivered order without a refund counts as refunded whole. What shops take off is often written
    with a minus; it is taken off all the same.
    """
    gross, discount, refund, status = _amounts(orders, notes)
    net: _Amounts = []
    assumed = 0
    for i, total in enumerate(gross):
        if total is None:
            net.append(None)
            continue
        paid = total - (discount[i] or Decimal(0))
        if status[i] in _GONE and not refund[i]:
            refund[i] = paid
            assumed += 1
        net.append(paid - (refund[i] or Decimal(0)))
    return _filled(orders, notes, assumed, gross_amount=gross, refund_amount=refund, net_amount=net)


def platform_amounts(orders: Columns, notes: Notes) -> Columns:
    """Fill what follows from the rest for an order of a shop system or a marketplace.

    Platforms call an order returned when a part of it came back; then it stays delivered, less the refund. What came
    back whole earned nothing, whatever the buyer was paid back: part of that was shipping or the platform's own
    discount. A platform that gives the net amount only (``net_sales``) has no gross.
    """
    gross, discount, refund, status = _amounts(orders, notes)
    given = orders.get("net_sales") or [None] * orders.rows
    whole = _came_back_whole(orders, refund)
    net: _Amounts = []
    assumed = 0
    for i, total in enumerate(gross):
        paid = given[i] if total is None else total - (discount[i] or Decimal(0))
        if status[i] == "returned" and not whole[i]:
            status[i] = "delivered"
        if paid is None:
            net.append(None)
            continue
        if status[i] in _GONE:
            assumed += not refund[i]
            refund[i] = paid
        elif (back := refund[i]) is not None:
            refund[i] = min(back, max(paid, Decimal(0)))
        net.append(paid - (refund[i] or Decimal(0)))
    return _filled(orders, notes, assumed, status=status, gross_amount=gross, refund_amount=refund, net_amount=net)


def _came_back_whole(orders: Columns, refund: _Amounts) -> list[bool]:
    """Return whether all of an order came back: by its pieces, else by the money, else it is taken to be so."""
    nothing: _Amounts = [None] * orders.rows
    sold, back = orders.get("quantity") or nothing, orders.get("returned_quantity") or nothing
    total = orders.get("order_total") or orders.get("gross_amount") or nothing
    return [
        _covers(pieces, of) if pieces and of else not money or _covers(money, whole)
        for pieces, of, money, whole in zip(back, sold, refund, total, strict=True)
    ]


def _covers(part: Decimal, whole: Decimal | None) -> bool:
    return whole is None or part >= whole


def _amounts(orders: Columns, notes: Notes) -> tuple[_Amounts, _Amounts, _Amounts, list[str | None]]:
    gross = orders.get({"first_of": ["gross_amount", "line_value"]}) or [None] * orders.rows
    discount = _without_minus(orders, "discount_amount", notes)
    refund = _without_minus(orders, "refund_amount", notes)
    return list(gross), discount, refund, list(orders.get("status") or [None] * orders.rows)


def _filled(orders: Columns, notes: Notes, assumed: int, **amounts: list[Any]) -> Columns:
    if assumed:
        notes.add("info", "refund_assumed", count=assumed)
    values = {**orders.values, **amounts}
    if (discount := orders.get("discount_amount")) is not None:
        values["discount_amount"] = [None if amount is None else abs(amount) for amount in discount]
    return Columns(orders.platform, values, orders.rows)


def _without_minus(orders: Columns, name: str, notes: Notes) -> _Amounts:
    amounts = orders.get(name) or [None] * orders.rows
    below = sum(1 for amount in amounts if amount is not None and amount < 0)
    if below:
        notes.add("warning", "minus_taken_off", count=below)
    return [None if amount is None else abs(amount) for amount in amounts]


SETTLEMENTS: Mapping[str, Callable[[Columns, Notes], Columns]] = {
    "order_amounts": sheet_amounts,
    "platform_amounts": platform_amounts,
}
