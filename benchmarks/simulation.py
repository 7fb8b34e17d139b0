"""How fast do customers walk from Python? `simulate` beside QuantEcon.py, NumPy and PyDTMC, in one process.

``pip install 'sojourn[bench]'``, then ``python benchmarks/simulation.py``. Contestants take turns, and the best round
of each counts, so that ratios hold on a busy machine. Beside every speed stands how far the simulated mean is from the
exact one, in standard errors. A peer that is not installed is named and left out.

A living step is one move drawn for a customer who has not yet left, its discounted reward included. Tools that go on
drawing for customers who have left are also given per path step.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from common import (
    Contestant,
    Goal,
    Table,
    answer,
    dense_matrix,
    each,
    machine,
    names,
    parser,
    peer,
    pydtmc,
    quantecon,
    race,
    scipy_sparse,
    seconds,
    sparse_matrix,
    times,
)

import sojourn as sj

FACTOR = 0.99
HORIZON = 60
ROUNDS = 9
CHURN = (0.03, 0.06)  # some twenty living steps of sixty

tqdm = peer("tqdm")


# --- what was simulated -----------------------------------------------------------------------------------------------


@dataclass
class Walk:
    """Values of some customers, and the moves drawn for them: while they lived, and in all."""

    values: Any
    living_steps: int
    path_steps: int


class Case:
    """A chain whose last state is the exit, with rewards; customers start in the first state."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.P = (dense_matrix if n <= 32 else sparse_matrix)(n, *CHURN)
        self.r = np.linspace(1.0, 10.0, n)
        self.r[-1] = 0.0
        self.chain = sj.Chain(names(n), self.P)
        self.rewards = sj.Rewards(self.chain.states, self.r)
        value = sj.lifetime_value(self.chain, self.rewards, discount_factor=FACTOR, horizon=HORIZON)
        self.exact = float(np.asarray(value.mean)[0])

    def simulate(self, customers: int, **options: Any) -> Any:
        """Ours."""
        return sj.simulate(
            self.chain, customers, horizon=HORIZON, rewards=self.rewards, discount_factor=FACTOR, seed=self.n, **options
        )

    def z(self, values: Any) -> str:
        """How far the mean is from the exact one, in standard errors."""
        return f"{(values.mean() - self.exact) / (values.std(ddof=1) / np.sqrt(len(values))):+.2f}"


# --- contestants ------------------------------------------------------------------------------------------------------


def ours(case: Case, customers: int, threads: int | None) -> Callable[[], Walk]:
    """`simulate`, values only."""
    steps = int(case.simulate(customers, outputs=("occupancy",)).survivors.sum())
    return lambda: Walk(case.simulate(customers, threads=threads).value.values, steps, steps)


def by_quantecon(case: Case, customers: int) -> Callable[[], Walk]:
    """`MarkovChain.simulate`, then rewards and discount over the paths, whose last states pay and do not move on."""
    P = case.P if case.n <= 32 else scipy_sparse.csr_matrix(case.P)
    model = quantecon.MarkovChain(P)
    discount = FACTOR ** np.arange(HORIZON)

    def paths() -> Any:
        return model.simulate(HORIZON, init=0, num_reps=customers, random_state=case.n)

    living = int((paths()[:, :-1] != case.n - 1).sum())
    return lambda: Walk(case.r[paths()] @ discount, living, customers * (HORIZON - 1))


def by_numpy(case: Case, customers: int) -> Callable[[], Walk]:
    """All living customers at once, period by period. The cumulative rows stand one above the other in one sorted
    array, row `i` between `i` and `i + 1`, so that one binary search moves everyone.
    """
    P = scipy_sparse.csr_array(case.P) if scipy_sparse else case.P
    if scipy_sparse:
        first, to, p = P.indptr, P.indices, P.data
    else:
        to, p = np.tile(np.arange(case.n), case.n), P.ravel()
        first = np.arange(0, case.n * case.n + 1, case.n)
    ladder = np.concatenate([i + np.cumsum(p[first[i] : first[i + 1]]) for i in range(case.n)])
    ladder[first[1:] - 1] = np.arange(1, case.n + 1)

    def walk() -> Walk:
        rng = np.random.default_rng(case.n + 1)
        value = np.zeros(customers)
        living = np.arange(customers)
        state = np.zeros(customers, dtype=np.intp)
        discount, steps = 1.0, 0
        for _ in range(HORIZON):
            value[living] += discount * case.r[state]
            discount *= FACTOR
            steps += len(living)
            state = to[np.searchsorted(ladder, state + rng.random(len(living)), side="right")]
            stay = state != case.n - 1
            living, state = living[stay], state[stay]
        return Walk(value, steps, steps)

    return walk


