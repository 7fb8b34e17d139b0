"""Tables out: dicts of arrays, and a frame of each backend with the same columns."""

from __future__ import annotations

import datetime as dt
import sys
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sojourn as sj

BACKENDS = ["pandas", "polars", "pyarrow"]
CHAIN = sj.Chain(["active", "silent", "churn"], [[0.7, 0.2, 0.1], [0.4, 0.3, 0.3], [0, 0, 1]], period="month")


def journeys() -> sj.Journeys:
    return sj.journeys(
        customer=["b", "a", "a", "a"],
        time=["2024-01-05", "2024-01-31", "2024-02-29", "2024-05-05"],
        state=["new", "new", "old", "new"],
        value=[1.0, 2.0, 4.0, 8.0],
    )


def value() -> sj.LifetimeValue:
    return sj.lifetime_value(CHAIN, {"active": 10.0, "silent": 1.0}, annual_discount_rate=0.1)


def simulation() -> sj.Simulation:
    return sj.simulate(CHAIN, customers=50, horizon=4, outputs=("occupancy", "journeys"), seed=3)


def why() -> sj.value.Sensitivity:
    return value().sensitivity("active")


def what_if() -> sj.value.WhatIf:
    other = CHAIN.with_row("active", {"active": 0.8, "silent": 0.1, "churn": 0.1})
    return sj.what_if(value(), sj.lifetime_value(other, value().rewards, annual_discount_rate=0.1))


LIFE = sj.Lifecycle(
    "short",
    [
        sj.LifecycleState("active", moments=["smot", "umot"]),
        sj.LifecycleState("silent"),
        sj.LifecycleState("churn", "exit"),
    ],
    [("active", "active"), ("active", "churn"), ("silent", "active")],
)


TABLES: list[tuple[str, Callable[[], Any], list[str]]] = [
    ("Journeys", journeys, ["journey", "customer", "time", "state", "value"]),
    ("Journeys on a grid", lambda: sj.on_grid(journeys()), ["journey", "customer", "time", "state", "value"]),
    ("Journeys of whole numbers", lambda: simulation().journeys(), ["journey", "customer", "time", "state", "value"]),
    ("Counts", lambda: sj.count(journeys()), ["from_state", "to_state", "moves"]),
    ("LifetimeValue", value, ["state", "mean", "residual", "standard_deviation"]),
    ("Simulation", simulation, ["period", "survivors", "active", "silent", "churn"]),
    ("Levers", lambda: why().levers(), ["from_state", "to_state", "probability", "value_of_a_point"]),
    (
        "BaseLevers",
        lambda: sj.value.base_levers(value(), {"active": 9}),
        ["from_state", "to_state", "probability", "value_of_a_point", "value_for_base", "break_even_cost"],
    ),
    ("Leaks", lambda: why().leaks(), ["from_state", "exit", "amount"]),
    ("MomentLeaks", lambda: why().leaks_by_moment(LIFE), ["moment", "states", "amount"]),
    ("no Leaks", lambda: why().leaks()[:0], ["from_state", "exit", "amount"]),
    ("WhatIf", what_if, ["from_state", "to_state", "amount"]),
    ("Absorption", lambda: sj.absorption(CHAIN), ["state", "end", "probability", "expected_time", "time_variance"]),
    ("Hitting", lambda: sj.hitting(CHAIN, "silent"), ["state", "probability", "expected_time_if_hit", "is_certain"]),
    (
        "FirstPassage",
        lambda: sj.first_passage(CHAIN, "silent", horizon=3),
        ["state", "time", "probability", "cumulative"],
    ),
]
tables = pytest.mark.parametrize(("make", "names"), [case[1:] for case in TABLES], ids=[case[0] for case in TABLES])


def columns_of(frame: Any, backend: str) -> dict[str, list[Any]]:
    if backend == "pyarrow":
        return frame.to_pydict()
    return {str(name): frame[name].to_list() for name in frame.columns}


@tables
def test_to_dict_holds_equally_long_arrays(make: Callable[[], Any], names: list[str]) -> None:
    columns = make().to_dict()
    assert list(columns) == names
    assert all(isinstance(column, np.ndarray) and column.ndim == 1 for column in columns.values())
    assert len({len(column) for column in columns.values()}) == 1


@tables
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_frame_of_each_backend_is_the_dict(backend: str, make: Callable[[], Any], names: list[str]) -> None:
    module = pytest.importorskip(backend)
    source = make()
    frame = source.to_frame(backend)
    assert isinstance(frame, module.Table if backend == "pyarrow" else module.DataFrame)
    columns = columns_of(frame, backend)
    assert list(columns) == names
    for name, expected in source.to_dict().items():
        if expected.dtype.kind == "M":
            assert np.array(columns[name], dtype=expected.dtype).tolist() == expected.tolist()
        else:
            assert columns[name] == expected.tolist()


@pytest.mark.parametrize(
    ("loaded", "taken"),
    [(BACKENDS, "pandas"), (BACKENDS[::-1], "pandas"), (["pyarrow", "polars"], "polars"), (["pyarrow"], "pyarrow")],
)
def test_without_a_name_the_first_backend_that_is_loaded_is_taken(
    monkeypatch: pytest.MonkeyPatch, loaded: list[str], taken: str
) -> None:
    modules = {name: pytest.importorskip(name) for name in BACKENDS}
    for name in BACKENDS:
        monkeypatch.delitem(sys.modules, name)
    for name in loaded:
        monkeypatch.setitem(sys.modules, name, modules[name])
    assert type(journeys().to_frame()).__module__.startswith(taken)


