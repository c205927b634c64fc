"""Functions of whole columns, as the mapping files name them: a list of values to a list, or to none at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from laban.sources.addresses import domain_in, main_site, sites_of
from laban.sources.currency import currency_code
from laban.sources.heard import channels_heard

Values = list[Any] | None
#: Shops read their own clock; a day is a day in Viet Nam.
_AHEAD = timedelta(hours=7)
_MILLIONTH = Decimal("0.000001")
_LONG_NUMBER = re.compile(r"(?<!\d)(\d{15,20})(?!\d)")


def shares(values: list[Any]) -> Values:
    """Return each value as a share of them all, to six places; nothing where there is nothing to share."""
    whole = sum((value for value in values if value is not None), Decimal(0))
    return [None if value is None else (value / whole).quantize(_MILLIONTH) for value in values] if whole else None


def shop_time(values: list[Any]) -> Values:
    """Return moments in UTC as the shop's clock shows them."""
    return [None if value is None else value + _AHEAD for value in values]


def positive(values: list[Any]) -> Values:
    """Return whether each number is above zero."""
    return [None if value is None else value > 0 for value in values]


def if_any(values: list[Any]) -> Values:
    """Return yes or no, unless nobody said yes: then nobody was asked (a list at the door that was never used)."""
    return values if any(values) else None


def long_numbers(values: list[Any]) -> Values:
    """Return the number of a post in its address; an address without one stays as it is."""
    return [found[1] if (found := _LONG_NUMBER.search(value or "")) else value for value in values]


def whole_list(values: list[Any]) -> Values:
    """Return the site that most of the addresses belong to, in every row: a list is about one site."""
    return [main_site(values)] * len(values)


def domains(values: list[Any]) -> Values:
    """Return the first domain that stands in each text."""
    return [domain_in(value) for value in values]


def currency_codes(values: list[Any]) -> Values:
    """Return the code of each currency, however it is written; what is no currency we know stays as it is."""
    return [value and (currency_code(value) or value.strip().upper()) for value in values]


WHOLE: Mapping[str, Callable[[list[Any]], Values]] = {
    "share": shares,
    "code": currency_codes,
    "channel_heard": channels_heard,
    "shop_time": shop_time,
    "positive": positive,
    "if_any": if_any,
    "long_number": long_numbers,
    "site": sites_of,
    "main_site": whole_list,
    "domain_in": domains,
}
