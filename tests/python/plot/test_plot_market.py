"""Pictures of markets, reputations, thresholds and policies: what is drawn, where it stands, and what is refused."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import sojourn as sj

matplotlib = pytest.importorskip("matplotlib", reason="pictures need matplotlib")
matplotlib.use("Agg")

from drawn import fresh_axes, row_names, words_of  # noqa: E402
from markets import COMPARISON, market_of, told_market  # noqa: E402
from matplotlib.colors import to_hex  # noqa: E402

from sojourn.plot import _style as style  # noqa: E402


def test_a_market_is_stacked_to_all_who_are_inside():
    path = sj.market_path(market_of(), horizon=24)
    axes = sj.plot.market(path, unit="month")
    tops = [line.get_ydata() for line in axes.lines]
    np.testing.assert_allclose(tops[0], path.occupancy[:, 0])
    np.testing.assert_allclose(tops[-1], path.inside)
    assert len(tops) == 2  # nobody who is gone
    assert words_of(axes) == [f"active {path.occupancy[-1, 0]:,.0f}", f"quiet {path.occupancy[-1, 1]:,.0f}"]
    assert axes.get_xlabel() == "months from today"
    assert axes.get_ylabel() == "people"


def test_a_market_with_pool_and_gone_holds_all_people():
    path = sj.market_path(market_of(), horizon=24)
    axes = sj.plot.market(path, pool=True, gone=True)
    np.testing.assert_allclose(axes.lines[-1].get_ydata(), 10_000.0)
    assert [text.rsplit(" ", 1)[0] for text in words_of(axes)] == ["active", "quiet", "gone", "not reached"]


def test_two_markets_drawn_with_each_other_have_one_scale():
    a, b = (sj.market_path(market_of(referrals), horizon=24) for referrals in (0.2, 0.6))
    left = sj.plot.market(a, fresh_axes(), other=b, gone=True, names=("as it is", "shared"))
    right = sj.plot.market(b, fresh_axes(), other=a, gone=True)
    assert left.get_ylim() == pytest.approx(right.get_ylim())
    np.testing.assert_allclose(left.lines[-1].get_ydata(), b.inside)
    assert f"shared: {b.inside[-1]:,.0f} (dashed)" in words_of(left)
    assert f"as it is: {a.inside[-1]:,.0f}" in words_of(left)


def test_a_state_has_one_colour_in_two_markets():
    chain = sj.full_journey().illustrative_chain()
    start = sj.Market(chain, people=10**6, advertising=0.01, arrives_at="zmot")
    a = sj.market_path(start, horizon=12)
    b = sj.market_path(start.replace(stock={"recommendation": 500_000}), horizon=12)

    def colours(axes):
        return {t.get_text().rsplit(" ", 1)[0]: t.get_color() for t in axes.texts if ":" not in t.get_text()}

    left = colours(sj.plot.market(a, fresh_axes(), other=b, n=4))
    right = colours(sj.plot.market(b, fresh_axes(), other=a, n=4))
    assert left == right


def test_the_small_states_of_a_market_share_an_area():
    chain = sj.full_journey().illustrative_chain()
    path = sj.market_path(sj.Market(chain, people=10**8, advertising=0.01), horizon=12)
    axes = sj.plot.market(path, n=3)
    assert len(axes.lines) == 4
    assert any("9 other states" in text for text in words_of(axes))
    np.testing.assert_allclose(axes.lines[-1].get_ydata(), path.inside, atol=1e-6)


def test_exits_of_a_market_can_be_named():
    path = sj.market_path(market_of(), horizon=6)
    by_name = sj.plot.market(path, exits=["churn"])
    assert words_of(by_name) == words_of(sj.plot.market(path))
    with pytest.raises(IndexError, match="nowhere"):
        sj.plot.market(path, exits=["nowhere"])


def test_markets_over_different_states_are_not_compared():
    other = sj.Chain(["on", "off"], [[0.9, 0.1], [0, 1]])
    paths = [sj.market_path(m, horizon=3) for m in (market_of(), sj.Market(other, people=10, advertising=0.5))]
    with pytest.raises(ValueError, match="market: the two paths are over different states"):
        sj.plot.market(paths[0], other=paths[1])


def test_several_paths_of_a_market_are_refused_as_one():
    with pytest.raises(TypeError, match="market: expected a"):
        sj.plot.market(sj.simulate_market(market_of(), horizon=3, paths=2))


def test_a_market_needs_an_area():
    with pytest.raises(ValueError, match="market: n must be at least 1, found 0"):
        sj.plot.market(sj.market_path(market_of(), horizon=3), n=0)


# Reputation


def test_reputations_are_lines_with_their_names_and_ends():
    paths = {f"{good:.0%}": sj.market_path(told_market(good), horizon=18) for good in (0.9, 0.5)}
    axes = sj.plot.reputation(paths, unit="month")
    for line, path in zip(axes.lines, paths.values(), strict=True):
        np.testing.assert_allclose(line.get_ydata(), path.reputation)
    ends = [f"{name} {100 * path.reputation[-1]:.1f} %" for name, path in paths.items()]
    assert words_of(axes) == sorted(ends, key=lambda text: float(text.split()[1]))
    bottom, top = axes.get_ylim()
    assert 0 <= bottom < top <= 1
    assert axes.get_xlabel() == "months from today"


@pytest.mark.parametrize("rise", [0.02, 0.1, 0.17, 0.3])
def test_the_ticks_of_a_reputation_stand_where_they_say(rise):
    path = SimpleNamespace(reputation=np.linspace(0.5, 0.5 + rise, 13), occupancy=np.zeros((13, 2)))
    axes = sj.plot.reputation(path)
    axes.figure.canvas.draw()
    for place, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True):
        assert float(label.get_text().removesuffix(" %")) == pytest.approx(100 * place)


def test_simulated_reputations_are_a_median_with_a_band():
    paths = sj.simulate_market(told_market(0.7), horizon=10, paths=40)
    axes = sj.plot.reputation({"by chance": paths})
    np.testing.assert_allclose(axes.lines[0].get_ydata(), np.median(paths.reputation, axis=0))
    assert "90 % of the paths" in axes.get_xlabel()


def test_a_market_without_reputation_has_none_to_draw():
    path = sj.market_path(market_of(), horizon=3)
    with pytest.raises(ValueError, match="reputation: the market of 'plain' has no reputation; give it one"):
        sj.plot.reputation({"plain": path})
    with pytest.raises(ValueError, match="no paths"):
        sj.plot.reputation({})


# Threshold


def test_the_phase_line_crosses_1_at_the_threshold():
    market = market_of()
    found = sj.market.market_threshold(market, "active", "churn")
    axes = sj.plot.threshold(market, "active", "churn", unit="month", points=41)
    curve = max(axes.lines, key=lambda line: len(line.get_xdata()))
    p, growth = curve.get_xdata(), curve.get_ydata()
    assert np.interp(found.probability, p, growth) == pytest.approx(1.0, abs=1e-9)
    assert np.interp(0.1, p, growth) == pytest.approx(sj.market.market_growth(market), abs=1e-12)
    words = words_of(axes)
    assert f"above {100 * found.probability:.3g} % the base shrinks" in words
    change = 100 * (sj.market.market_growth(market) - 1)
    assert f"today 10 %: {'+' if change > 0 else '−'}{abs(change):.3g} % per month" in words
    assert axes.get_xlabel() == "probability of active → churn per month"
    assert axes.get_ylabel() == "growth factor of the base per month"


def test_a_base_that_shrinks_in_any_case_has_no_threshold():
    words = words_of(sj.plot.threshold(market_of(0.001), "quiet", "active", points=9))
    assert "the base shrinks whatever the probability of this move" in words


def test_a_base_that_grows_or_shrinks_without_a_threshold_is_not_said_to_do_one(monkeypatch):
    def refuse(*_):
        raise ValueError("does not settle")

    monkeypatch.setattr(sj.market, "market_threshold", refuse)
    words = words_of(sj.plot.threshold(market_of(), "active", "churn", points=9))
    assert "no one threshold between growing and shrinking" in words


@pytest.mark.parametrize(
    ("moves", "options", "error", "message"),
    [
        (("nowhere", "churn"), {}, IndexError, "nowhere"),
        (("active", "nowhere"), {}, IndexError, "nowhere"),
        (("churn", "churn"), {}, ValueError, "threshold: 'churn' moves to 'churn' for certain"),
        (("active", "churn"), {"points": 2}, ValueError, "points must be at least 3"),
    ],
)
def test_a_threshold_refuses_moves_that_cannot_change(moves, options, error, message):
    with pytest.raises(error, match=message):
        sj.plot.threshold(market_of(), *moves, **options)


# Policies


def test_a_comparison_of_policies_is_drawn():
    made = [sj.Policy("cheap", advertising=0.02, cost_per_period=1.0), sj.Policy("dear", cost_once=10_000.0)]
    compared = sj.compare_policies(market_of(), made, horizon=12, paths=20)
    axes = sj.plot.policies(compared)
    best = sorted(compared.outcomes, key=lambda outcome: -outcome.profit)
    assert row_names(axes) == [outcome.name for outcome in best]
    np.testing.assert_allclose([bar.get_width() for bar in axes.patches], [outcome.profit for outcome in best])


def test_policies_are_sorted_by_profit_with_their_intervals():
    axes = sj.plot.policies(COMPARISON, currency="$", unit="month")
    assert row_names(axes) == ["fix onboarding", "answer complaints", "advertise more"]
    assert [bar.get_width() for bar in axes.patches] == [3000.0, 500.0, -900.0]
    ends = [tuple(float(x) for x in segment[:, 0]) for segment in axes.collections[0].get_segments()]
    assert ends == [(2000.0, 4000.0), (-100.0, 1100.0), (-1000.0, -800.0)]
    words = words_of(axes)
    assert "+$3,000  ($2,000 to $4,000)" in words
    assert "costs $5,000, +1,234 people, paid back after 7 months" in words
    assert "costs $5,000, +1,234 people, paid back after 1 month" in words
    assert "costs $5,000, +1,234 people, not paid back" in words
    assert to_hex(axes.patches[2].get_facecolor()) == style.RED


def test_the_best_policies_are_drawn_and_the_others_counted():
    axes = sj.plot.policies(COMPARISON.outcomes, n=2)
    assert row_names(axes) == ["fix onboarding", "answer complaints"]
    assert axes.get_xlabel().endswith("1 more not drawn")


def test_policies_refuse_nothing():
    with pytest.raises(ValueError, match="policies: no outcomes"):
        sj.plot.policies([])
    with pytest.raises(ValueError, match="policies: n must be at least 1, found 0"):
        sj.plot.policies(COMPARISON, n=0)
