"""A stranger's machine: NumPy and narwhals, and none of the packages that are a choice."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import sojourn

BLOCKED = ["pandas", "polars", "pyarrow", "matplotlib", "tqdm", "jinja2", "scipy"]
BLOCKER = f"""
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())

for name in {BLOCKED!r}:
    try:
        __import__(name)
    except ModuleNotFoundError:
        pass
    else:
        raise SystemExit(f"{{name}} was not blocked")

import sojourn as sj

chain = sj.Chain(["active", "churn"], [[0.8, 0.2], [0.0, 1.0]], period="month")
log = dict(
    customer=["a", "a", "b", "b"],
    time=["2024-01-31", "2024-03-15", "2024-02-01", "2024-05-01"],
    state=["x", "y", "x", "x"],
    value=[1, 2, 4, 8],
)

def says(call, *words):
    try:
        call()
    except ImportError as error:
        assert len(str(error).splitlines()) == 1, str(error)
        for word in words:
            assert word in str(error), str(error)
    else:
        raise SystemExit("no ImportError")
"""


def run(code: str) -> str:
    """Run code in a fresh interpreter in which the extras cannot be imported."""
    root = str(Path(sojourn.__file__).parents[1])
    script = f"import sys; sys.path.insert(0, {root!r})\n{BLOCKER}\n{textwrap.dedent(code)}\nprint('reached the end')\n"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("reached the end\n")
    return done.stdout.removesuffix("reached the end\n")


def test_importing_the_package_loads_no_extra() -> None:
    run(
        f"""
        assert not [name for name in sys.modules if name.partition(".")[0] in {BLOCKED!r}]
        assert set(sj.__all__) <= set(dir(sj))
        """
    )


def test_with_the_extras_installed_the_import_loads_none_of_them() -> None:
    root = str(Path(sojourn.__file__).parents[1])
    code = (
        f"import sys; sys.path.insert(0, {root!r}); import sojourn; "
        f"print(*[name for name in {BLOCKED!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == ""


LOGS = {
    "lists": "sj.journeys(**log)",
    "a dict of columns": "sj.journeys(log, customer='customer', time='time', state='state', value='value')",
    "arrays": "sj.journeys(**{name: np.array(column) for name, column in log.items()})",
    "a structured array": (
        "sj.journeys(np.array(list(zip(*log.values())), "
        "dtype=[('customer', 'U1'), ('time', 'M8[D]'), ('state', 'U1'), ('value', 'f8')]), "
        "customer='customer', time='time', state='state', value='value')"
    ),
}


@pytest.mark.parametrize("read", LOGS.values(), ids=LOGS.keys())
def test_a_log_becomes_a_value(read: str) -> None:
    out = run(
        f"""
        import numpy as np
        found = {read}
        assert [(j.customer, j.states) for j in found] == [("a", ["x", "y"]), ("b", ["x", "x"])]
        grid = sj.on_grid(found, period="month", until="2024-06-30")
        fit = sj.fit_chain(grid, rows_without_data="absorb")
        value = sj.lifetime_value(fit, horizon=12, annual_discount_rate=0.1)
        assert value.mean["x"] > 0
        print(value)
        assert value.to_dict()["state"].tolist() == ["x", "y"]
        """
    )
    assert "10 % per year" in out


def test_orders_and_rules_work_with_lists() -> None:
    run(
        """
        orders = sj.order_journeys(
            customer=log["customer"], time=log["time"], value=log["value"], until="2024-06-30", churn_after=1
        )
        assert orders[0].states == ["active", "active", "silent_1", "churn"]
        rules = sj.Rules(sj.six_stages(), [sj.Rule("loyalty", nth_order=2), sj.Rule("engagement", first_event=True)])
        found = sj.rule_journeys(customer=log["customer"], time=log["time"], rules=rules)
        assert found[0].states == ["engagement", "loyalty"]
        """
    )


def test_a_simulation_asked_for_a_bar_runs_without_one() -> None:
    run(
        """
        result = sj.simulate(chain, customers=100, rewards={"active": 1.0}, horizon=5, discount_factor=1, progress=True)
        assert 0 < result.value.mean <= 5
        seen = []
        sj.simulate(
            chain, customers=100, rewards={"active": 1.0}, horizon=5, discount_factor=1,
            progress=lambda done, total: seen.append((done, total)),
        )
        assert seen[-1] == (100, 100)
        """
    )


def test_models_are_saved_and_loaded(tmp_path: Path) -> None:
    run(
        f"""
        import pickle
        model = sj.model.Model(chain, rewards={{"active": 1.0}}, annual_discount_rate=0.1)
        sj.save_model(model, {str(tmp_path / "model.json")!r})
        assert sj.load_model({str(tmp_path / "model.json")!r}) == model == pickle.loads(pickle.dumps(model))
        """
    )


def test_a_notebook_shows_tables() -> None:
    run(
        """
        assert "<table" in chain._repr_html_()
        assert "<table" in sj.lifetime_value(chain, {"active": 1.0}, discount_factor=1)._repr_html_()
        """
    )


def test_frames_say_what_to_install() -> None:
    run(
        """
        for table in (sj.journeys(**log), sj.count(sj.journeys(**log)), sj.lifetime_value(chain, {"active": 1.0},
                      discount_factor=1), sj.simulate(chain, customers=5, horizon=2, outputs="occupancy")):
            says(table.to_frame, "none of pandas, polars and pyarrow is installed", "to_dict()")
            for backend in ("pandas", "polars", "pyarrow"):
                says(lambda: table.to_frame(backend), f"{backend} is not installed", "to_dict()")
        """
    )


def test_streamed_journeys_say_what_to_install(tmp_path: Path) -> None:
    run(
        f"""
        path = {str(tmp_path / "journeys.parquet")!r}
        says(
            lambda: sj.simulation.journey_batches(chain, 10),
            "journey_batches", "pyarrow", "pip install 'sojourn[arrow]'",
        )
        says(lambda: sj.write_journeys(path, chain, 10), "write_journeys", "pyarrow", "pip install 'sojourn[arrow]'")
        """
    )
    assert not list(tmp_path.iterdir())


def test_a_split_of_a_budget_says_what_to_install() -> None:
    run(
        """
        market = sj.Market(chain, people=100)
        lever = {"lever": lambda spend: sj.Policy("lever")}
        says(lambda: sj.allocate_budget(market, lever, 1.0, horizon=2), "SciPy", "pip install 'sojourn[budget]'")
        """
    )


def test_pictures_say_what_to_install() -> None:
    run(
        """
        value = sj.lifetime_value(chain, {"active": 1.0}, discount_factor=1)
        says(lambda: sj.plot.graph(chain), "matplotlib", "pip install 'sojourn[report]'")
        says(lambda: sj.plot.heatmap(chain), "matplotlib", "pip install 'sojourn[report]'")
        says(lambda: sj.plot.survival(chain), "matplotlib", "pip install 'sojourn[report]'")
        says(lambda: sj.plot.value(value), "matplotlib", "pip install 'sojourn[report]'")
        says(lambda: sj.plot.levers(value), "matplotlib", "pip install 'sojourn[report]'")
        says(lambda: sj.plot.leaks(value), "matplotlib", "pip install 'sojourn[report]'")
        says(lambda: sj.plot.what_if(sj.what_if(value, value)), "matplotlib", "pip install 'sojourn[report]'")
        says(lambda: sj.plot.forecast(chain, stock={"active": 1}), "matplotlib", "pip install 'sojourn[report]'")
        passage = sj.first_passage(chain, "churn", horizon=2)
        says(lambda: sj.plot.first_passage(passage), "matplotlib", "pip install 'sojourn[report]'")
        """
    )


def test_the_command_line_says_what_to_install(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("customer,day\na,2024-01-01\n", encoding="utf-8")
    run(
        f"""
        import contextlib, io
        from sojourn.cli import main
        told = io.StringIO()
        with contextlib.redirect_stderr(told):
            try:
                options = "--customer customer --time day --value-per-row 1 --annual-discount-rate 0.1"
                code = main(["report", {str(path)!r}, *options.split()])
            except SystemExit as end:
                code = end.code
        assert code not in (0, None), code
        assert "pip install 'sojourn[report]'" in told.getvalue(), told.getvalue()
        assert "Traceback" not in told.getvalue()
        """
    )
