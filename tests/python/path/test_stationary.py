"""Where it settles: published numbers and the face of stationary and its neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from anchors import ANCHORS, chain_of, each

import sojourn as sj


@pytest.fixture
def two_ways() -> sj.Chain:
    """From a into a closed pair or an exit."""
    return sj.Chain(
        ["a", "left", "right", "exit"],
        [[0.5, 0.1, 0.1, 0.3], [0, 0.75, 0.25, 0], [0, 0.5, 0.5, 0], [0.0, 0, 0, 1]],
    )


@pytest.fixture
def round_trip() -> sj.Chain:
    return chain_of(next(anchor for anchor in ANCHORS["structures"] if anchor["name"] == "period 3"))


@each("stationary")
def test_published_laws_come_out(anchor: dict[str, Any]) -> None:
    chain = chain_of(anchor)
    settled = sj.stationary(chain)
    tolerance = anchor["tolerance"]
    assert np.abs(np.asarray(settled.distribution) - anchor["distribution"]).max() <= tolerance
    assert [law.period for law in settled.laws] == [anchor["period"]]
    if "mean_passage_times" in anchor:
        assert np.abs(sj.path.mean_passage_times(chain) - anchor["mean_passage_times"]).max() <= tolerance
    if "kemeny_constant" in anchor:
        assert abs(sj.path.kemeny_constant(chain) - anchor["kemeny_constant"]) <= tolerance


def test_the_stationary_law_is_the_left_eigenvector_that_numpy_gives() -> None:
    rng = np.random.default_rng(7)
    matrix = rng.dirichlet(np.ones(9), size=9)
    chain = sj.Chain([f"s{i}" for i in range(9)], matrix)
    values, vectors = np.linalg.eig(matrix.T)
    vector = np.real(vectors[:, np.argmax(np.real(values))])
    np.testing.assert_allclose(sj.stationary(chain).distribution, vector / vector.sum(), rtol=1e-10)
    assert sj.path.spectral_gap(chain) == pytest.approx(1 - np.sort(np.abs(values))[-2])


def test_several_ways_to_settle_give_several_laws_and_a_limit_per_start(two_ways: sj.Chain) -> None:
    settled = sj.stationary(two_ways)
    assert sorted(law.states for law in settled.laws) == [["exit"], ["left", "right"]]
    np.testing.assert_allclose(settled.limit("a"), [0, 0.4 * 2 / 3, 0.4 / 3, 0.6])
    np.testing.assert_allclose(settled.limit({"left": 0.5, "exit": 0.5}), [0, 1 / 3, 1 / 6, 0.5])
    np.testing.assert_allclose(settled.limit([0, 0, 0, 1]), [0, 0, 0, 1])
    assert settled.expected_return_time("left") == pytest.approx(1.5)
    assert settled.states == two_ways.states
    assert repr(settled) == "Stationary(4 states, 2 laws)"


def test_the_limit_is_where_the_powers_go(two_ways: sj.Chain) -> None:
    np.testing.assert_allclose(sj.stationary(two_ways).limit("a"), two_ways.after(4000)[0], atol=1e-12)


def test_passage_times_satisfy_their_equations() -> None:
    rng = np.random.default_rng(8)
    chain = sj.Chain([f"s{i}" for i in range(7)], rng.dirichlet(np.ones(7), size=7))
    times = sj.path.mean_passage_times(chain)
    right = 1 + chain.transition_matrix @ times
    off = ~np.eye(7, dtype=bool)
    np.testing.assert_allclose(times[off], right[off], rtol=1e-12)
    returns = [sj.stationary(chain).expected_return_time(state) for state in chain.states]
    np.testing.assert_allclose(np.diag(right), returns, rtol=1e-12)
    constant = times @ np.asarray(sj.stationary(chain).distribution)
    np.testing.assert_allclose(constant, sj.path.kemeny_constant(chain), rtol=1e-12)


def test_mixing_is_the_first_time_that_is_near_enough() -> None:
    chain = sj.Chain(["a", "b", "c"], [[0.9, 0.1, 0], [0.2, 0.7, 0.1], [0, 0.3, 0.7]])
    law = np.asarray(sj.stationary(chain).distribution)
    for distance in (0.25, 0.1, 0.01):
        time = sj.path.mixing_time(chain, distance)
        far = [0.5 * np.abs(chain.after(t) - law).sum(axis=1).max() for t in (time - 1, time)]
        assert far[0] > distance >= far[1]
    assert sj.path.mixing_time(chain) == sj.path.mixing_time(chain, distance=0.25)


def test_a_chain_that_goes_round_has_a_law_and_never_mixes(round_trip: sj.Chain) -> None:
    assert sj.stationary(round_trip).laws[0].period == 3
    assert sj.path.spectral_gap(round_trip) == 0
    with pytest.raises(ValueError, match="never mixes"):
        sj.path.mixing_time(round_trip)


def test_refuses_one_answer_where_there_are_several(two_ways: sj.Chain) -> None:
    settled = sj.stationary(two_ways)
    with pytest.raises(ValueError, match=r"2 stationary laws.*limit\(start\)"):
        _ = settled.distribution
    for question in (sj.path.kemeny_constant, sj.path.mixing_time):
        with pytest.raises(ValueError, match="2 separate sets"):
            question(two_ways)
    with pytest.raises(ValueError, match="cannot be reached"):
        sj.path.mean_passage_times(two_ways)
    assert sj.path.spectral_gap(two_ways) == 0


def test_refuses_the_return_to_a_state_that_is_left_for_good(two_ways: sj.Chain) -> None:
    settled = sj.stationary(two_ways)
    with pytest.raises(ValueError, match="'a' is left for good"):
        settled.expected_return_time("a")
    with pytest.raises(IndexError, match="'b'"):
        settled.expected_return_time("b")


def test_refuses_a_constant_that_depends_on_the_start() -> None:
    with pytest.raises(ValueError, match="depends on the start"):
        sj.path.kemeny_constant(sj.six_stages().illustrative_chain())


@pytest.mark.parametrize("distance", [0, 1, -0.5, float("nan")])
def test_refuses_a_distance_outside_0_to_1(distance: float) -> None:
    with pytest.raises(ValueError, match="distance"):
        sj.path.mixing_time(sj.Chain(["a", "b"], [[0.5, 0.5], [0.5, 0.5]]), distance)


def test_refuses_a_start_that_is_no_law(two_ways: sj.Chain) -> None:
    with pytest.raises(ValueError, match="start: sums to 2"):
        sj.stationary(two_ways).limit([1, 1, 0, 0])
