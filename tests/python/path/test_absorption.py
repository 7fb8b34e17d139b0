"""How it ends: published numbers and the face of `sj.absorption`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from anchors import chain_of, each

import sojourn as sj


@pytest.fixture
def chain() -> sj.Chain:
    """Two transient states, a closed pair and an exit."""
    return sj.Chain(
        ["a", "b", "c", "d", "e"],
        [[0, 1 / 3, 0, 2 / 3, 0], [0.5, 0, 0, 0, 0.5], [0, 0, 0.5, 0.5, 0], [0, 0, 0.5, 0.5, 0], [0.0, 0, 0, 0, 1]],
    )


@each("fundamental_matrices")
def test_published_fundamental_matrices_come_out(anchor: dict[str, Any]) -> None:
    ends = sj.absorption(chain_of(anchor))
    published = np.array(anchor["expected_visits"])
    assert ends.transient == anchor["transient"]
    assert np.abs(ends.fundamental_matrix[: len(published)] - published).max() <= anchor["tolerance"]


@each("absorption_times")
def test_published_times_come_out(anchor: dict[str, Any]) -> None:
    ends = sj.absorption(chain_of(anchor))
    assert np.abs(np.asarray(ends.expected_time) - anchor["expected_time"]).max() <= anchor["tolerance"]
    if "time_variance" in anchor:
        assert np.abs(np.asarray(ends.time_variance) - anchor["time_variance"]).max() <= anchor["tolerance"]


@each("absorption")
def test_published_probabilities_come_out(anchor: dict[str, Any]) -> None:
    found = np.asarray(sj.absorption(chain_of(anchor)).probability(anchor["into"]))
    assert np.abs(found - anchor["probability"]).max() <= anchor["tolerance"]


def test_ends_and_transient_states_are_names(chain: sj.Chain) -> None:
    ends = sj.absorption(chain)
    assert ends.transient == ["a", "b"]
    assert sorted(ends.ends) == [["c", "d"], ["e"]]
    assert ends.states == chain.states
    assert repr(ends) == "Absorption(2 transient states, 2 ends)"


def test_probabilities_have_a_column_per_end_and_rows_that_sum_to_one(chain: sj.Chain) -> None:
    ends = sj.absorption(chain)
    assert ends.probabilities.shape == (5, 2)
    np.testing.assert_allclose(ends.probabilities.sum(axis=1), 1, rtol=1e-14)
    for column, end in enumerate(ends.ends):
        for state in end:
            assert np.array_equal(ends.probability(state), ends.probabilities[:, column])
    assert ends.probability("c")["a"] == pytest.approx(0.8)
    assert ends.probability(4)["a"] == pytest.approx(0.2)


def test_the_fundamental_matrix_is_the_inverse_that_numpy_gives() -> None:
    chain = sj.six_stages().illustrative_chain()
    ends = sj.absorption(chain)
    positions = [chain.states.index(name) for name in ends.transient]
    transient = chain.transition_matrix[np.ix_(positions, positions)]
    expected = np.linalg.inv(np.eye(len(positions)) - transient)
    np.testing.assert_allclose(ends.fundamental_matrix, expected, rtol=1e-12)
    np.testing.assert_allclose(ends.expected_visits[np.ix_(positions, positions)], expected, rtol=1e-12)
    variance = expected @ (2 * np.diag(np.diag(expected)) - np.eye(len(positions))) - expected**2
    np.testing.assert_allclose(ends.visits_variance[np.ix_(positions, positions)], variance, rtol=1e-10, atol=1e-12)


def test_simulated_journeys_last_as_long_as_expected(chain: sj.Chain) -> None:
    chain = sj.Chain(["on", "pause", "churn"], [[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.0, 0, 1]], period="month")
    ends = sj.absorption(chain)
    sim = sj.simulate(chain, 40_000, start="on", rewards={"on": 1.0, "pause": 1.0}, seed=3)
    assert abs(sim.value.mean - ends.expected_time["on"]) < 4 * sim.value.standard_error
    assert sim.value.std**2 == pytest.approx(ends.time_variance["on"], rel=0.05)


def test_arrays_are_read_only(chain: sj.Chain) -> None:
    ends = sj.absorption(chain)
    for array in (ends.expected_visits, ends.visits_variance, ends.probabilities):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1.0


def test_arrays_outlive_the_answer(chain: sj.Chain) -> None:
    probabilities = sj.absorption(chain).probabilities
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_refuses_a_chain_that_never_ends() -> None:
    with pytest.raises(ValueError, match=r"never ends.*stationary"):
        sj.absorption(sj.Chain(["a", "b"], [[0.0, 1], [1.0, 0]]))


def test_refuses_an_end_that_is_none(chain: sj.Chain) -> None:
    with pytest.raises(ValueError, match=r"'a' is left again"):
        sj.absorption(chain).probability("a")
    with pytest.raises(IndexError, match="'nowhere'"):
        sj.absorption(chain).probability("nowhere")


def test_refuses_what_is_no_chain() -> None:
    with pytest.raises(TypeError, match=r"absorption: expected a Chain or a FitResult, found list"):
        sj.absorption([[1.0]])  # type: ignore[arg-type]
