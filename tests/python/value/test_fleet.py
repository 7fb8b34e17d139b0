"""What a base of customers is worth together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sojourn as sj

CHAIN = sj.Chain(["trial", "active", "churn"], [[0.5, 0.4, 0.1], [0, 0.8, 0.2], [0, 0, 1]], period="month")
REWARDS = {"trial": -3.0, "active": 10.0}


@pytest.fixture(scope="module")
def value() -> sj.LifetimeValue:
    return sj.lifetime_value(CHAIN, REWARDS, discount_factor=0.95)


def test_means_and_variances_add_up(value: sj.LifetimeValue) -> None:
    today = sj.fleet_value(value, {"trial": 20, "active": 30.5})
    assert today.basis == "residual"
    assert today.n_customers == 50.5
    assert today.mean == pytest.approx(20 * value.residual["trial"] + 30.5 * value.residual["active"])
    assert today.variance == pytest.approx(20 * value.std["trial"] ** 2 + 30.5 * value.std["active"] ** 2)
    assert today.std == today.standard_deviation == pytest.approx(np.sqrt(today.variance))
    assert today.mean_by_state["trial"] == pytest.approx(20 * value.residual["trial"])
    assert today.customers["active"] == 30.5
    newcomers = sj.fleet_value(value, [20, 0, 0], basis="mean")
    assert newcomers.mean == pytest.approx(20 * value.mean["trial"])
    half = newcomers.interval(0.9)
    assert half.upper - newcomers.mean == pytest.approx(1.6448536269514722 * newcomers.std)
    assert half.level == 0.9
    assert repr(half).startswith("FleetInterval(level=0.9")
    assert "basis='mean'" in repr(newcomers)


def test_the_exact_interval_holds_simulated_fleets(value: sj.LifetimeValue) -> None:
    fleet = sj.fleet_value(value, {"trial": 25}, basis="mean")
    exact = fleet.exact_interval(0.9)
    assert exact.error_in_value <= 0.02 * fleet.std
    assert exact.error_in_probability <= 1e-6
    n = 20_000
    sim = sj.simulate(CHAIN, customers=25 * n, start="trial", rewards=REWARDS, discount_factor=0.95, seed=3)
    sums = sim.value.values.reshape(n, 25).sum(axis=1)
    law = fleet.law()
    d = np.sqrt(np.log(2e6) / (2 * n))  # fails once in a million seeds
    for x in np.quantile(sums, np.linspace(0.01, 0.99, 50)):
        lower, upper = law.cdf_bounds(float(x))
        assert lower - d <= (sums <= x).mean() <= upper + d
    assert law.quantile(0.05) == exact.lower
    assert law.mean == pytest.approx(fleet.mean, rel=1e-5)
    assert "25 customers" in law.definition


def test_a_small_fleet_over_a_horizon_is_exact() -> None:
    short = sj.lifetime_value(CHAIN, REWARDS, horizon=2, discount_factor=0.5)
    law = sj.fleet_value(short, {"active": 2}, basis="mean").law()
    assert law.is_exact
    assert law.atoms == pytest.approx(np.array([[20.0, 0.04], [25.0, 0.32], [30.0, 0.64]]))


@pytest.mark.parametrize(
    ("customers", "options", "words"),
    [
        ([1, 2], {}, "customers"),
        ({"trial": -1}, {}, "customers.*'trial'"),
        ({}, {}, "there is none"),
        ({"trial": 1}, {"basis": "future"}, "basis: expected one of 'residual', 'mean'"),
    ],
)
def test_refuses_fleets_that_make_no_sense(
    value: sj.LifetimeValue, customers: Any, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        sj.fleet_value(value, customers, **options)


def test_refuses_an_exact_law_where_there_is_none(value: sj.LifetimeValue) -> None:
    with pytest.raises(ValueError, match="whole"):
        sj.fleet_value(value, {"trial": 1.5}).law()
    with pytest.raises(ValueError, match="too many"):
        sj.fleet_value(value, {"trial": 1e9}).exact_interval(0.9)
    with pytest.raises(ValueError, match="level"):
        sj.fleet_value(value, {"trial": 1}).interval(1.0)
