"""The shape of a value: published spread, journeys listed one by one, and what has no shape."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import sojourn as sj

RECENCY = [[0.3, 0.7, 0, 0, 0], [0.2, 0, 0.8, 0, 0], [0.15, 0, 0, 0.85, 0], [0.05, 0, 0, 0, 0.95], [0, 0, 0, 0, 1]]
NAMES = ["trial", "active", "churn"]
CHAIN = sj.Chain(NAMES, [[0.5, 0.4, 0.1], [0.0, 0.8, 0.2], [0.0, 0.0, 1.0]], period="month")
REWARDS = {"active": 10.0, ("trial", "active"): 3.0}


def test_the_published_standard_deviation_comes_out() -> None:
    # P. E. Pfeifer and R. L. Carraway, Journal of Interactive Marketing 14(2), 2000; computed.
    chain = sj.Chain(["1", "2", "3", "4", "former"], RECENCY)
    value = sj.lifetime_value(chain, [36, -4, -4, -4, 0], discount_rate_per_period=0.2)
    moments = sj.value_moments(value)
    assert np.asarray(moments.std) == pytest.approx([28.0762104, 25.0528862, 20.2753837, 10.8473436, 0], abs=5e-8)
    assert np.asarray(moments.mean) == pytest.approx(np.asarray(value.mean))


def test_moments_are_those_of_journeys_listed_one_by_one() -> None:
    horizon, factor = 5, 0.9
    value = sj.lifetime_value(CHAIN, REWARDS, horizon=horizon, discount_factor=factor)
    matrix = CHAIN.transition_matrix
    values, shares = [], []
    for path in itertools.product(range(3), repeat=horizon):
        states = (0, *path)
        share = np.prod([matrix[i, j] for i, j in itertools.pairwise(states)])
        if share == 0:
            continue
        money = 0.0
        for t, (i, j) in enumerate(itertools.pairwise(states)):
            money += factor**t * (10.0 if i == 1 else 0.0) + factor ** (t + 1) * (3.0 if (i, j) == (0, 1) else 0.0)
        values.append(money)
        shares.append(share)
    x, p = np.array(values), np.array(shares)
    mean = p @ x
    moments = sj.value_moments(value)
    for k in (1, 2, 3, 4):
        assert moments.raw(k)["trial"] == pytest.approx(p @ x**k)
    std = np.sqrt(p @ (x - mean) ** 2)
    assert moments.skewness["trial"] == pytest.approx(p @ (x - mean) ** 3 / std**3)
    assert moments.excess_kurtosis["trial"] == pytest.approx(p @ (x - mean) ** 4 / std**4 - 3)
    assert value.skewness["trial"] == moments.skewness["trial"]
    assert value.excess_kurtosis["trial"] == moments.excess_kurtosis["trial"]
    start = moments.from_start("trial")
    assert (start.mean, start.variance) == (moments.mean["trial"], moments.variance["trial"])
    assert start.third_central == moments.third_central["trial"]
    assert start.fourth_central == moments.fourth_central["trial"]
    assert start.std == start.standard_deviation == moments.std["trial"]
    assert repr(start).startswith("StartMoments(mean=")
    assert repr(moments) == "ValueMoments(3 states)"


def test_a_mixture_of_starts_mixes_raw_moments() -> None:
    moments = sj.value_moments(sj.lifetime_value(CHAIN, REWARDS, discount_factor=0.95))
    mixed = moments.from_start({"trial": 0.25, "active": 0.75})
    for k in (1, 2, 3, 4):
        assert mixed.raw(k) == pytest.approx(0.25 * moments.raw(k)["trial"] + 0.75 * moments.raw(k)["active"])
    assert moments.from_start().mean == moments.mean["trial"]


def test_a_certain_value_has_no_shape() -> None:
    moments = sj.value_moments(sj.lifetime_value(CHAIN, REWARDS, discount_factor=0.95))
    assert moments.skewness["churn"] == 0.0
    with pytest.raises(ValueError, match="certain"):
        _ = moments.from_start("churn").skewness
    with pytest.raises(ValueError, match="certain"):
        _ = moments.from_start("churn").excess_kurtosis


@pytest.mark.parametrize("k", [0, 5, -1])
def test_refuses_an_order_that_is_not_there(k: int) -> None:
    moments = sj.value_moments(sj.lifetime_value(CHAIN, REWARDS, discount_factor=0.95))
    with pytest.raises(ValueError, match="1 to 4"):
        moments.raw(k)
    with pytest.raises(ValueError, match="1 to 4"):
        moments.from_start().raw(k)
    with pytest.raises(IndexError, match="nowhere"):
        moments.from_start("nowhere")
