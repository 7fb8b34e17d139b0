"""Chains from SciPy sparse matrices: the same answers as from full ones, in memory that follows their moves."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp

import sojourn as sj


def random_moves(n: int, moves: int = 4, churn: float = 0.1, seed: int = 1) -> sp.csr_array:
    """Moves to random states; the last state is an exit."""
    random = np.random.default_rng(seed)
    weights = random.exponential(size=(n - 1, moves))
    weights *= (1 - churn) / weights.sum(axis=1, keepdims=True)
    rows = np.repeat(np.arange(n - 1), moves)
    columns = random.integers(0, n - 1, size=rows.size)
    body = sp.coo_array((weights.ravel(), (rows, columns)), shape=(n, n))
    leaving = sp.coo_array((np.append(np.full(n - 1, churn), 1.0), (np.arange(n), np.full(n, n - 1))), shape=(n, n))
    return sp.csr_array(body + leaving)


def names(n: int) -> list[str]:
    return [f"s{i}" for i in range(n)]


@pytest.fixture
def sparse() -> sj.Chain:
    return sj.Chain(names(60), random_moves(60), period="month")


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil"])
def test_takes_every_sparse_format(form: str) -> None:
    matrix = random_moves(20)
    chain = sj.Chain(names(20), matrix.asformat(form))
    assert chain.is_sparse
    assert chain == sj.Chain(names(20), matrix.toarray())


def test_duplicate_entries_are_summed_as_scipy_does() -> None:
    matrix = sp.coo_array(([0.5, 0.25, 0.25, 1.0], ([0, 0, 0, 1], [0, 1, 1, 1])), shape=(2, 2))
    chain = sj.Chain(["a", "b"], matrix)
    assert chain.probability("a", "b") == 0.5
    assert matrix.nnz == 4  # the caller's matrix is left alone


def test_gives_a_sparse_matrix_back(sparse: sj.Chain) -> None:
    matrix = sparse.transition_matrix
    assert sp.issparse(matrix)
    np.testing.assert_array_equal(matrix.toarray(), sparse.to_dense().transition_matrix)
    assert sparse.to_dense().to_sparse() == sparse
    assert not sparse.to_dense().is_sparse
    assert sparse.n_moves == np.count_nonzero(matrix.toarray())
    assert repr(sparse) == "Chain(60 states, sparse, period='month')"
    assert "kept sparse" in str(sparse)


def test_answers_are_those_of_the_full_chain(sparse: sj.Chain) -> None:
    full = sparse.to_dense()
    rewards = np.append(np.linspace(-2, 9, 59), 0)
    a = sj.lifetime_value(sparse, rewards, annual_discount_rate=0.1)
    b = sj.lifetime_value(full, rewards, annual_discount_rate=0.1)
    np.testing.assert_allclose(a.mean, b.mean, rtol=1e-10)
    np.testing.assert_allclose(a.std, b.std, rtol=1e-10)
    ends, full_ends = sj.absorption(sparse), sj.absorption(full)
    np.testing.assert_allclose(ends.expected_time, full_ends.expected_time, rtol=1e-10)
    np.testing.assert_allclose(ends.expected_visits_from("s7"), full_ends.expected_visits[7], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(sj.hitting(sparse, ["s3"]).probability, sj.hitting(full, ["s3"]).probability, rtol=1e-10)
    np.testing.assert_allclose(
        sj.first_passage(sparse, ["s3"], horizon=6).probabilities,
        sj.first_passage(full, ["s3"], horizon=6).probabilities,
        rtol=1e-12,
    )
    stock = np.arange(60.0)
    np.testing.assert_allclose(sj.forecast(sparse, stock, periods=5), sj.forecast(full, stock, periods=5), rtol=1e-12)
    assert sj.structure(sparse).absorbing_states == ["s59"]
    assert [lever.from_state for lever in a.sensitivity("s0").levers()][:1]


def test_rewards_of_moves_may_be_sparse() -> None:
    n = 5000
    chain = sj.Chain(names(n), random_moves(n))
    to = int(chain.transition_matrix[[0], :].indices[0])
    amounts = sp.csr_array(([5.0], ([0], [to])), shape=(n, n))
    given = sj.Rewards(names(n), np.zeros(n), amounts)
    named = sj.Rewards(names(n), {("s0", f"s{to}"): 5.0})
    assert given == named
    assert sp.issparse(given.per_move)
    value = sj.lifetime_value(chain, given, discount_factor=0.9, horizon=1)
    assert value.mean["s0"] == pytest.approx(0.9 * 5.0 * chain.probability(0, to))


def test_what_needs_the_full_matrix_is_refused_by_name(sparse: sj.Chain) -> None:
    with pytest.raises(ValueError, match=r"kept sparse.*to_dense"):
        sparse.after(2)
    with pytest.raises(ValueError, match=r"partial.*levers"):
        _ = sj.lifetime_value(sparse, np.zeros(60), discount_factor=0.9).sensitivity("s0").partial


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m * 0.5, r"row 's0' sums to 0.5"),
        (lambda m: m[:-1], r"expected shape \(20, 20\).*\(19, 20\)"),
        (lambda m: m * np.nan, r"row 's0' holds nan"),
        (lambda m: -m, r"row 's0' holds -"),
    ],
)
def test_a_sparse_matrix_is_checked_as_a_full_one(change, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        sj.Chain(names(20), change(random_moves(20)))


def test_pickles(sparse: sj.Chain) -> None:
    back = pickle.loads(pickle.dumps(sparse))
    assert back == sparse
    assert back.is_sparse


def test_a_hundred_thousand_states() -> None:
    n = 100_000
    chain = sj.Chain(names(n), random_moves(n, moves=8, churn=0.01), period="month")
    rewards = np.append(np.linspace(0, 10, n - 1), 0)
    value = sj.lifetime_value(chain, rewards, discount_factor=0.99)
    v = np.asarray(value.mean)
    np.testing.assert_allclose(v, rewards + 0.99 * (chain.transition_matrix @ v), rtol=1e-11)
    accuracy = value.accuracy()
    assert 0 <= accuracy.residual <= accuracy.error_bound < 1e-9 * v.max()
    # Everybody leaves with the same chance.
    np.testing.assert_allclose(np.asarray(sj.absorption(chain).expected_time)[:-1], 100.0, rtol=1e-10)
    assert "more rows" in str(value)


def test_small_sparse_chains_are_drawn_and_large_ones_refused() -> None:
    pytest.importorskip("matplotlib").use("Agg")
    small = sj.Chain(names(6), random_moves(6))
    large = sj.Chain(names(2000), random_moves(2000))
    for draw in (sj.plot.graph, sj.plot.heatmap):
        draw(small)
        with pytest.raises(ValueError, match="2,000 states are too many"):
            draw(large)
    sj.plot.value(sj.lifetime_value(small, np.arange(6.0), discount_factor=0.9))
    with pytest.raises(ValueError, match="2,000 states are too many"):
        sj.plot.value(sj.lifetime_value(large, np.zeros(2000), discount_factor=0.9))


def test_a_notebook_shows_sparse_and_large_results_shortly() -> None:
    chain = sj.Chain(names(5000), random_moves(5000))
    assert "5,000 states" in chain._repr_html_()
    value = sj.lifetime_value(chain, np.zeros(5000), discount_factor=0.9)
    assert len(value._repr_html_()) < 30_000
    assert len(value.mean._repr_html_()) < 30_000


def test_a_full_matrix_that_does_not_fit_is_refused() -> None:
    n = 40_000
    line = sp.csr_array((np.ones(n), (np.arange(n), np.minimum(np.arange(n) + 1, n - 1))), shape=(n, n))
    chain = sj.Chain(names(n), line)
    with pytest.raises(ValueError, match=r"to_dense.*40,000 states"):
        chain.to_dense()
    with pytest.raises(ValueError, match="kept sparse"):
        chain.after(3)
    with pytest.raises(ValueError, match="kept sparse"):
        sj.path.mixing_time(sj.Chain(names(30), random_moves(30)))


@pytest.mark.parametrize("place", [7, -1, 100_000_000])
def test_an_index_outside_the_matrix_is_refused(place: int) -> None:
    matrix = sp.csr_matrix([[0.5, 0.5], [0.0, 1.0]])
    matrix.indices[0] = place
    with pytest.raises(ValueError, match="transition_matrix: its indices do not fit its shape"):
        sj.Chain(["a", "b"], matrix, period="month")
