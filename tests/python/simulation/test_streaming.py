"""Whole journeys part by part: the same rows as in one piece, in the memory of a part."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interrupted import environment, needs_signals, seconds_to_stop
from pyarrow import parquet

import sojourn as sj
from sojourn.simulation import _streaming

CHAIN = sj.Chain(["trial", "active", "churn"], [[0.5, 0.4, 0.1], [0.0, 0.8, 0.2], [0.0, 0.0, 1.0]], period="month")
OPTIONS: dict[str, Any] = {
    "horizon": 12,
    "rewards": {"active": 10.0, ("trial", "active"): 3.0},
    "start": {"trial": 0.7, "active": 0.3},
    "seed": 5,
}
SCHEMA = pa.schema(
    {
        "customer": pa.int64(),
        "period": pa.int64(),
        "state": pa.dictionary(pa.int32(), pa.string()),
        "value": pa.float64(),
    }
)


def in_one_piece(customers: int, **options: Any) -> dict[str, list[Any]]:
    table = sj.simulate(CHAIN, customers, outputs="journeys", **{**OPTIONS, **options}).journeys().to_dict()
    return {
        "customer": table["customer"].tolist(),
        "period": table["time"].tolist(),
        "state": table["state"].tolist(),
        "value": table["value"].tolist(),
    }


def batches(customers: int, **options: Any) -> Iterator[pa.RecordBatch]:
    return sj.simulation.journey_batches(CHAIN, customers, **{**OPTIONS, **options})


def columns(made: Any) -> dict[str, list[Any]]:
    return pa.Table.from_batches(list(made)).to_pydict()


@settings(max_examples=30, deadline=None)
@given(
    customers=st.integers(1, 400),
    batch_size=st.integers(1, 500),
    first=st.one_of(st.integers(0, 5000), st.just(2**59 - 400)),
    threads=st.sampled_from([1, 2]),
)
def test_the_rows_are_those_of_one_simulation_for_every_batch_size(
    customers: int, batch_size: int, first: int, threads: int
) -> None:
    found = list(batches(customers, batch_size=batch_size, first_customer=first, threads=threads))
    assert columns(found) == in_one_piece(customers, first_customer=first)
    assert len(found) == -(-customers // batch_size)
    assert all(len(set(batch["customer"].to_pylist())) <= batch_size for batch in found)


def test_every_batch_has_the_same_columns() -> None:
    found = list(batches(50, batch_size=20))
    assert [batch.schema.equals(SCHEMA) for batch in found] == [True] * 3
    for batch in found:
        batch.validate(full=True)
        assert batch["state"].dictionary.to_pylist() == ["trial", "active", "churn"]
        assert sum(column.null_count for column in batch.columns) == 0


def test_the_size_of_a_batch_has_a_default_that_changes_no_row() -> None:
    assert columns(batches(40_000)) == columns(batches(40_000, batch_size=40_000))


def test_without_a_horizon_journeys_go_to_their_end() -> None:
    assert columns(batches(300, batch_size=70, horizon=None)) == in_one_piece(300, horizon=None)


def test_a_fit_brings_its_starts_and_its_money() -> None:
    fit = sj.fit_chain(sj.simulate(CHAIN, 500, outputs="journeys", **OPTIONS).journeys())
    whole = sj.simulate(fit, 100, horizon=5, outputs="journeys").journeys().to_dict()
    found = columns(sj.simulation.journey_batches(fit, 100, horizon=5, batch_size=30))
    assert found["state"] == whole["state"].tolist()
    assert found["value"] == whole["value"].tolist()
    assert max(found["value"]) > 0


def test_values_are_not_discounted() -> None:
    assert columns(batches(100, annual_discount_rate=0.5)) == in_one_piece(100)


def test_periods_states_and_values_are_not_copied() -> None:
    part = next(_streaming.journey_parts(CHAIN, 1000, **OPTIONS))
    batch = _streaming._batch(pa, part, list(CHAIN.states.names))
    for name, column in part.items():
        array = batch[name].indices if name == "state" else batch[name]
        assert array.buffers()[1].address == column.ctypes.data


def test_a_batch_outlives_the_simulation() -> None:
    made = batches(2000, batch_size=1000)
    first = next(made)
    kept = first.to_pydict()
    assert sum(batch.num_rows for batch in made) > 0
    del made
    assert first.to_pydict() == kept
    assert kept == in_one_piece(1000)


def test_a_batch_is_made_when_it_is_asked_for() -> None:
    begin = time.monotonic()
    made = batches(10**12, batch_size=10)
    assert next(made).num_rows > 10
    assert set(next(made)["customer"].to_pylist()) == set(range(10, 20))
    assert time.monotonic() - begin < 5.0


def test_the_file_holds_the_rows_of_the_batches(tmp_path: Path) -> None:
    file = tmp_path / "journeys.parquet"
    told = sj.write_journeys(file, CHAIN, 250, batch_size=100, first_customer=40, **OPTIONS)
    table = parquet.read_table(file)
    assert table.to_pydict() == in_one_piece(250, first_customer=40)
    assert table.schema.equals(SCHEMA)
    assert parquet.ParquetFile(file).num_row_groups == 3
    assert told == sj.simulation.WrittenJourneys(customers=250, rows=table.num_rows)
    assert (told.customers, told.rows) == (250, table.num_rows)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("batch_size", [7, 333, 16_384])
def test_counts_of_the_file_are_the_moves_of_the_simulation(tmp_path: Path, batch_size: int) -> None:
    file = str(tmp_path / "journeys.parquet")
    sj.write_journeys(file, CHAIN, 3000, batch_size=batch_size, **OPTIONS)
    read = sj.journeys(
        parquet.read_table(file), customer="customer", time="period", state="state", value="value",
        states=CHAIN.states, exits=["churn"],
    )  # fmt: skip
    fit = sj.fit_chain(read)
    simulated = sj.simulate(CHAIN, 3000, outputs=("moves", "journeys"), **OPTIONS)
    assert fit.counts.moves.tolist() == simulated.moves.tolist()
    assert fit.counts.moves.sum() > 3000
    refitted = sj.fit_chain(simulated.journeys()).chain.transition_matrix
    assert np.array_equal(np.asarray(fit.chain.transition_matrix), np.asarray(refitted))


@pytest.mark.parametrize("compression", ["snappy", "none"])
def test_the_compression_changes_no_row(tmp_path: Path, compression: str) -> None:
    file = tmp_path / "journeys.parquet"
    sj.write_journeys(file, CHAIN, 100, compression=compression, **OPTIONS)
    assert parquet.read_table(file).to_pydict() == in_one_piece(100)
    found = parquet.ParquetFile(file).metadata.row_group(0).column(0).compression
    assert found == {"snappy": "SNAPPY", "none": "UNCOMPRESSED"}[compression]


def test_an_older_file_is_replaced_by_the_whole_new_one(tmp_path: Path) -> None:
    file = tmp_path / "journeys.parquet"
    file.write_text("older")
    sj.write_journeys(file, CHAIN, 10, **OPTIONS)
    assert parquet.read_table(file).to_pydict() == in_one_piece(10)


class EnoughError(Exception):
    """Raised by a caller who has seen enough."""


def test_what_progress_raises_leaves_the_older_file_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "journeys.parquet"
    file.write_text("older")
    seen: list[int] = []

    def report(done: int, total: int) -> None:
        seen.extend(part.stat().st_size for part in tmp_path.glob("*.part"))
        if done > 3000:
            raise EnoughError(f"{total}")

    with pytest.raises(EnoughError, match=r"^100000$"):
        sj.write_journeys(file, CHAIN, 100_000, batch_size=1000, progress=report, **OPTIONS)
    assert max(seen) > 0
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_text() == "older"


@pytest.mark.parametrize("how", ["batches", "file"])
def test_progress_is_told_of_all_customers(tmp_path: Path, how: str) -> None:
    calls: list[tuple[int, int]] = []
    options = {**OPTIONS, "batch_size": 700, "progress": lambda done, total: calls.append((done, total))}
    if how == "file":
        sj.write_journeys(tmp_path / "journeys.parquet", CHAIN, 3000, **options)
    else:
        assert len(list(sj.simulation.journey_batches(CHAIN, 3000, **options))) == 5
    assert {total for _, total in calls} == {3000}
    done = [d for d, _ in calls]
    assert done == sorted(done)
    assert {700, 1400, 2100, 2800, 3000} <= set(done)
    assert done[-1] == 3000


def test_a_progress_bar_counts_the_customers_of_all_batches(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    assert columns(batches(3000, batch_size=700, progress=True)) == in_one_piece(3000)
    assert "3.00k/3.00k" in capfd.readouterr().err


@pytest.mark.parametrize("wrong", [3, "yes", []])
def test_progress_of_another_kind_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="progress: expected True, False or a function"):
        batches(10, progress=wrong)


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"customers": 0}, ValueError, "customers: must be at least 1, found 0"),
    ({"customers": 1.5}, TypeError, "customers: expected a whole number, found 1.5"),
    ({"customers": True}, TypeError, "customers: expected a whole number, found True"),
    ({"customers": 2**60}, ValueError, "customers: their numbers end above 2.59"),
    ({"batch_size": 0}, ValueError, "batch_size: must be at least 1, found 0"),
    ({"batch_size": None}, TypeError, "batch_size: expected a whole number, found None"),
    ({"batch_size": 2.0}, TypeError, "batch_size: expected a whole number, found 2.0"),
    ({"first_customer": -1}, ValueError, "first_customer: must be at least 0, found -1"),
    ({"first_customer": 2**59}, ValueError, "begin at a smaller first_customer"),
    ({"horizon": 0}, ValueError, "horizon: .*found 0"),
    ({"start": "loyal"}, IndexError, "start: unknown state 'loyal'"),
    ({"seed": -1}, ValueError, "seed"),
    ({"threads": -1}, ValueError, "threads: .*found -1"),
    ({"outputs": "value"}, TypeError, "outputs: .*ask simulate"),
    ({"targets": "active"}, TypeError, "targets: .*ask simulate"),
    ({"discount_rate": 0.1}, ValueError, "discount_rate=0.1 has no unit"),
]


@pytest.mark.parametrize(("options", "error", "says"), WRONG)
def test_arguments_out_of_range_are_refused_at_once(
    options: dict[str, Any], error: type[Exception], says: str, tmp_path: Path
) -> None:
    arguments = {**OPTIONS, "customers": 10, **options}
    with pytest.raises(error, match=says):
        sj.simulation.journey_batches(CHAIN, **arguments)
    with pytest.raises(error, match=says):
        sj.write_journeys(tmp_path / "journeys.parquet", CHAIN, **arguments)
    assert not list(tmp_path.iterdir())


def test_a_customer_who_might_never_leave_is_refused_at_once() -> None:
    endless = sj.Chain(["a", "b"], [[0.5, 0.5], [0.5, 0.5]])
    with pytest.raises(ValueError, match="horizon"):
        sj.simulation.journey_batches(endless, 10)


def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no such folder: .*nowhere"):
        sj.write_journeys(tmp_path / "nowhere" / "journeys.parquet", CHAIN, 10**12, **OPTIONS)
    with pytest.raises(IsADirectoryError, match="is a folder"):
        sj.write_journeys(tmp_path, CHAIN, 10**12, **OPTIONS)
    with pytest.raises(ValueError, match=r"compression: expected one of .*found 'brotly'"):
        sj.write_journeys(tmp_path / "journeys.parquet", CHAIN, 10**12, compression="brotly", **OPTIONS)
    assert not list(tmp_path.iterdir())


def test_batches_of_two_threads_do_not_disturb_each_other() -> None:
    found: dict[int, Any] = {}

    def work(seed: int) -> None:
        found[seed] = columns(batches(3000, batch_size=500, seed=seed))

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all(found[seed] == in_one_piece(3000, seed=seed) for seed in range(3))


def told(**names: Any) -> str:
    """Tells a fresh interpreter of the chain and its options."""
    known = {"P": np.asarray(CHAIN.transition_matrix).tolist(), "options": OPTIONS, **names}
    lines = [f"{name} = {value!r}" for name, value in known.items()]
    return "\n".join([*lines, "import sojourn as sj", "chain = sj.Chain(['trial', 'active', 'churn'], P)", ""])


# The peak of a process that was started afresh; the one that resource tells begins with its parent's.
MEMORY = """
def peak():
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024

