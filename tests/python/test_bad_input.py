"""Bad input is refused with advice: the table of tests/data/bad_input.json, and what only Python can do."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sojourn as sj

TABLE: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "bad_input.json").read_text(encoding="utf-8")
)["cases"]
NAMES = ["trial", "active", "churn"]
GOOD = [[0.5, 0.4, 0.1], [0.0, 0.8, 0.2], [0.0, 0.0, 1.0]]
CHAIN = sj.Chain(NAMES, GOOD, period="month")
REWARDS = {"active": 1.0}
nan, inf = math.nan, math.inf


def brought(referrals: dict[str, float], **options: Any) -> sj.market.ReferralValue:
    return sj.referral_value(CHAIN, REWARDS, referrals=referrals, discount_factor=1, **options)


def chain(*rows: list[float]) -> sj.Chain:
    return sj.Chain(NAMES, np.array(rows) if rows else np.empty((0, 0)), period="month")


def value(**options: Any) -> sj.LifetimeValue:
    return sj.lifetime_value(CHAIN, REWARDS, **options)


def simulate(**options: Any) -> sj.Simulation:
    return sj.simulate(CHAIN, **{"customers": 100, "rewards": REWARDS, **options})


def orders(days: list[str], **options: Any) -> sj.Journeys:
    return sj.order_journeys(customer=list(range(len(days))), time=days, **options)


def events(customer: list[Any], time: list[Any], state: list[str], **options: Any) -> sj.Journeys:
    return sj.journeys(customer=customer, time=time, state=state, **{"states": NAMES, "exits": ["churn"], **options})


def through(path: list[str], **options: Any) -> sj.Journeys:
    return events([1] * len(path), list(range(len(path))), path, **options)


CALLS: dict[str, Callable[[], Any]] = {
    "a transition matrix with a negative entry": lambda: chain(GOOD[0], [-0.1, 0.8, 0.3], GOOD[2]),
    "a row that sums to 0.97": lambda: chain([0.5, 0.4, 0.07], GOOD[1], GOOD[2]),
    "a transition matrix with NaN": lambda: chain(GOOD[0], GOOD[1], [0.0, nan, 1.0]),
    "a transition matrix with infinity": lambda: chain([0.5, 0.4, inf], GOOD[1], GOOD[2]),
    "a transition matrix of the wrong shape": lambda: chain(GOOD[0], GOOD[1]),
    "an empty transition matrix": lambda: chain(),
    "duplicate state names": lambda: sj.StateSpace(["trial", "active", "trial"]),
    "no states": lambda: sj.StateSpace([]),
    "an empty state name": lambda: sj.StateSpace(["trial", "", "churn"]),
    "an unknown state in a question": lambda: CHAIN.probability("trial", "loyal"),
    "rewards of an unknown state": lambda: sj.Rewards(NAMES, {"loyal": 40.0}),
    "a reward that is not finite": lambda: sj.Rewards(NAMES, {"active": nan}),
    "a value without a discount": lambda: value(),
    "an infinite horizon with no way to churn and no discount": lambda: sj.lifetime_value(
        sj.Chain(["trial", "loyalty"], [[0.5, 0.5], [0.0, 1.0]], period="month"), {"loyalty": 40.0}, discount_factor=1
    ),
    "horizon 0": lambda: value(discount_factor=1, horizon=0),
    "annual rate -1": lambda: value(annual_discount_rate=-1),
    "rate per period -1": lambda: value(discount_rate_per_period=-1),
    "discount factor 0": lambda: value(discount_factor=0),
    "discount factor 1.1": lambda: value(discount_factor=1.1),
    "an annual rate on the clock of the event": lambda: sj.lifetime_value(
        sj.Chain(NAMES, GOOD), REWARDS, annual_discount_rate=0.1
    ),
    "a period without a unit": lambda: sj.Chain(NAMES, GOOD, period="30"),
    "a period of nothing": lambda: sj.Chain(NAMES, GOOD, period="0 days"),
    "zero customers": lambda: simulate(customers=0),
    "simulation horizon 0": lambda: simulate(horizon=0),
    "a simulation that never ends": lambda: sj.simulate(
        sj.Chain(["here", "there"], [[0.0, 1.0], [1.0, 0.0]]), rewards={"here": 1.0}
    ),
    "a start law that sums to 0.9": lambda: simulate(start=[0.5, 0.4, 0.0]),
    "negative threads": lambda: simulate(threads=-1),
    "an empty log": lambda: events([], [], []),
    "all rows invalid": lambda: events([None, None], [1, 2], ["trial", "active"]),
    "times missing": lambda: events([1, 2], [None, None], ["trial", "active"]),
    "until before the log": lambda: orders(["2024-05-01", "2024-08-01"], until="2023-01-01"),
    "a log shorter than one period": lambda: orders(["2024-05-01", "2024-05-02"], period="month"),
    "churn after 0 periods": lambda: orders(["2024-05-01", "2024-08-01"], churn_after=0),
    "an unknown state in a log": lambda: events([1, 2], [1, 2], ["trial", "loyal"]),
    "a row without data": lambda: sj.fit_chain(through(["trial", "churn"])),
    "a move that the lifecycle forbids": lambda: sj.fit_chain(
        through(["active", "silent_1", "silent_1", "active"], lifecycle=sj.chain.recency(2), states=None, exits=None)
    ),
    "negative smoothing": lambda: sj.fit_chain(through(["trial", "active", "churn"]), smoothing=-1),
    "an interval of a chain that was not fitted": lambda: value(discount_factor=1).interval(0.9),
    "a negative stock": lambda: sj.forecast(CHAIN, [1.0, -2.0, 0.0]),
    "a path to nowhere": lambda: sj.chain.most_probable_path(CHAIN, "churn", "trial"),
    "recency without silence": lambda: sj.chain.recency(0),
    "a model file that is not JSON": lambda: sj.model.model_from_json("customer,date\n1,2026-01-01\n"),
    "a negative number of newcomers": lambda: sj.Referrals(NAMES, {"active": -0.1}),
    "newcomers who arrive in an exit": lambda: brought({"active": 0.1}, arrives_at="churn"),
    "newcomers brought by those who have left": lambda: brought({"churn": 0.1}),
    "a base that grows, undiscounted": lambda: brought({"active": 0.4}),
    "a delay that does not sum to 1": lambda: brought({"active": 0.1}, delay=[0.5, 0.4]),
}
ERRORS: dict[str, type[Exception]] = {
    "invalid_argument": ValueError,
    "domain_error": ValueError,
    "out_of_range": IndexError,
}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["case"])
def test_bad_input_is_refused_with_the_sentence_of_the_table(row: dict[str, Any]) -> None:
    with pytest.raises(ERRORS[row["error"]]) as refused:
        CALLS[row["case"]]()
    for words in row["says"]:
        assert words in str(refused.value)


def test_every_call_has_its_row_in_the_table() -> None:
    assert set(CALLS) == {row["case"] for row in TABLE}


@pytest.mark.parametrize(
    ("matrix", "error", "says"),
    [
        (None, TypeError, "expected numbers of shape (n, n), found NoneType"),
        ("identity", TypeError, "found str"),
        ({"a": 1}, TypeError, "found dict"),
        ([["x", "y", "z"]] * 3, TypeError, "expected numbers, found an array of str"),
        (np.full((3, 3), 1j), TypeError, "found an array of complex128"),
        (np.full((3, 3), None), TypeError, "found an array of object"),
        (np.full((3, 3), np.datetime64("2024-01-01")), TypeError, "found an array of datetime64"),
        ([[1.0], [1.0, 0.0]], ValueError, "rows of different lengths"),
        (1.0, ValueError, "found ()"),
        ([1.0, 0.0, 0.0], ValueError, "found (3,)"),
        (np.ones((1, 3, 3)), ValueError, "found (1, 3, 3)"),
        (np.empty((0, 3)), ValueError, "found (0, 3)"),
        (np.array(GOOD, dtype=np.float16), ValueError, "sums to"),
    ],
)
def test_a_matrix_of_another_kind_is_refused(matrix: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=r"^transition_matrix: ") as refused:
        sj.Chain(NAMES, matrix)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("states", "error", "says"),
    [
        ("abc", TypeError, "put it into a list"),
        (3, TypeError, "expected a list of names, found int"),
        ([1, 2, 3], TypeError, "expected text at position 0, found int"),
        (["a", None, "c"], TypeError, "expected text at position 1, found NoneType"),
        ([b"a", b"b", b"c"], TypeError, "found bytes"),
        (["a", "\ud800", "c"], ValueError, "position 1 is not UTF-8"),
        (None, ValueError, "at least one state"),
        (["a", "b"], ValueError, "expected shape (2, 2) for 2 states, found (3, 3)"),
    ],
)
def test_states_of_another_kind_are_refused(states: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error) as refused:
        sj.Chain(states, GOOD)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: CHAIN.probability("trial", None), TypeError, "state: expected a whole number, found NoneType"),
        (lambda: CHAIN.probability("trial", 1.0), TypeError, "found 1.0"),
        (lambda: CHAIN.probability("trial", True), TypeError, "found bool"),
        (lambda: CHAIN.probability("trial", 3), IndexError, "position 3 is outside 0 to 2"),
        (lambda: CHAIN.probability("trial", 2**70), ValueError, "out of range"),
        (lambda: CHAIN.after(-1), ValueError, "n_periods: must be at least 0, found -1"),
        (lambda: CHAIN.after(1.5), TypeError, "n_periods: expected a whole number, found 1.5"),
        (lambda: CHAIN.with_row("loyal", [1.0, 0.0, 0.0]), IndexError, "'loyal'"),
        (lambda: CHAIN.with_row("trial", None), TypeError, "row: expected numbers"),
        (lambda: CHAIN.with_row("trial", {"loyal": 1.0}), IndexError, "row: unknown state 'loyal'"),
        (lambda: sj.forecast(CHAIN, None), TypeError, "stock: expected numbers"),
        (lambda: sj.forecast(CHAIN, [nan, 0.0, 0.0]), ValueError, "stock"),
        (lambda: sj.forecast(CHAIN, [inf, 0.0, 0.0]), ValueError, "stock"),
        (lambda: sj.forecast(CHAIN, {"trial": 1.0}, periods=0), ValueError, "periods: must be at least 1 period"),
        (lambda: sj.forecast(CHAIN, {"trial": 1.0}, arrivals={"loyal": 1.0}), IndexError, "arrivals: unknown state"),
        (lambda: sj.forecast(CHAIN, {"trial": 1.0}, arrivals=[0.0, -1.0, 0.0]), ValueError, "arrivals"),
        (lambda: sj.forecast("chain", {"trial": 1.0}), TypeError, "forecast: expected a Chain or a FitResult"),
        (lambda: sj.structure(None), TypeError, "structure: expected a Chain or a FitResult, found NoneType"),
        (lambda: sj.chain.most_probable_path(CHAIN, "loyal", "churn"), IndexError, "'loyal'"),
        (lambda: sj.chain.recency(2.0), TypeError, "churn_after"),
        (lambda: sj.chain.recency(-1), ValueError, "churn_after"),
        (lambda: sj.chain.StateValues(NAMES, [1.0]), ValueError, "found (1,)"),
        (lambda: sj.chain.StateValues(NAMES, {"loyal": 1.0}), IndexError, "'loyal'"),
        (lambda: sj.data.dirichlet_covariance([[1.0]]), ValueError, "alpha: expected shape (n,), found (1, 1)"),
        (lambda: sj.data.dirichlet_covariance([-1.0, 1.0]), ValueError, "alpha"),
        (lambda: sj.data.dirichlet_covariance([nan, 1.0]), ValueError, "alpha"),
        (lambda: sj.lifetime_value(CHAIN, {"loyal": 1.0}, discount_factor=1), IndexError, "rewards: unknown state"),
        (lambda: sj.lifetime_value(CHAIN, [nan, 0.0, 0.0], discount_factor=1), ValueError, "'trial'"),
        (lambda: sj.lifetime_value(CHAIN, "ten", discount_factor=1), TypeError, "rewards: expected numbers"),
        (lambda: sj.lifetime_value(CHAIN, sj.Rewards(["a"], [1.0]), discount_factor=1), ValueError, "rewards"),
        (lambda: sj.count(None, customer=None, time=None, state=None), (TypeError, ValueError), "customer"),
    ],
)
def test_arguments_of_another_kind_are_refused_by_name(call: Callable[[], Any], error: Any, says: str) -> None:
    with pytest.raises(error) as refused:
        call()
    assert says in str(refused.value)


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.lists(st.floats(), max_size=4),
    st.lists(st.lists(st.floats(), max_size=3), max_size=3),
    st.dictionaries(st.sampled_from([*NAMES, "loyal"]), st.floats(), max_size=3),
    st.sampled_from([CHAIN, np.eye(3), np.array([]), np.array(nan), object, b"x", 1j, sj.StateSpace(NAMES)]),
)
QUESTIONS: list[Callable[[Any], Any]] = [
    lambda x: sj.Chain(NAMES, x).transition_matrix,
    lambda x: sj.Chain(x, GOOD).transition_matrix,
    lambda x: sj.Chain(NAMES, GOOD, period=x).transition_matrix,
    lambda x: CHAIN.with_row("trial", x).transition_matrix,
    lambda x: sj.Rewards(NAMES, x).per_state,
    lambda x: sj.lifetime_value(CHAIN, x, discount_factor=0.9, horizon=3).mean,
    lambda x: sj.lifetime_value(CHAIN, REWARDS, discount_factor=x, horizon=3).mean,
    lambda x: sj.lifetime_value(CHAIN, REWARDS, annual_discount_rate=x, horizon=3).mean,
    lambda x: sj.lifetime_value(CHAIN, REWARDS, discount_factor=0.9).start_value(x).mean,
    lambda x: sj.forecast(CHAIN, x, periods=2),
    lambda x: sj.forecast(CHAIN, [1.0, 0.0, 0.0], periods=2, arrivals=x),
    lambda x: simulate(customers=5, start=x).value.values,
    lambda x: simulate(customers=5, rewards=x).value.values,
    lambda x: simulate(customers=5, seed=x).value.values,
    lambda x: sj.fit_chain(through(["trial", "active", "churn"]), prior=x).chain.transition_matrix,
    lambda x: sj.fit_chain(through(["trial", "active", "churn"]), smoothing=x).chain.transition_matrix,
    lambda x: sj.fit_chain(x).chain.transition_matrix,
    lambda x: sj.structure(x).reachable,
]


@pytest.mark.parametrize("question", QUESTIONS)
@settings(max_examples=80, deadline=None)
@given(anything=ANYTHING)
def test_anything_at_all_is_answered_with_numbers_or_refused(question: Callable[[Any], Any], anything: Any) -> None:
    answer, sentence = None, "answered"
    try:
        answer = question(anything)
    except (ValueError, TypeError, IndexError) as refused:
        sentence = str(refused)
    assert sentence
    if answer is not None:
        assert not np.isnan(np.asarray(answer, dtype=float)).any()
