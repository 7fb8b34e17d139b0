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

from matplotlib.figure import Figure  # noqa: E402
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle  # noqa: E402

from sojourn.plot import graph as graph_function  # noqa: E402
from sojourn.plot._style import label, money, percent  # noqa: E402
from sojourn.plot.survival import survival_curve  # noqa: E402

PRESETS = [sj.six_stages(), sj.moments_of_truth(), sj.full_journey(), sj.subscription(), sj.recency(6)]


def chain_of(lifecycle: sj.Lifecycle) -> sj.Chain:
    """The illustrative chain, or even odds where a preset has none."""
    try:
        return lifecycle.illustrative_chain()
    except ValueError:
        allowed = np.asarray(lifecycle.allowed, dtype=float)
        return sj.Chain(lifecycle.states, allowed / allowed.sum(axis=1, keepdims=True), period="month")


def fresh_axes():
    return Figure(figsize=(10, 5), layout="constrained").add_subplot()


def value_of_slow_churn():
    chain = sj.Chain(["active", "quiet", "churn"], [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0, 0, 1]], period="month")
    return sj.lifetime_value(chain, {"active": 10.0}, annual_discount_rate=0.10)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: sj.plot.graph(chain_of(sj.six_stages()), ax),
        lambda ax: sj.plot.heatmap(chain_of(sj.six_stages()), ax),
        lambda ax: sj.plot.survival(chain_of(sj.six_stages()), ax),
        lambda ax: sj.plot.value(value_of_slow_churn(), ax),
        lambda ax: sj.plot.distribution(np.arange(100.0), ax),
    ],
    ids=["graph", "heatmap", "survival", "value", "distribution"],
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
