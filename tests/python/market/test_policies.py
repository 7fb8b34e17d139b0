"""Policies held against a market as it is, and a budget split over levers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import sojourn as sj

CHAIN = sj.Chain(
    ["zmot", "engaged", "satisfied", "unhappy", "churn"],
    [
        [0.3, 0.4, 0.0, 0.0, 0.3],
        [0.0, 0.1, 0.5, 0.3, 0.1],
        [0.0, 0.0, 0.85, 0.05, 0.1],
        [0.0, 0.0, 0.1, 0.5, 0.4],
        [0.0, 0.0, 0.0, 0.0, 1.0],
    ],
    period="month",
)
REVIEWS = sj.market.ExperienceSource("reviews", good={"satisfied": 0.05}, bad={"unhappy": 0.2})
MARKET = sj.Market(
    CHAIN,
    people=1_000_000,
    rewards={"engaged": 30.0, "satisfied": 20.0, "unhappy": -5.0},
    stock={"zmot": 2000, "engaged": 3000, "satisfied": 20000, "unhappy": 4000, "churn": 50000},
    referrals={"satisfied": 0.03},
    advertising=0.002,
    advertising_cost=10_000.0,
    reputation=sj.market.MarketReputation("zmot", sources=[REVIEWS], sensitivity=2.0, good=4000, bad=3000),
)
DISCOUNT: dict[str, Any] = {"annual_discount_rate": 0.10}
ONBOARDING = sj.Policy("onboarding", moves={("engaged", "satisfied"): 0.6}, cost_once=50_000.0)


def compare(policies: Any, **options: Any) -> sj.market.PolicyComparison:
    return sj.compare_policies(MARKET, policies, **{"horizon": 24, "paths": 20, "seed": 3, **DISCOUNT, **options})


def test_a_comparison_holds_each_policy_by_its_name() -> None:
    found = compare([ONBOARDING, sj.Policy("price", price=1.1)])
    assert len(found) == 2
    assert [outcome.name for outcome in found.outcomes] == ["onboarding", "price"]
    outcome = found["onboarding"]
    assert outcome.profit > 0
    assert outcome.base > 0
    assert outcome.cost == 50_000.0
    assert outcome.profit_of_paths.shape == outcome.base_of_paths.shape == outcome.payback_of_paths.shape == (20,)
    low, high = outcome.profit_interval
    assert low < outcome.profit < high
    assert low == pytest.approx(np.quantile(outcome.profit_of_paths, 0.05))
    assert outcome.path.profit - found.base.profit - 50_000.0 == pytest.approx(outcome.profit)
    assert outcome.paid_back == np.isfinite(outcome.payback_of_paths).mean()
    with pytest.raises(KeyError, match="'nothing'"):
        found["nothing"]


def test_the_table_and_the_words_say_the_same() -> None:
    found = compare(ONBOARDING)
    table = found.to_dict()
    assert table["policy"].tolist() == ["onboarding"]
    assert table["profit"].tolist() == [found["onboarding"].profit]
    assert compare(sj.Policy("idle", cost_once=1.0)).to_dict()["payback"].tolist() == [math.inf]
    assert "onboarding: profit" in str(found)
    assert "20 paths" in found.definition
    assert sj.Policy("idle", cost_once=1.0).__repr__() == "Policy('idle')"
    assert compare(sj.Policy("idle", cost_once=1.0))["idle"].payback is None


def test_a_policy_makes_a_market_of_its_own() -> None:
    under = sj.with_policy(MARKET, ONBOARDING)
    assert under.chain.transition_matrix[1].tolist() == pytest.approx([0, 0.08, 0.6, 0.24, 0.08])
    assert MARKET.chain.transition_matrix[1, 2] == 0.5
    # And that market can be changed again without losing the policy.
    again = under.replace(advertising=0.0)
    assert again.chain.transition_matrix[1, 2] == pytest.approx(0.6)


def test_draws_widen_the_interval() -> None:
    chance = compare(ONBOARDING)["onboarding"]
    draws = [MARKET.replace(referrals={"satisfied": 0.01 + 0.002 * k}) for k in range(20)]
    both = compare(ONBOARDING, draws=draws)["onboarding"]
    assert both.profit == chance.profit
    assert np.ptp(both.profit_of_paths) > 2 * np.ptp(chance.profit_of_paths)
    assert chance.own_value_interval is None
    assert both.own_value_interval == pytest.approx((both.own_value, both.own_value))
    assert chance.payback_interval is not None
    assert chance.payback_interval[0] <= chance.payback <= chance.payback_interval[1]
    assert compare(sj.Policy("idle", cost_once=1.0))["idle"].payback_interval is None


def test_a_factor_on_referrals_is_a_change_of_each_path() -> None:
    twice = compare(sj.Policy("twice", referral_factors={"satisfied": 2.0}))["twice"]
    assert twice.profit == pytest.approx(compare(sj.Policy("a", referrals={"satisfied": 0.06}))["a"].profit)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: sj.Policy("p", moves={"engaged": 0.5}), TypeError, r"moves.*pairs"),
        (lambda: sj.Policy("p", moves=[1]), TypeError, "moves.*dict"),
        (lambda: sj.Policy("p", rewards=[1.0]), TypeError, "rewards.*dict"),
        (lambda: sj.Policy("p", rewards={"a": "much"}), TypeError, "rewards"),
        (lambda: compare(sj.Policy("p", moves={("engaged", "satisfied"): 1.5})), ValueError, "policy 'p'.*1.5"),
        (lambda: compare(sj.Policy("p", rewards={"nobody": 1.0})), IndexError, "nobody"),
        (lambda: compare(sj.Policy("p", price=math.nan)), ValueError, "price"),
        (lambda: compare([1]), TypeError, "policies"),
        (lambda: compare([]), ValueError, "policies"),
        (lambda: compare(ONBOARDING, paths=1), ValueError, "2 paths"),
        (lambda: compare(ONBOARDING, level=2.0), ValueError, "level"),
        (lambda: compare(ONBOARDING, draws=[1, 2]), TypeError, "draws"),
        (lambda: compare(ONBOARDING, discount_rate=0.1), ValueError, "discount_rate"),
    ],
)
def test_bad_input_is_refused_by_name(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


START = sj.market.ResponseCurve(most=0.12, half=200_000.0)
WORD = sj.market.ResponseCurve(most=0.02, half=120_000.0)
LEVERS = {
    "onboarding": lambda spend: sj.Policy("onboarding", moves={("engaged", "satisfied"): 0.5 + START(spend)}),
    "referrals": lambda spend: sj.Policy("referrals", referrals={"satisfied": 0.03 + WORD(spend)}),
}


def gain(spend: dict[str, float], horizon: int = 24) -> float:
    under = MARKET
    for name, amount in spend.items():
        under = sj.with_policy(under, LEVERS[name](amount))
    with_it = sj.market_path(under, horizon=horizon, **DISCOUNT).profit - sum(spend.values())
    return float(with_it - sj.market_path(MARKET, horizon=horizon, **DISCOUNT).profit)


def test_a_response_brings_half_for_its_half() -> None:
    assert START(0.0) == 0.0
    assert START(200_000.0) == pytest.approx(0.06)
    assert START(1e12) == pytest.approx(0.12)


@pytest.mark.parametrize(("most", "half"), [(math.nan, 1.0), (1.0, 0.0), (1.0, -1.0), (1.0, math.inf)])
def test_impossible_responses_are_refused(most: float, half: float) -> None:
    with pytest.raises(ValueError, match=r"most|half"):
        sj.market.ResponseCurve(most, half)


def test_a_split_is_better_than_all_around_it() -> None:
    pytest.importorskip("scipy")
    split = sj.allocate_budget(MARKET, LEVERS, 400_000.0, horizon=24, **DISCOUNT)
    assert split.is_optimal
    assert split.kkt_residual < 1e-3
    assert sum(split.spend.values()) + split.unspent == pytest.approx(400_000.0)
    assert split.gain == pytest.approx(gain(split.spend), rel=1e-9)
    # A search over every split by thousands finds none that is better.
    steps = np.linspace(0.0, 400_000.0, 81)
    best = max(gain({"onboarding": a, "referrals": b}) for a in steps for b in steps if a + b <= 400_000.0 + 1e-6)
    assert split.gain >= best - 1e-6
    assert "unspent" in str(split)
    assert "KKT" in str(split)


def test_what_brings_less_than_it_costs_is_not_bought() -> None:
    pytest.importorskip("scipy")
    useless = {"posters": lambda spend: sj.Policy("posters"), "onboarding": LEVERS["onboarding"]}
    split = sj.allocate_budget(MARKET, useless, 50_000.0, horizon=24, **DISCOUNT)
    assert split.spend["posters"] == 0.0
    assert split.marginal["posters"] == pytest.approx(-1.0)
    nothing = sj.allocate_budget(MARKET, {"posters": useless["posters"]}, 50_000.0, horizon=24, **DISCOUNT)
    assert nothing.gain == 0.0
    assert nothing.unspent == 50_000.0
    assert nothing.multiplier == 0.0
    assert nothing.is_optimal


def test_bad_budgets_are_refused_by_name() -> None:
    pytest.importorskip("scipy")
    with pytest.raises(ValueError, match="levers"):
        sj.allocate_budget(MARKET, {}, 1.0, horizon=5)
    with pytest.raises(ValueError, match="budget"):
        sj.allocate_budget(MARKET, LEVERS, -1.0, horizon=5)
    with pytest.raises(TypeError, match=r"'bad'.*Policy"):
        sj.allocate_budget(MARKET, {"bad": lambda spend: spend}, 1.0, horizon=5)
    too_far = {"far": lambda spend: sj.Policy("far", moves={("engaged", "satisfied"): 0.5 + spend})}
    with pytest.raises(ValueError, match=r"'far' with .* spent.*from 0 to 1"):
        sj.allocate_budget(MARKET, too_far, 10.0, horizon=5)
