"""Whole cohorts as numbers: the law of customers one by one, the same path however it is asked for, a good guest."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest

import sojourn as sj

CHAIN = sj.Chain(["trial", "active", "churn"], [[0.5, 0.4, 0.1], [0.0, 0.8, 0.2], [0.0, 0.0, 1.0]], period="month")
REWARDS = {"active": 10.0, ("trial", "active"): 3.0}


def cohort(**options: Any) -> sj.simulation.CohortSimulation:
    return sj.simulate_cohort(
        CHAIN, **{"customers": 3000, "horizon": 12, "rewards": REWARDS, "discount_factor": 0.97, **options}
    )


def same(a: Any, b: Any) -> bool:
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def same_paths(a: sj.simulation.CohortSimulation, b: sj.simulation.CohortSimulation) -> bool:
    return all(
        same(getattr(a, name), getattr(b, name))
        for name in ("occupancy", "survivors", "closing_stock", "moves", "revenue", "value")
    )


def test_every_array_has_the_path_as_its_first_axis() -> None:
    found = cohort(paths=5)
    assert found.occupancy.shape == (5, 12, 3)
    assert found.survivors.shape == found.revenue.shape == (5, 12)
    assert found.closing_stock.shape == (5, 3)
    assert found.moves.shape == (5, 3, 3)
    assert found.value.shape == found.value_per_customer.shape == (5,)
    assert found.occupancy.dtype == found.moves.dtype == np.int64
    assert (len(found), found.n_paths, found.horizon, found.customers, found.seed) == (5, 5, 12, 3000, 0)


def test_a_path_is_found_by_its_number() -> None:
    found = cohort(paths=4)
    assert [path.value for path in found] == found.value.tolist()
    for p in (0, 3, -1):
        path = found[p]
        assert same(path.occupancy, found.occupancy[p])
        assert same(path.survivors, found.survivors[p])
        assert same(path.closing_stock, found.closing_stock[p])
        assert same(path.moves, found.moves[p])
        assert same(path.revenue, found.revenue[p])
        assert path.value_per_customer == found.value_per_customer[p]
        assert path.counts() == found.counts(p)
    for p in (4, -5):
        with pytest.raises(IndexError, match="4 paths"):
            found[p]
    with pytest.raises(TypeError, match="path: expected a whole number"):
        found["first"]  # type: ignore[index]


def test_everybody_is_somewhere_in_every_period() -> None:
    found = cohort(paths=3, arrivals={"trial": 7})
    assert (found.occupancy.sum(axis=2) == 3000 + 7 * np.arange(12)).all()
    assert (found.survivors == found.occupancy[:, :, :2].sum(axis=2)).all()
    assert (found.moves.sum(axis=2) == found.occupancy.sum(axis=1)).all()
    assert (found.closing_stock.sum(axis=1) == found.customers).all()
    assert found.customers == 3000 + 7 * 11


def test_the_same_paths_come_out_for_any_threads_and_in_parts() -> None:
    whole = cohort(paths=23, threads=1, seed=7)
    assert all(same_paths(cohort(paths=23, threads=threads, seed=7), whole) for threads in (2, 3, None))
    parts = [cohort(paths=n, first_path=first, seed=7) for first, n in ((0, 1), (1, 9), (10, 13))]
    assert same(np.concatenate([part.occupancy for part in parts]), whole.occupancy)
    assert same(np.concatenate([part.value for part in parts]), whole.value)
    assert not same(cohort(paths=23, seed=8).occupancy, whole.occupancy)


def test_the_numbers_agree_with_customers_simulated_one_by_one() -> None:
    """Means and variances of 4,000 cohorts of 5 against those of 20,000 customers, each within 5 standard errors."""
    paths, size = 4000, 5
    journeys = sj.simulate(CHAIN, customers=paths * size, horizon=6, outputs="journeys", seed=1).journeys()
    ends = np.array([2 if len(journeys[j].states) < 7 else -1 for j in range(paths * size)])
    churned = (ends == 2).reshape(paths, size).sum(axis=1)
    found = cohort(customers=size, horizon=6, paths=paths, seed=2).occupancy[:, 5, 2]
    last = np.array([journeys[j].states[min(5, len(journeys[j].states) - 1)] == "churn" for j in range(paths * size)])
    alone = last.reshape(paths, size).sum(axis=1)
    error = np.sqrt((found.var() + alone.var()) / paths)
    assert abs(found.mean() - alone.mean()) < 5 * error
    assert abs(found.var() - alone.var()) < 5 * np.sqrt(2 / paths) * 1.5 * (found.var() + alone.var()) / 2
    assert churned.mean() >= alone.mean()


def test_the_mean_is_the_forecast_and_the_value_the_expected_one() -> None:
    found = cohort(customers=10**12, horizon=24, paths=4)
    expected = sj.forecast(CHAIN, {"trial": 1e12}, periods=23)
    error = np.sqrt(expected * (1 - expected / 1e12) / 4)  # 72 numbers within 5 of them
    assert (abs(found.occupancy.mean(axis=0) - expected) <= 5 * error).all()
    exact = sj.lifetime_value(CHAIN, REWARDS, discount_factor=0.97, horizon=24)
    assert found.value_per_customer == pytest.approx(exact.mean["trial"], rel=1e-5)


def test_a_thousand_million_million_customers_are_counted_to_the_last() -> None:
    found = cohort(customers=10**15, horizon=60)
    assert (found.occupancy.sum(axis=2) == 10**15).all()


@pytest.mark.parametrize(
    "stock", [{"trial": 30, "active": 20}, [30, 20, 0], np.array([30.0, 20.0, 0.0]), np.array([30, 20, 0], np.int32)]
)
def test_a_stock_begins_where_it_stands(stock: Any) -> None:
    assert cohort(customers=None, stock=stock).occupancy[0, 0].tolist() == [30, 20, 0]


def test_arrivals_are_the_same_each_period_or_a_row_each() -> None:
    rows = [[5, 0, 0]] * 11
    assert same_paths(cohort(arrivals=rows), cohort(arrivals={"trial": 5}))
    assert same_paths(cohort(arrivals=np.array(rows)), cohort(arrivals=[5, 0, 0]))
    uneven = cohort(arrivals=[[0, 0, 0]] * 10 + [[0, 9, 0]])
    assert uneven.occupancy[0].sum(axis=1).tolist() == [3000] * 11 + [3009]


def test_newcomers_start_by_the_law_given() -> None:
    assert cohort(start="active").occupancy[0, 0].tolist() == [0, 3000, 0]
    mixed = cohort(customers=10**6, start={"trial": 0.25, "active": 0.75}).occupancy[0, 0]
    assert mixed[0] == pytest.approx(250_000, abs=5 * np.sqrt(10**6 * 0.25 * 0.75))


def test_revenue_is_told_where_there_is_money() -> None:
    found = cohort(horizon=1, start="trial")
    assert found.revenue[0, 0] == 3.0 * found.moves[0, 0, 1]
    assert found.value[0] == pytest.approx(0.97 * found.revenue[0, 0])
    without = cohort(rewards=None)
    for name in ("revenue", "value", "value_per_customer"):
        with pytest.raises(ValueError, match=f"^{name}: no money was given; simulate with rewards="):
            getattr(without, name)
        with pytest.raises(ValueError, match=f"^{name}: no money was given"):
            getattr(without[0], name)
    assert list(without.to_dict()) == ["path", "period", "survivors", "trial", "active", "churn"]


def test_a_fit_of_the_counts_gives_the_chain_and_the_money_back() -> None:
    found = cohort(customers=10**6, horizon=30, rewards={"active": 10.0}, start={"trial": 0.5, "active": 0.5})
    fit = sj.fit_chain(found.counts())
    assert abs(fit.chain.transition_matrix - CHAIN.transition_matrix).max() < 0.005
    again = sj.simulate_cohort(fit, 1000, horizon=5)
    assert again.occupancy[0, 0, 0] == pytest.approx(500, abs=100)
    assert again.revenue[0, 0] == pytest.approx(10.0 * again.occupancy[0, 0, 1])


def test_a_sparse_chain_has_the_same_paths() -> None:
    sparse = sj.simulate_cohort(CHAIN.to_sparse(), 3000, horizon=12, rewards=REWARDS, discount_factor=0.97)
    assert same(sparse.occupancy, cohort().occupancy)
    with pytest.raises(ValueError, match="moves: the chain is sparse; take sparse_moves"):
        _ = sparse.moves
    pytest.importorskip("scipy")
    assert same(sparse.sparse_moves().toarray(), cohort().moves[0])


def test_arrays_are_read_only_and_outlive_the_simulation() -> None:
    arrays = [cohort().occupancy, cohort().closing_stock, cohort().value, cohort()[0].occupancy, cohort().moves]
    for array in arrays:
        assert not array.flags.writeable
    assert same(arrays[0], cohort().occupancy)


def test_tables_have_a_row_per_path_and_period() -> None:
    found = cohort(paths=2, first_path=3)
    table = found.to_dict()
    assert list(table) == ["path", "period", "survivors", "revenue", "trial", "active", "churn"]
    assert table["path"].tolist() == [3] * 12 + [4] * 12
    assert table["period"].tolist() == [*range(12)] * 2
    assert table["active"].tolist() == found.occupancy[:, :, 1].ravel().tolist()
    assert list(found[1].to_dict()) == ["period", "survivors", "revenue", "trial", "active", "churn"]
    assert found[1].to_dict()["revenue"].tolist() == found.revenue[1].tolist()


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_tables_become_frames(backend: Any) -> None:
    pytest.importorskip(backend)
    assert cohort(paths=2).to_frame(backend).shape == (24, 7)
    assert cohort()[0].to_frame(backend).shape == (12, 6)


def test_a_cohort_tells_what_it_did() -> None:
    found = cohort(paths=2, seed=9, arrivals=[1, 0, 0])
    for words in ("3,011 customers", "12 periods", "month", "2 paths", "arrivals", "seed 9", "0.97"):
        assert words in found.definition
    assert found.definition in str(found)
    assert repr(found) == "CohortSimulation(3011 customers, 2 paths, seed=9)"
    assert repr(found[1]) == "CohortPath(1, 12 periods)"


def test_other_threads_of_the_interpreter_go_on_meanwhile() -> None:
    counted = 0
    worker = threading.Thread(target=lambda: cohort(paths=20_000, threads=1))
    worker.start()
    while worker.is_alive():
        counted += 1
        time.sleep(0.001)
    worker.join()
    assert counted >= 5


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"customers": None}, ValueError, "customers: .*stock"),
        ({"customers": 0}, ValueError, "customers: must be from 1 to .*found 0"),
        ({"customers": 10**30}, ValueError, "customers: .*out of range"),
        ({"customers": 10**16}, ValueError, "customers: must be from 1 to 2,251,799,813,685,248"),
        ({"customers": 1.5}, TypeError, "customers: expected a whole number, found 1.5"),
        ({"customers": True}, TypeError, "customers: expected a whole number"),
        ({"stock": [1, 2, 3]}, ValueError, "stock: .*one of the two"),
        ({"customers": None, "stock": [1, 2]}, ValueError, "stock: expected shape"),
        ({"customers": None, "stock": [1, 2.5, 0]}, ValueError, "stock: holds 2.5 customers in 'active'"),
        ({"customers": None, "stock": [1, float("nan"), 0]}, ValueError, "stock: holds nan customers in 'active'"),
        ({"customers": None, "stock": {"loyal": 1}}, IndexError, "stock: unknown state 'loyal'"),
        ({"customers": None, "stock": [-1, 2, 0]}, ValueError, "stock: holds -1 customers in 'trial'"),
        ({"customers": None, "stock": [0, 0, 0]}, ValueError, "stock: holds nobody"),
        ({"customers": None, "stock": [1, 0, 0], "start": "trial"}, ValueError, "start: .*stock"),
        ({"arrivals": [[1, 0, 0]] * 5}, ValueError, r"arrivals: shape \(5, 3\), expected \(3,\).*\(11, 3\)"),
        ({"arrivals": [[1, 0]] * 11}, ValueError, "arrivals: expected shape"),
        ({"arrivals": "many"}, TypeError, "arrivals: expected numbers"),
        ({"arrivals": [0.5, 0, 0]}, ValueError, "arrivals: holds 0.5 customers in 'trial'"),
        ({"horizon": 0}, ValueError, "horizon: .*found 0"),
        ({"horizon": None}, TypeError, "horizon: expected a whole number"),
        ({"paths": 0}, ValueError, "paths: .*found 0"),
        ({"paths": 2**32 - 1, "horizon": 10**7}, ValueError, "simulate_cohort: not enough memory .*first_path"),
        ({"first_path": -1}, ValueError, "first_path: .*found -1"),
        ({"threads": -1}, ValueError, "threads: .*found -1"),
        ({"seed": -1}, ValueError, "seed: expected a whole number from 0"),
        ({"start": "loyal"}, IndexError, "start: unknown state 'loyal'"),
        ({"start": [0.5, 0.4, 0.0]}, ValueError, "start: sums to 0.9"),
        ({"discount_rate": 0.1}, ValueError, "simulate_cohort: discount_rate=0.1 has no unit"),
    ],
)
def test_arguments_out_of_range_are_refused_by_name(options: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        cohort(**options)
