"""How fast are exact answers? Ours beside NumPy, SciPy, QuantEcon.py, PyDTMC and deeptime, in one process.

``pip install 'sojourn[bench]'``, then ``python benchmarks/exact.py``. Contestants take turns, and the best round of
each counts, so that ratios hold on a busy machine. Every answer is compared with ours, so that a wrong one cannot be
fast. A peer that is not installed is named and left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from common import (
    NEVER_SLOWER,
    Ask,
    Contestant,
    Floats,
    Goal,
    Table,
    answer,
    at_most,
    deeptime,
    dense_matrix,
    each,
    machine,
    names,
    parser,
    pydtmc,
    quantecon,
    race,
    scipy_linalg,
    scipy_sparse,
    seconds,
    sparse_matrix,
    times,
)

import sojourn as sj

FACTOR = 0.95
HORIZON = 60
TABLE = Table(
    ("question", "states", "ours", "peer", "its time", "ratio", "goal", "difference"), (34, 8, 10, 34, 10, 8, 24, 10)
)


def difference(a: Any, b: Any) -> str:
    """The largest difference of two answers, as a share of the largest entry."""
    left, right = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if left.shape != right.shape:
        return f"shapes {left.shape} {right.shape}"
    return f"{np.abs(left - right).max() / max(np.abs(left).max(), 1e-300):.0e}"


def compare(
    question: str,
    n: int,
    ours: Ask,
    peers: dict[str, Ask | str],
    goals: dict[str, Goal] | None = None,
    rounds: int = 9,
    difference_of: Callable[[Any, Any], str] = difference,
) -> None:
    """One line per peer. A peer given as text is left out, and the text says why."""
    me = Contestant("ours", ours)
    others = [Contestant(name, ask) for name, ask in peers.items() if callable(ask)]
    race([me, *others], rounds)
    for other in others:
        ratio = other.best / me.best
        goal = (goals or {}).get(other.name)
        TABLE.show(
            (
                question,
                f"{n:,}",
                seconds(me.best),
                other.name,
                seconds(other.best),
                f"{ratio:.3g}",
                goal.verdict(ratio) if goal else "",
                difference_of(me.answer, other.answer),
            )
        )
    for name, reason in peers.items():
        if not callable(reason):
            TABLE.show((question, f"{n:,}", seconds(me.best), name, "-", "-", reason, "-"))


def rewards_of(n: int) -> Floats:
    """Currency per period, nothing in the exit."""
    r = np.random.default_rng(n + 1).uniform(0.0, 10.0, n)
    r[-1] = 0.0
    return r


# --- questions --------------------------------------------------------------------------------------------------------


def value_dense(n: int) -> None:
    """The value for life."""
    P, r = dense_matrix(n), rewards_of(n)
    chain = sj.Chain(names(n), P)
    rewards = sj.Rewards(chain.states, r)
    eye = np.eye(n)
    peers: dict[str, Ask | str] = {"NumPy solve": lambda: np.linalg.solve(eye - FACTOR * P, r)}
    goals = {"NumPy solve": NEVER_SLOWER}
    if quantecon:
        process = quantecon.markov.DiscreteDP(r[:, None], P[:, None, :], FACTOR)
        policy = np.zeros(n, dtype=int)
        peers["QuantEcon evaluate_policy"] = lambda: process.evaluate_policy(policy)
        goals["QuantEcon evaluate_policy"] = NEVER_SLOWER
    compare(
        "value",
        n,
        lambda: np.asarray(sj.lifetime_value(chain, rewards, discount_factor=FACTOR).mean),
        peers,
        goals,
        rounds=15,
    )


def value_sparse(n: int) -> None:
    """The same over eight moves per state."""
    P, r = sparse_matrix(n), rewards_of(n)
    chain = sj.Chain(names(n), P)
    rewards = sj.Rewards(chain.states, r)
    system = scipy_sparse.eye_array(n, format="csr") - FACTOR * P
    goal = times(2.0) if n == 5000 else NEVER_SLOWER

    def from_chain() -> Floats:
        A = scipy_sparse.eye_array(n, format="csr") - FACTOR * P
        return np.asarray(scipy_linalg.bicgstab(A, r, rtol=1e-12, atol=0.0)[0])

    compare(
        "value, 8 moves per state",
        n,
        lambda: np.asarray(sj.lifetime_value(chain, rewards, discount_factor=FACTOR).mean),
        {
            "SciPy bicgstab": from_chain,
            "SciPy bicgstab, system ready": lambda: scipy_linalg.bicgstab(system, r, rtol=1e-12, atol=0.0)[0],
            "SciPy spsolve": "left out: fills in",
            "QuantEcon evaluate_policy": "left out: by spsolve",
        },
        {"SciPy bicgstab": goal, "SciPy bicgstab, system ready": goal},
        rounds=9,
    )


def pydtmc_chain(P: Floats) -> Any:
    """The chain of PyDTMC; making it is not timed."""
    return pydtmc.MarkovChain(P, names(len(P)))


def time_dense(n: int) -> None:
    """Expected periods until the exit."""
    P = dense_matrix(n)
    chain = sj.Chain(names(n), P)
    eye, ones = np.eye(n - 1), np.ones(n - 1)
    peers: dict[str, Ask | str] = {
        "NumPy solve": lambda: np.append(np.linalg.solve(eye - P[:-1, :-1], ones), 0.0),
    }
    goals = {"NumPy solve": NEVER_SLOWER}
    if deeptime:
        peers["deeptime mfpt"] = lambda: deeptime.mfpt(P, [n - 1])
        goals["deeptime mfpt"] = NEVER_SLOWER
    if pydtmc and n <= 1000:
        model = pydtmc_chain(P)
        peers["PyDTMC hitting_times"] = lambda: model.hitting_times(["churn"])
        goals["PyDTMC hitting_times"] = times(50.0) if n == 1000 else NEVER_SLOWER
    elif pydtmc:
        peers["PyDTMC hitting_times"] = "left out: its chain takes minutes"
    compare("time to the end", n, lambda: np.asarray(sj.hitting(chain, "churn").expected_time()), peers, goals, 15)


def time_sparse(n: int) -> None:
    """The same over eight moves per state."""
    P = sparse_matrix(n)
    chain = sj.Chain(names(n), P)
    ones = np.ones(n - 1)

    def by_scipy() -> Floats:
        A = scipy_sparse.eye_array(n - 1, format="csr") - P[:-1, :-1]
        return np.append(scipy_linalg.bicgstab(A, ones, rtol=1e-12, atol=0.0)[0], 0.0)

    compare(
        "time to the end, 8 moves per state",
        n,
        lambda: np.asarray(sj.hitting(chain, "churn").expected_time()),
        {"SciPy bicgstab": by_scipy, "deeptime mfpt": "left out: by spsolve"},
        {"SciPy bicgstab": NEVER_SLOWER},
    )


def absorption_dense(n: int) -> None:
    """Times, their variances and where it ends."""
    P = dense_matrix(n)
    chain = sj.Chain(names(n), P)
    eye = np.eye(n - 1)

    def ours() -> Floats:
        answer = sj.absorption(chain)
        return np.stack([np.asarray(answer.expected_time), np.asarray(answer.time_variance)])

    def by_numpy() -> Floats:
        A = eye - P[:-1, :-1]
        time_and_end = np.linalg.solve(A, np.stack([np.ones(n - 1), P[:-1, -1]], axis=1))
        t = time_and_end[:, 0]
        variance = np.linalg.solve(A, 2.0 * t - 1.0) - t * t
        return np.stack([np.append(t, 0.0), np.append(variance, 0.0)])

    compare("times, variances, ends", n, ours, {"NumPy solve, twice": by_numpy})


def fundamental(n: int) -> None:
    """All expected visits."""
    P = dense_matrix(n)
    chain = sj.Chain(names(n), P)
    eye = np.eye(n - 1)
    peers: dict[str, Ask | str] = {"NumPy inv": lambda: np.linalg.inv(eye - P[:-1, :-1])}
    goals = {"NumPy inv": at_most(4.0)} if n > 256 else {}
    if pydtmc and n <= 256:
        model = pydtmc_chain(P)
        peers["PyDTMC fundamental_matrix"] = lambda: pydtmc_uncached(model, "fundamental_matrix")
    compare(
        "fundamental matrix", n, lambda: sj.absorption(chain).fundamental_matrix, peers, goals, 9 if n < 1000 else 5
    )


def pydtmc_uncached(model: Any, name: str) -> Any:
    """A property that PyDTMC keeps, computed anew."""
    model.__dict__.pop(name, None)
    return getattr(model, name)


def passage_law(n: int) -> None:
    """The law of the first passage to the exit over sixty periods, from every state."""
    P = dense_matrix(n)
    chain = sj.Chain(names(n), P)

    def by_numpy() -> Floats:
        law = np.empty((HORIZON, n))
        law[0] = P[:, -1]
        Q = P[:, :-1]
        for t in range(1, HORIZON):
            law[t] = Q @ law[t - 1, :-1]
        return law

    peers: dict[str, Ask | str] = {"NumPy, a product per period": by_numpy}
    if pydtmc and n <= 256:
        model = pydtmc_chain(P)
        peers["PyDTMC, from one state only"] = lambda: model.first_passage_probabilities(HORIZON, 0, n - 1)
    compare(
        "first-passage law, 60 periods",
        n,
        lambda: sj.first_passage(chain, "churn", horizon=HORIZON).probabilities,
        peers,
        {"NumPy, a product per period": NEVER_SLOWER},
        difference_of=lambda a, b: difference(a if b.ndim == 2 else a[:, 0], b.ravel() if b.ndim == 1 else b),
    )


def passage_law_sparse(n: int) -> None:
    """The same over eight moves per state."""
    P = sparse_matrix(n)
    chain = sj.Chain(names(n), P)

    def by_scipy() -> Floats:
        law = np.empty((HORIZON, n))
        f = P[:, [n - 1]].toarray().ravel()
        law[0] = f
        for t in range(1, HORIZON):
            f = f.copy()
            f[-1] = 0.0
            f = P @ f
            law[t] = f
        return law

    compare(
        "first-passage law, 60 periods",
        n,
        lambda: sj.first_passage(chain, "churn", horizon=HORIZON).probabilities,
        {"SciPy, a product per period": by_scipy},
        {"SciPy, a product per period": NEVER_SLOWER},
        rounds=7,
    )


def passage_pairs(n: int) -> None:
    """Expected times from every state to every other, in a chain without an exit."""
    P = dense_matrix(n + 1)[:-1, :-1]
    P /= P.sum(axis=1, keepdims=True)
    chain = sj.Chain([f"s{i}" for i in range(n)], P)
    eye = np.eye(n)

    def by_numpy() -> Floats:
        A = eye - P
        A[:, -1] = 1.0
        pi = np.linalg.solve(A.T, eye[-1])
        Z = np.linalg.inv(eye - P + pi[None, :])
        return (np.diag(Z)[None, :] - Z) / pi[None, :]

    peers: dict[str, Ask | str] = {"NumPy inv": by_numpy}
    goals = {"NumPy inv": at_most(4.0)} if n > 256 else {}
    compare(
        "passage times, all pairs",
        n,
        lambda: sj.path.mean_passage_times(chain),
        peers,
        goals,
        9 if n < 1000 else 5,
        difference_of=lambda a, b: difference(a - np.diag(np.diag(a)), b - np.diag(np.diag(b))),
    )


def sensitivities(n: int) -> None:
    """The value with all its derivatives by moves, against the value alone and against NumPy."""
    P, r = dense_matrix(n), rewards_of(n)
    chain = sj.Chain(names(n), P)
    rewards = sj.Rewards(chain.states, r)
    eye = np.eye(n)
    start = np.zeros(n)
    start[0] = 1.0

    def ours() -> Floats:
        value = sj.lifetime_value(chain, rewards, discount_factor=FACTOR)
        return sj.sensitivity(value, start).partial

    def by_numpy() -> Floats:
        A = eye - FACTOR * P
        return FACTOR * np.outer(np.linalg.solve(A.T, start), np.linalg.solve(A, r))

    def value_alone() -> None:
        sj.lifetime_value(chain, rewards, discount_factor=FACTOR)

    compare(
        "value and all n² derivatives",
        n,
        ours,
        {"ours, the value alone": value_alone, "NumPy, two solves": by_numpy},
        {"ours, the value alone": at_most(1.5), "NumPy, two solves": NEVER_SLOWER},
        rounds=15,
        difference_of=lambda a, b: "-" if b is None else difference(np.where(P > 0.0, a, 0.0), np.where(P > 0.0, b, 0)),
    )


def draws() -> None:
    """Ten thousand chains of twelve states from the posterior, each valued."""
    n, n_draws = 12, 10_000
    chain = sj.Chain(names(n), dense_matrix(n))
    start = np.append(np.full(n - 1, 1.0 / (n - 1)), 0.0)
    journeys = sj.simulate(chain, customers=2000, start=start, seed=1, outputs=("journeys",)).journeys()
    fit = sj.fit_chain(journeys, smoothing=0.5)
    r = rewards_of(n)
    value = sj.lifetime_value(fit, sj.Rewards(fit.states, r), discount_factor=FACTOR)
    alpha = np.array(fit.posterior)
    known = ~(alpha.sum(axis=1) > 0.0)
    eye = np.eye(n)

    def by_numpy() -> Floats:
        gammas = np.random.default_rng(7).standard_gamma(alpha, (n_draws, n, n))
        gammas[:, known] = fit.chain.transition_matrix[known]
        P = gammas / gammas.sum(axis=2, keepdims=True)
        return np.linalg.solve(eye - FACTOR * P, np.broadcast_to(r[:, None], (n_draws, n, 1)))[:, :, 0]

    def apart(ours: Any, peer: Any) -> str:
        """Their means and spreads, in standard errors."""
        error = np.sqrt((ours.var(axis=0) + peer.var(axis=0)) / n_draws)[:-1]
        return f"z {np.abs((ours.mean(axis=0) - peer.mean(axis=0))[:-1] / error).max():.1f}"

    for threads, words in ((1, "1 thread"), (None, "all threads")):
        compare(
            f"10,000 posterior values, {words}",
            n,
            lambda threads=threads: sj.posterior(value, draws=n_draws, seed=7, threads=threads).draws,
            {"NumPy standard_gamma, batched solve": by_numpy},
            {"NumPy standard_gamma, batched solve": times(3.0)},
            difference_of=apart,
        )


def law() -> None:
    """The law of the value on a grid, against simulated journeys."""
    n = 12
    chain = sj.Chain(names(n), dense_matrix(n))
    rewards = sj.Rewards(chain.states, rewards_of(n))
    value = sj.lifetime_value(chain, rewards, discount_factor=FACTOR, horizon=HORIZON)
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]

    def ours() -> Any:
        return sj.value_law(value, "s0", grid_points=1024).quantile(levels)

    def simulated(threads: int | None) -> Any:
        return sj.simulate(
            chain,
            rewards=rewards,
            customers=500_000,
            horizon=HORIZON,
            start="s0",
            discount_factor=FACTOR,
            seed=3,
            threads=threads,
        ).value.quantile(levels)

    compare(
        "law of the value, 1,024 points",
        n,
        ours,
        {
            "500,000 journeys of ours, all threads": lambda: simulated(None),
            "500,000 journeys of ours, 1 thread": lambda: simulated(1),
        },
        {"500,000 journeys of ours, all threads": NEVER_SLOWER, "500,000 journeys of ours, 1 thread": NEVER_SLOWER},
    )


QUESTIONS: dict[str, Ask] = {
    "value": each(value_dense, 8, 32, 256, 2000),
    "value-sparse": each(value_sparse, 5000, 10_000, 100_000),
    "time": each(time_dense, 8, 32, 256, 1000, 2000),
    "time-sparse": each(time_sparse, 10_000, 100_000),
    "absorption": each(absorption_dense, 8, 32, 256, 2000),
    "fundamental": each(fundamental, 8, 32, 256, 2000),
    "pairs": each(passage_pairs, 8, 32, 256, 2000),
    "passage": each(passage_law, 8, 32, 256, 2000),
    "passage-sparse": each(passage_law_sparse, 10_000, 100_000),
    "sensitivity": each(sensitivities, 8, 32, 256, 2000),
    "draws": draws,
    "law": law,
}


def main() -> None:
    """Asks the questions named, or all."""
    given = parser("Exact answers, timed beside other tools.", QUESTIONS).parse_args()
    asked = [name for name in given.questions or QUESTIONS if scipy_linalg or "sparse" not in name]
    answer(QUESTIONS, asked, TABLE, given.markdown, machine())


if __name__ == "__main__":
    main()
