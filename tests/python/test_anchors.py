"""The published numbers of tests/data/anchors.json, each with its source beside it there."""

from __future__ import annotations

import csv
import gzip
import itertools
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from anchors import ANCHORS, chain_of, each

import sojourn as sj

DATA = os.environ.get("SOJOURN_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="SOJOURN_DATA is not set")


def close(found: Any, expected: Any, tolerance: float) -> bool:
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    return found.shape == expected.shape and bool(np.all(np.abs(found - expected) <= tolerance))


def journeys_of(anchor: dict[str, Any]) -> sj.Journeys:
    """Words of one-letter states, one customer a word."""
    customer, time, state = [], [], []
    for number, word in enumerate(anchor["journeys"]):
        for step, letter in enumerate(word):
            customer.append(number)
            time.append(step)
            state.append(letter)
    return sj.journeys(
        customer=customer, time=time, state=state, states=anchor["states"], exits=anchor.get("exits", [])
    )


@each("values")
def test_published_values_come_out_of_lifetime_value(anchor: dict[str, Any]) -> None:
    value = sj.lifetime_value(
        chain_of(anchor),
        anchor["per_state"],
        horizon=anchor["horizon"],
        discount_rate_per_period=anchor["discount_rate_per_period"],
    )
    assert close(value.mean, anchor["mean"], anchor["mean_tolerance"])
    assert close(value.residual, np.asarray(value.mean) - anchor["per_state"], 1e-12)
    if "standard_deviation" in anchor:
        assert close(value.std, anchor["standard_deviation"], anchor["standard_deviation_tolerance"])
    if "variance" in anchor:
        assert close(np.asarray(value.std) ** 2, anchor["variance"], anchor["variance_tolerance"])


@each("fundamental_matrices")
def test_published_expected_visits_are_values_of_one_unit_of_money_per_visit(anchor: dict[str, Any]) -> None:
    expected = np.array(anchor["expected_visits"])
    for j in range(expected.shape[1]):
        visits = sj.lifetime_value(chain_of(anchor), {anchor["transient"][j]: 1.0}, discount_factor=1).mean
        found = [visits[state] for state in anchor["transient"][: expected.shape[0]]]
        assert close(found, expected[:, j], anchor["tolerance"])


@each("absorption")
def test_published_chances_of_an_end_are_values_of_one_unit_of_money_per_arrival(anchor: dict[str, Any]) -> None:
    into = anchor["into"]
    rewards = {(state, into): 1.0 for state in anchor["states"] if state != into}
    chance = sj.lifetime_value(chain_of(anchor), rewards, discount_factor=1).mean.to_dict()
    chance[into] = 1.0  # who stands there has arrived
    assert close(list(chance.values()), anchor["probability"], anchor["tolerance"])


@each("powers")
def test_published_chances_after_n_periods_are_powers_of_the_chain(anchor: dict[str, Any]) -> None:
    assert close(chain_of(anchor).after(anchor["periods"]), anchor["after"], anchor["tolerance"])


def test_the_eight_segments_move_earn_and_are_worth_what_is_published_to_the_dollar() -> None:
    anchor = ANCHORS["segments"]
    states, moves = np.array(anchor["states"]), np.array(anchor["moves"])
    pairs = np.repeat([(i, j) for i in range(8) for j in range(8)], moves.ravel(), axis=0)
    fit = sj.fit_chain(
        sj.journeys(
            customer=np.repeat(np.arange(len(pairs)), 2),
            time=np.tile([2014, 2015], len(pairs)),
            state=states[pairs.ravel()],
            states=anchor["states"],
        )
    )
    assert np.array_equal(fit.counts.moves, moves)
    chain = sj.Chain(anchor["states"], fit.chain.transition_matrix, period="year")

    path = sj.forecast(chain, anchor["stock"], periods=10)
    assert close(path[1], anchor["stock_2016"], anchor["stock_tolerance"])
    assert close(path[10], anchor["stock_2025"], anchor["stock_tolerance"])
    assert close(path @ anchor["revenue_per_head"], anchor["revenue"], anchor["revenue_tolerance"])

    value = sj.lifetime_value(
        chain, anchor["revenue_per_head"], horizon=11, annual_discount_rate=anchor["annual_discount_rate"]
    )
    stock = np.array(anchor["stock"])
    assert close(stock @ np.asarray(value.mean), anchor["cumulative_discounted_revenue"], anchor["revenue_tolerance"])
    assert close(stock @ np.asarray(value.residual), anchor["database_value"], anchor["revenue_tolerance"])


@pytest.mark.parametrize("keyword", ["discount", "rate", "discount_rate"])
def test_the_unit_errors_of_widely_copied_examples_are_refused(keyword: str) -> None:
    chain = chain_of(ANCHORS["values"][0])
    with pytest.raises(ValueError, match=r"0\.1 has no unit; say annual_discount_rate=0\.1"):
        sj.lifetime_value(chain, {"recency_1": 36.0}, **{keyword: 0.1})
    with pytest.raises(ValueError, match=r"0\.1 has no unit; say annual_discount_rate=0\.1"):
        sj.simulate(chain, customers=10, horizon=5, **{keyword: 0.1})


def test_a_period_without_a_unit_is_refused() -> None:
    anchor = ANCHORS["values"][0]
    with pytest.raises(ValueError, match=r"period: 30 has no unit; say '30 days'"):
        sj.Chain(anchor["states"], anchor["transition_matrix"], period=30)


def test_ten_percent_a_year_is_not_ten_percent_a_week() -> None:
    chain = sj.Chain(["active"], [[1.0]], period="week")
    yearly = sj.lifetime_value(chain, [1.0], annual_discount_rate=0.10).mean["active"]
    weekly = sj.lifetime_value(chain, [1.0], discount_rate_per_period=0.10).mean["active"]
    assert yearly == pytest.approx(1 / (1 - 1.1 ** (-7 / 365.25)), rel=1e-12)
    assert weekly == pytest.approx(11.0, rel=1e-12)


@each("structures")
def test_published_classes_periods_and_ends_come_out_of_structure(anchor: dict[str, Any]) -> None:
    shape = sj.structure(chain_of(anchor))
    found = {tuple(c.states): (c.period, c.is_recurrent) for c in shape.classes}
    expected = zip(anchor["classes"], zip(anchor["periods"], anchor["recurrent"], strict=True), strict=True)
    assert found == {tuple(states): facts for states, facts in expected}
    assert list(shape.absorbing_states) == anchor["absorbing"]
    assert shape.is_absorbing_chain == anchor["absorbing_chain"]
    assert shape.is_irreducible == (len(anchor["classes"]) == 1)

    order = [anchor["states"].index(state) for state in shape.canonical_order]
    canonical = np.array(anchor["transition_matrix"])[np.ix_(order, order)]
    n_transient = len(shape.transient_states)
    assert sorted(order) == list(range(len(order)))
    assert not canonical[n_transient:, :n_transient].any()


def test_a_row_that_sums_to_slightly_under_one_is_simulated_inside_the_state_space() -> None:
    under = 1 - 1e-12
    rows = [[0.2 * under, 0.5 * under, 0.3 * under], [0.1, 0.6, 0.3 - 1e-12], [0, 0, under]]
    chain = sj.Chain(["trial", "active", "churn"], rows, period="month")
    sim = sj.simulate(chain, customers=100_000, horizon=50, outputs=("occupancy",))
    assert (np.asarray(sim.occupancy).sum(axis=1) == 100_000).all()


def test_a_row_that_sums_to_97_hundredths_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"transition_matrix: row 'trial' sums to 0\.97, expected 1 \(tolerance 1e-09\)"
    ):
        sj.Chain(["trial", "churn"], [[0.5, 0.47], [0, 1]], period="month")


