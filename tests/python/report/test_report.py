"""The report: its figures, its words, and that nothing in a log can speak as code."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

import sojourn as sj

pytest.importorskip("matplotlib", reason="the report needs matplotlib")
pytest.importorskip("jinja2", reason="the report needs jinja2")
pytest.importorskip("pyarrow", reason="the report needs pyarrow")

from pages import model_of, page_of, parse, rows_of, visible, write

from sojourn.cli import main
from sojourn.report.analysis import even_prior
from sojourn.report.sections.survival import product_limit
from sojourn.report.tables import cell, to_csv

ORDERS = """customer,day,amount
01,2024-01-05,10.00
01,2024-02-10,20.00
01,2024-05-01,5.50
2,2024-01-20,8.00
2,2024-03-02,9.00
3,2024-02-01,100
4,2024-03-15,1
,2024-03-16,7
5,2024-04-30,12
5,2024-12-31,12
"""


def report(folder: Path, text: str, *options: str) -> Path:
    """Runs the command line on a log and returns the page."""
    return page_of(folder, "report", write(folder, text, "log.csv"), *options, "--customers", "500")


def order_report(folder: Path, *options: str) -> Path:
    names = ("--customer", "customer", "--time", "day", "--value", "amount", "--churn-after", "2")
    return report(folder, ORDERS, *names, "--annual-discount-rate", "0.10", *options)


def test_the_page_tells_who_what_and_where(tmp_path):
    page = order_report(tmp_path, "--currency", "$", "--title", "My shop")
    text = visible(page)
    for words in (
        "My shop",
        "5 customers",
        "A new customer is worth",
        "90 % interval",
        "lost to silence",
        "10 % per year",
    ):
        assert words in text
    for heading in (
        "The journey",
        "What a customer is worth",
        "How long they stay",
        "Read with care",
        "What the words mean",
    ):
        assert heading in text


def test_every_note_on_the_data_is_on_the_page(tmp_path):
    text = visible(order_report(tmp_path))
    log = [line.split(",") for line in ORDERS.splitlines()[1:]]
    journeys = sj.order_journeys(
        {"c": [r[0] for r in log], "t": [r[1] for r in log], "v": [float(r[2]) for r in log]},
        customer="c", time="t", value="v", period="month", churn_after=2,
    )  # fmt: skip
    notes = journeys.report.notes()
    assert len(notes) >= 3
    for note in notes:
        assert " ".join(note.split()) in text


def test_the_page_is_one_file_and_runs_nothing(tmp_path):
    page = order_report(tmp_path)
    seen = parse(page)
    assert not {"script", "iframe", "object", "embed", "link", "img"} & set(seen.tags)
    assert not [name for _, name, _ in seen.attributes if name.startswith("on")]
    outside = [v for _, name, v in seen.attributes if name in ("src", "href", "xlink:href") and not v.startswith("#")]
    assert set(outside) == {"model.json"} | {f"tables/{p.name}" for p in (page.parent / "tables").iterdir()}
    html = page.read_text(encoding="utf-8")
    assert "@import" not in html
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", html))
    assert seen.tags.count("svg") == 5


def test_ids_on_the_page_are_unique(tmp_path):
    seen = parse(order_report(tmp_path))
    assert len(seen.ids) == len(set(seen.ids))


def test_pictures_are_well_formed(tmp_path):
    html = order_report(tmp_path).read_text(encoding="utf-8")
    for picture in re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL):
        root = ET.fromstring(picture)
        assert len(list(root.iter())) > 20


STAGES = "id,day,stage,sum\n" + "".join(
    f"{k},2024-{1 + month:02d}-{1 + k:02d},{stage},{5 * month}\n"
    for k in range(24)
    for month, stage in enumerate(
        ["engagement", ["satisfaction", "dissatisfaction"][k % 2], ["repurchase", "churn", "satisfaction"][k % 3]]
        + (["loyalty", ["repurchase", "churn", "loyalty"][k // 3 % 3], "engagement"][: k % 4 + 1] if k % 3 == 0 else [])
    )
)
NEVER_LEFT = """id,day,stage,sum
1,2024-01-01,engagement,5
1,2024-02-01,repurchase,5
1,2024-06-01,repurchase,5
2,2024-01-01,engagement,5
2,2024-03-01,churn,0
"""


def stage_report(folder: Path, log: str = STAGES) -> Path:
    names = ("--customer", "id", "--time", "day", "--state", "stage", "--value", "sum", "--lifecycle", "six_stages")
    return report(folder, log, *names, "--annual-discount-rate", "0.10", "--currency", "$")


def test_the_page_says_what_would_change_the_value_and_what_it_may_cost(tmp_path):
    page = stage_report(tmp_path)
    text = visible(page)
    levers = rows_of(page, "levers.csv")
    best = levers[0]
    assert f"{best['from']} → {best['to']}" in text
    assert "What would change it" in text
    assert re.search(
        r"percentage point( less)? of .* is worth \$[\d.,]+ per customer, \$[\d.,]+ for today’s base of", text
    )
    assert "A measure that brings this point for good pays as long as it costs less." in text
    costs = [float(row["may_cost_at_most"]) for row in levers]
    assert costs == sorted(costs, reverse=True)
    assert min(costs) > 0
    model = model_of(page)
    states = model.fit.counts.states
    living = sum(int(row["customers_today"]) for row in rows_of(page, "value.csv") if row["state"] != "churn")
    for row in levers:
        assert model.fit.counts.moves[states.index(row["from"]), states.index(row["to"])] > 0
        assert float(row["point_for_base"]) == pytest.approx(living * float(row["point_per_customer"]))


def test_the_page_says_where_money_is_lost_by_state_and_moment_of_truth(tmp_path):
    page = stage_report(tmp_path)
    text = visible(page)
    model = model_of(page)
    value = sj.lifetime_value(model.fit, annual_discount_rate=0.10)
    why = value.sensitivity()
    assert [(row["from"], row["exit"]) for row in rows_of(page, "leaks.csv")] == [
        (leak.from_state, leak.exit) for leak in why.leaks()
    ]
    assert "Where money is lost" in text
    assert f"Leaving from {why.leaks()[0].from_state} costs most" in text
    assert "They do not sum to a total" in text
    for group in why.leaks_by_moment():
        assert f"{group.moment.upper()} {', '.join(group.states)}" in text


def test_the_page_says_where_todays_customers_will_be(tmp_path):
    page = stage_report(tmp_path)
    rows = rows_of(page, "forecast.csv")
    today = {row["state"]: float(row["customers"]) for row in rows if row["period"] == "0"}
    assert today.pop("churn") == 0
    assert today == {
        row["state"]: float(row["customers_today"]) for row in rows_of(page, "value.csv") if row["state"] != "churn"
    }
    model = model_of(page)
    ahead = sj.forecast(model.chain, {**today}, periods=12)
    assert [float(row["customers"]) for row in rows] == pytest.approx(ahead.ravel().tolist())
    left = ahead[-1].sum() - ahead[-1][model.chain.states.index("churn")]
    total = int(sum(today.values()))
    words = f"Of today’s {total} customers, {left:,.0f} are expected to be there after 12 months, without newcomers."
    assert words in visible(page)


def test_where_nobody_is_left_the_page_says_nothing_of_a_base(tmp_path):
    page = order_report(tmp_path)
    text = visible(page)
    assert "What would change it" not in text
    assert "Where today’s customers will be" not in text
    assert rows_of(page, "levers.csv") == rows_of(page, "forecast.csv") == []
    assert "Everybody leaves “silent 2” at once" in text


def test_a_state_that_pays_and_was_never_left_has_a_page(tmp_path):
    text = visible(stage_report(tmp_path, NEVER_LEFT))
    assert "Some customers never leave in this chain." in text


def test_a_move_whose_mirror_is_on_the_page_is_not(tmp_path):
    lines = ["customer,day,amount"]
    lines += [f"{k},2024-0{m}-01,10" for k in range(40) for m in (1, 2 + k % 4, 5, 6)] + ["x,2024-01-01,1"]
    options = ("--customer", "customer", "--time", "day", "--value", "amount", "--churn-after", "2")
    page = report(tmp_path, "\n".join(lines) + "\n", *options, "--annual-discount-rate", "0.10")
    levers = rows_of(page, "levers.csv")
    assert levers
    assert {row["to"] for row in levers} == {"active"}


EVIL = "<script>alert(1)</script>"
EVIL_LOG = f"""who "is" & 'why',when,"<img src=x onerror=alert(2)>",sum
<b>1</b>,2024-01-01,{EVIL},1
<b>1</b>,2024-02-02,$x_1$ & y,2
<b>1</b>,2024-03-03,{EVIL},3
2,2024-01-01,{EVIL},1
2,2024-03-05,=cmd|' /C calc'!A0,1
3,2024-01-01,$x_1$ & y,1
3,2024-04-01,"""


def test_names_of_states_and_columns_stay_text(tmp_path):
    log = EVIL_LOG + EVIL + ",1\n4,2024-01-01,</style></svg>,1\n4,2024-05-01," + EVIL + ",1\n"
    page = report(
        tmp_path, log.replace('who "is"', '"who ""is""').replace("'why',", "'why'\",", 1),
        "--customer", "who \"is\" & 'why'", "--time", "when", "--state", "<img src=x onerror=alert(2)>",
        "--value", "sum", "--annual-discount-rate", "0.1", "--horizon", "12",
        "--title", "</title><script>alert(3)</script>", "--currency", "<i>",
    )  # fmt: skip
    seen = parse(page)
    assert not {"script", "img", "i"} & set(seen.tags)
    assert seen.tags.count("style") == 1
    assert seen.tags.count("title") == 1
    assert not [name for _, name, _ in seen.attributes if name.startswith("on")]
    text = "".join(seen.text)
    assert EVIL in text
    assert "</title><script>alert(3)</script>" in text
    moves = (page.parent / "tables" / "moves.csv").read_text(encoding="utf-8")
    assert not re.search(r"(^|,)\"?=cmd", moves, flags=re.MULTILINE)


def test_a_state_that_nobody_was_seen_to_leave_gets_a_prior_and_the_page_says_so(tmp_path):
    log = (
        "id,day,stage,sum\n1,2024-01-01,engagement,5\n1,2024-02-02,satisfaction,\n1,2024-03-02,churn,\n"
        "2,2024-01-01,engagement,5\n2,2024-04-01,churn,\n"
    )
    options = (
        "--customer",
        "id",
        "--time",
        "day",
        "--state",
        "stage",
        "--value",
        "sum",
        "--lifecycle",
        "six_stages",
        "--annual-discount-rate",
        "0.1",
    )
    text = visible(report(tmp_path, log, *options))
    assert "No move was ever seen from" in text
    assert "“loyalty”" in text
    assert "an assumption, not a finding" in text
    assert "spread evenly over the allowed moves" in text


def test_rows_without_data_are_refused_on_request(tmp_path, capsys):
    log = tmp_path / "log.csv"
    log.write_text(
        "id,day,stage,sum\n1,2024-01-01,engagement,5\n1,2024-02-02,churn,\n2,2024-01-01,engagement,5\n2,2024-04-01,churn,\n"
    )
    options = [
        "--customer",
        "id",
        "--time",
        "day",
        "--state",
        "stage",
        "--value",
        "sum",
        "--lifecycle",
        "six_stages",
        "--annual-discount-rate",
        "0.1",
    ]
    assert main(["report", str(log), *options, "--rows-without-data", "refuse", "--out", str(tmp_path / "out")]) == 1
    assert "loyalty" in capsys.readouterr().err


def test_a_log_in_which_nobody_leaves_has_a_page_without_a_survival_curve(tmp_path):
    log = "id,day,stage,sum\n1,2024-01-01,a,5\n1,2024-02-02,b,1\n1,2024-04-02,a,1\n2,2024-01-01,b,5\n2,2024-03-09,a,1\n"
    options = ("--customer", "id", "--time", "day", "--state", "stage", "--value", "sum")
    text = visible(report(tmp_path, log, *options, "--annual-discount-rate", "0.5"))
    assert "Nobody was seen to leave for good." in text
    assert "Some customers never leave in this chain." in text
    assert "How long they stay" not in text


def test_a_value_beyond_the_span_of_the_log_is_called_extrapolated(tmp_path):
    lines = ["customer,day,amount"]
    lines += [f"{k},2024-0{m}-01,10" for k in range(40) for m in (1, 2, 3)] + ["x,2024-01-01,1", "x,2024-03-31,1"]
    options = ("--customer", "customer", "--time", "day", "--value", "amount", "--churn-after", "1")
    text = visible(report(tmp_path, "\n".join(lines) + "\n", *options, "--annual-discount-rate", "0.10"))
    assert "this part is extrapolated by the chain" in text


def test_the_tables_and_the_model_hold_the_values_of_the_library(tmp_path):
    page = order_report(tmp_path)
    model = model_of(page)
    value = sj.lifetime_value(model.fit, annual_discount_rate=0.10)
    rows = rows_of(page, "value.csv")
    assert [row["state"] for row in rows] == list(model.chain.states.names)
    assert [float(row["value"]) for row in rows] == pytest.approx(list(value.mean), rel=1e-12)
    assert [float(row["lower"]) for row in rows] == pytest.approx(list(value.interval(0.9).lower), rel=1e-9)
    moves = rows_of(page, "moves.csv")
    assert sum(int(row["moves"]) for row in moves) == model.fit.counts.n_moves
    for name in model.chain.states.names:
        assert sum(float(row["probability"]) for row in moves if row["from"] == name) == pytest.approx(1.0)
    assert model.provenance["source"] == "log.csv"


def test_the_same_log_makes_the_same_page(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first = order_report(tmp_path).read_bytes()
    second = order_report(tmp_path).read_bytes()
    assert first == second
    assert b"made on 2023-11-14" in first


def test_product_limit_of_a_small_cohort():
    # Ends after 1, 3, 3; seen without an end for 2 and 4: S(1) = 4/5, S(3) = 4/5 · 1/3.
    found = product_limit(np.repeat([1, 3, 3, 2, 4], 20), np.repeat([True, True, True, False, False], 20))
    assert found is not None
    time, share, at_risk = found
    assert time.tolist() == [0, 1, 2, 3, 4]
    assert share == pytest.approx([1, 0.8, 0.8, 0.8 / 3, 0.8 / 3])
    assert at_risk.tolist() == [100, 100, 80, 60, 20]


def test_product_limit_of_journeys_without_an_end_is_nothing():
    assert product_limit(np.array([1, 2]), np.array([False, False])) is None


def test_the_even_prior_speaks_only_for_rows_without_data():
    log = {"c": [1, 1], "t": [1, 2], "s": ["engagement", "satisfaction"]}
    counts = sj.count(sj.journeys(log, customer="c", time="t", state="s", lifecycle=sj.six_stages()))
    prior, filled = even_prior(counts)
    names = list(counts.states.names)
    assert "engagement" not in filled
    assert "churn" not in filled
    assert "loyalty" in filled
    assert prior[names.index("engagement")].sum() == 0
    row = names.index("loyalty")
    assert prior[row].sum() == pytest.approx(1)
    assert (prior[row] > 0).tolist() == np.asarray(counts.lifecycle.allowed)[row].tolist()


@pytest.mark.parametrize(
    ("value", "text"),
    [("=1+1", "'=1+1"), ("@x", "'@x"), ("-2", "'-2"), ("plain", "plain"), (-2.5, "-2.5"), (float("nan"), "")],
)
def test_cells_are_no_formulas(value, text):
    assert cell(value) == text


def test_a_table_quotes_what_needs_it():
    assert to_csv(["a", "b"], [['say "x"', 1]]) == 'a,b\n"say ""x""",1\n'
