"""The command line: what it makes, and one advising sentence for everything that can go wrong."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sojourn as sj

pytest.importorskip("matplotlib", reason="the command line's report needs matplotlib")
pytest.importorskip("jinja2", reason="the command line's report needs jinja2")
pa = pytest.importorskip("pyarrow", reason="the command line reads files by pyarrow")

from pages import write  # noqa: E402

from sojourn.cli import main  # noqa: E402

ORDERS = (
    "customer_id,date,amount\n00001,2024-01-05,10\n00001,2024-02-10,20\n1,2024-01-20,8\n"
    "1,2024-06-02,9\n3,2024-02-01,30\n3,2024-12-31,1\n"
)
NAMES = ["--customer", "customer_id", "--time", "date", "--value", "amount"]
RATE = ["--annual-discount-rate", "0.10"]
SMALL = ["--churn-after", "2", "--customers", "200"]


def run(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a shell would start it."""
    return subprocess.run(
        [sys.executable, "-m", "sojourn", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=300,
        env={**os.environ, **environment},
    )


def model_of(folder: Path, *options: str) -> sj.model.Model:
    assert main([*options, "--out", str(folder)]) == 0
    return sj.load_model(str(folder / "model.json"))


def test_a_report_ends_with_the_bare_path_of_its_page(tmp_path, capsys):
    out = tmp_path / "new" / "report"
    assert main(["report", write(tmp_path, ORDERS), *NAMES, *RATE, *SMALL, "--out", str(out)]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines()[-1] == str(out / "index.html")
    assert captured.err == ""
    assert {p.name for p in out.iterdir()} == {"index.html", "model.json", "tables"}


def test_the_program_runs_as_a_module(tmp_path):
    done = run("report", write(tmp_path, ORDERS), *NAMES, *RATE, *SMALL, "--out", "r", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == str(Path("r") / "index.html")
    assert (tmp_path / "r" / "index.html").is_file()


def test_customer_ids_keep_their_zeros(tmp_path):
    model = model_of(tmp_path / "out", "report", write(tmp_path, ORDERS), *NAMES, *RATE, *SMALL)
    assert model.fit.counts.n_customers == 3


def test_csv_gzip_and_parquet_give_the_same_model(tmp_path):
    from pyarrow import csv as pacsv
    from pyarrow import parquet

    plain = write(tmp_path, ORDERS)
    packed = write(tmp_path, gzip.compress(ORDERS.encode()), "orders.csv.gz")
    hidden = write(tmp_path, gzip.compress(ORDERS.encode()), "orders_packed.csv")
    text = pacsv.ConvertOptions(column_types={"customer_id": pa.string()})
    parquet.write_table(pacsv.read_csv(plain, convert_options=text), tmp_path / "orders.parquet")
    models = [
        model_of(tmp_path / str(k), "report", log, *NAMES, *RATE, *SMALL)
        for k, log in enumerate([plain, packed, hidden, str(tmp_path / "orders.parquet")])
    ]
    for other in models[1:]:
        assert other.fit == models[0].fit


def test_semicolons_decimal_commas_and_other_encodings_are_read(tmp_path):
    text = ORDERS.replace(",", ";").replace(";10\n", ";10,50\n").replace("customer_id", "kundennr_für")
    log = write(tmp_path, text.encode("latin-1"))
    names = [
        "--customer",
        "kundennr_für",
        "--time",
        "date",
        "--value",
        "amount",
        "--delimiter",
        ";",
        "--decimal",
        ",",
        "--encoding",
        "latin-1",
    ]
    model = model_of(tmp_path / "out", "report", log, *names, *RATE, *SMALL)
    assert sum(model.fit.counts.values) == pytest.approx(78.5)


def test_price_times_quantity_summed_by_order(tmp_path):
    lines = (
        "id,day,order,price,n\na,2024-01-05,1,2.5,4\na,2024-01-05,1,1,10\na,2024-02-10,2,3,1\n"
        "b,2024-01-20,3,1,1\nb,2024-01-20,3,x,1\nb,2024-08-02,4,9,-1\n"
    )
    options = ["--customer", "id", "--time", "day", "--value", "price", "--quantity", "n", "--order-id", "order"]
    model = model_of(tmp_path / "out", "report", write(tmp_path, lines), *options, *RATE, *SMALL)
    assert model.fit.counts.values["active"] == pytest.approx(10 + 10 + 3 + 1)
    page = (tmp_path / "out" / "index.html").read_text()
    assert "6 lines were summed into 4 orders" in page
    assert "1 order lines had an amount that is not a number" in page


def test_lines_with_another_number_of_columns_are_counted(tmp_path):
    model_of(
        tmp_path / "out",
        "report",
        write(tmp_path, ORDERS + "4,2024-01-01\n5,2024-01-01,3,4,5\n"),
        *NAMES,
        *RATE,
        *SMALL,
    )
    page = (tmp_path / "out" / "index.html").read_text()
    assert "8 rows read" in page
    assert re.search(r"\b2 rows[^.<]* dropped: not split into as many columns as the header", page)


def test_a_log_with_states_and_named_exits(tmp_path):
    log = (
        "id,day,stage,sum\n1,2024-01-01,trial,5\n1,2024-02-02,active,9\n1,2024-03-05,gone,\n"
        "2,2024-01-01,trial,5\n2,2024-04-01,active,9\n2,2024-07-01,active,9\n"
    )
    names = [
        "--customer",
        "id",
        "--time",
        "day",
        "--state",
        "stage",
        "--value",
        "sum",
        "--exits",
        "gone",
        "--period",
        "month",
    ]
    model = model_of(tmp_path / "out", "report", write(tmp_path, log), *names, *RATE, "--customers", "100")
    assert model.fit.counts.lifecycle.exits == ("gone",) or list(model.fit.counts.lifecycle.exits) == ["gone"]
    assert model.chain.period == sj.Period.months(1)


def test_a_log_with_rules(tmp_path):
    rules = write(tmp_path, 'lifecycle = "six_stages"\n[[rule]]\nstate = "engagement"\nfirst_event = '
                            'true\n[[rule]]\nstate = "satisfaction"\nat_least = { stars = 4 '
                            '}\n[[rule]]\nstate = "dissatisfaction"\nis_in = { kind = ["complaint"] '
                            '}\n', "rules.toml")  # fmt: skip
    log = (
        "id,day,kind,stars\n1,2024-01-01,order,\n1,2024-02-02,review,5\n1,2024-03-05,complaint,1\n"
        "2,2024-01-01,order,\n2,2024-06-01,review,4\n3,2024-01-01,order,\n3,2024-12-01,order,\n"
    )
    names = ["--customer", "id", "--time", "day", "--rules", rules, "--value-per-row", "1", "--churn-after", "3"]
    model = model_of(tmp_path / "out", "report", write(tmp_path, log), *names, *RATE, "--customers", "100")
    assert model.fit.counts.moves[0].sum() > 0
    assert "each row counts 1" in (tmp_path / "out" / "index.html").read_text()


def test_epoch_seconds_and_a_format_of_dates_are_read(tmp_path):
    seconds = ORDERS
    for day in ("2024-01-05", "2024-02-10", "2024-01-20", "2024-06-02", "2024-02-01", "2024-12-31"):
        seconds = seconds.replace(day, str(int(np.datetime64(day, "s").astype(int))))
    german = ORDERS
    for line in ORDERS.splitlines()[1:]:
        year, month, day = line.split(",")[1].split("-")
        german = german.replace(f"{year}-{month}-{day}", f"{day}.{month}.{year}")
    plain = model_of(tmp_path / "a", "report", write(tmp_path, ORDERS), *NAMES, *RATE, *SMALL)
    for name, text, option in (("b", seconds, ["--time-unit", "second"]), ("c", german, ["--time-format", "%d.%m.%Y"])):
        other = model_of(
            tmp_path / name, "report", write(tmp_path, text, name + ".csv"), *NAMES, *RATE, *SMALL, *option
        )
        assert other.fit == plain.fit


# name, content of the log (None = no file), options after the log, exit code, part of the sentence
BAD = [
    ("no such file", None, [*NAMES, *RATE], 1, "no such file"),
    ("empty file", b"", [*NAMES, *RATE], 1, "is empty"),
    ("header only", "customer_id,date,amount\n", [*NAMES, *RATE], 1, "no rows"),
    ("binary", b"\x7fELF\x02\x01\x01\x00" + bytes(range(256)), [*NAMES, *RATE], 1, "binary"),
    ("utf-16", ORDERS.encode("utf-16"), [*NAMES, *RATE], 1, "UTF-16"),
    ("web page", "<!DOCTYPE html><html><body>Sign in</body></html>", [*NAMES, *RATE], 1, "web page"),
    ("json", '[{"customer_id": 1}]', [*NAMES, *RATE], 1, "JSON"),
    ("zip", b"PK\x03\x04" + b"x" * 50, [*NAMES, *RATE], 1, "save the sheet as CSV"),
    ("prose", "Dear Sir\nplease find enclosed\n", [*NAMES, *RATE], 1, "one column only"),
    ("semicolons", ORDERS.replace(",", ";"), [*NAMES, *RATE], 1, "--delimiter ';'"),
    ("broken gzip", gzip.compress(ORDERS.encode() * 50)[:60], [*NAMES, *RATE], 1, "complete"),
    ("latin-1", "customer_id,date,amount\nJos\xe9,2024-01-01,1\n".encode("latin-1"), [*NAMES, *RATE], 1, "--encoding"),
    (
        "missing column",
        ORDERS,
        ["--customer", "customer", "--time", "date", "--value", "amount", *RATE],
        1,
        "Did you mean 'customer_id'?",
    ),
    (
        "lists columns",
        ORDERS,
        ["--customer", "customer_id", "--time", "zzz", "--value", "amount", *RATE],
        1,
        "'customer_id', 'date', 'amount'",
    ),
    (
        "column twice",
        "a,a,b\n1,2,3\n",
        ["--customer", "a", "--time", "b", "--value", "b", *RATE],
        1,
        "2 columns named 'a'",
    ),
    (
        "no number",
        ORDERS,
        ["--customer", "customer_id", "--time", "date", "--value", "date", *RATE],
        1,
        "no entry of 'date' is a number",
    ),
    ("no date", ORDERS, ["--customer", "customer_id", "--time", "customer_id", "--value", "amount", *RATE], 1, "time"),
    (
        "all customers missing",
        "customer_id,date,amount\n,2024-01-01,1\n,2024-02-01,1\n",
        [*NAMES, *RATE],
        1,
        "customer",
    ),
    ("unknown encoding", ORDERS, [*NAMES, *RATE, "--encoding", "klingon"], 1, "no encoding 'klingon'"),
    ("no discount", ORDERS, NAMES, 2, "--annual-discount-rate 0.10"),
    ("bare rate", ORDERS, [*NAMES, "--discount-rate", "0.1"], 2, "does not say per what"),
    ("two discounts", ORDERS, [*NAMES, *RATE, "--discount-factor", "1"], 2, "not allowed with"),
    ("negative rate", ORDERS, [*NAMES, "--annual-discount-rate", "-1"], 2, "at least 0"),
    ("percent", ORDERS, [*NAMES, "--annual-discount-rate", "10%"], 2, "write 0.10 for 10 %"),
    ("no value", ORDERS, ["--customer", "customer_id", "--time", "date", *RATE], 2, "--value COL"),
    ("no customer", ORDERS, ["--time", "date", *RATE], 2, "--customer"),
    ("unknown period", ORDERS, [*NAMES, *RATE, "--period", "fortnight"], 2, "fortnight"),
    ("bare period", ORDERS, [*NAMES, *RATE, "--period", "30"], 2, "30"),
    ("step for orders", ORDERS, [*NAMES, *RATE, "--period", "step"], 2, "has no length"),
    ("churn after 0", ORDERS, [*NAMES, *RATE, "--churn-after", "0"], 2, "at least 1"),
    ("horizon 0", ORDERS, [*NAMES, *RATE, "--horizon", "0"], 2, "at least 1"),
    ("no customers", ORDERS, [*NAMES, *RATE, "--customers", "0"], 2, "at least 1"),
    ("seed", ORDERS, [*NAMES, *RATE, "--seed", str(2**64)], 2, "from 0 to"),
    ("slip", ORDERS, [*NAMES, *RATE, "--hirozon", "3"], 2, "did you mean --horizon?"),
    ("lifecycle alone", ORDERS, [*NAMES, *RATE, "--lifecycle", "six_stages"], 2, "--state COL"),
    ("state and rules", ORDERS, [*NAMES, *RATE, "--state", "a", "--rules", "b"], 2, "not allowed with"),
    ("no rules file", ORDERS, [*NAMES, *RATE, "--rules", "nowhere.toml"], 1, "nowhere.toml"),
    ("until", ORDERS, [*NAMES, *RATE, "--until", "31.12.2024"], 2, "2026-11-22"),
]


@pytest.mark.parametrize(
    ("content", "options", "code", "words"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_refuses_in_one_sentence(tmp_path, capsys, content, options, code, words):
    log = str(tmp_path / "orders.csv") if content is None else write(tmp_path, content)
    assert main(["report", log, *options, "--out", str(tmp_path / "out")]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert len(captured.err.strip().splitlines()) == 1
    assert captured.err.startswith("sojourn report: ")
    assert "Traceback" not in captured.err


def test_refuses_a_folder_as_a_log(tmp_path, capsys):
    assert main(["report", str(tmp_path), *NAMES, *RATE, "--out", str(tmp_path / "out")]) == 1
    assert "is a folder" in capsys.readouterr().err


def test_refuses_an_output_folder_that_is_a_file(tmp_path, capsys):
    log = write(tmp_path, ORDERS)
    assert main(["report", log, *NAMES, *RATE, "--out", log]) == 1
    assert "--out: cannot write to" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the administrator may write anywhere")
def test_refuses_an_output_folder_without_permission(tmp_path, capsys):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert main(["report", write(tmp_path, ORDERS), *NAMES, *RATE, "--out", str(closed / "out")]) == 1
    assert "--out: cannot write to" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["report"], ["demo"], ["simulate"]], ids=lambda c: c[0] if c else "sojourn")
def test_help_has_examples(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([*command, "--help"])
    assert stop.value.code == 0
    assert f"  sojourn {command[0] if command else 'demo'}" in capsys.readouterr().out.split("examples:")[1]


def test_an_unknown_command_is_a_matter_of_usage(capsys):
    assert main(["frobnicate"]) == 2
    assert "frobnicate" in capsys.readouterr().err


def test_the_demo_runs_on_the_bundled_log(tmp_path, capsys):
    assert main(["demo", "--out", str(tmp_path / "demo")]) == 0
    page = tmp_path / "demo" / "index.html"
    assert capsys.readouterr().out.splitlines()[-1] == str(page)
    assert "These customers are not real" in page.read_text()
    counts = sj.load_model(str(tmp_path / "demo" / "model.json")).fit.counts
    assert counts.n_customers == 600


def test_the_demo_log_recovers_the_chain_it_was_simulated_from(tmp_path):
    assert main(["demo", "--out", str(tmp_path / "demo")]) == 0
    fit = sj.load_model(str(tmp_path / "demo" / "model.json")).fit
    truth = np.asarray(sj.six_stages().illustrative_chain().transition_matrix)
    moves = np.asarray(fit.counts.moves)
    total = moves.sum(axis=1, keepdims=True)
    error = np.sqrt(truth * (1 - truth) / np.maximum(total, 1))
    tested = (truth > 0) & (truth < 1) & (total > 50)
    assert tested.sum() > 20
    assert (np.abs(np.asarray(fit.chain.transition_matrix) - truth)[tested] < 4 * error[tested] + 1e-12).all()


def test_the_demo_log_is_an_order_log_too(tmp_path):
    from importlib import resources

    log = str(resources.files("sojourn") / "data" / "demo_log.csv")
    assert (
        main(["report", log, *NAMES, *RATE, "--churn-after", "3", "--customers", "100", "--out", str(tmp_path / "out")])
        == 0
    )
    assert sj.load_model(str(tmp_path / "out" / "model.json")).fit.counts.n_customers == 600


@pytest.mark.skipif("SOJOURN_DATA" not in os.environ, reason="SOJOURN_DATA does not name the folder of real logs")
def test_the_full_cdnow_log(tmp_path):
    log = str(Path(os.environ["SOJOURN_DATA"]) / "cdnow_master.csv.gz")
    options = [
        "--customer",
        "customer_id",
        "--time",
        "date",
        "--value",
        "dollar_value",
        "--period",
        "month",
        "--churn-after",
        "6",
    ]
    fit = model_of(tmp_path / "out", "report", log, *options, *RATE).fit
    assert fit.counts.n_customers == 23_570
    assert list(fit.chain.states.names) == ["active", *(f"silent_{k}" for k in range(1, 7)), "churn"]
    page = (tmp_path / "out" / "index.html").read_text()
    assert "23,570" in page
