"""Pictures: what is drawn, where it stands, and that names stay text."""

from __future__ import annotations

import io
import itertools
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import sojourn as sj

matplotlib = pytest.importorskip("matplotlib", reason="pictures need matplotlib")
matplotlib.use("Agg")

from drawn import fresh_axes, row_names  # noqa: E402
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle  # noqa: E402

from sojourn.plot import graph as graph_function  # noqa: E402
from sojourn.plot._style import label, money, percent  # noqa: E402
from sojourn.plot.survival import survival_curve  # noqa: E402

PRESETS = [sj.six_stages(), sj.chain.moments_of_truth(), sj.full_journey(), sj.subscription(), sj.chain.recency(6)]


def chain_of(lifecycle: sj.Lifecycle) -> sj.Chain:
    """The illustrative chain, or even odds where a preset has none."""
    try:
        return lifecycle.illustrative_chain()
    except ValueError:
        allowed = np.asarray(lifecycle.allowed, dtype=float)
        return sj.Chain(lifecycle.states, allowed / allowed.sum(axis=1, keepdims=True), period="month")


def value_of_slow_churn():
    chain = sj.Chain(["active", "quiet", "churn"], [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0, 0, 1]], period="month")
    return sj.lifetime_value(chain, {"active": 10.0}, annual_discount_rate=0.10)


def better_or_worse():
    now = value_of_slow_churn()
    chain = now.chain.with_row("active", [0.7, 0.25, 0.05]).with_row("quiet", [0.1, 0.5, 0.4])
    return sj.what_if(now, sj.lifetime_value(chain, now.rewards, annual_discount_rate=0.10), "active")


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: sj.plot.graph(chain_of(sj.six_stages()), ax),
        lambda ax: sj.plot.heatmap(chain_of(sj.six_stages()), ax),
        lambda ax: sj.plot.survival(chain_of(sj.six_stages()), ax),
        lambda ax: sj.plot.value(value_of_slow_churn(), ax),
        lambda ax: sj.plot.distribution(np.arange(100.0), ax),
        lambda ax: sj.plot.first_passage(sj.first_passage(chain_of(sj.six_stages()), "loyalty", horizon=6), ax),
        lambda ax: sj.plot.forecast(chain_of(sj.six_stages()), ax, stock={"engagement": 10}),
        lambda ax: sj.plot.levers(value_of_slow_churn(), ax),
        lambda ax: sj.plot.leaks(value_of_slow_churn(), ax),
        lambda ax: sj.plot.what_if(better_or_worse(), ax),
    ],
    ids=[
        "graph",
        "heatmap",
        "survival",
        "value",
        "distribution",
        "first_passage",
        "forecast",
        "levers",
        "leaks",
        "what_if",
    ],
)
def test_draws_on_the_axes_given_and_on_new_ones_without(draw):
    axes = fresh_axes()
    assert draw(axes) is axes
    other = draw(None)
    assert other is not axes
    assert other.figure is not None


@pytest.mark.parametrize("lifecycle", PRESETS, ids=lambda life: life.name)
def test_states_of_a_journey_map_do_not_overlap_and_their_names_fit(lifecycle):
    chain = chain_of(lifecycle)
    axes = sj.plot.graph(chain)
    figure = axes.figure
    figure.canvas.draw()
    boxes = [p.get_window_extent() for p in axes.patches if isinstance(p, FancyBboxPatch) and p.get_linewidth() > 0]
    assert len(boxes) == chain.n_states - len(chain.absorbing_states)
    for a, b in itertools.pairwise(boxes):
        assert a.x1 < b.x0
    names = {label(name).replace(" ", "") for name in chain.states.names}
    found = [t for t in axes.texts if t.get_text().replace("\n", "").replace(" ", "") in names]
    assert len(found) == chain.n_states
    frame = figure.bbox
    for text in found:
        extent = text.get_window_extent()
        assert frame.x0 <= extent.x0
        assert extent.x1 <= frame.x1
        assert frame.y0 <= extent.y0
        assert extent.y1 <= frame.y1
        inside = [box for box in boxes if box.x0 - 1 <= extent.x0 and extent.x1 <= box.x1 + 1]
        assert inside or text.get_text().replace("\n", " ") in {label(name) for name in chain.absorbing_states}


