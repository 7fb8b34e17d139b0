"""Referral and sharing rates from counts and logs."""

import datetime as dt
import math

import numpy as np
import pytest

import sojourn as sj

EVENTS = {
    "id": ["ann", "ann", "ann", "bob", "bob", "bob", "cid", "dan"],
    "day": [
        "2024-01-01",
        "2024-02-10",
        "2024-04-05",
        "2024-01-15",
        "2024-02-20",
        "2024-03-20",
        "2024-02-01",
        "2024-04-20",
    ],
    "state": ["new", "loyal", "loyal", "new", "loyal", "churn", "new", "new"],
}
BROUGHT = {
    "by": ["ann", "ann", "bob"],
    "who": ["bob", "cid", "dan"],
    "when": ["2024-01-14", "2024-02-01", "2024-02-19"],
}
RATINGS = {
    "id": ["ann", "ann", "bob", "cid", "eve", None],
    "when": ["2024-01-05", "2024-02-15", "2024-02-25", "2024-02-02", "2024-02-02", "2024-02-02"],
    "stars": [5, 3, 1, 2, 4, 4],
}


@pytest.fixture
def events():
    return sj.journeys(EVENTS, customer="id", time="day", state="state", exits=["churn"])


def counted(events, rows=None, **keywords):
    keywords = {"period": "month", "origin": "calendar", "until": "2024-04-30"} | keywords
    return sj.referral_counts(rows or BROUGHT, journeys=events, referrer="by", referred="who", time="when", **keywords)


def by_state(counts, numbers):
    return dict(zip(counts.states.names, numbers.tolist(), strict=True))


def test_referrals_are_counted_in_the_state_of_the_referrers_period(events):
    counts = counted(events)
    # ann: January new, February to April loyal; bob: January new, February loyal, March churn; cid: new from February.
    assert by_state(counts, counts.periods) == {"new": 1 + 1 + 3 + 1, "loyal": 3 + 1, "churn": 0}
    assert by_state(counts, counts.referrals) == {"new": 1, "loyal": 2, "churn": 0}
    assert by_state(counts, counts.arrivals) == {"new": 3, "loyal": 0, "churn": 0}
    assert counts.newcomers.sum(axis=1).tolist() == counts.periods.tolist()
    assert counts.report.rows_used == 3
    assert counts.report.customers == 2
    assert counts.period == sj.Period("month")


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_frames_of_every_kind_give_the_same_counts(events, backend):
    module = pytest.importorskip(backend)
    table = module.table(BROUGHT) if backend == "pyarrow" else module.DataFrame(BROUGHT)
    counts = sj.referral_counts(
        table,
        journeys=events,
        referrer="by",
        referred="who",
        time="when",
        period="month",
        origin="calendar",
        until=dt.date(2024, 4, 30),
    )
    assert counts.referrals.tolist() == counted(events).referrals.tolist()


def test_columns_can_be_given_without_a_table(events):
    counts = sj.referral_counts(
        journeys=events,
        referrer=BROUGHT["by"],
        referred=BROUGHT["who"],
        time=np.array(BROUGHT["when"], "datetime64[D]"),
        period="month",
        origin="calendar",
        until="2024-04-30",
    )
    assert counts.referrals.tolist() == counted(events).referrals.tolist()


def test_journeys_on_a_grid_are_taken_as_they_are(events):
    grid = sj.on_grid(events, period="month", origin="calendar", until="2024-04-30")
    counts = sj.referral_counts(BROUGHT, journeys=grid, referrer="by", referred="who", time="when")
    assert counts.referrals.tolist() == counted(events).referrals.tolist()
    with pytest.raises(ValueError, match="period: the journeys are on a grid already, of a month"):
        counted(grid)
    with pytest.raises(ValueError, match="period: these journeys are on the clock of the event"):
        sj.referral_counts(BROUGHT, journeys=events, referrer="by", referred="who", time="when")


