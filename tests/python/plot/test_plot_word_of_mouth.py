"""Pictures of word of mouth: what is drawn, where it stands, and what is refused."""

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
from markets import CHAIN, COMPARISON, market_of, outcome, told_market  # noqa: E402
from matplotlib.colors import to_hex  # noqa: E402
from matplotlib.patches import PathPatch  # noqa: E402

from sojourn.plot import _style as style  # noqa: E402
from sojourn.plot.loop import PALE, flow_of  # noqa: E402
from sojourn.plot.quadrants import gather, ruler  # noqa: E402

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