@each("fits")
def test_published_journeys_are_fitted_to_the_published_chain(anchor: dict[str, Any]) -> None:
    assert close(sj.fit_chain(journeys_of(anchor)).chain.transition_matrix, anchor["chain"], anchor["tolerance"])


def test_no_move_is_counted_across_a_gap_of_the_published_sequence() -> None:
    anchor = ANCHORS["gaps"]
    sequence = anchor["sequence"]
    counts = sj.count(
        sj.journeys(
            customer=[1] * len(sequence), time=list(range(len(sequence))), state=sequence, states=anchor["states"]
        )
    )
    assert np.array_equal(counts.moves, anchor["moves"])
    with pytest.raises(ValueError, match="no move out of 'c'"):
        sj.fit_chain(counts)


def test_the_published_mode_of_the_dirichlet_rows_comes_out() -> None:
    anchor = ANCHORS["dirichlet_mode"]
    fit = sj.fit_chain(journeys_of(anchor), prior=anchor["prior"], estimate="mode")
    assert close(fit.chain.transition_matrix, anchor["chain"], anchor["tolerance"])


def test_the_published_log_likelihood_comes_out() -> None:
    anchor = ANCHORS["log_likelihood"]
    assert sj.data.log_likelihood(anchor["moves"], chain_of(anchor)) == pytest.approx(
        anchor["log_likelihood"], abs=anchor["tolerance"]
    )