def by_pydtmc(case: Case, customers: int) -> Callable[[], Walk]:
    """`MarkovChain.simulate`, a customer at a time, until he has left."""
    model = pydtmc.MarkovChain(case.P, names(case.n))
    discount = FACTOR ** np.arange(HORIZON + 1)

    def walk() -> Walk:
        values, steps = [], 0
        for customer in range(customers):
            path = model.simulate(
                HORIZON, initial_state="s0", final_state="churn", output_indices=True, seed=case.n + customer
            )
            steps += len(path) - 1
            values.append(case.r[path[:HORIZON]] @ discount[: min(len(path), HORIZON)])
        return Walk(np.array(values), steps, steps)

    return walk


# --- the table --------------------------------------------------------------------------------------------------------

TABLE = Table(
    ("question", "states", "contestant", "customers", "time", "living step", "path step", "ratio", "goal", "z"),
    (22, 8, 30, 11, 9, 12, 10, 8, 14, 6),
)


def nanoseconds(time_taken: float, steps: int) -> str:
    """A time per step."""
    return f"{1e9 * time_taken / steps:.3g} ns"


def tier() -> str:
    """The instructions that `simulate` uses: the best of the machine, unless SOJOURN_SIMD forces others."""
    forced = os.environ.get("SOJOURN_SIMD")
    if forced:
        return forced
    try:
        flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:
        return "plain"
    if {"avx512f", "avx512dq", "avx512bw", "avx512vl"} <= flags:
        return "avx512"
    return "avx2" if "avx2" in flags else "plain"


def walks(n: int) -> None:
    """Values of customers over sixty periods."""
    case = Case(n)
    mine = Contestant("simulate, 1 thread", ours(case, 200_000, 1))
    field: list[tuple[Contestant, int, Goal | None]] = [
        (mine, 200_000, None),
        (Contestant("simulate, all threads", ours(case, 200_000, None)), 200_000, None),
        (Contestant("NumPy, all at once", by_numpy(case, 50_000)), 50_000, None),
    ]
    if quantecon:
        over_quantecon = {"avx512": times(35.0), "avx2": times(18.0)}.get(tier())
        field.append((Contestant("QuantEcon, rewards added", by_quantecon(case, 20_000)), 20_000, over_quantecon))
    if pydtmc and n <= 32:
        field.append((Contestant("PyDTMC", by_pydtmc(case, 20)), 20, None))
    race([one for one, _, _ in field], ROUNDS)
    my_step = mine.best / mine.answer.living_steps
    for one, customers, goal in field:
        step = one.best / one.answer.living_steps
        ratio = step / my_step
        TABLE.show(
            (
                f"{HORIZON} periods",
                f"{n:,}",
                one.name,
                f"{customers:,}",
                seconds(one.best),
                nanoseconds(one.best, one.answer.living_steps),
                nanoseconds(one.best, one.answer.path_steps),
                f"{ratio:.3g}",
                goal.verdict(ratio) if goal else "",
                case.z(one.answer.values),
            )
        )
    if n > 32:
        TABLE.show((f"{HORIZON} periods", f"{n:,}", "PyDTMC", *("-",) * 5, "left out: its chain takes seconds", ""))


def cohorts() -> None:
    """Only the numbers per period and state."""
    cohort = getattr(sj, "simulate_cohort", None)
    case = Case(8)
    sizes = (100_000, 100_000_000)

    def numpy_cohort(customers: int) -> Any:
        rng = np.random.default_rng(case.n)
        occupancy = np.zeros((HORIZON, case.n), dtype=np.int64)
        now = np.zeros(case.n, dtype=np.int64)
        now[0] = customers
        for t in range(HORIZON):
            occupancy[t] = now
            now = rng.multinomial(now, case.P).sum(axis=0)
        return occupancy

    def our_cohort(customers: int) -> Any:
        result = cohort(case.chain, customers=customers, horizon=HORIZON, seed=case.n)
        return np.reshape(result.occupancy, (HORIZON, case.n))

    field = [
        (f"NumPy multinomial, {size:,}", size, Contestant("", lambda size=size: numpy_cohort(size))) for size in sizes
    ]
    if cohort:
        field += [
            (
                f"simulate_cohort, {size:,}",
                size,
                Contestant("", lambda size=size: our_cohort(size)),
            )
            for size in sizes
        ]
    race([one for _, _, one in field], ROUNDS)
    best = {name: one.best for name, _, one in field}
    discount = FACTOR ** np.arange(HORIZON)
    for name, size, one in field:
        mean = float(discount @ (np.asarray(one.answer) @ case.r)) / size
        # The spread between customers, from a few of them.
        spread = case.simulate(100_000).value.std / np.sqrt(size)
        mine = best.get(f"simulate_cohort, {size:,}")
        goal: Goal | None = None
        ratio = one.best / mine if mine else float("nan")
        if name.startswith("NumPy"):
            goal = times(5.0)
        elif size == sizes[-1]:
            goal, ratio = (
                Goal("≤ 1.2 x that of 10⁵", 1.0 / 1.2),
                best[f"simulate_cohort, {sizes[0]:,}"] / one.best,
            )
        TABLE.show(
            (
                "cohort",
                f"{case.n}",
                name.partition(",")[0],
                f"{size:,}",
                seconds(one.best),
                "-",
                "-",
                f"{ratio:.3g}" if mine else "-",
                goal.verdict(ratio) if goal and mine else "",
                f"{(mean - case.exact) / spread:+.2f}",
            )
        )
    if not cohort:
        print("simulate_cohort is not part of this version")