def test_without_a_name_and_an_import_the_first_installed_backend_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    pl = pytest.importorskip("polars")
    pa = pytest.importorskip("pyarrow")
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.delitem(sys.modules, "pyarrow")
    assert isinstance(journeys().to_frame(), pl.DataFrame)
    monkeypatch.setitem(sys.modules, "polars", None)
    monkeypatch.setitem(sys.modules, "pyarrow", pa)
    assert isinstance(journeys().to_frame(), pa.Table)


@pytest.mark.parametrize("backend", ["excel", "Pandas", ""])
def test_an_unknown_backend_is_refused_with_the_known_ones(backend: str) -> None:
    with pytest.raises(ValueError, match="backend: expected one of 'pandas', 'polars', 'pyarrow' or None") as caught:
        journeys().to_frame(backend)  # type: ignore[arg-type]
    assert repr(backend) in str(caught.value)


def test_occupancy_that_was_not_asked_for_has_no_table() -> None:
    run = sj.simulate(CHAIN, customers=5, horizon=2, rewards={"active": 1.0}, discount_factor=1)
    for table in (run.to_dict, run.to_frame):
        with pytest.raises(ValueError, match="occupancy: was not asked for; add it to the outputs"):
            table()


def test_the_long_table_of_moves_holds_the_moves_there_are() -> None:
    counts = sj.count(journeys())
    table = counts.to_dict()
    moves = np.zeros_like(counts.moves)
    for one, other, n in zip(table["from_state"], table["to_state"], table["moves"], strict=True):
        moves[counts.states.index(one), counts.states.index(other)] = n
    assert (moves == counts.moves).all()
    assert (table["moves"] > 0).all()


def test_the_tables_of_answers_hold_their_entries() -> None:
    passage = sj.first_passage(CHAIN, "silent", horizon=3)
    table = passage.to_dict()
    for state, time, probability, cumulative in zip(*table.values(), strict=True):
        i = CHAIN.states.index(state)
        assert probability == passage.probabilities[time - 1, i]
        assert cumulative == passage.cumulative[time - 1, i]
    ends = sj.absorption(CHAIN)
    table = ends.to_dict()
    assert table["state"].tolist() == list(CHAIN.states.names)
    assert table["end"].tolist() == ["churn"] * 3
    assert table["probability"].tolist() == ends.probabilities[:, 0].tolist()
    assert table["expected_time"].tolist() == list(ends.expected_time)
    moments = why().leaks_by_moment(LIFE).to_dict()
    assert set(moments["moment"].tolist()) == {"smot", "umot", ""}


def test_a_table_of_journeys_reads_back_as_the_same_journeys() -> None:
    source = journeys()
    for backend in BACKENDS:
        pytest.importorskip(backend)
        again = sj.journeys(source.to_frame(backend), customer="customer", time="time", state="state", value="value")
        assert [(j.customer, j.states, j.values.tolist()) for j in again] == [
            (j.customer, j.states, j.values.tolist()) for j in source
        ]
        assert again.times.astype("M8[us]").tolist() == source.times.astype("M8[us]").tolist()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("unit", ["D", "h", "s", "ms", "us", "ns"])
def test_times_of_every_unit_stand_in_every_frame(backend: str, unit: str) -> None:
    pytest.importorskip(backend)
    times = np.array(["2024-01-31T05", "2024-02-29T23"], dtype=f"M8[{unit}]")
    frame = sj.journeys(customer=["a", "a"], time=times, state=["x", "y"]).to_frame(backend)
    found = np.array(columns_of(frame, backend)["time"], dtype="M8[us]")
    assert (found == times).all()


IDS: list[tuple[str, list[Any]]] = [
    ("text", ["a", "b"]),
    ("whole numbers", [1, 2]),
    ("dates", [dt.date(2024, 1, 1), dt.date(2024, 1, 2)]),
    ("bytes", [b"a", b"b"]),
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("ids", [case[1] for case in IDS], ids=[case[0] for case in IDS])
def test_customer_ids_keep_their_type_in_every_frame(backend: str, ids: list[Any]) -> None:
    pytest.importorskip(backend)
    frame = sj.journeys(customer=ids, time=[1, 2], state=["x", "x"]).to_frame(backend)
    assert columns_of(frame, backend)["customer"] == ids


@pytest.mark.parametrize("backend", ["polars", "pyarrow"])
@pytest.mark.parametrize(
    "ids",
    [["a", 1], [("a", 1), 2], [2**80, 2**200], [dt.date(2024, 1, 1), "a"], [uuid.UUID(int=1), 5], [frozenset("a"), 1j]],
    ids=["text and number", "tuple and number", "huge numbers", "date and text", "uuid and number", "set and complex"],
)
def test_ids_without_a_common_type_are_written_as_text(backend: str, ids: list[Any]) -> None:
    pytest.importorskip(backend)
    frame = sj.journeys(customer=ids, time=[1, 2], state=["x", "x"]).to_frame(backend)
    assert columns_of(frame, backend)["customer"] == [str(x) for x in ids]


def test_columns_of_an_array_of_bytes_stand_in_every_frame() -> None:
    found = sj.journeys(customer=np.array([b"a", b"b"]), time=[1, 2], state=["x", "x"])
    for backend in BACKENDS:
        pytest.importorskip(backend)
        assert columns_of(found.to_frame(backend), backend)["customer"] == [b"a", b"b"]