@pytest.mark.parametrize("lifecycle", PRESETS, ids=lambda life: life.name)
def test_numbers_on_a_journey_map_do_not_cover_each_other(lifecycle):
    axes = sj.plot.graph(chain_of(lifecycle))
    axes.figure.canvas.draw()
    extents = [t.get_window_extent() for t in axes.texts if t.get_text().endswith("%") and "stays" not in t.get_text()]
    assert len(extents) > 3
    for i, a in enumerate(extents):
        for b in extents[:i]:
            wide = min(a.x1, b.x1) - max(a.x0, b.x0)
            high = min(a.y1, b.y1) - max(a.y0, b.y0)
            assert wide < 1 or high < 1


def test_a_likelier_move_is_drawn_wider():
    chain = sj.Chain(["a", "b", "c"], [[0.1, 0.8, 0.1], [0.2, 0.6, 0.2], [0.3, 0.3, 0.4]])
    axes = sj.plot.graph(chain, fresh_axes())
    widths = sorted(p.get_linewidth() for p in axes.patches if isinstance(p, PathPatch))
    assert len(widths) == 6  # every move between two states, no stay
    assert widths[0] < widths[-1]


def test_moves_below_the_smallest_probability_are_left_out():
    chain = sj.Chain(["a", "b"], [[0.999, 0.001], [0.5, 0.5]])
    drawn = [p for p in sj.plot.graph(chain, fresh_axes(), min_probability=0.01).patches if isinstance(p, PathPatch)]
    assert len(drawn) == 1


def test_a_lifecycle_alone_has_a_map_with_its_moments_of_truth():
    axes = sj.plot.graph(sj.full_journey())
    words = [t.get_text() for t in axes.texts]
    assert any("SMOT" in text for text in words)
    assert not any("%" in text for text in words)


def test_a_chain_of_absorbing_states_only_still_has_a_map():
    axes = sj.plot.graph(sj.Chain(["a", "b"], np.eye(2)))
    assert {"a", "b"} <= {t.get_text() for t in axes.texts}


def test_each_exit_has_a_bar_of_its_own():
    axes = sj.plot.graph(sj.six_stages(exits=["switched", "lapsed"]).illustrative_chain())
    assert {"switched", "lapsed"} <= {t.get_text() for t in axes.texts}
    assert len({round(t.get_position()[1], 6) for t in axes.texts if t.get_text() in ("switched", "lapsed")}) == 2


@pytest.mark.parametrize("bad", [{"weights": [[1.0]]}, {"shares": [1.0]}])
def test_a_map_refuses_weights_of_another_shape(bad):
    with pytest.raises(ValueError, match="shape"):
        sj.plot.graph(sj.Chain(["a", "b"], np.eye(2)), fresh_axes(), **bad)


HOSTILE = [
    "<script>alert(1)</script>",
    "$\\frac{1}{0}$ & \"q\" 'x'",
    "a$b_c^d$",
    "--><b>",
    "客户",
    "ta\x08b\nnew\x1b[0m",
]


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("draw", [sj.plot.graph, sj.plot.heatmap], ids=["graph", "heatmap"])
def test_hostile_names_stay_text_in_svg(draw):
    n = len(HOSTILE)
    chain = sj.Chain(HOSTILE, np.full((n, n), 1 / n))
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        axes = draw(chain, fresh_axes())
        file = io.StringIO()
        axes.figure.savefig(file, format="svg")
    root = ET.fromstring(file.getvalue())
    assert {element.tag.rpartition("}")[2] for element in root.iter()}.isdisjoint({"script", "b"})
    text = "".join(root.itertext()).replace(" ", "").replace("\n", "")
    assert "<script>alert(1)</script>" in text
    assert "$\\frac{1}{0}$&\"q\"'x'" in text  # no formula


def test_a_heat_map_prints_every_possible_move():
    chain = chain_of(sj.six_stages())
    axes = sj.plot.heatmap(chain, fresh_axes())
    positive = int((np.asarray(chain.transition_matrix) > 0).sum())
    assert len(axes.texts) == positive
    assert sum(isinstance(p, Rectangle) for p in axes.patches) == chain.n_states**2 + positive