def test_orders_alone_give_rates_per_recency_state():
    orders = {
        "id": ["ann", "ann", "bob", "bob"],
        "day": ["2024-01-05", "2024-03-10", "2024-01-20", "2024-05-31"],
        "amount": [10.0, 20.0, 30.0, 5.0],
    }
    log = sj.order_journeys(
        orders, customer="id", time="day", value="amount", period="month", churn_after=2, origin="calendar"
    )
    # ann: active, silent_1, active, silent_1, silent_2; bob: active, silent_1, silent_2, churn, active
    rows = {"by": ["ann", "ann", "bob", "bob"], "who": ["x", "y", "z", "u"]}
    rows["when"] = ["2024-02-29", "2024-05-31", "2024-03-01", "2024-04-02"]
    counts = sj.referral_counts(rows, journeys=log, referrer="by", referred="who", time="when", unknown_referred="keep")
    assert by_state(counts, counts.referrals) == {"active": 0, "silent_1": 1, "silent_2": 2, "churn": 0}
    assert by_state(counts, counts.periods) == {"active": 4, "silent_1": 3, "silent_2": 2, "churn": 0}
    assert counts.report.after_leaving == 1
    assert sj.referral_counts(rows, journeys=log, referrer="by", referred="who", time="when").report.rows_used == 0


def test_every_row_that_cannot_be_placed_is_counted_for_its_reason(events):
    rows = [
        ("ann", "cid", "2024-02-01", "rows_used"),
        (None, "cid", "2024-02-01", "missing_customer"),
        ("ann", "", "2024-02-01", "missing_referred"),
        ("ann", "bob", None, "missing_time"),
        ("ann", "bob", "some day", "invalid_time"),
        ("zoe", "bob", "2024-02-01", "unknown_customer"),
        ("ann", "zoe", "2024-02-01", "unknown_referred"),
        ("ann", "ann", "2024-02-01", "self_referral"),
        ("cid", "dan", "2024-01-31", "before_first_event"),
        ("bob", "cid", "2024-02-03", "referred_twice"),
        ("cid", "ann", "2024-02-05", "cycles"),
        ("bob", "dan", "2024-03-25", "after_leaving"),
        ("ann", "bob", "2024-05-01", "after_last_period"),
    ]
    log = {"by": [r[0] for r in rows], "who": [r[1] for r in rows], "when": [r[2] for r in rows]}
    report = counted(events, log, cycles="drop").report
    expected = {name: sum(r[3] == name for r in rows) for name in report.to_dict()}
    expected |= {"rows_read": len(rows), "rows_dropped": len(rows) - 1, "customers": 1}
    assert report.to_dict() == expected
    assert report.rows_read == report.rows_used + report.rows_dropped
    assert len(report.notes()) == 15
    assert str(report).splitlines() == report.notes()


def test_a_cycle_is_refused_with_the_names(events):
    ring = {
        "by": ["ann", "bob", "cid"],
        "who": ["bob", "cid", "ann"],
        "when": ["2024-01-14", "2024-02-02", "2024-02-09"],
    }
    with pytest.raises(ValueError, match=r"row 2 'cid' brings 'ann', who had brought him \('ann' → 'bob' → 'cid'\)"):
        counted(events, ring)
    assert counted(events, ring, cycles="drop").report.cycles == 1


def test_a_referral_before_the_referrers_first_event_is_refused_on_request(events):
    early = {"by": ["ann", "cid"], "who": ["bob", "dan"], "when": ["2024-01-14", "2024-01-31"]}
    assert counted(events, early).report.before_first_event == 1
    with pytest.raises(ValueError, match="row 1 'cid' brings 'dan' before his own first event"):
        counted(events, early, before_first_event="refuse")


def test_strangers_are_named(events):
    log = {"by": ["zoe", "yan"], "who": ["ann", "bob"], "when": ["2024-02-01"] * 2}
    with pytest.raises(ValueError, match="none of 2 rows names a customer of the journeys, for example 'zoe'"):
        counted(events, log)
    log = {"by": ["ann"], "who": ["zoe"], "when": ["2024-02-01"]}
    assert counted(events, log, unknown_referred="keep").report.rows_used == 1


def test_ids_may_be_numbers():
    codes = {"ann": 10, "bob": 20, "cid": 30, "dan": 40}
    log = EVENTS | {"id": [codes[x] for x in EVENTS["id"]]}
    events = sj.journeys(log, customer="id", time="day", state="state", exits=["churn"])
    rows = BROUGHT | {"by": [codes[x] for x in BROUGHT["by"]], "who": [float(codes[x]) for x in BROUGHT["who"]]}
    assert counted(events, rows).report.rows_used == 3


