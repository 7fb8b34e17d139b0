"""When a customer has paid back his cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sojourn as sj

STAY = sj.Chain(["active", "churn"], [[0.8, 0.2], [0.0, 1.0]], period="month")


def stay(**options: Any) -> sj.LifetimeValue:
    return sj.lifetime_value(STAY, {"active": 10.0}, **{"discount_factor": 1.0, **options})


def test_who_costs_twenty_five_pays_back_in_his_third_period() -> None:
    answer = sj.payback(stay(), 25.0)
    assert answer.cost == 25.0
    assert answer.probabilities == pytest.approx([0, 0, 0.64])
    assert answer.cumulative == pytest.approx([0, 0, 0.64])
    assert answer.never == pytest.approx(0.36)
    assert answer.undecided == 0.0
    assert (answer.error_in_cost, answer.error_in_probability) == (0.0, 0.0)
    assert answer.expected_value_period == 3
    assert answer.quantile(0.5) == 2
    assert answer.quantile(0.7) is None
    assert repr(answer).startswith("Payback(cost=25.0, paid_back=0.64")


def test_never_and_not_yet_are_told_apart() -> None:
    near = sj.payback(stay(), 45.0, horizon=3)
    assert near.undecided == pytest.approx(0.512)
    assert near.never == pytest.approx(0.488)
    assert near.expected_value_period is None
    over = sj.payback(stay(horizon=3), 45.0)
    assert (over.undecided, over.never) == (0.0, 1.0)
    assert sj.payback(stay(discount_factor=0.5), 21.0).never == 1.0
    assert sj.payback(stay(), 10.0, "churn").never == 1.0


def test_it_agrees_with_simulated_customers_within_its_error() -> None:
    chain = sj.six_stages().illustrative_chain()
    rewards = {"repurchase": 40.0, "loyalty": 17.0, "dissatisfaction": -8.0}
    value = sj.lifetime_value(chain, rewards, annual_discount_rate=0.1)
    answer = sj.payback(value, 60.0, "engagement", error_in_cost=0.5, exact_values=0)
    assert 0 < answer.error_in_cost <= 0.5
    n = 20_000
    d = np.sqrt(np.log(2e6) / (2 * n))  # fails once in a million seeds
    sim = sj.simulate(chain, customers=n, start="engagement", rewards=rewards, outputs=("journeys",), seed=5)
    factor = value.discount.factor_per_period(chain.period)
    journeys = sim.journeys()
    periods = np.concatenate([np.arange(k) for k in np.diff(journeys.offsets)])
    money = journeys.values * factor**periods
    best: list[np.ndarray] = []
    for begin, end in zip(journeys.offsets[:-1], journeys.offsets[1:], strict=True):
        best.append(np.maximum.accumulate(np.cumsum(money[begin:end])))
    for t in range(24):
        reached = np.array([sums[min(t, len(sums) - 1)] for sums in best])
        paid = answer.cumulative[min(t, len(answer.cumulative) - 1)]
        assert paid >= (reached >= 60.0 + answer.error_in_cost).mean() - d
        assert paid <= (reached >= 60.0 - answer.error_in_cost).mean() + d


@pytest.mark.parametrize(
    ("cost", "options", "words"),
    [
        (0.0, {}, "cost: must be above 0"),
        (-1.0, {}, "cost"),
        (float("nan"), {}, "cost"),
        (5.0, {"horizon": 0}, "horizon"),
        (5.0, {"error_in_cost": 0.0}, "error_in_cost"),
        (5.0, {"relative_error": 2.0}, "relative_error"),
        (5.0, {"start": [1.0, 1.0]}, "start"),
    ],
)
def test_refuses_what_makes_no_sense(cost: float, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sj.payback(stay(), cost, **options)


def test_refuses_a_quantile_outside_zero_and_one_and_an_unknown_state() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        sj.payback(stay(), 25.0).quantile(1.0)
    with pytest.raises(IndexError, match="nowhere"):
        sj.payback(stay(), 25.0, "nowhere")