def test_the_survival_curve_is_what_the_powers_of_the_matrix_say():
    chain = chain_of(sj.six_stages())
    curve = survival_curve(chain, 12, "satisfaction")
    row = chain.states.index("satisfaction")
    churn = chain.states.index("churn")
    assert curve == pytest.approx([1 - chain.after(t)[row, churn] for t in range(13)], abs=1e-12)


@pytest.mark.parametrize(
    "start", [{"satisfaction": 0.5, "loyalty": 0.5}, np.array([0, 0.5, 0, 0, 0, 0.5, 0, 0])], ids=["dict", "array"]
)
def test_a_survival_curve_starts_from_a_law(start):
    chain = chain_of(sj.six_stages())
    both = (survival_curve(chain, 5, "satisfaction") + survival_curve(chain, 5, "loyalty")) / 2
    assert survival_curve(chain, 5, start) == pytest.approx(both)


def test_a_survival_curve_refuses_an_unknown_start():
    with pytest.raises(IndexError, match="the states are"):
        survival_curve(chain_of(sj.six_stages()), 5, "nowhere")


def test_a_value_from_a_fit_has_an_interval_and_one_from_a_chain_has_none():
    alone = sj.plot.value(value_of_slow_churn(), fresh_axes())
    assert "interval" not in " ".join(t.get_text() for t in alone.get_legend().get_texts())
    log = {
        "c": [1, 1, 1, 2, 2, 3, 3, 3],
        "t": [1, 2, 3, 1, 2, 1, 2, 3],
        "s": list("aabababb"),
        "v": [1.0, 2, 3, 4, 5, 6, 7, 8],
    }
    fit = sj.fit_chain(sj.count(sj.journeys(log, customer="c", time="t", state="s", value="v")))
    fitted = sj.plot.value(sj.lifetime_value(fit, horizon=3, discount_factor=1), fresh_axes(), level=0.8)
    assert "80 % interval" in [t.get_text() for t in fitted.get_legend().get_texts()]


def test_a_distribution_marks_mean_and_quantiles():
    values = np.arange(1.0, 1001.0)
    axes = sj.plot.distribution(values, fresh_axes(), quantiles=(0.25, 0.75), upto=1.0)
    marked = sorted(float(line.get_xdata()[0]) for line in axes.lines)
    assert marked == [250.0, 500.5, 750.0]
    assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(1.0)


@pytest.mark.parametrize("values", [[3.0], [0.0, 0.0], [-5.0, 5.0]])
def test_a_distribution_of_few_or_equal_values_is_drawn(values):
    assert sj.plot.distribution(np.array(values), fresh_axes()).patches


def test_a_distribution_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no values"):
        sj.plot.distribution(np.array([]), fresh_axes())


def widths(axes):
    """The lengths of the bars, from top to bottom."""
    bars = [p for p in axes.patches if isinstance(p, Rectangle)]
    return [bar.get_width() for bar in sorted(bars, key=lambda bar: bar.get_y())]


def test_a_tornado_shows_the_strongest_levers_of_both_signs():
    why = value_of_slow_churn().sensitivity("active")
    axes = sj.plot.levers(why, fresh_axes(), n=4)
    strongest = sorted(why.levers(), key=lambda lever: -abs(lever.value_of_a_point))[:4]
    expected = sorted((lever.value_of_a_point for lever in strongest), reverse=True)
    assert widths(axes) == pytest.approx(expected)
    assert min(expected) < 0 < max(expected)
    assert row_names(axes)[0].startswith("active → active")
    assert "(60 %)" in row_names(axes)[0]


def test_a_tornado_of_a_base_is_in_money_of_the_whole_base():
    value = value_of_slow_churn()
    levers = sj.value.base_levers(value, {"active": 50, "quiet": 50})
    axes = sj.plot.levers(levers, fresh_axes(), n=3)
    largest = sorted((lever.value_for_base for lever in levers), key=abs, reverse=True)[:3]
    assert sorted(widths(axes)) == pytest.approx(sorted(largest))
    assert "whole base" in axes.get_xlabel()


