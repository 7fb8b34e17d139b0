"""Why a customer is worth what he is worth: published numbers and the face of sensitivity and what_if."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from anchors import each

import sojourn as sj

STATES = ["active", "loyal", "churn"]
MATRIX = np.array([[0.6, 0.2, 0.2], [0.0, 0.9, 0.1], [0.0, 0.0, 1.0]])
REWARDS: dict[str | tuple[str, str], float] = {"active": 10.0, "loyal": 30.0, ("active", "loyal"): 5.0}


def value_of(matrix: Any = MATRIX, horizon: int | None = None, factor: float = 0.9) -> sj.LifetimeValue:
    return sj.lifetime_value(sj.Chain(STATES, matrix, "year"), REWARDS, horizon=horizon, discount_factor=factor)


@pytest.fixture
def value() -> sj.LifetimeValue:
    return value_of()


@each("derivatives")
def test_published_derivatives_come_out(anchor: dict[str, Any]) -> None:
    value = sj.lifetime_value(
        sj.Chain(anchor["states"], anchor["transition_matrix"]),
        anchor["per_state"],
        discount_rate_per_period=anchor["discount_rate_per_period"],
    )
    published = np.array(anchor["partial"])
    found = value.sensitivity(start=anchor["start"]).partial
    assert found.shape == (5, 5)
    assert np.abs(found[: len(published)] - published).max() <= anchor["tolerance"]


@pytest.mark.parametrize("horizon", [None, 1, 7])
def test_lifts_are_the_difference_quotients_of_the_value(horizon: int | None) -> None:
    why = value_of(horizon=horizon).sensitivity(start="active")
    step = 1e-6
    for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2)):
        worth = []
        for by in (step, -step):
            matrix = MATRIX.copy()
            matrix[i] *= (1 - MATRIX[i, j] - by) / (1 - MATRIX[i, j])
            matrix[i, j] = MATRIX[i, j] + by
            worth.append(value_of(matrix, horizon).mean["active"])
        assert why.lift[i, j] == pytest.approx((worth[0] - worth[1]) / (2 * step), rel=1e-6, abs=1e-6)
    worth = []
    for by in (step, -step):
        matrix = MATRIX.copy()
        matrix[0, 1] += by
        matrix[0, 2] -= by
        worth.append(value_of(matrix, horizon).mean["active"])
    quotient = (worth[0] - worth[1]) / (2 * step)
    assert why.lift_instead("active", "loyal", "churn") == pytest.approx(quotient, rel=1e-6, abs=1e-6)
    assert why.lift_instead(0, 1, instead_of=2) == why.partial[0, 1] - why.partial[0, 2]


def test_the_other_derivatives_are_difference_quotients_too(value: sj.LifetimeValue) -> None:
    why = value.sensitivity("active")
    step = 1e-6
    chain = value.chain
    for state in STATES:
        up, down = (
            sj.lifetime_value(
                chain, value.rewards.with_state(state, REWARDS.get(state, 0.0) + by), discount_factor=0.9
            ).mean["active"]
            for by in (step, -step)
        )
        assert why.visits[state] == pytest.approx((up - down) / (2 * step), rel=1e-6)
    up, down = (
        sj.lifetime_value(chain, value.rewards.with_move("active", "loyal", 5.0 + by), discount_factor=0.9).mean[
            "active"
        ]
        for by in (step, -step)
    )
    assert why.moves[0, 1] == pytest.approx((up - down) / (2 * step), rel=1e-6)
    up, down = (value_of(factor=0.9 + by).mean["active"] for by in (step, -step))
    assert why.by_discount_factor == pytest.approx((up - down) / (2 * step), rel=1e-6)
    assert why.by_start == value.mean
    assert why.by_reward == why.visits
    assert np.array_equal(why.by_move_reward, why.moves)
    np.testing.assert_allclose(why.elasticity, MATRIX * why.lift / value.mean["active"], rtol=1e-12)


def test_a_function_and_a_method_ask_the_same(value: sj.LifetimeValue) -> None:
    assert np.array_equal(sj.sensitivity(value, "loyal").lift, value.sensitivity(start="loyal").lift)
    assert np.array_equal(sj.sensitivity(value).lift, value.sensitivity("active").lift)
    mixed = sj.sensitivity(value, {"active": 0.5, "loyal": 0.5}).lift
    both = value.sensitivity("active").lift + value.sensitivity("loyal").lift
    np.testing.assert_allclose(mixed, both / 2, rtol=1e-12, atol=1e-12)
    assert repr(value.sensitivity()) == "Sensitivity(3 states)"
    assert value.sensitivity().states == value.chain.states


def test_levers_are_ranked_in_currency_per_percentage_point(value: sj.LifetimeValue) -> None:
    why = value.sensitivity("active")
    levers = why.levers()
    assert [lever.value_of_a_point for lever in levers] == sorted((why.lift[why.is_lever] / 100).tolist(), reverse=True)
    names = value.chain.states
    for lever in levers:
        i, j = names.index(lever.from_state), names.index(lever.to_state)
        assert lever.probability == MATRIX[i, j]
        assert lever.value_of_a_point == why.lift[i, j] / 100
    assert repr(levers[0]).startswith("Lever('")


def test_leaks_are_what_the_exits_cost(value: sj.LifetimeValue) -> None:
    why = value.sensitivity("active")
    leaks = why.leaks()
    assert {(leak.from_state, leak.exit) for leak in leaks} == {("active", "churn"), ("loyal", "churn")}
    assert leaks[0].amount >= leaks[1].amount > 0
    amounts = {leak.from_state: leak.amount for leak in leaks}
    assert amounts["active"] == pytest.approx(-0.2 * why.lift[0, 2])
    stay = (0.6 * value.mean["active"] + 0.2 * (5 + value.mean["loyal"])) / 0.8
    assert amounts["active"] == pytest.approx(why.visits["active"] * 0.9 * 0.2 * stay)


def test_a_leak_shows_even_where_the_way_out_is_no_lever(value: sj.LifetimeValue) -> None:
    allowed = np.ones((3, 3), dtype=bool)
    allowed[:, 2] = False
    inner = value.sensitivity("active", allowed=allowed)
    assert not inner.is_lever[:, 2].any()
    assert [repr(leak) for leak in inner.leaks()] == [repr(leak) for leak in value.sensitivity("active").leaks()]


def test_leaks_add_up_per_moment_of_truth() -> None:
    life = sj.six_stages()
    value = sj.lifetime_value(life.illustrative_chain(), {"repurchase": 40.0}, annual_discount_rate=0.1)
    why = value.sensitivity("engagement")
    amounts = {leak.from_state: leak.amount for leak in why.leaks()}
    groups = why.leaks_by_moment(life)
    assert {group.moment for group in groups} == {"smot", "umot"}
    for group in groups:
        assert set(group.states) == {name for name in amounts if group.moment in life.moments(name)}
        assert group.amount == pytest.approx(sum(amounts[name] for name in group.states))
    assert repr(value.sensitivity("engagement", allowed=life).leaks_by_moment()) == repr(groups)
    assert repr(groups).startswith("[MomentLeak('smot', [")


def test_moments_of_truth_need_a_lifecycle(value: sj.LifetimeValue) -> None:
    why = value.sensitivity("active")
    with pytest.raises(ValueError, match="leaks_by_moment: a chain alone knows no moments of truth"):
        why.leaks_by_moment()
    with pytest.raises(ValueError, match="leaks_by_moment: the lifecycle has other states"):
        why.leaks_by_moment(sj.six_stages())
    with pytest.raises(TypeError, match="lifecycle: expected a Lifecycle, found str"):
        why.leaks_by_moment("six_stages")  # type: ignore[arg-type]
    plain = why.leaks_by_moment(sj.Lifecycle(STATES, exits=["churn"]))
    assert [(group.moment, len(group.states)) for group in plain] == [(None, 2)]


def test_a_lever_on_a_base_says_what_a_point_may_cost(value: sj.LifetimeValue) -> None:
    stock = {"active": 600.0, "loyal": 400.0}
    levers = sj.value.base_levers(value, stock)
    mixed = value.sensitivity({"active": 0.6, "loyal": 0.4})
    for lever in levers:
        i, j = STATES.index(lever.from_state), STATES.index(lever.to_state)
        assert lever.value_of_a_point == pytest.approx(mixed.lift[i, j] / 100)
        assert lever.value_for_base == pytest.approx(10 * mixed.lift[i, j])
        room = 1 - MATRIX[i, j] if lever.value_for_base > 0 else MATRIX[i, j]
        assert lever.break_even_cost == pytest.approx(abs(lever.value_for_base) * min(1, 100 * room))
    costs = [lever.break_even_cost for lever in levers]
    assert costs == sorted(costs, reverse=True)
    assert len(sj.value.base_levers(value, stock, allowed=MATRIX > 0)) < len(levers)


def test_refuses_a_base_that_is_none(value: sj.LifetimeValue) -> None:
    for stock, words in (({"active": -1.0}, "stock: holds -1 customers in 'active'"), ([0, 0, 0], "stock: holds 0")):
        with pytest.raises(ValueError, match=words):
            sj.value.base_levers(value, stock)
    with pytest.raises(IndexError, match="'nowhere'"):
        sj.value.base_levers(value, {"nowhere": 1})


def test_rows_of_an_answer_are_read_like_a_list(value: sj.LifetimeValue) -> None:
    levers = value.sensitivity("active").levers()
    assert len(levers) == 6
    assert repr(levers[-1]) == repr(list(levers)[5])
    assert repr(levers[:2]) == repr(list(levers)[:2])
    assert repr(levers[::-2]) == repr(list(levers)[::-2])
    for wrong in (6, -7):
        with pytest.raises(IndexError, match=r"row -?[67] of 6"):
            levers[wrong]


def test_only_allowed_moves_are_levers(value: sj.LifetimeValue) -> None:
    allowed = MATRIX > 0
    why = value.sensitivity("active", allowed=allowed)
    assert why.is_lever.tolist() == [[True, True, True], [False, True, True], [False, False, False]]
    assert not why.lift[~why.is_lever].any()
    life = sj.Lifecycle(
        "short",
        ["active", "loyal", sj.LifecycleState("churn", "exit")],
        [("active", "active"), ("active", "loyal"), ("active", "churn"), ("loyal", "loyal"), ("loyal", "churn")],
    )
    assert np.array_equal(value.sensitivity("active", allowed=life).is_lever, why.is_lever)
    with pytest.raises(ValueError, match=r"allowed: expected shape \(3, 3\)"):
        value.sensitivity("active", allowed=[[True]])
    with pytest.raises(ValueError, match="allowed: the lifecycle has other states"):
        value.sensitivity("active", allowed=sj.six_stages())


def test_the_change_that_reaches_a_value_reaches_it(value: sj.LifetimeValue) -> None:
    why = value.sensitivity("active")
    target = value.mean["active"] * 1.2
    for to in ("loyal", "churn", "active"):
        j = STATES.index(to)
        try:
            change = why.change_to_reach("active", to, target)
        except ValueError:
            continue
        matrix = MATRIX.copy()
        matrix[0] *= (1 - MATRIX[0, j] - change) / (1 - MATRIX[0, j])
        matrix[0, j] = MATRIX[0, j] + change
        assert value_of(matrix).mean["active"] == pytest.approx(target, rel=1e-12)
    assert why.change_to_reach(0, 1, target) > 0
    assert why.change_to_reach("active", "loyal", value.mean["active"]) == 0


def test_refuses_a_target_out_of_reach(value: sj.LifetimeValue) -> None:
    why = value.sensitivity("active")
    with pytest.raises(ValueError, match=r"no probability of 'active' → 'loyal' brings the value to 1000"):
        why.change_to_reach("active", "loyal", 1000.0)
    with pytest.raises(ValueError, match="target"):
        why.change_to_reach("active", "loyal", float("inf"))
    with pytest.raises(ValueError, match="already certain"):
        why.change_to_reach("churn", "churn", 50.0)
    with pytest.raises(IndexError, match="'nowhere'"):
        why.change_to_reach("active", "nowhere", 50.0)
    with pytest.raises(ValueError, match="for life"):
        value_of(horizon=12).sensitivity("active").change_to_reach("active", "loyal", 50.0)


def test_what_if_splits_the_difference_by_move(value: sj.LifetimeValue) -> None:
    better = value_of([[0.6, 0.25, 0.15], [0.05, 0.9, 0.05], [0, 0, 1]])
    split = sj.what_if(value, better, start="active")
    assert split.value == value.mean["active"]
    assert split.other_value == better.mean["active"]
    assert sum(move.amount for move in split.moves) == pytest.approx(split.other_value - split.value, rel=1e-12)
    assert {(move.from_state, move.to_state) for move in split.moves} == {
        ("active", "loyal"),
        ("active", "churn"),
        ("loyal", "active"),
        ("loyal", "churn"),
    }
    sizes = [abs(move.amount) for move in split.moves]
    assert sizes == sorted(sizes, reverse=True)
    assert sj.what_if(value, value).moves == []


def test_refuses_to_compare_unlike_values(value: sj.LifetimeValue) -> None:
    with pytest.raises(ValueError, match="same rewards and discount"):
        sj.what_if(value, value_of(factor=0.95), "active")
    with pytest.raises(ValueError, match="for life"):
        sj.what_if(value, value_of(horizon=3), "active")
    other = sj.lifetime_value(sj.Chain(["x", "y", "z"], MATRIX, "year"), {"x": 1}, discount_factor=0.9)
    with pytest.raises(ValueError, match="other states"):
        sj.what_if(value, other, "active")


def test_a_fit_starts_where_its_customers_did_and_allows_what_its_lifecycle_does() -> None:
    journeys = sj.journeys(
        customer=[1, 1, 1, 2, 2, 3, 3, 3],
        time=[0, 1, 2, 0, 1, 0, 1, 2],
        state=["a", "b", "e", "b", "e", "a", "a", "e"],
        value=[1.0] * 8,
        exits=["e"],
    )
    fit = sj.fit_chain(sj.count(journeys))
    value = sj.lifetime_value(fit, discount_factor=0.9)
    why = value.sensitivity()
    law = fit.counts.start_distribution()
    assert np.array_equal(why.lift, value.sensitivity(law).lift)
    assert why.is_lever.sum() > 0


def test_refuses_a_start_that_is_none(value: sj.LifetimeValue) -> None:
    with pytest.raises(IndexError, match="'nowhere'"):
        value.sensitivity("nowhere")
    with pytest.raises(ValueError, match="start: sums to 2"):
        value.sensitivity([1, 1, 0])


def test_refuses_an_elasticity_of_nothing() -> None:
    nothing = sj.lifetime_value(sj.Chain(STATES, MATRIX), {"active": 0.0}, discount_factor=0.9)
    with pytest.raises(ValueError, match="elasticity: the value from this start is 0"):
        _ = nothing.sensitivity("active").elasticity
