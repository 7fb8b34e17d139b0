"""How sure: any answer carried to an interval, which data would narrow it, and how bad it can be."""

from __future__ import annotations

import inspect
import io
from typing import Any

import numpy as np
import pytest

import sojourn as sj

CHAIN = sj.Chain(["new", "loyal", "churn"], [[0.6, 0.2, 0.2], [0.1, 0.8, 0.1], [0, 0, 1]], period="month")
MONEY = {"new": 10.0, "loyal": 30.0}


@pytest.fixture(scope="module")
def journeys() -> sj.Journeys:
    run = sj.simulate(CHAIN, customers=2_000, rewards=MONEY, outputs="journeys", seed=3)
    return run.journeys()


@pytest.fixture(scope="module")
def fit(journeys: sj.Journeys) -> sj.FitResult:
    return sj.fit_chain(sj.count(journeys))


@pytest.fixture(scope="module")
def value(fit: sj.FitResult) -> sj.LifetimeValue:
    return sj.lifetime_value(fit, discount_factor=0.95)


def value_again(chain: sj.Chain, rewards: sj.Rewards) -> sj.chain.StateValues:
    return sj.lifetime_value(chain, rewards, discount_factor=0.95).mean


def growing() -> Any:
    sizes = iter(range(1, 9))
    return lambda chain: np.ones(next(sizes))


def tenure(chain: sj.Chain) -> float:
    return sj.absorption(chain).expected_time["new"]


def test_draws_of_a_value_are_those_of_lifetime_value_asked_one_by_one(
    fit: sj.FitResult, value: sj.LifetimeValue
) -> None:
    together = sj.posterior(value, draws=50, seed=9)
    alone = sj.posterior(fit, value_again, draws=50, seed=9)
    assert together.draws.shape == (50, 3)
    np.testing.assert_allclose(together.draws, alone.draws, rtol=1e-11, atol=1e-11)
    assert together.estimate == value.mean
    draws = sj.trust.ChainDraws(fit, seed=9)
    for k in (0, 49):
        np.testing.assert_array_equal(np.asarray(value_again(draws.chain(k), draws.rewards(k))), alone.draws[k])


def test_draws_are_a_function_of_the_seed_alone(value: sj.LifetimeValue) -> None:
    first = sj.posterior(value, draws=300, seed=2, threads=1).draws
    np.testing.assert_array_equal(sj.posterior(value, draws=300, seed=2, threads=3).draws, first)
    assert not np.array_equal(sj.posterior(value, draws=300, seed=3).draws, first)
    assert not first.flags.writeable


def test_drawn_rows_have_the_law_of_the_posterior(fit: sj.FitResult) -> None:
    n = 4_000
    rows = sj.posterior(fit, lambda chain: chain.transition_matrix[0], draws=n).draws
    alpha = fit.posterior[0]
    covariance = sj.data.dirichlet_covariance(alpha)
    error = np.sqrt(np.diag(covariance) / n)
    assert np.all(np.abs(rows.mean(axis=0) - alpha / alpha.sum()) < 5 * error)
    size = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    assert np.all(np.abs(np.cov(rows.T) - covariance) < 5 * size * np.sqrt(3 / n))


@pytest.mark.parametrize(
    ("answer", "shape"),
    [
        (tenure, ()),
        (lambda chain: 3, ()),
        (lambda chain: np.float64(tenure(chain)), ()),
        (lambda chain: [tenure(chain)], (1,)),
        (lambda chain: chain.transition_matrix, (3, 3)),
        (lambda chain: sj.first_passage(chain, ["loyal"], horizon=4).probabilities, (4, 3)),
        (lambda chain, rewards: value_again(chain, rewards)["new"], ()),
        (lambda *both: value_again(*both)["new"], ()),
        (lambda chain, n=2: chain.after(n)[0], (3,)),
    ],
)
def test_an_answer_comes_back_in_its_own_form(fit: sj.FitResult, answer: Any, shape: tuple[int, ...]) -> None:
    for found in (sj.posterior(fit, answer, draws=5), sj.delta_method(fit, answer)):
        for numbers in (found.estimate, found.mean, found.standard_error, found.interval(0.9).lower):
            assert np.shape(numbers) == shape
            assert isinstance(numbers, float) is (shape == ())
    assert sj.posterior(fit, answer, draws=5).draws.shape == (5, *shape)


def test_values_per_state_stay_values_per_state(fit: sj.FitResult) -> None:
    for found in (
        sj.posterior(fit, value_again, draws=40),
        sj.delta_method(fit, value_again),
        sj.posterior(fit, lambda chain: sj.hitting(chain, ["loyal"]).probability, draws=40),
    ):
        assert isinstance(found.estimate, sj.chain.StateValues)
        interval = found.interval(0.9)
        assert interval.level == 0.9
        assert interval.lower["new"] < found.mean["new"] < interval.upper["new"]
        assert found.standard_error["new"] > 0.0


