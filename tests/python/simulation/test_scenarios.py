"""The same customers in two worlds: what the bindings add to the C++ tests."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

import sojourn as sj

NAMES = ["good", "poor", "churn"]
CHAIN = sj.Chain(NAMES, [[0.8, 0.15, 0.05], [0.2, 0.6, 0.2], [0.0, 0.0, 1.0]], period="month")
BETTER = CHAIN.with_row("poor", [0.2, 0.62, 0.18])
REWARDS = {"good": 30.0, "poor": 8.0, ("poor", "churn"): -5.0}
TODAY = sj.Scenario(CHAIN, rewards=REWARDS)
CHANGED = sj.Scenario(BETTER, rewards=REWARDS)
OPTIONS: dict[str, Any] = {"customers": 4000, "horizon": 24, "discount_factor": 0.98, "seed": 3}


def test_a_scenario_compared_with_itself_is_no_difference() -> None:
    same = sj.compare_scenarios(TODAY, TODAY, **OPTIONS)
    assert not same.difference.values.any()
    assert same.gain is None
    assert same.mean_difference.z is None


def test_the_difference_is_that_of_exact_values_within_its_error() -> None:
    both = sj.compare_scenarios(TODAY, CHANGED, **OPTIONS)
    exact = [
        sj.lifetime_value(chain, REWARDS, horizon=24, discount_factor=0.98).mean["good"] for chain in (CHAIN, BETTER)
    ]
    assert both.mean_difference.exact == pytest.approx(exact[1] - exact[0])
    assert both.mean_difference.z is not None
    assert abs(both.mean_difference.z) < 4.5
    assert both.gain is not None
    assert both.gain > 9
    assert both.independent_standard_error > 3 * both.mean_difference.standard_error
    assert np.array_equal(both.difference.values, both.changed.values - both.base.values)
    assert both.share_better == np.mean(both.difference.values > 1e-9)


def test_a_list_of_changes_gives_a_list_of_comparisons() -> None:
    both = sj.compare_scenarios(TODAY, [CHANGED, TODAY], **OPTIONS)
    assert isinstance(both, list)
    alone = sj.compare_scenarios(TODAY, CHANGED, **OPTIONS)
    assert np.array_equal(both[0].difference.values, alone.difference.values)
    assert not both[1].difference.values.any()


def test_results_do_not_depend_on_threads() -> None:
    one, two = (sj.simulate_scenario(TODAY, **{**OPTIONS, "customers": 20_000, "threads": n}) for n in (1, 2))
    assert one.value.values.tobytes() == two.value.values.tobytes()
    assert np.array_equal(one.occupancy, two.occupancy)
    assert one.revenue.tobytes() == two.revenue.tobytes()


def test_a_fit_brings_its_chain_rewards_and_first_states() -> None:
    journeys = sj.simulate(CHAIN, 3000, horizon=20, rewards=REWARDS, start="poor", outputs="journeys").journeys()
    fit = sj.fit_chain(sj.count(journeys))
    found = sj.simulate_scenario(sj.Scenario(fit), customers=500, horizon=4)
    assert found.occupancy[0].tolist() == [0, 500, 0]
    assert found.mean.exact == pytest.approx(
        sj.lifetime_value(fit, horizon=4, discount=sj.Discount.none()).mean["poor"]
    )


def test_todays_base_is_given_by_names_or_positions() -> None:
    by_name = sj.simulate_scenario(TODAY, start_states=["poor", "good", "poor"], horizon=3)
    by_place = sj.simulate_scenario(TODAY, start_states=np.array([1, 0, 1]), horizon=3)
    assert by_name.customers == 3
    assert by_name.occupancy[0].tolist() == [1, 2, 0]
    assert np.array_equal(by_name.value.values, by_place.value.values)
    with pytest.raises(IndexError, match="great"):
        sj.simulate_scenario(TODAY, start_states=["great"], horizon=3)


def test_customers_enter_one_after_the_other() -> None:
    counted = sj.simulate_scenario(TODAY, entrants=5, horizon=3)
    listed = sj.simulate_scenario(TODAY, entries=np.repeat([0, 1, 2], 5), horizon=3)
    assert counted.customers == 15
    assert counted.occupancy.sum(axis=1).tolist() == [5, 10, 15]
    assert np.array_equal(counted.value.values, listed.value.values)
    with pytest.raises(ValueError, match="horizon"):
        sj.simulate_scenario(TODAY, entrants=5)
    with pytest.raises(ValueError, match="whole numbers"):
        sj.simulate_scenario(TODAY, entries=[0.5], horizon=3)


def test_seasons_interventions_laws_and_costs_reach_the_library() -> None:
    law = sj.RewardLaw.gamma(30.0, 10.0)
    world = sj.Scenario(
        CHAIN,
        rewards=REWARDS,
        reward_laws={"good": law},
        schedule=sj.simulation.ChainSchedule([CHAIN, BETTER]),
        interventions=[sj.simulation.Intervention(2, last=3, chain=BETTER, rewards={"poor": 1.0})],
        cost=7.0,
        cost_per_period=0.5,
    )
    found = sj.simulate_scenario(world, **{**OPTIONS, "horizon": 5})
    P, Q = np.asarray(CHAIN.transition_matrix), np.asarray(BETTER.transition_matrix)
    pay = np.array([29.5, 7.5 - 5.0 * 0.98 * 0.2, 0.0])
    pay_better = np.array([29.5, 7.5 - 5.0 * 0.98 * 0.18, 0.0])
    changed = np.array([-0.5, 0.5, 0.0])
    value = np.zeros(3)
    for matrix, reward in reversed([(P, pay), (Q, pay_better), (Q, changed), (Q, changed), (P, pay)]):
        value = reward + 0.98 * matrix @ value
    assert found.mean.exact == pytest.approx(value[0] - 7.0)
    assert found.mean.z is not None
    assert abs(found.mean.z) < 4.5
    assert found.costs[0] == pytest.approx(4000 * 7.5)
    assert world.reward_laws == {"good": law}


def test_a_table_holds_what_is_counted_per_period() -> None:
    found = sj.simulate_scenario(TODAY, **OPTIONS)
    table = found.to_dict()
    assert list(table) == ["period", "survivors", "revenue", "costs", *NAMES]
    assert np.array_equal(table["survivors"], found.survivors)
    assert len(found.to_frame()) == 24


def test_a_run_stops_where_it_knows_enough() -> None:
    found = sj.simulate_scenario(
        TODAY, **{**OPTIONS, "customers": 100}, stop_at=sj.simulation.StopAt(standard_error=1.0)
    )
    assert found.is_reached
    assert found.mean.standard_error <= 1.0
    assert found.customers > 100
    width = sj.simulation.QuantileWidth(0.5, 10.0, level=0.9)
    found = sj.simulate_scenario(
        TODAY, **{**OPTIONS, "customers": 100}, stop_at=sj.simulation.StopAt(quantile_width=width)
    )
    assert found.quantile_interval is not None
    assert found.quantile_interval.upper - found.quantile_interval.lower <= 10.0


def test_a_control_variate_is_given_when_asked_for() -> None:
    both = sj.compare_scenarios(TODAY, CHANGED, **OPTIONS, control=True)
    assert both.controlled_difference is not None
    assert both.controlled_difference.standard_error <= both.mean_difference.standard_error
    assert sj.compare_scenarios(TODAY, CHANGED, **OPTIONS).controlled_difference is None


def test_a_function_that_raises_stops_the_run() -> None:
    class EnoughError(Exception):
        pass

    def report(done: int, total: int) -> None:
        assert 0 <= done <= total == 3_000_000
        raise EnoughError

    with pytest.raises(EnoughError):
        sj.simulate_scenario(TODAY, customers=3_000_000, horizon=200, progress=report)


def test_progress_true_runs_with_and_without_tqdm() -> None:
    found = sj.simulate_scenario(TODAY, **OPTIONS, progress=True)
    assert found.customers == 4000


def test_the_interpreter_is_free_meanwhile() -> None:
    counted = 0
    done = threading.Event()

    def count() -> None:
        nonlocal counted
        while not done.is_set():
            counted += 1
            done.wait(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    sj.simulate_scenario(TODAY, customers=400_000, horizon=60, threads=1)
    done.set()
    thread.join()
    assert counted > 5


def test_reward_laws_say_what_they_are() -> None:
    law = sj.RewardLaw.empirical([3.0, 1.0])
    assert (law.kind, law.mean, law.std, law.values.tolist()) == ("empirical", 2.0, 1.0, [1.0, 3.0])
    assert law.describe() == "one of 2 observed amounts (mean 2, standard deviation 1)"
    assert sj.RewardLaw.gamma(2.0, 1.0) == sj.RewardLaw.gamma(2.0, 1.0)
    assert sj.RewardLaw.gamma(2.0, 1.0) != sj.RewardLaw.lognormal(2.0, 1.0)
    assert sj.RewardLaw.lognormal(20.0, 5.0).draw(1, 2, 3) == float.fromhex("0x1.984b0d61c5526p+4")
    with pytest.raises(ValueError, match="mean must be above 0"):
        sj.RewardLaw.gamma(-1.0, 1.0)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: sj.Scenario(CHAIN), ValueError, "needs rewards"),
        (lambda: sj.Scenario(CHAIN, reward_laws={"good": 3.0}), TypeError, "RewardLaw for 'good'"),  # type: ignore[dict-item]
        (lambda: sj.Scenario(CHAIN, rewards=REWARDS, schedule=[CHAIN]), TypeError, "ChainSchedule"),  # type: ignore[arg-type]
        (lambda: sj.Scenario(CHAIN, rewards=REWARDS, interventions=sj.simulation.Intervention(1)), TypeError, "list"),  # type: ignore[arg-type]
        (lambda: sj.simulation.ChainSchedule([]), ValueError, "at least one"),
        (lambda: sj.simulation.ChainSchedule([CHAIN], clock="moon"), ValueError, "'calendar', 'age'"),  # type: ignore[arg-type]
        (lambda: sj.simulation.StopAt(), ValueError, "standard_error"),
        (lambda: sj.compare_scenarios(TODAY, CHAIN, horizon=3), TypeError, "changed"),  # type: ignore[call-overload]
        (lambda: sj.compare_scenarios(TODAY, [], horizon=3), ValueError, "changed"),
        (lambda: sj.simulate_scenario(TODAY, horizon=3, discount=0.1), ValueError, "no unit"),  # type: ignore[arg-type]
        (lambda: sj.simulate_scenario(TODAY, horizon=3, colour="red"), TypeError, "colour"),
        (lambda: sj.simulate_scenario(TODAY, horizon=3, stop_at=2.0), TypeError, "StopAt"),  # type: ignore[arg-type]
        (lambda: sj.simulate_scenario(TODAY, horizon=3, customers=3, antithetic=True), ValueError, "even"),
        (lambda: sj.simulate_scenario(TODAY, horizon=3, progress=3), TypeError, "progress"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_is_refused_by_name(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()
