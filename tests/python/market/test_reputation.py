"""The law of shared experiences, and its fit from conversions."""

import math

import numpy as np
import pytest

import sojourn as sj


def test_a_reputation_is_the_share_of_good_experiences():
    law = sj.market.ReputationLaw(prior_good=3, prior_bad=1)
    assert sj.market.reputation(law, 0, 0) == 0.75
    assert sj.market.reputation(law, 5, 1) == pytest.approx(0.8)


def test_the_chance_to_go_on_moves_by_the_sensitivity_in_log_odds():
    law = sj.market.ReputationLaw(sensitivity=2.0, reference=0.5)
    assert sj.market.go_on_probability(law, 0.3, 0.5) == pytest.approx(0.3)
    odds = 0.3 / 0.7 * math.exp(2.0 * 0.25)
    assert sj.market.go_on_probability(law, 0.3, 0.75) == pytest.approx(odds / (1 + odds))
    many = sj.market.go_on_probability(law, 0.3, [[0.5, 0.75]])
    assert many.shape == (1, 2)
    assert many[0, 1] == sj.market.go_on_probability(law, 0.3, 0.75)


def test_experiences_act_from_the_period_after_and_fade():
    law = sj.market.ReputationLaw(retention=0.5)
    met = sj.market.reputation_path(law, [2, 0, 0, 8], [0, 4, 0, 0])
    np.testing.assert_allclose(met, [0.5, 3 / 4, 2 / 7, 1.5 / 4.5], rtol=1e-15)


def test_the_fit_finds_the_law_that_made_the_data():
    rng = np.random.default_rng(1)
    law = sj.market.ReputationLaw(sensitivity=2.5, reference=0.6)
    rho = rng.uniform(0.3, 0.9, 40)
    n = np.full(40, 500)
    k = rng.binomial(n, sj.market.go_on_probability(law, 0.3, rho))
    fit = sj.market.fit_reputation(n, k, reputation=rho, reference=0.6)
    ends = fit.sensitivity_interval(0.99)
    assert ends.lower < 2.5 < ends.upper
    ends = fit.probability_interval(0.99)
    assert ends.lower < 0.3 < ends.upper
    assert fit.law.reference == 0.6
    assert fit.can_tell()
    assert fit.searchers == 20_000
    assert fit.n_periods == 40
    assert "log-odds" in fit.definition
    assert str(fit).splitlines() == fit.notes()
    assert repr(fit).startswith("ReputationFit(sensitivity=")


def test_the_fit_is_the_maximum_of_the_likelihood():
    rng = np.random.default_rng(2)
    rho = np.array([0.2, 0.35, 0.5, 0.7, 0.9])
    n = np.array([80, 120, 60, 90, 100])
    k = rng.binomial(n, 0.4)
    fit = sj.market.fit_reputation(n, k, reputation=rho)

    def likelihood(p0, sensitivity):
        law = sj.market.ReputationLaw(sensitivity=sensitivity, reference=fit.law.reference)
        p = sj.market.go_on_probability(law, p0, rho)
        return float(np.sum(k * np.log(p) + (n - k) * np.log1p(-p)))

    best = likelihood(fit.probability, fit.law.sensitivity)
    for step in (-1e-3, 1e-3):
        assert likelihood(fit.probability + step, fit.law.sensitivity) < best
        assert likelihood(fit.probability, fit.law.sensitivity + step) < best


def test_good_and_bad_experiences_give_the_reputation_by_the_law():
    good, bad = [5, 3, 9, 1, 6, 2], [1, 4, 2, 6, 1, 3]
    n, k = [50] * 6, [10, 18, 12, 20, 9, 14]
    by_counts = sj.market.fit_reputation(n, k, good=good, bad=bad, retention=0.6, prior_good=2, prior_bad=3)
    law = sj.market.ReputationLaw(retention=0.6, prior_good=2, prior_bad=3)
    by_share = sj.market.fit_reputation(n, k, reputation=sj.market.reputation_path(law, good, bad))
    assert by_counts.law.sensitivity == by_share.law.sensitivity
    assert by_counts.law.retention == 0.6


def test_it_says_when_the_data_cannot_tell():
    fit = sj.market.fit_reputation([100] * 4, [40, 42, 41, 39], reputation=[0.61, 0.62, 0.63, 0.64])
    assert not fit.can_tell()
    assert any("cannot tell" in note for note in fit.notes())
    assert any("hardly varies" in note for note in fit.notes())


def test_laws_compare_and_print():
    law = sj.market.ReputationLaw(sensitivity=2)
    assert law == sj.market.ReputationLaw(sensitivity=2.0)
    assert law != sj.market.ReputationLaw()
    assert eval(repr(law), {"ReputationLaw": sj.market.ReputationLaw}) == law


BAD_LAWS = [
    ({"retention": 1.0}, "retention"),
    ({"retention": -0.1}, "retention"),
    ({"retention": math.nan}, "retention"),
    ({"prior_good": 0}, "prior_good"),
    ({"prior_bad": math.inf}, "prior_bad"),
    ({"sensitivity": math.inf}, "sensitivity"),
    ({"reference": 1.5}, "reference"),
]


@pytest.mark.parametrize(("arguments", "named"), BAD_LAWS)
def test_a_law_outside_its_range_is_refused(arguments, named):
    with pytest.raises(ValueError, match=named):
        sj.market.ReputationLaw(**arguments)


BAD_PERIODS = [
    (([10, 10], [3, 11]), {"reputation": [0.4, 0.6]}, "conversions: in period 1"),
    (([10, -1], [3, 0]), {"reputation": [0.4, 0.6]}, "searchers: in period 1"),
    (([10, 9.5], [3, 5]), {"reputation": [0.4, 0.6]}, "whole number"),
    (([10, 10], [3]), {"reputation": [0.4, 0.6]}, "conversions"),
    (([10, 10], [3, 5]), {}, "reputation: missing"),
    (([10, 10], [3, 5]), {"reputation": [0.4, 0.6], "good": [1, 1], "bad": [1, 1]}, "give either"),
    (([10, 10], [3, 5]), {"good": [1, 1]}, "bad"),
    (([10, 10], [3, 5]), {"reputation": [0.4, 1.2]}, r"\[0, 1\]"),
    (([10, 10], [3, 5]), {"reputation": [0.5, 0.5]}, "0.5 in every period"),
    (([10, 10], [0, 10]), {"reputation": [0.4, 0.6]}, "separates"),
    (([10, 10], [0, 0]), {"reputation": [0.4, 0.6]}, "none of 20"),
    (([10, 10], [3, 5]), {"reputation": [0.4, 0.6], "reference": 2}, "reference"),
    (([10, 10], [3, 5]), {"good": [1, 1], "bad": [1, 1], "retention": 1}, "retention"),
]


@pytest.mark.parametrize(("columns", "keywords", "named"), BAD_PERIODS)
def test_periods_that_tell_nothing_are_refused(columns, keywords, named):
    with pytest.raises(ValueError, match=named):
        sj.market.fit_reputation(*columns, **keywords)


def test_text_for_numbers_is_refused():
    with pytest.raises(TypeError, match="searchers"):
        sj.market.fit_reputation("many", [1, 2], reputation=[0.1, 0.2])