def test_levers_have_intervals(fit: sj.FitResult) -> None:
    def lever(chain: sj.Chain, rewards: sj.Rewards) -> float:
        found = sj.lifetime_value(chain, rewards, discount_factor=0.95)
        return float(sj.sensitivity(found, "new").lift[0, 1])

    drawn = sj.posterior(fit, lever, draws=400)
    interval = drawn.interval(0.9)
    assert interval.lower < drawn.estimate < interval.upper
    assert drawn.standard_error == pytest.approx(sj.delta_method(fit, lever).standard_error, rel=0.2)


def test_an_interval_lies_between_the_quantiles_of_the_draws(value: sj.LifetimeValue) -> None:
    drawn = sj.posterior(value, draws=999)
    interval = drawn.interval(0.8)
    np.testing.assert_allclose(np.asarray(interval.lower), np.quantile(drawn.draws, 0.1, axis=0), rtol=1e-12)
    np.testing.assert_allclose(np.asarray(interval.upper), np.quantile(drawn.draws, 0.9, axis=0), rtol=1e-12)
    np.testing.assert_allclose(np.asarray(drawn.mean), drawn.draws.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(np.asarray(drawn.standard_error), drawn.draws.std(axis=0, ddof=1), rtol=1e-10)


def test_three_ways_agree_where_there_is_much_data_and_the_model_holds(
    journeys: sj.Journeys, fit: sj.FitResult
) -> None:
    delta = sj.delta_method(fit, tenure)
    assert delta.spread == "delta"
    for found in (sj.posterior(fit, tenure, draws=1_000), sj.bootstrap(journeys, tenure, draws=1_000)):
        assert found.estimate == delta.estimate
        # 1 000 draws give a standard deviation to 2.2 %: 15 % is more than five of these, and room for the data.
        assert found.standard_error == pytest.approx(delta.standard_error, rel=0.15)
        assert ("customers drawn again" in found.definition) is (found.spread == "bootstrap")


def test_the_delta_method_of_a_value_is_its_interval(fit: sj.FitResult, value: sj.LifetimeValue) -> None:
    exact = sj.delta_method(value)
    assert exact.interval(0.9).lower == value.interval(0.9).lower
    np.testing.assert_allclose(
        np.asarray(sj.delta_method(fit, value_again).standard_error), np.asarray(exact.standard_error), rtol=1e-6
    )
    with pytest.raises(ValueError, match="draws: the delta method makes none"):
        exact.draws  # noqa: B018


def test_a_bootstrap_fits_as_it_is_told() -> None:
    log = {"c": [1, 1, 1, 2, 2, 3, 3, 3, 3], "t": [1, 2, 3, 1, 2, 1, 2, 3, 4], "s": list("aabababbb")}
    events = sj.journeys(log, customer="c", time="t", state="s")

    def churn(chain: sj.Chain) -> float:
        return chain.probability("a", "b")

    plain = sj.bootstrap(events, churn, draws=50, rows_without_data="absorb", failed="drop")
    smooth = sj.bootstrap(events, churn, draws=50, smoothing=100.0, rows_without_data="prior")
    assert abs(smooth.estimate - 0.5) < 0.02 < abs(plain.estimate - 0.5) + 0.2
    assert smooth.standard_error < 0.2 * plain.standard_error
    dated = sj.journeys(
        {
            "c": [1, 1, 1, 2, 2],
            "t": np.array(["2024-01-01", "2024-02-03", "2024-05-01"] * 2, "M8[D]")[:5],
            "s": [*"aabab"],
        },
        customer="c",
        time="t",
        state="s",
    )
    monthly = sj.bootstrap(
        dated, lambda chain: chain.period.in_years, draws=3, period="month", rows_without_data="absorb"
    )
    assert monthly.estimate == pytest.approx(1 / 12)


def test_draws_without_an_answer_are_refused_or_counted() -> None:
    log = {"c": [1, 1, 2, 2, 3, 3], "t": [1, 2] * 3, "s": list("abaaaa")}
    events = sj.journeys(log, customer="c", time="t", state="s", exits=["b"])

    def wait(chain: sj.Chain) -> sj.chain.StateValues:
        return sj.hitting(chain, ["b"]).expected_time()

    with pytest.raises(ValueError, match=r"bootstrap: draw \d+ has no answer: .*'a'.*failed = drop"):
        sj.bootstrap(events, wait)
    kept = sj.bootstrap(events, wait, failed="drop", draws=300)
    assert kept.n_failed > 0
    assert kept.n_failed + kept.n_draws == 300
    assert "'a'" in kept.first_failure
    assert np.isfinite(kept.draws).all()


def test_what_an_answer_raises_for_the_fit_itself_is_passed_on_as_it_is(fit: sj.FitResult) -> None:
    class OddError(ValueError):
        pass

    def broken(chain: sj.Chain) -> float:
        raise OddError("no")

    for ask in (sj.posterior, sj.delta_method):
        with pytest.raises(OddError):
            ask(fit, broken)
    calls = []

    def later(chain: sj.Chain) -> float:
        calls.append(chain)
        if len(calls) > 3:
            raise KeyboardInterrupt
        return 1.0

    with pytest.raises(KeyboardInterrupt):
        sj.posterior(fit, later)
    assert len(calls) == 4


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda fit, value: sj.posterior(fit), TypeError, "say what to ask"),
        (lambda fit, value: sj.posterior(value, tenure), TypeError, "asked for itself"),
        (lambda fit, value: sj.posterior(CHAIN, tenure), TypeError, "expected a FitResult or a LifetimeValue"),
        (lambda fit, value: sj.posterior(fit, 3), TypeError, "expected a function"),
        (lambda fit, value: sj.posterior(fit, lambda a, b, c: 1), TypeError, "3 arguments"),
        (lambda fit, value: sj.posterior(fit, lambda chain: "x"), TypeError, "found str"),
        (lambda fit, value: sj.posterior(fit, lambda chain: None), TypeError, "found NoneType"),
        (lambda fit, value: sj.posterior(fit, lambda chain: {"a": 1}), TypeError, "found dict"),
        (lambda fit, value: sj.posterior(fit, lambda chain: []), ValueError, "at least one number"),
        (lambda fit, value: sj.posterior(fit, lambda chain: np.nan), ValueError, "not a finite number"),
        (lambda fit, value: sj.posterior(fit, lambda chain: np.inf), ValueError, "not a finite number"),
        (
            lambda fit, value: sj.posterior(fit, growing()),
            ValueError,
            "not of the same kind and shape",
        ),
        (lambda fit, value: sj.posterior(value, draws=1), ValueError, "draws: must be from 2"),
        (lambda fit, value: sj.posterior(value, draws=2.5), TypeError, "draws: expected a whole number"),
        (lambda fit, value: sj.posterior(value, seed=-1), ValueError, "seed"),
        (lambda fit, value: sj.posterior(value, threads=-1), ValueError, "threads"),
        (lambda fit, value: sj.posterior(value, failed="ignore"), ValueError, "failed: expected one of"),
        (lambda fit, value: sj.posterior(value).interval(1.0), ValueError, "level"),
        (lambda fit, value: sj.posterior(value).interval("x"), TypeError, "level"),
        (lambda fit, value: sj.bootstrap(fit, tenure), TypeError, "no longer knows which moves were whose"),
        (lambda fit, value: sj.trust.ChainDraws(CHAIN), TypeError, "expected a FitResult"),
        (lambda fit, value: sj.trust.ChainDraws(fit).chain(-1), IndexError, "numbered from 0"),
        (lambda fit, value: sj.value_bounds(value, 0.0), ValueError, "level"),
        (lambda fit, value: sj.trust.possible_chains(CHAIN, 0.9), TypeError, "expected a FitResult"),
        (lambda fit, value: sj.trust.value_of_information(value).standard_error_after("x", 1), IndexError, "'x'"),
        (
            lambda fit, value: sj.trust.value_of_information(value).periods_to_reach("new", 1e-9),
            ValueError,
            "stays above",
        ),
    ],
)
def test_questions_that_cannot_be_asked_are_refused(
    fit: sj.FitResult, value: sj.LifetimeValue, call: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call(fit, value)


def test_without_a_fit_nothing_says_how_sure_it_is() -> None:
    bare = sj.lifetime_value(CHAIN, MONEY, discount_factor=0.95)
    for ask in (
        sj.posterior,
        sj.delta_method,
        sj.trust.value_of_information,
        lambda value: sj.value_bounds(value, 0.9),
    ):
        with pytest.raises(ValueError, match="not fitted"):
            ask(bare)


def test_posterior_intervals_cover_the_truth_as_often_as_they_say() -> None:
    truth = sj.lifetime_value(CHAIN, MONEY, discount_factor=0.95).mean["new"]
    covered = 0
    for seed in range(300):
        run = sj.simulate(CHAIN, customers=300, rewards=MONEY, outputs="journeys", seed=seed)
        found = sj.posterior(sj.lifetime_value(sj.fit_chain(sj.count(run.journeys())), discount_factor=0.95), draws=500)
        interval = found.interval(0.9)
        covered += interval.lower["new"] <= truth <= interval.upper["new"]
    # One standard error of a share of 300 is 1.7 %.
    assert 0.84 * 300 <= covered <= 0.96 * 300


def test_the_shares_of_the_states_sum_to_the_variance(value: sj.LifetimeValue) -> None:
    told = sj.trust.value_of_information(value, "new")
    rows = told.ranking()
    assert {row.state for row in rows} <= {"new", "loyal", "churn"}
    assert sum(row.share for row in rows) == pytest.approx(1.0)
    assert sum(row.move_variance + row.reward_variance for row in rows) == pytest.approx(told.standard_error**2)
    assert told.standard_error == pytest.approx(value.interval(0.9).standard_error["new"], rel=1e-10)
    assert [row.narrowing for row in rows] == sorted((row.narrowing for row in rows), reverse=True)
    best = rows[0]
    after = told.standard_error_after(best.state, 10.0)
    assert told.standard_error - after == pytest.approx(10.0 * best.narrowing, rel=0.02)
    assert told.periods_to_reach(best.state, after) == pytest.approx(10.0, rel=1e-6)
    assert best.observations > 0
    assert sj.trust.value_of_information(value).mean == pytest.approx(value.start_value().mean)


def test_the_bounds_hold_the_values_of_possible_chains_and_are_attained(
    fit: sj.FitResult, value: sj.LifetimeValue
) -> None:
    bounds = sj.value_bounds(value, 0.9)
    lower, upper = np.asarray(bounds.lower), np.asarray(bounds.upper)
    assert np.all(lower <= np.asarray(value.mean))
    assert np.all(np.asarray(value.mean) <= upper)
    for chain, rewards, ends in (
        (bounds.worst_chain, bounds.worst_rewards, lower),
        (bounds.best_chain, bounds.best_rewards, upper),
    ):
        assert bounds.possible.hold(chain)
        np.testing.assert_allclose(np.asarray(value_again(chain, rewards)), ends, rtol=1e-10)
    given = sj.value_bounds(sj.lifetime_value(fit, MONEY, discount_factor=0.95), 0.9)
    draws = sj.trust.ChainDraws(fit)
    inside = 0
    for k in range(500):
        chain = draws.chain(k)
        if not given.possible.hold(chain):
            continue
        inside += 1
        drawn = np.asarray(sj.lifetime_value(chain, MONEY, discount_factor=0.95).mean)
        assert np.all(drawn >= np.asarray(given.lower) - 1e-9)
        assert np.all(drawn <= np.asarray(given.upper) + 1e-9)
    assert inside >= 450
    possible = sj.trust.possible_chains(fit, 0.9)
    assert possible.n_intervals == given.possible.n_intervals == 6
    np.testing.assert_array_equal(possible.lower, given.possible.lower)
    assert np.all(possible.lower <= fit.chain.transition_matrix)
    assert np.all(fit.chain.transition_matrix <= possible.upper)


def test_printed_forms_say_what_they_are(fit: sj.FitResult, value: sj.LifetimeValue) -> None:
    assert "4,000 chains" in repr(sj.posterior(value))
    assert repr(sj.delta_method(fit, tenure).interval(0.9)).startswith("AnswerInterval(level=0.9, lower=")
    assert repr(sj.value_bounds(value, 0.9)) == "ValueBounds(level=0.9, 3 states)"
    assert "narrowing=" in repr(sj.trust.value_of_information(value).ranking()[0])
    assert inspect.getdoc(sj.posterior)


@pytest.mark.parametrize("ask", ["posterior", "delta", "value", "array", "number"])
def test_intervals_are_drawn_around_their_dots(fit: sj.FitResult, value: sj.LifetimeValue, ask: str) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    from matplotlib.figure import Figure

    subjects = {
        "posterior": lambda: sj.posterior(value, draws=200),
        "delta": lambda: sj.delta_method(value),
        "value": lambda: value,
        "array": lambda: sj.posterior(fit, lambda chain: chain.transition_matrix[0], draws=200),
        "number": lambda: sj.posterior(fit, tenure, draws=200),
    }
    names = {"array": ["stays", "loyal", "$churn$"], "number": ["tenure"]}.get(ask)
    subject = subjects[ask]()
    axes = sj.plot.intervals(subject, Figure(figsize=(8, 3)).add_subplot(), level=0.8, names=names, unit="periods")
    outer = axes.collections[0].get_segments()
    inner = axes.collections[1].get_segments()
    dots = axes.collections[2].get_offsets()
    assert len(outer) == len(inner) == len(dots) == {"array": 3, "number": 1}.get(ask, 2)
    for (left, right), (low, high), (x, _) in zip(outer, inner, dots, strict=True):
        assert left[0] < low[0] < x < high[0] < right[0]
    assert "80 % interval" in [text.get_text() for text in axes.get_legend().get_texts()]
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert labels == (names or ["new", "loyal"])
    axes.figure.savefig(io.BytesIO())  # a dollar sign in a name starts no formula
    with pytest.raises(ValueError, match="names: expected one for each"):
        sj.plot.intervals(subject, names=["a", "b", "c", "d"])
