"""Columns of a log: ids, times and values of every type, from whatever holds them."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from refusals import refused

import sojourn as sj

pd = pytest.importorskip("pandas", reason="tables of pandas are read here")
pl = pytest.importorskip("polars", reason="tables of Polars are read here")
pa = pytest.importorskip("pyarrow", reason="tables of PyArrow are read here")

DAYS = [dt.date(2024, 1, 3), dt.date(2024, 1, 1), dt.date(2024, 2, 29)]


def of_customers(ids: Any) -> sj.Journeys:
    rows = len(ids)
    return sj.journeys(customer=ids, time=np.arange(rows), state=["a"] * rows)


# --- customer ids ----------------------------------------------------------------------------------------------------

A_UUID = uuid.UUID(int=7)
IDS: list[tuple[str, Any, list[Any]]] = [
    ("text", ["x", "y", "x"], ["x", "y"]),
    ("whole numbers", [7, 5, 7], [7, 5]),
    ("large whole numbers", [2**80, 2**81, 2**80], [2**80, 2**81]),
    ("negative numbers", np.array([-1, -2, -1]), [-1, -2]),
    ("unsigned numbers", np.array([2**64 - 1, 3, 2**64 - 1], dtype=np.uint64), [2**64 - 1, 3]),
    ("small integers", np.array([1, 2, 1], dtype=np.int8), [1, 2]),
    ("floats", np.array([1.0, 2.5, 1.0]), [1.0, 2.5]),
    ("dates", [DAYS[0], DAYS[1], DAYS[0]], [DAYS[0], DAYS[1]]),
    ("datetime64", np.array(["2024-01-03", "2024-01-01", "2024-01-03"], "M8[D]"), DAYS[:2]),
    ("tuples", [("x", 1), ("x", 2), ("x", 1)], [("x", 1), ("x", 2)]),
    ("uuids", [A_UUID, uuid.UUID(int=8), A_UUID], [A_UUID, uuid.UUID(int=8)]),
    ("bytes", [b"x", b"y", b"x"], [b"x", b"y"]),
    ("array of text", np.array(["x", "why", "x"]), ["x", "why"]),
    ("array of bytes", np.array([b"x", b"why", b"x"]), [b"x", b"why"]),
    ("truth values", np.array([True, False, True]), [True, False]),
    ("of several types", ["x", 5, "x"], ["x", 5]),
    ("pandas categories", pd.Series(["x", "y", "x"], dtype="category"), ["x", "y"]),
    ("pandas text", pd.Series(["x", "y", "x"], dtype="string"), ["x", "y"]),
    ("Polars enum", pl.Series(["x", "y", "x"], dtype=pl.Enum(["y", "x"])), ["x", "y"]),
    ("PyArrow dictionary", pa.chunked_array([pa.array(["x", "y", "x"]).dictionary_encode()]), ["x", "y"]),
]


@pytest.mark.parametrize(("ids", "labels"), [case[1:] for case in IDS], ids=[case[0] for case in IDS])
def test_customer_ids_of_any_type_are_given_back_as_they_came(ids: Any, labels: list[Any]) -> None:
    found = of_customers(ids)
    assert found.n_customers == 2
    assert sorted(found.customer_ids.tolist(), key=str) == sorted(labels, key=str)
    lengths = {journey.customer: len(journey.states) for journey in found}
    assert {key.item() if isinstance(key, np.generic) else key for key in lengths} == set(labels)
    assert sorted(lengths.values()) == [1, 2]


MISSING_IDS: list[tuple[str, Any]] = [
    ("None", ["x", None]),
    ("empty text", ["x", ""]),
    ("NaN among text", ["x", math.nan]),
    ("NaN among numbers", np.array([1.0, math.nan])),
    ("NaT", np.array(["2024-01-01", "NaT"], "M8[s]")),
    ("pandas NA", ["x", pd.NA]),
    ("pandas NaT", [pd.Timestamp("2024-01-01"), pd.NaT]),
    ("empty text in an array", np.array(["x", ""])),
    ("empty bytes in an array", np.array([b"x", b""])),
    ("masked", np.ma.MaskedArray([1, 2], mask=[False, True])),
    ("nullable pandas", pd.Series([1, None], dtype="Int64")),
    ("nullable pandas text", pd.Series(["x", None], dtype="string")),
    ("nullable Polars", pl.Series([1, None])),
    ("empty text in Polars", pl.Series(["x", ""])),
    ("NaN in Polars", pl.Series([1.0, math.nan])),
    ("nullable PyArrow", pa.chunked_array([[1, None]])),
]


@pytest.mark.parametrize("ids", [case[1] for case in MISSING_IDS], ids=[case[0] for case in MISSING_IDS])
def test_a_missing_customer_id_is_counted(ids: Any) -> None:
    found = of_customers(ids)
    assert (found.report.missing_customer, found.report.rows_used, found.n_customers) == (1, 1, 1)


def test_a_missing_id_does_not_turn_whole_numbers_into_floats() -> None:
    for ids in (pd.Series([7, None], dtype="Int64"), pl.Series([7, None]), [7, None]):
        label = of_customers(ids).customer_ids.tolist()[0]
        assert (label, type(label)) == (7, int)


@given(ids=st.lists(st.one_of(st.text(min_size=1), st.integers(), st.dates()), min_size=1, max_size=30))
@settings(deadline=None, max_examples=100)
def test_every_row_finds_its_own_customer(ids: list[Any]) -> None:
    found = of_customers(ids)
    assert set(found.customer_ids.tolist()) == set(ids)
    rows = {journey.customer: journey.times.tolist() for journey in found}
    assert rows == {x: [i for i, other in enumerate(ids) if other == x] for x in set(ids)}


# --- the same log in every container ---------------------------------------------------------------------------------

ROWS: dict[str, list[Any]] = {
    "who": ["b", "a", "b", "a", "c"],
    "when": [dt.datetime(2024, 1, day, 12) for day in (3, 1, 1, 2, 1)],
    "stage": ["new", "new", "old", "old", "new"],
    "paid": [1.5, 2.0, 0.0, -1.0, 8.0],
}


def structured(rows: dict[str, list[Any]]) -> np.ndarray:
    dtype = [("who", "U4"), ("when", "M8[us]"), ("stage", "U4"), ("paid", "f8")]
    return np.array(list(zip(*rows.values(), strict=True)), dtype=dtype)


CONTAINERS: list[tuple[str, Callable[[dict[str, list[Any]]], Any]]] = [
    ("dict of lists", lambda rows: rows),
    ("dict of arrays", lambda rows: {name: np.array(column) for name, column in rows.items()}),
    ("dict of tuples", lambda rows: {name: tuple(column) for name, column in rows.items()}),
    ("dict of mixed", lambda rows: {**rows, "when": pd.Series(rows["when"]), "who": pl.Series(rows["who"])}),
    ("pandas", pd.DataFrame),
    ("pandas with another index", lambda rows: pd.DataFrame(rows, index=[9, 3, 3, 1, 0])),
    ("pandas of objects", lambda rows: pd.DataFrame(rows, dtype=object)),
    ("pandas with PyArrow columns", lambda rows: pd.DataFrame(rows).convert_dtypes(dtype_backend="pyarrow")),
    ("pandas with nullable columns", lambda rows: pd.DataFrame(rows).convert_dtypes()),
    ("Polars", pl.DataFrame),
    ("lazy Polars", lambda rows: pl.DataFrame(rows).lazy()),
    ("PyArrow", pa.table),
    ("PyArrow in chunks", lambda rows: pa.concat_tables([pa.table(rows).slice(0, 2), pa.table(rows).slice(2)])),
    ("structured NumPy", structured),
]


def same(one: sj.Journeys, other: sj.Journeys) -> None:
    assert one.report.rows_read == other.report.rows_read
    assert [(j.customer, j.states, j.values.tolist()) for j in one] == [
        (j.customer, j.states, j.values.tolist()) for j in other
    ]
    assert one.times.astype("M8[ns]").tolist() == other.times.astype("M8[ns]").tolist()
    assert one.customer_ids.tolist() == other.customer_ids.tolist()


@pytest.mark.parametrize("container", [case[1] for case in CONTAINERS], ids=[case[0] for case in CONTAINERS])
@pytest.mark.parametrize("period", [None, "day"])
def test_every_container_gives_the_same_journeys(container: Callable[..., Any], period: str | None) -> None:
    plain = sj.journeys(customer=ROWS["who"], time=ROWS["when"], state=ROWS["stage"], value=ROWS["paid"], period=period)
    data = container(ROWS)
    same(sj.journeys(data, customer="who", time="when", state="stage", value="paid", period=period), plain)


@pytest.mark.parametrize("container", [case[1] for case in CONTAINERS], ids=[case[0] for case in CONTAINERS])
def test_a_missing_column_is_named_with_those_there_are(container: Callable[..., Any]) -> None:
    data = container(ROWS)
    with pytest.raises(ValueError, match="value: no column 'price'; the columns are") as caught:
        sj.journeys(data, customer="who", time="when", state="stage", value="price")
    for name in ROWS:
        assert repr(name) in str(caught.value)


def test_a_long_list_of_columns_is_cut_short() -> None:
    data = {f"column_{i}": [1] for i in range(40)}
    with pytest.raises(ValueError, match=r"'column_11' and 28 more$"):
        sj.journeys(data, customer="who", time="when", state="stage")


NULLABLE = {
    "who": ["a", None, "a", "b", "b"],
    "when": [dt.datetime(2024, 1, 1, 1), dt.datetime(2024, 1, 2, 1), None, dt.datetime(2024, 1, 3, 1), None],
    "stage": ["new", "old", "new", None, "new"],
    "paid": [1, 2, 3, 4, 5],
}
NULLABLE_CONTAINERS: list[tuple[str, Callable[[dict[str, list[Any]]], Any]]] = [
    ("dict", lambda rows: rows),
    ("pandas", pd.DataFrame),
    ("pandas with nullable columns", lambda rows: pd.DataFrame(rows).convert_dtypes()),
    ("pandas with PyArrow columns", lambda rows: pd.DataFrame(rows).convert_dtypes(dtype_backend="pyarrow")),
    ("pandas with categories", lambda rows: pd.DataFrame(rows).astype({"who": "category", "stage": "category"})),
    ("Polars", pl.DataFrame),
    ("Polars with categories", lambda rows: pl.DataFrame(rows, schema_overrides={"stage": pl.Categorical})),
    ("PyArrow", pa.table),
]


@pytest.mark.parametrize(
    "container", [case[1] for case in NULLABLE_CONTAINERS], ids=[case[0] for case in NULLABLE_CONTAINERS]
)
def test_nullable_columns_keep_every_other_row_in_place(container: Callable[..., Any]) -> None:
    found = sj.journeys(
        container(NULLABLE), customer="who", time="when", state="stage", value="paid", missing_state="drop"
    )
    report = found.report
    assert (report.missing_customer, report.missing_time, report.missing_state) == (1, 2, 1)
    assert [(j.customer, j.states, j.values.tolist()) for j in found] == [("a", ["new"], [1.0])]


@pytest.mark.parametrize("container", [list, pd.Series, pl.Series, lambda x: pa.chunked_array([x])])
def test_empty_text_beside_nulls_is_missing_in_its_own_row(container: Callable[..., Any]) -> None:
    found = sj.journeys(customer=container([None, "a", "", "b", None]), time=[1, 2, 3, 4, 5], state=["s"] * 5)
    assert found.report.missing_customer == 3
    assert [(journey.customer, journey.times.tolist()) for journey in found] == [("a", [2]), ("b", [4])]


VALUES: list[tuple[str, Any]] = [
    ("whole numbers", [1, 2]),
    ("text", ["1.0", " 2 "]),
    ("32-bit floats", np.array([1, 2], np.float32)),
    ("nullable pandas", pd.Series([1, 2], dtype="Int64")),
    ("decimals", pl.Series(["1.00", "2.00"]).cast(pl.Decimal(10, 2))),
    ("PyArrow", pa.chunked_array([[1], [2]])),
]


@pytest.mark.parametrize("values", [case[1] for case in VALUES], ids=[case[0] for case in VALUES])
def test_values_of_every_number_type_are_read(values: Any) -> None:
    found = sj.journeys(customer=["x", "x"], time=[1, 2], state=["a", "a"], value=values)
    assert found.values.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("value", [None, math.nan, "", " ", pd.NA])
def test_a_value_that_is_not_there_is_missing_not_invalid(value: Any) -> None:
    found = sj.journeys(customer=["x", "x"], time=[1, 2], state=["a", "a"], value=[1.0, value])
    assert (found.report.missing_value, found.report.invalid_value) == (1, 0)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1,5", "5 €", object(), 10**400])
def test_a_value_that_is_no_finite_number_is_invalid_not_missing(value: Any) -> None:
    found = sj.journeys(customer=["x", "x"], time=[1, 2], state=["a", "a"], value=[1.0, value])
    assert (found.report.missing_value, found.report.invalid_value) == (0, 1)


def test_state_labels_may_be_whole_numbers() -> None:
    for labels in ([2, 1], np.array([2.0, 1.0]), pd.Series([2, 1], dtype="Int64")):
        assert sj.journeys(customer=["x", "x"], time=[1, 2], state=labels)[0].states == ["2", "1"]


BAD: list[tuple[str, type[Exception], Callable[[], object], list[str]]] = [
    ("a matrix as a column", ValueError, lambda: of_customers(np.zeros((2, 2))), ["customer", "(2, 2)"]),
    ("a set as a column", TypeError, lambda: of_customers({"x", "y"}), ["customer", "set"]),
    ("text as a column", TypeError, lambda: sj.journeys(customer=b"xy", time=[1], state=["a"]), ["customer", "bytes"]),
    (
        "columns named by numbers",
        ValueError,
        lambda: sj.journeys({0: ["x"], 1: [1], "state": ["a"]}, customer="0", time="1", state="state"),
        ["customer: no column '0'", "0, 1 and 'state'"],
    ),
    (
        "columns of pandas named by numbers",
        ValueError,
        lambda: sj.journeys(pd.DataFrame([["x", 1, "a"]]), customer="0", time="1", state="2"),
        ["customer: no column '0'", "0, 1 and 2"],
    ),
    (
        "two columns of one name",
        ValueError,
        lambda: sj.journeys(pd.DataFrame([["x", 1, "a"]], columns=["c", "c", "s"]), customer="c", time=[1], state="s"),
        ["unique column names", "'c'"],
    ),
    (
        "text as a column beside data",
        ValueError,
        lambda: sj.journeys(ROWS, customer="who", time="2024-01-01", state="stage"),
        ["time", "'2024-01-01'", "'when'"],
    ),
]


@pytest.mark.parametrize(("error", "call", "words"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_columns_that_cannot_be_read_are_refused_with_advice(
    error: type[Exception], call: Callable[[], object], words: list[str]
) -> None:
    refused(error, call, words)
