"""Whether a chain fits: published numbers, null and power through the Python face, tables, words and refusals."""

from __future__ import annotations

import csv
import gzip
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from anchors import ANCHORS

import sojourn as sj

DATA = os.environ.get("SOJOURN_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="SOJOURN_DATA is not set")

STATES = ["a", "b", "c", "churn"]
ROWS = np.array([[0.5, 0.3, 0.1, 0.1], [0.2, 0.5, 0.2, 0.1], [0.4, 0.1, 0.3, 0.2], [0.0, 0.0, 0.0, 1.0]])


def simulated(seed: int, rows: Any = ROWS, customers: int = 2000) -> sj.Journeys:
    """First-order customers."""
    chain = sj.Chain(STATES, rows, "month")
    return sj.simulate(chain, customers=customers, horizon=14, start="a", seed=seed, outputs=("journeys",)).journeys()


def with_memory(seed: int, customers: int = 1500) -> sj.Journeys:
    """From b, a customer who came from a goes back to it: second order."""
    dice = np.random.default_rng(seed)
    log: dict[str, list[Any]] = {"who": [], "day": [], "state": []}
    for who in range(customers):
        past = [0]
        while len(past) < 14 and past[-1] != 3:
            row = np.array([0.7, 0.1, 0.1, 0.1]) if past[-2:] == [0, 1] else ROWS[past[-1]]
            past.append(int(dice.choice(4, p=row)))
        for day, state in enumerate(past):
            log["who"].append(who)
            log["day"].append(np.datetime64("2024-01-01") + day)
            log["state"].append(STATES[state])
    life = sj.Lifecycle(STATES, exits=["churn"])
    return sj.journeys(log, customer="who", time="day", state="state", lifecycle=life)


@pytest.mark.parametrize("method", ["kullback", "likelihood_ratio", "pearson"])
def test_the_published_test_of_a_given_chain_comes_out(method: Any) -> None:
    anchor = ANCHORS["chain_test"]
    expected = anchor["pearson" if method == "pearson" else "likelihood_ratio"]
    chain = sj.Chain(anchor["states"], anchor["transition_matrix"])
    found = sj.trust.chain_test(anchor["moves"], chain, method=method)
    assert found.statistic == pytest.approx(expected["statistic"], abs=expected["tolerance"])
    assert found.p_value == pytest.approx(expected["p_value"], abs=expected["p_tolerance"])
    assert found.degrees_of_freedom == anchor["degrees_of_freedom"]
    assert found.to_dict()["moves"] == np.sum(anchor["moves"])
    assert str(found) == found.sentence()
    assert repr(found).startswith("TestResult(statistic=6.")


def test_where_the_model_holds_five_in_a_hundred_tests_reject() -> None:
    # 200 replications, 3.3 standard deviations: fails by chance less than once in a thousand.
    rejected = {"order": 0, "visits": 0, "age": 0, "dwell": 0}
    for seed in range(200):
        journeys = simulated(seed, customers=500)
        rejected["order"] += sj.trust.order_test(journeys).steps[1].overall.p_value < 0.05
        rejected["visits"] += sj.trust.visits_test(journeys).overall.p_value < 0.05
        rejected["age"] += sj.trust.homogeneity_test(journeys, by="age").overall.p_value < 0.05
        rejected["dwell"] += sj.trust.dwell_test(journeys).overall.p_value < 0.05
    for what, n in rejected.items():
        assert n <= 10 + 3.3 * np.sqrt(9.5), what


def test_a_chain_with_memory_is_found_located_and_said_in_money() -> None:
    journeys = with_memory(1)
    fit = sj.fit_chain(journeys)
    value = sj.lifetime_value(fit.chain, {"a": 10.0, "b": 2.0}, discount_factor=0.95)
    test = sj.trust.order_test(journeys, value=value)
    assert test.order() == 2
    assert test.steps[1].overall.p_value < 1e-12
    assert test.steps[1].overall.effect > 3 * test.steps[1].overall.effect_by_chance
    worst = test.steps[1].located()[0]
    assert (worst.from_state, worst.group) == ("b", "coming from 'a'")
    assert {s.state for s in test.steps[1].by_state if s.adjusted_p_value < 1e-6} == {"b"}
    frame = test.steps[1].to_dict()
    assert set(frame) == {
        "from_state", "group", "to_state", "moves", "of", "probability", "pooled_probability", "p_value", "amount"
    }  # fmt: skip
    here = (frame["from_state"] == "b") & (frame["group"] == "coming from 'a'")
    to = [STATES.index(name) for name in frame["to_state"][here]]
    gain = frame["probability"][here] - frame["pooled_probability"][here]
    assert frame["amount"][here].sum() == pytest.approx(0.95 * (gain * np.asarray(value.mean)[to]).sum())
    assert "amount" not in sj.trust.order_test(journeys).steps[1].to_dict()
    assert sj.trust.information_criteria(journeys, max_order=3).best_by_bic == 2

    tests = sj.fit_tests(journeys, value=value)
    first = tests.warnings()[0]
    assert first.startswith("One state is not memory enough: of those in 'b' coming from 'a', ")
    assert "misstates their value" in first
    assert len(tests.to_dict()["question"]) == 2 + 1 + sum(
        x is not None for x in (tests.by_age, tests.by_calendar, tests.dwell)
    )


def test_a_chain_that_fits_gets_no_warning() -> None:
    assert sj.fit_tests(simulated(7), level=1e-4).warnings() == []


def test_a_changed_move_of_a_segment_is_found_and_its_worth_sums_up() -> None:
    other = ROWS.copy()
    other[1] += [0.12, -0.12, 0.0, 0.0]
    segments: dict[str, sj.Counts | sj.Journeys] = {"web": sj.count(simulated(1)), "shop": simulated(2, other)}
    test = sj.trust.segment_test(segments, rewards={"a": 10.0}, annual_discount_rate=0.1)
    assert test.overall.p_value < 1e-9
    assert {d.from_state for d in test.located()[:2]} == {"b"}
    (worth,) = test.values
    assert (worth.segment, worth.against) == ("shop", "web")
    split = worth.difference
    assert sum(m.amount for m in split.moves) == pytest.approx(split.other_value - split.value, abs=1e-9)
    assert split.moves[0].from_state == "b"
    assert "'shop' is worth" in str(test)
    assert sj.trust.segment_test(segments).values == []
    located = sj.trust.segment_test(segments, adjustment="benjamini_hochberg").located()
    assert len(located) >= len(sj.trust.segment_test(segments).located())


def test_results_are_tables_in_frames() -> None:
    pd = pytest.importorskip("pandas", reason="frames are tried with pandas")
    journeys = with_memory(2, 300)
    tests = sj.fit_tests(journeys)
    segments = sj.trust.segment_test({"x": simulated(1, customers=200), "y": simulated(2, customers=200)})
    for table in (tests, tests.order, tests.criteria, tests.visits, tests.dwell, tests.by_age, segments):
        assert table is not None
        frame = table.to_frame("pandas")
        assert isinstance(frame, pd.DataFrame)
        assert len(frame) > 0
        assert str(table)
        assert repr(table).startswith(type(table).__name__ + "(")


def test_the_calendar_is_split_by_parts_or_by_periods() -> None:
    journeys = with_memory(3, 500)
    parts = sj.trust.homogeneity_test(journeys, parts=2)
    assert len({d.group for d in parts.departures}) == 2
    weeks = sj.trust.homogeneity_test(journeys, period="week")
    assert {d.group for d in weeks.departures} == {"from 2024-01-01 to 2024-01-07", "from 2024-01-08 to 2024-01-14"}


def write_log(path: Path, journeys: sj.Journeys) -> Path:
    table = journeys.to_dict()
    rows = zip(table["customer"], table["time"], table["state"], strict=True)
    path.write_text("who,day,state\n" + "".join(f"{who},{day},{state}\n" for who, day, state in rows), encoding="utf-8")
    return path


def report(folder: Path, journeys: sj.Journeys) -> str:
    for needed in ("matplotlib", "jinja2", "pyarrow"):
        pytest.importorskip(needed, reason=f"the report needs {needed}")
    from sojourn.cli import main

    log = write_log(folder / "log.csv", journeys)
    names = ["--customer", "who", "--time", "day", "--state", "state", "--exits", "churn"]
    options = [
        "--discount-rate-per-period",
        "0.05",
        "--customers",
        "500",
        "--period",
        "day",
        "--value-per-row",
        "1",
        "--out",
        str(folder / "out"),
    ]
    assert main(["report", str(log), *names, *options]) == 0
    return (folder / "out" / "index.html").read_text(encoding="utf-8")


def test_the_report_tells_the_reader_that_one_state_is_not_enough(tmp_path: Path) -> None:
    page = report(tmp_path, with_memory(5, 400))
    assert "One state is not memory enough: of those in “b” coming from “a”" in page
    assert "this is too little in" in page
    assert "Order 1 against order 2" in page
    with (tmp_path / "out" / "tables" / "tests.csv").open(encoding="utf-8") as file:
        assert {"order 0 against order 1", "order 1 against order 2"} <= {
            row["question"] for row in csv.DictReader(file)
        }


def test_the_report_says_so_when_a_chain_is_enough(tmp_path: Path) -> None:
    dice = np.random.default_rng(6)
    log: dict[str, list[Any]] = {"who": [], "day": [], "state": []}
    for who in range(400):
        state = 0
        for day in range(14):
            log["who"].append(who)
            log["day"].append(np.datetime64("2024-01-01") + day)
            log["state"].append(STATES[state])
            if state == 3:
                break
            state = int(dice.choice(4, p=ROWS[state]))
    life = sj.Lifecycle(STATES, exits=["churn"])
    page = report(tmp_path, sj.journeys(log, customer="who", time="day", state="state", lifecycle=life))
    assert "no test finds a shift of probabilities that matters" in page
    assert "not memory enough" not in page


GOOD = with_memory(4, 50)
CHAIN = sj.Chain(STATES, ROWS)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sj.trust.chain_test([[0, 0, 0, 0]] * 3 + [[1, 0, 0, 0]], CHAIN), "'churn' → 'a' was observed 1 time"),
        (lambda: sj.trust.chain_test(np.zeros((4, 4)), CHAIN), "no move"),
        (lambda: sj.trust.chain_test(np.full((4, 4), 0.5), CHAIN), "counts: expected whole numbers"),
        (lambda: sj.trust.chain_test(np.zeros((2, 2)), CHAIN), "counts"),
        (lambda: sj.trust.chain_test(np.eye(4), CHAIN, method="guess"), "method: expected one of"),  # type: ignore[arg-type]
        (lambda: sj.trust.order_test(GOOD, max_order=0), "max_order: 0"),
        (lambda: sj.trust.order_test(GOOD, max_order=20), "needs journeys of at least 21 entries"),
        (lambda: sj.trust.information_criteria(GOOD, max_order=20), "needs journeys of at least 21 entries"),
        (lambda: sj.trust.visits_test(GOOD, groups=1), "groups: 1"),
        (lambda: sj.trust.homogeneity_test(GOOD, parts=1), "parts: 1"),
        (lambda: sj.trust.homogeneity_test(GOOD, period="year"), "nothing to compare"),
        (lambda: sj.trust.homogeneity_test(GOOD, by="moon"), "by: expected one of"),  # type: ignore[arg-type]
        (lambda: sj.trust.segment_test({"one": GOOD}), "compare at least two"),
        (lambda: sj.trust.segment_test({"one": GOOD, "two": simulated(1, customers=20)}), "'two' has other"),
        (lambda: sj.trust.segment_test({"one": GOOD, "two": GOOD}, rewards={"a": 1.0}), "needs a discount"),
        (lambda: sj.trust.segment_test({"one": GOOD, "two": GOOD}, rate=0.1), "has no unit"),  # type: ignore[call-arg]
        (lambda: sj.trust.dwell_test(sj.Counts(GOOD.lifecycle, "month")), "no stay"),
        (lambda: sj.fit_tests(GOOD, level=2), "level: 2"),
        (
            lambda: sj.trust.visits_test(
                GOOD, value=sj.lifetime_value(CHAIN, {"a": 1.0}, discount_factor=1, horizon=3)
            ),
            "value for life",
        ),
    ],
)
def test_refuses_what_cannot_be_asked(call: Any, words: str) -> None:
    with pytest.raises(ValueError) as refused:
        call()
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda: sj.trust.order_test(sj.count(GOOD)),  # type: ignore[arg-type]
        lambda: sj.trust.segment_test([GOOD, GOOD]),  # type: ignore[arg-type]
        lambda: sj.trust.segment_test({"one": 1, "two": 2}),  # type: ignore[dict-item]
        lambda: sj.trust.dwell_test("a"),  # type: ignore[arg-type]
        lambda: sj.trust.visits_test(GOOD, value=3.0),  # type: ignore[arg-type]
    ],
)
def test_refuses_another_kind_of_thing(call: Any) -> None:
    with pytest.raises(TypeError):
        call()


