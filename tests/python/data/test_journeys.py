"""Logs with a state column: what becomes of every row, on both clocks."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from refusals import Refusal, each_refusal, refused

import sojourn as sj

STATES = ["trial", "active", "churn"]
DROPPED = [
    "malformed",
    "missing_customer",
    "missing_time",
    "invalid_time",
    "missing_value",
    "invalid_value",
    "missing_state",
    "unknown_state",
    "duplicates",
    "before_origin",
    "after_until",
    "unlabelled",
]


def log(*rows: tuple[Any, ...]) -> dict[str, list[Any]]:
    """Rows of customer, time, state and, where given, value."""
    names = ["customer", "time", "state", "value"][: max(len(row) for row in rows)]
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def read(data: dict[str, list[Any]], **settings: Any) -> sj.Journeys:
    value = "value" if "value" in data else None
    return sj.journeys(data, customer="customer", time="time", state="state", value=value, **settings)


def paths(journeys: sj.Journeys) -> list[tuple[Any, list[str], list[float]]]:
    return [(journey.customer, journey.states, journey.values.tolist()) for journey in journeys]


# --- one entry per event ---------------------------------------------------------------------------------------------


def test_events_of_a_customer_become_one_journey_in_time_order() -> None:
    found = read(log(("b", "2024-01-03", "trial"), ("a", "2024-02-01", "active"), ("a", "2024-01-01", "trial")))
    assert sorted(paths(found)) == [("a", ["trial", "active"], [0, 0]), ("b", ["trial"], [0])]
    assert (found.n_journeys, found.n_entries, found.n_customers, len(found)) == (2, 3, 2, 2)


def test_without_a_period_the_clock_is_the_event() -> None:
    found = read(log(("a", "2024-01-01", "trial"), ("a", "2024-07-01", "active")))
    assert found.period == sj.Period.step()
    assert found.times.tolist() == [dt.date(2024, 1, 1), dt.date(2024, 7, 1)]
    assert "one step = one event" in str(found)


def test_states_are_those_found_sorted_by_name() -> None:
    names = ["trial", "active", "lost", "new", "back", "zero", "idle"]
    found = read(log(*[("a", f"2024-01-0{i + 1}", name) for i, name in enumerate(names)]))
    assert found.states.names == tuple(sorted(names))
    assert found[0].states == names
    assert found.lifecycle.allowed.all()


def test_given_states_keep_their_order_and_may_be_unseen() -> None:
    found = read(log(("a", "2024-01-01", "active")), states=STATES, exits=["churn"])
    assert found.states.names == tuple(STATES)
    assert found.lifecycle.exits == ["churn"]
    assert found.state_positions.tolist() == [1]


def test_a_journey_ends_in_an_exit_and_a_return_opens_a_new_one() -> None:
    found = read(
        log(("a", "2024-01-01", "trial"), ("a", "2024-02-01", "churn"), ("a", "2024-05-01", "active")),
        lifecycle=sj.Lifecycle(STATES, exits=["churn"]),
    )
    assert [journey.states for journey in found] == [["trial", "churn"], ["active"]]
    assert found.is_ended.tolist() == [True, False]
    assert (found.report.churned, found.report.returned_after_churn) == (1, 1)
    assert (found.n_customers, found.n_journeys) == (1, 2)


def test_the_last_event_of_an_open_journey_is_not_an_ending() -> None:
    found = read(log(("a", "2024-01-01", "trial"), ("a", "2024-02-01", "active")))
    assert found.is_ended.tolist() == [False]
    assert found.report.ended_journeys == 0


def test_an_exit_told_twice_is_one_exit_with_both_values() -> None:
    found = read(
        log(("a", "2024-01-01", "trial", 1.0), ("a", "2024-02-01", "churn", 2.0), ("a", "2024-03-01", "churn", 4.0)),
        exits=["churn"],
    )
    assert paths(found) == [("a", ["trial", "churn"], [1.0, 6.0])]
    assert found.report.repeated_exits == 1


def test_a_row_without_a_state_cuts_the_journey_and_no_move_crosses_the_gap() -> None:
    data = log(("a", "2024-01-01", "trial"), ("a", "2024-01-02", None), ("a", "2024-01-03", "active"))
    cut = read(data)
    assert [journey.states for journey in cut] == [["trial"], ["active"]]
    assert cut.is_continuation.tolist() == [False, True]
    assert (cut.report.gaps, cut.report.missing_state) == (1, 0)
    assert sj.count(cut).n_moves == 0
    joined = read(data, missing_state="drop")
    assert [journey.states for journey in joined] == [["trial", "active"]]
    assert (joined.report.gaps, joined.report.missing_state) == (0, 1)


def test_equal_rows_are_dropped_or_kept_as_said() -> None:
    row = ("a", "2024-01-01", "trial", 5.0)
    dropped = read(log(row, row))
    assert (dropped.n_entries, dropped.report.duplicates) == (1, 1)
    kept = read(log(row, row), duplicates="keep")
    assert (kept.n_entries, kept.report.duplicates, kept.report.identical_rows_kept) == (2, 0, 1)


def test_rows_that_differ_in_value_only_are_not_duplicates() -> None:
    found = read(log(("a", "2024-01-01", "trial", 5.0), ("a", "2024-01-01", "trial", 6.0)))
    assert (found.n_entries, found.report.duplicates, found.report.tied) == (2, 0, 1)


def test_ties_keep_the_order_of_input() -> None:
    one = read(log(("a", "2024-01-01", "trial"), ("a", "2024-01-01", "active")))
    other = read(log(("a", "2024-01-01", "active"), ("a", "2024-01-01", "trial")))
    assert (one[0].states, other[0].states) == (["trial", "active"], ["active", "trial"])
    assert one.report.tied == other.report.tied == 1


def test_a_missing_value_is_dropped_or_counted_as_zero() -> None:
    data = log(("a", "2024-01-01", "trial", 5.0), ("a", "2024-01-02", "active", None))
    dropped = read(data)
    assert paths(dropped) == [("a", ["trial"], [5.0])]
    assert dropped.report.missing_value == 1
    zero = read(data, missing_value="zero")
    assert paths(zero) == [("a", ["trial", "active"], [5.0, 0.0])]
    assert zero.report.missing_value_as_zero == 1


@pytest.mark.parametrize("value", [math.inf, -math.inf, "free"])
def test_a_value_that_is_no_finite_number_is_dropped_and_counted(value: Any) -> None:
    found = read(log(("a", "2024-01-01", "trial", 5.0), ("a", "2024-01-02", "active", value)))
    assert (found.n_entries, found.report.invalid_value) == (1, 1)


def test_unknown_states_are_dropped_and_counted_on_request() -> None:
    data = log(("a", "2024-01-01", "trial"), ("a", "2024-01-02", "lost"), ("b", "bad", "lost"), (None, None, "lost"))
    found = read(data, states=STATES, unknown_state="drop")
    assert paths(found) == [("a", ["trial"], [0])]
    report = found.report
    assert (report.unknown_state, report.invalid_time, report.missing_customer) == (1, 1, 1)
    assert report.rows_read == report.rows_used + report.rows_dropped == 4


@pytest.mark.parametrize(
    ("missing_value", "expected"),
    [("drop", {"invalid_value": 1, "missing_value": 1, "unknown_state": 1}),
     ("zero", {"invalid_value": 1, "missing_value": 0, "unknown_state": 2})],
)  # fmt: skip
def test_a_bad_value_counts_before_an_unknown_state(missing_value: str, expected: dict[str, int]) -> None:
    rows = [("a", f"2024-01-0{i + 1}", "lost", value) for i, value in enumerate([1.0, None, "free"])]
    found = read(
        log(("a", "2024-01-09", "trial", 1.0), *rows),
        states=STATES,
        unknown_state="drop",
        missing_value=missing_value,
    )
    assert {name: getattr(found.report, name) for name in expected} == expected
    assert found.report.rows_used == 1
    assert found.report.gaps == 0


@pytest.mark.parametrize("value", [1.0, None, "free"])
def test_a_row_with_an_unknown_state_does_not_cut_a_journey(value: Any) -> None:
    found = read(
        log(("a", "2024-01-01", "trial", 1.0), ("a", "2024-01-02", "lost", value), ("a", "2024-01-03", "active", 1.0)),
        states=STATES,
        unknown_state="drop",
    )
    assert [journey.states for journey in found] == [["trial", "active"]]


def test_each_dropped_row_is_counted_under_its_first_reason() -> None:
    found = read(
        log(
            ("a", "2024-01-01", "trial", 1.0),
            (None, None, None, None),
            ("", "2024-01-01", "trial", 1.0),
            ("a", None, "trial", None),
            ("a", "soon", "trial", None),
            ("a", "2024-01-02", "trial", None),
            ("a", "2024-01-03", "trial", "much"),
            ("a", "2024-01-01", "trial", 1.0),
        )
    )
    report = found.report
    assert report.rows_read == 8
    assert report.missing_customer == 2
    assert (report.missing_time, report.invalid_time) == (1, 1)
    assert (report.missing_value, report.invalid_value, report.duplicates) == (1, 1, 1)
    assert report.rows_used == 1


def test_the_report_reads_as_sentences_and_spans_the_log() -> None:
    found = read(log(("a", "2024-03-01", "trial"), ("a", "2024-01-31", "trial"), (None, "2020-01-01", "trial")))
    report = found.report
    assert report.first_time == np.datetime64("2024-01-31")
    assert report.last_time == np.datetime64("2024-03-01")
    assert report.time_unit == "day"
    notes = "\n".join(report.notes())
    for words in ("3 rows read", "2 rows used", "no customer", "From 2024-01-31 to 2024-03-01"):
        assert words in notes
    assert str(report).strip() == notes


# --- one entry per period --------------------------------------------------------------------------------------------


def test_on_a_grid_a_state_stays_in_force_and_values_are_summed() -> None:
    found = read(
        log(
            ("a", "2024-01-10", "trial", 1.0),
            ("a", "2024-01-20", "active", 2.0),
            ("a", "2024-03-15", "trial", 4.0),
            ("a", "2024-05-10", "trial", 8.0),
        ),
        period="month",
    )
    assert paths(found) == [("a", ["active", "active", "trial", "trial"], [3.0, 0.0, 4.0, 0.0])]
    assert found.times.tolist() == [dt.date(2024, month, 10) for month in (1, 2, 3, 4)]
    assert found.period == sj.Period.months(1)
    assert (found.report.merged_into_period, found.report.in_incomplete_period) == (1, 1)
    assert found.report.value_in_incomplete_period == 8.0


def test_months_are_counted_from_the_first_day_and_clipped_to_month_end() -> None:
    found = read(log(("a", "2024-01-31", "trial"), ("a", "2024-05-31", "trial")), period="month")
    assert found.times.astype(str).tolist() == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]


def test_a_calendar_origin_puts_all_customers_on_one_grid() -> None:
    data = log(("a", "2024-01-15", "trial"), ("a", "2024-02-02", "active"), ("b", "2024-02-20", "trial"))
    found = read(data, period="month", origin="calendar", until="2024-02-29")
    assert {(journey.customer, *journey.times.astype(str)) for journey in found} == {
        ("a", "2024-01-01", "2024-02-01"),
        ("b", "2024-02-01"),
    }


@pytest.mark.parametrize("origin", [dt.date(2024, 2, 1), "2024-02-01"])
def test_events_before_a_given_origin_are_dropped_and_counted(origin: Any) -> None:
    data = log(("a", "2024-01-15", "trial"), ("a", "2024-02-02", "active"), ("b", "2024-02-20", "trial"))
    found = read(data, period="month", origin=origin, until="2024-02-29")
    assert found.report.before_origin == 1
    assert {tuple(journey.times.astype(str)) for journey in found} == {("2024-02-01",)}


@pytest.mark.parametrize("until", [dt.date(2024, 3, 9), "2024-03-09"])
def test_events_after_until_are_dropped_and_counted(until: Any) -> None:
    data = log(("a", "2024-01-10", "trial"), ("a", "2024-03-09", "active"), ("a", "2024-03-10", "trial"))
    found = read(data, period="month", until=until)
    assert found[0].states == ["trial", "active"]
    assert found.report.after_until == 1


def test_silence_is_churn_dated_at_the_first_silent_period() -> None:
    found = read(
        log(("a", "2024-01-01", "active"), ("b", "2024-01-01", "active"), ("b", "2024-06-30", "active")),
        states=STATES,
        exits=["churn"],
        period="month",
        origin="calendar",
        churn_after=2,
    )
    of: dict[str, list[sj.data.JourneyView]] = {}
    for journey in found:
        of.setdefault(journey.customer, []).append(journey)
    assert of["a"][0].states == ["active", "churn"]
    assert of["a"][0].times.astype(str).tolist() == ["2024-01-01", "2024-02-01"]
    assert of["a"][0].is_ended
    assert of["b"][0].states == ["active", "churn"]


def test_on_grid_after_the_fact_equals_a_period_said_at_once() -> None:
    data = log(("a", "2024-01-10", "trial", 1.0), ("a", "2024-03-11", "active", 2.0), ("b", "2024-01-01", "trial", 3.0))
    at_once = read(data, period="2 weeks")
    later = sj.on_grid(read(data), period="2 weeks")
    assert paths(at_once) == paths(later)
    assert at_once.report == later.report
    assert at_once.times.tolist() == later.times.tolist()


def test_fit_chain_puts_event_journeys_on_a_grid_when_told_a_period() -> None:
    data = log(
        ("a", "2024-01-01", "trial"),
        ("a", "2024-02-01", "active"),
        ("a", "2024-05-01", "trial"),
        ("a", "2024-07-01", "active"),
    )
    events = read(data)
    assert sj.fit_chain(events, period="month") == sj.fit_chain(read(data, period="month"))
    assert sj.fit_chain(events).period.is_step


def test_counting_a_log_equals_counting_its_journeys() -> None:
    data = log(
        ("a", "2024-01-01", "trial", 1.0), ("a", "2024-02-01", "active", 2.0), ("b", "2024-02-01", "active", 4.0)
    )
    counts = sj.count(data, customer="customer", time="time", state="state", value="value")
    assert counts == sj.count(read(data))
    assert counts.moves.tolist() == [[0, 0], [1, 0]]
    assert counts.values.to_dict() == {"active": 6.0, "trial": 1.0}


# --- laws ------------------------------------------------------------------------------------------------------------

customers = st.sampled_from(["a", "b", "c", None, ""])
times = st.one_of(
    st.dates(dt.date(2024, 1, 1), dt.date(2024, 6, 30)).map(str), st.sampled_from([None, "", "soon", "2024-13-01"])
)
states = st.sampled_from([*STATES, None, "", "lost"])
values = st.one_of(st.integers(-5, 100), st.sampled_from([None, "", "free", math.nan, math.inf]))
dirty_rows = st.lists(st.tuples(customers, times, states, values), max_size=30)
good_row = ("z", "2024-01-01", "trial", 1)


@given(
    rows=dirty_rows,
    choices=st.fixed_dictionaries(
        {
            "duplicates": st.sampled_from(["drop", "keep"]),
            "missing_state": st.sampled_from(["gap", "drop"]),
            "missing_value": st.sampled_from(["drop", "zero"]),
        }
    ),
    grid=st.sampled_from(
        [
            {},
            {"period": "month"},
            {"period": "week", "origin": "calendar", "churn_after": 2},
            {"period": "2 weeks", "origin": "2023-12-15", "until": "2024-05-01"},
        ]
    ),
)
@settings(deadline=None, max_examples=150)
def test_every_row_is_used_or_dropped_for_one_reason(
    rows: list[tuple[Any, ...]], choices: dict[str, str], grid: dict[str, Any]
) -> None:
    # One customer whose rows are good, for long enough that every grid has a complete period.
    good = [good_row, ("z", "2024-06-30", "active", 1)]
    found = read(log(*rows, *good), states=STATES, exits=["churn"], unknown_state="drop", **choices, **grid)
    report = found.report
    assert report.rows_read == len(rows) + 2
    assert report.rows_read == report.rows_used + report.rows_dropped
    assert report.rows_dropped == sum(getattr(report, reason) for reason in DROPPED)
    assert min(getattr(report, reason) for reason in DROPPED) >= 0
    assert report.journeys == found.n_journeys
    assert report.ended_journeys == int(found.is_ended.sum())
    assert report.to_dict()["rows_dropped"] == report.rows_dropped
    usable = {c for c, t, *_ in [*rows, *good] if c and t not in (None, "", "soon", "2024-13-01")}
    assert report.customers <= len(usable)


@given(rows=dirty_rows)
@settings(deadline=None, max_examples=100)
def test_no_money_is_lost_on_the_way(rows: list[tuple[Any, ...]]) -> None:
    data = log(*rows, good_row, ("z", "2024-06-30", "active", 1))
    events = read(data, states=STATES, unknown_state="drop", duplicates="keep", missing_value="zero")
    grid = sj.on_grid(events, period="month")
    aside = grid.report.value_in_gaps + grid.report.value_in_incomplete_period + grid.report.value_awaiting_silence
    assert grid.values.sum() + aside == pytest.approx(events.values.sum() + events.report.value_in_gaps)


unique_times = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 150), st.sampled_from(STATES), st.integers(0, 50)),
    min_size=1,
    max_size=25,
    unique_by=lambda row: row[:2],
)


def dated(rows: list[tuple[str, int, str, int]]) -> dict[str, list[Any]]:
    start = dt.date(2024, 1, 1)
    return log(*[(c, start + dt.timedelta(days=day), s, v) for c, day, s, v in rows])


@given(rows=unique_times, data=st.data(), period=st.sampled_from([None, "month"]))
@settings(deadline=None, max_examples=100)
def test_permuting_rows_changes_nothing(
    rows: list[tuple[str, int, str, int]], data: st.DataObject, period: str | None
) -> None:
    rows = [*rows, ("z", 0, "trial", 0), ("z", 151, "trial", 0)]
    shuffled = data.draw(st.permutations(rows))
    one, other = (read(dated(some), states=STATES, exits=["churn"], period=period) for some in (rows, shuffled))
    key = lambda path: (path[0], path[1], path[2])  # noqa: E731
    assert sorted(paths(one), key=key) == sorted(paths(other), key=key)
    assert one.report == other.report
    assert sj.count(one) == sj.count(other)


@given(rows=unique_times, rename=st.permutations("abcdz"))
@settings(deadline=None, max_examples=100)
def test_renaming_customers_changes_only_their_names(rows: list[tuple[str, int, str, int]], rename: list[str]) -> None:
    rows = [*rows, ("z", 0, "trial", 0), ("z", 151, "trial", 0)]
    names = dict(zip("abcdz", rename, strict=True))
    one = read(dated(rows), states=STATES, exits=["churn"], period="month")
    other = read(dated([(names[c], *row) for c, *row in rows]), states=STATES, exits=["churn"], period="month")
    assert [(names[c], s, v) for c, s, v in paths(one)] == paths(other)
    assert one.report == other.report
    assert sj.count(one) == sj.count(other)


# --- bad input -------------------------------------------------------------------------------------------------------

GOOD = log(("a", "2024-01-01", "trial"), ("a", "2024-04-02", "active"))


def without(name: str) -> dict[str, list[Any]]:
    return {key: column for key, column in GOOD.items() if key != name}


BAD: list[Refusal] = [
    ("empty log, states given", lambda: sj.journeys(customer=[], time=[], state=[], states=STATES), ["no rows"]),
    ("no row has a state", lambda: read(log(("a", "2024-01-01", None))), ["state"]),
    ("missing column", lambda: read(without("state")), ["'state'", "columns are 'customer' and 'time'"]),
    ("unknown state", lambda: read(GOOD, states=["trial"]), ["'active'", "row 1", "'trial'", "unknown_state='drop'"]),
    (
        "unknown exit",
        lambda: read(GOOD, exits=["gone"]),
        ["exits", "'gone'", "'active' and 'trial'"],
    ),
    ("churn_after without an exit", lambda: read(GOOD, period="month", churn_after=2), ["churn_after", "0 exits"]),
    (
        "refused ties",
        lambda: read(log(("a", "2024-01-01", "trial"), ("a", "2024-01-01", "active")), ties="refuse"),
        ["rows 0 and 1", "2024-01-01", "finer times"],
    ),
    ("missing_state misspelt", lambda: read(GOOD, missing_state="no"), ["missing_state", "'no'", "'gap'"]),
    ("unknown_state misspelt", lambda: read(GOOD, unknown_state="no"), ["unknown_state", "'no'", "'refuse'"]),
    (
        "lifecycle and states",
        lambda: read(GOOD, lifecycle=sj.subscription(), states=["trial"]),
        ["lifecycle", "states"],
    ),
]


@each_refusal(BAD)
def test_bad_input_is_refused_with_advice(call: Callable[[], object], words: list[str]) -> None:
    refused(ValueError, call, words)


WRONG_KIND: list[Refusal] = [
    ("lifecycle by name", lambda: read(GOOD, lifecycle="six_stages"), ["lifecycle", "Lifecycle", "str"]),
    ("a log without column names", lambda: sj.count(GOOD), ["customer=", "time=", "state="]),
    ("columns beside journeys", lambda: sj.count(read(GOOD), customer="customer"), ["customer="]),
]


@each_refusal(WRONG_KIND)
def test_input_of_another_kind_is_a_type_error(call: Callable[[], object], words: list[str]) -> None:
    refused(TypeError, call, words)


def test_one_customer_with_one_event_is_a_journey() -> None:
    found = read(log(("a", "2024-01-01", "trial")))
    assert paths(found) == [("a", ["trial"], [0.0])]
    assert sj.count(found).starts.tolist() == [1]


def test_a_journey_is_found_by_position_only() -> None:
    found = read(GOOD)
    assert found[-1].states == found[0].states == ["trial", "active"]
    with pytest.raises(IndexError):
        found[1]


def test_columns_of_journeys_are_read_only() -> None:
    found = read(GOOD)
    for column in (found.times, found.values, found.state_positions, found.offsets):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = column[-1]