def test_the_published_covariance_of_a_dirichlet_law_comes_out() -> None:
    anchor = ANCHORS["dirichlet_covariance"]
    assert close(
        80 * sj.data.dirichlet_covariance(anchor["alpha"]), anchor["eighty_times_covariance"], anchor["tolerance"]
    )


def test_the_published_paths_start_move_and_end_as_counted() -> None:
    anchor = ANCHORS["paths"]
    counts = sj.count(journeys_of(anchor))
    assert np.array_equal(counts.moves, anchor["moves"])
    assert np.array_equal(np.asarray(counts.starts), anchor["starts"])
    assert np.array_equal(np.asarray(counts.lasts), anchor["lasts"])


def read_cdnow(anchor: dict[str, Any]) -> dict[str, Any]:
    assert DATA is not None
    with gzip.open(Path(DATA) / anchor["file"], "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        "customer": [row[anchor["customer"]] for row in rows],
        "date": [row["date"] for row in rows],
        "cds": [float(row["number_of_cds"]) for row in rows],
        "dollars": [float(row["dollar_value"]) for row in rows],
    }


def quarters(log: dict[str, Any], value: str, origin: str) -> sj.Journeys:
    sample = ANCHORS["cdnow"]["sample"]
    return sj.order_journeys(
        log,
        customer="customer",
        time="date",
        value=value,
        period=f"{sample['period_days']} days",
        churn_after=sample["churn_after"],
        origin=origin,
        until=sample["last_day"],
    )


def active_again(journeys: sj.Journeys) -> list[float]:
    """Of those active in one period, the share active in the next, with 1, 2, 3 or more active periods so far."""
    again, everybody = [0, 0, 0], [0, 0, 0]
    positions, offsets = journeys.state_positions, journeys.offsets
    for first, end in itertools.pairwise(offsets):
        active = 0
        path = positions[first:end]
        for now, after in itertools.pairwise(path):
            if now == 0:
                everybody[min(active, 2)] += 1
                again[min(active, 2)] += int(after == 0)
                active += 1
    return [a / n for a, n in zip(again, everybody, strict=True)]


@needs_data
def test_the_full_cdnow_log_has_its_customers_rows_cds_and_dollars() -> None:
    anchor = ANCHORS["cdnow"]["full"]
    log = read_cdnow(anchor)
    journeys = quarters(log, "dollars", ANCHORS["cdnow"]["sample"]["first_day"])
    assert journeys.report.rows_read == journeys.report.rows_used == anchor["rows"]
    assert journeys.n_customers == anchor["customers"]
    assert np.sum(journeys.values) == pytest.approx(anchor["revenue"], abs=anchor["revenue_tolerance"])
    assert np.sum(quarters(log, "cds", ANCHORS["cdnow"]["sample"]["first_day"]).values) == anchor["cds"]
    assert close(active_again(journeys), anchor["active_again_by_active_quarters"], anchor["share_tolerance"])


@needs_data
def test_the_cdnow_sample_has_its_active_customers_revenue_and_moves_by_recency_on_a_common_grid() -> None:
    anchor = ANCHORS["cdnow"]["sample"]
    journeys = quarters(read_cdnow(anchor), "dollars", anchor["first_day"])
    assert journeys.report.rows_used == anchor["rows"]
    assert journeys.n_customers == anchor["customers"]

    days = journeys.times.astype("datetime64[D]") - np.datetime64(anchor["first_day"])
    quarter = days.astype(np.int64) // anchor["period_days"]
    assert np.bincount(quarter[journeys.state_positions == 0]).tolist() == anchor["active"]
    assert close(np.bincount(quarter, weights=journeys.values), anchor["revenue"], anchor["revenue_tolerance"])

    moves = np.asarray(sj.count(journeys).moves)
    assert [[moves[i, 0], moves[i, i + 1]] for i in range(5)] == anchor["moves_from_recency"]
    assert moves.sum() == np.sum(anchor["moves_from_recency"])
    assert close(active_again(journeys), anchor["active_again_by_active_quarters"], anchor["share_tolerance"])


@needs_data
def test_the_cdnow_sample_has_its_moves_by_recency_on_each_customers_own_clock() -> None:
    anchor = ANCHORS["cdnow"]["sample"]
    moves = np.asarray(sj.count(quarters(read_cdnow(anchor), "dollars", "first_event")).moves)
    assert [[moves[i, 0], moves[i, i + 1]] for i in range(5)] == anchor["moves_from_recency_own_clock"]
