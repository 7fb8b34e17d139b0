"""Long runs are good guests of the interpreter: they tell how far they are, and stop when they are told to."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from interrupted import after, needs_signals, seconds_to_stop

import sojourn as sj

CHAIN = sj.Chain(["trial", "active", "churn"], [[0.5, 0.4, 0.1], [0.0, 0.8, 0.2], [0.0, 0.0, 1.0]], period="month")
MONEY: dict[str, Any] = {"rewards": {"active": 10.0, ("trial", "active"): 3.0}, "discount_factor": 0.97}
Run = Callable[..., Any]


def customers(n: int = 3000, **options: Any) -> sj.Simulation:
    return sj.simulate(CHAIN, n, **{**MONEY, **options})


def paths(n: int = 3, **options: Any) -> sj.simulation.CohortSimulation:
    return sj.simulate_cohort(CHAIN, 3000, paths=n, horizon=12, **{**MONEY, **options})


RUNS = {"one by one": customers, "cohorts": paths}
LONG_RUNS: list[tuple[Run, int, dict[str, Any]]] = [
    (customers, 2_000_000_000, {"horizon": 2, "outputs": "occupancy"}),
    (paths, 20_000, {}),
]


@pytest.mark.parametrize(
    ("run", "total", "is_told_of_the_end"), [(customers, 200_000, False), (paths, 3000, True)], ids=RUNS
)
def test_progress_is_told_of_how_many_are_done(run: Run, total: int, is_told_of_the_end: bool) -> None:
    calls: list[tuple[int, int]] = []
    run(total, progress=lambda done, of: calls.append((done, of)))
    assert calls
    assert {of for _, of in calls} == {total}
    done = [d for d, _ in calls]
    assert done == sorted(done)
    assert done[0] >= 0
    assert done[-1] <= total
    assert done[-1] == total or not is_told_of_the_end


@pytest.mark.parametrize(("run", "total", "options"), LONG_RUNS, ids=RUNS)
def test_what_progress_raises_stops_the_run_and_is_passed_on(run: Run, total: int, options: dict[str, Any]) -> None:
    class StopItError(Exception):
        pass

    def stop(done: int, of: int) -> None:
        raise StopItError(f"{of}")

    begin = time.monotonic()
    with pytest.raises(StopItError, match=f"^{total}$"):
        run(total, progress=stop, **options)
    assert time.monotonic() - begin < 5.0
    assert run(10).definition == run(10).definition


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("wrong", [3, "yes", []])
def test_progress_of_another_kind_is_refused(run: Run, wrong: Any) -> None:
    with pytest.raises(TypeError, match="progress: expected True, False or a function"):
        run(progress=wrong)


@pytest.mark.parametrize(
    "values",
    [lambda **options: customers(**options).value.values, lambda **options: paths(**options).value],
    ids=RUNS,
)
def test_a_progress_bar_changes_no_number(values: Run, capfd: pytest.CaptureFixture[str]) -> None:
    assert np.asarray(values(progress=True)).tobytes() == np.asarray(values()).tobytes()
    capfd.readouterr()


@pytest.mark.parametrize(("run", "total", "options"), LONG_RUNS, ids=RUNS)
def test_a_bar_is_taken_to_its_end_or_left_where_the_run_was_stopped(
    run: Run, total: int, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bars: list[Any] = []

    class Bar:
        def __init__(self, **_: Any) -> None:
            self.n, self.total, self.is_closed = 0, None, False
            bars.append(self)

        def update(self, more: int) -> None:
            if self.total == total:
                raise InterruptedError
            self.n += more

        def close(self) -> None:
            self.is_closed = True

    monkeypatch.setattr(pytest.importorskip("tqdm.auto"), "tqdm", Bar)
    run(7, progress=True)
    assert (bars[0].n, bars[0].total, bars[0].is_closed) == (7, 7, True)
    with pytest.raises(InterruptedError):
        run(total, progress=True, **options)
    assert (len(bars), bars[1].n, bars[1].is_closed) == (2, 0, True)


ONE_BY_ONE = "chain = sj.Chain(['a', 'churn'], [[0.999, 0.001], [0.0, 1.0]])"
COHORTS = "import numpy as np; chain = sj.Chain([f's{i}' for i in range(10)], np.full((10, 10), 0.1))"


@needs_signals
@pytest.mark.parametrize(
    ("prepare", "run"),
    [
        (ONE_BY_ONE, "sj.simulate(chain, customers=10**9, horizon=10_000, outputs='occupancy', {})"),
        (COHORTS, "sj.simulate_cohort(chain, 10**14, horizon=40_000, paths=80, {})"),
    ],
    ids=RUNS,
)
@pytest.mark.parametrize("how", ["threads=1", "threads=2", "progress=lambda done, total: None"])
def test_ctrl_c_stops_a_run_within_half_a_second(prepare: str, run: str, how: str) -> None:
    assert seconds_to_stop(prepare, run.format(how), after(0.5)) < 0.5