def test_leaks_have_a_bar_per_state_and_one_per_moment_of_truth():
    life = sj.six_stages()
    value = sj.lifetime_value(chain_of(life), {"repurchase": 40.0}, annual_discount_rate=0.1)
    why = value.sensitivity("engagement")
    axes = sj.plot.leaks(why, fresh_axes(), lifecycle=life)
    groups = why.leaks_by_moment(life)
    expected = [leak.amount for leak in why.leaks()] + [group.amount for group in groups]
    assert widths(axes) == pytest.approx(expected)
    assert row_names(axes)[-2:] == [group.moment.upper() for group in groups]
    assert "by moment of truth" in [t.get_text() for t in axes.texts]
    with pytest.raises(TypeError, match="moments of truth need a Sensitivity"):
        sj.plot.leaks(why.leaks(), fresh_axes(), lifecycle=life)


def test_the_exits_of_a_leak_are_parts_of_its_bar():
    life = sj.six_stages(["switched", "lapsed"])
    why = sj.lifetime_value(chain_of(life), {"repurchase": 40.0}, discount_factor=0.99).sensitivity("engagement")
    axes = sj.plot.leaks(why, fresh_axes())
    assert len(widths(axes)) == len(why.leaks())
    assert len(row_names(axes)) == len({leak.from_state for leak in why.leaks()})
    assert {t.get_text() for t in axes.get_legend().get_texts()} == {"switched", "lapsed"}


def test_nothing_to_pull_and_nothing_lost_is_said():
    for_ever = sj.lifetime_value(sj.Chain(["a"], [[1.0]]), {"a": 1.0}, discount_factor=0.9)
    with pytest.raises(ValueError, match="levers: no move can be changed"):
        sj.plot.levers(for_ever, fresh_axes())
    with pytest.raises(ValueError, match="leaks: nobody leaves"):
        sj.plot.leaks(for_ever, fresh_axes())


@pytest.mark.parametrize(
    "draw",
    [
        lambda: sj.plot.levers(value_of_slow_churn(), n=0),
        lambda: sj.plot.leaks(value_of_slow_churn(), n=0),
        lambda: sj.plot.what_if(better_or_worse(), n=0),
        lambda: sj.plot.forecast(chain_of(sj.six_stages()), stock={"loyalty": 1}, n=0),
        lambda: sj.plot.first_passage(sj.first_passage(chain_of(sj.six_stages()), "loyalty", horizon=2), n=0),
    ],
    ids=["levers", "leaks", "what_if", "forecast", "first_passage"],
)
def test_nothing_at_all_is_not_drawn(draw):
    with pytest.raises(ValueError, match="n must be at least 1, found 0"):
        draw()


def test_a_waterfall_leads_from_one_value_to_the_other():
    split = better_or_worse()
    axes = sj.plot.what_if(split, fresh_axes())
    steps = [p for p in axes.patches if isinstance(p, Rectangle)]
    steps.sort(key=lambda bar: bar.get_y())
    at = split.value
    for bar in steps:
        assert bar.get_x() == pytest.approx(at)
        at += bar.get_width()
    assert at == pytest.approx(split.other_value)
    few = sj.plot.what_if(split, fresh_axes(), n=1)
    assert row_names(few)[2].endswith("other moves")
    assert sum(widths(few)) == pytest.approx(split.other_value - split.value)


def test_a_forecast_stacks_the_states_to_all_who_are_there():
    chain = chain_of(sj.six_stages())
    stock = {"engagement": 100.0, "loyalty": 20.0}
    axes = sj.plot.forecast(chain, fresh_axes(), stock=stock, periods=6, n=3)
    path = sj.forecast(chain, stock, periods=6)
    churn = chain.states.index("churn")
    stacked, left = axes.lines[:-1], axes.lines[-1]
    assert len(stacked) == 4  # three states and the others together
    assert stacked[-1].get_ydata() == pytest.approx(path.sum(axis=1) - path[:, churn])
    assert left.get_ydata() == pytest.approx(path[:, churn])


