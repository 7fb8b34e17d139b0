"""Chains turned back into customers: the same bits for every split of the work, and a good guest in the interpreter."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import threading
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sojourn as sj

CHAIN = sj.Chain(["trial", "active", "churn"], [[0.5, 0.4, 0.1], [0.0, 0.8, 0.2], [0.0, 0.0, 1.0]], period="month")
REWARDS = {"active": 10.0, ("trial", "active"): 3.0}


def simulate(**options: Any) -> sj.Simulation:
    return sj.simulate(CHAIN, **{"customers": 3000, "rewards": REWARDS, "discount_factor": 0.97, **options})


def same(a: Any, b: Any) -> bool:
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


ALL = ("value", "occupancy", "revenue", "moves", "end_times", "journeys")


def test_the_same_seed_gives_the_same_bits_for_every_number_of_threads() -> None:
    one = simulate(customers=20_000, horizon=24, outputs=ALL, threads=1, seed=7)
    for threads in (2, 3, None):
        other = simulate(customers=20_000, horizon=24, outputs=ALL, threads=threads, seed=7)
        assert same(other.value.values, one.value.values)
        assert other.value.mean == one.value.mean
        assert other.value.std == one.value.std
        for name in ("occupancy", "revenue", "moves", "end_times"):
            assert same(getattr(other, name), getattr(one, name))
        found, expected = other.journeys().to_dict(), one.journeys().to_dict()
        assert found.keys() == expected.keys()
        assert all(same(found[name], expected[name]) for name in found)


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(1, 2999), max_size=4, unique=True), seed=st.integers(0, 2**64 - 1))
def test_parts_by_first_customer_make_the_whole(cuts: list[int], seed: int) -> None:
    whole = simulate(seed=seed, horizon=12, outputs=("value", "occupancy"))
    edges = [0, *sorted(cuts), 3000]
    parts = [
        simulate(seed=seed, horizon=12, outputs=("value", "occupancy"), first_customer=a, customers=b - a)
        for a, b in itertools.pairwise(edges)
    ]
    assert same(np.concatenate([part.value.values for part in parts]), whole.value.values)
    assert (sum(part.occupancy for part in parts) == whole.occupancy).all()


def test_parts_add_up_to_the_whole() -> None:
    options: dict[str, Any] = {"horizon": 12, "outputs": ("value_summary", "revenue", "moves")}
    whole = simulate(customers=9000, **options)
    parts = [simulate(customers=3000, first_customer=first, **options) for first in (6000, 0, 3000)]
    for merged in (parts[0] + parts[1] + parts[2], sj.Simulation.merge(parts)):
        assert merged.customers == 9000
        assert merged.value.mean == whole.value.mean
        assert merged.value.std == whole.value.std
        assert merged.value.quantile(0.3) == whole.value.quantile(0.3)
        assert same(merged.revenue, whole.revenue)
        assert same(merged.moves, whole.moves)
    with pytest.raises(ValueError, match="customer 0 is in two"):
        parts[1] + whole
    with pytest.raises(ValueError, match="values"):
        _ = whole.value.values


def test_another_seed_gives_other_customers() -> None:
    assert not same(simulate(seed=1).value.values, simulate(seed=2).value.values)
    assert not same(simulate(seed=0).value.values, simulate(seed=2**64 - 1).value.values)


def test_what_else_is_asked_for_does_not_change_the_values() -> None:
    assert same(simulate(horizon=12, outputs=ALL).value.values, simulate(horizon=12).value.values)


def test_values_agree_with_the_exact_value() -> None:
    exact = sj.lifetime_value(CHAIN, REWARDS, discount_factor=0.97)
    found = simulate(customers=100_000, start="active").value
    assert abs(found.mean - exact.mean["active"]) < 5 * found.standard_error
    assert found.std == pytest.approx(exact.std["active"], rel=0.03)
    assert found.standard_error == pytest.approx(found.std / np.sqrt(100_000), rel=1e-9)


def test_summaries_are_those_of_the_values() -> None:
    found = simulate().value
    assert found.values.shape == (3000,)
    assert found.mean == pytest.approx(found.values.mean(), rel=1e-12)
    assert found.std == found.standard_deviation == pytest.approx(found.values.std(ddof=1), rel=1e-3)
    shares = [0.0, 0.1, 0.5, 0.9, 1.0]
    quantiles = found.quantile(shares)
    assert isinstance(quantiles, np.ndarray)
    assert quantiles.tolist() == [found.quantile(p) for p in shares]
    assert (np.diff(quantiles) >= 0).all()
    assert quantiles[0] == found.values.min()
    assert quantiles[-1] == found.values.max()
    for p, quantile in zip(shares, quantiles, strict=True):
        assert (found.values <= quantile).mean() >= p


def test_values_and_occupancy_are_read_only() -> None:
    result = simulate(horizon=5, outputs=("value", "occupancy"))
    for array in (result.value.values, result.occupancy):
        assert not array.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_arrays_outlive_the_simulation() -> None:
    values = simulate(seed=3).value.values
    others = [simulate(seed=s) for s in range(4, 8)]
    assert same(values, simulate(seed=3).value.values)
    assert len(others) == 4


def test_occupancy_counts_everybody_in_every_period() -> None:
    result = simulate(horizon=12, outputs="occupancy", rewards=None)
    assert result.occupancy.shape == (12, 3)
    assert (result.occupancy.sum(axis=1) == 3000).all()
    assert result.occupancy[0].tolist() == [3000, 0, 0]
    assert result.survivors.tolist() == (3000 - result.occupancy[:, 2]).tolist()
    table = result.to_dict()
    assert list(table) == ["period", "survivors", "trial", "active", "churn"]
    assert table["active"].tolist() == result.occupancy[:, 1].tolist()


def test_revenue_adds_up_to_the_undiscounted_value() -> None:
    result = simulate(horizon=12, outputs=("value", "revenue"), discount_factor=1)
    assert result.revenue.shape == (12, 3)
    assert result.revenue.sum() == pytest.approx(result.value.mean * 3000)
    assert not result.revenue.flags.writeable


def test_moves_are_those_of_the_journeys_and_can_be_fitted() -> None:
    result = simulate(horizon=12, outputs=("moves", "journeys"))
    assert result.moves.tolist() == sj.count(result.journeys()).moves.tolist()
    assert result.moves.sum(axis=1)[2] == 0


def test_times_of_end_and_passage_are_told_for_each_customer() -> None:
    result = simulate(horizon=12, outputs=("end_times", "journeys"), targets="active")
    journeys = result.journeys()
    for customer in range(300):
        states = list(journeys[customer].states)
        assert result.end_times[customer] == (len(states) - 1 if states[-1] == "churn" else -1)
        assert result.passage_times[customer] == (states.index("active", 1) if "active" in states[1:] else -1)


def test_columns_of_journeys_are_those_of_the_journeys() -> None:
    result = simulate(customers=5000, outputs="journeys", first_customer=7)
    journeys, columns = result.journeys(), result.journey_columns()
    assert list(columns) == ["customer", "offset", "state", "time", "value"]
    assert columns["customer"].tolist() == journeys.customer_ids.tolist()
    assert columns["offset"].tolist() == journeys.offsets.tolist()
    assert columns["state"].tolist() == journeys.state_positions.tolist()
    assert columns["time"].tolist() == journeys.times.tolist()
    assert columns["value"].tolist() == journeys.values.tolist()


def test_only_the_columns_that_are_asked_for_are_made() -> None:
    result = simulate(customers=100, outputs="journeys")
    columns = result.journey_columns(["state", "offset"])
    assert list(columns) == ["state", "offset"]
    assert columns["state"].tolist() == result.journeys().state_positions.tolist()
    with pytest.raises(ValueError, match=r"columns.*'customer'.*found 'name'"):
        result.journey_columns(["name"])
    with pytest.raises(ValueError, match=r"journeys.*outputs"):
        simulate(customers=100).journey_columns()


def test_targets_alone_are_an_output() -> None:
    result = simulate(outputs=(), targets=["active", "churn"], rewards=None)
    assert result.passage_times.min() >= 1
    with pytest.raises(IndexError, match="state 'nowhere' does not exist"):
        simulate(targets=["nowhere"])


@pytest.mark.parametrize("instructions", ["plain", "avx2", "avx512"])
def test_the_instruction_set_can_be_forced_and_changes_no_bit(
    instructions: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    best = simulate(horizon=24, seed=3)
    monkeypatch.setenv("SOJOURN_SIMD", instructions)
    try:
        forced = simulate(horizon=24, seed=3)
    except ValueError as error:
        pytest.skip(str(error))
    assert same(forced.value.values, best.value.values)


@pytest.mark.parametrize(("output", "others"), [("value", ["journeys"]), ("journeys", ["value"])])
def test_outputs_not_asked_for_are_refused_by_name(output: str, others: list[str]) -> None:
    result = simulate(outputs=output)
    for other in [*others, "occupancy"]:
        with pytest.raises(ValueError, match=f"^{other}: .*not asked for; add .* to the outputs of simulate"):
            getattr(result, other)() if other == "journeys" else getattr(result, other)


def test_journeys_start_where_asked_and_end_in_an_exit() -> None:
    for start in ("active", {"active": 1.0}, [0.0, 1.0, 0.0]):
        journeys = simulate(customers=50, outputs="journeys", start=start).journeys()
        assert journeys.n_journeys == 50
        assert {journeys[i].states[0] for i in range(50)} == {"active"}
        assert {journeys[i].states[-1] for i in range(50)} == {"churn"}
    assert simulate(customers=1, outputs="journeys").journeys()[0].states[0] == "trial"


def test_a_start_law_is_followed() -> None:
    result = simulate(customers=20_000, start={"trial": 0.25, "active": 0.75}, horizon=1, outputs="occupancy")
    assert result.occupancy[0, 0] == pytest.approx(5000, abs=5 * np.sqrt(20_000 * 0.25 * 0.75))
    assert result.occupancy[0].sum() == 20_000


def test_a_fit_brings_its_starts_and_its_money() -> None:
    journeys = simulate(customers=2000, start={"trial": 0.5, "active": 0.5}, outputs="journeys").journeys()
    fit = sj.fit_chain(sj.count(journeys), smoothing=0.1)
    result = sj.simulate(fit, customers=2000, horizon=3, outputs=("value", "occupancy"))
    assert 0 < result.occupancy[0, 1] < 2000
    assert result.value.values.shape == (2000,)


def test_other_threads_of_the_interpreter_go_on_meanwhile() -> None:
    counted = 0
    done = threading.Event()
    spans: list[tuple[float, float]] = []
    together = threading.Barrier(3)

    def work() -> None:
        together.wait()
        begin = time.monotonic()
        simulate(customers=1_500_000, threads=1, outputs="value")
        spans.append((begin, time.monotonic()))
        if len(spans) == 2:
            done.set()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    together.wait()
    while not done.is_set():
        counted += 1
        time.sleep(0.001)
    for worker in workers:
        worker.join()
    assert max(begin for begin, _ in spans) < min(end for _, end in spans)
    assert counted >= 5


def test_simulations_of_two_threads_do_not_disturb_each_other() -> None:
    expected = [simulate(seed=s).value.values for s in range(4)]
    found: dict[int, Any] = {}

    def work(seed: int) -> None:
        found[seed] = simulate(seed=seed).value.values

    workers = [threading.Thread(target=work, args=(s,)) for s in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all(same(found[s], expected[s]) for s in range(4))


def _mean_in_child(queue: Any) -> None:
    queue.put(simulate(threads=2, seed=5).value.mean)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_process_simulates_too() -> None:
    expected = simulate(threads=2, seed=5).value.mean
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_mean_in_child, args=(queue,))
    child.start()
    try:
        assert queue.get(timeout=30) == expected
    finally:
        child.join(10)
        if child.is_alive():
            child.terminate()
    assert child.exitcode == 0


@pytest.mark.parametrize("seed", [-1, 2**64, 10**40, 1.0, None, True, "1", float("nan")])
def test_a_seed_out_of_range_is_refused(seed: Any) -> None:
    with pytest.raises(ValueError, match=r"seed: expected a whole number from 0 to 2\^64 - 1, found"):
        simulate(seed=seed)


@pytest.mark.parametrize("seed", [0, 2**63, 2**64 - 1, np.uint64(2**64 - 1), np.int32(5)])
def test_a_seed_in_range_is_kept(seed: Any) -> None:
    assert simulate(customers=5, seed=seed).seed == int(seed)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"customers": 0}, ValueError, "customers: must be at least 1, found 0"),
        ({"customers": -1}, ValueError, "customers: must be at least 1, found -1"),
        ({"customers": 10**30}, ValueError, "customers: .* out of range"),
        ({"customers": 1.5}, TypeError, "customers: expected a whole number, found 1.5"),
        ({"customers": True}, TypeError, "customers: expected a whole number"),
        ({"customers": None}, TypeError, "customers: expected a whole number"),
        ({"horizon": 0}, ValueError, "horizon: .*found 0"),
        ({"horizon": 2.0}, TypeError, "horizon: expected a whole number"),
        ({"threads": -1}, ValueError, "threads: .*found -1"),
        ({"threads": 10**9}, ValueError, "threads: .*found 1000000000"),
        ({"first_customer": -1}, ValueError, "first_customer: .*found -1"),
        ({"first_customer": 2**63}, ValueError, "first_customer: .*out of range"),
        ({"first_customer": 2**59, "customers": 10}, ValueError, "first_customer"),
        ({"outputs": ()}, ValueError, "outputs: ask for at least one"),
        ({"outputs": "money"}, ValueError, "outputs: expected one of .*found 'money'"),
        ({"outputs": 3}, TypeError, "outputs"),
        ({"outputs": "occupancy"}, ValueError, "outputs: .*give a horizon"),
        ({"rewards": None}, ValueError, "simulate: values and revenue need rewards="),
        ({"start": "loyal"}, IndexError, "start: unknown state 'loyal'"),
        ({"start": [0.5, 0.4, 0.0]}, ValueError, "start: sums to 0.9"),
        ({"start": [float("nan"), 1.0, 0.0]}, ValueError, "start: holds nan for 'trial'"),
        ({"start": [1.0, 0.0]}, ValueError, "start: expected shape"),
    ],
)
def test_arguments_out_of_range_are_refused_by_name(options: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        simulate(**options)


@pytest.mark.parametrize(
    ("p", "error"), [(1.1, ValueError), (-0.1, ValueError), (float("nan"), ValueError), ("x", TypeError)]
)
def test_a_quantile_outside_0_to_1_is_refused(p: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        simulate().value.quantile(p)
    with pytest.raises(error):
        simulate().value.quantile([0.5, p])


def test_a_simulation_tells_what_it_did() -> None:
    result = simulate(horizon=24, seed=9)
    assert (result.customers, result.seed, result.horizon) == (3000, 9, 24)
    for words in ("3,000 customers", "24 periods", "month", "seed 9", "0.97"):
        assert words in result.definition
    assert result.definition in str(result)
    assert simulate().horizon is None


def test_stays_are_jumped_over_by_name_only() -> None:
    options = {"customers": 20_000, "horizon": 60, "outputs": ("value", "end_times"), "targets": "active"}
    jumped = simulate(stays="jumped", **options)
    stepped = simulate(**options)
    assert same(stepped.value.values, simulate(stays="stepped", **options).value.values)
    assert not same(stepped.value.values, jumped.value.values)
    assert same(jumped.end_times, simulate(stays="jumped", threads=2, **options).end_times)
    worth = sj.lifetime_value(CHAIN, REWARDS, discount_factor=0.97, horizon=60).mean["trial"]
    assert abs(jumped.value.mean - worth) < 4.5 * jumped.value.standard_error
    assert "stays jumped over" in jumped.definition
    with pytest.raises(ValueError, match="occupancy"):
        simulate(stays="jumped", horizon=12, outputs=("value", "occupancy"))
    with pytest.raises(ValueError, match="'stepped', 'jumped'"):
        simulate(stays="skipped", horizon=12)
