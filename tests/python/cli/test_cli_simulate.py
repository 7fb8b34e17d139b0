"""Customers from a model file: what ``sojourn simulate`` prints and writes, what it refuses, and how it stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

import sojourn as sj

pytest.importorskip("pyarrow", reason="the command line writes Parquet by pyarrow")

from pages import write

from sojourn.cli import main


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> str:
    """A small model file."""
    chain = sj.six_stages().illustrative_chain()
    path = tmp_path_factory.mktemp("model") / "model.json"
    sj.save_model(
        sj.model.Model(
            chain, rewards={"repurchase": 50.0, "loyalty": 40.0}, start="engagement", annual_discount_rate=0.10
        ),
        str(path),
    )
    return str(path)


def test_a_simulation_agrees_with_the_formula(model, capsys):
    assert main(["simulate", model, "--customers", "20000", "--seed", "7"]) == 0
    out = capsys.readouterr().out
    for words in ("mean", "exact mean", "standard deviation", "standard error", "50 % quantile", "10 % per year"):
        assert words in out
    told = sj.load_model(model)
    exact = sj.lifetime_value(told.chain, told.rewards, annual_discount_rate=0.10).mean["engagement"]
    mean = float(next(line for line in out.splitlines() if line.strip().startswith("mean")).split()[1].replace(",", ""))
    error = sj.simulate(
        told.chain, customers=20000, rewards=told.rewards, start="engagement", seed=7, annual_discount_rate=0.10
    ).value.standard_error
    assert abs(mean - exact) < 4 * error + 0.5


def test_simulated_values_and_journeys_are_written(model, tmp_path, capsys):
    from pyarrow import parquet

    values, journeys = tmp_path / "values.csv", tmp_path / "journeys.parquet"
    options = [
        "--customers",
        "50",
        "--horizon",
        "12",
        "--start",
        "loyalty",
        "--out",
        str(values),
        "--journeys",
        str(journeys),
    ]
    assert main(["simulate", model, *options]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [str(values), str(journeys)]
    lines = values.read_text().splitlines()
    assert lines[0] == "customer,value"
    assert len(lines) == 51
    table = parquet.read_table(journeys).to_pydict()
    assert list(table) == ["customer", "period", "state", "value"]
    assert table["state"][0] == "loyalty"
    assert len(set(table["customer"])) == 50


def test_journeys_are_the_same_in_both_kinds_of_file(model, tmp_path, capsys):
    import pandas as pd

    files = [tmp_path / "journeys.csv", tmp_path / "journeys.parquet"]
    for file in files:
        options = ["--customers", "40", "--horizon", "12", "--seed", "3", "--journeys", str(file)]
        assert main(["simulate", model, *options]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == str(file)
    as_text, as_parquet = pd.read_csv(files[0]), pd.read_parquet(files[1])
    assert list(as_text) == ["customer", "period", "state", "value"]
    pd.testing.assert_frame_equal(as_text, as_parquet.astype({"state": str}), check_dtype=False)
    assert sorted(tmp_path.iterdir()) == files


BAD_SIMULATIONS = [
    (["--start", "loyality"], 1, "did you mean 'loyalty'?"),
    (["--customers", "0"], 2, "at least 1"),
    (["--horizon", "0"], 2, "at least 1"),
    (["--seed", "-1"], 2, "seed"),
    (["--out", "values.xlsx"], 2, ".csv or a .parquet"),
    (["--out", "/nowhere/at/all/values.csv"], 1, "there is no folder"),
    (["--journeys", "journeys.xlsx"], 2, ".csv or a .parquet"),
    (["--journeys", "/nowhere/at/all/journeys.parquet"], 1, "there is no folder"),
]


@pytest.mark.parametrize(("options", "code", "words"), BAD_SIMULATIONS)
def test_simulate_refuses_in_one_sentence(model, capsys, options, code, words):
    assert main(["simulate", model, *options]) == code
    error = capsys.readouterr().err
    assert words in error
    assert len(error.strip().splitlines()) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\x00\xff", b'{"format": 99}', b"customer,value\n1,2\n"])
def test_simulate_refuses_a_file_that_is_no_model(tmp_path, capsys, content):
    path = write(tmp_path, content, "model.json")
    assert main(["simulate", path]) == 1
    error = capsys.readouterr().err
    assert error.startswith("sojourn simulate: ")
    assert len(error.strip().splitlines()) == 1


def test_simulate_refuses_a_model_that_is_not_there(tmp_path, capsys):
    assert main(["simulate", str(tmp_path / "model.json")]) == 1
    assert "model.json" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
def test_ctrl_c_stops_at_once_with_130(model):
    program = subprocess.Popen(
        [sys.executable, "-m", "sojourn", "simulate", model, "--customers", "100000000", "--threads", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(3)
    assert program.poll() is None
    program.send_signal(signal.SIGINT)
    _, error = program.communicate(timeout=20)
    assert program.returncode == 130
    assert error.strip() == "sojourn simulate: stopped"


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_ctrl_c_leaves_no_half_file_of_journeys(model, tmp_path, kind):
    journeys = tmp_path / f"journeys.{kind}"
    journeys.write_text("older")
    program = subprocess.Popen(
        [sys.executable, "-m", "sojourn", "simulate", model, "--customers", "5000000", "--journeys", str(journeys)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        wait_until(lambda: any(part.stat().st_size for part in tmp_path.glob("*.part")))
        program.send_signal(signal.SIGINT)
        _, error = program.communicate(timeout=20)
    finally:
        program.kill()
        program.wait()
    assert program.returncode == 130
    assert error.strip() == "sojourn simulate: stopped"
    assert list(tmp_path.iterdir()) == [journeys]
    assert journeys.read_text() == "older"


def wait_until(is_so) -> None:
    """Waits for what another process does; half a minute at most."""
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)
