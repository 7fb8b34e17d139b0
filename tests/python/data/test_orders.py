"""Orders alone: recency states on a grid of periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from refusals import Refusal, each_refusal, refused

import sojourn as sj


def read(*orders: tuple[Any, ...], **settings: Any) -> sj.Journeys:
    """Orders of customer, day and, where given, value."""
    columns = [list(column) for column in zip(*orders, strict=True)]
    value = columns[2] if len(columns) > 2 else None
    return sj.order_journeys(customer=columns[0], time=columns[1], value=value, **settings)


def paths(journeys: sj.Journeys) -> list[tuple[Any, list[str], list[str], list[float]]]:
    return [(j.customer, j.states, j.times.astype(str).tolist(), j.values.tolist()) for j in journeys]


def test_a_customer_is_active_then_silent_then_gone() -> None:
    found = read(("a", "2024-01-31", 1.0), ("a", "2024-02-29", 2.0), churn_after=2, until="2024-07-01")
    days = ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]
    assert paths(found) == [
        ("a", ["active", "active", "silent_1", "silent_2", "churn"], days, [1.0, 2.0, 0.0, 0.0, 0.0])
    ]
    assert found.is_ended.tolist() == [True]
    assert found.period == sj.Period.months(1)


def test_the_defaults_are_months_and_six_silent_ones() -> None:
    found = read(("a", "2024-01-01"), until="2025-12-31")
    assert found.states == sj.chain.recency(6).states
    assert found[0].states == ["active", *(f"silent_{k}" for k in range(1, 7)), "churn"]


def test_an_order_in_a_silent_period_is_a_move_back_to_active() -> None:
    found = read(("a", "2024-01-01"), ("a", "2024-03-15"), churn_after=3, until="2024-04-30")
    assert found[0].states == ["active", "silent_1", "active", "silent_1"]
    counts = sj.count(found)
    active, silent = (counts.states.index(name) for name in ("active", "silent_1"))
    assert counts.moves[silent, active] == 1
    assert counts.moves[active, silent] == 2


def test_an_order_after_churn_opens_a_new_journey() -> None:
    found = read(("a", "2024-01-01"), ("a", "2024-06-10"), churn_after=2, until="2024-07-31")
    assert [journey.states for journey in found] == [
        ["active", "silent_1", "silent_2", "churn"],
        ["active", "silent_1"],
    ]
    report = found.report
    assert (report.churned, report.returned_after_churn, report.customers) == (1, 1, 1)
    assert any("returned after churn: 1" in note and "more silent periods" in note for note in report.notes())


def test_values_are_summed_within_a_period_and_orders_merged() -> None:
    found = read(("a", "2024-01-01", 1.0), ("a", "2024-01-20", 2.0), ("a", "2024-02-10", 4.0), until="2024-02-29")
    assert found.values.tolist() == [3.0, 4.0]
    assert found.report.merged_into_period == 1


def test_two_equal_orders_are_two_orders_unless_said_otherwise() -> None:
    orders = [("a", "2024-01-01", 5.0), ("a", "2024-01-01", 5.0)]
    kept = read(*orders, until="2024-01-31")
    assert (kept.values.tolist(), kept.report.identical_rows_kept) == ([10.0], 1)
    dropped = read(*orders, until="2024-01-31", duplicates="drop")
    assert (dropped.values.tolist(), dropped.report.duplicates) == ([5.0], 1)


def test_without_a_value_column_every_order_is_worth_nothing() -> None:
    found = read(("a", "2024-01-01"), ("a", "2024-02-01"), until="2024-02-29")
    assert found.values.tolist() == [0.0, 0.0]


def test_an_order_without_a_value_is_dropped_or_counts_zero() -> None:
    orders = [("a", "2024-01-01", 5.0), ("a", "2024-02-01", None)]
    dropped = read(*orders, until="2024-02-29")
    assert (dropped[0].states, dropped.report.missing_value) == (["active", "silent_1"], 1)
    zero = read(*orders, until="2024-02-29", missing_value="zero")
    assert (zero[0].states, zero.values.tolist()) == (["active", "active"], [5.0, 0.0])


def test_the_incomplete_last_period_is_not_counted_and_said() -> None:
    found = read(("a", "2024-01-10", 1.0), ("a", "2024-02-15", 2.0))
    assert paths(found) == [("a", ["active"], ["2024-01-10"], [1.0])]
    assert (found.report.in_incomplete_period, found.report.value_in_incomplete_period) == (1, 2.0)


def test_a_customer_without_a_complete_period_is_counted_as_such() -> None:
    found = read(("a", "2024-01-01"), ("b", "2024-02-20"), until="2024-02-29")
    assert found.n_customers == 1
    assert (found.report.customers, found.report.customers_uncounted) == (2, 1)


@pytest.mark.parametrize(
    ("period", "second"),
    [
        ("day", "2024-01-32"),
        ("week", "2024-01-38"),
        ("2 weeks", "2024-01-45"),
        ("91 days", "2024-01-122"),
        ("quarter", "2024-04-31"),
        ("year", "2025-01-31"),
    ],
)
def test_periods_are_calendar_lengths(period: str, second: str) -> None:
    year, month, day = map(int, second.split("-"))
    expected = dt.date(year, month, 1) + dt.timedelta(days=day - 1)
    if period == "quarter":
        expected = dt.date(2024, 4, 30)  # 31 January + 3 months, clipped to the end of April
    found = read(("a", "2024-01-31"), period=period, until="2026-12-31", churn_after=2)
    assert found.times[:2].tolist() == [dt.date(2024, 1, 31), expected]


def test_a_calendar_week_begins_on_a_monday() -> None:
    found = read(("a", "2024-01-04"), period="week", origin="calendar", until="2024-01-21")
    assert found.times.astype(str).tolist() == ["2024-01-01", "2024-01-08", "2024-01-15"]


def test_one_order_of_one_customer_is_enough() -> None:
    found = read(("a", "2024-01-01"), period="day")
    assert paths(found) == [("a", ["active"], ["2024-01-01"], [0.0])]


def test_a_period_object_is_its_text() -> None:
    orders = [("a", "2024-01-01"), ("b", "2024-03-04")]
    one, other = (read(*orders, period=period, until="2024-12-31") for period in ("2 weeks", sj.Period.weeks(2)))
    assert paths(one) == paths(other)


# --- laws ------------------------------------------------------------------------------------------------------------

orders = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 300), st.integers(0, 100)), min_size=1, max_size=20)
START = dt.date(2024, 1, 1)


def dated(rows: list[tuple[str, int, int]]) -> list[tuple[str, dt.date, int]]:
    return [(c, START + dt.timedelta(days=day), v) for c, day, v in rows]


@given(rows=orders, churn_after=st.integers(1, 4), period=st.sampled_from(["week", "month", "10 days"]))
@settings(deadline=None, max_examples=150)
def test_recency_states_follow_from_the_orders(rows: list[tuple[str, int, int]], churn_after: int, period: str) -> None:
    found = read(*dated(rows), churn_after=churn_after, period=period, until="2025-01-31")
    silent = ["active", *(f"silent_{k}" for k in range(1, churn_after + 1)), "churn"]
    for journey in found:
        assert journey.states[0] == "active"
        for here, there in zip(journey.states, journey.states[1:], strict=False):
            assert there in ("active", silent[silent.index(here) + 1])
        assert journey.is_ended == (journey.states[-1] == "churn")
        assert all(value == 0 for state, value in zip(journey.states, journey.values, strict=True) if state != "active")
    assert found.values.sum() + found.report.value_in_incomplete_period == sum(v for *_, v in rows)
    report = found.report
    assert report.rows_read == report.rows_used + report.rows_dropped == len(rows)
    assert found.n_customers + report.customers_uncounted == len({c for c, *_ in rows})


@given(rows=orders, data=st.data())
@settings(deadline=None, max_examples=100)
def test_permuting_orders_changes_nothing(rows: list[tuple[str, int, int]], data: st.DataObject) -> None:
    rows = [("z", 0, 1), *rows]
    shuffled = data.draw(st.permutations(rows))
    one, other = (read(*dated(some), churn_after=2, until="2024-12-31") for some in (rows, shuffled))
    assert sorted(paths(one)) == sorted(paths(other))
    assert one.report == other.report
    assert sj.count(one) == sj.count(other)


@given(rows=orders)
@settings(deadline=None, max_examples=60)
def test_counts_of_different_customers_add_up(rows: list[tuple[str, int, int]]) -> None:
    rows = [*rows, ("y", 0, 1), ("z", 0, 1)]
    whole = sj.count(read(*dated(rows), churn_after=2, until="2024-12-31"))
    first = [row for row in rows if row[0] in "aby"]
    rest = [row for row in rows if row[0] not in "aby"]
    parts = [sj.count(read(*dated(some), churn_after=2, until="2024-12-31")) for some in (first, rest)]
    assert parts[0] + parts[1] == whole


# --- bad input -------------------------------------------------------------------------------------------------------

A = ("a", "2024-01-01", 5.0)
BAD: list[Refusal] = [
    ("no complete period", lambda: read(A), ["complete month", "shorter period or a longer log"]),
    ("churn_after 0", lambda: read(A, churn_after=0), ["churn_after", "0 periods", "1 to 1,000"]),
    ("churn_after beyond reason", lambda: read(A, churn_after=5000), ["churn_after", "5000"]),
    ("a step as period", lambda: read(A, period="step"), ["period", "step", "month"]),
]


@each_refusal(BAD)
def test_bad_input_is_refused_with_advice(call: Callable[[], object], words: list[str]) -> None:
    refused(ValueError, call, words)


def test_a_chain_fitted_to_orders_has_a_row_for_every_state() -> None:
    rng = np.random.default_rng(7)
    rows = [(int(c), START + dt.timedelta(days=int(d)), 10.0) for c in range(200) for d in rng.integers(0, 700, 6)]
    fit = sj.fit_chain(read(*rows, churn_after=2, until="2025-11-30"))
    assert fit.states == sj.chain.recency(2).states
    assert fit.chain.transition_matrix.sum(axis=1) == pytest.approx(1.0)
    assert fit.chain.absorbing_states == ["churn"]
