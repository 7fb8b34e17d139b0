"""What a customer is worth: per state, from a start, with its definition, and how sure it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sojourn as sj

NAMES = ["trial", "active", "churn"]
CHAIN = sj.Chain(NAMES, [[0.5, 0.4, 0.1], [0.0, 0.8, 0.2], [0.0, 0.0, 1.0]], period="month")
REWARDS = {"active": 10.0, ("trial", "active"): 3.0}


def value(**options: Any) -> sj.LifetimeValue:
    return sj.lifetime_value(CHAIN, REWARDS, **{"discount_factor": 0.97, **options})


@pytest.fixture(scope="module")
def fit() -> sj.FitResult:
    simulated = sj.simulate(
        CHAIN, customers=400, rewards=REWARDS, start={"trial": 0.75, "active": 0.25}, outputs="journeys", seed=1
    )
    return sj.fit_chain(sj.count(simulated.journeys()))


@given(
    rows=st.lists(st.lists(st.integers(1, 9), min_size=3, max_size=3), min_size=3, max_size=3),
    amounts=st.lists(st.floats(-100.0, 100.0), min_size=3, max_size=3),
    factor=st.floats(0.05, 0.99),
)
def test_the_value_satisfies_its_own_equation(rows: list[list[int]], amounts: list[float], factor: float) -> None:
    matrix = np.array(rows, dtype=float)
    matrix /= matrix.sum(axis=1, keepdims=True)
    found = sj.lifetime_value(sj.Chain(NAMES, matrix), amounts, discount_factor=factor)
    mean = np.asarray(found.mean)
    assert np.allclose(mean, np.array(amounts) + factor * matrix @ mean, rtol=1e-9, atol=1e-8)
    assert np.allclose(found.residual, mean - amounts, rtol=1e-9, atol=1e-8)
    variance = np.asarray(found.std) ** 2
    spread = matrix @ mean**2 - (matrix @ mean) ** 2
    assert np.allclose(variance, factor**2 * (matrix @ variance + spread), rtol=1e-6, atol=1e-5)


@given(st.integers(1, 30))
def test_a_horizon_of_t_periods_has_t_rewards(horizon: int) -> None:
    found = sj.lifetime_value(CHAIN, {"active": 10.0}, discount_factor=1, horizon=horizon)
    assert found.mean["active"] == pytest.approx(10.0 * sum(0.8**t for t in range(horizon)), rel=1e-12)
    assert found.horizon == horizon


def test_a_long_horizon_is_for_life() -> None:
    assert np.allclose(value(horizon=5000).mean, value().mean, rtol=1e-12)
    assert value().horizon is None


def test_per_state_results_are_read_by_name_and_by_position() -> None:
    mean = value().mean
    assert len(mean) == 3
    assert mean["active"] == mean[1] == mean[-2]
    assert list(mean) == [mean[name] for name in NAMES] == np.asarray(mean).tolist()
    assert mean.to_dict() == dict(mean.items()) == dict(zip(mean.keys(), mean, strict=True))
    assert mean.keys() == mean.states.names == tuple(NAMES)
    with pytest.raises(IndexError, match="'loyal'"):
        mean["loyal"]
    with pytest.raises(IndexError, match="3"):
        mean[3]


def test_per_state_results_are_arrays_to_numpy() -> None:
    mean = value().mean
    array = np.asarray(mean)
    assert array.dtype == np.float64
    assert array.shape == (3,)
    assert not array.flags.writeable
    assert np.asarray(mean, dtype=np.float32).dtype == np.float32
    own = np.array(mean)
    own[0] = -1.0
    assert mean[0] != -1.0
    assert np.sum(mean) == pytest.approx(sum(mean), rel=1e-15)
    assert "<table>" in mean._repr_html_()


@pytest.mark.parametrize(
    "rewards",
    [
        {"active": 10.0},
        [0.0, 10.0, 0.0],
        np.array([0, 10, 0]),
        sj.Rewards(NAMES, {"active": 10.0}),
        sj.chain.StateValues(NAMES, {"active": 10.0}),
    ],
)
def test_rewards_are_taken_in_every_form(rewards: Any) -> None:
    found = sj.lifetime_value(CHAIN, rewards, discount_factor=1)
    assert found.mean["active"] == pytest.approx(50.0, rel=1e-12)
    assert found.rewards.per_state["active"] == 10.0


@pytest.mark.parametrize(
    "start",
    [
        {"trial": 0.25, "active": 0.75},
        [0.25, 0.75, 0.0],
        np.array([0.25, 0.75, 0.0]),
        sj.chain.StateValues(NAMES, [0.25, 0.75, 0.0]),
    ],
)
def test_a_start_law_is_taken_in_every_form(start: Any) -> None:
    found = value()
    worth = found.start_value(start)
    mean, std = np.asarray(found.mean), np.asarray(found.std)
    law = np.array([0.25, 0.75, 0.0])
    assert worth.mean == pytest.approx(law @ mean, rel=1e-12)
    assert worth.residual == pytest.approx(law @ np.asarray(found.residual), rel=1e-12)
    second = law @ (std**2 + mean**2)
    assert worth.std == worth.standard_deviation == pytest.approx(np.sqrt(second - worth.mean**2), rel=1e-9)
    assert worth.standard_error is None


def test_a_start_in_one_state_is_its_name() -> None:
    found = value()
    assert found.start_value("active").mean == found.mean["active"]
    assert found.start_value("active").std == pytest.approx(found.std["active"], rel=1e-12)
    assert found.start_value().mean == found.mean["trial"]


@pytest.mark.parametrize(
    ("start", "error", "says"),
    [
        ("loyal", IndexError, "start: unknown state 'loyal'"),
        ({"loyal": 1.0}, IndexError, "start: unknown state 'loyal'"),
        ([0.5, 0.4, 0.0], ValueError, "start: sums to 0.9"),
        ([1.5, -0.5, 0.0], ValueError, "start: holds -0.5 for 'active'"),
        ({"trial": float("nan")}, ValueError, "start: holds nan for 'trial'"),
        ([1.0, 0.0], ValueError, "start: expected shape"),
        (3, ValueError, "start: expected shape"),
        (sj.chain.StateValues(["a", "b", "c"], [1.0, 0.0, 0.0]), ValueError, "start: its states are not those"),
    ],
)
def test_a_start_that_is_no_law_is_refused(start: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        value().start_value(start)


def test_the_definition_says_what_the_number_means() -> None:
    text = value(horizon=36).definition
    for words in ("expected lifetime value per customer", "36 periods", "month", "0.97"):
        assert words in text
    assert "for life" in value().definition
    labelled = sj.lifetime_value(CHAIN, sj.Rewards(NAMES, REWARDS, label="margin, EUR"), discount_factor=1)
    assert "margin, EUR" in labelled.definition


def test_a_printed_value_shows_its_definition_and_every_state(fit: sj.FitResult) -> None:
    found = value()
    text = str(found)
    assert found.definition in text
    for name in NAMES:
        assert name in text
    assert f"{found.mean['active']:.4f}" in text
    assert "interval" not in text
    assert "90 % interval" in str(sj.lifetime_value(fit, discount_factor=0.97))
    assert found.definition in repr(found)
    assert "<table>" in found._repr_html_()


def test_the_table_has_a_row_per_state() -> None:
    found = value()
    table = found.to_dict()
    assert list(table["state"]) == NAMES
    assert table["mean"].tolist() == list(found.mean)
    assert table["standard_deviation"].tolist() == list(found.std)


def test_from_a_fit_the_money_is_the_mean_revenue(fit: sj.FitResult) -> None:
    found = sj.lifetime_value(fit, discount_factor=0.97)
    assert found.rewards == fit.counts.mean_rewards()
    assert found.is_fitted
    assert not value().is_fitted
    again = sj.lifetime_value(fit.chain, fit.counts.mean_rewards(), discount_factor=0.97)
    assert np.allclose(found.mean, again.mean, rtol=1e-14)
    assert sj.lifetime_value(fit, {"active": 1.0}, discount_factor=0.97).rewards.per_state["active"] == 1.0


def test_from_a_fit_the_start_is_the_observed_one(fit: sj.FitResult) -> None:
    found = sj.lifetime_value(fit, discount_factor=0.97)
    law = fit.counts.start_distribution()
    assert found.start_value().mean == pytest.approx(float(np.asarray(law) @ np.asarray(found.mean)), rel=1e-12)
    assert found.start_value().mean == found.start_value(law).mean
    assert (found.start_value().standard_error or 0.0) > 0.0


def test_an_interval_holds_the_mean_and_grows_with_its_level(fit: sj.FitResult) -> None:
    found = sj.lifetime_value(fit, discount_factor=0.97)
    narrow, wide = found.interval(0.5), found.interval(0.99)
    assert (narrow.level, wide.level) == (0.5, 0.99)
    for name in ("trial", "active"):
        assert wide.lower[name] < narrow.lower[name] < found.mean[name] < narrow.upper[name] < wide.upper[name]
        assert wide.standard_error[name] == narrow.standard_error[name] > 0.0
        half = found.interval(0.9).upper[name] - found.mean[name]
        assert half == pytest.approx(1.6448536 * wide.standard_error[name], rel=1e-6)
    assert wide.lower["churn"] == wide.upper["churn"] == 0.0


def test_intervals_cover_the_true_value_as_often_as_they_say() -> None:
    truth = sj.lifetime_value(CHAIN, {"active": 10.0}, discount_factor=0.97)
    covered = 0
    for seed in range(200):
        run = sj.simulate(CHAIN, customers=300, rewards={"active": 10.0}, outputs="journeys", seed=seed)
        fit = sj.fit_chain(sj.count(run.journeys()))
        interval = sj.lifetime_value(fit, {"active": 10.0}, discount_factor=0.97).interval(0.9)
        covered += interval.lower["active"] <= truth.mean["active"] <= interval.upper["active"]
    assert 0.82 * 200 <= covered <= 0.97 * 200


@pytest.mark.parametrize(
    ("level", "error"), [(0.0, ValueError), (1.0, ValueError), (float("nan"), ValueError), ("x", TypeError)]
)
def test_a_level_outside_0_to_1_is_refused(fit: sj.FitResult, level: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="level: "):
        sj.lifetime_value(fit, discount_factor=0.97).interval(level)


def test_without_a_fit_there_is_no_interval() -> None:
    with pytest.raises(ValueError, match="interval: this chain was not fitted"):
        value().interval(0.9)


def test_a_chain_without_money_is_refused() -> None:
    with pytest.raises(ValueError, match="lifetime_value: a chain brings no money of its own; say rewards="):
        sj.lifetime_value(CHAIN, discount_factor=1)


@pytest.mark.parametrize(
    ("horizon", "error"),
    [
        (0, ValueError),
        (-3, ValueError),
        (10**30, ValueError),
        (10**9, ValueError),
        (1.5, TypeError),
        (True, TypeError),
        ("3", TypeError),
    ],
)
def test_a_horizon_that_is_no_number_of_periods_is_refused(horizon: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="horizon: "):
        value(horizon=horizon)


@pytest.mark.parametrize("wrong", [None, "chain", [[1.0]], CHAIN.transition_matrix])
def test_something_that_is_no_chain_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="lifetime_value: expected a Chain or a FitResult, found"):
        sj.lifetime_value(wrong, REWARDS, discount_factor=1)


def test_a_loop_that_earns_for_ever_needs_a_discount_or_a_horizon() -> None:
    loop = sj.Chain(["a", "b"], [[0.0, 1.0], [1.0, 0.0]])
    with pytest.raises(ValueError, match="never"):
        sj.lifetime_value(loop, {"a": 1.0}, discount_factor=1)
    assert sj.lifetime_value(loop, {"a": 1.0}, discount_factor=0.5).mean["a"] == pytest.approx(4 / 3, rel=1e-14)
    assert sj.lifetime_value(loop, {"a": 1.0}, discount_factor=1, horizon=3).mean["a"] == 2.0