def test_rates_are_posterior_means_with_intervals_and_draws(events):
    rates = sj.referral_rates(counted(events))
    assert rates.mean["loyal"] == pytest.approx(2.5 / 4)
    assert rates.mean["churn"] == 0.0
    assert rates.what == "referrals"
    ends = rates.interval(0.9)
    assert ends.lower["loyal"] < rates.mean["loyal"] < ends.upper["loyal"]
    drawn = rates.draws(4000, seed=3)
    assert drawn.shape == (4000, 3)
    assert drawn[7].tolist() == np.asarray(rates.draw(7, seed=3)).tolist()
    position = rates.states.names.index("loyal")
    assert drawn[:, position].mean() == pytest.approx(2.5 / 4, abs=4 * rates.standard_error["loyal"] / 4000**0.5)
    assert rates.definition.startswith("newcomers brought per customer and month")
    assert "loyal" in str(rates)
    assert rates.to_dict()["events"].tolist() == rates.events.tolist()
    assert len(rates.to_frame()) == 3


def test_intervals_are_quantiles_of_a_gamma_law():
    gamma = pytest.importorskip("scipy.stats").gamma
    rates = sj.referral_rates([7, 0], [120, 30], states=["a", "b"], period="week", prior_shape=2, prior_periods=10)
    ends = rates.interval(0.9)
    for i, (events, periods) in enumerate([(7, 120), (0, 30)]):
        law = gamma(2 + events, scale=1 / (10 + periods))
        assert ends.lower[i] == pytest.approx(law.ppf(0.05), rel=1e-10)
        assert ends.upper[i] == pytest.approx(law.ppf(0.95), rel=1e-10)


def test_rates_from_counts_know_their_states_and_period():
    life = sj.six_stages()
    rates = sj.referral_rates(
        {"recommendation": 40, "loyalty": 10},
        dict.fromkeys(["engagement", "satisfaction", "dissatisfaction", "repurchase", "curiosity", "loyalty"], 100)
        | {"recommendation": 200},
        states=life,
        period="month",
    )
    assert rates.mean["recommendation"] == pytest.approx(40.5 / 200)
    assert rates.mean["churn"] == 0.0
    assert rates.lifecycle == life


def test_sharing_rates_come_from_ratings(events):
    counts = sj.market.sharing_counts(
        RATINGS,
        journeys=events,
        customer="id",
        time="when",
        rating="stars",
        good_at_least=4,
        bad_at_most=2,
        period="month",
        origin="calendar",
        until="2024-04-30",
    )
    assert by_state(counts, counts.good) == {"new": 1, "loyal": 0, "churn": 0}
    assert by_state(counts, counts.bad) == {"new": 1, "loyal": 1, "churn": 0}
    assert by_state(counts, counts.neither) == {"new": 0, "loyal": 1, "churn": 0}
    assert counts.report.unknown_customer == 1
    assert counts.report.missing_customer == 1
    assert counts.report.rows_used + counts.report.rows_dropped == 6
    rates = sj.market.sharing_rates(counts)
    assert rates.good.mean["new"] == pytest.approx(1.5 / 6)
    assert rates.bad.what == "bad_experiences"
    again = sj.market.sharing_rates(
        {"new": 1},
        {"new": 1, "loyal": 1},
        {"new": 6, "loyal": 4},
        states=["new", "loyal", "churn"],
        exits=["churn"],
        period="month",
    )
    assert again.good.mean["new"] == rates.good.mean["new"]
    assert not np.array_equal(rates.good.draws(3, seed=1), rates.bad.draws(3, seed=1))


def test_the_law_of_newcomers_is_told_by_likelihood(events):
    rng = np.random.default_rng(4)
    for law, brought in {
        "poisson": rng.poisson(0.6, 4000),
        "geometric": rng.geometric(1 / 1.6, 4000) - 1,
        "bernoulli": rng.binomial(1, 0.6, 4000),
    }.items():
        fit = sj.market.offspring_law([np.bincount(brought)])
        assert fit.best == law
        assert fit.can_tell
        assert str(fit) == fit.sentence()
        assert len(fit.candidates) == 6
    few = sj.market.offspring_law(counted(events))
    assert not few.can_tell
    assert "cannot tell" in few.sentence()