def test_curves_of_a_passage_are_its_law_and_say_who_has_not_arrived():
    passage = sj.first_passage(chain_of(sj.six_stages()), "loyalty", horizon=6)
    axes = sj.plot.first_passage(passage, fresh_axes(), starts=["engagement", "curiosity"], unit="month")
    rows = [passage.states.index(name) for name in ("engagement", "curiosity")]
    for line, i in zip(axes.lines, rows, strict=True):
        assert line.get_ydata() == pytest.approx([0.0, *passage.cumulative[:, i]])
    words = {t.get_text() for t in axes.texts}
    assert f"engagement: {percent(passage.tail['engagement'])} not yet" in words
    law = sj.plot.first_passage(passage, fresh_axes(), starts="engagement", cumulative=False)
    assert law.lines[0].get_ydata() == pytest.approx(passage.probabilities[:, rows[0]])
    with pytest.raises(IndexError, match="'nowhere'"):
        sj.plot.first_passage(passage, fresh_axes(), starts=["nowhere"])


def test_words_beside_curves_do_not_cover_each_other():
    n = 12
    chain = sj.Chain([f"state_{i}" for i in range(n)], np.full((n, n), 1 / n), period="month")
    for axes in (
        sj.plot.first_passage(sj.first_passage(chain, ["state_3"], horizon=5)),
        sj.plot.forecast(chain, stock=np.ones(n), periods=3),
    ):
        axes.figure.canvas.draw()
        extents = sorted((t.get_window_extent() for t in axes.texts), key=lambda box: box.y0)
        assert len(extents) > 7
        for below, above in itertools.pairwise(extents):
            assert below.y1 <= above.y0 + 1
        for box in extents:
            assert box.x1 <= axes.figure.bbox.x1
            assert box.y0 >= 0
            assert box.y1 <= axes.figure.bbox.y1


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize(
    "draw",
    [
        lambda value, ax: sj.plot.levers(value, ax, currency="EUR", n=40),
        lambda value, ax: sj.plot.leaks(value, ax, lifecycle=sj.Lifecycle(value.states, exits=["$gone$"])),
        lambda value, ax: sj.plot.forecast(value.chain, ax, stock=np.ones(len(value.states))),
        lambda value, ax: sj.plot.first_passage(sj.first_passage(value.chain, "$gone$", horizon=3), ax),
        lambda value, ax: sj.plot.what_if(
            sj.what_if(value, sj.lifetime_value(other_row(value), value.rewards, discount_factor=0.9)), ax
        ),
    ],
    ids=["levers", "leaks", "forecast", "first_passage", "what_if"],
)
def test_hostile_names_stay_text_in_pictures_of_answers(draw):
    n = len(HOSTILE) + 1
    matrix = np.full((n, n), 1 / n)
    matrix[-1] = np.eye(n)[-1]
    value = sj.lifetime_value(sj.Chain([*HOSTILE, "$gone$"], matrix), np.arange(-3.0, n - 3) % n, discount_factor=0.9)
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        axes = draw(value, fresh_axes())
        file = io.StringIO()
        axes.figure.savefig(file, format="svg")
    root = ET.fromstring(file.getvalue())
    assert {element.tag.rpartition("}")[2] for element in root.iter()}.isdisjoint({"script", "b"})
    text = "".join(root.itertext()).replace(" ", "").replace("\n", "")
    assert "<script>alert(1)</" in text
    assert "a$bc^d$" in text  # no formula


def other_row(value):
    n = len(value.states)
    return value.chain.with_row(HOSTILE[0], np.eye(n)[[0, 1, 2, 3]].mean(axis=0))


def test_without_matplotlib_a_picture_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"pip install 'sojourn\[report\]'"):
        sj.plot.graph(chain_of(sj.six_stages()))


def test_plot_functions_are_found_by_name():
    assert callable(graph_function)
    assert sj.plot.graph is graph_function


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (0.0, "", "0"),
        (12.345, "$", "$12.35"),
        (-12.345, "$", "−$12.35"),
        (1234.5, "EUR", "EUR 1,234"),
        (2_150_564.0, "$", "$2.15 million"),
        (3.2e9, "", "3.20 billion"),
        (float("inf"), "$", "inf"),
    ],
)
def test_money_is_written_for_people(amount, currency, text):
    assert money(amount, currency) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (1e-6, "< 0.1 %"), (0.004, "0.4 %"), (0.25, "25 %"), (0.9999, "> 99 %"), (1, "100 %")],
)
def test_shares_are_written_for_people(share, text):
    assert percent(share) == text
