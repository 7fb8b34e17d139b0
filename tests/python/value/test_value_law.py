"""The law of a value: published cases, its error, and questions it refuses."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import sojourn as sj

RECENCY = [[0.3, 0.7, 0, 0, 0], [0.2, 0, 0.8, 0, 0], [0.15, 0, 0, 0.85, 0], [0.05, 0, 0, 0, 0.95], [0, 0, 0, 0, 1]]
CHAIN = sj.Chain(["1", "2", "3", "4", "former"], RECENCY)
MONEY = [36.0, -4.0, -4.0, -4.0, 0.0]


def value(**options: Any) -> sj.LifetimeValue:
    return sj.lifetime_value(CHAIN, MONEY, **{"discount_rate_per_period": 0.2, **options})


@pytest.fixture(scope="module")
def law() -> sj.value.ValueLaw:
    return sj.value_law(value(), "1")


def test_from_recency_1_over_five_periods_there_are_sixteen_values() -> None:
    found = sj.value_law(value(horizon=5), "1")
    listed: dict[float, float] = {}
    for path in itertools.product(range(5), repeat=4):
        states = (0, *path)
        share = float(np.prod([RECENCY[i][j] for i, j in itertools.pairwise(states)]))
        if share > 0:
            money = sum(MONEY[i] * 1.2**-t for t, i in enumerate(states))
            listed[money] = listed.get(money, 0.0) + share
    assert len(listed) == 16
    assert found.is_exact
    assert (found.error_in_value, found.error_in_probability) == (0.0, 0.0)
    assert found.atoms.shape == (16, 2)
    assert found.atoms == pytest.approx(np.array(sorted(listed.items())), rel=1e-12)
    assert len(found) == 16


def test_the_law_for_life_has_the_moments_of_the_value(law: sj.value.ValueLaw) -> None:
    assert law.mean == pytest.approx(52.31960944, rel=1e-7)
    assert law.std == law.standard_deviation == pytest.approx(28.0762104, rel=1e-3)
    assert 0 < law.error_in_value <= 0.01 * 28.0762105
    assert 0 < law.error_in_probability <= 1e-6
    assert law.typical_slip <= law.largest_slip
    assert law.atoms[:, 1].sum() == pytest.approx(1.0, abs=1e-12)
    assert (np.diff(law.atoms[:, 0]) > 0).all()
    assert not law.is_exact


def test_simulated_customers_follow_the_law(law: sj.value.ValueLaw) -> None:
    # P(sup |F_n - F| > d) <= 2 exp(-2 n d²): fails once in a million seeds.
    n = 200_000
    d = np.sqrt(np.log(2e6) / (2 * n))
    sim = sj.simulate(CHAIN, customers=n, start="1", rewards=MONEY, discount_rate_per_period=0.2, seed=11)
    values = np.sort(sim.value.values)
    for x in np.linspace(values[0], values[-1], 200):
        lower, upper = law.cdf_bounds(float(x))
        assert lower - d <= np.searchsorted(values, x + 1e-9, side="right") / n
        assert upper + d >= np.searchsorted(values, x - 1e-9, side="right") / n


def test_questions_take_a_number_or_an_array(law: sj.value.ValueLaw) -> None:
    x = np.array([[0.0, 36.0], [50.0, 1e9]])
    assert law.cdf(x).shape == (2, 2)
    assert law.cdf(x)[0, 1] == law.cdf(36.0)
    assert law.cdf(float("inf")) == 1.0
    assert law.probability_above(x) == pytest.approx(1 - law.cdf(x))
    p = [0.1, 0.5, 0.9]
    assert law.quantile(p).tolist() == [law.quantile(q) for q in p]
    assert isinstance(law.quantile(0.5), float)
    assert law.cvar(p).tolist() == [law.cvar(q) for q in p]
    assert law.cvar(0.1) <= law.quantile(0.1)
    for q in p:
        assert law.cdf(law.quantile(q)) >= q
        lower, upper = law.quantile_bounds(q)
        assert lower <= law.quantile(q) <= upper


def test_tighter_errors_bring_tighter_bounds() -> None:
    widths = []
    for error in (5.0, 1.0, 0.2):
        law = sj.value_law(value(), "1", error_in_value=error, exact_values=0)
        assert law.error_in_value <= error
        widths.append(sum(np.subtract(*reversed(law.quantile_bounds(q))) for q in np.linspace(0.05, 0.95, 19)))
    assert widths[0] > widths[1] > widths[2]


def test_a_grid_of_so_many_points_is_laid() -> None:
    law = sj.value_law(value(), "1", grid_points=64, exact_values=0)
    assert len(law) <= 64
    assert law.mean == pytest.approx(52.31960944, rel=1e-4)


def test_quantiles_per_state_are_those_of_the_laws() -> None:
    life = value()
    median = life.quantile(0.5)
    assert isinstance(median, sj.chain.StateValues)
    for state in CHAIN.states:
        assert median[state] == sj.value_law(life, state).quantile(0.5)
    fine = life.quantile(0.5, relative_error=0.001)
    assert abs(fine["1"] - median["1"]) < 1.0


def test_without_a_start_it_is_the_observed_one_or_the_first_state() -> None:
    assert sj.value_law(value(horizon=4)).atoms.tolist() == sj.value_law(value(horizon=4), "1").atoms.tolist()
    mixed = sj.value_law(value(horizon=4), {"1": 0.5, "4": 0.5})
    assert mixed.mean == pytest.approx(value(horizon=4).start_value({"1": 0.5, "4": 0.5}).mean)


def test_it_prints_what_it_is(law: sj.value.ValueLaw) -> None:
    assert repr(law).startswith("ValueLaw(mean=52.3196")
    assert law.definition.startswith("law of the lifetime value per customer (reward), for life")
    assert "amounts right within" in law.definition
    assert not law.atoms.flags.writeable


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, 1.1, float("nan"), [0.5, 1.0]])
def test_refuses_a_quantile_outside_zero_and_one(law: sj.value.ValueLaw, p: Any) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        law.quantile(p)
    with pytest.raises(ValueError, match="between 0 and 1"):
        law.cvar(p)
    if isinstance(p, float):
        with pytest.raises(ValueError, match="between 0 and 1"):
            value().quantile(p)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"error_in_value": 0.0}, "error_in_value: must be above 0"),
        ({"relative_error": -1.0}, "relative_error"),
        ({"error_in_probability": 0.7}, "error_in_probability"),
        ({"grid_points": 1}, "grid_points"),
        ({"exact_values": -1}, "exact_values"),
        ({"most_points": 0}, "most_points"),
        ({"error_in_value": 1e-5}, "too small to reach.*is within reach"),
        ({"error_in_value": 1e-13}, "lost in rounding"),
    ],
)
def test_refuses_options_and_errors_out_of_reach(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sj.value_law(value(), "1", **options)


def test_refuses_amounts_and_starts_that_are_none(law: sj.value.ValueLaw) -> None:
    with pytest.raises(ValueError, match="x:"):
        law.cdf(float("nan"))
    with pytest.raises(IndexError, match="nowhere"):
        sj.value_law(value(), "nowhere")
    with pytest.raises(ValueError, match="start"):
        sj.value_law(value(), [1.0, 1.0, 0.0, 0.0, 0.0])
    with pytest.raises(TypeError):
        sj.value_law(CHAIN)  # type: ignore[arg-type]


def test_endless_rewards_have_no_law() -> None:
    with pytest.raises(ValueError, match="never ends"):
        sj.value_law(sj.lifetime_value(CHAIN, {"former": 1.0}, discount_factor=1))
    slow = sj.Chain(["a", "b", "end"], [[0.5, 0.5, 0], [0.5, 0.5 - 1e-9, 1e-9], [0, 0, 1]])
    with pytest.raises(ValueError, match="still on the way"):
        sj.value_law(sj.lifetime_value(slow, {"a": 1.0, "b": 1.37}, discount_factor=1))
