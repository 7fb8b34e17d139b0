"""Word of mouth in the report: its figures are those of the library, its words those of the figures."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

import sojourn as sj

pytest.importorskip("matplotlib", reason="the report needs matplotlib")
pytest.importorskip("jinja2", reason="the report needs jinja2")
pa = pytest.importorskip("pyarrow", reason="the report needs pyarrow")

from pages import model_of, parse, rows_of, visible, write  # noqa: E402

from sojourn.cli import main  # noqa: E402

STATES = ["new", "loyal", "churn"]
TRUTH = np.array([[0.4, 0.3, 0.3], [0.05, 0.8, 0.15], [0.0, 0.0, 1.0]])
BRINGS = (0.05, 0.12, 0.0)
MONTHS = 30
COLUMNS = ["--customer", "id", "--time", "day", "--state", "stage", "--value", "sum", "--exits", "churn"]
RATE = ["--annual-discount-rate", "0.10"]
BROUGHT = ["--referrer", "by", "--referred", "who", "--referral-time", "when"]


def month(t: int, day: int = 1) -> str:
    return f"{2022 + t // 12}-{1 + t % 12:02d}-{day:02d}"


def simulated(customers: int, brings: tuple[float, float, float]) -> tuple[str, str]:
    """Customers who bring customers: the log of their states and that of who brought whom."""
    rng = np.random.default_rng(5)
    begin = [int(t) for t in rng.integers(0, 12, customers)]
    log, brought = ["id,day,stage,sum"], ["by,who,when"]
    customer = 0
    while customer < len(begin):
        state = 0
        for t in range(begin[customer], MONTHS):
            log.append(f"{customer:05d},{month(t)},{STATES[state]},{[0, 20, 0][state]}")
            if state == 2:
                break
            for _ in range(rng.poisson(brings[state])):
                if t + 1 < MONTHS:
                    brought.append(f"{customer:05d},{len(begin):05d},{month(t, 10)}")
                    begin.append(t + 1)
            state = int(rng.choice(3, p=TRUTH[state]))
        customer += 1
    return "\n".join(log) + "\n", "\n".join(brought) + "\n"


LOG, REFERRALS = simulated(260, BRINGS)


def command(folder: Path, *options: str, log: str = LOG, columns: list[str] = COLUMNS) -> list[str]:
    rate = [] if any("discount" in word for word in options) else RATE
    words = ["report", write(folder, log, "log.csv"), *columns, *rate, "--customers", "200", "--currency", "$"]
    return [*words, "--out", str(folder / "out"), *options]


def report(folder: Path, *options: str, log: str = LOG, columns: list[str] = COLUMNS) -> Path:
    assert main(command(folder, *options, log=log, columns=columns)) == 0
    return folder / "out" / "index.html"


def from_file(folder: Path, *options: str, referrals: str = REFERRALS, log: str = LOG) -> Path:
    return report(folder, "--referrals", write(folder, referrals, "brought.csv"), *BROUGHT, *options, log=log)


def column(page: Path, name: str, head: str) -> list[float]:
    return [float(row[head]) for row in rows_of(page, name)]


def figures(page: Path) -> dict[str, dict[str, str]]:
    return {row["figure"]: row for row in rows_of(page, "word_of_mouth_figures.csv")}


def value_of(page: Path, **options) -> sj.market.ReferralValue:
    model = model_of(page)
    options = {"arrives_at": model.start, "annual_discount_rate": 0.10} | options
    return sj.referral_value(model.chain, model.rewards, **options)


LOYAL = ["--referral-rate", "loyal=0.12", "--referral-rate", "new=0.05"]


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory) -> Path:
    return report(tmp_path_factory.mktemp("by_hand"), *LOYAL, "--acquisition-cost", "3")


@pytest.fixture(scope="module")
def counted(tmp_path_factory) -> Path:
    return from_file(tmp_path_factory.mktemp("counted"))


@pytest.fixture(scope="module")
def endless(tmp_path_factory) -> Path:
    return report(tmp_path_factory.mktemp("endless"), "--referral-rate", "loyal=0.9")


def test_own_referred_and_total_value_are_those_of_the_library(by_hand):
    ref = value_of(by_hand, referrals={"loyal": 0.12, "new": 0.05}, acquisition_cost=3.0)
    assert [row["state"] for row in rows_of(by_hand, "word_of_mouth.csv")] == list(ref.states.names)
    for head, expected in (("own", ref.own), ("referred", ref.referred), ("total", ref.total)):
        assert column(by_hand, "word_of_mouth.csv", head) == pytest.approx(list(expected), rel=1e-12)
    assert column(by_hand, "word_of_mouth.csv", "lifetime_referrals") == pytest.approx(list(ref.lifetime_referrals))
    assert column(by_hand, "word_of_mouth.csv", "own") == pytest.approx(column(by_hand, "value.csv", "value"))
    text = visible(by_hand)
    assert "Word of mouth" in text
    start = ref.start_value(model_of(by_hand).start)
    assert f"himself and ${start.referred:,.2f} through those whom he brings: ${start.total:,.2f} in all." in text


def test_generations_sum_to_the_total(by_hand):
    total = {row["state"]: float(row["total"]) for row in rows_of(by_hand, "word_of_mouth.csv")}
    parts = dict.fromkeys(total, 0.0)
    for row in rows_of(by_hand, "generations.csv"):
        parts[row["state"]] += float(row["value"])
    assert parts == pytest.approx(total)


def test_levers_stand_side_by_side(by_hand):
    model = model_of(by_hand)
    ref = value_of(by_hand, referrals={"loyal": 0.12, "new": 0.05}, acquisition_cost=3.0)
    why = {(x.from_state, x.to_state): x for x in ref.sensitivity(start=model.start).levers()}
    rows = rows_of(by_hand, "referral_levers.csv")
    assert rows
    for row in rows:
        lever = why[row["from"], row["to"]]
        assert float(row["own_value_of_a_point"]) == pytest.approx(lever.own_value_of_a_point)
        assert float(row["total_value_of_a_point"]) == pytest.approx(lever.total_value_of_a_point)
        assert float(row["R0_of_a_point"]) == pytest.approx(lever.R0_of_a_point)
    worth = [abs(float(row["total_value_of_a_point"])) for row in rows]
    assert worth == sorted(worth, reverse=True)
    best = rows[0]
    change = "One more percentage point" if float(best["total_value_of_a_point"]) > 0 else "One percentage point less"
    assert f"{change} of {best['from']} → {best['to']} is worth $" in visible(by_hand)


def test_a_base_that_does_not_feed_itself_shrinks_and_halves_in_words(by_hand):
    ref = value_of(by_hand, referrals={"loyal": 0.12, "new": 0.05})
    assert 0 < ref.R0 < 1
    text = visible(by_hand)
    assert f"the base shrinks by {100 * (1 - ref.growth_factor):.2g} % each month in the long run" in text
    assert f"and halves in about {ref.halving_time:.1f} months" in text
    assert f"holds {1 / (1 - ref.R0):.2f} customers, the first included" in text
    assert "carry no intervals" in text
    assert {row["lower"] for row in figures(by_hand).values()} == {""}


def test_a_base_that_feeds_itself_grows_and_doubles_in_words(tmp_path):
    page = report(tmp_path, "--referral-rate", "loyal=0.5", "--discount-factor", "0.5")
    ref = value_of(page, referrals={"loyal": 0.5}, annual_discount_rate=None, discount_factor=0.5)
    assert ref.R0 > 1
    text = visible(page)
    assert f"The base feeds itself: without advertising it grows by {100 * (ref.growth_factor - 1):.2g} %" in text
    assert "doubles in about" in text
    dies = sj.market.extinction(ref.chain, {"loyal": 0.5}, arrives_at=model_of(page).start).newcomer_probability
    assert f"dies out by bad luck in {100 * dies:.0f} % of cases" in text
    assert "no end" not in text


def test_where_total_value_has_no_end_the_page_says_so_with_the_discount_that_it_needs(endless):
    ref = value_of(endless, referrals={"loyal": 0.9}, annual_discount_rate=None, discount_factor=0.3)
    rate = ref.critical_discount_rate
    text = visible(endless)
    assert "there is no end to his value" in text
    yearly = (1 + rate) ** 12 - 1
    assert f"at a discount above {100 * rate:,.0f} % per month ({100 * yearly:,.0f} % a year)" in text
    totals = {row["state"]: row["total"] for row in rows_of(endless, "word_of_mouth.csv")}
    assert totals == {"new": "", "loyal": "", "churn": "0.0"}
    assert column(endless, "word_of_mouth.csv", "own") == pytest.approx(column(endless, "value.csv", "value"))
    assert not (endless.parent / "tables" / "generations.csv").exists()
    assert float(figures(endless)["critical_discount_rate_per_period"]["value"]) == pytest.approx(rate)
    levers = rows_of(endless, "referral_levers.csv")
    assert {row["total_value_of_a_point"] for row in levers} == {""}
    change = sj.sensitivity(
        sj.lifetime_value(ref.chain, ref.rewards, annual_discount_rate=0.10), model_of(endless).start
    )
    at = ref.states.index
    for row in levers:
        assert float(row["own_value_of_a_point"]) == pytest.approx(change.lift[at(row["from"]), at(row["to"])] / 100)


def test_who_brings_nobody_has_a_total_where_others_have_none(tmp_path):
    log = LOG + "".join(
        f"z{k},{month(t)},guest,7\nz{k},{month(t + 2 + k % 2)},churn,0\n" for k in range(9) for t in [k]
    )
    page = report(tmp_path, "--referral-rate", "loyal=0.9", log=log)
    row = next(row for row in rows_of(page, "word_of_mouth.csv") if row["state"] == "guest")
    assert row["total"] == row["own"]
    assert float(row["referred"]) == float(row["lifetime_referrals"]) == 0.0


def test_newcomers_who_cost_more_than_they_bring_are_a_loss_without_end(tmp_path):
    page = report(tmp_path, "--referral-rate", "loyal=0.9", "--acquisition-cost", "5000")
    assert "there is no end to what they cost" in visible(page)


def test_a_stronger_discount_than_the_critical_one_is_all_that_it_takes(endless, tmp_path):
    critical = float(figures(endless)["critical_discount_rate_per_period"]["value"])
    for rate, words in ((critical * (1 + 1e-6), "in all"), (critical, "no end")):
        folder = tmp_path / words.replace(" ", "")
        folder.mkdir()
        report(folder, "--referral-rate", "loyal=0.9", "--discount-rate-per-period", repr(rate))
        assert words in visible(folder / "out" / "index.html").split("Word of mouth")[1]


def test_rates_from_a_file_are_those_of_the_library_and_hold_the_truth(counted):
    rows = [line.split(",") for line in LOG.splitlines()[1:]]
    journeys = sj.journeys(
        {"id": [r[0] for r in rows], "day": [r[1] for r in rows], "stage": [r[2] for r in rows]},
        customer="id", time="day", state="stage", exits=["churn"], period="month",
    )  # fmt: skip
    brought = [line.split(",") for line in REFERRALS.splitlines()[1:]]
    counts = sj.referral_counts(
        {"by": [r[0] for r in brought], "who": [r[1] for r in brought], "when": [r[2] for r in brought]},
        journeys=journeys, referrer="by", referred="who", time="when", unknown_referred="keep",
    )  # fmt: skip
    rates = sj.referral_rates(counts)
    assert column(counted, "referral_rates.csv", "rate") == pytest.approx(list(rates.mean))
    ends = rates.interval(0.9)
    assert column(counted, "referral_rates.csv", "lower") == pytest.approx(list(ends.lower))
    told = {row["what"]: int(row["rows"]) for row in rows_of(counted, "referral_rows.csv")}
    assert told["read"] == len(brought)
    assert told["used"] == counts.report.rows_used
    assert told["read"] == told["used"] + sum(n for what, n in told.items() if what.startswith("dropped"))
    inner = np.linalg.solve(np.eye(2) - TRUTH[:2, :2], np.array(BRINGS[:2]))
    R0 = figures(counted)["R0"]
    assert float(R0["lower"]) < inner[0] < float(R0["upper"])
    assert float(R0["lower"]) < float(R0["value"]) < float(R0["upper"])
    text = visible(counted)
    assert f"{told['used']:,}" in text
    assert "90 % interval" in text.split("Word of mouth")[1]
    assert "described by a" in text or "described" in text


def test_intervals_hold_the_totals_of_every_state(counted):
    for row in rows_of(counted, "word_of_mouth.csv"):
        if row["state"] != "churn":
            assert float(row["total_lower"]) < float(row["total"]) < float(row["total_upper"])
            assert float(row["own"]) + float(row["referred"]) == pytest.approx(float(row["total"]), rel=1e-12)


def test_intervals_are_wider_than_by_the_chain_alone(counted):
    ends = model_of(counted)
    value = sj.lifetime_value(ends.fit, annual_discount_rate=0.10).interval(0.9)
    row = rows_of(counted, "word_of_mouth.csv")[1]
    assert float(row["total_upper"]) - float(row["total_lower"]) > value.upper[1] - value.lower[1]


def test_todays_customers_stand_in_four_quadrants(by_hand):
    today = {
        row["state"]: int(row["customers_today"]) for row in rows_of(by_hand, "value.csv") if row["state"] != "churn"
    }
    base = [state for state, n in today.items() for _ in range(n)]
    ref = value_of(by_hand, referrals={"loyal": 0.12, "new": 0.05}, acquisition_cost=3.0)
    totals = {total.quadrant: total for total in sj.market.referral_quadrants(ref, base).totals}
    rows = {row["quadrant"]: row for row in rows_of(by_hand, "quadrants.csv")}
    assert set(rows) == set(totals)
    for name, row in rows.items():
        assert int(row["customers"]) == totals[name].customers
        assert float(row["own_still_to_come"]) == pytest.approx(totals[name].own)
        assert float(row["referred"]) == pytest.approx(totals[name].referred)
    assert sum(int(row["customers"]) for row in rows.values()) == len(base) > 0
    assert "Four kinds of customers today" in visible(by_hand)


def test_draws_without_end_leave_the_interval_open(tmp_path):
    log, referrals = simulated(40, (0.1, 0.25, 0.0))
    page = from_file(tmp_path, referrals=referrals, log=log)
    told = figures(page)
    assert 0 < float(told["chance_that_R0_is_above_1"]["value"]) < 1
    assert 0 < float(told["chance_that_total_value_has_no_end"]["value"]) < 1
    assert float(told["total_value_of_a_new_customer"]["lower"]) > 0
    assert told["total_value_of_a_new_customer"]["upper"] == ""
    text = visible(page).split("Word of mouth")[1]
    assert "to no upper end)" in text
    assert "the chance that it feeds itself is" in text
    assert "of the draws total value has no end" in text


def test_without_newcomers_there_is_no_section_and_the_model_is_the_same(by_hand, tmp_path):
    plain = report(tmp_path)
    assert "Word of mouth" not in visible(plain)
    extra = {p.name for p in (by_hand.parent / "tables").iterdir()} - {
        p.name for p in (plain.parent / "tables").iterdir()
    }
    assert extra == {
        "word_of_mouth.csv",
        "word_of_mouth_figures.csv",
        "referral_rates.csv",
        "referral_levers.csv",
        "generations.csv",
        "quadrants.csv",
    }
    assert (plain.parent / "model.json").read_bytes() == (by_hand.parent / "model.json").read_bytes()


def test_the_page_links_every_table_and_its_pictures_are_well_formed(counted):
    html = counted.read_text(encoding="utf-8")
    for table in (counted.parent / "tables").iterdir():
        assert f'href="tables/{table.name}"' in html
    seen = parse(counted)
    assert len(seen.ids) == len(set(seen.ids))
    assert not {"script", "iframe", "img"} & set(seen.tags)
    section = html[html.index('<section id="word-of-mouth">') :]
    section = section[: section.index("</section>")]
    pictures = re.findall(r"<svg.*?</svg>", section, flags=re.DOTALL)
    assert len(pictures) == 3
    for picture in pictures:
        assert len(list(ET.fromstring(picture).iter())) > 20


def test_a_newcomer_who_is_not_in_the_log_is_counted_as_dropped(tmp_path):
    more = f"00001,stranger,{month(3, 10)}\n,stranger,{month(3)}\n,00002,{month(3)}\n00001,,{month(3)}\n00001,00002\n"
    page = from_file(tmp_path, referrals=REFERRALS + more)
    told = {row["what"]: int(row["rows"]) for row in rows_of(page, "referral_rows.csv")}
    assert told["dropped: the referred is not in the log of customers"] == 1
    assert told["dropped: no referrer"] == 2
    assert told["dropped: nobody referred"] == 1
    assert told["dropped: not split into as many columns as the header"] == 1
    assert told["read"] == len((REFERRALS + more).splitlines()) - 1
    assert told["read"] == told["used"] + sum(n for what, n in told.items() if what.startswith("dropped"))
    assert "the referred is not in the log of customers" in visible(page)


def test_newcomers_begin_where_the_option_says(tmp_path):
    page = report(tmp_path, *LOYAL, "--arrives-at", "loyal")
    ref = value_of(page, referrals={"loyal": 0.12, "new": 0.05}, arrives_at="loyal")
    assert column(page, "word_of_mouth.csv", "total") == pytest.approx(list(ref.total))
    assert float(figures(page)["R0"]["value"]) == pytest.approx(ref.R0)
    text = visible(page)
    assert "Newcomers begin in loyal, as asked" in text
    assert "and each of those brings" in text


def test_newcomers_who_cost_more_than_they_bring_take_from_the_value(tmp_path):
    page = report(tmp_path, *LOYAL, "--acquisition-cost", "5000")
    assert max(column(page, "word_of_mouth.csv", "referred")) <= 0
    assert "−$" in visible(page).split("Word of mouth")[1]


def test_rates_of_zero_bring_nobody(tmp_path):
    page = report(tmp_path, "--referral-rate", "loyal=0")
    assert column(page, "word_of_mouth.csv", "referred") == [0.0, 0.0, 0.0]
    assert float(figures(page)["R0"]["value"]) == 0.0
    assert "nobody follows" in visible(page)


def test_a_horizon_is_for_the_rest_of_the_page(tmp_path):
    page = report(tmp_path, *LOYAL, "--horizon", "6")
    ref = value_of(page, referrals={"loyal": 0.12, "new": 0.05})
    assert column(page, "word_of_mouth.csv", "total") == pytest.approx(list(ref.total))
    text = visible(page)
    assert "Counted for life, a new customer is worth" in text
    assert "the rest of the page looks at 6 months" in text


def test_events_without_time_take_rates_per_event(tmp_path):
    page = report(tmp_path, *LOYAL, "--period", "step", "--discount-factor", "0.99")
    text = visible(page)
    assert "Newcomers per event" in text
    assert "at each event in the long run" in text


def test_orders_have_newcomers_too(tmp_path):
    lines = (
        ["id,day,sum"]
        + [f"{k},{month(m)},10" for k in range(40) for m in (k % 3, 3 + k % 4, 8, 9 + k % 3)]
        + [f"x,{month(14)},1"]
    )
    brought = "by,who,when\n" + "".join(f"{k},{k + 20},{month(1, 20)}\n" for k in range(0, 20, 2) if (k + 20) % 3 == 2)
    columns = ["--customer", "id", "--time", "day", "--value", "sum", "--churn-after", "2"]
    file = write(tmp_path, brought, "brought.csv")
    page = report(tmp_path, "--referrals", file, *BROUGHT, log="\n".join(lines) + "\n", columns=columns)
    rows = {row["state"]: row for row in rows_of(page, "referral_rates.csv")}
    assert sum(int(row["referrals"]) for row in rows.values()) == 4
    assert "Word of mouth" in visible(page)


def test_parquet_and_csv_tell_the_same(counted, tmp_path):
    from pyarrow import parquet

    rows = [line.split(",") for line in REFERRALS.splitlines()[1:]]
    table = pa.table({"by": [r[0] for r in rows], "who": [r[1] for r in rows], "when": [r[2] for r in rows]})
    parquet.write_table(table, tmp_path / "brought.parquet")
    page = report(tmp_path, "--referrals", str(tmp_path / "brought.parquet"), *BROUGHT)
    for name in ("word_of_mouth.csv", "referral_rates.csv", "referral_rows.csv", "word_of_mouth_figures.csv"):
        assert rows_of(page, name) == rows_of(counted, name)


def test_whole_numbers_meet_text_of_whole_numbers(tmp_path):
    from pyarrow import parquet

    rows = [line.split(",") for line in LOG.splitlines()[1:]]
    table = pa.table({"id": [int(r[0]) for r in rows], "day": [r[1] for r in rows], "stage": [r[2] for r in rows],
                      "sum": [float(r[3]) for r in rows]})  # fmt: skip
    parquet.write_table(table, tmp_path / "log.parquet")
    file = write(tmp_path, REFERRALS, "brought.csv")
    words = [
        "report",
        str(tmp_path / "log.parquet"),
        *COLUMNS,
        *RATE,
        "--customers",
        "200",
        "--out",
        str(tmp_path / "out"),
    ]
    assert main([*words, "--referrals", file, *BROUGHT]) == 0
    told = {row["what"]: int(row["rows"]) for row in rows_of(tmp_path / "out" / "index.html", "referral_rows.csv")}
    assert told["used"] > 0.9 * told["read"]


def test_ids_of_another_kind_are_refused_and_empty_ones_are_none(tmp_path, capsys):
    from pyarrow import parquet

    table = pa.table({"by": ["", "00001", "x"], "who": ["stranger", "", "00002"], "when": [month(3)] * 3})
    parquet.write_table(table, tmp_path / "brought.parquet")
    file = ["--referrals", str(tmp_path / "brought.parquet"), *BROUGHT]
    assert main(command(tmp_path, *file)) == 1
    assert "(1: no referrer; 1: nobody referred; 1: the referrer has no counted period" in capsys.readouterr().err
    numbers = pa.table({"id": [1, 1, 2], "day": [month(0), month(2), month(1)], "sum": [1.0, 2.0, 3.0]})
    parquet.write_table(numbers, tmp_path / "log.parquet")
    words = ["report", str(tmp_path / "log.parquet"), *COLUMNS[:4], "--value", "sum", "--churn-after", "1", *RATE]
    assert main([*words, *file, "--out", str(tmp_path / "out")]) == 1
    assert "the customers of the log are int64; give the same ids" in capsys.readouterr().err


def test_the_same_log_makes_the_same_page(counted, tmp_path, monkeypatch):
    pages = []
    for name in ("a", "b"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        (tmp_path / name).mkdir()
        pages.append(from_file(tmp_path / name).read_bytes())
    assert pages[0] == pages[1]


def test_a_circle_is_refused_by_name_and_dropped_on_request(tmp_path, capsys):
    circle = f"by,who,when\n00001,00002,{month(12)}\n00002,00001,{month(13)}\n00003,00004,{month(14)}\n"
    log = "id,day,stage,sum\n" + "".join(f"0000{k},{month(t)},loyal,9\n" for k in range(1, 5) for t in range(12, 18))
    log += "".join(f"0000{k},{month(18 + k)},churn,0\n" for k in range(1, 5))
    file = write(tmp_path, circle, "brought.csv")
    words = command(tmp_path, "--referrals", file, *BROUGHT, log=log)
    assert main(words) == 1
    error = capsys.readouterr().err
    for part in ("row 1 '00002' brings '00001'", "'00001' → '00002'", "--referral-cycles drop", "brought.csv"):
        assert part in error
    assert len(error.strip().splitlines()) == 1
    assert main([*words, "--referral-cycles", "drop"]) == 0
    told = {row["what"]: row["rows"] for row in rows_of(tmp_path / "out" / "index.html", "referral_rows.csv")}
    assert told["dropped: the referrer was himself brought by the one he brings"] == "1"


def test_names_of_states_stay_text(tmp_path):
    log = LOG.replace("loyal", "<b>=$x_1$ & y</b>")
    page = report(tmp_path, "--referral-rate", "<b>=$x_1$ & y</b>=0.1", log=log)
    assert "<b>=$x_1$" not in page.read_text(encoding="utf-8")
    assert "<b>=$x 1$ & y</b>" in visible(page)
    assert float(figures(page)["R0"]["value"]) > 0


def test_a_newcomers_state_that_nobody_leaves_is_no_crash(tmp_path, capsys):
    log = "id,day,stage,sum\n" + "".join(f"{k},{month(m)},here,1\n" for k in range(5) for m in (0, 3))
    columns = ["--customer", "id", "--time", "day", "--state", "stage", "--value", "sum"]
    assert main(command(tmp_path, "--referral-rate", "here=0.1", log=log, columns=columns)) == 1
    error = capsys.readouterr().err
    assert error.startswith("sojourn report: word of mouth: ")
    assert len(error.strip().splitlines()) == 1


# name, options, content of the file of referrals (None = no file), exit code, part of the sentence
FILE = ["--referrals", "FILE"]
BAD = [
    ("unknown state", ["--referral-rate", "loyl=0.1"], None, 1, "no state 'loyl', the states are"),
    ("nearest state", ["--referral-rate", "loyl=0.1"], None, 1, "did you mean 'loyal'?"),
    ("negative rate", ["--referral-rate", "loyal=-0.1"], None, 2, "between 0 and 1e+06, not -0.1"),
    ("no rate", ["--referral-rate", "loyal"], None, 2, "is not STATE=RATE"),
    ("no state", ["--referral-rate", "=0.1"], None, 2, "is not STATE=RATE"),
    ("no number", ["--referral-rate", "loyal=often"], None, 2, "is not a number"),
    ("infinite", ["--referral-rate", "loyal=inf"], None, 2, "between 0 and"),
    ("twice", [*LOYAL, "--referral-rate", "loyal=0.2"], None, 2, "'loyal' has 2 rates"),
    ("gone for good", ["--referral-rate", "churn=0.1"], None, 1, "have left for good and bring nobody"),
    ("both", [*LOYAL, *FILE, *BROUGHT], REFERRALS, 2, "not allowed with"),
    ("no columns", FILE, REFERRALS, 2, "--referrer COL, --referred COL, --referral-time COL"),
    ("columns alone", ["--referrer", "by"], None, 2, "--referrals FILE"),
    ("arrival alone", ["--arrives-at", "new"], None, 2, "--referral-rate STATE=RATE"),
    ("cost alone", ["--acquisition-cost", "3"], None, 2, "--referral-rate STATE=RATE"),
    ("negative cost", [*LOYAL, "--acquisition-cost", "-3"], None, 2, "between 0 and"),
    ("arrival unknown", [*LOYAL, "--arrives-at", "newt"], None, 1, "did you mean 'new'?"),
    ("arrival gone", [*LOYAL, "--arrives-at", "churn"], None, 1, "left for good"),
    ("missing column", [*FILE, "--referrer", "bye", *BROUGHT[2:]], REFERRALS, 1, "Did you mean 'by'?"),
    ("one column", [*FILE, "--referrer", "who", *BROUGHT[2:]], REFERRALS, 2, "both name 'who'"),
    ("no file", ["--referrals", "nowhere.csv", *BROUGHT], None, 1, "nowhere.csv: no such file"),
    ("empty file", [*FILE, *BROUGHT], "", 1, "is empty"),
    ("header only", [*FILE, *BROUGHT], "by,who,when\n", 1, "no rows"),
    ("json", [*FILE, *BROUGHT], '[{"by": 1}]', 1, "JSON"),
    ("nobody known", [*FILE, *BROUGHT], f"by,who,when\neve,00002,{month(3)}\n", 1, "'eve'"),
    ("no dates", [*FILE, *BROUGHT], "by,who,when\n00001,00002,soon\n", 1, "time"),
    ("himself", [*FILE, *BROUGHT], f"by,who,when\n00001,00001,{month(12)}\n", 1, "a customer who brings himself"),
    ("strangers", [*FILE, *BROUGHT], f"by,who,when\n00001,eve,{month(12)}\n", 1, "not in the log of customers"),
    ("steps", [*FILE, *BROUGHT, "--period", "step"], REFERRALS, 2, "--period step has no length"),
    ("slip", [*LOYAL, "--arrive-at", "new"], None, 2, "did you mean --arrives-at?"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "content", "code", "words"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_refuses_in_one_sentence(tmp_path, capsys, options, content, code, words):
    if content is not None:
        file = write(tmp_path, content, "brought.csv")
        options = [file if word == "FILE" else word for word in options]
    assert main(command(tmp_path, *options)) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert len(captured.err.strip().splitlines()) == 1
    assert captured.err.startswith("sojourn report: ")
