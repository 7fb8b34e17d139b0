"""Pictures of word of mouth, markets and policies: what is drawn, where it stands, and what is refused."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import numpy as np
import pytest

import sojourn as sj

matplotlib = pytest.importorskip("matplotlib", reason="pictures need matplotlib")
matplotlib.use("Agg")

from drawn import fresh_axes, row_names, words_of  # noqa: E402
from matplotlib.colors import to_hex  # noqa: E402
from matplotlib.patches import PathPatch  # noqa: E402

from sojourn.plot import _style as style  # noqa: E402
from sojourn.plot.loop import PALE, flow_of  # noqa: E402
from sojourn.plot.quadrants import gather, ruler  # noqa: E402

CHAIN = sj.Chain(["active", "quiet", "churn"], [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0, 0, 1]], period="month")
REFERRALS = {"active": 0.2, ("quiet", "active"): 0.1}


def value_of_sharing(**options):
    return sj.referral_value(CHAIN, {"active": 10.0}, referrals=REFERRALS, discount_factor=0.98, **options)


def value_of_journey():
    chain = sj.full_journey().illustrative_chain()
    return sj.referral_value(
        chain,
        {"repurchase": 40.0},
        referrals={"satisfaction": 0.1, "loyalty": 0.2, "recommendation": 0.8},
        arrives_at={"zmot": 0.8, "fmot": 0.2},
        discount_factor=0.99,
    )


def base_of(n, seed=3):
    """A base whose customers stand in all states, each with a history of his own."""
    rng = np.random.default_rng(seed)
    states = rng.choice(["active", "quiet"], n)
    brought = rng.poisson(0.5, n).astype(float)
    return sj.market.referral_quadrants(value_of_sharing(), states, brought=brought, expected=rng.uniform(0.1, 2.0, n))


def market_of(referrals=0.3, **options):
    return sj.Market(
        CHAIN,
        people=10_000,
        rewards={"active": 10.0},
        stock={"active": 100},
        referrals={"active": referrals},
        advertising=0.01,
        **options,
    )


def told_market(good):
    source = sj.market.ExperienceSource("friends", good={"active": good}, bad={"active": 1.0 - good})
    return market_of(reputation=sj.market.MarketReputation("quiet", onward=["active"], sources=[source]))


def outcome(name, profit, lower, upper, payback=None):
    return SimpleNamespace(
        name=name,
        profit=profit,
        profit_interval=(lower, upper),
        base=1234.0,
        cost=5000.0,
        payback=payback,
    )


COMPARISON = SimpleNamespace(
    outcomes=[
        outcome("advertise more", -900.0, -1000.0, -800.0),
        outcome("fix onboarding", 3000.0, 2000.0, 4000.0, payback=7),
        outcome("answer complaints", 500.0, -100.0, 1100.0, payback=1),
    ]
)


DRAWN = {
    "generations": lambda ax: sj.plot.generations(value_of_sharing(), ax),
    "quadrants": lambda ax: sj.plot.quadrants(base_of(50), ax),
    "loop": lambda ax: sj.plot.loop(value_of_sharing(), ax=ax),
    "market": lambda ax: sj.plot.market(sj.market_path(market_of(), horizon=12), ax),
    "reputation": lambda ax: sj.plot.reputation(sj.market_path(told_market(0.9), horizon=12), ax),
    "threshold": lambda ax: sj.plot.threshold(market_of(), "active", "churn", ax, points=9),
    "policies": lambda ax: sj.plot.policies(COMPARISON, ax),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_draws_on_the_axes_given_and_on_new_ones_without(draw):
    axes = fresh_axes()
    assert draw(axes) is axes
    other = draw(None)
    assert other is not axes
    assert other.figure is not None


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_no_word_starts_a_formula_and_all_words_stay_in_the_figure(draw):
    axes = draw(None)
    axes.figure.canvas.draw()
    frame = axes.figure.bbox
    texts = [t for t in [*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()] if t.get_text()]
    assert texts
    for text in texts:
        assert not text.get_parse_math() or "$" not in text.get_text()
    for text in axes.texts:
        extent = text.get_window_extent()
        assert frame.x0 - 1 <= extent.x0
        assert extent.x1 <= frame.x1 + 1
        assert frame.y0 - 1 <= extent.y0
        assert extent.y1 <= frame.y1 + 1


HOSTILE = sj.Chain(
    ["a $x_1$ & <b>", "$$$ a name that does not end before its column does", "lost"],
    [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0, 0, 1]],
)
FIRST, SECOND, LOST = HOSTILE.states.names


def hostile_market():
    return sj.Market(HOSTILE, people=1000, advertising=0.1, referrals={FIRST: 0.2})


@pytest.mark.parametrize(
    "draw",
    [
        lambda: sj.plot.generations(
            sj.referral_value(HOSTILE, {FIRST: 1.0}, referrals={FIRST: 0.1}, discount_factor=0.9), start=SECOND
        ),
        lambda: sj.plot.loop(HOSTILE, {FIRST: 0.1, SECOND: 0.1}),
        lambda: sj.plot.market(sj.market_path(hostile_market(), horizon=5)),
        lambda: sj.plot.threshold(hostile_market(), SECOND, LOST, unit="$m$", points=5),
        lambda: sj.plot.policies([outcome(FIRST, 1.0, 0.0, 2.0), outcome(SECOND, -1.0, -2.0, 0.0)]),
    ],
    ids=["generations", "loop", "market", "threshold", "policies"],
)
def test_hostile_names_stay_text(draw):
    axes = draw()
    file = io.BytesIO()
    axes.figure.savefig(file, format="svg")
    ET.fromstring(file.getvalue())
    labels = [*axes.texts, axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels(), *axes.get_yticklabels()]
    assert any("$" in t.get_text() for t in labels)
    assert not any(t.get_parse_math() for t in labels if "$" in t.get_text())


@pytest.mark.parametrize("name", ["generations", "quadrants", "loop", "market", "reputation", "threshold", "policies"])
@pytest.mark.parametrize("subject", [None, 3.0, "active", [1, 2]], ids=["None", "number", "text", "list"])
def test_something_else_is_refused_by_name(name, subject):
    moves = ("active", "churn") if name == "threshold" else ()
    with pytest.raises(TypeError, match=rf"^{name}: expected a"):
        getattr(sj.plot, name)(subject, *moves)


# Generations


def test_the_steps_of_the_generations_lead_from_nothing_to_the_total():
    ref = value_of_sharing()
    axes = sj.plot.generations(ref, start="quiet", n=3, currency="$")
    split = ref.generations(3)
    expected = [*np.asarray(split.value)[1], split.beyond["quiet"]]
    bars = axes.patches
    assert row_names(axes) == [
        "own",
        "1st generation",
        "2nd generation",
        "3rd generation",
        "4th generation on",
        "total",
    ]
    np.testing.assert_allclose([bar.get_width() for bar in bars[:-1]], expected)
    ends = np.cumsum([0.0, *expected])
    np.testing.assert_allclose([bar.get_x() for bar in bars[:-1]], ends[:-1], atol=1e-12)
    assert bars[-1].get_width() == pytest.approx(ref.total["quiet"])
    assert f"${ref.total['quiet']:.2f}" in words_of(axes)
    assert "quiet" in axes.get_xlabel()


def test_generations_start_as_newcomers_do_unless_said_otherwise():
    ref = value_of_sharing(arrives_at={"active": 0.25, "quiet": 0.75})
    total = 0.25 * ref.total["active"] + 0.75 * ref.total["quiet"]
    for start in (None, {"active": 0.25, "quiet": 0.75}, [0.25, 0.75, 0.0]):
        axes = sj.plot.generations(ref, fresh_axes(), start=start)
        assert axes.patches[-1].get_width() == pytest.approx(total)
    assert "newcomer" in sj.plot.generations(ref, fresh_axes()).get_xlabel()


def test_newcomers_who_cost_more_than_they_bring_are_red_steps_back():
    axes = sj.plot.generations(value_of_sharing(acquisition_cost=500.0), n=1)
    own, first, *_ = axes.patches
    assert own.get_width() > 0
    assert first.get_width() < 0
    assert to_hex(first.get_facecolor()) == style.RED


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n": 0}, ValueError, "generations: n must be from 1 to 50, found 0"),
        ({"n": 51}, ValueError, "found 51"),
        ({"start": "nowhere"}, IndexError, "nowhere"),
        ({"start": {"active": 0.4}}, ValueError, "start"),
        ({"start": [1.0]}, ValueError, "start"),
    ],
)
def test_generations_refuse_a_start_or_number_that_cannot_be(options, error, message):
    with pytest.raises(error, match=message):
        sj.plot.generations(value_of_sharing(), **options)


# Quadrants


def test_each_corner_names_its_quadrant_with_customers_and_sums():
    base = base_of(40)
    axes = sj.plot.quadrants(base, currency="$")
    words = words_of(axes)
    assert words[0::4] == [total.quadrant for total in base.totals] == ["champions", "affluents", "advocates", "misers"]
    for total, people, own, referred in zip(base.totals, words[1::4], words[2::4], words[3::4], strict=True):
        assert people.startswith(f"{total.customers} customer")
        assert own == f"own {style.money(total.own, '$')}"
        assert referred == f"referred {style.money(total.referred, '$')}"
    places = {t.get_text(): t.xy for t in axes.texts[0::4]}
    assert places == {"champions": (1, 1), "affluents": (1, 0), "advocates": (0, 1), "misers": (0, 0)}
    across, up = axes.lines
    assert across.get_xdata()[0] == base.own_threshold
    assert up.get_ydata()[0] == base.referred_threshold


@pytest.mark.parametrize("n", [1, 10, 100_000])
def test_every_customer_is_in_a_dot_of_the_colour_of_his_quadrant(n):
    base = base_of(n)
    axes = sj.plot.quadrants(base)
    dots = axes.collections[0]
    assert len(dots.get_offsets()) <= min(n, 4000)
    own, referred = np.asarray(base.own), np.asarray(base.referred)
    names, code = np.unique(base.quadrant, return_inverse=True)
    x, y, which, count = gather(own, referred, code, 1500, (ruler(own, 0.0), ruler(referred, 0.0)))
    assert count.sum() == n
    assert (count * x).sum() == pytest.approx(own.sum())
    assert (count * y).sum() == pytest.approx(referred.sum())
    high = np.isin(names[which], ["champions", "affluents"])
    assert (x[high] > base.own_threshold - 1e-9).all()  # a mean is rounded
    assert (x[~high] <= base.own_threshold + 1e-9).all()
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert left < own.min() <= own.max() < right
    assert bottom < referred.min() <= referred.max() < top


def test_the_area_of_a_dot_tells_how_many_customers_it_holds():
    base = sj.market.referral_quadrants(value_of_sharing(), ["active"] * 300 + ["quiet"] * 100)
    axes = sj.plot.quadrants(base)
    areas = axes.collections[0].get_sizes()
    assert areas[0] / areas[1] == pytest.approx(3.0)
    assert "400 customers" in axes.get_xlabel()


def test_an_axis_draws_large_amounts_together_only_where_a_few_are_far_out():
    amounts = np.exp(np.random.default_rng(1).normal(3.0, 2.0, 5000))
    amounts[0] = 0.0
    assert ruler(np.linspace(-5.0, 9.0, 100), 0.0).unit == 0.0
    assert ruler(np.zeros(10), 0.0).unit == 0.0
    scale = ruler(amounts, 20.0)
    np.testing.assert_allclose(scale.back(scale.there(amounts)), amounts)
    axes = sj.plot.quadrants(
        SimpleNamespace(
            own=amounts,
            referred=-amounts,
            quadrant=np.where(amounts > 20.0, "affluents", "advocates"),
            own_threshold=20.0,
            referred_threshold=-20.0,
            totals=[
                SimpleNamespace(quadrant=n, customers=0, own=0.0, referred=0.0) for n in ("affluents", "advocates")
            ],
        ),
        currency="$",
    )
    axes.figure.canvas.draw()
    assert {"0", "$100", "$10,000"} <= {t.get_text() for t in axes.get_xticklabels()}
    assert {"0", "−$100", "−$10,000"} <= set(row_names(axes))
    assert "large amounts drawn together" in axes.get_xlabel()


def test_quadrants_refuse_no_dots():
    with pytest.raises(ValueError, match="quadrants: dots must be at least 1"):
        sj.plot.quadrants(base_of(5), dots=0)


# Loop


def loop_lines(axes):
    """The lines of the arc of word of mouth."""
    return [line for line in axes.lines if to_hex(line.get_color()) == PALE]


def test_the_loop_tells_moves_and_newcomers_per_newcomer():
    ref = value_of_sharing()
    axes = sj.plot.loop(ref)
    visits = np.linalg.inv(np.eye(2) - CHAIN.transition_matrix[:2, :2])[0]
    assert pytest.approx(visits @ [0.2, 0.02]) == ref.R0
    words = words_of(axes)
    assert f"word of mouth: a newcomer brings {ref.R0:.2f} more (R0 = {ref.R0:.2f})" in words
    assert f"{visits[0]:.2f} months" in words
    assert f"{visits[0] * 0.3:.2f}" in words  # active → quiet
    assert f"{visits[1] * 0.2:.2f}" in words  # quiet → active
    assert f"{visits[0] * 0.2:.2f}" in words  # brought from active
    ends = [f"{visits[i] * CHAIN.transition_matrix[i, 2]:.2f}" for i in range(2)]
    assert set(ends) <= set(words)


def test_all_widths_of_a_loop_are_on_one_scale():
    axes = sj.plot.loop(CHAIN, {"active": 0.2})
    visits = np.linalg.inv(np.eye(2) - CHAIN.transition_matrix[:2, :2])[0]
    ahead, back = visits[0] * 0.3, visits[1] * 0.2
    full = max(1.0, ahead)
    moves = sorted(p.get_linewidth() for p in axes.patches if isinstance(p, PathPatch))
    np.testing.assert_allclose(moves, [0.9 + 12 * back / full, 0.9 + 12 * ahead / full])
    arc = {line.get_linewidth() for line in loop_lines(axes)}
    np.testing.assert_allclose(list(arc), 0.9 + 12 * visits[0] * 0.2 / full)


def test_a_loop_is_the_same_from_a_value_and_from_its_parts():
    ref = value_of_sharing(arrives_at="quiet")
    assert words_of(sj.plot.loop(ref)) == words_of(sj.plot.loop(CHAIN, REFERRALS, arrives_at="quiet"))


def test_the_loop_of_a_lifecycle_joins_umot_to_zmot():
    ref = value_of_journey()
    axes = sj.plot.loop(sj.full_journey(), ref)
    words = words_of(axes)
    assert any(text.startswith("UMOT → ZMOT: a newcomer brings") for text in words)
    assert any("SMOT" in text for text in words)
    flow = flow_of(ref, None, None, None)
    assert flow.total == pytest.approx(ref.R0)
    lowest = min(min(line.get_ydata()) for line in loop_lines(axes))
    highest = max(max(line.get_ydata()) for line in loop_lines(axes))
    landing = [line for line in loop_lines(axes) if line.get_xdata()[0] == line.get_xdata()[1] == 2.0]
    assert landing  # at zmot, the third state
    assert lowest < highest


def test_moves_of_a_newcomer_add_up():
    flow = flow_of(value_of_journey(), None, None, None)
    chain = flow.chain
    inside = [i for i, name in enumerate(chain.states.names) if name not in chain.absorbing_states]
    np.testing.assert_allclose((flow.moves.sum(axis=0) + flow.arrives_at)[inside], flow.visits[inside], atol=1e-12)
    gone = [i for i in range(chain.n_states) if i not in inside]
    assert flow.moves[:, gone].sum() == pytest.approx(1.0)


def test_a_discounted_loop_counts_less_and_keeps_R0():
    ref = value_of_sharing()
    plain, late = flow_of(ref, None, None, None), flow_of(ref, None, None, ref.discount)
    assert late.total < plain.total == pytest.approx(ref.R0)
    words = words_of(sj.plot.loop(ref, discount=ref.discount))
    assert any(f"{late.total:.2f} discounted newcomers" in text and f"R0 = {ref.R0:.2f}" in text for text in words)
    own = ref.own["active"]
    brought = late.total * own
    assert brought == pytest.approx(np.asarray(ref.generations(1).value)[0, 1])


def test_a_chain_that_brings_nobody_has_a_loop_that_says_so():
    axes = sj.plot.loop(CHAIN, {"active": 0.0})
    assert any("R0 = 0" in text for text in words_of(axes))
    assert not loop_lines(axes)


def test_the_smallest_chain_has_a_loop():
    chain = sj.Chain(["active", "churn"], [[0.6, 0.4], [0, 1]], period="year")
    words = words_of(sj.plot.loop(chain, {"active": 0.5}))
    assert "word of mouth: a newcomer brings 1.25 more (R0 = 1.25)" in words
    assert "2.50 years" in words


def two_for_ever():
    return sj.Chain(["new", "a", "b"], [[0.5, 0.5, 0], [0, 0.5, 0.5], [0, 0.5, 0.5]], period="month")


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: sj.plot.loop(CHAIN), TypeError, "loop: referrals is missing"),
        (
            lambda: sj.plot.loop(sj.six_stages(), {"loyalty": 0.1}),
            TypeError,
            "found Lifecycle; a Lifecycle needs a ReferralValue",
        ),
        (lambda: sj.plot.loop(sj.six_stages(), value_of_sharing()), ValueError, "loop: .*different states"),
        (lambda: sj.plot.loop(CHAIN, {"nowhere": 0.1}), IndexError, "nowhere"),
        (lambda: sj.plot.loop(CHAIN, {"active": -0.1}), ValueError, "active"),
        (lambda: sj.plot.loop(CHAIN, {"active": 0.1}, arrives_at="nowhere"), IndexError, "nowhere"),
        (lambda: sj.plot.loop(CHAIN, {"active": 0.1}, arrives_at={"active": 0.5}), ValueError, "arrives_at"),
        (lambda: sj.plot.loop(two_for_ever(), {"new": 0.1}), ValueError, "'a' never come to an end.*give a discount"),
    ],
    ids=["none", "lifecycle", "states", "unknown", "negative", "arrival", "law", "for ever"],
)
def test_a_loop_refuses_what_cannot_be_followed(draw, error, message):
    with pytest.raises(error, match=message):
        draw()


def test_customers_who_stay_for_ever_have_a_discounted_loop():
    axes = sj.plot.loop(two_for_ever(), {"new": 0.1}, discount=sj.Discount.factor(0.9))
    assert any("discounted newcomers" in text for text in words_of(axes))


# Market


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
