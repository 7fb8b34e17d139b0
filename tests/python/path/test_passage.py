"""When it first gets somewhere: published numbers and the face of hitting, first_passage and committor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from anchors import chain_of, each

import sojourn as sj


@pytest.fixture
def chain() -> sj.Chain:
    return sj.Chain(
        ["trial", "active", "loyal", "churn"],
        [[0, 0.5, 0, 0.5], [0, 0.5, 0.25, 0.25], [0, 0, 0.9, 0.1], [0.0, 0, 0, 1]],
        period="month",
    )


@each("first_passages")
def test_published_first_passages_come_out(anchor: dict[str, Any]) -> None:
    published = np.array(anchor["probabilities"])
    chain = chain_of(anchor)
    passage = sj.first_passage(chain, targets=anchor["targets"], horizon=len(published))
    found = np.asarray(passage)[:, chain.states.index(anchor["from"])]
    assert np.abs(found - published).max() <= anchor["tolerance"]


@each("committors")
def test_published_committors_come_out(anchor: dict[str, Any]) -> None:
    found = np.asarray(sj.path.committor(chain_of(anchor), goal=anchor["goal"], other=anchor["other"]))
    assert np.abs(found - anchor["probability"]).max() <= anchor["tolerance"]


def test_the_law_of_a_passage_is_an_array_of_horizon_by_states(chain: sj.Chain) -> None:
    passage = sj.first_passage(chain, targets=["loyal"], horizon=24)
    law = np.asarray(passage)
    assert law.shape == (24, 4)
    assert len(passage) == passage.horizon == 24
    assert np.array_equal(law, passage.probabilities)
    assert not law.flags.writeable
    np.testing.assert_allclose(law.sum(axis=0) + np.asarray(passage.tail), 1, rtol=1e-14)
    np.testing.assert_allclose(passage.cumulative, np.cumsum(law, axis=0), rtol=1e-14)
    np.testing.assert_allclose(law[:3, 1], [0.25, 0.125, 0.0625])
    assert np.asarray(passage, dtype=np.float32).dtype == np.float32
    assert repr(passage) == "FirstPassage(24 periods, 4 states)"


def test_a_first_passage_agrees_with_powers_of_the_chain_stopped_at_the_targets(chain: sj.Chain) -> None:
    onward = chain.transition_matrix.copy()
    onward[:, 2:] = 0
    stopped = np.eye(4)
    law = np.asarray(sj.first_passage(chain, ["loyal", "churn"], horizon=12))
    for t in range(12):
        np.testing.assert_allclose(law[t], stopped @ chain.transition_matrix[:, 2:].sum(axis=1), atol=1e-15)
        stopped = stopped @ onward


@pytest.mark.parametrize("targets", ["loyal", ["loyal"], 2, [2], -2, ("loyal",), np.array([2])])
def test_targets_are_one_state_or_several_by_name_or_position(chain: sj.Chain, targets: Any) -> None:
    hit = sj.hitting(chain, targets)
    assert hit.probability.to_dict() == pytest.approx({"trial": 0.25, "active": 0.5, "loyal": 1, "churn": 0})
    assert np.asarray(sj.first_passage(chain, targets, horizon=2))[0, 1] == 0.25


def test_a_hit_that_some_journeys_miss_has_a_time_among_those_that_do_not(chain: sj.Chain) -> None:
    hit = sj.hitting(chain, "loyal")
    np.testing.assert_allclose(hit.expected_time_if_hit, [3, 2, 0, 0])
    assert hit.is_certain.tolist() == [False, False, True, False]
    assert hit.is_certain.dtype == bool
    with pytest.raises(ValueError, match=r"'trial', 'active' and 'churn'.*never get there"):
        hit.expected_time()


def test_the_time_of_a_certain_hit_is_that_of_absorption(chain: sj.Chain) -> None:
    hit = sj.hitting(chain, ["churn"])
    assert hit.is_certain.all()
    np.testing.assert_allclose(hit.expected_time(), sj.absorption(chain).expected_time, rtol=1e-14)


def test_two_goals_share_the_journeys(chain: sj.Chain) -> None:
    first = np.asarray(sj.path.committor(chain, "loyal", "churn"))
    second = np.asarray(sj.path.committor(chain, "churn", "loyal"))
    np.testing.assert_allclose(first, [0.25, 0.5, 1, 0])
    np.testing.assert_allclose(first + second, 1)


def test_refuses_unknown_targets(chain: sj.Chain) -> None:
    with pytest.raises(IndexError, match="'fan'"):
        sj.hitting(chain, ["loyal", "fan"])
    with pytest.raises(IndexError, match="position 4 is outside 0 to 3"):
        sj.first_passage(chain, [4], horizon=2)
    with pytest.raises(IndexError, match="'fan'"):
        sj.path.committor(chain, goal="fan", other="churn")


def test_refuses_to_go_nowhere(chain: sj.Chain) -> None:
    with pytest.raises(ValueError, match="targets: name at least one state"):
        sj.hitting(chain, [])
    with pytest.raises(TypeError, match="targets: expected a state or a list of states, found NoneType"):
        sj.hitting(chain, None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"found 0\.5"):
        sj.first_passage(chain, [0.5], horizon=3)  # type: ignore[list-item]


@pytest.mark.parametrize("horizon", [0, -1, 10**15])
def test_refuses_a_horizon_below_one_or_beyond_use(chain: sj.Chain, horizon: int) -> None:
    with pytest.raises(ValueError, match="horizon"):
        sj.first_passage(chain, "loyal", horizon=horizon)


def test_refuses_a_horizon_that_is_not_whole(chain: sj.Chain) -> None:
    with pytest.raises(TypeError, match="horizon"):
        sj.first_passage(chain, "loyal", horizon=2.5)  # type: ignore[arg-type]


def test_refuses_goals_that_share_a_state(chain: sj.Chain) -> None:
    with pytest.raises(ValueError, match=r"'churn' stands in goal and in other"):
        sj.path.committor(chain, ["loyal", "churn"], ["churn"])