options["horizon"] = 40
options["start"] = "trial"
P[0][0], P[0][1], P[1][1], P[1][2] = 0.9, 0.0, 0.95, 0.05
chain = sj.Chain(["trial", "active", "churn"], P)
rows = [sj.write_journeys(file, chain, 30_000, batch_size=10_000, **options).rows]
peaks = [peak()]
rows.append(sj.write_journeys(file, chain, 400_000, batch_size=10_000, **options).rows)
peaks.append(peak())
held = list(sj.simulation.journey_batches(chain, 400_000, batch_size=10_000, **options))
peaks.append(peak())
print(*rows, *peaks)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux for the peak of the memory")
def test_ten_times_the_customers_take_no_more_memory(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", told(file=str(tmp_path / "journeys.parquet")) + MEMORY],
        env=environment(), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    few_rows, rows, few, many, all_held = map(float, done.stdout.split())
    assert rows > 10 * few_rows
    in_one_piece = 28 * rows / 2**20
    assert in_one_piece > 80
    assert many - few < 0.15 * in_one_piece
    assert all_held - few > 0.6 * in_one_piece  # the measure sees rows that are kept


@needs_signals
def test_ctrl_c_stops_the_writing_within_half_a_second_and_leaves_no_half_file(tmp_path: Path) -> None:
    took = seconds_to_stop(
        told(file=str(tmp_path / "journeys.parquet")),
        "sj.write_journeys(file, chain, 10**9, **options)",
        lambda: any(part.stat().st_size > 100_000 for part in tmp_path.glob("*.part")),
    )
    assert took < 0.5
    assert not list(tmp_path.iterdir())
