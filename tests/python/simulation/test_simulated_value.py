"""Simulated values of parts add up to exactly the whole, with all values or as a summary of bounded size."""

from __future__ import annotations

import itertools
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sojourn as sj

CHAIN = sj.Chain(["trial", "active", "churn"], [[0.5, 0.4, 0.1], [0.0, 0.8, 0.2], [0.0, 0.0, 1.0]], period="month")
SHARES = [0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0]


def values_of(seed: int, n: int) -> Any:
    rng = np.random.default_rng(seed)
    return np.where(rng.random(n) < 0.3, 10.0 * rng.integers(-3, 5, n), rng.lognormal(3.0, 1.0, n))


def simulate(**options: Any) -> sj.simulation.SimulatedValue:
    return sj.simulate(CHAIN, rewards={"active": 10.0}, discount_factor=0.97, seed=5, **options).value


def test_simulations_in_parts_add_up_to_exactly_the_whole() -> None:
    whole = simulate(customers=10_000)
    sizes = [1, 4095, 3000, 2904]
    parts = [simulate(customers=n, first_customer=sum(sizes[:k])) for k, n in enumerate(sizes)]
    for total in (
        sum(parts),
        parts[2] + parts[0] + (parts[3] + parts[1]),
        sj.simulation.SimulatedValue.merge(reversed(parts)),
    ):
        assert total == whole
        assert (total.mean, total.std, total.standard_error) == (whole.mean, whole.std, whole.standard_error)
    assert sum(part.summary() for part in parts) == whole.summary()


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(2, 12_000),
    first=st.integers(0, 9000),
    cuts=st.lists(st.floats(0.0, 1.0), max_size=6),
    order=st.randoms(use_true_random=False),
    kinds=st.integers(0, 2**7 - 1),
)
def test_the_order_of_adding_leaves_no_trace(n: int, first: int, cuts: list[float], order: Any, kinds: int) -> None:
    values = values_of(n, n)
    edges = sorted({0, n, *(round(cut * n) for cut in cuts)})
    parts = [sj.simulation.SimulatedValue(values[a:b], first_customer=first + a) for a, b in itertools.pairwise(edges)]
    parts = [part.summary() if kinds >> k & 1 else part for k, part in enumerate(parts)]
    order.shuffle(parts)
    total = sum(parts)
    whole = sj.simulation.SimulatedValue(values, first_customer=first)
    assert isinstance(total, sj.simulation.SimulatedValue)
    assert total.customers == n
    assert total.mean == whole.mean
    assert total.std == whole.std
    assert total.summary() == whole.summary()
    assert total.has_values == all(part.has_values for part in parts)


def test_moments_are_those_of_numpy() -> None:
    values = values_of(1, 30_000)
    found = sj.simulation.SimulatedValue(values)
    assert found.mean == pytest.approx(values.mean(), rel=1e-13)
    assert found.std == found.standard_deviation == pytest.approx(values.std(ddof=1), rel=1e-13)
    assert found.values.tolist() == values.tolist()
    assert not found.values.flags.writeable


def test_quantiles_of_a_summary_lie_in_their_bounds_as_do_those_of_the_sample() -> None:
    values = values_of(2, 200_000)
    values[values % 10.0 == 0.0] = 0.0
    whole = sj.simulation.SimulatedValue(values)
    found = whole.summary()
    truth = np.quantile(values, SHARES, method="inverted_cdf")
    assert whole.quantile(SHARES).tolist() == truth.tolist()
    for p, exact, answer in zip(SHARES, truth, found.quantile(SHARES), strict=True):
        low, high = found.quantile_bounds(p)
        assert low <= exact <= high
        assert low <= answer <= high
        assert high - low <= abs(exact) / 500
        assert found.rank_error(p) <= found.rank_error()
        assert whole.quantile_bounds(p) == (exact, exact)
    assert 0.0 < found.rank_error() < 1e-3
    assert whole.rank_error() == whole.rank_error(0.5) == 0.0


def test_a_summary_says_that_it_has_no_values() -> None:
    found = sj.simulation.SimulatedValue([1.0, 2.0]).summary()
    assert not found.has_values
    with pytest.raises(ValueError, match=r"values: only a summary was kept of 2 customers"):
        _ = found.values


def test_a_pickle_is_the_same_value() -> None:
    whole = sj.simulation.SimulatedValue(values_of(3, 9000), first_customer=17)
    for value in (whole, whole.summary(), whole + sj.simulation.SimulatedValue([1.0], first_customer=50_000)):
        again = pickle.loads(pickle.dumps(value))
        assert again == value
        assert again.mean == value.mean
        assert again.quantile(0.3) == value.quantile(0.3)
    assert len(pickle.dumps(sj.simulation.SimulatedValue(np.full(2**17, 1.5)).summary())) < 2000


def test_a_spoiled_pickle_is_refused() -> None:
    *_, build = sj.simulation.SimulatedValue([1.0, 2.0]).summary().__reduce_ex__(2)[:3]
    fresh = sj.simulation.SimulatedValue.__new__(sj.simulation.SimulatedValue)
    with pytest.raises(ValueError, match="SimulatedValue: this pickle is of another version"):
        fresh.__setstate__(build[:4])  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="these fields belong to no customers"):
        fresh.__setstate__((True, *build[1:]))  # type: ignore[attr-defined]


def test_printed_forms() -> None:
    value = sj.simulation.SimulatedValue([1.0, 3.0])
    assert repr(value) == f"SimulatedValue(mean=2.0, std={2**0.5!r}, 2 customers)"
    assert repr(value.summary()) == f"SimulatedValue(mean=2.0, std={2**0.5!r}, 2 customers, summary)"
    assert repr(sj.simulation.SimulatedValue([-1e200, 1e200])) == "SimulatedValue(mean=0.0, std=too large, 2 customers)"


def test_values_compare_and_are_not_hashed() -> None:
    value = sj.simulation.SimulatedValue([1.0, 2.0])
    assert value == sj.simulation.SimulatedValue([1.0, 2.0])
    assert value != sj.simulation.SimulatedValue([1.0, 2.0], first_customer=1)
    assert value != 1.5
    with pytest.raises(TypeError):
        hash(value)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda a: a + a, ValueError, "merge: customers 0 to 1 would be counted twice"),
        (lambda a: sum([a, a.summary()]), ValueError, "customers 0 to 1"),
        (lambda a: a + 1, TypeError, "unsupported operand"),
        (lambda a: 1 + a, TypeError, "unsupported operand"),
        (lambda a: a.merge([]), ValueError, "merge: at least one part"),
        (lambda a: a.merge([a, 2.0]), TypeError, "parts: expected .* found float"),
        (lambda a: a.quantile_bounds(1.5), ValueError, "p must be from 0 to 1"),
        (lambda a: a.rank_error(-0.5), ValueError, "p must be from 0 to 1"),
        (lambda a: a.summary().quantile([0.5, 2.0]), ValueError, "p must be from 0 to 1"),
        (lambda a: sj.simulation.SimulatedValue([]), ValueError, "values: at least one"),
        (lambda a: sj.simulation.SimulatedValue([1.0, float("nan")]), ValueError, "values: "),
        (lambda a: sj.simulation.SimulatedValue([1.0], first_customer=-1), ValueError, "first_customer: "),
        (lambda a: sj.simulation.SimulatedValue([1e200, -1e200]).std, ValueError, "standard_deviation: .* too large"),
    ],
)
def test_misuse_is_refused_by_name(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(sj.simulation.SimulatedValue([1.0, 2.0]))