def test_rates_come_back_from_a_simulated_log():
    # 120 seeds, two states at level 0.9: 240 intervals, beyond 0.9 ± 0.08 about once in 10,000.
    chain = sj.Chain(["new", "loyal", "churn"], [[0.5, 0.3, 0.2], [0.05, 0.85, 0.1], [0, 0, 1]], period="month")
    truth = np.array([0.04, 0.15, 0.0])
    rng = np.random.default_rng(5)
    covered = 0
    for seed in range(120):
        log = sj.simulate(chain, customers=150, horizon=12, seed=seed, outputs="journeys").journeys()
        n = rng.poisson(truth[log.state_positions])
        customer = np.repeat(np.repeat(log.customer_ids, np.diff(log.offsets)), n)
        counts = sj.referral_counts(
            journeys=log,
            referrer=customer,
            referred=10**6 + np.arange(n.sum()),
            time=np.repeat(log.times, n),
            unknown_referred="keep",
        )
        assert counts.report.rows_dropped == 0
        ends = sj.referral_rates(counts).interval(0.9)
        covered += sum(ends.lower[i] < truth[i] < ends.upper[i] for i in range(2))
    assert covered / 240 == pytest.approx(0.9, abs=0.08)


def two_states(referrals=(1, 1), periods=(10, 10), **keywords):
    keywords = {"states": ["a", "b"], "period": "month"} | keywords
    return sj.referral_rates(referrals, periods, **keywords)


BAD = [
    (lambda: two_states([-1, 0]), ValueError, "'a' has -1"),
    (lambda: two_states([1.5, 0]), ValueError, "whole number"),
    (lambda: two_states([math.nan, 0]), ValueError, "referrals"),
    (lambda: two_states([1, 0, 0]), ValueError, "referrals"),
    (lambda: two_states({"c": 1}), IndexError, "unknown state 'c'"),
    (lambda: two_states([1, 1], [10, 0]), ValueError, "'b' has 1, but no customer-period"),
    (lambda: two_states([1, 0], [10, 0]), ValueError, "no customer was seen in 'b'"),
    (lambda: two_states([1, 1], exits=["b"]), ValueError, "'b' has 1, but it is an exit"),
    (lambda: two_states(prior_shape=0), ValueError, "prior_shape"),
    (lambda: two_states(prior_periods=-1), ValueError, "prior_periods"),
    (lambda: two_states(states_without_data="guess"), ValueError, "states_without_data"),
    (lambda: two_states(period=None), TypeError, "period: say how long"),
    (lambda: two_states(states=None), TypeError, "states: say which"),
    (lambda: two_states(periods=None), TypeError, "periods"),
    (lambda: two_states(states=sj.six_stages(), exits=["churn"]), ValueError, "exits"),
    (lambda: two_states().interval(1), ValueError, "level"),
    (lambda: two_states().draw(-1), ValueError, "draw"),
    (lambda: two_states().draws(0), ValueError, "draws"),
    (lambda: sj.market.offspring_law([[0.5]]), ValueError, "whole numbers"),
    (lambda: sj.market.offspring_law([[-1.0]]), ValueError, "-1"),
    (lambda: sj.market.offspring_law([[0, 0]]), ValueError, "no customer-period"),
    (lambda: sj.referral_counts(BROUGHT, journeys=None, referrer="by", referred="who", time="when"), TypeError, "None"),
]


@pytest.mark.parametrize(("call", "error", "named"), BAD)
def test_bad_input_is_refused_with_the_way_out(call, error, named):
    with pytest.raises(error, match=named):
        call()


def test_counts_of_a_log_bring_their_states_along(events):
    counts = counted(events)
    with pytest.raises(TypeError, match="period: counts of a log bring it along"):
        sj.referral_rates(counts, period="month")
    with pytest.raises(ValueError, match="bad_at_most: must be below good_at_least"):
        sj.market.sharing_counts(
            RATINGS,
            journeys=events,
            customer="id",
            time="when",
            rating="stars",
            good_at_least=2,
            bad_at_most=4,
            period="month",
        )
    with pytest.raises(ValueError, match="unknown_referred: expected one of 'drop', 'keep'"):
        counted(events, unknown_referred="guess")
    with pytest.raises(ValueError, match="referred: no column 'who'"):
        counted(events, {"by": ["ann"], "when": ["2024-02-01"]})
    with pytest.raises(ValueError, match="referred: has 1 rows, referrer has 2"):
        sj.referral_counts(
            journeys=events, referrer=["ann", "bob"], referred=["cid"], time=["2024-02-01"] * 2, period="month"
        )
