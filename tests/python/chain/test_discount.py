"""Discounting: three ways to say it, each with its unit, and no fourth."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sojourn as sj

CHAIN = sj.Chain(["active", "churn"], [[0.8, 0.2], [0.0, 1.0]], period="month")
REWARDS = {"active": 10.0}


def value(**options: Any) -> Any:
    return sj.lifetime_value(CHAIN, REWARDS, **options)


def simulated(**options: Any) -> Any:
    return sj.simulate(CHAIN, customers=20, rewards=REWARDS, **options)


def model(**options: Any) -> Any:
    return sj.model.Model(CHAIN, rewards=REWARDS, **options)


every_call = pytest.mark.parametrize("call", [value, simulated, model])


def mean(**options: Any) -> float:
    return float(value(**options).mean["active"])


@given(st.floats(0.0, 5.0))
def test_an_annual_rate_is_effective_per_year(rate: float) -> None:
    factor = (1.0 + rate) ** (-1 / 12)
    assert sj.Discount.annual_rate(rate).factor_per_period("month") == pytest.approx(factor, rel=1e-12)
    assert mean(annual_discount_rate=rate) == pytest.approx(10.0 / (1.0 - 0.8 * factor), rel=1e-12)


@given(st.floats(0.0, 5.0))
def test_a_rate_per_period_and_its_factor_are_one_discount(rate: float) -> None:
    assert mean(discount_rate_per_period=rate) == pytest.approx(mean(discount_factor=1.0 / (1.0 + rate)), rel=1e-12)


def test_a_year_is_a_period_whose_rate_is_the_annual_one() -> None:
    annual = sj.Discount.annual_rate(0.1)
    assert annual.factor_per_period("year") == pytest.approx(1 / 1.1, rel=1e-15)
    assert annual.factor_per_period("quarter") ** 4 == pytest.approx(1 / 1.1, rel=1e-14)
    assert sj.Discount.per_period_rate(0.1).factor_per_period("month") == pytest.approx(1 / 1.1, rel=1e-15)
    assert sj.Discount.factor(0.9).factor_per_period("step") == 0.9
    assert sj.Discount.none().factor_per_period("month") == 1.0


def test_no_discounting_is_said_by_factor_1_or_by_rate_0() -> None:
    assert mean(discount_factor=1) == pytest.approx(50.0, rel=1e-12)
    assert mean(discount=sj.Discount.none()) == mean(discount_factor=1)
    assert mean(annual_discount_rate=0.0) == pytest.approx(50.0, rel=1e-12)
    assert value(discount_factor=1).discount == sj.Discount.none()


def test_a_discount_object_is_the_same_as_its_keyword() -> None:
    assert mean(discount=sj.Discount.annual_rate(0.1)) == mean(annual_discount_rate=0.1)
    assert value(annual_discount_rate=0.1).discount == sj.Discount.annual_rate(0.1)
    assert value(discount_factor=0.9).discount.kind == "factor"
    assert value(discount_rate_per_period=0.2).discount.value == 0.2


def test_a_numpy_number_is_a_number() -> None:
    assert mean(discount_factor=np.float64(0.5)) == mean(discount_factor=0.5)
    assert mean(discount_factor=np.float32(0.5)) == mean(discount_factor=0.5)
    assert mean(annual_discount_rate=np.int64(1)) == mean(annual_discount_rate=1.0)


@every_call
@pytest.mark.parametrize("keyword", ["discount", "rate", "discount_rate", "interest_rate", "wacc", "gamma"])
def test_a_number_without_a_unit_is_refused_with_the_three_ways_to_say_it(
    call: Callable[..., Any], keyword: str
) -> None:
    with pytest.raises(ValueError, match=f"{keyword}=0.1 has no unit; say annual_discount_rate=0.1") as refused:
        call(**{keyword: 0.1})
    sentence = str(refused.value)
    assert "discount_rate_per_period=0.1 (per period of the chain)" in sentence
    assert "discount_factor=" in sentence
    assert "\n" not in sentence


def test_a_value_without_a_discount_is_refused_with_an_example_of_each() -> None:
    with pytest.raises(ValueError, match="lifetime_value: say how later money is discounted") as refused:
        value()
    for words in ("annual_discount_rate=", "discount_rate_per_period=", "discount_factor=1 for none"):
        assert words in str(refused.value)


@pytest.mark.parametrize("call", [simulated, model])
def test_a_simulation_and_a_model_do_without_a_discount(call: Callable[..., Any]) -> None:
    assert call() is not None
    assert model().discount is None


@every_call
def test_two_discounts_are_refused(call: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="one discount is enough, found annual_discount_rate= and discount_factor="):
        call(annual_discount_rate=0.1, discount_factor=0.9)
    with pytest.raises(ValueError, match="found discount_rate_per_period= and discount="):
        call(discount_rate_per_period=0.0, discount=sj.Discount.none())


@every_call
@pytest.mark.parametrize(
    ("keyword", "number"),
    [
        ("annual_discount_rate", -0.1),
        ("annual_discount_rate", float("nan")),
        ("annual_discount_rate", float("inf")),
        ("discount_rate_per_period", -1.0),
        ("discount_rate_per_period", float("nan")),
        ("discount_factor", 0.0),
        ("discount_factor", 1.0000001),
        ("discount_factor", -0.5),
        ("discount_factor", float("nan")),
    ],
)
def test_a_number_out_of_range_is_refused_under_its_name(call: Callable[..., Any], keyword: str, number: float) -> None:
    with pytest.raises(ValueError, match=f"^{keyword}: "):
        call(**{keyword: number})


@every_call
@pytest.mark.parametrize("keyword", ["annual_discount_rate", "discount_rate_per_period", "discount_factor"])
@pytest.mark.parametrize("wrong", ["0.1", True, [0.1], 1j, {}])
def test_something_that_is_no_number_is_refused(call: Callable[..., Any], keyword: str, wrong: Any) -> None:
    with pytest.raises(TypeError, match=f"{keyword}: expected a number, found"):
        call(**{keyword: wrong})


@every_call
def test_an_unknown_keyword_is_refused(call: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="unexpected keyword 'horizn'"):
        call(horizn=3)


def test_an_annual_rate_needs_a_period_with_a_length() -> None:
    events = sj.Chain(CHAIN.states, CHAIN.transition_matrix)
    with pytest.raises(ValueError, match=r"annual_discount_rate.*'step'"):
        sj.lifetime_value(events, REWARDS, annual_discount_rate=0.1)
    assert sj.lifetime_value(events, REWARDS, discount_rate_per_period=0.1).mean["active"] > 10.0


def test_a_definition_tells_the_discount_in_every_unit() -> None:
    text = value(annual_discount_rate=0.1).definition
    assert "10 % per year" in text
    assert "per month" in text
    assert "month" in sj.Discount.factor(0.9).describe("month")


@pytest.mark.parametrize(
    "discount",
    [sj.Discount.annual_rate(0.1), sj.Discount.per_period_rate(0.01), sj.Discount.factor(0.9), sj.Discount.none()],
)
def test_a_discount_is_a_regular_value(discount: sj.Discount) -> None:
    for twin in (pickle.loads(pickle.dumps(discount)), copy.copy(discount), copy.deepcopy(discount)):
        assert twin == discount
        assert hash(twin) == hash(discount)
    assert repr(discount).startswith("Discount.")
    assert discount != 0.1