def cdnow(log: str, **grid: Any) -> sj.Journeys:
    assert DATA is not None
    anchor = ANCHORS["cdnow"][log]
    with gzip.open(Path(DATA) / anchor["file"], "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = {
        "customer": [row[anchor["customer"]] for row in rows],
        "date": [row["date"] for row in rows],
        "dollars": [float(row["dollar_value"]) for row in rows],
    }
    return sj.order_journeys(columns, customer="customer", time="date", value="dollars", **grid)


@needs_data
@pytest.mark.parametrize("log", ["sample", "full"])
def test_one_state_is_not_memory_enough_for_cdnow_by_quarter(log: str) -> None:
    sample = ANCHORS["cdnow"]["sample"]
    anchor = ANCHORS["cdnow"][log]
    quarters = cdnow(
        log,
        period=f"{sample['period_days']} days",
        churn_after=sample["churn_after"],
        origin=sample["first_day"],
        until=sample["last_day"],
    )
    visits = sj.trust.visits_test(quarters)
    again = [d.probability for d in visits.departures if (d.from_state, d.to_state) == ("active", "active")]
    assert again == pytest.approx(anchor["active_again_by_active_quarters"], abs=anchor["share_tolerance"])
    assert visits.overall.p_value < 1e-50
    assert visits.overall.effect > 10 * visits.overall.effect_by_chance
    order = sj.trust.order_test(quarters)
    assert order.order() == 2
    assert order.steps[1].overall.p_value < 1e-7
    assert sj.fit_tests(quarters).warnings()[0].startswith("One state is not memory enough: of those in 'active'")


@needs_data
def test_one_state_is_not_memory_enough_for_cdnow_by_month_and_asking_takes_no_time() -> None:
    months = cdnow("full", period="month", churn_after=6)
    value = sj.lifetime_value(sj.fit_chain(months, smoothing=0.5), annual_discount_rate=0.1)
    begin = time.perf_counter()
    tests = sj.fit_tests(months, value=value)
    assert time.perf_counter() - begin < 3.0  # about 0.01 s on a machine with nothing else to do
    # Of recency states order 0 and 1 are the same; every longer memory is better than the one before.
    steps = sj.trust.order_test(months, max_order=4).steps
    assert steps[0].overall.degrees_of_freedom == 0
    assert all(step.overall.p_value < 1e-50 for step in steps[1:])
    assert sj.trust.p_value_text(tests.visits.overall.p_value) == "< 1e-300"
    assert tests.dwell is not None
    (active,) = tests.dwell.by_state
    assert (active.state, active.direction()) == ("active", "falls")
    words = " ".join(tests.warnings())
    for said in ("One state is not memory enough", "misstates their value", "falls the longer a customer stays"):
        assert said in words
