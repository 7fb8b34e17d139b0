"""Journeys counted and counts fitted, and back: simulating the fit and fitting the simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sojourn as sj

NAMES = ["trial", "active", "churn"]
PATHS = [["trial", "active", "active", "churn"], ["trial", "trial", "churn"], ["active", "active"]]


def journeys_of(paths: list[list[str]], value: float | None = None, first: int = 0, **options: Any) -> sj.Journeys:
    customer = [first + i for i, path in enumerate(paths) for _ in path]
    time = [t for path in paths for t in range(len(path))]
    state = [name for path in paths for name in path]
    money = None if value is None else [value if name == "active" else 0.0 for name in state]
    if "lifecycle" not in options:
        options = {"states": NAMES, "exits": ["churn"], **options}
    return sj.journeys(customer=customer, time=time, state=state, value=money, **options)


@pytest.fixture
def counts() -> sj.Counts:
    return sj.count(journeys_of(PATHS, value=10.0))


def test_counting_is_counting(counts: sj.Counts) -> None:
    assert counts.moves.tolist() == [[1, 1, 1], [0, 2, 1], [0, 0, 0]]
    assert counts.visits.tolist() == [3, 4, 2]
    assert counts.starts.tolist() == [2, 1, 0]
    assert counts.lasts.tolist() == [0, 1, 2]
    assert (counts.n_moves, counts.n_journeys, counts.n_customers) == (6, 3, 3)
    assert counts.values.to_dict() == {"trial": 0.0, "active": 40.0, "churn": 0.0}
    assert counts.mean_rewards().per_state["active"] == 10.0
    assert counts.mean_rewards_error()["active"] == pytest.approx(0.0, abs=1e-12)
    assert counts.start_distribution()["trial"] == pytest.approx(2 / 3, rel=1e-15)
    assert counts.period.is_step


def test_dwell_is_the_length_of_stays(counts: sj.Counts) -> None:
    dwell = counts.dwell["active"]
    assert dwell.completed.tolist() == [0, 1]
    assert dwell.open.tolist() == [0, 1]
    assert counts.dwell["trial"].completed.tolist() == [1, 1]


def test_counts_are_read_only(counts: sj.Counts) -> None:
    for array in (counts.moves, counts.visits, counts.starts, counts.lasts):
        assert not array.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 9


def test_a_log_is_counted_at_once(counts: sj.Counts) -> None:
    customer = [i for i, path in enumerate(PATHS) for _ in path]
    found = sj.count(
        {"who": customer, "when": list(range(len(customer))), "what": [s for p in PATHS for s in p]},
        customer="who",
        time="when",
        state="what",
        states=NAMES,
        exits=["churn"],
    )
    assert (found.moves == counts.moves).all()


def test_count_tells_what_it_lacks_and_what_is_too_much() -> None:
    with pytest.raises(TypeError, match="a log needs customer=, time="):
        sj.count({"a": [1]}, state="a")
    with pytest.raises(TypeError, match="leave period= out"):
        sj.count(journeys_of(PATHS), period="month")


@given(
    st.lists(st.lists(st.sampled_from(["trial", "active"]), min_size=1, max_size=6), min_size=2, max_size=8), st.data()
)
def test_counts_of_parts_add_up_to_the_counts_of_the_whole(paths: list[list[str]], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(paths) - 1))
    parts = sj.count(journeys_of(paths[:cut])) + sj.count(journeys_of(paths[cut:], first=cut))
    assert parts == sj.count(journeys_of(paths))


def test_counts_over_other_states_or_clocks_do_not_add_up(counts: sj.Counts) -> None:
    with pytest.raises(ValueError, match="only counts over one lifecycle add up"):
        counts + sj.Counts(sj.six_stages(), "step")
    with pytest.raises(ValueError, match="month"):
        counts + sj.Counts(counts.lifecycle, "month")
    with pytest.raises(TypeError):
        counts + 1  # type: ignore[operator]
    assert counts + sj.Counts(counts.lifecycle, "step") == counts


def test_a_fit_is_the_share_of_moves(counts: sj.Counts) -> None:
    fit = sj.fit_chain(counts)
    assert np.allclose(fit.chain.transition_matrix, [[1 / 3, 1 / 3, 1 / 3], [0, 2 / 3, 1 / 3], [0, 0, 1]], rtol=1e-15)
    assert fit.states == counts.states
    assert fit.period == counts.period
    assert fit.counts == counts
    assert fit.report.moves_used == 6
    assert fit.report.n_parameters == 4
    assert fit.report.rows_without_data == []
    likelihood = 3 * np.log(1 / 3) + 2 * np.log(2 / 3) + np.log(1 / 3)
    assert fit.report.log_likelihood == pytest.approx(likelihood, rel=1e-14)
    assert sj.data.log_likelihood(counts.moves, fit.chain) == pytest.approx(likelihood, rel=1e-14)
    assert sj.fit_chain(journeys_of(PATHS, value=10.0)) == fit


def test_no_chain_is_more_likely_than_the_fitted_one(counts: sj.Counts) -> None:
    fit = sj.fit_chain(counts)
    for row in ([0.4, 0.3, 0.3], [0.2, 0.4, 0.4], [0.3, 0.4, 0.3]):
        assert sj.data.log_likelihood(counts.moves, fit.chain.with_row("trial", row)) < fit.report.log_likelihood


def test_smoothing_adds_to_every_allowed_move(counts: sj.Counts) -> None:
    fit = sj.fit_chain(counts, smoothing=1.0)
    assert fit.posterior.tolist() == [[2, 2, 2], [1, 3, 2], [0, 0, 0]]
    assert np.allclose(fit.chain.transition_matrix[1], [1 / 6, 3 / 6, 2 / 6], rtol=1e-15)
    assert fit.chain.absorbing_states == ["churn"]
    assert fit.report.smoothing == 1.0
    assert not fit.posterior.flags.writeable
    assert not fit.standard_errors.flags.writeable


def test_a_prior_of_ones_is_smoothing_by_one(counts: sj.Counts) -> None:
    by_prior = sj.fit_chain(counts, prior=np.ones((3, 3)))
    assert (by_prior.chain.transition_matrix == sj.fit_chain(counts, smoothing=1.0).chain.transition_matrix).all()
    assert by_prior.report.has_prior


def test_the_mode_with_a_flat_prior_is_the_share_of_moves(counts: sj.Counts) -> None:
    mode = sj.fit_chain(counts, smoothing=1.0, estimate="mode")
    assert np.allclose(mode.chain.transition_matrix, sj.fit_chain(counts).chain.transition_matrix, rtol=1e-14)
    assert mode.report.estimate == "mode"
    with pytest.raises(ValueError, match="the mode needs a prior of at least 1 per allowed move"):
        sj.fit_chain(counts, estimate="mode")


def test_standard_errors_are_those_of_the_posterior(counts: sj.Counts) -> None:
    fit = sj.fit_chain(counts, smoothing=1.0)
    for i in range(2):
        covariance = sj.data.dirichlet_covariance(fit.posterior[i])
        assert np.allclose(fit.standard_errors[i], np.sqrt(np.diag(covariance)), rtol=1e-12)
        assert np.allclose(covariance.sum(axis=1), 0.0, atol=1e-15)
    assert (fit.standard_errors[2] == 0.0).all()


def test_a_row_without_data_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"fit_chain: no move out of 'active' was observed.*rows_without_data"):
        sj.fit_chain(journeys_of([["trial", "churn"]]))


def test_a_row_without_data_is_filled_as_asked() -> None:
    journeys = journeys_of([["trial", "trial", "churn"]])
    parent = sj.fit_chain(journeys_of(PATHS))
    absorbed = sj.fit_chain(journeys, rows_without_data="absorb")
    assert absorbed.chain.transition_matrix[1].tolist() == [0.0, 1.0, 0.0]
    prior = sj.fit_chain(journeys, rows_without_data="prior", smoothing=1.0)
    assert np.allclose(prior.chain.transition_matrix[1], 1 / 3, rtol=1e-15)
    for source in (parent, parent.chain):
        lent = sj.fit_chain(journeys, rows_without_data="parent", parent=source)
        assert (lent.chain.transition_matrix[1] == parent.chain.transition_matrix[1]).all()
        assert lent.report.rows_without_data == ["active"]
        assert lent.report.filled_by == "parent"


def test_moves_that_the_lifecycle_forbids_are_refused_or_dropped() -> None:
    paths = [["active", "silent_1", "silent_1", "active"], ["active", "silent_1", "silent_2", "churn"]]
    paths.append(["active", "silent_1", "active", "active", "silent_1", "silent_2", "active"])
    journeys = journeys_of(paths, lifecycle=sj.chain.recency(2))
    with pytest.raises(ValueError, match=r"fit_chain: .*forbids.*'silent_1'.*drop"):
        sj.fit_chain(journeys)
    fit = sj.fit_chain(journeys, forbidden="drop")
    assert fit.report.moves_dropped == 1
    assert fit.report.moves_used == 11
    assert fit.chain.probability("silent_1", "silent_1") == 0.0


def test_a_period_puts_events_on_a_grid() -> None:
    journeys = sj.journeys(
        customer=[1, 1, 1, 2, 2, 2],
        time=["2024-01-01", "2024-02-01", "2024-04-10", "2024-01-15", "2024-03-01", "2024-06-01"],
        state=["trial", "active", "churn", "trial", "active", "active"],
        states=NAMES,
        exits=["churn"],
    )
    fit = sj.fit_chain(journeys, period="month")
    assert fit.period == sj.Period("month")
    assert fit == sj.fit_chain(sj.on_grid(journeys, period="month"))
    with pytest.raises(ValueError, match=r"'step'.*'month'.*grid"):
        sj.fit_chain(sj.count(journeys), period="month")


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"smoothing": -1.0}, ValueError, "smoothing: -1"),
        ({"smoothing": float("nan")}, ValueError, "smoothing: nan"),
        ({"smoothing": float("inf")}, ValueError, "smoothing: inf"),
        ({"smoothing": "1"}, TypeError, "smoothing"),
        ({"prior": np.ones((2, 3))}, ValueError, r"prior: expected shape \(3, 3\), found \(2, 3\)"),
        ({"prior": -np.ones((3, 3))}, ValueError, "prior: 'trial' → 'trial' has -1"),
        ({"prior": np.full((3, 3), np.nan)}, ValueError, "prior: 'trial' → 'trial' has nan"),
        ({"prior": "flat"}, TypeError, "prior: expected numbers"),
        ({"estimate": "median"}, ValueError, "estimate: expected one of 'mean', 'mode', found 'median'"),
        ({"rows_without_data": "guess"}, ValueError, "rows_without_data: expected one of .*'guess'"),
        ({"rows_without_data": "parent"}, ValueError, "parent chain, but there is none"),
        ({"forbidden": "allow"}, ValueError, "forbidden: expected one of .*'allow'"),
        ({"parent": 3}, TypeError, "parent: expected a Chain or a FitResult, found int"),
        ({"period": 30}, ValueError, "period: 30 has no unit"),
    ],
)
def test_options_that_make_no_sense_are_refused_by_name(
    counts: sj.Counts, options: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        sj.fit_chain(counts, **options)


@pytest.mark.parametrize("wrong", [None, "log", [[1, 2]], 3])
def test_something_that_is_no_counts_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="fit_chain: expected Counts or Journeys, found"):
        sj.fit_chain(wrong)


@pytest.mark.parametrize("wrong", [[[0.5, 0], [0, 0]], [[-1, 0], [0, 0]], [[np.nan, 0], [0, 0]], [[1e300, 0], [0, 0]]])
def test_a_likelihood_is_of_whole_moves(wrong: Any) -> None:
    chain = sj.Chain(["a", "b"], [[0.5, 0.5], [0.0, 1.0]])
    with pytest.raises(ValueError, match="moves: expected whole numbers of at least 0"):
        sj.data.log_likelihood(wrong, chain)


@st.composite
def leaky_chains(draw: st.DrawFn) -> sj.Chain:
    """2 to 5 states, the last one the exit; every row leaks at least a little."""
    n = draw(st.integers(2, 5))
    rows = []
    for _ in range(n - 1):
        weights = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), dtype=float)
        weights[-1] += 2.0
        rows.append(weights / weights.sum())
    rows.append(np.eye(n)[-1])
    return sj.Chain([*(f"s{i}" for i in range(n - 1)), "churn"], rows, period="month")


@settings(max_examples=40, deadline=None)
@given(leaky_chains(), st.integers(0, 2**64 - 1))
def test_simulating_and_fitting_recovers_the_chain_within_sampling_error(chain: sj.Chain, seed: int) -> None:
    n = chain.n_states
    start = np.append(np.full(n - 1, 1.0 / (n - 1)), 0.0)
    run = sj.simulate(chain, customers=5000, start=start, outputs="journeys", seed=seed)
    fit = sj.fit_chain(run.journeys())
    assert fit.period == chain.period
    p = chain.transition_matrix
    trials = np.maximum(fit.counts.moves.sum(axis=1, keepdims=True), 1)
    error = np.sqrt(p * (1.0 - p) / trials)
    assert (np.abs(fit.chain.transition_matrix - p) <= 6.0 * error + 1.0 / trials + 1e-12).all()
    assert not fit.chain.transition_matrix[p == 0.0].any()
    assert fit.counts.n_customers == 5000
    assert fit.counts.starts.sum() == 5000


def test_standard_errors_are_the_spread_of_repeated_fits() -> None:
    chain = sj.Chain(NAMES, [[0.5, 0.4, 0.1], [0.0, 0.8, 0.2], [0.0, 0.0, 1.0]])
    fits = [
        sj.fit_chain(sj.simulate(chain, customers=300, outputs="journeys", seed=seed).journeys()) for seed in range(200)
    ]
    spread = np.std([fit.chain.transition_matrix for fit in fits], axis=0)
    told = np.mean([fit.standard_errors for fit in fits], axis=0)
    moving = chain.transition_matrix * (1 - chain.transition_matrix) > 0
    assert np.allclose(told[moving], spread[moving], rtol=0.2)