# --- a cell of a notebook ---------------------------------------------------------------------------------------------


SUMMARIES = ("value", "occupancy", "revenue", "moves", "end_times")


def has_output(case: Case, name: str) -> bool:
    """Whether this version can be asked for it."""
    try:
        case.simulate(1, outputs=(name,))
    except ValueError:
        return False
    return True


def notebook() -> None:
    """One million customers, 60 periods, 8 states, all summaries and a bar; then their journeys as columns."""
    case = Case(8)
    customers = 1_000_000
    outputs = [name for name in SUMMARIES if has_output(case, name)]

    def cell() -> Any:
        result = case.simulate(customers, outputs=outputs, progress=True)
        value = result.value
        return value.mean, value.std, value.quantile([0.05, 0.5, 0.95]), result.survivors

    def without_bar() -> Any:
        return case.simulate(customers, outputs=outputs)

    def walk_alone() -> Any:
        return case.simulate(customers)

    def columns() -> Any:
        return case.simulate(customers, outputs=("value", "journeys")).journey_columns()

    best = {}
    for _ in range(5):
        for ask in (cell, without_bar, walk_alone, columns):
            start = time.perf_counter()
            answer = ask()
            took = time.perf_counter() - start
            del answer
            best[ask] = min(best.get(ask, np.inf), took)
    print(
        f"one million customers, {HORIZON} periods, 8 states, outputs {', '.join(outputs)}, quantiles, "
        f"{'with a bar' if tqdm else 'no bar: tqdm is not installed'}: {seconds(best[cell])}"
    )
    print(
        f"  in the call without a bar {seconds(best[without_bar])} ({best[without_bar] / best[cell]:.0%}); "
        f"values alone {seconds(best[walk_alone])} ({best[walk_alone] / best[cell]:.0%})"
    )
    print(f"  values and whole journeys, as columns of NumPy {seconds(best[columns])}")


# --- instructions -----------------------------------------------------------------------------------------------------


def instructions(program: str) -> None:
    """Instructions per living step, as callgrind counts them: the same on a busy machine."""

    def said(*command: str, **environment: str) -> str:
        done = subprocess.run(
            command, env={**os.environ, **environment}, check=True, capture_output=True, text=True, encoding="utf-8"
        )
        return done.stdout + done.stderr

    def counted(n: int, customers: int, simd: str) -> int:
        text = said(
            "valgrind",
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            program,
            "run",
            str(n),
            str(customers),
            SOJOURN_SIMD=simd,
        )
        found = re.search(r"Collected : (\d+)", text)
        if not found:
            raise RuntimeError(text)
        return int(found.group(1))

    few, many = 20_000, 60_000
    print("instructions per living step (callgrind)")
    for n in (8, 32, 1000):
        steps = int(said(program, "steps", str(n), str(many))) - int(said(program, "steps", str(n), str(few)))
        for simd in ("plain", "avx2"):
            print(f"  {n:>5} states  {simd:<6} {(counted(n, many, simd) - counted(n, few, simd)) / steps:.1f}")


def main() -> None:
    """Asks the questions named, or all but the counting of instructions."""
    questions: dict[str, Callable[[], None]] = {
        "walks": each(walks, *((8, 32, 1000) if scipy_sparse else (8, 32))),
        "cohorts": cohorts,
        "notebook": notebook,
    }
    by_name_only = "instructions"
    command = parser("Simulation, timed beside other tools.", [*questions, by_name_only])
    command.add_argument(
        "--program",
        default="build/bench/benchmarks/simulation",
        help=f"the C++ benchmark, for `{by_name_only}`, which needs valgrind too",
    )
    given = command.parse_args()
    asked = given.questions or list(questions)
    questions[by_name_only] = lambda: instructions(given.program)
    answer(questions, asked, TABLE, given.markdown, f"{machine()}, {tier()} tier")


if __name__ == "__main__":
    main()
