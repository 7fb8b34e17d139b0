"""The three ways from a log to journeys refuse the same bad input, in the same words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from refusals import refused

import sojourn as sj

Read = Callable[..., sj.Journeys]


def by_state(customer: Any, time: Any, data: Any = None, **settings: Any) -> sj.Journeys:
    """Every event is of the state `on`."""
    on = ["on"] * (len(customer) if isinstance(customer, list) else 2)
    return sj.journeys(data, customer=customer, time=time, state=on, **settings)


def by_orders(customer: Any, time: Any, data: Any = None, **settings: Any) -> sj.Journeys:
    return sj.order_journeys(data, customer=customer, time=time, **settings)


def by_rules(customer: Any, time: Any, data: Any = None, **settings: Any) -> sj.Journeys:
    """The first event of a customer is of a state, and the others leave them there."""
    rules = sj.Rules(sj.six_stages(), [sj.Rule("engagement", first_event=True)])
    return sj.rule_journeys(data, customer=customer, time=time, rules=rules, **settings)


WAYS: list[Read] = [by_state, by_orders, by_rules]
each_way = pytest.mark.parametrize("read", WAYS, ids=lambda read: read.__name__)

GOOD = (["a", "a"], ["2024-01-01", "2024-04-02"])
MONTHS = {"period": "month"}
REFUSED: dict[str, tuple[tuple[Any, Any], dict[str, Any], list[str]]] = {
    "empty log": (([], []), {}, ["no rows"]),
    "no row has a customer": (([None, ""], GOOD[1]), {}, ["none of 2 rows", "no customer"]),
    "rows invalid for different reasons": (
        (["a", None], [None, "2024-01-02"]), {}, ["none of 2 rows", "no customer", "no time"]
    ),
    "no time can be read": (
        (["a", "b"], ["1/2/2024"] * 2), {}, ["time", "none of the 2", "'1/2/2024'", "time_format="]
    ),
    "mixed zones": (
        (["a", "a"], ["2024-01-01T00:00Z", "2024-01-01T00:00+01:00"]), {}, ["time", "mixes zones", "UTC+01:00"]
    ),
    "a zone and none": ((["a", "a"], ["2024-01-01T00:00+01:00", "2024-01-02T00:00"]), {}, ["mixes zones", "no zone"]),
    "no value is a number": (GOOD, {"value": ["free", "free"]}, ["value", "'free'"]),
    "columns of different lengths": ((["a", "b"], ["2024-01-01"]), {}, ["time", "1 rows", "2", "equally long"]),
    "values of another length": (GOOD, {"value": [1.0]}, ["value", "1 rows", "customer has 2", "equally long"]),
    "order times on a grid": ((["a", "a"], [1, 2]), MONTHS, ["time", "only an order", "day"]),
    "until before the log": (GOOD, {**MONTHS, "until": "2020-01-01"}, ["until 2020-01-01", "month"]),
    "a log too short for the period": (GOOD, {"period": "year"}, ["complete year", "shorter period"]),
    "origin after the log": (GOOD, {**MONTHS, "origin": "2030-01-01"}, ["no customer has one complete month"]),
    "bare number period": (GOOD, {"period": 30}, ["period", "30 has no unit", "'30 days'"]),
    "bare number period as text": (GOOD, {"period": "30"}, ["30", "no unit", "'30 days'"]),
    "unreadable period": (GOOD, {"period": "fortnight"}, ["fortnight"]),
    "an empty period": (GOOD, {"period": "0 days"}, ["period", "0 days"]),
    "unknown origin": (GOOD, {**MONTHS, "origin": "birthday"}, ["origin", "birthday"]),
    "unreadable until": (GOOD, {**MONTHS, "until": "2024-02-31"}, ["until", "2024-02-31"]),
    "negative churn_after": (GOOD, {**MONTHS, "churn_after": -1}, ["churn_after", "-1"]),
    "duplicates misspelt": (GOOD, {"duplicates": "sum"}, ["duplicates", "'sum'", "'drop'", "'keep'"]),
    "missing_value misspelt": (GOOD, {"missing_value": "no"}, ["missing_value", "'no'", "'zero'"]),
    "time_unit misspelt": (GOOD, {"time_unit": "weeks"}, ["time_unit", "'weeks'", "'day'"]),
}  # fmt: skip


@each_way
@pytest.mark.parametrize(("columns", "settings", "words"), REFUSED.values(), ids=REFUSED)
def test_bad_input_is_refused_with_advice(
    read: Read, columns: tuple[Any, Any], settings: dict[str, Any], words: list[str]
) -> None:
    refused(ValueError, lambda: read(*columns, **settings), words)


@pytest.mark.parametrize("read", [by_state, by_rules], ids=lambda read: read.__name__)
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"churn_after": 3}, ["churn_after", "period='month'"]),
        ({"until": "2024-04-02"}, ["until", "period='month'"]),
        ({"origin": "calendar"}, ["origin", "period='month'"]),
        ({"ties": "any"}, ["ties", "'any'", "'input_order'", "'refuse'"]),
    ],
    ids=["churn_after", "until", "origin", "ties"],
)
def test_where_a_clock_of_events_is_possible_it_takes_no_grid(
    read: Read, settings: dict[str, Any], words: list[str]
) -> None:
    refused(ValueError, lambda: read(*GOOD, **settings), words)


WRONG_KIND: dict[str, tuple[tuple[Any, Any], dict[str, Any], list[str]]] = {
    "no data but names": (("c", "t"), {}, ["'c'", "data="]),
    "data of another kind": (("c", "t"), {"data": 42}, ["data", "pandas", "int"]),
    "array without fields": (("a", "b"), {"data": np.zeros((2, 3))}, ["data", "structured"]),
    "column not named": ((None, "t"), {"data": {"c": ["a"], "t": ["2024-01-01"]}}, ["customer", "'c' and 't'"]),
    "position instead of a name": ((0, "t"), {"data": {"c": ["a"], "t": [1]}}, ["customer", "int", "'c' and 't'"]),
    "a list as customer id": (([["a"]], ["2024-01-01"]), {}, ["customer", "row 0", "list"]),
    "times as value": (GOOD, {"value": np.array(["2024", "2025"], "M8[D]")}, ["value", "times"]),
    "truth values as time": ((["a", "a"], np.array([True, False])), {}, ["time", "bool"]),
    "a fraction of a period cannot mean churn": (
        GOOD, {**MONTHS, "churn_after": 1.5}, ["churn_after: expected a whole number, found 1.5"]
    ),
}  # fmt: skip


@each_way
@pytest.mark.parametrize(("columns", "settings", "words"), WRONG_KIND.values(), ids=WRONG_KIND)
def test_input_of_another_kind_is_a_type_error(
    read: Read, columns: tuple[Any, Any], settings: dict[str, Any], words: list[str]
) -> None:
    refused(TypeError, lambda: read(*columns, **settings), words)


@each_way
@pytest.mark.parametrize("argument", ["customer", "time", "value"])
def test_a_column_that_is_not_there_is_refused_with_those_that_are(read: Read, argument: str) -> None:
    data = {"who": ["a", "b"], "when": ["2024-01-01", "2024-01-02"]}
    columns = {"customer": "who", "time": "when", argument: "other"}
    refused(ValueError, lambda: read(data=data, **columns), [f"{argument}: no column 'other'", "'who' and 'when'"])
