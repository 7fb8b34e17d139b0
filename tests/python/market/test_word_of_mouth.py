"""What a customer brings by bringing others: computed numbers, the face of referral_value and its refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from anchors import each

import sojourn as sj

STATES = ["trial", "loyal", "churn"]
MATRIX = np.array([[0.5, 0.2, 0.3], [0.1, 0.7, 0.2], [0.0, 0.0, 1.0]])
CHAIN = sj.Chain(STATES, MATRIX, "month")
REWARDS = {"trial": 3.0, "loyal": 10.0}
REFERRALS: dict[str | tuple[str, str], float] = {"loyal": 0.08, ("trial", "loyal"): 0.1}


def asked(**changes: Any) -> sj.market.ReferralValue:
    options: dict[str, Any] = {"referrals": REFERRALS, "discount_factor": 0.95, **changes}
    return sj.referral_value(CHAIN, REWARDS, **options)


@pytest.fixture
def ref() -> sj.market.ReferralValue:
    return asked(arrives_at={"trial": 0.5, "loyal": 0.5}, delay=[0.5, 0.5], acquisition_cost=4.0, first_reward=1.0)


@each("word_of_mouth")
def test_computed_numbers_come_out(anchor: dict[str, Any]) -> None:
    chain = sj.Chain(anchor["states"], anchor["transition_matrix"])
    close = pytest.approx
    tolerance = anchor["tolerance"]
    if "own" in anchor:
        ref = sj.referral_value(
            chain, anchor["per_state"], referrals=anchor["referrals"], discount_factor=anchor["discount_factor"]
        )
        assert ref.own["active"] == close(anchor["own"], abs=tolerance)
        assert ref.total["active"] == close(anchor["total"], abs=tolerance)
        assert ref.R0 - anchor["R0"] == close(0.0, abs=tolerance)
        assert ref.growth_factor == close(anchor["growth_factor"], abs=tolerance)
        assert ref.critical_discount_rate is None
        tree = sj.market.progeny(chain, anchor["referrals"])
        assert tree.newcomer_mean == close(anchor["progeny_mean"], abs=tolerance)
        assert tree.newcomer_variance == close(anchor["progeny_variance_poisson"], abs=tolerance)
        return
    with pytest.raises(ValueError) as caught:
        sj.referral_value(chain, anchor["per_state"], referrals=anchor["referrals"], discount_factor=1)
    assert "R0 = 2" in str(caught.value)
    assert "above 20 % per period" in str(caught.value)
    ref = sj.referral_value(chain, anchor["per_state"], referrals=anchor["referrals"], discount_factor=0.5)
    assert ref.critical_discount_rate == close(anchor["critical_discount_rate"], abs=tolerance)
    assert ref.growth_factor == close(anchor["growth_factor"], abs=tolerance)
    for law, published in anchor["extinction"].items():
        found = sj.market.extinction(chain, anchor["referrals"], offspring=law)
        assert found.newcomer_probability == close(published, abs=tolerance)


def test_total_value_solves_its_own_equation(ref: sj.market.ReferralValue) -> None:
    brought = np.array([0.2 * 0.1, 0.08, 0.0])
    arrives = np.array([0.5, 0.5, 0.0])
    delayed = 0.5 * 0.95 + 0.5 * 0.95**2
    money = np.array([3.0, 10.0, 0.0]) - delayed * brought * 3.0
    total = np.linalg.solve(np.eye(3) - 0.95 * MATRIX - delayed * np.outer(brought, arrives), money)
    assert np.asarray(ref.total) == pytest.approx(total)
    assert np.asarray(ref.own) + np.asarray(ref.referred) == pytest.approx(np.asarray(ref.total), rel=1e-12)
    assert np.asarray(ref.arrives_at).tolist() == arrives.tolist()
    assert ref.referrals.per_period(CHAIN)["trial"] == pytest.approx(0.02)
    worth = ref.generations(2)
    assert worth.value.shape == (3, 3)
    assert worth.value.sum(axis=1) + np.asarray(worth.beyond) == pytest.approx(total)
    assert list(worth.to_dict()) == ["state", "own", "generation_1", "generation_2", "beyond"]


def test_referrals_are_a_value_with_changed_copies() -> None:
    some = sj.Referrals(STATES, REFERRALS)
    assert some.per_move[0, 1] == 0.1
    assert some.per_state["loyal"] == 0.08
    assert some.has_move_referrals
    plain = some.with_move("trial", "loyal", 0.0)
    assert plain.per_move is None
    assert plain == sj.Referrals(STATES, {"loyal": 0.08})
    assert plain != some


def test_growth_and_mix_are_those_of_moves_and_newcomers() -> None:
    ref = asked(arrives_at="loyal")
    kept = MATRIX[:2, :2] + np.outer([0.02, 0.08], [0.0, 1.0])
    assert ref.growth_factor == pytest.approx(np.abs(np.linalg.eigvals(kept)).max(), rel=1e-12)
    mix = np.asarray(ref.stable_mix)
    assert mix[:2] @ kept == pytest.approx(ref.growth_factor * mix[:2])
    assert mix.sum() == pytest.approx(1.0)
    assert ref.doubling_time is None
    assert ref.halving_time == pytest.approx(np.log(0.5) / np.log(ref.growth_factor))
    assert ref.critical_discount_factor is None


def test_levers_show_own_and_total_value_side_by_side(ref: sj.market.ReferralValue) -> None:
    why = ref.sensitivity(start="trial")
    levers = why.levers()
    worth = [lever.total_value_of_a_point for lever in levers]
    assert worth == sorted(worth, reverse=True)
    for lever in levers:
        i, j = STATES.index(lever.from_state), STATES.index(lever.to_state)
        assert lever.probability == MATRIX[i, j]
        assert lever.total_value_of_a_point == pytest.approx(why.lift[i, j] / 100)
        assert lever.R0_of_a_point == pytest.approx(why.R0_lift[i, j] / 100)
        assert lever.own_value_of_a_point == pytest.approx(why.own.lift[i, j] / 100)
    assert set(levers.to_dict()) == {
        "from_state",
        "to_state",
        "probability",
        "own_value_of_a_point",
        "total_value_of_a_point",
        "R0_of_a_point",
    }


def test_derivatives_are_difference_quotients() -> None:
    step = 1e-6
    why = asked().sensitivity(start="trial")
    more, less = (asked(referrals=sj.Referrals(STATES, REFERRALS).with_state("trial", b)) for b in (2 * step, 0.0))
    slope = (more.total["trial"] - less.total["trial"]) / (2 * step)
    assert why.by_referrals["trial"] == pytest.approx(slope, rel=1e-5)
    assert why.R0_by_referrals["trial"] == pytest.approx((more.R0 - less.R0) / (2 * step), rel=1e-8)
    assert why.partial.shape == why.R0_partial.shape == (3, 3)


def test_the_change_that_reaches_an_r0_does() -> None:
    ref = asked(referrals={"loyal": 0.3})
    change = ref.sensitivity().change_to_reach_R0("trial", "loyal")
    row = MATRIX[0] * (1 - change / (1 - 0.2))
    row[1] = 0.2 + change
    reached = sj.market.extinction(CHAIN.with_row("trial", row), {"loyal": 0.3}).R0
    assert reached == pytest.approx(1.0)
    with pytest.raises(ValueError, match="no probability of 'trial' → 'loyal' brings R0 to 50"):
        ref.sensitivity().change_to_reach_R0("trial", "loyal", 50.0)


def test_a_fit_brings_its_own_money_and_start() -> None:
    journeys = sj.journeys(
        customer=["a"] * 4 + ["b"] * 3,
        time=[0, 1, 2, 3, 0, 1, 2],
        state=["trial", "loyal", "loyal", "churn", "loyal", "loyal", "churn"],
        value=[1.0, 5.0, 7.0, 0.0, 5.0, 5.0, 0.0],
        lifecycle=sj.Lifecycle(STATES, exits=["churn"]),
    )
    fit = sj.fit_chain(journeys, smoothing=0.5)
    ref = sj.referral_value(fit, referrals={"loyal": 0.05}, discount_factor=0.9)
    own = sj.lifetime_value(fit, discount_factor=0.9)
    assert np.asarray(ref.own).tolist() == np.asarray(own.mean).tolist()
    assert ref.start_value().own == pytest.approx(own.start_value().mean)
    assert ref.start_value().total > ref.start_value().own


def test_quadrants_take_names_positions_and_histories() -> None:
    ref = asked()
    names = ["trial", "loyal", "loyal", "churn"]
    split = sj.market.referral_quadrants(ref, names)
    assert len(split) == 4
    same = sj.market.referral_quadrants(ref, np.array([0, 1, 1, 2]))
    assert split.quadrant.tolist() == same.quadrant.tolist()
    assert split.own_threshold == pytest.approx(np.median(split.own))
    assert split.referred.tolist() == [ref.referred[name] for name in names]
    told = sj.market.referral_quadrants(
        ref, names, brought=[0, 3, 0, 0], expected=[0.0, 1.0, 1.0, 0.0], strength=2.0, own_threshold=1.0
    )
    assert told.multiplier.tolist() == pytest.approx([1.0, 5 / 3, 2 / 3, 1.0])
    assert told.referred.tolist() == pytest.approx((told.multiplier * split.referred).tolist())
    word = {(True, True): "champions", (True, False): "affluents", (False, True): "advocates", (False, False): "misers"}
    high = zip(told.own > 1.0, told.referred > np.median(told.referred), strict=True)
    assert told.quadrant.tolist() == [word[bool(pays), bool(brings)] for pays, brings in high]
    assert sum(total.customers for total in told.totals) == 4
    assert [total.quadrant for total in told.totals] == ["champions", "affluents", "advocates", "misers"]
    assert set(told.to_dict()) == {"own", "referred", "multiplier", "quadrant"}


def test_tables_and_printed_forms(ref: sj.market.ReferralValue) -> None:
    pd = pytest.importorskip("pandas")
    assert list(ref.to_dict()) == ["state", "total", "own", "referred", "lifetime_referrals"]
    for table in (
        ref,
        ref.generations(1),
        ref.sensitivity().levers(),
        sj.market.referral_quadrants(ref, STATES).totals,
    ):
        assert isinstance(table.to_frame("pandas"), pd.DataFrame)
    text = str(ref)
    assert "with all whom he brings (reward), for life (one period = month)" in text
    assert (
        "newcomers arrive in 'trial' and 'loyal' after 1.5 periods on average, each costs 4 and brings 1 at once"
        in text
    )
    assert "a newcomer brings R0 = " in text
    assert repr(ref).startswith("ReferralValue(3 states: expected value per customer")
    assert repr(ref.start_value("trial")).startswith("ReferralStartValue(total=")
    for answer in (
        sj.market.extinction(CHAIN, REFERRALS),
        sj.market.progeny(CHAIN, REFERRALS),
        ref.generations(1),
        ref.referrals,
    ):
        assert repr(answer).startswith(type(answer).__name__ + "(")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"referrals": {"loyal": -0.1}}, "referrals: 'loyal' brings -0.1 newcomers"),
        ({"referrals": {"loyal": float("nan")}}, "'loyal' brings nan"),
        ({"referrals": {"churn": 0.1}}, "'churn' brings 0.1 newcomers per period and is never left"),
        ({"referrals": [0.1, 0.1]}, "referrals"),
        ({"referrals": {("trial",): 0.1}}, "a move is a pair (from, to)"),
        ({"arrives_at": "churn"}, "'churn', which is an exit"),
        ({"arrives_at": {"trial": 0.5}}, "arrives_at"),
        ({"delay": [0.5, 0.4]}, "delay: sums to 0.9"),
        ({"delay": []}, "delay: holds nothing"),
        ({"acquisition_cost": float("inf")}, "acquisition_cost"),
        ({"discount_factor": None}, "say how later money is discounted"),
        ({"discount_factor": 1, "referrals": {"loyal": 2.0}}, "total value is infinite"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_bad_input_is_refused_with_advice(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError) as caught:
        asked(**changes)
    assert says in str(caught.value)


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(IndexError, match="fan"):
        asked(referrals={"fan": 0.1})
    with pytest.raises(IndexError, match="nowhere"):
        asked(arrives_at="nowhere")
    with pytest.raises(ValueError, match="offspring: expected one of 'poisson', 'bernoulli', 'geometric'"):
        sj.market.extinction(CHAIN, REFERRALS, offspring="binomial")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="bernoulli law brings one at most"):
        sj.market.extinction(CHAIN, {"loyal": 1.5}, offspring="bernoulli")
    with pytest.raises(ValueError, match=r"R0 = .* infinite"):
        sj.market.progeny(CHAIN, {"loyal": 2.0})
    with pytest.raises(ValueError, match="customer_states: expected one state per customer"):
        sj.market.referral_quadrants(asked(), [["trial"]])
    with pytest.raises(IndexError):
        sj.market.referral_quadrants(asked(), ["nobody"])
