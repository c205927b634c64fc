"""Formulas: what they may say, where they are wrong, and exact arithmetic with missing parts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laban.errors import FormulaError
from laban.metrics.formula import (
    Exact,
    Expression,
    Input,
    Names,
    answerable,
    evaluate,
    expanded,
    inputs,
    parse,
    references,
)

NAMES = Names({"spend", "other", "leads", "followers", "seconds", "total"}, {"cpl", "share"}, {"channel", "device"})
DERIVED = {"total": parse("spend + other", NAMES)}
KPIS = {"cpl": (parse("total / leads", NAMES), 0), "share": (parse("spend / total", NAMES), 90)}


def written(text: str, window: int = 0) -> Expression:
    return expanded(parse(text, NAMES), KPIS, DERIVED, window)


def value(text: str, **numbers: Exact | None) -> Exact | None:
    return evaluate(written(text), {Input(name): number for name, number in numbers.items()})[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("spend / leads", Decimal(2500)),
        ("1000 * spend / leads", Decimal(2500000)),
        ("100 * (leads - 1) / leads", Decimal(75)),
        ("-spend + 1", Decimal(-9999)),
        ("0.1 + 0.2", Decimal("0.3")),
        ("1_000 * 1e-3", Decimal(1)),
        ("total / leads", Decimal(3000)),
        ("K.cpl * 2", Decimal(6000)),
        ("(\nspend\n- other) / 2", Decimal(4000)),
    ],
)
def test_arithmetic(text: str, expected: Decimal) -> None:
    assert value(text, spend=10000, other=2000, leads=4) == expected


def test_a_quotient_is_rounded_once_at_the_end() -> None:
    assert value("spend / leads * leads", spend=1, leads=3) == 1
    assert value("(spend / leads) / (spend / leads)", spend=1, leads=3) == 1


@pytest.mark.parametrize("text", ["spend / leads", "K.cpl", "1 / (spend - spend)"])
def test_division_by_zero_is_no_number(text: str) -> None:
    assert value(text, spend=5, other=1, leads=0) is None


def test_a_missing_part_of_a_sum_is_skipped_and_of_anything_else_is_not() -> None:
    assert value("spend + other", spend=5, other=None) == 5
    assert value("spend + other", spend=None, other=None) is None
    assert value("spend - other", spend=5, other=None) is None
    assert value("spend - other", spend=None, other=5) is None
    assert value("spend * other", spend=5, other=None) is None
    assert value("spend / other", spend=None, other=5) is None
    assert value("spend + 0", spend=None) == 0


def test_a_complete_sum_is_missing_when_any_part_of_it_is() -> None:
    text = "10 * complete(spend / leads + (other + leads) / spend)"
    assert value(text, spend=4, other=6, leads=2) == 10 * (2 + 2)
    for lacking in ("spend", "other", "leads"):
        assert value(text, **{"spend": 4, "other": 6, "leads": 2, lacking: None}) is None
    assert not answerable(written("complete(spend + other)"), [Input("spend")])
    assert value("complete(total)", spend=5, other=None) == 5


def test_parts_are_named_as_a_formula_writes_them() -> None:
    expression = written(
        "K.cpl + where(last(followers), channel='email') + prev(leads) + where(leads, device=('a', 'b'))"
    )
    _, parts = evaluate(expression, {Input("spend"): 6, Input("other"): None, Input("leads"): 3})
    assert parts == {
        "spend": 6,
        "other": None,
        "total": 6,
        "leads": 3,
        "K.cpl": 2,
        "last(where(followers, channel='email'))": None,
        "prev(leads)": None,
        "where(leads, device=('a', 'b'))": None,
    }


def test_filters_and_shifts_reach_every_input() -> None:
    found = inputs(written("prev(where(K.cpl, channel_group='email'))"))
    email = (("channel", ("email",)),)
    assert found == tuple(Input(name, email, shift="prev") for name in ("spend", "other", "leads"))


def test_an_inner_kpi_may_look_further_back() -> None:
    assert {i.window for i in inputs(written("K.cpl"))} == {0}
    assert {i.window for i in inputs(written("K.share"))} == {90}
    assert {i.window for i in inputs(written("K.share", 365))} == {365}
    assert references(parse("K.share + K.cpl * K.share", NAMES)) == ("share", "cpl")


def test_what_can_be_answered_follows_the_rules_of_missing_parts() -> None:
    spend, leads = Input("spend"), Input("leads")
    assert answerable(written("K.cpl"), [spend, leads])
    assert not answerable(written("K.cpl"), [spend])
    assert not answerable(written("spend - other"), [spend])
    assert answerable(written("2 * 3"), [])


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("spend / ledas", 8, "leads"),
        ("K.clp * 2", 0, "cpl"),
        ("where(leads, chanel='x')", 13, "channel"),
        ("spend + average(leads)", 8, "average"),
        ("spend / (leads", 8, "bracket"),
        ("spend +", 6, "operator"),
        ("spend ** 2", 0, "+ - * /"),
        ("spend // 2", 0, "+ - * /"),
        ("leads if spend else 1", 0, "+ - * /"),
        ("spend + 'x'", 8, "text"),
        ("spend + True", 8, "+ - * /"),
        ("spend + 1j", 8, "+ - * /"),
        ("1e999", 0, "+ - * /"),
        ("spend.real", 0, "+ - * /"),
        ("__import__('os').system('x')", 0, "+ - * /"),
        ("(lambda: spend)()", 0, "+ - * /"),
        ("first(spend + leads)", 6, "measure"),
        ("where(leads)", 0, "where"),
        ("where(leads, channel=1)", 21, "quotes"),
        ("where(leads, channel=())", 21, "quotes"),
        ("prev(leads, spend)", 0, "prev"),
        ("spend + ‘đ’ + leads", 8, "formula"),
        ("spend +\n  ledas", 10, "leads"),
        ("", 0, "formula"),
        ("(" * 500, 0, ""),
        ("-" * 1500 + "spend", 0, "brackets"),
        ("spend" * 1000, 2000, "2000"),
        ("\x00", 0, "formula"),
        ("  ledas", 2, "leads"),
        ("where(leads, channel='ă') + ledas", 28, "leads"),
    ],
)
def test_a_wrong_formula_points_at_the_character(text: str, position: int, words: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text, NAMES)
    assert words in caught.value.message("en")
    assert caught.value.message("vi")
    if words:
        assert caught.value.position == position


SMALL = st.one_of(st.none(), st.integers(-50, 50), st.decimals(-50, 50, places=3))
TREES: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(["spend", "other", "leads", "2", "0.5", "0"]),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
    max_leaves=8,
)


def reference(text: str, numbers: dict[str, Fraction | None]) -> Fraction | None:
    """The rules written out once more, over fractions."""
    import ast  # noqa: PLC0415  only the reference reads Python by itself

    def walk(node: ast.expr) -> Fraction | None:
        if not isinstance(node, ast.BinOp):
            return Fraction(str(node.value)) if isinstance(node, ast.Constant) else numbers[ast.unparse(node)]
        left, right = walk(node.left), walk(node.right)
        if isinstance(node.op, ast.Add) and (left is None or right is None):
            return right if left is None else left
        if left is None or right is None or (isinstance(node.op, ast.Div) and right == 0):
            return None
        if isinstance(node.op, ast.Div):
            return left / right
        signed = right if isinstance(node.op, ast.Add) else -right
        return left * right if isinstance(node.op, ast.Mult) else left + signed

    return walk(ast.parse(text, mode="eval").body)


@given(TREES, SMALL, SMALL, SMALL)
def test_values_equal_exact_fractions(
    text: str, spend: Exact | None, other: Exact | None, leads: Exact | None
) -> None:
    numbers = {"spend": spend, "other": other, "leads": leads}
    wanted = reference(text, {k: None if v is None else Fraction(v) for k, v in numbers.items()})
    found = value(text, **numbers)
    if wanted is None or found is None:
        assert wanted is None
        assert found is None
    else:
        assert abs(Fraction(found) - wanted) <= abs(wanted) * Fraction(1, 10**30)
