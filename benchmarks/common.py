"""What the benchmarks share: peers, fair timing, the table, the chains, and the command line."""

from __future__ import annotations

import argparse
import os
import platform
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ask = Callable[[], Any]


# --- peers ------------------------------------------------------------------------------------------------------------

MISSING: list[str] = []


def peer(module: str) -> Any:
    """A module of a peer; None, and its name kept, where it is not installed."""
    try:
        return import_module(module)
    except ImportError:
        MISSING.append(module.partition(".")[0])
        return None


warnings.filterwarnings("ignore")
scipy_sparse = peer("scipy.sparse")
scipy_linalg = peer("scipy.sparse.linalg")
quantecon = peer("quantecon")
pydtmc = peer("pydtmc")
deeptime = peer("deeptime.markov.tools.analysis")
threadpoolctl = peer("threadpoolctl")


# --- timing -----------------------------------------------------------------------------------------------------------


@dataclass
class Contestant:
    """One way to an answer: how long its best call took, in seconds, and what it said."""

    name: str
    ask: Ask
    calls: int = 1
    best: float = float("inf")
    answer: Any = None

    def prepare(self, round_seconds: float) -> None:
        """One call that is not counted, and as many calls per round as make it long enough to be timed."""
        start = time.perf_counter()
        self.answer = self.ask()
        took = time.perf_counter() - start
        if took < round_seconds:
            start = time.perf_counter()
            self.ask()
            took = time.perf_counter() - start
        self.calls = max(1, min(2000, int(round_seconds / max(took, 1e-7))))

    def run(self) -> None:
        """One round."""
        ask = self.ask
        start = time.perf_counter()
        for _ in range(self.calls):
            ask()
        self.best = min(self.best, (time.perf_counter() - start) / self.calls)


def blas_threads(round_number: int) -> AbstractContextManager[Any]:
    """One thread for BLAS in every other round: the better counts, for on a busy machine its threads wait."""
    return threadpoolctl.threadpool_limits(1) if threadpoolctl and round_number % 2 else nullcontext()


def race(contestants: list[Contestant], rounds: int) -> None:
    """Everyone once per round. Who needs more than two seconds for a call runs in two rounds only; where all are quick
    there are five times as many rounds.
    """
    for one in contestants:
        one.prepare(0.005)
        one.run()
    if max(one.best for one in contestants) < 0.002:
        rounds *= 5
    for done in range(1, rounds):
        with blas_threads(done):
            for one in contestants:
                if one.best < 2.0 or done < 2:
                    one.run()


# --- goals and the table ----------------------------------------------------------------------------------------------


@dataclass
class Goal:
    """A bound on peer time by our time, or on our time by theirs."""

    words: str
    at_least: float  # peer by ours

    def verdict(self, ratio: float) -> str:
        """The goal and whether it was met."""
        return f"{self.words} {'met' if ratio >= self.at_least else 'MISSED'}"


def times(at_least: float) -> Goal:
    """So many times faster than the peer."""
    return Goal(f"≥ {at_least:g} x", at_least)


def at_most(share: float) -> Goal:
    """No longer than so many times what the peer takes."""
    return Goal(f"≤ {share:g} x its time", 1.0 / share)


NEVER_SLOWER = Goal("never slower", 1.0)


def seconds(time_taken: float) -> str:
    """A time in the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if time_taken >= size:
            return f"{time_taken / size:.3g} {unit}"
    return f"{time_taken / 1e-6:.3g} us"


class Table:
    """Lines that are printed as they come, below their head, and kept."""

    def __init__(self, head: tuple[str, ...], widths: tuple[int, ...]) -> None:
        self._head = head
        self._widths = widths
        self._lines: list[tuple[str, ...]] = []

    def show(self, line: tuple[str, ...]) -> None:
        """Prints one line and keeps it."""
        if not self._lines:
            self._print(self._head)
        self._lines.append(line)
        self._print(line)

    def write(self, path: str) -> None:
        """Writes the table into a file, as Markdown."""
        lines = [self._head, tuple("---" for _ in self._head), *self._lines]
        text = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        Path(path).write_text(text + "\n", encoding="utf-8")

    def _print(self, line: tuple[str, ...]) -> None:
        fields = (field.ljust(width) for field, width in zip(line, self._widths, strict=True))
        print("  ".join(fields).rstrip(), flush=True)


# --- chains -----------------------------------------------------------------------------------------------------------


def names(n: int) -> list[str]:
    """State names, the last of them the exit."""
    return [*(f"s{i}" for i in range(n - 1)), "churn"]


def dense_matrix(n: int, churn_from: float = 0.02, churn_to: float = 0.10) -> Floats:
    """A full random chain whose last state is an exit, with that much churn."""
    rng = np.random.default_rng(n)
    P = np.zeros((n, n))
    churn = rng.uniform(churn_from, churn_to, n - 1)
    P[:-1, :-1] = rng.dirichlet(np.ones(n - 1), n - 1) * (1.0 - churn)[:, None]
    P[:-1, -1] = 1.0 - P[:-1, :-1].sum(axis=1)
    P[-1, -1] = 1.0
    return P


def sparse_matrix(n: int, churn_from: float = 0.02, churn_to: float = 0.10) -> Any:
    """Eight moves per state to anywhere, and that much churn."""
    rng = np.random.default_rng(n)
    to = rng.integers(0, n - 1, (n - 1, 8))
    churn = rng.uniform(churn_from, churn_to, n - 1)
    weight = rng.dirichlet(np.ones(8), n - 1) * (1.0 - churn)[:, None]
    rows = np.concatenate([np.repeat(np.arange(n - 1), 8), np.arange(n)])
    columns = np.concatenate([to.ravel(), np.full(n, n - 1)])
    numbers = np.concatenate([weight.ravel(), 1.0 - weight.sum(axis=1), [1.0]])
    P = scipy_sparse.csr_array((numbers, (rows, columns)), shape=(n, n))
    P.sum_duplicates()
    return P


# --- the command line -------------------------------------------------------------------------------------------------


def each(question: Callable[[int], None], *sizes: int) -> Ask:
    """The question for chains of each size."""

    def ask() -> None:
        for n in sizes:
            question(n)

    return ask


def machine() -> str:
    """Versions of what was compared."""
    parts = [f"Python {platform.python_version()}", f"NumPy {np.__version__}"]
    for module, package in (
        (scipy_linalg, "scipy"),
        (quantecon, "quantecon"),
        (pydtmc, "pydtmc"),
        (deeptime, "deeptime"),
    ):
        if module:
            parts.append(f"{package} {version(package)}")
    return f"{len(os.sched_getaffinity(0))} CPUs, {', '.join(parts)}"


def parser(description: str, questions: Iterable[str]) -> argparse.ArgumentParser:
    """Takes the names of questions, and a file for the table."""
    names = list(questions)
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("questions", nargs="*", choices=[*names, []], metavar="question", help=", ".join(names))
    parser.add_argument("--markdown", help="also write the table into this file")
    return parser


def answer(questions: Mapping[str, Ask], asked: Iterable[str], table: Table, markdown: str | None, about: str) -> None:
    """Says on what machine and with what peers, asks the questions and writes the table."""
    print(about)
    for module in MISSING:
        print(f"not installed, left out: {module}")
    for name in asked:
        questions[name]()
    if markdown:
        table.write(markdown)
